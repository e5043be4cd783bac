//! Payments through Stripe: cards and SEPA direct debits by tokens. No card data comes here; payers give it to Stripe, with
//! a setup intent or on Stripe's own page, and Stripe gives a name for it.
//!
//! Stripe is asked what became of a payment whenever something about it is told: a webhook says that there is something to
//! ask, never what. So it makes no difference in which order they come, how often, or whether at all.

mod accounts;
mod api;
mod gateway;
mod setup;
mod webhook;
mod words;

pub use accounts::{
    StripeConfig, StripeRef, StripeSet, stripe_get, stripe_remove, stripe_set, stripe_test,
};
pub use gateway::{Gateways, StripeGateway};
pub use setup::{
    MethodPage, MethodSetup, PageBegin, SetupBegin, SetupFinish, method_page_begin,
    method_setup_begin, method_setup_finish, stripe_keeps,
};
pub use webhook::{stripe_webhook, verify};
