//! The policies of a revision in its form: whether tax is in its prices, how computed prices are rounded, how long an agreed
//! price holds, on which days is billed and how time is shared out.

use std::collections::BTreeMap;

use tradewind_catalogue::types::{
    BillingAlign, BillingDays, CancellationFee, Commitment, CommitmentCounts, CommitmentLeaving,
    Policies, PriceIncrease, RenewalPrices,
};
use tradewind_kernel::calendar::{Cadence, CadenceUnit};
use tradewind_kernel::decimal::{Limits, parse_decimal};
use tradewind_kernel::{Decimal, Error, Result};
use tradewind_pricing::cycles::{FirstPeriod, StubBasis};
use tradewind_pricing::discount::StackingOrder;
use tradewind_pricing::{PricePlaces, ProrationPolicy, ProrationTerms};

use crate::form::Sent;
use crate::view::kit::Txt;
use crate::view::panel::{PRORATION, PolicyEdit};

/// Policies as the form shows them.
pub(super) fn edit_of(policies: &Policies) -> PolicyEdit {
    let places = |of: fn(&PricePlaces) -> u32| {
        let places = policies.places.as_ref();
        places.map_or_else(String::new, |places| of(places).to_string())
    };
    let days = policies.billing_days;
    let tax = if policies.tax_included {
        "included"
    } else {
        "added"
    };
    let (fee, value) = match policies.cancellation_fee {
        CancellationFee::None => ("none", String::new()),
        CancellationFee::Rest => ("rest", String::new()),
        CancellationFee::Percent { percent } => ("percent", percent.normalize().to_string()),
        CancellationFee::Amount { amount } => ("amount", amount.normalize().to_string()),
    };
    let increase = |of: fn(&PriceIncrease) -> Option<Decimal>| {
        let number = policies.increase.as_ref().and_then(of);
        number.map_or_else(String::new, |number| number.normalize().to_string())
    };
    let up_to_list = policies.increase.is_some_and(|by| by.up_to_list);
    let list = if up_to_list { "yes" } else { "no" };
    let mut values: BTreeMap<&'static str, Txt> = [
        ("tax", tax.to_owned()),
        ("places.amounts", places(|places| places.amounts)),
        ("places.units", places(|places| places.units)),
        ("rounding", policies.rounding.as_str().to_owned()),
        ("renewal", policies.renewal.as_str().to_owned()),
        ("increase.percent", increase(|by| Some(by.percent))),
        ("increase.at_most", increase(|by| by.at_most)),
        ("increase.list", list.to_owned()),
        ("align", days.align.as_str().to_owned()),
        (
            "align.day",
            days.day.map_or_else(String::new, |day| day.to_string()),
        ),
        ("stub", days.stub.as_str().to_owned()),
        ("stub.of", word_in(&SHARES, &days.share_of).to_owned()),
        ("stub.ends", word_in(&FIRST, &days.first).to_owned()),
        ("zone", policies.zone.as_str().to_owned()),
        ("suspension", policies.suspension.as_str().to_owned()),
        (
            "stacking",
            word_in(&STACKING, &policies.stacking).to_owned(),
        ),
        ("fee", fee.to_owned()),
        ("fee.value", value),
    ]
    .map(|(field, value)| (field, Txt::from(value)))
    .into();
    values.extend(commitment_of(policies.commitment.as_ref()));
    for (field, of) in DIRECTIONS {
        let rule = *of(&mut policies.proration.clone());
        values.insert(field, word_of(rule).unwrap_or_default().into());
    }
    PolicyEdit(values)
}

/// The orders of discounts by their words.
const STACKING: [(&str, StackingOrder); 3] = [
    ("percentages_first", StackingOrder::PercentagesFirst),
    ("narrowest_first", StackingOrder::NarrowestFirst),
    ("as_given", StackingOrder::AsGiven),
];

/// What a shorter first period is a share of, by its words.
const SHARES: [(&str, StubBasis); 2] = [
    ("schedule", StubBasis::Schedule),
    ("back_from_end", StubBasis::BackFromEnd),
];

/// Where a first period ends that begins between two days of a month, by its words.
const FIRST: [(&str, FirstPeriod); 2] = [
    ("to_next_day", FirstPeriod::ToNextDay),
    ("from_start_month", FirstPeriod::FromStartMonth),
];

/// The word of something the form knows.
fn word_in<T: PartialEq>(known: &[(&'static str, T)], wanted: &T) -> &'static str {
    let found = known.iter().find(|(_, one)| one == wanted);
    found.map_or("", |(word, _)| word)
}

/// What the form says by a word; as before where it says nothing.
fn known_by<T: Copy>(
    known: &[(&'static str, T)],
    sent: &Sent,
    field: &'static str,
    before: T,
) -> Result<T> {
    let Some(word) = sent.some(field) else {
        return Ok(before);
    };
    let found = known.iter().find(|(of, _)| *of == word);
    found.map(|(_, one)| *one).ok_or_else(|| {
        let words: Vec<&str> = known.iter().map(|(of, _)| *of).collect();
        unknown(field, &words.join(", "))
    })
}

/// Spans of commitments that the form knows; another one, set over the API, stays as long as nobody chooses.
pub(super) const SPANS: [(&str, Cadence); 4] = [
    ("month", Cadence::MONTHLY),
    ("quarter", Cadence::new(CadenceUnit::Month, 3)),
    ("half_year", Cadence::new(CadenceUnit::Month, 6)),
    ("year", Cadence::YEARLY),
];

/// A commitment as the form shows it.
fn commitment_of(commitment: Option<&Commitment>) -> [(&'static str, Txt); 5] {
    let over = commitment.map_or("none", |one| {
        let known = SPANS.iter().find(|(_, span)| *span == one.over);
        known.map_or("", |(word, _)| word)
    });
    let amount = |of: fn(&Commitment) -> Option<Decimal>| {
        let amount = commitment.and_then(of);
        amount.map_or_else(String::new, |amount| amount.normalize().to_string())
    };
    let counts = commitment.map_or(CommitmentCounts::Everything, |one| one.counts);
    let leaving = commitment.map_or(CommitmentLeaving::Prorated, |one| one.leaving);
    [
        ("commit.over", over.into()),
        ("commit.minimum", amount(|one| one.minimum).into()),
        ("commit.maximum", amount(|one| one.maximum).into()),
        ("commit.counts", counts.as_str().into()),
        ("commit.leaving", leaving.as_str().into()),
    ]
}

/// The commitment before, with what the form says of it; quantities stay as they are.
fn committed(before: Option<&Commitment>, sent: &Sent) -> Result<Option<Commitment>> {
    if sent.get("commit.counts").is_empty() {
        return Ok(before.cloned());
    }
    let over = match (sent.get("commit.over"), before) {
        ("none", _) | ("", None) => return Ok(None),
        ("", Some(before)) => before.over,
        (word, _) => {
            let known = SPANS.iter().find(|(known, _)| *known == word);
            let (_, over) = known
                .ok_or_else(|| unknown("commit.over", "none, month, quarter, half_year, year"))?;
            *over
        }
    };
    let amount = |field: &'static str| {
        let limits = Limits::new(12, 6).non_negative();
        let text = sent.some(field);
        text.map(|text| parse_decimal(field, &text, &limits))
            .transpose()
    };
    Ok(Some(Commitment {
        over,
        minimum: amount("commit.minimum")?,
        maximum: amount("commit.maximum")?,
        counts: (sent.get("commit.counts").parse())
            .map_err(|error: Error| error.at("commit.counts"))?,
        leaving: (sent.get("commit.leaving").parse())
            .map_err(|error: Error| error.at("commit.leaving"))?,
        quantities: before.map_or_else(Vec::new, |before| before.quantities.clone()),
    }))
}

/// One of the rules of some terms.
type Direction = fn(&mut ProrationTerms) -> &mut ProrationPolicy;

/// The field of each direction in which time is shared out.
const DIRECTIONS: [(&str, Direction); 4] = [
    ("proration.start", |terms| &mut terms.start),
    ("proration.upgrade", |terms| &mut terms.upgrade),
    ("proration.downgrade", |terms| &mut terms.downgrade),
    ("proration.cancellation", |terms| &mut terms.cancellation),
];

/// The word by which the form knows a rule of proration.
fn word_of(rule: ProrationPolicy) -> Option<&'static str> {
    PRORATION
        .into_iter()
        .find(|word| rule_of(word) == Some(rule))
}

fn rule_of(word: &str) -> Option<ProrationPolicy> {
    let fixed = |days| ProrationPolicy::FixedMonth {
        days,
        ratio_places: None,
    };
    Some(match word {
        "actual_days" => ProrationPolicy::ActualDays { ratio_places: None },
        "fixed_30" => fixed(30),
        "fixed_28" => fixed(28),
        "day_consumed" => ProrationPolicy::DayConsumed,
        "both_ends" => ProrationPolicy::BothEnds,
        "whole_days" => ProrationPolicy::WholeDays,
        "seconds" => ProrationPolicy::Seconds,
        "hours_up" => ProrationPolicy::HoursUp,
        "none" => ProrationPolicy::None,
        _ => return None,
    })
}

/// The policies before, with what the form says of them.
///
/// # Errors
/// `tax`, `renewal`, `align`, `stub`, `proration.…` with `unknown_value`, numbers with `required` or `malformed`.
pub(super) fn asked(before: &Policies, sent: &Sent) -> Result<Policies> {
    let mut policies = before.clone();
    match sent.get("tax") {
        "" => return Ok(policies),
        "included" => policies.tax_included = true,
        "added" => policies.tax_included = false,
        _ => return Err(unknown("tax", "included, added")),
    }
    policies.renewal = match sent.get("renewal") {
        "" => RenewalPrices::Revision,
        word => word.parse().map_err(|error: Error| error.at("renewal"))?,
    };
    policies.increase = increase(sent)?;
    let amounts = number("places.amounts", sent, 0, 20)?;
    let units = number("places.units", sent, 0, 20)?;
    policies.places = match (amounts, units) {
        (None, None) => None,
        (Some(amounts), Some(units)) => Some(PricePlaces {
            amounts: amounts.into(),
            units: units.into(),
        }),
        (None, _) => return Err(missing("places.amounts")),
        (_, None) => return Err(missing("places.units")),
    };
    if let Some(word) = sent.some("align") {
        let align: BillingAlign = word.parse().map_err(|error: Error| error.at("align"))?;
        let stub = match sent.get("stub") {
            "" => policies.billing_days.stub,
            word => word.parse().map_err(|error: Error| error.at("stub"))?,
        };
        let day = number("align.day", sent, 1, 31)?;
        policies.billing_days = BillingDays {
            align,
            day: day.filter(|_| align == BillingAlign::DayOfMonth),
            stub,
            share_of: known_by(&SHARES, sent, "stub.of", policies.billing_days.share_of)?,
            first: known_by(&FIRST, sent, "stub.ends", policies.billing_days.first)?,
        };
        let checked = policies.billing_days.check();
        checked.map_err(|error| error.at("align.day"))?;
    }
    if let Some(word) = sent.some("zone") {
        policies.zone = word.parse().map_err(|error: Error| error.at("zone"))?;
    }
    if let Some(word) = sent.some("suspension") {
        policies.suspension = word
            .parse()
            .map_err(|error: Error| error.at("suspension"))?;
    }
    if let Some(word) = sent.some("rounding") {
        policies.rounding = word.parse().map_err(|error: Error| error.at("rounding"))?;
    }
    policies.stacking = known_by(&STACKING, sent, "stacking", policies.stacking)?;
    let value = || {
        let limits = Limits::new(12, 6).non_negative();
        parse_decimal("fee.value", sent.get("fee.value").trim(), &limits)
    };
    policies.cancellation_fee = match sent.get("fee") {
        "" => policies.cancellation_fee,
        "none" => CancellationFee::None,
        "rest" => CancellationFee::Rest,
        "percent" => CancellationFee::Percent { percent: value()? },
        "amount" => CancellationFee::Amount { amount: value()? },
        _ => return Err(unknown("fee", "none, rest, percent, amount")),
    };
    policies.commitment = committed(before.commitment.as_ref(), sent)?;
    for (field, of) in DIRECTIONS {
        match sent.get(field) {
            "" => {}
            word => {
                *of(&mut policies.proration) =
                    rule_of(word).ok_or_else(|| unknown(field, &PRORATION.join(", ")))?;
            }
        }
    }
    Ok(policies)
}

/// The field of the form that a policy is asked by.
pub(super) fn field_of(policy: &str) -> String {
    let policy = policy.trim_start_matches("policies.");
    if policy.starts_with("cancellation_fee") {
        return "fee.value".to_owned();
    }
    if let Some(at) = policy.strip_prefix("introductions.") {
        let (item, of) = at.split_once('.').unwrap_or((at, ""));
        let field = if of.starts_with("price") {
            "intro_price"
        } else {
            "intro"
        };
        return format!("{item}.{field}");
    }
    if policy.starts_with("plan_") {
        return String::new();
    }
    if let Some(rest) = policy.strip_prefix("commitment.") {
        let known = matches!(rest, "minimum" | "maximum" | "counts" | "leaving");
        let rest = if known { rest } else { "over" };
        return format!("commit.{rest}");
    }
    match policy.strip_prefix("billing_days.") {
        Some("align") => "align".to_owned(),
        Some("stub") => "stub".to_owned(),
        Some("share_of") => "stub.of".to_owned(),
        Some("first") => "stub.ends".to_owned(),
        Some(_) => "align.day".to_owned(),
        None => policy.to_owned(),
    }
}

/// How far prices rise; none where no percentage is given.
fn increase(sent: &Sent) -> Result<Option<PriceIncrease>> {
    let percent = |field: &'static str| {
        let limits = Limits::new(5, 6).non_negative();
        let text = sent.some(field);
        text.map(|text| parse_decimal(field, &text, &limits))
            .transpose()
    };
    let Some(by) = percent("increase.percent")? else {
        return Ok(None);
    };
    let increase = PriceIncrease {
        percent: by,
        at_most: percent("increase.at_most")?,
        up_to_list: match sent.get("increase.list") {
            "" | "no" => false,
            "yes" => true,
            _ => return Err(unknown("increase.list", "no, yes")),
        },
    };
    let checked = increase.check();
    checked.map_err(|error| error.under("increase"))?;
    Ok(Some(increase))
}

fn unknown(field: &str, known: &str) -> Error {
    Error::invalid(field, "unknown_value", format!("must be one of {known}"))
}

fn missing(field: &'static str) -> Error {
    Error::invalid(
        field,
        "required",
        "expected both numbers of places, or neither",
    )
}

/// A whole number in a field, or none.
fn number(field: &'static str, sent: &Sent, least: u8, most: u8) -> Result<Option<u8>> {
    let text = sent.get(field).trim();
    if text.is_empty() {
        return Ok(None);
    }
    let number = text.parse().ok();
    let number = number.filter(|number| (least..=most).contains(number));
    number.map(Some).ok_or_else(|| {
        let expected = format!("expected a whole number from {least} to {most}, or nothing");
        Error::invalid(field, "out_of_range", expected)
    })
}

#[cfg(test)]
mod tests {
    use tradewind_kernel::currency::Currency;

    use super::*;

    fn sent(values: &[(&str, &str)]) -> Sent {
        Sent(
            values
                .iter()
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
                .collect(),
        )
    }

    #[test]
    fn what_is_shown_and_sent_back_changes_nothing() {
        let mut own = Policies::readable(Currency::EUR);
        own.billing_days = BillingDays {
            align: BillingAlign::DayOfMonth,
            day: Some(31),
            stub: tradewind_catalogue::types::StubCharge::Free,
            share_of: StubBasis::BackFromEnd,
            first: FirstPeriod::FromStartMonth,
        };
        own.zone = tradewind_catalogue::types::PeriodZone::Seller;
        own.proration.cancellation = ProrationPolicy::None;
        own.cancellation_fee = CancellationFee::Percent {
            percent: "12.5".parse().expect("a number"),
        };
        own.stacking = StackingOrder::AsGiven;
        own.suspension = tradewind_catalogue::types::SuspendedTime::AlwaysCredited;
        own.renewal = RenewalPrices::Increase;
        own.increase = Some(PriceIncrease {
            percent: "2.5".parse().expect("a number"),
            at_most: Some(Decimal::TEN),
            up_to_list: true,
        });
        own.commitment = Some(Commitment {
            over: Cadence::new(CadenceUnit::Year, 2),
            minimum: Some("6000".parse().expect("a number")),
            maximum: None,
            counts: CommitmentCounts::Usage,
            leaving: CommitmentLeaving::Full,
            quantities: Vec::new(),
        });
        own.proration.upgrade = ProrationPolicy::FixedMonth {
            days: 29,
            ratio_places: Some(4),
        };
        for policies in [Policies::default(), Policies::readable(Currency::EUR), own] {
            let shown = edit_of(&policies);
            let back: Vec<(&str, &str)> =
                shown.0.iter().map(|(at, value)| (*at, &**value)).collect();
            assert_eq!(asked(&policies, &sent(&back)).expect("policies"), policies);
            assert_eq!(asked(&policies, &sent(&[])).expect("policies"), policies);
        }
    }

    #[test]
    fn tax_and_places_are_read_and_nonsense_is_named() {
        let form = sent(&[
            ("tax", "included"),
            ("renewal", "agreed"),
            ("places.amounts", "0"),
            ("places.units", " 4 "),
        ]);
        let policies = asked(&Policies::default(), &form).expect("policies");
        assert!(policies.tax_included);
        assert_eq!(policies.renewal, RenewalPrices::Agreed);
        assert_eq!(
            policies.places,
            Some(PricePlaces {
                amounts: 0,
                units: 4
            })
        );
        for (field, value) in [
            ("tax", "sometimes"),
            ("renewal", "never"),
            ("places.amounts", "-1"),
            ("places.units", "21"),
            ("places.units", ""),
            ("align", "full_moon"),
            ("align.day", "32"),
            ("align.day", ""),
            ("stub", "half"),
            ("stub.of", "moon"),
            ("stub.ends", "later"),
            ("zone", "mars"),
            ("proration.upgrade", "sometimes"),
            ("suspension", "half"),
            ("stacking", "any"),
            ("rounding", "sideways"),
            ("fee", "much"),
            ("fee.value", "-1"),
            ("fee.value", ""),
            ("increase.percent", "0"),
            ("increase.at_most", "0"),
            ("increase.list", "perhaps"),
        ] {
            let mut form = sent(&[
                ("tax", "added"),
                ("places.amounts", "2"),
                ("places.units", "4"),
                ("align", "day_of_month"),
                ("align.day", "4"),
                ("fee", "amount"),
                ("fee.value", "10"),
                ("increase.percent", "3"),
            ]);
            form.0.retain(|(name, _)| name != field);
            form.0.push((field.to_owned(), value.to_owned()));
            let error = asked(&Policies::default(), &form).expect_err("refused");
            assert_eq!(error.problems()[0].field, field, "{value}");
        }
    }
}
