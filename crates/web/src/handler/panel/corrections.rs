//! Setting right what was billed for the past.

use std::collections::BTreeMap;

use tradewind_billing::service::correctable_from;
use tradewind_catalogue::types::{Item, ItemKind, Plan, PlanStatus};
use tradewind_documents::tax::TaxWord;
use tradewind_flows::order::{PlaceInput, order_place};
use tradewind_flows::quote::{
    BookPrices, CorrectionInput, ItemPriceInput, QuotePreview, preview_of_correction,
    quote_correction,
};
use tradewind_kernel::decimal::{Limits, parse_decimal};
use tradewind_kernel::id::{PlanId, QuoteId, SubscriptionId};
use tradewind_kernel::money::Money;
use tradewind_kernel::time::parse_date;
use tradewind_kernel::{Error, Problems, Result};
use tradewind_orders::service as orders;
use tradewind_orders::types::{SubscriptionDetail, SubscriptionOperation};
use tradewind_pricing::PriceModel;

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
    /// Items that may have had another price for each unit.
    priced: Vec<Item>,
    /// Plans that it may have had instead, with their items that may be held in other quantities.
    plans: Vec<Plan>,
    /// Whether everything can be set right, or only what is asked of the customer.
    whole: bool,
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
        let product = names.detail(one.product_id);
        let plan = product.and_then(|product| product.plan(one.plan_id));
        let own = |of: &dyn Fn(&Item) -> bool| {
            let items = plan.iter().flat_map(|plan| &plan.items);
            items.filter(|item| of(item)).cloned().collect::<Vec<_>>()
        };
        let whole = desk.account() == desk.realm.root_account;
        if !whole && desk.account() != one.seller_id {
            return Ok(None);
        }
        let alike = |other: &&Plan| {
            plan.is_some_and(|plan| {
                let rhythm = |plan: &Plan| (plan.billing_cadence, plan.term_cadence);
                plan.id != other.id && rhythm(plan) == rhythm(other)
            }) && other.status == PlanStatus::Published
        };
        let plans = product.iter().flat_map(|product| &product.plans);
        Ok(Some(Self {
            items: own(&may_differ),
            priced: own(&|item| item.kind != ItemKind::OneTime),
            plans: plans.filter(alike).filter(|_| whole).cloned().collect(),
            whole,
            detail,
        }))
    }

    /// Items of which another quantity may have been held, under the plan that is chosen.
    fn items_of(&self, plan: Option<PlanId>) -> Vec<&Item> {
        let chosen = plan.and_then(|id| self.plans.iter().find(|plan| plan.id == id));
        match chosen {
            Some(plan) => plan.items.iter().filter(|item| may_differ(item)).collect(),
            None => self.items.iter().collect(),
        }
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
        let new = self.plans.iter().flat_map(|plan| &plan.items);
        let new = new.filter(|item| may_differ(item));
        let mut shown: Vec<&Item> = Vec::new();
        for item in self.items.iter().chain(new).filter(|_| self.whole) {
            if shown.iter().all(|known| known.code != item.code) {
                shown.push(item);
            }
        }
        let items = shown.into_iter().map(|item| {
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
            prices: (self.priced.iter())
                .map(|item| {
                    let name = item.name.get(locale).to_owned();
                    (item.code.clone().into(), name.into())
                })
                .collect(),
            plans: (self.plans.iter())
                .map(|plan| {
                    let name = plan.name.get(locale).to_owned();
                    (plan.id.to_string().into(), name.into())
                })
                .collect(),
            currency: one.currency,
            whole: self.whole,
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
        let otherwise = sent.get("otherwise");
        let ended = otherwise == "ended";
        let plan_id =
            match sent.some("plan").filter(|_| otherwise == "plan") {
                Some(plan) => problems.check(plan.parse::<PlanId>().map_err(|_| {
                    Error::invalid("plan", "unknown_value", "must be one of the plans")
                })),
                None => None,
            };
        let mut quantities = BTreeMap::new();
        let counts = matches!(otherwise, "quantities" | "plan");
        for item in self.items_of(plan_id).into_iter().filter(|_| counts) {
            let name = format!("qty.{}", item.code);
            if let Some(text) = sent.some(&name) {
                let text = text.replace(',', ".");
                let read = parse_decimal(&name, &text, &Limits::new(12, 15));
                quantities.extend(problems.check(read).map(|read| (item.code.clone(), read)));
            }
        }
        let mut item_prices = Vec::new();
        for item in self.priced.iter().filter(|_| otherwise == "own") {
            let name = format!("price.{}", item.code);
            if let Some(text) = sent.some(&name) {
                let text = text.replace(',', ".");
                let read = problems.check(parse_decimal(&name, &text, &Limits::new(12, 12)));
                item_prices.extend(read.map(|price| ItemPriceInput {
                    item: item.code.clone(),
                    seller_id: None,
                    price: PriceModel::per_unit(price),
                }));
            }
        }
        problems.finish()?;
        let prices = (otherwise == "prices").then_some(BookPrices::Current);
        let nothing = match otherwise {
            "ended" | "prices" => false,
            "plan" => plan_id.is_none(),
            "own" => item_prices.is_empty(),
            _ => quantities.is_empty(),
        };
        if nothing {
            return Ok(None);
        }
        Ok(from.map(|from| CorrectionInput {
            subscription_id: self.detail.subscription.id,
            from,
            quantities,
            plan_id,
            prices,
            item_prices,
            ended,
            reason: sent.get("reason").to_owned(),
        }))
    }

    /// The field of the form by which something was asked for.
    fn field(&self, sent: &Sent, field: &str) -> String {
        let place = field.strip_prefix("item_prices.");
        let place = place.and_then(|rest| rest.split('.').next()?.parse::<usize>().ok());
        let Some(place) = place else {
            return field.replacen("items.", "qty.", 1);
        };
        let named = |item: &&Item| sent.some(&format!("price.{}", item.code)).is_some();
        let item = self.priced.iter().filter(named).nth(place);
        item.map_or_else(|| field.to_owned(), |item| format!("price.{}", item.code))
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
                "plan_id" => "plan".to_owned(),
                "prices" => "otherwise".to_owned(),
                other => about.field(&sent, other),
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
