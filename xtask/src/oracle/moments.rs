//! Changes at a moment: by the clock, at a part of a period, or at some moment that is not published.

use serde_json::Value;
use tradewind_kernel::{
    Decimal, Money, Timestamp, Zone,
    calendar::{Cadence, Period, add_days},
};
use tradewind_pricing::{
    Direction, ProrationPolicy, ProrationTerms, proration::Clock, recurring::ChangeAt,
};

use super::{
    Computed,
    calendar::time,
    case::{Input, Outcome, date, list, shown, text, unsupported, whole},
    conventions::{cadence_of, direction, terms},
    plans::{Within, amount_of, charge_of, credit_of, three},
};

/// Whether a value is a moment rather than a day.
fn is_moment(value: &Value) -> bool {
    value.is_number() || value.as_str().is_some_and(|text| text.contains('T'))
}

/// Seconds after the epoch: such a number, a time, or the midnight that begins a day.
fn seconds(value: &Value) -> Outcome<i64> {
    if value.is_number() {
        return whole(value);
    }
    if is_moment(value) {
        return Ok(time(value)?.as_seconds());
    }
    Ok(Zone::utc().start_of_day(date(value)?).as_seconds())
}

/// A moment so many seconds after the epoch.
fn second(seconds: i64) -> Timestamp {
    Timestamp::from_micros(seconds.saturating_mul(1_000_000))
}

impl Within {
    /// The change of a case within its `period`, by the clock where any of its dates has a time.
    pub(super) fn read(input: &Input<'_>) -> Outcome<Self> {
        let [start, end] = list(input.value("period")?)? else {
            return unsupported("expected the start and the end of a period");
        };
        let at = if input.has("change_at") {
            "change_at"
        } else {
            "change"
        };
        let at = input.value(at)?;
        if [start, end, at].into_iter().any(is_moment) {
            return Self::by_clock(input, seconds(start)?, seconds(end)?, seconds(at)?);
        }
        let full = Period::new(date(start)?, date(end)?)?;
        let terms = terms(input, cadence_of(full)?)?;
        if terms.proration == ProrationTerms::all(ProrationPolicy::BothEnds)
            && date(at)? == full.end
        {
            return unsupported("what changes on the end of a period belongs to the next one here");
        }
        Ok(Self {
            terms,
            full,
            at: ChangeAt::day(date(at)?),
            direction: direction(input.case),
        })
    }

    /// A change by the clock, in a period given in seconds.
    fn by_clock(input: &Input<'_>, start: i64, end: i64, at: i64) -> Outcome<Self> {
        let utc = Zone::utc();
        let (first, last) = (second(start).date_in(&utc), second(end).date_in(&utc));
        Ok(Self {
            terms: terms(input, Cadence::MONTHLY)?,
            full: Period::new(first, last.max(add_days(first, 1)?))?,
            at: ChangeAt {
                date: second(at).date_in(&utc),
                clock: Some(Clock {
                    start: second(start),
                    end: second(end),
                    at: second(at),
                }),
            },
            direction: direction(input.case),
        })
    }
}

/// What is given back for the rest of a period.
pub(super) fn unused(input: &Input<'_>) -> Outcome<Computed> {
    let mut within = Within::read(input)?;
    within.direction = Direction::Upgrade;
    let change = within.change(Some(input.decimal("price")?), None)?;
    Ok(Computed::from_iter([(
        "unused".to_owned(),
        shown(credit_of(&change)?),
    )]))
}

const DAY: i64 = 86_400;

/// The seconds of a month of 30 days.
const MONTH: i64 = 30 * DAY;

/// How much of a period has passed, as a fraction: `half of the period`, `two thirds`, `3/4`, `40%`, `0.4`,
/// `10 of 30 days`, `a quarter left`.
fn part_of(text: &str) -> Option<(i64, i64)> {
    let lower = text.to_lowercase();
    let words: Vec<&str> = lower
        .split_whitespace()
        .flat_map(|word| {
            // "three-quarters", but not "-1/2"
            let hyphen = word.starts_with(char::is_alphabetic);
            word.split(move |c| hyphen && c == '-')
        })
        .collect();
    let counts = ["one", "two", "three", "four", "five"];
    let parts = ["half", "third", "quarter", "fifth", "sixth"];
    let (mut count, mut found) = (1, None);
    let mut numbers = Vec::new();
    for word in &words {
        if let Some(at) = counts.iter().position(|name| name == word) {
            count = i64::try_from(at).ok()? + 1;
        } else if let Some(at) = parts.iter().position(|name| word.starts_with(name)) {
            found = found.or(Some((count, i64::try_from(at).ok()? + 2)));
        } else if let Some((part, whole)) = word.split_once('/') {
            found = found.or(Some((part.parse().ok()?, whole.parse().ok()?)));
        } else if let Some(percent) = word.strip_suffix('%') {
            found = found.or(Some(over(percent.parse().ok()?, 100)?));
        } else if let Ok(number) = word.parse::<Decimal>() {
            numbers.push(number);
        } else if matches!(*word, "start" | "beginning") {
            found = found.or(Some((0, 1)));
        } else if *word == "end" {
            found = found.or(Some((1, 1)));
        }
    }
    let (part, whole) = match (found, numbers.as_slice()) {
        (Some(found), []) => found,
        (None, [part]) if *part <= Decimal::ONE => over(*part, 1)?,
        (None, [part, whole]) => (
            part.to_string().parse().ok()?,
            whole.to_string().parse().ok()?,
        ),
        _ => return None,
    };
    if part < 0 || whole <= 0 || part > whole {
        return None;
    }
    let left = words
        .iter()
        .any(|word| matches!(*word, "left" | "remaining" | "unused"));
    Some((if left { whole - part } else { part }, whole))
}

/// A decimal over a whole number, as a fraction of whole numbers.
fn over(part: Decimal, whole: i64) -> Option<(i64, i64)> {
    let part = part.normalize();
    let scale = 10_i64.checked_pow(part.scale())?;
    Some((
        i64::try_from(part.mantissa()).ok()?,
        whole.checked_mul(scale)?,
    ))
}

/// What a whole period costs before and after a change.
fn both(input: &Input<'_>) -> Outcome<(Decimal, Decimal)> {
    let seat = input.maybe_decimal("seat")?;
    Ok((
        amount_of(input.value("from_")?, seat)?,
        amount_of(input.value("to")?, seat)?,
    ))
}

/// A change at a part of a period whose length is not published.
pub(super) fn at_fraction(input: &Input<'_>) -> Outcome<Computed> {
    let words = text(input.value("at")?)?;
    let Some((part, whole)) = part_of(words) else {
        return unsupported(format!("{words:?} is not a part of a period"));
    };
    // As many days as make the moment fall on a whole second.
    let within = Within::by_clock(input, 0, DAY * whole, DAY * part)?;
    let (old, new) = both(input)?;
    three(&within.change(Some(old), Some(new))?)
}

/// How many different answers a change at an unknown moment may have before none of them says anything.
const ANSWERS: usize = 20_000;

/// Both lines of a change whose moment is not published: the answers of all seconds of a month, of which one is meant.
pub(super) fn some_moment(input: &Input<'_>) -> Outcome<Computed> {
    let (old, new) = both(input)?;
    let at = |second: i64| -> Outcome<(Money, Money)> {
        let change = Within::by_clock(input, 0, MONTH, second)?.change(Some(old), Some(new))?;
        Ok((credit_of(&change)?, charge_of(&change)?))
    };
    // Both lines only shrink with time: where the ends of a stretch agree, so does all of it.
    let (first, last) = (0, MONTH - 1);
    let (begin, end) = (at(first)?, at(last)?);
    let mut answers = vec![begin, end];
    let mut open = vec![(first, begin, last, end)];
    while let Some((low, from, high, to)) = open.pop() {
        if from == to || high - low < 2 {
            continue;
        }
        let middle = i64::midpoint(low, high);
        let answer = at(middle)?;
        if answer != from && answer != to {
            answers.push(answer);
        }
        if answers.len() > ANSWERS {
            return unsupported("no moment is published, and too many amounts are possible");
        }
        open.push((low, from, middle, answer));
        open.push((middle, answer, high, to));
    }
    let answers: Vec<Value> = answers
        .into_iter()
        .map(|(credit, charge)| {
            Ok(Value::Object(Computed::from_iter([
                ("credit".to_owned(), shown(credit)),
                ("unused".to_owned(), shown(credit)),
                ("charge".to_owned(), shown(charge)),
                ("net".to_owned(), shown(credit.add(charge)?)),
            ])))
        })
        .collect::<Outcome<_>>()?;
    Ok(Computed::from_iter([(
        super::ONE_OF.to_owned(),
        answers.into(),
    )]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_of_a_period_are_read_in_words_and_numbers() {
        for (text, part) in [
            ("half of the period", (1, 2)),
            ("halfway", (1, 2)),
            ("third", (1, 3)),
            ("two thirds of the period", (2, 3)),
            ("three-quarters", (3, 4)),
            ("a quarter left", (3, 4)),
            ("3/8 of the period", (3, 8)),
            ("40%", (40, 100)),
            ("12.5% of the period", (125, 1000)),
            ("0.25", (25, 100)),
            ("10 of 31 days", (10, 31)),
            ("10 days left of 31", (21, 31)),
            ("start", (0, 1)),
        ] {
            assert_eq!(part_of(text), Some(part), "{text}");
        }
        for text in ["soon", "5/4", "-1/2", "", "day 10", "1/0", "7 of 3"] {
            assert_eq!(part_of(text), None, "{text}");
        }
    }
}
