//! What can be said without asking a policy: how a principal is related to a thing, and what a scope covers.

use tradewind_kernel::{Problems, Result, id::AccountId};

use crate::types::{Action, ResourceKind, Target};

/// How an account is related to a thing; several may hold at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Relation {
    /// It owns the thing.
    pub own: bool,
    /// It stands above the owner in the account tree.
    pub above: bool,
    /// It sells the thing.
    pub seller: bool,
    /// It buys the thing.
    pub buyer: bool,
    /// Its product is concerned.
    pub vendor: bool,
}

impl Relation {
    /// Whether there is any relation at all.
    #[must_use]
    pub const fn exists(self) -> bool {
        self.own || self.above || self.seller || self.buyer || self.vendor
    }
}

/// How an account is related to a thing.
#[must_use]
pub fn relation(account: AccountId, target: &Target) -> Relation {
    let own = target.owner == account;
    Relation {
        own,
        above: !own && target.ancestors.contains(&account),
        seller: target.seller == Some(account),
        buyer: target.buyer == Some(account),
        vendor: target.vendor == Some(account),
    }
}

impl Action {
    /// The kind of thing the action is named after: `order` of `order.place`.
    #[must_use]
    pub fn resource(self) -> &'static str {
        self.split().0
    }

    /// What is done to it: `place` of `order.place`.
    #[must_use]
    pub fn verb(self) -> &'static str {
        self.split().1
    }

    fn split(self) -> (&'static str, &'static str) {
        self.as_str().split_once('.').unwrap_or((self.as_str(), ""))
    }
}

/// Whether one of the scopes covers the action; no list of scopes covers everything.
#[must_use]
pub fn in_scope(scopes: Option<&[String]>, action: Action) -> bool {
    scopes.is_none_or(|scopes| scopes.iter().any(|scope| covers(scope, action)))
}

/// `order.place`, `order.*`, `*.place` and `*` cover the action `order.place`.
fn covers(scope: &str, action: Action) -> bool {
    let (resource, verb) = scope.split_once('.').unwrap_or((scope, "*"));
    if resource == scope && scope != "*" {
        return false;
    }
    let fits = |pattern: &str, name: &str| pattern == "*" || pattern == name;
    fits(resource, action.resource()) && fits(verb, action.verb())
}

/// Checks the scopes that an API key is to have: each must cover at least one action.
///
/// # Errors
/// Names `scopes.N` for each that covers nothing, with what is allowed.
pub fn check_scopes(scopes: &[String]) -> Result<()> {
    let mut problems = Problems::new();
    for (i, scope) in scopes.iter().enumerate() {
        if !Action::ALL.iter().any(|action| covers(scope, *action)) {
            problems.add(format!("scopes.{i}"), "unknown_scope", expected(scope));
        }
    }
    problems.finish()
}

/// What could have been meant: the actions on the same thing, else the kinds of things.
fn expected(scope: &str) -> String {
    let shown: String = scope.chars().take(40).collect();
    let resource = scope.split('.').next().unwrap_or_default();
    let mut known: Vec<&str> = Action::ALL
        .iter()
        .filter(|action| action.resource() == resource)
        .map(|action| action.as_str())
        .collect();
    if known.is_empty() {
        known = ResourceKind::ALL
            .iter()
            .map(|kind| kind.as_str())
            .filter(|kind| Action::ALL.iter().any(|action| action.resource() == *kind))
            .collect();
        return format!(
            "{shown:?} covers no action; expected *, *.view, or resource.verb or resource.* with one of {}",
            known.join(", ")
        );
    }
    format!(
        "{shown:?} covers no action; expected {resource}.* or one of {}",
        known.join(", ")
    )
}
