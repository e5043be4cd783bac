//! The nouns of this room.

mod access;
mod account;
mod relationship;
mod user;

pub use access::*;
pub use account::*;
pub use relationship::*;
pub use user::*;
