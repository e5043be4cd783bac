//! The rules of the house as a test: each rule looks at the source as text and names the file and line it objects to.

mod directions;
mod links;
mod source;
mod sql;
mod text;

use anyhow::{Result, bail};
use source::SourceFile;

/// One thing a rule objects to.
pub(crate) struct Finding {
    pub(crate) place: String,
    pub(crate) message: String,
}

impl Finding {
    pub(crate) fn at(file: &SourceFile, line: usize, message: impl Into<String>) -> Self {
        Self {
            place: format!("{}:{line}", file.path),
            message: message.into(),
        }
    }
}

/// Runs every rule and fails when any of them objects.
pub(crate) fn run() -> Result<()> {
    let root = crate::repository_root();
    let files = source::load(&root)?;
    let mut findings = directions::check(&root)?;
    findings.extend(links::check(&root, &links::load(&root)?));
    for file in &files {
        findings.extend(text::check(file));
        findings.extend(sql::check(file));
    }
    for finding in &findings {
        println!("{}: {}", finding.place, finding.message);
    }
    if findings.is_empty() {
        println!("tidy: {} files, nothing to object to", files.len());
        return Ok(());
    }
    bail!("{} findings in {} files", findings.len(), files.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_repository_follows_its_own_rules() {
        run().expect("`cargo xtask tidy` names what to mend");
    }
}
