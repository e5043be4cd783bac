//! The tables of the catalogue.

use tradewind_platform::Migration;

/// The migrations of this room, in their order.
pub const MIGRATIONS: &[Migration] = &[
    Migration {
        name: "catalogue_0001_products",
        steps: &[
            "CREATE TABLE IF NOT EXISTS category (realm_id {text} NOT NULL, id {text} NOT NULL, slug {text} NOT NULL,
                name {json} NOT NULL, position {int} NOT NULL, PRIMARY KEY (realm_id, id)) {clustered}",
            "CREATE UNIQUE INDEX IF NOT EXISTS category_by_slug ON category (realm_id, slug)",
            "CREATE TABLE IF NOT EXISTS product (realm_id {text} NOT NULL, id {text} NOT NULL, vendor_id {text} NOT NULL,
                slug {text} NOT NULL, name {json} NOT NULL, name_folded {text} NOT NULL, summary {json} NOT NULL,
                description {json} NOT NULL, category_id {text}, status {text} NOT NULL, delivery {text} NOT NULL,
                approval {text} NOT NULL, tags {json} NOT NULL, features {json} NOT NULL, terms_title {json} NOT NULL,
                terms_text {json} NOT NULL, terms_version {text} NOT NULL, created_at {time} NOT NULL,
                version {int} NOT NULL, PRIMARY KEY (realm_id, id)) {clustered}",
            "CREATE UNIQUE INDEX IF NOT EXISTS product_by_slug ON product (realm_id, slug)",
            "CREATE INDEX IF NOT EXISTS product_by_vendor ON product (realm_id, vendor_id, id)",
            "CREATE TABLE IF NOT EXISTS plan (realm_id {text} NOT NULL, id {text} NOT NULL, product_id {text} NOT NULL,
                code {text} NOT NULL, name {json} NOT NULL, description {json} NOT NULL, position {int} NOT NULL,
                recommended {bool} NOT NULL, status {text} NOT NULL, billing_cadence {text} NOT NULL,
                term_cadence {text}, trial_days {int} NOT NULL, auto_renew {bool} NOT NULL,
                trial_needs_payment {bool} NOT NULL, notice_days {int} NOT NULL, version {int} NOT NULL,
                PRIMARY KEY (realm_id, id)) {clustered}",
            "CREATE UNIQUE INDEX IF NOT EXISTS plan_by_product ON plan (realm_id, product_id, code)",
            "CREATE TABLE IF NOT EXISTS item (realm_id {text} NOT NULL, id {text} NOT NULL, plan_id {text} NOT NULL,
                code {text} NOT NULL, name {json} NOT NULL, kind {text} NOT NULL, unit {json} NOT NULL, meter {text},
                timing {text} NOT NULL, quantity_min {decimal} NOT NULL, quantity_max {decimal},
                quantity_default {decimal} NOT NULL, quantity_step {decimal} NOT NULL, position {int} NOT NULL,
                PRIMARY KEY (realm_id, id)) {clustered}",
            "CREATE UNIQUE INDEX IF NOT EXISTS item_by_plan ON item (realm_id, plan_id, code)",
            "CREATE TABLE IF NOT EXISTS parameter (realm_id {text} NOT NULL, id {text} NOT NULL,
                product_id {text} NOT NULL, code {text} NOT NULL, label {json} NOT NULL, hint {json} NOT NULL,
                kind {text} NOT NULL, required {bool} NOT NULL, pattern {text}, choices {json} NOT NULL,
                sensitive {bool} NOT NULL, position {int} NOT NULL, PRIMARY KEY (realm_id, id)) {clustered}",
            "CREATE UNIQUE INDEX IF NOT EXISTS parameter_by_product ON parameter (realm_id, product_id, code)",
        ],
    },
    Migration {
        name: "catalogue_0002_prices",
        steps: &[
            "CREATE TABLE IF NOT EXISTS price_book (realm_id {text} NOT NULL, id {text} NOT NULL,
                seller_id {text} NOT NULL, name {text} NOT NULL, currency {text} NOT NULL, is_default {bool} NOT NULL,
                version {int} NOT NULL, PRIMARY KEY (realm_id, id)) {clustered}",
            "CREATE INDEX IF NOT EXISTS price_book_by_seller ON price_book (realm_id, seller_id, id)",
            "CREATE TABLE IF NOT EXISTS price_book_revision (realm_id {text} NOT NULL, id {text} NOT NULL,
                book_id {text} NOT NULL, number {int} NOT NULL, effective_on {date} NOT NULL, note {text} NOT NULL,
                policies {json} NOT NULL, created_by {text} NOT NULL, created_at {time} NOT NULL,
                PRIMARY KEY (realm_id, id)) {clustered}",
            "CREATE UNIQUE INDEX IF NOT EXISTS revision_by_book ON price_book_revision (realm_id, book_id, number)",
            "CREATE TABLE IF NOT EXISTS listing (realm_id {text} NOT NULL, revision_id {text} NOT NULL,
                position {int} NOT NULL, id {text} NOT NULL, product_id {text}, plan_id {text}, item_id {text},
                dimensions {json} NOT NULL, kind {text} NOT NULL, model {json}, percent {decimal},
                PRIMARY KEY (realm_id, revision_id, position)) {clustered}",
            "CREATE TABLE IF NOT EXISTS fx_rate (realm_id {text} NOT NULL, base {text} NOT NULL, quote {text} NOT NULL,
                effective_on {date} NOT NULL, id {text} NOT NULL, rate {decimal} NOT NULL, source {text} NOT NULL,
                PRIMARY KEY (realm_id, base, quote, effective_on)) {clustered}",
            "CREATE TABLE IF NOT EXISTS catalogue_version (realm_id {text} NOT NULL, part {text} NOT NULL,
                version {text} NOT NULL, PRIMARY KEY (realm_id, part)) {clustered}",
            "CREATE TABLE IF NOT EXISTS terms (realm_id {text} NOT NULL, id {text} NOT NULL, body {json} NOT NULL,
                PRIMARY KEY (realm_id, id))",
        ],
    },
    Migration {
        name: "catalogue_aggregation",
        steps: &[
            "{sqlite} ALTER TABLE item ADD COLUMN aggregation {text} NOT NULL DEFAULT 'sum'",
            "{postgres} ALTER TABLE item ADD COLUMN IF NOT EXISTS aggregation {text} NOT NULL DEFAULT 'sum'",
        ],
    },
    Migration {
        name: "catalogue_tax",
        steps: &[
            "ALTER TABLE product ADD COLUMN tax_category {text} NOT NULL DEFAULT 'standard'",
            "ALTER TABLE item ADD COLUMN tax_category {text}",
        ],
    },
    Migration {
        name: "catalogue_rates_listed",
        steps: &["CREATE INDEX IF NOT EXISTS fx_rate_by_id ON fx_rate (realm_id, id)"],
    },
    Migration {
        name: "catalogue_trial_again",
        steps: &["ALTER TABLE plan ADD COLUMN trial_again {bool} NOT NULL DEFAULT 0"],
    },
];
