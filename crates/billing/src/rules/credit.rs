//! What a credit note takes back: of each line no more than is left of it, tax in proportion, and in however many parts an
//! invoice is taken back, the parts add up to it to the cent.

use std::collections::{BTreeMap, BTreeSet};

use tradewind_kernel::{
    Decimal, Error, Money, Result, Rounding, calendar::Period, decimal, id::ChargeId,
    money::allocate,
};
use tradewind_pricing::{rounding::split_exactly, tax};

use super::document::{self, Concluded, Totals};
use crate::types::{
    CreditLine, Document, DocumentKind, DocumentLine, LineLeft, LineTax, TaxLine, TaxRate,
};

/// How shares of a line and its tax are rounded; running totals see to it that nothing is lost.
const ROUNDING: Rounding = Rounding::HalfUp;

/// A charge behind a line: what it was billed with, and what later charges have taken back of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ChargeLeft {
    /// The charge.
    pub id: ChargeId,
    /// Its share of the line.
    pub share: Money,
    /// The sum of what takes it back, zero or of the opposite sign.
    pub taken: Money,
    /// How many units credit notes have taken back of it.
    pub units_taken: Decimal,
}

impl ChargeLeft {
    fn left(&self) -> Result<Money> {
        self.share.add(self.taken)
    }

    /// Whether what is left has the sign of what was billed.
    fn is_sound(&self) -> Result<bool> {
        let left = self.left()?.minor;
        Ok(left == 0 || (left > 0) == (self.share.minor > 0))
    }
}

/// What is taken back of one line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Taken {
    /// The line of the invoice.
    pub no: i64,
    /// How much by its price.
    pub amount: Money,
    /// How many units; none when it is an amount.
    pub quantity: Option<Decimal>,
    /// Whether the whole line is taken back at once.
    pub whole: bool,
    /// What is taken of each charge.
    pub shares: Vec<(ChargeId, Money)>,
}

/// What is left of a line.
///
/// # Errors
/// `overflow`.
pub fn left_of(line: &DocumentLine, charges: &[ChargeLeft]) -> Result<LineLeft> {
    let mut amount = Money::zero(line.amount.currency);
    let mut taken = Decimal::ZERO;
    for charge in charges {
        amount = amount.add(charge.left()?)?;
        taken = decimal::add(taken, charge.units_taken)?;
    }
    // Of a charge that others have taken back beyond its share nothing is left, and of a credit nothing less.
    if line.amount.minor >= 0 && amount.is_negative() {
        amount = Money::zero(amount.currency);
    }
    let quantity = decimal::sub(line.quantity, taken)?;
    let countable = !line.unit.is_empty() && quantity > Decimal::ZERO;
    Ok(LineLeft {
        no: line.no,
        amount,
        quantity: countable.then_some(quantity),
    })
}

/// Decides what is taken back of which charge. `charges` are those behind the invoice, by the number of their line;
/// without `wanted`, everything that is left is taken.
///
/// # Errors
/// `lines[i].…` with `unknown_line`, `duplicate_line`, `out_of_range`, `currency_mismatch`, `one_of`, `no_units`,
/// `more_than_left`; `already_credited` when nothing is left; `overflow`.
pub fn take(
    invoice: &Document,
    charges: &BTreeMap<i64, Vec<ChargeLeft>>,
    wanted: Option<&[CreditLine]>,
) -> Result<Vec<Taken>> {
    let behind = |no: i64| charges.get(&no).map_or(&[][..], Vec::as_slice);
    let mut taken = Vec::new();
    match wanted {
        None => {
            for line in &invoice.lines {
                taken.extend(all_of(line, behind(line.no))?);
            }
        }
        Some(wanted) => {
            let mut seen = BTreeSet::new();
            for (i, wanted) in wanted.iter().enumerate() {
                let field = |name: &str| format!("lines[{i}].{name}");
                let line = invoice
                    .lines
                    .iter()
                    .find(|line| line.no == wanted.no)
                    .ok_or_else(|| {
                        let text = format!("the invoice has no line {}", wanted.no);
                        Error::invalid(field("no"), "unknown_line", text)
                    })?;
                if !seen.insert(wanted.no) {
                    let text = format!("line {} is named twice", wanted.no);
                    return Err(Error::invalid(field("no"), "duplicate_line", text));
                }
                taken.extend(part_of(line, behind(line.no), wanted, field)?);
            }
        }
    }
    let sum = Money::sum(
        invoice.summary.gross.currency,
        taken.iter().map(|one| one.amount),
    )?;
    if taken.is_empty() || sum.minor <= 0 {
        return Err(Error::refused(
            "already_credited",
            "nothing is left of it to be taken back",
        ));
    }
    Ok(taken)
}

/// Everything that is left of a line; none when nothing is.
fn all_of(line: &DocumentLine, charges: &[ChargeLeft]) -> Result<Option<Taken>> {
    let left = left_of(line, charges)?;
    if left.amount.is_zero() {
        return Ok(None);
    }
    let untouched = charges.iter().all(|charge| charge.taken.is_zero());
    Ok(Some(Taken {
        no: line.no,
        amount: left.amount,
        quantity: left.quantity,
        whole: untouched,
        shares: split(charges, left.amount, left.amount)?,
    }))
}

fn part_of(
    line: &DocumentLine,
    charges: &[ChargeLeft],
    wanted: &CreditLine,
    field: impl Fn(&str) -> String,
) -> Result<Option<Taken>> {
    let left = left_of(line, charges)?;
    let exceeds = |name: &str, what: String| {
        let text = format!("of line {} only {what} is left", line.no);
        Err(Error::invalid(field(name), "more_than_left", text))
    };
    let too_small =
        |name: &str| Error::invalid(field(name), "out_of_range", "expected more than zero");
    let (amount, quantity) = match (wanted.quantity, wanted.amount) {
        (None, None) => {
            // A line that gives something back goes with the whole invoice only.
            return if left.amount.minor > 0 {
                all_of(line, charges)
            } else {
                Ok(None)
            };
        }
        (Some(_), Some(_)) => {
            return Err(Error::invalid(
                field("amount"),
                "one_of",
                "expected a quantity or an amount, not both",
            ));
        }
        (Some(quantity), None) => {
            let Some(units) = left.quantity.filter(|_| left.amount.minor > 0) else {
                return Err(Error::invalid(
                    field("quantity"),
                    "no_units",
                    format!(
                        "line {} has no units left to be counted; name an amount",
                        line.no
                    ),
                ));
            };
            if quantity <= Decimal::ZERO {
                return Err(too_small("quantity"));
            }
            if quantity > units {
                return exceeds("quantity", format!("{} {}", units.normalize(), line.unit));
            }
            let share = decimal::div(quantity, units)?;
            (left.amount.scaled(share, ROUNDING)?, Some(quantity))
        }
        (None, Some(amount)) => {
            if amount.currency != left.amount.currency {
                let text = format!("the invoice is in {}", left.amount.currency);
                return Err(Error::invalid(field("amount"), "currency_mismatch", text));
            }
            if amount.minor <= 0 {
                return Err(too_small("amount"));
            }
            (amount, None)
        }
    };
    if amount.minor > left.amount.minor {
        return exceeds("amount", left.amount.to_string());
    }
    if amount == left.amount {
        return all_of(line, charges);
    }
    Ok(Some(Taken {
        no: line.no,
        amount,
        quantity,
        whole: false,
        shares: split(charges, amount, left.amount)?,
    }))
}

/// Splits what is taken of a line over its charges, of each no more than is left.
fn split(charges: &[ChargeLeft], amount: Money, left: Money) -> Result<Vec<(ChargeId, Money)>> {
    let mut sound = true;
    for charge in charges {
        sound &= charge.is_sound()?;
    }
    let shares = if amount == left && sound {
        charges
            .iter()
            .map(ChargeLeft::left)
            .collect::<Result<_>>()?
    } else {
        let sign = amount.minor.signum();
        let weights = charges
            .iter()
            .map(|charge| Ok(Decimal::from((charge.left()?.minor * sign).max(0))))
            .collect::<Result<Vec<Decimal>>>()?;
        allocate(amount, &weights)?
    };
    Ok(charges
        .iter()
        .zip(shares)
        .filter(|(_, share)| !share.is_zero())
        .map(|(charge, share)| (charge.id, share))
        .collect())
}

/// The credit note for what is taken: lines as the invoice has them, each tax in proportion to the invoice's own.
/// `before` are the taxes of earlier credit notes of the invoice; running totals see to it that all of them together give
/// back no more tax than was billed.
///
/// # Errors
/// `overflow`.
pub fn conclude(invoice: &Document, taken: &[Taken], before: &[TaxLine]) -> Result<Concluded> {
    let currency = invoice.summary.gross.currency;
    let zero = Money::zero(currency);
    let billed: BTreeMap<i64, &DocumentLine> =
        invoice.lines.iter().map(|line| (line.no, line)).collect();
    let mut lines = Vec::with_capacity(taken.len());
    let mut back: Vec<TaxBack> = Vec::new();
    for (one, no) in taken.iter().zip(1_i64..) {
        let Some(line) = billed.get(&one.no).copied() else {
            continue;
        };
        let rates: Vec<TaxRate> = line.taxes.iter().map(|tax| tax.rate.clone()).collect();
        let (net, taxes) = tax::exact(one.amount.to_decimal(), &rates, line.tax_mode())?;
        for (place, (rate, exact)) in rates.iter().zip(taxes).enumerate() {
            let row = match back.iter().position(|row| row.rate == *rate) {
                Some(found) => &mut back[found],
                None => {
                    back.push(TaxBack::of(rate));
                    back.last_mut()
                        .ok_or_else(|| Error::internal("a row was just added"))?
                }
            };
            row.net = decimal::add(row.net, net)?;
            row.shares.push((lines.len(), place, exact));
        }
        lines.push(DocumentLine {
            no,
            amount: one.amount,
            net: one.amount,
            tax: zero,
            taxes: rates
                .into_iter()
                .map(|rate| LineTax { rate, amount: zero })
                .collect(),
            quantity: one.quantity.unwrap_or(Decimal::ONE),
            unit: one.quantity.map_or_else(String::new, |_| line.unit.clone()),
            unit_price: one.quantity.and(line.unit_price),
            ..line.clone()
        });
    }
    for row in &back {
        let due = row.due(invoice, before)?;
        let exact: Vec<Decimal> = row.shares.iter().map(|(_, _, exact)| *exact).collect();
        for ((line, place, _), share) in row.shares.iter().zip(split_exactly(due, &exact)?) {
            if let Some(tax) = lines
                .get_mut(*line)
                .and_then(|line| line.taxes.get_mut(*place))
            {
                tax.amount = share;
            }
        }
    }
    for line in &mut lines {
        line.tax = Money::sum(currency, line.taxes.iter().map(|tax| tax.amount))?;
        if line.tax_included {
            line.net = line.amount.sub(line.tax)?;
        }
    }
    let net = Money::sum(currency, lines.iter().map(|line| line.net))?;
    let tax = Money::sum(currency, lines.iter().map(|line| line.tax))?;
    let start = lines.iter().map(|line| line.period.start).min();
    let end = lines.iter().map(|line| line.period.end).max();
    Ok(Concluded {
        kind: DocumentKind::CreditNote,
        period: start
            .zip(end)
            .and_then(|(start, end)| Period::new(start, end).ok())
            .unwrap_or(invoice.summary.period),
        totals: Totals {
            net,
            tax,
            gross: net.add(tax)?,
            summary: document::tax_summary(&lines)?,
        },
        lines,
    })
}

/// What is given back under one tax.
struct TaxBack {
    rate: TaxRate,
    /// The exact nets that it is on.
    net: Decimal,
    /// The exact tax of each line: which line, which of its taxes, how much.
    shares: Vec<(usize, usize, Decimal)>,
}

impl TaxBack {
    fn of(rate: &TaxRate) -> Self {
        Self {
            rate: rate.clone(),
            net: Decimal::ZERO,
            shares: Vec::new(),
        }
    }

    /// The tax that is given back: what the running total of all credit notes grows by with this one.
    fn due(&self, invoice: &Document, before: &[TaxLine]) -> Result<Money> {
        let currency = invoice.summary.gross.currency;
        let (mut net, mut tax) = (self.net, Money::zero(currency));
        for earlier in before.iter().filter(|row| row.rate == self.rate) {
            net = decimal::add(net, earlier.net.to_decimal())?;
            tax = tax.add(earlier.tax)?;
        }
        let billed = invoice.tax_summary.iter().find(|row| row.rate == self.rate);
        let due = match billed {
            Some(billed) if !billed.net.is_zero() => {
                let share = decimal::div(net, billed.net.to_decimal())?;
                billed.tax.scaled(share, ROUNDING)?.sub(tax)?
            }
            _ => {
                let exact = (self.shares.iter())
                    .try_fold(Decimal::ZERO, |sum, (_, _, exact)| {
                        decimal::add(sum, *exact)
                    })?;
                Money::from_exact(exact, currency, ROUNDING)?
            }
        };
        // Notes of another rounding may have given back a unit more than their share.
        Ok(if due.is_negative() && self.net > Decimal::ZERO {
            Money::zero(currency)
        } else {
            due
        })
    }
}
