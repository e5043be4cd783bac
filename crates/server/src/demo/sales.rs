//! What was sold before the demo begins: orders, deliveries by hand, and a month that has passed.

use std::collections::{BTreeMap, BTreeSet};

use tradewind_billing::service::{MethodAdd, PaymentGateway, has_default_method, method_add};
use tradewind_billing::types::CardInput;
use tradewind_catalogue::service::offer;
use tradewind_catalogue::types::OfferScope;
use tradewind_flows::order::{PlaceInput, order_place};
use tradewind_flows::quote::{PurchaseInput, quote_purchase};
use tradewind_fulfilment::service::{ListQuery, delivery_list, delivery_report};
use tradewind_fulfilment::types::{DeliveryReport, ReportOutcome};
use tradewind_kernel::id::SubscriptionId;
use tradewind_kernel::{Error, PageRequest, Result, Timestamp};
use tradewind_metering::service::sub_account_assign;
use tradewind_metering::types::SubAccountAssignment;
use tradewind_platform::{OpCtx, Worker, WorkerConfig, realm};

use super::script::{Accounts, FOCUS_SAMPLE, SaleScript};
use super::{Builder, People, broken};

/// The product under which cloud costs are resold.
const CLOUD: &str = "public-cloud";
/// The vendor whose people deliver by hand.
const BY_HAND: &str = "meridian";
/// The cloud provider whose sub-accounts nobody has claimed yet, so that something is held.
const UNCLAIMED: &str = "Oracle";
/// A card of the sandbox gateway that pays.
const CARD: &str = "4242424242424242";

impl Builder<'_> {
    /// Sells, delivers, says whose cloud costs are whose, and lets the time pass until the demo begins.
    pub(crate) async fn sales(
        &self,
        people: &People,
        script: &Accounts,
        gateway: &dyn PaymentGateway,
    ) -> Result<()> {
        for customer in &script.cards {
            self.card(people, customer, gateway).await?;
        }
        let mut clouds = Vec::new();
        for (at, sale) in script.sales.iter().enumerate() {
            (self.progress)(&sale.product);
            let subscription = self
                .sell(people, script, sale, &format!("sale:{at}"))
                .await?;
            if sale.product == CLOUD {
                clouds.push(subscription);
            }
        }
        self.drain().await?;
        self.deliver_by_hand(people).await?;
        self.claim(people, script, &clouds).await?;
        (self.progress)("a month passes");
        self.travel(people, script.today).await?;
        for (at, order) in script.orders.iter().enumerate() {
            self.sell(people, script, order, &format!("order:{at}"))
                .await?;
        }
        self.drain().await
    }

    async fn drain(&self) -> Result<()> {
        let worker = Worker::new(self.platform.clone(), WorkerConfig::default());
        worker.drain(false).await.map(drop)
    }

    /// A card at hand, unless there is one already.
    async fn card(
        &self,
        people: &People,
        customer: &str,
        gateway: &dyn PaymentGateway,
    ) -> Result<()> {
        let account_id = people.account(customer)?.id;
        let ctx = self
            .person(people, customer, &format!("card:{customer}"))
            .await?;
        let has = self.platform.read(&ctx, &account_id, |w, id| {
            Box::pin(has_default_method(w, *id))
        });
        if has.await? {
            return Ok(());
        }
        let card = CardInput {
            number: CARD.to_owned(),
            expires: "12/29".to_owned(),
            cvc: "123".to_owned(),
        };
        let input = MethodAdd {
            account_id,
            card,
            make_default: true,
        };
        method_add(self.platform, &ctx, gateway, &input)
            .await
            .map(drop)
    }

    /// Quotes and orders, as the customer would in the storefront.
    async fn sell(
        &self,
        people: &People,
        script: &Accounts,
        sale: &SaleScript,
        step: &str,
    ) -> Result<SubscriptionId> {
        let customer = people.account(&sale.customer)?.id;
        let party = script
            .accounts
            .iter()
            .find(|party| party.key == sale.customer);
        let party = party.ok_or_else(|| broken(format!("no customer {}", sale.customer)))?;
        let ctx = self
            .person(people, &sale.customer, &format!("{step}:quote"))
            .await?;
        let seller = people.account(&party.parent)?.id;
        let scope = OfferScope {
            seller,
            buyer: Some(customer),
            on: ctx.now.date_in(&tradewind_kernel::Zone::utc()),
        };
        let offer = offer(self.platform, &ctx, &scope, &sale.product).await?;
        let plan = offer
            .offered_plans
            .iter()
            .find(|plan| plan.code == sale.plan);
        let plan = plan.ok_or_else(|| broken(format!("no plan {}", sale.plan)))?;
        let input = PurchaseInput {
            packages: Default::default(),
            customer_id: customer,
            product_id: offer.card.product_id,
            plan_id: plan.plan_id,
            name: None,
            quantities: sale.quantities.clone(),
            parameters: sale.parameters.clone(),
            accepted_terms: Some(offer.terms_version.clone()),
            coupon: None,
            align_with: None,
        };
        let quote = quote_purchase(self.platform, &ctx, &input).await?;
        let ctx = self
            .person(people, &sale.customer, &format!("{step}:place"))
            .await?;
        let order = order_place(self.platform, &ctx, &PlaceInput { quote_id: quote.id }).await?;
        Ok(order.order.subscription_id)
    }

    /// Works off the task queue of the vendor who delivers by hand.
    async fn deliver_by_hand(&self, people: &People) -> Result<()> {
        let ctx = self.person(people, BY_HAND, "tasks").await?;
        let query = ListQuery {
            filter: "state:waiting mode:manual".to_owned(),
            sort: String::new(),
            page: PageRequest::new(Some(200), None)?,
        };
        for delivery in delivery_list(self.platform, &ctx, &query).await?.items {
            let ctx = OpCtx {
                idempotency_key: None,
                ..ctx.clone()
            };
            let report = DeliveryReport {
                outcome: ReportOutcome::Succeeded,
                message: Some("Set up and checked.".to_owned()),
            };
            delivery_report(self.platform, &ctx, delivery.id, report).await?;
        }
        self.drain().await
    }

    /// Spreads the sub-accounts of the sample over the customers' cloud subscriptions.
    async fn claim(
        &self,
        people: &People,
        script: &Accounts,
        clouds: &[SubscriptionId],
    ) -> Result<()> {
        let provider = script.provider.key.as_str();
        for (at, (source, external_id)) in sub_accounts()?.into_iter().enumerate() {
            let Some(subscription_id) = clouds.get(at % clouds.len().max(1)).copied() else {
                return Err(broken("nobody resells cloud costs"));
            };
            let ctx = self
                .person(people, provider, &format!("claim:{source}:{external_id}"))
                .await?;
            let input = SubAccountAssignment {
                source,
                external_id,
                subscription_id,
            };
            sub_account_assign(self.platform, &ctx, &input).await?;
        }
        Ok(())
    }

    /// Moves the realm's clock, everything due on the way happening at its own time.
    async fn travel(&self, people: &People, to: Timestamp) -> Result<()> {
        let ctx = self.platform.system(people.realm).await?;
        if ctx.now < to {
            realm::travel(self.platform, &ctx, to).await?;
        }
        self.drain().await
    }
}

/// The sub-accounts of the sample that belong to somebody, by provider and id.
fn sub_accounts() -> Result<BTreeSet<(String, String)>> {
    let mut rows = csv::Reader::from_reader(FOCUS_SAMPLE);
    let mut found = BTreeSet::new();
    for row in rows.deserialize::<BTreeMap<String, String>>() {
        let mut row = row.map_err(Error::internal)?;
        let provider = row.remove("ProviderName").unwrap_or_default();
        if provider != UNCLAIMED {
            found.insert((provider, row.remove("SubAccountId").unwrap_or_default()));
        }
    }
    Ok(found)
}
