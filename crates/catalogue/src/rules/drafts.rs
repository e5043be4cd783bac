//! What may be written into the catalogue.

use tradewind_kernel::{
    Decimal, Error, Problems, Result, Text,
    calendar::{Cadence, CadenceUnit},
    text::{check_len, check_lines, trimmed},
};

use super::configuration::{MAX_ANSWER, compile};
use crate::types::{
    CategoryDraft, ItemDraft, ItemKind, MAX_QUANTITY, ParameterDraft, ParameterKind, PlanDraft,
    PlanStatus, ProductDetail, ProductDraft, ProductStatus, Timing,
};

/// Longest name, in characters.
const MAX_NAME: usize = 120;
/// Longest description, in characters.
const MAX_DESCRIPTION: usize = 20_000;
/// Longest legal text, in characters.
const MAX_LEGAL: usize = 100_000;
/// Tags, features or choices of one thing.
const MAX_LIST: usize = 50;
/// Places of a quantity.
const QUANTITY_PLACES: u32 = 15;
/// Longest trial and longest notice, in days.
const MAX_DAYS: u32 = 730;

/// Checks a category.
pub(crate) fn check_category(draft: &CategoryDraft) -> Result<()> {
    let mut problems = Problems::new();
    problems.check(check_slug("slug", &draft.slug));
    problems.check(check_text("name", &draft.name, true, MAX_NAME));
    problems.finish()
}

/// Checks a product.
pub(crate) fn check_product(draft: &ProductDraft) -> Result<()> {
    let mut problems = Problems::new();
    problems.check(check_slug("slug", &draft.slug));
    problems.check(check_text("name", &draft.name, true, MAX_NAME));
    problems.check(check_text("summary", &draft.summary, false, 400));
    problems.check(check_text(
        "description",
        &draft.description,
        false,
        MAX_DESCRIPTION,
    ));
    problems.check(check_text(
        "terms_title",
        &draft.terms_title,
        false,
        MAX_NAME,
    ));
    problems.check(check_text(
        "terms_text",
        &draft.terms_text,
        false,
        MAX_LEGAL,
    ));
    problems.check(check_len("terms_version", &draft.terms_version, 0, 40));
    check_count("tags", draft.tags.len(), &mut problems);
    check_count("features", draft.features.len(), &mut problems);
    for (at, tag) in draft.tags.iter().take(MAX_LIST).enumerate() {
        let field = format!("tags.{at}");
        problems.check(trimmed(&field, tag, 1, 40));
        if draft.tags.iter().take(at).any(|other| other == tag) {
            problems.add(field, "duplicate", "is named twice");
        }
    }
    for (at, feature) in draft.features.iter().take(MAX_LIST).enumerate() {
        problems.check(check_text(&format!("features.{at}"), feature, true, 200));
    }
    problems.finish()
}

/// Checks a plan.
pub(crate) fn check_plan(draft: &PlanDraft) -> Result<()> {
    let mut problems = Problems::new();
    problems.check(check_code("code", &draft.code));
    problems.check(check_text("name", &draft.name, true, MAX_NAME));
    problems.check(check_text("description", &draft.description, false, 2_000));
    let billing_ok = problems
        .check(check_cadence("billing_cadence", draft.billing_cadence))
        .is_some();
    if let Some(term) = draft.term_cadence {
        let term_ok = problems
            .check(check_cadence("term_cadence", term))
            .is_some();
        if billing_ok && term_ok && !is_multiple(term, draft.billing_cadence) {
            problems.add(
                "term_cadence",
                "not_a_multiple",
                format!(
                    "must be a multiple of the billing cadence {}",
                    draft.billing_cadence
                ),
            );
        }
    }
    for (field, days) in [
        ("trial_days", draft.trial_days),
        ("notice_days", draft.notice_days),
    ] {
        if days > MAX_DAYS {
            problems.add(
                field,
                "out_of_range",
                format!("must be at most {MAX_DAYS} days"),
            );
        }
    }
    problems.finish()
}

/// Checks an item.
pub(crate) fn check_item(draft: &ItemDraft) -> Result<()> {
    let mut problems = Problems::new();
    problems.check(check_code("code", &draft.code));
    problems.check(check_text("name", &draft.name, true, MAX_NAME));
    problems.check(check_text("unit", &draft.unit, false, 40));
    match (draft.kind, &draft.meter) {
        (ItemKind::Metered, None) => {
            problems.add(
                "meter",
                "required",
                "a metered item needs the meter it charges",
            );
        }
        (ItemKind::Metered, Some(meter)) => {
            problems.check(check_meter(meter));
        }
        (_, Some(_)) => problems.add("meter", "not_applicable", "only metered items have a meter"),
        (_, None) => {}
    }
    if draft.kind != ItemKind::Metered && !draft.aggregation.is_sum() {
        problems.add(
            "aggregation",
            "not_applicable",
            "only the usage of metered items is aggregated",
        );
    }
    match (draft.kind, draft.timing) {
        (ItemKind::Metered, Timing::Advance) => problems.add(
            "timing",
            "not_applicable",
            "metered items are charged in arrears: nobody knows the usage before",
        ),
        (ItemKind::OneTime, Timing::Arrears) => {
            problems.add(
                "timing",
                "not_applicable",
                "one-time items are charged in advance",
            );
        }
        _ => {}
    }
    check_quantities(draft, &mut problems);
    problems.finish()
}

/// Checks that no other item of the plan is charged for the same meter: usage is priced once, so the second would never be.
/// `others` are the meters of the other metered items.
///
/// # Errors
/// `meter_taken` at `meter`.
pub(crate) fn check_meter_free<'a>(
    draft: &ItemDraft,
    mut others: impl Iterator<Item = Option<&'a str>>,
) -> Result<()> {
    match &draft.meter {
        Some(meter) if others.any(|other| other == Some(meter)) => Err(Error::invalid(
            "meter",
            "meter_taken",
            format!("another item of this plan charges for the meter \"{meter}\" already"),
        )),
        _ => Ok(()),
    }
}

fn check_quantities(draft: &ItemDraft, problems: &mut Problems) {
    let top = Decimal::from(MAX_QUANTITY);
    let max = draft.quantity_max.unwrap_or(top);
    let fields = [
        ("quantity_min", draft.quantity_min),
        ("quantity_max", max),
        ("quantity_default", draft.quantity_default),
        ("quantity_step", draft.quantity_step),
    ];
    for (field, value) in fields {
        if value.is_sign_negative() && !value.is_zero() || value > top {
            problems.add(
                field,
                "out_of_range",
                format!("must be between 0 and {top}"),
            );
        } else if value.normalize().scale() > QUANTITY_PLACES {
            problems.add(
                field,
                "too_many_places",
                format!("at most {QUANTITY_PLACES} digits after the point"),
            );
        }
    }
    if draft.quantity_step <= Decimal::ZERO {
        problems.add("quantity_step", "out_of_range", "must be more than 0");
    }
    if draft.quantity_min > max {
        problems.add(
            "quantity_max",
            "below_min",
            "must not be less than quantity_min",
        );
    }
    if !problems.is_empty() {
        return;
    }
    if draft.quantity_default < draft.quantity_min || draft.quantity_default > max {
        problems.add(
            "quantity_default",
            "out_of_range",
            format!("must be between {} and {max}", draft.quantity_min),
        );
        return;
    }
    let off_step = draft
        .quantity_default
        .checked_sub(draft.quantity_min)
        .and_then(|above| above.checked_rem(draft.quantity_step))
        .is_none_or(|rest| !rest.is_zero());
    if off_step {
        problems.add(
            "quantity_default",
            "off_step",
            "must be quantity_min plus a multiple of quantity_step",
        );
    }
}

/// Checks a parameter; a pattern that does not compile is refused here, not when somebody orders.
pub(crate) fn check_parameter(draft: &ParameterDraft) -> Result<()> {
    let mut problems = Problems::new();
    problems.check(check_code("code", &draft.code));
    problems.check(check_text("label", &draft.label, true, 200));
    problems.check(check_text("hint", &draft.hint, false, 500));
    match (draft.kind, &draft.pattern) {
        (ParameterKind::Text, Some(pattern)) => {
            if problems
                .check(check_len("pattern", pattern, 1, 500))
                .is_some()
            {
                problems.check(compile("pattern", pattern));
            }
        }
        (_, Some(_)) => {
            problems.add(
                "pattern",
                "not_applicable",
                "only parameters of kind text have a pattern",
            );
        }
        (_, None) => {}
    }
    match (draft.kind, draft.choices.is_empty()) {
        (ParameterKind::Choice, true) => {
            problems.add("choices", "required", "a choice needs at least one answer");
        }
        (ParameterKind::Choice, false) => check_choices(draft, &mut problems),
        (_, false) => {
            problems.add(
                "choices",
                "not_applicable",
                "only parameters of kind choice have choices",
            );
        }
        (_, true) => {}
    }
    problems.finish()
}

fn check_choices(draft: &ParameterDraft, problems: &mut Problems) {
    check_count("choices", draft.choices.len(), problems);
    for (at, choice) in draft.choices.iter().take(MAX_LIST).enumerate() {
        let field = format!("choices.{at}");
        problems.check(check_len(
            &format!("{field}.value"),
            &choice.value,
            1,
            MAX_ANSWER,
        ));
        problems.check(check_text(
            &format!("{field}.label"),
            &choice.label,
            true,
            MAX_NAME,
        ));
        let same = |other: &crate::types::Choice| other.value == choice.value;
        if choice.value.trim() != choice.value {
            problems.add(
                &field,
                "white_space",
                "must not begin or end with white space",
            );
        }
        if draft.choices.iter().take(at).any(same) {
            problems.add(field, "duplicate", "is named twice");
        }
    }
}

/// Checks the name of a price book and gives it back trimmed.
pub(crate) fn check_price_book(name: &str) -> Result<String> {
    trimmed("name", name, 1, MAX_NAME)
}

/// Whether a product can be put up for sale (again).
///
/// # Errors
/// `nothing_to_sell` when no published plan has an item; conflict when it is published already.
pub(crate) fn check_publishable(product: &ProductDetail) -> Result<()> {
    if product.product.status == ProductStatus::Published {
        return Err(Error::conflict(
            "already_published",
            "the product is for sale already",
        ));
    }
    let sellable = product
        .plans
        .iter()
        .any(|plan| plan.status == PlanStatus::Published && !plan.items.is_empty());
    if sellable {
        Ok(())
    } else {
        Err(Error::refused(
            "nothing_to_sell",
            "a product needs a published plan with at least one item before it can be published",
        ))
    }
}

fn check_count(field: &str, count: usize, problems: &mut Problems) {
    if count > MAX_LIST {
        problems.add(field, "too_many", format!("at most {MAX_LIST}"));
    }
}

/// A text in every language it is given in; names are one line, long texts may have several.
fn check_text(field: &str, text: &Text, required: bool, max: usize) -> Result<()> {
    let mut problems = Problems::new();
    if required && text.is_empty() {
        problems.add(field, "required", "must not be empty");
    }
    for (tag, words) in text.iter().take(MAX_LIST) {
        let tag_ok = (2..=12).contains(&tag.len())
            && tag.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
        if !tag_ok {
            problems.add(
                field,
                "malformed_language",
                "languages are named by tags such as en or de-AT",
            );
            continue;
        }
        let field = format!("{field}.{tag}");
        problems.check(if max > 500 {
            check_lines(&field, words, 0, max)
        } else {
            check_len(&field, words, 0, max)
        });
    }
    if text.iter().nth(MAX_LIST).is_some() {
        problems.add(field, "too_many", format!("at most {MAX_LIST} languages"));
    }
    problems.finish()
}

/// A name in addresses.
fn check_slug(field: &str, slug: &str) -> Result<()> {
    let shape = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if (1..=60).contains(&slug.len())
        && slug.chars().all(shape)
        && !slug.starts_with('-')
        && !slug.ends_with('-')
    {
        return Ok(());
    }
    Err(Error::invalid(
        field,
        "malformed",
        "must be 1 to 60 lower-case letters, digits and inner hyphens",
    ))
}

/// A short name for programs.
fn check_code(field: &str, code: &str) -> Result<()> {
    let shape = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-' || c == '_';
    if (1..=40).contains(&code.len())
        && code.chars().all(shape)
        && code.starts_with(|c: char| c.is_ascii_lowercase())
    {
        return Ok(());
    }
    Err(Error::invalid(
        field,
        "malformed",
        "must be 1 to 40 lower-case letters, digits, hyphens and underscores, beginning with a letter",
    ))
}

fn check_meter(meter: &str) -> Result<()> {
    let shape = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "-_.".contains(c);
    if (1..=60).contains(&meter.len()) && meter.chars().all(shape) {
        return Ok(());
    }
    Err(Error::invalid(
        "meter",
        "malformed",
        "must be 1 to 60 lower-case letters, digits, dots, hyphens and underscores",
    ))
}

fn check_cadence(field: &str, cadence: Cadence) -> Result<()> {
    let most = match cadence.unit {
        CadenceUnit::Hour => 0,
        CadenceUnit::Day => 366,
        CadenceUnit::Week => 52,
        CadenceUnit::Month => 120,
        CadenceUnit::Year => 10,
    };
    if (1..=most).contains(&cadence.count) {
        return Ok(());
    }
    Err(Error::invalid(
        field,
        "out_of_range",
        "must be in days, weeks, months or years and at most ten years, such as P1M or P1Y",
    ))
}

fn is_multiple(term: Cadence, billing: Cadence) -> bool {
    match (term.months(), billing.months(), term.days(), billing.days()) {
        (Some(term), Some(billing), ..) | (_, _, Some(term), Some(billing)) => term % billing == 0,
        _ => false,
    }
}

#[cfg(test)]
mod tests;
