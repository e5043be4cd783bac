//! Setting right what was billed for the past.

use std::collections::BTreeMap;

use tradewind_billing::service::correctable_from;
use tradewind_catalogue::types::{Item, ItemKind};
use tradewind_documents::tax::TaxWord;
use tradewind_flows::order::{PlaceInput, order_place};
use tradewind_flows::quote::{
    CorrectionInput, QuotePreview, preview_of_correction, quote_correction,
};
use tradewind_kernel::decimal::{Limits, parse_decimal};
use tradewind_kernel::id::{QuoteId, SubscriptionId};
use tradewind_kernel::money::Money;
use tradewind_kernel::time::parse_date;
use tradewind_kernel::{Error, Problems, Result};
use tradewind_orders::service as orders;
use tradewind_orders::types::{SubscriptionDetail, SubscriptionOperation};

use super::super::names::{Mentions, Names};
use super::super::price;
use super::desk::Desk;
use crate::form::Sent;
use crate::respond::{self, Answer};
use crate::session::Id;
use crate::view::kit::Txt;
use crate::view::panel::{CorrectedItem, CorrectionPage, CorrectionPreview, correction_panel};
use crate::view::shared::FormState;

/// Stands for the reason while none is given: what a correction comes to can be seen before.
const NO_REASON: &str = "–";

/// Whether another quantity of an item can have been held.
fn may_differ(item: &Item) -> bool {
    item.kind != ItemKind::Metered && item.quantity_max != Some(item.quantity_min)
}

/// A subscription with what can be corrected of it.
struct About {
    detail: SubscriptionDetail,
    items: Vec<Item>,
}

impl About {
    /// Loads a subscription, or answers with the way back to it when it cannot be corrected.
    async fn load(desk: &Desk, id: SubscriptionId) -> Result<Option<Self>> {
        let detail = orders::subscription_get(desk.p(), &desk.ctx, id).await?;
        let operations = &detail.available_operations;
        if !operations.contains(&SubscriptionOperation::Correct) {
            return Ok(None);
        }
        let one = &detail.subscription;
        let mentions = Mentions::default().products([one.product_id]);
        let names = Names::of(desk.p(), &desk.ctx, &mentions).await?;
        let plan = names
            .detail(one.product_id)
            .and_then(|product| product.plan(one.plan_id));
        let items = plan.map_or_else(Vec::new, |plan| {
            let items = plan.items.iter();
            items.filter(|item| may_differ(item)).cloned().collect()
        });
        Ok(Some(Self { detail, items }))
    }

    fn page(
        &self,
        desk: &Desk,
        preview: Option<CorrectionPreview>,
        form: FormState,
    ) -> CorrectionPage {
        let t = desk.t();
        let one = &self.detail.subscription;
        let locale = desk.ctx.locale;
        let items = self.items.iter().map(|item| {
            let held = self
                .detail
                .items
                .iter()
                .find(|held| held.item_id == item.id);
            let quantity = held.map_or_else(Default::default, |held| held.quantity);
            let unit = item.unit.counted(locale, quantity);
            let quantity = format!("{} {unit}", t.num(quantity.normalize()));
            CorrectedItem {
                code: item.code.clone().into(),
                name: item.name.get(locale).to_owned().into(),
                recorded: t.with("quantity-now", &[("quantity", quantity.trim())]),
            }
        });
        let today = desk.today();
        CorrectionPage {
            id: one.id.to_string().into(),
            name: one.name.clone().into(),
            days: (correctable_from(one).unwrap_or(today), today),
            items: items.collect(),
            preview,
            form,
        }
    }

    /// What is filled in; nothing when that is not enough to say what it comes to.
    fn asked(&self, sent: &Sent) -> Result<Option<CorrectionInput>> {
        let Some(from) = sent.some("first_day") else {
            return Ok(None);
        };
        let mut problems = Problems::new();
        let from = problems.check(parse_date("first_day", &from));
        let ended = sent.get("otherwise") == "ended";
        let mut quantities = BTreeMap::new();
        for item in self.items.iter().filter(|_| !ended) {
            let name = format!("qty.{}", item.code);
            if let Some(text) = sent.some(&name) {
                let text = text.replace(',', ".");
                let read = parse_decimal(&name, &text, &Limits::new(12, 9));
                quantities.extend(problems.check(read).map(|read| (item.code.clone(), read)));
            }
        }
        problems.finish()?;
        if !ended && quantities.is_empty() {
            return Ok(None);
        }
        Ok(from.map(|from| CorrectionInput {
            subscription_id: self.detail.subscription.id,
            from,
            quantities,
            ended,
            reason: sent.get("reason").to_owned(),
        }))
    }

    /// What a correction comes to; it can be confirmed as soon as there is a reason for it.
    async fn quoted(&self, desk: &Desk, sent: &Sent) -> Result<Option<CorrectionPreview>> {
        let Some(mut input) = self.asked(sent)? else {
            return Ok(None);
        };
        if input.reason.trim().is_empty() {
            input.reason = NO_REASON.to_owned();
            let preview = preview_of_correction(desk.p(), &desk.ctx, &input).await?;
            return Ok(Some(shown(desk, None, &preview)));
        }
        let quote = quote_correction(desk.p(), &desk.ctx, &input).await?;
        let id = quote.id.to_string().into();
        Ok(Some(shown(desk, Some(id), &quote.preview)))
    }
}

fn shown(desk: &Desk, quote: Option<Txt>, preview: &QuotePreview) -> CorrectionPreview {
    let t = desk.t();
    let billing = &preview.billing;
    let due = billing.due_now.as_ref();
    let lines = due.iter().flat_map(|document| &document.lines);
    let taxes = due.iter().flat_map(|document| &document.tax_summary);
    CorrectionPreview {
        quote,
        lines: lines
            .map(|line| {
                let time = t.period(line.period.start, line.period.end);
                (line.description.clone().into(), time, line.amount)
            })
            .collect(),
        taxes: taxes
            .map(|line| {
                let word = TaxWord::of(desk.ctx.locale, &line.rate.code);
                (price::tax_name(&t, &word, &line.rate), line.tax)
            })
            .collect(),
        due: due.map_or(Money::zero(billing.currency), |document| document.gross),
        next: billing.next.as_ref().map(|next| price::next(billing, next)),
    }
}

fn way(id: SubscriptionId) -> String {
    format!("/panel/subscriptions/{id}")
}

/// `GET /panel/subscriptions/{id}/correct`.
pub(crate) async fn form(desk: Desk, Id(id): Id<SubscriptionId>) -> Answer {
    let Some(about) = About::load(&desk, id).await? else {
        let text = desk.t().tr("said-not-correctable");
        return Ok(respond::saying(way(id), false, &text));
    };
    let form = FormState::default();
    respond::page(about.page(&desk, None, form).page(desk.app()))
}

/// `POST /panel/subscriptions/{id}/correct`: what it would come to.
pub(crate) async fn preview(desk: Desk, Id(id): Id<SubscriptionId>, sent: Sent) -> Answer {
    let Some(about) = About::load(&desk, id).await? else {
        let text = desk.t().tr("said-not-correctable");
        return Ok(respond::saying(way(id), false, &text));
    };
    let (preview, form) = match about.quoted(&desk, &sent).await {
        Ok(preview) => (preview, sent.state()),
        Err(error) => {
            let form = respond::blame(&desk.t(), sent.state(), error, |field| match field {
                "from" => "first_day".to_owned(),
                other => other.replacen("items.", "qty.", 1),
            })?;
            (None, form)
        }
    };
    if desk.part {
        let id = id.to_string();
        return respond::part(correction_panel(&desk.app(), &id, preview.as_ref(), &form));
    }
    let faultless = form.is_faultless();
    let page = about.page(&desk, preview, form).page(desk.app());
    if faultless {
        respond::page(page)
    } else {
        respond::again(page)
    }
}

/// `POST /panel/subscriptions/{id}/correct/confirm`: does what was previewed.
pub(crate) async fn confirm(desk: Desk, Id(id): Id<SubscriptionId>, sent: Sent) -> Answer {
    let quote: QuoteId = sent.get("quote").parse().map_err(|_| Error::NotFound {
        kind: "quote",
        id: sent.get("quote").chars().take(60).collect(),
    })?;
    match order_place(desk.p(), &desk.ctx, &PlaceInput { quote_id: quote }).await {
        Ok(placed) => Ok(respond::to(format!("/panel/orders/{}", placed.order.id))),
        // What has changed since is said where a new preview can be had.
        Err(error @ (Error::Conflict { .. } | Error::Refused { .. } | Error::Changed { .. })) => {
            let text = respond::words(&desk.t(), &error);
            Ok(respond::saying(
                format!("{}/correct", way(id)),
                false,
                &text,
            ))
        }
        Err(error) => Err(error.into()),
    }
}
