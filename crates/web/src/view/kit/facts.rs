//! Names and values, cards, tabs, figures in large, and other small pieces.

use askama::Template;

use super::{Block, Button, Cell, Icon, Spark, Tone, Txt, markup};

/// Names and their values.
#[derive(Template)]
#[template(path = "kit/facts.html")]
pub struct Facts(pub Vec<(Txt, Cell)>);

/// A card with a heading.
#[derive(Template)]
#[template(
    ext = "html",
    source = "<section class=\"card{% if aside %} aside{% endif %}\"{% if let Some(id) = id %} id=\"{{ id }}\"{% endif %}><header><div class=\"titles\"><h2>{{ title }}</h2>{% if !intro.is_empty() %}<p>{{ intro }}</p>{% endif %}</div>{% if !buttons.is_empty() %}<div class=\"buttons\">{% for button in buttons %}{{ button }}{% endfor %}</div>{% endif %}</header><div class=\"body{% if flush %} flush{% endif %}\">{% for block in body %}{{ block }}{% endfor %}</div></section>"
)]
pub struct Card {
    title: Txt,
    intro: Txt,
    buttons: Vec<Button>,
    body: Vec<Block>,
    flush: bool,
    aside: bool,
    id: Option<Txt>,
}

impl Card {
    /// A card around some blocks.
    pub fn new(title: impl Into<Txt>, body: Vec<Block>) -> Self {
        Card {
            title: title.into(),
            intro: Txt::default(),
            buttons: Vec::new(),
            body,
            flush: false,
            aside: false,
            id: None,
        }
    }

    /// With a sentence under its heading.
    #[must_use]
    pub fn intro(mut self, text: impl Into<Txt>) -> Self {
        self.intro = text.into();
        self
    }

    /// With a button in its head.
    #[must_use]
    pub fn and(mut self, button: Button) -> Self {
        self.buttons.push(button);
        self
    }

    /// Its content (a table) reaches the edges.
    #[must_use]
    pub fn flush(mut self) -> Self {
        self.flush = true;
        self
    }

    /// Stands beside the content: values under their names.
    #[must_use]
    pub fn aside(mut self) -> Self {
        self.aside = true;
        self
    }

    /// With an element id.
    #[must_use]
    pub fn id(mut self, id: impl Into<Txt>) -> Self {
        self.id = Some(id.into());
        self
    }
}

/// A view of several on the same thing.
pub struct Tab {
    /// Its name.
    pub label: Txt,
    /// Its address.
    pub href: Txt,
    /// How many it holds, if that is known.
    pub count: Option<Txt>,
    /// Whether it is the one shown.
    pub current: bool,
}

/// Views side by side.
#[derive(Template)]
#[template(
    ext = "html",
    source = "<nav class=\"tabs\" aria-label=\"{{ label }}\">{% for tab in tabs %}<a href=\"{{ tab.href }}\"{% if tab.current %} aria-current=\"page\"{% endif %}>{{ tab.label }}{% if let Some(count) = tab.count %}<span class=\"n\">{{ count }}</span>{% endif %}</a>{% endfor %}</nav>"
)]
pub struct Tabs {
    /// What the views are of, read aloud.
    pub label: Txt,
    /// The views.
    pub tabs: Vec<Tab>,
}

/// A figure in large.
#[derive(Default)]
pub struct Stat {
    /// What it counts.
    pub label: Txt,
    /// The figure.
    pub value: Txt,
    /// What it means or how it changed.
    pub detail: Txt,
    /// Whether the change is good.
    pub tone: Tone,
    /// The rows behind it.
    pub href: Option<Txt>,
    /// Its course.
    pub spark: Option<Spark>,
    /// Where to ask for it once the page is there, when it takes longer than the rest.
    pub later: Option<Txt>,
}

/// Figures in large, side by side.
#[derive(Template)]
#[template(
    ext = "html",
    source = "<div class=\"stats\">{% for stat in self.0 %}<div class=\"stat\"{% if let Some(later) = stat.later %} hx-get=\"{{ later }}\" hx-trigger=\"load\" hx-select=\".stat\" hx-swap=\"outerHTML\"{% endif %}><div class=\"k\">{% if let Some(href) = stat.href %}<a href=\"{{ href }}\">{{ stat.label }}</a>{% else %}<span>{{ stat.label }}</span>{% endif %}{% if let Some(spark) = stat.spark %}{{ spark }}{% endif %}</div><div class=\"v\">{{ stat.value }}</div>{% if !stat.detail.is_empty() %}<div class=\"d {{ stat.tone }}\">{{ stat.detail }}</div>{% endif %}</div>{% endfor %}</div>"
)]
pub struct Stats(pub Vec<Stat>);

/// Where one is in a short procedure.
#[derive(Template)]
#[template(
    ext = "html",
    source = "<ol class=\"steps\" aria-label=\"{{ label }}\">{% for (name, href) in names %}<li{% if loop.index0 < at %} class=\"done\"{% else if loop.index0 == at %} class=\"now\" aria-current=\"step\"{% endif %}>{% if let Some(href) = href %}{% if loop.index0 < at %}<a href=\"{{ href }}\">{{ name }}</a>{% else %}{{ name }}{% endif %}{% else %}{{ name }}{% endif %}</li>{% endfor %}</ol>"
)]
pub struct Steps {
    /// What the procedure is, read aloud.
    pub label: Txt,
    /// Its steps, with an address to go back to.
    pub names: Vec<(Txt, Option<Txt>)>,
    /// The step one is at, from zero.
    pub at: usize,
}

/// Paragraphs, or an unordered list of sentences.
#[derive(Template)]
#[template(
    ext = "html",
    source = "<div class=\"prose\">{% for text in self.0 %}<p>{{ text }}</p>{% endfor %}</div>"
)]
pub struct Prose(pub Vec<Txt>);

/// What is complete and what is missing.
#[derive(Template)]
#[template(
    ext = "html",
    source = "<ul class=\"checklist\">{% for (done, text) in items %}<li class=\"{% if *done %}done{% else %}todo{% endif %}\">{% if *done %}{{ Icon(\"circle-check\") }}<span class=\"vh\">{{ yes }}</span>{% else %}{{ Icon(\"circle-alert\") }}<span class=\"vh\">{{ no }}</span>{% endif %}<span>{{ text }}</span></li>{% endfor %}</ul>"
)]
pub struct Checklist {
    /// Whether each is done, and what it is.
    pub items: Vec<(bool, Txt)>,
    /// Word for "done", read aloud.
    pub yes: Txt,
    /// Word for "missing", read aloud.
    pub no: Txt,
}

/// Blocks side by side where there is room.
#[derive(Template)]
#[template(
    ext = "html",
    source = "<div class=\"halves\">{% for block in self.0 %}{{ block }}{% endfor %}</div>"
)]
pub struct Halves(pub Vec<Block>);

markup!(Facts, Card, Tabs, Stats, Steps, Prose, Checklist, Halves);
