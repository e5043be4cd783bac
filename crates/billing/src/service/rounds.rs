//! Work that is done for one book after the other.

use serde::Serialize;
use tradewind_kernel::{Result, id::AccountId};
use tradewind_platform::{OpCtx, Platform};

use super::{authorize_run, realm};
use crate::store::{books, currency, revenue};

/// What is done in a round.
#[derive(Debug, Clone, Copy, Serialize)]
pub(super) enum Round {
    /// Entries that wait are sealed.
    Seal,
    /// Months of revenue are booked.
    Revenue,
    /// Months of currency differences are booked.
    Currency,
}

impl Round {
    /// The next book after one for which there may be something to do.
    ///
    /// # Errors
    /// `Forbidden`; database errors.
    pub(super) async fn next(
        self,
        p: &Platform,
        ctx: &OpCtx,
        after: Option<AccountId>,
    ) -> Result<Option<AccountId>> {
        let after = after.map_or(String::new(), |book| book.to_string());
        p.read(ctx, &(self, after), |w, (round, after)| {
            Box::pin(async move {
                authorize_run(w)?;
                let realm = realm(w);
                match round {
                    Self::Seal => books::book_waiting(&mut w.tx, realm, after).await,
                    Self::Revenue => revenue::seller_after(&mut w.tx, realm, after).await,
                    Self::Currency => currency::book_after(&mut w.tx, realm, after).await,
                }
            })
        })
        .await
    }
}
