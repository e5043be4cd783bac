//! Rules of the repository and the test command.
//!
//! `cargo xtask test` passes every test on a fresh machine, `cargo xtask fuzz` calls the whole API with generated input,
//! `cargo xtask walk` goes through the pages in a browser, `cargo xtask tidy` checks the rules of the house.

mod fuzz;
mod oracle;
mod server;
mod suite;
mod tidy;
mod walk;

use clap::{Parser, Subcommand};
use std::process::ExitCode;

#[derive(Parser)]
#[command(
    name = "cargo xtask",
    about = "Rules of the repository and the test command"
)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Check the rules of the house: crate directions, pure files, file length, banned calls, portable SQL
    Tidy,
    /// Run every test: rooms on SQLite and PostgreSQL, ledger exports, browser, API fuzzing
    Test(suite::Options),
    /// Call every operation of the API with generated input, as different callers; nobody may get an error of the server
    /// or see what belongs to others
    Fuzz(fuzz::Options),
    /// Walk the main journeys through the pages in a browser, at a desk and on a phone, in light and in dark
    Walk(walk::Options),
    /// Compute the amounts that other billing engines publish
    Oracle(oracle::Options),
}

fn main() -> ExitCode {
    let result = match Cli::parse().command {
        Command::Tidy => tidy::run(),
        Command::Test(options) => suite::run(&options),
        Command::Fuzz(options) => fuzz::run(&options),
        Command::Walk(options) => walk::run(&options),
        Command::Oracle(options) => oracle::run(&options),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// The root of the repository, found from this crate's own place in it. What Cargo says now comes before what it said when
/// this was built: a target directory may be shared by several checkouts.
pub(crate) fn repository_root() -> std::path::PathBuf {
    let manifest = std::env::var_os("CARGO_MANIFEST_DIR").map_or_else(
        || env!("CARGO_MANIFEST_DIR").into(),
        std::path::PathBuf::from,
    );
    manifest
        .parent()
        .map_or_else(|| manifest.clone(), std::path::Path::to_path_buf)
}
