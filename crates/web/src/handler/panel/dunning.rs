//! What a seller does when an invoice is not paid, or a card payment fails.

use tradewind_billing::service::{self as billing, DunningSet, RetrySet};
use tradewind_billing::types::{DunningPolicy, DunningStep, RetryPolicy};
use tradewind_kernel::{Error, Problems, Result};
use tradewind_policy::Action;

use super::desk::Desk;
use crate::form::Sent;
use crate::respond::{self, Answer};
use crate::view::panel::DunningPage;
use crate::view::shared::FormState;

/// Rows of the form for steps that are not there yet.
const MORE: usize = 3;
/// Most rows that are read.
const MOST: usize = 20 + MORE;

/// `GET /panel/dunning`.
pub(crate) async fn show(desk: Desk) -> Answer {
    let page = page(&desk, None, None).await?;
    respond::page(page.page(desk.app()))
}

/// The page as it stands, or with what was sent and is wrong.
async fn page(
    desk: &Desk,
    steps: Option<FormState>,
    retries: Option<FormState>,
) -> Result<DunningPage> {
    let (p, ctx, seller) = (desk.p(), &desk.ctx, desk.account());
    let policy = billing::dunning_get(p, ctx, seller).await?;
    let days = billing::retry_get(p, ctx, seller).await?.after_days;
    let days: Vec<String> = days.iter().map(ToString::to_string).collect();
    Ok(DunningPage {
        rows: (policy.steps.len() + MORE).min(MOST),
        edit: desk.may_at_home(Action::InvoiceIssue) && desk.may_at_home(Action::PaymentRecord),
        form: steps.unwrap_or_else(|| filled(&policy)),
        retries: retries.unwrap_or_else(|| FormState::of([("after_days", &days.join(", "))])),
    })
}

fn filled(policy: &DunningPolicy) -> FormState {
    let values = policy.steps.iter().enumerate().flat_map(|(row, step)| {
        [
            (format!("days.{row}"), step.after_days.to_string()),
            (format!("action.{row}"), step.action.as_str().to_owned()),
        ]
    });
    FormState {
        values: values.collect(),
        ..FormState::default()
    }
}

/// `POST /panel/dunning`: the rows that name an action, in the order of their days.
pub(crate) async fn save(desk: Desk, sent: Sent) -> Answer {
    let done = match read(&sent) {
        Ok(steps) => {
            let input = DunningSet {
                seller_id: desk.account(),
                policy: DunningPolicy { steps },
            };
            billing::dunning_set(desk.p(), &desk.ctx, &input).await
        }
        Err(error) => Err(error),
    };
    match done {
        Ok(_) => {
            let text = desk.t().tr("said-saved");
            Ok(respond::saying("/panel/dunning", true, &text))
        }
        Err(error) => {
            let form = respond::blame(&desk.t(), sent.state(), error, |field| match field {
                "steps" => String::new(),
                field => field.to_owned(),
            })?;
            respond::again(page(&desk, Some(form), None).await?.page(desk.app()))
        }
    }
}

fn read(sent: &Sent) -> Result<Vec<DunningStep>> {
    let mut problems = Problems::new();
    let mut steps = Vec::new();
    for row in 0..MOST {
        let (days, action) = (format!("days.{row}"), format!("action.{row}"));
        if sent.get(&action).is_empty() {
            continue;
        }
        let after = days_of(&days, sent.get(&days));
        let action = sent
            .get(&action)
            .parse()
            .map_err(|error: Error| error.at(&action));
        if let (Some(after_days), Some(action)) = (problems.check(after), problems.check(action)) {
            steps.push(DunningStep { after_days, action });
        }
    }
    problems.finish()?;
    steps.sort_by_key(|step| step.after_days);
    Ok(steps)
}

fn days_of(field: &str, text: &str) -> Result<u16> {
    text.trim().parse().map_err(|_| {
        let text = "expected a number of days";
        Error::invalid(field, "not_a_number", text)
    })
}

/// `POST /panel/dunning/retries`: after how many days failed card payments are tried again.
pub(crate) async fn save_retries(desk: Desk, sent: Sent) -> Answer {
    let days: Result<Vec<u16>> = sent
        .get("after_days")
        .split([',', ';', ' '])
        .filter(|text| !text.is_empty())
        .map(|text| days_of("after_days", text))
        .collect();
    let done = match days {
        Ok(after_days) => {
            let input = RetrySet {
                seller_id: desk.account(),
                policy: RetryPolicy { after_days },
            };
            billing::retry_set(desk.p(), &desk.ctx, &input).await
        }
        Err(error) => Err(error),
    };
    match done {
        Ok(_) => {
            let text = desk.t().tr("said-saved");
            Ok(respond::saying("/panel/dunning", true, &text))
        }
        Err(error) => {
            let form = respond::wrong(&desk.t(), sent.state(), error)?;
            respond::again(page(&desk, None, Some(form)).await?.page(desk.app()))
        }
    }
}
