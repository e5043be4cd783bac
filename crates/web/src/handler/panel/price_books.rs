//! Price books: what is sold from them and for how much, and new revisions.

use std::collections::BTreeMap;

use tradewind_accounts::service as accounts;
use tradewind_catalogue::service as catalogue;
use tradewind_catalogue::types::{
    Listing, ListingDraft, ListingPrice, Policies, PriceBookCreate, PriceBookDetail, PricePreview,
    RevisionCreate, RevisionPreviewRequest, RevisionState, RevisionView,
};
use tradewind_kernel::calendar::add_days;
use tradewind_kernel::currency::Currency;
use tradewind_kernel::id::PriceBookId;
use tradewind_kernel::page::{ListRequest, PageRequest};
use tradewind_kernel::time::Date;
use tradewind_kernel::{Error, Result};
use tradewind_policy::Action;

use super::super::names::{Mentions, Names};
use super::desk::{Desk, small};
use super::price_models;
use super::price_plans;
use super::price_policies::{self, edit_of as edit_of_policies};
use super::price_revision::{draft_of, percent, revision};
use super::price_rows::{edit_of, own, rule};
use crate::form::Sent;
use crate::respond::{self, Answer, changed};
use crate::session::Id;
use crate::view::kit::Txt;
use crate::view::panel::{PriceBookPage, PriceBookRow, PriceBooksPage, RevisionRow};
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
            policies: Some(Policies::readable(book.currency)),
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

/// `GET /panel/price-books/{id}`.
pub(crate) async fn show(desk: Desk, Id(id): Id<PriceBookId>) -> Answer {
    let book = catalogue::price_book_get(desk.p(), &desk.ctx, id).await?;
    let page = book_page(&desk, Draft::of(&desk, book, false).await?, None).await?;
    respond::page(page.page(desk.app()))
}

/// `GET /panel/price-books/{id}/edit`.
pub(crate) async fn edit(desk: Desk, Id(id): Id<PriceBookId>) -> Answer {
    let draft = Draft::load(&desk, id).await?;
    let page = book_page(&desk, draft, Some(FormState::default())).await?;
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

/// The first day from which a further revision can hold.
fn next_day(desk: &Desk, book: &PriceBookDetail) -> Result<Date> {
    let latest = book
        .revisions
        .iter()
        .map(|view| view.revision.effective_on)
        .fold(desk.today(), Date::max);
    add_days(latest, 1)
}

/// What a revision would ask for every item, or why that cannot be said.
type Previewed = (Vec<PricePreview>, Option<Txt>);

async fn previewed(
    desk: &Desk,
    book: &PriceBookDetail,
    listings: Vec<ListingDraft>,
) -> Result<Previewed> {
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
    match catalogue::revision_preview(desk.p(), &desk.ctx, &request).await {
        Ok(found) => Ok((found.items, None)),
        // A rate that nobody has set, for example: the page says so.
        Err(error @ (Error::Invalid(_) | Error::Refused { .. })) => {
            Ok((Vec::new(), Some(respond::words(&desk.t(), &error))))
        }
        Err(error) => Err(error),
    }
}

/// A revision in the making: the latest one, and what it asks for every item.
pub(super) struct Draft {
    pub(super) book: PriceBookDetail,
    pub(super) listings: Vec<Listing>,
    pub(super) items: Vec<PricePreview>,
    problem: Option<Txt>,
}

impl Draft {
    /// Loads what the next revision of a book begins with.
    pub(super) async fn load(desk: &Desk, id: PriceBookId) -> Result<Self> {
        let book = catalogue::price_book_get(desk.p(), &desk.ctx, id).await?;
        Self::of(desk, book, true).await
    }

    async fn of(desk: &Desk, book: PriceBookDetail, editing: bool) -> Result<Self> {
        let view = shown(desk, &book, editing);
        let listings = view.map_or_else(Vec::new, |view| view.listings.clone());
        let drafts = listings.iter().map(draft_of).collect();
        let (items, problem) = previewed(desk, &book, drafts).await?;
        Ok(Self {
            book,
            listings,
            items,
            problem,
        })
    }

    /// The policies that the next revision begins with.
    pub(super) fn policies(&self) -> Policies {
        let latest = self
            .book
            .revisions
            .iter()
            .max_by_key(|view| view.revision.number);
        latest.map_or_else(
            || Policies::readable(self.book.book.currency),
            |view| view.revision.policies.clone(),
        )
    }

    /// The listing that an item has of its own.
    pub(super) fn own(&self, item: &PricePreview) -> Option<&Listing> {
        own(&self.listings, item)
    }
}

/// The page of a book; with a form, that of its next revision.
async fn book_page(desk: &Desk, draft: Draft, form: Option<FormState>) -> Result<PriceBookPage> {
    let editing = form.is_some();
    let mut form = form.unwrap_or_default();
    let latest = draft.policies();
    let Draft {
        book,
        listings,
        items,
        problem,
    } = draft;
    let id = book.book.id;
    let view = shown(desk, &book, editing);
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
    if editing && form.value("from").is_empty() {
        let from = next_day(desk, &book)?.to_string();
        form.values.push(("from".to_owned(), from));
    }
    if form.problem.is_none() {
        form.problem = problem;
    }
    let shown = match view.filter(|_| !editing) {
        Some(view) => &view.revision.policies,
        None => &latest,
    };
    Ok(PriceBookPage {
        policies: edit_of_policies(shown),
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
            .map(|item| edit_of(desk, &t, (&listings, shown), item))
            .collect(),
        plans: price_plans::rows(&t, shown, &items),
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

/// `POST /panel/price-books/{id}/edit`: opens the editor of one price, shows what would come of the revision, or keeps it.
pub(crate) async fn save(desk: Desk, Id(id): Id<PriceBookId>, mut sent: Sent) -> Answer {
    if let Some(plan) = sent.get("do").strip_prefix("open.plan.").map(str::to_owned) {
        sent.0.push(("plan".to_owned(), plan));
        return respond::page(price_plans::open(&desk, id, &sent).await?);
    }
    if let Some(item) = sent
        .get("do")
        .strip_prefix("open.intro.")
        .map(str::to_owned)
    {
        sent.0.push(("item".to_owned(), item));
        sent.0.push(("for".to_owned(), "intro".to_owned()));
        return respond::page(price_models::open(&desk, id, &sent).await?);
    }
    if let Some(item) = sent.get("do").strip_prefix("open.").map(str::to_owned) {
        sent.0.push(("item".to_owned(), item));
        return respond::page(price_models::open(&desk, id, &sent).await?);
    }
    if sent.get("do") == "preview" {
        return edited(&desk, id, &sent, None).await;
    }
    let draft = Draft::load(&desk, id).await?;
    let done = match revision(&draft, &sent) {
        Ok(input) => catalogue::revision_create(desk.p(), &desk.ctx, &input).await,
        Err(error) => Err(error),
    };
    match done {
        Ok(_) => {
            let here = format!("/panel/price-books/{id}");
            changed(&desk, Ok(()), here, "revision-saved")
        }
        Err(error) => refused(&desk, draft, &sent, error).await,
    }
}

/// The form again, with what is wrong.
async fn refused(desk: &Desk, draft: Draft, sent: &Sent, error: Error) -> Answer {
    let form = respond::blame(&desk.t(), sent.state(), error, |field| match field {
        "effective_on" => "from".to_owned(),
        field if field.starts_with("policies.") => price_policies::field_of(field),
        field if field.contains("listings") || field.contains(".model") => String::new(),
        field => field.to_owned(),
    })?;
    let page = book_page(desk, draft, Some(form)).await?;
    respond::again(page.page(desk.app()))
}

/// The form of a revision with what it would come to, and what is to be said about it.
pub(super) async fn edited(
    desk: &Desk,
    id: PriceBookId,
    sent: &Sent,
    said: Option<&'static str>,
) -> Answer {
    let draft = Draft::load(desk, id).await?;
    let mut policies = draft.policies();
    let asked = match revision(&draft, sent) {
        Ok(revision) => {
            policies = revision.policies.clone().unwrap_or(policies);
            let request = RevisionPreviewRequest {
                revision,
                product_id: None,
                everything: true,
            };
            catalogue::revision_preview(desk.p(), &desk.ctx, &request).await
        }
        Err(error) => Err(error),
    };
    match asked {
        Ok(found) => {
            let mut page = book_page(desk, draft, Some(sent.state())).await?;
            let t = desk.t();
            page.listings = found
                .items
                .iter()
                .map(|item| edit_of(desk, &t, (&found.listings, &policies), item))
                .collect();
            page.plans = price_plans::rows(&t, &policies, &found.items);
            page.affected = found.changed;
            let mut shell = desk.app();
            shell.flash.extend(said.map(|key| (true, t.tr(key))));
            respond::page(page.page(shell))
        }
        Err(error) => refused(desk, draft, sent, error).await,
    }
}
