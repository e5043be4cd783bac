//! Plans, items and parameters of a product: each is saved on its own.

use tradewind_catalogue::service as catalogue;
use tradewind_catalogue::types::{
    Choice, ItemCreate, ItemDraft, ItemKind, ItemUpdate, ParameterCreate, ParameterDraft,
    ParameterUpdate, Plan, PlanCreate, PlanDraft, PlanStatus, PlanUpdate, ProductDetail, Timing,
};
use tradewind_kernel::calendar::Cadence;
use tradewind_kernel::decimal::{Limits, parse_decimal};
use tradewind_kernel::id::{ItemId, ParameterId, PlanId, ProductId};
use tradewind_kernel::{Error, Locale, Result, Text};

use tradewind_pricing::Aggregation;

use super::desk::{Desk, small};
use super::products::{here, slug, text};
use crate::form::Sent;
use crate::respond::{Answer, changed};

/// The product and a part of it that an address names; `new` is a part yet to be made.
type Two = axum::extract::Path<(ProductId, String)>;

/// `POST …/products/{id}/plans/{plan}`.
pub(crate) async fn plan(desk: Desk, axum::extract::Path((id, plan)): Two, sent: Sent) -> Answer {
    let detail = catalogue::product_get(desk.p(), &desk.ctx, id).await?;
    let done = plan_save(&desk, &detail, &plan, &sent).await;
    changed(&desk, done, here(&desk, id), "product-saved")
}

async fn plan_save(desk: &Desk, detail: &ProductDetail, asked: &str, sent: &Sent) -> Result<()> {
    let before = match asked {
        "new" => None,
        id => Some(plan_of(detail, id)?),
    };
    let draft = PlanDraft {
        code: before.map_or_else(|| slug(sent.get("plan_name_en")), |one| one.code.clone()),
        name: text(before.map(|one| &one.name), sent, "plan_name"),
        description: before.map_or_else(Text::default, |one| one.description.clone()),
        position: before.map_or(i64::from(small(detail.plans.len())), |one| one.position),
        recommended: before.is_some_and(|one| one.recommended),
        status: sent
            .get("plan_state")
            .parse::<PlanStatus>()
            .map_err(|error| error.at("plan_state"))?,
        billing_cadence: Cadence::parse(sent.get("billing_period"))?,
        term_cadence: match sent.get("term") {
            "" | "none" => None,
            term => Some(Cadence::parse(term)?),
        },
        trial_days: days(sent, "trial_days")?,
        auto_renew: sent.get("auto_renew") == "1",
        trial_needs_payment: sent.get("trial_needs_payment") == "1",
        trial_again: sent.get("trial_again") == "1",
        notice_days: days(sent, "notice_days")?,
    };
    match before {
        Some(one) => {
            let input = PlanUpdate {
                id: one.id,
                version: one.version,
                draft,
            };
            catalogue::plan_update(desk.p(), &desk.ctx, &input).await?;
        }
        None => {
            let input = PlanCreate {
                product_id: detail.product.id,
                draft,
                items: Vec::new(),
            };
            catalogue::plan_create(desk.p(), &desk.ctx, &input).await?;
        }
    }
    Ok(())
}

/// A number of days; none where nothing is entered.
fn days(sent: &Sent, field: &'static str) -> Result<u32> {
    match sent.get(field) {
        "" => Ok(0),
        days => days
            .parse()
            .map_err(|_| Error::invalid(field, "out_of_range", "expected a whole number of days")),
    }
}

fn plan_of<'a>(detail: &'a ProductDetail, id: &str) -> Result<&'a Plan> {
    let id: PlanId = id.parse()?;
    detail.plan(id).ok_or_else(|| Error::not_found(id))
}

type Three = axum::extract::Path<(ProductId, String, String)>;

/// `POST …/products/{id}/plans/{plan}/items/{item}`.
pub(crate) async fn item(
    desk: Desk,
    axum::extract::Path((id, plan, item)): Three,
    sent: Sent,
) -> Answer {
    let detail = catalogue::product_get(desk.p(), &desk.ctx, id).await?;
    let done = item_save(&desk, &detail, &plan, &item, &sent).await;
    changed(&desk, done, here(&desk, id), "product-saved")
}

async fn item_save(
    desk: &Desk,
    detail: &ProductDetail,
    plan: &str,
    asked: &str,
    sent: &Sent,
) -> Result<()> {
    let plan = plan_of(detail, plan)?;
    let before = match asked {
        "new" => None,
        id => {
            let id: ItemId = id.parse()?;
            let found = plan.items.iter().find(|item| item.id == id);
            Some(found.ok_or_else(|| Error::not_found(id))?)
        }
    };
    let limits = Limits::new(10, 6).non_negative();
    let number = |field: &str, otherwise| match sent.some(field) {
        Some(value) => parse_decimal(field, &value, &limits),
        None => Ok(otherwise),
    };
    let kind: ItemKind = sent
        .get("item_kind")
        .parse()
        .map_err(|error: Error| error.at("item_kind"))?;
    let one = rust_decimal::Decimal::ONE;
    let least = number("minimum", rust_decimal::Decimal::ZERO)?;
    let draft = ItemDraft {
        code: sent.get("item_code").to_owned(),
        name: text(before.map(|item| &item.name), sent, "item_name"),
        kind,
        unit: unit(before.map(|item| &item.unit), sent),
        meter: sent.some("meter"),
        aggregation: aggregation(before.map(|item| &item.aggregation), sent)?,
        timing: before.map_or(
            if kind == ItemKind::Metered {
                Timing::Arrears
            } else {
                Timing::Advance
            },
            |item| item.timing,
        ),
        quantity_min: least,
        quantity_max: match sent.some("maximum") {
            Some(value) => Some(parse_decimal("maximum", &value, &limits)?),
            None => None,
        },
        quantity_default: before.map_or(least.max(one), |item| item.quantity_default.max(least)),
        quantity_step: before.map_or(one, |item| item.quantity_step),
        tax_category: match sent.get("item_tax_category") {
            "" => None,
            word => Some(word.parse().map_err(|e: Error| e.at("item_tax_category"))?),
        },
        position: before.map_or(i64::from(small(plan.items.len())), |item| item.position),
    };
    match before {
        Some(item) => {
            let input = ItemUpdate {
                id: item.id,
                version: plan.version,
                draft,
            };
            catalogue::item_update(desk.p(), &desk.ctx, &input).await?;
        }
        None => {
            let plan_id = plan.id;
            catalogue::item_create(desk.p(), &desk.ctx, &ItemCreate { plan_id, draft }).await?;
        }
    }
    Ok(())
}

/// How usage is aggregated; what the form does not name stays.
fn aggregation(before: Option<&Aggregation>, sent: &Sent) -> Result<Aggregation> {
    match sent.get("aggregation") {
        "" => Ok(before.cloned().unwrap_or_default()),
        "distinct" => format!("distinct:{}", sent.get("distinct_of")).parse(),
        named => named.parse(),
    }
}

/// What is counted, with its plural, in both languages; a language left empty falls back to English.
fn unit(before: Option<&Text>, sent: &Sent) -> Text {
    let mut unit = before
        .cloned()
        .unwrap_or_default()
        .with("en", sent.get("unit"))
        .with_many(Locale::En, sent.get("units"))
        .with_many(Locale::De, sent.get("units_de"));
    if let Some(german) = sent.some("unit_de") {
        unit = unit.with("de", german);
    }
    unit
}

/// `POST …/products/{id}/parameters/{parameter}`.
pub(crate) async fn parameter(
    desk: Desk,
    axum::extract::Path((id, parameter)): Two,
    sent: Sent,
) -> Answer {
    let detail = catalogue::product_get(desk.p(), &desk.ctx, id).await?;
    let done = parameter_save(&desk, &detail, &parameter, &sent).await;
    changed(&desk, done, here(&desk, id), "product-saved")
}

async fn parameter_save(
    desk: &Desk,
    detail: &ProductDetail,
    asked: &str,
    sent: &Sent,
) -> Result<()> {
    let before = match asked {
        "new" => None,
        id => {
            let id: ParameterId = id.parse()?;
            let found = detail.parameters.iter().find(|one| one.id == id);
            Some(found.ok_or_else(|| Error::not_found(id))?)
        }
    };
    let choices = sent
        .raw("choices")
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .map(|line| {
            let known = before
                .and_then(|one| one.choices.iter().find(|choice| choice.value == line))
                .cloned();
            known.unwrap_or_else(|| Choice {
                value: line.to_owned(),
                label: Text::en(line),
            })
        });
    let draft = ParameterDraft {
        code: sent.get("param_code").to_owned(),
        label: text(before.map(|one| &one.label), sent, "param_label"),
        hint: before.map_or_else(Text::default, |one| one.hint.clone()),
        kind: sent
            .get("param_type")
            .parse()
            .map_err(|error: Error| error.at("param_type"))?,
        required: sent.get("param_required") == "1",
        pattern: sent.some("pattern"),
        choices: choices.collect(),
        sensitive: before.is_some_and(|one| one.sensitive),
        position: before.map_or(i64::from(small(detail.parameters.len())), |one| {
            one.position
        }),
    };
    match before {
        Some(one) => {
            let input = ParameterUpdate {
                id: one.id,
                version: detail.product.version,
                draft,
            };
            catalogue::parameter_update(desk.p(), &desk.ctx, &input).await?;
        }
        None => {
            let product_id = detail.product.id;
            let input = ParameterCreate { product_id, draft };
            catalogue::parameter_create(desk.p(), &desk.ctx, &input).await?;
        }
    }
    Ok(())
}
