//! Drafts: what a billing run has billed waits until its day comes, somebody issues it, or nobody holds it any more.

use std::{collections::BTreeSet, sync::Arc};

use serde::{Deserialize, Serialize};
use serde_json::json;
use tradewind_kernel::{
    Date, Decimal, Error, Money, Result, Rounding,
    calendar::{Period, add_days},
    id::{AccountId, DraftId, InvoiceId, SubscriptionId},
    page::{Page, PageRequest},
    text,
};
use tradewind_orders::types::BuyerReference;
use tradewind_platform::{AuditEntry, OpCtx, Platform, Work};
use tradewind_policy::Action;
use tradewind_tax::types::TaxCategory;
use utoipa::ToSchema;

use super::{
    authorize_seller,
    batch::{Batch, months},
    collect::{after_credit_notes, gather},
    realm,
    references::References,
    tax_waits::{self, Wanted, taxed},
    trades::Trades,
};
use crate::{
    rules::{document, draft as rules, line::LineSet},
    store::{charges::Pair, drafts as store, tax_waits as waits},
    types::{ChargeKind, Draft, DraftSummary, HeldBuyer, NewCharge, ReviewPolicy, Trade},
};

/// Charges that are read at once.
const PAGE: i64 = 4_000;
/// Drafts that are issued together by one call.
const TOGETHER: i64 = 200;

fn audit(
    w: &mut Work,
    action: &'static str,
    pair: (AccountId, AccountId),
    what: serde_json::Value,
) {
    w.audit(AuditEntry {
        action,
        kind: "account",
        id: pair.1.to_string(),
        account: pair.0,
        summary: what,
    });
}

/// How a seller looks over what is billed.
///
/// # Errors
/// `NotFound`, `Forbidden`.
pub async fn review_get(p: &Platform, ctx: &OpCtx, seller: AccountId) -> Result<ReviewPolicy> {
    p.read(ctx, &seller, |w, seller| {
        Box::pin(async move {
            authorize_seller(w, *seller, Action::InvoiceView).await?;
            let found = store::reviews(&mut w.tx, w.ctx.realm, &BTreeSet::from([*seller])).await?;
            Ok(found.policy(*seller))
        })
    })
    .await
}

/// How a seller looks over what is billed from now on.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct ReviewSet {
    /// Who sells.
    pub seller_id: AccountId,
    /// How.
    pub policy: ReviewPolicy,
}

/// Sets how a seller looks over what is billed. Drafts that are there keep their day; when nothing is reviewed any more, they
/// are issued with the next run.
///
/// # Errors
/// `grace_days`; `NotFound`, `Forbidden`.
pub async fn review_set(p: &Platform, ctx: &OpCtx, input: &ReviewSet) -> Result<ReviewPolicy> {
    p.command(ctx, "invoice.review_set", input, |w, input| {
        Box::pin(async move {
            authorize_seller(w, input.seller_id, Action::InvoiceIssue).await?;
            rules::check(input.policy)?;
            let realm = realm(w);
            store::set_review(&mut w.tx, realm, input.seller_id, input.policy).await?;
            let of = (input.seller_id, input.seller_id);
            audit(
                w,
                "invoice.review_set",
                of,
                json!({ "after": input.policy }),
            );
            Ok(input.policy)
        })
    })
    .await
}

/// A page of the drafts of a seller, the oldest first.
///
/// # Errors
/// What is wrong with the page; `NotFound`, `Forbidden`.
pub async fn draft_list(
    p: &Platform,
    ctx: &OpCtx,
    seller: AccountId,
    page: &PageRequest,
) -> Result<Page<DraftSummary>> {
    p.read(ctx, &(seller, page), |w, (seller, page)| {
        Box::pin(async move {
            authorize_seller(w, *seller, Action::InvoiceView).await?;
            let account = tradewind_accounts::service::account_facts(w, *seller).await?;
            let today = w.ctx.now.date_in(&account.zone);
            let limit = i64::from(page.limit.clamp(1, 200));
            let after = page.after.clone().unwrap_or_default();
            let realm = realm(w);
            let mut items =
                store::list(&mut w.tx, realm, *seller, today, &after, limit + 1).await?;
            let more = items.len() as i64 > limit;
            items.truncate(usize::try_from(limit).unwrap_or(200));
            let next = items
                .last()
                .filter(|_| more)
                .map(|last| last.id.to_string());
            Ok(Page { items, next })
        })
    })
    .await
}

/// A draft with its lines as they are now.
///
/// # Errors
/// `NotFound`, `Forbidden`; `draft_empty` when nothing is left on it.
pub async fn draft_get(p: &Platform, ctx: &OpCtx, id: DraftId) -> Result<Draft> {
    p.read(ctx, &id, |w, id| Box::pin(draft_get_in(w, *id)))
        .await
}

async fn draft_get_in(w: &mut Work, id: DraftId) -> Result<Draft> {
    let realm = realm(w);
    let mut summary = store::head(&mut w.tx, realm, id)
        .await?
        .ok_or_else(|| Error::not_found(id))?;
    authorize_seller(w, summary.seller_id, Action::InvoiceView)
        .await
        .map_err(|error| hidden(error, id))?;
    let pair = pair_of(&summary);
    let mut trades = Trades::default();
    trades
        .load(w, vec![(pair.seller_id, pair.buyer_id)])
        .await?;
    let trade = trades.get(pair.seller_id, pair.buyer_id)?.clone();
    let today = w.ctx.now.date_in(&trade.seller_zone);
    let open = OpenLines::load(w, pair, &trade, today, true).await?;
    summary.about = open.about;
    summary.charges = open.charges;
    let documents = open.lines.finish().documents;
    // Where a tax engine has answered about what it is by now, that is shown.
    let trades = taxed(w, pair, &trade, &documents, Wanted::default()).await?;
    let trades = trades.unwrap_or_else(|| vec![Arc::clone(&trade); documents.len()]);
    let documents = documents
        .into_iter()
        .zip(trades)
        .map(|((_, lines), trade)| document::conclude(lines, pair.currency, &trade.taxation))
        .filter_map(Result::transpose)
        .collect::<Result<Vec<_>>>()?;
    let count = documents.len() as u64;
    let Some(concluded) = document::together(documents)? else {
        return Err(Error::refused(
            "draft_empty",
            "nothing is left on this draft",
        ));
    };
    Ok(Draft {
        summary,
        kind: concluded.kind,
        documents: count,
        lines: concluded.lines,
        net: concluded.totals.net,
        tax: concluded.totals.tax,
        gross: concluded.totals.gross,
        tax_summary: concluded.totals.summary,
        due_on: document::due_on(today, trade.payment_terms_days)?,
    })
}

/// What is on the queue between two accounts, to look at: lines in the making, and what they come to without tax.
pub(super) struct OpenLines {
    pub(super) lines: LineSet,
    about: Money,
    charges: i64,
}

impl OpenLines {
    /// Reads what is due up to a day, page by page; on documents of their own as buyers want them, or all on one.
    pub(super) async fn load(
        w: &mut Work,
        pair: Pair,
        trade: &Trade,
        until: Date,
        apart: bool,
    ) -> Result<Self> {
        let realm = realm(w);
        let mut open = Self {
            lines: LineSet::new(pair.currency),
            about: Money::zero(pair.currency),
            charges: 0,
        };
        let mut references = References::default();
        let mut after = String::new();
        loop {
            let page = store::page(&mut w.tx, realm, pair, until, &after, PAGE).await?;
            let Some((last, _)) = page.last() else {
                return Ok(open);
            };
            after = last.to_string();
            if !trade.buyer_keeps_books {
                references.load(w, &page).await?;
            }
            let positions = store::positions(&mut w.tx, realm, pair, &months(&page)).await?;
            for (_, line) in &page {
                let reference = references.of(trade, line.subscription_id);
                let reference = BuyerReference {
                    separate: reference.separate && apart,
                    ..reference.clone()
                };
                let position = |key: &_| positions.get(key).copied().unwrap_or_default();
                let share = open.lines.add_for(line, &reference, position)?;
                open.about = open.about.add(share.amount)?;
            }
            open.charges += page.len() as i64;
            if (page.len() as i64) < PAGE {
                return Ok(open);
            }
        }
    }
}

/// What one may not see is not there.
fn hidden(error: Error, id: DraftId) -> Error {
    match error {
        Error::NotFound { .. } => Error::not_found(id),
        other => other,
    }
}

fn pair_of(summary: &DraftSummary) -> Pair {
    Pair {
        seller_id: summary.seller_id,
        buyer_id: summary.buyer_id,
        currency: summary.currency,
    }
}

/// The draft of a change, locked.
async fn locked(w: &mut Work, id: DraftId) -> Result<Pair> {
    let realm = realm(w);
    let pair = store::pair(&mut w.tx, realm, id)
        .await?
        .ok_or_else(|| Error::not_found(id))?;
    authorize_seller(w, pair.seller_id, Action::InvoiceIssue)
        .await
        .map_err(|error| hidden(error, id))?;
    Ok(pair)
}

/// Issues a draft now, held or not. Where a tax engine has to be asked first, nothing is answered, and it is issued once the
/// engine has.
///
/// # Errors
/// `NotFound`, `Forbidden`; database errors.
pub async fn draft_issue(p: &Platform, ctx: &OpCtx, id: DraftId) -> Result<Option<InvoiceId>> {
    p.command(ctx, "invoice.draft_issue", &id, |w, id| {
        Box::pin(async move {
            let pair = locked(w, *id).await?;
            issue_by_hand(w, pair).await
        })
    })
    .await
}

/// Turns what is due between two accounts up to a day, at least today, into a document, and ends its draft; unless it has to
/// wait for a tax engine, which is the other answer.
pub(super) async fn issue(
    w: &mut Work,
    pair: Pair,
    until: Option<Date>,
    wanted: Wanted,
) -> Result<(Option<InvoiceId>, bool)> {
    let mut trades = Trades::default();
    trades
        .load(w, vec![(pair.seller_id, pair.buyer_id)])
        .await?;
    let trade = trades.get(pair.seller_id, pair.buyer_id)?;
    let today = w.ctx.now.date_in(&trade.seller_zone);
    let until = until.map_or(today, |until| until.max(today));
    let mut batch = Batch::new(w);
    batch.wanted = wanted;
    let settling = gather(w, &mut batch, pair, trade, until).await?;
    let invoice = batch.conclude(w, settling).await?;
    let waits = batch.awaits_tax(pair);
    let issued = batch.write(w).await?;
    after_credit_notes(w, &issued).await?;
    if !waits {
        tax_waits::end(w, pair, &issued).await?;
    }
    Ok((invoice, waits))
}

async fn issue_by_hand(w: &mut Work, pair: Pair) -> Result<Option<InvoiceId>> {
    let wanted = Wanted {
        by_hand: true,
        in_vain: false,
    };
    let (invoice, waits) = issue(w, pair, None, wanted).await?;
    let of = (pair.seller_id, pair.buyer_id);
    audit(
        w,
        "invoice.draft_issue",
        of,
        json!({ "invoice_id": invoice, "waits_for_tax": waits }),
    );
    Ok(invoice)
}

/// Issues all drafts of a seller that are not held, and returns the documents; at most two hundred by one call.
///
/// # Errors
/// `NotFound`, `Forbidden`; database errors.
pub async fn drafts_issue(p: &Platform, ctx: &OpCtx, seller: AccountId) -> Result<Vec<InvoiceId>> {
    p.command(ctx, "invoice.drafts_issue", &seller, |w, seller| {
        Box::pin(async move {
            authorize_seller(w, *seller, Action::InvoiceIssue).await?;
            let account = tradewind_accounts::service::account_facts(w, *seller).await?;
            let today = w.ctx.now.date_in(&account.zone);
            let realm = realm(w);
            let found = store::list(&mut w.tx, realm, *seller, today, "", TOGETHER).await?;
            let mut issued = Vec::new();
            for draft in found {
                if draft.hold.is_none() && draft.account_hold.is_none() {
                    issued.extend(issue_by_hand(w, pair_of(&draft)).await?);
                }
            }
            Ok(issued)
        })
    })
    .await
}

/// Why a draft is held; released without a reason.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct DraftHold {
    /// Which.
    pub draft_id: DraftId,
    /// Why.
    pub reason: Option<String>,
}

/// Holds a draft, so that it is not issued by itself, or releases it.
///
/// # Errors
/// `reason`; `NotFound`, `Forbidden`.
pub async fn draft_hold(p: &Platform, ctx: &OpCtx, input: &DraftHold) -> Result<()> {
    p.command(ctx, "invoice.draft_hold", input, |w, input| {
        Box::pin(async move {
            let pair = locked(w, input.draft_id).await?;
            check_reason(input.reason.as_deref())?;
            let (realm, now) = (realm(w), w.ctx.now);
            let reason = input.reason.as_deref();
            store::set_draft_hold(&mut w.tx, realm, input.draft_id, reason, now).await?;
            let of = (pair.seller_id, pair.buyer_id);
            if reason.is_some() {
                waits::hold(&mut w.tx, realm, of).await?;
            }
            audit(w, "invoice.draft_hold", of, json!({ "reason": reason }));
            Ok(())
        })
    })
    .await
}

fn check_reason(reason: Option<&str>) -> Result<()> {
    reason.map_or(Ok(()), |reason| text::check_len("reason", reason, 1, 500))
}

/// Why nothing is issued for a buyer by itself; released without a reason.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct InvoiceHoldSet {
    /// Who sells.
    pub seller_id: AccountId,
    /// Who buys.
    pub buyer_id: AccountId,
    /// Why.
    pub reason: Option<String>,
}

/// Holds a buyer, so that what is billed for it waits on a draft, or releases it. What was bought and is paid for at once is
/// issued all the same.
///
/// # Errors
/// `reason`; `NotFound` when the two do not trade, `Forbidden`.
pub async fn invoice_hold_set(p: &Platform, ctx: &OpCtx, input: &InvoiceHoldSet) -> Result<()> {
    p.command(ctx, "invoice.hold_set", input, |w, input| {
        Box::pin(async move {
            authorize_seller(w, input.seller_id, Action::InvoiceIssue).await?;
            let of = (input.seller_id, input.buyer_id);
            tradewind_accounts::service::relationship_of(w, of.0, of.1).await?;
            check_reason(input.reason.as_deref())?;
            let (realm, now) = (realm(w), w.ctx.now);
            let reason = input.reason.as_deref();
            store::set_hold(&mut w.tx, realm, of, reason, now).await?;
            if reason.is_some() {
                waits::hold(&mut w.tx, realm, of).await?;
            }
            audit(w, "invoice.hold_set", of, json!({ "reason": reason }));
            Ok(())
        })
    })
    .await
}

/// The buyers of a seller for whom nothing is issued by itself, the longest held first.
///
/// # Errors
/// `NotFound`, `Forbidden`.
pub async fn invoice_hold_list(
    p: &Platform,
    ctx: &OpCtx,
    seller: AccountId,
) -> Result<Vec<HeldBuyer>> {
    p.read(ctx, &seller, |w, seller| {
        Box::pin(async move {
            authorize_seller(w, *seller, Action::InvoiceView).await?;
            let realm = realm(w);
            store::held(&mut w.tx, realm, *seller).await
        })
    })
    .await
}

/// A line that somebody adds to a draft.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DraftLine {
    /// What it says.
    #[schema(max_length = 200)]
    pub description: String,
    /// How much without tax; negative to take something off.
    pub amount: Money,
    /// Why; kept in the audit log.
    #[schema(max_length = 500)]
    pub reason: String,
    /// The sale on the draft that it belongs to; the first when left out.
    #[serde(default)]
    pub subscription_id: Option<SubscriptionId>,
    /// What it is for, in the eyes of the tax offices; as the sale when left out.
    #[serde(default)]
    pub tax_category: Option<TaxCategory>,
}

/// A line for a draft.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct DraftAdjust {
    /// Which.
    pub draft_id: DraftId,
    /// The line.
    pub line: DraftLine,
}

/// Adds a line to a draft: a charge by hand, which is on the draft like any other.
///
/// # Errors
/// `description`, `reason`, `amount` when it is zero or in another currency, `subscription_id` when it is not on the draft;
/// `NotFound`, `Forbidden`.
pub async fn draft_adjust(p: &Platform, ctx: &OpCtx, input: &DraftAdjust) -> Result<()> {
    p.command(ctx, "invoice.draft_adjust", input, |w, input| {
        Box::pin(async move {
            let pair = locked(w, input.draft_id).await?;
            let line = &input.line;
            text::check_len("description", &line.description, 1, 200)?;
            text::check_len("reason", &line.reason, 1, 500)?;
            if line.amount.currency != pair.currency {
                let text = format!("the draft is in {}", pair.currency);
                return Err(Error::invalid("amount", "currency_mismatch", text));
            }
            if line.amount.is_zero() {
                let text = "expected more or less than zero";
                return Err(Error::invalid("amount", "out_of_range", text));
            }
            let charge = by_hand(w, pair, line).await?;
            let due_on = charge.period.start;
            let mut batch = Batch::new(w);
            let id = batch.record_open(charge, due_on);
            batch.write(w).await?;
            let of = (pair.seller_id, pair.buyer_id);
            let what = json!({
                "charge_id": id, "amount": line.amount, "description": line.description, "reason": line.reason,
            });
            audit(w, "invoice.draft_adjust", of, what);
            Ok(())
        })
    })
    .await
}

async fn by_hand(w: &mut Work, pair: Pair, line: &DraftLine) -> Result<NewCharge> {
    let realm = realm(w);
    let seller = tradewind_accounts::service::account_facts(w, pair.seller_id).await?;
    let today = w.ctx.now.date_in(&seller.zone);
    let sale = store::sale(&mut w.tx, realm, pair, line.subscription_id).await?;
    let Some((leg_id, subscription_id, group_label, tax_category)) = sale else {
        let text = "expected a sale that is on the draft";
        return Err(Error::invalid("subscription_id", "unknown", text));
    };
    let exact = line.amount.to_decimal();
    Ok(NewCharge {
        leg_id,
        subscription_id,
        seller_id: pair.seller_id,
        buyer_id: pair.buyer_id,
        item_id: None,
        item_code: "adjustment".to_owned(),
        kind: ChargeKind::Adjustment,
        description: line.description.clone(),
        group_label,
        period: Period::new(today, add_days(today, 1)?)?,
        quantity: Decimal::ONE,
        unit: String::new(),
        unit_price: Some(exact),
        exact,
        rounding: Rounding::HalfUp,
        tax_included: false,
        tax_category: line.tax_category.unwrap_or(tax_category),
        amount: line.amount,
        reverses: None,
        usage: None,
        rate: Vec::new(),
        discount: None,
        order_id: None,
    })
}
