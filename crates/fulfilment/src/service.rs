//! Use cases of this room.

mod access;
mod delivery;
mod endpoint;
mod fan_out;
mod keep;
mod list;
mod message;
mod send;
mod sold;

pub use access::{
    access_credentials_set, access_endpoints_set, access_get, access_instructions_set,
    credential_reveal,
};
pub use delivery::{
    DeliveryStart, deliveries_waiting, delivery_cancel_open_in, delivery_get, delivery_of_order_in,
    delivery_report, delivery_retry, delivery_retry_in, delivery_start, delivery_start_in,
};
pub use endpoint::{
    webhook_endpoint_create, webhook_endpoint_delete, webhook_endpoint_get,
    webhook_endpoint_rotate, webhook_endpoint_test, webhook_endpoint_update,
};
pub use fan_out::{FAN_OUT_JOB, FanOut};
pub use keep::forget_messages;
pub use list::{ListQuery, delivery_list, webhook_endpoint_list, webhook_message_list};
pub use message::{webhook_attempts, webhook_message_get, webhook_message_resend};
pub use send::{SEND_JOB, SendMessage};

use std::sync::Arc;
use std::time::Duration;
use tradewind_platform::{HttpCaller, Platform};

/// How long a receiver of webhooks may take to acknowledge.
const WEBHOOK_TIMEOUT: Duration = Duration::from_secs(15);

/// Wires this room up: every event is told to those endpoints that want to hear of it. `public_url` is the platform's
/// own address.
pub fn wire(platform: &Platform, public_url: impl Into<String>, http: Arc<dyn HttpCaller>) {
    platform.subscribe("*", FAN_OUT_JOB);
    platform.handle(
        FAN_OUT_JOB,
        FanOut {
            public_url: public_url.into(),
        },
    );
    platform.handle(
        SEND_JOB,
        SendMessage {
            http,
            timeout: WEBHOOK_TIMEOUT,
        },
    );
}
