//! Quotes, orders, approvals and subscriptions with their commercial state.

pub mod rules;
pub mod types;
