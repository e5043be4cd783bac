//! Durable jobs: claimed once, in order, until they are done or dead.

mod common;

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};

use common::jobs::{Recorder, days, enqueue, named, worker};
use common::{
    JOBS_ANALYZE, JOBS_CANCELLED, JOBS_DEAD, JOBS_DONE, JOBS_LEASED, JOBS_READY, MIGRATIONS,
};
use futures_util::future::BoxFuture;
use serde_json::json;
use tradewind_kernel::Duration;
use tradewind_kernel::id::JobId;
use tradewind_platform::db::Result;
use tradewind_platform::jobs::{self, Drained};
use tradewind_platform::{
    Event, Job, JobHandler, JobResult, NewEvent, NewJob, Platform, Worker, WorkerConfig, args,
};
use tradewind_testkit::{START, each_platform};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_workers_run_every_job_once() {
    each_platform(&[MIGRATIONS], |t| async move {
        let recorder = Recorder::default();
        t.platform.handle("record", recorder.clone());
        let names: Vec<String> = (0..60).map(|i| format!("{i:02}")).collect();
        enqueue(&t, names.iter().map(|name| named(name)).collect()).await;
        let (a, b) = (worker(&t, "a"), worker(&t, "b"));
        let (a, b) = tokio::join!(
            tokio::spawn(async move { a.drain(false).await }),
            b.drain(false)
        );
        assert_eq!(a.unwrap().unwrap().done + b.unwrap().done, 60);
        let mut seen = recorder.names();
        seen.sort();
        assert_eq!(seen, names);
        assert_eq!(t.number(&JOBS_DONE).await, 60);
    })
    .await;
}

/// The planner, told that the table is tiny, must not look for jobs once for each row it goes through: what is locked
/// already is skipped, so that every look would take another job.
#[tokio::test]
async fn no_more_are_claimed_than_asked_for_however_the_database_plans() {
    each_platform(&[MIGRATIONS], |t| async move {
        type Leased = Arc<Mutex<Vec<i64>>>;
        #[derive(Clone, Default)]
        struct Count(Leased);
        impl JobHandler for Count {
            fn run<'a>(&'a self, p: &'a Platform, _: &'a Job) -> BoxFuture<'a, Result<JobResult>> {
                Box::pin(async move {
                    let mut tx = p.db().read().await?;
                    let (leased,): (i64,) = tx.one(&JOBS_LEASED, args![]).await?;
                    tx.rollback().await?;
                    self.0.lock().unwrap().push(leased);
                    Ok(JobResult::Done)
                })
            }
        }
        let count = Count::default();
        t.platform.handle("record", count.clone());
        enqueue(&t, vec![named("0")]).await;
        let mut tx = t.platform.db().begin().await.unwrap();
        tx.exec(&JOBS_ANALYZE, args![]).await.unwrap();
        tx.commit().await.unwrap();
        enqueue(&t, (1..5).map(|i| named(&i.to_string())).collect()).await;
        assert_eq!(worker(&t, "one by one").drain(false).await.unwrap().done, 5);
        assert_eq!(*count.0.lock().unwrap(), [1; 5]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_running_worker_finishes_everything_and_stops() {
    each_platform(&[MIGRATIONS], |t| async move {
        let recorder = Recorder::default();
        t.platform.handle("record", recorder.clone());
        enqueue(
            &t,
            (0..50)
                .map(|i| named(&format!("{i:02}")).lane(format!("lane {}", i % 5)))
                .collect(),
        )
        .await;
        let finished = tokio::sync::Notify::new();
        let first = worker(&t, "first");
        let second = worker(&t, "second");
        let watch = async {
            while recorder.names().len() < 50 {
                tokio::task::yield_now().await;
            }
            finished.notify_waiters();
        };
        tokio::join!(
            first.run(finished.notified()),
            second.run(finished.notified()),
            watch
        );
        assert_eq!(t.number(&JOBS_DONE).await, 50);
        let seen = recorder.names();
        for lane in 0..5 {
            let of_lane: Vec<&String> = seen
                .iter()
                .filter(|n| n.parse::<i32>().unwrap() % 5 == lane)
                .collect();
            assert!(of_lane.is_sorted(), "lane {lane}: {of_lane:?}");
            assert_eq!(of_lane.len(), 10);
        }
    })
    .await;
}

#[tokio::test]
async fn a_lane_waits_for_its_first_job_but_not_for_a_dead_one() {
    each_platform(&[MIGRATIONS], |t| async move {
        let recorder = Recorder::default();
        t.platform.handle("record", recorder.clone());
        recorder.failures_left.store(1, Ordering::SeqCst);
        enqueue(
            &t,
            vec![
                named("a1").lane("a"),
                named("a2").lane("a"),
                named("b1").lane("b"),
            ],
        )
        .await;
        // The first one fails and waits; its lane waits with it, the other lane does not.
        let drained = worker(&t, "w").drain(false).await.unwrap();
        assert_eq!(
            drained,
            Drained {
                done: 1,
                again: 1,
                dead: 0
            }
        );
        assert_eq!(recorder.names(), ["b1"]);
        t.clock.advance(Duration::from_secs(3));
        worker(&t, "w").drain(false).await.unwrap();
        assert_eq!(recorder.names(), ["b1", "a1", "a2"]);

        recorder.failures_left.store(1, Ordering::SeqCst);
        enqueue(
            &t,
            vec![named("c1").lane("c").max_attempts(1), named("c2").lane("c")],
        )
        .await;
        assert_eq!(
            t.drain().await,
            Drained {
                done: 1,
                again: 0,
                dead: 1
            }
        );
        assert_eq!(recorder.names().last().unwrap(), "c2");
    })
    .await;
}

#[tokio::test]
async fn a_job_dies_after_its_attempts_and_can_be_retried() {
    each_platform(&[MIGRATIONS], |t| async move {
        let recorder = Recorder::default();
        t.platform.handle("record", recorder.clone());
        recorder.failures_left.store(3, Ordering::SeqCst);
        enqueue(&t, vec![named("x").max_attempts(3)]).await;
        assert_eq!(
            t.drain().await,
            Drained {
                done: 0,
                again: 2,
                dead: 1
            }
        );
        let mut tx = t.platform.db().read().await.unwrap();
        let (id, error): (JobId, String) = tx.one(&common::DEAD_JOB, vec![]).await.unwrap();
        tx.rollback().await.unwrap();
        assert_eq!(error, "the vendor does not answer");

        let record = jobs::retry(&t.platform, &t.ctx().await, id).await.unwrap();
        assert_eq!((record.state, record.attempt), (jobs::JobState::Ready, 0));
        assert_eq!(
            t.drain().await,
            Drained {
                done: 1,
                again: 0,
                dead: 0
            }
        );
        assert_eq!(recorder.names(), ["x"]);

        let done = jobs::retry(&t.platform, &t.ctx().await, id)
            .await
            .unwrap_err();
        assert_eq!(done.code(), "job_not_dead");
        let unknown = jobs::retry(&t.platform, &t.ctx().await, JobId::generate())
            .await
            .unwrap_err();
        assert_eq!(unknown.code(), "not_found");
    })
    .await;
}

#[tokio::test]
async fn a_panic_and_a_missing_handler_are_failures() {
    each_platform(&[MIGRATIONS], |t| async move {
        fn panics<'a>(_: &'a Platform, _: &'a Job) -> BoxFuture<'a, Result<JobResult>> {
            Box::pin(async { panic!("a mistake") })
        }
        fn gives_up<'a>(_: &'a Platform, _: &'a Job) -> BoxFuture<'a, Result<JobResult>> {
            Box::pin(async { Ok(JobResult::Failed("no such vendor".to_owned())) })
        }
        t.platform.handle("panics", panics);
        t.platform.handle("gives_up", gives_up);
        let jobs = ["panics", "unknown"].map(|kind| NewJob::new(kind, json!(null)).max_attempts(2));
        enqueue(&t, jobs.into()).await;
        enqueue(&t, vec![NewJob::new("gives_up", json!(null))]).await;
        assert_eq!(
            t.drain().await,
            Drained {
                done: 0,
                again: 2,
                dead: 3
            }
        );
        assert_eq!(t.number(&JOBS_DEAD).await, 3);
    })
    .await;
}

#[tokio::test]
async fn a_lost_lease_makes_the_job_claimable_again_and_its_late_end_does_not_count() {
    each_platform(&[MIGRATIONS], |t| async move {
        // The first run outlives its lease; meanwhile another worker takes the job.
        let runs = Arc::new(AtomicU32::new(0));
        #[derive(Clone)]
        struct Slow(Arc<AtomicU32>, tradewind_platform::ManualClock);
        impl JobHandler for Slow {
            fn run<'a>(
                &'a self,
                platform: &'a Platform,
                _: &'a Job,
            ) -> BoxFuture<'a, Result<JobResult>> {
                Box::pin(async move {
                    if self.0.fetch_add(1, Ordering::SeqCst) == 0 {
                        self.1.advance(Duration::from_secs(61));
                        let other = Worker::new(platform.clone(), WorkerConfig::default());
                        assert_eq!(other.drain(false).await.unwrap().done, 1);
                        return Ok(JobResult::Failed("too late".to_owned()));
                    }
                    Ok(JobResult::Done)
                })
            }
        }
        t.platform
            .handle("slow", Slow(runs.clone(), t.clock.clone()));
        enqueue(&t, vec![NewJob::new("slow", json!(null))]).await;
        worker(&t, "first").drain(false).await.unwrap();
        assert_eq!(runs.load(Ordering::SeqCst), 2);
        assert_eq!(
            (t.number(&JOBS_DONE).await, t.number(&JOBS_DEAD).await),
            (1, 0)
        );
    })
    .await;
}

#[tokio::test]
async fn unique_keys_keep_out_twins_and_prefixes_call_off() {
    each_platform(&[MIGRATIONS], |t| async move {
        let recorder = Recorder::default();
        t.platform.handle("record", recorder.clone());
        enqueue(
            &t,
            vec![
                named("a").unique("k/1"),
                named("b").unique("k/1"),
                named("c").unique("k/2"),
            ],
        )
        .await;
        enqueue(
            &t,
            vec![named("d").unique("k/1"), named("e").unique("other")],
        )
        .await;
        assert_eq!(t.number(&JOBS_READY).await, 3);
        let ctx = t.ctx().await;
        let cancelled = t
            .platform
            .command(&ctx, "test.cancel", &(), |w, ()| {
                Box::pin(async move {
                    w.enqueue(named("f").unique("k/3"));
                    w.cancel_jobs("k/").await
                })
            })
            .await
            .unwrap();
        assert_eq!(cancelled, 3);
        assert_eq!(t.number(&JOBS_CANCELLED).await, 2);
        t.drain().await;
        assert_eq!(recorder.names(), ["e"]);
        // What is finished no longer keeps others out.
        enqueue(&t, vec![named("g").unique("other")]).await;
        assert_eq!(t.drain().await.done, 1);
    })
    .await;
}

#[tokio::test]
async fn a_job_can_ask_to_be_run_again_at_its_time() {
    each_platform(&[MIGRATIONS], |t| async move {
        fn daily<'a>(_: &'a Platform, job: &'a Job) -> BoxFuture<'a, Result<JobResult>> {
            Box::pin(async move {
                if job.now >= days(3) {
                    Ok(JobResult::Done)
                } else {
                    Ok(JobResult::Again(job.due_at.plus(Duration::from_hours(24))?))
                }
            })
        }
        t.platform.handle("daily", daily);
        enqueue(
            &t,
            vec![
                NewJob::new("daily", json!(null))
                    .due(days(1))
                    .max_attempts(1),
            ],
        )
        .await;
        assert_eq!(
            t.travel(days(10)).await,
            Drained {
                done: 1,
                again: 2,
                dead: 0
            }
        );
        assert_eq!(t.ctx().await.now, days(10));
    })
    .await;
}

#[tokio::test]
async fn subscribers_get_the_event_in_order() {
    each_platform(&[MIGRATIONS], |t| async move {
        #[derive(Clone, Default)]
        struct Mailer(Arc<Mutex<Vec<Event>>>);
        impl JobHandler for Mailer {
            fn run<'a>(
                &'a self,
                _: &'a Platform,
                job: &'a Job,
            ) -> BoxFuture<'a, Result<JobResult>> {
                Box::pin(async move {
                    self.0.lock().unwrap().push(job.input()?);
                    Ok(JobResult::Done)
                })
            }
        }
        let mailer = Mailer::default();
        t.platform.handle("mail", mailer.clone());
        t.platform.subscribe("order.*", "mail");
        t.platform.subscribe("invoice.issued", "mail");
        let ctx = t.ctx().await;
        t.platform
            .command(&ctx, "test.emit", &(), |w, ()| {
                Box::pin(async move {
                    let account = w.ctx.principal.account;
                    for kind in [
                        "order.placed",
                        "invoice.issued",
                        "invoice.paid",
                        "order.done",
                    ] {
                        w.emit(NewEvent {
                            kind,
                            subject: "ord_1".to_owned(),
                            account,
                            data: json!({ "n": 1 }),
                        });
                    }
                    Ok(())
                })
            })
            .await
            .unwrap();
        assert_eq!(t.drain().await.done, 3);
        let seen = mailer.0.lock().unwrap().clone();
        let kinds: Vec<&str> = seen.iter().map(|e| e.kind.as_str()).collect();
        assert_eq!(kinds, ["order.placed", "invoice.issued", "order.done"]);
        assert_eq!(
            (seen[0].account, seen[0].at, seen[0].by.as_str()),
            (t.root, START, "system system")
        );
    })
    .await;
}

#[tokio::test]
async fn housekeeping_forgets_what_is_finished_and_old() {
    each_platform(&[MIGRATIONS], |t| async move {
        t.platform.handle("record", Recorder::default());
        enqueue(&t, vec![named("a"), named("b").due(days(300))]).await;
        t.drain().await;
        let keep = Duration::from_hours(24 * 30);
        assert_eq!(
            tradewind_platform::housekeeping::forget_finished(&t.platform, t.realm, keep)
                .await
                .unwrap()
                .jobs,
            0
        );
        t.clock.advance(Duration::from_hours(24 * 31));
        assert_eq!(
            tradewind_platform::housekeeping::forget_finished(&t.platform, t.realm, keep)
                .await
                .unwrap()
                .jobs,
            1
        );
        assert_eq!(t.number(&JOBS_READY).await, 1);
        tradewind_platform::housekeeping::measure(&t.platform)
            .await
            .unwrap();
        let metrics = t.platform.metrics().render();
        assert!(
            metrics.contains("tradewind_jobs{realm=\"test\",state=\"ready\"} 1\n"),
            "{metrics}"
        );
    })
    .await;
}
