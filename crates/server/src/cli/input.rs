//! What commands read from files: JSON as the API takes it, texts, secrets. `-` is the standard input.

use std::io::Read as _;
use std::path::Path;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use tradewind_kernel::{Error, Result};

/// Largest file that is read whole, in bytes.
const LARGEST: u64 = 16 * 1024 * 1024;

/// The bytes of a file.
pub(crate) fn bytes(argument: &str, file: &Path) -> Result<Vec<u8>> {
    let unreadable = |error: std::io::Error| {
        let reason = format!("{} can't be read: {error}", file.display());
        Error::invalid(argument, "unreadable", reason)
    };
    let mut read = Vec::new();
    let limit = LARGEST + 1;
    if file == Path::new("-") {
        std::io::stdin().take(limit).read_to_end(&mut read)
    } else {
        std::fs::File::open(file).and_then(|opened| opened.take(limit).read_to_end(&mut read))
    }
    .map_err(unreadable)?;
    if read.len() as u64 > LARGEST {
        let message = format!("{} is larger than {LARGEST} bytes", file.display());
        return Err(Error::invalid(argument, "too_large", message));
    }
    Ok(read)
}

/// A text from a file, without the line break it ends with.
pub(crate) fn text(argument: &str, file: &Path) -> Result<String> {
    let mut text = String::from_utf8(bytes(argument, file)?).map_err(|_| {
        let message = format!("{} is no UTF-8 text", file.display());
        Error::invalid(argument, "no_text", message)
    })?;
    if text.ends_with('\n') {
        text.pop();
        if text.ends_with('\r') {
            text.pop();
        }
    }
    Ok(text)
}

/// A JSON document from a file, complaining about its field that is wrong.
pub(crate) fn json<T: DeserializeOwned>(argument: &str, file: &Path) -> Result<T> {
    let text = bytes(argument, file)?;
    let mut reader = serde_json::Deserializer::from_slice(&text);
    let value = serde_path_to_error::deserialize(&mut reader)
        .map_err(|error| malformed(argument, &error.path().to_string(), error.inner()))?;
    reader
        .end()
        .map_err(|error| malformed(argument, ".", &error))?;
    Ok(value)
}

/// What something becomes when the fields of a file replace its own; `fixed` are those that are not to be said.
pub(crate) fn changed<T: DeserializeOwned>(
    now: &impl Serialize,
    fixed: &[&str],
    file: &Path,
) -> Result<T> {
    let mut fields = match serde_json::to_value(now).map_err(Error::internal)? {
        Value::Object(fields) => fields,
        _ => return Err(Error::internal("only what has fields can be changed")),
    };
    for name in fixed {
        fields.remove(*name);
    }
    let changes: serde_json::Map<String, Value> = json("file", file)?;
    fields.extend(changes);
    value("file", Value::Object(fields))
}

/// What a JSON value stands for, complaining about its field that is wrong.
pub(crate) fn value<T: DeserializeOwned>(argument: &str, value: Value) -> Result<T> {
    serde_path_to_error::deserialize(value)
        .map_err(|error| malformed(argument, &error.path().to_string(), error.inner()))
}

fn malformed(argument: &str, path: &str, error: &serde_json::Error) -> Error {
    let field = match path {
        "." | "?" => argument,
        path => path,
    };
    Error::invalid(field, "malformed_file", error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::Deserialize;
    use serde_json::json;

    #[derive(Debug, Deserialize, PartialEq)]
    #[serde(deny_unknown_fields)]
    struct Draft {
        name: String,
        parts: Vec<u8>,
    }

    fn file(name: &str, content: &str) -> std::path::PathBuf {
        let file = std::env::temp_dir().join(format!("tradewind-{}-{name}", std::process::id()));
        std::fs::write(&file, content).expect("a file");
        file
    }

    #[test]
    fn a_file_says_only_what_changes() {
        let now = json!({ "id": "x", "name": "Old", "parts": [1] });
        let renamed: Draft =
            changed(&now, &["id"], &file("rename", r#"{ "name": "New" }"#)).expect("a draft");
        assert_eq!(renamed.name, "New");
        assert_eq!(renamed.parts, [1]);
        for (content, field) in [
            (r#"{ "id": "y" }"#, "id"),
            (r#"{ "parts": [1, "two"] }"#, "parts"),
            ("[]", "file"),
            ("{", "file"),
        ] {
            let error =
                changed::<Draft>(&now, &["id"], &file("wrong", content)).expect_err(content);
            let problem = &error.problems()[0];
            assert!(problem.field.starts_with(field), "{content}: {problem}");
        }
    }

    #[test]
    fn what_cannot_be_read_names_the_argument() {
        let error = text("value", Path::new("/nowhere/at/all")).expect_err("nothing there");
        assert_eq!(error.problems()[0].field, "value");
        let padded = text("value", &file("secret", "s3cret \r\n")).expect("a text");
        assert_eq!(padded, "s3cret ");
    }
}
