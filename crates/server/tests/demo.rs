//! The demo world: built once, the same however often, and gone only when asked for.

mod common;

use std::collections::BTreeMap;

use common::Shell;
use tradewind_platform::{DbConfig, KeyRing, Platform, PlatformConfig};

/// How much of everything there is.
async fn census(shell: &Shell) -> BTreeMap<String, i64> {
    tradewind_platform::stmts! {
        /// Rows of tables that the demo fills.
        CENSUS = "SELECT 'account' AS what, COUNT(*) AS n FROM account UNION ALL SELECT 'user', COUNT(*) FROM app_user
            UNION ALL SELECT 'product', COUNT(*) FROM product UNION ALL SELECT 'plan', COUNT(*) FROM plan
            UNION ALL SELECT 'item', COUNT(*) FROM item UNION ALL SELECT 'listing', COUNT(*) FROM listing
            UNION ALL SELECT 'rate', COUNT(*) FROM fx_rate UNION ALL SELECT 'job', COUNT(*) FROM job
            UNION ALL SELECT 'audit', COUNT(*) FROM audit";
    }
    let db = DbConfig::sqlite(shell.dir().join("tradewind.db"));
    let config = PlatformConfig::new(
        db,
        tradewind_server::wiring::migrations(),
        KeyRing::random(),
    );
    let platform = Platform::open(config).await.unwrap();
    let mut tx = platform.db().read().await.unwrap();
    let rows: Vec<(String, i64)> = tx.all(&CENSUS, Vec::new()).await.unwrap();
    tx.rollback().await.unwrap();
    platform.db().close().await;
    rows.into_iter().collect()
}

#[tokio::test]
async fn the_same_world_however_often_it_is_built() {
    let shell = Shell::new();
    shell.done(&["demo", "--build-only"]).await;
    let first = census(&shell).await;
    assert_eq!(first["account"], 11);
    assert_eq!(first["product"], 12);

    shell.done(&["demo", "--build-only"]).await;
    assert_eq!(census(&shell).await, first);

    // A run that was cut off forgets how far it came, and finds out.
    std::fs::write(shell.dir().join("demo.json"), "{}").unwrap();
    shell.done(&["demo", "--build-only"]).await;
    assert_eq!(census(&shell).await, first);

    std::fs::write(shell.dir().join("mine.txt"), "stays").unwrap();
    shell.done(&["demo", "--build-only", "--fresh"]).await;
    assert_eq!(census(&shell).await, first);
    assert!(shell.dir().join("mine.txt").exists());
}
