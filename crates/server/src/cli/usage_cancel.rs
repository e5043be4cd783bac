//! `tradewind usage cancel` and `tradewind usage amend`: records that were reported wrongly.

use clap::Args;
use serde_json::json;
use tradewind_kernel::decimal::{Limits, parse_decimal};
use tradewind_kernel::{Error, Result};
use tradewind_metering::service::{usage_amend, usage_cancel};
use tradewind_metering::types::{RecordName, UsageAmend, UsageCancel};
use tradewind_platform::OpCtx;

use super::Session;

/// Which records are cancelled.
#[derive(Args)]
pub(crate) struct Cancel {
    /// The records, as source/id
    #[arg(required = true, value_name = "SOURCE/ID")]
    records: Vec<String>,
    /// Why
    #[arg(long)]
    reason: String,
}

/// Which record is amended, and how.
#[derive(Args)]
pub(crate) struct Amend {
    /// The record, as source/id
    #[arg(value_name = "SOURCE/ID")]
    record: String,
    /// Id of the record that counts in its place
    #[arg(long, value_name = "ID")]
    replacement: String,
    /// The right quantity
    #[arg(long)]
    quantity: Option<String>,
    /// The right cost
    #[arg(long)]
    cost: Option<String>,
    /// The right meter
    #[arg(long)]
    meter: Option<String>,
    /// Why
    #[arg(long)]
    reason: String,
}

/// A record by its source and id, such as `meter/4711`.
pub(super) fn name(text: &str) -> Result<RecordName> {
    let (source, external_id) = text.split_once('/').ok_or_else(|| {
        Error::invalid(
            "record",
            "malformed",
            "expected source/id, such as meter/4711",
        )
    })?;
    Ok(RecordName {
        source: source.to_owned(),
        external_id: external_id.to_owned(),
    })
}

pub(super) async fn cancel(session: &Session<'_>, ctx: &OpCtx, input: Cancel) -> Result<()> {
    let records = input.records.iter().map(|text| name(text));
    let input = UsageCancel {
        records: records.collect::<Result<_>>()?,
        reason: input.reason,
    };
    let done = usage_cancel(session.platform(), ctx, &input).await?;
    session.out.say(
        &json!(done),
        &format!(
            "Cancelled {} records; {} were so before.",
            done.cancelled, done.unchanged
        ),
    )
}

pub(super) async fn amend(session: &Session<'_>, ctx: &OpCtx, input: Amend) -> Result<()> {
    let limits = Limits::new(12, 15);
    let number = |field: &str, text: Option<String>| {
        text.map(|text| parse_decimal(field, &text, &limits))
            .transpose()
    };
    let RecordName {
        source,
        external_id,
    } = name(&input.record)?;
    let amend = UsageAmend {
        source,
        external_id,
        replacement_id: input.replacement,
        reason: input.reason,
        meter: input.meter,
        starts_at: None,
        ends_at: None,
        quantity: number("quantity", input.quantity)?,
        cost: number("cost", input.cost)?,
        dimensions: None,
    };
    let done = usage_amend(session.platform(), ctx, &amend).await?;
    let text = if done.cancelled {
        format!(
            "Cancelled; \"{}\" counts in its place.",
            amend.replacement_id
        )
    } else {
        "That was done before.".to_owned()
    };
    session.out.say(&json!(done), &text)
}
