//! The shape of the account tree: who may stand under whom, and who trades with whom.

use tradewind_policy::AccountKind;

use crate::types::AccountStatus;

/// The kinds of account that may be made under an account of this kind.
#[must_use]
pub fn kinds_below(parent: AccountKind) -> &'static [AccountKind] {
    use AccountKind::{Customer, Distributor, Reseller, Vendor};
    match parent {
        AccountKind::Provider => &[Distributor, Reseller, Customer, Vendor],
        Distributor => &[Distributor, Reseller, Customer],
        Reseller => &[Reseller, Customer],
        Customer | Vendor => &[],
    }
}

/// Whether accounts of this kind sell to accounts below them, and so may have a storefront.
#[must_use]
pub fn sells(kind: AccountKind) -> bool {
    matches!(
        kind,
        AccountKind::Provider | AccountKind::Distributor | AccountKind::Reseller
    )
}

/// Whether an account may have a storefront that others are shown.
#[must_use]
pub fn has_shop(status: AccountStatus, kind: AccountKind) -> bool {
    status == AccountStatus::Active && sells(kind)
}

/// Whether accounts of this kind sell on what they buy (their documents have a purchase side).
#[must_use]
pub fn resells(kind: AccountKind) -> bool {
    matches!(kind, AccountKind::Distributor | AccountKind::Reseller)
}

/// Which of a child and its parent sells to the other: vendors sell to the provider above them, everybody else
/// buys from the account above.
#[must_use]
pub fn child_is_seller(child: AccountKind) -> bool {
    child == AccountKind::Vendor
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_sellers_have_accounts_below_them() {
        for kind in [
            AccountKind::Provider,
            AccountKind::Distributor,
            AccountKind::Reseller,
            AccountKind::Customer,
            AccountKind::Vendor,
        ] {
            assert_eq!(sells(kind), !kinds_below(kind).is_empty(), "{kind:?}");
            assert!(!kinds_below(kind).contains(&AccountKind::Provider));
        }
    }

    #[test]
    fn a_tier_never_stands_under_a_lower_one() {
        assert!(!kinds_below(AccountKind::Reseller).contains(&AccountKind::Distributor));
        assert!(kinds_below(AccountKind::Distributor).contains(&AccountKind::Distributor));
        assert!(!kinds_below(AccountKind::Distributor).contains(&AccountKind::Vendor));
    }
}
