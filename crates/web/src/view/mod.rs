//! The pages.
//!
//! Every page is a plain struct that holds what it shows, typed (`Money`, `Date`, ids as text), and a function `page`
//! that lays it out from the pieces in [`kit`] inside a [`Shell`]. Pages know no services and decide nothing.

pub mod auth;
pub mod dashboard;
pub mod error;
pub mod kit;
pub mod nav;
pub mod panel;
pub mod shared;
pub mod shell;
pub mod storefront;
pub mod text;
pub mod vendor;

pub use shell::{Head, Page, Shell};
pub use text::Tr;
