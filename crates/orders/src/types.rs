//! The nouns of ordering: quotes, orders with their steps, subscriptions with both of their states, and their legs.

mod bundle;
mod discount;
mod input;
mod order;
mod quote;
mod subscription;

pub use bundle::*;
pub use discount::*;
pub use input::*;
pub use order::*;
pub use quote::*;
pub use subscription::*;
