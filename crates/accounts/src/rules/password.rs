//! What makes a password acceptable.

use tradewind_kernel::{Error, Result};

/// Fewest characters.
const SHORTEST: usize = 10;
/// Most bytes, so that nobody makes the server hash megabytes.
const LONGEST: usize = 256;

/// Beginnings that most guessing starts with; compared in lower case without digits and signs.
const COMMON: &[&str] = &[
    "password",
    "passwort",
    "letmein",
    "qwertyuiop",
    "qwertzuiop",
    "iloveyou",
    "welcome",
    "willkommen",
    "administrator",
    "admin",
    "changeme",
    "tradewind",
    "qwerty",
    "qwertz",
    "abcdefghij",
    "football",
];

/// Checks a password that someone wants to set.
///
/// # Errors
/// Names the field: too short or long, all one character, the e-mail address, or one that everybody tries.
pub fn check_password(field: &str, password: &str, email: &str) -> Result<()> {
    let refuse = |code, message: String| Err(Error::invalid(field, code, message));
    if password.chars().count() < SHORTEST {
        return refuse(
            "too_short",
            format!("expected at least {SHORTEST} characters"),
        );
    }
    if password.len() > LONGEST {
        return refuse("too_long", format!("expected at most {LONGEST} bytes"));
    }
    let mut characters = password.chars();
    let first = characters.next();
    if characters.all(|c| Some(c) == first) {
        return refuse(
            "too_simple",
            "expected more than one character repeated".into(),
        );
    }
    let lower = password.to_lowercase();
    let mailbox = email.split('@').next().unwrap_or_default().to_lowercase();
    if lower == email.to_lowercase() || (mailbox.len() > 3 && is_padded(&lower, &mailbox)) {
        return refuse(
            "too_simple",
            "expected something else than the e-mail address".into(),
        );
    }
    let digits_only = lower.bytes().all(|b| b.is_ascii_digit());
    if digits_only && lower.len() < 16 || COMMON.iter().any(|common| is_padded(&lower, common)) {
        return refuse(
            "too_common",
            "this is one of the first passwords that are tried".into(),
        );
    }
    Ok(())
}

/// Whether a text is a word with nothing but digits and signs around it.
fn is_padded(text: &str, word: &str) -> bool {
    text.trim_matches(|c: char| !c.is_alphabetic())
        == word.trim_matches(|c: char| !c.is_alphabetic())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(password: &str) -> Option<&'static str> {
        check_password("password", password, "ada.lovelace@example.com")
            .err()
            .map(|e| e.problems()[0].code)
    }

    #[test]
    fn what_is_guessed_first_is_refused() {
        assert_eq!(code("short"), Some("too_short"));
        assert_eq!(code(&"x".repeat(300)), Some("too_long"));
        assert_eq!(code("aaaaaaaaaaaa"), Some("too_simple"));
        assert_eq!(code("Password123!"), Some("too_common"));
        assert_eq!(code("1234567890"), Some("too_common"));
        assert_eq!(code("ADA.LOVELACE@example.com"), Some("too_simple"));
        assert_eq!(code("ada.lovelace2024"), Some("too_simple"));
    }

    #[test]
    fn phrases_are_welcome() {
        assert_eq!(code("correct horse battery staple"), None);
        assert_eq!(code("Grüße aus dem Süden"), None);
    }
}
