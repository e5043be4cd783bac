//! One transaction's worth of settling: charges become documents or entries, and everything is written in bulk.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::Arc,
};

use serde_json::json;
use tradewind_kernel::{
    Currency, Date, Money, Result, Timestamp,
    id::{AccountId, ChargeId, InvoiceId, PaymentId, RealmId, TransactionId},
};
use tradewind_platform::{NewEvent, Work};

use crate::{
    rules::{
        document::{self, Concluded},
        dunning,
        ledger::{self, Header, Sides},
        line::{LineCharge, LineSet, Position, UsageLine},
    },
    store::{
        charges::{self, Pair},
        documents::{self, NewDocument},
        ledger as book, payments, usage,
    },
    types::{
        Balance, BalanceStatus, Charge, Document, DocumentKind, DocumentSummary, DunningPolicy,
        Entry, NewCharge, Parties, Payment, PaymentKind, PaymentState, Settlement, Trade,
    },
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
    entries: Vec<(TransactionId, Entry)>,
    positions: HashMap<UsageLine, Position>,
    moved: BTreeMap<UsageLine, Position>,
    pending: Vec<Pending>,
}

/// A document that has no number yet.
#[derive(Debug)]
struct Pending {
    id: InvoiceId,
    pair: Pair,
    trade: Arc<Trade>,
    concluded: Concluded,
    issued_on: Date,
    credits: Option<InvoiceId>,
}

/// Charges between two accounts on their way into one document or entry.
#[derive(Debug)]
pub(crate) struct Settling {
    pair: Pair,
    trade: Arc<Trade>,
    lines: LineSet,
    shares: Vec<(ChargeId, i64, i64)>,
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
            entries: Vec::new(),
            positions: HashMap::new(),
            moved: BTreeMap::new(),
            pending: Vec::new(),
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
            lines: LineSet::new(document::line_policy(trade, pair.currency)),
            shares: Vec::new(),
        }
    }

    /// Adds a charge to what is being settled.
    pub(crate) fn add(
        &mut self,
        settling: &mut Settling,
        id: ChargeId,
        charge: &LineCharge,
    ) -> Result<()> {
        let share = settling.lines.add(charge, |(period_on, line)| {
            let key = line_of(settling.pair, *period_on, line.clone());
            self.moved
                .get(&key)
                .or_else(|| self.positions.get(&key))
                .copied()
                .unwrap_or_default()
        })?;
        settling
            .shares
            .push((id, share.line_no, share.amount.minor));
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

    /// Turns what was added into a document, an entry, or, for charges of exactly zero, into nothing. Returns the id of
    /// the document.
    pub(crate) fn conclude(
        &mut self,
        settling: Settling,
        credits: Option<InvoiceId>,
    ) -> Result<Option<InvoiceId>> {
        let Settling {
            pair,
            trade,
            lines,
            shares,
            ..
        } = settling;
        let lines = lines.finish();
        for ((period_on, line), position) in &lines.positions {
            self.moved
                .insert(line_of(pair, *period_on, line.clone()), *position);
        }
        let on = self.now.date_in(&trade.seller_zone);
        if trade.settlement != Settlement::Document {
            let minor = shares
                .iter()
                .map(|(_, _, minor)| Money::new(*minor, pair.currency));
            let amount = Money::sum(pair.currency, minor)?;
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
            self.accrued.extend(
                shares
                    .into_iter()
                    .map(|(charge, _, minor)| (charge, transaction, minor)),
            );
            return Ok(None);
        }
        let Some(concluded) = document::conclude(lines, pair.currency)? else {
            return Ok(None);
        };
        let id = InvoiceId::generate();
        self.shares.extend(
            shares
                .into_iter()
                .map(|(charge, line, minor)| (charge, id, line, minor)),
        );
        self.pending.push(Pending {
            id,
            pair,
            trade,
            concluded,
            issued_on: on,
            credits,
        });
        Ok(Some(id))
    }

    /// Writes everything. Returns the heads of the documents that were issued.
    pub(crate) async fn write(mut self, w: &mut Work) -> Result<Vec<DocumentSummary>> {
        let realm = self.realm;
        charges::insert(&mut w.tx, realm, &self.charges).await?;
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
        let moved: Vec<(UsageLine, Position)> =
            std::mem::take(&mut self.moved).into_iter().collect();
        usage::set_positions(&mut w.tx, realm, &moved).await?;
        let issued = self.issue(w).await?;
        book::post(&mut w.tx, realm, &self.entries).await?;
        Ok(issued)
    }

    async fn issue(&mut self, w: &mut Work) -> Result<Vec<DocumentSummary>> {
        if self.pending.is_empty() {
            return Ok(Vec::new());
        }
        let mut credit = Credit::load(w, self.realm, &self.pending).await?;
        let policies = policies(w, self.realm, &self.pending).await?;
        let numbers = numbers(w, self.realm, &self.pending).await?;
        let mut documents = Vec::with_capacity(self.pending.len());
        for (pending, (series, sequence)) in
            std::mem::take(&mut self.pending).into_iter().zip(numbers)
        {
            let number = document::number(&series, sequence);
            let mut document = whole(pending, number, self.now)?;
            self.entries.extend(
                posted(&document)?
                    .into_iter()
                    .map(|entry| (TransactionId::generate(), entry)),
            );
            let used = credit.use_for(&mut document)?;
            self.entries.extend(
                used.into_iter()
                    .map(|entry| (TransactionId::generate(), entry)),
            );
            let next_dunning_on = match &document.document.summary.balance {
                Some(balance) if balance.status == BalanceStatus::Open => {
                    let policy = policies.get(&document.document.summary.seller_id);
                    dunning::next_on(
                        policy.unwrap_or(&DunningPolicy::default()),
                        document.document.summary.due_on,
                        0,
                    )?
                }
                _ => None,
            };
            documents.push(NewDocument {
                document: document.document,
                series,
                sequence,
                next_dunning_on,
            });
        }
        documents::insert(&mut w.tx, self.realm, &documents).await?;
        credit.write(w, self.realm, self.now).await?;
        let mut issued = Vec::with_capacity(documents.len());
        for new in documents {
            let summary = new.document.summary;
            announce(w, &summary);
            issued.push(summary);
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

/// A document with what posting needs beside it.
struct Whole {
    document: Document,
    buyer_keeps_books: bool,
}

impl Whole {
    fn sides(&self) -> Sides {
        let Self {
            document,
            buyer_keeps_books,
        } = self;
        let DocumentSummary {
            seller_id,
            buyer_id,
            ..
        } = document.summary;
        Sides {
            seller_id,
            buyer_id,
            buyer_keeps_books: *buyer_keeps_books,
        }
    }

    fn header(&self) -> Header {
        let head = &self.document.summary;
        Header {
            posted_on: head.issued_on,
            document_id: head.id.to_string(),
            text: format!("{} {}", head.number, self.document.parties.buyer.name),
        }
    }
}

fn whole(pending: Pending, number: String, created_at: Timestamp) -> Result<Whole> {
    let Pending {
        id,
        pair,
        trade,
        concluded,
        issued_on,
        credits,
    } = pending;
    let Concluded {
        kind,
        lines,
        totals,
        period,
    } = concluded;
    let zero = Money::zero(pair.currency);
    let (due_on, balance) = match kind {
        DocumentKind::Invoice => {
            let status = if totals.gross.is_zero() {
                BalanceStatus::Paid
            } else {
                BalanceStatus::Open
            };
            let balance = Balance {
                status,
                paid: zero,
                open: totals.gross,
                dunning_stage: 0,
            };
            (
                document::due_on(issued_on, trade.payment_terms_days)?,
                Some(balance),
            )
        }
        DocumentKind::CreditNote => (issued_on, None),
    };
    Ok(Whole {
        buyer_keeps_books: trade.buyer_keeps_books,
        document: Document {
            summary: DocumentSummary {
                id,
                seller_id: pair.seller_id,
                buyer_id: pair.buyer_id,
                kind,
                number,
                issued_on,
                due_on,
                period,
                net: totals.net,
                tax: totals.tax,
                gross: totals.gross,
                created_at,
                balance,
            },
            parties: Parties {
                seller: trade.seller.clone(),
                buyer: trade.buyer.clone(),
            },
            tax_summary: totals.summary,
            locale: trade.locale,
            payment_terms_days: trade.payment_terms_days,
            credits,
            lines,
        },
    })
}

fn posted(whole: &Whole) -> Result<Vec<Entry>> {
    let head = &whole.document.summary;
    ledger::document(
        whole.sides(),
        &whole.header(),
        head.kind,
        head.net,
        head.tax,
        head.gross,
    )
}

/// Takes the numbers of all documents, in one block per seller and series, in a fixed order so that two batches at once
/// cannot wait for each other in a circle.
async fn numbers(w: &mut Work, realm: RealmId, pending: &[Pending]) -> Result<Vec<(String, i64)>> {
    let series: Vec<(AccountId, String)> = pending
        .iter()
        .map(|pending| {
            (
                pending.pair.seller_id,
                document::series(pending.concluded.kind, pending.issued_on),
            )
        })
        .collect();
    let mut counts: BTreeMap<&(AccountId, String), i64> = BTreeMap::new();
    for key in &series {
        *counts.entry(key).or_default() += 1;
    }
    let mut next: HashMap<(AccountId, String), i64> = HashMap::new();
    for (key, count) in counts {
        let first = documents::take_numbers(&mut w.tx, realm, key.0, &key.1, count).await?;
        next.insert(key.clone(), first);
    }
    Ok(series
        .into_iter()
        .map(|key| {
            let number = next.entry(key.clone()).or_insert(1);
            *number += 1;
            (key.1, *number - 1)
        })
        .collect())
}

async fn policies(
    w: &mut Work,
    realm: RealmId,
    pending: &[Pending],
) -> Result<HashMap<AccountId, DunningPolicy>> {
    let sellers: BTreeSet<AccountId> = pending
        .iter()
        .map(|pending| pending.pair.seller_id)
        .collect();
    let mut policies = HashMap::new();
    for seller in sellers {
        if let Some(policy) = documents::dunning_policy(&mut w.tx, realm, seller).await? {
            policies.insert(seller, policy);
        }
    }
    Ok(policies)
}

fn announce(w: &mut Work, head: &DocumentSummary) {
    let status = head.balance.as_ref().map(|balance| balance.status);
    w.emit(NewEvent {
        kind: "invoice.issued",
        subject: head.id.to_string(),
        account: head.buyer_id,
        data: json!({
            "number": head.number, "kind": head.kind, "seller_id": head.seller_id, "buyer_id": head.buyer_id,
            "gross": head.gross, "issued_on": head.issued_on, "due_on": head.due_on, "status": status,
        }),
    });
    if status == Some(BalanceStatus::Paid) {
        announce_closed(
            w,
            BalanceStatus::Paid,
            head.id,
            head.seller_id,
            head.buyer_id,
        );
    }
}

/// Tells that nothing is owed on an invoice any more: it was paid, or taken back.
pub(crate) fn announce_closed(
    w: &mut Work,
    how: BalanceStatus,
    id: InvoiceId,
    seller: AccountId,
    buyer: AccountId,
) {
    w.emit(NewEvent {
        kind: if how == BalanceStatus::Credited {
            "invoice.credited"
        } else {
            "invoice.paid"
        },
        subject: id.to_string(),
        account: buyer,
        data: json!({ "seller_id": seller, "buyer_id": buyer }),
    });
}

/// Credit of buyers, used for their new invoices before anything is asked of them.
struct Credit {
    left: HashMap<Pair, Money>,
    taken: BTreeMap<Pair, Money>,
    payments: Vec<Payment>,
}

impl Credit {
    async fn load(w: &mut Work, realm: RealmId, pending: &[Pending]) -> Result<Self> {
        let buyers: BTreeSet<AccountId> = pending
            .iter()
            .map(|pending| pending.pair.buyer_id)
            .collect();
        let buyers: Vec<AccountId> = buyers.into_iter().collect();
        let found = payments::credits_of(&mut w.tx, realm, &buyers).await?;
        let left = found
            .into_iter()
            .map(|credit| {
                let pair = Pair {
                    seller_id: credit.seller_id,
                    buyer_id: credit.buyer_id,
                    currency: credit.balance.currency,
                };
                (pair, credit.balance)
            })
            .collect();
        Ok(Self {
            left,
            taken: BTreeMap::new(),
            payments: Vec::new(),
        })
    }

    /// Uses credit for an invoice, or adds the total of a credit note to it.
    fn use_for(&mut self, whole: &mut Whole) -> Result<Vec<Entry>> {
        let (sides, header) = (whole.sides(), whole.header());
        let head = &mut whole.document.summary;
        let currency: Currency = head.gross.currency;
        let pair = Pair {
            seller_id: head.seller_id,
            buyer_id: head.buyer_id,
            currency,
        };
        let left = self.left.entry(pair).or_insert(Money::zero(currency));
        let taken = self.taken.entry(pair).or_insert(Money::zero(currency));
        let Some(balance) = head.balance.as_mut() else {
            *left = left.add(head.gross)?;
            *taken = taken.sub(head.gross)?;
            return Ok(Vec::new());
        };
        let used = if left.minor < head.gross.minor {
            *left
        } else {
            head.gross
        };
        if used.minor <= 0 {
            return Ok(Vec::new());
        }
        *left = left.sub(used)?;
        *taken = taken.add(used)?;
        balance.paid = used;
        balance.open = head.gross.sub(used)?;
        if balance.open.is_zero() {
            balance.status = BalanceStatus::Paid;
        }
        self.payments.push(credit_payment(head, used));
        ledger::credit_used(sides, &header, used)
    }

    async fn write(self, w: &mut Work, realm: RealmId, now: Timestamp) -> Result<()> {
        for (pair, taken) in self.taken.into_iter().filter(|(_, taken)| !taken.is_zero()) {
            payments::add_credit(&mut w.tx, realm, pair, taken.neg()?).await?;
        }
        for mut payment in self.payments {
            payment.created_at = now;
            payment.settled_at = Some(now);
            payments::insert(&mut w.tx, realm, &payment).await?;
        }
        Ok(())
    }
}

fn credit_payment(head: &DocumentSummary, used: Money) -> Payment {
    Payment {
        id: PaymentId::generate(),
        invoice_id: Some(head.id),
        seller_id: head.seller_id,
        payer_id: head.buyer_id,
        method_id: None,
        kind: PaymentKind::Credit,
        amount: used,
        applied: used,
        state: PaymentState::Succeeded,
        reference: None,
        action: None,
        failure_code: None,
        created_at: head.created_at,
        settled_at: Some(head.created_at),
    }
}
