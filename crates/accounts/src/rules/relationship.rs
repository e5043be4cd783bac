//! Whether the terms between a seller and a buyer make sense.

use tradewind_kernel::{
    Currency, Error, Money, Problems, Result, Timestamp,
    id::RelationshipId,
    vat_id::{VatId, in_eu},
};
use tradewind_policy::AccountKind;

use super::{account::percent, tree};
use crate::types::{
    Account, Invoicer, Invoicing, PaymentMode, Relationship, TaxTreatment, TermsInput,
};

/// The usual terms: tiers buy on account and are invoiced monthly, customers pay before delivery.
///
/// # Errors
/// `not_adjacent` unless the seller stands directly above the buyer, or is a vendor of it; `account_closed`;
/// names every field that is wrong.
pub fn new_relationship(
    id: RelationshipId,
    seller: &Account,
    buyer: &Account,
    terms: &TermsInput,
    now: Timestamp,
) -> Result<Relationship> {
    check_adjacent(seller, buyer)?;
    let on_account = tree::child_is_seller(seller.kind) || tree::resells(buyer.kind);
    let usual = Relationship {
        id,
        seller: seller.id,
        buyer: buyer.id,
        currency: seller.currency,
        price_book: None,
        payment: if on_account {
            PaymentMode::OnAccount
        } else {
            PaymentMode::Prepay
        },
        payment_terms_days: if on_account { 30 } else { 14 },
        credit_limit: None,
        tax_treatment: usual_treatment(seller, buyer),
        tax_rate: super::account::tax_rate(&seller.tax)?,
        invoicing: if on_account {
            Invoicing::Monthly
        } else {
            Invoicing::Immediate
        },
        invoice_day: 1,
        invoicer: Invoicer::Own,
        created_at: now,
        version: 1,
    };
    let new = changed(&usual, terms)?;
    check_invoicer(seller, &new)?;
    Ok(new)
}

/// Whether somebody stands above the seller who can invoice and collect for it, where that is agreed.
///
/// # Errors
/// `invoicer`: `nobody_above`.
pub fn check_invoicer(seller: &Account, after: &Relationship) -> Result<()> {
    let above = seller.parent.is_some() && seller.kind != AccountKind::Vendor;
    if after.invoicer != Invoicer::OnBehalf || above {
        return Ok(());
    }
    let text = "expected self or external: nobody stands above this seller to invoice for it";
    Err(Error::invalid("invoicer", "nobody_above", text))
}

/// How a sale between the two is taxed when nobody says otherwise: the buyer owes the tax when both are in different
/// countries of the European Union and the buyer has a VAT id of its own country; no tax is due when one of them is
/// outside and the buyer is a business with a tax number; in every other case the seller adds it. (Articles 44, 59 and
/// 196 of Directive 2006/112/EC.)
#[must_use]
pub fn usual_treatment(seller: &Account, buyer: &Account) -> TaxTreatment {
    if seller.country == buyer.country || buyer.tax.tax_id.is_empty() {
        return TaxTreatment::Standard;
    }
    if !(in_eu(&seller.country) && in_eu(&buyer.country)) {
        return TaxTreatment::Exempt;
    }
    match buyer.tax.tax_id.parse::<VatId>() {
        Ok(id) if id.country() == buyer.country => TaxTreatment::ReverseCharge,
        _ => TaxTreatment::Standard,
    }
}

/// The relationship when its buyer has become another one in the eyes of the tax office; none when the treatment stays:
/// because it would be the same, or because it was agreed otherwise.
#[must_use]
pub fn retaxed(
    before: &Relationship,
    seller: &Account,
    was: &Account,
    is: &Account,
) -> Option<Relationship> {
    let (usual, now) = (usual_treatment(seller, was), usual_treatment(seller, is));
    (before.tax_treatment == usual && usual != now).then(|| Relationship {
        tax_treatment: now,
        ..before.clone()
    })
}

/// A relationship with other terms.
///
/// # Errors
/// Names every field that is wrong.
pub fn changed(before: &Relationship, terms: &TermsInput) -> Result<Relationship> {
    let mut problems = Problems::new();
    let mut after = before.clone();
    if let Some(code) = &terms.currency {
        let currency = Currency::parse(code).map_err(|e| e.at("currency"));
        after.currency = problems.check(currency).unwrap_or(before.currency);
        if after.currency != before.currency {
            // A limit in another currency would mean another amount.
            after.credit_limit = None;
        }
    }
    if let Some(word) = &terms.payment {
        after.payment = problems.check(word.parse()).unwrap_or(before.payment);
    }
    if let Some(days) = terms.payment_terms_days {
        if days > 365 {
            problems.add(
                "payment_terms_days",
                "out_of_range",
                "expected 0 to 365 days",
            );
        }
        after.payment_terms_days = days;
    }
    if let Some(limit) = &terms.credit_limit {
        after.credit_limit = if limit.is_empty() {
            None
        } else {
            let limit = Money::parse_amount("credit_limit", limit, after.currency);
            let limit = problems.check(limit);
            if limit.is_some_and(Money::is_negative) {
                problems.add("credit_limit", "out_of_range", "expected zero or more");
            }
            limit
        };
    }
    if let Some(word) = &terms.tax_treatment {
        after.tax_treatment = problems.check(word.parse()).unwrap_or(before.tax_treatment);
    }
    if let Some(rate) = &terms.tax_rate {
        let rate = percent("tax_rate", rate);
        after.tax_rate = problems.check(rate).unwrap_or(before.tax_rate);
    }
    if let Some(word) = &terms.invoicing {
        after.invoicing = problems.check(word.parse()).unwrap_or(before.invoicing);
    }
    if let Some(day) = terms.invoice_day {
        if !(1..=28).contains(&day) {
            problems.add("invoice_day", "out_of_range", "expected a day from 1 to 28");
        }
        after.invoice_day = day;
    }
    if let Some(word) = &terms.invoicer {
        after.invoicer = problems.check(word.parse()).unwrap_or(before.invoicer);
    }
    problems.finish()?;
    Ok(after)
}

fn check_adjacent(seller: &Account, buyer: &Account) -> Result<()> {
    let sells_down = buyer.parent == Some(seller.id) && !tree::child_is_seller(buyer.kind);
    let sells_up = seller.parent == Some(buyer.id) && seller.kind == AccountKind::Vendor;
    if sells_down || sells_up {
        Ok(())
    } else {
        Err(Error::invalid(
            "buyer",
            "not_adjacent",
            "expected an account directly below the seller, or the provider when the seller is a vendor",
        ))
    }
}
