//! Language and theme, the sandbox's clock, and the end of acting for someone.

use axum::{Router, response::Response, routing::post};
use tradewind_accounts::service::act_as_stop;
use tradewind_kernel::{
    Error, Locale, Result, Timestamp,
    calendar::{add_days, add_months},
    time::parse_date,
};
use tradewind_platform::realm::travel;

use crate::{
    form::Sent,
    respond::{self, Answer},
    session::{self, Anyone, SignedIn, Visit},
    view::shell::Theme,
};

/// A year in seconds: how long a preference is kept.
const YEAR: u32 = 365 * 24 * 3600;

pub(super) fn routes() -> Router {
    Router::new()
        .route("/preferences", post(preferences))
        .route("/clock/travel", post(clock_travel))
        .route("/act-as/end", post(act_as_end))
}

async fn preferences(Anyone(_): Anyone, sent: Sent) -> Response {
    let mut response = respond::to(respond::back(sent.get("back"), "/"));
    if let Ok(locale) = Locale::parse(sent.get("lang")) {
        let keep = respond::keep;
        keep(
            &mut response,
            session::LANGUAGE,
            locale.tag(),
            Some(YEAR),
            false,
        );
    }
    if let Some(theme) = sent.some("theme") {
        let theme = match Theme::parse(&theme) {
            Theme::Light => "light",
            Theme::Dark => "dark",
            Theme::System => "system",
        };
        respond::keep(&mut response, session::THEME, theme, Some(YEAR), false);
    }
    response
}

async fn clock_travel(SignedIn(visit): SignedIn, sent: Sent) -> Answer {
    let back = respond::back(sent.get("back"), visit.home());
    let moved = match target(&visit, &sent) {
        Ok(to) => travel(visit.p(), &visit.ctx, to).await,
        Err(error) => Err(error),
    };
    respond::changed(&visit, moved, back, "clock-moving")
}

/// A day or a month on, or the beginning of the day that was named.
fn target(visit: &Visit, sent: &Sent) -> Result<Timestamp> {
    let now = visit.ctx.now;
    let from = visit.realm.clock_target.unwrap_or(now);
    let today = from.date_in(&visit.zone);
    let into_day = from.since(visit.zone.start_of_day(today));
    let day = match sent.get("by") {
        "P1D" => add_days(today, 1)?,
        "P1M" => add_months(today, 1)?,
        "" => return Ok(visit.zone.start_of_day(parse_date("to", sent.get("to"))?)),
        _ => {
            return Err(Error::invalid("by", "unknown_value", "expected P1D or P1M"));
        }
    };
    visit.zone.start_of_day(day).plus(into_day)
}

async fn act_as_end(SignedIn(visit): SignedIn) -> Answer {
    let session = visit.session()?.session;
    act_as_stop(visit.p(), &visit.ctx, session).await?;
    Ok(respond::to("/panel/customers"))
}
