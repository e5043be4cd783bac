//! Months of a book are closed, and the last one opened again.

use serde::{Deserialize, Serialize};
use serde_json::json;
use tradewind_kernel::{Date, Result, calendar::add_days, id::AccountId, text};
use tradewind_platform::{AuditEntry, NewEvent, OpCtx, Platform, Work};
use tradewind_policy::Action;
use utoipa::ToSchema;

use super::{books::authorize_to, currency, realm, recognition, sealing};
use crate::{
    rules::closing as rules,
    store::books,
    types::{BookState, Closing, ClosingAct},
};

/// Closings that are told of.
const TOLD: i64 = 60;

/// A month of a book, and why something is done with it.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct MonthAct {
    /// Whose book.
    pub book_id: AccountId,
    /// Any day of the month.
    #[schema(value_type = String, format = Date)]
    pub month: Date,
    /// Why.
    #[serde(default)]
    pub reason: String,
}

/// How far a book is closed and sealed.
///
/// # Errors
/// `NotFound`, `Forbidden`.
pub async fn book_get(p: &Platform, ctx: &OpCtx, book: AccountId) -> Result<BookState> {
    p.read(ctx, &book, |w, book| {
        Box::pin(async move {
            authorize_to(w, Action::LedgerView, *book).await?;
            state(w, *book).await
        })
    })
    .await
}

async fn state(w: &mut Work, book: AccountId) -> Result<BookState> {
    let realm = realm(w);
    let standing = books::standing(&mut w.tx, realm, book).await?;
    let today = today(w, book).await?;
    let (sealed, hash) = standing.sealed;
    Ok(BookState {
        closed_until: standing.closed_until,
        next_month: rules::next(standing.closed_until, standing.first_entry, today)?,
        sealed,
        hash,
        waiting: standing.waiting,
        closings: books::closings(&mut w.tx, realm, book, TOLD).await?,
    })
}

async fn today(w: &mut Work, book: AccountId) -> Result<Date> {
    let owner = tradewind_accounts::service::account_facts(w, book).await?;
    Ok(w.ctx.now.date_in(&owner.zone))
}

/// Closes a month of a book that is over, and with it those before: nothing is booked into them any more. What comes later counts for
/// the first open day. What of it is deferred revenue, and what it has won and lost by other currencies, is booked before, and all
/// entries are sealed with it.
///
/// # Errors
/// `no_exchange_rate` when what it has won and lost can't be told; `month`: `month_not_over`, `period_closed`; `reason` when it is too long; `NotFound`, `Forbidden`.
pub async fn month_close(p: &Platform, ctx: &OpCtx, input: &MonthAct) -> Result<BookState> {
    // Most is sealed before the book is held, so that those who post wait for the rest alone.
    if !ctx.dry_run {
        super::ledger_seal(p, ctx, input.book_id).await?;
    }
    p.command(ctx, "ledger.close", input, |w, input| {
        Box::pin(async move {
            authorize_to(w, Action::LedgerManage, input.book_id).await?;
            text::check_len("reason", &input.reason, 0, 300)?;
            let realm = realm(w);
            let closed = books::hold(&mut w.tx, realm, input.book_id).await?;
            let until = rules::close(input.month, closed, today(w, input.book_id).await?)?;
            let next = add_days(until, 1)?;
            recognition::book_before(w, input.book_id, next).await?;
            currency::book_before(w, input.book_id, next).await?;
            books::set_closed(&mut w.tx, realm, input.book_id, until).await?;
            record(w, input, ClosingAct::Close).await
        })
    })
    .await
}

/// Opens the month again that was closed last.
///
/// # Errors
/// `month`: `not_last_month`; `reason`; `NotFound`, `Forbidden`.
pub async fn month_reopen(p: &Platform, ctx: &OpCtx, input: &MonthAct) -> Result<BookState> {
    p.command(ctx, "ledger.reopen", input, |w, input| {
        Box::pin(async move {
            authorize_to(w, Action::LedgerManage, input.book_id).await?;
            text::check_len("reason", &input.reason, 1, 300)?;
            let realm = realm(w);
            let closed = books::hold(&mut w.tx, realm, input.book_id).await?;
            let until = rules::reopen(input.month, closed)?;
            books::set_closed(&mut w.tx, realm, input.book_id, until).await?;
            record(w, input, ClosingAct::Reopen).await
        })
    })
    .await
}

/// Seals what waits and notes what was done with the month.
async fn record(w: &mut Work, input: &MonthAct, act: ClosingAct) -> Result<BookState> {
    let (realm, book) = (realm(w), input.book_id);
    while sealing::seal_in(w, book).await? > 0 {}
    let (sequence, hash) = books::head(&mut w.tx, realm, book).await?;
    let last = books::closings(&mut w.tx, realm, book, 1).await?;
    let closing = Closing {
        no: last.first().map_or(0, |last| last.no) + 1,
        month: input.month.first_of_month(),
        act,
        reason: input.reason.clone(),
        by: w.ctx.principal.label(),
        at: w.ctx.now,
        sequence,
        hash,
    };
    books::add_closing(&mut w.tx, realm, book, &closing).await?;
    let (action, event) = match act {
        ClosingAct::Close => ("ledger.close", "ledger.closed"),
        ClosingAct::Reopen => ("ledger.reopen", "ledger.reopened"),
    };
    w.audit(AuditEntry {
        action,
        kind: "account",
        id: book.to_string(),
        account: book,
        summary: json!({
            "month": closing.month, "reason": closing.reason, "sequence": closing.sequence, "hash": closing.hash,
        }),
    });
    w.emit(NewEvent {
        kind: event,
        subject: book.to_string(),
        account: book,
        data: json!({ "month": closing.month, "sequence": closing.sequence, "hash": closing.hash }),
    });
    state(w, book).await
}
