//! Products: the list, and one with its plans, items and parameters.

use tradewind_catalogue::service as catalogue;
use tradewind_catalogue::types::{
    Approval, Category, DeliveryMode, Item, OfferQuery, Parameter, Plan, Product, ProductCreate,
    ProductDetail, ProductDraft, ProductStatus, ProductTransition, ProductUpdate,
};
use tradewind_kernel::calendar::Cadence;
use tradewind_kernel::id::{AccountId, ProductId};
use tradewind_kernel::page::PageRequest;
use tradewind_kernel::{Error, Locale, Result, Text};
use tradewind_orders::service::{SubscriptionQuery, subscription_list};
use tradewind_policy::Action;
use tradewind_pricing::Aggregation;
use tradewind_tax::types::TaxCategory;

use super::super::names::{Mentions, Names};
use super::desk::{Desk, permit, small};
use crate::form::Sent;
use crate::respond::{self, Answer, changed};
use crate::session::Id;
use crate::view::kit::Txt;
use crate::view::panel::{
    ItemEdit, ParameterEdit, PlanEdit, ProductEditorPage, ProductRow, ProductsPage,
};
use crate::view::shared::FormState;

/// `GET …/products`.
pub(crate) async fn list(desk: Desk) -> Answer {
    let query = OfferQuery {
        search: desk.ask("q").to_owned(),
        filter: desk.term_on("state", "status"),
        sort: desk.sort(&["name", "created"]),
        locale: desk.ctx.locale,
        page: desk.page()?,
    };
    let found = catalogue::product_list(desk.p(), &desk.ctx, &query).await?;
    let mentions = Mentions::default().products(found.items.iter().map(|one| one.id));
    let names = Names::of(desk.p(), &desk.ctx, &mentions).await?;
    let categories = catalogue::category_list(desk.p(), &desk.ctx).await?;
    let locale = desk.ctx.locale;
    let rows = found.items.iter().map(|one| ProductRow {
        id: one.id.to_string().into(),
        name: one.name.get(locale).to_owned().into(),
        vendor: names.vendor(one.id),
        category: categories
            .iter()
            .find(|known| Some(known.id) == one.category_id)
            .map_or_else(Txt::default, |known| {
                known.name.get(locale).to_owned().into()
            }),
        plans: names
            .detail(one.id)
            .map_or(0, |known| small(known.plans.len())),
        state: one.status.as_str().into(),
        created: one.created_at,
    });
    let page = ProductsPage {
        base: desk.home(),
        rows: rows.collect(),
        state: desk.list(found.next),
        add: permit(desk.home() == "/vendor" && desk.may_at_home(Action::ProductManage)),
    };
    respond::page(page.page(desk.app()))
}

/// `GET …/products/new`.
pub(crate) async fn fresh(desk: Desk) -> Answer {
    let page = blank(&desk, FormState::default()).await?;
    respond::page(page.page(desk.app()))
}

async fn categories(desk: &Desk) -> Result<Vec<(Txt, Txt)>> {
    let found = catalogue::category_list(desk.p(), &desk.ctx).await?;
    let name = |one: &Category| {
        let name = one.name.get(desk.ctx.locale).to_owned();
        (one.id.to_string().into(), name.into())
    };
    Ok(found.iter().map(name).collect())
}

async fn blank(desk: &Desk, form: FormState) -> Result<ProductEditorPage> {
    Ok(ProductEditorPage {
        base: desk.home(),
        id: Txt::default(),
        name: Txt::default(),
        state: "draft".into(),
        form,
        categories: categories(desk).await?,
        plans: Vec::new(),
        parameters: Vec::new(),
        checklist: Vec::new(),
        subscriptions: 0,
        publish: permit(false),
        withdraw: permit(false),
        preview: None,
    })
}

/// `GET …/products/{id}`.
pub(crate) async fn show(desk: Desk, Id(id): Id<ProductId>) -> Answer {
    let detail = catalogue::product_get(desk.p(), &desk.ctx, id).await?;
    let page = editor(&desk, &detail, form_of(&detail.product)).await?;
    respond::page(page.page(desk.app()))
}

fn of(text: &Text, tag: &str) -> String {
    text.iter()
        .find(|(known, _)| *known == tag)
        .map_or_else(String::new, |(_, text)| text.to_owned())
}

fn values<const N: usize>(values: [(&str, String); N]) -> FormState {
    FormState {
        values: values
            .into_iter()
            .map(|(name, value)| (name.to_owned(), value))
            .collect(),
        ..FormState::default()
    }
}

fn form_of(product: &Product) -> FormState {
    values([
        ("name_en", of(&product.name, "en")),
        ("name_de", of(&product.name, "de")),
        ("summary_en", of(&product.summary, "en")),
        ("summary_de", of(&product.summary, "de")),
        ("description_en", of(&product.description, "en")),
        ("description_de", of(&product.description, "de")),
        (
            "category",
            product
                .category_id
                .map_or_else(String::new, |id| id.to_string()),
        ),
        ("delivery_mode", product.delivery.as_str().to_owned()),
        ("tax_category", product.tax_category.as_str().to_owned()),
        (
            "needs_approval",
            if product.approval == Approval::Seller {
                "1"
            } else {
                ""
            }
            .to_owned(),
        ),
    ])
}

async fn editor(desk: &Desk, detail: &ProductDetail, form: FormState) -> Result<ProductEditorPage> {
    let product = &detail.product;
    let query = SubscriptionQuery {
        filter: format!("product:{} state:active,trial,grace", product.id),
        sort: String::new(),
        page: PageRequest::new(Some(200), None)?,
    };
    let used = subscription_list(desk.p(), &desk.ctx, &query).await?;
    let may = desk.may_at_home(Action::ProductPublish)
        && (product.vendor_id == desk.account() || desk.account() == desk.realm.root_account);
    let t = desk.t();
    let locale = desk.ctx.locale;
    let mut plans: Vec<PlanEdit> = detail
        .plans
        .iter()
        .map(|plan| plan_edit(desk, plan))
        .collect();
    plans.push(PlanEdit {
        id: "new".into(),
        name: Txt::default(),
        state: "published".into(),
        clocks: Txt::default(),
        items: Vec::new(),
        form: values([("auto_renew", "1".to_owned())]),
    });
    let mut parameters: Vec<ParameterEdit> = detail
        .parameters
        .iter()
        .map(|one| parameter_edit(desk, one))
        .collect();
    parameters.push(ParameterEdit {
        id: "new".into(),
        name: Txt::default(),
        kind: Txt::default(),
        rule: Txt::default(),
        form: FormState::default(),
    });
    let has_item = detail.plans.iter().any(|plan| !plan.items.is_empty());
    Ok(ProductEditorPage {
        base: desk.home(),
        id: product.id.to_string().into(),
        name: product.name.get(locale).to_owned().into(),
        state: product.status.as_str().into(),
        form,
        categories: categories(desk).await?,
        plans,
        parameters,
        checklist: vec![
            (!product.summary.is_empty(), t.tr("f-summary-en")),
            (product.category_id.is_some(), t.tr("f-category")),
            (!detail.plans.is_empty(), t.tr("product-plans")),
            (has_item, t.tr("sub-items")),
        ],
        subscriptions: small(used.items.len()),
        publish: permit(may && product.status != ProductStatus::Published),
        withdraw: permit(may && product.status == ProductStatus::Published),
        preview: None,
    })
}

/// Whether a box is ticked, as it is sent.
fn flag(is: bool) -> String {
    if is { "1" } else { "" }.to_owned()
}

fn plan_edit(desk: &Desk, plan: &Plan) -> PlanEdit {
    let t = desk.t();
    let every = |cadence: Cadence| crate::view::panel::rhythm(&t, &cadence.to_string());
    let mut items: Vec<ItemEdit> = plan
        .items
        .iter()
        .map(|item| item_edit(desk, item))
        .collect();
    items.push(ItemEdit {
        id: "new".into(),
        kind: "recurring".into(),
        name: Txt::default(),
        unit: Txt::default(),
        pricing: Txt::default(),
        form: FormState::default(),
    });
    PlanEdit {
        id: plan.id.to_string().into(),
        name: plan.name.get(desk.ctx.locale).to_owned().into(),
        state: plan.status.as_str().into(),
        clocks: every(plan.billing_cadence),
        items,
        form: values([
            ("plan_name_en", of(&plan.name, "en")),
            ("plan_name_de", of(&plan.name, "de")),
            ("billing_period", plan.billing_cadence.to_string()),
            (
                "term",
                plan.term_cadence
                    .map_or_else(|| "none".to_owned(), |term| term.to_string()),
            ),
            ("trial_days", plan.trial_days.to_string()),
            ("trial_needs_payment", flag(plan.trial_needs_payment)),
            ("trial_again", flag(plan.trial_again)),
            ("auto_renew", flag(plan.auto_renew)),
            ("notice_days", plan.notice_days.to_string()),
            ("plan_state", plan.status.as_str().to_owned()),
        ]),
    }
}

fn item_edit(desk: &Desk, item: &Item) -> ItemEdit {
    let locale = desk.ctx.locale;
    ItemEdit {
        id: item.id.to_string().into(),
        kind: item.kind.as_str().into(),
        name: item.name.get(locale).to_owned().into(),
        unit: item
            .meter
            .clone()
            .unwrap_or_else(|| item.unit.get(locale).to_owned())
            .into(),
        pricing: desk.t().code("item-kind", item.kind.as_str()),
        form: values([
            ("item_code", item.code.clone()),
            ("item_name_en", of(&item.name, "en")),
            ("item_name_de", of(&item.name, "de")),
            ("item_kind", item.kind.as_str().to_owned()),
            ("unit", of(&item.unit, "en")),
            (
                "units",
                item.unit.many(Locale::En).unwrap_or_default().to_owned(),
            ),
            ("unit_de", of(&item.unit, "de")),
            (
                "units_de",
                item.unit.many(Locale::De).unwrap_or_default().to_owned(),
            ),
            ("meter", item.meter.clone().unwrap_or_default()),
            ("aggregation", item.aggregation.name().to_owned()),
            (
                "distinct_of",
                match &item.aggregation {
                    Aggregation::Distinct(of) => of.clone(),
                    _ => String::new(),
                },
            ),
            ("minimum", item.quantity_min.normalize().to_string()),
            (
                "maximum",
                item.quantity_max
                    .map_or_else(String::new, |most| most.normalize().to_string()),
            ),
            (
                "item_tax_category",
                item.tax_category.map_or("", TaxCategory::as_str).to_owned(),
            ),
        ]),
    }
}

fn parameter_edit(desk: &Desk, one: &Parameter) -> ParameterEdit {
    let locale = desk.ctx.locale;
    let choices: Vec<_> = one
        .choices
        .iter()
        .map(|choice| choice.value.as_str())
        .collect();
    ParameterEdit {
        id: one.id.to_string().into(),
        name: one.label.get(locale).to_owned().into(),
        kind: desk.t().code("param-type", one.kind.as_str()),
        rule: one
            .pattern
            .clone()
            .unwrap_or_else(|| choices.join(", "))
            .into(),
        form: values([
            ("param_code", one.code.clone()),
            ("param_label_en", of(&one.label, "en")),
            ("param_label_de", of(&one.label, "de")),
            ("param_type", one.kind.as_str().to_owned()),
            ("pattern", one.pattern.clone().unwrap_or_default()),
            ("choices", choices.join("\n")),
            ("param_required", flag(one.required)),
        ]),
    }
}

/// A text in both languages, over what else was there.
pub(super) fn text(before: Option<&Text>, sent: &Sent, field: &str) -> Text {
    let mut text = before.cloned().unwrap_or_default();
    for tag in ["en", "de"] {
        let value = sent.get(&format!("{field}_{tag}"));
        if !value.is_empty() || !of(&text, tag).is_empty() {
            text = text.with(tag, value);
        }
    }
    text
}

/// A short name for addresses, from a name.
pub(super) fn slug(name: &str) -> String {
    let words: Vec<String> = name
        .to_lowercase()
        .split(|letter: char| !letter.is_ascii_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect();
    words.join("-")
}

fn draft(before: Option<&Product>, sent: &Sent) -> Result<ProductDraft> {
    let kept = |take: fn(&Product) -> &Text| before.map(take).cloned().unwrap_or_default();
    Ok(ProductDraft {
        slug: before.map_or_else(|| slug(sent.get("name_en")), |one| one.slug.clone()),
        name: text(before.map(|one| &one.name), sent, "name"),
        summary: text(before.map(|one| &one.summary), sent, "summary"),
        description: text(before.map(|one| &one.description), sent, "description"),
        category_id: match sent.some("category") {
            Some(id) => Some(id.parse().map_err(|error: Error| error.at("category"))?),
            None => None,
        },
        delivery: sent
            .get("delivery_mode")
            .parse::<DeliveryMode>()
            .map_err(|error| error.at("delivery_mode"))?,
        approval: if sent.get("needs_approval") == "1" {
            Approval::Seller
        } else {
            Approval::None
        },
        tags: before.map_or_else(Vec::new, |one| one.tags.clone()),
        features: before.map_or_else(Vec::new, |one| one.features.clone()),
        terms_title: kept(|one| &one.terms_title),
        terms_text: kept(|one| &one.terms_text),
        terms_version: before.map_or_else(String::new, |one| one.terms_version.clone()),
        tax_category: match sent.get("tax_category") {
            "" => before.map_or_else(TaxCategory::default, |one| one.tax_category),
            word => word.parse()?,
        },
    })
}

/// The field of the form that a problem of the input belongs to.
fn field_of(field: &str) -> String {
    match field {
        "name" | "summary" | "description" => format!("{field}_en"),
        "slug" => "name_en".to_owned(),
        "category_id" => "category".to_owned(),
        "delivery" => "delivery_mode".to_owned(),
        field => field.to_owned(),
    }
}

pub(super) fn here(desk: &Desk, id: ProductId) -> String {
    format!("{}/products/{id}", desk.home())
}

/// `POST …/products`.
pub(crate) async fn create(desk: Desk, sent: Sent) -> Answer {
    let vendor_id: AccountId = desk.account();
    let made = match draft(None, &sent) {
        Ok(draft) => {
            let input = ProductCreate { vendor_id, draft };
            catalogue::product_create(desk.p(), &desk.ctx, &input).await
        }
        Err(error) => Err(error),
    };
    match made {
        Ok(product) => changed(&desk, Ok(()), here(&desk, product.id), "product-saved"),
        Err(error) => {
            let form = respond::blame(&desk.t(), sent.state(), error, field_of)?;
            respond::again(blank(&desk, form).await?.page(desk.app()))
        }
    }
}

/// `POST …/products/{id}`.
pub(crate) async fn update(desk: Desk, Id(id): Id<ProductId>, sent: Sent) -> Answer {
    let detail = catalogue::product_get(desk.p(), &desk.ctx, id).await?;
    let done = match draft(Some(&detail.product), &sent) {
        Ok(draft) => {
            let input = ProductUpdate {
                id,
                version: detail.product.version,
                draft,
            };
            catalogue::product_update(desk.p(), &desk.ctx, &input).await
        }
        Err(error) => Err(error),
    };
    match done {
        Ok(_) => changed(&desk, Ok(()), here(&desk, id), "product-saved"),
        Err(error) => {
            let form = respond::blame(&desk.t(), sent.state(), error, field_of)?;
            let page = editor(&desk, &detail, form).await?;
            respond::again(page.page(desk.app()))
        }
    }
}

/// `POST …/products/{id}/publish`.
pub(crate) async fn publish(desk: Desk, Id(id): Id<ProductId>) -> Answer {
    let version = version(&desk, id).await?;
    let input = ProductTransition { id, version };
    let done = catalogue::product_publish(desk.p(), &desk.ctx, &input).await;
    changed(&desk, done, here(&desk, id), "product-published")
}

/// `POST …/products/{id}/withdraw`.
pub(crate) async fn withdraw(desk: Desk, Id(id): Id<ProductId>) -> Answer {
    let version = version(&desk, id).await?;
    let input = ProductTransition { id, version };
    let done = catalogue::product_withdraw(desk.p(), &desk.ctx, &input).await;
    changed(&desk, done, here(&desk, id), "product-withdrawn")
}

async fn version(desk: &Desk, id: ProductId) -> Result<i64> {
    let detail = catalogue::product_get(desk.p(), &desk.ctx, id).await?;
    Ok(detail.product.version)
}
