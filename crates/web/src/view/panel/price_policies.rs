//! The policies of a revision, as its form asks for them.

use std::collections::BTreeMap;

use crate::view::Tr;
use crate::view::kit::{Choice, Field, Kind, Txt};

/// The rules of proration that the form knows; another one, set over the API, stays as long as nobody chooses.
pub const PRORATION: [&str; 9] = [
    "actual_days",
    "fixed_30",
    "fixed_28",
    "day_consumed",
    "both_ends",
    "whole_days",
    "seconds",
    "hours_up",
    "none",
];

/// A field of the form.
enum Ask {
    /// One of some words, told by the key of the field and the word.
    Word(&'static [&'static str]),
    /// One of the rules of proration.
    Proration,
    /// A decimal, zero or more.
    Decimal,
    /// A whole number between two.
    Number(&'static str, &'static str),
}

/// A field by its name.
type Asked = (&'static str, Ask);

/// All fields in the order in which they are asked, under headings that are told by the key of each section.
const SECTIONS: [(&str, &[Asked]); 5] = [
    ("prices", PRICES),
    ("running", RUNNING),
    ("days", DAYS),
    ("parts", PARTS),
    ("terms", TERMS),
];

const PRICES: &[Asked] = &[
    ("tax", Ask::Word(&["added", "included"])),
    ("places.amounts", Ask::Number("0", "20")),
    ("places.units", Ask::Number("0", "20")),
    (
        "rounding",
        Ask::Word(&[
            "half_up",
            "half_even",
            "half_down",
            "up",
            "down",
            "ceiling",
            "floor",
        ]),
    ),
    (
        "stacking",
        Ask::Word(&["percentages_first", "narrowest_first", "as_given"]),
    ),
];

const RUNNING: &[Asked] = &[
    ("renewal", Ask::Word(&["revision", "agreed", "increase"])),
    ("increase.percent", Ask::Decimal),
    ("increase.at_most", Ask::Decimal),
    ("increase.list", Ask::Word(&["no", "yes"])),
];

const DAYS: &[Asked] = &[
    (
        "align",
        Ask::Word(&["anniversary", "calendar", "day_of_month", "invoice_day"]),
    ),
    ("align.day", Ask::Number("1", "31")),
    ("stub", Ask::Word(&["prorated", "free", "full"])),
    ("stub.of", Ask::Word(&["schedule", "back_from_end"])),
    ("stub.ends", Ask::Word(&["to_next_day", "from_start_month"])),
    ("zone", Ask::Word(&["buyer", "seller"])),
];

const PARTS: &[Asked] = &[
    ("proration.start", Ask::Proration),
    ("proration.upgrade", Ask::Proration),
    ("proration.downgrade", Ask::Proration),
    ("proration.cancellation", Ask::Proration),
    (
        "suspension",
        Ask::Word(&["charged", "credited", "always_credited"]),
    ),
];

const TERMS: &[Asked] = &[
    ("fee", Ask::Word(&["none", "rest", "percent", "amount"])),
    ("fee.value", Ask::Decimal),
    (
        "commit.over",
        Ask::Word(&["none", "month", "quarter", "half_year", "year"]),
    ),
    ("commit.minimum", Ask::Decimal),
    ("commit.maximum", Ask::Decimal),
    ("commit.counts", Ask::Word(&["everything", "usage"])),
    (
        "commit.leaving",
        Ask::Word(&["prorated", "full", "nothing"]),
    ),
];

/// Fields that are told apart by what they are for.
const HINTED: [&str; 19] = [
    "rounding",
    "stacking",
    "suspension",
    "increase.percent",
    "increase.at_most",
    "increase.list",
    "places.amounts",
    "places.units",
    "align",
    "align.day",
    "stub",
    "stub.of",
    "stub.ends",
    "zone",
    "proration.start",
    "fee",
    "fee.value",
    "commit.over",
    "commit.leaving",
];

/// The policies of a revision, as its form has them: a word or a number for each field, empty where none is set.
#[derive(Default)]
pub struct PolicyEdit(pub BTreeMap<&'static str, Txt>);

impl PolicyEdit {
    /// What a field has.
    pub fn value(&self, field: &str) -> &str {
        self.0.get(field).map_or("", AsRef::as_ref)
    }

    /// Its fields, by the headings of their sections.
    pub(super) fn sections(&self, t: &Tr) -> Vec<(Txt, Vec<Field>)> {
        let sections = SECTIONS.iter().map(|(name, asked)| {
            let title = t.tr(&format!("price-section-{name}"));
            let fields = asked.iter().map(|(name, ask)| self.field(t, name, ask));
            (title, fields.collect())
        });
        sections.collect()
    }

    fn field(&self, t: &Tr, name: &'static str, ask: &Ask) -> Field {
        let key = format!("price-policy-{}", name.replace('.', "-"));
        let field = Field::new(name, t.tr(&key), self.kind(t, name, &key, ask));
        let field = field.value(self.value(name).to_owned());
        if HINTED.contains(&name) {
            field.hint(t.tr(&format!("{key}-hint")))
        } else {
            field
        }
    }

    fn kind(&self, t: &Tr, name: &str, key: &str, ask: &Ask) -> Kind {
        let now = self.value(name);
        let choice = |code: &'static str, label: Txt| Choice::new(code, label).on(now == code);
        match ask {
            Ask::Decimal => Kind::Number(Some("0".into()), None, "any".into()),
            Ask::Number(least, most) => {
                Kind::Number(Some((*least).into()), Some((*most).into()), "1".into())
            }
            Ask::Word(codes) => {
                // What is set over the API alone stays as long as nobody chooses.
                let set_otherwise = name == "commit.over" && now.is_empty();
                let other =
                    set_otherwise.then(|| Choice::new("", t.tr("proration-other")).on(true));
                let words = codes.iter();
                let words = words.map(|code| choice(code, t.tr(&format!("{key}-{code}"))));
                Kind::Select(other.into_iter().chain(words).collect())
            }
            Ask::Proration => {
                let known = PRORATION.contains(&now);
                let other = (!known).then(|| Choice::new("", t.tr("proration-other")).on(true));
                let rules = PRORATION.iter();
                let rules = rules.map(|code| choice(code, t.code("proration", code)));
                Kind::Select(other.into_iter().chain(rules).collect())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use tradewind_kernel::locale::Locale;
    use tradewind_kernel::time::Zone;

    use super::*;

    #[test]
    fn every_rule_of_proration_is_told_in_words() {
        for locale in [Locale::En, Locale::De] {
            let t = Tr::new(locale, Zone::utc());
            for rule in PRORATION {
                assert_ne!(t.code("proration", rule).as_ref(), rule, "{locale:?}");
            }
        }
    }
}
