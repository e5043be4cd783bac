//! Entries get into the books on the first day that is open there.

use std::collections::BTreeSet;

use tradewind_kernel::{
    Result,
    id::{AccountId, TransactionId},
};
use tradewind_platform::Work;

use super::realm;
use crate::{
    rules::closing,
    store::{books, ledger},
    types::Entry,
};

/// Posts entries. What is dated into a closed month of its book counts for the first open day, and keeps its own day beside it.
pub(super) async fn post(w: &mut Work, mut entries: Vec<(TransactionId, Entry)>) -> Result<()> {
    if entries.is_empty() {
        return Ok(());
    }
    let realm = realm(w);
    let of: BTreeSet<AccountId> = entries.iter().map(|(_, entry)| entry.book_id).collect();
    let of: Vec<AccountId> = of.into_iter().collect();
    let closed = books::share(&mut w.tx, realm, &of).await?;
    for (_, entry) in &mut entries {
        let until = closed.get(&entry.book_id).copied().flatten();
        entry.posted_on = closing::open_day(entry.document_on, until)?;
    }
    ledger::post(&mut w.tx, realm, &entries).await
}
