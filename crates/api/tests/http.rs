//! What all resources share: who calls, in which realm, strict input, versions, pages, keys, limits and headers.

mod common;

use common::{PASSWORD, World, realm_input};
use http::{Method, StatusCode};
use serde_json::{Value, json};
use tradewind_accounts::service::realm_create;
use tradewind_api::{ApiConfig, limit::Rate};
use tradewind_testkit::TestDb;

fn account(name: &str) -> Value {
    json!({ "kind": "customer", "name": name, "country": "DE", "email": "a@b.example" })
}

#[tokio::test]
async fn credentials_that_do_not_hold_are_refused_not_ignored() {
    let w = World::new().await;
    let refused = async |headers: &[(&str, &str)]| {
        let answer = w.send(Method::GET, "/api/v1/realm", headers, None).await;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{headers:?}");
        assert_eq!(
            answer.header("www-authenticate"),
            "Bearer realm=\"tradewind\""
        );
        answer.problem().0
    };
    assert_eq!(
        refused(&[("authorization", "Bearer twk_nonsense")]).await,
        "invalid_api_key"
    );
    assert_eq!(
        refused(&[("authorization", "Bearer tws_nonsense")]).await,
        "session_over"
    );
    assert_eq!(
        refused(&[("authorization", "Basic YTpi")]).await,
        "malformed_authorization"
    );
    assert_eq!(
        refused(&[("cookie", "tradewind_session=tws_nonsense")]).await,
        "session_over"
    );
    let second = realm_create(&w.t.platform, &w.passwords, &realm_input("second"))
        .await
        .expect("a realm");
    let bearer = format!("Bearer {}", w.reseller.key);
    let other = second.realm.to_string();
    assert_eq!(
        refused(&[("authorization", &bearer), ("tradewind-realm", &other)]).await,
        "wrong_realm"
    );
    let own = w
        .send(
            Method::GET,
            "/api/v1/me",
            &[("authorization", &bearer), ("tradewind-realm", "shop")],
            None,
        )
        .await;
    assert_eq!(own.json()["realm"], w.realm.to_string());
    let there = w
        .send(
            Method::GET,
            "/api/v1/realm",
            &[("tradewind-realm", "second")],
            None,
        )
        .await;
    assert_eq!(there.json()["id"], other);
    let nowhere = w
        .send(
            Method::GET,
            "/api/v1/realm",
            &[("tradewind-realm", "third")],
            None,
        )
        .await;
    assert_eq!(
        (nowhere.status, nowhere.problem().0),
        (StatusCode::NOT_FOUND, "not_found".into())
    );
}

#[tokio::test]
async fn a_host_name_leads_to_its_realm() {
    let w = World::new().await;
    let body = json!({ "host": "cloud.nordwind.example" });
    let bearer = format!("Bearer {}", w.reseller.key);
    let path = format!("/api/v1/accounts/{}", w.reseller.id);
    let changed = w
        .send(
            Method::PATCH,
            &path,
            &[("authorization", &bearer)],
            Some(body),
        )
        .await;
    assert_eq!(changed.status, StatusCode::OK, "{}", changed.text);
    let found = w
        .send(
            Method::GET,
            "/api/v1/realm",
            &[("host", "cloud.nordwind.example:8080")],
            None,
        )
        .await;
    assert_eq!(found.json()["id"], w.realm.to_string());
}

#[tokio::test]
async fn a_cookie_changes_nothing_without_the_token_of_its_pages() {
    let w = World::new().await;
    let cookie = format!("other=1; tradewind_session={}", w.token);
    let read = w
        .send(Method::GET, "/api/v1/me", &[("cookie", &cookie)], None)
        .await;
    assert_eq!(read.json()["user"]["email"], "ada@provider.example");
    let before = w.audits().await;
    for token in [None, Some(""), Some("wrong")] {
        let mut headers = vec![("cookie", cookie.as_str())];
        headers.extend(token.map(|token| ("x-csrf-token", token)));
        let refused = w
            .send(
                Method::POST,
                "/api/v1/accounts",
                &headers,
                Some(account("New")),
            )
            .await;
        assert_eq!(
            (refused.status, refused.problem().0),
            (StatusCode::FORBIDDEN, "csrf_token_required".into())
        );
    }
    assert_eq!(w.audits().await, before);
    let headers = [
        ("cookie", cookie.as_str()),
        ("x-csrf-token", w.csrf.as_str()),
    ];
    let done = w
        .send(
            Method::POST,
            "/api/v1/accounts",
            &headers,
            Some(account("New")),
        )
        .await;
    assert_eq!(done.status, StatusCode::CREATED);
    let id = done.json()["account"]["id"]
        .as_str()
        .expect("an id")
        .to_owned();
    assert_eq!(done.header("location"), format!("/api/v1/accounts/{id}"));
}

#[tokio::test]
async fn bodies_are_read_strictly_and_name_what_is_wrong() {
    let w = World::new().await;
    let before = w.audits().await;
    let mut with_terms = account("New");
    with_terms["terms"] = json!({ "payment_terms_days": "many" });
    let mut unknown = account("New");
    unknown["owner"] = json!({ "email": "a@b.example", "phone": "1" });
    let mut wrong = account("New");
    wrong["currency"] = json!("EURO");
    wrong["country"] = json!("XX");
    for (body, code, fields) in [
        (json!("{"), "invalid_input", vec![""]),
        (json!("{} x"), "invalid_input", vec!["kind"]),
        (json!([]), "invalid_input", vec![""]),
        (json!({ "kind": "customer" }), "invalid_input", vec!["name"]),
        (unknown, "invalid_input", vec!["owner.phone"]),
        (
            with_terms,
            "invalid_input",
            vec!["terms.payment_terms_days"],
        ),
        (wrong, "invalid_input", vec!["country", "currency"]),
    ] {
        let refused = w
            .post("/api/v1/accounts", &w.reseller.key, body.clone())
            .await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{body}");
        let (found, mut named) = refused.problem();
        named.sort();
        assert_eq!(
            (found.as_str(), named),
            (code, fields.into_iter().map(str::to_owned).collect()),
            "{body}"
        );
    }
    let bearer = format!("Bearer {}", w.reseller.key);
    let headers = [
        ("authorization", bearer.as_str()),
        ("content-type", "text/plain"),
    ];
    let refused = w
        .send(Method::POST, "/api/v1/accounts", &headers, Some(json!("x")))
        .await;
    assert_eq!(
        (refused.status, refused.problem().0),
        (StatusCode::UNSUPPORTED_MEDIA_TYPE, "json_expected".into())
    );
    let large = json!({ "name": "x".repeat(2 * 1024 * 1024) });
    let refused = w.post("/api/v1/accounts", &w.reseller.key, large).await;
    assert_eq!(
        (refused.status, refused.problem().0),
        (StatusCode::PAYLOAD_TOO_LARGE, "body_too_large".into())
    );
    assert_eq!(w.audits().await, before);
}

#[tokio::test]
async fn ids_and_parameters_are_checked_and_named() {
    let w = World::new().await;
    for (path, field) in [
        ("/api/v1/accounts/acc_nonsense", "account"),
        ("/api/v1/accounts/usr_01j00000000000000000000000", "account"),
        ("/api/v1/accounts?limit=0", "limit"),
        ("/api/v1/accounts?limit=many", "limit"),
        ("/api/v1/accounts?colour=red", "colour"),
        ("/api/v1/accounts?filter=colour:red", "filter"),
        ("/api/v1/accounts?sort=colour", "sort"),
        ("/api/v1/accounts?after=nonsense", "after"),
    ] {
        let refused = w.get(path, &w.provider.key).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{path}");
        assert_eq!(refused.problem().1, [field], "{path}: {}", refused.text);
    }
    let refused = w
        .post(
            "/api/v1/accounts?dry_run=perhaps",
            &w.provider.key,
            account("New"),
        )
        .await;
    assert_eq!(refused.problem().1, ["dry_run"]);
}

#[tokio::test]
async fn what_is_not_there_is_a_problem_too() {
    let w = World::new().await;
    let nothing = w.get("/api/v1/nothing", &w.provider.key).await;
    assert_eq!(
        (nothing.status, nothing.problem().0),
        (StatusCode::NOT_FOUND, "no_such_path".into())
    );
    let bearer = format!("Bearer {}", w.provider.key);
    let wrong = w
        .send(
            Method::DELETE,
            "/api/v1/accounts",
            &[("authorization", &bearer)],
            None,
        )
        .await;
    assert_eq!(
        (wrong.status, wrong.problem().0),
        (StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed".into())
    );
    assert!(
        wrong.header("allow").contains("POST"),
        "{:?}",
        wrong.headers
    );
}

#[tokio::test]
async fn changes_rest_on_the_version_that_was_read() {
    let w = World::new().await;
    let path = format!("/api/v1/accounts/{}", w.customer.id);
    let read = w.get(&path, &w.customer.key).await;
    assert_eq!(read.header("etag"), "\"1\"");
    let bearer = format!("Bearer {}", w.customer.key);
    let change = async |tag: &str, name: &str| {
        let headers = [("authorization", bearer.as_str()), ("if-match", tag)];
        w.send(
            Method::PATCH,
            &path,
            &headers,
            Some(json!({ "name": name })),
        )
        .await
    };
    let first = change("\"1\"", "First").await;
    assert_eq!(
        (first.status, first.header("etag")),
        (StatusCode::OK, "\"2\"")
    );
    let second = change("\"1\"", "Second").await;
    assert_eq!(
        (second.status, second.problem().0),
        (StatusCode::CONFLICT, "changed_meanwhile".into())
    );
    // At the very same time, one of them is the first.
    let names = ["Anna", "Ben", "Cleo", "Dora"];
    let (a, b, c, d) = tokio::join!(
        change("\"2\"", names[0]),
        change("\"2\"", names[1]),
        change("\"2\"", names[2]),
        change("\"2\"", names[3])
    );
    let won: Vec<&str> = names
        .into_iter()
        .zip([a, b, c, d])
        .filter(|(_, answer)| {
            assert!(matches!(answer.status.as_u16(), 200 | 409));
            answer.status == StatusCode::OK
        })
        .map(|(name, _)| name)
        .collect();
    assert_eq!(won.len(), 1, "{won:?}");
    assert_eq!(w.get(&path, &w.customer.key).await.json()["name"], won[0]);
    assert_eq!(change("\"3\"", "First").await.status, StatusCode::OK);
    assert_eq!(change("one", "Third").await.problem().1, ["If-Match"]);
    assert_eq!(w.get(&path, &w.customer.key).await.json()["name"], "First");
    assert_eq!(change("*", "Fourth").await.json()["name"], "Fourth");
}

#[tokio::test]
async fn a_repeated_key_happens_once_and_a_dry_run_never() {
    let w = World::new().await;
    let bearer = format!("Bearer {}", w.reseller.key);
    let send = async |key: &str, query: &str, body: Value| {
        let headers = [("authorization", bearer.as_str()), ("idempotency-key", key)];
        w.send(
            Method::POST,
            &format!("/api/v1/accounts{query}"),
            &headers,
            Some(body),
        )
        .await
    };
    let before = w.audits().await;
    let tried = send("dry", "?dry_run=true", account("New")).await;
    assert_eq!(
        (tried.status, w.audits().await),
        (StatusCode::CREATED, before)
    );
    let first = send("k1", "", account("New")).await;
    let second = send("k1", "", account("New")).await;
    assert_eq!((first.status, first.json()), (second.status, second.json()));
    assert_eq!(w.audits().await, before + 1);
    let other = send("k1", "", account("Other")).await;
    assert_eq!(
        (other.status, other.problem().0),
        (
            StatusCode::UNPROCESSABLE_ENTITY,
            "idempotency_key_reused".into()
        )
    );
    assert_eq!(
        send(&"x".repeat(201), "", account("New")).await.problem().1,
        ["Idempotency-Key"]
    );
}

#[tokio::test]
async fn lists_lead_from_page_to_page() {
    let w = World::new().await;
    let mut path = "/api/v1/accounts?limit=2&sort=name&filter=status:active".to_owned();
    let mut names = Vec::new();
    loop {
        let page = w.get(&path, &w.provider.key).await;
        let json = page.json();
        let items = json["items"].as_array().expect("items").clone();
        names.extend(
            items
                .iter()
                .map(|item| item["name"].as_str().expect("a name").to_owned()),
        );
        match page.header("link").split_once('>') {
            Some((link, rest)) => {
                assert_eq!(rest, "; rel=\"next\"");
                assert!(json["next"].is_string());
                path = link.trim_start_matches('<').to_owned();
            }
            None => {
                assert!(json["next"].is_null());
                break;
            }
        }
    }
    assert_eq!(
        names,
        ["Acme", "Mailmaker", "Nordwind", "Provider", "Sudwind"]
    );
}

#[tokio::test]
async fn a_tool_signs_in_works_and_signs_out() {
    let w = World::new().await;
    let body =
        json!({ "email": "ada@provider.example", "password": PASSWORD, "user_agent": "tool" });
    let session = w
        .send(
            Method::POST,
            "/api/v1/sessions",
            &[("tradewind-realm", "shop")],
            Some(body),
        )
        .await;
    assert_eq!(session.status, StatusCode::CREATED, "{}", session.text);
    let session = session.json();
    let token = session["token"].as_str().expect("a token");
    let created = w.post("/api/v1/accounts", token, account("New")).await;
    assert_eq!(
        created.status,
        StatusCode::CREATED,
        "a bearer token needs no CSRF token"
    );
    let bearer = format!("Bearer {token}");
    let path = format!(
        "/api/v1/sessions/{}",
        session["id"].as_str().expect("an id")
    );
    let out = w
        .send(Method::DELETE, &path, &[("authorization", &bearer)], None)
        .await;
    assert_eq!(out.status, StatusCode::NO_CONTENT);
    assert_eq!(w.get("/api/v1/me", token).await.problem().0, "session_over");
    let wrong = json!({ "email": "ada@provider.example", "password": "wrong wrong wrong" });
    for expected in [401, 401, 401, 401, 401, 429] {
        let refused = w
            .send(
                Method::POST,
                "/api/v1/sessions",
                &[("tradewind-realm", "shop")],
                Some(wrong.clone()),
            )
            .await;
        assert_eq!(refused.status.as_u16(), expected);
        assert_eq!(refused.header("retry-after").is_empty(), expected != 429);
    }
}

#[tokio::test]
async fn too_many_calls_wait() {
    let rate = |burst| {
        Some(Rate {
            per_second: 1,
            burst,
        })
    };
    let config = ApiConfig {
        caller_rate: rate(3),
        visitor_rate: rate(2),
        ..ApiConfig::default()
    };
    let w = World::with(TestDb::sqlite(), config).await;
    let mut statuses = Vec::new();
    for _ in 0..4 {
        statuses.push(w.get("/api/v1/me", &w.reseller.key).await.status.as_u16());
    }
    assert_eq!(statuses, [200, 200, 200, 429]);
    assert_eq!(
        w.get("/api/v1/me", &w.customer.key).await.status,
        StatusCode::OK,
        "others are not in the way"
    );
    let mut last = w.send(Method::GET, "/api/v1/realm", &[], None).await;
    for _ in 0..2 {
        last = w.send(Method::GET, "/api/v1/realm", &[], None).await;
    }
    assert_eq!(
        (last.status, last.header("retry-after")),
        (StatusCode::TOO_MANY_REQUESTS, "1")
    );
    assert_eq!(last.problem().0, "too_many_attempts");
}

#[tokio::test]
async fn health_measures_and_description_are_open_and_headers_are_safe() {
    let w = World::new().await;
    for (path, kind) in [
        ("/healthz", "text/plain; charset=utf-8"),
        ("/readyz", "text/plain; charset=utf-8"),
        ("/metrics", "text/plain; version=0.0.4"),
        ("/api/v1/openapi.json", "application/json"),
    ] {
        let answer = w.send(Method::GET, path, &[], None).await;
        assert_eq!(
            (answer.status, answer.header("content-type")),
            (StatusCode::OK, kind),
            "{path}"
        );
        assert_eq!(answer.header("x-content-type-options"), "nosniff");
        assert_eq!(answer.header("cache-control"), "no-store");
        assert!(
            answer
                .header("content-security-policy")
                .contains("default-src 'none'")
        );
        assert!(answer.header("x-request-id").starts_with("req_"));
    }
    let measured = w.send(Method::GET, "/metrics", &[], None).await.text;
    assert!(
        measured.contains("tradewind_http_requests_total{"),
        "{measured}"
    );
    assert!(measured.contains("route=\"/healthz\""), "{measured}");
    let described = w
        .send(Method::GET, "/api/v1/openapi.json", &[], None)
        .await
        .json();
    assert_eq!(
        described,
        serde_json::to_value(tradewind_api::document()).expect("json")
    );
}

#[tokio::test]
async fn languages_are_negotiated_and_times_are_the_realms() {
    let w = World::new().await;
    let clock = w.get("/api/v1/clock", &w.provider.key).await.json();
    assert_eq!(
        (&clock["movable"], &clock["target"]),
        (&json!(true), &Value::Null)
    );
    let moved = w
        .post(
            "/api/v1/clock/travel",
            &w.provider.key,
            json!({ "to": "2024-05-01T00:00:00Z" }),
        )
        .await;
    assert_eq!(
        (moved.status, &moved.json()["target"]),
        (StatusCode::ACCEPTED, &json!("2024-05-01T00:00:00Z"))
    );
    w.t.drain().await;
    let clock = w.get("/api/v1/clock", &w.provider.key).await.json();
    assert_eq!(
        (&clock["now"], &clock["target"]),
        (&json!("2024-05-01T00:00:00Z"), &Value::Null)
    );
    let back = w
        .post(
            "/api/v1/clock/travel",
            &w.provider.key,
            json!({ "to": "2024-04-01T00:00:00Z" }),
        )
        .await;
    assert_eq!(back.problem().0, "clock_backwards");
    let malformed = w
        .post(
            "/api/v1/clock/travel",
            &w.provider.key,
            json!({ "to": "soon" }),
        )
        .await;
    assert_eq!(malformed.problem().1, ["to"]);
}
