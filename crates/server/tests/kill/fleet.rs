//! The servers: processes of the real program over one database, killed without warning and started again.

use std::fs::OpenOptions;
use std::net::{SocketAddr, TcpListener};
use std::process::{Child, Command, Stdio};
use std::sync::Mutex;
use std::time::{Duration, Instant};

use crate::common::Shell;

/// How long a server may take until it answers.
const START_TIME: Duration = Duration::from_secs(40);
/// Seconds after which another worker takes over; short, since every kill waits for it.
const LEASE: &str = "2";

pub(crate) struct Fleet {
    ships: Vec<Ship>,
    program: Vec<String>,
}

struct Ship {
    address: SocketAddr,
    log: std::path::PathBuf,
    process: Mutex<Option<Child>>,
}

impl Fleet {
    /// So many servers over the database of this shell, none of them running yet.
    pub(crate) fn new(shell: &Shell, count: usize) -> Self {
        let mut program = vec![
            "--data".to_owned(),
            shell.dir().display().to_string(),
            "--commit".to_owned(),
            "normal".to_owned(),
        ];
        if let Some(url) = shell.database_url() {
            program.extend(["--database-url".to_owned(), url]);
        }
        let ships = (0..count)
            .map(|number| Ship {
                address: free_address(),
                log: shell.dir().join(format!("server-{number}.log")),
                process: Mutex::new(None),
            })
            .collect();
        Self { ships, program }
    }

    pub(crate) fn count(&self) -> usize {
        self.ships.len()
    }

    /// The base address of a server.
    pub(crate) fn url(&self, number: usize) -> String {
        format!("http://{}", self.ships[number % self.ships.len()].address)
    }

    /// Starts a server; it need not answer yet.
    pub(crate) fn start(&self, number: usize) {
        let ship = &self.ships[number];
        let log = OpenOptions::new()
            .create(true)
            .append(true)
            .open(&ship.log)
            .unwrap();
        let child = Command::new(env!("CARGO_BIN_EXE_tradewind"))
            .args(&self.program)
            .args(["serve", "--listen", &ship.address.to_string()])
            .args([
                "--public-url",
                &self.url(0),
                "--allow-private-webhook-targets",
            ])
            .args(["--job-lease", LEASE])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .unwrap();
        *ship.process.lock().unwrap() = Some(child);
    }

    /// Waits until a server answers.
    pub(crate) async fn ready(&self, number: usize) {
        let url = format!("{}/readyz", self.url(number));
        let http = reqwest::Client::new();
        let begun = Instant::now();
        while begun.elapsed() < START_TIME {
            if let Ok(answer) = http.get(&url).send().await
                && answer.status().is_success()
            {
                return;
            }
            tokio::time::sleep(Duration::from_millis(30)).await;
        }
        panic!("server {number} does not answer; {}", self.logs());
    }

    /// Kills a server as a loss of power would: it is told nothing and finishes nothing.
    pub(crate) fn kill(&self, number: usize) {
        if let Some(mut child) = self.ships[number].process.lock().unwrap().take() {
            child.kill().unwrap();
            child.wait().unwrap();
        }
    }

    /// The ends of what the servers wrote.
    pub(crate) fn logs(&self) -> String {
        let ends = self.ships.iter().map(|ship| {
            let log = std::fs::read_to_string(&ship.log).unwrap_or_default();
            let lines: Vec<&str> = log.lines().collect();
            lines[lines.len().saturating_sub(40)..].join("\n")
        });
        ends.collect::<Vec<_>>().join("\n--\n")
    }

    /// What the servers complained of: errors, not the warnings that killing brings with it.
    pub(crate) fn errors(&self) -> Vec<String> {
        let logs = self.ships.iter().map(|ship| &ship.log);
        logs.flat_map(|log| {
            let text = std::fs::read_to_string(log).unwrap_or_default();
            let errors: Vec<String> = text
                .lines()
                .filter(|line| line.contains("ERROR"))
                .map(str::to_owned)
                .collect();
            errors
        })
        .collect()
    }
}

impl Drop for Fleet {
    fn drop(&mut self) {
        for number in 0..self.ships.len() {
            self.kill(number);
        }
    }
}

/// A port that is free now and stays a server's own over its restarts.
fn free_address() -> SocketAddr {
    TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
}
