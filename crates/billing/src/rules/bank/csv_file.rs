//! Statements as rows of text, by a mapping of the seller's.

use csv::{ByteRecord, ReaderBuilder, StringRecord};
use tradewind_kernel::{
    Currency, Date, Money, Problems, Result, text::check_len, time::parse_date,
};

use super::{BankFile, ENTRIES_MAX, ReadEntry, ReadStatement, TEXT_MAX, amount, plain, wrong};
use crate::types::{BankDirection, BankFormat, CsvMapping, DateForm, DecimalSign};

/// What may separate columns.
const SEPARATORS: [char; 4] = [';', ',', '\t', '|'];
/// Rows in which the header is looked for.
const HEADER_ROWS: usize = 60;
/// Words for money that came in, and for money that went out.
const CAME: [&str; 8] = ["c", "cr", "crdt", "credit", "h", "haben", "+", "in"];
const WENT: [&str; 8] = ["d", "dr", "dbit", "debit", "s", "soll", "-", "out"];

/// Checks a mapping by itself.
///
/// # Errors
/// Names `mapping` with what is missing or too much.
pub fn check_mapping(mapping: &CsvMapping) -> Result<()> {
    let mut problems = Problems::new();
    if mapping.amount.is_some() == (mapping.credit.is_some() || mapping.debit.is_some()) {
        problems.add(
            "mapping.amount",
            "contradiction",
            "expected either a column for amounts or one or two for what came in and went out",
        );
    }
    if mapping.direction.is_some() && mapping.amount.is_none() {
        problems.add(
            "mapping.direction",
            "contradiction",
            "expected together with a column for amounts",
        );
    }
    if mapping.currency.is_none() && mapping.currency_code.is_none() {
        problems.add(
            "mapping.currency_code",
            "required",
            "expected a currency, or the column that names it",
        );
    }
    if mapping.text.is_empty() {
        problems.add("mapping.text", "required", "expected at least one column");
    }
    if mapping
        .separator
        .is_some_and(|sign| !SEPARATORS.contains(&sign))
    {
        problems.add(
            "mapping.separator",
            "unknown_value",
            "expected ; , | or a tab",
        );
    }
    problems.finish()?;
    for (field, name) in columns(mapping) {
        check_len(&format!("mapping.{field}"), name, 1, 100)?;
    }
    check_len("mapping.own_account", &mapping.own_account, 0, 70)
}

/// All columns that a mapping names.
fn columns(mapping: &CsvMapping) -> Vec<(&'static str, &str)> {
    let mut all = vec![("date", mapping.date.as_str())];
    let some = [
        ("amount", &mapping.amount),
        ("credit", &mapping.credit),
        ("debit", &mapping.debit),
        ("direction", &mapping.direction),
        ("currency", &mapping.currency),
        ("reference", &mapping.reference),
        ("name", &mapping.name),
        ("account", &mapping.account),
        ("balance", &mapping.balance),
    ];
    all.extend(
        some.into_iter()
            .filter_map(|(field, name)| Some((field, name.as_deref()?))),
    );
    all.extend(mapping.text.iter().map(|name| ("text", name.as_str())));
    all
}

fn same(a: &str, b: &str) -> bool {
    a.trim().to_lowercase() == b.trim().to_lowercase()
}

/// Reads a file.
pub(super) fn read(content: &str, name: &str, mapping: &CsvMapping) -> Result<BankFile> {
    check_mapping(mapping)?;
    let separators: Vec<char> = mapping
        .separator
        .map_or(SEPARATORS.to_vec(), |one| vec![one]);
    let mut best: Option<(usize, &str)> = None;
    let wanted = columns(mapping);
    for separator in separators {
        let rows = rows(content, separator)?;
        for (place, row) in rows.iter().take(HEADER_ROWS).enumerate() {
            let missing = wanted
                .iter()
                .find(|(_, column)| !row.cells.iter().any(|cell| same(cell, column)));
            match missing {
                None => {
                    return Table {
                        mapping,
                        header: row,
                        name,
                    }
                    .read(rows.get(place + 1..).unwrap_or_default());
                }
                Some((_, column)) => {
                    let fits = wanted
                        .iter()
                        .filter(|(_, one)| row.cells.iter().any(|cell| same(cell, one)));
                    let count = fits.count();
                    if best.is_none_or(|(most, _)| count > most) {
                        best = Some((count, column));
                    }
                }
            }
        }
    }
    let column = best.map_or("", |(_, column)| column);
    Err(wrong(
        "missing_column",
        1,
        column,
        format!("no row names the column {column:?}"),
    ))
}

/// A row with the line on which it begins.
struct Row {
    line: u64,
    cells: StringRecord,
}

fn rows(content: &str, separator: char) -> Result<Vec<Row>> {
    let mut reader = ReaderBuilder::new()
        .delimiter(u8::try_from(separator).unwrap_or(b';'))
        .has_headers(false)
        .flexible(true)
        .from_reader(content.as_bytes());
    let mut rows = Vec::new();
    for record in reader.byte_records() {
        let record: ByteRecord =
            record.map_err(|error| wrong("malformed_file", 1, "", error.to_string()))?;
        let line = record.position().map_or(1, csv::Position::line);
        let cells = StringRecord::from_byte_record_lossy(record);
        rows.push(Row { line, cells });
        if rows.len() > ENTRIES_MAX + HEADER_ROWS {
            let text = format!("at most {ENTRIES_MAX} entries are read from one file");
            return Err(wrong("too_many", line, "", text));
        }
    }
    Ok(rows)
}

/// An entry, with the balance after it.
struct Booked {
    line: u64,
    entry: ReadEntry,
    balance: Option<Money>,
}

struct Table<'a> {
    mapping: &'a CsvMapping,
    header: &'a Row,
    name: &'a str,
}

impl Table<'_> {
    fn cell<'r>(&self, row: &'r Row, column: &str) -> &'r str {
        self.header
            .cells
            .iter()
            .position(|cell| same(cell, column))
            .and_then(|place| row.cells.get(place))
            .unwrap_or_default()
            .trim()
    }

    fn maybe<'r>(&self, row: &'r Row, column: Option<&String>) -> &'r str {
        column.map_or("", |column| self.cell(row, column))
    }

    fn read(&self, rows: &[Row]) -> Result<BankFile> {
        let mut found: Vec<(Currency, Vec<Booked>)> = Vec::new();
        for row in rows {
            let Some(booked) = self.row(row)? else {
                continue;
            };
            let currency = booked.entry.amount.currency;
            match found.iter_mut().find(|(known, _)| *known == currency) {
                Some((_, some)) => some.push(booked),
                None => found.push((currency, vec![booked])),
            }
        }
        if found.is_empty() {
            return Err(wrong(
                "not_a_statement",
                self.header.line,
                "",
                "no entry follows the header row",
            ));
        }
        let statements = found
            .into_iter()
            .map(|(currency, booked)| self.statement(currency, booked))
            .collect::<Result<_>>()?;
        Ok(BankFile {
            format: BankFormat::Csv,
            statements,
            pending: 0,
        })
    }

    fn statement(&self, currency: Currency, booked: Vec<Booked>) -> Result<ReadStatement> {
        let (opening, closing) = chain(&booked, currency)?;
        let days = || booked.iter().map(|one| one.entry.booked_on);
        let (Some(from), Some(until)) = (days().min(), days().max()) else {
            return Err(wrong(
                "not_a_statement",
                self.header.line,
                "",
                "no entry follows the header row",
            ));
        };
        let own = plain(&self.mapping.own_account, 70);
        Ok(ReadStatement {
            account: if own.is_empty() {
                self.name.to_owned()
            } else {
                own
            },
            currency,
            bank_id: format!("{from}/{until}"),
            from,
            until,
            opening,
            closing,
            entries: booked.into_iter().map(|one| one.entry).collect(),
        })
    }

    /// One row; none of those that are empty but for remarks.
    fn row(&self, row: &Row) -> Result<Option<Booked>> {
        let mapping = self.mapping;
        let date = self.cell(row, &mapping.date);
        let amounts = [&mapping.amount, &mapping.credit, &mapping.debit];
        if date.is_empty()
            && amounts
                .iter()
                .all(|column| self.maybe(row, column.as_ref()).is_empty())
        {
            return Ok(None);
        }
        let booked_on = read_date(date, mapping.date_form).ok_or_else(|| {
            let text = format!(
                "{:?} is no day as {}",
                plain(date, 40),
                mapping.date_form.as_str()
            );
            wrong("malformed_date", row.line, &mapping.date, text)
        })?;
        let code = self.maybe(row, mapping.currency.as_ref());
        let currency = match (code, mapping.currency_code) {
            ("", Some(currency)) => currency,
            (code, _) => code.parse().map_err(|_| {
                let column = mapping.currency.as_deref().unwrap_or_default();
                let text = format!("{:?} is no currency", plain(code, 10));
                wrong("unknown_currency", row.line, column, text)
            })?,
        };
        let signed = self.signed(row, currency)?;
        let direction = if signed.minor < 0 {
            BankDirection::Debit
        } else {
            BankDirection::Credit
        };
        let balance = match self.maybe(row, mapping.balance.as_ref()) {
            "" => None,
            text => Some(self.amount(
                row,
                mapping.balance.as_deref().unwrap_or_default(),
                text,
                currency,
            )?),
        };
        let texts: Vec<&str> = mapping
            .text
            .iter()
            .map(|column| self.cell(row, column))
            .filter(|text| !text.is_empty())
            .collect();
        let account = self.maybe(row, mapping.account.as_ref());
        Ok(Some(Booked {
            line: row.line,
            entry: ReadEntry {
                booked_on,
                direction,
                amount: Money::new(signed.minor.saturating_abs(), currency),
                reversal: false,
                reference: plain(self.maybe(row, mapping.reference.as_ref()), 70),
                end_to_end: String::new(),
                name: plain(self.maybe(row, mapping.name.as_ref()), 140),
                account: plain(account, 70)
                    .chars()
                    .filter(|letter| *letter != ' ')
                    .collect(),
                text: plain(&texts.join(" "), TEXT_MAX),
                references: Vec::new(),
            },
            balance,
        }))
    }

    /// What a row says about the money, negative when it went out.
    fn signed(&self, row: &Row, currency: Currency) -> Result<Money> {
        let mapping = self.mapping;
        if let Some(column) = &mapping.amount {
            let value = self.amount(row, column, self.cell(row, column), currency)?;
            let Some(sign) = &mapping.direction else {
                return Ok(value);
            };
            let word = self.cell(row, sign).to_lowercase();
            let positive = Money::new(value.minor.saturating_abs(), currency);
            return if CAME.contains(&word.as_str()) {
                Ok(positive)
            } else if WENT.contains(&word.as_str()) {
                positive.neg()
            } else {
                let text = format!(
                    "{:?} says nothing about which way the money went",
                    plain(&word, 20)
                );
                Err(wrong("unknown_value", row.line, sign, text))
            };
        }
        let of = |column: &Option<String>| {
            let column = column.as_deref().unwrap_or_default();
            match self.cell(row, column) {
                "" => Ok(Money::zero(currency)),
                text => self.amount(row, column, text, currency),
            }
        };
        let (came, went) = (of(&mapping.credit)?, of(&mapping.debit)?);
        // Some banks write what went out with a minus, some without.
        came.sub(Money::new(went.minor.saturating_abs(), currency))
    }

    fn amount(&self, row: &Row, column: &str, text: &str, currency: Currency) -> Result<Money> {
        read_amount(text, self.mapping.decimal_sign, currency).ok_or_else(|| {
            let text = format!("{:?} is no amount in {currency}", plain(text, 40));
            wrong("malformed_amount", row.line, column, text)
        })
    }
}

/// The balances before the first and after the last entry, when the balance after each is known: from the top down, or
/// from the bottom up as many banks write them. A file in which an entry is missing fits neither way.
fn chain(booked: &[Booked], currency: Currency) -> Result<(Option<Money>, Option<Money>)> {
    let mut all = Vec::with_capacity(booked.len());
    for one in booked {
        let Some(balance) = one.balance else {
            return Ok((None, None));
        };
        all.push((one.line, one.entry.signed()?, balance));
    }
    let first_wrong = |rows: &[(u64, Money, Money)]| -> Result<Option<u64>> {
        for pair in rows.windows(2) {
            if let [(_, _, before), (line, signed, after)] = pair
                && before.add(*signed)? != *after
            {
                return Ok(Some(*line));
            }
        }
        Ok(None)
    };
    let down = first_wrong(&all)?;
    if down.is_some() {
        all.reverse();
        if first_wrong(&all)?.is_some() {
            return Err(wrong(
                "balance_differs",
                down.unwrap_or_default(),
                "",
                "the balance is not that of the row before it and this amount: a row is missing or wrong",
            ));
        }
    }
    let zero = Money::zero(currency);
    let opening = match all.first() {
        Some((_, signed, after)) => after.sub(*signed)?,
        None => zero,
    };
    let closing = all.last().map_or(zero, |(_, _, after)| *after);
    Ok((Some(opening), Some(closing)))
}

/// A day as a file writes it.
fn read_date(text: &str, form: DateForm) -> Option<Date> {
    // Some files add the time of day.
    let text = text.split([' ', 'T']).next().unwrap_or_default();
    let parts = |sign: char| -> Option<[String; 3]> {
        let parts: Vec<String> = text.split(sign).map(str::to_owned).collect();
        parts.try_into().ok()
    };
    let year = |text: &str| match text.len() {
        2 => format!("20{text}"),
        _ => text.to_owned(),
    };
    let iso = match form {
        DateForm::Iso => text.to_owned(),
        DateForm::Compact => format!("{}-{}-{}", text.get(..4)?, text.get(4..6)?, text.get(6..)?),
        DateForm::Dots => {
            let [d, m, y] = parts('.')?;
            format!("{}-{m:0>2}-{d:0>2}", year(&y))
        }
        DateForm::DayFirst => {
            let [d, m, y] = parts('/')?;
            format!("{}-{m:0>2}-{d:0>2}", year(&y))
        }
        DateForm::MonthFirst => {
            let [m, d, y] = parts('/')?;
            format!("{}-{m:0>2}-{d:0>2}", year(&y))
        }
    };
    parse_date("file", &iso).ok()
}

/// An amount as a file writes it: with either sign for cents, grouped or not, the minus in front or behind, or in brackets.
fn read_amount(text: &str, sign: DecimalSign, currency: Currency) -> Option<Money> {
    let text = text.trim();
    let bracketed = text
        .strip_prefix('(')
        .and_then(|rest| rest.strip_suffix(')'));
    let body = bracketed.unwrap_or(text);
    let minus = |c: char| matches!(c, '-' | '−' | '–');
    let negative = bracketed.is_some() || body.starts_with(minus) || body.ends_with(minus);
    let body = body.trim_matches(|c: char| minus(c) || c == '+').trim();
    let (point, group) = match sign {
        DecimalSign::Point => ('.', ','),
        DecimalSign::Comma => (',', '.'),
    };
    let (whole, cents) = body.split_once(point).unwrap_or((body, ""));
    if cents.contains(point) || !cents.chars().all(|c| c.is_ascii_digit()) {
        return None;
    }
    let is_group = |c: char| c == group || c.is_whitespace() || matches!(c, '\'' | '’');
    // Groups have three digits, so that a point for cents is not taken for one.
    let groups: Vec<&str> = whole.split(is_group).collect();
    let all_digits = |part: &&str| !part.is_empty() && part.chars().all(|c| c.is_ascii_digit());
    if !groups.iter().all(all_digits) || groups.iter().skip(1).any(|part| part.len() != 3) {
        return None;
    }
    let point = if cents.is_empty() { "" } else { "." };
    let value = amount(&format!("{}{point}{cents}", groups.concat()), currency).ok()?;
    if negative {
        value.neg().ok()
    } else {
        Some(value)
    }
}

#[cfg(test)]
mod tests;
