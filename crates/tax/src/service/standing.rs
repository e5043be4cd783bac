//! What is known of buyers: hints at their place, and what the register says of their VAT ids.

use serde::{Deserialize, Serialize};
use serde_json::json;
use tradewind_accounts::service as accounts;
use tradewind_kernel::{Error, Result, id::AccountId, vat_id::VatId};
use tradewind_platform::{BoxFuture, NewJob, OpCtx, Platform, Work};
use tradewind_policy::{Action, ResourceKind};

use super::audit;
use crate::{
    rules, store,
    types::{Evidence, EvidenceAdd, Standing, VatAnswer, VatCheck, VatState},
};

/// Kind of the job that asks the register; its payload is a [`VatCheckAsk`].
pub const VAT_CHECK_JOB: &str = "tax.vat_check";

/// Whose VAT id is to be asked about.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct VatCheckAsk {
    /// Whose.
    pub account: AccountId,
}

/// A register of VAT ids.
pub trait VatRegister: Send + Sync {
    /// Whether a number is registered. `asker` is the provider's own number, so that the register gives the consultation
    /// a number of its own.
    ///
    /// # Errors
    /// Never for what the register says or for a register that cannot be reached: that is an answer.
    fn ask<'a>(
        &'a self,
        id: &'a VatId,
        asker: Option<&'a VatId>,
    ) -> BoxFuture<'a, Result<VatAnswer>>;
}

async fn known(w: &mut Work, account: AccountId) -> Result<Standing> {
    let realm = w.ctx.realm;
    let mut known = store::accounts(&mut w.tx, realm, &[account]).await?;
    Ok(known.remove(&account).unwrap_or_default().standing)
}

/// What is known of an account as a buyer.
///
/// # Errors
/// `NotFound`, `Forbidden`.
pub async fn standing_get(p: &Platform, ctx: &OpCtx, account: AccountId) -> Result<Standing> {
    p.read(ctx, &account, |w, account| {
        Box::pin(async move {
            let target = accounts::target(w, ResourceKind::Account, *account).await?;
            w.authorize_for(Action::AccountView, &target, account)?;
            known(w, *account).await
        })
    })
    .await
}

/// Records a hint at where a buyer is. The latest of a kind counts.
///
/// # Errors
/// `country`; `NotFound`, `Forbidden`.
pub async fn evidence_add(p: &Platform, ctx: &OpCtx, input: &EvidenceAdd) -> Result<Standing> {
    p.command(ctx, "tax.evidence_add", input, |w, input| {
        Box::pin(async move {
            let target = accounts::target(w, ResourceKind::Account, input.account).await?;
            w.authorize_for(Action::AccountUpdate, &target, &input.account)?;
            rules::check_country(&input.country)?;
            let mut standing = known(w, input.account).await?;
            standing.evidence.retain(|hint| hint.kind != input.kind);
            standing.evidence.push(Evidence {
                kind: input.kind,
                country: input.country.clone(),
                at: w.ctx.now,
            });
            let realm = w.ctx.realm;
            store::set_evidence(&mut w.tx, realm, input.account, &standing.evidence).await?;
            let summary = json!({ "kind": input.kind, "country": input.country });
            audit(
                w,
                "tax.evidence_add",
                "account",
                input.account,
                input.account,
                summary,
            );
            Ok(standing)
        })
    })
    .await
}

/// Has the register asked about the VAT id that an account has now. The answer comes later.
///
/// # Errors
/// `tax_id` when the account has no VAT id; `NotFound`, `Forbidden`.
pub async fn vat_check_ask(p: &Platform, ctx: &OpCtx, ask: &VatCheckAsk) -> Result<Standing> {
    p.command(ctx, "tax.vat_check_ask", ask, |w, ask| {
        Box::pin(async move {
            let target = accounts::target(w, ResourceKind::Account, ask.account).await?;
            w.authorize_for(Action::AccountView, &target, &ask.account)?;
            let account = accounts::account_facts(w, ask.account).await?;
            account.tax.tax_id.parse::<VatId>()?;
            w.enqueue(
                NewJob::new(VAT_CHECK_JOB, json!(ask))
                    .unique(format!("{VAT_CHECK_JOB}:{}", ask.account)),
            );
            known(w, ask.account).await
        })
    })
    .await
}

/// Asks the register and keeps what it says. Nothing is asked about an account without a VAT id.
///
/// # Errors
/// [`Error::Unavailable`] when the register could not answer, after that is noted: to be tried again.
pub async fn vat_check_now(
    p: &Platform,
    ctx: &OpCtx,
    register: &dyn VatRegister,
    ask: &VatCheckAsk,
) -> Result<()> {
    let ids = p
        .read(ctx, ask, |w, ask| {
            Box::pin(async move {
                let account = accounts::account_facts(w, ask.account).await?;
                let chain = accounts::ancestry(w, ask.account).await?;
                let provider = chain.last().copied().unwrap_or(ask.account);
                let asker = accounts::account_facts(w, provider).await?;
                let id = |text: &str| text.parse::<VatId>().ok();
                Ok((id(&account.tax.tax_id), id(&asker.tax.tax_id)))
            })
        })
        .await?;
    let (Some(id), asker) = ids else {
        return Ok(());
    };
    // Outside of any transaction: the register may take its time.
    let answer = register.ask(&id, asker.as_ref()).await?;
    let (check, problem) = match answer {
        VatAnswer::Known {
            valid,
            reference,
            name,
        } => {
            let state = if valid {
                VatState::Valid
            } else {
                VatState::Invalid
            };
            ((state, reference, name), None)
        }
        VatAnswer::Unavailable(problem) => ((VatState::Unavailable, None, None), Some(problem)),
    };
    let (state, reference, name) = check;
    let said = (ask.account, id.to_string(), state, reference, name);
    p.command(ctx, "tax.vat_check", &said, |w, said| {
        Box::pin(async move {
            let (account, vat_id, state, reference, name) = said;
            let before = known(w, *account).await?.vat_check;
            // Silence takes nothing back that was said of the same number.
            let kept = before.is_some_and(|one| {
                one.vat_id == *vat_id && matches!(one.state, VatState::Valid | VatState::Invalid)
            });
            if *state == VatState::Unavailable && kept {
                return Ok(());
            }
            let check = VatCheck {
                vat_id: vat_id.clone(),
                state: *state,
                checked_at: w.ctx.now,
                reference: reference.clone(),
                name: name.clone(),
            };
            let realm = w.ctx.realm;
            store::set_vat_check(&mut w.tx, realm, *account, &check).await?;
            audit(
                w,
                "tax.vat_check",
                "account",
                account,
                *account,
                json!({ "after": check }),
            );
            Ok(())
        })
    })
    .await?;
    match problem {
        Some(problem) => Err(Error::unavailable(format!("the VAT register: {problem}"))),
        None => Ok(()),
    }
}
