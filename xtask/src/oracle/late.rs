//! Usage that is billed in several runs: late usage, split periods, minimum, maximum and discounts over them.

use serde_json::{Value, json};
use tradewind_kernel::{
    Date, Decimal,
    calendar::{Cadence, Period},
};
use tradewind_pricing::{
    PriceModel, Settle, Usage,
    cumulative::{Difference, Standing, difference, standing},
    cycles::BillingCycle,
};

use super::{
    Computed,
    case::{
        Input, Outcome, billable, date, decimal, exact, list, money, shown, text, unsupported,
        whole,
    },
    conventions::{cadence, on_day},
    prices::{apply, model},
    stubs::item,
};

fn discount(input: &Input<'_>) -> Outcome<Decimal> {
    Ok(input.maybe_decimal("pct_off")?.unwrap_or_default())
}

fn known(
    model: &PriceModel,
    percent: Decimal,
    quantity: Decimal,
    settle: Settle,
) -> Outcome<Standing> {
    Ok(standing(
        model,
        percent,
        &Usage::Quantity(quantity),
        settle,
    )?)
}

fn part_lines(difference: &Difference) -> Vec<Value> {
    difference
        .parts
        .iter()
        .filter(|part| !part.amount.is_zero())
        .map(|part| exact(part.amount))
        .collect()
}

/// `75-65=10`, `100+50`, or the amount alone.
fn expression(gross: Decimal, change: Decimal, total: Decimal, with_result: bool) -> Value {
    let (gross, total) = (gross.normalize(), total.normalize());
    let sign = if change.is_sign_negative() { "" } else { "+" };
    let change = change.normalize();
    if change.is_zero() {
        json!(total.to_string())
    } else if with_result {
        json!(format!("{gross}{sign}{change}={total}"))
    } else {
        json!(format!("{gross}{sign}{change}"))
    }
}

/// A difference as the total of a case shows it: with its result where something is taken off.
fn as_total(difference: &Difference) -> Value {
    let change = difference.discount + difference.bounds;
    expression(
        difference.gross,
        change,
        difference.total,
        change.is_sign_negative(),
    )
}

/// Quantities known at the first and at the second run, or one list of runs.
pub(super) fn snapshots(input: &Input<'_>) -> Outcome<Computed> {
    let model = model(input)?;
    let percent = discount(input)?;
    let rows = input.list("snapshots")?;
    if rows.iter().all(Value::is_array) {
        let mut second = Vec::new();
        for row in rows {
            let [first, now] = list(row)? else {
                return unsupported("expected the quantities of two runs");
            };
            let first = known(&model, percent, decimal(first)?, Settle::Interim)?;
            let now = known(&model, percent, decimal(now)?, Settle::Interim)?;
            let difference = difference(Some(&first), first.total, &now)?;
            second.push(
                if difference.total.is_zero() && part_lines(&difference).is_empty() {
                    json!("none")
                } else {
                    billable(input, difference.total)?
                },
            );
        }
        return Ok(Computed::from_iter([(
            "second_run".to_owned(),
            second.into(),
        )]));
    }
    let last = match input.maybe("final") {
        Some(flags) => list(flags)?.iter().map(Value::as_bool).collect(),
        None => Vec::new(),
    };
    let mut before: Option<Standing> = None;
    let mut billed = Decimal::ZERO;
    let mut amounts = Vec::new();
    let mut lines = Vec::new();
    for (i, quantity) in rows.iter().enumerate() {
        let settle = match last.get(i) {
            Some(Some(true)) => Settle::Final,
            _ => Settle::Interim,
        };
        let now = known(&model, percent, decimal(quantity)?, settle)?;
        let run = difference(before.as_ref(), billed, &now)?;
        billed += run.total;
        amounts.push(billable(input, run.total)?);
        lines = part_lines(&run);
        before = Some(now);
    }
    Ok(Computed::from_iter([
        ("amounts".to_owned(), amounts.into()),
        ("lines_second".to_owned(), lines.into()),
    ]))
}

/// The last bill of a period: what is missing to the minimum is settled with it.
pub(super) fn last_line(input: &Input<'_>) -> Outcome<Computed> {
    let settle = match input.maybe("last_line") {
        Some(Value::Bool(true)) => Settle::Final,
        _ => Settle::Interim,
    };
    let model = model(input)?;
    let now = known(&model, discount(input)?, input.decimal("units")?, settle)?;
    let difference = difference(None, input.decimal("already_billed")?, &now)?;
    Ok(Computed::from_iter([
        ("commitment_line".to_owned(), exact(difference.bounds)),
        ("total".to_owned(), billable(input, difference.total)?),
    ]))
}

/// A further bill of a period, after some of its usage was billed before.
fn next(input: &Input<'_>, model: &PriceModel) -> Outcome<Difference> {
    let percent = discount(input)?;
    let already = input.decimal("already")?;
    let before = known(model, percent, already, Settle::Interim)?;
    let all = already + input.decimal("new")?;
    let now = known(model, percent, all, Settle::Interim)?;
    let billed = input
        .maybe_decimal("already_billed")?
        .unwrap_or(before.total);
    Ok(difference(Some(&before), billed, &now)?)
}

pub(super) fn next_line(input: &Input<'_>) -> Outcome<Computed> {
    let next = next(input, &model(input)?)?;
    let taken: Vec<Value> = [next.discount, next.bounds]
        .into_iter()
        .filter(|amount| !amount.is_zero())
        .map(|amount| exact(-amount))
        .collect();
    Ok(Computed::from_iter([
        ("lines".to_owned(), part_lines(&next).into()),
        ("gross".to_owned(), billable(input, next.gross)?),
        ("discount".to_owned(), exact(-(next.discount + next.bounds))),
        ("discounts".to_owned(), taken.into()),
        ("total".to_owned(), billable(input, next.total)?),
    ]))
}

/// Several small cases in one: first periods, split periods, or bounds on quantities.
pub(super) fn cases(input: &Input<'_>) -> Outcome<Computed> {
    let rows = input.list("cases")?;
    if rows.iter().all(Value::is_array) {
        return first_periods(input, rows);
    }
    let model = model(input)?;
    let mut totals = Vec::new();
    for row in rows {
        let row = input.inner(row, "cases")?;
        let mut model = model.clone();
        for (key, bound) in [("max", &mut model.maximum), ("min", &mut model.minimum)] {
            if let Some(value) = row.maybe_decimal(key)? {
                *bound = Some(value);
            }
        }
        totals.push(if row.has("already") {
            as_total(&next(&row, &model)?)
        } else {
            let now = known(&model, Decimal::ZERO, row.decimal("units")?, Settle::Final)?;
            as_total(&difference(None, Decimal::ZERO, &now)?)
        });
        row.finish()?;
    }
    Ok(Computed::from_iter([("totals".to_owned(), totals.into())]))
}

/// `[period, start, billing day]`
fn first_periods(input: &Input<'_>, rows: &[Value]) -> Outcome<Computed> {
    let mut periods = Vec::new();
    for row in rows {
        let [words, start, day] = list(row)? else {
            return unsupported("expected a period, a start and a billing day");
        };
        let start = date(start)?;
        let cycle = on_day(input.case, start, cadence(text(words)?)?, whole(day)?)?;
        let part = cycle.containing(start)?.part;
        periods.push(json!([part.start.to_string(), part.end.to_string()]));
    }
    Ok(Computed::from_iter([(
        "first_period".to_owned(),
        periods.into(),
    )]))
}

/// `[day, units]`
fn points(input: &Input<'_>, key: &str) -> Outcome<Vec<(Date, Decimal)>> {
    input
        .list(key)?
        .iter()
        .map(|point| match list(point)? {
            [day, units] => Ok((date(day)?, decimal(units)?)),
            _ => unsupported("expected a day and units"),
        })
        .collect()
}

/// Late usage as items of its own past periods, as far back as the window goes.
pub(super) fn past_periods(input: &Input<'_>) -> Outcome<Computed> {
    let model = model(input)?;
    let Some(window) = input
        .case
        .conv
        .split("window=")
        .nth(1)
        .and_then(|rest| rest.split_whitespace().next())
        .and_then(|count| count.parse().ok())
    else {
        return unsupported("the convention names no window of periods");
    };
    let invoiced_to = input.date("last_invoiced_to")?;
    let on = input.date("invoice_on")?;
    let mut all = points(input, "late_points")?;
    let earliest = all.iter().map(|(day, _)| *day).min().unwrap_or(invoiced_to);
    all.extend(points(input, "current_points")?);
    // Nothing says when the subscription began: before anything that is known of it.
    let start = tradewind_kernel::calendar::add_months(invoiced_to.first_of_month(), -60)?
        .min(earliest.first_of_month());
    let start = tradewind_kernel::calendar::add_days(start, i64::from(invoiced_to.day()) - 1)?;
    let cycle = BillingCycle::anniversary(start, Cadence::MONTHLY);
    let mut open: Vec<Period> = cycle
        .before(invoiced_to, window)?
        .iter()
        .map(|period| period.part)
        .collect();
    open.push(Period::new(invoiced_to, on)?);
    let mut items = Vec::new();
    for period in open {
        let units: Decimal = all
            .iter()
            .filter(|(day, _)| period.contains(*day))
            .map(|(_, units)| *units)
            .sum();
        let amount = money(input, apply(&model, units)?.exact)?;
        if !amount.is_zero() {
            items.push(item(period, "USAGE", shown(amount)));
        }
    }
    Ok(Computed::from_iter([("items".to_owned(), items.into())]))
}
