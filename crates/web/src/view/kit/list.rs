//! The address of a list holds all its state: search, filters, sorting, page. This builds the addresses around it.

use askama::Template;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use super::{Choice, Icon, Txt, markup};

const PLAIN: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'~');

/// What a list shows now: its path and the parameters of its address (`q`, `sort`, `after`, and one per filter).
#[derive(Clone, Default)]
pub struct ListState {
    /// Path of the list.
    pub path: Txt,
    /// Parameters as they came.
    pub query: Vec<(String, String)>,
    /// Cursor of the next page, when there is one.
    pub next: Option<String>,
}

impl ListState {
    /// A list at this path without parameters.
    pub fn at(path: impl Into<Txt>) -> Self {
        ListState {
            path: path.into(),
            ..ListState::default()
        }
    }

    /// The value of a parameter, empty when absent.
    pub fn value(&self, name: &str) -> &str {
        self.query
            .iter()
            .find(|(key, _)| key == name)
            .map_or("", |(_, value)| value)
    }

    /// The address with some parameters replaced (an empty value removes one) and the page back at the first.
    pub fn href(&self, changes: &[(&str, &str)]) -> String {
        let kept = self
            .query
            .iter()
            .map(|(key, value)| (key.as_str(), value.as_str()))
            .filter(|(key, _)| {
                *key != "after" && !changes.iter().any(|(changed, _)| changed == key)
            });
        let mut text = self.path.to_string();
        let mut mark = '?';
        for (key, value) in kept
            .chain(changes.iter().copied())
            .filter(|(_, value)| !value.is_empty())
        {
            text.push(mark);
            text.extend(utf8_percent_encode(key, PLAIN));
            text.push('=');
            text.extend(utf8_percent_encode(value, PLAIN));
            mark = '&';
        }
        text
    }

    /// Whether anything narrows the list.
    pub fn narrowed(&self) -> bool {
        self.query.iter().any(|(key, value)| {
            !matches!(key.as_str(), "sort" | "after" | "limit") && !value.is_empty()
        })
    }

    /// The direction in which the list is sorted by `key`: `Some(true)` is downwards.
    pub(crate) fn sorted(&self, key: &str) -> Option<bool> {
        let sort = self.value("sort");
        match sort.strip_prefix('-') {
            Some(name) if name == key => Some(true),
            None if sort == key => Some(false),
            _ => None,
        }
    }

    pub(crate) fn sort_href(&self, key: &str) -> String {
        match self.sorted(key) {
            Some(false) => self.href(&[("sort", &format!("-{key}"))]),
            _ => self.href(&[("sort", key)]),
        }
    }
}

/// A filter with a fixed set of values.
pub struct Picker {
    /// Parameter of the address.
    pub name: Txt,
    /// What is chosen.
    pub label: Txt,
    /// Its values; the first should be empty and mean "all".
    pub choices: Vec<Choice>,
}

/// Search and filters of a list; a plain form, applied at once where scripts run.
#[derive(Template)]
#[template(path = "kit/filters.html")]
pub struct FilterBar {
    state: ListState,
    search: Option<Txt>,
    pickers: Vec<Picker>,
    apply: Txt,
    clear: Txt,
}

impl FilterBar {
    /// A bar over the list; `search` is the label of the search field, if there is one.
    pub fn new(
        state: &ListState,
        search: Option<Txt>,
        pickers: Vec<Picker>,
        apply: Txt,
        clear: Txt,
    ) -> Self {
        let state = state.clone();
        FilterBar {
            state,
            search,
            pickers,
            apply,
            clear,
        }
    }

    /// Values that are kept though no control shows them.
    fn kept(&self) -> Vec<&(String, String)> {
        let shown = |key: &str| {
            key == "q" || key == "after" || self.pickers.iter().any(|picker| picker.name == key)
        };
        self.state
            .query
            .iter()
            .filter(|(key, _)| !shown(key))
            .collect()
    }

    fn chips(&self) -> Vec<(String, String)> {
        let mut chips = Vec::new();
        for picker in &self.pickers {
            let value = self.state.value(&picker.name);
            if let Some(choice) = picker
                .choices
                .iter()
                .find(|choice| !value.is_empty() && choice.value == value)
            {
                chips.push((
                    format!("{}: {}", picker.label, choice.label),
                    self.state.href(&[(&picker.name, "")]),
                ));
            }
        }
        chips
    }

    fn chosen(&self, picker: &Picker, choice: &Choice) -> bool {
        choice.on || (!choice.value.is_empty() && self.state.value(&picker.name) == choice.value)
    }
}

markup!(FilterBar);
