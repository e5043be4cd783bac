//! Tables and lists of facts.

use serde_json::Value;

use super::cell::cell;

/// Between columns.
const GAP: &str = "  ";

/// A part of a value that people are shown.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Column {
    title: &'static str,
    pointer: &'static str,
}

impl Column {
    /// The part at this JSON pointer (`/plan/name`), under this title.
    pub(crate) const fn new(title: &'static str, pointer: &'static str) -> Self {
        Self { title, pointer }
    }
}

/// Shorthand: `columns![("id", "/id"), ("name", "/name")]`.
macro_rules! columns {
    ($(($title:literal, $pointer:literal)),+ $(,)?) => {
        &[$($crate::output::Column::new($title, $pointer)),+]
    };
}
pub(crate) use columns;

/// A table: titles, then a line for each item; numbers and amounts stand to the right.
pub(crate) fn table(items: &[Value], columns: &[Column]) -> String {
    let rows: Vec<Vec<(String, bool)>> = items
        .iter()
        .map(|item| {
            columns
                .iter()
                .map(|c| cell(item.pointer(c.pointer)))
                .collect()
        })
        .collect();
    let shapes: Vec<(usize, bool)> = columns
        .iter()
        .enumerate()
        .map(|(at, column)| {
            let cells = || rows.iter().filter_map(move |row| row.get(at));
            let width = cells().map(|(text, _)| width(text)).max().unwrap_or(0);
            let right = cells().any(|(_, right)| *right)
                && cells().all(|(text, right)| *right || text == "–");
            (width.max(self::width(column.title)), right)
        })
        .collect();
    let mut text = line(columns.iter().map(|c| c.title), &shapes);
    for row in &rows {
        text.push_str(&line(row.iter().map(|(cell, _)| cell.as_str()), &shapes));
    }
    text
}

/// A fact a line: title and value.
pub(crate) fn facts(value: &Value, columns: &[Column]) -> String {
    let titles = columns.iter().map(|c| width(c.title)).max().unwrap_or(0);
    columns
        .iter()
        .map(|column| {
            let (text, _) = cell(value.pointer(column.pointer));
            let pad = " ".repeat(titles - width(column.title));
            let text = text.replace('\n', &format!("\n{}", " ".repeat(titles + GAP.len())));
            format!("{}{pad}{GAP}{text}\n", column.title)
        })
        .collect()
}

fn line<'a>(cells: impl Iterator<Item = &'a str>, shapes: &[(usize, bool)]) -> String {
    let cells: Vec<String> = cells
        .zip(shapes)
        .map(|(text, (wide, right))| {
            let pad = " ".repeat(wide.saturating_sub(width(text)));
            if *right {
                format!("{pad}{text}")
            } else {
                format!("{text}{pad}")
            }
        })
        .collect();
    format!("{}\n", cells.join(GAP).trim_end())
}

fn width(text: &str) -> usize {
    text.chars().count()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn amounts_stand_to_the_right_under_their_title() {
        let items = [
            json!({ "no": "A-1", "net": { "amount": "5.00", "currency": "EUR" } }),
            json!({ "no": "A-10", "net": { "amount": "1250.00", "currency": "EUR" } }),
            json!({ "no": "A-11" }),
        ];
        let shown = table(&items, columns![("number", "/no"), ("net", "/net")]);
        assert_eq!(
            shown,
            "number           net\nA-1         5.00 EUR\nA-10    1,250.00 EUR\nA-11               –\n"
        );
    }

    #[test]
    fn facts_are_aligned_and_keep_their_lines_together() {
        let value = json!({ "name": "Acme", "address": "1 Pier\nHarbour" });
        let shown = facts(&value, columns![("name", "/name"), ("address", "/address")]);
        assert_eq!(shown, "name     Acme\naddress  1 Pier\n         Harbour\n");
    }
}
