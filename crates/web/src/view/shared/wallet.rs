//! Account credit: what there is, where it comes from, what became of it, and how it is used.

use tradewind_kernel::currency::Currency;
use tradewind_kernel::money::Money;
use tradewind_kernel::time::{Date, Timestamp};

use crate::blocks;
use crate::view::kit::{Block, Button, Card, Cell, Choice, Kind, ListState, Row, Stat, Stats, Txt};
use crate::view::{Head, Page, Shell};

use super::{Ask, FormState};

/// Credit from one source.
pub struct GrantRow {
    /// Its source, as its stored word.
    pub source: Txt,
    /// Why it was given.
    pub reason: Txt,
    /// Last day.
    pub expires: Option<Date>,
    /// How much it was.
    pub amount: Money,
    /// How much is left.
    pub left: Money,
    /// Since when.
    pub since: Timestamp,
}

/// A movement of credit.
pub struct MoveRow {
    /// When.
    pub at: Timestamp,
    /// What, as its stored word.
    pub kind: Txt,
    /// Source of the credit, as its stored word.
    pub source: Txt,
    /// The invoice that was paid: number, address.
    pub invoice: Option<(Txt, Txt)>,
    /// How much was added or (negative) taken.
    pub amount: Money,
}

/// What the reader may do with the credit.
pub enum WalletSide {
    /// The buyer: pays in with these cards (value, name).
    Buyer(Vec<(Txt, Txt)>),
    /// The seller: gives credit and says when it is used.
    Seller,
    /// Somebody who looks.
    Reader,
}

/// The credit that a seller keeps for a buyer.
pub struct WalletPage {
    /// Where the forms are sent, and the page lies.
    pub here: Txt,
    /// What it lies under: name and address.
    pub under: Option<(Txt, Txt)>,
    /// The other side.
    pub other: Txt,
    /// What can be used.
    pub balance: Money,
    /// Its currency.
    pub currency: Currency,
    /// `automatic` or `by_hand`.
    pub usage: Txt,
    /// Whether that was agreed with this buyer.
    pub agreed: bool,
    /// Below this, so much is paid in.
    pub top_up: Option<(Money, Money)>,
    /// Where it comes from, in the order of use.
    pub grants: Vec<GrantRow>,
    /// What happened, the latest first.
    pub moves: Vec<MoveRow>,
    /// Page of the movements.
    pub state: ListState,
    /// Who reads.
    pub side: WalletSide,
    /// `amount`, `method`; `expires_on`, `reason`; `below`, `top_up`, `use`.
    pub form: FormState,
}

impl WalletPage {
    /// Lays the page out.
    pub fn page(self, shell: Shell) -> Page {
        let t = shell.t.clone();
        let mut head = Head::new(t.tr("nav-credit")).lead(t.tr("credit-lead"));
        if let Some((name, href)) = self.under.clone() {
            head = head.under(name, href);
        }
        let mut body: Vec<Block> = Vec::new();
        body.extend(self.form.notice().map(Into::into));
        let stat = |label: &str, value: Txt, detail: Txt| Stat {
            label: t.tr(label),
            value,
            detail,
            ..Stat::default()
        };
        let top_up = match self.top_up {
            Some((below, amount)) => t.with(
                "credit-top-up-rule",
                &[("below", &t.money(below)), ("amount", &t.money(amount))],
            ),
            None => t.tr("credit-top-up-never"),
        };
        body.push(
            Stats(vec![
                stat("credit-balance", t.money(self.balance), self.other.clone()),
                stat("credit-use", t.code("credit-use", &self.usage), top_up),
            ])
            .into(),
        );
        body.push(
            Card::new(t.tr("credit-grants"), blocks![self.grants(&shell)])
                .flush()
                .into(),
        );
        body.push(self.moves(&shell));
        let aside = self.forms(&shell);
        let page = Page::new(shell, head, body);
        if aside.is_empty() {
            page
        } else {
            page.aside(aside)
        }
    }

    fn grants(&self, shell: &Shell) -> crate::view::kit::Table {
        let t = &shell.t;
        let rows = self.grants.iter().map(|grant| {
            vec![
                Cell::Two(t.code("credit-source", &grant.source), grant.reason.clone()),
                Cell::At(t.at(grant.since)),
                Cell::maybe_at(grant.expires.map(|on| t.date(on))),
                Cell::Figure(t.money(grant.amount)),
                Cell::Figure(t.money(grant.left)),
            ]
        });
        shell.table(
            "credit-grants",
            vec![
                shell.col("c-source"),
                shell.col("c-since"),
                shell.col("c-expires"),
                shell.fig("c-amount"),
                shell.fig("c-left"),
            ],
            rows.collect(),
            "credit-none",
        )
    }

    fn moves(&self, shell: &Shell) -> Block {
        let t = &shell.t;
        let rows = self.moves.iter().map(|one| {
            let invoice = match &one.invoice {
                Some((number, href)) => Cell::Link(href.clone(), number.clone()),
                None => Cell::Nil,
            };
            Row::Cells(vec![
                Cell::Two(
                    t.code("credit-move", &one.kind),
                    t.code("credit-source", &one.source),
                ),
                Cell::At(t.at(one.at)),
                invoice,
                Cell::Figure(t.money(one.amount)),
            ])
        });
        let columns = vec![
            shell.col("c-what"),
            shell.col("c-when"),
            shell.col("c-invoice"),
            shell.fig("c-amount"),
        ];
        let empty = shell.empty("hand-coins", "credit-moves-none");
        shell
            .list("credit-moves", columns, rows.collect(), &self.state, empty)
            .into()
    }

    fn forms(&self, shell: &Shell) -> Vec<Block> {
        let t = &shell.t;
        let ask = Ask::new(shell, &self.form);
        let amount = |name: &'static str| {
            ask.field(name, Kind::Input("text"))
                .unit(self.currency.code())
        };
        let form = |part: &str, key: &str, fields| {
            let form = shell
                .form(format!("{}/{part}", self.here), key)
                .fields(fields);
            Block::from(Card::new(t.tr(key), blocks![form]).aside())
        };
        match &self.side {
            WalletSide::Reader => Vec::new(),
            WalletSide::Buyer(cards) => {
                let choices: Vec<Choice> = cards
                    .iter()
                    .map(|(value, label)| Choice::new(value.clone(), label.clone()))
                    .collect();
                if choices.is_empty() {
                    let way = Button::go(t.tr("nav-payment-methods"), "/my/payment-methods");
                    return blocks![
                        Card::new(
                            t.tr("credit-top-up"),
                            blocks![shell.nothing("credit-no-card")]
                        )
                        .and(way)
                        .aside()
                    ];
                }
                vec![
                    form(
                        "top-up",
                        "credit-top-up",
                        vec![
                            amount("amount").required(),
                            ask.select("method", choices).required(),
                        ],
                    ),
                    form(
                        "auto",
                        "credit-auto",
                        vec![
                            ask.optional(amount("below")),
                            ask.optional(amount("top_up")),
                        ],
                    ),
                ]
            }
            WalletSide::Seller => {
                let uses = ["", "automatic", "by_hand"].map(|code| {
                    let label = if code.is_empty() {
                        t.tr("credit-use-usual")
                    } else {
                        t.code("credit-use", code)
                    };
                    let on =
                        (code.is_empty() && !self.agreed) || (self.agreed && *self.usage == *code);
                    Choice::new(code, label).on(on)
                });
                vec![
                    form(
                        "give",
                        "credit-give",
                        vec![
                            amount("amount").required(),
                            ask.optional(ask.input("date", "expires_on")),
                            ask.text("reason").required(),
                        ],
                    ),
                    form(
                        "use",
                        "credit-use-set",
                        vec![ask.select("use", uses.into())],
                    ),
                ]
            }
        }
    }
}
