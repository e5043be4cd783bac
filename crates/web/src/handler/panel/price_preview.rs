//! What a price comes to: for quantities that show where it bends, and for any quantity typed, part by part.

use std::collections::BTreeSet;

use rust_decimal::Decimal;
use tradewind_documents::prices::PriceWords;
use tradewind_kernel::Result;
use tradewind_pricing::prepaid::{Balance, Month, course};
use tradewind_pricing::{
    Cell, MatrixRow, Prepaid, PriceKind, PriceModel, Rated, Tier, Usage, ZeroUsage, rate,
};

use crate::view::kit::Txt;
use crate::view::panel::{PriceExample, PricePreviewView};

/// Examples shown at most.
const MAX_EXAMPLES: usize = 14;

/// What the price of an item comes to, with the parts of a quantity that was typed.
pub(super) fn of(
    words: &PriceWords,
    model: &PriceModel,
    asked: Option<Decimal>,
) -> PricePreviewView {
    let examples = match &model.kind {
        PriceKind::Matrix { dimensions, rows } => rows
            .iter()
            .take(MAX_EXAMPLES)
            .map(|row| {
                let quantity = asked.unwrap_or(Decimal::ONE);
                let values: Vec<&str> = dimensions
                    .iter()
                    .filter_map(|name| row.when.get(name).map(String::as_str))
                    .collect();
                let amount = rate(model, &Usage::Cells(&[cell(&pairs(row), quantity)]));
                PriceExample {
                    quantity: format!("{} · {}", values.join(" · "), words.quantity(quantity))
                        .trim_start_matches(" · ")
                        .to_owned()
                        .into(),
                    amount: amount.ok().map(|rated| words.amount(rated.exact).into()),
                }
            })
            .collect(),
        _ => samples(model)
            .into_iter()
            .map(|quantity| PriceExample {
                quantity: words.quantity(quantity).into(),
                amount: rated(model, quantity)
                    .ok()
                    .map(|rated| words.amount(rated.exact).into()),
            })
            .collect(),
    };
    let course = model
        .prepaid
        .as_ref()
        .map(|prepaid| course_of(words, model, prepaid, asked));
    let explained = asked.and_then(|quantity| rated(model, quantity).ok());
    PricePreviewView {
        line: words.line(model).into(),
        examples,
        course: course.unwrap_or_default(),
        asked: asked.is_some(),
        explained: explained.map(|rated| {
            let parts = words.parts(model, &rated.parts).into_iter();
            let parts =
                parts.map(|part| (part.label.into(), part.detail.into(), part.amount.into()));
            (words.amount(rated.exact).into(), parts.collect())
        }),
    }
}

/// Months of a quantity bought ahead that are shown.
const COURSE: usize = 6;

/// What is there in the first months when nothing was used before them, and what a quantity costs then.
fn course_of(
    words: &PriceWords,
    model: &PriceModel,
    prepaid: &Prepaid,
    asked: Option<Decimal>,
) -> Vec<(Txt, Option<Txt>)> {
    let month = Month {
        granted: model.included,
        months: prepaid.months,
        at_most: prepaid.at_most,
        used: Decimal::ZERO,
    };
    let months = course(&[month; COURSE]).map(|course| course.months);
    let there = |balance: &Balance| {
        let there = balance.available().ok()?;
        let model = PriceModel {
            included: there,
            ..model.clone()
        };
        let amount = asked.and_then(|quantity| rated(&model, quantity).ok());
        let amount = amount.map(|rated| words.amount(rated.exact).into());
        Some((words.quantity(there.normalize()).into(), amount))
    };
    months
        .unwrap_or_default()
        .iter()
        .filter_map(there)
        .collect()
}

/// What a quantity comes to: as many units, one reported amount, or as many units in every row of a matrix.
fn rated(model: &PriceModel, quantity: Decimal) -> Result<Rated> {
    match &model.kind {
        PriceKind::Percentage { .. } => rate(model, &Usage::Amounts(&[quantity])),
        PriceKind::GraduatedPercentage { .. } | PriceKind::PassThrough { .. } => rate(
            model,
            &Usage::Total {
                amount: quantity,
                events: 1,
            },
        ),
        PriceKind::Matrix { rows, .. } => {
            let all: Vec<_> = rows.iter().map(pairs).collect();
            let cells: Vec<Cell<'_>> = all.iter().map(|values| cell(values, quantity)).collect();
            rate(model, &Usage::Cells(&cells))
        }
        _ => rate(model, &Usage::Quantity(quantity)),
    }
}

fn pairs(row: &MatrixRow) -> Vec<(&str, &str)> {
    let pair = |(name, value)| -> (&str, &str) { (String::as_str(name), String::as_str(value)) };
    row.when.iter().map(pair).collect()
}

fn cell<'a>(values: &'a [(&'a str, &'a str)], quantity: Decimal) -> Cell<'a> {
    Cell { values, quantity }
}

/// Quantities that show where a price bends: nothing, a few, each bound and the first unit beyond it.
fn samples(model: &PriceModel) -> Vec<Decimal> {
    let mut all = BTreeSet::new();
    let bounds: Vec<Option<Decimal>> = match &model.kind {
        PriceKind::Graduated { tiers, .. }
        | PriceKind::Volume { tiers, .. }
        | PriceKind::GraduatedPercentage { tiers, .. } => {
            tiers.iter().map(|tier: &Tier| tier.up_to).collect()
        }
        PriceKind::Stairstep { steps, .. } if model.packages().is_empty() => {
            steps.iter().map(|step| step.up_to).collect()
        }
        PriceKind::Stairstep { .. } => {
            return model
                .packages()
                .iter()
                .map(|package| package.quantity)
                .take(MAX_EXAMPLES)
                .collect();
        }
        PriceKind::Package { size, .. } => vec![Some(*size)],
        _ => Vec::new(),
    };
    let add = |all: &mut BTreeSet<Decimal>, value: Option<Decimal>| {
        if let Some(value) = value {
            all.insert(value.normalize());
        }
    };
    for bound in bounds.into_iter().flatten() {
        let bound = bound.checked_add(model.included);
        add(&mut all, bound);
        add(
            &mut all,
            bound.and_then(|bound| bound.checked_add(Decimal::ONE)),
        );
    }
    if !model.included.is_zero() {
        add(&mut all, Some(model.included));
        add(&mut all, model.included.checked_add(Decimal::ONE));
    }
    if charges_nothing_used(model) {
        all.insert(Decimal::ZERO);
    }
    let last = all.last().copied().unwrap_or_default().max(Decimal::ONE);
    if last == Decimal::ONE {
        for value in [1, 10, 100, 1_000] {
            all.insert(Decimal::from(value));
        }
    } else {
        all.insert(Decimal::ONE);
        add(&mut all, last.checked_mul(Decimal::from(10)));
    }
    // Of very many bounds, the first ones and the last.
    let all: Vec<Decimal> = all.into_iter().collect();
    match all.split_last() {
        Some((last, first)) if all.len() > MAX_EXAMPLES => first
            .iter()
            .take(MAX_EXAMPLES - 1)
            .chain([last])
            .copied()
            .collect(),
        _ => all,
    }
}

/// Whether a period without usage costs something.
fn charges_nothing_used(model: &PriceModel) -> bool {
    let first = match &model.kind {
        PriceKind::Graduated { zero_usage, .. }
        | PriceKind::Volume { zero_usage, .. }
        | PriceKind::Stairstep { zero_usage, .. }
        | PriceKind::GraduatedPercentage { zero_usage, .. } => *zero_usage == ZeroUsage::FirstTier,
        _ => false,
    };
    first || model.minimum.is_some_and(|least| !least.is_zero())
}
