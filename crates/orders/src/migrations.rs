//! The tables of this room. A released step is never edited; changes are new migrations.

use tradewind_platform::Migration;

/// Everything this room stores.
pub const MIGRATIONS: &[Migration] = &[Migration {
    name: "orders_0001",
    steps: &[
        "CREATE TABLE IF NOT EXISTS quote (realm_id {text} NOT NULL, id {text} NOT NULL, kind {text} NOT NULL, customer_id {text} NOT NULL,
            seller_id {text} NOT NULL, subscription_id {text}, input {json} NOT NULL, preview {json} NOT NULL, basis {text} NOT NULL,
            expires_at {time} NOT NULL, created_at {time} NOT NULL, order_id {text}, PRIMARY KEY (realm_id, id)) {clustered}",
        "CREATE TABLE IF NOT EXISTS sales_order (realm_id {text} NOT NULL, id {text} NOT NULL, kind {text} NOT NULL, state {text} NOT NULL,
            customer_id {text} NOT NULL, seller_id {text} NOT NULL, vendor_id {text} NOT NULL, product_id {text} NOT NULL,
            plan_id {text} NOT NULL, subscription_id {text} NOT NULL, quote_id {text}, input {json} NOT NULL, preview {json} NOT NULL,
            currency {text} NOT NULL, due_now {money} NOT NULL, placed_by {text} NOT NULL, placed_at {time} NOT NULL, reason {text},
            completed_at {time}, version {int} NOT NULL, PRIMARY KEY (realm_id, id)) {clustered}",
        "CREATE INDEX IF NOT EXISTS sales_order_by_customer ON sales_order (realm_id, customer_id, placed_at)",
        "CREATE INDEX IF NOT EXISTS sales_order_by_seller ON sales_order (realm_id, seller_id, state, placed_at)",
        "CREATE INDEX IF NOT EXISTS sales_order_by_subscription ON sales_order (realm_id, subscription_id, placed_at)",
        "CREATE INDEX IF NOT EXISTS sales_order_by_time ON sales_order (realm_id, placed_at, id)",
        "CREATE TABLE IF NOT EXISTS order_step (realm_id {text} NOT NULL, order_id {text} NOT NULL, position {int} NOT NULL,
            id {text} NOT NULL, kind {text} NOT NULL, state {text} NOT NULL, attempt {int} NOT NULL, started_at {time},
            finished_at {time}, actor {text}, message {text}, detail {text}, PRIMARY KEY (realm_id, order_id, position)) {clustered}",
        "CREATE TABLE IF NOT EXISTS subscription (realm_id {text} NOT NULL, id {text} NOT NULL, customer_id {text} NOT NULL,
            seller_id {text} NOT NULL, vendor_id {text} NOT NULL, product_id {text} NOT NULL, plan_id {text} NOT NULL,
            name {text} NOT NULL, commercial_state {text} NOT NULL, delivery_state {text} NOT NULL, currency {text} NOT NULL,
            zone {text} NOT NULL, ordered_at {time} NOT NULL, activated_at {time}, trial_ends_on {date}, anchor_on {date},
            period_start {date}, period_end {date}, term_ends_on {date}, next_bill_on {date}, auto_renew {bool} NOT NULL,
            cancel_on {date}, scheduled {json}, external_ref {text}, metadata {json} NOT NULL, created_at {time} NOT NULL,
            version {int} NOT NULL, PRIMARY KEY (realm_id, id)) {clustered}",
        "CREATE INDEX IF NOT EXISTS subscription_by_customer ON subscription (realm_id, customer_id, created_at, id)",
        "CREATE INDEX IF NOT EXISTS subscription_by_seller ON subscription (realm_id, seller_id, created_at, id)",
        "CREATE INDEX IF NOT EXISTS subscription_by_vendor ON subscription (realm_id, vendor_id, created_at, id)",
        "CREATE INDEX IF NOT EXISTS subscription_by_time ON subscription (realm_id, created_at, id)",
        "CREATE INDEX IF NOT EXISTS subscription_due ON subscription (realm_id, next_bill_on, id)",
        "CREATE TABLE IF NOT EXISTS subscription_item (realm_id {text} NOT NULL, subscription_id {text} NOT NULL, item_id {text} NOT NULL,
            code {text} NOT NULL, quantity {decimal} NOT NULL, PRIMARY KEY (realm_id, subscription_id, item_id)) {clustered}",
        "CREATE TABLE IF NOT EXISTS quantity_history (realm_id {text} NOT NULL, subscription_id {text} NOT NULL, item_id {text} NOT NULL,
            from_on {date} NOT NULL, plan_id {text} NOT NULL, quantity {decimal} NOT NULL,
            PRIMARY KEY (realm_id, subscription_id, item_id, from_on)) {clustered}",
        "CREATE TABLE IF NOT EXISTS subscription_parameter (realm_id {text} NOT NULL, subscription_id {text} NOT NULL, code {text} NOT NULL,
            value {text} NOT NULL, sensitive {bool} NOT NULL, PRIMARY KEY (realm_id, subscription_id, code)) {clustered}",
        "CREATE TABLE IF NOT EXISTS leg (realm_id {text} NOT NULL, subscription_id {text} NOT NULL, position {int} NOT NULL,
            id {text} NOT NULL, seller_id {text} NOT NULL, buyer_id {text} NOT NULL, currency {text} NOT NULL,
            terms_id {text} NOT NULL, terms_from {date} NOT NULL, PRIMARY KEY (realm_id, subscription_id, position)) {clustered}",
    ],
}, Migration {
    name: "orders_0002",
    steps: &[
        // The terms that held before those of the leg; a leg whose terms never changed has none.
        "CREATE TABLE IF NOT EXISTS leg_terms_past (realm_id {text} NOT NULL, subscription_id {text} NOT NULL,
            position {int} NOT NULL, from_on {date} NOT NULL, terms_id {text} NOT NULL,
            PRIMARY KEY (realm_id, subscription_id, position, from_on)) {clustered}",
    ],
}, Migration {
    name: "orders_0003",
    steps: &[
        // What waits or has failed is little among much that is done.
        "CREATE INDEX IF NOT EXISTS sales_order_by_state ON sales_order (realm_id, state, placed_at, id)",
        "CREATE INDEX IF NOT EXISTS subscription_by_state ON subscription (realm_id, commercial_state, created_at, id)",
    ],
}, Migration {
    name: "orders_0004",
    // An id is unique by itself; saying so lets the latest of a seller be read without looking through those of others.
    steps: &[
        "CREATE UNIQUE INDEX IF NOT EXISTS sales_order_latest_of_seller ON sales_order (realm_id, seller_id, id)",
        "CREATE UNIQUE INDEX IF NOT EXISTS subscription_latest_of_seller ON subscription (realm_id, seller_id, id)",
    ],
}, Migration {
    name: "orders_0005",
    steps: &[
        // A code is unique for its seller, in the form in which it is compared; promotions have none.
        "CREATE TABLE IF NOT EXISTS coupon (realm_id {text} NOT NULL, id {text} NOT NULL, seller_id {text} NOT NULL, code_key {text},
            terms {json} NOT NULL, valid_from {date}, valid_until {date}, max_redemptions {int}, max_per_customer {int},
            budget {money}, budget_currency {text}, new_customers_only {bool} NOT NULL, ended_at {time}, created_at {time} NOT NULL,
            version {int} NOT NULL, PRIMARY KEY (realm_id, id)) {clustered}",
        "CREATE UNIQUE INDEX IF NOT EXISTS coupon_by_code ON coupon (realm_id, seller_id, code_key)",
        "CREATE TABLE IF NOT EXISTS redemption (realm_id {text} NOT NULL, id {text} NOT NULL, coupon_id {text} NOT NULL,
            seller_id {text} NOT NULL, customer_id {text} NOT NULL, subscription_id {text} NOT NULL, order_id {text} NOT NULL,
            terms {json} NOT NULL, redeemed_at {time} NOT NULL, given_back_at {time}, PRIMARY KEY (realm_id, id)) {clustered}",
        // Once per order, however often it is asked for.
        "CREATE UNIQUE INDEX IF NOT EXISTS redemption_once ON redemption (realm_id, coupon_id, order_id)",
        "CREATE INDEX IF NOT EXISTS redemption_by_subscription ON redemption (realm_id, subscription_id, id)",
        "CREATE INDEX IF NOT EXISTS redemption_by_customer ON redemption (realm_id, coupon_id, customer_id)",
        "CREATE INDEX IF NOT EXISTS redemption_by_order ON redemption (realm_id, order_id)",
    ],
}, Migration {
    name: "orders_pauses",
    steps: &[
        "CREATE TABLE IF NOT EXISTS subscription_pause (realm_id {text} NOT NULL, subscription_id {text} NOT NULL,
            from_on {date} NOT NULL, until_on {date}, cause {text} NOT NULL,
            PRIMARY KEY (realm_id, subscription_id, from_on)) {clustered}",
    ],
}, Migration {
    name: "orders_references",
    steps: &[
        // Most buyers give none: those who do are found without reading the others.
        "{sqlite} ALTER TABLE subscription ADD COLUMN buyer_reference {json}",
        "{postgres} ALTER TABLE subscription ADD COLUMN IF NOT EXISTS buyer_reference {json}",
        "CREATE INDEX IF NOT EXISTS subscription_referenced ON subscription (realm_id, customer_id) WHERE buyer_reference IS NOT NULL",
    ],
}, Migration {
    name: "orders_bundles",
    steps: &[
        "CREATE TABLE IF NOT EXISTS bundle (realm_id {text} NOT NULL, id {text} NOT NULL, seller_id {text} NOT NULL, slug {text} NOT NULL,
            terms {json} NOT NULL, discounts {json} NOT NULL, ended_at {time}, created_at {time} NOT NULL, version {int} NOT NULL,
            PRIMARY KEY (realm_id, id)) {clustered}",
        "CREATE UNIQUE INDEX IF NOT EXISTS bundle_by_slug ON bundle (realm_id, seller_id, slug)",
        "CREATE TABLE IF NOT EXISTS bundle_sale (realm_id {text} NOT NULL, id {text} NOT NULL, bundle_id {text} NOT NULL,
            seller_id {text} NOT NULL, customer_id {text} NOT NULL, name {json} NOT NULL, when_broken {text} NOT NULL,
            placed_at {time} NOT NULL, broken_at {time}, PRIMARY KEY (realm_id, id)) {clustered}",
        "CREATE INDEX IF NOT EXISTS bundle_sale_by_bundle ON bundle_sale (realm_id, bundle_id)",
        "CREATE TABLE IF NOT EXISTS bundle_sale_part (realm_id {text} NOT NULL, sale_id {text} NOT NULL, position {int} NOT NULL,
            subscription_id {text} NOT NULL, order_id {text} NOT NULL, plan_id {text} NOT NULL, items {json} NOT NULL,
            coupon_id {text}, PRIMARY KEY (realm_id, sale_id, position)) {clustered}",
        "CREATE UNIQUE INDEX IF NOT EXISTS bundle_sale_of_subscription ON bundle_sale_part (realm_id, subscription_id)",
        // The discount on a plan of a bundle is a coupon that nobody can enter.
        "{sqlite} ALTER TABLE coupon ADD COLUMN bundle_id {text}",
        "{postgres} ALTER TABLE coupon ADD COLUMN IF NOT EXISTS bundle_id {text}",
        "{sqlite} ALTER TABLE redemption ADD COLUMN ended_on {date}",
        "{postgres} ALTER TABLE redemption ADD COLUMN IF NOT EXISTS ended_on {date}",
    ],
}, Migration {
    name: "orders_coupon_customers",
    steps: &[
        // Most coupons are for everybody and name nobody.
        "{sqlite} ALTER TABLE coupon ADD COLUMN customers {json}",
        "{postgres} ALTER TABLE coupon ADD COLUMN IF NOT EXISTS customers {json}",
    ],
}, Migration {
    name: "orders_moments",
    steps: &[
        "CREATE TABLE IF NOT EXISTS subscription_moment (realm_id {text} NOT NULL, subscription_id {text} NOT NULL,
            on_day {date} NOT NULL, at {time} NOT NULL, PRIMARY KEY (realm_id, subscription_id, on_day)) {clustered}",
    ],
}];
