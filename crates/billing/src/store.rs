//! The SQL of billing: the only place that touches its tables.

pub(crate) mod bank;
pub(crate) mod bank_match;
pub(crate) mod books;
pub(crate) mod by_order;
pub(crate) mod charges;
pub(crate) mod check;
pub(crate) mod collected;
pub(crate) mod commitments;
pub(crate) mod credit_notes;
pub(crate) mod currency;
pub(crate) mod discounts;
pub(crate) mod documents;
pub(crate) mod drafts;
pub(crate) mod dunning;
pub(crate) mod dunning_pauses;
pub(crate) mod idle;
pub(crate) mod ledger;
pub(crate) mod listing;
pub(crate) mod notices;
pub(crate) mod payment_steps;
pub(crate) mod payments;
pub(crate) mod payout_files;
pub(crate) mod payout_reports;
pub(crate) mod reissues;
pub(crate) mod revenue;
pub(crate) mod runs;
pub(crate) mod self_billing;
pub(crate) mod settlement_check;
pub(crate) mod settlement_offsets;
pub(crate) mod settlements;
pub(crate) mod statements;
pub(crate) mod tax_waits;
pub(crate) mod usage;
pub(crate) mod wallet;

use tradewind_platform::{db::Stmt, sql_text};

use crate::types::{
    BalanceStatus, BankDirection, BankDoubt, BankEntryState, BankFormat, ChargeKind, ClosingAct,
    CollectedKind, CreditDestination, CreditMoveKind, CreditSource, CreditUse, DocumentKind,
    DunningAction, EntryKind, HoldCause, PaperKind, PaymentKind, PaymentState, PaymentStepKind,
    PaymentStepState, PayoutLevel, PayoutOutcome, Recognition, RunOrigin, RunState, Settlement,
    SettlementKind, SettlementState,
};

sql_text!(
    BalanceStatus,
    BankDirection,
    BankDoubt,
    BankEntryState,
    BankFormat,
    ChargeKind,
    ClosingAct,
    CollectedKind,
    CreditDestination,
    CreditMoveKind,
    CreditSource,
    CreditUse,
    DocumentKind,
    DunningAction,
    EntryKind,
    HoldCause,
    PaperKind,
    PaymentKind,
    PaymentState,
    PaymentStepKind,
    PaymentStepState,
    Recognition,
    PayoutLevel,
    PayoutOutcome,
    RunOrigin,
    RunState,
    Settlement,
    SettlementKind,
    SettlementState
);

/// Every statement of this room.
pub(crate) fn statements() -> Vec<&'static Stmt> {
    [
        bank::statements(),
        bank::bulk_statements(),
        bank_match::statements(),
        books::statements(),
        books::bulk_statements(),
        by_order::statements(),
        charges::statements(),
        charges::bulk_statements(),
        check::statements(),
        collected::statements(),
        commitments::statements(),
        credit_notes::statements(),
        wallet::statements(),
        wallet::bulk_statements(),
        payment_steps::statements(),
        discounts::statements(),
        discounts::bulk_statements(),
        documents::statements(),
        documents::bulk_statements(),
        drafts::statements(),
        dunning::statements(),
        dunning_pauses::statements(),
        idle::statements(),
        idle::bulk_statements(),
        ledger::statements(),
        ledger::bulk_statements(),
        notices::statements(),
        payments::statements(),
        reissues::statements(),
        revenue::statements(),
        revenue::bulk_statements(),
        runs::statements(),
        statements::statements(),
        payout_files::statements(),
        payout_reports::statements(),
        self_billing::statements(),
        settlement_check::statements(),
        settlement_offsets::statements(),
        settlements::statements(),
        settlements::bulk_statements(),
        tax_waits::statements(),
        usage::statements(),
        usage::bulk_statements(),
    ]
    .concat()
}
