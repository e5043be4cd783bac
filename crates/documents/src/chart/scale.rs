//! From values to heights.

use tradewind_kernel::Decimal;

/// A linear scale, downwards as SVG counts.
#[derive(Debug)]
pub(super) struct Scale {
    low: Decimal,
    high: Decimal,
    step: Decimal,
    top: Decimal,
    height: Decimal,
}

/// Beyond this, differences of two values might not fit into a decimal; such values are drawn at the edge.
const LIMIT: Decimal = Decimal::from_parts(0, 0, 0x0100_0000, false, 0);

impl Scale {
    /// From a round number at or below `lowest` (and zero) to one at or above `highest` (and zero).
    pub(super) fn new(lowest: Decimal, highest: Decimal, top: i64, height: i64) -> Self {
        let (lowest, highest) = (
            lowest.clamp(-LIMIT, Decimal::ZERO),
            highest.clamp(Decimal::ZERO, LIMIT),
        );
        let step = nice_step((highest - lowest) / Decimal::from(4));
        let low = (lowest / step).floor() * step;
        let high = ((highest / step).ceil() * step).max(low + step);
        Scale {
            low,
            high,
            step,
            top: Decimal::from(top),
            height: Decimal::from(height),
        }
    }

    /// From exactly `lowest` to exactly `highest`.
    pub(super) fn exact(lowest: Decimal, highest: Decimal, top: i64, height: i64) -> Self {
        let (low, high) = (lowest.clamp(-LIMIT, LIMIT), highest.clamp(-LIMIT, LIMIT));
        Scale {
            low,
            high,
            step: Decimal::ONE,
            top: Decimal::from(top),
            height: Decimal::from(height),
        }
    }

    /// The height of a value, to a hundredth. In the middle when there is nothing to compare with.
    pub(super) fn y(&self, value: Decimal) -> Decimal {
        let span = self.high - self.low;
        let share = if span.is_zero() {
            Decimal::new(5, 1)
        } else {
            (self.high - value.clamp(self.low, self.high))
                .checked_div(span)
                .unwrap_or_default()
        };
        (self.top + share * self.height).round_dp(2).normalize()
    }

    /// Round values over the whole scale.
    pub(super) fn ticks(&self) -> Vec<Decimal> {
        let mut ticks = Vec::new();
        let mut tick = self.low;
        while tick <= self.high && ticks.len() < 12 {
            ticks.push(tick.normalize());
            tick += self.step;
        }
        ticks
    }
}

/// The next of 1, 2, 2.5, 5 and 10 times a power of ten.
fn nice_step(least: Decimal) -> Decimal {
    if least <= Decimal::ZERO {
        return Decimal::ONE;
    }
    let ten = Decimal::TEN;
    let mut power = Decimal::ONE;
    while power > least && power.scale() < 20 {
        power /= ten;
    }
    while least >= power * ten {
        power *= ten;
    }
    let factors = [
        Decimal::ONE,
        Decimal::TWO,
        Decimal::new(25, 1),
        Decimal::from(5),
        ten,
    ];
    factors
        .iter()
        .map(|factor| power * factor)
        .find(|step| *step >= least)
        .unwrap_or(power * ten)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(text: &str) -> Decimal {
        text.parse().unwrap()
    }

    #[test]
    fn steps_are_round_and_cover_the_values() {
        for (least, step) in [
            ("0.7", "1"),
            ("1", "1"),
            ("1.1", "2"),
            ("2.2", "2.5"),
            ("30", "50"),
            ("51", "100"),
            ("0.003", "0.005"),
        ] {
            assert_eq!(nice_step(number(least)), number(step), "{least}");
        }
        let scale = Scale::new(number("-30"), number("170"), 10, 200);
        let ticks: Vec<String> = scale.ticks().iter().map(ToString::to_string).collect();
        assert_eq!(ticks, ["-50", "0", "50", "100", "150", "200"]);
        assert_eq!(scale.y(number("200")), number("10"));
        assert_eq!(scale.y(number("-50")), number("210"));
        assert_eq!(scale.y(number("0")), number("170"));
    }

    #[test]
    fn extremes_do_not_panic() {
        for (low, high) in [
            (Decimal::MIN, Decimal::MAX),
            (Decimal::ZERO, Decimal::ZERO),
            (Decimal::ZERO, Decimal::new(1, 28)),
        ] {
            for scale in [
                Scale::new(low, high, 0, 100),
                Scale::exact(low, high, 0, 100),
            ] {
                let y = scale.y(high);
                assert!(y >= Decimal::ZERO && y <= Decimal::ONE_HUNDRED, "{y}");
                assert!(!scale.ticks().is_empty());
            }
        }
    }
}
