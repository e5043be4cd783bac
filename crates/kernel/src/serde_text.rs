//! Reading a value from its text form, whatever the format.

use std::{fmt, marker::PhantomData, str::FromStr};

use serde::de::{Deserializer, Error as _, Visitor};

use crate::error::Error;

/// Reads a text and parses it; `expected` says what should have been there.
pub(crate) fn deserialize<'de, T, D>(deserializer: D, expected: &'static str) -> Result<T, D::Error>
where
    T: FromStr<Err = Error>,
    D: Deserializer<'de>,
{
    struct Text<T> {
        expected: &'static str,
        result: PhantomData<T>,
    }

    impl<T: FromStr<Err = Error>> Visitor<'_> for Text<T> {
        type Value = T;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            write!(f, "{} as text", self.expected)
        }

        fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<T, E> {
            text.parse().map_err(|error: Error| {
                let message = error.problems().first().map(|p| p.message.clone());
                E::custom(message.unwrap_or_else(|| error.to_string()))
            })
        }
    }

    deserializer
        .deserialize_str(Text {
            expected,
            result: PhantomData,
        })
        .map_err(D::Error::custom)
}
