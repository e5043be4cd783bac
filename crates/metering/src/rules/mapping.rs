//! Mapping files: which sub-account is resold under which subscription.

use crate::types::SubAccountAssignment;
use serde::Serialize;
use std::collections::HashMap;
use tradewind_kernel::id::SubscriptionId;
use tradewind_kernel::{Error, Problems, Result, text};

const COLUMNS: [&str; 3] = ["source", "sub_account", "subscription"];
const ROWS_MAX: usize = 10_000;

/// A row of a mapping file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct MappingRow {
    /// Its number in the file; the header is row 1.
    pub number: u64,
    /// What it says.
    pub assignment: SubAccountAssignment,
}

impl MappingRow {
    /// Provider and id of the sub-account.
    #[must_use]
    pub fn name(&self) -> (&str, &str) {
        (&self.assignment.source, &self.assignment.external_id)
    }
}

/// Checks who is assigned to whom.
///
/// # Errors
/// Names `source` or `external_id`.
pub fn check_assignment(input: &SubAccountAssignment) -> Result<()> {
    let mut problems = Problems::new();
    problems.check(text::check_len("source", &input.source, 1, 80));
    problems.check(text::check_len("external_id", &input.external_id, 1, 200));
    problems.finish()
}

/// Reads a mapping file: CSV in UTF-8 with the columns `source`, `sub_account` and `subscription` in any order.
///
/// # Errors
/// Everything that is wrong with it, by row and column: `rows.3.subscription`.
pub fn read_mapping(file: &[u8]) -> Result<Vec<MappingRow>> {
    let whole = |message: String| Error::invalid("rows.1", "malformed_file", message);
    let mut reader = csv::ReaderBuilder::new()
        .flexible(true)
        .has_headers(false)
        .trim(csv::Trim::All)
        .from_reader(file);
    let mut records = reader.byte_records();
    let header = match records.next() {
        Some(Ok(header)) => header,
        _ => {
            return Err(whole(format!(
                "expected a header with {}",
                COLUMNS.join(", ")
            )));
        }
    };
    let names: Vec<&[u8]> = header.iter().collect();
    let mut positions = [0; 3];
    for (position, column) in positions.iter_mut().zip(COLUMNS) {
        *position = names
            .iter()
            .position(|name| *name == column.as_bytes())
            .ok_or_else(|| {
                whole(format!(
                    "the header lacks {column}; expected {}",
                    COLUMNS.join(", ")
                ))
            })?;
    }
    let mut problems = Problems::new();
    let mut rows = Vec::new();
    let mut seen: HashMap<(String, String), u64> = HashMap::new();
    for (number, record) in (2..).zip(records) {
        let at = format!("rows.{number}");
        if rows.len() == ROWS_MAX {
            problems.add(
                at,
                "too_many",
                format!("at most {ROWS_MAX} rows in one file"),
            );
            break;
        }
        let Some(record) = problems.check(record.map_err(|e| whole(e.to_string()))) else {
            break;
        };
        if record.len() != names.len() {
            let message = format!("{} cells, but the header has {}", record.len(), names.len());
            problems.add(at, "malformed_row", message);
            continue;
        }
        let cells = positions.map(|position| cell(&record, position));
        let Some(row) = problems.check(row(number, &at, cells)) else {
            continue;
        };
        let name = (
            row.assignment.source.clone(),
            row.assignment.external_id.clone(),
        );
        if let Some(first) = seen.insert(name, number) {
            problems.add(
                format!("{at}.sub_account"),
                "repeated",
                format!("row {first} assigns this sub-account already"),
            );
        }
        rows.push(row);
    }
    problems.finish()?;
    Ok(rows)
}

fn cell(record: &csv::ByteRecord, position: usize) -> Option<&str> {
    std::str::from_utf8(record.get(position)?).ok()
}

fn row(number: u64, at: &str, cells: [Option<&str>; 3]) -> Result<MappingRow> {
    let mut problems = Problems::new();
    let mut texts = ["", "", ""];
    for ((text, column), cell) in texts.iter_mut().zip(COLUMNS).zip(cells) {
        match cell {
            Some(cell) => *text = cell,
            None => problems.add(format!("{at}.{column}"), "not_text", "expected UTF-8 text"),
        }
    }
    problems.finish()?;
    let [source, sub_account, subscription] = texts;
    let mut problems = Problems::new();
    let field = |column: &str| format!("{at}.{column}");
    problems.check(text::check_len(&field("source"), source, 1, 80));
    problems.check(text::check_len(&field("sub_account"), sub_account, 1, 200));
    let id = problems.check(
        subscription
            .parse::<SubscriptionId>()
            .map_err(|error| error.at(&field("subscription"))),
    );
    problems.finish()?;
    let subscription_id = id.ok_or_else(|| Error::internal("no problem and no id"))?;
    Ok(MappingRow {
        number,
        assignment: SubAccountAssignment {
            source: source.to_owned(),
            external_id: sub_account.to_owned(),
            subscription_id,
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields(file: &str) -> Vec<(String, &'static str)> {
        read_mapping(file.as_bytes())
            .unwrap_err()
            .problems()
            .iter()
            .map(|p| (p.field.clone(), p.code))
            .collect()
    }

    #[test]
    fn a_mapping_may_have_its_columns_in_any_order_and_more_of_them() {
        let id = SubscriptionId::generate();
        let file = format!(
            "\u{feff}note, subscription ,source,sub_account\r\n\"a, b\", {id} ,AWS,0517\r\n"
        );
        let rows = read_mapping(file.as_bytes()).unwrap();
        assert_eq!(rows.len(), 1);
        assert_eq!((rows[0].number, rows[0].name()), (2, ("AWS", "0517")));
        assert_eq!(rows[0].assignment.subscription_id, id);
    }

    #[test]
    fn every_wrong_row_is_named() {
        let id = SubscriptionId::generate();
        let file = format!(
            "source,sub_account,subscription\nAWS,1,{id}\nAWS,,sub_1\nAWS,2\n,3,{id}\nAWS,1,{id}\n"
        );
        let expected = [
            ("rows.3.sub_account", "required"),
            ("rows.3.subscription", "malformed_id"),
            ("rows.4", "malformed_row"),
            ("rows.5.source", "required"),
            ("rows.6.sub_account", "repeated"),
        ];
        assert_eq!(fields(&file), expected.map(|(f, c)| (f.to_owned(), c)));
        let bytes = [
            b"source,sub_account,subscription\nA\xff,1,".as_slice(),
            b"x\n",
        ]
        .concat();
        let wrong = read_mapping(&bytes).unwrap_err();
        assert_eq!(wrong.problems()[0].field, "rows.2.source");
    }

    #[test]
    fn a_file_without_the_columns_is_refused() {
        for file in ["", "source,subscription\n", "\n"] {
            assert_eq!(
                fields(file),
                [("rows.1".to_owned(), "malformed_file")],
                "{file:?}"
            );
        }
    }
}
