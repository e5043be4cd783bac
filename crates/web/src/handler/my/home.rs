//! What do I have, what will I pay next, what needs me, what happened.

use tradewind_billing::service::{Between, ListQuery, Standing, invoice_list, standing};
use tradewind_kernel::{Money, PageRequest, Result};
use tradewind_orders::{
    service::{OrderQuery, SubscriptionQuery, order_list, subscription_list},
    types::{Order, OrderState, Subscription},
};
use tradewind_policy::Action;

use super::{
    super::{names::Names, price, recurring::Recurring},
    invoices, subscriptions, upcoming,
};
use crate::{
    respond::{self, Answer},
    session::{Customer, Visit},
    view::{
        dashboard::{HomePage, Need},
        kit::{Moment, Tone, status_look},
        shared::NextInvoice,
    },
};

/// Subscriptions that the first page shows.
const SHOWN: usize = 6;
/// Orders that the first page tells of.
const RECENT: u32 = 6;

/// The first page of the dashboard.
pub(super) async fn show(Customer(visit): Customer) -> Answer {
    let (p, ctx) = (visit.p(), &visit.ctx);
    let own = visit.account();
    let query = SubscriptionQuery {
        page: PageRequest::new(Some(200), None)?,
        ..SubscriptionQuery::default()
    };
    let all = subscription_list(p, ctx, &query).await?.items;
    let active = all
        .iter()
        .filter(|subscription| subscription.commercial_state.is_usable())
        .count();
    let mut shown: Vec<&Subscription> = all.iter().collect();
    shown.sort_by_key(|subscription| subscription.commercial_state.is_final());
    shown.truncate(SHOWN);
    let orders = if visit.may_at_home(Action::OrderView) {
        let query = OrderQuery {
            page: PageRequest::new(Some(RECENT), None)?,
            ..OrderQuery::default()
        };
        order_list(p, ctx, &query).await?.items
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
            filter: format!("buyer:{own} status:open kind:invoice"),
            ..ListQuery::default()
        };
        let open = invoice_list(p, ctx, &query).await?.items;
        needs.extend(overdue(&visit, &open));
    }
    needs.extend(waiting(&visit, &known, &orders));
    let next = next_invoice(&visit, &all).await?;
    let page = HomePage {
        name: visit.session()?.user.name.clone().into(),
        needs,
        subscriptions: shown
            .into_iter()
            .map(|subscription| subscriptions::row(&known, &recurring, subscription))
            .collect(),
        active: u32::try_from(active).unwrap_or(u32::MAX),
        next,
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
    let seller = visit.seller.as_ref();
    let currency = seller.map_or(visit.session()?.account.currency, |pair| {
        pair.relationship.currency
    });
    let zero = Money::zero(currency);
    match seller {
        Some(pair) if visit.may_at_home(Action::InvoiceView) => {
            let between = Between {
                seller_id: pair.seller.id,
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

fn overdue(visit: &Visit, open: &[tradewind_billing::types::DocumentSummary]) -> Vec<Need> {
    let t = visit.t();
    let today = visit.today();
    open.iter()
        .filter(|invoice| invoice.due_on < today)
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

fn waiting(visit: &Visit, known: &Names, orders: &[Order]) -> Vec<Need> {
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

/// The next invoice: of what is billed on the next day on which anything is, as long as that is little enough to be
/// worked out for one page.
async fn next_invoice(visit: &Visit, all: &[Subscription]) -> Result<Option<NextInvoice>> {
    let Some(day) = all
        .iter()
        .filter(|subscription| subscription.commercial_state.is_billed())
        .filter_map(|subscription| subscription.next_bill_on)
        .min()
    else {
        return Ok(None);
    };
    let mut due = all.iter().filter(|subscription| {
        subscription.commercial_state.is_billed() && subscription.next_bill_on == Some(day)
    });
    let (Some(one), None) = (due.next(), due.next()) else {
        return Ok(None);
    };
    let preview = upcoming::of(visit, one).await?;
    Ok(preview.and_then(|preview| {
        let next = preview.next.as_ref()?;
        Some(price::next(&preview, next))
    }))
}

fn moment(visit: &Visit, known: &Names, order: &Order) -> Moment {
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
