//! The tables of the adapters that keep something themselves. A released step is never edited.

use tradewind_platform::Migration;

/// Everything the adapters store.
///
/// The payments of the sandbox gateway belong to no realm: a gateway is another company, which knows payments by the keys
/// it is given.
pub const MIGRATIONS: &[Migration] = &[Migration {
    name: "connectors_0001",
    steps: &[
        "CREATE TABLE IF NOT EXISTS outbox_mail (realm_id {text} NOT NULL, id {text} NOT NULL, account_id {text} NOT NULL,
            sender {text} NOT NULL, recipient {text} NOT NULL, subject {text} NOT NULL, written_at {time} NOT NULL,
            file {text} NOT NULL, message {bytes} NOT NULL, PRIMARY KEY (realm_id, id)) {clustered}",
        "CREATE TABLE IF NOT EXISTS sandbox_payment (reference {text} NOT NULL, payment_key {text} NOT NULL, token {text} NOT NULL,
            amount {money} NOT NULL, currency {text} NOT NULL, description {text} NOT NULL, state {text} NOT NULL,
            failure_code {text}, created_at {time} NOT NULL, PRIMARY KEY (reference)) {clustered}",
        "CREATE UNIQUE INDEX IF NOT EXISTS sandbox_payment_once ON sandbox_payment (payment_key)",
    ],
}, Migration {
    name: "connectors_steps_0001",
    steps: &[
        "CREATE TABLE IF NOT EXISTS sandbox_step (step_key {text} NOT NULL, reference {text} NOT NULL,
            payment_reference {text} NOT NULL, kind {text} NOT NULL, amount {money} NOT NULL, state {text} NOT NULL,
            failure_code {text}, created_at {time} NOT NULL, PRIMARY KEY (step_key)) {clustered}",
        "CREATE INDEX IF NOT EXISTS sandbox_step_by_payment ON sandbox_step (payment_reference)",
    ],
}, Migration {
    name: "connectors_stripe_0001",
    steps: &[
        // Keys are sealed.
        "CREATE TABLE IF NOT EXISTS stripe_account (realm_id {text} NOT NULL, seller_id {text} NOT NULL,
            publishable_key {text} NOT NULL, key_hint {text} NOT NULL, live {bool} NOT NULL, secret_key {text} NOT NULL,
            webhook_secret {text} NOT NULL, set_at {time} NOT NULL, PRIMARY KEY (realm_id, seller_id)) {clustered}",
        "CREATE TABLE IF NOT EXISTS stripe_customer (realm_id {text} NOT NULL, seller_id {text} NOT NULL,
            account_id {text} NOT NULL, customer {text} NOT NULL, PRIMARY KEY (realm_id, seller_id, account_id)) {clustered}",
        "CREATE TABLE IF NOT EXISTS stripe_setup (realm_id {text} NOT NULL, setup {text} NOT NULL, method_id {text} NOT NULL,
            PRIMARY KEY (realm_id, setup)) {clustered}",
    ],
}];
