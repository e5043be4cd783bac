//! The service that decides a seller's taxes, and what waits for it.

use std::collections::BTreeMap;

use tradewind_billing::service::{TaxAskAgain, tax_ask_again, tax_work};
use tradewind_kernel::{Error, Result};
use tradewind_policy::Action;
use tradewind_tax::service as tax;
use tradewind_tax::types::{EngineAway, EngineConfig, EngineSet, TaxCategory, TaxDecision};

use super::super::names::{Mentions, Names};
use super::desk::Desk;
use crate::form::Sent;
use crate::respond::{self, Answer, changed};
use crate::view::panel::{EngineFacts, TaxEnginePage, TaxWaitRow, UntoldRow};
use crate::view::shared::FormState;

const HERE: &str = "/panel/tax/engine";

async fn page(desk: &Desk, form: Option<FormState>) -> Result<TaxEnginePage> {
    let (p, ctx, me) = (desk.p(), &desk.ctx, desk.account());
    let config = tax::engine_get(p, ctx, me).await?;
    let profile = tax::profile_get(p, ctx, me).await?;
    let work = tax_work(p, ctx, me).await?;
    let buyers = work.waiting.iter().map(|wait| wait.buyer_id);
    let names = Names::of(p, ctx, &Mentions::accounts(buyers)).await?;
    let text = |text: Option<String>| text.unwrap_or_default().into();
    Ok(TaxEnginePage {
        decides: profile.decision == TaxDecision::Engine,
        waiting: work
            .waiting
            .into_iter()
            .map(|wait| TaxWaitRow {
                buyer: names.account(wait.buyer_id),
                draft: wait.draft_id.map(|id| id.to_string().into()),
                since: wait.since,
                attempts: wait.attempts,
                problem: text(wait.problem),
            })
            .collect(),
        untold: work
            .untold
            .into_iter()
            .map(|report| UntoldRow {
                id: report.document_id.to_string().into(),
                number: report.number.into(),
                at: report.at,
                problem: text(report.problem),
            })
            .collect(),
        edit: desk.may_at_home(Action::RelationshipManage),
        issue: desk.may_at_home(Action::InvoiceIssue),
        form: form.unwrap_or_else(|| filled(config.as_ref())),
        engine: config.map(|config| EngineFacts {
            url: config.url.into(),
            secret_hint: config.secret_hint.into(),
            away: config.away.as_str().into(),
            after_hours: config.after_hours,
            set_at: config.set_at,
        }),
    })
}

fn filled(config: Option<&EngineConfig>) -> FormState {
    let Some(config) = config else {
        return FormState::of([("away", EngineAway::Hold.as_str())]);
    };
    let hours = match config.after_hours {
        0 => String::new(),
        hours => hours.to_string(),
    };
    let codes: Vec<String> = config
        .codes
        .iter()
        .map(|(category, code)| format!("{category} {code}"))
        .collect();
    FormState::of([
        ("engine_url", config.url.as_str()),
        ("away", config.away.as_str()),
        ("after_hours", &hours),
        ("engine_codes", &codes.join("\n")),
    ])
}

/// `GET /panel/tax/engine`.
pub(crate) async fn show(desk: Desk) -> Answer {
    respond::page(page(&desk, None).await?.page(desk.app()))
}

fn said(sent: &Sent) -> Result<EngineSet> {
    let hours = sent.get("after_hours").trim();
    Ok(EngineSet {
        url: sent.get("engine_url").trim().to_owned(),
        secret: sent.some("engine_secret"),
        away: sent.get("away").parse()?,
        after_hours: match hours {
            "" => 0,
            hours => hours.parse().map_err(|_| {
                let text = "expected a number of hours";
                Error::invalid("after_hours", "not_a_number", text)
            })?,
        },
        codes: codes(sent.raw("engine_codes"))?,
    })
}

/// One category a line, with what the engine calls it behind.
fn codes(text: &str) -> Result<BTreeMap<TaxCategory, String>> {
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    let code = |line: &str| {
        let (category, code) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
        let category: TaxCategory = category.parse()?;
        Ok((category, code.trim().to_owned()))
    };
    lines.map(code).collect()
}

/// `POST /panel/tax/engine`.
pub(crate) async fn save(desk: Desk, sent: Sent) -> Answer {
    let done = match said(&sent) {
        Ok(set) => tax::engine_set(desk.p(), &desk.ctx, desk.account(), &set)
            .await
            .map(drop),
        Err(error) => Err(error),
    };
    match done {
        Ok(()) => changed(&desk, Ok(()), HERE, "tax-engine-saved"),
        Err(error) => {
            // The secret is asked for again: it is not sent back to a page.
            let form = FormState::of([
                ("engine_url", sent.get("engine_url")),
                ("away", sent.get("away")),
                ("after_hours", sent.get("after_hours")),
                ("engine_codes", sent.raw("engine_codes")),
            ]);
            let form = respond::blame(&desk.t(), form, error, |field| match field {
                "url" => "engine_url".to_owned(),
                "secret" => "engine_secret".to_owned(),
                "tax_category" => "engine_codes".to_owned(),
                field if field.starts_with("codes") => "engine_codes".to_owned(),
                other => other.to_owned(),
            })?;
            respond::again(page(&desk, Some(form)).await?.page(desk.app()))
        }
    }
}

/// `POST /panel/tax/engine/ask`: about all that waits.
pub(crate) async fn ask(desk: Desk) -> Answer {
    let input = TaxAskAgain {
        seller_id: desk.account(),
        buyer_id: None,
    };
    let done = tax_ask_again(desk.p(), &desk.ctx, &input).await;
    changed(&desk, done, HERE, "tax-engine-asked")
}

/// `POST /panel/tax/engine/remove`.
pub(crate) async fn remove(desk: Desk) -> Answer {
    let done = tax::engine_remove(desk.p(), &desk.ctx, desk.account()).await;
    changed(&desk, done, HERE, "said-removed")
}
