//! The editor of one price, on the way to a new revision of its price book. What else the revision is to say travels along
//! in the form, so that nothing is kept before it is saved.

use tradewind_catalogue::types::{ItemKind, ListingPrice, PricePreview};
use tradewind_documents::prices::PriceWords;
use tradewind_kernel::decimal::{Limits, parse_decimal};
use tradewind_kernel::id::PriceBookId;
use tradewind_kernel::{Decimal, Error, Result};
use tradewind_pricing::{PriceModel, Purpose};

use super::desk::Desk;
use super::price_books::{Draft, edited};
use super::price_fill;
use super::price_form::{self, PREFIX};
use super::price_preview;
use crate::form::Sent;
use crate::respond::{self, Answer};
use crate::session::Id;
use crate::view::Page;
use crate::view::panel::PriceModelPage;
use crate::view::shared::FormState;

/// `GET /panel/price-books/{id}/price?item=…`.
pub(crate) async fn show(desk: Desk, Id(id): Id<PriceBookId>) -> Answer {
    let sent = Sent(vec![("item".to_owned(), desk.ask("item").to_owned())]);
    respond::page(open(&desk, id, &sent).await?)
}

/// The editor as it opens: with the price that the revision in the making has for the item, else with what it costs now.
pub(super) async fn open(desk: &Desk, id: PriceBookId, sent: &Sent) -> Result<Page> {
    let draft = Draft::load(desk, id).await?;
    let item = item_of(&draft, sent)?;
    let model = start(&draft, item, sent);
    let mut state = FormState::default();
    if let Some(model) = &model {
        state.values = price_fill::fill(model);
    }
    Ok(page(desk, &draft, item, sent, state).page(desk.app()))
}

/// Whether the price is the introductory one of the item.
fn is_introductory(sent: &Sent) -> bool {
    sent.get("for") == "intro"
}

/// The field of an item that carries the price.
fn carried(sent: &Sent) -> &'static str {
    if is_introductory(sent) {
        "intro_model"
    } else {
        "model"
    }
}

/// The revision in the making with the price that was made for an item.
fn with_price(sent: &Sent, item: &PricePreview, model: &PriceModel) -> Result<Sent> {
    let mut kept = without_price(sent);
    let id_of = item.item_id.to_string();
    let json = model.to_json()?.to_string();
    if is_introductory(sent) {
        let periods = format!("{id_of}.intro");
        let field = |name: &str| format!("{id_of}.{name}");
        kept.0
            .retain(|(name, _)| *name != field("intro_price") && *name != field("intro_model"));
        if kept.get(&periods).is_empty() {
            kept.0.retain(|(name, _)| *name != periods);
            kept.0.push((periods, "1".to_owned()));
        }
        kept.0.push((field("intro_model"), json));
        return Ok(kept);
    }
    let intro = format!("{id_of}.intro");
    kept.0
        .retain(|(name, _)| !name.starts_with(&id_of) || name.starts_with(&intro));
    for (field, value) in [("how", "model"), ("on", "1"), ("model", json.as_str())] {
        kept.0.push((format!("{id_of}.{field}"), value.to_owned()));
    }
    Ok(kept)
}

/// The item that is edited.
fn item_of<'a>(draft: &'a Draft, sent: &Sent) -> Result<&'a PricePreview> {
    let asked = sent.get("item");
    draft
        .items
        .iter()
        .find(|item| item.item_id.to_string() == asked)
        .ok_or_else(|| Error::NotFound {
            kind: "item",
            id: asked.chars().take(60).collect(),
        })
}

fn start(draft: &Draft, item: &PricePreview, sent: &Sent) -> Option<PriceModel> {
    let drafted = sent.some(&format!("{}.{}", item.item_id, carried(sent)));
    let drafted = drafted.and_then(|json| serde_json::from_str(&json).ok());
    if let Some(model) =
        drafted.and_then(|json| PriceModel::from_json("model", &json, Purpose::Charge).ok())
    {
        return Some(model);
    }
    let introductory = draft.policies().introductions.remove(&item.item_id);
    if let Some(introduction) = introductory.filter(|_| is_introductory(sent)) {
        return Some(introduction.price);
    }
    match draft.own(item).map(|listing| &listing.price) {
        Some(ListingPrice::Absolute { model }) => Some(model.clone()),
        _ => item
            .after
            .iter()
            .chain(&item.buying)
            .find_map(|price| price.model.clone()),
    }
}

fn page(
    desk: &Desk,
    draft: &Draft,
    item: &PricePreview,
    sent: &Sent,
    mut form: FormState,
) -> PriceModelPage {
    let locale = desk.ctx.locale;
    let kinds = price_form::kinds(item.kind);
    let asked = form.value("m.model").to_owned();
    let kind = *kinds
        .iter()
        .find(|kind| **kind == asked)
        .unwrap_or(&"per_unit");
    form.values.retain(|(name, _)| name.starts_with(PREFIX));
    let list = price_form::list_of(kind);
    if let Some(list) = list
        && price_form::row_count(&form.values, list) == 0
    {
        price_form::add_row(&mut form.values, list);
        price_form::add_row(&mut form.values, list);
    }
    let count = |list| price_form::row_count(&form.values, list);
    let words = PriceWords::new(locale, item.currency, &item.unit);
    let mut values = Sent(form.values.clone());
    values.0.retain(|(name, _)| name != "m.model");
    values.0.push(("m.model".to_owned(), kind.to_owned()));
    let quantity = quantity(&values);
    let preview = price_form::read(&values)
        .ok()
        .map(|model| price_preview::of(&words, &model, quantity));
    let kept = sent.0.iter().filter(|(name, _)| {
        !name.starts_with(PREFIX)
            && !["csrf", "back", "do", "item", "for", "made_for"].contains(&name.as_str())
    });
    PriceModelPage {
        book: draft.book.book.id.to_string().into(),
        book_name: draft.book.book.name.clone().into(),
        currency: item.currency.code().into(),
        item_id: item.item_id.to_string().into(),
        item: format!(
            "{} · {} · {}",
            item.product.get(locale),
            item.plan.get(locale),
            item.item.get(locale)
        )
        .into(),
        unit: item.unit.counted(locale, Decimal::TWO).to_owned().into(),
        kinds,
        kind: kind.into(),
        list: list.map(|list| (list, count(list))),
        metered: item.kind == ItemKind::Metered,
        others: (draft.items.iter())
            .filter(|other| other.plan_id == item.plan_id && other.kind != ItemKind::Metered)
            .map(|other| {
                let name = other.item.get(locale).to_owned();
                (other.item_code.clone().into(), name.into())
            })
            .collect(),
        by_amount: matches!(kind, "percentage" | "graduated_percentage" | "pass_through"),
        introductory: is_introductory(sent),
        preview,
        form,
        kept: kept.cloned().collect(),
    }
}

/// The quantity that the preview is asked for; what is none asks for nothing.
fn quantity(sent: &Sent) -> Option<Decimal> {
    let text = sent.some("m.q")?.replace(',', ".");
    parse_decimal("m.q", &text, &Limits::new(12, 15).non_negative()).ok()
}

/// `POST /panel/price-books/{id}/price`: shows what a price comes to, adds and takes out rows, or goes back to the revision
/// with the price.
pub(crate) async fn change(desk: Desk, Id(id): Id<PriceBookId>, sent: Sent) -> Answer {
    let asked = sent.get("do").to_owned();
    if asked == "back" {
        return edited(&desk, id, &without_price(&sent), None).await;
    }
    let draft = Draft::load(&desk, id).await?;
    let item = item_of(&draft, &sent)?;
    let mut state = sent.state();
    let list = price_form::list_of(state.value("m.model"));
    match (asked.as_str(), asked.strip_prefix("drop."), list) {
        ("add", _, Some(list)) => price_form::add_row(&mut state.values, list),
        (_, Some(row), Some(list)) => {
            if let Ok(row) = row.parse() {
                price_form::drop_row(&mut state.values, list, row);
            }
        }
        ("done", ..) => match price_form::read(&sent) {
            Ok(model) => {
                let kept = with_price(&sent, item, &model)?;
                return edited(&desk, id, &kept, Some("price-taken-over")).await;
            }
            Err(error) => {
                let state = respond::wrong(&desk.t(), state, error)?;
                return respond::again(page(&desk, &draft, item, &sent, state).page(desk.app()));
            }
        },
        _ => {}
    }
    let page = page(&desk, &draft, item, &sent, state);
    if desk.part && asked.is_empty() {
        // Another kind of price has other fields: then the whole form is answered.
        if sent.get("made_for") == page.kind {
            return respond::part(page.preview(&desk.t()));
        }
        return respond::page_into("#live", page.page(desk.app()));
    }
    respond::page(page.page(desk.app()))
}

/// The revision in the making, without the fields of the price editor.
fn without_price(sent: &Sent) -> Sent {
    let own =
        |name: &str| name.starts_with(PREFIX) || ["do", "item", "for", "made_for"].contains(&name);
    Sent(
        sent.0
            .iter()
            .filter(|(name, _)| !own(name))
            .cloned()
            .collect(),
    )
}
