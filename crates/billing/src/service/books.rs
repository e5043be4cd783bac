//! The books of an account: balances, and export as plain-text accounting.

use std::io::Write;

use tradewind_kernel::{Date, Error, Result, id::AccountId};
use tradewind_platform::{OpCtx, Platform, Work};
use tradewind_policy::{Action, ResourceKind};

use super::realm;
use crate::{
    rules::export::{self, OpenAccount},
    store::ledger,
    types::{AccountBalance, Entry, ExportFormat},
};

/// Entries that are read at once.
const PAGE: i64 = 1_000;

async fn authorize(w: &mut Work, book: AccountId) -> Result<()> {
    let target = tradewind_accounts::service::target(w, ResourceKind::Ledger, book).await?;
    w.authorize(Action::LedgerView, &target)
}

/// The balances of the accounts of a book up to and including a day.
///
/// # Errors
/// `NotFound`, `Forbidden`.
pub async fn ledger_balances(
    p: &Platform,
    ctx: &OpCtx,
    book: AccountId,
    on: Date,
) -> Result<Vec<AccountBalance>> {
    p.read(ctx, &(book, on), |w, (book, on)| {
        Box::pin(async move {
            authorize(w, *book).await?;
            let realm = realm(w);
            ledger::balances(&mut w.tx, realm, *book, *on).await
        })
    })
    .await
}

/// What stands before the entries of an export.
struct Preamble {
    text: String,
    first_on: Date,
}

/// Writes the whole book of an account as plain-text accounting, page by page. Returns how many entries it has.
///
/// # Errors
/// `NotFound`, `Forbidden`; internal errors when the writer fails.
pub async fn ledger_export(
    p: &Platform,
    ctx: &OpCtx,
    book: AccountId,
    format: ExportFormat,
    out: &mut (dyn Write + Send),
) -> Result<u64> {
    let preamble = p
        .read(ctx, &(book, format), |w, (book, format)| {
            Box::pin(preamble(w, *book, *format))
        })
        .await?;
    out.write_all(preamble.text.as_bytes())
        .map_err(Error::internal)?;
    let mut after = (preamble.first_on, String::new());
    let mut count = 0;
    loop {
        let page = p
            .read(ctx, &after, |w, after| {
                let after = after.clone();
                Box::pin(async move {
                    let realm = w.ctx.realm;
                    ledger::entries(&mut w.tx, realm, book, after, PAGE).await
                })
            })
            .await?;
        let Some((id, last)) = page.last() else {
            return Ok(count);
        };
        after = (last.posted_on, id.to_string());
        for (id, entry) in &page {
            write_entry(out, format, &id.to_string(), entry)?;
            count += 1;
        }
    }
}

async fn preamble(w: &mut Work, book: AccountId, format: ExportFormat) -> Result<Preamble> {
    authorize(w, book).await?;
    let realm = realm(w);
    let accounts: Vec<OpenAccount> = ledger::accounts(&mut w.tx, realm, book).await?;
    let currencies = ledger::currencies(&mut w.tx, realm, book).await?;
    let owner = tradewind_accounts::service::account_facts(w, book).await?;
    let first_on = accounts
        .iter()
        .map(|account| account.opened_on)
        .min()
        .unwrap_or_default();
    Ok(Preamble {
        text: export::preamble(format, &owner.name, &accounts, &currencies),
        first_on,
    })
}

fn write_entry(
    out: &mut (dyn Write + Send),
    format: ExportFormat,
    id: &str,
    entry: &Entry,
) -> Result<()> {
    out.write_all(export::entry(format, id, entry).as_bytes())
        .map_err(Error::internal)
}
