//! Queries whose conditions depend on what was asked for: filters, scopes and pages.
//!
//! This is the one place where SQL is put together. All text in it is static: names and conditions are written in the
//! program, and what comes from outside is always a parameter.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value as Json;
use tradewind_kernel::Error;
use tradewind_kernel::filter::{Filter, Sort, Term, Test, Value};
use tradewind_kernel::page::{Page, PageRequest};

use super::arg::{Arg, ToArg};
use super::error::Result;
use super::row::{FromRow, Row};

/// A query under construction.
#[derive(Clone, Debug)]
pub struct Query {
    name: &'static str,
    /// `SELECT` and its columns.
    columns: String,
    /// Everything from `FROM` on.
    rest: String,
    args: Vec<Arg>,
}

/// Which rows a principal may see, as a condition on the list: `account_id = ?`.
#[derive(Clone, Debug)]
pub struct Scope(Option<(&'static str, Vec<Arg>)>);

impl Scope {
    /// Every row of the realm: for the provider and the platform itself.
    #[must_use]
    pub fn all() -> Self {
        Self(None)
    }

    /// The rows for which this holds; each `?` takes the next argument.
    #[must_use]
    pub fn only(condition: &'static str, args: Vec<Arg>) -> Self {
        Self(Some((condition, args)))
    }
}

impl Query {
    /// Starts with a text that ends in its `WHERE` clause and names the realm: `SELECT … FROM … WHERE realm_id = $1`.
    #[must_use]
    pub fn new(name: &'static str, select: &'static str, args: Vec<Arg>) -> Self {
        let (columns, rest) = select.split_at(from_clause(select));
        Self {
            name,
            columns: columns.trim_end().to_owned(),
            rest: rest.to_owned(),
            args,
        }
    }

    /// Adds a condition; each `?` in it takes the next of its arguments.
    #[must_use]
    pub fn and(mut self, condition: &'static str, args: Vec<Arg>) -> Self {
        debug_assert_eq!(
            condition.matches('?').count(),
            args.len(),
            "{}: one argument per ?",
            self.name
        );
        self.rest.push_str(" AND (");
        let mut parts = condition.split('?');
        if let Some(first) = parts.next() {
            self.rest.push_str(first);
        }
        for (part, arg) in parts.zip(args) {
            let number = self.bind(arg);
            self.rest.push_str(&number);
            self.rest.push_str(part);
        }
        self.rest.push(')');
        self
    }

    /// Adds what the principal may see.
    #[must_use]
    pub fn scope(self, scope: Scope) -> Self {
        match scope.0 {
            Some((condition, args)) => self.and(condition, args),
            None => self,
        }
    }

    /// Adds a filter. The columns are those of the fields' allow-list; decimals are compared as numbers.
    #[must_use]
    pub fn filter(mut self, filter: &Filter) -> Self {
        for term in &filter.terms {
            let test = self.test(term);
            let negation = if term.negated { " IS NOT TRUE" } else { "" };
            self.rest.push_str(&format!(" AND (({test}){negation})"));
        }
        self
    }

    /// Adds `GROUP BY`, `ORDER BY` or `LIMIT`.
    #[must_use]
    pub fn tail(mut self, tail: &'static str) -> Self {
        self.rest.push(' ');
        self.rest.push_str(tail);
        self
    }

    fn test(&mut self, term: &Term) -> String {
        let column = term.field.column;
        match &term.test {
            Test::OneOf(values) => {
                let left = side(column, values.first());
                let alternatives: Vec<String> =
                    values.iter().map(|value| self.value(value)).collect();
                format!("{left} IN ({})", alternatives.join(", "))
            }
            Test::Compare(comparison, value) => {
                let right = self.value(value);
                format!(
                    "{} {} {right}",
                    side(column, Some(value)),
                    comparison.as_str()
                )
            }
            Test::Contains(texts) => {
                let folded = term.field.folded.unwrap_or(column);
                let alternatives: Vec<String> = texts
                    .iter()
                    .map(|text| {
                        format!(
                            "{folded} LIKE {} ESCAPE '\\'",
                            self.bind(Arg::Text(like_pattern(text).into()))
                        )
                    })
                    .collect();
                alternatives.join(" OR ")
            }
            Test::Within { from, until, .. } => {
                let (from, until) = (self.bind(from.to_arg()), self.bind(until.to_arg()));
                format!("{column} >= {from} AND {column} < {until}")
            }
        }
    }

    fn value(&mut self, value: &Value) -> String {
        match value {
            Value::Text(text) => self.bind(text.to_arg()),
            Value::Integer(number) => self.bind(number.to_arg()),
            Value::Decimal(number) => {
                let bound = self.bind(number.to_arg());
                format!("CAST({bound} AS NUMERIC)")
            }
            Value::Date(date) => self.bind(date.to_arg()),
            Value::Timestamp(instant) => self.bind(instant.to_arg()),
            Value::Bool(yes) => self.bind(yes.to_arg()),
        }
    }

    fn bind(&mut self, arg: Arg) -> String {
        self.args.push(arg);
        format!("${}", self.args.len())
    }

    pub(super) fn render(self) -> (&'static str, String, Vec<Arg>) {
        (
            self.name,
            format!("{} {}", self.columns, self.rest),
            self.args,
        )
    }

    /// Turns the query into one that counts its rows, as far as a number.
    pub(super) fn counted(mut self, at_most: i64) -> Self {
        let limit = self.bind(Arg::Int(at_most));
        self.columns = "SELECT CAST(COUNT(*) AS BIGINT)".to_owned();
        self.rest = format!("FROM (SELECT 1 AS one {} LIMIT {limit}) counted", self.rest);
        self
    }

    /// Turns the query into one for a page: the keys of the order become columns of the answer, the cursor a condition.
    pub(super) fn page(
        mut self,
        page: &PageRequest,
        sort: &Sort,
        id_column: &'static str,
    ) -> Result<(Self, Order)> {
        let order = Order::new(sort, id_column);
        for (i, key) in order.keys.iter().enumerate() {
            self.columns
                .push_str(&format!(", {} AS {}", key.column, order_column(i)));
        }
        if let Some(cursor) = &page.after {
            let values = order.values(cursor)?;
            let condition = self.after(&order.keys, values);
            self.rest.push_str(&format!(" AND ({condition})"));
        }
        let keys: Vec<String> = order
            .keys
            .iter()
            .map(|key| {
                format!(
                    "{}{}",
                    key.column,
                    if key.descending { " DESC" } else { "" }
                )
            })
            .collect();
        // One more than asked for tells whether there is another page.
        let limit = self.bind(Arg::Int(i64::from(page.limit) + 1));
        self.rest
            .push_str(&format!(" ORDER BY {} LIMIT {limit}", keys.join(", ")));
        Ok((self, order))
    }

    /// What lies behind the cursor. A row comparison can use an index, but only knows one direction.
    fn after(&mut self, keys: &[Key], values: Vec<Arg>) -> String {
        let bound: Vec<String> = values.into_iter().map(|value| self.bind(value)).collect();
        let columns: Vec<&str> = keys.iter().map(|key| key.column).collect();
        let descending = keys.iter().filter(|key| key.descending).count();
        if descending == 0 || descending == keys.len() {
            let operator = if descending == 0 { ">" } else { "<" };
            return format!("({}) {operator} ({})", columns.join(", "), bound.join(", "));
        }
        let mut alternatives = Vec::new();
        for (i, key) in keys.iter().enumerate() {
            let mut all: Vec<String> = (0..i)
                .map(|j| format!("{} = {}", columns[j], bound[j]))
                .collect();
            all.push(format!(
                "{} {} {}",
                key.column,
                if key.descending { "<" } else { ">" },
                bound[i]
            ));
            alternatives.push(format!("({})", all.join(" AND ")));
        }
        alternatives.join(" OR ")
    }
}

/// The order of a page, down to the id, so that no two rows are equal in it.
#[derive(Debug)]
pub(super) struct Order {
    keys: Vec<Key>,
    /// Kept in the cursor, which fits no other order.
    text: String,
}

#[derive(Debug)]
struct Key {
    column: &'static str,
    descending: bool,
}

impl Order {
    /// Without any keys, the newest first: ids grow with time.
    fn new(sort: &Sort, id_column: &'static str) -> Self {
        let mut keys: Vec<Key> = sort
            .keys
            .iter()
            .map(|key| Key {
                column: key.field.column,
                descending: key.descending,
            })
            .collect();
        let descending = keys.last().is_none_or(|key| key.descending);
        keys.push(Key {
            column: id_column,
            descending,
        });
        Self {
            keys,
            text: sort.to_string(),
        }
    }

    fn values(&self, cursor: &str) -> Result<Vec<Arg>> {
        let malformed = || {
            Error::invalid(
                "after",
                "malformed_cursor",
                "expected the \"next\" of an earlier page of this list in this order",
            )
        };
        let bytes = URL_SAFE_NO_PAD.decode(cursor).map_err(|_| malformed())?;
        let (text, values): (String, Vec<Json>) =
            serde_json::from_slice(&bytes).map_err(|_| malformed())?;
        if text != self.text || values.len() != self.keys.len() {
            return Err(malformed());
        }
        values
            .into_iter()
            .map(|value| match value {
                Json::String(text) => Ok(Arg::Text(text.into())),
                Json::Number(number) => number.as_i64().map(Arg::Int).ok_or_else(malformed),
                _ => Err(malformed()),
            })
            .collect()
    }

    fn cursor(&self, row: &Row) -> Result<String> {
        let mut values = Vec::new();
        for i in 0..self.keys.len() {
            values.push(row.scalar(&order_column(i))?);
        }
        Ok(URL_SAFE_NO_PAD.encode(serde_json::json!([self.text, values]).to_string()))
    }

    /// Cuts the answer down to the page and says where it ended.
    pub(super) fn cut<T: FromRow>(&self, page: &PageRequest, rows: &[Row]) -> Result<Page<T>> {
        let limit = page.limit as usize;
        let shown = &rows[..rows.len().min(limit)];
        let next = match shown.last() {
            Some(last) if rows.len() > limit => Some(self.cursor(last)?),
            _ => None,
        };
        Ok(Page {
            items: shown.iter().map(T::from_row).collect::<Result<_>>()?,
            next,
        })
    }
}

fn order_column(i: usize) -> String {
    format!("order_key_{i}")
}

/// Decimals are kept as text and compared as numbers.
fn side(column: &str, value: Option<&Value>) -> String {
    match value {
        Some(Value::Decimal(_)) => format!("CAST({column} AS NUMERIC)"),
        _ => column.to_owned(),
    }
}

fn like_pattern(text: &str) -> String {
    let mut pattern = String::from("%");
    for c in text.chars() {
        if matches!(c, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(c);
    }
    pattern.push('%');
    pattern
}

/// Where the `FROM` of the outermost `SELECT` begins.
fn from_clause(select: &str) -> usize {
    let mut depth = 0_usize;
    let bytes = select.as_bytes();
    for (i, byte) in bytes.iter().enumerate() {
        match byte {
            b'(' => depth += 1,
            b')' => depth = depth.saturating_sub(1),
            b'F' if depth == 0 && is_word(bytes, i, b"FROM") => return i,
            _ => {}
        }
    }
    select.len()
}

fn is_word(text: &[u8], at: usize, word: &[u8]) -> bool {
    let space = |b: Option<&u8>| b.is_some_and(u8::is_ascii_whitespace);
    text[at..].starts_with(word)
        && at > 0
        && space(text.get(at - 1))
        && space(text.get(at + word.len()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::args;

    #[test]
    fn the_outer_from_is_found() {
        let select = "SELECT id, (SELECT MAX(x) FROM y WHERE y.id = o.id) AS top\n FROM ord o WHERE realm_id = $1";
        assert!(select[from_clause(select)..].starts_with("FROM ord"));
    }

    #[test]
    fn conditions_are_numbered_in_order() {
        let query = Query::new("t", "SELECT a FROM t WHERE realm_id = $1", args!["r"])
            .and("b = ? OR c = ?", args![1_i64, "x"])
            .scope(Scope::only(
                "d IN (SELECT e FROM f WHERE g = ?)",
                args!["y"],
            ))
            .scope(Scope::all());
        let (_, text, args) = query.render();
        assert_eq!(
            text,
            "SELECT a FROM t WHERE realm_id = $1 AND (b = $2 OR c = $3) AND (d IN (SELECT e FROM f WHERE g = $4))"
        );
        assert_eq!(args, args!["r", 1_i64, "x", "y"]);
    }

    #[test]
    fn patterns_take_everything_literally() {
        assert_eq!(like_pattern(r"50%_\"), r"%50\%\_\\%");
    }
}
