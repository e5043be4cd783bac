//! Lines of documents as far as revenue goes, and what of it is booked.

use tradewind_kernel::{
    Currency, Date, Money,
    calendar::Period,
    id::{AccountId, InvoiceId, RealmId, TransactionId},
};
use tradewind_platform::{
    args, bulk,
    db::{Result, Tx},
    row, stmts,
};

use crate::types::{DocumentKind, Recognition, RevenueLine, RevenuePolicy};

stmts! {
    /// Lines of documents issued up to a day that were not wholly earned by another.
    LINES = "SELECT i.id, i.number, i.kind, i.issued_on, i.currency, l.no, l.description, l.period_start, l.period_end, l.net
        FROM invoice i JOIN invoice_line l ON l.realm_id = i.realm_id AND l.invoice_id = i.id
        WHERE i.realm_id = $1 AND i.seller_id = $2 AND i.issued_on <= $3 AND (i.issued_on >= $4 OR l.period_end > $4)
        AND (i.id > $5 OR (i.id = $5 AND l.no > $6)) ORDER BY i.id, l.no LIMIT $7";
    /// The policy of a seller.
    POLICY = "SELECT recognition, since_on, booked_on FROM revenue_policy WHERE realm_id = $1 AND seller_id = $2";
    /// Sets it.
    SET_POLICY = "INSERT INTO revenue_policy (realm_id, seller_id, recognition, since_on) VALUES ($1, $2, $3, $4)
        ON CONFLICT (realm_id, seller_id) DO UPDATE SET recognition = excluded.recognition, since_on = excluded.since_on";
    /// The next seller with a policy.
    SELLER = "SELECT seller_id FROM revenue_policy WHERE realm_id = $1 AND seller_id > $2 ORDER BY seller_id LIMIT 1";
    /// What is booked as deferred at the ends of months.
    BOOKED = "SELECT month_on, currency, deferred FROM revenue_month WHERE realm_id = $1 AND seller_id = $2
        AND month_on >= $3 AND month_on < $4 ORDER BY month_on, currency";
    /// Months up to this one are booked.
    SET_BOOKED = "UPDATE revenue_policy SET booked_on = $3 WHERE realm_id = $1 AND seller_id = $2";
    /// What a month left as deferred, and whether by the schedule.
    LEFT = "SELECT currency, deferred, scheduled FROM revenue_month WHERE realm_id = $1 AND seller_id = $2 AND month_on = $3";
}

bulk! {
    /// Months that are booked.
    NEW_MONTHS = "revenue_month" { realm_id: Text, seller_id: Text, month_on: Text, currency: Text, deferred: Int,
        scheduled: Int, transaction_id: Text } on conflict Error;
}

row! {
    struct LineRow {
        id: InvoiceId,
        number: String,
        kind: DocumentKind,
        issued_on: Date,
        currency: Currency,
        no: i64,
        description: String,
        period_start: Date,
        period_end: Date,
        net: i64,
    }
}

row! {
    struct PolicyRow {
        recognition: Recognition,
        since_on: Date,
        booked_on: Option<Date>,
    }
}

/// Where the lines of a seller go on.
pub(crate) type Place = (String, i64);

/// Some lines of documents issued up to `until` that had not wholly been earned before `from`, after a place.
pub(crate) async fn lines(
    tx: &mut Tx,
    realm: RealmId,
    seller: AccountId,
    (from, until): (Date, Date),
    after: &Place,
    limit: i64,
) -> Result<Vec<RevenueLine>> {
    let args = args![realm, seller, until, from, after.0, after.1, limit];
    let rows: Vec<LineRow> = tx.all(&LINES, args).await?;
    Ok(rows
        .into_iter()
        .map(|row| RevenueLine {
            document_id: row.id,
            number: row.number,
            kind: row.kind,
            issued_on: row.issued_on,
            no: row.no,
            description: row.description,
            period: Period {
                start: row.period_start,
                end: row.period_end,
            },
            net: Money::new(row.kind.sign() * row.net, row.currency),
        })
        .collect())
}

/// The policy of a seller, and the first day of the last month that is booked by it.
pub(crate) async fn policy(
    tx: &mut Tx,
    realm: RealmId,
    seller: AccountId,
) -> Result<Option<(RevenuePolicy, Option<Date>)>> {
    let row: Option<PolicyRow> = tx.opt(&POLICY, args![realm, seller]).await?;
    Ok(row.map(|row| {
        let policy = RevenuePolicy {
            recognition: row.recognition,
            since: row.since_on,
        };
        (policy, row.booked_on)
    }))
}

/// Sets the policy of a seller.
pub(crate) async fn set_policy(
    tx: &mut Tx,
    realm: RealmId,
    seller: AccountId,
    policy: &RevenuePolicy,
) -> Result<()> {
    let args = args![realm, seller, policy.recognition, policy.since];
    tx.exec(&SET_POLICY, args).await?;
    Ok(())
}

/// The next seller that has a policy.
pub(crate) async fn seller_after(
    tx: &mut Tx,
    realm: RealmId,
    after: &str,
) -> Result<Option<AccountId>> {
    let found: Option<(AccountId,)> = tx.opt(&SELLER, args![realm, after]).await?;
    Ok(found.map(|(seller,)| seller))
}

/// What is booked as deferred at the ends of months: month, amount.
pub(crate) async fn booked(
    tx: &mut Tx,
    realm: RealmId,
    seller: AccountId,
    (from, until): (Date, Date),
) -> Result<Vec<(Date, Money)>> {
    let args = args![realm, seller, from, until];
    let rows: Vec<(Date, Currency, i64)> = tx.all(&BOOKED, args).await?;
    Ok(rows
        .into_iter()
        .map(|(month, currency, minor)| (month, Money::new(minor, currency)))
        .collect())
}

/// What a booked month left as deferred, and whether by the schedule.
pub(crate) async fn left(
    tx: &mut Tx,
    realm: RealmId,
    seller: AccountId,
    month: Date,
) -> Result<Vec<(Money, bool)>> {
    let rows: Vec<(Currency, i64, bool)> = tx.all(&LEFT, args![realm, seller, month]).await?;
    Ok(rows
        .into_iter()
        .map(|(currency, minor, scheduled)| (Money::new(minor, currency), scheduled))
        .collect())
}

/// Keeps what a month leaves as deferred, with the entry that made it so.
pub(crate) async fn book(
    tx: &mut Tx,
    realm: RealmId,
    seller: AccountId,
    month: Date,
    scheduled: bool,
    left: &[(Money, Option<TransactionId>)],
) -> Result<()> {
    let rows = left.iter().map(|(deferred, entry)| {
        let entry = entry.map(|entry| entry.to_string()).unwrap_or_default();
        args![
            realm,
            seller,
            month,
            deferred.currency,
            deferred.minor,
            scheduled,
            entry
        ]
    });
    tx.insert_many(&NEW_MONTHS, rows.collect()).await?;
    tx.exec(&SET_BOOKED, args![realm, seller, month]).await?;
    Ok(())
}
