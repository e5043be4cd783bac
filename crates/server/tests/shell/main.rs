//! What a shell gets to see: answers, refusals, exit codes.

#[path = "../common/mod.rs"]
mod common;
mod goods;

use common::Shell;
use tradewind_server::cli::Exit;

const REALM: &[&str] = &[
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
    "--sandbox",
    "--starts-at",
    "2024-09-01T08:00:00Z",
    "--password",
    "correct horse battery",
];

#[tokio::test]
async fn a_realm_is_made_and_its_clock_moves() {
    let shell = Shell::new();
    let empty = shell.run(&["order", "list"]).await;
    assert_eq!(empty.exit, Exit::Failed);
    assert!(
        empty.err.contains("tradewind admin realm create"),
        "{}",
        empty.err
    );

    insta::assert_snapshot!(steady(&shell.done(REALM).await), @r"
    realm     rlm_…
    provider  acc_…
    owner     ada@acme.example
    ");
    let twice = shell.run(REALM).await;
    assert_eq!(twice.exit, Exit::Failed);
    assert_eq!(twice.err, "error: there is a realm \"Acme\" already\n");

    shell.done(&["clock", "travel", "2024-10-01"]).await;
    let now = shell.run(&["--json", "clock", "show"]).await.json();
    assert!(
        now["now"]
            .as_str()
            .unwrap()
            .starts_with("2024-10-01T00:00:0"),
        "{now}"
    );
    assert_eq!(now["target"], serde_json::Value::Null);

    let back = shell.run(&["clock", "travel", "2024-09-15"]).await;
    assert_eq!(back.exit, Exit::Failed);
    assert!(back.err.contains("only moves forward"), "{}", back.err);
}

#[tokio::test]
async fn a_user_acts_with_the_users_own_roles() {
    let shell = Shell::new();
    shell.done(REALM).await;
    let realms = shell
        .run(&["--json", "admin", "realm", "list"])
        .await
        .json();
    let provider = realms["items"][0]["provider"].as_str().unwrap().to_owned();

    let invited = shell
        .done(&[
            "admin",
            "user",
            "create",
            "sam@acme.example",
            &provider,
            "--role",
            "read_only",
            "--name",
            "Sam",
        ])
        .await;
    insta::assert_snapshot!(steady(&invited), @r"
    id      usr_…
    e-mail  sam@acme.example
    name    Sam
    status  invited
    roles   read_only
    ");
    let refused = shell
        .run(&[
            "--as",
            "sam@acme.example",
            "admin",
            "key",
            "create",
            "ci",
            &provider,
            "--role",
            "support",
        ])
        .await;
    assert_eq!(refused.exit, Exit::Failed);
    assert_eq!(
        refused.err,
        "error: this needs the permission \"api_key.manage\"\n"
    );

    let key = shell
        .run(&[
            "--json",
            "--as",
            "ada@acme.example",
            "admin",
            "key",
            "create",
            "ci",
            &provider,
            "--role",
            "support",
        ])
        .await
        .json();
    assert!(key["secret"].as_str().unwrap().len() > 40);
    assert_eq!(key["key"]["roles"], serde_json::json!(["support"]));
    let nobody = shell
        .run(&["--as", "eve@acme.example", "order", "list"])
        .await;
    assert_eq!(nobody.err, "error: there is no user \"eve@acme.example\"\n");
}

#[tokio::test]
async fn a_dry_run_keeps_nothing() {
    let shell = Shell::new();
    shell.done(REALM).await;
    let realms = shell
        .run(&["--json", "admin", "realm", "list"])
        .await
        .json();
    let provider = realms["items"][0]["provider"].as_str().unwrap().to_owned();
    shell
        .done(&[
            "--dry-run",
            "admin",
            "user",
            "create",
            "sam@acme.example",
            &provider,
            "--role",
            "support",
        ])
        .await;
    let users = shell
        .run(&["--json", "admin", "user", "list", &provider])
        .await
        .json();
    assert_eq!(users["items"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn wrong_usage_and_wrong_input_have_codes_of_their_own() {
    let shell = Shell::new();
    assert_eq!(shell.run(&["sell"]).await.exit, Exit::Usage);
    assert_eq!(shell.run(&["clock", "travel"]).await.exit, Exit::Usage);
    assert_eq!(shell.run(&["--help"]).await.exit, Exit::Done);

    shell.done(REALM).await;
    let wrong = shell.run(&["order", "show", "sub_1"]).await;
    assert_eq!(wrong.exit, Exit::Failed);
    assert!(wrong.err.starts_with("error: order: "), "{}", wrong.err);
    let filter = shell
        .run(&["--json", "order", "list", "--filter", "colour:red"])
        .await;
    let problem: serde_json::Value = serde_json::from_str(&filter.err).unwrap();
    assert_eq!(problem["error"]["code"], "invalid_input");
    assert!(filter.out.is_empty());
}

#[tokio::test]
async fn a_directory_with_another_installation_is_no_place_for_the_demo() {
    let shell = Shell::new();
    shell.done(REALM).await;
    for line in [
        &["demo", "--build-only"][..],
        &["demo", "--build-only", "--fresh"],
    ] {
        let refused = shell.run(line).await;
        assert_eq!(refused.exit, Exit::Failed);
        assert!(
            refused.err.contains("another installation"),
            "{}",
            refused.err
        );
    }
    let realms = shell
        .run(&["--json", "admin", "realm", "list"])
        .await
        .json();
    assert_eq!(realms["items"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn pages_and_api_answer_from_one_router() {
    use axum::body::Body;
    use axum::http::Request;
    use tower::ServiceExt as _;

    let shell = Shell::new();
    shell.done(REALM).await;
    let mut config = tradewind_server::config::Config::embedded(shell.dir()).unwrap();
    config.public_url = "http://localhost:8080".to_owned();
    let app = tradewind_server::wiring::App::open(&config).await.unwrap();
    let routes = app.router(None);
    for (path, status, kind) in [
        ("/healthz", 200, "text/plain"),
        ("/readyz", 200, "text/plain"),
        ("/api/v1/openapi.json", 200, "application/json"),
        ("/api/v1/me", 401, "application/problem+json"),
        ("/api/v1/nothing", 404, "application/problem+json"),
        ("/nowhere", 404, "text/html"),
    ] {
        let request = Request::get(path).body(Body::empty()).unwrap();
        let answer = routes.clone().oneshot(request).await.unwrap();
        let given = answer
            .headers()
            .get("content-type")
            .map(|v| v.to_str().unwrap().to_owned());
        assert_eq!(answer.status().as_u16(), status, "{path}");
        assert!(
            given.clone().is_some_and(|given| given.starts_with(kind)),
            "{path}: {given:?}"
        );
    }
    app.close().await;
}

/// The text with its ids replaced, to compare with what was kept.
fn steady(text: &str) -> String {
    let mut steady = String::new();
    let mut rest = text;
    while let Some(at) = rest.find('_') {
        let (before, after) = rest.split_at(at + 1);
        steady.push_str(before);
        let id: usize = after
            .bytes()
            .take_while(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
            .count();
        if id == 26 {
            steady.push('…');
            rest = &after[id..];
        } else {
            rest = after;
        }
    }
    steady.push_str(rest);
    steady
}

/// A malformed file: the row and the column are named, and whether the other rows are taken in is for the flag to say.
#[tokio::test]
async fn a_malformed_file_is_named_by_row_and_column() {
    let shell = Shell::new();
    shell.done(REALM).await;
    let sample = include_str!("../../demo/focus-1.0-sample.csv");
    let mut lines: Vec<String> = sample.lines().take(6).map(str::to_owned).collect();
    // The second column is BilledCost.
    assert!(lines[0].starts_with("\"AvailabilityZone\",\"BilledCost\""));
    let mut fields: Vec<&str> = lines[3].splitn(3, ',').collect();
    fields[1] = "a lot";
    lines[3] = fields.join(",");
    let file = shell.dir().join("costs.csv");
    std::fs::write(&file, lines.join("\n")).unwrap();
    let file = file.to_str().unwrap();

    let none = ["--json", "import", "focus", file, "--on-error", "abort"];
    let none = shell.run(&none).await;
    assert_eq!(none.exit, Exit::Failed, "{}", none.out);
    assert!(
        none.err.contains("row 4, column BilledCost"),
        "{}",
        none.err
    );
    let held = shell.run(&["--json", "usage", "held"]).await.json();
    assert_eq!(
        held["items"].as_array().unwrap().len(),
        0,
        "nothing was kept"
    );

    let others = ["--json", "import", "focus", file, "--on-error", "skip"];
    let others = shell.run(&others).await.json();
    assert_eq!(
        (&others["held"], &others["rejected"]),
        (&4.into(), &1.into())
    );
    let problem = &others["problems"][0];
    assert_eq!(
        (&problem["row"], &problem["column"]),
        (&4.into(), &"BilledCost".into())
    );
    let held = shell.run(&["--json", "usage", "held"]).await.json();
    assert_eq!(held["items"].as_array().unwrap().len(), 4);
}

#[tokio::test]
async fn a_tax_engine_is_set_up_from_a_file_and_keeps_its_secret() {
    let shell = Shell::new();
    shell.done(REALM).await;
    let realms = ["--json", "admin", "realm", "list"];
    let realms = shell.run(&realms).await.json();
    let seller = realms["items"][0]["provider"].as_str().unwrap().to_owned();
    let none = shell.done(&["tax", "engine", "show", &seller]).await;
    assert_eq!(none, "This seller has no tax engine set up.\n");
    let decides = ["tax", "profile", &seller, "--decision", "engine"];
    let early = shell.run(&decides).await;
    assert!(early.err.contains("no tax engine set up"), "{}", early.err);

    let file = shell.dir().join("engine.json");
    let set_up = r#"{ "url": "https://tax.example/in", "secret": "engine-secret-1", "away": "own_tables", "after_hours": 4 }"#;
    std::fs::write(&file, set_up).unwrap();
    let file = file.to_str().unwrap();
    let set = shell.done(&["tax", "engine", "set", &seller, file]).await;
    assert!(
        set.contains("et-1") && !set.contains("engine-secret"),
        "{set}"
    );
    shell.done(&decides).await;
    let work = ["--json", "tax", "engine", "work", &seller];
    assert_eq!(shell.run(&work).await.exit, Exit::Done);
    let gone = shell.run(&["tax", "engine", "remove", &seller]).await;
    assert_eq!(gone.exit, Exit::Failed);
    assert!(
        gone.err.contains("decides this seller's taxes"),
        "{}",
        gone.err
    );
}
