//! The description of the API is a golden file, and says what it must about every operation.

use serde_json::Value;

fn document() -> Value {
    serde_json::to_value(tradewind_api::document()).expect("json")
}

#[test]
fn the_description_is_as_agreed() {
    insta::with_settings!({ omit_expression => true }, {
        insta::assert_json_snapshot!("openapi", document());
    });
}

#[test]
fn every_operation_is_described() {
    let document = document();
    assert_eq!(document["openapi"], "3.1.0");
    let mut seen = 0;
    for (path, item) in document["paths"].as_object().expect("paths") {
        for (method, operation) in item.as_object().expect("operations") {
            let text = |field: &str| operation[field].as_str().unwrap_or_default();
            assert!(
                !text("summary").is_empty(),
                "{method} {path} has no summary"
            );
            assert!(!text("operationId").is_empty(), "{method} {path} has no id");
            assert!(
                operation["tags"][0].is_string(),
                "{method} {path} has no tag"
            );
            assert!(
                operation["security"].is_array(),
                "{method} {path} does not say who may"
            );
            let refused = &operation["responses"]["default"]["content"]["application/problem+json"];
            assert_eq!(refused["schema"]["$ref"], "#/components/schemas/Problem");
            seen += 1;
        }
    }
    assert!(seen >= 38, "{seen}");
}

#[test]
fn every_reference_leads_somewhere() {
    fn references<'a>(value: &'a Value, found: &mut Vec<&'a str>) {
        match value {
            Value::Object(fields) => {
                for (name, value) in fields {
                    match value.as_str() {
                        Some(target) if name == "$ref" => found.push(target),
                        _ => references(value, found),
                    }
                }
            }
            Value::Array(values) => values.iter().for_each(|value| references(value, found)),
            _ => {}
        }
    }
    let document = document();
    let mut found = Vec::new();
    references(&document, &mut found);
    assert!(!found.is_empty());
    for target in found {
        let pointer = target.trim_start_matches('#');
        assert!(
            document.pointer(pointer).is_some(),
            "{target} leads nowhere"
        );
    }
}
