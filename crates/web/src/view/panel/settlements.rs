//! Settlements with vendors and with sellers for whom another collects, and files of payments. Who is paid sees its own with the same
//! pages.

use tradewind_kernel::Currency;
use tradewind_kernel::money::Money;
use tradewind_kernel::time::{Date, Timestamp};

use crate::blocks;
use crate::view::kit::{Block, Button, Card, Cell, Field, ListState, Row, Txt};
use crate::view::shared::{Ask, FormState};
use crate::view::shell::Permit;
use crate::view::{Head, Page, Shell};

/// A settlement.
pub struct SettlementRow {
    /// Id.
    pub id: Txt,
    /// Number.
    pub number: Txt,
    /// Who gets it, or who pays where that is another.
    pub party: Txt,
    /// Whether the reader gets it.
    pub got: bool,
    /// `vendor` or `collected`.
    pub kind: &'static str,
    /// Last day.
    pub until: Date,
    /// State.
    pub state: Txt,
    /// Paid out.
    pub payout: Money,
    /// When it is to be paid.
    pub due_on: Date,
}

/// What is on no settlement yet.
pub struct SettlementDueRow {
    /// `vendor` or `collected`.
    pub kind: &'static str,
    /// The vendor, or the seller.
    pub payee: Txt,
    /// Its share, or what was collected.
    pub share: Money,
    /// Held back.
    pub held: Money,
}

/// A file of payments.
pub struct PayoutFileRow {
    /// Id.
    pub id: Txt,
    /// Name of its message.
    pub message: Txt,
    /// Day of the payments.
    pub on: Date,
    /// How many.
    pub payments: i64,
    /// What they come to.
    pub total: Money,
    /// When it was made.
    pub at: Timestamp,
}

/// Settlements of a payer, or of a vendor.
pub struct SettlementsPage {
    /// Settlements.
    pub rows: Vec<SettlementRow>,
    /// What waits for the next; for payers.
    pub due: Vec<SettlementDueRow>,
    /// Files of payments; for payers.
    pub files: Vec<PayoutFileRow>,
    /// View by state, page.
    pub state: ListState,
    /// May settle and order.
    pub change: Permit,
    /// `settle_until`.
    pub run: FormState,
    /// `execute_on`.
    pub order: FormState,
}

impl SettlementsPage {
    /// Lays the page out.
    pub fn page(self, shell: Shell) -> Page {
        let t = shell.t.clone();
        let may = self.change.is_yes();
        let views = shell.views(
            &self.state,
            "settlement-view",
            &[
                ("", None),
                ("open", None),
                ("approved", None),
                ("failed", None),
                ("paid", None),
            ],
        );
        let mut head = Head::new(t.tr("nav-settlements"))
            .lead(t.tr("settlements-lead"))
            .tabs(views);
        if may {
            let policy = format!("{}/policy", self.state.path);
            head = head
                .and(shell.go("answers-title", format!("{}/answers", self.state.path)))
                .and(shell.go("settlement-policy", policy.clone()))
                .and(shell.go(
                    "settlement-policy-collected",
                    format!("{policy}?of=collected"),
                ));
        }
        let mut body: Vec<Block> = vec![self.list(&shell).into()];
        if !self.due.is_empty() {
            body.push(self.due(&shell).into());
        }
        if may {
            let ask = Ask::new(&shell, &self.run);
            let form = shell
                .form(format!("{}/run", self.state.path), "settlement-run")
                .telling(self.run.notice())
                .fields(vec![ask.input("date", "settle_until").required()]);
            body.push(Card::new(t.tr("settlement-run"), blocks![form]).into());
            let ask = Ask::new(&shell, &self.order);
            let form = shell
                .form(format!("{}/order", self.state.path), "settlement-order")
                .telling(self.order.notice())
                .fields(vec![ask.input("date", "execute_on").required()]);
            let card = Card::new(t.tr("settlement-files"), blocks![self.files(&shell), form]);
            body.push(card.into());
        }
        Page::new(shell, head, body)
    }

    fn list(&self, shell: &Shell) -> crate::view::kit::Table {
        let t = &shell.t;
        let rows = self.rows.iter().map(|row| {
            let href = format!("{}/{}", self.state.path, row.id);
            Row::Cells(vec![
                Cell::Main(href.into(), row.number.clone(), Some(row.party.clone())),
                Cell::Text(t.code(
                    if row.got {
                        "settlement-got"
                    } else {
                        "settlement-of"
                    },
                    row.kind,
                )),
                Cell::At(t.date(row.until)),
                Cell::State(t.state(&row.state)),
                Cell::At(t.date(row.due_on)),
                Cell::Figure(t.money(row.payout)),
            ])
        });
        let columns = vec![
            shell.col("c-number"),
            shell.col("settlement-what"),
            shell.col("c-until"),
            shell.col("c-state"),
            shell.col("c-due"),
            shell.fig("settlement-payout"),
        ];
        let empty = shell.empty("hand-coins", "settlements-none");
        shell.list(
            "nav-settlements",
            columns,
            rows.collect(),
            &self.state,
            empty,
        )
    }

    fn due(&self, shell: &Shell) -> Card {
        let t = &shell.t;
        let rows = self.due.iter().map(|row| {
            vec![
                Cell::Text(row.payee.clone()),
                Cell::Text(t.code("settlement-of", row.kind)),
                Cell::Figure(t.money(row.share)),
                Cell::Figure(t.money(row.held)),
            ]
        });
        let columns = vec![
            shell.col("settlement-payee"),
            shell.col("settlement-what"),
            shell.fig("c-amount"),
            shell.fig("settlement-held"),
        ];
        let table = shell.table(
            "settlements-due",
            columns,
            rows.collect(),
            "settlements-none",
        );
        Card::new(t.tr("settlements-due"), blocks![table])
    }

    fn files(&self, shell: &Shell) -> crate::view::kit::Table {
        let t = &shell.t;
        let rows = self.files.iter().map(|row| {
            let href = format!("{}/files/{}", self.state.path, row.id);
            vec![
                Cell::Main(href.into(), row.message.clone(), None),
                Cell::At(t.date(row.on)),
                Cell::At(t.at(row.at)),
                Cell::Figure(t.int(row.payments)),
                Cell::Figure(t.money(row.total)),
            ]
        });
        let columns = vec![
            shell.col("settlement-file"),
            shell.col("f-execute-on"),
            shell.col("c-when"),
            shell.fig("settlement-payments"),
            shell.fig("c-amount"),
        ];
        shell.table(
            "settlement-files",
            columns,
            rows.collect(),
            "settlement-files-none",
        )
    }
}

/// A line of a settlement.
pub struct SettlementLineRow {
    /// The product, or the buyer.
    pub about: Txt,
    /// Charges, or payments.
    pub charges: i64,
    /// The share.
    pub share: Money,
    /// The fee.
    pub fee: Money,
}

/// One settlement.
pub struct SettlementPage {
    /// Where the list is.
    pub base: Txt,
    /// Id.
    pub id: Txt,
    /// Number.
    pub number: Txt,
    /// `vendor` or `collected`.
    pub kind: &'static str,
    /// Who gets it, or who pays where the reader gets it.
    pub party: Txt,
    /// Last day.
    pub until: Date,
    /// State.
    pub state: Txt,
    /// When it is to be paid.
    pub due_on: Date,
    /// When it was paid.
    pub paid_on: Option<Date>,
    /// What was said last.
    pub note: Txt,
    /// Share, tax on it, fee, tax on it, held, released, set off, payout.
    pub amounts: [Money; 8],
    /// Invoices of the payer's that are paid with it: number, where they are, how much.
    pub offsets: Vec<(Txt, Txt, Money)>,
    /// Documents: for what, number, total.
    pub papers: Vec<(Txt, Option<Txt>, Money)>,
    /// What is agreed about invoices in the vendor's name: since when, until when, where it is written down.
    pub agreed: Option<(Date, Option<Date>, Txt)>,
    /// May agree on that.
    pub agree: bool,
    /// When what it holds is due.
    pub release_on: Option<Date>,
    /// Lines.
    pub lines: Vec<SettlementLineRow>,
    /// What can be done: `approve`, `discard`, `pay`, `fail`.
    pub acts: Vec<&'static str>,
    /// `note`.
    pub form: FormState,
}

impl SettlementPage {
    /// Lays the page out.
    pub fn page(self, shell: Shell) -> Page {
        let t = shell.t.clone();
        let here = format!("{}/{}", self.base, self.id);
        let mut head = Head::new(self.number.clone())
            .state(t.state(&self.state))
            .lead(t.with(
                "settlement-lead",
                &[("party", &self.party), ("date", t.date(self.until).text())],
            ))
            .under(t.tr("nav-settlements"), self.base.clone())
            .and(
                shell
                    .go("settlement-csv", format!("{here}/charges.csv"))
                    .icon("download"),
            )
            .and(
                shell
                    .go("settlement-pdf", format!("{here}/pdf"))
                    .icon("download"),
            );
        let mut dialogs: Vec<Block> = Vec::new();
        for act in &self.acts {
            let key = format!("settlement-do-{act}");
            let button = Button::open(t.tr(&key), (*act).to_owned());
            let primary = matches!(*act, "approve" | "pay");
            head = head.and(if primary { button.primary() } else { button });
            let ask = Ask::new(&shell, &self.form);
            let fields = vec![ask.optional(ask.text("note"))];
            let to = format!("{here}/{act}");
            dialogs.push(shell.confirm(act, &key, to, fields).into());
        }
        let taxed = self.amounts[1].minor != 0 || self.amounts[3].minor != 0;
        let set_off = self.amounts[6];
        let [share, share_tax, fee, fee_tax, held, released, _, payout] =
            self.amounts.map(|amount| t.money(amount));
        let (shares, charges, about, lines) = match self.kind {
            "collected" => (
                "settlement-collected",
                "settlement-payments",
                "c-customer",
                "settlement-lines-buyers",
            ),
            _ => (
                "settlement-share",
                "settlement-charges",
                "c-product",
                "settlement-lines",
            ),
        };
        let mut facts = vec![
            (shares, Cell::Figure(share)),
            ("settlement-fee", Cell::Figure(fee)),
            ("settlement-held", Cell::Figure(held)),
            ("settlement-released", Cell::Figure(released)),
            ("settlement-payout", Cell::Figure(payout)),
            ("c-due", Cell::At(t.date(self.due_on))),
        ];
        if taxed {
            facts.push(("settlement-share-tax", Cell::Figure(share_tax)));
            facts.push(("settlement-fee-tax", Cell::Figure(fee_tax)));
        }
        if !set_off.is_zero() {
            facts.push(("settlement-set-off", Cell::Figure(t.money(set_off))));
        }
        if let Some(on) = self.release_on {
            facts.push(("settlement-release-on", Cell::At(t.date(on))));
        }
        if let Some(on) = self.paid_on {
            facts.push(("settlement-paid-on", Cell::At(t.date(on))));
        }
        if !self.note.is_empty() {
            facts.push(("f-note", Cell::Text(self.note.clone())));
        }
        let facts = shell.facts(facts);
        let rows = self.lines.iter().map(|line| {
            vec![
                Cell::Text(line.about.clone()),
                Cell::Figure(t.int(line.charges)),
                Cell::Figure(t.money(line.share)),
                Cell::Figure(t.money(line.fee)),
            ]
        });
        let columns = vec![
            shell.col(about),
            shell.fig(charges),
            shell.fig(shares),
            shell.fig("settlement-fee"),
        ];
        let table = shell.table(lines, columns, rows.collect(), "settlements-none");
        let mut body = blocks![
            Card::new(t.tr("settlement-amounts"), blocks![facts]),
            Card::new(t.tr(lines), blocks![table]),
            self.papers(&shell, &here)
        ];
        if !self.offsets.is_empty() {
            body.push(self.offsets(&shell).into());
        }
        if self.agree {
            let blank = FormState::default();
            let ask = Ask::new(&shell, &blank);
            let fields = vec![
                ask.input("date", "agreed_on").required(),
                ask.optional(ask.input("date", "ended_on")),
                Field::text("reference", t.tr("self-billing-reference")).required(),
            ];
            let to = format!("{here}/agree");
            dialogs.push(
                shell
                    .confirm("agree", "self-billing-agree", to, fields)
                    .into(),
            );
        }
        body.extend(dialogs);
        Page::new(shell, head, body)
    }
}

impl SettlementPage {
    fn offsets(&self, shell: &Shell) -> Card {
        let t = &shell.t;
        let rows = self.offsets.iter().map(|(number, href, amount)| {
            vec![
                Cell::Link(href.clone(), number.clone()),
                Cell::Figure(t.money(*amount)),
            ]
        });
        let columns = vec![shell.col("c-number"), shell.fig("c-amount")];
        let table = shell.table(
            "settlement-set-off",
            columns,
            rows.collect(),
            "settlements-none",
        );
        Card::new(t.tr("settlement-set-off"), blocks![table])
    }

    fn papers(&self, shell: &Shell, here: &str) -> Card {
        let t = &shell.t;
        let rows = self.papers.iter().map(|(kind, number, gross)| {
            let number = match number {
                Some(number) => Cell::Link(format!("{here}/papers/{kind}").into(), number.clone()),
                None => Cell::Text(t.tr("paper-not-issued")),
            };
            vec![
                Cell::Text(t.code("paper", kind)),
                number,
                Cell::Figure(t.money(*gross)),
            ]
        });
        let columns = vec![
            shell.col("c-document"),
            shell.col("c-number"),
            shell.fig("c-total"),
        ];
        let table = shell.table("papers-title", columns, rows.collect(), "papers-none");
        let said = match &self.agreed {
            Some((since, until, reference)) => {
                let since = t.date(*since);
                let until = until.map(|until| t.date(until));
                let until = until.as_ref().map_or("–", |until| until.text());
                let args = [
                    ("since", since.text()),
                    ("until", until),
                    ("reference", &**reference),
                ];
                t.with("self-billing-agreed", &args)
            }
            None => t.tr("self-billing-none"),
        };
        let card = Card::new(t.tr("papers-title"), blocks![table]);
        let card = match self.kind {
            "collected" => card,
            _ => card.intro(said),
        };
        if self.agree {
            card.and(Button::open(t.tr("self-billing-agree"), "agree"))
        } else {
            card
        }
    }
}

/// How a payer settles with its vendors, or with sellers for whom it collects.
pub struct SettlementPolicyPage {
    /// `vendor` or `collected`.
    pub kind: &'static str,
    /// `fee_percent`, `fee_fixed`, `fee_minimum`, `fee_maximum`, `minimum_payout`, `hold_percent`, `hold_days`, `payment_days`, and
    /// `offset` for what is collected.
    pub form: FormState,
    /// In which currencies `fee_fixed`, `fee_minimum`, `fee_maximum` and `minimum_payout` are.
    pub currencies: [Currency; 4],
    /// Whether products or vendors have rules of their own.
    pub more: bool,
}

impl SettlementPolicyPage {
    /// Lays the page out.
    pub fn page(self, shell: Shell) -> Page {
        let t = shell.t.clone();
        let collected = self.kind == "collected";
        let (title, lead) = if collected {
            (
                "settlement-policy-collected",
                "settlement-policy-collected-lead",
            )
        } else {
            ("settlement-policy", "settlement-policy-lead")
        };
        let head = Head::new(t.tr(title))
            .lead(t.tr(lead))
            .under(t.tr("nav-settlements"), "/panel/settlements");
        let ask = Ask::new(&shell, &self.form);
        let [fixed, least, most, payout] = self.currencies;
        let amount = |name: &'static str, currency: Currency| {
            ask.optional(ask.text(name)).unit(currency.code())
        };
        let mut fields = vec![
            ask.text("fee_percent").unit("%"),
            amount("fee_fixed", fixed),
            amount("fee_minimum", least),
            amount("fee_maximum", most),
            amount("minimum_payout", payout),
            ask.text("hold_percent").unit("%"),
            ask.number("hold_days"),
            ask.number("payment_days"),
        ];
        if collected {
            fields.push(ask.codes("offset", "offset", &["none", "due"]));
        }
        let mut form = shell
            .form(
                format!("/panel/settlements/policy?of={}", self.kind),
                "w-save",
            )
            .two_columns()
            .telling(self.form.notice())
            .fields(fields);
        if self.more {
            form = form.before(vec![shell.nothing("settlement-policy-more").into()]);
        }
        Page::new(shell, head, blocks![Card::new(t.tr(title), blocks![form])])
    }
}
