//! What waits to be rated: exactly the months to which something has come, and nothing that came unseen is lost.

use std::collections::BTreeSet;

use crate::world::{World, each_world, record};
use tradewind_kernel::Date;
use tradewind_kernel::id::SubscriptionId;
use tradewind_metering::service::{
    UsageDue, usage_due_in, usage_expect_in, usage_ingest, usage_rated_in,
};
use tradewind_metering::types::UsageInput;

const MARCH: Date = Date::constant(2024, 3, 1);
const APRIL: Date = Date::constant(2024, 4, 1);

async fn ingest(w: &World, records: &[UsageInput]) {
    let report = usage_ingest(w.platform(), &w.ctx().await, records).await;
    assert_eq!(report.unwrap().rejected, 0);
}

async fn due(w: &World, day: Date, after: Option<SubscriptionId>, limit: u32) -> UsageDue {
    let asked = (day, after, limit);
    w.platform()
        .command(&w.ctx().await, "test.due", &asked, |w, asked| {
            Box::pin(usage_due_in(w, asked.0, asked.1, asked.2))
        })
        .await
        .unwrap()
}

async fn rated(w: &World, due: UsageDue, of: &[SubscriptionId]) {
    let of: BTreeSet<SubscriptionId> = of.iter().copied().collect();
    w.platform()
        .command(&w.ctx().await, "test.rated", &of, move |w, of| {
            let due = due.clone();
            Box::pin(async move { usage_rated_in(w, due, of, APRIL).await })
        })
        .await
        .unwrap();
}

#[tokio::test]
async fn what_was_rated_waits_no_more_until_something_comes() {
    each_world(|w| async move {
        let mut ids = [
            w.subscription(w.customer).await,
            w.subscription(w.customer).await,
            w.subscription(w.other_customer).await,
        ];
        ids.sort_unstable();
        let [first, second, third] = ids;
        ingest(&w, &[record(first, "1", "1"), record(second, "2", "1")]).await;
        let now = due(&w, APRIL, None, 10).await;
        assert_eq!(now.subscriptions, [first, second]);
        assert_eq!(due(&w, APRIL, None, 1).await.subscriptions, [first]);
        assert_eq!(due(&w, APRIL, Some(first), 1).await.subscriptions, [second]);
        // The month is not over.
        assert!(due(&w, MARCH, None, 10).await.subscriptions.is_empty());

        rated(&w, now, &[first]).await;
        assert_eq!(due(&w, APRIL, None, 10).await.subscriptions, [second]);
        // What was there already changes nothing, and neither does a refused record.
        let known = [record(first, "1", "1"), record(third, "", "1")];
        let again = usage_ingest(w.platform(), &w.ctx().await, &known).await;
        assert_eq!(again.unwrap().accepted, 0);
        assert_eq!(due(&w, APRIL, None, 10).await.subscriptions, [second]);
        ingest(&w, &[record(first, "3", "1")]).await;
        assert_eq!(
            due(&w, APRIL, None, 10).await.subscriptions,
            [first, second]
        );
    })
    .await;
}

#[tokio::test]
async fn what_comes_while_something_is_rated_still_waits() {
    each_world(|w| async move {
        let id = w.subscription(w.customer).await;
        ingest(&w, &[record(id, "1", "1")]).await;
        let looked_up = due(&w, APRIL, None, 10).await;
        ingest(&w, &[record(id, "2", "1")]).await;
        rated(&w, looked_up, &[id]).await;
        let still = due(&w, APRIL, None, 10).await;
        assert_eq!(still.subscriptions, [id]);
        // The same when the first rating is overtaken by a second one, and a record comes after that.
        let late = still.clone();
        rated(&w, still, &[id]).await;
        assert!(due(&w, APRIL, None, 10).await.subscriptions.is_empty());
        ingest(&w, &[record(id, "3", "1")]).await;
        rated(&w, late, &[id]).await;
        assert_eq!(due(&w, APRIL, None, 10).await.subscriptions, [id]);
    })
    .await;
}

#[tokio::test]
async fn months_can_be_expected_without_usage() {
    each_world(|w| async move {
        let id = w.subscription(w.customer).await;
        let months = BTreeSet::from([(id, MARCH)]);
        w.platform()
            .command(&w.ctx().await, "test.expect", &months, |w, months| {
                Box::pin(usage_expect_in(w, months))
            })
            .await
            .unwrap();
        assert!(due(&w, MARCH, None, 10).await.subscriptions.is_empty());
        assert_eq!(due(&w, APRIL, None, 10).await.subscriptions, [id]);
    })
    .await;
}
