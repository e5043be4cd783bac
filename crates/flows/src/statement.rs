//! Statements of account as a file for people and one for programs.

use tradewind_accounts::types::Account;
use tradewind_billing::{
    service::{StatementOf, party_of, statement_get},
    types::{EntryKind, Statement, StatementMovement},
};
use tradewind_documents::{
    csv::CsvWriter,
    format, i18n,
    pdf::{self, Aged, DocumentKind, InvoiceDocument, Line, LineGroup, Terms, Totals},
};
use tradewind_kernel::{
    Date, Error, Locale, Money, Result,
    calendar::{Period, add_days},
    id::number,
};
use tradewind_platform::{OpCtx, Platform};

use crate::document::{paper_of, printed_buyer, printed_seller};

const HEADER: [&str; 10] = [
    "date",
    "kind",
    "taken_back",
    "document",
    "number",
    "reference",
    "amount",
    "credit",
    "balance",
    "currency",
];

/// What a movement is called: `Payment`, `Write-off taken back`.
#[must_use]
pub fn movement_name(locale: Locale, movement: &StatementMovement) -> String {
    let code = movement.kind.as_str().replace('_', "-");
    let back = format!("statement-back-{code}");
    let known = i18n::Catalogue::embedded().has(locale, &back);
    let key = if movement.taken_back && known {
        back
    } else {
        format!("statement-kind-{code}")
    };
    i18n::text(locale, &key).into_owned()
}

/// What a movement is about: the document's number, the payment's reference, the credit that was used.
#[must_use]
pub fn movement_about(locale: Locale, movement: &StatementMovement) -> String {
    let mut about: Vec<String> = Vec::new();
    about.extend(movement.number.clone());
    about.extend(movement.reference.clone());
    if movement.kind == EntryKind::CreditUsed {
        let used = movement.credit.neg().unwrap_or(movement.credit);
        let used = format::money(locale, used);
        let args = i18n::Args::new().with("amount", used.as_str());
        about.push(i18n::tr(locale, "statement-credit-used", &args));
    }
    about.join(" · ")
}

/// A statement as a PDF in the buyer's language, with the name of its file.
///
/// # Errors
/// As [`statement_get`].
pub async fn statement_pdf(
    p: &Platform,
    ctx: &OpCtx,
    of: &StatementOf,
) -> Result<(String, Vec<u8>)> {
    let statement = statement_get(p, ctx, of).await?;
    let parties = (of.seller_id, of.buyer_id);
    // Who may see the statement may see what is printed of both.
    let (seller, buyer) = p
        .read(ctx, &parties, |w, (seller, buyer)| {
            Box::pin(async move {
                Ok((
                    tradewind_accounts::service::account_facts(w, *seller).await?,
                    tradewind_accounts::service::account_facts(w, *buyer).await?,
                ))
            })
        })
        .await?;
    let today = ctx.now.date_in(&seller.zone);
    let printed = printed(&statement, &seller, &buyer, today)?;
    // Setting pages is work for a processor, not for the threads that answer requests.
    let rendered = tokio::task::spawn_blocking(move || {
        pdf::render(&printed).map(|bytes| (pdf::file_name(&printed), bytes))
    });
    rendered.await.map_err(Error::internal)?
}

/// The balance before is the first line, so that the lines come to the balance after.
fn printed(
    statement: &Statement,
    seller: &Account,
    buyer: &Account,
    today: Date,
) -> Result<InvoiceDocument> {
    let locale = buyer.locale;
    let zero = Money::zero(statement.currency);
    let line = |date, description: String, detail, amount, balance| Line {
        description,
        detail,
        parts: Vec::new(),
        date: Some(date),
        period: None,
        quantity: None,
        unit_price: None,
        tax: None,
        amount,
        balance: Some(balance),
    };
    let before = i18n::text(locale, "statement-opening").into_owned();
    let opening = statement.opening;
    let mut lines = vec![line(statement.from, before, None, opening, opening)];
    lines.extend(statement.movements.iter().map(|one| {
        let about = movement_about(locale, one);
        let about = (!about.is_empty()).then_some(about);
        let name = movement_name(locale, one);
        line(one.posted_on, name, about, one.amount, one.balance)
    }));
    let aged = |(word, amount): (&str, Money)| Aged {
        label: i18n::text(locale, &format!("statement-age-{word}")).into_owned(),
        amount,
    };
    let (seller_party, buyer_party) = (party_of(seller), party_of(buyer));
    let customer = number(buyer.id);
    Ok(InvoiceDocument {
        locale,
        paper: paper_of(&seller.country),
        kind: DocumentKind::Statement,
        number: format!("{customer} {}", statement.until),
        currency: statement.currency,
        issued: today,
        due: None,
        service_period: Some(Period {
            start: statement.from,
            end: add_days(statement.until, 1)?,
        }),
        customer_number: Some(customer.clone()),
        reference: None,
        seller: printed_seller(&seller_party, seller, locale),
        buyer: printed_buyer(&buyer_party, locale),
        groups: vec![LineGroup {
            title: String::new(),
            lines,
            subtotal: statement.closing,
        }],
        discounts: Vec::new(),
        taxes: Vec::new(),
        tax_in_currency: None,
        totals: Totals {
            net: statement.closing,
            tax: zero,
            gross: statement.closing,
            balance: statement.closing,
        },
        ageing: statement.ageing.buckets().map(aged).to_vec(),
        payments: Vec::new(),
        terms: Terms::Various,
        payment_reference: Some(customer),
        notes: Vec::new(),
    })
}

/// A statement as CSV: the balance before, every movement with the balance after it, the balance at the end.
///
/// # Errors
/// As [`statement_get`].
pub async fn statement_csv(
    p: &Platform,
    ctx: &OpCtx,
    of: &StatementOf,
) -> Result<(String, Vec<u8>)> {
    let statement = statement_get(p, ctx, of).await?;
    let name = format!("{}-{}.csv", number(statement.buyer_id), statement.until);
    let mut csv = CsvWriter::new(Vec::new(), &HEADER)?;
    let code = statement.currency.code();
    let total = |csv: &mut CsvWriter<Vec<u8>>, day: Date, kind: &str, balance: Money| {
        csv.date(day).text(kind);
        for _ in 0..6 {
            csv.empty();
        }
        csv.decimal(balance.to_decimal()).text(code);
        csv.end_row()
    };
    total(&mut csv, statement.from, "opening", statement.opening)?;
    for one in &statement.movements {
        csv.date(one.posted_on)
            .text(one.kind.as_str())
            .text(if one.taken_back { "yes" } else { "" })
            .text(&one.document_id)
            .text(one.number.as_deref().unwrap_or_default())
            .text(one.reference.as_deref().unwrap_or_default())
            .decimal(one.amount.to_decimal())
            .decimal(one.credit.to_decimal())
            .decimal(one.balance.to_decimal())
            .text(code);
        csv.end_row()?;
    }
    total(&mut csv, statement.until, "closing", statement.closing)?;
    Ok((name, csv.finish()?))
}
