//! Fractions of whole numbers: amounts without any rounding.

use std::ops::{Add, Mul, Neg};

/// An exact fraction, in lowest terms with a positive denominator.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Exact {
    numerator: i128,
    denominator: i128,
}

impl Exact {
    /// Nothing.
    pub const ZERO: Self = Self {
        numerator: 0,
        denominator: 1,
    };

    /// A fraction.
    ///
    /// # Panics
    /// When the denominator is zero.
    #[must_use]
    pub fn new(numerator: i128, denominator: i128) -> Self {
        assert!(denominator != 0, "a fraction of nothing");
        let sign = denominator.signum();
        let common = common_divisor(numerator, denominator).max(1);
        Self {
            numerator: sign * numerator / common,
            denominator: sign * denominator / common,
        }
    }

    /// A whole number.
    #[must_use]
    pub const fn whole(number: i128) -> Self {
        Self {
            numerator: number,
            denominator: 1,
        }
    }

    /// The nearest whole number, halves away from zero.
    #[must_use]
    pub fn rounded(self) -> i128 {
        let twice = 2 * self.numerator.abs() + self.denominator;
        self.numerator.signum() * (twice / (2 * self.denominator))
    }

    /// The greatest whole number that is not above it.
    #[must_use]
    pub fn floor(self) -> i128 {
        self.numerator.div_euclid(self.denominator)
    }

    /// Whether two fractions are at most so far apart.
    #[must_use]
    pub fn is_within(self, most: Self, of: Self) -> bool {
        let apart = self + -of;
        let apart = Self::new(apart.numerator.abs(), apart.denominator);
        apart.numerator * most.denominator <= most.numerator * apart.denominator
    }
}

impl Add for Exact {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self::new(
            self.numerator * other.denominator + other.numerator * self.denominator,
            self.denominator * other.denominator,
        )
    }
}

impl Mul for Exact {
    type Output = Self;

    fn mul(self, other: Self) -> Self {
        Self::new(
            self.numerator * other.numerator,
            self.denominator * other.denominator,
        )
    }
}

impl Neg for Exact {
    type Output = Self;

    fn neg(self) -> Self {
        Self::new(-self.numerator, self.denominator)
    }
}

fn common_divisor(a: i128, b: i128) -> i128 {
    let (mut a, mut b) = (a.abs(), b.abs());
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn halves_go_away_from_zero_and_nothing_else_does() {
        for (numerator, denominator, rounded) in [
            (1, 2, 1),
            (-1, 2, -1),
            (49, 100, 0),
            (-51, 100, -1),
            (5, 2, 3),
            (7, -2, -4),
        ] {
            assert_eq!(Exact::new(numerator, denominator).rounded(), rounded);
        }
        assert_eq!(Exact::new(1, 3) + Exact::new(1, 6), Exact::new(1, 2));
    }
}
