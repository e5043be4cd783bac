//! Schemathesis in an environment of its own, below the target directory.

use anyhow::{Context, Result, bail};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The version whose findings the repository answers for.
const VERSION: &str = "4.32.5";

/// The program, installed when it is not there yet.
pub(super) fn schemathesis(target: &Path) -> Result<PathBuf> {
    let home = target.join(format!("schemathesis-{VERSION}"));
    let program = home.join("bin/schemathesis");
    if answers(&program) {
        return Ok(program);
    }
    if home.exists() {
        std::fs::remove_dir_all(&home)?;
    }
    quiet(Command::new("python3").args(["-m", "venv"]).arg(&home))
        .context("an environment for Python")?;
    quiet(
        Command::new(home.join("bin/python"))
            .args(["-m", "pip", "install", "--quiet"])
            .arg(format!("schemathesis=={VERSION}")),
    )
    .with_context(|| format!("installing schemathesis {VERSION}"))?;
    if !answers(&program) {
        bail!("{} does not run", program.display());
    }
    Ok(program)
}

fn answers(program: &Path) -> bool {
    let asked = Command::new(program)
        .arg("--version")
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    asked.is_ok_and(|status| status.success())
}

fn quiet(command: &mut Command) -> Result<()> {
    let output = command.stdin(Stdio::null()).output()?;
    if !output.status.success() {
        bail!("{}", String::from_utf8_lossy(&output.stderr).trim());
    }
    Ok(())
}
