//! What suspended time costs.

use tradewind_kernel::text_enum;

text_enum! {
    /// Whether the time in which a sale is suspended is charged.
    pub enum SuspendedTime("suspended_time") {
        /// It is charged like any other.
        Charged = "charged",
        /// It is not charged where somebody has suspended the sale; where it was suspended because an invoice is not paid, it is.
        Credited = "credited",
        /// It is not charged, whoever has suspended the sale.
        AlwaysCredited = "always_credited",
    }
}

impl SuspendedTime {
    pub(super) fn is_usual(&self) -> bool {
        *self == Self::Charged
    }

    pub(super) const fn usual() -> Self {
        Self::Charged
    }

    /// Whether some suspended time is ever not charged.
    #[must_use]
    pub fn credits(self) -> bool {
        self != Self::Charged
    }
}
