//! The world that is put under load: the demo's, with a key for everybody who takes part.

use std::collections::BTreeMap;

use crate::common::Shell;

pub(crate) const SELLERS: [&str; 4] = [
    "Northwind Cloud Ltd",
    "Harbourline Distribution GmbH",
    "Lindenhof IT GmbH",
    "Blue Mesa Systems, Inc.",
];
/// Customers, each with its seller, and whether it pays on account.
pub(crate) const CUSTOMERS: [(&str, &str, bool); 4] = [
    ("Möbelwerk Sander GmbH", "Lindenhof IT GmbH", true),
    ("Praxis Dr. Winter", "Lindenhof IT GmbH", false),
    ("Copperleaf Foods, Inc.", "Blue Mesa Systems, Inc.", true),
    (
        "Juniper Trail Outfitters LLC",
        "Blue Mesa Systems, Inc.",
        false,
    ),
];
pub(crate) const PROVIDER: &str = "Northwind Cloud Ltd";
pub(crate) const VENDOR: &str = "Tessera Software AB";

/// Accounts by name.
pub(crate) struct World {
    accounts: BTreeMap<String, Party>,
}

/// An account and its key.
pub(crate) struct Party {
    pub(crate) id: String,
    pub(crate) key: String,
}

impl World {
    /// Builds the demo's world.
    pub(crate) async fn build(shell: &Shell) -> Self {
        shell.done(&["demo", "--build-only"]).await;
        let found = shell.run(&["--json", "account", "list"]).await.json();
        let mut accounts = BTreeMap::new();
        let customers = CUSTOMERS.map(|(name, ..)| name);
        for account in found["items"].as_array().unwrap() {
            let (id, name) = (account["id"].as_str(), account["name"].as_str());
            let (id, name) = (id.unwrap(), name.unwrap());
            if !SELLERS.contains(&name) && !customers.contains(&name) && name != VENDOR {
                continue;
            }
            let line = [
                "--json", "admin", "key", "create", "proof", id, "--role", "owner",
            ];
            let made = shell.run(&line).await.json();
            let party = Party {
                id: id.to_owned(),
                key: made["secret"].as_str().unwrap().to_owned(),
            };
            accounts.insert(name.to_owned(), party);
        }
        Self { accounts }
    }

    pub(crate) fn party(&self, name: &str) -> &Party {
        &self.accounts[name]
    }
}
