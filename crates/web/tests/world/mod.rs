//! A small world with one reseller's shop, and a browser that remembers cookies.

mod bundle;

use std::{collections::BTreeMap, path::PathBuf, sync::Arc};

use axum::{
    Router,
    body::{Body, to_bytes},
};
use http::{Request, StatusCode, header};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use tower::ServiceExt;
use tradewind_accounts::{
    PasswordCost, Passwords,
    service::{self as accounts, RealmCreate},
    types::{AccountCreate, BankData, PersonInput, TermsInput},
};
use tradewind_billing::service::{self as billing, TransferRecord};
use tradewind_catalogue::{service as catalogue, types::*};
use tradewind_connectors::{OutboxMailer, SandboxGateway};
use tradewind_flows::{Outside, wire};
use tradewind_fulfilment::{
    service as fulfilment,
    types::{
        CredentialInput, CredentialsInput, DeliveryReport, EndpointCategory, EndpointInput,
        EndpointsInput, ReportOutcome,
    },
};
use tradewind_kernel::{
    Currency, Decimal, Text, Timestamp, calendar::Cadence, id::AccountId, id::RealmId,
};
use tradewind_platform::{Migration, OpCtx, Platform, RealmMode};
use tradewind_pricing::PriceModel;
use tradewind_testkit::{TestDb, TestPlatform};
use tradewind_web::{DemoInfo, WebState, router};

const MIGRATIONS: &[&[Migration]] = &[
    tradewind_accounts::MIGRATIONS,
    tradewind_tax::MIGRATIONS,
    tradewind_catalogue::MIGRATIONS,
    tradewind_orders::MIGRATIONS,
    tradewind_fulfilment::MIGRATIONS,
    tradewind_metering::MIGRATIONS,
    tradewind_billing::MIGRATIONS,
    tradewind_connectors::MIGRATIONS,
];

pub(crate) struct World {
    pub(crate) test: TestPlatform,
    pub(crate) realm: RealmId,
    pub(crate) reseller: AccountId,
    pub(crate) app: Router,
    outbox: PathBuf,
}

impl Drop for World {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.outbox);
    }
}

fn dec(text: &str) -> Decimal {
    text.parse().expect("a decimal")
}

impl World {
    pub(crate) async fn new() -> Self {
        let test = TestPlatform::open(TestDb::sqlite(), MIGRATIONS).await;
        let p = &test.platform;
        let passwords = Passwords::new(PasswordCost::LOWEST).expect("a cost");
        let gateway = SandboxGateway::new(p.clone(), "http://shop.test/sandbox/card");
        let outbox = std::env::temp_dir().join(format!("tradewind-web-{}", RealmId::generate()));
        let outside = Outside {
            mailer: Arc::new(OutboxMailer::new(p.clone(), &outbox)),
            gateway: Arc::new(gateway.clone()),
            register: None,
            tax_engine: None,
            public_url: "http://shop.test".to_owned(),
        };
        wire(p, &outside);
        let created = accounts::realm_create(
            p,
            &passwords,
            &RealmCreate {
                name: "world".to_owned(),
                mode: RealmMode::Sandbox,
                starts_at: Some(Timestamp::parse("2024-01-10T09:00:00Z").expect("a time")),
                provider: account("provider", "Provider", None),
                owner: PersonInput {
                    email: "owner@example.com".to_owned(),
                    name: "Owner".to_owned(),
                    locale: None,
                },
                password: "a long enough password 1".to_owned(),
            },
        )
        .await
        .expect("a realm");
        let (realm, provider) = (created.realm, created.provider.id);
        let ctx = p.system(realm).await.expect("a context");
        let add = async |kind: &str, name: &str, parent: AccountId| {
            accounts::account_create(p, &ctx, &account(kind, name, Some(parent)))
                .await
                .expect("an account")
                .account
                .id
        };
        let vendor = add("vendor", "Vendor", provider).await;
        let distributor = add("distributor", "Distributor", provider).await;
        let reseller = add("reseller", "North Shop", distributor).await;
        let product = product(p, &ctx, vendor).await;
        book(p, &ctx, vendor, list_prices(&product)).await;
        for (seller, percent) in [(provider, "8"), (distributor, "10"), (reseller, "20")] {
            let markup = ListingPrice::Markup {
                percent: dec(percent),
            };
            book(p, &ctx, seller, vec![listing(None, markup)]).await;
        }
        // The realm that every test platform has comes first; the shops answer on their host.
        let app = router(WebState {
            platform: p.clone(),
            passwords,
            gateway: Arc::new(gateway.clone()),
            sandbox: Some(gateway),
            stripe: None,
            outbox: true,
            public_url: "http://shop.test".to_owned(),
            demo: Some(Arc::new(DemoInfo::default())),
        });
        Self {
            realm,
            reseller,
            app,
            outbox,
            test,
        }
    }

    pub(crate) fn p(&self) -> &Platform {
        &self.test.platform
    }

    pub(crate) async fn ctx(&self) -> OpCtx {
        self.p().system(self.realm).await.expect("a context")
    }

    /// The reseller notes that every open invoice has been paid by transfer.
    pub(crate) async fn transfers_arrive(&self) {
        let query = billing::ListQuery {
            filter: format!("seller:{} status:open", self.reseller),
            ..billing::ListQuery::default()
        };
        let ctx = self.ctx().await;
        let open = billing::invoice_list(self.p(), &ctx, &query)
            .await
            .expect("invoices");
        assert!(!open.items.is_empty(), "something is to be paid");
        for document in open.items {
            let transfer = TransferRecord {
                seller_id: self.reseller,
                payer_id: document.buyer_id,
                invoice_id: Some(document.id),
                amount: document.balance.expect("a balance").open,
                reference: document.number.clone(),
                top_up: false,
                receiver_id: None,
                received_on: None,
            };
            let recorded = billing::transfer_record(self.p(), &ctx, &transfer).await;
            recorded.expect("a payment");
        }
        self.test.drain().await;
    }

    /// The vendor delivers all that waits, with an address and a password.
    pub(crate) async fn vendor_delivers(&self) {
        let ctx = self.ctx().await;
        let query = fulfilment::ListQuery {
            filter: "state:waiting".to_owned(),
            ..fulfilment::ListQuery::default()
        };
        let waiting = fulfilment::delivery_list(self.p(), &ctx, &query)
            .await
            .expect("deliveries");
        assert!(!waiting.items.is_empty(), "something is to be delivered");
        for delivery in waiting.items {
            let of = delivery.subscription_id;
            let links = EndpointsInput {
                endpoints: vec![EndpointInput {
                    url: "https://desk.example/login".to_owned(),
                    label: Text::en("Sign-in page"),
                    category: EndpointCategory::App,
                }],
            };
            fulfilment::access_endpoints_set(self.p(), &ctx, of, links)
                .await
                .expect("a link");
            let secrets = CredentialsInput {
                credentials: vec![CredentialInput {
                    code: "admin".to_owned(),
                    label: Text::en("Admin password"),
                    value: "correct horse".to_owned(),
                }],
            };
            fulfilment::access_credentials_set(self.p(), &ctx, of, secrets)
                .await
                .expect("a secret");
            let report = DeliveryReport {
                outcome: ReportOutcome::Succeeded,
                message: None,
            };
            fulfilment::delivery_report(self.p(), &ctx, delivery.id, report)
                .await
                .expect("a report");
        }
        self.test.drain().await;
    }
}

fn account(kind: &str, name: &str, parent: Option<AccountId>) -> AccountCreate {
    let shop = kind == "reseller";
    AccountCreate {
        parent,
        kind: kind.to_owned(),
        name: name.to_owned(),
        country: "DE".to_owned(),
        email: format!("{kind}@example.com"),
        currency: Some("EUR".to_owned()),
        zone: Some("Europe/Berlin".to_owned()),
        slug: shop.then(|| "north".to_owned()),
        host: shop.then(|| "north.test".to_owned()),
        bank: BankData {
            iban: if shop {
                "DE02120300000000202051".to_owned()
            } else {
                String::new()
            },
            ..BankData::default()
        },
        terms: parent.is_some().then(|| TermsInput {
            currency: Some("EUR".to_owned()),
            ..TermsInput::default()
        }),
        ..AccountCreate::default()
    }
}

async fn product(p: &Platform, ctx: &OpCtx, vendor: AccountId) -> ProductDetail {
    let create = ProductCreate {
        vendor_id: vendor,
        draft: ProductDraft {
            tax_category: Default::default(),
            slug: "desk".to_owned(),
            name: Text::en("Desk"),
            summary: Text::en("A help desk."),
            description: Text::en("All about it."),
            category_id: None,
            delivery: DeliveryMode::Automatic,
            approval: Approval::None,
            tags: vec!["support".to_owned()],
            features: Vec::new(),
            terms_title: Text::en("Conditions"),
            terms_text: Text::en("Be kind."),
            terms_version: "3".to_owned(),
        },
    };
    let product = catalogue::product_create(p, ctx, &create)
        .await
        .expect("a product");
    for (position, code) in (0..).zip(["basic", "pro"]) {
        let create = PlanCreate {
            product_id: product.id,
            draft: PlanDraft {
                code: code.to_owned(),
                name: Text::en(code),
                description: Text::default(),
                position,
                recommended: code == "basic",
                status: PlanStatus::Published,
                billing_cadence: Cadence::MONTHLY,
                term_cadence: None,
                trial_days: 0,
                auto_renew: true,
                trial_needs_payment: false,
                trial_again: false,
                notice_days: 0,
            },
            items: vec![
                item("setup", ItemKind::OneTime, 0),
                item("seats", ItemKind::Recurring, 1),
            ],
        };
        catalogue::plan_create(p, ctx, &create)
            .await
            .expect("a plan");
    }
    let parameter = ParameterCreate {
        product_id: product.id,
        draft: ParameterDraft {
            code: "domain".to_owned(),
            label: Text::en("Domain"),
            hint: Text::default(),
            kind: ParameterKind::Domain,
            required: true,
            pattern: None,
            choices: Vec::new(),
            sensitive: false,
            position: 0,
        },
    };
    catalogue::parameter_create(p, ctx, &parameter)
        .await
        .expect("a parameter");
    let detail = catalogue::product_get(p, ctx, product.id)
        .await
        .expect("a product");
    let publish = ProductTransition {
        id: product.id,
        version: detail.product.version,
    };
    catalogue::product_publish(p, ctx, &publish)
        .await
        .expect("a published product");
    detail
}

fn item(code: &str, kind: ItemKind, position: i64) -> ItemDraft {
    ItemDraft {
        tax_category: None,
        aggregation: Default::default(),
        code: code.to_owned(),
        name: Text::en(code),
        kind,
        unit: Text::en("unit"),
        meter: None,
        timing: Timing::Advance,
        quantity_min: dec("1"),
        quantity_max: Some(dec("1000")),
        quantity_default: dec("1"),
        quantity_step: dec("1"),
        position,
    }
}

/// 50 for the setup; a seat costs 10 in basic, 25 in pro.
fn list_prices(product: &ProductDetail) -> Vec<ListingDraft> {
    let items = product.plans.iter().flat_map(|plan| {
        plan.items.iter().map(|item| {
            let model = match (item.code.as_str(), plan.code.as_str()) {
                ("setup", _) => PriceModel::flat(dec("50")),
                (_, "pro") => PriceModel::per_unit(dec("25")),
                _ => PriceModel::per_unit(dec("10")),
            };
            listing(Some(item), ListingPrice::Absolute { model })
        })
    });
    items.collect()
}

fn listing(item: Option<&Item>, price: ListingPrice) -> ListingDraft {
    ListingDraft {
        product_id: None,
        plan_id: None,
        item_id: item.map(|item| item.id),
        matches: BTreeMap::new(),
        price,
    }
}

async fn book(p: &Platform, ctx: &OpCtx, seller: AccountId, listings: Vec<ListingDraft>) {
    let create = PriceBookCreate {
        seller_id: seller,
        name: "Prices".to_owned(),
        currency: Currency::parse("EUR").expect("a currency"),
        is_default: true,
    };
    let book = catalogue::price_book_create(p, ctx, &create)
        .await
        .expect("a book");
    let revision = RevisionCreate {
        book_id: book.id,
        effective_on: "2024-01-01".parse().expect("a date"),
        note: String::new(),
        policies: None,
        listings,
    };
    catalogue::revision_create(p, ctx, &revision)
        .await
        .expect("a revision");
}

/// An answer.
pub(crate) struct Seen {
    pub(crate) status: StatusCode,
    pub(crate) body: String,
    /// Where it leads, when it redirects.
    pub(crate) to: String,
    pub(crate) kind: String,
}

impl Seen {
    #[track_caller]
    pub(crate) fn says(&self, text: &str) -> &Self {
        assert!(
            self.body.contains(text),
            "{} does not say {text:?}:\n{}",
            self.status,
            self.body
        );
        self
    }

    #[track_caller]
    pub(crate) fn is(&self, status: u16) -> &Self {
        assert_eq!(self.status.as_u16(), status, "{}", self.body);
        self
    }

    #[track_caller]
    pub(crate) fn leads_to(&self, start: &str) -> String {
        self.is(303);
        assert!(self.to.starts_with(start), "leads to {}", self.to);
        self.to.clone()
    }

    /// The first address in the page that begins like this.
    #[track_caller]
    pub(crate) fn link(&self, start: &str) -> String {
        let at = self
            .body
            .find(&format!("href=\"{start}"))
            .unwrap_or_else(|| panic!("no link to {start}:\n{}", self.body));
        self.body[at + 6..]
            .split('"')
            .next()
            .expect("an address")
            .replace("&amp;", "&")
    }

    /// The value of a hidden field.
    #[track_caller]
    pub(crate) fn hidden(&self, name: &str) -> String {
        let start = format!("name=\"{name}\" value=\"");
        let at = self
            .body
            .find(&start)
            .unwrap_or_else(|| panic!("no field {name}:\n{}", self.body));
        self.body[at + start.len()..]
            .split('"')
            .next()
            .expect("a value")
            .replace("&#38;", "&")
            .replace("&amp;", "&")
    }

    fn csrf(&self) -> Option<String> {
        let at = self.body.find("name=\"csrf\" value=\"")?;
        self.body[at + 19..].split('"').next().map(str::to_owned)
    }
}

/// A browser: keeps cookies, and sends the token of the page it saw last with every form.
pub(crate) struct Browser {
    app: Router,
    cookies: BTreeMap<String, String>,
    pub(crate) csrf: String,
}

impl Browser {
    pub(crate) fn new(world: &World) -> Self {
        Self {
            app: world.app.clone(),
            cookies: BTreeMap::new(),
            csrf: String::new(),
        }
    }

    async fn send(&mut self, mut request: Request<Body>) -> Seen {
        let cookies: Vec<String> = self
            .cookies
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        let headers = request.headers_mut();
        if !cookies.is_empty() {
            let cookies = cookies.join("; ").parse().expect("a header");
            headers.insert(header::COOKIE, cookies);
        }
        headers.insert(header::HOST, "north.test".parse().expect("a host"));
        let answer = self.app.clone().oneshot(request).await.expect("an answer");
        let (parts, body) = answer.into_parts();
        for cookie in parts.headers.get_all(header::SET_COOKIE) {
            let pair = cookie
                .to_str()
                .expect("text")
                .split(';')
                .next()
                .unwrap_or("");
            let (name, value) = pair.split_once('=').expect("a pair");
            self.cookies.insert(name.to_owned(), value.to_owned());
        }
        let text = |name| {
            let value = parts.headers.get(name);
            value
                .map_or("", |value| value.to_str().expect("text"))
                .to_owned()
        };
        let bytes = to_bytes(body, usize::MAX).await.expect("a body");
        let seen = Seen {
            status: parts.status,
            to: text(header::LOCATION),
            kind: text(header::CONTENT_TYPE),
            body: String::from_utf8_lossy(&bytes).into_owned(),
        };
        assert!(
            parts.headers.contains_key(header::CONTENT_SECURITY_POLICY),
            "every answer has a policy"
        );
        if let Some(csrf) = seen.csrf() {
            self.csrf = csrf;
        }
        seen
    }

    pub(crate) async fn get(&mut self, path: &str) -> Seen {
        let path = path.strip_prefix("http://shop.test").unwrap_or(path);
        let request = Request::get(path).body(Body::empty()).expect("a request");
        self.send(request).await
    }

    pub(crate) async fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Seen {
        let csrf = self.csrf.clone();
        let pairs: Vec<String> = fields
            .iter()
            .copied()
            .chain([("csrf", csrf.as_str())])
            .map(|(name, value)| {
                let encode = |text| utf8_percent_encode(text, NON_ALPHANUMERIC);
                format!("{}={}", encode(name), encode(value))
            })
            .collect();
        let request = Request::post(path)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(Body::from(pairs.join("&")))
            .expect("a request");
        self.send(request).await
    }

    /// Signs up, follows the link in the mail and signs in.
    pub(crate) async fn join(&mut self, world: &World, company: &str, email: &str) {
        const PASSWORD: &str = "a long enough password 2";
        self.get("/sign-up").await.is(200).says("North Shop");
        let fields = [
            ("company", company),
            ("country", "DE"),
            ("name", "Ada"),
            ("email", email),
            ("new_password", PASSWORD),
        ];
        self.post("/sign-up", &fields).await.is(200).says(email);
        world.test.drain().await;
        let mails = self.get("/demo/outbox").await;
        let mail = self
            .get(&mails.is(200).says(email).link("/demo/outbox/"))
            .await;
        let link = mail.is(200).link("http://shop.test/verify-email?token=");
        self.get(&link).await.is(200).says("Your account is ready");
        self.get(&link).await.is(200).says("no longer valid");
        self.get("/sign-in").await.is(200);
        let wrong = [("email", email), ("password", "not it")];
        self.post("/sign-in", &wrong)
            .await
            .is(422)
            .says("do not belong together");
        let right = [("email", email), ("password", PASSWORD)];
        self.post("/sign-in", &right).await.leads_to("/my");
    }

    /// Configures and orders seats of the product, up to the page that says thank you, whose address this is.
    pub(crate) async fn order(&mut self, seats: &str, payment: &str) -> String {
        self.get("/products/desk").await.is(200);
        let fields = [("qty.seats", seats), ("param.domain", "ada.example")];
        let checkout = self.post("/products/desk/order", &fields).await;
        let checkout = checkout.leads_to("/checkout/");
        self.get(&checkout).await.is(200).says("ada.example");
        let details = [
            ("company", "Ada Ltd"),
            ("street", "Quay 1"),
            ("postal_code", "20095"),
            ("city", "Hamburg"),
            ("country", "DE"),
            ("payment", payment),
        ];
        let refused = self.post(&checkout, &details).await;
        refused.is(422).says("Please accept this");
        let accepted = [&details[..], &[("terms.3", "1")]].concat();
        self.post(&checkout, &accepted).await.leads_to("/")
    }
}
