//! What is open of each document, credit, taxes and the books of a life, beside its audit.

use std::collections::BTreeSet;

use tradewind_accounts::service::{self as accounts};
use tradewind_accounts::types::{RelationshipSet, TermsInput};
use tradewind_billing::service::{
    self as billing, CreditGive, CreditNote, RefundBack, RefundRequest, WalletOf,
};
use tradewind_billing::types::{
    CreditDestination, DocumentSummary, PaymentKind, PaymentState, PaymentStep,
};
use tradewind_kernel::{Currency, Error, Money};
use tradewind_testkit::{Exact, GoesTo, Purse};

use super::Life;

/// The tax on top, in percent, in lives without late fees: those are damages.
const TAX: i128 = 19;

/// What the auditor knows of documents and of money.
#[derive(Default)]
pub(super) struct Balances {
    pub(super) purse: Purse,
    seen: BTreeSet<String>,
    /// Percent.
    tax: i128,
    /// What the taxes of all documents come to.
    taxes: i128,
}

/// Its gross amount, below zero where it gives.
pub(super) fn gross(document: &DocumentSummary) -> i128 {
    i128::from(document.kind.sign() * document.gross.minor)
}

impl Life {
    /// The customer pays a tax on top.
    pub(super) async fn taxes(&mut self) {
        if self.fines.is_some() {
            return;
        }
        let set = RelationshipSet {
            seller: self.world.reseller,
            buyer: self.world.customer,
            version: None,
            terms: TermsInput {
                tax_treatment: Some("standard".to_owned()),
                tax_rate: Some(TAX.to_string()),
                ..TermsInput::default()
            },
        };
        let ctx = self.world.ctx().await;
        let set = accounts::relationship_set(self.world.p(), &ctx, &set).await;
        set.expect("terms");
        self.balances.tax = TAX;
    }

    /// What all documents of the customer come to.
    pub(super) async fn billed(&self) -> i128 {
        self.world.documents().await.iter().map(gross).sum()
    }

    /// Tells the auditor of documents that are new, in their order; the tax of each is that on all of it, rounded once.
    pub(super) async fn look_at_documents(&mut self) {
        for document in self.world.documents().await {
            if !self.balances.seen.insert(document.number.clone()) {
                continue;
            }
            let net = Exact::whole(document.net.minor.into());
            let tax = (net * Exact::new(self.balances.tax, 100)).rounded();
            let found = i128::from(document.tax.minor);
            assert_eq!(found, tax, "tax of {}\n{}", document.number, self.story());
            self.balances.taxes += i128::from(document.kind.sign()) * tax;
            let gross = gross(&document);
            let purse = &mut self.balances.purse;
            purse.issue(&document.number, document.due_on, gross);
        }
    }

    /// What is open of each document, what is credit and what the books say is what the auditor says; and all of it is what was
    /// `billed`, with its taxes, less what was paid.
    pub(super) async fn audit_balances(&self, billed: Option<i128>) {
        let (p, ctx) = (self.world.p(), self.world.ctx().await);
        let purse = &self.balances.purse;
        for document in self.world.documents().await {
            let open = document.balance.as_ref();
            let open = open.map_or(0, |balance| i128::from(balance.open.minor));
            let said = purse.open(&document.number);
            assert_eq!(open, said, "open of {}\n{}", document.number, self.story());
        }
        let (seller_id, buyer_id) = (self.world.reseller, self.world.customer);
        let of = WalletOf {
            seller_id,
            buyer_id,
        };
        let wallet = billing::wallet_get(p, &ctx, &of).await.expect("credit");
        let credit = i128::from(wallet.balance.minor);
        assert_eq!(credit, purse.credit(), "credit\n{}", self.story());

        let balances = billing::ledger_balances(p, &ctx, seller_id, self.today).await;
        let balances = balances.expect("balances");
        let of = |account: &str| {
            let found = balances.iter().find(|one| one.account == account);
            found.map_or(0, |one| i128::from(one.balance.minor))
        };
        let mut accounts = vec![
            (format!("assets:receivable:{buyer_id}"), purse.owed()),
            (format!("liabilities:credit:{buyer_id}"), -purse.credit()),
            (
                format!("liabilities:refund:{buyer_id}"),
                -purse.on_its_way_back(),
            ),
            ("liabilities:tax:output".to_owned(), -self.balances.taxes),
            ("expenses:goodwill".to_owned(), purse.given()),
        ];
        if !self.is_collected_for() {
            accounts.push(("assets:bank".to_owned(), purse.taken_in()));
        }
        for (account, said) in accounts {
            assert_eq!(of(&account), said, "{account}\n{}", self.story());
        }

        let Some(billed) = billed else { return };
        let between = billing::Between {
            seller_id,
            buyer_id,
            currency: Currency::EUR,
        };
        let standing = billing::standing(p, &ctx, &between)
            .await
            .expect("a standing");
        let owes = standing.owed.minor + standing.not_invoiced.minor - standing.credit.minor;
        let said = billed + self.balances.taxes - self.paid;
        assert_eq!(i128::from(owes), said, "{}", self.story());
    }

    /// The seller gives credit.
    pub(super) async fn give(&mut self) {
        let amount = 1 + i64::try_from(self.chance.below(9_000)).expect("an amount");
        self.say(format!("is given {amount}"));
        let give = CreditGive {
            seller_id: self.world.reseller,
            buyer_id: self.world.customer,
            amount: Money::new(amount, Currency::EUR),
            priority: None,
            expires_on: None,
            reason: "For the trouble".to_owned(),
        };
        let ctx = self.world.ctx().await;
        let given = billing::credit_give(self.world.p(), &ctx, &give).await;
        given.expect("credit");
        self.balances.purse.give(amount.into());
        self.paid += i128::from(amount);
    }

    /// Some payment is paid back, as far as there is credit that can be.
    pub(super) async fn pay_back(&mut self) {
        let (p, ctx) = (self.world.p(), self.world.ctx().await);
        let payments = billing::payment_list(p, &ctx, &billing::ListQuery::default()).await;
        let payer = self.world.customer;
        let mut payments = payments.expect("payments").items;
        payments.retain(|one| {
            let transfer = one.kind == PaymentKind::Transfer && one.payer_id == payer;
            transfer && one.state == PaymentState::Succeeded
        });
        if payments.is_empty() {
            return;
        }
        let most = u64::try_from(payments.len()).expect("some");
        let at = usize::try_from(self.chance.below(most)).expect("one of them");
        let ask = RefundRequest {
            payment_id: payments[at].id,
            amount: None,
            reason: "Paid too much".to_owned(),
        };
        match billing::refund_request(p, &ctx, &ask).await {
            Ok(step) => {
                let amount = i128::from(step.amount.minor);
                self.say(format!("is to be paid {amount} back"));
                self.balances.purse.pay_back(amount);
                self.paid -= amount;
                self.audit_balances(None).await;
                self.send_back(&step).await;
            }
            Err(Error::Refused {
                code: "no_credit", ..
            }) => {
                self.say("has no credit to be paid back".to_owned());
            }
            Err(Error::Invalid(problems)) => assert_eq!(problems[0].code, "more_than_left"),
            Err(other) => panic!("{other:?}\n{}", self.story()),
        }
    }

    /// The bank pays back, or does not.
    async fn send_back(&mut self, step: &PaymentStep) {
        let has_gone = self.chance.percent(70);
        let amount = i128::from(step.amount.minor);
        self.say(format!("is paid {amount} back: {has_gone}"));
        let back = RefundBack {
            refund_id: step.id,
            reference: has_gone.then(|| "out".to_owned()),
        };
        let ctx = self.world.ctx().await;
        let done = billing::refund_settle(self.world.p(), &ctx, &back).await;
        done.expect("settled");
        self.balances.purse.gone(amount, has_gone);
        if has_gone {
            self.collect(-amount);
        } else {
            self.paid += amount;
        }
    }

    /// At the end, some of what was billed and is left of it is taken back, and goes wherever it can go.
    pub(super) async fn take_back(&mut self) {
        let destinations = [
            (CreditDestination::Debt, GoesTo::Debt),
            (CreditDestination::Balance, GoesTo::Balance),
            (CreditDestination::Refund, GoesTo::Refund),
        ];
        let mut documents = self.world.documents().await;
        documents.retain(|one| gross(one) > 0);
        for document in documents.iter().rev().step_by(2).take(6) {
            let at = usize::try_from(self.chance.below(3)).expect("one of three");
            let (destination, goes_to) = destinations[at];
            let note = CreditNote {
                invoice_id: document.id,
                lines: None,
                destination,
                reason: "A favour".to_owned(),
            };
            let ctx = self.world.ctx().await;
            let noted = billing::credit_note_for(self.world.p(), &ctx, &note).await;
            let noted = match noted {
                Ok(noted) => noted,
                Err(Error::Refused {
                    code: "already_credited",
                    ..
                }) => continue,
                Err(other) => panic!("{other:?}\n{}", self.story()),
            };
            self.say(format!("{} is taken back: {destination}", document.number));
            let issued = self.world.documents().await;
            let issued = issued.iter().find(|one| one.id == noted.id);
            let issued = issued.expect("the note");
            self.balances.seen.insert(issued.number.clone());
            // What is left has its part of the tax of its invoice.
            let part = Exact::new(issued.net.minor.into(), document.net.minor.into());
            let tax = (part * Exact::whole(document.tax.minor.into())).rounded();
            let found = i128::from(issued.tax.minor);
            assert_eq!(found, tax, "tax of {}\n{}", issued.number, self.story());
            self.balances.taxes -= tax;
            let back: i128 = noted
                .refunds
                .iter()
                .map(|one| i128::from(one.amount.minor))
                .sum();
            let gross = i128::from(issued.gross.minor);
            let purse = &mut self.balances.purse;
            purse.take_back(&document.number, gross, goes_to, back);
            self.paid -= back;
            self.audit_balances(None).await;
            for step in &noted.refunds {
                self.send_back(step).await;
            }
            self.audit_balances(None).await;
        }
    }
}
