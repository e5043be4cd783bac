//! A small world behind the API: provider, two resellers, a customer each, people and keys.
#![allow(dead_code, unreachable_pub)]

pub mod goods;
pub mod sale;

use std::sync::Arc;

use axum::{Router, body::Body};
use http::{HeaderMap, Method, Request, StatusCode};
use http_body_util::BodyExt as _;
use serde_json::Value;
use tower::ServiceExt as _;
use tradewind_accounts::{
    PasswordCost, Passwords,
    service::{RealmCreate, account_create, api_key_create, chain_get, realm_create, sign_in},
    types::{AccountCreate, ApiKeyCreate, PersonInput, SignIn},
};
use tradewind_api::{ApiConfig, ApiState};
use tradewind_connectors::{
    HttpClient, HttpClientConfig, HttpTaxEngine, SandboxGateway, StripeGateway, StripeSet,
    stripe_set,
};
use tradewind_kernel::id::{AccountId, ApiKeyId, RealmId, RelationshipId, SessionId, UserId};
use tradewind_platform::{Migration, OpCtx, Platform, RealmMode, stmts};
use tradewind_policy::Role;
use tradewind_testkit::{TestDb, TestPlatform};

pub const PASSWORD: &str = "a long enough phrase";

/// The rooms behind the operations, in the order of the house.
const ROOMS: &[&[Migration]] = &[
    tradewind_accounts::MIGRATIONS,
    tradewind_tax::MIGRATIONS,
    tradewind_catalogue::MIGRATIONS,
    tradewind_orders::MIGRATIONS,
    tradewind_fulfilment::MIGRATIONS,
    tradewind_metering::MIGRATIONS,
    tradewind_billing::MIGRATIONS,
    tradewind_connectors::MIGRATIONS,
];

stmts! {
    /// Entries of the audit log: every change leaves one.
    AUDITS = "SELECT COUNT(*) AS total FROM audit";
}

/// An account with the secret of a key that has all rights there.
pub struct Party {
    pub id: AccountId,
    pub key: String,
    pub key_id: ApiKeyId,
}

pub struct World {
    pub t: TestPlatform,
    pub router: Router,
    pub passwords: Passwords,
    pub realm: RealmId,
    pub provider: Party,
    pub reseller: Party,
    pub other_reseller: Party,
    pub customer: Party,
    pub vendor: Party,
    /// What the reseller has sold to the customer.
    pub sale: sale::Sale,
    /// What there is to buy.
    pub goods: goods::Goods,
    pub relationship: RelationshipId,
    /// The provider's owner, with a session.
    pub ada: UserId,
    pub session: SessionId,
    pub token: String,
    pub csrf: String,
}

pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub text: String,
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|e| panic!("{e}: {}", self.text))
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default()
    }

    /// Code and fields of a problem.
    pub fn problem(&self) -> (String, Vec<String>) {
        assert_eq!(self.header("content-type"), "application/problem+json");
        let json = self.json();
        assert_eq!(json["status"], self.status.as_u16());
        assert_eq!(json["request_id"], self.header("x-request-id"));
        let fields = json["problems"].as_array().cloned().unwrap_or_default();
        let fields = fields
            .iter()
            .map(|f| f["field"].as_str().unwrap_or("?").to_owned());
        (
            json["code"].as_str().unwrap_or("?").to_owned(),
            fields.collect(),
        )
    }
}

/// Calls tax engines, at public addresses only.
fn tax_engine() -> HttpTaxEngine {
    let http = HttpClient::new(&HttpClientConfig::default()).expect("a client");
    HttpTaxEngine::new(Arc::new(http))
}

/// A Stripe that never answers, with an account of a seller.
async fn stripe(p: &Platform, ctx: &OpCtx, seller: AccountId) -> StripeGateway {
    let keys = StripeSet {
        publishable_key: "pk_test_0123456789".to_owned(),
        secret_key: "sk_test_0123456789".to_owned(),
        webhook_secret: "whsec_test_0123456789".to_owned(),
    };
    stripe_set(p, ctx, seller, &keys)
        .await
        .expect("an account at Stripe");
    let config = HttpClientConfig {
        allow_private_targets: false,
    };
    let http = Arc::new(HttpClient::new(&config).expect("a client"));
    StripeGateway::new(
        p.clone(),
        http,
        "http://127.0.0.1:9",
        "https://shop.example",
    )
}

impl World {
    pub async fn new() -> Self {
        Self::with(TestDb::sqlite(), ApiConfig::default()).await
    }

    pub async fn with(db: TestDb, config: ApiConfig) -> Self {
        let t = TestPlatform::open(db, ROOMS).await;
        let p = &t.platform;
        let passwords = Passwords::new(PasswordCost::LOWEST).expect("a valid cost");
        let realm = realm_create(p, &passwords, &realm_input("shop"))
            .await
            .expect("a realm");
        let ctx = p.system(realm.realm).await.expect("a context");
        let provider = party(p, &ctx, realm.provider.id).await;
        let reseller = account(p, &ctx, provider.id, "reseller", "Nordwind").await;
        let other_reseller = account(p, &ctx, provider.id, "reseller", "Sudwind").await;
        let customer = account(p, &ctx, reseller.id, "customer", "Acme").await;
        let vendor = account(p, &ctx, provider.id, "vendor", "Mailmaker").await;
        let gateway = SandboxGateway::new(p.clone(), "https://pay.example");
        let between = sale::Between {
            vendor: vendor.id,
            provider: provider.id,
            reseller: reseller.id,
            customer: customer.id,
        };
        let sale = sale::sale(p, &ctx, &gateway, &between).await;
        let goods = goods::goods(p, &ctx, &between).await;
        let chain = chain_get(p, &ctx, customer.id).await.expect("a chain");
        let input = SignIn {
            email: "ada@provider.example".into(),
            password: PASSWORD.into(),
            ..SignIn::default()
        };
        let signed_in = sign_in(p, &passwords, &ctx, &input)
            .await
            .expect("signed in");
        let state = ApiState::new(p.clone(), passwords.clone(), config)
            .with_gateway(Arc::new(gateway))
            .with_stripe(stripe(p, &ctx, reseller.id).await)
            .with_tax_engine(Arc::new(tax_engine()));
        Self {
            router: tradewind_api::router(state),
            passwords,
            realm: realm.realm,
            provider,
            reseller,
            other_reseller,
            customer,
            vendor,
            sale,
            goods,
            relationship: chain[0].relationship.id,
            ada: signed_in.info.user.id,
            session: signed_in.info.session,
            token: signed_in.token,
            csrf: signed_in.info.csrf,
            t,
        }
    }

    /// Sends a request with these headers; the realm is named unless a header says otherwise.
    pub async fn send(
        &self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: Option<Value>,
    ) -> Answer {
        let mut request = Request::builder().method(method).uri(path);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        if body.is_some() && !headers.iter().any(|(name, _)| *name == "content-type") {
            request = request.header("content-type", "application/json");
        }
        let body = body.map_or_else(Body::empty, |body| match body {
            // A text stands for itself, so that malformed bodies can be sent.
            Value::String(text) => Body::from(text),
            json => Body::from(json.to_string()),
        });
        let request = request.body(body).expect("a request");
        let response = self
            .router
            .clone()
            .oneshot(request)
            .await
            .expect("an answer");
        let (parts, body) = response.into_parts();
        let bytes = body.collect().await.expect("a body").to_bytes();
        Answer {
            status: parts.status,
            headers: parts.headers,
            // Files are no text; what a test asks of them is in what is.
            text: String::from_utf8_lossy(&bytes).into_owned(),
        }
    }

    pub async fn get(&self, path: &str, secret: &str) -> Answer {
        let bearer = format!("Bearer {secret}");
        self.send(Method::GET, path, &[("authorization", &bearer)], None)
            .await
    }

    pub async fn post(&self, path: &str, secret: &str, body: Value) -> Answer {
        let bearer = format!("Bearer {secret}");
        self.send(
            Method::POST,
            path,
            &[("authorization", &bearer)],
            Some(body),
        )
        .await
    }

    /// The version of what an operation changes.
    pub fn version_for(&self, operation: &str) -> i64 {
        match operation {
            "replaceProduct" | "publishProduct" | "withdrawProduct" | "replaceParameter" => 2,
            _ => 1,
        }
    }

    pub async fn audits(&self) -> i64 {
        self.t.number(&AUDITS).await
    }
}

pub fn realm_input(name: &str) -> RealmCreate {
    RealmCreate {
        name: name.into(),
        mode: RealmMode::Sandbox,
        starts_at: None,
        provider: AccountCreate {
            name: "Provider".into(),
            country: "DE".into(),
            email: "office@provider.example".into(),
            currency: Some("EUR".into()),
            zone: Some("Europe/Berlin".into()),
            slug: Some("provider".into()),
            ..AccountCreate::default()
        },
        owner: PersonInput {
            email: "ada@provider.example".into(),
            name: "Ada".into(),
            locale: None,
        },
        password: PASSWORD.into(),
    }
}

async fn account(p: &Platform, ctx: &OpCtx, parent: AccountId, kind: &str, name: &str) -> Party {
    let slug = (kind == "reseller").then(|| name.to_lowercase());
    let input = AccountCreate {
        parent: Some(parent),
        kind: kind.into(),
        name: name.into(),
        country: "DE".into(),
        email: format!("office@{}.example", name.to_lowercase()),
        slug,
        ..AccountCreate::default()
    };
    let created = account_create(p, ctx, &input).await.expect("an account");
    party(p, ctx, created.account.id).await
}

async fn party(p: &Platform, ctx: &OpCtx, id: AccountId) -> Party {
    let input = ApiKeyCreate {
        account: id,
        name: "test".into(),
        roles: vec![Role::Owner],
        scopes: None,
        expires_at: None,
    };
    let created = api_key_create(p, ctx, &input).await.expect("a key");
    Party {
        id,
        key: created.secret.expect("shown"),
        key_id: created.key.id,
    }
}
