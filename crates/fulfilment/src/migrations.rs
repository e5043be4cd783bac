//! The tables of this room. A released step is never edited; changes are new migrations.

use tradewind_platform::Migration;

/// Everything this room stores.
pub const MIGRATIONS: &[Migration] = &[Migration {
    name: "fulfilment_0001",
    steps: &[
        "CREATE TABLE IF NOT EXISTS delivery (realm_id {text} NOT NULL, id {text} NOT NULL, subscription_id {text} NOT NULL,
            order_id {text}, vendor_id {text} NOT NULL, customer_id {text} NOT NULL, kind {text} NOT NULL, mode {text} NOT NULL,
            state {text} NOT NULL, attempt {int} NOT NULL, message {text}, created_at {time} NOT NULL, finished_at {time},
            version {int} NOT NULL, PRIMARY KEY (realm_id, id)) {clustered}",
        "CREATE INDEX IF NOT EXISTS delivery_by_subscription ON delivery (realm_id, subscription_id, created_at)",
        "CREATE INDEX IF NOT EXISTS delivery_by_vendor ON delivery (realm_id, vendor_id, state, created_at)",
        "CREATE INDEX IF NOT EXISTS delivery_by_order ON delivery (realm_id, order_id)",
        "CREATE INDEX IF NOT EXISTS delivery_by_customer ON delivery (realm_id, customer_id, created_at)",
        "CREATE TABLE IF NOT EXISTS access_endpoint (realm_id {text} NOT NULL, subscription_id {text} NOT NULL, position {int} NOT NULL,
            url {text} NOT NULL, label {json} NOT NULL, category {text} NOT NULL,
            PRIMARY KEY (realm_id, subscription_id, position)) {clustered}",
        "CREATE TABLE IF NOT EXISTS access_instruction (realm_id {text} NOT NULL, subscription_id {text} NOT NULL, locale {text} NOT NULL,
            body {text} NOT NULL, PRIMARY KEY (realm_id, subscription_id, locale)) {clustered}",
        "CREATE TABLE IF NOT EXISTS access_credential (realm_id {text} NOT NULL, subscription_id {text} NOT NULL, code {text} NOT NULL,
            label {json} NOT NULL, value {text} NOT NULL, position {int} NOT NULL, written_at {time} NOT NULL,
            PRIMARY KEY (realm_id, subscription_id, code)) {clustered}",
        "CREATE TABLE IF NOT EXISTS webhook_endpoint (realm_id {text} NOT NULL, id {text} NOT NULL, account_id {text} NOT NULL,
            url {text} NOT NULL, secret {text} NOT NULL, kinds {json} NOT NULL, enabled {bool} NOT NULL,
            consecutive_failures {int} NOT NULL, failing_since {time}, former_secret {text}, former_until {time},
            created_at {time} NOT NULL, version {int} NOT NULL, PRIMARY KEY (realm_id, id)) {clustered}",
        "CREATE INDEX IF NOT EXISTS webhook_endpoint_by_account ON webhook_endpoint (realm_id, account_id, id)",
        "CREATE TABLE IF NOT EXISTS webhook_message (realm_id {text} NOT NULL, id {text} NOT NULL, endpoint_id {text} NOT NULL,
            account_id {text} NOT NULL, event_id {text} NOT NULL, kind {text} NOT NULL, subject {text} NOT NULL, body {text} NOT NULL,
            state {text} NOT NULL, attempts {int} NOT NULL, last_status {int}, last_error {text}, created_at {time} NOT NULL,
            delivered_at {time}, PRIMARY KEY (realm_id, id)) {clustered}",
        "CREATE UNIQUE INDEX IF NOT EXISTS webhook_message_once ON webhook_message (realm_id, endpoint_id, event_id)",
        "CREATE INDEX IF NOT EXISTS webhook_message_by_account ON webhook_message (realm_id, account_id, created_at, id)",
        "CREATE INDEX IF NOT EXISTS webhook_message_by_subject ON webhook_message (realm_id, subject, created_at)",
        "CREATE TABLE IF NOT EXISTS webhook_attempt (realm_id {text} NOT NULL, message_id {text} NOT NULL, attempt {int} NOT NULL,
            id {text} NOT NULL, at {time} NOT NULL, status {int}, error {text}, duration_ms {int} NOT NULL, answer {text},
            PRIMARY KEY (realm_id, message_id, attempt)) {clustered}",
    ],
}, Migration {
    name: "fulfilment_0002",
    steps: &[
        // What vendors said about deliveries that were over, counted by what they said.
        "CREATE TABLE IF NOT EXISTS delivery_late_report (realm_id {text} NOT NULL, delivery_id {text} NOT NULL,
            outcome {text} NOT NULL, message {text}, first_at {time} NOT NULL, last_at {time} NOT NULL, times {int} NOT NULL,
            PRIMARY KEY (realm_id, delivery_id, outcome)) {clustered}",
    ],
}];
