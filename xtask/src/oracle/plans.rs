//! Changes of plan: at once with a credit for what is left, at the end of the period, during a trial.

use serde_json::{Value, json};
use tradewind_kernel::{
    Date, Decimal, Money,
    calendar::{Cadence, Period, add_days, next_after},
};
use tradewind_pricing::{
    Direction, PriceModel, Usage,
    cycles::Alignment,
    rate::total,
    recurring::{
        After, BilledLine, Change, ChangeAt, Held, Holding, RecurringTerms, change, charges,
    },
};

use super::{
    Computed,
    case::{Input, Outcome, date, decimal, list, money, shown, unsupported},
    conventions::{by_words, cadence, cadence_or_monthly, fee, from_date, on_day, terms},
    repairs::invoice,
    stubs::item,
};

/// A change from what was billed for a period to something else for the rest of it.
pub(super) struct Within {
    pub(super) terms: RecurringTerms,
    pub(super) full: Period,
    pub(super) at: ChangeAt,
    pub(super) direction: Direction,
}

impl Within {
    pub(super) fn change(&self, old: Option<Decimal>, new: Option<Decimal>) -> Outcome<Change> {
        let (old, new) = (old.map(PriceModel::flat), new.map(PriceModel::flat));
        let service = tradewind_pricing::cycles::ServicePeriod {
            full: self.full,
            part: self.full,
        };
        let mut billed = Vec::new();
        if let Some(old) = &old {
            let held = [Held {
                from: self.full.start,
                holding: Holding::new(old, Decimal::ONE),
            }];
            let lines = charges(&self.terms, &service, &held, None)?;
            billed.extend(lines.into_iter().map(BilledLine::new));
        }
        let after: Vec<After<'_>> = new
            .iter()
            .map(|new| After {
                holding: Holding::new(new, Decimal::ONE),
                full: self.full,
                cadence: self.terms.cadence,
            })
            .collect();
        Ok(change(
            &self.terms,
            &self.at,
            self.direction,
            &billed,
            &after,
        )?)
    }
}

pub(super) fn credit_of(change: &Change) -> Outcome<Money> {
    Ok(Money::sum(
        change.net.currency,
        change.credits.iter().map(|line| line.amount),
    )?)
}

pub(super) fn charge_of(change: &Change) -> Outcome<Money> {
    Ok(Money::sum(
        change.net.currency,
        change.charges.iter().map(|line| line.amount),
    )?)
}

pub(super) fn three(change: &Change) -> Outcome<Computed> {
    Ok(Computed::from_iter([
        ("credit".to_owned(), shown(credit_of(change)?)),
        ("unused".to_owned(), shown(credit_of(change)?)),
        ("charge".to_owned(), shown(charge_of(change)?)),
        ("net".to_owned(), shown(change.net)),
    ]))
}

/// An amount, a quantity of seats, or a quantity and its price.
pub(super) fn amount_of(value: &Value, seat: Option<Decimal>) -> Outcome<Decimal> {
    let per_unit = |quantity: Decimal, price: Decimal| -> Outcome<Decimal> {
        Ok(total(
            &PriceModel::per_unit(price),
            &Usage::Quantity(quantity),
        )?)
    };
    match (value, seat) {
        (Value::Array(_), _) => match list(value)? {
            [quantity, price] => per_unit(decimal(quantity)?, decimal(price)?),
            _ => unsupported("expected a quantity and a price"),
        },
        (_, Some(seat)) => per_unit(decimal(value)?, seat),
        (_, None) => decimal(value),
    }
}

pub(super) fn within_period(input: &Input<'_>) -> Outcome<Computed> {
    let within = Within::read(input)?;
    if !input.has("matched") && !input.has("added") && !input.has("removed") {
        let seat = input.maybe_decimal("seat")?;
        let old = amount_of(input.value("from_")?, seat)?;
        let new = amount_of(input.value("to")?, seat)?;
        return three(&within.change(Some(old), Some(new))?);
    }
    let mut lines = Vec::new();
    let mut add = |old: Option<Decimal>, new: Option<Decimal>| -> Outcome<()> {
        let change = within.change(old, new)?;
        lines.extend(
            change
                .credits
                .iter()
                .chain(&change.charges)
                .map(|line| line.amount),
        );
        Ok(())
    };
    if let Some(matched) = input.maybe("matched") {
        match list(matched)? {
            [old, new] => add(Some(decimal(old)?), Some(decimal(new)?))?,
            _ => return unsupported("expected an old and a new price"),
        }
    }
    if let Some(removed) = input.maybe_decimal("removed")? {
        add(Some(removed), None)?;
    }
    if let Some(added) = input.maybe_decimal("added")? {
        add(None, Some(added))?;
    }
    let net = Money::sum(within.terms.currency, lines.iter().copied())?;
    let lines: Vec<Value> = lines.into_iter().map(shown).collect();
    Ok(Computed::from_iter([
        ("lines".to_owned(), lines.into()),
        ("net".to_owned(), shown(net)),
    ]))
}

/// A dearer plan at once, perhaps of another period, on the anniversary of the old one.
pub(super) fn upgrade(input: &Input<'_>) -> Outcome<Computed> {
    let at = input.date("upgrade_on")?;
    let from = input.object("from_")?;
    let to = input.object("to")?;
    from.must_be("in_advance", &json!(true))?;
    to.must_be("in_advance", &json!(true))?;
    let anchor = from.date("anniversary")?;
    let old = by_words(anchor, from.text("period")?)?;
    let new = by_words(anchor, to.text("period")?)?;
    let terms = terms(input, old.cadence)?;
    let line = fee(&terms, &old.containing(at)?, from.decimal("price")?, None)?;
    let price = PriceModel::flat(to.decimal("price")?);
    let after = [After {
        holding: Holding::new(&price, Decimal::ONE),
        full: new.containing(at)?.full,
        cadence: new.cadence,
    }];
    let change = change(
        &terms,
        &ChangeAt::day(at),
        Direction::Upgrade,
        &[BilledLine::new(line)],
        &after,
    )?;
    from.finish()?;
    to.finish()?;
    // The credit is published as the amount of a credit note.
    Ok(Computed::from_iter([
        ("credit".to_owned(), shown(credit_of(&change)?.neg()?)),
        ("charge".to_owned(), shown(charge_of(&change)?)),
        ("net".to_owned(), shown(change.net)),
    ]))
}

/// A cheaper plan from the end of the period on.
pub(super) fn at_end_of_period(input: &Input<'_>) -> Outcome<Computed> {
    let from = input.object("from_")?;
    let to = input.object("to")?;
    let anchor = from.date("anniversary")?;
    from.decimal("price")?;
    let old = cadence(from.text("period")?)?;
    let effective = next_after(anchor, old, input.date("requested")?)?;
    let cycle = from_date(effective, cadence(to.text("period")?)?, anchor);
    let terms = terms(input, cycle.cadence)?;
    let line = fee(
        &terms,
        &cycle.containing(effective)?,
        to.decimal("price")?,
        None,
    )?;
    from.finish()?;
    to.finish()?;
    Ok(Computed::from_iter([
        ("effective".to_owned(), json!(effective.to_string())),
        ("charge".to_owned(), shown(line.amount)),
    ]))
}

/// Another plan during a trial: its trial counts from the first start, and usage so far is billed with the change.
pub(super) fn upgrade_in_trial(input: &Input<'_>) -> Outcome<Computed> {
    let to = input.object("to")?;
    let end = add_days(input.date("start")?, to.whole("trial_days")?)?;
    let change_on = input.date("upgrade_on")?;
    if change_on > end {
        return unsupported("the trial is over before the change");
    }
    let words = input
        .maybe("period")
        .and_then(Value::as_str)
        .unwrap_or("calendar month");
    let cycle = by_words(end, words)?;
    let terms = terms(input, cycle.cadence)?;
    let line = fee(&terms, &cycle.containing(end)?, to.decimal("price")?, None)?;
    to.finish()?;
    let usage = match input.maybe("usage_before").map(list).transpose()? {
        None => Decimal::ZERO,
        Some([price, units]) => {
            let text = super::case::text(price)?;
            let each = text.trim_end_matches(" each").parse();
            let Ok(each) = each else {
                return unsupported(format!("{text:?} is not a price"));
            };
            total(
                &PriceModel::per_unit(each),
                &Usage::Quantity(decimal(units)?),
            )?
        }
        Some(_) => return unsupported("expected a price and a number of units"),
    };
    Ok(Computed::from_iter([
        ("upgrade_invoice".to_owned(), shown(money(input, usage)?)),
        ("trial_end".to_owned(), json!(end.to_string())),
        ("amount".to_owned(), shown(line.amount)),
    ]))
}

/// A plan in one text.
struct Plan {
    start: Option<Date>,
    every: Cadence,
    price: Decimal,
    /// Billed by the calendar rather than from its start.
    calendar: bool,
}

/// `2024-01-15 quarterly 455.00 arrears`, `910.00 quarterly calendar`
fn plan(text: &str) -> Outcome<Plan> {
    let (mut start, mut every, mut price) = (None, None, None);
    let mut calendar = false;
    for word in text.split_whitespace() {
        if let Ok(date) = word.parse() {
            start = Some(date);
        } else if let Ok(amount) = word.parse() {
            price = Some(amount);
        } else if word == "calendar" {
            calendar = true;
        } else if !matches!(word, "arrears" | "anniversary") {
            every = Some(cadence(word)?);
        }
    }
    match (every, price) {
        (Some(every), Some(price)) => Ok(Plan {
            start,
            every,
            price,
            calendar,
        }),
        _ => unsupported(format!("{text:?} is not a plan")),
    }
}

/// Plans in arrears: the last one, terminated, pays what was used of its period.
pub(super) fn in_arrears(input: &Input<'_>) -> Outcome<Computed> {
    let first = plan(input.text("first")?)?;
    let Some(anchor) = first.start else {
        return unsupported("the first plan has no start");
    };
    let at = input.date("upgrade_on")?;
    let to = plan(input.text("to")?)?;
    let terms = terms(input, to.every)?;
    let mut cycle = from_date(at, to.every, anchor);
    if first.calendar || to.calendar {
        cycle.alignment = Alignment::Calendar;
    }
    let end = input.date("terminate")?;
    let line = fee(&terms, &cycle.containing(at)?, to.price, Some(end))?;
    Ok(Computed::from_iter([(
        "amount".to_owned(),
        shown(line.amount),
    )]))
}

/// A change after a trial that takes effect at once or at the end of the term.
pub(super) fn change_by_policy(input: &Input<'_>) -> Outcome<Computed> {
    input.maybe("continues");
    let old_price = input.decimal("price")?;
    let trial_end = add_days(input.date("trial_start")?, input.whole("trial_days")?)?;
    let cycle = on_day(
        input.case,
        trial_end,
        cadence_or_monthly(input)?,
        input.whole("bcd")?,
    )?;
    let requested = input.date("requested")?;
    let price = input.decimal("to_price")?;
    let terms = terms(input, cycle.cadence)?;
    let count = input
        .case
        .expect
        .get("items")
        .map_or(Ok(0), |v| list(v).map(<[_]>::len))?;
    let term = cycle.containing(requested)?;
    let mut items = Vec::new();
    let from = match input.text("change_policy")? {
        "END_OF_TERM" => term.part.end,
        // What was billed of the term is repaired from the change on, and the rest of it billed anew.
        policy @ ("IMMEDIATE" | "START_OF_TERM") => {
            let at = if policy == "IMMEDIATE" {
                requested
            } else {
                term.part.start
            };
            let billed = BilledLine::new(fee(&terms, &term, old_price, None)?);
            let model = PriceModel::flat(price);
            let after = [After {
                holding: Holding::new(&model, Decimal::ONE),
                full: term.full,
                cadence: cycle.cadence,
            }];
            let direction = tradewind_pricing::recurring::direction(old_price, price);
            let change = change(&terms, &ChangeAt::day(at), direction, &[billed], &after)?;
            items = invoice(at, &change, &mut Money::zero(terms.currency))?;
            term.part.end
        }
        other => return unsupported(format!("change policy {other}")),
    };
    let mut at = from;
    while items.len() < count {
        let period = cycle.containing(at)?;
        let line = fee(&terms, &period, price, None)?;
        items.push(item(line.part, "RECURRING", shown(line.amount)));
        at = period.part.end;
    }
    Ok(Computed::from_iter([("items".to_owned(), items.into())]))
}

/// A base plan with a trial and an add-on with an introductory price.
pub(super) fn with_add_on(input: &Input<'_>) -> Outcome<Computed> {
    let base = input.object("base")?;
    let addon = input.object("addon")?;
    let start = base.date("start")?;
    let bcd = base.whole("bcd")?;
    let terms = terms(input, Cadence::MONTHLY)?;
    let expected = input
        .case
        .expect
        .get("items")
        .map_or(Ok(&[][..]), |v| list(v))?;
    let starts = expected
        .iter()
        .filter_map(|item| item.get(0).map(date))
        .collect::<Outcome<Vec<_>>>()?;
    let Some(target) = starts.into_iter().max() else {
        return unsupported("no items are published");
    };
    let mut items = Vec::new();
    let mut recurring = |from: Date, end: Option<Date>, price: Decimal| -> Outcome<()> {
        let cycle = on_day(input.case, from, Cadence::MONTHLY, bcd)?;
        for period in cycle.until(end, target)? {
            let line = fee(&terms, &period, price, None)?;
            items.push(item(line.part, "RECURRING", shown(line.amount)));
        }
        Ok(())
    };
    let trial = Period::new(start, add_days(start, base.whole("trial_days")?)?)?;
    recurring(trial.end, None, base.decimal("price")?)?;
    let added = addon.date("added")?;
    let phase_start = match addon.text("align")? {
        "START_OF_BUNDLE" => start,
        "START_OF_SUBSCRIPTION" => added,
        other => return unsupported(format!("alignment {other}")),
    };
    let phase_end =
        tradewind_kernel::calendar::add_months(phase_start, addon.whole("discount_months")?)?;
    if added < phase_end {
        recurring(added, Some(phase_end), addon.decimal("discount_price")?)?;
    }
    recurring(added.max(phase_end), None, addon.decimal("price")?)?;
    items.push(item(trial, "FIXED", json!("0")));
    base.finish()?;
    addon.finish()?;
    Ok(Computed::from_iter([("items".to_owned(), items.into())]))
}
