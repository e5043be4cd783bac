//! A small world that buys and sells: provider, distributor, reseller, customer and a vendor, with one product.
#![allow(dead_code, reason = "not every test uses everything")]

pub(crate) mod changes;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use tradewind_accounts::service::{self as accounts, RealmCreate};
use tradewind_accounts::types::{AccountCreate, PersonInput, TermsInput};
use tradewind_accounts::{PasswordCost, Passwords};
use tradewind_billing::service::{self as billing, PaymentGateway, PortFuture, TransferRecord};
use tradewind_billing::types::{
    Attempt, CardInput, DocumentSummary, GatewayOutcome, GatewayStep, Tokenised,
};
use tradewind_catalogue::{service as catalogue, types::*};
use tradewind_connectors::{HttpClient, HttpClientConfig, HttpTaxEngine};
use tradewind_flows::order::{PlaceInput, order_place};
use tradewind_flows::quote::{PurchaseInput, QuoteView, quote_purchase};
use tradewind_flows::{Outside, wire};
use tradewind_fulfilment::service as fulfilment;
use tradewind_fulfilment::types::{Delivery, DeliveryReport, ReportOutcome};
use tradewind_kernel::calendar::Cadence;
use tradewind_kernel::id::{AccountId, OrderId, PriceBookId, RealmId, SubscriptionId};
use tradewind_kernel::page::PageRequest;
use tradewind_kernel::{Currency, Date, Decimal, Error, Result, Text, Timestamp};
use tradewind_orders::service as orders;
use tradewind_orders::types::{OrderDetail, SubscriptionDetail};
use tradewind_platform::port::{Mailer, OutgoingMail};
use tradewind_platform::{BoxFuture, Migration, OpCtx, Platform, RealmMode, realm};
use tradewind_pricing::PriceModel;
use tradewind_testkit::{TestPlatform, each_platform};

/// Every table that the processes touch, in the order of the house.
pub(crate) const MIGRATIONS: &[&[Migration]] = &[
    tradewind_accounts::MIGRATIONS,
    tradewind_tax::MIGRATIONS,
    tradewind_catalogue::MIGRATIONS,
    tradewind_orders::MIGRATIONS,
    tradewind_fulfilment::MIGRATIONS,
    tradewind_metering::MIGRATIONS,
    tradewind_billing::MIGRATIONS,
    tradewind_connectors::MIGRATIONS,
];

/// Keeps the subjects of mails instead of sending them.
#[derive(Debug, Clone, Default)]
pub(crate) struct Letterbox(Arc<Mutex<Vec<String>>>);

impl Letterbox {
    pub(crate) fn subjects(&self) -> Vec<String> {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }
}

impl Mailer for Letterbox {
    fn send<'a>(&'a self, mail: &'a OutgoingMail) -> BoxFuture<'a, Result<()>> {
        Box::pin(async move {
            self.0
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .push(mail.subject.clone());
            Ok(())
        })
    }
}

/// A gateway for people who pay by transfer: it keeps cards, and takes no money from them.
struct NoCards;

impl PaymentGateway for NoCards {
    fn name(&self) -> &'static str {
        "none"
    }

    fn tokenise<'a>(&'a self, card: &'a CardInput) -> PortFuture<'a, Tokenised> {
        Box::pin(async {
            Ok(Tokenised {
                token: "kept".to_owned(),
                brand: "none".to_owned(),
                last4: card.number.chars().skip(12).collect(),
                expires: card.expires.clone(),
            })
        })
    }

    fn charge<'a>(&'a self, _: &'a Attempt) -> PortFuture<'a, GatewayOutcome> {
        Box::pin(async { Err(Error::refused("no_cards", "cards are not taken here")) })
    }

    fn confirm<'a>(&'a self, _: &'a Attempt) -> PortFuture<'a, GatewayOutcome> {
        Box::pin(async { Err(Error::refused("no_cards", "cards are not taken here")) })
    }

    fn step<'a>(&'a self, _: &'a GatewayStep) -> PortFuture<'a, GatewayOutcome> {
        Box::pin(async { Err(Error::refused("no_cards", "cards are not taken here")) })
    }
}

pub(crate) struct World {
    pub(crate) reseller_book: PriceBookId,
    pub(crate) test: TestPlatform,
    pub(crate) realm: RealmId,
    pub(crate) provider: AccountId,
    pub(crate) distributor: AccountId,
    pub(crate) reseller: AccountId,
    pub(crate) customer: AccountId,
    pub(crate) vendor: AccountId,
    pub(crate) product: ProductDetail,
    pub(crate) letters: Letterbox,
}

/// Runs a test in a fresh world on each engine.
pub(crate) async fn each_world<F, T>(test: F)
where
    F: Fn(World) -> T,
    T: Future<Output = ()>,
{
    each_platform(MIGRATIONS, |platform| async {
        test(World::new(platform).await).await
    })
    .await;
}

pub(crate) fn dec(text: &str) -> Decimal {
    text.parse().expect("a decimal")
}

pub(crate) fn day(text: &str) -> Date {
    text.parse().expect("a date")
}

impl World {
    pub(crate) async fn new(test: TestPlatform) -> Self {
        let p = &test.platform;
        let letters = Letterbox::default();
        let gateway = gateway();
        wire(
            p,
            &Outside {
                mailer: Arc::new(letters.clone()),
                gateway,
                register: None,
                tax_engine: Some(Arc::new(engine())),
                public_url: "http://localhost".to_owned(),
            },
        );

        let passwords = Passwords::new(PasswordCost::LOWEST).expect("a cost");
        let create = RealmCreate {
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
        };
        let created = accounts::realm_create(p, &passwords, &create)
            .await
            .expect("a realm");
        let realm = created.realm;
        let ctx = p.system(realm).await.expect("a context");
        let provider = created.provider.id;
        let add = async |kind: &str, name: &str, parent: AccountId| {
            let input = account(kind, name, Some(parent));
            accounts::account_create(p, &ctx, &input)
                .await
                .expect("an account")
                .account
                .id
        };
        let vendor = add("vendor", "Vendor", provider).await;
        let distributor = add("distributor", "Distributor", provider).await;
        let reseller = add("reseller", "Reseller", distributor).await;
        let customer = add("customer", "Customer", reseller).await;
        let product = product(p, &ctx, vendor).await;
        book(p, &ctx, vendor, list_prices(&product)).await;
        book(p, &ctx, provider, vec![markup("8")]).await;
        book(p, &ctx, distributor, vec![markup("10")]).await;
        let reseller_book = book(p, &ctx, reseller, vec![markup("20")]).await;
        tradewind_flows::daily::schedule(p, &ctx)
            .await
            .expect("a daily run");
        Self {
            reseller_book,
            realm,
            provider,
            distributor,
            reseller,
            customer,
            vendor,
            product,
            letters,
            test,
        }
    }

    pub(crate) fn p(&self) -> &Platform {
        &self.test.platform
    }

    /// The platform itself, now.
    pub(crate) async fn ctx(&self) -> OpCtx {
        self.p().system(self.realm).await.expect("a context")
    }

    /// Who asks tax engines.
    pub(crate) fn engine(&self) -> HttpTaxEngine {
        engine()
    }

    /// The reseller's prices have their taxes in them from the second day on.
    pub(crate) async fn with_tax_in_prices(&self) {
        self.sells(
            Policies {
                tax_included: true,
                ..Policies::default()
            },
            "2024-01-11",
            "20",
        )
        .await;
    }

    pub(crate) fn plan(&self, code: &str) -> &Plan {
        self.product
            .plans
            .iter()
            .find(|plan| plan.code == code)
            .expect("a plan")
    }

    pub(crate) fn wanted(&self, plan: &str, seats: &str) -> PurchaseInput {
        PurchaseInput {
            packages: Default::default(),
            customer_id: self.customer,
            product_id: self.product.product.id,
            plan_id: self.plan(plan).id,
            name: None,
            quantities: BTreeMap::from([("seats".to_owned(), dec(seats))]),
            parameters: BTreeMap::new(),
            accepted_terms: None,
            coupon: None,
            align_with: None,
        }
    }

    /// Quotes and orders seats of a plan, and lets the order go as far as it goes.
    pub(crate) async fn order(&self, plan: &str, seats: &str) -> (QuoteView, OrderDetail) {
        let ctx = self.ctx().await;
        let quote = quote_purchase(self.p(), &ctx, &self.wanted(plan, seats))
            .await
            .expect("a quote");
        let order = order_place(self.p(), &ctx, &PlaceInput { quote_id: quote.id })
            .await
            .expect("an order");
        self.test.drain().await;
        (quote, self.see(order.order.id).await)
    }

    /// Orders, pays and delivers.
    pub(crate) async fn subscribe(&self, plan: &str, seats: &str) -> SubscriptionId {
        let (_, order) = self.order(plan, seats).await;
        self.pay_all().await;
        self.deliver_all().await;
        let order = self.see(order.order.id).await;
        assert_eq!(order.order.state.as_str(), "completed", "{order:#?}");
        order.order.subscription_id
    }

    /// How many orders there are.
    pub(crate) async fn order_count(&self) -> usize {
        let query = orders::OrderQuery::default();
        let page = orders::order_list(self.p(), &self.ctx().await, &query).await;
        page.expect("orders").items.len()
    }

    pub(crate) async fn see(&self, id: OrderId) -> OrderDetail {
        orders::order_get(self.p(), &self.ctx().await, id)
            .await
            .expect("the order")
    }

    pub(crate) async fn subscription(&self, id: SubscriptionId) -> SubscriptionDetail {
        orders::subscription_get(self.p(), &self.ctx().await, id)
            .await
            .expect("the subscription")
    }

    pub(crate) async fn waiting(&self) -> Vec<Delivery> {
        let query = fulfilment::ListQuery {
            filter: "state:waiting".to_owned(),
            ..Default::default()
        };
        fulfilment::delivery_list(self.p(), &self.ctx().await, &query)
            .await
            .expect("deliveries")
            .items
    }

    /// The vendor does all that waits.
    pub(crate) async fn deliver_all(&self) {
        for delivery in self.waiting().await {
            let report = DeliveryReport {
                outcome: ReportOutcome::Succeeded,
                message: None,
            };
            fulfilment::delivery_report(self.p(), &self.ctx().await, delivery.id, report)
                .await
                .expect("a report");
        }
        self.test.drain().await;
    }

    /// The documents that the customer got, the oldest first.
    pub(crate) async fn documents(&self) -> Vec<DocumentSummary> {
        let page = PageRequest::new(Some(200), None).expect("a page");
        let query = billing::ListQuery {
            filter: format!("buyer:{}", self.customer),
            page,
            ..Default::default()
        };
        let mut all = billing::invoice_list(self.p(), &self.ctx().await, &query)
            .await
            .expect("documents")
            .items;
        all.reverse();
        all
    }

    /// The customer transfers what it owes.
    pub(crate) async fn pay_all(&self) {
        for document in self.documents().await {
            let Some(balance) = document
                .balance
                .filter(|balance| balance.status.as_str() == "open")
            else {
                continue;
            };
            let transfer = TransferRecord {
                seller_id: self.reseller,
                payer_id: self.customer,
                invoice_id: Some(document.id),
                amount: balance.open,
                reference: document.number.clone(),
                top_up: false,
                receiver_id: None,
                received_on: None,
            };
            billing::transfer_record(self.p(), &self.ctx().await, &transfer)
                .await
                .expect("a payment");
        }
        self.test.drain().await;
    }

    /// Lets time pass, with everything that is due on the way.
    pub(crate) async fn travel(&self, to: &str) {
        realm::travel(
            self.p(),
            &self.ctx().await,
            Timestamp::parse(to).expect("a time"),
        )
        .await
        .expect("the clock moves");
        self.test.drain().await;
    }

    /// The books and documents agree in everything.
    pub(crate) async fn assert_consistent(&self) {
        let findings = billing::check(self.p(), &self.ctx().await)
            .await
            .expect("a check");
        assert!(findings.is_empty(), "{findings:#?}");
    }
}

/// What keeps the customer's cards.
pub(crate) fn gateway() -> Arc<dyn PaymentGateway> {
    Arc::new(NoCards)
}

/// Calls tax engines, also on this machine, where tests listen themselves.
fn engine() -> HttpTaxEngine {
    let config = HttpClientConfig {
        allow_private_targets: true,
    };
    HttpTaxEngine::new(Arc::new(HttpClient::new(&config).expect("a client")))
}

fn account(kind: &str, name: &str, parent: Option<AccountId>) -> AccountCreate {
    AccountCreate {
        parent,
        kind: kind.to_owned(),
        name: name.to_owned(),
        country: "DE".to_owned(),
        email: format!("{kind}@example.com"),
        currency: Some("EUR".to_owned()),
        zone: Some("Europe/Berlin".to_owned()),
        terms: parent.is_some().then(|| TermsInput {
            currency: Some("EUR".to_owned()),
            ..TermsInput::default()
        }),
        ..AccountCreate::default()
    }
}

async fn product(p: &Platform, ctx: &OpCtx, vendor: AccountId) -> ProductDetail {
    let draft = ProductDraft {
        slug: "desk".to_owned(),
        name: Text::en("Desk"),
        summary: Text::en("A service."),
        description: Text::default(),
        category_id: None,
        delivery: DeliveryMode::Automatic,
        approval: Approval::None,
        tags: Vec::new(),
        features: Vec::new(),
        terms_title: Text::default(),
        terms_text: Text::default(),
        terms_version: String::new(),
        tax_category: Default::default(),
    };
    let product = catalogue::product_create(
        p,
        ctx,
        &ProductCreate {
            vendor_id: vendor,
            draft,
        },
    )
    .await
    .expect("a product");
    let quarter = Some(Cadence::parse("P3M").expect("a cadence"));
    for (position, (code, trial_days, term_cadence)) in (0..).zip([
        ("basic", 0, None),
        ("pro", 0, None),
        ("tryout", 14, None),
        ("quarter", 0, quarter),
        ("cloud", 0, None),
    ]) {
        let metered = ItemDraft {
            aggregation: Default::default(),
            meter: Some("cost".to_owned()),
            timing: Timing::Arrears,
            ..item("cost", ItemKind::Metered, 0)
        };
        let items = match code {
            "cloud" => vec![metered],
            _ => vec![
                item("setup", ItemKind::OneTime, 0),
                item("seats", ItemKind::Recurring, 1),
            ],
        };
        let create = PlanCreate {
            product_id: product.id,
            draft: PlanDraft {
                code: code.to_owned(),
                name: Text::en(code),
                description: Text::default(),
                position,
                recommended: false,
                status: PlanStatus::Published,
                billing_cadence: Cadence::MONTHLY,
                term_cadence,
                trial_days,
                auto_renew: true,
                trial_needs_payment: false,
                trial_again: false,
                notice_days: 0,
            },
            items,
        };
        catalogue::plan_create(p, ctx, &create)
            .await
            .expect("a plan");
    }
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
    catalogue::product_get(p, ctx, product.id)
        .await
        .expect("a product")
}

pub(crate) fn item(code: &str, kind: ItemKind, position: i64) -> ItemDraft {
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

/// 50 for the setup; a seat costs 10 in basic and tryout, 25 in pro.
pub(crate) fn list_prices(product: &ProductDetail) -> Vec<ListingDraft> {
    let mut all = Vec::new();
    for plan in &product.plans {
        let seat = if plan.code == "pro" { "25" } else { "10" };
        for (code, model) in [
            ("setup", PriceModel::flat(dec("50"))),
            ("seats", PriceModel::per_unit(dec(seat))),
            ("cost", passed_on()),
        ] {
            let item = plan.items.iter().find(|item| item.code == code);
            all.extend(item.map(|item| ListingDraft {
                item_id: Some(item.id),
                ..listing(ListingPrice::Absolute { model })
            }));
        }
    }
    all
}

fn listing(price: ListingPrice) -> ListingDraft {
    ListingDraft {
        product_id: None,
        plan_id: None,
        item_id: None,
        matches: BTreeMap::new(),
        price,
    }
}

fn passed_on() -> PriceModel {
    PriceModel::pass_through(dec("0"))
}

pub(crate) fn markup(percent: &str) -> ListingDraft {
    listing(ListingPrice::Markup {
        percent: dec(percent),
    })
}

async fn book(
    p: &Platform,
    ctx: &OpCtx,
    seller: AccountId,
    listings: Vec<ListingDraft>,
) -> PriceBookId {
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
        effective_on: day("2024-01-01"),
        note: String::new(),
        policies: None,
        listings,
    };
    catalogue::revision_create(p, ctx, &revision)
        .await
        .expect("a revision");
    book.id
}

/// The code of the error that something ended with.
pub(crate) fn code<T: std::fmt::Debug>(result: Result<T, Error>) -> &'static str {
    result.expect_err("it is refused").code()
}
