//! The texts of the product in every language it speaks.
//!
//! All texts live in `locales/<language>/<area>.ftl` as [Fluent](https://projectfluent.org) messages and are part of the
//! binary. A text is asked for by its key: [`tr`]. A key without a German text is answered in English; a key without any
//! text is answered as `⟦key⟧`, and an argument that was not given shows as `{$name}`: [`flaw`] finds both, so that a
//! test over a whole page notices.

use std::borrow::Cow;
use std::sync::LazyLock;

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::memoizer::MemoizerKind;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};
use tradewind_kernel::Locale;

/// Text files of one language: area and content.
type Files = &'static [(&'static str, &'static str)];

macro_rules! files {
    ($language:literal) => {
        &[
            (
                "common",
                include_str!(concat!("../locales/", $language, "/common.ftl")),
            ),
            (
                "storefront",
                include_str!(concat!("../locales/", $language, "/storefront.ftl")),
            ),
            (
                "dashboard",
                include_str!(concat!("../locales/", $language, "/dashboard.ftl")),
            ),
            (
                "prices",
                include_str!(concat!("../locales/", $language, "/prices.ftl")),
            ),
            (
                "panel",
                include_str!(concat!("../locales/", $language, "/panel.ftl")),
            ),
            (
                "tax",
                include_str!(concat!("../locales/", $language, "/tax.ftl")),
            ),
            (
                "mail",
                include_str!(concat!("../locales/", $language, "/mail.ftl")),
            ),
            (
                "invoice",
                include_str!(concat!("../locales/", $language, "/invoice.ftl")),
            ),
            (
                "errors",
                include_str!(concat!("../locales/", $language, "/errors.ftl")),
            ),
            (
                "cli",
                include_str!(concat!("../locales/", $language, "/cli.ftl")),
            ),
        ]
    };
}

const ENGLISH: Files = files!("en");
const GERMAN: Files = files!("de");

static EMBEDDED: LazyLock<Catalogue> = LazyLock::new(|| Catalogue {
    english: bundle(Locale::En, "en", ENGLISH),
    german: bundle(Locale::De, "de", GERMAN),
});

/// The texts of all languages. There is one, built on first use: [`Catalogue::embedded`].
pub struct Catalogue {
    english: FluentBundle<FluentResource>,
    german: FluentBundle<FluentResource>,
}

impl Catalogue {
    /// The catalogue that is part of the program.
    pub fn embedded() -> &'static Catalogue {
        &EMBEDDED
    }

    /// The text `key` (or the attribute `key.attribute`) in `locale`, with its arguments filled in.
    ///
    /// Falls back to English, then to `⟦key⟧`.
    pub fn tr<'a>(&'a self, locale: Locale, key: &str, args: &'a Args<'_>) -> Cow<'a, str> {
        self.find(locale, key, Some(&args.0))
    }

    fn find<'a>(
        &'a self,
        locale: Locale,
        key: &str,
        args: Option<&'a FluentArgs<'_>>,
    ) -> Cow<'a, str> {
        let found = match locale {
            Locale::En => None,
            Locale::De => resolve(&self.german, key, args),
        };
        found
            .or_else(|| resolve(&self.english, key, args))
            .unwrap_or_else(|| Cow::Owned(format!("⟦{key}⟧")))
    }

    /// Whether `key` has a text in `locale` itself or in English.
    pub fn has(&self, locale: Locale, key: &str) -> bool {
        let id = key.split('.').next().unwrap_or(key);
        (locale == Locale::De && self.german.has_message(id)) || self.english.has_message(id)
    }
}

/// The text `key` in `locale` from the [embedded](Catalogue::embedded) catalogue.
pub fn tr(locale: Locale, key: &str, args: &Args<'_>) -> String {
    Catalogue::embedded().tr(locale, key, args).into_owned()
}

/// The text `key` in `locale` when it takes no arguments. Usually borrowed from the catalogue.
pub fn text(locale: Locale, key: &str) -> Cow<'static, str> {
    Catalogue::embedded().find(locale, key, None)
}

/// The first sign in `rendered` of a missing text (`⟦key⟧`) or a missing argument (`{$name}`), for tests of whole pages.
pub fn flaw(rendered: &str) -> Option<&str> {
    let (start, end) = match (rendered.find('⟦'), rendered.find("{$")) {
        (Some(at), None) => (at, '⟧'),
        (None, Some(at)) => (at, '}'),
        (Some(key), Some(argument)) if key < argument => (key, '⟧'),
        (Some(_), Some(argument)) => (argument, '}'),
        (None, None) => return None,
    };
    let rest = &rendered[start..];
    Some(
        rest.find(end)
            .map_or(rest, |stop| &rest[..stop + end.len_utf8()]),
    )
}

/// Arguments of a text: `Args::new().with("name", "Ada").count("seats", 3)`.
#[derive(Debug, Default)]
pub struct Args<'a>(FluentArgs<'a>);

impl<'a> Args<'a> {
    /// No arguments.
    pub fn new() -> Self {
        Args(FluentArgs::new())
    }

    /// Adds a text argument. Money and dates are given already formatted ([`crate::format`]).
    #[must_use]
    pub fn with(mut self, name: &'a str, value: impl Into<Cow<'a, str>>) -> Self {
        self.0.set(name, FluentValue::String(value.into()));
        self
    }

    /// Adds a whole number, by which a text may choose singular or plural; shown with the language's digit groups.
    #[must_use]
    pub fn count(mut self, name: &'a str, value: u32) -> Self {
        self.0.set(name, FluentValue::from(value));
        self
    }
}

fn resolve<'a>(
    bundle: &'a FluentBundle<FluentResource>,
    key: &str,
    args: Option<&'a FluentArgs<'_>>,
) -> Option<Cow<'a, str>> {
    let (id, attribute) = match key.split_once('.') {
        Some((id, attribute)) => (id, Some(attribute)),
        None => (key, None),
    };
    let message = bundle.get_message(id)?;
    let pattern = match attribute {
        Some(name) => message.get_attribute(name)?.value(),
        None => message.value()?,
    };
    // Problems show in the text itself as `{$name}`; see `flaw`.
    Some(bundle.format_pattern(pattern, args, &mut Vec::new()))
}

fn bundle(locale: Locale, language: &str, files: Files) -> FluentBundle<FluentResource> {
    let language = language.parse().expect("a language tag of our own");
    let mut bundle = FluentBundle::new_concurrent(vec![language]);
    // Both languages run left to right; isolation marks would only end up in mails and files.
    bundle.set_use_isolating(false);
    bundle.set_formatter(Some(match locale {
        Locale::En => count_english,
        Locale::De => count_german,
    }));
    for (_, source) in files {
        // What parses of a broken file is still used; the test over all files refuses the rest.
        let resource =
            FluentResource::try_new((*source).to_owned()).unwrap_or_else(|(resource, _)| resource);
        bundle.add_resource_overriding(resource);
    }
    bundle
}

fn count_english<M: MemoizerKind>(value: &FluentValue, _: &M) -> Option<String> {
    count(value, Locale::En)
}

fn count_german<M: MemoizerKind>(value: &FluentValue, _: &M) -> Option<String> {
    count(value, Locale::De)
}

/// Counts are whole by construction ([`Args::count`]), so that no digit is lost here.
fn count(value: &FluentValue, locale: Locale) -> Option<String> {
    match value {
        FluentValue::Number(number) => Some(crate::format::integer(locale, number.value as i64)),
        _ => None,
    }
}
