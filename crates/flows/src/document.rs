//! From an issued document to the pages a finance department gets.

use serde_json::Value;
use std::fmt::Display;
use tradewind_accounts::types::{Account, Address};
use tradewind_billing::service::{
    LineBreakdown, credit_notes_about, invoice_breakdown, invoice_get, payments_of_invoice,
};
use tradewind_billing::types::{
    BalanceStatus, Document, DocumentKind, DocumentLine, DocumentSummary, FxUse, Parties, Party,
    PaymentKind, TaxKind, TaxRate,
};
use tradewind_documents::colour::Colour;
use tradewind_documents::mail::Transfer;
use tradewind_documents::pdf::{
    self, BankAccount, Buyer, DocumentKind as Printed, InvoiceDocument, Line, LineGroup, Logo,
    Paper, Payment, Quantity, Seller, TaxInCurrency, TaxLine, TaxTreatment, Terms, Totals,
};
use tradewind_documents::prices::{PartWords, PriceWords};
use tradewind_documents::tax::TaxWord;
use tradewind_documents::{format, i18n};
use tradewind_kernel::Locale;
use tradewind_kernel::id::{InvoiceId, number};
use tradewind_kernel::vat_id::in_eu;
use tradewind_kernel::{Decimal, Error, Money, Result, Rounding, decimal};
use tradewind_platform::{OpCtx, Platform};
use tradewind_pricing::Part;
use tradewind_tax::rules::{WITH_INVOICE, place_name};

/// A document as a PDF, with the name of its file.
///
/// # Errors
/// Not found.
pub async fn invoice_pdf(p: &Platform, ctx: &OpCtx, id: InvoiceId) -> Result<(String, Vec<u8>)> {
    let document = invoice_get(p, ctx, id).await?;
    let parties = (document.summary.seller_id, document.summary.buyer_id);
    let system = p.system(ctx.realm).await?;
    let (seller, buyer) = p
        .read(&system, &parties, |w, (seller, buyer)| {
            Box::pin(async move {
                Ok((
                    tradewind_accounts::service::account_facts(w, *seller).await?,
                    tradewind_accounts::service::account_facts(w, *buyer).await?,
                ))
            })
        })
        .await?;
    let payments = payments_of_invoice(p, &system, id).await?;
    let locale = document.locale;
    let mut printed = document_of(&document, &seller, &buyer)?;
    if document.summary.kind == DocumentKind::CreditNote
        && let Some(about) = credit_notes_about(p, ctx, id).await?.into_iter().next()
    {
        printed.kind = Printed::CreditNote {
            corrects: Some(about.invoice_number),
        };
        printed.notes.push(about.reason);
    }
    // Whoever may read the invoice may know how it comes about.
    let known = invoice_breakdown(p, ctx, &document).await?;
    let lines = printed.groups.iter_mut().flat_map(|group| &mut group.lines);
    for (line, printed) in document.lines.iter().zip(lines) {
        if let Some(known) = known.iter().find(|known| known.no == line.no) {
            printed.parts = comes_about(locale, line, known);
        }
    }
    if let Some(old) = &document.replaces {
        let args = i18n::Args::new().with("number", old.number.as_str());
        printed
            .notes
            .push(i18n::tr(locale, "invoice-note-replaces", &args));
    }
    printed.payments = payments
        .into_iter()
        .filter_map(|payment| {
            let date = payment.settled_at?.date_in(&seller.zone);
            // What the seller has given up is not what the buyer paid.
            let came = payment.applied.minor > 0 && payment.kind != PaymentKind::WriteOff;
            came.then(|| Payment {
                date,
                method: i18n::text(locale, &format!("payment-kind-{}", payment.kind)).into_owned(),
                amount: payment.applied,
            })
        })
        .collect();
    let paid = Money::sum(
        document.summary.gross.currency,
        printed.payments.iter().map(|payment| payment.amount),
    )?;
    printed.totals.balance = document.summary.gross.sub(paid)?;
    // Setting pages is work for a processor, not for the threads that answer requests.
    let rendered = tokio::task::spawn_blocking(move || {
        pdf::render(&printed).map(|bytes| (pdf::file_name(&printed), bytes))
    });
    rendered.await.map_err(Error::internal)?
}

/// What is printed of a document: what was frozen when it was issued, and today's look of the seller.
pub(crate) fn document_of(
    document: &Document,
    seller: &Account,
    buyer: &Account,
) -> Result<InvoiceDocument> {
    let head = &document.summary;
    let settled = head.balance.as_ref().is_some_and(|balance| {
        matches!(
            balance.status,
            BalanceStatus::Paid | BalanceStatus::Credited
        )
    });
    let credit = head.kind == DocumentKind::CreditNote;
    let parties = &document.parties;
    let mut printed = printed_seller(&parties.seller, seller, document.locale);
    let mut notes = Vec::new();
    if let Some(collector) = &parties.collector {
        // Whoever has issued it for the seller is to be paid.
        printed.bank = bank_of(collector);
        notes.push(on_behalf(document.locale, parties, credit));
    }
    Ok(InvoiceDocument {
        locale: document.locale,
        paper: paper_of(&document.parties.seller.country),
        kind: if credit {
            Printed::CreditNote { corrects: None }
        } else {
            Printed::Invoice
        },
        number: head.number.clone(),
        currency: head.gross.currency,
        issued: head.issued_on,
        due: (!credit).then_some(head.due_on),
        service_period: Some(head.period),
        customer_number: Some(number(buyer.id)),
        reference: head.order_number.clone(),
        seller: printed,
        buyer: printed_buyer(&document.parties.buyer, document.locale),
        groups: groups(document)?,
        discounts: Vec::new(),
        taxes: document
            .tax_summary
            .iter()
            .map(|line| TaxLine {
                treatment: treatment(document, &line.rate, line.rate.percent),
                base: line.net,
                tax: line.tax,
            })
            .collect(),
        tax_in_currency: tax_in_books(document)?,
        totals: Totals {
            net: head.net,
            tax: head.tax,
            gross: head.gross,
            balance: head.gross,
        },
        ageing: Vec::new(),
        payments: Vec::new(),
        terms: if credit {
            Terms::Credited
        } else if settled {
            Terms::Settled
        } else {
            Terms::Transfer
        },
        payment_reference: Some(head.number.clone()),
        notes,
    })
}

/// That another has issued a document in the seller's name and, of an invoice, is to be paid.
#[must_use]
pub fn on_behalf(locale: Locale, parties: &Parties, credit: bool) -> String {
    let Some(collector) = &parties.collector else {
        return String::new();
    };
    let args = i18n::Args::new()
        .with("collector", collector.name.as_str())
        .with("seller", parties.seller.name.as_str());
    let key = if credit {
        "invoice-note-on-behalf"
    } else {
        "invoice-note-on-behalf-pay"
    };
    i18n::tr(locale, key, &args)
}

/// Lines in their groups, in the order of the document.
fn groups(document: &Document) -> Result<Vec<LineGroup>> {
    let mut groups: Vec<LineGroup> = Vec::new();
    for line in &document.lines {
        if groups
            .last()
            .is_none_or(|group| group.title != line.group_label)
        {
            groups.push(LineGroup {
                title: line.group_label.clone(),
                lines: Vec::new(),
                subtotal: Money::zero(line.net.currency),
            });
        }
        let group = groups
            .last_mut()
            .ok_or_else(|| Error::internal("a line without a group"))?;
        group.subtotal = group.subtotal.add(line.net)?;
        group.lines.push(printed_line(document, line));
    }
    Ok(groups)
}

/// A line without its tax, as the sum below needs it; a price that was agreed with tax stands beside it.
fn printed_line(document: &Document, line: &DocumentLine) -> Line {
    let word = || {
        let named = text_of(&document.parties.seller.tax, "name");
        TaxWord::of(document.locale, named.as_deref().unwrap_or_default())
    };
    let tax = match line.taxes.as_slice() {
        [one] => Some(treatment(document, &one.rate, one.rate.percent)),
        [] => None,
        // Several, of several places: what they are stands in the summary.
        _ => Some(TaxTreatment::Rate(line.tax_percent().normalize())),
    };
    let mut detail = remarks(document.locale, &document.summary, line);
    if line.tax_included {
        detail.push(word().included(document.locale, line.amount));
    }
    Line {
        description: line.description.clone(),
        detail: (!detail.is_empty()).then(|| detail.join(" · ")),
        parts: Vec::new(),
        date: None,
        period: Some(line.period),
        quantity: Some(Quantity {
            value: line.quantity.normalize(),
            unit: line.unit.clone(),
        }),
        unit_price: line.unit_price.filter(|_| !line.tax_included),
        tax,
        amount: line.net,
        balance: None,
    }
}

/// What stands beside a line: what its buyer calls it, as far as the head of the document does not say it, and the exchange rates that
/// went into it.
#[must_use]
pub fn remarks(locale: Locale, head: &DocumentSummary, line: &DocumentLine) -> Vec<String> {
    let order_number = line.order_number.as_ref();
    let order_number = order_number.filter(|_| head.order_number.is_none());
    let named = [
        ("invoice-order-number", order_number),
        ("invoice-cost-centre", line.cost_centre.as_ref()),
    ];
    let words = named.into_iter().filter_map(|(key, value)| {
        let args = i18n::Args::new().with("number", value?.as_str());
        Some(i18n::tr(locale, key, &args))
    });
    let rates = line.rates.iter().map(|rate| rate_words(locale, rate));
    words.chain(rates).collect()
}

/// How the amount of a line comes about, part by part: `up to 10 seats: 10 seats × €5.00 = €50.00`.
#[must_use]
pub fn comes_about(locale: Locale, line: &DocumentLine, known: &LineBreakdown) -> Vec<String> {
    let [one, many] = &known.units;
    let words = PriceWords::of(locale, line.amount.currency, one, many);
    let parts = words.parts(&known.model, &known.parts).into_iter();
    let text = |(words, part): (PartWords, &Part)| match words.detail.as_str() {
        "" => format!("{}: {}", words.label, words.amount),
        detail if part.amount.is_zero() => format!("{}: {detail}", words.label),
        detail => format!("{}: {detail} = {}", words.label, words.amount),
    };
    parts.zip(&known.parts).map(text).collect()
}

/// An exchange rate as documents name it: `1 USD = 0.92 EUR, rate of 1 Mar 2024 (ECB)`.
#[must_use]
pub fn rate_words(locale: Locale, rate: &FxUse) -> String {
    let (value, on) = (
        format::decimal(locale, rate.rate),
        format::date(locale, rate.on),
    );
    let args = i18n::Args::new()
        .with("base", rate.base.code())
        .with("quote", rate.quote.code())
        .with("rate", value.as_str())
        .with("date", on.as_str());
    let words = i18n::tr(locale, "invoice-rate", &args);
    match rate.source.as_str() {
        "" => words,
        source => format!("{words} ({source})"),
    }
}

/// At which rate a document went into the books of its seller, where those are in another currency.
#[must_use]
pub fn book_rate_words(locale: Locale, document: &Document) -> Option<String> {
    let rate = rate_words(locale, document.book_rate.as_ref()?);
    let args = i18n::Args::new()
        .with("seller", document.parties.seller.name.as_str())
        .with("rate", rate.as_str());
    Some(i18n::tr(locale, "invoice-book-rate", &args))
}

/// The tax in the currency of the seller's books, where the document is in another one.
fn tax_in_books(document: &Document) -> Result<Option<TaxInCurrency>> {
    let tax = document.summary.tax;
    let Some(rate) = document.book_rate.as_ref().filter(|_| !tax.is_zero()) else {
        return Ok(None);
    };
    let exact = decimal::mul(tax.to_decimal(), rate.rate)?;
    Ok(Some(TaxInCurrency {
        amount: Money::from_exact(exact, rate.quote, Rounding::HalfUp)?,
        rate: rate.rate,
        date: rate.on,
    }))
}

/// The paper that letters are printed on where the seller is.
pub(crate) fn paper_of(country: &str) -> Paper {
    match country {
        "CA" | "MX" | "PH" | "PR" | "US" => Paper::Letter,
        _ => Paper::A4,
    }
}

fn treatment(document: &Document, rate: &TaxRate, percent: Decimal) -> TaxTreatment {
    let parties = &document.parties;
    let text = |key: &str| i18n::text(document.locale, key).into_owned();
    let abroad = || {
        if in_eu(&parties.seller.country) {
            text("invoice-reason-abroad")
        } else {
            text("tax-reason-abroad")
        }
    };
    let decided = !rate.place.is_empty();
    match rate.kind {
        TaxKind::Standard if decided => {
            TaxTreatment::RateOf(percent.normalize(), rate.place.clone())
        }
        TaxKind::Standard => TaxTreatment::Rate(percent.normalize()),
        TaxKind::ReverseCharge => TaxTreatment::ReverseCharge,
        TaxKind::Exempt if decided || rate.reference.is_some() => {
            TaxTreatment::Exempt(why_exempt(document.locale, rate))
        }
        TaxKind::Exempt if in_eu(&parties.seller.country) && !in_eu(&parties.buyer.country) => {
            TaxTreatment::OutsideScope(text("invoice-reason-abroad"))
        }
        TaxKind::Exempt => TaxTreatment::Exempt(String::new()),
        TaxKind::OutOfScope if rate.reason.as_deref() == Some(WITH_INVOICE) => {
            TaxTreatment::WithInvoice
        }
        TaxKind::OutOfScope => TaxTreatment::OutsideScope(match rate.reason.as_deref() {
            Some("abroad") => abroad(),
            Some("no_registration") => i18n::tr(
                document.locale,
                "tax-reason-no-registration",
                &i18n::Args::new().with("place", place_name(&rate.place, document.locale)),
            ),
            _ => String::new(),
        }),
    }
}

/// Why a rule has found something exempt.
fn why_exempt(locale: Locale, rate: &TaxRate) -> String {
    let args = i18n::Args::new()
        .with("place", place_name(&rate.place, locale))
        .with("number", rate.reference.as_deref().unwrap_or_default());
    match rate.reason.as_deref() {
        Some("certificate") => i18n::tr(locale, "tax-reason-certificate", &args),
        Some("small_business") => i18n::tr(locale, "tax-reason-small-business", &args),
        Some("not_taxable") => i18n::tr(locale, "tax-reason-not-taxable", &args),
        _ => String::new(),
    }
}

/// For whom a document is.
pub(crate) fn printed_buyer(party: &Party, locale: Locale) -> Buyer {
    Buyer {
        name: party.name.clone(),
        address: party_lines(party, locale),
        tax_id: text_of(&party.tax, "tax_id"),
    }
}

/// Who issues a document, in today's look.
pub(crate) fn printed_seller(party: &Party, account: &Account, locale: Locale) -> Seller {
    Seller {
        name: party.name.clone(),
        address: party_lines(party, locale),
        tax_id: text_of(&party.tax, "tax_id"),
        tax_name: text_of(&party.tax, "name").unwrap_or_default(),
        tax_number: None,
        register: text_of(&party.tax, "registration"),
        management: None,
        email: party.email.clone(),
        phone: None,
        web: account.host.clone(),
        bank: bank_of(party),
        colour: Colour::parse(&account.brand.color).unwrap_or(Colour::INK),
        logo: Logo::of_name(&party.name),
    }
}

/// Where somebody is paid.
fn bank_of(party: &Party) -> Option<BankAccount> {
    let bank = BankAccount {
        holder: text_of(&party.bank, "holder").unwrap_or_else(|| party.name.clone()),
        bank: text_of(&party.bank, "bank"),
        iban: text_of(&party.bank, "iban"),
        bic: text_of(&party.bank, "bic"),
        account: None,
    };
    (bank.iban.is_some() || bank.bank.is_some()).then_some(bank)
}

/// Where to transfer money to; none when the seller has no bank account on file.
pub(crate) fn transfer_of(seller: &Account, reference: impl Display) -> Option<Transfer> {
    let iban = seller.bank.iban.trim();
    (!iban.is_empty()).then(|| Transfer {
        account: iban.to_owned(),
        reference: reference.to_string(),
    })
}

/// The address of an account in lines, its name first, the country in the reader's language last.
pub(crate) fn address_lines(account: &Account, locale: Locale) -> Vec<String> {
    let mut lines = vec![account.name.clone()];
    lines.extend(account.address.lines(&account.country, locale));
    lines
}

fn party_lines(party: &Party, locale: Locale) -> Vec<String> {
    let address: Address = serde_json::from_value(party.address.clone()).unwrap_or_default();
    address.lines(&party.country, locale)
}

fn text_of(value: &Value, name: &str) -> Option<String> {
    value
        .get(name)?
        .as_str()
        .map(str::trim)
        .filter(|text| !text.is_empty())
        .map(str::to_owned)
}
