//! The embedded engine plans for realms that hold whole tables, also when nothing is there yet.

use tradewind_platform::{Migration, args};
use tradewind_testkit::each_platform;

const MIGRATIONS: &[Migration] = &[Migration {
    name: "parts_0001",
    steps: &[
        "CREATE TABLE IF NOT EXISTS whole (realm_id {text} NOT NULL, id {text} NOT NULL, PRIMARY KEY (realm_id, id)) {clustered}",
        "CREATE TABLE IF NOT EXISTS part (realm_id {text} NOT NULL, id {text} NOT NULL, whole_id {text} NOT NULL,
            no {int} NOT NULL, amount {int} NOT NULL, PRIMARY KEY (realm_id, id)) {clustered}",
        "CREATE INDEX IF NOT EXISTS part_by_whole ON part (realm_id, whole_id, no, id)",
    ],
}];

tradewind_platform::stmts! {
    JOINED = "EXPLAIN QUERY PLAN SELECT w.id, p.amount FROM whole w
        LEFT JOIN part p ON p.realm_id = w.realm_id AND p.whole_id = w.id AND p.no = 1 WHERE w.realm_id = $1",
        pg = "SELECT 1";
    LISTED = "EXPLAIN QUERY PLAN SELECT amount FROM part WHERE realm_id = $1 AND id > $2 ORDER BY id LIMIT 10",
        pg = "SELECT 1";
    THROUGHOUT = "EXPLAIN QUERY PLAN SELECT amount FROM part WHERE realm_id = $1", pg = "SELECT 1";
}

#[tokio::test]
async fn joins_go_by_the_key_that_names_few_rows() {
    each_platform(&[MIGRATIONS], |t| async move {
        if t.platform.db().engine() != tradewind_platform::db::Engine::Sqlite {
            return;
        }
        // On the connection that migrated, and on one that came later.
        for mut tx in [
            t.platform.db().begin().await.unwrap(),
            t.platform.db().read().await.unwrap(),
        ] {
            let mut plan = async |stmt, args| -> Vec<String> {
                let rows: Vec<(i64, i64, i64, String)> = tx.all(stmt, args).await.unwrap();
                rows.into_iter().map(|row| row.3).collect()
            };
            assert_eq!(
                plan(&JOINED, args![t.realm]).await,
                [
                    "SEARCH w USING PRIMARY KEY (realm_id=?)",
                    "SEARCH p USING INDEX part_by_whole (realm_id=? AND whole_id=? AND no=?) LEFT-JOIN"
                ]
            );
            assert_eq!(
                plan(&LISTED, args![t.realm, "x"]).await,
                ["SEARCH part USING PRIMARY KEY (realm_id=? AND id>?)"]
            );
            assert_eq!(
                plan(&THROUGHOUT, args![t.realm]).await,
                ["SEARCH part USING PRIMARY KEY (realm_id=?)"]
            );
            tx.rollback().await.unwrap();
        }
        assert_eq!(statements().len(), 3);
    })
    .await;
}
