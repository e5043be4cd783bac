//! The editor of prices: every model can be entered, is previewed to the cent, and takes force with a revision.

use super::common::{self, World};
use super::desk::Browser;
use http::StatusCode;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use tradewind_catalogue::service as catalogue;
use tradewind_catalogue::types::{ListingPrice, PriceBookCreate};
use tradewind_kernel::Currency;
use tradewind_kernel::id::ItemId;
use tradewind_pricing::PriceModel;
use tradewind_testkit::{TestDb, TestPlatform};

pub(super) async fn world() -> World {
    World::new(TestPlatform::open(TestDb::sqlite(), common::MIGRATIONS).await).await
}

pub(super) fn item(world: &World, plan: &str, code: &str) -> ItemId {
    let items = &world.plan(plan).items;
    items
        .iter()
        .find(|item| item.code == code)
        .expect("an item")
        .id
}

pub(super) async fn book(world: &World) -> String {
    let ctx = world.ctx().await;
    let books = catalogue::price_book_list(world.p(), &ctx, world.reseller)
        .await
        .expect("books");
    format!("/panel/price-books/{}", books[0].book.id)
}

pub(super) fn form(fields: &[(&str, &str)]) -> String {
    let pair = |(name, value): &(&str, &str)| {
        let encode = |text| utf8_percent_encode(text, NON_ALPHANUMERIC);
        format!("{}={}", encode(name), encode(value))
    };
    fields.iter().map(pair).collect::<Vec<_>>().join("&")
}

/// The value of a hidden field.
pub(super) fn hidden(page: &str, name: &str) -> String {
    let start = format!("name=\"{name}\" value=\"");
    let at = page
        .find(&start)
        .unwrap_or_else(|| panic!("no field {name}:\n{page}"));
    let value = page[at + start.len()..].split('"').next().expect("a value");
    value
        .replace("&#34;", "\"")
        .replace("&quot;", "\"")
        .replace("&amp;", "&")
}

#[tokio::test]
async fn a_graduated_price_is_entered_previewed_and_put_in_force() {
    let world = world().await;
    let browser = Browser::working_for(&world, world.reseller).await;
    let here = book(&world).await;
    let seats = item(&world, "basic", "seats").to_string();
    let edit = browser.get(&format!("{here}/edit")).await;
    assert!(
        edit.text.contains(&format!("value=\"open.{seats}\"")),
        "{}",
        edit.text
    );

    // It opens with what the item costs now, and carries the rest of the revision along.
    let open = form(&[("do", &format!("open.{seats}")), ("from", "2024-03-01")]);
    let opened = browser.post(&format!("{here}/edit"), &open).await;
    assert_eq!(opened.status, StatusCode::OK, "{}", opened.text);
    assert!(opened.text.contains("Price of"), "{}", opened.text);
    assert_eq!(hidden(&opened.text, "from"), "2024-03-01");
    assert_eq!(hidden(&opened.text, "made_for"), "per_unit");

    // Another kind has other fields: a script gets the whole form, with two empty rows.
    let price = format!("{here}/price");
    let change = [
        ("item", seats.as_str()),
        ("made_for", "per_unit"),
        ("m.model", "graduated"),
    ];
    let other = browser.live(&price, &form(&change)).await;
    assert!(
        other.text.contains("name=\"m.tiers.1.unit_price\""),
        "{}",
        other.text
    );
    assert!(!other.text.contains("name=\"m.tiers.2."), "{}", other.text);

    let tiers = [
        ("item", seats.as_str()),
        ("from", "2024-03-01"),
        ("made_for", "graduated"),
        ("m.model", "graduated"),
        ("m.tiers.0.up_to", "10"),
        ("m.tiers.0.unit_price", "5"),
        ("m.tiers.0.flat", "20"),
        ("m.tiers.1.unit_price", "0.125"),
        ("m.included", "2"),
        ("m.minimum", "100"),
        ("m.q", "15"),
    ];
    // Ten seats at 5 after 20, three at 0.125, raised to 100; the parts say so.
    let preview = browser.live(&price, &form(&tiers)).await;
    for said in [
        "How €100.00 comes about",
        "€29.625",
        "€0.375",
        "3 unit × €0.125",
    ] {
        assert!(preview.text.contains(said), "{said}: {}", preview.text);
    }
    assert!(
        !preview.text.contains("<form"),
        "only the preview: {}",
        preview.text
    );
    // Without a script the same stands in the whole page.
    let shown = browser
        .post(&price, &form(&[&tiers[..], &[("do", "show")]].concat()))
        .await;
    assert!(
        shown.text.contains("How €100.00 comes about"),
        "{}",
        shown.text
    );

    // A row more, and a row less.
    let more = browser
        .post(&price, &form(&[&tiers[..], &[("do", "add")]].concat()))
        .await;
    assert!(
        more.text.contains("name=\"m.tiers.2.unit_price\""),
        "{}",
        more.text
    );
    let less = browser
        .post(&price, &form(&[&tiers[..], &[("do", "drop.0")]].concat()))
        .await;
    assert!(!less.text.contains("name=\"m.tiers.1."), "{}", less.text);
    assert!(less.text.contains("value=\"0.125\""), "{}", less.text);

    // What is wrong stands at its field, and nothing is taken over.
    let mut wrong = tiers.to_vec();
    wrong[7].1 = "-1";
    let refused = browser
        .post(&price, &form(&[&wrong[..], &[("do", "done")]].concat()))
        .await;
    assert_eq!(
        refused.status,
        StatusCode::UNPROCESSABLE_ENTITY,
        "{}",
        refused.text
    );
    assert!(
        refused.text.contains("id=\"f-m.tiers.1.unit_price-e\""),
        "{}",
        refused.text
    );

    // Taken over, it is part of the revision in the making, and takes force with it.
    let taken = browser
        .post(&price, &form(&[&tiers[..], &[("do", "done")]].concat()))
        .await;
    assert_eq!(taken.status, StatusCode::OK, "{}", taken.text);
    let json = hidden(&taken.text, &format!("{seats}.model"));
    assert!(json.contains("\"graduated\""), "{json}");
    assert!(
        taken
            .text
            .contains("from €0.125 per unit, by tiers · 2 unit included"),
        "{}",
        taken.text
    );
    let (how, on, model) = (
        format!("{seats}.how"),
        format!("{seats}.on"),
        format!("{seats}.model"),
    );
    let save = [
        ("do", "save"),
        ("from", "2024-03-01"),
        (how.as_str(), "model"),
        (on.as_str(), "1"),
        (model.as_str(), json.as_str()),
    ];
    let saved = browser.post(&format!("{here}/edit"), &form(&save)).await;
    assert_eq!(saved.to, here, "{}", saved.text);
    let ctx = world.ctx().await;
    let id = here
        .rsplit('/')
        .next()
        .expect("an id")
        .parse()
        .expect("an id");
    let kept = catalogue::price_book_get(world.p(), &ctx, id)
        .await
        .expect("the book");
    let listings = &kept.revisions[0].listings;
    let own = listings
        .iter()
        .find(|one| one.item_id.map(|id| id.to_string()) == Some(seats.clone()));
    let ListingPrice::Absolute { model } = &own.expect("a listing of its own").price else {
        panic!("another price: {own:?}");
    };
    assert_eq!(
        serde_json::from_str::<PriceModel>(&json).expect("a model"),
        *model
    );
    // Opened again, it comes back as it was entered.
    let again = browser.get(&format!("{price}?item={seats}")).await;
    assert_eq!(again.status, StatusCode::OK, "{}", again.text);
    assert_eq!(hidden(&again.text, "made_for"), "graduated");
    assert!(again.text.contains("value=\"0.125\""), "{}", again.text);
}

#[tokio::test]
async fn only_usage_has_prices_by_properties_and_amounts() {
    let world = world().await;
    let browser = Browser::working_for(&world, world.reseller).await;
    let here = book(&world).await;
    let (seats, cost) = (
        item(&world, "basic", "seats"),
        item(&world, "cloud", "cost"),
    );
    let seats = browser
        .get(&format!("{here}/price?item={seats}"))
        .await
        .text;
    assert!(!seats.contains("value=\"matrix\""), "{seats}");
    let usage = browser.get(&format!("{here}/price?item={cost}")).await.text;
    assert!(usage.contains("value=\"matrix\""), "{usage}");
    let cost = cost.to_string();
    let matrix = [
        ("item", cost.as_str()),
        ("made_for", "matrix"),
        ("m.model", "matrix"),
        ("m.dimensions.0", "region"),
        ("m.dimensions.1", "class"),
        ("m.rows.0.d0", "eu"),
        ("m.rows.0.d1", "ssd"),
        ("m.rows.0.unit_price", "0.2"),
        ("m.rows.0.included", "1"),
        ("m.rows.1.unit_price", "0.1"),
        ("m.q", "10"),
    ];
    let preview = browser
        .live(&format!("{here}/price"), &form(&matrix))
        .await
        .text;
    // Nine of ten pay 0.2 in the one row, all ten pay 0.1 in the other.
    for said in ["eu · ssd", "€1.80", "€1.00", "How €2.80 comes about"] {
        assert!(preview.contains(said), "{said}: {preview}");
    }
    let share = [
        ("item", cost.as_str()),
        ("made_for", "percentage"),
        ("m.model", "percentage"),
        ("m.percent", "1.5"),
        ("m.per_event", "0.25"),
        ("m.max_per_event", "2"),
        ("m.q", "1000"),
    ];
    let preview = browser
        .live(&format!("{here}/price"), &form(&share))
        .await
        .text;
    for said in ["How €2.00 comes about", "€15.00", "-€13.25"] {
        assert!(preview.contains(said), "{said}: {preview}");
    }
    let tiers = [
        ("item", cost.as_str()),
        ("made_for", "graduated_percentage"),
        ("m.model", "graduated_percentage"),
        ("m.included", "500"),
        ("m.tiers.0.up_to", "1000"),
        ("m.tiers.0.unit_price", "3"),
        ("m.tiers.0.maximum", "25"),
        ("m.tiers.1.unit_price", "2"),
        ("m.tiers.1.minimum", "4"),
        ("m.q", "1600"),
    ];
    let preview = browser
        .live(&format!("{here}/price"), &form(&tiers))
        .await
        .text;
    // A thousand of 1,600 pay 30, at most 25; a hundred beyond pay 2, at least 4.
    for said in [
        "the first €500.00 free",
        "up to 1,000: lowered to its maximum",
        "over 1,000: raised to its minimum",
        "How €29.00 comes about",
    ] {
        assert!(preview.contains(said), "{said}: {preview}");
    }
    let passed_on = [
        ("item", cost.as_str()),
        ("made_for", "pass_through"),
        ("m.model", "pass_through"),
        ("m.markup_percent", "10"),
        ("m.included", "50"),
        ("m.q", "70"),
    ];
    let preview = browser
        .live(&format!("{here}/price"), &form(&passed_on))
        .await
        .text;
    for said in ["€50.00 included", "-€50.00", "How €22.00 comes about"] {
        assert!(preview.contains(said), "{said}: {preview}");
    }
    let nowhere = browser.get(&format!("{here}/price?item=itm_x")).await;
    assert_eq!(nowhere.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_new_book_shows_what_there_is_to_sell() {
    let world = world().await;
    let ctx = world.ctx().await;
    let create = PriceBookCreate {
        seller_id: world.reseller,
        name: "Fresh".to_owned(),
        currency: Currency::parse("EUR").expect("a currency"),
        is_default: false,
    };
    let book = catalogue::price_book_create(world.p(), &ctx, &create)
        .await
        .expect("a book");
    let browser = Browser::working_for(&world, world.reseller).await;
    let here = format!("/panel/price-books/{}", book.id);
    let seats = item(&world, "basic", "seats").to_string();
    let edit = browser.get(&format!("{here}/edit")).await;
    // Nothing is sold from it yet, and what it costs its seller stands there.
    assert!(
        edit.text.contains(&format!("value=\"open.{seats}\"")),
        "{}",
        edit.text
    );
    // Without anything to sell there is nothing to save.
    let nothing = browser
        .post(&format!("{here}/edit"), "do=save&from=2024-03-01")
        .await;
    assert_eq!(
        nothing.status,
        StatusCode::UNPROCESSABLE_ENTITY,
        "{}",
        nothing.text
    );
    let (how, value, on) = (
        format!("{seats}.how"),
        format!("{seats}.value"),
        format!("{seats}.on"),
    );
    let fields = [
        ("do", "save"),
        ("from", "2024-03-01"),
        (how.as_str(), "price"),
        (value.as_str(), "14.50"),
        (on.as_str(), "1"),
    ];
    let saved = browser.post(&format!("{here}/edit"), &form(&fields)).await;
    assert_eq!(saved.status, StatusCode::SEE_OTHER, "{}", saved.text);
    let kept = catalogue::price_book_get(world.p(), &ctx, book.id)
        .await
        .expect("the book");
    assert_eq!(kept.revisions[0].listings.len(), 1);
}

#[tokio::test]
async fn introductory_prices_rises_and_suspended_time_are_set_beside_the_prices() {
    let world = world().await;
    let browser = Browser::working_for(&world, world.reseller).await;
    let here = book(&world).await;
    let seats = item(&world, "basic", "seats").to_string();
    let field = |name: &str| format!("{seats}.{name}");
    let fields = |periods: &str, price: &str| {
        form(&[
            ("do", "save"),
            ("from", "2024-03-01"),
            ("tax", "added"),
            ("renewal", "increase"),
            ("increase.percent", "3"),
            ("increase.list", "yes"),
            ("suspension", "credited"),
            (&field("how"), "rule"),
            (&field("on"), "1"),
            (&field("intro"), periods),
            (&field("intro_price"), price),
            (&field("intro_once"), "1"),
        ])
    };
    for (periods, price) in [("some", "5"), ("3", "")] {
        let edit = format!("{here}/edit");
        let refused = browser.post(&edit, &fields(periods, price)).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    }
    let saved = browser
        .post(&format!("{here}/edit"), &fields("3", "5"))
        .await;
    assert_eq!(saved.status, StatusCode::SEE_OTHER, "{}", saved.text);
    let ctx = world.ctx().await;
    let books = catalogue::price_book_list(world.p(), &ctx, world.reseller).await;
    let policies = &books.expect("books")[0].revisions[0].revision.policies;
    let introduction = &policies.introductions[&item(&world, "basic", "seats")];
    assert_eq!(
        (introduction.periods, introduction.once),
        (3, true),
        "{policies:?}"
    );
    assert_eq!(policies.suspension.as_str(), "credited");
    assert_eq!(
        policies.increase.map(|by| (by.percent, by.up_to_list)),
        Some((common::dec("3"), true))
    );
    let edit = browser.get(&format!("{here}/edit")).await.text;
    assert!(edit.contains(&format!("name=\"{}\"", field("intro_price"))));
}
