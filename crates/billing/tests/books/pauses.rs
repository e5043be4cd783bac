//! Reminders that wait: until a day, or for what a buyer has promised.

use tradewind_billing::{
    service::{self as billing, DunningPauseSet, NewPause},
    types::{DunningAction, InvoiceDunning, PromiseState},
};
use tradewind_kernel::{Result, id::InvoiceId};

use crate::{
    money::{eur, transfer},
    sales::{Market, each_market},
    world::{code, day},
};

async fn pause(
    market: &Market,
    on: &str,
    invoice_id: InvoiceId,
    until: &str,
    promised: Option<i64>,
) -> Result<InvoiceDunning> {
    let ctx = market.on(on).await;
    let input = DunningPauseSet {
        invoice_id,
        pause: Some(NewPause {
            until: day(until),
            reason: "Called".to_owned(),
            promised: promised.map(eur),
        }),
    };
    billing::dunning_pause_set(market.p(), &ctx, &input).await
}

async fn dunning(market: &Market, on: &str, id: InvoiceId) -> InvoiceDunning {
    let ctx = market.on(on).await;
    billing::invoice_dunning(market.p(), &ctx, id)
        .await
        .expect("dunning")
}

/// The steps that are taken on a day.
async fn run(market: &Market, on: &str) -> Vec<DunningAction> {
    let ctx = market.on(on).await;
    let taken = billing::dunning_run(market.p(), &ctx).await.expect("steps");
    taken.into_iter().map(|one| one.action).collect()
}

#[tokio::test]
async fn steps_wait_for_a_pause_and_a_broken_promise_resumes_at_the_next() {
    each_market(|market| async move {
        let world = &market.world;
        let sold = market
            .sell(world.customer, world.reseller, "3", "2024-03-01")
            .await;
        // Over 136.86, due on 15 March; reminders on the 18th and 22nd, suspension on the 25th.
        let id = sold.invoice.expect("an invoice");
        let first = dunning(&market, "2024-03-16", id)
            .await
            .next
            .expect("a step");
        assert_eq!(
            (first.on, first.action),
            (day("2024-03-18"), DunningAction::Remind)
        );
        for (until, promised) in [
            ("2024-03-15", None),
            ("2025-03-18", None),
            ("2024-03-20", Some(13_687)),
            ("2024-03-20", Some(0)),
        ] {
            let refused = pause(&market, "2024-03-16", id, until, promised).await;
            assert_eq!(code(refused), "invalid_input");
        }
        let paused = pause(&market, "2024-03-16", id, "2024-03-20", None)
            .await
            .expect("paused");
        assert!(paused.paused);
        assert_eq!(paused.next.expect("a step").on, day("2024-03-21"));
        for on in ["2024-03-18", "2024-03-20"] {
            assert!(run(&market, on).await.is_empty(), "{on}");
        }
        assert_eq!(run(&market, "2024-03-21").await, [DunningAction::Remind]);
        // A promise: half of it is kept, and nothing happens until its day.
        let promised = pause(&market, "2024-03-21", id, "2024-04-10", Some(6_000))
            .await
            .expect("promised");
        assert_eq!(promised.promise, Some(PromiseState::Waiting));
        assert!(run(&market, "2024-03-25").await.is_empty());
        let ctx = market.on("2024-04-09").await;
        let part = transfer(&market, Some(id), 5_999, "SEPA 1");
        billing::transfer_record(market.p(), &ctx, &part)
            .await
            .expect("a payment");
        let almost = dunning(&market, "2024-04-10", id).await;
        assert_eq!(almost.promise, Some(PromiseState::Waiting));
        let broken = dunning(&market, "2024-04-11", id).await;
        assert_eq!(
            (broken.promise, broken.paused),
            (Some(PromiseState::Broken), false)
        );
        // One step a day from then on, the next ones in their order.
        assert_eq!(run(&market, "2024-04-11").await, [DunningAction::Remind]);
        assert!(run(&market, "2024-04-11").await.is_empty());
        assert_eq!(run(&market, "2024-04-12").await, [DunningAction::Suspend]);
        // A promise that is kept stays so; what is left goes on.
        pause(&market, "2024-04-12", id, "2024-04-20", Some(100))
            .await
            .expect("promised");
        let ctx = market.on("2024-04-13").await;
        let more = transfer(&market, Some(id), 100, "SEPA 2");
        billing::transfer_record(market.p(), &ctx, &more)
            .await
            .expect("a payment");
        let kept = dunning(&market, "2024-04-30", id).await;
        assert_eq!(kept.promise, Some(PromiseState::Kept));
        assert_eq!(kept.open, eur(7_587));
        // Going on at once: the step that was due is taken.
        pause(&market, "2024-04-13", id, "2024-06-30", None)
            .await
            .expect("paused");
        assert!(run(&market, "2024-05-01").await.is_empty());
        let ctx = market.on("2024-05-02").await;
        let resume = DunningPauseSet {
            invoice_id: id,
            pause: None,
        };
        let resumed = billing::dunning_pause_set(market.p(), &ctx, &resume).await;
        let resumed = resumed.expect("resumed");
        assert_eq!((resumed.pause.is_none(), resumed.paused), (true, false));
        assert_eq!(run(&market, "2024-05-02").await, [DunningAction::Terminate]);
        // Paid: nothing comes next, and nothing can be paused.
        let rest = transfer(&market, Some(id), 7_587, "SEPA 3");
        billing::transfer_record(market.p(), &ctx, &rest)
            .await
            .expect("a payment");
        assert_eq!(dunning(&market, "2024-05-03", id).await.next, None);
        let late = pause(&market, "2024-05-03", id, "2024-05-10", None).await;
        assert_eq!(code(late), "invoice_paid");
        market.assert_clean().await;
    })
    .await;
}
