//! Buttons: links, forms with nothing but a button, and openers of dialogs.

use askama::Template;

use super::{Icon, Txt, markup};

/// How loud a button is.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Look {
    /// The one thing to do here.
    Primary,
    /// One of several.
    Plain,
    /// Cannot be taken back easily.
    Danger,
    /// In passing.
    Quiet,
}

impl Look {
    pub(crate) fn class(self) -> &'static str {
        match self {
            Look::Primary => "btn primary",
            Look::Plain => "btn",
            Look::Danger => "btn danger",
            Look::Quiet => "btn quiet",
        }
    }
}

/// What a button does.
#[derive(Clone)]
pub enum Act {
    /// Goes to an address.
    Go(Txt),
    /// Sends a form of hidden fields to an address: address, CSRF token, fields.
    Post(Txt, Txt, Vec<(Txt, Txt)>),
    /// Opens the dialog with this id.
    Open(Txt),
    /// Closes the dialog with this id.
    Close(Txt),
    /// Sends the form it stands in, with this name and value.
    Submit(Txt, Txt),
}

/// A button.
#[derive(Template, Clone)]
#[template(path = "kit/button.html")]
pub struct Button {
    label: Txt,
    look: Look,
    icon: Option<&'static str>,
    act: Act,
    refused: Option<Txt>,
    small: bool,
    about: Option<Txt>,
    swaps: Option<(Txt, &'static str)>,
    lenient: bool,
}

impl Button {
    fn new(label: impl Into<Txt>, act: Act) -> Self {
        Button {
            label: label.into(),
            look: Look::Plain,
            icon: None,
            act,
            refused: None,
            small: false,
            about: None,
            swaps: None,
            lenient: false,
        }
    }

    /// A link that looks like a button.
    pub fn go(label: impl Into<Txt>, href: impl Into<Txt>) -> Self {
        Self::new(label, Act::Go(href.into()))
    }

    /// A form with nothing but this button.
    pub fn post(label: impl Into<Txt>, action: impl Into<Txt>, csrf: impl Into<Txt>) -> Self {
        Self::new(label, Act::Post(action.into(), csrf.into(), Vec::new()))
    }

    /// Opens a [`super::Dialog`] by its id.
    pub fn open(label: impl Into<Txt>, dialog: impl Into<Txt>) -> Self {
        Self::new(label, Act::Open(dialog.into()))
    }

    /// Closes a [`super::Dialog`] by its id.
    pub fn close(label: impl Into<Txt>, dialog: impl Into<Txt>) -> Self {
        Self::new(label, Act::Close(dialog.into()))
    }

    /// Sends the form around it, telling which button it was.
    pub fn submit(label: impl Into<Txt>, name: impl Into<Txt>, value: impl Into<Txt>) -> Self {
        Self::new(label, Act::Submit(name.into(), value.into()))
    }

    /// With a hidden field (only of use for [`Button::post`]).
    #[must_use]
    pub fn with(mut self, name: impl Into<Txt>, value: impl Into<Txt>) -> Self {
        if let Act::Post(_, _, fields) = &mut self.act {
            fields.push((name.into(), value.into()));
        }
        self
    }

    /// The one thing to do here.
    #[must_use]
    pub fn primary(mut self) -> Self {
        self.look = Look::Primary;
        self
    }

    /// Cannot be taken back easily.
    #[must_use]
    pub fn danger(mut self) -> Self {
        self.look = Look::Danger;
        self
    }

    /// In passing.
    #[must_use]
    pub fn quiet(mut self) -> Self {
        self.look = Look::Quiet;
        self
    }

    /// Small, as in rows of a table; `about` completes the label for those who do not see the row.
    #[must_use]
    pub fn small(mut self, about: impl Into<Txt>) -> Self {
        self.small = true;
        self.about = Some(about.into());
        self
    }

    /// With an icon in front.
    #[must_use]
    pub fn icon(mut self, icon: &'static str) -> Self {
        self.icon = Some(icon);
        self
    }

    /// Sends its form as far as it is filled (only of use for [`Button::submit`]).
    #[must_use]
    pub fn lenient(mut self) -> Self {
        self.lenient = true;
        self
    }

    /// Where scripts run, sends its form to `post` and takes the part `target` (a selector) of the answer in place of that
    /// of the page (only of use for [`Button::submit`]).
    #[must_use]
    pub fn swapping(mut self, post: impl Into<Txt>, target: &'static str) -> Self {
        self.swaps = Some((post.into(), target));
        self
    }

    /// Not possible now: the button stays, off, and says why.
    #[must_use]
    pub fn refused(mut self, why: Option<Txt>) -> Self {
        self.refused = why;
        self
    }

    fn class(&self) -> String {
        format!(
            "{}{}",
            self.look.class(),
            if self.small { " small" } else { "" }
        )
    }
}

/// Buttons side by side.
#[derive(Template)]
#[template(
    ext = "html",
    source = "<div class=\"buttons\">{% for button in self.0 %}{{ button }}{% endfor %}</div>"
)]
pub struct Buttons(pub Vec<Button>);

markup!(Button, Buttons);
