//! The life of a subscription through three tiers, as the processes drive it.

mod clock;
#[path = "../common/mod.rs"]
mod common;
mod timing;

use common::{World, code, dec, each_world};
use std::collections::BTreeMap;
use tradewind_catalogue::service::product_withdraw;
use tradewind_catalogue::types::ProductTransition;
use tradewind_flows::order::{PlaceInput, order_cancel, order_place};
use tradewind_flows::quote::{
    CancelInput, CancelWhen, ChangeInput, quote_cancel, quote_change, quote_purchase,
};
use tradewind_fulfilment::service as fulfilment;
use tradewind_fulfilment::types::{DeliveryReport, ReportOutcome};
use tradewind_kernel::id::SubscriptionId;
use tradewind_orders::service::{order_retry, subscription_rename};
use tradewind_orders::types::{OrderDecision, OrderRefusal, SubscriptionRename};

async fn change(
    world: &World,
    id: SubscriptionId,
    plan: Option<&str>,
    seats: &str,
) -> tradewind_flows::quote::QuoteView {
    let input = change_input(world, id, plan, seats);
    quote_change(world.p(), &world.ctx().await, &input)
        .await
        .expect("a quote")
}

fn change_input(world: &World, id: SubscriptionId, plan: Option<&str>, seats: &str) -> ChangeInput {
    ChangeInput {
        packages: Default::default(),
        subscription_id: id,
        plan_id: plan.map(|code| world.plan(code).id),
        quantities: BTreeMap::from([("seats".to_owned(), dec(seats))]),
        coupon: None,
        when: None,
    }
}

async fn place(world: &World, quote: &tradewind_flows::quote::QuoteView) {
    let input = PlaceInput { quote_id: quote.id };
    order_place(world.p(), &world.ctx().await, &input)
        .await
        .expect("an order");
    world.test.drain().await;
}

fn states(detail: &tradewind_orders::types::SubscriptionDetail) -> (&'static str, &'static str) {
    (
        detail.subscription.commercial_state.as_str(),
        detail.subscription.delivery_state.as_str(),
    )
}

#[tokio::test]
async fn an_order_waits_for_its_payment_then_for_the_vendor() {
    each_world(|world| async move {
        let (quote, order) = world.order("basic", "5").await;
        // (50 + 5 × 10) × 1.08 × 1.10 × 1.20
        let due = quote
            .preview
            .billing
            .due_now
            .clone()
            .expect("something is due");
        assert_eq!(due.net.to_string(), "142.56 EUR");
        assert_eq!(order.order.state.as_str(), "awaiting_payment");
        assert!(
            world.waiting().await.is_empty(),
            "nothing is delivered before it is paid"
        );

        let invoices = world.documents().await;
        assert_eq!(invoices.len(), 1);
        assert_eq!(
            (invoices[0].net, invoices[0].gross),
            (due.net, due.gross),
            "what was shown is what is billed"
        );

        world.pay_all().await;
        let order = world.see(order.order.id).await;
        assert_eq!(order.order.state.as_str(), "delivering");
        assert_eq!(world.waiting().await.len(), 1);

        world.deliver_all().await;
        let order = world.see(order.order.id).await;
        assert_eq!(order.order.state.as_str(), "completed");
        assert!(
            order
                .steps
                .iter()
                .all(|step| step.state.is_over() && step.actor.is_some())
        );
        let subscription = world.subscription(order.order.subscription_id).await;
        assert_eq!(states(&subscription), ("active", "running"));
        assert_eq!(
            subscription.subscription.next_bill_on,
            subscription.subscription.period_end
        );
        world.assert_consistent().await;
    })
    .await;
}

#[tokio::test]
async fn a_quote_becomes_one_order_and_only_while_it_holds() {
    each_world(|world| async move {
        let ctx = world.ctx().await;
        let quote = quote_purchase(world.p(), &ctx, &world.wanted("basic", "2"))
            .await
            .expect("a quote");
        let input = PlaceInput { quote_id: quote.id };
        let first = order_place(world.p(), &ctx.clone().with_key("k1"), &input)
            .await
            .expect("an order");
        let again = order_place(world.p(), &ctx.clone().with_key("k1"), &input)
            .await
            .expect("the same order");
        assert_eq!(first.order.id, again.order.id);
        assert_eq!(
            code(order_place(world.p(), &ctx, &input).await),
            "quote_used"
        );

        let late = quote_purchase(world.p(), &ctx, &world.wanted("basic", "2"))
            .await
            .expect("a quote");
        world.travel("2024-01-12T09:00:00Z").await;
        let ctx = world.ctx().await;
        assert_eq!(
            code(order_place(world.p(), &ctx, &PlaceInput { quote_id: late.id }).await),
            "quote_expired"
        );
    })
    .await;
}

#[tokio::test]
async fn a_product_withdrawn_meanwhile_is_not_ordered() {
    each_world(|world| async move {
        let kept = world.subscribe("basic", "5").await;
        let orders_before = world.order_count().await;
        let quote = quote_purchase(world.p(), &world.ctx().await, &world.wanted("basic", "2"))
            .await
            .expect("a quote");
        let withdrawal = ProductTransition {
            id: world.product.product.id,
            version: world.product.product.version,
        };
        product_withdraw(world.p(), &world.ctx().await, &withdrawal)
            .await
            .expect("withdrawn");
        let ctx = world.ctx().await;
        let input = PlaceInput { quote_id: quote.id };
        assert_eq!(
            code(order_place(world.p(), &ctx, &input).await),
            "not_for_sale"
        );
        assert_eq!(
            code(quote_purchase(world.p(), &ctx, &world.wanted("basic", "2")).await),
            "not_for_sale"
        );
        assert_eq!(world.order_count().await, orders_before);
        // Whoever has it keeps it.
        let more = change(&world, kept, None, "6").await;
        place(&world, &more).await;
        world.deliver_all().await;
        assert_eq!(
            states(&world.subscription(kept).await),
            ("active", "running")
        );
        world.assert_consistent().await;
    })
    .await;
}

#[tokio::test]
async fn a_quote_that_no_longer_holds_says_what_has_changed() {
    each_world(|world| async move {
        let id = world.subscribe("basic", "5").await;
        let quote = change(&world, id, None, "8").await;
        let rename = SubscriptionRename {
            id,
            version: None,
            name: "Renamed".to_owned(),
        };
        subscription_rename(world.p(), &world.ctx().await, &rename)
            .await
            .expect("another name");
        let error = order_place(
            world.p(),
            &world.ctx().await,
            &PlaceInput { quote_id: quote.id },
        )
        .await
        .expect_err("refused");
        assert_eq!(error.code(), "quote_changed");
        assert_eq!(
            world
                .subscription(id)
                .await
                .items
                .iter()
                .find(|item| item.code == "seats")
                .map(|item| item.quantity),
            Some(dec("5"))
        );
    })
    .await;
}

#[tokio::test]
async fn more_is_had_at_once_and_prorated_less_at_the_end_of_the_period() {
    each_world(|world| async move {
        let id = world.subscribe("basic", "5").await;
        world.travel("2024-01-20T09:00:00Z").await;

        let quote = change(&world, id, None, "8").await;
        assert_eq!(
            quote.preview.class.map(|class| class.as_str()),
            Some("upgrade")
        );
        place(&world, &quote).await;
        let meanwhile = change_input(&world, id, None, "9");
        let refused = quote_change(world.p(), &world.ctx().await, &meanwhile).await;
        assert_eq!(
            refused.expect_err("one after the other").to_string(),
            "an order of the subscription has not ended yet; try again when it has"
        );
        let last = world.documents().await.pop().expect("an invoice");
        let shown = quote
            .preview
            .billing
            .due_now
            .clone()
            .expect("something is due");
        assert_eq!(
            (last.net, last.gross),
            (shown.net, shown.gross),
            "the preview is what is billed"
        );
        world.pay_all().await;
        world.deliver_all().await;
        let seats = |detail: &tradewind_orders::types::SubscriptionDetail| {
            detail
                .items
                .iter()
                .find(|item| item.code == "seats")
                .map(|item| item.quantity)
        };
        assert_eq!(seats(&world.subscription(id).await), Some(dec("8")));

        let quote = change(&world, id, None, "3").await;
        assert_eq!(
            quote.preview.class.map(|class| class.as_str()),
            Some("downgrade")
        );
        assert!(quote.preview.billing.due_now.is_none());
        place(&world, &quote).await;
        assert_eq!(
            seats(&world.subscription(id).await),
            Some(dec("8")),
            "nothing changes before the period ends"
        );

        world.travel("2024-02-11T09:00:00Z").await;
        let changed = world.subscription(id).await;
        assert_eq!(seats(&changed), Some(dec("3")));
        assert!(changed.subscription.scheduled.is_none());
        let renewed = world.documents().await.pop().expect("an invoice");
        let promised = quote
            .preview
            .billing
            .next
            .clone()
            .expect("a next invoice")
            .document;
        assert_eq!(
            (renewed.net, renewed.gross),
            (promised.net, promised.gross),
            "the next invoice is what was promised"
        );
        assert_eq!(
            world.waiting().await.len(),
            1,
            "the vendor hears of the change"
        );
        world.assert_consistent().await;
    })
    .await;
}

#[tokio::test]
async fn a_cancellation_at_the_end_of_the_period_ends_there_and_is_removed() {
    each_world(|world| async move {
        let id = world.subscribe("basic", "1").await;
        let input = CancelInput {
            subscription_id: id,
            when: CancelWhen::EndOfPeriod,
            reason: None,
        };
        let quote = quote_cancel(world.p(), &world.ctx().await, &input)
            .await
            .expect("a quote");
        place(&world, &quote).await;
        assert_eq!(states(&world.subscription(id).await), ("active", "running"));
        let before = world.documents().await.len();
        world.travel("2024-02-11T09:00:00Z").await;
        assert_eq!(
            states(&world.subscription(id).await),
            ("terminated", "removing")
        );
        world.deliver_all().await;
        assert_eq!(
            states(&world.subscription(id).await),
            ("terminated", "removed")
        );
        assert_eq!(
            world.documents().await.len(),
            before,
            "nothing more is billed"
        );
        world.assert_consistent().await;
    })
    .await;
}

#[tokio::test]
async fn a_trial_is_free_and_becomes_a_paid_subscription() {
    each_world(|world| async move {
        let (quote, order) = world.order("tryout", "2").await;
        assert!(quote.preview.billing.due_now.is_none());
        world.deliver_all().await;
        let id = order.order.subscription_id;
        assert_eq!(states(&world.subscription(id).await), ("trial", "running"));
        assert!(world.documents().await.is_empty());
        world.travel("2024-01-25T09:00:00Z").await;
        assert_eq!(states(&world.subscription(id).await), ("active", "running"));
        let invoices = world.documents().await;
        let promised = quote
            .preview
            .billing
            .next
            .clone()
            .expect("a next invoice")
            .document;
        assert_eq!(
            invoices.iter().map(|i| i.gross).collect::<Vec<_>>(),
            [promised.gross]
        );
        world.assert_consistent().await;
    })
    .await;
}

#[tokio::test]
async fn an_unpaid_renewal_is_reminded_suspended_and_brought_back_by_payment() {
    each_world(|world| async move {
        let id = world.subscribe("basic", "1").await;
        world.travel("2024-02-11T09:00:00Z").await;
        let due_on = world
            .documents()
            .await
            .pop()
            .expect("the renewal's invoice")
            .due_on;
        let after_due = async |days| {
            let on = tradewind_kernel::calendar::add_days(due_on, days).expect("a day");
            world.travel(&format!("{on}T09:00:00Z")).await;
        };
        after_due(2).await;
        assert_eq!(
            states(&world.subscription(id).await).0,
            "active",
            "not a word before the third day"
        );
        after_due(4).await;
        assert_eq!(states(&world.subscription(id).await).0, "grace");
        after_due(11).await;
        assert_eq!(states(&world.subscription(id).await).0, "suspended");
        world.deliver_all().await;
        assert_eq!(
            states(&world.subscription(id).await),
            ("suspended", "stopped")
        );
        world.pay_all().await;
        assert_eq!(states(&world.subscription(id).await).0, "active");
        world.deliver_all().await;
        assert_eq!(states(&world.subscription(id).await), ("active", "running"));
        assert!(
            world
                .letters
                .subjects()
                .iter()
                .any(|subject| subject.to_lowercase().contains("remind")),
            "{:?}",
            world.letters.subjects()
        );
        world.assert_consistent().await;
    })
    .await;
}

#[tokio::test]
async fn a_failed_delivery_can_be_retried_or_the_order_cancelled_with_everything_undone() {
    each_world(|world| async move {
        let (_, order) = world.order("basic", "1").await;
        world.pay_all().await;
        let fail = async || {
            for delivery in world.waiting().await {
                let report = DeliveryReport {
                    outcome: ReportOutcome::Failed,
                    message: Some("No capacity.".to_owned()),
                };
                fulfilment::delivery_report(world.p(), &world.ctx().await, delivery.id, report)
                    .await
                    .expect("a report");
            }
            world.test.drain().await;
        };
        fail().await;
        let failed = world.see(order.order.id).await;
        assert_eq!(failed.order.state.as_str(), "failed");
        assert!(
            failed
                .steps
                .iter()
                .any(|step| step.message.as_deref() == Some("No capacity."))
        );

        let decision = OrderDecision {
            id: order.order.id,
            version: None,
        };
        order_retry(world.p(), &world.ctx().await, &decision)
            .await
            .expect("another try");
        world.test.drain().await;
        assert_eq!(world.waiting().await.len(), 1);
        fail().await;

        let refusal = OrderRefusal {
            id: order.order.id,
            version: None,
            reason: "Never mind.".to_owned(),
        };
        order_cancel(world.p(), &world.ctx().await, &refusal)
            .await
            .expect("a cancelled order");
        world.test.drain().await;
        assert_eq!(
            world.see(order.order.id).await.order.state.as_str(),
            "cancelled"
        );
        assert_eq!(
            world
                .subscription(order.order.subscription_id)
                .await
                .subscription
                .commercial_state
                .as_str(),
            "terminated"
        );
        let documents = world.documents().await;
        assert_eq!(
            documents
                .iter()
                .map(|d| d.kind.as_str())
                .collect::<Vec<_>>(),
            ["invoice", "credit_note"]
        );
        assert_eq!(
            documents[0].gross, documents[1].gross,
            "all of it is given back"
        );
        world.assert_consistent().await;
    })
    .await;
}
