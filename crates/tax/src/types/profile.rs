//! How a seller is taxed.

use serde::{Deserialize, Serialize};
use tradewind_kernel::{Date, id::AccountId, text_enum};
use tradewind_pricing::tax::TaxPolicy;
use utoipa::ToSchema;

text_enum! {
    /// Who decides how a seller's sales are taxed.
    #[derive(Default)]
    pub enum TaxDecision("decision") {
        /// The terms with each buyer say so.
        #[default]
        Agreed = "agreed",
        /// It follows from registrations, buyer, place, category and date.
        ByPlace = "by_place",
        /// A service outside is asked about each document before it is issued.
        Engine = "engine",
    }
}

text_enum! {
    /// What a registration is good for.
    #[derive(Default)]
    pub enum Scheme("scheme") {
        /// Tax of that place.
        #[default]
        Local = "local",
        /// The One-Stop-Shop of the European Union: tax of all members on sales to consumers.
        Oss = "oss",
    }
}

text_enum! {
    /// The day whose rate holds for a line.
    #[derive(Default)]
    pub enum TaxPoint("tax_point") {
        /// The last day of the time that the line is for: a service is supplied when it is completed.
        #[default]
        PeriodEnd = "period_end",
        /// The first day of it.
        PeriodStart = "period_start",
        /// The day of the document.
        Issue = "issue",
    }
}

text_enum! {
    /// What a buyer's VAT id needs for the reverse charge.
    #[derive(Default)]
    pub enum VatCheckPolicy("vat_check") {
        /// The right form and check digits.
        #[default]
        Format = "format",
        /// That, unless the register has said that it is not valid; sold without tax while there is no answer.
        NotInvalid = "not_invalid",
        /// The register's word that it is valid; sold with tax until then.
        Valid = "valid",
    }
}

/// From a day on, until a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = TaxSpan)]
pub struct Span {
    /// First day.
    #[schema(value_type = String, format = Date)]
    pub from: Date,
    /// Last day; none while it goes on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = Date)]
    pub until: Option<Date>,
}

impl Span {
    /// Whether it covers a day.
    #[must_use]
    pub fn holds(&self, on: Date) -> bool {
        self.from <= on && self.until.is_none_or(|until| on <= until)
    }
}

/// A place in which a seller is registered for tax beside its own country.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = TaxRegistration)]
pub struct Registration {
    /// A country (`FR`), a state of the United States (`US-TX`), or `EU` for the One-Stop-Shop.
    pub place: String,
    /// What it is good for.
    #[serde(default)]
    pub scheme: Scheme,
    /// Its number there.
    #[serde(default)]
    pub number: String,
    /// When it holds.
    #[serde(flatten)]
    pub span: Span,
}

/// How a seller is taxed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub struct TaxProfile {
    /// Who decides.
    pub decision: TaxDecision,
    /// Where it is registered beside its own country. In its own country a seller counts as registered; a state of the
    /// United States is named, its own as well.
    pub registrations: Vec<Registration>,
    /// While it is exempt in its own country as a small business.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub small_business: Option<Span>,
    /// The day whose rate holds.
    pub tax_point: TaxPoint,
    /// What a VAT id needs.
    pub vat_check: VatCheckPolicy,
    /// What of the tax is rounded, and how.
    pub policy: TaxPolicy,
}

/// Sets how a seller is taxed.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct TaxProfileSet {
    /// Who sells.
    pub seller: AccountId,
    /// How it is taxed from now on.
    pub profile: TaxProfile,
}
