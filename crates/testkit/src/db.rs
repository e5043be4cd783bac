//! Throw-away databases: a file for SQLite, a schema of its own for PostgreSQL.

use std::path::PathBuf;

use sqlx::{AssertSqlSafe, Connection as _, PgConnection};
use tradewind_kernel::id::RequestId;
use tradewind_platform::DbConfig;
use tradewind_platform::db::{Durability, Engine};

/// Names the PostgreSQL server of the tests: `postgres://user@host:port/database`.
pub const POSTGRES_VARIABLE: &str = "TRADEWIND_TEST_POSTGRES";

/// An empty database that goes away when this is dropped.
#[derive(Debug)]
pub struct TestDb {
    place: Place,
}

#[derive(Debug)]
enum Place {
    Sqlite { dir: PathBuf },
    Postgres { server: String, schema: String },
}

impl TestDb {
    /// A SQLite file in a new temporary directory.
    ///
    /// # Panics
    /// When the directory cannot be made.
    #[must_use]
    pub fn sqlite() -> Self {
        let dir = std::env::temp_dir().join(format!("tradewind-{}", RequestId::generate()));
        std::fs::create_dir_all(&dir).expect("a temporary directory can be made");
        Self {
            place: Place::Sqlite { dir },
        }
    }

    /// A new schema on the server named by `TRADEWIND_TEST_POSTGRES`; none, with a printed line, when it is not set.
    ///
    /// # Panics
    /// When the server does not answer.
    pub async fn postgres() -> Option<Self> {
        let Ok(server) = std::env::var(POSTGRES_VARIABLE) else {
            println!("skipped on PostgreSQL: {POSTGRES_VARIABLE} is not set");
            return None;
        };
        let schema = RequestId::generate().to_string();
        run(&server, format!("CREATE SCHEMA {schema}"))
            .await
            .expect("the PostgreSQL server of the tests answers");
        Some(Self {
            place: Place::Postgres { server, schema },
        })
    }

    /// The engine.
    #[must_use]
    pub fn engine(&self) -> Engine {
        match self.place {
            Place::Sqlite { .. } => Engine::Sqlite,
            Place::Postgres { .. } => Engine::Postgres,
        }
    }

    /// How to connect.
    #[must_use]
    pub fn config(&self) -> DbConfig {
        match &self.place {
            Place::Sqlite { dir } => DbConfig::Sqlite {
                path: dir.join("test.db"),
                readers: 3,
                durability: Durability::Normal,
            },
            Place::Postgres { server, schema } => {
                let separator = if server.contains('?') { '&' } else { '?' };
                DbConfig::Postgres {
                    url: format!(
                        "{server}{separator}options[search_path]={schema}&options[synchronous_commit]=off"
                    ),
                    connections: 8,
                }
            }
        }
    }

    /// How a program is told to connect: a file path or a URL.
    #[must_use]
    pub fn location(&self) -> String {
        match self.config() {
            DbConfig::Sqlite { path, .. } => path.display().to_string(),
            DbConfig::Postgres { url, .. } => url,
        }
    }
}

impl Drop for TestDb {
    fn drop(&mut self) {
        match &self.place {
            Place::Sqlite { dir } => {
                // A directory that stays behind in the temporary directory is no reason to fail a test.
                let _ = std::fs::remove_dir_all(dir);
            }
            Place::Postgres { server, schema } => {
                let (server, sql) = (
                    server.clone(),
                    format!("SET lock_timeout = '3s'; DROP SCHEMA {schema} CASCADE"),
                );
                let dropping = std::thread::spawn(move || {
                    let runtime = tokio::runtime::Builder::new_current_thread()
                        .enable_all()
                        .build();
                    if let Ok(runtime) = runtime {
                        let _ = runtime.block_on(run(&server, sql));
                    }
                });
                let _ = dropping.join();
            }
        }
    }
}

async fn run(server: &str, sql: String) -> sqlx::Result<()> {
    let mut connection = PgConnection::connect(server).await?;
    sqlx::raw_sql(AssertSqlSafe(sql))
        .execute(&mut connection)
        .await?;
    connection.close().await
}
