//! Usage over the API: reported, read by those who may, imported from a file, assigned.

use axum::{Router, body::Body};
use http::{Method, Request, StatusCode};
use http_body_util::BodyExt as _;
use serde_json::{Value, json};
use tower::ServiceExt as _;
use tradewind_accounts::{PasswordCost, Passwords, service as accounts};
use tradewind_api::{ApiConfig, ApiState};
use tradewind_kernel::id::{AccountId, PlanId, ProductId, SubscriptionId, TermsId};
use tradewind_platform::{OpCtx, Platform};
use tradewind_testkit::{TestDb, TestPlatform};

const FILE: &str = "BilledCost,BillingCurrency,ChargeCategory,ChargePeriodEnd,ChargePeriodStart,ProviderName,\
                    ServiceCategory,ServiceName,SubAccountId,ConsumedQuantity,ConsumedUnit,Id\n\
                    0.10,USD,Usage,2024-03-02,2024-03-01,AWS,Compute,Machines,517,1,Hours,1\n\
                    ten,USD,Usage,2024-03-02,2024-03-01,AWS,Compute,Machines,517,1,Hours,2\n\
                    0.30,USD,Usage,2024-03-02,2024-03-01,AWS,Compute,Machines,518,1,Hours,3\n";

struct World {
    t: TestPlatform,
    router: Router,
    provider: String,
    vendor: String,
    customer: String,
    stranger: String,
    subscription: SubscriptionId,
}

struct Answer {
    status: StatusCode,
    json: Value,
    link: String,
}

async fn account(
    p: &Platform,
    ctx: &OpCtx,
    kind: &str,
    parent: AccountId,
    name: &str,
) -> AccountId {
    let input = json!({ "kind": kind, "parent": parent, "name": name, "country": "DE", "email": "a@b.example" });
    let input = serde_json::from_value(input).unwrap();
    accounts::account_create(p, ctx, &input)
        .await
        .unwrap()
        .account
        .id
}

async fn key(p: &Platform, ctx: &OpCtx, account: AccountId) -> String {
    let input = json!({ "account": account, "name": "test", "roles": ["owner"] });
    let input = serde_json::from_value(input).unwrap();
    accounts::api_key_create(p, ctx, &input)
        .await
        .unwrap()
        .secret
        .unwrap()
}

impl World {
    async fn new() -> Self {
        let rooms = [
            tradewind_accounts::MIGRATIONS,
            tradewind_tax::MIGRATIONS,
            tradewind_catalogue::MIGRATIONS,
            tradewind_orders::MIGRATIONS,
            tradewind_metering::MIGRATIONS,
        ];
        let t = TestPlatform::open(TestDb::sqlite(), &rooms).await;
        let p = &t.platform;
        let passwords = Passwords::new(PasswordCost::LOWEST).unwrap();
        let realm = json!({
            "name": "shop", "mode": "sandbox", "password": "a long enough phrase",
            "provider": { "kind": "provider", "name": "Provider", "country": "DE", "currency": "EUR",
                          "zone": "Europe/Berlin", "email": "office@provider.example" },
            "owner": { "email": "ada@provider.example", "name": "Ada" },
        });
        let realm = serde_json::from_value(realm).unwrap();
        let realm = accounts::realm_create(p, &passwords, &realm).await.unwrap();
        let ctx = p.system(realm.realm).await.unwrap();
        let provider = realm.provider.id;
        let vendor = account(p, &ctx, "vendor", provider, "Vendor").await;
        let reseller = account(p, &ctx, "reseller", provider, "Reseller").await;
        let customer = account(p, &ctx, "customer", reseller, "Customer").await;
        let stranger = account(p, &ctx, "customer", reseller, "Stranger").await;
        let leg = |seller: AccountId, buyer: AccountId| json!({ "seller_id": seller, "buyer_id": buyer, "currency": "EUR", "terms_id": TermsId::generate() });
        let order = json!({
            "kind": "purchase", "customer_id": customer, "seller_id": reseller, "vendor_id": vendor,
            "product_id": ProductId::generate(), "plan_id": PlanId::generate(), "quote_id": null,
            "input": {}, "preview": {}, "due_now": { "amount": "0.00", "currency": "EUR" },
            "flow": { "approval": false, "payment": false, "delivery": false },
            "subscription": { "is": "new", "name": "Cloud", "zone": "UTC", "auto_renew": true, "items": [],
                "parameters": [], "terms_from": "2024-03-01",
                "legs": [leg(vendor, provider), leg(provider, reseller), leg(reseller, customer)] },
        });
        let order: tradewind_orders::types::OrderCreate = serde_json::from_value(order).unwrap();
        let keys = p.keys().clone();
        let placed = p
            .command(&ctx, "test.order", &order, move |w, order| {
                let keys = keys.clone();
                Box::pin(async move {
                    tradewind_orders::service::order_create_in(w, &keys, order).await
                })
            })
            .await
            .unwrap();
        let state = ApiState::new(p.clone(), passwords, ApiConfig::default());
        Self {
            router: tradewind_api::router(state),
            provider: key(p, &ctx, provider).await,
            vendor: key(p, &ctx, vendor).await,
            customer: key(p, &ctx, customer).await,
            stranger: key(p, &ctx, stranger).await,
            subscription: placed.order.subscription_id,
            t,
        }
    }

    async fn send(
        &self,
        method: Method,
        path: &str,
        key: &str,
        kind: &str,
        body: String,
    ) -> Answer {
        let request = Request::builder()
            .method(method)
            .uri(format!("/api/v1{path}"))
            .header("authorization", format!("Bearer {key}"))
            .header("content-type", kind)
            .body(Body::from(body))
            .unwrap();
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = body.collect().await.unwrap().to_bytes();
        let link = parts
            .headers
            .get("link")
            .and_then(|link| link.to_str().ok());
        Answer {
            status: parts.status,
            json: serde_json::from_slice(&bytes).unwrap_or_default(),
            link: link.unwrap_or_default().to_owned(),
        }
    }

    async fn get(&self, path: &str, key: &str) -> Answer {
        self.send(Method::GET, path, key, "application/json", String::new())
            .await
    }

    async fn post(&self, path: &str, key: &str, body: &Value) -> Answer {
        self.send(
            Method::POST,
            path,
            key,
            "application/json",
            body.to_string(),
        )
        .await
    }

    async fn csv(&self, path: &str, key: &str, body: &str) -> Answer {
        self.send(
            Method::POST,
            path,
            key,
            "text/csv; charset=utf-8",
            body.to_owned(),
        )
        .await
    }
}

fn record(subscription: SubscriptionId, id: &str) -> Value {
    json!({ "source": "meter", "external_id": id, "subscription_id": subscription, "meter": "traffic",
            "starts_at": "2024-03-10T10:00:00Z", "ends_at": "2024-03-10T11:00:00Z", "quantity": "1.25", "unit": "GB",
            "cost": "2.5", "currency": "USD" })
}

#[tokio::test]
async fn usage_is_reported_by_the_vendor_and_read_by_those_concerned() {
    let w = World::new().await;
    let records: Vec<Value> = (0..3)
        .map(|n| record(w.subscription, &n.to_string()))
        .collect();
    let batch = json!({ "records": records });
    let done = w.post("/usage", &w.vendor, &batch).await;
    assert_eq!(
        (done.status, &done.json["accepted"]),
        (StatusCode::OK, &json!(3))
    );
    let refused = w.post("/usage", &w.stranger, &batch).await;
    assert_eq!(
        refused.json["outcomes"][0]["problems"][0]["code"],
        "not_found"
    );
    let extra = w
        .post("/usage", &w.vendor, &json!({ "records": [], "more": 1 }))
        .await;
    assert_eq!(extra.status, StatusCode::UNPROCESSABLE_ENTITY);
    let large = "x".repeat(2 * 1024 * 1024);
    let mut big = record(w.subscription, "big");
    big["attributes"] = json!({ "note": large });
    let refused = w
        .post("/usage", &w.vendor, &json!({ "records": [big] }))
        .await;
    assert_eq!(
        refused.json["outcomes"][0]["problems"][0]["field"],
        "attributes.note"
    );

    let path = format!("/subscriptions/{}/usage", w.subscription);
    let first = w
        .get(&format!("{path}?month=2024-03&limit=2"), &w.customer)
        .await;
    assert_eq!(first.status, StatusCode::OK, "{}", first.json);
    assert_eq!(first.json["items"].as_array().unwrap().len(), 2);
    assert_eq!(first.json["items"][0]["quantity"], "1.25");
    assert_eq!(first.json["items"][0]["cost"], Value::Null);
    let next = first
        .link
        .strip_prefix("</api/v1")
        .and_then(|l| l.split('>').next())
        .unwrap();
    let second = w.get(next, &w.vendor).await;
    assert_eq!(second.json["items"][0]["external_id"], "2");
    assert_eq!(second.json["items"][0]["cost"], "2.5");
    assert_eq!(second.json["next"], Value::Null);
    let totals = format!("/subscriptions/{}/usage-totals", w.subscription);
    let seen = w.get(&totals, &w.customer).await;
    assert_eq!(seen.json["items"][0]["quantity"], "3.75");
    assert_eq!(
        w.get(&format!("{totals}?before=2024-03-01"), &w.customer)
            .await
            .json["items"],
        json!([])
    );
    for path in [&path, &totals] {
        assert_eq!(w.get(path, &w.stranger).await.status, StatusCode::NOT_FOUND);
    }
    for wrong in [
        "month=2024",
        "month=2024-13",
        "limit=0",
        "after=x",
        "page=2",
    ] {
        let refused = w.get(&format!("{path}?{wrong}"), &w.customer).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{wrong}");
    }
}

#[tokio::test]
async fn usage_after_the_window_waits_for_the_provider_and_the_vendor_sees_its_state() {
    let w = World::new().await;
    // What was used in March 2024 comes much later, by the clock of the realm.
    let put = |body: Value, key: String| {
        let w = &w;
        async move {
            let body = body.to_string();
            let path = "/late-usage/policy";
            w.send(Method::PUT, path, &key, "application/json", body)
                .await
        }
    };
    let policy = json!({ "window_days": 10, "late_as": "current_period" });
    assert_eq!(
        put(policy.clone(), w.vendor.clone()).await.status,
        StatusCode::NOT_FOUND
    );
    let wrong = json!({ "window_days": 3661, "late_as": "current_period" });
    let refused = put(wrong, w.provider.clone()).await;
    assert_eq!(refused.json["problems"][0]["field"], "window_days");
    assert_eq!(put(policy.clone(), w.provider.clone()).await.json, policy);
    assert_eq!(w.get("/late-usage/policy", &w.provider).await.json, policy);

    let mut old = record(w.subscription, "old");
    old["starts_at"] = json!("2020-03-10T10:00:00Z");
    let batch = json!({ "records": [old] });
    let done = w.post("/usage", &w.vendor, &batch).await;
    assert_eq!(
        done.json["outcomes"][0]["status"], "review",
        "{}",
        done.json
    );
    assert_eq!(
        (&done.json["review"], &done.json["accepted"]),
        (&json!(1), &json!(0))
    );
    let again = w.post("/usage", &w.vendor, &batch).await;
    assert_eq!(again.json["outcomes"][0]["status"], "duplicate");

    let own = format!("/subscriptions/{}/late-usage", w.subscription);
    let seen = w.get(&own, &w.vendor).await;
    assert_eq!(seen.json["items"][0]["state"], "waiting", "{}", seen.json);
    assert_eq!(seen.json["items"][0]["period_on"], "2020-03-01");
    assert_eq!(seen.json["items"][0]["record"]["cost"], "2.5");
    let customers = w.get(&own, &w.customer).await;
    assert_eq!(customers.json["items"][0]["record"]["cost"], Value::Null);
    assert_eq!(w.get(&own, &w.stranger).await.status, StatusCode::NOT_FOUND);
    for key in [&w.vendor, &w.customer] {
        assert_eq!(
            w.get("/late-usage", key).await.status,
            StatusCode::NOT_FOUND
        );
    }

    let names = json!([{ "source": "meter", "external_id": "old" }]);
    let decide = |decision: &str, reason: &str| json!({ "records": names, "decision": decision, "reason": reason });
    let refused = w
        .post("/late-usage/decide", &w.vendor, &decide("count", ""))
        .await;
    assert_eq!(refused.status, StatusCode::NOT_FOUND);
    let refused = w
        .post("/late-usage/decide", &w.provider, &decide("discard", ""))
        .await;
    assert_eq!(refused.json["problems"][0]["field"], "reason");
    let path = "/late-usage/decide";
    let done = w
        .post(path, &w.provider, &decide("discard", "Settled by hand"))
        .await;
    let said = json!({ "changed": 1, "unchanged": 0, "more": false });
    assert_eq!(done.json, said, "{}", done.json);
    let seen = w.get(&own, &w.vendor).await;
    assert_eq!(seen.json["items"][0]["state"], "discarded");
    assert_eq!(seen.json["items"][0]["reason"], "Settled by hand");
    assert_eq!(seen.json["items"][0]["decided_by"], "");
    let waiting = w.get("/late-usage?state=waiting", &w.provider).await;
    assert_eq!(waiting.json["items"], json!([]));
}

#[tokio::test]
async fn a_file_is_imported_and_what_waits_is_assigned() {
    let w = World::new().await;
    let path = "/usage-imports?file_name=march.csv";
    for who in [&w.vendor, &w.customer] {
        let refused = w.csv(path, who, FILE).await;
        assert_eq!(refused.status, StatusCode::NOT_FOUND);
    }
    let json = w
        .send(
            Method::POST,
            path,
            &w.provider,
            "application/json",
            FILE.to_owned(),
        )
        .await;
    assert_eq!(json.status, StatusCode::UNSUPPORTED_MEDIA_TYPE);
    let dry = w
        .csv(&format!("{path}&dry_run=true"), &w.provider, FILE)
        .await;
    assert_eq!(dry.json["problems"][0]["field"], "dry_run", "{}", dry.json);

    let failed = w
        .csv(&format!("{path}&on_error=abort"), &w.provider, FILE)
        .await;
    assert_eq!(
        (failed.status, &failed.json["state"]),
        (StatusCode::CREATED, &json!("failed"))
    );
    let done = w.csv(path, &w.provider, FILE).await;
    assert_eq!(done.json["state"], "done");
    assert_eq!(
        (&done.json["held"], &done.json["rejected"]),
        (&json!(2), &json!(1))
    );
    assert_eq!(done.json["problems"][0]["row"], 3);
    assert_eq!(done.json["problems"][0]["column"], "BilledCost");
    let id = done.json["id"].as_str().unwrap();
    assert_eq!(
        w.get(&format!("/usage-imports/{id}"), &w.provider)
            .await
            .json,
        done.json
    );
    let listed = w.get("/usage-imports?limit=1", &w.provider).await;
    assert_eq!(listed.json["items"][0]["id"], id);
    assert!(listed.link.contains("rel=\"next\""));

    let held = w
        .get(
            "/held-usage?state=held&source=AWS&sub_account=518",
            &w.provider,
        )
        .await;
    assert_eq!(held.json["items"][0]["record"]["cost"], "0.30");
    assert_eq!(held.json["items"].as_array().unwrap().len(), 1);
    let half = w.get("/held-usage?source=AWS", &w.provider).await;
    assert_eq!(half.json["problems"][0]["field"], "sub_account");

    let assignment =
        json!({ "source": "AWS", "external_id": "517", "subscription_id": w.subscription });
    let refused = w
        .post("/sub-accounts/assign", &w.customer, &assignment)
        .await;
    assert_eq!(refused.status, StatusCode::NOT_FOUND);
    let assigned = w
        .post("/sub-accounts/assign", &w.provider, &assignment)
        .await;
    assert_eq!(assigned.json, json!({ "released": 1 }));
    let mapping = format!(
        "source,sub_account,subscription\nAWS,517,{0}\nAWS,518,{0}\n",
        w.subscription
    );
    let many = "/sub-accounts/assign-many";
    assert_eq!(
        w.csv(many, &w.vendor, &mapping).await.status,
        StatusCode::NOT_FOUND
    );
    let wrong = w
        .csv(many, &w.provider, &format!("{mapping}AWS,519,sub_x\n"))
        .await;
    assert_eq!(wrong.json["problems"][0]["field"], "rows.4.subscription");
    let mapped = w.csv(many, &w.provider, &mapping).await;
    assert_eq!(
        mapped.json,
        json!({ "assigned": 1, "unchanged": 1, "released": 1 })
    );
    let accounts = w.get("/sub-accounts", &w.provider).await;
    assert_eq!(
        accounts.json["items"][1]["subscription_id"],
        w.subscription.to_string()
    );
    assert_eq!(accounts.json["items"][1]["held"], 0);
    for path in ["/usage-imports", "/held-usage", "/sub-accounts"] {
        assert_eq!(
            w.get(path, &w.customer).await.status,
            StatusCode::NOT_FOUND,
            "{path}"
        );
    }
    let totals = format!("/subscriptions/{}/usage-totals", w.subscription);
    assert_eq!(
        w.get(&totals, &w.provider).await.json["items"][0]["cost"],
        "0.40"
    );
    drop(w.t);
}
