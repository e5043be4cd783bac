//! Time as an argument: the clock on the wall, which tests may hold in their hands.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use tradewind_kernel::{Duration, Timestamp};

/// The clock on the wall. Realms read it through their own offset.
#[derive(Clone, Debug, Default)]
pub enum WallClock {
    /// The system's clock.
    #[default]
    System,
    /// A clock that moves only when told to, for tests.
    Manual(ManualClock),
}

impl WallClock {
    /// What the clock shows.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        match self {
            Self::System => Timestamp::from(jiff::Timestamp::now()),
            Self::Manual(clock) => Timestamp::from_micros(clock.0.load(Ordering::SeqCst)),
        }
    }
}

/// A clock for tests, shared by everyone who holds a clone.
#[derive(Clone, Debug)]
pub struct ManualClock(Arc<AtomicI64>);

impl ManualClock {
    /// A clock that stands at this time.
    #[must_use]
    pub fn at(time: Timestamp) -> Self {
        Self(Arc::new(AtomicI64::new(time.as_micros())))
    }

    /// Moves the clock forward.
    pub fn advance(&self, by: Duration) {
        let micros = i64::try_from(by.as_micros()).unwrap_or(i64::MAX);
        self.0.fetch_add(micros, Ordering::SeqCst);
    }
}
