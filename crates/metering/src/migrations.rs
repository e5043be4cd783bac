//! The tables of this room. A released step is never edited; changes are new migrations.

use tradewind_platform::Migration;

/// Everything this room stores.
pub const MIGRATIONS: &[Migration] = &[Migration {
    name: "metering_0001",
    steps: &[
        "CREATE TABLE IF NOT EXISTS usage_record (realm_id {text} NOT NULL, source {text} NOT NULL, external_id {text} NOT NULL,
            subscription_id {text} NOT NULL, meter {text} NOT NULL, group_key {text} NOT NULL, period_on {date} NOT NULL,
            starts_at {time} NOT NULL, ends_at {time} NOT NULL, quantity {decimal} NOT NULL, unit {text} NOT NULL, cost {decimal},
            currency {text}, kind {text} NOT NULL, dimensions {json} NOT NULL, attributes {json} NOT NULL, digest {text} NOT NULL,
            total_version {int} NOT NULL, import_id {text}, ingested_at {time} NOT NULL,
            PRIMARY KEY (realm_id, source, external_id)) {clustered}",
        "CREATE INDEX IF NOT EXISTS usage_record_by_total ON usage_record (realm_id, subscription_id, period_on, meter, group_key,
            total_version)",
        "CREATE TABLE IF NOT EXISTS usage_total (realm_id {text} NOT NULL, subscription_id {text} NOT NULL, meter {text} NOT NULL,
            period_on {date} NOT NULL, group_key {text} NOT NULL, dimensions {json} NOT NULL, version {int} NOT NULL,
            records {int} NOT NULL, quantity {decimal} NOT NULL, unit {text} NOT NULL, cost {decimal}, currency {text},
            updated_at {time} NOT NULL, PRIMARY KEY (realm_id, subscription_id, meter, period_on, group_key)) {clustered}",
        "CREATE INDEX IF NOT EXISTS usage_total_by_period ON usage_total (realm_id, period_on, subscription_id)",
        "CREATE TABLE IF NOT EXISTS sub_account (realm_id {text} NOT NULL, source {text} NOT NULL, external_id {text} NOT NULL,
            name {text} NOT NULL, subscription_id {text}, first_seen_at {time} NOT NULL,
            PRIMARY KEY (realm_id, source, external_id)) {clustered}",
        "CREATE TABLE IF NOT EXISTS held_record (realm_id {text} NOT NULL, source {text} NOT NULL, external_id {text} NOT NULL,
            provider {text} NOT NULL, sub_account {text} NOT NULL, state {text} NOT NULL, reason {text} NOT NULL, body {json} NOT NULL,
            import_id {text} NOT NULL, held_at {time} NOT NULL, PRIMARY KEY (realm_id, source, external_id)) {clustered}",
        "CREATE INDEX IF NOT EXISTS held_record_by_sub_account ON held_record (realm_id, provider, sub_account, state)",
        "CREATE TABLE IF NOT EXISTS usage_import (realm_id {text} NOT NULL, id {text} NOT NULL, format {text} NOT NULL,
            file_name {text} NOT NULL, digest {text} NOT NULL, state {text} NOT NULL, row_count {int} NOT NULL, accepted {int} NOT NULL,
            duplicate {int} NOT NULL, held {int} NOT NULL, rejected {int} NOT NULL, problems {json} NOT NULL,
            started_by {text} NOT NULL, started_at {time} NOT NULL, finished_at {time}, PRIMARY KEY (realm_id, id)) {clustered}",
    ],
}, Migration {
    name: "metering_0002",
    steps: &[
        // What each ingest added to a total, as the names of the records: an index over the records themselves would have to
        // take every one of them in at a place of its own.
        "CREATE TABLE IF NOT EXISTS usage_part (realm_id {text} NOT NULL, subscription_id {text} NOT NULL, period_on {date} NOT NULL,
            meter {text} NOT NULL, group_key {text} NOT NULL, version {int} NOT NULL, source {text} NOT NULL, names {json} NOT NULL,
            PRIMARY KEY (realm_id, subscription_id, period_on, meter, group_key, version, source)) {clustered}",
        "{sqlite} INSERT INTO usage_part (realm_id, subscription_id, period_on, meter, group_key, version, source, names)
            SELECT realm_id, subscription_id, period_on, meter, group_key, total_version, source, json_group_array(external_id)
            FROM usage_record WHERE true GROUP BY realm_id, subscription_id, period_on, meter, group_key, total_version, source
            ON CONFLICT DO NOTHING",
        "{postgres} INSERT INTO usage_part (realm_id, subscription_id, period_on, meter, group_key, version, source, names)
            SELECT realm_id, subscription_id, period_on, meter, group_key, total_version, source, CAST(json_agg(external_id) AS TEXT)
            FROM usage_record GROUP BY realm_id, subscription_id, period_on, meter, group_key, total_version, source
            ON CONFLICT DO NOTHING",
        "DROP INDEX IF EXISTS usage_record_by_total",
    ],
}, Migration {
    name: "metering_0003",
    steps: &[
        // The months of subscriptions in which something has come since they were rated: who rates them need not look at the others.
        "CREATE TABLE IF NOT EXISTS usage_due (realm_id {text} NOT NULL, subscription_id {text} NOT NULL, period_on {date} NOT NULL,
            stamp {text} NOT NULL, PRIMARY KEY (realm_id, subscription_id, period_on)) {clustered}",
        "INSERT INTO usage_due (realm_id, subscription_id, period_on, stamp)
            SELECT DISTINCT realm_id, subscription_id, period_on, 'before' FROM usage_total WHERE records > 0
            ON CONFLICT (realm_id, subscription_id, period_on) DO NOTHING",
    ],
}, Migration {
    name: "metering_0004",
    steps: &[
        // What a provider does with usage of months that are over; without a row it counts whenever it comes.
        "CREATE TABLE IF NOT EXISTS late_policy (realm_id {text} NOT NULL, window_days {int}, late_as {text} NOT NULL,
            PRIMARY KEY (realm_id)) {clustered}",
        // Usage that came after its window, and what was decided about it.
        "CREATE TABLE IF NOT EXISTS late_usage (realm_id {text} NOT NULL, source {text} NOT NULL, external_id {text} NOT NULL,
            subscription_id {text} NOT NULL, meter {text} NOT NULL, period_on {date} NOT NULL, state {text} NOT NULL,
            reason {text} NOT NULL, counts_on {date}, body {json} NOT NULL, digest {text} NOT NULL, import_id {text},
            received_at {time} NOT NULL, decided_by {text} NOT NULL, decided_at {time},
            PRIMARY KEY (realm_id, source, external_id)) {clustered}",
        "CREATE INDEX IF NOT EXISTS late_usage_by_state ON late_usage (realm_id, state, subscription_id, counts_on)",
        "CREATE INDEX IF NOT EXISTS late_usage_by_subscription ON late_usage (realm_id, subscription_id, period_on)",
        "{sqlite} ALTER TABLE usage_import ADD COLUMN review {int} NOT NULL DEFAULT 0",
        "{postgres} ALTER TABLE usage_import ADD COLUMN IF NOT EXISTS review {int} NOT NULL DEFAULT 0",
    ],
}, Migration {
    name: "metering_0005",
    steps: &[
        // Records that were taken back. What the parts of totals name a second time has gone with that version.
        "CREATE TABLE IF NOT EXISTS usage_cancel (realm_id {text} NOT NULL, source {text} NOT NULL, external_id {text} NOT NULL,
            reason {text} NOT NULL, replaced_by {text}, cancelled_by {text} NOT NULL, cancelled_at {time} NOT NULL,
            PRIMARY KEY (realm_id, source, external_id)) {clustered}",
    ],
}];
