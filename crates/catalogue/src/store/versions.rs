//! The mark by which a cache of the catalogue sees whether it is still true.

use std::collections::HashMap;

use tradewind_kernel::id::{RealmId, TokenId};
use tradewind_platform::{
    args,
    db::{Result, Tx},
    stmts,
};

stmts! {
    /// The marks of all parts.
    VERSIONS = "SELECT part, version FROM catalogue_version WHERE realm_id = $1";
    /// A part has changed.
    TOUCH = "INSERT INTO catalogue_version (realm_id, part, version) VALUES ($1, $2, $3)
             ON CONFLICT (realm_id, part) DO UPDATE SET version = excluded.version";
}

/// A part of the catalogue that is cached as a whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part {
    /// Categories, products, plans, items and parameters.
    Shelf,
    /// Price books, revisions and exchange rates.
    Prices,
}

impl Part {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Shelf => "shelf",
            Self::Prices => "prices",
        }
    }
}

/// The marks of a realm's catalogue.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Versions(HashMap<String, String>);

impl Versions {
    /// The mark of a part; empty when nothing was ever written.
    pub(crate) fn of(&self, part: Part) -> &str {
        self.0.get(part.as_str()).map_or("", String::as_str)
    }
}

pub(crate) async fn versions(tx: &mut Tx, realm: RealmId) -> Result<Versions> {
    let rows: Vec<(String, String)> = tx.all(&VERSIONS, args![realm]).await?;
    Ok(Versions(rows.into_iter().collect()))
}

/// Marks a part as changed. The mark is new each time and never comes back, so that nothing that was read in a
/// transaction which is rolled back later can be taken for the truth.
pub(crate) async fn touch(tx: &mut Tx, realm: RealmId, part: Part) -> Result<()> {
    let version = TokenId::generate().to_string();
    tx.exec(&TOUCH, args![realm, part.as_str(), version])
        .await?;
    Ok(())
}
