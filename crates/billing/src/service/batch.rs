//! One transaction's worth of settling: charges become documents or entries, and everything is written in bulk.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::Arc,
};

use tradewind_kernel::{
    Date, Money, Result, Timestamp,
    id::{ChargeId, InvoiceId, RealmId, SubscriptionId, TransactionId},
};
use tradewind_platform::Work;

use super::{
    issue::{Pending, issue},
    posting,
    references::References,
    tax_waits::{self, Parked, Wanted, taxed},
};
use crate::{
    rules::{
        document::{self, Concluded},
        ledger::{self, Header},
        line::{LineCharge, LineSet, Position, Share, UsageLine},
    },
    store::{
        charges::{self, Pair},
        commitments,
        settlements::{self, Between},
        usage,
    },
    types::{Charge, DocumentSummary, Entry, NewCharge, Settlement, SettlementKind, Trade},
};

/// What one transaction settles.
#[derive(Debug)]
pub(crate) struct Batch {
    realm: RealmId,
    now: Timestamp,
    charges: Vec<Charge>,
    open: Vec<(Pair, ChargeId, Date)>,
    closed: BTreeMap<Pair, Vec<ChargeId>>,
    shares: Vec<(ChargeId, InvoiceId, i64, i64)>,
    accrued: Vec<(ChargeId, TransactionId, i64)>,
    unsettled: Vec<(Between, String)>,
    entries: Vec<(TransactionId, Entry)>,
    positions: HashMap<UsageLine, Position>,
    moved: BTreeMap<UsageLine, Position>,
    pending: Vec<Pending>,
    parked: BTreeMap<Pair, Parked>,
    /// Who wants what is settled issued.
    pub(crate) wanted: Wanted,
    /// What buyers call the sales whose charges are settled.
    pub(crate) references: References,
}

/// Charges between two accounts on their way into documents or an entry: one document, but for what its buyer wants by itself.
#[derive(Debug)]
pub(crate) struct Settling {
    pair: Pair,
    trade: Arc<Trade>,
    lines: LineSet,
    shares: Vec<(ChargeId, Share)>,
    /// Up to which day what waits was taken, where that was asked for.
    until: Option<Date>,
}

impl Batch {
    pub(crate) fn new(w: &Work) -> Self {
        Self {
            realm: w.ctx.realm,
            now: w.ctx.now,
            charges: Vec::new(),
            open: Vec::new(),
            closed: BTreeMap::new(),
            shares: Vec::new(),
            accrued: Vec::new(),
            unsettled: Vec::new(),
            entries: Vec::new(),
            positions: HashMap::new(),
            moved: BTreeMap::new(),
            pending: Vec::new(),
            parked: BTreeMap::new(),
            wanted: Wanted::default(),
            references: References::default(),
        }
    }

    /// Records a charge and returns its id.
    pub(crate) fn record(&mut self, facts: NewCharge) -> ChargeId {
        let id = ChargeId::generate();
        self.charges.push(Charge {
            id,
            created_at: self.now,
            facts,
        });
        id
    }

    /// Records a charge and puts it on the queue.
    pub(crate) fn record_open(&mut self, facts: NewCharge, due_on: Date) -> ChargeId {
        let pair = Pair {
            seller_id: facts.seller_id,
            buyer_id: facts.buyer_id,
            currency: facts.amount.currency,
        };
        let id = self.record(facts);
        self.open.push((pair, id, due_on));
        id
    }

    /// Loads the running totals of usage between accounts in some months.
    pub(crate) async fn load_positions(
        &mut self,
        w: &mut Work,
        wanted: Vec<(Pair, Vec<Date>)>,
    ) -> Result<()> {
        for (pair, months) in wanted.into_iter().filter(|(_, months)| !months.is_empty()) {
            let Pair {
                seller_id,
                buyer_id,
                currency,
            } = pair;
            let found = usage::positions(
                &mut w.tx, self.realm, seller_id, buyer_id, currency, &months,
            )
            .await?;
            for ((period_on, line), position) in found {
                self.positions
                    .insert(line_of(pair, period_on, line), position);
            }
        }
        Ok(())
    }

    /// Begins to settle between two accounts.
    pub(crate) fn begin(&self, pair: Pair, trade: &Arc<Trade>) -> Settling {
        Settling {
            pair,
            trade: Arc::clone(trade),
            lines: LineSet::new(pair.currency),
            shares: Vec::new(),
            until: None,
        }
    }

    /// The same for what waits up to a day.
    pub(crate) fn begin_until(&self, pair: Pair, trade: &Arc<Trade>, until: Date) -> Settling {
        Settling {
            until: Some(until),
            ..self.begin(pair, trade)
        }
    }

    /// Adds a charge to what is being settled.
    pub(crate) fn add(
        &mut self,
        settling: &mut Settling,
        id: ChargeId,
        charge: &LineCharge,
    ) -> Result<()> {
        let reference = self.references.of(&settling.trade, charge.subscription_id);
        let share = settling
            .lines
            .add_for(charge, reference, |(period_on, line)| {
                let key = line_of(settling.pair, *period_on, line.clone());
                self.moved
                    .get(&key)
                    .or_else(|| self.positions.get(&key))
                    .copied()
                    .unwrap_or_default()
            })?;
        settling.shares.push((id, share));
        Ok(())
    }

    /// Adds a charge that stands on the queue of open ones, and takes it off.
    pub(crate) fn add_open(
        &mut self,
        settling: &mut Settling,
        id: ChargeId,
        charge: &LineCharge,
    ) -> Result<()> {
        self.add(settling, id, charge)?;
        self.closed.entry(settling.pair).or_default().push(id);
        Ok(())
    }

    /// Turns what was added into documents, an entry, or, for charges of exactly zero, into nothing. Returns the id of
    /// the document: the first of them, where buyers want some by themselves. What a tax engine has not answered about
    /// waits as a draft instead.
    pub(crate) async fn conclude(
        &mut self,
        w: &mut Work,
        settling: Settling,
    ) -> Result<Option<InvoiceId>> {
        let Settling {
            pair,
            trade,
            lines,
            shares,
            until,
        } = settling;
        let finished = lines.finish();
        let on = self.now.date_in(&trade.seller_zone);
        let Some(trades) = taxed(w, pair, &trade, &finished.documents, self.wanted).await? else {
            self.park(pair, shares, on, until);
            return Ok(None);
        };
        for ((period_on, line), position) in &finished.positions {
            self.moved
                .insert(line_of(pair, *period_on, line.clone()), *position);
        }
        if trade.settlement != Settlement::Document {
            let amount = Money::sum(pair.currency, shares.iter().map(|(_, share)| share.amount))?;
            let transaction = TransactionId::generate();
            let header = Header {
                posted_on: on,
                document_id: transaction.to_string(),
                text: format!("{} {}", trade.settlement, trade.seller.name),
            };
            if let Some(entry) = ledger::accrual(
                pair.seller_id,
                pair.buyer_id,
                &header,
                trade.settlement,
                amount,
            )? {
                self.entries.push((transaction, entry));
            }
            if trade.settlement == Settlement::VendorShare {
                let between = Between {
                    kind: SettlementKind::Vendor,
                    payer_id: pair.buyer_id,
                    payee_id: pair.seller_id,
                    currency: pair.currency,
                };
                self.unsettled.extend(
                    shares
                        .iter()
                        .map(|(charge, ..)| (between, charge.to_string())),
                );
            }
            self.accrued.extend(
                shares
                    .into_iter()
                    .map(|(charge, share)| (charge, transaction, share.amount.minor)),
            );
            return Ok(None);
        }
        let mut ids = BTreeMap::new();
        let mut first = None;
        for ((separate, lines), trade) in finished.documents.into_iter().zip(trades) {
            let Some(concluded) = document::conclude(lines, pair.currency, &trade.taxation)? else {
                continue;
            };
            let id = InvoiceId::generate();
            first = first.or(Some(id));
            ids.insert(separate, id);
            self.pending.push(Pending {
                id,
                pair,
                trade,
                concluded,
                issued_on: on,
                credits: None,
            });
        }
        self.shares
            .extend(shares.into_iter().filter_map(|(charge, share)| {
                let id = ids.get(&share.document)?;
                Some((charge, *id, share.line_no, share.amount.minor))
            }));
        Ok(first)
    }

    /// Leaves charges on the queue, or puts them there, until a tax engine has answered.
    fn park(&mut self, pair: Pair, shares: Vec<(ChargeId, Share)>, on: Date, until: Option<Date>) {
        let ids: BTreeSet<ChargeId> = shares.into_iter().map(|(id, _)| id).collect();
        let closed = self.closed.remove(&pair).unwrap_or_default();
        let (queued, others): (Vec<_>, Vec<_>) =
            closed.into_iter().partition(|id| ids.contains(id));
        if !others.is_empty() {
            self.closed.insert(pair, others);
        }
        let queued: BTreeSet<ChargeId> = queued.into_iter().collect();
        let new = ids.difference(&queued).map(|id| (pair, *id, on));
        self.open.extend(new);
        let parked = self
            .parked
            .entry(pair)
            .or_insert_with(|| Parked { on, until: on });
        parked.until = parked.until.max(until.unwrap_or(on));
    }

    /// Whether something between two accounts waits for a tax engine.
    pub(crate) fn awaits_tax(&self, pair: Pair) -> bool {
        self.parked.contains_key(&pair)
    }

    /// A credit note for charges that take others back, each with the line that it is on.
    pub(crate) fn credit_note(
        &mut self,
        trade: &Arc<Trade>,
        concluded: Concluded,
        charges: Vec<(NewCharge, i64)>,
        credits: InvoiceId,
    ) -> InvoiceId {
        let id = InvoiceId::generate();
        let pair = Pair {
            seller_id: trade.seller_id,
            buyer_id: trade.buyer_id,
            currency: concluded.totals.gross.currency,
        };
        for (charge, line) in charges {
            let minor = charge.amount.minor;
            let charge = self.record(charge);
            self.shares.push((charge, id, line, minor));
        }
        self.pending.push(Pending {
            id,
            pair,
            trade: Arc::clone(trade),
            concluded,
            issued_on: self.now.date_in(&trade.seller_zone),
            credits: Some(credits),
        });
        id
    }

    /// Records a charge that stands in for another behind a document, with its amount as its share of a line.
    pub(crate) fn stand_in(&mut self, charge: NewCharge, document: InvoiceId, line: i64) {
        let minor = charge.amount.minor;
        let id = self.record(charge);
        self.shares.push((id, document, line, minor));
    }

    /// A document whose charges are known to it already.
    pub(crate) fn document(&mut self, trade: &Arc<Trade>, concluded: Concluded, id: InvoiceId) {
        self.pending.push(Pending {
            id,
            pair: Pair {
                seller_id: trade.seller_id,
                buyer_id: trade.buyer_id,
                currency: concluded.totals.gross.currency,
            },
            trade: Arc::clone(trade),
            concluded,
            issued_on: self.now.date_in(&trade.seller_zone),
            credits: None,
        });
    }

    /// Writes everything. Returns the heads of the documents that were issued.
    pub(crate) async fn write(mut self, w: &mut Work) -> Result<Vec<DocumentSummary>> {
        let realm = self.realm;
        charges::insert(&mut w.tx, realm, &self.charges).await?;
        let sales = self.charges.iter().map(|new| new.facts.subscription_id);
        let sales: BTreeSet<SubscriptionId> = sales.collect();
        if !sales.is_empty() {
            let sales: Vec<SubscriptionId> = sales.into_iter().collect();
            commitments::touch(&mut w.tx, realm, &sales).await?;
        }
        charges::open(&mut w.tx, realm, &self.open).await?;
        for (pair, ids) in &self.closed {
            let closed = charges::close(&mut w.tx, realm, *pair, ids).await?;
            if closed != ids.len() as u64 {
                // Somebody else has settled some of them since they were read; the transaction is repeated.
                return Err(tradewind_kernel::Error::changed(pair.buyer_id));
            }
        }
        charges::on_document(&mut w.tx, realm, &self.shares).await?;
        charges::accrue(&mut w.tx, realm, &self.accrued).await?;
        settlements::open(&mut w.tx, realm, &self.unsettled).await?;
        let moved: Vec<(UsageLine, Position)> =
            std::mem::take(&mut self.moved).into_iter().collect();
        usage::set_positions(&mut w.tx, realm, &moved).await?;
        let pending = std::mem::take(&mut self.pending);
        let (issued, entries) = issue(w, pending).await?;
        self.entries.extend(entries);
        posting::post(w, self.entries).await?;
        for (pair, parked) in &self.parked {
            tax_waits::begin(w, *pair, parked, self.wanted).await?;
        }
        Ok(issued)
    }
}

/// The months of the usage among some charges.
pub(crate) fn months(charges: &[(ChargeId, LineCharge)]) -> Vec<Date> {
    let months: BTreeSet<Date> = charges
        .iter()
        .filter_map(|(_, line)| line.usage_line.as_ref().map(|(month, _)| *month))
        .collect();
    months.into_iter().collect()
}

fn line_of(pair: Pair, period_on: Date, line: String) -> UsageLine {
    UsageLine {
        seller_id: pair.seller_id,
        buyer_id: pair.buyer_id,
        currency: pair.currency,
        period_on,
        line,
    }
}
