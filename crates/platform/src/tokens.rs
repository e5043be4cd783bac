//! Random secrets, their hashes, and comparing without telling how far two texts agree.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

/// A random text of 256 bits, safe in URLs.
#[must_use]
pub fn random_token() -> String {
    URL_SAFE_NO_PAD.encode(random_bytes::<32>())
}

/// Random bytes from the operating system.
///
/// # Panics
/// When the operating system has no randomness to give; nothing secure can be done then.
#[must_use]
pub fn random_bytes<const N: usize>() -> [u8; N] {
    let mut bytes = [0_u8; N];
    getrandom::fill(&mut bytes).expect("the operating system provides randomness");
    bytes
}

/// A random number below `bound`, for jitter; 0 when there is nothing below.
#[must_use]
pub fn random_below(bound: u64) -> u64 {
    u64::from_le_bytes(random_bytes())
        .checked_rem(bound)
        .unwrap_or(0)
}

/// SHA-256 of a token, as 64 hexadecimal digits: what is stored instead of it.
#[must_use]
pub fn hash_token(token: &str) -> String {
    Sha256::digest(token.as_bytes())
        .iter()
        .map(|b| format!("{b:02x}"))
        .collect()
}

/// Whether two texts are equal, in a time that does not depend on where they differ.
#[must_use]
pub fn equal_in_constant_time(a: &str, b: &str) -> bool {
    a.as_bytes().ct_eq(b.as_bytes()).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_differ_and_hash_to_the_known_digest() {
        assert_ne!(random_token(), random_token());
        assert_eq!(random_token().len(), 43);
        assert_eq!(
            hash_token("abc"),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        );
        assert!(equal_in_constant_time("same", "same"));
        assert!(!equal_in_constant_time("same", "sama"));
        assert!(!equal_in_constant_time("same", "samesame"));
    }
}
