//! Facts for the tests of rules: one leg with some items, no database.

use std::{collections::BTreeMap, sync::Arc};

use tradewind_billing::rules::renewal::Clocks;
use tradewind_billing::types::{
    ItemQuantity, LegFacts, Party, QuantityChange, Settlement, TaxRate, Taxation, Trade,
};
use tradewind_catalogue::types::{
    ItemKind, ItemTerms, LegTerms, Policies, PriceRule, RenewalPrices, Timing,
};
use tradewind_kernel::{
    Currency, Date, Decimal, Locale, Money, Rounding, Text, Zone,
    calendar::Cadence,
    id::{AccountId, ItemId, LegId, PlanId, PriceBookId, ProductId, RevisionId, SubscriptionId},
};
use tradewind_metering::types::UsageTotal;
use tradewind_pricing::{
    PriceKind, PriceModel, Tier, ZeroUsage, discount::StackingOrder, proration::ProrationTerms,
};

pub(crate) fn dec(text: &str) -> Decimal {
    text.parse().expect("a decimal")
}

pub(crate) fn day(text: &str) -> Date {
    text.parse().expect("a date")
}

pub(crate) fn eur(minor: i64) -> Money {
    Money::new(minor, Currency::EUR)
}

pub(crate) fn recurring(code: &str, price: &str, timing: Timing) -> ItemTerms {
    item(
        code,
        ItemKind::Recurring,
        timing,
        None,
        PriceModel::per_unit(dec(price)),
    )
}

pub(crate) fn metered(code: &str, model: PriceModel) -> ItemTerms {
    item(
        code,
        ItemKind::Metered,
        Timing::Arrears,
        Some(code.to_owned()),
        model,
    )
}

pub(crate) fn graduated() -> PriceModel {
    PriceModel::new(PriceKind::Graduated {
        tiers: vec![
            Tier::new(Some(dec("100")), dec("0.07")),
            Tier::new(Some(dec("250.5")), dec("0.0333")),
            Tier::new(None, dec("0.001")),
        ],
        zero_usage: ZeroUsage::Free,
    })
    .with_included(dec("10"))
}

fn item(
    code: &str,
    kind: ItemKind,
    timing: Timing,
    meter: Option<String>,
    model: PriceModel,
) -> ItemTerms {
    ItemTerms {
        aggregation: Default::default(),
        tax_category: Default::default(),
        item: ItemId::generate(),
        code: code.to_owned(),
        name: Text::en(code),
        kind,
        unit: Text::en("unit"),
        meter,
        timing,
        rules: vec![PriceRule {
            matches: BTreeMap::new(),
            model,
            trail: Vec::new(),
            markup: None,
            rates: Vec::new(),
        }],
        introduction: None,
        raised: None,
        negotiated: false,
        conversions: Vec::new(),
    }
}

pub(crate) fn leg(items: Vec<ItemTerms>) -> LegFacts {
    let seller = AccountId::generate();
    LegFacts {
        id: LegId::generate(),
        subscription_id: SubscriptionId::generate(),
        position: 0,
        seller_id: seller,
        buyer_id: AccountId::generate(),
        locale: Locale::En,
        heading: "Suite".to_owned(),
        grants: Vec::new(),
        pauses: Vec::new(),
        moments: None,
        categories: None,
        terms: Arc::new(LegTerms {
            seller,
            product: ProductId::generate(),
            plan: PlanId::generate(),
            book: PriceBookId::generate(),
            revision: RevisionId::generate(),
            currency: Currency::EUR,
            effective_on: day("2024-01-01"),
            cadence: Cadence::MONTHLY,
            term: None,
            items,
            policies: Policies {
                places: None,
                proration: ProrationTerms::default(),
                rounding: Rounding::HalfUp,
                tax_included: false,
                renewal: RenewalPrices::Revision,
                stacking: StackingOrder::default(),
                ..Policies::default()
            },
            kept_until: None,
        }),
    }
}

/// The clocks of a leg whose seller invoices on the first of the month.
pub(crate) fn clocks(leg: &LegFacts) -> Clocks {
    Clocks {
        cadence: leg.terms.cadence,
        term: leg.terms.term,
        alignment: leg.terms.policies.billing_days.alignment(1),
        stub: leg.terms.policies.billing_days.share_of,
    }
}

/// A leg under other terms.
pub(crate) fn under(leg: &LegFacts, change: impl FnOnce(&mut LegTerms)) -> LegFacts {
    let mut terms = LegTerms::clone(&leg.terms);
    change(&mut terms);
    LegFacts {
        terms: Arc::new(terms),
        ..leg.clone()
    }
}

pub(crate) fn since(from_on: &str, quantity: &str) -> QuantityChange {
    QuantityChange {
        from_on: day(from_on),
        quantity: dec(quantity),
    }
}

pub(crate) fn held(item_id: ItemId, quantity: &str, from_on: &str) -> Vec<ItemQuantity> {
    vec![ItemQuantity {
        item_id,
        changes: vec![since(from_on, quantity)],
    }]
}

/// The total of September 2024 of a group named by its service.
pub(crate) fn usage(
    leg: &LegFacts,
    meter: &str,
    service: &str,
    version: i64,
    quantity: &str,
    cost: Option<&str>,
) -> UsageTotal {
    let mut dimensions = BTreeMap::new();
    if !service.is_empty() {
        dimensions.insert("service_name".to_owned(), service.to_owned());
    }
    UsageTotal {
        subscription_id: leg.subscription_id,
        meter: meter.to_owned(),
        period_on: day("2024-09-01"),
        group_key: service.to_owned(),
        dimensions,
        version,
        records: version,
        quantity: dec(quantity),
        unit: "call".to_owned(),
        cost: cost.map(dec),
        currency: None,
    }
}

pub(crate) fn taxation(percent: &str) -> Taxation {
    Taxation::agreed(vec![TaxRate::standard("VAT", dec(percent))])
}

pub(crate) fn trade(tax: &str) -> Trade {
    let party = |id| Party {
        account_id: id,
        name: "name".to_owned(),
        address: serde_json::Value::Null,
        tax: serde_json::Value::Null,
        bank: serde_json::Value::Null,
        email: None,
        country: "AT".to_owned(),
    };
    let (seller, buyer) = (AccountId::generate(), AccountId::generate());
    Trade {
        seller_id: seller,
        buyer_id: buyer,
        settlement: Settlement::Document,
        payment_terms_days: 14,
        taxation: taxation(tax),
        price_book: None,
        invoice_day: None,
        one_a_day: false,
        billing_day: 1,
        seller_zone: Zone::utc(),
        locale: Locale::En,
        seller: party(seller),
        buyer: party(buyer),
        collector: None,
        buyer_keeps_books: true,
    }
}
