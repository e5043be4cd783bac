//! A tax engine on loopback that answers as it is told, and remembers what it heard.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

/// What it knows sellers by.
pub(crate) const SECRET: &str = "engine-secret-1";

/// How it answers questions.
#[derive(Clone)]
pub(crate) enum Mood {
    /// With these taxes on each line.
    Taxes(Value),
    /// With this status.
    Status(u16),
    /// By what this makes of the answer with a tax of ten percent on each line.
    Wrong(fn(&mut Value)),
    /// With this text.
    Text(&'static str),
}

/// A request.
#[derive(Debug, Clone)]
pub(crate) struct Heard {
    pub(crate) path: String,
    pub(crate) key: String,
    pub(crate) body: Value,
}

struct State {
    mood: Mood,
    heard: Vec<Heard>,
    /// What was taken down, by the key of the request.
    documents: BTreeMap<String, Value>,
}

/// The engine.
#[derive(Clone)]
pub(crate) struct Stub {
    pub(crate) url: String,
    state: Arc<Mutex<State>>,
}

/// State and city: five percent of the whole price and two.
pub(crate) fn state_and_city() -> Mood {
    Mood::Taxes(json!([
        { "name": "Sales tax", "place": "US-TX", "percent": "6.25", "share": "80" },
        { "name": "City tax", "place": "Austin", "percent": "2" },
    ]))
}

impl Stub {
    pub(crate) async fn start(mood: Mood) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("http://{}/tax", listener.local_addr().expect("an address"));
        let stub = Self {
            url,
            state: Arc::new(Mutex::new(State {
                mood,
                heard: Vec::new(),
                documents: BTreeMap::new(),
            })),
        };
        let serving = stub.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                serving.serve(stream).await;
            }
        });
        stub
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn is(&self, mood: Mood) {
        self.state().mood = mood;
    }

    /// The questions that it was asked.
    pub(crate) fn questions(&self) -> Vec<Heard> {
        let heard = &self.state().heard;
        let questions = heard.iter().filter(|one| one.path == "/tax/v1/taxes");
        questions.cloned().collect()
    }

    /// The documents that it has taken down, the oldest first.
    pub(crate) fn documents(&self) -> Vec<Value> {
        self.state().documents.values().cloned().collect()
    }

    async fn serve(&self, mut stream: TcpStream) {
        let mut read = Vec::new();
        let mut buffer = [0; 16_384];
        let (head, body) = loop {
            let text = String::from_utf8_lossy(&read).into_owned();
            if let Some((head, body)) = text.split_once("\r\n\r\n") {
                let length = field(head, "content-length").parse().unwrap_or(0);
                if body.len() >= length {
                    break (head.to_owned(), body.to_owned());
                }
            }
            match stream.read(&mut buffer).await {
                Ok(count) if count > 0 => read.extend_from_slice(&buffer[..count]),
                _ => return,
            }
        };
        let (status, said) = self.answer(&head, &body);
        let answer = format!(
            "HTTP/1.1 {status} X\r\ncontent-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{said}",
            said.len()
        );
        let _ = stream.write_all(answer.as_bytes()).await;
    }

    fn answer(&self, head: &str, body: &str) -> (u16, String) {
        if field(head, "authorization") != format!("Bearer {SECRET}") {
            return (401, String::new());
        }
        let heard = Heard {
            path: head.split(' ').nth(1).unwrap_or_default().to_owned(),
            key: field(head, "idempotency-key").to_owned(),
            body: serde_json::from_str(body).expect("JSON"),
        };
        let mut state = self.state();
        state.heard.push(heard.clone());
        let answer = match state.mood.clone() {
            Mood::Status(status) => return (status, json!({ "error": "not today" }).to_string()),
            Mood::Text(text) => return (200, text.to_owned()),
            Mood::Taxes(taxes) => answer_to(&heard.body, &taxes),
            Mood::Wrong(change) => {
                let ten = json!([{ "name": "Tax", "place": "US-TX", "percent": "10" }]);
                let mut answer = answer_to(&heard.body, &ten);
                change(&mut answer);
                answer
            }
        };
        if heard.path == "/tax/v1/documents" {
            state.documents.entry(heard.key).or_insert(heard.body);
            return (200, "{}".to_owned());
        }
        (200, answer.to_string())
    }
}

fn field<'a>(head: &'a str, name: &str) -> &'a str {
    let line = head.lines().find(|line| {
        line.split_once(':')
            .is_some_and(|(found, _)| found.eq_ignore_ascii_case(name))
    });
    line.and_then(|line| line.split_once(':'))
        .map_or("", |(_, value)| value.trim())
}

/// An answer with the same taxes on each line.
pub(crate) fn answer_to(question: &Value, taxes: &Value) -> Value {
    let lines = question["lines"].as_array().cloned().unwrap_or_default();
    let lines = lines
        .iter()
        .map(|line| json!({ "key": line["key"], "taxes": taxes }));
    json!({
        "version": "v1", "reference": "T-1", "currency": question["document"]["currency"],
        "lines": lines.collect::<Vec<_>>(),
    })
}
