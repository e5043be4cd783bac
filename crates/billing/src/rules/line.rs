//! How exact charges become rounded lines.
//!
//! A line is rounded once, at the places of its currency, by the policy of its terms: half up, unless they say otherwise. Each charge gets the
//! difference that it makes to the rounded running total of its line, so that the shares always sum to the line, in
//! whatever order charges are added, and nothing but a running total has to be kept. The same rule bills late usage:
//! the running total goes on where the last document left it, and the document gets exactly the difference.

use std::collections::{BTreeMap, HashMap};

use tradewind_kernel::{
    Currency, Date, Decimal, Money, Result, Rounding,
    calendar::Period,
    decimal,
    id::{AccountId, SubscriptionId},
    locale::form_for,
};
use tradewind_orders::types::BuyerReference;

use tradewind_tax::types::TaxCategory;

use crate::types::{ChargeKind, DocumentLine, FxUse, NewCharge};

/// A running total: what was computed exactly, and what of it was billed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Position {
    /// Sum of all exact amounts.
    pub exact: Decimal,
    /// Sum of all shares, in minor units.
    pub billed: i64,
}

impl Position {
    /// Adds an exact amount and returns what is to be billed for it.
    ///
    /// # Errors
    /// `overflow`.
    pub fn bill(
        &mut self,
        exact: Decimal,
        currency: Currency,
        rounding: Rounding,
    ) -> Result<Money> {
        let exact = decimal::add(self.exact, exact)?;
        let target = Money::from_exact(exact, currency, rounding)?;
        let share = target.sub(Money::new(self.billed, currency))?;
        *self = Self {
            exact,
            billed: target.minor,
        };
        Ok(share)
    }
}

/// Identifies the running total of a line of usage across documents.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UsageLine {
    /// Who sells.
    pub seller_id: AccountId,
    /// Who buys.
    pub buyer_id: AccountId,
    /// In which currency.
    pub currency: Currency,
    /// First day of the month of the usage, or of the part of it that has one price.
    pub period_on: Date,
    /// Which line.
    pub line: String,
}

/// What assembling needs to know of a charge; small, so that documents over very many charges can be streamed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LineCharge {
    /// The sale that it is for.
    pub subscription_id: SubscriptionId,
    /// Why it exists.
    pub kind: ChargeKind,
    /// Heading.
    pub group_label: String,
    /// In words.
    pub description: String,
    /// Its time.
    pub period: Period,
    /// How much.
    pub quantity: Decimal,
    /// Of what.
    pub unit: String,
    /// Price of one.
    pub unit_price: Option<Decimal>,
    /// The exact amount.
    pub exact: Decimal,
    /// How its line is rounded.
    pub rounding: Rounding,
    /// Whether its tax is in the amount.
    pub tax_included: bool,
    /// What it is for, in the eyes of the tax offices.
    pub tax_category: TaxCategory,
    /// Exchange rates that went into the amount.
    pub rates: Vec<FxUse>,
    /// For usage: first day of the month, and the line it is rounded in.
    pub usage_line: Option<(Date, String)>,
}

impl From<&NewCharge> for LineCharge {
    fn from(charge: &NewCharge) -> Self {
        Self {
            subscription_id: charge.subscription_id,
            kind: charge.kind,
            group_label: charge.group_label.clone(),
            description: charge.description.clone(),
            period: charge.period,
            quantity: charge.quantity,
            unit: charge.unit.clone(),
            unit_price: charge.unit_price,
            exact: charge.exact,
            rounding: charge.rounding,
            tax_included: charge.tax_included,
            tax_category: charge.tax_category,
            rates: charge.rate.clone(),
            usage_line: charge
                .usage
                .as_ref()
                .map(|usage| (usage.period_on, usage.line.clone())),
        }
    }
}

/// Charges with the same key share a line.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct LineKey {
    /// The document that the line is on.
    document: Option<SubscriptionId>,
    order_number: Option<String>,
    cost_centre: Option<String>,
    matter: Matter,
}

/// What a line is about.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Matter {
    /// All usage of one line and month.
    Usage(Date, String),
    /// The same thing at the same price for the same time, of however many subscriptions.
    Same {
        group_label: String,
        description: String,
        unit: String,
        unit_price: Option<Decimal>,
        kind: ChargeKind,
        period: Period,
        rounding: Rounding,
        tax_included: bool,
        tax_category: TaxCategory,
    },
}

impl LineKey {
    fn of(charge: &LineCharge, reference: &BuyerReference) -> Self {
        Self {
            document: reference.separate.then_some(charge.subscription_id),
            order_number: reference.order_number.clone(),
            cost_centre: reference.cost_centre.clone(),
            matter: Matter::of(charge),
        }
    }
}

impl Matter {
    fn of(charge: &LineCharge) -> Self {
        match &charge.usage_line {
            Some((month, line)) => Self::Usage(*month, line.clone()),
            None => Self::Same {
                group_label: charge.group_label.clone(),
                description: charge.description.clone(),
                unit: charge.unit.clone(),
                unit_price: charge.unit_price.map(|price| price.normalize()),
                kind: charge.kind,
                period: charge.period,
                rounding: charge.rounding,
                tax_included: charge.tax_included,
                tax_category: charge.tax_category,
            },
        }
    }
}

#[derive(Debug)]
struct OpenLine {
    document: Option<SubscriptionId>,
    line: DocumentLine,
    /// What was computed and billed so far; of usage, its running total is kept for all of its lines together.
    position: Position,
    rounding: Rounding,
    mixed: bool,
}

/// Lines in the making. Charges are added one by one; their shares come back at once.
#[derive(Debug)]
pub struct LineSet {
    currency: Currency,
    index: HashMap<LineKey, usize>,
    lines: Vec<OpenLine>,
    /// Where the running totals of usage stand: one of a line of usage, however many documents it is on.
    usage: BTreeMap<(Date, String), Position>,
    documents: BTreeMap<Option<SubscriptionId>, Shape>,
}

/// What is known of a document in the making.
#[derive(Debug, Default)]
struct Shape {
    lines: i64,
    must_show: bool,
}

/// The share of a charge in its line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Share {
    /// The document: that of one subscription, where its buyer wants it by itself.
    pub document: Option<SubscriptionId>,
    /// The line.
    pub line_no: i64,
    /// The rounded share.
    pub amount: Money,
}

/// Finished lines, not taxed yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lines {
    /// The lines, numbered from 1 in the order in which their first charge came.
    pub lines: Vec<DocumentLine>,
    /// Whether there is anything to show: an amount, or usage even if it costs nothing.
    pub must_show: bool,
}

/// All lines, and where the running totals of usage stand now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finished {
    /// The lines of each document, by the subscription that it is for alone; the one for all others first.
    pub documents: Vec<(Option<SubscriptionId>, Lines)>,
    /// Where the running totals of usage stand now.
    pub positions: Vec<((Date, String), Position)>,
}

impl LineSet {
    /// Nothing yet.
    #[must_use]
    pub fn new(currency: Currency) -> Self {
        Self {
            currency,
            index: HashMap::new(),
            lines: Vec::new(),
            usage: BTreeMap::new(),
            documents: BTreeMap::new(),
        }
    }

    /// Adds a charge whose buyer has given no reference of its own. `position` is asked for the running total of a line of usage
    /// when the line begins.
    ///
    /// # Errors
    /// `overflow`.
    pub fn add(
        &mut self,
        charge: &LineCharge,
        position: impl FnOnce(&(Date, String)) -> Position,
    ) -> Result<Share> {
        self.add_for(charge, &BuyerReference::default(), position)
    }

    /// Adds a charge to the line, and on the document, that its buyer's reference asks for.
    ///
    /// # Errors
    /// `overflow`.
    pub fn add_for(
        &mut self,
        charge: &LineCharge,
        reference: &BuyerReference,
        position: impl FnOnce(&(Date, String)) -> Position,
    ) -> Result<Share> {
        let key = LineKey::of(charge, reference);
        let shape = self.documents.entry(key.document).or_default();
        shape.must_show |= !charge.exact.is_zero()
            || (charge.kind == ChargeKind::Metered && !charge.quantity.is_zero());
        let index = match self.index.entry(key) {
            std::collections::hash_map::Entry::Occupied(entry) => *entry.get(),
            std::collections::hash_map::Entry::Vacant(entry) => {
                shape.lines += 1;
                let key = entry.key();
                self.lines
                    .push(OpenLine::begin(charge, key, shape.lines, self.currency));
                *entry.insert(self.lines.len() - 1)
            }
        };
        let open = self
            .lines
            .get_mut(index)
            .expect("the index points at a line pushed above");
        let position = match &charge.usage_line {
            Some(key) => match self.usage.entry(key.clone()) {
                std::collections::btree_map::Entry::Occupied(entry) => entry.into_mut(),
                std::collections::btree_map::Entry::Vacant(entry) => {
                    let begun = position(entry.key());
                    entry.insert(begun)
                }
            },
            None => &mut open.position,
        };
        let share = position.bill(charge.exact, self.currency, open.rounding)?;
        open.add(charge, share)?;
        Ok(Share {
            document: open.document,
            line_no: open.line.no,
            amount: share,
        })
    }

    /// The lines as they are now, each on its document.
    #[must_use]
    pub fn finish(self) -> Finished {
        let mut documents: BTreeMap<Option<SubscriptionId>, Lines> = self
            .documents
            .into_iter()
            .map(|(document, shape)| {
                let lines = Lines {
                    lines: Vec::new(),
                    must_show: shape.must_show,
                };
                (document, lines)
            })
            .collect();
        for mut open in self.lines {
            open.line.unit = form_for(&open.line.unit, open.line.quantity).to_owned();
            if let Some(document) = documents.get_mut(&open.document) {
                document.lines.push(open.line);
            }
        }
        Finished {
            documents: documents.into_iter().collect(),
            positions: self.usage.into_iter().collect(),
        }
    }

    /// All lines as if they were on one document; numbers are told apart only where no buyer wants documents of their own.
    #[must_use]
    pub fn together(self) -> Lines {
        let mut all = Lines {
            lines: Vec::new(),
            must_show: false,
        };
        for (_, lines) in self.finish().documents {
            all.lines.extend(lines.lines);
            all.must_show |= lines.must_show;
        }
        all
    }
}

impl OpenLine {
    fn begin(charge: &LineCharge, key: &LineKey, no: i64, currency: Currency) -> Self {
        Self {
            document: key.document,
            position: Position::default(),
            mixed: false,
            rounding: charge.rounding,
            line: DocumentLine {
                no,
                group_label: charge.group_label.clone(),
                description: charge.description.clone(),
                quantity: Decimal::ZERO,
                unit: charge.unit.clone(),
                unit_price: charge.unit_price,
                period: charge.period,
                tax_included: charge.tax_included,
                tax_category: charge.tax_category,
                amount: Money::zero(currency),
                net: Money::zero(currency),
                tax: Money::zero(currency),
                taxes: Vec::new(),
                order_number: key.order_number.clone(),
                cost_centre: key.cost_centre.clone(),
                rates: Vec::new(),
            },
        }
    }

    fn add(&mut self, charge: &LineCharge, share: Money) -> Result<()> {
        let line = &mut self.line;
        line.amount = line.amount.add(share)?;
        FxUse::add_to(&mut line.rates, &charge.rates);
        line.period.start = line.period.start.min(charge.period.start);
        line.period.end = line.period.end.max(charge.period.end);
        self.mixed |= line.unit != charge.unit;
        if self.mixed {
            // Different things came together: their quantities do not add up to anything.
            line.unit.clear();
            line.quantity = Decimal::ONE;
        } else {
            line.quantity = decimal::add(line.quantity, charge.quantity)?;
        }
        if line.unit_price.map(|price| price.normalize())
            != charge.unit_price.map(|price| price.normalize())
        {
            line.unit_price = None;
        }
        Ok(())
    }
}
