//! Deliveries: asked for, carried out, reported, tried again, and seen by those whom they concern.

mod common;

use common::{ROWS, World, each_world};
use tradewind_fulfilment::service::{
    ListQuery, deliveries_waiting, delivery_get, delivery_list, delivery_report, delivery_retry,
    delivery_start,
};
use tradewind_fulfilment::types::{
    DeliveryKind, DeliveryOperation, DeliveryReport, DeliveryState, ReportOutcome,
};
use tradewind_kernel::page::PageRequest;
use tradewind_orders::types::DeliveryState as Shown;
use tradewind_policy::Role;

fn report(outcome: ReportOutcome, message: &str) -> DeliveryReport {
    let message = Some(message.to_owned()).filter(|text| !text.is_empty());
    DeliveryReport { outcome, message }
}

#[tokio::test]
async fn the_vendor_carries_out_what_was_ordered() {
    each_world(|w| async move {
        let sub = w.subscription().await;
        let delivery = w.deliver(sub, DeliveryKind::Provision).await;
        assert_eq!(w.seen(sub).await.delivery_state, Shown::Provisioning);
        let vendor = w.as_owner(&w.vendor).await;
        assert_eq!(deliveries_waiting(w.p(), &vendor).await.unwrap(), 1);

        let begun = delivery_start(w.p(), &vendor, delivery.id).await.unwrap();
        assert_eq!(begun.state, DeliveryState::InProgress);
        let again = delivery_start(w.p(), &vendor, delivery.id).await.unwrap();
        assert_eq!(
            again.version, begun.version,
            "saying it again changes nothing"
        );

        let done = report(ReportOutcome::Succeeded, " The mailbox is ready. ");
        let ended = delivery_report(w.p(), &vendor, delivery.id, done.clone())
            .await
            .unwrap();
        assert_eq!(ended.state, DeliveryState::Succeeded);
        assert_eq!(ended.message.as_deref(), Some("The mailbox is ready."));
        assert_eq!(w.seen(sub).await.delivery_state, Shown::Running);
        assert_eq!(deliveries_waiting(w.p(), &vendor).await.unwrap(), 0);

        let rows = w.t.number(&ROWS).await;
        let same = delivery_report(w.p(), &vendor, delivery.id, done)
            .await
            .unwrap();
        assert_eq!(same, ended);
        let other = report(ReportOutcome::Failed, "no, it is not");
        assert_eq!(w.t.number(&ROWS).await, rows, "a replay changes nothing");
        let keyed = vendor.clone().with_key("late");
        for _ in 0..3 {
            let error = delivery_report(w.p(), &keyed, delivery.id, other.clone())
                .await
                .unwrap_err();
            assert_eq!(error.code(), "delivery_ended");
        }
        assert_eq!(
            w.t.number(&ROWS).await,
            rows + 1,
            "nothing but an entry of the audit log"
        );
        let reseller = w.as_owner(&w.reseller).await;
        let seen = delivery_get(w.p(), &reseller, delivery.id).await.unwrap();
        assert_eq!(seen.delivery, ended);
        let [late] = &seen.late_reports[..] else {
            panic!("one late report: {:?}", seen.late_reports);
        };
        assert_eq!((late.outcome, late.times), (ReportOutcome::Failed, 3));
        assert_eq!(late.message.as_deref(), Some("no, it is not"));
        let stranger = w.as_owner(&w.other_vendor).await;
        let error = delivery_report(w.p(), &stranger, delivery.id, other)
            .await
            .unwrap_err();
        assert_eq!(error.code(), "not_found");
        let seen = delivery_get(w.p(), &reseller, delivery.id).await.unwrap();
        assert_eq!(seen.late_reports[0].times, 3, "strangers leave no trace");
        assert_eq!(w.events_of("delivery.succeeded").await, 1);
        assert_eq!(w.events_of("delivery.failed").await, 0);
    })
    .await;
}

#[tokio::test]
async fn a_failed_delivery_says_why_and_is_tried_again_by_those_who_answer_for_it() {
    each_world(|w| async move {
        let sub = w.subscription().await;
        let delivery = w.deliver(sub, DeliveryKind::Provision).await;
        let vendor = w.as_owner(&w.vendor).await;
        let silent = report(ReportOutcome::Failed, "");
        let error = delivery_report(w.p(), &vendor, delivery.id, silent)
            .await
            .unwrap_err();
        assert_eq!(error.problems()[0].field, "message");
        let told = report(ReportOutcome::Failed, "No capacity.");
        delivery_report(w.p(), &vendor, delivery.id, told)
            .await
            .unwrap();
        assert_eq!(w.seen(sub).await.delivery_state, Shown::Failed);

        let rows = w.t.number(&ROWS).await;
        let customer = w.as_owner(&w.customer).await;
        let error = delivery_retry(w.p(), &customer, delivery.id)
            .await
            .unwrap_err();
        assert_eq!(error.code(), "forbidden");
        for stranger in [&w.other_reseller, &w.other_customer, &w.other_vendor] {
            let ctx = w.as_owner(stranger).await;
            let error = delivery_retry(w.p(), &ctx, delivery.id).await.unwrap_err();
            assert_eq!(error.code(), "not_found");
            let error = delivery_get(w.p(), &ctx, delivery.id).await.unwrap_err();
            assert_eq!(error.code(), "not_found");
        }
        let reader = w.as_role(&w.reseller, Role::ReadOnly).await;
        let error = delivery_retry(w.p(), &reader, delivery.id)
            .await
            .unwrap_err();
        assert_eq!(error.code(), "forbidden");
        assert_eq!(w.t.number(&ROWS).await, rows, "refusals change nothing");

        let support = w.as_role(&w.reseller, Role::Support).await;
        let seen = delivery_get(w.p(), &support, delivery.id).await.unwrap();
        assert_eq!(seen.available_operations, [DeliveryOperation::Retry]);
        let ctx = support.with_key("once");
        let retried = delivery_retry(w.p(), &ctx, delivery.id).await.unwrap();
        assert_eq!(
            (retried.state, retried.attempt),
            (DeliveryState::Waiting, 2)
        );
        assert_eq!(
            (retried.message.as_deref(), retried.finished_at),
            (None, None)
        );
        let repeated = delivery_retry(w.p(), &ctx, delivery.id).await.unwrap();
        assert_eq!(repeated, retried, "the same request answers the same");
        assert_eq!(w.seen(sub).await.delivery_state, Shown::Provisioning);
        assert_eq!(w.events_of("delivery.started").await, 2);
        let error = delivery_retry(w.p(), &w.system().await, delivery.id)
            .await
            .unwrap_err();
        assert_eq!(error.code(), "delivery_not_failed");
    })
    .await;
}

#[tokio::test]
async fn only_the_vendor_reports_and_sees_what_it_may_do() {
    each_world(|w| async move {
        let sub = w.subscription().await;
        let delivery = w.deliver(sub, DeliveryKind::Provision).await;
        let done = report(ReportOutcome::Succeeded, "");
        for (account, code) in [
            (&w.customer, "forbidden"),
            (&w.reseller, "forbidden"),
            (&w.other_vendor, "not_found"),
        ] {
            let ctx = w.as_owner(account).await;
            let error = delivery_report(w.p(), &ctx, delivery.id, done.clone())
                .await
                .unwrap_err();
            assert_eq!(error.code(), code);
        }
        let mut key = w.as_owner(&w.vendor).await;
        key.principal.scopes = Some(vec!["delivery.view".to_owned()]);
        let error = delivery_report(w.p(), &key, delivery.id, done.clone())
            .await
            .unwrap_err();
        assert_eq!(error.code(), "forbidden");
        let seen = delivery_get(w.p(), &key, delivery.id).await.unwrap();
        assert_eq!(seen.available_operations, []);
        let customer = w.as_owner(&w.customer).await;
        let seen = delivery_get(w.p(), &customer, delivery.id).await.unwrap();
        assert_eq!(seen.available_operations, []);
        let vendor = w.as_owner(&w.vendor).await;
        let seen = delivery_get(w.p(), &vendor, delivery.id).await.unwrap();
        let all = [DeliveryOperation::Start, DeliveryOperation::Report];
        assert_eq!(seen.available_operations, all);
        delivery_report(w.p(), &vendor, delivery.id, done)
            .await
            .unwrap();
    })
    .await;
}

#[tokio::test]
async fn new_work_calls_off_what_it_makes_pointless() {
    each_world(|w| async move {
        let sub = w.subscription().await;
        let vendor = w.as_owner(&w.vendor).await;
        let done = report(ReportOutcome::Succeeded, "");
        let provision = w.deliver(sub, DeliveryKind::Provision).await;
        delivery_report(w.p(), &vendor, provision.id, done.clone())
            .await
            .unwrap();
        let suspend = w.deliver(sub, DeliveryKind::Suspend).await;
        let resume = w.deliver(sub, DeliveryKind::Resume).await;
        let remove = w.deliver(sub, DeliveryKind::Remove).await;
        for superseded in [suspend, resume] {
            let seen = delivery_get(w.p(), &vendor, superseded.id).await.unwrap();
            assert_eq!(seen.delivery.state, DeliveryState::Cancelled);
            let error = delivery_report(w.p(), &vendor, superseded.id, done.clone())
                .await
                .unwrap_err();
            assert_eq!(error.code(), "delivery_ended");
        }
        assert_eq!(w.seen(sub).await.delivery_state, Shown::Removing);
        delivery_report(w.p(), &vendor, remove.id, done)
            .await
            .unwrap();
        assert_eq!(w.seen(sub).await.delivery_state, Shown::Removed);
    })
    .await;
}

#[tokio::test]
async fn two_reports_at_the_same_time_end_a_delivery_once() {
    each_world(|w| async move {
        let sub = w.subscription().await;
        let delivery = w.deliver(sub, DeliveryKind::Provision).await;
        let vendor = w.as_owner(&w.vendor).await;
        let (good, bad) = tokio::join!(
            delivery_report(
                w.p(),
                &vendor,
                delivery.id,
                report(ReportOutcome::Succeeded, "")
            ),
            delivery_report(
                w.p(),
                &vendor,
                delivery.id,
                report(ReportOutcome::Failed, "No.")
            ),
        );
        assert!(good.is_ok() != bad.is_ok(), "{good:?} {bad:?}");
        let refused = good.err().or(bad.err()).unwrap();
        assert_eq!(refused.code(), "delivery_ended");
        let told = w.events_of("delivery.succeeded").await + w.events_of("delivery.failed").await;
        assert_eq!(told, 1);
    })
    .await;
}

async fn kinds(
    w: &World,
    account: &tradewind_accounts::types::Account,
    filter: &str,
) -> Vec<String> {
    let query = ListQuery {
        filter: filter.to_owned(),
        sort: "created".to_owned(),
        ..ListQuery::default()
    };
    let page = delivery_list(w.p(), &w.as_owner(account).await, &query)
        .await
        .unwrap();
    page.items
        .iter()
        .map(|delivery| delivery.kind.to_string())
        .collect()
}

#[tokio::test]
async fn lists_hold_what_concerns_the_reader_and_nothing_else() {
    each_world(|w| async move {
        let (one, two) = (w.subscription().await, w.subscription().await);
        w.deliver(one, DeliveryKind::Provision).await;
        w.deliver(two, DeliveryKind::Provision).await;
        w.deliver(two, DeliveryKind::Remove).await;
        for reader in [&w.provider, &w.reseller, &w.customer, &w.vendor] {
            assert_eq!(
                kinds(&w, reader, "").await,
                ["provision", "provision", "remove"]
            );
        }
        for stranger in [&w.other_reseller, &w.other_customer, &w.other_vendor] {
            assert_eq!(kinds(&w, stranger, "").await, [""; 0]);
        }
        assert_eq!(
            kinds(&w, &w.vendor, "state:waiting kind:remove").await,
            ["remove"]
        );
        assert_eq!(
            kinds(&w, &w.vendor, &format!("subscription:{one}")).await,
            ["provision"]
        );
        assert_eq!(kinds(&w, &w.vendor, "mode:manual").await, [""; 0]);

        let vendor = w.as_owner(&w.vendor).await;
        let mut query = ListQuery {
            page: PageRequest::new(Some(2), None).unwrap(),
            ..ListQuery::default()
        };
        let first = delivery_list(w.p(), &vendor, &query).await.unwrap();
        assert_eq!(
            first.items[0].kind,
            DeliveryKind::Remove,
            "the latest first"
        );
        query.page.after = first.next;
        let second = delivery_list(w.p(), &vendor, &query).await.unwrap();
        assert_eq!(
            (first.items.len(), second.items.len(), second.next),
            (2, 1, None)
        );
        assert_eq!(second.items[0].subscription_id, one);

        query.filter = "colour:red".to_owned();
        let error = delivery_list(w.p(), &vendor, &query).await.unwrap_err();
        assert_eq!(error.problems()[0].code, "unknown_field");
        let mut key = vendor.clone();
        key.principal.scopes = Some(vec!["usage.report".to_owned()]);
        let error = delivery_list(w.p(), &key, &ListQuery::default())
            .await
            .unwrap_err();
        assert_eq!(error.code(), "forbidden");
    })
    .await;
}
