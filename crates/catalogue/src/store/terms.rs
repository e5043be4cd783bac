//! Frozen terms, kept by the digest of what they say.

use tradewind_kernel::id::{RealmId, TermsId};
use tradewind_platform::{
    args,
    db::{Result, Tx},
    stmts,
};

stmts! {
    /// One document.
    TERMS = "SELECT body FROM terms WHERE realm_id = $1 AND id = $2";
    /// Several documents; unused places repeat an id.
    TERMS_MANY = "SELECT id, body FROM terms WHERE realm_id = $1 AND id IN ($2, $3, $4, $5, $6, $7, $8, $9)";
    /// Keeps a document; the same content has the same id, so it may be there already.
    TERMS_KEEP = "INSERT INTO terms (realm_id, id, body) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING";
}

/// How many documents are read with one statement.
pub(crate) const AT_ONCE: usize = 8;

pub(crate) async fn keep(tx: &mut Tx, realm: RealmId, id: TermsId, body: &str) -> Result<()> {
    tx.exec(&TERMS_KEEP, args![realm, id, body]).await?;
    Ok(())
}

pub(crate) async fn load(tx: &mut Tx, realm: RealmId, id: TermsId) -> Result<Option<String>> {
    let row: Option<(String,)> = tx.opt(&TERMS, args![realm, id]).await?;
    Ok(row.map(|(body,)| body))
}

/// At most [`AT_ONCE`] documents.
pub(crate) async fn load_many(
    tx: &mut Tx,
    realm: RealmId,
    ids: &[TermsId],
) -> Result<Vec<(TermsId, String)>> {
    let Some(first) = ids.first() else {
        return Ok(Vec::new());
    };
    let mut args = args![realm];
    for place in 0..AT_ONCE {
        args.extend(args![ids.get(place).unwrap_or(first)]);
    }
    tx.all(&TERMS_MANY, args).await
}
