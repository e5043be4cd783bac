//! Subscriptions: the list, one with its views, and stopping and resuming it.

use tradewind_flows::order::{subscription_resume, subscription_suspend};
use tradewind_kernel::Result;
use tradewind_kernel::calendar::add_days;
use tradewind_kernel::id::{AccountId, SubscriptionId};
use tradewind_kernel::page::PageRequest;
use tradewind_kernel::time::Date;
use tradewind_metering::service as metering;
use tradewind_orders::service::{self as orders, SubscriptionQuery, subscription_update};
use tradewind_orders::types::{
    Leg, Subscription, SubscriptionDetail, SubscriptionOperation, SubscriptionUpdate,
};
use tradewind_policy::Action;

use super::super::names::{Mentions, Names};
use super::super::{commitments, price, recurring::Recurring};
use super::desk::{Desk, all, permit};
use super::{journal, orders as order_pages};
use crate::form::Sent;
use crate::respond::{self, Answer, changed};
use crate::session::{Id, Parts2};
use crate::view::kit::Txt;
use crate::view::shared::{
    ItemRow, LegRow, SubscriptionPage, SubscriptionRow, SubscriptionView, SubscriptionsPage,
    UsageRow,
};
use crate::view::shell::Permit;

/// `GET …/subscriptions`.
pub(crate) async fn list(desk: Desk) -> Answer {
    let state = match desk.ask("state") {
        "graced" => "state:grace".to_owned(),
        _ => desk.term("state"),
    };
    let query = SubscriptionQuery {
        filter: all(&[&state, &desk.term("delivery"), &desk.search("name")]),
        sort: String::new(),
        page: desk.page()?,
    };
    let found = orders::subscription_list(desk.p(), &desk.ctx, &query).await?;
    let page = SubscriptionsPage {
        base: desk.home(),
        rows: rows(&desk, &found.items).await?,
        state: desk.list(found.next),
    };
    respond::page(page.page(desk.app()))
}

/// Rows for subscriptions.
pub(crate) async fn rows(desk: &Desk, found: &[Subscription]) -> Result<Vec<SubscriptionRow>> {
    let mentions = Mentions::accounts(found.iter().map(|one| one.customer_id))
        .products(found.iter().map(|one| one.product_id));
    let names = Names::of(desk.p(), &desk.ctx, &mentions).await?;
    let recurring = Recurring::of(desk, found.iter().map(|one| one.id).collect()).await?;
    let row = |one: &Subscription| SubscriptionRow {
        id: one.id.to_string().into(),
        product: names.product(one.product_id),
        plan: names.plan_name(one.product_id, one.plan_id),
        buyer: names.account(one.customer_id),
        state: state_of(one),
        delivery: one.delivery_state.as_str().into(),
        price: recurring
            .price(one.id)
            .zip(
                names
                    .detail(one.product_id)
                    .and_then(|detail| detail.plan(one.plan_id)),
            )
            .map(|(amount, plan)| (amount, price::every(plan.billing_cadence))),
        next: one.cancel_on.or(one.period_end),
    };
    Ok(found.iter().map(row).collect())
}

fn state_of(one: &Subscription) -> Txt {
    match one.commercial_state.as_str() {
        "grace" => "graced".into(),
        other => other.into(),
    }
}

/// The subscriptions of one account.
pub(crate) async fn of_account(desk: &Desk, account: AccountId) -> Result<Vec<SubscriptionRow>> {
    let query = SubscriptionQuery {
        filter: format!("customer:{account}"),
        sort: String::new(),
        page: desk.page()?,
    };
    let found = orders::subscription_list(desk.p(), &desk.ctx, &query).await?;
    rows(desk, &found.items).await
}

/// `GET …/subscriptions/{id}`.
pub(crate) async fn overview(desk: Desk, Id(id): Id<SubscriptionId>) -> Answer {
    show(desk, id, "").await
}

/// `GET …/subscriptions/{id}/{view}`.
pub(crate) async fn view(desk: Desk, axum::extract::Path((id, view)): Parts2) -> Answer {
    let unknown = || tradewind_kernel::Error::NotFound {
        kind: "page",
        id: view.clone(),
    };
    let id: SubscriptionId = id.parse().map_err(|_| unknown())?;
    if !["usage", "invoices", "changes", "activity"].contains(&view.as_str()) {
        return Err(unknown().into());
    }
    show(desk, id, &view).await
}

async fn show(desk: Desk, id: SubscriptionId, view: &str) -> Answer {
    let detail = orders::subscription_get(desk.p(), &desk.ctx, id).await?;
    let one = &detail.subscription;
    let mentions = Mentions::accounts([one.customer_id, one.vendor_id]).products([one.product_id]);
    let names = Names::of(desk.p(), &desk.ctx, &mentions).await?;
    let view = match view {
        "usage" => usage(&desk, id).await?,
        "changes" => {
            let found = orders::order_summaries_of(desk.p(), &desk.ctx, id).await?;
            SubscriptionView::Changes(order_pages::rows(&desk, &found).await?)
        }
        "invoices" => {
            SubscriptionView::Invoices(super::invoices::of_subscription(&desk, id).await?)
        }
        "activity" => SubscriptionView::Activity(if desk.may_at_home(Action::AuditView) {
            journal::recent(&desk, format!("subject:{id}")).await?
        } else {
            Vec::new()
        }),
        _ => about(&desk, &names, &detail).await?,
    };
    let mut page = page(&desk, &names, &detail, view);
    let resumable = SubscriptionOperation::Resume;
    if detail.available_operations.contains(&resumable) {
        page.resuming = resuming(&desk, id).await?;
    }
    respond::page(page.page(desk.app()))
}

/// What resuming a subscription today would come to; none where it comes to nothing.
async fn resuming(desk: &Desk, id: SubscriptionId) -> Result<Option<Txt>> {
    let preview = tradewind_flows::upcoming::resuming(desk.p(), &desk.ctx, id).await?;
    let due = preview.and_then(|preview| preview.due_now);
    due.map(|due| {
        let t = desk.t();
        let (key, amount) = if due.net.is_negative() {
            ("sub-resume-gives-back", due.net.neg()?)
        } else {
            ("sub-resume-charges", due.net)
        };
        Ok(t.with(key, &[("amount", &t.money(amount))]))
    })
    .transpose()
}

fn page(
    desk: &Desk,
    names: &Names,
    detail: &SubscriptionDetail,
    view: SubscriptionView,
) -> SubscriptionPage {
    let one = &detail.subscription;
    let has = |operation| detail.available_operations.contains(&operation);
    let seller = desk.home() == "/panel";
    let zone = &one.zone;
    SubscriptionPage {
        base: desk.home(),
        id: one.id.to_string().into(),
        product: names.product(one.product_id),
        plan: format!(
            "{} · {}",
            names.plan_name(one.product_id, one.plan_id),
            one.name
        )
        .into(),
        vendor: names.account(one.vendor_id),
        buyer: (
            names.account(one.customer_id),
            seller.then(|| format!("/panel/customers/{}", one.customer_id).into()),
        ),
        state: state_of(one),
        delivery: one.delivery_state.as_str().into(),
        since: one.activated_at.unwrap_or(one.ordered_at).date_in(zone),
        trial_until: one.trial_ends_on,
        period: one.period_start.zip(one.period_end),
        auto_renew: one.auto_renew && one.cancel_on.is_none(),
        next: one.cancel_on.or(one.period_end),
        price: None,
        scheduled: one
            .scheduled
            .as_ref()
            .map(|change| desk.t().date(change.on).text().to_owned().into()),
        resuming: None,
        warning: None,
        change: Permit::Hidden,
        cancel: Permit::Hidden,
        renewal: Permit::Hidden,
        bundle: price::bundle(desk, detail),
        reference: if seller {
            price::reference(&one.reference)
        } else {
            Default::default()
        },
        refer: permit(seller && desk.may_at_home(Action::SubscriptionChange)),
        suspend: permit(has(SubscriptionOperation::Suspend) || has(SubscriptionOperation::Resume)),
        correct: permit(
            has(SubscriptionOperation::Correct)
                && (seller || desk.account() == desk.realm.root_account),
        ),
        view,
    }
}

async fn about(
    desk: &Desk,
    names: &Names,
    detail: &SubscriptionDetail,
) -> Result<SubscriptionView> {
    let one = &detail.subscription;
    let product = names.detail(one.product_id);
    let plan = product.and_then(|product| product.plan(one.plan_id));
    let items = detail.items.iter().map(|held| {
        let item = plan.and_then(|plan| plan.items.iter().find(|item| item.id == held.item_id));
        let locale = desk.ctx.locale;
        ItemRow {
            name: item.map_or_else(
                || held.code.clone().into(),
                |item| item.name.get(locale).to_owned().into(),
            ),
            kind: item.map_or("recurring", |item| item.kind.as_str()).into(),
            quantity: format!(
                "{} {}",
                desk.t().num(held.quantity),
                item.map_or("", |item| item.unit.counted(locale, held.quantity))
            )
            .into(),
            pricing: Txt::default(),
            amount: None,
        }
    });
    let parameters = detail.parameters.iter().map(|parameter| {
        let label = product
            .and_then(|product| {
                product
                    .parameters
                    .iter()
                    .find(|known| known.code == parameter.code)
            })
            .map_or_else(
                || parameter.code.clone(),
                |known| known.label.get(desk.ctx.locale).to_owned(),
            );
        let value = parameter.value.clone().unwrap_or_else(|| "••••••".into());
        (label.into(), value.into())
    });
    Ok(SubscriptionView::Overview {
        details: Vec::new(),
        items: items.collect(),
        parameters: parameters.collect(),
        access: Vec::new(),
        upcoming: None,
        legs: if desk.home() == "/panel" {
            legs(desk, one.id).await?
        } else {
            Vec::new()
        },
    })
}

/// The legs that the reader's account trades in; the provider's people, who run the realm, see all of them.
async fn legs(desk: &Desk, id: SubscriptionId) -> Result<Vec<LegRow>> {
    let me = desk.account();
    let root = me == desk.realm.root_account;
    let found: Vec<Leg> = desk
        .p()
        .read(&desk.ctx, &id, |w, id| {
            Box::pin(async move { orders::legs_in(w, *id).await })
        })
        .await?
        .into_iter()
        .filter(|leg| root || leg.seller_id == me || leg.buyer_id == me)
        .collect();
    let mentions = Mentions::accounts(found.iter().flat_map(|leg| [leg.seller_id, leg.buyer_id]));
    let names = Names::of(desk.p(), &desk.ctx, &mentions).await?;
    let recurring = Recurring::of(desk, vec![id]).await?;
    let t = desk.t();
    // What is sold on is bought on the leg above.
    let margin = |leg: &Leg| {
        let above = found
            .iter()
            .find(|above| above.position + 1 == leg.position && above.buyer_id == me)?;
        let (paid, price) = (recurring.leg(above.id)?, recurring.leg(leg.id)?);
        price.sub(paid).ok().filter(|_| leg.seller_id == me)
    };
    let row = |leg: &Leg| LegRow {
        seller: names.account(leg.seller_id),
        buyer: names.account(leg.buyer_id),
        terms: format!(
            "{} · {}",
            leg.currency.code(),
            t.date(leg.terms_from).text()
        )
        .into(),
        price: recurring.leg(leg.id),
        margin: margin(leg).map(|kept| t.money(kept)),
    };
    Ok(found.iter().map(row).collect())
}

async fn usage(desk: &Desk, id: SubscriptionId) -> Result<SubscriptionView> {
    let today = desk.today();
    let month = first_of(today);
    let before = first_of(add_days(month, -1)?);
    let mut found = Vec::new();
    for month in [month, before] {
        let page = PageRequest::new(Some(100), None)?;
        let records = metering::usage_records(desk.p(), &desk.ctx, id, month, &page).await?;
        found.extend(records.items);
    }
    let t = desk.t();
    let rows = found.into_iter().map(|record| {
        let input = record.input;
        let cost = input
            .cost
            .zip(input.currency)
            .filter(|_| desk.home() != "/panel" || desk.account() == desk.realm.root_account)
            .map_or_else(Txt::default, |(cost, currency)| t.price(cost, currency));
        UsageRow {
            date: input.starts_at.date_in(&desk.zone),
            meter: input.meter.into(),
            quantity: input.quantity,
            unit: input.unit.into(),
            cost,
        }
    });
    Ok(SubscriptionView::Usage {
        chart: None,
        rows: rows.collect(),
        until: None,
        commitments: commitments::of(desk, id).await?,
        prepaid: commitments::prepaid(desk, id).await?,
    })
}

/// `POST /panel/subscriptions/{id}/suspend`.
pub(crate) async fn suspend(desk: Desk, Id(id): Id<SubscriptionId>) -> Answer {
    let done = subscription_suspend(desk.p(), &desk.ctx, id, None).await;
    changed(
        &desk,
        done,
        format!("/panel/subscriptions/{id}"),
        "sub-suspending",
    )
}

/// `POST /panel/subscriptions/{id}/resume`.
pub(crate) async fn resume(desk: Desk, Id(id): Id<SubscriptionId>) -> Answer {
    let done = subscription_resume(desk.p(), &desk.ctx, id, None).await;
    changed(
        &desk,
        done,
        format!("/panel/subscriptions/{id}"),
        "sub-resuming",
    )
}

/// `POST /panel/subscriptions/{id}/reference`.
pub(crate) async fn reference(desk: Desk, Id(id): Id<SubscriptionId>, sent: Sent) -> Answer {
    let update = SubscriptionUpdate {
        id,
        version: None,
        name: None,
        auto_renew: None,
        reference: Some(sent.reference()),
    };
    let done = subscription_update(desk.p(), &desk.ctx, &update).await;
    changed(
        &desk,
        done,
        format!("/panel/subscriptions/{id}"),
        "said-saved",
    )
}

fn first_of(day: Date) -> Date {
    day.first_of_month()
}
