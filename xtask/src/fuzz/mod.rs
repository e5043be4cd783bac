//! The fuzz run: schemathesis over the whole OpenAPI description, against a real server over a demo world, once for every
//! kind of caller.

mod people;
mod python;

use anyhow::{Context, Result, bail};
use clap::Args;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::server::{Place, Server, build, target};
use crate::suite::postgres::Server as Postgres;
use people::People;

/// Callers and how many cases of a hundred each gets of what was asked for.
const CALLERS: &[(&str, u32)] = &[
    ("provider", 100),
    ("reseller", 60),
    ("customer", 60),
    ("vendor", 50),
    ("stranger", 30),
];

/// Who calls a server over PostgreSQL; the others call one over SQLite.
const ON_POSTGRES: &str = "provider";

/// What every answer has to hold.
const CHECKS: &str = "not_a_server_error,status_code_conformance,content_type_conformance,\
    response_schema_conformance,response_headers_conformance,nothing_of_others";

/// What `cargo xtask fuzz` takes.
#[derive(Args)]
pub(crate) struct Options {
    /// Fail when there is no Python, instead of saying that nothing was done
    #[arg(long)]
    require: bool,
    /// Generated calls of each operation by the provider; the others make fewer
    #[arg(long, default_value_t = 10)]
    examples: u32,
    /// The seed; the same one makes the same calls
    #[arg(long, default_value_t = 7)]
    seed: u64,
    /// Only this caller: provider, reseller, customer, vendor or stranger
    #[arg(long)]
    only: Option<String>,
    /// Run the server as it is released
    #[arg(long)]
    release: bool,
}

/// Runs it; the last line printed is `N passed, N failed, N skipped`, counting callers.
pub(crate) fn run(options: &Options) -> Result<()> {
    let tool = match python::schemathesis(&target()) {
        Ok(tool) => tool,
        Err(error) if options.require => return Err(error.context("schemathesis is required")),
        Err(error) => {
            println!("SKIPPED: the fuzz run ({error:#})");
            println!("0 passed, 0 failed, 1 skipped");
            return Ok(());
        }
    };
    let callers: Vec<&(&str, u32)> = CALLERS
        .iter()
        .filter(|(who, _)| options.only.as_deref().is_none_or(|only| only == *who))
        .collect();
    if callers.is_empty() {
        bail!("nobody is called {}", options.only.as_deref().unwrap_or(""));
    }
    let program = build(options.release)?;
    let folder = target().join("fuzz");
    if folder.exists() {
        std::fs::remove_dir_all(&folder)?;
    }
    let postgres = match Postgres::start() {
        Ok(server) => Some(server),
        Err(error) if options.require => return Err(error.context("PostgreSQL is required")),
        Err(error) => {
            println!("as {ON_POSTGRES}: on SQLite, as there is no PostgreSQL ({error:#})");
            None
        }
    };
    let database = postgres.as_ref().map(Postgres::url);
    let (mut passed, mut failed) = (0_u32, 0_u32);
    // Two at a time: each has a database of its own.
    for pair in callers.chunks(2) {
        let outcomes: Vec<Result<bool>> = std::thread::scope(|scope| {
            let runs: Vec<_> = pair
                .iter()
                .map(|(who, share)| {
                    let (program, folder, tool) = (&program, folder.join(who), &tool);
                    let database = database.as_deref().filter(|_| *who == ON_POSTGRES);
                    scope.spawn(move || {
                        let place = Place {
                            program,
                            folder: &folder,
                            database,
                        };
                        let examples = (options.examples * share).div_ceil(100);
                        call(&place, tool, who, examples, options.seed)
                    })
                })
                .collect();
            runs.into_iter()
                .map(|run| run.join().unwrap_or_else(|_| bail!("a run broke off")))
                .collect()
        });
        for outcome in outcomes {
            match outcome? {
                true => passed += 1,
                false => failed += 1,
            }
        }
    }
    println!("{passed} passed, {failed} failed, 0 skipped");
    if failed > 0 {
        bail!(
            "the API did not pass; what was found is in {}",
            folder.display()
        );
    }
    Ok(())
}

/// All calls of one caller. Whether nothing was found.
fn call(place: &Place<'_>, tool: &Path, who: &str, examples: u32, seed: u64) -> Result<bool> {
    let folder = place.folder;
    std::fs::create_dir_all(folder)?;
    let people = People::prepare(place)?;
    let server = Server::start(place, "serve")?;
    let hooks = crate::repository_root().join("xtask/fuzz");
    let survey = folder.join("survey.json");
    let python = tool.with_file_name("python");
    let surveyed = Command::new(python)
        .arg(hooks.join("survey.py"))
        .args([server.url(), &people.file.display().to_string()])
        .arg(&survey)
        .stdout(Stdio::null())
        .status()
        .context("looking the world over")?;
    if !surveyed.success() {
        bail!("the world could not be looked over");
    }
    let log = folder.join("found.txt");
    let output = std::fs::File::create(&log)?;
    let status = Command::new(tool)
        .current_dir(folder)
        .arg("run")
        .arg(format!("{}/api/v1/openapi.json", server.url()))
        .args([
            "--header",
            &format!("Authorization: Bearer {}", people.key(who)?),
        ])
        .args(["--checks", CHECKS, "--phases", "coverage,fuzzing"])
        .args([
            "--max-examples",
            &examples.to_string(),
            "--seed",
            &seed.to_string(),
        ])
        .args(["--generation-database", "none", "--no-shrink"])
        .args(["--continue-on-failure", "--no-color", "--warnings", "off"])
        .args(["--suppress-health-check", "all", "--request-timeout", "30"])
        .env("PYTHONPATH", &hooks)
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .env("SCHEMATHESIS_HOOKS", "hooks")
        .env("TRADEWIND_FUZZ_SURVEY", &survey)
        .env("TRADEWIND_FUZZ_WHO", who)
        .env("TRADEWIND_FUZZ_ANSWERED", folder.join("answered.json"))
        .stdout(output.try_clone()?)
        .stderr(output)
        .status()
        .context("starting schemathesis")?;
    drop(server);
    let found = std::fs::read_to_string(&log)?;
    if !status.success() {
        println!("{found}");
    }
    let cases = found
        .lines()
        .skip_while(|line| !line.contains("Test cases:"))
        .nth(1)
        .unwrap_or("no cases");
    println!("as {who}: {}", cases.trim());
    Ok(status.success())
}
