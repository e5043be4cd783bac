//! What several surfaces show alike.

mod form_state;
mod price;

pub use form_state::{Ask, FormState};
pub use price::{Every, NextInvoice, PriceFrom, PriceItem, PriceView};
