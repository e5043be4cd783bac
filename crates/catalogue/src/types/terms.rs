//! Frozen terms: what one leg of a sale charges, resolved along the chain and then never changed.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use tradewind_kernel::{
    Currency, Date, Decimal, Rounding, Text,
    calendar::Cadence,
    id::{AccountId, ItemId, PlanId, PriceBookId, ProductId, RevisionId},
    text_enum,
};
use tradewind_pricing::{
    Aggregation, PriceModel, PricePlaces,
    cycles::ServicePeriod,
    discount::StackingOrder,
    proration::{ProrationPolicy, ProrationTerms},
};
use tradewind_tax::types::TaxCategory;
use utoipa::ToSchema;

use super::{
    BillingDays, CancellationFee, Commitment, FxUse, Introduced, Introduction, ItemKind,
    PeriodZone, PriceIncrease, Raised, StubCharge, SuspendedTime, Timing,
};

text_enum! {
    /// What becomes of the price of a running subscription when its seller's price book has moved on.
    pub enum RenewalPrices("renewal_prices") {
        /// The price agreed holds for the term; each renewal takes the revision that holds then. Without a term, usage is
        /// priced by the revision of its day, and everything else by that of the first day of its period.
        Revision = "revision",
        /// The price agreed holds as long as the subscription runs.
        Agreed = "agreed",
        /// The price agreed rises by a percentage, at each renewal of the term; without a term, every year.
        Increase = "increase",
    }
}

impl RenewalPrices {
    fn is_usual(&self) -> bool {
        *self == Self::Revision
    }

    const fn usual() -> Self {
        Self::Revision
    }
}

/// The conventions under which prices become amounts; dated with the revision, frozen with the terms.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Policies {
    /// Which share of a period's price is due for a part of it.
    pub proration: ProrationTerms,
    /// How an exact line amount becomes money, at the places of its currency.
    pub rounding: Rounding,
    /// Whether prices contain the tax.
    pub tax_included: bool,
    /// To how many places prices are rounded that follow from a markup or an exchange rate; left out, they keep all their
    /// digits. Prices that the book names itself in its own currency stay as they are.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub places: Option<PricePlaces>,
    /// What later revisions mean for what was sold under this one.
    #[serde(
        default = "RenewalPrices::usual",
        skip_serializing_if = "RenewalPrices::is_usual"
    )]
    pub renewal: RenewalPrices,
    /// In which order several discounts on one sale are applied.
    #[serde(default, skip_serializing_if = "is_usual_stacking")]
    pub stacking: StackingOrder,
    /// On which days billing periods begin; frozen with the sale, whatever later revisions say.
    #[serde(default, skip_serializing_if = "BillingDays::is_usual")]
    pub billing_days: BillingDays,
    /// In whose time zone the days and periods of a sale begin; frozen with the sale, on the customer's leg.
    #[serde(default, skip_serializing_if = "PeriodZone::is_usual")]
    pub zone: PeriodZone,
    /// Plans that are billed on other days than the rest of the book; terms keep only what holds for their own plan.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    #[schema(value_type = BTreeMap<String, BillingDays>)]
    pub plan_billing_days: BTreeMap<PlanId, BillingDays>,
    /// What ending before the end of the term costs; without a fee a term lasts to its end.
    #[serde(default, skip_serializing_if = "CancellationFee::is_usual")]
    pub cancellation_fee: CancellationFee,
    /// Whether the time in which a sale is suspended is charged.
    #[serde(
        default = "SuspendedTime::usual",
        skip_serializing_if = "SuspendedTime::is_usual"
    )]
    pub suspension: SuspendedTime,
    /// Other prices of recurring items for the first billing periods; terms keep them with the items.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    #[schema(value_type = BTreeMap<String, Introduction>)]
    pub introductions: BTreeMap<ItemId, Introduction>,
    /// How far the price of what runs rises, where it rises by a percentage.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub increase: Option<PriceIncrease>,
    /// What buyers commit to, whatever the plan.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub commitment: Option<Commitment>,
    /// Plans with a commitment of their own; terms keep only what holds for their own plan.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    #[schema(value_type = BTreeMap<String, Commitment>)]
    pub plan_commitments: BTreeMap<PlanId, Commitment>,
}

fn is_usual_stacking(order: &StackingOrder) -> bool {
    *order == StackingOrder::default()
}

impl Default for Policies {
    /// Real days, commercial rounding, tax on top.
    fn default() -> Self {
        Self {
            proration: ProrationTerms::default(),
            rounding: Rounding::HalfUp,
            tax_included: false,
            places: None,
            renewal: RenewalPrices::Revision,
            stacking: StackingOrder::default(),
            billing_days: BillingDays::default(),
            zone: PeriodZone::Buyer,
            plan_billing_days: BTreeMap::new(),
            cancellation_fee: CancellationFee::None,
            suspension: SuspendedTime::Charged,
            introductions: BTreeMap::new(),
            increase: None,
            commitment: None,
            plan_commitments: BTreeMap::new(),
        }
    }
}

impl Policies {
    /// The same with computed prices that people can read: amounts at the places of their currency, prices of a unit at
    /// six.
    #[must_use]
    pub fn readable(currency: Currency) -> Self {
        Self {
            places: Some(PricePlaces {
                amounts: currency.exponent(),
                units: 6,
            }),
            ..Self::default()
        }
    }
}

impl Policies {
    /// What of them is frozen with a sale of one plan.
    #[must_use]
    pub fn of_plan(&self, plan: PlanId) -> Self {
        let own = self.plan_billing_days.get(&plan);
        let commitment = self.plan_commitments.get(&plan);
        Self {
            commitment: commitment.or(self.commitment.as_ref()).cloned(),
            plan_commitments: BTreeMap::new(),
            billing_days: own.copied().unwrap_or(self.billing_days),
            plan_billing_days: BTreeMap::new(),
            introductions: BTreeMap::new(),
            ..self.clone()
        }
    }

    /// What of a period is charged, for the items that are charged by time: a stub as the policy of stubs says.
    #[must_use]
    pub fn proration_of(&self, service: &ServicePeriod) -> ProrationTerms {
        let mut proration = self.proration;
        if service.is_stub() && self.billing_days.stub == StubCharge::Full {
            proration.start = ProrationPolicy::None;
        }
        proration
    }

    /// Whether a period is a stub that costs nothing.
    #[must_use]
    pub fn is_free(&self, service: &ServicePeriod) -> bool {
        service.is_stub() && self.billing_days.stub == StubCharge::Free
    }
}

/// Everything that one leg charges, frozen when the subscription is ordered, renewed or changed.
///
/// It names the seller but no buyer, so that all buyers of the same offer share one stored document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct LegTerms {
    /// Who sells on this leg.
    pub seller: AccountId,
    /// The product.
    pub product: ProductId,
    /// The plan.
    pub plan: PlanId,
    /// The seller's price book.
    pub book: PriceBookId,
    /// The revision that held.
    pub revision: RevisionId,
    /// The currency of this leg.
    pub currency: Currency,
    /// Since when the revision holds.
    pub effective_on: Date,
    /// How often it is billed.
    pub cadence: Cadence,
    /// How long the buyer commits.
    pub term: Option<Cadence>,
    /// What is charged.
    pub items: Vec<ItemTerms>,
    /// How prices become amounts.
    pub policies: Policies,
    /// The first day on which the price book counts again; before it, what a correction has set right holds, whatever the book says
    /// of its day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = Date)]
    pub kept_until: Option<Date>,
}

impl LegTerms {
    /// Whether a correction has set right what holds on a day, whatever the price book says of it.
    #[must_use]
    pub fn is_kept_on(&self, day: Date) -> bool {
        self.kept_until.is_some_and(|until| day < until)
    }

    /// The terms of one item.
    #[must_use]
    pub fn item(&self, id: ItemId) -> Option<&ItemTerms> {
        self.items.iter().find(|item| item.item == id)
    }

    /// The metered items charged by usage of one meter.
    pub fn metered<'a>(&'a self, meter: &'a str) -> impl Iterator<Item = &'a ItemTerms> {
        self.items
            .iter()
            .filter(move |item| item.meter.as_deref() == Some(meter))
    }
}

/// The terms of one item on one leg.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ItemTerms {
    /// The item.
    pub item: ItemId,
    /// Its short name.
    pub code: String,
    /// Its name for people, as it was then.
    pub name: Text,
    /// How it is charged.
    pub kind: ItemKind,
    /// What is counted.
    pub unit: Text,
    /// The meter, for metered items.
    pub meter: Option<String>,
    /// How the usage of a month becomes the quantity that is priced, for metered items: `sum`, `count`, `distinct:user`,
    /// `last`, `maximum`, `average`, `time_weighted` or `held_hours`.
    #[serde(default, skip_serializing_if = "Aggregation::is_sum")]
    #[schema(value_type = String)]
    pub aggregation: Aggregation,
    /// When a period's charge is due.
    pub timing: Timing,
    /// Prices; the first whose dimensions match applies, and the last has none.
    pub rules: Vec<PriceRule>,
    /// The introduction that these prices are of; none when they are the regular ones.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub introduction: Option<Introduced>,
    /// How far the regular prices have risen since they were agreed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub raised: Option<Raised>,
    /// Whether the price was agreed for this one sale: later revisions of the price book leave it alone.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub negotiated: bool,
    /// What it was in the eyes of the tax offices. What it is now counts for running subscriptions.
    #[serde(default, skip_serializing_if = "TaxCategory::is_standard")]
    pub tax_category: TaxCategory,
    /// Currency changes still open, in their order, for rules that pass a cost through: done when the usage is rated.
    pub conversions: Vec<(Currency, Currency)>,
}

impl ItemTerms {
    /// The price for usage with these dimensions; for items that are not metered, pass none.
    #[must_use]
    pub fn rule_for(&self, dimensions: &BTreeMap<String, String>) -> Option<&PriceRule> {
        self.rules.iter().find(|rule| {
            rule.matches
                .iter()
                .all(|(key, value)| dimensions.get(key) == Some(value))
        })
    }

    /// The price that applies when no dimension is special.
    #[must_use]
    pub fn general_rule(&self) -> Option<&PriceRule> {
        self.rules.iter().find(|rule| rule.matches.is_empty())
    }
}

/// One price of an item.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PriceRule {
    /// Dimensions that usage needs to have for it.
    pub matches: BTreeMap<String, String>,
    /// The price, in the currency of the leg. A cost that is passed through carries the markups of all tiers together,
    /// so that one is shown to nobody.
    pub model: PriceModel,
    /// What the seller added to its own buying price, in percent; nothing when it named the price itself. Never shown to
    /// a buyer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub markup: Option<Decimal>,
    /// The exchange rate by which its seller made it a price in the currency of the leg; none where it was in that already.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rates: Vec<FxUse>,
    /// How it came about, for the seller's staff; says nothing of the tiers above, and is never shown to a buyer.
    pub trail: Vec<String>,
}
