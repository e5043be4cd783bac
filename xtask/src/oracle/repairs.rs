//! Changes and cancellations of periods that were billed in advance, as items of invoices with account credit.

use serde_json::{Value, json};
use tradewind_kernel::{
    Date, Decimal, Money,
    calendar::{Cadence, Period},
};
use tradewind_pricing::{
    Direction, PriceModel, Ratio,
    credit::settle,
    recurring::{After, BilledLine, Change, ChangeAt, Holding, RecurringLine, change, direction},
};

use super::{
    Computed,
    case::{Input, Outcome, date, decimal, list, money, shown, unsupported, whole},
    conventions::{cadence, cadence_of, fee, on_day, terms},
    stubs::item,
};

/// A whole period that was billed.
fn billed_line(input: &Input<'_>, period: Period, price: Decimal) -> Outcome<RecurringLine> {
    Ok(RecurringLine {
        full: period,
        part: period,
        cadence: cadence_of(period)?,
        item_cadence: None,
        quantity: Decimal::ONE,
        full_amount: price,
        ratio: Ratio::ONE,
        exact: price,
        amount: money(input, price)?,
    })
}

/// A billed line within the schedule of its billing day, where one is given: a stub is a part of its period.
fn on_billing_day(input: &Input<'_>, mut line: RecurringLine) -> Outcome<RecurringLine> {
    let Some(day) = input.maybe("bcd").map(whole).transpose()? else {
        return Ok(line);
    };
    let cycle = on_day(input.case, line.part.start, line.cadence, day)?;
    let service = cycle.containing(line.part.start)?;
    if service.part != line.part {
        return unsupported("the billed period is not one of the billing day");
    }
    if service.is_stub() {
        line = fee(
            &terms(input, line.cadence)?,
            &service,
            line.full_amount,
            None,
        )?;
    }
    Ok(line)
}

/// `[start, end, price]`
fn billed(input: &Input<'_>) -> Outcome<RecurringLine> {
    match list(input.value("billed")?)? {
        [start, end, price] => billed_line(
            input,
            Period::new(date(start)?, date(end)?)?,
            decimal(price)?,
        ),
        _ => unsupported("expected a start, an end and an amount"),
    }
}

/// The items of an invoice for a change: new charges, repairs, and what moves to or from the account's credit.
pub(super) fn invoice(on: Date, change: &Change, credit: &mut Money) -> Outcome<Vec<Value>> {
    let mut items = Vec::new();
    for line in &change.charges {
        items.push(item(line.part, "RECURRING", shown(line.amount)));
    }
    for line in &change.credits {
        items.push(item(line.part, "REPAIR_ADJ", shown(line.amount)));
    }
    let used = settle(change.net, *credit)?;
    *credit = used.credit;
    if !used.movement.is_zero() {
        let on = on.to_string();
        items.push(json!([on, on, "CBA_ADJ", shown(used.movement)]));
    }
    Ok(items)
}

pub(super) fn cancelled(input: &Input<'_>) -> Outcome<Computed> {
    let at = input.date("cancel")?;
    let line = match list(input.value("billed")?)? {
        [_, _, _] => {
            input.maybe("bcd");
            billed(input)?
        }
        [start, end] => {
            let period = Period::new(date(start)?, date(end)?)?;
            let line = billed_line(input, period, input.decimal("price")?)?;
            on_billing_day(input, line)?
        }
        _ => return unsupported("expected the start and the end of the billed period"),
    };
    let cadence = line.cadence;
    let line = BilledLine {
        credited: money(
            input,
            input.maybe_decimal("item_adjust")?.unwrap_or_default(),
        )?,
        ..BilledLine::new(line)
    };
    let change = change(
        &terms(input, cadence)?,
        &ChangeAt::day(at),
        Direction::Cancellation,
        &[line],
        &[],
    )?;
    let items = invoice(at, &change, &mut Money::zero(input.currency()?))?;
    Ok(Computed::from_iter([("items".to_owned(), items.into())]))
}

/// A billed line of which a part was credited by hand, changed to another price, and perhaps to another period.
pub(super) fn changed(input: &Input<'_>) -> Outcome<Computed> {
    let at = input.date("change_on")?;
    let line = billed(input)?;
    let adjusted = input.maybe_decimal("item_adjust")?.unwrap_or_default();
    let (price, cadence) = if input.has("to") {
        let to = input.object("to")?;
        let cadence = cadence(to.text("period")?)?;
        let price = to.decimal("price")?;
        to.finish()?;
        (price, cadence)
    } else {
        (input.decimal("to_price")?, line.cadence)
    };
    let line = BilledLine {
        credited: money(input, adjusted)?,
        ..BilledLine::new(line)
    };
    let change = to_price(input, at, &line, price, cadence)?;
    let items = invoice(at, &change, &mut Money::zero(input.currency()?))?;
    Ok(Computed::from_iter([("items".to_owned(), items.into())]))
}

/// Several changes, each on top of what the one before billed.
pub(super) fn changed_again(input: &Input<'_>) -> Outcome<Computed> {
    let mut line = BilledLine::new(billed(input)?);
    let cadence = line.line.cadence;
    let mut credit = Money::zero(input.currency()?);
    let mut invoices = Vec::new();
    for row in input.list("changes")? {
        let [at, price] = list(row)? else {
            return unsupported("expected a day and a price");
        };
        let at = date(at)?;
        let change = to_price(input, at, &line, decimal(price)?, cadence)?;
        invoices.push(Value::from(invoice(at, &change, &mut credit)?));
        match change.charges.first() {
            Some(new) => line = BilledLine::new(*new),
            None => return unsupported("the change leaves nothing to change again"),
        }
    }
    Ok(Computed::from_iter([(
        "invoices".to_owned(),
        invoices.into(),
    )]))
}

fn to_price(
    input: &Input<'_>,
    at: Date,
    billed: &BilledLine,
    price: Decimal,
    cadence: Cadence,
) -> Outcome<Change> {
    input.maybe("bcd");
    let full = if cadence == billed.line.cadence {
        billed.line.full
    } else {
        let day = match input.maybe("bcd") {
            Some(day) => whole(day)?,
            None => i64::from(billed.line.full.start.day()),
        };
        on_day(input.case, at, cadence, day)?.containing(at)?.full
    };
    let model = PriceModel::flat(price);
    let after = [After {
        holding: Holding::new(&model, Decimal::ONE),
        full,
        cadence,
    }];
    Ok(change(
        &terms(input, billed.line.cadence)?,
        &ChangeAt::day(at),
        direction(billed.line.full_amount, price),
        &[*billed],
        &after,
    )?)
}
