//! Drafts of invoices: what waits, for how long and why. Their lines are the open charges that are due.

use std::collections::{BTreeSet, HashMap};

use tradewind_kernel::{
    Currency, Date, Money, Timestamp,
    id::{AccountId, ChargeId, DraftId, LegId, RealmId, SubscriptionId},
};
use tradewind_platform::{
    args,
    db::{Json, Result, Tx},
    row, stmts,
};
use tradewind_tax::types::TaxCategory;

use super::charges::{OpenRow, Pair};
use crate::{
    rules::{
        draft::Waiting,
        line::{LineCharge, Position},
    },
    types::{DraftSummary, HeldBuyer, InvoiceHold, ReviewPolicy, TaxWaitNote},
};

stmts! {
    /// Which sellers review, and for how long.
    REVIEWS = "SELECT seller_id, grace_days FROM invoice_review WHERE realm_id = $1
        AND seller_id IN (SELECT value FROM json_each($2))",
        pg = "SELECT seller_id, grace_days FROM invoice_review WHERE realm_id = $1
        AND seller_id IN (SELECT json_array_elements_text(CAST($2 AS JSON)))";
    /// A seller reviews from now on.
    SET_REVIEW = "INSERT INTO invoice_review (realm_id, seller_id, grace_days) VALUES ($1, $2, $3)
        ON CONFLICT (realm_id, seller_id) DO UPDATE SET grace_days = excluded.grace_days";
    /// It does no more.
    UNSET_REVIEW = "DELETE FROM invoice_review WHERE realm_id = $1 AND seller_id = $2";
    /// Buyers of some sellers for whom nothing is issued by itself.
    HOLDS = "SELECT seller_id, buyer_id, reason, since FROM invoice_hold WHERE realm_id = $1
        AND seller_id IN (SELECT value FROM json_each($2)) ORDER BY since, buyer_id",
        pg = "SELECT seller_id, buyer_id, reason, since FROM invoice_hold WHERE realm_id = $1
        AND seller_id IN (SELECT json_array_elements_text(CAST($2 AS JSON))) ORDER BY since, buyer_id";
    /// Holds a buyer.
    SET_HOLD = "INSERT INTO invoice_hold (realm_id, seller_id, buyer_id, reason, since) VALUES ($1, $2, $3, $4, $5)
        ON CONFLICT (realm_id, seller_id, buyer_id) DO UPDATE SET reason = excluded.reason";
    /// Holds it no more.
    UNSET_HOLD = "DELETE FROM invoice_hold WHERE realm_id = $1 AND seller_id = $2 AND buyer_id = $3";
    /// A draft, unless there is one.
    NEW_DRAFT = "INSERT INTO invoice_draft (realm_id, id, seller_id, buyer_id, currency, begun_on, issue_on)
        VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING";
    /// The drafts of some sellers, locked.
    DRAFTS_OF = "SELECT seller_id, buyer_id, currency, issue_on, hold_reason FROM invoice_draft WHERE realm_id = $1
        AND seller_id IN (SELECT value FROM json_each($2))",
        pg = "SELECT seller_id, buyer_id, currency, issue_on, hold_reason FROM invoice_draft WHERE realm_id = $1
        AND seller_id IN (SELECT json_array_elements_text(CAST($2 AS JSON))) FOR UPDATE";
    /// A draft is a document now, or nothing is left of it.
    END_DRAFT = "DELETE FROM invoice_draft WHERE realm_id = $1 AND seller_id = $2 AND buyer_id = $3 AND currency = $4";
    /// Drafts whose charges went another way.
    SWEEP_DRAFTS = "DELETE FROM invoice_draft WHERE realm_id = $1 AND NOT EXISTS (SELECT 1 FROM open_charge o
        WHERE o.realm_id = invoice_draft.realm_id AND o.seller_id = invoice_draft.seller_id
        AND o.buyer_id = invoice_draft.buyer_id AND o.currency = invoice_draft.currency)";
    /// Between whom a draft is, locked.
    DRAFT_PAIR = "SELECT seller_id, buyer_id, currency FROM invoice_draft WHERE realm_id = $1 AND id = $2 {for_update}";
    /// The draft between two accounts.
    DRAFT_BETWEEN = "SELECT id FROM invoice_draft WHERE realm_id = $1 AND seller_id = $2 AND buyer_id = $3 AND currency = $4";
    /// Holds a draft, or no more.
    SET_DRAFT_HOLD = "UPDATE invoice_draft SET hold_reason = $3, held_at = $4 WHERE realm_id = $1 AND id = $2";
    /// The drafts of a seller, the oldest first.
    DRAFTS = "SELECT d.id, d.seller_id, d.buyer_id, d.currency, d.begun_on, d.issue_on, d.hold_reason, d.held_at,
        h.reason, h.since, t.since AS wait_since, t.problem AS wait_problem, CAST(COUNT(c.id) AS BIGINT) AS charges, CAST(COALESCE(SUM(c.amount), 0) AS BIGINT) AS about
        FROM invoice_draft d
        LEFT JOIN invoice_hold h ON h.realm_id = d.realm_id AND h.seller_id = d.seller_id AND h.buyer_id = d.buyer_id
        LEFT JOIN invoice_tax_wait t ON t.realm_id = d.realm_id AND t.seller_id = d.seller_id AND t.buyer_id = d.buyer_id
            AND t.currency = d.currency
        LEFT JOIN open_charge o ON o.realm_id = d.realm_id AND o.seller_id = d.seller_id AND o.buyer_id = d.buyer_id
            AND o.currency = d.currency AND o.due_on <= $3
        LEFT JOIN charge c ON c.realm_id = o.realm_id AND c.id = o.charge_id
        WHERE d.realm_id = $1 AND d.seller_id = $2 AND d.id > $4
        GROUP BY d.id, d.seller_id, d.buyer_id, d.currency, d.begun_on, d.issue_on, d.hold_reason, d.held_at, h.reason, h.since,
        t.since, t.problem ORDER BY d.id LIMIT $5";
    /// One draft.
    DRAFT = "SELECT d.id, d.seller_id, d.buyer_id, d.currency, d.begun_on, d.issue_on, d.hold_reason, d.held_at,
        h.reason, h.since, t.since AS wait_since, t.problem AS wait_problem, CAST(0 AS BIGINT) AS charges,
        CAST(0 AS BIGINT) AS about FROM invoice_draft d
        LEFT JOIN invoice_hold h ON h.realm_id = d.realm_id AND h.seller_id = d.seller_id AND h.buyer_id = d.buyer_id
        LEFT JOIN invoice_tax_wait t ON t.realm_id = d.realm_id AND t.seller_id = d.seller_id AND t.buyer_id = d.buyer_id
            AND t.currency = d.currency
        WHERE d.realm_id = $1 AND d.id = $2";
    /// A page of the charges on a draft, to look at.
    DRAFT_PAGE = "SELECT c.id, c.subscription_id, c.kind, c.group_label, c.description, c.period_start, c.period_end, c.quantity, c.unit,
        c.unit_price, c.exact, c.rounding, c.tax_included, c.tax_category, c.usage, c.rate FROM open_charge o
        JOIN charge c ON c.realm_id = o.realm_id AND c.id = o.charge_id
        WHERE o.realm_id = $1 AND o.seller_id = $2 AND o.buyer_id = $3 AND o.currency = $4 AND o.due_on <= $5
        AND o.charge_id > $6 ORDER BY o.charge_id LIMIT $7";
    /// Where lines of usage stand, to look at.
    DRAFT_POSITIONS = "SELECT period_on, line, exact, billed FROM usage_position WHERE realm_id = $1 AND seller_id = $2
        AND buyer_id = $3 AND currency = $4 AND period_on IN (SELECT value FROM json_each($5))",
        pg = "SELECT period_on, line, exact, billed FROM usage_position WHERE realm_id = $1 AND seller_id = $2
        AND buyer_id = $3 AND currency = $4 AND period_on IN (SELECT json_array_elements_text(CAST($5 AS JSON)))";
    /// A sale that a draft charges: any, or the one that is named.
    DRAFT_SALE = "SELECT c.leg_id, c.subscription_id, c.group_label, c.tax_category FROM open_charge o
        JOIN charge c ON c.realm_id = o.realm_id AND c.id = o.charge_id
        WHERE o.realm_id = $1 AND o.seller_id = $2 AND o.buyer_id = $3 AND o.currency = $4
        AND ($5 = '' OR c.subscription_id = $5) ORDER BY o.charge_id LIMIT 1";
}

row! {
    struct DraftRow {
        id: DraftId,
        seller_id: AccountId,
        buyer_id: AccountId,
        currency: Currency,
        begun_on: Date,
        issue_on: Option<Date>,
        hold_reason: Option<String>,
        held_at: Option<Timestamp>,
        reason: Option<String>,
        since: Option<Timestamp>,
        wait_since: Option<Timestamp>,
        wait_problem: Option<String>,
        charges: i64,
        about: i64,
    }
}

impl From<DraftRow> for DraftSummary {
    fn from(row: DraftRow) -> Self {
        let hold = |reason: Option<String>, since: Option<Timestamp>| {
            reason
                .zip(since)
                .map(|(reason, since)| InvoiceHold { reason, since })
        };
        Self {
            id: row.id,
            seller_id: row.seller_id,
            buyer_id: row.buyer_id,
            currency: row.currency,
            begun_on: row.begun_on,
            issue_on: row.issue_on,
            hold: hold(row.hold_reason, row.held_at),
            account_hold: hold(row.reason, row.since),
            tax_wait: row.wait_since.map(|since| TaxWaitNote {
                since,
                problem: row.wait_problem,
            }),
            charges: row.charges,
            about: Money::new(row.about, row.currency),
        }
    }
}

/// What decides over the charges of some sellers.
#[derive(Debug, Default)]
pub(crate) struct Reviews {
    policies: HashMap<AccountId, ReviewPolicy>,
    held: BTreeSet<(AccountId, AccountId)>,
}

impl Reviews {
    /// The policy of a seller.
    pub(crate) fn policy(&self, seller: AccountId) -> ReviewPolicy {
        self.policies.get(&seller).copied().unwrap_or_default()
    }

    /// Whether nothing is issued by itself between two accounts.
    pub(crate) fn is_held(&self, pair: Pair) -> bool {
        self.held.contains(&(pair.seller_id, pair.buyer_id))
    }

    /// Whether what is billed between them is collected on a draft.
    pub(crate) fn drafts(&self, pair: Pair) -> bool {
        self.policy(pair.seller_id).review || self.is_held(pair)
    }
}

/// Loads what decides over the charges of some sellers.
pub(crate) async fn reviews(
    tx: &mut Tx,
    realm: RealmId,
    sellers: &BTreeSet<AccountId>,
) -> Result<Reviews> {
    if sellers.is_empty() {
        return Ok(Reviews::default());
    }
    let policies: Vec<(AccountId, Option<i64>)> =
        tx.all(&REVIEWS, args![realm, Json(sellers)]).await?;
    let policies = policies.into_iter().map(|(seller, days)| {
        let grace_days = days.and_then(|days| u16::try_from(days).ok());
        let review = true;
        (seller, ReviewPolicy { review, grace_days })
    });
    let held: Vec<(AccountId, AccountId, String, Timestamp)> =
        tx.all(&HOLDS, args![realm, Json(sellers)]).await?;
    Ok(Reviews {
        policies: policies.collect(),
        held: held
            .into_iter()
            .map(|(seller, buyer, ..)| (seller, buyer))
            .collect(),
    })
}

/// Sets how a seller reviews.
pub(crate) async fn set_review(
    tx: &mut Tx,
    realm: RealmId,
    seller: AccountId,
    policy: ReviewPolicy,
) -> Result<()> {
    if policy.review {
        let days = policy.grace_days.map(i64::from);
        tx.exec(&SET_REVIEW, args![realm, seller, days]).await?;
    } else {
        tx.exec(&UNSET_REVIEW, args![realm, seller]).await?;
    }
    Ok(())
}

/// The buyers of a seller for whom nothing is issued by itself.
pub(crate) async fn held(tx: &mut Tx, realm: RealmId, seller: AccountId) -> Result<Vec<HeldBuyer>> {
    let rows: Vec<(AccountId, AccountId, String, Timestamp)> =
        tx.all(&HOLDS, args![realm, Json([seller])]).await?;
    Ok(rows
        .into_iter()
        .map(|(_, buyer_id, reason, since)| HeldBuyer {
            buyer_id,
            hold: InvoiceHold { reason, since },
        })
        .collect())
}

/// Holds a buyer, or no more.
pub(crate) async fn set_hold(
    tx: &mut Tx,
    realm: RealmId,
    (seller, buyer): (AccountId, AccountId),
    reason: Option<&str>,
    at: Timestamp,
) -> Result<()> {
    match reason {
        Some(reason) => {
            tx.exec(&SET_HOLD, args![realm, seller, buyer, reason, at])
                .await?
        }
        None => tx.exec(&UNSET_HOLD, args![realm, seller, buyer]).await?,
    };
    Ok(())
}

/// Makes a draft, unless there is one.
pub(crate) async fn begin(
    tx: &mut Tx,
    realm: RealmId,
    pair: Pair,
    begun_on: Date,
    issue_on: Option<Date>,
) -> Result<()> {
    let id = DraftId::generate();
    tx.exec(
        &NEW_DRAFT,
        args![
            realm,
            id,
            pair.seller_id,
            pair.buyer_id,
            pair.currency,
            begun_on,
            issue_on
        ],
    )
    .await?;
    Ok(())
}

/// The draft between two accounts.
pub(crate) async fn between(tx: &mut Tx, realm: RealmId, pair: Pair) -> Result<Option<DraftId>> {
    let args = args![realm, pair.seller_id, pair.buyer_id, pair.currency];
    let found: Option<(DraftId,)> = tx.opt(&DRAFT_BETWEEN, args).await?;
    Ok(found.map(|(id,)| id))
}

/// What waits between some sellers and their buyers.
pub(crate) async fn waiting(
    tx: &mut Tx,
    realm: RealmId,
    sellers: &BTreeSet<AccountId>,
) -> Result<HashMap<Pair, Waiting>> {
    type Row = (AccountId, AccountId, Currency, Option<Date>, Option<String>);
    if sellers.is_empty() {
        return Ok(HashMap::new());
    }
    let rows: Vec<Row> = tx.all(&DRAFTS_OF, args![realm, Json(sellers)]).await?;
    Ok(rows
        .into_iter()
        .map(|(seller_id, buyer_id, currency, issue_on, hold)| {
            let pair = Pair {
                seller_id,
                buyer_id,
                currency,
            };
            let held = hold.is_some();
            (pair, Waiting { issue_on, held })
        })
        .collect())
}

/// Ends the draft between two accounts.
pub(crate) async fn end(tx: &mut Tx, realm: RealmId, pair: Pair) -> Result<()> {
    tx.exec(
        &END_DRAFT,
        args![realm, pair.seller_id, pair.buyer_id, pair.currency],
    )
    .await?;
    Ok(())
}

/// Ends drafts of which nothing is left.
pub(crate) async fn sweep(tx: &mut Tx, realm: RealmId) -> Result<()> {
    tx.exec(&SWEEP_DRAFTS, args![realm]).await?;
    Ok(())
}

/// Between whom a draft is; it is locked.
pub(crate) async fn pair(tx: &mut Tx, realm: RealmId, id: DraftId) -> Result<Option<Pair>> {
    let row: Option<(AccountId, AccountId, Currency)> =
        tx.opt(&DRAFT_PAIR, args![realm, id]).await?;
    Ok(row.map(|(seller_id, buyer_id, currency)| Pair {
        seller_id,
        buyer_id,
        currency,
    }))
}

/// Holds a draft, or no more.
pub(crate) async fn set_draft_hold(
    tx: &mut Tx,
    realm: RealmId,
    id: DraftId,
    reason: Option<&str>,
    at: Timestamp,
) -> Result<()> {
    let at = reason.map(|_| at);
    tx.exec(&SET_DRAFT_HOLD, args![realm, id, reason, at])
        .await?;
    Ok(())
}

/// A page of a seller's drafts, the oldest first.
pub(crate) async fn list(
    tx: &mut Tx,
    realm: RealmId,
    seller: AccountId,
    today: Date,
    after: &str,
    limit: i64,
) -> Result<Vec<DraftSummary>> {
    let rows: Vec<DraftRow> = tx
        .all(&DRAFTS, args![realm, seller, today, after, limit])
        .await?;
    Ok(rows.into_iter().map(DraftSummary::from).collect())
}

/// The head of a draft; how many charges it has is for those who read them.
pub(crate) async fn head(tx: &mut Tx, realm: RealmId, id: DraftId) -> Result<Option<DraftSummary>> {
    let row: Option<DraftRow> = tx.opt(&DRAFT, args![realm, id]).await?;
    Ok(row.map(DraftSummary::from))
}

/// A page of the charges on a draft, to look at.
pub(crate) async fn page(
    tx: &mut Tx,
    realm: RealmId,
    pair: Pair,
    until: Date,
    after: &str,
    limit: i64,
) -> Result<Vec<(ChargeId, LineCharge)>> {
    let rows: Vec<OpenRow> = tx
        .all(
            &DRAFT_PAGE,
            args![
                realm,
                pair.seller_id,
                pair.buyer_id,
                pair.currency,
                until,
                after,
                limit
            ],
        )
        .await?;
    Ok(rows.into_iter().map(OpenRow::line).collect())
}

/// Where lines of usage stand in some months, to look at.
pub(crate) async fn positions(
    tx: &mut Tx,
    realm: RealmId,
    pair: Pair,
    months: &[Date],
) -> Result<HashMap<(Date, String), Position>> {
    use tradewind_kernel::Decimal;
    if months.is_empty() {
        return Ok(HashMap::new());
    }
    let rows: Vec<(Date, String, Decimal, i64)> = tx
        .all(
            &DRAFT_POSITIONS,
            args![
                realm,
                pair.seller_id,
                pair.buyer_id,
                pair.currency,
                Json(months)
            ],
        )
        .await?;
    Ok(rows
        .into_iter()
        .map(|(month, line, exact, billed)| ((month, line), Position { exact, billed }))
        .collect())
}

/// The sale on a draft that a manual line belongs to: its leg, itself, its heading and what it is for.
pub(crate) async fn sale(
    tx: &mut Tx,
    realm: RealmId,
    pair: Pair,
    named: Option<SubscriptionId>,
) -> Result<Option<(LegId, SubscriptionId, String, TaxCategory)>> {
    let named = named.map_or(String::new(), |id| id.to_string());
    tx.opt(
        &DRAFT_SALE,
        args![realm, pair.seller_id, pair.buyer_id, pair.currency, named],
    )
    .await
}
