//! Killed at any moment and started again, the servers lose nothing and do nothing twice.
//!
//! Real processes run over a database with the demo's world. Customers, a vendor with a service of its own, and the
//! operator work over the REST API, repeating what was not answered; meanwhile servers (and the vendor) are killed without
//! warning. In the end everything that was answered is there, once, and the books are right. `TRADEWIND_KILL_SEED` repeats
//! a run as far as its timing can be repeated.

mod client;
#[path = "../common/mod.rs"]
mod common;
mod dice;
mod fleet;
mod load;
mod vendor;
mod verdict;
mod world;

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use serde_json::json;

use client::Client;
use common::Shell;
use dice::Dice;
use fleet::Fleet;
use load::{Customer, Load};
use vendor::Vendor;
use world::{CUSTOMERS, PROVIDER, SELLERS, VENDOR, World};

/// One run.
struct Trial {
    servers: usize,
    kills: u32,
    /// How many days pass in the end.
    days: i64,
    seed: u64,
}

impl Trial {
    async fn run(self, shell: Shell) {
        tradewind_connectors::install_crypto_provider();
        let seed = std::env::var("TRADEWIND_KILL_SEED")
            .ok()
            .and_then(|text| text.parse().ok())
            .unwrap_or(self.seed);
        println!("seed {seed}");
        let dice = Dice::new(seed);
        let world = World::build(&shell).await;
        let fleet = Arc::new(Fleet::new(&shell, self.servers));
        for number in 0..self.servers {
            fleet.start(number);
        }
        for number in 0..self.servers {
            fleet.ready(number).await;
        }
        let client =
            |name: &str| Client::new(fleet.clone(), &world.party(name).key, dice.another());
        let vendor = hire(&shell, &fleet, &world, &client(VENDOR), &dice).await;

        let load = Load::new();
        let mut at_work = Vec::new();
        for (name, ..) in CUSTOMERS {
            let customer = Customer {
                account: world.party(name).id.clone(),
                client: client(name),
                dice: dice.another(),
            };
            at_work.push(tokio::spawn(load.clone().customer(customer)));
        }
        at_work.push(tokio::spawn(load.clone().meter(
            client(VENDOR),
            client(PROVIDER),
            dice.another(),
        )));
        let sellers = SELLERS
            .map(|name| (world.party(name).id.clone(), client(name)))
            .to_vec();
        let on_account = CUSTOMERS.iter().filter(|customer| customer.2);
        let payers: BTreeSet<String> = on_account
            .map(|customer| customer.0)
            .chain(SELLERS)
            .map(|name| world.party(name).id.clone())
            .collect();
        at_work.push(tokio::spawn(load.clone().operator(
            client(PROVIDER),
            sellers,
            payers,
            dice.another(),
        )));

        self.kill_and_restart(&fleet, &vendor, &dice).await;
        load.stop();
        for task in at_work {
            if let Err(error) = task.await {
                panic!("{error}; {}", fleet.logs());
            }
        }
        let provider = client(PROVIDER);
        // Nobody orders any more, but everything renews, is invoiced and paid, and servers go on dying.
        let journey = tokio::spawn(load.clone().journey(provider.clone(), self.days));
        for _ in 0..self.kills / 3 {
            if journey.is_finished() {
                break;
            }
            self.one_death(&fleet, &vendor, &dice).await;
        }
        journey.await.unwrap();
        let now = load::now(&provider).await;
        let platform = verdict::open(&shell).await;
        let realm = provider.get("/me").await["realm"].clone();
        verdict::at_rest(&platform, realm.as_str().unwrap(), now).await;
        for number in 0..self.servers {
            fleet.kill(number);
        }
        vendor.kill().await;
        let asked = std::mem::take(&mut *load.asked.lock().unwrap());
        println!(
            "{} orders, {} usage records, {} transfers, until {now}",
            asked.orders.len(),
            asked.usage.len(),
            asked.transfers.len()
        );
        verdict::pronounce(&platform, &asked, &vendor).await;
        platform.db().close().await;
        verdict::books(&shell, &now.to_string()[..10]).await;
        let errors = fleet.errors();
        assert!(errors.is_empty(), "{errors:#?}");
    }

    /// Kills one server after the other at moments nobody knows beforehand; the vendor now and then.
    async fn kill_and_restart(&self, fleet: &Fleet, vendor: &Vendor, dice: &Dice) {
        for _ in 0..self.kills {
            self.one_death(fleet, vendor, dice).await;
        }
        pause(dice, 500, 1_500).await;
    }

    async fn one_death(&self, fleet: &Fleet, vendor: &Vendor, dice: &Dice) {
        pause(dice, 200, 1_800).await;
        let number = usize::try_from(dice.throw(8)).unwrap() % self.servers;
        fleet.kill(number);
        if dice.percent(40) {
            vendor.kill().await;
            vendor.start().await;
        }
        pause(dice, 0, 300).await;
        fleet.start(number);
        // Now and then it is killed again before it has come up.
        if dice.percent(20) {
            pause(dice, 0, 400).await;
            fleet.kill(number);
            fleet.start(number);
        }
        fleet.ready(number).await;
    }
}

async fn pause(dice: &Dice, least: u64, most: u64) {
    tokio::time::sleep(Duration::from_millis(dice.between(least, most))).await;
}

/// The vendor's service, known to the platform by its own key and endpoint.
async fn hire(
    shell: &Shell,
    fleet: &Arc<Fleet>,
    world: &World,
    owner: &Client,
    dice: &Dice,
) -> Vendor {
    let tenants = shell.dir().join("tenants.json");
    let vendor = Vendor::new(fleet.clone(), tenants, dice.another()).await;
    let party = world.party(VENDOR);
    let endpoint = json!({ "url": format!("{}/webhooks", vendor.address), "kinds": ["delivery.*", "subscription.*"] });
    let path = format!("/accounts/{}/webhooks", party.id);
    let made = owner.post(&path, "endpoint", &endpoint).await.good();
    vendor.introduce(&party.key, made["secret"].as_str().unwrap());
    vendor.start().await;
    vendor
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_lost_or_doubled_when_a_server_is_killed() {
    let trial = Trial {
        servers: 1,
        kills: 3,
        days: 12,
        seed: 1,
    };
    trial.run(Shell::new()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_lost_or_doubled_when_one_of_two_servers_is_killed() {
    let Some(shell) = Shell::postgres().await else {
        return;
    };
    let trial = Trial {
        servers: 2,
        kills: 3,
        days: 12,
        seed: 2,
    };
    trial.run(shell).await;
}

#[ignore = "takes minutes: run by `cargo xtask test --slow`"]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_kills_on_sqlite() {
    let trial = Trial {
        servers: 1,
        kills: 20,
        days: 45,
        seed: 3,
    };
    trial.run(Shell::new()).await;
}

#[ignore = "takes minutes: run by `cargo xtask test --slow`"]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_kills_on_postgresql() {
    for (servers, seed) in [(1, 4), (2, 5)] {
        let Some(shell) = Shell::postgres().await else {
            return;
        };
        let trial = Trial {
            servers,
            kills: 10,
            days: 35,
            seed,
        };
        trial.run(shell).await;
    }
}
