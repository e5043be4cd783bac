//! How the vocabulary looks in the description of the API: every value by its text form.

use std::borrow::Cow;

use utoipa::openapi::{
    KnownFormat, ObjectBuilder, SchemaFormat,
    schema::{AdditionalProperties, Type},
};
pub use utoipa::{
    PartialSchema, ToSchema,
    openapi::{RefOr, Schema},
};

use crate::{Cadence, Currency, Locale, Money, Period, Text, Timestamp, Zone};

/// The schema of a typed id.
pub(crate) fn id(prefix: &str, kind: &str) -> RefOr<Schema> {
    text()
        .description(Some(format!("Identifies one {kind}.")))
        .pattern(Some(format!("^{prefix}_[0-7][0-9a-hjkmnp-tv-z]{{25}}$")))
        .into()
}

/// The schema of an enumeration: the words it is written with.
#[must_use]
pub fn words(words: &[&'static str]) -> RefOr<Schema> {
    text().enum_values(Some(words.iter().copied())).into()
}

fn text() -> ObjectBuilder {
    ObjectBuilder::new().schema_type(Type::String)
}

/// Gives a value type its schema and name.
macro_rules! value_schema {
    ($type:ty, $name:literal, $schema:expr) => {
        impl PartialSchema for $type {
            fn schema() -> RefOr<Schema> {
                $schema.into()
            }
        }

        impl ToSchema for $type {
            fn name() -> Cow<'static, str> {
                $name.into()
            }
        }
    };
}

value_schema!(
    Timestamp,
    "Timestamp",
    text()
        .description(Some("An instant, RFC 3339, in UTC."))
        .format(Some(SchemaFormat::KnownFormat(KnownFormat::DateTime)))
);

value_schema!(
    Zone,
    "Zone",
    text()
        .description(Some("A time zone, by its IANA name."))
        .examples(["Europe/Berlin"])
);

value_schema!(
    Currency,
    "Currency",
    text()
        .description(Some("A currency, by its ISO 4217 code."))
        .pattern(Some("^[A-Z]{3}$"))
        .examples(["EUR"])
);

value_schema!(
    Locale,
    "Locale",
    text()
        .description(Some("A language the platform speaks."))
        .enum_values(Some(Locale::ALL.map(Locale::tag)))
);

value_schema!(
    Text,
    "Text",
    ObjectBuilder::new()
        .schema_type(Type::Object)
        .description(Some("A text in one or more languages, by language tag."))
        .additional_properties(Some(AdditionalProperties::RefOr(text().into())))
);

value_schema!(
    Money,
    "Money",
    ObjectBuilder::new()
        .schema_type(Type::Object)
        .description(Some("An exact amount of money."))
        .property(
            "amount",
            text()
                .description(Some(
                    "The amount as a decimal, with exactly the places of the currency."
                ))
                .pattern(Some(r"^-?[0-9]+(\.[0-9]+)?$"))
                .examples(["12.34"])
        )
        .required("amount")
        .property(
            "currency",
            text()
                .description(Some("The currency, by its ISO 4217 code."))
                .pattern(Some("^[A-Z]{3}$"))
                .examples(["EUR"])
        )
        .required("currency")
);

value_schema!(
    Cadence,
    "Cadence",
    text()
        .description(Some(
            "A regular distance in time, as an ISO 8601 duration of one part."
        ))
        .pattern(Some("^P([1-9][0-9]{0,4}[DWMY]|T[1-9][0-9]{0,4}H)$"))
        .examples(["P1M"])
);

value_schema!(
    Period,
    "Period",
    ObjectBuilder::new()
        .schema_type(Type::Object)
        .description(Some(
            "A stretch of whole days: its start belongs to it, its end does not."
        ))
        .property("start", date("The first day."))
        .required("start")
        .property("end", date("The day after the last."))
        .required("end")
);

fn date(description: &str) -> ObjectBuilder {
    text()
        .description(Some(description))
        .format(Some(SchemaFormat::KnownFormat(KnownFormat::Date)))
}
