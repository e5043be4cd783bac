//! The mails of the platform, with all that each one says.

use serde::{Deserialize, Serialize};
use tradewind_kernel::{Cadence, Date, Money};

/// A mail to be written. Its JSON form (tagged with `mail`) can wait in a job; texts come in when it is rendered.
///
/// `link` is always a whole address of the page on which the reader acts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "mail", rename_all = "snake_case")]
pub enum Letter {
    /// Asks to confirm an address after signing up.
    VerifyEmail {
        /// Confirms.
        link: String,
        /// How long the link works.
        hours: u32,
    },
    /// Lets the reader choose a new password.
    PasswordReset {
        /// Where it is chosen.
        link: String,
        /// How long the link works.
        minutes: u32,
    },
    /// Invites to an account.
    Invited {
        /// Who invites.
        inviter: String,
        /// The account.
        company: String,
        /// The role there, in the reader's language.
        role: String,
        /// Accepts.
        link: String,
        /// How long the link works.
        days: u32,
    },
    /// An order has arrived.
    OrderReceived(OrderSummary),
    /// An order waits for the seller.
    OrderWaiting(OrderRef),
    /// Tells the seller's staff of an order to decide on.
    ApprovalRequested {
        /// Which order.
        order: OrderRef,
        /// Who ordered.
        customer: String,
        /// What is due when it is approved.
        total: Money,
    },
    /// The seller has agreed.
    OrderApproved(OrderRef),
    /// The seller has declined.
    OrderRejected {
        /// Which order.
        order: OrderRef,
        /// Why, in the seller's words.
        reason: Option<String>,
    },
    /// An order waits for its payment.
    PaymentNeeded {
        /// Which order.
        order: OrderRef,
        /// How much.
        amount: Money,
        /// Where to, when it can be transferred.
        transfer: Option<Transfer>,
    },
    /// An order could not be carried out.
    OrderFailed(OrderRef),
    /// A service is ready.
    Delivered {
        /// Name of the product or subscription.
        product: String,
        /// Shows the access data after signing in.
        link: String,
    },
    /// A trial turns into a paid subscription soon.
    TrialEnding {
        /// Name of the product or subscription.
        product: String,
        /// First day that is paid for.
        ends: Date,
        /// Price from then on.
        price: Money,
        /// How often that is charged.
        cadence: Cadence,
        /// The subscription.
        link: String,
    },
    /// An invoice; the PDF is attached.
    InvoiceIssued {
        /// Its number.
        number: String,
        /// What is to be paid.
        amount: Money,
        /// How it is paid.
        collection: Collection,
        /// The invoice.
        link: String,
    },
    /// A pro-forma invoice; the PDF is attached.
    ProForma {
        /// What it comes to.
        amount: Money,
        /// How to pay it in advance by transfer.
        transfer: Option<Transfer>,
    },
    /// A credit note; the PDF is attached.
    CreditNoteIssued {
        /// Its number.
        number: String,
        /// What is credited, positive.
        amount: Money,
        /// The document.
        link: String,
    },
    /// A payment could not be collected.
    PaymentFailed {
        /// Which invoice.
        invoice: InvoiceRef,
        /// What the payment provider says.
        reason: Option<String>,
        /// When it is tried again.
        next_attempt: Option<Date>,
    },
    /// An invoice is overdue.
    PaymentReminder {
        /// Which invoice.
        invoice: InvoiceRef,
        /// 1 for the first reminder.
        level: u32,
        /// When it was due.
        due: Date,
        /// For how long it has been overdue.
        days_overdue: u32,
        /// When services stop.
        suspension: Option<Date>,
        /// How to pay by transfer.
        transfer: Option<Transfer>,
    },
    /// A service was stopped for want of payment.
    Suspended {
        /// Name of the product or subscription.
        product: String,
        /// The unpaid invoice.
        invoice: InvoiceRef,
    },
    /// A service runs again.
    Resumed {
        /// Name of the product or subscription.
        product: String,
        /// The subscription.
        link: String,
    },
    /// A subscription ends.
    Cancelled {
        /// Name of the product or subscription.
        product: String,
        /// Last day on which it can be used.
        last_day: Date,
        /// Whether that day is over.
        ended: bool,
        /// The subscription.
        link: String,
    },
    /// A subscription costs more from a renewal on.
    PriceRises {
        /// Name of the product or subscription.
        product: String,
        /// First day at the new price.
        from: Date,
        /// What a period costs so far, before tax.
        before: Money,
        /// What it costs from then on.
        after: Money,
        /// Whether usage costs more too.
        usage: bool,
        /// The subscription.
        link: String,
    },
    /// A subscription changes or has changed.
    ChangeConfirmed {
        /// Name of the product or subscription.
        product: String,
        /// Plan and quantities before.
        from: String,
        /// Plan and quantities after.
        to: String,
        /// First day of the change.
        effective: Date,
        /// What is charged for the change at once.
        due_now: Option<Money>,
        /// What is credited for what is not used any more, positive.
        credited: Option<Money>,
        /// The next invoice and its date.
        next_invoice: Option<(Money, Date)>,
        /// The subscription.
        link: String,
    },
    /// A vendor has something to do by hand.
    VendorTask {
        /// Name of the product.
        product: String,
        /// The customer's company.
        customer: String,
        /// Id of the delivery.
        delivery: String,
        /// What to do.
        action: VendorAction,
        /// The task.
        link: String,
    },
}

/// An order in a mail.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderRef {
    /// Number or id that the reader knows it by.
    pub order: String,
    /// What was ordered.
    pub product: String,
    /// The order.
    pub link: String,
}

/// An order with its prices.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderSummary {
    /// Which order.
    pub order: OrderRef,
    /// The items with what each costs, in words of the reader's language.
    pub items: Vec<(String, String)>,
    /// What is due at once, with tax.
    pub due_today: Money,
    /// What is charged again, with tax.
    pub recurring: Option<(Money, Cadence)>,
}

/// An unpaid invoice in a mail.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InvoiceRef {
    /// Its number.
    pub number: String,
    /// What is open.
    pub amount: Money,
    /// Where it is paid.
    pub link: String,
}

/// Where to transfer an amount.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Transfer {
    /// The account, as printed.
    pub account: String,
    /// What to state.
    pub reference: String,
}

/// How an invoice is paid.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "by", rename_all = "snake_case")]
pub enum Collection {
    /// By the buyer.
    Transfer {
        /// Until when.
        due: Date,
        /// Where to.
        to: Transfer,
    },
    /// From a stored payment method.
    Automatic {
        /// Which.
        method: String,
        /// When.
        on: Date,
    },
    /// It is paid.
    Paid,
}

/// What a vendor has to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum VendorAction {
    /// Set a service up.
    Create,
    /// Change it.
    Change,
    /// Stop it, keeping data.
    Suspend,
    /// Start it again.
    Resume,
    /// Remove it.
    Remove,
}
