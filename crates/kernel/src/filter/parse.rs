//! From text to a filter.

use super::{Comparison, Field, FieldKind, Fields, Filter, Term, Test, Value};
use crate::{
    calendar::add_days,
    decimal::{Limits, parse_decimal},
    error::{Error, Result},
    text::fold,
    time::{Date, Timestamp, Zone, parse_date},
};

/// The longest filter, in bytes.
const MAX_LENGTH: usize = 4000;
/// The most terms of a filter.
const MAX_TERMS: usize = 30;
/// The most alternatives of one term.
const MAX_VALUES: usize = 200;

#[derive(Clone, Copy, PartialEq)]
enum Operator {
    Is,
    IsNot,
    Contains,
    Compare(Comparison),
}

impl Operator {
    /// The longer ones first, since the shorter ones begin them.
    const ALL: [(&'static str, Self); 7] = [
        ("!:", Self::IsNot),
        ("<=", Self::Compare(Comparison::AtMost)),
        (">=", Self::Compare(Comparison::AtLeast)),
        (":", Self::Is),
        ("<", Self::Compare(Comparison::Less)),
        (">", Self::Compare(Comparison::Greater)),
        ("~", Self::Contains),
    ];
}

pub(super) fn parse(text: &str, fields: &Fields, zone: &Zone) -> Result<Filter> {
    if text.len() > MAX_LENGTH {
        return Err(malformed(format!("at most {MAX_LENGTH} bytes")));
    }
    let mut reader = Reader { text, at: 0 };
    let mut terms = Vec::new();
    while reader.skip_blanks() {
        if terms.len() == MAX_TERMS {
            return Err(malformed(format!("at most {MAX_TERMS} terms")));
        }
        terms.push(reader.term(fields, zone)?);
    }
    Ok(Filter { terms })
}

fn malformed(message: impl Into<String>) -> Error {
    Error::invalid("filter", "malformed_filter", message)
}

struct Reader<'t> {
    text: &'t str,
    /// A byte offset that is always at the start of a character or at the end.
    at: usize,
}

impl<'t> Reader<'t> {
    fn rest(&self) -> &'t str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn eat(&mut self, prefix: &str) -> bool {
        let found = self.rest().starts_with(prefix);
        if found {
            self.at += prefix.len();
        }
        found
    }

    /// Takes characters as long as they fit.
    fn take_while(&mut self, fits: impl Fn(char) -> bool) -> &'t str {
        let rest = self.rest();
        let end = rest.find(|c| !fits(c)).unwrap_or(rest.len());
        self.at += end;
        rest.get(..end).unwrap_or_default()
    }

    /// Whether anything follows after blanks.
    fn skip_blanks(&mut self) -> bool {
        self.take_while(char::is_whitespace);
        self.peek().is_some()
    }

    /// The place in the text, as people count.
    fn place(&self) -> String {
        let before = self.text.get(..self.at).unwrap_or_default();
        format!("at character {}", before.chars().count() + 1)
    }

    fn term(&mut self, fields: &Fields, zone: &Zone) -> Result<Term> {
        let start = self.place();
        let minus = self.eat("-");
        let name = self.take_while(|c| c.is_alphanumeric() || matches!(c, '_' | '.'));
        if name.is_empty() {
            return Err(malformed(format!(
                "expected the name of a field {start}, as in status:active"
            )));
        }
        let field = fields.find(name)?;
        let operator = self.operator(field)?;
        let values = self.values(field)?;
        let test = test(field, operator, values, zone)?;
        Ok(Term {
            field,
            negated: minus != (operator == Operator::IsNot),
            test,
        })
    }

    fn operator(&mut self, field: &Field) -> Result<Operator> {
        let place = self.place();
        let operator = Operator::ALL
            .into_iter()
            .find(|(text, _)| self.eat(text))
            .map(|(_, operator)| operator)
            .ok_or_else(|| {
                malformed(format!(
                    "expected an operator after {} {place}: one of : !: < <= > >= ~",
                    field.name
                ))
            })?;
        let allowed = match operator {
            Operator::Is | Operator::IsNot => true,
            Operator::Contains => field.folded.is_some(),
            Operator::Compare(_) => field.kind.is_ordered(),
        };
        if allowed {
            return Ok(operator);
        }
        let mut usable = vec![":", "!:"];
        if field.folded.is_some() {
            usable.push("~");
        }
        if field.kind.is_ordered() {
            usable.extend(["<", "<=", ">", ">="]);
        }
        Err(Error::invalid(
            "filter",
            "operator_not_allowed",
            format!(
                "{} cannot be compared like that; expected one of {}",
                field.name,
                usable.join(" ")
            ),
        ))
    }

    fn values(&mut self, field: &Field) -> Result<Vec<String>> {
        let mut values = vec![self.value(field)?];
        while self.eat(",") {
            if values.len() == MAX_VALUES {
                return Err(malformed(format!(
                    "at most {MAX_VALUES} values for {}",
                    field.name
                )));
            }
            values.push(self.value(field)?);
        }
        if self.peek().is_some_and(|c| !c.is_whitespace()) {
            return Err(malformed(format!(
                "expected a blank {} after a quoted value of {}",
                self.place(),
                field.name
            )));
        }
        Ok(values)
    }

    fn value(&mut self, field: &Field) -> Result<String> {
        if self.eat("\"") {
            return self.quoted();
        }
        let value = self.take_while(|c| !c.is_whitespace() && !matches!(c, ',' | '"'));
        if value.is_empty() {
            return Err(malformed(format!(
                "expected {} for {} {}",
                field.kind.describe(),
                field.name,
                self.place()
            )));
        }
        Ok(value.to_owned())
    }

    /// The rest of a quoted value; a backslash takes the next character as it is.
    fn quoted(&mut self) -> Result<String> {
        let mut value = String::new();
        let mut chars = self.rest().char_indices();
        while let Some((offset, c)) = chars.next() {
            match c {
                '"' => {
                    self.at += offset + 1;
                    return Ok(value);
                }
                '\\' => match chars.next() {
                    Some((_, escaped)) => value.push(escaped),
                    None => break,
                },
                other => value.push(other),
            }
        }
        Err(malformed("a quotation mark is not closed"))
    }
}

fn test(
    field: &'static Field,
    operator: Operator,
    values: Vec<String>,
    zone: &Zone,
) -> Result<Test> {
    match operator {
        Operator::Contains => values
            .iter()
            .map(|value| {
                let folded = fold(value);
                if folded.is_empty() {
                    Err(bad_value(field, value))
                } else {
                    Ok(folded)
                }
            })
            .collect::<Result<_>>()
            .map(Test::Contains),
        Operator::Is | Operator::IsNot => {
            if let ([value], FieldKind::Timestamp) = (values.as_slice(), field.kind)
                && let Ok(date) = parse_date("filter", value)
            {
                let (from, until) = day(field, date, zone)?;
                return Ok(Test::Within { date, from, until });
            }
            values
                .iter()
                .map(|text| value(field, text))
                .collect::<Result<_>>()
                .map(Test::OneOf)
        }
        Operator::Compare(comparison) => {
            let [text] = values.as_slice() else {
                return Err(malformed(format!(
                    "{} can be compared with one value only",
                    field.name
                )));
            };
            if field.kind == FieldKind::Timestamp
                && let Ok(date) = parse_date("filter", text)
            {
                let (comparison, instant) = compare_day(comparison, day(field, date, zone)?);
                return Ok(Test::Compare(comparison, Value::Timestamp(instant)));
            }
            Ok(Test::Compare(comparison, value(field, text)?))
        }
    }
}

/// The first instant of a day, and the first after it.
fn day(field: &Field, date: Date, zone: &Zone) -> Result<(Timestamp, Timestamp)> {
    let next = add_days(date, 1).map_err(|_| bad_value(field, &date.to_string()))?;
    Ok((zone.start_of_day(date), zone.start_of_day(next)))
}

/// Before a day is before its start; up to a day includes all of it.
fn compare_day(
    comparison: Comparison,
    (from, until): (Timestamp, Timestamp),
) -> (Comparison, Timestamp) {
    match comparison {
        Comparison::Less => (Comparison::Less, from),
        Comparison::AtMost => (Comparison::Less, until),
        Comparison::Greater => (Comparison::AtLeast, until),
        Comparison::AtLeast => (Comparison::AtLeast, from),
    }
}

fn bad_value(field: &Field, text: &str) -> Error {
    let shown: String = text.chars().take(40).collect();
    Error::invalid(
        "filter",
        "malformed_value",
        format!(
            "{shown:?} does not suit {}; expected {}",
            field.name,
            field.kind.describe()
        ),
    )
}

fn value(field: &Field, text: &str) -> Result<Value> {
    let value = match field.kind {
        FieldKind::Text => Some(Value::Text(text.to_owned())),
        FieldKind::Enum(names) => names.contains(&text).then(|| Value::Text(text.to_owned())),
        FieldKind::Decimal => parse_decimal("filter", text, &Limits::any())
            .ok()
            .map(Value::Decimal),
        FieldKind::Integer => integer(text).map(Value::Integer),
        FieldKind::Date => parse_date("filter", text).ok().map(Value::Date),
        FieldKind::Timestamp => Timestamp::parse(text).ok().map(Value::Timestamp),
        FieldKind::Bool => match text {
            "true" => Some(Value::Bool(true)),
            "false" => Some(Value::Bool(false)),
            _ => None,
        },
    };
    value.ok_or_else(|| bad_value(field, text))
}

fn integer(text: &str) -> Option<i64> {
    if text.starts_with('+') {
        return None;
    }
    text.parse().ok()
}
