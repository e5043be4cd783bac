//! Price books: what is sold from them and for how much, and new revisions.

use std::collections::BTreeMap;

use rust_decimal::Decimal;
use tradewind_accounts::service as accounts;
use tradewind_catalogue::service as catalogue;
use tradewind_catalogue::types::{
    Listing, ListingDraft, ListingPrice, PriceBookCreate, PriceBookDetail, PricePreview,
    RevisionCreate, RevisionPreviewRequest, RevisionState, RevisionView, SellerPrice,
};
use tradewind_kernel::calendar::add_days;
use tradewind_kernel::currency::Currency;
use tradewind_kernel::decimal::{Limits, parse_decimal};
use tradewind_kernel::id::PriceBookId;
use tradewind_kernel::page::{ListRequest, PageRequest};
use tradewind_kernel::time::{Date, parse_date};
use tradewind_kernel::{Error, Result};
use tradewind_policy::Action;
use tradewind_pricing::{PriceKind, PriceModel};

use super::super::names::{Mentions, Names};
use super::desk::{Desk, small};
use crate::form::Sent;
use crate::respond::{self, Answer, changed};
use crate::session::Id;
use crate::view::Tr;
use crate::view::kit::Txt;
use crate::view::panel::{
    ListingEdit, PriceBookPage, PriceBookRow, PriceBooksPage, RevisionRow, RuleRow, TierRow,
};
use crate::view::shared::FormState;

/// `GET /panel/price-books`.
pub(crate) async fn list(desk: Desk) -> Answer {
    let me = desk.account();
    let books = catalogue::price_book_list(desk.p(), &desk.ctx, me).await?;
    let buyers = buyers(&desk, None).await?;
    let on = |book: &PriceBookDetail, state| {
        let found = book.revisions.iter().find(|view| view.state == state);
        found.map(|view| view.revision.effective_on)
    };
    let rows = books.iter().map(|one| PriceBookRow {
        id: one.book.id.to_string().into(),
        name: one.book.name.clone().into(),
        currency: one.book.currency.code().into(),
        current: on(one, RevisionState::Current),
        planned: on(one, RevisionState::Planned),
        listings: small(one.revisions.len()),
        buyers: small(
            buyers
                .iter()
                .filter(|(book, _)| *book == one.book.id)
                .count(),
        ),
    });
    let page = PriceBooksPage {
        rows: rows.collect(),
        state: desk.list(None),
        add: desk.permit(Action::PriceBookManage),
        form: FormState::default(),
        currencies: Currency::all().map(|one| one.code().into()).collect(),
    };
    respond::page(page.page(desk.app()))
}

/// Which price books are assigned to which buyers of the reader's account: book, buyer.
async fn buyers(
    desk: &Desk,
    book: Option<PriceBookId>,
) -> Result<Vec<(PriceBookId, tradewind_kernel::id::AccountId)>> {
    let narrowed = book.map_or_else(String::new, |id| format!(" price_book:{id}"));
    let list = ListRequest {
        filter: format!("seller:{}{narrowed}", desk.account()),
        sort: String::new(),
        page: PageRequest::new(Some(200), None)?,
    };
    let found = match accounts::relationship_list(desk.p(), &desk.ctx, &list).await {
        Ok(found) => found.items,
        Err(Error::Forbidden { .. } | Error::NotFound { .. }) => Vec::new(),
        Err(error) => return Err(error),
    };
    Ok(found
        .into_iter()
        .filter_map(|one| Some((one.price_book?, one.buyer)))
        .collect())
}

/// `POST /panel/price-books`.
pub(crate) async fn add(desk: Desk, sent: Sent) -> Answer {
    match create(&desk, &sent).await {
        Ok(id) => {
            let here = format!("/panel/price-books/{id}/edit");
            changed(&desk, Ok(()), here, "price-book-added")
        }
        Err(error) => changed::<()>(&desk, Err(error), "/panel/price-books", ""),
    }
}

async fn create(desk: &Desk, sent: &Sent) -> Result<PriceBookId> {
    let input = PriceBookCreate {
        seller_id: desk.account(),
        name: sent.get("book_name").to_owned(),
        currency: Currency::parse(sent.get("currency")).map_err(|error| error.at("currency"))?,
        is_default: false,
    };
    let markup = match sent.some("markup") {
        Some(text) => Some(percent("markup", &text)?),
        None => None,
    };
    let book = catalogue::price_book_create(desk.p(), &desk.ctx, &input).await?;
    if let Some(percent) = markup {
        let revision = RevisionCreate {
            book_id: book.id,
            effective_on: add_days(desk.today(), 1)?,
            note: String::new(),
            policies: None,
            listings: vec![ListingDraft {
                product_id: None,
                plan_id: None,
                item_id: None,
                matches: BTreeMap::new(),
                price: ListingPrice::Markup { percent },
            }],
        };
        catalogue::revision_create(desk.p(), &desk.ctx, &revision).await?;
    }
    Ok(book.id)
}

fn percent(field: &str, text: &str) -> Result<Decimal> {
    parse_decimal(field, text, &Limits::new(6, 6))
}

/// `GET /panel/price-books/{id}`.
pub(crate) async fn show(desk: Desk, Id(id): Id<PriceBookId>) -> Answer {
    let page = book_page(&desk, id, None).await?;
    respond::page(page.page(desk.app()))
}

/// `GET /panel/price-books/{id}/edit`.
pub(crate) async fn edit(desk: Desk, Id(id): Id<PriceBookId>) -> Answer {
    let page = book_page(&desk, id, Some(FormState::default())).await?;
    respond::page(page.page(desk.app()))
}

/// The revision a page is about: the one asked for, else the current, else the next.
fn shown<'a>(desk: &Desk, book: &'a PriceBookDetail, editing: bool) -> Option<&'a RevisionView> {
    let asked = desk.ask("revision");
    let by = |state| book.revisions.iter().find(move |view| view.state == state);
    let named = book
        .revisions
        .iter()
        .find(|view| !editing && view.revision.id.to_string() == asked);
    let latest = book
        .revisions
        .iter()
        .max_by_key(|view| view.revision.number)
        .filter(|_| editing);
    named
        .or(latest)
        .or_else(|| by(RevisionState::Current))
        .or_else(|| by(RevisionState::Planned))
}

fn draft_of(listing: &Listing) -> ListingDraft {
    ListingDraft {
        product_id: listing.product_id,
        plan_id: listing.plan_id,
        item_id: listing.item_id,
        matches: listing.matches.clone(),
        price: listing.price.clone(),
    }
}

/// The first day from which a further revision can hold.
fn next_day(desk: &Desk, book: &PriceBookDetail) -> Result<Date> {
    let latest = book
        .revisions
        .iter()
        .map(|view| view.revision.effective_on)
        .fold(desk.today(), Date::max);
    add_days(latest, 1)
}

async fn previewed(
    desk: &Desk,
    book: &PriceBookDetail,
    listings: Vec<ListingDraft>,
) -> Result<Vec<PricePreview>> {
    let request = RevisionPreviewRequest {
        revision: RevisionCreate {
            book_id: book.book.id,
            effective_on: next_day(desk, book)?,
            note: String::new(),
            policies: None,
            listings,
        },
        product_id: None,
        everything: true,
    };
    let found = catalogue::revision_preview(desk.p(), &desk.ctx, &request).await;
    match found {
        Ok(found) => Ok(found.items),
        // A book without listings has nothing to preview, and who may not change it sees its rules only.
        Err(Error::Invalid(_) | Error::Forbidden { .. } | Error::Refused { .. }) => Ok(Vec::new()),
        Err(error) => Err(error),
    }
}

async fn book_page(desk: &Desk, id: PriceBookId, form: Option<FormState>) -> Result<PriceBookPage> {
    let book = catalogue::price_book_get(desk.p(), &desk.ctx, id).await?;
    let editing = form.is_some();
    let view = shown(desk, &book, editing);
    let listings: &[Listing] = view.map_or(&[], |view| &view.listings);
    let items = previewed(desk, &book, listings.iter().map(draft_of).collect()).await?;
    let assigned = buyers(desk, Some(id)).await?;
    let mentions = Mentions::accounts(assigned.iter().map(|(_, buyer)| *buyer))
        .products(listings.iter().filter_map(|listing| listing.product_id));
    let names = Names::of(desk.p(), &desk.ctx, &mentions).await?;
    let t = desk.t();
    let revisions = book.revisions.iter().map(|one| RevisionRow {
        id: one.revision.id.to_string().into(),
        number: small(one.revision.number),
        from: one.revision.effective_on,
        state: one.state.as_str().into(),
        by: one.revision.created_by.clone().into(),
        made: one.revision.created_at,
        shown: view.is_some_and(|shown| shown.revision.id == one.revision.id),
    });
    let mut form = form.unwrap_or_default();
    if editing && form.value("from").is_empty() {
        let from = next_day(desk, &book)?.to_string();
        form.values.push(("from".to_owned(), from));
    }
    Ok(PriceBookPage {
        id: id.to_string().into(),
        name: book.book.name.clone().into(),
        currency: book.book.currency.code().into(),
        rate: None,
        revisions: revisions.collect(),
        rules: listings
            .iter()
            .filter_map(|listing| rule(&t, &names, listing))
            .collect(),
        listings: items
            .iter()
            .map(|item| edit_of(desk, &t, listings, item))
            .collect(),
        buyers: assigned
            .iter()
            .map(|(_, buyer)| {
                let href = format!("/panel/customers/{buyer}");
                (names.account(*buyer), href.into())
            })
            .collect(),
        editing,
        edit: desk.permit(Action::PriceBookManage),
        affected: small(assigned.len()),
        form,
    })
}

/// A markup that holds for more than one item.
fn rule(t: &Tr, names: &Names, listing: &Listing) -> Option<RuleRow> {
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
fn own<'a>(listings: &'a [Listing], item: &PricePreview) -> Option<&'a Listing> {
    listings
        .iter()
        .find(|listing| listing.item_id == Some(item.item_id) && listing.matches.is_empty())
}

fn edit_of(desk: &Desk, t: &Tr, listings: &[Listing], item: &PricePreview) -> ListingEdit {
    let locale = desk.ctx.locale;
    let listing = own(listings, item);
    let (how, value) = match listing.map(|listing| &listing.price) {
        Some(ListingPrice::Markup { percent }) => ("markup", percent.normalize().to_string()),
        Some(ListingPrice::Absolute { model }) => (
            "price",
            simple(model).map_or_else(String::new, |price| price.normalize().to_string()),
        ),
        Some(ListingPrice::Hidden) | None => ("rule", String::new()),
    };
    let tiers = item.after.iter().flat_map(|price| {
        let cost = item
            .buying
            .iter()
            .find(|cost| cost.matches == price.matches);
        tiers(t, price, cost, item.currency, item.buying_currency)
    });
    ListingEdit {
        id: item.item_id.to_string().into(),
        product: format!("{} · {}", item.product.get(locale), item.plan.get(locale)).into(),
        item: item.item.get(locale).to_owned().into(),
        how: how.into(),
        value: value.into(),
        on: !item.after.is_empty(),
        tiers: tiers.collect(),
        problem: None,
    }
}

/// The one price of a model that has but one.
fn simple(model: &PriceModel) -> Option<Decimal> {
    match &model.kind {
        PriceKind::Flat { amount } => Some(*amount),
        PriceKind::PerUnit { unit_price } => Some(*unit_price),
        _ => None,
    }
}

/// Prices of a model with what each is for; nothing for a cost that is passed through.
fn prices(t: &Tr, model: Option<&PriceModel>) -> Vec<(Txt, Decimal)> {
    let up_to = |limit: Option<Decimal>| match limit {
        Some(limit) => format!("≤ {}", t.num(limit)).into(),
        None => Txt::from("∞"),
    };
    match model.map(|model| &model.kind) {
        Some(PriceKind::Flat { amount }) => vec![(t.tr("price-model-flat"), *amount)],
        Some(PriceKind::PerUnit { unit_price }) => {
            vec![(t.tr("price-model-per-unit"), *unit_price)]
        }
        Some(PriceKind::Graduated { tiers, .. } | PriceKind::Volume { tiers, .. }) => tiers
            .iter()
            .map(|tier| (up_to(tier.up_to), tier.unit_price))
            .collect(),
        Some(PriceKind::Stairstep { steps, .. }) => steps
            .iter()
            .map(|step| (up_to(step.up_to), step.amount))
            .collect(),
        Some(PriceKind::Package { size, amount }) => {
            vec![(format!("/ {}", t.num(*size)).into(), *amount)]
        }
        _ => Vec::new(),
    }
}

fn tiers(
    t: &Tr,
    price: &SellerPrice,
    cost: Option<&SellerPrice>,
    currency: Currency,
    buying: Option<Currency>,
) -> Vec<TierRow> {
    let mut label: Vec<String> = price
        .matches
        .iter()
        .map(|(name, value)| format!("{}: {value}", t.code("dimension", name)))
        .collect();
    let found = prices(t, price.model.as_ref());
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
    let costs = prices(t, cost.and_then(|cost| cost.model.as_ref()));
    found
        .into_iter()
        .enumerate()
        .map(|(at, (name, amount))| {
            let paid = costs.get(at).map(|(_, paid)| *paid).zip(buying);
            let margin = paid
                .filter(|(_, in_currency)| *in_currency == currency && !amount.is_zero())
                .and_then(|(paid, _)| {
                    amount
                        .checked_sub(paid)?
                        .checked_mul(Decimal::ONE_HUNDRED)?
                        .checked_div(amount)
                });
            TierRow {
                label: label
                    .iter()
                    .cloned()
                    .chain([name.into_owned()])
                    .collect::<Vec<_>>()
                    .join(" · ")
                    .into(),
                cost: paid.map(|(paid, currency)| t.price(paid, currency)),
                price: t.price(amount, currency),
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

/// `POST /panel/price-books/{id}/edit`: shows what would come of it, or keeps it as a new revision.
pub(crate) async fn save(desk: Desk, Id(id): Id<PriceBookId>, sent: Sent) -> Answer {
    let book = catalogue::price_book_get(desk.p(), &desk.ctx, id).await?;
    let base: Vec<Listing> =
        shown(&desk, &book, true).map_or_else(Vec::new, |view| view.listings.clone());
    let items = previewed(&desk, &book, base.iter().map(draft_of).collect()).await?;
    let done = match revision(id, &base, &items, &sent) {
        Ok(input) if sent.get("do") == "preview" => {
            let request = RevisionPreviewRequest {
                revision: input,
                product_id: None,
                everything: true,
            };
            match catalogue::revision_preview(desk.p(), &desk.ctx, &request).await {
                Ok(found) => {
                    let mut page = book_page(&desk, id, Some(sent.state())).await?;
                    let t = desk.t();
                    page.listings = found
                        .items
                        .iter()
                        .map(|item| edit_of(&desk, &t, &found.listings, item))
                        .collect();
                    page.affected = found.changed;
                    return respond::page(page.page(desk.app()));
                }
                Err(error) => Err(error),
            }
        }
        Ok(input) => catalogue::revision_create(desk.p(), &desk.ctx, &input).await,
        Err(error) => Err(error),
    };
    match done {
        Ok(_) => changed(
            &desk,
            Ok(()),
            format!("/panel/price-books/{id}"),
            "revision-saved",
        ),
        Err(error) => {
            let form = respond::blame(&desk.t(), sent.state(), error, |field| match field {
                "effective_on" => "from".to_owned(),
                field if field.contains("listings") => String::new(),
                field => field.to_owned(),
            })?;
            let page = book_page(&desk, id, Some(form)).await?;
            respond::again(page.page(desk.app()))
        }
    }
}

/// The revision that the form asks for: the rules with their markups, and what single items have of their own.
fn revision(
    book_id: PriceBookId,
    base: &[Listing],
    items: &[PricePreview],
    sent: &Sent,
) -> Result<RevisionCreate> {
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
        book_id,
        effective_on: parse_date("from", sent.get("from"))?,
        note: String::new(),
        policies: None,
        listings,
    })
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
            let model = match (before, sent.some(&value)) {
                (Some(model), None) => model.clone(),
                (before, _) => {
                    let price = parse_decimal(
                        &value,
                        sent.get(&value),
                        &Limits::new(12, 12).non_negative(),
                    )?;
                    priced(before, item, price)
                }
            };
            Ok(Some(ListingPrice::Absolute { model }))
        }
        _ => Ok(None),
    }
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
