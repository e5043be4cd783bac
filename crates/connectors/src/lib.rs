//! Adapters behind the payment, mail and webhook ports: a careful HTTP client, mail into an outbox or to a mail server,
//! a card gateway for sandboxes, Stripe, the register of VAT ids, tax engines.

mod http;
mod mail;
mod migrations;
mod sandbox;
mod store;
mod stripe;
mod tax_engine;
mod vies;

pub use http::{HttpClient, HttpClientConfig, install_crypto_provider, is_public};
#[cfg(feature = "smtp")]
pub use mail::SmtpMailer;
pub use mail::{OutboxEntry, OutboxMail, OutboxMailer, OutboxQuery, outbox_get, outbox_list};

pub use migrations::MIGRATIONS;
pub use sandbox::{SandboxGateway, SandboxPayment};
pub use store::statements;
pub use stripe::{
    Gateways, MethodPage, MethodSetup, PageBegin, SetupBegin, SetupFinish, StripeConfig,
    StripeGateway, StripeRef, StripeSet, method_page_begin, method_setup_begin,
    method_setup_finish, stripe_get, stripe_keeps, stripe_remove, stripe_set, stripe_test,
    stripe_webhook, verify,
};
pub use tax_engine::HttpTaxEngine;
pub use vies::{VIES_URL, ViesRegister};
