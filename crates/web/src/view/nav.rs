//! Navigation at the side, by what the reader may do.

use super::kit::Txt;
use super::text::Tr;

/// An entry.
#[derive(Clone)]
pub struct NavItem {
    /// Name.
    pub label: Txt,
    /// Address.
    pub href: &'static str,
    /// Icon.
    pub icon: &'static str,
    /// Whether the page is this one or below it.
    pub current: bool,
    /// How many wait there.
    pub count: Option<Txt>,
}

/// Entries under a heading.
#[derive(Clone)]
pub struct NavGroup {
    /// Heading; may be empty.
    pub label: Txt,
    /// Entries.
    pub items: Vec<NavItem>,
}

/// Text key of the name, address, icon, action that the reader must be allowed (empty for none).
type Entry = (&'static str, &'static str, &'static str, &'static str);
type Group = (&'static str, &'static [Entry]);

const DASHBOARD: &[Group] = &[
    (
        "",
        &[
            ("nav-home", "/my", "layout-dashboard", ""),
            (
                "nav-subscriptions",
                "/my/subscriptions",
                "package",
                "subscription.view",
            ),
            ("nav-orders", "/my/orders", "shopping-cart", "order.view"),
        ],
    ),
    (
        "nav-g-money",
        &[
            (
                "nav-invoices",
                "/my/invoices",
                "receipt-text",
                "invoice.view",
            ),
            ("nav-credit", "/my/credit", "hand-coins", "payment.view"),
            (
                "nav-payment-methods",
                "/my/payment-methods",
                "credit-card",
                "payment_method.manage",
            ),
        ],
    ),
    (
        "nav-g-account",
        &[
            ("nav-users", "/my/users", "users", "user.manage"),
            (
                "nav-api-keys",
                "/my/api-keys",
                "key-round",
                "api_key.manage",
            ),
            ("nav-audit", "/my/audit", "history", "audit.view"),
            ("nav-settings", "/my/settings", "settings", ""),
        ],
    ),
];

const PANEL: &[Group] = &[
    (
        "",
        &[
            ("nav-home", "/panel", "layout-dashboard", ""),
            ("nav-orders", "/panel/orders", "shopping-cart", "order.view"),
            (
                "nav-subscriptions",
                "/panel/subscriptions",
                "package",
                "subscription.view",
            ),
            (
                "nav-customers",
                "/panel/customers",
                "building-2",
                "account.view",
            ),
        ],
    ),
    (
        "nav-g-catalogue",
        &[
            ("nav-products", "/panel/products", "boxes", "product.view"),
            (
                "nav-price-books",
                "/panel/price-books",
                "book-marked",
                "price_book.view",
            ),
            (
                "nav-bundles",
                "/panel/bundles",
                "package",
                "price_book.view",
            ),
            (
                "nav-coupons",
                "/panel/coupons",
                "percent",
                "price_book.view",
            ),
            (
                "nav-exchange-rates",
                "/panel/exchange-rates",
                "repeat",
                "price_book.view",
            ),
        ],
    ),
    (
        "nav-g-billing",
        &[
            (
                "nav-invoices-issued",
                "/panel/invoices",
                "receipt-text",
                "invoice.view",
            ),
            (
                "nav-invoices-received",
                "/panel/invoices/received",
                "inbox",
                "invoice.view",
            ),
            (
                "nav-payments",
                "/panel/payments",
                "hand-coins",
                "payment.record",
            ),
            ("nav-usage", "/panel/usage", "activity", "usage.import"),
            (
                "nav-late-usage",
                "/panel/usage/late",
                "hourglass",
                "usage.import",
            ),
            (
                "nav-billing-runs",
                "/panel/billing-runs",
                "play",
                "usage.import",
            ),
            ("nav-tax", "/panel/tax", "landmark", "relationship.manage"),
            (
                "nav-settlements",
                "/panel/settlements",
                "coins",
                "ledger.view",
            ),
            ("nav-ledger", "/panel/ledger", "scale", "ledger.view"),
        ],
    ),
    (
        "nav-g-operations",
        &[
            (
                "nav-tasks",
                "/panel/tasks",
                "clipboard-check",
                "delivery.report",
            ),
            (
                "nav-deliveries",
                "/panel/deliveries",
                "truck",
                "delivery.view",
            ),
            ("nav-jobs", "/panel/jobs", "list-checks", "job.view"),
            ("nav-events", "/panel/events", "workflow", "event.view"),
            ("nav-mails", "/panel/mails", "mail", "mail.view"),
            (
                "nav-webhooks",
                "/panel/webhooks",
                "webhook",
                "webhook.manage",
            ),
        ],
    ),
    (
        "nav-g-account",
        &[
            ("nav-users", "/panel/users", "users", "user.manage"),
            (
                "nav-api-keys",
                "/panel/api-keys",
                "key-round",
                "api_key.manage",
            ),
            ("nav-audit", "/panel/audit", "history", "audit.view"),
        ],
    ),
];

const VENDOR: &[Group] = &[
    (
        "",
        &[
            ("nav-tasks", "/vendor", "clipboard-check", "delivery.report"),
            (
                "nav-deliveries",
                "/vendor/deliveries",
                "truck",
                "delivery.view",
            ),
            (
                "nav-subscriptions",
                "/vendor/subscriptions",
                "package",
                "subscription.view",
            ),
            ("nav-products", "/vendor/products", "boxes", "product.view"),
            (
                "nav-settlements",
                "/vendor/settlements",
                "coins",
                "ledger.view",
            ),
        ],
    ),
    (
        "nav-g-integration",
        &[
            (
                "nav-webhooks",
                "/vendor/webhooks",
                "webhook",
                "webhook.manage",
            ),
            (
                "nav-api-keys",
                "/vendor/api-keys",
                "key-round",
                "api_key.manage",
            ),
            ("nav-audit", "/vendor/audit", "history", "audit.view"),
            ("nav-users", "/vendor/users", "users", "user.manage"),
        ],
    ),
];

/// Which navigation.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Menu {
    /// The customer's.
    Dashboard,
    /// A seller's.
    Panel,
    /// A vendor's.
    Vendor,
}

/// Pages without an entry of their own, and the entry that they belong to.
const BELONGS: &[(&str, &str)] = &[
    ("/my/certificates", "/my/settings"),
    ("/my/statement", "/my/invoices"),
    ("/panel/bank", "/panel/payments"),
    ("/panel/drafts", "/panel/invoices"),
    ("/panel/dunning", "/panel/payments"),
    ("/panel/refunds", "/panel/payments"),
    ("/panel/statement", "/panel/invoices/received"),
    ("/panel/stripe", "/panel/payments"),
];

/// Whether a page is at an address or below it.
fn is_in(path: &str, at: &str) -> bool {
    path.strip_prefix(at)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// The navigation for a reader at `path`, without the entries that `may` denies (it is asked with the names of actions),
/// with the numbers waiting at some addresses.
pub fn build(
    t: &Tr,
    menu: Menu,
    path: &str,
    may: impl Fn(&str) -> bool,
    waiting: &[(&str, u32)],
) -> Vec<NavGroup> {
    let groups = match menu {
        Menu::Dashboard => DASHBOARD,
        Menu::Panel => PANEL,
        Menu::Vendor => VENDOR,
    };
    let asked = path.split('?').next().unwrap_or(path);
    let belongs = BELONGS.iter().find(|(at, _)| is_in(asked, at));
    let path = belongs.map_or(asked, |(_, entry)| entry);
    let inside = |href: &str| is_in(path, href);
    // The most specific entry is the current one.
    let entries = || groups.iter().flat_map(|(_, entries)| entries.iter());
    let current = entries()
        .map(|entry| entry.1)
        .filter(|href| inside(href))
        .max_by_key(|href| href.len());
    groups
        .iter()
        .map(|(label, entries)| NavGroup {
            label: if label.is_empty() {
                Txt::default()
            } else {
                t.tr(label)
            },
            items: entries
                .iter()
                .filter(|(_, _, _, action)| action.is_empty() || may(action))
                .map(|(label, href, icon, _)| NavItem {
                    label: t.tr(label),
                    href,
                    icon,
                    current: current == Some(*href),
                    count: waiting
                        .iter()
                        .find(|(at, count)| at == href && *count > 0)
                        .map(|(_, count)| t.int(i64::from(*count))),
                })
                .collect(),
        })
        .filter(|group| !group.items.is_empty())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use tradewind_kernel::{Locale, Zone};

    fn current(path: &str) -> Vec<&'static str> {
        let t = Tr::new(Locale::En, Zone::utc());
        let groups = build(&t, Menu::Panel, path, |_| true, &[]);
        let items = groups.into_iter().flat_map(|group| group.items);
        let current = items.filter(|item| item.current);
        current.map(|item| item.href).collect()
    }

    #[test]
    fn every_page_is_below_one_entry() {
        for (path, entry) in [
            ("/panel", "/panel"),
            ("/panel/payments/pay_1", "/panel/payments"),
            ("/panel/bank?view=ignored", "/panel/payments"),
            ("/panel/bank/mappings", "/panel/payments"),
            ("/panel/dunning", "/panel/payments"),
            ("/panel/drafts/inv_1", "/panel/invoices"),
            ("/panel/statement", "/panel/invoices/received"),
            ("/panel/tax/rates", "/panel/tax"),
            ("/panel/banks", "/panel"),
        ] {
            assert_eq!(current(path), [entry], "{path}");
        }
    }
}
