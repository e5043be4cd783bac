//! Fees with tax, and the credit notes of their cancellation.

use serde_json::{Value, json};
use tradewind_kernel::{Decimal, Money};
use tradewind_pricing::{
    Direction, PriceModel, Ratio, Usage,
    cycles::ServicePeriod,
    proration::{Cut, left},
    rate::total,
    recurring::{BilledLine, ChangeAt, RecurringLine, change},
    tax::{TaxLine, TaxMode, TaxPolicy, TaxRate, TaxRounding, Taxed, compute},
};

use super::{
    Computed,
    case::{Input, Outcome, date, list, money, shown, unsupported},
    conventions::{by_words, cadence_of, fee, inclusive, policy, terms},
};

/// The tax on net amounts at one rate.
pub(super) fn taxed(input: &Input<'_>, net: &[Money], percent: Decimal) -> Outcome<Taxed> {
    let rates = [TaxRate::standard("tax", percent)];
    let lines: Vec<TaxLine<'_>> = net
        .iter()
        .map(|net| TaxLine {
            amount: net.to_decimal(),
            mode: TaxMode::Exclusive,
            rates: &rates,
        })
        .collect();
    let policy = TaxPolicy {
        scope: TaxRounding::PerDocument,
        ..TaxPolicy::default()
    };
    Ok(compute(&lines, input.currency()?, &policy)?)
}

fn three(taxed: &Taxed) -> Value {
    json!({"net": shown(taxed.net), "tax": shown(taxed.tax), "total": shown(taxed.gross)})
}

/// What is given back when a fee billed in advance ends on a day, as a positive amount.
fn credit(input: &Input<'_>, line: RecurringLine, at: tradewind_kernel::Date) -> Outcome<Money> {
    let change = change(
        &terms(input, line.cadence)?,
        &ChangeAt::day(at),
        Direction::Cancellation,
        &[BilledLine::new(line)],
        &[],
    )?;
    Ok(change.net.neg()?)
}

/// A fee in advance with tax; when it is terminated, the credit note for the rest.
pub(super) fn with_tax(input: &Input<'_>) -> Outcome<Computed> {
    let in_advance = input.maybe("in_advance") != Some(&json!(false));
    let percent = input.decimal("tax_pct")?;
    let start = input.date("start")?;
    let words = input
        .maybe("period")
        .and_then(Value::as_str)
        .unwrap_or("monthly");
    let cycle = by_words(start, words)?;
    let terms = terms(input, cycle.cadence)?;
    let ended = input.maybe("terminate").map(date).transpose()?;
    // In arrears only what was used is billed, and nothing is left to give back.
    let line = fee(
        &terms,
        &cycle.containing(start)?,
        input.decimal("price")?,
        ended.filter(|_| !in_advance),
    )?;
    let invoice = taxed(input, &[line.amount], percent)?;
    let mut computed = Computed::from_iter([
        ("first_invoice".to_owned(), three(&invoice)),
        ("invoice_tax".to_owned(), shown(invoice.tax)),
        ("total_with_tax".to_owned(), shown(invoice.gross)),
        ("total".to_owned(), shown(invoice.gross)),
    ]);
    if let Some(at) = ended.filter(|_| in_advance) {
        let note = taxed(input, &[credit(input, line, at)?], percent)?;
        let Value::Object(parts) = three(&note) else {
            return unsupported("no credit note");
        };
        computed.insert("credit_note".to_owned(), shown(note.gross));
        computed.extend(parts);
    }
    if let Some(usage) = input.maybe_decimal("usage")? {
        let usage = taxed(input, &[money(input, usage)?], percent)?;
        computed.insert("usage_tax".to_owned(), shown(usage.tax));
    }
    Ok(computed)
}

/// A fee in advance and usage with a minimum, terminated within the period: the minimum is due for the days used, the
/// fee is credited for the others.
pub(super) fn with_charge_minimum(input: &Input<'_>) -> Outcome<Computed> {
    let percent = input.decimal("tax_pct")?;
    let [start, last] = list(input.value("period")?)? else {
        return unsupported("expected the first and the last day of a period");
    };
    let full = inclusive(date(start)?, date(last)?)?;
    let at = input.date("terminate")?;
    let cadence = cadence_of(full)?;
    let policy = policy(input.case)?;
    let terms = terms(input, cadence)?;
    let service = ServicePeriod { full, part: full };
    let line = fee(&terms, &service, input.decimal("price")?, None)?;

    let charge = input.object("charge")?;
    let price = PriceModel::per_unit(charge.decimal("unit")?);
    let used = total(&price, &Usage::Quantity(input.decimal("units")?))?;
    let cut = Cut {
        full,
        cadence,
        item_cadence: None,
        at,
        clock: None,
    };
    let elapsed = Ratio::ONE.less(left(policy, Direction::Cancellation, &cut)?)?;
    let minimum = money(input, elapsed.of(charge.decimal("min")?)?)?;
    charge.finish()?;
    let usage = money(input, used)?;
    let true_up = tradewind_pricing::commitment::true_up(minimum, &[usage])?;

    let invoice = taxed(input, &[usage, true_up], percent)?;
    let note = taxed(input, &[credit(input, line, at)?], percent)?;
    Ok(Computed::from_iter([
        ("usage".to_owned(), shown(usage)),
        ("true_up".to_owned(), shown(true_up)),
        ("tax".to_owned(), shown(invoice.tax)),
        ("credit_note".to_owned(), three(&note)),
        ("due".to_owned(), shown(invoice.gross.sub(note.gross)?)),
    ]))
}
