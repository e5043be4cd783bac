//! The decisions of ordering: the steps of an order, the states of a subscription, what a change is.

mod bundle;
mod change;
mod discount;
mod flow;
mod past;
mod reference;
mod states;

pub use bundle::{Held, bundle_state, buyable, check_bundle, discount_of, is_whole};
pub use change::{ChangeFacts, classify};
pub use discount::{
    FOR_OTHERS, Redeemed, Wanted, check_coupon, code_key, coupon_state, redeemable,
};
pub use flow::{Move, StepEvent, flow, next, order_operations, order_state, step_after};
pub use past::{held_set_right, terms_recorded_since, terms_set_right};
pub use reference::checked_reference;
pub use states::{
    COMMERCIAL, DELIVERY, OperationFacts, commercial_after, delivery_allows,
    subscription_operations,
};
