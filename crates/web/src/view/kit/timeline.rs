//! What happened to something, and what will.

use askama::Template;

use super::{Button, Icon, Tone, Txt, When, markup};

/// An entry of a timeline.
#[derive(Clone)]
pub struct Moment {
    tone: Tone,
    icon: &'static str,
    what: Txt,
    when: Option<When>,
    who: Option<Txt>,
    detail: Option<Txt>,
    href: Option<Txt>,
    changes: Vec<(Txt, Txt, Txt)>,
    log: Option<(Txt, Txt)>,
    future: bool,
    buttons: Vec<Button>,
}

impl Moment {
    /// Something that happened, in words.
    pub fn new(tone: Tone, what: impl Into<Txt>) -> Self {
        Moment {
            tone,
            icon: tone.icon(),
            what: what.into(),
            when: None,
            who: None,
            detail: None,
            href: None,
            changes: Vec::new(),
            log: None,
            future: false,
            buttons: Vec::new(),
        }
    }

    /// When.
    #[must_use]
    pub fn at(mut self, when: When) -> Self {
        self.when = Some(when);
        self
    }

    /// By whom.
    #[must_use]
    pub fn by(mut self, who: impl Into<Txt>) -> Self {
        self.who = Some(who.into());
        self
    }

    /// What more there is to say.
    #[must_use]
    pub fn detail(mut self, detail: impl Into<Txt>) -> Self {
        self.detail = Some(detail.into());
        self
    }

    /// What it was about, with the address of its page.
    #[must_use]
    pub fn about(mut self, what: impl Into<Txt>, href: impl Into<Txt>) -> Self {
        self.detail = Some(what.into());
        self.href = Some(href.into());
        self
    }

    /// What changed: name, before, after.
    #[must_use]
    pub fn change(
        mut self,
        name: impl Into<Txt>,
        before: impl Into<Txt>,
        after: impl Into<Txt>,
    ) -> Self {
        self.changes
            .push((name.into(), before.into(), after.into()));
        self
    }

    /// Technical detail to unfold: heading and text.
    #[must_use]
    pub fn log(mut self, heading: impl Into<Txt>, text: impl Into<Txt>) -> Self {
        self.log = Some((heading.into(), text.into()));
        self
    }

    /// With another icon.
    #[must_use]
    pub fn icon(mut self, icon: &'static str) -> Self {
        self.icon = icon;
        self
    }

    /// Still to come.
    #[must_use]
    pub fn future(mut self) -> Self {
        self.future = true;
        self
    }

    /// With something to do about it.
    #[must_use]
    pub fn and(mut self, button: Button) -> Self {
        self.buttons.push(button);
        self
    }
}

/// Entries in order.
#[derive(Template)]
#[template(path = "kit/timeline.html")]
pub struct Timeline(pub Vec<Moment>);

markup!(Timeline);
