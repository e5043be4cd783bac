//! Mails: what they say ([`Letter`]), rendered as text and HTML in the seller's brand ([`render`]), and as a message that
//! a mail server takes ([`to_message`]).

mod content;
mod letter;
mod message;

use askama::Template;
use serde::{Deserialize, Serialize};
use tradewind_kernel::{Error, Locale, Result};

use self::content::Block;
use crate::colour::Colour;
use crate::i18n::{self, Args};

pub use letter::{Collection, InvoiceRef, Letter, OrderRef, OrderSummary, Transfer, VendorAction};
pub use message::{Attachment, Mail, Mailbox, to_message};

/// Who writes a mail.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Brand {
    /// The seller's name.
    pub seller: String,
    /// Brand colour.
    pub colour: Colour,
    /// Address for questions.
    pub email: Option<String>,
    /// Lines at the end: registered name, address, register, tax id.
    pub imprint: Vec<String>,
}

/// A mail, ready to be put into an envelope.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rendered {
    /// One line.
    pub subject: String,
    /// Plain text; complete by itself.
    pub text: String,
    /// The same as HTML.
    pub html: String,
}

#[derive(Template)]
#[template(path = "mail.html")]
struct Page<'a> {
    language: &'a str,
    subject: &'a str,
    seller: &'a str,
    colour: String,
    on_colour: String,
    greeting: &'a str,
    blocks: &'a [Block],
    fallback: &'a str,
    closing: &'a str,
    footer: &'a [String],
}

/// Renders a letter for a reader with a name (when known) and a language.
///
/// # Errors
/// An internal error when the template cannot be written.
pub fn render(
    letter: &Letter,
    brand: &Brand,
    name: Option<&str>,
    locale: Locale,
) -> Result<Rendered> {
    let content = content::content(letter, &brand.seller, locale);
    let seller = Args::new().with("seller", brand.seller.as_str());
    let greeting = match name.map(str::trim).filter(|name| !name.is_empty()) {
        Some(name) => i18n::tr(locale, "mail-greeting", &Args::new().with("name", name)),
        None => i18n::text(locale, "mail-greeting-unknown").into_owned(),
    };
    let closing = i18n::tr(locale, "mail-closing", &seller);
    let fallback = i18n::text(locale, "mail-link-fallback");
    let mut footer = vec![i18n::tr(locale, "mail-footer-why", &seller)];
    if let Some(email) = &brand.email {
        footer.push(i18n::tr(
            locale,
            "mail-footer-contact",
            &Args::new().with("email", email.as_str()),
        ));
    }
    footer.extend(brand.imprint.iter().cloned());

    let page = Page {
        language: locale.tag(),
        subject: &content.subject,
        seller: &brand.seller,
        colour: brand.colour.to_string(),
        on_colour: brand.colour.text_on().to_string(),
        greeting: &greeting,
        blocks: &content.blocks,
        fallback: &fallback,
        closing: &closing,
        footer: &footer,
    };
    let html = page.render().map_err(Error::internal)?;
    let text = plain(&greeting, &content.blocks, &closing, &footer);
    Ok(Rendered {
        subject: content.subject,
        text,
        html,
    })
}

/// The plain text: paragraphs apart by an empty line, facts as `label: value`.
fn plain(greeting: &str, blocks: &[Block], closing: &str, footer: &[String]) -> String {
    let mut parts = vec![greeting.to_owned()];
    for block in blocks {
        parts.push(match block {
            Block::Paragraph(text) | Block::Note(text) => text.clone(),
            Block::Facts(facts) => {
                let lines: Vec<String> = facts
                    .iter()
                    .map(|(label, value)| format!("{label}: {value}"))
                    .collect();
                lines.join("\n")
            }
            Block::Action { label, link } => format!("{label}:\n{link}"),
        });
    }
    parts.push(closing.to_owned());
    // The mark by which readers know that the rest is not the letter.
    parts.push(format!("-- \n{}\n", footer.join("\n")));
    parts.join("\n\n")
}
