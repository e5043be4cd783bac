//! On which days billing periods begin, and what of a shorter first one is charged.

use serde::{Deserialize, Serialize};
use tradewind_kernel::{Error, Result, text_enum};
use tradewind_pricing::cycles::{Alignment, FirstPeriod, StubBasis};
use utoipa::ToSchema;

text_enum! {
    /// What the days on which billing periods begin follow from.
    pub enum BillingAlign("align") {
        /// From the day on which the subscription begins.
        Anniversary = "anniversary",
        /// From the first of the month, quarter, half-year or year; from Monday for weeks.
        Calendar = "calendar",
        /// From a fixed day of the month; in a shorter month from its last.
        DayOfMonth = "day_of_month",
        /// From the day of the month that buyer and seller have agreed on for invoices.
        InvoiceDay = "invoice_day",
    }
}

text_enum! {
    /// What is charged for a first period that is shorter than the others.
    pub enum StubCharge("stub") {
        /// Its share of the whole, as proration has it for what begins in the middle of a period.
        Prorated = "prorated",
        /// Nothing.
        Free = "free",
        /// As much as for a whole one.
        Full = "full",
    }
}

/// On which days billing periods begin, and what of a shorter first one is charged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BillingDays {
    /// What they follow from.
    pub align: BillingAlign,
    /// The day of the month, 1 to 31; with `day_of_month` only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub day: Option<u8>,
    /// What of a shorter first period is charged.
    #[serde(default = "BillingDays::usual_stub")]
    pub stub: StubCharge,
    /// What a shorter first period is a share of.
    #[serde(default, skip_serializing_if = "is_usual_share")]
    pub share_of: StubBasis,
    /// Where the first period ends when it is counted from a day of the month and lasts longer than a month.
    #[serde(default, skip_serializing_if = "is_usual_first")]
    pub first: FirstPeriod,
}

fn is_usual_share(basis: &StubBasis) -> bool {
    *basis == StubBasis::default()
}

fn is_usual_first(first: &FirstPeriod) -> bool {
    *first == FirstPeriod::default()
}

impl Default for BillingDays {
    /// From the beginning of the subscription: every period is a whole one.
    fn default() -> Self {
        Self {
            align: BillingAlign::Anniversary,
            day: None,
            stub: StubCharge::Prorated,
            share_of: StubBasis::Schedule,
            first: FirstPeriod::ToNextDay,
        }
    }
}

impl BillingDays {
    pub(super) fn is_usual(&self) -> bool {
        *self == Self::default()
    }

    const fn usual_stub() -> StubCharge {
        StubCharge::Prorated
    }

    /// Whether it can be billed by.
    ///
    /// # Errors
    /// Names `day` or `first` and what would be accepted.
    pub fn check(&self) -> Result<()> {
        let by_day = matches!(
            self.align,
            BillingAlign::DayOfMonth | BillingAlign::InvoiceDay
        );
        if !by_day && self.first != FirstPeriod::ToNextDay {
            return Err(Error::invalid(
                "first",
                "unexpected",
                "goes with the alignments day_of_month and invoice_day only",
            ));
        }
        let refuse = |code, text: &str| Err(Error::invalid("day", code, text));
        match (self.align, self.day) {
            (BillingAlign::DayOfMonth, None) => refuse("required", "name a day from 1 to 31"),
            (BillingAlign::DayOfMonth, Some(day)) if !(1..=31).contains(&day) => {
                refuse("out_of_range", "must be between 1 and 31")
            }
            (BillingAlign::DayOfMonth, Some(_)) | (_, None) => Ok(()),
            (_, Some(_)) => refuse("unexpected", "goes with the alignment day_of_month only"),
        }
    }

    /// What billing days follow from between a buyer and a seller who have agreed on a day of the month for invoices.
    #[must_use]
    pub const fn alignment(&self, invoice_day: u8) -> Alignment {
        let first = self.first;
        match (self.align, self.day) {
            (BillingAlign::Anniversary, _) | (BillingAlign::DayOfMonth, None) => {
                Alignment::Anniversary
            }
            (BillingAlign::Calendar, _) => Alignment::Calendar,
            (BillingAlign::DayOfMonth, Some(day)) => Alignment::DayOfMonth { day, first },
            (BillingAlign::InvoiceDay, _) => Alignment::DayOfMonth {
                day: invoice_day,
                first,
            },
        }
    }
}
