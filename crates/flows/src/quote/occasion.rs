//! On which occasion something is worked out: for a quote, or to be placed as it was quoted.

use tradewind_kernel::Timestamp;
use tradewind_orders::types::Quote;
use tradewind_platform::Work;

/// On which occasion something is worked out.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Occasion {
    /// Whether it is about to be placed, and so holds its discounts.
    pub(crate) places: bool,
    /// The moment that it takes effect at, where sellers look at the clock: that of the quote.
    pub(crate) moment: Timestamp,
}

impl Occasion {
    /// For a quote, as of now.
    pub(crate) const fn quoted(w: &Work) -> Self {
        Self {
            places: false,
            moment: w.ctx.now,
        }
    }

    /// To be placed, at the moment at which it was quoted.
    pub(crate) const fn placed(quote: &Quote) -> Self {
        Self {
            places: true,
            moment: quote.created_at,
        }
    }
}
