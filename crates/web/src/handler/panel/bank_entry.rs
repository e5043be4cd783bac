//! One entry of a bank statement, and what people say about it.

use axum::extract::Path;
use tradewind_accounts::service::relationship_list;
use tradewind_billing::service::{self as billing, BankAssign, BankIgnore, BankShare, ListQuery};
use tradewind_billing::types::{BankDirection, BankEntryDetail, BankEntryPayment, BankEntryState};
use tradewind_kernel::id::{AccountId, BankEntryId, InvoiceId};
use tradewind_kernel::page::{ListRequest, PageRequest};
use tradewind_kernel::{Error, Result};
use tradewind_policy::Action;

use super::super::names::{Mentions, Names};
use super::super::order;
use super::bank::row;
use super::desk::Desk;
use crate::form::Sent;
use crate::respond::{self, Answer};
use crate::session::{Id, Parts2};
use crate::view::kit::Txt;
use crate::view::panel::{BankEntryPage, BankPaidRow, BankSuggestionRow};
use crate::view::shared::FormState;

/// `GET /panel/bank/{id}`.
pub(crate) async fn show(desk: Desk, Id(id): Id<BankEntryId>) -> Answer {
    let page = page(&desk, id, FormState::default()).await?;
    respond::page(page.page(desk.app()))
}

async fn page(desk: &Desk, id: BankEntryId, form: FormState) -> Result<BankEntryPage> {
    let detail = billing::bank_entry_get(desk.p(), &desk.ctx, id).await?;
    let acts = acts(desk, &detail);
    let buyers = if acts.contains(&"account") {
        buyers(desk).await?
    } else {
        Vec::new()
    };
    let paid = detail.payments.iter().chain(&detail.alike);
    let all = paid.map(|one| one.payer_id).chain(buyers.iter().copied());
    let names = Names::of(desk.p(), &desk.ctx, &Mentions::accounts(all)).await?;
    let mut buyers: Vec<(Txt, Txt)> = buyers
        .iter()
        .map(|id| (id.to_string().into(), names.account(*id)))
        .collect();
    buyers.sort_by(|a, b| a.1.cmp(&b.1));
    let paid = |one: &BankEntryPayment| BankPaidRow {
        payment: one.payment_id.to_string().into(),
        invoice: one.invoice_id.map(|invoice| {
            (
                order::number(invoice),
                format!("/panel/invoices/{invoice}").into(),
            )
        }),
        payer: names.account(one.payer_id),
        amount: one.amount,
    };
    Ok(BankEntryPage {
        row: row(&detail.entry),
        account: detail.account.clone().into(),
        reference: detail.entry.reference.clone().into(),
        reason: detail.entry.reason.clone().into(),
        takes_back: detail.entry.direction == BankDirection::Debit,
        payments: detail.payments.iter().map(paid).collect(),
        suggestions: detail
            .suggestions
            .iter()
            .map(|one| BankSuggestionRow {
                invoice: one.invoice_id.to_string().into(),
                number: one.number.clone().into(),
                buyer: one.buyer.clone().into(),
                open: one.open,
                why: [
                    (one.named, "named"),
                    (one.same_amount, "same-amount"),
                    (one.same_payer, "same-payer"),
                ]
                .into_iter()
                .filter_map(|(holds, why)| holds.then_some(why))
                .collect(),
            })
            .collect(),
        alike: detail.alike.iter().map(paid).collect(),
        buyers,
        acts,
        form,
    })
}

/// Those who buy from the reader's account.
async fn buyers(desk: &Desk) -> Result<Vec<AccountId>> {
    let wanted = ListRequest {
        filter: format!("seller:{}", desk.account()),
        sort: String::new(),
        page: PageRequest::new(Some(PageRequest::MAX_LIMIT), None)?,
    };
    let found = relationship_list(desk.p(), &desk.ctx, &wanted).await?;
    Ok(found.items.iter().map(|one| one.buyer).collect())
}

/// What the reader may do with an entry as it stands.
fn acts(desk: &Desk, detail: &BankEntryDetail) -> Vec<&'static str> {
    let ours = detail.entry.seller_id == desk.account();
    if !ours || !desk.may_at_home(Action::PaymentRecord) {
        return Vec::new();
    }
    let known = (!detail.alike.is_empty()).then_some("payment");
    match (detail.entry.state, detail.entry.direction) {
        (BankEntryState::Unmatched, BankDirection::Credit) => {
            let before = ["assign", "account"].into_iter();
            before.chain(known).chain(["ignore"]).collect()
        }
        (BankEntryState::Unmatched, BankDirection::Debit) => {
            known.into_iter().chain(["ignore"]).collect()
        }
        (BankEntryState::Assigned, BankDirection::Debit) | (BankEntryState::Outgoing, _) => {
            Vec::new()
        }
        _ => vec!["undo"],
    }
}

/// `POST /panel/bank/{id}/{act}`.
pub(crate) async fn act(desk: Desk, Path((id, act)): Parts2, sent: Sent) -> Answer {
    let id: BankEntryId = id.parse().map_err(|_| unknown(&id))?;
    match done(&desk, id, &act, &sent).await {
        Ok(_) => {
            let here = format!("/panel/bank/{id}");
            Ok(respond::saying(here, true, &desk.t().tr("said-saved")))
        }
        Err(error) => {
            let form = respond::blame(&desk.t(), sent.state(), error, |field| match field {
                "invoices" => "numbers".to_owned(),
                field => field.to_owned(),
            })?;
            respond::again(page(&desk, id, form).await?.page(desk.app()))
        }
    }
}

async fn done(
    desk: &Desk,
    entry_id: BankEntryId,
    act: &str,
    sent: &Sent,
) -> Result<BankEntryDetail> {
    let (p, ctx) = (desk.p(), &desk.ctx);
    let mut input = BankAssign {
        entry_id,
        invoices: Vec::new(),
        buyer_id: None,
        top_up: false,
        payment_id: None,
    };
    match act {
        "assign" => {
            input.invoices = invoices(desk, sent).await?;
            billing::bank_assign(p, ctx, &input).await
        }
        "account" => {
            input.buyer_id = Some(
                sent.get("buyer")
                    .parse()
                    .map_err(|error: Error| error.at("buyer"))?,
            );
            input.top_up = sent.some("top_up_all").is_some();
            billing::bank_assign(p, ctx, &input).await
        }
        "payment" => {
            let payment = sent.get("payment_id").parse();
            input.payment_id = Some(payment.map_err(|error: Error| error.at("payment_id"))?);
            billing::bank_assign(p, ctx, &input).await
        }
        "ignore" => {
            let input = BankIgnore {
                entry_id,
                reason: sent.get("reason").to_owned(),
            };
            billing::bank_ignore(p, ctx, &input).await
        }
        "undo" => billing::bank_undo(p, ctx, entry_id).await,
        other => Err(unknown(other)),
    }
}

/// The invoices that are ticked, and those whose numbers are named.
async fn invoices(desk: &Desk, sent: &Sent) -> Result<Vec<BankShare>> {
    let mut ids: Vec<InvoiceId> = Vec::new();
    for text in sent.all("invoice") {
        ids.push(text.parse().map_err(|error: Error| error.at("invoice"))?);
    }
    let numbers = sent
        .get("numbers")
        .split([',', ';', ' '])
        .filter(|text| !text.is_empty());
    for number in numbers.take(20) {
        let clean: String = number
            .chars()
            .filter(|c| c.is_ascii_alphanumeric() || *c == '-')
            .take(40)
            .collect();
        let query = ListQuery {
            filter: format!("seller:{} kind:invoice number:\"{clean}\"", desk.account()),
            ..ListQuery::default()
        };
        let found = billing::invoice_list(desk.p(), &desk.ctx, &query).await?;
        let one = found.items.first().ok_or_else(|| {
            Error::invalid(
                "numbers",
                "unknown_value",
                format!("there is no invoice {clean}"),
            )
        })?;
        if !ids.contains(&one.id) {
            ids.push(one.id);
        }
    }
    if ids.is_empty() {
        let text = "expected at least one invoice";
        return Err(Error::invalid("numbers", "required", text));
    }
    Ok(ids
        .into_iter()
        .map(|invoice_id| BankShare {
            invoice_id,
            amount: None,
        })
        .collect())
}

fn unknown(what: &str) -> Error {
    Error::NotFound {
        kind: "page",
        id: what.chars().take(60).collect(),
    }
}
