//! Mails to a mail server: taken, refused for now, refused for good.
#![cfg(feature = "smtp")]

use std::sync::{Arc, Mutex};

use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::TcpListener;
use tradewind_connectors::SmtpMailer;
use tradewind_kernel::Timestamp;
use tradewind_kernel::id::{AccountId, MailId, RealmId};
use tradewind_platform::{Mailer as _, OutgoingMail};

/// A mail server that answers every message in the same way and remembers what it was sent.
async fn server(answer: &'static str) -> (String, Arc<Mutex<String>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("smtp://{}", listener.local_addr().unwrap());
    let heard = Arc::new(Mutex::new(String::new()));
    let hearing = heard.clone();
    tokio::spawn(async move {
        let (stream, _) = listener.accept().await.unwrap();
        let (reading, mut writing) = stream.into_split();
        let mut lines = BufReader::new(reading).lines();
        writing.write_all(b"220 hello\r\n").await.unwrap();
        let mut in_message = false;
        while let Ok(Some(line)) = lines.next_line().await {
            hearing.lock().unwrap().push_str(&format!("{line}\n"));
            let reply = match (in_message, line.split(' ').next()) {
                (true, Some(".")) => answer,
                (true, _) => continue,
                (false, Some("DATA")) => "354 go on",
                (false, _) => "250 ok",
            };
            in_message = reply.starts_with("354");
            writing
                .write_all(format!("{reply}\r\n").as_bytes())
                .await
                .unwrap();
        }
    });
    (url, heard)
}

fn mail() -> OutgoingMail {
    OutgoingMail {
        realm: RealmId::generate(),
        id: MailId::generate(),
        account: AccountId::generate(),
        from: "shop@a.example".to_owned(),
        to: "ada@b.example".to_owned(),
        subject: "Hello".to_owned(),
        at: Timestamp::from_micros(0),
        message: b"Subject: Hello\r\n\r\nBody of the mail\r\n".to_vec(),
    }
}

#[tokio::test]
async fn a_mail_is_handed_over_whole() {
    let (url, heard) = server("250 taken").await;
    SmtpMailer::new(&url).unwrap().send(&mail()).await.unwrap();
    let heard = heard.lock().unwrap().clone();
    for line in [
        "MAIL FROM:<shop@a.example>",
        "RCPT TO:<ada@b.example>",
        "Subject: Hello",
        "Body of the mail",
    ] {
        assert!(heard.contains(line), "{line} in {heard}");
    }
}

#[tokio::test]
async fn a_server_that_is_busy_is_tried_again_and_a_refusal_is_believed() {
    let (busy, _) = server("451 later").await;
    let error = SmtpMailer::new(&busy)
        .unwrap()
        .send(&mail())
        .await
        .unwrap_err();
    assert_eq!(error.code(), "unavailable");
    let (refusing, _) = server("550 never").await;
    let error = SmtpMailer::new(&refusing)
        .unwrap()
        .send(&mail())
        .await
        .unwrap_err();
    assert_eq!(error.code(), "mail_refused");
    let error = SmtpMailer::new("http://user:hush@a.example").unwrap_err();
    assert_eq!(error.problems()[0].field, "smtp_url");
    assert!(!error.to_string().contains("hush"));
}
