//! One subscription, with its views.

use rust_decimal::Decimal;
use tradewind_kernel::money::Money;
use tradewind_kernel::time::{Date, Timestamp};

use crate::blocks;
use crate::view::kit::{
    AccessEntry, BarChart, Block, Button, Card, Cell, Facts, Moment, Notice, Row, Tab, Table, Tabs,
    Timeline, Tone, Txt,
};
use crate::view::shared::{
    Ask, Every, FormState, InvoiceRow, OrderRow, PriceDetail, PriceView, invoice_columns,
    order_columns, price_details,
};
use crate::view::shell::Permit;
use crate::view::{Head, Page, Shell};

/// An item of a subscription.
pub struct ItemRow {
    /// Name.
    pub name: Txt,
    /// `one_time`, `recurring`, `metered`.
    pub kind: Txt,
    /// Quantity with unit, or what was used so far.
    pub quantity: Txt,
    /// How it is priced, in words.
    pub pricing: Txt,
    /// Amount of the current period so far.
    pub amount: Option<Money>,
}

/// What a meter counted.
pub struct UsageRow {
    /// Day or period.
    pub date: Date,
    /// Meter.
    pub meter: Txt,
    /// Quantity, exact.
    pub quantity: Decimal,
    /// Unit.
    pub unit: Txt,
    /// What it costs so far, exact and formatted.
    pub cost: Txt,
}

/// A leg of the sale: one for each seller and buyer in the chain that the reader may see.
pub struct LegRow {
    /// Who sells.
    pub seller: Txt,
    /// Who buys.
    pub buyer: Txt,
    /// Price book and revision, in words.
    pub terms: Txt,
    /// What recurs.
    pub price: Option<Money>,
    /// What the seller keeps of it, when the reader is the seller and knows what it pays itself.
    pub margin: Option<Txt>,
}

/// A quantity bought ahead, in the running month.
pub struct PrepaidRow {
    /// Item.
    pub item: Txt,
    /// The month.
    pub month: Date,
    /// What earlier months have left, what the month brings, what was used and what is left, each with its unit.
    pub quantities: [Txt; 4],
    /// How much of it lapses when, in words.
    pub lapses: Vec<Txt>,
}

fn prepaid_card(shell: &Shell, rows: Vec<PrepaidRow>) -> Block {
    let t = &shell.t;
    let rows = rows.into_iter().map(|row| {
        let mut cells = vec![Cell::Two(row.item, t.month(row.month))];
        cells.extend(row.quantities.map(Cell::Figure));
        cells.push(Cell::Text(row.lapses.join(" · ").into()));
        cells
    });
    let columns = vec![
        shell.col("c-item"),
        shell.fig("prepaid-carried"),
        shell.fig("prepaid-granted"),
        shell.fig("prepaid-used"),
        shell.fig("prepaid-left"),
        shell.col("prepaid-lapses"),
    ];
    let table = shell.table("prepaid", columns, rows.collect(), "none");
    Card::new(t.tr("prepaid"), blocks![table]).flush().into()
}

/// A span of a commitment.
pub struct CommitmentRow {
    /// Its first day, and the first day after it.
    pub days: (Date, Date),
    /// What is paid at least and at most, and quantities, in words.
    pub bounds: Txt,
    /// What has come together.
    pub spend: Money,
    /// What it was settled with.
    pub settled: Money,
}

fn commitments_card(shell: &Shell, rows: Vec<CommitmentRow>) -> Block {
    let t = &shell.t;
    let rows = rows.into_iter().map(|row| {
        let (since, until) = row.days;
        vec![
            Cell::Text(t.period(since, until)),
            Cell::Text(row.bounds),
            Cell::Figure(t.money(row.spend)),
            Cell::Figure(t.money(row.settled)),
        ]
    });
    let columns = vec![
        shell.col("c-period"),
        shell.col("commitment"),
        shell.fig("commitment-so-far"),
        shell.fig("commitment-settled"),
    ];
    let table = shell.table("commitments", columns, rows.collect(), "none");
    Card::new(t.tr("commitments"), blocks![table])
        .flush()
        .into()
}

/// What of a subscription is shown.
pub enum SubscriptionView {
    /// State, items, access data and what comes next.
    Overview {
        /// Items.
        items: Vec<ItemRow>,
        /// Parameters: name, value.
        parameters: Vec<(Txt, Txt)>,
        /// Ways in; empty while there are none.
        access: Vec<AccessEntry>,
        /// The next invoice as far as it is known.
        upcoming: Option<PriceView>,
        /// Legs, for sellers.
        legs: Vec<LegRow>,
        /// Prices of usage in full, where a line does not say it all.
        details: Vec<PriceDetail>,
    },
    /// What was used, and what it costs.
    Usage {
        /// Course over time.
        chart: Option<BarChart>,
        /// Figures.
        rows: Vec<UsageRow>,
        /// Until when the figures are complete.
        until: Option<Timestamp>,
        /// What is committed.
        commitments: Vec<CommitmentRow>,
        /// What is left of quantities bought ahead.
        prepaid: Vec<PrepaidRow>,
    },
    /// Its invoices.
    Invoices(Vec<InvoiceRow>),
    /// Its orders: purchase, changes, renewals.
    Changes(Vec<OrderRow>),
    /// What happened and what will.
    Activity(Vec<Moment>),
}

impl SubscriptionView {
    fn key(&self) -> &'static str {
        match self {
            SubscriptionView::Overview { .. } => "",
            SubscriptionView::Usage { .. } => "usage",
            SubscriptionView::Invoices(_) => "invoices",
            SubscriptionView::Changes(_) => "changes",
            SubscriptionView::Activity(_) => "activity",
        }
    }
}

/// A subscription.
pub struct SubscriptionPage {
    /// Where the pages lie: `/my`, `/panel`, `/vendor`.
    pub base: &'static str,
    /// Id.
    pub id: Txt,
    /// Product.
    pub product: Txt,
    /// Plan.
    pub plan: Txt,
    /// Vendor.
    pub vendor: Txt,
    /// Buyer, with the address of their page for a seller.
    pub buyer: (Txt, Option<Txt>),
    /// Commercial state.
    pub state: Txt,
    /// Delivery state.
    pub delivery: Txt,
    /// Since when.
    pub since: Date,
    /// End of the trial.
    pub trial_until: Option<Date>,
    /// Current period.
    pub period: Option<(Date, Date)>,
    /// Renews by itself.
    pub auto_renew: bool,
    /// Renews or ends on.
    pub next: Option<Date>,
    /// What recurs.
    pub price: Option<(Money, Every)>,
    /// A change that waits for the next period, in words.
    pub scheduled: Option<Txt>,
    /// What resuming it today would come to, in words.
    pub resuming: Option<Txt>,
    /// What must not be overlooked: overdue payment, failed delivery.
    pub warning: Option<Txt>,
    /// May change seats or plan.
    pub change: Permit,
    /// May cancel.
    pub cancel: Permit,
    /// May turn renewal on or off.
    pub renewal: Permit,
    /// The bundle that it was sold in; empty where it was sold by itself.
    pub bundle: Txt,
    /// The buyer's order number, its cost centre, and whether the subscription is invoiced by itself.
    pub reference: (Txt, Txt, bool),
    /// May say otherwise.
    pub refer: Permit,
    /// May suspend, or resume when suspended.
    pub suspend: Permit,
    /// May set right what was billed for the past.
    pub correct: Permit,
    /// What is shown.
    pub view: SubscriptionView,
}

impl SubscriptionPage {
    /// Lays the page out.
    pub fn page(self, shell: Shell) -> Page {
        let t = shell.t.clone();
        let here = format!("{}/subscriptions/{}", self.base, self.id);
        let tab = |key: &'static str| Tab {
            label: t.tr(&format!(
                "sub-tab-{}",
                if key.is_empty() { "overview" } else { key }
            )),
            href: if key.is_empty() {
                here.clone().into()
            } else {
                format!("{here}/{key}").into()
            },
            count: None,
            current: self.view.key() == key,
        };
        let tabs = ["", "usage", "invoices", "changes", "activity"];
        let tabs = tabs
            .into_iter()
            .filter(|key| self.base != "/vendor" || matches!(*key, "" | "usage" | "activity"));
        let stopped = self.state == "suspended";
        let suspend = if stopped {
            shell
                .post("sub-resume", format!("{here}/resume"))
                .icon("play")
        } else {
            Button::open(t.tr("sub-suspend"), "suspend").icon("pause")
        };
        let mut head = Head::new(self.product.clone())
            .under(
                t.tr("nav-subscriptions"),
                format!("{}/subscriptions", self.base),
            )
            .lead(self.plan.clone())
            .state(t.state(&self.state))
            .state(t.state(&self.delivery))
            .tabs(Tabs {
                label: self.product.clone(),
                tabs: tabs.map(tab).collect(),
            })
            .may(
                &self.change,
                shell
                    .go("sub-change", format!("{here}/change"))
                    .primary()
                    .icon("sliders-horizontal"),
            )
            .may(&self.suspend, suspend)
            .may(
                &self.correct,
                shell
                    .go("sub-correct", format!("{here}/correct"))
                    .icon("history"),
            )
            .may(
                &self.cancel,
                shell.go("sub-cancel", format!("{here}/cancel")).danger(),
            );
        if let Some((amount, every)) = &self.price {
            head = head.meta(format!("{} {}", t.money(*amount), every.words(&t)));
        }
        if let Some(next) = self.next {
            let key = if self.auto_renew {
                "sub-renews"
            } else {
                "sub-ends"
            };
            head = head.meta(t.with(key, &[("date", t.date(next).text())]));
        }
        let mut body: Vec<Block> = Vec::new();
        if let Some(warning) = self.warning.clone() {
            body.push(Notice::new(Tone::Bad, "", warning).into());
        }
        if let Some(scheduled) = self.scheduled.clone() {
            body.push(Notice::new(Tone::Info, t.tr("sub-scheduled"), scheduled).into());
        }
        if let Some(resuming) = self.resuming.clone() {
            body.push(Notice::new(Tone::Info, "", resuming).into());
        }
        let mut aside = Vec::new();
        if matches!(self.view, SubscriptionView::Overview { .. }) {
            aside.push(self.details(&shell, &here));
        }
        self.view.blocks(&shell, self.base, &mut body, &mut aside);
        if self.suspend.is_yes() && !stopped {
            body.push(
                shell
                    .confirm(
                        "suspend",
                        "sub-suspend",
                        format!("{here}/suspend"),
                        Vec::new(),
                    )
                    .into(),
            );
        }
        if self.renewal.is_yes() {
            let key = if self.auto_renew {
                "sub-renewal-off"
            } else {
                "sub-renewal-on"
            };
            body.push(
                shell
                    .confirm("renewal", key, format!("{here}/renewal"), Vec::new())
                    .into(),
            );
        }
        if self.refer.is_yes() {
            let (order_number, cost_centre, separate) = &self.reference;
            let state = FormState::of([
                ("order_number", order_number.as_ref()),
                ("cost_centre", cost_centre.as_ref()),
                ("separate", if *separate { "1" } else { "" }),
            ]);
            let fields = Ask::new(&shell, &state).reference();
            let to = format!("{here}/reference");
            body.push(
                shell
                    .confirm("reference", "sub-reference", to, fields)
                    .into(),
            );
        }
        Page::new(shell, head, body).aside(aside)
    }

    fn details(&self, shell: &Shell, here: &str) -> Block {
        let t = &shell.t;
        let buyer = match self.buyer.clone() {
            (name, Some(href)) => Cell::Link(href, name),
            (name, None) => Cell::Text(name),
        };
        let mut facts = vec![
            ("c-vendor", Cell::Text(self.vendor.clone())),
            ("c-buyer", buyer),
            ("c-since", Cell::At(t.date(self.since))),
        ];
        if let Some(until) = self.trial_until {
            facts.push(("c-trial-until", Cell::At(t.date(until))));
        }
        if let Some((start, end)) = self.period {
            facts.push(("c-period", Cell::Text(t.period(start, end))));
        }
        let renewal = t.tr(if self.auto_renew {
            "renewal-on"
        } else {
            "renewal-off"
        });
        facts.push(("c-renewal", Cell::Text(renewal)));
        if !self.bundle.is_empty() {
            facts.push(("bundle-title", Cell::Text(self.bundle.clone())));
        }
        let (order_number, cost_centre, separate) = self.reference.clone();
        for (key, value) in [
            ("f-order-number", order_number),
            ("f-cost-centre", cost_centre),
        ] {
            if !value.is_empty() {
                facts.push((key, Cell::Text(value)));
            }
        }
        if separate {
            facts.push(("sub-invoicing", Cell::Text(t.tr("sub-separate"))));
        }
        facts.push(("c-id", Cell::Id(self.id.clone())));
        let mut card = Card::new(t.tr("details"), blocks![shell.facts(facts)]).aside();
        let key = if self.auto_renew {
            "sub-renewal-off"
        } else {
            "sub-renewal-on"
        };
        let _ = here;
        if let Some(button) = self
            .renewal
            .button(Button::open(t.tr(key), "renewal").small(""))
        {
            card = card.and(button);
        }
        let edit = Button::open(t.tr("sub-reference"), "reference").small("");
        if let Some(button) = self.refer.button(edit) {
            card = card.and(button);
        }
        card.into()
    }
}

impl SubscriptionView {
    fn blocks(self, shell: &Shell, base: &str, body: &mut Vec<Block>, aside: &mut Vec<Block>) {
        let t = &shell.t;
        match self {
            SubscriptionView::Overview {
                items,
                parameters,
                access,
                upcoming,
                legs,
                details,
            } => {
                let ways: Block = if access.is_empty() {
                    shell.nothing("access-none").into()
                } else {
                    shell.access(access).into()
                };
                body.push(Card::new(t.tr("access-title"), vec![ways]).into());
                let rows = items.into_iter().map(|item| {
                    let name = Cell::Two(item.name, t.code("item-kind", &item.kind));
                    vec![
                        name,
                        Cell::Text(item.quantity),
                        Cell::Text(item.pricing),
                        Cell::maybe_figure(item.amount.map(|amount| t.money(amount))),
                    ]
                });
                let columns = vec![
                    shell.col("c-item"),
                    shell.col("c-quantity"),
                    shell.col("c-pricing"),
                    shell.fig("c-next-invoice"),
                ];
                body.push(
                    Card::new(
                        t.tr("sub-items"),
                        blocks![shell.table(
                            "sub-items",
                            columns,
                            rows.collect(),
                            "sub-items-none"
                        )],
                    )
                    .flush()
                    .into(),
                );
                body.extend(
                    price_details(t, "price-usage-details-lead", &details).map(Block::from),
                );
                if !parameters.is_empty() {
                    let facts = parameters
                        .into_iter()
                        .map(|(name, value)| (name, Cell::Text(value)))
                        .collect();
                    body.push(Card::new(t.tr("sub-parameters"), blocks![Facts(facts)]).into());
                }
                if !legs.is_empty() {
                    body.push(legs_card(shell, legs));
                }
                if let Some(upcoming) = upcoming {
                    aside.insert(
                        0,
                        Card::new(t.tr("sub-upcoming"), blocks![upcoming.upcoming(t)])
                            .aside()
                            .into(),
                    );
                }
            }
            SubscriptionView::Usage {
                chart,
                rows,
                until,
                commitments,
                prepaid,
            } => {
                if !prepaid.is_empty() {
                    body.push(prepaid_card(shell, prepaid));
                }
                if !commitments.is_empty() {
                    body.push(commitments_card(shell, commitments));
                }
                let mut inside: Vec<Block> = Vec::new();
                if let Some(chart) = chart {
                    inside.push(chart.into());
                }
                let lead = until.map_or_else(Txt::default, |at| {
                    t.with("data-until", &[("time", t.at(at).text())])
                });
                if !inside.is_empty() {
                    body.push(Card::new(t.tr("sub-tab-usage"), inside).intro(lead).into());
                }
                let rows = rows.into_iter().map(|row| {
                    let quantity = Cell::FigureTwo(t.num(row.quantity), row.unit);
                    vec![
                        Cell::At(t.date(row.date)),
                        Cell::Text(row.meter),
                        quantity,
                        Cell::Figure(row.cost),
                    ]
                });
                let columns = vec![
                    shell.col("c-date"),
                    shell.col("c-meter"),
                    shell.fig("c-quantity"),
                    shell.fig("c-cost"),
                ];
                body.push(
                    shell
                        .table("sub-tab-usage", columns, rows.collect(), "usage-none")
                        .into(),
                );
            }
            SubscriptionView::Invoices(rows) => {
                let rows = rows.iter().map(|row| row.cells(shell, base)).collect();
                body.push(
                    shell
                        .table(
                            "nav-invoices",
                            invoice_columns(shell, base),
                            rows,
                            "invoices-none",
                        )
                        .into(),
                );
            }
            SubscriptionView::Changes(rows) => {
                let seller = base != "/my";
                let rows = rows
                    .iter()
                    .map(|row| row.cells(shell, base, seller))
                    .collect();
                body.push(
                    shell
                        .table(
                            "sub-tab-changes",
                            order_columns(shell, seller),
                            rows,
                            "orders-none",
                        )
                        .into(),
                );
            }
            SubscriptionView::Activity(moments) => {
                body.push(Card::new(t.tr("sub-tab-activity"), blocks![Timeline(moments)]).into())
            }
        }
    }
}

fn legs_card(shell: &Shell, legs: Vec<LegRow>) -> Block {
    let t = &shell.t;
    let rows = legs.into_iter().map(|leg| {
        let margin = leg.margin.map_or(Cell::Nil, Cell::Figure);
        let price = Cell::maybe_figure(leg.price.map(|price| t.money(price)));
        Row::Cells(vec![
            Cell::Two(leg.seller, format!("→ {}", leg.buyer).into()),
            Cell::Text(leg.terms),
            price,
            margin,
        ])
    });
    let columns = vec![
        shell.col("c-leg"),
        shell.col("c-terms"),
        shell.fig("c-price"),
        shell.fig("c-margin"),
    ];
    Card::new(
        t.tr("sub-legs"),
        blocks![Table::new(t.tr("sub-legs"), columns, rows.collect())],
    )
    .flush()
    .into()
}
