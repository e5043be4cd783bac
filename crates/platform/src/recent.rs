//! A map that forgets what was not used for long.

use std::{collections::HashMap, hash::Hash};

/// Keeps at most so many values; when full, the quarter that was not used for the longest time goes.
#[derive(Debug)]
pub struct Recent<K, V> {
    capacity: usize,
    clock: u64,
    values: HashMap<K, (u64, V)>,
}

impl<K: Hash + Eq, V> Recent<K, V> {
    /// An empty map for at most `capacity` values.
    #[must_use]
    pub fn new(capacity: usize) -> Self {
        Self {
            capacity: capacity.max(1),
            clock: 0,
            values: HashMap::new(),
        }
    }

    /// A value, which counts as used now.
    pub fn get(&mut self, key: &K) -> Option<&V> {
        self.clock += 1;
        let (used, value) = self.values.get_mut(key)?;
        *used = self.clock;
        Some(value)
    }

    /// Keeps a value.
    pub fn put(&mut self, key: K, value: V) {
        if self.values.len() >= self.capacity && !self.values.contains_key(&key) {
            self.make_room();
        }
        self.clock += 1;
        self.values.insert(key, (self.clock, value));
    }

    fn make_room(&mut self) {
        let mut uses: Vec<u64> = self.values.values().map(|(used, _)| *used).collect();
        uses.sort_unstable();
        let keep_after = uses.get(uses.len() / 4).copied().unwrap_or(u64::MAX);
        self.values.retain(|_, (used, _)| *used > keep_after);
    }
}

#[cfg(test)]
mod tests {
    use super::Recent;

    #[test]
    fn the_least_recently_used_go_first() {
        let mut recent = Recent::new(4);
        for key in 0..4 {
            recent.put(key, key * 10);
        }
        assert_eq!(recent.get(&0), Some(&0));
        recent.put(4, 40);
        let present: Vec<bool> = (0..5).map(|key| recent.get(&key).is_some()).collect();
        assert_eq!(present, [true, false, false, true, true]);
    }

    #[test]
    fn a_map_for_one_value_keeps_the_last() {
        let mut recent = Recent::new(1);
        recent.put("a", 1);
        recent.put("b", 2);
        assert_eq!(recent.get(&"a"), None);
        assert_eq!(recent.get(&"b"), Some(&2));
        recent.put("b", 3);
        assert_eq!(recent.get(&"b"), Some(&3));
    }
}
