//! Storefront, customer dashboard and control panels.
//!
//! [`view`] holds the pages: plain structs, filled from the services, that render themselves. [`assets`] holds what the
//! pages load, [`brand`] the colours of each seller.

pub mod assets;
pub mod brand;
pub mod view;
