//! Agreements of self-billing, and the documents of settlements.

use tradewind_kernel::{
    Date, Timestamp,
    id::{AccountId, RealmId, SettlementId},
};
use tradewind_platform::{
    args,
    db::{Json, Result, Tx},
    row, stmts,
};

use crate::types::{Document, PaperKind, SelfBillingAgreement, SettlementPaper};

stmts! {
    /// What is agreed with a vendor.
    AGREEMENT = "SELECT payer_id, vendor_id, agreed_on, ended_on, reference FROM self_billing WHERE realm_id = $1
        AND payer_id = $2 AND vendor_id = $3";
    /// Agrees, or agrees otherwise.
    AGREE = "INSERT INTO self_billing (realm_id, payer_id, vendor_id, agreed_on, ended_on, reference, at)
        VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (realm_id, payer_id, vendor_id) DO UPDATE SET
        agreed_on = excluded.agreed_on, ended_on = excluded.ended_on, reference = excluded.reference, at = excluded.at";
    /// A document of a settlement that is not approved.
    NEW_PAPER = "INSERT INTO settlement_paper (realm_id, settlement_id, kind, seller_id, number, document)
        VALUES ($1, $2, $3, $4, NULL, $5)";
    /// It has a number.
    NUMBER_PAPER = "UPDATE settlement_paper SET number = $4, document = $5 WHERE realm_id = $1 AND settlement_id = $2
        AND kind = $3 AND number IS NULL";
    /// The documents of a settlement.
    PAPERS = "SELECT kind, number, document FROM settlement_paper WHERE realm_id = $1 AND settlement_id = $2 ORDER BY kind DESC";
    /// They are none.
    DROP_PAPERS = "DELETE FROM settlement_paper WHERE realm_id = $1 AND settlement_id = $2 AND number IS NULL";
}

row! {
    struct AgreementRow {
        payer_id: AccountId,
        vendor_id: AccountId,
        agreed_on: Date,
        ended_on: Option<Date>,
        reference: String,
    }
}

/// What is agreed between a payer and a vendor.
pub(crate) async fn agreement(
    tx: &mut Tx,
    realm: RealmId,
    payer: AccountId,
    vendor: AccountId,
) -> Result<Option<SelfBillingAgreement>> {
    let row: Option<AgreementRow> = tx.opt(&AGREEMENT, args![realm, payer, vendor]).await?;
    Ok(row.map(|row| SelfBillingAgreement {
        payer_id: row.payer_id,
        vendor_id: row.vendor_id,
        agreed_on: row.agreed_on,
        ended_on: row.ended_on,
        reference: row.reference,
    }))
}

/// Records what is agreed.
pub(crate) async fn agree(
    tx: &mut Tx,
    realm: RealmId,
    agreed: &SelfBillingAgreement,
    at: Timestamp,
) -> Result<()> {
    let args = args![
        realm,
        agreed.payer_id,
        agreed.vendor_id,
        agreed.agreed_on,
        agreed.ended_on,
        agreed.reference,
        at
    ];
    tx.exec(&AGREE, args).await?;
    Ok(())
}

/// Keeps a document until its settlement is approved.
pub(crate) async fn draft(
    tx: &mut Tx,
    realm: RealmId,
    settlement: SettlementId,
    kind: PaperKind,
    document: &Document,
) -> Result<()> {
    let seller = document.summary.seller_id;
    tx.exec(
        &NEW_PAPER,
        args![realm, settlement, kind, seller, Json(document)],
    )
    .await?;
    Ok(())
}

/// A document has its number.
pub(crate) async fn number(
    tx: &mut Tx,
    realm: RealmId,
    settlement: SettlementId,
    paper: &SettlementPaper,
) -> Result<()> {
    let args = args![
        realm,
        settlement,
        paper.kind,
        paper.number,
        Json(&paper.document)
    ];
    tx.exec(&NUMBER_PAPER, args).await?;
    Ok(())
}

/// The documents of a settlement, the vendor's first.
pub(crate) async fn papers(
    tx: &mut Tx,
    realm: RealmId,
    settlement: SettlementId,
) -> Result<Vec<SettlementPaper>> {
    let rows: Vec<(PaperKind, Option<String>, Json<Document>)> =
        tx.all(&PAPERS, args![realm, settlement]).await?;
    Ok(rows
        .into_iter()
        .map(|(kind, number, document)| SettlementPaper {
            kind,
            number,
            document: document.0,
        })
        .collect())
}

/// Drops the documents of a settlement that is taken back.
pub(crate) async fn drop_papers(
    tx: &mut Tx,
    realm: RealmId,
    settlement: SettlementId,
) -> Result<()> {
    tx.exec(&DROP_PAPERS, args![realm, settlement]).await?;
    Ok(())
}
