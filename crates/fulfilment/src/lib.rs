//! Delivery of what was sold: deliveries, vendor endpoints, webhooks and access data.
