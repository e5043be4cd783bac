//! The numbers and names that sellers give to the accounts of their books.

use serde::{Deserialize, Serialize};
use serde_json::json;
use tradewind_kernel::{Error, Result, id::AccountId};
use tradewind_platform::{AuditEntry, OpCtx, Platform};
use tradewind_policy::Action;
use utoipa::ToSchema;

use super::{books::authorize_to, realm};
use crate::{rules::chart, store::books, types::ChartAccount};

/// A number and name for an account.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ChartSet {
    /// Whose book.
    pub book_id: AccountId,
    /// The account; without number it gets its own name back.
    pub account: ChartAccount,
}

/// The accounts that have numbers in a book.
///
/// # Errors
/// `NotFound`, `Forbidden`.
pub async fn chart_get(p: &Platform, ctx: &OpCtx, book: AccountId) -> Result<Vec<ChartAccount>> {
    p.read(ctx, &book, |w, book| {
        Box::pin(async move {
            authorize_to(w, Action::LedgerView, *book).await?;
            let realm = realm(w);
            books::chart(&mut w.tx, realm, *book).await
        })
    })
    .await
}

/// Numbers and names an account, or takes both away. Exports and balances show them from now on, whatever the day of an entry; what is
/// sealed keeps the account's own name.
///
/// # Errors
/// `account`, `code`, `name`; `number_taken`; `NotFound`, `Forbidden`.
pub async fn chart_set(p: &Platform, ctx: &OpCtx, input: &ChartSet) -> Result<Vec<ChartAccount>> {
    p.command(ctx, "ledger.chart_set", input, |w, input| {
        Box::pin(async move {
            authorize_to(w, Action::LedgerManage, input.book_id).await?;
            chart::check(&input.account)?;
            let (realm, book, one) = (realm(w), input.book_id, &input.account);
            // Who numbers accounts of one book does so one after the other.
            books::hold(&mut w.tx, realm, book).await?;
            let holder = books::code_of(&mut w.tx, realm, book, &one.code).await?;
            if let Some(holder) = holder.filter(|holder| *holder != one.account) {
                let text = format!("{} is the number of {holder}", one.code);
                return Err(Error::invalid("code", "number_taken", text));
            }
            books::set_chart(&mut w.tx, realm, book, one).await?;
            w.audit(AuditEntry {
                action: "ledger.chart_set",
                kind: "account",
                id: book.to_string(),
                account: book,
                summary: json!({ "after": one }),
            });
            books::chart(&mut w.tx, realm, book).await
        })
    })
    .await
}
