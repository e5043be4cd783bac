//! Refusals speak the caller's language; the code and the English details stay.

mod common;

use common::World;
use http::{Method, StatusCode};
use serde_json::{Value, json};
use tradewind_platform::{args, stmts};

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
async fn who_has_signed_in_is_answered_in_their_own_language() {
    stmts! {
        /// The person reads German.
        GERMAN = "UPDATE app_user SET locale = 'de' WHERE realm_id = $1 AND id = $2";
    }
    assert_eq!(statements().len(), 1);
    let w = World::new().await;
    let mut tx = w.t.platform.db().begin().await.expect("a transaction");
    let changed = tx.exec(&GERMAN, args![w.realm, w.ada]).await;
    assert_eq!(changed.expect("changed"), 1);
    tx.commit().await.expect("committed");
    let cookie = format!("tradewind_session={}", w.token);
    let bearer = format!("Bearer {}", w.token);
    let said = async |headers: &[(&str, &str)], method: Method, path: &str| {
        let answer = w.send(method, path, headers, None).await;
        assert!(!answer.status.is_success(), "{}", answer.text);
        let detail = answer.json()["detail"]
            .as_str()
            .unwrap_or_default()
            .to_owned();
        (answer.header("content-language").to_owned(), detail)
    };
    let path = "/api/v1/orders/ord_00000000000000000000000000";
    for credential in [
        ("cookie", cookie.as_str()),
        ("authorization", bearer.as_str()),
    ] {
        let (language, german) = said(&[credential], Method::GET, path).await;
        assert_eq!(language, "de", "{german}");
        // What was asked for comes first; a language that we do not speak is no wish.
        let asked = [credential, ("accept-language", "en")];
        let (language, english) = said(&asked, Method::GET, path).await;
        assert_eq!(language, "en");
        assert_ne!(german, english);
        let asked = [credential, ("accept-language", "fr")];
        assert_eq!(said(&asked, Method::GET, path).await.1, german);
    }
    // Refused on the way in, before anything was looked at.
    let (language, _) = said(&[("cookie", &cookie)], Method::DELETE, path).await;
    assert_eq!(language, "en", "no such method: nobody was asked who calls");
    let cookie = [("cookie", cookie.as_str())];
    let (language, _) = said(&cookie, Method::POST, "/api/v1/me/email-verification").await;
    assert_eq!(language, "de", "the token of the session is missing");
    // Keys have no language.
    let key = format!("Bearer {}", w.provider.key);
    let (language, _) = said(&[("authorization", &key)], Method::GET, path).await;
    assert_eq!(language, "en");
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
