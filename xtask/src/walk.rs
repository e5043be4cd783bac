//! The walk: the main journeys through the pages of a demo world in headless Chromium, every page looked over by axe-core.

use anyhow::{Context, Result, bail};
use clap::Args;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::server::{Place, Server, build, target};
use crate::suite::tools;

/// What `cargo xtask walk` takes.
#[derive(Args)]
pub(crate) struct Options {
    /// Fail when there is no browser or no Node.js, instead of saying that nothing was done
    #[arg(long)]
    require: bool,
    /// Walk through the program as it is released
    #[arg(long)]
    release: bool,
    /// Keep a picture of every page in this folder
    #[arg(long)]
    shots: Option<PathBuf>,
}

/// Runs it; the last line printed is `N passed, N failed, N skipped`.
pub(crate) fn run(options: &Options) -> Result<()> {
    let missing = ["node", "npm", "chromium"]
        .into_iter()
        .find(|program| tools::find(program).is_none());
    if let Some(program) = missing {
        if options.require {
            bail!("{program} is required: install it");
        }
        println!("SKIPPED: the walk through the pages ({program} is not installed)");
        println!("0 passed, 0 failed, 1 skipped");
        return Ok(());
    }
    let scripts = scripts()?;
    let program = build(options.release)?;
    let folder = target().join("walk/world");
    if folder.exists() {
        std::fs::remove_dir_all(&folder)?;
    }
    std::fs::create_dir_all(&folder)?;
    let place = Place {
        program: &program,
        folder: &folder,
        database: None,
    };
    let server = Server::start(&place, "demo")?;
    let mut walk = Command::new("node");
    walk.current_dir(&scripts)
        .args(["walk.mjs", "--base", server.url(), "--sample"])
        .arg(crate::repository_root().join("crates/server/demo/focus-1.0-sample.csv"));
    if let Some(shots) = &options.shots {
        walk.arg("--shots").arg(std::path::absolute(shots)?);
    }
    let status = walk.status().context("starting node")?;
    drop(server);
    if !status.success() {
        bail!("the pages did not pass");
    }
    Ok(())
}

/// The scripts beside what they need, outside of the checkout.
fn scripts() -> Result<PathBuf> {
    let source = crate::repository_root().join("e2e");
    let folder = target().join("walk/scripts");
    std::fs::create_dir_all(&folder)?;
    let stale = changed(&source, &folder, "package-lock.json")?;
    for entry in std::fs::read_dir(&source)? {
        let path = entry?.path();
        if let Some(name) = path.file_name().filter(|_| path.is_file()) {
            std::fs::copy(&path, folder.join(name))?;
        }
    }
    if stale || !folder.join("node_modules").exists() {
        let mut install = Command::new("npm");
        install.current_dir(&folder).args([
            "ci",
            "--ignore-scripts",
            "--no-audit",
            "--no-fund",
            "--loglevel",
            "error",
        ]);
        if !install.status().context("starting npm")?.success() {
            bail!("the walk's packages cannot be installed");
        }
    }
    Ok(folder)
}

fn changed(source: &Path, folder: &Path, name: &str) -> Result<bool> {
    let wanted = std::fs::read(source.join(name))?;
    Ok(std::fs::read(folder.join(name)).map_or(true, |held| held != wanted))
}
