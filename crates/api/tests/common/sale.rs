//! A sale with what hangs on it: a delivery, access data, a webhook that was tried, a card and a payment.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use serde_json::json;
use tradewind_billing::{
    service::{MethodAdd, PaymentGateway, TransferRecord, method_add, transfer_record},
    types::CardInput,
};
use tradewind_fulfilment::{
    service::{
        DeliveryStart, FAN_OUT_JOB, FanOut, ListQuery, SEND_JOB, SendMessage,
        access_credentials_set, delivery_start_in, webhook_endpoint_create, webhook_endpoint_test,
        webhook_message_list,
    },
    types::{
        CredentialInput, CredentialsInput, Delivery, DeliveryKind, DeliveryMode,
        WebhookEndpointInput,
    },
};
use tradewind_kernel::{
    Currency, Date, Money, Text, Zone,
    id::{
        AccountId, DeliveryId, PaymentId, PaymentMethodId, PlanId, ProductId, SubscriptionId,
        TermsId, WebhookId,
    },
};
use tradewind_orders::types::{
    FlowFacts, NewLeg, NewSubscription, OrderCreate, OrderKind, OrderedSubscription,
};
use tradewind_platform::{
    BoxFuture, HttpAnswer, HttpCaller, HttpFailure, HttpRequest, OpCtx, Platform, Worker,
    WorkerConfig,
};

pub const SECRET: &str = "correct horse";

/// What hangs on the sale of the reseller to the customer.
pub struct Sale {
    pub subscription: SubscriptionId,
    /// Waits at the vendor.
    pub delivery: DeliveryId,
    /// The customer's card.
    pub method: PaymentMethodId,
    /// A transfer of the customer to the reseller.
    pub payment: PaymentId,
    /// The reseller's, with a message that has arrived.
    pub webhook: WebhookId,
    pub message: String,
}

/// Who sells to whom.
pub struct Between {
    pub vendor: AccountId,
    pub provider: AccountId,
    pub reseller: AccountId,
    pub customer: AccountId,
}

pub async fn sale(
    p: &Platform,
    ctx: &OpCtx,
    gateway: &dyn PaymentGateway,
    between: &Between,
) -> Sale {
    let subscription = subscription(p, ctx, between).await;
    let credentials = CredentialsInput {
        credentials: vec![CredentialInput {
            code: "password".to_owned(),
            label: Text::en("Password"),
            value: SECRET.to_owned(),
        }],
    };
    access_credentials_set(p, ctx, subscription, credentials)
        .await
        .expect("credentials");
    let (webhook, message) = webhook(p, ctx, between.reseller).await;
    Sale {
        subscription,
        delivery: delivery(p, ctx, between, subscription).await,
        method: card(p, ctx, gateway, between.customer).await,
        payment: transfer(p, ctx, between).await,
        webhook,
        message,
    }
}

async fn subscription(p: &Platform, ctx: &OpCtx, between: &Between) -> SubscriptionId {
    let leg = |seller_id, buyer_id| NewLeg {
        seller_id,
        buyer_id,
        currency: Currency::EUR,
        terms_id: TermsId::generate(),
    };
    let new = NewSubscription {
        name: "Mail for Acme".to_owned(),
        zone: Zone::utc(),
        auto_renew: true,
        items: Vec::new(),
        parameters: Vec::new(),
        legs: vec![
            leg(between.vendor, between.provider),
            leg(between.provider, between.reseller),
            leg(between.reseller, between.customer),
        ],
        terms_from: Date::constant(2024, 3, 1),
        external_ref: None,
        metadata: BTreeMap::new(),
    };
    let order = OrderCreate {
        kind: OrderKind::Purchase,
        customer_id: between.customer,
        seller_id: between.reseller,
        vendor_id: between.vendor,
        product_id: ProductId::generate(),
        plan_id: PlanId::generate(),
        subscription: OrderedSubscription::New(Box::new(new)),
        quote_id: None,
        input: json!({}),
        preview: json!({}),
        due_now: Money::zero(Currency::EUR),
        flow: FlowFacts {
            approval: false,
            payment: false,
            delivery: true,
        },
    };
    let keys = p.keys().clone();
    p.command(ctx, "test.order", &order, move |w, order| {
        let keys = keys.clone();
        Box::pin(async move {
            let placed = tradewind_orders::service::order_create_in(w, &keys, order).await?;
            Ok(placed.order.subscription_id)
        })
    })
    .await
    .expect("an order")
}

async fn delivery(
    p: &Platform,
    ctx: &OpCtx,
    between: &Between,
    subscription_id: SubscriptionId,
) -> DeliveryId {
    let start = DeliveryStart {
        subscription_id,
        order_id: None,
        vendor_id: between.vendor,
        customer_id: between.customer,
        kind: DeliveryKind::Provision,
        mode: DeliveryMode::Automatic,
    };
    let delivery: Delivery = p
        .command(ctx, "test.deliver", &start, |w, start| {
            Box::pin(delivery_start_in(w, start))
        })
        .await
        .expect("a delivery");
    delivery.id
}

async fn card(
    p: &Platform,
    ctx: &OpCtx,
    gateway: &dyn PaymentGateway,
    account_id: AccountId,
) -> PaymentMethodId {
    let input = MethodAdd {
        account_id,
        card: CardInput {
            number: "4242424242424242".to_owned(),
            expires: "12/49".to_owned(),
            cvc: "123".to_owned(),
        },
        make_default: true,
    };
    method_add(p, ctx, gateway, &input)
        .await
        .expect("a card")
        .id
}

async fn transfer(p: &Platform, ctx: &OpCtx, between: &Between) -> PaymentId {
    let input = TransferRecord {
        seller_id: between.reseller,
        payer_id: between.customer,
        invoice_id: None,
        amount: Money::new(1_250, Currency::EUR),
        reference: "Statement 7".to_owned(),
        top_up: false,
        receiver_id: None,
        received_on: None,
    };
    transfer_record(p, ctx, &input).await.expect("a payment").id
}

async fn webhook(p: &Platform, ctx: &OpCtx, account: AccountId) -> (WebhookId, String) {
    let input = WebhookEndpointInput {
        url: "https://hooks.example/tradewind".to_owned(),
        kinds: vec!["order.*".to_owned()],
    };
    let created = webhook_endpoint_create(p, ctx, account, input)
        .await
        .expect("an endpoint");
    let id = created.endpoint.id;
    p.subscribe("webhook_endpoint.tested", FAN_OUT_JOB);
    let public_url = "https://tradewind.example".to_owned();
    p.handle(FAN_OUT_JOB, FanOut { public_url });
    let send = SendMessage {
        http: Arc::new(Receiver),
        timeout: Duration::from_secs(1),
    };
    p.handle(SEND_JOB, send);
    webhook_endpoint_test(p, ctx, id).await.expect("a test");
    Worker::new(p.clone(), WorkerConfig::default())
        .drain(false)
        .await
        .expect("the jobs are run");
    let messages = webhook_message_list(p, ctx, &ListQuery::default())
        .await
        .expect("messages");
    (id, messages.items[0].id.clone())
}

/// Acknowledges everything.
struct Receiver;

impl HttpCaller for Receiver {
    fn call<'a>(&'a self, _: &'a HttpRequest) -> BoxFuture<'a, Result<HttpAnswer, HttpFailure>> {
        Box::pin(async {
            Ok(HttpAnswer {
                status: 204,
                headers: Vec::new(),
                body: Vec::new(),
            })
        })
    }
}
