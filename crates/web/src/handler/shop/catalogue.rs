//! The catalogue, and the choice between the shops of a host.

use axum::extract::Path;
use tradewind_accounts::service::storefront;
use tradewind_catalogue::{
    service::offers,
    types::{Facet as Counted, OfferCard, OfferQuery},
};
use tradewind_flows::quote::bundles_offered;
use tradewind_kernel::{
    PageRequest,
    decimal::{Limits, parse_decimal},
};
use tradewind_policy::AccountKind;

use super::super::price::{self, ShopTax};
use crate::{
    respond::{self, Answer},
    session::{self, Anyone, Visit},
    view::{
        kit::{ListState, Txt},
        storefront::{CataloguePage, Facet, FacetValue, ProductCard},
    },
};

/// Products on a page.
const PAGE: u32 = 24;
/// Values of a facet that are shown; more make nobody wiser.
const FACET_VALUES: usize = 12;

/// Chooses the shop that is seen on this host. Who is signed in has one already.
pub(super) async fn choose(Anyone(visit): Anyone, Path(slug): Path<String>) -> Answer {
    let shop = storefront(visit.p(), visit.realm.id, &slug).await?;
    let mut response = respond::to("/");
    respond::keep(&mut response, session::SHOP, &shop.slug, None, false);
    Ok(response)
}

/// The catalogue of the shop.
pub(super) async fn list(Anyone(visit): Anyone) -> Answer {
    let after = Some(visit.ask("after").to_owned()).filter(|after| !after.is_empty());
    let query = OfferQuery {
        search: visit.ask("q").to_owned(),
        filter: filter(&visit),
        sort: match visit.ask("sort") {
            sort @ ("name" | "price" | "-price") => sort.to_owned(),
            _ => String::new(),
        },
        locale: visit.ctx.locale,
        page: PageRequest::new(Some(PAGE), after)?,
    };
    let found = offers(visit.p(), &visit.shop_ctx()?, &visit.scope()?, &query).await?;
    let tax = ShopTax::of(&visit).await?;
    let t = visit.t();
    let facet = |name: &'static str, label: &str, values: &[Counted]| Facet {
        name: name.into(),
        label: t.tr(label),
        values: values
            .iter()
            .map(|value| FacetValue {
                value: value.value.clone().into(),
                label: value.label.get(visit.ctx.locale).to_owned().into(),
                count: value.count,
                on: chosen(&visit, name, &value.value),
            })
            .enumerate()
            .filter(|(at, value)| *at < FACET_VALUES || value.on)
            .map(|(_, value)| value)
            .collect(),
    };
    let facets = [
        facet("category", "f-category", &found.facets.categories),
        facet("vendor", "c-vendor", &found.facets.vendors),
        facet("tag", "facet-tags", &found.facets.tags),
    ];
    let state = ListState {
        next: found.next,
        ..visit.list(None)
    };
    let shop = visit.shop()?;
    let tagline = shop.brand.tagline.get(visit.ctx.locale).to_owned();
    let first = !state.narrowed() && visit.ask("after").is_empty();
    let bundles = if first {
        bundles_offered(visit.p(), &visit.shop_ctx()?, &visit.scope()?).await?
    } else {
        Vec::new()
    };
    let page = CataloguePage {
        bundles: bundles
            .iter()
            .map(|bundle| {
                let text = |text: &tradewind_kernel::Text| -> Txt {
                    text.get(visit.ctx.locale).to_owned().into()
                };
                let terms = &bundle.terms;
                (
                    terms.slug.clone().into(),
                    text(&terms.name),
                    text(&terms.summary),
                )
            })
            .collect(),
        welcome: (first && !tagline.is_empty()).then(|| (shop.name.clone().into(), tagline.into())),
        facets: facets
            .into_iter()
            .filter(|facet| !facet.values.is_empty())
            .collect(),
        price_range: (
            visit.ask("min").to_owned().into(),
            visit.ask("max").to_owned().into(),
        ),
        state,
        products: found
            .items
            .iter()
            .map(|card| product(&visit, &tax, card))
            .collect(),
        total: found.total,
    };
    respond::page(page.page(visit.store()))
}

fn product(visit: &Visit, tax: &ShopTax, card: &OfferCard) -> ProductCard {
    let text =
        |text: &tradewind_kernel::Text| -> Txt { text.get(visit.ctx.locale).to_owned().into() };
    ProductCard {
        slug: card.slug.clone().into(),
        name: text(&card.name),
        vendor: card.vendor.clone().into(),
        summary: text(&card.summary),
        from: card
            .from
            .as_ref()
            .map(|from| price::least(visit, tax, from)),
        trial_days: (card.trial_days > 0).then_some(card.trial_days),
        approval: false,
    }
}

fn chosen(visit: &Visit, name: &str, value: &str) -> bool {
    visit
        .query
        .iter()
        .any(|(key, held)| key == name && held == value)
}

/// The choices of the address in the filter language.
fn filter(visit: &Visit) -> String {
    let mut terms = Vec::new();
    for name in ["category", "vendor", "tag"] {
        let values: Vec<String> = visit
            .query
            .iter()
            .filter(|(key, value)| key == name && !value.is_empty())
            .map(|(_, value)| format!("\"{}\"", value.replace(['"', '\\'], "")))
            .collect();
        if !values.is_empty() {
            terms.push(format!("{name}:{}", values.join(",")));
        }
    }
    // A price that is none narrows nothing.
    for (name, sign) in [("min", ">="), ("max", "<=")] {
        let asked = visit.ask(name).replace(',', ".");
        if let Ok(amount) = parse_decimal(name, &asked, &Limits::new(12, 6)) {
            terms.push(format!("price{sign}{amount}"));
        }
    }
    terms.join(" ")
}

/// Who may order here: people of a customer.
pub(super) fn may_order(visit: &Visit) -> bool {
    visit.kind() == Some(AccountKind::Customer)
}
