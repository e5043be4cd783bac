//! Price books and their revisions.

use serde_json::json;
use tradewind_kernel::{
    Currency, Date, Error, Result,
    id::{AccountId, PriceBookId, RevisionId},
    text::check_lines,
};
use tradewind_platform::{OpCtx, Platform, Work};
use tradewind_policy::{AccountKind, Action};

use super::{load, parties, products::record};
use crate::{
    rules::{self, Seller},
    store::{prices as store, versions::Part},
    types::{
        Listing, Policies, PriceBook, PriceBookAssign, PriceBookCreate, PriceBookDetail,
        PriceBookUpdate, Revision, RevisionCreate, RevisionState, RevisionView,
    },
};

/// Creates a price book. A seller's first one is its default.
///
/// # Errors
/// Names the field that is wrong; `sells_nothing` for a customer.
pub async fn price_book_create(
    p: &Platform,
    ctx: &OpCtx,
    input: &PriceBookCreate,
) -> Result<PriceBook> {
    p.command(ctx, "price_book.create", input, |w, input| {
        Box::pin(price_book_create_in(w, input))
    })
    .await
}

/// As [`price_book_create`], within another use case.
///
/// # Errors
/// As [`price_book_create`].
pub async fn price_book_create_in(w: &mut Work, input: &PriceBookCreate) -> Result<PriceBook> {
    let seller = input.seller_id;
    parties::authorize_books(w, Action::PriceBookManage, seller, seller).await?;
    let name = rules::check_price_book(&input.name)?;
    let account = parties::account(w, seller).await?;
    if account.kind == AccountKind::Customer {
        return Err(Error::refused(
            "sells_nothing",
            "a customer sells nothing and has no prices",
        ));
    }
    let realm = w.ctx.realm;
    let is_first = store::book_count(&mut w.tx, realm, seller).await? == 0;
    let book = PriceBook {
        id: PriceBookId::generate(),
        seller_id: seller,
        name,
        currency: input.currency,
        is_default: input.is_default || is_first,
        version: 1,
    };
    store::add_book(&mut w.tx, realm, &book).await?;
    if book.is_default {
        store::sole_default(&mut w.tx, realm, seller, book.id).await?;
    }
    load::touch(w, Part::Prices).await?;
    let summary = json!({"name": book.name, "currency": book.currency});
    record(
        w,
        "price_book.created",
        "price_book",
        book.id.to_string(),
        seller,
        summary,
    );
    Ok(book)
}

/// A book that the principal may do this with, locked.
async fn book_for(w: &mut Work, action: Action, id: PriceBookId) -> Result<PriceBook> {
    let found = store::book(&mut w.tx, w.ctx.realm, id).await?;
    let book = found.ok_or_else(|| Error::not_found(id))?;
    parties::authorize_books(w, action, book.seller_id, id).await?;
    Ok(book)
}

/// Renames a price book or makes it the default.
///
/// # Errors
/// Names the field that is wrong; `needs_default` when it is the default and would not be; changed meanwhile.
pub async fn price_book_update(
    p: &Platform,
    ctx: &OpCtx,
    input: &PriceBookUpdate,
) -> Result<PriceBook> {
    p.command(ctx, "price_book.update", input, |w, input| {
        Box::pin(async move {
            let book = book_for(w, Action::PriceBookManage, input.id).await?;
            let name = rules::check_price_book(&input.name)?;
            if book.is_default && !input.is_default {
                return Err(Error::refused(
                    "needs_default",
                    "a seller needs a default book; make another one the default instead",
                ));
            }
            let (realm, id) = (w.ctx.realm, input.id);
            let is_default = input.is_default;
            if !store::update_book(&mut w.tx, realm, id, input.version, &name, is_default).await? {
                return Err(Error::changed(id));
            }
            if is_default {
                store::sole_default(&mut w.tx, realm, book.seller_id, id).await?;
            }
            load::touch(w, Part::Prices).await?;
            let summary = json!({"before": book, "name": name, "is_default": is_default});
            record(
                w,
                "price_book.updated",
                "price_book",
                id.to_string(),
                book.seller_id,
                summary,
            );
            let after = store::book(&mut w.tx, realm, id).await?;
            after.ok_or_else(|| Error::not_found(id))
        })
    })
    .await
}

/// Assigns a price book to a buyer; nothing assigns the seller's default book. What was ordered before keeps its terms.
///
/// # Errors
/// `unknown` for a book that is not the seller's; `no_exchange_rate` when it is in another currency than the trade and
/// there is no rate; not found when the two do not trade.
pub async fn price_book_assign(p: &Platform, ctx: &OpCtx, input: &PriceBookAssign) -> Result<()> {
    p.command(ctx, "price_book.assign", input, |w, input| {
        Box::pin(price_book_assign_in(w, input))
    })
    .await
}

/// As [`price_book_assign`], within another use case.
///
/// # Errors
/// As [`price_book_assign`].
pub async fn price_book_assign_in(w: &mut Work, input: &PriceBookAssign) -> Result<()> {
    let seller = input.seller_id;
    parties::authorize_books(w, Action::PriceBookManage, seller, seller).await?;
    let trade = parties::relationship(w, seller, input.buyer_id).await?;
    if let Some(id) = input.book_id {
        let book = store::book(&mut w.tx, w.ctx.realm, id).await?;
        let book = book
            .filter(|book| book.seller_id == seller)
            .ok_or_else(|| Error::invalid("book_id", "unknown", "the seller has no such book"))?;
        let today = today(w, seller).await?;
        super::rate_on(w, book.currency, trade.currency, today).await?;
    }
    parties::set_price_book(w, &trade, input.book_id).await
}

/// The day it is where the seller is.
async fn today(w: &mut Work, seller: AccountId) -> Result<Date> {
    let zone = parties::account(w, seller).await?.zone;
    Ok(w.ctx.now.date_in(&zone))
}

/// The books of a seller with the heads of their revisions, newest first.
///
/// # Errors
/// Not found when the seller is not the principal's to see; forbidden for those who see no price books.
pub async fn price_book_list(
    p: &Platform,
    ctx: &OpCtx,
    seller: AccountId,
) -> Result<Vec<PriceBookDetail>> {
    p.read(ctx, &seller, |w, seller| {
        Box::pin(async move {
            let seller = *seller;
            parties::authorize_books(w, Action::PriceBookView, seller, seller).await?;
            let on = today(w, seller).await?;
            let versions = load::versions(w).await?;
            let prices = load::prices(w, &versions).await?;
            Ok(prices
                .books_of(seller)
                .into_iter()
                .map(|book| PriceBookDetail {
                    book: book.clone(),
                    revisions: views(prices.revisions(book.id), on),
                })
                .collect())
        })
    })
    .await
}

/// The revisions with their states, newest first and without their rules.
fn views(revisions: &[Revision], on: Date) -> Vec<RevisionView> {
    let mut views: Vec<RevisionView> = revisions
        .iter()
        .map(|revision| RevisionView {
            state: rules::state(revision, revisions, on),
            revision: revision.clone(),
            listings: Vec::new(),
        })
        .collect();
    views.sort_by_key(|view| std::cmp::Reverse(view.revision.number));
    views
}

/// A book with its revisions, newest first; the current one and the planned ones with their rules.
///
/// # Errors
/// Not found.
pub async fn price_book_get(p: &Platform, ctx: &OpCtx, id: PriceBookId) -> Result<PriceBookDetail> {
    p.read(ctx, &id, |w, id| {
        Box::pin(async move {
            let versions = load::versions(w).await?;
            let prices = load::prices(w, &versions).await?;
            let book = prices.book(*id).ok_or_else(|| Error::not_found(*id))?;
            parties::authorize_books(w, Action::PriceBookView, book.seller_id, *id).await?;
            let on = today(w, book.seller_id).await?;
            let mut revisions = views(prices.revisions(book.id), on);
            let alive: Vec<RevisionId> = revisions
                .iter()
                .filter(|view| view.state != RevisionState::Past)
                .map(|view| view.revision.id)
                .collect();
            let rules = load::listings(w, &alive).await?;
            for view in &mut revisions {
                if let Some(listings) = rules.get(&view.revision.id) {
                    view.listings = listings.to_vec();
                }
            }
            Ok(PriceBookDetail {
                book: book.clone(),
                revisions,
            })
        })
    })
    .await
}

/// Adds a revision to a book: all of its prices from a day on. Nothing that was ordered before changes.
///
/// # Errors
/// Names every wrong field of every rule (`listings.3.percent`); `not_in_future`; `no_exchange_rate` when a markup
/// needs a rate that nobody has set.
pub async fn revision_create(
    p: &Platform,
    ctx: &OpCtx,
    input: &RevisionCreate,
) -> Result<RevisionView> {
    p.command(ctx, "price_book.revise", input, |w, input| {
        Box::pin(revision_create_in(w, input))
    })
    .await
}

/// As [`revision_create`], within another use case.
///
/// # Errors
/// As [`revision_create`].
pub async fn revision_create_in(w: &mut Work, input: &RevisionCreate) -> Result<RevisionView> {
    let book = book_for(w, Action::PriceBookManage, input.book_id).await?;
    let realm = w.ctx.realm;
    let existing = store::book_revisions(&mut w.tx, realm, book.id).await?;
    let on = today(w, book.seller_id).await?;
    let (revision, listings) = draft(w, &book, &existing, input, on, Rules::Some).await?;
    store::add_revision(&mut w.tx, realm, &revision, &listings).await?;
    store::bump_book(&mut w.tx, realm, book.id).await?;
    load::touch(w, Part::Prices).await?;
    let summary = json!({
        "revision": revision.id,
        "number": revision.number,
        "effective_on": revision.effective_on,
        "note": revision.note,
        "rules": listings.len(),
    });
    record(
        w,
        "price_book.revised",
        "price_book",
        book.id.to_string(),
        book.seller_id,
        summary,
    );
    let mut all = existing;
    all.push(revision.clone());
    Ok(RevisionView {
        state: rules::state(&revision, &all, on),
        revision,
        listings,
    })
}

/// Whether a revision needs rules.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Rules {
    /// At least one.
    Some,
    /// It may have none: what there is to sell is to be looked at before anything is said about it.
    None,
}

/// A revision as it would be created, with all its rules checked.
pub(super) async fn draft(
    w: &mut Work,
    book: &PriceBook,
    existing: &[Revision],
    input: &RevisionCreate,
    today: Date,
    needs: Rules,
) -> Result<(Revision, Vec<Listing>)> {
    rules::check_effective(input.effective_on, today, existing.is_empty())?;
    check_lines("note", &input.note, 0, 1_000)?;
    let latest = existing.iter().max_by_key(|revision| revision.number);
    let policies = match (&input.policies, latest) {
        (Some(policies), _) => policies.clone(),
        (None, Some(latest)) => latest.policies.clone(),
        (None, None) => Policies::default(),
    };
    rules::check_policies(&policies)?;
    let account = parties::account(w, book.seller_id).await?;
    let seller = match account.kind {
        AccountKind::Vendor => Seller::Maker(account.id),
        _ => Seller::Trader,
    };
    let versions = load::versions(w).await?;
    let shelf = load::shelf(w, &versions).await?;
    rules::check_introductions(&policies, &shelf)?;
    let listings = if input.listings.is_empty() && needs == Rules::None {
        Vec::new()
    } else {
        rules::check_listings(&input.listings, &shelf, seller)?
    };
    if rules::buys_markup(&listings) {
        let rates = &load::prices(w, &versions).await?.rates;
        for currency in buying_currencies(w, book.seller_id).await? {
            rates.on(currency, book.currency, input.effective_on)?;
        }
    }
    let revision = Revision {
        id: RevisionId::generate(),
        book_id: book.id,
        number: latest.map_or(0, |latest| latest.number) + 1,
        effective_on: input.effective_on,
        note: input.note.trim().to_owned(),
        policies,
        created_by: w.ctx.principal.label(),
        created_at: w.ctx.now,
    };
    Ok((revision, listings))
}

/// The currencies that a seller buys in.
async fn buying_currencies(w: &mut Work, seller: AccountId) -> Result<Vec<Currency>> {
    if let Some(pair) = parties::chain(w, seller).await?.first() {
        return Ok(vec![pair.relationship.currency]);
    }
    let vendors = parties::vendor_rungs(w, seller).await?;
    Ok(vendors.values().filter_map(|rung| rung.currency).collect())
}
