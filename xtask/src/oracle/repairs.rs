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
    case::{Input, Outcome, USD, date, decimal, list, money, shown, unsupported},
    conventions::{cadence, on_day, policy, terms},
    stubs::item,
};

/// A whole period that was billed.
fn billed_line(period: Period, price: Decimal) -> Outcome<RecurringLine> {
    let monthly = tradewind_kernel::calendar::period(period.start, Cadence::MONTHLY, 0)?;
    Ok(RecurringLine {
        full: period,
        part: period,
        cadence: if monthly == period || period.days() < 32 {
            Cadence::MONTHLY
        } else {
            Cadence::YEARLY
        },
        item_cadence: None,
        quantity: Decimal::ONE,
        full_amount: price,
        ratio: Ratio::ONE,
        exact: price,
        amount: money(price)?,
    })
}

/// `[start, end, price]`
fn billed(input: &Input<'_>) -> Outcome<RecurringLine> {
    match list(input.value("billed")?)? {
        [start, end, price] => billed_line(Period::new(date(start)?, date(end)?)?, decimal(price)?),
        _ => unsupported("expected a start, an end and an amount"),
    }
}

/// The items of an invoice for a change: new charges, repairs, and what moves to or from the account's credit.
fn invoice(on: Date, change: &Change, credit: &mut Money) -> Outcome<Vec<Value>> {
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
    let [start, end] = list(input.value("billed")?)? else {
        return unsupported("expected the start and the end of the billed period");
    };
    let period = Period::new(date(start)?, date(end)?)?;
    let cycle = on_day(
        input.case,
        period.start,
        Cadence::MONTHLY,
        input.whole("bcd")?,
    )?;
    if cycle.containing(period.start)?.part != period {
        return unsupported("the billed period is not one of the billing day");
    }
    let line = BilledLine::new(billed_line(period, input.decimal("price")?)?);
    let change = change(
        &terms(policy(input.case)?, cycle.cadence),
        &ChangeAt::day(at),
        Direction::Cancellation,
        &[line],
        &[],
    )?;
    let items = invoice(at, &change, &mut Money::zero(USD))?;
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
        credited: money(adjusted)?,
        ..BilledLine::new(line)
    };
    let change = to_price(input, at, &line, price, cadence)?;
    let items = invoice(at, &change, &mut Money::zero(USD))?;
    Ok(Computed::from_iter([("items".to_owned(), items.into())]))
}

/// Several changes, each on top of what the one before billed.
pub(super) fn changed_again(input: &Input<'_>) -> Outcome<Computed> {
    let mut line = BilledLine::new(billed(input)?);
    let cadence = line.line.cadence;
    let mut credit = Money::zero(USD);
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
    let full = if cadence == billed.line.cadence {
        billed.line.full
    } else {
        let day = i64::from(billed.line.full.start.day());
        on_day(input.case, at, cadence, day)?.containing(at)?.full
    };
    let model = PriceModel::flat(price);
    let after = [After {
        holding: Holding::new(&model, Decimal::ONE),
        full,
        cadence,
    }];
    Ok(change(
        &terms(policy(input.case)?, billed.line.cadence),
        &ChangeAt::day(at),
        direction(billed.line.full_amount, price),
        &[*billed],
        &after,
    )?)
}
