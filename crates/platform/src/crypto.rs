//! Encryption at rest: named keys, sealed texts bound to their place, and values that do not print themselves.

use std::fmt;
use std::path::Path;
use std::str::FromStr;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chacha20poly1305::aead::{Aead as _, Payload};
use chacha20poly1305::{KeyInit as _, XChaCha20Poly1305, XNonce};
use tradewind_kernel::Error;
use zeroize::Zeroizing;

use crate::db::Result;
use crate::files;
use crate::tokens::random_bytes;

/// Form of a sealed text: `v1.<key id>.<base64 of nonce and ciphertext>`.
const VERSION: &str = "v1";
const NONCE_LENGTH: usize = 24;
const KEY_LENGTH: usize = 32;
/// Name of the key file in the data directory.
const KEY_FILE: &str = "keys";

/// A value that must not be printed, logged or serialised. Its memory is wiped when it is dropped.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(Zeroizing<String>);

impl Secret {
    /// Keeps a value.
    #[must_use]
    pub fn new(value: impl Into<String>) -> Self {
        Self(Zeroizing::new(value.into()))
    }

    /// The value itself. The name is long so that every use is seen.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// The keys of an installation. The first one seals; all of them open, so that keys can be rotated.
#[derive(Clone)]
pub struct KeyRing {
    keys: Arc<Vec<Key>>,
}

struct Key {
    id: String,
    cipher: XChaCha20Poly1305,
}

impl fmt::Debug for KeyRing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ids: Vec<&str> = self.keys.iter().map(|k| k.id.as_str()).collect();
        f.debug_tuple("KeyRing").field(&ids).finish()
    }
}

impl KeyRing {
    /// A ring with one new random key, for tests and throw-away installations.
    #[must_use]
    pub fn random() -> Self {
        new_key_line()
            .parse()
            .expect("a generated key line is well-formed")
    }

    /// The ring given in the environment (`TRADEWIND_KEY`), or else kept in the data directory; a key file is created
    /// there, readable for its owner only, when there is none.
    ///
    /// # Errors
    /// [`Error::Invalid`] when a key is malformed; [`Error::Unavailable`] when the file cannot be read or written.
    pub fn load(from_environment: Option<&str>, data: &Path) -> Result<Self> {
        if let Some(text) = from_environment {
            return text.parse();
        }
        let path = data.join(KEY_FILE);
        let failed =
            |e: std::io::Error| Error::unavailable(format!("key file {}: {e}", path.display()));
        let line = Zeroizing::new(format!("{}\n", new_key_line()));
        files::create_once(&path, line.as_bytes()).map_err(failed)?;
        Zeroizing::new(std::fs::read_to_string(&path).map_err(failed)?).parse()
    }

    /// Seals a text for one place, such as `access_data.value/sub_01…`. It opens there only.
    ///
    /// # Errors
    /// Internal error when the cipher fails, which it does for texts of many gigabytes only.
    pub fn seal(&self, place: &str, plain: &str) -> Result<String> {
        let key = self
            .keys
            .first()
            .ok_or_else(|| Error::internal("the key ring is empty"))?;
        let nonce: [u8; NONCE_LENGTH] = random_bytes();
        let payload = Payload {
            msg: plain.as_bytes(),
            aad: place.as_bytes(),
        };
        let sealed = key
            .cipher
            .encrypt(&XNonce::from(nonce), payload)
            .map_err(|_| Error::internal("sealing failed"))?;
        let mut bytes = nonce.to_vec();
        bytes.extend(sealed);
        Ok(format!("{VERSION}.{}.{}", key.id, STANDARD.encode(bytes)))
    }

    /// Opens a text that was sealed for this place.
    ///
    /// # Errors
    /// Internal error when the text was sealed for another place, with an unknown key, or has been changed.
    pub fn open(&self, place: &str, sealed: &str) -> Result<Secret> {
        let (id, encoded) = parts(sealed)?;
        let key = self.keys.iter().find(|key| key.id == id).ok_or_else(|| {
            Error::internal(format!(
                "{place}: sealed with key {id}, which is not in the key ring"
            ))
        })?;
        let bytes = STANDARD.decode(encoded).map_err(|_| damaged(place))?;
        let (nonce, sealed) = bytes
            .split_at_checked(NONCE_LENGTH)
            .ok_or_else(|| damaged(place))?;
        let nonce: [u8; NONCE_LENGTH] = nonce.try_into().map_err(|_| damaged(place))?;
        let payload = Payload {
            msg: sealed,
            aad: place.as_bytes(),
        };
        let plain = key
            .cipher
            .decrypt(&XNonce::from(nonce), payload)
            .map_err(|_| damaged(place))?;
        String::from_utf8(plain)
            .map(Secret::new)
            .map_err(|_| damaged(place))
    }

    /// Whether a sealed text should be sealed anew, because its key is no longer the first of the ring.
    ///
    /// # Errors
    /// Internal error when it is not a sealed text.
    pub fn is_outdated(&self, sealed: &str) -> Result<bool> {
        let (id, _) = parts(sealed)?;
        Ok(self.keys.first().is_none_or(|key| key.id != id))
    }
}

/// One key a line or separated by commas: `name:base64 of 32 bytes`, the one that seals first.
impl FromStr for KeyRing {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let malformed = || {
            Error::invalid(
                "key",
                "malformed_key",
                "expected one key a line as name:base64 of 32 bytes; names have up to 20 letters, digits and dashes",
            )
        };
        let mut keys: Vec<Key> = Vec::new();
        for line in text
            .split(['\n', ','])
            .map(str::trim)
            .filter(|line| !line.is_empty())
        {
            let (id, encoded) = line.split_once(':').ok_or_else(malformed)?;
            let named = (1..=20).contains(&id.len())
                && id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
            let bytes = Zeroizing::new(STANDARD.decode(encoded).map_err(|_| malformed())?);
            if !named || bytes.len() != KEY_LENGTH || keys.iter().any(|key| key.id == id) {
                return Err(malformed());
            }
            let cipher = XChaCha20Poly1305::new_from_slice(&bytes).map_err(|_| malformed())?;
            keys.push(Key {
                id: id.to_owned(),
                cipher,
            });
        }
        if keys.is_empty() {
            return Err(malformed());
        }
        Ok(Self {
            keys: Arc::new(keys),
        })
    }
}

fn new_key_line() -> String {
    let name: String = random_bytes::<4>()
        .iter()
        .map(|b| format!("{b:02x}"))
        .collect();
    format!(
        "k{name}:{}",
        STANDARD.encode(Zeroizing::new(random_bytes::<KEY_LENGTH>()).as_slice())
    )
}

fn parts(sealed: &str) -> Result<(&str, &str)> {
    let mut parts = sealed.splitn(3, '.');
    match (parts.next(), parts.next(), parts.next()) {
        (Some(VERSION), Some(id), Some(encoded)) => Ok((id, encoded)),
        _ => Err(Error::internal("not a sealed text")),
    }
}

fn damaged(place: &str) -> Error {
    Error::internal(format!("{place}: the sealed text does not open here"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn opens_in_its_place_only() {
        let ring = KeyRing::random();
        let sealed = ring.seal("access_data.value/1", "s3cret").unwrap();
        assert!(!sealed.contains("s3cret"));
        assert_eq!(
            ring.open("access_data.value/1", &sealed).unwrap().expose(),
            "s3cret"
        );
        assert!(ring.open("access_data.value/2", &sealed).is_err());
        assert_ne!(ring.seal("access_data.value/1", "s3cret").unwrap(), sealed);
    }

    #[test]
    fn a_changed_text_or_a_foreign_key_is_refused() {
        let ring = KeyRing::random();
        let sealed = ring.seal("p", "text").unwrap();
        let mut changed = sealed.clone().into_bytes();
        let middle = changed.len() - 10;
        changed[middle] = if changed[middle] == b'A' { b'B' } else { b'A' };
        assert!(
            ring.open("p", &String::from_utf8(changed).unwrap())
                .is_err()
        );
        assert!(KeyRing::random().open("p", &sealed).is_err());
        assert!(ring.open("p", "v1.nothing").is_err());
        assert!(ring.open("p", "").is_err());
    }

    #[test]
    fn old_keys_open_and_the_new_one_seals() {
        let (old, new) = (new_key_line(), new_key_line());
        let sealed = old.parse::<KeyRing>().unwrap().seal("p", "text").unwrap();
        let both: KeyRing = format!("{new}\n{old}\n").parse().unwrap();
        assert_eq!(both.open("p", &sealed).unwrap().expose(), "text");
        assert!(both.is_outdated(&sealed).unwrap());
        assert!(!both.is_outdated(&both.seal("p", "text").unwrap()).unwrap());
    }

    #[test]
    fn malformed_keys_are_refused() {
        for text in [
            "",
            "k1",
            "k1:AAAA",
            "k 1:AAAA",
            &format!("{0},{0}", new_key_line()),
        ] {
            assert!(text.parse::<KeyRing>().is_err(), "{text:?}");
        }
    }

    #[test]
    fn secrets_do_not_print_themselves() {
        assert_eq!(format!("{:?}", Secret::new("s3cret")), "Secret(…)");
    }
}
