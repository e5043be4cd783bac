//! Bundles in the shop: what they are and cost, and ordering them.

use axum::extract::Path;
use tradewind_catalogue::types::Offer;
use tradewind_flows::order::{Placement, bundle_place};
use tradewind_flows::quote::{
    BundleAnswers, BundlePreview, BundlePurchase, OfferedBundle, bundle_offer, bundle_quote_get,
    quote_bundle,
};
use tradewind_kernel::{Error, Money, Result, id::QuoteId};

use super::catalogue::may_order;
use super::product;
use crate::{
    form::Sent,
    respond::{self, Answer},
    session::{Anyone, Customer, Id, Visit},
    view::{
        Page,
        kit::Txt,
        shared::FormState,
        storefront::{
            BundleAsk, BundleCheckoutPage, BundlePartView, BundlePriceView, BundleShopPage, Terms,
        },
    },
};

/// A bundle with its plans.
pub(super) async fn show(Anyone(visit): Anyone, Path(slug): Path<String>) -> Answer {
    let found = bundle_offer(visit.p(), &visit.shop_ctx()?, &visit.scope()?, &slug).await?;
    respond::page(page(&visit, &found, FormState::default()))
}

/// On to the checkout with what is filled in; who is not signed in does that first.
pub(super) async fn order(Anyone(visit): Anyone, Path(slug): Path<String>, sent: Sent) -> Answer {
    let found = bundle_offer(visit.p(), &visit.shop_ctx()?, &visit.scope()?, &slug).await?;
    let here = format!("/bundles/{}", found.bundle.terms.slug);
    if visit.session.is_none() {
        return Ok(respond::to(respond::leading("/sign-in", &here).as_ref()));
    }
    let t = visit.t();
    if !may_order(&visit) {
        let text = t.tr("order-customers-only");
        return Ok(respond::saying(here, false, &text));
    }
    let mut form = sent.state();
    for (at, offer) in found.offers.iter().enumerate() {
        let field = terms_field(at);
        if !offer.terms_text.is_empty() && sent.get(&field) != "1" {
            form = form.wrong(&field, t.tr("error-not-accepted"));
        }
    }
    if !form.errors.is_empty() {
        return respond::again(page(&visit, &found, form));
    }
    let parts = found.offers.iter().enumerate();
    let input = BundlePurchase {
        customer_id: visit.account(),
        bundle_id: found.bundle.id,
        parts: parts.map(|(at, offer)| answers(at, offer, &sent)).collect(),
    };
    match quote_bundle(visit.p(), &visit.ctx, &input).await {
        Ok(quote) => Ok(respond::to(format!(
            "/bundles/checkout/{}?bundle={}",
            quote.id, found.bundle.terms.slug
        ))),
        Err(error) => {
            let form = respond::blame(&t, form, error, |field| {
                field
                    .replacen("parts[", "p", 1)
                    .replacen("].parameters.", ".param.", 1)
            })?;
            respond::again(page(&visit, &found, form))
        }
    }
}

fn terms_field(at: usize) -> String {
    format!("p{at}.terms")
}

/// What was answered for a plan.
fn answers(at: usize, offer: &Offer, sent: &Sent) -> BundleAnswers {
    BundleAnswers {
        name: None,
        parameters: product::answers(offer, sent, &format!("p{at}.")),
        accepted_terms: (!offer.terms_text.is_empty()).then(|| offer.terms_version.clone()),
    }
}

fn page(visit: &Visit, found: &OfferedBundle, form: FormState) -> Page {
    let locale = visit.ctx.locale;
    let text = |text: &tradewind_kernel::Text| -> Txt { text.get(locale).to_owned().into() };
    let price = price(visit, found);
    let asks = found.offers.iter().enumerate().map(|(at, offer)| {
        let parameters = offer.parameters.iter().map(|parameter| {
            let mut ask = product::parameter(visit, parameter);
            ask.name = format!("p{at}.{}", ask.name).into();
            ask
        });
        BundleAsk {
            title: text(&offer.card.name),
            parameters: parameters.collect(),
            terms: (!offer.terms_text.is_empty()).then(|| Terms {
                name: terms_field(at).into(),
                title: text(&offer.terms_title),
                href: format!("/products/{}/terms", offer.card.slug).into(),
            }),
        }
    });
    let page = BundleShopPage {
        slug: found.bundle.terms.slug.clone().into(),
        name: text(&found.bundle.terms.name),
        summary: text(&found.bundle.terms.summary),
        asks: asks.collect(),
        price,
        form,
    };
    page.page(visit.store())
}

/// A bundle with what it costs by its plans, as a shop names them.
fn price(visit: &Visit, found: &OfferedBundle) -> BundlePriceView {
    let locale = visit.ctx.locale;
    let parts = found.bundle.terms.parts.iter().zip(&found.offers);
    let named = parts.map(|(part, offer)| {
        let mut plans = offer.offered_plans.iter();
        let plan = plans.find(|plan| plan.plan_id == part.plan_id);
        let quantities = part.quantities.iter().map(|(code, quantity)| {
            let mut items = plan.into_iter().flat_map(|plan| &plan.items);
            let item = items.find(|item| item.code == *code);
            let name = item.map_or(code.as_str(), |item| item.name.get(locale));
            format!("{} × {name}", quantity.normalize())
        });
        let title = match plan {
            Some(plan) => format!(
                "{} · {}",
                offer.card.name.get(locale),
                plan.name.get(locale)
            ),
            None => offer.card.name.get(locale).to_owned(),
        };
        let quantities: Vec<String> = quantities.collect();
        (title.into(), quantities.join(", ").into())
    });
    priced(&found.preview, named)
}

/// What a bundle costs, with the names of its plans and their quantities in words.
pub(in super::super) fn priced(
    preview: &BundlePreview,
    named: impl Iterator<Item = (Txt, Txt)>,
) -> BundlePriceView {
    let parts = preview.parts.iter().zip(named);
    let parts = parts.map(|(part, (title, quantities))| {
        let billing = &part.billing;
        let zero = Money::zero(billing.currency);
        let saved = billing.discounts.iter().map(|one| one.now);
        let saved = Money::sum(billing.currency, saved).unwrap_or(zero);
        let net = billing.due_now.as_ref().map_or(zero, |due| due.net);
        BundlePartView {
            title,
            quantities,
            regular: net.add(saved).unwrap_or(net),
            saved,
        }
    });
    BundlePriceView {
        parts: parts.collect(),
        now: (preview.due_now, preview.saved_now),
        next: (preview.next, preview.saved_next),
    }
}

/// What is to be ordered.
pub(super) async fn checkout(Customer(visit): Customer, Id(id): Id<QuoteId>) -> Answer {
    let page = checkout_page(&visit, id, FormState::default()).await?;
    respond::page(page)
}

async fn checkout_page(visit: &Visit, id: QuoteId, form: FormState) -> Result<Page> {
    let quote = bundle_quote_get(visit.p(), &visit.ctx, id).await?;
    let named = quote.preview.parts.iter();
    let named = named.map(|part| (part.name.clone().into(), Txt::default()));
    let page = BundleCheckoutPage {
        quote: id.to_string().into(),
        name: visit.t().tr("bundle-title"),
        price: priced(&quote.preview, named),
        form,
    };
    Ok(page.page(visit.store()))
}

/// Places the orders.
pub(super) async fn place(Customer(visit): Customer, Path(id): Path<String>, sent: Sent) -> Answer {
    let id: QuoteId = id.parse().map_err(|_| Error::NotFound {
        kind: "quote",
        id: id.chars().take(60).collect(),
    })?;
    let t = visit.t();
    let mut form = sent.state();
    if visit.session()?.user.email_verified_at.is_none() {
        form.problem = Some(t.tr("error-verify-first"));
        return respond::again(checkout_page(&visit, id, form).await?);
    }
    let reference = sent.reference();
    let input = Placement {
        quote_id: id,
        reference: (!reference.is_nothing()).then_some(reference),
    };
    match bundle_place(visit.p(), &visit.ctx, &input).await {
        Ok(_) => Ok(respond::saying("/my/orders", true, &t.tr("bundle-ordered"))),
        Err(error) => {
            let form = respond::blame(&t, form, error, super::super::company::field)?;
            respond::again(checkout_page(&visit, id, form).await?)
        }
    }
}
