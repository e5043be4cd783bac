//! SQL lives in the stores, names the realm and stays portable between the two engines.

use super::{Finding, source::SourceFile};

/// SQL that only one engine understands, or that breaks on the engines we want to reach later.
const NOT_PORTABLE: &[(&str, &str)] = &[
    ("ILIKE", "fold the search key in Rust and use LIKE"),
    ("= ANY($", "bind a list through the platform's list form"),
    ("now()", "bind the time; it is an argument"),
    ("CURRENT_TIMESTAMP", "bind the time; it is an argument"),
    ("pg_advisory", "use a lease row"),
    ("LISTEN ", "use the job queue"),
    ("->>", "search columns, not JSON"),
    ("AUTOINCREMENT", "ids come from the program"),
    ("SERIAL", "ids come from the program"),
    ("CREATE TRIGGER", "rules live in Rust"),
];

pub(crate) fn check(file: &SourceFile) -> Vec<Finding> {
    let mut findings = Vec::new();
    if file.is_test()
        || file.path.starts_with("xtask/")
        || file.path.starts_with("crates/platform/src/")
    {
        return findings;
    }
    for (number, line) in file.code() {
        if !file.is_store() && opens_statement(line) && !file.path.contains("/migrations") {
            findings.push(Finding::at(
                file,
                number,
                "SQL belongs into store.rs or store/",
            ));
        }
        if file.is_store() || file.path.contains("/migrations") {
            for (mark, instead) in NOT_PORTABLE {
                if contains_word(line, mark) {
                    findings.push(Finding::at(
                        file,
                        number,
                        format!("`{mark}` is not portable: {instead}"),
                    ));
                }
            }
        }
    }
    findings
}

fn opens_statement(line: &str) -> bool {
    [
        "\"SELECT ",
        "\"INSERT INTO ",
        "\"UPDATE ",
        "\"DELETE FROM ",
        "\"WITH ",
    ]
    .iter()
    .any(|mark| line.contains(mark))
}

fn contains_word(line: &str, mark: &str) -> bool {
    line.match_indices(mark).any(|(at, _)| {
        let before = line[..at].chars().next_back();
        !before.is_some_and(|c| c.is_ascii_alphanumeric() || c == '_')
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn count(path: &str, text: &str) -> usize {
        check(&SourceFile::new(path, text)).len()
    }

    #[test]
    fn sql_outside_a_store_is_found() {
        assert_eq!(
            count(
                "crates/orders/src/service.rs",
                "let q = \"SELECT id FROM leg\";"
            ),
            1
        );
        assert_eq!(
            count(
                "crates/orders/src/store.rs",
                "let q = \"SELECT id FROM leg\";"
            ),
            0
        );
    }

    #[test]
    fn one_engine_dialect_is_found() {
        assert_eq!(
            count(
                "crates/orders/src/store/leg.rs",
                "SELECT id FROM leg WHERE name ILIKE $1"
            ),
            1
        );
        assert_eq!(
            count(
                "crates/orders/src/store/leg.rs",
                "SELECT unknown() FROM leg"
            ),
            0
        );
    }
}
