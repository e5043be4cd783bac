//! What is paid in a life, and what statements of account say of it.

use tradewind_billing::service::{self as billing, StatementOf, TransferRecord};
use tradewind_kernel::calendar::add_days;
use tradewind_kernel::{Currency, Money};

use super::Life;
use crate::common::day;

impl Life {
    pub(super) async fn over_pay(&mut self) {
        self.say("pays too much".to_owned());
        let extra = i64::try_from(self.chance.below(20_000)).expect("an amount");
        self.pay(extra).await;
    }

    /// The customer transfers what it owes, and something beyond that with the first.
    pub(super) async fn pay(&mut self, extra: i64) {
        self.look_at_documents().await;
        let mut extra = extra;
        for document in self.world.documents().await {
            let Some(balance) = document
                .balance
                .filter(|balance| balance.status.as_str() == "open")
            else {
                continue;
            };
            let amount = Money::new(balance.open.minor + extra, balance.open.currency);
            extra = 0;
            let transfer = TransferRecord {
                seller_id: self.world.reseller,
                payer_id: self.world.customer,
                invoice_id: Some(document.id),
                amount,
                reference: document.number.clone(),
                top_up: false,
                receiver_id: None,
                received_on: None,
            };
            billing::transfer_record(self.world.p(), &self.world.ctx().await, &transfer)
                .await
                .expect("a payment");
            self.paid += i128::from(amount.minor);
            self.collect(amount.minor.into());
            self.balances
                .purse
                .pay(&document.number, amount.minor.into());
        }
        self.world.test.drain().await;
        self.world.deliver_all().await;
    }

    /// Statements of account, cut anywhere, hang together and end with what was billed less what was paid.
    pub(super) async fn audit_statements(&mut self) {
        let mut balance = Money::zero(Currency::EUR);
        let mut from = day("2023-01-01");
        while from <= self.today {
            let days = 1 + i64::try_from(self.chance.below(60)).expect("a few days");
            let until = add_days(from, days).expect("a day").min(self.today);
            let of = StatementOf {
                seller_id: self.world.reseller,
                buyer_id: self.world.customer,
                currency: None,
                from: Some(from),
                until: Some(until),
            };
            let found = billing::statement_get(self.world.p(), &self.world.ctx().await, &of).await;
            let found = found.expect("a statement");
            assert_eq!(found.opening, balance, "{from}\n{}", self.story());
            let moved: i64 = found.movements.iter().map(|one| one.amount.minor).sum();
            assert_eq!(found.closing.minor, balance.minor + moved);
            let aged: i64 = found.ageing.buckets().iter().map(|(_, m)| m.minor).sum();
            assert_eq!(aged, found.owed.minor, "{until}\n{}", self.story());
            balance = found.closing;
            from = add_days(until, 1).expect("a day");
        }
        let owes = self.billed().await - self.paid;
        assert_eq!(i128::from(balance.minor), owes, "{}", self.story());
    }
}
