//! The tables of the adapters; nobody else touches them.

pub(crate) mod outbox;
pub(crate) mod sandbox;
pub(crate) mod sandbox_steps;
pub(crate) mod stripe;

use tradewind_platform::Stmt;

/// All statements of the adapters, for the check on both engines.
#[must_use]
pub fn statements() -> Vec<&'static Stmt> {
    [
        outbox::statements(),
        sandbox::statements(),
        sandbox_steps::statements(),
        stripe::statements(),
    ]
    .concat()
}
