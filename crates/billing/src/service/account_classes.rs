//! Classes of a seller's buyers, each with steps of its own.

use serde::{Deserialize, Serialize};
use serde_json::json;
use tradewind_kernel::{Error, Result, id::AccountId};
use tradewind_platform::{AuditEntry, OpCtx, Platform, Work};
use tradewind_policy::Action;

use super::{authorize_seller, realm};
use crate::{rules::dunning, store::dunning as store, types::AccountClass};

/// Classes that a seller can have.
const MOST: usize = 50;

/// A class of a seller.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ClassSet {
    /// Who sells.
    pub seller_id: AccountId,
    /// The class; takes the place of the one with its code.
    pub class: AccountClass,
}

/// Which class of a seller.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ClassOf {
    /// Who sells.
    pub seller_id: AccountId,
    /// The code.
    pub code: String,
}

fn audit(w: &mut Work, action: &'static str, seller: AccountId, summary: serde_json::Value) {
    w.audit(AuditEntry {
        action,
        kind: "account",
        id: seller.to_string(),
        account: seller,
        summary,
    });
}

/// The classes of a seller, by code.
///
/// # Errors
/// `NotFound`, `Forbidden`.
pub async fn class_list(p: &Platform, ctx: &OpCtx, seller: AccountId) -> Result<Vec<AccountClass>> {
    p.read(ctx, &seller, |w, seller| {
        Box::pin(async move {
            authorize_seller(w, *seller, Action::InvoiceView).await?;
            let realm = realm(w);
            store::classes(&mut w.tx, realm, *seller).await
        })
    })
    .await
}

/// Makes a class, or changes it. Invoices of its buyers that are open already go on by it at their next step.
///
/// # Errors
/// `code`, `name`, what is wrong with the steps; `too_many`; `NotFound`, `Forbidden`.
pub async fn class_set(p: &Platform, ctx: &OpCtx, input: &ClassSet) -> Result<AccountClass> {
    p.command(ctx, "dunning.class_set", input, |w, input| {
        Box::pin(async move {
            authorize_seller(w, input.seller_id, Action::InvoiceIssue).await?;
            dunning::check_class(&input.class)?;
            let (realm, seller) = (realm(w), input.seller_id);
            let known = store::classes(&mut w.tx, realm, seller).await?;
            let is_new = !known.iter().any(|one| one.code == input.class.code);
            if is_new && known.len() >= MOST {
                let text = format!("expected at most {MOST} classes");
                return Err(Error::invalid("code", "too_many", text));
            }
            store::set_class(&mut w.tx, realm, seller, &input.class).await?;
            audit(
                w,
                "dunning.class_set",
                seller,
                json!({ "after": input.class }),
            );
            Ok(input.class.clone())
        })
    })
    .await
}

/// Ends a class that has no buyers.
///
/// # Errors
/// `class_in_use`; `NotFound`, `Forbidden`.
pub async fn class_remove(p: &Platform, ctx: &OpCtx, input: &ClassOf) -> Result<()> {
    p.command(ctx, "dunning.class_remove", input, |w, input| {
        Box::pin(async move {
            authorize_seller(w, input.seller_id, Action::InvoiceIssue).await?;
            let (realm, seller) = (realm(w), input.seller_id);
            locked(w, seller, &input.code).await?;
            let buyers = store::class_size(&mut w.tx, realm, seller, &input.code).await?;
            if buyers > 0 {
                let text =
                    format!("{buyers} buyers are in this class; put them into another first");
                return Err(Error::conflict("class_in_use", text));
            }
            store::end_class(&mut w.tx, realm, seller, &input.code).await?;
            audit(
                w,
                "dunning.class_remove",
                seller,
                json!({ "code": input.code }),
            );
            Ok(())
        })
    })
    .await
}

/// A class that exists; it stays until the end of the transaction.
pub(super) async fn locked(w: &mut Work, seller: AccountId, code: &str) -> Result<AccountClass> {
    let realm = realm(w);
    store::lock_class(&mut w.tx, realm, seller, code)
        .await?
        .ok_or_else(|| Error::NotFound {
            kind: "account_class",
            id: code.to_owned(),
        })
}
