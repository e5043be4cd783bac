//! The clocks of realms: everything on the way happens at its own time.

mod common;

use std::sync::atomic::Ordering;

use common::MIGRATIONS;
use common::jobs::{Recorder, days, enqueue, named, worker};
use futures_util::future::BoxFuture;
use serde_json::json;
use tradewind_kernel::Duration;
use tradewind_kernel::id::RealmId;
use tradewind_platform::db::Result;
use tradewind_platform::{Job, JobResult, NewJob, NewRealm, Platform, RealmMode, realm};
use tradewind_testkit::{START, each_platform};

#[tokio::test]
async fn travelling_runs_every_job_at_its_own_time() {
    each_platform(&[MIGRATIONS], |t| async move {
        let recorder = Recorder::default();
        t.platform.handle("record", recorder.clone());
        enqueue(
            &t,
            vec![
                named("late").due(days(9)),
                named("never").due(days(40)),
                named("early").due(days(2)),
            ],
        )
        .await;
        assert_eq!(t.drain().await.done, 0);
        t.travel(days(30)).await;
        let seen = recorder.seen.lock().unwrap().clone();
        assert_eq!(
            seen,
            [("early".to_owned(), days(2)), ("late".to_owned(), days(9))]
        );
        assert_eq!(t.ctx().await.now, days(30));
        let state = realm::clock(&t.platform, &t.ctx().await).await.unwrap();
        assert_eq!((state.now, state.target), (days(30), None));
    })
    .await;
}

#[tokio::test]
async fn what_a_job_starts_on_the_way_happens_before_the_clock_moves_on() {
    each_platform(&[MIGRATIONS], |t| async move {
        let recorder = Recorder::default();
        t.platform.handle("record", recorder.clone());
        fn renews<'a>(platform: &'a Platform, job: &'a Job) -> BoxFuture<'a, Result<JobResult>> {
            Box::pin(async move {
                platform
                    .command(&job.ctx("renew"), "test.renew", &(), |w, ()| {
                        Box::pin(async move {
                            w.enqueue(named("at once"));
                            w.enqueue(
                                named("tomorrow").due(w.ctx.now.plus(Duration::from_hours(24))?),
                            );
                            Ok(())
                        })
                    })
                    .await?;
                Ok(JobResult::Done)
            })
        }
        t.platform.handle("renews", renews);
        enqueue(
            &t,
            vec![
                NewJob::new("renews", json!(null)).due(days(5)),
                named("other").due(days(5)),
                named("last").due(days(7)),
            ],
        )
        .await;
        t.travel(days(8)).await;
        let seen = recorder.seen.lock().unwrap().clone();
        let expected = [("other", 5), ("at once", 5), ("tomorrow", 6), ("last", 7)];
        assert_eq!(
            seen,
            expected.map(|(name, day)| (name.to_owned(), days(day)))
        );
    })
    .await;
}

#[tokio::test]
async fn clocks_only_move_forward_and_only_in_sandboxes() {
    each_platform(&[MIGRATIONS], |t| async move {
        let ctx = t.ctx().await;
        let back = realm::travel(&t.platform, &ctx, days(-1))
            .await
            .unwrap_err();
        assert_eq!(back.code(), "clock_backwards");
        realm::travel(&t.platform, &ctx, days(3)).await.unwrap();
        let shorter = realm::travel(&t.platform, &ctx, days(2)).await.unwrap_err();
        assert_eq!(shorter.code(), "clock_backwards");
        for absurd in [
            days(3_654),
            tradewind_kernel::Timestamp::parse("9999-12-30T00:00:00Z").unwrap(),
        ] {
            let refused = realm::travel(&t.platform, &ctx, absurd).await.unwrap_err();
            assert_eq!(refused.code(), "clock_too_far");
        }
        t.drain().await;
        assert_eq!(t.ctx().await.now, days(3));
        t.clock.advance(Duration::from_secs(5));
        assert_eq!(
            t.ctx().await.now,
            days(3).plus(Duration::from_secs(5)).unwrap()
        );

        let live = NewRealm {
            id: RealmId::generate(),
            name: "live".to_owned(),
            mode: RealmMode::Live,
            root_account: t.root,
        };
        let mut tx = t.platform.db().begin().await.unwrap();
        let live = realm::create(&mut tx, live, START).await.unwrap();
        tx.commit().await.unwrap();
        let ctx = t.platform.system(live.id).await.unwrap();
        assert_eq!(ctx.now, t.platform.wall());
        assert_eq!(
            realm::travel(&t.platform, &ctx, days(50))
                .await
                .unwrap_err()
                .code(),
            "clock_live"
        );
    })
    .await;
}

#[tokio::test]
async fn the_clock_of_one_realm_does_not_move_the_jobs_of_another() {
    each_platform(&[MIGRATIONS], |t| async move {
        let recorder = Recorder::default();
        t.platform.handle("record", recorder.clone());
        let other = NewRealm {
            id: RealmId::generate(),
            name: "other".to_owned(),
            mode: RealmMode::Sandbox,
            root_account: t.root,
        };
        let mut tx = t.platform.db().begin().await.unwrap();
        let other = realm::create(&mut tx, other, START).await.unwrap();
        tx.commit().await.unwrap();
        enqueue(&t, vec![named("mine").due(days(2))]).await;
        let ctx = t.platform.system(other.id).await.unwrap();
        realm::travel(&t.platform, &ctx, days(5)).await.unwrap();
        t.drain().await;
        assert_eq!(t.platform.now(other.id).await.unwrap(), days(5));
        assert_eq!(t.ctx().await.now, START);
        assert!(recorder.names().is_empty());
    })
    .await;
}

#[tokio::test]
async fn a_moving_clock_waits_for_a_short_hitch_but_not_for_a_long_one() {
    each_platform(&[MIGRATIONS], |t| async move {
        let recorder = Recorder::default();
        t.platform.handle("record", recorder.clone());
        recorder.failures_left.store(1, Ordering::SeqCst);
        enqueue(
            &t,
            vec![named("hitch").due(days(1)), named("later").due(days(2))],
        )
        .await;
        realm::travel(&t.platform, &t.ctx().await, days(3))
            .await
            .unwrap();
        worker(&t, "w").drain(false).await.unwrap();
        assert_eq!((t.ctx().await.now, recorder.names().len()), (days(1), 0));
        t.clock.advance(Duration::from_secs(3));
        worker(&t, "w").drain(false).await.unwrap();
        assert_eq!(recorder.names(), ["hitch", "later"]);
        let seen = recorder.seen.lock().unwrap().clone();
        assert_eq!(seen[0].1, days(1).plus(Duration::from_secs(3)).unwrap());

        // With the attempts, pauses grow beyond what the clock waits for.
        recorder.failures_left.store(5, Ordering::SeqCst);
        enqueue(&t, vec![named("gone").due(days(4))]).await;
        realm::travel(&t.platform, &t.ctx().await, days(6))
            .await
            .unwrap();
        for _ in 0..5 {
            worker(&t, "w").drain(false).await.unwrap();
            t.clock.advance(Duration::from_secs(21));
        }
        assert_eq!(recorder.failures_left.load(Ordering::SeqCst), 0);
        worker(&t, "w").drain(false).await.unwrap();
        assert!(t.ctx().await.now >= days(6));
        assert_eq!(recorder.names().len(), 2);
    })
    .await;
}
