//! What a check of the books found wrong.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// One violated invariant.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[schema(as = BooksFinding)]
pub struct Finding {
    /// The invariant, as a stable word: `entry_unbalanced`.
    pub rule: String,
    /// What violates it: the id of a charge, document, entry or account.
    pub subject: String,
    /// What was expected and what was found.
    pub message: String,
}

impl Finding {
    /// Makes a finding.
    pub fn new(rule: &str, subject: impl std::fmt::Display, message: impl Into<String>) -> Self {
        Self {
            rule: rule.to_owned(),
            subject: subject.to_string(),
            message: message.into(),
        }
    }
}
