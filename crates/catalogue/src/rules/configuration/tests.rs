use proptest::prelude::*;
use tradewind_kernel::{Text, id::AccountId};

use super::*;
use crate::rules::fixture::{dec, parameter, product};
use crate::types::Choice;

fn goods() -> ProductDetail {
    let mut goods = product(AccountId::generate(), "goods");
    goods.plans[0].items[1].quantity_min = dec("2");
    goods.plans[0].items[1].quantity_step = dec("0.5");
    goods.plans[0].items[1].quantity_default = dec("5");
    let id = goods.product.id;
    let mut code = parameter(id, "code", ParameterKind::Text);
    code.pattern = Some("[a-z]{2,4}|x".to_owned());
    code.required = true;
    let mut region = parameter(id, "region", ParameterKind::Choice);
    region.choices = ["eu", "us"]
        .map(|value| Choice {
            value: value.to_owned(),
            label: Text::en(value),
        })
        .to_vec();
    goods.parameters = vec![
        code,
        region,
        parameter(id, "count", ParameterKind::Number),
        parameter(id, "flag", ParameterKind::Boolean),
        parameter(id, "contact", ParameterKind::Email),
        parameter(id, "domain", ParameterKind::Domain),
    ];
    goods
}

type Given<'a> = &'a [(&'a str, &'a str)];

fn check(
    goods: &ProductDetail,
    quantities: Given<'_>,
    parameters: Given<'_>,
) -> Result<Configuration> {
    let quantities = quantities
        .iter()
        .map(|(code, quantity)| ((*code).to_owned(), dec(quantity)))
        .collect();
    let parameters = parameters
        .iter()
        .map(|(code, answer)| ((*code).to_owned(), (*answer).to_owned()))
        .collect();
    check_configuration(goods, &goods.plans[0], &quantities, &parameters)
}

/// The fields and codes of what is wrong.
fn problems(result: Result<Configuration>) -> Vec<(String, &'static str)> {
    let error = result.expect_err("it is refused");
    error
        .problems()
        .iter()
        .map(|problem| (problem.field.clone(), problem.code))
        .collect()
}

fn problem(quantities: Given<'_>, parameters: Given<'_>) -> (String, &'static str) {
    let mut all = problems(check(&goods(), quantities, parameters));
    assert_eq!(all.len(), 1, "{all:?}");
    all.remove(0)
}

#[test]
fn defaults_are_filled_in_and_answers_get_their_normal_form() {
    let given = [
        ("code", " ab "),
        ("region", "eu"),
        ("count", "007.50"),
        ("flag", "true"),
        ("contact", "a@example.com"),
        ("domain", "Shop.Example.COM."),
    ];
    let checked = check(&goods(), &[("seats", "2.50")], &given).expect("all is well");
    let quantities: Vec<_> = checked
        .quantities
        .iter()
        .map(|(code, quantity)| (code.as_str(), quantity.to_string()))
        .collect();
    assert_eq!(
        quantities,
        [("seats", "2.5".to_owned()), ("setup", "1".to_owned())]
    );
    let answers: Vec<_> = checked.parameters.values().map(String::as_str).collect();
    assert_eq!(
        answers,
        [
            "ab",
            "a@example.com",
            "7.5",
            "shop.example.com",
            "true",
            "eu"
        ]
    );
}

#[test]
fn quantities_stay_within_their_bounds_and_steps() {
    let answers = [("code", "ab")];
    for (quantity, code) in [
        ("1.5", "out_of_range"),
        ("0", "out_of_range"),
        ("-3", "out_of_range"),
        ("500.5", "out_of_range"),
        ("79228162514264337593543950335", "out_of_range"),
        ("2.25", "off_step"),
        ("2.0000001", "off_step"),
    ] {
        assert_eq!(
            problem(&[("seats", quantity)], &answers),
            ("items.seats".to_owned(), code),
            "{quantity}"
        );
    }
    for quantity in ["2", "2.5", "500", "500.000"] {
        assert!(
            check(&goods(), &[("seats", quantity)], &answers).is_ok(),
            "{quantity}"
        );
    }
    let mut goods = goods();
    goods.plans[0].items[1].quantity_max = None;
    assert!(check(&goods, &[("seats", "1000000000")], &answers).is_ok());
    let absurd = problems(check(&goods, &[("seats", "1000000001")], &answers));
    assert_eq!(absurd, [("items.seats".to_owned(), "out_of_range")]);
}

#[test]
fn metered_and_unknown_items_take_no_quantity() {
    let answers = [("code", "ab")];
    assert_eq!(
        problem(&[("usage", "1")], &answers),
        ("items.usage".to_owned(), "metered_item")
    );
    assert_eq!(
        problem(&[("nope", "1")], &answers),
        ("items.nope".to_owned(), "unknown_item")
    );
}

#[test]
fn every_wrong_field_is_named_at_once() {
    let given = [
        ("region", "EU"),
        ("count", "1e5"),
        ("flag", "yes"),
        ("contact", "nobody"),
        ("domain", "localhost"),
        ("other", "x"),
    ];
    let expected = [
        ("items.seats", "out_of_range"),
        ("parameters.code", "required"),
        ("parameters.region", "not_a_choice"),
        ("parameters.count", "not_a_number"),
        ("parameters.flag", "not_boolean"),
        ("parameters.contact", "malformed_email"),
        ("parameters.domain", "not_a_domain"),
        ("parameters.other", "unknown_parameter"),
    ];
    let found = problems(check(&goods(), &[("seats", "-1")], &given));
    let found: Vec<_> = found
        .iter()
        .map(|(field, code)| (field.as_str(), *code))
        .collect();
    assert_eq!(found, expected);
}

#[test]
fn a_pattern_has_to_match_the_whole_answer() {
    for (answer, code) in [
        ("abcde", "pattern"),
        ("ab1", "pattern"),
        ("xx!", "pattern"),
        ("  ", "required"),
    ] {
        assert_eq!(problem(&[], &[("code", answer)]).1, code, "{answer}");
    }
    assert_eq!(problem(&[], &[("code", "ab\ncd")]).1, "control_character");
    assert!(check(&goods(), &[], &[("code", "x")]).is_ok());
}

#[test]
fn hostile_patterns_are_refused_and_never_slow() {
    for pattern in ["(", "a{1000}{1000}{1000}", "[z-a]", "(?P<n", "a)(b", "\\"] {
        let error = compile("pattern", pattern).expect_err(pattern);
        assert_eq!(error.problems()[0].code, "pattern_invalid");
    }
    let nested = compile("pattern", "(a+)+b").expect("linear time whatever it looks like");
    assert!(!nested.is_match(&"a".repeat(MAX_ANSWER)));
}

#[test]
fn answers_may_be_in_any_script_but_not_endless() {
    let mut goods = goods();
    goods.parameters[0].pattern = None;
    let long = "ü".repeat(MAX_ANSWER);
    let checked = check(&goods, &[], &[("code", &long)]).expect("as long as allowed");
    assert_eq!(checked.parameters["code"], long);
    let longer = "ü".repeat(MAX_ANSWER + 1);
    let found = problems(check(&goods, &[], &[("code", &longer)]));
    assert_eq!(found, [("parameters.code".to_owned(), "too_long")]);
    assert!(check(&goods, &[], &[("code", "ab"), ("domain", "bücher.example")]).is_ok());
    let megabytes = "x.".repeat(2_000_000);
    let found = problems(check(
        &goods,
        &[],
        &[("code", "ab"), ("domain", &megabytes)],
    ));
    assert_eq!(found, [("parameters.domain".to_owned(), "too_long")]);
}

#[test]
fn what_is_not_for_sale_is_named() {
    let mut goods = goods();
    goods.product.status = ProductStatus::Withdrawn;
    let error = check(&goods, &[], &[("code", "ab")]).expect_err("withdrawn");
    assert_eq!(error.code(), "not_for_sale");
    assert_eq!(
        error.to_string(),
        "the product \"goods\" is no longer for sale"
    );
    goods.product.status = ProductStatus::Published;
    goods.plans[0].status = PlanStatus::Withdrawn;
    let error = check(&goods, &[], &[("code", "ab")]).expect_err("withdrawn");
    assert_eq!(
        error.to_string(),
        "the plan \"Basic\" of \"goods\" is no longer for sale"
    );
}

proptest! {
    #[test]
    fn no_answer_makes_the_check_fail_otherwise(answer in ".*", code in ".*", mantissa in any::<i64>(), scale in 0u32..28) {
        let goods = goods();
        let quantities = BTreeMap::from([("seats".to_owned(), Decimal::new(mantissa, scale)), (code.clone(), Decimal::ONE)]);
        let mut parameters: BTreeMap<String, String> = goods.parameters.iter().map(|p| (p.code.clone(), answer.clone())).collect();
        parameters.insert(code, answer);
        if let Err(error) = check_configuration(&goods, &goods.plans[0], &quantities, &parameters) {
            prop_assert!(!error.problems().is_empty());
        }
    }
}
