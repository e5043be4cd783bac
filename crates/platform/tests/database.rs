//! The database layer: values, bulk inserts, migrations.

mod common;

use common::{MIGRATIONS, THINGS, THINGS_BULK, THINGS_COUNT, THINGS_STRICT, THINGS_UPSERT};
use tradewind_kernel::Error;
use tradewind_platform::db::{Arg, Json};
use tradewind_platform::migrate::migrate;
use tradewind_platform::{Db, Migration, args, row};
use tradewind_testkit::{START, TestPlatform, each_engine, each_platform};

row! {
    #[derive(Debug, PartialEq)]
    struct Thing {
        id: String,
        name: String,
        amount: Option<i64>,
        blob: Option<Vec<u8>>,
        at: tradewind_kernel::Timestamp,
    }
}

fn things(t: &TestPlatform, ids: impl IntoIterator<Item = u32>) -> Vec<Vec<Arg>> {
    ids.into_iter()
        .map(|i| {
            let amount = (i % 3 != 0).then_some(i64::from(i));
            let blob = (i % 2 == 0).then(|| vec![i as u8, 0, 255]);
            args![
                t.realm,
                format!("{i:05}"),
                format!("näme '{i}\"\u{1F600}"),
                amount,
                blob,
                START
            ]
        })
        .collect()
}

#[tokio::test]
async fn a_text_that_one_engine_cannot_keep_is_refused_by_both() {
    each_platform(&[MIGRATIONS], |t| async move {
        let row = |name: &str| args![t.realm, "00001", name, None::<i64>, None::<Vec<u8>>, START];
        let mut tx = t.platform.db().begin().await.unwrap();
        let refused = tx.insert_many(&THINGS_BULK, vec![row("a\0b")]).await;
        let Err(Error::Invalid(problems)) = refused else {
            panic!("{refused:?}");
        };
        assert_eq!(problems[0].code, "malformed_text");
        let asked: Result<Vec<(String,)>, Error> = tx.all(&THINGS, args!["\0", "x"]).await;
        assert!(matches!(asked, Err(Error::Invalid(_))), "{asked:?}");
        // The transaction is as good as before.
        assert_eq!(
            tx.insert_many(&THINGS_BULK, vec![row("a b")])
                .await
                .unwrap(),
            1
        );
        tx.commit().await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn bulk_inserts_keep_every_value_and_count_only_what_is_new() {
    each_platform(&[MIGRATIONS], |t| async move {
        let mut tx = t.platform.db().begin().await.unwrap();
        assert_eq!(tx.insert_many(&THINGS_BULK, vec![]).await.unwrap(), 0);
        assert_eq!(
            tx.insert_many(&THINGS_BULK, things(&t, 0..777))
                .await
                .unwrap(),
            777
        );
        // Half of these exist; and one is twice in the same call.
        let overlapping = things(&t, (500..1_000).chain([999]));
        assert_eq!(
            tx.insert_many(&THINGS_BULK, overlapping).await.unwrap(),
            223
        );
        let new: Vec<(String,)> = tx
            .insert_many_returning(&THINGS_BULK, things(&t, 998..1_003))
            .await
            .unwrap();
        let mut new: Vec<String> = new.into_iter().map(|(id,)| id).collect();
        new.sort();
        assert_eq!(new, ["01000", "01001", "01002"]);
        let rows: Vec<Thing> = tx.all(&THINGS, args![t.realm]).await.unwrap();
        assert_eq!(rows.len(), 1_003);
        assert_eq!(rows[6].amount, None);
        assert_eq!(rows[8].blob.as_deref(), Some(&[8, 0, 255][..]));
        assert_eq!(rows[7].blob, None);
        assert_eq!(rows[7].name, "näme '7\"\u{1F600}");
        assert_eq!(rows[7].at, START);
        tx.commit().await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn a_strict_bulk_insert_refuses_duplicates_and_an_upsert_takes_them() {
    each_platform(&[MIGRATIONS], |t| async move {
        let mut tx = t.platform.db().begin().await.unwrap();
        tx.insert_many(&THINGS_STRICT, things(&t, 0..10))
            .await
            .unwrap();
        tx.commit().await.unwrap();
        let mut tx = t.platform.db().begin().await.unwrap();
        let refused = tx
            .insert_many(&THINGS_STRICT, things(&t, 9..12))
            .await
            .unwrap_err();
        assert_eq!(refused.code(), "duplicate");
        drop(tx);
        assert_eq!(t.number(&THINGS_COUNT).await, 10);
        let mut tx = t.platform.db().begin().await.unwrap();
        let row = args![
            t.realm,
            "00001",
            "new name",
            Some(77_i64),
            None::<Vec<u8>>,
            START
        ];
        assert_eq!(tx.insert_many(&THINGS_UPSERT, vec![row]).await.unwrap(), 1);
        let rows: Vec<Thing> = tx.all(&THINGS, args![t.realm]).await.unwrap();
        assert_eq!(
            (rows[1].amount, rows[1].name.as_str()),
            (Some(77), "näme '1\"\u{1F600}")
        );
    })
    .await;
}

tradewind_platform::stmts! {
    ECHO = "SELECT CAST($1 AS TEXT) AS a, CAST($2 AS TEXT) AS b, CAST($3 AS BIGINT) AS c, CAST($4 AS TEXT) AS d,
        CAST($5 AS BIGINT) AS e, CAST($6 AS TEXT) AS f";
    NOTHING = "SELECT name FROM thing WHERE realm_id = $1 AND id = 'no'";
    THINGS_RENAMED = "UPDATE thing SET name = 'another' WHERE realm_id = $1 RETURNING id";
    THINGS_GONE = "DELETE FROM thing WHERE realm_id = $1 AND id >= $2";
    WRONG = "SELECT nothing FROM thing WHERE realm_id = $1";
}

#[tokio::test]
async fn values_of_the_kernel_survive_the_journey() {
    use tradewind_kernel::id::OrderId;
    use tradewind_kernel::{Currency, Date, Decimal};
    each_platform(&[MIGRATIONS], |t| async move {
        let mut tx = t.platform.db().read().await.unwrap();
        let id = OrderId::generate();
        let price: Decimal = "0.000000120".parse().unwrap();
        let date: Date = "2024-02-29".parse().unwrap();
        let eur = Currency::parse("EUR").unwrap();
        type Echo = (
            OrderId,
            Decimal,
            bool,
            Date,
            Option<i64>,
            Json<Vec<Currency>>,
        );
        let args = args![id, price, true, date, None::<i64>, Json(vec![eur])];
        let back: Echo = tx.one(&ECHO, args).await.unwrap();
        assert_eq!(back, (id, price, true, date, None, Json(vec![eur])));
        assert_eq!(back.1.to_string(), "0.000000120");
        let wrong: Result<(OrderId,), Error> = tx
            .one(&ECHO, args!["ord_x", "", 1_i64, "", 1_i64, ""])
            .await;
        assert_eq!(wrong.unwrap_err().code(), "internal_error");
    })
    .await;
}

#[tokio::test]
async fn one_row_means_one_row() {
    each_platform(&[MIGRATIONS], |t| async move {
        let mut tx = t.platform.db().begin().await.unwrap();
        let none: Option<(String,)> = tx.opt(&NOTHING, args![t.realm]).await.unwrap();
        assert_eq!(none, None);
        assert!(tx.one::<(String,)>(&NOTHING, args![t.realm]).await.is_err());
        tx.insert_many(&THINGS_BULK, things(&t, 0..2))
            .await
            .unwrap();
        assert!(tx.opt::<Thing>(&THINGS, args![t.realm]).await.is_err());
        let message = tx.check(&WRONG).await.unwrap_err().to_string();
        assert!(
            message.contains("WRONG") && message.contains("nothing"),
            "{message}"
        );
    })
    .await;
}

#[tokio::test]
async fn a_dropped_transaction_is_rolled_back_and_the_writer_goes_on() {
    each_platform(&[MIGRATIONS], |t| async move {
        let mut tx = t.platform.db().begin().await.unwrap();
        tx.insert_many(&THINGS_BULK, things(&t, 0..5))
            .await
            .unwrap();
        drop(tx);
        let mut tx = t.platform.db().begin().await.unwrap();
        assert_eq!(
            tx.insert_many(&THINGS_BULK, things(&t, 0..5))
                .await
                .unwrap(),
            5
        );
        tx.commit().await.unwrap();
        assert_eq!(t.number(&THINGS_COUNT).await, 5);
    })
    .await;
}

/// Whoever asked may be gone before the answer to BEGIN is there: the connection must not come back within a transaction.
#[tokio::test]
async fn a_transaction_nobody_waits_for_any_more_leaves_no_trace() {
    each_platform(&[MIGRATIONS], |t| async move {
        let db = t.platform.db();
        for turns in 0..60 {
            {
                let mut begin = std::pin::pin!(db.read());
                for _ in 0..turns {
                    tokio::select! {
                        biased;
                        _ = &mut begin => break,
                        () = tokio::task::yield_now() => {}
                    }
                }
            }
            let mut tx = db.begin().await.expect("a transaction that may write");
            tx.insert_many(&THINGS_BULK, things(&t, turns..turns + 1))
                .await
                .expect("written");
            tx.commit().await.expect("committed");
        }
        assert_eq!(t.number(&THINGS_COUNT).await, 60);
    })
    .await;
}

const MORE: &[Migration] = &[
    MIGRATIONS[0],
    Migration {
        name: "things_0002",
        steps: &[
            "CREATE INDEX IF NOT EXISTS thing_by_name ON thing (realm_id, name)",
            "{postgres}ALTER TABLE thing ADD COLUMN IF NOT EXISTS note {text}",
            "{sqlite}ALTER TABLE thing ADD COLUMN note {text}",
        ],
    },
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn servers_that_start_at_once_migrate_once() {
    each_engine(|db| async move {
        let mut starts = Vec::new();
        for _ in 0..4 {
            let config = db.config();
            starts.push(tokio::spawn(async move {
                let db = Db::connect(&config).await?;
                migrate(&db, MORE).await
            }));
        }
        let mut applied = 0;
        for start in starts {
            applied += start.await.unwrap().unwrap();
        }
        assert_eq!(applied, 4);
        let again = Db::connect(&db.config()).await.unwrap();
        assert_eq!(migrate(&again, MORE).await.unwrap(), 0);
    })
    .await;
}

#[tokio::test]
async fn an_older_program_or_a_changed_history_is_refused() {
    each_engine(|test| async move {
        let db = Db::connect(&test.config()).await.unwrap();
        migrate(&db, MORE).await.unwrap();
        let older = migrate(&db, MIGRATIONS).await.unwrap_err();
        assert_eq!(older.code(), "schema_newer");
        assert!(older.to_string().contains("things_0002"), "{older}");
        const CHANGED: &[Migration] = &[
            Migration {
                name: "things_0001",
                steps: &["CREATE TABLE thing (id {text})"],
            },
            MORE[1],
        ];
        assert_eq!(
            migrate(&db, CHANGED).await.unwrap_err().code(),
            "schema_changed"
        );
        let twice = [MIGRATIONS[0], MIGRATIONS[0]];
        assert_eq!(
            migrate(&db, &twice).await.unwrap_err().code(),
            "internal_error"
        );
    })
    .await;
}

#[tokio::test]
async fn a_failing_step_stops_there_and_is_tried_again() {
    each_engine(|test| async move {
        let db = Db::connect(&test.config()).await.unwrap();
        const BROKEN: &[Migration] = &[
            MIGRATIONS[0],
            Migration {
                name: "things_0002",
                steps: &["CREATE NONSENSE"],
            },
        ];
        let message = migrate(&db, BROKEN).await.unwrap_err().to_string();
        assert!(message.contains("things_0002"), "{message}");
        assert_eq!(migrate(&db, MORE).await.unwrap(), 3);
    })
    .await;
}

#[tokio::test]
async fn statements_are_counted() {
    each_platform(&[MIGRATIONS], |t| async move {
        let before = t.platform.db().statements_run();
        t.number(&THINGS_COUNT).await;
        t.number(&THINGS_COUNT).await;
        assert_eq!(t.platform.db().statements_run() - before, 2);
    })
    .await;
}

#[tokio::test]
async fn rows_that_are_written_are_counted() {
    each_platform(&[MIGRATIONS], |t| async move {
        let mut so_far = t.platform.db().rows_written();
        let mut written = || {
            let before = std::mem::replace(&mut so_far, t.platform.db().rows_written());
            so_far - before
        };
        let mut tx = t.platform.db().begin().await.unwrap();
        tx.insert_many(&THINGS_BULK, things(&t, 0..777))
            .await
            .unwrap();
        assert_eq!(written(), 777);
        // What is there already is not written again.
        let overlapping = things(&t, 770..780);
        tx.insert_many_returning::<(String,)>(&THINGS_BULK, overlapping)
            .await
            .unwrap();
        assert_eq!(written(), 3);
        let all: Vec<(String,)> = tx.all(&THINGS_RENAMED, args![t.realm]).await.unwrap();
        assert_eq!((all.len(), written()), (780, 780));
        let none: Vec<(String,)> = tx.all(&NOTHING, args![t.realm]).await.unwrap();
        assert_eq!(none, []);
        tx.all::<Thing>(&THINGS, args![t.realm]).await.unwrap();
        assert_eq!(written(), 0, "reading writes nothing");
        assert_eq!(
            tx.exec(&THINGS_GONE, args![t.realm, "00770"])
                .await
                .unwrap(),
            10
        );
        assert_eq!(written(), 10);
        tx.rollback().await.unwrap();
        assert_eq!(written(), 0, "what is undone was written all the same");
    })
    .await;
}

#[tokio::test]
async fn an_unreachable_database_is_unavailable() {
    let config = tradewind_platform::DbConfig::sqlite("/nonexistent/dir/x.db");
    assert_eq!(
        Db::connect(&config).await.unwrap_err().code(),
        "unavailable"
    );
}
