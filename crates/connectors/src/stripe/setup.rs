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
use super::api::{Api, Field, Said, text};
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

/// Begins to keep a method on a page of Stripe's.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct PageBegin {
    /// Whose method.
    pub account_id: AccountId,
    /// Who is to be paid with it.
    pub seller_id: AccountId,
    /// Where the payer's browser goes afterwards, at most 2,000 characters; `setup`, the name of what was begun, is added to
    /// its query.
    pub done_url: String,
    /// Where it goes when the payer turns back.
    pub cancel_url: String,
}

/// Ends it, once the payer has filled it in.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct SetupFinish {
    /// Whose method.
    pub account_id: AccountId,
    /// Who is to be paid with it.
    pub seller_id: AccountId,
    /// Stripe's name of what was begun: `seti_…`, or `cs_…` for a page.
    pub setup: String,
}

/// A page of Stripe's on which a payer fills in a method.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct MethodPage {
    /// Stripe's name of it: `cs_…`.
    pub setup: String,
    /// Where the payer's browser is to go.
    pub url: String,
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
    let (receiver, publishable_key) =
        authorized(gateway, ctx, input.account_id, input.seller_id).await?;
    let input = &SetupBegin {
        seller_id: receiver,
        ..input.clone()
    };
    let mut fields = vec![
        ("usage", "off_session".to_owned()),
        ("metadata[account]", input.account_id.to_string()),
        ("metadata[realm]", ctx.realm.to_string()),
    ];
    fields.push(("customer", customer(gateway, ctx, input).await?));
    let intent = begin(gateway, ctx, input, "/v1/setup_intents", fields).await?;
    Ok(MethodSetup {
        setup: part(&intent, "/id")?,
        client_secret: part(&intent, "/client_secret")?,
        publishable_key,
    })
}

/// Begins to keep a card or a bank account on a page of Stripe's, to which the payer's browser is sent.
///
/// # Errors
/// `malformed_url` for an address to come back to that is none; as [`method_setup_begin`].
pub async fn method_page_begin(
    gateway: &StripeGateway,
    ctx: &OpCtx,
    input: &PageBegin,
) -> Result<MethodPage> {
    let done_url = address("done_url", &input.done_url)?;
    let cancel_url = address("cancel_url", &input.cancel_url)?;
    let (receiver, _) = authorized(gateway, ctx, input.account_id, input.seller_id).await?;
    let begun = SetupBegin {
        account_id: input.account_id,
        seller_id: receiver,
    };
    let mut fields = vec![
        ("mode", "setup".to_owned()),
        ("locale", ctx.locale.tag().to_owned()),
        // Stripe puts the name in place of the word, which has to stand there as it is.
        (
            "success_url",
            format!(
                "{done_url}{}setup={{CHECKOUT_SESSION_ID}}",
                if done_url.query().is_some() { '&' } else { '?' }
            ),
        ),
        ("cancel_url", cancel_url.to_string()),
        (
            "setup_intent_data[metadata][account]",
            input.account_id.to_string(),
        ),
        ("setup_intent_data[metadata][realm]", ctx.realm.to_string()),
    ];
    fields.push(("customer", customer(gateway, ctx, &begun).await?));
    let session = begin(gateway, ctx, &begun, "/v1/checkout/sessions", fields).await?;
    Ok(MethodPage {
        setup: part(&session, "/id")?,
        url: address("url", &part(&session, "/url")?)?.to_string(),
    })
}

fn address(field: &str, text: &str) -> Result<url::Url> {
    let read = url::Url::parse(text).ok().filter(|url| {
        matches!(url.scheme(), "https" | "http")
            && url.has_host()
            && url.fragment().is_none()
            && text.len() <= 2_000
    });
    read.ok_or_else(|| {
        let message = "expected an address such as https://shop.example/methods, at most 2,000 characters, without #";
        Error::invalid(field, "malformed_url", message)
    })
}

/// Begun twice it is two; the one that nobody fills in comes to nothing.
async fn begin(
    gateway: &StripeGateway,
    ctx: &OpCtx,
    input: &SetupBegin,
    path: &str,
    mut fields: Vec<Field<'_>>,
) -> Result<serde_json::Value> {
    fields.push(("payment_method_types[0]", "card".to_owned()));
    fields.push(("payment_method_types[1]", "sepa_debit".to_owned()));
    let api = gateway.api(ctx.realm, input.seller_id).await?;
    let key = tradewind_kernel::id::RequestId::generate().to_string();
    done(api.post(path, &fields, &key).await?)
}

fn part(said: &serde_json::Value, path: &str) -> Result<String> {
    text(said, path)
        .map(str::to_owned)
        .ok_or_else(|| Error::unavailable("Stripe answered without a setup"))
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

/// Whether the caller may keep methods for an account that buys from a seller: who is paid with them (the seller, or who collects for it),
/// and the public key of that.
async fn authorized(
    gateway: &StripeGateway,
    ctx: &OpCtx,
    account: AccountId,
    seller: AccountId,
) -> Result<(AccountId, String)> {
    gateway
        .platform
        .read(ctx, &(account, seller), |w, (account, seller)| {
            Box::pin(async move {
                let target = accounts::target(w, ResourceKind::PaymentMethod, *account).await?;
                w.authorize_for(Action::PaymentMethodManage, &target, account)?;
                accounts::relationship_of(w, *seller, *account).await?;
                let collector = accounts::collector_of(w, *seller, *account).await?;
                let receiver = collector.unwrap_or(*seller);
                Ok((receiver, public_key(w, receiver).await?))
            })
        })
        .await
}

/// Whether methods for a seller are kept at Stripe.
///
/// # Errors
/// `NotFound`, `Forbidden`.
pub async fn stripe_keeps(
    gateway: &StripeGateway,
    ctx: &OpCtx,
    input: &SetupBegin,
) -> Result<bool> {
    match authorized(gateway, ctx, input.account_id, input.seller_id).await {
        Ok(_) => Ok(true),
        Err(error) if error.code() == "no_stripe_account" => Ok(false),
        Err(error) => Err(error),
    }
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
    let (receiver, _) = authorized(gateway, ctx, input.account_id, input.seller_id).await?;
    let api = gateway.api(ctx.realm, receiver).await?;
    let input = &SetupFinish {
        seller_id: receiver,
        setup: intent_of(&api, &input.setup).await?,
        ..input.clone()
    };
    let intent = api
        .get(&format!("/v1/setup_intents/{}", input.setup))
        .await?;
    let account = input.account_id.to_string();
    let realm = ctx.realm.to_string();
    if text(&intent, "/metadata/account") != Some(&account)
        || text(&intent, "/metadata/realm") != Some(&realm)
    {
        return Err(Error::not_found(input.account_id));
    }
    if text(&intent, "/status") != Some("succeeded") {
        return Err(open());
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

fn open() -> Error {
    Error::conflict(
        "setup_open",
        "the payer has not given a method to Stripe yet",
    )
}

/// The setup itself, of which a page is only the outside.
async fn intent_of(api: &Api<'_>, setup: &str) -> Result<String> {
    let setup = plain(setup)?;
    if !setup.starts_with("cs_") {
        return Ok(setup.to_owned());
    }
    let session = api.get(&format!("/v1/checkout/sessions/{setup}")).await?;
    let intent = text(&session, "/setup_intent").ok_or_else(open)?;
    plain(intent).map(str::to_owned)
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
