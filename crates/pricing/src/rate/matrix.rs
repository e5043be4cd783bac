//! Matrix prices: the most specific row decides.

use tradewind_kernel::{Decimal, Error, Result, decimal};

use super::{Cell, Part, PartKind, Sink, index, not_negative, priced};
use crate::model::MatrixRow;

pub(super) fn rate<S: Sink>(
    dimensions: &[String],
    rows: &[MatrixRow],
    cells: &[Cell<'_>],
    sink: &mut S,
) -> Result<()> {
    // What is included counts per row and period, whichever cells use it up.
    let mut by_row = vec![Decimal::ZERO; rows.len()];
    for cell in cells {
        not_negative(cell.quantity)?;
        let sum = row_for(dimensions, rows, cell)
            .and_then(|i| by_row.get_mut(i))
            .ok_or_else(|| no_row(dimensions, cell))?;
        *sum = decimal::add(*sum, cell.quantity)?;
    }
    for ((i, row), quantity) in rows.iter().enumerate().zip(by_row) {
        let free = quantity.min(row.included);
        if !free.is_zero() {
            sink.part(Part {
                kind: PartKind::RowIncluded(index(i)),
                quantity: free,
                unit_price: Decimal::ZERO,
                amount: Decimal::ZERO,
            })?;
        }
        let paid = decimal::sub(quantity, free)?;
        priced(PartKind::Row(index(i)), paid, row.unit_price, sink)?;
    }
    Ok(())
}

/// The row that fits and names most dimensions; of equally many, the one that names the weightier ones.
fn row_for(dimensions: &[String], rows: &[MatrixRow], cell: &Cell<'_>) -> Option<usize> {
    let mut best: Option<(u32, u32, usize)> = None;
    for (i, row) in rows.iter().enumerate() {
        let fits = row.when.iter().all(|(dimension, value)| {
            cell.values
                .iter()
                .any(|(d, v)| d == dimension && v == value)
        });
        if !fits {
            continue;
        }
        let mut named = 0;
        let mut weight = 0;
        for dimension in dimensions {
            weight <<= 1;
            if row.when.contains_key(dimension) {
                named += 1;
                weight |= 1;
            }
        }
        if best.is_none_or(|(n, w, _)| (named, weight) > (n, w)) {
            best = Some((named, weight, i));
        }
    }
    best.map(|(_, _, i)| i)
}

fn no_row(dimensions: &[String], cell: &Cell<'_>) -> Error {
    let values: Vec<String> = dimensions
        .iter()
        .map(|dimension| {
            let value = cell.values.iter().find(|(d, _)| d == dimension);
            format!("{dimension}={}", value.map_or("?", |(_, v)| v))
        })
        .collect();
    Error::refused(
        "no_price_row",
        format!(
            "no row of the price is for {}; add one, or one for all other values",
            values.join(", ")
        ),
    )
}
