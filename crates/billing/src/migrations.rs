//! The tables of billing.

use tradewind_platform::Migration;

/// In the order in which they are applied; never edited once released.
pub const MIGRATIONS: &[Migration] = &[Migration {
    name: "billing_0001",
    steps: &[
        // Charges: facts, never changed.
        "CREATE TABLE IF NOT EXISTS charge (realm_id {text} NOT NULL, id {text} NOT NULL, leg_id {text} NOT NULL,
            subscription_id {text} NOT NULL, seller_id {text} NOT NULL, buyer_id {text} NOT NULL, item_id {text},
            item_code {text} NOT NULL, kind {text} NOT NULL, description {text} NOT NULL, group_label {text} NOT NULL,
            period_start {date} NOT NULL, period_end {date} NOT NULL, quantity {decimal} NOT NULL, unit {text} NOT NULL,
            unit_price {decimal}, exact {decimal} NOT NULL, rounding {text} NOT NULL, currency {text} NOT NULL,
            amount {money} NOT NULL, reverses {text}, usage {json}, rate {json}, order_id {text}, created_at {time} NOT NULL,
            PRIMARY KEY (realm_id, id)) {clustered}",
        "CREATE INDEX IF NOT EXISTS charge_by_subscription ON charge (realm_id, subscription_id, id)",
        // What is not settled yet.
        "CREATE TABLE IF NOT EXISTS open_charge (realm_id {text} NOT NULL, seller_id {text} NOT NULL,
            buyer_id {text} NOT NULL, currency {text} NOT NULL, charge_id {text} NOT NULL, due_on {date} NOT NULL,
            PRIMARY KEY (realm_id, seller_id, buyer_id, currency, charge_id)) {clustered}",
        "CREATE INDEX IF NOT EXISTS open_charge_by_buyer ON open_charge (realm_id, buyer_id, due_on)",
        // Documents: never changed.
        "CREATE TABLE IF NOT EXISTS invoice (realm_id {text} NOT NULL, id {text} NOT NULL, seller_id {text} NOT NULL,
            buyer_id {text} NOT NULL, kind {text} NOT NULL, series {text} NOT NULL, sequence {int} NOT NULL,
            number {text} NOT NULL, issued_on {date} NOT NULL, due_on {date} NOT NULL, period_start {date} NOT NULL,
            period_end {date} NOT NULL, currency {text} NOT NULL, net {money} NOT NULL, tax {money} NOT NULL,
            gross {money} NOT NULL, parties {json} NOT NULL, tax_summary {json} NOT NULL, locale {text} NOT NULL,
            payment_terms_days {int} NOT NULL, credits {text}, created_at {time} NOT NULL,
            PRIMARY KEY (realm_id, id)) {clustered}",
        "CREATE UNIQUE INDEX IF NOT EXISTS invoice_number ON invoice (realm_id, seller_id, series, sequence)",
        "CREATE INDEX IF NOT EXISTS invoice_by_buyer ON invoice (realm_id, buyer_id, id)",
        "CREATE TABLE IF NOT EXISTS invoice_line (realm_id {text} NOT NULL, invoice_id {text} NOT NULL, no {int} NOT NULL,
            group_label {text} NOT NULL, description {text} NOT NULL, quantity {decimal} NOT NULL, unit {text} NOT NULL,
            unit_price {decimal}, period_start {date} NOT NULL, period_end {date} NOT NULL, net {money} NOT NULL,
            tax_rate {decimal} NOT NULL, tax_kind {text} NOT NULL, PRIMARY KEY (realm_id, invoice_id, no)) {clustered}",
        "CREATE TABLE IF NOT EXISTS invoice_charge (realm_id {text} NOT NULL, charge_id {text} NOT NULL,
            invoice_id {text} NOT NULL, line_no {int} NOT NULL, amount {money} NOT NULL,
            PRIMARY KEY (realm_id, charge_id)) {clustered}",
        "CREATE INDEX IF NOT EXISTS invoice_charge_by_invoice ON invoice_charge (realm_id, invoice_id, line_no, charge_id)",
        "CREATE TABLE IF NOT EXISTS invoice_counter (realm_id {text} NOT NULL, seller_id {text} NOT NULL,
            series {text} NOT NULL, next {int} NOT NULL, PRIMARY KEY (realm_id, seller_id, series)) {clustered}",
        "CREATE TABLE IF NOT EXISTS invoice_balance (realm_id {text} NOT NULL, invoice_id {text} NOT NULL,
            seller_id {text} NOT NULL, buyer_id {text} NOT NULL, currency {text} NOT NULL, gross {money} NOT NULL,
            paid {money} NOT NULL, status {text} NOT NULL, due_on {date} NOT NULL, dunning_stage {int} NOT NULL,
            next_dunning_on {date}, PRIMARY KEY (realm_id, invoice_id)) {clustered}",
        "CREATE INDEX IF NOT EXISTS invoice_balance_open ON invoice_balance (realm_id, seller_id, buyer_id, currency)
            WHERE status = 'open'",
        "CREATE INDEX IF NOT EXISTS invoice_balance_dunning ON invoice_balance (realm_id, next_dunning_on)
            WHERE next_dunning_on IS NOT NULL",
        // Running totals: of the lines in which usage is rounded, and of what was rated.
        "CREATE TABLE IF NOT EXISTS usage_position (realm_id {text} NOT NULL, seller_id {text} NOT NULL,
            buyer_id {text} NOT NULL, currency {text} NOT NULL, period_on {date} NOT NULL, line {text} NOT NULL,
            exact {decimal} NOT NULL, billed {money} NOT NULL,
            PRIMARY KEY (realm_id, seller_id, buyer_id, currency, period_on, line)) {clustered}",
        "CREATE TABLE IF NOT EXISTS rated (realm_id {text} NOT NULL, leg_id {text} NOT NULL, meter {text} NOT NULL,
            period_on {date} NOT NULL, group_key {text} NOT NULL, version {int} NOT NULL, quantity {decimal} NOT NULL,
            exact {decimal} NOT NULL, PRIMARY KEY (realm_id, leg_id, meter, period_on, group_key)) {clustered}",
        "CREATE TABLE IF NOT EXISTS usage_terms (realm_id {text} NOT NULL, leg_id {text} NOT NULL,
            period_on {date} NOT NULL, terms_id {text} NOT NULL, PRIMARY KEY (realm_id, leg_id, period_on)) {clustered}",
        // What is settled without a document.
        "CREATE TABLE IF NOT EXISTS accrual (realm_id {text} NOT NULL, charge_id {text} NOT NULL,
            transaction_id {text} NOT NULL, amount {money} NOT NULL, PRIMARY KEY (realm_id, charge_id)) {clustered}",
        // Payments.
        "CREATE TABLE IF NOT EXISTS payment_method (realm_id {text} NOT NULL, id {text} NOT NULL,
            account_id {text} NOT NULL, gateway {text} NOT NULL, token {text} NOT NULL, brand {text} NOT NULL,
            last4 {text} NOT NULL, expires {text} NOT NULL, is_default {bool} NOT NULL, status {text} NOT NULL,
            created_at {time} NOT NULL, PRIMARY KEY (realm_id, id)) {clustered}",
        "CREATE INDEX IF NOT EXISTS payment_method_by_account ON payment_method (realm_id, account_id, id)",
        "CREATE TABLE IF NOT EXISTS payment (realm_id {text} NOT NULL, id {text} NOT NULL, invoice_id {text},
            seller_id {text} NOT NULL, payer_id {text} NOT NULL, method_id {text}, kind {text} NOT NULL,
            amount {money} NOT NULL, applied {money} NOT NULL, currency {text} NOT NULL, state {text} NOT NULL,
            reference {text}, action {text}, failure_code {text}, created_at {time} NOT NULL, settled_at {time},
            version {int} NOT NULL, PRIMARY KEY (realm_id, id)) {clustered}",
        "CREATE INDEX IF NOT EXISTS payment_by_invoice ON payment (realm_id, invoice_id, id)",
        "CREATE INDEX IF NOT EXISTS payment_by_payer ON payment (realm_id, payer_id, id)",
        "CREATE INDEX IF NOT EXISTS payment_by_seller ON payment (realm_id, seller_id, id)",
        "CREATE UNIQUE INDEX IF NOT EXISTS payment_one_attempt ON payment (realm_id, invoice_id)
            WHERE state IN ('pending', 'requires_action')",
        "CREATE INDEX IF NOT EXISTS payment_unsettled ON payment (realm_id, id) WHERE state IN ('pending', 'requires_action')",
        "CREATE TABLE IF NOT EXISTS account_credit (realm_id {text} NOT NULL, seller_id {text} NOT NULL,
            buyer_id {text} NOT NULL, currency {text} NOT NULL, amount {money} NOT NULL,
            PRIMARY KEY (realm_id, seller_id, buyer_id, currency)) {clustered}",
        "CREATE TABLE IF NOT EXISTS dunning_policy (realm_id {text} NOT NULL, seller_id {text} NOT NULL,
            steps {json} NOT NULL, PRIMARY KEY (realm_id, seller_id)) {clustered}",
        // The ledger: only ever added to.
        "CREATE TABLE IF NOT EXISTS ledger_transaction (realm_id {text} NOT NULL, id {text} NOT NULL,
            book_id {text} NOT NULL, posted_on {date} NOT NULL, kind {text} NOT NULL, document_id {text} NOT NULL,
            text {text} NOT NULL, PRIMARY KEY (realm_id, id)) {clustered}",
        "CREATE INDEX IF NOT EXISTS ledger_transaction_by_book ON ledger_transaction (realm_id, book_id, posted_on, id)",
        "CREATE TABLE IF NOT EXISTS ledger_posting (realm_id {text} NOT NULL, transaction_id {text} NOT NULL,
            no {int} NOT NULL, account {text} NOT NULL, currency {text} NOT NULL, amount {money} NOT NULL,
            PRIMARY KEY (realm_id, transaction_id, no)) {clustered}",
    ],
}, Migration {
    name: "billing_0002",
    steps: &[
        "CREATE TABLE IF NOT EXISTS price_notice (realm_id {text} NOT NULL, subscription_id {text} NOT NULL,
            from_on {date} NOT NULL, terms_id {text} NOT NULL, PRIMARY KEY (realm_id, subscription_id, from_on)) {clustered}",
    ],
}, Migration {
    name: "billing_0003",
    steps: &[
        // `alive_until` is wall time: whoever drives a run moves it on with every step.
        "CREATE TABLE IF NOT EXISTS billing_run (realm_id {text} NOT NULL, id {text} NOT NULL, until_on {date} NOT NULL,
            origin {text} NOT NULL, begun_by {text} NOT NULL, state {text} NOT NULL, began_at {time} NOT NULL,
            ended_at {time}, alive_until {time} NOT NULL, resumed {int} NOT NULL, subscriptions {int} NOT NULL,
            charges {int} NOT NULL, documents {int} NOT NULL, totals {json} NOT NULL, problem_count {int} NOT NULL,
            problems {json} NOT NULL, failure {text}, PRIMARY KEY (realm_id, id)) {clustered}",
        "CREATE INDEX IF NOT EXISTS billing_run_unfinished ON billing_run (realm_id, origin) WHERE state IN ('running', 'failed')",
    ],
}, Migration {
    name: "billing_0004",
    steps: &[
        "CREATE INDEX IF NOT EXISTS account_credit_by_buyer ON account_credit (realm_id, buyer_id)",
    ],
}, Migration {
    name: "billing_0005",
    // An id is unique by itself; saying so lets lists of one seller be read in their order.
    steps: &["CREATE UNIQUE INDEX IF NOT EXISTS invoice_by_seller ON invoice (realm_id, seller_id, id)"],
}, Migration {
    name: "billing_credit_notes_0001",
    steps: &[
        // What a credit note is beside the document.
        "CREATE TABLE IF NOT EXISTS credit_note (realm_id {text} NOT NULL, note_id {text} NOT NULL,
            invoice_id {text} NOT NULL, destination {text} NOT NULL, reason {text} NOT NULL,
            PRIMARY KEY (realm_id, note_id)) {clustered}",
        "CREATE INDEX IF NOT EXISTS credit_note_by_invoice ON credit_note (realm_id, invoice_id, note_id)",
        "CREATE INDEX IF NOT EXISTS charge_by_reversed ON charge (realm_id, reverses) WHERE reverses IS NOT NULL",
        // What happens to payments after they were made.
        "CREATE TABLE IF NOT EXISTS payment_step (realm_id {text} NOT NULL, id {text} NOT NULL, payment_id {text} NOT NULL,
            payment_kind {text} NOT NULL, kind {text} NOT NULL, seller_id {text} NOT NULL, payer_id {text} NOT NULL, amount {money} NOT NULL,
            currency {text} NOT NULL, state {text} NOT NULL, note_id {text}, reason {text} NOT NULL, reference {text},
            failure_code {text}, created_at {time} NOT NULL, settled_at {time},
            PRIMARY KEY (realm_id, id)) {clustered}",
        "CREATE INDEX IF NOT EXISTS payment_step_by_payment ON payment_step (realm_id, payment_id, id)",
        "CREATE INDEX IF NOT EXISTS payment_step_by_seller ON payment_step (realm_id, seller_id, id)",
        "CREATE INDEX IF NOT EXISTS payment_step_unsettled ON payment_step (realm_id, id) WHERE state = 'pending'",
    ],
}, Migration {
    name: "billing_usage_pools",
    steps: &[
        // How often a group of usage was rated: what it costs may change without any new usage of its own.
        "{sqlite} ALTER TABLE rated ADD COLUMN revision {int} NOT NULL DEFAULT 0",
        "{postgres} ALTER TABLE rated ADD COLUMN IF NOT EXISTS revision {int} NOT NULL DEFAULT 0",
        // Subscriptions that cost something in months without usage, since the first day on which they are known to.
        "CREATE TABLE IF NOT EXISTS idle_usage (realm_id {text} NOT NULL, subscription_id {text} NOT NULL,
            since_on {date} NOT NULL, until_on {date}, settled_on {date} NOT NULL,
            PRIMARY KEY (realm_id, subscription_id)) {clustered}",
        "CREATE INDEX IF NOT EXISTS idle_usage_due ON idle_usage (realm_id, settled_on, subscription_id)",
    ],
}, Migration {
    name: "billing_wallet_0001",
    steps: &[
        // Account credit by where it came from; the sums stay in `account_credit`.
        "CREATE TABLE IF NOT EXISTS credit_grant (realm_id {text} NOT NULL, seller_id {text} NOT NULL,
            buyer_id {text} NOT NULL, currency {text} NOT NULL, id {text} NOT NULL, source {text} NOT NULL,
            priority {int} NOT NULL, expires_on {date}, amount {money} NOT NULL, rest {money} NOT NULL,
            reason {text} NOT NULL, about {text} NOT NULL, created_at {time} NOT NULL,
            PRIMARY KEY (realm_id, seller_id, buyer_id, currency, id)) {clustered}",
        "CREATE INDEX IF NOT EXISTS credit_grant_left ON credit_grant (realm_id, buyer_id) WHERE rest > 0",
        "CREATE INDEX IF NOT EXISTS credit_grant_expiry ON credit_grant (realm_id, expires_on)
            WHERE rest > 0 AND expires_on IS NOT NULL",
        "CREATE TABLE IF NOT EXISTS credit_move (realm_id {text} NOT NULL, id {text} NOT NULL, seller_id {text} NOT NULL,
            buyer_id {text} NOT NULL, currency {text} NOT NULL, grant_id {text} NOT NULL, kind {text} NOT NULL,
            source {text} NOT NULL, amount {money} NOT NULL, about {text} NOT NULL, invoice_id {text}, at {time} NOT NULL,
            PRIMARY KEY (realm_id, seller_id, buyer_id, currency, id)) {clustered}",
        // A policy with the seller itself is for all of its buyers.
        "CREATE TABLE IF NOT EXISTS credit_policy (realm_id {text} NOT NULL, seller_id {text} NOT NULL,
            buyer_id {text} NOT NULL, usage {text}, below {money}, amount {money}, currency {text}, method_id {text},
            PRIMARY KEY (realm_id, seller_id, buyer_id)) {clustered}",
        // What was kept before: one credit for each sum, named after its buyer.
        "INSERT INTO credit_grant (realm_id, seller_id, buyer_id, currency, id, source, priority, amount, rest, reason, about,
            created_at) SELECT realm_id, seller_id, buyer_id, currency, 'cgr_' || substr(buyer_id, 5), 'earlier', 50, amount,
            amount, '', '', 0 FROM account_credit WHERE amount > 0 ON CONFLICT DO NOTHING",
        "INSERT INTO credit_move (realm_id, id, seller_id, buyer_id, currency, grant_id, kind, source, amount, about, at)
            SELECT realm_id, 'cmv_' || substr(buyer_id, 5), seller_id, buyer_id, currency, 'cgr_' || substr(buyer_id, 5),
            'granted', 'earlier', amount, '', 0 FROM account_credit WHERE amount > 0 ON CONFLICT DO NOTHING",
    ],
}, Migration {
    name: "billing_taxes",
    // Lines say each of their taxes. Those of before had one, whose share on the line follows from their document.
    steps: &[
        "ALTER TABLE charge ADD COLUMN tax_included {bool} NOT NULL DEFAULT 0",
        "ALTER TABLE invoice_line ADD COLUMN tax_included {bool} NOT NULL DEFAULT 0",
        "ALTER TABLE invoice_line ADD COLUMN amount {money} NOT NULL DEFAULT 0",
        "ALTER TABLE invoice_line ADD COLUMN tax {money}",
        "ALTER TABLE invoice_line ADD COLUMN taxes {json} NOT NULL DEFAULT '[]'",
        "UPDATE invoice_line SET amount = net, taxes = '[{\"code\":\"\",\"kind\":\"' || tax_kind
            || '\",\"percent\":\"' || tax_rate || '\"}]'",
        "ALTER TABLE invoice_line DROP COLUMN tax_rate",
        "ALTER TABLE invoice_line DROP COLUMN tax_kind",
    ],
}, Migration {
    name: "billing_payments_0001",
    steps: &[
        // Card payments that are only held.
        "CREATE TABLE IF NOT EXISTS payment_hold (realm_id {text} NOT NULL, payment_id {text} NOT NULL,
            PRIMARY KEY (realm_id, payment_id)) {clustered}",
        "CREATE TABLE IF NOT EXISTS payment_retry (realm_id {text} NOT NULL, seller_id {text} NOT NULL,
            policy {json} NOT NULL, PRIMARY KEY (realm_id, seller_id)) {clustered}",
    ],
}, Migration {
    name: "billing_discounts_0001",
    steps: &[
        // What discounts are behind charges: beside them, because few have any.
        "CREATE TABLE IF NOT EXISTS charge_discount (realm_id {text} NOT NULL, subscription_id {text} NOT NULL,
            charge_id {text} NOT NULL, item_id {text} NOT NULL, coupon_id {text} NOT NULL, redemption_id {text} NOT NULL,
            period_on {date} NOT NULL, whole {decimal} NOT NULL, currency {text} NOT NULL, amount {money} NOT NULL,
            PRIMARY KEY (realm_id, subscription_id, charge_id)) {clustered}",
        "CREATE INDEX IF NOT EXISTS charge_discount_by_coupon ON charge_discount (realm_id, coupon_id, currency, amount)",
    ],
}, Migration {
    name: "billing_bank_0001",
    steps: &[
        "CREATE TABLE IF NOT EXISTS bank_statement (realm_id {text} NOT NULL, id {text} NOT NULL, seller_id {text} NOT NULL,
            statement_key {text} NOT NULL, account {text} NOT NULL, currency {text} NOT NULL, format {text} NOT NULL,
            file_name {text} NOT NULL, bank_id {text} NOT NULL, from_on {date} NOT NULL, until_on {date} NOT NULL,
            opening {money}, closing {money}, gap {money}, entries {int} NOT NULL, taken {int} NOT NULL,
            created_at {time} NOT NULL, PRIMARY KEY (realm_id, id)) {clustered}",
        "CREATE UNIQUE INDEX IF NOT EXISTS bank_statement_once ON bank_statement (realm_id, seller_id, statement_key)",
        "CREATE INDEX IF NOT EXISTS bank_statement_by_seller ON bank_statement (realm_id, seller_id, id)",
        // The other side's account is kept sealed; `payer_key` is its digest, to recognise it by.
        "CREATE TABLE IF NOT EXISTS bank_entry (realm_id {text} NOT NULL, id {text} NOT NULL, seller_id {text} NOT NULL,
            statement_id {text} NOT NULL, entry_key {text} NOT NULL, booked_on {date} NOT NULL, direction {text} NOT NULL,
            amount {money} NOT NULL, currency {text} NOT NULL, reversal {bool} NOT NULL, reference {text} NOT NULL,
            name {text} NOT NULL, account_hint {text} NOT NULL, account {text} NOT NULL, payer_key {text} NOT NULL,
            text {text} NOT NULL, words {text} NOT NULL, state {text} NOT NULL, by_hand {bool} NOT NULL, doubt {text},
            reason {text} NOT NULL, settled_at {time}, PRIMARY KEY (realm_id, id)) {clustered}",
        "CREATE UNIQUE INDEX IF NOT EXISTS bank_entry_once ON bank_entry (realm_id, seller_id, entry_key)",
        "CREATE INDEX IF NOT EXISTS bank_entry_by_state ON bank_entry (realm_id, seller_id, state, id)",
        "CREATE INDEX IF NOT EXISTS bank_entry_by_statement ON bank_entry (realm_id, statement_id, id)",
        "CREATE TABLE IF NOT EXISTS bank_entry_payment (realm_id {text} NOT NULL, payment_id {text} NOT NULL,
            entry_id {text} NOT NULL, recorded {bool} NOT NULL, PRIMARY KEY (realm_id, payment_id, entry_id)) {clustered}",
        "CREATE INDEX IF NOT EXISTS bank_entry_payment_by_entry ON bank_entry_payment (realm_id, entry_id, payment_id)",
        "CREATE TABLE IF NOT EXISTS bank_payer (realm_id {text} NOT NULL, seller_id {text} NOT NULL, payer_key {text} NOT NULL,
            buyer_id {text} NOT NULL, PRIMARY KEY (realm_id, seller_id, payer_key, buyer_id)) {clustered}",
        "CREATE TABLE IF NOT EXISTS bank_csv_mapping (realm_id {text} NOT NULL, seller_id {text} NOT NULL, name {text} NOT NULL,
            mapping {json} NOT NULL, PRIMARY KEY (realm_id, seller_id, name)) {clustered}",
        "CREATE INDEX IF NOT EXISTS payment_transfers ON payment (realm_id, seller_id, amount) WHERE kind = 'transfer'",
    ],
}, Migration {
    name: "billing_tax_categories",
    steps: &[
        "ALTER TABLE charge ADD COLUMN tax_category {text} NOT NULL DEFAULT 'standard'",
        "ALTER TABLE invoice_line ADD COLUMN tax_category {text} NOT NULL DEFAULT 'standard'",
    ],
}, Migration {
    name: "billing_write_off_0001",
    steps: &[
        // Part of what counts as paid: what the seller has given up.
        "{sqlite} ALTER TABLE invoice_balance ADD COLUMN written_off {money} NOT NULL DEFAULT 0",
        "{postgres} ALTER TABLE invoice_balance ADD COLUMN IF NOT EXISTS written_off {money} NOT NULL DEFAULT 0",
    ],
}, Migration {
    name: "billing_statements_0001",
    // What a book says of one account, without looking at all of its entries.
    steps: &["CREATE INDEX IF NOT EXISTS ledger_posting_by_account ON ledger_posting (realm_id, account, transaction_id)"],
}, Migration {
    name: "billing_drafts_0001",
    steps: &[
        // Which sellers look over what is billed; without days, drafts wait for somebody.
        "CREATE TABLE IF NOT EXISTS invoice_review (realm_id {text} NOT NULL, seller_id {text} NOT NULL, grace_days {int},
            PRIMARY KEY (realm_id, seller_id)) {clustered}",
        "CREATE TABLE IF NOT EXISTS invoice_hold (realm_id {text} NOT NULL, seller_id {text} NOT NULL,
            buyer_id {text} NOT NULL, reason {text} NOT NULL, since {time} NOT NULL,
            PRIMARY KEY (realm_id, seller_id, buyer_id)) {clustered}",
        // A draft says only that it waits: what is on it are the open charges between the two.
        "CREATE TABLE IF NOT EXISTS invoice_draft (realm_id {text} NOT NULL, id {text} NOT NULL, seller_id {text} NOT NULL,
            buyer_id {text} NOT NULL, currency {text} NOT NULL, begun_on {date} NOT NULL, issue_on {date},
            hold_reason {text}, held_at {time}, PRIMARY KEY (realm_id, id)) {clustered}",
        "CREATE UNIQUE INDEX IF NOT EXISTS invoice_draft_once ON invoice_draft (realm_id, seller_id, buyer_id, currency)",
    ],
}, Migration {
    name: "billing_dunning_pauses_0001",
    // Until when no step is taken for an invoice; one with an amount is a promise to pay.
    steps: &["CREATE TABLE IF NOT EXISTS dunning_pause (realm_id {text} NOT NULL, invoice_id {text} NOT NULL, until_on {date} NOT NULL,
        reason {text} NOT NULL, promised {money}, paid_before {money} NOT NULL, currency {text} NOT NULL, at {time} NOT NULL,
        PRIMARY KEY (realm_id, invoice_id)) {clustered}"],
}, Migration {
    name: "billing_usage_discounts",
    steps: &["ALTER TABLE charge_discount ADD COLUMN on_usage {bool} NOT NULL DEFAULT 0"],
}, Migration {
    name: "billing_commitments_0001",
    steps: &[
        // Spans of commitments; `stale` is 1 where something was charged since it was looked at, 2 where it was looked at while
        // it ran.
        "CREATE TABLE IF NOT EXISTS commitment (realm_id {text} NOT NULL, leg_id {text} NOT NULL, since_on {date} NOT NULL,
            subscription_id {text} NOT NULL, terms_id {text} NOT NULL, until_on {date} NOT NULL, agreed_on {date} NOT NULL,
            settle_on {date} NOT NULL, ended {bool} NOT NULL, metered {bool} NOT NULL, watched {bool} NOT NULL, stale {int} NOT NULL,
            settled {json} NOT NULL, PRIMARY KEY (realm_id, leg_id, since_on)) {clustered}",
        "CREATE INDEX IF NOT EXISTS commitment_by_stale ON commitment (realm_id, stale, subscription_id, settle_on)",
        "CREATE INDEX IF NOT EXISTS commitment_by_subscription ON commitment (realm_id, subscription_id)",
    ],
}, Migration {
    name: "billing_books_0001",
    steps: &[
        // Who posts shares a book, who closes a month holds it alone.
        "CREATE TABLE IF NOT EXISTS ledger_book (realm_id {text} NOT NULL, book_id {text} NOT NULL, closed_until {date},
            PRIMARY KEY (realm_id, book_id)) {clustered}",
        "CREATE TABLE IF NOT EXISTS ledger_closing (realm_id {text} NOT NULL, book_id {text} NOT NULL, no {int} NOT NULL,
            month_on {date} NOT NULL, act {text} NOT NULL, reason {text} NOT NULL, made_by {text} NOT NULL,
            made_at {time} NOT NULL, sequence {int} NOT NULL, hash {text} NOT NULL,
            PRIMARY KEY (realm_id, book_id, no)) {clustered}",
        "CREATE TABLE IF NOT EXISTS ledger_chart (realm_id {text} NOT NULL, book_id {text} NOT NULL, account {text} NOT NULL,
            code {text} NOT NULL, name {text} NOT NULL, PRIMARY KEY (realm_id, book_id, account)) {clustered}",
        "CREATE UNIQUE INDEX IF NOT EXISTS ledger_chart_code ON ledger_chart (realm_id, book_id, code)",
        "{sqlite} ALTER TABLE ledger_transaction ADD COLUMN document_on {date}",
        "{postgres} ALTER TABLE ledger_transaction ADD COLUMN IF NOT EXISTS document_on {date}",
        // The chain: where it ends, its links, and what waits to become one.
        "CREATE TABLE IF NOT EXISTS ledger_chain (realm_id {text} NOT NULL, book_id {text} NOT NULL, sequence {int} NOT NULL,
            hash {text} NOT NULL, PRIMARY KEY (realm_id, book_id)) {clustered}",
        "CREATE TABLE IF NOT EXISTS ledger_seal (realm_id {text} NOT NULL, book_id {text} NOT NULL, sequence {int} NOT NULL,
            transaction_id {text} NOT NULL, hash {text} NOT NULL, PRIMARY KEY (realm_id, book_id, sequence)) {clustered}",
        "CREATE UNIQUE INDEX IF NOT EXISTS ledger_seal_once ON ledger_seal (realm_id, transaction_id)",
        "CREATE TABLE IF NOT EXISTS ledger_unsealed (realm_id {text} NOT NULL, book_id {text} NOT NULL,
            transaction_id {text} NOT NULL, PRIMARY KEY (realm_id, book_id, transaction_id)) {clustered}",
        "INSERT INTO ledger_unsealed (realm_id, book_id, transaction_id) SELECT t.realm_id, t.book_id, t.id
            FROM ledger_transaction t WHERE NOT EXISTS (SELECT 1 FROM ledger_seal s WHERE s.realm_id = t.realm_id
            AND s.transaction_id = t.id) ON CONFLICT DO NOTHING",
    ],
}, Migration {
    name: "billing_revenue_0001",
    steps: &[
        "CREATE TABLE IF NOT EXISTS revenue_policy (realm_id {text} NOT NULL, seller_id {text} NOT NULL,
            recognition {text} NOT NULL, since_on {date} NOT NULL, booked_on {date},
            PRIMARY KEY (realm_id, seller_id)) {clustered}",
        // What the end of a month has left as deferred, by the schedule or, once it is not followed any more, released.
        "CREATE TABLE IF NOT EXISTS revenue_month (realm_id {text} NOT NULL, seller_id {text} NOT NULL, month_on {date} NOT NULL,
            currency {text} NOT NULL, deferred {money} NOT NULL, scheduled {bool} NOT NULL, transaction_id {text} NOT NULL,
            PRIMARY KEY (realm_id, seller_id, month_on, currency)) {clustered}",
    ],
}, Migration {
    name: "billing_settlement_0001",
    steps: &[
        // An empty vendor stands for all that have no policy of their own.
        "CREATE TABLE IF NOT EXISTS settlement_policy (realm_id {text} NOT NULL, payer_id {text} NOT NULL,
            vendor_id {text} NOT NULL, policy {json} NOT NULL, PRIMARY KEY (realm_id, payer_id, vendor_id)) {clustered}",
        "CREATE TABLE IF NOT EXISTS settlement (realm_id {text} NOT NULL, id {text} NOT NULL, payer_id {text} NOT NULL,
            vendor_id {text} NOT NULL, currency {text} NOT NULL, number {text} NOT NULL, until_on {date} NOT NULL,
            share {money} NOT NULL, fee {money} NOT NULL, held {money} NOT NULL, released {money} NOT NULL,
            payout {money} NOT NULL, state {text} NOT NULL, due_on {date} NOT NULL, release_on {date}, released_by {text},
            file_id {text}, note {text} NOT NULL, created_at {time} NOT NULL, paid_on {date},
            PRIMARY KEY (realm_id, id)) {clustered}",
        "CREATE INDEX IF NOT EXISTS settlement_by_payer ON settlement (realm_id, payer_id, id)",
        "CREATE INDEX IF NOT EXISTS settlement_by_vendor ON settlement (realm_id, vendor_id, id)",
        "CREATE INDEX IF NOT EXISTS settlement_releases ON settlement (realm_id, released_by) WHERE released_by IS NOT NULL",
        "CREATE TABLE IF NOT EXISTS settlement_line (realm_id {text} NOT NULL, settlement_id {text} NOT NULL, no {int} NOT NULL,
            product_id {text} NOT NULL, charges {int} NOT NULL, share {money} NOT NULL, fee {money} NOT NULL,
            PRIMARY KEY (realm_id, settlement_id, no)) {clustered}",
        "CREATE TABLE IF NOT EXISTS settlement_charge (realm_id {text} NOT NULL, charge_id {text} NOT NULL,
            settlement_id {text} NOT NULL, PRIMARY KEY (realm_id, charge_id)) {clustered}",
        "CREATE INDEX IF NOT EXISTS settlement_charge_by_settlement ON settlement_charge (realm_id, settlement_id, charge_id)",
        // Vendors' shares that are on no settlement.
        "CREATE TABLE IF NOT EXISTS settlement_open (realm_id {text} NOT NULL, payer_id {text} NOT NULL,
            vendor_id {text} NOT NULL, currency {text} NOT NULL, charge_id {text} NOT NULL,
            PRIMARY KEY (realm_id, payer_id, vendor_id, currency, charge_id)) {clustered}",
        "CREATE UNIQUE INDEX IF NOT EXISTS settlement_open_once ON settlement_open (realm_id, charge_id)",
        "INSERT INTO settlement_open (realm_id, payer_id, vendor_id, currency, charge_id)
            SELECT a.realm_id, c.buyer_id, c.seller_id, c.currency, a.charge_id FROM accrual a
            JOIN charge c ON c.realm_id = a.realm_id AND c.id = a.charge_id
            JOIN ledger_transaction t ON t.realm_id = a.realm_id AND t.id = a.transaction_id
            WHERE t.kind = 'vendor_share' AND NOT EXISTS (SELECT 1 FROM settlement_charge s WHERE s.realm_id = a.realm_id
            AND s.charge_id = a.charge_id) ON CONFLICT DO NOTHING",
        "CREATE TABLE IF NOT EXISTS payout_file (realm_id {text} NOT NULL, id {text} NOT NULL, payer_id {text} NOT NULL,
            message_id {text} NOT NULL, execute_on {date} NOT NULL, payments {int} NOT NULL, total {money} NOT NULL,
            currency {text} NOT NULL, content {text} NOT NULL, created_at {time} NOT NULL,
            PRIMARY KEY (realm_id, id)) {clustered}",
        "CREATE INDEX IF NOT EXISTS payout_file_by_payer ON payout_file (realm_id, payer_id, id)",
    ],
}, Migration {
    name: "billing_dunning_accounts_0001",
    steps: &[
        "CREATE TABLE IF NOT EXISTS account_class (realm_id {text} NOT NULL, seller_id {text} NOT NULL, code {text} NOT NULL,
            name {text} NOT NULL, policy {json} NOT NULL, PRIMARY KEY (realm_id, seller_id, code)) {clustered}",
        // What a seller has decided about one buyer; also the row that is held while the credit of a buyer is looked at.
        "CREATE TABLE IF NOT EXISTS dunning_account (realm_id {text} NOT NULL, seller_id {text} NOT NULL,
            buyer_id {text} NOT NULL, class {text}, pause_until {date}, pause_reason {text}, paused_at {time},
            PRIMARY KEY (realm_id, seller_id, buyer_id)) {clustered}",
        // An empty invoice stands for a hold by hand.
        "CREATE TABLE IF NOT EXISTS credit_hold (realm_id {text} NOT NULL, buyer_id {text} NOT NULL, seller_id {text} NOT NULL,
            invoice_id {text} NOT NULL, cause {text} NOT NULL, reason {text} NOT NULL, until_paid {bool} NOT NULL,
            since {time} NOT NULL, PRIMARY KEY (realm_id, buyer_id, seller_id, invoice_id)) {clustered}",
    ],
}, Migration {
    name: "billing_self_billing_0001",
    steps: &[
        // That a vendor has agreed to be invoiced in its own name by whom it sells to.
        "CREATE TABLE IF NOT EXISTS self_billing (realm_id {text} NOT NULL, payer_id {text} NOT NULL, vendor_id {text} NOT NULL,
            agreed_on {date} NOT NULL, ended_on {date}, reference {text} NOT NULL, at {time} NOT NULL,
            PRIMARY KEY (realm_id, payer_id, vendor_id)) {clustered}",
        "{sqlite} ALTER TABLE settlement ADD COLUMN share_tax {money} NOT NULL DEFAULT 0",
        "{postgres} ALTER TABLE settlement ADD COLUMN IF NOT EXISTS share_tax {money} NOT NULL DEFAULT 0",
        "{sqlite} ALTER TABLE settlement ADD COLUMN fee_tax {money} NOT NULL DEFAULT 0",
        "{postgres} ALTER TABLE settlement ADD COLUMN IF NOT EXISTS fee_tax {money} NOT NULL DEFAULT 0",
        // Documents of a settlement: without a number until it is approved.
        "CREATE TABLE IF NOT EXISTS settlement_paper (realm_id {text} NOT NULL, settlement_id {text} NOT NULL, kind {text} NOT NULL,
            seller_id {text} NOT NULL, number {text}, document {json} NOT NULL,
            PRIMARY KEY (realm_id, settlement_id, kind)) {clustered}",
        "CREATE UNIQUE INDEX IF NOT EXISTS settlement_paper_number ON settlement_paper (realm_id, seller_id, number)",
    ],
}, Migration {
    name: "billing_currency_0001",
    steps: &[
        "CREATE TABLE IF NOT EXISTS book_currency (realm_id {text} NOT NULL, book_id {text} NOT NULL, currency {text},
            since_on {date} NOT NULL, booked_on {date}, PRIMARY KEY (realm_id, book_id)) {clustered}",
        "CREATE TABLE IF NOT EXISTS currency_month (realm_id {text} NOT NULL, book_id {text} NOT NULL, month_on {date} NOT NULL,
            currency {text} NOT NULL, gain {money} NOT NULL, loss {money} NOT NULL, transaction_id {text} NOT NULL,
            PRIMARY KEY (realm_id, book_id, month_on)) {clustered}",
    ],
}, Migration {
    name: "billing_references",
    steps: &[
        "{sqlite} ALTER TABLE invoice ADD COLUMN order_number {text}",
        "{postgres} ALTER TABLE invoice ADD COLUMN IF NOT EXISTS order_number {text}",
        "{sqlite} ALTER TABLE invoice_line ADD COLUMN order_number {text}",
        "{postgres} ALTER TABLE invoice_line ADD COLUMN IF NOT EXISTS order_number {text}",
        "{sqlite} ALTER TABLE invoice_line ADD COLUMN cost_centre {text}",
        "{postgres} ALTER TABLE invoice_line ADD COLUMN IF NOT EXISTS cost_centre {text}",
    ],
}, Migration {
    name: "billing_collected",
    steps: &[
        // Who collects for a seller: of documents since they were issued, of payments who has the money.
        "{sqlite} ALTER TABLE invoice ADD COLUMN collector_id {text}",
        "{postgres} ALTER TABLE invoice ADD COLUMN IF NOT EXISTS collector_id {text}",
        "CREATE INDEX IF NOT EXISTS invoice_collected ON invoice (realm_id, collector_id, series, sequence)
            WHERE collector_id IS NOT NULL",
        "{sqlite} ALTER TABLE invoice_balance ADD COLUMN collector_id {text}",
        "{postgres} ALTER TABLE invoice_balance ADD COLUMN IF NOT EXISTS collector_id {text}",
        "CREATE INDEX IF NOT EXISTS invoice_balance_collected ON invoice_balance (realm_id, collector_id, buyer_id)
            WHERE collector_id IS NOT NULL",
        "{sqlite} ALTER TABLE payment ADD COLUMN collector_id {text}",
        "{postgres} ALTER TABLE payment ADD COLUMN IF NOT EXISTS collector_id {text}",
        "CREATE INDEX IF NOT EXISTS payment_collected ON payment (realm_id, collector_id, id) WHERE collector_id IS NOT NULL",
        "CREATE TABLE IF NOT EXISTS collected (realm_id {text} NOT NULL, id {text} NOT NULL, collector_id {text} NOT NULL,
            seller_id {text} NOT NULL, buyer_id {text} NOT NULL, kind {text} NOT NULL, payment_id {text} NOT NULL,
            step_id {text}, posted_on {date} NOT NULL, amount {money} NOT NULL, currency {text} NOT NULL,
            PRIMARY KEY (realm_id, id)) {clustered}",
        "CREATE INDEX IF NOT EXISTS collected_by_payment ON collected (realm_id, payment_id)",
        // Settlements with sellers for whom another collects; what is on one is a charge or a collected amount.
        "{sqlite} ALTER TABLE settlement ADD COLUMN kind {text} NOT NULL DEFAULT 'vendor'",
        "{postgres} ALTER TABLE settlement ADD COLUMN IF NOT EXISTS kind {text} NOT NULL DEFAULT 'vendor'",
        "{sqlite} ALTER TABLE settlement ADD COLUMN set_off {money} NOT NULL DEFAULT 0",
        "{postgres} ALTER TABLE settlement ADD COLUMN IF NOT EXISTS set_off {money} NOT NULL DEFAULT 0",
        "{sqlite} ALTER TABLE settlement_open ADD COLUMN kind {text} NOT NULL DEFAULT 'vendor'",
        "{postgres} ALTER TABLE settlement_open ADD COLUMN IF NOT EXISTS kind {text} NOT NULL DEFAULT 'vendor'",
        "{sqlite} ALTER TABLE settlement_line ADD COLUMN buyer_id {text}",
        "{postgres} ALTER TABLE settlement_line ADD COLUMN IF NOT EXISTS buyer_id {text}",
        "CREATE TABLE IF NOT EXISTS settlement_offset (realm_id {text} NOT NULL, settlement_id {text} NOT NULL,
            invoice_id {text} NOT NULL, amount {money} NOT NULL, payment_id {text},
            PRIMARY KEY (realm_id, settlement_id, invoice_id)) {clustered}",
    ],
}, Migration {
    name: "billing_payout_reports",
    steps: &[
        // What was ordered with each file, and what the bank has said of it last: a settlement can be in another file later.
        "CREATE TABLE IF NOT EXISTS payout_order (realm_id {text} NOT NULL, file_id {text} NOT NULL, settlement_id {text} NOT NULL,
            end_to_end {text} NOT NULL, amount {money} NOT NULL, currency {text} NOT NULL, status {text} NOT NULL,
            PRIMARY KEY (realm_id, file_id, settlement_id)) {clustered}",
        "INSERT INTO payout_order (realm_id, file_id, settlement_id, end_to_end, amount, currency, status)
            SELECT realm_id, file_id, id, number, payout, currency, '' FROM settlement WHERE file_id IS NOT NULL ON CONFLICT DO NOTHING",
        "CREATE INDEX IF NOT EXISTS payout_file_by_message ON payout_file (realm_id, payer_id, message_id)",
        "CREATE TABLE IF NOT EXISTS payout_report (realm_id {text} NOT NULL, id {text} NOT NULL, payer_id {text} NOT NULL,
            digest {text} NOT NULL, file_name {text} NOT NULL, message_id {text} NOT NULL, original_message_id {text} NOT NULL,
            created_at {time} NOT NULL, PRIMARY KEY (realm_id, id)) {clustered}",
        "CREATE UNIQUE INDEX IF NOT EXISTS payout_report_once ON payout_report (realm_id, payer_id, digest)",
        // Of those that a person has to look at `doubt` is 1, and there is a note once somebody has.
        "CREATE TABLE IF NOT EXISTS payout_report_item (realm_id {text} NOT NULL, report_id {text} NOT NULL, no {int} NOT NULL,
            payer_id {text} NOT NULL, level {text} NOT NULL, original_message_id {text} NOT NULL, end_to_end {text} NOT NULL,
            status {text} NOT NULL, reason {text} NOT NULL, amount {money}, currency {text}, told_on {date}, outcome {text} NOT NULL,
            settlement_id {text}, doubt {int}, note {text}, PRIMARY KEY (realm_id, report_id, no)) {clustered}",
        "CREATE INDEX IF NOT EXISTS payout_report_doubts ON payout_report_item (realm_id, payer_id, report_id, no)
            WHERE doubt = 1 AND note IS NULL",
    ],
}, Migration {
    name: "billing_tax_wait",
    steps: &[
        // What would be a document if a tax engine had answered: the draft between the two, and why it waits.
        "CREATE TABLE IF NOT EXISTS invoice_tax_wait (realm_id {text} NOT NULL, seller_id {text} NOT NULL,
            buyer_id {text} NOT NULL, currency {text} NOT NULL, since {time} NOT NULL, until_on {date} NOT NULL,
            attempts {int} NOT NULL, asked_at {time}, problem {text},
            PRIMARY KEY (realm_id, seller_id, buyer_id, currency)) {clustered}",
    ],
}, Migration {
    name: "billing_tax_wait_away",
    steps: &[
        "{sqlite} ALTER TABLE invoice_tax_wait ADD COLUMN away_since {time}",
        "{postgres} ALTER TABLE invoice_tax_wait ADD COLUMN IF NOT EXISTS away_since {time}",
        "{sqlite} ALTER TABLE invoice_tax_wait ADD COLUMN by_hand {int} NOT NULL DEFAULT 0",
        "{postgres} ALTER TABLE invoice_tax_wait ADD COLUMN IF NOT EXISTS by_hand {int} NOT NULL DEFAULT 0",
    ],
}, Migration {
    name: "billing_line_rates",
    steps: &[
        // The exchange rates that went into a line, and the one at which a document went into books of another currency.
        "{sqlite} ALTER TABLE invoice_line ADD COLUMN rates {text}",
        "{postgres} ALTER TABLE invoice_line ADD COLUMN IF NOT EXISTS rates {text}",
        "{sqlite} ALTER TABLE invoice ADD COLUMN book_rate {text}",
        "{postgres} ALTER TABLE invoice ADD COLUMN IF NOT EXISTS book_rate {text}",
    ],
}, Migration {
    name: "billing_reissue",
    steps: &[
        // An invoice that was issued anew: the credit note that takes it back, and the invoice in its place.
        "CREATE TABLE IF NOT EXISTS reissue (realm_id {text} NOT NULL, invoice_id {text} NOT NULL, note_id {text} NOT NULL,
            document_id {text} NOT NULL, created_at {time} NOT NULL, PRIMARY KEY (realm_id, invoice_id)) {clustered}",
        "CREATE UNIQUE INDEX IF NOT EXISTS reissue_by_document ON reissue (realm_id, document_id)",
    ],
}];
