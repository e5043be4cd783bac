//! Letters as banks send them.

use tradewind_kernel::text::fold;

/// What Windows-1252 has in place of the controls from 0x80 to 0x9f.
const WINDOWS: [char; 32] = [
    '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8d}', 'Ž', '\u{8f}',
    '\u{90}', '‘', '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{9d}', 'ž', 'Ÿ',
];

/// The text of a file: UTF-8, or Windows-1252 (and so ISO 8859-1) where it is not.
#[must_use]
pub fn decode(bytes: &[u8]) -> String {
    if let Ok(text) = std::str::from_utf8(bytes) {
        return text.strip_prefix('\u{feff}').unwrap_or(text).to_owned();
    }
    bytes
        .iter()
        .map(|byte| match byte {
            0x80..=0x9f => WINDOWS
                .get(usize::from(byte - 0x80))
                .copied()
                .unwrap_or(' '),
            byte => char::from(*byte),
        })
        .collect()
}

/// The last four characters of an account, and nothing of a short one.
#[must_use]
pub fn hint(account: &str) -> String {
    let letters: Vec<char> = account.chars().filter(|c| c.is_alphanumeric()).collect();
    match letters.len() {
        0..8 => String::new(),
        count => letters.iter().skip(count - 4).collect(),
    }
}

/// Words of a name that banks write in many ways, or leave out.
const FORMS: [&str; 18] = [
    "gmbh", "mbh", "ag", "kg", "co", "se", "ltd", "limited", "inc", "llc", "plc", "sa", "sarl",
    "srl", "bv", "ug", "kft", "und",
];

fn words_of(name: &str) -> Vec<String> {
    fold(name)
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty() && !FORMS.contains(word))
        .map(str::to_owned)
        .collect()
}

/// Whether two names are those of one company or person: the same words, whatever their case, accents, punctuation, order
/// and legal form.
#[must_use]
pub fn same_name(a: &str, b: &str) -> bool {
    let (mut a, mut b) = (words_of(a), words_of(b));
    a.sort();
    b.sort();
    !a.is_empty() && a == b
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_read_in_both_encodings_and_made_one_line() {
        assert_eq!(decode("\u{feff}Grüße €".as_bytes()), "Grüße €");
        assert_eq!(decode(b"Gr\xfc\xdfe \x80"), "Grüße €");
        assert_eq!(hint("AT61 1904 3002 3457 3201"), "3201");
        assert_eq!(hint("1234"), "");
    }

    #[test]
    fn names_are_compared_by_their_words() {
        assert!(same_name("ACME GMBH & CO. KG", "Acme"));
        assert!(same_name("Müller, Ruth", "Ruth Müller"));
        assert!(!same_name("Acme Nord", "Acme"));
        assert!(!same_name("GmbH", "GmbH"));
    }
}
