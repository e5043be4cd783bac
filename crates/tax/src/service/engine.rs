//! Tax engines: outside services that sellers have their taxes decided by. Nobody is asked anything within a transaction.

use serde::{Deserialize, Serialize};
use serde_json::json;
use tradewind_accounts::service as accounts;
use tradewind_kernel::{
    Error, Result, Timestamp,
    calendar::{Period, add_days},
    id::{AccountId, RealmId},
};
use tradewind_platform::{BoxFuture, OpCtx, Platform, Work};
use tradewind_policy::Action;
use tradewind_pricing::tax::TaxPolicy;

use super::{Taxers, audit, authorize_seller};
use crate::{
    rules,
    store::{self, engine},
    types::{
        EngineAnswer, EngineCall, EngineConfig, EngineReport, EngineSaid, EngineSample,
        EngineSampled, EngineSet, TaxDecision, TaxQuestion,
    },
};

/// An outside service that decides taxes.
pub trait TaxEngine: Send + Sync {
    /// Sends a request. A request under a key that it knows already does nothing new, and is answered as before.
    fn call<'a>(&'a self, call: &'a EngineCall) -> BoxFuture<'a, EngineSaid>;
}

fn place(seller: AccountId) -> String {
    format!("tax_engine.secret/{seller}")
}

pub(super) fn none() -> Error {
    Error::refused(
        "no_tax_engine",
        "this seller has no tax engine set up; set one up first",
    )
}

/// A seller's tax engine; none when it has none.
///
/// # Errors
/// `NotFound`, `Forbidden`.
pub async fn engine_get(
    p: &Platform,
    ctx: &OpCtx,
    seller: AccountId,
) -> Result<Option<EngineConfig>> {
    p.read(ctx, &seller, |w, seller| {
        Box::pin(async move {
            authorize_seller(w, Action::RelationshipView, *seller).await?;
            engine::engine(&mut w.tx, w.ctx.realm, *seller).await
        })
    })
    .await
}

#[derive(Serialize, Deserialize)]
struct Sealed {
    config: EngineConfig,
    /// None where the secret stays what it is.
    secret: Option<String>,
}

/// Sets a seller's tax engine up. Answers of an engine at another address are forgotten.
///
/// # Errors
/// Names every field that is wrong, `secret` when there is none yet or the address is another one; `NotFound`, `Forbidden`.
pub async fn engine_set(
    p: &Platform,
    ctx: &OpCtx,
    seller: AccountId,
    input: &EngineSet,
) -> Result<EngineConfig> {
    let url = rules::check_engine(input)?;
    let secret = input.secret.as_deref();
    let hint: Vec<char> = secret.unwrap_or_default().chars().rev().take(4).collect();
    let sealed = Sealed {
        config: EngineConfig {
            seller_id: seller,
            url,
            secret_hint: hint.into_iter().rev().collect(),
            away: input.away,
            after_hours: input.after_hours,
            codes: input.codes.clone(),
            set_at: ctx.now,
        },
        secret: secret
            .map(|secret| p.keys().seal(&place(seller), secret))
            .transpose()?,
    };
    // Sealing makes another text each time, so the caller's key cannot be kept with it. Setting it again changes nothing.
    let ctx = OpCtx {
        idempotency_key: None,
        ..ctx.clone()
    };
    p.command(&ctx, "tax.engine_set", &sealed, |w, sealed| {
        Box::pin(set(w, sealed))
    })
    .await
}

async fn set(w: &mut Work, sealed: &Sealed) -> Result<EngineConfig> {
    let seller = sealed.config.seller_id;
    authorize_seller(w, Action::RelationshipManage, seller).await?;
    let realm = w.ctx.realm;
    let before = engine::engine(&mut w.tx, realm, seller).await?;
    let kept = engine::access(&mut w.tx, realm, seller).await?;
    let mut config = sealed.config.clone();
    let moves = before
        .as_ref()
        .is_some_and(|before| before.url != config.url);
    let secret = match (&sealed.secret, kept) {
        (Some(secret), _) => secret.clone(),
        (None, Some(_)) if moves => {
            // Who changes the address is not to learn a secret that way.
            let text =
                "expected the secret that the engine at the new address knows this seller by";
            return Err(Error::invalid("secret", "required", text));
        }
        (None, Some((_, secret))) => {
            let hint = before.as_ref().map(|before| before.secret_hint.clone());
            config.secret_hint = hint.unwrap_or_default();
            secret
        }
        (None, None) => {
            let text = "expected the secret that the engine knows this seller by";
            return Err(Error::invalid("secret", "required", text));
        }
    };
    if moves {
        engine::forget_answers(&mut w.tx, realm, seller).await?;
    }
    engine::set(&mut w.tx, realm, &config, &secret).await?;
    let summary = json!({ "after": config });
    audit(w, "tax.engine_set", "account", seller, seller, summary);
    Ok(config)
}

/// Forgets a seller's tax engine; it is told of nothing any more.
///
/// # Errors
/// `tax_engine_in_use` while it decides the seller's taxes; `NotFound`, `Forbidden`.
pub async fn engine_remove(p: &Platform, ctx: &OpCtx, seller: AccountId) -> Result<()> {
    p.command(ctx, "tax.engine_remove", &seller, |w, seller| {
        Box::pin(async move {
            let seller = *seller;
            authorize_seller(w, Action::RelationshipManage, seller).await?;
            let realm = w.ctx.realm;
            let known = store::accounts(&mut w.tx, realm, &[seller]).await?;
            let profile = known.get(&seller).and_then(|known| known.profile.as_ref());
            if profile.is_some_and(|profile| profile.decision == TaxDecision::Engine) {
                return Err(Error::refused(
                    "tax_engine_in_use",
                    "the tax engine decides this seller's taxes; have them decided otherwise first",
                ));
            }
            engine::remove(&mut w.tx, realm, seller).await?;
            engine::forget_answers(&mut w.tx, realm, seller).await?;
            engine::forget_reports(&mut w.tx, realm, seller).await?;
            audit(w, "tax.engine_remove", "account", seller, seller, json!({}));
            Ok(())
        })
    })
    .await
}

/// Whether a seller has a tax engine.
///
/// # Errors
/// Database errors.
pub async fn engine_known(w: &mut Work, seller: AccountId) -> Result<bool> {
    let realm = w.ctx.realm;
    let found = engine::engine(&mut w.tx, realm, seller).await?;
    Ok(found.is_some())
}

/// What an engine has said, and where it was asked.
struct Called {
    url: String,
    body: Vec<u8>,
}

/// Sends a request to a seller's engine. To be called outside of any transaction.
async fn call(
    p: &Platform,
    realm: RealmId,
    port: &dyn TaxEngine,
    seller: AccountId,
    path: &str,
    key: String,
    body: String,
) -> Result<Called> {
    let ctx = p.system(realm).await?;
    let found = p
        .read(&ctx, &seller, |w, seller| {
            Box::pin(async move { engine::access(&mut w.tx, w.ctx.realm, *seller).await })
        })
        .await?;
    let (url, sealed) = found.ok_or_else(none)?;
    let call = EngineCall {
        url: format!("{url}/{}/{path}", rules::VERSION),
        secret: p.keys().open(&place(seller), &sealed)?,
        key,
        body,
    };
    match port.call(&call).await {
        EngineSaid::Answered(body) => Ok(Called { url, body }),
        EngineSaid::Refused(why) => Err(Error::refused(
            "tax_engine_refused",
            format!("the tax engine refused: {why}"),
        )),
        EngineSaid::Unavailable(why) => Err(Error::unavailable(format!("the tax engine: {why}"))),
    }
}

/// An answer, and the address that it came from.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Asked {
    /// What was answered.
    pub answer: EngineAnswer,
    /// The address of the engine that was asked.
    pub url: String,
}

/// Asks a seller's engine a question. To be called outside of any transaction; the same question is the same request.
///
/// # Errors
/// `no_tax_engine`, `tax_engine_refused`, `tax_engine_answer` when its answer cannot be used; `Unavailable` when there is none.
pub async fn engine_ask(
    p: &Platform,
    realm: RealmId,
    port: &dyn TaxEngine,
    question: &TaxQuestion,
    policy: &TaxPolicy,
) -> Result<Asked> {
    let body = serde_json::to_string(question).map_err(Error::internal)?;
    let key = format!("taxes/{realm}/{}", rules::digest(question)?);
    let said = call(p, realm, port, question.seller.id, "taxes", key, body).await?;
    Ok(Asked {
        answer: rules::understood(question, policy, &said.body)?,
        url: said.url,
    })
}

/// Tells a seller's engine of a document that was issued. To be called outside of any transaction.
///
/// # Errors
/// As [`engine_ask`].
pub async fn engine_tell(
    p: &Platform,
    realm: RealmId,
    port: &dyn TaxEngine,
    report: &EngineReport,
    document: &serde_json::Value,
) -> Result<()> {
    let key = format!("documents/{realm}/{}", report.document_id);
    let body = document.to_string();
    call(p, realm, port, report.seller_id, "documents", key, body)
        .await
        .map(drop)
}

/// What an engine has answered to a question.
///
/// # Errors
/// Database errors.
pub async fn answer_of(
    w: &mut Work,
    seller: AccountId,
    digest: &str,
) -> Result<Option<EngineAnswer>> {
    let realm = w.ctx.realm;
    engine::answer(&mut w.tx, realm, seller, digest).await
}

/// Keeps the answer to a question; the first one stays. That of an engine which is not the seller's any more is dropped.
///
/// # Errors
/// Database errors.
pub async fn answer_keep(
    w: &mut Work,
    seller: AccountId,
    digest: &str,
    asked: &Asked,
) -> Result<()> {
    let (realm, now) = (w.ctx.realm, w.ctx.now);
    let engine = engine::engine(&mut w.tx, realm, seller).await?;
    if engine.is_none_or(|engine| engine.url != asked.url) {
        return Ok(());
    }
    engine::keep_answer(&mut w.tx, realm, seller, digest, &asked.answer, now).await
}

/// Forgets answers that were given before a time: what was issued keeps its own.
///
/// # Errors
/// Database errors.
pub async fn forget_answers(p: &Platform, realm: RealmId, before: Timestamp) -> Result<u64> {
    let ctx = p.system(realm).await?;
    p.command(&ctx, "tax.forget_answers", &before, |w, before| {
        Box::pin(async move {
            let realm = w.ctx.realm;
            engine::forget_old_answers(&mut w.tx, realm, *before).await
        })
    })
    .await
}

/// Notes whether an engine knows of a document.
///
/// # Errors
/// Database errors.
pub async fn report_note(w: &mut Work, report: &EngineReport) -> Result<()> {
    let realm = w.ctx.realm;
    engine::set_report(&mut w.tx, realm, report).await
}

/// The documents that a seller's engine does not know of yet, the oldest first; the first two hundred. Says nothing about
/// who may ask.
///
/// # Errors
/// Database errors.
pub async fn reports_pending(w: &mut Work, seller: AccountId) -> Result<Vec<EngineReport>> {
    let realm = w.ctx.realm;
    engine::reports(&mut w.tx, realm, seller).await
}

/// Asks a seller's engine about a sale that is only imagined. Nothing of it is kept.
///
/// # Errors
/// As [`engine_ask`]; `NotFound` when the two do not trade, `Forbidden`.
pub async fn engine_sample(
    p: &Platform,
    ctx: &OpCtx,
    port: &dyn TaxEngine,
    seller: AccountId,
    sample: &EngineSample,
) -> Result<EngineSampled> {
    let (question, policy) = p
        .read(ctx, &(seller, sample), |w, (seller, sample)| {
            Box::pin(imagined(w, *seller, sample))
        })
        .await?;
    let Asked { answer, .. } = engine_ask(p, ctx.realm, port, &question, &policy).await?;
    let taxed = rules::taxed(&question, &answer, &policy)?;
    Ok(EngineSampled {
        answer,
        net: taxed.net,
        tax: taxed.tax,
        gross: taxed.gross,
    })
}

async fn imagined(
    w: &mut Work,
    seller: AccountId,
    sample: &EngineSample,
) -> Result<(TaxQuestion, TaxPolicy)> {
    authorize_seller(w, Action::RelationshipManage, seller).await?;
    accounts::relationship_of(w, seller, sample.buyer_id).await?;
    let realm = w.ctx.realm;
    if engine::engine(&mut w.tx, realm, seller).await?.is_none() {
        return Err(none());
    }
    let taxers = Taxers::with_engine(w, seller, sample.buyer_id).await?;
    let seller = accounts::account_facts(w, seller).await?;
    let buyer = accounts::account_facts(w, sample.buyer_id).await?;
    let taxer = taxers.any_of(&seller, &buyer);
    let today = w.ctx.now.date_in(&seller.zone);
    let item = rules::Item {
        key: "1".to_owned(),
        category: sample.category,
        period: Period::new(today, add_days(today, 1)?)?,
        quantity: tradewind_kernel::Decimal::ONE,
        unit: String::new(),
        amount: sample.amount,
        tax_included: sample.tax_included,
    };
    let terms = taxers.engine(seller.id).unwrap_or_default();
    let sides = rules::Sides::of(&seller, &buyer, &taxer);
    let question = sides.question(&terms, sample.amount.currency, today, &[item]);
    Ok((question, taxers.profile(seller.id).policy))
}
