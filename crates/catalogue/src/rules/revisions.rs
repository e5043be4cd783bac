//! Revisions of price books: when they hold, and what may stand in them.

use std::collections::BTreeSet;

use tradewind_kernel::{
    Date, Decimal, Error, Problems, Result,
    id::{AccountId, ListingId},
    text::check_len,
};
use tradewind_pricing::{Prepaid, ProrationPolicy, Purpose};

use super::shown::takes_quantity;
use crate::types::{
    Item, ItemKind, Listing, ListingDraft, ListingKind, ListingPrice, Policies, RenewalPrices,
    Revision, RevisionState, Shelf, introduction_field, not_recurring,
};

/// More rules than this no price book needs.
const MAX_LISTINGS: usize = 5_000;
/// Dimensions of one rule.
const MAX_DIMENSIONS: usize = 8;
/// The largest markup, in percent.
const MAX_PERCENT: i64 = 10_000;
/// Places of a markup.
const PERCENT_PLACES: u32 = 8;

/// What a seller is, as far as its prices depend on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Seller {
    /// Buys from somebody, so that there is a price to mark up.
    Trader,
    /// A vendor: sells what it makes, and nothing else.
    Maker(AccountId),
}

/// The revision that holds on a day: the latest that has taken effect; of two from the same day, the newer.
pub(crate) fn current(revisions: &[Revision], on: Date) -> Option<&Revision> {
    revisions
        .iter()
        .filter(|revision| revision.effective_on <= on)
        .max_by_key(|revision| (revision.effective_on, revision.number))
}

/// Where a revision stands on a day. One that a newer revision of the same day replaces is past at once.
pub(crate) fn state(revision: &Revision, all: &[Revision], on: Date) -> RevisionState {
    let replaced = all
        .iter()
        .any(|other| other.effective_on == revision.effective_on && other.number > revision.number);
    if replaced {
        RevisionState::Past
    } else if revision.effective_on > on {
        RevisionState::Planned
    } else if current(all, on).is_some_and(|now| now.number == revision.number) {
        RevisionState::Current
    } else {
        RevisionState::Past
    }
}

/// A new revision starts after today, so that nothing that was offered today changes; the first one of a book, which
/// changes nothing, may start on any day.
pub(crate) fn check_effective(effective_on: Date, today: Date, is_first: bool) -> Result<()> {
    if is_first || effective_on > today {
        return Ok(());
    }
    Err(Error::invalid(
        "effective_on",
        "not_in_future",
        format!("must be after today, {today}: prices of the past and of today never change"),
    ))
}

/// Checks the conventions of a revision.
pub(crate) fn check_policies(policies: &Policies) -> Result<()> {
    let mut problems = Problems::new();
    let proration = &policies.proration;
    let fields = [
        ("start", proration.start),
        ("upgrade", proration.upgrade),
        ("downgrade", proration.downgrade),
        ("cancellation", proration.cancellation),
    ];
    for (field, policy) in fields {
        let field = format!("policies.proration.{field}");
        let places = match policy {
            ProrationPolicy::ActualDays { ratio_places } => ratio_places,
            ProrationPolicy::FixedMonth { days, ratio_places } => {
                if !(28..=31).contains(&days) {
                    problems.add(&field, "out_of_range", "a month has 28 to 31 days");
                }
                ratio_places
            }
            _ => None,
        };
        if places.is_some_and(|places| places > 20) {
            problems.add(field, "out_of_range", "at most 20 places");
        }
    }
    problems.check(
        (policies.billing_days.check()).map_err(|error| error.under("policies.billing_days")),
    );
    let fee = policies.cancellation_fee.check();
    problems.check(fee.map_err(|error| error.under("policies.cancellation_fee")));
    match (&policies.increase, policies.renewal) {
        (Some(increase), _) => {
            let checked = increase.check();
            problems.check(checked.map_err(|error| error.under("policies.increase")));
        }
        (None, RenewalPrices::Increase) => problems.add(
            "policies.increase.percent",
            "required",
            "say by how many percent prices rise",
        ),
        (None, _) => {}
    }
    let of_all = policies.commitment.iter();
    let of_all = of_all.map(|one| ("policies.commitment".to_owned(), one));
    let of_plans = policies.plan_commitments.iter();
    let of_plans = of_plans.map(|(plan, one)| (format!("policies.plan_commitments.{plan}"), one));
    for (field, commitment) in of_all.chain(of_plans) {
        problems.check(commitment.check().map_err(|error| error.under(&field)));
    }
    for (plan, days) in &policies.plan_billing_days {
        let field = format!("policies.plan_billing_days.{plan}");
        problems.check(days.check().map_err(|error| error.under(&field)));
    }
    if policies.places.is_some_and(|places| !places.is_valid()) {
        problems.add("policies.places", "out_of_range", "at most 20 places");
    }
    problems.finish()
}

/// Checks the introductory prices of a revision.
///
/// # Errors
/// Names every wrong field (`policies.introductions.ITEM.periods`).
pub(crate) fn check_introductions(policies: &Policies, shelf: &Shelf) -> Result<()> {
    let mut problems = Problems::new();
    for (id, introduction) in &policies.introductions {
        let field = introduction_field(*id);
        let Some((_, _, item)) = shelf.item(*id) else {
            problems.add(field, "unknown", "there is no such item");
            continue;
        };
        let checked = introduction.check();
        let fits = item.kind == ItemKind::Recurring && takes_quantity(&introduction.price);
        let checked = checked.and_then(|()| if fits { Ok(()) } else { Err(not_recurring()) });
        problems.check(checked.map_err(|error| error.under(&field)));
    }
    problems.finish()
}

/// Whether any rule rests on what the seller itself pays.
pub(crate) fn buys_markup(listings: &[Listing]) -> bool {
    listings
        .iter()
        .any(|listing| listing.price.kind() == ListingKind::Markup)
}

/// Checks the rules of a revision, completes their scopes (an item's plan, a plan's product) and puts the most
/// specific first.
///
/// # Errors
/// Names every wrong field of every rule (`listings.3.percent`).
pub(crate) fn check_listings(
    drafts: &[ListingDraft],
    shelf: &Shelf,
    seller: Seller,
) -> Result<Vec<Listing>> {
    if drafts.is_empty() || drafts.len() > MAX_LISTINGS {
        return Err(Error::invalid(
            "listings",
            "out_of_range",
            format!("must be between 1 and {MAX_LISTINGS} rules"),
        ));
    }
    let mut problems = Problems::new();
    let mut listings: Vec<Listing> = Vec::with_capacity(drafts.len());
    let mut seen = BTreeSet::new();
    for (at, draft) in drafts.iter().enumerate() {
        let field = format!("listings.{at}");
        let checked = check_listing(draft, shelf, seller).map_err(|error| error.under(&field));
        let Some(listing) = problems.check(checked) else {
            continue;
        };
        let scope = (listing.product_id, listing.plan_id, listing.item_id);
        if !seen.insert((scope, listing.matches.clone())) {
            problems.add(&field, "duplicate", "another rule has the same scope");
        }
        listings.push(listing);
    }
    if problems.is_empty() {
        check_general_rules(&listings, &mut problems);
    }
    problems.finish()?;
    listings.sort_by(|one, other| sort_key(one).cmp(&sort_key(other)));
    Ok(listings)
}

/// Narrow scopes first, in them more dimensions first; the rest only makes the order definite.
fn sort_key(listing: &Listing) -> impl Ord + '_ {
    let breadth = if listing.item_id.is_some() {
        0_u8
    } else if listing.plan_id.is_some() {
        1
    } else if listing.product_id.is_some() {
        2
    } else {
        3
    };
    (
        breadth,
        std::cmp::Reverse(listing.matches.len()),
        &listing.matches,
        listing.id,
    )
}

fn check_listing(draft: &ListingDraft, shelf: &Shelf, seller: Seller) -> Result<Listing> {
    let mut listing = Listing {
        id: ListingId::generate(),
        product_id: draft.product_id,
        plan_id: draft.plan_id,
        item_id: draft.item_id,
        matches: draft.matches.clone(),
        price: draft.price.clone(),
    };
    let item_kind = complete_scope(&mut listing, shelf, seller)?;
    let mut problems = Problems::new();
    check_matches(&listing, item_kind, &mut problems);
    match &listing.price {
        ListingPrice::Hidden => {}
        ListingPrice::Markup { percent } => {
            problems.check(check_percent(*percent));
            if matches!(seller, Seller::Maker(_)) {
                problems.add(
                    "percent",
                    "no_buying_price",
                    "this seller buys from nobody, so there is nothing to mark up; use absolute prices",
                );
            }
        }
        ListingPrice::Absolute { model } => {
            problems.check(model.check(Purpose::Charge).map_err(|e| e.under("model")));
            match item_kind {
                None => problems.add(
                    "item_id",
                    "required",
                    "an absolute price belongs to one item of a plan",
                ),
                Some(ItemKind::Metered) => {}
                Some(_) if !takes_quantity(model) => problems.add(
                    "model",
                    "not_applicable",
                    "only usage has a price like this; use flat, per_unit, graduated, volume, stairstep or package",
                ),
                Some(_) => {}
            }
            if model.pooled {
                check_pooled(&listing, shelf, &mut problems);
            }
            if let Some(prepaid) = &model.prepaid {
                check_prepaid(prepaid, &listing, shelf, &mut problems);
            }
        }
    }
    problems.finish()?;
    Ok(listing)
}

/// Only usage is counted over several subscriptions, and only where what each comes to adds up.
fn check_pooled(listing: &Listing, shelf: &Shelf, problems: &mut Problems) {
    let found = listing.item_id.and_then(|id| shelf.item(id));
    let fits = found.is_some_and(|(_, _, item)| {
        item.kind == ItemKind::Metered && item.aggregation.adds_up() && listing.matches.is_empty()
    });
    if !fits {
        problems.add(
            "model.pooled",
            "not_applicable",
            "only usage by sum, count or hours held is counted over several subscriptions, as the general price of its item says",
        );
    }
}

/// A quantity bought ahead is drawn by usage that is summed up, at the general price of its item; what brings it is another
/// item of the plan, which is ordered.
fn check_prepaid(prepaid: &Prepaid, listing: &Listing, shelf: &Shelf, problems: &mut Problems) {
    let found = listing.item_id.and_then(|id| shelf.item(id));
    let Some((_, plan, item)) = found else {
        return;
    };
    if !(item.kind == ItemKind::Metered && item.aggregation.is_sum() && listing.matches.is_empty())
    {
        problems.add(
            "model.prepaid",
            "not_applicable",
            "only usage that is summed up is bought ahead, by the general price of its item",
        );
    }
    let Some(code) = &prepaid.per else { return };
    let ordered = |other: &&Item| other.kind != ItemKind::Metered;
    if !(plan.items.iter().filter(ordered)).any(|other| other.code == *code) {
        let known: Vec<&str> = plan
            .items
            .iter()
            .filter(ordered)
            .map(|other| other.code.as_str())
            .collect();
        problems.add(
            "model.prepaid.per",
            "unknown_value",
            format!(
                "expected the code of an item of the plan that is ordered: {}",
                known.join(", ")
            ),
        );
    }
}

/// Fills in the plan of an item and the product of a plan; the kind of the item, when the rule is about one.
fn complete_scope(
    listing: &mut Listing,
    shelf: &Shelf,
    seller: Seller,
) -> Result<Option<ItemKind>> {
    let unknown = |field: &str| Error::invalid(field, "unknown", "there is no such thing");
    let elsewhere = |field: &str| {
        Error::invalid(
            field,
            "inconsistent",
            "does not belong to the plan or product named here",
        )
    };
    let mut kind = None;
    if let Some(id) = listing.item_id {
        let (_, plan, item) = shelf.item(id).ok_or_else(|| unknown("item_id"))?;
        if listing.plan_id.is_some_and(|named| named != plan.id) {
            return Err(elsewhere("item_id"));
        }
        listing.plan_id = Some(plan.id);
        kind = Some(item.kind);
    }
    if let Some(id) = listing.plan_id {
        let (product, _) = shelf.plan(id).ok_or_else(|| unknown("plan_id"))?;
        if listing
            .product_id
            .is_some_and(|named| named != product.product.id)
        {
            return Err(elsewhere("plan_id"));
        }
        listing.product_id = Some(product.product.id);
    }
    if let Some(id) = listing.product_id {
        let product = shelf.product(id).ok_or_else(|| unknown("product_id"))?;
        let made_by = product.product.vendor_id;
        if matches!(seller, Seller::Maker(vendor) if vendor != made_by) {
            return Err(unknown("product_id"));
        }
    }
    Ok(kind)
}

fn check_matches(listing: &Listing, item_kind: Option<ItemKind>, problems: &mut Problems) {
    if listing.matches.is_empty() {
        return;
    }
    if listing.matches.len() > MAX_DIMENSIONS {
        problems.add(
            "match",
            "out_of_range",
            format!("at most {MAX_DIMENSIONS} dimensions"),
        );
    }
    if item_kind.is_some_and(|kind| kind != ItemKind::Metered) {
        problems.add(
            "match",
            "not_applicable",
            "only the usage of metered items has dimensions",
        );
    }
    if listing.price.kind() == ListingKind::Hidden {
        problems.add(
            "match",
            "not_applicable",
            "usage cannot be hidden by its dimensions; hide the item, the plan or the product",
        );
    }
    for (key, value) in &listing.matches {
        let shape = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
        if key.is_empty() || key.len() > 60 || !key.chars().all(shape) {
            problems.add(
                "match",
                "malformed",
                "a dimension is named by up to 60 lower-case letters, digits and underscores, such as service_category",
            );
        }
        problems.check(check_len(&format!("match.{key}"), value, 1, 200));
    }
}

fn check_percent(percent: Decimal) -> Result<()> {
    if percent < Decimal::from(-100) || percent > Decimal::from(MAX_PERCENT) {
        return Err(Error::invalid(
            "percent",
            "out_of_range",
            format!("must be between -100 and {MAX_PERCENT}"),
        ));
    }
    if percent.normalize().scale() > PERCENT_PLACES {
        return Err(Error::invalid(
            "percent",
            "too_many_places",
            format!("at most {PERCENT_PLACES} digits after the point"),
        ));
    }
    Ok(())
}

/// A rule for special usage needs one for all other usage beside it, or some usage would have no price.
fn check_general_rules(listings: &[Listing], problems: &mut Problems) {
    for (at, listing) in listings.iter().enumerate() {
        if listing.matches.is_empty() {
            continue;
        }
        let covers = |other: &Listing| {
            other.matches.is_empty()
                && other.item_id.is_none_or(|id| listing.item_id == Some(id))
                && other.plan_id.is_none_or(|id| listing.plan_id == Some(id))
                && other
                    .product_id
                    .is_none_or(|id| listing.product_id == Some(id))
        };
        if !listings.iter().any(covers) {
            problems.add(
                format!("listings.{at}.match"),
                "no_general_rule",
                "add a rule without dimensions for the same scope or a wider one: other usage would have no price",
            );
        }
    }
}

#[cfg(test)]
mod tests;
