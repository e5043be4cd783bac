//! Programs that some proofs need and a fresh machine may not have.

use std::path::PathBuf;

/// A program that only some tests need.
pub(crate) struct Tool {
    pub(crate) name: &'static str,
    pub(crate) program: &'static str,
    pub(crate) package: &'static str,
    pub(crate) proves: &'static str,
}

/// Tests that need one of these skip themselves when it is absent.
pub(crate) const OPTIONAL: &[Tool] = &[
    Tool {
        name: "hledger",
        program: "hledger",
        package: "hledger",
        proves: "the exported books accepted by hledger",
    },
    Tool {
        name: "beancount",
        program: "bean-check",
        package: "beancount",
        proves: "the exported books accepted by beancount",
    },
];

/// Finds a program on the search path.
pub(crate) fn find(program: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path)
        .map(|folder| folder.join(program))
        .find(|candidate| candidate.is_file())
}
