//! Rules about the text of a file: length, purity, floats, banned calls.

use super::{Finding, source::SourceFile};

/// Lines a file may have before it should be split.
const LINES_MAX: usize = 600;

/// Rooms where money and quantities live: no binary floating point there.
const EXACT_ROOMS: &[&str] = &[
    "kernel",
    "pricing",
    "tax",
    "catalogue",
    "orders",
    "metering",
    "billing",
];

/// A call that is not allowed in product code, and what to use instead.
struct Ban {
    call: &'static str,
    instead: &'static str,
    /// Path fragments where it is allowed all the same.
    except: &'static [&'static str],
}

const BANS: &[Ban] = &[
    Ban {
        call: concat!("to", "do!("),
        instead: "finish it or leave it out",
        except: &[],
    },
    Ban {
        call: concat!("unimplemented", "!("),
        instead: "finish it or leave it out",
        except: &[],
    },
    Ban {
        call: concat!("dbg", "!("),
        instead: "remove it",
        except: &[],
    },
    Ban {
        call: concat!(".unwrap", "()"),
        instead: "return an error, or `expect` with the proof that it cannot fail",
        except: &[],
    },
    Ban {
        call: concat!("println", "!("),
        instead: "`tracing`, or the output module of the command line",
        except: &["crates/server/src/", "xtask/", "examples/"],
    },
    Ban {
        call: concat!("SystemTime::", "now"),
        instead: "`ctx.now`; only the clock of the platform reads the time",
        except: &["crates/platform/src/", "examples/"],
    },
    Ban {
        call: concat!("Timestamp::", "now("),
        instead: "`ctx.now`; only the clock of the platform reads the time",
        except: &["crates/platform/src/", "examples/"],
    },
];

/// What makes a `types` or `rules` file impure.
const IMPURE: &[&str] = &[
    "async ",
    ".await",
    "sqlx",
    "tokio",
    "std::fs",
    "std::net",
    "std::env",
    "tradewind_platform::Db",
    "Instant::now",
];

pub(crate) fn check(file: &SourceFile) -> Vec<Finding> {
    let mut findings = Vec::new();
    if file.lines.len() > LINES_MAX {
        findings.push(Finding::at(
            file,
            LINES_MAX,
            format!("{} lines; split files over {LINES_MAX}", file.lines.len()),
        ));
    }
    if file.is_test() {
        return findings;
    }
    let exact = file.room().is_some_and(|room| EXACT_ROOMS.contains(&room));
    for (number, line) in file.code() {
        for ban in BANS {
            if line.contains(ban.call) && !ban.except.iter().any(|part| file.path.starts_with(part))
            {
                findings.push(Finding::at(
                    file,
                    number,
                    format!("`{}` is banned: {}", ban.call, ban.instead),
                ));
            }
        }
        if exact && has_float(line) {
            findings.push(Finding::at(
                file,
                number,
                "no floats where money and quantities live",
            ));
        }
        if file.is_pure_kind() && file.room().is_some() {
            for mark in IMPURE.iter().filter(|mark| line.contains(**mark)) {
                findings.push(Finding::at(
                    file,
                    number,
                    format!("`{}` in a pure file: types and rules do no IO", mark.trim()),
                ));
            }
        }
    }
    findings
}

fn has_float(line: &str) -> bool {
    line.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_'))
        .any(|word| word == "f64" || word == "f32")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn findings(path: &str, text: &str) -> Vec<String> {
        check(&SourceFile::new(path, text))
            .into_iter()
            .map(|f| f.place)
            .collect()
    }

    #[test]
    fn a_banned_call_is_named_with_its_line() {
        assert_eq!(
            findings(
                "crates/orders/src/service.rs",
                "fn a() {}\nlet x = y.unwrap();"
            ),
            ["crates/orders/src/service.rs:2"]
        );
    }

    #[test]
    fn tests_and_comments_are_free() {
        assert!(
            findings(
                "crates/orders/src/service.rs",
                "// y.unwrap()\n#[cfg(test)]\nmod tests {\n y.unwrap();\n}"
            )
            .is_empty()
        );
        assert!(findings("crates/orders/tests/flow.rs", "y.unwrap();").is_empty());
    }

    #[test]
    fn a_rule_may_not_be_async() {
        assert_eq!(
            findings("crates/orders/src/rules.rs", "pub async fn decide() {}").len(),
            1
        );
        assert!(findings("crates/orders/src/service.rs", "pub async fn place() {}").is_empty());
    }

    #[test]
    fn money_has_no_floats() {
        assert_eq!(
            findings("crates/billing/src/rules.rs", "let x: f64 = a;").len(),
            1
        );
        assert!(findings("crates/web/src/chart.rs", "let x: f64 = a;").is_empty());
    }

    #[test]
    fn long_files_are_split() {
        assert_eq!(
            findings("crates/web/src/a.rs", &"x\n".repeat(LINES_MAX + 1)).len(),
            1
        );
    }
}
