//! Everything that people read outside of HTML pages: PDF invoices, mails, charts, CSV files, and, for all surfaces, the
//! texts of the product in its languages and the way numbers, money and dates are written.
//!
//! No database and no clock: the input of every function is a plain view that its caller fills, and the same input always
//! gives the same bytes.

pub mod chart;
pub mod colour;
pub mod csv;
pub mod format;
pub mod i18n;
pub mod mail;
pub mod pdf;
pub mod phrases;
pub mod prices;
pub mod tax;
