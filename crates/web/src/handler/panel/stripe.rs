//! A seller's account at Stripe.

use tradewind_connectors::{
    StripeRef, StripeSet, stripe_get, stripe_remove, stripe_set, stripe_test,
};
use tradewind_kernel::{Error, Result};
use tradewind_policy::Action;

use super::desk::Desk;
use crate::form::Sent;
use crate::respond::{self, Answer, changed};
use crate::view::panel::StripePage;
use crate::view::shared::FormState;

const HERE: &str = "/panel/stripe";

async fn page(desk: &Desk, form: FormState) -> Result<StripePage> {
    let config = stripe_get(desk.p(), &desk.ctx, desk.account()).await?;
    Ok(StripePage {
        hook: format!(
            "{}/hooks/stripe/{}/{}",
            desk.state.public_url,
            desk.realm.id,
            desk.account()
        )
        .into(),
        account: config.map(|config| crate::view::panel::StripeAccount {
            publishable_key: config.publishable_key.into(),
            key_hint: config.key_hint.into(),
            live: config.live,
            set_at: config.set_at,
        }),
        edit: desk.may_at_home(Action::PaymentRecord),
        form,
    })
}

/// `GET /panel/stripe`.
pub(crate) async fn show(desk: Desk) -> Answer {
    respond::page(page(&desk, FormState::default()).await?.page(desk.app()))
}

/// `POST /panel/stripe`.
pub(crate) async fn save(desk: Desk, sent: Sent) -> Answer {
    let key = |name: &str| sent.get(name).trim().to_owned();
    let keys = StripeSet {
        publishable_key: key("publishable_key"),
        secret_key: key("secret_key"),
        webhook_secret: key("webhook_secret"),
    };
    match stripe_set(desk.p(), &desk.ctx, desk.account(), &keys).await {
        Ok(_) => changed(&desk, Ok(()), HERE, "stripe-saved"),
        Err(error) => {
            // What was typed is asked for again: secrets are not sent back to a page.
            let form = FormState::of([("publishable_key", &keys.publishable_key)]);
            let form = respond::blame(&desk.t(), form, error, str::to_owned)?;
            respond::again(page(&desk, form).await?.page(desk.app()))
        }
    }
}

/// `POST /panel/stripe/test`: whether Stripe accepts the keys.
pub(crate) async fn test(desk: Desk) -> Answer {
    let stripe = desk
        .state
        .stripe
        .as_ref()
        .ok_or_else(|| Error::unavailable("this installation does not speak with Stripe"));
    let tested = match stripe {
        Ok(stripe) => stripe_test(stripe, &desk.ctx, desk.account()).await,
        Err(error) => Err(error),
    };
    changed(&desk, tested, HERE, "stripe-tested")
}

/// `POST /panel/stripe/remove`.
pub(crate) async fn remove(desk: Desk) -> Answer {
    let seller_id = desk.account();
    let done = stripe_remove(desk.p(), &desk.ctx, &StripeRef { seller_id }).await;
    changed(&desk, done, HERE, "said-removed")
}
