//! Billing runs: what is kept of each.

use tradewind_kernel::{
    Date, Error, Timestamp,
    filter::{Field, FieldKind, Fields, Filter, Sort},
    id::{BillingRunId, RealmId},
    page::{Page, PageRequest},
};
use tradewind_platform::{
    args,
    db::{Json, Query, Result, Tx},
    row, stmts,
};

use crate::types::{BillingRun, Made, Problem, RunOrigin, RunState, RunTotal};

stmts! {
    /// A run begins, or is kept from its first effect on.
    BEGIN = "INSERT INTO billing_run (realm_id, id, until_on, origin, begun_by, state, began_at, ended_at, alive_until,
        resumed, subscriptions, charges, documents, totals, problem_count, problems, failure)
        VALUES ($1, $2, $3, $4, $5, $6, $7, NULL, $8, 0, 0, 0, 0, '[]', 0, '[]', NULL)
        ON CONFLICT (realm_id, id) DO NOTHING";
    /// What a run has made so far, locked.
    MADE = "SELECT subscriptions, charges, documents, totals FROM billing_run
        WHERE realm_id = $1 AND id = $2 {for_update}";
    /// What it has made by now.
    SET_MADE = "UPDATE billing_run SET subscriptions = $3, charges = $4, documents = $5, totals = $6, alive_until = $7
        WHERE realm_id = $1 AND id = $2";
    /// Its end.
    END = "UPDATE billing_run SET state = $3, ended_at = $4, problem_count = $5, problems = $6, failure = $7
        WHERE realm_id = $1 AND id = $2";
    /// Takes up again what was cut off or has failed, unless somebody is at it after this moment.
    RESUME = "UPDATE billing_run SET state = 'running', resumed = resumed + 1, alive_until = $3, ended_at = NULL,
        failure = NULL WHERE realm_id = $1 AND id = $2 AND (state = 'failed' OR (state = 'running' AND alive_until <= $4))";
    /// Daily runs that have not come to their end.
    DAILY_UNFINISHED = "SELECT id, until_on, state FROM billing_run
        WHERE realm_id = $1 AND origin = 'daily' AND state IN ('running', 'failed') ORDER BY id DESC LIMIT 20";
    /// A run stays cut off.
    INTERRUPT = "UPDATE billing_run SET state = 'interrupted' WHERE realm_id = $1 AND id = $2 AND state = 'running'";
    /// One run.
    RUN = "SELECT id, until_on, origin, begun_by, state, began_at, ended_at, resumed, subscriptions, charges, documents,
        totals, problem_count, problems, failure FROM billing_run WHERE realm_id = $1 AND id = $2";
}

/// What runs can be filtered and sorted by.
pub(crate) const RUNS: Fields = Fields(&[
    Field::new(
        "state",
        FieldKind::Enum(&["running", "done", "failed", "interrupted"]),
        "state",
    ),
    Field::new(
        "origin",
        FieldKind::Enum(&["daily", "command_line", "panel", "api"]),
        "origin",
    ),
    Field::new("until", FieldKind::Date, "until_on").sortable(),
    Field::new("began", FieldKind::Timestamp, "began_at").sortable(),
    Field::new("documents", FieldKind::Integer, "documents"),
    Field::new("problems", FieldKind::Integer, "problem_count"),
]);

row! {
    /// A run as it is stored.
    pub(crate) struct RunRow {
        id: BillingRunId,
        until_on: Date,
        origin: RunOrigin,
        begun_by: String,
        state: RunState,
        began_at: Timestamp,
        ended_at: Option<Timestamp>,
        resumed: i64,
        subscriptions: i64,
        charges: i64,
        documents: i64,
        totals: Json<Vec<RunTotal>>,
        problem_count: i64,
        problems: Json<Vec<Problem>>,
        failure: Option<String>,
    }
}

impl From<RunRow> for BillingRun {
    fn from(row: RunRow) -> Self {
        Self {
            id: row.id,
            until: row.until_on,
            origin: row.origin,
            begun_by: row.begun_by,
            state: row.state,
            began_at: row.began_at,
            ended_at: row.ended_at,
            resumed: row.resumed,
            subscriptions: row.subscriptions.unsigned_abs(),
            charges: row.charges.unsigned_abs(),
            documents: row.documents.unsigned_abs(),
            totals: row.totals.0,
            problem_count: row.problem_count.unsigned_abs(),
            problems: row.problems.0,
            failure: row.failure,
        }
    }
}

/// The beginning of a run.
pub(crate) struct Beginning<'a> {
    pub id: BillingRunId,
    pub until: Date,
    pub origin: RunOrigin,
    pub begun_by: &'a str,
    pub began_at: Timestamp,
    pub alive_until: Timestamp,
}

/// Keeps a run that begins; one that is kept already stays as it is.
pub(crate) async fn begin(tx: &mut Tx, realm: RealmId, run: &Beginning<'_>) -> Result<()> {
    let state = RunState::Running;
    let values = args![
        realm,
        run.id,
        run.until,
        run.origin,
        run.begun_by,
        state,
        run.began_at,
        run.alive_until
    ];
    tx.exec(&BEGIN, values).await?;
    Ok(())
}

/// What a run has made so far; none when it is not kept.
pub(crate) async fn made(tx: &mut Tx, realm: RealmId, id: BillingRunId) -> Result<Option<Made>> {
    let row = tx
        .opt::<(i64, i64, i64, Json<Vec<RunTotal>>)>(&MADE, args![realm, id])
        .await?;
    Ok(row.map(|(subscriptions, charges, documents, totals)| Made {
        subscriptions: subscriptions.unsigned_abs(),
        charges: charges.unsigned_abs(),
        documents: documents.unsigned_abs(),
        totals: totals.0,
    }))
}

/// What a run has made by now, and until when it is taken to be alive.
pub(crate) async fn set_made(
    tx: &mut Tx,
    realm: RealmId,
    id: BillingRunId,
    made: &Made,
    alive_until: Timestamp,
) -> Result<()> {
    let values = args![
        realm,
        id,
        number(made.subscriptions)?,
        number(made.charges)?,
        number(made.documents)?,
        Json(&made.totals),
        alive_until
    ];
    tx.exec(&SET_MADE, values).await?;
    Ok(())
}

/// How a run ended.
pub(crate) struct End<'a> {
    pub state: RunState,
    pub at: Timestamp,
    pub problem_count: u64,
    pub problems: &'a [Problem],
    pub failure: Option<&'a str>,
}

/// A run ends.
pub(crate) async fn end(
    tx: &mut Tx,
    realm: RealmId,
    id: BillingRunId,
    end: &End<'_>,
) -> Result<()> {
    let values = args![
        realm,
        id,
        end.state,
        end.at,
        number(end.problem_count)?,
        Json(end.problems),
        end.failure
    ];
    tx.exec(&END, values).await?;
    Ok(())
}

/// Takes a run up again that failed, or that nobody has been at since a moment; false when there is nothing to take up.
pub(crate) async fn resume(
    tx: &mut Tx,
    realm: RealmId,
    id: BillingRunId,
    alive_until: Timestamp,
    dead_since: Timestamp,
) -> Result<bool> {
    let values = args![realm, id, alive_until, dead_since];
    Ok(tx.exec(&RESUME, values).await? > 0)
}

/// Daily runs that have not come to their end, the latest first.
pub(crate) async fn daily_unfinished(
    tx: &mut Tx,
    realm: RealmId,
) -> Result<Vec<(BillingRunId, Date, RunState)>> {
    tx.all(&DAILY_UNFINISHED, args![realm]).await
}

/// A run that was cut off stays so.
pub(crate) async fn interrupt(tx: &mut Tx, realm: RealmId, id: BillingRunId) -> Result<()> {
    tx.exec(&INTERRUPT, args![realm, id]).await?;
    Ok(())
}

/// One run.
pub(crate) async fn run(
    tx: &mut Tx,
    realm: RealmId,
    id: BillingRunId,
) -> Result<Option<BillingRun>> {
    let row = tx.opt::<RunRow>(&RUN, args![realm, id]).await?;
    Ok(row.map(BillingRun::from))
}

/// A page of runs.
pub(crate) async fn runs(
    tx: &mut Tx,
    realm: RealmId,
    filter: &Filter,
    sort: &Sort,
    page: &PageRequest,
) -> Result<Page<BillingRun>> {
    let query = Query::new(
        "billing::runs",
        "SELECT id, until_on, origin, begun_by, state, began_at, ended_at, resumed, subscriptions, charges, documents,
        totals, problem_count, problems, failure FROM billing_run WHERE realm_id = $1",
        args![realm],
    );
    let found = tx
        .page::<RunRow>(query.filter(filter), page, sort, "id")
        .await?;
    Ok(found.map(BillingRun::from))
}

fn number(count: u64) -> Result<i64> {
    i64::try_from(count).map_err(Error::internal)
}
