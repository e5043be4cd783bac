//! Bundles: plans that a seller sells together, with a discount on each, and a preview of what they cost.

use std::collections::BTreeMap;

use tradewind_catalogue::types::OfferScope;
use tradewind_flows::quote::bundle_price;
use tradewind_kernel::decimal::{Limits, parse_decimal};
use tradewind_kernel::id::{BundleId, PlanId};
use tradewind_kernel::page::ListRequest;
use tradewind_kernel::{Currency, Decimal, Error, Problems, Result, Text};
use tradewind_orders::service as orders;
use tradewind_orders::types::{
    BundleCreate, BundleInput, BundlePart, BundleUpdate, BundleView, CouponState, WhenBroken,
};
use tradewind_policy::Action;

use super::super::names::{Mentions, Names};
use super::super::shop::priced;
use super::desk::{Desk, permit};
use super::reductions::{
    benefit, benefit_shown, currency, name, prefer, shown, sold, text_in, validity, whole,
};
use crate::form::Sent;
use crate::respond::{self, Answer, changed};
use crate::session::Id;
use crate::view::kit::Txt;
use crate::view::panel::{BUNDLE_ROWS, BundlePage, BundleRow, BundlesPage};
use crate::view::shared::FormState;
use crate::view::storefront::{BundlePriceView, bundle_panel};

/// `GET /panel/bundles`.
pub(crate) async fn list(desk: Desk) -> Answer {
    let wanted = ListRequest {
        filter: desk.search("slug").to_lowercase(),
        sort: String::new(),
        page: desk.page()?,
    };
    let found = orders::bundle_list(desk.p(), &desk.ctx, &wanted).await?;
    let sellers = found.items.iter().map(|one| one.bundle.seller_id);
    let names = Names::of(desk.p(), &desk.ctx, &Mentions::accounts(sellers)).await?;
    let page = BundlesPage {
        rows: found
            .items
            .iter()
            .map(|one| row(&desk, &names, one))
            .collect(),
        state: desk.list(found.next),
        add: desk.permit(Action::PriceBookManage),
    };
    respond::page(page.page(desk.app()))
}

fn row(desk: &Desk, names: &Names, view: &BundleView) -> BundleRow {
    let bundle = &view.bundle;
    BundleRow {
        id: bundle.id.to_string().into(),
        name: bundle.terms.name.get(desk.ctx.locale).to_owned().into(),
        slug: bundle.terms.slug.clone().into(),
        seller: (bundle.seller_id != desk.account()).then(|| names.account(bundle.seller_id)),
        state: match view.state {
            CouponState::Upcoming => "planned",
            CouponState::Ended => "withdrawn",
            state => state.as_str(),
        }
        .into(),
        parts: bundle.terms.parts.len(),
        sales: view.sales,
    }
}

/// `GET /panel/bundles/new`.
pub(crate) async fn fresh(desk: Desk) -> Answer {
    let page = editor(&desk, None, FormState::default()).await?;
    respond::page(page.page(desk.app()))
}

/// `GET /panel/bundles/{id}`.
pub(crate) async fn show(desk: Desk, Id(id): Id<BundleId>) -> Answer {
    let view = orders::bundle_get(desk.p(), &desk.ctx, id).await?;
    let form = form_of(&view.bundle.terms);
    let mut form = form;
    let version = view.bundle.version.to_string();
    form.values.push(("version".to_owned(), version));
    let page = editor(&desk, Some(view), form).await?;
    respond::page(page.page(desk.app()))
}

async fn editor(desk: &Desk, view: Option<BundleView>, mut form: FormState) -> Result<BundlePage> {
    let own = |view: &BundleView| {
        view.bundle.seller_id == desk.account() && view.bundle.ended_at.is_none()
    };
    let may = view.as_ref().is_none_or(own) && desk.may_at_home(Action::PriceBookManage);
    let (currency, products) = if may {
        sold(desk).await?
    } else {
        Default::default()
    };
    prefer(&mut form, currency);
    let sellers = view.iter().map(|view| view.bundle.seller_id);
    let mentions = Mentions::accounts(sellers).products(products.iter().copied());
    let names = Names::of(desk.p(), &desk.ctx, &mentions).await?;
    let (t, locale) = (desk.t(), desk.ctx.locale);
    let mut plans = vec![(Txt::default(), t.tr("bundle-no-plan"))];
    for product in products.iter().filter_map(|id| names.detail(*id)) {
        plans.extend(product.plans.iter().map(|plan| {
            let name = format!(
                "{} · {}",
                product.product.name.get(locale),
                plan.name.get(locale)
            );
            let value = format!("{} {}", product.product.id, plan.id);
            (value.into(), name.into())
        }));
    }
    Ok(BundlePage {
        row: view.as_ref().map(|view| row(desk, &names, view)),
        edit: permit(may),
        plans,
        currencies: Currency::all().map(|one| one.code().into()).collect(),
        form,
    })
}

/// `POST /panel/bundles/preview`: what is filled in costs this.
pub(crate) async fn preview(desk: Desk, sent: Sent) -> Answer {
    let products = input(&sent).map_or_else(
        |_| Vec::new(),
        |input| input.parts.iter().map(|part| part.product_id).collect(),
    );
    let mentions = Mentions::accounts([]).products(products);
    let names = Names::of(desk.p(), &desk.ctx, &mentions).await?;
    let price = price(&desk, &names, &sent).await;
    respond::part(bundle_panel(&desk.t(), price.as_ref()))
}

/// What the plans of a form cost together; none while they are not filled in.
async fn price(desk: &Desk, names: &Names, sent: &Sent) -> Option<BundlePriceView> {
    let input = input(sent).ok()?;
    let scope = OfferScope {
        seller: desk.account(),
        buyer: None,
        on: desk.today(),
    };
    let found = bundle_price(desk.p(), &desk.ctx, &scope, &input)
        .await
        .ok()?;
    let named = input.parts.iter().map(|part| {
        let quantities = part.quantities.iter();
        let quantities = quantities.map(|(code, quantity)| format!("{quantity} × {code}"));
        let quantities: Vec<String> = quantities.collect();
        (
            names.sold(part.product_id, part.plan_id),
            quantities.join(", ").into(),
        )
    });
    Some(priced(&found, named))
}

fn form_of(terms: &BundleInput) -> FormState {
    let mut form = FormState::of([
        ("name_en", &text_in(&terms.name, "en")),
        ("name_de", &text_in(&terms.name, "de")),
        ("summary_en", &text_in(&terms.summary, "en")),
        ("slug", &terms.slug),
        ("coupon_periods", &shown(terms.periods)),
        ("when_broken", terms.when_broken.as_str()),
        ("valid_from", &shown(terms.valid_from)),
        ("valid_until", &shown(terms.valid_until)),
    ]);
    for (at, part) in terms.parts.iter().enumerate() {
        let none = || ("none", String::new());
        let (gives, value) = part.benefit.as_ref().map_or_else(none, benefit_shown);
        if let Some(currency) = part.benefit.and_then(|benefit| benefit.currency()) {
            let value = ("currency".to_owned(), currency.code().to_owned());
            form.values.push(value);
        }
        let items = part.quantities.iter();
        let items: Vec<String> = items
            .map(|(code, count)| format!("{code}={count}"))
            .collect();
        let plan = format!("{} {}", part.product_id, part.plan_id);
        for (field, value) in [
            ("plan", plan),
            ("items", items.join(" ")),
            ("gives", gives.to_owned()),
            ("value", value),
        ] {
            form.values.push((format!("{field}{at}"), value));
        }
    }
    form
}

/// `POST /panel/bundles`.
pub(crate) async fn add(desk: Desk, sent: Sent) -> Answer {
    let made = match input(&sent) {
        Ok(input) => {
            let create = BundleCreate {
                seller_id: desk.account(),
                input,
            };
            orders::bundle_create(desk.p(), &desk.ctx, &create).await
        }
        Err(error) => Err(error),
    };
    match made {
        Ok(view) => {
            let here = format!("/panel/bundles/{}", view.bundle.id);
            changed(&desk, Ok(()), here, "said-saved")
        }
        Err(error) => {
            let form = respond::blame(&desk.t(), sent.state(), error, field)?;
            respond::again(editor(&desk, None, form).await?.page(desk.app()))
        }
    }
}

/// `POST /panel/bundles/{id}`.
pub(crate) async fn save(desk: Desk, Id(id): Id<BundleId>, sent: Sent) -> Answer {
    let view = orders::bundle_get(desk.p(), &desk.ctx, id).await?;
    let saved = match input(&sent) {
        Ok(input) => {
            let update = BundleUpdate {
                id,
                version: sent.get("version").parse().ok(),
                input,
            };
            orders::bundle_update(desk.p(), &desk.ctx, &update).await
        }
        Err(error) => Err(error),
    };
    match saved {
        Ok(_) => changed(&desk, Ok(()), format!("/panel/bundles/{id}"), "said-saved"),
        Err(error) => {
            let form = respond::blame(&desk.t(), sent.state(), error, field)?;
            respond::again(editor(&desk, Some(view), form).await?.page(desk.app()))
        }
    }
}

/// `POST /panel/bundles/{id}/end`.
pub(crate) async fn end(desk: Desk, Id(id): Id<BundleId>) -> Answer {
    let ended = orders::bundle_end(desk.p(), &desk.ctx, id, None).await;
    changed(
        &desk,
        ended,
        format!("/panel/bundles/{id}"),
        "bundle-was-ended",
    )
}

/// The field of the form that a field of the input comes from.
fn field(name: &str) -> String {
    let part = name
        .strip_prefix("parts[")
        .and_then(|rest| rest.split_once(']'));
    match (name, part) {
        (_, Some((at, rest))) if rest.contains("benefit") => format!("value{at}"),
        (_, Some((at, rest))) if rest.contains("plan_id") => format!("plan{at}"),
        (_, Some((at, _))) => format!("items{at}"),
        ("parts", None) => "plan1".to_owned(),
        ("name", None) => "name_en".to_owned(),
        ("periods", None) => "coupon_periods".to_owned(),
        _ => name.replacen('.', "_", 1),
    }
}

/// What a form says; rows without a plan are left out.
fn input(sent: &Sent) -> Result<BundleInput> {
    let mut problems = Problems::new();
    let currency = currency(sent, &mut problems);
    let mut parts = Vec::new();
    for at in 0..BUNDLE_ROWS {
        let plan = format!("plan{at}");
        if sent.get(&plan).is_empty() {
            continue;
        }
        if let Some(part) = problems.check(part(sent, at, currency)) {
            parts.push(part);
        }
    }
    let (valid_from, valid_until) = validity(sent, &mut problems);
    let periods = problems.check(whole(sent, "coupon_periods")).flatten();
    problems.finish()?;
    Ok(BundleInput {
        slug: sent.get("slug").to_owned(),
        name: name(sent),
        summary: sent.some("summary_en").map_or_else(Text::default, Text::en),
        parts,
        periods,
        when_broken: match sent.get("when_broken") {
            "end" => WhenBroken::End,
            _ => WhenBroken::Keep,
        },
        valid_from,
        valid_until,
    })
}

fn part(sent: &Sent, at: usize, currency: Currency) -> Result<BundlePart> {
    let (field, items, value) = (
        format!("plan{at}"),
        format!("items{at}"),
        format!("value{at}"),
    );
    let unknown = || Error::invalid(&field, "unknown", "choose one of the plans");
    let (product, plan) = sent.get(&field).split_once(' ').ok_or_else(unknown)?;
    let plan_id: PlanId = plan.parse().map_err(|_| unknown())?;
    let mut quantities: BTreeMap<String, Decimal> = BTreeMap::new();
    for pair in sent.get(&items).split_whitespace() {
        let (code, count) = pair
            .split_once('=')
            .ok_or_else(|| Error::invalid(&items, "malformed", "expected pairs such as seats=5"))?;
        let count = parse_decimal(&items, count, &Limits::new(12, 15))?;
        quantities.insert(code.to_owned(), count);
    }
    let benefit = benefit(sent, &format!("gives{at}"), &value, currency)?;
    Ok(BundlePart {
        product_id: product.parse().map_err(|_| unknown())?,
        plan_id,
        quantities,
        benefit,
    })
}
