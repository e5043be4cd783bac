//! The filter and sort languages: what they mean, what they refuse, and how they say so.

use proptest::prelude::*;
use tradewind_kernel::{
    Decimal, Error, Zone,
    filter::{Comparison, Field, FieldKind, Fields, Filter, Sort, Test, Value},
};

const FIELDS: Fields = Fields(&[
    Field::new(
        "status",
        FieldKind::Enum(&["active", "trial", "ended"]),
        "s.status",
    )
    .sortable(),
    Field::new("amount", FieldKind::Decimal, "s.amount"),
    Field::new("seats", FieldKind::Integer, "s.seats"),
    Field::new("created", FieldKind::Timestamp, "s.created_at").sortable(),
    Field::new("renews", FieldKind::Date, "s.renews_on"),
    Field::text("name", "s.name")
        .searchable("s.name_folded")
        .sortable(),
    Field::text("tag", "t.tag"),
    Field::new("paid", FieldKind::Bool, "s.paid"),
]);

fn parse(text: &str) -> Filter {
    Filter::parse(text, &FIELDS).unwrap_or_else(|error| panic!("{text:?}: {error}"))
}

fn refusal(text: &str) -> (&'static str, String) {
    refusal_of(Filter::parse(text, &FIELDS).map(|_| ()), "filter")
}

fn refusal_of(result: Result<(), Error>, parameter: &str) -> (&'static str, String) {
    let error = result.unwrap_err();
    let [problem] = error.problems() else {
        panic!("expected one problem, got {error}");
    };
    assert_eq!(problem.field, parameter);
    (problem.code, problem.message.clone())
}

fn texts(values: &[&str]) -> Test {
    Test::OneOf(
        values
            .iter()
            .map(|v| Value::Text((*v).to_owned()))
            .collect(),
    )
}

#[test]
fn the_example_means_what_it_says() {
    let filter =
        parse(r#"status:active,trial amount>=10.00 created<2024-10-01 name~"Äcme" -tag:x"#);
    let shape: Vec<(&str, bool, &Test)> = filter
        .terms
        .iter()
        .map(|term| (term.field.column, term.negated, &term.test))
        .collect();
    let october = "2024-10-01T00:00:00Z".parse().unwrap();
    assert_eq!(
        shape,
        [
            ("s.status", false, &texts(&["active", "trial"])),
            (
                "s.amount",
                false,
                &Test::Compare(Comparison::AtLeast, Value::Decimal(Decimal::new(1000, 2)))
            ),
            (
                "s.created_at",
                false,
                &Test::Compare(Comparison::Less, Value::Timestamp(october))
            ),
            ("s.name", false, &Test::Contains(vec!["acme".to_owned()])),
            ("t.tag", true, &texts(&["x"])),
        ]
    );
    assert_eq!(filter.terms[3].field.folded, Some("s.name_folded"));
}

#[test]
fn nothing_and_blanks_filter_nothing() {
    for text in ["", "  ", "\t\n"] {
        assert!(parse(text).is_empty());
    }
}

#[test]
fn negation_works_before_the_field_and_in_the_operator() {
    assert!(parse("status!:ended").terms[0].negated);
    assert!(parse("-status:ended").terms[0].negated);
    assert!(!parse("-status!:ended").terms[0].negated, "twice is none");
    assert!(parse("-amount<5").terms[0].negated);
}

#[test]
fn values_may_be_quoted_and_contain_anything() {
    let one = |text: &str| match &parse(text).terms[0].test {
        Test::OneOf(values) => values.clone(),
        other => panic!("{other:?}"),
    };
    assert_eq!(
        one(r#"tag:"a b,c:\"d\\""#),
        [Value::Text(r#"a b,c:"d\"#.to_owned())]
    );
    assert_eq!(one("tag:a:b<c>~"), [Value::Text("a:b<c>~".to_owned())]);
    assert_eq!(one("tag:\"\""), [Value::Text(String::new())]);
    assert_eq!(one("tag:ünïcode,🚀").len(), 2);
    assert_eq!(one("seats:-5,9223372036854775807")[0], Value::Integer(-5));
    assert_eq!(one("paid:true"), [Value::Bool(true)]);
    assert_eq!(one("created:2024-09-01T12:00:00Z").len(), 1);
}

#[test]
fn a_day_on_an_instant_means_the_whole_day_of_the_zone() {
    let vienna = Zone::parse("Europe/Vienna").unwrap();
    let test = |text: &str| {
        let filter = Filter::parse_in(text, &FIELDS, &vienna).unwrap();
        filter.terms[0].test.clone()
    };
    let (start, end) = ("2024-10-26T22:00:00Z", "2024-10-27T23:00:00Z");
    let compared =
        |comparison, at: &str| Test::Compare(comparison, Value::Timestamp(at.parse().unwrap()));
    assert_eq!(
        test("created<2024-10-27"),
        compared(Comparison::Less, start)
    );
    assert_eq!(test("created<=2024-10-27"), compared(Comparison::Less, end));
    assert_eq!(
        test("created>2024-10-27"),
        compared(Comparison::AtLeast, end)
    );
    assert_eq!(
        test("created>=2024-10-27"),
        compared(Comparison::AtLeast, start)
    );
    let day = Test::Within {
        date: "2024-10-27".parse().unwrap(),
        from: start.parse().unwrap(),
        until: end.parse().unwrap(),
    };
    assert_eq!(test("created:2024-10-27"), day);
    let (code, message) = refusal("created:2024-10-27,2024-10-28");
    assert_eq!(code, "malformed_value", "{message}");
}

#[test]
fn an_unknown_field_is_named_with_those_that_exist() {
    let (code, message) = refusal("colour:red");
    assert_eq!(code, "unknown_field");
    assert_eq!(
        message,
        "there is no field \"colour\"; expected one of status, amount, seats, created, renews, name, tag, paid"
    );
    let (_, message) = refusal_of(Filter::parse("a:b", &Fields(&[])).map(|_| ()), "filter");
    assert_eq!(message, "there is no field \"a\"; none can be used here");
}

#[test]
fn a_wrong_value_is_named_with_what_would_be_accepted() {
    for (text, expected) in [
        (
            "status:gone",
            "\"gone\" does not suit status; expected one of active, trial, ended",
        ),
        (
            "amount>ten",
            "\"ten\" does not suit amount; expected a decimal number such as 12.50",
        ),
        (
            "amount>1e3",
            "\"1e3\" does not suit amount; expected a decimal number such as 12.50",
        ),
        (
            "seats:1.5",
            "\"1.5\" does not suit seats; expected a whole number",
        ),
        (
            "seats:+1",
            "\"+1\" does not suit seats; expected a whole number",
        ),
        (
            "seats:99999999999999999999",
            "\"99999999999999999999\" does not suit seats; expected a whole number",
        ),
        (
            "renews<01.10.2024",
            "\"01.10.2024\" does not suit renews; expected a date such as 2024-09-01",
        ),
        (
            "created>yesterday",
            "\"yesterday\" does not suit created; expected a date or a time such as 2024-09-01T12:00:00Z",
        ),
        (
            "created>9999-12-31",
            "\"9999-12-31\" does not suit created; expected a date or a time such as 2024-09-01T12:00:00Z",
        ),
        (
            "paid:yes",
            "\"yes\" does not suit paid; expected true or false",
        ),
        ("name~\"  \"", "\"  \" does not suit name; expected a text"),
    ] {
        assert_eq!(
            refusal(text),
            ("malformed_value", expected.to_owned()),
            "{text}"
        );
    }
}

#[test]
fn an_operator_that_means_nothing_is_refused_with_those_that_do() {
    for (text, expected) in [
        (
            "status<active",
            "status cannot be compared like that; expected one of : !:",
        ),
        (
            "tag~x",
            "tag cannot be compared like that; expected one of : !:",
        ),
        (
            "name>x",
            "name cannot be compared like that; expected one of : !: ~",
        ),
        (
            "amount~1",
            "amount cannot be compared like that; expected one of : !: < <= > >=",
        ),
    ] {
        assert_eq!(
            refusal(text),
            ("operator_not_allowed", expected.to_owned()),
            "{text}"
        );
    }
}

#[test]
fn what_cannot_be_read_is_refused_with_its_place() {
    for (text, expected) in [
        (
            ":x",
            "expected the name of a field at character 1, as in status:active",
        ),
        (
            "status:active ??",
            "expected the name of a field at character 15, as in status:active",
        ),
        (
            "tag:ü -",
            "expected the name of a field at character 7, as in status:active",
        ),
        (
            "tag",
            "expected an operator after tag at character 4: one of : !: < <= > >= ~",
        ),
        (
            "tag=x",
            "expected an operator after tag at character 4: one of : !: < <= > >= ~",
        ),
        ("tag:", "expected a text for tag at character 5"),
        ("tag:a,", "expected a text for tag at character 7"),
        ("tag: a", "expected a text for tag at character 5"),
        ("amount>1,2", "amount can be compared with one value only"),
        ("tag:\"a", "a quotation mark is not closed"),
        ("tag:\"a\\", "a quotation mark is not closed"),
        (
            "tag:\"a\"b",
            "expected a blank at character 8 after a quoted value of tag",
        ),
        (
            "tag:a\"b\"",
            "expected a blank at character 6 after a quoted value of tag",
        ),
    ] {
        assert_eq!(
            refusal(text),
            ("malformed_filter", expected.to_owned()),
            "{text}"
        );
    }
}

#[test]
fn filters_without_measure_are_refused() {
    assert_eq!(
        refusal(&"tag:x ".repeat(31)),
        ("malformed_filter", "at most 30 terms".to_owned())
    );
    let values = format!("tag:{}x", "x,".repeat(200));
    assert_eq!(
        refusal(&values),
        ("malformed_filter", "at most 200 values for tag".to_owned())
    );
    assert_eq!(
        refusal(&format!("tag:{}", "x".repeat(4000))),
        ("malformed_filter", "at most 4000 bytes".to_owned())
    );
}

#[test]
fn orders_are_read_and_checked() {
    let sort = |text: &str| Sort::parse(text, &FIELDS);
    let order = sort("-created, name").unwrap();
    assert_eq!(order.to_string(), "-created,name");
    assert_eq!(
        order
            .keys
            .iter()
            .map(|key| (key.field.column, key.descending))
            .collect::<Vec<_>>(),
        [("s.created_at", true), ("s.name", false)]
    );
    assert!(sort("  ").unwrap().keys.is_empty());
    let refused = |text: &str| refusal_of(sort(text).map(|_| ()), "sort");
    let expected = "; expected one of status, created, name";
    assert_eq!(
        refused("amount"),
        (
            "unknown_field",
            format!("there is no field \"amount\"{expected}")
        )
    );
    assert_eq!(
        refused("name,"),
        ("unknown_field", format!("there is no field \"\"{expected}"))
    );
    assert_eq!(
        refused("--name"),
        (
            "unknown_field",
            format!("there is no field \"-name\"{expected}")
        )
    );
    assert_eq!(
        refused("name,-name"),
        ("malformed_sort", "name is named twice".to_owned())
    );
}

/// Texts that are nearly filters.
fn near_filter() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        prop::sample::select(vec![
            "status", "amount", "seats", "created", "renews", "name", "tag", "paid", "other",
        ])
        .prop_map(str::to_owned),
        prop::sample::select(vec![
            ":", "!:", "<", "<=", ">", ">=", "~", " ", ",", "-", "\"", "\\", "!", "=",
        ])
        .prop_map(str::to_owned),
        prop::sample::select(vec![
            "active",
            "1.50",
            "7",
            "2024-02-29",
            "2024-09-01T12:00:00Z",
            "true",
            "é",
            "\u{301}",
        ])
        .prop_map(str::to_owned),
        any::<char>().prop_map(String::from),
    ];
    prop::collection::vec(piece, 0..14).prop_map(|pieces| pieces.concat())
}

/// Well-formed terms with values of all kinds.
fn good_term() -> impl Strategy<Value = String> {
    let quoted = any::<String>()
        .prop_map(|text| format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\"")));
    prop_oneof![
        quoted.prop_map(|text| format!("tag:{text}")),
        (any::<i64>(), any::<i64>()).prop_map(|(a, b)| format!("-seats!:{a},{b}")),
        (any::<i64>(), 0_u32..10).prop_map(|(m, s)| format!("amount<={}", Decimal::new(m, s))),
        "[a-zäöü]{1,8}".prop_map(|text| format!("name~{text},\"x y\"")),
        (1_i16..3000).prop_map(|year| format!("created:{year:04}-02-28")),
        (1_i16..3000).prop_map(|year| format!("-created<{year:04}-02-28 renews>{year:04}-12-31")),
        any::<bool>().prop_map(|value| format!("paid:{value} status:trial")),
    ]
}

proptest! {
    #[test]
    fn reading_a_filter_never_panics(text in any::<String>(), near in near_filter()) {
        for text in [text, near] {
            if let Ok(filter) = Filter::parse(&text, &FIELDS) {
                let written = filter.to_string();
                prop_assert_eq!(Filter::parse(&written, &FIELDS).unwrap(), filter, "{:?} as {}", text, written);
            }
            let _ = Sort::parse(&text, &FIELDS);
        }
    }

    #[test]
    fn a_filter_survives_its_text(terms in prop::collection::vec(good_term(), 0..8)) {
        let text = terms.join(" ");
        prop_assume!(text.len() < 1000);
        let filter = Filter::parse(&text, &FIELDS).unwrap();
        prop_assert!(filter.terms.len() >= terms.len());
        let written = filter.to_string();
        prop_assert_eq!(Filter::parse(&written, &FIELDS).unwrap(), filter);
    }
}
