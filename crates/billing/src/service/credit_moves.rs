//! How credit comes in and goes out: every movement is kept, and the sum stays what its parts are.

use serde_json::json;
use tradewind_kernel::{
    Date, Error, Money, Result,
    id::{CreditGrantId, CreditMoveId, InvoiceId},
};
use tradewind_platform::{NewEvent, Work};

use super::realm;
use crate::{
    rules::wallet as rules,
    store::{charges::Pair, payments, wallet as store},
    types::{CreditGrant, CreditMove, CreditMoveKind, CreditSource, CreditUse},
};

/// Credit that comes in.
pub(super) struct Incoming<'a> {
    pub(super) source: CreditSource,
    /// The payment, refund or document that it comes from.
    pub(super) about: String,
    pub(super) reason: &'a str,
    /// When nobody says, the usual one of the source.
    pub(super) priority: Option<i64>,
    pub(super) expires_on: Option<Date>,
}

impl Incoming<'_> {
    /// Credit that stays, in the usual order.
    pub(super) fn of(source: CreditSource, about: impl ToString) -> Self {
        Self {
            source,
            about: about.to_string(),
            reason: "",
            priority: None,
            expires_on: None,
        }
    }
}

/// A movement of credit.
pub(super) fn movement(
    grant: &CreditGrant,
    kind: CreditMoveKind,
    amount: Money,
    about: String,
    invoice_id: Option<InvoiceId>,
    at: tradewind_kernel::Timestamp,
) -> CreditMove {
    CreditMove {
        id: CreditMoveId::generate(),
        grant_id: grant.id,
        seller_id: grant.seller_id,
        buyer_id: grant.buyer_id,
        kind,
        source: grant.source,
        amount,
        about,
        invoice_id,
        at,
    }
}

/// New credit that is not kept yet.
pub(super) fn granted(
    pair: Pair,
    amount: Money,
    incoming: &Incoming<'_>,
    at: tradewind_kernel::Timestamp,
) -> CreditGrant {
    CreditGrant {
        id: CreditGrantId::generate(),
        seller_id: pair.seller_id,
        buyer_id: pair.buyer_id,
        source: incoming.source,
        priority: incoming
            .priority
            .unwrap_or_else(|| rules::usual_priority(incoming.source)),
        expires_on: incoming.expires_on,
        amount,
        left: amount,
        reason: incoming.reason.to_owned(),
        about: incoming.about.clone(),
        created_at: at,
    }
}

/// Adds credit.
pub(super) async fn give(
    w: &mut Work,
    pair: Pair,
    amount: Money,
    incoming: Incoming<'_>,
) -> Result<CreditGrant> {
    let realm = realm(w);
    let grant = granted(pair, amount, &incoming, w.ctx.now);
    // The row of the sum is what two at once wait for.
    payments::add_credit(&mut w.tx, realm, pair, amount).await?;
    store::insert(&mut w.tx, realm, &grant).await?;
    let kind = CreditMoveKind::Granted;
    let one = movement(&grant, kind, amount, incoming.about, None, w.ctx.now);
    store::record(&mut w.tx, realm, &[one]).await?;
    Ok(grant)
}

/// The seller's day, on which credit is good or has expired.
pub(super) async fn day(w: &mut Work, pair: Pair) -> Result<Date> {
    let seller = tradewind_accounts::service::account_facts(w, pair.seller_id).await?;
    Ok(w.ctx.now.date_in(&seller.zone))
}

/// The credit that can be used now; its row is held until the end of the transaction.
pub(super) async fn usable(w: &mut Work, pair: Pair) -> Result<Money> {
    let zero = Money::zero(pair.currency);
    let realm = realm(w);
    if payments::credit(&mut w.tx, realm, pair).await?.minor <= 0 {
        return Ok(zero);
    }
    let on = day(w, pair).await?;
    let grants = store::grants(&mut w.tx, realm, pair).await?;
    rules::usable(zero, &grants, on)
}

/// The credit that can be paid back as money now; its row is held.
pub(super) async fn repayable(w: &mut Work, pair: Pair) -> Result<Money> {
    let realm = realm(w);
    payments::credit(&mut w.tx, realm, pair).await?;
    let on = day(w, pair).await?;
    let grants = rules::repayable(store::grants(&mut w.tx, realm, pair).await?, "");
    rules::usable(Money::zero(pair.currency), &grants, on)
}

/// Uses credit for an invoice, by the payment `about`.
pub(super) async fn spend(
    w: &mut Work,
    pair: Pair,
    amount: Money,
    about: String,
    invoice: InvoiceId,
) -> Result<()> {
    let realm = realm(w);
    payments::credit(&mut w.tx, realm, pair).await?;
    let mut grants = store::grants(&mut w.tx, realm, pair).await?;
    grants.sort_by(rules::order);
    take(
        w,
        pair,
        grants,
        amount,
        CreditMoveKind::Used,
        about,
        Some(invoice),
    )
    .await?;
    watch(w, pair).await
}

/// Takes credit to be paid back, first what came from `origin`.
pub(super) async fn repay(
    w: &mut Work,
    pair: Pair,
    amount: Money,
    origin: &str,
    about: String,
) -> Result<()> {
    let realm = realm(w);
    payments::credit(&mut w.tx, realm, pair).await?;
    let grants = rules::repayable(store::grants(&mut w.tx, realm, pair).await?, origin);
    take(
        w,
        pair,
        grants,
        amount,
        CreditMoveKind::Refunded,
        about,
        None,
    )
    .await
}

/// Takes credit out of these, in their order; their sum is held.
pub(super) async fn take(
    w: &mut Work,
    pair: Pair,
    mut grants: Vec<CreditGrant>,
    amount: Money,
    kind: CreditMoveKind,
    about: String,
    invoice: Option<InvoiceId>,
) -> Result<()> {
    let realm = realm(w);
    let on = match kind {
        // What is over expires, whatever day it is.
        CreditMoveKind::Expired => Date::MIN,
        _ => day(w, pair).await?,
    };
    let mut moves = Vec::new();
    for (grant, piece) in rules::spend(&mut grants, amount, on)? {
        store::add_rest(&mut w.tx, realm, pair, grant.id, piece.neg()?).await?;
        moves.push(movement(
            &grant,
            kind,
            piece.neg()?,
            about.clone(),
            invoice,
            w.ctx.now,
        ));
    }
    payments::add_credit(&mut w.tx, realm, pair, amount.neg()?).await?;
    store::record(&mut w.tx, realm, &moves).await
}

/// Tells when credit has fallen below what its buyer wants to have.
pub(super) async fn watch(w: &mut Work, pair: Pair) -> Result<()> {
    let realm = realm(w);
    let facts = store::policy(&mut w.tx, realm, pair.seller_id, pair.buyer_id).await?;
    let Some(top_up) = facts
        .top_up
        .filter(|top_up| top_up.amount.currency == pair.currency)
    else {
        return Ok(());
    };
    if usable(w, pair).await?.minor < top_up.below.minor {
        w.emit(NewEvent {
            kind: "credit.low",
            subject: pair.buyer_id.to_string(),
            account: pair.buyer_id,
            data: json!({ "seller_id": pair.seller_id, "buyer_id": pair.buyer_id, "currency": pair.currency }),
        });
    }
    Ok(())
}

/// Whether credit between two accounts pays invoices by itself.
pub(super) async fn is_automatic(w: &mut Work, pair: Pair) -> Result<bool> {
    let facts = store::policy(&mut w.tx, w.ctx.realm, pair.seller_id, pair.buyer_id).await?;
    Ok(facts.agreed.or(facts.usual).unwrap_or(CreditUse::Automatic) == CreditUse::Automatic)
}

/// The currency in which an account trades with its seller.
pub(super) async fn pair_of(
    w: &mut Work,
    seller: tradewind_kernel::id::AccountId,
    buyer: tradewind_kernel::id::AccountId,
) -> Result<Pair> {
    let with = tradewind_accounts::service::relationship_of(w, seller, buyer).await?;
    Ok(Pair {
        seller_id: seller,
        buyer_id: buyer,
        currency: with.currency,
    })
}

/// An amount in the currency of the credit, more than nothing.
pub(super) fn check_amount(amount: Money, pair: Pair) -> Result<()> {
    if amount.currency != pair.currency {
        let text = format!("the credit is in {}", pair.currency);
        return Err(Error::invalid("amount", "currency_mismatch", text));
    }
    if amount.minor <= 0 {
        let text = "expected more than zero";
        return Err(Error::invalid("amount", "out_of_range", text));
    }
    Ok(())
}
