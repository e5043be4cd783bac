//! What a quote rests on: when any of it has changed, the quote no longer holds.

use super::QuotePreview;
use serde::Serialize;
use sha2::{Digest, Sha256};
use tradewind_kernel::id::TermsId;
use tradewind_kernel::{Error, Result};
use tradewind_orders::types::Quote;

/// A digest of the facts under a preview: the frozen terms of every leg, the version of the subscription, and the preview
/// itself with its day.
pub(crate) fn basis_of(
    preview: &impl Serialize,
    terms: &[TermsId],
    version: Option<i64>,
) -> Result<String> {
    #[derive(Serialize)]
    struct Facts<'a, P> {
        preview: &'a P,
        terms: &'a [TermsId],
        version: Option<i64>,
    }
    let facts = serde_json::to_vec(&Facts {
        preview,
        terms,
        version,
    })
    .map_err(Error::internal)?;
    Ok(Sha256::digest(&facts)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect())
}

/// Checks that a quote still holds.
///
/// # Errors
/// Conflict that says what has changed since.
pub(crate) fn unchanged(quote: &Quote, now: &QuotePreview, basis: &str) -> Result<()> {
    if quote.basis == basis {
        return Ok(());
    }
    let then: QuotePreview =
        serde_json::from_value(quote.preview.clone()).map_err(Error::internal)?;
    let due = |preview: &QuotePreview| {
        preview.billing.due_now.as_ref().map_or_else(
            || "nothing".to_owned(),
            |document| document.gross.to_string(),
        )
    };
    let mut changes = Vec::new();
    if due(&then) != due(now) {
        changes.push(format!("due now is {} instead of {}", due(now), due(&then)));
    }
    if then.billing.next != now.billing.next {
        changes.push("the next invoice is another".to_owned());
    }
    if then.effective_on != now.effective_on {
        changes.push(format!(
            "it takes effect on {} instead of {}",
            now.effective_on, then.effective_on
        ));
    }
    if changes.is_empty() {
        changes.push("the prices or the subscription have been changed".to_owned());
    }
    Err(Error::conflict(
        "quote_changed",
        format!(
            "the quote no longer holds: {}; ask for a new one",
            changes.join("; ")
        ),
    ))
}
