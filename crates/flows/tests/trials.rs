//! Trials from the order to their end: for whom they are, what they need, and what comes after them.

mod common;

use common::{World, day, each_world};
use tradewind_billing::service::{MethodAdd, method_add};
use tradewind_billing::types::CardInput;
use tradewind_catalogue::service::plan_update;
use tradewind_catalogue::types::{PlanDraft, PlanUpdate};
use tradewind_flows::order::{PlaceInput, order_place};
use tradewind_flows::quote::{QuoteView, quote_purchase};
use tradewind_kernel::id::SubscriptionId;

/// The page that explains it.
const PAGE: &str = include_str!("../../../docs/time.md");

/// Changes the plan with the trial.
async fn tryout(world: &World, change: impl Fn(&mut PlanDraft)) {
    let plan = world.plan("tryout");
    let mut draft = PlanDraft {
        code: plan.code.clone(),
        name: plan.name.clone(),
        description: plan.description.clone(),
        position: plan.position,
        recommended: plan.recommended,
        status: plan.status,
        billing_cadence: plan.billing_cadence,
        term_cadence: plan.term_cadence,
        trial_days: plan.trial_days,
        auto_renew: plan.auto_renew,
        trial_needs_payment: plan.trial_needs_payment,
        trial_again: plan.trial_again,
        notice_days: plan.notice_days,
    };
    change(&mut draft);
    let update = PlanUpdate {
        id: plan.id,
        version: plan.version,
        draft,
    };
    plan_update(world.p(), &world.ctx().await, &update)
        .await
        .expect("a changed plan");
}

async fn quoted(world: &World, plan: &str, seats: &str) -> QuoteView {
    quote_purchase(world.p(), &world.ctx().await, &world.wanted(plan, seats))
        .await
        .expect("a quote")
}

/// When the trial ends, what is due at once and what the next invoice comes to.
fn told(quote: &QuoteView) -> (Option<String>, Option<String>, Option<String>) {
    let billing = &quote.preview.billing;
    let due = billing.due_now.as_ref();
    let next = billing.next.as_ref();
    (
        billing.trial_ends_on.map(|on| on.to_string()),
        due.map(|document| document.net.to_string()),
        next.map(|next| format!("{} {}", next.on, next.document.net)),
    )
}

fn some(text: &str) -> Option<String> {
    Some(text.to_owned())
}

async fn state(world: &World, id: SubscriptionId) -> &'static str {
    let held = world.subscription(id).await.subscription;
    held.commercial_state.as_str()
}

#[tokio::test]
async fn a_customer_tries_a_product_once() {
    each_world(|world| async move {
        let first = quoted(&world, "tryout", "2").await;
        let trial = (some("2024-01-24"), None, some("2024-01-24 99.79 EUR"));
        assert_eq!(told(&first), trial);
        let second = quoted(&world, "tryout", "2").await;
        let input = PlaceInput { quote_id: first.id };
        let order = order_place(world.p(), &world.ctx().await, &input).await;
        let id = order.expect("an order").order.subscription_id;
        world.test.drain().await;

        // Ordered already: the second trial that was quoted meanwhile is no longer had.
        let orders = world.order_count().await;
        let input = PlaceInput {
            quote_id: second.id,
        };
        let refused = order_place(world.p(), &world.ctx().await, &input).await;
        assert_eq!(refused.expect_err("tried already").code(), "quote_changed");
        assert_eq!(world.order_count().await, orders);
        let again = quoted(&world, "tryout", "2").await;
        let paid = (None, some("99.79 EUR"), some("2024-02-10 28.51 EUR"));
        assert_eq!(told(&again), paid);

        // Neither who has left nor who had another plan is new.
        world.deliver_all().await;
        world.cancel(id).await;
        assert_eq!(told(&quoted(&world, "tryout", "2").await), paid);
        for figure in [
            "| first | 24 January | 0.00 | 99.79 |",
            "| again | none | 99.79 | 28.51 |",
        ] {
            assert!(PAGE.contains(figure), "{figure}");
        }

        tryout(&world, |plan| plan.trial_again = true).await;
        assert_eq!(told(&quoted(&world, "tryout", "2").await), trial);
        world.assert_consistent().await;
    })
    .await;
}

#[tokio::test]
async fn a_trial_that_needs_a_card_begins_with_one() {
    each_world(|world| async move {
        tryout(&world, |plan| plan.trial_needs_payment = true).await;
        let quote = quoted(&world, "tryout", "2").await;
        let input = PlaceInput { quote_id: quote.id };
        let refused = order_place(world.p(), &world.ctx().await, &input).await;
        let refused = refused.expect_err("no card");
        assert_eq!(
            (refused.code(), refused.to_string().as_str()),
            (
                "payment_method_required",
                "add a card first: this trial continues as a paid subscription"
            )
        );
        assert_eq!(world.order_count().await, 0);

        let add = MethodAdd {
            account_id: world.customer,
            card: CardInput {
                number: "4242424242424242".to_owned(),
                expires: "12/30".to_owned(),
                cvc: "123".to_owned(),
            },
            make_default: true,
        };
        let gateway = common::gateway();
        method_add(world.p(), &world.ctx().await, gateway.as_ref(), &add)
            .await
            .expect("a card");
        let order = order_place(world.p(), &world.ctx().await, &input).await;
        let id = order.expect("an order").order.subscription_id;
        world.test.drain().await;
        world.deliver_all().await;
        assert_eq!(state(&world, id).await, "trial");
        let held = world.subscription(id).await.subscription;
        assert_eq!(held.trial_ends_on, Some(day("2024-01-24")));
    })
    .await;
}

#[tokio::test]
async fn a_trial_that_does_not_go_on_ends_without_an_invoice() {
    each_world(|world| async move {
        tryout(&world, |plan| plan.auto_renew = false).await;
        let (_, order) = world.order("tryout", "2").await;
        let id = order.order.subscription_id;
        world.deliver_all().await;
        assert_eq!(state(&world, id).await, "trial");
        world.travel("2024-01-23T22:00:00Z").await;
        assert_eq!(state(&world, id).await, "trial");
        world.travel("2024-01-25T09:00:00Z").await;
        world.deliver_all().await;
        let held = world.subscription(id).await;
        assert_eq!(
            (
                held.subscription.commercial_state.as_str(),
                held.subscription.delivery_state.as_str()
            ),
            ("expired", "removed")
        );
        world.travel("2024-03-15T09:00:00Z").await;
        assert!(world.documents().await.is_empty());
        world.assert_consistent().await;
    })
    .await;
}
