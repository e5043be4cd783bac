//! Methods that a customer gives to Stripe on a page of Stripe's, and the way back from there.

use axum::response::{IntoResponse as _, Response};
use http::{HeaderValue, header};
use tradewind_billing::{
    service::{payment_confirm_action, payment_get},
    types::PaymentState,
};
use tradewind_connectors::{
    PageBegin, SetupBegin, SetupFinish, StripeGateway, method_page_begin, method_setup_finish,
    stripe_keeps,
};
use tradewind_kernel::{
    Error, Result,
    id::{AccountId, PaymentId},
};

use tradewind_platform::OpCtx;

use crate::{
    form::Sent,
    respond::{self, Answer, back},
    session::{Customer, Id, Visit},
    view::dashboard::AwayPage,
};

const METHODS: &str = "/my/payment-methods";

/// The seller whose account at Stripe keeps the customer's methods; none when cards are taken here.
pub(super) async fn keeper(visit: &Visit) -> Result<Option<AccountId>> {
    let (Some(stripe), Some((seller_id, _))) = (&visit.state.stripe, visit.buys) else {
        return Ok(None);
    };
    let input = SetupBegin {
        account_id: visit.account(),
        seller_id,
    };
    let keeps = stripe_keeps(stripe, &visit.ctx, &input).await?;
    Ok(keeps.then_some(seller_id))
}

fn stripe(visit: &Visit) -> Result<(&StripeGateway, AccountId)> {
    let (seller, _) = visit
        .buys
        .ok_or_else(|| Error::not_found(visit.account()))?;
    let stripe = visit.state.stripe.as_ref().ok_or(Error::NotFound {
        kind: "page",
        id: String::new(),
    })?;
    Ok((stripe, seller))
}

/// Outside of the page's snapshot, which is not to stay open while somebody else is asked.
fn apart(visit: &Visit) -> OpCtx {
    OpCtx {
        snapshot: None,
        ..visit.ctx.clone()
    }
}

/// To Stripe, and from there to one of our pages.
pub(super) async fn go(visit: &Visit, then: &str) -> Result<Response> {
    let (stripe, seller_id) = stripe(visit)?;
    let origin = visit.origin();
    let done = respond::leading("/my/payment-methods/stripe/done", then);
    let begin = PageBegin {
        account_id: visit.account(),
        seller_id,
        done_url: format!("{origin}{done}"),
        cancel_url: format!("{origin}{then}"),
    };
    let begun = method_page_begin(stripe, &visit.ctx, &begin).await?;
    let page = AwayPage {
        url: begun.url.clone().into(),
        back: then.to_owned().into(),
    };
    let mut response = respond::page(page.page(visit.app())).into_response();
    // A form may not be answered with the way to another site, but its page may lead there by itself.
    if let Ok(onward) = HeaderValue::try_from(format!("0; url={}", begun.url)) {
        response.headers_mut().insert(header::REFRESH, onward);
    }
    Ok(response)
}

/// `POST /my/payment-methods/stripe`.
pub(super) async fn begin(Customer(visit): Customer, sent: Sent) -> Answer {
    let then = back(sent.get("back"), METHODS);
    match go(&visit, then).await {
        Ok(response) => Ok(response),
        Err(error) => respond::changed::<()>(&visit, Err(error), then, "pay-card-kept"),
    }
}

/// `GET /my/payment-methods/stripe/done`: Stripe sends payers here, who may come any number of times.
pub(super) async fn done(Customer(visit): Customer) -> Answer {
    let (stripe, seller_id) = stripe(&visit)?;
    let finish = SetupFinish {
        account_id: visit.account(),
        seller_id,
        setup: visit.ask("setup").to_owned(),
    };
    let kept = method_setup_finish(stripe, &apart(&visit), &finish).await;
    let then = back(visit.ask("back"), METHODS);
    respond::changed(&visit, kept, then, "pay-card-kept")
}

/// `GET /my/payments/{id}/back`: the payer's bank sends payers here after they have confirmed a payment, or have not.
pub(super) async fn paid(Customer(visit): Customer, Id(id): Id<PaymentId>) -> Answer {
    let known = payment_get(visit.p(), &visit.ctx, id).await?;
    if known.payer_id != visit.account() {
        return Err(Error::not_found(id).into());
    }
    let gateway = &*visit.state.gateway;
    let asked = payment_confirm_action(visit.p(), &apart(&visit), gateway, id).await;
    let then = known.invoice_id.map_or_else(
        || "/my/credit".to_owned(),
        |id| format!("/my/invoices/{id}"),
    );
    let payment = match asked {
        Ok(payment) => payment,
        Err(error) => return respond::changed::<()>(&visit, Err(error), then, "pay-done"),
    };
    let t = visit.t();
    Ok(match payment.state {
        PaymentState::Succeeded | PaymentState::Authorised => {
            respond::saying(then, true, &t.tr("pay-done"))
        }
        PaymentState::Pending => respond::saying(then, true, &t.tr("pay-under-way")),
        PaymentState::RequiresAction => respond::saying(then, false, &t.tr("pay-action")),
        _ => {
            let code = payment.failure_code.as_deref().unwrap_or("card_declined");
            respond::saying(then, false, &t.code("error", code))
        }
    })
}
