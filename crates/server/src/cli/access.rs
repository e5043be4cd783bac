//! `tradewind access`: how to get into a subscription, written by whoever delivers it.
//!
//! Secrets are read from a file or the standard input: what stands on a command line is seen by others.

use std::collections::BTreeMap;
use std::path::PathBuf;

use clap::{Args, Subcommand};
use tradewind_fulfilment::service::{
    access_credentials_set, access_endpoints_set, access_get, access_instructions_set,
    credential_reveal,
};
use tradewind_fulfilment::types::{
    AccessData, CredentialInput, CredentialsInput, EndpointInput, EndpointsInput, InstructionsInput,
};
use tradewind_kernel::id::SubscriptionId;
use tradewind_kernel::{Error, Result, Text};
use tradewind_platform::OpCtx;

use super::{Session, input, parse};
use crate::output::columns;

/// What can be done with access data.
#[derive(Subcommand)]
pub(crate) enum Access {
    /// Show the links, the instructions, and which credentials there are
    Show {
        /// Subscription
        subscription: String,
    },
    /// Show the value of a credential; that is noted in the audit log
    Reveal {
        /// Subscription
        subscription: String,
        /// Credential
        code: String,
    },
    /// Replace the links
    #[command(after_help = "\
Categories: app, admin, documentation, other. Labels in several languages come from a file, as the API takes them.

Example:
  tradewind access links sub_01… --link 'app:Workspace=https://w1.example.com' --as noor@example.com")]
    Links(Links),
    /// Replace the instructions, a text for each language
    #[command(
        after_help = "Example:\n  tradewind access instructions sub_01… --text en=welcome.md --text de=willkommen.md"
    )]
    Instructions {
        /// Subscription
        subscription: String,
        /// Language and the file with the text; - is the standard input
        #[arg(long, value_name = "LANGUAGE=FILE", required = true)]
        text: Vec<String>,
    },
    /// Write a credential; each can be written once
    #[command(
        after_help = "Example:\n  pass show w1 | tradewind access credential sub_01… admin-password --label 'Password of admin'"
    )]
    Credential(NewCredential),
}

/// New links.
#[derive(Args)]
pub(crate) struct Links {
    /// Subscription
    subscription: String,
    /// A link; can be given several times
    #[arg(
        long,
        value_name = "CATEGORY:LABEL=ADDRESS",
        required_unless_present = "file",
        conflicts_with = "file"
    )]
    link: Vec<String>,
    /// Links from a JSON file; - is the standard input
    #[arg(long, value_name = "FILE")]
    file: Option<PathBuf>,
}

/// A credential.
#[derive(Args)]
pub(crate) struct NewCredential {
    /// Subscription
    subscription: String,
    /// Its code, unique at the subscription
    code: String,
    /// What it is
    #[arg(long)]
    label: String,
    /// File with the value; - is the standard input
    #[arg(long, value_name = "FILE", default_value = "-")]
    from: PathBuf,
}

pub(crate) async fn run(session: &Session<'_>, command: Access) -> Result<()> {
    let platform = session.platform();
    let ctx = session.ctx().await?;
    let id = |text: &str| parse::<SubscriptionId>("subscription", text);
    let data = match command {
        Access::Show { subscription } => access_get(platform, &ctx, id(&subscription)?).await?,
        Access::Reveal { subscription, code } => {
            return reveal(session, &ctx, id(&subscription)?, &code).await;
        }
        Access::Links(links) => {
            let input = match &links.file {
                Some(file) => input::json("file", file)?,
                None => EndpointsInput {
                    endpoints: links
                        .link
                        .iter()
                        .map(|text| link(text))
                        .collect::<Result<_>>()?,
                },
            };
            access_endpoints_set(platform, &ctx, id(&links.subscription)?, input).await?
        }
        Access::Instructions { subscription, text } => {
            let input = InstructionsInput {
                instructions: text
                    .iter()
                    .map(|text| instruction(text))
                    .collect::<Result<BTreeMap<_, _>>>()?,
            };
            access_instructions_set(platform, &ctx, id(&subscription)?, input).await?
        }
        Access::Credential(credential) => {
            let subscription = id(&credential.subscription)?;
            let input = CredentialsInput {
                credentials: vec![CredentialInput {
                    value: input::text("from", &credential.from)?,
                    code: credential.code,
                    label: Text::en(credential.label),
                }],
            };
            access_credentials_set(platform, &ctx, subscription, input).await?
        }
    };
    session.settle().await?;
    show(session, &data)
}

/// Shows the value of a credential.
pub(crate) async fn reveal(
    session: &Session<'_>,
    ctx: &OpCtx,
    subscription: SubscriptionId,
    code: &str,
) -> Result<()> {
    let revealed = credential_reveal(session.platform(), ctx, subscription, code).await?;
    session.out.say(&revealed, &revealed.value)
}

/// Shows access data, without the values of credentials.
pub(crate) fn show(session: &Session<'_>, data: &AccessData) -> Result<()> {
    session
        .out
        .facts(data, columns![("instructions", "/instructions")])?;
    session.out.section(
        "Addresses",
        &serde_json::json!(data.endpoints),
        columns![
            ("what", "/label"),
            ("address", "/url"),
            ("category", "/category")
        ],
    )?;
    session.out.section(
        "Credentials",
        &serde_json::json!(data.credentials),
        columns![
            ("code", "/code"),
            ("what", "/label"),
            ("written", "/written_at")
        ],
    )
}

/// `app:Workspace=https://w1.example.com`.
fn link(text: &str) -> Result<EndpointInput> {
    let malformed = || {
        Error::invalid(
            "link",
            "malformed",
            format!("{text:?} is no link: expected app:Workspace=https://w1.example.com"),
        )
    };
    let (category, rest) = text.split_once(':').ok_or_else(malformed)?;
    let (label, url) = rest.split_once('=').ok_or_else(malformed)?;
    Ok(EndpointInput {
        url: url.trim().to_owned(),
        label: Text::en(label.trim()),
        category: parse("link", category.trim())?,
    })
}

/// `en=welcome.md`.
fn instruction(text: &str) -> Result<(String, String)> {
    let (language, file) = text.split_once('=').ok_or_else(|| {
        Error::invalid(
            "text",
            "malformed",
            format!("{text:?} is not a language and a file: expected en=welcome.md"),
        )
    })?;
    Ok((
        language.trim().to_owned(),
        input::text("text", file.as_ref())?,
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_is_category_label_and_address() {
        let found = link("app:Your workspace=https://w1.example/?a=b:c").expect("a link");
        assert_eq!(found.url, "https://w1.example/?a=b:c");
        assert_eq!(found.label, Text::en("Your workspace"));
        for wrong in [
            "",
            "https://w1.example",
            "door:X=https://w1.example",
            "app:X",
        ] {
            assert!(link(wrong).is_err(), "{wrong}");
        }
        assert!(instruction("welcome.md").is_err());
    }
}
