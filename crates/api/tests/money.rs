//! Delivery and money over HTTP: what a vendor's own service does, cards, secrets, files.

mod common;

use common::{World, sale::SECRET};
use http::{Method, StatusCode};
use serde_json::json;
use tradewind_api::{ApiConfig, ApiState};

#[tokio::test]
async fn a_vendors_service_finds_its_work_and_reports_it() {
    let w = World::new().await;
    let key = w.vendor.key.as_str();
    let open = "/api/v1/deliveries?filter=state:waiting,in_progress%20mode:automatic&sort=created&limit=200";
    let waiting = w.get(open, key).await.json();
    assert_eq!(waiting["items"][0]["id"], w.sale.delivery.to_string());
    assert_eq!(
        waiting["items"][0]["subscription_id"],
        w.sale.subscription.to_string()
    );
    assert_eq!(waiting["items"][0]["kind"], "provision");
    let of_others = w.get(open, &w.other_reseller.key).await.json();
    assert_eq!(of_others["items"], json!([]));

    let delivery = format!("/api/v1/deliveries/{}", w.sale.delivery);
    let started = w.post(&format!("{delivery}/start"), key, json!({})).await;
    assert_eq!(started.json()["state"], "in_progress");
    let silent = w
        .post(
            &format!("{delivery}/report"),
            key,
            json!({ "outcome": "failed" }),
        )
        .await;
    assert_eq!(silent.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(silent.problem().1, ["message"]);
    let done = json!({ "outcome": "succeeded", "message": "The workspace is ready." });
    let reported = w.post(&format!("{delivery}/report"), key, done).await;
    assert_eq!(reported.json()["state"], "succeeded");
    assert_eq!(w.get(open, key).await.json()["items"], json!([]));
}

#[tokio::test]
async fn a_credential_is_revealed_to_its_customer_and_listed_without_its_value() {
    let w = World::new().await;
    let access = format!("/api/v1/subscriptions/{}/access", w.sale.subscription);
    let seen = w.get(&access, &w.customer.key).await;
    assert_eq!(seen.json()["credentials"][0]["code"], "password");
    assert!(!seen.text.contains(SECRET));
    let reveal = format!("{access}/credentials/password/reveal");
    let revealed = w.post(&reveal, &w.customer.key, json!({})).await;
    assert_eq!(revealed.json()["value"], SECRET);
    let to_vendor = w.post(&reveal, &w.vendor.key, json!({})).await;
    assert!(to_vendor.status.is_client_error());
    assert!(!to_vendor.text.contains(SECRET));
}

#[tokio::test]
async fn cards_are_taken_by_the_gateway_and_never_answered() {
    let w = World::new().await;
    let methods = format!("/api/v1/accounts/{}/payment-methods", w.customer.id);
    let card = json!({ "number": "4242424242424242", "expires": "12/49", "cvc": "123" });
    let added = w.post(&methods, &w.customer.key, card.clone()).await;
    assert_eq!(added.status, StatusCode::CREATED);
    assert_eq!(added.json()["last4"], "4242");
    assert_eq!(added.json()["is_default"], false);
    let listed = w.get(&methods, &w.customer.key).await;
    assert_eq!(listed.json()["items"].as_array().map(Vec::len), Some(2));
    assert!(!listed.text.contains("424242424242"));
    let malformed = json!({ "number": "4242", "expires": "12/49", "cvc": "123" });
    let refused = w.post(&methods, &w.customer.key, malformed).await;
    assert_eq!(refused.problem().1, ["number"]);

    // An installation without a gateway says so.
    let state = ApiState::new(
        w.t.platform.clone(),
        w.passwords.clone(),
        ApiConfig::default(),
    );
    let without = World {
        router: tradewind_api::router(state),
        ..w
    };
    let refused = without.post(&methods, &without.customer.key, card).await;
    assert_eq!(refused.status, StatusCode::SERVICE_UNAVAILABLE);
}

#[tokio::test]
async fn books_are_exported_as_a_file() {
    let w = World::new().await;
    let export = format!("/api/v1/accounts/{}/ledger/export", w.reseller.id);
    let file = w
        .get(&format!("{export}?format=hledger"), &w.reseller.key)
        .await;
    assert_eq!(file.header("content-type"), "text/plain; charset=utf-8");
    let name = format!("attachment; filename=\"{}.hledger\"", w.reseller.id);
    assert_eq!(file.header("content-disposition"), name);
    assert!(file.text.contains("12.50"), "{}", file.text);
    let other = w
        .get(&format!("{export}?format=word"), &w.reseller.key)
        .await;
    assert_eq!(other.status, StatusCode::UNPROCESSABLE_ENTITY);
    let day = format!("/api/v1/accounts/{}/ledger?on=2024-03-01", w.reseller.id);
    let balances = w.get(&day, &w.reseller.key).await.json();
    let bank = balances["items"]
        .as_array()
        .and_then(|items| items.iter().find(|item| item["account"] == "assets:bank"))
        .expect("the bank")
        .clone();
    assert_eq!(
        bank["balance"],
        json!({ "amount": "12.50", "currency": "EUR" })
    );
}

#[tokio::test]
async fn a_webhook_shows_its_secret_once_and_changes_by_version() {
    let w = World::new().await;
    let input = json!({ "url": "https://hooks.example/x", "kinds": ["invoice.*"] });
    let path = format!("/api/v1/accounts/{}/webhooks", w.reseller.id);
    let created = w.post(&path, &w.reseller.key, input).await;
    let secret = created.json()["secret"]
        .as_str()
        .unwrap_or_default()
        .to_owned();
    assert!(secret.starts_with("whsec_"), "{}", created.text);
    let address = created.header("location").to_owned();
    let tag = created.header("etag").to_owned();
    let read = w.get(&address, &w.reseller.key).await;
    assert!(!read.text.contains(&secret));
    assert_eq!(read.header("etag"), tag);

    let bearer = format!("Bearer {}", w.reseller.key);
    let change = async || {
        w.send(
            Method::PATCH,
            &address,
            &[("authorization", &bearer), ("if-match", &tag)],
            Some(json!({ "enabled": false })),
        )
        .await
    };
    assert_eq!(change().await.status, StatusCode::OK);
    assert_eq!(change().await.status, StatusCode::CONFLICT);
}

#[tokio::test]
async fn a_billing_run_answers_its_report_and_the_books_are_right() {
    let w = World::new().await;
    let run = async |until: &str| {
        w.post(
            "/api/v1/billing-runs",
            &w.provider.key,
            json!({ "until": until }),
        )
        .await
    };
    let report = run("2024-03-01").await.json();
    let nothing = json!({ "id": report["id"], "subscriptions": 0, "charges": 0, "documents": 0, "totals": [],
        "problems": [] });
    assert_eq!(report, nothing);
    assert_eq!(run("2124-03-01").await.problem().1, ["until"]);
    let tried = w
        .post(
            "/api/v1/billing-runs?dry_run=true",
            &w.provider.key,
            json!({ "until": "2024-03-01" }),
        )
        .await;
    assert_eq!(tried.problem().0, "no_dry_run");
    // Somebody asked for it, so the run is kept: with who, and how it ended.
    let list = w
        .get("/api/v1/billing-runs?filter=origin:api", &w.provider.key)
        .await
        .json();
    let [kept] = list["items"].as_array().map_or(&[][..], Vec::as_slice) else {
        panic!("one run: {list}");
    };
    assert_eq!(
        (&kept["id"], &kept["state"]),
        (&report["id"], &json!("done"))
    );
    assert_eq!(kept["begun_by"], format!("api_key {}", w.provider.key_id));
    let path = format!("/api/v1/billing-runs/{}", report["id"].as_str().unwrap());
    assert_eq!(w.get(&path, &w.provider.key).await.json(), *kept);
    let hidden = w.get(&path, &w.reseller.key).await;
    assert_eq!(hidden.status, StatusCode::FORBIDDEN);
    let found = w.get("/api/v1/billing/check", &w.provider.key).await.json();
    assert_eq!(found, json!({ "items": [], "next": null }));
}
