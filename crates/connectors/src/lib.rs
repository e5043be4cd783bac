//! Adapters behind the payment, mail and webhook ports: a careful HTTP client, mail into an outbox or to a mail server,
//! and a card gateway for sandboxes.

mod http;
mod mail;

pub use http::{HttpClient, HttpClientConfig, install_crypto_provider, is_public};
#[cfg(feature = "smtp")]
pub use mail::SmtpMailer;
pub use mail::{OutboxEntry, OutboxMail, OutboxMailer, OutboxQuery, outbox_get, outbox_list};

use tradewind_platform::{Migration, Stmt};

/// The tables of the adapters that keep something themselves.
pub const MIGRATIONS: &[Migration] = &[Migration {
    name: "connectors_0001",
    steps: &[
        "CREATE TABLE IF NOT EXISTS outbox_mail (realm_id {text} NOT NULL, id {text} NOT NULL, account_id {text} NOT NULL,
            sender {text} NOT NULL, recipient {text} NOT NULL, subject {text} NOT NULL, written_at {time} NOT NULL,
            file {text} NOT NULL, message {bytes} NOT NULL, PRIMARY KEY (realm_id, id)) {clustered}",
    ],
}];

/// All statements of the adapters, for the check on both engines.
#[must_use]
pub fn statements() -> Vec<&'static Stmt> {
    mail::statements()
}
