//! What ends in good order: accounts that close, and what is forgotten.

mod common;

use common::{World, code, each_world};
use std::sync::atomic::{AtomicBool, Ordering};
use tradewind_accounts::service::account_get;
use tradewind_accounts::types::AccountClose;
use tradewind_billing::service::{self as billing, ListQuery, RunStart};
use tradewind_billing::types::{BillingRun, RunState};
use tradewind_flows::account::account_close;
use tradewind_flows::order::{PlaceInput, order_place};
use tradewind_flows::quote::{CancelInput, CancelWhen, quote_cancel};
use tradewind_kernel::{Duration, Zone};

async fn close(
    world: &World,
) -> Result<tradewind_accounts::types::Account, tradewind_kernel::Error> {
    let input = AccountClose {
        account: world.customer,
        version: None,
    };
    account_close(world.p(), &world.ctx().await, &input).await
}

#[tokio::test]
async fn an_account_closes_when_nothing_runs_any_more() {
    each_world(|world| async move {
        let id = world.subscribe("basic", "1").await;
        let error = close(&world).await.expect_err("it is refused");
        assert_eq!(error.code(), "subscriptions_running");
        assert!(error.to_string().contains(&id.to_string()), "{error}");
        let account = account_get(world.p(), &world.ctx().await, world.customer)
            .await
            .expect("the account");
        assert_eq!(account.status.as_str(), "active", "nothing has changed");

        let input = CancelInput {
            subscription_id: id,
            when: CancelWhen::Now,
            reason: None,
        };
        let ctx = world.ctx().await;
        let quote = quote_cancel(world.p(), &ctx, &input)
            .await
            .expect("a quote");
        order_place(world.p(), &ctx, &PlaceInput { quote_id: quote.id })
            .await
            .expect("an order");
        world.test.drain().await;
        let account = close(&world).await.expect("a closed account");
        assert_eq!(account.status.as_str(), "closed");
        assert_eq!(code(close(&world).await), "account_closed");
    })
    .await;
}

#[tokio::test]
async fn every_day_a_realm_forgets_what_is_old() {
    each_world(|world| async move {
        world.subscribe("basic", "1").await;
        world.test.clock.advance(Duration::from_hours(24 * 15));
        world.travel("2024-03-12T09:00:00Z").await;
        let metrics = world.p().metrics().render();
        assert!(
            metrics.contains("tradewind_forgotten_total{what=\"jobs\"}"),
            "{metrics}"
        );
        // What is not old is there still, and so is everything that matters.
        world.assert_consistent().await;
    })
    .await;
}

async fn runs(world: &World) -> Vec<BillingRun> {
    billing::billing_run_list(world.p(), &world.ctx().await, &ListQuery::default())
        .await
        .expect("a list")
        .items
}

#[tokio::test]
async fn a_billing_run_whose_process_died_is_brought_to_its_end() {
    each_world(|world| async move {
        world.subscribe("basic", "1").await;
        let before = runs(&world).await.len();
        let ctx = world.ctx().await;
        let start = RunStart::at_shell(ctx.now.date_in(&Zone::utc()));
        let dead = AtomicBool::new(false);
        let death = async {
            while !dead.load(Ordering::SeqCst) {
                tokio::task::yield_now().await;
            }
        };
        tokio::select! {
            biased;
            () = death => {}
            report = billing::bill(world.p(), &ctx, start, |_| dead.store(true, Ordering::SeqCst)) => {
                panic!("the run should have died: {report:?}")
            }
        }
        world.test.drain().await;
        let run = runs(&world).await.remove(0);
        assert_eq!((run.state, run.resumed), (RunState::Running, 0));
        world.test.clock.advance(Duration::from_mins(3));
        world.test.drain().await;
        let run = runs(&world).await.remove(0);
        assert_eq!((run.state, run.resumed), (RunState::Done, 1));
        assert!(run.ended_at.is_some());

        // A run that ends by itself leaves nothing to look after.
        billing::bill(world.p(), &world.ctx().await, start, |_| {})
            .await
            .expect("a run");
        world.test.clock.advance(Duration::from_mins(3));
        world.test.drain().await;
        let found = runs(&world).await;
        assert_eq!((found.len(), found[0].resumed), (before + 2, 0));
        world.assert_consistent().await;
    })
    .await;
}
