//! Usage that is reported: exactly once, into the right totals, by those who may.

use crate::world::{World, at, decimal, each_world, record};
use std::collections::BTreeMap;
use tradewind_kernel::id::SubscriptionId;
use tradewind_kernel::page::PageRequest;
use tradewind_kernel::{Currency, Date, Error, Zone};
use tradewind_metering::service::{
    BATCH_MAX, total_key, usage_ingest, usage_records, usage_records_between, usage_totals,
};
use tradewind_metering::types::{IngestReport, IngestStatus, UsageInput, UsageKind};
use tradewind_policy::AccountKind;

const MARCH: Date = Date::constant(2024, 3, 1);

fn statuses(report: &IngestReport) -> Vec<IngestStatus> {
    report.outcomes.iter().map(|o| o.status).collect()
}

/// Code of the first problem of each refused record, by position.
fn refusals(report: &IngestReport) -> Vec<(usize, String, String)> {
    let problems = report.outcomes.iter().enumerate();
    problems
        .filter_map(|(index, o)| {
            let first = o.problems.first()?;
            Some((index, first.field.clone(), first.code.clone()))
        })
        .collect()
}

async fn ingest(w: &World, records: &[UsageInput]) -> IngestReport {
    usage_ingest(w.platform(), &w.ctx().await, records)
        .await
        .unwrap()
}

#[tokio::test]
async fn each_record_of_a_batch_gets_its_own_answer() {
    use IngestStatus::{Accepted, Duplicate, Rejected};
    each_world(|w| async move {
        let subscription = w.subscription(w.customer).await;
        let batch = [
            record(subscription, "1", "1.5"),
            record(subscription, "2", "0.000000000000001"),
            record(subscription, "1", "1.50"),
            record(subscription, "1", "2"),
            record(subscription, "", "1"),
            record(SubscriptionId::generate(), "3", "1"),
            record(subscription, "4", "-0.5"),
        ];
        let report = ingest(&w, &batch).await;
        assert_eq!(
            statuses(&report),
            [
                Accepted, Accepted, Duplicate, Rejected, Rejected, Rejected, Accepted
            ]
        );
        assert_eq!(
            refusals(&report),
            [
                (3, "external_id".into(), "id_reused".into()),
                (4, "external_id".into(), "required".into()),
                (5, "subscription_id".into(), "not_found".into()),
            ]
        );
        assert_eq!(
            (report.accepted, report.duplicate, report.rejected),
            (3, 1, 3)
        );

        let totals = w.totals(subscription).await;
        assert_eq!(totals.len(), 1);
        assert_eq!(totals[0].quantity, decimal("1.000000000000001"));
        assert_eq!((totals[0].records, totals[0].version), (3, 1));
        assert_eq!((totals[0].unit.as_str(), totals[0].cost), ("GB", None));

        // The same batch again changes nothing.
        let again = ingest(&w, &batch).await;
        assert_eq!(
            statuses(&again),
            [
                Duplicate, Duplicate, Duplicate, Rejected, Rejected, Rejected, Duplicate
            ]
        );
        assert_eq!(w.totals(subscription).await, totals);

        // The same id with other content in another month leaves nothing behind, not even an empty total.
        let moved = UsageInput {
            starts_at: at("2024-04-10T10:00:00Z"),
            ends_at: at("2024-04-10T11:00:00Z"),
            ..record(subscription, "1", "1.5")
        };
        let refused = ingest(&w, &[moved]).await;
        assert_eq!(refusals(&refused)[0].2, "id_reused");
        assert_eq!(w.totals(subscription).await, totals);
    })
    .await;
}

#[tokio::test]
async fn a_repeated_request_gets_its_first_answer() {
    each_world(|w| async move {
        let subscription = w.subscription(w.customer).await;
        let batch = [record(subscription, "1", "1")];
        let ctx = w.ctx().await.with_key("once");
        let first = usage_ingest(w.platform(), &ctx, &batch).await.unwrap();
        let second = usage_ingest(w.platform(), &ctx, &batch).await.unwrap();
        assert_eq!(first.accepted, 1);
        assert_eq!(second, first);
        let other = [record(subscription, "2", "1")];
        let reused = usage_ingest(w.platform(), &ctx, &other).await.unwrap_err();
        assert!(matches!(reused, Error::KeyReused));
        assert_eq!(w.totals(subscription).await[0].records, 1);
    })
    .await;
}

#[tokio::test]
async fn a_batch_that_is_too_large_is_refused_as_a_whole() {
    each_world(|w| async move {
        let subscription = w.subscription(w.customer).await;
        let batch: Vec<UsageInput> = (0..=BATCH_MAX)
            .map(|n| record(subscription, &n.to_string(), "1"))
            .collect();
        let refused = usage_ingest(w.platform(), &w.ctx().await, &batch)
            .await
            .unwrap_err();
        assert_eq!(refused.problems()[0].code, "too_many");
        assert!(w.totals(subscription).await.is_empty());
        assert_eq!(ingest(&w, &batch[1..]).await.accepted, 1_000);
        assert_eq!(ingest(&w, &[]).await, IngestReport::default());
    })
    .await;
}

#[tokio::test]
async fn only_who_delivers_may_report_and_others_learn_nothing() {
    each_world(|w| async move {
        let subscription = w.subscription(w.customer).await;
        let batch = [record(subscription, "1", "1")];
        for (account, kind, code) in [
            (w.other_vendor, AccountKind::Vendor, "not_found"),
            (w.other_customer, AccountKind::Customer, "not_found"),
            (w.customer, AccountKind::Customer, "forbidden"),
            (w.reseller, AccountKind::Reseller, "forbidden"),
        ] {
            let ctx = w.owner(account, kind).await;
            let report = usage_ingest(w.platform(), &ctx, &batch).await.unwrap();
            let expected = (0, "subscription_id".to_owned(), code.to_owned());
            assert_eq!(refusals(&report), [expected], "{kind}");
        }
        assert!(w.totals(subscription).await.is_empty());
        let vendor = w.owner(w.vendor, AccountKind::Vendor).await;
        let report = usage_ingest(w.platform(), &vendor, &batch).await.unwrap();
        assert_eq!(report.accepted, 1);
    })
    .await;
}

#[tokio::test]
async fn what_usage_cost_the_provider_stays_between_it_and_the_vendor() {
    each_world(|w| async move {
        let subscription = w.subscription(w.customer).await;
        let usd = Currency::parse("USD").unwrap();
        let input = UsageInput {
            cost: Some(decimal("3.21")),
            currency: Some(usd),
            attributes: BTreeMap::from([
                ("ListCost".to_owned(), "4".to_owned()),
                ("RegionId".to_owned(), "eu".to_owned()),
            ]),
            ..record(subscription, "1", "7")
        };
        ingest(&w, &[input]).await;
        let p = w.platform();
        for (account, kind, cost) in [
            (w.provider, AccountKind::Provider, Some(decimal("3.21"))),
            (w.vendor, AccountKind::Vendor, Some(decimal("3.21"))),
            (w.reseller, AccountKind::Reseller, None),
            (w.customer, AccountKind::Customer, None),
        ] {
            let ctx = w.owner(account, kind).await;
            let until = Date::constant(2024, 4, 1);
            let totals = usage_totals(p, &ctx, subscription, until).await.unwrap();
            assert_eq!((totals[0].quantity, totals[0].cost), (decimal("7"), cost));
            let key = total_key(&totals[0]);
            let page = PageRequest::new(None, None).unwrap();
            let listed = usage_records(p, &ctx, subscription, MARCH, &page)
                .await
                .unwrap();
            let between = usage_records_between(p, &ctx, &key, 0, 1).await.unwrap();
            assert_eq!(listed.items, between);
            let seen = &between[0].input;
            assert_eq!(
                (seen.cost, seen.currency.is_some()),
                (cost, cost.is_some()),
                "{kind}"
            );
            assert_eq!(seen.attributes.contains_key("ListCost"), cost.is_some());
            assert_eq!(seen.attributes["RegionId"], "eu");
        }
        for (account, kind) in [
            (w.other_customer, AccountKind::Customer),
            (w.other_vendor, AccountKind::Vendor),
        ] {
            let ctx = w.owner(account, kind).await;
            let hidden = usage_totals(p, &ctx, subscription, MARCH)
                .await
                .unwrap_err();
            assert!(matches!(hidden, Error::NotFound { .. }), "{hidden}");
        }
    })
    .await;
}

#[tokio::test]
async fn usage_counts_in_the_month_where_the_customer_is_and_in_its_group() {
    each_world(|w| async move {
        let berlin = Zone::parse("Europe/Berlin").unwrap();
        let subscription = w.subscription_in(w.customer, berlin).await;
        let when = |id: &str, from: &str, unit: &str| UsageInput {
            starts_at: at(from),
            ends_at: at("2024-05-01T00:00:00Z"),
            unit: unit.to_owned(),
            ..record(subscription, id, "1")
        };
        let of_kind = |id: &str, kind: UsageKind, region: &str| UsageInput {
            kind,
            dimensions: BTreeMap::from([("region".to_owned(), region.to_owned())]),
            ..record(subscription, id, "-2")
        };
        let report = ingest(
            &w,
            &[
                when("a", "2024-03-31T21:59:59.999999Z", "GB"),
                when("b", "2024-03-31T22:00:00Z", "GB"),
                when("c", "2024-02-29T23:00:00Z", "MB"),
                of_kind("d", UsageKind::Usage, "eu"),
                of_kind("e", UsageKind::Credit, "eu"),
                of_kind("f", UsageKind::Usage, "us"),
            ],
        )
        .await;
        assert_eq!(report.accepted, 6);
        let totals = w.totals(subscription).await;
        let seen: Vec<_> = totals
            .iter()
            .map(|t| {
                let month = t.period_on.to_string();
                (
                    month,
                    t.group_key.as_str(),
                    t.quantity.to_string(),
                    t.unit.as_str(),
                )
            })
            .collect();
        let expected = [
            ("2024-03-01", "", "2", ""),
            ("2024-03-01", "kind=credit;region=eu", "-2", "GB"),
            ("2024-03-01", "region=eu", "-2", "GB"),
            ("2024-03-01", "region=us", "-2", "GB"),
            ("2024-04-01", "", "1", "GB"),
        ];
        assert_eq!(
            seen,
            expected.map(|(month, key, quantity, unit)| {
                (month.to_owned(), key, quantity.to_owned(), unit)
            })
        );
        let april = usage_totals(w.platform(), &w.ctx().await, subscription, MARCH)
            .await
            .unwrap();
        assert!(april.is_empty(), "no month begins before March");
    })
    .await;
}

#[tokio::test]
async fn long_names_and_groups_fit() {
    each_world(|w| async move {
        let subscription = w.subscription(w.customer).await;
        let long = |length: usize| "\u{1f30d}".repeat(length);
        let records: Vec<UsageInput> = ["x", "y"]
            .into_iter()
            .map(|last| UsageInput {
                source: long(100),
                external_id: format!("{}{last}", long(199)),
                meter: long(60),
                unit: long(60),
                dimensions: (0..8)
                    .map(|n| (format!("{n}{}", long(59)), format!("{}{last}", long(199))))
                    .collect(),
                ..record(subscription, "", "1")
            })
            .collect();
        assert_eq!(ingest(&w, &records).await.accepted, 2);
        let totals = w.totals(subscription).await;
        assert_eq!(totals.len(), 2);
        assert_eq!(totals[0].dimensions.len(), 8);
        let page = PageRequest::new(Some(1), None).unwrap();
        let ctx = w.ctx().await;
        let p = w.platform();
        let first = usage_records(p, &ctx, subscription, MARCH, &page)
            .await
            .unwrap();
        assert_eq!(first.items.len(), 1);
        assert!(first.next.is_some());
    })
    .await;
}

#[tokio::test]
async fn a_total_that_can_not_be_exact_is_not_made() {
    each_world(|w| async move {
        let subscription = w.subscription(w.customer).await;
        let huge = "999999999999.999999999999999";
        let batch: Vec<UsageInput> = (0..90)
            .map(|n| record(subscription, &n.to_string(), huge))
            .collect();
        let report = ingest(&w, &batch).await;
        // 79 228 162 514 264.337593543950335 is the most that a decimal holds with 15 places.
        assert_eq!((report.accepted, report.rejected), (79, 11));
        assert_eq!(
            refusals(&report)[0],
            (79, "quantity".into(), "out_of_range".into())
        );
        let total = &w.totals(subscription).await[0];
        assert_eq!(total.quantity, decimal("78999999999999.999999999999921"));
        // Known ones are still known, the others still do not fit, and smaller ones do.
        let again = ingest(&w, &batch).await;
        assert_eq!((again.duplicate, again.rejected), (79, 11));
        assert_eq!(
            ingest(&w, &[record(subscription, "x", "-1.5")])
                .await
                .accepted,
            1
        );
    })
    .await;
}

#[tokio::test]
async fn records_are_listed_page_by_page_each_once() {
    each_world(|w| async move {
        let subscription = w.subscription(w.customer).await;
        let other = w.subscription(w.other_customer).await;
        for round in 0..3 {
            let mut batch: Vec<UsageInput> = (0..5)
                .map(|n| UsageInput {
                    meter: ["b", "a"][n % 2].to_owned(),
                    ..record(subscription, &format!("{n}/{round}"), "1")
                })
                .collect();
            batch.push(record(other, &format!("other/{round}"), "1"));
            ingest(&w, &batch).await;
        }
        let (p, ctx) = (w.platform(), w.ctx().await);
        let mut seen = Vec::new();
        let mut after = None;
        loop {
            let page = PageRequest::new(Some(4), after).unwrap();
            let part = usage_records(p, &ctx, subscription, MARCH, &page)
                .await
                .unwrap();
            seen.extend(part.items.into_iter().map(|r| r.input.external_id));
            after = part.next;
            if after.is_none() {
                break;
            }
        }
        let expected = [
            "1/0", "3/0", "1/1", "3/1", "1/2", "3/2", "0/0", "2/0", "4/0", "0/1", "2/1", "4/1",
            "0/2", "2/2", "4/2",
        ];
        assert_eq!(seen, expected);
        for cursor in [
            "nonsense",
            "[\"meter\",\"unknown\"]",
            "[\"meter\",\"other/0\"]",
        ] {
            let page = PageRequest::new(None, Some(cursor.to_owned())).unwrap();
            let refused = usage_records(p, &ctx, subscription, MARCH, &page)
                .await
                .unwrap_err();
            assert_eq!(refused.problems()[0].code, "malformed_cursor", "{cursor}");
        }
    })
    .await;
}
