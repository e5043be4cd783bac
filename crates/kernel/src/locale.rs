//! Languages, and texts that exist in several of them.

use std::{collections::BTreeMap, fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::{
    Decimal,
    error::{Error, Result},
};

/// A language the platform speaks completely.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Locale {
    /// English, which everything falls back to.
    #[default]
    En,
    /// German.
    De,
}

impl Locale {
    /// All languages.
    pub const ALL: [Self; 2] = [Self::En, Self::De];

    /// The language tag: `en`, `de`.
    #[must_use]
    pub const fn tag(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::De => "de",
        }
    }

    /// The language's name for itself.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::En => "English",
            Self::De => "Deutsch",
        }
    }

    /// Reads a language tag with or without a region: `de`, `de-AT`, `en_GB`.
    ///
    /// # Errors
    /// `unknown_locale` for a language that is not spoken here.
    pub fn parse(tag: &str) -> Result<Self> {
        Self::of_tag(tag).ok_or_else(|| {
            Error::invalid(
                "locale",
                "unknown_locale",
                format!(
                    "expected one of {}, with or without a region",
                    Self::ALL.map(Self::tag).join(", ")
                ),
            )
        })
    }

    fn of_tag(tag: &str) -> Option<Self> {
        let mut subtags = tag.split(['-', '_']);
        let language = subtags.next()?;
        let well_formed = |part: &str| {
            (1..=8).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_alphanumeric())
        };
        if !subtags.all(well_formed) {
            return None;
        }
        Self::ALL
            .into_iter()
            .find(|locale| language.eq_ignore_ascii_case(locale.tag()))
    }

    /// The best language for an `Accept-Language` header; `None` when it names none that is spoken here.
    #[must_use]
    pub fn negotiate(accept_language: &str) -> Option<Self> {
        let mut best: Option<(u16, Self)> = None;
        for range in accept_language.split(',').take(50) {
            let mut parts = range.split(';').map(str::trim);
            let tag = parts.next().unwrap_or_default();
            let weight = parts
                .find_map(|part| part.strip_prefix("q=").or_else(|| part.strip_prefix("Q=")))
                .map_or(Some(1000), thousandths);
            let locale = if tag == "*" {
                Some(Self::default())
            } else {
                Self::of_tag(tag)
            };
            if let (Some(locale), Some(weight @ 1..)) = (locale, weight)
                && best.is_none_or(|(other, _)| weight > other)
            {
                best = Some((weight, locale));
            }
        }
        best.map(|(_, locale)| locale)
    }
}

/// A weight between 0 and 1 with at most three places, in thousandths.
fn thousandths(text: &str) -> Option<u16> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    if fraction.len() > 3 || !fraction.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let fraction: u16 = format!("{fraction:0<3}").parse().ok()?;
    match whole {
        "0" => Some(fraction),
        "1" if fraction == 0 => Some(1000),
        _ => None,
    }
}

impl fmt::Display for Locale {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.tag())
    }
}

impl FromStr for Locale {
    type Err = Error;

    fn from_str(tag: &str) -> Result<Self> {
        Self::parse(tag)
    }
}

impl Serialize for Locale {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.tag())
    }
}

impl<'de> Deserialize<'de> for Locale {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        crate::serde_text::deserialize(deserializer, "a language tag")
    }
}

/// Stands between singular and plural; no text that people write holds a control character.
const FORMS: char = '\u{1f}';

/// The form of a name (as [`Text::forms`] gives it) that goes with a quantity.
#[must_use]
pub fn form_for(forms: &str, quantity: Decimal) -> &str {
    match forms.split_once(FORMS) {
        Some((one, many)) => {
            if quantity.abs() == Decimal::ONE {
                one
            } else {
                many
            }
        }
        None => forms,
    }
}

/// The tag of plural forms: a private subtag of the language.
fn many_tag(locale: Locale) -> String {
    format!("{}-x-many", locale.tag())
}

/// A text in one or more languages, by language tag.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Text(BTreeMap<String, String>);

impl Text {
    /// A text in English.
    pub fn en(text: impl Into<String>) -> Self {
        Self::default().with(Locale::En.tag(), text)
    }

    /// The same text with another language added (or replaced).
    #[must_use]
    pub fn with(mut self, tag: impl Into<String>, text: impl Into<String>) -> Self {
        self.0.insert(tag.into(), text.into());
        self
    }

    /// The text in a language, else in English, else in any language, else empty.
    #[must_use]
    pub fn get(&self, locale: Locale) -> &str {
        self.0
            .get(locale.tag())
            .or_else(|| self.0.get(Locale::En.tag()))
            .or_else(|| self.0.values().next())
            .map_or("", String::as_str)
    }

    /// The name of something that is counted, as it goes with a quantity: the plural form where the language has one
    /// (under its tag with `-x-many`, such as `en-x-many`), except for exactly one.
    #[must_use]
    pub fn counted(&self, locale: Locale, quantity: Decimal) -> &str {
        let one = self.get(locale);
        if quantity.abs() == Decimal::ONE {
            return one;
        }
        let spoken = [locale, Locale::En]
            .into_iter()
            .find(|locale| self.0.contains_key(locale.tag()));
        spoken
            .and_then(|locale| self.0.get(&many_tag(locale)))
            .filter(|many| !many.is_empty())
            .map_or(one, String::as_str)
    }

    /// Both forms in one, for a quantity that is not known yet; [`form_for`] takes the right one out of it.
    #[must_use]
    pub fn forms(&self, locale: Locale) -> String {
        let (one, many) = (self.get(locale), self.counted(locale, Decimal::TWO));
        if one == many {
            one.to_owned()
        } else {
            format!("{one}{FORMS}{many}")
        }
    }

    /// The same text with a plural form for what it names; an empty one takes it away.
    #[must_use]
    pub fn with_many(mut self, locale: Locale, text: impl Into<String>) -> Self {
        let text = text.into();
        if text.is_empty() {
            self.0.remove(&many_tag(locale));
        } else {
            self.0.insert(many_tag(locale), text);
        }
        self
    }

    /// The plural form in a language, where it has one.
    #[must_use]
    pub fn many(&self, locale: Locale) -> Option<&str> {
        self.0.get(&many_tag(locale)).map(String::as_str)
    }

    /// Whether there is no text in any language.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.values().all(String::is_empty)
    }

    /// All languages and texts, by tag.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0
            .iter()
            .map(|(tag, text)| (tag.as_str(), text.as_str()))
    }
}
