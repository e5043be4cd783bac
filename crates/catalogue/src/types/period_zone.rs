//! In whose time zone the days of a sale begin.

use tradewind_kernel::text_enum;

text_enum! {
    /// In whose time zone the days and periods of a sale begin.
    #[derive(Default)]
    pub enum PeriodZone("zone") {
        /// That of the customer.
        #[default]
        Buyer = "buyer",
        /// That of the seller next to the customer.
        Seller = "seller",
    }
}

impl PeriodZone {
    pub(super) fn is_usual(&self) -> bool {
        *self == Self::Buyer
    }

    /// The one of two zones that counts.
    #[must_use]
    pub const fn of<'a, T>(self, buyer: &'a T, seller: &'a T) -> &'a T {
        match self {
            Self::Buyer => buyer,
            Self::Seller => seller,
        }
    }
}
