//! SQL of exchange rates.

use tradewind_kernel::{
    Date,
    filter::{Field, FieldKind, Fields},
    id::RealmId,
};
use tradewind_platform::{
    args, bulk,
    db::{FromRow, Result, Row, Tx},
    stmts,
};

use crate::types::FxRate;

/// The columns of a list of rates.
pub(crate) const LIST: &str =
    "SELECT id, base, quote, effective_on, rate, source FROM fx_rate WHERE realm_id = $1";

/// What rates can be filtered and sorted by.
pub(crate) const FIELDS: Fields = Fields(&[
    Field::text("base", "base").sortable(),
    Field::text("quote", "quote").sortable(),
    Field::new("effective", FieldKind::Date, "effective_on").sortable(),
    Field::text("source", "source"),
]);

stmts! {
    /// All exchange rates.
    RATES = "SELECT id, base, quote, effective_on, rate, source FROM fx_rate WHERE realm_id = $1
             ORDER BY base, quote, effective_on";
    /// A new exchange rate; nothing when that day has one.
    RATE_ADD = "INSERT INTO fx_rate (realm_id, base, quote, effective_on, id, rate, source)
                VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING";
    /// Another rate for a day.
    RATE_REPLACE = "UPDATE fx_rate SET rate = $5, source = $6
                    WHERE realm_id = $1 AND base = $2 AND quote = $3 AND effective_on = $4";
    /// Of each pair the rate that holds on a day, and the next one.
    AROUND = "SELECT f.id, f.base, f.quote, f.effective_on, f.rate, f.source FROM (
        SELECT base, quote, MAX(CASE WHEN effective_on <= $2 THEN effective_on END) AS now_on,
        MIN(CASE WHEN effective_on > $2 THEN effective_on END) AS next_on FROM fx_rate WHERE realm_id = $1 GROUP BY base, quote) pair
        JOIN fx_rate f ON f.realm_id = $1 AND f.base = pair.base AND f.quote = pair.quote AND f.effective_on IN (pair.now_on, pair.next_on)
        ORDER BY f.base, f.quote, f.effective_on";
}

bulk! {
    /// New exchange rates.
    RATES_ADD = "fx_rate" {
        realm_id: Text, base: Text, quote: Text, effective_on: Text, id: Text, rate: Text, source: Text
    } on conflict Error;
}

impl FromRow for FxRate {
    fn from_row(row: &Row) -> Result<Self> {
        Ok(Self {
            id: row.get("id")?,
            base: row.get("base")?,
            quote: row.get("quote")?,
            effective_on: row.get("effective_on")?,
            rate: row.get("rate")?,
            source: row.get("source")?,
        })
    }
}

/// All rates, by pair and day.
pub(crate) async fn all(tx: &mut Tx, realm: RealmId) -> Result<Vec<FxRate>> {
    tx.all(&RATES, args![realm]).await
}

/// Of each pair what holds on a day, and what is the next after it: by pair and day.
pub(crate) async fn around(tx: &mut Tx, realm: RealmId, day: Date) -> Result<Vec<FxRate>> {
    tx.all(&AROUND, args![realm, day]).await
}

/// Whether it was added: the day may have a rate already.
pub(crate) async fn add(tx: &mut Tx, realm: RealmId, rate: &FxRate) -> Result<bool> {
    let args = args![
        realm,
        rate.base,
        rate.quote,
        rate.effective_on,
        rate.id,
        rate.rate,
        rate.source
    ];
    Ok(tx.exec(&RATE_ADD, args).await? == 1)
}

/// Adds rates of days that have none.
pub(crate) async fn add_all(tx: &mut Tx, realm: RealmId, rates: &[FxRate]) -> Result<()> {
    let rows = rates.iter().map(|rate| {
        args![
            realm,
            rate.base,
            rate.quote,
            rate.effective_on,
            rate.id,
            rate.rate,
            rate.source
        ]
    });
    tx.insert_many(&RATES_ADD, rows.collect()).await?;
    Ok(())
}

/// Replaces the rate of a day.
pub(crate) async fn replace(tx: &mut Tx, realm: RealmId, rate: &FxRate) -> Result<()> {
    let args = args![
        realm,
        rate.base,
        rate.quote,
        rate.effective_on,
        rate.rate,
        rate.source
    ];
    tx.exec(&RATE_REPLACE, args).await?;
    Ok(())
}
