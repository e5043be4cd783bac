//! The same request twice has one effect and one answer.

use serde::Serialize;
use serde_json::Value;
use sha2::{Digest, Sha256};
use tradewind_kernel::Error;
use tradewind_kernel::id::AccountId;

use crate::context::OpCtx;
use crate::crypto::KeyRing;
use crate::db::Result;

/// Longest key that is taken.
const KEY_LENGTH_MAX: usize = 255;

/// An idempotency key as it is used by one command. Keys are private to the account of the principal.
#[derive(Clone, Debug)]
pub(crate) struct KeyUse {
    pub(crate) account: AccountId,
    pub(crate) key: String,
    pub(crate) command: &'static str,
    pub(crate) input_hash: String,
}

impl KeyUse {
    /// The use of the context's key, if it has one. A dry run leaves nothing behind, hence takes no key.
    pub(crate) fn of<I: Serialize + ?Sized>(
        ctx: &OpCtx,
        command: &'static str,
        input: &I,
    ) -> Result<Option<Self>> {
        match &ctx.idempotency_key {
            Some(key) if !ctx.dry_run => {
                let input = serde_json::to_value(input).map_err(Error::internal)?;
                Self::checked(ctx, command, key, &input).map(Some)
            }
            _ => Ok(None),
        }
    }

    fn checked(ctx: &OpCtx, command: &'static str, key: &str, input: &Value) -> Result<Self> {
        if key.is_empty() || key.len() > KEY_LENGTH_MAX || key.chars().any(char::is_control) {
            return Err(Error::invalid(
                "idempotency_key",
                "malformed_key",
                format!("must be 1 to {KEY_LENGTH_MAX} characters without control characters"),
            ));
        }
        Ok(Self {
            account: ctx.principal.account,
            key: key.to_owned(),
            command,
            input_hash: hash(input),
        })
    }

    /// The stored answer, when it was given for this very input.
    pub(crate) fn matching(
        &self,
        stored: (String, String, Option<String>),
        keys: &KeyRing,
    ) -> Result<String> {
        let (command, input_hash, sealed) = stored;
        if command != self.command || input_hash != self.input_hash {
            return Err(Error::KeyReused);
        }
        let sealed =
            sealed.ok_or_else(|| Error::internal(format!("key {} has no answer", self.key)))?;
        Ok(keys.open(&self.place(), &sealed)?.expose().to_owned())
    }

    /// The answer as it is stored. Answers can hold what is shown only once, such as a new API key.
    pub(crate) fn sealed(&self, answer: &str, keys: &KeyRing) -> Result<String> {
        keys.seal(&self.place(), answer)
    }

    fn place(&self) -> String {
        format!("idempotency.answer/{}/{}", self.account, self.key)
    }
}

/// SHA-256 of the input in a canonical form: JSON with the members of every object in order of their names.
fn hash(input: &Value) -> String {
    let mut text = String::new();
    canonical(input, &mut text);
    Sha256::digest(text.as_bytes())
        .iter()
        .map(|b| format!("{b:02x}"))
        .collect()
}

fn canonical(value: &Value, out: &mut String) {
    match value {
        Value::Object(members) => {
            let mut names: Vec<&String> = members.keys().collect();
            names.sort_unstable();
            out.push('{');
            for (i, name) in names.into_iter().enumerate() {
                if i > 0 {
                    out.push(',');
                }
                out.push_str(&Value::String(name.clone()).to_string());
                out.push(':');
                canonical(&members[name.as_str()], out);
            }
            out.push('}');
        }
        Value::Array(items) => {
            out.push('[');
            for (i, item) in items.iter().enumerate() {
                if i > 0 {
                    out.push(',');
                }
                canonical(item, out);
            }
            out.push(']');
        }
        plain => out.push_str(&plain.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::hash;

    #[test]
    fn the_order_of_members_does_not_matter_and_the_order_of_items_does() {
        let a: serde_json::Value =
            serde_json::from_str(r#"{"a":[1,{"x":1,"y":2}],"b":"é"}"#).unwrap();
        let b: serde_json::Value =
            serde_json::from_str(r#"{"b":"é","a":[1,{"y":2,"x":1}]}"#).unwrap();
        assert_eq!(hash(&a), hash(&b));
        assert_ne!(hash(&json!([1, 2])), hash(&json!([2, 1])));
        assert_ne!(hash(&json!({"a": "1"})), hash(&json!({"a": 1})));
    }
}
