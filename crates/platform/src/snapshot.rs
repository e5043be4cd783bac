//! What one request reads, it reads from one snapshot.
//!
//! A page asks many use cases, and each of them would begin a transaction of its own and load again what the one before
//! has loaded. Under a snapshot they share one reading transaction, and what was read in it is remembered: nothing in it
//! can change. Who may see what is still decided by each use case for itself.

use std::any::{Any, TypeId};
use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tradewind_kernel::id::RealmId;

use crate::db::{Db, Result, Tx};

/// What was read in a transaction that only reads.
#[derive(Default)]
pub(crate) struct Known(HashMap<(TypeId, RealmId, String), Arc<dyn Any + Send + Sync>>);

impl Known {
    pub(crate) fn get<T: Any + Send + Sync>(&self, realm: RealmId, key: String) -> Option<Arc<T>> {
        let found = self.0.get(&(TypeId::of::<T>(), realm, key))?;
        Arc::clone(found).downcast().ok()
    }

    pub(crate) fn put<T: Any + Send + Sync>(&mut self, realm: RealmId, key: String, value: Arc<T>) {
        self.0.insert((TypeId::of::<T>(), realm, key), value);
    }
}

impl fmt::Debug for Known {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Known({})", self.0.len())
    }
}

/// A reading transaction with what was read in it.
#[derive(Debug)]
pub(crate) struct Reading {
    pub(crate) tx: Tx,
    pub(crate) known: Known,
    /// Kept as long as the transaction stays open between use cases.
    pub(crate) permit: Option<OwnedSemaphorePermit>,
}

/// The snapshot of a request. Cheap to clone: the clones are the same snapshot. Begins when something is read first, ends
/// when it is closed; then the next read begins another.
#[derive(Clone, Default)]
pub struct Snapshot(Arc<Mutex<Option<Reading>>>);

impl fmt::Debug for Snapshot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Snapshot")
    }
}

impl Snapshot {
    fn take(&self) -> Option<Reading> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    /// Ends the snapshot, when it has begun.
    ///
    /// # Errors
    /// Database errors.
    pub async fn close(&self) -> Result<()> {
        match self.take() {
            Some(reading) => reading.tx.rollback().await,
            None => Ok(()),
        }
    }
}

/// How many snapshots stay open between use cases. There is always a connection left for whoever reads beside a snapshot,
/// so that requests never wait for each other in a circle.
#[derive(Clone, Debug)]
pub(crate) struct Open(Arc<Semaphore>);

impl Open {
    pub(crate) fn new(at_most: usize) -> Self {
        Self(Arc::new(Semaphore::new(at_most)))
    }

    /// The transaction of a snapshot, or a new one.
    pub(crate) async fn begin(&self, db: &Db, snapshot: Option<&Snapshot>) -> Result<Reading> {
        if let Some(reading) = snapshot.and_then(Snapshot::take) {
            return Ok(reading);
        }
        let permit = snapshot.and_then(|_| Arc::clone(&self.0).try_acquire_owned().ok());
        Ok(Reading {
            tx: db.read().await?,
            known: Known::default(),
            permit,
        })
    }

    /// Leaves a transaction to the next use case of its snapshot, or ends it.
    pub(crate) async fn end(&self, reading: Reading, snapshot: Option<&Snapshot>) -> Result<()> {
        if let Some(snapshot) = snapshot.filter(|_| reading.permit.is_some()) {
            let mut kept = snapshot.0.lock().unwrap_or_else(PoisonError::into_inner);
            if kept.is_none() {
                *kept = Some(reading);
                return Ok(());
            }
        }
        reading.tx.rollback().await
    }
}
