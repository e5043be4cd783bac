//! Changing and cancelling a subscription, with a preview of what it means.

use std::collections::BTreeMap;

use axum::{extract::Path, response::Response};
use tradewind_catalogue::{
    service::offer,
    types::{Item, ItemKind, Offer, Plan},
};
use tradewind_flows::{
    order::{PlaceInput, cancellation_withdraw, order_place},
    quote::{
        CancelInput, CancelWhen, ChangeInput, ChangeWhen, QuoteView, preview_of_cancel,
        quote_cancel, quote_change,
    },
};
use tradewind_kernel::{
    Decimal, Error, Money, Result,
    decimal::{Limits, parse_decimal},
    id::{PlanId, QuoteId, SubscriptionId},
};
use tradewind_orders::{
    service::{auto_renew_set, subscription_get, subscription_update},
    types::{AutoRenewSet, SubscriptionDetail, SubscriptionOperation, SubscriptionUpdate},
};

use super::{
    super::{names::Names, price},
    subscriptions::parse,
};
use crate::{
    form::Sent,
    respond::{self, Answer},
    session::{Customer, Id, Visit},
    view::{
        Page,
        kit::Txt,
        shared::{CancelPage, ChangePage, ChangePreview, DiffRow, FormState, preview_panel},
        storefront::QuantityAsk,
    },
};

/// A subscription, and what it can become.
struct About {
    detail: SubscriptionDetail,
    known: Names,
    offer: Option<Offer>,
    chosen: PlanId,
    quantities: BTreeMap<String, Decimal>,
    coupon: Option<String>,
    when: Option<ChangeWhen>,
}

impl About {
    async fn load(visit: &Visit, id: SubscriptionId, sent: &Sent) -> Result<Self> {
        let detail = subscription_get(visit.p(), &visit.ctx, id).await?;
        let one = &detail.subscription;
        let known = Names::load(visit, [one.product_id], []).await?;
        let offer = match known.detail(one.product_id) {
            Some(product) => {
                let slug = &product.product.slug;
                match offer(visit.p(), &visit.ctx, &visit.scope()?, slug).await {
                    Ok(offer) => Some(offer),
                    // No longer sold; the plan that is held can still be changed in its quantities.
                    Err(Error::NotFound { .. } | Error::Refused { .. }) => None,
                    Err(error) => return Err(error),
                }
            }
            None => None,
        };
        let chosen = sent.get("plan").parse().unwrap_or(one.plan_id);
        let held: BTreeMap<String, Decimal> = detail
            .items
            .iter()
            .map(|item| (item.code.clone(), item.quantity))
            .collect();
        let mut quantities = BTreeMap::new();
        for item in known
            .plan(one.product_id, chosen)
            .ok_or_else(|| Error::not_found(chosen))?
            .items
            .iter()
            .filter(|item| item.kind == ItemKind::Recurring)
        {
            let name = format!("qty.{}", item.code);
            let text = sent.get(&name).replace(',', ".");
            let quantity = if text.is_empty() {
                held.get(&item.code)
                    .copied()
                    .unwrap_or(item.quantity_default)
            } else {
                parse_decimal(&name, &text, &Limits::new(12, 15))?
            };
            quantities.insert(item.code.clone(), quantity);
        }
        Ok(Self {
            detail,
            known,
            offer,
            chosen,
            quantities,
            coupon: sent.some("coupon"),
            when: sent.some("when").map(|when| when.parse()).transpose()?,
        })
    }

    fn plan(&self) -> Option<&Plan> {
        self.known
            .plan(self.detail.subscription.product_id, self.chosen)
    }

    async fn quote(&self, visit: &Visit) -> Result<QuoteView> {
        let one = &self.detail.subscription;
        let input = ChangeInput {
            packages: Default::default(),
            subscription_id: one.id,
            plan_id: (self.chosen != one.plan_id).then_some(self.chosen),
            quantities: self.quantities.clone(),
            coupon: self.coupon.clone(),
            when: self.when,
        };
        quote_change(visit.p(), &visit.ctx, &input).await
    }

    fn page(&self, visit: &Visit, preview: Option<ChangePreview>, form: FormState) -> Page {
        let t = visit.t();
        let locale = visit.ctx.locale;
        let one = &self.detail.subscription;
        let mut plans: Vec<(Txt, Txt, Txt)> = self
            .offer
            .iter()
            .flat_map(|offer| &offer.offered_plans)
            .map(|plan| {
                (
                    plan.plan_id.to_string().into(),
                    plan.name.get(locale).to_owned().into(),
                    price::recurring(&t, plan.from.as_ref()),
                )
            })
            .collect();
        let current: Txt = one.plan_id.to_string().into();
        if !plans.iter().any(|(id, _, _)| *id == current) {
            let name = self.known.plan_name(one.product_id, one.plan_id);
            plans.insert(0, (current.clone(), name, Txt::default()));
        }
        let offered = self.offer.as_ref().and_then(|offer| {
            let mut plans = offer.offered_plans.iter();
            plans.find(|plan| plan.plan_id == self.chosen)
        });
        let quantities = self
            .plan()
            .iter()
            .flat_map(|plan| &plan.items)
            .filter_map(|item| {
                let value = self.quantities.get(&item.code)?;
                let plain = |value: Decimal| -> Txt { value.normalize().to_string().into() };
                let held = self.detail.items.iter().find(|held| held.code == item.code);
                let offered = offered
                    .and_then(|offered| offered.items.iter().find(|one| one.code == item.code));
                Some(QuantityAsk {
                    packages: match (offered, &self.offer) {
                        (Some(item), Some(offer)) => price::packages(&t, item, offer.currency),
                        _ => Vec::new(),
                    },
                    name: format!("qty.{}", item.code).into(),
                    label: item.name.get(locale).to_owned().into(),
                    min: Some(plain(item.quantity_min)),
                    max: item.quantity_max.map(plain),
                    step: plain(item.quantity_step),
                    value: plain(*value),
                    hint: held.map(|held| {
                        let model = offered.and_then(|item| price::general(&item.prices));
                        let quantity = price::quantity_words(&t, &item.unit, model, held.quantity);
                        t.with("quantity-now", &[("quantity", &quantity)])
                    }),
                })
            })
            .collect();
        let page = ChangePage {
            base: "/my",
            id: one.id.to_string().into(),
            product: one.name.clone().into(),
            plans,
            current,
            chosen: self.chosen.to_string().into(),
            quantities,
            parameters: Vec::new(),
            preview,
            form,
        };
        page.page(visit.app())
    }

    fn preview(&self, visit: &Visit, quote: &QuoteView) -> Result<ChangePreview> {
        let t = visit.t();
        let billing = &quote.preview.billing;
        let now = billing.due_now.as_ref();
        let zero = Money::zero(billing.currency);
        let discounts = price::discounts(billing);
        // Everything that is charged, less what discounts take off it and what is given back, is what is due.
        let mut credit = zero;
        for line in now.iter().flat_map(|document| &document.lines) {
            if line.net.is_negative() {
                credit = credit.sub(line.net)?;
            }
        }
        for discount in discounts.iter().filter(|_| now.is_some()) {
            credit = credit.sub(discount.amount)?;
        }
        let mut notes = Vec::new();
        if quote.preview.needs_approval {
            notes.push(t.tr("approval-before-order"));
        }
        if quote.preview.needs_payment {
            notes.push(t.tr("change-after-payment"));
        }
        Ok(ChangePreview {
            quote: quote.id.to_string().into(),
            rows: self.differences(visit),
            charges: now
                .iter()
                .flat_map(|document| &document.lines)
                .filter(|line| !line.amount.is_negative())
                .map(|line| {
                    let period = t.period(line.period.start, line.period.end);
                    (line.description.clone().into(), period, line.amount)
                })
                .collect(),
            credit: (!credit.is_zero()).then_some(credit),
            discounts,
            taxes: now.map_or_else(Vec::new, |document| {
                price::taxes(&t, &visit.tax(), &document.tax_summary)
            }),
            due_now: now.map_or(zero, |document| document.gross),
            next: billing.next.as_ref().map(|next| price::next(billing, next)),
            from: (quote.preview.effective_on > visit.today())
                .then_some(quote.preview.effective_on),
            notes,
            changed_since: None,
        })
    }

    fn differences(&self, visit: &Visit) -> Vec<DiffRow> {
        let t = visit.t();
        let one = &self.detail.subscription;
        let mut rows = Vec::new();
        if self.chosen != one.plan_id {
            rows.push(DiffRow {
                label: t.tr("product-plan"),
                now: self.known.plan_name(one.product_id, one.plan_id),
                after: self.known.plan_name(one.product_id, self.chosen),
                difference: "–".into(),
            });
        }
        let words = |item: &Item, quantity: Decimal| {
            let offer = self.offer.iter().flat_map(|offer| &offer.offered_plans);
            let mut items = offer.flat_map(|plan| &plan.items);
            let offered = items.find(|one| one.item_id == item.id);
            let model = offered.and_then(|one| price::general(&one.prices));
            if quantity.is_zero() {
                return t.num(quantity);
            }
            price::quantity_words(&t, &item.unit, model, quantity)
        };
        for item in self.plan().iter().flat_map(|plan| &plan.items) {
            let Some(after) = self.quantities.get(&item.code).copied() else {
                continue;
            };
            let held = self.detail.items.iter().find(|held| held.code == item.code);
            let now = held.map_or(Decimal::ZERO, |held| held.quantity);
            if now == after {
                continue;
            }
            let difference = after - now;
            let sign = if difference.is_sign_positive() {
                "+"
            } else {
                ""
            };
            rows.push(DiffRow {
                label: item.name.get(visit.ctx.locale).to_owned().into(),
                now: words(item, now),
                after: words(item, after),
                difference: format!("{sign}{}", t.num(difference.normalize())).into(),
            });
        }
        rows
    }
}

fn offers(detail: &SubscriptionDetail, operation: SubscriptionOperation) -> bool {
    detail.available_operations.contains(&operation)
}

/// The way back to a subscription with which something cannot be done now, for whoever comes by an old link.
fn back(visit: &Visit, id: SubscriptionId, refused: &str) -> Response {
    let way = format!("/my/subscriptions/{id}");
    respond::saying(way, false, &visit.t().tr(refused))
}

/// What could be changed.
pub(super) async fn show(Customer(visit): Customer, Id(id): Id<SubscriptionId>) -> Answer {
    let sent = Sent(visit.query.clone());
    let about = About::load(&visit, id, &sent).await?;
    if !offers(&about.detail, SubscriptionOperation::Change) {
        return Ok(back(&visit, id, "said-not-changeable"));
    }
    respond::page(about.page(&visit, None, FormState::default()))
}

/// What a change means.
pub(super) async fn preview(
    Customer(visit): Customer,
    Path(id): Path<String>,
    sent: Sent,
) -> Answer {
    let id = parse(&id)?;
    let action = format!("/my/subscriptions/{id}/change/confirm");
    let (about, quoted) = match About::load(&visit, id, &sent).await {
        Ok(about) => {
            let quoted = about.quote(&visit).await;
            (about, quoted)
        }
        // Quantities that are none; the subscription is shown as it stands.
        Err(error @ Error::Invalid(_)) => {
            let about = About::load(&visit, id, &Sent(Vec::new())).await?;
            (about, Err(error))
        }
        Err(error) => return Err(error.into()),
    };
    let (preview, form) = match quoted {
        Ok(quote) => (Some(about.preview(&visit, &quote)?), sent.state()),
        Err(error) => {
            let form = respond::blame(&visit.t(), sent.state(), error, |field| {
                field.replacen("items.", "qty.", 1)
            })?;
            (None, form)
        }
    };
    if !visit.part {
        let page = about.page(&visit, preview, form.clone());
        return if form.is_faultless() {
            respond::page(page)
        } else {
            respond::again(page)
        };
    }
    // Another plan asks for other quantities than the form does.
    let made_for = sent.get("made_for");
    if !made_for.is_empty() && made_for != about.chosen.to_string() {
        return respond::page_into("#live", about.page(&visit, preview, form));
    }
    let panel = preview_panel(&visit.app(), &action, preview.as_ref(), &form);
    respond::part(panel)
}

/// Carries out the change that was previewed.
pub(super) async fn confirm(
    Customer(visit): Customer,
    Path(id): Path<String>,
    sent: Sent,
) -> Answer {
    let id = parse(&id)?;
    let quote: QuoteId = sent.get("quote").parse().map_err(|_| Error::NotFound {
        kind: "quote",
        id: sent.get("quote").chars().take(60).collect(),
    })?;
    let input = PlaceInput { quote_id: quote };
    match order_place(visit.p(), &visit.ctx, &input).await {
        Ok(placed) => Ok(respond::to(format!("/my/orders/{}", placed.order.id))),
        // What has changed since is said where a new preview can be had.
        Err(error @ (Error::Conflict { .. } | Error::Refused { .. } | Error::Changed { .. })) => {
            let text = respond::words(&visit.t(), &error);
            let way = format!("/my/subscriptions/{id}/change");
            Ok(respond::saying(way, false, &text))
        }
        Err(error) => Err(error.into()),
    }
}

/// Cancelling, with what ending at once would give back.
pub(super) async fn cancel_form(Customer(visit): Customer, Id(id): Id<SubscriptionId>) -> Answer {
    let detail = subscription_get(visit.p(), &visit.ctx, id).await?;
    if !offers(&detail, SubscriptionOperation::Cancel) {
        return Ok(back(&visit, id, "said-not-cancellable"));
    }
    respond::page(cancel_page(&visit, &detail, FormState::default()).await?)
}

async fn cancel_page(visit: &Visit, detail: &SubscriptionDetail, form: FormState) -> Result<Page> {
    let one = &detail.subscription;
    let asked = |when| CancelInput {
        subscription_id: one.id,
        when,
        reason: None,
    };
    let previewed = async |when| match preview_of_cancel(visit.p(), &visit.ctx, &asked(when)).await
    {
        Ok(preview) => Ok(Some(preview)),
        Err(Error::Refused { .. } | Error::Conflict { .. }) => Ok(None),
        Err(error) => Err(error),
    };
    let at_once = previewed(CancelWhen::Now).await?;
    let at_once = at_once.map(|preview| {
        let (credited, fee) = (preview.billing.credited, preview.billing.one_time);
        let some = |amount: Money| (!amount.is_zero()).then_some(amount);
        (some(credited), some(fee))
    });
    // A term that can be left for a fee may end with the period already.
    let committed = one.term_ends_on > one.period_end;
    let leaving = if committed && at_once.is_some() {
        previewed(CancelWhen::EndOfPeriod).await?
    } else {
        None
    };
    let leaving = leaving.filter(|preview| Some(preview.effective_on) == one.period_end);
    let leaving = leaving.map(|preview| {
        let next = preview.billing.next;
        (preview.effective_on, next.map(|next| next.document.net))
    });
    let page = CancelPage {
        base: "/my",
        id: one.id.to_string().into(),
        product: one.name.clone().into(),
        period_end: one
            .term_ends_on
            .or(one.period_end)
            .or(one.trial_ends_on)
            .unwrap_or_else(|| visit.today()),
        at_once,
        leaving,
        notes: vec![visit.t().tr("cancel-note")],
        form,
    };
    Ok(page.page(visit.app()))
}

pub(super) async fn cancel(
    Customer(visit): Customer,
    Path(id): Path<String>,
    sent: Sent,
) -> Answer {
    let id = parse(&id)?;
    let t = visit.t();
    let reason = [
        sent.some("reason")
            .map(|code| t.code("cancel-reason", &code).into_owned()),
        sent.some("comment"),
    ];
    let reason = reason.into_iter().flatten().collect::<Vec<_>>().join(": ");
    let input = CancelInput {
        subscription_id: id,
        when: match sent.get("when") {
            "now" => CancelWhen::Now,
            "leave" => CancelWhen::EndOfPeriod,
            _ => CancelWhen::EndOfCommitment,
        },
        reason: (!reason.is_empty()).then_some(reason),
    };
    let outcome = match quote_cancel(visit.p(), &visit.ctx, &input).await {
        Ok(quote) => {
            let input = PlaceInput { quote_id: quote.id };
            order_place(visit.p(), &visit.ctx, &input).await
        }
        Err(error) => Err(error),
    };
    match outcome {
        Ok(_) => {
            let way = format!("/my/subscriptions/{id}");
            Ok(respond::saying(way, true, &t.tr("said-cancelled")))
        }
        Err(error) => {
            let form = respond::blame(&t, sent.state(), error, |field| match field {
                "reason" => "comment".to_owned(),
                other => other.to_owned(),
            })?;
            let detail = subscription_get(visit.p(), &visit.ctx, id).await?;
            respond::again(cancel_page(&visit, &detail, form).await?)
        }
    }
}

/// Turns renewal on or off, or takes back a cancellation that has not taken effect.
pub(super) async fn renewal(Customer(visit): Customer, Id(id): Id<SubscriptionId>) -> Answer {
    let detail = subscription_get(visit.p(), &visit.ctx, id).await?;
    let one = &detail.subscription;
    let keeps_on = offers(&detail, SubscriptionOperation::KeepOn);
    let outcome = if keeps_on {
        cancellation_withdraw(visit.p(), &visit.ctx, id, Some(one.version)).await
    } else {
        let input = AutoRenewSet {
            id,
            version: Some(one.version),
            auto_renew: !one.auto_renew,
        };
        auto_renew_set(visit.p(), &visit.ctx, &input).await
    };
    let good = if keeps_on || !one.auto_renew {
        "renewal-on"
    } else {
        "renewal-off"
    };
    respond::changed(&visit, outcome, format!("/my/subscriptions/{id}"), good)
}

/// Says what the buyer calls the subscription, and whether it is invoiced by itself.
pub(super) async fn reference(
    Customer(visit): Customer,
    Id(id): Id<SubscriptionId>,
    sent: Sent,
) -> Answer {
    let update = SubscriptionUpdate {
        id,
        version: None,
        name: None,
        auto_renew: None,
        reference: Some(sent.reference()),
    };
    let outcome = subscription_update(visit.p(), &visit.ctx, &update).await;
    let way = format!("/my/subscriptions/{id}");
    respond::changed(&visit, outcome, way, "said-saved")
}
