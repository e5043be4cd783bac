//! Forgetting messages of long ago.

use crate::store::webhook;
use tradewind_kernel::id::RealmId;
use tradewind_kernel::{Result, Timestamp};
use tradewind_platform::Platform;

/// Forgets the webhook messages of a realm that were made before a time and are not on their way any more, with their
/// attempts. Returns how many messages.
///
/// # Errors
/// Database errors.
pub async fn forget_messages(p: &Platform, realm: RealmId, before: Timestamp) -> Result<u64> {
    p.transact("fulfilment.forget", move |tx| {
        Box::pin(async move { webhook::forget(tx, realm, before).await })
    })
    .await
}
