//! The policies, parsed once, and their evaluation by Cedar.

use std::{
    collections::{HashMap, HashSet},
    str::FromStr,
};

use cedar_policy::{
    ActionConstraint, Authorizer as Cedar, Context, Decision as Verdict, Entities, Entity,
    EntityId, EntityTypeName, EntityUid, Policy, PolicySet, Request, RestrictedExpression, Schema,
};
use tradewind_kernel::{Error, Result};

use crate::{
    rules::Relation,
    types::{AccountKind, PrincipalKind, ResourceKind, Role},
};

const SCHEMA: &str = include_str!("../policies/schema.cedarschema");
/// One text: the names of policies are given by their place in it.
const POLICIES: &str = concat!(
    include_str!("../policies/visibility.cedar"),
    include_str!("../policies/roles.cedar"),
    include_str!("../policies/sides.cedar"),
    include_str!("../policies/limits.cedar"),
);

/// Everything about one question that a policy can depend on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Facts {
    pub(crate) principal: PrincipalKind,
    pub(crate) account: AccountKind,
    pub(crate) roles: Roles,
    pub(crate) relation: Relation,
    pub(crate) in_scope: bool,
    pub(crate) kind: ResourceKind,
}

/// A set of roles.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub(crate) struct Roles(u8);

impl Roles {
    fn has(self, role: Role) -> bool {
        self.0 & Self::bit(role) != 0
    }

    const fn bit(role: Role) -> u8 {
        1 << role as u8
    }
}

impl FromIterator<Role> for Roles {
    fn from_iter<I: IntoIterator<Item = Role>>(roles: I) -> Self {
        Self(roles.into_iter().fold(0, |all, role| all | Self::bit(role)))
    }
}

/// The parsed policies, by the names of the actions.
#[derive(Debug)]
pub(crate) struct Engine {
    cedar: Cedar,
    actions: HashMap<String, Known>,
    types: Types,
}

/// An action with the groups it is in, and the policies that are about it.
#[derive(Debug)]
struct Known {
    action: Entity,
    policies: PolicySet,
}

#[derive(Debug)]
struct Types {
    principal: EntityTypeName,
    role: EntityTypeName,
    thing: EntityTypeName,
}

impl Engine {
    pub(crate) fn new() -> Result<Self> {
        let type_name = |name: &str| EntityTypeName::from_str(name).map_err(Error::internal);
        let policies = PolicySet::from_str(POLICIES).map_err(Error::internal)?;
        let entities = schema()?.action_entities().map_err(Error::internal)?;
        let mut actions = HashMap::new();
        for action in entities.iter() {
            let about_it = policies
                .policies()
                .filter(|policy| is_about(policy, &action.uid(), &entities));
            let known = Known {
                policies: PolicySet::from_policies(about_it.cloned()).map_err(Error::internal)?,
                action: action.clone(),
            };
            actions.insert(action.uid().id().unescaped().to_owned(), known);
        }
        Ok(Self {
            cedar: Cedar::new(),
            actions,
            types: Types {
                principal: type_name("Principal")?,
                role: type_name("Role")?,
                thing: type_name("Thing")?,
            },
        })
    }

    /// Whether the policies permit the action of this name.
    pub(crate) fn permits(&self, action: &str, facts: &Facts) -> Result<bool> {
        let principal = uid(&self.types.principal, "asking");
        let thing = uid(&self.types.thing, "asked about");
        let text = |text: &str| RestrictedExpression::new_string(text.to_owned());
        let Known { action, policies } = self
            .actions
            .get(action)
            .ok_or_else(|| Error::internal(format!("the policies know no action {action:?}")))?;
        let entities = [
            action.clone(),
            Entity::new(
                principal.clone(),
                HashMap::from([
                    ("kind".to_owned(), text(facts.principal.as_str())),
                    ("account".to_owned(), text(facts.account.as_str())),
                ]),
                Role::ALL
                    .iter()
                    .filter(|role| facts.roles.has(**role))
                    .map(|role| uid(&self.types.role, role.as_str()))
                    .collect(),
            )
            .map_err(Error::internal)?,
            Entity::new(
                thing.clone(),
                HashMap::from([("kind".to_owned(), text(facts.kind.as_str()))]),
                HashSet::new(),
            )
            .map_err(Error::internal)?,
        ];
        let entities = Entities::from_entities(entities, None).map_err(Error::internal)?;
        let request = Request::new(principal, action.uid(), thing, context(facts)?, None)
            .map_err(Error::internal)?;
        let response = self.cedar.is_authorized(&request, policies, &entities);
        if let Some(error) = response.diagnostics().errors().next() {
            // A policy that fails is skipped by Cedar; were it a refusal, that would permit too much.
            return Err(Error::internal(error.to_string()));
        }
        Ok(response.decision() == Verdict::Allow)
    }
}

fn schema() -> Result<Schema> {
    Schema::from_str(SCHEMA).map_err(Error::internal)
}

/// Whether the scope of a policy includes an action; leaving the others out saves their evaluation.
fn is_about(policy: &Policy, action: &EntityUid, actions: &Entities) -> bool {
    match policy.action_constraint() {
        ActionConstraint::Any => true,
        ActionConstraint::Eq(only) => only == *action,
        ActionConstraint::In(groups) => groups
            .iter()
            .any(|group| group == action || actions.is_ancestor_of(group, action)),
    }
}

fn uid(name: &EntityTypeName, id: &str) -> EntityUid {
    EntityUid::from_type_name_and_id(name.clone(), EntityId::new(id))
}

fn context(facts: &Facts) -> Result<Context> {
    let relation = facts.relation;
    let pairs = [
        ("own", relation.own),
        ("above", relation.above),
        ("seller", relation.seller),
        ("buyer", relation.buyer),
        ("vendor", relation.vendor),
        ("in_scope", facts.in_scope),
    ];
    Context::from_pairs(
        pairs.map(|(name, value)| (name.to_owned(), RestrictedExpression::new_bool(value))),
    )
    .map_err(Error::internal)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use cedar_policy::{ValidationMode, Validator};

    use super::*;
    use crate::types::Action;

    #[test]
    fn the_policies_are_valid_in_strict_mode() {
        let policies = PolicySet::from_str(POLICIES).unwrap();
        let result = Validator::new(schema().unwrap()).validate(&policies, ValidationMode::Strict);
        let found: Vec<String> = result
            .validation_errors()
            .map(ToString::to_string)
            .chain(result.validation_warnings().map(ToString::to_string))
            .collect();
        assert!(found.is_empty(), "{}", found.join("\n"));
    }

    #[test]
    fn every_policy_has_a_name_of_its_own() {
        let policies = PolicySet::from_str(POLICIES).unwrap();
        let names: BTreeSet<&str> = policies
            .policies()
            .map(|policy| policy.annotation("id").expect("a policy without @id"))
            .collect();
        assert_eq!(names.len(), policies.num_of_policies());
    }

    #[test]
    fn the_schema_knows_exactly_the_actions_of_the_program() {
        let schema = schema().unwrap();
        let declared: BTreeSet<String> = schema
            .actions()
            .filter(|action| {
                schema
                    .resources_for_action(action)
                    .is_some_and(|mut r| r.next().is_some())
            })
            .map(|action| action.id().unescaped().to_owned())
            .collect();
        let known: BTreeSet<String> = Action::ALL
            .iter()
            .map(|action| action.as_str().to_owned())
            .chain(["see".to_owned()])
            .collect();
        assert_eq!(declared, known);
    }
}
