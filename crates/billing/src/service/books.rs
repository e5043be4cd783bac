//! The books of an account: balances, and export as plain-text accounting.

use std::io::Write;

use serde::Serialize;
use tradewind_kernel::{
    Date, Error, Result,
    id::{AccountId, TransactionId},
};
use tradewind_platform::{OpCtx, Platform, Work};
use tradewind_policy::{Action, ResourceKind};

use super::realm;
use crate::{
    rules::{
        chain::{self, BEFORE_FIRST},
        chart::Chart,
        export::{self, OpenAccount},
    },
    store::{books, ledger},
    types::{AccountBalance, ChartAccount, ExportFormat},
};

/// Entries that are read at once.
const PAGE: i64 = 1_000;

/// Whether the principal may do this with a book.
pub(super) async fn authorize_to(w: &mut Work, action: Action, book: AccountId) -> Result<()> {
    let target = tradewind_accounts::service::target(w, ResourceKind::Ledger, book).await?;
    w.authorize(action, &target)
}

async fn authorize(w: &mut Work, book: AccountId) -> Result<()> {
    authorize_to(w, Action::LedgerView, book).await
}

async fn chart(w: &mut Work, book: AccountId) -> Result<Chart> {
    let realm = realm(w);
    Ok(Chart::new(books::chart(&mut w.tx, realm, book).await?))
}

/// The balances of the accounts of a book up to and including a day, with the numbers and names of its chart.
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
            let mut balances = ledger::balances(&mut w.tx, realm, *book, *on).await?;
            let chart = chart(w, *book).await?;
            for one in &mut balances {
                if let Some(numbered) = chart.of(&one.account) {
                    one.code = Some(numbered.code.clone());
                    one.name = Some(numbered.name.clone());
                }
            }
            Ok(balances)
        })
    })
    .await
}

/// What stands before the entries of an export.
struct Preamble {
    text: String,
    first_on: Date,
    chart: Vec<ChartAccount>,
}

/// Where an export goes on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ExportPlace {
    posted_on: Date,
    entry: String,
    /// How many sealed entries were written, and the hash of the last.
    sealed: (i64, String),
    /// What accounts are called, alike in all pieces.
    chart: Vec<ChartAccount>,
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
/// entries from there on. The sealed form has all that is sealed, in the order of the chain.
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
                        sealed: (0, BEFORE_FIRST.to_owned()),
                        chart: preamble.chart,
                    }),
                });
            };
            authorize(w, *book).await?;
            if *format == ExportFormat::Sealed {
                return sealed_piece(w, *book, place).await;
            }
            let realm = realm(w);
            let chart = Chart::new(place.chart.clone());
            let after = (place.posted_on, place.entry.clone());
            let page = ledger::entries(&mut w.tx, realm, *book, after, PAGE).await?;
            let text = page
                .iter()
                .map(|(id, entry)| export::entry(*format, &chart, &id.to_string(), entry))
                .collect();
            let full = page.len() as i64 == PAGE;
            let next = page.last().filter(|_| full).map(|(id, last)| ExportPlace {
                posted_on: last.posted_on,
                entry: id.to_string(),
                ..place.clone()
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

/// Links of the chain with what each was made of.
async fn sealed_piece(w: &mut Work, book: AccountId, place: &ExportPlace) -> Result<ExportPiece> {
    let realm = realm(w);
    let (after, mut previous) = place.sealed.clone();
    let links = books::links(&mut w.tx, realm, book, after, PAGE).await?;
    let full = links.len() as i64 == PAGE;
    let ids: Vec<TransactionId> = links.iter().map(|(_, id, _)| *id).collect();
    let entries = ledger::entries_of(&mut w.tx, realm, &ids).await?;
    let mut piece = ExportPiece {
        text: String::new(),
        entries: 0,
        next: None,
    };
    for (sequence, id, hash) in links {
        let at = entries.binary_search_by_key(&id, |(id, _)| *id).ok();
        let Some((_, entry)) = at.and_then(|at| entries.get(at)) else {
            return Err(Error::internal(format!(
                "the sealed entry {id} is not in the books"
            )));
        };
        let text = chain::canonical(sequence, &previous, id, entry);
        piece.text.push_str(&export::sealed(&text, &hash));
        piece.entries += 1;
        piece.next = Some(ExportPlace {
            sealed: (sequence, hash.clone()),
            ..place.clone()
        });
        previous = hash;
    }
    piece.next = piece.next.filter(|_| full);
    Ok(piece)
}

async fn preamble(w: &mut Work, book: AccountId, format: ExportFormat) -> Result<Preamble> {
    authorize(w, book).await?;
    let realm = realm(w);
    let accounts: Vec<OpenAccount> = ledger::accounts(&mut w.tx, realm, book).await?;
    let currencies = ledger::currencies(&mut w.tx, realm, book).await?;
    let chart = books::chart(&mut w.tx, realm, book).await?;
    let owner = tradewind_accounts::service::account_facts(w, book).await?;
    let first_on = accounts
        .iter()
        .map(|account| account.opened_on)
        .min()
        .unwrap_or_default();
    Ok(Preamble {
        text: export::preamble(
            format,
            &owner.name,
            &Chart::new(chart.clone()),
            &accounts,
            &currencies,
        ),
        first_on,
        chart,
    })
}
