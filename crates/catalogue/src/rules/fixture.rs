//! A small catalogue for the tests of the rules.

use std::collections::{BTreeMap, HashMap};

use tradewind_kernel::{
    Currency, Date, Decimal, Text, Timestamp,
    calendar::Cadence,
    id::{
        AccountId, ItemId, ListingId, ParameterId, PlanId, PriceBookId, ProductId, RateId,
        RevisionId,
    },
};
use tradewind_pricing::PriceModel;

use super::{BookOnDay, Rates, Tier};
use crate::types::{
    Approval, DeliveryMode, FxRate, Item, ItemKind, Listing, ListingPrice, Parameter,
    ParameterKind, Plan, PlanStatus, Policies, PriceBook, Product, ProductDetail, ProductStatus,
    Revision, Shelf, Timing,
};

pub(crate) fn dec(text: &str) -> Decimal {
    text.parse().expect("a decimal")
}

pub(crate) fn day(text: &str) -> Date {
    text.parse().expect("a date")
}

pub(crate) fn currency(code: &str) -> Currency {
    Currency::parse(code).expect("a currency")
}

pub(crate) fn item(plan: PlanId, code: &str, kind: ItemKind) -> Item {
    Item {
        aggregation: Default::default(),
        id: ItemId::generate(),
        plan_id: plan,
        code: code.to_owned(),
        name: Text::en(code),
        kind,
        unit: Text::en("unit"),
        meter: (kind == ItemKind::Metered).then(|| "usage".to_owned()),
        timing: if kind == ItemKind::Metered {
            Timing::Arrears
        } else {
            Timing::Advance
        },
        quantity_min: dec("1"),
        quantity_max: Some(dec("500")),
        quantity_default: dec("1"),
        quantity_step: dec("1"),
        tax_category: None,
        position: 0,
    }
}

pub(crate) fn parameter(product: ProductId, code: &str, kind: ParameterKind) -> Parameter {
    Parameter {
        id: ParameterId::generate(),
        product_id: product,
        code: code.to_owned(),
        label: Text::en(code),
        hint: Text::default(),
        kind,
        required: false,
        pattern: None,
        choices: Vec::new(),
        sensitive: false,
        position: 0,
    }
}

/// A published product with one plan of three items: `setup`, `seats` and `usage`.
pub(crate) fn product(vendor: AccountId, slug: &str) -> ProductDetail {
    let product_id = ProductId::generate();
    let plan_id = PlanId::generate();
    ProductDetail {
        product: Product {
            id: product_id,
            vendor_id: vendor,
            slug: slug.to_owned(),
            name: Text::en(slug),
            summary: Text::default(),
            description: Text::default(),
            category_id: None,
            status: ProductStatus::Published,
            delivery: DeliveryMode::Automatic,
            approval: Approval::None,
            tags: Vec::new(),
            features: Vec::new(),
            terms_title: Text::default(),
            terms_text: Text::default(),
            terms_version: String::new(),
            tax_category: Default::default(),
            created_at: Timestamp::from_micros(0),
            version: 1,
        },
        plans: vec![Plan {
            id: plan_id,
            product_id,
            code: "basic".to_owned(),
            name: Text::en("Basic"),
            description: Text::default(),
            position: 0,
            recommended: false,
            status: PlanStatus::Published,
            billing_cadence: Cadence::MONTHLY,
            term_cadence: None,
            trial_days: 0,
            auto_renew: true,
            trial_needs_payment: false,
            trial_again: false,
            tax_category: Default::default(),
            notice_days: 0,
            version: 1,
            items: vec![
                item(plan_id, "setup", ItemKind::OneTime),
                item(plan_id, "seats", ItemKind::Recurring),
                item(plan_id, "usage", ItemKind::Metered),
            ],
        }],
        parameters: Vec::new(),
    }
}

pub(crate) fn shelf(products: Vec<ProductDetail>) -> Shelf {
    Shelf::new(Vec::new(), products, HashMap::new())
}

pub(crate) fn revision(effective_on: &str, number: i64) -> Revision {
    Revision {
        id: RevisionId::generate(),
        book_id: PriceBookId::generate(),
        number,
        effective_on: day(effective_on),
        note: String::new(),
        policies: Policies::default(),
        created_by: "test".to_owned(),
        created_at: Timestamp::from_micros(0),
    }
}

pub(crate) fn absolute(item: &Item, model: PriceModel) -> Listing {
    Listing {
        item_id: Some(item.id),
        plan_id: Some(item.plan_id),
        ..listing(ListingPrice::Absolute { model })
    }
}

pub(crate) fn markup(percent: &str) -> Listing {
    listing(ListingPrice::Markup {
        percent: dec(percent),
    })
}

pub(crate) fn listing(price: ListingPrice) -> Listing {
    Listing {
        id: ListingId::generate(),
        product_id: None,
        plan_id: None,
        item_id: None,
        matches: BTreeMap::new(),
        price,
    }
}

pub(crate) fn when(mut listing: Listing, key: &str, value: &str) -> Listing {
    listing.matches.insert(key.to_owned(), value.to_owned());
    listing
}

/// A seller with these rules, most specific first.
pub(crate) fn tier(code: &str, listings: Vec<Listing>) -> Tier {
    let seller = AccountId::generate();
    let revision = revision("2024-01-01", 1);
    Tier {
        seller,
        currency: currency(code),
        book: BookOnDay {
            book: PriceBook {
                id: revision.book_id,
                seller_id: seller,
                name: "book".to_owned(),
                currency: currency(code),
                is_default: true,
                version: 1,
            },
            revision,
            listings: listings.into(),
        },
    }
}

pub(crate) fn rates(rates: &[(&str, &str, &str, &str)]) -> Rates {
    Rates::new(rates.iter().map(|(base, quote, on, rate)| FxRate {
        id: RateId::generate(),
        base: currency(base),
        quote: currency(quote),
        effective_on: day(on),
        rate: dec(rate),
        source: String::new(),
    }))
}
