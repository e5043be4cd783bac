//! What an order may ask for: quantities within their bounds, parameters that the vendor can work with.

use std::collections::BTreeMap;

use regex::RegexBuilder;
use tradewind_kernel::{
    Decimal, Error, Problems, Result,
    decimal::{Limits, parse_decimal},
    text::{check_email, check_len},
};

use crate::types::{
    Item, ItemKind, MAX_QUANTITY, Parameter, ParameterKind, Plan, PlanStatus, ProductDetail,
    ProductStatus,
};

/// Longest accepted answer to a parameter, in characters.
pub(crate) const MAX_ANSWER: usize = 2_000;
/// Memory that a compiled pattern may take, in bytes; keeps hostile patterns small.
const MAX_PATTERN_BYTES: usize = 256 * 1024;

/// An order's quantities and answers, checked, with the defaults filled in.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Configuration {
    /// Quantity of each one-time and recurring item, by code.
    pub quantities: BTreeMap<String, Decimal>,
    /// Answer to each parameter that was answered, by code, in its normal form.
    pub parameters: BTreeMap<String, String>,
}

/// Checks what an order asks for.
///
/// Items that are not named get their default quantity; metered items take none. Answers are trimmed; numbers,
/// truth values and domains are brought into one form.
///
/// # Errors
/// `not_for_sale` when the product or plan is not (or no longer) sold; else one problem for each wrong field
/// (`items.seats`, `parameters.domain`).
pub fn check_configuration(
    product: &ProductDetail,
    plan: &Plan,
    quantities: &BTreeMap<String, Decimal>,
    parameters: &BTreeMap<String, String>,
) -> Result<Configuration> {
    check_for_sale(product, plan)?;
    let mut problems = Problems::new();
    let mut checked = Configuration {
        quantities: wanted_quantities(plan, quantities, &mut problems),
        ..Configuration::default()
    };
    for parameter in &product.parameters {
        let answer = parameters
            .get(&parameter.code)
            .map_or("", |answer| answer.trim());
        if let Some(Some(answer)) = problems.check(check_answer(parameter, answer)) {
            checked.parameters.insert(parameter.code.clone(), answer);
        }
    }
    for code in parameters.keys() {
        if !product
            .parameters
            .iter()
            .any(|parameter| parameter.code == *code)
        {
            problems.add(
                format!("parameters.{}", shown(code)),
                "unknown_parameter",
                "the product has no such parameter",
            );
        }
    }
    problems.finish()?;
    Ok(checked)
}

/// Checks the quantities of a plan that is held already, sold or not; those that are not named get their defaults.
///
/// # Errors
/// One problem for each wrong field (`items.seats`).
pub fn check_quantities(
    plan: &Plan,
    quantities: &BTreeMap<String, Decimal>,
) -> Result<BTreeMap<String, Decimal>> {
    let mut problems = Problems::new();
    let checked = wanted_quantities(plan, quantities, &mut problems);
    problems.finish()?;
    Ok(checked)
}

fn wanted_quantities(
    plan: &Plan,
    quantities: &BTreeMap<String, Decimal>,
    problems: &mut Problems,
) -> BTreeMap<String, Decimal> {
    let mut checked = BTreeMap::new();
    for item in plan
        .items
        .iter()
        .filter(|item| item.kind != ItemKind::Metered)
    {
        let wanted = quantities.get(&item.code).copied();
        let quantity = wanted.unwrap_or(item.quantity_default);
        if let Some(quantity) = problems.check(check_quantity(item, quantity)) {
            checked.insert(item.code.clone(), quantity);
        }
    }
    for code in quantities.keys() {
        match plan.items.iter().find(|item| item.code == *code) {
            Some(item) if item.kind == ItemKind::Metered => problems.add(
                format!("items.{code}"),
                "metered_item",
                "is charged by usage and takes no quantity",
            ),
            Some(_) => {}
            None => problems.add(
                format!("items.{}", shown(code)),
                "unknown_item",
                format!("the plan has no such item; it has {}", codes(&plan.items)),
            ),
        }
    }
    checked
}

fn check_for_sale(product: &ProductDetail, plan: &Plan) -> Result<()> {
    let name = product.product.name.get(tradewind_kernel::Locale::En);
    if product.product.status != ProductStatus::Published {
        return Err(Error::refused(
            "not_for_sale",
            format!("the product \"{name}\" is no longer for sale"),
        ));
    }
    if plan.product_id != product.product.id || plan.status != PlanStatus::Published {
        let plan = plan.name.get(tradewind_kernel::Locale::En);
        return Err(Error::refused(
            "not_for_sale",
            format!("the plan \"{plan}\" of \"{name}\" is no longer for sale"),
        ));
    }
    Ok(())
}

/// What a caller sent, short enough to repeat it in a message.
fn shown(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(40).collect()
}

fn codes(items: &[Item]) -> String {
    let codes: Vec<&str> = items
        .iter()
        .filter(|item| item.kind != ItemKind::Metered)
        .map(|item| item.code.as_str())
        .collect();
    if codes.is_empty() {
        "none".to_owned()
    } else {
        codes.join(", ")
    }
}

fn check_quantity(item: &Item, quantity: Decimal) -> Result<Decimal> {
    let field = || format!("items.{}", item.code);
    let max = item.quantity_max.unwrap_or(Decimal::from(MAX_QUANTITY));
    if quantity < item.quantity_min || quantity > max {
        return Err(Error::invalid(
            field(),
            "out_of_range",
            format!(
                "must be between {} and {}",
                item.quantity_min.normalize(),
                max.normalize()
            ),
        ));
    }
    let above = quantity
        .checked_sub(item.quantity_min)
        .and_then(|above| above.checked_rem(item.quantity_step));
    if above.is_none_or(|rest| !rest.is_zero()) {
        return Err(Error::invalid(
            field(),
            "off_step",
            format!(
                "must be {} or more in steps of {}",
                item.quantity_min.normalize(),
                item.quantity_step.normalize()
            ),
        ));
    }
    Ok(quantity.normalize())
}

fn check_answer(parameter: &Parameter, answer: &str) -> Result<Option<String>> {
    let field = format!("parameters.{}", parameter.code);
    if answer.is_empty() {
        return if parameter.required {
            Err(Error::invalid(field, "required", "is required"))
        } else {
            Ok(None)
        };
    }
    check_len(&field, answer, 1, MAX_ANSWER)?;
    let answer = match parameter.kind {
        ParameterKind::Text => check_text(&field, parameter, answer)?,
        ParameterKind::Number => parse_decimal(&field, answer, &Limits::any())?
            .normalize()
            .to_string(),
        ParameterKind::Choice => check_choice(&field, parameter, answer)?,
        ParameterKind::Boolean => match answer {
            "true" | "false" => answer.to_owned(),
            _ => {
                return Err(Error::invalid(
                    field,
                    "not_boolean",
                    "must be true or false",
                ));
            }
        },
        ParameterKind::Email => {
            check_email(&field, answer)?;
            answer.to_owned()
        }
        ParameterKind::Domain => check_domain(&field, answer)?,
    };
    Ok(Some(answer))
}

fn check_text(field: &str, parameter: &Parameter, answer: &str) -> Result<String> {
    if let Some(pattern) = &parameter.pattern
        && !compile(field, pattern)?.is_match(answer)
    {
        return Err(Error::invalid(
            field,
            "pattern",
            format!("must match the pattern {pattern}"),
        ));
    }
    Ok(answer.to_owned())
}

fn check_choice(field: &str, parameter: &Parameter, answer: &str) -> Result<String> {
    if parameter
        .choices
        .iter()
        .any(|choice| choice.value == answer)
    {
        return Ok(answer.to_owned());
    }
    let values: Vec<&str> = parameter
        .choices
        .iter()
        .map(|choice| choice.value.as_str())
        .collect();
    Err(Error::invalid(
        field,
        "not_a_choice",
        format!("must be one of {}", values.join(", ")),
    ))
}

/// Compiles a pattern so that it has to match the whole answer.
///
/// # Errors
/// `pattern_invalid` when it is not a regular expression, or one that would take too much memory.
pub(crate) fn compile(field: &str, pattern: &str) -> Result<regex::Regex> {
    let build = |pattern: &str| {
        RegexBuilder::new(pattern)
            .size_limit(MAX_PATTERN_BYTES)
            .dfa_size_limit(MAX_PATTERN_BYTES)
            .build()
    };
    // Compiled alone first: an unbalanced bracket must not become valid by the brackets around it.
    build(pattern)
        .and_then(|_| build(&format!("^(?:{pattern})$")))
        .map_err(|error| {
            Error::invalid(
                field,
                "pattern_invalid",
                format!("is not a usable regular expression: {error}"),
            )
        })
}

/// A host name of at least two labels; letters of any script, digits and inner hyphens.
fn check_domain(field: &str, answer: &str) -> Result<String> {
    let refuse = || {
        Error::invalid(
            field,
            "not_a_domain",
            "must be a domain name such as example.com",
        )
    };
    let domain = answer.trim_end_matches('.').to_lowercase();
    if domain.chars().count() > 253 {
        return Err(refuse());
    }
    let labels: Vec<&str> = domain.split('.').collect();
    let label_ok = |label: &&str| {
        (1..=63).contains(&label.chars().count())
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.chars().all(|c| c.is_alphanumeric() || c == '-')
    };
    let top_is_number = labels
        .last()
        .is_none_or(|top| top.chars().all(|c| c.is_ascii_digit()));
    if labels.len() < 2 || !labels.iter().all(label_ok) || top_is_number {
        return Err(refuse());
    }
    Ok(domain)
}

#[cfg(test)]
mod tests;
