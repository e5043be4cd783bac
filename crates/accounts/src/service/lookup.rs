//! Who makes what is sold in a realm, and who sells it to the provider: for use cases that have authorised what they do
//! with it.

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
    store::lookup::vendors(&mut w.tx, w.ctx.realm, provider).await
}

/// The provider and all vendors: everyone whose products may be in the catalogue.
///
/// # Errors
/// Database errors.
pub async fn makers(w: &mut Work, provider: AccountId) -> Result<Vec<AccountBrief>> {
    store::lookup::makers(&mut w.tx, w.ctx.realm, provider).await
}
