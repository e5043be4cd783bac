//! Many accounts and terms at once, for runs over many sales.

use std::collections::HashMap;

use tradewind_kernel::{
    Result,
    id::{AccountId, RealmId},
};
use tradewind_platform::{Tx, args, db::Json, stmts};

use super::{account::account_columns, relationship::relationship_columns};
use crate::types::{Account, Relationship};

stmts! {
    /// Some accounts.
    ACCOUNTS_MANY = concat!("SELECT ", account_columns!(), " FROM account a
        WHERE a.realm_id = $1 AND a.id IN (SELECT value FROM json_each($2))"),
        pg = concat!("SELECT ", account_columns!(), " FROM account a
        WHERE a.realm_id = $1 AND a.id IN (SELECT json_array_elements_text(CAST($2 AS JSON)))");
    /// All terms under which some accounts buy.
    RELATIONSHIPS_MANY = concat!("SELECT ", relationship_columns!(), " FROM relationship r
        WHERE r.realm_id = $1 AND r.buyer_id IN (SELECT value FROM json_each($2))"),
        pg = concat!("SELECT ", relationship_columns!(), " FROM relationship r
        WHERE r.realm_id = $1 AND r.buyer_id IN (SELECT json_array_elements_text(CAST($2 AS JSON)))");
    /// How far some accounts are from the provider.
    DEPTHS = "SELECT account_id, MAX(depth) FROM account_path
        WHERE realm_id = $1 AND account_id IN (SELECT value FROM json_each($2)) GROUP BY account_id",
        pg = "SELECT account_id, MAX(depth) FROM account_path
        WHERE realm_id = $1 AND account_id IN (SELECT json_array_elements_text(CAST($2 AS JSON))) GROUP BY account_id";
}

/// Some accounts; those that do not exist are left out.
pub(crate) async fn accounts(
    tx: &mut Tx,
    realm: RealmId,
    ids: &[AccountId],
) -> Result<Vec<Account>> {
    tx.all(&ACCOUNTS_MANY, args![realm, Json(ids)]).await
}

/// All terms under which some accounts buy.
pub(crate) async fn relationships_of_buyers(
    tx: &mut Tx,
    realm: RealmId,
    buyers: &[AccountId],
) -> Result<Vec<Relationship>> {
    tx.all(&RELATIONSHIPS_MANY, args![realm, Json(buyers)])
        .await
}

/// How many accounts stand above each of some accounts.
pub(crate) async fn depths(
    tx: &mut Tx,
    realm: RealmId,
    ids: &[AccountId],
) -> Result<HashMap<AccountId, i64>> {
    let rows: Vec<(AccountId, i64)> = tx.all(&DEPTHS, args![realm, Json(ids)]).await?;
    Ok(rows.into_iter().collect())
}
