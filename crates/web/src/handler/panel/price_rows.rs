//! What a price book asks, row by row.

use rust_decimal::Decimal;
use tradewind_catalogue::types::{
    ItemKind, Listing, ListingPrice, Policies, PricePreview, SellerPrice,
};
use tradewind_documents::prices::PriceWords;
use tradewind_kernel::currency::Currency;
use tradewind_pricing::{PriceKind, PriceModel};

use super::super::names::Names;
use super::desk::Desk;
use crate::view::Tr;
use crate::view::kit::Txt;
use crate::view::panel::{IntroductionEdit, ListingEdit, RuleRow, TierRow};

/// A markup that holds for more than one item.
pub(super) fn rule(t: &Tr, names: &Names, listing: &Listing) -> Option<RuleRow> {
    let ListingPrice::Markup { percent } = &listing.price else {
        return None;
    };
    if listing.item_id.is_some() && listing.matches.is_empty() {
        return None;
    }
    let mut parts: Vec<String> = Vec::new();
    if let Some(product) = listing.product_id {
        parts.push(names.product(product).into_owned());
    }
    parts.extend(
        listing
            .matches
            .iter()
            .map(|(name, value)| format!("{}: {value}", t.code("dimension", name))),
    );
    Some(RuleRow {
        name: format!("rule.{}", listing.id).into(),
        label: if parts.is_empty() {
            t.tr("price-rule-all")
        } else {
            parts.join(" · ").into()
        },
        percent: *percent,
    })
}

/// The listing that an item has of its own.
pub(super) fn own<'a>(listings: &'a [Listing], item: &PricePreview) -> Option<&'a Listing> {
    listings
        .iter()
        .find(|listing| listing.item_id == Some(item.item_id) && listing.matches.is_empty())
}

/// Whether an item can have an introductory price.
pub(super) fn introducible(item: &PricePreview) -> bool {
    item.kind == ItemKind::Recurring
}

/// The introductory price of an item, as the form has it.
fn introduction_of(
    words: &PriceWords,
    policies: &Policies,
    item: &PricePreview,
) -> Option<IntroductionEdit> {
    if !introducible(item) {
        return None;
    }
    let Some(introduction) = policies.introductions.get(&item.item_id) else {
        return Some(IntroductionEdit::default());
    };
    let price = simple(&introduction.price);
    Some(IntroductionEdit {
        periods: introduction.periods.to_string().into(),
        price: price.map_or_else(Txt::default, |price| price.normalize().to_string().into()),
        words: price
            .is_none()
            .then(|| words.line(&introduction.price).into()),
        model: match price {
            None => introduction
                .price
                .to_json()
                .map_or_else(|_| Txt::default(), |json| json.to_string().into()),
            Some(_) => Txt::default(),
        },
        once: introduction.once,
    })
}

pub(super) fn edit_of(
    desk: &Desk,
    t: &Tr,
    (listings, policies): (&[Listing], &Policies),
    item: &PricePreview,
) -> ListingEdit {
    let locale = desk.ctx.locale;
    let (how, value, model) = match own(listings, item).map(|listing| &listing.price) {
        Some(ListingPrice::Markup { percent }) => ("markup", percent.normalize().to_string(), None),
        Some(ListingPrice::Absolute { model }) => match simple(model) {
            Some(price) => ("price", price.normalize().to_string(), Some(model)),
            None => ("model", String::new(), Some(model)),
        },
        Some(ListingPrice::Hidden) | None => ("rule", String::new(), None),
    };
    let tiers = item.after.iter().flat_map(|price| {
        let cost = item
            .buying
            .iter()
            .find(|cost| cost.matches == price.matches);
        tiers(t, price, cost, item)
    });
    let general = item.after.iter().find(|price| price.matches.is_empty());
    let words = PriceWords::new(locale, item.currency, &item.unit);
    let summary = general.and_then(|price| price.model.as_ref());
    ListingEdit {
        id: item.item_id.to_string().into(),
        product: format!("{} · {}", item.product.get(locale), item.plan.get(locale)).into(),
        item: item.item.get(locale).to_owned().into(),
        how: how.into(),
        value: value.into(),
        model: model
            .and_then(|model| model.to_json().ok())
            .map_or_else(Txt::default, |json| json.to_string().into()),
        summary: summary.map(|model| words.line(model).into()),
        on: !item.after.is_empty(),
        tiers: tiers.collect(),
        introduction: introduction_of(&words, policies, item),
        problem: None,
    }
}

/// The one price of a model that has but one and nothing beside it.
pub(super) fn simple(model: &PriceModel) -> Option<Decimal> {
    let plain = model.included.is_zero() && model.minimum.is_none() && model.maximum.is_none();
    match &model.kind {
        PriceKind::Flat { amount } if plain => Some(*amount),
        PriceKind::PerUnit { unit_price } if plain => Some(*unit_price),
        _ => None,
    }
}

/// Prices of a model with what each is for; nothing for a cost that is passed through.
fn prices(words: &PriceWords, model: Option<&PriceModel>) -> Vec<(String, Txt, Decimal)> {
    let Some(model) = model else {
        return Vec::new();
    };
    let amounts: Vec<Decimal> = match &model.kind {
        PriceKind::PassThrough { .. } => return Vec::new(),
        PriceKind::Graduated { tiers, .. } | PriceKind::Volume { tiers, .. } => {
            tiers.iter().map(|tier| tier.unit_price).collect()
        }
        PriceKind::GraduatedPercentage { tiers, .. } => {
            tiers.iter().map(|tier| tier.unit_price).collect()
        }
        PriceKind::Stairstep { steps, .. } => steps.iter().map(|step| step.amount).collect(),
        PriceKind::Matrix { rows, .. } => rows.iter().map(|row| row.unit_price).collect(),
        PriceKind::Flat { amount } | PriceKind::Package { amount, .. } => vec![*amount],
        PriceKind::PerUnit { unit_price } => vec![*unit_price],
        PriceKind::Percentage { percent, .. } => vec![*percent],
    };
    match words.table(model) {
        Some(table) => table
            .rows
            .into_iter()
            .zip(amounts)
            .map(|(mut cells, amount)| {
                let price = cells.split_off(table.figures_from).join(" · ");
                (cells.join(" · "), price.into(), amount)
            })
            .collect(),
        None => amounts
            .into_iter()
            .map(|amount| (String::new(), words.line(model).into(), amount))
            .collect(),
    }
}

fn tiers(
    t: &Tr,
    price: &SellerPrice,
    cost: Option<&SellerPrice>,
    item: &PricePreview,
) -> Vec<TierRow> {
    let mut label: Vec<String> = price
        .matches
        .iter()
        .map(|(name, value)| format!("{}: {value}", t.code("dimension", name)))
        .collect();
    let words = |currency: Currency| PriceWords::new(t.locale, currency, &item.unit);
    let found = prices(&words(item.currency), price.model.as_ref());
    if found.is_empty() {
        label.push(t.tr("price-model-pass-through").into_owned());
        let added = price.markup.unwrap_or_default();
        return vec![TierRow {
            label: label.join(" · ").into(),
            cost: None,
            price: format!("+{}", t.percent(added)).into(),
            margin: None,
        }];
    }
    let buying = item.buying_currency;
    let costs = buying.map_or_else(Vec::new, |currency| {
        prices(&words(currency), cost.and_then(|cost| cost.model.as_ref()))
    });
    // Only prices of the same make can be set against each other.
    let comparable = costs.len() == found.len();
    found
        .into_iter()
        .enumerate()
        .map(|(at, (name, words, amount))| {
            let paid = costs.get(at).filter(|_| comparable);
            let margin = paid
                .filter(|_| buying == Some(item.currency) && !amount.is_zero())
                .and_then(|(_, _, paid)| {
                    amount
                        .checked_sub(*paid)?
                        .checked_mul(Decimal::ONE_HUNDRED)?
                        .checked_div(amount)
                });
            let mut label = label.clone();
            if !name.is_empty() {
                label.push(name);
            }
            TierRow {
                label: label.join(" · ").into(),
                cost: paid.map(|(_, words, _)| words.clone()),
                price: words,
                // A margin is shown to one place of a percent.
                margin: margin.map(|margin| {
                    tradewind_kernel::decimal::round(
                        margin,
                        1,
                        tradewind_kernel::decimal::Rounding::HalfEven,
                    )
                }),
            }
        })
        .collect()
}
