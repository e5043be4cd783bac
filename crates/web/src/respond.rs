//! Answers: pages with their headers, redirects after a change, and pages for what went wrong.

use std::{fmt::Display, sync::Arc};

use axum::response::{Html, IntoResponse, Response};
use http::{HeaderName, HeaderValue, StatusCode, header};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use tradewind_accounts::rules::place::is_local;
use tradewind_documents::phrases;
use tradewind_kernel::{Error, error::FieldProblem};

use crate::{
    assets,
    session::{self, Visit},
    view::{Page, Tr, error::ErrorPage, kit::Txt, shared::FormState},
};

/// What a handler answers.
pub(crate) type Answer = std::result::Result<Response, Failure>;

/// Something went wrong; it becomes a page, or the way to the sign-in.
#[derive(Debug)]
pub(crate) struct Failure(pub(crate) Error);

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self(error)
    }
}

/// An error on its way through the layers.
#[derive(Clone)]
struct Carried(Arc<Error>);

/// A request that was forged, or whose page is too old.
#[derive(Clone)]
struct Forged;

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let mut response = status_of(&self.0).into_response();
        response.extensions_mut().insert(Carried(Arc::new(self.0)));
        response
    }
}

/// A form without the token of its page.
pub(crate) fn forged() -> Response {
    let mut response = StatusCode::FORBIDDEN.into_response();
    response.extensions_mut().insert(Forged);
    response
}

fn status_of(error: &Error) -> StatusCode {
    match error {
        Error::Invalid(_) | Error::Refused { .. } => StatusCode::UNPROCESSABLE_ENTITY,
        Error::Unauthenticated { .. } => StatusCode::UNAUTHORIZED,
        Error::Forbidden { .. } => StatusCode::FORBIDDEN,
        Error::NotFound { .. } => StatusCode::NOT_FOUND,
        Error::Conflict { .. } | Error::Changed { .. } | Error::KeyReused => StatusCode::CONFLICT,
        Error::TooMany { .. } => StatusCode::TOO_MANY_REQUESTS,
        Error::Unavailable { .. } => StatusCode::SERVICE_UNAVAILABLE,
        Error::Internal(_) => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

/// A page.
pub(crate) fn page(page: Page) -> Answer {
    Ok(Html(page.to_string()).into_response())
}

/// A form's page again, with what is wrong.
pub(crate) fn again(page: Page) -> Answer {
    Ok((StatusCode::UNPROCESSABLE_ENTITY, Html(page.to_string())).into_response())
}

/// A part of a page.
pub(crate) fn part(markup: impl Display) -> Answer {
    Ok(Html(markup.to_string()).into_response())
}

/// A page of which the script that asked takes another part than the one it asked for.
pub(crate) fn page_into(part: &'static str, page: Page) -> Answer {
    let headers = [
        (HeaderName::from_static("hx-retarget"), part),
        (HeaderName::from_static("hx-reselect"), part),
    ];
    Ok((headers, Html(page.to_string())).into_response())
}

/// On to another page, after a change.
pub(crate) fn to(path: impl AsRef<str>) -> Response {
    let path = HeaderValue::try_from(path.as_ref()).unwrap_or(HeaderValue::from_static("/"));
    (StatusCode::SEE_OTHER, [(header::LOCATION, path)]).into_response()
}

/// On to another page, which says this.
pub(crate) fn saying(path: impl AsRef<str>, good: bool, text: &str) -> Response {
    let mut response = to(path);
    let text: String = text.chars().take(600).collect();
    let kept = format!("{}{text}", if good { '+' } else { '-' });
    let kept = utf8_percent_encode(&kept, NON_ALPHANUMERIC).to_string();
    keep(&mut response, session::FLASH, &kept, Some(60), false);
    response
}

/// On to another page, whatever came of a change: it says `good` (a text key) or what stood in the way. What is nobody's
/// to see, or a fault, stays what it is.
///
/// # Errors
/// Those.
pub(crate) fn changed<T>(
    visit: &Visit,
    result: tradewind_kernel::Result<T>,
    path: impl AsRef<str>,
    good: &str,
) -> Answer {
    let t = visit.t();
    match result {
        Ok(_) => Ok(saying(path, true, &t.tr(good))),
        Err(
            error @ (Error::Invalid(_)
            | Error::Refused { .. }
            | Error::Conflict { .. }
            | Error::Changed { .. }
            | Error::TooMany { .. }
            | Error::Unavailable { .. }),
        ) => Ok(saying(path, false, &words(&t, &error))),
        Err(error) => Err(error.into()),
    }
}

/// A path of ours to go back to; anything else is the fallback.
pub(crate) fn back<'a>(asked: &'a str, fallback: &'a str) -> &'a str {
    if is_local(asked) { asked } else { fallback }
}

/// The address of a page that leads on to another one.
pub(crate) fn leading(page: &'static str, back: &str) -> Txt {
    if back.is_empty() {
        return page.into();
    }
    let back = utf8_percent_encode(back, NON_ALPHANUMERIC);
    format!("{page}?back={back}").into()
}

/// A file to keep.
pub(crate) fn file(kind: &'static str, name: &str, bytes: Vec<u8>) -> Response {
    let safe: String = name
        .chars()
        .map(|letter| {
            if letter.is_ascii_alphanumeric() || "-_.".contains(letter) {
                letter
            } else {
                '-'
            }
        })
        .collect();
    let headers = [
        (header::CONTENT_TYPE, kind.to_owned()),
        (
            header::CONTENT_DISPOSITION,
            format!("attachment; filename=\"{safe}\""),
        ),
    ];
    (headers, bytes).into_response()
}

/// Keeps a cookie: for so many seconds, or until the browser is closed.
pub(crate) fn keep(
    response: &mut Response,
    name: &str,
    value: &str,
    seconds: Option<u32>,
    secure: bool,
) {
    let age = seconds.map_or_else(String::new, |seconds| format!("; Max-Age={seconds}"));
    let secure = if secure { "; Secure" } else { "" };
    let text = format!("{name}={value}; Path=/; HttpOnly; SameSite=Lax{age}{secure}");
    if let Ok(value) = HeaderValue::try_from(text) {
        response.headers_mut().append(header::SET_COOKIE, value);
    }
}

/// What is wrong, in the reader's language where there is a text for it.
pub(crate) fn words(t: &Tr, error: &Error) -> Txt {
    match error {
        Error::Invalid(problems) => {
            let texts: Vec<_> = problems
                .iter()
                .map(|problem| said(t, problem).into_owned())
                .collect();
            texts.join(" ").into()
        }
        other => sentence(&phrases::error(t.locale, other)),
    }
}

fn said(t: &Tr, problem: &FieldProblem) -> Txt {
    sentence(&phrases::problem(t.locale, problem))
}

/// With a capital letter.
fn sentence(text: &str) -> Txt {
    let mut letters = text.chars();
    let first = letters.next().map(char::to_uppercase);
    first
        .into_iter()
        .flatten()
        .chain(letters)
        .collect::<String>()
        .into()
}

/// Puts what is wrong with an input beside the fields of its form; `field` says which field a problem belongs to.
/// Anything but wrong input and refusals is a failure.
///
/// # Errors
/// Those.
pub(crate) fn blame(
    t: &Tr,
    mut form: FormState,
    error: Error,
    field: impl Fn(&str) -> String,
) -> std::result::Result<FormState, Failure> {
    match error {
        Error::Invalid(problems) => {
            for problem in &problems {
                let text = said(t, problem);
                let name = field(&problem.field);
                if name.is_empty() {
                    form.problem = Some(text);
                } else {
                    form.errors.push((name, text));
                }
            }
            Ok(form)
        }
        error @ (Error::Refused { .. }
        | Error::Conflict { .. }
        | Error::Unauthenticated { .. }
        | Error::TooMany { .. }
        | Error::Changed { .. }) => {
            form.problem = Some(words(t, &error));
            Ok(form)
        }
        other => Err(other.into()),
    }
}

/// The same, where the fields have the names of the input.
///
/// # Errors
/// As [`blame`].
pub(crate) fn wrong(
    t: &Tr,
    form: FormState,
    error: Error,
) -> std::result::Result<FormState, Failure> {
    blame(t, form, error, str::to_owned)
}

/// A failure before it is known who comes.
pub(crate) fn bare(error: &Error) -> Response {
    tracing::error!(%error, "a request could not be begun");
    let mut response = status_of(error).into_response();
    secure(&mut response);
    response
}

/// Makes a page of what went wrong, and gives every answer its headers and cookies.
pub(crate) fn finish(visit: &Visit, mut response: Response) -> Response {
    if let Some(Carried(error)) = response.extensions_mut().remove::<Carried>() {
        response = failed(visit, &error);
    } else if response.extensions_mut().remove::<Forged>().is_some() {
        let text = visit.t().tr("error-csrf");
        response = error_page(visit, 403, Some(text), Vec::new());
    }
    secure(&mut response);
    let encrypted = visit.state.public_url.starts_with("https:");
    if let Some(mark) = &visit.mark {
        keep(&mut response, session::VISITOR, mark, None, encrypted);
    }
    if !visit.flash.is_empty() && response.status() != StatusCode::SEE_OTHER {
        keep(&mut response, session::FLASH, "", Some(0), false);
    }
    response
}

fn failed(visit: &Visit, error: &Error) -> Response {
    if let Error::Unauthenticated { .. } = error {
        let back = if visit.bare_path() == "/sign-in" {
            "/"
        } else {
            &visit.path
        };
        let way = leading("/sign-in", back).into_owned();
        if visit.part {
            let way = HeaderValue::try_from(way).unwrap_or(HeaderValue::from_static("/sign-in"));
            let name = HeaderName::from_static("hx-redirect");
            return (StatusCode::OK, [(name, way)]).into_response();
        }
        return if visit.lost {
            saying(way, false, &visit.t().tr("error-session-expired"))
        } else {
            to(way)
        };
    }
    if let Error::Internal(_) = error {
        tracing::error!(%error, path = visit.path, request = %visit.ctx.request, "a page failed");
    }
    let t = visit.t();
    let told = match error {
        Error::Conflict { .. } | Error::Refused { .. } | Error::TooMany { .. } => {
            Some(words(&t, error))
        }
        _ => None,
    };
    let fields = error
        .problems()
        .iter()
        .map(|problem| {
            let text = said(&t, problem);
            (problem.field.clone().into(), text)
        })
        .collect();
    error_page(visit, status_of(error).as_u16(), told, fields)
}

fn error_page(
    visit: &Visit,
    status: u16,
    detail: Option<Txt>,
    fields: Vec<(Txt, Txt)>,
) -> Response {
    let shell = if visit.session.is_some() && visit.bare_path().starts_with(visit.home()) {
        visit.app()
    } else {
        visit.store()
    };
    let page = ErrorPage {
        status,
        detail,
        fields,
        request: visit.ctx.request.to_string().into(),
        home: visit.home().into(),
    };
    let code = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    (code, Html(page.page(shell).to_string())).into_response()
}

fn secure(response: &mut Response) {
    let headers = response.headers_mut();
    for (name, value) in [
        (
            header::CONTENT_SECURITY_POLICY,
            assets::CONTENT_SECURITY_POLICY,
        ),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::X_FRAME_OPTIONS, "DENY"),
        (header::REFERRER_POLICY, "same-origin"),
        // Pages are for one reader and one moment.
        (header::CACHE_CONTROL, "no-store"),
    ] {
        headers
            .entry(name)
            .or_insert(HeaderValue::from_static(value));
    }
}
