//! Orders on real databases: decided once, moved only as they may be, seen only by those concerned.

use serde_json::json;
use tradewind_accounts::{
    PasswordCost, Passwords,
    service::{self as accounts, RealmCreate},
    types::{AccountCreate, PersonInput},
};
use tradewind_kernel::{
    Currency, Decimal, Error, Money, Zone,
    id::{AccountId, ItemId, OrderId, PlanId, ProductId, RealmId, TermsId},
};
use tradewind_orders::{
    rules::StepEvent,
    service::{self, OrderQuery, StepMove, SubscriptionQuery},
    types::{
        CommercialState, DeliveryState, FlowFacts, NewLeg, NewSubscription, OrderCreate,
        OrderDecision, OrderDetail, OrderKind, OrderOperation, OrderRefusal, OrderState,
        OrderedItem, OrderedParameter, OrderedSubscription, StepKind, StepState, SubscriptionEvent,
        SubscriptionRename,
    },
};
use tradewind_platform::{OpCtx, Platform, RealmMode};
use tradewind_policy::{AccountKind, Principal, Role};
use tradewind_testkit::{TestPlatform, each_platform};

struct World {
    test: TestPlatform,
    realm: RealmId,
    provider: AccountId,
    vendor: AccountId,
    reseller: AccountId,
    customer: AccountId,
    other: AccountId,
}

async fn each_world<F, T>(test: F)
where
    F: Fn(World) -> T,
    T: Future<Output = ()>,
{
    each_platform(
        &[tradewind_accounts::MIGRATIONS, tradewind_orders::MIGRATIONS],
        |platform| async { test(World::new(platform).await).await },
    )
    .await;
}

fn account(kind: &str, parent: Option<AccountId>) -> AccountCreate {
    AccountCreate {
        parent,
        kind: kind.to_owned(),
        name: kind.to_owned(),
        country: "DE".to_owned(),
        email: "office@example.com".to_owned(),
        currency: Some("EUR".to_owned()),
        zone: Some("Europe/Berlin".to_owned()),
        ..AccountCreate::default()
    }
}

impl World {
    async fn new(test: TestPlatform) -> Self {
        let p = &test.platform;
        let passwords = Passwords::new(PasswordCost::LOWEST).expect("a cost");
        let input = RealmCreate {
            name: "world".to_owned(),
            mode: RealmMode::Sandbox,
            starts_at: None,
            provider: account("provider", None),
            owner: PersonInput {
                email: "owner@example.com".to_owned(),
                name: "Owner".to_owned(),
                locale: None,
            },
            password: "a long enough password 1".to_owned(),
        };
        let created = accounts::realm_create(p, &passwords, &input)
            .await
            .expect("a realm");
        let ctx = p.system(created.realm).await.expect("a context");
        let add = async |kind: &str, parent| {
            let created = accounts::account_create(p, &ctx, &account(kind, Some(parent))).await;
            created.expect("an account").account.id
        };
        let provider = created.provider.id;
        let vendor = add("vendor", provider).await;
        let reseller = add("reseller", provider).await;
        let customer = add("customer", reseller).await;
        let other = add("customer", reseller).await;
        Self {
            realm: created.realm,
            provider,
            vendor,
            reseller,
            customer,
            other,
            test,
        }
    }

    fn p(&self) -> &Platform {
        &self.test.platform
    }

    async fn ctx(&self) -> OpCtx {
        self.p().system(self.realm).await.expect("a context")
    }

    async fn user(&self, account: AccountId, kind: AccountKind) -> OpCtx {
        OpCtx {
            principal: Principal::user("usr_test", account, kind, vec![Role::Owner]),
            ..self.ctx().await
        }
    }

    fn purchase(&self, flow: FlowFacts) -> OrderCreate {
        let eur = Currency::parse("EUR").expect("a currency");
        let leg = |seller_id, buyer_id| NewLeg {
            seller_id,
            buyer_id,
            currency: eur,
            terms_id: TermsId::generate(),
        };
        OrderCreate {
            kind: OrderKind::Purchase,
            customer_id: self.customer,
            seller_id: self.reseller,
            vendor_id: self.vendor,
            product_id: ProductId::generate(),
            plan_id: PlanId::generate(),
            subscription: OrderedSubscription::New(Box::new(NewSubscription {
                name: "Mail".to_owned(),
                zone: Zone::parse("Europe/Berlin").expect("a zone"),
                auto_renew: true,
                items: vec![OrderedItem {
                    item_id: ItemId::generate(),
                    code: "seats".to_owned(),
                    quantity: Decimal::from(5),
                }],
                parameters: vec![
                    parameter("domain", "example.com", false),
                    parameter("token", "geheim", true),
                ],
                legs: vec![
                    leg(self.vendor, self.provider),
                    leg(self.provider, self.reseller),
                    leg(self.reseller, self.customer),
                ],
                terms_from: "2024-03-01".parse().expect("a date"),
                external_ref: None,
                metadata: Default::default(),
            })),
            quote_id: None,
            input: json!({"seats": 5}),
            preview: json!({"due": "71.28"}),
            due_now: Money {
                minor: 7_128,
                currency: eur,
            },
            flow,
        }
    }

    async fn place(&self, input: &OrderCreate) -> Result<OrderDetail, Error> {
        let ctx = self.ctx().await;
        let keys = self.p().keys().clone();
        self.p()
            .command(&ctx, "test.place", input, move |w, input| {
                let keys = keys.clone();
                Box::pin(async move { service::order_create_in(w, &keys, input).await })
            })
            .await
    }

    async fn step(
        &self,
        id: OrderId,
        kind: StepKind,
        event: StepEvent,
    ) -> Result<OrderDetail, Error> {
        let ctx = self.ctx().await;
        self.p()
            .command(
                &ctx,
                "test.step",
                &(id, kind, event),
                |w, (id, kind, event)| {
                    let step = StepMove::new(*kind, *event)
                        .saying("message")
                        .noting("for the staff");
                    Box::pin(async move { service::step_move_in(w, *id, &step).await })
                },
            )
            .await
    }

    /// A purchase that waits for approval.
    async fn waiting(&self) -> OrderDetail {
        let placed = self.place(&self.purchase(FLOW)).await.expect("an order");
        self.step(placed.order.id, StepKind::Validation, StepEvent::Finish)
            .await
            .expect("valid");
        let waits = self
            .step(placed.order.id, StepKind::Approval, StepEvent::Wait)
            .await;
        waits.expect("waits")
    }
}

const FLOW: FlowFacts = FlowFacts {
    approval: true,
    payment: true,
    delivery: true,
};

fn parameter(code: &str, value: &str, sensitive: bool) -> OrderedParameter {
    OrderedParameter {
        code: code.to_owned(),
        value: value.to_owned(),
        sensitive,
    }
}

fn code<T: std::fmt::Debug>(result: Result<T, Error>) -> &'static str {
    result.expect_err("it is refused").code()
}

#[tokio::test]
async fn an_order_walks_through_its_steps_and_completes() {
    each_world(|world| async move {
        let placed = world.place(&world.purchase(FLOW)).await.expect("an order");
        assert_eq!(
            (placed.order.state, placed.steps.len()),
            (OrderState::Pending, 5)
        );
        let id = placed.order.id;
        let states = [
            (StepKind::Validation, StepEvent::Finish, OrderState::Pending),
            (
                StepKind::Approval,
                StepEvent::Wait,
                OrderState::AwaitingApproval,
            ),
            (StepKind::Approval, StepEvent::Finish, OrderState::Pending),
            (
                StepKind::Payment,
                StepEvent::Wait,
                OrderState::AwaitingPayment,
            ),
            (StepKind::Payment, StepEvent::Finish, OrderState::Delivering),
            (StepKind::Delivery, StepEvent::Start, OrderState::Delivering),
            (StepKind::Delivery, StepEvent::Fail, OrderState::Failed),
            (StepKind::Delivery, StepEvent::Retry, OrderState::Delivering),
            (
                StepKind::Delivery,
                StepEvent::Finish,
                OrderState::Delivering,
            ),
            (
                StepKind::Completion,
                StepEvent::Finish,
                OrderState::Completed,
            ),
        ];
        for (kind, event, state) in states {
            let moved = world.step(id, kind, event).await.expect("it moves");
            assert_eq!(moved.order.state, state, "{kind} {event}");
        }
        let done = service::order_get(world.p(), &world.ctx().await, id)
            .await
            .expect("the order");
        assert!(done.order.completed_at.is_some());
        assert_eq!(done.step(StepKind::Delivery).expect("a step").attempt, 2);
        assert!(
            done.steps
                .iter()
                .all(|step| step.state == StepState::Done && step.actor.is_some())
        );
        assert_eq!(
            code(
                world
                    .step(id, StepKind::Completion, StepEvent::Finish)
                    .await
            ),
            "step_state"
        );
    })
    .await;
}

#[tokio::test]
async fn of_two_approvals_at_once_one_counts() {
    each_world(|world| async move {
        let order = world.waiting().await.order;
        let seller = world.user(world.reseller, AccountKind::Reseller).await;
        let decision = OrderDecision {
            id: order.id,
            version: None,
        };
        let (one, other) = tokio::join!(
            service::order_approve(world.p(), &seller, &decision),
            service::order_approve(world.p(), &seller, &decision)
        );
        assert_eq!(u8::from(one.is_ok()) + u8::from(other.is_ok()), 1);
        assert_eq!(code(if one.is_ok() { other } else { one }), "order_state");
        let late = OrderRefusal {
            id: order.id,
            version: Some(order.version),
            reason: "no".to_owned(),
        };
        assert_eq!(
            code(service::order_reject(world.p(), &seller, &late).await),
            "changed_meanwhile"
        );
    })
    .await;
}

#[tokio::test]
async fn only_the_selling_side_decides() {
    each_world(|world| async move {
        let order = world.waiting().await.order;
        let decision = OrderDecision {
            id: order.id,
            version: None,
        };
        let customer = world.user(world.customer, AccountKind::Customer).await;
        assert_eq!(
            code(service::order_approve(world.p(), &customer, &decision).await),
            "forbidden"
        );
        let seen = service::order_get(world.p(), &customer, order.id)
            .await
            .expect("the order");
        assert_eq!(seen.available_operations, [OrderOperation::Cancel]);
        assert!(seen.steps.iter().all(|step| step.detail.is_none()));
        let stranger = world.user(world.other, AccountKind::Customer).await;
        assert_eq!(
            code(service::order_approve(world.p(), &stranger, &decision).await),
            "not_found"
        );
        assert_eq!(
            code(service::order_get(world.p(), &stranger, order.id).await),
            "not_found"
        );
        let seller = world.user(world.reseller, AccountKind::Reseller).await;
        let refusal = OrderRefusal {
            id: order.id,
            version: None,
            reason: " ".to_owned(),
        };
        assert_eq!(
            code(service::order_reject(world.p(), &seller, &refusal).await),
            "invalid_input"
        );
        let refusal = OrderRefusal {
            reason: "out of stock".to_owned(),
            ..refusal
        };
        let rejected = service::order_reject(world.p(), &seller, &refusal)
            .await
            .expect("rejected");
        assert_eq!(rejected.order.state, OrderState::Rejected);
        assert_eq!(rejected.order.reason.as_deref(), Some("out of stock"));
        assert_eq!(
            code(service::order_approve(world.p(), &seller, &decision).await),
            "order_state"
        );
    })
    .await;
}

#[tokio::test]
async fn lists_show_each_party_its_own() {
    each_world(|world| async move {
        let order = world.waiting().await.order;
        let orders = async |account, kind| {
            let ctx = world.user(account, kind).await;
            let page = service::order_list(world.p(), &ctx, &OrderQuery::default())
                .await
                .expect("orders");
            page.items
        };
        for (account, kind) in [
            (world.provider, AccountKind::Provider),
            (world.reseller, AccountKind::Reseller),
            (world.customer, AccountKind::Customer),
        ] {
            let seen = orders(account, kind).await;
            assert_eq!(seen.len(), 1);
            assert_eq!(
                (seen[0].due_now.minor, &seen[0].preview),
                (7_128, &order.preview)
            );
        }
        assert!(orders(world.other, AccountKind::Customer).await.is_empty());
        assert!(
            orders(world.vendor, AccountKind::Vendor).await.is_empty(),
            "a vendor sees what it delivers"
        );
        let ctx = world.user(world.vendor, AccountKind::Vendor).await;
        assert_eq!(
            code(service::order_get(world.p(), &ctx, order.id).await),
            "not_found"
        );
        let subscriptions = async |account, kind| {
            let ctx = world.user(account, kind).await;
            let query = SubscriptionQuery::default();
            service::subscription_list(world.p(), &ctx, &query)
                .await
                .expect("subscriptions")
                .items
                .len()
        };
        assert_eq!(subscriptions(world.vendor, AccountKind::Vendor).await, 1);
        assert_eq!(
            subscriptions(world.reseller, AccountKind::Reseller).await,
            1
        );
        assert_eq!(
            subscriptions(world.customer, AccountKind::Customer).await,
            1
        );
        assert_eq!(subscriptions(world.other, AccountKind::Customer).await, 0);
        let ctx = world.user(world.customer, AccountKind::Customer).await;
        let query = OrderQuery {
            filter: "state:completed".to_owned(),
            ..OrderQuery::default()
        };
        assert!(
            service::order_list(world.p(), &ctx, &query)
                .await
                .expect("orders")
                .items
                .is_empty()
        );
        let query = SubscriptionQuery {
            filter: "colour:red".to_owned(),
            ..SubscriptionQuery::default()
        };
        assert_eq!(
            code(service::subscription_list(world.p(), &ctx, &query).await),
            "invalid_input"
        );
    })
    .await;
}

#[tokio::test]
async fn refused_moves_change_nothing() {
    each_world(|world| async move {
        let placed = world.place(&world.purchase(FLOW)).await.expect("an order");
        let id = placed.order.subscription_id;
        let ctx = world.ctx().await;
        let before = service::subscription_get(world.p(), &ctx, id)
            .await
            .expect("the subscription");
        let go = async |event: SubscriptionEvent| {
            world
                .p()
                .command(&ctx, "test.go", &(id, event), |w, (id, event)| {
                    Box::pin(service::subscription_transition_in(w, *id, *event))
                })
                .await
        };
        assert_eq!(
            code(go(SubscriptionEvent::Resume).await),
            "subscription_state"
        );
        let deliver = async |state: DeliveryState| {
            world
                .p()
                .command(&ctx, "test.deliver", &(id, state), |w, (id, state)| {
                    Box::pin(async move {
                        service::delivery_state_set_in(w, *id, *state).await?;
                        Ok(())
                    })
                })
                .await
        };
        assert_eq!(
            code(deliver(DeliveryState::Running).await),
            "delivery_state"
        );
        let after = service::subscription_get(world.p(), &ctx, id)
            .await
            .expect("the subscription");
        assert_eq!(after, before);
        assert_eq!(
            go(SubscriptionEvent::Activate)
                .await
                .expect("active")
                .commercial_state,
            CommercialState::Active
        );
        assert!(deliver(DeliveryState::Provisioning).await.is_ok());
        let rename = SubscriptionRename {
            id,
            version: Some(1),
            name: "Other".to_owned(),
        };
        let customer = world.user(world.customer, AccountKind::Customer).await;
        assert_eq!(
            code(service::subscription_rename(world.p(), &customer, &rename).await),
            "changed_meanwhile"
        );
    })
    .await;
}

#[tokio::test]
async fn one_order_at_a_time_changes_a_subscription() {
    each_world(|world| async move {
        let placed = world.place(&world.purchase(FLOW)).await.expect("an order");
        let id = placed.order.subscription_id;
        let change = |version| OrderCreate {
            kind: OrderKind::Change,
            subscription: OrderedSubscription::Existing { id, version },
            ..world.purchase(FLOW)
        };
        assert_eq!(code(world.place(&change(99)).await), "changed_meanwhile");
        let open = world.place(&change(1)).await.expect_err("one is under way");
        assert!(matches!(open, Error::Conflict { .. }), "{open}");
    })
    .await;
}

#[tokio::test]
async fn only_the_vendor_reads_secret_answers() {
    each_world(|world| async move {
        let placed = world.place(&world.purchase(FLOW)).await.expect("an order");
        let id = placed.order.subscription_id;
        let answers = async |account, kind| {
            let ctx = world.user(account, kind).await;
            let detail = service::subscription_get(world.p(), &ctx, id)
                .await
                .expect("the subscription");
            detail
                .parameters
                .into_iter()
                .map(|p| p.value)
                .collect::<Vec<_>>()
        };
        let domain = Some("example.com".to_owned());
        assert_eq!(
            answers(world.customer, AccountKind::Customer).await,
            [domain.clone(), None]
        );
        assert_eq!(
            answers(world.reseller, AccountKind::Reseller).await,
            [domain.clone(), None]
        );
        assert_eq!(
            answers(world.vendor, AccountKind::Vendor).await,
            [domain, Some("geheim".to_owned())]
        );
    })
    .await;
}
