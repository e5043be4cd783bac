//! Processes that cross rooms: order to cash, renewal, change, cancellation, dunning, usage to invoice, mails.
//!
//! Rooms never call the room of a later step. They emit events; what follows is decided here, in jobs that may die
//! anywhere and run twice.

mod access;
pub mod account;
mod billing_run;
pub mod collect;
pub mod coupon;
mod credit;
pub mod currency;
pub mod daily;
pub mod detail;
mod discount;
pub mod document;
pub mod keep;
pub mod mail;
pub mod order;
pub mod pro_forma;
pub mod quote;
pub mod react;
pub mod refund;
pub mod retry;
pub mod revenue;
pub mod settlement;
pub mod statement;
pub mod tax_engine;
pub mod top_up;
pub mod upcoming;
pub mod vat_check;
pub mod view;
mod wiring;

pub use wiring::{Outside, wire};
