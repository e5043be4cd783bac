//! Invoices both ways, one on paper, and payments by bank transfer.

use axum::response::IntoResponse;
use http::header;
use tradewind_billing::service::{self as billing, ListQuery, TransferRecord};
use tradewind_billing::types::{
    Document, DocumentKind, DocumentSummary, Payment, PaymentKind, PaymentState,
};
use tradewind_flows::document::{book_rate_words, invoice_pdf, on_behalf};
use tradewind_kernel::id::{AccountId, InvoiceId, SubscriptionId};
use tradewind_kernel::money::Money;
use tradewind_kernel::time::parse_date;
use tradewind_kernel::{Error, Result};
use tradewind_policy::Action;

use super::super::detail;
use super::super::my::invoices::{related, reminder};
use super::super::names::{Mentions, Names};
use super::super::paper::{self, other};
use super::super::{
    party::{party, tax_word},
    price::tax_name,
};
use super::desk::{Desk, all, permit};
use super::refunds;
use crate::form::Sent;
use crate::respond::{self, Answer, changed};
use crate::session::Id;
use crate::view::kit::Txt;
use crate::view::panel::{PaymentRow, PaymentsPage, RecordPaymentPage};
use crate::view::shared::{FormState, InvoicePage, InvoiceRow, InvoicesPage, Ledgerside, TaxLine};
use crate::view::shell::Permit;

/// `GET /panel/invoices`: those that the reader's account has issued.
pub(crate) async fn issued(desk: Desk) -> Answer {
    list(desk, Ledgerside::Issued).await
}

/// `GET /panel/invoices/received`.
pub(crate) async fn received(desk: Desk) -> Answer {
    list(desk, Ledgerside::Received).await
}

/// The filter behind a state of the picker; `overdue` is what is open and due already.
fn state_term(desk: &Desk) -> String {
    match desk.ask("state") {
        "open" => "status:open".to_owned(),
        "overdue" => format!("status:open due<{}", desk.today()),
        "paid" => "status:paid".to_owned(),
        "void" => "status:credited".to_owned(),
        "written_off" => "status:written_off".to_owned(),
        _ => String::new(),
    }
}

async fn list(desk: Desk, side: Ledgerside) -> Answer {
    let own = match side {
        Ledgerside::Issued => format!("seller:{}", desk.account()),
        _ => format!("buyer:{}", desk.account()),
    };
    let query = ListQuery {
        filter: all(&[&own, &state_term(&desk), &desk.search("number")]),
        sort: String::new(),
        page: desk.page()?,
    };
    let found = billing::invoice_list(desk.p(), &desk.ctx, &query).await?;
    let page = InvoicesPage {
        rows: rows(&desk, &found.items).await?,
        side,
        state: desk.list(found.next),
        sums: Vec::new(),
        statement: (side == Ledgerside::Received && desk.buys.is_some())
            .then_some("/panel/statement"),
        notices: Vec::new(),
    };
    respond::page(page.page(desk.app()))
}

/// Rows for documents.
async fn rows(desk: &Desk, found: &[DocumentSummary]) -> Result<Vec<InvoiceRow>> {
    let me = desk.account();
    let other = |one: &DocumentSummary| {
        if one.buyer_id == me {
            one.seller_id
        } else {
            one.buyer_id
        }
    };
    let names = Names::of(
        desk.p(),
        &desk.ctx,
        &Mentions::accounts(found.iter().map(other)),
    )
    .await?;
    let row = |one: &DocumentSummary| InvoiceRow {
        id: one.id.to_string().into(),
        number: one.number.clone().into(),
        kind: one.kind.as_str().into(),
        party: names.account(other(one)),
        date: one.issued_on,
        due: one.due_on,
        state: state(desk, one),
        total: one.gross,
        open: one
            .balance
            .as_ref()
            .map_or(Money::zero(one.gross.currency), |balance| balance.open),
    };
    Ok(found.iter().map(row).collect())
}

fn state(desk: &Desk, one: &DocumentSummary) -> Txt {
    match one.balance.as_ref().map(|balance| balance.status.as_str()) {
        Some("open") if one.due_on < desk.today() => "overdue".into(),
        Some("open") => "open".into(),
        Some("credited") => "void".into(),
        Some(other) => other.to_owned().into(),
        None => "issued".into(),
    }
}

/// Documents that one account got.
pub(crate) async fn of_buyer(desk: &Desk, buyer: AccountId) -> Result<Vec<InvoiceRow>> {
    let query = ListQuery {
        filter: format!("buyer:{buyer}"),
        sort: String::new(),
        page: desk.page()?,
    };
    let found = billing::invoice_list(desk.p(), &desk.ctx, &query).await?;
    rows(desk, &found.items).await
}

/// Documents with charges of a subscription.
pub(crate) async fn of_subscription(desk: &Desk, id: SubscriptionId) -> Result<Vec<InvoiceRow>> {
    let found = billing::invoices_about(desk.p(), &desk.ctx, id, None, &desk.page()?).await?;
    rows(desk, &found.items).await
}

/// `GET /panel/invoices/{id}`.
pub(crate) async fn show(desk: Desk, Id(id): Id<InvoiceId>) -> Answer {
    let document = billing::invoice_get(desk.p(), &desk.ctx, id).await?;
    let payments = billing::payments_of_invoice(desk.p(), &desk.ctx, id).await?;
    let mut page = paper(&desk, &document, &payments).await?;
    page.notes = related(&desk, id, "/panel").await?;
    let ours = ours(&desk, &document.summary);
    let edit = ours && desk.may_at_home(Action::InvoiceIssue);
    page.reminder = reminder(&desk, &document.summary, edit).await?;
    respond::page(page.page(desk.app()))
}

async fn paper(desk: &Desk, document: &Document, payments: &[Payment]) -> Result<InvoicePage> {
    let t = desk.t();
    let one = &document.summary;
    let currency = one.gross.currency;
    let open = one
        .balance
        .as_ref()
        .map_or(Money::zero(currency), |balance| balance.open);
    let paid = payments
        .iter()
        .filter(|payment| payment.state == PaymentState::Succeeded && !payment.applied.is_zero())
        .map(|payment| {
            let at = payment.settled_at.unwrap_or(payment.created_at);
            (at, method(desk, payment.kind), payment.applied)
        });
    let ours = ours(desk, one);
    let tax = tax_word(desk.ctx.locale, &document.parties.seller);
    Ok(InvoicePage {
        base: "/panel",
        vat: tax.is_vat,
        id: one.id.to_string().into(),
        number: one.number.clone().into(),
        kind: one.kind.as_str().into(),
        state: state(desk, one),
        date: one.issued_on,
        due: one.due_on,
        period: Some((one.period.start, one.period.end)),
        seller: party(&document.parties.seller, desk.ctx.locale),
        buyer: party(&document.parties.buyer, desk.ctx.locale),
        reference: document
            .summary
            .order_number
            .clone()
            .unwrap_or_default()
            .into(),
        currency,
        groups: paper::groups(desk, &tax, document).await?,
        net: one.net,
        taxes: document
            .tax_summary
            .iter()
            .map(|line| TaxLine {
                name: tax_name(&t, &tax, &line.rate),
                base: line.net,
                tax: line.tax,
            })
            .collect(),
        total: one.gross,
        payments: paid.collect(),
        open,
        terms: terms(desk, document),
        detail_csv: Some(format!("/panel/invoices/{}/details.csv", one.id).into()),
        pay: None,
        record: permit(ours && !open.is_zero() && desk.may_at_home(Action::PaymentRecord)),
        resend: Permit::Hidden,
        notes: Vec::new(),
        credit: permit(
            ours && one.kind == DocumentKind::Invoice && desk.may_at_home(Action::InvoiceIssue),
        ),
        reissue: permit(
            ours && one.kind == DocumentKind::Invoice
                && document.replaced_by.is_none()
                && desk.may_at_home(Action::InvoiceIssue),
        ),
        replaces: other(document.replaces.as_ref(), "/panel"),
        replaced_by: other(document.replaced_by.as_ref(), "/panel"),
        write_off: permit(
            ours && desk.may_at_home(Action::InvoiceIssue)
                && one.balance.as_ref().is_some_and(|balance| {
                    !balance.open.is_zero() || !balance.written_off.is_zero()
                }),
        ),
        reminder: None,
        history: Vec::new(),
    })
}

/// Whether the reader sells by a document, or collects it for the seller.
fn ours(desk: &Desk, one: &DocumentSummary) -> bool {
    let collector = one
        .balance
        .as_ref()
        .and_then(|balance| balance.collector_id);
    one.seller_id == desk.account() || collector == Some(desk.account())
}

fn terms(desk: &Desk, document: &Document) -> Vec<Txt> {
    let days = u32::try_from(document.payment_terms_days).unwrap_or(0);
    let mut terms = vec![desk.t().count("days-to-pay", days)];
    if document.parties.collector.is_some() {
        let credit = document.summary.kind == DocumentKind::CreditNote;
        terms.push(on_behalf(desk.ctx.locale, &document.parties, credit).into());
    }
    terms.extend(book_rate_words(desk.ctx.locale, document).map(Into::into));
    terms
}

/// `GET /panel/invoices/{id}/pdf`.
pub(crate) async fn pdf(desk: Desk, Id(id): Id<InvoiceId>) -> Answer {
    let (name, bytes) = invoice_pdf(desk.p(), &desk.ctx, id).await?;
    let safe: String = name
        .chars()
        .filter(|letter| letter.is_ascii_alphanumeric() || "-_.".contains(*letter))
        .collect();
    let headers = [
        (header::CONTENT_TYPE, "application/pdf".to_owned()),
        (
            header::CONTENT_DISPOSITION,
            format!("inline; filename=\"{safe}\""),
        ),
    ];
    Ok((headers, bytes).into_response())
}

/// `GET /panel/invoices/{id}/details.csv`: the exact charges behind the lines.
pub(crate) async fn details(desk: Desk, Id(id): Id<InvoiceId>) -> Answer {
    detail::csv(&desk, id).await
}

fn method(desk: &Desk, kind: PaymentKind) -> Txt {
    desk.t().code("payment-kind", kind.as_str())
}

/// `GET /panel/payments`.
pub(crate) async fn payments(desk: Desk) -> Answer {
    let page = match desk.ask("view") {
        "received" => came(&desk, "state:succeeded kind:card,transfer,credit").await?,
        "failed" => came(&desk, "state:failed").await?,
        "refunds" => refunds::rows(&desk).await?,
        "collected" => awaited(&desk, "collector").await?,
        _ => awaited(&desk, "seller").await?,
    };
    respond::page(page.page(desk.app()))
}

async fn came(desk: &Desk, state: &str) -> Result<PaymentsPage> {
    let own = format!("seller:{}", desk.account());
    let query = ListQuery {
        filter: all(&[&own, state]),
        sort: String::new(),
        page: desk.page()?,
    };
    let found = billing::payment_list(desk.p(), &desk.ctx, &query).await?;
    let payers = Mentions::accounts(found.items.iter().map(|one| one.payer_id));
    let names = Names::of(desk.p(), &desk.ctx, &payers).await?;
    let rows = found.items.iter().map(|one| PaymentRow {
        invoice: match one.invoice_id {
            Some(id) => (
                super::super::order::number(id),
                format!("/panel/invoices/{id}").into(),
            ),
            None => (
                one.reference.clone().unwrap_or_default().into(),
                "/panel/payments?view=received".into(),
            ),
        },
        payer: names.account(one.payer_id),
        method: method(desk, one.kind),
        at: Some(one.settled_at.unwrap_or(one.created_at)),
        due: None,
        state: one.state.as_str().into(),
        amount: one.amount,
        record: None,
        payment: Some(one.id.to_string().into()),
        refund: None,
    });
    Ok(PaymentsPage {
        rows: rows.collect(),
        state: desk.list(found.next),
    })
}

async fn awaited(desk: &Desk, side: &str) -> Result<PaymentsPage> {
    let own = format!("{side}:{} status:open kind:invoice", desk.account());
    let query = ListQuery {
        filter: all(&[&own, &desk.search("number")]),
        sort: "due".to_owned(),
        page: desk.page()?,
    };
    let found = billing::invoice_list(desk.p(), &desk.ctx, &query).await?;
    let payers = Mentions::accounts(found.items.iter().map(|one| one.buyer_id));
    let names = Names::of(desk.p(), &desk.ctx, &payers).await?;
    let rows = found.items.iter().map(|one| PaymentRow {
        invoice: (
            one.number.clone().into(),
            format!("/panel/invoices/{}", one.id).into(),
        ),
        payer: names.account(one.buyer_id),
        method: Txt::default(),
        at: None,
        due: Some(one.due_on),
        state: state(desk, one),
        amount: one
            .balance
            .as_ref()
            .map_or(one.gross, |balance| balance.open),
        record: Some(one.id.to_string().into()),
        payment: None,
        refund: None,
    });
    Ok(PaymentsPage {
        rows: rows.collect(),
        state: desk.list(found.next),
    })
}

/// `GET /panel/payments/new?invoice=…`.
pub(crate) async fn payment_form(desk: Desk) -> Answer {
    let id: InvoiceId = desk.ask("invoice").parse().map_err(|_| Error::NotFound {
        kind: "invoice",
        id: desk.ask("invoice").chars().take(60).collect(),
    })?;
    let document = billing::invoice_get(desk.p(), &desk.ctx, id).await?;
    let open = open_of(&document);
    let form = FormState::of([
        ("amount", &open.amount()),
        ("received", &desk.today().to_string()),
    ]);
    let page = record_page(&document, form);
    respond::page(page.page(desk.app()))
}

fn open_of(document: &Document) -> Money {
    let one = &document.summary;
    one.balance
        .as_ref()
        .map_or(Money::zero(one.gross.currency), |balance| balance.open)
}

fn record_page(document: &Document, form: FormState) -> RecordPaymentPage {
    RecordPaymentPage {
        invoice: document.summary.id.to_string().into(),
        number: document.summary.number.clone().into(),
        payer: document.parties.buyer.name.clone().into(),
        open: open_of(document),
        form,
    }
}

/// `POST /panel/invoices/{id}/payments`.
pub(crate) async fn record(desk: Desk, Id(id): Id<InvoiceId>, sent: Sent) -> Answer {
    let document = billing::invoice_get(desk.p(), &desk.ctx, id).await?;
    let one = &document.summary;
    let received = sent
        .some("received")
        .map(|day| parse_date("received", &day))
        .transpose();
    let amount = Money::parse_amount("amount", sent.get("amount"), one.gross.currency);
    let done = match amount.and_then(|amount| Ok((amount, received?))) {
        Ok((amount, received_on)) => {
            let input = TransferRecord {
                seller_id: one.seller_id,
                payer_id: one.buyer_id,
                invoice_id: Some(id),
                amount,
                reference: sent.get("bank_reference").to_owned(),
                top_up: false,
                // A seller for whom another collects speaks of its own bank account only.
                receiver_id: (one.seller_id == desk.account()).then_some(one.seller_id),
                received_on,
            };
            billing::transfer_record(desk.p(), &desk.ctx, &input).await
        }
        Err(error) => Err(error),
    };
    match done {
        Ok(payment) => {
            let here = format!("/panel/invoices/{id}");
            changed(&desk, Ok(payment), here, "payment-recorded")
        }
        Err(error) => {
            let form = respond::blame(&desk.t(), sent.state(), error, |field| match field {
                "reference" => "bank_reference".to_owned(),
                "received_on" => "received".to_owned(),
                field => field.to_owned(),
            })?;
            respond::again(record_page(&document, form).page(desk.app()))
        }
    }
}
