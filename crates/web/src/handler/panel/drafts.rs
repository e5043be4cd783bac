//! Drafts of invoices: the queue, one of them, and what keeps them from being issued.

use std::borrow::Cow;

use axum::Router;
use axum::routing::{get, post};
use tradewind_billing::service::{
    self as billing, DraftAdjust, DraftHold, DraftLine, InvoiceHoldSet, ReviewSet,
};
use tradewind_billing::types::{Draft, DraftSummary, ReviewPolicy};
use tradewind_kernel::id::{AccountId, DraftId};
use tradewind_kernel::{Error, Money, Result};
use tradewind_policy::Action;

use super::super::names::{Mentions, Names};
use super::desk::Desk;
use crate::form::Sent;
use crate::respond::{self, Answer, changed};
use crate::session::Id;
use crate::view::kit::Txt;
use crate::view::panel::{DraftLineRow, DraftPage, DraftRow, DraftsPage, HeldBuyerRow};
use crate::view::shared::FormState;

const HERE: &str = "/panel/drafts";

/// Their routes.
pub(super) fn routes() -> Router {
    Router::new()
        .route(HERE, get(list))
        .route("/panel/drafts/issue", post(issue_all))
        .route("/panel/drafts/policy", post(policy))
        .route("/panel/drafts/buyers/{id}/hold", post(hold_buyer))
        .route("/panel/drafts/buyers/{id}/release", post(release_buyer))
        .route("/panel/drafts/{id}", get(show))
        .route("/panel/drafts/{id}/issue", post(issue))
        .route("/panel/drafts/{id}/hold", post(hold))
        .route("/panel/drafts/{id}/release", post(release))
        .route("/panel/drafts/{id}/lines", post(line))
}

fn row(names: &Names, one: &DraftSummary) -> DraftRow {
    let held = one.hold.as_ref().or(one.account_hold.as_ref());
    DraftRow {
        id: one.id.to_string().into(),
        buyer: names.account(one.buyer_id),
        since: one.begun_on,
        issue_on: one.issue_on,
        held: held.map_or(Txt::default(), |hold| hold.reason.clone().into()),
        tax: one
            .tax_wait
            .as_ref()
            .map(|wait| wait.problem.clone().unwrap_or_default().into()),
        charges: one.charges,
        about: one.about,
    }
}

/// `GET /panel/drafts`.
async fn list(desk: Desk) -> Answer {
    respond::page(queue(&desk, None).await?.page(desk.app()))
}

async fn queue(desk: &Desk, form: Option<FormState>) -> Result<DraftsPage> {
    let (p, ctx, me) = (desk.p(), &desk.ctx, desk.account());
    let found = billing::draft_list(p, ctx, me, &desk.page()?).await?;
    let held = billing::invoice_hold_list(p, ctx, me).await?;
    let policy = billing::review_get(p, ctx, me).await?;
    let buyers = found.items.iter().map(|one| one.buyer_id);
    let buyers = buyers.chain(held.iter().map(|one| one.buyer_id));
    let names = Names::of(p, ctx, &Mentions::accounts(buyers)).await?;
    Ok(DraftsPage {
        rows: found.items.iter().map(|one| row(&names, one)).collect(),
        held: held
            .into_iter()
            .map(|one| HeldBuyerRow {
                id: one.buyer_id.to_string().into(),
                name: names.account(one.buyer_id),
                reason: one.hold.reason.into(),
                since: one.hold.since,
            })
            .collect(),
        state: desk.list(found.next),
        edit: desk.may_at_home(Action::InvoiceIssue),
        form: form.unwrap_or_else(|| filled(policy)),
    })
}

fn filled(policy: ReviewPolicy) -> FormState {
    let (review, days) = match policy {
        ReviewPolicy { review: false, .. } => ("off", String::new()),
        ReviewPolicy {
            grace_days: Some(days),
            ..
        } => ("days", days.to_string()),
        ReviewPolicy { .. } => ("by-hand", String::new()),
    };
    FormState::of([("review", review), ("grace_days", &days)])
}

/// `POST /panel/drafts/policy`.
async fn policy(desk: Desk, sent: Sent) -> Answer {
    let done = match read_policy(&sent) {
        Ok(policy) => {
            let input = ReviewSet {
                seller_id: desk.account(),
                policy,
            };
            billing::review_set(desk.p(), &desk.ctx, &input).await
        }
        Err(error) => Err(error),
    };
    match done {
        Ok(_) => Ok(respond::saying(HERE, true, &desk.t().tr("said-saved"))),
        Err(error) => {
            let form = respond::wrong(&desk.t(), sent.state(), error)?;
            respond::again(queue(&desk, Some(form)).await?.page(desk.app()))
        }
    }
}

fn read_policy(sent: &Sent) -> Result<ReviewPolicy> {
    let days = sent.get("grace_days").trim();
    Ok(match sent.get("review") {
        "days" => ReviewPolicy {
            review: true,
            grace_days: Some(days.parse().map_err(|_| {
                let text = "expected a number of days";
                Error::invalid("grace_days", "not_a_number", text)
            })?),
        },
        "by-hand" => ReviewPolicy {
            review: true,
            grace_days: None,
        },
        _ => ReviewPolicy::default(),
    })
}

/// `POST /panel/drafts/issue`: all that are not held.
async fn issue_all(desk: Desk) -> Answer {
    match billing::drafts_issue(desk.p(), &desk.ctx, desk.account()).await {
        Ok(issued) => {
            let count = u32::try_from(issued.len()).unwrap_or(u32::MAX);
            let text = desk.t().count("drafts-issued", count);
            Ok(respond::saying(HERE, true, &text))
        }
        Err(error) => changed::<()>(&desk, Err(error), HERE, ""),
    }
}

/// `GET /panel/drafts/{id}`.
async fn show(desk: Desk, Id(id): Id<DraftId>) -> Answer {
    let page = one(&desk, id, FormState::default()).await?;
    respond::page(page.page(desk.app()))
}

async fn one(desk: &Desk, id: DraftId, form: FormState) -> Result<DraftPage> {
    let draft = billing::draft_get(desk.p(), &desk.ctx, id).await?;
    let buyer = draft.summary.buyer_id;
    let names = Names::of(desk.p(), &desk.ctx, &Mentions::accounts([buyer])).await?;
    let reason = |hold: &Option<tradewind_billing::types::InvoiceHold>| {
        hold.as_ref().map(|hold| hold.reason.clone().into())
    };
    Ok(DraftPage {
        row: row(&names, &draft.summary),
        buyer_id: buyer.to_string().into(),
        hold: reason(&draft.summary.hold),
        account_hold: reason(&draft.summary.account_hold),
        kind: draft.kind.as_str().into(),
        lines: lines(desk, &draft),
        sums: (draft.net, draft.tax, draft.gross),
        due: draft.due_on,
        edit: desk.may_at_home(Action::InvoiceIssue),
        form,
    })
}

fn lines(desk: &Desk, draft: &Draft) -> Vec<DraftLineRow> {
    let t = desk.t();
    let line = |one: &tradewind_billing::types::DocumentLine| DraftLineRow {
        group: one.group_label.clone().into(),
        text: one.description.clone().into(),
        period: (one.period.start, one.period.end),
        quantity: match &*one.unit {
            "" => t.num(one.quantity.normalize()),
            unit => Cow::from(format!("{} {unit}", t.num(one.quantity.normalize()))),
        },
        net: one.net,
    };
    let mut lines: Vec<&tradewind_billing::types::DocumentLine> = draft.lines.iter().collect();
    lines.sort_by(|a, b| (&a.group_label, a.no).cmp(&(&b.group_label, b.no)));
    lines.into_iter().map(line).collect()
}

/// `POST /panel/drafts/{id}/issue`.
async fn issue(desk: Desk, Id(id): Id<DraftId>) -> Answer {
    match billing::draft_issue(desk.p(), &desk.ctx, id).await {
        Ok(Some(invoice)) => {
            let to = format!("/panel/invoices/{invoice}");
            Ok(respond::saying(to, true, &desk.t().tr("draft-issued")))
        }
        other => {
            // What a tax engine has to be asked about first is still there.
            let waits = match &other {
                Ok(_) => billing::draft_get(desk.p(), &desk.ctx, id).await.is_ok(),
                Err(_) => false,
            };
            let said = if waits {
                "draft-asks-tax"
            } else {
                "draft-issued"
            };
            changed(&desk, other, HERE, said)
        }
    }
}

async fn set_hold(desk: &Desk, draft_id: DraftId, reason: Option<String>, said: &str) -> Answer {
    let input = DraftHold { draft_id, reason };
    let done = billing::draft_hold(desk.p(), &desk.ctx, &input).await;
    changed(desk, done, format!("{HERE}/{draft_id}"), said)
}

/// `POST /panel/drafts/{id}/hold`.
async fn hold(desk: Desk, Id(id): Id<DraftId>, sent: Sent) -> Answer {
    set_hold(&desk, id, Some(sent.get("reason").to_owned()), "said-saved").await
}

/// `POST /panel/drafts/{id}/release`.
async fn release(desk: Desk, Id(id): Id<DraftId>) -> Answer {
    set_hold(&desk, id, None, "said-saved").await
}

async fn set_buyer(desk: &Desk, buyer_id: AccountId, reason: Option<String>) -> Answer {
    let input = InvoiceHoldSet {
        seller_id: desk.account(),
        buyer_id,
        reason,
    };
    let done = billing::invoice_hold_set(desk.p(), &desk.ctx, &input).await;
    changed(desk, done, HERE, "said-saved")
}

/// `POST /panel/drafts/buyers/{id}/hold`.
async fn hold_buyer(desk: Desk, Id(id): Id<AccountId>, sent: Sent) -> Answer {
    set_buyer(&desk, id, Some(sent.get("reason").to_owned())).await
}

/// `POST /panel/drafts/buyers/{id}/release`.
async fn release_buyer(desk: Desk, Id(id): Id<AccountId>) -> Answer {
    set_buyer(&desk, id, None).await
}

/// `POST /panel/drafts/{id}/lines`: a line by hand.
async fn line(desk: Desk, Id(id): Id<DraftId>, sent: Sent) -> Answer {
    match add(&desk, id, &sent).await {
        Ok(()) => {
            let here = format!("{HERE}/{id}");
            Ok(respond::saying(here, true, &desk.t().tr("said-saved")))
        }
        Err(error) => {
            let form = respond::wrong(&desk.t(), sent.state(), error)?;
            respond::again(one(&desk, id, form).await?.page(desk.app()))
        }
    }
}

async fn add(desk: &Desk, draft_id: DraftId, sent: &Sent) -> Result<()> {
    let draft = billing::draft_get(desk.p(), &desk.ctx, draft_id).await?;
    let currency = draft.summary.currency;
    let line = DraftLine {
        description: sent.get("description").to_owned(),
        amount: Money::parse_amount("amount", sent.get("amount"), currency)?,
        reason: sent.get("reason").to_owned(),
        subscription_id: None,
        tax_category: None,
    };
    let input = DraftAdjust { draft_id, line };
    billing::draft_adjust(desk.p(), &desk.ctx, &input).await
}
