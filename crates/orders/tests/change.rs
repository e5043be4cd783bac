//! What a change is to its buyer, and so when it takes effect.

use std::collections::BTreeMap;

use tradewind_kernel::Decimal;
use tradewind_orders::{
    rules::{ChangeFacts, classify},
    types::ChangeClass,
};

fn change(
    plan_changes: bool,
    before: &[(&str, i64)],
    after: &[(&str, i64)],
    recurring: (i64, i64),
) -> ChangeClass {
    let quantities = |pairs: &[(&str, i64)]| -> BTreeMap<String, Decimal> {
        pairs
            .iter()
            .map(|(code, quantity)| ((*code).to_owned(), Decimal::from(*quantity)))
            .collect()
    };
    classify(&ChangeFacts {
        plan_changes,
        before: quantities(before),
        after: quantities(after),
        recurring_before: Decimal::from(recurring.0),
        recurring_after: Decimal::from(recurring.1),
    })
}

#[test]
fn quantities_of_the_same_plan_decide_by_themselves() {
    use ChangeClass::{Downgrade, Neutral, Upgrade};
    assert_eq!(
        change(false, &[("seats", 5)], &[("seats", 5)], (50, 50)),
        Neutral
    );
    assert_eq!(
        change(false, &[("seats", 5)], &[("seats", 6)], (50, 60)),
        Upgrade
    );
    assert_eq!(
        change(false, &[("seats", 5)], &[("seats", 4)], (50, 40)),
        Downgrade
    );
    // More of something with a volume price can cost less and is an upgrade all the same.
    assert_eq!(
        change(false, &[("seats", 9)], &[("seats", 10)], (90, 80)),
        Upgrade
    );
    assert_eq!(
        change(
            false,
            &[("seats", 5)],
            &[("seats", 5), ("backup", 1)],
            (50, 60)
        ),
        Upgrade
    );
    assert_eq!(
        change(
            false,
            &[("seats", 5), ("backup", 1)],
            &[("seats", 5)],
            (60, 50)
        ),
        Downgrade
    );
}

#[test]
fn what_recurs_decides_between_plans_and_mixed_changes() {
    use ChangeClass::{Downgrade, Upgrade};
    assert_eq!(
        change(
            false,
            &[("a", 5), ("b", 5)],
            &[("a", 6), ("b", 4)],
            (50, 51)
        ),
        Upgrade
    );
    assert_eq!(
        change(
            false,
            &[("a", 5), ("b", 5)],
            &[("a", 6), ("b", 4)],
            (50, 49)
        ),
        Downgrade
    );
    assert_eq!(
        change(true, &[("seats", 5)], &[("seats", 5)], (50, 80)),
        Upgrade
    );
    assert_eq!(
        change(true, &[("seats", 5)], &[("seats", 5)], (80, 50)),
        Downgrade
    );
    assert_eq!(
        change(true, &[("seats", 5)], &[("seats", 1)], (50, 50)),
        Upgrade
    );
}
