//! Calling tax engines: what an answer is, what is refused, what is only not known yet.

use std::sync::{Arc, Mutex};

use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tradewind_connectors::{HttpClient, HttpClientConfig, HttpTaxEngine};
use tradewind_platform::Secret;
use tradewind_tax::{
    service::TaxEngine as _,
    types::{EngineCall, EngineSaid},
};

fn client(allow_private_targets: bool) -> HttpTaxEngine {
    let config = HttpClientConfig {
        allow_private_targets,
    };
    HttpTaxEngine::new(Arc::new(HttpClient::new(&config).unwrap()))
}

fn call(url: &str) -> EngineCall {
    EngineCall {
        url: format!("{url}/v1/taxes"),
        secret: Secret::new("engine-secret-1"),
        key: "taxes/1".to_owned(),
        body: json!({ "version": "v1" }).to_string(),
    }
}

/// What comes of one answer, and what was asked.
async fn said(status: u16, body: String) -> (EngineSaid, String) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let heard = Arc::new(Mutex::new(String::new()));
    let hearing = heard.clone();
    let serving = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut read = Vec::new();
        let mut buffer = [0; 4096];
        // The request is whole once its JSON is.
        while !String::from_utf8_lossy(&read).trim_end().ends_with('}') {
            let count = stream.read(&mut buffer).await.unwrap();
            assert!(count > 0, "the request broke off");
            read.extend_from_slice(&buffer[..count]);
        }
        *hearing.lock().unwrap() = String::from_utf8(read).unwrap();
        let head = format!(
            "HTTP/1.1 {status} X\r\nlocation: http://127.0.0.1:9/\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
            body.len()
        );
        stream.write_all(head.as_bytes()).await.unwrap();
        stream.write_all(body.as_bytes()).await.unwrap();
    });
    let said = client(true).call(&call(&url)).await;
    serving.await.unwrap();
    let heard = heard.lock().unwrap().clone();
    (said, heard)
}

#[tokio::test]
async fn a_request_carries_secret_and_key_and_an_answer_comes_whole() {
    // More than is read of other answers.
    let long = format!("{{\"x\":\"{}\"}}", "a".repeat(200_000));
    let (answered, heard) = said(200, long.clone()).await;
    assert_eq!(answered, EngineSaid::Answered(long.into_bytes()));
    assert!(heard.starts_with("POST /v1/taxes HTTP/1.1\r\n"), "{heard}");
    for field in [
        "authorization: Bearer engine-secret-1",
        "idempotency-key: taxes/1",
        "content-type: application/json",
    ] {
        assert!(heard.contains(field), "{field}: {heard}");
    }
}

#[tokio::test]
async fn trouble_is_asked_about_again_and_no_is_an_answer() {
    for status in [408, 409, 429, 500, 503] {
        let (answered, _) = said(status, String::new()).await;
        assert!(
            matches!(answered, EngineSaid::Unavailable(_)),
            "{answered:?}"
        );
    }
    let (answered, _) = said(401, String::new()).await;
    assert!(matches!(answered, EngineSaid::Refused(_)), "{answered:?}");
    let (answered, _) = said(422, json!({ "error": "no such place\u{7}" }).to_string()).await;
    assert_eq!(
        answered,
        EngineSaid::Refused("it answered 422: no such place".to_owned())
    );
    // Redirects are not followed.
    let (answered, _) = said(302, String::new()).await;
    assert_eq!(
        answered,
        EngineSaid::Refused("it answered 302: ".to_owned())
    );
}

#[tokio::test]
async fn only_public_addresses_are_called() {
    let said = client(false).call(&call("http://127.0.0.1:9")).await;
    let EngineSaid::Refused(why) = said else {
        panic!("it was called: {said:?}");
    };
    assert!(why.contains("not on the public internet"), "{why}");
    let said = client(true).call(&call("http://127.0.0.1:9")).await;
    assert!(matches!(said, EngineSaid::Unavailable(_)), "{said:?}");
}
