//! What others read: charges, documents with their lines and details, credit.

use serde::{Deserialize, Serialize};
use tradewind_kernel::{
    Currency, Date, Error, Money, Result,
    filter::{Filter, Sort},
    id::{AccountId, ChargeId, InvoiceId, OrderId, SubscriptionId},
    page::{Page, PageRequest},
};
use tradewind_platform::{OpCtx, Platform, Work};
use tradewind_policy::{Action, PrincipalKind, ResourceKind};
use utoipa::ToSchema;

use super::{realm, traded};
use crate::{
    store::{
        charges::{self, Pair},
        documents, listing, payments as credit,
    },
    types::{AccountCredit, Charge, Document, DocumentSummary, LegRecurring, Payment, PaymentStep},
};

/// A document with its lines.
///
/// # Errors
/// `NotFound`, `Forbidden`.
pub async fn invoice_get(p: &Platform, ctx: &OpCtx, id: InvoiceId) -> Result<Document> {
    p.read(ctx, &id, |w, id| Box::pin(invoice_get_in(w, *id)))
        .await
}

/// As [`invoice_get`], within another use case.
///
/// # Errors
/// As [`invoice_get`].
pub async fn invoice_get_in(w: &mut Work, id: InvoiceId) -> Result<Document> {
    let realm = realm(w);
    let document = documents::document(&mut w.tx, realm, id)
        .await?
        .ok_or_else(|| Error::not_found(id))?;
    let target = traded(
        w,
        ResourceKind::Invoice,
        document.summary.seller_id,
        document.summary.buyer_id,
    )
    .await?;
    w.authorize_for(Action::InvoiceView, &target, &id)?;
    Ok(document)
}

/// What recurs on the legs of some subscriptions that the principal's account trades in, in the period that a day lies in:
/// the sum of what was charged in advance, changes within the period included. What is not charged is left out.
///
/// # Errors
/// Database errors.
pub async fn recurring_of(
    p: &Platform,
    ctx: &OpCtx,
    ids: &[SubscriptionId],
    on: Date,
) -> Result<Vec<LegRecurring>> {
    let trader = ctx.principal.account;
    p.read(ctx, &(ids.to_vec(), on), move |w, (ids, on)| {
        Box::pin(async move {
            let realm = realm(w);
            charges::recurring(&mut w.tx, realm, trader, ids, *on).await
        })
    })
    .await
}

/// What a list of documents or payments is narrowed down by.
#[derive(Debug, Clone, Default)]
pub struct ListQuery {
    /// In the filter language: documents over `kind`, `status`, `seller`, `buyer`, `number`, `currency`, `issued`, `due`;
    /// payments over `kind`, `state`, `seller`, `payer`, `invoice`, `created`.
    pub filter: String,
    /// Documents by `issued`, `due`, `number`, payments by `created`, each with `-`; the latest first when empty.
    pub sort: String,
    /// Which page.
    pub page: PageRequest,
}

/// Documents that the principal may see.
///
/// # Errors
/// What is wrong with filter, sort or page; database errors.
pub async fn invoice_list(
    p: &Platform,
    ctx: &OpCtx,
    query: &ListQuery,
) -> Result<Page<DocumentSummary>> {
    p.read(ctx, query, |w, query| {
        Box::pin(async move {
            let filter = Filter::parse(&query.filter, &listing::DOCUMENTS)?;
            let sort = Sort::parse(&query.sort, &listing::DOCUMENTS)?;
            let (realm, viewer) = (realm(w), viewer(w));
            listing::documents(&mut w.tx, realm, viewer, &filter, &sort, &query.page).await
        })
    })
    .await
}

/// The latest documents that the principal may see with charges of a subscription, or of one order of it.
///
/// # Errors
/// What is wrong with the page; database errors.
pub async fn invoices_about(
    p: &Platform,
    ctx: &OpCtx,
    subscription: SubscriptionId,
    order: Option<OrderId>,
    page: &PageRequest,
) -> Result<Page<DocumentSummary>> {
    p.read(
        ctx,
        &(subscription, order, page),
        |w, (subscription, order, page)| {
            Box::pin(async move {
                let (realm, viewer) = (realm(w), viewer(w));
                listing::documents_about(&mut w.tx, realm, viewer, *subscription, *order, page)
                    .await
            })
        },
    )
    .await
}

/// How many invoices of the principal's account are not paid, and how many of them are overdue on a day; those after
/// `at_most` are not counted.
///
/// # Errors
/// Forbidden by policy; database errors.
pub async fn invoices_unpaid(
    p: &Platform,
    ctx: &OpCtx,
    today: Date,
    at_most: i64,
) -> Result<(i64, i64)> {
    p.read(ctx, &(today, at_most), |w, (today, at_most)| {
        Box::pin(async move {
            let (realm, own) = (realm(w), w.ctx.principal.account);
            let target = traded(w, ResourceKind::Invoice, own, own).await?;
            w.authorize(Action::InvoiceView, &target)?;
            documents::unpaid(&mut w.tx, realm, own, *today, *at_most).await
        })
    })
    .await
}

/// Payments that the principal may see.
///
/// # Errors
/// What is wrong with filter, sort or page; database errors.
pub async fn payment_list(p: &Platform, ctx: &OpCtx, query: &ListQuery) -> Result<Page<Payment>> {
    p.read(ctx, query, |w, query| {
        Box::pin(async move {
            let filter = Filter::parse(&query.filter, &listing::PAYMENTS)?;
            let sort = Sort::parse(&query.sort, &listing::PAYMENTS)?;
            let (realm, viewer) = (realm(w), viewer(w));
            listing::payments(&mut w.tx, realm, viewer, &filter, &sort, &query.page).await
        })
    })
    .await
}

/// Refunds that the principal may see: `filter` over `state`, `seller`, `payer`, `payment`, `note`, `created`.
///
/// # Errors
/// What is wrong with filter, sort or page; database errors.
pub async fn refund_list(
    p: &Platform,
    ctx: &OpCtx,
    query: &ListQuery,
) -> Result<Page<PaymentStep>> {
    p.read(ctx, query, |w, query| {
        Box::pin(async move {
            let filter = Filter::parse(&query.filter, &listing::REFUNDS)?;
            let sort = Sort::parse(&query.sort, &listing::REFUNDS)?;
            let (realm, viewer) = (realm(w), viewer(w));
            listing::refunds(&mut w.tx, realm, viewer, &filter, &sort, &query.page).await
        })
    })
    .await
}

fn viewer(w: &Work) -> listing::Viewer {
    let principal = &w.ctx.principal;
    (principal.kind != PrincipalKind::System).then_some((principal.account, principal.account_kind))
}

/// A charge behind a line of a document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = InvoiceCharge)]
pub struct Detail {
    /// The line.
    pub line_no: i64,
    /// The charge, whose amount is its share of the line.
    #[serde(flatten)]
    pub charge: Charge,
}

/// A page of the charges behind a document, in the order of its lines.
///
/// # Errors
/// `after` when it is no place in the document; `NotFound`, `Forbidden`.
pub async fn invoice_details(
    p: &Platform,
    ctx: &OpCtx,
    id: InvoiceId,
    page: &PageRequest,
) -> Result<Page<Detail>> {
    p.read(ctx, &(id, page), |w, (id, page)| {
        Box::pin(async move {
            invoice_get_in(w, *id).await?;
            let (line, charge) = match page.after.as_deref() {
                None => (0, String::new()),
                Some(after) => place(after)?,
            };
            let limit = i64::from(page.limit.clamp(1, 200));
            let realm = realm(w);
            let mut rows =
                charges::of_invoice(&mut w.tx, realm, *id, (line, &charge), limit + 1).await?;
            let more = rows.len() as i64 > limit;
            rows.truncate(usize::try_from(limit).unwrap_or(200));
            let next = rows
                .last()
                .filter(|_| more)
                .map(|(line, charge)| format!("{line}:{}", charge.id));
            let items = rows
                .into_iter()
                .map(|(line_no, charge)| Detail {
                    line_no,
                    charge: charge.told(),
                })
                .collect();
            Ok(Page { items, next })
        })
    })
    .await
}

fn place(after: &str) -> Result<(i64, String)> {
    let malformed = || {
        Error::invalid(
            "after",
            "malformed_cursor",
            "expected the cursor that came with the page before",
        )
    };
    let (line, charge) = after.split_once(':').ok_or_else(malformed)?;
    let charge: ChargeId = charge.parse().map_err(|_| malformed())?;
    Ok((line.parse().map_err(|_| malformed())?, charge.to_string()))
}

/// The charges of a subscription that the principal is seller or buyer of, or stands above the buyer of, oldest first.
///
/// # Errors
/// `NotFound`, `Forbidden`.
pub async fn charge_list(
    p: &Platform,
    ctx: &OpCtx,
    subscription: SubscriptionId,
    page: &PageRequest,
) -> Result<Page<Charge>> {
    p.read(ctx, &(subscription, page), |w, (subscription, page)| {
        Box::pin(async move {
            let realm = realm(w);
            let limit = i64::from(page.limit.clamp(1, 200));
            let after = page.after.clone().unwrap_or_default();
            let found =
                charges::of_subscription(&mut w.tx, realm, *subscription, &after, limit).await?;
            let next = (found.len() as i64 == limit)
                .then(|| found.last().map(|last| last.id.to_string()))
                .flatten();
            let mut items = Vec::with_capacity(found.len());
            for charge in found {
                let target = traded(
                    w,
                    ResourceKind::Charge,
                    charge.facts.seller_id,
                    charge.facts.buyer_id,
                )
                .await?;
                if w.may(Action::ChargeView, &target) {
                    items.push(charge.told());
                }
            }
            Ok(Page { items, next })
        })
    })
    .await
}

/// Who with whom.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, ToSchema)]
pub struct Between {
    /// Who sells.
    pub seller_id: AccountId,
    /// Who buys.
    pub buyer_id: AccountId,
    /// In which currency.
    pub currency: Currency,
}

/// What a buyer's account with a seller comes to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = AccountStanding)]
pub struct Standing {
    /// Owed on issued invoices.
    pub owed: Money,
    /// Credit not used yet.
    pub credit: Money,
    /// Charges that are not invoiced yet, each rounded on its own; tax comes on top.
    pub not_invoiced: Money,
}

/// What a buyer's account with a seller comes to.
///
/// # Errors
/// `NotFound`, `Forbidden`.
pub async fn standing(p: &Platform, ctx: &OpCtx, between: &Between) -> Result<Standing> {
    p.read(ctx, between, |w, between| {
        Box::pin(async move {
            let target = traded(
                w,
                ResourceKind::Invoice,
                between.seller_id,
                between.buyer_id,
            )
            .await?;
            w.authorize(Action::InvoiceView, &target)?;
            standing_in(w, between).await
        })
    })
    .await
}

/// As [`standing`], within another use case that has decided who may know.
///
/// # Errors
/// Database errors.
pub async fn standing_in(w: &mut Work, between: &Between) -> Result<Standing> {
    let pair = Pair {
        seller_id: between.seller_id,
        buyer_id: between.buyer_id,
        currency: between.currency,
    };
    let realm = realm(w);
    let [owed, credit, not_invoiced] = documents::standing(&mut w.tx, realm, pair).await?;
    Ok(Standing {
        owed,
        credit,
        not_invoiced,
    })
}

/// What some buyers owe the principal's account on issued invoices, by buyer and currency, within a use case that has
/// decided who may know. Those that owe nothing are left out.
///
/// # Errors
/// Database errors.
pub async fn owed_by_in(w: &mut Work, buyers: &[AccountId]) -> Result<Vec<(AccountId, Money)>> {
    if buyers.is_empty() {
        return Ok(Vec::new());
    }
    let (realm, seller) = (realm(w), w.ctx.principal.account);
    documents::owed_by(&mut w.tx, realm, seller, buyers).await
}

/// The open charges between two accounts, oldest first.
///
/// # Errors
/// `NotFound`, `Forbidden`.
pub async fn open_charges(
    p: &Platform,
    ctx: &OpCtx,
    between: &Between,
    page: &PageRequest,
) -> Result<Page<Charge>> {
    p.read(ctx, &(between, page), |w, (between, page)| {
        Box::pin(async move {
            let target =
                traded(w, ResourceKind::Charge, between.seller_id, between.buyer_id).await?;
            w.authorize(Action::ChargeView, &target)?;
            let limit = i64::from(page.limit.clamp(1, 200));
            let after = page.after.clone().unwrap_or_default();
            let realm = realm(w);
            let items = charges::open_between(
                &mut w.tx,
                realm,
                between.seller_id,
                between.buyer_id,
                &after,
                limit,
            )
            .await?;
            let next = (items.len() as i64 == limit)
                .then(|| items.last().map(|last| last.id.to_string()))
                .flatten();
            let items = items.into_iter().map(Charge::told).collect();
            Ok(Page { items, next })
        })
    })
    .await
}

/// The credit that a buyer has with its sellers.
///
/// # Errors
/// `NotFound`, `Forbidden`.
pub async fn credit_list(
    p: &Platform,
    ctx: &OpCtx,
    buyer: AccountId,
) -> Result<Vec<AccountCredit>> {
    p.read(ctx, &buyer, |w, buyer| {
        Box::pin(async move {
            let target =
                tradewind_accounts::service::target(w, ResourceKind::Payment, *buyer).await?;
            w.authorize(Action::PaymentView, &target)?;
            let realm = realm(w);
            credit::credits_now(&mut w.tx, realm, *buyer).await
        })
    })
    .await
}
