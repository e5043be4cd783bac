//! A shell for tests: command lines carried out in this process, over a directory of their own.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};

use tradewind_platform::DbConfig;
use tradewind_server::cli::{Exit, execute};
use tradewind_testkit::TestDb;

static COUNT: AtomicU32 = AtomicU32::new(0);

/// A directory that goes away with the test.
pub(crate) struct Shell {
    dir: PathBuf,
    /// The PostgreSQL database, unless the embedded one of the directory is used.
    database: Option<TestDb>,
}

/// What a command line gave.
pub(crate) struct Answer {
    pub(crate) exit: Exit,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Answer {
    /// The answer as JSON.
    #[allow(dead_code, reason = "not every test file asks for it")]
    pub(crate) fn json(&self) -> serde_json::Value {
        assert_eq!(self.exit, Exit::Done, "{}", self.err);
        serde_json::from_str(&self.out).unwrap_or_else(|e| panic!("{e}: {}", self.out))
    }
}

#[derive(Clone, Default)]
struct Sink(Arc<Mutex<Vec<u8>>>);

impl Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl Sink {
    fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }
}

impl Shell {
    pub(crate) fn new() -> Self {
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let dir =
            std::env::temp_dir().join(format!("tradewind-cli-{}-{number}", std::process::id()));
        std::fs::create_dir_all(&dir).unwrap();
        Self {
            dir,
            database: None,
        }
    }

    /// As [`Shell::new`], over a database on PostgreSQL; none when there is no server for tests.
    #[allow(dead_code, reason = "not every test file asks for it")]
    pub(crate) async fn postgres() -> Option<Self> {
        let database = TestDb::postgres().await?;
        let mut shell = Self::new();
        shell.database = Some(database);
        Some(shell)
    }

    /// How to reach the database from outside the program.
    #[allow(dead_code, reason = "not every test file asks for it")]
    pub(crate) fn db(&self) -> DbConfig {
        match &self.database {
            Some(database) => database.config(),
            None => DbConfig::sqlite(self.dir.join("tradewind.db")),
        }
    }

    /// The directory.
    #[allow(dead_code, reason = "not every test file asks for it")]
    pub(crate) fn dir(&self) -> &Path {
        &self.dir
    }

    /// The address of the database, when it is on PostgreSQL.
    #[allow(dead_code, reason = "not every test file asks for it")]
    pub(crate) fn database_url(&self) -> Option<String> {
        self.database.as_ref().map(TestDb::location)
    }

    /// Carries out a command line without the program's name, over this directory.
    pub(crate) async fn run(&self, line: &[&str]) -> Answer {
        let dir = self.dir.to_str().unwrap();
        let mut args = vec!["tradewind", "--data", dir, "--commit", "normal"];
        let url = self.database_url();
        if let Some(url) = &url {
            args.extend(["--database-url", url]);
        }
        args.extend(line);
        let (out, err) = (Sink::default(), Sink::default());
        let exit = execute(args, Box::new(out.clone()), Box::new(err.clone())).await;
        Answer {
            exit,
            out: out.text(),
            err: err.text(),
        }
    }

    /// As [`Shell::run`], for what has to succeed.
    pub(crate) async fn done(&self, line: &[&str]) -> String {
        let answer = self.run(line).await;
        assert_eq!(
            answer.exit,
            Exit::Done,
            "{line:?}: {}{}",
            answer.out,
            answer.err
        );
        answer.out
    }
}

impl Drop for Shell {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.dir);
    }
}
