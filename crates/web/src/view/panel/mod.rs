//! A seller's panel. Orders, subscriptions, invoices, users, keys and settings are in [`super::shared`]; products,
//! deliveries and webhooks serve the vendor's panel as well.

mod account_dunning;
mod bank;
mod billing;
mod billing_runs;
mod bundles;
mod correction;
mod coupons;
mod credit_note;
mod currency;
mod customers;
mod deliveries;
mod draft;
mod dunning;
mod exchange_rates;
mod home;
mod late_usage;
mod ledger;
mod ledger_books;
mod operations;
mod payment;
mod payout_reports;
mod price_book;
mod price_books;
mod price_model;
mod price_plan;
mod price_policies;
mod product_editor;
mod products;
mod revenue;
mod settlements;
mod stripe;
mod tax;
mod tax_engine;
mod usage;
mod webhooks;
mod write_off;

pub use account_dunning::{AccountDunningPage, HoldRow};
pub use bank::{
    BankEntryPage, BankEntryRow, BankMappingsPage, BankPage, BankPaidRow, BankStatementRow,
    BankSuggestionRow,
};
pub use billing::{PaymentRow, PaymentsPage, RecordPaymentPage};
pub use billing_runs::{
    BillingRunPage, BillingRunRow, BillingRunsPage, RunProblemRow, RunTotalRow,
};
pub use bundles::{BUNDLE_ROWS, BundlePage, BundleRow, BundlesPage};
pub use correction::{CorrectedItem, CorrectionPage, CorrectionPreview, correction_panel};
pub use coupons::{CouponPage, CouponRow, CouponsPage, RedemptionRow};
pub use credit_note::{CreditNotePage, CreditableLine, RefundPage};
pub use currency::{CurrencyPage, CurrencyRow};
pub use customers::{
    Account360Page, AccountRow, AccountView, CustomersPage, RelationshipRow, RelationshipsPage,
    WhoInvoices,
};
pub use deliveries::{AttemptRow, DeliveriesPage, DeliveryPage, DeliveryRow, LateReportRow};
pub use draft::{DraftLineRow, DraftPage, DraftRow, DraftsPage, HeldBuyerRow};
pub use dunning::{ClassRow, DunningPage};
pub use exchange_rates::{ExchangeRateRow, ExchangeRatesPage};
pub use home::{HomePage, Kpi, Waiting};
pub use late_usage::{LateUsagePage, LateUsageRow};
pub use ledger::{BalanceRow, EntryRow, LedgerPage};
pub use ledger_books::{ChartPage, ClosingRow, MonthsPage};
pub use operations::{EventRow, EventsPage, JobRow, JobsPage, MailPage, MailRow, MailsPage};
pub use payment::{PaymentDetailPage, PaymentStepRow};
pub use payout_reports::{PayoutDoubtRow, PayoutReportRow, PayoutReportsPage};
pub use price_book::{
    IntroductionEdit, ListingEdit, PlanRow, PriceBookPage, RevisionRow, RuleRow, TierRow,
};
pub use price_books::{ListingRow, ListingsPage, PriceBookRow, PriceBooksPage};
pub use price_model::{AmountPart, PriceExample, PriceModelPage, PricePanel, PricePreviewView};
pub use price_plan::{CommittableRow, PlanPanel, PlanPolicyPage};
pub use price_policies::{PRORATION, PolicyEdit};
pub use product_editor::{ItemEdit, ParameterEdit, PlanEdit, ProductEditorPage, rhythm};
pub use products::{ProductRow, ProductsPage};
pub use revenue::{RevenuePage, RevenueRow};
pub use settlements::{
    PayoutFileRow, SettlementDueRow, SettlementLineRow, SettlementPage, SettlementPolicyPage,
    SettlementRow, SettlementsPage,
};
pub use stripe::{StripeAccount, StripePage};
pub use tax::{CertificateRow, RegistrationRow, TaxPage, TaxRateRow, TaxRatesPage};
pub use tax_engine::{EngineFacts, TaxEnginePage, TaxWaitRow, UntoldRow};
pub use usage::{HeldRow, HeldUsagePage, ImportRow, ImportsPage};
pub use webhooks::{WebhookEndpoint, WebhooksPage};
pub use write_off::WriteOffPage;
