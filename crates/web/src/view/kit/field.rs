//! Fields of forms with label, hint and error.

use askama::Template;

use super::{Icon, Txt, markup};

/// One of several answers.
#[derive(Clone, Default)]
pub struct Choice {
    pub(crate) value: Txt,
    pub(crate) label: Txt,
    pub(crate) hint: Option<Txt>,
    pub(crate) end: Option<Txt>,
    pub(crate) on: bool,
    pub(crate) off_limits: bool,
}

impl Choice {
    /// An answer with the value sent and the label shown.
    pub fn new(value: impl Into<Txt>, label: impl Into<Txt>) -> Self {
        Choice {
            value: value.into(),
            label: label.into(),
            ..Choice::default()
        }
    }

    /// With an explanation under the label.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<Txt>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// With something at its end, such as a price.
    #[must_use]
    pub fn end(mut self, end: impl Into<Txt>) -> Self {
        self.end = Some(end.into());
        self
    }

    /// Chosen when `on`.
    #[must_use]
    pub fn on(mut self, on: bool) -> Self {
        self.on = on;
        self
    }

    /// Shown, but not to be chosen.
    #[must_use]
    pub fn off_limits(mut self) -> Self {
        self.off_limits = true;
        self
    }
}

/// What is asked.
#[derive(Clone)]
pub enum Kind {
    /// An `<input>` of this type: `text`, `email`, `password`, `date`, …
    Input(&'static str),
    /// A number between bounds: minimum, maximum, step.
    Number(Option<Txt>, Option<Txt>, Txt),
    /// A quantity with buttons for less and more: minimum, maximum, step, and the buttons' names.
    Quantity(Option<Txt>, Option<Txt>, Txt, Txt, Txt),
    /// Several lines; `true` in a fixed-width face.
    Area(bool),
    /// One of a list.
    Select(Vec<Choice>),
    /// One of a few, all in view.
    Radio(Vec<Choice>),
    /// One of a few, as tiles.
    Tiles(Vec<Choice>),
    /// Any of several.
    Checks(Vec<Choice>),
    /// Yes or no.
    Check(bool),
    /// Sent, not shown.
    Hidden,
}

/// A field of a form.
#[derive(Template, Clone)]
#[template(path = "kit/field.html")]
pub struct Field {
    pub(crate) name: Txt,
    pub(crate) label: Txt,
    pub(crate) kind: Kind,
    value: Txt,
    hint: Option<Txt>,
    pub(crate) error: Option<Txt>,
    required: bool,
    optional: Option<Txt>,
    autocomplete: Option<&'static str>,
    unit: Option<Txt>,
    full: bool,
    fixed: bool,
    placeholder: Option<Txt>,
    scope: Txt,
    spoken: bool,
    of: Option<Txt>,
}

impl Field {
    /// A field of any kind.
    pub fn new(name: impl Into<Txt>, label: impl Into<Txt>, kind: Kind) -> Self {
        Field {
            name: name.into(),
            label: label.into(),
            kind,
            value: Txt::default(),
            hint: None,
            error: None,
            required: false,
            optional: None,
            autocomplete: None,
            unit: None,
            full: false,
            fixed: false,
            placeholder: None,
            scope: Txt::Borrowed("f"),
            spoken: false,
            of: None,
        }
    }

    /// One line of text.
    pub fn text(name: impl Into<Txt>, label: impl Into<Txt>) -> Self {
        Self::new(name, label, Kind::Input("text"))
    }

    /// An `<input>` of another type.
    pub fn input(kind: &'static str, name: impl Into<Txt>, label: impl Into<Txt>) -> Self {
        Self::new(name, label, Kind::Input(kind))
    }

    /// One of a list.
    pub fn select(name: impl Into<Txt>, label: impl Into<Txt>, choices: Vec<Choice>) -> Self {
        Self::new(name, label, Kind::Select(choices))
    }

    /// A hidden value.
    pub fn hidden(name: impl Into<Txt>, value: impl Into<Txt>) -> Self {
        Self::new(name, "", Kind::Hidden).value(value)
    }

    /// What it holds.
    #[must_use]
    pub fn value(mut self, value: impl Into<Txt>) -> Self {
        self.value = value.into();
        self
    }

    /// What helps to fill it.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<Txt>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// Called otherwise than usual, so that the usual hint says nothing about it.
    #[must_use]
    pub fn called(mut self, label: impl Into<Txt>) -> Self {
        self.label = label.into();
        self.hint = None;
        self
    }

    /// What is wrong with what it holds.
    #[must_use]
    pub fn error(mut self, error: Option<Txt>) -> Self {
        self.error = error;
        self
    }

    /// Must be filled.
    #[must_use]
    pub fn required(mut self) -> Self {
        self.required = true;
        self
    }

    /// May stay empty, and says so in this word.
    #[must_use]
    pub fn optional(mut self, word: impl Into<Txt>) -> Self {
        self.optional = Some(word.into());
        self
    }

    /// What the browser may fill in: a token of the HTML `autocomplete` attribute.
    #[must_use]
    pub fn autocomplete(mut self, token: &'static str) -> Self {
        self.autocomplete = Some(token);
        self
    }

    /// With a unit behind the input.
    #[must_use]
    pub fn unit(mut self, unit: impl Into<Txt>) -> Self {
        self.unit = Some(unit.into());
        self
    }

    /// Over the whole width.
    #[must_use]
    pub fn full(mut self) -> Self {
        self.full = true;
        self
    }

    /// Shown, not to be changed here.
    #[must_use]
    pub fn fixed(mut self) -> Self {
        self.fixed = true;
        self
    }

    /// With an example in the empty input.
    #[must_use]
    pub fn placeholder(mut self, text: impl Into<Txt>) -> Self {
        self.placeholder = Some(text.into());
        self
    }

    /// With another prefix of its element id, where two forms of a page ask for the same name.
    #[must_use]
    pub fn scope(mut self, scope: impl Into<Txt>) -> Self {
        self.scope = scope.into();
        self
    }

    /// With a label that is only read aloud, as in a cell of a table.
    #[must_use]
    pub fn spoken(mut self, label: impl Into<Txt>) -> Self {
        self.label = label.into();
        self.spoken = true;
        self
    }

    /// With what it belongs to, which is only read aloud: several fields of a table have the same label.
    #[must_use]
    pub fn of(mut self, what: impl Into<Txt>) -> Self {
        self.of = Some(what.into());
        self
    }

    /// Whether it holds nothing.
    pub(crate) fn is_empty(&self) -> bool {
        self.value.is_empty()
    }

    pub(crate) fn id(&self) -> String {
        format!("{}-{}", self.scope, self.name)
    }

    fn described(&self) -> Option<String> {
        let id = self.id();
        match (&self.hint, &self.error) {
            (Some(_), Some(_)) => Some(format!("{id}-e {id}-h")),
            (Some(_), None) => Some(format!("{id}-h")),
            (None, Some(_)) => Some(format!("{id}-e")),
            (None, None) => None,
        }
    }

    /// Whether the field is a group of inputs, labelled by a legend.
    fn group(&self) -> bool {
        matches!(self.kind, Kind::Radio(_) | Kind::Tiles(_) | Kind::Checks(_))
    }
}

markup!(Field);
