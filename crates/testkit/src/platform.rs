//! A platform over a throw-away database, with a clock in the hands of the test.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use tradewind_kernel::Timestamp;
use tradewind_kernel::id::{AccountId, RealmId};
use tradewind_platform::jobs::Drained;
use tradewind_platform::{
    Db, KeyRing, ManualClock, Migration, NewRealm, OpCtx, Platform, PlatformConfig, RealmMode,
    Stmt, WallClock, Worker, WorkerConfig, realm,
};
use tradewind_policy::Principal;

use crate::db::TestDb;

/// When tests begin: 1 March 2024, 09:00 UTC.
pub const START: Timestamp = Timestamp::from_micros(1_709_283_600_000_000);

/// How long a test waits for its connections to come back.
const CLOSING: Duration = Duration::from_secs(5);

/// A platform with one sandbox realm.
#[derive(Debug)]
pub struct TestPlatform {
    /// The platform.
    pub platform: Platform,
    /// Its wall clock.
    pub clock: ManualClock,
    /// The realm.
    pub realm: RealmId,
    /// The realm's root account, of which only the id exists.
    pub root: AccountId,
    /// The database; it goes away with the last who holds it.
    pub db: Arc<TestDb>,
}

impl TestPlatform {
    /// Opens a platform on this database with the migrations of these rooms (the platform's own come by themselves).
    ///
    /// # Panics
    /// When that fails.
    pub async fn open(db: TestDb, migrations: &[&'static [Migration]]) -> Self {
        let clock = ManualClock::at(START);
        let mut config = PlatformConfig::new(db.config(), migrations.to_vec(), KeyRing::random());
        config.clock = WallClock::Manual(clock.clone());
        let platform = Platform::open(config).await.expect("the platform opens");
        let (realm, root) = (RealmId::generate(), AccountId::generate());
        let new = NewRealm {
            id: realm,
            name: "test".to_owned(),
            mode: RealmMode::Sandbox,
            root_account: root,
        };
        let mut tx = platform.db().begin().await.expect("a transaction begins");
        realm::create(&mut tx, new, START)
            .await
            .expect("a realm is created");
        tx.commit().await.expect("the realm is kept");
        Self {
            platform,
            clock,
            realm,
            root,
            db: Arc::new(db),
        }
    }

    /// A context of the platform itself, now.
    ///
    /// # Panics
    /// When the realm cannot be read.
    pub async fn ctx(&self) -> OpCtx {
        self.platform
            .system(self.realm)
            .await
            .expect("the realm is there")
    }

    /// A context of this principal, now.
    ///
    /// # Panics
    /// When the realm cannot be read.
    pub async fn ctx_of(&self, principal: Principal) -> OpCtx {
        OpCtx {
            principal,
            ..self.ctx().await
        }
    }

    /// Runs all jobs that are ready, not waiting out pauses after failures.
    ///
    /// # Panics
    /// When the database fails.
    pub async fn drain(&self) -> Drained {
        let worker = Worker::new(self.platform.clone(), WorkerConfig::default());
        worker.drain(true).await.expect("the jobs are run")
    }

    /// Moves the realm's clock to this time, everything due on the way happening at its own time.
    ///
    /// # Panics
    /// When the clock cannot be moved there.
    pub async fn travel(&self, to: Timestamp) -> Drained {
        realm::travel(&self.platform, &self.ctx().await, to)
            .await
            .expect("the clock moves");
        self.drain().await
    }

    /// One number from the database, for assertions on what was left behind: `SELECT COUNT(*) FROM …`.
    ///
    /// # Panics
    /// When the query fails.
    pub async fn number(&self, stmt: &'static Stmt) -> i64 {
        let mut tx = self
            .platform
            .db()
            .read()
            .await
            .expect("a transaction begins");
        let (number,): (i64,) = tx.one(stmt, Vec::new()).await.expect("the query runs");
        tx.rollback().await.expect("the transaction ends");
        number
    }
}

/// Runs a test on SQLite, and on PostgreSQL when `TRADEWIND_TEST_POSTGRES` names a server.
pub async fn each_engine<F, T>(test: F)
where
    F: Fn(TestDb) -> T,
    T: Future<Output = ()>,
{
    test(TestDb::sqlite()).await;
    if let Some(db) = TestDb::postgres().await {
        test(db).await;
    }
}

/// Runs a test on a migrated platform over each engine, as [`each_engine`] does.
pub async fn each_platform<F, T>(migrations: &[&'static [Migration]], test: F)
where
    F: Fn(TestPlatform) -> T,
    T: Future<Output = ()>,
{
    on(TestDb::sqlite(), migrations, &test).await;
    if let Some(db) = TestDb::postgres().await {
        on(db, migrations, &test).await;
    }
}

/// Holds on to the database: a test that uses only parts of what it is given drops the rest early.
async fn on<F, T>(db: TestDb, migrations: &[&'static [Migration]], test: &F)
where
    F: Fn(TestPlatform) -> T,
    T: Future<Output = ()>,
{
    let given = TestPlatform::open(db, migrations).await;
    let (platform, db) = (given.platform.clone(), given.db.clone());
    test(given).await;
    // What was begun and dropped is rolled back in the background; only then can the database go away.
    let _ = tokio::time::timeout(CLOSING, platform.db().close()).await;
    drop(db);
}

/// Prepares every statement on a freshly migrated database of each engine, and compares the result columns where both
/// are there.
///
/// # Panics
/// When a statement does not prepare or its columns differ, naming all that fail.
pub async fn check_statements(migrations: &[&'static [Migration]], statements: &[&'static Stmt]) {
    let sqlite = TestPlatform::open(TestDb::sqlite(), migrations).await;
    let mut problems = Vec::new();
    let on_sqlite = columns(sqlite.platform.db(), statements, &mut problems).await;
    if let Some(db) = TestDb::postgres().await {
        let postgres = TestPlatform::open(db, migrations).await;
        let on_postgres = columns(postgres.platform.db(), statements, &mut problems).await;
        for ((stmt, a), b) in statements.iter().zip(on_sqlite).zip(on_postgres) {
            // Engines may name a computed column as they like; a row by name gives it an alias and is compared.
            let named = |columns: &[String]| {
                columns
                    .iter()
                    .all(|c| c.bytes().all(|b| b.is_ascii_lowercase() || b == b'_'))
            };
            if a.len() != b.len() || (a != b && named(&a) && named(&b)) {
                problems.push(format!(
                    "{}: columns {a:?} on SQLite, {b:?} on PostgreSQL",
                    stmt.name()
                ));
            }
        }
    }
    assert!(
        problems.is_empty(),
        "statements that do not hold:\n{}",
        problems.join("\n")
    );
}

async fn columns(
    db: &Db,
    statements: &[&'static Stmt],
    problems: &mut Vec<String>,
) -> Vec<Vec<String>> {
    let mut found = Vec::new();
    for stmt in statements {
        // A transaction each: on PostgreSQL nothing can be prepared after a failure.
        let mut tx = db.begin().await.expect("a transaction begins");
        found.push(match tx.check(stmt).await {
            Ok(columns) => columns,
            Err(e) => {
                problems.push(format!("on {}: {e}", db.engine()));
                Vec::new()
            }
        });
        tx.rollback().await.expect("it is rolled back");
    }
    found
}
