//! What money that came in is for.

use tradewind_kernel::{
    Date, Money, Result,
    id::{AccountId, InvoiceId},
};

use crate::types::BankDoubt;

/// An invoice that an entry may pay.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// The invoice.
    pub invoice_id: InvoiceId,
    /// Its number.
    pub number: String,
    /// Whose it is.
    pub seller_id: AccountId,
    /// Its buyer.
    pub buyer_id: AccountId,
    /// When it is due.
    pub due_on: Date,
    /// What is open of it; zero when nothing is.
    pub open: Money,
}

/// What is known of an entry beside its amount.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Facts {
    /// Invoices that the payer names with their letters.
    pub sure: Vec<Candidate>,
    /// Whether one of those names fits two invoices.
    pub ambiguous: bool,
    /// Invoices that it may name: a number without letters.
    pub guessed: Vec<Candidate>,
    /// The open invoices of the buyer that this payer is known to pay for, or whose name it has; none when there is no such
    /// buyer, or more than one.
    pub payer: Option<Vec<Candidate>>,
}

/// A share of an amount.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// The invoice that it pays.
    pub invoice_id: InvoiceId,
    /// Whose invoice it is.
    pub seller_id: AccountId,
    /// Its buyer.
    pub buyer_id: AccountId,
    /// How much; more than is open where the buyer has paid too much.
    pub amount: Money,
}

/// What is to be done with an entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// These are paid.
    Pay(Vec<Part>),
    /// A person has to say.
    Ask(BankDoubt),
}

/// Decides what an amount that came in is for. Whoever names invoices pays them, the oldest first, whatever the amount; too
/// much stays with the last. Without names, or with numbers that may be something else, the amount has to be exactly that of
/// one open invoice of a known payer, or of all of them. Everything else is left to a person.
///
/// # Errors
/// `overflow`.
pub fn decide(amount: Money, facts: &Facts) -> Result<Verdict> {
    if facts.ambiguous {
        return Ok(Verdict::Ask(BankDoubt::Ambiguous));
    }
    if !facts.sure.is_empty() {
        return named(amount, &facts.sure, false);
    }
    if !facts.guessed.is_empty() {
        return named(amount, &facts.guessed, true);
    }
    let Some(open) = &facts.payer else {
        return Ok(Verdict::Ask(BankDoubt::Unknown));
    };
    let same: Vec<&Candidate> = open.iter().filter(|one| one.open == amount).collect();
    if let [one] = same.as_slice() {
        return Ok(Verdict::Pay(split(amount, &[Candidate::clone(one)])?));
    }
    if same.is_empty() && !open.is_empty() && total(open, amount)? == Some(amount) {
        return Ok(Verdict::Pay(split(amount, open)?));
    }
    Ok(Verdict::Ask(if same.len() > 1 {
        BankDoubt::Ambiguous
    } else {
        BankDoubt::OtherAmount
    }))
}

fn named(amount: Money, named: &[Candidate], exact: bool) -> Result<Verdict> {
    let buyers = named.iter().map(|one| one.buyer_id);
    if buyers.clone().min() != buyers.max() {
        return Ok(Verdict::Ask(BankDoubt::SeveralBuyers));
    }
    let open: Vec<Candidate> = named
        .iter()
        .filter(|one| !one.open.is_zero())
        .cloned()
        .collect();
    if open.is_empty() {
        return Ok(Verdict::Ask(BankDoubt::PaidAlready));
    }
    if open.iter().any(|one| one.open.currency != amount.currency) {
        return Ok(Verdict::Ask(BankDoubt::OtherCurrency));
    }
    if exact && total(&open, amount)? != Some(amount) {
        return Ok(Verdict::Ask(BankDoubt::Unknown));
    }
    // Of several, one that is paid already makes it unclear what the money is for.
    if open.len() < named.len() && total(&open, amount)? != Some(amount) {
        return Ok(Verdict::Ask(BankDoubt::PaidAlready));
    }
    Ok(Verdict::Pay(split(amount, &open)?))
}

/// What is open of some invoices together; none when they are in another currency.
fn total(open: &[Candidate], like: Money) -> Result<Option<Money>> {
    if open.iter().any(|one| one.open.currency != like.currency) {
        return Ok(None);
    }
    Money::sum(like.currency, open.iter().map(|one| one.open)).map(Some)
}

/// Splits an amount over invoices, the oldest due first; what is too much goes to the last that gets anything.
///
/// # Errors
/// `overflow`, `currency_mismatch`.
pub fn split(amount: Money, invoices: &[Candidate]) -> Result<Vec<Part>> {
    let mut sorted: Vec<&Candidate> = invoices.iter().collect();
    sorted.sort_by(|a, b| (a.due_on, &a.number).cmp(&(b.due_on, &b.number)));
    let mut rest = amount;
    let mut parts: Vec<Part> = Vec::new();
    for one in sorted {
        let paid = if rest.minor < one.open.minor {
            rest
        } else {
            one.open
        };
        rest = rest.sub(paid)?;
        if paid.is_zero() {
            continue;
        }
        parts.push(Part {
            invoice_id: one.invoice_id,
            seller_id: one.seller_id,
            buyer_id: one.buyer_id,
            amount: paid,
        });
    }
    if let Some(last) = parts.last_mut() {
        last.amount = last.amount.add(rest)?;
    }
    Ok(parts)
}

/// The order of suggestions: what is named, then what has the same amount, then what is of the same payer, then what is
/// due first.
#[must_use]
pub fn rank(named: bool, same_amount: bool, same_payer: bool) -> u8 {
    u8::from(!named) * 4 + u8::from(!same_amount) * 2 + u8::from(!same_payer)
}

#[cfg(test)]
mod tests {
    use tradewind_kernel::Currency;

    use super::*;

    fn eur(minor: i64) -> Money {
        Money::new(minor, Currency::EUR)
    }

    fn invoice(buyer: AccountId, due: i8, open: i64) -> Candidate {
        Candidate {
            invoice_id: InvoiceId::generate(),
            number: format!("INV-2024-{due:06}"),
            seller_id: AccountId::generate(),
            buyer_id: buyer,
            due_on: Date::constant(2024, 3, due),
            open: eur(open),
        }
    }

    fn paid(verdict: Result<Verdict>) -> Vec<(InvoiceId, i64)> {
        match verdict.expect("a verdict") {
            Verdict::Pay(parts) => parts
                .iter()
                .map(|part| (part.invoice_id, part.amount.minor))
                .collect(),
            Verdict::Ask(doubt) => panic!("{doubt}"),
        }
    }

    fn doubt(amount: i64, facts: &Facts) -> BankDoubt {
        match decide(eur(amount), facts).expect("a verdict") {
            Verdict::Ask(doubt) => doubt,
            Verdict::Pay(parts) => panic!("{parts:?}"),
        }
    }

    #[test]
    fn what_is_named_is_paid_the_oldest_first() {
        let buyer = AccountId::generate();
        let (new, old) = (invoice(buyer, 9, 500), invoice(buyer, 2, 300));
        let mut facts = Facts {
            sure: vec![new.clone(), old.clone()],
            ..Facts::default()
        };
        let (new_id, old_id) = (new.invoice_id, old.invoice_id);
        for (amount, expected) in [
            (800, vec![(old_id, 300), (new_id, 500)]),
            (900, vec![(old_id, 300), (new_id, 600)]),
            (301, vec![(old_id, 300), (new_id, 1)]),
            (200, vec![(old_id, 200)]),
        ] {
            assert_eq!(paid(decide(eur(amount), &facts)), expected);
        }
        facts.sure[0].open = eur(0);
        assert_eq!(doubt(800, &facts), BankDoubt::PaidAlready);
        assert_eq!(paid(decide(eur(300), &facts)), [(old_id, 300)]);
        facts.sure[1].open = eur(0);
        assert_eq!(doubt(300, &facts), BankDoubt::PaidAlready);
        facts.sure.push(invoice(AccountId::generate(), 4, 300));
        assert_eq!(doubt(300, &facts), BankDoubt::SeveralBuyers);
        facts.ambiguous = true;
        assert_eq!(doubt(300, &facts), BankDoubt::Ambiguous);
    }

    #[test]
    fn without_a_name_the_amount_has_to_be_exact_and_the_payer_known() {
        let buyer = AccountId::generate();
        let (one, two) = (invoice(buyer, 2, 300), invoice(buyer, 9, 500));
        let facts = |payer| Facts {
            payer,
            ..Facts::default()
        };
        assert_eq!(doubt(300, &facts(None)), BankDoubt::Unknown);
        let both = facts(Some(vec![one.clone(), two.clone()]));
        assert_eq!(paid(decide(eur(500), &both)), [(two.invoice_id, 500)]);
        assert_eq!(
            paid(decide(eur(800), &both)),
            [(one.invoice_id, 300), (two.invoice_id, 500)]
        );
        assert_eq!(doubt(799, &both), BankDoubt::OtherAmount);
        let twins = facts(Some(vec![one.clone(), invoice(buyer, 4, 300)]));
        assert_eq!(doubt(300, &twins), BankDoubt::Ambiguous);
        let guessed = Facts {
            guessed: vec![one.clone()],
            ..Facts::default()
        };
        assert_eq!(paid(decide(eur(300), &guessed)), [(one.invoice_id, 300)]);
        assert_eq!(doubt(299, &guessed), BankDoubt::Unknown);
    }
}
