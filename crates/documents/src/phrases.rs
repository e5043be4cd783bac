//! Short phrases that several surfaces say alike.

use tradewind_kernel::calendar::{self, Period};
use tradewind_kernel::{Cadence, CadenceUnit, Error, FieldProblem, Locale, Money};

use crate::format;
use crate::i18n::{self, Args, Catalogue, tr};

/// How often something is charged: `per month`, `every 3 months`.
pub fn cadence(locale: Locale, cadence: Cadence) -> String {
    let key = match cadence.unit {
        CadenceUnit::Hour => "cadence-hour",
        CadenceUnit::Day => "cadence-day",
        CadenceUnit::Week => "cadence-week",
        CadenceUnit::Month => "cadence-month",
        CadenceUnit::Year => "cadence-year",
    };
    tr(
        locale,
        key,
        &Args::new().count("count", u32::from(cadence.count)),
    )
}

/// A first period that leads up to the billing days, and how it goes on: `10 March to 31 March, then every month from 1 April`.
pub fn first_period(locale: Locale, first: Period, every: Cadence) -> String {
    let key = match every.unit {
        CadenceUnit::Hour => "rhythm-hour",
        CadenceUnit::Day => "rhythm-day",
        CadenceUnit::Week => "rhythm-week",
        CadenceUnit::Month => "rhythm-month",
        CadenceUnit::Year => "rhythm-year",
    };
    let count = Args::new().count("count", u32::from(every.count));
    let last = calendar::add_days(first.end, -1).unwrap_or(first.end);
    let args = Args::new()
        .with("from", format::date(locale, first.start))
        .with("until", format::date(locale, last))
        .with("every", tr(locale, key, &count))
        .with("next", format::date(locale, first.end));
    tr(locale, "billing-first-period", &args)
}

/// A recurring price: `€12.00 per month`.
pub fn recurring(locale: Locale, amount: Money, every: Cadence) -> String {
    format!(
        "{} {}",
        format::money(locale, amount),
        cadence(locale, every)
    )
}

/// What an error says to a reader. The cause of an internal error is never told.
pub fn error(locale: Locale, error: &Error) -> String {
    match error {
        Error::Unauthenticated { code, message }
        | Error::Conflict { code, message }
        | Error::Refused { code, message } => by_code(locale, code, message),
        Error::Unavailable { message } => by_code(locale, error.code(), message),
        Error::TooMany {
            retry_after_seconds,
        } => {
            let seconds = u32::try_from(*retry_after_seconds).unwrap_or(u32::MAX);
            tr(
                locale,
                "error-too-many-attempts",
                &Args::new().count("seconds", seconds),
            )
        }
        other => i18n::text(locale, &key(other.code())).into_owned(),
    }
}

/// What is wrong with one field.
pub fn problem(locale: Locale, problem: &FieldProblem) -> String {
    by_code(locale, problem.code, &problem.message)
}

/// What an error with a code says to a reader: English readers get the message itself, which knows the details; others the
/// text of the code, if there is one.
pub fn by_code(locale: Locale, code: &str, message: &str) -> String {
    let key = key(code);
    if locale == Locale::En || !Catalogue::embedded().has(locale, &key) {
        return message.to_owned();
    }
    i18n::text(locale, &key).into_owned()
}

fn key(code: &str) -> String {
    format!("error-{}", code.replace('_', "-"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_error_has_a_text_and_keeps_its_secrets() {
        let all = [
            Error::invalid("name", "too_long", "at most 40 characters"),
            Error::unauthenticated("session_expired", "sign in again"),
            Error::Forbidden {
                action: "order.place",
            },
            Error::NotFound {
                kind: "order",
                id: "ord_1".into(),
            },
            Error::conflict("made_up_code", "it is there already"),
            Error::Changed {
                kind: "order",
                id: "ord_1".into(),
            },
            Error::refused("made_up_code", "the plan is not sold here"),
            Error::KeyReused,
            Error::TooMany {
                retry_after_seconds: 1,
            },
            Error::unavailable("the gateway does not answer"),
            Error::internal(std::io::Error::other("password in the clear")),
        ];
        for one in &all {
            for locale in Locale::ALL {
                let text = error(locale, one);
                assert_eq!(i18n::flaw(&text), None, "{text}");
                assert!(!text.contains("password"), "{text}");
            }
        }
        assert_eq!(
            error(Locale::De, &all[8]),
            "Zu viele Versuche. Bitte versuchen Sie es in 1 Sekunde erneut."
        );
        assert_eq!(error(Locale::De, &all[4]), "it is there already");
        let field = &all[0].problems()[0];
        assert_eq!(problem(Locale::En, field), "at most 40 characters");
        assert_eq!(problem(Locale::De, field), "Diese Angabe ist zu lang.");
    }

    #[test]
    fn prices_say_how_often() {
        let every = |unit, count| cadence(Locale::De, Cadence::new(unit, count));
        assert_eq!(every(CadenceUnit::Month, 1), "pro Monat");
        assert_eq!(every(CadenceUnit::Month, 3), "alle 3 Monate");
        assert_eq!(
            cadence(Locale::En, Cadence::new(CadenceUnit::Year, 1)),
            "per year"
        );
    }
}
