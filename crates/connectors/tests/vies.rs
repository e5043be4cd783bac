//! Asking the register of VAT ids: yes, no, not now.

use std::sync::{Arc, Mutex};

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tradewind_connectors::{HttpClient, HttpClientConfig, ViesRegister};
use tradewind_kernel::vat_id::VatId;
use tradewind_tax::{service::VatRegister as _, types::VatAnswer};

/// A register that gives one answer, and what it was asked.
async fn register(status: u16, body: Value) -> (ViesRegister, Arc<Mutex<String>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/rest-api/", listener.local_addr().unwrap());
    let heard = Arc::new(Mutex::new(String::new()));
    let hearing = heard.clone();
    tokio::spawn(async move {
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
        let body = body.to_string();
        let answer = format!(
            "HTTP/1.1 {status} X\r\ncontent-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
            body.len()
        );
        stream.write_all(answer.as_bytes()).await.unwrap();
    });
    let config = HttpClientConfig {
        allow_private_targets: true,
    };
    let http = HttpClient::new(&config).unwrap();
    (ViesRegister::new(Arc::new(http), &url), heard)
}

fn id(text: &str) -> VatId {
    text.parse().unwrap()
}

#[tokio::test]
async fn a_number_is_asked_about_in_the_providers_name() {
    let answer = json!({ "countryCode": "AT", "vatNumber": "U13585627", "requestDate": "2025-03-02T10:00:00.000Z",
        "valid": true, "requestIdentifier": "WAPIAAAAZ1", "name": "Muster GmbH", "address": "---" });
    let (register, heard) = register(200, answer).await;
    let said = register
        .ask(&id("ATU13585627"), Some(&id("DE136695976")))
        .await
        .unwrap();
    let expected = VatAnswer::Known {
        valid: true,
        reference: Some("WAPIAAAAZ1".to_owned()),
        name: Some("Muster GmbH".to_owned()),
    };
    assert_eq!(said, expected);
    let heard = heard.lock().unwrap().clone();
    assert!(
        heard.starts_with("POST /rest-api/check-vat-number HTTP/1.1\r\n"),
        "{heard}"
    );
    let (_, body) = heard.split_once("\r\n\r\n").unwrap();
    let body: Value = serde_json::from_str(body).unwrap();
    let asked = json!({ "countryCode": "AT", "vatNumber": "U13585627",
        "requesterMemberStateCode": "DE", "requesterNumber": "136695976" });
    assert_eq!(body, asked);
}

#[tokio::test]
async fn no_is_an_answer_and_silence_is_not() {
    let invalid = json!({ "valid": false, "requestIdentifier": "", "name": "---" });
    let (says_no, _) = register(200, invalid).await;
    let said = says_no.ask(&id("ATU13585627"), None).await.unwrap();
    let no = VatAnswer::Known {
        valid: false,
        reference: None,
        name: None,
    };
    assert_eq!(said, no);
    for (status, body, expected) in [
        (
            200,
            json!({ "actionSucceed": false, "errorWrappers": [{ "error": "MS_UNAVAILABLE" }] }),
            "MS_UNAVAILABLE",
        ),
        (
            200,
            json!({ "valid": false, "userError": "MS_MAX_CONCURRENT_REQ" }),
            "MS_MAX_CONCURRENT_REQ",
        ),
        (500, json!({ "valid": true }), "answered 500"),
        (502, json!("Bad gateway"), "answered 502 with no JSON"),
    ] {
        let (register, _) = register(status, body).await;
        let said = register.ask(&id("ATU13585627"), None).await.unwrap();
        assert_eq!(said, VatAnswer::Unavailable(expected.to_owned()));
    }
    let http = HttpClient::new(&HttpClientConfig::default()).unwrap();
    let nowhere = ViesRegister::new(Arc::new(http), "http://127.0.0.1:9");
    let said = nowhere.ask(&id("ATU13585627"), None).await.unwrap();
    assert!(matches!(said, VatAnswer::Unavailable(_)), "{said:?}");
}
