//! Form and check digits of each member's numbers.

/// Whether the check digits of a number, without its prefix, are right; none when it has not the form of the country's.
pub(super) fn check(country: &str, number: &str) -> Option<bool> {
    match country {
        "AT" => austria(number),
        "BE" => belgium(number),
        "BG" => bulgaria(number),
        "CY" => cyprus(number),
        "CZ" => czechia(number),
        "DE" => digits::<9>(number).map(|d| iso_11_10(&d)),
        "DK" => {
            digits::<8>(number).map(|d| weighted(&d, &[2, 7, 6, 5, 4, 3, 2, 1]).is_multiple_of(11))
        }
        "EE" => digits::<9>(number).map(|d| to_ten(&d, &[3, 7, 1, 3, 7, 1, 3, 7])),
        "ES" => spain(number),
        "FI" => digits::<8>(number)
            .map(|d| (11 - weighted(&d, &[7, 9, 10, 5, 8, 4, 2]) % 11) % 11 == d[7]),
        "FR" => france(number),
        "GR" => digits::<9>(number)
            .map(|d| weighted(&d, &[256, 128, 64, 32, 16, 8, 4, 2]) % 11 % 10 == d[8]),
        "HR" => digits::<11>(number).map(|d| iso_11_10(&d)),
        "HU" => digits::<8>(number).map(|d| to_ten(&d, &[9, 7, 3, 1, 9, 7, 3])),
        "IE" => ireland(number),
        "IT" => digits::<11>(number).map(|d| luhn(&d)),
        "LT" => lithuania(number),
        "LU" => digits::<8>(number).map(|d| value(&d[..6]) % 89 == value(&d[6..])),
        "LV" => latvia(number),
        "MT" => digits::<8>(number)
            .map(|d| 37 - weighted(&d, &[3, 4, 6, 7, 8, 9]) % 37 == value(&d[6..])),
        "NL" => netherlands(number),
        "PL" => {
            digits::<10>(number).map(|d| weighted(&d, &[6, 5, 7, 2, 3, 4, 5, 6, 7]) % 11 == d[9])
        }
        "PT" => digits::<9>(number)
            .map(|d| falling(11 - weighted(&d, &[9, 8, 7, 6, 5, 4, 3, 2]) % 11) == d[8]),
        "RO" => romania(number),
        "SE" => digits::<12>(number).map(|d| luhn(&d[..10]) && value(&d[10..]) > 0),
        "SI" => digits::<8>(number).map(|d| {
            11 - weighted(&d, &[8, 7, 6, 5, 4, 3, 2]) % 11
                == match d[7] {
                    0 => 10,
                    digit => digit,
                }
        }),
        "SK" => digits::<10>(number).map(|d| value(&d).is_multiple_of(11)),
        _ => None,
    }
}

/// Exactly so many digits.
fn digits<const N: usize>(text: &str) -> Option<[u64; N]> {
    let found = all_digits(text)?;
    found.try_into().ok()
}

fn all_digits(text: &str) -> Option<Vec<u64>> {
    text.chars()
        .map(|c| c.to_digit(10).map(u64::from))
        .collect()
}

fn value(digits: &[u64]) -> u64 {
    digits.iter().fold(0, |value, digit| value * 10 + digit)
}

/// The sum of digits by weights, from the first digit on.
fn weighted(digits: &[u64], weights: &[u64]) -> u64 {
    digits
        .iter()
        .zip(weights)
        .map(|(digit, weight)| digit * weight)
        .sum()
}

/// Digits that do not fit into one count as zero.
fn falling(check: u64) -> u64 {
    if check > 9 { 0 } else { check }
}

/// The last digit brings the weighted sum of the others to a multiple of ten.
fn to_ten(digits: &[u64], weights: &[u64]) -> bool {
    let check = (10 - weighted(digits, weights) % 10) % 10;
    digits.last() == Some(&check)
}

fn luhn(digits: &[u64]) -> bool {
    let sum: u64 = digits
        .iter()
        .rev()
        .enumerate()
        .map(|(place, digit)| match place % 2 {
            0 => *digit,
            _ => digit * 2 / 10 + digit * 2 % 10,
        })
        .sum();
    sum.is_multiple_of(10)
}

/// ISO 7064, MOD 11,10.
fn iso_11_10(digits: &[u64]) -> bool {
    let Some((check, rest)) = digits.split_last() else {
        return false;
    };
    let product = rest.iter().fold(10, |product, digit| {
        let sum = (product + digit) % 10;
        (if sum == 0 { 10 } else { sum }) * 2 % 11
    });
    (11 - product) % 10 == *check
}

/// ISO 7064, MOD 97-10, over digits and letters.
fn iso_97_10(text: &str) -> bool {
    let rest = text
        .chars()
        .filter_map(|c| c.to_digit(36))
        .fold(0_u64, |rest, part| {
            let places = if part > 9 { 100 } else { 10 };
            (rest * places + u64::from(part)) % 97
        });
    rest == 1
}

fn austria(number: &str) -> Option<bool> {
    let d = digits::<8>(number.strip_prefix('U')?)?;
    let sum: u64 = d[..7]
        .iter()
        .enumerate()
        .map(|(place, digit)| match place % 2 {
            0 => *digit,
            _ => digit * 2 / 10 + digit * 2 % 10,
        })
        .sum();
    Some((10 - (sum + 4) % 10) % 10 == d[7])
}

fn belgium(number: &str) -> Option<bool> {
    let d = digits::<10>(number)?;
    (d[0] < 2).then(|| 97 - value(&d[..8]) % 97 == value(&d[8..]))
}

/// Companies have nine digits; the ten of persons are taken as they are.
fn bulgaria(number: &str) -> Option<bool> {
    let d = all_digits(number)?;
    match d.len() {
        9 => {
            let first = weighted(&d, &[1, 2, 3, 4, 5, 6, 7, 8]) % 11;
            let check = match first {
                10 => weighted(&d, &[3, 4, 5, 6, 7, 8, 9, 10]) % 11,
                first => first,
            };
            Some(falling(check) == d[8])
        }
        10 => Some(true),
        _ => None,
    }
}

fn cyprus(number: &str) -> Option<bool> {
    const ODD: [u64; 10] = [1, 0, 5, 7, 9, 13, 15, 17, 19, 21];
    let letter = number.chars().last().filter(char::is_ascii_uppercase)?;
    let d = digits::<8>(number.get(..number.len() - 1)?)?;
    let sum: u64 = d
        .iter()
        .enumerate()
        .map(|(place, digit)| match place % 2 {
            0 => usize::try_from(*digit)
                .ok()
                .and_then(|i| ODD.get(i))
                .copied()
                .unwrap_or(0),
            _ => *digit,
        })
        .sum();
    Some(sum % 26 == u64::from(u32::from(letter) - u32::from('A')))
}

/// Companies have eight digits; the nine or ten of persons are taken as they are.
fn czechia(number: &str) -> Option<bool> {
    let d = all_digits(number)?;
    match d.len() {
        8 => {
            let check = (11 - weighted(&d, &[8, 7, 6, 5, 4, 3, 2]) % 11) % 10;
            Some(check == d[7])
        }
        9 | 10 => Some(true),
        _ => None,
    }
}

fn spain(number: &str) -> Option<bool> {
    const OF_PERSONS: &[u8; 23] = b"TRWAGMYFPDXBNJZSQVHLCKE";
    const OF_COMPANIES: &[u8; 10] = b"JABCDEFGHI";
    let bytes = number.as_bytes();
    if bytes.len() != 9 || !bytes.iter().all(u8::is_ascii_alphanumeric) {
        return None;
    }
    let (first, last) = (bytes[0], bytes[8]);
    let person = |digits: &[u64]| {
        let at = usize::try_from(value(digits) % 23).ok()?;
        Some(OF_PERSONS.get(at) == Some(&last))
    };
    match first {
        b'0'..=b'9' => person(&all_digits(&number[..8])?),
        b'K' | b'L' | b'M' => person(&all_digits(&number[1..8])?),
        b'X' | b'Y' | b'Z' => {
            let mut d = vec![u64::from(first - b'X')];
            d.extend(all_digits(&number[1..8])?);
            person(&d)
        }
        b'A'..=b'J' | b'N' | b'P'..=b'W' => {
            let d = all_digits(&number[1..8])?;
            let sum: u64 = d
                .iter()
                .enumerate()
                .map(|(place, digit)| match place % 2 {
                    0 => digit * 2 / 10 + digit * 2 % 10,
                    _ => *digit,
                })
                .sum();
            let check = (10 - sum % 10) % 10;
            let letter = usize::try_from(check)
                .ok()
                .and_then(|at| OF_COMPANIES.get(at));
            Some(letter == Some(&last) || u64::from(last.wrapping_sub(b'0')) == check)
        }
        _ => None,
    }
}

/// A key of digits follows from the company's number; one with letters is taken as it is.
fn france(number: &str) -> Option<bool> {
    let (key, company) = number.split_at_checked(2)?;
    let company = digits::<9>(company)?;
    let letters = |c: char| c.is_ascii_uppercase() && !matches!(c, 'I' | 'O');
    if !key.chars().all(|c| c.is_ascii_digit() || letters(c)) {
        return None;
    }
    // The post office numbers its branches without regard to the usual check.
    let known = luhn(&company) || company.starts_with(&[3, 5, 6, 0, 0, 0, 0, 0]);
    Some(match all_digits(key) {
        Some(key) => value(&key) == (12 + 3 * (value(&company) % 97)) % 97 && known,
        None => known,
    })
}

fn ireland(number: &str) -> Option<bool> {
    const LETTERS: &[u8; 23] = b"WABCDEFGHIJKLMNOPQRSTUV";
    let (digits_part, letters) = number.split_at_checked(7)?;
    let d = digits::<7>(digits_part)?;
    let letters = letters.as_bytes();
    let second = match letters {
        [_] => 0,
        [_, second @ b'A'..=b'I'] => u64::from(second - b'A' + 1),
        [_, b'W'] => 0,
        _ => return None,
    };
    let sum = weighted(&d, &[8, 7, 6, 5, 4, 3, 2]) + 9 * second;
    let right = usize::try_from(sum % 23)
        .ok()
        .and_then(|at| LETTERS.get(at));
    letters[0]
        .is_ascii_uppercase()
        .then(|| right == Some(&letters[0]))
}

fn lithuania(number: &str) -> Option<bool> {
    let d = all_digits(number)?;
    if !matches!(d.len(), 9 | 12) {
        return None;
    }
    let (check, rest) = d.split_last()?;
    let sum = |shift: u64| -> u64 {
        (0..)
            .zip(rest)
            .map(|(place, digit)| digit * ((place + shift) % 9 + 1))
            .sum()
    };
    let first = sum(0) % 11;
    let right = if first == 10 { sum(2) % 11 % 10 } else { first };
    Some(right == *check)
}

/// Numbers of companies begin with more than 3; those of persons, which begin with a date, are taken as they are.
fn latvia(number: &str) -> Option<bool> {
    let d = digits::<11>(number)?;
    if d[0] <= 3 {
        return Some(true);
    }
    Some(weighted(&d, &[9, 1, 4, 8, 3, 10, 2, 5, 7, 6, 1]) % 11 == 3)
}

/// Companies end in a check digit; sole proprietors' numbers are checked as a whole.
fn netherlands(number: &str) -> Option<bool> {
    let (company, branch) = number.split_at_checked(9)?;
    let d = digits::<9>(company)?;
    digits::<2>(branch.strip_prefix('B')?)?;
    let company = weighted(&d, &[9, 8, 7, 6, 5, 4, 3, 2]) % 11 == d[8];
    Some(company || iso_97_10(&format!("NL{number}")))
}

fn romania(number: &str) -> Option<bool> {
    let d = all_digits(number)?;
    if !(2..=10).contains(&d.len()) {
        return None;
    }
    let (check, rest) = d.split_last()?;
    let weights = [7, 5, 3, 2, 1, 7, 5, 3, 2];
    let sum = weighted(rest, &weights[weights.len() - rest.len()..]);
    Some(sum * 10 % 11 % 10 == *check)
}
