//! Forgetting what nobody can use any more.

use tradewind_kernel::{Result, Timestamp, id::RealmId};
use tradewind_platform::{Platform, args};

use crate::store::{
    access::SESSIONS_FORGET,
    user::{NEXT_FORGET, TOKENS_FORGET},
};

/// What was forgotten.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Forgotten {
    /// Sessions.
    pub sessions: u64,
    /// Links that worked once, and where they led on.
    pub tokens: u64,
}

/// Forgets the sessions and single-use links of a realm that were over before a time, which is wall time as theirs is.
///
/// # Errors
/// Database errors.
pub async fn forget_ended(p: &Platform, realm: RealmId, before: Timestamp) -> Result<Forgotten> {
    p.transact("accounts.forget", move |tx| {
        Box::pin(async move {
            Ok(Forgotten {
                sessions: tx.exec(&SESSIONS_FORGET, args![realm, before]).await?,
                tokens: tx.exec(&TOKENS_FORGET, args![realm, before]).await?
                    + tx.exec(&NEXT_FORGET, args![realm, before]).await?,
            })
        })
    })
    .await
}
