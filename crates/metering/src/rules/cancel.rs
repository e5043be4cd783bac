//! What taking a record back does to its total, and what may be asked.

use super::record::add_exactly;
use crate::types::{UsageAmend, UsageCancel, UsageInput, UsageRecord, UsageTotal};
use std::collections::HashMap;
use tradewind_kernel::{Decimal, Error, Problems, Result, text};

/// Records that are taken back at once at most.
pub const CANCEL_MAX: usize = 1_000;
const REASON_LENGTH_MAX: usize = 500;

/// Checks what is to be taken back, without looking at the records.
///
/// # Errors
/// Names every field that is wrong.
pub fn check_cancel(input: &UsageCancel) -> Result<()> {
    let mut problems = Problems::new();
    problems.check(text::check_lines(
        "reason",
        &input.reason,
        1,
        REASON_LENGTH_MAX,
    ));
    match input.records.len() {
        0 => problems.add("records", "required", "name the records"),
        1..=CANCEL_MAX => {}
        _ => problems.add("records", "too_many", format!("at most {CANCEL_MAX}")),
    }
    problems.finish()
}

/// The record that takes the place of another one.
///
/// # Errors
/// Names every field that is wrong.
pub fn replacement(input: &UsageAmend, before: &UsageInput) -> Result<UsageInput> {
    let mut problems = Problems::new();
    problems.check(text::check_lines(
        "reason",
        &input.reason,
        1,
        REASON_LENGTH_MAX,
    ));
    if input.replacement_id == input.external_id {
        problems.add(
            "replacement_id",
            "same_record",
            "a name is given once; give the replacement one of its own",
        );
    }
    if input.cost.is_some() && before.currency.is_none() {
        problems.add("cost", "not_applicable", "the record has no cost");
    }
    problems.finish()?;
    let mut after = before.clone();
    after.external_id.clone_from(&input.replacement_id);
    if let Some(meter) = &input.meter {
        after.meter.clone_from(meter);
    }
    after.starts_at = input.starts_at.unwrap_or(before.starts_at);
    after.ends_at = input.ends_at.unwrap_or(before.ends_at);
    after.quantity = input.quantity.unwrap_or(before.quantity);
    after.cost = input.cost.or(before.cost);
    if let Some(dimensions) = &input.dimensions {
        after.dimensions.clone_from(dimensions);
    }
    Ok(after)
}

/// Takes a record out of its total. A total without records stays, with nothing in it, so that what was charged for it is given
/// back.
///
/// # Errors
/// `out_of_range` when the difference needs more digits than a decimal holds exactly; then nothing is taken out.
pub fn take_out(total: &mut UsageTotal, input: &UsageInput) -> Result<()> {
    let quantity = add_exactly("quantity", total.quantity, -input.quantity)?;
    let cost = match (total.cost, input.cost) {
        (Some(sum), Some(cost)) => Some(add_exactly("cost", sum, -cost)?),
        (sum, _) => sum,
    };
    total.records -= 1;
    total.quantity = quantity;
    total.cost = cost;
    if total.records <= 0 {
        total.quantity = Decimal::ZERO;
        total.cost = total.cost.map(|_| Decimal::ZERO);
        total.unit.clear();
    }
    Ok(())
}

/// The unit that some records have in common; empty when they have several.
#[must_use]
pub fn common_unit<'a>(mut units: impl Iterator<Item = &'a str>) -> &'a str {
    let first = units.next().unwrap_or_default();
    if units.all(|unit| unit == first) {
        first
    } else {
        ""
    }
}

/// What a span of versions of a total consists of, from what each of them brought: a record with the version of its own, and
/// again with the one that took it out. What came and went is not there; what only went is there with its quantity and cost
/// turned round, so that a span sums to what it changed.
#[must_use]
pub fn settled(brought: Vec<(UsageRecord, i64)>) -> Vec<UsageRecord> {
    let arrives = |record: &UsageRecord, version: i64| record.total_version == version;
    if brought
        .iter()
        .all(|(record, version)| arrives(record, *version))
    {
        return brought.into_iter().map(|(record, _)| record).collect();
    }
    let mut times: HashMap<(String, String), u8> = HashMap::new();
    for (record, _) in &brought {
        let name = (
            record.input.source.clone(),
            record.input.external_id.clone(),
        );
        *times.entry(name).or_default() += 1;
    }
    let mut left = Vec::with_capacity(brought.len());
    for (mut record, version) in brought {
        let name = (
            record.input.source.clone(),
            record.input.external_id.clone(),
        );
        if times.get(&name).is_some_and(|times| *times > 1) {
            continue;
        }
        if !arrives(&record, version) {
            record.input.quantity = -record.input.quantity;
            record.input.cost = record.input.cost.map(|cost| -cost);
            record.total_version = version;
        }
        left.push(record);
    }
    left
}

/// That a record was amended or taken back otherwise before.
#[must_use]
pub fn already_cancelled(name: &str, replaced_by: Option<&str>) -> Error {
    let text = match replaced_by {
        Some(other) => {
            format!("\"{name}\" was replaced by \"{other}\" already; amend that one")
        }
        None => {
            format!(
                "\"{name}\" was cancelled already; report what is right under a name of its own"
            )
        }
    };
    Error::conflict("already_cancelled", text)
}

#[cfg(test)]
mod tests;
