//! Many accounts and terms at once, for runs over many sales.

use std::collections::HashMap;

use tradewind_kernel::{
    Result,
    id::{AccountId, RealmId},
};
use tradewind_platform::{
    Tx, args,
    db::{FromRow, Json, Row},
    stmts,
};

use super::{account::account_columns, relationship::relationship_columns};
use crate::types::{Account, Actor, Relationship};

stmts! {
    /// Some accounts.
    ACCOUNTS_MANY = concat!("SELECT ", account_columns!(), " FROM account a
        WHERE a.realm_id = $1 AND a.id IN (SELECT value FROM json_each($2))"),
        pg = concat!("SELECT ", account_columns!(), " FROM account a
        WHERE a.realm_id = $1 AND a.id IN (SELECT json_array_elements_text(CAST($2 AS JSON)))");
    /// Some people and programs, as the reader's account ($2) knows them.
    ACTORS = "SELECT x.id, x.name, x.account_id, a.name AS account_name, a.kind AS account_kind,
        CAST(CASE WHEN x.account_id = $2 OR EXISTS(SELECT 1 FROM account_path p
            WHERE p.realm_id = $1 AND p.ancestor_id = $2 AND p.account_id = x.account_id) THEN 1 ELSE 0 END AS BIGINT) AS is_near
        FROM (SELECT u.id, CASE WHEN u.name = '' THEN u.email ELSE u.name END AS name,
                (SELECT MIN(m.account_id) FROM membership m WHERE m.realm_id = u.realm_id AND m.user_id = u.id) AS account_id
              FROM app_user u WHERE u.realm_id = $1 AND u.id IN (SELECT value FROM json_each($3))
              UNION ALL
              SELECT k.id, k.name, k.account_id FROM api_key k WHERE k.realm_id = $1 AND k.id IN (SELECT value FROM json_each($3))) x
        JOIN account a ON a.realm_id = $1 AND a.id = x.account_id",
        pg = "SELECT x.id, x.name, x.account_id, a.name AS account_name, a.kind AS account_kind,
        CAST(CASE WHEN x.account_id = $2 OR EXISTS(SELECT 1 FROM account_path p
            WHERE p.realm_id = $1 AND p.ancestor_id = $2 AND p.account_id = x.account_id) THEN 1 ELSE 0 END AS BIGINT) AS is_near
        FROM (SELECT u.id, CASE WHEN u.name = '' THEN u.email ELSE u.name END AS name,
                (SELECT MIN(m.account_id) FROM membership m WHERE m.realm_id = u.realm_id AND m.user_id = u.id) AS account_id
              FROM app_user u WHERE u.realm_id = $1 AND u.id IN (SELECT json_array_elements_text(CAST($3 AS JSON)))
              UNION ALL
              SELECT k.id, k.name, k.account_id FROM api_key k WHERE k.realm_id = $1 AND k.id IN (SELECT json_array_elements_text(CAST($3 AS JSON)))) x
        JOIN account a ON a.realm_id = $1 AND a.id = x.account_id";
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

/// Some people and programs; those that do not exist are left out.
pub(crate) async fn actors(
    tx: &mut Tx,
    realm: RealmId,
    reader: AccountId,
    ids: &[String],
) -> Result<Vec<Actor>> {
    tx.all(&ACTORS, args![realm, reader, Json(ids)]).await
}

impl FromRow for Actor {
    fn from_row(row: &Row) -> Result<Self> {
        Ok(Self {
            id: row.get("id")?,
            name: row.get("name")?,
            account: row.get("account_id")?,
            account_name: row.get("account_name")?,
            account_kind: row.get("account_kind")?,
            is_near: row.get("is_near")?,
        })
    }
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
