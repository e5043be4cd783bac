//! The SQL of this room: the only place that touches its tables.

pub(crate) mod engine;

use std::collections::HashMap;

use tradewind_kernel::{
    Date, Decimal, Timestamp,
    id::{AccountId, CertificateId, RealmId},
};
use tradewind_platform::{
    args, bulk,
    db::{Json, Result, Tx},
    row, sql_text, stmts,
};

use crate::types::{
    Certificate, CertificateState, Evidence, RateBuyer, RateRow, Standing, TaxCategory, TaxProfile,
    VatCheck,
};

sql_text!(CertificateState, RateBuyer, TaxCategory);

stmts! {
    /// What is known of some accounts.
    ACCOUNTS = "SELECT account_id, profile, evidence, vat_check FROM tax_account WHERE realm_id = $1
        AND account_id IN (SELECT value FROM json_each($2))",
        pg = "SELECT account_id, profile, evidence, vat_check FROM tax_account WHERE realm_id = $1
        AND account_id IN (SELECT json_array_elements_text(CAST($2 AS JSON)))";
    /// A seller's profile.
    SET_PROFILE = "INSERT INTO tax_account (realm_id, account_id, profile) VALUES ($1, $2, $3)
        ON CONFLICT (realm_id, account_id) DO UPDATE SET profile = excluded.profile";
    /// Hints at a buyer's place.
    SET_EVIDENCE = "INSERT INTO tax_account (realm_id, account_id, evidence) VALUES ($1, $2, $3)
        ON CONFLICT (realm_id, account_id) DO UPDATE SET evidence = excluded.evidence";
    /// What the register has said.
    SET_VAT_CHECK = "INSERT INTO tax_account (realm_id, account_id, vat_check) VALUES ($1, $2, $3)
        ON CONFLICT (realm_id, account_id) DO UPDATE SET vat_check = excluded.vat_check";
    /// The realm's own rates.
    RATES = "SELECT place, category, buyer, percent, share, name, from_on, until_on, source FROM tax_rate
        WHERE realm_id = $1 ORDER BY place, category, buyer, from_on";
    /// Forgets them.
    CLEAR_RATES = "DELETE FROM tax_rate WHERE realm_id = $1";
    /// A new certificate.
    ADD_CERTIFICATE = "INSERT INTO tax_certificate (realm_id, id, seller_id, buyer_id, place, number, from_on, until_on,
        document, state, created_at, version) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 1)";
    /// One certificate, for changing it.
    CERTIFICATE = "SELECT id, seller_id, buyer_id, place, number, from_on, until_on, document, state, created_at, version
        FROM tax_certificate WHERE realm_id = $1 AND id = $2 {for_update}";
    /// The seller's word on it.
    DECIDE = "UPDATE tax_certificate SET state = $3, version = version + 1 WHERE realm_id = $1 AND id = $2";
    /// Those that a seller was handed.
    OF_SELLER = "SELECT id, seller_id, buyer_id, place, number, from_on, until_on, document, state, created_at, version
        FROM tax_certificate WHERE realm_id = $1 AND seller_id = $2 ORDER BY id DESC LIMIT 1000";
    /// Those of some buyers.
    OF_BUYERS = "SELECT id, seller_id, buyer_id, place, number, from_on, until_on, document, state, created_at, version
        FROM tax_certificate WHERE realm_id = $1 AND buyer_id IN (SELECT value FROM json_each($2)) ORDER BY id DESC",
        pg = "SELECT id, seller_id, buyer_id, place, number, from_on, until_on, document, state, created_at, version
        FROM tax_certificate WHERE realm_id = $1
        AND buyer_id IN (SELECT json_array_elements_text(CAST($2 AS JSON))) ORDER BY id DESC";
}

bulk! {
    /// The realm's own rates.
    RATES_ADD = "tax_rate" { realm_id: Text, place: Text, category: Text, buyer: Text, from_on: Text, until_on: Text,
        percent: Text, share: Text, name: Text, source: Text } on conflict Error;
}

row! {
    struct AccountRow {
        account_id: AccountId,
        profile: Option<Json<TaxProfile>>,
        evidence: Option<Json<Vec<Evidence>>>,
        vat_check: Option<Json<VatCheck>>,
    }
}

row! {
    struct StoredRate {
        place: String,
        category: TaxCategory,
        buyer: RateBuyer,
        percent: Decimal,
        share: Decimal,
        name: String,
        from_on: Date,
        until_on: Option<Date>,
        source: String,
    }
}

row! {
    struct StoredCertificate {
        id: CertificateId,
        seller_id: AccountId,
        buyer_id: AccountId,
        place: String,
        number: String,
        from_on: Date,
        until_on: Option<Date>,
        document: String,
        state: CertificateState,
        created_at: Timestamp,
        version: i64,
    }
}

impl From<StoredCertificate> for Certificate {
    fn from(row: StoredCertificate) -> Self {
        Self {
            id: row.id,
            seller: row.seller_id,
            buyer: row.buyer_id,
            place: row.place,
            number: row.number,
            from: row.from_on,
            until: row.until_on,
            document: row.document,
            state: row.state,
            created_at: row.created_at,
            version: row.version,
        }
    }
}

/// What is known of an account, as a seller and as a buyer.
#[derive(Debug, Clone, Default)]
pub(crate) struct Known {
    pub(crate) profile: Option<TaxProfile>,
    pub(crate) standing: Standing,
}

pub(crate) async fn accounts(
    tx: &mut Tx,
    realm: RealmId,
    accounts: &[AccountId],
) -> Result<HashMap<AccountId, Known>> {
    let rows: Vec<AccountRow> = tx.all(&ACCOUNTS, args![realm, Json(accounts)]).await?;
    let known = |row: AccountRow| {
        let standing = Standing {
            evidence: row.evidence.map(|found| found.0).unwrap_or_default(),
            vat_check: row.vat_check.map(|found| found.0),
        };
        let profile = row.profile.map(|found| found.0);
        (row.account_id, Known { profile, standing })
    };
    Ok(rows.into_iter().map(known).collect())
}

pub(crate) async fn set_profile(
    tx: &mut Tx,
    realm: RealmId,
    seller: AccountId,
    profile: &TaxProfile,
) -> Result<()> {
    tx.exec(&SET_PROFILE, args![realm, seller, Json(profile)])
        .await?;
    Ok(())
}

pub(crate) async fn set_evidence(
    tx: &mut Tx,
    realm: RealmId,
    account: AccountId,
    evidence: &[Evidence],
) -> Result<()> {
    tx.exec(&SET_EVIDENCE, args![realm, account, Json(evidence)])
        .await?;
    Ok(())
}

pub(crate) async fn set_vat_check(
    tx: &mut Tx,
    realm: RealmId,
    account: AccountId,
    check: &VatCheck,
) -> Result<()> {
    tx.exec(&SET_VAT_CHECK, args![realm, account, Json(check)])
        .await?;
    Ok(())
}

pub(crate) async fn rates(tx: &mut Tx, realm: RealmId) -> Result<Vec<RateRow>> {
    let rows: Vec<StoredRate> = tx.all(&RATES, args![realm]).await?;
    let row = |row: StoredRate| RateRow {
        place: row.place,
        category: row.category,
        buyer: row.buyer,
        percent: row.percent,
        share: row.share,
        name: row.name,
        from: row.from_on,
        until: row.until_on,
        source: row.source,
    };
    Ok(rows.into_iter().map(row).collect())
}

pub(crate) async fn replace_rates(tx: &mut Tx, realm: RealmId, rows: &[RateRow]) -> Result<()> {
    tx.exec(&CLEAR_RATES, args![realm]).await?;
    let rows = rows
        .iter()
        .map(|row| {
            args![
                realm,
                row.place,
                row.category,
                row.buyer,
                row.from,
                row.until,
                row.percent,
                row.share,
                row.name,
                row.source,
            ]
        })
        .collect();
    tx.insert_many(&RATES_ADD, rows).await?;
    Ok(())
}

pub(crate) async fn add_certificate(
    tx: &mut Tx,
    realm: RealmId,
    certificate: &Certificate,
) -> Result<()> {
    let args = args![
        realm,
        certificate.id,
        certificate.seller,
        certificate.buyer,
        certificate.place,
        certificate.number,
        certificate.from,
        certificate.until,
        certificate.document,
        certificate.state,
        certificate.created_at,
    ];
    tx.exec(&ADD_CERTIFICATE, args).await?;
    Ok(())
}

pub(crate) async fn certificate(
    tx: &mut Tx,
    realm: RealmId,
    id: CertificateId,
) -> Result<Option<Certificate>> {
    let found: Option<StoredCertificate> = tx.opt(&CERTIFICATE, args![realm, id]).await?;
    Ok(found.map(Certificate::from))
}

pub(crate) async fn decide(
    tx: &mut Tx,
    realm: RealmId,
    id: CertificateId,
    state: CertificateState,
) -> Result<()> {
    tx.exec(&DECIDE, args![realm, id, state]).await?;
    Ok(())
}

pub(crate) async fn of_seller(
    tx: &mut Tx,
    realm: RealmId,
    seller: AccountId,
) -> Result<Vec<Certificate>> {
    let rows: Vec<StoredCertificate> = tx.all(&OF_SELLER, args![realm, seller]).await?;
    Ok(rows.into_iter().map(Certificate::from).collect())
}

pub(crate) async fn of_buyers(
    tx: &mut Tx,
    realm: RealmId,
    buyers: &[AccountId],
) -> Result<Vec<Certificate>> {
    let rows: Vec<StoredCertificate> = tx.all(&OF_BUYERS, args![realm, Json(buyers)]).await?;
    Ok(rows.into_iter().map(Certificate::from).collect())
}
