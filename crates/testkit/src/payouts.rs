//! A second opinion on settlements: what is kept of shares, what is held back for how long, and what is paid out.

use tradewind_kernel::{Date, calendar::add_days};

use crate::Exact;

/// What a payer keeps and holds back, told from the shares on each settlement.
#[derive(Debug, Clone)]
pub struct Payouts {
    percent: i128,
    fixed: i128,
    hold_percent: i128,
    hold_days: i64,
    /// Held back: until when, how much.
    held: Vec<(Date, i128)>,
}

/// What a settlement comes to, in the smallest unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Payout {
    /// The shares.
    pub share: i128,
    /// Kept.
    pub fee: i128,
    /// Held back.
    pub held: i128,
    /// Held back before.
    pub released: i128,
    /// Paid out.
    pub payout: i128,
}

impl Payouts {
    /// A percentage and a fixed part of each line, and a percentage of the rest for some days.
    #[must_use]
    pub const fn new(percent: i128, fixed: i128, hold_percent: i128, hold_days: i64) -> Self {
        Self {
            percent,
            fixed,
            hold_percent,
            hold_days,
            held: Vec::new(),
        }
    }

    /// What a settlement up to a day comes to, with so much on each line; none where there is nothing to be paid, and then it is as if
    /// nobody had asked.
    ///
    /// # Panics
    /// When the calendar ends.
    pub fn settle(&mut self, until: Date, lines: &[i128]) -> Option<Payout> {
        let part = |of: i128, percent: i128| Exact::new(of * percent, 100).rounded();
        let kept = |line: i128| match part(line, self.percent) {
            part if line > 0 => (part + self.fixed).min(line),
            part => part,
        };
        let share: i128 = lines.iter().sum();
        let fee: i128 = lines.iter().map(|line| kept(*line)).sum();
        let due = |(on, _): &&(Date, i128)| *on <= until;
        let released: i128 = self.held.iter().filter(due).map(|(_, held)| held).sum();
        let held = part((share - fee).max(0), self.hold_percent);
        let payout = share - fee - held + released;
        if payout <= 0 {
            return None;
        }
        self.held.retain(|(on, _)| *on > until);
        let release = add_days(until, self.hold_days).expect("a day");
        self.held.push((release, held));
        Some(Payout {
            share,
            fee,
            held,
            released,
            payout,
        })
    }
}
