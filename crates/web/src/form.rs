//! What a browser sends with a form.

use axum::{
    body::{Body, to_bytes},
    extract::FromRequestParts,
};
use http::{HeaderMap, header, request::Parts};
use percent_encoding::percent_decode_str;
use tradewind_kernel::{Error, Result};
use tradewind_orders::types::BuyerReference;

use crate::{respond::Failure, view::shared::FormState};

/// Largest form, in bytes.
const LARGEST: usize = 1024 * 1024;

/// Largest form with a file, in bytes; it is held in memory, so larger files go over the API or the command line.
const LARGEST_FILE: usize = 16 * 1024 * 1024;

/// The fields of a form, in their order, names repeated where several values were chosen.
#[derive(Clone, Debug, Default)]
pub(crate) struct Sent(pub(crate) Vec<(String, String)>);

impl Sent {
    /// The value of a field as it was sent, empty when absent.
    pub(crate) fn raw(&self, name: &str) -> &str {
        self.0
            .iter()
            .find(|(field, _)| field == name)
            .map_or("", |(_, value)| value)
    }

    /// The value of a field without space around it, empty when absent.
    pub(crate) fn get(&self, name: &str) -> &str {
        self.raw(name).trim()
    }

    /// The value of a field unless it is empty.
    pub(crate) fn some(&self, name: &str) -> Option<String> {
        Some(self.get(name))
            .filter(|value| !value.is_empty())
            .map(str::to_owned)
    }

    /// What the buyer calls a sale in its own books, as the form was filled.
    pub(crate) fn reference(&self) -> BuyerReference {
        BuyerReference {
            order_number: self.some("order_number"),
            cost_centre: self.some("cost_centre"),
            separate: self.get("separate") == "1",
        }
    }

    /// All values of a field.
    pub(crate) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.0
            .iter()
            .filter(move |(field, _)| field == name)
            .map(|(_, value)| value.as_str())
    }

    /// The form to be shown again as it was sent.
    pub(crate) fn state(&self) -> FormState {
        FormState {
            values: self
                .0
                .iter()
                .filter(|(name, _)| name != "csrf" && name != "back")
                .cloned()
                .collect(),
            ..FormState::default()
        }
    }
}

impl<S: Sync> FromRequestParts<S> for Sent {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Failure> {
        Ok(parts.extensions.remove().unwrap_or_default())
    }
}

/// Reads the body of a request that sends a form; files only from those who have signed in.
///
/// # Errors
/// When it is no form or too large.
pub(crate) async fn read(headers: &HeaderMap, body: Body, signed_in: bool) -> Result<Sent> {
    let kind = headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    let largest = if signed_in && kind.starts_with("multipart/form-data;") {
        LARGEST_FILE
    } else {
        LARGEST
    };
    let bytes = to_bytes(body, largest).await.map_err(|_| {
        Error::invalid(
            "",
            "too_long",
            format!(
                "a form may hold {largest} bytes at most; larger files go over the API or the command line"
            ),
        )
    })?;
    if bytes.is_empty() {
        return Ok(Sent::default());
    }
    if kind.starts_with("application/x-www-form-urlencoded") {
        return Ok(Sent(pairs(&String::from_utf8_lossy(&bytes))));
    }
    if let Some(boundary) = kind
        .strip_prefix("multipart/form-data;")
        .and_then(|rest| rest.trim().strip_prefix("boundary="))
    {
        // Files may be of older programs, whose letters are not UTF-8.
        let text = tradewind_billing::rules::bank::decode(&bytes);
        return Ok(Sent(parts(&text, boundary.trim_matches('"'))));
    }
    Err(Error::invalid(
        "",
        "malformed_value",
        "expected the fields of a form",
    ))
}

/// The fields of a query string or urlencoded body.
pub(crate) fn pairs(text: &str) -> Vec<(String, String)> {
    let decode = |part: &str| {
        percent_decode_str(&part.replace('+', " "))
            .decode_utf8_lossy()
            .into_owned()
    };
    text.split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            (decode(name), decode(value))
        })
        .collect()
}

/// The field that names the file which came in another field.
pub(crate) fn file_name_of(field: &str) -> String {
    format!("{field}.file_name")
}

/// The fields of a multipart body; files are taken as text, and named in a field of their own.
fn parts(text: &str, boundary: &str) -> Vec<(String, String)> {
    let mark = format!("--{boundary}");
    text.split(mark.as_str())
        .filter_map(|part| {
            let (head, value) = part.split_once("\r\n\r\n")?;
            let quoted = |name: &str| Some(head.split_once(name)?.1.split_once('"')?.0);
            let name = quoted(" name=\"")?;
            let value = value.strip_suffix("\r\n").unwrap_or(value);
            let file = quoted("filename=\"").map(|file| (file_name_of(name), file.to_owned()));
            Some([Some((name.to_owned(), value.to_owned())), file])
        })
        .flatten()
        .flatten()
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_keep_their_order_and_repeat() {
        let sent = Sent(pairs("a=1&b=x+y%26z&a=2&c"));
        assert_eq!(sent.all("a").collect::<Vec<_>>(), ["1", "2"]);
        assert_eq!(sent.get("b"), "x y&z");
        assert_eq!(sent.some("c"), None);
    }

    #[test]
    fn a_body_of_several_parts_is_read() {
        let body = "--x\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1\r\n2\r\n--x\r\nContent-Disposition: \
                    form-data; name=\"logo\"; filename=\"l.svg\"\r\nContent-Type: image/svg+xml\r\n\r\n<svg/>\r\n--x--\r\n";
        let sent = Sent(parts(body, "x"));
        assert_eq!(sent.raw("a"), "1\r\n2");
        assert_eq!(sent.raw("logo"), "<svg/>");
        assert_eq!(sent.get(&file_name_of("logo")), "l.svg");
        assert_eq!(sent.get(&file_name_of("a")), "");
    }
}
