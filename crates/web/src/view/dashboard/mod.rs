//! The customer's dashboard. Orders, subscriptions, invoices, users, keys and settings are in [`super::shared`].

mod certificates;
mod home;
mod payment;

pub use certificates::{CertificatesPage, OwnCertificate};
pub use home::{HomePage, Need, next_stat};
pub use payment::{AwayPage, Confirm, PayMethod, PayPage, PaymentMethodRow, PaymentMethodsPage};
