//! Use cases of this room.

mod bundle;
mod discount;
mod list;
mod look;
mod order;
mod quote;
mod record;
mod reduction;
mod step;
mod subscription;
mod take_over;
mod terms;

pub use bundle::{
    bundle_check_in, bundle_create, bundle_end, bundle_get, bundle_in, bundle_list,
    bundle_sale_get, bundle_sale_of, bundle_sell_in, bundle_update, bundles_offered_in,
};
pub use discount::{
    coupon_create, coupon_end, coupon_get, coupon_list, coupon_update, coupons_lock_in,
    coupons_offered_in, redeem_in, redeemed_in, redemption_list, redemptions_give_back_in,
};
pub(crate) use list::Viewer;
pub use list::{
    OrderQuery, SubscriptionQuery, order_counts, order_list, order_summaries, subscription_count,
    subscription_list, usable_of_customers,
};
pub use look::{
    has_had_in, items_in, legs_in, next_due_in, running_of_account_in, subscription_detail_in,
    subscription_get, subscription_get_in, subscription_homes_in, subscription_in,
    subscription_target, subscriptions_in,
};
pub(crate) use look::{is_undiscounted, remember_discounted};
pub use order::{
    open_order_in, order_approve, order_cancel_in, order_create_in, order_detail_in, order_get,
    order_in, order_reject, order_release_in, order_retry, order_summaries_of,
    orders_of_subscription, orders_under_way_in, target_of,
};
pub use quote::{quote_get_in, quote_save_in, quote_use_in};
pub use record::{past_record_in, past_record_set_in, past_recorded_since_in};
pub use step::{StepMove, step_move_in};
pub use subscription::{
    PeriodSet, align_in, auto_renew_set, cancel_on_set_in, delivery_state_set_in, moment_note_in,
    pause_begin_in, pause_cause_in, pause_end_in, period_set_in, reference_set_in,
    subscription_lock_in, subscription_rename, subscription_transition_in, subscription_update,
};
pub use take_over::{TakenOver, subscriptions_take_over_in};
pub use terms::{plan_switch_in, quantities_amend_in, schedule_clear_in, schedule_set_in};
