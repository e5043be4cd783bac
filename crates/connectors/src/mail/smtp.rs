//! Mail to a mail server.

use std::fmt;

use lettre::address::{Address, Envelope};
use lettre::transport::smtp::Error as SmtpError;
use lettre::{AsyncSmtpTransport, AsyncTransport as _, Tokio1Executor};
use tradewind_kernel::{Error, Result};
use tradewind_platform::{BoxFuture, Mailer, OutgoingMail};

/// Hands mails to a mail server.
#[derive(Clone)]
pub struct SmtpMailer {
    transport: AsyncSmtpTransport<Tokio1Executor>,
}

impl fmt::Debug for SmtpMailer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SmtpMailer")
    }
}

impl SmtpMailer {
    /// A mailer for a server: `smtps://user:password@mail.example.com`, or `smtp://host:587?tls=required`.
    ///
    /// # Errors
    /// Names `smtp_url`; never repeats it, as it may hold a password.
    pub fn new(url: &str) -> Result<Self> {
        let builder = AsyncSmtpTransport::<Tokio1Executor>::from_url(url).map_err(|_| {
            Error::invalid(
                "smtp_url",
                "malformed_url",
                "expected smtps://user:password@host or smtp://host:port, the latter with ?tls=required where it applies",
            )
        })?;
        Ok(Self {
            transport: builder.build(),
        })
    }

    async fn hand_over(&self, mail: &OutgoingMail) -> Result<()> {
        let envelope = Envelope::new(
            Some(address("from", &mail.from)?),
            vec![address("to", &mail.to)?],
        )
        .map_err(Error::internal)?;
        self.transport
            .send_raw(&envelope, &mail.message)
            .await
            .map(drop)
            .map_err(|error| refusal(&error))
    }
}

impl Mailer for SmtpMailer {
    fn send<'a>(&'a self, mail: &'a OutgoingMail) -> BoxFuture<'a, Result<()>> {
        Box::pin(self.hand_over(mail))
    }
}

fn address(field: &'static str, text: &str) -> Result<Address> {
    text.parse().map_err(|_| {
        Error::invalid(
            field,
            "malformed_email",
            "expected a mail address such as ada@example.com",
        )
    })
}

/// Only a server that has said "never" is believed; everything else may pass.
fn refusal(error: &SmtpError) -> Error {
    if error.is_permanent() {
        return Error::refused(
            "mail_refused",
            format!("the mail server refused the mail: {error}"),
        );
    }
    Error::unavailable(format!("the mail server did not take the mail: {error}"))
}
