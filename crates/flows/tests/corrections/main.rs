//! What should have been otherwise in the past: billed as if it had been noted on its day.

#[path = "../common/mod.rs"]
mod common;

mod again;
mod grounds;
mod items;
mod legs;
mod plans;
mod prices;
mod refusals;
mod usage;

use std::collections::BTreeMap;

use common::{World, code, day, dec, each_world};
use tradewind_billing::service as billing;
use tradewind_billing::types::{CreditDestination, Preview};
use tradewind_flows::order::{PlaceInput, order_cancel, order_place};
use tradewind_flows::quote::{
    ChangeInput, CorrectionInput, PurchaseInput, QuoteView, quote_change, quote_correction,
};
use tradewind_kernel::id::{InvoiceId, LegId, OrderId, SubscriptionId};
use tradewind_kernel::page::PageRequest;
use tradewind_kernel::{Decimal, Result};
use tradewind_orders::types::{OrderDetail, OrderRefusal};

/// What should have been: this many seats from a day on.
pub(crate) fn seats(id: SubscriptionId, from: &str, seats: &str) -> CorrectionInput {
    CorrectionInput {
        subscription_id: id,
        from: day(from),
        quantities: BTreeMap::from([("seats".to_owned(), dec(seats))]),
        plan_id: None,
        prices: None,
        item_prices: Vec::new(),
        ended: false,
        reason: "Noted too late".to_owned(),
    }
}

/// What should have been: nothing from a day on.
pub(crate) fn ended(id: SubscriptionId, from: &str) -> CorrectionInput {
    CorrectionInput {
        quantities: BTreeMap::new(),
        ended: true,
        ..seats(id, from, "0")
    }
}

/// What should have been: something else than quantities from a day on.
pub(crate) fn since(id: SubscriptionId, from: &str) -> CorrectionInput {
    CorrectionInput {
        quantities: BTreeMap::new(),
        ..seats(id, from, "0")
    }
}

pub(crate) async fn quote(world: &World, input: &CorrectionInput) -> Result<QuoteView> {
    quote_correction(world.p(), &world.ctx().await, input).await
}

pub(crate) async fn place(world: &World, quote: &QuoteView) -> OrderDetail {
    let input = PlaceInput { quote_id: quote.id };
    let placed = order_place(world.p(), &world.ctx().await, &input).await;
    let placed = placed.expect("an order");
    world.test.drain().await;
    world.pay_all().await;
    world.deliver_all().await;
    let order = world.see(placed.order.id).await;
    assert_eq!(order.order.state.as_str(), "completed", "{order:#?}");
    order
}

pub(crate) async fn correct(world: &World, input: &CorrectionInput) -> QuoteView {
    let quote = quote(world, input).await.expect("a quote");
    place(world, &quote).await;
    quote
}

/// Changes plan and seats, as a customer does.
pub(crate) async fn change_to(world: &World, id: SubscriptionId, plan: &str, seats: &str) {
    let input = ChangeInput {
        subscription_id: id,
        plan_id: Some(world.plan(plan).id),
        quantities: BTreeMap::from([("seats".to_owned(), dec(seats))]),
        packages: BTreeMap::new(),
        coupon: None,
        when: None,
    };
    let quote = quote_change(world.p(), &world.ctx().await, &input).await;
    place(world, &quote.expect("a quote")).await;
}

/// A document is given back as a favour.
pub(crate) async fn favour(world: &World, invoice: InvoiceId) {
    let note = billing::CreditNote {
        invoice_id: invoice,
        lines: None,
        destination: CreditDestination::Balance,
        reason: "A favour".to_owned(),
    };
    billing::credit_note_for(world.p(), &world.ctx().await, &note)
        .await
        .expect("a credit note");
}

/// The vendor refuses a correction, which is then called off.
pub(crate) async fn refuse_and_call_off(world: &World, order: OrderId) {
    refusals::refuse_all(world).await;
    let stuck = world.see(order).await;
    assert_eq!(stuck.order.state.as_str(), "failed");
    let refusal = OrderRefusal {
        id: order,
        version: Some(stuck.order.version),
        reason: "It was right after all".to_owned(),
    };
    order_cancel(world.p(), &world.ctx().await, &refusal)
        .await
        .expect("called off");
    world.test.drain().await;
}

/// A subscription of five seats whose purchase named a coupon.
pub(crate) async fn with_coupon(world: &World, code: &str) -> SubscriptionId {
    let wanted = PurchaseInput {
        coupon: Some(code.to_owned()),
        ..world.wanted("basic", "5")
    };
    world.buy(&wanted).await
}

/// What a refusal must leave as it is.
pub(crate) async fn state_of(
    world: &World,
    id: SubscriptionId,
) -> (BTreeMap<(usize, String), Decimal>, usize) {
    (charged(world, id).await, world.documents().await.len())
}

/// By leg and item, what a subscription has come to, exactly.
pub(crate) async fn charged(
    world: &World,
    id: SubscriptionId,
) -> BTreeMap<(usize, String), Decimal> {
    let page = PageRequest::new(Some(200), None).expect("a page");
    let found = billing::charge_list(world.p(), &world.ctx().await, id, &page).await;
    let found = found.expect("charges").items;
    let mut legs: Vec<LegId> = Vec::new();
    let mut sums = BTreeMap::new();
    for charge in &found {
        if !legs.contains(&charge.facts.leg_id) {
            legs.push(charge.facts.leg_id);
        }
    }
    legs.sort();
    for charge in found {
        let facts = charge.facts;
        let leg = legs.iter().position(|leg| *leg == facts.leg_id);
        let leg = leg.expect("a leg");
        *sums.entry((leg, facts.item_code)).or_default() += facts.amount.to_decimal();
    }
    sums
}

pub(crate) fn due(preview: &Preview) -> String {
    let due = preview.due_now.as_ref();
    due.map_or_else(|| "nothing".to_owned(), |due| due.net.to_string())
}

pub(crate) fn next(preview: &Preview) -> String {
    let next = preview.next.as_ref();
    next.map_or_else(
        || "nothing".to_owned(),
        |next| next.document.net.to_string(),
    )
}

pub(crate) async fn last_document(world: &World) -> String {
    let all = world.documents().await;
    let last = all.last().expect("a document");
    match last.kind.sign() {
        1 => last.net.to_string(),
        _ => format!("-{}", last.net),
    }
}

/// How many seats are held, with the one setup.
async fn held(world: &World, id: SubscriptionId) -> Decimal {
    let items = world.subscription(id).await.items;
    items.iter().map(|item| item.quantity).sum()
}

#[tokio::test]
async fn seats_noted_months_later_are_billed_as_if_they_had_been_noted_on_their_day() {
    each_world(|world| async move {
        let late = world.subscribe("basic", "5").await;
        let timely = world.subscribe("basic", "5").await;
        world.travel("2024-01-25T12:00:00Z").await;
        world.change(timely, "7").await;
        world.travel("2024-03-20T12:00:00Z").await;
        world.pay_all().await;
        assert_ne!(charged(&world, late).await, charged(&world, timely).await);

        let shown = correct(&world, &seats(late, "2024-01-25", "7")).await;
        // 16 of 31 days of two seats at 14.256, and two whole months: the lines are rounded one by one.
        assert_eq!(due(&shown.preview.billing), "71.74 EUR");
        assert_eq!(last_document(&world).await, "71.74 EUR");
        assert_eq!(next(&shown.preview.billing), "99.79 EUR");
        assert_eq!(charged(&world, late).await, charged(&world, timely).await);
        assert_eq!(held(&world, late).await, dec("8"));

        world.travel("2024-04-20T12:00:00Z").await;
        world.pay_all().await;
        assert_eq!(charged(&world, late).await, charged(&world, timely).await);
        world.assert_consistent().await;
    })
    .await;
}

#[tokio::test]
async fn an_end_noted_months_later_gives_back_what_came_after_it() {
    each_world(|world| async move {
        let late = world.subscribe("basic", "5").await;
        let timely = world.subscribe("basic", "5").await;
        world.travel("2024-01-25T12:00:00Z").await;
        world.cancel(timely).await;
        world.travel("2024-03-20T12:00:00Z").await;
        world.pay_all().await;

        let shown = correct(&world, &ended(late, "2024-01-25")).await;
        assert_eq!(due(&shown.preview.billing), "-179.35 EUR");
        assert_eq!(last_document(&world).await, "-179.35 EUR");
        assert_eq!(next(&shown.preview.billing), "nothing");
        assert_eq!(charged(&world, late).await, charged(&world, timely).await);
        let after = world.subscription(late).await.subscription;
        assert_eq!(after.commercial_state.as_str(), "terminated");
        world.travel("2024-04-20T12:00:00Z").await;
        assert_eq!(charged(&world, late).await, charged(&world, timely).await);
        world.assert_consistent().await;
    })
    .await;
}

#[tokio::test]
async fn a_correction_before_a_recorded_change_ends_with_it() {
    each_world(|world| async move {
        let late = world.subscribe("basic", "5").await;
        let timely = world.subscribe("basic", "5").await;
        world.travel("2024-01-15T12:00:00Z").await;
        world.change(timely, "6").await;
        world.travel("2024-02-15T12:00:00Z").await;
        world.change(timely, "9").await;
        world.change(late, "9").await;
        world.travel("2024-03-20T12:00:00Z").await;
        world.pay_all().await;
        let before = world.subscription(late).await.items;
        let shown = quote(&world, &seats(late, "2024-01-15", "6")).await;
        let order = place(&world, &shown.expect("a quote")).await;
        let steps: Vec<&str> = order.steps.iter().map(|step| step.kind.as_str()).collect();
        // The vendor has nothing to do.
        assert_eq!(steps, ["validation", "completion"]);
        assert_eq!(world.subscription(late).await.items, before);
        assert_eq!(charged(&world, late).await, charged(&world, timely).await);
        world.assert_consistent().await;
    })
    .await;
}

#[tokio::test]
async fn what_was_corrected_can_be_corrected_back_to_the_cent() {
    each_world(|world| async move {
        let id = world.subscribe("basic", "5").await;
        let like = world.subscribe("basic", "5").await;
        world.travel("2024-03-20T12:00:00Z").await;
        world.pay_all().await;
        for (from, quantity) in [
            ("2024-01-25", "7"),
            ("2024-02-01", "11"),
            ("2024-01-10", "3"),
            ("2024-01-10", "5"),
            ("2024-02-01", "7"),
            ("2024-01-25", "5"),
            ("2024-02-01", "5"),
        ] {
            correct(&world, &seats(id, from, quantity)).await;
        }
        assert_eq!(charged(&world, id).await, charged(&world, like).await);
        world.assert_consistent().await;
    })
    .await;
}

#[tokio::test]
async fn what_a_credit_note_gave_back_is_not_given_back_again() {
    each_world(|world| async move {
        let id = world.subscribe("basic", "5").await;
        world.travel("2024-02-10T12:00:00Z").await;
        world.pay_all().await;
        // The month from 10 February is credited as a favour; then it turns out that it had ended before.
        let second = world.documents().await.remove(1);
        favour(&world, second.id).await;
        let quote = quote(&world, &ended(id, "2024-02-10")).await;
        assert_eq!(due(&quote.expect("a quote").preview.billing), "nothing");
        world.assert_consistent().await;
    })
    .await;
}

#[tokio::test]
async fn discounts_hold_for_what_is_corrected() {
    each_world(|world| async move {
        world.coupon("HALF", "50", 2).await;
        let subscribe = async || with_coupon(&world, "HALF").await;
        let late = subscribe().await;
        let timely = subscribe().await;
        world.travel("2024-01-25T12:00:00Z").await;
        world.change(timely, "7").await;
        world.travel("2024-03-20T12:00:00Z").await;
        world.pay_all().await;
        correct(&world, &seats(late, "2024-01-25", "7")).await;
        assert_eq!(charged(&world, late).await, charged(&world, timely).await);
        world.assert_consistent().await;
    })
    .await;
}

#[tokio::test]
async fn a_correction_that_the_vendor_refuses_can_be_called_off() {
    each_world(|world| async move {
        let id = world.subscribe("basic", "5").await;
        world.travel("2024-03-20T12:00:00Z").await;
        world.pay_all().await;
        let before = charged(&world, id).await;
        let shown = quote(&world, &seats(id, "2024-01-25", "7")).await;
        let input = PlaceInput {
            quote_id: shown.expect("a quote").id,
        };
        let placed = order_place(world.p(), &world.ctx().await, &input).await;
        let placed = placed.expect("an order").order.id;
        world.test.drain().await;
        refuse_and_call_off(&world, placed).await;
        assert_eq!(charged(&world, id).await, before);
        assert_eq!(held(&world, id).await, dec("6"));
        world.assert_consistent().await;
    })
    .await;
}
