//! From the words that name a convention to policies.

use tradewind_kernel::{
    Date, Decimal, Rounding,
    calendar::{Cadence, CadenceUnit, Period},
};
use tradewind_pricing::{
    Direction, PriceModel, ProrationPolicy, ProrationTerms, ZeroUsage,
    cycles::{Alignment, BillingCycle, FirstPeriod, ServicePeriod, StubBasis},
    recurring::{Held, Holding, RecurringLine, RecurringTerms, charges},
};

use super::case::{Case, Outcome, USD, unsupported};

/// The proration policy that a convention means.
pub(crate) fn policy(case: &Case) -> Outcome<ProrationPolicy> {
    let conv = case.conv.to_lowercase();
    let first = conv.split([' ', ';', ',']).next().unwrap_or_default();
    if let Some(days) = first.strip_prefix("kb-fixed") {
        return match days.parse() {
            Ok(days) => Ok(ProrationPolicy::FixedMonth {
                days,
                ratio_places: Some(9),
            }),
            Err(_) => unsupported(format!("the convention {first:?} is not known")),
        };
    }
    if first == "kb-day" {
        return Ok(ProrationPolicy::ActualDays {
            ratio_places: Some(9),
        });
    }
    let known = [
        ("per second", ProrationPolicy::Seconds),
        ("per hour", ProrationPolicy::HoursUp),
        ("both ends inclusive", ProrationPolicy::BothEnds),
        ("whole days", ProrationPolicy::WholeDays),
        (
            "actual days",
            ProrationPolicy::ActualDays { ratio_places: None },
        ),
        // Bounds at local midnight: whole local days.
        ("local", ProrationPolicy::ActualDays { ratio_places: None }),
        ("inclusive", ProrationPolicy::DayConsumed),
        ("lago", ProrationPolicy::DayConsumed),
        ("none", ProrationPolicy::None),
    ];
    match known.iter().find(|(words, _)| conv.contains(words)) {
        Some((_, policy)) => Ok(*policy),
        None => unsupported(format!("the convention {:?} names no proration", case.conv)),
    }
}

/// What no usage costs: Kill Bill bills nothing, the others the flat amount of the first tier.
pub(crate) fn zero_usage(case: &Case) -> ZeroUsage {
    if case.conv.starts_with("kb") {
        ZeroUsage::Free
    } else {
        ZeroUsage::FirstTier
    }
}

/// What a leading stub is a share of.
fn stub(case: &Case) -> StubBasis {
    if case.conv.starts_with("kb") {
        StubBasis::BackFromEnd
    } else {
        StubBasis::Schedule
    }
}

/// `MONTHLY`, `calendar month`, `weekly`, `P3M` …
pub(crate) fn cadence(text: &str) -> Outcome<Cadence> {
    if let Ok(cadence) = Cadence::parse(text) {
        return Ok(cadence);
    }
    let words = text.to_lowercase();
    let known = [
        ("biweek", CadenceUnit::Week, 2),
        ("week", CadenceUnit::Week, 1),
        ("thirty_days", CadenceUnit::Day, 30),
        ("sixty_days", CadenceUnit::Day, 60),
        ("ninety_days", CadenceUnit::Day, 90),
        ("bimestrial", CadenceUnit::Month, 2),
        ("biannual", CadenceUnit::Month, 6),
        ("biennial", CadenceUnit::Year, 2),
        ("quarter", CadenceUnit::Month, 3),
        ("semi", CadenceUnit::Month, 6),
        ("half", CadenceUnit::Month, 6),
        ("month", CadenceUnit::Month, 1),
        ("year", CadenceUnit::Year, 1),
        ("annual", CadenceUnit::Year, 1),
        ("daily", CadenceUnit::Day, 1),
    ];
    match known.iter().find(|(word, _, _)| words.contains(word)) {
        Some((_, unit, count)) => Ok(Cadence::new(*unit, *count)),
        None => unsupported(format!("{text:?} is not a billing period")),
    }
}

/// A cycle on a day of the month, by the convention of the case.
pub(crate) fn on_day(
    case: &Case,
    start: Date,
    cadence: Cadence,
    day: i64,
) -> Outcome<BillingCycle> {
    let Ok(day) = u8::try_from(day) else {
        return unsupported(format!("{day} is not a day of a month"));
    };
    let first = if case.conv.contains("stub then anchor") {
        FirstPeriod::FromStartMonth
    } else {
        FirstPeriod::ToNextDay
    };
    Ok(BillingCycle {
        start,
        cadence,
        alignment: Alignment::DayOfMonth { day, first },
        stub: stub(case),
    })
}

/// A cycle that follows the words of a period: the calendar where they say so, else the start.
pub(crate) fn by_words(start: Date, words: &str) -> Outcome<BillingCycle> {
    let mut cycle = BillingCycle::anniversary(start, cadence(words)?);
    if words.contains("calendar") {
        cycle.alignment = Alignment::Calendar;
    }
    Ok(cycle)
}

/// A cycle that follows another date.
pub(crate) fn from_date(start: Date, cadence: Cadence, anchor: Date) -> BillingCycle {
    BillingCycle {
        alignment: Alignment::Date { anchor },
        ..BillingCycle::anniversary(start, cadence)
    }
}

/// The same policy in every direction, dollars, half up.
pub(crate) fn terms(policy: ProrationPolicy, cadence: Cadence) -> RecurringTerms {
    RecurringTerms {
        currency: USD,
        rounding: Rounding::HalfUp,
        proration: ProrationTerms::all(policy),
        cadence,
    }
}

/// The one line of a flat fee over a period, up to a cancellation.
pub(crate) fn fee(
    terms: &RecurringTerms,
    service: &ServicePeriod,
    price: Decimal,
    cancelled: Option<Date>,
) -> Outcome<RecurringLine> {
    let price = PriceModel::flat(price);
    let held = [Held {
        from: service.part.start,
        holding: Holding::new(&price, Decimal::ONE),
    }];
    match charges(terms, service, &held, cancelled)?.first() {
        Some(line) => Ok(*line),
        None => unsupported("the period is over before it begins"),
    }
}

/// A period from dates of which the last is part of it.
pub(crate) fn inclusive(start: Date, last: Date) -> Outcome<Period> {
    Ok(Period::new(
        start,
        tradewind_kernel::calendar::add_days(last, 1)?,
    )?)
}

/// The direction that a case is about.
pub(crate) fn direction(case: &Case) -> Direction {
    match case.area.as_str() {
        "downgrade" => Direction::Downgrade,
        "cancel-credit" => Direction::Cancellation,
        _ => Direction::Upgrade,
    }
}
