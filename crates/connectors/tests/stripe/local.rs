//! Everything once against localstripe, a Stripe-compatible server from the Python package index: setups, cards, holds,
//! refunds, direct debits that take their time, signed webhooks.
//!
//! Skipped, with a line that says so, where Python or the package index is not there; never where `CI` is set.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tradewind_billing::service::{
    PaymentCapture, RefundRequest, payment_capture, payment_get, refund_request, refund_send,
};
use tradewind_billing::types::{PaymentState, PaymentStepState};
use tradewind_connectors::{HttpClient, HttpClientConfig, stripe_test, stripe_webhook};
use tradewind_kernel::{Currency, Money};
use tradewind_platform::{HttpCaller as _, HttpRequest};
use tradewind_testkit::{START, each_platform};

use crate::market::{MIGRATIONS, Shop, WEBHOOK_SECRET};

/// The version that is tested against.
const PACKAGE: &str = "localstripe==1.15.10";
/// How long it may take to start, and to tell something.
const PATIENCE: Duration = Duration::from_secs(30);

/// Ends with the test.
struct Server(Child, String);

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Its Python, in an environment of its own below the target directory; installed when it is not there yet.
fn python() -> Result<PathBuf, String> {
    let home = Path::new(env!("CARGO_TARGET_TMPDIR")).join(PACKAGE.replace("==", "-"));
    let python = home.join("bin/python");
    let quiet = |command: &mut Command| {
        let output = command
            .stdin(Stdio::null())
            .output()
            .map_err(|error| error.to_string())?;
        if output.status.success() {
            Ok(())
        } else {
            Err(String::from_utf8_lossy(&output.stderr).trim().to_owned())
        }
    };
    let imports =
        |python: &Path| quiet(Command::new(python).args(["-c", "import localstripe.server"]));
    if imports(&python).is_err() {
        let _ = std::fs::remove_dir_all(&home);
        quiet(Command::new("python3").args(["-m", "venv"]).arg(&home))?;
        quiet(Command::new(&python).args(["-m", "pip", "install", "--quiet", PACKAGE]))?;
        imports(&python)?;
    }
    Ok(python)
}

async fn start() -> Option<Server> {
    let python = match python() {
        Ok(python) => python,
        Err(problem) => {
            assert!(
                std::env::var_os("CI").is_none(),
                "{PACKAGE} cannot be installed: {problem}"
            );
            println!("skipped: {PACKAGE} cannot be installed: {problem}");
            return None;
        }
    };
    // A port that was free a moment ago.
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    drop(listener);
    let child = Command::new(python)
        .args([
            "-m",
            "localstripe",
            "--from-scratch",
            "--port",
            &port.to_string(),
        ])
        .current_dir(env!("CARGO_TARGET_TMPDIR"))
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("a server");
    let server = Server(child, format!("http://127.0.0.1:{port}"));
    let answers = async {
        while TcpStream::connect(("127.0.0.1", port)).await.is_err() {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    tokio::time::timeout(PATIENCE, answers)
        .await
        .expect("localstripe starts");
    Some(server)
}

impl Server {
    /// What a browser or the bank does there.
    async fn does(&self, path: &str, body: Value) -> Value {
        let config = HttpClientConfig {
            allow_private_targets: true,
        };
        let http = HttpClient::new(&config).unwrap();
        let request = HttpRequest::post_json(format!("{}{path}", self.1), body.to_string())
            .header("authorization", "Bearer sk_test_0123456789");
        let answer = http.call(&request).await.expect("an answer");
        assert_eq!(
            answer.status,
            200,
            "{path}: {}",
            String::from_utf8_lossy(&answer.body)
        );
        serde_json::from_slice(&answer.body).unwrap_or_default()
    }
}

/// The next message that is told: its signature and body.
async fn told(listener: &TcpListener) -> (String, Vec<u8>) {
    let (mut stream, _) = tokio::time::timeout(PATIENCE, listener.accept())
        .await
        .expect("told in time")
        .unwrap();
    let mut read = Vec::new();
    let mut buffer = [0; 8192];
    loop {
        let count = stream.read(&mut buffer).await.unwrap();
        assert!(count > 0, "the message broke off");
        read.extend_from_slice(&buffer[..count]);
        let text = String::from_utf8_lossy(&read).into_owned();
        let Some((head, body)) = text.split_once("\r\n\r\n") else {
            continue;
        };
        let field = |name: &str| {
            head.lines().find_map(|line| {
                let (found, value) = line.split_once(": ")?;
                found.eq_ignore_ascii_case(name).then(|| value.to_owned())
            })
        };
        let length: usize = field("content-length").expect("a length").parse().unwrap();
        if body.len() >= length {
            stream
                .write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")
                .await
                .unwrap();
            return (
                field("stripe-signature").expect("a signature"),
                body.as_bytes().to_vec(),
            );
        }
    }
}

#[tokio::test]
async fn cards_and_debits_are_set_up_paid_held_and_paid_back() {
    let Some(server) = start().await else {
        return;
    };
    let server = &server;
    each_platform(&MIGRATIONS, |platform| async move {
        // Messages are signed with the time of the machine.
        let now = std::time::SystemTime::now()
            .duration_since(std::time::UNIX_EPOCH)
            .unwrap();
        let now = i64::try_from(now.as_secs()).unwrap();
        let by = tradewind_kernel::Duration::from_secs(now - START.as_seconds());
        platform.clock.advance(by);
        let shop = Shop::new(platform, &server.1).await;
        let (p, ctx) = (shop.market.p(), shop.ctx().await);
        let world = &shop.market.world;
        assert!(
            stripe_test(&shop.stripe, &ctx, world.reseller)
                .await
                .is_ok()
        );

        let fill_in = |method: String| {
            async move |setup: String| {
                let path = format!("/v1/setup_intents/{setup}/confirm");
                server
                    .does(&path, json!({ "payment_method": method }))
                    .await;
            }
        };
        let card = shop.method(fill_in("pm_card_visa".to_owned())).await;
        assert_eq!(
            (
                card.brand.as_str(),
                card.last4.as_str(),
                card.expires.as_str()
            ),
            ("visa", "4242", "12/30")
        );

        // Paid, and some of it paid back.
        let payment = shop.pay(&card, false).await.expect("paid");
        assert_eq!(payment.state, PaymentState::Succeeded);
        assert!(
            payment
                .reference
                .as_deref()
                .is_some_and(|id| id.starts_with("pi_"))
        );
        let cover = Money::new(1000, Currency::EUR);
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let hook = format!("http://{}/", listener.local_addr().unwrap());

        // Held, and taken in part.
        let held = shop.pay(&card, true).await.expect("held");
        assert_eq!(held.state, PaymentState::Authorised);
        let capture = PaymentCapture {
            payment_id: held.id,
            amount: Some(cover),
        };
        let step = payment_capture(p, &ctx, &capture).await.expect("asked");
        let step = refund_send(p, &ctx, shop.gateway(), step.id)
            .await
            .expect("taken");
        assert_eq!(step.state, PaymentStepState::Succeeded);
        let taken = payment_get(p, &ctx, held.id).await.expect("a payment");
        assert_eq!(
            (taken.state, taken.amount),
            (PaymentState::Succeeded, cover)
        );

        // A card that can be kept and not charged.
        let bad = shop
            .method(fill_in("pm_card_chargeCustomerFail".to_owned()))
            .await;
        let failed = shop.pay(&bad, false).await.expect("an outcome");
        assert_eq!(
            (failed.state, failed.failure_code.as_deref()),
            (PaymentState::Failed, Some("card_declined"))
        );

        // A debit takes its time: it is pending until Stripe tells, and what it tells is signed.
        let debit = |iban: &'static str| async move {
            let body = json!({ "type": "sepa_debit", "sepa_debit": { "iban": iban } });
            let made = server.does("/v1/payment_methods", body).await;
            made["id"].as_str().expect("an id").to_owned()
        };
        let told_of = async |payment: tradewind_kernel::id::PaymentId| {
            loop {
                let (signature, body) = told(&listener).await;
                let event: Value = serde_json::from_slice(&body).expect("an event");
                if event["data"]["object"]["metadata"]["payment"] != json!(payment.to_string()) {
                    continue;
                }
                let whose = (world.realm, world.reseller);
                for _ in 0..2 {
                    stripe_webhook(&shop.stripe, shop.gateway(), whose, &signature, &body)
                        .await
                        .expect("followed up");
                }
                let mut forged = body.clone();
                forged.push(b' ');
                let refused =
                    stripe_webhook(&shop.stripe, shop.gateway(), whose, &signature, &forged).await;
                assert_eq!(refused.unwrap_err().code(), "bad_signature");
                return payment_get(p, &ctx, payment).await.expect("a payment");
            }
        };
        server
            .does(
                "/_config/webhooks/test",
                json!({ "url": hook, "secret": WEBHOOK_SECRET,
                    "events": ["payment_intent.payment_failed", "payment_intent.succeeded"] }),
            )
            .await;
        let returned = shop
            .method(fill_in(debit("DE62370400440532013001").await))
            .await;
        assert_eq!(
            (returned.brand.as_str(), returned.last4.as_str()),
            ("SEPA", "3001")
        );
        let pending = shop.pay(&returned, false).await.expect("pending");
        assert_eq!(pending.state, PaymentState::Pending);
        let failed = told_of(pending.id).await;
        assert_eq!(
            (failed.state, failed.failure_code.as_deref()),
            (PaymentState::Failed, Some("card_declined"))
        );

        // Paid back, once, however often it is asked.
        let request = RefundRequest {
            payment_id: taken.id,
            amount: None,
            reason: "too much".to_owned(),
        };
        // What paid an invoice goes back by a credit note only.
        assert!(refund_request(p, &ctx, &request).await.is_err());
        shop.market.assert_clean().await;
    })
    .await;
}
