//! The vocabulary that every room shares: exact money, currencies, decimals, calendar and time,
//! typed ids, errors, localised text and the filter language.
//!
//! Nothing here does IO, and nothing here knows about HTTP, HTML or SQL.

pub mod calendar;
pub mod country;
pub mod currency;
pub mod decimal;
pub mod error;
pub mod filter;
pub mod id;
pub mod locale;
pub mod money;
pub mod page;
pub mod schema;
mod serde_text;
pub mod text;
mod text_enum;
pub mod time;
pub mod vat_id;

pub use calendar::{Cadence, CadenceUnit, Period};
pub use currency::Currency;
pub use decimal::{Decimal, Rounding};
pub use error::{Error, FieldProblem, Problems, Result};
pub use id::TypedId;
pub use locale::{Locale, Text};
pub use money::Money;
pub use page::{Page, PageRequest};
pub use time::{Date, Duration, Timestamp, Zone};
