//! Who may do what: the authorisation policies and their evaluation.

pub mod types;

pub use types::{
    AccountKind, Action, Decision, Principal, PrincipalKind, ResourceKind, Role, Target,
};
