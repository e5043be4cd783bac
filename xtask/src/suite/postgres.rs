//! A PostgreSQL server of our own for one run of the suite: in a temporary folder, on a free loopback port.

use super::tools;
use anyhow::{Context, Result, bail};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// A running server; stopped and removed when dropped.
pub(crate) struct Server {
    programs: PathBuf,
    folder: PathBuf,
    port: u16,
    user: Option<String>,
}

impl Server {
    /// Creates an empty database cluster and starts it.
    pub(crate) fn start() -> Result<Self> {
        let programs =
            find_programs().context("no PostgreSQL server found (package postgresql)")?;
        let folder =
            std::env::temp_dir().join(format!("tradewind-postgres-{}", std::process::id()));
        std::fs::create_dir_all(&folder)?;
        let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let user = if running_as_root()? {
            Some("postgres".to_owned())
        } else {
            None
        };
        let server = Self {
            programs,
            folder,
            port,
            user,
        };
        if let Some(user) = &server.user {
            // The server refuses to run as root; its folder belongs to the user that does run it.
            run(Command::new("chown").arg(user).arg(&server.folder))?;
        }
        let data = server.data();
        server.call(
            "initdb",
            &[
                "-D",
                &data,
                "-U",
                "tradewind",
                "-A",
                "trust",
                "-E",
                "UTF8",
                "--locale=C.UTF-8",
                "--no-sync",
            ],
        )?;
        let settings = format!(
            "-p {port} -k {} -c listen_addresses=127.0.0.1 -c max_connections=200 -c fsync=off -c synchronous_commit=off",
            server.folder.display()
        );
        let log = server.folder.join("log").display().to_string();
        server.call(
            "pg_ctl",
            &[
                "-D", &data, "-w", "-t", "60", "-l", &log, "-o", &settings, "start",
            ],
        )?;
        println!("PostgreSQL for this run: {}", server.url());
        Ok(server)
    }

    /// Where tests connect; each makes a database of its own there.
    pub(crate) fn url(&self) -> String {
        format!("postgres://tradewind@127.0.0.1:{}/postgres", self.port)
    }

    fn data(&self) -> String {
        self.folder.join("data").display().to_string()
    }

    fn call(&self, program: &str, arguments: &[&str]) -> Result<()> {
        let path = self.programs.join(program);
        let mut command = match &self.user {
            None => Command::new(&path),
            Some(user) => {
                let mut command = Command::new("setpriv");
                command
                    .args(["--reuid", user, "--regid", user, "--clear-groups", "--"])
                    .arg(&path);
                command
            }
        };
        run(command.args(arguments).current_dir(&self.folder))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Err(error) = self.call("pg_ctl", &["-D", &self.data(), "-m", "immediate", "stop"]) {
            eprintln!("stopping PostgreSQL: {error:#}");
        }
        if let Err(error) = std::fs::remove_dir_all(&self.folder) {
            eprintln!("removing {}: {error}", self.folder.display());
        }
    }
}

fn find_programs() -> Option<PathBuf> {
    let complete = |folder: &Path| {
        ["initdb", "pg_ctl", "postgres"]
            .iter()
            .all(|name| folder.join(name).is_file())
    };
    if let Some(folder) = tools::find("pg_ctl")
        .and_then(|path| path.parent().map(Path::to_path_buf))
        .filter(|f| complete(f))
    {
        return Some(folder);
    }
    let mut versions: Vec<PathBuf> = std::fs::read_dir("/usr/lib/postgresql")
        .ok()?
        .flatten()
        .map(|entry| entry.path().join("bin"))
        .filter(|f| complete(f))
        .collect();
    versions.sort();
    versions.pop()
}

fn running_as_root() -> Result<bool> {
    let output = Command::new("id")
        .arg("-u")
        .output()
        .context("asking for the user id")?;
    Ok(output.stdout.trim_ascii() == b"0")
}

fn run(command: &mut Command) -> Result<()> {
    let output = command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()?
        .wait_with_output()?;
    if !output.status.success() {
        bail!(
            "{:?} failed: {}",
            command.get_program(),
            String::from_utf8_lossy(&output.stderr).trim()
        );
    }
    Ok(())
}
