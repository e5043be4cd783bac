//! A seller's home: figures, and what waits.

use crate::blocks;
use crate::view::kit::{Block, Card, Empty, Icon, Moment, Spark, Stat, Stats, Timeline, Tone, Txt};
use crate::view::{Head, Page, Shell};

/// A figure on the home page.
pub struct Kpi {
    /// Text key of its name: `kpi-subscriptions`, `kpi-open`, `kpi-overdue`, …
    pub key: &'static str,
    /// Its value, formatted.
    pub value: Txt,
    /// How it changed, in words.
    pub change: Txt,
    /// Whether that is good.
    pub tone: Tone,
    /// The rows behind it.
    pub href: Option<Txt>,
    /// Its course.
    pub course: Vec<f64>,
}

/// Something that waits for somebody.
pub struct Waiting {
    /// Text key with a count: `wait-approvals`, `wait-payments`, `wait-usage`, `wait-jobs`, `wait-deliveries`, …
    pub key: &'static str,
    /// How many.
    pub count: u32,
    /// Where.
    pub href: Txt,
    /// How urgent.
    pub tone: Tone,
}

/// A seller's home.
pub struct HomePage {
    /// Figures.
    pub kpis: Vec<Kpi>,
    /// What waits.
    pub waiting: Vec<Waiting>,
    /// What happened lately.
    pub recent: Vec<Moment>,
}

impl HomePage {
    /// Lays the page out.
    pub fn page(self, shell: Shell) -> Page {
        let t = shell.t.clone();
        let stats = self.kpis.into_iter().map(|kpi| Stat {
            label: t.tr(kpi.key),
            value: kpi.value,
            detail: kpi.change,
            tone: kpi.tone,
            href: kpi.href,
            spark: (kpi.course.len() > 1).then_some(Spark(kpi.course)),
            later: None,
        });
        let mut body = blocks![Stats(stats.collect())];
        let recent: Block = if self.recent.is_empty() {
            shell.nothing("home-recent-none").into()
        } else {
            Timeline(self.recent).into()
        };
        body.push(Card::new(t.tr("home-recent"), vec![recent]).into());
        let queue: Block = if self.waiting.is_empty() {
            Empty::new("circle-check", t.tr("home-nothing-waits"), "").into()
        } else {
            Queue(
                self.waiting
                    .into_iter()
                    .map(|waiting| (t.count(waiting.key, waiting.count), waiting))
                    .collect(),
            )
            .into()
        };
        let aside = blocks![Card::new(t.tr("home-work-queue"), vec![queue]).flush()];
        Page::new(shell, Head::new(t.tr("nav-home")), body).aside(aside)
    }
}

/// What waits, each a link to it.
#[derive(askama::Template)]
#[template(
    ext = "html",
    source = "<ul class=\"queue\">{% for (text, waiting) in self.0 %}<li class=\"{{ waiting.tone }}\"><a href=\"{{ waiting.href }}\">{{ Icon(waiting.tone.icon()) }}<span>{{ text }}</span>{{ Icon(\"chevron-right\") }}</a></li>{% endfor %}</ul>"
)]
struct Queue(Vec<(Txt, Waiting)>);
