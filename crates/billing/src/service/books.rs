//! The books of an account: balances, and export as plain-text accounting.

use std::io::Write;

use serde::Serialize;
use tradewind_kernel::{Date, Error, Result, id::AccountId};
use tradewind_platform::{OpCtx, Platform, Work};
use tradewind_policy::{Action, ResourceKind};

use super::realm;
use crate::{
    rules::export::{self, OpenAccount},
    store::ledger,
    types::{AccountBalance, ExportFormat},
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

/// Where an export goes on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ExportPlace {
    posted_on: Date,
    entry: String,
}

/// A piece of an export; all pieces one after the other are the book.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExportPiece {
    /// The text.
    pub text: String,
    /// How many entries are in it.
    pub entries: u64,
    /// Where the next piece begins; none after the last.
    pub next: Option<ExportPlace>,
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
    let mut count = 0;
    let mut place = None;
    loop {
        let piece = ledger_export_piece(p, ctx, book, format, place).await?;
        out.write_all(piece.text.as_bytes())
            .map_err(Error::internal)?;
        count += piece.entries;
        place = piece.next;
        if place.is_none() {
            return Ok(count);
        }
    }
}

/// A piece of the book of an account as plain-text accounting: what stands before the entries without a place, else the
/// entries from there on.
///
/// # Errors
/// `NotFound`, `Forbidden`.
pub async fn ledger_export_piece(
    p: &Platform,
    ctx: &OpCtx,
    book: AccountId,
    format: ExportFormat,
    place: Option<ExportPlace>,
) -> Result<ExportPiece> {
    p.read(ctx, &(book, format, place), |w, (book, format, place)| {
        Box::pin(async move {
            let Some(place) = place else {
                let preamble = preamble(w, *book, *format).await?;
                return Ok(ExportPiece {
                    text: preamble.text,
                    entries: 0,
                    next: Some(ExportPlace {
                        posted_on: preamble.first_on,
                        entry: String::new(),
                    }),
                });
            };
            authorize(w, *book).await?;
            let realm = realm(w);
            let after = (place.posted_on, place.entry.clone());
            let page = ledger::entries(&mut w.tx, realm, *book, after, PAGE).await?;
            let text = page
                .iter()
                .map(|(id, entry)| export::entry(*format, &id.to_string(), entry))
                .collect();
            let next = page.last().map(|(id, last)| ExportPlace {
                posted_on: last.posted_on,
                entry: id.to_string(),
            });
            Ok(ExportPiece {
                text,
                entries: page.len() as u64,
                next,
            })
        })
    })
    .await
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
