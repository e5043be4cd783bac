//! SQL of this room's tables.

pub(crate) mod access;
pub(crate) mod account;
pub(crate) mod bulk;
pub(crate) mod lookup;
pub(crate) mod relationship;
pub(crate) mod user;

use tradewind_platform::Stmt;

use crate::types::{
    AccountStatus, Invoicer, Invoicing, PaymentMode, TaxTreatment, TokenKind, UserStatus,
};

tradewind_platform::sql_text!(
    AccountStatus,
    Invoicer,
    Invoicing,
    PaymentMode,
    TaxTreatment,
    TokenKind,
    UserStatus,
);

/// All statements of this room.
pub(crate) fn statements() -> Vec<&'static Stmt> {
    [
        account::statements(),
        bulk::statements(),
        lookup::statements(),
        relationship::statements(),
        user::statements(),
        access::statements(),
    ]
    .concat()
}
