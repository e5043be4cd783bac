//! Access data of subscriptions.

use crate::types::{AccessData, AccessEndpoint, Credential};
use std::collections::BTreeMap;
use tradewind_kernel::id::{RealmId, SubscriptionId};
use tradewind_kernel::{Error, Result, Text, Timestamp};
use tradewind_platform::db::{Json, Tx};
use tradewind_platform::{args, row, stmts};

stmts! {
    /// Links, instructions and credentials of a subscription, the latter without their values.
    ACCESS = "SELECT 'endpoint' AS part, url AS code, label, category AS more, 0 AS at, position FROM access_endpoint
        WHERE realm_id = $1 AND subscription_id = $2
        UNION ALL SELECT 'instruction', locale, body, '', 0, 0 FROM access_instruction WHERE realm_id = $1 AND subscription_id = $2
        UNION ALL SELECT 'credential', code, label, '', written_at, position FROM access_credential
        WHERE realm_id = $1 AND subscription_id = $2 ORDER BY part, position, code";
    /// Forgets the links of a subscription.
    ENDPOINTS_DELETE = "DELETE FROM access_endpoint WHERE realm_id = $1 AND subscription_id = $2";
    /// A link.
    ENDPOINT_INSERT = "INSERT INTO access_endpoint (realm_id, subscription_id, position, url, label, category)
        VALUES ($1, $2, $3, $4, $5, $6)";
    /// Forgets the instructions of a subscription.
    INSTRUCTIONS_DELETE = "DELETE FROM access_instruction WHERE realm_id = $1 AND subscription_id = $2";
    /// Instructions in one language.
    INSTRUCTION_INSERT = "INSERT INTO access_instruction (realm_id, subscription_id, locale, body) VALUES ($1, $2, $3, $4)";
    /// The encrypted value of a credential.
    CREDENTIAL_VALUE = "SELECT value FROM access_credential WHERE realm_id = $1 AND subscription_id = $2 AND code = $3";
    /// A credential; one that exists already stays as it is.
    CREDENTIAL_INSERT = "INSERT INTO access_credential (realm_id, subscription_id, code, label, value, position, written_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING";
    /// Forgets the credentials of a subscription.
    CREDENTIALS_DELETE = "DELETE FROM access_credential WHERE realm_id = $1 AND subscription_id = $2";
}

row! {
    struct PartRow {
        part: String,
        code: String,
        label: String,
        more: String,
        at: Timestamp,
    }
}

pub(crate) async fn load(
    tx: &mut Tx,
    realm: RealmId,
    subscription: SubscriptionId,
) -> Result<AccessData> {
    let rows = tx
        .all::<PartRow>(&ACCESS, args![realm, subscription])
        .await?;
    let label = |text: &str| serde_json::from_str::<Text>(text).map_err(Error::internal);
    let mut found = AccessData::default();
    for row in rows {
        match row.part.as_str() {
            "endpoint" => found.endpoints.push(AccessEndpoint {
                label: label(&row.label)?,
                category: row.more.parse().map_err(Error::internal)?,
                url: row.code,
            }),
            "credential" => found.credentials.push(Credential {
                label: label(&row.label)?,
                code: row.code,
                written_at: row.at,
            }),
            _ => {
                found.instructions.insert(row.code, row.label);
            }
        }
    }
    Ok(found)
}

pub(crate) async fn replace_endpoints(
    tx: &mut Tx,
    realm: RealmId,
    subscription: SubscriptionId,
    all: &[AccessEndpoint],
) -> Result<()> {
    tx.exec(&ENDPOINTS_DELETE, args![realm, subscription])
        .await?;
    for (position, endpoint) in (0_i64..).zip(all) {
        let args = args![
            realm,
            subscription,
            position,
            endpoint.url,
            Json(&endpoint.label),
            endpoint.category
        ];
        tx.exec(&ENDPOINT_INSERT, args).await?;
    }
    Ok(())
}

pub(crate) async fn replace_instructions(
    tx: &mut Tx,
    realm: RealmId,
    subscription: SubscriptionId,
    all: &BTreeMap<String, String>,
) -> Result<()> {
    tx.exec(&INSTRUCTIONS_DELETE, args![realm, subscription])
        .await?;
    for (locale, body) in all {
        tx.exec(
            &INSTRUCTION_INSERT,
            args![realm, subscription, locale, body],
        )
        .await?;
    }
    Ok(())
}

/// A credential as it is stored.
pub(crate) struct SealedCredential<'a> {
    pub(crate) code: &'a str,
    pub(crate) label: &'a Text,
    pub(crate) sealed: String,
    pub(crate) position: i64,
}

/// Writes a credential unless its code is taken; says whether it was new.
pub(crate) async fn insert_credential(
    tx: &mut Tx,
    realm: RealmId,
    subscription: SubscriptionId,
    credential: &SealedCredential<'_>,
    at: Timestamp,
) -> Result<bool> {
    let args = args![
        realm,
        subscription,
        credential.code,
        Json(credential.label),
        credential.sealed,
        credential.position,
        at,
    ];
    Ok(tx.exec(&CREDENTIAL_INSERT, args).await? == 1)
}

pub(crate) async fn credential_value(
    tx: &mut Tx,
    realm: RealmId,
    subscription: SubscriptionId,
    code: &str,
) -> Result<Option<String>> {
    let row = tx
        .opt::<(String,)>(&CREDENTIAL_VALUE, args![realm, subscription, code])
        .await?;
    Ok(row.map(|(sealed,)| sealed))
}

/// Forgets everything about how to get in: the service is gone.
pub(crate) async fn forget(
    tx: &mut Tx,
    realm: RealmId,
    subscription: SubscriptionId,
) -> Result<()> {
    for statement in [&ENDPOINTS_DELETE, &INSTRUCTIONS_DELETE, &CREDENTIALS_DELETE] {
        tx.exec(statement, args![realm, subscription]).await?;
    }
    Ok(())
}
