//! Access data of subscriptions.

use crate::types::{AccessData, AccessEndpoint, Credential, EndpointCategory};
use std::collections::BTreeMap;
use tradewind_kernel::id::{RealmId, SubscriptionId};
use tradewind_kernel::{Result, Text, Timestamp};
use tradewind_platform::db::{Json, Tx};
use tradewind_platform::{args, row, stmts};

stmts! {
    /// Links of a subscription.
    ENDPOINTS = "SELECT url, label, category FROM access_endpoint WHERE realm_id = $1 AND subscription_id = $2 ORDER BY position";
    /// Forgets the links of a subscription.
    ENDPOINTS_DELETE = "DELETE FROM access_endpoint WHERE realm_id = $1 AND subscription_id = $2";
    /// A link.
    ENDPOINT_INSERT = "INSERT INTO access_endpoint (realm_id, subscription_id, position, url, label, category)
        VALUES ($1, $2, $3, $4, $5, $6)";
    /// Instructions of a subscription.
    INSTRUCTIONS = "SELECT locale, body FROM access_instruction WHERE realm_id = $1 AND subscription_id = $2 ORDER BY locale";
    /// Forgets the instructions of a subscription.
    INSTRUCTIONS_DELETE = "DELETE FROM access_instruction WHERE realm_id = $1 AND subscription_id = $2";
    /// Instructions in one language.
    INSTRUCTION_INSERT = "INSERT INTO access_instruction (realm_id, subscription_id, locale, body) VALUES ($1, $2, $3, $4)";
    /// Credentials of a subscription, without their values.
    CREDENTIALS = "SELECT code, label, written_at FROM access_credential WHERE realm_id = $1 AND subscription_id = $2
        ORDER BY position, code";
    /// The encrypted value of a credential.
    CREDENTIAL_VALUE = "SELECT value FROM access_credential WHERE realm_id = $1 AND subscription_id = $2 AND code = $3";
    /// A credential; one that exists already stays as it is.
    CREDENTIAL_INSERT = "INSERT INTO access_credential (realm_id, subscription_id, code, label, value, position, written_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING";
    /// Forgets the credentials of a subscription.
    CREDENTIALS_DELETE = "DELETE FROM access_credential WHERE realm_id = $1 AND subscription_id = $2";
}

row! {
    struct EndpointRow {
        url: String,
        label: Json<Text>,
        category: EndpointCategory,
    }
}

row! {
    struct CredentialRow {
        code: String,
        label: Json<Text>,
        written_at: Timestamp,
    }
}

pub(crate) async fn load(
    tx: &mut Tx,
    realm: RealmId,
    subscription: SubscriptionId,
) -> Result<AccessData> {
    let endpoints = tx
        .all::<EndpointRow>(&ENDPOINTS, args![realm, subscription])
        .await?;
    let instructions = tx
        .all::<(String, String)>(&INSTRUCTIONS, args![realm, subscription])
        .await?;
    let credentials = tx
        .all::<CredentialRow>(&CREDENTIALS, args![realm, subscription])
        .await?;
    Ok(AccessData {
        endpoints: endpoints
            .into_iter()
            .map(|row| AccessEndpoint {
                url: row.url,
                label: row.label.0,
                category: row.category,
            })
            .collect(),
        instructions: instructions.into_iter().collect(),
        credentials: credentials
            .into_iter()
            .map(|row| Credential {
                code: row.code,
                label: row.label.0,
                written_at: row.written_at,
            })
            .collect(),
    })
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
