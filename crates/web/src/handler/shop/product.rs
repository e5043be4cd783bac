//! A product: its plans, a form to configure it, and its price while the form is filled.

use std::collections::BTreeMap;

use axum::extract::Path;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use tradewind_catalogue::{
    service::offer,
    types::{Approval, ItemKind, ItemOffer, Offer, Parameter, ParameterKind as Asks, PlanOffer},
};
use tradewind_documents::prices::PriceWords;
use tradewind_flows::quote::{PurchaseInput, price_for_visitor, quote_purchase};
use tradewind_kernel::{
    Currency, Decimal, Error, Result, Text,
    decimal::{Limits, parse_decimal},
    id::{ItemId, SubscriptionId},
    page::PageRequest,
};
use tradewind_orders::{
    service::{SubscriptionQuery, subscription_list},
    types::Subscription,
};

use super::{
    super::price::{self, ShopTax},
    catalogue::may_order,
};
use crate::{
    form::Sent,
    respond::{self, Answer},
    session::{Anyone, Visit},
    view::{
        self, Page,
        kit::Txt,
        shared::{FormState, PriceDetail, PriceView},
        storefront::{ParameterAsk, ParameterKind, ProductPage, QuantityAsk, price_panel},
    },
};

/// What is asked for, as far as it can be understood.
struct Asked<'a> {
    plan: &'a PlanOffer,
    quantities: BTreeMap<String, Decimal>,
    form: FormState,
}

/// A product with its plans.
pub(super) async fn show(Anyone(visit): Anyone, Path(slug): Path<String>) -> Answer {
    let found = offer(visit.p(), &visit.shop_ctx()?, &visit.scope()?, &slug).await?;
    let sent = Sent(visit.query.clone());
    let mut asked = ask(&visit, &found, &sent)?;
    let price = priced(&visit, &found, &mut asked).await?;
    let tax = ShopTax::of(&visit).await?;
    let others = others(&visit).await?;
    respond::page(page(&visit, &tax, &found, asked, price, &others))
}

/// The price of what is filled in. Another plan than the one the form was made for asks for other things: then it is the
/// whole configuration that is answered.
pub(super) async fn price(Anyone(visit): Anyone, Path(slug): Path<String>, sent: Sent) -> Answer {
    let found = offer(visit.p(), &visit.shop_ctx()?, &visit.scope()?, &slug).await?;
    let mut asked = ask(&visit, &found, &sent)?;
    let price = priced(&visit, &found, &mut asked).await?;
    let made_for = sent.get("made_for");
    if made_for.is_empty() || made_for == asked.plan.plan_id.to_string() {
        return respond::part(price_panel(&visit.t(), price.as_ref(), &asked.form));
    }
    let tax = ShopTax::of(&visit).await?;
    let others = others(&visit).await?;
    let page = page(&visit, &tax, &found, asked, price, &others);
    respond::page_into("#live", page)
}

/// On to the checkout with what is filled in; who is not signed in does that first.
pub(super) async fn order(Anyone(visit): Anyone, Path(slug): Path<String>, sent: Sent) -> Answer {
    let found = offer(visit.p(), &visit.shop_ctx()?, &visit.scope()?, &slug).await?;
    let here = address(&found, &sent);
    if visit.session.is_none() {
        return Ok(respond::to(respond::leading("/sign-in", &here).as_ref()));
    }
    if !may_order(&visit) {
        let text = visit.t().tr("order-customers-only");
        return Ok(respond::saying(here, false, &text));
    }
    let mut asked = ask(&visit, &found, &sent)?;
    if asked.form.errors.is_empty() {
        let input = PurchaseInput {
            packages: Default::default(),
            customer_id: visit.account(),
            product_id: found.card.product_id,
            plan_id: asked.plan.plan_id,
            name: None,
            quantities: asked.quantities.clone(),
            parameters: answers(&found, &sent, ""),
            // What the buyer is asked to accept on the next page; without that no order is placed.
            accepted_terms: (!found.terms_text.is_empty()).then(|| found.terms_version.clone()),
            coupon: sent.some("coupon"),
            align_with: together(&sent.state()),
        };
        match quote_purchase(visit.p(), &visit.ctx, &input).await {
            Ok(quote) => {
                let slug = &found.card.slug;
                return Ok(respond::to(format!(
                    "/checkout/{}?product={slug}",
                    quote.id
                )));
            }
            Err(error) => {
                asked.form = respond::blame(&visit.t(), asked.form, error, |field| {
                    field
                        .replacen("items.", "qty.", 1)
                        .replacen("parameters.", "param.", 1)
                })?;
            }
        }
    }
    let price = priced(&visit, &found, &mut asked).await?;
    let tax = ShopTax::of(&visit).await?;
    let others = others(&visit).await?;
    respond::again(page(&visit, &tax, &found, asked, price, &others))
}

/// The address of the product with what is filled in, secrets left out.
fn address(offer: &Offer, sent: &Sent) -> String {
    let secret = |name: &str| {
        name.strip_prefix("param.").is_some_and(|code| {
            offer
                .parameters
                .iter()
                .any(|parameter| parameter.code == code && parameter.sensitive)
        })
    };
    let pairs: Vec<String> = sent
        .0
        .iter()
        .filter(|(name, _)| {
            let asked = ["plan", "coupon", "align_with"].contains(&name.as_str())
                || name.starts_with("qty.")
                || name.starts_with("param.");
            asked && !secret(name)
        })
        .map(|(name, value)| {
            let encode = |text| utf8_percent_encode(text, NON_ALPHANUMERIC);
            format!("{}={}", encode(name), encode(value))
        })
        .collect();
    format!("/products/{}?{}", offer.card.slug, pairs.join("&"))
}

fn ask<'a>(visit: &Visit, offer: &'a Offer, sent: &Sent) -> Result<Asked<'a>> {
    let wanted = sent.get("plan");
    let plan = offer
        .offered_plans
        .iter()
        .find(|plan| plan.plan_id.to_string() == wanted || plan.code == wanted)
        .or_else(|| offer.offered_plans.iter().find(|plan| plan.recommended))
        .or_else(|| offer.offered_plans.first())
        .ok_or_else(|| Error::NotFound {
            kind: "product",
            id: offer.card.slug.clone(),
        })?;
    let mut form = sent.state();
    let mut quantities = BTreeMap::new();
    for item in countable(plan) {
        let name = format!("qty.{}", item.code);
        let text = sent.get(&name);
        if text.is_empty() {
            quantities.insert(item.code.clone(), item.quantity_default);
            continue;
        }
        match parse_decimal(&name, &text.replace(',', "."), &Limits::new(12, 15)) {
            Ok(quantity) => {
                quantities.insert(item.code.clone(), quantity);
            }
            Err(error) => {
                let text = respond::words(&visit.t(), &error);
                form = form.wrong(&name, text);
            }
        }
    }
    Ok(Asked {
        plan,
        quantities,
        form,
    })
}

/// The answers to what the product asks, from the fields whose names begin like this.
pub(super) fn answers(offer: &Offer, sent: &Sent, begin: &str) -> BTreeMap<String, String> {
    offer
        .parameters
        .iter()
        .filter_map(|parameter| {
            let answer = sent.get(&format!("{begin}param.{}", parameter.code));
            let answer = match (parameter.kind, answer) {
                (Asks::Boolean, "1") => "true",
                (Asks::Boolean, "") => "false",
                (_, "") => return None,
                (_, answer) => answer,
            };
            Some((parameter.code.clone(), answer.to_owned()))
        })
        .collect()
}

/// Items of which a quantity is bought.
fn countable(plan: &PlanOffer) -> impl Iterator<Item = &ItemOffer> {
    plan.items
        .iter()
        .filter(|item| item.kind != ItemKind::Metered)
}

/// The price of what is asked for; none while it cannot be had like this. A coupon that cannot be redeemed is noted in the form.
async fn priced(visit: &Visit, offer: &Offer, asked: &mut Asked<'_>) -> Result<Option<PriceView>> {
    if !asked.form.errors.is_empty() {
        return Ok(None);
    }
    let fits = countable(asked.plan).all(|item| {
        let quantity = asked.quantities.get(&item.code).copied();
        quantity.is_some_and(|quantity| {
            quantity >= item.quantity_min && item.quantity_max.is_none_or(|max| quantity <= max)
        })
    });
    if !fits {
        return Ok(None);
    }
    let quantities: BTreeMap<ItemId, Decimal> = countable(asked.plan)
        .filter_map(|item| Some((item.item_id, *asked.quantities.get(&item.code)?)))
        .collect();
    let scope = visit.scope()?;
    let ctx = visit.shop_ctx()?;
    let plan = asked.plan.plan_id;
    let coupon = Some(asked.form.value("coupon").to_owned());
    let found = price_for_visitor(
        visit.p(),
        &ctx,
        scope.seller,
        offer,
        plan,
        &quantities,
        coupon.as_deref(),
        together(&asked.form),
        scope.on,
    )
    .await;
    let preview = match found {
        Ok(preview) => preview,
        Err(error @ Error::Invalid(_))
            if error.problems().iter().any(|at| at.field == "coupon") =>
        {
            let text = respond::words(&visit.t(), &error);
            asked.form = std::mem::take(&mut asked.form).wrong("coupon", text);
            return Ok(None);
        }
        Err(Error::Invalid(_) | Error::Refused { .. }) => return Ok(None),
        Err(error) => return Err(error),
    };
    let locale = visit.ctx.locale;
    let once = price::Once::of(
        asked
            .plan
            .items
            .iter()
            .map(|item| (item.name.get(locale), item.kind)),
    );
    let cadence = Some(asked.plan.billing_cadence);
    Ok(Some(price::view(visit, &preview, &once, cadence)))
}

/// The most subscriptions that something can be billed together with by a choice.
const OTHERS: u32 = 50;

/// What a customer has that something new can be billed together with.
async fn others(visit: &Visit) -> Result<Vec<Subscription>> {
    if !may_order(visit) {
        return Ok(Vec::new());
    }
    let seller = visit.scope()?.seller;
    let query = SubscriptionQuery {
        filter: format!("state:active,grace seller:{seller}"),
        sort: "name".to_owned(),
        page: PageRequest::new(Some(OTHERS), None)?,
    };
    let found = subscription_list(visit.p(), &visit.ctx, &query).await?;
    let goes_on = |one: &Subscription| one.period_end.is_some() && one.cancel_on.is_none();
    Ok(found.items.into_iter().filter(goes_on).collect())
}

/// The subscription that it is to be billed together with.
fn together(form: &FormState) -> Option<SubscriptionId> {
    form.value("align_with").parse().ok()
}

fn page(
    visit: &Visit,
    tax: &ShopTax,
    offer: &Offer,
    asked: Asked<'_>,
    price: Option<PriceView>,
    others: &[Subscription],
) -> Page {
    let t = visit.t();
    let locale = visit.ctx.locale;
    let text = |text: &Text| -> Txt { text.get(locale).to_owned().into() };
    let plans = offer
        .offered_plans
        .iter()
        .map(|plan| view::storefront::PlanOffer {
            id: plan.plan_id.to_string().into(),
            name: text(&plan.name),
            summary: text(&plan.description),
            from: plan
                .from
                .as_ref()
                .map(|from| price::least(visit, tax, from)),
            trial_days: (plan.trial_days > 0).then_some(plan.trial_days),
            features: plan
                .items
                .iter()
                .map(|item| (true, text(&item.name)))
                .collect(),
            term: plan.term_cadence.map(price::every),
            on: plan.plan_id == asked.plan.plan_id,
        });
    let mut description = paragraphs(offer.description.get(locale));
    description.extend(offer.features.iter().map(|feature| {
        let feature: Txt = format!("• {}", feature.get(locale)).into();
        feature
    }));
    let page = ProductPage {
        slug: offer.card.slug.clone().into(),
        name: text(&offer.card.name),
        vendor: offer.card.vendor.clone().into(),
        category: offer
            .card
            .category
            .as_ref()
            .map(|category| (text(&category.name), category.slug.clone().into())),
        summary: text(&offer.card.summary),
        description,
        plans: plans.collect(),
        comparison: comparison(visit, offer),
        quantities: countable(asked.plan)
            .map(|item| {
                let asked = asked.quantities.get(&item.code).copied();
                quantity(visit, item, asked, offer.currency)
            })
            .collect(),
        details: details(visit, asked.plan, offer.currency),
        parameters: offer
            .parameters
            .iter()
            .map(|parameter| self::parameter(visit, parameter))
            .collect(),
        price,
        together: others
            .iter()
            .filter_map(|one| {
                let next = t.date(one.period_end?);
                let label = t.with(
                    "align-with-next",
                    &[("name", &one.name), ("date", next.text())],
                );
                Some((one.id.to_string().into(), label))
            })
            .collect(),
        approval: offer.approval == Approval::Seller,
        delivery: t.code("delivery-promise", offer.card.delivery.as_str()),
        form: asked.form,
    };
    page.page(visit.store())
}

/// What each plan asks for each item.
fn comparison(visit: &Visit, offer: &Offer) -> Vec<(Txt, Vec<Txt>)> {
    let (t, locale) = (visit.t(), visit.ctx.locale);
    let mut codes: Vec<(&str, &Text)> = Vec::new();
    for item in offer.offered_plans.iter().flat_map(|plan| &plan.items) {
        if !codes.iter().any(|(code, _)| *code == item.code) {
            codes.push((&item.code, &item.name));
        }
    }
    codes
        .into_iter()
        .map(|(code, name)| {
            let cells = offer.offered_plans.iter().map(|plan| {
                let item = plan.items.iter().find(|item| item.code == code);
                item.map_or_else(
                    || "–".into(),
                    |item| price::model_words(&t, item, offer.currency, plan.billing_cadence),
                )
            });
            (name.get(locale).to_owned().into(), cells.collect())
        })
        .collect()
}

/// The prices of a plan in full.
fn details(visit: &Visit, plan: &PlanOffer, currency: Currency) -> Vec<PriceDetail> {
    let (t, locale) = (visit.t(), visit.ctx.locale);
    let of = |item: &ItemOffer| {
        let words = PriceWords::new(locale, currency, &item.unit);
        let prices = item.prices.iter();
        let prices = prices.map(|price| (&price.matches, price.model.as_ref()));
        price::details(&t, item.name.get(locale), &words, prices)
    };
    plan.items.iter().flat_map(of).collect()
}

/// A quantity to be asked for.
fn quantity(
    visit: &Visit,
    item: &ItemOffer,
    asked: Option<Decimal>,
    currency: Currency,
) -> QuantityAsk {
    let t = visit.t();
    let plain = |value: Decimal| -> Txt { value.normalize().to_string().into() };
    QuantityAsk {
        name: format!("qty.{}", item.code).into(),
        label: item.name.get(visit.ctx.locale).to_owned().into(),
        min: Some(plain(item.quantity_min)),
        max: item.quantity_max.map(plain),
        step: plain(item.quantity_step),
        value: plain(asked.unwrap_or(item.quantity_default)),
        hint: Some(price::note(&t, item, currency)).filter(|hint| !hint.is_empty()),
        packages: price::packages(&t, item, currency),
    }
}

/// A parameter to be asked for.
pub(super) fn parameter(visit: &Visit, parameter: &Parameter) -> ParameterAsk {
    let locale = visit.ctx.locale;
    let text = |text: &Text| -> Txt { text.get(locale).to_owned().into() };
    ParameterAsk {
        name: format!("param.{}", parameter.code).into(),
        label: text(&parameter.label),
        hint: (!parameter.hint.is_empty()).then(|| text(&parameter.hint)),
        required: parameter.required && parameter.kind != Asks::Boolean,
        kind: match parameter.kind {
            Asks::Number => ParameterKind::Number,
            Asks::Boolean => ParameterKind::YesNo,
            Asks::Choice => ParameterKind::Choice(
                parameter
                    .choices
                    .iter()
                    .map(|choice| (choice.value.clone().into(), text(&choice.label)))
                    .collect(),
            ),
            Asks::Text | Asks::Email | Asks::Domain => ParameterKind::Text,
        },
    }
}

/// The paragraphs of a plain text.
pub(super) fn paragraphs(text: &str) -> Vec<Txt> {
    text.split("\n\n")
        .map(str::trim)
        .filter(|part| !part.is_empty())
        .map(|part| part.to_owned().into())
        .collect()
}
