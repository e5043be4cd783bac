//! What commands answer: JSON for programs, tables and facts for people.
//!
//! People and programs are shown the same value. A [`Column`] names a part of it by its JSON pointer, so what a table
//! shows is what `--json` answers.

mod cell;
mod table;

use std::io::Write;
use std::sync::{Mutex, PoisonError};

use serde::Serialize;
use serde_json::{Value, json};
use tradewind_kernel::{Error, Page, Result};

pub(crate) use table::{Column, columns};

/// Where commands answer and complain.
pub(crate) struct Output {
    json: bool,
    out: Mutex<Box<dyn Write + Send>>,
    err: Mutex<Box<dyn Write + Send>>,
}

impl Output {
    /// Answers on `out` and complains on `err`.
    pub(crate) fn new(json: bool, out: Box<dyn Write + Send>, err: Box<dyn Write + Send>) -> Self {
        Self {
            json,
            out: Mutex::new(out),
            err: Mutex::new(err),
        }
    }

    /// Whether a program reads the answer.
    pub(crate) fn is_json(&self) -> bool {
        self.json
    }

    /// One thing, for people as a fact a line.
    pub(crate) fn facts<T: Serialize>(&self, value: &T, columns: &[Column]) -> Result<()> {
        let value = to_value(value)?;
        if self.json {
            return self.value(&value);
        }
        self.text(&table::facts(&value, columns))
    }

    /// Several things, for people as a table.
    pub(crate) fn list<T: Serialize>(&self, items: &[T], columns: &[Column]) -> Result<()> {
        self.rows(&json!({ "items": items }), "items", columns)
    }

    /// A page of a list, for people as a table with a hint at the next page.
    pub(crate) fn page<T: Serialize>(&self, page: &Page<T>, columns: &[Column]) -> Result<()> {
        self.listing(page, columns)
    }

    /// As [`Output::page`], for a page that says more than its items.
    pub(crate) fn listing<T: Serialize>(&self, page: &T, columns: &[Column]) -> Result<()> {
        let value = to_value(page)?;
        self.rows(&value, "items", columns)?;
        if let Some(next) = value.get("next").and_then(Value::as_str) {
            self.note(&format!("more with --after {next}"));
        }
        Ok(())
    }

    /// One thing that is a list above all, for people as a table of that list.
    pub(crate) fn rows<T: Serialize>(
        &self,
        value: &T,
        list: &str,
        columns: &[Column],
    ) -> Result<()> {
        let value = to_value(value)?;
        if self.json {
            return self.value(&value);
        }
        let items = value.get(list).and_then(Value::as_array);
        let items = items.map_or(&[][..], Vec::as_slice);
        if items.is_empty() {
            self.note("nothing there");
            return Ok(());
        }
        self.text(&table::table(items, columns))
    }

    /// A sentence for people about the value that programs get.
    pub(crate) fn say<T: Serialize>(&self, value: &T, sentence: &str) -> Result<()> {
        if self.json {
            return self.value(&to_value(value)?);
        }
        self.text(&format!("{sentence}\n"))
    }

    /// A table below what was shown already; programs got it with the whole.
    pub(crate) fn section(&self, title: &str, rows: &Value, columns: &[Column]) -> Result<()> {
        let items = rows.as_array().map_or(&[][..], Vec::as_slice);
        if self.json || items.is_empty() {
            return Ok(());
        }
        self.text(&format!("\n{title}\n{}", table::table(items, columns)))
    }

    /// Text or a document exactly as it is.
    pub(crate) fn raw(&self, bytes: &[u8]) -> Result<()> {
        write(&self.out, bytes)
    }

    /// For what is written piece by piece, exactly as it is.
    pub(crate) fn stream(&self) -> impl Write + Send + '_ {
        Stream(&self.out)
    }

    /// A value as JSON, for programs and people alike.
    pub(crate) fn value(&self, value: &Value) -> Result<()> {
        let mut text = serde_json::to_string_pretty(value).map_err(Error::internal)?;
        text.push('\n');
        self.text(&text)
    }

    fn text(&self, text: &str) -> Result<()> {
        write(&self.out, text.as_bytes())
    }

    /// A remark beside the answer, on standard error; for people only.
    pub(crate) fn note(&self, text: &str) {
        if !self.json {
            // A remark that nobody can read is not worth failing for.
            let _ = write(&self.err, format!("{text}\n").as_bytes());
        }
    }

    /// Says what a problem document says, on standard error.
    pub(crate) fn problem(&self, problem: &Value) {
        let told = |value: &Value, name: &str| {
            let text = value.get(name).and_then(Value::as_str);
            text.unwrap_or_default().to_owned()
        };
        let fields = problem.get("problems").and_then(Value::as_array);
        let lines: Vec<String> = fields
            .into_iter()
            .flatten()
            .map(|field| match told(field, "field").as_str() {
                "" => told(field, "message"),
                name => format!("{name}: {}", told(field, "message")),
            })
            .collect();
        let text = match (self.json, lines.as_slice()) {
            (true, _) => format!("{problem}\n"),
            (false, []) => format!("error: {}\n", told(problem, "detail")),
            (false, lines) => lines
                .iter()
                .map(|line| format!("error: {line}\n"))
                .collect(),
        };
        // There is nowhere left to complain to.
        let _ = write(&self.err, text.as_bytes());
    }

    /// Says what went wrong, on standard error.
    pub(crate) fn failure(&self, error: &Error) {
        let text = if self.json {
            let value = json!({ "error": {
                "code": error.code(), "message": error.to_string(), "problems": error.problems(),
            }});
            format!("{value}\n")
        } else if error.problems().is_empty() {
            format!("error: {error}\n")
        } else {
            error
                .problems()
                .iter()
                .map(|problem| format!("error: {problem}\n"))
                .collect()
        };
        // There is nowhere left to complain to.
        let _ = write(&self.err, text.as_bytes());
    }
}

/// The answer as something to write to.
struct Stream<'a>(&'a Mutex<Box<dyn Write + Send>>);

impl Write for Stream<'_> {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let mut to = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        to.write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .flush()
    }
}

fn to_value<T: Serialize>(value: &T) -> Result<Value> {
    serde_json::to_value(value).map_err(Error::internal)
}

fn write(to: &Mutex<Box<dyn Write + Send>>, bytes: &[u8]) -> Result<()> {
    let mut to = to.lock().unwrap_or_else(PoisonError::into_inner);
    match to.write_all(bytes).and_then(|()| to.flush()) {
        // Whoever reads has seen enough (`tradewind … | head`).
        Err(e) if e.kind() == std::io::ErrorKind::BrokenPipe => Ok(()),
        Err(e) => Err(Error::unavailable(format!("writing the answer: {e}"))),
        Ok(()) => Ok(()),
    }
}
