//! From which day to which: a plain form over what is shown.

use askama::Template;
use tradewind_kernel::time::Date;

use super::{Txt, markup};

/// The first and the last day of what is shown, and where the periods before and after it are.
#[derive(Template)]
#[template(path = "kit/period.html")]
pub struct PeriodBar {
    /// Path of the page.
    pub path: Txt,
    /// First day: label and value.
    pub from: (Txt, Date),
    /// Last day.
    pub until: (Txt, Date),
    /// What the button says.
    pub apply: Txt,
    /// Other periods: name and address.
    pub others: Vec<(Txt, Txt)>,
}

markup!(PeriodBar);
