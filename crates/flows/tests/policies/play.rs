//! Plays an example: the seller says what it says, each row happens, and what is invoiced is what the row has.

use serde_json::{Map, Value};
use tradewind_accounts::service::{account_update, relationship_set};
use tradewind_accounts::types::{AccountChanges, AccountUpdate, RelationshipSet};
use tradewind_billing::types::DocumentSummary;
use tradewind_catalogue::service::revision_create;
use tradewind_catalogue::types::{ListingDraft, ListingPrice, Policies, RevisionCreate};
use tradewind_flows::order::{subscription_resume, subscription_suspend};
use tradewind_flows::quote::{
    CancelInput, CancelWhen, ChangeInput, ChangeWhen, quote_cancel, quote_change,
};
use tradewind_kernel::id::{ItemId, SubscriptionId};
use tradewind_kernel::{Currency, Money, Result, Timestamp};
use tradewind_metering::service::usage_ingest;
use tradewind_metering::types::{UsageInput, UsageKind};
use tradewind_orders::service::coupon_create;
use tradewind_orders::types::CouponCreate;

use crate::common::changes::model;
use crate::common::{World, day, dec, markup};
use crate::page::{Example, Row, Said, date};

/// From this day on the seller says what the example says.
const FROM: &str = "2024-01-11";

pub(crate) async fn play(world: &World, page: &str, example: &Example) {
    says(world, &example.said).await;
    let mut player = Player {
        world,
        bought: None,
        reported: 0,
    };
    let mut came = Vec::new();
    for row in &example.rows {
        let before = world.documents().await.len();
        if world.ctx().await.now.to_string() != row.at {
            world.travel(&row.at).await;
            world.pay_all().await;
        }
        player.act(row).await;
        world.settle().await;
        let documents = world.documents().await.split_off(before);
        let taxes = row.tax.as_ref().map(|_| signed(&documents, |one| one.tax));
        came.push(Row {
            invoiced: signed(&documents, |one| one.net),
            tax: taxes,
            ..row.clone()
        });
    }
    assert_eq!(came, example.rows, "{page}");
    world.assert_consistent().await;
}

/// Amounts of documents, those of credit notes below zero.
fn signed(documents: &[DocumentSummary], amount: fn(&DocumentSummary) -> Money) -> Vec<String> {
    let amounts = documents.iter().map(|document| {
        let amount = amount(document);
        let signed = Money::new(document.kind.sign() * amount.minor, amount.currency);
        signed.amount().to_string()
    });
    amounts.collect()
}

/// The seller's zone, terms, prices, policies and coupons.
async fn says(world: &World, said: &Said) {
    let ctx = world.ctx().await;
    if let Some(zone) = &said.zone {
        let update = AccountUpdate {
            account: world.reseller,
            version: None,
            changes: AccountChanges {
                zone: Some(zone.clone()),
                ..AccountChanges::default()
            },
        };
        let update = account_update(world.p(), &ctx, &update).await;
        update.expect("an account");
    }
    if let Some(terms) = &said.terms {
        let set = RelationshipSet {
            seller: world.reseller,
            buyer: world.customer,
            version: None,
            terms: read(terms),
        };
        let set = relationship_set(world.p(), &ctx, &set).await;
        set.expect("terms");
    }
    let own = said.prices.iter().map(|(name, price)| ListingDraft {
        item_id: Some(item(world, name)),
        price: ListingPrice::Absolute {
            model: model(price),
        },
        ..markup("0")
    });
    let revision = RevisionCreate {
        book_id: world.reseller_book,
        effective_on: day(FROM),
        note: String::new(),
        policies: Some(policies(world, &said.policies)),
        listings: own.chain([markup("20")]).collect(),
    };
    let revision = revision_create(world.p(), &ctx, &revision).await;
    revision.expect("a revision");
    for coupon in &said.coupons {
        let mut coupon = coupon.clone();
        if let Some(items) = coupon.pointer_mut("/scope/items") {
            let names: Vec<String> = read(items);
            let ids = names.iter().map(|name| item(world, name).to_string());
            *items = ids.collect();
        }
        let create = CouponCreate {
            seller_id: world.reseller,
            input: read(&coupon),
        };
        let created = coupon_create(world.p(), &ctx, &create).await;
        created.expect("a coupon");
    }
}

fn read<T: serde::de::DeserializeOwned>(value: &Value) -> T {
    serde_json::from_value(value.clone()).unwrap_or_else(|error| panic!("{value}: {error}"))
}

/// The item of a plan, named as in `basic seats`.
fn item(world: &World, name: &str) -> ItemId {
    let (plan, code) = name.split_once(' ').expect("a plan and an item");
    let items = &world.plan(plan).items;
    let item = items.iter().find(|item| item.code == code);
    item.expect("an item").id
}

/// The usual policies, but for what the example says, with ids in place of codes.
fn policies(world: &World, said: &Map<String, Value>) -> Policies {
    let mut all = serde_json::to_value(Policies::default()).expect("policies");
    for (field, value) in said {
        let value = match field.as_str() {
            "introductions" => named(value, |name| item(world, name).to_string()),
            "plan_billing_days" | "plan_commitments" => {
                named(value, |code| world.plan(code).id.to_string())
            }
            _ => value.clone(),
        };
        match (all.get_mut(field), value) {
            (Some(Value::Object(usual)), Value::Object(own)) if field == "proration" => {
                usual.extend(own);
            }
            (_, value) => all[field] = value,
        }
    }
    read(&all)
}

fn named(value: &Value, id: impl Fn(&str) -> String) -> Value {
    let entries = value.as_object().expect("an object").iter();
    let entries = entries.map(|(name, value)| (id(name), value.clone()));
    Value::Object(entries.collect())
}

struct Player<'a> {
    world: &'a World,
    bought: Option<SubscriptionId>,
    reported: u32,
}

impl Player<'_> {
    async fn act(&mut self, row: &Row) {
        let words: Vec<&str> = row.happens.split(' ').collect();
        match words.as_slice() {
            [""] => {}
            ["buys", seats, "seat" | "seats", "of", plan] => self.buys(plan, seats, None).await,
            ["buys", seats, "seat" | "seats", "of", plan, "with", code] => {
                self.buys(plan, seats, Some((*code).to_owned())).await;
            }
            ["buys", "cloud"] => self.bought = Some(self.world.cloud().await),
            ["uses", quantity] => self.uses(&row.at, quantity).await,
            ["uses", quantity, "on", day, month] => {
                let day = date(&format!("{day} {month}"), &row.at[..4]);
                self.uses(&format!("{day}T10:00:00Z"), quantity).await;
            }
            ["changes", "to", seats, "seat" | "seats", when @ ..] => {
                let when = match when {
                    [] => None,
                    ["at", "once"] => Some(ChangeWhen::Now),
                    ["with", "the", "period"] => Some(ChangeWhen::EndOfPeriod),
                    _ => panic!("{words:?} is not known"),
                };
                self.changes(seats, when).await;
            }
            ["cancels", "at", "once"] => self.cancels(CancelWhen::Now).await.expect("a quote"),
            ["cancels", "with", "the", "period"] => {
                let quote = self.cancels(CancelWhen::EndOfPeriod).await;
                quote.expect("a quote");
            }
            ["cancels", "with", "the", "term"] => {
                let quote = self.cancels(CancelWhen::EndOfCommitment).await;
                quote.expect("a quote");
            }
            ["cannot", "cancel", "at", "once"] => {
                let refused = self.cancels(CancelWhen::Now).await;
                assert_eq!(refused.expect_err("it is refused").code(), "committed");
            }
            ["is", "suspended"] => self.suspended(true).await,
            ["is", "resumed"] => self.suspended(false).await,
            [
                "the",
                "seller",
                "adds",
                percent,
                "%",
                "from",
                day,
                month,
                "on",
            ] => {
                let from = date(&format!("{day} {month}"), &row.at[..4]);
                self.seller_adds(percent, &from).await;
            }
            _ => panic!("{:?} is not known", row.happens),
        }
    }

    fn id(&self) -> SubscriptionId {
        self.bought.expect("something was bought")
    }

    async fn buys(&mut self, plan: &str, seats: &str, coupon: Option<String>) {
        let mut wanted = self.world.wanted(plan, seats);
        wanted.coupon = coupon;
        self.bought = Some(self.world.buy(&wanted).await);
    }

    async fn uses(&mut self, at: &str, quantity: &str) {
        self.reported += 1;
        let at = Timestamp::parse(at).expect("a time");
        let record = UsageInput {
            source: "meter".to_owned(),
            external_id: self.reported.to_string(),
            subscription_id: self.id(),
            meter: "cost".to_owned(),
            starts_at: at,
            ends_at: at,
            quantity: dec(quantity),
            unit: String::new(),
            // The sellers above pass a cost on.
            cost: Some(dec("0")),
            currency: Some(Currency::EUR),
            kind: UsageKind::Usage,
            dimensions: Default::default(),
            attributes: Default::default(),
        };
        let world = self.world;
        let report = usage_ingest(world.p(), &world.ctx().await, &[record]).await;
        assert_eq!(report.expect("a report").accepted, 1);
    }

    async fn changes(&self, seats: &str, when: Option<ChangeWhen>) {
        let input = ChangeInput {
            subscription_id: self.id(),
            plan_id: None,
            quantities: [("seats".to_owned(), dec(seats))].into(),
            packages: Default::default(),
            coupon: None,
            when,
        };
        let world = self.world;
        let quote = quote_change(world.p(), &world.ctx().await, &input).await;
        world.carry_out(&quote.expect("a quote")).await;
    }

    async fn cancels(&self, when: CancelWhen) -> Result<()> {
        let input = CancelInput {
            subscription_id: self.id(),
            when,
            reason: None,
        };
        let world = self.world;
        let quote = quote_cancel(world.p(), &world.ctx().await, &input).await?;
        world.carry_out(&quote).await;
        Ok(())
    }

    async fn suspended(&self, suspended: bool) {
        let (world, ctx) = (self.world, self.world.ctx().await);
        let order = if suspended {
            subscription_suspend(world.p(), &ctx, self.id(), None).await
        } else {
            subscription_resume(world.p(), &ctx, self.id(), None).await
        };
        let _order = order.expect("an order");
    }

    async fn seller_adds(&self, percent: &str, from: &str) {
        let revision = RevisionCreate {
            book_id: self.world.reseller_book,
            effective_on: day(from),
            note: String::new(),
            policies: None,
            listings: vec![markup(percent)],
        };
        let world = self.world;
        let revision = revision_create(world.p(), &world.ctx().await, &revision).await;
        revision.expect("a revision");
    }
}
