//! Credit of buyers on their new documents.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use tradewind_kernel::{
    Currency, Money, Result, Timestamp,
    id::{AccountId, CreditGrantId, PaymentId, RealmId},
};
use tradewind_platform::Work;

use super::{
    credit_moves::{Incoming, granted, movement, watch},
    issue::{Pending, Whole},
};
use crate::{
    rules::{ledger, wallet as rules},
    store::{charges::Pair, payments, wallet as store},
    types::{
        BalanceStatus, CreditGrant, CreditMove, CreditMoveKind, CreditSource, CreditUse,
        DocumentSummary, Entry, Payment, PaymentKind, PaymentState,
    },
};

/// Credit of buyers, used for their new invoices before anything is asked of them.
#[derive(Default)]
pub(super) struct Credit {
    grants: HashMap<Pair, Vec<CreditGrant>>,
    /// Who uses it when somebody says so.
    by_hand: HashSet<Pair>,
    new: Vec<CreditGrant>,
    changed: Vec<(Pair, CreditGrantId, Money)>,
    moves: Vec<CreditMove>,
    taken: BTreeMap<Pair, Money>,
    spent: BTreeSet<Pair>,
    payments: Vec<Payment>,
}

impl Credit {
    pub(super) async fn load(w: &mut Work, realm: RealmId, pending: &[Pending]) -> Result<Self> {
        let buyers: BTreeSet<AccountId> = pending
            .iter()
            .map(|pending| pending.pair.buyer_id)
            .collect();
        let buyers: Vec<AccountId> = buyers.into_iter().collect();
        // The rows of the sums are held; what they are made of is read after that.
        let found = payments::credits_of(&mut w.tx, realm, &buyers).await?;
        let mut credit = Self::default();
        if found.is_empty() {
            return Ok(credit);
        }
        for grant in store::grants_of(&mut w.tx, realm, &buyers).await? {
            let pair = pair_of(&grant);
            credit.grants.entry(pair).or_default().push(grant);
        }
        let sellers: BTreeSet<AccountId> =
            credit.grants.keys().map(|pair| pair.seller_id).collect();
        let sellers: Vec<AccountId> = sellers.into_iter().collect();
        let said: HashMap<(AccountId, AccountId), CreditUse> =
            store::uses(&mut w.tx, realm, &sellers)
                .await?
                .into_iter()
                .map(|(seller, buyer, usage)| ((seller, buyer), usage))
                .collect();
        credit.by_hand = credit
            .grants
            .keys()
            .filter(|pair| {
                let agreed = said.get(&(pair.seller_id, pair.buyer_id));
                let usual = said.get(&(pair.seller_id, pair.seller_id));
                agreed.or(usual) == Some(&CreditUse::ByHand)
            })
            .copied()
            .collect();
        Ok(credit)
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
        let zero = Money::zero(currency);
        let taken = self.taken.entry(pair).or_insert(zero);
        let Some(balance) = head.balance.as_mut() else {
            *taken = taken.sub(head.gross)?;
            let incoming = Incoming::of(CreditSource::CreditNote, head.id);
            let grant = granted(pair, head.gross, &incoming, head.created_at);
            self.moves.push(movement(
                &grant,
                CreditMoveKind::Granted,
                head.gross,
                incoming.about,
                None,
                head.created_at,
            ));
            self.new.push(grant.clone());
            self.grants.entry(pair).or_default().push(grant);
            return Ok(Vec::new());
        };
        let Some(grants) = self
            .grants
            .get_mut(&pair)
            .filter(|_| !self.by_hand.contains(&pair))
        else {
            return Ok(Vec::new());
        };
        let left = rules::usable(zero, grants, head.issued_on)?;
        let used = if left.minor < head.gross.minor {
            left
        } else {
            head.gross
        };
        if used.minor <= 0 {
            return Ok(Vec::new());
        }
        *taken = taken.add(used)?;
        balance.paid = used;
        balance.open = head.gross.sub(used)?;
        if balance.open.is_zero() {
            balance.status = BalanceStatus::Paid;
        }
        let payment = credit_payment(head, used);
        grants.sort_by(rules::order);
        for (grant, piece) in rules::spend(grants, used, head.issued_on)? {
            let piece = piece.neg()?;
            self.changed.push((pair, grant.id, piece));
            self.moves.push(movement(
                &grant,
                CreditMoveKind::Used,
                piece,
                payment.id.to_string(),
                Some(head.id),
                head.created_at,
            ));
        }
        self.spent.insert(pair);
        self.payments.push(payment);
        ledger::credit_used(sides, &header, used)
    }

    pub(super) async fn write(self, w: &mut Work, realm: RealmId, now: Timestamp) -> Result<()> {
        for (pair, taken) in self.taken.into_iter().filter(|(_, taken)| !taken.is_zero()) {
            payments::add_credit(&mut w.tx, realm, pair, taken.neg()?).await?;
        }
        for grant in &self.new {
            store::insert(&mut w.tx, realm, grant).await?;
        }
        for (pair, grant, change) in self.changed {
            store::add_rest(&mut w.tx, realm, pair, grant, change).await?;
        }
        store::record(&mut w.tx, realm, &self.moves).await?;
        for mut payment in self.payments {
            payment.created_at = now;
            payment.settled_at = Some(now);
            payments::insert(&mut w.tx, realm, &payment).await?;
        }
        for pair in self.spent {
            watch(w, pair).await?;
        }
        Ok(())
    }
}

fn pair_of(grant: &CreditGrant) -> Pair {
    Pair {
        seller_id: grant.seller_id,
        buyer_id: grant.buyer_id,
        currency: grant.amount.currency,
    }
}

fn credit_payment(head: &DocumentSummary, used: Money) -> Payment {
    Payment {
        id: PaymentId::generate(),
        invoice_id: Some(head.id),
        seller_id: head.seller_id,
        collector_id: None,
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
