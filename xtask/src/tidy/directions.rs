//! Dependencies between rooms point up the list only.

use super::Finding;
use anyhow::{Context, Result};
use std::path::Path;

/// The rooms in the order of the house: each may use only what stands before it.
const ROOMS: &[&str] = &[
    "kernel",
    "pricing",
    "policy",
    "platform",
    "accounts",
    "tax",
    "catalogue",
    "orders",
    "fulfilment",
    "metering",
    "billing",
    "documents",
    "connectors",
    "flows",
    "api",
    "web",
    "server",
];

/// Rooms that stand beside the house and serve tests only.
const BESIDE: &[&str] = &["testkit"];

/// Rooms that never see the database layer.
const WITHOUT_DATABASE: &[&str] = &["kernel", "pricing", "policy", "documents"];

pub(crate) fn check(root: &Path) -> Result<Vec<Finding>> {
    let mut findings = Vec::new();
    for entry in std::fs::read_dir(root.join("crates")).context("reading crates/")? {
        let folder = entry?.path();
        let room = folder
            .file_name()
            .map(|name| name.to_string_lossy().into_owned())
            .unwrap_or_default();
        let manifest = folder.join("Cargo.toml");
        let text = std::fs::read_to_string(&manifest)
            .with_context(|| format!("reading {}", manifest.display()))?;
        findings.extend(check_manifest(&room, &text));
    }
    Ok(findings)
}

fn check_manifest(room: &str, manifest: &str) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut object = |line: usize, message: String| {
        findings.push(Finding {
            place: format!("crates/{room}/Cargo.toml:{line}"),
            message,
        });
    };
    let position = |name: &str| ROOMS.iter().position(|known| *known == name);
    let own = position(room);
    if own.is_none() && !BESIDE.contains(&room) {
        object(
            1,
            format!(
                "room `{room}` has no place in the order of the house (xtask/src/tidy/directions.rs)"
            ),
        );
        return findings;
    }
    let mut section = "";
    for (index, line) in manifest.lines().enumerate() {
        let line = line.trim();
        if line.starts_with('[') {
            section = line;
            continue;
        }
        if section != "[dependencies]" {
            continue;
        }
        let name = line.split(['.', ' ', '=']).next().unwrap_or_default();
        if name == "sqlx" && WITHOUT_DATABASE.contains(&room) {
            object(
                index + 1,
                format!("`{room}` does no IO and may not use sqlx"),
            );
        }
        let Some(used) = name.strip_prefix("tradewind-") else {
            continue;
        };
        match (own, position(used)) {
            (Some(own), Some(used_at)) if used_at >= own => {
                object(
                    index + 1,
                    format!("`{room}` may not use `{used}`: dependencies point up the list only"),
                );
            }
            (Some(_), None) => object(
                index + 1,
                format!("`{room}` may use `{used}` in tests only"),
            ),
            _ => {}
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_room_may_use_what_stands_above_it() {
        assert!(
            check_manifest(
                "orders",
                "[dependencies]\ntradewind-catalogue.workspace = true\n"
            )
            .is_empty()
        );
    }

    #[test]
    fn a_room_may_not_use_what_stands_below_it() {
        let findings = check_manifest(
            "catalogue",
            "[dependencies]\ntradewind-orders.workspace = true\n",
        );
        assert_eq!(findings.len(), 1);
        assert_eq!(findings[0].place, "crates/catalogue/Cargo.toml:2");
    }

    #[test]
    fn the_test_kit_stays_out_of_the_product() {
        assert_eq!(
            check_manifest(
                "flows",
                "[dependencies]\ntradewind-testkit.workspace = true\n"
            )
            .len(),
            1
        );
        assert!(
            check_manifest(
                "flows",
                "[dev-dependencies]\ntradewind-testkit.workspace = true\n"
            )
            .is_empty()
        );
    }

    #[test]
    fn an_unknown_room_is_named() {
        assert_eq!(check_manifest("attic", "").len(), 1);
    }
}
