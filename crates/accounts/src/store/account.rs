//! Accounts and the closure table of their tree.

use std::sync::{LazyLock, Mutex, PoisonError};

use tradewind_kernel::{
    Error, Result,
    id::{AccountId, RealmId},
    text::fold,
};
use tradewind_platform::{
    Recent, Tx, args,
    db::{FromRow, Json, Row},
    stmts,
};

use crate::types::{Account, AccountBrief};

/// The columns of an account, from the table under the alias `a`.
macro_rules! account_columns {
    () => {
        "a.id, a.parent_id, a.kind, a.name, a.status, a.country, a.locale, a.currency, a.zone, a.slug, a.host, \
         a.email, a.address, a.tax, a.bank, a.brand, a.created_at, a.version"
    };
}
pub(crate) use account_columns;

stmts! {
    /// One account.
    ACCOUNT = concat!("SELECT ", account_columns!(), " FROM account a WHERE a.realm_id = $1 AND a.id = $2");
    /// One account, kept from changing.
    ACCOUNT_LOCK = concat!("SELECT ", account_columns!(), " FROM account a WHERE a.realm_id = $1 AND a.id = $2 {for_update}");
    /// The account with a storefront name.
    ACCOUNT_BY_SLUG = concat!("SELECT ", account_columns!(), " FROM account a WHERE a.realm_id = $1 AND a.slug = $2");
    /// All accounts with a storefront.
    STOREFRONTS = concat!("SELECT ", account_columns!(), " FROM account a
        WHERE a.realm_id = $1 AND a.slug IS NOT NULL AND a.status = 'active' ORDER BY a.slug LIMIT 500");
    /// The account whose storefront is shown to whoever asks for none: the first reseller's, else the first one.
    STOREFRONT_FIRST = concat!("SELECT ", account_columns!(), " FROM account a
        WHERE a.realm_id = $1 AND a.slug IS NOT NULL AND a.status = 'active'
        ORDER BY CASE WHEN a.kind = 'reseller' THEN 0 ELSE 1 END, a.slug LIMIT 1");
    /// The account and realm behind a host name; host names are unique over all realms.
    ACCOUNT_BY_HOST = concat!("SELECT a.realm_id, ", account_columns!(), " FROM account a WHERE a.host = $1 AND a.status = 'active'");
    /// A new account.
    ACCOUNT_INSERT = "INSERT INTO account (realm_id, id, parent_id, kind, name, name_folded, status, country, locale,
        currency, zone, slug, host, email, address, tax, bank, brand, created_at, version)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, 1)
        ON CONFLICT DO NOTHING";
    /// New facts about an account.
    ACCOUNT_UPDATE = "UPDATE account SET name = $4, name_folded = $5, country = $6, locale = $7, zone = $8, slug = $9,
        host = $10, email = $11, address = $12, tax = $13, bank = $14, brand = $15, version = version + 1
        WHERE realm_id = $1 AND id = $2 AND version = $3";
    /// Closes an account and frees its storefront name and host.
    ACCOUNT_CLOSE = "UPDATE account SET status = 'closed', slug = NULL, host = NULL, version = version + 1
        WHERE realm_id = $1 AND id = $2 AND version = $3";
    /// Whether something in business stands below an account.
    OPEN_CHILDREN = "SELECT COUNT(*) FROM account WHERE realm_id = $1 AND parent_id = $2 AND status = 'active'";
    /// Who has a storefront name.
    SLUG_OWNER = "SELECT id FROM account WHERE realm_id = $1 AND slug = $2";
    /// Who has a host name, in any realm.
    HOST_OWNER = "SELECT id FROM account WHERE host = $1";
    /// An account below another: itself and all of that one's ancestors.
    PATH_INSERT = "INSERT INTO account_path (realm_id, ancestor_id, account_id, depth)
        SELECT realm_id, ancestor_id, CAST($3 AS TEXT), depth + 1 FROM account_path
        WHERE realm_id = $1 AND account_id = $2";
    /// An account stands above itself, at no distance.
    PATH_SELF = "INSERT INTO account_path (realm_id, ancestor_id, account_id, depth) VALUES ($1, $2, $2, 0)";
    /// An account and everything above it, nearest first.
    ANCESTORS = "SELECT ancestor_id FROM account_path WHERE realm_id = $1 AND account_id = $2 ORDER BY depth";
    /// Every row of the closure table: for the check of the tree.
    PATHS = "SELECT ancestor_id, account_id, depth FROM account_path WHERE realm_id = $1";
}

/// Accounts of a realm, for lists.
pub(crate) const ACCOUNT_LIST: &str = concat!(
    "SELECT ",
    account_columns!(),
    " FROM account a WHERE a.realm_id = $1"
);

impl FromRow for Account {
    fn from_row(row: &Row) -> Result<Self> {
        Ok(Self {
            id: row.get("id")?,
            parent: row.get("parent_id")?,
            kind: row.get("kind")?,
            name: row.get("name")?,
            status: row.get("status")?,
            country: row.get("country")?,
            locale: row.get("locale")?,
            currency: row.get("currency")?,
            zone: row.get("zone")?,
            slug: row.get("slug")?,
            host: row.get("host")?,
            email: row.get("email")?,
            address: row.get::<Json<_>>("address")?.0,
            tax: row.get::<Json<_>>("tax")?.0,
            bank: row.get::<Json<_>>("bank")?.0,
            brand: row.get::<Json<_>>("brand")?.0,
            created_at: row.get("created_at")?,
            version: row.get("version")?,
        })
    }
}

/// The columns of a brief, from the table under an alias, each name led by a prefix.
macro_rules! brief_columns {
    ($alias:literal, $prefix:literal) => {
        concat!(
            $alias,
            ".id AS ",
            $prefix,
            "id, ",
            $alias,
            ".kind AS ",
            $prefix,
            "kind, ",
            $alias,
            ".name AS ",
            $prefix,
            "name, ",
            $alias,
            ".status AS ",
            $prefix,
            "status, ",
            $alias,
            ".country AS ",
            $prefix,
            "country, ",
            $alias,
            ".locale AS ",
            $prefix,
            "locale, ",
            $alias,
            ".currency AS ",
            $prefix,
            "currency, ",
            $alias,
            ".zone AS ",
            $prefix,
            "zone, ",
            $alias,
            ".slug AS ",
            $prefix,
            "slug"
        )
    };
}
pub(crate) use brief_columns;

/// Reads a brief from the columns with a prefix.
pub(crate) fn brief(row: &Row, prefix: &str) -> Result<AccountBrief> {
    let name = |column: &str| format!("{prefix}{column}");
    Ok(AccountBrief {
        id: row.get(&name("id"))?,
        kind: row.get(&name("kind"))?,
        name: row.get(&name("name"))?,
        status: row.get(&name("status"))?,
        country: row.get(&name("country"))?,
        locale: row.get(&name("locale"))?,
        currency: row.get(&name("currency"))?,
        zone: row.get(&name("zone"))?,
        slug: row.get(&name("slug"))?,
    })
}

/// An account and the realm it is in.
pub(crate) struct Located {
    pub(crate) realm: RealmId,
    pub(crate) account: Account,
}

impl FromRow for Located {
    fn from_row(row: &Row) -> Result<Self> {
        Ok(Self {
            realm: row.get("realm_id")?,
            account: Account::from_row(row)?,
        })
    }
}

/// An account that must exist.
pub(crate) async fn account(tx: &mut Tx, realm: RealmId, id: AccountId) -> Result<Account> {
    let found = tx.opt(&ACCOUNT, args![realm, id]).await?;
    found.ok_or_else(|| Error::not_found(id))
}

/// An account that must exist, kept from changing until the transaction ends.
pub(crate) async fn account_locked(tx: &mut Tx, realm: RealmId, id: AccountId) -> Result<Account> {
    let found = tx.opt(&ACCOUNT_LOCK, args![realm, id]).await?;
    found.ok_or_else(|| Error::not_found(id))
}

/// What stands above accounts.
type Above = Recent<(RealmId, AccountId), Vec<AccountId>>;

/// Accounts stay where they were made, so what stands above one is known to this process once it was asked for.
static ABOVE: LazyLock<Mutex<Above>> = LazyLock::new(|| Mutex::new(Recent::new(16_384)));

/// An account and everything above it, nearest first; empty when there is no such account.
pub(crate) async fn ancestors(
    tx: &mut Tx,
    realm: RealmId,
    id: AccountId,
) -> Result<Vec<AccountId>> {
    let known = ABOVE
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .get(&(realm, id))
        .cloned();
    if let Some(above) = known {
        return Ok(above);
    }
    let rows: Vec<(AccountId,)> = tx.all(&ANCESTORS, args![realm, id]).await?;
    let above: Vec<AccountId> = rows.into_iter().map(|(id,)| id).collect();
    if !above.is_empty() {
        ABOVE
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .put((realm, id), above.clone());
    }
    Ok(above)
}

/// Stores a new account and its place in the tree.
pub(crate) async fn insert(tx: &mut Tx, realm: RealmId, account: &Account) -> Result<()> {
    check_names_free(tx, realm, account).await?;
    let inserted = tx
        .exec(
            &ACCOUNT_INSERT,
            args![
                realm,
                account.id,
                account.parent,
                account.kind,
                account.name,
                fold(&account.name),
                account.status,
                account.country,
                account.locale,
                account.currency,
                account.zone,
                account.slug,
                account.host,
                account.email,
                Json(&account.address),
                Json(&account.tax),
                Json(&account.bank),
                Json(&account.brand),
                account.created_at,
            ],
        )
        .await?;
    if inserted == 0 {
        // Someone took one of the names between the check and the insert.
        check_names_free(tx, realm, account).await?;
        return Err(Error::conflict(
            "account_exists",
            "there is such an account already",
        ));
    }
    tx.exec(&PATH_SELF, args![realm, account.id]).await?;
    if let Some(parent) = account.parent {
        tx.exec(&PATH_INSERT, args![realm, parent, account.id])
            .await?;
    }
    Ok(())
}

/// Stores an account's new facts over the version that was read.
pub(crate) async fn update(tx: &mut Tx, realm: RealmId, account: &Account) -> Result<()> {
    check_names_free(tx, realm, account).await?;
    let updated = tx
        .exec(
            &ACCOUNT_UPDATE,
            args![
                realm,
                account.id,
                account.version,
                account.name,
                fold(&account.name),
                account.country,
                account.locale,
                account.zone,
                account.slug,
                account.host,
                account.email,
                Json(&account.address),
                Json(&account.tax),
                Json(&account.bank),
                Json(&account.brand),
            ],
        )
        .await?;
    if updated == 0 {
        return Err(Error::changed(account.id));
    }
    Ok(())
}

/// Names the field of a storefront name or host that someone else has.
async fn check_names_free(tx: &mut Tx, realm: RealmId, account: &Account) -> Result<()> {
    if let Some(slug) = &account.slug {
        let owner: Option<(AccountId,)> = tx.opt(&SLUG_OWNER, args![realm, slug]).await?;
        if owner.is_some_and(|(owner,)| owner != account.id) {
            return Err(Error::invalid(
                "slug",
                "taken",
                format!("another storefront is called {slug:?}"),
            ));
        }
    }
    if let Some(host) = &account.host {
        let owner: Option<(AccountId,)> = tx.opt(&HOST_OWNER, args![host]).await?;
        if owner.is_some_and(|(owner,)| owner != account.id) {
            return Err(Error::invalid(
                "host",
                "taken",
                format!("another storefront answers on {host:?}"),
            ));
        }
    }
    Ok(())
}
