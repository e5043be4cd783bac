//! Pages for what went wrong.

use crate::blocks;
use crate::view::kit::{Cell, Facts, Notice, Prose, Tone, Txt};
use crate::view::{Head, Page, Shell};

/// An answer that is not the page asked for.
pub struct ErrorPage {
    /// HTTP status: 403, 404, 409, 422, 429, 500, 503. Its texts are `error-<status>` and `error-<status>-text`.
    pub status: u16,
    /// What exactly is the matter, when that may be told.
    pub detail: Option<Txt>,
    /// What is wrong with single fields: name, message.
    pub fields: Vec<(Txt, Txt)>,
    /// Id of the request, to mention when asking for help.
    pub request: Txt,
    /// Where to go on.
    pub home: Txt,
}

impl ErrorPage {
    /// Lays the page out.
    pub fn page(self, shell: Shell) -> Page {
        let t = shell.t.clone();
        let known = [403, 404, 409, 422, 429, 503].contains(&self.status);
        let key = if known {
            format!("error-{}", self.status)
        } else {
            "error-500".to_owned()
        };
        let mut body = blocks![Prose(vec![t.tr(&format!("{key}-text"))])];
        if let Some(detail) = self.detail {
            body.push(Notice::new(Tone::Warn, "", detail).into());
        }
        if !self.fields.is_empty() {
            body.push(
                Facts(
                    self.fields
                        .into_iter()
                        .map(|(name, text)| (name, Cell::Text(text)))
                        .collect(),
                )
                .into(),
            );
        }
        body.push(Facts(vec![(t.tr("error-request"), Cell::Id(self.request))]).into());
        let head = Head::new(t.tr(&key)).and(shell.go("error-home", self.home).primary());
        Page::new(shell, head, body).narrow()
    }
}
