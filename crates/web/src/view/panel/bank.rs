//! Bank statements: what came in, what it was recorded as, and what it may be for.

use tradewind_kernel::money::Money;
use tradewind_kernel::time::{Date, Timestamp};

use crate::blocks;
use crate::view::kit::{Block, Card, Cell, Choice, Field, Kind, ListState, Notice, Row, Tone, Txt};
use crate::view::shared::{Ask, FormState};
use crate::view::shell::Permit;
use crate::view::{Head, Page, Shell};

/// An entry.
pub struct BankEntryRow {
    /// Id.
    pub id: Txt,
    /// Booked on.
    pub on: Date,
    /// Who paid or was paid.
    pub name: Txt,
    /// What the payer wrote.
    pub text: Txt,
    /// State.
    pub state: Txt,
    /// Why it waits, as a stored word; empty when it does not.
    pub doubt: Txt,
    /// Negative when it went out.
    pub amount: Money,
}

/// A statement.
pub struct BankStatementRow {
    /// Id.
    pub id: Txt,
    /// Account.
    pub account: Txt,
    /// The bank's name for it.
    pub bank_id: Txt,
    /// First and last day.
    pub days: (Date, Date),
    /// Imported.
    pub at: Timestamp,
    /// Balance before and after.
    pub balances: (Option<Money>, Option<Money>),
    /// How far it is from the one before.
    pub gap: Option<Money>,
    /// Entries, and those of them that were new.
    pub entries: (i64, i64),
}

/// Entries of bank statements, or the statements.
pub struct BankPage {
    /// Entries; empty in the view of statements.
    pub rows: Vec<BankEntryRow>,
    /// Statements, in their view.
    pub statements: Option<Vec<BankStatementRow>>,
    /// Search, views (`view` is empty for what waits, `matched`, `assigned`, `ignored`, `outgoing`, `statements`), page.
    pub state: ListState,
    /// How many wait.
    pub waiting: u32,
    /// Names of mappings.
    pub mappings: Vec<Txt>,
    /// May import.
    pub import: Permit,
    /// `file`, `mapping`.
    pub form: FormState,
}

impl BankPage {
    /// Lays the page out.
    pub fn page(self, shell: Shell) -> Page {
        let t = shell.t.clone();
        let mut body: Vec<Block> = Vec::new();
        if self.import.is_yes() {
            body.push(self.upload(&shell));
        }
        let views = shell.views(
            &self.state,
            "bank-view",
            &[
                ("", Some(self.waiting)),
                ("matched", None),
                ("assigned", None),
                ("ignored", None),
                ("outgoing", None),
                ("statements", None),
            ],
        );
        let head = Head::new(t.tr("bank-title"))
            .lead(t.tr("bank-lead"))
            .under(t.tr("nav-payments"), "/panel/payments")
            .tabs(views)
            .may(
                &self.import,
                shell
                    .post("bank-match", "/panel/bank/match")
                    .icon("refresh-cw"),
            )
            .may(
                &self.import,
                shell.go("bank-mappings", "/panel/bank/mappings"),
            );
        match &self.statements {
            Some(statements) => body.push(self.statements(&shell, statements)),
            None => {
                body.push(
                    shell
                        .filters(&self.state, Some("bank-search"), Vec::new())
                        .into(),
                );
                body.push(self.entries(&shell));
            }
        }
        Page::new(shell, head, body)
    }

    fn upload(&self, shell: &Shell) -> Block {
        let t = &shell.t;
        let ask = Ask::new(shell, &self.form);
        let mappings = std::iter::once(Choice::new("", t.tr("bank-camt"))).chain(
            self.mappings
                .iter()
                .map(|name| Choice::new(name.clone(), t.with("bank-csv", &[("name", name)]))),
        );
        let form = shell
            .form("/panel/bank", "bank-import")
            .telling(self.form.notice())
            .with_file()
            .two_columns()
            .fields(vec![
                ask.field("file", Kind::Input("file")).required(),
                ask.select("mapping", mappings.collect()),
            ]);
        Card::new(t.tr("bank-import"), blocks![form]).into()
    }

    fn entries(&self, shell: &Shell) -> Block {
        let t = &shell.t;
        let rows = self.rows.iter().map(|row| {
            let why = match row.doubt.is_empty() {
                true => row.text.clone(),
                false => t.code("bank-doubt", &row.doubt),
            };
            let name = if row.name.is_empty() {
                t.tr("bank-nobody")
            } else {
                row.name.clone()
            };
            Row::Cells(vec![
                Cell::Main(
                    format!("/panel/bank/{}", row.id).into(),
                    name,
                    Some(row.text.clone()),
                ),
                Cell::At(t.date(row.on)),
                Cell::State(t.state(&row.state)),
                if row.doubt.is_empty() {
                    Cell::Nil
                } else {
                    Cell::Text(why)
                },
                Cell::Figure(t.money(row.amount)),
            ])
        });
        let columns = vec![
            shell.col("c-payer"),
            shell.col("c-when"),
            shell.col("c-state"),
            shell.col("c-why"),
            shell.fig("c-amount"),
        ];
        let empty = shell.empty("landmark", "bank-none");
        shell
            .list("bank-title", columns, rows.collect(), &self.state, empty)
            .into()
    }

    fn statements(&self, shell: &Shell, statements: &[BankStatementRow]) -> Block {
        let t = &shell.t;
        let figure = |money: Option<Money>| Cell::maybe_figure(money.map(|money| t.money(money)));
        let rows = statements.iter().map(|row| {
            let href = format!("/panel/bank?view=all&statement={}", row.id);
            let closing = match (row.balances.1, row.gap) {
                (Some(closing), Some(gap)) => Cell::FigureTwo(
                    t.money(closing),
                    t.with("bank-gap", &[("amount", &t.money(gap))]),
                ),
                (closing, _) => figure(closing),
            };
            Row::Cells(vec![
                Cell::Main(href.into(), row.bank_id.clone(), Some(row.account.clone())),
                Cell::At(t.date(row.days.0)),
                Cell::At(t.date(row.days.1)),
                Cell::At(t.at(row.at)),
                figure(row.balances.0),
                closing,
                Cell::FigureTwo(
                    t.int(row.entries.0),
                    t.with("bank-new", &[("count", &t.int(row.entries.1))]),
                ),
            ])
        });
        let columns = vec![
            shell.col("bank-statement"),
            shell.col("c-from"),
            shell.col("bank-until"),
            shell.col("bank-imported-at"),
            shell.fig("bank-opening"),
            shell.fig("bank-closing"),
            shell.fig("bank-entries"),
        ];
        let empty = shell.empty("landmark", "bank-none");
        shell
            .list(
                "bank-statements",
                columns,
                rows.collect(),
                &self.state,
                empty,
            )
            .into()
    }
}

/// What an entry was recorded as, or may be the same as.
pub struct BankPaidRow {
    /// Id of the payment.
    pub payment: Txt,
    /// The invoice: number, address.
    pub invoice: Option<(Txt, Txt)>,
    /// Who paid.
    pub payer: Txt,
    /// How much.
    pub amount: Money,
}

/// What an entry may be for.
pub struct BankSuggestionRow {
    /// Id of the invoice.
    pub invoice: Txt,
    /// Its number.
    pub number: Txt,
    /// Its buyer.
    pub buyer: Txt,
    /// What is open of it.
    pub open: Money,
    /// Why it is suggested, as words: `named`, `same-amount`, `same-payer`.
    pub why: Vec<&'static str>,
}

/// One entry.
pub struct BankEntryPage {
    /// The entry.
    pub row: BankEntryRow,
    /// The other side's account.
    pub account: Txt,
    /// The bank's reference.
    pub reference: Txt,
    /// Why somebody ignored it.
    pub reason: Txt,
    /// Whether it takes money back.
    pub takes_back: bool,
    /// What it was recorded as.
    pub payments: Vec<BankPaidRow>,
    /// What it may be for.
    pub suggestions: Vec<BankSuggestionRow>,
    /// Transfers of the same amount.
    pub alike: Vec<BankPaidRow>,
    /// Buyers to choose from: id, name.
    pub buyers: Vec<(Txt, Txt)>,
    /// What may be done: `assign`, `account`, `payment`, `ignore`, `undo`.
    pub acts: Vec<&'static str>,
    /// `invoice`, `numbers`, `buyer`, `top_up_all`, `payment`, `reason`.
    pub form: FormState,
}

impl BankEntryPage {
    /// Lays the page out.
    pub fn page(self, shell: Shell) -> Page {
        let t = shell.t.clone();
        let row = &self.row;
        let head = Head::new(t.money(row.amount))
            .under(t.tr("bank-title"), "/panel/bank")
            .state(t.state(&row.state));
        let mut facts = vec![
            ("c-payer", Cell::Text(row.name.clone())),
            ("f-iban", Cell::Text(self.account.clone())),
            ("c-when", Cell::At(t.date(row.on))),
            ("bank-text", Cell::Text(row.text.clone())),
            ("bank-own-reference", Cell::Text(self.reference.clone())),
            ("c-id", Cell::Id(row.id.clone())),
        ];
        facts.retain(|(_, cell)| !matches!(cell, Cell::Text(text) if text.is_empty()));
        let mut body: Vec<Block> = Vec::new();
        body.extend(self.form.complaint().map(Into::into));
        if !row.doubt.is_empty() {
            let why = t.code("bank-doubt", &row.doubt);
            body.push(Notice::new(Tone::Warn, "", why).into());
        }
        if !self.reason.is_empty() {
            let why = t.with("bank-ignored-because", &[("reason", &self.reason)]);
            body.push(Notice::new(Tone::Idle, "", why).into());
        }
        body.push(Card::new(t.tr("bank-entry"), blocks![shell.facts(facts)]).into());
        if self.acts.contains(&"assign") {
            body.push(self.assign(&shell));
        }
        if !self.payments.is_empty() {
            let table = paid(&shell, "bank-recorded", &self.payments);
            body.push(
                Card::new(t.tr("bank-recorded"), blocks![table])
                    .flush()
                    .into(),
            );
        }
        let aside = self.forms(&shell);
        let page = Page::new(shell, head, body);
        if aside.is_empty() {
            page
        } else {
            page.aside(aside)
        }
    }

    /// Invoices to choose from, and the numbers of others.
    fn assign(&self, shell: &Shell) -> Block {
        let t = &shell.t;
        let ask = Ask::new(shell, &self.form);
        let choices: Vec<Choice> = self
            .suggestions
            .iter()
            .map(|one| {
                let why: Vec<_> = one.why.iter().map(|why| t.code("bank-why", why)).collect();
                let hint = why.join(", ");
                Choice::new(
                    one.invoice.clone(),
                    format!("{} · {}", one.number, one.buyer),
                )
                .hint(hint)
                .end(t.money(one.open))
            })
            .collect();
        let mut fields = Vec::new();
        if !choices.is_empty() {
            fields.push(ask.field("invoice", Kind::Checks(choices)).full());
        }
        fields.push(ask.optional(ask.text("numbers")).full());
        let form = shell
            .form(
                format!("/panel/bank/{}/assign", self.row.id),
                "bank-do-assign",
            )
            .fields(fields);
        Card::new(t.tr("bank-do-assign"), blocks![form]).into()
    }

    fn forms(&self, shell: &Shell) -> Vec<Block> {
        let t = &shell.t;
        let ask = Ask::new(shell, &self.form);
        let acts = self.acts.iter().filter(|act| **act != "assign");
        let forms = acts.map(|act| {
            let scope = |field: Field| field.scope(format!("f-{act}"));
            let fields = match *act {
                "account" => {
                    let buyers = self
                        .buyers
                        .iter()
                        .map(|(id, name)| Choice::new(id.clone(), name.clone()));
                    vec![
                        scope(ask.select("buyer", buyers.collect()).required()),
                        scope(ask.check("top_up_all")),
                    ]
                }
                "payment" => {
                    let known = self.alike.iter().map(|one| {
                        let number = one.invoice.as_ref().map_or("", |(number, _)| number);
                        Choice::new(one.payment.clone(), format!("{} {number}", one.payer))
                            .end(t.money(one.amount))
                    });
                    vec![scope(
                        ask.field("payment_id", Kind::Radio(known.collect()))
                            .required(),
                    )]
                }
                "ignore" => vec![scope(ask.text("reason").required())],
                _ => Vec::new(),
            };
            let key = match (*act, self.takes_back) {
                ("payment", true) => "bank-do-take-back".to_owned(),
                (act, _) => format!("bank-do-{act}"),
            };
            let form = shell
                .form(format!("/panel/bank/{}/{act}", self.row.id), &key)
                .fields(fields);
            Card::new(t.tr(&key), blocks![form]).aside().into()
        });
        forms.collect()
    }
}

fn paid(shell: &Shell, caption: &str, rows: &[BankPaidRow]) -> crate::view::kit::Table {
    let t = &shell.t;
    let cells = rows.iter().map(|row| {
        vec![
            Cell::Link(
                format!("/panel/payments/{}", row.payment).into(),
                row.payer.clone(),
            ),
            match &row.invoice {
                Some((number, href)) => Cell::Link(href.clone(), number.clone()),
                None => Cell::Text(t.tr("bank-as-credit")),
            },
            Cell::Figure(t.money(row.amount)),
        ]
    });
    let columns = vec![
        shell.col("c-payer"),
        shell.col("c-invoice"),
        shell.fig("c-amount"),
    ];
    shell.table(caption, columns, cells.collect(), "none")
}

/// How the CSV files of banks are read.
pub struct BankMappingsPage {
    /// Name, date column, amount columns.
    pub rows: Vec<(Txt, Txt, Txt)>,
    /// The fields of one.
    pub form: FormState,
}

/// Fields that may stay empty.
const OPTIONAL: [&str; 8] = [
    "csv_amount",
    "csv_credit",
    "csv_debit",
    "csv_direction",
    "csv_name",
    "csv_account",
    "csv_reference",
    "csv_balance",
];

impl BankMappingsPage {
    /// Lays the page out.
    pub fn page(self, shell: Shell) -> Page {
        let t = shell.t.clone();
        let rows = self.rows.iter().map(|(name, date, amount)| {
            let encoded =
                percent_encoding::utf8_percent_encode(name, percent_encoding::NON_ALPHANUMERIC);
            vec![
                Cell::Link(
                    format!("/panel/bank/mappings?name={encoded}").into(),
                    name.clone(),
                ),
                Cell::Text(date.clone()),
                Cell::Text(amount.clone()),
            ]
        });
        let columns = vec![
            shell.col("c-name"),
            shell.col("c-date"),
            shell.col("c-amount"),
        ];
        let table = shell.table(
            "bank-mappings",
            columns,
            rows.collect(),
            "bank-mappings-none",
        );
        let ask = Ask::new(&shell, &self.form);
        let mut fields = vec![
            ask.text("csv_called").required(),
            ask.optional(ask.text("csv_own_account")),
            ask.text("csv_date").required(),
            ask.codes(
                "csv_date_form",
                "date-form",
                &[
                    "yyyy-mm-dd",
                    "dd.mm.yyyy",
                    "dd/mm/yyyy",
                    "mm/dd/yyyy",
                    "yyyymmdd",
                ],
            ),
            ask.text("csv_text").required(),
            ask.codes("csv_decimal_sign", "decimal-sign", &["comma", "point"]),
        ];
        fields.extend(OPTIONAL.map(|name| ask.optional(ask.text(name))));
        fields.push(ask.optional(ask.text("csv_currency")));
        fields.push(ask.text("csv_currency_code").required());
        let form = shell
            .form("/panel/bank/mappings", "bank-mapping-keep")
            .telling(self.form.notice())
            .two_columns()
            .fields(fields)
            .and(crate::view::kit::Button::submit(
                t.tr("bank-mapping-forget"),
                "do",
                "forget",
            ));
        let head = Head::new(t.tr("bank-mappings"))
            .lead(t.tr("bank-mappings-lead"))
            .under(t.tr("bank-title"), "/panel/bank");
        let cards = blocks![
            Card::new(t.tr("bank-mappings"), blocks![table]).flush(),
            Card::new(t.tr("bank-mapping"), blocks![form])
        ];
        Page::new(shell, head, cards)
    }
}
