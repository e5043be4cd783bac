//! The whole test suite: one command that starts what the tests need, runs them and counts.

pub(crate) mod postgres;
pub(crate) mod tools;

use anyhow::{Context, Result, bail};
use clap::Args;
use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

/// What `cargo xtask test` takes.
#[derive(Args)]
pub(crate) struct Options {
    /// What must not be skipped: `all`, or a list of postgres, hledger, beancount
    #[arg(long, env = "TRADEWIND_TEST_REQUIRE", value_delimiter = ',')]
    require: Vec<String>,
    /// Run also the slow proofs that are ignored by default
    #[arg(long)]
    slow: bool,
    /// Only these packages (default: the whole workspace)
    #[arg(short, long)]
    package: Vec<String>,
    /// Passed on to the test programs, after `--`
    #[arg(last = true)]
    rest: Vec<String>,
}

#[derive(Default)]
struct Tally {
    passed: u64,
    failed: u64,
    skipped: u64,
}

/// Runs the suite; the last line printed is `N passed, N failed, N skipped`.
pub(crate) fn run(options: &Options) -> Result<()> {
    let required = |name: &str| options.require.iter().any(|r| r == name || r == "all");
    let mut tally = Tally::default();

    let database = match postgres::Server::start() {
        Ok(server) => Some(server),
        Err(error) if required("postgres") => return Err(error.context("PostgreSQL is required")),
        Err(error) => {
            println!(
                "SKIPPED: everything on PostgreSQL ({error:#}); SQLite is tested all the same"
            );
            tally.skipped += 1;
            None
        }
    };
    for tool in tools::OPTIONAL {
        if tools::find(tool.program).is_some() {
            continue;
        }
        if required(tool.name) {
            bail!("{} is required: install {}", tool.name, tool.package);
        }
        println!(
            "SKIPPED: {} ({} is not installed)",
            tool.proves, tool.package
        );
        tally.skipped += 1;
    }

    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command
        .current_dir(crate::repository_root())
        .args(["test", "--no-fail-fast"]);
    if options.package.is_empty() {
        command.arg("--workspace");
    }
    for package in &options.package {
        command.args(["--package", package]);
    }
    command.arg("--").args(&options.rest);
    if options.slow {
        // Measurements prove nothing; whoever wants a figure runs them by hand.
        command.args(["--include-ignored", "--skip", "rate_of_"]);
    }
    if let Some(server) = &database {
        command.env("TRADEWIND_TEST_POSTGRES", server.url());
    }
    let succeeded = run_and_count(command, &mut tally)?;
    drop(database);

    println!(
        "{} passed, {} failed, {} skipped",
        tally.passed, tally.failed, tally.skipped
    );
    if !succeeded || tally.failed > 0 {
        bail!("the suite did not pass");
    }
    if tally.passed == 0 {
        bail!("no test ran");
    }
    Ok(())
}

/// Runs one `cargo test`, shows its output and adds up its `test result:` lines.
fn run_and_count(mut command: Command, tally: &mut Tally) -> Result<bool> {
    let mut child = command
        .stdout(Stdio::piped())
        .spawn()
        .context("starting cargo test")?;
    let output = child
        .stdout
        .take()
        .context("reading what cargo test prints")?;
    for line in BufReader::new(output).lines() {
        let line = line?;
        println!("{line}");
        if let Some((passed, failed, ignored)) = parse_result(&line) {
            tally.passed += passed;
            tally.failed += failed;
            tally.skipped += ignored;
        }
    }
    Ok(child.wait()?.success())
}

/// Reads `test result: ok. 5 passed; 0 failed; 1 ignored; …`.
fn parse_result(line: &str) -> Option<(u64, u64, u64)> {
    let rest = line.trim_start().strip_prefix("test result: ")?;
    let count = |word: &str| -> Option<u64> {
        let before = rest.split(word).next()?.trim_end();
        before.rsplit(' ').next()?.parse().ok()
    };
    Some((count(" passed")?, count(" failed")?, count(" ignored")?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_closing_line_of_a_test_program_is_read() {
        let line = "test result: FAILED. 12 passed; 3 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.10s";
        assert_eq!(parse_result(line), Some((12, 3, 1)));
        assert_eq!(parse_result("running 3 tests"), None);
    }
}
