//! Addresses of pages, as they stand in mails.

use std::fmt::Display;
use tradewind_accounts::types::TokenKind;

/// Makes addresses below the installation's own.
#[derive(Debug, Clone)]
pub struct Links {
    base: String,
}

impl Links {
    /// Addresses below this one, which has no slash at its end.
    #[must_use]
    pub fn new(public_url: &str) -> Self {
        Self {
            base: public_url.trim_end_matches('/').to_owned(),
        }
    }

    /// The page on which a single-use link is redeemed.
    #[must_use]
    pub fn token(&self, kind: TokenKind, secret: &str) -> String {
        let page = match kind {
            TokenKind::Verify => "verify-email",
            TokenKind::Reset => "reset-password",
            TokenKind::Invite => "accept-invitation",
        };
        format!("{}/{page}?token={secret}", self.base)
    }

    /// A customer's order.
    #[must_use]
    pub fn order(&self, id: impl Display) -> String {
        format!("{}/my/orders/{id}", self.base)
    }

    /// An order in the seller's queue.
    #[must_use]
    pub fn order_queue(&self, id: impl Display) -> String {
        format!("{}/panel/orders/{id}", self.base)
    }

    /// A customer's subscription.
    #[must_use]
    pub fn subscription(&self, id: impl Display) -> String {
        format!("{}/my/subscriptions/{id}", self.base)
    }

    /// An invoice; sellers see those they receive in their panel.
    #[must_use]
    pub fn invoice(&self, id: impl Display, to_customer: bool) -> String {
        let area = if to_customer { "my" } else { "panel" };
        format!("{}/{area}/invoices/{id}", self.base)
    }

    /// A task in the vendor's queue.
    #[must_use]
    pub fn task(&self, id: impl Display) -> String {
        format!("{}/vendor/tasks/{id}", self.base)
    }
}
