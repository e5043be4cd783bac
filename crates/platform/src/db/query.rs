//! Queries whose conditions depend on what was asked for.
//!
//! This is the one place where SQL is put together. All text in it is static: names and conditions are written in the
//! program, and what comes from outside is always a parameter.

use super::arg::Arg;

/// A query under construction.
#[derive(Clone, Debug)]
pub struct Query {
    name: &'static str,
    text: String,
    args: Vec<Arg>,
}

impl Query {
    /// Starts with a text that ends in its `WHERE` clause and names the realm: `SELECT … WHERE realm_id = $1`.
    #[must_use]
    pub fn new(name: &'static str, select: &'static str, args: Vec<Arg>) -> Self {
        Self {
            name,
            text: select.to_owned(),
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
        self.text.push_str(" AND (");
        let mut parts = condition.split('?');
        if let Some(first) = parts.next() {
            self.text.push_str(first);
        }
        for (part, arg) in parts.zip(args) {
            self.bind(arg);
            self.text.push_str(part);
        }
        self.text.push(')');
        self
    }

    /// Adds `ORDER BY`, `GROUP BY` or `LIMIT`.
    #[must_use]
    pub fn tail(mut self, tail: &'static str) -> Self {
        self.text.push(' ');
        self.text.push_str(tail);
        self
    }

    fn bind(&mut self, arg: Arg) {
        self.args.push(arg);
        self.text.push('$');
        self.text.push_str(&self.args.len().to_string());
    }

    pub(super) fn render(self) -> (&'static str, String, Vec<Arg>) {
        (self.name, self.text, self.args)
    }
}
