//! Storefront, customer dashboard and control panels.
