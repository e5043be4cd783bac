//! Subscriptions: what a customer has, commercially and in fact, and the legs it is sold over.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use tradewind_kernel::{
    Currency, Date, Decimal, Timestamp, Zone,
    id::{AccountId, ItemId, LegId, PlanId, ProductId, SubscriptionId, TermsId},
    text_enum,
};
use utoipa::ToSchema;

use super::{BundledIn, OrderedItem};

text_enum! {
    /// Where a subscription stands between its parties.
    pub enum CommercialState("commercial_state") {
        /// Ordered, and not yet begun.
        Ordered = "ordered",
        /// Being tried.
        Trial = "trial",
        /// Running and paid for.
        Active = "active",
        /// Running although something is overdue.
        Grace = "grace",
        /// Stopped until something is put right.
        Suspended = "suspended",
        /// Ran out.
        Expired = "expired",
        /// Ended.
        Terminated = "terminated",
    }
}

impl CommercialState {
    /// Whether the subscription is over for good.
    #[must_use]
    pub const fn is_final(self) -> bool {
        matches!(self, Self::Expired | Self::Terminated)
    }

    /// Whether the customer may use the service.
    #[must_use]
    pub const fn is_usable(self) -> bool {
        matches!(self, Self::Trial | Self::Active | Self::Grace)
    }

    /// Whether its periods are charged.
    #[must_use]
    pub const fn is_billed(self) -> bool {
        matches!(self, Self::Active | Self::Grace | Self::Suspended)
    }
}

text_enum! {
    /// What exists at the vendor.
    pub enum DeliveryState("delivery_state") {
        /// Nothing yet.
        NotProvisioned = "not_provisioned",
        /// Being set up.
        Provisioning = "provisioning",
        /// There and usable.
        Running = "running",
        /// There and stopped.
        Stopped = "stopped",
        /// Being changed.
        Changing = "changing",
        /// Being taken away.
        Removing = "removing",
        /// Gone.
        Removed = "removed",
        /// Something went wrong; somebody has to look.
        Failed = "failed",
    }
}

text_enum! {
    /// What happens to the commercial state of a subscription.
    pub enum SubscriptionEvent("event") {
        /// The delivery is complete and a trial begins.
        StartTrial = "start_trial",
        /// The delivery is complete, or the trial has ended well.
        Activate = "activate",
        /// A payment is overdue; the service goes on for now.
        Overdue = "overdue",
        /// What was overdue is settled, and the service was never stopped.
        Settle = "settle",
        /// The service stops.
        Suspend = "suspend",
        /// The service starts again.
        Resume = "resume",
        /// The term (or trial) ends and is not renewed.
        Expire = "expire",
        /// It ends, by cancellation or for non-payment; or the order is given up before anything was delivered.
        Terminate = "terminate",
    }
}

text_enum! {
    /// What somebody may do with a subscription now.
    pub enum SubscriptionOperation("operation") {
        /// Other quantities or another plan.
        Change = "change",
        /// Take back a change that waits for the end of the period.
        ClearSchedule = "clear_schedule",
        /// End it.
        Cancel = "cancel",
        /// Take back a cancellation that has not taken effect.
        KeepOn = "keep_on",
        /// Turn automatic renewal on or off.
        SetAutoRenew = "set_auto_renew",
        /// Stop the service for a while.
        Suspend = "suspend",
        /// Start it again.
        Resume = "resume",
        /// Set right what should have been otherwise from a day in the past on.
        Correct = "correct",
        /// Give it another name.
        Rename = "rename",
    }
}

text_enum! {
    /// What a change is to the buyer.
    pub enum ChangeClass("change_class") {
        /// Nothing gets less: takes effect at once and is prorated.
        Upgrade = "upgrade",
        /// Something gets less: takes effect at the end of the period.
        Downgrade = "downgrade",
        /// Nothing changes what is charged.
        Neutral = "neutral",
    }
}

/// A change that waits for the end of the period.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ScheduledChange {
    /// The day on which it takes effect.
    pub on: Date,
    /// The plan from then on.
    pub plan_id: PlanId,
    /// The quantities from then on.
    pub items: Vec<OrderedItem>,
    /// The frozen terms from then on, one per leg, the vendor's first.
    pub terms: Vec<TermsId>,
}

/// A subscription as lists show it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Subscription {
    /// Its id.
    pub id: SubscriptionId,
    /// Who has it.
    pub customer_id: AccountId,
    /// Who sold it.
    pub seller_id: AccountId,
    /// Who delivers it.
    pub vendor_id: AccountId,
    /// The product.
    pub product_id: ProductId,
    /// The plan.
    pub plan_id: PlanId,
    /// The customer's name for it.
    pub name: String,
    /// Where it stands between its parties.
    pub commercial_state: CommercialState,
    /// What exists at the vendor.
    pub delivery_state: DeliveryState,
    /// The customer's currency.
    pub currency: Currency,
    /// The zone in which its days begin.
    pub zone: Zone,
    /// When it was ordered.
    pub ordered_at: Timestamp,
    /// When it began.
    pub activated_at: Option<Timestamp>,
    /// First day after the trial.
    pub trial_ends_on: Option<Date>,
    /// The day from which its periods are counted.
    pub anchor_on: Option<Date>,
    /// First day of the current billing period.
    pub period_start: Option<Date>,
    /// First day after it.
    pub period_end: Option<Date>,
    /// First day after the current term.
    pub term_ends_on: Option<Date>,
    /// The next day on which it is billed.
    pub next_bill_on: Option<Date>,
    /// Whether it renews at the end of the term.
    pub auto_renew: bool,
    /// The day on which a cancellation takes effect.
    pub cancel_on: Option<Date>,
    /// A change that waits for the end of the period.
    pub scheduled: Option<ScheduledChange>,
    /// Its name in the vendor's or an integrator's system.
    pub external_ref: Option<String>,
    /// Free notes of integrators.
    pub metadata: BTreeMap<String, Value>,
    /// The buyer's own references for it, and whether it is invoiced by itself.
    #[serde(default)]
    pub reference: BuyerReference,
    /// When it was created.
    pub created_at: Timestamp,
    /// Optimistic lock: grows with every change.
    pub version: i64,
}

/// What a buyer calls a sale in its own books, and whether it wants a document of its own for it. Documents carry what holds on
/// the day of their issue.
#[derive(
    Debug, Clone, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, ToSchema,
)]
#[serde(default, deny_unknown_fields)]
pub struct BuyerReference {
    /// The number of the buyer's purchase order, 1 to 60 characters.
    #[schema(max_length = 60)]
    pub order_number: Option<String>,
    /// The buyer's cost centre, project or other sign, 1 to 60 characters.
    #[schema(max_length = 60)]
    pub cost_centre: Option<String>,
    /// Whether its charges never share a document with those of other subscriptions.
    pub separate: bool,
}

impl BuyerReference {
    /// Whether it says nothing at all.
    #[must_use]
    pub fn is_nothing(&self) -> bool {
        *self == Self::default()
    }
}

/// Between whom a subscription is, and in which zone its days begin: all that taking usage in asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SubscriptionHome {
    /// The subscription.
    pub id: SubscriptionId,
    /// Who has it.
    pub customer_id: AccountId,
    /// Who delivers it.
    pub vendor_id: AccountId,
    /// The zone in which its days begin.
    pub zone: Zone,
}

/// The quantity of one item.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SubscriptionItem {
    /// The item.
    pub item_id: ItemId,
    /// Its short name.
    pub code: String,
    /// How many.
    pub quantity: Decimal,
}

/// The answer to one parameter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SubscriptionParameter {
    /// Short name of the parameter.
    pub code: String,
    /// The answer; left out when it is a secret and the reader is not the vendor.
    pub value: Option<String>,
    /// Whether it is a secret.
    pub sensitive: bool,
}

/// A quantity since a day; the history is what periods are charged by.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct QuantitySince {
    /// The item.
    pub item_id: ItemId,
    /// The plan that the item belonged to.
    pub plan_id: PlanId,
    /// First day on which it holds.
    pub from_on: Date,
    /// How many; 0 ends it.
    pub quantity: Decimal,
}

/// The terms of a leg since a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TermsSince {
    /// First day on which they hold.
    pub from_on: Date,
    /// Which.
    pub terms_id: TermsId,
}

/// What is recorded of a subscription from a day in the past on, or should be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PastRecord {
    /// The first day.
    pub from_on: Date,
    /// What of the terms of each leg changes from then on, the vendor's leg first; empty where terms are not concerned.
    pub terms: Vec<Vec<TermsSince>>,
    /// The plan and all that was held from then on; none where that is not concerned.
    pub held: Option<PastHolding>,
}

/// What is recorded of the past of a subscription, as far as something else should be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rewritten {
    /// What was recorded when that was decided.
    pub before: PastRecord,
    /// What takes its place.
    pub after: PastRecord,
}

impl Rewritten {
    /// The way back.
    #[must_use]
    pub fn reversed(&self) -> Self {
        Self {
            before: self.after.clone(),
            after: self.before.clone(),
        }
    }

    /// What was held before and after, where the plan is concerned.
    #[must_use]
    pub fn held(&self) -> Option<(&PastHolding, &PastHolding)> {
        self.before.held.as_ref().zip(self.after.held.as_ref())
    }

    /// Which legs, the vendor's first, keep the terms that they have.
    #[must_use]
    pub fn stays(&self) -> Vec<bool> {
        let pairs = self.before.terms.iter().zip(&self.after.terms);
        pairs.map(|(before, after)| before == after).collect()
    }
}

/// The plan of a subscription and what it holds, with all changes from a day in the past on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PastHolding {
    /// The plan now.
    pub plan_id: PlanId,
    /// What is held now.
    pub items: Vec<OrderedItem>,
    /// Every quantity from that day on.
    pub quantities: Vec<QuantitySince>,
}

text_enum! {
    /// Why a subscription is suspended.
    pub enum PauseCause("cause") {
        /// Somebody has suspended it.
        Hand = "hand",
        /// An invoice is not paid.
        Dunning = "dunning",
    }
}

/// Time in which a subscription is suspended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pause {
    /// The first day.
    pub from_on: Date,
    /// The first day after it; none while it goes on.
    pub until_on: Option<Date>,
    /// Why.
    pub cause: PauseCause,
}

/// One adjacent pair of the chain that a subscription is sold over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Leg {
    /// Its id.
    pub id: LegId,
    /// The subscription.
    pub subscription_id: SubscriptionId,
    /// 0 is the vendor's; the last one is the customer's.
    pub position: i64,
    /// Who sells.
    pub seller_id: AccountId,
    /// Who buys.
    pub buyer_id: AccountId,
    /// The currency of this leg.
    pub currency: Currency,
    /// The frozen terms.
    pub terms_id: TermsId,
    /// Since when these terms hold.
    pub terms_from: Date,
}

/// A subscription with everything that its reader may see of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SubscriptionDetail {
    /// The subscription.
    #[serde(flatten)]
    pub subscription: Subscription,
    /// What is ordered.
    pub items: Vec<SubscriptionItem>,
    /// The answers to the product's parameters.
    pub parameters: Vec<SubscriptionParameter>,
    /// The bundle that it was sold in, for buyers and sellers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bundle: Option<BundledIn>,
    /// What the reader may do with it now.
    pub available_operations: Vec<SubscriptionOperation>,
}
