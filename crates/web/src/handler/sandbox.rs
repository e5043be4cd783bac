//! The bank of the sandbox: the page on which a payer accepts or refuses a payment by card.

use axum::{Router, extract::Path, routing::get, routing::post};
use tradewind_connectors::SandboxGateway;
use tradewind_kernel::{Error, Result};

use crate::{
    form::Sent,
    respond::{self, Answer},
    session::{Anyone, Visit},
    view::{
        dashboard::{Confirm, PayPage},
        shared::FormState,
    },
};

pub(super) fn routes() -> Router {
    Router::new()
        .route("/sandbox/payments/{reference}", get(show))
        .route("/sandbox/payments/{reference}/confirm", post(answer))
}

fn bank(visit: &Visit) -> Result<&SandboxGateway> {
    visit.state.sandbox.as_ref().ok_or(Error::NotFound {
        kind: "page",
        id: String::new(),
    })
}

async fn show(Anyone(visit): Anyone, Path(reference): Path<String>) -> Answer {
    let payment = bank(&visit)?.payment(&reference).await?;
    if !payment.waiting {
        return Ok(respond::to(visit.home()));
    }
    let page = PayPage {
        action: format!("/sandbox/payments/{reference}").into(),
        what: payment.text.into(),
        what_href: visit.home().into(),
        amount: payment.amount,
        methods: Vec::new(),
        confirm: Some(Confirm {
            payment: reference.into(),
            at: None,
        }),
        bank: Vec::new(),
        cards: true,
        sandbox: true,
        form: FormState::default(),
    };
    respond::page(page.page(visit.gate()))
}

async fn answer(Anyone(visit): Anyone, Path(reference): Path<String>, sent: Sent) -> Answer {
    let accepted = sent.get("outcome") == "confirm";
    let outcome = bank(&visit)?.answer(&reference, accepted).await;
    let said = if accepted {
        "pay-under-way"
    } else {
        "error-payment-not-accepted"
    };
    respond::changed(&visit, outcome, visit.home(), said)
}
