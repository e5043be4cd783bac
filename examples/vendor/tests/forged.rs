//! What does not come from the platform is refused at the door, and starts nothing.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use axum::Router;
use axum::extract::State;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;
use tokio::net::TcpListener;
use tradewind_example_vendor::{Settings, run};

const SECRET: &[u8] = b"a secret of twenty-four.";
const BODY: &str = r#"{"type":"tradewind.delivery.started"}"#;

fn sign(secret: &[u8], id: &str, at: u64, body: &str) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret).unwrap();
    mac.update(format!("{id}.{at}.{body}").as_bytes());
    format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()))
}

/// A platform with nothing to do, which counts how often it is asked.
async fn platform() -> (String, Arc<AtomicU32>) {
    async fn nothing(
        State(asked): State<Arc<AtomicU32>>,
    ) -> ([(&'static str, &'static str); 1], &'static str) {
        asked.fetch_add(1, Ordering::SeqCst);
        ([("content-type", "application/json")], r#"{"items":[]}"#)
    }
    let asked = Arc::new(AtomicU32::new(0));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let routes = Router::new().fallback(nothing).with_state(asked.clone());
    tokio::spawn(async move { axum::serve(listener, routes).await });
    (url, asked)
}

#[tokio::test]
async fn forged_and_replayed_messages_are_refused() {
    // Whoever came first has installed it.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let (api, asked) = platform().await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let vendor = format!("http://{}", listener.local_addr().unwrap());
    let folder = std::env::temp_dir().join(format!("vendor-forged-{}", std::process::id()));
    let settings = Settings {
        api,
        key: "twk_key".to_owned(),
        secret: format!("whsec_{}", STANDARD.encode(SECRET)),
        data: folder,
        public_url: vendor.clone(),
        poll: Duration::from_secs(3600),
    };
    tokio::spawn(run(settings, listener, std::future::pending()));
    let http = reqwest::Client::new();
    let post = async |id: &str, at: u64, signature: &str, body: &str| {
        let sent = http
            .post(format!("{vendor}/webhooks"))
            .header("webhook-id", id)
            .header("webhook-timestamp", at.to_string())
            .header("webhook-signature", signature)
            .body(body.to_owned())
            .send()
            .await;
        sent.unwrap().status().as_u16()
    };
    let now = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap()
        .as_secs();
    // It asks once when it starts.
    while asked.load(Ordering::SeqCst) == 0 {
        tokio::task::yield_now().await;
    }
    let good = sign(SECRET, "msg_1", now, BODY);
    for (id, at, signature, body) in [
        (
            "msg_1",
            now,
            sign(b"another secret of theirs", "msg_1", now, BODY),
            BODY,
        ),
        ("msg_1", now, good.clone(), "{}"),
        ("msg_2", now, good.clone(), BODY),
        ("msg_1", now + 1, good.clone(), BODY),
        ("msg_1", now, String::new(), BODY),
        ("msg_1", now, good.replace("v1,", "v0,"), BODY),
        // Genuine, but kept for a while and sent again; or from a clock that is ahead.
        (
            "msg_1",
            now - 400,
            sign(SECRET, "msg_1", now - 400, BODY),
            BODY,
        ),
        (
            "msg_1",
            now + 400,
            sign(SECRET, "msg_1", now + 400, BODY),
            BODY,
        ),
    ] {
        assert_eq!(
            post(id, at, &signature, body).await,
            401,
            "{id} {at} {signature}"
        );
    }
    assert_eq!(asked.load(Ordering::SeqCst), 1, "nothing was started");
    assert_eq!(post("msg_1", now, &good, BODY).await, 204);
    while asked.load(Ordering::SeqCst) == 1 {
        tokio::task::yield_now().await;
    }
}
