//! What a seller has decided about a buyer: its class, a pause of its reminders, and whether its orders are taken.

use axum::{
    Router,
    routing::{get, post},
};
use tradewind_accounts::service as accounts;
use tradewind_billing::service::{
    self as billing, AccountPauseSet, BuyerOf, ClassAssign, CreditHoldSet,
};
use tradewind_kernel::Result;
use tradewind_kernel::id::AccountId;
use tradewind_kernel::time::parse_date;
use tradewind_policy::Action;

use super::desk::Desk;
use crate::form::Sent;
use crate::respond::{self, Answer, changed};
use crate::session::Id;
use crate::view::panel::{AccountDunningPage, HoldRow};
use crate::view::shared::FormState;

/// The routes of the page.
pub(super) fn routes() -> Router {
    let here = "/panel/customers/{id}/dunning";
    Router::new()
        .route(here, get(show))
        .route(&format!("{here}/class"), post(assign))
        .route(&format!("{here}/pause"), post(pause))
        .route(&format!("{here}/resume"), post(resume))
        .route(&format!("{here}/hold"), post(hold))
        .route(&format!("{here}/release"), post(release))
}

fn of(desk: &Desk, buyer_id: AccountId) -> BuyerOf {
    BuyerOf {
        seller_id: desk.account(),
        buyer_id,
    }
}

fn here(buyer: AccountId) -> String {
    format!("/panel/customers/{buyer}/dunning")
}

/// `GET /panel/customers/{id}/dunning`.
async fn show(desk: Desk, Id(id): Id<AccountId>) -> Answer {
    let (p, ctx) = (desk.p(), &desk.ctx);
    let account = accounts::account_get(p, ctx, id).await?;
    let found = billing::account_dunning(p, ctx, of(&desk, id)).await?;
    let classes = billing::class_list(p, ctx, desk.account()).await?;
    let class = found.class.unwrap_or_default();
    let page = AccountDunningPage {
        id: id.to_string().into(),
        name: account.name.into(),
        class: FormState::of([("class", &class)]),
        classes: classes
            .into_iter()
            .map(|class| (class.code.into(), class.name.into()))
            .collect(),
        overdue: found.overdue,
        paused: found
            .pause
            .filter(|_| found.paused)
            .map(|pause| (pause.until, pause.reason.into())),
        holds: found
            .holds
            .into_iter()
            .map(|hold| HoldRow {
                since: hold.since,
                invoice: hold
                    .invoice_id
                    .zip(hold.invoice_number)
                    .map(|(id, number)| (number.into(), format!("/panel/invoices/{id}").into())),
                open: hold.open,
                reason: hold.reason.into(),
            })
            .collect(),
        beyond: found.beyond_credit.as_str().into(),
        edit: desk.may_at_home(Action::InvoiceIssue),
    };
    respond::page(page.page(desk.app()))
}

/// `POST /panel/customers/{id}/dunning/class`.
async fn assign(desk: Desk, Id(id): Id<AccountId>, sent: Sent) -> Answer {
    let input = ClassAssign {
        of: of(&desk, id),
        class: sent.some("class"),
    };
    let done = billing::class_assign(desk.p(), &desk.ctx, &input).await;
    changed(&desk, done, here(id), "said-saved")
}

async fn set_pause(desk: &Desk, id: AccountId, sent: Option<&Sent>) -> Result<()> {
    let pause = match sent {
        Some(sent) => {
            let until = parse_date("until", sent.get("until"))?;
            Some((until, sent.get("reason").to_owned()))
        }
        None => None,
    };
    let input = AccountPauseSet {
        of: of(desk, id),
        pause,
    };
    billing::account_pause_set(desk.p(), &desk.ctx, &input)
        .await
        .map(drop)
}

/// `POST /panel/customers/{id}/dunning/pause`.
async fn pause(desk: Desk, Id(id): Id<AccountId>, sent: Sent) -> Answer {
    let done = set_pause(&desk, id, Some(&sent)).await;
    changed(&desk, done, here(id), "said-saved")
}

/// `POST /panel/customers/{id}/dunning/resume`.
async fn resume(desk: Desk, Id(id): Id<AccountId>) -> Answer {
    let done = set_pause(&desk, id, None).await;
    changed(&desk, done, here(id), "said-saved")
}

/// `POST /panel/customers/{id}/dunning/hold`.
async fn hold(desk: Desk, Id(id): Id<AccountId>, sent: Sent) -> Answer {
    let input = CreditHoldSet {
        of: of(&desk, id),
        reason: sent.get("reason").to_owned(),
        until_paid: sent.some("until_paid").is_some(),
    };
    let done = billing::credit_hold_set(desk.p(), &desk.ctx, &input).await;
    changed(&desk, done, here(id), "said-saved")
}

/// `POST /panel/customers/{id}/dunning/release`.
async fn release(desk: Desk, Id(id): Id<AccountId>) -> Answer {
    let done = billing::credit_hold_release(desk.p(), &desk.ctx, of(&desk, id)).await;
    changed(&desk, done, here(id), "said-saved")
}
