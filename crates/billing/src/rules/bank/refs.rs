//! Numbers of invoices in what payers write.

use crate::types::DocumentKind;

/// Digits that the running part of a number has at least, as it is printed.
const WIDTH: usize = 6;
/// Characters that may stand between two parts of a number.
const GAP: usize = 3;

/// An invoice that a text seems to name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Named {
    /// The series: `INV-2024`.
    pub series: String,
    /// What the running number may be, the likeliest first.
    pub sequences: Vec<i64>,
    /// Whether the text has the letters of the series, too; without them it may be any number.
    pub sure: bool,
}

/// All invoices that a text seems to name, each once. Case, spaces, punctuation, line ends and leading zeros do not matter:
/// `INV-2024-000042`, `inv 2024/42`, `RNrINV20240 00042` are the same. References by ISO 11649 have the number behind their
/// check digits, and need no reading of their own. Numbers without letters count when they have all of their digits.
#[must_use]
pub fn named(text: &str) -> Vec<Named> {
    let letters: Vec<char> = text.to_uppercase().chars().collect();
    let prefix: Vec<char> = DocumentKind::Invoice.series_prefix().chars().collect();
    let mut found = Vec::new();
    let mut at = 0;
    while at < letters.len() {
        let rest = letters.get(at..).unwrap_or_default();
        if rest.starts_with(&prefix) {
            let after = rest.get(prefix.len()..).unwrap_or_default();
            if let Some((one, used)) = number(after, true) {
                found.push(one);
                at += prefix.len() + used;
                continue;
            }
        } else if starts_number(&letters, at)
            && let Some((one, used)) = number(rest, false)
        {
            found.push(one);
            at += used;
            continue;
        }
        at += 1;
    }
    found.sort();
    found.dedup();
    // What is named with its letters is not a number without them as well.
    let sure: Vec<String> = found
        .iter()
        .filter(|one| one.sure)
        .map(|one| one.series.clone())
        .collect();
    found.retain(|one| one.sure || !sure.contains(&one.series));
    found
}

/// Whether digits begin here that are not the end of others.
fn starts_number(letters: &[char], at: usize) -> bool {
    let is_digit = |place: Option<usize>| {
        place
            .and_then(|place| letters.get(place))
            .is_some_and(char::is_ascii_digit)
    };
    is_digit(Some(at)) && !is_digit(at.checked_sub(1))
}

/// The digits at the beginning of a text, each with the place behind it, and whether something stood before it.
fn digits(text: &[char]) -> Vec<(char, usize, bool)> {
    let mut found = Vec::new();
    let mut gap = 0;
    for (place, letter) in text.iter().enumerate() {
        if letter.is_ascii_digit() {
            found.push((*letter, place + 1, gap > 0));
            gap = 0;
        } else if letter.is_alphabetic() || *letter == '\u{1f}' || gap == GAP {
            break;
        } else {
            gap += 1;
        }
    }
    found
}

/// Year and running number at the beginning of a text, and how many characters they take.
fn number(text: &[char], sure: bool) -> Option<(Named, usize)> {
    let digits = digits(text);
    let year: String = digits.get(..4)?.iter().map(|(digit, _, _)| digit).collect();
    if !(year.starts_with("19") || year.starts_with("20")) {
        return None;
    }
    let running = digits.get(4..)?;
    let text_of = |count: usize| -> String {
        let taken = running.get(..count).unwrap_or_default();
        taken.iter().map(|(digit, _, _)| digit).collect()
    };
    // Up to the first gap, once the number has begun.
    let first = running
        .iter()
        .enumerate()
        .position(|(place, (_, _, gap))| place > 0 && *gap)
        .unwrap_or(running.len());
    let mut lengths = Vec::new();
    if running.len() >= WIDTH {
        lengths.push(if first > WIDTH { first } else { WIDTH });
    }
    if sure && first > 0 && first < WIDTH {
        lengths.push(first);
    }
    let mut sequences = Vec::new();
    for length in &lengths {
        if let Ok(sequence) = text_of(*length).parse::<i64>()
            && sequence > 0
            && !sequences.contains(&sequence)
        {
            sequences.push(sequence);
        }
    }
    let used = lengths
        .iter()
        .min()
        .and_then(|length| running.get(length.checked_sub(1)?))
        .map(|(_, behind, _)| *behind)?;
    (!sequences.is_empty()).then(|| {
        let series = format!("{}-{year}", DocumentKind::Invoice.series_prefix());
        (
            Named {
                series,
                sequences,
                sure,
            },
            used,
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(text: &str) -> Vec<(String, Vec<i64>, bool)> {
        named(text)
            .into_iter()
            .map(|one| (one.series, one.sequences, one.sure))
            .collect()
    }

    fn one(sequence: i64) -> Vec<(String, Vec<i64>, bool)> {
        vec![("INV-2024".to_owned(), vec![sequence], true)]
    }

    #[test]
    fn numbers_are_found_however_they_are_written() {
        for text in [
            "INV-2024-000042",
            "inv 2024/42",
            "Rechnung Nr.INV20 24-000 042 vom 1.3.",
            "RF18INV2024000042",
            "rgINV_2024_0042",
            "INV-2024-\n000042",
            "Zahlung INV-2024-000042, INV-2024-000042",
        ] {
            assert_eq!(all(text), one(42), "{text}");
        }
    }

    #[test]
    fn several_numbers_and_such_that_may_be_two_are_told_apart() {
        let found: Vec<i64> = named("INV-2024-000007+INV2024/8; INV 2024 000009")
            .into_iter()
            .flat_map(|one| one.sequences)
            .collect();
        assert_eq!(found, [7, 8, 9]);
        // An amount behind the number could be the rest of it.
        assert_eq!(
            all("INV-2024-12 1000,00"),
            [("INV-2024".to_owned(), vec![121_000, 12], true)]
        );
        assert_eq!(all("INV-2024-1234567"), one(1_234_567));
    }

    #[test]
    fn bare_numbers_are_only_guesses_and_other_digits_none() {
        assert_eq!(
            all("Re. 2024-000042"),
            [("INV-2024".to_owned(), vec![42], false)]
        );
        for text in [
            "2024-42",
            "DE89370400440532013000",
            "31.12.2024",
            "INV",
            "INV-1-2",
            "",
        ] {
            assert_eq!(all(text), [], "{text}");
        }
    }
}
