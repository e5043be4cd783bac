//! A second opinion on balances: what is open of each document, and what is credit, told from what happened in its order.

use std::collections::BTreeMap;

use tradewind_kernel::Date;

/// What a buyer owes a seller, document by document, and the credit it has there; all amounts in the smallest unit. Credit is used for
/// what is open as soon as there is both, the oldest due first.
#[derive(Debug, Clone, Default)]
pub struct Purse {
    /// By due day and number, what is open.
    open: BTreeMap<(Date, String), i128>,
    credit: i128,
    on_its_way_back: i128,
    taken_in: i128,
    given: i128,
}

/// Where the money of a credit note goes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GoesTo {
    /// To what is open of its invoice; what is over is credit.
    Debt,
    /// To credit, and what is open stays open.
    Balance,
    /// To what is open of its invoice; what is over is paid back, as far as it came from payments.
    Refund,
}

impl Purse {
    /// A document asks for so much, or gives so much when it is below zero.
    pub fn issue(&mut self, number: &str, due_on: Date, gross: i128) {
        if gross < 0 {
            self.credit -= gross;
        } else {
            self.open.insert((due_on, number.to_owned()), gross);
        }
        self.use_credit();
    }

    /// So much is paid for a document; what is over is credit.
    pub fn pay(&mut self, number: &str, amount: i128) {
        self.taken_in += amount;
        self.credit += amount - self.settle(number, amount);
        self.use_credit();
    }

    /// The seller gives credit.
    pub fn give(&mut self, amount: i128) {
        self.given += amount;
        self.credit += amount;
        self.use_credit();
    }

    /// A credit note takes so much of an invoice back, of which so much is paid back.
    pub fn take_back(&mut self, invoice: &str, gross: i128, goes_to: GoesTo, paid_back: i128) {
        let settled = match goes_to {
            GoesTo::Balance => 0,
            GoesTo::Debt | GoesTo::Refund => self.settle(invoice, gross),
        };
        self.credit += gross - settled;
        self.pay_back(paid_back);
        if goes_to == GoesTo::Debt {
            self.use_credit();
        }
    }

    /// It is decided that so much credit goes back to where it came from.
    pub const fn pay_back(&mut self, amount: i128) {
        self.credit -= amount;
        self.on_its_way_back += amount;
    }

    /// What was to go back has gone, or could not and is credit again.
    pub fn gone(&mut self, amount: i128, has_gone: bool) {
        self.on_its_way_back -= amount;
        if has_gone {
            self.taken_in -= amount;
        } else {
            self.credit += amount;
            self.use_credit();
        }
    }

    /// What is open of a document.
    #[must_use]
    pub fn open(&self, number: &str) -> i128 {
        let mut all = self.open.iter();
        let found = all.find(|((_, of), _)| of == number);
        found.map_or(0, |(_, open)| *open)
    }

    /// What is open of all documents.
    #[must_use]
    pub fn owed(&self) -> i128 {
        self.open.values().sum()
    }

    /// What is credit.
    #[must_use]
    pub const fn credit(&self) -> i128 {
        self.credit
    }

    /// What is on its way back.
    #[must_use]
    pub const fn on_its_way_back(&self) -> i128 {
        self.on_its_way_back
    }

    /// What has come in, less what has gone out.
    #[must_use]
    pub const fn taken_in(&self) -> i128 {
        self.taken_in
    }

    /// What the seller has given.
    #[must_use]
    pub const fn given(&self) -> i128 {
        self.given
    }

    /// Closes a document as far as an amount goes; how far.
    fn settle(&mut self, number: &str, amount: i128) -> i128 {
        let mut all = self.open.iter_mut();
        let Some((_, open)) = all.find(|((_, of), _)| of == number) else {
            return 0;
        };
        let settled = amount.min(*open);
        *open -= settled;
        settled
    }

    fn use_credit(&mut self) {
        for open in self.open.values_mut() {
            let used = self.credit.clamp(0, *open);
            *open -= used;
            self.credit -= used;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credit_pays_what_is_due_first_and_notes_go_where_they_are_sent() {
        let day = |text: &str| -> Date { text.parse().expect("a day") };
        let mut purse = Purse::default();
        purse.issue("later", day("2024-03-01"), 700);
        purse.issue("sooner", day("2024-02-01"), 500);
        purse.give(600);
        assert_eq!((purse.open("sooner"), purse.open("later")), (0, 600));
        purse.pay("later", 1_000);
        assert_eq!((purse.owed(), purse.credit()), (0, 400));
        purse.issue("credit", day("2024-03-02"), -50);
        purse.issue("third", day("2024-03-03"), 500);
        assert_eq!((purse.open("third"), purse.credit()), (50, 0));
        // Fifty close it; of the rest 200 go back, and 50 are credit, which is not asked to pay anything by that.
        purse.take_back("third", 300, GoesTo::Refund, 200);
        assert_eq!(
            (purse.owed(), purse.credit(), purse.on_its_way_back()),
            (0, 50, 200)
        );
        purse.gone(200, true);
        assert_eq!((purse.taken_in(), purse.given()), (800, 600));
    }
}
