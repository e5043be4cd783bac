//! Invoices of the customer.

use axum::response::IntoResponse;
use http::header;
use tradewind_billing::{
    service::{
        BuyerOf, ListQuery, credit_holds, credit_notes_about, invoice_dunning, invoice_get,
        invoice_list, payments_of_invoice,
    },
    types::{BalanceStatus, Document, DocumentKind, DocumentSummary, Parties, PaymentState},
};
use tradewind_flows::document::{invoice_pdf, on_behalf};
use tradewind_kernel::{Money, Result, id::InvoiceId};
use tradewind_policy::Action;

use super::{
    super::{
        detail,
        paper::{self, other},
        party::{party, tax_word},
        price,
    },
    orders,
};
use crate::{
    respond::{self, Answer},
    session::{Customer, Id, Visit},
    view::{
        kit::Txt,
        shared::{
            InvoicePage, InvoiceRow, InvoicesPage, Ledgerside, NextReminder, RelatedNote, TaxLine,
        },
        shell::Permit,
    },
};

/// What is still owed on a document.
pub(in super::super) fn open(document: &DocumentSummary) -> Money {
    document.balance.as_ref().map_or_else(
        || Money::zero(document.gross.currency),
        |balance| balance.open,
    )
}

/// The state of a document as it is shown.
pub(in super::super) fn state(visit: &Visit, document: &DocumentSummary) -> &'static str {
    match &document.balance {
        None => "issued",
        Some(balance) => match balance.status {
            BalanceStatus::Open if document.due_on < visit.today() => "overdue",
            BalanceStatus::Open => "open",
            BalanceStatus::Paid => "paid",
            BalanceStatus::Credited => "void",
            BalanceStatus::WrittenOff => "written_off",
        },
    }
}

/// An invoice in a list.
pub(in super::super) fn row(visit: &Visit, document: &DocumentSummary, party: Txt) -> InvoiceRow {
    InvoiceRow {
        id: document.id.to_string().into(),
        number: document.number.clone().into(),
        kind: document.kind.as_str().into(),
        party,
        date: document.issued_on,
        due: document.due_on,
        state: state(visit, document).into(),
        total: document.gross,
        open: open(document),
    }
}

/// The choices of a list of invoices in the filter language.
pub(in super::super) fn filter(visit: &Visit) -> String {
    let mut terms = Vec::new();
    match visit.ask("state") {
        "open" => terms.push("status:open".to_owned()),
        "overdue" => terms.push(format!("status:open due<{}", visit.today())),
        "paid" => terms.push("status:paid".to_owned()),
        "void" => terms.push("status:credited".to_owned()),
        "written_off" => terms.push("status:written_off".to_owned()),
        _ => {}
    }
    let number = visit.ask("q").replace(['"', '\\'], "");
    if !number.is_empty() {
        terms.push(format!("number:\"{number}\""));
    }
    terms.join(" ")
}

/// The order of a list of invoices.
pub(in super::super) fn sort(visit: &Visit) -> String {
    match visit.ask("sort") {
        "number" => "number",
        "-number" => "-number",
        "date" => "issued",
        "-date" => "-issued",
        "due" => "due",
        "-due" => "-due",
        _ => "",
    }
    .to_owned()
}

pub(super) async fn list(Customer(visit): Customer) -> Answer {
    let query = ListQuery {
        filter: format!("buyer:{} {}", visit.account(), filter(&visit)),
        sort: sort(&visit),
        page: orders::page_of(&visit)?,
    };
    let found = invoice_list(visit.p(), &visit.ctx, &query).await?;
    let page = InvoicesPage {
        side: Ledgerside::Mine,
        rows: found
            .items
            .iter()
            .map(|document| row(&visit, document, Txt::default()))
            .collect(),
        state: visit.list(found.next),
        sums: Vec::new(),
        statement: Some("/my/statement"),
        notices: holds(&visit).await?,
    };
    respond::page(page.page(visit.app()))
}

/// Why the account's seller takes no new orders from it, and where to pay.
pub(super) async fn holds(visit: &Visit) -> Result<Vec<(Txt, Option<Txt>)>> {
    let Some((seller_id, _)) = visit
        .buys
        .filter(|_| visit.may_at_home(Action::InvoiceView))
    else {
        return Ok(Vec::new());
    };
    let t = visit.t();
    let of = BuyerOf {
        seller_id,
        buyer_id: visit.account(),
    };
    let found = credit_holds(visit.p(), &visit.ctx, of).await?;
    let told = found.into_iter().map(|hold| {
        let behind = hold.invoice_id.zip(hold.invoice_number).zip(hold.open);
        let Some(((id, number), open)) = behind else {
            return (t.with("hold-by-hand", &[("reason", &hold.reason)]), None);
        };
        let args = [
            ("number", &*number),
            ("amount", &*t.money(open).to_string()),
        ];
        let pay = format!("/my/invoices/{id}/pay");
        (t.with("hold-until-paid", &args), Some(pay.into()))
    });
    Ok(told.collect())
}

pub(super) async fn show(Customer(visit): Customer, Id(id): Id<InvoiceId>) -> Answer {
    let document = invoice_get(visit.p(), &visit.ctx, id).await?;
    let page = filled(&visit, &document).await?;
    respond::page(page.page(visit.app()))
}

async fn filled(visit: &Visit, document: &Document) -> Result<InvoicePage> {
    let head = &document.summary;
    let t = visit.t();
    let paid = payments_of_invoice(visit.p(), &visit.ctx, head.id).await?;
    let payments = paid
        .into_iter()
        .filter(|payment| payment.state == PaymentState::Succeeded)
        .map(|payment| {
            let at = payment.settled_at.unwrap_or(payment.created_at);
            let how = t.code("payment-kind", payment.kind.as_str());
            (at, how, payment.applied)
        })
        .collect();
    let owed = open(head);
    let mut terms = Vec::new();
    if !owed.is_zero() {
        terms.push(t.with(
            "invoice-terms-due",
            &[
                ("date", t.date(head.due_on).text()),
                ("number", &head.number),
            ],
        ));
        if document.parties.collector.is_some() {
            let credit = head.kind == DocumentKind::CreditNote;
            terms.push(on_behalf(visit.ctx.locale, &document.parties, credit).into());
        }
        terms.extend(
            bank(visit, &document.parties)
                .into_iter()
                .map(|(name, value)| -> Txt { format!("{name}: {value}").into() }),
        );
    }
    let tax = tax_word(visit.ctx.locale, &document.parties.seller);
    Ok(InvoicePage {
        base: "/my",
        vat: tax.is_vat,
        id: head.id.to_string().into(),
        number: head.number.clone().into(),
        kind: head.kind.as_str().into(),
        state: state(visit, head).into(),
        date: head.issued_on,
        due: head.due_on,
        period: Some((head.period.start, head.period.end)),
        seller: party(&document.parties.seller, visit.ctx.locale),
        buyer: party(&document.parties.buyer, visit.ctx.locale),
        reference: head.order_number.clone().unwrap_or_default().into(),
        currency: head.gross.currency,
        groups: paper::groups(visit, &tax, document).await?,
        net: head.net,
        taxes: document
            .tax_summary
            .iter()
            .map(|line| TaxLine {
                name: price::tax_name(&t, &tax, &line.rate),
                base: line.net,
                tax: line.tax,
            })
            .collect(),
        total: head.gross,
        payments,
        open: owed,
        terms,
        detail_csv: Some(format!("/my/invoices/{}/details.csv", head.id).into()),
        pay: (!owed.is_zero() && visit.may_at_home(Action::PaymentPay))
            .then(|| format!("/my/invoices/{}/pay", head.id).into()),
        record: Permit::Hidden,
        resend: Permit::Hidden,
        notes: related(visit, head.id, "/my").await?,
        credit: Permit::Hidden,
        reissue: Permit::Hidden,
        replaces: other(document.replaces.as_ref(), "/my"),
        replaced_by: other(document.replaced_by.as_ref(), "/my"),
        write_off: Permit::Hidden,
        reminder: reminder(visit, head, false).await?,
        history: Vec::new(),
    })
}

/// What comes next for an invoice that is overdue.
pub(in super::super) async fn reminder(
    visit: &Visit,
    head: &DocumentSummary,
    edit: bool,
) -> Result<Option<NextReminder>> {
    if state(visit, head) != "overdue" {
        return Ok(None);
    }
    let found = invoice_dunning(visit.p(), &visit.ctx, head.id).await?;
    let pause = found.pause.as_ref();
    let promised = pause.and_then(|pause| pause.promised);
    Ok(Some(NextReminder {
        next: found
            .next
            .map(|next| (next.action.as_str().into(), next.on)),
        paused: pause.filter(|_| found.paused).map(|pause| pause.until),
        reason: pause
            .filter(|_| found.paused)
            .map_or(Txt::default(), |pause| pause.reason.clone().into()),
        promise: promised
            .zip(found.promise)
            .map(|(amount, state)| (amount, state.as_str().into())),
        edit,
    }))
}

/// The credit notes of an invoice, or what a credit note takes back, as links below `base`.
pub(in super::super) async fn related(
    visit: &Visit,
    id: InvoiceId,
    base: &str,
) -> Result<Vec<RelatedNote>> {
    let found = credit_notes_about(visit.p(), &visit.ctx, id).await?;
    Ok(found
        .into_iter()
        .map(|note| {
            let (number, other) = if note.note_id == id {
                (note.invoice_number, note.invoice_id)
            } else {
                (note.number, note.note_id)
            };
            RelatedNote {
                document: (number.into(), format!("{base}/invoices/{other}").into()),
                amount: note.gross,
                destination: note.destination.as_str().into(),
                reason: note.reason.into(),
            }
        })
        .collect())
}

fn text(value: &serde_json::Value, name: &str) -> Option<String> {
    let text = value.get(name)?.as_str()?.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

/// Where to transfer money to.
pub(super) fn bank(visit: &Visit, parties: &Parties) -> Vec<(Txt, Txt)> {
    let t = visit.t();
    let payee = parties.collector.as_ref().unwrap_or(&parties.seller);
    [
        ("bank-holder", "holder"),
        ("bank-name", "bank"),
        ("bank-iban", "iban"),
        ("bank-bic", "bic"),
    ]
    .into_iter()
    .filter_map(|(key, name)| Some((t.tr(key), text(&payee.bank, name)?.into())))
    .collect()
}

pub(super) async fn pdf(Customer(visit): Customer, Id(id): Id<InvoiceId>) -> Answer {
    let (name, bytes) = invoice_pdf(visit.p(), &visit.ctx, id).await?;
    let headers = [
        (header::CONTENT_TYPE, "application/pdf".to_owned()),
        (
            header::CONTENT_DISPOSITION,
            format!("inline; filename=\"{}\"", name.replace(['"', '\\'], "")),
        ),
    ];
    Ok((headers, bytes).into_response())
}

/// `GET /my/invoices/{id}/details.csv`: the exact charges behind the lines.
pub(super) async fn details(Customer(visit): Customer, Id(id): Id<InvoiceId>) -> Answer {
    detail::csv(&visit, id).await
}
