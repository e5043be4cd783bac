//! `tradewind clock`: the clock of a sandbox.

use clap::Subcommand;
use tradewind_kernel::{Duration, Error, Result, Timestamp, Zone, time};
use tradewind_platform::realm;

use super::Session;
use crate::output::columns;

/// What can be done with the clock.
#[derive(Subcommand)]
pub(crate) enum Clock {
    /// Show what time it is in the realm
    Show,
    /// Move the clock of a sandbox forward; all that falls due on the way happens at its own time
    #[command(
        after_help = "Examples:\n  tradewind clock travel 2024-10-01\n  tradewind clock travel 2024-10-01T08:30:00Z\n  tradewind clock travel +14d"
    )]
    Travel {
        /// A date (its first moment, UTC), a time, or how far: +14d, +6h
        to: String,
    },
}

pub(crate) async fn run(session: &Session<'_>, command: Clock) -> Result<()> {
    let platform = session.platform();
    let ctx = session.ctx().await?;
    if let Clock::Travel { to } = command {
        let to = destination(ctx.now, &to)?;
        realm::travel(platform, &ctx, to).await?;
        session.settle().await?;
    }
    let state = realm::clock(platform, &session.ctx().await?).await?;
    session.out.facts(
        &state,
        columns![
            ("now", "/now"),
            ("on its way to", "/target"),
            ("movable", "/movable")
        ],
    )
}

fn destination(now: Timestamp, text: &str) -> Result<Timestamp> {
    let expected = || {
        Error::invalid(
            "to",
            "malformed_time",
            "expected a date (2024-10-01), a time (2024-10-01T08:30:00Z) or how far (+14d, +6h)",
        )
    };
    if let Some(far) = text.strip_prefix('+') {
        let (count, unit) = far
            .split_at_checked(far.len().saturating_sub(1))
            .ok_or_else(expected)?;
        let count: u32 = count.parse().map_err(|_| expected())?;
        let hours = match unit {
            "d" => i64::from(count) * 24,
            "h" => i64::from(count),
            _ => return Err(expected()),
        };
        return now.plus(Duration::from_hours(hours));
    }
    if let Ok(date) = time::parse_date("to", text) {
        return Ok(Zone::utc().start_of_day(date));
    }
    Timestamp::parse(text).map_err(|_| expected())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_times_and_distances_are_understood() {
        let now = Timestamp::parse("2024-09-01T10:00:00Z").unwrap();
        let to = |text| destination(now, text).map(|at| at.to_string());
        assert_eq!(to("2024-10-01").unwrap(), "2024-10-01T00:00:00Z");
        assert_eq!(to("2024-10-01T08:30:00Z").unwrap(), "2024-10-01T08:30:00Z");
        assert_eq!(to("+14d").unwrap(), "2024-09-15T10:00:00Z");
        assert_eq!(to("+6h").unwrap(), "2024-09-01T16:00:00Z");
        for wrong in ["+", "+d", "+3w", "tomorrow", "2024-13-01", "+é"] {
            assert!(to(wrong).is_err(), "{wrong}");
        }
    }
}
