//! Who makes what is sold in a realm, and who sells it to the provider: for use cases that have authorised what they do
//! with it.

use std::sync::Arc;

use tradewind_kernel::{Result, id::AccountId};
use tradewind_platform::Work;

use crate::{
    store,
    types::{AccountBrief, Adjacent},
};

/// The vendors that the provider buys from, each with its terms.
///
/// # Errors
/// Database errors.
pub async fn vendors(w: &mut Work, provider: AccountId) -> Result<Vec<Adjacent>> {
    let key = format!("vendors of {provider}");
    if let Some(found) = w.recall::<Vec<Adjacent>>(&key) {
        return Ok(Vec::clone(&found));
    }
    let found = store::lookup::vendors(&mut w.tx, w.ctx.realm, provider).await?;
    w.remember(key, Arc::new(found.clone()));
    Ok(found)
}

/// The provider and all vendors: everyone whose products may be in the catalogue.
///
/// # Errors
/// Database errors.
pub async fn makers(w: &mut Work, provider: AccountId) -> Result<Vec<AccountBrief>> {
    store::lookup::makers(&mut w.tx, w.ctx.realm, provider).await
}
