//! The vendor's own state: one tenant per subscription, kept in a JSON file that is replaced as a whole.

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Mutex;

/// Whether a tenant can be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum TenantState {
    Running,
    Suspended,
}

/// What the vendor runs for one subscription.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Tenant {
    pub(crate) state: TenantState,
    pub(crate) name: String,
    pub(crate) plan: String,
    pub(crate) quantities: BTreeMap<String, String>,
    pub(crate) password: String,
}

/// All tenants by subscription id.
pub(crate) struct Tenants {
    file: PathBuf,
    by_subscription: Mutex<BTreeMap<String, Tenant>>,
}

impl Tenants {
    /// Reads the file, or starts empty when there is none.
    pub(crate) fn open(file: PathBuf) -> Result<Self> {
        let by_subscription = match std::fs::read(&file) {
            Ok(bytes) => serde_json::from_slice(&bytes)
                .with_context(|| format!("reading {}", file.display()))?,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => BTreeMap::new(),
            Err(error) => return Err(error).with_context(|| format!("reading {}", file.display())),
        };
        Ok(Self {
            file,
            by_subscription: Mutex::new(by_subscription),
        })
    }

    /// The tenant of a subscription, if there is one.
    pub(crate) fn get(&self, subscription: &str) -> Option<Tenant> {
        self.lock().get(subscription).cloned()
    }

    /// Stores a tenant; it is on disk when this returns.
    pub(crate) fn put(&self, subscription: &str, tenant: Tenant) -> Result<()> {
        let mut tenants = self.lock();
        tenants.insert(subscription.to_owned(), tenant);
        self.save(&tenants)
    }

    /// Removes a tenant; removing one that is gone is no error.
    pub(crate) fn remove(&self, subscription: &str) -> Result<()> {
        let mut tenants = self.lock();
        tenants.remove(subscription);
        self.save(&tenants)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, BTreeMap<String, Tenant>> {
        self.by_subscription
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    fn save(&self, tenants: &BTreeMap<String, Tenant>) -> Result<()> {
        let beside = self.file.with_extension("new");
        std::fs::write(&beside, serde_json::to_vec_pretty(tenants)?)
            .and_then(|()| std::fs::rename(&beside, &self.file))
            .with_context(|| format!("writing {}", self.file.display()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tenants_survive_a_restart() {
        let file =
            std::env::temp_dir().join(format!("tradewind-vendor-{}.json", std::process::id()));
        let tenant = Tenant {
            state: TenantState::Running,
            name: "Acme".into(),
            plan: "team".into(),
            quantities: BTreeMap::from([("seats".into(), "5".into())]),
            password: "secret".into(),
        };
        Tenants::open(file.clone())
            .unwrap()
            .put("sub_1", tenant.clone())
            .unwrap();
        let again = Tenants::open(file.clone()).unwrap();
        assert_eq!(again.get("sub_1"), Some(tenant));
        again.remove("sub_1").unwrap();
        again.remove("sub_1").unwrap();
        assert_eq!(Tenants::open(file.clone()).unwrap().get("sub_1"), None);
        std::fs::remove_file(file).unwrap();
    }
}
