//! Stripe: against a server that answers as it is told to, and against a Stripe-compatible server from a public package.

#[path = "stripe/local.rs"]
mod local;
#[path = "stripe/market.rs"]
mod market;
#[allow(dead_code)]
#[path = "../../billing/tests/books/sales.rs"]
mod sales;
#[path = "stripe/stub.rs"]
mod stub;
#[allow(unused_imports)]
#[path = "../../catalogue/tests/common/mod.rs"]
mod world;
