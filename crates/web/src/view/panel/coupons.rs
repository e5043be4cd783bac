//! Coupons and promotions of a seller: the list, and one with what became of it and its form.

use tradewind_kernel::time::{Date, Timestamp};

use crate::blocks;
use crate::view::kit::{Block, Button, Card, Cell, Choice, Field, Kind, ListState, Row, Txt};
use crate::view::shared::{Ask, FormState};
use crate::view::shell::Permit;
use crate::view::{Head, Page, Shell};

/// A coupon.
pub struct CouponRow {
    /// Id.
    pub id: Txt,
    /// Name.
    pub name: Txt,
    /// Code; none for promotions.
    pub code: Option<Txt>,
    /// What it gives, in words.
    pub gives: Txt,
    /// Whose it is, where that is somebody else than the reader.
    pub seller: Option<Txt>,
    /// State.
    pub state: Txt,
    /// The last day.
    pub until: Option<Date>,
    /// How often it is redeemed, and how often it can be.
    pub redemptions: (i64, Option<u32>),
    /// What it has cost, and what it may.
    pub cost: (Txt, Option<Txt>),
}

impl CouponRow {
    fn called(&self, shell: &Shell) -> Txt {
        let by_itself = || shell.t.tr("coupon-by-itself");
        self.code.clone().unwrap_or_else(by_itself)
    }

    fn redeemed(&self, shell: &Shell) -> Cell {
        let t = &shell.t;
        let count = t.int(self.redemptions.0);
        match self.redemptions.1 {
            Some(most) => {
                let most = t.int(i64::from(most));
                Cell::FigureTwo(count, t.with("coupon-of", &[("most", &most)]))
            }
            None => Cell::Figure(count),
        }
    }

    fn spent(&self, shell: &Shell) -> Cell {
        match &self.cost.1 {
            Some(most) => Cell::FigureTwo(
                self.cost.0.clone(),
                shell.t.with("coupon-of", &[("most", most)]),
            ),
            None => Cell::Figure(self.cost.0.clone()),
        }
    }
}

/// Coupons of the reader's account and those below it.
pub struct CouponsPage {
    /// Rows.
    pub rows: Vec<CouponRow>,
    /// Search, filter `kind`, page.
    pub state: ListState,
    /// May make one.
    pub add: Permit,
}

impl CouponsPage {
    /// Lays the page out.
    pub fn page(self, shell: Shell) -> Page {
        let t = shell.t.clone();
        let rows = self.rows.iter().map(|row| {
            Row::Cells(vec![
                Cell::Main(
                    format!("/panel/coupons/{}", row.id).into(),
                    row.name.clone(),
                    row.seller.clone(),
                ),
                Cell::Text(row.called(&shell)),
                Cell::Text(row.gives.clone()),
                Cell::State(t.state(&row.state)),
                Cell::maybe_at(row.until.map(|date| t.date(date))),
                row.redeemed(&shell),
                row.spent(&shell),
            ])
        });
        let rows = rows.collect();
        let columns = vec![
            shell.col("c-name"),
            shell.col("c-coupon-code"),
            shell.col("c-coupon-gives"),
            shell.col("c-state"),
            shell.col("c-valid-until"),
            shell.fig("c-redemptions"),
            shell.fig("c-taken-off"),
        ];
        let empty = shell.empty("percent", "coupons-none");
        let list = shell.list("nav-coupons", columns, rows, &self.state, empty);
        let kinds = shell.picker("kind", "coupon-kind", &["coupon", "promotion"]);
        let filters = shell.filters(&self.state, Some("search-coupons"), vec![kinds]);
        let head = Head::new(t.tr("nav-coupons"))
            .lead(t.tr("coupons-lead"))
            .may(
                &self.add,
                shell
                    .go("coupon-add", "/panel/coupons/new")
                    .primary()
                    .icon("plus"),
            );
        Page::new(shell, head, blocks![filters, list])
    }
}

/// A redemption.
pub struct RedemptionRow {
    /// When.
    pub at: Timestamp,
    /// Who: name, address.
    pub customer: (Txt, Txt),
    /// For what: name, address.
    pub subscription: (Txt, Txt),
    /// What it has cost.
    pub cost: Option<Txt>,
    /// Given back, because the order was called off.
    pub given_back: bool,
}

/// One coupon, or a new one.
pub struct CouponPage {
    /// The coupon; none while it is new.
    pub row: Option<CouponRow>,
    /// Its latest redemptions.
    pub redemptions: Vec<RedemptionRow>,
    /// May change it.
    pub edit: Permit,
    /// May end it.
    pub end: Permit,
    /// What it can be for: value, name.
    pub scopes: Vec<(Txt, Txt)>,
    /// What it is for already: value, name.
    pub named: Vec<(Txt, Txt)>,
    /// The customers that it can be for: id, name.
    pub customers: Vec<(Txt, Txt)>,
    /// The customers that its form names already: id, name.
    pub named_customers: Vec<(Txt, Txt)>,
    /// Names of the customers that alone may redeem it; empty when everybody may.
    pub only_for: Vec<Txt>,
    /// Currencies of amounts.
    pub currencies: Vec<Txt>,
    /// Its fields.
    pub form: FormState,
}

impl CouponPage {
    /// Lays the page out.
    pub fn page(self, shell: Shell) -> Page {
        let t = shell.t.clone();
        let title = match &self.row {
            Some(row) => row.name.clone(),
            None => t.tr("coupon-add"),
        };
        let mut head = Head::new(title).under(t.tr("nav-coupons"), "/panel/coupons");
        let mut body: Vec<Block> = Vec::new();
        if let Some(row) = &self.row {
            head = head
                .state(t.state(&row.state))
                .lead(row.gives.clone())
                .may(&self.end, Button::open(t.tr("coupon-end"), "end").danger());
            body.push(self.became(&shell, row));
            body.push(self.redeemed(&shell));
        } else {
            head = head.lead(t.tr("coupon-add-lead"));
        }
        if self.edit.is_yes() {
            let form = self.editor(&shell);
            let title = if self.row.is_some() {
                "coupon-edit"
            } else {
                "coupon-what"
            };
            let mut card = Card::new(t.tr(title), blocks![form]);
            if self.row.is_some() {
                card = card.intro(t.tr("coupon-edit-lead"));
            }
            body.push(card.into());
        }
        if let (Some(row), true) = (&self.row, self.end.is_yes()) {
            let action = format!("/panel/coupons/{}/end", row.id);
            body.push(
                shell
                    .confirm("end", "coupon-end", action, Vec::new())
                    .into(),
            );
        }
        Page::new(shell, head, body)
    }

    fn became(&self, shell: &Shell, row: &CouponRow) -> Block {
        let t = &shell.t;
        let mut facts = vec![
            ("c-coupon-code", Cell::Text(row.called(shell))),
            ("c-redemptions", row.redeemed(shell)),
            ("c-taken-off", row.spent(shell)),
            (
                "c-valid-until",
                Cell::maybe_at(row.until.map(|date| t.date(date))),
            ),
        ];
        if !self.only_for.is_empty() {
            let names = self.only_for.join(", ");
            facts.push(("f-coupon-customers", Cell::Text(names.into())));
        }
        Card::new(t.tr("coupon-became"), blocks![shell.facts(facts)]).into()
    }

    fn redeemed(&self, shell: &Shell) -> Block {
        let t = &shell.t;
        let rows = self.redemptions.iter().map(|row| {
            let (customer, customers) = row.customer.clone();
            let (subscription, subscriptions) = row.subscription.clone();
            vec![
                Cell::At(t.at(row.at)),
                Cell::Link(customers, customer),
                Cell::Link(subscriptions, subscription),
                if row.given_back {
                    Cell::Text(t.tr("coupon-given-back"))
                } else {
                    Cell::maybe_figure(row.cost.clone())
                },
            ]
        });
        let columns = vec![
            shell.col("c-when"),
            shell.col("c-customer"),
            shell.col("c-subscription"),
            shell.fig("c-taken-off"),
        ];
        let table = shell.table("c-redemptions", columns, rows.collect(), "redemptions-none");
        Card::new(t.tr("c-redemptions"), blocks![table])
            .flush()
            .into()
    }

    fn editor(&self, shell: &Shell) -> crate::view::kit::Form {
        let t = &shell.t;
        let ask = Ask::new(shell, &self.form);
        let currencies = self.currencies.iter();
        let currencies = currencies.map(|code| Choice::new(code.clone(), code.clone()));
        let gives = ["percentage", "amount", "price_override", "trial_extension"];
        let action = match &self.row {
            Some(row) => format!("/panel/coupons/{}", row.id),
            None => "/panel/coupons".to_owned(),
        };
        let version = self.form.value("version").to_owned();
        let covers = ["purchases", "usage", "everything"];
        let choices = |known: &[(Txt, Txt)]| -> Vec<Choice> {
            let known = known.iter();
            known
                .map(|(value, name)| Choice::new(value.clone(), name.clone()))
                .collect()
        };
        let ticked = |field: &'static str, known: &[(Txt, Txt)]| {
            (!known.is_empty()).then(|| ask.field(field, Kind::Checks(choices(known))).full())
        };
        let anybody = (Txt::default(), t.tr("coupon-customer-all"));
        let customers = [&[anybody], self.customers.as_slice()].concat();
        let mut fields = vec![
            Field::hidden("version", version),
            ask.text("name_en").required(),
            ask.optional(ask.text("name_de")),
            ask.optional(ask.text("coupon_code")),
            ask.codes("gives", "coupon-gives", &gives),
            ask.number("gives_value").required(),
            ask.select("currency", currencies.collect()),
            ask.codes("coupon_covers", "coupon-covers", &covers).full(),
        ];
        fields.extend(ticked("coupon_scopes", &self.named));
        fields.extend([ask.select("coupon_scope", choices(&self.scopes)).full()]);
        fields.extend(ticked("coupon_customers", &self.named_customers));
        fields.extend([
            ask.select("coupon_customer", choices(&customers)).full(),
            ask.optional(ask.number("coupon_periods")),
            ask.optional(ask.number("budget")),
            ask.optional(ask.input("date", "valid_from")),
            ask.optional(ask.input("date", "valid_until")),
            ask.optional(ask.number("max_redemptions")),
            ask.optional(ask.number("max_per_customer")),
            ask.check("new_customers_only"),
        ]);
        shell
            .form(action, "coupon-save")
            .telling(self.form.notice())
            .fields(fields)
            .two_columns()
    }
}
