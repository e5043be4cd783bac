//! Entries are sealed: numbered and hashed one after the other, apart from those who post them, so that nobody waits.

use tradewind_kernel::{Result, id::AccountId};
use tradewind_platform::{OpCtx, Platform, Work};
use tradewind_policy::Action;

use super::{books::authorize_to, realm, rounds::Round};
use crate::{
    rules::chain,
    store::{books, ledger},
};

/// Entries that are sealed in one transaction.
const BATCH: i64 = 500;

/// Seals all entries of a book that are not yet. Returns how many those were.
///
/// # Errors
/// `NotFound`, `Forbidden`; database errors.
pub async fn ledger_seal(p: &Platform, ctx: &OpCtx, book: AccountId) -> Result<u64> {
    let mut sealed = 0;
    loop {
        // Each batch is its own command: none answers for another.
        let ctx = OpCtx {
            idempotency_key: None,
            ..ctx.clone()
        };
        let step = p.command(&ctx, "ledger.seal", &book, |w, book| {
            Box::pin(async move {
                authorize_to(w, Action::LedgerManage, *book).await?;
                seal_in(w, *book).await
            })
        });
        match step.await? {
            0 => return Ok(sealed),
            some => sealed += some,
        }
        if ctx.dry_run {
            return Ok(sealed);
        }
    }
}

/// Seals all entries of all books. Returns how many those were.
///
/// # Errors
/// `Forbidden`; database errors.
pub async fn ledger_seal_all(p: &Platform, ctx: &OpCtx) -> Result<u64> {
    let mut sealed = 0;
    let mut last = None;
    while let Some(book) = Round::Seal.next(p, ctx, last).await? {
        sealed += ledger_seal(p, ctx, book).await?;
        last = Some(book);
    }
    Ok(sealed)
}

/// Seals some entries of a book, in the order of their ids; returns how many, none when nothing waits.
pub(super) async fn seal_in(w: &mut Work, book: AccountId) -> Result<u64> {
    let realm = realm(w);
    let (mut sequence, mut hash) = books::hold_head(&mut w.tx, realm, book).await?;
    let ids = books::unsealed(&mut w.tx, realm, book, BATCH).await?;
    let entries = ledger::entries_of(&mut w.tx, realm, &ids).await?;
    let mut links = Vec::with_capacity(entries.len());
    for (id, entry) in &entries {
        sequence += 1;
        hash = chain::hash(&chain::canonical(sequence, &hash, *id, entry));
        links.push((sequence, *id, hash.clone()));
    }
    books::add_links(&mut w.tx, realm, book, &links).await?;
    Ok(links.len() as u64)
}
