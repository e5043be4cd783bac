//! Webhook endpoints of an account.

use tradewind_kernel::time::Timestamp;

use crate::blocks;
use crate::view::kit::{Block, Button, Card, Cell, Choice, Kind, Notice, Tone, Txt};
use crate::view::shared::{Ask, FormState};
use crate::view::{Head, Page, Shell};

/// An endpoint.
pub struct WebhookEndpoint {
    /// Id.
    pub id: Txt,
    /// Address.
    pub url: Txt,
    /// Events it gets.
    pub events: Vec<Txt>,
    /// State.
    pub state: Txt,
    /// Last delivery: when, state.
    pub last: Option<(Timestamp, Txt)>,
    /// Deliveries of the last day that failed.
    pub failing: u32,
}

/// Webhook endpoints.
pub struct WebhooksPage {
    /// Where the pages lie: `/panel` or `/vendor`.
    pub base: &'static str,
    /// Endpoints.
    pub endpoints: Vec<WebhookEndpoint>,
    /// The signing secret just made, shown this once.
    pub fresh: Option<Txt>,
    /// Events to choose from: code, explanation.
    pub events: Vec<(Txt, Txt)>,
    /// `url`, `events`.
    pub form: FormState,
}

impl WebhooksPage {
    /// Lays the page out.
    pub fn page(self, shell: Shell) -> Page {
        let t = shell.t.clone();
        let mut body: Vec<Block> = Vec::new();
        if let Some(secret) = self.fresh {
            body.push(
                Notice::new(Tone::Ok, t.tr("webhook-fresh"), t.tr("webhook-fresh-text")).into(),
            );
            body.push(shell.code(t.tr("webhook-secret"), secret).into());
        }
        if self.endpoints.is_empty() {
            body.push(
                Card::new(
                    t.tr("nav-webhooks"),
                    blocks![shell.empty("webhook", "webhooks-none")],
                )
                .into(),
            );
        }
        for endpoint in self.endpoints {
            let at = format!("{}/webhooks/{}", self.base, endpoint.id);
            let last = endpoint.last.map_or(Cell::Nil, |(at, state)| {
                Cell::Two(t.at(at).text().to_owned().into(), t.code("state", &state))
            });
            let facts = shell.facts(vec![
                ("c-state", Cell::State(t.state(&endpoint.state))),
                ("c-events", Cell::Text(endpoint.events.join(", ").into())),
                ("c-last-delivery", last),
                ("c-id", Cell::Id(endpoint.id)),
            ]);
            let mut inside: Vec<Block> = Vec::new();
            if endpoint.failing > 0 {
                inside.push(
                    Notice::new(Tone::Warn, "", t.count("webhook-failing", endpoint.failing))
                        .into(),
                );
            }
            inside.extend(blocks![facts]);
            let card = Card::new(endpoint.url.clone(), inside)
                .and(
                    shell
                        .post("webhook-test", format!("{at}/test"))
                        .icon("send")
                        .small(endpoint.url.clone()),
                )
                .and(
                    shell
                        .go(
                            "webhook-log",
                            format!(
                                "{}/deliveries?endpoint={}",
                                self.base,
                                at.rsplit('/').next().unwrap_or_default()
                            ),
                        )
                        .small(endpoint.url.clone()),
                )
                .and(
                    shell
                        .post("webhook-rotate", format!("{at}/rotate"))
                        .small(endpoint.url.clone()),
                )
                .and(
                    shell
                        .post("w-remove", format!("{at}/remove"))
                        .danger()
                        .small(endpoint.url),
                );
            body.push(card.into());
        }
        let ask = Ask::new(&shell, &self.form);
        let events = self
            .events
            .iter()
            .map(|(code, text)| Choice::new(code.clone(), code.clone()).hint(text.clone()));
        let form = shell
            .form(format!("{}/webhooks", self.base), "webhook-add")
            .telling(self.form.notice())
            .fields(vec![
                ask.field("url", Kind::Input("url"))
                    .required()
                    .placeholder("https://"),
                ask.field("events", Kind::Checks(events.collect())),
            ])
            .button(Button::submit(t.tr("webhook-add"), "do", "add").primary());
        body.push(Card::new(t.tr("webhook-add"), blocks![form]).into());
        Page::new(
            shell,
            Head::new(t.tr("nav-webhooks")).lead(t.tr("webhooks-lead")),
            body,
        )
    }
}
