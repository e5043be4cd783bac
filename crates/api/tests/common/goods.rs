//! Something to sell: a product with prices on every leg, and what a customer has asked for of it.

use std::collections::BTreeMap;

use tradewind_catalogue::{service, types::*};
use tradewind_flows::{
    order::{ADVANCE_JOB, Advance, PlaceInput, Placement, bundle_place, order_place},
    quote::{BundlePurchase, PurchaseInput, quote_bundle, quote_purchase},
};
use tradewind_kernel::{
    Currency, Date, Decimal, Text,
    calendar::Cadence,
    id::{
        AccountId, BundleId, BundleSaleId, CategoryId, CouponId, ItemId, OrderId, ParameterId,
        PlanId, PriceBookId, ProductId, QuoteId, SubscriptionId,
    },
};
use tradewind_orders::{
    service::{bundle_create, coupon_create},
    types::{
        Benefit, BundleCreate, BundleInput, BundlePart, CouponCreate, CouponInput, CouponLimits,
        DiscountScope,
    },
};
use tradewind_platform::{OpCtx, Platform, Worker, WorkerConfig};
use tradewind_pricing::PriceModel;

use super::sale::Between;

/// What is sold, and what was asked for.
pub struct Goods {
    pub category: CategoryId,
    /// For sale, at its second version.
    pub product: ProductId,
    pub plan: PlanId,
    pub item: ItemId,
    /// Not for sale yet, with a plan; at its second version.
    pub draft: ProductId,
    pub parameter: ParameterId,
    /// The reseller's second book, at its first version.
    pub book: PriceBookId,
    /// The reseller's, at its first version.
    pub coupon: CouponId,
    /// The reseller's, of the plan twice, at its first version.
    pub bundle: BundleId,
    /// The customer's quote for it, not yet confirmed.
    pub bundle_quote: QuoteId,
    /// What the customer has of it.
    pub bundle_sale: BundleSaleId,
    /// The customer's, not yet confirmed.
    pub quote: QuoteId,
    /// The customer's, waiting for the reseller's approval.
    pub order: OrderId,
    /// What that order begins.
    pub subscription: SubscriptionId,
}

pub async fn goods(p: &Platform, ctx: &OpCtx, between: &Between) -> Goods {
    let input = CategoryDraft {
        slug: "mail".to_owned(),
        name: Text::en("Mail"),
        position: 0,
    };
    let category = service::category_create(p, ctx, &input)
        .await
        .expect("a category")
        .id;
    let (product, plan) = product(p, ctx, between.vendor, "mail").await;
    let publish = ProductTransition {
        id: product,
        version: 1,
    };
    service::product_publish(p, ctx, &publish)
        .await
        .expect("a published product");
    let (draft, _) = self::product(p, ctx, between.vendor, "archive").await;
    let input = ParameterCreate {
        product_id: draft,
        draft: parameter("domain"),
    };
    let parameter = service::parameter_create(p, ctx, &input)
        .await
        .expect("a parameter")
        .id;
    let item = plan.items[0].id;
    let list = ListingPrice::Absolute {
        model: PriceModel::per_unit(Decimal::TEN),
    };
    let markup = ListingPrice::Markup {
        percent: Decimal::TEN,
    };
    revised(p, ctx, between.vendor, Some(item), list).await;
    revised(p, ctx, between.provider, None, markup.clone()).await;
    revised(p, ctx, between.reseller, None, markup).await;
    let book = book(p, ctx, between.reseller).await;

    let input = PurchaseInput {
        packages: Default::default(),
        customer_id: between.customer,
        product_id: product,
        plan_id: plan.id,
        name: None,
        quantities: BTreeMap::new(),
        parameters: BTreeMap::new(),
        accepted_terms: None,
        coupon: None,
        align_with: None,
    };
    let confirmed = quote_purchase(p, ctx, &input).await.expect("a quote");
    let quote = quote_purchase(p, ctx, &input).await.expect("a quote").id;
    let place = PlaceInput {
        quote_id: confirmed.id,
    };
    let order = order_place(p, ctx, &place).await.expect("an order").order;
    p.handle(ADVANCE_JOB, Advance);
    Worker::new(p.clone(), WorkerConfig::default())
        .drain(false)
        .await
        .expect("the jobs are run");
    let bundle = bundle(p, ctx, between.reseller, (product, plan.id)).await;
    let asked = BundlePurchase {
        customer_id: between.customer,
        bundle_id: bundle,
        parts: Vec::new(),
    };
    let confirmed = quote_bundle(p, ctx, &asked).await.expect("a quote");
    let placement = Placement {
        quote_id: confirmed.id,
        reference: None,
    };
    let sold = bundle_place(p, ctx, &placement).await.expect("orders");
    let bundle_quote = quote_bundle(p, ctx, &asked).await.expect("a quote").id;
    Goods {
        bundle,
        bundle_quote,
        bundle_sale: sold.sale.id,
        category,
        product,
        plan: plan.id,
        item,
        draft,
        parameter,
        book,
        coupon: coupon(p, ctx, between.reseller).await,
        quote,
        order: order.id,
        subscription: order.subscription_id,
    }
}

/// A draft with one plan.
async fn product(p: &Platform, ctx: &OpCtx, vendor: AccountId, slug: &str) -> (ProductId, Plan) {
    let input = ProductCreate {
        vendor_id: vendor,
        draft: product_draft(slug),
    };
    let product = service::product_create(p, ctx, &input)
        .await
        .expect("a product");
    let input = PlanCreate {
        product_id: product.id,
        draft: plan_draft("team"),
        items: vec![item_draft("seats")],
    };
    let plan = service::plan_create(p, ctx, &input).await.expect("a plan");
    (product.id, plan)
}

async fn bundle(
    p: &Platform,
    ctx: &OpCtx,
    seller_id: AccountId,
    (product_id, plan_id): (ProductId, PlanId),
) -> BundleId {
    let benefit = Benefit::Percentage {
        percent: Decimal::TEN,
    };
    let part = BundlePart {
        product_id,
        plan_id,
        quantities: BTreeMap::new(),
        benefit: Some(benefit),
    };
    let input = BundleInput {
        slug: "pair".to_owned(),
        name: Text::en("Pair"),
        summary: Text::default(),
        parts: vec![part.clone(), part],
        periods: None,
        when_broken: Default::default(),
        valid_from: None,
        valid_until: None,
    };
    let create = BundleCreate { seller_id, input };
    let made = bundle_create(p, ctx, &create).await.expect("a bundle");
    made.bundle.id
}

async fn coupon(p: &Platform, ctx: &OpCtx, seller_id: AccountId) -> CouponId {
    let input = CouponInput {
        name: Text::en("Welcome"),
        code: Some("WELCOME".to_owned()),
        benefit: Benefit::Percentage {
            percent: Decimal::TEN,
        },
        scope: DiscountScope::default(),
        periods: Some(3),
        limits: CouponLimits::default(),
    };
    let create = CouponCreate { seller_id, input };
    let made = coupon_create(p, ctx, &create).await.expect("a coupon");
    made.coupon.id
}

async fn book(p: &Platform, ctx: &OpCtx, seller_id: AccountId) -> PriceBookId {
    let input = PriceBookCreate {
        seller_id,
        name: "Prices".to_owned(),
        currency: Currency::EUR,
        is_default: false,
    };
    service::price_book_create(p, ctx, &input)
        .await
        .expect("a book")
        .id
}

/// A book with one rule, in effect; a vendor's names the item.
async fn revised(
    p: &Platform,
    ctx: &OpCtx,
    seller: AccountId,
    item_id: Option<ItemId>,
    price: ListingPrice,
) {
    let input = RevisionCreate {
        book_id: book(p, ctx, seller).await,
        effective_on: Date::constant(2024, 1, 1),
        note: String::new(),
        policies: None,
        listings: vec![ListingDraft {
            product_id: None,
            plan_id: None,
            item_id,
            matches: BTreeMap::new(),
            price,
        }],
    };
    service::revision_create(p, ctx, &input)
        .await
        .expect("a revision");
}

pub fn product_draft(slug: &str) -> ProductDraft {
    ProductDraft {
        slug: slug.to_owned(),
        name: Text::en(slug),
        summary: Text::default(),
        description: Text::default(),
        category_id: None,
        delivery: DeliveryMode::Automatic,
        approval: Approval::Seller,
        tags: Vec::new(),
        features: Vec::new(),
        terms_title: Text::default(),
        terms_text: Text::default(),
        terms_version: String::new(),
        tax_category: Default::default(),
    }
}

pub fn plan_draft(code: &str) -> PlanDraft {
    PlanDraft {
        code: code.to_owned(),
        name: Text::en(code),
        description: Text::default(),
        position: 0,
        recommended: false,
        status: PlanStatus::Published,
        billing_cadence: Cadence::MONTHLY,
        term_cadence: None,
        trial_days: 0,
        auto_renew: true,
        trial_needs_payment: false,
        trial_again: false,
        notice_days: 0,
    }
}

pub fn item_draft(code: &str) -> ItemDraft {
    ItemDraft {
        aggregation: Default::default(),
        tax_category: None,
        code: code.to_owned(),
        name: Text::en(code),
        kind: ItemKind::Recurring,
        unit: Text::en("seat"),
        meter: None,
        timing: Timing::Advance,
        quantity_min: Decimal::ONE,
        quantity_max: None,
        quantity_default: Decimal::ONE,
        quantity_step: Decimal::ONE,
        position: 0,
    }
}

pub fn parameter(code: &str) -> ParameterDraft {
    ParameterDraft {
        code: code.to_owned(),
        label: Text::en(code),
        hint: Text::default(),
        kind: ParameterKind::Domain,
        required: false,
        pattern: None,
        choices: Vec::new(),
        sensitive: false,
        position: 0,
    }
}
