//! The Rust files of the repository, split into product code and test code.

use anyhow::{Context, Result};
use std::path::Path;

/// One Rust file with its lines and where its inline tests begin.
pub(crate) struct SourceFile {
    /// Path relative to the root, with forward slashes.
    pub(crate) path: String,
    pub(crate) lines: Vec<String>,
    /// Index of the line that opens `#[cfg(test)] mod`, or the number of lines.
    pub(crate) tests_from: usize,
}

impl SourceFile {
    pub(crate) fn new(path: impl Into<String>, text: &str) -> Self {
        let lines: Vec<String> = text.lines().map(str::to_owned).collect();
        let tests_from = lines
            .iter()
            .zip(lines.iter().skip(1))
            .position(|(line, next)| {
                line.trim() == "#[cfg(test)]" && next.trim_start().starts_with("mod ")
            })
            .unwrap_or(lines.len());
        Self {
            path: path.into(),
            lines,
            tests_from,
        }
    }

    /// Whether the whole file is test, bench or example code.
    pub(crate) fn is_test(&self) -> bool {
        ["/tests/", "/benches/", "crates/testkit/", "/examples/"]
            .iter()
            .any(|part| self.path.contains(part))
            || self.path.ends_with("/tests.rs")
            || self.path.ends_with("_test.rs")
    }

    /// The room's name for files under `crates/`.
    pub(crate) fn room(&self) -> Option<&str> {
        self.path.strip_prefix("crates/")?.split('/').next()
    }

    /// Whether the file is one of the pure kinds: `types` or `rules`, as a file or a folder.
    pub(crate) fn is_pure_kind(&self) -> bool {
        ["/types.rs", "/types/", "/rules.rs", "/rules/"]
            .iter()
            .any(|part| self.path.contains(part))
    }

    /// Whether the file may hold SQL.
    pub(crate) fn is_store(&self) -> bool {
        self.path.contains("/store.rs") || self.path.contains("/store/")
    }

    /// Product lines (numbered from 1) without comments and without the inline tests.
    pub(crate) fn code(&self) -> impl Iterator<Item = (usize, &str)> {
        self.lines[..self.tests_from]
            .iter()
            .enumerate()
            .map(|(index, line)| (index + 1, line.as_str()))
            .filter(|(_, line)| !line.trim_start().starts_with("//"))
    }
}

/// Reads every Rust file below `crates/`, `xtask/` and `examples/`.
pub(crate) fn load(root: &Path) -> Result<Vec<SourceFile>> {
    let mut files = Vec::new();
    for top in ["crates", "xtask", "examples"] {
        walk(root, &root.join(top), &mut files)?;
    }
    files.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(files)
}

fn walk(root: &Path, folder: &Path, files: &mut Vec<SourceFile>) -> Result<()> {
    for entry in
        std::fs::read_dir(folder).with_context(|| format!("reading {}", folder.display()))?
    {
        let path = entry?.path();
        if path.is_dir() {
            if path
                .file_name()
                .is_some_and(|name| name != "target" && name != "node_modules")
            {
                walk(root, &path, files)?;
            }
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = std::fs::read_to_string(&path)
                .with_context(|| format!("reading {}", path.display()))?;
            let relative = path
                .strip_prefix(root)
                .unwrap_or(&path)
                .to_string_lossy()
                .replace('\\', "/");
            files.push(SourceFile::new(relative, &text));
        }
    }
    Ok(())
}
