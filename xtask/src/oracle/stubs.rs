//! Periods that are not whole ones, and the items of recurring fees.

use serde_json::{Value, json};
use tradewind_kernel::{
    Date, Decimal, Timestamp,
    calendar::{self, Cadence, Period, add_days},
};
use tradewind_pricing::{
    Direction, ProrationPolicy, Ratio,
    cycles::{BillingCycle, ServicePeriod},
    proration::{Clock, Cut, Window, fixed_days, left, prorate},
};

use super::{
    Computed,
    case::{Input, Outcome, date, exact, list, money, published, shown, unsupported, whole},
    conventions::{by_words, cadence_or_monthly, fee, inclusive, on_day, policy, terms},
};

/// How many periods, whole and partial, are billed in advance by a date.
fn cycles(
    input: &Input<'_>,
    cycle: &BillingCycle,
    end: Option<Date>,
    target: Date,
) -> Outcome<Value> {
    let policy = policy(input.case)?;
    let mut sum: Vec<String> = Vec::new();
    let mut whole_ones = 0;
    for period in cycle.until(end, target)? {
        let ratio = ratio(policy, &period, cycle.cadence)?;
        if ratio.is_one() {
            whole_ones += 1;
        } else {
            sum.push(format!("{}/{}", ratio.part, ratio.whole));
        }
    }
    if whole_ones > 0 || sum.is_empty() {
        sum.push(whole_ones.to_string());
    }
    Ok(json!(sum.join("+")))
}

fn ratio(policy: ProrationPolicy, period: &ServicePeriod, cadence: Cadence) -> Outcome<Ratio> {
    let window = Window::days(period.full, period.part, cadence);
    Ok(prorate(policy, &window)?)
}

pub(super) fn one_segment(input: &Input<'_>) -> Outcome<Computed> {
    let cadence = cadence_or_monthly(input)?;
    let cycle = on_day(
        input.case,
        input.date("start")?,
        cadence,
        input.whole("bcd")?,
    )?;
    let end = input.maybe("end").map(date).transpose()?;
    let cycles = cycles(input, &cycle, end, input.date("target")?)?;
    Ok(Computed::from_iter([("cycles".to_owned(), cycles)]))
}

pub(super) fn segments(input: &Input<'_>) -> Outcome<Computed> {
    let cadence = cadence_or_monthly(input)?;
    let target = input.date("target")?;
    let mut all = Vec::new();
    for segment in input.list("segments")? {
        let segment = input.inner(segment, "segments")?;
        let cycle = on_day(
            input.case,
            segment.date("start")?,
            cadence,
            segment.whole("bcd")?,
        )?;
        let end = segment.maybe("end").map(date).transpose()?;
        all.push(cycles(input, &cycle, end, target)?);
        segment.finish()?;
    }
    Ok(Computed::from_iter([("cycles".to_owned(), all.into())]))
}

/// The share of a period that runs to an end before its own.
pub(super) fn trailing(input: &Input<'_>) -> Outcome<Computed> {
    let from = input.date("trailing_from")?;
    let cadence = cadence_or_monthly(input)?;
    let full = calendar::period(from, cadence, 0)?;
    let part = Period::new(from, input.date("end")?)?;
    let policy = policy(input.case)?;
    let ratio = ratio(policy, &ServicePeriod { full, part }, cadence)?;
    let fixed = input.maybe("fixed_days").map(whole).transpose()?;
    let days = match (policy, fixed) {
        (ProrationPolicy::FixedMonth { days, .. }, Some(given)) if given == i64::from(days) => {
            fixed_days(part.start, part.end, days)
        }
        (_, Some(given)) => {
            return unsupported(format!("{given} fixed days under this convention"));
        }
        (_, None) => part.days(),
    };
    Ok(Computed::from_iter([
        ("days".to_owned(), json!(days)),
        ("factor".to_owned(), exact(ratio.factor()?)),
    ]))
}

/// The first items of a fee on a cycle, as many as are published.
fn items(
    input: &Input<'_>,
    cycle: &BillingCycle,
    price: Decimal,
    count: usize,
) -> Outcome<Vec<Value>> {
    let terms = terms(input, cycle.cadence)?;
    let mut items = Vec::with_capacity(count);
    let mut from = cycle.start;
    while items.len() < count {
        let period = cycle.containing(from)?;
        let line = fee(&terms, &period, price, None)?;
        items.push(item(line.part, "RECURRING", shown(line.amount)));
        from = period.part.end;
    }
    Ok(items)
}

pub(super) fn item(period: Period, kind: &str, amount: Value) -> Value {
    json!([
        period.start.to_string(),
        period.end.to_string(),
        kind,
        amount
    ])
}

fn expected_count(input: &Input<'_>, key: &str) -> usize {
    input
        .case
        .expect
        .get(key)
        .and_then(Value::as_array)
        .map_or(0, Vec::len)
}

pub(super) fn recurring(input: &Input<'_>) -> Outcome<Computed> {
    let cadence = cadence_or_monthly(input)?;
    let cycle = on_day(
        input.case,
        input.date("start")?,
        cadence,
        input.whole("bcd")?,
    )?;
    let price = input.decimal("price")?;
    let invoices = expected_count(input, "invoice_dates");
    let count = expected_count(input, "items").max(invoices);
    let items = items(input, &cycle, price, count)?;
    let dates: Vec<Value> = items.iter().map(|item| item[0].clone()).collect();
    Ok(Computed::from_iter([
        ("items".to_owned(), items.into()),
        ("invoice_dates".to_owned(), dates.into()),
    ]))
}

/// A free trial of so many days, then a fee on a billing day.
pub(super) fn after_trial(input: &Input<'_>) -> Outcome<Computed> {
    let start = input.date("trial_start")?;
    let trial = Period::new(start, add_days(start, input.whole("trial_days")?)?)?;
    let cycle = on_day(
        input.case,
        trial.end,
        cadence_or_monthly(input)?,
        input.whole("bcd")?,
    )?;
    let mut all = vec![item(trial, "FIXED", json!("0"))];
    let count = expected_count(input, "items").saturating_sub(1);
    all.extend(items(input, &cycle, input.decimal("price")?, count)?);
    Ok(Computed::from_iter([("items".to_owned(), all.into())]))
}

/// Something free, then a fee on a billing day.
pub(super) fn after_free(input: &Input<'_>) -> Outcome<Computed> {
    let from = input.date("change_on")?;
    let free = list(input.value("free")?)?;
    if free.get(1).map(date).transpose()? != Some(from) {
        return unsupported("the free time does not end with the change");
    }
    let cycle = on_day(
        input.case,
        from,
        cadence_or_monthly(input)?,
        input.whole("bcd")?,
    )?;
    let count = expected_count(input, "items");
    let items = items(input, &cycle, input.decimal("price")?, count)?;
    Ok(Computed::from_iter([("items".to_owned(), items.into())]))
}

/// A fee whose first bill comes at the end of a trial.
pub(super) fn billed_after_trial(input: &Input<'_>) -> Outcome<Computed> {
    input.must_be("in_advance", &json!(true))?;
    let end = add_days(input.date("start")?, input.whole("trial_days")?)?;
    let cycle = by_words(end, input.text("period")?)?;
    let terms = terms(input, cycle.cadence)?;
    let line = fee(
        &terms,
        &cycle.containing(end)?,
        input.decimal("price")?,
        None,
    )?;
    Ok(Computed::from_iter([
        ("billed_on".to_owned(), json!(end.to_string())),
        ("trial_end".to_owned(), json!(end.to_string())),
        ("amount".to_owned(), shown(line.amount)),
    ]))
}

/// A fee from a moment to the next day of a schedule, by the clock.
pub(super) fn to_anchor(input: &Input<'_>) -> Outcome<Computed> {
    let start = Timestamp::parse(input.text("start")?)?;
    let price = input.decimal("price")?;
    let Some(day) = input
        .text("anchor")?
        .split_once(" of month 00:00Z")
        .and_then(|(day, _)| day.trim_end_matches(char::is_alphabetic).parse().ok())
    else {
        return unsupported("expected an anchor such as \"1st of month 00:00Z\"");
    };
    let utc = tradewind_kernel::Zone::utc();
    let date = start.date_in(&utc);
    let full = on_day(input.case, date, Cadence::MONTHLY, day)?
        .containing(date)?
        .full;
    let cut = Cut {
        full,
        cadence: Cadence::MONTHLY,
        item_cadence: None,
        at: date,
        clock: Some(Clock {
            start: utc.start_of_day(full.start),
            end: utc.start_of_day(full.end),
            at: start,
        }),
    };
    let ratio = left(policy(input.case)?, Direction::Start, &cut)?;
    Ok(Computed::from_iter([
        ("first".to_owned(), shown(money(input, ratio.of(price)?)?)),
        (
            "full".to_owned(),
            shown(money(input, Ratio::ONE.of(price)?)?),
        ),
    ]))
}

/// A fee in arrears that is cancelled within its period.
pub(super) fn cancelled(input: &Input<'_>) -> Outcome<Computed> {
    let start = input.date("start")?;
    let cycle = by_words(start, input.text("period")?)?;
    let terms = terms(input, cycle.cadence)?;
    let line = fee(
        &terms,
        &cycle.containing(start)?,
        input.decimal("price")?,
        Some(input.date("cancel")?),
    )?;
    Ok(Computed::from_iter([(
        "amount".to_owned(),
        shown(line.amount),
    )]))
}

/// A term with both ends given, in months that begin on a day; rounded as a whole.
pub(super) fn inclusive_term(input: &Input<'_>) -> Outcome<Computed> {
    let policy = policy(input.case)?;
    let term = inclusive(input.date("start")?, input.date("end")?)?;
    let price = input.decimal("list_price")?;
    let cycle = on_day(
        input.case,
        term.start,
        Cadence::MONTHLY,
        input.whole("anchor_day")?,
    )?;
    let (mut months, mut total) = (Decimal::ZERO, Decimal::ZERO);
    for period in cycle.until(Some(term.end), term.end)? {
        let ratio = ratio(policy, &period, cycle.cadence)?;
        months += ratio.factor()?;
        total += ratio.of(price)?;
    }
    Ok(Computed::from_iter([
        ("terms".to_owned(), published(months)),
        ("total".to_owned(), shown(money(input, total)?)),
    ]))
}
