//! The one command path: once per key, all or nothing.

mod common;

use common::{
    AUDITS_COUNT, AddThing, EVENTS_COUNT, JOBS_COUNT, KEYS_COUNT, MIGRATIONS, THINGS_COUNT,
    add_thing,
};
use tradewind_kernel::Error;
use tradewind_kernel::id::AccountId;
use tradewind_platform::Platform;
use tradewind_policy::{AccountKind, Action, Principal, ResourceKind, Role, Target};
use tradewind_testkit::{TestPlatform, check_statements, each_platform};

fn input(id: &str, name: &str) -> AddThing {
    AddThing {
        id: id.to_owned(),
        name: name.to_owned(),
    }
}

async fn counts(t: &TestPlatform) -> [i64; 5] {
    [
        t.number(&THINGS_COUNT).await,
        t.number(&AUDITS_COUNT).await,
        t.number(&EVENTS_COUNT).await,
        t.number(&JOBS_COUNT).await,
        t.number(&KEYS_COUNT).await,
    ]
}

#[tokio::test]
async fn the_test_statements_hold() {
    let statements = [common::statements(), common::bulk_statements()].concat();
    check_statements(&[MIGRATIONS], &statements).await;
}

#[tokio::test]
async fn the_same_key_runs_once_and_answers_the_same() {
    each_platform(&[MIGRATIONS], |t| async move {
        t.platform.subscribe("thing.*", "thing.mail");
        let ctx = t.ctx().await.with_key("k1");
        let first = add_thing(&t.platform, &ctx, &input("a", "one"))
            .await
            .unwrap();
        let again = add_thing(&t.platform, &ctx, &input("a", "one"))
            .await
            .unwrap();
        assert_eq!(first, again);
        let mut tx = t.platform.db().read().await.unwrap();
        let (stored,): (String,) = tx.one(&common::STORED_ANSWER, vec![]).await.unwrap();
        tx.rollback().await.unwrap();
        assert!(
            stored.starts_with("v1.") && !stored.contains(&first.token),
            "the answer is sealed"
        );
        // One job asked for and one for the subscriber.
        assert_eq!(counts(&t).await, [1, 1, 1, 2, 1]);
    })
    .await;
}

#[tokio::test]
async fn another_input_or_command_under_the_key_is_refused() {
    each_platform(&[MIGRATIONS], |t| async move {
        let ctx = t.ctx().await.with_key("k1");
        add_thing(&t.platform, &ctx, &input("a", "one"))
            .await
            .unwrap();
        let other = add_thing(&t.platform, &ctx, &input("b", "one")).await;
        assert!(matches!(other, Err(Error::KeyReused)), "{other:?}");
        let other = t
            .platform
            .command(&ctx, "thing.other", &input("a", "one"), |_, _| {
                Box::pin(async { Ok(1_i64) })
            })
            .await;
        assert!(matches!(other, Err(Error::KeyReused)), "{other:?}");
        assert_eq!(counts(&t).await, [1, 1, 1, 1, 1]);

        // Another account may use the same key for its own purposes.
        let neighbour = Principal::user(
            "usr",
            AccountId::generate(),
            AccountKind::Customer,
            vec![Role::Owner],
        );
        let ctx = t.ctx_of(neighbour).await.with_key("k1");
        add_thing(&t.platform, &ctx, &input("c", "one"))
            .await
            .unwrap();
        assert_eq!(counts(&t).await, [2, 2, 2, 2, 2]);
    })
    .await;
}

#[tokio::test]
async fn malformed_keys_are_refused() {
    each_platform(&[MIGRATIONS], |t| async move {
        for key in [String::new(), "x".repeat(256), "a\nb".to_owned()] {
            let ctx = t.ctx().await.with_key(key);
            let refused = add_thing(&t.platform, &ctx, &input("a", "one"))
                .await
                .unwrap_err();
            assert_eq!(refused.problems()[0].field, "idempotency_key");
        }
        assert_eq!(counts(&t).await, [0; 5]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sixteen_at_once_leave_one_effect() {
    each_platform(&[MIGRATIONS], |t| async move {
        let ctx = t.ctx().await.with_key("same");
        let tasks: Vec<_> = (0..16)
            .map(|_| {
                let (platform, ctx): (Platform, _) = (t.platform.clone(), ctx.clone());
                tokio::spawn(async move { add_thing(&platform, &ctx, &input("a", "one")).await })
            })
            .collect();
        let mut answers = Vec::new();
        for task in tasks {
            answers.push(task.await.unwrap().unwrap());
        }
        answers.dedup();
        assert_eq!(answers.len(), 1);
        assert_eq!(counts(&t).await, [1, 1, 1, 1, 1]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn concurrent_changes_of_one_row_all_count() {
    each_platform(&[MIGRATIONS], |t| async move {
        add_thing(&t.platform, &t.ctx().await, &input("a", "one"))
            .await
            .unwrap();
        let ctx = t.ctx().await;
        let tasks: Vec<_> = (0..16)
            .map(|_| {
                let (platform, ctx) = (t.platform.clone(), ctx.clone());
                tokio::spawn(async move {
                    platform
                        .command(&ctx, "thing.grow", &(), |w, ()| {
                            Box::pin(async move {
                                let add = tradewind_platform::args![w.ctx.realm, "a", 1_i64];
                                w.tx.exec(&common::THING_ADD, add).await
                            })
                        })
                        .await
                })
            })
            .collect();
        for task in tasks {
            assert_eq!(task.await.unwrap().unwrap(), 1);
        }
        let mut tx = t.platform.db().read().await.unwrap();
        let rows: Vec<(String, String, i64)> = tx
            .all(&common::THINGS, tradewind_platform::args![t.realm])
            .await
            .unwrap();
        assert_eq!(rows[0].2, 17);
    })
    .await;
}

#[tokio::test]
async fn a_refused_command_leaves_nothing_and_does_not_use_up_its_key() {
    each_platform(&[MIGRATIONS], |t| async move {
        t.platform.subscribe("*", "everything");
        let ctx = t.ctx().await.with_key("k1");
        let refused = add_thing(&t.platform, &ctx, &input("a", "refuse"))
            .await
            .unwrap_err();
        assert_eq!(refused.code(), "not_today");
        assert_eq!(counts(&t).await, [0; 5]);
        add_thing(&t.platform, &ctx, &input("a", "one"))
            .await
            .unwrap();
        assert_eq!(counts(&t).await, [1, 1, 1, 2, 1]);
    })
    .await;
}

#[tokio::test]
async fn a_dry_run_answers_and_leaves_nothing() {
    each_platform(&[MIGRATIONS], |t| async move {
        let ctx = t.ctx().await.with_key("k1").as_dry_run();
        let answer = add_thing(&t.platform, &ctx, &input("a", "one"))
            .await
            .unwrap();
        assert_eq!(answer.id, "a");
        assert_eq!(counts(&t).await, [0; 5]);
        let refused = add_thing(&t.platform, &ctx, &input("a", "refuse"))
            .await
            .unwrap_err();
        assert_eq!(refused.code(), "not_today");
    })
    .await;
}

#[tokio::test]
async fn a_duplicate_is_a_conflict() {
    each_platform(&[MIGRATIONS], |t| async move {
        let ctx = t.ctx().await;
        add_thing(&t.platform, &ctx, &input("a", "one"))
            .await
            .unwrap();
        let twice = add_thing(&t.platform, &ctx, &input("a", "two"))
            .await
            .unwrap_err();
        assert!(
            matches!(
                twice,
                Error::Conflict {
                    code: "duplicate",
                    ..
                }
            ),
            "{twice:?}"
        );
        assert_eq!(counts(&t).await, [1, 1, 1, 1, 0]);
    })
    .await;
}

#[tokio::test]
async fn a_reading_use_case_cannot_write() {
    each_platform(&[MIGRATIONS], |t| async move {
        let ctx = t.ctx().await;
        let written = t
            .platform
            .read(&ctx, &(), |w, ()| {
                Box::pin(async move {
                    let row = tradewind_platform::args![
                        w.ctx.realm,
                        "a",
                        "b",
                        None::<i64>,
                        None::<Vec<u8>>,
                        w.ctx.now
                    ];
                    w.tx.exec(&common::THING_INSERT, row).await
                })
            })
            .await;
        assert!(written.is_err());
        assert_eq!(counts(&t).await, [0; 5]);
    })
    .await;
}

#[tokio::test]
async fn what_one_cannot_see_is_not_found() {
    each_platform(&[MIGRATIONS], |t| async move {
        let (seller, stranger) = (AccountId::generate(), AccountId::generate());
        let target = Target::owned(ResourceKind::Order, seller, vec![seller, t.root]);
        let asked = |principal: Principal| {
            let (t, target) = (&t, target.clone());
            async move {
                let ctx = t.ctx_of(principal).await;
                t.platform
                    .read(&ctx, &target, |w, target| {
                        Box::pin(
                            async move { w.authorize_for(Action::OrderView, target, &"ord_1") },
                        )
                    })
                    .await
            }
        };
        let owner =
            |account| Principal::user("usr_1", account, AccountKind::Reseller, vec![Role::Owner]);
        asked(owner(seller)).await.unwrap();
        let hidden = asked(owner(stranger)).await.unwrap_err();
        assert!(
            matches!(&hidden, Error::NotFound { kind: "order", id } if id == "ord_1"),
            "{hidden:?}"
        );
    })
    .await;
}
