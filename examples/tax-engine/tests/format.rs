//! The example speaks the format that the platform reads.

use serde_json::{Value, json};
use tokio::net::TcpListener;
use tradewind_example_tax_engine::{Settings, rates, run};
use tradewind_pricing::tax::{TaxKind, TaxPolicy};
use tradewind_tax::{
    rules::{taxed, understood},
    types::TaxQuestion,
};

const SECRET: &str = "engine-secret-1";

async fn start() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    let settings = Settings {
        secret: SECRET.to_owned(),
        rates: rates(None).expect("the rates"),
    };
    tokio::spawn(run(settings, listener, std::future::pending()));
    url
}

fn question() -> Value {
    json!({
        "version": "v1",
        "seller": { "id": "acc_00000000000000000000000001", "country": "US", "region": "TX", "postal_code": "73301",
            "city": "Austin", "tax_id": "", "registrations": [{ "place": "US-TX", "number": "3-20" }] },
        "buyer": { "id": "acc_00000000000000000000000002", "kind": "unproven", "country": "US", "region": "TX",
            "postal_code": "78701", "city": "Austin", "line1": "", "tax_id": "", "vat_check": "unchecked",
            "certificates": [] },
        "document": { "kind": "invoice", "currency": "USD", "issued_on": "2026-03-01" },
        "lines": [
            { "key": "1", "category": "saas", "supplied_on": "2026-03-31", "from": "2026-03-01", "until": "2026-03-31",
                "quantity": "3", "unit": "seats", "amount": "100.00", "tax_included": false },
            { "key": "2", "category": "exempt", "supplied_on": "2026-03-31", "from": "2026-03-01",
                "until": "2026-03-31", "quantity": "1", "unit": "", "amount": "10.00", "tax_included": false },
        ],
    })
}

async fn post(url: &str, secret: &str, key: &str, body: &Value) -> (u16, Vec<u8>) {
    // Doing so again changes nothing.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let sent = reqwest::Client::new()
        .post(url)
        .header("authorization", format!("Bearer {secret}"))
        .header("idempotency-key", key)
        .header("content-type", "application/json")
        .body(body.to_string())
        .send()
        .await
        .expect("an answer");
    let status = sent.status().as_u16();
    (status, sent.bytes().await.expect("a body").to_vec())
}

#[tokio::test]
async fn its_answers_are_understood() {
    let url = format!("{}/v1/taxes", start().await);
    let body = question();
    let (status, said) = post(&url, SECRET, "taxes/1", &body).await;
    assert_eq!(status, 200);
    let asked: TaxQuestion = serde_json::from_value(body.clone()).expect("a question");
    let policy = TaxPolicy::default();
    let answer = understood(&asked, &policy, &said).expect("it is understood");
    // 8.25 % on four fifths of 100.00; the second line is exempt by law.
    let sums = taxed(&asked, &answer, &policy).expect("sums");
    assert_eq!((sums.net.minor, sums.tax.minor), (11_000, 660));
    assert_eq!(answer.lines[0].taxes.len(), 3);
    assert_eq!(answer.lines[1].taxes[0].kind, TaxKind::Exempt);

    let mut with = body;
    with["buyer"]["certificates"] = json!([{ "place": "US-TX", "number": "TX-17" }]);
    let (_, said) = post(&url, SECRET, "taxes/2", &with).await;
    let answer = understood(&asked, &policy, &said).expect("it is understood");
    assert_eq!(answer.lines[0].taxes[0].reference.as_deref(), Some("TX-17"));
    assert_eq!(
        post(&url, "another secret", "taxes/3", &question()).await.0,
        401
    );
}

#[tokio::test]
async fn documents_are_taken_down_once() {
    let url = format!("{}/v1/documents", start().await);
    let document =
        json!({ "version": "v1", "document": { "number": "INV-2026-000001", "tax": "6.60" } });
    for _ in 0..2 {
        let (status, said) = post(&url, SECRET, "documents/1", &document).await;
        assert_eq!(
            (status, said.as_slice()),
            (200, br#"{"documents":1}"#.as_slice())
        );
    }
    assert_eq!(post(&url, SECRET, "", &document).await.0, 400);
    assert_eq!(
        post(&url, "another secret", "documents/2", &document)
            .await
            .0,
        401
    );
}
