//! Every page that can be reached by links does with a few statements, however many rows it shows: each kind of person
//! follows all links that there are, in a world where every list is longer than a page. `RUST_LOG=tradewind::statements=trace`
//! with `--nocapture` names the statements of each page.

#[allow(dead_code, reason = "not everything is needed here")]
mod world;

use std::collections::{BTreeMap, VecDeque};

use tradewind_accounts::service as accounts;
use tradewind_accounts::types::AccountCreate;
use tradewind_billing::service as billing;
use tradewind_catalogue::{service as catalogue, types::*};
use tradewind_kernel::calendar::{Period, add_days, add_months};
use tradewind_kernel::id::{AccountId, ItemId, PlanId, ProductId};
use tradewind_kernel::{Currency, Decimal, Duration, Money, Text, Zone, calendar::Cadence};
use tradewind_orders::service::{self as orders, TakenOver};
use tradewind_orders::types::{NewLeg, NewSubscription, OrderedItem};
use tradewind_platform::{OpCtx, realm};
use tradewind_pricing::PriceModel;
use world::{Browser, World};

/// Statements of one page at most.
const STATEMENTS: u64 = 10;
/// Pages of one pattern that are looked at.
const OF_PATTERN: usize = 2;
/// More than a list shows at once.
const MANY: usize = 60;

/// A product that is sold in many variants.
struct Goods {
    product: ProductId,
    plan: PlanId,
    items: Vec<OrderedItem>,
}

/// Another product beside the world's own, with prices from the vendor.
async fn goods(world: &World, ctx: &OpCtx, vendor: AccountId, number: usize) -> Goods {
    let p = world.p();
    let create = ProductCreate {
        vendor_id: vendor,
        draft: ProductDraft {
            tax_category: Default::default(),
            slug: format!("thing-{number}"),
            name: Text::en(format!("Thing {number}")),
            summary: Text::en("A thing."),
            description: Text::en("About it."),
            category_id: None,
            delivery: DeliveryMode::Manual,
            approval: Approval::None,
            tags: vec!["thing".to_owned()],
            features: Vec::new(),
            terms_title: Text::default(),
            terms_text: Text::default(),
            terms_version: String::new(),
        },
    };
    let id = catalogue::product_create(p, ctx, &create)
        .await
        .expect("a product")
        .id;
    let item = ItemDraft {
        tax_category: None,
        aggregation: Default::default(),
        code: "seats".to_owned(),
        name: Text::en("Seats"),
        kind: ItemKind::Recurring,
        unit: Text::en("seat"),
        meter: None,
        timing: Timing::Advance,
        quantity_min: Decimal::ONE,
        quantity_max: None,
        quantity_default: Decimal::ONE,
        quantity_step: Decimal::ONE,
        position: 0,
    };
    let create = PlanCreate {
        product_id: id,
        draft: PlanDraft {
            code: "only".to_owned(),
            name: Text::en("Only"),
            description: Text::default(),
            position: 0,
            recommended: true,
            status: PlanStatus::Published,
            billing_cadence: Cadence::MONTHLY,
            term_cadence: None,
            trial_days: 0,
            auto_renew: true,
            trial_needs_payment: false,
            trial_again: false,
            notice_days: 0,
        },
        items: vec![item],
    };
    let plan = catalogue::plan_create(p, ctx, &create)
        .await
        .expect("a plan");
    let publish = ProductTransition { id, version: 1 };
    catalogue::product_publish(p, ctx, &publish)
        .await
        .expect("it is for sale");
    Goods {
        product: id,
        plan: plan.id,
        items: plan
            .items
            .iter()
            .map(|item| OrderedItem {
                item_id: item.id,
                code: item.code.clone(),
                quantity: Decimal::ONE,
            })
            .collect(),
    }
}

/// Prices of the new products beside those that the vendor has.
async fn prices(world: &World, ctx: &OpCtx, vendor: AccountId, items: &[ItemId]) {
    let p = world.p();
    let books = catalogue::price_book_list(p, ctx, vendor)
        .await
        .expect("books");
    let listing = |item| ListingDraft {
        product_id: None,
        plan_id: None,
        item_id: Some(item),
        matches: BTreeMap::new(),
        price: ListingPrice::Absolute {
            model: PriceModel::per_unit(Decimal::TEN),
        },
    };
    let revision = RevisionCreate {
        book_id: books[0].book.id,
        effective_on: add_days(ctx.now.date_in(&Zone::utc()), 1).expect("a day"),
        note: String::new(),
        policies: None,
        listings: items.iter().copied().map(listing).collect(),
    };
    catalogue::revision_create(p, ctx, &revision)
        .await
        .expect("prices");
}

/// Many customers of the reseller, many products, a subscription of one for each other, invoices for all of them.
async fn fill(world: &World) -> AccountId {
    let (p, ctx) = (world.p(), world.ctx().await);
    let scope = OfferScope {
        seller: world.reseller,
        buyer: None,
        on: ctx.now.date_in(&Zone::utc()),
    };
    let desk = catalogue::offer(p, &ctx, &scope, "desk")
        .await
        .expect("an offer");
    let desk = catalogue::product_get(p, &ctx, desk.card.product_id)
        .await
        .expect("a product");
    let vendor = desk.product.vendor_id;
    let mut all = Vec::new();
    for number in 0..MANY {
        all.push(goods(world, &ctx, vendor, number).await);
    }
    let own = desk.plans.iter().flat_map(|plan| &plan.items);
    let items: Vec<ItemId> = own
        .map(|item| item.id)
        .chain(all.iter().map(|goods| goods.items[0].item_id))
        .collect();
    prices(world, &ctx, vendor, &items).await;
    // Prices begin tomorrow at the earliest.
    let tomorrow = ctx.now.plus(Duration::from_hours(24)).expect("a time");
    realm::travel(p, &ctx, tomorrow)
        .await
        .expect("a day passes");
    world.test.drain().await;
    let ctx = world.ctx().await;
    let today = ctx.now.date_in(&Zone::utc());
    let mut taken = Vec::new();
    for (number, goods) in all.iter().enumerate() {
        let create = AccountCreate {
            parent: Some(world.reseller),
            kind: "customer".to_owned(),
            name: format!("Customer {number}"),
            country: "DE".to_owned(),
            email: "office@example.com".to_owned(),
            ..AccountCreate::default()
        };
        let customer = accounts::account_create(p, &ctx, &create)
            .await
            .expect("a customer")
            .account
            .id;
        let input = (customer, goods.plan, today);
        let legs = p.command(&ctx, "test.legs", &input, |w, (customer, plan, on)| {
            Box::pin(async move {
                let chain = accounts::chain(w, *customer).await?;
                let terms = catalogue::leg_terms(w, &chain, *plan, *on).await?;
                let mut legs = Vec::new();
                let buyers = terms.iter().skip(1).map(|terms| terms.seller);
                for (terms, buyer) in terms.iter().zip(buyers.chain([*customer])) {
                    legs.push(NewLeg {
                        seller_id: terms.seller,
                        buyer_id: buyer,
                        currency: terms.currency,
                        terms_id: catalogue::terms_store(w, terms).await?,
                    });
                }
                Ok(legs)
            })
        });
        let start = add_months(today, -1).expect("a day");
        taken.push(TakenOver {
            customer_id: customer,
            seller_id: world.reseller,
            vendor_id: vendor,
            product_id: goods.product,
            plan_id: goods.plan,
            subscription: NewSubscription {
                name: "Ours".to_owned(),
                zone: Zone::utc(),
                auto_renew: true,
                items: goods.items.clone(),
                parameters: Vec::new(),
                legs: legs.await.expect("legs"),
                terms_from: start,
                external_ref: None,
                metadata: BTreeMap::new(),
            },
            since: ctx.now,
            period: Period::new(start, today).expect("a period"),
            input: serde_json::json!({}),
            preview: serde_json::json!({}),
            due_now: Money::new(1_000, Currency::EUR),
        });
    }
    p.command(&ctx, "test.take_over", &(), |w, ()| {
        let taken = &taken;
        let taken = taken.clone();
        Box::pin(async move {
            orders::subscriptions_take_over_in(w, &taken)
                .await
                .map(drop)
        })
    })
    .await
    .expect("subscriptions");
    let billed = billing::bill(p, &ctx, billing::RunStart::at_shell(today), |_| {})
        .await
        .expect("a run");
    assert_eq!(billed.problems, Vec::new());
    assert!(billed.documents >= MANY as u64, "{billed:?}");
    vendor
}

/// The address with ids left out and without the values of its query: pages of one kind have one.
fn pattern(path: &str) -> String {
    let (path, query) = path.split_once('?').unwrap_or((path, ""));
    let part = |part: &str| {
        let id = part.len() > 20 && part.contains('_');
        let numbered = part.starts_with("thing-");
        if id || numbered {
            "{}".to_owned()
        } else {
            part.to_owned()
        }
    };
    let path: Vec<String> = path.split('/').map(part).collect();
    let mut keys: Vec<&str> = query
        .split('&')
        .filter_map(|pair| pair.split('=').next())
        .filter(|key| !key.is_empty())
        .collect();
    keys.dedup();
    format!("{}?{}", path.join("/"), keys.join("&"))
}

/// The addresses of other pages here that a page leads to.
fn links(html: &str) -> Vec<String> {
    let leads_on = |path: &String| {
        let elsewhere = ["/assets/", "/api/", "/s/", "/demo", "/sign"];
        path.starts_with('/')
            && !path.starts_with("//")
            && !elsewhere.iter().any(|start| path.starts_with(start))
    };
    // What a page asks for once it is there is a page as well.
    let parts = html.split("href=\"").skip(1);
    parts
        .chain(html.split("hx-get=\"").skip(1))
        .filter_map(|rest| rest.split('"').next())
        .map(|path| path.split('#').next().unwrap_or(path).replace("&amp;", "&"))
        .filter(leads_on)
        .collect()
}

/// Follows all links and says how many statements each kind of page ran at most.
async fn walk(
    world: &World,
    browser: &mut Browser,
    start: &str,
) -> BTreeMap<String, (u64, String)> {
    let mut queue = VecDeque::from([start.to_owned()]);
    let mut looked: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut most: BTreeMap<String, (u64, String)> = BTreeMap::new();
    while let Some(path) = queue.pop_front() {
        let kind = pattern(&path);
        let known = looked.entry(kind.clone()).or_default();
        if known.len() >= OF_PATTERN || known.contains(&path) {
            continue;
        }
        known.push(path.clone());
        // What is loaded once and kept by the process is not the page's.
        browser.get(&path).await;
        tracing::trace!(target: "tradewind::statements", %path);
        let before = world.p().db().statements_run();
        let seen = browser.get(&path).await;
        let ran = world.p().db().statements_run() - before;
        tracing::trace!(target: "tradewind::statements", ran);
        assert!(
            seen.status.is_success() || seen.status.is_redirection(),
            "{path}: {}",
            seen.status
        );
        let counted = most.entry(kind).or_default();
        if ran >= counted.0 {
            *counted = (ran, path);
        }
        if seen.kind.starts_with("text/html") {
            queue.extend(links(&seen.body));
        }
    }
    most
}

/// More entries on the reseller's bank account than a list shows, and a kind of file that is remembered.
async fn bank(world: &World) {
    let (p, ctx, seller_id) = (world.p(), world.ctx().await, world.reseller);
    let mapping = serde_json::from_value(serde_json::json!({
        "date": "Day", "date_form": "yyyy-mm-dd", "decimal_sign": "point", "amount": "Amount", "currency_code": "EUR",
        "account": "Account", "name": "Name", "text": ["Text"],
    }));
    let set = billing::BankMappingSet {
        seller_id,
        name: "Giro".to_owned(),
        mapping: Some(mapping.expect("a mapping")),
    };
    billing::bank_mapping_set(p, &ctx, &set)
        .await
        .expect("a mapping");
    let rows = (0..2 * MANY).map(|number| {
        format!("2024-03-01,1.00,AT61190430023457{number:04},Payer {number},INV-2024-{number} INV-2023-7\n")
    });
    let content = format!("Day,Amount,Account,Name,Text\n{}", rows.collect::<String>());
    let file = billing::BankFileImport {
        seller_id,
        file_name: "giro.csv",
        content: content.as_bytes(),
        mapping: Some("Giro"),
    };
    let report = billing::bank_import(p, &ctx, &file)
        .await
        .expect("an import");
    assert!(report.unmatched > 50, "{report:?}");
}

/// The pages that run too many statements.
fn excess(who: &str, pages: &BTreeMap<String, (u64, String)>) -> Vec<String> {
    pages
        .iter()
        .filter(|(_, (ran, _))| *ran > STATEMENTS)
        .map(|(kind, (ran, path))| format!("{who}: {ran} {kind} ({path})"))
        .collect()
}

/// The provider's owner, acting for another account when one is named.
async fn staff(world: &World, acting: Option<AccountId>) -> Browser {
    let mut browser = Browser::new(world);
    browser.get("/sign-in").await.is(200);
    let fields = [
        ("email", "owner@example.com"),
        ("password", "a long enough password 1"),
    ];
    browser.post("/sign-in", &fields).await.leads_to("/panel");
    if let Some(account) = acting {
        browser.get("/panel").await.is(200);
        let path = format!("/panel/customers/{account}/act-as");
        browser
            .post(&path, &[("reason", "to look around")])
            .await
            .leads_to("/");
    }
    browser
}

#[tokio::test]
async fn every_page_does_with_a_few_statements() {
    tracing_subscriber::fmt()
        .with_env_filter(tracing_subscriber::EnvFilter::from_default_env())
        .with_test_writer()
        .without_time()
        .init();
    let world = World::new().await;
    let vendor = fill(&world).await;
    let mut customer = Browser::new(&world);
    customer.join(&world, "Ada Ltd", "ada@example.com").await;
    customer.order("3", "transfer").await;
    world.test.drain().await;
    world.transfers_arrive().await;
    world.vendor_delivers().await;
    customer.order("4", "transfer").await;
    world.test.drain().await;

    bank(&world).await;
    world.bundle().await;

    let mut found = Vec::new();
    let mut visitor = Browser::new(&world);
    let pages = walk(&world, &mut visitor, "/").await;
    assert!(pages.len() > 5, "{pages:?}");
    found.extend(excess("visitor", &pages));
    let pages = walk(&world, &mut customer, "/my").await;
    assert!(pages.len() > 20, "{pages:?}");
    found.extend(excess("customer", &pages));
    for (who, acting, start, least) in [
        ("provider", None, "/panel", 40),
        ("reseller", Some(world.reseller), "/panel", 30),
        ("vendor", Some(vendor), "/vendor", 12),
    ] {
        let mut browser = staff(&world, acting).await;
        let pages = walk(&world, &mut browser, start).await;
        assert!(pages.len() > least, "{who}: {pages:?}");
        found.extend(excess(who, &pages));
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}
