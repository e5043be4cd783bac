//! The one error type of the platform: what went wrong, in terms a caller can act on.
//!
//! It knows nothing of the transport; each surface maps the variants to its own status codes.

use std::fmt;

use serde::Serialize;

use crate::id::TypedId;

/// What every fallible function of the platform returns.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// One thing that is wrong with one field of the input.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FieldProblem {
    /// Path of the field in the input (`items.0.quantity`); empty when the input as a whole is meant.
    pub field: String,
    /// Stable snake_case code for programs.
    pub code: &'static str,
    /// What is wrong and what would be accepted, for people.
    pub message: String,
}

impl fmt::Display for FieldProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.field.is_empty() {
            f.write_str(&self.message)
        } else {
            write!(f, "{}: {}", self.field, self.message)
        }
    }
}

/// Everything that a use case may answer instead of its result.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The input is malformed; names every field that is wrong.
    #[error("{}", join(.0))]
    Invalid(Vec<FieldProblem>),
    /// Nobody is signed in, or the credentials do not hold.
    #[error("{message}")]
    Unauthenticated {
        /// Stable snake_case code.
        code: &'static str,
        /// What to do about it.
        message: String,
    },
    /// The principal sees the thing but may not do this to it.
    #[error("this needs the permission \"{action}\"")]
    Forbidden {
        /// The action that was refused, as `resource.verb`.
        action: &'static str,
    },
    /// There is no such thing, or the principal may not know that there is.
    #[error("there is no {kind} \"{id}\"")]
    NotFound {
        /// What was looked for, for example `subscription`.
        kind: &'static str,
        /// The id as it was given.
        id: String,
    },
    /// The present state forbids it, or it exists already.
    #[error("{message}")]
    Conflict {
        /// Stable snake_case code.
        code: &'static str,
        /// What stands in the way.
        message: String,
    },
    /// Someone else changed it since the caller read it.
    #[error("{kind} \"{id}\" has been changed meanwhile; read it again and repeat the change")]
    Changed {
        /// What was changed.
        kind: &'static str,
        /// Its id.
        id: String,
    },
    /// Well-formed, but a business rule says no.
    #[error("{message}")]
    Refused {
        /// Stable snake_case code.
        code: &'static str,
        /// Why, and what would be accepted.
        message: String,
    },
    /// The idempotency key was used before with another input.
    #[error("this idempotency key was already used for another request; use a new key")]
    KeyReused,
    /// Too many attempts.
    #[error("too many attempts; try again in {retry_after_seconds} s")]
    TooMany {
        /// When it is worth trying again.
        retry_after_seconds: u64,
    },
    /// Something the platform depends on does not answer now; trying again later may help.
    #[error("{message}")]
    Unavailable {
        /// What is not available.
        message: String,
    },
    /// A fault of the platform itself; its cause goes to the log, never to a caller.
    #[error("internal error: {0}")]
    Internal(#[source] Box<dyn std::error::Error + Send + Sync>),
}

fn join(problems: &[FieldProblem]) -> String {
    let texts: Vec<String> = problems.iter().map(ToString::to_string).collect();
    texts.join("; ")
}

impl Error {
    /// A single field is wrong.
    pub fn invalid(
        field: impl Into<String>,
        code: &'static str,
        message: impl Into<String>,
    ) -> Self {
        Self::Invalid(vec![FieldProblem {
            field: field.into(),
            code,
            message: message.into(),
        }])
    }

    /// The caller has to sign in (again).
    pub fn unauthenticated(code: &'static str, message: impl Into<String>) -> Self {
        Self::Unauthenticated {
            code,
            message: message.into(),
        }
    }

    /// A business rule refuses.
    pub fn refused(code: &'static str, message: impl Into<String>) -> Self {
        Self::Refused {
            code,
            message: message.into(),
        }
    }

    /// There is no such thing (or the caller may not see it).
    pub fn not_found<T: TypedId>(id: T) -> Self {
        Self::NotFound {
            kind: T::KIND,
            id: id.to_string(),
        }
    }

    /// Someone else changed it since it was read.
    pub fn changed<T: TypedId>(id: T) -> Self {
        Self::Changed {
            kind: T::KIND,
            id: id.to_string(),
        }
    }

    /// The present state stands in the way.
    pub fn conflict(code: &'static str, message: impl Into<String>) -> Self {
        Self::Conflict {
            code,
            message: message.into(),
        }
    }

    /// Something needed does not answer.
    pub fn unavailable(message: impl Into<String>) -> Self {
        Self::Unavailable {
            message: message.into(),
        }
    }

    /// A fault of the platform; takes any error or a text.
    pub fn internal(cause: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self::Internal(cause.into())
    }

    /// The stable snake_case code of this error.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Invalid(_) => "invalid_input",
            Self::Unauthenticated { code, .. }
            | Self::Conflict { code, .. }
            | Self::Refused { code, .. } => code,
            Self::Forbidden { .. } => "forbidden",
            Self::NotFound { .. } => "not_found",
            Self::Changed { .. } => "changed_meanwhile",
            Self::KeyReused => "idempotency_key_reused",
            Self::TooMany { .. } => "too_many_attempts",
            Self::Unavailable { .. } => "unavailable",
            Self::Internal(_) => "internal_error",
        }
    }

    /// The field problems of an invalid input; empty for every other error.
    #[must_use]
    pub fn problems(&self) -> &[FieldProblem] {
        match self {
            Self::Invalid(problems) => problems,
            _ => &[],
        }
    }

    /// Names the field of every problem: for values that do not know where they came from.
    #[must_use]
    pub fn at(mut self, field: &str) -> Self {
        if let Self::Invalid(problems) = &mut self {
            for problem in problems {
                field.clone_into(&mut problem.field);
            }
        }
        self
    }

    /// Puts a parent path before the field of every problem (`items.0` before `quantity`).
    #[must_use]
    pub fn under(mut self, parent: &str) -> Self {
        if let Self::Invalid(problems) = &mut self {
            for problem in problems {
                problem.field = if problem.field.is_empty() {
                    parent.to_owned()
                } else {
                    format!("{parent}.{}", problem.field)
                };
            }
        }
        self
    }
}

/// Collects the problems of several fields, so that a form shows all of them at once.
#[derive(Debug, Default)]
pub struct Problems {
    found: Vec<FieldProblem>,
    other: Option<Error>,
}

impl Problems {
    /// Nothing wrong so far.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Notes one problem.
    pub fn add(
        &mut self,
        field: impl Into<String>,
        code: &'static str,
        message: impl Into<String>,
    ) {
        self.found.push(FieldProblem {
            field: field.into(),
            code,
            message: message.into(),
        });
    }

    /// Keeps the value of a check that passed, or notes its problems.
    ///
    /// The first error that is not about the input is kept as well, and then reported first.
    pub fn check<T>(&mut self, result: Result<T>) -> Option<T> {
        match result {
            Ok(value) => Some(value),
            Err(Error::Invalid(problems)) => {
                self.found.extend(problems);
                None
            }
            Err(other) => {
                self.other.get_or_insert(other);
                None
            }
        }
    }

    /// Whether nothing is wrong so far.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.found.is_empty() && self.other.is_none()
    }

    /// Fails with everything that was noted.
    ///
    /// # Errors
    /// [`Error::Invalid`] with all problems, when there are any.
    pub fn finish(self) -> Result<()> {
        if let Some(other) = self.other {
            return Err(other);
        }
        if self.found.is_empty() {
            Ok(())
        } else {
            Err(Error::Invalid(self.found))
        }
    }
}
