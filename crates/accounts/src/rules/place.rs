//! Places on the pages that people are sent on to.

use tradewind_kernel::{Error, Result, text::check_len};

/// Longest place, in characters.
const LENGTH_MAX: usize = 4_000;

/// Whether a text is a path of our own pages, with its query; whatever a browser could take for another site is not.
#[must_use]
pub fn is_local(place: &str) -> bool {
    place.starts_with('/')
        && !place.starts_with("//")
        && !place.contains('\\')
        && !place.chars().any(char::is_control)
}

/// Checks a place to go on to.
///
/// # Errors
/// `not_local` for anything but a path of our own pages; `too_long`.
pub fn check_place(field: &'static str, place: &str) -> Result<()> {
    if !is_local(place) {
        return Err(Error::invalid(
            field,
            "not_local",
            "expected a path of these pages that begins with one slash, such as /products/mail?plan=team",
        ));
    }
    check_len(field, place, 1, LENGTH_MAX).map(drop)
}

/// Whether a place can be kept.
#[must_use]
pub fn is_keepable(place: &str) -> bool {
    check_place("next", place).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_paths_of_our_own_are_places() {
        for good in [
            "/",
            "/products/mail",
            "/products/mail?plan=a&qty.seats=3#price",
        ] {
            assert!(is_keepable(good), "{good}");
        }
        let long = format!("/{}", "x".repeat(LENGTH_MAX));
        for bad in [
            "",
            "products",
            "//evil.example",
            "///evil.example",
            "/\\evil.example",
            "\\\\evil.example",
            "https://evil.example/",
            "javascript:alert(1)",
            "/\n/evil.example",
            "\t//evil.example",
            " //evil.example",
            long.as_str(),
        ] {
            assert!(!is_keepable(bad), "{bad}");
        }
    }
}
