//! Selling over the API: from the shelf to the subscription as its vendor reads it.

mod common;

use common::World;
use http::{Method, StatusCode};
use serde_json::{Value, json};

async fn changed(w: &World, secret: &str, path: &str, version: Option<&str>, body: Value) -> u16 {
    let bearer = format!("Bearer {secret}");
    let mut headers = vec![("authorization", bearer.as_str())];
    headers.extend(version.map(|version| ("if-match", version)));
    let answer = w.send(Method::PUT, path, &headers, Some(body)).await;
    answer.status.as_u16()
}

#[tokio::test]
async fn from_the_shelf_to_the_vendor() {
    let w = World::new().await;
    let realm = w.realm.to_string();
    let headers = [("tradewind-realm", realm.as_str())];
    let shelf = w
        .send(
            Method::GET,
            "/api/v1/offers?seller=nordwind",
            &headers,
            None,
        )
        .await
        .json();
    // List price 10, and 10 % on each of two legs.
    assert_eq!(shelf["total"], 1);
    assert_eq!(shelf["items"][0]["slug"], "mail");
    assert_eq!(shelf["items"][0]["from"]["amount"]["amount"], "12.10");

    let own = w.get("/api/v1/offers/mail", &w.customer.key).await.json();
    assert_eq!(own["offered_plans"][0]["code"], "team");
    assert_eq!(own["currency"], "EUR");

    let wanted = json!({ "customer_id": w.customer.id, "product_id": w.goods.product, "plan_id": w.goods.plan,
                         "quantities": { "seats": "3" }, "name": "Our mail" });
    let quote = w
        .post("/api/v1/quotes/purchase", &w.customer.key, wanted)
        .await;
    assert_eq!(quote.status, StatusCode::CREATED, "{}", quote.text);
    let quote = quote.json();
    let body = json!({ "quote_id": quote["id"] });
    let order = w
        .post("/api/v1/orders", &w.customer.key, body.clone())
        .await;
    assert_eq!(order.status, StatusCode::CREATED, "{}", order.text);
    let order = order.json();
    assert_eq!(order["quote_id"], quote["id"]);
    assert_eq!(order["steps"][0]["kind"], "validation");
    let twice = w.post("/api/v1/orders", &w.customer.key, body).await;
    assert_eq!(twice.status, StatusCode::CONFLICT);
    assert_eq!(twice.problem().0, "quote_used");

    let id = order["subscription_id"].as_str().expect("an id");
    let path = format!("/api/v1/subscriptions/{id}");
    let read = w.get(&path, &w.vendor.key).await;
    assert_eq!(read.status, StatusCode::OK, "{}", read.text);
    assert!(!read.header("etag").is_empty());
    let read = read.json();
    assert_eq!(read["name"], "Our mail");
    assert_eq!(read["product"]["slug"], "mail");
    assert_eq!(read["plan"]["code"], "team");
    assert_eq!(read["items"][0]["code"], "seats");
    assert_eq!(read["items"][0]["quantity"], "3");
    let orders = w.get(&format!("{path}/orders"), &w.customer.key).await;
    assert_eq!(orders.json()["items"][0]["id"], order["id"]);
}

#[tokio::test]
async fn nobody_replaces_what_has_changed_meanwhile() {
    let w = World::new().await;
    let path = format!("/api/v1/price-books/{}", w.goods.book);
    let body = json!({ "name": "Partners", "is_default": false });
    let key = &w.reseller.key;
    assert_eq!(changed(&w, key, &path, None, body.clone()).await, 428);
    assert_eq!(
        changed(&w, key, &path, Some("\"7\""), body.clone()).await,
        409
    );
    assert_eq!(w.get(&path, key).await.json()["name"], "Prices");
    assert_eq!(changed(&w, key, &path, Some("\"1\""), body).await, 200);
    assert_eq!(w.get(&path, key).await.json()["name"], "Partners");
}

#[tokio::test]
async fn rules_of_prices_are_read_strictly() {
    let w = World::new().await;
    let path = format!("/api/v1/price-books/{}/revisions", w.goods.book);
    let refused = async |rules: Value| {
        let body = json!({ "effective_on": "2024-06-01", "listings": rules });
        let answer = w.post(&path, &w.reseller.key, body).await;
        assert_eq!(
            answer.status,
            StatusCode::UNPROCESSABLE_ENTITY,
            "{}",
            answer.text
        );
        answer.problem().1
    };
    let rules = json!([{ "kind": "markup" }, { "kind": "hidden", "percent": "1" }]);
    assert_eq!(
        refused(rules).await,
        ["listings.0.percent", "listings.1.percent"]
    );
    // A misspelt condition must not become a rule for everything.
    let rules = json!([{ "kind": "markup", "percent": "1", "product": w.goods.product }]);
    assert_eq!(refused(rules).await, ["listings.0.product"]);
    let book = w
        .get(
            &format!("/api/v1/price-books/{}", w.goods.book),
            &w.reseller.key,
        )
        .await;
    assert_eq!(book.json()["revisions"], json!([]));
}
