//! Billing dates, month ends, time zones.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use tradewind_kernel::{
    Date, Timestamp, Zone,
    calendar::{Cadence, add_days},
};
use tradewind_pricing::cycles::BillingCycle;

use super::{
    Computed,
    case::{Input, Outcome, date, list, shown, text, unsupported},
    conventions::{by_words, cadence, cadence_or_monthly, fee, on_day, terms},
};

/// The billing dates in each month of which dates are published.
pub(super) fn billing_dates(input: &Input<'_>) -> Outcome<Computed> {
    let Some(expected) = input.case.expect.get("billing_dates") else {
        return unsupported("no billing dates are published");
    };
    let expected = list(expected)?;
    let cadence = cadence_or_monthly(input)?;
    let mut all = Vec::new();
    for (start, wanted) in input.list("starts")?.iter().zip(expected) {
        let cycle = BillingCycle::anniversary(date(start)?, cadence);
        all.push(dates_of_months(&cycle, wanted)?);
    }
    Ok(Computed::from_iter([(
        "billing_dates".to_owned(),
        all.into(),
    )]))
}

/// The billing dates that a cycle has in the months of which dates are published.
fn dates_of_months(cycle: &BillingCycle, published: &Value) -> Outcome<Value> {
    let published = list(published)?
        .iter()
        .map(date)
        .collect::<Outcome<Vec<_>>>()?;
    let Some(last) = published.iter().max() else {
        return unsupported("no dates are published");
    };
    let months: Vec<Date> = published.iter().map(|date| date.first_of_month()).collect();
    let dates: Vec<String> = cycle
        .until(None, last.last_of_month())?
        .iter()
        .map(|period| period.part.start)
        .filter(|date| months.contains(&date.first_of_month()))
        .map(|date| date.to_string())
        .collect();
    Ok(json!(dates))
}

/// The first periods of a schedule, with their last days.
pub(super) fn periods(input: &Input<'_>) -> Outcome<Computed> {
    let start = if input.has("tz") {
        time(input.value("start")?)?.date_in(&zone(input)?)
    } else {
        input.date("start")?
    };
    let cycle = by_words(start, input.text("period")?)?;
    let count = input
        .case
        .expect
        .get("periods")
        .map_or(Ok(0), |v| list(v).map(<[_]>::len))?;
    let mut from = start;
    let mut all = Vec::new();
    for _ in 0..count {
        let part = cycle.containing(from)?.part;
        let last = if input.case.conv.contains("inclusive") {
            add_days(part.end, -1)?
        } else {
            part.end
        };
        all.push(json!([part.start.to_string(), last.to_string()]));
        from = part.end;
    }
    let mut computed = Computed::from_iter([("periods".to_owned(), all.into())]);
    if let Some(published) = input.case.expect.get("billing_dates") {
        let dates = dates_of_months(&cycle, published)?;
        computed.insert("billing_dates".to_owned(), dates);
    }
    Ok(computed)
}

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// A month by its name or the first three letters of it.
pub(super) fn month(name: &str) -> Option<i8> {
    let name = name.to_lowercase();
    let at = MONTHS
        .iter()
        .position(|month| name.len() >= 3 && month.to_lowercase().starts_with(&name))?;
    i8::try_from(at + 1).ok()
}

/// `January 31` in a year.
fn day_in(text: &str, year: i16) -> Outcome<Date> {
    let parsed = text
        .split_once(' ')
        .and_then(|(name, day)| Date::new(year, month(name)?, day.parse().ok()?).ok());
    match parsed {
        Some(date) => Ok(date),
        None => unsupported(format!("{text:?} is not a day of a year")),
    }
}

/// The bills after an anchor without a year, in a common and in a leap year.
pub(super) fn from_anchor(input: &Input<'_>) -> Outcome<Computed> {
    let anchor = input.text("anchor")?;
    let cadence = cadence(input.text("period")?)?;
    let count = input
        .case
        .expect
        .get("bills")
        .map_or(Ok(0), |v| list(v).map(<[_]>::len))?;
    let bills = |year| -> Outcome<Vec<Date>> {
        let cycle = BillingCycle::anniversary(day_in(anchor, year)?, cadence);
        let mut at = cycle.start;
        let mut dates = Vec::new();
        for _ in 0..count {
            at = cycle.next_after(at)?;
            dates.push(at);
        }
        Ok(dates)
    };
    let (common, leap) = (bills(2023)?, bills(2024)?);
    let texts: Vec<Value> = common
        .iter()
        .zip(leap)
        .map(|(common, leap)| {
            let month = MONTHS[usize::from(common.month().unsigned_abs()) - 1];
            let short = format!("{} {}", &month[..3], common.day());
            if common.day() == leap.day() && common.month() == leap.month() {
                json!(short)
            } else {
                json!(format!("{short} ({} in a leap year)", leap.day()))
            }
        })
        .collect();
    Ok(Computed::from_iter([("bills".to_owned(), texts.into())]))
}

fn zone(input: &Input<'_>) -> Outcome<Zone> {
    Ok(Zone::parse(input.text("tz")?)?)
}

/// A time that may leave out its seconds.
pub(super) fn time(value: &Value) -> Outcome<Timestamp> {
    let text = text(value)?;
    if let Ok(time) = Timestamp::parse(text) {
        return Ok(time);
    }
    match (text.get(..16), text.get(16..)) {
        (Some(minutes), Some(offset)) => Ok(Timestamp::parse(&format!("{minutes}:00{offset}"))?),
        _ => unsupported(format!("{text:?} is not a time")),
    }
}

/// Units of each billing month, whose bounds are local midnights.
pub(super) fn usage_by_month(input: &Input<'_>) -> Outcome<Computed> {
    let zone = zone(input)?;
    let cycle = on_day(
        input.case,
        input.date("start")?,
        Cadence::MONTHLY,
        input.whole("bcd")?,
    )?;
    let mut units: BTreeMap<String, u64> = BTreeMap::new();
    for point in input.list("points")? {
        let local = time(point)?.date_in(&zone);
        let period = cycle.containing(local)?.part;
        *units
            .entry(period.start.strftime("%Y-%m").to_string())
            .or_default() += 1;
    }
    Ok(Computed::from_iter([(
        "units_by_month".to_owned(),
        json!(units),
    )]))
}

/// Whole months in a time zone that changes its clocks: every item is one, from local midnight to local midnight.
pub(super) fn every_month(input: &Input<'_>) -> Outcome<Computed> {
    let zone = zone(input)?;
    let start = input.date("first_paid")?;
    let cycle = on_day(input.case, start, Cadence::MONTHLY, input.whole("bcd")?)?;
    let terms = terms(input, cycle.cadence)?;
    let price = input.decimal("price")?;
    let mut from = start;
    let mut seen = Vec::new();
    for _ in 0..input.whole("months")? {
        let midnight = zone.start_of_day(from).date_in(&zone);
        let period = cycle.containing(midnight)?;
        let line = fee(&terms, &period, price, None)?;
        let next_month = period.part.end.first_of_month() == period.part.end
            && add_days(period.part.end, -1)?.first_of_month() == period.part.start;
        let ends = if next_month {
            "1st of next month"
        } else {
            "another day"
        };
        let starts = if midnight.day() == 1 {
            "1st"
        } else {
            "another day"
        };
        seen.push(json!([starts, ends, "RECURRING", shown(line.amount)]));
        from = period.part.end;
    }
    seen.dedup();
    let every = match seen.as_slice() {
        [one] => one.clone(),
        _ => json!(seen),
    };
    Ok(Computed::from_iter([("every_item".to_owned(), every)]))
}

/// A job that runs at these times bills a period once its local day has come, and only once.
pub(super) fn runs(input: &Input<'_>) -> Outcome<Computed> {
    let zone = zone(input)?;
    let start = time(input.value("start")?)?.date_in(&zone);
    let cycle = by_words(start, input.text("period")?)?;
    let mut due = cycle.next_after(start)?;
    let mut first = None;
    let mut count = 0;
    for run in input.list("runs")? {
        let today = time(run)?.date_in(&zone);
        while due <= today {
            first.get_or_insert_with(|| run.clone());
            count += 1;
            due = cycle.next_after(due)?;
        }
    }
    Ok(Computed::from_iter([
        ("invoices_total".to_owned(), json!(count)),
        ("first_at".to_owned(), first.unwrap_or(Value::Null)),
    ]))
}
