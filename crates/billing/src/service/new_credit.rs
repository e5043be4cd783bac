//! Credit of buyers on their new documents.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use tradewind_kernel::{
    Currency, Money, Result, Timestamp,
    id::{AccountId, PaymentId, RealmId},
};
use tradewind_platform::Work;

use super::issue::{Pending, Whole};
use crate::{
    rules::ledger,
    store::{charges::Pair, payments},
    types::{BalanceStatus, DocumentSummary, Entry, Payment, PaymentKind, PaymentState},
};

/// Credit of buyers, used for their new invoices before anything is asked of them.
pub(super) struct Credit {
    left: HashMap<Pair, Money>,
    taken: BTreeMap<Pair, Money>,
    payments: Vec<Payment>,
}

impl Credit {
    pub(super) async fn load(w: &mut Work, realm: RealmId, pending: &[Pending]) -> Result<Self> {
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
    pub(super) fn use_for(&mut self, whole: &mut Whole) -> Result<Vec<Entry>> {
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

    pub(super) async fn write(self, w: &mut Work, realm: RealmId, now: Timestamp) -> Result<()> {
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
