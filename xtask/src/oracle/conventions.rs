//! From the words that name a convention to policies.

use tradewind_kernel::{
    Date, Decimal, Rounding,
    calendar::{self, Cadence, CadenceUnit, Period},
};
use tradewind_pricing::{
    Direction, PriceModel, ProrationPolicy, ProrationTerms, ZeroUsage,
    cycles::{Alignment, BillingCycle, FirstPeriod, ServicePeriod, StubBasis},
    recurring::{Held, Holding, RecurringLine, RecurringTerms, charges},
};

use super::case::{Case, Input, Outcome, text, unsupported};

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
        ("no proration", ProrationPolicy::None),
        ("second", ProrationPolicy::Seconds),
        (
            "exclusive",
            ProrationPolicy::ActualDays { ratio_places: None },
        ),
    ];
    match known.iter().find(|(words, _)| conv.contains(words)) {
        Some((_, policy)) => Ok(*policy),
        // A convention about something else: the engine's own.
        None => match engine(case) {
            Some(Engine::KillBill) => Ok(ProrationPolicy::ActualDays {
                ratio_places: Some(9),
            }),
            Some(Engine::Lago) => Ok(ProrationPolicy::DayConsumed),
            Some(Engine::OpenMeter | Engine::Stripe) => Ok(ProrationPolicy::Seconds),
            Some(Engine::Meteroid) => Ok(ProrationPolicy::WholeDays),
            Some(Engine::Flexprice) => Ok(ProrationPolicy::BothEnds),
            None => unsupported(format!("the convention {:?} names no proration", case.conv)),
        },
    }
}

/// Whose amounts they are.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Engine {
    KillBill,
    Lago,
    OpenMeter,
    Meteroid,
    Flexprice,
    Stripe,
}

/// The engine that a convention or a source names.
fn engine(case: &Case) -> Option<Engine> {
    let known = [
        ("kb", "kill", Engine::KillBill),
        ("lg", "lago", Engine::Lago),
        ("om", "openmeter", Engine::OpenMeter),
        ("mt", "meteroid", Engine::Meteroid),
        ("fx", "flexprice", Engine::Flexprice),
        ("st", "stripe", Engine::Stripe),
    ];
    let (conv, src) = (case.conv.to_lowercase(), case.src.to_lowercase());
    let first = |text: &str| {
        let word: String = text.chars().take_while(|c| c.is_alphabetic()).collect();
        known.iter().find(|(short, _, _)| *short == word)
    };
    let named = |text: &str| known.iter().find(|(_, name, _)| text.contains(name));
    first(&conv)
        .or_else(|| named(&conv))
        .or_else(|| first(&src))
        .or_else(|| named(&src))
        .map(|(_, _, engine)| *engine)
}

/// What no usage costs: as the convention says it in words, else as the engine has it. Kill Bill and Flexprice bill
/// nothing, the others the flat amount of the first tier.
pub(crate) fn zero_usage(case: &Case) -> ZeroUsage {
    let conv = case.conv.to_lowercase();
    let said = ["zero usage", "no usage", "zero units"]
        .iter()
        .find_map(|words| conv.split_once(words));
    if let Some((_, said)) = said {
        let said = said.split(';').next().unwrap_or_default();
        let any = |words: &[&str]| words.iter().any(|word| said.contains(word));
        if any(&["not ", "nothing", "free", "no ", "unbilled", "0"]) {
            return ZeroUsage::Free;
        }
        if any(&["pay", "bill", "charge", "flat", "cost"]) {
            return ZeroUsage::FirstTier;
        }
    }
    match engine(case) {
        Some(Engine::KillBill | Engine::Flexprice) => ZeroUsage::Free,
        _ => ZeroUsage::FirstTier,
    }
}

/// What a leading stub is a share of.
fn stub(case: &Case) -> StubBasis {
    if engine(case) == Some(Engine::KillBill) {
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

/// How often a case bills: monthly, unless it says otherwise.
pub(crate) fn cadence_or_monthly(input: &Input<'_>) -> Outcome<Cadence> {
    input
        .maybe("period")
        .map_or(Ok(Cadence::MONTHLY), |words| cadence(text(words)?))
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

/// The same policy in every direction, the case's currency, half up.
pub(crate) fn terms(input: &Input<'_>, cadence: Cadence) -> Outcome<RecurringTerms> {
    Ok(RecurringTerms {
        currency: input.currency()?,
        rounding: Rounding::HalfUp,
        proration: ProrationTerms::all(policy(input.case)?),
        cadence,
    })
}

/// The cadence of a whole period, by its ends; of an odd one, months.
pub(crate) fn cadence_of(full: Period) -> Outcome<Cadence> {
    for count in [1, 2, 3, 4, 6, 12, 24, 36, 60] {
        // A billing day on the 31st makes periods that end, but do not begin, on a later day than their month has.
        if calendar::add_months(full.start, i64::from(count))? == full.end
            || calendar::add_months(full.end, -i64::from(count))? == full.start
        {
            return Ok(Cadence::new(CadenceUnit::Month, count));
        }
    }
    match full.days() {
        7 => Ok(Cadence::new(CadenceUnit::Week, 1)),
        14 => Ok(Cadence::new(CadenceUnit::Week, 2)),
        _ => Ok(Cadence::MONTHLY),
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
