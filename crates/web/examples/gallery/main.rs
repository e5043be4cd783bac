//! Serves every page with sample data on 127.0.0.1:4173, to look at them: `cargo run -p tradewind-web --example gallery`.
//!
//! Parameters of every page: `theme=light|dark`, `lang=en|de`, `brand=<six hexadecimal digits>`, `sandbox=0`, `acting=1`.

mod entry;
mod sample;

use std::collections::HashMap;

use axum::Router;
use axum::extract::{Path, Query};
use axum::http::{StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::{any, get};
use tradewind_web::{assets, brand, view::Page};

use sample::Look;

/// Pages by name.
pub(crate) type Entries = Vec<(&'static str, fn(&Look) -> Page)>;

fn entries() -> Entries {
    entry::all()
}

async fn page(Path(name): Path<String>, Query(query): Query<HashMap<String, String>>) -> Response {
    let Some((_, build)) = entries().into_iter().find(|(entry, _)| *entry == name) else {
        return (StatusCode::NOT_FOUND, "no such page").into_response();
    };
    let look = Look::new(&query, &name);
    let headers = [(
        header::CONTENT_SECURITY_POLICY,
        assets::CONTENT_SECURITY_POLICY,
    )];
    (headers, Html(build(&look).to_string())).into_response()
}

async fn index() -> Html<String> {
    let links = entries()
        .into_iter()
        .map(|(name, _)| format!("<li><a href=\"/g/{name}\">{name}</a>"))
        .collect::<String>();
    Html(format!(
        "<!doctype html><title>Gallery</title><ul>{links}</ul>"
    ))
}

async fn names() -> String {
    entries()
        .into_iter()
        .map(|(name, _)| format!("{name}\n"))
        .collect()
}

async fn asset(Path((hash, path)): Path<(String, String)>) -> Response {
    if hash == "brand" {
        let colour = path.strip_suffix(".css").and_then(brand::Colour::parse);
        return match colour {
            Some(colour) => (
                [(header::CONTENT_TYPE, "text/css")],
                brand::stylesheet(colour),
            )
                .into_response(),
            None => StatusCode::NOT_FOUND.into_response(),
        };
    }
    match assets::get(&path) {
        Some((data, kind)) => ([(header::CONTENT_TYPE, kind)], data.into_owned()).into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

#[tokio::main]
async fn main() -> Result<(), std::io::Error> {
    let app = Router::new()
        .route("/", get(index))
        .route("/names", get(names))
        .route("/g/{name}", any(page))
        .route("/assets/{hash}/{*path}", get(asset));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:4173").await?;
    axum::serve(listener, app).await
}
