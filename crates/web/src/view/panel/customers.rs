//! Accounts below a seller, and one of them all around.

use tradewind_kernel::money::Money;
use tradewind_kernel::time::{Date, Timestamp};

use crate::blocks;
use crate::view::kit::{
    Block, Button, Card, Cell, Choice, Field, Kind, ListState, Moment, Notice, Row, Tab, Tabs,
    Timeline, Tone, Txt,
};
use crate::view::shared::{
    Ask, FormState, InvoiceRow, OrderRow, SubscriptionRow, UserRow, invoice_columns, order_columns,
    subscription_columns,
};
use crate::view::shell::Permit;
use crate::view::{Head, Page, Shell};

/// An account in a list.
pub struct AccountRow {
    /// Id.
    pub id: Txt,
    /// Name.
    pub name: Txt,
    /// `customer`, `reseller`, `distributor`, `vendor`.
    pub kind: Txt,
    /// Country.
    pub country: Txt,
    /// State.
    pub state: Txt,
    /// Subscriptions that a customer may use now.
    pub subscriptions: Option<u32>,
    /// What is open.
    pub open: Option<Money>,
    /// Since when.
    pub since: Date,
}

/// Customers and resellers.
pub struct CustomersPage {
    /// Rows.
    pub rows: Vec<AccountRow>,
    /// Search, filter `kind`, sorting, page.
    pub state: ListState,
    /// May add one.
    pub add: Permit,
    /// The one to add: `company`, `kind`, `country`, `email`, `currency`.
    pub form: FormState,
    /// Countries to choose from: code, name.
    pub countries: Vec<(Txt, Txt)>,
}

impl CustomersPage {
    /// Lays the page out.
    pub fn page(self, shell: Shell) -> Page {
        let t = shell.t.clone();
        let rows = self.rows.into_iter().map(|row| {
            let amount = |amount: Option<Money>| {
                Cell::maybe_figure(
                    amount
                        .filter(|amount| !amount.is_zero())
                        .map(|amount| t.money(amount)),
                )
            };
            let name = Cell::Main(
                format!("/panel/customers/{}", row.id).into(),
                row.name,
                Some(t.code("account-kind", &row.kind)),
            );
            Row::Cells(vec![
                name,
                Cell::Text(row.country),
                Cell::State(t.state(&row.state)),
                Cell::maybe_figure(row.subscriptions.map(|count| t.int(i64::from(count)))),
                amount(row.open),
                Cell::At(t.date(row.since)),
            ])
        });
        let columns = vec![
            shell.col("c-account").sort("name"),
            shell.col("c-country"),
            shell.col("c-state"),
            shell.fig("nav-subscriptions"),
            shell.fig("c-open"),
            shell.col("c-since").sort("created"),
        ];
        let rows = rows.collect();
        let empty = shell.empty("building-2", "customers-none");
        let list = shell.list("nav-customers", columns, rows, &self.state, empty);
        let filters = shell.filters(
            &self.state,
            Some("customers-search"),
            vec![shell.picker(
                "kind",
                "account-kind",
                &["customer", "reseller", "distributor"],
            )],
        );
        let head = Head::new(t.tr("nav-customers")).may(
            &self.add,
            Button::open(t.tr("customer-add"), "add")
                .primary()
                .icon("plus"),
        );
        let mut body = blocks![filters, list];
        if self.add.is_yes() {
            let ask = Ask::new(&shell, &self.form);
            let countries = self
                .countries
                .iter()
                .map(|(code, name)| Choice::new(code.clone(), name.clone()))
                .collect();
            let fields = vec![
                ask.text("company").required(),
                ask.codes("kind", "account-kind", &["customer", "reseller"]),
                ask.select("country", countries),
                ask.input("email", "email").required(),
            ];
            body.push(
                shell
                    .confirm("add", "customer-add", "/panel/customers", fields)
                    .into(),
            );
        }
        if let Some(complaint) = self.form.complaint() {
            body.insert(0, complaint.into());
        }
        Page::new(shell, head, body)
    }
}

/// What of an account is shown.
pub enum AccountView {
    /// Its subscriptions.
    Subscriptions(Vec<SubscriptionRow>),
    /// Its orders.
    Orders(Vec<OrderRow>),
    /// Its invoices.
    Invoices(Vec<InvoiceRow>),
    /// Its users.
    Users(Vec<UserRow>),
    /// What happened.
    Activity(Vec<Moment>),
}

impl AccountView {
    fn key(&self) -> &'static str {
        match self {
            AccountView::Subscriptions(_) => "",
            AccountView::Orders(_) => "orders",
            AccountView::Invoices(_) => "invoices",
            AccountView::Users(_) => "users",
            AccountView::Activity(_) => "activity",
        }
    }
}

/// Who invoices an account.
pub struct WhoInvoices {
    /// `self`, `on_behalf` or `external`.
    pub now: &'static str,
    /// What the reader may make of it.
    pub choices: &'static [&'static str],
}

/// An account all around.
pub struct Account360Page {
    /// Id.
    pub id: Txt,
    /// Name.
    pub name: Txt,
    /// Kind.
    pub kind: Txt,
    /// State.
    pub state: Txt,
    /// The way down to it: name, address of each seller above that the reader may see.
    pub above: Vec<(Txt, Txt)>,
    /// Lines of its address.
    pub address: Vec<Txt>,
    /// Tax id.
    pub tax_id: Txt,
    /// First contact: name, e-mail address.
    pub contact: (Txt, Txt),
    /// Since when.
    pub since: Date,
    /// Price book: name, address.
    pub price_book: Option<(Txt, Txt)>,
    /// Payment terms, in words.
    pub terms: Txt,
    /// Credit limit.
    pub credit_limit: Option<Money>,
    /// What is open.
    pub open: Money,
    /// What recurs per month.
    pub not_invoiced: Money,
    /// What must not be overlooked.
    pub warning: Option<Txt>,
    /// What is kept for it: amount, address; where the reader sells to it.
    pub credit: Option<(Money, Txt)>,
    /// Where its statement of account is.
    pub statement: Option<Txt>,
    /// Where its class, pauses and holds are.
    pub dunning: Option<Txt>,
    /// Whether there is something for a pro-forma invoice.
    pub pro_forma: bool,
    /// Who invoices it, where the reader may know.
    pub invoicer: Option<WhoInvoices>,
    /// When its charges become invoices: `invoicing`, `invoice_day`, as its form has them; where the reader sells to it.
    pub invoicing: Option<FormState>,
    /// May set that.
    pub bill: Permit,
    /// May act as it.
    pub act_as: Permit,
    /// What is shown.
    pub view: AccountView,
}

impl Account360Page {
    /// Lays the page out.
    pub fn page(self, shell: Shell) -> Page {
        let t = shell.t.clone();
        let here = format!("/panel/customers/{}", self.id);
        let tabs = ["", "orders", "invoices", "users", "activity"].map(|key| Tab {
            label: t.tr(&format!(
                "account-tab-{}",
                if key.is_empty() { "subscriptions" } else { key }
            )),
            href: if key.is_empty() {
                here.clone().into()
            } else {
                format!("{here}/{key}").into()
            },
            count: None,
            current: self.view.key() == key,
        });
        let mut head = Head::new(self.name.clone())
            .under(t.tr("nav-customers"), "/panel/customers")
            .state(t.state(&self.state))
            .meta(t.code("account-kind", &self.kind))
            .tabs(Tabs {
                label: self.name.clone(),
                tabs: tabs.into(),
            })
            .may(
                &self.act_as,
                Button::open(t.tr("act-as"), "act-as").icon("user-check"),
            );
        if self.invoicing.is_some() {
            let open = Button::open(t.tr("invoicing-set"), "invoicing-set").icon("calendar");
            head = head.may(&self.bill, open);
        }
        if self
            .invoicer
            .as_ref()
            .is_some_and(|who| !who.choices.is_empty())
        {
            let open = Button::open(t.tr("invoicer-set"), "invoicer-set").icon("users");
            head = head.and(open);
        }
        let mut dialogs: Vec<Block> = Vec::new();
        if self.pro_forma {
            let file = Button::go(t.tr("pro-forma-pdf"), format!("{here}/pro-forma/pdf"));
            head = head
                .and(file.icon("download"))
                .and(Button::open(t.tr("pro-forma-send"), "pro-forma-send").icon("mail"));
            let to = format!("{here}/pro-forma");
            dialogs.push(
                shell
                    .confirm("pro-forma-send", "pro-forma-send", to, Vec::new())
                    .into(),
            );
        }
        for (name, href) in &self.above {
            head = head.under(name.clone(), href.clone());
        }
        let mut body: Vec<Block> = dialogs;
        if let Some(warning) = self.warning.clone() {
            body.push(Notice::new(Tone::Warn, "", warning).into());
        }
        body.push(self.view.block(&shell));
        if self.act_as.is_yes() {
            let reason = Field::new("reason", t.tr("f-reason"), Kind::Input("text")).required();
            body.push(
                shell
                    .confirm("act-as", "act-as", format!("{here}/act-as"), vec![reason])
                    .into(),
            );
        }
        let mut invoicing = Cell::Nil;
        if let Some(form) = &self.invoicing {
            let how = form.value("invoicing");
            invoicing = Cell::Text(match how {
                "monthly" => t.with("invoicing-on", &[("day", form.value("invoice_day"))]),
                how => t.code("invoicing", how),
            });
            if self.bill.is_yes() {
                let ask = Ask::new(&shell, form);
                let day = Kind::Number(Some("1".into()), Some("28".into()), "1".into());
                let fields = vec![
                    ask.codes("invoicing", "invoicing", &["immediate", "daily", "monthly"]),
                    ask.field("invoice_day", day)
                        .required()
                        .hint(t.tr("f-invoice-day-hint")),
                ];
                let to = format!("{here}/invoicing");
                body.push(
                    shell
                        .confirm("invoicing-set", "invoicing-set", to, fields)
                        .into(),
                );
            }
        }
        let mut invoicer = Cell::Nil;
        if let Some(who) = &self.invoicer {
            invoicer = Cell::Text(t.code("invoicer", who.now));
            if !who.choices.is_empty() {
                let form = FormState::of([("invoicer", who.now)]);
                let ask = Ask::new(&shell, &form);
                let fields = vec![ask.codes("invoicer", "invoicer", who.choices)];
                let to = format!("{here}/invoicer");
                body.push(
                    shell
                        .confirm("invoicer-set", "invoicer-set", to, fields)
                        .into(),
                );
            }
        }
        let price_book = match self.price_book {
            Some((name, href)) => Cell::Link(href, name),
            None => Cell::Nil,
        };
        let money = vec![
            ("home-so-far", Cell::Text(t.money(self.not_invoiced))),
            ("c-open", Cell::Text(t.money(self.open))),
            (
                "nav-statement",
                self.statement.map_or(Cell::Nil, |href| {
                    Cell::Link(href, t.tr("statement-this-month"))
                }),
            ),
            (
                "c-credit",
                self.credit.map_or(Cell::Nil, |(amount, href)| {
                    Cell::Link(href, t.money(amount))
                }),
            ),
            (
                "c-credit-limit",
                self.credit_limit
                    .map_or(Cell::Nil, |limit| Cell::Text(t.money(limit))),
            ),
            (
                "account-dunning",
                self.dunning.map_or(Cell::Nil, |href| {
                    Cell::Link(href, t.tr("account-dunning-show"))
                }),
            ),
            ("c-payment-terms", Cell::Text(self.terms)),
            ("c-invoicing", invoicing),
            ("c-invoicer", invoicer),
            ("c-price-book", price_book),
        ];
        let who = vec![
            ("c-contact", Cell::Two(self.contact.0, self.contact.1)),
            ("c-address", Cell::Text(self.address.join(", ").into())),
            (
                "f-tax-id",
                if self.tax_id.is_empty() {
                    Cell::Nil
                } else {
                    Cell::Text(self.tax_id)
                },
            ),
            ("c-since", Cell::At(t.date(self.since))),
            ("c-id", Cell::Id(self.id)),
        ];
        let aside = blocks![
            Card::new(t.tr("account-money"), blocks![shell.facts(money)]).aside(),
            Card::new(t.tr("details"), blocks![shell.facts(who)]).aside(),
        ];
        Page::new(shell, head, body).aside(aside)
    }
}

impl AccountView {
    fn block(self, shell: &Shell) -> Block {
        let t = &shell.t;
        match self {
            AccountView::Subscriptions(rows) => {
                let rows = rows
                    .iter()
                    .map(|row| row.cells(shell, "/panel", false))
                    .collect();
                shell
                    .table(
                        "nav-subscriptions",
                        subscription_columns(shell, false),
                        rows,
                        "subscriptions-none-seller",
                    )
                    .into()
            }
            AccountView::Orders(rows) => {
                let rows = rows
                    .iter()
                    .map(|row| row.cells(shell, "/panel", false))
                    .collect();
                shell
                    .table(
                        "nav-orders",
                        order_columns(shell, false),
                        rows,
                        "orders-none-seller",
                    )
                    .into()
            }
            AccountView::Invoices(rows) => {
                let rows = rows.iter().map(|row| row.cells(shell, "/panel")).collect();
                shell
                    .table(
                        "nav-invoices",
                        invoice_columns(shell, "/panel"),
                        rows,
                        "invoices-empty",
                    )
                    .into()
            }
            AccountView::Users(rows) => {
                let rows = rows.into_iter().map(|user| {
                    let roles: Vec<_> =
                        user.roles.iter().map(|role| t.code("role", role)).collect();
                    vec![
                        Cell::Two(user.name, user.email),
                        Cell::Text(roles.join(", ").into()),
                        Cell::State(t.state(&user.state)),
                        Cell::maybe_at(user.seen.map(|at| t.at(at))),
                    ]
                });
                let columns = vec![
                    shell.col("c-user"),
                    shell.col("f-roles"),
                    shell.col("c-state"),
                    shell.col("c-seen"),
                ];
                let rows = rows.collect();
                shell.table("nav-users", columns, rows, "none").into()
            }
            AccountView::Activity(moments) => {
                Card::new(t.tr("sub-tab-activity"), blocks![Timeline(moments)]).into()
            }
        }
    }
}

/// A trading relationship between a seller and a buyer next to it.
pub struct RelationshipRow {
    /// Id.
    pub id: Txt,
    /// The other side: name, address.
    pub other: (Txt, Txt),
    /// Whether the reader sells in it (or buys).
    pub sells: bool,
    /// Currency.
    pub currency: Txt,
    /// Price book: name, address; only for the seller.
    pub price_book: Option<(Txt, Txt)>,
    /// Payment terms in days.
    pub payment_days: u32,
    /// Credit limit.
    pub credit_limit: Option<Money>,
    /// Tax treatment, in words.
    pub tax: Txt,
    /// State.
    pub state: Txt,
    /// Since when.
    pub since: Timestamp,
    /// What may be changed, for its dialog: `price_book`, `payment_days`, `credit_limit`; `None` when nothing may.
    pub form: Option<FormState>,
}

/// Relationships of a seller.
pub struct RelationshipsPage {
    /// Rows.
    pub rows: Vec<RelationshipRow>,
    /// Search, page.
    pub state: ListState,
    /// Price books to choose from: id, name.
    pub price_books: Vec<(Txt, Txt)>,
}

impl RelationshipsPage {
    /// Lays the page out.
    pub fn page(self, shell: Shell) -> Page {
        let t = shell.t.clone();
        let mut dialogs: Vec<Block> = Vec::new();
        let mut rows = Vec::new();
        for row in self.rows {
            let mut acts = Vec::new();
            if let Some(form) = &row.form {
                let id = format!("rel-{}", row.id);
                let ask = Ask::new(&shell, form);
                let books = self
                    .price_books
                    .iter()
                    .map(|(id, name)| Choice::new(id.clone(), name.clone()))
                    .collect();
                let fields = vec![
                    ask.select("price_book", books),
                    ask.number("payment_days"),
                    ask.optional(ask.number("credit_limit")),
                ];
                dialogs.push(
                    shell
                        .confirm(
                            &id,
                            "relationship-save",
                            format!("/panel/relationships/{}", row.id),
                            fields,
                        )
                        .into(),
                );
                acts.push(Button::open(t.tr("w-change"), id).small(row.other.0.clone()));
            }
            let book = match row.price_book {
                Some((name, href)) => Cell::Link(href, name),
                None => Cell::Nil,
            };
            rows.push(Row::Cells(vec![
                Cell::Main(
                    row.other.1,
                    row.other.0,
                    Some(t.tr(if row.sells { "rel-buyer" } else { "rel-seller" })),
                ),
                Cell::Text(row.currency),
                book,
                Cell::Text(t.count("count-days", row.payment_days)),
                Cell::maybe_figure(row.credit_limit.map(|limit| t.money(limit))),
                Cell::Text(row.tax),
                Cell::State(t.state(&row.state)),
                Cell::Do(acts),
            ]));
        }
        let columns = vec![
            shell.col("c-party"),
            shell.col("currency"),
            shell.col("c-price-book"),
            shell.col("c-payment-terms"),
            shell.fig("c-credit-limit"),
            shell.col("c-tax"),
            shell.col("c-state"),
            shell.acts(),
        ];
        let list = shell.list(
            "nav-relationships",
            columns,
            rows,
            &self.state,
            shell.empty("network", "relationships-none"),
        );
        let mut body = blocks![list];
        body.extend(dialogs);
        Page::new(
            shell,
            Head::new(t.tr("nav-relationships")).lead(t.tr("relationships-lead")),
            body,
        )
    }
}
