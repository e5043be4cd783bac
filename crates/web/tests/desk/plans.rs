//! What single plans have of their own, committed quantities, and introductory prices by a model.

use super::common::dec;
use super::desk::Browser;
use super::prices::{book, form, hidden, item, world};
use http::StatusCode;
use tradewind_catalogue::service as catalogue;
use tradewind_catalogue::types::{BillingAlign, Policies};
use tradewind_kernel::calendar::Cadence;
use tradewind_pricing::PriceKind;

async fn policies(world: &super::common::World) -> Policies {
    let ctx = world.ctx().await;
    let books = catalogue::price_book_list(world.p(), &ctx, world.reseller).await;
    books.expect("books")[0].revisions[0]
        .revision
        .policies
        .clone()
}

#[tokio::test]
async fn a_plan_has_billing_days_and_a_commitment_of_its_own() {
    let world = world().await;
    let browser = Browser::working_for(&world, world.reseller).await;
    let here = book(&world).await;
    let (edit, plan_at) = (format!("{here}/edit"), format!("{here}/plan"));
    let cloud = world.plan("cloud").id.to_string();
    let field = format!("plan.{cloud}");
    let shown = browser.get(&edit).await.text;
    assert!(
        shown.contains(&format!("value=\"open.plan.{cloud}\"")),
        "{shown}"
    );
    let open = form(&[
        ("do", &format!("open.plan.{cloud}")),
        ("from", "2024-03-01"),
    ]);
    let opened = browser.post(&edit, &open).await;
    assert_eq!(opened.status, StatusCode::OK, "{}", opened.text);
    assert_eq!(hidden(&opened.text, "plan"), cloud);
    assert_eq!(hidden(&opened.text, "from"), "2024-03-01");

    let fields = |day: &'static str, minimum: &'static str, quantity: &'static str| {
        vec![
            ("plan", cloud.as_str()),
            ("from", "2024-03-01"),
            ("p.align", "day_of_month"),
            ("p.day", day),
            ("p.stub", "free"),
            ("p.over", "year"),
            ("p.minimum", minimum),
            ("p.counts", "usage"),
            ("p.leaving", "full"),
            ("p.q.cost.quantity", quantity),
            ("p.q.cost.unit_price", "0.5"),
            ("p.q.cost.overage", "0.25"),
        ]
    };
    // Words and figures while it is filled in: nothing used, half, all, and half as much again.
    let preview = browser
        .live(&plan_at, &form(&fields("15", "600", "100")))
        .await
        .text;
    for said in [
        "A fixed day of the month: 15",
        "at least €600.00",
        "100 cost",
        "€50.00",
        "€25.00",
        "150 unit",
        "€12.50",
    ] {
        assert!(preview.contains(said), "{said}: {preview}");
    }
    assert!(!preview.contains("<form"), "{preview}");
    for (day, minimum, quantity, at) in [
        ("32", "600", "100", "p.day"),
        ("", "600", "100", "p.day"),
        ("15", "-1", "100", "p.minimum"),
        ("15", "", "", "p.minimum"),
        ("15", "600", "-1", "p.q.cost.quantity"),
    ] {
        let sent = [&fields(day, minimum, quantity)[..], &[("do", "done")]].concat();
        let refused = browser.post(&plan_at, &form(&sent)).await;
        assert_eq!(
            refused.status,
            StatusCode::UNPROCESSABLE_ENTITY,
            "{at}: {}",
            refused.text
        );
        assert!(
            refused.text.contains(&format!("id=\"f-{at}-e\"")),
            "{at}: {}",
            refused.text
        );
    }
    let sent = [&fields("15", "600", "100")[..], &[("do", "done")]].concat();
    let taken = browser.post(&plan_at, &form(&sent)).await;
    assert_eq!(taken.status, StatusCode::OK, "{}", taken.text);
    assert!(taken.text.contains("at least €600.00"), "{}", taken.text);
    let json = hidden(&taken.text, &field);
    let save = form(&[
        ("do", "save"),
        ("from", "2024-03-01"),
        ("tax", "added"),
        (&field, &json),
    ]);
    let saved = browser.post(&edit, &save).await;
    assert_eq!(saved.status, StatusCode::SEE_OTHER, "{}", saved.text);
    let kept = policies(&world).await;
    let plan = world.plan("cloud").id;
    let days = kept.plan_billing_days[&plan];
    assert_eq!((days.align, days.day), (BillingAlign::DayOfMonth, Some(15)));
    let one = &kept.plan_commitments[&plan];
    assert_eq!((one.over, one.minimum), (Cadence::YEARLY, Some(dec("600"))));
    let quantity = &one.quantities[0];
    assert_eq!(
        (quantity.item.as_str(), quantity.quantity, quantity.overage),
        ("cost", dec("100"), dec("0.25"))
    );

    // A form that says nothing of plans leaves them; taken back, the plan follows the book again.
    let plain = form(&[("do", "save"), ("from", "2024-03-02"), ("tax", "added")]);
    assert_eq!(
        browser.post(&edit, &plain).await.status,
        StatusCode::SEE_OTHER
    );
    assert_eq!(
        policies(&world).await.plan_commitments,
        kept.plan_commitments
    );
    let none = [
        ("plan", cloud.as_str()),
        ("p.align", "book"),
        ("p.over", "book"),
        ("from", "2024-03-03"),
        ("do", "done"),
    ];
    let taken = browser.post(&plan_at, &form(&none)).await;
    let json = hidden(&taken.text, &field);
    let save = form(&[
        ("do", "save"),
        ("from", "2024-03-03"),
        ("tax", "added"),
        (&field, &json),
    ]);
    assert_eq!(
        browser.post(&edit, &save).await.status,
        StatusCode::SEE_OTHER
    );
    let kept = policies(&world).await;
    assert!(
        kept.plan_billing_days.is_empty() && kept.plan_commitments.is_empty(),
        "{kept:?}"
    );
}

#[tokio::test]
async fn an_introductory_price_is_made_by_any_model() {
    let world = world().await;
    let browser = Browser::working_for(&world, world.reseller).await;
    let here = book(&world).await;
    let (edit, price) = (format!("{here}/edit"), format!("{here}/price"));
    let seats = item(&world, "basic", "seats").to_string();
    let field = |name: &str| format!("{seats}.{name}");
    let open = form(&[
        ("do", &format!("open.intro.{seats}")),
        ("from", "2024-03-01"),
    ]);
    let opened = browser.post(&edit, &open).await;
    assert_eq!(opened.status, StatusCode::OK, "{}", opened.text);
    assert!(
        opened.text.contains("Introductory price of"),
        "{}",
        opened.text
    );
    assert_eq!(hidden(&opened.text, "for"), "intro");
    let (how, on) = (field("how"), field("on"));
    let tiers = [
        (how.as_str(), "rule"),
        (on.as_str(), "1"),
        ("item", seats.as_str()),
        ("for", "intro"),
        ("from", "2024-03-01"),
        ("made_for", "graduated"),
        ("m.model", "graduated"),
        ("m.tiers.0.up_to", "5"),
        ("m.tiers.0.unit_price", "2"),
        ("m.tiers.1.unit_price", "1"),
        ("m.q", "7"),
    ];
    let preview = browser.live(&price, &form(&tiers)).await.text;
    assert!(preview.contains("How €12.00 comes about"), "{preview}");
    let taken = browser
        .post(&price, &form(&[&tiers[..], &[("do", "done")]].concat()))
        .await;
    assert_eq!(taken.status, StatusCode::OK, "{}", taken.text);
    let json = hidden(&taken.text, &field("intro_model"));
    assert!(json.contains("\"graduated\""), "{json}");
    assert!(
        taken.text.contains("from €1.00 per unit, by tiers"),
        "{}",
        taken.text
    );
    let save = form(&[
        ("do", "save"),
        ("from", "2024-03-01"),
        ("tax", "added"),
        (&field("how"), "rule"),
        (&field("on"), "1"),
        (&field("intro"), "4"),
        (&field("intro_model"), &json),
    ]);
    let saved = browser.post(&edit, &save).await;
    assert_eq!(saved.status, StatusCode::SEE_OTHER, "{}", saved.text);
    let kept = policies(&world).await;
    let introduction = &kept.introductions[&item(&world, "basic", "seats")];
    assert_eq!(introduction.periods, 4);
    assert!(
        matches!(introduction.price.kind, PriceKind::Graduated { .. }),
        "{introduction:?}"
    );
    // Who types one price instead, takes that.
    let save = form(&[
        ("do", "save"),
        ("from", "2024-03-02"),
        ("tax", "added"),
        (&field("how"), "rule"),
        (&field("on"), "1"),
        (&field("intro"), "4"),
        (&field("intro_price"), "3"),
        (&field("intro_model"), &json),
    ]);
    assert_eq!(
        browser.post(&edit, &save).await.status,
        StatusCode::SEE_OTHER
    );
    let kept = policies(&world).await;
    let introduction = &kept.introductions[&item(&world, "basic", "seats")];
    assert_eq!(
        introduction.price.to_json().expect("a price")["unit_price"],
        "3"
    );
}
