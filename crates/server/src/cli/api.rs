//! `tradewind api`: any operation of the REST API, called within this process on behalf of whoever the command is for.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use axum::body::Body;
use axum::http::{HeaderName, HeaderValue, Method, Request, Response, header};
use clap::Args;
use futures_util::StreamExt as _;
use serde_json::Value;
use tower::ServiceExt as _;
use tradewind_api::Vouched;
use tradewind_kernel::{Error, Result};

use super::{Exit, Session, input};

/// Where the operations are.
const BASE: &str = "/api/v1";

/// A call.
#[derive(Args)]
#[command(after_help = "\
The operations are described at /api/v1/docs of a running server, and by `tradewind api GET openapi.json`.
Who calls is said by --as and --account, what happens once by --idempotency-key, what is only tried by --dry-run.

Examples:
  tradewind api GET '/audit?filter=action:order.approve&limit=5'
  tradewind api PATCH relationships/rel_01… --body '{\"payment_terms_days\": 30}' --as jana@example.com
  tradewind api PUT products/prd_01… --body @vault.json --header 'If-Match: \"3\"' --as theo@example.com
  tradewind api GET invoices/inv_01…/pdf --out invoice.pdf")]
pub(crate) struct Api {
    /// GET, POST, PUT, PATCH or DELETE
    #[arg(value_parser = method)]
    method: Method,
    /// Path below /api/v1, with its query
    path: String,
    /// Body: the text itself, or @FILE; @- is the standard input
    #[arg(long, value_name = "JSON|@FILE")]
    body: Option<String>,
    /// Header; can be given several times
    #[arg(long, value_name = "NAME: VALUE")]
    header: Vec<String>,
    /// Write the answer to a file, exactly as it is
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

fn method(text: &str) -> std::result::Result<Method, String> {
    let known = [
        Method::GET,
        Method::POST,
        Method::PUT,
        Method::PATCH,
        Method::DELETE,
    ];
    known
        .into_iter()
        .find(|method| method.as_str().eq_ignore_ascii_case(text))
        .ok_or_else(|| "expected GET, POST, PUT, PATCH or DELETE".to_owned())
}

pub(crate) async fn run(session: &Session<'_>, call: Api) -> Result<Exit> {
    let request = request(session, &call).await?;
    let changes = call.method != Method::GET;
    let Ok(response) = session.app().api().oneshot(request).await;
    if !response.status().is_success() {
        let problem = serde_json::from_slice(&whole(response).await?).map_err(Error::internal)?;
        session.out.problem(&problem);
        return Ok(Exit::Failed);
    }
    answer(session, response, call.out.as_deref()).await?;
    if changes {
        session.settle().await?;
    }
    Ok(Exit::Done)
}

async fn request(session: &Session<'_>, call: &Api) -> Result<Request<Body>> {
    let body = match call
        .body
        .as_deref()
        .map(|text| (text, text.strip_prefix('@')))
    {
        None => Vec::new(),
        Some((_, Some(file))) => input::bytes("body", Path::new(file))?,
        Some((text, None)) => text.as_bytes().to_vec(),
    };
    let path = call.path.strip_prefix(BASE).unwrap_or(&call.path);
    let mut request = Request::builder()
        .method(&call.method)
        .uri(format!("{BASE}/{}", path.trim_start_matches('/')))
        .extension(Vouched(session.ctx().await?));
    if call.body.is_some() {
        let headers = request.headers_mut();
        let json = HeaderValue::from_static("application/json");
        headers.map(|headers| headers.insert(header::CONTENT_TYPE, json));
    }
    for text in &call.header {
        let (name, value) = named(text)?;
        if let Some(headers) = request.headers_mut() {
            headers.insert(name, value);
        }
    }
    request
        .body(Body::from(body))
        .map_err(|error| Error::invalid("path", "malformed_path", error.to_string()))
}

/// `If-Match: "3"`.
fn named(text: &str) -> Result<(HeaderName, HeaderValue)> {
    let parts = text.split_once(':').and_then(|(name, value)| {
        let name = name.trim().parse().ok()?;
        Some((name, value.trim().parse().ok()?))
    });
    parts.ok_or_else(|| {
        let message =
            format!("{text:?} is no header: expected a name and a value, such as If-Match: \"3\"");
        Error::invalid("header", "malformed_header", message)
    })
}

/// Shows JSON readably; anything else, and everything for a file, exactly as it is.
async fn answer(
    session: &Session<'_>,
    response: Response<Body>,
    file: Option<&Path>,
) -> Result<()> {
    if let Some(file) = file {
        let unwritable = |error: std::io::Error| {
            let message = format!("{} can't be written: {error}", file.display());
            Error::invalid("out", "unwritable", message)
        };
        let mut file = std::fs::File::create(file).map_err(unwritable)?;
        let mut chunks = response.into_body().into_data_stream();
        while let Some(chunk) = chunks.next().await {
            file.write_all(&chunk.map_err(Error::internal)?)
                .map_err(unwritable)?;
        }
        return file.sync_all().map_err(unwritable);
    }
    let is_json = response
        .headers()
        .get(header::CONTENT_TYPE)
        .is_some_and(|kind| kind.as_bytes().starts_with(b"application/json"));
    if is_json {
        let value: Value =
            serde_json::from_slice(&whole(response).await?).map_err(Error::internal)?;
        return session.out.value(&value);
    }
    let mut chunks = response.into_body().into_data_stream();
    while let Some(chunk) = chunks.next().await {
        session.out.raw(&chunk.map_err(Error::internal)?)?;
    }
    Ok(())
}

async fn whole(response: Response<Body>) -> Result<Vec<u8>> {
    let bytes = axum::body::to_bytes(response.into_body(), usize::MAX).await;
    Ok(bytes.map_err(Error::internal)?.to_vec())
}
