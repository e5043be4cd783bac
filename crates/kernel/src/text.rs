//! Checks of text that people type, and folding for search.

mod fold;

use crate::{
    country,
    error::{Error, Result},
};

pub use fold::fold;

/// Whether a character must not occur in any text: controls, and the marks that reorder what is shown.
fn is_forbidden(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{2028}' | '\u{2029}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{FEFF}')
        || (c as u32) & 0xFFFE == 0xFFFE
}

/// One line of text with a number of characters within bounds and without control characters.
///
/// # Errors
/// Names `field` with `required`, `too_short`, `too_long` or `control_character`.
pub fn check_len(field: &str, text: &str, min: usize, max: usize) -> Result<()> {
    check(field, text, min, max, |_| false)
}

/// The same for a text of several lines: line feeds and tabs are allowed too.
///
/// # Errors
/// As [`check_len`].
pub fn check_lines(field: &str, text: &str, min: usize, max: usize) -> Result<()> {
    check(field, text, min, max, |c| matches!(c, '\n' | '\t' | '\r'))
}

fn check(field: &str, text: &str, min: usize, max: usize, also: fn(char) -> bool) -> Result<()> {
    // Counting is bounded by the limit, however long the text is.
    let count = text.chars().take(max.saturating_add(1)).count();
    if count > max {
        return Err(Error::invalid(
            field,
            "too_long",
            format!("at most {max} characters"),
        ));
    }
    if min > 0 && text.trim().is_empty() {
        return Err(Error::invalid(field, "required", "must not be empty"));
    }
    if count < min {
        return Err(Error::invalid(
            field,
            "too_short",
            format!("at least {min} characters"),
        ));
    }
    if text.chars().any(|c| is_forbidden(c) && !also(c)) {
        return Err(Error::invalid(
            field,
            "control_character",
            "must not contain control characters",
        ));
    }
    Ok(())
}

/// A text without the white space around it, checked as by [`check_len`].
///
/// # Errors
/// As [`check_len`].
pub fn trimmed(field: &str, text: &str, min: usize, max: usize) -> Result<String> {
    let text = text.trim();
    check_len(field, text, min, max)?;
    Ok(text.to_owned())
}

/// One line without controls and double spaces, of so many characters at most.
#[must_use]
pub fn plain(text: &str, most: usize) -> String {
    let mut out = String::with_capacity(text.len().min(most));
    let letters = text.chars().map(|letter| {
        if letter.is_control()
            || matches!(letter, '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
        {
            ' '
        } else {
            letter
        }
    });
    let mut count = 0;
    for letter in letters {
        if letter.is_whitespace() && (out.is_empty() || out.ends_with(' ')) {
            continue;
        }
        if count == most {
            break;
        }
        out.push(if letter.is_whitespace() { ' ' } else { letter });
        count += 1;
    }
    out.truncate(out.trim_end().len());
    out
}

/// An e-mail address that mail can be sent to.
///
/// # Errors
/// Names `field` with `malformed_email`.
pub fn check_email(field: &str, email: &str) -> Result<()> {
    if is_email(email) {
        Ok(())
    } else {
        Err(Error::invalid(
            field,
            "malformed_email",
            "expected an e-mail address such as name@example.com",
        ))
    }
}

/// An e-mail address in the form in which addresses are compared: trimmed and in lower case.
///
/// # Errors
/// As [`check_email`].
pub fn normal_email(field: &str, email: &str) -> Result<String> {
    let email = email.trim().to_ascii_lowercase();
    check_email(field, &email)?;
    Ok(email)
}

fn is_email(email: &str) -> bool {
    let Some((local, domain)) = email.rsplit_once('@') else {
        return false;
    };
    let atom = |atom: &str| {
        !atom.is_empty()
            && atom
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~".contains(&b))
    };
    email.len() <= 254 && local.len() <= 64 && local.split('.').all(atom) && is_domain(domain)
}

/// A host name of at least two labels, the last of which is not a number.
fn is_domain(domain: &str) -> bool {
    let label = |label: &str| {
        (1..=63).contains(&label.len())
            && label
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b == b'-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    let top = domain.rsplit('.').next().unwrap_or_default();
    domain.contains('.') && domain.split('.').all(label) && !top.bytes().all(|b| b.is_ascii_digit())
}

/// Longest address that is called, in bytes.
const URL_LENGTH_MAX: usize = 2_000;

/// An absolute http or https address without a user name.
///
/// # Errors
/// Names `field` with `malformed_url` and says what an acceptable address looks like.
pub fn check_url(field: &str, url: &str) -> Result<()> {
    let rest = url
        .strip_prefix("https://")
        .or_else(|| url.strip_prefix("http://"));
    let authority = rest.map(|rest| rest.split(['/', '?', '#']).next().unwrap_or_default());
    let acceptable = url.len() <= URL_LENGTH_MAX
        && !url.chars().any(|c| c.is_whitespace() || c.is_control())
        && authority.is_some_and(|authority| !authority.is_empty() && !authority.contains('@'));
    if acceptable {
        return Ok(());
    }
    Err(Error::invalid(
        field,
        "malformed_url",
        format!(
            "expected an absolute http or https address without user name, at most {URL_LENGTH_MAX} characters"
        ),
    ))
}

/// A country code of ISO 3166-1 (two capital letters).
///
/// # Errors
/// Names `field` with `unknown_country`.
pub fn check_country(field: &str, code: &str) -> Result<()> {
    if country::name(code).is_some() {
        Ok(())
    } else {
        Err(Error::invalid(
            field,
            "unknown_country",
            "expected a country code of ISO 3166-1 in two capital letters, such as AT",
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn foreign_words_become_one_short_line() {
        assert_eq!(plain("  INV-2024\r\n  000001\t", 100), "INV-2024 000001");
        assert_eq!(plain("a b", 2), "a");
    }

    #[test]
    fn only_absolute_web_addresses_are_accepted() {
        for good in [
            "https://a.example/hook",
            "http://127.0.0.1:8090/webhooks?x=1",
        ] {
            check_url("url", good).unwrap();
        }
        for wrong in [
            "",
            "ftp://a",
            "https://",
            "https:///path",
            "https://user@a/",
            "https://a b",
            "/relative",
            "javascript:alert(1)",
        ] {
            assert!(check_url("url", wrong).is_err(), "{wrong}");
        }
    }
}
