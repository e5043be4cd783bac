//! Payments that failed, tried again by the seller's policy.

use serde::{Deserialize, Serialize};
use serde_json::json;
use tradewind_kernel::{
    Date, Error, Result,
    id::{AccountId, InvoiceId, PaymentId},
};
use tradewind_platform::{AuditEntry, OpCtx, Platform};
use tradewind_policy::{Action, ResourceKind};
use utoipa::ToSchema;

use super::{authorize_run, realm};
use crate::{
    rules::retry as rules,
    store::payments as store,
    types::{PaymentKind, PaymentState, RetryPolicy},
};

/// A policy for the payments to a seller.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct RetrySet {
    /// Who is paid.
    pub seller_id: AccountId,
    /// When it is tried again.
    pub policy: RetryPolicy,
}

/// When a seller tries failed payments again.
///
/// # Errors
/// `NotFound`, `Forbidden`.
pub async fn retry_get(p: &Platform, ctx: &OpCtx, seller: AccountId) -> Result<RetryPolicy> {
    p.read(ctx, &seller, |w, seller| {
        Box::pin(async move {
            let target =
                tradewind_accounts::service::target(w, ResourceKind::Payment, *seller).await?;
            w.authorize(Action::PaymentView, &target)?;
            Ok(store::retry_policy(&mut w.tx, w.ctx.realm, *seller)
                .await?
                .unwrap_or_default())
        })
    })
    .await
}

/// Sets when a seller tries failed payments again.
///
/// # Errors
/// `after_days`; `NotFound`, `Forbidden`.
pub async fn retry_set(p: &Platform, ctx: &OpCtx, input: &RetrySet) -> Result<RetryPolicy> {
    p.command(ctx, "payment.retry_set", input, |w, input| {
        Box::pin(async move {
            let target =
                tradewind_accounts::service::target(w, ResourceKind::Payment, input.seller_id)
                    .await?;
            w.authorize(
                Action::PaymentRecord,
                &target.traded(input.seller_id, input.seller_id),
            )?;
            rules::check(&input.policy)?;
            let realm = realm(w);
            store::set_retry_policy(&mut w.tx, realm, input.seller_id, &input.policy).await?;
            w.audit(AuditEntry {
                action: "payment.retry_set",
                kind: "account",
                id: input.seller_id.to_string(),
                account: input.seller_id,
                summary: json!({ "after": input.policy }),
            });
            Ok(input.policy.clone())
        })
    })
    .await
}

/// The invoice and the day on which a payment that failed is to be tried again; none when that would not help or the last
/// attempt was made.
///
/// # Errors
/// `NotFound`, `Forbidden`.
pub async fn retry_next(
    p: &Platform,
    ctx: &OpCtx,
    id: PaymentId,
) -> Result<Option<(InvoiceId, Date)>> {
    p.read(ctx, &id, |w, id| {
        Box::pin(async move {
            authorize_run(w)?;
            let realm = realm(w);
            let payment = store::payment(&mut w.tx, realm, *id)
                .await?
                .ok_or_else(|| Error::not_found(*id))?;
            let (Some(invoice), Some(code)) = (payment.invoice_id, &payment.failure_code) else {
                return Ok(None);
            };
            let policy = store::retry_policy(&mut w.tx, realm, payment.seller_id)
                .await?
                .unwrap_or_default();
            let failed = store::of_invoice(&mut w.tx, realm, invoice)
                .await?
                .iter()
                .filter(|one| one.kind == PaymentKind::Card && one.state == PaymentState::Failed)
                .count();
            let seller = tradewind_accounts::service::account_facts(w, payment.seller_id).await?;
            let today = w.ctx.now.date_in(&seller.zone);
            let class = rules::class_of(code);
            Ok(rules::next_on(&policy, class, failed, today)?.map(|on| (invoice, on)))
        })
    })
    .await
}
