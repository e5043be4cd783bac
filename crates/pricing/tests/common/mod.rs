//! What the tests of pricing share.
#![allow(dead_code, reason = "each test binary uses its part")]
#![allow(unreachable_pub, reason = "a module of test binaries")]

use serde_json::Value;
use tradewind_kernel::{Date, Decimal};
use tradewind_pricing::{PriceModel, Purpose};

/// A decimal.
pub fn dec(text: &str) -> Decimal {
    text.parse().unwrap()
}

/// A date.
pub fn date(text: &str) -> Date {
    text.parse().unwrap()
}

/// A price model that can be charged.
pub fn model(value: Value) -> PriceModel {
    PriceModel::from_json("price", &value, Purpose::Charge).unwrap()
}
