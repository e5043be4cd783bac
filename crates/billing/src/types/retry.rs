//! Attempts at payments that failed.

use serde::{Deserialize, Serialize};
use tradewind_kernel::text_enum;
use utoipa::ToSchema;

text_enum! {
    /// What a failure means for another attempt with the same card.
    pub enum FailureClass("class") {
        /// It may work later.
        Temporary = "temporary",
        /// The payer has to do something.
        Payer = "payer",
        /// It will not work.
        Final = "final",
    }
}

/// When a seller tries again what failed for a reason that may pass.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RetryPolicy {
    /// Days from each attempt that failed to the next; no further attempt after the last.
    pub after_days: Vec<u16>,
}

impl Default for RetryPolicy {
    /// After one, three and five days.
    fn default() -> Self {
        Self {
            after_days: vec![1, 3, 5],
        }
    }
}
