//! What everybody does while servers are being killed: customers order, change and cancel; the vendor reports usage; the
//! provider lets days pass, bills, and everybody is paid.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tradewind_kernel::{Duration as Span, Timestamp};

use crate::client::Client;
use crate::dice::Dice;

/// How long an order may take until nothing is left to do.
const ORDER_TIME: Duration = Duration::from_secs(120);
/// Quotes of one order that the passing of time may outdate.
const QUOTES_MAX: u32 = 30;

/// What was asked for and answered: what the database has to agree with afterwards.
#[derive(Debug, Default)]
pub(crate) struct Asked {
    /// Orders that were answered, with what they are for.
    pub(crate) orders: BTreeMap<String, &'static str>,
    /// Usage records that were taken in: quantity by id.
    pub(crate) usage: BTreeMap<String, u64>,
    /// Subscriptions that are metered.
    pub(crate) metered: Vec<String>,
    /// Invoices paid by transfer.
    pub(crate) transfers: BTreeSet<String>,
    /// Refusals nobody expected.
    pub(crate) surprises: Vec<String>,
}

pub(crate) struct Load {
    pub(crate) asked: Mutex<Asked>,
    stop: AtomicBool,
}

/// A customer with what it buys.
pub(crate) struct Customer {
    pub(crate) account: String,
    pub(crate) client: Client,
    pub(crate) dice: Dice,
}

impl Load {
    pub(crate) fn new() -> Arc<Self> {
        Arc::new(Self {
            asked: Mutex::default(),
            stop: AtomicBool::new(false),
        })
    }

    /// Nothing new is begun; what was begun is brought to its end.
    pub(crate) fn stop(&self) {
        self.stop.store(true, Ordering::SeqCst);
    }

    fn stopped(&self) -> bool {
        self.stop.load(Ordering::SeqCst)
    }

    fn surprise(&self, what: impl Into<String>) {
        self.asked.lock().unwrap().surprises.push(what.into());
    }

    /// Buys, changes and cancels until told to stop.
    pub(crate) async fn customer(self: Arc<Self>, who: Customer) {
        let mut number = 0;
        while !self.stopped() {
            number += 1;
            let step = format!("{}/{number}", who.account);
            let metered = who.dice.percent(40);
            let Some(order) = self.buy(&who, &step, metered).await else {
                continue;
            };
            let subscription = order["subscription_id"].as_str().unwrap().to_owned();
            if self.settled(&who.client, &order).await != "completed" {
                continue;
            }
            if metered {
                self.asked
                    .lock()
                    .unwrap()
                    .metered
                    .push(subscription.clone());
            }
            let seats = who.dice.between(30, 60);
            let change = json!({ "subscription_id": subscription, "quantities": { "seats": seats.to_string() } });
            if let Some(order) = self
                .order(&who.client, "change", &format!("{step}/more"), &change)
                .await
            {
                self.settled(&who.client, &order).await;
            }
            if !metered && who.dice.percent(50) {
                let end = json!({ "subscription_id": subscription, "when": "now" });
                if let Some(order) = self
                    .order(&who.client, "cancel", &format!("{step}/end"), &end)
                    .await
                {
                    self.settled(&who.client, &order).await;
                }
            }
        }
    }

    async fn buy(&self, who: &Customer, step: &str, metered: bool) -> Option<Value> {
        let (product, plan) = match metered {
            true => ("sign", "office"),
            false => ("workspace", "starter"),
        };
        let offer = who.client.get(&format!("/offers/{product}")).await;
        let plans = offer["offered_plans"].as_array().unwrap();
        let plan = plans.iter().find(|p| p["code"] == plan).unwrap();
        let parameters = match metered {
            true => json!({ "admin_email": "it@proof.example" }),
            false => {
                json!({ "workspace": format!("proof-{}", who.dice.throw(1 << 40)), "region": "eu" })
            }
        };
        let input = json!({
            "customer_id": who.account,
            "product_id": offer["product_id"],
            "plan_id": plan["plan_id"],
            "quantities": { "seats": who.dice.between(5, 20).to_string() },
            "parameters": parameters,
            "accepted_terms": offer["terms_version"],
        });
        self.order(&who.client, "purchase", step, &input).await
    }

    /// Quotes and places; a quote that time has outdated is asked for again.
    async fn order(
        &self,
        client: &Client,
        kind: &'static str,
        step: &str,
        input: &Value,
    ) -> Option<Value> {
        for round in 0..QUOTES_MAX {
            let path = format!("/quotes/{kind}");
            let quote = client
                .post(&path, &format!("quote/{step}/{round}"), input)
                .await;
            if quote.status == 409 {
                // Another order or a renewal is under way: its turn comes first.
                tokio::time::sleep(Duration::from_millis(200)).await;
                continue;
            }
            if !quote.status.is_success() {
                self.surprise(format!("{step}: quote {}: {}", quote.status, quote.body));
                return None;
            }
            let body = json!({ "quote_id": quote.body["id"] });
            let placed = client
                .post("/orders", &format!("place/{step}/{round}"), &body)
                .await;
            if placed.status.is_success() {
                let id = placed.body["id"].as_str().unwrap().to_owned();
                self.asked.lock().unwrap().orders.insert(id, kind);
                return Some(placed.body);
            }
            if placed.status != 409 {
                self.surprise(format!("{step}: order {}: {}", placed.status, placed.body));
                return None;
            }
        }
        self.surprise(format!("{step}: no quote ever held"));
        None
    }

    /// Waits until an order is done with.
    async fn settled(&self, client: &Client, order: &Value) -> String {
        let id = order["id"].as_str().unwrap();
        let begun = Instant::now();
        while begun.elapsed() < ORDER_TIME {
            let now = client.get(&format!("/orders/{id}")).await;
            let state = now["state"].as_str().unwrap().to_owned();
            match state.as_str() {
                "completed" => return state,
                "failed" | "rejected" | "cancelled" => {
                    self.surprise(format!("{id} came to be {state}: {now}"));
                    return state;
                }
                _ => tokio::time::sleep(Duration::from_millis(150)).await,
            }
        }
        let stuck = client.get(&format!("/orders/{id}")).await;
        self.surprise(format!("{id} does not come to an end: {stuck}"));
        "stuck".to_owned()
    }

    /// Reports usage, some of it twice, until told to stop.
    pub(crate) async fn meter(self: Arc<Self>, client: Client, provider: Client, dice: Dice) {
        let (mut batch, mut number) = (0, 0);
        let mut known: Vec<Value> = Vec::new();
        while !self.stopped() {
            tokio::time::sleep(Duration::from_millis(dice.between(50, 250))).await;
            let subscription = {
                let asked = self.asked.lock().unwrap();
                let count = u64::try_from(asked.metered.len()).unwrap();
                let at = usize::try_from(dice.throw(count)).unwrap();
                asked.metered.get(at).cloned()
            };
            let Some(subscription) = subscription else {
                continue;
            };
            let now = now(&provider).await;
            let mut records: Vec<Value> = (0..dice.between(1, 20))
                .map(|_| {
                    number += 1;
                    json!({ "source": "proof", "external_id": format!("r{number}"), "subscription_id": subscription,
                        "meter": "envelopes", "starts_at": now, "ends_at": now, "quantity": dice.between(1, 9).to_string() })
                })
                .collect();
            known.extend(records.first().cloned());
            let count = u64::try_from(known.len()).unwrap();
            records.push(known[usize::try_from(dice.throw(count)).unwrap()].clone());
            batch += 1;
            let body = json!({ "records": records });
            let report = client
                .post("/usage", &format!("usage/{batch}"), &body)
                .await;
            if !report.status.is_success() {
                self.surprise(format!("usage {}: {}", report.status, report.body));
                continue;
            }
            let outcomes = report.body["outcomes"].as_array().unwrap();
            assert_eq!(outcomes.len(), records.len());
            let mut asked = self.asked.lock().unwrap();
            for (record, outcome) in records.iter().zip(outcomes) {
                if outcome["status"] == "rejected" {
                    let text = format!("usage {record} refused: {outcome}");
                    asked.surprises.push(text);
                    continue;
                }
                let id = record["external_id"].as_str().unwrap().to_owned();
                let quantity = record["quantity"].as_str().unwrap().parse().unwrap();
                asked.usage.insert(id, quantity);
            }
        }
    }

    /// Lets days pass, bills, and records the transfers of those who pay on account, until told to stop.
    pub(crate) async fn operator(
        self: Arc<Self>,
        provider: Client,
        sellers: Vec<(String, Client)>,
        payers: BTreeSet<String>,
        dice: Dice,
    ) {
        let mut step = 0;
        while !self.stopped() {
            step += 1;
            let now = now(&provider).await;
            let hours = i64::try_from(dice.between(60, 400)).unwrap();
            let to = now.plus(Span::from_hours(hours)).unwrap();
            let body = json!({ "to": to });
            provider
                .post("/clock/travel", &format!("travel/{step}"), &body)
                .await
                .good();
            self.arrived(&provider, to).await;
            let today = to.to_string()[..10].to_owned();
            let run = provider
                .post(
                    "/billing-runs",
                    &format!("bill/{step}"),
                    &json!({ "until": today }),
                )
                .await;
            if !run.status.is_success() {
                self.surprise(format!("billing {}: {}", run.status, run.body));
            }
            for (account, client) in &sellers {
                self.receive(account, client, &payers).await;
            }
        }
    }

    /// Sets the clock in motion towards a time, and says when it is there.
    pub(crate) async fn journey(self: Arc<Self>, provider: Client, days: i64) {
        let to = now(&provider)
            .await
            .plus(Span::from_hours(24 * days))
            .unwrap();
        let body = json!({ "to": to });
        let set_out = provider.post("/clock/travel", "journey", &body).await;
        set_out.good();
        self.arrived(&provider, to).await;
    }

    async fn arrived(&self, provider: &Client, to: Timestamp) {
        let begun = Instant::now();
        while now(provider).await < to {
            if begun.elapsed() > ORDER_TIME {
                self.surprise(format!("the clock does not reach {to}"));
                return;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }

    async fn receive(&self, seller: &str, client: &Client, payers: &BTreeSet<String>) {
        let open = client.get("/invoices?filter=status:open&limit=200").await;
        for invoice in open["items"].as_array().unwrap() {
            let id = invoice["id"].as_str().unwrap();
            let payer = invoice["buyer_id"].as_str().unwrap();
            if invoice["seller_id"] != seller || !payers.contains(payer) {
                continue;
            }
            let body = json!({ "seller_id": seller, "payer_id": payer, "invoice_id": id,
                "amount": invoice["balance"]["open"], "reference": format!("bank/{id}") });
            let paid = client
                .post("/transfers", &format!("paid/{id}"), &body)
                .await;
            if paid.status.is_success() {
                self.asked.lock().unwrap().transfers.insert(id.to_owned());
            } else {
                self.surprise(format!("transfer for {id}: {} {}", paid.status, paid.body));
            }
        }
    }
}

/// What the realm's clock shows.
pub(crate) async fn now(client: &Client) -> Timestamp {
    let clock = client.get("/clock").await;
    Timestamp::parse(clock["now"].as_str().unwrap()).unwrap()
}
