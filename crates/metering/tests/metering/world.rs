//! A realm in which usage can be reported: a provider, a reseller with two customers, two vendors.

use serde_json::json;
use std::collections::BTreeMap;
use std::future::Future;
use tradewind_accounts::service as accounts;
use tradewind_accounts::{PasswordCost, Passwords};
use tradewind_kernel::id::{AccountId, PlanId, ProductId, RealmId, SubscriptionId, TermsId};
use tradewind_kernel::{Currency, Date, Decimal, Money, Timestamp, Zone};
use tradewind_metering::service::usage_totals;
use tradewind_metering::types::{UsageInput, UsageKind, UsageTotal};
use tradewind_orders::types::{
    FlowFacts, NewLeg, NewSubscription, OrderCreate, OrderKind, OrderedSubscription,
};
use tradewind_platform::{Migration, OpCtx, Platform};
use tradewind_policy::{AccountKind, Principal, Role};
use tradewind_testkit::{TestPlatform, each_platform};

pub(crate) const MIGRATIONS: &[&[Migration]] = &[
    tradewind_accounts::MIGRATIONS,
    tradewind_tax::MIGRATIONS,
    tradewind_catalogue::MIGRATIONS,
    tradewind_orders::MIGRATIONS,
    tradewind_metering::MIGRATIONS,
];

pub(crate) struct World {
    pub(crate) t: TestPlatform,
    pub(crate) realm: RealmId,
    pub(crate) provider: AccountId,
    pub(crate) reseller: AccountId,
    pub(crate) vendor: AccountId,
    pub(crate) other_vendor: AccountId,
    pub(crate) customer: AccountId,
    pub(crate) other_customer: AccountId,
}

/// Runs a test in a new world on each engine.
pub(crate) async fn each_world<F, T>(test: F)
where
    F: Fn(World) -> T + Copy,
    T: Future<Output = ()>,
{
    each_platform(MIGRATIONS, move |t| async move {
        test(World::new(t).await).await
    })
    .await;
}

impl World {
    pub(crate) async fn new(t: TestPlatform) -> Self {
        let passwords = Passwords::new(PasswordCost::LOWEST).unwrap();
        let input = json!({
            "name": "metered", "mode": "sandbox", "password": "correct horse battery",
            "provider": account("provider", None, "Provider"),
            "owner": { "email": "owner@provider.example", "name": "Owner" },
        });
        let created = accounts::realm_create(
            &t.platform,
            &passwords,
            &serde_json::from_value(input).unwrap(),
        )
        .await
        .unwrap();
        let mut world = Self {
            realm: created.realm,
            provider: created.provider.id,
            reseller: created.provider.id,
            vendor: created.provider.id,
            other_vendor: created.provider.id,
            customer: created.provider.id,
            other_customer: created.provider.id,
            t,
        };
        world.vendor = world.account("vendor", world.provider, "Vendor").await;
        world.other_vendor = world.account("vendor", world.provider, "Rival").await;
        world.reseller = world.account("reseller", world.provider, "Reseller").await;
        world.customer = world.account("customer", world.reseller, "Customer").await;
        world.other_customer = world.account("customer", world.reseller, "Other").await;
        world
    }

    pub(crate) fn platform(&self) -> &Platform {
        &self.t.platform
    }

    async fn account(&self, kind: &str, parent: AccountId, name: &str) -> AccountId {
        let input = serde_json::from_value(account(kind, Some(parent), name)).unwrap();
        accounts::account_create(self.platform(), &self.ctx().await, &input)
            .await
            .unwrap()
            .account
            .id
    }

    /// The platform itself.
    pub(crate) async fn ctx(&self) -> OpCtx {
        self.platform().system(self.realm).await.unwrap()
    }

    /// The owner of an account.
    pub(crate) async fn owner(&self, account: AccountId, kind: AccountKind) -> OpCtx {
        OpCtx {
            principal: Principal::user("usr_test", account, kind, vec![Role::Owner]),
            ..self.ctx().await
        }
    }

    /// A subscription of a customer, in UTC.
    pub(crate) async fn subscription(&self, customer: AccountId) -> SubscriptionId {
        self.subscription_in(customer, Zone::utc()).await
    }

    /// A subscription of a customer somewhere.
    pub(crate) async fn subscription_in(&self, customer: AccountId, zone: Zone) -> SubscriptionId {
        let eur = Currency::parse("EUR").unwrap();
        let leg = |seller_id, buyer_id| NewLeg {
            seller_id,
            buyer_id,
            currency: eur,
            terms_id: TermsId::generate(),
        };
        let input = OrderCreate {
            kind: OrderKind::Purchase,
            customer_id: customer,
            seller_id: self.reseller,
            vendor_id: self.vendor,
            product_id: ProductId::generate(),
            plan_id: PlanId::generate(),
            subscription: OrderedSubscription::New(Box::new(NewSubscription {
                name: "Cloud".to_owned(),
                zone,
                auto_renew: true,
                items: Vec::new(),
                parameters: Vec::new(),
                legs: vec![
                    leg(self.vendor, self.provider),
                    leg(self.provider, self.reseller),
                    leg(self.reseller, customer),
                ],
                terms_from: Date::constant(2024, 3, 1),
                external_ref: None,
                metadata: BTreeMap::new(),
            })),
            quote_id: None,
            input: json!({}),
            preview: json!({}),
            due_now: Money::zero(eur),
            flow: FlowFacts {
                approval: false,
                payment: false,
                delivery: false,
            },
        };
        let keys = self.platform().keys().clone();
        let order = self
            .platform()
            .command(&self.ctx().await, "test.order", &input, move |w, input| {
                let keys = keys.clone();
                Box::pin(async move {
                    tradewind_orders::service::order_create_in(w, &keys, input).await
                })
            })
            .await
            .unwrap();
        order.order.subscription_id
    }

    /// All totals of a subscription.
    pub(crate) async fn totals(&self, subscription: SubscriptionId) -> Vec<UsageTotal> {
        let end = Date::constant(2100, 1, 1);
        usage_totals(self.platform(), &self.ctx().await, subscription, end)
            .await
            .unwrap()
    }
}

fn account(kind: &str, parent: Option<AccountId>, name: &str) -> serde_json::Value {
    let mut account = json!({
        "kind": kind, "name": name, "country": "DE", "currency": "EUR", "zone": "Europe/Berlin",
        "email": format!("{}@example.com", name.to_lowercase()),
    });
    if let Some(parent) = parent {
        account["parent"] = json!(parent);
    }
    account
}

pub(crate) fn at(text: &str) -> Timestamp {
    Timestamp::parse(text).unwrap()
}

pub(crate) fn decimal(text: &str) -> Decimal {
    text.parse().unwrap()
}

/// A record of an hour of traffic.
pub(crate) fn record(subscription: SubscriptionId, id: &str, quantity: &str) -> UsageInput {
    UsageInput {
        source: "meter".to_owned(),
        external_id: id.to_owned(),
        subscription_id: subscription,
        meter: "traffic".to_owned(),
        starts_at: at("2024-03-10T10:00:00Z"),
        ends_at: at("2024-03-10T11:00:00Z"),
        quantity: decimal(quantity),
        unit: "GB".to_owned(),
        cost: None,
        currency: None,
        kind: UsageKind::Usage,
        dimensions: BTreeMap::new(),
        attributes: BTreeMap::new(),
    }
}
