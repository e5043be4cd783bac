//! Both languages say everything, with the same arguments.

use std::collections::{BTreeMap, BTreeSet};

use fluent_syntax::ast::{
    CallArguments, Entry, Expression, InlineExpression, Pattern, PatternElement,
};
use tradewind_documents::i18n::{self, Args, Catalogue};
use tradewind_kernel::Locale;

/// Key (or `key.attribute`) to the names of its arguments, of all files of a language.
fn messages(language: &str) -> BTreeMap<(String, String), BTreeSet<String>> {
    let folder = format!("{}/locales/{language}", env!("CARGO_MANIFEST_DIR"));
    let mut found = BTreeMap::new();
    let mut keys = BTreeSet::new();
    for file in std::fs::read_dir(folder).unwrap() {
        let path = file.unwrap().path();
        let area = path.file_stem().unwrap().to_str().unwrap().to_owned();
        let source = std::fs::read_to_string(&path).unwrap();
        let resource = fluent_syntax::parser::parse(source.as_str())
            .unwrap_or_else(|(_, e)| panic!("{path:?}: {e:?}"));
        for entry in resource.body {
            let Entry::Message(message) = entry else {
                assert!(!matches!(entry, Entry::Junk { .. }), "{path:?}");
                continue;
            };
            let id = message.id.name.to_owned();
            assert!(keys.insert(id.clone()), "{id} is there twice in {language}");
            let mut add = |key: String, pattern: &Pattern<&str>| {
                let mut arguments = BTreeSet::new();
                collect(pattern, &mut arguments);
                found.insert((area.clone(), key), arguments);
            };
            if let Some(value) = &message.value {
                add(id.clone(), value);
            }
            for attribute in &message.attributes {
                add(format!("{id}.{}", attribute.id.name), &attribute.value);
            }
        }
    }
    found
}

fn collect(pattern: &Pattern<&str>, arguments: &mut BTreeSet<String>) {
    for element in &pattern.elements {
        if let PatternElement::Placeable { expression } = element {
            collect_expression(expression, arguments);
        }
    }
}

fn collect_expression(expression: &Expression<&str>, arguments: &mut BTreeSet<String>) {
    match expression {
        Expression::Inline(inline) => collect_inline(inline, arguments),
        Expression::Select { selector, variants } => {
            collect_inline(selector, arguments);
            variants
                .iter()
                .for_each(|variant| collect(&variant.value, arguments));
        }
    }
}

fn collect_inline(inline: &InlineExpression<&str>, arguments: &mut BTreeSet<String>) {
    match inline {
        InlineExpression::VariableReference { id } => {
            arguments.insert(id.name.to_owned());
        }
        InlineExpression::FunctionReference {
            arguments: CallArguments { positional, .. },
            ..
        } => {
            positional
                .iter()
                .for_each(|inner| collect_inline(inner, arguments));
        }
        InlineExpression::Placeable { expression } => collect_expression(expression, arguments),
        _ => {}
    }
}

#[test]
fn both_languages_have_the_same_keys_with_the_same_arguments_in_the_same_files() {
    let (english, german) = (messages("en"), messages("de"));
    assert!(english.len() > 150, "the files were read");
    for (key, arguments) in &english {
        assert_eq!(german.get(key), Some(arguments), "{key:?} in German");
    }
    for key in german.keys() {
        // An English reader of an error gets the message itself.
        if key.0 == "errors" {
            continue;
        }
        assert!(english.contains_key(key), "{key:?} is there in German only");
    }
}

#[test]
fn every_file_is_embedded_and_every_text_resolves() {
    for language in ["en", "de"] {
        let locale = Locale::parse(language).unwrap();
        for ((_, key), arguments) in messages(language) {
            let mut args = Args::new();
            for name in &arguments {
                args = args.with(name, "x");
            }
            let text = i18n::tr(locale, &key, &args);
            assert_eq!(i18n::flaw(&text), None, "{key} in {language}: {text}");
            assert!(!text.trim().is_empty());
            assert!(Catalogue::embedded().has(locale, &key));
        }
    }
}

#[test]
fn texts_are_localised_and_choose_the_plural() {
    let page = Args::new().with("page", "2").with("pages", "7");
    assert_eq!(i18n::tr(Locale::En, "invoice-page", &page), "Page 2 of 7");
    assert_eq!(i18n::tr(Locale::De, "invoice-page", &page), "Seite 2 von 7");
    let days = |locale, n| i18n::tr(locale, "count-days", &Args::new().count("count", n));
    assert_eq!(days(Locale::En, 1), "1 day");
    assert_eq!(days(Locale::De, 1), "1 Tag");
    assert_eq!(days(Locale::En, 12_000), "12,000 days");
    assert_eq!(days(Locale::De, 12_000), "12.000 Tage");
}

#[test]
fn what_is_missing_is_noticed() {
    assert_eq!(
        i18n::tr(Locale::De, "no-such-key", &Args::new()),
        "⟦no-such-key⟧"
    );
    assert_eq!(i18n::flaw("<p>⟦no-such-key⟧</p>"), Some("⟦no-such-key⟧"));
    let text = i18n::tr(Locale::En, "invoice-page", &Args::new().with("page", "2"));
    assert_eq!(i18n::flaw(&text), Some("{$pages}"));
    assert_eq!(i18n::flaw("<p>{ x }</p>"), None);
    assert!(!Catalogue::embedded().has(Locale::En, "no-such-key"));
}

#[test]
fn many_threads_read_at_once() {
    std::thread::scope(|scope| {
        for n in 1..=8 {
            scope.spawn(move || {
                for count in 1..200 {
                    let text = i18n::tr(
                        Locale::De,
                        "count-days",
                        &Args::new().count("count", count * n),
                    );
                    assert!(text.contains("Tag"), "{text}");
                }
            });
        }
    });
}
