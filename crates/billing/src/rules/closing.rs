//! Months of a book that are closed.

use tradewind_kernel::{Date, Error, Result, calendar::add_days};

/// The day for which an entry counts: its own, or the first that is open.
///
/// # Errors
/// When the calendar ends.
pub fn open_day(on: Date, closed_until: Option<Date>) -> Result<Date> {
    match closed_until {
        Some(until) if on <= until => add_days(until, 1),
        _ => Ok(on),
    }
}

/// A day that somebody asks for by hand has to be open.
///
/// # Errors
/// `period_closed`.
pub fn asked(field: &str, on: Date, closed_until: Option<Date>) -> Result<()> {
    match closed_until {
        Some(until) if on <= until => Err(Error::invalid(
            field,
            "period_closed",
            format!("the books are closed until {until}; expected a later day, or none"),
        )),
        _ => Ok(()),
    }
}

/// The last day that is closed once a month is; the months before it are closed with it.
///
/// # Errors
/// `month`: `month_not_over`, `period_closed`.
pub fn close(month: Date, closed_until: Option<Date>, today: Date) -> Result<Date> {
    let last = month.last_of_month();
    if last >= today {
        let text = format!("this month ends on {last}; expected one that is over");
        return Err(Error::invalid("month", "month_not_over", text));
    }
    if closed_until.is_some_and(|until| last <= until) {
        let text = "this month is closed already";
        return Err(Error::invalid("month", "period_closed", text));
    }
    Ok(last)
}

/// The last day that stays closed once the last closed month is opened again.
///
/// # Errors
/// `month`: `not_last_month` for any other month.
pub fn reopen(month: Date, closed_until: Option<Date>) -> Result<Date> {
    let wrong = |text: String| Error::invalid("month", "not_last_month", text);
    let Some(until) = closed_until else {
        return Err(wrong("no month is closed".to_owned()));
    };
    let last = until.first_of_month();
    if month.first_of_month() != last {
        let text = format!("only the month of {last}, which was closed last, can be opened again");
        return Err(wrong(text));
    }
    add_days(last, -1)
}

/// First day of the month that can be closed next: the one after the last closed, or that of the first entry.
///
/// # Errors
/// When the calendar ends.
pub fn next(
    closed_until: Option<Date>,
    first_entry: Option<Date>,
    today: Date,
) -> Result<Option<Date>> {
    let day = match closed_until {
        Some(until) => Some(add_days(until, 1)?),
        None => first_entry,
    };
    Ok(day
        .map(Date::first_of_month)
        .filter(|month| month.last_of_month() < today))
}
