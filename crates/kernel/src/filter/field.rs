//! The allow-list: what can be filtered and sorted in a list.

use crate::error::{Error, Result};

/// The kind of a field's values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FieldKind {
    /// Any text.
    Text,
    /// One of these names.
    Enum(&'static [&'static str]),
    /// A decimal number.
    Decimal,
    /// A whole number of 64 bits.
    Integer,
    /// A date.
    Date,
    /// An instant; also a date, which means that day.
    Timestamp,
    /// `true` or `false`.
    Bool,
}

impl FieldKind {
    /// The kind in words, for messages and documentation.
    #[must_use]
    pub fn describe(self) -> String {
        match self {
            Self::Text => "a text".to_owned(),
            Self::Enum(names) => format!("one of {}", names.join(", ")),
            Self::Decimal => "a decimal number such as 12.50".to_owned(),
            Self::Integer => "a whole number".to_owned(),
            Self::Date => "a date such as 2024-09-01".to_owned(),
            Self::Timestamp => "a date or a time such as 2024-09-01T12:00:00Z".to_owned(),
            Self::Bool => "true or false".to_owned(),
        }
    }

    /// Whether `<` and `>` mean something.
    #[must_use]
    pub const fn is_ordered(self) -> bool {
        matches!(
            self,
            Self::Decimal | Self::Integer | Self::Date | Self::Timestamp
        )
    }
}

/// One field of the allow-list of a list.
#[derive(Debug, PartialEq, Eq)]
pub struct Field {
    /// The name in filters: lower-case letters, digits, `_` and `.`.
    pub name: &'static str,
    /// The kind of its values.
    pub kind: FieldKind,
    /// The column (or expression) that it stands for.
    pub column: &'static str,
    /// The column with the folded text, when `~` can be used.
    pub folded: Option<&'static str>,
    /// Whether the list can be sorted by it.
    pub sortable: bool,
}

impl Field {
    /// A field that can be filtered, but neither searched nor sorted by.
    #[must_use]
    pub const fn new(name: &'static str, kind: FieldKind, column: &'static str) -> Self {
        Self {
            name,
            kind,
            column,
            folded: None,
            sortable: false,
        }
    }

    /// A text field.
    #[must_use]
    pub const fn text(name: &'static str, column: &'static str) -> Self {
        Self::new(name, FieldKind::Text, column)
    }

    /// The same field, searchable with `~` in a column that holds the folded text.
    #[must_use]
    pub const fn searchable(mut self, folded: &'static str) -> Self {
        self.folded = Some(folded);
        self
    }

    /// The same field, usable in `sort`.
    #[must_use]
    pub const fn sortable(mut self) -> Self {
        self.sortable = true;
        self
    }
}

/// All fields that a list can be filtered and sorted by.
#[derive(Debug, Clone, Copy)]
pub struct Fields(pub &'static [Field]);

impl Fields {
    /// Finds a field by its name.
    ///
    /// # Errors
    /// `unknown_field`, naming those that exist.
    pub(super) fn find(&self, name: &str) -> Result<&'static Field> {
        self.0
            .iter()
            .find(|field| field.name == name)
            .ok_or_else(|| unknown("filter", name, self.0.iter()))
    }

    /// Finds a field to sort by.
    ///
    /// # Errors
    /// `unknown_field`, naming those that can be sorted by.
    pub(super) fn find_sortable(&self, name: &str) -> Result<&'static Field> {
        let sortable = || self.0.iter().filter(|field| field.sortable);
        sortable()
            .find(|field| field.name == name)
            .ok_or_else(|| unknown("sort", name, sortable()))
    }
}

fn unknown(parameter: &str, name: &str, allowed: impl Iterator<Item = &'static Field>) -> Error {
    let shown: String = name.chars().take(40).collect();
    let allowed: Vec<&str> = allowed.map(|field| field.name).collect();
    let allowed = if allowed.is_empty() {
        "none can be used here".to_owned()
    } else {
        format!("expected one of {}", allowed.join(", "))
    };
    Error::invalid(
        parameter,
        "unknown_field",
        format!("there is no field {shown:?}; {allowed}"),
    )
}
