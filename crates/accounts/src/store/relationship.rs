//! Trading relationships, and the way from a customer up to the provider.

use tradewind_kernel::{
    Error, Money, Result,
    id::{AccountId, PriceBookId, RealmId, RelationshipId},
};
use tradewind_platform::{
    Tx, args,
    db::{FromRow, Row},
    stmts,
};

use super::account::{brief, brief_columns};
use crate::types::{Adjacent, Relationship};

/// The columns of a relationship, from the table under the alias `r`.
macro_rules! relationship_columns {
    () => {
        "r.id, r.seller_id, r.buyer_id, r.currency, r.price_book_id, r.payment, r.payment_terms_days, r.credit_limit, \
         r.tax_treatment, r.tax_rate, r.invoicing, r.invoice_day, r.invoicer, r.created_at, r.version"
    };
}

pub(crate) use relationship_columns;

stmts! {
    /// One relationship.
    RELATIONSHIP = concat!("SELECT ", relationship_columns!(), " FROM relationship r
        WHERE r.realm_id = $1 AND r.id = $2");
    /// The relationship of a pair.
    RELATIONSHIP_OF = concat!("SELECT ", relationship_columns!(), " FROM relationship r
        WHERE r.realm_id = $1 AND r.seller_id = $2 AND r.buyer_id = $3");
    /// The relationship of a pair, kept from changing.
    RELATIONSHIP_LOCK = concat!("SELECT ", relationship_columns!(), " FROM relationship r
        WHERE r.realm_id = $1 AND r.seller_id = $2 AND r.buyer_id = $3 {for_update}");
    /// A new relationship.
    RELATIONSHIP_INSERT = "INSERT INTO relationship (realm_id, id, seller_id, buyer_id, currency, price_book_id, payment,
        payment_terms_days, credit_limit, tax_treatment, tax_rate, invoicing, invoice_day, invoicer, created_at, version)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, 1) ON CONFLICT DO NOTHING";
    /// New terms.
    RELATIONSHIP_UPDATE = "UPDATE relationship SET currency = $4, payment = $5, payment_terms_days = $6,
        credit_limit = $7, tax_treatment = $8, tax_rate = $9, invoicing = $10, invoice_day = $11, invoicer = $12,
        version = version + 1 WHERE realm_id = $1 AND id = $2 AND version = $3";
    /// Another price book.
    RELATIONSHIP_BOOK = "UPDATE relationship SET price_book_id = $4, version = version + 1
        WHERE realm_id = $1 AND id = $2 AND version = $3";
    /// The pairs from an account up to the provider, the account's own first.
    CHAIN = concat!("SELECT ", relationship_columns!(), ", ", brief_columns!("s", "s_"), ", ", brief_columns!("b", "b_"),
        " FROM account_path p
        JOIN account b ON b.realm_id = p.realm_id AND b.id = p.ancestor_id
        JOIN account s ON s.realm_id = p.realm_id AND s.id = b.parent_id
        JOIN relationship r ON r.realm_id = p.realm_id AND r.buyer_id = b.id AND r.seller_id = s.id
        WHERE p.realm_id = $1 AND p.account_id = $2 ORDER BY p.depth");
}

/// Relationships of a realm, for lists.
pub(crate) const RELATIONSHIP_LIST: &str = concat!(
    "SELECT ",
    relationship_columns!(),
    " FROM relationship r WHERE r.realm_id = $1"
);

impl FromRow for Relationship {
    fn from_row(row: &Row) -> Result<Self> {
        let currency = row.get("currency")?;
        let days: u32 = row.get("payment_terms_days")?;
        let day: u32 = row.get("invoice_day")?;
        Ok(Self {
            id: row.get("id")?,
            seller: row.get("seller_id")?,
            buyer: row.get("buyer_id")?,
            currency,
            price_book: row.get("price_book_id")?,
            payment: row.get("payment")?,
            payment_terms_days: u16::try_from(days).map_err(Error::internal)?,
            credit_limit: row
                .get::<Option<i64>>("credit_limit")?
                .map(|minor| Money::new(minor, currency)),
            tax_treatment: row.get("tax_treatment")?,
            tax_rate: row.get("tax_rate")?,
            invoicing: row.get("invoicing")?,
            invoice_day: u8::try_from(day).map_err(Error::internal)?,
            invoicer: row.get("invoicer")?,
            created_at: row.get("created_at")?,
            version: row.get("version")?,
        })
    }
}

impl FromRow for Adjacent {
    fn from_row(row: &Row) -> Result<Self> {
        Ok(Self {
            seller: brief(row, "s_")?,
            buyer: brief(row, "b_")?,
            relationship: Relationship::from_row(row)?,
        })
    }
}

/// One relationship that must exist.
pub(crate) async fn relationship(
    tx: &mut Tx,
    realm: RealmId,
    id: RelationshipId,
) -> Result<Relationship> {
    let found = tx.opt(&RELATIONSHIP, args![realm, id]).await?;
    found.ok_or_else(|| Error::not_found(id))
}

/// The relationship of a pair.
pub(crate) async fn relationship_of(
    tx: &mut Tx,
    realm: RealmId,
    seller: AccountId,
    buyer: AccountId,
) -> Result<Option<Relationship>> {
    tx.opt(&RELATIONSHIP_OF, args![realm, seller, buyer]).await
}

/// The relationship of a pair, kept from changing until the transaction ends.
pub(crate) async fn relationship_locked(
    tx: &mut Tx,
    realm: RealmId,
    seller: AccountId,
    buyer: AccountId,
) -> Result<Option<Relationship>> {
    tx.opt(&RELATIONSHIP_LOCK, args![realm, seller, buyer])
        .await
}

/// Stores a new relationship.
pub(crate) async fn insert(tx: &mut Tx, realm: RealmId, new: &Relationship) -> Result<()> {
    let inserted = tx
        .exec(
            &RELATIONSHIP_INSERT,
            args![
                realm,
                new.id,
                new.seller,
                new.buyer,
                new.currency,
                new.price_book,
                new.payment,
                u32::from(new.payment_terms_days),
                new.credit_limit.map(|limit| limit.minor),
                new.tax_treatment,
                new.tax_rate,
                new.invoicing,
                u32::from(new.invoice_day),
                new.invoicer,
                new.created_at,
            ],
        )
        .await?;
    if inserted == 0 {
        return Err(Error::conflict(
            "relationship_exists",
            "the two trade with each other already",
        ));
    }
    Ok(())
}

/// Stores new terms over the version that was read.
pub(crate) async fn update(tx: &mut Tx, realm: RealmId, after: &Relationship) -> Result<()> {
    let updated = tx
        .exec(
            &RELATIONSHIP_UPDATE,
            args![
                realm,
                after.id,
                after.version,
                after.currency,
                after.payment,
                u32::from(after.payment_terms_days),
                after.credit_limit.map(|limit| limit.minor),
                after.tax_treatment,
                after.tax_rate,
                after.invoicing,
                u32::from(after.invoice_day),
                after.invoicer,
            ],
        )
        .await?;
    if updated == 0 {
        return Err(Error::changed(after.id));
    }
    Ok(())
}

/// Stores another price book over the version that was read.
pub(crate) async fn set_price_book(
    tx: &mut Tx,
    realm: RealmId,
    before: &Relationship,
    book: Option<PriceBookId>,
) -> Result<()> {
    let updated = tx
        .exec(
            &RELATIONSHIP_BOOK,
            args![realm, before.id, before.version, book],
        )
        .await?;
    if updated == 0 {
        return Err(Error::changed(before.id));
    }
    Ok(())
}

/// The pairs from an account up to the provider.
pub(crate) async fn chain(
    tx: &mut Tx,
    realm: RealmId,
    account: AccountId,
) -> Result<Vec<Adjacent>> {
    tx.all(&CHAIN, args![realm, account]).await
}
