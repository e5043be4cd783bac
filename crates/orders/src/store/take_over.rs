//! Many running subscriptions with their first orders at once.

use crate::types::{Order, OrderStep, Subscription};
use tradewind_kernel::Result;
use tradewind_kernel::id::{OrderId, PlanId, RealmId, SubscriptionId};
use tradewind_kernel::{Date, Decimal};
use tradewind_platform::db::Tx;
use tradewind_platform::{args, bulk};

use super::order::{self, STEP_INSERT};
use super::quantity::{HISTORY_INSERT, ITEM_INSERT};
use super::subscription;
use crate::types::OrderedItem;

bulk! {
    /// Running subscriptions.
    SUBSCRIPTION_INSERT = "subscription" { realm_id: Text, id: Text, customer_id: Text, seller_id: Text, vendor_id: Text,
        product_id: Text, plan_id: Text, name: Text, commercial_state: Text, delivery_state: Text, currency: Text, zone: Text,
        ordered_at: Int, activated_at: Int, trial_ends_on: Text, anchor_on: Text, period_start: Text, period_end: Text,
        term_ends_on: Text, next_bill_on: Text, auto_renew: Int, cancel_on: Text, scheduled: Text, external_ref: Text,
        metadata: Text, buyer_reference: Text, created_at: Int, version: Int } on conflict Error;
    /// Their orders.
    ORDER_INSERT = "sales_order" { realm_id: Text, id: Text, kind: Text, state: Text, customer_id: Text, seller_id: Text,
        vendor_id: Text, product_id: Text, plan_id: Text, subscription_id: Text, quote_id: Text, input: Text, preview: Text,
        currency: Text, due_now: Int, placed_by: Text, placed_at: Int, reason: Text, completed_at: Int, version: Int }
        on conflict Error;
}

/// What a subscription holds since a day.
pub(crate) struct Held<'a> {
    pub(crate) subscription: SubscriptionId,
    pub(crate) plan: PlanId,
    pub(crate) items: &'a [OrderedItem],
    pub(crate) since: Date,
}

pub(crate) async fn subscriptions(tx: &mut Tx, realm: RealmId, all: &[Subscription]) -> Result<()> {
    let rows = all
        .iter()
        .map(|one| subscription::values(realm, one))
        .collect();
    tx.insert_many(&SUBSCRIPTION_INSERT, rows).await.map(drop)
}

pub(crate) async fn held(tx: &mut Tx, realm: RealmId, all: &[Held<'_>]) -> Result<()> {
    let each = |held: &Held<'_>| -> Vec<(SubscriptionId, PlanId, Date, OrderedItem)> {
        let of = |item: &OrderedItem| (held.subscription, held.plan, held.since, item.clone());
        held.items.iter().map(of).collect()
    };
    let items: Vec<_> = all.iter().flat_map(each).collect();
    let now = items
        .iter()
        .map(|(id, _, _, item)| args![realm, id, item.item_id, item.code, item.quantity])
        .collect();
    tx.insert_many(&ITEM_INSERT, now).await?;
    let history = items
        .iter()
        .map(|(id, plan, since, item)| {
            let quantity: Decimal = item.quantity;
            args![realm, id, item.item_id, since, plan, quantity]
        })
        .collect();
    tx.insert_many(&HISTORY_INSERT, history).await.map(drop)
}

pub(crate) async fn orders(tx: &mut Tx, realm: RealmId, all: &[Order]) -> Result<()> {
    let rows = all.iter().map(|one| order::values(realm, one)).collect();
    tx.insert_many(&ORDER_INSERT, rows).await.map(drop)
}

pub(crate) async fn steps(tx: &mut Tx, realm: RealmId, all: &[(OrderId, OrderStep)]) -> Result<()> {
    let rows = all
        .iter()
        .map(|(order, s)| {
            args![
                realm,
                order,
                s.position,
                s.id,
                s.kind,
                s.state,
                s.attempt,
                s.started_at,
                s.finished_at,
                s.actor,
                s.message,
                s.detail,
            ]
        })
        .collect();
    tx.insert_many(&STEP_INSERT, rows).await.map(drop)
}
