//! What ends in good order: accounts that close, and what is forgotten.

mod common;

use common::{World, code, each_world};
use tradewind_accounts::service::account_get;
use tradewind_accounts::types::AccountClose;
use tradewind_flows::account::account_close;
use tradewind_flows::order::{PlaceInput, order_place};
use tradewind_flows::quote::{CancelInput, CancelWhen, quote_cancel};
use tradewind_kernel::Duration;

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
