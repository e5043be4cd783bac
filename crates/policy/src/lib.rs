//! Who may do what: the authorisation policies and their evaluation.
//!
//! The policies are the files in `policies/`, in the Cedar language: what a role gives, which side of a trade an action
//! belongs to, and what may be known to exist at all. Nobody outside this crate sees Cedar; everyone else asks
//! [`Authorizer::decide`].

mod authorizer;
mod engine;
pub mod rules;
pub mod types;

pub use authorizer::Authorizer;
pub use rules::{check_scopes, relation};
pub use types::{
    AccountKind, Action, Decision, Principal, PrincipalKind, ResourceKind, Role, Target,
};
