//! A page about a policy: what its examples say, and who computes the figures of those that are not played.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde_json::{Map, Value};

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// A page by its name.
#[derive(Debug)]
pub(crate) struct Page {
    pub(crate) name: String,
    pub(crate) text: String,
}

/// What a seller says in an example, and what comes of it.
#[derive(Debug)]
pub(crate) struct Example {
    pub(crate) said: Said,
    pub(crate) rows: Vec<Row>,
}

/// What a seller says in an example; everything else is as usual.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Said {
    /// Policies of its price book, with plans and items by their codes.
    pub(crate) policies: Map<String, Value>,
    /// Prices of its own, by plan and item: `cloud cost`.
    pub(crate) prices: BTreeMap<String, Value>,
    /// Coupons and promotions.
    pub(crate) coupons: Vec<Value>,
    /// What it has agreed on with the customer.
    pub(crate) terms: Option<Value>,
    /// Its time zone.
    pub(crate) zone: Option<String>,
}

/// What happens at a time, and what the customer gets for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Row {
    /// RFC 3339.
    pub(crate) at: String,
    pub(crate) happens: String,
    /// Documents without tax, credit notes below zero.
    pub(crate) invoiced: Vec<String>,
    /// Their taxes, where the table has them.
    pub(crate) tax: Option<Vec<String>>,
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn folder() -> PathBuf {
    root().join("docs/policies")
}

impl Page {
    pub(crate) fn read(name: &str) -> Self {
        let path = folder().join(format!("{name}.md"));
        let text = fs::read_to_string(&path);
        Self {
            name: name.to_owned(),
            text: text.unwrap_or_else(|error| panic!("{}: {error}", path.display())),
        }
    }

    /// Every page but the list of them.
    pub(crate) fn all() -> Vec<Self> {
        let entries = fs::read_dir(folder()).expect("a directory");
        let names = entries.map(|entry| {
            let path = entry.expect("an entry").path();
            let stem = path.file_stem().expect("a name");
            stem.to_str().expect("a plain name").to_owned()
        });
        let names = names.filter(|name| name != "README");
        names.map(|name| Self::read(&name)).collect()
    }

    /// The tables whose first column is a year, each with what the seller has said last before it.
    pub(crate) fn examples(&self) -> Vec<Example> {
        let mut said = Said::default();
        let mut found = Vec::new();
        let mut lines = self.text.lines();
        while let Some(line) = lines.next() {
            if line == "```json" {
                let block: Vec<&str> = lines.by_ref().take_while(|line| *line != "```").collect();
                said = serde_json::from_str(&block.join("\n"))
                    .unwrap_or_else(|error| panic!("{}: {error}: {block:?}", self.name));
            } else if let Some(year) = year_of(line) {
                let taxed = cells(line).len() == 4;
                let rows = lines.by_ref().take_while(|line| line.starts_with('|'));
                found.push(Example {
                    said: said.clone(),
                    rows: rows.skip(1).map(|line| row(line, year, taxed)).collect(),
                });
            }
        }
        found
    }

    /// Its tables have amounts or days, and each stands in the test that the page names.
    pub(crate) fn assert_computed_elsewhere(&self) {
        let mut words = self.text.split('`');
        let test = words.find(|word| word.starts_with("crates/") && word.ends_with(".rs"));
        let test = test.unwrap_or_else(|| panic!("{} names no test", self.name));
        let source = fs::read_to_string(root().join(test));
        let source = source.unwrap_or_else(|error| panic!("{}: {test}: {error}", self.name));
        let tables = self.text.lines().filter(|line| line.starts_with('|'));
        let figures: Vec<&str> = tables
            .flat_map(|line| line.split([' ', '−', '|', ',', ';', ':']))
            .filter(|word| is_amount(word) || is_day(word))
            .collect();
        assert!(!figures.is_empty(), "{} has no figures", self.name);
        for figure in figures {
            let known = spellings(figure).iter().any(|way| source.contains(way));
            assert!(known, "{}: {figure} is not in {test}", self.name);
        }
    }
}

fn cells(line: &str) -> Vec<&str> {
    let inner = line.trim().trim_start_matches('|').trim_end_matches('|');
    inner.split('|').map(str::trim).collect()
}

/// The year over a table whose rows are days.
fn year_of(line: &str) -> Option<&str> {
    let first = line.strip_prefix("| ")?.split(' ').next()?;
    let is_year = first.len() == 4 && first.chars().all(|c| c.is_ascii_digit());
    is_year.then_some(first)
}

/// `11 January`, `1 February 2025`, `20 January, 12:00`, in UTC.
fn moment(text: &str, year: &str) -> String {
    let (day, time) = text.split_once(", ").unwrap_or((text, "09:00"));
    format!("{}T{time}:00Z", date(day, year))
}

/// `11 January` or `1 February 2025`, as ISO 8601.
pub(crate) fn date(text: &str, year: &str) -> String {
    let words: Vec<&str> = text.split(' ').collect();
    let [day, month, own @ ..] = words.as_slice() else {
        panic!("{text:?} is no day");
    };
    let number = MONTHS.iter().position(|name| name == month);
    let number = number.unwrap_or_else(|| panic!("{text:?} has no month")) + 1;
    let day: u8 = day.parse().expect("a day of the month");
    format!("{}-{number:02}-{day:02}", own.first().unwrap_or(&year))
}

fn row(line: &str, year: &str, taxed: bool) -> Row {
    let cells = cells(line);
    let all = |cell: &str| -> Vec<String> {
        let amounts = cell.split(", ").filter(|amount| !amount.is_empty());
        amounts.map(|amount| amount.replace('−', "-")).collect()
    };
    Row {
        at: moment(cells[0], year),
        happens: cells[1].to_owned(),
        invoiced: all(cells[2]),
        tax: taxed.then(|| all(cells[3])),
    }
}

fn is_amount(word: &str) -> bool {
    let digits = |text: &str| !text.is_empty() && text.chars().all(|c| c.is_ascii_digit());
    let parts = word.split_once('.');
    let has_cents = parts.is_some_and(|(whole, cents)| digits(whole) && digits(cents));
    has_cents && word != "0.00"
}

/// `2024-03-18`.
fn is_day(word: &str) -> bool {
    word.parse::<tradewind_kernel::Date>().is_ok()
}

/// How tests write a figure: as it is, or an amount in cents, with or without groups of digits.
fn spellings(figure: &str) -> [String; 3] {
    let cents = figure.replace('.', "");
    let cents = cents.trim_start_matches('0').to_owned();
    let grouped = match cents.len() {
        4.. => format!(
            "{}_{}",
            &cents[..cents.len() - 3],
            &cents[cents.len() - 3..]
        ),
        _ => cents.clone(),
    };
    [figure.to_owned(), cents, grouped]
}
