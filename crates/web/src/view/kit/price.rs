//! A price taken apart.

use askama::Template;

use super::{Txt, markup};

/// A line of a price.
pub struct PriceLine {
    /// What is paid for.
    pub label: Txt,
    /// How the amount comes about: "12 × €4.00".
    pub detail: Txt,
    /// The amount.
    pub amount: Txt,
}

/// Lines that are charged in the same way.
pub struct PricePart {
    /// One-time, recurring, by use, …
    pub title: Txt,
    /// Its lines.
    pub lines: Vec<PriceLine>,
}

/// A price by its parts, with its sums and what comes next.
#[derive(Template)]
#[template(
    ext = "html",
    source = "<div class=\"prices\">{% for part in parts %}<div><h3>{{ part.title }}</h3>{% for line in part.lines %}<div class=\"line\"><span>{{ line.label }}</span><span class=\"amt\">{{ line.amount }}</span>{% if !line.detail.is_empty() %}<span class=\"sub\">{{ line.detail }}</span>{% endif %}</div>{% endfor %}</div>{% endfor %}<div class=\"sum\">{% for line in sums %}<div class=\"line\"><span>{{ line.label }}</span><span class=\"amt\">{{ line.amount }}</span>{% if !line.detail.is_empty() %}<span class=\"sub\">{{ line.detail }}</span>{% endif %}</div>{% endfor %}<div class=\"line due\"><span>{{ due.label }}</span><span class=\"amt\">{{ due.amount }}</span>{% if !due.detail.is_empty() %}<span class=\"sub\">{{ due.detail }}</span>{% endif %}</div></div>{% if !after.is_empty() %}<div class=\"sum\">{% for line in after %}<div class=\"line\"><span>{{ line.label }}</span><span class=\"amt\">{{ line.amount }}</span>{% if !line.detail.is_empty() %}<span class=\"sub\">{{ line.detail }}</span>{% endif %}</div>{% endfor %}</div>{% endif %}</div>"
)]
pub struct Prices {
    /// Its parts.
    pub parts: Vec<PricePart>,
    /// Net, credit, tax, …
    pub sums: Vec<PriceLine>,
    /// What is to be paid now.
    pub due: PriceLine,
    /// What comes next: the next invoice.
    pub after: Vec<PriceLine>,
}

markup!(Prices);
