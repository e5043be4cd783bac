//! The description of the API as a page for people, made once from the description for programs.

use std::fmt::Write as _;

use axum::{
    Router,
    response::{IntoResponse, Response},
    routing::get,
};
use http::header;
use serde_json::{Map, Value};
use utoipa::openapi::OpenApi;

use crate::state::ApiState;

const METHODS: [&str; 5] = ["get", "post", "put", "patch", "delete"];
const STYLE: &str = include_str!("reference.css");
/// Nothing but the page and its style sheet.
const POLICY: &str = "default-src 'none'; style-src 'self'; base-uri 'none'; frame-ancestors 'none'; form-action 'none'";

/// The page and its style sheet.
pub(crate) fn router(document: &OpenApi) -> Router<ApiState> {
    let page = page(&serde_json::to_value(document).unwrap_or_default());
    let page: axum::body::Bytes = page.into();
    Router::new()
        .route(
            "/api/v1/docs",
            get(move || {
                let page = page.clone();
                async move { answer("text/html; charset=utf-8", page) }
            }),
        )
        .route(
            "/api/v1/docs.css",
            get(|| async { answer("text/css; charset=utf-8", STYLE) }),
        )
}

fn answer(kind: &'static str, body: impl IntoResponse) -> Response {
    let headers = [
        (header::CONTENT_TYPE, kind),
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::CACHE_CONTROL, "public, max-age=300"),
    ];
    (headers, body).into_response()
}

fn page(document: &Value) -> String {
    let groups = groups(document);
    let mut html = String::from(
        "<!doctype html>\n<html lang=\"en\">\n<head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"><title>API reference · Tradewind</title>\
         <meta name=\"color-scheme\" content=\"light dark\"><link rel=\"stylesheet\" href=\"/api/v1/docs.css\"></head>\n<body>\n",
    );
    html.push_str("<header><h1>API reference</h1>\n");
    paragraphs(&mut html, document["info"]["description"].as_str());
    html.push_str(
        "<p><a href=\"/api/v1/openapi.json\">OpenAPI description</a> for programs · <a href=\"/\">Back to the pages</a></p></header>\n",
    );
    html.push_str("<nav aria-label=\"Resources\"><ul>");
    for (tag, operations) in &groups {
        let (anchor, tag) = (slug(tag), escaped(tag));
        let count = operations.len();
        let _ = write!(
            html,
            "<li><a href=\"#{anchor}\">{tag}</a> <small>{count}</small></li>"
        );
    }
    html.push_str("<li><a href=\"#schemas\">Schemas</a></li></ul></nav>\n<main>\n");
    for (tag, operations) in &groups {
        let _ = writeln!(
            html,
            "<section id=\"{}\"><h2>{}</h2>",
            slug(tag),
            escaped(tag)
        );
        for operation in operations {
            operation.write(&mut html);
        }
        html.push_str("</section>\n");
    }
    html.push_str("<section id=\"schemas\"><h2>Schemas</h2>\n");
    for (name, schema) in object(&document["components"]["schemas"]) {
        schema_card(&mut html, name, schema);
    }
    html.push_str("</section>\n</main>\n</body></html>\n");
    html
}

struct Operation<'a> {
    method: &'static str,
    path: &'a str,
    about: &'a Value,
}

/// Operations by their first tag, in the order of their paths.
fn groups(document: &Value) -> Vec<(String, Vec<Operation<'_>>)> {
    let mut groups: Vec<(String, Vec<Operation<'_>>)> = Vec::new();
    for (path, item) in object(&document["paths"]) {
        for method in METHODS {
            let Some(about) = item.get(method) else {
                continue;
            };
            let tag = about["tags"][0].as_str().unwrap_or("Other");
            let operation = Operation {
                method,
                path,
                about,
            };
            match groups.iter_mut().find(|(known, _)| known == tag) {
                Some((_, operations)) => operations.push(operation),
                None => groups.push((tag.to_owned(), vec![operation])),
            }
        }
    }
    groups.sort_by(|a, b| a.0.cmp(&b.0));
    groups
}

impl Operation<'_> {
    fn write(&self, html: &mut String) {
        let id = self.about["operationId"].as_str().unwrap_or_default();
        let summary = self.about["summary"].as_str().unwrap_or(id);
        let _ = write!(
            html,
            "<article id=\"{}\"><h3><code class=\"{1}\">{1}</code> <code>{2}</code></h3><p><strong>{3}</strong></p>",
            escaped(id),
            self.method,
            escaped(self.path),
            escaped(summary)
        );
        paragraphs(html, self.about["description"].as_str());
        let parameters = self.about["parameters"].as_array();
        if let Some(parameters) = parameters.filter(|all| !all.is_empty()) {
            html.push_str("<details><summary>Parameters</summary><dl>");
            for parameter in parameters {
                let needed = if parameter["required"] == true {
                    "required, "
                } else {
                    ""
                };
                let _ = write!(
                    html,
                    "<dt><code>{}</code> <small>{needed}in {}, {}</small></dt><dd>{}</dd>",
                    text(&parameter["name"]),
                    text(&parameter["in"]),
                    kind(&parameter["schema"]),
                    text(&parameter["description"])
                );
            }
            html.push_str("</dl></details>");
        }
        for (media, content) in object(&self.about["requestBody"]["content"]) {
            let _ = write!(
                html,
                "<p>Takes <code>{}</code>: {}</p>",
                escaped(media),
                kind(&content["schema"])
            );
        }
        html.push_str("<ul class=\"answers\">");
        for (status, answer) in object(&self.about["responses"]) {
            let schemas: Vec<String> = object(&answer["content"])
                .map(|(_, content)| kind(&content["schema"]))
                .collect();
            let _ = write!(
                html,
                "<li><code>{}</code> {} {}</li>",
                escaped(status),
                text(&answer["description"]),
                schemas.join(" ")
            );
        }
        html.push_str("</ul></article>\n");
    }
}

fn schema_card(html: &mut String, name: &str, schema: &Value) {
    let _ = write!(
        html,
        "<article id=\"schema-{0}\"><h3><code>{0}</code></h3>",
        escaped(name)
    );
    paragraphs(html, schema["description"].as_str());
    let required = schema["required"].as_array();
    let properties: Vec<_> = object(&schema["properties"]).collect();
    if properties.is_empty() {
        let _ = write!(html, "<p>{}</p>", kind(schema));
    } else {
        html.push_str("<dl>");
        for (name, property) in properties {
            let needed = required.is_some_and(|all| all.iter().any(|one| one == name));
            let _ = write!(
                html,
                "<dt><code>{}</code> <small>{}{}</small></dt><dd>{}</dd>",
                escaped(name),
                kind(property),
                if needed { "" } else { ", optional" },
                text(&property["description"])
            );
        }
        html.push_str("</dl>");
    }
    html.push_str("</article>\n");
}

/// What a schema takes, in a few words, with links to the schemas it names.
fn kind(schema: &Value) -> String {
    if let Some(name) = schema["$ref"].as_str().and_then(|at| at.rsplit('/').next()) {
        return format!("<a href=\"#schema-{0}\">{0}</a>", escaped(name));
    }
    for (word, joint) in [("oneOf", " or "), ("anyOf", " or "), ("allOf", " with ")] {
        if let Some(parts) = schema[word].as_array() {
            let parts: Vec<String> = parts.iter().map(kind).collect();
            return parts.join(joint);
        }
    }
    if let Some(values) = schema["enum"].as_array() {
        let values: Vec<String> = values.iter().map(|value| code(&text(value))).collect();
        return values.join(" ");
    }
    let types: Vec<&str> = match &schema["type"] {
        Value::String(one) => vec![one],
        Value::Array(several) => several.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    };
    let format = schema["format"].as_str();
    let words: Vec<String> = types
        .iter()
        .map(|word| match (*word, format) {
            ("array", _) => format!("list of {}", kind(&schema["items"])),
            ("string", Some(format)) => escaped(format),
            (word, _) => escaped(word),
        })
        .collect();
    if words.is_empty() {
        "anything".to_owned()
    } else {
        words.join(" or ")
    }
}

fn object(value: &Value) -> impl Iterator<Item = (&String, &Value)> {
    value.as_object().into_iter().flat_map(Map::iter)
}

fn paragraphs(html: &mut String, told: Option<&str>) {
    for paragraph in told.unwrap_or_default().split("\n\n") {
        if !paragraph.trim().is_empty() {
            let _ = write!(html, "<p>{}</p>", ticked(paragraph));
        }
    }
}

fn text(value: &Value) -> String {
    match value {
        Value::String(told) => ticked(told),
        Value::Null => String::new(),
        other => escaped(&other.to_string()),
    }
}

/// With what stands between backticks set as code.
fn ticked(told: &str) -> String {
    told.split('`')
        .enumerate()
        .map(|(at, part)| {
            if at % 2 == 1 {
                code(&escaped(part))
            } else {
                escaped(part)
            }
        })
        .collect()
}

fn code(inner: &str) -> String {
    format!("<code>{inner}</code>")
}

fn escaped(told: &str) -> String {
    let mut safe = String::with_capacity(told.len());
    for letter in told.chars() {
        match letter {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            _ => safe.push(letter),
        }
    }
    safe
}

fn slug(tag: &str) -> String {
    let letter = |c: char| {
        if c.is_ascii_alphanumeric() {
            c.to_ascii_lowercase()
        } else {
            '-'
        }
    };
    format!("of-{}", tag.chars().map(letter).collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn operations_and_schemas_are_told_and_escaped() {
        let html = page(&json!({
            "info": { "description": "Use `a<b>`.\n\nThen read." },
            "paths": { "/things/{id}": { "get": {
                "tags": ["things"], "operationId": "getThing", "summary": "One <thing>",
                "parameters": [{ "name": "id", "in": "path", "required": true, "schema": { "type": "string" } }],
                "responses": { "200": { "description": "Found.", "content": {
                    "application/json": { "schema": { "$ref": "#/components/schemas/Thing" } } } } }
            } } },
            "components": { "schemas": { "Thing": {
                "required": ["id"],
                "properties": {
                    "id": { "type": "string" },
                    "parts": { "type": "array", "items": { "$ref": "#/components/schemas/Thing" } }
                }
            } } }
        }));
        for part in [
            "<p>Use <code>a&lt;b&gt;</code>.</p><p>Then read.</p>",
            "<li><a href=\"#of-things\">things</a> <small>1</small></li>",
            "<article id=\"getThing\"><h3><code class=\"get\">get</code> <code>/things/{id}</code></h3>",
            "One &lt;thing&gt;",
            "<dt><code>id</code> <small>required, in path, string</small></dt>",
            "<li><code>200</code> Found. <a href=\"#schema-Thing\">Thing</a></li>",
            "<dt><code>parts</code> <small>list of <a href=\"#schema-Thing\">Thing</a>, optional</small></dt>",
        ] {
            assert!(html.contains(part), "{part} is not in {html}");
        }
    }
}
