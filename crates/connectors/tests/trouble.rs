//! Other servers in trouble: what comes back when nothing sensible does.

use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tradewind_connectors::{HttpClient, HttpClientConfig, install_crypto_provider};
use tradewind_platform::port::{HttpCaller as _, HttpFailure, HttpRequest};

/// Posts to a server that answers these bytes and then hangs up, or goes on saying nothing.
async fn answered(bytes: &'static [u8], hangs_up: bool) -> Result<u16, HttpFailure> {
    install_crypto_provider();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/hook", listener.local_addr().unwrap());
    let server = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut asked = [0; 1024];
        let _ = stream.read(&mut asked).await.unwrap();
        stream.write_all(bytes).await.unwrap();
        if !hangs_up {
            std::future::pending::<()>().await;
        }
    });
    let http = HttpClient::new(&HttpClientConfig {
        allow_private_targets: true,
    })
    .unwrap();
    let mut request = HttpRequest::post_json(&url, "{}");
    request.timeout = Duration::from_millis(300);
    let begun = Instant::now();
    let outcome = http.call(&request).await.map(|answer| answer.status);
    assert!(
        begun.elapsed() < Duration::from_secs(5),
        "nobody is waited for longer than that"
    );
    server.abort();
    outcome
}

#[tokio::test]
async fn a_server_that_says_nothing_is_waited_for_and_then_given_up() {
    let outcome = answered(b"", false).await;
    assert_eq!(
        outcome,
        Err(HttpFailure::TimedOut(Duration::from_millis(300)))
    );
}

#[tokio::test]
async fn garbage_is_no_answer() {
    for (garbage, hangs_up) in [
        (b"\x00\x16\x03\x01 no protocol of ours".as_slice(), true),
        (b"", true),
        (b"HTTP/1.1 9999 what\r\n\r\n", true),
    ] {
        let outcome = answered(garbage, hangs_up).await;
        let broken = matches!(
            outcome,
            Err(HttpFailure::Broken(_) | HttpFailure::Unreachable(_))
        );
        assert!(broken, "{garbage:?}: {outcome:?}");
    }
}

/// The status says whether a message was taken; what comes behind it is only kept to be read.
#[tokio::test]
async fn a_status_counts_even_when_the_rest_never_comes() {
    for (beginning, hangs_up) in [
        (
            b"HTTP/1.1 202 OK\r\ncontent-length: 100\r\n\r\nhalf".as_slice(),
            true,
        ),
        (
            b"HTTP/1.1 202 OK\r\ncontent-length: 100000\r\n\r\nand then nothing",
            false,
        ),
        (
            b"HTTP/1.1 202 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n",
            true,
        ),
    ] {
        assert_eq!(answered(beginning, hangs_up).await, Ok(202));
    }
}

#[tokio::test]
async fn an_answer_of_trouble_is_an_answer() {
    let outcome = answered(b"HTTP/1.1 500 Oops\r\ncontent-length: 4\r\n\r\noops", true).await;
    assert_eq!(outcome, Ok(500));
}
