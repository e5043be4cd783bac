//! Randomness that can be had again: the same seed throws the same numbers.

use std::sync::atomic::{AtomicU64, Ordering};

/// A die shared by whoever holds it.
#[derive(Debug)]
pub(crate) struct Dice(AtomicU64);

impl Dice {
    pub(crate) fn new(seed: u64) -> Self {
        Self(AtomicU64::new(seed))
    }

    /// A number below `sides`.
    pub(crate) fn throw(&self, sides: u64) -> u64 {
        // SplitMix64: every step is a function of the counter, so that concurrent throws need no lock.
        let mut z = self.0.fetch_add(0x9E37_79B9_7F4A_7C15, Ordering::Relaxed);
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (z ^ (z >> 31)) % sides.max(1)
    }

    /// A number from a range.
    pub(crate) fn between(&self, least: u64, most: u64) -> u64 {
        least + self.throw(most - least + 1)
    }

    /// Whether something happens that happens in so many cases of a hundred.
    pub(crate) fn percent(&self, chance: u64) -> bool {
        self.throw(100) < chance
    }

    /// A die of its own for one who throws in an order of its own.
    pub(crate) fn another(&self) -> Self {
        Self::new(self.throw(u64::MAX))
    }
}
