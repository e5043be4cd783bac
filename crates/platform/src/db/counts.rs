//! What has been asked of a database.

use std::sync::atomic::{AtomicU64, Ordering};

/// Counts since the start.
#[derive(Debug, Default)]
pub(super) struct Counts {
    statements: AtomicU64,
    rows_written: AtomicU64,
}

impl Counts {
    /// A statement runs.
    pub(super) fn statement(&self) {
        self.statements.fetch_add(1, Ordering::Relaxed);
    }

    /// A statement has inserted, changed or deleted so many rows.
    pub(super) fn written(&self, rows: u64) {
        self.rows_written.fetch_add(rows, Ordering::Relaxed);
    }

    /// How many statements ran.
    pub(super) fn statements(&self) -> u64 {
        self.statements.load(Ordering::Relaxed)
    }

    /// How many rows were inserted, changed or deleted.
    pub(super) fn rows_written(&self) -> u64 {
        self.rows_written.load(Ordering::Relaxed)
    }
}
