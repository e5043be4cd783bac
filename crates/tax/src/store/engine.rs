//! Tax engines: how sellers have set them up, what they have answered, what they know of.

use std::collections::{BTreeMap, HashMap};

use tradewind_kernel::{
    Timestamp,
    id::{AccountId, InvoiceId, RealmId},
};
use tradewind_platform::{
    args,
    db::{Json, Result, Tx},
    row, sql_text, stmts,
};

use crate::types::{
    EngineAnswer, EngineAway, EngineConfig, EngineReport, EngineTerms, ReportState, TaxCategory,
};

sql_text!(EngineAway, ReportState);

/// Reports that are listed at once.
const LISTED: i64 = 200;

stmts! {
    /// How a seller has set its engine up.
    ENGINE = "SELECT seller_id, url, secret_hint, away, after_hours, codes, set_at FROM tax_engine
        WHERE realm_id = $1 AND seller_id = $2";
    /// What decides beside the engines of some sellers.
    ENGINE_TERMS = "SELECT seller_id, away, after_hours, codes FROM tax_engine WHERE realm_id = $1
        AND seller_id IN (SELECT value FROM json_each($2))",
        pg = "SELECT seller_id, away, after_hours, codes FROM tax_engine WHERE realm_id = $1
        AND seller_id IN (SELECT json_array_elements_text(CAST($2 AS JSON)))";
    /// Its address and sealed secret.
    ENGINE_ACCESS = "SELECT url, secret FROM tax_engine WHERE realm_id = $1 AND seller_id = $2";
    /// Sets it up.
    SET_ENGINE = "INSERT INTO tax_engine (realm_id, seller_id, url, secret, secret_hint, away, after_hours, codes, set_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (realm_id, seller_id) DO UPDATE SET url = excluded.url,
        secret = excluded.secret, secret_hint = excluded.secret_hint, away = excluded.away,
        after_hours = excluded.after_hours, codes = excluded.codes, set_at = excluded.set_at";
    /// Forgets it.
    REMOVE_ENGINE = "DELETE FROM tax_engine WHERE realm_id = $1 AND seller_id = $2";
    /// What an engine has answered.
    ANSWER = "SELECT answer FROM tax_answer WHERE realm_id = $1 AND seller_id = $2 AND digest = $3";
    /// Keeps an answer; the first one stays.
    KEEP_ANSWER = "INSERT INTO tax_answer (realm_id, seller_id, digest, answer, asked_at) VALUES ($1, $2, $3, $4, $5)
        ON CONFLICT DO NOTHING";
    /// Forgets the answers of another engine.
    FORGET_ANSWERS = "DELETE FROM tax_answer WHERE realm_id = $1 AND seller_id = $2";
    /// Forgets answers to questions that nobody asks any more.
    FORGET_OLD_ANSWERS = "DELETE FROM tax_answer WHERE realm_id = $1 AND asked_at < $2";
    /// Whether an engine knows of a document.
    SET_REPORT = "INSERT INTO tax_report (realm_id, document_id, seller_id, number, state, problem, at)
        VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (realm_id, document_id) DO UPDATE SET state = excluded.state,
        problem = excluded.problem, at = excluded.at WHERE tax_report.state = 'pending'";
    /// Nobody is to be told of what is pending.
    FORGET_REPORTS = "DELETE FROM tax_report WHERE realm_id = $1 AND seller_id = $2 AND state = 'pending'";
    /// Documents that a seller's engine does not know of yet, the oldest first.
    REPORTS = "SELECT seller_id, document_id, number, state, problem, at FROM tax_report
        WHERE realm_id = $1 AND seller_id = $2 AND state = 'pending' ORDER BY document_id LIMIT $3";
}

row! {
    struct EngineRow {
        seller_id: AccountId,
        url: String,
        secret_hint: String,
        away: EngineAway,
        after_hours: u32,
        codes: Json<BTreeMap<TaxCategory, String>>,
        set_at: Timestamp,
    }
}

row! {
    struct TermsRow {
        seller_id: AccountId,
        away: EngineAway,
        after_hours: u32,
        codes: Json<BTreeMap<TaxCategory, String>>,
    }
}

row! {
    struct ReportRow {
        seller_id: AccountId,
        document_id: InvoiceId,
        number: String,
        state: ReportState,
        problem: Option<String>,
        at: Timestamp,
    }
}

pub(crate) async fn engine(
    tx: &mut Tx,
    realm: RealmId,
    seller: AccountId,
) -> Result<Option<EngineConfig>> {
    let found: Option<EngineRow> = tx.opt(&ENGINE, args![realm, seller]).await?;
    Ok(found.map(|row| EngineConfig {
        seller_id: row.seller_id,
        url: row.url,
        secret_hint: row.secret_hint,
        away: row.away,
        after_hours: row.after_hours,
        codes: row.codes.0,
        set_at: row.set_at,
    }))
}

pub(crate) async fn terms(
    tx: &mut Tx,
    realm: RealmId,
    sellers: &[AccountId],
) -> Result<HashMap<AccountId, EngineTerms>> {
    let rows: Vec<TermsRow> = tx.all(&ENGINE_TERMS, args![realm, Json(sellers)]).await?;
    let terms = |row: TermsRow| {
        let terms = EngineTerms {
            away: row.away,
            after_hours: row.after_hours,
            codes: row.codes.0,
        };
        (row.seller_id, terms)
    };
    Ok(rows.into_iter().map(terms).collect())
}

/// Address and sealed secret.
pub(crate) async fn access(
    tx: &mut Tx,
    realm: RealmId,
    seller: AccountId,
) -> Result<Option<(String, String)>> {
    tx.opt(&ENGINE_ACCESS, args![realm, seller]).await
}

pub(crate) async fn set(
    tx: &mut Tx,
    realm: RealmId,
    config: &EngineConfig,
    secret: &str,
) -> Result<()> {
    let args = args![
        realm,
        config.seller_id,
        config.url,
        secret,
        config.secret_hint,
        config.away,
        config.after_hours,
        Json(&config.codes),
        config.set_at,
    ];
    tx.exec(&SET_ENGINE, args).await?;
    Ok(())
}

pub(crate) async fn remove(tx: &mut Tx, realm: RealmId, seller: AccountId) -> Result<()> {
    tx.exec(&REMOVE_ENGINE, args![realm, seller]).await?;
    Ok(())
}

pub(crate) async fn answer(
    tx: &mut Tx,
    realm: RealmId,
    seller: AccountId,
    digest: &str,
) -> Result<Option<EngineAnswer>> {
    let found: Option<(Json<EngineAnswer>,)> =
        tx.opt(&ANSWER, args![realm, seller, digest]).await?;
    Ok(found.map(|(answer,)| answer.0))
}

pub(crate) async fn keep_answer(
    tx: &mut Tx,
    realm: RealmId,
    seller: AccountId,
    digest: &str,
    answer: &EngineAnswer,
    at: Timestamp,
) -> Result<()> {
    let args = args![realm, seller, digest, Json(answer), at];
    tx.exec(&KEEP_ANSWER, args).await?;
    Ok(())
}

pub(crate) async fn forget_answers(tx: &mut Tx, realm: RealmId, seller: AccountId) -> Result<()> {
    tx.exec(&FORGET_ANSWERS, args![realm, seller]).await?;
    Ok(())
}

pub(crate) async fn forget_old_answers(
    tx: &mut Tx,
    realm: RealmId,
    before: Timestamp,
) -> Result<u64> {
    tx.exec(&FORGET_OLD_ANSWERS, args![realm, before]).await
}

/// Notes a report; what is done stays done.
pub(crate) async fn set_report(tx: &mut Tx, realm: RealmId, report: &EngineReport) -> Result<()> {
    let args = args![
        realm,
        report.document_id,
        report.seller_id,
        report.number,
        report.state,
        report.problem,
        report.at,
    ];
    tx.exec(&SET_REPORT, args).await?;
    Ok(())
}

/// Forgets what an engine was still to be told of.
pub(crate) async fn forget_reports(tx: &mut Tx, realm: RealmId, seller: AccountId) -> Result<()> {
    tx.exec(&FORGET_REPORTS, args![realm, seller]).await?;
    Ok(())
}

pub(crate) async fn reports(
    tx: &mut Tx,
    realm: RealmId,
    seller: AccountId,
) -> Result<Vec<EngineReport>> {
    let rows: Vec<ReportRow> = tx.all(&REPORTS, args![realm, seller, LISTED]).await?;
    let report = |row: ReportRow| EngineReport {
        seller_id: row.seller_id,
        document_id: row.document_id,
        number: row.number,
        state: row.state,
        problem: row.problem,
        at: row.at,
    };
    Ok(rows.into_iter().map(report).collect())
}
