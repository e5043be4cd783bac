//! Whatever can go wrong is said in German too.

use std::{collections::BTreeSet, fs, path::Path};
use tradewind_documents::i18n::Catalogue;
use tradewind_documents::phrases;
use tradewind_kernel::Locale;

/// Calls that make an error, and which of their arguments is its code.
const CALLS: &[(&str, usize)] = &[
    ("Error::refused(", 0),
    ("Error::conflict(", 0),
    ("Error::unauthenticated(", 0),
    ("Error::invalid(", 1),
    ("FieldProblem::new(", 1),
    ("problems.add(", 1),
    ("self.problems.add(", 1),
    ("Problem::new(", 1),
];

/// The text of an argument of a call, given what stands behind its opening parenthesis.
fn argument(rest: &str, wanted: usize) -> Option<&str> {
    let (mut depth, mut quoted, mut escaped, mut index, mut start) = (0_i32, false, false, 0, 0);
    for (at, c) in rest.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            _ if quoted => {}
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' if depth > 0 => depth -= 1,
            ',' | ')' if depth == 0 => {
                if index == wanted {
                    return rest.get(start..at).map(str::trim);
                }
                if c == ')' {
                    return None;
                }
                index += 1;
                start = at + 1;
            }
            _ => {}
        }
    }
    None
}

fn codes(folder: &Path, found: &mut BTreeSet<String>) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            codes(&path, found);
            continue;
        }
        if path.extension().is_none_or(|end| end != "rs") || path.ends_with("tests.rs") {
            continue;
        }
        let source = fs::read_to_string(&path).expect("a source");
        let source = source.split("#[cfg(test)]").next().unwrap_or_default();
        for (call, place) in CALLS {
            for (at, _) in source.match_indices(call) {
                let rest = &source[at + call.len()..];
                let code = argument(rest, *place)
                    .and_then(|code| code.strip_prefix('"')?.strip_suffix('"'))
                    .filter(|code| code.chars().all(|c| c.is_ascii_lowercase() || c == '_'));
                found.extend(code.map(str::to_owned));
            }
        }
    }
}

#[test]
fn every_code_has_a_german_text() {
    let crates = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut found = BTreeSet::new();
    for entry in fs::read_dir(crates).expect("the crates") {
        let folder = entry.expect("a crate").path();
        let name = folder.file_name().and_then(|name| name.to_str());
        // What the command line and the tests say is for operators and builders.
        if !matches!(name, Some("server" | "testkit")) && folder.join("src").is_dir() {
            codes(&folder.join("src"), &mut found);
        }
    }
    assert!(found.len() > 150, "only {} codes were found", found.len());
    let missing: Vec<&String> = found
        .iter()
        .filter(|code| {
            let key = format!("error-{}", code.replace('_', "-"));
            let said = phrases::by_code(Locale::De, code, "\u{1}");
            !Catalogue::embedded().has(Locale::De, &key) || said == "\u{1}"
        })
        .collect();
    assert!(missing.is_empty(), "no German text: {missing:?}");
}
