//! The revision that a form asks for.

use std::collections::BTreeMap;

use rust_decimal::Decimal;
use tradewind_catalogue::types::{
    Introduction, Listing, ListingDraft, ListingPrice, Policies, PricePreview, RevisionCreate,
};
use tradewind_kernel::decimal::{Limits, parse_decimal};
use tradewind_kernel::id::ItemId;
use tradewind_kernel::time::parse_date;
use tradewind_kernel::{Error, Result};
use tradewind_pricing::{PriceKind, PriceModel, Purpose};

use super::price_rows::{introducible, own, simple};
use super::{price_books::Draft, price_plans, price_policies};
use crate::form::Sent;

/// A percentage from a field.
pub(super) fn percent(field: &str, text: &str) -> Result<Decimal> {
    parse_decimal(field, text, &Limits::new(6, 6))
}

/// A listing as it would be made again.
pub(super) fn draft_of(listing: &Listing) -> ListingDraft {
    ListingDraft {
        product_id: listing.product_id,
        plan_id: listing.plan_id,
        item_id: listing.item_id,
        matches: listing.matches.clone(),
        price: listing.price.clone(),
    }
}

/// The revision that the form asks for: the rules with their markups, and what single items have of their own.
pub(super) fn revision(draft: &Draft, sent: &Sent) -> Result<RevisionCreate> {
    let (base, items) = (&draft.listings, &draft.items);
    let mut listings = Vec::new();
    for listing in base {
        let ours = listing.matches.is_empty()
            && items
                .iter()
                .any(|item| listing.item_id == Some(item.item_id));
        if ours {
            continue;
        }
        let mut draft = draft_of(listing);
        let field = format!("rule.{}", listing.id);
        if let (ListingPrice::Markup { .. }, Some(text)) = (&listing.price, sent.some(&field)) {
            draft.price = ListingPrice::Markup {
                percent: percent(&field, &text)?,
            };
        }
        listings.push(draft);
    }
    for item in items {
        if let Some(price) = price_for(base, item, sent)? {
            listings.push(ListingDraft {
                product_id: None,
                plan_id: None,
                item_id: Some(item.item_id),
                matches: BTreeMap::new(),
                price,
            });
        }
    }
    Ok(RevisionCreate {
        book_id: draft.book.book.id,
        effective_on: parse_date("from", sent.get("from"))?,
        note: String::new(),
        policies: Some(price_plans::with_plans(
            Policies {
                introductions: introductions(draft, sent)?,
                ..price_policies::asked(&draft.policies(), sent)?
            },
            &draft.items,
            sent,
        )?),
        listings,
    })
}

/// The introductory prices that the form asks for; those of items that it does not name stay.
fn introductions(draft: &Draft, sent: &Sent) -> Result<BTreeMap<ItemId, Introduction>> {
    let mut introductions = draft.policies().introductions;
    for item in draft.items.iter().filter(|item| introducible(item)) {
        let id = item.item_id;
        let field = |name: &str| format!("{id}.{name}");
        if sent.get(&field("how")).is_empty() {
            continue;
        }
        let before = introductions.remove(&id);
        let Some(periods) = sent.some(&field("intro")) else {
            continue;
        };
        let whole = periods.parse::<u32>().ok();
        let periods = whole.ok_or_else(|| {
            let text = "expected a whole number of billing periods, or nothing";
            Error::invalid(field("intro"), "out_of_range", text)
        })?;
        if periods == 0 {
            continue;
        }
        let price = match (sent.some(&field("intro_price")), before) {
            (Some(text), before) => {
                let limits = Limits::new(12, 12).non_negative();
                let price = parse_decimal(&field("intro_price"), &text, &limits)?;
                let after = item.after.iter().find_map(|price| price.model.as_ref());
                let like = before.as_ref().map(|before| &before.price);
                priced(like.or(after), item, price)
            }
            (None, _) if sent.some(&field("intro_model")).is_some() => {
                model(sent, &field("intro_model"))?
            }
            (None, Some(before)) if simple(&before.price).is_none() => before.price,
            (None, _) => {
                let text = "must not be empty";
                return Err(Error::invalid(field("intro_price"), "required", text));
            }
        };
        let introduction = Introduction {
            periods,
            price,
            once: sent.some(&field("intro_once")).is_some(),
        };
        introductions.insert(id, introduction);
    }
    Ok(introductions)
}

/// What the form says of one item; nothing when a rule is to decide.
fn price_for(base: &[Listing], item: &PricePreview, sent: &Sent) -> Result<Option<ListingPrice>> {
    let (how, value, on) = (
        sent.get(&format!("{}.how", item.item_id)),
        format!("{}.value", item.item_id),
        sent.some(&format!("{}.on", item.item_id)),
    );
    let listing = own(base, item);
    if how.is_empty() {
        return Ok(listing.map(|listing| listing.price.clone()));
    }
    if on.is_none() {
        // What was not sold before by any rule needs no rule that hides it.
        let hidden = !item.after.is_empty()
            || listing.is_some_and(|listing| matches!(listing.price, ListingPrice::Hidden));
        return Ok(hidden.then_some(ListingPrice::Hidden));
    }
    match how {
        "markup" => Ok(Some(ListingPrice::Markup {
            percent: percent(&value, sent.get(&value))?,
        })),
        "price" => {
            let before = match listing.map(|listing| &listing.price) {
                Some(ListingPrice::Absolute { model }) => Some(model),
                _ => None,
            };
            let limits = Limits::new(12, 12).non_negative();
            let price = parse_decimal(&value, sent.get(&value), &limits)?;
            let model = priced(before, item, price);
            Ok(Some(ListingPrice::Absolute { model }))
        }
        "model" => {
            let field = format!("{}.model", item.item_id);
            if sent.some(&field).is_none() {
                return Err(Error::invalid(&value, "required", "make its price first"));
            }
            let model = model(sent, &field)?;
            Ok(Some(ListingPrice::Absolute { model }))
        }
        _ => Ok(None),
    }
}

/// The price that a field carries.
fn model(sent: &Sent, field: &str) -> Result<PriceModel> {
    let json = serde_json::from_str(sent.get(field))
        .map_err(|error| Error::invalid(field, "malformed", error.to_string()))?;
    PriceModel::from_json(field, &json, Purpose::Charge)
}

/// One price, charged as the item is charged now: per unit unless it was flat.
fn priced(before: Option<&PriceModel>, item: &PricePreview, price: Decimal) -> PriceModel {
    let now = before.or_else(|| {
        item.buying
            .iter()
            .chain(&item.before)
            .find_map(|price| price.model.as_ref())
    });
    match now.map(|model| &model.kind) {
        Some(PriceKind::Flat { .. }) => PriceModel::flat(price),
        _ => PriceModel::per_unit(price),
    }
}
