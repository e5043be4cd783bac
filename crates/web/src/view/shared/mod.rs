//! What several surfaces show alike.

mod access;
mod change;
mod form_state;
mod invoice;
mod invoices;
mod orders;
mod price;
mod price_detail;
mod settings;
mod statement;
mod subscription;
mod subscriptions;
mod wallet;

pub use access::{ApiKeyRow, ApiKeysPage, AuditPage, AuditRow, UserRow, UsersPage};
pub use change::{CancelPage, ChangePage, ChangePreview, DiffRow, PreviewPanel, preview_panel};
pub use form_state::{Ask, FormState};
pub use invoice::{
    InvoiceGroup, InvoiceLine, InvoicePage, NextReminder, Party, RelatedNote, TaxLine,
};
pub(crate) use invoices::invoice_columns;
pub use invoices::{InvoiceRow, InvoicesPage, Ledgerside};
pub(crate) use orders::order_columns;
pub use orders::{OrderPage, OrderRow, OrderStep, OrdersPage, order_steps};
pub use price::{Every, NextInvoice, PriceDiscount, PriceFrom, PriceItem, PriceView};
pub use price_detail::{PriceDetail, price_details};
pub use settings::{SettingsPage, SettingsPart};
pub use statement::{MovementRow, StatementPage};
pub use subscription::{
    CommitmentRow, ItemRow, LegRow, PrepaidRow, SubscriptionPage, SubscriptionView, UsageRow,
};
pub(crate) use subscriptions::subscription_columns;
pub use subscriptions::{SubscriptionRow, SubscriptionsPage};
pub use wallet::{GrantRow as CreditGrantRow, MoveRow as CreditMoveRow, WalletPage, WalletSide};
