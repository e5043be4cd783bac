//! Currencies of ISO 4217.

mod table;

use std::{fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::error::{Error, Result};
use table::{Row, TABLE};

/// An active currency of ISO 4217; compares and sorts by its code.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Currency(u8);

impl Currency {
    /// Swiss franc.
    pub const CHF: Self = Self::known(*b"CHF");
    /// Euro.
    pub const EUR: Self = Self::known(*b"EUR");
    /// Pound sterling.
    pub const GBP: Self = Self::known(*b"GBP");
    /// Japanese yen, which has no minor unit.
    pub const JPY: Self = Self::known(*b"JPY");
    /// US dollar.
    pub const USD: Self = Self::known(*b"USD");

    const fn known(code: [u8; 3]) -> Self {
        let mut i = 0;
        while i < TABLE.len() {
            let row = TABLE[i].0;
            if row[0] == code[0] && row[1] == code[1] && row[2] == code[2] {
                return Self(i as u8);
            }
            i += 1;
        }
        panic!("not in the table")
    }

    /// Reads a code of three capital letters.
    ///
    /// # Errors
    /// `unknown_currency` when it is not an active code with a minor unit.
    pub fn parse(code: &str) -> Result<Self> {
        TABLE
            .binary_search_by(|row| row.0.as_slice().cmp(code.as_bytes()))
            .ok()
            .and_then(|i| u8::try_from(i).ok())
            .map(Self)
            .ok_or_else(|| {
                let shown: String = code.chars().take(16).collect();
                Error::invalid(
                    "currency",
                    "unknown_currency",
                    format!("{shown:?} is not a currency: expected an active ISO 4217 code in capital letters, such as EUR"),
                )
            })
    }

    /// All currencies, by code.
    pub fn all() -> impl ExactSizeIterator<Item = Self> + Clone {
        // The table has fewer rows than a byte has values (a test says so).
        (0..TABLE.len()).map(|i| Self(i as u8))
    }

    fn row(self) -> &'static Row {
        &TABLE[usize::from(self.0)]
    }

    /// The three letters.
    #[must_use]
    pub fn code(self) -> &'static str {
        std::str::from_utf8(&self.row().0).unwrap_or_default()
    }

    /// The numeric code.
    #[must_use]
    pub fn numeric(self) -> u16 {
        self.row().1
    }

    /// How many decimal places the minor unit has: 2 for EUR, 0 for JPY, 3 for KWD.
    #[must_use]
    pub fn exponent(self) -> u32 {
        u32::from(self.row().2)
    }

    /// The English name of the standard.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.row().3
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl fmt::Debug for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl FromStr for Currency {
    type Err = Error;

    fn from_str(code: &str) -> Result<Self> {
        Self::parse(code)
    }
}

impl Serialize for Currency {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.code())
    }
}

impl<'de> Deserialize<'de> for Currency {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        crate::serde_text::deserialize(deserializer, "a currency code")
    }
}
