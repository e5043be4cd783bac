//! What do I have, what will I pay next, what needs me, what happened.

use tradewind_billing::service::{Between, ListQuery, Standing, invoice_list, standing};
use tradewind_flows::upcoming::upcoming_next;
use tradewind_kernel::{Money, PageRequest, Result};
use tradewind_orders::{
    service::{
        OrderQuery, SubscriptionQuery, order_summaries, subscription_count, subscription_list,
    },
    types::{OrderState, OrderSummary},
};
use tradewind_policy::Action;

use super::{
    super::{names::Names, price, recurring::Recurring},
    invoices, subscriptions,
};
use crate::{
    respond::{self, Answer},
    session::{Customer, Visit},
    view::{
        dashboard::{HomePage, Need, next_stat},
        kit::{Moment, Tone, status_look},
        shared::NextInvoice,
    },
};

/// Subscriptions that the first page shows.
const SHOWN: u32 = 6;
/// Subscriptions that are counted at most.
const COUNTED: i64 = 100_000;
/// Overdue invoices that the first page names.
const NEEDS: u32 = 10;
/// Subscriptions whose next invoices are worked out for the first page, when they come on one day.
const WORKED_OUT: usize = 20;
/// Orders that the first page tells of.
const RECENT: u32 = 6;

/// The first page of the dashboard.
pub(super) async fn show(Customer(visit): Customer) -> Answer {
    let (p, ctx) = (visit.p(), &visit.ctx);
    let own = visit.account();
    let running = subscription_count(p, ctx, "state:active,trial,grace", COUNTED).await?;
    let query = SubscriptionQuery {
        filter: "-state:expired,terminated".to_owned(),
        page: PageRequest::new(Some(SHOWN), None)?,
        ..SubscriptionQuery::default()
    };
    let shown = subscription_list(p, ctx, &query).await?.items;
    let orders = if visit.may_at_home(Action::OrderView) {
        let query = OrderQuery {
            page: PageRequest::new(Some(RECENT), None)?,
            ..OrderQuery::default()
        };
        order_summaries(p, ctx, &query).await?.items
    } else {
        Vec::new()
    };
    let known = Names::load(
        &visit,
        shown
            .iter()
            .map(|subscription| subscription.product_id)
            .chain(orders.iter().map(|order| order.product_id)),
        [],
    )
    .await?;
    let recurring = Recurring::of(&visit, shown.iter().map(|one| one.id).collect()).await?;
    let mut needs = Vec::new();
    let standing = money(&visit).await?;
    if visit.may_at_home(Action::InvoiceView) {
        let query = ListQuery {
            filter: format!("buyer:{own} status:open kind:invoice due<{}", visit.today()),
            page: PageRequest::new(Some(NEEDS), None)?,
            ..ListQuery::default()
        };
        let open = invoice_list(p, ctx, &query).await?.items;
        needs.extend(overdue(&visit, &open));
        needs.extend(held(&visit).await?);
    }
    needs.extend(waiting(&visit, &known, &orders));
    let page = HomePage {
        name: visit.session()?.user.name.clone().into(),
        needs,
        subscriptions: shown
            .iter()
            .map(|subscription| subscriptions::row(&known, &recurring, subscription))
            .collect(),
        active: u32::try_from(running).unwrap_or(u32::MAX),
        next: "/my/next-invoice".into(),
        so_far: standing.not_invoiced,
        open: standing.owed,
        recent: orders
            .iter()
            .map(|order| moment(&visit, &known, order))
            .collect(),
    };
    respond::page(page.page(visit.app()))
}

/// What the account owes its seller; nothing where the reader may not know.
async fn money(visit: &Visit) -> Result<Standing> {
    let currency = visit
        .buys
        .map_or(visit.session()?.account.currency, |(_, currency)| currency);
    let zero = Money::zero(currency);
    match visit.buys {
        Some((seller_id, currency)) if visit.may_at_home(Action::InvoiceView) => {
            let between = Between {
                seller_id,
                buyer_id: visit.account(),
                currency,
            };
            standing(visit.p(), &visit.ctx, &between).await
        }
        _ => Ok(Standing {
            owed: zero,
            credit: zero,
            not_invoiced: zero,
        }),
    }
}

/// Why no new orders are taken.
async fn held(visit: &Visit) -> Result<Vec<Need>> {
    let t = visit.t();
    let holds = invoices::holds(visit).await?.into_iter();
    let needs = holds.map(|(text, pay)| Need {
        tone: Tone::Warn,
        text,
        action: match pay {
            Some(href) => (t.tr("w-pay-now"), href),
            None => (t.tr("nav-invoices"), "/my/invoices".into()),
        },
    });
    Ok(needs.collect())
}

fn overdue(visit: &Visit, open: &[tradewind_billing::types::DocumentSummary]) -> Vec<Need> {
    let t = visit.t();
    open.iter()
        .map(|invoice| Need {
            tone: Tone::Bad,
            text: t.with(
                "need-overdue",
                &[
                    ("number", &invoice.number),
                    ("amount", &t.money(invoices::open(invoice))),
                    ("date", t.date(invoice.due_on).text()),
                ],
            ),
            action: (
                t.tr("w-pay-now"),
                format!("/my/invoices/{}/pay", invoice.id).into(),
            ),
        })
        .collect()
}

fn waiting(visit: &Visit, known: &Names, orders: &[OrderSummary]) -> Vec<Need> {
    let t = visit.t();
    let mut needs = Vec::new();
    if visit
        .session
        .as_ref()
        .is_some_and(|info| info.acting.is_none() && info.user.email_verified_at.is_none())
    {
        needs.push(Need {
            tone: Tone::Warn,
            text: t.tr("error-verify-first"),
            action: (t.tr("nav-settings"), "/my/settings".into()),
        });
    }
    needs.extend(
        orders
            .iter()
            .filter(|order| order.state == OrderState::AwaitingPayment)
            .map(|order| Need {
                tone: Tone::Warn,
                text: t.with(
                    "need-payment",
                    &[
                        ("product", &known.sold(order.product_id, order.plan_id)),
                        ("amount", &t.money(order.due_now)),
                    ],
                ),
                action: (
                    t.tr("w-pay-now"),
                    format!("/my/orders/{}/pay", order.id).into(),
                ),
            }),
    );
    needs
}

/// `GET /my/next-invoice`: what will be billed next, for the first page, which asks for it once it is there.
pub(super) async fn next_invoice(Customer(visit): Customer) -> Answer {
    let previews = upcoming_next(visit.p(), &visit.ctx, WORKED_OUT).await?;
    let mut sum: Option<NextInvoice> = None;
    for preview in &previews {
        let Some(next) = preview.next.as_ref().map(|next| price::next(preview, next)) else {
            continue;
        };
        sum = Some(match sum {
            Some(sum) => NextInvoice {
                total: sum.total.add(next.total)?,
                plus_usage: sum.plus_usage || next.plus_usage,
                ..sum
            },
            None => next,
        });
    }
    respond::part(next_stat(&visit.t(), sum.as_ref()))
}

fn moment(visit: &Visit, known: &Names, order: &OrderSummary) -> Moment {
    let t = visit.t();
    let (tone, icon) = status_look(order.state.as_str());
    let what = format!(
        "{}: {}",
        t.code("order-kind", order.kind.as_str()),
        known.sold(order.product_id, order.plan_id)
    );
    Moment::new(tone, what)
        .icon(icon)
        .at(t.at(order.completed_at.unwrap_or(order.placed_at)))
        .detail(t.code("state", order.state.as_str()))
}
