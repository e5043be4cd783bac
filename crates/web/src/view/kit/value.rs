//! Icons and points in time.

use std::fmt;

use super::{Txt, markup};
use crate::assets;

/// An icon of the sprite; always decoration, never the only carrier of a meaning.
#[derive(Clone, Copy)]
pub struct Icon(pub &'static str);

impl fmt::Display for Icon {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "<svg class=\"i\" aria-hidden=\"true\"><use href=\"{}#{}\"/></svg>",
            assets::icons(),
            self.0
        )
    }
}

/// A date or time as the reader writes it, with its machine-readable form.
#[derive(Clone)]
pub struct When {
    pub(crate) iso: String,
    pub(crate) text: Txt,
}

impl fmt::Display for When {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Neither part holds anything but digits, letters and punctuation of dates.
        write!(f, "<time datetime=\"{}\">{}</time>", self.iso, self.text)
    }
}

impl When {
    /// The text alone, for use inside a sentence.
    pub fn text(&self) -> &str {
        &self.text
    }
}

markup!(Icon, When);
