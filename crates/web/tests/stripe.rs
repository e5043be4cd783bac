//! Stripe on the pages: a seller's account there, and the way of a payer there and back.

#[path = "../../flows/tests/common/mod.rs"]
mod common;
#[allow(dead_code, reason = "prices are other tests' matter")]
mod desk;

use std::sync::{Arc, Mutex};

use axum::{Json, Router, extract::State};
use common::World;
use desk::Browser;
use http::{Method, StatusCode, Uri};
use serde_json::{Value, json};
use tradewind_billing::service as billing;
use tradewind_billing::types::PaymentState;
use tradewind_connectors::{HttpClient, HttpClientConfig, StripeGateway};
use tradewind_testkit::{TestDb, TestPlatform};

/// What Stripe says to a request, and what it was asked.
#[derive(Clone, Default)]
struct Stub {
    says: Arc<Mutex<Vec<(String, Value)>>>,
    asked: Arc<Mutex<Vec<(String, String)>>>,
}

impl Stub {
    fn says(&self, line: &str, answer: Value) {
        let mut says = self.says.lock().expect("no panic");
        says.insert(0, (line.to_owned(), answer));
    }

    /// The last thing that was sent with a request.
    fn asked(&self, line: &str) -> String {
        let asked = self.asked.lock().expect("no panic");
        let last = asked.iter().rfind(|(one, _)| one == line);
        last.map(|(_, body)| body.clone()).expect("it was asked")
    }

    async fn serve(self) -> String {
        async fn answer(
            State(stub): State<Stub>,
            method: Method,
            uri: Uri,
            body: String,
        ) -> (StatusCode, Json<Value>) {
            let line = format!("{method} {}", uri.path());
            let says = stub.says.lock().expect("no panic");
            let said = says.iter().find(|(one, _)| *one == line);
            let said = said.map(|(_, answer)| answer.clone());
            stub.asked.lock().expect("no panic").push((line, body));
            match said {
                Some(answer) => (StatusCode::OK, Json(answer)),
                None => (StatusCode::UNAUTHORIZED, Json(json!({ "error": {} }))),
            }
        }
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await;
        let listener = listener.expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let routes = Router::new().fallback(answer).with_state(self);
        tokio::spawn(async { axum::serve(listener, routes).await });
        url
    }
}

async fn world() -> (World, Stub, StripeGateway) {
    let world = World::new(TestPlatform::open(TestDb::sqlite(), common::MIGRATIONS).await).await;
    let stub = Stub::default();
    let url = stub.clone().serve().await;
    let config = HttpClientConfig {
        allow_private_targets: true,
    };
    let http = Arc::new(HttpClient::new(&config).expect("a client"));
    let stripe = StripeGateway::new(world.p().clone(), http, url, "http://localhost");
    (world, stub, stripe)
}

const KEYS: &str = "publishable_key=pk_test_0123456789&secret_key=sk_test_0123456789&webhook_secret=whsec_0123456789";

#[tokio::test]
async fn a_seller_sets_its_account_up() {
    let (world, stub, stripe) = world().await;
    let seller = Browser::where_stripe_is(&world, world.reseller, Some(stripe)).await;
    let payments = seller.get("/panel/payments").await;
    assert!(
        payments.text.contains("href=\"/panel/stripe\""),
        "a way there"
    );
    let hook = format!(
        "http://localhost/hooks/stripe/{}/{}",
        world.realm, world.reseller
    );
    let none = seller.get("/panel/stripe").await;
    assert_eq!(none.status, StatusCode::OK);
    assert!(none.text.contains(&hook) && none.text.contains("None is set up"));
    let wrong = seller
        .post(
            "/panel/stripe",
            "publishable_key=sk_test_0123456789&secret_key=nothing&webhook_secret=",
        )
        .await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(!wrong.text.contains("nothing"), "secrets are not sent back");
    let set = seller.post("/panel/stripe", KEYS).await;
    assert_eq!(
        (set.status, set.to.as_str()),
        (StatusCode::SEE_OTHER, "/panel/stripe")
    );
    let shown = seller.get("/panel/stripe").await;
    assert!(shown.text.contains("pk_test_0123456789") && shown.text.contains("…6789"));
    assert!(!shown.text.contains("sk_test_0123456789") && !shown.text.contains("whsec_0123456789"));
    stub.says(
        "GET /v1/balance",
        json!({ "available": [{ "currency": "eur" }] }),
    );
    let tested = seller.post("/panel/stripe/test", "").await;
    assert_eq!(
        (tested.status, tested.to.as_str()),
        (StatusCode::SEE_OTHER, "/panel/stripe")
    );
    let removed = seller.post("/panel/stripe/remove", "").await;
    assert_eq!(removed.status, StatusCode::SEE_OTHER);
    assert!(
        seller
            .get("/panel/stripe")
            .await
            .text
            .contains("None is set up")
    );
}

#[tokio::test]
async fn a_payer_gives_a_card_to_stripe_and_confirms_a_payment_at_its_bank() {
    let (world, stub, stripe) = world().await;
    let seller = Browser::where_stripe_is(&world, world.reseller, Some(stripe.clone())).await;
    let payer = Browser::where_stripe_is(&world, world.customer, Some(stripe)).await;
    world.order("basic", "3").await;
    let before = payer.get("/my/payment-methods").await;
    assert!(
        before.text.contains("card_number"),
        "cards are filled in here"
    );
    seller.post("/panel/stripe", KEYS).await;
    let methods = payer.get("/my/payment-methods").await;
    assert!(
        !methods.text.contains("card_number"),
        "no card data comes here"
    );
    assert!(methods.text.contains("/my/payment-methods/stripe"));

    // There …
    stub.says("POST /v1/customers", json!({ "id": "cus_1" }));
    stub.says(
        "POST /v1/checkout/sessions",
        json!({ "id": "cs_1", "url": "https://checkout.stripe.com/c/pay/cs_1" }),
    );
    let away = payer.post("/my/payment-methods/stripe", "").await;
    assert_eq!(away.status, StatusCode::OK);
    assert!(
        away.text
            .contains("href=\"https://checkout.stripe.com/c/pay/cs_1\"")
    );
    let sent = stub.asked("POST /v1/checkout/sessions");
    let back = "http%3A%2F%2Flocalhost%2Fmy%2Fpayment-methods%2Fstripe%2Fdone";
    assert!(sent.contains(&format!("success_url={back}%3F")), "{sent}");
    // … and back, before and after it is filled in.
    stub.says(
        "GET /v1/checkout/sessions/cs_1",
        json!({ "id": "cs_1", "setup_intent": "seti_1" }),
    );
    let setup = |status: &str| {
        json!({ "id": "seti_1", "status": status, "customer": "cus_1", "payment_method": "pm_1",
            "metadata": { "account": world.customer, "realm": world.realm } })
    };
    let done = "/my/payment-methods/stripe/done?setup=cs_1";
    stub.says(
        "GET /v1/setup_intents/seti_1",
        setup("requires_payment_method"),
    );
    let early = payer.get(done).await;
    assert_eq!(
        (early.status, early.to.as_str()),
        (StatusCode::SEE_OTHER, "/my/payment-methods")
    );
    assert!(
        !payer
            .get("/my/payment-methods")
            .await
            .text
            .contains("07/31")
    );
    stub.says("GET /v1/setup_intents/seti_1", setup("succeeded"));
    let card = json!({ "id": "pm_1", "type": "card",
        "card": { "brand": "visa", "last4": "4242", "exp_month": 7, "exp_year": 2031 } });
    stub.says("GET /v1/payment_methods/pm_1", card);
    for _ in 0..2 {
        let kept = payer.get(done).await;
        assert_eq!(kept.status, StatusCode::SEE_OTHER);
    }
    let methods = payer.get("/my/payment-methods").await;
    assert_eq!(methods.text.matches("07/31").count(), 1, "kept once");

    // An invoice is paid with it; the bank asks the payer to confirm.
    let documents = world.documents().await;
    let owed = documents.iter().find(|one| one.buyer_id == world.customer);
    let invoice = owed.expect("an invoice").id;
    let page = format!("/my/invoices/{invoice}/pay");
    let shown = payer.get(&page).await;
    assert!(shown.text.contains("value=\"stripe\"") && !shown.text.contains("card_number"));
    let elsewhere = payer.post(&page, "method=stripe").await;
    assert!(
        elsewhere
            .text
            .contains("https://checkout.stripe.com/c/pay/cs_1")
    );
    let method = billing::method_list(world.p(), &world.ctx().await, world.customer)
        .await
        .expect("methods")[0]
        .id;
    stub.says(
        "POST /v1/payment_intents",
        json!({ "id": "pi_1", "status": "requires_action",
            "next_action": { "redirect_to_url": { "url": "https://bank.example/3ds" } } }),
    );
    let asked = payer.post(&page, &format!("method={method}")).await;
    assert!(
        asked.text.contains("href=\"https://bank.example/3ds\""),
        "{}",
        asked.text
    );
    let ctx = world.ctx().await;
    let payments = billing::payments_of_invoice(world.p(), &ctx, invoice).await;
    let payment = payments.expect("payments")[0].id;
    let sent = stub.asked("POST /v1/payment_intents");
    let back = format!("return_url=http%3A%2F%2Flocalhost%2Fmy%2Fpayments%2F{payment}%2Fback");
    assert!(sent.contains(&back), "{sent}");
    stub.says(
        "GET /v1/payment_intents/pi_1",
        json!({ "id": "pi_1", "status": "succeeded" }),
    );
    for _ in 0..2 {
        let returned = payer.get(&format!("/my/payments/{payment}/back")).await;
        let invoice = format!("/my/invoices/{invoice}");
        assert_eq!(
            (returned.status, returned.to),
            (StatusCode::SEE_OTHER, invoice)
        );
    }
    let paid = billing::payment_get(world.p(), &ctx, payment).await;
    assert_eq!(paid.expect("the payment").state, PaymentState::Succeeded);
    let other = Browser::where_stripe_is(&world, world.distributor, None).await;
    let theirs = other.get(&format!("/my/payments/{payment}/back")).await;
    assert_eq!(theirs.to, "/panel", "it is the payer's way");
}
