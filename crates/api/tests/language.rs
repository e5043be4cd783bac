//! Refusals speak the caller's language; the code and the English details stay.

mod common;

use common::World;
use http::{Method, StatusCode};
use serde_json::{Value, json};

async fn refusal(w: &World, language: &str, path: &str, body: Value) -> (String, Value) {
    let realm = w.realm.to_string();
    let headers = [
        ("accept-language", language),
        ("tradewind-realm", realm.as_str()),
    ];
    let answer = w.send(Method::POST, path, &headers, Some(body)).await;
    assert_ne!(answer.status, StatusCode::OK);
    let mut json = answer.json();
    json.as_object_mut()
        .expect("an object")
        .remove("request_id");
    (answer.header("content-language").to_owned(), json)
}

#[tokio::test]
async fn a_refusal_is_said_in_the_language_that_was_asked_for() {
    let w = World::new().await;
    let path = "/api/v1/offers/mail/price?seller=nordwind";
    let wrong = json!({ "quantities": { "seats": "0.5" } });
    let (language, german) = refusal(&w, "de-AT,de;q=0.9,en;q=0.1", path, wrong.clone()).await;
    assert_eq!(language, "de");
    insta::assert_json_snapshot!("german_refusal", german);
    let (language, english) = refusal(&w, "fr, en;q=0.5", path, wrong).await;
    assert_eq!(language, "en");
    insta::assert_json_snapshot!("english_refusal", english);
    let nobody = w
        .send(
            Method::GET,
            "/api/v1/me",
            &[("accept-language", "de")],
            None,
        )
        .await;
    let json = nobody.json();
    assert_eq!(
        json["detail"],
        "Bitte melden Sie sich an oder senden Sie einen API-Schlüssel."
    );
    assert_eq!(nobody.header("vary"), "Accept-Language");
}

#[tokio::test]
async fn visitors_learn_the_price_of_a_configuration() {
    let w = World::new().await;
    let path = "/api/v1/offers/mail/price?seller=nordwind";
    let realm = w.realm.to_string();
    let headers = [("tradewind-realm", realm.as_str())];
    let net = async |seats: &str| {
        let body = json!({ "quantities": { "seats": seats } });
        let answer = w.send(Method::POST, path, &headers, Some(body)).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
        let json = answer.json();
        let shown = if json["due_now"].is_null() {
            &json["next"]["document"]
        } else {
            &json["due_now"]
        };
        let recurring = shown["net"]["amount"]
            .as_str()
            .expect("an amount")
            .to_owned();
        recurring.replace('.', "").parse::<i64>().expect("a number")
    };
    let (three, six) = (net("3").await, net("6").await);
    assert!(three > 0 && six > three, "{three} {six}");
    let answer = w
        .send(
            Method::POST,
            path,
            &headers,
            Some(json!({ "plan": "none" })),
        )
        .await;
    assert_eq!(
        answer.problem(),
        ("invalid_input".to_owned(), vec!["plan".to_owned()])
    );
}
