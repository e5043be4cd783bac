//! Notices and empty places.

use askama::Template;

use super::{Button, Icon, Tone, Txt, markup};

/// Something to know, above or inside a page.
#[derive(Template)]
#[template(
    ext = "html",
    source = "<div class=\"notice {{ tone }}\"{% if alert %} role=\"alert\"{% endif %}>{{ Icon(tone.icon()) }}<div class=\"text\">{% if !title.is_empty() %}<strong>{{ title }}</strong>{% endif %}{% if !text.is_empty() %}<span>{{ text }}</span>{% endif %}{% if !buttons.is_empty() %}<span class=\"buttons\">{% for button in buttons %}{{ button }}{% endfor %}</span>{% endif %}</div></div>"
)]
pub struct Notice {
    tone: Tone,
    title: Txt,
    text: Txt,
    buttons: Vec<Button>,
    alert: bool,
}

impl Notice {
    /// A notice with a heading and a sentence; either may be empty.
    pub fn new(tone: Tone, title: impl Into<Txt>, text: impl Into<Txt>) -> Self {
        Notice {
            tone,
            title: title.into(),
            text: text.into(),
            buttons: Vec::new(),
            alert: tone == Tone::Bad,
        }
    }

    /// With what to do about it.
    #[must_use]
    pub fn and(mut self, button: Button) -> Self {
        self.buttons.push(button);
        self
    }
}

/// Why nothing is here, and what to do next.
#[derive(Template)]
#[template(
    ext = "html",
    source = "<div class=\"empty\"><svg class=\"i lg\" aria-hidden=\"true\"><use href=\"{{ crate::assets::icons() }}#{{ icon }}\"/></svg><h2>{{ title }}</h2><p>{{ text }}</p>{% if !buttons.is_empty() %}<div class=\"buttons\">{% for button in buttons %}{{ button }}{% endfor %}</div>{% endif %}</div>"
)]
pub struct Empty {
    icon: &'static str,
    title: Txt,
    text: Txt,
    buttons: Vec<Button>,
}

impl Empty {
    /// An empty place with its reason.
    pub fn new(icon: &'static str, title: impl Into<Txt>, text: impl Into<Txt>) -> Self {
        Empty {
            icon,
            title: title.into(),
            text: text.into(),
            buttons: Vec::new(),
        }
    }

    /// With a next step.
    #[must_use]
    pub fn and(mut self, button: Button) -> Self {
        self.buttons.push(button);
        self
    }
}

markup!(Notice, Empty);
