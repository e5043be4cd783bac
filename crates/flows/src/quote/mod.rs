//! Quotes: what an order would cost and do, and from when. Confirming a quote executes that very preview, or says what
//! has changed since.

mod basis;
mod bundle;
mod cancel;
mod change;
mod correct;
mod occasion;
mod purchase;
mod visitor;

pub(crate) use basis::{basis_of, unchanged};
pub use bundle::{
    BundleAnswers, BundlePartPreview, BundlePreview, BundlePurchase, BundleQuote, OfferedBundle,
    bundle_offer, bundle_price, bundle_quote_get, bundles_offered, quote_bundle,
};
pub(crate) use bundle::{opened, plan_bundle, promised, still};
pub(crate) use cancel::plan_cancel;
pub use cancel::{CancelInput, CancelWhen, preview_of_cancel, quote_cancel};
pub(crate) use change::plan_change;
pub use change::{ChangeInput, ChangeWhen, quote_change};
pub use correct::{CorrectionInput, ItemPriceInput, preview_of_correction, quote_correction};
pub(crate) use correct::{CorrectionPlan, may_correct, plan_correction};
pub(crate) use occasion::Occasion;
pub use purchase::{PurchaseInput, quote_purchase};
pub(crate) use purchase::{PurchasePlan, SealedPurchase, plan_purchase};
pub use tradewind_billing::service::BookPrices;
pub use visitor::{PriceInput, offer_price, price_for_visitor};

use serde::{Deserialize, Serialize};
use tradewind_billing::types::Preview;
use tradewind_kernel::id::{AccountId, OrderId, QuoteId, SubscriptionId};
use tradewind_kernel::{Date, Duration, Error, Result, Timestamp, Zone};
use tradewind_orders::types::{ChangeClass, Quote, QuoteKind, QuoteSave, Subscription};
use tradewind_platform::{OpCtx, Platform, Work};
use utoipa::ToSchema;

/// How long a quote can be confirmed, in hours.
const VALID_HOURS: i64 = 24;

/// What a quote promises.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct QuotePreview {
    /// What is due now, what is credited, what the next invoice will be.
    #[schema(value_type = Object)]
    pub billing: Preview,
    /// For a change: more, less, or neither.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub class: Option<ChangeClass>,
    /// The day from which it holds.
    #[schema(value_type = String, format = Date)]
    pub effective_on: Date,
    /// Whether the seller has to approve it first.
    pub needs_approval: bool,
    /// Whether something has to be paid before it is delivered.
    pub needs_payment: bool,
}

/// A quote as it is shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct QuoteView {
    /// Its id, to confirm it by.
    pub id: QuoteId,
    /// What is quoted.
    pub kind: QuoteKind,
    /// The subscription that would change.
    pub subscription_id: Option<SubscriptionId>,
    /// What it promises.
    pub preview: QuotePreview,
    /// Until when it can be confirmed.
    pub expires_at: Timestamp,
    /// The order that it became.
    pub order_id: Option<OrderId>,
}

impl QuoteView {
    pub(crate) fn of(quote: &Quote) -> Result<Self> {
        Ok(Self {
            id: quote.id,
            kind: quote.kind,
            subscription_id: quote.subscription_id,
            preview: serde_json::from_value(quote.preview.clone()).map_err(Error::internal)?,
            expires_at: quote.expires_at,
            order_id: quote.order_id,
        })
    }
}

/// One quote, for those who may order what it quotes.
///
/// # Errors
/// Not found.
pub async fn quote_get(p: &Platform, ctx: &OpCtx, id: QuoteId) -> Result<QuoteView> {
    // Reading locks the row for a moment, which only a command may do.
    let ctx = OpCtx {
        idempotency_key: None,
        ..ctx.clone()
    };
    p.command(&ctx, "quote.get", &id, |w, id| {
        Box::pin(async move {
            let quote = tradewind_orders::service::quote_get_in(w, *id).await?;
            crate::access::may_order(w, quote.customer_id, quote.seller_id, &quote.id).await?;
            if quote.kind == QuoteKind::Bundle {
                return Err(Error::not_found(*id));
            }
            QuoteView::of(&quote)
        })
    })
    .await
}

/// A quote for a purchase with what was asked for, but for sensitive answers, to be looked over before it is ordered.
///
/// # Errors
/// Not found, also when it is a quote for something else.
pub async fn purchase_quote_get(
    p: &Platform,
    ctx: &OpCtx,
    id: QuoteId,
) -> Result<(QuoteView, PurchaseInput)> {
    let ctx = OpCtx {
        idempotency_key: None,
        ..ctx.clone()
    };
    p.command(&ctx, "quote.get", &id, |w, id| {
        Box::pin(async move {
            let quote = tradewind_orders::service::quote_get_in(w, *id).await?;
            crate::access::may_order(w, quote.customer_id, quote.seller_id, &quote.id).await?;
            if quote.kind != QuoteKind::Purchase {
                return Err(Error::not_found(*id));
            }
            let kept: SealedPurchase =
                serde_json::from_value(quote.input.clone()).map_err(Error::internal)?;
            Ok((QuoteView::of(&quote)?, kept.shown()))
        })
    })
    .await
}

/// Whom and what a quote is for.
struct About {
    customer: AccountId,
    seller: AccountId,
    subscription: Option<SubscriptionId>,
}

impl About {
    fn running(subscription: &Subscription) -> Self {
        Self {
            customer: subscription.customer_id,
            seller: subscription.seller_id,
            subscription: Some(subscription.id),
        }
    }
}

/// Keeps a quote: what was asked, what it promises, and what that rests on.
async fn save(
    w: &mut Work,
    kind: QuoteKind,
    about: About,
    input: &impl Serialize,
    preview: &QuotePreview,
    basis: String,
) -> Result<QuoteView> {
    let save = QuoteSave {
        kind,
        customer_id: about.customer,
        seller_id: about.seller,
        subscription_id: about.subscription,
        input: serde_json::to_value(input).map_err(Error::internal)?,
        preview: serde_json::to_value(preview).map_err(Error::internal)?,
        basis,
        expires_at: expires(w.ctx.now)?,
    };
    let quote = tradewind_orders::service::quote_save_in(w, &save).await?;
    QuoteView::of(&quote)
}

fn expires(now: Timestamp) -> Result<Timestamp> {
    now.plus(Duration::from_hours(VALID_HOURS))
}

/// The day it is where the subscription is billed.
pub(crate) fn today(now: Timestamp, zone: &Zone) -> Date {
    now.date_in(zone)
}

/// Why nothing can be done with a subscription at this time.
fn hindrance(subscription: &Subscription) -> String {
    if subscription.commercial_state.is_usable() {
        "an order of the subscription has not ended yet; try again when it has".to_owned()
    } else {
        format!("the subscription is {}", subscription.commercial_state)
    }
}
