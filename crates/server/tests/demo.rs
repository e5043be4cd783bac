//! The demo world: built once, the same however often, and gone only when asked for.

mod common;

use std::collections::BTreeMap;

use common::Shell;
use serde_json::json;
use tradewind_platform::{Db, KeyRing, Platform, PlatformConfig};
use tradewind_server::cli::Exit;

/// How much of everything there is.
async fn census(shell: &Shell) -> BTreeMap<String, i64> {
    tradewind_platform::stmts! {
        /// Rows of tables that the demo fills.
        CENSUS = "SELECT 'account' AS what, COUNT(*) AS n FROM account UNION ALL SELECT 'user', COUNT(*) FROM app_user
            UNION ALL SELECT 'product', COUNT(*) FROM product UNION ALL SELECT 'plan', COUNT(*) FROM plan
            UNION ALL SELECT 'item', COUNT(*) FROM item UNION ALL SELECT 'listing', COUNT(*) FROM listing
            UNION ALL SELECT 'rate', COUNT(*) FROM fx_rate UNION ALL SELECT 'invoice', COUNT(*) FROM invoice
            UNION ALL SELECT 'subscription', COUNT(*) FROM subscription";
    }
    let config = PlatformConfig::new(
        shell.db(),
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

/// Journey 2: every leg of the resold cloud costs is invoiced once, and nothing twice.
async fn resell_cloud_costs(shell: &Shell) {
    let sample = shell.dir().join("focus-1.0-sample.csv");
    let import = ["--json", "import", "focus", sample.to_str().unwrap()];
    let first = shell.run(&import).await.json();
    assert_eq!(
        (first["accepted"].clone(), first["held"].clone()),
        (json!(993), json!(7))
    );
    let again = shell.run(&import).await.json();
    assert_eq!(
        (again["accepted"].clone(), again["duplicate"].clone()),
        (json!(0), json!(1000))
    );

    let bill = ["--json", "bill", "--until", "2024-10-01"];
    // Four customers, two resellers, one distributor.
    assert_eq!(shell.run(&bill).await.json()["documents"], 7);
    let nothing = shell.run(&bill).await.json();
    assert_eq!(
        (nothing["charges"].clone(), nothing["documents"].clone()),
        (json!(0), json!(0))
    );

    // Both were asked for, and are kept.
    let runs = shell
        .run(&[
            "--json",
            "billing-run",
            "list",
            "--filter",
            "origin:command_line",
        ])
        .await
        .json();
    let made: Vec<_> = runs["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|run| (run["state"].clone(), run["documents"].clone()))
        .collect();
    assert_eq!(made, [(json!("done"), json!(0)), (json!("done"), json!(7))]);
    let id = runs["items"][1]["id"].as_str().unwrap();
    let shown = shell.done(&["billing-run", "show", id]).await;
    assert!(shown.contains("command_line"), "{shown}");

    // Late rows: what was held is claimed, and exactly the difference is invoiced.
    let held = shell.run(&["--json", "usage", "held"]).await.json();
    assert_eq!(held["items"].as_array().unwrap().len(), 7);
    let account = held["items"][0]["sub_account"].as_str().unwrap();
    let subscriptions = shell
        .run(&["--json", "subscription", "list", "--sort", "created"])
        .await
        .json();
    let cloud = subscriptions["items"][0]["id"].as_str().unwrap();
    shell
        .done(&["usage", "assign", "Oracle", account, cloud])
        .await;
    let late = shell.run(&bill).await.json();
    assert_eq!(late["documents"], 3, "customer, reseller, distributor");
    assert_eq!(shell.run(&["check"]).await.exit, Exit::Done);
}

/// The demo on one engine, from the first build to starting over.
async fn a_world(shell: &Shell) {
    shell.done(&["demo", "--build-only"]).await;
    let first = census(shell).await;
    assert_eq!(first["account"], 11);
    assert_eq!(first["product"], 12);

    let check = shell.done(&["check"]).await;
    assert_eq!(
        check,
        "Everything adds up in Northwind Cloud, Southgate Cloud.\n"
    );
    resell_cloud_costs(shell).await;
    let first = census(shell).await;
    shell.done(&["demo", "--build-only"]).await;
    assert_eq!(census(shell).await, first);

    // A run that was cut off forgets how far it came, and finds out.
    let file = shell.dir().join("demo.json");
    let mut state: serde_json::Value =
        serde_json::from_slice(&std::fs::read(&file).unwrap()).unwrap();
    state["furnished"] = json!(false);
    state["settled"] = json!(false);
    std::fs::write(&file, state.to_string()).unwrap();
    shell.done(&["demo", "--build-only"]).await;
    assert_eq!(census(shell).await, first);

    std::fs::write(shell.dir().join("mine.txt"), "stays").unwrap();
    shell.done(&["demo", "--build-only", "--fresh"]).await;
    let fresh = census(shell).await;
    assert_eq!((fresh["account"], fresh["invoice"]), (11, 9));
    assert!(shell.dir().join("mine.txt").exists());
}

#[tokio::test]
async fn the_same_world_however_often_it_is_built() {
    a_world(&Shell::new()).await;
}

#[tokio::test]
async fn the_same_world_on_postgresql() {
    let Some(shell) = Shell::postgres().await else {
        return;
    };
    a_world(&shell).await;
}

#[tokio::test]
async fn starting_over_on_postgresql_removes_nothing_of_others() {
    tradewind_platform::stmts! {
        /// A table that is not Tradewind's.
        NEIGHBOUR = "CREATE TABLE neighbour (id TEXT)";
        /// How many rows it has.
        NEIGHBOURS = "SELECT COUNT(*) FROM neighbour";
    }
    let Some(shell) = Shell::postgres().await else {
        return;
    };
    shell.done(&["demo", "--build-only"]).await;
    let db = Db::connect(&shell.db()).await.unwrap();
    let mut tx = db.begin().await.unwrap();
    tx.exec(&NEIGHBOUR, Vec::new()).await.unwrap();
    tx.commit().await.unwrap();
    shell.done(&["demo", "--build-only", "--fresh"]).await;
    let mut tx = db.begin().await.unwrap();
    let (rows,): (i64,) = tx.one(&NEIGHBOURS, Vec::new()).await.unwrap();
    assert_eq!(rows, 0, "the table of others is still there");
    tx.commit().await.unwrap();
    db.close().await;
    let before = census(&shell).await;

    // The directory forgets that it took the database: then it is somebody else's.
    std::fs::remove_file(shell.dir().join("demo.json")).unwrap();
    for line in [
        ["demo", "--build-only", "--fresh"].as_slice(),
        &["demo", "--build-only"],
    ] {
        let refused = shell.run(line).await;
        assert_eq!(refused.exit, Exit::Failed);
        assert!(refused.err.contains("Northwind Cloud"), "{}", refused.err);
        assert_eq!(census(&shell).await, before);
    }
}
