//! Tax on the lines of a document: several rates per line, prices with or without tax in them, and sums that add up.

mod split;

use serde::{Deserialize, Serialize};
use tradewind_kernel::{
    Currency, Decimal, Error, Money, Problems, Result, Rounding, decimal, text_enum,
};
use utoipa::ToSchema;

use split::Shares;

use crate::model::{factor, hundredth};

text_enum! {
    /// What a tax is in the eyes of the law.
    pub enum TaxKind("kind") {
        /// The seller adds it.
        Standard = "standard",
        /// The buyer owes it: nothing is added, the document says so.
        ReverseCharge = "reverse_charge",
        /// No tax is due, for a reason that the document gives.
        Exempt = "exempt",
        /// Outside the scope of the tax.
        OutOfScope = "out_of_scope",
    }
}

/// One tax as it applies to a line.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
pub struct TaxRate {
    /// What it is called (`VAT`); rates of one name and height are one row of the summary.
    #[serde(default)]
    pub code: String,
    /// What it is in the eyes of the law.
    pub kind: TaxKind,
    /// Percent of the base; zero for every kind but [`TaxKind::Standard`].
    #[serde(alias = "rate")]
    pub percent: Decimal,
    /// Taken on the amount with the taxes before it in the list, not on the net amount.
    #[serde(default, skip_serializing_if = "is_not")]
    pub compound: bool,
    /// Key of the text that says why no tax is added.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Whose tax it is, where a rule has decided that: a country (`DE`) or a state (`US-TX`).
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub place: String,
    /// What the reason refers to: the number of a certificate.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
}

text_enum! {
    /// Whether an amount has its tax in it.
    #[derive(Default)]
    pub enum TaxMode("tax_mode") {
        /// Tax comes on top.
        #[default]
        Exclusive = "exclusive",
        /// Tax is inside.
        Inclusive = "inclusive",
    }
}

/// What is rounded, once, to the places of the currency. Everything below it is split by the largest remainder.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum TaxRounding {
    /// Each tax of each line.
    PerLine,
    /// Each tax over all its lines, as it stands in the summary.
    #[default]
    PerRate,
    /// The whole tax of the document.
    PerDocument,
}

/// How tax is computed on a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
pub struct TaxPolicy {
    /// What is rounded.
    pub scope: TaxRounding,
    /// How it is rounded.
    pub rounding: Rounding,
}

impl Default for TaxPolicy {
    fn default() -> Self {
        Self {
            scope: TaxRounding::PerRate,
            rounding: Rounding::HalfUp,
        }
    }
}

/// A line to be taxed.
#[derive(Debug, Clone, Copy)]
pub struct TaxLine<'a> {
    /// Its amount after discounts, net or gross as the mode says. Usually whole minor units; an amount with more places
    /// is taxed exactly and rounded only as far as it is shown.
    pub amount: Decimal,
    /// Whether its taxes are in the amount.
    pub mode: TaxMode,
    /// The taxes on it, in the order in which they compound.
    pub rates: &'a [TaxRate],
}

/// Tax of a whole document. `net + tax = gross`; the lines and the summary add up to the same three numbers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Taxed {
    /// In the order of the lines given.
    pub lines: Vec<TaxedLine>,
    /// One entry per rate, in the order in which they first come up.
    pub summary: Vec<TaxSummary>,
    /// Sum without tax.
    pub net: Money,
    /// Sum of the tax.
    pub tax: Money,
    /// Sum with tax.
    pub gross: Money,
}

/// A line with its tax.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TaxedLine {
    /// Without tax.
    pub net: Money,
    /// Amount of each of its taxes, in the order of the rates given.
    pub taxes: Vec<Money>,
    /// The same not rounded.
    pub exact_taxes: Vec<Decimal>,
    /// With tax.
    pub gross: Money,
}

impl TaxedLine {
    /// All taxes of the line.
    ///
    /// # Errors
    /// `overflow`.
    pub fn tax(&self) -> Result<Money> {
        self.gross.sub(self.net)
    }
}

/// What one rate comes to on a document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TaxSummary {
    /// The rate.
    pub rate: TaxRate,
    /// Net amount of the lines it is on.
    pub base: Money,
    /// The tax.
    pub tax: Money,
}

// serde hands fields over by reference.
const fn is_not(flag: &bool) -> bool {
    !*flag
}

impl TaxRate {
    /// A tax that the seller adds.
    pub fn standard(code: impl Into<String>, percent: Decimal) -> Self {
        Self {
            code: code.into(),
            kind: TaxKind::Standard,
            percent,
            compound: false,
            reason: None,
            place: String::new(),
            reference: None,
        }
    }

    /// A treatment by which no tax is added, with the key of the text that says why.
    pub fn without_tax(code: impl Into<String>, kind: TaxKind, reason: impl Into<String>) -> Self {
        Self {
            code: code.into(),
            kind,
            percent: Decimal::ZERO,
            compound: false,
            reason: Some(reason.into()),
            place: String::new(),
            reference: None,
        }
    }

    /// The same as the tax of a place.
    #[must_use]
    pub fn of(mut self, place: impl Into<String>) -> Self {
        self.place = place.into();
        self
    }

    /// Whether the rate is one that can be applied.
    ///
    /// # Errors
    /// Names `percent` or `reason` and what would be accepted.
    pub fn check(&self) -> Result<()> {
        let mut problems = Problems::new();
        if self.percent < Decimal::ZERO || self.percent > Decimal::ONE_HUNDRED {
            problems.add("percent", "out_of_range", "must be between 0 and 100");
        }
        if self.kind != TaxKind::Standard {
            if !self.percent.is_zero() {
                problems.add(
                    "percent",
                    "not_applicable",
                    "must be 0 where the seller adds no tax",
                );
            }
            if self.reason.is_none() {
                problems.add("reason", "missing", "must say why the seller adds no tax");
            }
        }
        problems.finish()
    }
}

/// The exact net amount of a line and each of its taxes.
///
/// # Errors
/// `overflow`.
pub fn exact(amount: Decimal, rates: &[TaxRate], mode: TaxMode) -> Result<(Decimal, Vec<Decimal>)> {
    let net = match mode {
        TaxMode::Exclusive => amount,
        TaxMode::Inclusive => {
            // gross = net × (1 + Σ simple) × Π (1 + compound), taken in the order of the list
            let mut with_tax = Decimal::ONE;
            for rate in rates {
                with_tax = if rate.compound {
                    decimal::mul(with_tax, factor(rate.percent)?)?
                } else {
                    decimal::add(with_tax, hundredth(rate.percent)?)?
                };
            }
            decimal::div(amount, with_tax)?
        }
    };
    let mut with_tax = net;
    let mut taxes = Vec::with_capacity(rates.len());
    for rate in rates {
        let base = if rate.compound { with_tax } else { net };
        let tax = decimal::mul(base, hundredth(rate.percent)?)?;
        with_tax = decimal::add(with_tax, tax)?;
        taxes.push(tax);
    }
    Ok((net, taxes))
}

/// Computes the tax of a document.
///
/// With [`TaxMode::Exclusive`] the net amount of a line is its amount, rounded; with [`TaxMode::Inclusive`] that is its
/// gross amount, and tax is what is inside it. Whatever is rounded as a whole ([`TaxRounding`]) is split over its lines
/// by the largest remainder, so that lines, summary and totals always add up.
///
/// # Errors
/// `overflow`; `currency` never differs, since all lines are in one.
pub fn compute(lines: &[TaxLine<'_>], currency: Currency, policy: &TaxPolicy) -> Result<Taxed> {
    let mut exact_lines = Vec::with_capacity(lines.len());
    let mut shares = Shares::new(currency, policy.rounding);
    let mut rates: Vec<TaxRate> = Vec::new();
    for (i, line) in lines.iter().enumerate() {
        let (_, taxes) = exact(line.amount, line.rates, line.mode)?;
        for (rate, tax) in line.rates.iter().zip(&taxes) {
            let group = rates.iter().position(|r| r == rate).unwrap_or_else(|| {
                rates.push(rate.clone());
                rates.len() - 1
            });
            shares.add(i, group, *tax);
        }
        exact_lines.push(taxes);
    }
    let rounded = shares.round(policy.scope, rates.len())?;

    let mut done = Vec::with_capacity(lines.len());
    // The shares come in the order of the lines and their rates.
    let mut next_share = rounded.iter();
    for (line, exact_taxes) in lines.iter().zip(exact_lines) {
        let taxes: Vec<Money> = next_share
            .by_ref()
            .take(exact_taxes.len())
            .map(|share| share.amount)
            .collect();
        let tax = Money::sum(currency, taxes.iter().copied())?;
        let amount = Money::from_exact(line.amount, currency, policy.rounding)?;
        let (net, gross) = match line.mode {
            TaxMode::Exclusive => (amount, amount.add(tax)?),
            TaxMode::Inclusive => (amount.sub(tax)?, amount),
        };
        done.push(TaxedLine {
            net,
            taxes,
            exact_taxes,
            gross,
        });
    }
    let mut summary = Vec::with_capacity(rates.len());
    for (group, rate) in rates.into_iter().enumerate() {
        let on = |share: &&split::Share| share.group == group;
        let tax = Money::sum(
            currency,
            rounded.iter().filter(on).map(|share| share.amount),
        )?;
        let base = Money::sum(
            currency,
            rounded
                .iter()
                .filter(on)
                .filter_map(|share| done.get(share.line))
                .map(|line| line.net),
        )?;
        summary.push(TaxSummary { rate, base, tax });
    }
    Ok(Taxed {
        net: Money::sum(currency, done.iter().map(|line| line.net))?,
        tax: Money::sum(currency, summary.iter().map(|entry| entry.tax))?,
        gross: Money::sum(currency, done.iter().map(|line| line.gross))?,
        lines: done,
        summary,
    })
}

/// The taxes of a part of a line that was billed before, for a credit note: each tax in proportion to the part, rounded
/// by itself, so that the parts of the credit add up to its total.
///
/// # Errors
/// `net` when nothing was billed on the line, `overflow`.
pub fn proportional(
    line_net: Money,
    line_taxes: &[Money],
    credited_net: Money,
    rounding: Rounding,
) -> Result<Vec<Money>> {
    if line_net.is_zero() {
        return Err(Error::invalid(
            "net",
            "out_of_range",
            "nothing was billed on this line, so nothing can be credited",
        ));
    }
    line_taxes
        .iter()
        .map(|tax| {
            let product = decimal::mul(tax.to_decimal(), credited_net.to_decimal())?;
            let exact = decimal::div(product, line_net.to_decimal())?;
            Money::from_exact(exact, tax.currency, rounding)
        })
        .collect()
}
