//! The pieces pages are made of. Each is a small template of its own; a page is a list of [`Block`]s.

mod action;
mod chart;
mod code;
mod facts;
mod field;
mod form;
mod list;
mod notice;
mod period;
mod price;
mod status;
mod table;
mod timeline;
mod value;

use std::borrow::Cow;
use std::fmt;

use askama::{DynTemplate, Template};

pub use action::{Act, Button, Buttons, Look};
pub use chart::{BarChart, Series, Spark};
pub use code::{Access, AccessEntry, CodeBlock};
pub use facts::{Card, Checklist, Facts, Halves, Prose, Stat, Stats, Steps, Tab, Tabs};
pub use field::{Choice, Field, Kind};
pub use form::{Dialog, Form, Live};
pub use list::{FilterBar, ListState, Picker};
pub use notice::{Empty, Notice};
pub use period::PeriodBar;
pub use price::{PriceLine, PricePart, Prices};
pub use status::{Badge, Tone};
pub use table::{Cell, Column, Row, Table};
pub use timeline::{Moment, Timeline};
pub use value::{Icon, When};

/// A text ready to be shown, usually borrowed from the catalogue of texts.
pub type Txt = Cow<'static, str>;

/// A piece of a page, whatever it is.
pub struct Block(Box<dyn DynTemplate + Send>);

impl<T: Template + Send + 'static> From<T> for Block {
    fn from(template: T) -> Self {
        Block(Box::new(template))
    }
}

impl fmt::Display for Block {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.dyn_render_into(f).map_err(|_| fmt::Error)
    }
}

impl askama::filters::HtmlSafe for Block {}

/// The blocks of a page or card, in order.
#[macro_export]
macro_rules! blocks {
    ($($block:expr),* $(,)?) => { vec![$($crate::view::kit::Block::from($block)),*] };
}

/// Marks templates whose output is markup already.
macro_rules! markup {
    ($($name:ident),*) => { $(impl askama::filters::HtmlSafe for $name {})* };
}
pub(crate) use markup;

/// How a stored state looks: its tone and icon.
pub fn status_look(code: &str) -> (Tone, &'static str) {
    status::looks(code)
}
