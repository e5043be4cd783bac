//! What a seller does when an invoice is not paid, or a card payment fails.

use axum::extract::Path;
use tradewind_billing::rules::dunning_text as text;
use tradewind_billing::service::{self as billing, ClassOf, ClassSet, DunningSet, RetrySet};
use tradewind_billing::types::{
    AccountClass, DunningAction, DunningPolicy, DunningStep, FeeDocument, LateFee, RetryPolicy,
};
use tradewind_kernel::{Currency, Error, Problems, Result};
use tradewind_policy::Action;

use super::desk::Desk;
use crate::form::Sent;
use crate::respond::{self, Answer, changed};
use crate::view::panel::{ClassRow, DunningPage};
use crate::view::shared::FormState;

/// Rows of the form for steps that are not there yet.
const MORE: usize = 3;
/// Most rows that are read.
const MOST: usize = 20 + MORE;

fn usual(desk: &Desk) -> Result<Currency> {
    Ok(desk.session()?.account.currency)
}

/// `GET /panel/dunning`.
pub(crate) async fn show(desk: Desk) -> Answer {
    let page = page(&desk, None, None, None).await?;
    respond::page(page.page(desk.app()))
}

/// `GET /panel/dunning/classes/{code}`.
pub(crate) async fn show_class(desk: Desk, Path(code): Path<String>) -> Answer {
    let page = page(&desk, Some(&code), None, None).await?;
    respond::page(page.page(desk.app()))
}

/// The page as it stands, or with what was sent and is wrong.
async fn page(
    desk: &Desk,
    code: Option<&str>,
    steps: Option<FormState>,
    retries: Option<FormState>,
) -> Result<DunningPage> {
    let (p, ctx, seller) = (desk.p(), &desk.ctx, desk.account());
    let classes = billing::class_list(p, ctx, seller).await?;
    let class = match code {
        Some(code) => Some(class_of(&classes, code)?),
        None => None,
    };
    let policy = match class {
        Some(class) => class.policy.clone(),
        None => billing::dunning_get(p, ctx, seller).await?,
    };
    let days = billing::retry_get(p, ctx, seller).await?.after_days;
    let days: Vec<String> = days.iter().map(ToString::to_string).collect();
    Ok(DunningPage {
        class: class.map(row),
        classes: classes.iter().map(row).collect(),
        currency: usual(desk)?,
        rows: (policy.steps.len() + MORE).min(MOST),
        edit: desk.may_at_home(Action::InvoiceIssue) && desk.may_at_home(Action::PaymentRecord),
        form: steps.unwrap_or(filled(&policy, usual(desk)?)),
        retries: retries.unwrap_or_else(|| FormState::of([("after_days", &days.join(", "))])),
    })
}

fn row(class: &AccountClass) -> ClassRow {
    ClassRow {
        code: class.code.clone().into(),
        name: class.name.clone().into(),
    }
}

fn class_of<'a>(classes: &'a [AccountClass], code: &str) -> Result<&'a AccountClass> {
    classes
        .iter()
        .find(|class| class.code == code)
        .ok_or_else(|| Error::NotFound {
            kind: "account_class",
            id: code.to_owned(),
        })
}

fn filled(policy: &DunningPolicy, usual: Currency) -> FormState {
    let mut values = vec![(
        "beyond_credit".to_owned(),
        policy.beyond_credit.as_str().to_owned(),
    )];
    for (row, step) in policy.steps.iter().enumerate() {
        values.extend([
            (format!("days.{row}"), step.after_days.to_string()),
            (format!("action.{row}"), step.action.as_str().to_owned()),
            (
                format!("from.{row}"),
                text::amounts_told(&step.at_least, usual),
            ),
        ]);
        if let Some(fee) = &step.fee {
            values.push((format!("fee.{row}"), text::fee_told(fee, usual)));
            values.push(("document".to_owned(), fee.document.as_str().to_owned()));
        }
    }
    FormState {
        values,
        ..FormState::default()
    }
}

/// `POST /panel/dunning`: the rows that name an action, in the order of their days.
pub(crate) async fn save(desk: Desk, sent: Sent) -> Answer {
    store(desk, None, sent).await
}

/// `POST /panel/dunning/classes/{code}`.
pub(crate) async fn save_class(desk: Desk, Path(code): Path<String>, sent: Sent) -> Answer {
    store(desk, Some(code), sent).await
}

async fn store(desk: Desk, code: Option<String>, sent: Sent) -> Answer {
    let (p, ctx, seller_id) = (desk.p(), &desk.ctx, desk.account());
    let classes = billing::class_list(p, ctx, seller_id).await?;
    let known = match &code {
        Some(code) => Some(class_of(&classes, code)?.clone()),
        None => None,
    };
    let before = match &known {
        Some(class) => class.policy.clone(),
        None => billing::dunning_get(p, ctx, seller_id).await?,
    };
    let (rows, done) = match read(&sent, usual(&desk)?, &before) {
        Ok((rows, policy)) => {
            let done = match known {
                Some(class) => {
                    let class = AccountClass { policy, ..class };
                    let input = ClassSet { seller_id, class };
                    billing::class_set(p, ctx, &input).await.map(drop)
                }
                None => {
                    let input = DunningSet { seller_id, policy };
                    billing::dunning_set(p, ctx, &input).await.map(drop)
                }
            };
            (rows, done)
        }
        Err(error) => (Vec::new(), Err(error)),
    };
    match done {
        Ok(()) => {
            let said = desk.t().tr("said-saved");
            Ok(respond::saying(here(code.as_deref()), true, &said))
        }
        Err(error) => {
            let form = respond::blame(&desk.t(), sent.state(), error, |field| {
                field_of(&rows, field)
            })?;
            let page = page(&desk, code.as_deref(), Some(form), None).await?;
            respond::again(page.page(desk.app()))
        }
    }
}

fn here(code: Option<&str>) -> String {
    code.map_or_else(
        || "/panel/dunning".to_owned(),
        |code| format!("/panel/dunning/classes/{code}"),
    )
}

/// The field of the form that stands for one of the policy: `steps.1.fee` is the fee in the row that the second step came from.
fn field_of(rows: &[usize], field: &str) -> String {
    let Some(rest) = field.strip_prefix("steps") else {
        return field.to_owned();
    };
    let mut parts = rest.split('.').skip(1);
    let row = parts
        .next()
        .and_then(|no| rows.get(no.parse::<usize>().ok()?));
    match (row, parts.next()) {
        (Some(row), Some("fee")) => format!("fee.{row}"),
        (Some(row), Some(_)) => format!("from.{row}"),
        _ => String::new(),
    }
}

/// The policy, and from which row of the form each of its steps came.
fn read(
    sent: &Sent,
    usual: Currency,
    before: &DunningPolicy,
) -> Result<(Vec<usize>, DunningPolicy)> {
    let mut problems = Problems::new();
    let mut steps = Vec::new();
    let document = match sent.some("document") {
        Some(word) => problems.check(word.parse().map_err(|error: Error| error.at("document"))),
        None => Some(FeeDocument::default()),
    };
    for row in 0..MOST {
        let action = format!("action.{row}");
        if sent.get(&action).is_empty() {
            continue;
        }
        let days = format!("days.{row}");
        let after = days_of(&days, sent.get(&days));
        let from = format!("from.{row}");
        let least = text::amounts(&from, sent.get(&from), usual);
        let fee = format!("fee.{row}");
        let fee = text::fee(&fee, sent.get(&fee), usual);
        let action = sent
            .get(&action)
            .parse()
            .map_err(|error: Error| error.at(&action));
        if let (Some(after_days), Some(action), Some(at_least), Some((amounts, percent))) = (
            problems.check(after),
            problems.check(action),
            problems.check(least),
            problems.check(fee),
        ) {
            // What a fee is in the eyes of the tax offices stays as it was.
            let was = before.steps.get(row).and_then(|step| step.fee.as_ref());
            let none = amounts.is_empty() && percent.is_none();
            let mut fee = LateFee::new(amounts, percent);
            if let Some(was) = was {
                fee.tax_category = was.tax_category;
            }
            fee.document = document.unwrap_or_default();
            let step = DunningStep {
                after_days,
                action,
                at_least,
                fee: (!none || action == DunningAction::Fee).then_some(fee),
            };
            steps.push((row, step));
        }
    }
    let beyond = match sent.some("beyond_credit") {
        Some(word) => problems.check(
            word.parse()
                .map_err(|error: Error| error.at("beyond_credit")),
        ),
        None => Some(before.beyond_credit),
    };
    problems.finish()?;
    steps.sort_by_key(|(_, step)| step.after_days);
    let (rows, steps) = steps.into_iter().unzip();
    let policy = DunningPolicy {
        steps,
        beyond_credit: beyond.unwrap_or(before.beyond_credit),
    };
    Ok((rows, policy))
}

fn days_of(field: &str, text: &str) -> Result<u16> {
    text.trim().parse().map_err(|_| {
        let text = "expected a number of days";
        Error::invalid(field, "not_a_number", text)
    })
}

/// `POST /panel/dunning/classes`: another class, with the steps of the rest to begin with.
pub(crate) async fn add_class(desk: Desk, sent: Sent) -> Answer {
    let (p, ctx, seller_id) = (desk.p(), &desk.ctx, desk.account());
    let code = sent.get("code").to_owned();
    let classes = billing::class_list(p, ctx, seller_id).await?;
    if class_of(&classes, &code).is_ok() {
        let text = "a class has this code already";
        let done: Result<()> = Err(Error::invalid("code", "taken", text));
        return changed(&desk, done, "/panel/dunning", "");
    }
    let class = AccountClass {
        code: code.clone(),
        name: sent.get("name").to_owned(),
        policy: billing::dunning_get(p, ctx, seller_id).await?,
    };
    let done = billing::class_set(p, ctx, &ClassSet { seller_id, class }).await;
    let to = here(done.is_ok().then_some(&*code));
    changed(&desk, done, to, "said-saved")
}

/// `POST /panel/dunning/classes/{code}/remove`.
pub(crate) async fn remove_class(desk: Desk, Path(code): Path<String>) -> Answer {
    let here = here(Some(&code));
    let input = ClassOf {
        seller_id: desk.account(),
        code,
    };
    let done = billing::class_remove(desk.p(), &desk.ctx, &input).await;
    let to = if done.is_ok() {
        "/panel/dunning"
    } else {
        &*here
    };
    changed(&desk, done, to, "said-saved")
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
            respond::again(page(&desk, None, None, Some(form)).await?.page(desk.app()))
        }
    }
}
