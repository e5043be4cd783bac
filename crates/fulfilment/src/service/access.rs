//! Access data: written by the vendor, read by the customer.

use super::delivery::target;
use super::sold::sold;
use crate::rules;
use crate::store::access as store;
use crate::types::{
    AccessData, AccessEndpoint, CredentialsInput, EndpointsInput, InstructionsInput,
    RevealedCredential,
};
use serde::{Deserialize, Serialize};
use serde_json::json;
use tradewind_kernel::id::{AccountId, SubscriptionId};
use tradewind_kernel::{Error, Result};
use tradewind_platform::{AuditEntry, NewEvent, OpCtx, Platform, Work};
use tradewind_policy::{Action, ResourceKind};

/// Something about the access data of a subscription.
#[derive(Debug, Serialize, Deserialize)]
struct Of<T> {
    subscription: SubscriptionId,
    input: T,
}

/// Replaces the links of a subscription.
///
/// # Errors
/// Not found, forbidden, what is wrong with the input.
pub async fn access_endpoints_set(
    p: &Platform,
    ctx: &OpCtx,
    subscription: SubscriptionId,
    input: EndpointsInput,
) -> Result<AccessData> {
    p.command(
        ctx,
        "access.endpoints_set",
        &Of {
            subscription,
            input,
        },
        |w, of| {
            Box::pin(async move {
                rules::check_endpoints(&of.input)?;
                let customer = writable(w, of.subscription).await?;
                let all: Vec<AccessEndpoint> = of
                    .input
                    .endpoints
                    .iter()
                    .map(|e| AccessEndpoint {
                        url: e.url.clone(),
                        label: e.label.clone(),
                        category: e.category,
                    })
                    .collect();
                let realm = w.ctx.realm;
                let before = store::load(&mut w.tx, realm, of.subscription).await?;
                if before.endpoints == all {
                    return Ok(before);
                }
                store::replace_endpoints(&mut w.tx, realm, of.subscription, &all).await?;
                written(w, of.subscription, customer, "endpoints").await
            })
        },
    )
    .await
}

/// Replaces the instructions of a subscription.
///
/// # Errors
/// Not found, forbidden, what is wrong with the input.
pub async fn access_instructions_set(
    p: &Platform,
    ctx: &OpCtx,
    subscription: SubscriptionId,
    input: InstructionsInput,
) -> Result<AccessData> {
    p.command(
        ctx,
        "access.instructions_set",
        &Of {
            subscription,
            input,
        },
        |w, of| {
            Box::pin(async move {
                rules::check_instructions(&of.input)?;
                let customer = writable(w, of.subscription).await?;
                let realm = w.ctx.realm;
                let before = store::load(&mut w.tx, realm, of.subscription).await?;
                if before.instructions == of.input.instructions {
                    return Ok(before);
                }
                store::replace_instructions(
                    &mut w.tx,
                    realm,
                    of.subscription,
                    &of.input.instructions,
                )
                .await?;
                written(w, of.subscription, customer, "instructions").await
            })
        },
    )
    .await
}

/// Writes credentials. Each can be written once; the same value again changes nothing.
///
/// # Errors
/// Not found, forbidden, what is wrong with the input; conflict when a code has another value already, and then nothing
/// is written.
pub async fn access_credentials_set(
    p: &Platform,
    ctx: &OpCtx,
    subscription: SubscriptionId,
    input: CredentialsInput,
) -> Result<AccessData> {
    // No trace of the input is kept under an idempotency key: writing is idempotent by itself.
    let ctx = OpCtx {
        idempotency_key: None,
        ..ctx.clone()
    };
    let keys = p.keys().clone();
    p.command(&ctx, "access.credentials_set", &Of { subscription, input }, move |w, of| {
        let keys = keys.clone();
        Box::pin(async move {
            rules::check_credentials(&of.input)?;
            let customer = writable(w, of.subscription).await?;
            let realm = w.ctx.realm;
            let now = w.ctx.now;
            let before = store::load(&mut w.tx, realm, of.subscription).await?;
            rules::check_credential_count(&before, &of.input)?;
            let mut new = false;
            for (position, credential) in (0_i64..).zip(&of.input.credentials) {
                let context = sealing_context(of.subscription, &credential.code);
                let row = store::SealedCredential {
                    code: &credential.code,
                    label: &credential.label,
                    sealed: keys.seal(&context, &credential.value)?,
                    position,
                };
                if store::insert_credential(&mut w.tx, realm, of.subscription, &row, now).await? {
                    new = true;
                    continue;
                }
                let sealed = store::credential_value(&mut w.tx, realm, of.subscription, &credential.code)
                    .await?
                    .ok_or_else(|| Error::internal("a credential vanished"))?;
                if keys.open(&context, &sealed)?.expose() != credential.value {
                    return Err(Error::conflict(
                        "credential_written",
                        format!("the credential \"{}\" has been written already and can't be replaced", credential.code),
                    ));
                }
            }
            if !new {
                return Ok(before);
            }
            written(w, of.subscription, customer, "credentials").await
        })
    })
    .await
}

/// Access data of a subscription, without the values of its credentials.
///
/// # Errors
/// Not found.
pub async fn access_get(
    p: &Platform,
    ctx: &OpCtx,
    subscription: SubscriptionId,
) -> Result<AccessData> {
    p.read(ctx, &subscription, |w, subscription| {
        Box::pin(async move {
            let sold = sold(w, *subscription).await?;
            let target = target(w, ResourceKind::Subscription, sold.customer, sold.vendor).await?;
            w.authorize_for(Action::SubscriptionView, &target, subscription)?;
            let realm = w.ctx.realm;
            store::load(&mut w.tx, realm, *subscription).await
        })
    })
    .await
}

/// Shows the value of a credential; the audit log says who has seen it.
///
/// # Errors
/// Not found, forbidden: only the customer's own people may.
pub async fn credential_reveal(
    p: &Platform,
    ctx: &OpCtx,
    subscription: SubscriptionId,
    code: &str,
) -> Result<RevealedCredential> {
    // The answer is a secret and may not be kept for a repeated request.
    let ctx = OpCtx {
        idempotency_key: None,
        ..ctx.clone()
    };
    let keys = p.keys().clone();
    p.command(
        &ctx,
        "access.credential_reveal",
        &Of {
            subscription,
            input: code.to_owned(),
        },
        move |w, of| {
            let keys = keys.clone();
            Box::pin(async move {
                let sold = sold(w, of.subscription).await?;
                let target =
                    target(w, ResourceKind::AccessData, sold.customer, sold.vendor).await?;
                w.authorize_for(Action::AccessDataView, &target, &of.subscription)?;
                let realm = w.ctx.realm;
                let sealed = store::credential_value(&mut w.tx, realm, of.subscription, &of.input)
                    .await?
                    .ok_or_else(|| Error::NotFound {
                        kind: "credential",
                        id: of.input.clone(),
                    })?;
                let value = keys
                    .open(&sealing_context(of.subscription, &of.input), &sealed)?
                    .expose()
                    .to_owned();
                w.audit(AuditEntry {
                    action: "access.credential_reveal",
                    kind: "subscription",
                    id: of.subscription.to_string(),
                    account: sold.customer,
                    summary: json!({ "code": of.input }),
                });
                Ok(RevealedCredential {
                    code: of.input.clone(),
                    value,
                })
            })
        },
    )
    .await
}

/// Checks that the principal may write access data, and says whose it is.
async fn writable(w: &mut Work, subscription: SubscriptionId) -> Result<AccountId> {
    let sold = sold(w, subscription).await?;
    let target = target(w, ResourceKind::Delivery, sold.customer, sold.vendor).await?;
    w.authorize_for(Action::DeliveryReport, &target, &subscription)?;
    if sold.ended {
        return Err(Error::conflict(
            "subscription_ended",
            "the subscription has ended; there is no access to describe",
        ));
    }
    Ok(sold.customer)
}

async fn written(
    w: &mut Work,
    subscription: SubscriptionId,
    customer: AccountId,
    what: &'static str,
) -> Result<AccessData> {
    w.audit(AuditEntry {
        action: "access.set",
        kind: "subscription",
        id: subscription.to_string(),
        account: customer,
        summary: json!({ "part": what }),
    });
    w.emit(NewEvent {
        kind: "subscription.access_changed",
        subject: subscription.to_string(),
        account: customer,
        data: json!({ "part": what }),
    });
    let realm = w.ctx.realm;
    store::load(&mut w.tx, realm, subscription).await
}

/// Binds a sealed value to its place, so that it can't be moved to another row.
fn sealing_context(subscription: SubscriptionId, code: &str) -> String {
    format!("access_credential/{subscription}/{code}")
}
