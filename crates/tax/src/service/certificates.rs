//! Exemption certificates.

use serde_json::json;
use tradewind_accounts::service as accounts;
use tradewind_kernel::{
    Error, Result,
    id::{AccountId, CertificateId},
};
use tradewind_platform::{NewEvent, OpCtx, Platform, Work};
use tradewind_policy::{Action, ResourceKind};

use super::{audit, authorize_seller};
use crate::{
    rules, store,
    types::{Certificate, CertificateDecide, CertificateState, CertificateSubmit},
};

/// Hands in a certificate. When the seller itself does, it holds at once; otherwise it waits for the seller.
///
/// # Errors
/// Names every field that is wrong; `NotFound` for a buyer that does not buy from the seller; `Forbidden`.
pub async fn certificate_submit(
    p: &Platform,
    ctx: &OpCtx,
    input: &CertificateSubmit,
) -> Result<Certificate> {
    p.command(ctx, "tax.certificate_submit", input, |w, input| {
        Box::pin(submit(w, input))
    })
    .await
}

async fn submit(w: &mut Work, input: &CertificateSubmit) -> Result<Certificate> {
    let buyer = accounts::target(w, ResourceKind::Account, input.buyer).await?;
    w.authorize_for(Action::AccountUpdate, &buyer, &input.buyer)?;
    accounts::relationship_of(w, input.seller, input.buyer).await?;
    rules::check_certificate(input)?;
    let sells = accounts::target(w, ResourceKind::Relationship, input.seller).await?;
    let state = if w.may(Action::RelationshipManage, &sells) {
        CertificateState::Approved
    } else {
        CertificateState::Pending
    };
    let certificate = Certificate {
        id: CertificateId::generate(),
        seller: input.seller,
        buyer: input.buyer,
        place: input.place.clone(),
        number: input.number.trim().to_owned(),
        from: input.from,
        until: input.until,
        document: input.document.trim().to_owned(),
        state,
        created_at: w.ctx.now,
        version: 1,
    };
    let realm = w.ctx.realm;
    store::add_certificate(&mut w.tx, realm, &certificate).await?;
    note(
        w,
        "tax.certificate_submit",
        "tax_certificate.submitted",
        &certificate,
    );
    Ok(certificate)
}

fn note(w: &mut Work, action: &'static str, event: &'static str, certificate: &Certificate) {
    let summary = json!({ "after": certificate });
    audit(
        w,
        action,
        "tax_certificate",
        certificate.id,
        certificate.seller,
        summary,
    );
    w.emit(NewEvent {
        kind: event,
        subject: certificate.id.to_string(),
        account: certificate.seller,
        data: json!({ "buyer": certificate.buyer, "place": certificate.place, "state": certificate.state }),
    });
}

/// The seller accepts a certificate, or does not. What is issued stays as it is.
///
/// # Errors
/// `NotFound`, `Forbidden`.
pub async fn certificate_decide(
    p: &Platform,
    ctx: &OpCtx,
    input: &CertificateDecide,
) -> Result<Certificate> {
    p.command(ctx, "tax.certificate_decide", input, |w, input| {
        Box::pin(async move {
            let realm = w.ctx.realm;
            let found = store::certificate(&mut w.tx, realm, input.id).await?;
            let before = found.ok_or_else(|| Error::not_found(input.id))?;
            let target = accounts::target(w, ResourceKind::Relationship, before.seller).await?;
            w.authorize_for(Action::RelationshipManage, &target, &input.id)?;
            let state = if input.approve {
                CertificateState::Approved
            } else {
                CertificateState::Rejected
            };
            if state == before.state {
                return Ok(before);
            }
            store::decide(&mut w.tx, realm, input.id, state).await?;
            let after = Certificate {
                state,
                version: before.version + 1,
                ..before
            };
            note(
                w,
                "tax.certificate_decide",
                "tax_certificate.decided",
                &after,
            );
            Ok(after)
        })
    })
    .await
}

/// What a seller was handed, the newest first; the latest thousand.
///
/// # Errors
/// `NotFound`, `Forbidden`.
pub async fn certificates_of_seller(
    p: &Platform,
    ctx: &OpCtx,
    seller: AccountId,
) -> Result<Vec<Certificate>> {
    p.read(ctx, &seller, |w, seller| {
        Box::pin(async move {
            authorize_seller(w, Action::RelationshipView, *seller).await?;
            store::of_seller(&mut w.tx, w.ctx.realm, *seller).await
        })
    })
    .await
}

/// What a buyer has handed in, the newest first.
///
/// # Errors
/// `NotFound`, `Forbidden`.
pub async fn certificates_of_buyer(
    p: &Platform,
    ctx: &OpCtx,
    buyer: AccountId,
) -> Result<Vec<Certificate>> {
    p.read(ctx, &buyer, |w, buyer| {
        Box::pin(async move {
            let target = accounts::target(w, ResourceKind::Account, *buyer).await?;
            w.authorize_for(Action::AccountView, &target, buyer)?;
            store::of_buyers(&mut w.tx, w.ctx.realm, &[*buyer]).await
        })
    })
    .await
}
