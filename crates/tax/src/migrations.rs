//! The tables of this room.

use tradewind_platform::Migration;

/// In the order in which they are applied; never edited once released.
pub const MIGRATIONS: &[Migration] = &[Migration {
    name: "tax_0001",
    steps: &[
        // What an account is in the eyes of the tax office: as a seller its profile, as a buyer what is known of it.
        "CREATE TABLE IF NOT EXISTS tax_account (realm_id {text} NOT NULL, account_id {text} NOT NULL, profile {json},
            evidence {json}, vat_check {json}, PRIMARY KEY (realm_id, account_id)) {clustered}",
        // The realm's own rates, beside those that come with the program.
        "CREATE TABLE IF NOT EXISTS tax_rate (realm_id {text} NOT NULL, place {text} NOT NULL, category {text} NOT NULL,
            buyer {text} NOT NULL, from_on {date} NOT NULL, until_on {date}, percent {decimal} NOT NULL,
            share {decimal} NOT NULL, name {text} NOT NULL, source {text} NOT NULL,
            PRIMARY KEY (realm_id, place, category, buyer, from_on)) {clustered}",
        "CREATE TABLE IF NOT EXISTS tax_certificate (realm_id {text} NOT NULL, id {text} NOT NULL,
            seller_id {text} NOT NULL, buyer_id {text} NOT NULL, place {text} NOT NULL, number {text} NOT NULL,
            from_on {date} NOT NULL, until_on {date}, document {text} NOT NULL, state {text} NOT NULL,
            created_at {time} NOT NULL, version {int} NOT NULL, PRIMARY KEY (realm_id, id)) {clustered}",
        "CREATE INDEX IF NOT EXISTS tax_certificate_by_buyer ON tax_certificate (realm_id, buyer_id, seller_id)",
        "CREATE INDEX IF NOT EXISTS tax_certificate_by_seller ON tax_certificate (realm_id, seller_id, id)",
    ],
}, Migration {
    name: "tax_engine_0001",
    steps: &[
        // Secrets are sealed.
        "CREATE TABLE IF NOT EXISTS tax_engine (realm_id {text} NOT NULL, seller_id {text} NOT NULL, url {text} NOT NULL,
            secret {text} NOT NULL, secret_hint {text} NOT NULL, away {text} NOT NULL, after_hours {int} NOT NULL,
            codes {json} NOT NULL, set_at {time} NOT NULL, PRIMARY KEY (realm_id, seller_id)) {clustered}",
        // What engines have answered, by the digest of the question.
        "CREATE TABLE IF NOT EXISTS tax_answer (realm_id {text} NOT NULL, seller_id {text} NOT NULL, digest {text} NOT NULL,
            answer {json} NOT NULL, asked_at {time} NOT NULL, PRIMARY KEY (realm_id, seller_id, digest)) {clustered}",
        "CREATE INDEX IF NOT EXISTS tax_answer_by_time ON tax_answer (realm_id, asked_at)",
        // Whether engines know of the documents that were issued.
        "CREATE TABLE IF NOT EXISTS tax_report (realm_id {text} NOT NULL, document_id {text} NOT NULL, seller_id {text} NOT NULL,
            number {text} NOT NULL, state {text} NOT NULL, problem {text}, at {time} NOT NULL,
            PRIMARY KEY (realm_id, document_id)) {clustered}",
        "CREATE INDEX IF NOT EXISTS tax_report_pending ON tax_report (realm_id, seller_id, document_id)
            WHERE state = 'pending'",
    ],
}];
