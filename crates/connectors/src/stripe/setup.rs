//! Methods that payers give to Stripe: begun here, filled in there, kept here by their names.

use serde::{Deserialize, Serialize};
use tradewind_accounts::service as accounts;
use tradewind_billing::service::{MethodKept, method_keep_in, method_list};
use tradewind_billing::types::{PaymentMethod, Tokenised};
use tradewind_kernel::id::AccountId;
use tradewind_kernel::{Error, Result};
use tradewind_platform::OpCtx;
use tradewind_policy::{Action, ResourceKind};
use utoipa::ToSchema;

use super::accounts::public_key;
use super::api::{Said, text};
use super::gateway::{NAME, StripeGateway, Token, plain};
use crate::store::stripe as store;

/// Begins to keep a method at the Stripe account of a seller.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct SetupBegin {
    /// Whose method.
    pub account_id: AccountId,
    /// Who is to be paid with it.
    pub seller_id: AccountId,
}

/// Ends it, once the payer has filled it in.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct SetupFinish {
    /// Whose method.
    pub account_id: AccountId,
    /// Who is to be paid with it.
    pub seller_id: AccountId,
    /// Stripe's name of what was begun: `seti_…`.
    pub setup: String,
}

/// What a browser needs to take a payer's data to Stripe.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct MethodSetup {
    /// Stripe's name of it: `seti_…`.
    pub setup: String,
    /// Lets the payer's browser, and nobody else, fill it in.
    pub client_secret: String,
    /// The key that browsers may know.
    pub publishable_key: String,
}

/// Begins to keep a card or a bank account at Stripe. The payer's browser fills it in there.
///
/// # Errors
/// `no_stripe_account`; `stripe_refused`; `Unavailable` when Stripe does not answer; `NotFound`, `Forbidden`.
pub async fn method_setup_begin(
    gateway: &StripeGateway,
    ctx: &OpCtx,
    input: &SetupBegin,
) -> Result<MethodSetup> {
    let publishable_key = authorized(gateway, ctx, input.account_id, input.seller_id).await?;
    let api = gateway.api(ctx.realm, input.seller_id).await?;
    let customer = customer(gateway, ctx, input).await?;
    let fields = [
        ("customer", customer),
        ("usage", "off_session".to_owned()),
        ("payment_method_types[0]", "card".to_owned()),
        ("payment_method_types[1]", "sepa_debit".to_owned()),
        ("metadata[account]", input.account_id.to_string()),
        ("metadata[realm]", ctx.realm.to_string()),
    ];
    // Begun twice it is two; the one that nobody fills in comes to nothing.
    let key = tradewind_kernel::id::RequestId::generate().to_string();
    let intent = done(api.post("/v1/setup_intents", &fields, &key).await?)?;
    let part = |path: &str| {
        text(&intent, path)
            .map(str::to_owned)
            .ok_or_else(|| Error::unavailable("Stripe answered without a setup"))
    };
    Ok(MethodSetup {
        setup: part("/id")?,
        client_secret: part("/client_secret")?,
        publishable_key,
    })
}

fn done(said: Said) -> Result<serde_json::Value> {
    match said {
        Said::Done(value) => Ok(value),
        Said::Refused { code, .. } => Err(Error::refused(
            "stripe_refused",
            format!("Stripe refused: {code}"),
        )),
    }
}

/// Whether the caller may keep methods for an account that buys from a seller; the seller's public key.
async fn authorized(
    gateway: &StripeGateway,
    ctx: &OpCtx,
    account: AccountId,
    seller: AccountId,
) -> Result<String> {
    gateway
        .platform
        .read(ctx, &(account, seller), |w, (account, seller)| {
            Box::pin(async move {
                let target = accounts::target(w, ResourceKind::PaymentMethod, *account).await?;
                w.authorize_for(Action::PaymentMethodManage, &target, account)?;
                accounts::relationship_of(w, *seller, *account).await?;
                public_key(w, *seller).await
            })
        })
        .await
}

/// The customer at Stripe that stands for an account; made the first time.
async fn customer(gateway: &StripeGateway, ctx: &OpCtx, input: &SetupBegin) -> Result<String> {
    let pair = (input.seller_id, input.account_id);
    let known = gateway
        .platform
        .read(ctx, &pair, |w, (seller, account)| {
            Box::pin(
                async move { store::customer(&mut w.tx, w.ctx.realm, *seller, *account).await },
            )
        })
        .await?;
    if let Some(known) = known {
        return Ok(known);
    }
    let api = gateway.api(ctx.realm, input.seller_id).await?;
    let fields = [("metadata[account]", input.account_id.to_string())];
    let key = format!("customer:{}:{}", input.seller_id, input.account_id);
    let made = done(api.post("/v1/customers", &fields, &key).await?)?;
    let id = plain(text(&made, "/id").unwrap_or_default())?.to_owned();
    let kept = (input.seller_id, input.account_id, id);
    let ctx = OpCtx {
        idempotency_key: None,
        ..ctx.clone()
    };
    // The first one that is kept holds, also when two ask at once.
    gateway
        .platform
        .command(
            &ctx,
            "stripe.customer",
            &kept,
            |w, (seller, account, id)| {
                Box::pin(async move {
                    let realm = w.ctx.realm;
                    store::keep_customer(&mut w.tx, realm, *seller, *account, id).await?;
                    let kept = store::customer(&mut w.tx, realm, *seller, *account).await?;
                    kept.ok_or_else(|| Error::internal("a customer at Stripe vanished"))
                })
            },
        )
        .await
}

/// Keeps the method that a payer has filled in. Asked twice, the answer is the same.
///
/// # Errors
/// `setup_open` while the payer is not done; `NotFound` for a setup of somebody else; as [`method_setup_begin`].
pub async fn method_setup_finish(
    gateway: &StripeGateway,
    ctx: &OpCtx,
    input: &SetupFinish,
) -> Result<PaymentMethod> {
    authorized(gateway, ctx, input.account_id, input.seller_id).await?;
    let api = gateway.api(ctx.realm, input.seller_id).await?;
    let intent = api
        .get(&format!("/v1/setup_intents/{}", plain(&input.setup)?))
        .await?;
    let account = input.account_id.to_string();
    let realm = ctx.realm.to_string();
    if text(&intent, "/metadata/account") != Some(&account)
        || text(&intent, "/metadata/realm") != Some(&realm)
    {
        return Err(Error::not_found(input.account_id));
    }
    if text(&intent, "/status") != Some("succeeded") {
        return Err(Error::conflict(
            "setup_open",
            "the payer has not given a method to Stripe yet",
        ));
    }
    let method = plain(text(&intent, "/payment_method").unwrap_or_default())?.to_owned();
    let customer = plain(text(&intent, "/customer").unwrap_or_default())?.to_owned();
    let told = api.get(&format!("/v1/payment_methods/{method}")).await?;
    let kept = tokenised(&told, &customer, &method);
    let known = keep(gateway, ctx, input, kept).await?;
    let methods = method_list(&gateway.platform, ctx, input.account_id).await?;
    let found = methods.into_iter().find(|one| one.id.to_string() == known);
    found.ok_or_else(|| Error::not_found(input.account_id))
}

async fn keep(
    gateway: &StripeGateway,
    ctx: &OpCtx,
    input: &SetupFinish,
    kept: Tokenised,
) -> Result<String> {
    let keys = gateway.platform.keys().clone();
    let ctx = OpCtx {
        idempotency_key: None,
        ..ctx.clone()
    };
    gateway
        .platform
        .command(&ctx, "stripe.setup_finish", input, move |w, input| {
            let (keys, kept) = (keys.clone(), kept.clone());
            Box::pin(async move {
                let realm = w.ctx.realm;
                if let Some(known) = store::setup(&mut w.tx, realm, &input.setup).await? {
                    return Ok(known);
                }
                let method = MethodKept {
                    account_id: input.account_id,
                    gateway: NAME,
                    kept,
                };
                let method = method_keep_in(w, &keys, &method).await?;
                store::keep_setup(&mut w.tx, realm, &input.setup, method.id).await?;
                Ok(method.id.to_string())
            })
        })
        .await
}

/// What is kept of a method: names and what people know it by.
fn tokenised(told: &serde_json::Value, customer: &str, method: &str) -> Tokenised {
    let kind = text(told, "/type").unwrap_or("card");
    let last4 = text(told, &format!("/{kind}/last4")).unwrap_or_default();
    let number = |path: &str| told.pointer(path).and_then(serde_json::Value::as_i64);
    let expires = match (number("/card/exp_month"), number("/card/exp_year")) {
        (Some(month), Some(year)) if kind == "card" => format!("{month:02}/{:02}", year % 100),
        _ => String::new(),
    };
    let brand = match kind {
        "sepa_debit" => "SEPA",
        _ => text(told, "/card/brand").unwrap_or("card"),
    };
    Tokenised {
        token: Token::kept(customer, method, kind),
        brand: brand.to_owned(),
        last4: last4.to_owned(),
        expires,
    }
}
