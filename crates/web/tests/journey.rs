//! A stranger becomes a customer, orders, pays and uses what was ordered; through the pages alone.

mod world;

use world::{Browser, World};

#[tokio::test]
async fn from_the_catalogue_to_an_active_subscription() {
    let world = World::new().await;
    let mut browser = Browser::new(&world);
    let home = browser.get("/").await;
    home.is(200)
        .says("North Shop")
        .says("Desk")
        .says("A help desk.");
    browser
        .get("/?q=nothing+like+it")
        .await
        .is(200)
        .says("0 products");
    browser.get("/products/desk").await.is(200).says("Domain");
    // (50 + 5 × 10) × 1.08 × 1.10 × 1.20
    let price = browser
        .post("/products/desk/price", &[("qty.seats", "5")])
        .await;
    price.is(200).says("142.56");
    let order = browser
        .post("/products/desk/order", &[("qty.seats", "5")])
        .await;
    order.leads_to("/sign-in?back=");
    browser
        .get("/products/none")
        .await
        .is(404)
        .says("Not found");
    browser.get("/nowhere").await.is(404).says("Not found");
    browser.get("/my").await.leads_to("/sign-in?back=");

    browser.join(&world, "Ada Ltd", "ada@example.com").await;
    browser.get("/my").await.is(200).says("Hello Ada");
    browser.get("/products/desk").await.is(200);
    let wrong = [("qty.seats", "5"), ("param.domain", "not a domain")];
    let refused = browser.post("/products/desk/order", &wrong).await;
    refused.is(422).says("aria-invalid");
    let wrong = [("qty.seats", "5000"), ("param.domain", "ada.example")];
    browser.post("/products/desk/order", &wrong).await.is(422);

    let placed = browser.order("5", "bank_transfer").await;
    assert!(placed.starts_with("/checkout/placed/ord_"), "{placed}");
    world.test.drain().await;
    browser.get(&placed).await.is(200).says("Waits for payment");
    let orders = browser.get("/my/orders").await;
    let order = orders.is(200).link("/my/orders/ord_");
    browser.get(&order).await.is(200).says("ada.example");
    let pay = browser.get(&format!("{order}/pay")).await;
    pay.is(200).says("DE02120300000000202051");

    world.transfers_arrive().await;
    browser.get(&order).await.is(200).says("Delivering");
    world.vendor_delivers().await;
    browser.get(&order).await.is(200).says("Completed");
    let list = browser.get("/my/subscriptions").await;
    let subscription = list
        .is(200)
        .says("Active")
        .says("Running")
        .link("/my/subscriptions/sub_");
    let page = browser.get(&subscription).await;
    page.is(200)
        .says("https://desk.example/login")
        .says("Admin password");
    assert!(
        !page.body.contains("correct horse"),
        "secrets are not shown unasked"
    );
    let secret = browser
        .post(&format!("{subscription}/secrets/admin"), &[])
        .await;
    assert_eq!(
        (secret.body.as_str(), secret.status.as_u16()),
        ("correct horse", 200)
    );
    for view in [
        "usage", "invoices", "changes", "activity", "change", "cancel",
    ] {
        browser.get(&format!("{subscription}/{view}")).await.is(200);
    }
    let invoices = browser.get("/my/invoices").await;
    let invoice = invoices.is(200).says("Paid").link("/my/invoices/inv_");
    browser
        .get(&invoice)
        .await
        .is(200)
        .says("142.56")
        .says("Ada Ltd");
    let pdf = browser.get(&format!("{invoice}/pdf")).await;
    assert!(
        pdf.kind == "application/pdf" && pdf.body.starts_with("%PDF"),
        "{}",
        pdf.kind
    );
    for page in [
        "/my",
        "/my/payment-methods",
        "/my/credit",
        "/my/users",
        "/my/api-keys",
        "/my/audit",
        "/my/settings",
    ] {
        browser.get(page).await.is(200);
    }

    // What belongs to one customer is not there for another.
    let mut other = Browser::new(&world);
    other.join(&world, "Bob Ltd", "bob@example.com").await;
    for path in [
        &order,
        &subscription,
        &invoice,
        &format!("{invoice}/pdf"),
        &format!("{order}/pay"),
        &placed,
    ] {
        other.get(path).await.is(404);
    }
    let secret = other
        .post(&format!("{subscription}/secrets/admin"), &[])
        .await;
    secret.is(404);
    let list = other.get("/my/subscriptions").await;
    assert!(!list.body.contains("sub_"), "{}", list.body);
}

#[tokio::test]
async fn a_card_pays_at_once_after_a_confirmation_or_not_at_all() {
    let world = World::new().await;
    let mut browser = Browser::new(&world);
    browser.join(&world, "Ada Ltd", "ada@example.com").await;
    let pay = browser.order("2", "new_card").await;
    assert!(
        pay.starts_with("/my/orders/ord_") && pay.ends_with("/pay"),
        "{pay}"
    );
    world.test.drain().await;
    browser.get(&pay).await.is(200).says("4000 0000 0000 0002");
    let card = |number| {
        [
            ("method", "new_card"),
            ("card_number", number),
            ("card_expiry", "12/30"),
            ("card_code", "123"),
        ]
    };
    let typo = browser.post(&pay, &card("4242 4242 4242 4241")).await;
    typo.is(422).says("aria-invalid");
    let declined = browser.post(&pay, &card("4000 0000 0000 0002")).await;
    declined.is(422).says("declined");
    browser.get("/sandbox/payments/sbx_none").await.is(404);
    let asked = browser.post(&pay, &card("4000 0000 0000 3220")).await;
    let at = asked
        .is(200)
        .body
        .find("name=\"payment\" value=\"")
        .expect("a payment");
    let payment = asked.body[at + 22..]
        .split('"')
        .next()
        .expect("an id")
        .to_owned();
    let answer = [("payment", payment.as_str()), ("outcome", "confirm")];
    let confirmed = browser.post(&format!("{pay}/confirm"), &answer).await;
    let order = confirmed.leads_to("/my/orders/ord_");
    world.test.drain().await;
    browser
        .get(&order)
        .await
        .is(200)
        .says("that is paid")
        .says("Delivering");
    world.vendor_delivers().await;

    // Credit is paid in with the card that is stored, which asks for its owner each time.
    let method = browser.get("/my/credit").await;
    let at = method.is(200).body.rfind("value=\"pmt_").expect("a card") + 7;
    let method = method.body[at..]
        .split('"')
        .next()
        .expect("an id")
        .to_owned();
    let fields = [("amount", "25.00"), ("method", method.as_str())];
    let asked = browser.post("/my/credit/top-up", &fields).await;
    let at = asked
        .is(200)
        .body
        .find("name=\"payment\" value=\"")
        .expect("a payment");
    let payment = asked.body[at + 22..]
        .split('"')
        .next()
        .expect("an id")
        .to_owned();
    let answer = [("payment", payment.as_str()), ("outcome", "confirm")];
    let confirmed = browser.post("/my/credit/confirm", &answer).await;
    confirmed.leads_to("/my/credit");
    browser
        .get("/my/credit")
        .await
        .is(200)
        .says("25.00")
        .says("Paid in");
    let rule = [("below", "5.00"), ("top_up", "")];
    browser.post("/my/credit/auto", &rule).await.is(422);
    let rule = [("below", "5.00"), ("top_up", "50.00")];
    browser
        .post("/my/credit/auto", &rule)
        .await
        .leads_to("/my/credit");

    // More seats: previewed, confirmed, and to be paid before they are there.
    let list = browser.get("/my/subscriptions").await;
    let subscription = list.link("/my/subscriptions/sub_");
    let change = format!("{subscription}/change");
    browser.get(&change).await.is(200);
    let same = browser.post(&change, &[("qty.seats", "2")]).await;
    same.is(422);
    let preview = browser.post(&change, &[("qty.seats", "4")]).await;
    let at = preview
        .is(200)
        .says("Takes effect at once")
        .body
        .find("name=\"quote\" value=\"")
        .expect("a quote");
    let quote = preview.body[at + 20..]
        .split('"')
        .next()
        .expect("an id")
        .to_owned();
    let confirm = format!("{change}/confirm");
    let placed = browser.post(&confirm, &[("quote", &quote)]).await;
    placed.leads_to("/my/orders/ord_");
    let again = browser.post(&confirm, &[("quote", &quote)]).await;
    again.leads_to(&change);
}

#[tokio::test]
async fn a_form_without_the_token_of_its_page_changes_nothing() {
    let world = World::new().await;
    let mut browser = Browser::new(&world);
    browser.get("/sign-in").await.is(200);
    browser.csrf = "forged".to_owned();
    let fields = [
        ("email", "owner@example.com"),
        ("password", "a long enough password 1"),
    ];
    let refused = browser.post("/sign-in", &fields).await;
    refused.is(403).says("too old to be sent");
    browser.get("/sign-in").await.is(200);
    browser.post("/sign-in", &fields).await.leads_to("/panel");

    let mut browser = Browser::new(&world);
    browser.join(&world, "Ada Ltd", "ada@example.com").await;
    browser.csrf = "forged".to_owned();
    browser
        .post("/my/settings/company", &[("company", "Stolen")])
        .await
        .is(403);
    let settings = browser.get("/my/settings").await;
    settings.is(200).says("Ada Ltd");
    assert!(!settings.body.contains("Stolen"));
    let away = browser
        .post("/sign-in", &[("back", "//evil.example")])
        .await;
    assert!(!away.to.contains("evil"));
}

/// What a sign-up leads to after the mail: the way on from the page of the link, and where signing in ends.
async fn signs_up(world: &World, email: &str, query: &str, back: &str) -> (String, String) {
    const PASSWORD: &str = "a long enough password 2";
    let mut browser = Browser::new(world);
    browser.get(&format!("/sign-up{query}")).await.is(200);
    let fields = [
        ("back", back),
        ("company", "Ada Ltd"),
        ("country", "DE"),
        ("name", "Ada"),
        ("email", email),
        ("new_password", PASSWORD),
    ];
    browser.post("/sign-up", &fields).await.is(200);
    world.test.drain().await;
    let mails = browser.get("/demo/outbox").await;
    let mail = mails.is(200).says(email).link("/demo/outbox/");
    let mail = browser.get(&mail).await;
    let link = mail.is(200).link("http://shop.test/verify-email?token=");
    // The mail may be read in another browser.
    let mut browser = Browser::new(world);
    let verified = browser.get(&link).await;
    let way = verified.is(200).link("/sign-in");
    let form = browser.get(&way).await;
    let back = form.is(200).hidden("back");
    let fields = [
        ("back", back.as_str()),
        ("email", email),
        ("password", PASSWORD),
    ];
    let entered = browser.post("/sign-in", &fields).await;
    (way, entered.to)
}

#[tokio::test]
async fn what_was_configured_is_there_after_signing_up() {
    let world = World::new().await;
    let mut browser = Browser::new(&world);
    browser.get("/products/desk").await.is(200);
    let fields = [("qty.seats", "7"), ("param.domain", "ada.example")];
    let asked = browser.post("/products/desk/order", &fields).await;
    asked.leads_to("/sign-in?back=");
    let gate = browser.get(&asked.to).await;
    let way = gate.is(200).link("/sign-up?back=");
    let query = way.strip_prefix("/sign-up").expect("the sign-up");
    let form = browser.get(&way).await;
    let place = form.is(200).hidden("back");
    assert!(place.starts_with("/products/desk?"), "{place}");
    let (_, end) = signs_up(&world, "ada@example.com", query, &place).await;
    assert_eq!(end, place);
    let mut browser = Browser::new(&world);
    browser
        .get(&end)
        .await
        .is(200)
        .says("value=\"7\"")
        .says("value=\"ada.example\"");
}

#[tokio::test]
async fn nobody_is_led_to_another_site() {
    let world = World::new().await;
    for (number, hostile) in [
        "//evil.example/my",
        "https://evil.example",
        "/\\evil.example",
        "javascript:alert(1)",
        "/\t/evil.example",
    ]
    .into_iter()
    .enumerate()
    {
        let email = format!("ada{number}@example.com");
        let query = format!(
            "?back={}",
            percent_encoding::utf8_percent_encode(hostile, percent_encoding::NON_ALPHANUMERIC)
        );
        let (way, end) = signs_up(&world, &email, &query, hostile).await;
        assert_eq!(
            (way.as_str(), end.as_str()),
            ("/sign-in", "/my"),
            "{hostile}"
        );
        // Nor by the link of the mail, whatever somebody hangs onto it.
        let mut browser = Browser::new(&world);
        let gate = browser.get(&format!("/sign-in{query}")).await;
        assert_eq!(gate.is(200).hidden("back"), "", "{hostile}");
    }
}

#[tokio::test]
async fn a_bundle_is_bought_as_one_thing() {
    let world = World::new().await;
    world.bundle().await;
    let mut browser = Browser::new(&world);
    browser.get("/").await.is(200).link("/bundles/office");
    // (50 + 3 × 10) × 1.4256, a tenth less; and (50 + 3 × 25) × 1.4256, a tenth less.
    let page = browser.get("/bundles/office").await;
    page.is(200).says("114.05").says("178.20").says("29.23");
    let order = browser.post("/bundles/office/order", &[]).await;
    order.leads_to("/sign-in?back=");
    browser.get("/bundles/none").await.is(404);

    browser.join(&world, "Ada Ltd", "ada@example.com").await;
    browser.get("/bundles/office").await.is(200);
    let refused = browser.post("/bundles/office/order", &[]).await;
    refused.is(422).says("aria-invalid");
    let answers = [
        ("p0.terms", "1"),
        ("p1.terms", "1"),
        ("p0.param.domain", "ada.example"),
        ("p1.param.domain", "ada.test"),
    ];
    let wrong = [answers[0], answers[1], answers[2]];
    browser
        .post("/bundles/office/order", &wrong)
        .await
        .is(422)
        .says("aria-invalid");
    let order = browser.post("/bundles/office/order", &answers).await;
    let checkout = order.leads_to("/bundles/checkout/quo_").to_owned();
    browser.get(&checkout).await.is(200).says("Order number");
    let placed = browser
        .post(&checkout, &[("order_number", "PO 4711")])
        .await;
    placed.leads_to("/my/orders");
    world.test.drain().await;
    world.transfers_arrive().await;
    world.vendor_delivers().await;
    let list = browser.get("/my/subscriptions").await;
    let subscription = list.is(200).link("/my/subscriptions/sub_");
    browser.get(&subscription).await.is(200).says("PO 4711");
    let invoices = browser.get("/my/invoices").await;
    let invoice = invoices.is(200).link("/my/invoices/inv_");
    browser
        .get(&invoice)
        .await
        .is(200)
        .says("PO 4711")
        .says("Office");
}
