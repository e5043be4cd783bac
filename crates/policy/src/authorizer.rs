//! The one place that decides.

use std::{
    collections::HashMap,
    sync::{OnceLock, PoisonError, RwLock},
};

use tradewind_kernel::Result;

use crate::{
    engine::{Engine, Facts, Roles},
    rules::{in_scope, relation},
    types::{Action, Decision, Principal, PrincipalKind, Role, Target},
};

/// Decides who may do what.
///
/// The policies look at nothing but a few facts of small range, so that every question is evaluated once and its answer
/// remembered: a decision costs a look into a table. Since the policies are part of the program, all authorizers of a
/// process share what they know.
#[derive(Debug, Clone, Copy)]
pub struct Authorizer {
    shared: &'static Shared,
}

#[derive(Debug)]
struct Shared {
    engine: Engine,
    known: RwLock<HashMap<Question, bool>>,
}

/// An action by its name, and all that the answer depends on.
type Question = (&'static str, Facts);

/// The question whether a thing may be known to exist; not an action that anyone takes.
const SEE: &str = "see";

static SHARED: OnceLock<Shared> = OnceLock::new();

impl Authorizer {
    /// Parses the policies, unless that was done before.
    ///
    /// # Errors
    /// An internal error when they do not parse, which a test excludes.
    pub fn new() -> Result<Self> {
        if let Some(shared) = SHARED.get() {
            return Ok(Self { shared });
        }
        let parsed = Shared {
            engine: Engine::new()?,
            known: RwLock::default(),
        };
        Ok(Self {
            shared: SHARED.get_or_init(|| parsed),
        })
    }

    /// Whether the principal may do this to the thing; also how to refuse when not.
    #[must_use]
    pub fn decide(&self, principal: &Principal, action: Action, target: &Target) -> Decision {
        if principal.kind == PrincipalKind::System {
            return Decision::Allow;
        }
        let relation = relation(principal.account, target);
        if !relation.exists() {
            return Decision::Hidden;
        }
        let facts = Facts {
            principal: principal.kind,
            account: principal.account_kind,
            roles: principal.roles.iter().copied().collect(),
            relation,
            in_scope: in_scope(principal.scopes.as_deref(), action),
            kind: target.kind,
        };
        self.evaluate(action, &facts).unwrap_or_else(|_| {
            // Policies that cannot be evaluated permit nothing.
            Decision::Denied {
                reason: "the authorisation policies could not be evaluated".to_owned(),
            }
        })
    }

    fn evaluate(&self, action: Action, facts: &Facts) -> Result<Decision> {
        // What is there to be seen depends neither on roles nor on scopes.
        let anyone = Facts {
            roles: Roles::default(),
            in_scope: true,
            ..*facts
        };
        if !self.permits(SEE, anyone)? {
            return Ok(Decision::Hidden);
        }
        if self.permits(action.as_str(), *facts)? {
            return Ok(Decision::Allow);
        }
        let reason = self.reason(action, facts)?;
        Ok(Decision::Denied { reason })
    }

    /// The answer of the policies, remembered.
    fn permits(&self, action: &'static str, facts: Facts) -> Result<bool> {
        let question = (action, facts);
        let Shared { engine, known } = self.shared;
        let answer = known
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .get(&question)
            .copied();
        if let Some(permitted) = answer {
            return Ok(permitted);
        }
        let permitted = engine.permits(action, &facts)?;
        known
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(question, permitted);
        Ok(permitted)
    }

    /// What would have to be different for the action to be permitted.
    fn reason(&self, action: Action, facts: &Facts) -> Result<String> {
        let unscoped = Facts {
            in_scope: true,
            ..*facts
        };
        if !facts.in_scope && self.permits(action.as_str(), unscoped)? {
            return Ok(format!("the scopes of the API key do not include {action}"));
        }
        let mut roles = Vec::new();
        for role in Role::ALL {
            let with_role = Facts {
                roles: Roles::from_iter([*role]),
                ..unscoped
            };
            if self.permits(action.as_str(), with_role)? {
                roles.push(role.as_str());
            }
        }
        Ok(match roles.as_slice() {
            [] => format!(
                "{action} is not open to a {} in this relation to the {}",
                facts.account, facts.kind
            ),
            roles => format!("{action} needs one of the roles {}", roles.join(", ")),
        })
    }
}

#[cfg(test)]
mod tests {
    use tradewind_kernel::id::AccountId;

    use super::*;
    use crate::types::{AccountKind, ResourceKind};

    #[test]
    fn what_is_remembered_is_what_the_policies_say() {
        let authorizer = Authorizer::new().unwrap();
        let account = AccountId::generate();
        let order = Target::owned(ResourceKind::Order, account, vec![account]);
        for role in Role::ALL {
            let user = Principal::user("usr_1", account, AccountKind::Reseller, vec![*role]);
            for action in [
                Action::OrderView,
                Action::OrderApprove,
                Action::PriceBookManage,
            ] {
                let first = authorizer.decide(&user, action, &order);
                assert_eq!(authorizer.decide(&user, action, &order), first);
            }
        }
        let known = authorizer.shared.known.read().unwrap().clone();
        assert!(known.len() > 3 * Role::ALL.len());
        for ((action, facts), permitted) in known {
            let again = authorizer.shared.engine.permits(action, &facts).unwrap();
            assert_eq!(again, permitted, "{action} {facts:?}");
        }
    }
}
