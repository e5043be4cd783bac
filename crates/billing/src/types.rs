//! The nouns of billing: charges, documents, payments, ledger entries, findings.

mod account_class;
mod accrual;
mod bank;
mod books;
mod charge;
mod collected;
mod credit_note;
mod currency;
mod discount;
mod document;
mod draft;
mod dunning;
mod dunning_pause;
mod facts;
mod finding;
mod ledger;
mod moments;
mod payment;
mod payment_step;
mod payout_report;
mod preview;
mod pro_forma;
mod retry;
mod revenue;
mod run;
mod self_billing;
mod settlement;
mod statement;
mod wallet;

pub use account_class::{AccountClass, AccountDunning, AccountPause, CreditHold, HoldCause};
pub use accrual::{Accrual, Settlement};
pub use bank::{
    BankDirection, BankDoubt, BankEntry, BankEntryDetail, BankEntryPayment, BankEntryState,
    BankFormat, BankImport, BankStatement, BankSuggestion, CsvMapping, DateForm, DecimalSign,
    NamedMapping,
};
pub use books::{BookState, ChartAccount, Closing, ClosingAct};
pub use charge::{Charge, ChargeKind, DiscountUse, LegRecurring, NewCharge, UsageSpan};
pub use collected::{Collected, CollectedKind};
pub use credit_note::{CreditDestination, CreditLine, CreditNoted, Credited, LineLeft};
pub use currency::{BookCurrency, CurrencyAsk, CurrencyDifference, CurrencyMonth, ForeignPosting};
pub use discount::{DiscountOffer, Grant, PreviewDiscount};
pub use document::{
    Balance, BalanceStatus, Document, DocumentKind, DocumentLine, DocumentSummary, LineTax,
    OtherDocument, Parties, Party, Reissued, TaxLine,
};
pub use draft::{Draft, DraftSummary, HeldBuyer, InvoiceHold, ReviewPolicy, TaxWait, TaxWaitNote};
pub use dunning::{
    BeyondCredit, DunningAction, DunningPolicy, DunningStep, FeeDocument, LateFee, Overdue,
};
pub use dunning_pause::{DunningPause, InvoiceDunning, NextStep, PromiseState};
pub use facts::{Asking, ItemQuantity, LegFacts, QuantityChange, TaxRule, Taxation, Trade};
pub use finding::Finding;
pub use ledger::{AccountBalance, Entry, EntryKind, ExportFormat, LedgerAccount, Posting};
pub use moments::Moments;
pub use payment::{
    AccountCredit, Attempt, CardInput, GatewayOutcome, Payment, PaymentKind, PaymentMethod,
    PaymentState, Tokenised,
};
pub use payment_step::{GatewayStep, PaymentStep, PaymentStepKind, PaymentStepState};
pub use payout_report::{PayoutLevel, PayoutOutcome, PayoutReport, PayoutReportItem};
pub use preview::{
    CorrectedLeg, DimensionPrice, MeteredPrice, NextDocument, Preview, PreviewDocument,
    PreviewPhase,
};
pub use pro_forma::ProForma;
pub use retry::{FailureClass, RetryPolicy};
pub use revenue::{
    Recognition, RevenueAsk, RevenueLine, RevenueMonth, RevenuePolicy, RevenueShare,
};
pub use run::{BillingRun, Made, Problem, RunOrigin, RunReport, RunState, RunTotal};
pub use self_billing::{PaperKind, PaperTaxes, SelfBillingAgreement, SettlementPaper};
pub use settlement::{
    FeeRule, Offset, PayeeSettlement, PayoutFile, SettlementDetail, SettlementDue, SettlementKind,
    SettlementLine, SettlementOffset, SettlementPolicy, SettlementShare, SettlementState,
};
pub use statement::{Ageing, Statement, StatementMovement};
pub use tradewind_catalogue::types::FxUse;
pub use tradewind_pricing::tax::{TaxKind, TaxRate};
pub use wallet::{
    AutoTopUp, CreditGrant, CreditMove, CreditMoveKind, CreditPolicy, CreditSource, CreditUse,
    Wallet,
};
