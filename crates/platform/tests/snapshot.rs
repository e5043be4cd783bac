//! What one request reads, it reads from one snapshot.

mod common;

use common::{AddThing, MIGRATIONS, THINGS_COUNT, add_thing};
use std::sync::Arc;
use tradewind_kernel::Error;
use tradewind_platform::{OpCtx, Platform, Snapshot};
use tradewind_testkit::{TestPlatform, each_platform};

async fn under_a_snapshot(t: &TestPlatform) -> OpCtx {
    OpCtx {
        snapshot: Some(Snapshot::default()),
        ..t.ctx().await
    }
}

/// How many things there are, asked once per snapshot.
async fn things(p: &Platform, ctx: &OpCtx) -> i64 {
    let count = p.read(ctx, &(), |w, ()| {
        Box::pin(async move {
            if let Some(known) = w.recall::<i64>("things") {
                return Ok(*known);
            }
            let (count,): (i64,) = w.tx.one(&THINGS_COUNT, vec![]).await?;
            w.remember("things", Arc::new(count));
            Ok(count)
        })
    });
    count.await.unwrap()
}

async fn add(t: &TestPlatform, ctx: &OpCtx, id: &str) {
    let input = AddThing {
        id: id.to_owned(),
        name: id.to_owned(),
    };
    add_thing(&t.platform, ctx, &input).await.unwrap();
}

#[tokio::test]
async fn a_request_sees_one_state_and_asks_once_until_it_changes_something() {
    each_platform(&[MIGRATIONS], |t| async move {
        let (p, other) = (&t.platform, t.ctx().await);
        let ctx = under_a_snapshot(&t).await;
        assert_eq!(things(p, &ctx).await, 0);
        add(&t, &other, "a").await;
        let before = p.db().statements_run();
        assert_eq!(things(p, &ctx).await, 0, "the snapshot is older");
        assert_eq!(p.db().statements_run(), before, "and was asked already");
        assert_eq!(things(p, &other).await, 1, "others have none");
        add(&t, &ctx, "b").await;
        assert_eq!(things(p, &ctx).await, 2, "a change is seen after it");
        ctx.snapshot.as_ref().unwrap().close().await.unwrap();
        add(&t, &other, "c").await;
        assert_eq!(things(p, &ctx).await, 3, "a closed one begins anew");
    })
    .await;
}

#[tokio::test]
async fn a_refusal_leaves_the_snapshot_and_a_command_remembers_nothing() {
    each_platform(&[MIGRATIONS], |t| async move {
        let p = &t.platform;
        let ctx = under_a_snapshot(&t).await;
        assert_eq!(things(p, &ctx).await, 0);
        let refused: Result<i64, Error> = p
            .read(&ctx, &(), |_, ()| {
                Box::pin(async { Err(Error::refused("no", "no")) })
            })
            .await;
        assert!(matches!(refused, Err(Error::Refused { .. })), "{refused:?}");
        let before = p.db().statements_run();
        assert_eq!(things(p, &ctx).await, 0);
        assert_eq!(p.db().statements_run(), before);
        let recalled = p
            .command(&ctx, "thing.look", &(), |w, ()| {
                Box::pin(async move {
                    w.remember("things", Arc::new(7_i64));
                    Ok(w.recall::<i64>("things").map(|known| *known))
                })
            })
            .await;
        assert_eq!(recalled.unwrap(), None);
    })
    .await;
}

#[tokio::test]
async fn many_requests_that_also_read_beside_their_snapshot_all_come_through() {
    each_platform(&[MIGRATIONS], |t| async move {
        let t = Arc::new(t);
        let barrier = Arc::new(tokio::sync::Barrier::new(40));
        let mut running = Vec::new();
        for _ in 0..40 {
            let (t, barrier) = (t.clone(), barrier.clone());
            running.push(tokio::spawn(async move {
                let ctx = under_a_snapshot(&t).await;
                let first = things(&t.platform, &ctx).await;
                // Everybody who may hold a connection holds it now.
                barrier.wait().await;
                let mut tx = t.platform.db().read().await.unwrap();
                let (beside,): (i64,) = tx.one(&THINGS_COUNT, vec![]).await.unwrap();
                tx.rollback().await.unwrap();
                assert_eq!((first, beside), (0, things(&t.platform, &ctx).await));
            }));
        }
        for one in running {
            one.await.unwrap();
        }
    })
    .await;
}
