//! Settlements with vendors, and with sellers for whom another collects. What is on one is a charge, or a collected amount.

use std::collections::BTreeMap;

use tradewind_kernel::{
    Currency, Date, Decimal, Money, Timestamp,
    calendar::Period,
    filter::{Field, FieldKind, Fields, Filter, Sort},
    id::{AccountId, ChargeId, InvoiceId, PayoutFileId, RealmId, SettlementId, SubscriptionId},
    locale::form_for,
    page::{Page, PageRequest},
};
use tradewind_platform::{
    args, bulk,
    db::{Json, Query, Result, Scope, Tx},
    row, stmts,
};

use super::settlement_offsets;
use crate::types::{
    ChargeKind, PayeeSettlement, SettlementDue, SettlementKind, SettlementLine, SettlementPolicy,
    SettlementShare, SettlementState,
};

/// What settlements can be filtered and sorted by.
pub(crate) const FIELDS: Fields = Fields(&[
    Field::new(
        "state",
        FieldKind::Enum(&["open", "approved", "ordered", "paid", "failed", "discarded"]),
        "s.state",
    ),
    Field::new("kind", FieldKind::Enum(&["vendor", "collected"]), "s.kind"),
    Field::text("payee", "s.vendor_id"),
    Field::text("payer", "s.payer_id"),
    Field::text("number", "s.number").sortable(),
    Field::text("currency", "s.currency"),
    Field::new("until", FieldKind::Date, "s.until_on").sortable(),
    Field::new("due", FieldKind::Date, "s.due_on").sortable(),
]);

macro_rules! columns {
    () => {
        "s.id, s.kind, s.payer_id, s.vendor_id AS payee_id, s.currency, s.number, s.until_on, s.share, s.fee, s.held, s.released,
        s.share_tax, s.fee_tax, s.set_off, s.payout,
        s.state, s.due_on, s.release_on, s.file_id, s.note, s.created_at, s.paid_on"
    };
}

stmts! {
    /// The policies of a payer: for one payee, and for all of its kind.
    POLICY = "SELECT vendor_id, policy FROM settlement_policy WHERE realm_id = $1 AND payer_id = $2 AND vendor_id IN ($3, $4)";
    /// Sets a policy.
    SET_POLICY = "INSERT INTO settlement_policy (realm_id, payer_id, vendor_id, policy) VALUES ($1, $2, $3, $4)
        ON CONFLICT (realm_id, payer_id, vendor_id) DO UPDATE SET policy = excluded.policy";
    /// Payers that have policies.
    PAYERS = "SELECT DISTINCT payer_id FROM settlement_policy WHERE realm_id = $1 ORDER BY payer_id";
    /// What is on no settlement, by payee and currency.
    DUE = "SELECT o.kind, o.vendor_id, o.currency, CAST(SUM(COALESCE(a.amount, m.amount)) AS BIGINT) FROM settlement_open o
        LEFT JOIN accrual a ON a.realm_id = o.realm_id AND a.charge_id = o.charge_id
        LEFT JOIN collected m ON m.realm_id = o.realm_id AND m.id = o.charge_id
        WHERE o.realm_id = $1 AND o.payer_id = $2 GROUP BY o.kind, o.vendor_id, o.currency
        ORDER BY o.kind, o.vendor_id, o.currency";
    /// What is held back, by payee and currency.
    HELD = "SELECT kind, vendor_id, currency, CAST(SUM(held) AS BIGINT) FROM settlement WHERE realm_id = $1 AND payer_id = $2
        AND held <> 0 AND released_by IS NULL AND state NOT IN ('open', 'discarded') GROUP BY kind, vendor_id, currency";
    /// What was booked by a day and is on no settlement: a share with its sale, or a collected amount with its buyer.
    OPEN = "SELECT o.charge_id, c.subscription_id, m.buyer_id, COALESCE(a.amount, m.amount) FROM settlement_open o
        LEFT JOIN accrual a ON a.realm_id = o.realm_id AND a.charge_id = o.charge_id
        LEFT JOIN ledger_transaction t ON t.realm_id = a.realm_id AND t.id = a.transaction_id
        LEFT JOIN charge c ON c.realm_id = o.realm_id AND c.id = o.charge_id
        LEFT JOIN collected m ON m.realm_id = o.realm_id AND m.id = o.charge_id
        WHERE o.realm_id = $1 AND o.payer_id = $2 AND o.vendor_id = $3 AND o.currency = $4
        AND COALESCE(t.posted_on, m.posted_on) <= $5 ORDER BY o.charge_id";
    /// What earlier settlements hold that is due by a day.
    RELEASABLE = "SELECT id, held FROM settlement WHERE realm_id = $1 AND payer_id = $2 AND vendor_id = $3 AND currency = $4
        AND held <> 0 AND released_by IS NULL AND release_on <= $5 AND state NOT IN ('open', 'discarded') ORDER BY id {for_update}";
    /// It is on this settlement.
    RELEASE = "UPDATE settlement SET released_by = $3 WHERE realm_id = $1 AND id = $2";
    /// It is on none.
    UNRELEASE = "UPDATE settlement SET released_by = NULL WHERE realm_id = $1 AND released_by = $2";
    /// A settlement.
    NEW = "INSERT INTO settlement (realm_id, id, payer_id, vendor_id, currency, number, until_on, share, fee, held, released,
        payout, state, due_on, release_on, file_id, note, created_at, paid_on, share_tax, fee_tax, kind, set_off, released_by)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, NULL)";
    /// Where it stands.
    SET_STATE = "UPDATE settlement SET state = $3, file_id = $4, note = $5, paid_on = $6, set_off = $7, payout = $8
        WHERE realm_id = $1 AND id = $2";
    /// One settlement.
    ONE = concat!("SELECT ", columns!(), " FROM settlement s WHERE s.realm_id = $1 AND s.id = $2");
    /// The same, held.
    HOLD = concat!("SELECT ", columns!(), " FROM settlement s WHERE s.realm_id = $1 AND s.id = $2 {for_update}");
    /// Settlements that can go into a file, held.
    PAYABLE = concat!("SELECT ", columns!(), " FROM settlement s WHERE s.realm_id = $1 AND s.payer_id = $2 AND s.currency = $3
        AND s.state IN ('approved', 'failed') AND s.payout > 0 AND s.due_on <= $4 ORDER BY s.id LIMIT $5 {for_update}");
    /// Its lines.
    LINES = "SELECT no, product_id, buyer_id, charges, share, fee FROM settlement_line WHERE realm_id = $1 AND settlement_id = $2 ORDER BY no";
    /// The charges on it.
    CHARGES = "SELECT sc.charge_id, c.subscription_id, c.item_code, c.kind, c.description, c.period_start, c.period_end,
        c.quantity, c.unit, c.exact, c.currency, a.amount FROM settlement_charge sc
        JOIN accrual a ON a.realm_id = sc.realm_id AND a.charge_id = sc.charge_id
        JOIN charge c ON c.realm_id = sc.realm_id AND c.id = sc.charge_id WHERE sc.realm_id = $1 AND sc.settlement_id = $2 AND sc.charge_id > $3
        ORDER BY sc.charge_id LIMIT $4";
    /// They are on none.
    FREE = "INSERT INTO settlement_open (realm_id, payer_id, vendor_id, currency, charge_id, kind)
        SELECT sc.realm_id, s.payer_id, s.vendor_id, s.currency, sc.charge_id, s.kind FROM settlement_charge sc
        JOIN settlement s ON s.realm_id = sc.realm_id AND s.id = sc.settlement_id WHERE sc.realm_id = $1 AND sc.settlement_id = $2";
    /// Nor is that.
    UNBIND = "DELETE FROM settlement_charge WHERE realm_id = $1 AND settlement_id = $2";
    /// They wait no more.
    TAKEN = "DELETE FROM settlement_open WHERE realm_id = $1 AND payer_id = $2 AND vendor_id = $3 AND currency = $4
        AND charge_id IN (SELECT value FROM json_each($5))",
        pg = "DELETE FROM settlement_open WHERE realm_id = $1 AND payer_id = $2 AND vendor_id = $3 AND currency = $4
        AND charge_id IN (SELECT json_array_elements_text(CAST($5 AS JSON)))";
}

bulk! {
    /// Shares that are on no settlement.
    NEW_OPEN = "settlement_open" { realm_id: Text, payer_id: Text, vendor_id: Text, currency: Text, charge_id: Text, kind: Text }
        on conflict Error;
    /// Shares on a settlement.
    NEW_CHARGES = "settlement_charge" { realm_id: Text, charge_id: Text, settlement_id: Text } on conflict Error;
    /// Lines.
    NEW_LINES = "settlement_line" { realm_id: Text, settlement_id: Text, no: Int, product_id: Text, charges: Int, share: Int,
        fee: Int, buyer_id: Text } on conflict Error;
}

row! {
    struct Row {
        id: SettlementId,
        kind: SettlementKind,
        payer_id: AccountId,
        payee_id: AccountId,
        currency: Currency,
        number: String,
        until_on: Date,
        share: i64,
        fee: i64,
        held: i64,
        released: i64,
        share_tax: i64,
        fee_tax: i64,
        set_off: i64,
        payout: i64,
        state: SettlementState,
        due_on: Date,
        release_on: Option<Date>,
        file_id: Option<PayoutFileId>,
        note: String,
        created_at: Timestamp,
        paid_on: Option<Date>,
    }
}

row! {
    struct ShareRow {
        charge_id: ChargeId,
        subscription_id: SubscriptionId,
        item_code: String,
        kind: ChargeKind,
        description: String,
        period_start: Date,
        period_end: Date,
        quantity: Decimal,
        unit: String,
        exact: Decimal,
        currency: Currency,
        amount: i64,
    }
}

impl From<Row> for PayeeSettlement {
    fn from(row: Row) -> Self {
        let money = |minor: i64| Money::new(minor, row.currency);
        Self {
            id: row.id,
            number: row.number,
            kind: row.kind,
            payer_id: row.payer_id,
            payee_id: row.payee_id,
            currency: row.currency,
            until: row.until_on,
            share: money(row.share),
            fee: money(row.fee),
            held: money(row.held),
            released: money(row.released),
            share_tax: money(row.share_tax),
            fee_tax: money(row.fee_tax),
            set_off: money(row.set_off),
            payout: money(row.payout),
            state: row.state,
            due_on: row.due_on,
            release_on: row.release_on,
            file_id: row.file_id,
            note: row.note,
            created_at: row.created_at,
            paid_on: row.paid_on,
        }
    }
}

/// A payer and a payee, in one currency.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Between {
    pub(crate) kind: SettlementKind,
    pub(crate) payer_id: AccountId,
    pub(crate) payee_id: AccountId,
    pub(crate) currency: Currency,
}

/// By what the policy for all payees of a kind is kept.
const fn all_of(kind: SettlementKind) -> &'static str {
    match kind {
        SettlementKind::Vendor => "",
        SettlementKind::Collected => "collected",
    }
}

/// The policy for a payee: its own, else the payer's for all of its kind; none without either. Without payee, that for all.
pub(crate) async fn policy(
    tx: &mut Tx,
    realm: RealmId,
    payer: AccountId,
    kind: SettlementKind,
    payee: Option<AccountId>,
) -> Result<Option<SettlementPolicy>> {
    let all = all_of(kind);
    let payee = payee.map_or_else(|| all.to_owned(), |payee| payee.to_string());
    let found: Vec<(String, Json<SettlementPolicy>)> =
        tx.all(&POLICY, args![realm, payer, payee, all]).await?;
    let found: BTreeMap<String, SettlementPolicy> = found
        .into_iter()
        .map(|(payee, policy)| (payee, policy.0))
        .collect();
    Ok(found.get(&payee).or_else(|| found.get(all)).cloned())
}

/// Sets a policy for a payee, or for all of a kind.
pub(crate) async fn set_policy(
    tx: &mut Tx,
    realm: RealmId,
    payer: AccountId,
    kind: SettlementKind,
    payee: Option<AccountId>,
    policy: &SettlementPolicy,
) -> Result<()> {
    let payee = payee.map_or_else(|| all_of(kind).to_owned(), |payee| payee.to_string());
    tx.exec(&SET_POLICY, args![realm, payer, payee, Json(policy)])
        .await?;
    Ok(())
}

/// Payers that have policies.
pub(crate) async fn payers(tx: &mut Tx, realm: RealmId) -> Result<Vec<AccountId>> {
    let rows: Vec<(AccountId,)> = tx.all(&PAYERS, args![realm]).await?;
    Ok(rows.into_iter().map(|(payer,)| payer).collect())
}

/// What is on no settlement, and what is held back.
pub(crate) async fn due(
    tx: &mut Tx,
    realm: RealmId,
    payer: AccountId,
) -> Result<Vec<SettlementDue>> {
    type Sum = (SettlementKind, AccountId, Currency, i64);
    let shares: Vec<Sum> = tx.all(&DUE, args![realm, payer]).await?;
    let held: Vec<Sum> = tx.all(&HELD, args![realm, payer]).await?;
    let mut all: BTreeMap<(SettlementKind, AccountId, Currency), (i64, i64)> = BTreeMap::new();
    for (kind, payee, currency, minor) in shares {
        all.entry((kind, payee, currency)).or_default().0 = minor;
    }
    for (kind, payee, currency, minor) in held {
        all.entry((kind, payee, currency)).or_default().1 = minor;
    }
    let one = |((kind, payee_id, currency), (share, held))| SettlementDue {
        kind,
        payee_id,
        share: Money::new(share, currency),
        held: Money::new(held, currency),
    };
    Ok(all.into_iter().map(one).collect())
}

/// Notes that charges or collected amounts are on no settlement.
pub(crate) async fn open(tx: &mut Tx, realm: RealmId, items: &[(Between, String)]) -> Result<()> {
    let rows = items
        .iter()
        .map(|(between, item)| {
            let Between {
                kind,
                payer_id,
                payee_id,
                currency,
            } = between;
            args![realm, payer_id, payee_id, currency, item, kind]
        })
        .collect();
    tx.insert_many(&NEW_OPEN, rows).await?;
    Ok(())
}

/// Something that waits for a settlement: the share of a charge, of a sale, or an amount that was collected from a buyer.
#[derive(Debug, Clone)]
pub(crate) struct OpenItem {
    pub(crate) id: String,
    pub(crate) subscription_id: Option<SubscriptionId>,
    pub(crate) buyer_id: Option<AccountId>,
    pub(crate) amount: i64,
}

/// What was booked by a day and is on no settlement.
pub(crate) async fn open_by(
    tx: &mut Tx,
    realm: RealmId,
    between: Between,
    until: Date,
) -> Result<Vec<OpenItem>> {
    let Between {
        payer_id,
        payee_id,
        currency,
        ..
    } = between;
    let rows: Vec<(String, Option<SubscriptionId>, Option<AccountId>, i64)> = tx
        .all(&OPEN, args![realm, payer_id, payee_id, currency, until])
        .await?;
    Ok(rows
        .into_iter()
        .map(|(id, subscription_id, buyer_id, amount)| OpenItem {
            id,
            subscription_id,
            buyer_id,
            amount,
        })
        .collect())
}

/// What earlier settlements hold that is due by a day; nobody else releases it.
pub(crate) async fn releasable(
    tx: &mut Tx,
    realm: RealmId,
    between: Between,
    until: Date,
) -> Result<Vec<(SettlementId, i64)>> {
    let Between {
        payer_id,
        payee_id,
        currency,
        ..
    } = between;
    let args = args![realm, payer_id, payee_id, currency, until];
    tx.all(&RELEASABLE, args).await
}

/// A new settlement with its lines, what is on it, what it pays, and those whose held amounts it releases.
pub(crate) async fn insert(
    tx: &mut Tx,
    realm: RealmId,
    one: &PayeeSettlement,
    lines: &[SettlementLine],
    items: &[String],
    releases: &[SettlementId],
    offsets: &[(InvoiceId, Money)],
) -> Result<()> {
    let args = args![
        realm,
        one.id,
        one.payer_id,
        one.payee_id,
        one.currency,
        one.number,
        one.until,
        one.share.minor,
        one.fee.minor,
        one.held.minor,
        one.released.minor,
        one.payout.minor,
        one.state,
        one.due_on,
        one.release_on,
        one.file_id,
        one.note,
        one.created_at,
        one.paid_on,
        one.share_tax.minor,
        one.fee_tax.minor,
        one.kind,
        one.set_off.minor
    ];
    tx.exec(&NEW, args).await?;
    let rows = lines.iter().map(|line| {
        args![
            realm,
            one.id,
            line.no,
            line.product_id
                .map_or_else(String::new, |product| product.to_string()),
            line.charges,
            line.share.minor,
            line.fee.minor,
            line.buyer_id
        ]
    });
    tx.insert_many(&NEW_LINES, rows.collect()).await?;
    let rows = items.iter().map(|item| args![realm, item, one.id]);
    tx.insert_many(&NEW_CHARGES, rows.collect()).await?;
    let args = args![realm, one.payer_id, one.payee_id, one.currency, Json(items)];
    tx.exec(&TAKEN, args).await?;
    for id in releases {
        tx.exec(&RELEASE, args![realm, id, one.id]).await?;
    }
    settlement_offsets::insert(tx, realm, one.id, offsets).await
}

/// Takes everything off a settlement: it waits for the next one.
pub(crate) async fn free(tx: &mut Tx, realm: RealmId, id: SettlementId) -> Result<()> {
    tx.exec(&FREE, args![realm, id]).await?;
    tx.exec(&UNBIND, args![realm, id]).await?;
    tx.exec(&UNRELEASE, args![realm, id]).await?;
    settlement_offsets::remove(tx, realm, id).await
}

/// Keeps where a settlement stands, and what of it is paid how.
pub(crate) async fn set_state(tx: &mut Tx, realm: RealmId, one: &PayeeSettlement) -> Result<()> {
    let args = args![
        realm,
        one.id,
        one.state,
        one.file_id,
        one.note,
        one.paid_on,
        one.set_off.minor,
        one.payout.minor
    ];
    tx.exec(&SET_STATE, args).await?;
    Ok(())
}

/// One settlement.
pub(crate) async fn one(
    tx: &mut Tx,
    realm: RealmId,
    id: SettlementId,
) -> Result<Option<PayeeSettlement>> {
    let row: Option<Row> = tx.opt(&ONE, args![realm, id]).await?;
    Ok(row.map(Into::into))
}

/// One settlement, which nobody else changes.
pub(crate) async fn hold(
    tx: &mut Tx,
    realm: RealmId,
    id: SettlementId,
) -> Result<Option<PayeeSettlement>> {
    let row: Option<Row> = tx.opt(&HOLD, args![realm, id]).await?;
    Ok(row.map(Into::into))
}

/// Settlements that can go into a file, due by a day, which nobody else changes.
pub(crate) async fn payable(
    tx: &mut Tx,
    realm: RealmId,
    payer: AccountId,
    currency: Currency,
    by: Date,
    limit: i64,
) -> Result<Vec<PayeeSettlement>> {
    let rows: Vec<Row> = tx
        .all(&PAYABLE, args![realm, payer, currency, by, limit])
        .await?;
    Ok(rows.into_iter().map(Into::into).collect())
}

/// The lines of a settlement.
pub(crate) async fn lines(
    tx: &mut Tx,
    realm: RealmId,
    id: SettlementId,
    currency: Currency,
) -> Result<Vec<SettlementLine>> {
    type LineRow = (i64, String, Option<AccountId>, i64, i64, i64);
    let rows: Vec<LineRow> = tx.all(&LINES, args![realm, id]).await?;
    let line = |(no, product, buyer_id, charges, share, fee): LineRow| {
        Ok(SettlementLine {
            no,
            product_id: match product.as_str() {
                "" => None,
                product => Some(product.parse()?),
            },
            buyer_id,
            charges,
            share: Money::new(share, currency),
            fee: Money::new(fee, currency),
        })
    };
    rows.into_iter().map(line).collect()
}

/// Charges on a settlement with their shares, after one.
pub(crate) async fn charges(
    tx: &mut Tx,
    realm: RealmId,
    id: SettlementId,
    after: &str,
    limit: i64,
) -> Result<Vec<SettlementShare>> {
    let rows: Vec<ShareRow> = tx.all(&CHARGES, args![realm, id, after, limit]).await?;
    Ok(rows
        .into_iter()
        .map(|row| SettlementShare {
            charge_id: row.charge_id,
            subscription_id: row.subscription_id,
            item_code: row.item_code,
            kind: row.kind,
            description: row.description,
            period: Period {
                start: row.period_start,
                end: row.period_end,
            },
            unit: form_for(&row.unit, row.quantity).to_owned(),
            quantity: row.quantity,
            exact: row.exact,
            share: Money::new(row.amount, row.currency),
        })
        .collect())
}

/// A page of settlements that an account pays or gets; of all for the platform itself.
pub(crate) async fn page(
    tx: &mut Tx,
    realm: RealmId,
    whose: Option<AccountId>,
    filter: &Filter,
    sort: &Sort,
    page: &PageRequest,
) -> Result<Page<PayeeSettlement>> {
    let scope = match whose {
        Some(account) => Scope::only(
            "(s.payer_id = ? OR s.vendor_id = ?)",
            args![account, account],
        ),
        None => Scope::all(),
    };
    let query = Query::new(
        "billing::settlements",
        concat!(
            "SELECT ",
            columns!(),
            " FROM settlement s WHERE s.realm_id = $1"
        ),
        args![realm],
    );
    let found = tx
        .page::<Row>(query.scope(scope).filter(filter), page, sort, "s.id")
        .await?;
    Ok(found.map(PayeeSettlement::from))
}
