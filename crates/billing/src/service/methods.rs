//! Stored ways to pay. A gateway keeps the card; what is kept here is its token, sealed.

use serde::{Deserialize, Serialize};
use serde_json::json;
use tradewind_kernel::{
    Error, Result,
    id::{AccountId, PaymentMethodId},
    text,
};
use tradewind_platform::{AuditEntry, KeyRing, OpCtx, Platform, Work};
use tradewind_policy::{Action, ResourceKind};
use utoipa::ToSchema;

use super::{payments::PaymentGateway, realm};
use crate::{
    store::payments as store,
    types::{CardInput, PaymentMethod, Tokenised},
};

/// A card to be kept for an account.
#[derive(Debug, Clone)]
pub struct MethodAdd {
    /// Whose card.
    pub account_id: AccountId,
    /// The card; goes to the gateway and nowhere else.
    pub card: CardInput,
    /// Whether it is used when none is named; the first always is.
    pub make_default: bool,
}

/// What is stored of a card.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct MethodStore {
    method: PaymentMethod,
    sealed: String,
}

/// One method of an account.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, ToSchema)]
pub struct MethodRef {
    /// Whose.
    pub account_id: AccountId,
    /// Which.
    pub method_id: PaymentMethodId,
}

async fn authorize(w: &mut Work, account: AccountId) -> Result<()> {
    let target =
        tradewind_accounts::service::target(w, ResourceKind::PaymentMethod, account).await?;
    w.authorize(Action::PaymentMethodManage, &target)
}

fn place(id: PaymentMethodId) -> String {
    format!("payment_method.token/{id}")
}

/// Gives a card to the gateway and keeps its token.
///
/// # Errors
/// `number`, `expires`, `cvc` when they cannot be of a card; `NotFound`, `Forbidden`; what the gateway refuses.
pub async fn method_add(
    p: &Platform,
    ctx: &OpCtx,
    gateway: &dyn PaymentGateway,
    input: &MethodAdd,
) -> Result<PaymentMethod> {
    check(&input.card)?;
    // Asked before the card leaves the house, and again with the change itself.
    p.read(ctx, &input.account_id, |w, account| {
        Box::pin(authorize(w, *account))
    })
    .await?;
    let kept = gateway.tokenise(&input.card).await?;
    let id = PaymentMethodId::generate();
    let stored = MethodStore {
        sealed: p.keys().seal(&place(id), &kept.token)?,
        method: PaymentMethod {
            id,
            account_id: input.account_id,
            gateway: gateway.name().to_owned(),
            brand: kept.brand,
            last4: kept.last4,
            expires: kept.expires,
            is_default: input.make_default,
        },
    };
    // The input of the command holds a fresh token each time, so that the caller's key cannot be kept with it.
    let ctx = OpCtx {
        idempotency_key: None,
        ..ctx.clone()
    };
    p.command(&ctx, "payment_method.add", &stored, |w, stored| {
        Box::pin(store_method(w, stored))
    })
    .await
}

/// A method that its payer has given to a gateway without us, as the gateway tells of it.
#[derive(Debug, Clone)]
pub struct MethodKept {
    /// Whose.
    pub account_id: AccountId,
    /// Which gateway keeps it.
    pub gateway: &'static str,
    /// What it keeps.
    pub kept: Tokenised,
}

/// Keeps the token of a method that a gateway has. The first one is used when none is named.
///
/// # Errors
/// `NotFound`, `Forbidden`.
pub async fn method_keep_in(
    w: &mut Work,
    keys: &KeyRing,
    input: &MethodKept,
) -> Result<PaymentMethod> {
    let id = PaymentMethodId::generate();
    let kept = &input.kept;
    let stored = MethodStore {
        sealed: keys.seal(&place(id), &kept.token)?,
        method: PaymentMethod {
            id,
            account_id: input.account_id,
            gateway: input.gateway.to_owned(),
            brand: kept.brand.clone(),
            last4: kept.last4.clone(),
            expires: kept.expires.clone(),
            is_default: false,
        },
    };
    store_method(w, &stored).await
}

fn check(card: &CardInput) -> Result<()> {
    let digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    let refuse = |field: &str, message: &str| Err(Error::invalid(field, "malformed", message));
    if !(12..=19).contains(&card.number.len()) || !digits(&card.number) {
        return refuse("number", "expected 12 to 19 digits");
    }
    let expires_ok = card.expires.split_once('/').is_some_and(|(month, year)| {
        year.len() == 2
            && digits(year)
            && month.len() == 2
            && month
                .parse()
                .is_ok_and(|month: u8| (1..=12).contains(&month))
    });
    if !expires_ok {
        return refuse("expires", "expected month and year as MM/YY");
    }
    if !(3..=4).contains(&card.cvc.len()) || !digits(&card.cvc) {
        return refuse("cvc", "expected 3 or 4 digits");
    }
    Ok(())
}

async fn store_method(w: &mut Work, stored: &MethodStore) -> Result<PaymentMethod> {
    let realm = realm(w);
    let mut method = stored.method.clone();
    authorize(w, method.account_id).await?;
    let first = store::methods(&mut w.tx, realm, method.account_id)
        .await?
        .is_empty();
    let becomes_default = first || method.is_default;
    method.is_default = first;
    store::insert_method(&mut w.tx, realm, &method, &stored.sealed, w.ctx.now).await?;
    if becomes_default {
        store::set_default(&mut w.tx, realm, method.account_id, method.id).await?;
        method.is_default = true;
    }
    audit(
        w,
        "payment_method.add",
        method.account_id,
        method.id,
        &method.last4,
    );
    Ok(method)
}

fn audit(w: &mut Work, action: &'static str, account: AccountId, id: PaymentMethodId, last4: &str) {
    w.audit(AuditEntry {
        action,
        kind: "payment_method",
        id: id.to_string(),
        account,
        summary: json!({ "last4": last4 }),
    });
}

/// The stored methods of an account.
///
/// # Errors
/// `NotFound`, `Forbidden`.
pub async fn method_list(
    p: &Platform,
    ctx: &OpCtx,
    account: AccountId,
) -> Result<Vec<PaymentMethod>> {
    p.read(ctx, &account, |w, account| {
        Box::pin(async move {
            let target =
                tradewind_accounts::service::target(w, ResourceKind::PaymentMethod, *account)
                    .await?;
            w.authorize(Action::PaymentMethodManage, &target)?;
            store::methods(&mut w.tx, w.ctx.realm, *account).await
        })
    })
    .await
}

/// Makes a method the one that is used when none is named.
///
/// # Errors
/// `NotFound`, `Forbidden`.
pub async fn method_set_default(p: &Platform, ctx: &OpCtx, input: &MethodRef) -> Result<()> {
    p.command(ctx, "payment_method.set_default", input, |w, input| {
        Box::pin(async move {
            authorize(w, input.account_id).await?;
            let realm = realm(w);
            let methods = store::methods(&mut w.tx, realm, input.account_id).await?;
            let method = methods
                .iter()
                .find(|method| method.id == input.method_id)
                .ok_or_else(|| Error::not_found(input.method_id))?;
            store::set_default(&mut w.tx, realm, input.account_id, method.id).await?;
            audit(
                w,
                "payment_method.set_default",
                input.account_id,
                method.id,
                &method.last4,
            );
            Ok(())
        })
    })
    .await
}

/// Takes a method out of use and forgets its token. When it was the default, the newest of the others becomes it.
///
/// # Errors
/// `NotFound`, `Forbidden`.
pub async fn method_remove(p: &Platform, ctx: &OpCtx, input: &MethodRef) -> Result<()> {
    p.command(ctx, "payment_method.remove", input, |w, input| {
        Box::pin(async move {
            authorize(w, input.account_id).await?;
            let realm = realm(w);
            let methods = store::methods(&mut w.tx, realm, input.account_id).await?;
            let removed = methods.iter().find(|method| method.id == input.method_id);
            let removed = removed.ok_or_else(|| Error::not_found(input.method_id))?;
            if !store::remove_method(&mut w.tx, realm, input.account_id, input.method_id).await? {
                return Err(Error::not_found(input.method_id));
            }
            let heir = methods
                .iter()
                .rev()
                .find(|method| method.id != input.method_id);
            if let (true, Some(heir)) = (removed.is_default, heir) {
                store::set_default(&mut w.tx, realm, input.account_id, heir.id).await?;
            }
            audit(
                w,
                "payment_method.remove",
                input.account_id,
                input.method_id,
                &removed.last4,
            );
            Ok(())
        })
    })
    .await
}

/// The method to pay with: the named one, or the default.
pub(super) async fn choose(
    w: &mut Work,
    account: AccountId,
    wanted: Option<PaymentMethodId>,
) -> Result<PaymentMethod> {
    let methods = store::methods(&mut w.tx, w.ctx.realm, account).await?;
    let found = match wanted {
        Some(id) => methods
            .into_iter()
            .find(|method| method.id == id)
            .ok_or_else(|| Error::not_found(id))?,
        None => methods
            .into_iter()
            .find(|method| method.is_default)
            .ok_or_else(|| {
                Error::refused("no_payment_method", "there is no stored card to pay with")
            })?,
    };
    Ok(found)
}

/// Whether an account has a stored method that is used when none is named.
///
/// # Errors
/// Database errors.
pub async fn has_default_method(w: &mut Work, account: AccountId) -> Result<bool> {
    let methods = store::methods(&mut w.tx, w.ctx.realm, account).await?;
    Ok(methods.iter().any(|method| method.is_default))
}

/// Which gateway keeps a method, and its token, opened; none when it was taken out of use.
pub(super) async fn kept(
    p: &Platform,
    ctx: &OpCtx,
    gateway: &dyn PaymentGateway,
    id: PaymentMethodId,
) -> Result<(String, Option<String>)> {
    let found = p
        .read(ctx, &id, |w, id| {
            Box::pin(async move { store::token(&mut w.tx, w.ctx.realm, *id).await })
        })
        .await?;
    let (kept_by, sealed) = found.ok_or_else(|| Error::not_found(id))?;
    if !gateway.serves(&kept_by) {
        return Err(Error::refused(
            "other_gateway",
            format!("this card is kept by the gateway \"{kept_by}\""),
        ));
    }
    if text::check_len("token", &sealed, 1, 10_000).is_err() {
        return Ok((kept_by, None));
    }
    let token = p.keys().open(&place(id), &sealed)?.expose().to_owned();
    Ok((kept_by, Some(token)))
}
