//! What is asked of Stripe, and what is made of its answers.

use std::sync::{Arc, Mutex};

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tradewind_billing::service::{
    PaymentCapture, payment_capture, payment_get, payment_look_after, payment_steps,
};
use tradewind_billing::types::{PaymentState, PaymentStepKind};
use tradewind_connectors::{
    PageBegin, SetupFinish, StripeSet, method_page_begin, method_setup_finish, stripe_get,
    stripe_set, stripe_test, stripe_webhook,
};
use tradewind_kernel::Error;
use tradewind_kernel::id::AccountId;
use tradewind_policy::{AccountKind, Role};
use tradewind_testkit::each_platform;

use crate::market::{MIGRATIONS, Shop, WEBHOOK_SECRET};

/// A request as it came: method and path, head, body.
#[derive(Debug, Clone)]
struct Asked {
    line: String,
    head: String,
    body: String,
}

impl Asked {
    /// What stands in a field of the form that was sent.
    fn field(&self, name: &str) -> Option<String> {
        url::form_urlencoded::parse(self.body.as_bytes())
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.into_owned())
    }
}

type Answers = Arc<Mutex<Vec<(&'static str, u16, Value)>>>;

/// A server that answers by the beginning of the request line, the latest rule first.
#[derive(Clone, Default)]
struct Stub {
    answers: Answers,
    heard: Arc<Mutex<Vec<Asked>>>,
}

impl Stub {
    async fn start() -> (Self, String) {
        let stub = Self::default();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let serving = stub.clone();
        tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                tokio::spawn(serving.clone().serve(stream));
            }
        });
        (stub, url)
    }

    fn says(&self, line: &'static str, status: u16, answer: Value) {
        self.answers
            .lock()
            .unwrap()
            .insert(0, (line, status, answer));
    }

    /// What was asked so far, by the beginning of the request line.
    fn asked(&self, line: &str) -> Vec<Asked> {
        let heard = self.heard.lock().unwrap();
        heard
            .iter()
            .filter(|one| one.line.starts_with(line))
            .cloned()
            .collect()
    }

    async fn serve(self, mut stream: TcpStream) {
        let mut read = Vec::new();
        let mut buffer = [0; 4096];
        let (head, body) = loop {
            let count = stream.read(&mut buffer).await.unwrap();
            if count == 0 {
                return;
            }
            read.extend_from_slice(&buffer[..count]);
            let text = String::from_utf8_lossy(&read).into_owned();
            let Some((head, body)) = text.split_once("\r\n\r\n") else {
                continue;
            };
            let length = head
                .lines()
                .find_map(|line| {
                    line.to_lowercase()
                        .strip_prefix("content-length: ")?
                        .parse()
                        .ok()
                })
                .unwrap_or(0);
            if body.len() >= length {
                break (head.to_owned(), body.to_owned());
            }
        };
        let line = head.lines().next().unwrap_or_default().to_owned();
        let found = {
            let answers = self.answers.lock().unwrap();
            answers
                .iter()
                .find(|(start, ..)| line.starts_with(start))
                .cloned()
        };
        let (_, status, answer) = found.unwrap_or_else(|| panic!("nothing is answered to {line}"));
        self.heard.lock().unwrap().push(Asked { line, head, body });
        let answer = answer.to_string();
        let text = format!(
            "HTTP/1.1 {status} X\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{answer}",
            answer.len()
        );
        let _ = stream.write_all(text.as_bytes()).await;
    }
}

fn signature(body: &str, at: i64) -> String {
    use hmac::{Hmac, KeyInit as _, Mac as _};
    let mut mac = Hmac::<sha2::Sha256>::new_from_slice(WEBHOOK_SECRET.as_bytes()).unwrap();
    mac.update(format!("{at}.{body}").as_bytes());
    let hex: String = mac
        .finalize()
        .into_bytes()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    format!("t={at},v1={hex}")
}

/// Stripe tells something.
async fn tells(shop: &Shop, kind: &str, object: Value) -> Result<(), Error> {
    tells_as(shop, shop.market.world.reseller, kind, object).await
}

/// The account of a seller tells something.
async fn tells_as(shop: &Shop, seller: AccountId, kind: &str, object: Value) -> Result<(), Error> {
    let body = json!({ "id": "evt_1", "type": kind, "data": { "object": object } }).to_string();
    let header = signature(&body, shop.market.p().wall().as_seconds());
    let whose = (shop.market.world.realm, seller);
    stripe_webhook(
        &shop.stripe,
        shop.gateway(),
        whose,
        &header,
        body.as_bytes(),
    )
    .await
}

/// A shop whose customer has a card at Stripe.
async fn shop(
    stub: &Stub,
    url: &str,
    platform: tradewind_testkit::TestPlatform,
) -> (Shop, tradewind_billing::types::PaymentMethod) {
    let shop = Shop::new(platform, url).await;
    let metadata =
        json!({ "account": shop.market.world.customer, "realm": shop.market.world.realm });
    let setup = |status: &str| {
        json!({ "id": "seti_1", "client_secret": "seti_1_secret", "status": status, "customer": "cus_1",
            "payment_method": "pm_1", "metadata": metadata })
    };
    stub.says("POST /v1/customers", 200, json!({ "id": "cus_1" }));
    stub.says(
        "POST /v1/setup_intents",
        200,
        setup("requires_payment_method"),
    );
    stub.says(
        "GET /v1/setup_intents/seti_1",
        200,
        setup("requires_payment_method"),
    );
    let card = json!({ "id": "pm_1", "type": "card",
        "card": { "brand": "visa", "last4": "4242", "exp_month": 7, "exp_year": 2031 } });
    stub.says("GET /v1/payment_methods/pm_1", 200, card);
    let method = shop
        .method(async |_| stub.says("GET /v1/setup_intents/seti_1", 200, setup("succeeded")))
        .await;
    (shop, method)
}

#[tokio::test]
async fn a_lost_answer_is_looked_for_before_anything_is_paid_again() {
    each_platform(&MIGRATIONS, |platform| async move {
        let (stub, url) = Stub::start().await;
        let (shop, method) = shop(&stub, &url, platform).await;
        assert_eq!(
            (
                method.gateway.as_str(),
                method.brand.as_str(),
                method.last4.as_str(),
                method.expires.as_str()
            ),
            ("stripe", "visa", "4242", "07/31")
        );
        stub.says(
            "POST /v1/payment_intents",
            500,
            json!({ "error": { "type": "api_error" } }),
        );
        let lost = shop.pay(&method, false).await.unwrap_err();
        assert!(matches!(lost, Error::Unavailable { .. }), "{lost:?}");
        let asked = stub.asked("POST /v1/payment_intents");
        assert_eq!(asked.len(), 1);
        let key = asked[0].field("metadata[payment]").expect("our key");
        assert!(
            asked[0]
                .head
                .to_lowercase()
                .contains(&format!("idempotency-key: {key}"))
        );
        for (name, value) in [
            ("amount", "13686"),
            ("currency", "eur"),
            ("customer", "cus_1"),
            ("payment_method", "pm_1"),
            ("payment_method_types[0]", "card"),
            ("confirm", "true"),
            ("off_session", "true"),
        ] {
            assert_eq!(asked[0].field(name).as_deref(), Some(value), "{name}");
        }
        // It was made all the same: it is found by what it says of itself, and nothing is asked for a second time.
        let made = json!({ "id": "pi_1", "status": "succeeded", "metadata": { "payment": key } });
        let other = json!({ "id": "pi_0", "status": "succeeded", "metadata": {} });
        stub.says(
            "GET /v1/payment_intents?customer=cus_1",
            200,
            json!({ "data": [other, made] }),
        );
        let id = key.parse().unwrap();
        let ctx = shop.ctx().await;
        let payment = payment_look_after(shop.market.p(), &ctx, shop.gateway(), id)
            .await
            .unwrap();
        assert_eq!(
            (payment.state, payment.reference.as_deref()),
            (PaymentState::Succeeded, Some("pi_1"))
        );
        assert_eq!(stub.asked("POST /v1/payment_intents").len(), 1);
        shop.market.assert_clean().await;
    })
    .await;
}

#[tokio::test]
async fn what_stripe_tells_is_asked_for_in_any_order_and_any_number_of_times() {
    each_platform(&MIGRATIONS, |platform| async move {
        let (stub, url) = Stub::start().await;
        let (shop, method) = shop(&stub, &url, platform).await;
        stub.says("POST /v1/payment_intents", 200, json!({ "id": "pi_1", "status": "processing" }));
        let payment = shop.pay(&method, false).await.unwrap();
        assert_eq!(payment.state, PaymentState::Pending);
        let ctx = shop.ctx().await;
        let state = async || payment_get(shop.market.p(), &ctx, payment.id).await.unwrap().state;
        let intent = |status: &str| {
            json!({ "id": "pi_1", "status": status, "metadata": { "payment": payment.id.to_string() } })
        };
        // It is told as succeeded, but Stripe knows better by now: what it is asked counts.
        stub.says("GET /v1/payment_intents/pi_1", 200, intent("processing"));
        tells(&shop, "payment_intent.succeeded", intent("succeeded")).await.unwrap();
        assert_eq!(state().await, PaymentState::Pending);
        stub.says("GET /v1/payment_intents/pi_1", 200, intent("succeeded"));
        for kind in ["payment_intent.processing", "payment_intent.succeeded", "payment_intent.succeeded"] {
            tells(&shop, kind, intent("processing")).await.unwrap();
            assert_eq!(state().await, PaymentState::Succeeded);
        }
        // A dispute is told as decided before it is told as begun, and all of that twice.
        let dispute = |status: &str| {
            json!({ "id": "dp_1", "payment_intent": "pi_1", "status": status, "reason": "fraudulent" })
        };
        tells(&shop, "charge.dispute.created", dispute("needs_response")).await.unwrap();
        assert_eq!(state().await, PaymentState::ChargedBack);
        for _ in 0..2 {
            tells(&shop, "charge.dispute.closed", dispute("won")).await.unwrap();
            assert_eq!(state().await, PaymentState::Succeeded);
            tells(&shop, "charge.dispute.created", dispute("needs_response")).await.unwrap();
            assert_eq!(state().await, PaymentState::Succeeded);
        }
        let steps = payment_steps(shop.market.p(), &ctx, payment.id).await.unwrap();
        let count = |kind| steps.iter().filter(|step| step.kind == kind).count();
        assert_eq!((count(PaymentStepKind::Chargeback), count(PaymentStepKind::ChargebackWon)), (1, 1));
        // The account of another seller, which names the same payment, has nothing to say of it.
        let other = shop.market.world.provider;
        shop.account(other).await;
        let disputed = json!({ "id": "dp_2", "payment_intent": "pi_1", "status": "needs_response", "reason": "fraudulent" });
        tells_as(&shop, other, "charge.dispute.created", disputed).await.unwrap();
        assert_eq!(state().await, PaymentState::Succeeded);
        // Payments that others make in the same account are none of ours.
        tells(&shop, "payment_intent.succeeded", json!({ "id": "pi_9", "metadata": {} })).await.unwrap();
        tells(&shop, "customer.created", json!({})).await.unwrap();
        // What is not signed by the seller's secret is refused.
        let world = &shop.market.world;
        let unsigned = stripe_webhook(&shop.stripe, shop.gateway(), (world.realm, world.reseller), "t=1,v1=00", b"{}").await;
        assert_eq!(unsigned.unwrap_err().code(), "bad_signature");
        let elsewhere = stripe_webhook(&shop.stripe, shop.gateway(), (world.realm, world.distributor), "t=1,v1=00", b"{}").await;
        assert_eq!(elsewhere.unwrap_err().code(), "no_stripe_account");
        shop.market.assert_clean().await;
    })
    .await;
}

#[tokio::test]
async fn what_will_not_work_fails_and_what_the_payer_has_to_do_is_said() {
    each_platform(&MIGRATIONS, |platform| async move {
        let (stub, url) = Stub::start().await;
        let (shop, method) = shop(&stub, &url, platform).await;
        let declined = json!({ "error": { "type": "card_error", "code": "card_declined",
            "decline_code": "insufficient_funds", "payment_intent": { "id": "pi_1" } } });
        stub.says("POST /v1/payment_intents", 402, declined);
        let payment = shop.pay(&method, false).await.unwrap();
        assert_eq!(
            (payment.state, payment.failure_code.as_deref(), payment.reference.as_deref()),
            (PaymentState::Failed, Some("insufficient_funds"), Some("pi_1"))
        );
        let action = json!({ "id": "pi_2", "status": "requires_action",
            "next_action": { "type": "redirect_to_url", "redirect_to_url": { "url": "https://bank.example/3ds" } } });
        stub.says("POST /v1/payment_intents", 200, action);
        let payment = shop.pay(&method, false).await.unwrap();
        assert_eq!(
            (payment.state, payment.action.as_deref()),
            (PaymentState::RequiresAction, Some("https://bank.example/3ds"))
        );
        stub.says("POST /v1/payment_intents", 401, json!({ "error": { "type": "invalid_request_error" } }));
        let refused = shop.pay(&method, false).await.unwrap_err();
        assert_eq!(refused.code(), "stripe_key");
        for busy in [409, 429, 503] {
            stub.says("POST /v1/payment_intents", busy, json!({ "error": { "type": "rate_limit_error" } }));
            let later = shop.pay(&method, false).await.unwrap_err();
            assert!(matches!(later, Error::Unavailable { .. }), "{busy}: {later:?}");
        }
        shop.market.assert_clean().await;
    })
    .await;
}

#[tokio::test]
async fn keys_are_the_sellers_and_are_never_told_again() {
    each_platform(&MIGRATIONS, |platform| async move {
        let (stub, url) = Stub::start().await;
        let shop = Shop::new(platform, &url).await;
        let world = &shop.market.world;
        let p = shop.market.p();
        let seller = world
            .user(world.reseller, AccountKind::Reseller, Role::Owner)
            .await;
        let kept = stripe_get(p, &seller, world.reseller)
            .await
            .unwrap()
            .expect("an account");
        assert_eq!((kept.key_hint.as_str(), kept.live), ("6789", false));
        let told = serde_json::to_string(&kept).unwrap();
        assert!(
            !told.contains("sk_test_") && !told.contains("whsec_"),
            "{told}"
        );
        let customer = world
            .user(world.customer, AccountKind::Customer, Role::Owner)
            .await;
        assert!(matches!(
            stripe_get(p, &customer, world.reseller).await,
            Err(Error::NotFound { .. })
        ));
        let set = |publishable: &str, secret: &str| StripeSet {
            publishable_key: publishable.to_owned(),
            secret_key: secret.to_owned(),
            webhook_secret: WEBHOOK_SECRET.to_owned(),
        };
        let wrong = stripe_set(
            p,
            &seller,
            world.reseller,
            &set("sk_test_0123456789", "nothing"),
        )
        .await
        .unwrap_err();
        let fields: Vec<&str> = wrong
            .problems()
            .iter()
            .map(|one| one.field.as_str())
            .collect();
        assert_eq!(
            fields,
            ["publishable_key", "secret_key", "publishable_key"][..2]
        );
        let mixed = stripe_set(
            p,
            &seller,
            world.reseller,
            &set("pk_live_0123456789", "sk_test_0123456789"),
        )
        .await;
        assert_eq!(mixed.unwrap_err().problems()[0].code, "mixed_modes");
        stub.says(
            "GET /v1/balance",
            200,
            json!({ "available": [{ "currency": "eur", "amount": 0 }] }),
        );
        assert_eq!(
            stripe_test(&shop.stripe, &seller, world.reseller)
                .await
                .unwrap(),
            ["EUR"]
        );
        stub.says("GET /v1/balance", 401, json!({ "error": {} }));
        let refused = stripe_test(&shop.stripe, &seller, world.reseller)
            .await
            .unwrap_err();
        assert_eq!(refused.code(), "stripe_key");
    })
    .await;
}

#[tokio::test]
async fn a_method_is_given_on_a_page_of_stripe() {
    each_platform(&MIGRATIONS, |platform| async move {
        let (stub, url) = Stub::start().await;
        let shop = Shop::new(platform, &url).await;
        let world = &shop.market.world;
        let payer = world
            .user(world.customer, AccountKind::Customer, Role::Owner)
            .await;
        stub.says("POST /v1/customers", 200, json!({ "id": "cus_1" }));
        let page = json!({ "id": "cs_1", "url": "https://checkout.stripe.com/c/pay/cs_1" });
        stub.says("POST /v1/checkout/sessions", 200, page);
        let begin = |done_url: &str| PageBegin {
            account_id: world.customer,
            seller_id: world.reseller,
            done_url: done_url.to_owned(),
            cancel_url: "https://shop.example/methods".to_owned(),
        };
        for wrong in [
            "/methods",
            "javascript:alert(1)",
            "https://shop.example/#methods",
            "",
        ] {
            let refused = method_page_begin(&shop.stripe, &payer, &begin(wrong))
                .await
                .unwrap_err();
            let problem = &refused.problems()[0];
            assert_eq!(
                (problem.field.as_str(), problem.code),
                ("done_url", "malformed_url")
            );
        }
        assert!(stub.asked("POST").is_empty());
        let begun = method_page_begin(
            &shop.stripe,
            &payer,
            &begin("https://shop.example/done?back=%2Fmy"),
        )
        .await
        .unwrap();
        assert_eq!(
            (begun.setup.as_str(), begun.url.as_str()),
            ("cs_1", "https://checkout.stripe.com/c/pay/cs_1")
        );
        let asked = &stub.asked("POST /v1/checkout/sessions")[0];
        let (customer, realm) = (world.customer.to_string(), world.realm.to_string());
        for (name, value) in [
            ("mode", "setup"),
            ("customer", "cus_1"),
            ("locale", "en"),
            (
                "success_url",
                "https://shop.example/done?back=%2Fmy&setup={CHECKOUT_SESSION_ID}",
            ),
            ("cancel_url", "https://shop.example/methods"),
            ("payment_method_types[0]", "card"),
            ("payment_method_types[1]", "sepa_debit"),
            ("setup_intent_data[metadata][account]", &customer),
            ("setup_intent_data[metadata][realm]", &realm),
        ] {
            assert_eq!(asked.field(name).as_deref(), Some(value), "{name}");
        }
        let finish = SetupFinish {
            account_id: world.customer,
            seller_id: world.reseller,
            setup: "cs_1".to_owned(),
        };
        // Stripe may not have made the setup yet, or the payer may not be done with it.
        stub.says(
            "GET /v1/checkout/sessions/cs_1",
            200,
            json!({ "id": "cs_1", "setup_intent": null }),
        );
        let intent = |status: &str, account: &str| {
            json!({ "id": "seti_1", "status": status, "customer": "cus_1", "payment_method": "pm_1",
                "metadata": { "account": account, "realm": world.realm } })
        };
        let open = method_setup_finish(&shop.stripe, &payer, &finish)
            .await
            .unwrap_err();
        assert_eq!(open.code(), "setup_open");
        stub.says(
            "GET /v1/checkout/sessions/cs_1",
            200,
            json!({ "id": "cs_1", "setup_intent": "seti_1" }),
        );
        stub.says(
            "GET /v1/setup_intents/seti_1",
            200,
            intent("requires_payment_method", &customer),
        );
        let open = method_setup_finish(&shop.stripe, &payer, &finish)
            .await
            .unwrap_err();
        assert_eq!(open.code(), "setup_open");
        // What somebody else has begun is not found.
        stub.says(
            "GET /v1/setup_intents/seti_1",
            200,
            intent("succeeded", &world.reseller.to_string()),
        );
        let others = method_setup_finish(&shop.stripe, &payer, &finish)
            .await
            .unwrap_err();
        assert!(matches!(others, Error::NotFound { .. }), "{others:?}");
        stub.says(
            "GET /v1/setup_intents/seti_1",
            200,
            intent("succeeded", &customer),
        );
        let account =
            json!({ "id": "pm_1", "type": "sepa_debit", "sepa_debit": { "last4": "3000" } });
        stub.says("GET /v1/payment_methods/pm_1", 200, account);
        let kept = method_setup_finish(&shop.stripe, &payer, &finish)
            .await
            .unwrap();
        assert_eq!(
            (kept.brand.as_str(), kept.last4.as_str(), kept.is_default),
            ("SEPA", "3000", true)
        );
        let again = method_setup_finish(&shop.stripe, &payer, &finish)
            .await
            .unwrap();
        assert_eq!(again.id, kept.id);
    })
    .await;
}

#[tokio::test]
async fn a_hold_that_stripe_lets_go_is_noticed_once() {
    each_platform(&MIGRATIONS, |platform| async move {
        let (stub, url) = Stub::start().await;
        let (shop, method) = shop(&stub, &url, platform).await;
        let held = json!({ "id": "pi_1", "status": "requires_capture" });
        stub.says("POST /v1/payment_intents", 200, held.clone());
        let payment = shop.pay(&method, true).await.unwrap();
        assert_eq!(payment.state, PaymentState::Authorised);
        let ctx = shop.ctx().await;
        let (p, id) = (shop.market.p(), payment.id);
        let intent = |status: &str| {
            json!({ "id": "pi_1", "status": status, "metadata": { "payment": id.to_string() } })
        };
        for (status, state) in [
            ("requires_capture", PaymentState::Authorised),
            ("canceled", PaymentState::Voided),
            ("canceled", PaymentState::Voided),
        ] {
            stub.says("GET /v1/payment_intents/pi_1", 200, intent(status));
            tells(&shop, "payment_intent.canceled", intent("canceled")).await.unwrap();
            assert_eq!(payment_get(p, &ctx, id).await.unwrap().state, state);
        }
        let steps = payment_steps(p, &ctx, id).await.unwrap();
        let told: Vec<_> = steps.iter().map(|step| (step.kind, step.reason.as_str())).collect();
        assert_eq!(told, [(PaymentStepKind::Void, "let go by the gateway")]);
        let late = payment_capture(p, &ctx, &PaymentCapture { payment_id: id, amount: None }).await;
        assert_eq!(late.unwrap_err().code(), "not_held");
        shop.market.assert_clean().await;
    })
    .await;
}
