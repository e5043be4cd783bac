//! A visit by someone who works for a seller or a vendor, and what all their pages share.

use std::ops::Deref;
use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::response::{IntoResponse, Response};
use http::request::Parts;
use tradewind_kernel::Result;
use tradewind_kernel::page::PageRequest;
use tradewind_kernel::time::Timestamp;
use tradewind_policy::Action;

use crate::respond;
use crate::session::{SignedIn, Visit};
use crate::view::Tr;
use crate::view::kit::Txt;
use crate::view::shell::Permit;

/// A visit to the panel by a seller's people, or to the vendor's pages by a vendor's; others are sent to their own pages.
pub(crate) struct Desk(Arc<Visit>);

impl Deref for Desk {
    type Target = Visit;

    fn deref(&self) -> &Visit {
        &self.0
    }
}

impl<S: Sync> FromRequestParts<S> for Desk {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Response> {
        let SignedIn(visit) = SignedIn::from_request_parts(parts, state)
            .await
            .map_err(IntoResponse::into_response)?;
        let inside = visit
            .bare_path()
            .strip_prefix(visit.home())
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
        if inside {
            Ok(Self(visit))
        } else {
            Err(respond::to(visit.home()))
        }
    }
}

impl Desk {
    /// The page of a list that is asked for.
    pub(crate) fn page(&self) -> Result<PageRequest> {
        let after = Some(self.ask("after"))
            .filter(|after| !after.is_empty())
            .map(str::to_owned);
        PageRequest::new(None, after)
    }

    /// A parameter of the address as a term of a filter on the field of that name; what is no code narrows nothing.
    pub(crate) fn term(&self, name: &str) -> String {
        self.term_on(name, name)
    }

    /// The same, where the field is called otherwise.
    pub(crate) fn term_on(&self, name: &str, field: &str) -> String {
        let value = self.ask(name);
        if value.is_empty()
            || !value
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"_.-".contains(&byte))
        {
            return String::new();
        }
        format!("{field}:{value}")
    }

    /// What was searched for, as a term on a field.
    pub(crate) fn search(&self, field: &str) -> String {
        let text: String = self
            .ask("q")
            .chars()
            .filter(|letter| !matches!(letter, '"' | '\\') && !letter.is_control())
            .take(100)
            .collect();
        if text.is_empty() {
            String::new()
        } else {
            format!("{field}~\"{text}\"")
        }
    }

    /// The order of a list, when it is one of those that it knows.
    pub(crate) fn sort(&self, known: &[&str]) -> String {
        let sort = self.ask("sort");
        if known.contains(&sort.trim_start_matches('-')) {
            sort.to_owned()
        } else {
            String::new()
        }
    }

    /// Whether the reader may do this at home, as a permit that hides what they may not.
    pub(crate) fn permit(&self, action: Action) -> Permit {
        permit(self.may_at_home(action))
    }
}

/// Yes, or nothing shown.
pub(crate) fn permit(may: bool) -> Permit {
    if may { Permit::Yes } else { Permit::Hidden }
}

/// Terms that must all hold.
pub(crate) fn all(terms: &[&str]) -> String {
    let terms: Vec<_> = terms
        .iter()
        .filter(|term| !term.is_empty())
        .copied()
        .collect();
    terms.join(" ")
}

/// How long ago something began, in its largest unit.
pub(crate) fn age(t: &Tr, since: Timestamp, now: Timestamp) -> Txt {
    let minutes = (now.as_seconds() - since.as_seconds()).max(0) / 60;
    let (key, count) = match minutes {
        0..60 => ("age-minutes", minutes),
        60..2880 => ("age-hours", minutes / 60),
        _ => ("age-days", minutes / 1440),
    };
    t.count(key, u32::try_from(count).unwrap_or(u32::MAX))
}

/// A whole number that fits a count on a page.
pub(crate) fn small(number: impl TryInto<u32>) -> u32 {
    number.try_into().unwrap_or(u32::MAX)
}
