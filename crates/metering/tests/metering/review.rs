//! Usage that comes after the window of its month: kept once, counted when somebody decides so, and only then.

use crate::world::{World, at, decimal, each_world, record};
use std::collections::BTreeSet;
use tradewind_kernel::id::SubscriptionId;
use tradewind_kernel::page::PageRequest;
use tradewind_kernel::{Date, Error, Zone};
use tradewind_metering::service::{
    ReviewQuery, late_policy_get, late_policy_set, review_count, review_decide, review_list,
    usage_due_in, usage_ingest, usage_rated_in,
};
use tradewind_metering::types::{
    IngestReport, IngestStatus, LateAs, LatePolicy, RecordName, ReviewDecide, ReviewDecided,
    ReviewDecision, ReviewGroup, ReviewState, ReviewedUsage, UsageInput,
};
use tradewind_platform::OpCtx;
use tradewind_policy::AccountKind;

const MARCH: Date = Date::constant(2024, 3, 1);
const APRIL: Date = Date::constant(2024, 4, 1);
const JUNE: Date = Date::constant(2024, 6, 1);

/// The platform itself, at a point in time.
async fn on(w: &World, time: &str) -> OpCtx {
    OpCtx {
        now: at(time),
        ..w.ctx().await
    }
}

async fn window(w: &World, days: Option<u32>) {
    let policy = LatePolicy {
        window_days: days,
        late_as: LateAs::PastPeriod,
    };
    let set = late_policy_set(w.platform(), &w.ctx().await, &policy).await;
    assert_eq!(set.unwrap(), policy);
}

async fn ingest(w: &World, time: &str, records: &[UsageInput]) -> IngestReport {
    usage_ingest(w.platform(), &on(w, time).await, records)
        .await
        .unwrap()
}

fn statuses(report: &IngestReport) -> Vec<IngestStatus> {
    report.outcomes.iter().map(|o| o.status).collect()
}

fn named(ids: &[&str], decision: ReviewDecision, reason: &str) -> ReviewDecide {
    ReviewDecide {
        records: ids
            .iter()
            .map(|id| RecordName {
                source: "meter".to_owned(),
                external_id: (*id).to_owned(),
            })
            .collect(),
        group: None,
        decision,
        reason: reason.to_owned(),
    }
}

async fn decide(
    w: &World,
    time: &str,
    input: &ReviewDecide,
) -> tradewind_kernel::Result<ReviewDecided> {
    review_decide(w.platform(), &on(w, time).await, input).await
}

async fn queue(w: &World) -> Vec<ReviewedUsage> {
    review_list(w.platform(), &w.ctx().await, &ReviewQuery::default())
        .await
        .unwrap()
        .items
}

async fn states(w: &World) -> Vec<(String, ReviewState, Option<Date>)> {
    let all = queue(w).await.into_iter();
    all.map(|one| (one.record.external_id, one.state, one.counts_on))
        .collect()
}

/// What a rating run on a day does with what waits; the subscriptions that it looks at.
async fn rate(w: &World, time: &str, day: Date) -> Vec<SubscriptionId> {
    let ctx = on(w, time).await;
    let rated = w.platform().command(&ctx, "test.rate", &day, |w, day| {
        Box::pin(async move {
            let due = usage_due_in(w, *day, None, 100).await?;
            let ids: BTreeSet<SubscriptionId> = due.subscriptions.iter().copied().collect();
            usage_rated_in(w, due, &ids, *day).await?;
            Ok(ids)
        })
    });
    rated.await.unwrap().into_iter().collect()
}

/// The months of a subscription with their quantities.
async fn totals(w: &World, id: SubscriptionId) -> Vec<(Date, String)> {
    let all = w.totals(id).await.into_iter();
    all.map(|total| (total.period_on, total.quantity.normalize().to_string()))
        .collect()
}

#[tokio::test]
async fn what_misses_the_window_is_kept_once_and_counts_nowhere() {
    each_world(|w| async move {
        let id = w.subscription(w.customer).await;
        let policy = late_policy_get(w.platform(), &w.ctx().await).await;
        assert_eq!(policy.unwrap(), LatePolicy::default());
        // Without a window everything counts, whenever it comes.
        let first = ingest(&w, "2029-01-01T00:00:00Z", &[record(id, "1", "1")]).await;
        assert_eq!(statuses(&first), [IngestStatus::Accepted]);

        window(&w, Some(5)).await;
        let in_time = ingest(&w, "2024-04-05T23:59:59Z", &[record(id, "2", "2")]).await;
        assert_eq!(statuses(&in_time), [IngestStatus::Accepted]);
        let april = UsageInput {
            starts_at: at("2024-04-02T00:00:00Z"),
            ends_at: at("2024-04-02T00:00:00Z"),
            ..record(id, "4", "8")
        };
        let other = record(id, "3", "5");
        // Within one batch: late, its repetition, another under its name, one in time, one known before.
        let batch = [
            record(id, "3", "4"),
            record(id, "3", "4.0"),
            other.clone(),
            april,
            record(id, "2", "2"),
        ];
        let report = ingest(&w, "2024-04-06T00:00:00Z", &batch).await;
        use IngestStatus::{Accepted, Duplicate, Rejected, Review};
        assert_eq!(
            statuses(&report),
            [Review, Duplicate, Rejected, Accepted, Duplicate]
        );
        assert_eq!(
            (
                report.accepted,
                report.duplicate,
                report.review,
                report.rejected
            ),
            (1, 2, 1, 1)
        );
        // Again and again, also when the window has been widened: it is known.
        for days in [Some(5), None] {
            window(&w, days).await;
            let again = ingest(&w, "2024-04-07T00:00:00Z", &batch[..3]).await;
            assert_eq!(statuses(&again), [Duplicate, Duplicate, Rejected]);
        }
        let both = [(MARCH, "3".to_owned()), (APRIL, "8".to_owned())];
        assert_eq!(totals(&w, id).await, both);
        let held = queue(&w).await;
        assert_eq!(held.len(), 1);
        assert_eq!(held[0].record, record(id, "3", "4"));
        assert_eq!(
            (held[0].period_on, held[0].state),
            (MARCH, ReviewState::Waiting)
        );
        assert_eq!(held[0].received_at, at("2024-04-06T00:00:00Z"));
        assert_eq!(review_count(w.platform(), &w.ctx().await).await.unwrap(), 1);
        // The month is rated without it.
        rate(&w, "2024-07-01T00:00:00Z", JUNE).await;
        assert_eq!(totals(&w, id).await, both);
        assert!(rate(&w, "2024-07-01T00:00:00Z", JUNE).await.is_empty());
    })
    .await;
}

#[tokio::test]
async fn a_decision_counts_with_the_next_rating_and_can_be_taken_back_until_then() {
    each_world(|w| async move {
        let id = w.subscription(w.customer).await;
        window(&w, Some(0)).await;
        let late: Vec<UsageInput> = ["a", "b", "c", "d"]
            .map(|name| record(id, name, "1"))
            .to_vec();
        let time = "2024-05-20T12:00:00Z";
        assert_eq!(ingest(&w, time, &late).await.review, 4);
        use ReviewDecision::{Count, CountLater, Discard, Reopen};
        let one = |changed, unchanged| ReviewDecided {
            changed,
            unchanged,
            more: false,
        };
        assert_eq!(
            decide(&w, time, &named(&["a", "c"], Count, ""))
                .await
                .unwrap(),
            one(2, 0)
        );
        assert_eq!(
            decide(&w, time, &named(&["a", "b"], Count, ""))
                .await
                .unwrap(),
            one(1, 1)
        );
        assert_eq!(
            decide(&w, time, &named(&["b"], Reopen, "")).await.unwrap(),
            one(1, 0)
        );
        assert_eq!(
            decide(&w, time, &named(&["b"], CountLater, "Agreed"))
                .await
                .unwrap(),
            one(1, 0)
        );
        assert_eq!(
            decide(&w, time, &named(&["c"], Discard, "Twice"))
                .await
                .unwrap(),
            one(1, 0)
        );
        // All or nothing: one of them is not there.
        let missing = decide(&w, time, &named(&["d", "e"], Count, "")).await;
        assert!(
            matches!(missing, Err(Error::NotFound { .. })),
            "{missing:?}"
        );
        let unsaid = decide(&w, time, &named(&["d"], Discard, " "))
            .await
            .unwrap_err();
        assert_eq!(unsaid.problems()[0].field, "reason");
        let may = Date::constant(2024, 5, 1);
        let of = |name: &str, state, month| (name.to_owned(), state, month);
        let decided = [
            of("a", ReviewState::Count, Some(MARCH)),
            of("b", ReviewState::CountLater, Some(may)),
            of("c", ReviewState::Discarded, None),
            of("d", ReviewState::Waiting, None),
        ];
        assert_eq!(states(&w).await, decided);
        assert_eq!(totals(&w, id).await, []);

        // March is rated: what counts there has come; May is not over.
        assert_eq!(rate(&w, "2024-05-21T00:00:00Z", may).await, [id]);
        assert_eq!(totals(&w, id).await, [(MARCH, "1".to_owned())]);
        let counted = decide(&w, time, &named(&["a"], Reopen, ""))
            .await
            .unwrap_err();
        assert_eq!(counted.code(), "already_counted");
        // What was discarded can still be counted, and once only however often the run is repeated.
        assert_eq!(
            decide(&w, time, &named(&["c"], Reopen, "")).await.unwrap(),
            one(1, 0)
        );
        let group = ReviewDecide {
            records: Vec::new(),
            group: Some(ReviewGroup {
                subscription_id: id,
                meter: Some("traffic".to_owned()),
                period_on: Some(MARCH),
            }),
            decision: Count,
            reason: String::new(),
        };
        assert_eq!(decide(&w, time, &group).await.unwrap(), one(2, 0));
        assert_eq!(decide(&w, time, &group).await.unwrap(), one(0, 0));
        for _ in 0..2 {
            rate(&w, "2024-06-01T00:00:00Z", JUNE).await;
            let all = [(MARCH, "3".to_owned()), (may, "1".to_owned())];
            assert_eq!(totals(&w, id).await, all);
        }
        let all = states(&w).await;
        assert!(
            all.iter()
                .all(|(_, state, _)| *state == ReviewState::Counted)
        );
        // What was reported is a duplicate for good.
        assert_eq!(ingest(&w, time, &late).await.duplicate, 4);
        assert_eq!(w.totals(id).await.iter().map(|t| t.records).sum::<i64>(), 4);
    })
    .await;
}

#[tokio::test]
async fn the_vendor_sees_its_records_and_nobody_else_decides() {
    each_world(|w| async move {
        let berlin = Zone::parse("Europe/Berlin").unwrap();
        let id = w.subscription_in(w.customer, berlin).await;
        window(&w, Some(1)).await;
        let costly = UsageInput {
            cost: Some(decimal("2")),
            currency: Some(tradewind_kernel::Currency::EUR),
            ..record(id, "1", "1")
        };
        // In Berlin it is the second of April.
        let vendor = OpCtx {
            now: at("2024-04-01T22:00:00Z"),
            ..w.owner(w.vendor, AccountKind::Vendor).await
        };
        let report = usage_ingest(w.platform(), &vendor, &[costly])
            .await
            .unwrap();
        assert_eq!(report.review, 1);
        let own = ReviewQuery {
            subscription: Some(id),
            ..ReviewQuery::default()
        };
        let seen = review_list(w.platform(), &vendor, &own).await.unwrap();
        assert_eq!(seen.items[0].record.cost, Some(decimal("2")));
        let customer = w.owner(w.customer, AccountKind::Customer).await;
        let seen = review_list(w.platform(), &customer, &own).await.unwrap();
        assert_eq!(seen.items[0].record.cost, None);
        let rival = w.owner(w.other_vendor, AccountKind::Vendor).await;
        for ctx in [&vendor, &customer, &rival] {
            let all = review_list(w.platform(), ctx, &ReviewQuery::default()).await;
            assert!(matches!(all, Err(Error::NotFound { .. })), "{all:?}");
            let input = named(&["1"], ReviewDecision::Count, "");
            let refused = review_decide(w.platform(), ctx, &input).await;
            assert!(
                matches!(refused, Err(Error::NotFound { .. })),
                "{refused:?}"
            );
            let policy = late_policy_set(w.platform(), ctx, &LatePolicy::default()).await;
            assert!(policy.is_err());
        }
        let foreign = review_list(w.platform(), &rival, &own).await;
        assert!(
            matches!(foreign, Err(Error::NotFound { .. })),
            "{foreign:?}"
        );
    })
    .await;
}

#[tokio::test]
async fn a_decision_costs_what_it_is_about() {
    each_world(|w| async move {
        window(&w, Some(0)).await;
        let time = "2024-05-20T12:00:00Z";
        let mut ids = Vec::new();
        let mut batch = Vec::new();
        for n in 0..3 {
            let id = w.subscription(w.customer).await;
            batch.extend((0..60).map(|k| record(id, &format!("{n}-{k}"), "1")));
            ids.push(id);
        }
        assert_eq!(ingest(&w, time, &batch).await.review, 180);
        let page = ReviewQuery {
            page: PageRequest::new(Some(50), None).unwrap(),
            ..ReviewQuery::default()
        };
        let first = review_list(w.platform(), &w.ctx().await, &page)
            .await
            .unwrap();
        assert_eq!(first.items.len(), 50);
        let page = ReviewQuery {
            page: PageRequest::new(Some(200), first.next).unwrap(),
            ..page
        };
        let rest = review_list(w.platform(), &w.ctx().await, &page)
            .await
            .unwrap();
        assert_eq!((rest.items.len(), rest.next), (130, None));
        let statements = || w.platform().db().statements_run();
        let mut costs = Vec::new();
        for ids in [&["0-0"][..], &["1-0", "1-1", "1-2", "1-3"], &["2-0"]] {
            let before = statements();
            let input = named(ids, ReviewDecision::Count, "");
            decide(&w, time, &input).await.unwrap();
            costs.push(statements() - before);
        }
        assert_eq!(costs, [costs[0]; 3], "four records cost as much as one");
        let before = statements();
        assert_eq!(rate(&w, "2024-05-21T00:00:00Z", JUNE).await.len(), 3);
        let six = statements() - before;
        assert!(
            six <= 20,
            "{six} statements take in six records of three subscriptions"
        );
    })
    .await;
}
