//! The pages of sellers and vendors, through the router.

#[path = "desk/bundles.rs"]
mod bundles;
#[path = "../../flows/tests/common/mod.rs"]
mod common;
#[path = "desk/currencies.rs"]
mod currencies;
mod desk;
#[path = "desk/dunning.rs"]
mod dunning;
#[path = "desk/late_usage.rs"]
mod late_usage;
#[path = "desk/plans.rs"]
mod plans;
#[path = "desk/prepaid.rs"]
mod prepaid;
#[path = "desk/prices.rs"]
mod prices;
#[path = "desk/tax.rs"]
mod tax;

use common::World;
use desk::Browser;
use http::StatusCode;
use tradewind_accounts::service as accounts;
use tradewind_accounts::types::AccountCreate;
use tradewind_catalogue::service as catalogue;
use tradewind_catalogue::types::{Approval, DeliveryMode, ProductDraft, ProductUpdate};
use tradewind_fulfilment::service as fulfilment;
use tradewind_testkit::{TestDb, TestPlatform};

/// Changes how the product is approved and delivered.
async fn sold(world: &World, approval: Approval, delivery: DeliveryMode) {
    let ctx = world.ctx().await;
    let detail = catalogue::product_get(world.p(), &ctx, world.product.product.id)
        .await
        .expect("the product");
    let one = detail.product;
    let input = ProductUpdate {
        id: one.id,
        version: one.version,
        draft: ProductDraft {
            tax_category: Default::default(),
            slug: one.slug,
            name: one.name,
            summary: one.summary,
            description: one.description,
            category_id: one.category_id,
            delivery,
            approval,
            tags: one.tags,
            features: one.features,
            terms_title: one.terms_title,
            terms_text: one.terms_text,
            terms_version: one.terms_version,
        },
    };
    catalogue::product_update(world.p(), &ctx, &input)
        .await
        .expect("a change");
}

async fn world() -> World {
    World::new(TestPlatform::open(TestDb::sqlite(), common::MIGRATIONS).await).await
}

#[tokio::test]
async fn a_seller_approves_an_order() {
    let world = world().await;
    sold(&world, Approval::Seller, DeliveryMode::Automatic).await;
    let (_, order) = world.order("basic", "3").await;
    let id = order.order.id;
    assert_eq!(order.order.state.as_str(), "awaiting_approval");
    let browser = Browser::working_for(&world, world.reseller).await;

    let home = browser.get("/panel").await;
    assert_eq!(home.status, StatusCode::OK, "{}", home.text);
    assert!(
        home.text.contains("/panel/orders?view=approval"),
        "it waits"
    );
    let queue = browser.get("/panel/orders?view=approval").await;
    assert!(queue.text.contains(&format!("/panel/orders/{id}/approve")));

    let forged = browser
        .send(
            "POST",
            &format!("/panel/orders/{id}/approve"),
            "csrf=forged".to_owned(),
        )
        .await;
    assert_eq!(forged.status, StatusCode::FORBIDDEN);
    let untouched = world.see(id).await.order.state;
    assert_eq!(untouched.as_str(), "awaiting_approval");

    let done = browser
        .post(&format!("/panel/orders/{id}/approve"), "")
        .await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text);
    assert_eq!(done.to, format!("/panel/orders/{id}"));
    world.test.drain().await;
    let state = world.see(id).await.order.state;
    assert_eq!(state.as_str(), "awaiting_payment");
    let page = browser.get(&done.to).await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.text.contains("Customer") && page.text.contains("Desk"));
}

#[tokio::test]
async fn a_peer_sees_nothing() {
    let world = world().await;
    let (_, order) = world.order("basic", "1").await;
    let ctx = world.ctx().await;
    let peer = AccountCreate {
        parent: Some(world.distributor),
        kind: "reseller".to_owned(),
        name: "Peer".to_owned(),
        country: "DE".to_owned(),
        email: "peer@example.com".to_owned(),
        currency: Some("EUR".to_owned()),
        ..AccountCreate::default()
    };
    let peer = accounts::account_create(world.p(), &ctx, &peer)
        .await
        .expect("a peer")
        .account
        .id;
    let id = order.order.id;
    let browser = Browser::working_for(&world, peer).await;
    for path in [
        format!("/panel/orders/{id}"),
        format!("/panel/customers/{}", world.customer),
        format!("/panel/subscriptions/{}", order.order.subscription_id),
        "/panel/jobs".to_owned(),
    ] {
        let got = browser.get(&path).await;
        assert_eq!(got.status, StatusCode::NOT_FOUND, "{path}");
        assert!(!got.text.contains("Desk"), "{path}");
    }
    let refused = browser
        .post(&format!("/panel/orders/{id}/cancel"), "reason=x")
        .await;
    assert_eq!(refused.status, StatusCode::NOT_FOUND);
    let list = browser.get("/panel/orders").await;
    assert_eq!(list.status, StatusCode::OK);
    assert!(!list.text.contains(&id.to_string()));
}

#[tokio::test]
async fn a_vendor_reports_what_was_done_by_hand() {
    let world = world().await;
    sold(&world, Approval::None, DeliveryMode::Manual).await;
    let (_, order) = world.order("basic", "2").await;
    world.pay_all().await;
    let task = world.waiting().await.remove(0);
    let browser = Browser::working_for(&world, world.vendor).await;
    let queue = browser.get("/vendor").await;
    assert_eq!(queue.status, StatusCode::OK, "{}", queue.text);
    let here = format!("/vendor/tasks/{}", task.id);
    assert!(queue.text.contains(&here), "{}", queue.text);

    let wrong = browser
        .post(
            &format!("{here}/succeed"),
            "do=succeed&endpoint.1.url=nonsense",
        )
        .await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(world.waiting().await.len(), 1, "nothing was reported");

    let fields = "do=succeed&endpoint.1.name=App&endpoint.1.url=https%3A%2F%2Fapp.example%2F\
                  &secret.1.name=Admin&secret.1.value=s3cret-value&instructions_en=Sign+in.";
    let done = browser.post(&format!("{here}/succeed"), fields).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text);
    world.test.drain().await;
    let order = world.see(order.order.id).await.order;
    assert_eq!(order.state.as_str(), "completed");
    let access = fulfilment::access_get(world.p(), &world.ctx().await, order.subscription_id)
        .await
        .expect("access data");
    assert_eq!(access.endpoints.len(), 1);
    assert_eq!(access.credentials.len(), 1);
    let page = browser.get(&here).await;
    assert!(
        !page.text.contains("s3cret-value"),
        "a secret is written once"
    );
}

#[tokio::test]
async fn every_page_of_the_navigation_is_there() {
    let world = world().await;
    world.subscribe("pro", "2").await;
    for account in [
        world.provider,
        world.distributor,
        world.reseller,
        world.vendor,
    ] {
        let browser = Browser::working_for(&world, account).await;
        let home = if account == world.vendor {
            "/vendor"
        } else {
            "/panel"
        };
        let first = browser.get(home).await;
        assert_eq!(first.status, StatusCode::OK, "{}", first.text);
        let mut seen = 0;
        for link in first.text.split("href=\"").skip(1) {
            let path = link.split('"').next().unwrap_or_default();
            if path.starts_with(home) {
                let got = browser.get(&path.replace("&amp;", "&")).await;
                assert_eq!(got.status, StatusCode::OK, "{path} for {account}");
                seen += 1;
            }
        }
        assert!(seen > 5, "{seen} pages below {home}");
    }
}

#[tokio::test]
async fn invoices_and_prices_are_shown_and_changed() {
    let world = world().await;
    let (_, order) = world.order("basic", "4").await;
    let browser = Browser::working_for(&world, world.reseller).await;
    let invoice = world.documents().await.remove(0);
    let page = browser
        .get(&format!("/panel/invoices/{}", invoice.id))
        .await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.text);
    assert!(page.text.contains(&invoice.number));
    let pdf = browser
        .get(&format!("/panel/invoices/{}/pdf", invoice.id))
        .await;
    assert!(pdf.text.starts_with("%PDF-"));
    let csv = browser
        .get(&format!("/panel/invoices/{}/details.csv", invoice.id))
        .await;
    assert!(csv.text.starts_with("line,"), "{}", csv.text);

    let to = format!("/panel/invoices/{}/payments", invoice.id);
    let wrong = browser.post(&to, "amount=lots&bank_reference=R1").await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    let fields = format!("amount={}&bank_reference=R1", invoice.gross.amount());
    let paid = browser.post(&to, &fields).await;
    assert_eq!(paid.status, StatusCode::SEE_OTHER, "{}", paid.text);
    world.test.drain().await;
    let state = world.see(order.order.id).await.order.state;
    assert_eq!(state.as_str(), "delivering");

    let credit = format!("/panel/invoices/{}/credit", invoice.id);
    let form = browser.get(&credit).await;
    assert_eq!(form.status, StatusCode::OK, "{}", form.text);
    assert!(form.text.contains("name=\"amount.1\""), "{}", form.text);
    let wrong = browser
        .post(&credit, "amount.1=999999&destination=debt&reason=Why")
        .await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    let fields = "amount.1=10.00&destination=refund&reason=Too+dear";
    let noted = browser.post(&credit, fields).await;
    assert_eq!(noted.status, StatusCode::SEE_OTHER, "{}", noted.text);
    let note = world
        .documents()
        .await
        .into_iter()
        .find(|one| one.kind.as_str() == "credit_note")
        .expect("a credit note");
    for path in ["", "/pdf"] {
        let page = browser
            .get(&format!("/panel/invoices/{}{path}", note.id))
            .await;
        assert_eq!(page.status, StatusCode::OK, "{}", page.text);
    }
    let page = browser
        .get(&format!("/panel/invoices/{}", invoice.id))
        .await;
    assert!(page.text.contains(&note.number), "{}", page.text);
    let refunds = browser.get("/panel/payments?view=refunds").await;
    let refund = refunds
        .text
        .split("/panel/refunds/")
        .nth(1)
        .and_then(|rest| rest.split('"').next())
        .expect("a refund to record");
    let refund = format!("/panel/refunds/{refund}");
    assert_eq!(browser.get(&refund).await.status, StatusCode::OK);
    let wrong = browser.post(&refund, "bank_reference=").await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    let done = browser.post(&refund, "bank_reference=OUT1").await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text);

    let received = browser.get("/panel/payments?view=received").await;
    let payment = received
        .text
        .split("/panel/payments/pay_")
        .nth(1)
        .and_then(|rest| rest.split('"').next())
        .expect("a payment");
    let payment = format!("/panel/payments/pay_{payment}");
    let page = browser.get(&payment).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.text);
    let wrong = browser
        .post(&format!("{payment}/refund"), "amount=0&reason=Why")
        .await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    let wrong = browser.post(&format!("{payment}/sell"), "amount=0").await;
    assert_eq!(wrong.status, StatusCode::NOT_FOUND);

    let credit = format!("/panel/customers/{}/credit", world.customer);
    let page = browser.get(&credit).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.text);
    let wrong = browser
        .post(&format!("{credit}/give"), "amount=0&reason=Sorry")
        .await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    let fields = "amount=7.50&reason=Sorry&expires_on=2034-12-31";
    let given = browser.post(&format!("{credit}/give"), fields).await;
    assert_eq!(given.status, StatusCode::SEE_OTHER, "{}", given.text);
    let page = browser.get(&credit).await;
    assert!(page.text.contains("Goodwill"), "{}", page.text);
    let said = browser.post(&format!("{credit}/use"), "use=by_hand").await;
    assert_eq!(said.status, StatusCode::SEE_OTHER, "{}", said.text);

    let ctx = world.ctx().await;
    let books = catalogue::price_book_list(world.p(), &ctx, world.reseller)
        .await
        .expect("books");
    let here = format!("/panel/price-books/{}", books[0].book.id);
    for path in [here.clone(), format!("{here}/edit")] {
        let got = browser.get(&path).await;
        assert_eq!(got.status, StatusCode::OK, "{}", got.text);
        assert!(got.text.contains("Everything"), "{}", got.text);
    }
    let edit = browser.get(&format!("{here}/edit")).await.text;
    let rule = edit
        .split("name=\"rule.")
        .nth(1)
        .and_then(|rest| rest.split('"').next())
        .expect("a rule to change");
    let fields = format!("do=save&from=2024-03-01&rule.{rule}=25");
    let saved = browser.post(&format!("{here}/edit"), &fields).await;
    assert_eq!(saved.status, StatusCode::SEE_OTHER, "{}", saved.text);
    let book = catalogue::price_book_get(world.p(), &ctx, books[0].book.id)
        .await
        .expect("the book");
    assert_eq!(book.revisions.len(), 2);
}

#[tokio::test]
async fn a_coupon_is_made_changed_and_ended() {
    let world = world().await;
    let browser = Browser::working_for(&world, world.reseller).await;
    let fresh = browser.get("/panel/coupons/new").await;
    assert_eq!(fresh.status, StatusCode::OK, "{}", fresh.text);
    assert!(
        fresh.text.contains("Desk · basic · seats"),
        "{}",
        fresh.text
    );
    let wrong = "name_en=Summer&coupon_code=S%20S&gives=percentage&gives_value=120&currency=EUR";
    let refused = browser.post("/panel/coupons", wrong).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    for said in ["letters, digits", "at most 100"] {
        assert!(refused.text.contains(said), "{said}: {}", refused.text);
    }
    let plan = world.plan("basic");
    let seats = plan
        .items
        .iter()
        .find(|item| item.code == "seats")
        .expect("seats")
        .id;
    let customer = world.customer;
    let fields = |value: &str, version: &str| {
        format!(
            "coupon_customer={customer}&version={version}&name_en=Summer&name_de=Sommer&coupon_code=Summer20&gives=percentage&gives_value={value}\
             &currency=EUR&coupon_scope={seats}&coupon_periods=3&budget=500,00&valid_until=2030-01-31&new_customers_only=1"
        )
    };
    let made = browser.post("/panel/coupons", &fields("20", "")).await;
    assert_eq!(made.status, StatusCode::SEE_OTHER, "{}", made.text);
    let here = made.to.split('?').next().expect("an address").to_owned();
    let twice = browser.post("/panel/coupons", &fields("20", "")).await;
    assert_eq!(twice.status, StatusCode::UNPROCESSABLE_ENTITY);

    let wanted = tradewind_flows::quote::PurchaseInput {
        coupon: Some("SUMMER20".to_owned()),
        ..world.wanted("basic", "5")
    };
    let ctx = world.ctx().await;
    let quote = tradewind_flows::quote::quote_purchase(world.p(), &ctx, &wanted)
        .await
        .expect("a quote");
    let place = tradewind_flows::order::PlaceInput { quote_id: quote.id };
    tradewind_flows::order::order_place(world.p(), &ctx, &place)
        .await
        .expect("an order");
    world.test.drain().await;

    let list = browser.get("/panel/coupons?q=summer").await;
    for said in [
        "Summer20",
        "20% off · for 3 billing periods",
        "of €500.00",
        "€14.26",
    ] {
        assert!(list.text.contains(said), "{said}: {}", list.text);
    }
    let changed = browser.post(&here, &fields("25", "1")).await;
    assert_eq!(changed.status, StatusCode::SEE_OTHER, "{}", changed.text);
    let late = browser.post(&here, &fields("30", "1")).await;
    assert_eq!(
        late.status,
        StatusCode::UNPROCESSABLE_ENTITY,
        "{}",
        late.text
    );
    let shown = browser.get(&here).await;
    for said in ["25% off", "€14.26", "Customer"] {
        assert!(shown.text.contains(said), "{said}: {}", shown.text);
    }
    // Who is named stays ticked, and says so; unticked and nobody picked, it is for everybody.
    let ticked = format!("name=\"coupon_customers\" value=\"{customer}\"");
    assert!(shown.text.contains(&ticked), "{ticked}: {}", shown.text);
    let for_all = fields("25", "2").replace(&format!("coupon_customer={customer}&"), "");
    let opened = browser.post(&here, &for_all).await;
    assert_eq!(opened.status, StatusCode::SEE_OTHER, "{}", opened.text);
    let shown = browser.get(&here).await;
    assert!(!shown.text.contains(&ticked), "{}", shown.text);
    let stranger = for_all.replace("version=2", "version=3");
    let stranger = format!("{stranger}&coupon_customer={}", world.reseller);
    let refused = browser.post(&here, &stranger).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        refused.text.contains("id=\"f-coupon_customer-e\""),
        "{}",
        refused.text
    );
    let ended = browser.post(&format!("{here}/end"), "").await;
    assert_eq!(ended.status, StatusCode::SEE_OTHER);
    let shown = browser.get(&here).await;
    assert!(!shown.text.contains("Save coupon"), "{}", shown.text);
}

#[tokio::test]
async fn a_seller_imports_a_statement_and_assigns_what_is_left() {
    let world = world().await;
    let (_, order) = world.order("basic", "3").await;
    let browser = Browser::working_for(&world, world.reseller).await;
    let awaited = browser.get("/panel/payments").await;
    assert!(awaited.text.contains("/panel/bank"), "it is found");

    let mapping = "csv_called=Giro&csv_date=Day&csv_date_form=yyyy-mm-dd&csv_decimal_sign=point&csv_amount=Amount\
        &csv_text=Text&csv_name=Name&csv_currency_code=EUR";
    let refused = browser
        .post(
            "/panel/bank/mappings",
            &mapping.replace("csv_text=Text", "csv_text="),
        )
        .await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    let kept = browser.post("/panel/bank/mappings", mapping).await;
    assert_eq!(kept.to, "/panel/bank/mappings", "{}", kept.text);
    let again = browser.get("/panel/bank/mappings?name=Giro").await;
    assert!(again.text.contains("value=\"Amount\""));

    let wrong = "mapping=Giro&file=Day,Amount,Text,Name%0A2024-13-01,1.00,a,b";
    let wrong = browser.post("/panel/bank", wrong).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(wrong.text.contains("Line 2 Day"), "{}", wrong.text);
    let file = "mapping=Giro&file=Day,Amount,Text,Name%0A2024-01-01,7.00,Gift,Mum%0A2024-01-02,-3.00,Fee,Bank";
    let done = browser.post("/panel/bank", file).await;
    assert_eq!(done.to, "/panel/bank", "{}", done.text);

    let queue = browser.get("/panel/bank").await;
    assert!(queue.text.contains("Mum") && !queue.text.contains("Bank</a>"));
    let at = queue.text.find("/panel/bank/ben_").expect("an entry");
    let path = queue.text[at..]
        .split('"')
        .next()
        .expect("an address")
        .to_owned();
    let entry = browser.get(&path).await;
    assert_eq!(entry.status, StatusCode::OK, "{}", entry.text);
    let nothing = browser
        .post(&format!("{path}/assign"), "numbers=INV-1999-000001")
        .await;
    assert_eq!(nothing.status, StatusCode::UNPROCESSABLE_ENTITY);
    let buyer = format!("buyer={}&top_up_all=on", order.order.customer_id);
    let assigned = browser.post(&format!("{path}/account"), &buyer).await;
    assert_eq!(assigned.to, path, "{}", assigned.text);
    let settled = browser.get(&path).await;
    assert!(settled.text.contains("/panel/payments/pay_"));
    let undone = browser.post(&format!("{path}/undo"), "").await;
    assert_eq!(undone.to, path, "{}", undone.text);
    let ignored = browser
        .post(&format!("{path}/ignore"), "reason=Private")
        .await;
    assert_eq!(ignored.to, path, "{}", ignored.text);
    for view in ["matched", "assigned", "ignored", "outgoing", "statements"] {
        let page = browser.get(&format!("/panel/bank?view={view}")).await;
        assert_eq!(page.status, StatusCode::OK, "{}", page.text);
    }
}

#[tokio::test]
async fn a_seller_gives_up_what_is_open_and_takes_that_back() {
    let world = world().await;
    let (_, order) = world.order("basic", "3").await;
    let browser = Browser::working_for(&world, world.reseller).await;
    let invoices = browser.get("/panel/invoices?state=open").await;
    let at = invoices
        .text
        .find("/panel/invoices/inv_")
        .expect("an invoice");
    let path = invoices.text[at..].split('"').next().expect("an address");
    let page = browser.get(path).await;
    assert!(
        page.text.contains(&format!("{path}/write-off")),
        "it is found"
    );
    let form = browser.get(&format!("{path}/write-off")).await;
    assert_eq!(form.status, StatusCode::OK, "{}", form.text);
    let much = browser
        .post(&format!("{path}/write-off"), "amount=99999.00&reason=Gone")
        .await;
    assert_eq!(much.status, StatusCode::UNPROCESSABLE_ENTITY);
    let done = browser
        .post(&format!("{path}/write-off"), "reason=Gone")
        .await;
    assert_eq!(done.to, path, "{}", done.text);
    let listed = browser.get("/panel/invoices?state=written_off").await;
    assert!(listed.text.contains(path));
    // Nobody has paid: the order goes on waiting.
    world.test.drain().await;
    let state = world.see(order.order.id).await.order.state;
    assert_eq!(state.as_str(), "awaiting_payment");
    let undone = browser.post(&format!("{path}/write-off"), "undo=yes").await;
    assert_eq!(undone.to, path, "{}", undone.text);
    let listed = browser.get("/panel/invoices?state=written_off").await;
    assert!(!listed.text.contains(path));
}
