//! A demo world, and keys for those who call.

use anyhow::{Context, Result, bail};
use serde_json::{Map, Value, json};
use std::path::PathBuf;

use crate::server::{Place, command};

/// Who calls as what, by name of the account.
const PEOPLE: &[(&str, &str)] = &[
    ("provider", "Northwind Cloud Ltd"),
    ("reseller", "Lindenhof IT GmbH"),
    ("customer", "Möbelwerk Sander GmbH"),
    ("vendor", "Tessera Software AB"),
];
/// The realm that must not see anything of the other one.
const OTHER_REALM: &str = "Southgate Cloud";

/// Accounts and keys of those who call.
pub(super) struct People {
    by_name: Map<String, Value>,
    /// Where they are written down for the survey.
    pub(super) file: PathBuf,
}

impl People {
    /// Builds the world in this folder and lets everybody have a key.
    pub(super) fn prepare(place: &Place<'_>) -> Result<Self> {
        let shell = |line: &[&str]| ask(place, line);
        shell(&["demo", "--build-only"])?;
        let mut by_name = Map::new();
        let accounts = shell(&["account", "list"])?;
        for (who, name) in PEOPLE {
            let account = items(&accounts).find(|account| account["name"] == *name);
            let id = account.and_then(|account| account["id"].as_str());
            let id = id.with_context(|| format!("the demo has no {name}"))?;
            let key = shell(&["admin", "key", "create", "fuzz", id, "--role", "owner"])?;
            by_name.insert(
                (*who).to_owned(),
                json!({ "account": id, "key": key["secret"] }),
            );
        }
        let accounts = shell(&["--realm", OTHER_REALM, "account", "list"])?;
        let stranger = items(&accounts).next().and_then(|a| a["id"].as_str());
        let id = stranger.context("the other realm has no account")?;
        let key = shell(&[
            "--realm",
            OTHER_REALM,
            "admin",
            "key",
            "create",
            "fuzz",
            id,
            "--role",
            "owner",
        ])?;
        by_name.insert(
            "stranger".to_owned(),
            json!({ "account": id, "key": key["secret"] }),
        );
        let file = place.folder.join("people.json");
        std::fs::write(&file, Value::Object(by_name.clone()).to_string())?;
        Ok(Self { by_name, file })
    }

    /// The key of a caller.
    pub(super) fn key(&self, who: &str) -> Result<&str> {
        let key = self
            .by_name
            .get(who)
            .and_then(|person| person["key"].as_str());
        key.with_context(|| format!("{who} has no key"))
    }
}

fn items(list: &Value) -> impl Iterator<Item = &Value> {
    list["items"].as_array().into_iter().flatten()
}

/// What a command answers.
fn ask(place: &Place<'_>, line: &[&str]) -> Result<Value> {
    let output = command(place).arg("--json").args(line).output()?;
    if !output.status.success() {
        bail!(
            "{line:?}: {}",
            String::from_utf8_lossy(&output.stderr).trim()
        );
    }
    serde_json::from_slice(&output.stdout).with_context(|| format!("the answer to {line:?}"))
}
