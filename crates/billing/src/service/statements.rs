//! Statements of account, read off the seller's book.

use serde::{Deserialize, Serialize};
use tradewind_kernel::{Currency, Date, Result, id::AccountId};
use tradewind_platform::{OpCtx, Platform, Work};
use tradewind_policy::{Action, ResourceKind};

use super::{realm, traded};
use crate::{
    rules::statement::{ageing, days, movements},
    store::{charges::Pair, statements as store},
    types::Statement,
};

/// Whose statement, and for when.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct StatementOf {
    /// Who sells.
    pub seller_id: AccountId,
    /// Who buys.
    pub buyer_id: AccountId,
    /// In which currency; the one in which the two trade when left out.
    pub currency: Option<Currency>,
    /// First day, in the seller's time zone; that of the last day's month when left out.
    pub from: Option<Date>,
    /// Last day; today when left out.
    pub until: Option<Date>,
}

/// What moved a buyer's account with its seller in a period, balances brought forward.
///
/// # Errors
/// `until` before `from`, or with too many movements between; `NotFound` when the two do not trade, `Forbidden`.
pub async fn statement_get(p: &Platform, ctx: &OpCtx, of: &StatementOf) -> Result<Statement> {
    p.read(ctx, of, |w, of| Box::pin(statement_get_in(w, *of)))
        .await
}

async fn statement_get_in(w: &mut Work, of: StatementOf) -> Result<Statement> {
    let (seller_id, buyer_id) = (of.seller_id, of.buyer_id);
    let target = traded(w, ResourceKind::Invoice, seller_id, buyer_id).await?;
    w.authorize(Action::InvoiceView, &target)?;
    let relationship = tradewind_accounts::service::relationship_of(w, seller_id, buyer_id).await?;
    let currency = of.currency.unwrap_or(relationship.currency);
    let seller = tradewind_accounts::service::account_facts(w, seller_id).await?;
    let today = w.ctx.now.date_in(&seller.zone);
    let (from, until) = days(of.from, of.until, today)?;
    let pair = Pair {
        seller_id,
        buyer_id,
        currency,
    };
    let realm = realm(w);
    let before = store::before(&mut w.tx, realm, pair, from).await?;
    let booked = store::between(&mut w.tx, realm, pair, (from, until)).await?;
    let aged_on = until.min(today);
    let open = store::open_on(&mut w.tx, realm, pair, until).await?;
    let (movements, after) = movements(before, booked)?;
    Ok(Statement {
        seller_id,
        buyer_id,
        currency,
        from,
        until,
        opening: before.balance()?,
        movements,
        closing: after.balance()?,
        owed: after.owed,
        credit: after.credit,
        aged_on,
        ageing: ageing(currency, &open, aged_on)?,
    })
}
