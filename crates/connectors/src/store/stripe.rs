//! Sellers' accounts at Stripe, and what stands for accounts of ours there.

use tradewind_kernel::id::{AccountId, PaymentMethodId, RealmId};
use tradewind_kernel::{Result, Timestamp};
use tradewind_platform::db::Tx;
use tradewind_platform::{args, row, stmts};

use crate::stripe::StripeConfig;

stmts! {
    /// A seller's account.
    SET = "INSERT INTO stripe_account (realm_id, seller_id, publishable_key, key_hint, live, secret_key, webhook_secret, set_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (realm_id, seller_id) DO UPDATE SET
        publishable_key = excluded.publishable_key, key_hint = excluded.key_hint, live = excluded.live,
        secret_key = excluded.secret_key, webhook_secret = excluded.webhook_secret, set_at = excluded.set_at";
    /// What is told of it.
    CONFIG = "SELECT seller_id, publishable_key, key_hint, live, set_at FROM stripe_account
        WHERE realm_id = $1 AND seller_id = $2";
    /// Its sealed keys.
    SEALED = "SELECT secret_key, webhook_secret FROM stripe_account WHERE realm_id = $1 AND seller_id = $2";
    /// Forgets it.
    REMOVE = "DELETE FROM stripe_account WHERE realm_id = $1 AND seller_id = $2";
    /// Who stands for an account of ours; the first one stays.
    KEEP_CUSTOMER = "INSERT INTO stripe_customer (realm_id, seller_id, account_id, customer) VALUES ($1, $2, $3, $4)
        ON CONFLICT DO NOTHING";
    /// The same, asked for.
    CUSTOMER = "SELECT customer FROM stripe_customer WHERE realm_id = $1 AND seller_id = $2 AND account_id = $3";
    /// Forgets all of a seller: they belong to the account there.
    FORGET_CUSTOMERS = "DELETE FROM stripe_customer WHERE realm_id = $1 AND seller_id = $2";
    /// The method that came of a setup.
    KEEP_SETUP = "INSERT INTO stripe_setup (realm_id, setup, method_id) VALUES ($1, $2, $3)";
    /// The same, asked for.
    SETUP = "SELECT method_id FROM stripe_setup WHERE realm_id = $1 AND setup = $2";
}

row! {
    struct ConfigRow {
        seller_id: AccountId,
        publishable_key: String,
        key_hint: String,
        live: bool,
        set_at: Timestamp,
    }
}

/// Sets a seller's account; another publishable key is another account, in which nobody is known yet.
pub(crate) async fn set(
    tx: &mut Tx,
    realm: RealmId,
    config: &StripeConfig,
    (secret_key, webhook_secret): (&str, &str),
) -> Result<()> {
    let before = self::config(tx, realm, config.seller_id).await?;
    if before.is_some_and(|before| before.publishable_key != config.publishable_key) {
        tx.exec(&FORGET_CUSTOMERS, args![realm, config.seller_id])
            .await?;
    }
    let args = args![
        realm,
        config.seller_id,
        config.publishable_key,
        config.key_hint,
        config.live,
        secret_key,
        webhook_secret,
        config.set_at,
    ];
    tx.exec(&SET, args).await?;
    Ok(())
}

pub(crate) async fn config(
    tx: &mut Tx,
    realm: RealmId,
    seller: AccountId,
) -> Result<Option<StripeConfig>> {
    let found: Option<ConfigRow> = tx.opt(&CONFIG, args![realm, seller]).await?;
    Ok(found.map(|row| StripeConfig {
        seller_id: row.seller_id,
        publishable_key: row.publishable_key,
        key_hint: row.key_hint,
        live: row.live,
        set_at: row.set_at,
    }))
}

pub(crate) async fn sealed(
    tx: &mut Tx,
    realm: RealmId,
    seller: AccountId,
) -> Result<Option<(String, String)>> {
    tx.opt(&SEALED, args![realm, seller]).await
}

pub(crate) async fn remove(tx: &mut Tx, realm: RealmId, seller: AccountId) -> Result<()> {
    tx.exec(&REMOVE, args![realm, seller]).await?;
    tx.exec(&FORGET_CUSTOMERS, args![realm, seller]).await?;
    Ok(())
}

pub(crate) async fn keep_customer(
    tx: &mut Tx,
    realm: RealmId,
    seller: AccountId,
    account: AccountId,
    customer: &str,
) -> Result<()> {
    tx.exec(&KEEP_CUSTOMER, args![realm, seller, account, customer])
        .await?;
    Ok(())
}

pub(crate) async fn customer(
    tx: &mut Tx,
    realm: RealmId,
    seller: AccountId,
    account: AccountId,
) -> Result<Option<String>> {
    let found: Option<(String,)> = tx.opt(&CUSTOMER, args![realm, seller, account]).await?;
    Ok(found.map(|(customer,)| customer))
}

pub(crate) async fn keep_setup(
    tx: &mut Tx,
    realm: RealmId,
    setup: &str,
    method: PaymentMethodId,
) -> Result<()> {
    tx.exec(&KEEP_SETUP, args![realm, setup, method]).await?;
    Ok(())
}

pub(crate) async fn setup(tx: &mut Tx, realm: RealmId, setup: &str) -> Result<Option<String>> {
    let found: Option<(String,)> = tx.opt(&SETUP, args![realm, setup]).await?;
    Ok(found.map(|(method,)| method))
}
