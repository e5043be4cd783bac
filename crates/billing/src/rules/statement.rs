//! Statements of account: balances brought forward, and the age of what is owed.

use tradewind_kernel::{
    Currency, Date, Error, Money, Result,
    calendar::{add_days, add_months, days_between},
    id::InvoiceId,
};

use crate::types::{Ageing, EntryKind, StatementMovement};

/// Movements that a statement lists at most.
pub const MOST: usize = 10_000;

/// What one entry of the seller's book does to a buyer's account.
#[derive(Debug, Clone)]
pub struct Booked {
    /// The day it counts for.
    pub posted_on: Date,
    /// What it records.
    pub kind: EntryKind,
    /// What is behind it.
    pub document_id: String,
    /// The document that it is, or pays.
    pub invoice_id: Option<InvoiceId>,
    /// Its number.
    pub number: Option<String>,
    /// The payment's reference.
    pub reference: Option<String>,
    /// What it adds to what is owed on invoices.
    pub owed: Money,
    /// What it adds to the credit that is kept.
    pub credit: Money,
}

/// A buyer's account at one moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    /// Owed on invoices.
    pub owed: Money,
    /// Credit that is kept.
    pub credit: Money,
}

impl Standing {
    /// What is owed less what is kept.
    ///
    /// # Errors
    /// `overflow`.
    pub fn balance(self) -> Result<Money> {
        self.owed.sub(self.credit)
    }
}

/// The days that a statement is for: the month until today unless others are asked for.
///
/// # Errors
/// `until` before `from`.
pub fn days(from: Option<Date>, until: Option<Date>, today: Date) -> Result<(Date, Date)> {
    let until = until.unwrap_or_else(|| from.map_or(today, |from| from.max(today)));
    let from = match from {
        Some(from) => from,
        None => month_of(until)?.0,
    };
    if until < from {
        return Err(Error::invalid(
            "until",
            "out_of_range",
            "expected a day that is not before the first",
        ));
    }
    Ok((from, until))
}

/// The first and the last day of the month that a day lies in.
///
/// # Errors
/// `overflow` at the end of all time.
pub fn month_of(day: Date) -> Result<(Date, Date)> {
    let first = day.first_of_month();
    Ok((first, add_days(add_months(first, 1)?, -1)?))
}

/// Movements with the balance after each, and what the account comes to at the end.
///
/// # Errors
/// `until` when there are more movements than a statement lists; `overflow`.
pub fn movements(
    opening: Standing,
    booked: Vec<Booked>,
) -> Result<(Vec<StatementMovement>, Standing)> {
    if booked.len() > MOST {
        return Err(Error::invalid(
            "until",
            "too_many",
            format!("expected a period with at most {MOST} movements"),
        ));
    }
    let mut now = opening;
    let mut movements = Vec::with_capacity(booked.len());
    for one in booked {
        now = Standing {
            owed: now.owed.add(one.owed)?,
            credit: now.credit.add(one.credit)?,
        };
        let amount = one.owed.sub(one.credit)?;
        movements.push(StatementMovement {
            posted_on: one.posted_on,
            kind: one.kind,
            taken_back: taken_back(one.kind, amount, one.credit),
            document_id: one.document_id,
            invoice_id: one.invoice_id,
            number: one.number,
            reference: one.reference,
            amount,
            credit: one.credit,
            balance: now.balance()?,
        });
    }
    Ok((movements, now))
}

/// Whether an entry takes back what is usual of its kind.
fn taken_back(kind: EntryKind, amount: Money, credit: Money) -> bool {
    match kind {
        // The buyer owes more by it.
        EntryKind::Invoice
        | EntryKind::Refund
        | EntryKind::Chargeback
        | EntryKind::CreditExpired => amount.is_negative(),
        // Credit goes and nothing else changes.
        EntryKind::CreditUsed => credit.minor > 0,
        // The buyer owes less by it.
        _ => amount.minor > 0,
    }
}

/// What is open of invoices, by how long it has been due on a day. What has no due day is not due.
///
/// # Errors
/// `overflow`, `currency_mismatch`.
pub fn ageing(currency: Currency, open: &[(Option<Date>, Money)], on: Date) -> Result<Ageing> {
    let zero = Money::zero(currency);
    let mut ageing = Ageing {
        not_due: zero,
        days_30: zero,
        days_60: zero,
        days_90: zero,
        older: zero,
    };
    for (due, amount) in open {
        let days = due.map_or(0, |due| days_between(due, on));
        let bucket = match days {
            ..=0 => &mut ageing.not_due,
            1..=30 => &mut ageing.days_30,
            31..=60 => &mut ageing.days_60,
            61..=90 => &mut ageing.days_90,
            91.. => &mut ageing.older,
        };
        *bucket = bucket.add(*amount)?;
    }
    Ok(ageing)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Date {
        text.parse().expect("a date")
    }

    fn eur(minor: i64) -> Money {
        Money::new(minor, Currency::EUR)
    }

    #[test]
    fn ages_begin_the_day_after_the_due_date() {
        let on = day("2024-06-30");
        let open: Vec<_> = [
            ("2024-07-15", 1),
            ("2024-06-30", 2),
            ("2024-06-29", 4),
            ("2024-05-31", 8),
            ("2024-05-30", 16),
            ("2024-05-01", 32),
            ("2024-04-30", 64),
            ("2024-04-01", 128),
            ("2024-03-31", 256),
        ]
        .map(|(due, minor)| (Some(day(due)), eur(minor)))
        .into_iter()
        .chain([(None, eur(512))])
        .collect();
        let found = ageing(Currency::EUR, &open, on).expect("ages");
        let minor = found.buckets().map(|(_, amount)| amount.minor);
        assert_eq!(minor, [515, 12, 48, 192, 256]);
    }

    #[test]
    fn the_usual_period_is_the_month_until_today() {
        let today = day("2024-02-20");
        let of = |from: Option<&str>, until: Option<&str>| {
            days(from.map(day), until.map(day), today).map(|(a, b)| (a.to_string(), b.to_string()))
        };
        let pair = |a: &str, b: &str| (a.to_owned(), b.to_owned());
        assert_eq!(
            of(None, None).expect("days"),
            pair("2024-02-01", "2024-02-20")
        );
        assert_eq!(
            of(None, Some("2023-11-30")).expect("days"),
            pair("2023-11-01", "2023-11-30")
        );
        assert_eq!(
            of(Some("2024-01-15"), None).expect("days"),
            pair("2024-01-15", "2024-02-20")
        );
        assert!(of(Some("2024-02-02"), Some("2024-02-01")).is_err());
        let month = month_of(today).expect("a month");
        assert_eq!(month, (day("2024-02-01"), day("2024-02-29")));
    }
}
