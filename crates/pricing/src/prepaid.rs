//! Quantities that are bought ahead, and what is left of them for the months that follow.
//!
//! Everything is computed from the first month on, so the order in which usage comes to be known makes no difference: a
//! month draws the oldest quantity that is still there, and what is beyond all of it is for the price.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};
use tradewind_kernel::{Decimal, Result, decimal};
use utoipa::ToSchema;

/// What brings the included quantity of a price, and how long what is not used of it is kept.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Prepaid {
    /// Code of another item of the plan of which every unit brings the included quantity: each month that it is held where
    /// it recurs, in the month of its purchase where it is paid once. None where every month brings the quantity.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub per: Option<String>,
    /// For how many months after its own what is left of a month is kept; 0 where it lapses with it, none where it is kept
    /// without end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub months: Option<u16>,
    /// The most that earlier months may leave to a later one; what is beyond lapses, the oldest first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_most: Option<Decimal>,
}

/// A month, as it adds to what is there and draws from it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Month {
    /// What it brings.
    pub granted: Decimal,
    /// For how many further months what it brings is kept; none where it is without end.
    pub months: Option<u16>,
    /// The most that is left to the next month.
    pub at_most: Option<Decimal>,
    /// What was used in it.
    pub used: Decimal,
}

/// How a month turned out.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Balance {
    /// What earlier months have left.
    pub carried: Decimal,
    /// What the month brought.
    pub granted: Decimal,
    /// What was drawn; the rest of what was used is for the price.
    pub drawn: Decimal,
    /// What lapses at its end.
    pub lapsed: Decimal,
}

impl Balance {
    /// What costs nothing in the month.
    ///
    /// # Errors
    /// `overflow`.
    pub fn available(&self) -> Result<Decimal> {
        decimal::add(self.carried, self.granted)
    }
}

/// What is left of what one month brought.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lot {
    /// How much.
    pub left: Decimal,
    /// The last month in which it is there, counted from the first of all months; none where it is kept without end.
    pub until: Option<usize>,
}

/// Months that follow one another, and what is left of them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Course {
    /// How each month turned out.
    pub months: Vec<Balance>,
    /// What is left in the last month, before anything of it lapses; the oldest first.
    pub left: Vec<Lot>,
}

/// How months turned out, the oldest quantity drawn first.
///
/// # Errors
/// `overflow`.
pub fn course(months: &[Month]) -> Result<Course> {
    let mut lots: VecDeque<Lot> = VecDeque::new();
    let mut course = Course::default();
    for (at, month) in months.iter().enumerate() {
        let carried = sum(&lots)?;
        let granted = month.granted.max(Decimal::ZERO);
        if !granted.is_zero() {
            lots.push_back(Lot {
                left: granted,
                until: month
                    .months
                    .map(|kept| at.saturating_add(usize::from(kept))),
            });
        }
        let drawn = draw(&mut lots, month.used.max(Decimal::ZERO))?;
        course.left = lots.iter().copied().collect();
        let before = sum(&lots)?;
        lots.retain(|lot| lot.until.is_none_or(|until| until > at));
        if let Some(most) = month.at_most {
            let beyond = decimal::sub(sum(&lots)?, most)?;
            draw(&mut lots, beyond.max(Decimal::ZERO))?;
        }
        course.months.push(Balance {
            carried,
            granted,
            drawn,
            lapsed: decimal::sub(before, sum(&lots)?)?,
        });
    }
    Ok(course)
}

/// Takes a quantity off the oldest lots, and answers how much of it was there.
fn draw(lots: &mut VecDeque<Lot>, wanted: Decimal) -> Result<Decimal> {
    let mut drawn = Decimal::ZERO;
    for lot in lots.iter_mut() {
        let part = decimal::sub(wanted, drawn)?.min(lot.left);
        lot.left = decimal::sub(lot.left, part)?;
        drawn = decimal::add(drawn, part)?;
    }
    lots.retain(|lot| !lot.left.is_zero());
    Ok(drawn)
}

fn sum(lots: &VecDeque<Lot>) -> Result<Decimal> {
    let mut left = lots.iter().map(|lot| lot.left);
    left.try_fold(Decimal::ZERO, decimal::add)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dec(text: &str) -> Decimal {
        text.parse().expect("a decimal")
    }

    fn months(kept: Option<u16>, used: &[&str]) -> Vec<Month> {
        let month = |used: &&str| Month {
            granted: dec("100"),
            months: kept,
            at_most: None,
            used: dec(used),
        };
        used.iter().map(month).collect()
    }

    /// What was available, drawn and lapsed in each month.
    fn told(months: &[Month]) -> Vec<[Decimal; 3]> {
        let all = course(months).expect("a course").months;
        all.iter()
            .map(|one| [one.available().expect("a sum"), one.drawn, one.lapsed])
            .collect()
    }

    fn of(all: [&str; 3]) -> [Decimal; 3] {
        all.map(dec)
    }

    fn left(months: &[Month]) -> Vec<(Decimal, Option<usize>)> {
        let left = course(months).expect("a course").left;
        left.iter().map(|lot| (lot.left, lot.until)).collect()
    }

    #[test]
    fn what_is_kept_for_no_month_lapses_with_its_own() {
        let turned = told(&months(Some(0), &["40", "120"]));
        assert_eq!(turned, [of(["100", "40", "60"]), of(["100", "100", "0"])]);
    }

    #[test]
    fn the_oldest_is_drawn_first_and_lapses_after_its_months() {
        // 60 of the first month are kept for two more: the second draws 50 of them, the third has 10 of the first left.
        let all = months(Some(2), &["40", "50", "0", "250"]);
        let turned = [
            of(["100", "40", "0"]),
            of(["160", "50", "0"]),
            of(["210", "0", "10"]),
            of(["300", "250", "0"]),
        ];
        assert_eq!(told(&all), turned);
        assert_eq!(left(&all), [(dec("50"), Some(5))]);
        let third = [
            (dec("10"), Some(2)),
            (dec("100"), Some(3)),
            (dec("100"), Some(4)),
        ];
        assert_eq!(left(&all[..3]), third);
    }

    #[test]
    fn what_is_kept_without_end_is_bounded_where_the_price_says_so() {
        let all = months(None, &["0", "0", "0", "450"]);
        assert_eq!(told(&all)[3], of(["400", "400", "0"]));
        let bounded: Vec<Month> = (all.iter())
            .map(|month| Month {
                at_most: Some(dec("150")),
                ..*month
            })
            .collect();
        let turned = [
            of(["100", "0", "0"]),
            of(["200", "0", "50"]),
            of(["250", "0", "100"]),
            of(["250", "250", "0"]),
        ];
        assert_eq!(told(&bounded), turned);
        // The oldest lapse: half of the second month and the third are left to the fourth.
        let lots = [(dec("50"), None), (dec("100"), None), (dec("100"), None)];
        assert_eq!(left(&[&bounded[..3], &months(None, &["0"])].concat()), lots);
    }

    #[test]
    fn what_comes_late_ripples_forward() {
        let before = told(&months(Some(1), &["0", "150", "150"]));
        assert_eq!(
            before[1..],
            [of(["200", "150", "0"]), of(["150", "150", "0"])]
        );
        // Eighty more in the first month: the second has twenty of it left, and the third nothing of the second.
        let after = told(&months(Some(1), &["80", "150", "150"]));
        assert_eq!(
            after[1..],
            [of(["120", "120", "0"]), of(["100", "100", "0"])]
        );
    }

    #[test]
    fn what_is_given_back_is_no_use() {
        assert_eq!(told(&months(Some(0), &["-5"])), [of(["100", "0", "100"])]);
        let gone = Month {
            granted: dec("-1"),
            months: None,
            at_most: None,
            used: dec("2.5"),
        };
        assert_eq!(told(&[gone]), [of(["0", "0", "0"])]);
    }
}
