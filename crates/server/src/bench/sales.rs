//! Subscriptions in bulk: taken over with terms that the price books gave, as if they had been sold here.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tradewind_accounts::service::chain;
use tradewind_catalogue::service::{leg_terms, terms_store};
use tradewind_flows::quote::{PurchaseInput, quote_purchase};
use tradewind_kernel::calendar::{Period, add_days, add_months};
use tradewind_kernel::id::{AccountId, SubscriptionId};
use tradewind_kernel::{Currency, Date, Error, Money, Result, Timestamp};
use tradewind_orders::service::{TakenOver, subscriptions_take_over_in};
use tradewind_orders::types::{NewLeg, NewSubscription};
use tradewind_platform::{OpCtx, Platform, Work};

use super::Progress;
use super::shelf::Product;
use super::world::{Seller, Shape, World, zone};

/// Subscriptions that one transaction takes over.
const TOGETHER: usize = 1_000;
/// Products that one reseller sells.
const OF_RESELLER: usize = 10;

/// A product with the legs of a sale over one reseller; the last one's buyer is the customer.
#[derive(Clone, Serialize, Deserialize)]
struct Goods {
    product: Product,
    legs: Vec<NewLeg>,
}

/// What one transaction sells.
#[derive(Serialize)]
struct Batch<'a> {
    vendor: AccountId,
    seller: AccountId,
    goods: &'a [Goods],
    since: Timestamp,
    sales: Vec<Sale>,
    /// What a purchase asks for and is promised.
    order: &'a (Value, Value),
}

/// One subscription.
#[derive(Serialize)]
struct Sale {
    customer: AccountId,
    goods: usize,
    period: Period,
}

impl World {
    /// Takes the subscriptions over, the same number for every reseller, and tells the first ones.
    pub(super) async fn sell(
        &self,
        p: &Platform,
        shape: &Shape,
        progress: Progress<'_>,
    ) -> Result<Vec<SubscriptionId>> {
        let ctx = p.system(self.realm).await?;
        let order = self.order(p, &ctx).await?;
        let mut left = shape.subscriptions;
        let mut due = shape.due;
        let mut first = Vec::new();
        for (at, seller) in self.sellers.iter().enumerate() {
            let count = left.min(seller.customers.len() * shape.of_customer());
            left -= count;
            let goods = self.goods(p, &ctx, at, seller).await?;
            let numbers: Vec<usize> = (0..count).collect();
            for some in numbers.chunks(TOGETHER) {
                let sales: Vec<Sale> = some
                    .iter()
                    .map(|number| {
                        let is_due = due > 0;
                        due = due.saturating_sub(1);
                        Ok(Sale {
                            customer: seller.customers[number / shape.of_customer()],
                            goods: number % goods.len(),
                            period: period(self.today, *number, is_due)?,
                        })
                    })
                    .collect::<Result<_>>()?;
                let batch = Batch {
                    vendor: self.vendor,
                    seller: seller.id,
                    goods: &goods,
                    since: ctx.now,
                    sales,
                    order: &order,
                };
                let made = p
                    .command(&ctx, "bench.sales", &batch, |w, batch| {
                        Box::pin(take_over(w, batch))
                    })
                    .await?;
                if first.len() < TOGETHER {
                    first.extend(made);
                }
            }
            let done = shape.subscriptions - left;
            progress("subscriptions", done as u64, shape.subscriptions as u64);
        }
        Ok(first)
    }

    /// What a reseller sells, with the terms of every leg.
    async fn goods(
        &self,
        p: &Platform,
        ctx: &OpCtx,
        at: usize,
        seller: &Seller,
    ) -> Result<Vec<Goods>> {
        let some: Vec<&Product> = (0..OF_RESELLER.min(self.products.len()))
            .map(|step| &self.products[(at * 7 + step) % self.products.len()])
            .collect();
        let customer = seller.customers.first().copied();
        let customer = customer.ok_or_else(|| Error::internal("a reseller without customers"))?;
        let since = add_months(self.today, -1)?.first_of_month();
        let input = (customer, some, since);
        p.command(ctx, "bench.terms", &input, |w, (customer, some, since)| {
            Box::pin(async move {
                let chain = chain(w, *customer).await?;
                let mut goods = Vec::with_capacity(some.len());
                for product in some {
                    let terms = leg_terms(w, &chain, product.plan, *since).await?;
                    let mut legs = Vec::with_capacity(terms.len());
                    // Each buys from the one before; the last one is the customer.
                    let buyers = terms.iter().skip(1).map(|terms| terms.seller);
                    for (terms, buyer) in terms.iter().zip(buyers.chain([*customer])) {
                        legs.push(NewLeg {
                            seller_id: terms.seller,
                            buyer_id: buyer,
                            currency: terms.currency,
                            terms_id: terms_store(w, terms).await?,
                        });
                    }
                    goods.push(Goods {
                        product: Product::clone(product),
                        legs,
                    });
                }
                Ok(goods)
            })
        })
        .await
    }

    /// What a purchase asks for and is promised, as every order here shows it.
    async fn order(&self, p: &Platform, ctx: &OpCtx) -> Result<(Value, Value)> {
        let customer = self
            .sellers
            .first()
            .and_then(|seller| seller.customers.first());
        let (Some(customer), Some(product)) = (customer, self.products.first()) else {
            return Err(Error::internal("a world without customers or products"));
        };
        let asked = PurchaseInput {
            packages: Default::default(),
            customer_id: *customer,
            product_id: product.id,
            plan_id: product.plan,
            name: None,
            quantities: BTreeMap::new(),
            parameters: BTreeMap::new(),
            accepted_terms: None,
            coupon: None,
            align_with: None,
        };
        let quote = quote_purchase(p, ctx, &asked).await?;
        let preview = serde_json::to_value(&quote.preview).map_err(Error::internal)?;
        Ok((json!({ "asked": asked, "sealed": {} }), preview))
    }
}

/// A period that is over, or one that ends on one of the next days.
fn period(today: Date, number: usize, due: bool) -> Result<Period> {
    let start = if due {
        add_months(today, -1)?.first_of_month()
    } else {
        add_days(today, -i64::try_from(number % 27).unwrap_or_default() - 1)?
    };
    Period::new(start, add_months(start, 1)?)
}

async fn take_over(w: &mut Work, batch: &Batch<'_>) -> Result<Vec<SubscriptionId>> {
    let zone = zone()?;
    let (input, preview) = batch.order;
    let all: Vec<TakenOver> = batch
        .sales
        .iter()
        .map(|sale| {
            let goods = batch
                .goods
                .get(sale.goods)
                .ok_or_else(|| Error::internal("goods that are not sold"))?;
            let mut legs = goods.legs.clone();
            if let Some(last) = legs.last_mut() {
                last.buyer_id = sale.customer;
            }
            Ok(TakenOver {
                customer_id: sale.customer,
                seller_id: batch.seller,
                vendor_id: batch.vendor,
                product_id: goods.product.id,
                plan_id: goods.product.plan,
                subscription: NewSubscription {
                    name: "Our subscription".to_owned(),
                    zone: zone.clone(),
                    auto_renew: true,
                    items: goods.product.items.clone(),
                    parameters: Vec::new(),
                    legs,
                    terms_from: sale.period.start,
                    external_ref: None,
                    metadata: BTreeMap::new(),
                },
                since: batch.since,
                period: sale.period,
                input: input.clone(),
                preview: preview.clone(),
                due_now: Money::new(1_190, Currency::EUR),
            })
        })
        .collect::<Result<_>>()?;
    subscriptions_take_over_in(w, &all).await
}
