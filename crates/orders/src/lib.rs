//! Quotes, orders, approvals and subscriptions with their commercial state.
