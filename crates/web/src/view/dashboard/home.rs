//! What do I have, what will I pay next, what needs me, what changed.

use tradewind_kernel::money::Money;

use crate::blocks;
use crate::view::kit::{Block, Button, Card, Moment, Notice, Stat, Stats, Timeline, Tone, Txt};
use crate::view::shared::{NextInvoice, SubscriptionRow, subscription_columns};
use crate::view::{Head, Page, Shell, Tr};

/// Something that needs the reader.
pub struct Need {
    /// How urgent.
    pub tone: Tone,
    /// What, in one sentence.
    pub text: Txt,
    /// What to do: label, address.
    pub action: (Txt, Txt),
}

/// The first page of the dashboard.
pub struct HomePage {
    /// Name of the reader.
    pub name: Txt,
    /// What needs them: unpaid invoices, expiring cards, failed deliveries.
    pub needs: Vec<Need>,
    /// Subscriptions, the most important first.
    pub subscriptions: Vec<SubscriptionRow>,
    /// How many are active.
    pub active: u32,
    /// Where the next invoice is worked out, over all subscriptions.
    pub next: Txt,
    /// What has been charged and not invoiced yet.
    pub so_far: Money,
    /// What is open over all invoices.
    pub open: Money,
    /// What happened lately.
    pub recent: Vec<Moment>,
}

/// The figure of the next invoice.
pub fn next_stat(t: &Tr, next: Option<&NextInvoice>) -> Stats {
    let label = t.tr("home-next-invoice");
    let stat = match next {
        Some(next) => Stat {
            label,
            value: t.money(next.total),
            detail: format!(
                "{}{}",
                t.date(next.date).text(),
                if next.plus_usage {
                    format!(" · {}", t.tr("price-plus-usage"))
                } else {
                    String::new()
                }
            )
            .into(),
            ..Stat::default()
        },
        None => Stat {
            label,
            value: "–".into(),
            ..Stat::default()
        },
    };
    Stats(vec![stat])
}

impl HomePage {
    /// Lays the page out.
    pub fn page(self, shell: Shell) -> Page {
        let t = shell.t.clone();
        let mut body: Vec<Block> = Vec::new();
        for need in self.needs {
            body.push(
                Notice::new(need.tone, "", need.text)
                    .and(Button::go(need.action.0, need.action.1).small(""))
                    .into(),
            );
        }
        let tone = if self.open.is_zero() {
            Tone::Ok
        } else {
            Tone::Warn
        };
        body.push(
            Stats(vec![
                Stat {
                    label: t.tr("home-active"),
                    value: t.int(i64::from(self.active)),
                    href: Some("/my/subscriptions".into()),
                    ..Stat::default()
                },
                Stat {
                    label: t.tr("home-next-invoice"),
                    value: "…".into(),
                    later: Some(self.next),
                    ..Stat::default()
                },
                Stat {
                    label: t.tr("home-so-far"),
                    value: t.money(self.so_far),
                    ..Stat::default()
                },
                Stat {
                    label: t.tr("home-open"),
                    value: t.money(self.open),
                    detail: t.tr(if self.open.is_zero() {
                        "home-open-none"
                    } else {
                        "home-open-some"
                    }),
                    tone,
                    href: Some("/my/invoices".into()),
                    ..Stat::default()
                },
            ])
            .into(),
        );
        if self.subscriptions.is_empty() {
            let empty = shell
                .empty("package", "subscriptions-none")
                .and(shell.go("to-catalogue", "/").primary());
            body.push(Card::new(t.tr("nav-subscriptions"), blocks![empty]).into());
        } else {
            let rows = self
                .subscriptions
                .iter()
                .map(|row| row.cells(&shell, "/my", false))
                .collect();
            let table = shell.table(
                "nav-subscriptions",
                subscription_columns(&shell, false),
                rows,
                "none",
            );
            body.push(
                Card::new(t.tr("nav-subscriptions"), blocks![table])
                    .flush()
                    .and(
                        shell
                            .go("see-all", "/my/subscriptions")
                            .small(t.tr("nav-subscriptions")),
                    )
                    .into(),
            );
        }
        let recent: Block = if self.recent.is_empty() {
            shell.nothing("home-recent-none").into()
        } else {
            Timeline(self.recent).into()
        };
        body.push(Card::new(t.tr("home-recent"), vec![recent]).into());
        let head = Head::new(t.with("home-hello", &[("name", &self.name)]))
            .and(shell.go("order-more", "/").primary().icon("plus"));
        Page::new(shell, head, body)
    }
}
