//! Records are taken back once, by who may report them, and their totals come to what they would have come to without them.

use crate::world::{World, at, decimal, each_world, record};
use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::TestRunner;
use std::collections::BTreeMap;
use tradewind_kernel::id::SubscriptionId;
use tradewind_kernel::page::PageRequest;
use tradewind_kernel::{Date, Decimal, Result};
use tradewind_metering::service::{
    late_policy_set, review_decide, total_key, usage_amend, usage_cancel, usage_ingest,
    usage_records, usage_records_between,
};
use tradewind_metering::types::{
    IngestStatus, LateAs, LatePolicy, RecordName, ReviewDecide, ReviewDecision, UsageAmend,
    UsageAmended, UsageCancel, UsageCancelled, UsageInput, UsageTotal,
};
use tradewind_platform::OpCtx;
use tradewind_policy::AccountKind;

const MARCH: Date = Date::constant(2024, 3, 1);

fn names(ids: &[&str]) -> Vec<RecordName> {
    let name = |id: &&str| RecordName {
        source: "meter".to_owned(),
        external_id: (*id).to_owned(),
    };
    ids.iter().map(name).collect()
}

async fn cancel_by(w: &World, ctx: &OpCtx, ids: &[&str]) -> Result<UsageCancelled> {
    let input = UsageCancel {
        records: names(ids),
        reason: "Measured twice".to_owned(),
    };
    usage_cancel(w.platform(), ctx, &input).await
}

async fn cancel(w: &World, ids: &[&str]) -> Result<UsageCancelled> {
    cancel_by(w, &w.ctx().await, ids).await
}

fn amendment(id: &str, with: &str, quantity: &str) -> UsageAmend {
    UsageAmend {
        source: "meter".to_owned(),
        external_id: id.to_owned(),
        replacement_id: with.to_owned(),
        reason: "Read wrong".to_owned(),
        meter: None,
        starts_at: None,
        ends_at: None,
        quantity: Some(decimal(quantity)),
        cost: None,
        dimensions: None,
    }
}

async fn ingest(w: &World, records: &[UsageInput]) {
    let report = usage_ingest(w.platform(), &w.ctx().await, records).await;
    assert_eq!(report.unwrap().accepted, records.len() as u64);
}

fn done(cancelled: u64, unchanged: u64) -> UsageCancelled {
    UsageCancelled {
        cancelled,
        unchanged,
    }
}

/// What counts of a total: its records with their quantities.
async fn counted(w: &World, total: &UsageTotal, after: i64) -> Vec<(String, String)> {
    let key = total_key(total);
    let ctx = w.ctx().await;
    let found = usage_records_between(w.platform(), &ctx, &key, after, total.version).await;
    let found = found.unwrap().into_iter();
    found
        .map(|one| {
            let quantity = one.input.quantity.normalize().to_string();
            (one.input.external_id, quantity)
        })
        .collect()
}

fn pair(id: &str, quantity: &str) -> (String, String) {
    (id.to_owned(), quantity.to_owned())
}

#[tokio::test]
async fn a_record_is_taken_back_once_and_stays_known() {
    each_world(|w| async move {
        let id = w.subscription(w.customer).await;
        let all = ["a", "b", "c"].map(|name| record(id, name, "1.5"));
        ingest(&w, &all).await;
        assert_eq!(cancel(&w, &["b"]).await.unwrap(), done(1, 0));
        assert_eq!(cancel(&w, &["b", "a", "b"]).await.unwrap(), done(1, 1));
        let total = w.totals(id).await.remove(0);
        assert_eq!(
            (total.version, total.records, total.quantity),
            (3, 1, decimal("1.5"))
        );
        assert_eq!(total.unit, "GB");
        assert_eq!(counted(&w, &total, 0).await, [pair("c", "1.5")]);
        // What the last version changed.
        assert_eq!(counted(&w, &total, 2).await, [pair("a", "-1.5")]);
        // Reported again, it is known and does not count.
        let again = usage_ingest(w.platform(), &w.ctx().await, &all)
            .await
            .unwrap();
        assert_eq!((again.accepted, again.duplicate), (0, 3));
        assert_eq!(w.totals(id).await[0], total);

        let ctx = w.ctx().await;
        let page = PageRequest::default();
        let listed = usage_records(w.platform(), &ctx, id, MARCH, &page).await;
        let listed: Vec<(String, Option<String>)> = listed
            .unwrap()
            .items
            .into_iter()
            .map(|one| (one.input.external_id, one.cancelled.map(|how| how.reason)))
            .collect();
        let twice = || Some("Measured twice".to_owned());
        let expected = [("a", twice()), ("b", twice()), ("c", None)];
        assert_eq!(listed, expected.map(|(id, why)| (id.to_owned(), why)));

        // The last one: nothing is left, and nothing is shown.
        assert_eq!(cancel(&w, &["c"]).await.unwrap(), done(1, 0));
        assert!(w.totals(id).await.is_empty());
        ingest(&w, &[record(id, "d", "4")]).await;
        let total = w.totals(id).await.remove(0);
        assert_eq!((total.version, total.records), (5, 1));
        assert_eq!(total.quantity, decimal("4"));
    })
    .await;
}

#[tokio::test]
async fn what_nobody_has_reported_or_another_has_is_refused_and_changes_nothing() {
    each_world(|w| async move {
        let id = w.subscription(w.customer).await;
        ingest(&w, &[record(id, "a", "2")]).await;
        let before = w.totals(id).await;
        let refused = cancel(&w, &["a", "never"]).await.unwrap_err();
        assert_eq!(refused.code(), "not_found");
        assert!(refused.to_string().contains("meter/never"), "{refused}");
        let rival = w.owner(w.other_vendor, AccountKind::Vendor).await;
        let refused = cancel_by(&w, &rival, &["a"]).await.unwrap_err();
        assert_eq!(refused.code(), "not_found");
        let empty = UsageCancel {
            records: Vec::new(),
            reason: " ".to_owned(),
        };
        let refused = usage_cancel(w.platform(), &w.ctx().await, &empty).await;
        let refused = refused.unwrap_err();
        let fields: Vec<&str> = refused.problems().iter().map(|p| &*p.field).collect();
        assert_eq!(fields, ["reason", "records"]);
        assert_eq!(w.totals(id).await, before);
        let vendor = w.owner(w.vendor, AccountKind::Vendor).await;
        assert_eq!(cancel_by(&w, &vendor, &["a"]).await.unwrap(), done(1, 0));
    })
    .await;
}

#[tokio::test]
async fn an_amended_record_is_replaced_by_one_under_a_name_of_its_own() {
    each_world(|w| async move {
        let id = w.subscription(w.customer).await;
        ingest(&w, &[record(id, "a", "100"), record(id, "b", "3")]).await;
        let ctx = w.ctx().await;
        let amend = async |input: UsageAmend| usage_amend(w.platform(), &ctx, &input).await;
        for cancelled in [true, false] {
            let replacement = if cancelled {
                IngestStatus::Accepted
            } else {
                IngestStatus::Duplicate
            };
            assert_eq!(
                amend(amendment("a", "a2", "10")).await.unwrap(),
                UsageAmended {
                    cancelled,
                    replacement
                }
            );
            assert_eq!(w.totals(id).await[0].quantity, decimal("13"));
        }
        let before = w.totals(id).await;
        let code = async |input| amend(input).await.unwrap_err().to_string();
        assert_eq!(
            code(amendment("a", "a3", "11")).await,
            "\"a\" was replaced by \"a2\" already; amend that one"
        );
        assert!(code(amendment("x", "y", "1")).await.contains("meter/x"));
        for (input, field) in [
            (amendment("b", "b", "1"), "replacement_id"),
            (amendment("b", "a2", "1"), "replacement_id"),
            (amendment("b", "b2", "0.0000000000000001"), "quantity"),
        ] {
            let refused = amend(input).await.unwrap_err();
            assert_eq!(refused.problems()[0].field, field, "{refused}");
        }
        assert_eq!(
            w.totals(id).await,
            before,
            "neither is done without the other"
        );
        // Into another month and group.
        let moved = UsageAmend {
            starts_at: Some(at("2024-04-02T10:00:00Z")),
            ends_at: Some(at("2024-04-02T11:00:00Z")),
            dimensions: Some(BTreeMap::from([("region".to_owned(), "eu".to_owned())])),
            ..amendment("a2", "a4", "7")
        };
        amend(moved).await.unwrap();
        let totals: Vec<(String, String)> = w
            .totals(id)
            .await
            .iter()
            .map(|one| {
                (
                    one.period_on.to_string(),
                    one.quantity.normalize().to_string(),
                )
            })
            .collect();
        assert_eq!(totals, [pair("2024-03-01", "3"), pair("2024-04-01", "7")]);
    })
    .await;
}

#[tokio::test]
async fn after_the_window_the_provider_alone_takes_back_and_what_waits_never_counts() {
    each_world(|w| async move {
        let id = w.subscription(w.customer).await;
        ingest(&w, &[record(id, "a", "5"), record(id, "b", "2")]).await;
        let policy = LatePolicy {
            window_days: Some(5),
            late_as: LateAs::PastPeriod,
        };
        let ctx = w.ctx().await;
        late_policy_set(w.platform(), &ctx, &policy).await.unwrap();
        let later = |ctx: OpCtx| OpCtx {
            now: at("2024-04-20T10:00:00Z"),
            ..ctx
        };
        let vendor = later(w.owner(w.vendor, AccountKind::Vendor).await);
        let provider = later(w.owner(w.provider, AccountKind::Provider).await);
        let report = usage_ingest(w.platform(), &vendor, &[record(id, "late", "9")]).await;
        assert_eq!(report.unwrap().review, 1);
        let before = w.totals(id).await;
        let refused = cancel_by(&w, &vendor, &["a"]).await.unwrap_err();
        assert_eq!(refused.code(), "window_closed");
        let refused = usage_amend(w.platform(), &vendor, &amendment("a", "a2", "1")).await;
        assert_eq!(refused.unwrap_err().code(), "window_closed");
        assert_eq!(w.totals(id).await, before);
        // What waits does not count yet; whoever reported it may take it back.
        assert_eq!(cancel_by(&w, &vendor, &["late"]).await.unwrap(), done(1, 0));
        let count = ReviewDecide {
            records: names(&["late"]),
            group: None,
            decision: ReviewDecision::Count,
            reason: String::new(),
        };
        let refused = review_decide(w.platform(), &provider, &count).await;
        assert_eq!(refused.unwrap_err().code(), "already_cancelled");
        assert_eq!(cancel_by(&w, &provider, &["a"]).await.unwrap(), done(1, 0));
        let amended = usage_amend(w.platform(), &provider, &amendment("b", "b2", "3")).await;
        assert_eq!(amended.unwrap().replacement, IngestStatus::Accepted);
        let total = w.totals(id).await.remove(0);
        assert_eq!(counted(&w, &total, 0).await, [pair("b2", "3")]);
    })
    .await;
}

/// What is done: by what is drawn, to a record that there is or not.
type Step = (u8, u8, i16);

#[tokio::test]
async fn whatever_comes_and_goes_in_whatever_order_totals_are_those_of_what_is_left() {
    each_world(|w| async move {
        let mut runner = TestRunner::deterministic();
        let steps = proptest::collection::vec((0..4_u8, 0..12_u8, any::<i16>()), 20..60);
        for round in 0..4 {
            let id = w.subscription(w.customer).await;
            let twin = w.subscription(w.customer).await;
            let drawn: Vec<Step> = steps.new_tree(&mut runner).unwrap().current();
            // The names of records by who is meant, and what of them is left.
            let mut left: BTreeMap<String, UsageInput> = BTreeMap::new();
            let mut latest: BTreeMap<u8, String> = BTreeMap::new();
            for (at, (what, which, quantity)) in drawn.into_iter().enumerate() {
                let known = latest.get(&which).cloned();
                let name = format!("{round}/{which}/{at}");
                let units = if which % 5 == 0 { "MB" } else { "GB" };
                let quantity = Decimal::new(i64::from(quantity), 3);
                match (known, what) {
                    (None, _) => {
                        let mut one = record(id, &name, "0");
                        one.quantity = quantity;
                        one.unit = units.to_owned();
                        if which % 3 == 0 {
                            one.dimensions.insert("region".to_owned(), "eu".to_owned());
                        }
                        ingest(&w, std::slice::from_ref(&one)).await;
                        left.insert(name.clone(), one);
                        latest.insert(which, name);
                    }
                    (Some(known), 0) => {
                        cancel(&w, &[&known]).await.unwrap();
                        left.remove(&known);
                        latest.remove(&which);
                    }
                    (Some(known), 1) => {
                        let input = amendment(&known, &name, &quantity.to_string());
                        let ctx = w.ctx().await;
                        usage_amend(w.platform(), &ctx, &input).await.unwrap();
                        let mut one = left.remove(&known).unwrap();
                        one.external_id.clone_from(&name);
                        one.quantity = quantity;
                        left.insert(name.clone(), one);
                        latest.insert(which, name);
                    }
                    // Once more changes nothing.
                    (Some(known), _) => {
                        let again = [left[&known].clone()];
                        let report = usage_ingest(w.platform(), &w.ctx().await, &again).await;
                        assert_eq!(report.unwrap().duplicate, 1);
                    }
                }
            }
            let only: Vec<UsageInput> = left
                .values()
                .map(|one| UsageInput {
                    subscription_id: twin,
                    external_id: format!("twin/{}", one.external_id),
                    ..one.clone()
                })
                .collect();
            ingest(&w, &only).await;
            assert_eq!(facts(&w, id).await, facts(&w, twin).await, "round {round}");
        }
    })
    .await;
}

/// The totals of a subscription with the records that count in each.
async fn facts(
    w: &World,
    id: SubscriptionId,
) -> Vec<(String, i64, Decimal, String, Vec<(String, String)>)> {
    let mut all = Vec::new();
    for total in w.totals(id).await {
        let mut records = counted(w, &total, 0).await;
        for (name, _) in &mut records {
            *name = name.trim_start_matches("twin/").to_owned();
        }
        records.sort();
        all.push((
            total.group_key,
            total.records,
            total.quantity.normalize(),
            total.unit,
            records,
        ));
    }
    all
}
