use std::collections::HashMap;

use tradewind_kernel::{
    Money, Timestamp,
    id::{AccountId, CategoryId},
    page::PageRequest,
};

use super::*;
use crate::rules::fixture::{currency, product};
use crate::types::Category;

/// Ten products of two vendors on two shelves; the price of the n-th is n, and the last has none.
fn shop() -> (Shelf, Vec<Entry>) {
    let vendors = [AccountId::generate(), AccountId::generate()];
    let categories: Vec<Category> = ["backup", "mail"]
        .iter()
        .zip(0..)
        .map(|(slug, position)| Category {
            id: CategoryId::generate(),
            slug: (*slug).to_owned(),
            name: Text::en(*slug),
            position,
        })
        .collect();
    let names = [
        "Zebra",
        "Äpfel",
        "Mail One",
        "mail two",
        "Mail Three",
        "B6",
        "B7",
        "B8",
        "B9",
        "B10",
    ];
    let products = names
        .iter()
        .enumerate()
        .map(|(at, name)| {
            let mut product = product(vendors[at % 2], &format!("product-{at}"));
            product.product.name = Text::en(*name).with("de", format!("{} auf Deutsch", 9 - at));
            product.product.category_id = Some(categories[usize::from((2..5).contains(&at))].id);
            product.product.tags = vec!["all".to_owned(), format!("tag-{}", at % 3)];
            product.product.created_at =
                Timestamp::from_micros(1_000_000 * i64::try_from(at).expect("small"));
            product
        })
        .collect();
    let labels = HashMap::from([
        (vendors[0], "Acme".to_owned()),
        (vendors[1], "Zenith".to_owned()),
    ]);
    let entries = (0..10)
        .map(|at| {
            let amount =
                Money::parse_amount("amount", &format!("{at}.00"), currency("EUR")).expect("money");
            let price = (at < 9).then_some(FromPrice {
                introductory: Vec::new(),
                amount,
                cadence: None,
                usage: false,
                tax_included: false,
            });
            Entry {
                at,
                plans: 1,
                trial_days: if at % 2 == 0 { 14 } else { 0 },
                monthly: price.as_ref().map(|price| price.amount.to_decimal()),
                from: price,
            }
        })
        .collect();
    (Shelf::new(categories, products, labels), entries)
}

fn ask(search: &str, filter: &str, sort: &str) -> OfferQuery {
    OfferQuery {
        search: search.to_owned(),
        filter: filter.to_owned(),
        sort: sort.to_owned(),
        ..OfferQuery::default()
    }
}

fn run(query: &OfferQuery) -> Result<OfferList> {
    let (shelf, entries) = shop();
    list_offers(&shelf, &entries, currency("EUR"), query)
}

fn slugs(query: &OfferQuery) -> Vec<String> {
    let list = run(query).expect("a list");
    list.items
        .iter()
        .map(|card| card.slug.trim_start_matches("product-").to_owned())
        .collect()
}

#[test]
fn lists_are_sorted_by_name_without_accents_and_in_the_language_asked_for() {
    let by_name = slugs(&OfferQuery::default());
    assert_eq!(by_name, ["1", "9", "5", "6", "7", "8", "2", "4", "3", "0"]);
    let german = OfferQuery {
        locale: Locale::De,
        ..OfferQuery::default()
    };
    assert_eq!(
        slugs(&german),
        ["9", "8", "7", "6", "5", "4", "3", "2", "1", "0"]
    );
    assert_eq!(slugs(&ask("", "", "-name"))[0], "0");
}

#[test]
fn prices_and_dates_sort_both_ways_and_no_price_comes_last() {
    assert_eq!(
        slugs(&ask("", "", "price")),
        ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"]
    );
    assert_eq!(
        slugs(&ask("", "", "-price")),
        ["8", "7", "6", "5", "4", "3", "2", "1", "0", "9"]
    );
    assert_eq!(slugs(&ask("", "", "-created"))[..2], ["9", "8"]);
}

#[test]
fn words_are_found_anywhere_whatever_their_case() {
    assert_eq!(slugs(&ask("MAIL", "", "price")), ["2", "3", "4"]);
    assert_eq!(slugs(&ask("mail tw", "", "price")), ["3"]);
    assert_eq!(slugs(&ask("apfel", "", "")), ["1"]);
    assert_eq!(slugs(&ask("acme mail", "", "price")), ["2", "4"]);
    assert!(slugs(&ask("no such thing", "", "")).is_empty());
}

#[test]
fn filters_narrow_down() {
    assert_eq!(slugs(&ask("", "category:mail", "price")), ["2", "3", "4"]);
    assert_eq!(
        slugs(&ask("", "-category:mail price<=6 price>0.5", "price")),
        ["1", "5", "6"]
    );
    assert_eq!(
        slugs(&ask("", "trial:true price>=4", "price")),
        ["4", "6", "8"]
    );
    assert_eq!(
        slugs(&ask("", "tag:tag-0,tag-1 price<5", "price")),
        ["0", "1", "3", "4"]
    );
    assert_eq!(slugs(&ask("", "name~mail", "price")), ["2", "3", "4"]);
    assert_eq!(slugs(&ask("", "delivery:manual", "")), [""; 0]);
    assert_eq!(slugs(&ask("", "status:published", "")).len(), 10);
    let (shelf, _) = shop();
    let vendor = format!("vendor:{}", shelf.products[0].product.vendor_id);
    assert!(
        slugs(&ask("", &vendor, "")).is_empty(),
        "an account of another shop"
    );
}

#[test]
fn facets_count_as_if_their_own_group_were_not_filtered() {
    let list = run(&ask("", "category:mail tag:tag-0", "")).expect("a list");
    assert_eq!((list.total, list.items.len()), (1, 1));
    let counts = |facets: &[Facet]| -> Vec<(String, u32)> {
        facets
            .iter()
            .map(|facet| (facet.label.get(Locale::En).to_owned(), facet.count))
            .collect()
    };
    let pairs = |pairs: &[(&str, u32)]| -> Vec<(String, u32)> {
        pairs
            .iter()
            .map(|(label, count)| ((*label).to_owned(), *count))
            .collect()
    };
    assert_eq!(
        counts(&list.facets.categories),
        pairs(&[("backup", 3), ("mail", 1)])
    );
    assert_eq!(counts(&list.facets.vendors), pairs(&[("Zenith", 1)]));
    assert_eq!(
        counts(&list.facets.tags),
        pairs(&[("all", 3), ("tag-0", 1), ("tag-1", 1), ("tag-2", 1)])
    );
}

#[test]
fn pages_follow_each_other_without_gap_or_repetition() {
    for sort in ["", "price", "-price", "-created", "-name"] {
        let everything = slugs(&ask("", "", sort));
        let mut seen = Vec::new();
        let mut after = None;
        loop {
            let mut query = ask("", "", sort);
            query.page = PageRequest::new(Some(3), after).expect("a page");
            let list = run_on_same_shop(&query);
            assert_eq!(list.total, 10);
            seen.extend(
                list.items
                    .iter()
                    .map(|card| card.slug.trim_start_matches("product-").to_owned()),
            );
            after = list.next;
            if after.is_none() {
                break;
            }
        }
        assert_eq!(seen, everything, "{sort}");
    }
}

/// Pages refer to products by their ids, so that all of them have to come from one shop.
fn run_on_same_shop(query: &OfferQuery) -> OfferList {
    static SHOP: std::sync::LazyLock<(Shelf, Vec<Entry>)> = std::sync::LazyLock::new(shop);
    list_offers(&SHOP.0, &SHOP.1, currency("EUR"), query).expect("a list")
}

#[test]
fn malformed_questions_are_refused_by_name() {
    let field = |query: &OfferQuery| run(query).expect_err("refused").problems()[0].field.clone();
    assert_eq!(field(&ask("", "colour:red", "")), "filter");
    assert_eq!(field(&ask("", "", "colour")), "sort");
    assert_eq!(field(&ask(&"x".repeat(MAX_SEARCH + 1), "", "")), "search");
    for cursor in ["junk", "prd_00000000000000000000000000"] {
        let mut query = OfferQuery::default();
        query.page.after = Some(cursor.to_owned());
        assert_eq!(field(&query), "after");
    }
}

#[test]
fn lists_of_products_show_only_what_is_visible() {
    let (shelf, _) = shop();
    let vendor = shelf.products[0].product.vendor_id;
    let page =
        list_products(&shelf, &ask("", "", "-name"), |p| p.vendor_id == vendor).expect("a page");
    assert_eq!(page.items.len(), 5);
    assert!(page.items.iter().all(|product| product.vendor_id == vendor));
}
