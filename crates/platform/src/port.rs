//! Ports to the outside: what the rooms ask of the world. The adapters behind them are wired in by the program.

use std::fmt;
use std::time::Duration;

use futures_util::future::BoxFuture;
use tradewind_kernel::Timestamp;
use tradewind_kernel::id::{AccountId, MailId, RealmId};

use crate::db::Result;

/// An HTTP request to someone else's server.
#[derive(Clone)]
pub struct HttpRequest {
    /// `GET`, `POST`, …
    pub method: &'static str,
    /// Absolute http or https address.
    pub url: String,
    /// Header fields, in lower case.
    pub headers: Vec<(&'static str, String)>,
    /// Body.
    pub body: Vec<u8>,
    /// How long the whole exchange may take.
    pub timeout: Duration,
    /// How much of the answer's body is read, in bytes.
    pub answer_max: usize,
}

/// How much of an answer is read, unless a request asks for more.
pub const ANSWER_MAX: usize = 64 * 1024;

impl HttpRequest {
    /// A `POST` of JSON.
    #[must_use]
    pub fn post_json(url: impl Into<String>, body: impl Into<Vec<u8>>) -> Self {
        Self {
            method: "POST",
            url: url.into(),
            headers: vec![("content-type", "application/json".to_owned())],
            body: body.into(),
            timeout: Duration::from_secs(15),
            answer_max: ANSWER_MAX,
        }
    }

    /// With more of the answer read.
    #[must_use]
    pub const fn answer_up_to(mut self, bytes: usize) -> Self {
        self.answer_max = bytes;
        self
    }

    /// With one more header field.
    #[must_use]
    pub fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }
}

/// Header fields and bodies may hold secrets.
impl fmt::Debug for HttpRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "HttpRequest({} {})", self.method, self.url)
    }
}

/// What the other server answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HttpAnswer {
    /// Status code.
    pub status: u16,
    /// Header fields, in lower case; those that are not text are left out.
    pub headers: Vec<(String, String)>,
    /// The beginning of the body, as far as the adapter reads.
    pub body: Vec<u8>,
}

impl HttpAnswer {
    /// The first header field of this name.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(found, _)| found.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }
}

/// Why there is no answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HttpFailure {
    /// The address may not be called, or cannot be.
    #[error("{0}")]
    Refused(String),
    /// No answer in time.
    #[error("no answer within {0:?}")]
    TimedOut(Duration),
    /// No connection.
    #[error("no connection: {0}")]
    Unreachable(String),
    /// What came back is not HTTP, or broke off.
    #[error("the answer broke off: {0}")]
    Broken(String),
}

/// Calls other servers. Follows no redirects, and keeps away from addresses that the installation does not allow.
pub trait HttpCaller: Send + Sync {
    /// Sends a request and reads the answer.
    fn call<'a>(
        &'a self,
        request: &'a HttpRequest,
    ) -> BoxFuture<'a, std::result::Result<HttpAnswer, HttpFailure>>;
}

/// A mail on its way out.
#[derive(Clone, PartialEq, Eq)]
pub struct OutgoingMail {
    /// The realm that it comes from.
    pub realm: RealmId,
    /// Its id; the same mail keeps it when it is sent again.
    pub id: MailId,
    /// The account in whose name it is written.
    pub account: AccountId,
    /// Address of the sender.
    pub from: String,
    /// Address of the recipient.
    pub to: String,
    /// Its subject, for lists.
    pub subject: String,
    /// When it was written, in the time of the realm.
    pub at: Timestamp,
    /// The whole message as RFC 5322 has it.
    pub message: Vec<u8>,
}

/// Mails hold links that let people in.
impl fmt::Debug for OutgoingMail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "OutgoingMail({} to {})", self.id, self.to)
    }
}

/// Sends mails.
pub trait Mailer: Send + Sync {
    /// Sends a mail. Sending the same mail again may deliver it twice, but never changes it.
    ///
    /// # Errors
    /// [`Unavailable`](tradewind_kernel::Error::Unavailable) when trying again later may help; other errors when not.
    fn send<'a>(&'a self, mail: &'a OutgoingMail) -> BoxFuture<'a, Result<()>>;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_may_be_secret_is_not_printed() {
        let request = HttpRequest::post_json("https://a.example/", "hush-body")
            .header("authorization", "hush-header");
        assert_eq!(
            format!("{request:?}"),
            "HttpRequest(POST https://a.example/)"
        );
    }

    #[test]
    fn header_fields_are_found_in_any_case() {
        let answer = HttpAnswer {
            status: 503,
            headers: vec![("retry-after".to_owned(), "30".to_owned())],
            body: Vec::new(),
        };
        assert_eq!(answer.header("Retry-After"), Some("30"));
        assert_eq!(answer.header("location"), None);
    }
}
