//! Deliveries that people carry out: the queue, and the report of what was done.

use std::collections::BTreeMap;

use tradewind_fulfilment::service::{self as fulfilment, ListQuery};
use tradewind_fulfilment::types::{
    CredentialInput, CredentialsInput, Delivery, DeliveryOperation, DeliveryReport,
    EndpointCategory, EndpointInput, EndpointsInput, InstructionsInput, ReportOutcome,
};
use tradewind_kernel::id::DeliveryId;
use tradewind_kernel::{Result, Text};
use tradewind_orders::service as orders;

use super::super::names::{Mentions, Names};
use super::desk::{Desk, age, permit};
use crate::form::Sent;
use crate::respond::{self, Answer, changed};
use crate::session::Id;
use crate::view::kit::Txt;
use crate::view::shared::FormState;
use crate::view::vendor::{TaskPage, TaskRow, TasksPage};

/// Most rows for endpoints and for credentials that a form asks for.
const MOST: u32 = 12;

/// `GET /vendor` and `GET /panel/tasks`.
pub(crate) async fn list(desk: Desk) -> Answer {
    let state = match desk.ask("view") {
        "done" => "succeeded",
        "failed" => "failed",
        _ => "waiting,in_progress",
    };
    let query = ListQuery {
        filter: format!("mode:manual state:{state}"),
        sort: if state.starts_with('w') {
            "created"
        } else {
            ""
        }
        .to_owned(),
        page: desk.page()?,
    };
    let found = fulfilment::delivery_list(desk.p(), &desk.ctx, &query).await?;
    let names = names(&desk, &found.items).await?;
    let rows = found.items.iter().map(|one| row(&desk, &names, one));
    let page = TasksPage {
        base: if desk.home() == "/vendor" {
            "/vendor"
        } else {
            "/panel/tasks"
        },
        rows: rows.collect(),
        state: desk.list(found.next),
    };
    respond::page(page.page(desk.app()))
}

async fn names(desk: &Desk, found: &[Delivery]) -> Result<Names> {
    let mentions = Mentions::accounts(found.iter().map(|one| one.customer_id))
        .subscriptions(found.iter().map(|one| one.subscription_id));
    Names::of(desk.p(), &desk.ctx, &mentions).await
}

fn row(desk: &Desk, names: &Names, one: &Delivery) -> TaskRow {
    TaskRow {
        id: one.id.to_string().into(),
        action: one.kind.as_str().into(),
        product: names.subscribed(one.subscription_id),
        customer: names.account(one.customer_id),
        state: one.state.as_str().into(),
        since: one.created_at,
        age: age(
            &desk.t(),
            one.created_at,
            one.finished_at.unwrap_or(desk.ctx.now),
        ),
    }
}

/// `GET …/tasks/{id}`.
pub(crate) async fn show(desk: Desk, Id(id): Id<DeliveryId>) -> Answer {
    let page = task(&desk, id, FormState::default(), 1, 1).await?;
    respond::page(page.page(desk.app()))
}

async fn task(
    desk: &Desk,
    id: DeliveryId,
    form: FormState,
    endpoints: u32,
    secrets: u32,
) -> Result<TaskPage> {
    let detail = fulfilment::delivery_get(desk.p(), &desk.ctx, id).await?;
    let one = &detail.delivery;
    let names = names(desk, std::slice::from_ref(one)).await?;
    let held = orders::subscription_get(desk.p(), &desk.ctx, one.subscription_id).await?;
    let access = fulfilment::access_get(desk.p(), &desk.ctx, one.subscription_id).await?;
    let locale = desk.ctx.locale;
    let product = names.detail(held.subscription.product_id);
    let plan = product.and_then(|product| product.plan(held.subscription.plan_id));
    let quantities = held.items.iter().map(|item| {
        let name = plan
            .and_then(|plan| plan.items.iter().find(|known| known.id == item.item_id))
            .map_or_else(
                || item.code.clone(),
                |known| known.name.get(locale).to_owned(),
            );
        (Txt::from(name), desk.t().num(item.quantity))
    });
    let parameters = held.parameters.iter().map(|parameter| {
        let label = product
            .and_then(|product| {
                product
                    .parameters
                    .iter()
                    .find(|known| known.code == parameter.code)
            })
            .map_or_else(
                || parameter.code.clone(),
                |known| known.label.get(locale).to_owned(),
            );
        let value = parameter.value.clone().unwrap_or_else(|| "••••••".into());
        (Txt::from(label), Txt::from(value))
    });
    Ok(TaskPage {
        base: desk.home(),
        row: row(desk, &names, one),
        configuration: quantities.chain(parameters).collect(),
        changes: Vec::new(),
        endpoints,
        secrets,
        known_secrets: access
            .credentials
            .iter()
            .map(|known| known.label.get(locale).to_owned().into())
            .collect(),
        form,
        report: permit(
            detail
                .available_operations
                .contains(&DeliveryOperation::Report),
        ),
    })
}

/// How many numbered rows of a kind the form was sent with.
fn rows_of(sent: &Sent, kind: &str) -> u32 {
    sent.0
        .iter()
        .filter_map(|(name, _)| {
            let number = name.strip_prefix(kind)?.split('.').next()?;
            number.parse().ok()
        })
        .max()
        .unwrap_or(1)
        .clamp(1, MOST)
}

/// A code for a credential, from its name.
fn code_of(name: &str) -> String {
    let code: String = name
        .to_lowercase()
        .chars()
        .map(|letter| {
            if letter.is_ascii_alphanumeric() {
                letter
            } else {
                '_'
            }
        })
        .collect();
    code.trim_matches('_').to_owned()
}

/// `POST …/tasks/{id}/succeed`: keeps the access data and reports success; `more` shows further fields instead.
pub(crate) async fn succeed(desk: Desk, Id(id): Id<DeliveryId>, sent: Sent) -> Answer {
    let (endpoints, secrets) = (rows_of(&sent, "endpoint."), rows_of(&sent, "secret."));
    if sent.get("do") == "more" {
        let more = |rows: u32| (rows + 1).min(MOST);
        let page = task(&desk, id, sent.state(), more(endpoints), more(secrets)).await?;
        return respond::page(page.page(desk.app()));
    }
    match report(&desk, id, &sent, endpoints, secrets).await {
        Ok(()) => {
            let here = format!("{}/tasks/{id}", desk.home());
            changed(&desk, Ok(()), here, "delivery-reported")
        }
        Err(error) => {
            let form = respond::blame(&desk.t(), sent.state(), error, field_of)?;
            let page = task(&desk, id, form, endpoints, secrets).await?;
            respond::again(page.page(desk.app()))
        }
    }
}

/// The field of the form that a problem of the input belongs to: `endpoints.0.url` is `endpoint.1.url`.
fn field_of(field: &str) -> String {
    let mut parts = field.split('.');
    let (list, number, name) = (parts.next(), parts.next(), parts.next());
    let number = number.and_then(|number| number.parse::<u32>().ok());
    match (list, number, name) {
        (Some("endpoints"), Some(at), Some("url")) => format!("endpoint.{}.url", at + 1),
        (Some("endpoints"), Some(at), _) => format!("endpoint.{}.name", at + 1),
        (Some("credentials"), Some(at), Some("value")) => format!("secret.{}.value", at + 1),
        (Some("credentials"), Some(at), _) => format!("secret.{}.name", at + 1),
        (Some("instructions"), _, _) => "instructions_en".to_owned(),
        _ => String::new(),
    }
}

async fn report(
    desk: &Desk,
    id: DeliveryId,
    sent: &Sent,
    endpoints: u32,
    secrets: u32,
) -> Result<()> {
    let (p, ctx) = (desk.p(), &desk.ctx);
    let detail = fulfilment::delivery_get(p, ctx, id).await?;
    let subscription = detail.delivery.subscription_id;
    let ways: Vec<EndpointInput> = (1..=endpoints)
        .filter_map(|n| {
            let url = sent.some(&format!("endpoint.{n}.url"))?;
            let name = sent
                .some(&format!("endpoint.{n}.name"))
                .unwrap_or_else(|| url.clone());
            Some(EndpointInput {
                url,
                label: Text::en(name),
                category: EndpointCategory::App,
            })
        })
        .collect();
    if !ways.is_empty() {
        let input = EndpointsInput { endpoints: ways };
        fulfilment::access_endpoints_set(p, ctx, subscription, input).await?;
    }
    let instructions: BTreeMap<String, String> =
        [("en", "instructions_en"), ("de", "instructions_de")]
            .into_iter()
            .filter_map(|(tag, field)| Some((tag.to_owned(), sent.some(field)?)))
            .collect();
    if !instructions.is_empty() {
        let input = InstructionsInput { instructions };
        fulfilment::access_instructions_set(p, ctx, subscription, input).await?;
    }
    let credentials: Vec<CredentialInput> = (1..=secrets)
        .filter_map(|n| {
            let value = sent.raw(&format!("secret.{n}.value"));
            let name = sent.some(&format!("secret.{n}.name"))?;
            (!value.is_empty()).then(|| CredentialInput {
                code: code_of(&name),
                label: Text::en(name),
                value: value.to_owned(),
            })
        })
        .collect();
    if !credentials.is_empty() {
        let input = CredentialsInput { credentials };
        fulfilment::access_credentials_set(p, ctx, subscription, input).await?;
    }
    let report = DeliveryReport {
        outcome: ReportOutcome::Succeeded,
        message: None,
    };
    fulfilment::delivery_report(p, ctx, id, report).await?;
    Ok(())
}

/// `POST …/tasks/{id}/fail`.
pub(crate) async fn fail(desk: Desk, Id(id): Id<DeliveryId>, sent: Sent) -> Answer {
    let report = DeliveryReport {
        outcome: ReportOutcome::Failed,
        message: sent.some("message"),
    };
    let done = fulfilment::delivery_report(desk.p(), &desk.ctx, id, report).await;
    let here = format!("{}/tasks/{id}", desk.home());
    changed(&desk, done, here, "delivery-reported")
}
