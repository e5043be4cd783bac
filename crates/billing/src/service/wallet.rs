//! Account credit as its owners see it: given by the seller, paid in by the buyer, used, and gone when its last day is over.

use serde::{Deserialize, Serialize};
use serde_json::json;
use tradewind_kernel::{
    Date, Error, Money, Result,
    calendar::add_days,
    id::{AccountId, InvoiceId, PaymentId, PaymentMethodId},
    page::{Page, PageRequest},
    text,
};
use tradewind_platform::{AuditEntry, OpCtx, Platform, Work};
use tradewind_policy::{Action, ResourceKind};
use utoipa::ToSchema;

use super::{
    authorize_run,
    credit_moves::{Incoming, check_amount, day, give, is_automatic, pair_of, take, usable},
    methods,
    moves::{header, pay_with_credit, post, sides, use_credit},
    payments::{PaymentGateway, Prepared, look_after, open_balance, send},
    realm, traded,
};
use crate::{
    rules::{ledger, wallet as rules},
    store::{charges::Pair, listing, payments, wallet as store},
    types::{
        AutoTopUp, BalanceStatus, CreditGrant, CreditMove, CreditMoveKind, CreditPolicy,
        CreditSource, CreditUse, Payment, PaymentKind, PaymentState, Wallet,
    },
};

/// Credit that is expired in one transaction.
const BATCH: i64 = 100;

/// A seller and one of its buyers.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, ToSchema)]
pub struct WalletOf {
    /// Who keeps the credit.
    pub seller_id: AccountId,
    /// For whom.
    pub buyer_id: AccountId,
}

/// Credit that a seller gives.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct CreditGive {
    /// Who gives it.
    pub seller_id: AccountId,
    /// To whom.
    pub buyer_id: AccountId,
    /// How much, in the currency in which the two trade.
    pub amount: Money,
    /// Credit with the lowest number is used first, from 0 to 100; 10 when left out.
    #[serde(default)]
    pub priority: Option<i64>,
    /// Its last day; it stays for good when left out.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = Date)]
    pub expires_on: Option<Date>,
    /// Why.
    pub reason: String,
}

/// Credit that a buyer pays in by card.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct TopUp {
    /// Who keeps it.
    pub seller_id: AccountId,
    /// Who pays.
    pub buyer_id: AccountId,
    /// How much, in the currency in which the two trade.
    pub amount: Money,
    /// With what; the default card when left out.
    #[serde(default)]
    pub method_id: Option<PaymentMethodId>,
}

/// When credit is used.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct CreditUseSet {
    /// Who keeps it.
    pub seller_id: AccountId,
    /// For whom; all buyers of the seller with whom nothing else is agreed, when left out.
    #[serde(default)]
    pub buyer_id: Option<AccountId>,
    /// When it is used; as with all others when left out.
    #[serde(default, rename = "use")]
    pub usage: Option<CreditUse>,
}

/// Topping up by itself.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct TopUpSet {
    /// Who keeps the credit.
    pub seller_id: AccountId,
    /// Whose card pays.
    pub buyer_id: AccountId,
    /// How; never when left out.
    #[serde(default)]
    pub top_up: Option<AutoTopUp>,
}

/// What a seller keeps for a buyer, where it comes from, and how it is used.
///
/// # Errors
/// `NotFound`, `Forbidden`.
pub async fn wallet_get(p: &Platform, ctx: &OpCtx, of: &WalletOf) -> Result<Wallet> {
    p.read(ctx, of, |w, of| {
        Box::pin(async move {
            let target = traded(w, ResourceKind::Payment, of.seller_id, of.buyer_id).await?;
            w.authorize(Action::PaymentView, &target)?;
            let pair = pair_of(w, of.seller_id, of.buyer_id).await?;
            let on = day(w, pair).await?;
            let realm = realm(w);
            let mut grants = store::grants(&mut w.tx, realm, pair).await?;
            grants.retain(|grant| rules::is_good(grant, on));
            grants.sort_by(rules::order);
            let facts = store::policy(&mut w.tx, realm, pair.seller_id, pair.buyer_id).await?;
            Ok(Wallet {
                seller_id: pair.seller_id,
                buyer_id: pair.buyer_id,
                currency: pair.currency,
                balance: rules::usable(Money::zero(pair.currency), &grants, on)?,
                grants,
                policy: CreditPolicy {
                    usage: facts.agreed.or(facts.usual).unwrap_or(CreditUse::Automatic),
                    agreed: facts.agreed.is_some(),
                    top_up: facts.top_up,
                },
            })
        })
    })
    .await
}

/// All movements of the credit that a seller keeps for a buyer, the latest first.
///
/// # Errors
/// What is wrong with the page; `NotFound`, `Forbidden`.
pub async fn credit_moves(
    p: &Platform,
    ctx: &OpCtx,
    of: &WalletOf,
    page: &PageRequest,
) -> Result<Page<CreditMove>> {
    p.read(ctx, &(of, page), |w, (of, page)| {
        Box::pin(async move {
            let target = traded(w, ResourceKind::Payment, of.seller_id, of.buyer_id).await?;
            w.authorize(Action::PaymentView, &target)?;
            listing::credit_moves(&mut w.tx, w.ctx.realm, of.seller_id, of.buyer_id, page).await
        })
    })
    .await
}

/// Gives credit as the seller.
///
/// # Errors
/// `amount`, `priority`, `expires_on` when it is over already, `reason`; `NotFound`, `Forbidden`.
pub async fn credit_give(p: &Platform, ctx: &OpCtx, input: &CreditGive) -> Result<CreditGrant> {
    p.command(ctx, "credit.give", input, |w, input| {
        Box::pin(give_in(w, input))
    })
    .await
}

async fn give_in(w: &mut Work, input: &CreditGive) -> Result<CreditGrant> {
    let target = traded(w, ResourceKind::Payment, input.seller_id, input.buyer_id).await?;
    w.authorize(Action::PaymentRecord, &target)?;
    let pair = pair_of(w, input.seller_id, input.buyer_id).await?;
    check_amount(input.amount, pair)?;
    text::check_len("reason", &input.reason, 1, 500)?;
    if input
        .priority
        .is_some_and(|priority| !(0..=100).contains(&priority))
    {
        let text = "expected a number from 0 to 100";
        return Err(Error::invalid("priority", "out_of_range", text));
    }
    let today = day(w, pair).await?;
    if input.expires_on.is_some_and(|last| last < today) {
        let text = "expected a day that is not over";
        return Err(Error::invalid("expires_on", "past", text));
    }
    let incoming = Incoming {
        source: CreditSource::Goodwill,
        about: String::new(),
        reason: &input.reason,
        priority: input.priority,
        expires_on: input.expires_on,
    };
    let grant = give(w, pair, input.amount, incoming).await?;
    let sides = sides(w, pair).await?;
    let header = header(w, pair, grant.id.to_string(), "goodwill to").await?;
    post(w, ledger::goodwill(sides, &header, input.amount)?).await?;
    w.audit(AuditEntry {
        action: "credit.give",
        kind: "account",
        id: input.buyer_id.to_string(),
        account: input.buyer_id,
        summary: json!({ "credit": grant.id, "amount": input.amount, "expires_on": input.expires_on, "reason": input.reason }),
    });
    if is_automatic(w, pair).await? {
        use_credit(w, pair).await?;
    }
    Ok(grant)
}

/// Pays credit in by card. The payment is recorded before the gateway is asked and settled after, as any other.
///
/// # Errors
/// `amount`, `no_payment_method`; `NotFound`, `Forbidden`; `Unavailable` when the gateway does not answer (the payment then
/// stays pending).
pub async fn credit_top_up(
    p: &Platform,
    ctx: &OpCtx,
    gateway: &dyn PaymentGateway,
    input: &TopUp,
) -> Result<Payment> {
    let prepared = p
        .command(ctx, "credit.top_up", input, |w, input| {
            Box::pin(async move {
                let target =
                    traded(w, ResourceKind::Payment, input.seller_id, input.buyer_id).await?;
                w.authorize(Action::PaymentPay, &target)?;
                let pair = pair_of(w, input.seller_id, input.buyer_id).await?;
                check_amount(input.amount, pair)?;
                prepare(w, pair, input.amount, input.method_id).await
            })
        })
        .await?;
    if ctx.dry_run || !prepared.payment.state.is_open() {
        return Ok(prepared.payment);
    }
    send(p, ctx, gateway, prepared, false).await
}

async fn prepare(
    w: &mut Work,
    pair: Pair,
    amount: Money,
    method: Option<PaymentMethodId>,
) -> Result<Prepared> {
    let method = methods::choose(w, pair.buyer_id, method).await?;
    let collector_id =
        tradewind_accounts::service::collector_of(w, pair.seller_id, pair.buyer_id).await?;
    let payment = Payment {
        id: PaymentId::generate(),
        invoice_id: None,
        seller_id: pair.seller_id,
        collector_id,
        payer_id: pair.buyer_id,
        method_id: Some(method.id),
        kind: PaymentKind::Card,
        amount,
        applied: Money::zero(pair.currency),
        state: PaymentState::Pending,
        reference: None,
        action: None,
        failure_code: None,
        created_at: w.ctx.now,
        settled_at: None,
    };
    let realm = realm(w);
    payments::insert(&mut w.tx, realm, &payment).await?;
    look_after(w, payment.id)?;
    Ok(Prepared {
        number: payment.id.to_string(),
        payment,
    })
}

/// Tops credit up when it has fallen below what its buyer wants, unless a payment for that is under way.
///
/// # Errors
/// `Forbidden`; `no_payment_method`; `Unavailable` when the gateway does not answer.
pub async fn credit_top_up_low(
    p: &Platform,
    ctx: &OpCtx,
    gateway: &dyn PaymentGateway,
    of: &WalletOf,
) -> Result<Option<Payment>> {
    let prepared = p
        .command(ctx, "credit.top_up_low", of, |w, of| {
            Box::pin(async move {
                authorize_run(w)?;
                let realm = realm(w);
                let facts = store::policy(&mut w.tx, realm, of.seller_id, of.buyer_id).await?;
                let Some(top_up) = facts.top_up else {
                    return Ok(None);
                };
                let pair = pair_of(w, of.seller_id, of.buyer_id).await?;
                // The row of the credit is held, so that two at once do not top up twice.
                payments::add_credit(&mut w.tx, realm, pair, Money::zero(pair.currency)).await?;
                let low = usable(w, pair).await?.minor < top_up.below.minor;
                let open = store::top_ups_open(&mut w.tx, realm, of.seller_id, of.buyer_id).await?;
                if !low || open > 0 || top_up.amount.currency != pair.currency {
                    return Ok(None);
                }
                prepare(w, pair, top_up.amount, top_up.method_id)
                    .await
                    .map(Some)
            })
        })
        .await?;
    match prepared {
        Some(prepared) if prepared.payment.state.is_open() => {
            send(p, ctx, gateway, prepared, false).await.map(Some)
        }
        other => Ok(other.map(|prepared| prepared.payment)),
    }
}

/// Pays an invoice with credit, as far as there is any. For buyers and sellers who use credit by hand.
///
/// # Errors
/// `invoice_paid`, `not_payable`, `no_credit` when there is none; `NotFound`, `Forbidden`.
pub async fn credit_use(p: &Platform, ctx: &OpCtx, invoice: InvoiceId) -> Result<Money> {
    p.command(ctx, "credit.use", &invoice, |w, invoice| {
        Box::pin(async move {
            let realm = realm(w);
            let (seller, buyer, _) = crate::store::documents::parties(&mut w.tx, realm, *invoice)
                .await?
                .ok_or_else(|| Error::not_found(*invoice))?;
            let target = traded(w, ResourceKind::Payment, seller, buyer).await?;
            if !w.may(Action::PaymentRecord, &target) {
                w.authorize_for(Action::PaymentPay, &target, invoice)?;
            }
            let balance = open_balance(w, *invoice).await?;
            let pair = Pair {
                seller_id: seller,
                buyer_id: buyer,
                currency: balance.currency,
            };
            let used = pay_with_credit(w, pair, balance, None, BalanceStatus::Paid).await?;
            if used.is_zero() {
                return Err(Error::refused(
                    "no_credit",
                    "there is no credit to pay with",
                ));
            }
            w.audit(AuditEntry {
                action: "credit.use",
                kind: "invoice",
                id: invoice.to_string(),
                account: buyer,
                summary: json!({ "amount": used }),
            });
            Ok(used)
        })
    })
    .await
}

/// Says when credit is used: with one buyer, or with all of a seller's.
///
/// # Errors
/// `NotFound`, `Forbidden`.
pub async fn credit_use_set(p: &Platform, ctx: &OpCtx, input: &CreditUseSet) -> Result<()> {
    p.command(ctx, "credit.use_set", input, |w, input| {
        Box::pin(async move {
            let buyer = input.buyer_id.unwrap_or(input.seller_id);
            let target = traded(w, ResourceKind::Payment, input.seller_id, buyer).await?;
            w.authorize(Action::PaymentRecord, &target)?;
            if let Some(buyer) = input.buyer_id {
                pair_of(w, input.seller_id, buyer).await?;
            }
            let realm = realm(w);
            store::set_use(&mut w.tx, realm, input.seller_id, buyer, input.usage).await?;
            w.audit(AuditEntry {
                action: "credit.use_set",
                kind: "account",
                id: buyer.to_string(),
                account: buyer,
                summary: json!({ "seller": input.seller_id, "use": input.usage }),
            });
            Ok(())
        })
    })
    .await
}

/// Says how credit is topped up by itself, or that it is not.
///
/// # Errors
/// `top_up.below`, `top_up.amount`, the method when it is not the buyer's; `no_payment_method` when there is none;
/// `NotFound`, `Forbidden`.
pub async fn credit_top_up_set(p: &Platform, ctx: &OpCtx, input: &TopUpSet) -> Result<()> {
    p.command(ctx, "credit.top_up_set", input, |w, input| {
        Box::pin(async move {
            let target = traded(w, ResourceKind::Payment, input.seller_id, input.buyer_id).await?;
            w.authorize(Action::PaymentPay, &target)?;
            let pair = pair_of(w, input.seller_id, input.buyer_id).await?;
            if let Some(top_up) = &input.top_up {
                rules::check_top_up(top_up, Money::zero(pair.currency))?;
                methods::choose(w, pair.buyer_id, top_up.method_id).await?;
            }
            let realm = realm(w);
            store::set_top_up(
                &mut w.tx,
                realm,
                pair.seller_id,
                pair.buyer_id,
                input.top_up.as_ref(),
            )
            .await?;
            w.audit(AuditEntry {
                action: "credit.top_up_set",
                kind: "account",
                id: input.buyer_id.to_string(),
                account: input.buyer_id,
                summary: json!({ "seller": input.seller_id, "top_up": input.top_up }),
            });
            Ok(())
        })
    })
    .await
}

/// Books credit off whose last day is over everywhere. Returns how much credit it was.
///
/// # Errors
/// `Forbidden`; database errors.
pub async fn credit_expire(p: &Platform, ctx: &OpCtx) -> Result<u64> {
    // Credit cannot be used any more when its last day is over where the seller is; it is booked when it is over everywhere.
    let over = add_days(ctx.now.date_in(&tradewind_kernel::Zone::utc()), -1)?;
    let step = OpCtx {
        idempotency_key: None,
        ..ctx.clone()
    };
    let mut expired = 0;
    loop {
        let some = p
            .command(&step, "credit.expire", &over, |w, over| {
                Box::pin(expire(w, *over))
            })
            .await?;
        if some == 0 {
            return Ok(expired);
        }
        expired += some;
    }
}

async fn expire(w: &mut Work, over: Date) -> Result<u64> {
    authorize_run(w)?;
    let realm = realm(w);
    let mut count = 0;
    for found in store::expired(&mut w.tx, realm, over, BATCH).await? {
        let pair = Pair {
            seller_id: found.seller_id,
            buyer_id: found.buyer_id,
            currency: found.left.currency,
        };
        // Held before it is looked at again: some of it may have been used meanwhile.
        payments::credit(&mut w.tx, realm, pair).await?;
        let grants = store::grants(&mut w.tx, realm, pair).await?;
        let Some(grant) = grants.into_iter().find(|grant| grant.id == found.id) else {
            continue;
        };
        let (id, source, amount) = (grant.id, grant.source, grant.left);
        let kind = CreditMoveKind::Expired;
        take(w, pair, vec![grant], amount, kind, String::new(), None).await?;
        let sides = sides(w, pair).await?;
        let header = header(w, pair, id.to_string(), "expired credit of").await?;
        post(w, ledger::expired(sides, &header, source, amount)?).await?;
        count += 1;
    }
    Ok(count)
}
