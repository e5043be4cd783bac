//! The accounts that sellers have at Stripe. Keys are sealed, and are never told again.

use serde::{Deserialize, Serialize};
use serde_json::json;
use tradewind_accounts::service as accounts;
use tradewind_kernel::id::{AccountId, RealmId};
use tradewind_kernel::{Error, Problems, Result, Timestamp, text::check_len};
use tradewind_platform::{AuditEntry, OpCtx, Platform, Secret, Work};
use tradewind_policy::{Action, ResourceKind};
use utoipa::ToSchema;

use super::api::text;
use super::gateway::StripeGateway;
use crate::store::stripe as store;

/// A seller's account at Stripe, as far as it is told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct StripeConfig {
    /// Whose.
    pub seller_id: AccountId,
    /// The key that browsers may know.
    pub publishable_key: String,
    /// How the secret key ends.
    pub key_hint: String,
    /// Whether it moves money, or is for tests.
    pub live: bool,
    /// When it was set.
    pub set_at: Timestamp,
}

/// Whose account.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct StripeRef {
    /// Whose.
    pub seller_id: AccountId,
}

/// The keys of a seller's account at Stripe.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct StripeSet {
    /// The key that browsers may know: `pk_…`.
    pub publishable_key: String,
    /// The secret key, or one restricted to payments: `sk_…`, `rk_…`.
    pub secret_key: String,
    /// With which Stripe signs what it tells: `whsec_…`.
    pub webhook_secret: String,
}

/// It holds secrets.
impl std::fmt::Debug for StripeSet {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("StripeSet(…)")
    }
}

#[derive(Serialize, Deserialize)]
struct Sealed {
    config: StripeConfig,
    secret_key: String,
    webhook_secret: String,
}

fn place(what: &str, seller: AccountId) -> String {
    format!("stripe_account.{what}/{seller}")
}

async fn authorize(w: &mut Work, action: Action, seller: AccountId) -> Result<()> {
    let target = accounts::target(w, ResourceKind::Payment, seller).await?;
    w.authorize(action, &target.traded(seller, seller))
}

/// Sets a seller's account at Stripe. Card payments by methods kept there go through it from now on.
///
/// # Errors
/// `publishable_key`, `secret_key`, `webhook_secret` when they cannot be such keys; `mixed_modes` when one is for tests and the
/// other is not; `NotFound`, `Forbidden`.
pub async fn stripe_set(
    p: &Platform,
    ctx: &OpCtx,
    seller: AccountId,
    input: &StripeSet,
) -> Result<StripeConfig> {
    let live = check(input)?;
    let hint: String = input.secret_key.chars().rev().take(4).collect();
    let sealed = Sealed {
        config: StripeConfig {
            seller_id: seller,
            publishable_key: input.publishable_key.clone(),
            key_hint: hint.chars().rev().collect(),
            live,
            set_at: ctx.now,
        },
        secret_key: p.keys().seal(&place("key", seller), &input.secret_key)?,
        webhook_secret: p
            .keys()
            .seal(&place("webhook", seller), &input.webhook_secret)?,
    };
    // Sealing makes another text each time, so the caller's key cannot be kept with it. Setting it again changes nothing.
    let ctx = OpCtx {
        idempotency_key: None,
        ..ctx.clone()
    };
    p.command(&ctx, "stripe.set", &sealed, |w, sealed| {
        Box::pin(async move {
            let config = &sealed.config;
            authorize(w, Action::PaymentRecord, config.seller_id).await?;
            let realm = w.ctx.realm;
            let keys = (sealed.secret_key.as_str(), sealed.webhook_secret.as_str());
            store::set(&mut w.tx, realm, config, keys).await?;
            audit(w, "stripe.set", config.seller_id, &config.key_hint);
            Ok(config.clone())
        })
    })
    .await
}

fn audit(w: &mut Work, action: &'static str, seller: AccountId, hint: &str) {
    w.audit(AuditEntry {
        action,
        kind: "account",
        id: seller.to_string(),
        account: seller,
        summary: json!({ "key": hint }),
    });
}

fn check(input: &StripeSet) -> Result<bool> {
    let mut problems = Problems::new();
    let mut starts = |field: &str, key: &str, starts: &[&str]| {
        let fits = check_len(field, key, 12, 300).is_ok()
            && key
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
            && starts.iter().any(|start| key.starts_with(start));
        if !fits {
            let text = format!("must be a key that begins with {}", starts.join(" or "));
            problems.add(field, "malformed_key", text);
        }
    };
    starts("publishable_key", &input.publishable_key, &["pk_"]);
    starts("secret_key", &input.secret_key, &["sk_", "rk_"]);
    starts("webhook_secret", &input.webhook_secret, &["whsec_"]);
    let live = |key: &str| key.get(3..).is_some_and(|rest| rest.starts_with("live_"));
    let (public, secret) = (live(&input.publishable_key), live(&input.secret_key));
    if public != secret {
        problems.add(
            "publishable_key",
            "mixed_modes",
            "one key is for tests and the other is not",
        );
    }
    problems.finish()?;
    Ok(secret)
}

/// A seller's account at Stripe; none when it has none.
///
/// # Errors
/// `NotFound`, `Forbidden`.
pub async fn stripe_get(
    p: &Platform,
    ctx: &OpCtx,
    seller: AccountId,
) -> Result<Option<StripeConfig>> {
    p.read(ctx, &seller, |w, seller| {
        Box::pin(async move {
            authorize(w, Action::PaymentView, *seller).await?;
            store::config(&mut w.tx, w.ctx.realm, *seller).await
        })
    })
    .await
}

/// Forgets a seller's account at Stripe. Methods that are kept there cannot be charged any more.
///
/// # Errors
/// `NotFound`, `Forbidden`.
pub async fn stripe_remove(p: &Platform, ctx: &OpCtx, input: &StripeRef) -> Result<()> {
    p.command(ctx, "stripe.remove", input, |w, input| {
        Box::pin(async move {
            authorize(w, Action::PaymentRecord, input.seller_id).await?;
            let realm = w.ctx.realm;
            store::remove(&mut w.tx, realm, input.seller_id).await?;
            audit(w, "stripe.remove", input.seller_id, "");
            Ok(())
        })
    })
    .await
}

/// Asks Stripe whether the keys of a seller are good. Answers the account's currencies.
///
/// # Errors
/// `stripe_key` when they are not, `no_stripe_account`; `Unavailable` when Stripe does not answer; `NotFound`, `Forbidden`.
pub async fn stripe_test(
    gateway: &StripeGateway,
    ctx: &OpCtx,
    seller: AccountId,
) -> Result<Vec<String>> {
    stripe_get(&gateway.platform, ctx, seller).await?;
    let api = gateway.api(ctx.realm, seller).await?;
    let balance = api.get("/v1/balance").await?;
    let available = balance.get("available").and_then(|list| list.as_array());
    Ok(available
        .into_iter()
        .flatten()
        .filter_map(|one| text(one, "/currency"))
        .map(str::to_uppercase)
        .collect())
}

fn none() -> Error {
    Error::refused(
        "no_stripe_account",
        "this seller has no account at Stripe set up",
    )
}

/// The key of a seller that browsers may know.
pub(super) async fn public_key(w: &mut Work, seller: AccountId) -> Result<String> {
    let found = store::config(&mut w.tx, w.ctx.realm, seller).await?;
    found.map(|config| config.publishable_key).ok_or_else(none)
}

/// The secret key of a seller.
pub(super) async fn secret_key(p: &Platform, realm: RealmId, seller: AccountId) -> Result<Secret> {
    let (key, _) = sealed(p, realm, seller).await?;
    p.keys().open(&place("key", seller), &key)
}

/// What a seller's account signs with.
pub(super) async fn webhook_secret(
    p: &Platform,
    realm: RealmId,
    seller: AccountId,
) -> Result<Secret> {
    let (_, secret) = sealed(p, realm, seller).await?;
    p.keys().open(&place("webhook", seller), &secret)
}

async fn sealed(p: &Platform, realm: RealmId, seller: AccountId) -> Result<(String, String)> {
    let ctx = p.system(realm).await?;
    let found = p
        .read(&ctx, &seller, |w, seller| {
            Box::pin(async move { store::sealed(&mut w.tx, w.ctx.realm, *seller).await })
        })
        .await?;
    found.ok_or_else(none)
}
