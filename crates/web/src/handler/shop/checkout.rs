//! Ordering: details, payment and acceptance on one page; then what happens with the order.

use axum::extract::Path;
use tradewind_accounts::{
    service::{account_get, account_update},
    types::{Account, AccountUpdate},
};
use tradewind_billing::service::{MethodRef, method_list, method_set_default};
use tradewind_billing::types::PaymentMethod;
use tradewind_catalogue::{
    service::offer,
    types::{Approval, Offer},
};
use tradewind_flows::{
    order::{Placement, order_place_as},
    quote::{PurchaseInput, QuoteView, purchase_quote_get},
};
use tradewind_kernel::{
    Error, Result,
    id::{OrderId, QuoteId},
};
use tradewind_orders::{
    service::order_get,
    types::{OrderOperation, OrderState},
};
use tradewind_policy::Action;

use super::super::{company, gate, names::Names, order, price};
use crate::{
    form::Sent,
    respond::{self, Answer},
    session::{Customer, Id, Visit},
    view::{
        Page,
        kit::Txt,
        shared::{FormState, order_steps},
        storefront::{CheckoutPage, OrderPlacedPage, PaymentOption, Terms},
    },
};

/// What the page needs to know.
struct About {
    quote: QuoteView,
    input: PurchaseInput,
    offer: Offer,
    account: Account,
    methods: Vec<PaymentMethod>,
}

impl About {
    async fn load(visit: &Visit, id: QuoteId, product: &str) -> Result<Self> {
        let (quote, input) = purchase_quote_get(visit.p(), &visit.ctx, id).await?;
        let offer = offer(visit.p(), &visit.shop_ctx()?, &visit.scope()?, product).await?;
        if offer.card.product_id != input.product_id || input.customer_id != visit.account() {
            return Err(Error::not_found(id));
        }
        let account = account_get(visit.p(), &visit.ctx, visit.account()).await?;
        let methods = if visit.may_at_home(Action::PaymentMethodManage) {
            method_list(visit.p(), &visit.ctx, visit.account()).await?
        } else {
            Vec::new()
        };
        Ok(Self {
            quote,
            input,
            offer,
            account,
            methods,
        })
    }

    fn page(&self, visit: &Visit, form: FormState) -> Page {
        let t = visit.t();
        let locale = visit.ctx.locale;
        let plan = self
            .offer
            .offered_plans
            .iter()
            .find(|plan| plan.plan_id == self.input.plan_id);
        let name: Txt = self.offer.card.name.get(locale).to_owned().into();
        let title = match plan {
            Some(plan) => format!("{name} · {}", plan.name.get(locale)).into(),
            None => name,
        };
        let items = plan.iter().flat_map(|plan| &plan.items);
        let once = price::Once::of(items.clone().map(|item| (item.name.get(locale), item.kind)));
        let quantities = items.filter_map(|item| {
            let picked = self.input.packages.get(&item.code);
            if let Some(package) = picked {
                let name: Txt = item.name.get(locale).to_owned().into();
                return Some((name, Txt::from(package.clone())));
            }
            let quantity = self.input.quantities.get(&item.code)?;
            let name: Txt = item.name.get(locale).to_owned().into();
            let model = price::general(&item.prices);
            Some((
                name,
                price::quantity_words(&t, &item.unit, model, *quantity),
            ))
        });
        let answers = self.offer.parameters.iter().filter_map(|parameter| {
            let answer = self.input.parameters.get(&parameter.code)?;
            let label: Txt = parameter.label.get(locale).to_owned().into();
            let choice = parameter
                .choices
                .iter()
                .find(|choice| choice.value == *answer);
            let shown: Txt = match (parameter.sensitive, choice) {
                (true, _) => "••••••••".into(),
                (false, Some(choice)) => choice.label.get(locale).to_owned().into(),
                (false, None) => answer.clone().into(),
            };
            Some((label, shown))
        });
        let cadence = plan.map(|plan| plan.billing_cadence);
        let page = CheckoutPage {
            quote: format!("{}?product={}", self.quote.id, self.offer.card.slug).into(),
            title,
            change_href: format!(
                "/products/{}?plan={}#configure",
                self.offer.card.slug, self.input.plan_id
            )
            .into(),
            configuration: quantities.chain(answers).collect(),
            price: price::view(visit, &self.quote.preview.billing, &once, cadence),
            countries: gate::countries(visit.ctx.locale),
            payment: self.payment(visit),
            terms: self
                .asks_acceptance()
                .then(|| Terms {
                    name: self.terms_field().into(),
                    title: self.offer.terms_title.get(locale).to_owned().into(),
                    href: format!("/products/{}/terms", self.offer.card.slug).into(),
                })
                .into_iter()
                .collect(),
            approval: self.offer.approval == Approval::Seller,
            vat: visit.tax().is_vat,
            form,
        };
        page.page(visit.store())
    }

    /// Ways to pay. A stored card is charged by itself, so that a transfer is a choice only without one.
    fn payment(&self, visit: &Visit) -> Vec<PaymentOption> {
        if !self.quote.preview.needs_payment {
            return Vec::new();
        }
        let t = visit.t();
        let option = |value: Txt, label: Txt, hint: &str| PaymentOption {
            value,
            label,
            hint: t.tr(hint),
        };
        let mut stored: Vec<&PaymentMethod> = self.methods.iter().collect();
        stored.sort_by_key(|method| !method.is_default);
        let mut options: Vec<_> = stored
            .into_iter()
            .map(|method| {
                let id = method.id.to_string().into();
                option(id, card_name(visit, method), "pay-stored-hint")
            })
            .collect();
        let may_add = visit.may_at_home(Action::PaymentMethodManage);
        if options.is_empty() {
            let label = t.tr("pay-transfer");
            options.push(option("bank_transfer".into(), label, "pay-transfer-hint"));
        }
        if may_add {
            let label = t.tr("pay-new-card");
            options.push(option("new_card".into(), label, "pay-new-card-hint"));
        }
        options
    }

    fn asks_acceptance(&self) -> bool {
        !self.offer.terms_text.is_empty()
    }

    fn terms_field(&self) -> String {
        format!("terms.{}", self.offer.terms_version)
    }
}

/// A stored card by brand and last digits.
pub(in super::super) fn card_name(visit: &Visit, method: &PaymentMethod) -> Txt {
    visit.t().with(
        "card-name",
        &[("brand", &method.brand), ("last", &method.last4)],
    )
}

/// What is to be ordered, and what is needed for it.
pub(super) async fn show(Customer(visit): Customer, Id(id): Id<QuoteId>) -> Answer {
    let about = About::load(&visit, id, visit.ask("product")).await?;
    if let Some(order) = about.quote.order_id {
        return Ok(respond::to(format!("/checkout/placed/{order}")));
    }
    let form = company::filled(&about.account);
    respond::page(about.page(&visit, form))
}

/// Places the order.
pub(super) async fn place(Customer(visit): Customer, Path(id): Path<String>, sent: Sent) -> Answer {
    let id: QuoteId = id.parse().map_err(|_| Error::NotFound {
        kind: "quote",
        id: id.chars().take(60).collect(),
    })?;
    let about = About::load(&visit, id, visit.ask("product")).await?;
    if let Some(order) = about.quote.order_id {
        return Ok(respond::to(format!("/checkout/placed/{order}")));
    }
    let t = visit.t();
    let mut form = sent.state();
    if about.asks_acceptance() && sent.get(&about.terms_field()) != "1" {
        form = form.wrong(&about.terms_field(), t.tr("error-not-accepted"));
    }
    if visit.session()?.user.email_verified_at.is_none() {
        form.problem = Some(t.tr("error-verify-first"));
    }
    if !form.errors.is_empty() || form.problem.is_some() {
        return respond::again(about.page(&visit, form));
    }
    match go_on(&visit, &about, &sent).await {
        Ok(order) if sent.get("payment") == "new_card" => {
            Ok(respond::to(format!("/my/orders/{order}/pay")))
        }
        Ok(order) => Ok(respond::to(format!("/checkout/placed/{order}"))),
        Err(error) => {
            let form = respond::blame(&t, form, error, company::field)?;
            respond::again(about.page(&visit, form))
        }
    }
}

async fn go_on(visit: &Visit, about: &About, sent: &Sent) -> Result<OrderId> {
    let (p, ctx) = (visit.p(), &visit.ctx);
    if let Some(changes) = company::changes(&about.account, sent) {
        let update = AccountUpdate {
            account: about.account.id,
            version: Some(about.account.version),
            changes,
        };
        account_update(p, ctx, &update).await?;
    }
    let chosen = about
        .methods
        .iter()
        .find(|method| method.id.to_string() == sent.get("payment"));
    if let Some(method) = chosen.filter(|method| !method.is_default) {
        let method = MethodRef {
            account_id: about.account.id,
            method_id: method.id,
        };
        method_set_default(p, ctx, &method).await?;
    }
    let reference = sent.reference();
    let input = Placement {
        quote_id: about.quote.id,
        reference: (!reference.is_nothing()).then_some(reference),
    };
    Ok(order_place_as(p, ctx, &input).await?.order.id)
}

/// An order just placed, and what happens with it.
pub(super) async fn placed(Customer(visit): Customer, Id(id): Id<OrderId>) -> Answer {
    let detail = order_get(visit.p(), &visit.ctx, id).await?;
    let known = Names::load(&visit, [detail.order.product_id], []).await?;
    let t = visit.t();
    let shell = visit.store();
    let href = format!("/my/orders/{id}");
    let pays = detail.available_operations.contains(&OrderOperation::Pay);
    let state = detail.order.state;
    let page = OrderPlacedPage {
        number: order::number(id),
        title: known.sold(detail.order.product_id, detail.order.plan_id),
        state: state.as_str().into(),
        next: t.code("order-next", state.as_str()),
        steps: order_steps(
            &shell,
            &order::steps(&order::actors(&visit, &detail).await?, &detail),
        ),
        price: order::price(&visit, &known, &detail.order)?,
        order_href: href.clone().into(),
        pay_href: (pays && state == OrderState::AwaitingPayment)
            .then(|| format!("{href}/pay").into()),
        moving: order::moving(state),
    };
    respond::page(page.page(shell))
}
