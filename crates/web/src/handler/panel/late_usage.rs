//! Usage that came too late to count by itself: the window, the queue, and decisions about many at once.

use tradewind_kernel::{Error, Result};
use tradewind_metering::service::{self as metering, ReviewQuery};
use tradewind_metering::types::{LatePolicy, RecordName, ReviewDecide, ReviewState, ReviewedUsage};
use tradewind_policy::Action;

use super::super::names::{Mentions, Names};
use super::desk::Desk;
use crate::form::Sent;
use crate::respond::{self, Answer};
use crate::view::panel::{LateUsagePage, LateUsageRow};
use crate::view::shared::FormState;

/// Records of one page of the queue at most.
const MOST: usize = 200;

/// `GET /panel/usage/late`.
pub(crate) async fn list(desk: Desk) -> Answer {
    let page = page(&desk, None, None).await?;
    respond::page(page.page(desk.app()))
}

/// The page as it stands, or with what was sent and is wrong.
async fn page(
    desk: &Desk,
    window: Option<FormState>,
    decision: Option<FormState>,
) -> Result<LateUsagePage> {
    let (p, ctx) = (desk.p(), &desk.ctx);
    let policy = metering::late_policy_get(p, ctx).await?;
    let query = ReviewQuery {
        state: Some(state_of(desk.ask("view"))),
        subscription: None,
        page: desk.page()?,
    };
    let found = metering::review_list(p, ctx, &query).await?;
    let subscriptions = found.items.iter().map(|one| one.record.subscription_id);
    let mentions = Mentions::default().subscriptions(subscriptions);
    let names = Names::of(p, ctx, &mentions).await?;
    let t = desk.t();
    let row = |one: &ReviewedUsage| {
        let record = &one.record;
        let name = (&record.source, &record.external_id);
        Ok(LateUsageRow {
            name: serde_json::to_string(&name)
                .map_err(Error::internal)?
                .into(),
            record: record.external_id.clone().into(),
            source: record.source.clone().into(),
            subscription: names.subscribed(record.subscription_id),
            subscription_id: record.subscription_id.to_string().into(),
            meter: record.meter.clone().into(),
            month: one.period_on,
            quantity: format!("{} {}", t.num(record.quantity), record.unit)
                .trim_end()
                .to_owned()
                .into(),
            received: one.received_at,
            state: one.state.as_str().into(),
            reason: one.reason.clone().into(),
        })
    };
    Ok(LateUsagePage {
        rows: found.items.iter().map(row).collect::<Result<_>>()?,
        state: desk.list(found.next),
        decide: desk.permit(Action::UsageImport),
        window: window.unwrap_or_else(|| filled(policy)),
        decision: decision.unwrap_or_default(),
    })
}

fn filled(policy: LatePolicy) -> FormState {
    let days = policy.window_days.map(|days| days.to_string());
    FormState::of([
        ("window_days", days.as_deref().unwrap_or_default()),
        ("late_as", policy.late_as.as_str()),
    ])
}

/// The records that a view of the queue shows.
fn state_of(view: &str) -> ReviewState {
    match view {
        "count" => ReviewState::Count,
        "later" => ReviewState::CountLater,
        "discarded" => ReviewState::Discarded,
        "counted" => ReviewState::Counted,
        _ => ReviewState::Waiting,
    }
}

/// `POST /panel/usage/late/window`.
pub(crate) async fn save_window(desk: Desk, sent: Sent) -> Answer {
    let done = match read_window(&sent) {
        Ok(policy) => metering::late_policy_set(desk.p(), &desk.ctx, &policy).await,
        Err(error) => Err(error),
    };
    match done {
        Ok(_) => {
            let text = desk.t().tr("said-saved");
            Ok(respond::saying("/panel/usage/late", true, &text))
        }
        Err(error) => {
            let form = respond::wrong(&desk.t(), sent.state(), error)?;
            respond::again(page(&desk, Some(form), None).await?.page(desk.app()))
        }
    }
}

fn read_window(sent: &Sent) -> Result<LatePolicy> {
    let window_days = match sent.some("window_days") {
        None => None,
        Some(text) => Some(text.parse().map_err(|_| {
            Error::invalid("window_days", "not_a_number", "expected a number of days")
        })?),
    };
    let late_as = sent.get("late_as");
    Ok(LatePolicy {
        window_days,
        late_as: late_as
            .parse()
            .map_err(|error: Error| error.at("late_as"))?,
    })
}

/// `POST /panel/usage/late`: decides about the records that were picked, or all that are shown.
pub(crate) async fn decide(desk: Desk, sent: Sent) -> Answer {
    let done = match read(&sent) {
        Ok(input) => metering::review_decide(desk.p(), &desk.ctx, &input).await,
        Err(error) => Err(error),
    };
    match done {
        Ok(done) => {
            let count = u32::try_from(done.changed).unwrap_or(u32::MAX);
            let text = desk.t().count("late-decided", count);
            Ok(respond::saying("/panel/usage/late", true, &text))
        }
        Err(error) => {
            let form = respond::blame(&desk.t(), sent.state(), error, |field| match field {
                "records" => String::new(),
                field => field.to_owned(),
            })?;
            respond::again(page(&desk, None, Some(form)).await?.page(desk.app()))
        }
    }
}

fn read(sent: &Sent) -> Result<ReviewDecide> {
    let all = !sent.get("all_shown").is_empty();
    let mut records = Vec::new();
    for row in 0..MOST {
        let name = sent.raw(&format!("record.{row}"));
        if name.is_empty() {
            break;
        }
        if all || !sent.get(&format!("pick.{row}")).is_empty() {
            let (source, external_id) = serde_json::from_str(name).map_err(|_| {
                Error::invalid("records", "malformed", "expected the name of a record")
            })?;
            records.push(RecordName {
                source,
                external_id,
            });
        }
    }
    let decision = sent.get("verdict");
    Ok(ReviewDecide {
        records,
        group: None,
        decision: decision
            .parse()
            .map_err(|error: Error| error.at("verdict"))?,
        reason: sent.get("reason").to_owned(),
    })
}
