//! What acceptable access data looks like.

use crate::types::{AccessData, CredentialsInput, EndpointsInput, InstructionsInput};
use std::collections::BTreeSet;
use tradewind_kernel::{Locale, Problems, Result, Text, text::check_url};

const ENTRIES_MAX: usize = 20;
const LABEL_LENGTH_MAX: usize = 200;
const TEXT_LENGTH_MAX: usize = 10_000;
const CODE_LENGTH_MAX: usize = 60;

/// Checks the links of a subscription.
///
/// # Errors
/// Names every field that is wrong.
pub fn check_endpoints(input: &EndpointsInput) -> Result<()> {
    let mut problems = Problems::new();
    check_count(&mut problems, "endpoints", input.endpoints.len());
    for (index, endpoint) in input.endpoints.iter().enumerate() {
        problems.check(check_url(&format!("endpoints.{index}.url"), &endpoint.url));
        check_label(
            &mut problems,
            &format!("endpoints.{index}.label"),
            &endpoint.label,
        );
    }
    problems.finish()
}

/// Checks the instructions of a subscription.
///
/// # Errors
/// Names every field that is wrong.
pub fn check_instructions(input: &InstructionsInput) -> Result<()> {
    let mut problems = Problems::new();
    for (tag, text) in &input.instructions {
        let field = format!("instructions.{tag}");
        problems.check(Locale::parse(tag).map_err(|error| error.at(&field)));
        if text.trim().is_empty() || text.chars().count() > TEXT_LENGTH_MAX {
            problems.add(
                field,
                "wrong_length",
                format!("expected 1 to {TEXT_LENGTH_MAX} characters"),
            );
        }
    }
    problems.finish()
}

/// Checks credentials to write.
///
/// # Errors
/// Names every field that is wrong; never repeats a value.
pub fn check_credentials(input: &CredentialsInput) -> Result<()> {
    let mut problems = Problems::new();
    let mut seen = BTreeSet::new();
    check_count(&mut problems, "credentials", input.credentials.len());
    for (index, credential) in input.credentials.iter().enumerate() {
        let field = |name: &str| format!("credentials.{index}.{name}");
        let letters =
            |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-' || b == b'_';
        if credential.code.is_empty()
            || credential.code.len() > CODE_LENGTH_MAX
            || !credential.code.bytes().all(letters)
        {
            problems.add(
                field("code"),
                "malformed_code",
                format!(
                    "expected 1 to {CODE_LENGTH_MAX} lower-case letters, digits, \"-\" or \"_\""
                ),
            );
        }
        if !seen.insert(&credential.code) {
            problems.add(
                field("code"),
                "duplicate",
                "this code stands in the list twice",
            );
        }
        if credential.value.is_empty() || credential.value.chars().count() > TEXT_LENGTH_MAX {
            problems.add(
                field("value"),
                "wrong_length",
                format!("expected 1 to {TEXT_LENGTH_MAX} characters"),
            );
        }
        check_label(&mut problems, &field("label"), &credential.label);
    }
    problems.finish()
}

/// Checks that a subscription does not get more credentials than it may have.
///
/// # Errors
/// Names the field.
pub fn check_credential_count(before: &AccessData, input: &CredentialsInput) -> Result<()> {
    let mut problems = Problems::new();
    let written = before
        .credentials
        .iter()
        .map(|credential| credential.code.as_str());
    let all: BTreeSet<&str> = written
        .chain(
            input
                .credentials
                .iter()
                .map(|credential| credential.code.as_str()),
        )
        .collect();
    check_count(&mut problems, "credentials", all.len());
    problems.finish()
}

fn check_count(problems: &mut Problems, field: &str, count: usize) {
    if count > ENTRIES_MAX {
        problems.add(field, "too_many", format!("at most {ENTRIES_MAX}"));
    }
}

fn check_label(problems: &mut Problems, field: &str, label: &Text) {
    let text = label.get(Locale::En);
    if text.trim().is_empty() || text.chars().count() > LABEL_LENGTH_MAX {
        problems.add(
            field,
            "wrong_length",
            format!("expected 1 to {LABEL_LENGTH_MAX} characters"),
        );
    }
}
