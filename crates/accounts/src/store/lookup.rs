//! Who sells to the provider, and who makes what is sold.

use tradewind_kernel::{
    Result,
    id::{AccountId, RealmId},
};
use tradewind_platform::{
    Tx, args,
    db::{FromRow, Row},
    stmts,
};

use super::{
    account::{brief, brief_columns},
    relationship::relationship_columns,
};
use crate::types::{AccountBrief, Adjacent};

stmts! {
    /// The vendors that the provider has terms with; they stand next to it in the tree.
    VENDORS = concat!("SELECT ", relationship_columns!(), ", ", brief_columns!("s", "s_"), ", ",
        brief_columns!("b", "b_"), " FROM account s
        JOIN relationship r ON r.realm_id = s.realm_id AND r.seller_id = s.id AND r.buyer_id = s.parent_id
        JOIN account b ON b.realm_id = s.realm_id AND b.id = s.parent_id
        WHERE s.realm_id = $1 AND s.parent_id = $2 AND s.kind = 'vendor' ORDER BY s.id");
    /// The provider and all vendors.
    MAKERS = concat!("SELECT ", brief_columns!("a", ""), " FROM account a
        WHERE a.realm_id = $1 AND a.parent_id = $2 AND a.kind = 'vendor'
        UNION ALL SELECT ", brief_columns!("a", ""), " FROM account a WHERE a.realm_id = $1 AND a.id = $2");
}

/// A brief without a prefix before its columns.
struct Plain(AccountBrief);

impl FromRow for Plain {
    fn from_row(row: &Row) -> Result<Self> {
        brief(row, "").map(Self)
    }
}

/// The vendors that a provider has terms with.
pub(crate) async fn vendors(
    tx: &mut Tx,
    realm: RealmId,
    provider: AccountId,
) -> Result<Vec<Adjacent>> {
    tx.all(&VENDORS, args![realm, provider]).await
}

/// A provider and all its vendors.
pub(crate) async fn makers(
    tx: &mut Tx,
    realm: RealmId,
    provider: AccountId,
) -> Result<Vec<AccountBrief>> {
    let found: Vec<Plain> = tx.all(&MAKERS, args![realm, provider]).await?;
    Ok(found.into_iter().map(|Plain(brief)| brief).collect())
}
