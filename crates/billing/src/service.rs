//! The use cases of billing.

mod account_classes;
mod adopt;
mod agreed;
mod bank;
mod bank_assign;
mod bank_match;
mod batch;
mod books;
mod breakdown;
mod by_order;
mod card_steps;
mod charging;
mod chart;
mod check;
mod check_chain;
mod check_discounts;
mod check_periods;
mod check_revenue;
mod check_usage;
mod closing;
mod collect;
mod collecting;
mod commitments;
mod credit_moves;
mod currency;
mod drafts;
mod dunning;
mod dunning_accounts;
mod dunning_pauses;
mod facts;
mod grants;
mod holds;
mod issue;
mod joint;
mod late_fees;
mod methods;
mod month;
mod moves;
mod new_credit;
mod notes;
mod order_credit;
mod payments;
mod payout_files;
mod payout_reports;
mod periods;
mod posting;
mod prepaid;
mod prices;
mod pro_forma;
mod rating;
mod rating_again;
mod reads;
mod recognition;
mod references;
mod refunds;
mod reissues;
mod repair;
mod resuming;
mod retries;
mod revenue;
mod reversals;
mod rounds;
mod run;
mod runs;
mod sale;
mod sealing;
mod self_billing;
mod settlement_acts;
mod settlements;
mod statements;
mod tariff;
mod tax_reports;
mod tax_waits;
mod trades;
mod transfers;
mod usage;
mod usual_tax;
mod wallet;
mod write_offs;

pub use account_classes::{ClassOf, ClassSet, class_list, class_remove, class_set};
pub use agreed::{AgreedOtherwise, AgreedSince, BookPrices, NegotiatedPrice, agreed_since_in};
pub use bank::{
    BankFileImport, BankMappingSet, bank_entry_list, bank_import, bank_import_allowed,
    bank_mapping_list, bank_mapping_set, bank_statement_get, bank_statement_list, bank_unmatched,
    signed as bank_signed,
};
pub use bank_assign::{
    BankAssign, BankIgnore, BankShare, bank_assign, bank_entry_get, bank_ignore, bank_undo,
};
pub use bank_match::{bank_match, bank_match_all};
pub use books::{ExportPiece, ExportPlace, ledger_balances, ledger_export, ledger_export_piece};
pub use breakdown::{LineBreakdown, invoice_breakdown};
pub use by_order::{
    RecurringTotals, invoice_number_in, is_overdue_in, is_paid_in, oldest_open_in,
    order_reverse_in, orders_of_invoice_in, preview_nothing, recurring_totals,
};
pub use card_steps::{
    Chargeback, PaymentCapture, chargeback_record, chargeback_won, payment_capture, payment_void,
};
pub use charging::*;
pub use chart::{ChartSet, chart_get, chart_set};
pub use check::check;
pub use closing::{MonthAct, book_get, month_close, month_reopen};
pub use collect::{InvoiceNow, invoice_open_charges, invoice_open_charges_in};
pub use commitments::{CommitmentStanding, QuantityStanding, commitment_list, commitments_in};
pub use currency::{
    BookCurrencySet, book_currency_get, book_currency_set, currency_book, currency_book_all,
    currency_lines, currency_report,
};
pub use drafts::{
    DraftAdjust, DraftHold, DraftLine, InvoiceHoldSet, ReviewSet, draft_adjust, draft_get,
    draft_hold, draft_issue, draft_list, drafts_issue, invoice_hold_list, invoice_hold_set,
    review_get, review_set,
};
pub use dunning::{DunningSet, dunning_get, dunning_run, dunning_set, invoice_subscriptions};
pub use dunning_accounts::{
    AccountPauseSet, BuyerOf, ClassAssign, CreditHoldSet, account_dunning, account_pause_set,
    class_assign, credit_hold_release, credit_hold_set, credit_holds, credit_holds_settle_in,
};
pub use dunning_pauses::{DunningPauseSet, NewPause, dunning_pause_set, invoice_dunning};
pub use facts::AgreedTerms;
pub use grants::{coupon_costs, coupon_costs_in, redemption_costs};
pub use methods::{
    MethodAdd, MethodKept, MethodRef, has_default_method, method_add, method_keep_in, method_list,
    method_remove, method_set_default,
};
pub use notes::{
    CreditNote, credit_note_for, credit_note_for_in, credit_notes_about, invoice_left,
};
pub use order_credit::{CreditAsk, Hindrance, hindrance_in};
pub use payments::{
    PaymentGateway, PaymentPay, PortFuture, SETTLE_JOB, payment_confirm_action, payment_get,
    payment_look_after, payment_pay, payments_of_invoice, payments_reconcile,
};
pub use payout_files::{PayoutOrder, payout_file_content, payout_file_list, payout_file_make};
pub use payout_reports::{
    PayoutReportImport, ReportLooked, payout_doubt_looked, payout_doubts, payout_report_allowed,
    payout_report_import, payout_report_items, payout_report_list,
};
pub use periods::{BatchInput, BatchReport, bill_batch, bill_batch_in};
pub use prepaid::{PrepaidLot, PrepaidStanding, prepaid_list};
pub use prices::{NOTICE_DAYS, announce_prices};
pub use pro_forma::{pro_forma_of_in, pro_forma_open_in};
pub use rating_again::rate_again_in;
pub use reads::*;
pub use recognition::{revenue_book, revenue_book_all};
pub use refunds::{
    RefundBack, RefundRequest, payment_steps, refund_get, refund_request, refund_send,
    refund_settle, refunds_reconcile,
};
pub use reissues::{Reissue, invoice_reissue, invoice_reissue_in};
pub use repair::{
    Correction, CorrectionPreview, charge_correction_back_in, charge_correction_in,
    correctable_from, preview_correction,
};
pub use resuming::{charge_resume_in, preview_resume};
pub use retries::{RetrySet, retry_get, retry_next, retry_set};
pub use revenue::{
    RevenuePlace, RevenueSet, revenue_lines, revenue_policy_get, revenue_policy_set, revenue_report,
};
pub use reversals::{TransferReverse, transfer_reverse};
pub use run::{bill, bill_again, bill_daily};
pub use runs::{RUN_JOB, Resumed, RunStart, billing_run_get, billing_run_list};
pub use sealing::{ledger_seal, ledger_seal_all};
pub use self_billing::{SelfBillingSet, self_billing_get, self_billing_set, settlement_papers};
pub use settlement_acts::{SettlementAct, settlement_act};
pub use settlements::{
    SettlementRun, SettlementSet, settlement_charges, settlement_collected, settlement_due,
    settlement_get, settlement_list, settlement_policy_get, settlement_policy_set, settlement_run,
    settlement_run_all,
};
pub use statements::{StatementOf, statement_get};
pub use tax_reports::{TAX_REPORT_JOB, TaxReportOf, tax_report_begin_in, tax_report_tell};
pub use tax_waits::{
    TAX_ASK_JOB, TaxAsk, TaxAskAgain, TaxWork, tax_ask_again, tax_wait_settle, tax_work,
};
pub use trades::party_of;
pub use transfers::{TransferRecord, transfer_record, transfer_record_in};
pub use usage::{UsageInput, UsageReport, usage_charge, usage_charge_in};
pub use usual_tax::usual_tax;
pub use wallet::{
    CreditGive, CreditUseSet, TopUp, TopUpSet, WalletOf, credit_expire, credit_give, credit_moves,
    credit_top_up, credit_top_up_low, credit_top_up_set, credit_use, credit_use_set, wallet_get,
};
pub use write_offs::{WriteOff, invoice_write_off, invoice_write_off_undo};

use tradewind_kernel::{
    Error, Result,
    id::{AccountId, RealmId},
};
use tradewind_platform::Work;
use tradewind_policy::{AccountKind, Action, PrincipalKind, ResourceKind, Target};

/// Whether the principal may run billing for the whole realm: the platform itself, or the provider's billing staff.
fn authorize_run(w: &Work) -> Result<()> {
    authorize_provider(w, Action::InvoiceIssue)
}

/// Whether the principal may do this with the documents of the whole realm: the platform itself, or the provider's staff.
fn authorize_provider(w: &Work, action: Action) -> Result<()> {
    let principal = &w.ctx.principal;
    if principal.kind == PrincipalKind::System {
        return Ok(());
    }
    if principal.account_kind != AccountKind::Provider {
        return Err(Error::Forbidden {
            action: action.as_str(),
        });
    }
    let target = Target::owned(
        ResourceKind::Invoice,
        principal.account,
        vec![principal.account],
    )
    .traded(principal.account, principal.account);
    w.authorize(action, &target)
}

/// What something between two accounts is to those who want to see or change it: it belongs to the buyer, and those
/// above see it.
async fn traded(
    w: &mut Work,
    kind: ResourceKind,
    seller: AccountId,
    buyer: AccountId,
) -> Result<Target> {
    Ok(tradewind_accounts::service::target(w, kind, buyer)
        .await?
        .traded(seller, buyer))
}

/// Whether the principal may do this with what a seller issues: the seller's own people, and those above who may.
async fn authorize_seller(w: &mut Work, seller: AccountId, action: Action) -> Result<()> {
    let target = traded(w, ResourceKind::Invoice, seller, seller).await?;
    w.authorize(action, &target)
}

/// The realm of the work.
fn realm(w: &Work) -> RealmId {
    w.ctx.realm
}
