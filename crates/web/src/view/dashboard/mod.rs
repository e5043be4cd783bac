//! The customer's dashboard. Orders, subscriptions, invoices, users, keys and settings are in [`super::shared`].

mod costs;
mod home;
mod payment;

pub use costs::{CostRow, CostsPage};
pub use home::{HomePage, Need, next_stat};
pub use payment::{PayMethod, PayPage, PaymentMethodRow, PaymentMethodsPage};
