//! SQL of price books, revisions and listings.

use tradewind_kernel::{
    Decimal, Error,
    id::{AccountId, PriceBookId, RealmId, RevisionId},
};
use tradewind_platform::{
    args, bulk,
    db::{FromRow, Json, Result, Row, Tx},
    stmts,
};

use crate::types::{Listing, ListingKind, ListingPrice, PriceBook, Revision};

stmts! {
    /// All books.
    BOOKS = "SELECT id, seller_id, name, currency, is_default, version FROM price_book WHERE realm_id = $1 ORDER BY id";
    /// One book, for changing it.
    BOOK = "SELECT id, seller_id, name, currency, is_default, version FROM price_book
            WHERE realm_id = $1 AND id = $2 {for_update}";
    /// How many books a seller has.
    BOOK_COUNT = "SELECT COUNT(*) FROM price_book WHERE realm_id = $1 AND seller_id = $2";
    /// A new book.
    BOOK_ADD = "INSERT INTO price_book (realm_id, id, seller_id, name, currency, is_default, version)
                VALUES ($1, $2, $3, $4, $5, $6, 1)";
    /// No book of the seller but one is the default.
    BOOK_SOLE_DEFAULT = "UPDATE price_book SET is_default = 0, version = version + 1
                         WHERE realm_id = $1 AND seller_id = $2 AND id <> $3 AND is_default = 1";
    /// A changed book.
    BOOK_UPDATE = "UPDATE price_book SET name = $4, is_default = $5, version = version + 1
                   WHERE realm_id = $1 AND id = $2 AND version = $3";
    /// A revision was added to the book.
    BOOK_BUMP = "UPDATE price_book SET version = version + 1 WHERE realm_id = $1 AND id = $2";
    /// All revisions.
    REVISIONS = "SELECT id, book_id, number, effective_on, note, policies, created_by, created_at
                 FROM price_book_revision WHERE realm_id = $1 ORDER BY book_id, number";
    /// The revisions of a book, newest first.
    BOOK_REVISIONS = "SELECT id, book_id, number, effective_on, note, policies, created_by, created_at
                      FROM price_book_revision WHERE realm_id = $1 AND book_id = $2 ORDER BY number DESC";
    /// A new revision.
    REVISION_ADD = "INSERT INTO price_book_revision (realm_id, id, book_id, number, effective_on, note, policies,
                    created_by, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
    /// The rules of several revisions, most specific first; unused places repeat an id.
    LISTINGS = "SELECT revision_id, id, product_id, plan_id, item_id, dimensions, kind, model, percent FROM listing
                WHERE realm_id = $1 AND revision_id IN ($2, $3, $4, $5, $6, $7, $8, $9)
                ORDER BY revision_id, position";
}

bulk! {
    /// The rules of a new revision.
    LISTINGS_ADD = "listing" {
        realm_id: Text, revision_id: Text, position: Int, id: Text, product_id: Text, plan_id: Text, item_id: Text,
        dimensions: Text, kind: Text, model: Text, percent: Text
    } on conflict Error;
}

/// How many revisions' rules are read with one statement.
pub(crate) const AT_ONCE: usize = 8;

impl FromRow for PriceBook {
    fn from_row(row: &Row) -> Result<Self> {
        Ok(Self {
            id: row.get("id")?,
            seller_id: row.get("seller_id")?,
            name: row.get("name")?,
            currency: row.get("currency")?,
            is_default: row.get("is_default")?,
            version: row.get("version")?,
        })
    }
}

impl FromRow for Revision {
    fn from_row(row: &Row) -> Result<Self> {
        Ok(Self {
            id: row.get("id")?,
            book_id: row.get("book_id")?,
            number: row.get("number")?,
            effective_on: row.get("effective_on")?,
            note: row.get("note")?,
            policies: row.get::<Json<_>>("policies")?.0,
            created_by: row.get("created_by")?,
            created_at: row.get("created_at")?,
        })
    }
}

/// A rule with the revision that it belongs to.
pub(crate) struct ListingRow {
    pub(crate) revision: RevisionId,
    pub(crate) listing: Listing,
}

impl FromRow for ListingRow {
    fn from_row(row: &Row) -> Result<Self> {
        let missing = |column: &str| {
            Error::internal(format!(
                "a listing has no {column} although its kind needs one"
            ))
        };
        let price = match row.get::<ListingKind>("kind")? {
            ListingKind::Hidden => ListingPrice::Hidden,
            ListingKind::Markup => ListingPrice::Markup {
                percent: row
                    .get::<Option<Decimal>>("percent")?
                    .ok_or_else(|| missing("percent"))?,
            },
            ListingKind::Absolute => ListingPrice::Absolute {
                model: row
                    .get::<Option<Json<_>>>("model")?
                    .ok_or_else(|| missing("model"))?
                    .0,
            },
        };
        Ok(Self {
            revision: row.get("revision_id")?,
            listing: Listing {
                id: row.get("id")?,
                product_id: row.get("product_id")?,
                plan_id: row.get("plan_id")?,
                item_id: row.get("item_id")?,
                matches: row.get::<Json<_>>("dimensions")?.0,
                price,
            },
        })
    }
}

pub(crate) async fn books(tx: &mut Tx, realm: RealmId) -> Result<Vec<PriceBook>> {
    tx.all(&BOOKS, args![realm]).await
}

/// One book, locked until the end of the transaction.
pub(crate) async fn book(
    tx: &mut Tx,
    realm: RealmId,
    id: PriceBookId,
) -> Result<Option<PriceBook>> {
    tx.opt(&BOOK, args![realm, id]).await
}

pub(crate) async fn book_count(tx: &mut Tx, realm: RealmId, seller: AccountId) -> Result<i64> {
    let (count,) = tx.one::<(i64,)>(&BOOK_COUNT, args![realm, seller]).await?;
    Ok(count)
}

pub(crate) async fn add_book(tx: &mut Tx, realm: RealmId, book: &PriceBook) -> Result<()> {
    let args = args![
        realm,
        book.id,
        book.seller_id,
        book.name,
        book.currency,
        book.is_default
    ];
    tx.exec(&BOOK_ADD, args).await?;
    Ok(())
}

/// Takes the default from every other book of the seller.
pub(crate) async fn sole_default(
    tx: &mut Tx,
    realm: RealmId,
    seller: AccountId,
    book: PriceBookId,
) -> Result<()> {
    tx.exec(&BOOK_SOLE_DEFAULT, args![realm, seller, book])
        .await?;
    Ok(())
}

/// Whether the version was still the one.
pub(crate) async fn update_book(
    tx: &mut Tx,
    realm: RealmId,
    id: PriceBookId,
    version: i64,
    name: &str,
    is_default: bool,
) -> Result<bool> {
    let args = args![realm, id, version, name, is_default];
    Ok(tx.exec(&BOOK_UPDATE, args).await? == 1)
}

pub(crate) async fn bump_book(tx: &mut Tx, realm: RealmId, id: PriceBookId) -> Result<()> {
    tx.exec(&BOOK_BUMP, args![realm, id]).await?;
    Ok(())
}

pub(crate) async fn revisions(tx: &mut Tx, realm: RealmId) -> Result<Vec<Revision>> {
    tx.all(&REVISIONS, args![realm]).await
}

/// Newest first.
pub(crate) async fn book_revisions(
    tx: &mut Tx,
    realm: RealmId,
    book: PriceBookId,
) -> Result<Vec<Revision>> {
    tx.all(&BOOK_REVISIONS, args![realm, book]).await
}

/// Adds a revision with its rules, which stand in the order in which they are tried.
pub(crate) async fn add_revision(
    tx: &mut Tx,
    realm: RealmId,
    revision: &Revision,
    listings: &[Listing],
) -> Result<()> {
    let args = args![
        realm,
        revision.id,
        revision.book_id,
        revision.number,
        revision.effective_on,
        revision.note,
        Json(&revision.policies),
        revision.created_by,
        revision.created_at,
    ];
    tx.exec(&REVISION_ADD, args).await?;
    let rows = (0_i64..)
        .zip(listings)
        .map(|(position, listing)| {
            let (model, percent) = match &listing.price {
                ListingPrice::Absolute { model } => (Some(Json(model)), None),
                ListingPrice::Markup { percent } => (None, Some(*percent)),
                ListingPrice::Hidden => (None, None),
            };
            args![
                realm,
                revision.id,
                position,
                listing.id,
                listing.product_id,
                listing.plan_id,
                listing.item_id,
                Json(&listing.matches),
                listing.price.kind(),
                model,
                percent,
            ]
        })
        .collect();
    tx.insert_many(&LISTINGS_ADD, rows).await?;
    Ok(())
}

/// The rules of at most [`AT_ONCE`] revisions, each in the order in which they are tried.
pub(crate) async fn listings(
    tx: &mut Tx,
    realm: RealmId,
    revisions: &[RevisionId],
) -> Result<Vec<ListingRow>> {
    let Some(first) = revisions.first() else {
        return Ok(Vec::new());
    };
    let mut args = args![realm];
    for place in 0..AT_ONCE {
        args.extend(args![revisions.get(place).unwrap_or(first)]);
    }
    tx.all(&LISTINGS, args).await
}
