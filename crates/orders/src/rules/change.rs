//! What a change of a subscription is to its buyer, and so when it takes effect.

use std::collections::BTreeMap;

use tradewind_kernel::Decimal;

use crate::types::ChangeClass;

/// A change, as far as its class depends on it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangeFacts {
    /// Whether another plan is asked for.
    pub plan_changes: bool,
    /// The quantities now, by item code.
    pub before: BTreeMap<String, Decimal>,
    /// The quantities asked for, by item code.
    pub after: BTreeMap<String, Decimal>,
    /// What recurs now, at the customer's leg, in its currency and per comparable stretch of time.
    pub recurring_before: Decimal,
    /// What would recur, in the same currency and stretch.
    pub recurring_after: Decimal,
}

/// Upgrades take effect at once, downgrades at the end of the period.
///
/// With the same plan it depends on the quantities: all that change grow, or all shrink. With another plan, or when
/// some grow and others shrink, what recurs decides, and an equal amount is an upgrade: nobody has to wait for it.
#[must_use]
pub fn classify(facts: &ChangeFacts) -> ChangeClass {
    let codes = facts.before.keys().chain(facts.after.keys());
    let (mut more, mut less) = (false, false);
    for code in codes {
        let before = facts.before.get(code).copied().unwrap_or_default();
        let after = facts.after.get(code).copied().unwrap_or_default();
        more |= after > before;
        less |= after < before;
    }
    match (facts.plan_changes, more, less) {
        (false, false, false) => ChangeClass::Neutral,
        (false, true, false) => ChangeClass::Upgrade,
        (false, false, true) => ChangeClass::Downgrade,
        (true, ..) | (false, true, true) => {
            if facts.recurring_after >= facts.recurring_before {
                ChangeClass::Upgrade
            } else {
                ChangeClass::Downgrade
            }
        }
    }
}
