//! Mail: into an outbox that people can look at, or to a mail server.

mod outbox;
#[cfg(feature = "smtp")]
mod smtp;

pub use outbox::{OutboxEntry, OutboxMail, OutboxMailer, OutboxQuery, outbox_get, outbox_list};
#[cfg(feature = "smtp")]
pub use smtp::SmtpMailer;
