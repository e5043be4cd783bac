//! Registered statements.

use std::sync::OnceLock;

use super::Engine;

/// A statement with its text for both engines. Declared by [`stmts!`](crate::stmts), never built by hand.
#[derive(Debug)]
pub struct Stmt {
    name: &'static str,
    sqlite: &'static str,
    postgres: Option<&'static str>,
    rendered: OnceLock<[&'static str; 2]>,
}

impl Stmt {
    /// Used by `stmts!`.
    #[doc(hidden)]
    #[must_use]
    pub const fn new(
        name: &'static str,
        text: &'static str,
        postgres: Option<&'static str>,
    ) -> Self {
        Self {
            name,
            sqlite: text,
            postgres,
            rendered: OnceLock::new(),
        }
    }

    /// Module path and name, for messages and metrics.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// The text that this engine gets.
    #[must_use]
    pub fn text(&self, engine: Engine) -> &'static str {
        let texts = self.rendered.get_or_init(|| {
            [
                expand(self.sqlite, Engine::Sqlite),
                expand(self.postgres.unwrap_or(self.sqlite), Engine::Postgres),
            ]
        });
        match engine {
            Engine::Sqlite => texts[0],
            Engine::Postgres => texts[1],
        }
    }
}

/// Row locks are a token: PostgreSQL locks the row, SQLite has one writer anyway. A text with a token is leaked once;
/// statements live as long as the program.
fn expand(text: &'static str, engine: Engine) -> &'static str {
    if !text.contains('{') {
        return text;
    }
    let (update, skip) = match engine {
        Engine::Sqlite => ("", ""),
        Engine::Postgres => ("FOR UPDATE", "FOR UPDATE SKIP LOCKED"),
    };
    text.replace("{for_update_skip_locked}", skip)
        .replace("{for_update}", update)
        .leak()
}

/// Declares the statements of a store and `statements()`, which lists them for the check on both engines.
///
/// Parameters are `$1`, `$2`, …; `{for_update}` locks the rows on PostgreSQL; `pg = "…"` gives PostgreSQL another text
/// where the dialects must differ.
///
/// ```
/// tradewind_platform::stmts! {
///     /// One widget.
///     WIDGET = "SELECT name, version FROM widget WHERE realm_id = $1 AND id = $2 {for_update}";
///     /// All widgets.
///     WIDGETS = "SELECT name FROM widget WHERE realm_id = $1", pg = "SELECT name FROM ONLY widget WHERE realm_id = $1";
/// }
/// assert_eq!(statements().len(), 2);
/// ```
#[macro_export]
macro_rules! stmts {
    ($( $(#[$meta:meta])* $name:ident = $text:expr $(, pg = $pg:expr)? ; )+) => {
        $(
            $(#[$meta])*
            pub(crate) static $name: $crate::db::Stmt = $crate::db::Stmt::new(
                concat!(module_path!(), "::", stringify!($name)),
                $text,
                $crate::stmts!(@pg $($pg)?),
            );
        )+

        /// The statements of this store.
        #[must_use]
        pub(crate) fn statements() -> Vec<&'static $crate::db::Stmt> {
            vec![$( &$name ),+]
        }
    };
    (@pg) => { None };
    (@pg $pg:expr) => { Some($pg) };
}
