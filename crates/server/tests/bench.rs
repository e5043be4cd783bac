//! The benches do what they measure: small runs of each, whose results are looked at, not their speed.

mod common;

use common::Shell;
use serde_json::Value;
use tradewind_server::cli::Exit;

async fn bench(shell: &Shell, line: &[&str]) -> Value {
    let line = [&["--json", "bench"], line].concat();
    shell.run(&line).await.json()
}

async fn ingest(shell: &Shell) {
    let line = ["ingest", "--records", "1230", "--batch", "200"];
    let figures = bench(shell, &line).await;
    for way in ["service", "http"] {
        // Three batches begin with a hundred's first record, which repeats one of the batch before.
        let way = &figures[way];
        assert_eq!(way["exactly_once"], true, "{figures}");
        assert_eq!(way["records"], 1230, "{figures}");
        assert_eq!(
            way["accepted"], figures["baseline"]["accepted"],
            "{figures}"
        );
        assert!(way["duplicate"].as_u64() > Some(0), "{figures}");
    }
}

async fn bill(shell: &Shell) {
    let figures = bench(shell, &["bill", "--subscriptions", "7,12"]).await;
    for (run, subscriptions) in [(0, 7), (1, 12)] {
        let run = &figures["runs"][run];
        assert_eq!(run["subscriptions"], subscriptions, "{figures}");
        // The distributor, the reseller and the customer get one each.
        assert_eq!(run["documents"], 3 * subscriptions, "{figures}");
        // The vendor's leg is charged, too.
        assert_eq!(run["charges"], 4 * 5 * subscriptions, "{figures}");
        assert_eq!(run["findings"], 0, "{figures}");
    }
    let line = ["bill", "--one-account", "--lines", "1", "--subscriptions"];
    let figures = bench(shell, &[&line[..], &["9"]].concat()).await;
    let run = &figures["runs"][0];
    assert_eq!(run["subscriptions"], 9, "{figures}");
    assert_eq!(run["documents"], 3, "{figures}");
    assert_eq!(run["charges"], 4 * 9, "{figures}");
    assert_eq!(run["findings"], 0, "{figures}");
}

async fn seed(shell: &Shell) {
    let line = [
        "seed",
        "--resellers",
        "2",
        "--subscriptions",
        "23",
        "--products",
        "12",
        "--invoices",
        "4",
    ];
    let figures = bench(shell, &line).await;
    assert_eq!(figures["subscriptions"], 23, "{figures}");
    shell.done(&["--realm", "bench seed", "check"]).await;
    let subscriptions = ["--json", "--realm", "bench seed", "subscription", "list"];
    let listed = shell
        .run(&[&subscriptions[..], &["--limit", "200"]].concat())
        .await;
    assert_eq!(listed.json()["items"].as_array().map(Vec::len), Some(23));
    let again = shell.run(&[&["bench"], &line[..]].concat()).await;
    assert_eq!(again.exit, Exit::Failed);
    assert!(again.err.contains("bench seed"), "{}", again.err);
}

#[tokio::test(flavor = "multi_thread")]
async fn benches_do_what_they_measure() {
    let shell = Shell::new();
    ingest(&shell).await;
    bill(&shell).await;
    seed(&shell).await;
    if let Some(shell) = Shell::postgres().await {
        ingest(&shell).await;
        bill(&shell).await;
        seed(&shell).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_are_served_by_a_process_of_its_own() {
    let shell = Shell::new();
    let dir = shell.dir().to_str().expect("a path").to_owned();
    let args = [
        "--data",
        &dir,
        "--json",
        "bench",
        "web",
        "--rate",
        "20",
        "--seconds",
        "1",
    ];
    let seed = [
        "seed",
        "--resellers",
        "1",
        "--subscriptions",
        "6",
        "--products",
        "4",
        "--invoices",
        "2",
    ];
    bench(&shell, &seed).await;
    let answer = std::process::Command::new(env!("CARGO_BIN_EXE_tradewind"))
        .args(args)
        .env_remove("DATABASE_URL")
        .output()
        .expect("the program runs");
    let text = String::from_utf8_lossy(&answer.stdout);
    let figures: Value = serde_json::from_str(&text)
        .unwrap_or_else(|e| panic!("{e}: {text}{}", String::from_utf8_lossy(&answer.stderr)));
    assert_eq!(figures["answered"], 20, "{figures}");
    assert_eq!(figures["failed"], 0, "{figures}");
}

#[tokio::test]
async fn a_database_with_anything_else_in_it_is_left_alone() {
    let shell = Shell::new();
    let realm = [
        "admin",
        "realm",
        "create",
        "Acme",
        "--provider",
        "Acme Cloud",
        "--country",
        "DE",
        "--currency",
        "EUR",
        "--owner",
        "ada@acme.example",
        "--password",
        "correct horse battery",
    ];
    shell.done(&realm).await;
    for line in [
        &["bench", "seed"][..],
        &["bench", "ingest"],
        &["bench", "bill"],
        &["bench", "web"],
    ] {
        let answer = shell.run(line).await;
        assert_eq!(answer.exit, Exit::Failed, "{line:?}");
        assert!(answer.err.contains("\"Acme\""), "{}", answer.err);
    }
    let accounts = shell.run(&["--json", "account", "list"]).await.json();
    assert_eq!(accounts["items"].as_array().map(Vec::len), Some(1));
}
