use tradewind_kernel::id::AccountId;

use super::*;
use crate::rules::fixture::{dec, product};
use crate::types::{Approval, Choice, DeliveryMode};

fn codes(result: Result<()>) -> Vec<(String, &'static str)> {
    result.err().map_or(Vec::new(), |error| {
        error
            .problems()
            .iter()
            .map(|problem| (problem.field.clone(), problem.code))
            .collect()
    })
}

fn named(pairs: &[(&str, &'static str)]) -> Vec<(String, &'static str)> {
    pairs
        .iter()
        .map(|(field, code)| ((*field).to_owned(), *code))
        .collect()
}

fn item() -> ItemDraft {
    ItemDraft {
        aggregation: Default::default(),
        tax_category: None,
        code: "seats".to_owned(),
        name: Text::en("Seats"),
        kind: ItemKind::Recurring,
        unit: Text::en("seat"),
        meter: None,
        timing: Timing::Advance,
        quantity_min: dec("1"),
        quantity_max: Some(dec("10")),
        quantity_default: dec("5"),
        quantity_step: dec("2"),
        position: 0,
    }
}

#[test]
fn items_have_quantities_that_can_be_ordered() {
    assert_eq!(codes(check_item(&item())), []);
    let with = |change: &dyn Fn(&mut ItemDraft)| {
        let mut draft = item();
        change(&mut draft);
        codes(check_item(&draft))
    };
    assert_eq!(
        with(&|d| d.quantity_min = dec("-1")),
        named(&[("quantity_min", "out_of_range")])
    );
    assert_eq!(
        with(&|d| d.quantity_step = dec("0")),
        named(&[("quantity_step", "out_of_range")])
    );
    assert_eq!(
        with(&|d| d.quantity_max = Some(dec("0.5"))),
        named(&[("quantity_max", "below_min")])
    );
    assert_eq!(
        with(&|d| d.quantity_default = dec("11")),
        named(&[("quantity_default", "out_of_range")])
    );
    assert_eq!(
        with(&|d| d.quantity_default = dec("4")),
        named(&[("quantity_default", "off_step")])
    );
    assert_eq!(
        with(&|d| d.quantity_step = dec("0.0000000000000001")),
        named(&[("quantity_step", "too_many_places")])
    );
    assert_eq!(
        with(&|d| d.quantity_step = dec("0.000000000000001")),
        named(&[])
    );
    assert_eq!(
        with(&|d| d.quantity_max = Some(dec("1000000001"))),
        named(&[("quantity_max", "out_of_range")])
    );
}

#[test]
fn meters_belong_to_metered_items_and_are_charged_afterwards() {
    let mut draft = item();
    draft.meter = Some("storage".to_owned());
    assert_eq!(
        codes(check_item(&draft)),
        named(&[("meter", "not_applicable")])
    );
    draft.kind = ItemKind::Metered;
    assert_eq!(
        codes(check_item(&draft)),
        named(&[("timing", "not_applicable")])
    );
    draft.timing = Timing::Arrears;
    assert_eq!(codes(check_item(&draft)), []);
    draft.meter = Some("Not a meter".to_owned());
    assert_eq!(codes(check_item(&draft)), named(&[("meter", "malformed")]));
    draft.meter = None;
    assert_eq!(codes(check_item(&draft)), named(&[("meter", "required")]));
}

#[test]
fn terms_are_multiples_of_billing_periods() {
    let plan = |billing: &str, term: Option<&str>| {
        codes(check_plan(&PlanDraft {
            code: "basic".to_owned(),
            name: Text::en("Basic"),
            description: Text::default(),
            position: 0,
            recommended: false,
            status: PlanStatus::Published,
            billing_cadence: billing.parse().expect("a cadence"),
            term_cadence: term.map(|term| term.parse().expect("a cadence")),
            trial_days: 14,
            auto_renew: true,
            trial_needs_payment: false,
            trial_again: false,
            notice_days: 30,
        }))
    };
    assert_eq!(plan("P1M", None), []);
    assert_eq!(plan("P1M", Some("P1Y")), []);
    assert_eq!(plan("P1W", Some("P14D")), []);
    assert_eq!(
        plan("P5M", Some("P1Y")),
        named(&[("term_cadence", "not_a_multiple")])
    );
    assert_eq!(
        plan("P1M", Some("P30D")),
        named(&[("term_cadence", "not_a_multiple")])
    );
    assert_eq!(
        plan("PT1H", None),
        named(&[("billing_cadence", "out_of_range")])
    );
    assert_eq!(
        plan("P1M", Some("P11Y")),
        named(&[("term_cadence", "out_of_range")])
    );
}

#[test]
fn parameters_fit_their_kind() {
    let mut draft = ParameterDraft {
        code: "code".to_owned(),
        label: Text::en("Code"),
        hint: Text::default(),
        kind: ParameterKind::Text,
        required: true,
        pattern: Some("[a-z]+".to_owned()),
        choices: Vec::new(),
        sensitive: false,
        position: 0,
    };
    assert_eq!(codes(check_parameter(&draft)), []);
    draft.pattern = Some("[a-z".to_owned());
    assert_eq!(
        codes(check_parameter(&draft)),
        named(&[("pattern", "pattern_invalid")])
    );
    draft.kind = ParameterKind::Email;
    assert_eq!(
        codes(check_parameter(&draft)),
        named(&[("pattern", "not_applicable")])
    );
    draft.pattern = None;
    draft.kind = ParameterKind::Choice;
    assert_eq!(
        codes(check_parameter(&draft)),
        named(&[("choices", "required")])
    );
    let choice = |value: &str| Choice {
        value: value.to_owned(),
        label: Text::en("Label"),
    };
    draft.choices = vec![choice("a"), choice("b"), choice("a"), choice(" c")];
    assert_eq!(
        codes(check_parameter(&draft)),
        named(&[("choices.2", "duplicate"), ("choices.3", "white_space")])
    );
    draft.choices = vec![choice("x"); 51];
    assert!(codes(check_parameter(&draft)).contains(&("choices".to_owned(), "too_many")));
}

#[test]
fn products_have_readable_names() {
    let draft = ProductDraft {
        tax_category: Default::default(),
        slug: "Bad Slug".to_owned(),
        name: Text::default().with("not a tag!", "x"),
        summary: Text::en("one\nline"),
        description: Text::en("several\nlines"),
        category_id: None,
        delivery: DeliveryMode::Manual,
        approval: Approval::Seller,
        tags: vec!["a".to_owned(), "a".to_owned(), " ".to_owned()],
        features: vec![Text::default()],
        terms_title: Text::default(),
        terms_text: Text::default(),
        terms_version: "x".repeat(41),
    };
    assert_eq!(
        codes(check_product(&draft)),
        named(&[
            ("slug", "malformed"),
            ("name", "malformed_language"),
            ("summary.en", "control_character"),
            ("terms_version", "too_long"),
            ("tags.1", "duplicate"),
            ("tags.2", "required"),
            ("features.0", "required"),
        ])
    );
    assert_eq!(
        codes(check_category(&CategoryDraft {
            slug: "-".to_owned(),
            name: Text::en("x"),
            position: 0
        }))
        .len(),
        1
    );
}

#[test]
fn a_product_is_published_once_and_with_something_to_sell() {
    let mut goods = product(AccountId::generate(), "goods");
    assert_eq!(
        check_publishable(&goods).expect_err("is published").code(),
        "already_published"
    );
    goods.product.status = ProductStatus::Draft;
    assert!(check_publishable(&goods).is_ok());
    goods.plans[0].items.clear();
    assert_eq!(
        check_publishable(&goods).expect_err("empty").code(),
        "nothing_to_sell"
    );
}
