//! Credit notes, issued by hand.

use tradewind_billing::service::{self as billing, CreditNote, Reissue};
use tradewind_billing::types::{CreditDestination, CreditLine, Document, LineLeft};
use tradewind_kernel::decimal::{Limits, parse_decimal};
use tradewind_kernel::id::InvoiceId;
use tradewind_kernel::money::Money;
use tradewind_kernel::{Problems, Result};

use super::desk::Desk;
use crate::form::Sent;
use crate::respond::{self, Answer};
use crate::session::Id;
use crate::view::panel::{CreditNotePage, CreditableLine};
use crate::view::shared::FormState;

/// Quantities as items have them.
const UNITS: Limits = Limits::new(12, 15).non_negative();

/// `GET /panel/invoices/{id}/credit`.
pub(crate) async fn form(desk: Desk, Id(id): Id<InvoiceId>) -> Answer {
    let (document, left) = facts(&desk, id).await?;
    let form = FormState::of([("destination", "debt")]);
    respond::page(page(&desk, &document, &left, form).page(desk.app()))
}

async fn facts(desk: &Desk, id: InvoiceId) -> Result<(Document, Vec<LineLeft>)> {
    let document = billing::invoice_get(desk.p(), &desk.ctx, id).await?;
    let left = billing::invoice_left(desk.p(), &desk.ctx, id).await?;
    Ok((document, left))
}

fn page(desk: &Desk, document: &Document, left: &[LineLeft], form: FormState) -> CreditNotePage {
    let t = desk.t();
    let one = &document.summary;
    let zero = Money::zero(one.gross.currency);
    let lines = document.lines.iter().map(|line| {
        let rest = left.iter().find(|left| left.no == line.no);
        CreditableLine {
            no: line.no,
            text: line.description.clone().into(),
            detail: t.period(line.period.start, line.period.end),
            units: rest
                .and_then(|rest| rest.quantity)
                .map(|units| (t.num(units), line.unit.clone().into())),
            billed: line.amount,
            left: rest.map_or(zero, |rest| rest.amount),
        }
    });
    CreditNotePage {
        invoice: one.id.to_string().into(),
        number: one.number.clone().into(),
        buyer: document.parties.buyer.name.clone().into(),
        open: one.balance.as_ref().map_or(zero, |balance| balance.open),
        currency: one.gross.currency,
        lines: lines.collect(),
        form,
    }
}

/// `POST /panel/invoices/{id}/credit`: what is filled in of each line, or everything when nothing is.
pub(crate) async fn issue(desk: Desk, Id(id): Id<InvoiceId>, sent: Sent) -> Answer {
    let (document, left) = facts(&desk, id).await?;
    let (lines, asked) = wanted(&document, &sent);
    let outcome = match asked {
        Ok(destination) => {
            let input = CreditNote {
                invoice_id: id,
                lines: (!lines.is_empty()).then(|| lines.clone()),
                destination,
                reason: sent.get("reason").to_owned(),
            };
            billing::credit_note_for(desk.p(), &desk.ctx, &input).await
        }
        Err(error) => Err(error),
    };
    match outcome {
        Ok(noted) => {
            let t = desk.t();
            let text = t.with(
                "credit-note-issued",
                &[("number", &noted.number), ("amount", &t.money(noted.gross))],
            );
            let here = format!("/panel/invoices/{}", noted.id);
            Ok(respond::saying(here, true, &text))
        }
        Err(error) => {
            let field = |field: &str| field_of(field, &lines);
            let form = respond::blame(&desk.t(), sent.state(), error, field)?;
            respond::again(page(&desk, &document, &left, form).page(desk.app()))
        }
    }
}

/// What was filled in.
fn wanted(document: &Document, sent: &Sent) -> (Vec<CreditLine>, Result<CreditDestination>) {
    let currency = document.summary.gross.currency;
    let mut problems = Problems::new();
    let mut lines = Vec::new();
    for line in &document.lines {
        let (quantity, amount) = (
            format!("quantity.{}", line.no),
            format!("amount.{}", line.no),
        );
        let quantity = sent
            .some(&quantity)
            .and_then(|text| problems.check(parse_decimal(&quantity, &text, &UNITS)));
        let amount = sent
            .some(&amount)
            .and_then(|text| problems.check(Money::parse_amount(&amount, &text, currency)));
        if quantity.is_some() || amount.is_some() {
            lines.push(CreditLine {
                no: line.no,
                quantity,
                amount,
            });
        }
    }
    let destination = sent.get("destination").parse::<CreditDestination>();
    let destination = problems.finish().and(destination);
    (lines, destination)
}

/// Where a fact of the input stands in the form: `lines[0].amount` is `amount.N` of the first line that was filled in.
fn field_of(field: &str, lines: &[CreditLine]) -> String {
    let named = field
        .strip_prefix("lines[")
        .and_then(|rest| rest.split_once("]."))
        .and_then(|(at, name)| Some((lines.get(at.parse::<usize>().ok()?)?, name)));
    match named {
        Some((line, name)) => format!("{name}.{}", line.no),
        None => field.to_owned(),
    }
}

/// `POST /panel/invoices/{id}/reissue`: it is taken back, and issued anew.
pub(crate) async fn reissue(desk: Desk, Id(id): Id<InvoiceId>, sent: Sent) -> Answer {
    let input = Reissue {
        invoice_id: id,
        reason: sent.get("reason").to_owned(),
    };
    match billing::invoice_reissue(desk.p(), &desk.ctx, &input).await {
        Ok(new) => {
            let named = [
                ("number", new.number.as_str()),
                ("note", new.note_number.as_str()),
            ];
            let text = desk.t().with("reissue-done", &named);
            let there = format!("/panel/invoices/{}", new.id);
            Ok(respond::saying(there, true, &text))
        }
        refused => respond::changed(
            &desk,
            refused,
            format!("/panel/invoices/{id}"),
            "said-saved",
        ),
    }
}
