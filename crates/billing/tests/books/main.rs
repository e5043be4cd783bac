//! Billing on a real database, on both engines: sales are charged, usage rated, documents issued and paid, and after
//! everything the check of the books finds nothing.

mod answers;
mod bank;
mod card_steps;
mod check;
mod classes;
mod closing;
mod credit_notes;
mod currency;
mod drafts;
mod export;
mod money;
mod pauses;
mod payout_file;
mod place;
mod pro_forma;
mod rates;
mod reissues;
mod revenue;
mod run;
mod runs;
mod sales;
mod self_billing;
mod settlement;
mod statement;
mod tax;
mod tier_settlements;
mod tiers;
mod wallet;
#[path = "../../../catalogue/tests/common/mod.rs"]
mod world;
mod write_off;
