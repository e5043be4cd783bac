//! A world with sales in it.

use std::collections::BTreeMap;

use tradewind_accounts::{
    service as accounts,
    types::{RelationshipSet, TermsInput},
};
use tradewind_billing::{
    service::{self as billing, PurchaseCharge, RunStart},
    types::{Document, DocumentSummary, Finding, RunReport},
};
use tradewind_catalogue::{
    service as catalogue,
    types::{ItemCreate, ItemKind, ProductDetail},
};
use tradewind_kernel::{
    Currency, Date, Decimal, Result, Timestamp, Zone,
    id::{AccountId, InvoiceId, SubscriptionId},
    page::PageRequest,
};
use tradewind_metering::{
    service as metering,
    types::{UsageInput, UsageKind},
};
use tradewind_orders::{
    service::{self as orders, PeriodSet},
    types::{
        FlowFacts, NewLeg, NewSubscription, OrderCreate, OrderKind, OrderedItem,
        OrderedSubscription, SubscriptionEvent,
    },
};
use tradewind_platform::{OpCtx, Platform};
use tradewind_pricing::PriceModel;
use tradewind_testkit::each_platform;

use crate::world::{World, absolute, day, dec, item_draft, list_prices, markup};

/// Runs a test on each engine, in a world with a product, prices and 20 % tax for the customer.
pub(crate) async fn each_market<F, T>(test: F)
where
    F: Fn(Market) -> T,
    T: Future<Output = ()>,
{
    each_market_of(1, test).await;
}

/// The same with a product of several recurring items, each at the price of a seat.
pub(crate) async fn each_market_of<F, T>(recurring: usize, test: F)
where
    F: Fn(Market) -> T,
    T: Future<Output = ()>,
{
    each_platform(
        &[
            tradewind_accounts::MIGRATIONS,
            tradewind_tax::MIGRATIONS,
            tradewind_catalogue::MIGRATIONS,
            tradewind_orders::MIGRATIONS,
            tradewind_metering::MIGRATIONS,
            tradewind_billing::MIGRATIONS,
        ],
        |platform| async {
            let world = World::new(platform).await;
            let product = world.product("suite").await;
            let product = with_items(&world, product, recurring).await;
            if recurring == 1 {
                world.prices(&product).await;
            } else {
                more_prices(&world, &product).await;
            }
            let market = Market { world, product };
            market
                .taxed(market.world.reseller, market.world.customer, "20")
                .await;
            test(market).await;
        },
    )
    .await;
}

/// Adds recurring items to the plan of a product until it has so many.
async fn with_items(world: &World, product: ProductDetail, recurring: usize) -> ProductDetail {
    let (p, ctx) = (world.p(), world.ctx().await);
    for i in 1..recurring {
        let create = ItemCreate {
            plan_id: product.plans[0].id,
            draft: item_draft(&format!("seats{i}"), ItemKind::Recurring, 10),
        };
        catalogue::item_create(p, &ctx, &create)
            .await
            .expect("an item");
    }
    catalogue::product_get(p, &ctx, product.product.id)
        .await
        .expect("a product")
}

/// Prices that cover the items which [`with_items`] has added.
async fn more_prices(world: &World, product: &ProductDetail) {
    let mut listings = list_prices(product);
    for item in &product.plans[0].items {
        if item.code.starts_with("seats") && item.code != "seats" {
            listings.push(absolute(
                product,
                &item.code,
                PriceModel::per_unit(dec("10")),
            ));
        }
    }
    world.book(world.vendor, "EUR", listings).await;
    world.book(world.provider, "EUR", vec![markup("8")]).await;
    world
        .book(world.distributor, "EUR", vec![markup("10")])
        .await;
    world.book(world.reseller, "EUR", vec![markup("20")]).await;
}

/// A world in which something can be bought.
pub(crate) struct Market {
    pub(crate) world: World,
    pub(crate) product: ProductDetail,
}

impl Market {
    pub(crate) fn p(&self) -> &Platform {
        self.world.p()
    }

    /// The platform itself, on a day at noon.
    pub(crate) async fn on(&self, date: &str) -> OpCtx {
        let now = Timestamp::parse(&format!("{date}T12:00:00Z")).expect("a time");
        OpCtx {
            now,
            ..self.world.ctx().await
        }
    }

    /// Other terms between two accounts.
    pub(crate) async fn terms(&self, seller: AccountId, buyer: AccountId, terms: TermsInput) {
        let set = RelationshipSet {
            seller,
            buyer,
            version: None,
            terms,
        };
        let ctx = self.world.ctx().await;
        accounts::relationship_set(self.p(), &ctx, &set)
            .await
            .expect("terms");
    }

    pub(crate) async fn taxed(&self, seller: AccountId, buyer: AccountId, rate: &str) {
        let terms = TermsInput {
            tax_rate: Some(rate.to_owned()),
            ..TermsInput::default()
        };
        self.terms(seller, buyer, terms).await;
    }

    /// A subscription of a customer with so many seats, charged and active since a day.
    pub(crate) async fn sell(
        &self,
        customer: AccountId,
        seller: AccountId,
        seats: &str,
        date: &str,
    ) -> Sold {
        let ctx = self.on(date).await;
        let input = (customer, seller, dec(seats), day(date));
        let (keys, product, vendor) = (
            self.p().keys().clone(),
            self.product.clone(),
            self.world.vendor,
        );
        let sold = self.p().command(
            &ctx,
            "test.sell",
            &input,
            move |w, (customer, seller, seats, on)| {
                // Owned by each attempt: a command may be run again.
                let (keys, product) = (keys.clone(), product.clone());
                Box::pin(async move {
                    let plan = &product.plans[0];
                    let chain = accounts::chain(w, *customer).await?;
                    let terms = catalogue::leg_terms(w, &chain, plan.id, *on).await?;
                    let mut buyers: Vec<AccountId> =
                        chain.iter().map(|pair| pair.buyer.id).collect();
                    buyers.push(chain.last().expect("a chain").seller.id);
                    buyers.reverse();
                    let mut legs = Vec::new();
                    for (terms, buyer) in terms.iter().zip(buyers) {
                        legs.push(NewLeg {
                            seller_id: terms.seller,
                            buyer_id: buyer,
                            currency: terms.currency,
                            terms_id: catalogue::terms_store(w, terms).await?,
                        });
                    }
                    let ordered = plan
                        .items
                        .iter()
                        .map(|item| OrderedItem {
                            item_id: item.id,
                            code: item.code.clone(),
                            quantity: if item.kind == ItemKind::Recurring {
                                *seats
                            } else {
                                Decimal::ONE
                            },
                        })
                        .collect();
                    let create = OrderCreate {
                        kind: OrderKind::Purchase,
                        customer_id: *customer,
                        seller_id: *seller,
                        vendor_id: vendor,
                        product_id: product.product.id,
                        plan_id: plan.id,
                        subscription: OrderedSubscription::New(Box::new(NewSubscription {
                            name: "My suite".to_owned(),
                            zone: Zone::parse("Europe/Berlin")?,
                            auto_renew: true,
                            items: ordered,
                            parameters: Vec::new(),
                            legs,
                            terms_from: *on,
                            external_ref: None,
                            metadata: BTreeMap::new(),
                        })),
                        quote_id: None,
                        input: serde_json::Value::Null,
                        preview: serde_json::Value::Null,
                        due_now: tradewind_kernel::Money::zero(
                            terms.last().expect("terms").currency,
                        ),
                        flow: FlowFacts {
                            approval: false,
                            payment: false,
                            delivery: false,
                        },
                    };
                    let order = orders::order_create_in(w, &keys, &create).await?.order;
                    let charge = PurchaseCharge {
                        order_id: order.id,
                        subscription_id: order.subscription_id,
                        begins_on: *on,
                    };
                    let charged = billing::charge_purchase_in(w, &charge).await?;
                    let again = billing::charge_purchase_in(w, &charge).await?;
                    assert_eq!(
                        charged.invoice_id, again.invoice_id,
                        "an order is charged once"
                    );
                    let clocks = charged.clocks.expect("clocks");
                    orders::subscription_transition_in(
                        w,
                        order.subscription_id,
                        SubscriptionEvent::Activate,
                    )
                    .await?;
                    let set = PeriodSet {
                        anchor_on: Some(clocks.anchor_on),
                        period: Some(clocks.period),
                        trial_ends_on: None,
                        term_ends_on: clocks.term_ends_on,
                        next_bill_on: Some(clocks.period.end),
                    };
                    orders::period_set_in(w, order.subscription_id, &set).await?;
                    Ok((order.subscription_id, charged.invoice_id))
                })
            },
        );
        let (subscription, invoice) = sold.await.expect("a sale");
        Sold {
            subscription,
            invoice,
        }
    }

    /// A billing run on and up to a day.
    pub(crate) async fn bill(&self, date: &str) -> RunReport {
        let ctx = self.on(date).await;
        billing::bill(self.p(), &ctx, RunStart::at_shell(day(date)), |_| {})
            .await
            .expect("a billing run")
    }

    /// Everything that the check of the books finds.
    pub(crate) async fn findings(&self) -> Vec<Finding> {
        let ctx = self.world.ctx().await;
        billing::check(self.p(), &ctx).await.expect("a check")
    }

    pub(crate) async fn assert_clean(&self) {
        assert_eq!(self.findings().await, Vec::new());
    }

    pub(crate) async fn invoice(&self, id: InvoiceId) -> Document {
        let ctx = self.world.ctx().await;
        billing::invoice_get(self.p(), &ctx, id)
            .await
            .expect("a document")
    }

    /// The documents between two accounts, the oldest first.
    pub(crate) async fn documents(
        &self,
        seller: AccountId,
        buyer: AccountId,
    ) -> Vec<DocumentSummary> {
        let ctx = self.world.ctx().await;
        let query = billing::ListQuery {
            filter: format!("seller:{seller} buyer:{buyer}"),
            sort: "number".to_owned(),
            page: PageRequest::default(),
        };
        billing::invoice_list(self.p(), &ctx, &query)
            .await
            .expect("a list")
            .items
    }

    /// Usage of a service with a cost in euros, in September 2024.
    pub(crate) async fn use_cloud(
        &self,
        of: SubscriptionId,
        id: &str,
        service: &str,
        category: &str,
        cost: &str,
    ) -> Result<()> {
        let cost = (cost, Currency::EUR);
        self.use_cloud_at(of, id, service, category, cost).await
    }

    /// The same with a cost in any currency.
    pub(crate) async fn use_cloud_at(
        &self,
        of: SubscriptionId,
        id: &str,
        service: &str,
        category: &str,
        (cost, currency): (&str, Currency),
    ) -> Result<()> {
        let at = Timestamp::parse("2024-09-10T00:00:00Z")?;
        let record = UsageInput {
            source: "cloud".to_owned(),
            external_id: id.to_owned(),
            subscription_id: of,
            meter: "usage".to_owned(),
            starts_at: at,
            ends_at: at,
            quantity: dec("1"),
            unit: "hour".to_owned(),
            cost: Some(dec(cost)),
            currency: Some(currency),
            kind: UsageKind::Usage,
            dimensions: BTreeMap::from([
                ("service_name".to_owned(), service.to_owned()),
                ("service_category".to_owned(), category.to_owned()),
            ]),
            attributes: BTreeMap::new(),
        };
        let ctx = self.on("2024-10-01").await;
        let report = metering::usage_ingest(self.p(), &ctx, &[record]).await?;
        assert_eq!(report.accepted, 1, "{report:?}");
        Ok(())
    }
}

/// What was sold.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Sold {
    pub(crate) subscription: SubscriptionId,
    pub(crate) invoice: Option<InvoiceId>,
}

/// The date of a text.
pub(crate) fn date(text: &str) -> Date {
    day(text)
}
