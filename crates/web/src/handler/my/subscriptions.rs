//! Subscriptions of the customer, each with its views.

use axum::{
    extract::Path,
    response::{IntoResponse, Response},
};
use http::header;
use tradewind_billing::service::invoices_about;
use tradewind_catalogue::types::{ItemKind, Plan};
use tradewind_fulfilment::{
    service::{access_get, credential_reveal},
    types::AccessData,
};
use tradewind_kernel::{Error, PageRequest, Result, calendar::add_days, id::SubscriptionId};
use tradewind_metering::service::usage_totals;
use tradewind_orders::{
    service::{SubscriptionQuery, order_summaries_of, subscription_get, subscription_list},
    types::{
        CommercialState, DeliveryState, Subscription, SubscriptionDetail, SubscriptionOperation,
    },
};
use tradewind_policy::Action;

use super::{
    super::{
        actors::Actors, commitments, journal, names::Names, order, price, recurring::Recurring,
    },
    invoices, orders, upcoming,
};
use crate::{
    respond::{self, Answer},
    session::{Customer, Id, Parts2, Visit},
    view::{
        kit::{AccessEntry, Moment, Tone, Txt, status_look},
        shared::{
            ItemRow, SubscriptionPage, SubscriptionRow, SubscriptionView, SubscriptionsPage,
            UsageRow,
        },
        shell::Permit,
    },
};

/// Latest documents that are shown of a subscription.
const INVOICES: u32 = 50;

/// A subscription in a list.
pub(super) fn row(
    known: &Names,
    recurring: &Recurring,
    subscription: &Subscription,
) -> SubscriptionRow {
    SubscriptionRow {
        id: subscription.id.to_string().into(),
        product: subscription.name.clone().into(),
        plan: plan_line(known, subscription),
        buyer: known.account(subscription.customer_id),
        state: subscription.commercial_state.as_str().into(),
        delivery: subscription.delivery_state.as_str().into(),
        price: recurring
            .price(subscription.id)
            .zip(known.plan(subscription.product_id, subscription.plan_id))
            .map(|(price, plan)| (price, price::every(plan.billing_cadence))),
        next: subscription.cancel_on.or(subscription.next_bill_on),
    }
}

fn plan_line(known: &Names, subscription: &Subscription) -> Txt {
    let product = known.product(subscription.product_id);
    let plan = known.plan_name(subscription.product_id, subscription.plan_id);
    if *product == subscription.name {
        plan
    } else {
        format!("{product} · {plan}").into()
    }
}

pub(super) async fn list(Customer(visit): Customer) -> Answer {
    let mut terms = Vec::new();
    if let Ok(state) = visit.ask("state").parse::<CommercialState>() {
        terms.push(format!("state:{state}"));
    }
    if let Ok(state) = visit.ask("delivery").parse::<DeliveryState>() {
        terms.push(format!("delivery:{state}"));
    }
    let query = SubscriptionQuery {
        filter: terms.join(" "),
        sort: match visit.ask("sort") {
            "product" => "name".to_owned(),
            "-product" => "-name".to_owned(),
            _ => String::new(),
        },
        page: orders::page_of(&visit)?,
    };
    let found = subscription_list(visit.p(), &visit.ctx, &query).await?;
    let products = found.items.iter().map(|one| one.product_id);
    let known = Names::load(&visit, products, []).await?;
    let recurring = Recurring::of(&visit, found.items.iter().map(|one| one.id).collect()).await?;
    let page = SubscriptionsPage {
        base: "/my",
        rows: found
            .items
            .iter()
            .map(|one| row(&known, &recurring, one))
            .collect(),
        state: visit.list(found.next),
    };
    respond::page(page.page(visit.app()))
}

pub(super) async fn overview(Customer(visit): Customer, Id(id): Id<SubscriptionId>) -> Answer {
    let detail = subscription_get(visit.p(), &visit.ctx, id).await?;
    let subscription = &detail.subscription;
    // It names everybody between whom the subscription is sold: what is shown of them needs no reading after it.
    let preview = upcoming::of(&visit, subscription).await?;
    let known = names(&visit, subscription).await?;
    let access = access_get(visit.p(), &visit.ctx, id).await?;
    let t = visit.t();
    let plan = known.plan(subscription.product_id, subscription.plan_id);
    let locale = visit.ctx.locale;
    let lines = preview
        .as_ref()
        .and_then(|preview| preview.next.as_ref())
        .map_or(&[][..], |next| &next.document.lines);
    let items = plan.iter().flat_map(|plan| &plan.items).map(|item| {
        let name = item.name.get(locale);
        let held = detail.items.iter().find(|held| held.item_id == item.id);
        let line = lines.iter().find(|line| price::is_about(line, name));
        let package = line
            .and_then(|line| line.description.strip_prefix(name)?.strip_prefix(": "))
            .map(|package| Txt::from(package.to_owned()));
        let metered = preview
            .as_ref()
            .and_then(|preview| preview.metered.iter().find(|one| one.item_id == item.id))
            .map(|one| price::usage_words(&t, one, subscription.currency))
            .filter(|words| !words.is_empty());
        let unit_price = line.and_then(|line| line.unit_price);
        ItemRow {
            name: name.to_owned().into(),
            kind: item.kind.as_str().into(),
            quantity: held.map_or_else(
                || t.tr("price-by-use"),
                |held| {
                    package.unwrap_or_else(|| {
                        price::quantity_words(&t, &item.unit, None, held.quantity)
                    })
                },
            ),
            pricing: match (metered, unit_price) {
                (Some(words), _) => words,
                (None, Some(price)) => t.price(price, subscription.currency),
                (None, None) if item.kind == ItemKind::OneTime => t.tr("price-once"),
                (None, None) => Txt::default(),
            },
            amount: line.map(|line| line.amount),
        }
    });
    let once = once(plan, &visit);
    let cadence = plan.map(|plan| plan.billing_cadence);
    let view = SubscriptionView::Overview {
        items: items.collect(),
        parameters: answers(&visit, &known, &detail),
        access: entries(&visit, id, &access),
        upcoming: preview.as_ref().and_then(|preview| {
            let next = preview.next.as_ref()?;
            let mut view = price::view(&visit, preview, &once, cadence);
            // Here the next invoice itself is the matter.
            view.due_now = next.document.gross;
            view.due_note = t.date(next.on).text().to_owned().into();
            view.next = None;
            Some(view)
        }),
        legs: Vec::new(),
        details: preview.as_ref().map_or_else(Vec::new, |preview| {
            let metered = preview.metered.iter();
            metered
                .flat_map(|one| price::usage_details(&t, one, subscription.currency))
                .collect()
        }),
    };
    let page = framed(&visit, &known, &detail, view);
    respond::page(page.page(visit.app()))
}

fn once(plan: Option<&Plan>, visit: &Visit) -> price::Once {
    let locale = visit.ctx.locale;
    let items = plan.into_iter().flat_map(|plan| &plan.items);
    price::Once::of(items.map(|item| (item.name.get(locale), item.kind)))
}

async fn names(visit: &Visit, subscription: &Subscription) -> Result<Names> {
    Names::load(
        visit,
        [subscription.product_id],
        [subscription.customer_id, subscription.vendor_id],
    )
    .await
}

/// The answers to the product's parameters; secrets are the vendor's alone.
pub(super) fn answers(
    visit: &Visit,
    known: &Names,
    detail: &SubscriptionDetail,
) -> Vec<(Txt, Txt)> {
    let locale = visit.ctx.locale;
    let product = known.detail(detail.subscription.product_id);
    detail
        .parameters
        .iter()
        .map(|answer| {
            let parameter = product.and_then(|product| {
                let mut all = product.parameters.iter();
                all.find(|parameter| parameter.code == answer.code)
            });
            let label = parameter.map_or(answer.code.as_str(), |one| one.label.get(locale));
            let value = answer.value.as_deref().unwrap_or("••••••••");
            let choice = parameter
                .and_then(|one| one.choices.iter().find(|choice| choice.value == value))
                .map_or(value, |choice| choice.label.get(locale));
            (label.to_owned().into(), choice.to_owned().into())
        })
        .collect()
}

fn entries(visit: &Visit, id: SubscriptionId, access: &AccessData) -> Vec<AccessEntry> {
    let locale = visit.ctx.locale;
    let links = access.endpoints.iter().map(|endpoint| {
        AccessEntry::Link(
            endpoint.label.get(locale).to_owned().into(),
            endpoint.url.clone().into(),
        )
    });
    let secrets = access.credentials.iter().map(|credential| {
        AccessEntry::Secret(
            credential.label.get(locale).to_owned().into(),
            format!("/my/subscriptions/{id}/secrets/{}", credential.code).into(),
        )
    });
    let instructions = access
        .instructions
        .get(locale.tag())
        .or_else(|| access.instructions.get("en"))
        .or_else(|| access.instructions.values().next());
    let notes = instructions
        .into_iter()
        .flat_map(|text| text.lines())
        .filter(|line| !line.trim().is_empty())
        .map(|line| AccessEntry::Note(line.to_owned().into()));
    links.chain(secrets).chain(notes).collect()
}

/// The frame of all views of a subscription.
fn framed(
    visit: &Visit,
    known: &Names,
    detail: &SubscriptionDetail,
    view: SubscriptionView,
) -> SubscriptionPage {
    let t = visit.t();
    let one = &detail.subscription;
    let offers = |operation| detail.available_operations.contains(&operation);
    let permit = |operation| {
        if offers(operation) {
            Permit::Yes
        } else {
            Permit::Hidden
        }
    };
    let scheduled = match (&one.scheduled, one.cancel_on) {
        (_, Some(on)) => Some(t.with("sub-ends", &[("date", t.date(on).text())])),
        (Some(change), None) => Some(t.with(
            "sub-scheduled-to",
            &[
                ("plan", &known.plan_name(one.product_id, change.plan_id)),
                ("date", t.date(change.on).text()),
            ],
        )),
        (None, None) => None,
    };
    let warning = match (one.commercial_state, one.delivery_state) {
        (CommercialState::Suspended, _) => Some(t.tr("sub-is-suspended")),
        (CommercialState::Grace, _) => Some(t.tr("sub-is-overdue")),
        (_, DeliveryState::Failed) => Some(t.tr("sub-delivery-failed")),
        _ => None,
    };
    SubscriptionPage {
        base: "/my",
        id: one.id.to_string().into(),
        product: one.name.clone().into(),
        plan: plan_line(known, one),
        vendor: known.account(one.vendor_id),
        buyer: (known.account(one.customer_id), None),
        state: one.commercial_state.as_str().into(),
        delivery: one.delivery_state.as_str().into(),
        since: one
            .activated_at
            .unwrap_or(one.ordered_at)
            .date_in(&one.zone),
        trial_until: one
            .trial_ends_on
            .filter(|_| one.commercial_state == CommercialState::Trial),
        period: one.period_start.zip(one.period_end),
        auto_renew: one.auto_renew && one.cancel_on.is_none(),
        next: one.cancel_on.or(one.next_bill_on),
        price: None,
        scheduled,
        resuming: None,
        warning,
        change: permit(SubscriptionOperation::Change),
        cancel: permit(SubscriptionOperation::Cancel),
        renewal: if offers(SubscriptionOperation::SetAutoRenew)
            || offers(SubscriptionOperation::KeepOn)
        {
            Permit::Yes
        } else {
            Permit::Hidden
        },
        bundle: price::bundle(visit, detail),
        reference: price::reference(&one.reference),
        refer: if visit.may_at_home(Action::SubscriptionChange) {
            Permit::Yes
        } else {
            Permit::Hidden
        },
        correct: Permit::Hidden,
        suspend: Permit::Hidden,
        view,
    }
}

pub(super) async fn usage(Customer(visit): Customer, Id(id): Id<SubscriptionId>) -> Answer {
    let detail = subscription_get(visit.p(), &visit.ctx, id).await?;
    let one = &detail.subscription;
    let known = names(&visit, one).await?;
    let t = visit.t();
    let until = add_days(visit.today(), 1)?;
    let mut totals = usage_totals(visit.p(), &visit.ctx, id, until).await?;
    totals.sort_by(|a, b| (b.period_on, &a.meter).cmp(&(a.period_on, &b.meter)));
    let rows = totals.into_iter().map(|total| UsageRow {
        date: total.period_on,
        meter: total.meter.into(),
        quantity: total.quantity.normalize(),
        unit: total.unit.into(),
        cost: total
            .cost
            .map_or_else(|| "–".into(), |cost| t.price(cost, one.currency)),
    });
    let view = SubscriptionView::Usage {
        chart: None,
        rows: rows.collect(),
        until: Some(visit.ctx.now),
        commitments: commitments::of(&visit, id).await?,
        prepaid: commitments::prepaid(&visit, id).await?,
    };
    let page = framed(&visit, &known, &detail, view);
    respond::page(page.page(visit.app()))
}

pub(super) async fn invoices(Customer(visit): Customer, Id(id): Id<SubscriptionId>) -> Answer {
    let detail = subscription_get(visit.p(), &visit.ctx, id).await?;
    let known = names(&visit, &detail.subscription).await?;
    let page = PageRequest::new(Some(INVOICES), None)?;
    let found = invoices_about(visit.p(), &visit.ctx, id, None, &page).await?;
    let rows = found
        .items
        .iter()
        .map(|document| invoices::row(&visit, document, Txt::default()))
        .collect();
    let page = framed(&visit, &known, &detail, SubscriptionView::Invoices(rows));
    respond::page(page.page(visit.app()))
}

pub(super) async fn changes(Customer(visit): Customer, Id(id): Id<SubscriptionId>) -> Answer {
    let detail = subscription_get(visit.p(), &visit.ctx, id).await?;
    let known = names(&visit, &detail.subscription).await?;
    let found = order_summaries_of(visit.p(), &visit.ctx, id).await?;
    let rows = found.iter().map(|one| order::row(&known, one)).collect();
    let page = framed(&visit, &known, &detail, SubscriptionView::Changes(rows));
    respond::page(page.page(visit.app()))
}

/// What happened, the latest first: orders, and who changed what where the reader may know.
pub(super) async fn activity(Customer(visit): Customer, Id(id): Id<SubscriptionId>) -> Answer {
    let detail = subscription_get(visit.p(), &visit.ctx, id).await?;
    let known = names(&visit, &detail.subscription).await?;
    let t = visit.t();
    let orders = order_summaries_of(visit.p(), &visit.ctx, id).await?;
    let named: Vec<&str> = orders.iter().map(|one| &*one.placed_by).collect();
    let actors = Actors::of(&visit, &named).await?;
    let mut moments = Vec::new();
    for one in orders {
        let kind = t.code("order-kind", one.kind.as_str());
        let what = t.with("order-title", &[("number", &order::number(one.id))]);
        let placed = Moment::new(Tone::Info, format!("{kind} · {}", t.tr("c-placed")))
            .at(t.at(one.placed_at))
            .by(actors.name(&one.placed_by))
            .about(what, format!("/my/orders/{}", one.id));
        moments.push((one.placed_at, placed));
        if let Some(at) = one.completed_at {
            let (tone, icon) = status_look(one.state.as_str());
            let state = t.code("state", one.state.as_str());
            let over = Moment::new(tone, format!("{kind} · {state}"))
                .icon(icon)
                .at(t.at(at));
            let over = match &one.reason {
                Some(reason) => over.detail(reason.clone()),
                None => over,
            };
            moments.push((at, over));
        }
    }
    moments.sort_by_key(|(at, _)| std::cmp::Reverse(*at));
    let mut moments: Vec<_> = moments.into_iter().map(|(_, moment)| moment).collect();
    if visit.may_at_home(Action::AuditView) {
        moments.extend(journal::recent(&visit, format!("subject:{id}")).await?);
    }
    let page = framed(&visit, &known, &detail, SubscriptionView::Activity(moments));
    respond::page(page.page(visit.app()))
}

/// A secret, to whoever may see it; that it was shown is noted.
pub(super) async fn reveal(
    Customer(visit): Customer,
    Path((id, code)): Parts2,
) -> Result<Response, respond::Failure> {
    let id = parse(&id)?;
    let secret = credential_reveal(visit.p(), &visit.ctx, id, &code).await?;
    let kind = [(header::CONTENT_TYPE, "text/plain; charset=utf-8")];
    Ok((kind, secret.value).into_response())
}

/// An id of a subscription.
pub(super) fn parse(id: &str) -> Result<SubscriptionId> {
    id.parse().map_err(|_| Error::NotFound {
        kind: "subscription",
        id: id.chars().take(60).collect(),
    })
}
