//! The worked examples of the pages about policies: sold, changed, ended and invoiced as they say.

#[path = "../common/mod.rs"]
mod common;
mod page;
mod play;

use std::collections::BTreeSet;

use common::each_world;
use page::Page;

/// The pages whose examples are played; each is a test of its own.
macro_rules! played {
    ($($test:ident: $page:literal,)*) => {
        const PLAYED: &[&str] = &[$($page),*];
        $(
            #[tokio::test]
            async fn $test() {
                every_example_of($page).await;
            }
        )*
    };
}

played! {
    days_on_which_is_billed: "billing-days",
    fees_for_leaving: "cancellation-fee",
    what_buyers_commit_to: "commitment",
    rises_of_prices: "increase",
    introductory_prices: "introductions",
    how_charges_become_invoices: "invoicing",
    places_of_computed_prices: "places",
    how_time_is_shared_out: "proration",
    prices_of_what_runs: "renewal",
    how_lines_are_rounded: "rounding",
    the_order_of_discounts: "stacking",
    time_that_is_suspended: "suspension",
    prices_with_tax_in_them: "tax-included",
    whose_days: "zone",
}

async fn every_example_of(name: &str) {
    let page = Page::read(name);
    let examples = page.examples();
    assert!(!examples.is_empty(), "{name} has no example");
    for example in &examples {
        each_world(|world| async move { play::play(&world, name, example).await }).await;
    }
}

#[test]
fn every_page_has_an_example_that_a_test_computes() {
    let pages = Page::all();
    let names: BTreeSet<&str> = pages.iter().map(|page| page.name.as_str()).collect();
    for played in PLAYED {
        assert!(names.contains(played), "there is no page {played}");
    }
    for page in &pages {
        let is_played = PLAYED.contains(&page.name.as_str());
        assert_eq!(is_played, !page.examples().is_empty(), "{}", page.name);
        if !is_played {
            page.assert_computed_elsewhere();
        }
    }
}

#[test]
fn every_page_is_in_the_list() {
    let index = Page::read("README");
    for page in Page::all() {
        let link = format!("({}.md)", page.name);
        assert!(index.text.contains(&link), "{} is not listed", page.name);
    }
}
