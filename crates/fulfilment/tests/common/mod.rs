//! A realm with two chains of sellers, a vendor beside them, and a subscription to its product.
#![allow(dead_code, unreachable_pub)]

pub mod hooks;
pub mod receiver;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use serde_json::json;
use tradewind_accounts::service::{RealmCreate, account_create, realm_create};
use tradewind_accounts::types::{Account, AccountCreate, PersonInput};
use tradewind_accounts::{PasswordCost, Passwords};
use tradewind_connectors::{HttpClient, HttpClientConfig};
use tradewind_fulfilment::service::{
    DeliveryStart, FAN_OUT_JOB, FanOut, SEND_JOB, SendMessage, delivery_start_in,
};
use tradewind_fulfilment::types::{Delivery, DeliveryKind, DeliveryMode};
use tradewind_kernel::id::{PlanId, ProductId, RealmId, SubscriptionId, TermsId, UserId};
use tradewind_kernel::{Currency, Date, Money, Zone};
use tradewind_orders::types::{
    FlowFacts, NewLeg, NewSubscription, OrderCreate, OrderKind, OrderedSubscription, Subscription,
};
use tradewind_platform::{
    Migration, NewEvent, OpCtx, Platform, RealmMode, Worker, WorkerConfig, args, stmts,
};
use tradewind_policy::{Principal, Role};
use tradewind_testkit::{TestPlatform, each_platform};

/// The tables that this room stands on, and its own.
pub const MIGRATIONS: &[&[Migration]] = &[
    tradewind_accounts::MIGRATIONS,
    tradewind_tax::MIGRATIONS,
    tradewind_catalogue::MIGRATIONS,
    tradewind_orders::MIGRATIONS,
    tradewind_fulfilment::MIGRATIONS,
];

/// How long receivers may take in tests.
pub const PATIENCE: Duration = Duration::from_millis(1_000);

stmts! {
    /// Everything that a use case of this room writes, as one number.
    ROWS = "SELECT CAST((SELECT COUNT(*) FROM delivery) + (SELECT COALESCE(SUM(version), 0) FROM delivery)
        + (SELECT COUNT(*) FROM access_endpoint) + (SELECT COUNT(*) FROM access_instruction)
        + (SELECT COUNT(*) FROM access_credential) + (SELECT COUNT(*) FROM webhook_endpoint)
        + (SELECT COALESCE(SUM(version), 0) FROM webhook_endpoint) + (SELECT COUNT(*) FROM webhook_message)
        + (SELECT COUNT(*) FROM webhook_attempt) + (SELECT COALESCE(SUM(version), 0) FROM subscription)
        + (SELECT COUNT(*) FROM audit) + (SELECT COUNT(*) FROM event) + (SELECT COUNT(*) FROM job) AS BIGINT) AS total";
    /// Messages.
    MESSAGES = "SELECT COUNT(*) FROM webhook_message";
    /// Events of a kind.
    EVENTS_OF = "SELECT COUNT(*) FROM event WHERE realm_id = $1 AND kind = $2";
    /// Everything that could give a secret away, as text.
    TRACES = "SELECT detail AS text FROM audit WHERE realm_id = $1 UNION ALL SELECT data FROM event WHERE realm_id = $1
        UNION ALL SELECT payload FROM job WHERE realm_id = $1 UNION ALL SELECT body FROM webhook_message WHERE realm_id = $1
        UNION ALL SELECT value FROM access_credential WHERE realm_id = $1
        UNION ALL SELECT secret FROM webhook_endpoint WHERE realm_id = $1";
}

/// The test's world.
pub struct World {
    pub t: TestPlatform,
    pub realm: RealmId,
    pub provider: Account,
    pub reseller: Account,
    pub other_reseller: Account,
    pub customer: Account,
    pub other_customer: Account,
    pub vendor: Account,
    pub other_vendor: Account,
}

/// Runs a test in a new world on each engine.
pub async fn each_world<F, T>(test: F)
where
    F: Fn(World) -> T,
    T: Future<Output = ()>,
{
    each_platform(MIGRATIONS, |t| async { test(World::new(t).await).await }).await;
}

impl World {
    async fn new(t: TestPlatform) -> Self {
        let passwords = Passwords::new(PasswordCost::LOWEST).unwrap();
        let provider = AccountCreate {
            name: "Provider".to_owned(),
            country: "DE".to_owned(),
            email: "office@provider.example".to_owned(),
            currency: Some("EUR".to_owned()),
            zone: Some("Europe/Berlin".to_owned()),
            ..AccountCreate::default()
        };
        let input = RealmCreate {
            name: "main".to_owned(),
            mode: RealmMode::Sandbox,
            provider,
            owner: PersonInput {
                email: "ada@provider.example".to_owned(),
                name: "Ada".to_owned(),
                locale: None,
            },
            password: "a long enough phrase".to_owned(),
            starts_at: None,
        };
        let created = realm_create(&t.platform, &passwords, &input).await.unwrap();
        let ctx = t.platform.system(created.realm).await.unwrap();
        let make = async |parent: &Account, kind: &str, name: &str| {
            let input = AccountCreate {
                parent: Some(parent.id),
                kind: kind.to_owned(),
                name: name.to_owned(),
                country: "DE".to_owned(),
                email: format!("office@{}.example", name.to_lowercase()),
                ..AccountCreate::default()
            };
            account_create(&t.platform, &ctx, &input)
                .await
                .unwrap()
                .account
        };
        let provider = created.provider;
        let reseller = make(&provider, "reseller", "Nordwind").await;
        let other_reseller = make(&provider, "reseller", "Sudwind").await;
        let world = Self {
            customer: make(&reseller, "customer", "Acme").await,
            other_customer: make(&other_reseller, "customer", "Bolt").await,
            vendor: make(&provider, "vendor", "Mailmaker").await,
            other_vendor: make(&provider, "vendor", "Filekeeper").await,
            realm: created.realm,
            provider,
            reseller,
            other_reseller,
            t,
        };
        world.t.drain().await;
        world
    }

    pub fn p(&self) -> &Platform {
        &self.t.platform
    }

    /// Tells webhook endpoints of everything from now on, through a real HTTP client.
    pub fn wire(&self, allow_private_targets: bool) {
        let http = HttpClient::new(&HttpClientConfig {
            allow_private_targets,
        })
        .unwrap();
        let send = SendMessage {
            http: Arc::new(http),
            timeout: PATIENCE,
        };
        let public_url = "https://tradewind.example/".to_owned();
        self.p().subscribe("*", FAN_OUT_JOB);
        self.p().handle(FAN_OUT_JOB, FanOut { public_url });
        self.p().handle(SEND_JOB, send);
    }

    pub async fn system(&self) -> OpCtx {
        self.p().system(self.realm).await.unwrap()
    }

    /// A context of someone with a role at an account.
    pub async fn as_role(&self, account: &Account, role: Role) -> OpCtx {
        let id = UserId::generate().to_string();
        OpCtx {
            principal: Principal::user(id, account.id, account.kind, vec![role]),
            ..self.system().await
        }
    }

    pub async fn as_owner(&self, account: &Account) -> OpCtx {
        self.as_role(account, Role::Owner).await
    }

    /// Runs what is ready, waiting out pauses as the clock on the wall says.
    pub async fn drain_now(&self) {
        let worker = Worker::new(self.p().clone(), WorkerConfig::default());
        worker.drain(false).await.unwrap();
    }

    /// A new subscription of the customer to a product of the vendor.
    pub async fn subscription(&self) -> SubscriptionId {
        let eur = Currency::parse("EUR").unwrap();
        let leg = |seller: &Account, buyer: &Account| NewLeg {
            seller_id: seller.id,
            buyer_id: buyer.id,
            currency: eur,
            terms_id: TermsId::generate(),
        };
        let new = NewSubscription {
            name: "Mail for Acme".to_owned(),
            zone: Zone::utc(),
            auto_renew: true,
            items: Vec::new(),
            parameters: Vec::new(),
            legs: vec![
                leg(&self.vendor, &self.provider),
                leg(&self.provider, &self.reseller),
                leg(&self.reseller, &self.customer),
            ],
            terms_from: Date::constant(2024, 3, 1),
            external_ref: None,
            metadata: BTreeMap::new(),
        };
        let order = OrderCreate {
            kind: OrderKind::Purchase,
            customer_id: self.customer.id,
            seller_id: self.reseller.id,
            vendor_id: self.vendor.id,
            product_id: ProductId::generate(),
            plan_id: PlanId::generate(),
            subscription: OrderedSubscription::New(Box::new(new)),
            quote_id: None,
            input: json!({}),
            preview: json!({}),
            due_now: Money::zero(eur),
            flow: FlowFacts {
                approval: false,
                payment: false,
                delivery: true,
            },
        };
        let keys = self.p().keys().clone();
        self.p()
            .command(
                &self.system().await,
                "test.order",
                &order,
                move |w, order| {
                    let keys = keys.clone();
                    Box::pin(async move {
                        let placed =
                            tradewind_orders::service::order_create_in(w, &keys, order).await?;
                        Ok(placed.order.subscription_id)
                    })
                },
            )
            .await
            .unwrap()
    }

    /// Asks the vendor for a piece of work.
    pub async fn deliver(&self, subscription: SubscriptionId, kind: DeliveryKind) -> Delivery {
        let start = DeliveryStart {
            subscription_id: subscription,
            order_id: None,
            vendor_id: self.vendor.id,
            customer_id: self.customer.id,
            kind,
            mode: DeliveryMode::Automatic,
        };
        self.p()
            .command(&self.system().await, "test.deliver", &start, |w, start| {
                Box::pin(delivery_start_in(w, start))
            })
            .await
            .unwrap()
    }

    /// The subscription as it is.
    pub async fn seen(&self, subscription: SubscriptionId) -> Subscription {
        self.p()
            .read(&self.system().await, &subscription, |w, id| {
                Box::pin(tradewind_orders::service::subscription_in(w, *id))
            })
            .await
            .unwrap()
    }

    /// Lets something happen to the customer's things, without anything else.
    pub async fn happen(&self, kind: &'static str, subject: &str, data: serde_json::Value) {
        let (subject, account) = (subject.to_owned(), self.customer.id);
        self.p()
            .command(&self.system().await, "test.happen", &(), move |w, ()| {
                let (subject, data) = (subject.clone(), data.clone());
                Box::pin(async move {
                    w.emit(NewEvent {
                        kind,
                        subject,
                        account,
                        data,
                    });
                    Ok(())
                })
            })
            .await
            .unwrap();
    }

    pub async fn events_of(&self, kind: &str) -> i64 {
        let mut tx = self.p().db().read().await.unwrap();
        let (count,): (i64,) = tx.one(&EVENTS_OF, args![self.realm, kind]).await.unwrap();
        count
    }

    /// Whether a secret can be read anywhere in what is stored.
    pub async fn is_written_anywhere(&self, secret: &str) -> bool {
        let mut tx = self.p().db().read().await.unwrap();
        let texts: Vec<(String,)> = tx.all(&TRACES, args![self.realm]).await.unwrap();
        assert!(!texts.is_empty());
        texts.iter().any(|(text,)| text.contains(secret))
    }
}
