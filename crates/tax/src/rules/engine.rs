//! What a tax engine is asked, and whether its answer makes sense. Its rates count, not its amounts: a document's tax is
//! one computation over all of its lines, wherever the rates come from.

use std::{collections::BTreeMap, sync::Arc};

use serde::Deserialize;
use sha2::{Digest, Sha256};
use tradewind_accounts::types::Account;
use tradewind_kernel::{
    Currency, Date, Decimal, Error, Money, Problems, Result,
    calendar::Period,
    decimal::{self, Limits, parse_decimal},
    text::{check_len, check_url, plain},
};
use tradewind_pricing::tax::{self, TaxKind, TaxLine, TaxMode, TaxPolicy, TaxRate, Taxed};

use super::decide::Taxer;
use crate::types::{
    AnsweredLine, AskedBuyer, AskedCertificate, AskedDocument, AskedLine, AskedRegistration,
    AskedSeller, CertificateState, EngineAnswer, EngineAway, EngineSet, EngineTerms, TaxCategory,
    TaxPoint, TaxQuestion, VatState,
};

/// The version of questions and answers.
pub const VERSION: &str = "v1";

/// Why no tax stands on what is not issued yet: it is computed with the invoice.
pub const WITH_INVOICE: &str = "with_invoice";

/// Longest word of a name, place or reference.
const WORD_MAX: usize = 100;
/// Most taxes of a line.
const TAXES_MAX: usize = 20;
/// Most hours until own tables decide: thirty days.
const HOURS_MAX: u32 = 720;

/// What stands for the taxes of something that the engine is asked about only when it is invoiced.
#[must_use]
pub fn with_invoice() -> TaxRate {
    TaxRate::without_tax("", TaxKind::OutOfScope, WITH_INVOICE)
}

/// Both sides of a trade, as an engine is told of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sides {
    taxer: Arc<Taxer>,
    seller: AskedSeller,
    buyer: AskedBuyer,
}

/// Something to be taxed.
#[derive(Debug, Clone)]
pub struct Item {
    /// Names it.
    pub key: String,
    /// What it is for, in the eyes of the tax offices.
    pub category: TaxCategory,
    /// What time it is for.
    pub period: Period,
    /// How much.
    pub quantity: Decimal,
    /// Of what.
    pub unit: String,
    /// What it costs.
    pub amount: Money,
    /// Whether its taxes are in the amount.
    pub tax_included: bool,
}

impl Sides {
    /// A seller and one of its buyers, with what decides by place.
    #[must_use]
    pub fn of(seller: &Account, buyer: &Account, taxer: &Arc<Taxer>) -> Self {
        let text = |text: &str| text.trim().to_owned();
        Self {
            seller: AskedSeller {
                id: seller.id,
                country: seller.country.clone(),
                region: text(&seller.address.region),
                postal_code: text(&seller.address.postal_code),
                city: text(&seller.address.city),
                tax_id: text(&seller.tax.tax_id),
                registrations: Vec::new(),
            },
            buyer: AskedBuyer {
                id: buyer.id,
                kind: taxer.kind(),
                country: buyer.country.clone(),
                region: text(&buyer.address.region),
                postal_code: text(&buyer.address.postal_code),
                city: text(&buyer.address.city),
                line1: text(&buyer.address.line1),
                tax_id: text(&taxer.buyer.tax_id),
                vat_check: (taxer.basis().vat_check)
                    .map_or(VatState::Unchecked, |check| check.state),
                certificates: Vec::new(),
            },
            taxer: Arc::clone(taxer),
        }
    }

    /// What decides by place.
    #[must_use]
    pub fn taxer(&self) -> &Arc<Taxer> {
        &self.taxer
    }

    /// The question about a document.
    #[must_use]
    pub fn question(
        &self,
        terms: &EngineTerms,
        currency: Currency,
        on: Date,
        items: &[Item],
    ) -> TaxQuestion {
        let registered = self.taxer.seller.profile.registrations.iter();
        let registrations =
            registered
                .filter(|one| one.span.holds(on))
                .map(|one| AskedRegistration {
                    place: one.place.clone(),
                    number: one.number.clone(),
                });
        let certificates = self.taxer.buyer.certificates.iter().filter(|one| {
            one.state == CertificateState::Approved
                && one.from <= on
                && one.until.is_none_or(|until| on <= until)
        });
        let certificates = certificates.map(|one| AskedCertificate {
            place: one.place.clone(),
            number: one.number.clone(),
        });
        let sum: i128 = items.iter().map(|item| i128::from(item.amount.minor)).sum();
        let kind = if sum < 0 { "credit_note" } else { "invoice" };
        TaxQuestion {
            version: VERSION.to_owned(),
            seller: AskedSeller {
                registrations: registrations.collect(),
                ..self.seller.clone()
            },
            buyer: AskedBuyer {
                certificates: certificates.collect(),
                ..self.buyer.clone()
            },
            document: AskedDocument {
                kind: kind.to_owned(),
                currency,
                issued_on: on,
            },
            lines: items
                .iter()
                .map(|item| self.line(terms, item, on))
                .collect(),
        }
    }

    fn line(&self, terms: &EngineTerms, item: &Item, on: Date) -> AskedLine {
        let (from, until) = AskedLine::days(item.period);
        AskedLine {
            key: item.key.clone(),
            category: item.category,
            code: terms.codes.get(&item.category).cloned(),
            supplied_on: supplied_on(self.taxer.seller.profile.tax_point, item.period, on),
            from,
            until,
            quantity: item.quantity.normalize().to_string(),
            unit: item.unit.clone(),
            amount: item.amount.to_decimal().to_string(),
            tax_included: item.tax_included,
        }
    }
}

/// The day on which something counts as supplied.
#[must_use]
pub fn supplied_on(point: TaxPoint, period: Period, today: Date) -> Date {
    match point {
        // Periods are half open: their last day is the one before their end.
        TaxPoint::PeriodEnd => AskedLine::days(period).1,
        TaxPoint::PeriodStart => period.start,
        TaxPoint::Issue => today,
    }
}

/// By which the same question is known again.
///
/// # Errors
/// Internal error when it cannot be written down, which it always can.
pub fn digest(question: &TaxQuestion) -> Result<String> {
    let text = serde_json::to_vec(question).map_err(Error::internal)?;
    let digest = Sha256::digest(&text);
    Ok(digest.iter().map(|byte| format!("{byte:02x}")).collect())
}

#[derive(Deserialize)]
struct Answer {
    version: String,
    reference: String,
    currency: String,
    lines: Vec<Line>,
    #[serde(default)]
    total_tax: Option<String>,
}

#[derive(Deserialize)]
struct Line {
    key: String,
    #[serde(default)]
    taxes: Vec<Tax>,
    #[serde(default)]
    untaxed: Option<Untaxed>,
}

#[derive(Deserialize)]
struct Tax {
    name: String,
    place: String,
    percent: String,
    #[serde(default)]
    share: Option<String>,
    #[serde(default)]
    compound: bool,
}

#[derive(Deserialize)]
struct Untaxed {
    reason: String,
    #[serde(default)]
    place: String,
    #[serde(default)]
    reference: Option<String>,
}

/// Most characters that are said of what is wrong with an answer: it quotes what a stranger wrote.
const WHY_MAX: usize = 300;

fn wrong(why: impl std::fmt::Display) -> Error {
    Error::refused(
        "tax_engine_answer",
        format!(
            "the tax engine's answer cannot be used: {}",
            plain(&why.to_string(), WHY_MAX)
        ),
    )
}

/// Reads the answer to a question: every line of it once and no other, rates that can be rates, reasons that are known, the
/// currency that was asked in; and, where the answer says what the tax comes to, that it is what the document will have, to
/// a minor unit for each tax of each line.
///
/// # Errors
/// `tax_engine_answer`, which says what is wrong.
pub fn understood(question: &TaxQuestion, policy: &TaxPolicy, body: &[u8]) -> Result<EngineAnswer> {
    let answer: Answer = serde_json::from_slice(body).map_err(wrong)?;
    if answer.version != VERSION {
        return Err(wrong(format_args!(
            "its version is {:?}, not {VERSION:?}",
            answer.version
        )));
    }
    let currency = question.document.currency;
    if answer.currency != currency.code() {
        return Err(wrong(format_args!(
            "it is in {:?}, and {currency} was asked",
            answer.currency
        )));
    }
    word("reference", &answer.reference)?;
    let mut said: BTreeMap<String, Line> = BTreeMap::new();
    for line in answer.lines {
        let key = line.key.clone();
        if !question.lines.iter().any(|asked| asked.key == key) {
            return Err(wrong(format_args!("line {key:?} was not asked about")));
        }
        if said.insert(key.clone(), line).is_some() {
            return Err(wrong(format_args!("line {key:?} is in it twice")));
        }
    }
    let lines = question.lines.iter().map(|asked| {
        let key = asked.key.clone();
        let line = said
            .remove(&key)
            .ok_or_else(|| wrong(format_args!("line {key:?} is missing")))?;
        let taxes = taxes(line)?;
        Ok(AnsweredLine { key, taxes })
    });
    let understood = EngineAnswer {
        reference: answer.reference,
        lines: lines.collect::<Result<_>>()?,
    };
    if let Some(total) = answer.total_tax {
        agrees(question, &understood, policy, &total)?;
    }
    Ok(understood)
}

fn word(what: &str, text: &str) -> Result<()> {
    check_len(what, text, 1, WORD_MAX).map_err(wrong)
}

fn number(key: &str, what: &str, text: &str) -> Result<Decimal> {
    // Six places of each leave room to multiply them exactly.
    let limits = Limits::new(3, 6)
        .non_negative()
        .at_most(Decimal::ONE_HUNDRED);
    parse_decimal(what, text, &limits).map_err(|error| wrong(format_args!("line {key:?}: {error}")))
}

fn taxes(line: Line) -> Result<Vec<TaxRate>> {
    let key = line.key;
    if let Some(untaxed) = line.untaxed {
        if !line.taxes.is_empty() {
            return Err(wrong(format_args!("line {key:?} is taxed and untaxed")));
        }
        return Ok(vec![untaxed_as(&key, untaxed)?]);
    }
    if line.taxes.is_empty() {
        return Err(wrong(format_args!(
            "line {key:?} has no taxes and does not say why"
        )));
    }
    if line.taxes.len() > TAXES_MAX {
        return Err(wrong(format_args!(
            "line {key:?} has more than {TAXES_MAX} taxes"
        )));
    }
    let mut rates = Vec::with_capacity(line.taxes.len());
    let mut sum = Decimal::ZERO;
    for tax in line.taxes {
        word("name", &tax.name)?;
        word("place", &tax.place)?;
        let percent = number(&key, "percent", &tax.percent)?;
        let share = match &tax.share {
            Some(share) => number(&key, "share", share)?,
            None => Decimal::ONE_HUNDRED,
        };
        let hundredth = Decimal::new(1, 2);
        let percent = decimal::mul(decimal::mul(percent, share)?, hundredth)?.normalize();
        sum = decimal::add(sum, percent)?;
        rates.push(TaxRate {
            compound: tax.compound,
            ..TaxRate::standard(tax.name, percent).of(tax.place)
        });
    }
    if sum > Decimal::ONE_HUNDRED {
        return Err(wrong(format_args!(
            "the taxes on line {key:?} come to {sum} percent"
        )));
    }
    Ok(rates)
}

fn untaxed_as(key: &str, untaxed: Untaxed) -> Result<TaxRate> {
    let kind = match untaxed.reason.as_str() {
        "reverse_charge" => TaxKind::ReverseCharge,
        "exempt" | "certificate" | "not_taxable" | "small_business" => TaxKind::Exempt,
        "abroad" | "no_registration" => TaxKind::OutOfScope,
        other => {
            return Err(wrong(format_args!(
                "line {key:?} is untaxed for the reason {other:?}, which is not one of reverse_charge, exempt, \
                 certificate, not_taxable, small_business, abroad, no_registration"
            )));
        }
    };
    check_len("place", &untaxed.place, 0, WORD_MAX).map_err(wrong)?;
    if let Some(reference) = &untaxed.reference {
        word("reference", reference)?;
    }
    let rate = TaxRate::without_tax("", kind, untaxed.reason).of(untaxed.place);
    Ok(TaxRate {
        reference: untaxed.reference,
        ..rate
    })
}

/// Whether what an answer says the tax comes to is what its rates come to.
fn agrees(
    question: &TaxQuestion,
    answer: &EngineAnswer,
    policy: &TaxPolicy,
    total: &str,
) -> Result<()> {
    let total = parse_decimal("total_tax", total, &Limits::any()).map_err(wrong)?;
    let ours = taxed(question, answer, policy)?.tax;
    let rates: usize = answer.lines.iter().map(|line| line.taxes.len()).sum();
    let currency = question.document.currency;
    let most = Money::new(i64::try_from(rates).unwrap_or(i64::MAX), currency).to_decimal();
    let apart = decimal::sub(total, ours.to_decimal())?.abs();
    if apart > most {
        return Err(wrong(format_args!(
            "it says that the tax comes to {total}, but its rates come to {}",
            ours.to_decimal()
        )));
    }
    Ok(())
}

/// What a document comes to by an answer.
///
/// # Errors
/// `overflow`.
pub fn taxed(question: &TaxQuestion, answer: &EngineAnswer, policy: &TaxPolicy) -> Result<Taxed> {
    let mut lines = Vec::with_capacity(question.lines.len());
    for (asked, answered) in question.lines.iter().zip(&answer.lines) {
        lines.push(TaxLine {
            amount: parse_decimal("amount", &asked.amount, &Limits::any())?,
            mode: if asked.tax_included {
                TaxMode::Inclusive
            } else {
                TaxMode::Exclusive
            },
            rates: &answered.taxes,
        });
    }
    tax::compute(&lines, question.document.currency, policy)
}

/// Whether a tax engine can be set up so; answers its address as it is kept.
///
/// # Errors
/// Names every field that is wrong.
pub fn check_engine(input: &EngineSet) -> Result<String> {
    let mut problems = Problems::new();
    let url = input.url.trim_end_matches('/');
    problems.check(check_url("url", url));
    problems.check(check_len("url", url, 1, 500));
    if url.contains(['?', '#']) {
        problems.add("url", "malformed_url", "expected no query and no fragment");
    }
    if let Some(secret) = &input.secret {
        problems.check(check_len("secret", secret, 12, 300));
        if !secret.bytes().all(|byte| byte.is_ascii_graphic()) {
            problems.add(
                "secret",
                "malformed_key",
                "expected letters, digits and signs without spaces",
            );
        }
    }
    let hours = input.after_hours;
    match input.away {
        EngineAway::Hold if hours != 0 => problems.add(
            "after_hours",
            "not_applicable",
            "expected none where documents wait",
        ),
        EngineAway::OwnTables if !(1..=HOURS_MAX).contains(&hours) => problems.add(
            "after_hours",
            "out_of_range",
            format!("expected 1 to {HOURS_MAX} hours"),
        ),
        _ => {}
    }
    for (category, code) in &input.codes {
        problems.check(check_len(&format!("codes.{category}"), code, 1, WORD_MAX));
    }
    problems.finish()?;
    Ok(url.to_owned())
}

#[cfg(test)]
mod tests;
