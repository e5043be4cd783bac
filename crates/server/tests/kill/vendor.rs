//! The vendor: the example service, killed and started again, behind a door that now and then does not open. The door
//! also writes down what the vendor was told and what it reported.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderMap, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use example_vendor::Settings;
use tokio::net::TcpListener;
use tokio::runtime::Runtime;

use crate::dice::Dice;
use crate::fleet::Fleet;

/// How often of a hundred a message meets a vendor in trouble.
const TROUBLE: u64 = 10;

/// What the vendor has done, as the platform has confirmed it.
#[derive(Debug, Default)]
pub(crate) struct Log {
    /// Deliveries on which success was reported, whether the answer came back or its server was killed on the way.
    pub(crate) reported: BTreeSet<String>,
    /// How often a report of success on a delivery was taken, as its answer said.
    pub(crate) confirmed: BTreeMap<String, u32>,
    /// Deliveries that were begun again although their success had been confirmed.
    pub(crate) repeated: Vec<String>,
    /// Messages that reached the vendor.
    pub(crate) messages: u32,
}

/// The door.
pub(crate) struct Door {
    fleet: Arc<Fleet>,
    http: reqwest::Client,
    dice: Dice,
    /// Where the vendor's own service listens.
    vendor: u16,
    pub(crate) log: Mutex<Log>,
}

/// The vendor's service with its door.
pub(crate) struct Vendor {
    pub(crate) door: Arc<Door>,
    settings: Mutex<Option<Settings>>,
    running: Mutex<Option<Runtime>>,
    tenants: PathBuf,
    /// Where the platform and the vendor find the door.
    pub(crate) address: String,
}

impl Vendor {
    /// Opens the door; the service behind it is not running yet.
    pub(crate) async fn new(fleet: Arc<Fleet>, tenants: PathBuf, dice: Dice) -> Self {
        let port = TcpListener::bind("127.0.0.1:0")
            .await
            .unwrap()
            .local_addr()
            .unwrap()
            .port();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let door = Arc::new(Door {
            fleet,
            http: reqwest::Client::new(),
            dice,
            vendor: port,
            log: Mutex::default(),
        });
        let routes = Router::new().fallback(pass).with_state(door.clone());
        tokio::spawn(async move { axum::serve(listener, routes).await });
        Self {
            door,
            settings: Mutex::default(),
            running: Mutex::default(),
            tenants,
            address,
        }
    }

    /// Who the vendor is at the platform.
    pub(crate) fn introduce(&self, key: &str, secret: &str) {
        *self.settings.lock().unwrap() = Some(Settings {
            api: self.address.clone(),
            key: key.to_owned(),
            secret: secret.to_owned(),
            data: self.tenants.clone(),
            public_url: self.address.clone(),
            poll: Duration::from_millis(700),
        });
    }

    pub(crate) async fn start(&self) {
        let settings = self.settings.lock().unwrap().clone().unwrap();
        let listener = TcpListener::bind(("127.0.0.1", self.door.vendor))
            .await
            .unwrap()
            .into_std()
            .unwrap();
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .unwrap();
        runtime.spawn(async move {
            let listener = TcpListener::from_std(listener).unwrap();
            example_vendor::run(settings, listener, std::future::pending())
                .await
                .unwrap();
        });
        *self.running.lock().unwrap() = Some(runtime);
    }

    /// Stops the service in the middle of whatever it does.
    pub(crate) async fn kill(&self) {
        let running = self.running.lock().unwrap().take();
        if let Some(runtime) = running {
            tokio::task::spawn_blocking(move || runtime.shutdown_timeout(Duration::from_secs(5)))
                .await
                .unwrap();
        }
    }

    /// The vendor's tenants as it keeps them.
    pub(crate) fn tenants(&self) -> BTreeMap<String, serde_json::Value> {
        match std::fs::read(&self.tenants) {
            Ok(text) => serde_json::from_slice(&text).unwrap(),
            Err(_) => BTreeMap::new(),
        }
    }
}

impl Drop for Vendor {
    fn drop(&mut self) {
        if let Some(runtime) = self.running.lock().unwrap().take() {
            runtime.shutdown_background();
        }
    }
}

async fn pass(
    State(door): State<Arc<Door>>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let path = uri.path_and_query().map_or("/", |path| path.as_str());
    if !path.starts_with("/api/") {
        if door.dice.percent(TROUBLE) {
            return (StatusCode::INTERNAL_SERVER_ERROR, "out of tea").into_response();
        }
        let to = format!("http://127.0.0.1:{}{path}", door.vendor);
        let answer = door.forward(method, &to, &headers, body).await;
        if answer.status().is_success() {
            door.log.lock().unwrap().messages += 1;
        }
        return answer;
    }
    let server = usize::try_from(door.dice.throw(8)).unwrap();
    let to = format!("{}{path}", door.fleet.url(server));
    let succeeded = body.windows(9).any(|word| word == b"succeeded");
    if let Some((delivery, "report")) = on_delivery(path).filter(|_| succeeded) {
        let mut log = door.log.lock().unwrap();
        log.reported.insert(delivery.to_owned());
    }
    let answer = door.forward(method, &to, &headers, body).await;
    if answer.status().is_success() {
        door.note(path, succeeded);
    }
    answer
}

/// Which delivery a call is about, and what it does with it.
fn on_delivery(path: &str) -> Option<(&str, &str)> {
    path.strip_prefix("/api/v1/deliveries/")?.split_once('/')
}

impl Door {
    async fn forward(
        &self,
        method: Method,
        to: &str,
        headers: &HeaderMap,
        body: Bytes,
    ) -> Response {
        let mut request = self.http.request(method, to).body(body);
        for (name, value) in headers {
            let own = [header::HOST, header::CONTENT_LENGTH, header::CONNECTION];
            if !own.contains(name) {
                request = request.header(name, value);
            }
        }
        let Ok(answer) = request.send().await else {
            return StatusCode::BAD_GATEWAY.into_response();
        };
        let status = answer.status();
        match answer.bytes().await {
            Ok(bytes) => (status, Body::from(bytes)).into_response(),
            Err(_) => StatusCode::BAD_GATEWAY.into_response(),
        }
    }

    fn note(&self, path: &str, succeeded: bool) {
        let mut log = self.log.lock().unwrap();
        match on_delivery(path) {
            Some((delivery, "report")) if succeeded => {
                *log.confirmed.entry(delivery.to_owned()).or_default() += 1;
            }
            Some((delivery, "start")) if log.confirmed.contains_key(delivery) => {
                log.repeated.push(delivery.to_owned());
            }
            _ => {}
        }
    }
}
