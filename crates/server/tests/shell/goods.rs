//! A product made, priced, sold and delivered with nothing but commands.

use super::{REALM, common::Shell};
use serde_json::{Value, json};
use tradewind_server::cli::Exit;

const PROVIDER: &str = "ada@acme.example";
const VENDOR: &str = "vera@forge.example";
const CUSTOMER: &str = "lena@lagune.example";

/// A file in the directory of the shell.
fn file(shell: &Shell, name: &str, content: &Value) -> String {
    let file = shell.dir().join(name);
    std::fs::write(&file, content.to_string()).unwrap();
    file.to_str().unwrap().to_owned()
}

async fn ask(shell: &Shell, who: &str, line: &[&str]) -> Value {
    let mut asked = vec!["--json", "--as", who];
    asked.extend(line);
    shell.run(&asked).await.json()
}

/// What a refused command said.
async fn refused(shell: &Shell, who: &str, line: &[&str]) -> String {
    let mut asked = vec!["--as", who];
    asked.extend(line);
    let answer = shell.run(&asked).await;
    assert_eq!(answer.exit, Exit::Failed, "{line:?}: {}", answer.out);
    answer.err
}

fn text(value: &Value, pointer: &str) -> String {
    let found = value.pointer(pointer).and_then(Value::as_str);
    found
        .unwrap_or_else(|| panic!("{pointer} in {value}"))
        .to_owned()
}

async fn world() -> Shell {
    let shell = Shell::new();
    shell.done(REALM).await;
    for (kind, name, owner) in [
        ("vendor", "Forge", VENDOR),
        ("customer", "Lagune", CUSTOMER),
    ] {
        let line = [
            "account",
            "create",
            kind,
            name,
            "--country",
            "DE",
            "--email",
            owner,
            "--owner",
            owner,
        ];
        shell.done(&line).await;
    }
    shell
}

fn basic() -> Value {
    json!({
        "code": "basic", "name": { "en": "Basic" }, "status": "published", "billing_cadence": "P1M",
        "auto_renew": true,
        "items": [{
            "code": "seats", "name": { "en": "Seats" }, "kind": "recurring", "unit": { "en": "seat" },
            "timing": "advance", "quantity_min": "1", "quantity_default": "1", "quantity_step": "1",
        }],
    })
}

/// Vault, for sale at 5 a seat from its vendor and a fifth more from the provider.
async fn vault(shell: &Shell) {
    let product = json!({ "slug": "vault", "name": { "en": "Vault" }, "delivery": "manual", "approval": "none" });
    let product = file(shell, "product.json", &product);
    ask(shell, VENDOR, &["product", "create", &product]).await;
    let plan = file(shell, "plan.json", &basic());
    let made = ask(shell, VENDOR, &["product", "plan", "add", "vault", &plan]).await;
    let item = text(&made, "/plans/0/items/0/id");
    ask(shell, VENDOR, &["product", "publish", "vault"]).await;

    let price = json!([{
        "item_id": item, "kind": "absolute", "model": { "model": "per_unit", "unit_price": "5" },
    }]);
    let price = file(shell, "price.json", &price);
    for (who, rule) in [(VENDOR, ["--file", &price]), (PROVIDER, ["--markup", "20"])] {
        let create = [
            "price-book",
            "create",
            "Prices",
            "--currency",
            "EUR",
            "--default",
        ];
        let book = text(&ask(shell, who, &create).await, "/id");
        let revise = [
            "price-book",
            "revise",
            &book,
            "--from",
            "2024-09-01",
            rule[0],
            rule[1],
        ];
        ask(shell, who, &revise).await;
    }
}

/// The provider takes half off the vault for whoever knows the code.
async fn coupons(shell: &Shell) {
    let create = [
        "coupon",
        "create",
        "Launch",
        "--code",
        "LAUNCH",
        "--percent",
    ];
    let made = ask(
        shell,
        PROVIDER,
        &[&create[..], &["50", "--periods", "2"]].concat(),
    )
    .await;
    let id = text(&made, "/id");
    let buy = [
        "quote", "buy", "vault", "basic", "--item", "seats=3", "--coupon",
    ];
    let cheaper = ask(shell, CUSTOMER, &[&buy[..], &["launch"]].concat()).await;
    let pointer = |at| cheaper.pointer(at).cloned();
    assert_eq!(
        pointer("/preview/billing/due_now/gross/amount"),
        Some(json!("9.00")),
        "{cheaper}"
    );
    assert_eq!(
        pointer("/preview/billing/discounts/0/next/amount"),
        Some(json!("9.00"))
    );
    let unknown = refused(shell, CUSTOMER, &[&buy[..], &["lunch"]].concat()).await;
    assert!(
        unknown.contains("there is no coupon with this code"),
        "{unknown}"
    );
    let listed = ask(
        shell,
        PROVIDER,
        &["coupon", "list", "--filter", "code:launch"],
    )
    .await;
    assert_eq!(text(&listed, "/items/0/id"), id);
    // For a customer by name; whoever else is named has to be one.
    let who = async |kind: &str| {
        let filter = format!("kind:{kind}");
        let found = ask(shell, PROVIDER, &["account", "list", "--filter", &filter]).await;
        text(&found, "/items/0/id")
    };
    let named = |who: &str| {
        let line = ["coupon", "update", &id, "Launch", "--code", "LAUNCH"];
        let rest = ["--percent", "50", "--customer", who];
        let line = line.iter().chain(&rest).map(|word| (*word).to_owned());
        line.collect::<Vec<String>>()
    };
    let line = named(&who("vendor").await);
    let line: Vec<&str> = line.iter().map(String::as_str).collect();
    let wrong = refused(shell, PROVIDER, &line).await;
    assert!(
        wrong.contains("is not a customer of this seller"),
        "{wrong}"
    );
    let customer = who("customer").await;
    let line = named(&customer);
    let line: Vec<&str> = line.iter().map(String::as_str).collect();
    let made = ask(shell, PROVIDER, &line).await;
    assert_eq!(text(&made, "/customers/0"), customer);
    ask(shell, CUSTOMER, &[&buy[..], &["launch"]].concat()).await;
    ask(shell, PROVIDER, &["coupon", "end", &id]).await;
    let over = refused(shell, CUSTOMER, &[&buy[..], &["LAUNCH"]].concat()).await;
    assert!(over.contains("this coupon has expired"), "{over}");
    let shown = ask(shell, PROVIDER, &["coupon", "show", &id]).await;
    assert_eq!(text(&shown, "/state"), "ended");
}

#[tokio::test]
async fn a_service_is_made_sold_and_delivered_by_commands() {
    let shell = world().await;
    vault(&shell).await;
    let card = [
        "card",
        "add",
        "--expires",
        "12/30",
        "--number",
        "4242424242424242",
    ];
    ask(&shell, CUSTOMER, &card).await;
    let quote = ask(
        &shell,
        CUSTOMER,
        &["quote", "buy", "vault", "basic", "--item", "seats=3"],
    )
    .await;
    assert_eq!(
        quote.pointer("/preview/billing/due_now/gross/amount"),
        Some(&json!("18.00")),
        "{quote}"
    );
    coupons(&shell).await;
    let order = ask(&shell, CUSTOMER, &["order", "place", &text(&quote, "/id")]).await;
    let subscription = text(&order, "/subscription_id");

    let link = [
        "access",
        "links",
        &subscription,
        "--link",
        "app:Vault=https://v.example/1",
    ];
    ask(&shell, VENDOR, &link).await;
    let welcome = shell.dir().join("welcome.md");
    std::fs::write(&welcome, "Come in.\n").unwrap();
    let welcome = format!("en={}", welcome.display());
    ask(
        &shell,
        VENDOR,
        &["access", "instructions", &subscription, "--text", &welcome],
    )
    .await;
    let secret = shell.dir().join("secret");
    std::fs::write(&secret, "s3cret\n").unwrap();
    let secret = secret.to_str().unwrap();
    let credential = [
        "access",
        "credential",
        &subscription,
        "admin",
        "--label",
        "Administrator",
        "--from",
    ];
    ask(&shell, VENDOR, &[&credential[..], &[secret]].concat()).await;
    std::fs::write(secret, "another").unwrap();
    let again = refused(&shell, VENDOR, &[&credential[..], &[secret]].concat()).await;
    assert_eq!(
        again,
        "error: the credential \"admin\" has been written already and can't be replaced\n"
    );

    let waiting = ask(&shell, VENDOR, &["delivery", "list"]).await;
    let delivery = text(&waiting, "/items/0/id");
    ask(
        &shell,
        VENDOR,
        &["delivery", "report", &delivery, "succeeded"],
    )
    .await;
    let running = ask(&shell, CUSTOMER, &["subscription", "show", &subscription]).await;
    assert_eq!(text(&running, "/commercial_state"), "active");
    let seen = ask(&shell, CUSTOMER, &["access", "show", &subscription]).await;
    assert_eq!(seen["endpoints"][0]["url"], "https://v.example/1");
    assert_eq!(seen["instructions"]["en"], "Come in.");
    let reveal = ["access", "reveal", &subscription, "admin"];
    assert_eq!(
        text(&ask(&shell, CUSTOMER, &reveal).await, "/value"),
        "s3cret"
    );
    let vendor = refused(&shell, VENDOR, &reveal).await;
    assert_eq!(
        vendor,
        "error: this needs the permission \"access_data.view\"\n"
    );
    assert_eq!(
        shell.done(&["check"]).await,
        "Everything adds up in Acme.\n"
    );
}

#[tokio::test]
async fn products_change_by_what_a_file_says() {
    let shell = world().await;
    vault(&shell).await;
    let name = file(
        &shell,
        "name.json",
        &json!({ "name": { "en": "Vault Pro", "de": "Tresor" } }),
    );
    let update = ["product", "update", "vault", &name];
    let stale = refused(
        &shell,
        VENDOR,
        &[&update[..], &["--if-version", "1"]].concat(),
    )
    .await;
    assert!(stale.contains("has been changed meanwhile"), "{stale}");
    let renamed = ask(&shell, VENDOR, &update).await;
    assert_eq!(
        renamed["name"],
        json!({ "de": "Tresor", "en": "Vault Pro" })
    );
    assert_eq!(
        (&renamed["slug"], &renamed["status"]),
        (&json!("vault"), &json!("published"))
    );

    let most = file(&shell, "most.json", &json!({ "quantity_max": "50" }));
    let item = [
        "product", "item", "update", "vault", "basic", "seats", &most,
    ];
    let changed = ask(&shell, VENDOR, &item).await;
    assert_eq!(
        changed.pointer("/plans/0/items/0/quantity_max"),
        Some(&json!("50"))
    );
    let question = file(
        &shell,
        "question.json",
        &json!({
            "code": "region", "label": { "en": "Region" }, "kind": "choice", "required": true,
            "choices": [{ "value": "eu", "label": { "en": "Europe" } }],
        }),
    );
    let asked = ask(
        &shell,
        VENDOR,
        &["product", "parameter", "add", "vault", &question],
    )
    .await;
    assert_eq!(text(&asked, "/parameters/0/code"), "region");

    let before = ask(&shell, VENDOR, &["product", "show", "vault"]).await;
    for (line, reason) in [
        (
            &["product", "plan", "update", "vault", "gold", &name][..],
            "error: plan: there is no plan \"gold\"; there is basic\n",
        ),
        (
            &["product", "show", "safe"],
            "error: there is no product \"safe\"\n",
        ),
        (
            &["product", "update", "vault", "/nowhere.json"],
            "error: file: /nowhere.json can't be read: No such file or directory (os error 2)\n",
        ),
        (
            &["product", "plan", "update", "vault", "basic", &most],
            "error: quantity_max: unknown field",
        ),
    ] {
        let said = refused(&shell, VENDOR, line).await;
        assert!(said.starts_with(reason), "{line:?}: {said}");
    }
    let others = ask(&shell, CUSTOMER, &["product", "list"]).await;
    assert_eq!(others["items"], json!([]));
    assert_eq!(
        ask(&shell, VENDOR, &["product", "show", "vault"]).await,
        before
    );
    let withdrawn = ask(&shell, VENDOR, &["product", "withdraw", "vault"]).await;
    assert_eq!(text(&withdrawn, "/status"), "withdrawn");
}

#[tokio::test]
async fn rates_reminders_and_endpoints_are_set_by_commands() {
    let shell = world().await;
    let rate = ["rate", "set", "EUR", "USD", "1.1", "--from", "2024-09-01"];
    ask(&shell, PROVIDER, &rate).await;
    for (rate, reason) in [
        (
            ["rate", "set", "EUR", "USD", "1.2", "--from", "2024-09-01"],
            "in effect already",
        ),
        (
            ["rate", "set", "EUR", "XXY", "1.2", "--from", "2024-09-01"],
            "\"XXY\" is not a currency",
        ),
        (
            ["rate", "set", "EUR", "GBP", "much", "--from", "2024-09-01"],
            "rate: \"much\" is not a decimal number",
        ),
        (
            ["rate", "set", "EUR", "GBP", "0.8", "--from", "soon"],
            "from: \"soon\" is not a date",
        ),
    ] {
        let said = refused(&shell, PROVIDER, &rate).await;
        assert!(said.contains(reason), "{rate:?}: {said}");
    }
    let rates = ask(&shell, PROVIDER, &["rate", "list"]).await;
    assert_eq!(rates["items"].as_array().map(Vec::len), Some(1));
    assert_eq!(text(&rates, "/items/0/rate"), "1.1");

    let steps = [
        "dunning",
        "set",
        "--step",
        "3=remind",
        "--step",
        "12=suspend",
    ];
    ask(&shell, PROVIDER, &steps).await;
    let wrong = refused(&shell, PROVIDER, &["dunning", "set", "--step", "3=sue"]).await;
    assert_eq!(
        wrong,
        "error: step: must be one of remind retry fee restrict suspend terminate write_off\n"
    );
    let kept = ask(&shell, PROVIDER, &["dunning", "show"]).await;
    let expected = json!([
        { "after_days": 3, "action": "remind" }, { "after_days": 12, "action": "suspend" },
    ]);
    assert_eq!(kept["steps"], expected);

    let class = [
        "dunning",
        "class",
        "key",
        "Key accounts",
        "--step",
        "5=fee:5.00+1.50%@own",
        "--step",
        "20=suspend>50.00",
        "--beyond",
        "approve",
    ];
    ask(&shell, PROVIDER, &class).await;
    let kept = ask(&shell, PROVIDER, &["dunning", "classes"]).await;
    let expected = json!({ "steps": [
        { "after_days": 5, "action": "fee", "fee": { "amounts": [{ "amount": "5.00", "currency": "EUR" }], "percent": "1.50",
            "tax_category": "exempt", "document": "own" } },
        { "after_days": 20, "action": "suspend", "at_least": [{ "amount": "50.00", "currency": "EUR" }] },
    ], "beyond_credit": "approve" });
    assert_eq!(kept["items"][0]["policy"], expected);
    let wrong = ["dunning", "class", "key", "Key", "--step", "5=fee"];
    let wrong = refused(&shell, PROVIDER, &wrong).await;
    assert_eq!(wrong, "error: steps.0.fee: expected what the fee is\n");
    let gone = ask(&shell, PROVIDER, &["dunning", "end-class", "key"]).await;
    assert_eq!(gone["items"].as_array().map(Vec::len), Some(0));

    let number = ["ledger", "number", "assets:bank", "1200", "Giro"];
    let chart = ask(&shell, PROVIDER, &number).await;
    assert_eq!(text(&chart, "/items/0/code"), "1200");
    let again = refused(
        &shell,
        PROVIDER,
        &["ledger", "number", "income:sales", "1200"],
    )
    .await;
    assert_eq!(again, "error: code: 1200 is the number of assets:bank\n");
    let closed = ask(&shell, PROVIDER, &["ledger", "close", "2001-03"]).await;
    assert_eq!(text(&closed, "/closed_until"), "2001-03-31");
    let reopen = ["ledger", "reopen", "2001-03", "Forgotten"];
    let opened = ask(&shell, PROVIDER, &reopen).await;
    assert_eq!(text(&opened, "/closed_until"), "2001-02-28");
    let since = ["ledger", "recognise", "over_time", "--since", "2099-02"];
    let policy = ask(&shell, PROVIDER, &since).await;
    assert_eq!(text(&policy, "/since"), "2099-02-01");
    let wrong = refused(&shell, PROVIDER, &["ledger", "recognise", "never"]).await;
    assert!(
        wrong.contains("must be one of at_issue over_time"),
        "{wrong}"
    );
    let none = ask(&shell, PROVIDER, &["ledger", "revenue", "--months", "3"]).await;
    assert_eq!(none["items"], json!([]));
    let sealed = ask(&shell, PROVIDER, &["ledger", "seal"]).await;
    assert_eq!(sealed["waiting"], json!(0));

    let create = [
        "webhook",
        "create",
        "https://v.example/hook",
        "--kind",
        "delivery.*",
    ];
    let created = ask(&shell, VENDOR, &create).await;
    let (id, secret) = (text(&created, "/endpoint/id"), text(&created, "/secret"));
    let rotated = ask(
        &shell,
        VENDOR,
        &["webhook", "rotate", &id, "--keep-former", "0"],
    )
    .await;
    assert_ne!(text(&rotated, "/secret"), secret);
    let off = ask(
        &shell,
        VENDOR,
        &["webhook", "update", &id, "--enabled", "off"],
    )
    .await;
    assert_eq!(
        (&off["enabled"], &off["kinds"]),
        (&json!(false), &json!(["delivery.*"]))
    );
    let quiet = refused(&shell, VENDOR, &["webhook", "test", &id]).await;
    assert_eq!(
        quiet,
        "error: the endpoint is switched off; switch it on first\n"
    );
    let others = refused(&shell, CUSTOMER, &["webhook", "show", &id]).await;
    assert!(others.contains("there is no webhook"), "{others}");
    ask(&shell, VENDOR, &["webhook", "remove", &id]).await;
    let left = ask(&shell, VENDOR, &["webhook", "list"]).await;
    assert_eq!(left["items"], json!([]));
}

#[tokio::test]
async fn any_operation_of_the_api_is_a_command() {
    let shell = world().await;
    let me = ask(&shell, VENDOR, &["api", "GET", "/api/v1/me"]).await;
    assert_eq!(text(&me, "/memberships/0/account/name"), "Forge");
    let account = text(&me, "/account");

    let path = format!("accounts/{account}");
    let change = [
        "api",
        "patch",
        &path,
        "--body",
        r#"{"email": "hello@forge.example"}"#,
    ];
    let stale = [&change[..], &["--header", "If-Match: \"99\""]].concat();
    let said = refused(&shell, VENDOR, &stale).await;
    assert!(said.contains("has been changed meanwhile"), "{said}");
    ask(&shell, VENDOR, &[&change[..], &["--dry-run"]].concat()).await;
    let now = ask(&shell, VENDOR, &["api", "GET", &path]).await;
    assert_eq!(text(&now, "/email"), VENDOR, "neither was kept");
    ask(&shell, VENDOR, &change).await;
    let now = ask(&shell, VENDOR, &["api", "GET", &path]).await;
    assert_eq!(text(&now, "/email"), "hello@forge.example");

    let body = file(&shell, "body.json", &json!({ "email": 1 }));
    let from_file = ["api", "PATCH", &path, "--body", &format!("@{body}")];
    let malformed = refused(&shell, VENDOR, &from_file).await;
    assert!(malformed.starts_with("error: email: "), "{malformed}");
    assert_eq!(
        refused(&shell, CUSTOMER, &["api", "GET", &path]).await,
        format!("error: there is no account \"{account}\"\n")
    );
    let nowhere = refused(&shell, VENDOR, &["api", "GET", "nowhere"]).await;
    assert!(nowhere.starts_with("error: "), "{nowhere}");

    let kept = shell.dir().join("openapi.json");
    let keep = [
        "api",
        "GET",
        "openapi.json",
        "--out",
        kept.to_str().unwrap(),
    ];
    shell.done(&keep).await;
    let document: Value = serde_json::from_slice(&std::fs::read(kept).unwrap()).unwrap();
    assert_eq!(document["openapi"], "3.1.0");
}
