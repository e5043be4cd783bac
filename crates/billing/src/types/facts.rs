//! What billing decides on: facts loaded from this and other rooms.

use std::{collections::BTreeMap, sync::Arc};

use serde::{Deserialize, Serialize};
use tradewind_catalogue::types::{ItemTerms, LegTerms};
use tradewind_kernel::{
    Date, Decimal, Locale, Zone,
    calendar::Period,
    id::{AccountId, ItemId, LegId, PriceBookId, SubscriptionId},
};
use tradewind_orders::types::Pause;
use tradewind_pricing::{
    proration::Cut,
    tax::{TaxPolicy, TaxRate},
};
use tradewind_tax::{
    rules::{self as tax, Sides, Taxer},
    types::{EngineAnswer, EngineBasis, EngineTerms, TaxBasis, TaxCategory},
};

use super::{DocumentLine, Grant, Moments, Party, Settlement};

impl Trade {
    /// Whether what a billing run charges waits for a document that collects it, be it that of the day or of the month.
    #[must_use]
    pub const fn collects(&self) -> bool {
        matches!(self.settlement, Settlement::Document)
            && (self.invoice_day.is_some() || self.one_a_day)
    }
}

/// One leg of a sale with its frozen terms.
#[derive(Debug, Clone)]
pub struct LegFacts {
    /// The leg.
    pub id: LegId,
    /// The sale.
    pub subscription_id: SubscriptionId,
    /// 0 is the leg next to the vendor; the customer's is the highest.
    pub position: i64,
    /// Who sells.
    pub seller_id: AccountId,
    /// Who buys.
    pub buyer_id: AccountId,
    /// The buyer's language.
    pub locale: Locale,
    /// The heading of its lines on an invoice.
    pub heading: String,
    /// The frozen terms.
    pub terms: Arc<LegTerms>,
    /// The discounts of its seller; on the customer's leg only.
    pub grants: Vec<Grant>,
    /// The times in which it is suspended and that its seller does not charge, oldest first.
    pub pauses: Vec<Pause>,
    /// The moments at which it changed; where its terms look at the clock only.
    pub moments: Option<Arc<Moments>>,
    /// What its items are in the eyes of the tax offices by now; none where that is what its terms say.
    pub categories: Option<Arc<BTreeMap<ItemId, TaxCategory>>>,
}

impl LegFacts {
    /// A cut of a period on a day of it, at its moment where the terms look at the clock.
    #[must_use]
    pub fn cut(&self, full: Period, at: Date) -> Cut {
        Cut {
            full,
            cadence: self.terms.cadence,
            item_cadence: None,
            at,
            clock: self.moments.as_ref().map(|moments| moments.clock(full, at)),
        }
    }

    /// What an item is in the eyes of the tax offices: a law or a mistake does not wait for the next renewal.
    #[must_use]
    pub fn tax_category(&self, item: &ItemTerms) -> TaxCategory {
        let now = self.categories.as_ref();
        now.and_then(|now| now.get(&item.item).copied())
            .unwrap_or(item.tax_category)
    }
}

/// From a day on, this many.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct QuantityChange {
    /// First day.
    pub from_on: Date,
    /// How many from then on.
    #[serde(with = "rust_decimal::serde::str")]
    pub quantity: Decimal,
}

/// How much of an item a subscription has, and had.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ItemQuantity {
    /// The item.
    pub item_id: ItemId,
    /// All changes, oldest first.
    pub changes: Vec<QuantityChange>,
}

impl ItemQuantity {
    /// The quantity on a day: that of the last change on or before it, none before the first.
    #[must_use]
    pub fn on(&self, date: Date) -> Decimal {
        self.changes
            .iter()
            .rev()
            .find(|change| change.from_on <= date)
            .map_or(Decimal::ZERO, |change| change.quantity)
    }
}

/// What decides the taxes on a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TaxRule {
    /// The same on everything, in the order in which they compound: as the terms of the trade say.
    Agreed(Vec<TaxRate>),
    /// By category, place and day.
    ByPlace {
        /// What decides.
        taxer: Arc<Taxer>,
        /// Today, where the seller is.
        today: Date,
    },
    /// By an engine, which has to be asked about the document first.
    Engine(Arc<Asking>),
    /// As an engine has answered about the document.
    Answered {
        /// What it was told.
        asking: Arc<Asking>,
        /// What it has said.
        answer: Arc<EngineAnswer>,
    },
    /// By category, place and day, because no engine is asked or has answered in time.
    OwnTables(Arc<Asking>),
    /// As on a document that is taken back, with what that stood on.
    AsIssued(Box<TaxBasis>),
}

/// What an engine is told of a trade, beside the lines of a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asking {
    /// Both sides.
    pub sides: Sides,
    /// What decides beside it.
    pub terms: EngineTerms,
    /// Today, where the seller is.
    pub today: Date,
}

/// The taxes on what a seller sells to a buyer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Taxation {
    /// What decides them.
    pub rule: TaxRule,
    /// What of them is rounded, and how.
    pub policy: TaxPolicy,
}

impl Taxation {
    /// The same taxes on everything, rounded as usual.
    #[must_use]
    pub fn agreed(rates: Vec<TaxRate>) -> Self {
        Self {
            rule: TaxRule::Agreed(rates),
            policy: TaxPolicy::default(),
        }
    }

    /// The taxes on what is of a category and for some time, in the order in which they compound; where an engine decides,
    /// one entry that says that tax comes with the invoice.
    #[must_use]
    pub fn of(&self, category: TaxCategory, period: Period) -> Vec<TaxRate> {
        let by_place = |taxer: &Taxer, today: Date| {
            let point = taxer.seller.profile.tax_point;
            taxer.taxes(category, tax::supplied_on(point, period, today))
        };
        match &self.rule {
            TaxRule::Agreed(rates) => rates.clone(),
            TaxRule::ByPlace { taxer, today } => by_place(taxer, *today),
            TaxRule::OwnTables(asking) => by_place(asking.sides.taxer(), asking.today),
            TaxRule::Engine(_) | TaxRule::Answered { .. } => vec![tax::with_invoice()],
            TaxRule::AsIssued(_) => Vec::new(),
        }
    }

    /// The taxes on a line of a document, in the order in which they compound.
    #[must_use]
    pub fn of_line(&self, line: &DocumentLine) -> Vec<TaxRate> {
        let answered = match &self.rule {
            TaxRule::Answered { answer, .. } => {
                let key = line.key();
                answer.lines.iter().find(|said| said.key == key)
            }
            _ => None,
        };
        match answered {
            Some(said) => said.taxes.clone(),
            None => self.of(line.tax_category, line.period),
        }
    }

    /// The same where no engine can be asked: by place, from the realm's own tables.
    #[must_use]
    pub fn by_own_tables(&self) -> Self {
        let rule = match &self.rule {
            TaxRule::Engine(asking) => TaxRule::OwnTables(Arc::clone(asking)),
            other => other.clone(),
        };
        Self { rule, ..*self }
    }

    /// On what the taxes of a document stand, for the record.
    #[must_use]
    pub fn basis(&self) -> Option<TaxBasis> {
        let with = |asking: &Asking, reference: Option<String>| TaxBasis {
            engine: Some(EngineBasis { reference }),
            ..asking.sides.taxer().basis()
        };
        match &self.rule {
            TaxRule::Agreed(_) | TaxRule::Engine(_) => None,
            TaxRule::ByPlace { taxer, .. } => Some(taxer.basis()),
            TaxRule::Answered { asking, answer } => {
                Some(with(asking, Some(answer.reference.clone())))
            }
            TaxRule::OwnTables(asking) => Some(with(asking, None)),
            TaxRule::AsIssued(basis) => Some(TaxBasis::clone(basis)),
        }
    }
}

/// How a seller and a buyer next to each other settle: their agreed terms and what documents say about them.
#[derive(Debug, Clone)]
pub struct Trade {
    /// Who sells.
    pub seller_id: AccountId,
    /// Who buys.
    pub buyer_id: AccountId,
    /// Whether charges become documents of ours.
    pub settlement: Settlement,
    /// Days from the date of issue to the due date.
    pub payment_terms_days: i64,
    /// How sales are taxed.
    pub taxation: Taxation,
    /// The price book that the buyer buys from; none means the seller's default book.
    pub price_book: Option<PriceBookId>,
    /// The day of the month on which charges are collected into one invoice; none = invoiced when they arise.
    pub invoice_day: Option<u8>,
    /// Whether all that a billing run charges for a day is on one document, of however many subscriptions.
    pub one_a_day: bool,
    /// The day of the month agreed for invoices, on which periods begin where they follow it.
    pub billing_day: u8,
    /// The seller's time zone, in which documents are dated.
    pub seller_zone: Zone,
    /// The buyer's language, in which documents are written.
    pub locale: Locale,
    /// The seller as printed.
    pub seller: Party,
    /// The buyer as printed.
    pub buyer: Party,
    /// Who invoices and collects for the seller, as printed; none where the seller does.
    pub collector: Option<Party>,
    /// Whether the buyer sells too and so keeps books here.
    pub buyer_keeps_books: bool,
}
