//! What an acceptable usage record is, and what it counts in.

use crate::types::{UsageInput, UsageKind, UsageTotal};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use tradewind_kernel::id::SubscriptionId;
use tradewind_kernel::{Date, Decimal, Error, Problems, Result, Timestamp, Zone, decimal, text};

const DIMENSIONS_MAX: usize = 8;
const ATTRIBUTES_MAX: usize = 60;
const NAME_LENGTH_MAX: usize = 60;
const VALUE_LENGTH_MAX: usize = 200;
const ATTRIBUTE_LENGTH_MAX: usize = 4_000;
const PLACES_MAX: u32 = 15;
const GROUP_KEY_BYTES_MAX: usize = 400;
/// Quantities and costs below a trillion leave room to sum them up exactly.
const MAGNITUDE_MAX: i64 = 1_000_000_000_000;

/// What sets a group of usage apart within a meter and month.
pub type GroupKey = String;

/// Names one total.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TotalKey {
    /// Whose usage.
    pub subscription_id: SubscriptionId,
    /// The meter.
    pub meter: String,
    /// First day of the calendar month.
    pub period_on: Date,
    /// The group.
    pub group_key: GroupKey,
}

/// Checks a record.
///
/// # Errors
/// Names every field that is wrong and says what would be accepted.
pub fn check_record(input: &UsageInput) -> Result<()> {
    let mut problems = Problems::new();
    problems.check(text::check_len("source", &input.source, 1, 100));
    problems.check(text::check_len("external_id", &input.external_id, 1, 200));
    problems.check(text::check_len("meter", &input.meter, 1, NAME_LENGTH_MAX));
    problems.check(text::check_len("unit", &input.unit, 0, NAME_LENGTH_MAX));
    check_number(&mut problems, "quantity", input.quantity);
    if let Some(cost) = input.cost {
        check_number(&mut problems, "cost", cost);
    }
    match (input.cost, input.currency) {
        (Some(_), None) => problems.add("currency", "required", "a cost needs its currency"),
        (None, Some(_)) => problems.add("cost", "required", "a currency needs a cost"),
        _ => {}
    }
    if input.ends_at < input.starts_at {
        problems.add("ends_at", "before_start", "usage can't end before it began");
    }
    check_map(
        &mut problems,
        "dimensions",
        &input.dimensions,
        DIMENSIONS_MAX,
        VALUE_LENGTH_MAX,
    );
    check_map(
        &mut problems,
        "attributes",
        &input.attributes,
        ATTRIBUTES_MAX,
        ATTRIBUTE_LENGTH_MAX,
    );
    problems.finish()
}

fn check_number(problems: &mut Problems, field: &str, value: Decimal) {
    if value.normalize().scale() > PLACES_MAX {
        problems.add(
            field,
            "too_many_places",
            format!("at most {PLACES_MAX} digits after the point"),
        );
    }
    if value.abs() >= Decimal::from(MAGNITUDE_MAX) {
        problems.add(
            field,
            "out_of_range",
            format!("must be below {MAGNITUDE_MAX}"),
        );
    }
}

fn check_map(
    problems: &mut Problems,
    field: &str,
    map: &BTreeMap<String, String>,
    count_max: usize,
    length_max: usize,
) {
    if map.len() > count_max {
        problems.add(field, "too_many", format!("at most {count_max}"));
    }
    for (key, value) in map {
        let at = format!(
            "{field}.{}",
            key.chars().take(NAME_LENGTH_MAX).collect::<String>()
        );
        problems.check(text::check_len(&at, key, 1, NAME_LENGTH_MAX));
        problems.check(text::check_lines(&at, value, 0, length_max));
    }
}

/// The first day of the calendar month in which usage counts: the month in which it began, where the customer is.
#[must_use]
pub fn period_of(starts_at: Timestamp, zone: &Zone) -> Date {
    starts_at.date_in(zone).first_of_month()
}

/// The group that a record counts in, and what its records have in common.
///
/// Records of different kinds and currencies never share a total. The key is readable and has one form per group; the
/// end of a long one is a digest, as keys of databases are of limited length.
#[must_use]
pub fn group_of(input: &UsageInput) -> (GroupKey, BTreeMap<String, String>) {
    let mut common = input.dimensions.clone();
    if input.kind != UsageKind::Usage {
        common.insert("kind".to_owned(), input.kind.to_string());
    }
    let mut key = String::new();
    let mut push = |name: &str, value: &str| {
        if !key.is_empty() {
            key.push(';');
        }
        escape_into(&mut key, name);
        key.push('=');
        escape_into(&mut key, value);
    };
    for (name, value) in &common {
        push(name, value);
    }
    if let Some(currency) = input.currency {
        push("currency", currency.code());
    }
    if key.len() > GROUP_KEY_BYTES_MAX {
        let digest = hex(&Sha256::digest(&key)[..16]);
        key.truncate(key.floor_char_boundary(GROUP_KEY_BYTES_MAX - 2 * 16 - 1));
        key.push('#');
        key.push_str(&digest);
    }
    (key, common)
}

fn escape_into(key: &mut String, text: &str) {
    for c in text.chars() {
        if matches!(c, ';' | '=' | '\\') {
            key.push('\\');
        }
        key.push(c);
    }
}

/// A digest of everything a record says, to tell a repetition from another record under the same name. A file does not
/// say whose its rows are (`home` is none); whoever reports usage does.
#[must_use]
pub fn content_digest(input: &UsageInput, home: Option<SubscriptionId>) -> String {
    let mut hash = Sha256::new();
    let mut part = |text: &str| {
        hash.update((text.len() as u64).to_le_bytes());
        hash.update(text.as_bytes());
    };
    part(&home.map(|id| id.to_string()).unwrap_or_default());
    part(&input.meter);
    part(&input.starts_at.as_micros().to_string());
    part(&input.ends_at.as_micros().to_string());
    part(&input.quantity.normalize().to_string());
    part(&input.unit);
    part(
        &input
            .cost
            .map(|cost| cost.normalize().to_string())
            .unwrap_or_default(),
    );
    part(input.currency.map_or("", |currency| currency.code()));
    part(input.kind.as_str());
    for map in [&input.dimensions, &input.attributes] {
        part(&map.len().to_string());
        for (name, value) in map {
            part(name);
            part(value);
        }
    }
    hex(&hash.finalize()[..16])
}

/// Lower-case hexadecimal digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digit = |nibble: u8| char::from(DIGITS[usize::from(nibble & 15)]);
    bytes
        .iter()
        .flat_map(|byte| [digit(byte >> 4), digit(*byte)])
        .collect()
}

/// Adds a record to its total.
///
/// # Errors
/// `out_of_range` when the sum needs more digits than a decimal holds exactly; then nothing is added.
pub fn accumulate(total: &mut UsageTotal, input: &UsageInput) -> Result<()> {
    let quantity = add_exactly("quantity", total.quantity, input.quantity)?;
    let cost = match (total.cost, input.cost) {
        (Some(sum), Some(cost)) => Some(add_exactly("cost", sum, cost)?),
        (sum, cost) => sum.or(cost),
    };
    if total.records == 0 {
        total.unit.clone_from(&input.unit);
    } else if total.unit != input.unit {
        total.unit.clear();
    }
    total.quantity = quantity;
    total.cost = cost;
    total.currency = total.currency.or(input.currency);
    total.records += 1;
    Ok(())
}

/// A sum with all its places. Decimals give up places silently when a sum has too many digits for them.
pub(super) fn add_exactly(field: &str, a: Decimal, b: Decimal) -> Result<Decimal> {
    let exact = |a: Decimal, b: Decimal| {
        let sum = decimal::add(a, b).ok()?;
        (sum.scale() >= a.scale().max(b.scale())).then_some(sum)
    };
    exact(a, b)
        .or_else(|| exact(a.normalize(), b.normalize()))
        .ok_or_else(|| {
            Error::invalid(
                field,
                "out_of_range",
                "the total of the month would need more digits than can be kept exactly",
            )
        })
}

#[cfg(test)]
mod tests {
    use super::*;
    use tradewind_kernel::Currency;

    fn record() -> UsageInput {
        UsageInput {
            source: "meter".into(),
            external_id: "1".into(),
            subscription_id: SubscriptionId::generate(),
            meter: "traffic".into(),
            starts_at: Timestamp::parse("2024-09-30T22:30:00Z").unwrap(),
            ends_at: Timestamp::parse("2024-09-30T23:30:00Z").unwrap(),
            quantity: "1.000000000000001".parse().unwrap(),
            unit: "GB".into(),
            cost: None,
            currency: None,
            kind: UsageKind::Usage,
            dimensions: BTreeMap::new(),
            attributes: BTreeMap::new(),
        }
    }

    fn fields(input: &UsageInput) -> Vec<String> {
        check_record(input)
            .unwrap_err()
            .problems()
            .iter()
            .map(|p| p.field.clone())
            .collect()
    }

    #[test]
    fn a_record_within_the_limits_is_accepted() {
        check_record(&record()).unwrap();
        check_record(&UsageInput {
            cost: Some(Decimal::NEGATIVE_ONE),
            currency: Some(Currency::parse("USD").unwrap()),
            ..record()
        })
        .unwrap();
    }

    #[test]
    fn every_wrong_field_is_named() {
        let wrong = UsageInput {
            source: String::new(),
            external_id: "x".repeat(201),
            meter: "a\u{0}b".into(),
            quantity: "0.0000000000000001".parse().unwrap(),
            cost: Some(Decimal::from(MAGNITUDE_MAX)),
            ends_at: Timestamp::parse("2024-09-30T22:29:59Z").unwrap(),
            dimensions: (0..9).map(|n| (n.to_string(), String::new())).collect(),
            ..record()
        };
        assert_eq!(
            fields(&wrong),
            [
                "source",
                "external_id",
                "meter",
                "quantity",
                "cost",
                "currency",
                "ends_at",
                "dimensions"
            ]
        );
    }

    #[test]
    fn usage_counts_in_the_month_where_the_customer_is() {
        let at = record().starts_at;
        assert_eq!(period_of(at, &Zone::utc()).to_string(), "2024-09-01");
        assert_eq!(
            period_of(at, &Zone::parse("Europe/Berlin").unwrap()).to_string(),
            "2024-10-01"
        );
    }

    #[test]
    fn groups_keep_kinds_currencies_and_odd_values_apart() {
        let dimensions = |value: &str| BTreeMap::from([("a".to_owned(), value.to_owned())]);
        let key = |input: UsageInput| group_of(&input).0;
        let usd = Some(Currency::parse("USD").unwrap());
        assert_eq!(
            key(UsageInput {
                dimensions: dimensions("x"),
                ..record()
            }),
            "a=x"
        );
        assert_eq!(
            key(UsageInput {
                dimensions: dimensions("x"),
                cost: Some(Decimal::ONE),
                currency: usd,
                ..record()
            }),
            "a=x;currency=USD"
        );
        assert_eq!(
            key(UsageInput {
                dimensions: dimensions("x;b=y"),
                ..record()
            }),
            "a=x\\;b\\=y"
        );
        assert_eq!(
            key(UsageInput {
                kind: UsageKind::Credit,
                ..record()
            }),
            "kind=credit"
        );
    }

    #[test]
    fn long_groups_keep_apart_under_short_keys() {
        let key = |last: &str| {
            let mut dimensions: BTreeMap<String, String> = (0..7)
                .map(|n| (n.to_string(), "ü".repeat(VALUE_LENGTH_MAX)))
                .collect();
            dimensions.insert("z".to_owned(), last.to_owned());
            let (key, common) = group_of(&UsageInput {
                dimensions,
                ..record()
            });
            assert_eq!(common.len(), 8);
            key
        };
        assert!(key("a").len() <= GROUP_KEY_BYTES_MAX);
        assert!(key("a").starts_with("0=üü"));
        assert_ne!(key("a"), key("b"));
        assert_eq!(key("a"), key("a"));
    }

    #[test]
    fn the_digest_tells_content_apart_but_not_notation() {
        let base = record();
        let digest = |input: &UsageInput| content_digest(input, None);
        let same = [
            UsageInput {
                quantity: "1.0000000000000010".parse().unwrap(),
                ..base.clone()
            },
            UsageInput {
                source: "other".into(),
                external_id: "2".into(),
                subscription_id: SubscriptionId::generate(),
                ..base.clone()
            },
        ];
        for input in same {
            assert_eq!(digest(&base), digest(&input));
        }
        let map = BTreeMap::from([("a".to_owned(), "b".to_owned())]);
        let others = [
            UsageInput {
                quantity: Decimal::TWO,
                ..base.clone()
            },
            UsageInput {
                unit: "G".into(),
                meter: "trafficB".into(),
                ..base.clone()
            },
            UsageInput {
                dimensions: map.clone(),
                ..base.clone()
            },
            UsageInput {
                attributes: map,
                ..base.clone()
            },
        ];
        let mut digests: Vec<String> = others.iter().map(digest).collect();
        digests.push(digest(&base));
        digests.push(content_digest(&base, Some(base.subscription_id)));
        digests.sort();
        digests.dedup();
        assert_eq!(digests.len(), 6);
        assert!(digests.iter().all(|d| d.len() == 32));
    }

    #[test]
    fn a_sum_keeps_every_digit_or_is_refused() {
        let total = |quantity: &str| UsageTotal {
            subscription_id: SubscriptionId::generate(),
            meter: "traffic".into(),
            period_on: Date::constant(2024, 9, 1),
            group_key: String::new(),
            dimensions: BTreeMap::new(),
            version: 1,
            records: 1,
            quantity: quantity.parse().unwrap(),
            unit: "GB".into(),
            cost: None,
            currency: None,
        };
        let mut near = total("70000000000000");
        accumulate(&mut near, &record()).unwrap();
        assert_eq!(near.quantity.to_string(), "70000000000001.000000000000001");
        assert_eq!(near.records, 2);

        // One digit more than fits.
        let mut full = total("79999999999999");
        let before = full.clone();
        let refused = accumulate(&mut full, &record()).unwrap_err();
        assert_eq!(refused.problems()[0].field, "quantity");
        assert_eq!(full, before);

        // Zeros at the end are no reason to refuse.
        let mut padded = total("79999999999990.00000000000000");
        let one = UsageInput {
            quantity: "1.000000000000000".parse().unwrap(),
            ..record()
        };
        accumulate(&mut padded, &one).unwrap();
        assert_eq!(padded.quantity, "79999999999991".parse().unwrap());
    }
}
