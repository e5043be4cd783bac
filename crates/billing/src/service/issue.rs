//! Documents get their numbers and are recorded with what they post.

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

use serde_json::json;
use tradewind_kernel::{
    Currency, Date, Error, Money, Result, Timestamp,
    id::{AccountId, InvoiceId, RealmId, TransactionId},
};
use tradewind_platform::{NewEvent, Work};

use super::{currency::book_rate, new_credit::Credit};
use crate::{
    rules::{
        document::{self, Concluded},
        dunning,
        ledger::{self, Header, Sides},
    },
    store::{
        charges::Pair,
        documents::{self, NewDocument},
        dunning as policies,
    },
    types::{
        Balance, BalanceStatus, Document, DocumentKind, DocumentSummary, Entry, FxUse, Parties,
        TaxRule, Trade,
    },
};

/// A document that has no number yet.
#[derive(Debug)]
pub(super) struct Pending {
    pub(super) id: InvoiceId,
    pub(super) pair: Pair,
    pub(super) trade: Arc<Trade>,
    pub(super) concluded: Concluded,
    pub(super) issued_on: Date,
    pub(super) credits: Option<InvoiceId>,
}

/// Gives documents their numbers, uses the credit of their buyers and records them. Returns their heads, and what they
/// post.
pub(super) async fn issue(
    w: &mut Work,
    pending: Vec<Pending>,
) -> Result<(Vec<DocumentSummary>, Vec<(TransactionId, Entry)>)> {
    let (realm, now) = (w.ctx.realm, w.ctx.now);
    let mut entries = Vec::new();
    if pending.is_empty() {
        return Ok((Vec::new(), entries));
    }
    let mut credit = Credit::load(w, realm, &pending).await?;
    let pairs: Vec<(AccountId, AccountId)> = pending
        .iter()
        .map(|pending| (pending.pair.seller_id, pending.pair.buyer_id))
        .collect();
    let policies = policies::policies(&mut w.tx, realm, &pairs).await?;
    let numbers = numbers(w, realm, &pending).await?;
    let rates = book_rates(w, &pending).await?;
    let mut documents = Vec::with_capacity(pending.len());
    for ((pending, (series, sequence)), rate) in pending.into_iter().zip(numbers).zip(rates) {
        let number = document::number(&series, sequence);
        let mut document = whole(pending, number, now)?;
        document.document.book_rate = rate;
        entries.extend(
            posted(&document)?
                .into_iter()
                .map(|entry| (TransactionId::generate(), entry)),
        );
        let used = credit.use_for(&mut document)?;
        entries.extend(
            used.into_iter()
                .map(|entry| (TransactionId::generate(), entry)),
        );
        let next_dunning_on = match &document.document.summary.balance {
            Some(balance) if balance.status == BalanceStatus::Open => {
                let head = &document.document.summary;
                let policy = policies.of(head.seller_id, head.buyer_id);
                dunning::next_on(policy, head.due_on, 0)?
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
    documents::insert(&mut w.tx, realm, &documents).await?;
    credit.write(w, realm, now).await?;
    let mut issued = Vec::with_capacity(documents.len());
    for new in documents {
        let summary = new.document.summary;
        announce(w, &summary);
        let basis = new.document.parties.tax_basis;
        if basis.is_some_and(|basis| basis.engine.is_some()) {
            announce_taxed(w, &summary);
        }
        issued.push(summary);
    }
    Ok((issued, entries))
}

/// A document with what posting needs beside it.
pub(super) struct Whole {
    pub(super) document: Document,
    buyer_keeps_books: bool,
}

impl Whole {
    pub(super) fn sides(&self) -> Sides {
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

    pub(super) fn header(&self) -> Header {
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
    if matches!(trade.taxation.rule, TaxRule::Engine(_)) {
        return Err(Error::internal(
            "a document that its tax engine was not asked about",
        ));
    }
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
                written_off: zero,
                open: totals.gross,
                dunning_stage: 0,
                collector_id: trade.collector.as_ref().map(|party| party.account_id),
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
                order_number: document::order_number(&lines),
                created_at,
                balance,
            },
            parties: Parties {
                seller: trade.seller.clone(),
                buyer: trade.buyer.clone(),
                collector: trade.collector.clone(),
                tax_basis: trade.taxation.basis(),
            },
            tax_summary: totals.summary,
            book_rate: None,
            replaces: None,
            replaced_by: None,
            locale: trade.locale,
            payment_terms_days: trade.payment_terms_days,
            credits,
            lines,
        },
    })
}

/// Of each document the rate at which it goes into the books of its seller, where they are valued in another currency.
async fn book_rates(w: &mut Work, pending: &[Pending]) -> Result<Vec<Option<FxUse>>> {
    let mut known: HashMap<(AccountId, Currency, Date), Option<FxUse>> = HashMap::new();
    let mut rates = Vec::with_capacity(pending.len());
    for one in pending {
        let Pair {
            seller_id: book,
            currency,
            ..
        } = one.pair;
        let key = (book, currency, one.issued_on);
        let rate = match known.get(&key) {
            Some(rate) => rate.clone(),
            None => {
                let found = book_rate(w, book, currency, one.issued_on).await?;
                known.entry(key).or_insert(found).clone()
            }
        };
        rates.push(rate);
    }
    Ok(rates)
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

/// Tells that a document stands of which a tax engine has to know.
fn announce_taxed(w: &mut Work, head: &DocumentSummary) {
    w.emit(NewEvent {
        kind: "invoice.taxed",
        subject: head.id.to_string(),
        account: head.seller_id,
        data: json!({ "number": head.number, "seller_id": head.seller_id }),
    });
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
