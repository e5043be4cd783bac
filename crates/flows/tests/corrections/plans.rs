//! Another plan for the past.

use super::*;
use tradewind_fulfilment::service as fulfilment;

pub(crate) fn under(world: &World, id: SubscriptionId, from: &str, plan: &str) -> CorrectionInput {
    CorrectionInput {
        plan_id: Some(world.plan(plan).id),
        ..since(id, from)
    }
}

pub(crate) async fn plan_of(world: &World, id: SubscriptionId) -> String {
    let one = world.subscription(id).await.subscription;
    let mut plans = world.product.plans.iter();
    let plan = plans.find(|plan| plan.id == one.plan_id);
    plan.expect("a plan").code.clone()
}

#[tokio::test]
async fn a_plan_noted_months_later_is_billed_as_if_it_had_been_switched_to_on_its_day() {
    each_world(|world| async move {
        let late = world.subscribe("basic", "5").await;
        let timely = world.subscribe("basic", "5").await;
        world.travel("2024-01-25T12:00:00Z").await;
        change_to(&world, timely, "pro", "5").await;
        world.travel("2024-02-15T12:00:00Z").await;
        world.change(late, "6").await;
        world.change(timely, "6").await;
        world.travel("2024-03-20T12:00:00Z").await;
        world.pay_all().await;

        let shown = correct(&world, &under(&world, late, "2024-01-25", "pro")).await;
        assert_eq!(due(&shown.preview.billing), last_document(&world).await);
        assert_eq!(charged(&world, late).await, charged(&world, timely).await);
        assert_eq!(plan_of(&world, late).await, "pro");
        assert_eq!(
            world.subscription(late).await.items,
            world.subscription(timely).await.items
        );
        // 25 × 1.08 × 1.10 × 1.20 for six seats.
        assert_eq!(next(&shown.preview.billing), "213.84 EUR");
        world.travel("2024-04-20T12:00:00Z").await;
        world.pay_all().await;
        assert_eq!(charged(&world, late).await, charged(&world, timely).await);
        // What follows sees it: a change, and corrections before and after the day.
        for id in [late, timely] {
            world.change(id, "8").await;
            correct(&world, &seats(id, "2024-01-15", "4")).await;
            correct(&world, &seats(id, "2024-02-20", "3")).await;
        }
        assert_eq!(charged(&world, late).await, charged(&world, timely).await);
        world.assert_consistent().await;
    })
    .await;
}

#[tokio::test]
async fn quantities_before_a_switch_are_those_of_the_plan_of_their_day() {
    each_world(|world| async move {
        let late = world.subscribe("basic", "8").await;
        let timely = world.subscribe("basic", "8").await;
        world.travel("2024-01-14T12:00:00Z").await;
        correct(&world, &seats(timely, "2024-01-14", "4")).await;
        world.travel("2024-01-23T12:00:00Z").await;
        change_to(&world, late, "pro", "8").await;
        change_to(&world, timely, "pro", "8").await;
        world.travel("2024-01-31T12:00:00Z").await;
        let held = world.subscription(late).await.items;
        correct(&world, &seats(late, "2024-01-14", "4")).await;
        assert_eq!(charged(&world, late).await, charged(&world, timely).await);
        assert_eq!(world.subscription(late).await.items, held);
        world.assert_consistent().await;
    })
    .await;
}

#[tokio::test]
async fn a_plan_that_it_had_from_the_first_day_on_leaves_nothing_of_the_other() {
    each_world(|world| async move {
        let late = world.subscribe("basic", "5").await;
        let timely = world.subscribe("pro", "5").await;
        world.travel("2024-03-20T12:00:00Z").await;
        world.pay_all().await;
        correct(&world, &under(&world, late, "2024-01-10", "pro")).await;
        assert_eq!(charged(&world, late).await, charged(&world, timely).await);
        correct(&world, &under(&world, late, "2024-01-10", "basic")).await;
        correct(&world, &under(&world, timely, "2024-01-10", "basic")).await;
        assert_eq!(charged(&world, late).await, charged(&world, timely).await);
        world.travel("2024-04-20T12:00:00Z").await;
        world.pay_all().await;
        assert_eq!(charged(&world, late).await, charged(&world, timely).await);
        world.assert_consistent().await;
    })
    .await;
}

#[tokio::test]
async fn a_switch_that_was_recorded_can_have_been_earlier() {
    each_world(|world| async move {
        let late = world.subscribe("basic", "5").await;
        let timely = world.subscribe("basic", "5").await;
        world.travel("2024-01-25T12:00:00Z").await;
        change_to(&world, timely, "pro", "5").await;
        world.travel("2024-02-12T12:00:00Z").await;
        world.pay_all().await;
        world.travel("2024-03-02T12:00:00Z").await;
        change_to(&world, late, "pro", "4").await;
        world.change(timely, "4").await;
        // Less waits for the end of the period; what is held by then is the same.
        world.travel("2024-03-20T12:00:00Z").await;
        world.pay_all().await;
        let held = world.subscription(late).await.items;
        let shown = quote(&world, &under(&world, late, "2024-01-25", "pro")).await;
        let order = place(&world, &shown.expect("a quote")).await;
        let steps: Vec<&str> = order.steps.iter().map(|step| step.kind.as_str()).collect();
        assert_eq!(steps, ["validation", "completion"]);
        assert_eq!(world.subscription(late).await.items, held);
        // The seat fewer counts from the day on which it is recorded.
        correct(&world, &seats(timely, "2024-03-02", "4")).await;
        assert_eq!(charged(&world, late).await, charged(&world, timely).await);
        world.assert_consistent().await;
    })
    .await;
}

#[tokio::test]
async fn the_vendor_delivers_the_plan_and_its_refusal_leaves_no_trace() {
    each_world(|world| async move {
        let id = world.subscribe("basic", "5").await;
        let like = world.subscribe("basic", "5").await;
        world.travel("2024-03-20T12:00:00Z").await;
        world.pay_all().await;
        world.deliver_all().await;
        let before = charged(&world, id).await;
        let items = world.subscription(id).await.items;
        let shown = quote(&world, &under(&world, id, "2024-01-25", "pro")).await;
        let input = PlaceInput {
            quote_id: shown.expect("a quote").id,
        };
        let placed = order_place(world.p(), &world.ctx().await, &input).await;
        let placed = placed.expect("an order").order.id;
        world.test.drain().await;
        let waits = world.waiting().await;
        assert_eq!(waits.len(), 1);
        let delivery = fulfilment::delivery_get(world.p(), &world.ctx().await, waits[0].id).await;
        assert_eq!(
            delivery.expect("a delivery").delivery.kind.as_str(),
            "change"
        );
        assert_eq!(plan_of(&world, id).await, "pro");
        refuse_and_call_off(&world, placed).await;
        assert_eq!(charged(&world, id).await, before);
        assert_eq!(plan_of(&world, id).await, "basic");
        assert_eq!(world.subscription(id).await.items, items);
        world.travel("2024-04-20T12:00:00Z").await;
        world.pay_all().await;
        assert_eq!(charged(&world, id).await, charged(&world, like).await);
        world.assert_consistent().await;
    })
    .await;
}

#[tokio::test]
async fn plans_that_cannot_be_set_right_are_refused_by_name_and_change_nothing() {
    each_world(|world| async move {
        let id = world.subscribe("basic", "5").await;
        world.travel("2024-02-20T12:00:00Z").await;
        change_to(&world, id, "pro", "5").await;
        world.travel("2024-03-20T12:00:00Z").await;
        world.pay_all().await;
        let before = state_of(&world, id).await;
        let of = |field: &str, code: &'static str| (field.to_owned(), code);
        let on = |from: &str, plan: &str| under(&world, id, from, plan);
        let cases = [
            (on("2024-01-25", "tryout"), of("plan_id", "switched_since")),
            (on("2024-02-25", "quarter"), of("plan_id", "other_rhythm")),
            (on("2024-02-25", "pro"), of("", "nothing_changes")),
            (
                CorrectionInput {
                    ended: true,
                    ..on("2024-02-25", "basic")
                },
                of("plan_id", "not_together"),
            ),
            (
                CorrectionInput {
                    quantities: BTreeMap::from([("seats".to_owned(), dec("2.5"))]),
                    ..on("2024-02-25", "basic")
                },
                of("items.seats", "off_step"),
            ),
            (
                CorrectionInput {
                    plan_id: Some(tradewind_kernel::id::PlanId::generate()),
                    ..on("2024-02-25", "basic")
                },
                of("plan_id", "unknown_value"),
            ),
        ];
        for (input, expected) in cases {
            assert_eq!(
                refusals::problem(quote(&world, &input).await),
                expected,
                "{input:?}"
            );
        }
        change_to(&world, id, "basic", "5").await;
        let waits = on("2024-02-25", "basic");
        assert_eq!(
            refusals::problem(quote(&world, &waits).await),
            of("plan_id", "change_waits")
        );
        assert_eq!(state_of(&world, id).await, before);
        world.assert_consistent().await;
    })
    .await;
}

#[tokio::test]
async fn two_corrections_at_once_are_one_and_a_refusal() {
    each_world(|world| async move {
        let id = world.subscribe("basic", "5").await;
        world.travel("2024-03-20T12:00:00Z").await;
        world.pay_all().await;
        let first = quote(&world, &under(&world, id, "2024-01-25", "pro"))
            .await
            .expect("a quote");
        let second = quote(&world, &seats(id, "2024-01-25", "7"))
            .await
            .expect("a quote");
        place(&world, &first).await;
        let input = PlaceInput {
            quote_id: second.id,
        };
        let again = order_place(world.p(), &world.ctx().await, &input).await;
        assert_eq!(code(again), "quote_changed");
        let same = PlaceInput { quote_id: first.id };
        let same = order_place(world.p(), &world.ctx().await, &same).await;
        assert_eq!(code(same), "quote_used");
        world.assert_consistent().await;
    })
    .await;
}
