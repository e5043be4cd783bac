use std::collections::BTreeMap;

use tradewind_kernel::id::{ItemId, PlanId, ProductId};
use tradewind_pricing::{PriceModel, proration::ProrationTerms};

use super::*;
use crate::rules::fixture::{day, dec, product, revision, shelf};
use crate::types::ProductDetail;

#[test]
fn revisions_are_planned_then_current_then_past() {
    let all = [
        revision("2024-01-01", 1),
        revision("2024-06-01", 2),
        revision("2024-12-01", 3),
        revision("2024-12-01", 4),
    ];
    let states = |on: &str| -> Vec<RevisionState> {
        all.iter().map(|one| state(one, &all, day(on))).collect()
    };
    use RevisionState::{Current, Past, Planned};
    assert_eq!(states("2023-12-31"), [Planned, Planned, Past, Planned]);
    assert!(current(&all, day("2023-12-31")).is_none());
    assert_eq!(states("2024-05-31"), [Current, Planned, Past, Planned]);
    assert_eq!(states("2024-06-01"), [Past, Current, Past, Planned]);
    assert_eq!(states("2024-12-01"), [Past, Past, Past, Current]);
}

#[test]
fn only_the_first_revision_may_start_before_tomorrow() {
    let today = day("2024-03-01");
    assert!(check_effective(day("2020-01-01"), today, true).is_ok());
    assert!(check_effective(day("2024-03-02"), today, false).is_ok());
    for early in ["2024-03-01", "2024-02-29"] {
        let error = check_effective(day(early), today, false).expect_err("too early");
        assert_eq!(error.problems()[0].field, "effective_on");
        assert_eq!(error.problems()[0].code, "not_in_future");
    }
}

fn draft(price: ListingPrice) -> ListingDraft {
    ListingDraft {
        product_id: None,
        plan_id: None,
        item_id: None,
        matches: BTreeMap::new(),
        price,
    }
}

fn markup(percent: &str) -> ListingDraft {
    draft(ListingPrice::Markup {
        percent: dec(percent),
    })
}

fn when(mut draft: ListingDraft, key: &str, value: &str) -> ListingDraft {
    draft.matches.insert(key.to_owned(), value.to_owned());
    draft
}

struct World {
    goods: ProductDetail,
    shelf: Shelf,
}

fn world() -> World {
    let goods = product(AccountId::generate(), "goods");
    World {
        shelf: shelf(vec![goods.clone()]),
        goods,
    }
}

impl World {
    fn item(&self, code: &str) -> ItemId {
        let items = &self.goods.plans[0].items;
        items
            .iter()
            .find(|item| item.code == code)
            .expect("an item")
            .id
    }

    fn absolute(&self, code: &str, model: PriceModel) -> ListingDraft {
        ListingDraft {
            item_id: Some(self.item(code)),
            ..draft(ListingPrice::Absolute { model })
        }
    }

    fn check(&self, drafts: &[ListingDraft]) -> Result<Vec<Listing>> {
        check_listings(drafts, &self.shelf, Seller::Trader)
    }

    /// The only thing that is wrong.
    fn problem(&self, drafts: &[ListingDraft]) -> (String, &'static str) {
        let error = self.check(drafts).expect_err("it is refused");
        assert_eq!(error.problems().len(), 1, "{error}");
        (error.problems()[0].field.clone(), error.problems()[0].code)
    }
}

#[test]
fn rules_are_completed_and_put_in_order() {
    let world = world();
    let product = ListingDraft {
        product_id: Some(world.goods.product.id),
        ..markup("10")
    };
    let drafts = [
        markup("20"),
        when(markup("15"), "service_category", "Compute"),
        product,
        world.absolute("seats", PriceModel::per_unit(dec("9"))),
        when(
            when(markup("12"), "service_category", "Compute"),
            "region",
            "eu",
        ),
    ];
    let listings = world.check(&drafts).expect("all is well");
    assert_eq!(listings[0].plan_id, Some(world.goods.plans[0].id));
    assert_eq!(listings[0].product_id, Some(world.goods.product.id));
    let shown: Vec<(bool, usize)> = listings
        .iter()
        .map(|listing| (listing.product_id.is_some(), listing.matches.len()))
        .collect();
    assert_eq!(
        shown,
        [(true, 0), (true, 0), (false, 2), (false, 1), (false, 0)]
    );
    assert!(buys_markup(&listings));
}

#[test]
fn malformed_rules_are_named_one_by_one() {
    let world = world();
    let flat = |amount: &str| PriceModel::flat(dec(amount));
    let unknown_item = ListingDraft {
        item_id: Some(ItemId::generate()),
        ..draft(ListingPrice::Hidden)
    };
    let elsewhere = ListingDraft {
        plan_id: Some(PlanId::generate()),
        ..world.absolute("seats", flat("1"))
    };
    let foreign = ListingDraft {
        product_id: Some(ProductId::generate()),
        ..markup("1")
    };
    let cases = [
        (markup("-100.01"), "listings.0.percent", "out_of_range"),
        (markup("10000.5"), "listings.0.percent", "out_of_range"),
        (
            markup("1.123456789"),
            "listings.0.percent",
            "too_many_places",
        ),
        (unknown_item, "listings.0.item_id", "unknown"),
        (elsewhere, "listings.0.item_id", "inconsistent"),
        (foreign, "listings.0.product_id", "unknown"),
        (
            draft(ListingPrice::Absolute { model: flat("1") }),
            "listings.0.item_id",
            "required",
        ),
        (
            world.absolute("seats", flat("-1")),
            "listings.0.model.amount",
            "negative",
        ),
        (
            world.absolute("seats", PriceModel::pass_through(dec("5"))),
            "listings.0.model",
            "not_applicable",
        ),
        (
            when(draft(ListingPrice::Hidden), "a", "b"),
            "listings.0.match",
            "not_applicable",
        ),
        (
            when(world.absolute("seats", flat("1")), "a", "b"),
            "listings.0.match",
            "not_applicable",
        ),
        (
            when(markup("1"), "Service Category", "x"),
            "listings.0.match",
            "malformed",
        ),
        (when(markup("1"), "a", ""), "listings.0.match.a", "required"),
        (
            when(markup("1"), "a", "b"),
            "listings.0.match",
            "no_general_rule",
        ),
    ];
    for (draft, field, code) in cases {
        let shown = format!("{draft:?}");
        let (found, found_code) = world.problem(&[draft]);
        assert_eq!(found, field, "{shown}");
        if code != "negative" {
            assert_eq!(found_code, code, "{shown}");
        }
    }
    let twice = [markup("1"), markup("2")];
    assert_eq!(
        world.problem(&twice),
        ("listings.1".to_owned(), "duplicate")
    );
    assert_eq!(world.problem(&[]), ("listings".to_owned(), "out_of_range"));
    let many = vec![markup("1"); MAX_LISTINGS + 1];
    assert_eq!(
        world.problem(&many),
        ("listings".to_owned(), "out_of_range")
    );
}

#[test]
fn a_special_price_needs_a_general_one_of_the_same_or_a_wider_scope() {
    let world = world();
    let usage = |model| world.absolute("usage", model);
    let special = when(usage(PriceModel::per_unit(dec("1"))), "region", "eu");
    let narrow = [
        special.clone(),
        world.absolute("seats", PriceModel::per_unit(dec("1"))),
    ];
    assert_eq!(world.problem(&narrow).1, "no_general_rule");
    assert!(
        world
            .check(&[special.clone(), usage(PriceModel::per_unit(dec("2")))])
            .is_ok()
    );
    assert!(world.check(&[special, markup("5")]).is_ok());
}

#[test]
fn a_vendor_sells_its_own_at_its_own_prices() {
    let world = world();
    let seats = world.absolute("seats", PriceModel::per_unit(dec("1")));
    let own = Seller::Maker(world.goods.product.vendor_id);
    let other = Seller::Maker(AccountId::generate());
    assert!(check_listings(std::slice::from_ref(&seats), &world.shelf, own).is_ok());
    let code = |drafts: &[ListingDraft], seller| {
        let error = check_listings(drafts, &world.shelf, seller).expect_err("refused");
        error.problems()[0].code
    };
    assert_eq!(code(&[seats], other), "unknown");
    assert_eq!(code(&[markup("5")], own), "no_buying_price");
}

#[test]
fn conventions_have_to_be_possible() {
    assert!(check_policies(&Policies::default()).is_ok());
    let odd = Policies {
        proration: ProrationTerms {
            upgrade: ProrationPolicy::FixedMonth {
                days: 12,
                ratio_places: Some(40),
            },
            ..ProrationTerms::default()
        },
        ..Policies::default()
    };
    let error = check_policies(&odd).expect_err("refused");
    assert_eq!(error.problems().len(), 2);
    assert!(
        error
            .problems()
            .iter()
            .all(|p| p.field == "policies.proration.upgrade")
    );
}
