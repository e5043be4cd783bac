//! What ending before the end of a commitment costs.

use serde::{Deserialize, Serialize};
use tradewind_kernel::{Decimal, Error, Result};
use utoipa::ToSchema;

/// What a buyer pays for ending before the end of the term.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "rule", rename_all = "snake_case")]
pub enum CancellationFee {
    /// No fee: a commitment lasts to its end.
    #[default]
    None,
    /// What the rest of the term would cost.
    Rest,
    /// A share of what the rest of the term would cost.
    Percent {
        /// How much of it, above 0 and up to 100.
        #[schema(value_type = String)]
        percent: Decimal,
    },
    /// A fixed amount, in the currency of the book.
    Amount {
        /// How much, zero or more.
        #[schema(value_type = String)]
        amount: Decimal,
    },
}

impl CancellationFee {
    pub(super) fn is_usual(&self) -> bool {
        *self == Self::None
    }

    /// Whether a term can be left for a fee.
    #[must_use]
    pub const fn lets_go(&self) -> bool {
        !matches!(self, Self::None)
    }

    /// Whether it can be charged.
    ///
    /// # Errors
    /// Names `percent` or `amount` and what would be accepted.
    pub fn check(&self) -> Result<()> {
        match self {
            Self::Percent { percent }
                if *percent <= Decimal::ZERO || *percent > Decimal::ONE_HUNDRED =>
            {
                let text = "must be above 0 and at most 100";
                Err(Error::invalid("percent", "out_of_range", text))
            }
            Self::Amount { amount } if amount.is_sign_negative() => {
                let text = "must be zero or more";
                Err(Error::invalid("amount", "out_of_range", text))
            }
            _ => Ok(()),
        }
    }
}
