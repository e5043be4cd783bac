//! Pro-forma invoices: what is open between two accounts, or would be billed, as a document without number and booking.

use tradewind_kernel::{Error, Result, calendar::Period, id::AccountId};
use tradewind_platform::Work;
use tradewind_policy::Action;

use super::{Between, authorize_seller, drafts::OpenLines, trades::Trades};
use crate::{
    rules::document,
    store::charges::Pair,
    types::{Parties, PreviewDocument, ProForma},
};

/// What is charged between two accounts and on no document yet, whenever it is due; for the seller's people.
///
/// # Errors
/// `nothing_to_invoice`; `NotFound`, `Forbidden`.
pub async fn pro_forma_open_in(w: &mut Work, between: &Between) -> Result<ProForma> {
    authorize_seller(w, between.seller_id, Action::InvoiceIssue).await?;
    let (seller, buyer) = (between.seller_id, between.buyer_id);
    tradewind_accounts::service::relationship_of(w, seller, buyer).await?;
    let mut trades = Trades::default();
    trades.load(w, vec![(seller, buyer)]).await?;
    let trade = trades.get(seller, buyer)?.clone();
    let pair = Pair {
        seller_id: seller,
        buyer_id: buyer,
        currency: between.currency,
    };
    let open = OpenLines::load(w, pair, &trade, tradewind_kernel::Date::MAX, false).await?;
    let shown = document::preview(open.lines.together(), pair.currency, &trade.taxation)?;
    made(w, seller, buyer, shown, trade.taxation.basis()).await
}

/// What would be billed, for those who may see it: the caller has decided who may.
///
/// # Errors
/// `nothing_to_invoice`; database errors.
pub async fn pro_forma_of_in(
    w: &mut Work,
    seller: AccountId,
    buyer: AccountId,
    shown: Option<PreviewDocument>,
) -> Result<ProForma> {
    let mut trades = Trades::default();
    trades.load(w, vec![(seller, buyer)]).await?;
    let basis = trades.get(seller, buyer)?.taxation.basis();
    made(w, seller, buyer, shown, basis).await
}

async fn made(
    w: &mut Work,
    seller: AccountId,
    buyer: AccountId,
    shown: Option<PreviewDocument>,
    tax_basis: Option<tradewind_tax::types::TaxBasis>,
) -> Result<ProForma> {
    let nothing = || Error::refused("nothing_to_invoice", "there is nothing to be invoiced");
    let document = shown
        .filter(|document| document.gross.minor > 0)
        .ok_or_else(nothing)?;
    let start = document.lines.iter().map(|line| line.period.start).min();
    let end = document.lines.iter().map(|line| line.period.end).max();
    let (start, end) = start.zip(end).ok_or_else(nothing)?;
    let collector = match tradewind_accounts::service::collector_of(w, seller, buyer).await? {
        Some(collector) => {
            let collector = tradewind_accounts::service::account_facts(w, collector).await?;
            Some(super::party_of(&collector))
        }
        None => None,
    };
    let seller = tradewind_accounts::service::account_facts(w, seller).await?;
    let buyer = tradewind_accounts::service::account_facts(w, buyer).await?;
    Ok(ProForma {
        at: w.ctx.now,
        on: w.ctx.now.date_in(&seller.zone),
        locale: buyer.locale,
        parties: Parties {
            seller: super::party_of(&seller),
            buyer: super::party_of(&buyer),
            collector,
            tax_basis,
        },
        period: Period::new(start, end)?,
        document,
    })
}
