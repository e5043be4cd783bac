//! Decisions about accounts, people and their access: pure, from facts given.

pub mod account;
pub mod credential;
pub mod password;
pub mod place;
pub mod relationship;
pub mod roles;
pub mod sign_in;
mod svg;
pub mod tree;
