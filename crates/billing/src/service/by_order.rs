//! What the processes ask about orders and what became of them in billing.

use std::collections::BTreeMap;

use tradewind_kernel::{
    Currency, Date, Decimal, Money, Result,
    id::{AccountId, InvoiceId, ItemId, OrderId, SubscriptionId},
};
use tradewind_orders::types::CommercialState;
use tradewind_platform::Work;

use super::{charging::SubscriptionChange, facts, realm, sale::Sale};
use crate::{
    rules::{change::whole_period, repair::taken_back},
    store::{by_order, commitments, documents},
    types::{BalanceStatus, Preview},
};

/// What the recurring items of a subscription cost in a whole period, before and after a change, made comparable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RecurringTotals {
    /// As it is.
    pub before: Decimal,
    /// As it would be.
    pub after: Decimal,
}

/// Compares what a change makes a subscription cost.
///
/// # Errors
/// Not found; `chain_changed`.
pub async fn recurring_totals(w: &mut Work, input: &SubscriptionChange) -> Result<RecurringTotals> {
    let sale = Sale::load(w, input.subscription_id, &input.terms).await?;
    let (before, after) = sale.customers()?;
    let held: BTreeMap<ItemId, Decimal> = facts::quantities(&sale.billable.quantities)
        .into_iter()
        .map(|quantity| (quantity.item_id, quantity.on(input.at)))
        .collect();
    Ok(RecurringTotals {
        before: whole_period(before, &held)?,
        after: whole_period(after, &input.wanted)?,
    })
}

/// A preview in which nothing is charged and nothing given back.
#[must_use]
pub fn preview_nothing(currency: Currency, effective_on: Date) -> Preview {
    let zero = Money::zero(currency);
    Preview {
        phases: Vec::new(),
        currency,
        effective_on,
        trial_ends_on: None,
        period: None,
        first: None,
        due_now: None,
        one_time: zero,
        recurring: zero,
        credited: zero,
        metered: Vec::new(),
        next: None,
        discounts: Vec::new(),
        commitment: None,
    }
}

/// Takes back what an order has charged, on every leg: each charge is reversed once, by what credit notes have left of it,
/// and what was invoiced is credited.
///
/// # Errors
/// Not found; database errors.
pub async fn order_reverse_in(
    w: &mut Work,
    order: OrderId,
    subscription: SubscriptionId,
    on: Date,
) -> Result<Option<InvoiceId>> {
    let realm = realm(w);
    let sale = Sale::load(w, subscription, &[]).await?;
    // What never began is committed to nothing.
    if sale.billable.subscription.commercial_state == CommercialState::Ordered {
        commitments::forget(&mut w.tx, realm, subscription).await?;
    }
    let mut reversals = Vec::new();
    for standing in by_order::standing(&mut w.tx, realm, subscription, order).await? {
        let (facts, taken) = (standing.charge.facts, standing.taken);
        let money = |minor| Money::new(minor, facts.amount.currency);
        let billed = standing.share.map_or(facts.amount, money);
        let left = billed.add(money(taken))?;
        if taken != 0 && left.minor.signum() != billed.minor.signum() {
            continue;
        }
        // What was settled is given back as it was, to the cent; what still waits is taken back exactly.
        let exact = if taken == 0 && standing.share.is_none() {
            -facts.exact
        } else {
            left.neg()?.to_decimal()
        };
        reversals.push(taken_back(
            &facts,
            Some(standing.charge.id),
            exact,
            Some(order),
        )?);
    }
    if reversals.is_empty() {
        return Ok(None);
    }
    Ok(sale.record(w, on, reversals).await?.invoice_id)
}

/// The orders whose charges stand on a document.
///
/// # Errors
/// Database errors.
pub async fn orders_of_invoice_in(w: &mut Work, invoice: InvoiceId) -> Result<Vec<OrderId>> {
    let realm = realm(w);
    by_order::orders_of_invoice(&mut w.tx, realm, invoice).await
}

/// Whether nothing is owed on a document any more.
///
/// # Errors
/// Not found.
pub async fn is_paid_in(w: &mut Work, invoice: InvoiceId) -> Result<bool> {
    let realm = realm(w);
    let balance = documents::balance(&mut w.tx, realm, invoice).await?;
    let owed = [BalanceStatus::Open, BalanceStatus::WrittenOff];
    Ok(balance.is_none_or(|balance| !owed.contains(&balance.status)))
}

/// The number of a document.
///
/// # Errors
/// Not found.
pub async fn invoice_number_in(w: &mut Work, invoice: InvoiceId) -> Result<String> {
    let realm = realm(w);
    documents::number(&mut w.tx, realm, invoice).await
}

/// The oldest invoice that a buyer owes a seller.
///
/// # Errors
/// Database errors.
pub async fn oldest_open_in(
    w: &mut Work,
    seller: AccountId,
    buyer: AccountId,
) -> Result<Option<InvoiceId>> {
    let realm = realm(w);
    by_order::oldest_open(&mut w.tx, realm, seller, buyer).await
}

/// Whether an invoice with charges of a subscription is in dunning at its customer.
///
/// # Errors
/// Not found.
pub async fn is_overdue_in(w: &mut Work, subscription: SubscriptionId) -> Result<bool> {
    let realm = realm(w);
    let customer = tradewind_orders::service::subscription_in(w, subscription)
        .await?
        .customer_id;
    by_order::is_overdue(&mut w.tx, realm, subscription, customer).await
}
