//! What could be invoiced, on paper.

use serde::{Deserialize, Serialize};
use tradewind_kernel::{Date, Locale, Timestamp, calendar::Period};
use utoipa::ToSchema;

use super::{Parties, PreviewDocument};

/// A document that is none: without number, booked nowhere, and asking for nothing that is owed yet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ProForma {
    /// Both sides as they are now.
    pub parties: Parties,
    /// The language it is written in.
    pub locale: Locale,
    /// When it was made.
    pub at: Timestamp,
    /// The day of that, where the seller is.
    #[schema(value_type = String, format = Date)]
    pub on: Date,
    /// From the start of the earliest line to the end of the latest.
    pub period: Period,
    /// What would be invoiced.
    pub document: PreviewDocument,
}
