//! Imports of usage and cost, and the sub-accounts whose records wait for somebody to say whose they are.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use tradewind_kernel::id::SubscriptionId;
use tradewind_kernel::page::PageRequest;
use tradewind_kernel::{Error, Result};
use tradewind_metering::service::{self as metering, HeldQuery, ImportOptions};
use tradewind_metering::types::{
    HeldRecord, HeldState, ImportState, OnError, SubAccount, SubAccountAssignment, UsageImport,
};
use tradewind_orders::service::{SubscriptionQuery, subscription_list};
use tradewind_platform::tokens::random_token;
use tradewind_policy::Action;

use super::super::names::{Mentions, Names};
use super::desk::{Desk, small};
use crate::form::{Sent, file_name_of};
use crate::respond::{self, Answer, changed};
use crate::view::kit::Txt;
use crate::view::panel::{HeldRow, HeldUsagePage, ImportRow, ImportsPage};
use crate::view::shared::FormState;

/// Longest name of a file that is kept, in characters.
const FILE_NAME_MAX: usize = 120;

fn whole(number: i64) -> u64 {
    u64::try_from(number).unwrap_or(0)
}

async fn page(desk: &Desk, form: FormState) -> Result<ImportsPage> {
    let found = metering::import_list(desk.p(), &desk.ctx, &desk.page()?).await?;
    let row = |one: &UsageImport| ImportRow {
        id: one.id.to_string().into(),
        source: one.file_name.clone().into(),
        at: one.started_at,
        state: match one.state {
            ImportState::Running => "importing",
            other => other.as_str(),
        }
        .into(),
        taken: whole(one.accepted),
        known: whole(one.duplicate),
        held: whole(one.held),
        review: whole(one.review),
        refused: one
            .problems
            .iter()
            .map(|problem| {
                (
                    problem.row,
                    problem.column.clone().into(),
                    problem.message.clone().into(),
                )
            })
            .collect(),
    };
    let accounts = sub_accounts(desk).await?;
    let held: i64 = accounts.iter().map(|one| one.held).sum();
    Ok(ImportsPage {
        rows: found.items.iter().map(row).collect(),
        moving: found
            .items
            .iter()
            .any(|one| one.state == ImportState::Running),
        state: desk.list(found.next),
        held: small(held),
        review: metering::review_count(desk.p(), &desk.ctx).await?,
        import: desk.permit(Action::UsageImport),
        form,
    })
}

/// The sub-accounts that have been seen, as many as one page holds.
async fn sub_accounts(desk: &Desk) -> Result<Vec<SubAccount>> {
    let first = PageRequest::new(Some(200), None)?;
    let found = metering::sub_account_list(desk.p(), &desk.ctx, &first).await?;
    Ok(found.items)
}

/// `GET /panel/usage`.
pub(crate) async fn list(desk: Desk) -> Answer {
    let page = page(&desk, FormState::default()).await?;
    respond::page(page.page(desk.app()))
}

/// A file that is gone when its reader is done.
struct Passing(PathBuf);

impl Passing {
    fn keep(text: &str) -> Result<Self> {
        let path = std::env::temp_dir().join(format!("tradewind-{}.csv", random_token()));
        let mut file = std::fs::OpenOptions::new()
            .write(true)
            .create_new(true)
            .open(&path)
            .map_err(Error::internal)?;
        let kept = Self(path);
        file.write_all(text.as_bytes()).map_err(Error::internal)?;
        Ok(kept)
    }

    fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Passing {
    fn drop(&mut self) {
        // What cannot be removed is left to the system's own cleaning of temporary files.
        let _ = std::fs::remove_file(&self.0);
    }
}

/// `POST /panel/usage`: imports a file.
pub(crate) async fn import(desk: Desk, sent: Sent) -> Answer {
    let named: String = sent
        .get(&file_name_of("file"))
        .chars()
        .filter(|letter| !letter.is_control())
        .take(FILE_NAME_MAX)
        .collect();
    let options = ImportOptions {
        file_name: if named.is_empty() {
            "upload.csv".to_owned()
        } else {
            named
        },
        on_error: match sent.get("on_error") {
            "stop" => OnError::Abort,
            _ => OnError::Skip,
        },
    };
    let text = sent.raw("file").to_owned();
    let kept = tokio::task::spawn_blocking(move || Passing::keep(&text))
        .await
        .map_err(Error::internal)??;
    let done = metering::focus_import(desk.p(), &desk.ctx, kept.path(), &options, &|_| {}).await;
    match done {
        Ok(report) => {
            let text = desk.t().with(
                "usage-imported",
                &[
                    ("accepted", &report.accepted.to_string()),
                    ("duplicate", &report.duplicate.to_string()),
                    ("held", &report.held.to_string()),
                    ("review", &report.review.to_string()),
                    ("rejected", &report.rejected.to_string()),
                ],
            );
            let good = report.rejected == 0;
            Ok(respond::saying("/panel/usage", good, &text))
        }
        Err(error) => changed::<()>(&desk, Err(error), "/panel/usage", ""),
    }
}

/// How the form names a sub-account.
fn mark(one: &SubAccount) -> String {
    format!("{}/{}", one.source, one.external_id)
}

/// `GET /panel/usage/held`.
pub(crate) async fn held(desk: Desk) -> Answer {
    let mut rows = Vec::new();
    for one in sub_accounts(&desk).await? {
        if one.held > 0 {
            rows.push(held_row(&desk, &one).await?);
        }
    }
    let query = SubscriptionQuery {
        filter: String::new(),
        sort: "name".to_owned(),
        page: PageRequest::new(Some(200), None)?,
    };
    let found = subscription_list(desk.p(), &desk.ctx, &query).await?.items;
    let buyers = Mentions::accounts(found.iter().map(|one| one.customer_id));
    let names = Names::of(desk.p(), &desk.ctx, &buyers).await?;
    let page = HeldUsagePage {
        rows,
        subscriptions: found
            .iter()
            .filter(|one| !one.commercial_state.is_final())
            .map(|one| {
                let name = format!("{} · {}", names.account(one.customer_id), one.name);
                (one.id.to_string().into(), name.into())
            })
            .collect(),
        state: desk.list(None),
    };
    respond::page(page.page(desk.app()))
}

async fn held_row(desk: &Desk, one: &SubAccount) -> Result<HeldRow> {
    let query = HeldQuery {
        state: Some(HeldState::Held),
        sub_account: Some((one.source.clone(), one.external_id.clone())),
        page: PageRequest::new(Some(200), None)?,
    };
    let found = metering::held_list(desk.p(), &desk.ctx, &query).await?;
    let day = |record: &HeldRecord| record.record.starts_at.date_in(&desk.zone);
    let today = desk.today();
    let first = found.items.iter().map(day).min().unwrap_or(today);
    let last = found.items.iter().map(day).max().unwrap_or(today);
    let mut cost = Txt::default();
    if found.next.is_none()
        && let Some(currency) = found.items.first().map(|record| record.record.currency)
    {
        let mut sum = rust_decimal::Decimal::ZERO;
        for record in &found.items {
            sum = tradewind_kernel::decimal::add(sum, record.record.cost)?;
        }
        cost = desk.t().price(sum, currency);
    }
    Ok(HeldRow {
        account: mark(one).into(),
        name: one.name.clone().into(),
        records: whole(one.held),
        days: (first, last),
        cost,
        suggestion: Txt::default(),
    })
}

/// `POST /panel/usage/held`: says whose records they are.
pub(crate) async fn assign(desk: Desk, sent: Sent) -> Answer {
    let subscription_id: SubscriptionId = sent
        .get("subscription")
        .parse()
        .map_err(|error: Error| error.at("subscription"))?;
    let known = sub_accounts(&desk).await?;
    let asked = sent.get("source_account");
    let one = known
        .into_iter()
        .find(|one| mark(one) == asked)
        .ok_or_else(|| Error::NotFound {
            kind: "sub_account",
            id: asked.chars().take(60).collect(),
        })?;
    let input = SubAccountAssignment {
        source: one.source,
        external_id: one.external_id,
        subscription_id,
    };
    let done = metering::sub_account_assign(desk.p(), &desk.ctx, &input).await;
    changed(&desk, done, "/panel/usage/held", "usage-assigned")
}
