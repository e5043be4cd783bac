//! Whether what is said of a seller or a buyer makes sense.

use std::collections::BTreeSet;

use tradewind_kernel::{Date, Error, Problems, Result, country, text::check_len};

use super::{places, rates::Rates};
use crate::types::{CertificateSubmit, Scheme, TaxProfile};

/// Most registrations of a seller.
const REGISTRATIONS_MAX: usize = 100;

/// Whether a seller can be taxed by a profile.
///
/// # Errors
/// Names every field that is wrong; `no_rates` for a registration in a place of which no rate is known.
pub fn check_profile(profile: &TaxProfile, rates: &Rates) -> Result<()> {
    let mut problems = Problems::new();
    if profile.registrations.len() > REGISTRATIONS_MAX {
        problems.add(
            "registrations",
            "too_many",
            format!("at most {REGISTRATIONS_MAX} are kept"),
        );
    }
    let mut seen = BTreeSet::new();
    for (at, one) in profile.registrations.iter().enumerate() {
        let field = |name: &str| format!("registrations.{at}.{name}");
        problems.check(check_len("number", &one.number, 0, 40).map_err(|e| e.at(&field("number"))));
        problems.check(check_span(&field("until"), one.span.from, one.span.until));
        if one.scheme == Scheme::Oss {
            if one.place != "EU" {
                problems.add(
                    field("place"),
                    "unknown_place",
                    "must be EU for the One-Stop-Shop",
                );
            }
        } else if !places::is_known(&one.place) || one.place == "US" {
            problems.add(
                field("place"),
                "unknown_place",
                "must be a country such as FR, a state such as US-TX, or EU with the scheme oss",
            );
        } else if !rates.know(&one.place) {
            problems.add(
                field("place"),
                "no_rates",
                format!("no rate of {} is known: add its rates first", one.place),
            );
        }
        if !seen.insert((one.place.clone(), one.span.from)) {
            problems.add(
                field("place"),
                "duplicate",
                "is named twice from the same day on",
            );
        }
    }
    if let Some(span) = &profile.small_business {
        problems.check(check_span("small_business.until", span.from, span.until));
    }
    problems.finish()
}

/// Whether a certificate can be one.
///
/// # Errors
/// Names every field that is wrong.
pub fn check_certificate(input: &CertificateSubmit) -> Result<()> {
    let mut problems = Problems::new();
    if !places::is_known(&input.place) {
        problems.add(
            "place",
            "unknown_place",
            "must be a country such as DE, or a state of the United States such as US-TX",
        );
    }
    problems.check(check_len("number", &input.number, 1, 60));
    problems.check(check_len("document", &input.document, 0, 400));
    problems.check(check_span("until", input.from, input.until));
    problems.finish()
}

/// Whether a text is a country.
///
/// # Errors
/// `country`.
pub fn check_country(text: &str) -> Result<()> {
    if country::ALL.iter().any(|(code, _)| *code == text) {
        return Ok(());
    }
    Err(Error::invalid(
        "country",
        "unknown_country",
        "must be a country of ISO 3166-1 with two letters, such as DE",
    ))
}

fn check_span(field: &str, from: Date, until: Option<Date>) -> Result<()> {
    if until.is_some_and(|until| until < from) {
        return Err(Error::invalid(
            field,
            "out_of_range",
            "must not be before from",
        ));
    }
    Ok(())
}
