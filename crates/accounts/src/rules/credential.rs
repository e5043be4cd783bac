//! The text form of secrets that are handed out: what they are for, their realm, and the random part.
//!
//! A secret names its realm, so that it is looked up there and nowhere else.

use tradewind_kernel::{TypedId, id::RealmId};

/// What a secret is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CredentialKind {
    /// An API key.
    ApiKey,
    /// A session.
    Session,
    /// A single-use link.
    OneTime,
}

impl CredentialKind {
    const fn prefix(self) -> &'static str {
        match self {
            Self::ApiKey => "twk",
            Self::Session => "tws",
            Self::OneTime => "twt",
        }
    }
}

/// Characters of the random part.
const RANDOM_LENGTH: usize = 43;

/// The text of a secret: `twk_<realm>_<random>`.
#[must_use]
pub fn format(kind: CredentialKind, realm: RealmId, random: &str) -> String {
    let realm = realm.to_string();
    let digits = realm
        .strip_prefix(RealmId::PREFIX)
        .unwrap_or(&realm)
        .trim_start_matches('_');
    format!("{}_{digits}_{random}", kind.prefix())
}

/// The realm of a secret; `None` when the text is no such secret.
#[must_use]
pub fn realm_of(kind: CredentialKind, text: &str) -> Option<RealmId> {
    let rest = text.strip_prefix(kind.prefix())?.strip_prefix('_')?;
    let (realm, random) = rest.split_once('_')?;
    let well_formed = random.len() == RANDOM_LENGTH
        && random
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'));
    if !well_formed {
        return None;
    }
    format!("{}_{realm}", RealmId::PREFIX).parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_names_its_realm_and_use() {
        let realm = RealmId::generate();
        let random = "_-aA0".repeat(8) + "abc";
        let text = format(CredentialKind::ApiKey, realm, &random);
        assert!(text.starts_with("twk_"));
        assert_eq!(realm_of(CredentialKind::ApiKey, &text), Some(realm));
        assert_eq!(realm_of(CredentialKind::Session, &text), None);
        for broken in [
            "",
            "twk_",
            "twk__",
            &text[..text.len() - 1],
            &format!("{text}x"),
            &text.replace("twk_", "twk_x"),
        ] {
            assert_eq!(realm_of(CredentialKind::ApiKey, broken), None, "{broken}");
        }
    }
}
