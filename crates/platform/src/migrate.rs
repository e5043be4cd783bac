//! Bringing the database to the shape this program expects.
//!
//! Every room lists its migrations; the runner applies what is missing, one DDL statement and one record a step, each
//! step in its own transaction. A lease row keeps two servers that start at once from getting into each other's way.
//! A database that knows migrations which this program does not is refused: an older program must not write to it.

use std::collections::HashMap;
use std::time::Duration;

use sha2::{Digest, Sha256};
use tradewind_kernel::id::RequestId;
use tradewind_kernel::{Error, Timestamp};

use crate::args;
use crate::clock::WallClock;
use crate::db::{Db, Engine, Result, Tx};

/// A named list of steps, never changed once released.
///
/// Steps are DDL with type tokens: `{text}` `{int}` `{money}` `{time}` `{date}` `{decimal}` `{json}` `{bool}`
/// `{bytes}`. Text compares bytewise on both engines. `{clustered}` behind a `CREATE TABLE` keeps the rows in the order
/// of the primary key on SQLite. A step that begins with `{sqlite}` or `{postgres}` runs on that engine only.
/// SQLite tables are made `STRICT`. Write every step so that it can run twice (`IF NOT EXISTS`).
#[derive(Clone, Copy, Debug)]
pub struct Migration {
    /// Unique over all rooms: `accounts_0001`.
    pub name: &'static str,
    /// One DDL or data statement each.
    pub steps: &'static [&'static str],
}

/// How long a lease holds without being renewed.
const LEASE: Duration = Duration::from_secs(60);
/// How long to wait for another server that migrates.
const PATIENCE: Duration = Duration::from_secs(300);

pub(crate) const BOOKKEEPING: [&str; 2] = [
    "CREATE TABLE IF NOT EXISTS schema_step (
        migration {text} NOT NULL, step {int} NOT NULL, digest {text} NOT NULL, applied_at {time} NOT NULL,
        PRIMARY KEY (migration, step))",
    "CREATE TABLE IF NOT EXISTS schema_lease (
        name {text} NOT NULL PRIMARY KEY, holder {text} NOT NULL, until {time} NOT NULL)",
];

crate::stmts! {
    /// What has been applied.
    APPLIED = "SELECT migration, step, digest FROM schema_step";
    /// Records a step.
    RECORD = "INSERT INTO schema_step (migration, step, digest, applied_at) VALUES ($1, $2, $3, $4)";
    /// Makes sure that there is a lease to take.
    LEASE_ROW = "INSERT INTO schema_lease (name, holder, until) VALUES ('schema', '', 0) ON CONFLICT DO NOTHING";
    /// Takes or renews the lease.
    LEASE_TAKE = "UPDATE schema_lease SET holder = $1, until = $2
                  WHERE name = 'schema' AND (holder = $1 OR until < $3)";
    /// Gives the lease back.
    LEASE_RELEASE = "UPDATE schema_lease SET until = 0 WHERE name = 'schema' AND holder = $1";
}

/// Applies what is missing of these migrations, in this order. Returns how many steps were applied.
///
/// # Errors
/// [`Error::Conflict`] `schema_newer` when the database knows migrations that are not in the list, `schema_changed` when
/// an applied step has another text now; [`Error::Unavailable`] when another server keeps migrating for five minutes.
pub async fn migrate(db: &Db, migrations: &[Migration]) -> Result<usize> {
    check_names(migrations)?;
    bookkeeping(db).await?;
    if pending(db, migrations).await?.is_empty() {
        return Ok(0);
    }
    let holder = RequestId::generate().to_string();
    take_lease(db, &holder).await?;
    let outcome = apply(db, migrations, &holder).await;
    let mut tx = db.begin().await?;
    tx.exec(&LEASE_RELEASE, args![holder]).await?;
    tx.commit().await?;
    outcome
}

fn check_names(migrations: &[Migration]) -> Result<()> {
    let mut seen = HashMap::new();
    for migration in migrations {
        if seen.insert(migration.name, ()).is_some() {
            return Err(Error::internal(format!(
                "two migrations are named {}",
                migration.name
            )));
        }
    }
    Ok(())
}

/// Two servers may create the same table at once on PostgreSQL, where `IF NOT EXISTS` does not prevent a clash in the
/// system tables; the second attempt then finds it there.
async fn bookkeeping(db: &Db) -> Result<()> {
    let mut attempts = 0;
    loop {
        let mut tx = db.begin().await?;
        let mut outcome = Ok(());
        for step in BOOKKEEPING {
            outcome = tx
                .ddl("schema bookkeeping", render(step, db.engine()))
                .await;
            if outcome.is_err() {
                break;
            }
        }
        if outcome.is_ok() {
            outcome = tx.exec(&LEASE_ROW, args![]).await.map(drop);
        }
        match outcome {
            Ok(()) => return tx.commit().await,
            Err(e) if attempts >= 5 => return Err(e),
            Err(_) => {
                drop(tx);
                attempts += 1;
                tokio::time::sleep(Duration::from_millis(50 * attempts)).await;
            }
        }
    }
}

async fn take_lease(db: &Db, holder: &str) -> Result<()> {
    let mut waited = Duration::ZERO;
    loop {
        let mut tx = db.begin().await?;
        let taken = renew(&mut tx, holder).await?;
        tx.commit().await?;
        if taken {
            return Ok(());
        }
        if waited > PATIENCE {
            return Err(Error::unavailable(
                "another server is migrating the database; try again later",
            ));
        }
        let pause = Duration::from_millis(100);
        tokio::time::sleep(pause).await;
        waited += pause;
    }
}

async fn renew(tx: &mut Tx, holder: &str) -> Result<bool> {
    let now = WallClock::System.now();
    let until = Timestamp::from_micros(now.as_micros() + micros(LEASE));
    Ok(tx.exec(&LEASE_TAKE, args![holder, until, now]).await? == 1)
}

async fn apply(db: &Db, migrations: &[Migration], holder: &str) -> Result<usize> {
    let steps = pending(db, migrations).await?;
    for step in &steps {
        let mut tx = db.begin().await?;
        if !renew(&mut tx, holder).await? {
            return Err(Error::unavailable(
                "another server took over migrating the database; try again",
            ));
        }
        if let Some(text) = for_engine(step.text, db.engine()) {
            tx.ddl(step.migration, text).await?;
        }
        let now = WallClock::System.now();
        tx.exec(
            &RECORD,
            args![step.migration, step.number, step.digest, now],
        )
        .await?;
        tx.commit().await?;
    }
    Ok(steps.len())
}

struct Pending {
    migration: &'static str,
    number: i64,
    text: &'static str,
    digest: String,
}

async fn pending(db: &Db, migrations: &[Migration]) -> Result<Vec<Pending>> {
    let mut tx = db.begin().await?;
    let pending = missing(&mut tx, migrations).await;
    tx.rollback().await?;
    pending
}

async fn missing(tx: &mut Tx, migrations: &[Migration]) -> Result<Vec<Pending>> {
    let rows: Vec<(String, i64, String)> = tx.all(&APPLIED, args![]).await?;
    let mut applied: HashMap<(String, i64), String> = rows
        .into_iter()
        .map(|(migration, step, digest)| ((migration, step), digest))
        .collect();
    let mut pending = Vec::new();
    for migration in migrations {
        for (number, text) in (1_i64..).zip(migration.steps) {
            let digest = digest(text);
            match applied.remove(&(migration.name.to_owned(), number)) {
                None => pending.push(Pending {
                    migration: migration.name,
                    number,
                    text,
                    digest,
                }),
                Some(known) if known == digest => {}
                Some(_) => {
                    return Err(Error::conflict(
                        "schema_changed",
                        format!(
                            "step {number} of migration {} was applied with another text; \
                             the database was made by another build of this program",
                            migration.name
                        ),
                    ));
                }
            }
        }
    }
    if let Some((migration, step)) = applied.keys().min() {
        return Err(Error::conflict(
            "schema_newer",
            format!(
                "the database is newer than this program: it has step {step} of migration {migration}, \
                 which this program does not know; start a newer program"
            ),
        ));
    }
    Ok(pending)
}

fn digest(text: &str) -> String {
    Sha256::digest(text.as_bytes())
        .iter()
        .take(8)
        .map(|b| format!("{b:02x}"))
        .collect()
}

fn for_engine(text: &str, engine: Engine) -> Option<String> {
    let (only, text) = if let Some(rest) = text.strip_prefix("{sqlite}") {
        (Some(Engine::Sqlite), rest)
    } else if let Some(rest) = text.strip_prefix("{postgres}") {
        (Some(Engine::Postgres), rest)
    } else {
        (None, text)
    };
    only.is_none_or(|only| only == engine)
        .then(|| render(text, engine))
}

/// Replaces the type tokens.
fn render(text: &str, engine: Engine) -> String {
    let (int, bytes, words) = match engine {
        Engine::Sqlite => ("INTEGER", "BLOB", "TEXT"),
        Engine::Postgres => ("BIGINT", "BYTEA", "TEXT COLLATE \"C\""),
    };
    let text = text.trim();
    let (text, clustered) = match text.strip_suffix("{clustered}") {
        Some(rest) => (rest, true),
        None => (text, false),
    };
    let mut text = text.to_owned();
    for token in ["{int}", "{money}", "{time}", "{bool}"] {
        text = text.replace(token, int);
    }
    for token in ["{text}", "{date}", "{decimal}", "{json}"] {
        text = text.replace(token, words);
    }
    text = text.replace("{bytes}", bytes);
    if engine == Engine::Sqlite && text.starts_with("CREATE TABLE") {
        text.push_str(if clustered {
            " WITHOUT ROWID, STRICT"
        } else {
            " STRICT"
        });
    }
    text
}

fn micros(duration: Duration) -> i64 {
    i64::try_from(duration.as_micros()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_become_the_types_of_the_engine() {
        let step = "CREATE TABLE t (id {text} NOT NULL, n {int}, at {time}, b {bytes}) {clustered}";
        assert_eq!(
            render(step, Engine::Sqlite)
                .split_whitespace()
                .collect::<Vec<_>>()
                .join(" "),
            "CREATE TABLE t (id TEXT NOT NULL, n INTEGER, at INTEGER, b BLOB) WITHOUT ROWID, STRICT"
        );
        assert_eq!(
            render(step, Engine::Postgres).trim(),
            "CREATE TABLE t (id TEXT COLLATE \"C\" NOT NULL, n BIGINT, at BIGINT, b BYTEA)"
        );
    }

    #[test]
    fn a_step_for_one_engine_is_skipped_on_the_other() {
        let step = "{postgres} CREATE INDEX i ON t (n)";
        assert_eq!(for_engine(step, Engine::Sqlite), None);
        assert_eq!(
            for_engine(step, Engine::Postgres).as_deref(),
            Some("CREATE INDEX i ON t (n)")
        );
    }
}
