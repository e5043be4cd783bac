//! A rendered mail as an RFC 5322 message.

use std::time::{Duration, SystemTime};

use lettre::message::header::{ContentType, HeaderName, HeaderValue};
use lettre::message::{Attachment as Part, Mailbox as Address, Message, MultiPart, SinglePart};
use tradewind_kernel::{Error, Result, Timestamp};

use super::Rendered;

/// A name with a mail address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mailbox {
    /// Shown name, if there is one.
    pub name: Option<String>,
    /// The address.
    pub email: String,
}

/// A file that goes with a mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attachment {
    /// Name under which it is saved.
    pub file_name: String,
    /// Media type: `application/pdf`.
    pub media_type: String,
    /// Content.
    pub bytes: Vec<u8>,
}

/// A mail with its envelope.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mail {
    /// Sender.
    pub from: Mailbox,
    /// Recipient.
    pub to: Mailbox,
    /// Where answers go, if not to the sender.
    pub reply_to: Option<Mailbox>,
    /// Identifier without angle brackets, `unique@domain`; the same mail keeps it when it is sent again.
    pub message_id: String,
    /// When it was written.
    pub date: Timestamp,
    /// What it says.
    pub rendered: Rendered,
    /// Files.
    pub attachments: Vec<Attachment>,
}

/// The bytes of the message; the same mail gives the same bytes.
///
/// # Errors
/// `malformed_email` for an address, `malformed_media_type` for an attachment.
pub fn to_message(mail: &Mail) -> Result<Vec<u8>> {
    let mut builder = Message::builder()
        .from(address("from", &mail.from)?)
        .to(address("to", &mail.to)?)
        .subject(one_line(&mail.rendered.subject))
        .message_id(Some(format!("<{}>", identifier(&mail.message_id)?)))
        .date(time(mail.date));
    if let Some(reply_to) = &mail.reply_to {
        builder = builder.reply_to(address("reply_to", reply_to)?);
    }
    // Tells holiday responders not to answer.
    let automatic = HeaderName::new_from_ascii_str("Auto-Submitted");
    builder = builder.raw_header(HeaderValue::new(automatic, "auto-generated".to_owned()));

    let boundary = |part: &str| format!("tradewind-{part}-{}", boundary_of(&mail.message_id));
    let alternative = MultiPart::alternative()
        .boundary(boundary("alternative"))
        .singlepart(SinglePart::plain(mail.rendered.text.clone()))
        .singlepart(SinglePart::html(mail.rendered.html.clone()));
    let message = if mail.attachments.is_empty() {
        builder.multipart(alternative)
    } else {
        let mut mixed = MultiPart::mixed()
            .boundary(boundary("mixed"))
            .multipart(alternative);
        for attachment in &mail.attachments {
            let kind = ContentType::parse(&attachment.media_type).map_err(|_| {
                Error::invalid(
                    "media_type",
                    "malformed_media_type",
                    "expected a media type such as application/pdf",
                )
            })?;
            mixed = mixed.singlepart(
                Part::new(one_line(&attachment.file_name)).body(attachment.bytes.clone(), kind),
            );
        }
        builder.multipart(mixed)
    };
    Ok(message.map_err(Error::internal)?.formatted())
}

fn address(field: &'static str, mailbox: &Mailbox) -> Result<Address> {
    let email = mailbox.email.parse().map_err(|_| {
        Error::invalid(
            field,
            "malformed_email",
            "expected a mail address such as ada@example.com",
        )
    })?;
    let name = mailbox
        .name
        .as_deref()
        .map(one_line)
        .filter(|name| !name.is_empty());
    Ok(Address::new(name, email))
}

fn identifier(id: &str) -> Result<&str> {
    let fits = |c: char| c.is_ascii_graphic() && !matches!(c, '<' | '>');
    if id.contains('@') && id.len() <= 200 && id.chars().all(fits) {
        return Ok(id);
    }
    Err(Error::invalid(
        "message_id",
        "malformed_message_id",
        "expected an identifier such as unique@example.com",
    ))
}

/// Header fields are one line, whatever is put into them.
fn one_line(text: &str) -> String {
    text.split(|c: char| c.is_whitespace() || c.is_control())
        .filter(|word| !word.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
}

/// Boundaries hold at most 70 characters of a small alphabet.
fn boundary_of(message_id: &str) -> String {
    message_id
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .take(40)
        .collect()
}

/// Mail dates cannot be before 1970.
fn time(at: Timestamp) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(u64::try_from(at.as_seconds()).unwrap_or(0))
}
