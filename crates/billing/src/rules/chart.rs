//! The chart of accounts: numbers and names that the owner of a book gives to its accounts.

use std::collections::BTreeMap;

use tradewind_kernel::{Error, Problems, Result};

use crate::types::{ChartAccount, LedgerAccount};

/// Longest number.
const CODE_MAX: usize = 20;
/// Longest name, in characters.
const NAME_MAX: usize = 60;

/// The chart of a book.
#[derive(Debug, Clone, Default)]
pub struct Chart(BTreeMap<String, ChartAccount>);

impl Chart {
    /// Of these accounts.
    #[must_use]
    pub fn new(accounts: Vec<ChartAccount>) -> Self {
        let by_account = |one: ChartAccount| (one.account.clone(), one);
        Self(accounts.into_iter().map(by_account).collect())
    }

    /// What an account is called: what is said of itself, else of the longest beginning of it.
    #[must_use]
    pub fn of(&self, account: &str) -> Option<&ChartAccount> {
        let mut stem = account;
        loop {
            if let Some(found) = self.0.get(stem) {
                return Some(found);
            }
            (stem, _) = stem.rsplit_once(':')?;
        }
    }

    /// The name of an account in an export: its class, then number and name, then whatever tells it from others of that number.
    #[must_use]
    pub fn shown(&self, account: &str) -> String {
        let Some(found) = self.of(account) else {
            return account.to_owned();
        };
        let class = account.split(':').next().unwrap_or_default();
        let rest = account.strip_prefix(&found.account).unwrap_or_default();
        let space = if found.name.is_empty() { "" } else { " " };
        format!("{class}:{}{space}{}{rest}", found.code, found.name)
    }
}

/// Whether an account can be numbered so.
///
/// # Errors
/// `account`: `unknown_account`; `code`: `malformed_value`; `name`: `malformed_value`, `too_long`.
pub fn check(one: &ChartAccount) -> Result<()> {
    let mut problems = Problems::new();
    problems.check(known(&one.account));
    problems.check(check_code(&one.code));
    problems.check(check_name(&one.name));
    problems.finish()
}

fn known(account: &str) -> Result<()> {
    if LedgerAccount::STEMS.contains(&account) {
        return Ok(());
    }
    let parsed: LedgerAccount = account.parse().map_err(|error: Error| match error {
        // The id behind it may be what is wrong.
        Error::Invalid(_) => unknown(account),
        other => other,
    })?;
    if parsed.to_string() == account {
        return Ok(());
    }
    Err(unknown(account))
}

fn unknown(account: &str) -> Error {
    let text = format!(
        "{account:?} is not an account of a book: expected one such as assets:bank or assets:receivable"
    );
    Error::invalid("account", "unknown_account", text)
}

/// Numbers are read by programs that know few characters, and none may look like the own name of an account.
fn check_code(code: &str) -> Result<()> {
    let fits = code.len() <= CODE_MAX
        && code.bytes().all(|byte| byte.is_ascii_alphanumeric())
        && (code.is_empty() || code.bytes().any(|byte| byte.is_ascii_digit()));
    if fits {
        return Ok(());
    }
    let text = format!("expected up to {CODE_MAX} letters and digits, with a digit among them");
    Err(Error::invalid("code", "malformed_value", text))
}

fn check_name(name: &str) -> Result<()> {
    if name.chars().count() > NAME_MAX {
        let text = format!("expected at most {NAME_MAX} characters");
        return Err(Error::invalid("name", "too_long", text));
    }
    let odd = |c: char| c.is_control() || matches!(c, ':' | ';' | '|' | '"' | '\\');
    if name.trim() != name || name.contains("  ") || name.chars().any(odd) {
        let text = "expected words with single spaces, without : ; | \" and \\";
        return Err(Error::invalid("name", "malformed_value", text));
    }
    Ok(())
}
