//! Who asks, for what, about which thing: the plain nouns of authorisation.

use tradewind_kernel::id::AccountId;
use tradewind_kernel::text_enum;

text_enum! {
    /// Role that a user or API key holds at one account.
    pub enum Role("role") {
        /// Everything at the account, including its owners.
        Owner = "owner",
        /// Everything but changing owners.
        Admin = "admin",
        /// Invoices, payments, charges, ledger and trading relationships.
        Billing = "billing",
        /// Products and price books.
        Catalogue = "catalogue",
        /// Sees everything, helps orders and deliveries along, may act as a customer.
        Support = "support",
        /// Sees everything, changes nothing.
        ReadOnly = "read_only",
    }
}

text_enum! {
    /// Place of an account in the trade.
    pub enum AccountKind("account_kind") {
        /// Runs the realm: the root of the account tree.
        Provider = "provider",
        /// Sells to resellers.
        Distributor = "distributor",
        /// Sells to customers or further resellers.
        Reseller = "reseller",
        /// Buys and uses services.
        Customer = "customer",
        /// Makes services; stands beside the tree.
        Vendor = "vendor",
    }
}

text_enum! {
    /// What kind of caller a principal is.
    pub enum PrincipalKind("principal_kind") {
        /// A person who signed in.
        User = "user",
        /// A program with an API key.
        ApiKey = "api_key",
        /// The platform itself: jobs and flows.
        System = "system",
        /// Someone not signed in, on a storefront.
        Visitor = "visitor",
    }
}

text_enum! {
    /// Kinds of things that can be acted upon.
    pub enum ResourceKind("resource_kind") {
        /// An account of the tree.
        Account = "account",
        /// A user.
        User = "user",
        /// An API key.
        ApiKey = "api_key",
        /// A session.
        Session = "session",
        /// A product with its plans and items.
        Product = "product",
        /// A price book with its revisions and listings.
        PriceBook = "price_book",
        /// A trading relationship between seller and buyer.
        Relationship = "relationship",
        /// A quote.
        Quote = "quote",
        /// An order.
        Order = "order",
        /// A subscription.
        Subscription = "subscription",
        /// Access data of a subscription: endpoints, instructions, credentials.
        AccessData = "access_data",
        /// A delivery at a vendor.
        Delivery = "delivery",
        /// Usage records and imports.
        Usage = "usage",
        /// A charge.
        Charge = "charge",
        /// An invoice or credit note.
        Invoice = "invoice",
        /// A payment.
        Payment = "payment",
        /// A stored means of payment.
        PaymentMethod = "payment_method",
        /// The ledger of an account.
        Ledger = "ledger",
        /// A durable job.
        Job = "job",
        /// An event.
        Event = "event",
        /// The audit log.
        Audit = "audit",
        /// The clock of a realm.
        Clock = "clock",
        /// A webhook endpoint.
        Webhook = "webhook",
        /// A realm.
        Realm = "realm",
        /// A mail in the outbox.
        Mail = "mail",
    }
}

text_enum! {
    /// Everything that can be permitted, named `resource.verb`.
    pub enum Action("action") {
        /// See an account.
        AccountView = "account.view",
        /// Create an account below this one.
        AccountCreateChild = "account.create_child",
        /// Change an account.
        AccountUpdate = "account.update",
        /// Invite, change and remove users.
        UserManage = "user.manage",
        /// Make someone an owner, or take that away.
        UserManageOwners = "user.manage_owners",
        /// Create and revoke API keys.
        ApiKeyManage = "api_key.manage",
        /// Act as a customer of the account, visibly.
        SessionActAs = "session.act_as",
        /// See a product.
        ProductView = "product.view",
        /// Create and change products.
        ProductManage = "product.manage",
        /// Publish and withdraw products.
        ProductPublish = "product.publish",
        /// See a price book.
        PriceBookView = "price_book.view",
        /// Change price books.
        PriceBookManage = "price_book.manage",
        /// See a trading relationship.
        RelationshipView = "relationship.view",
        /// Change a trading relationship.
        RelationshipManage = "relationship.manage",
        /// Ask for the price of a configuration.
        QuoteCreate = "quote.create",
        /// See an order.
        OrderView = "order.view",
        /// Place an order.
        OrderPlace = "order.place",
        /// Approve or reject an order.
        OrderApprove = "order.approve",
        /// Retry a failed step of an order.
        OrderRetry = "order.retry",
        /// Cancel an order.
        OrderCancel = "order.cancel",
        /// See a subscription.
        SubscriptionView = "subscription.view",
        /// Change quantities or plan.
        SubscriptionChange = "subscription.change",
        /// Cancel a subscription.
        SubscriptionCancel = "subscription.cancel",
        /// Renew, or switch automatic renewal.
        SubscriptionRenew = "subscription.renew",
        /// Suspend and resume.
        SubscriptionSuspend = "subscription.suspend",
        /// Set right what is billed already.
        SubscriptionCorrect = "subscription.correct",
        /// See credentials and other access data.
        AccessDataView = "access_data.view",
        /// See a delivery.
        DeliveryView = "delivery.view",
        /// Report progress, success or failure of a delivery.
        DeliveryReport = "delivery.report",
        /// Retry a delivery.
        DeliveryRetry = "delivery.retry",
        /// See usage.
        UsageView = "usage.view",
        /// Report usage.
        UsageReport = "usage.report",
        /// Import usage files.
        UsageImport = "usage.import",
        /// See charges.
        ChargeView = "charge.view",
        /// See invoices.
        InvoiceView = "invoice.view",
        /// Issue invoices and credit notes.
        InvoiceIssue = "invoice.issue",
        /// See payments.
        PaymentView = "payment.view",
        /// Record a payment received.
        PaymentRecord = "payment.record",
        /// Pay.
        PaymentPay = "payment.pay",
        /// Add and remove means of payment.
        PaymentMethodManage = "payment_method.manage",
        /// See the ledger.
        LedgerView = "ledger.view",
        /// Close months of the ledger and number its accounts.
        LedgerManage = "ledger.manage",
        /// See jobs.
        JobView = "job.view",
        /// Retry dead jobs.
        JobRetry = "job.retry",
        /// See events.
        EventView = "event.view",
        /// See the audit log.
        AuditView = "audit.view",
        /// See the realm's clock.
        ClockView = "clock.view",
        /// Move the realm's clock forward.
        ClockTravel = "clock.travel",
        /// Manage webhook endpoints.
        WebhookManage = "webhook.manage",
        /// Manage the realm.
        RealmManage = "realm.manage",
        /// See mails in the outbox.
        MailView = "mail.view",
    }
}

/// Who asks: a user, an API key, the platform itself, or a visitor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Principal {
    /// What kind of caller it is.
    pub kind: PrincipalKind,
    /// Id of the user or key; a name such as `job` for the platform itself.
    pub id: String,
    /// Account for which it speaks.
    pub account: AccountId,
    /// Kind of that account.
    pub account_kind: AccountKind,
    /// Roles held at that account.
    pub roles: Vec<Role>,
    /// Scopes of an API key, such as `order.view` or `order.*`; `None` means all.
    pub scopes: Option<Vec<String>>,
}

impl Principal {
    /// The platform itself, acting in a realm whose root account is `account`.
    #[must_use]
    pub fn system(account: AccountId) -> Self {
        Self {
            kind: PrincipalKind::System,
            id: "system".to_owned(),
            account,
            account_kind: AccountKind::Provider,
            roles: Vec::new(),
            scopes: None,
        }
    }

    /// Someone not signed in, on the storefront of `seller`.
    #[must_use]
    pub fn visitor(seller: AccountId, seller_kind: AccountKind) -> Self {
        Self {
            kind: PrincipalKind::Visitor,
            id: "visitor".to_owned(),
            account: seller,
            account_kind: seller_kind,
            roles: Vec::new(),
            scopes: None,
        }
    }

    /// A signed-in user with roles at an account.
    #[must_use]
    pub fn user(
        id: impl Into<String>,
        account: AccountId,
        account_kind: AccountKind,
        roles: Vec<Role>,
    ) -> Self {
        Self {
            kind: PrincipalKind::User,
            id: id.into(),
            account,
            account_kind,
            roles,
            scopes: None,
        }
    }

    /// Text form for logs and the audit trail: `user usr_01…`.
    #[must_use]
    pub fn label(&self) -> String {
        format!("{} {}", self.kind, self.id)
    }
}

/// What is acted upon: enough about a thing to decide who may see and change it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// Kind of the thing.
    pub kind: ResourceKind,
    /// Account to which it belongs.
    pub owner: AccountId,
    /// The owner and everything above it.
    pub ancestors: Vec<AccountId>,
    /// Selling account, when the thing is a trade.
    pub seller: Option<AccountId>,
    /// Buying account, when the thing is a trade.
    pub buyer: Option<AccountId>,
    /// Vendor whose product is concerned.
    pub vendor: Option<AccountId>,
}

impl Target {
    /// A thing of `owner`, whose ancestors (itself included) are given.
    #[must_use]
    pub fn owned(kind: ResourceKind, owner: AccountId, ancestors: Vec<AccountId>) -> Self {
        Self {
            kind,
            owner,
            ancestors,
            seller: None,
            buyer: None,
            vendor: None,
        }
    }

    /// The same thing, traded between these two accounts.
    #[must_use]
    pub fn traded(mut self, seller: AccountId, buyer: AccountId) -> Self {
        self.seller = Some(seller);
        self.buyer = Some(buyer);
        self
    }

    /// The same thing, concerning a product of this vendor.
    #[must_use]
    pub fn of_vendor(mut self, vendor: AccountId) -> Self {
        self.vendor = Some(vendor);
        self
    }
}

/// Answer of the policies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decision {
    /// May do it.
    Allow,
    /// May not even know that it exists.
    Hidden,
    /// May see it but not do this.
    Denied {
        /// Why, in words for people.
        reason: String,
    },
}
