//! What currencies are worth in others.

use std::collections::BTreeMap;

use tradewind_catalogue::service as catalogue;
use tradewind_catalogue::types::{FxRate, RateFile, RateImport, RateSet};
use tradewind_kernel::decimal::{Limits, parse_decimal};
use tradewind_kernel::time::parse_date;
use tradewind_kernel::{Currency, Date, Problems, Result, Zone};
use tradewind_policy::Action;

use super::desk::Desk;
use crate::form::Sent;
use crate::respond::{self, Answer};
use crate::view::kit::Txt;
use crate::view::panel::{ExchangeRateRow, ExchangeRatesPage};
use crate::view::shared::FormState;

const HERE: &str = "/panel/exchange-rates";

/// `GET /panel/exchange-rates`.
pub(crate) async fn list(desk: Desk) -> Answer {
    respond::page(page(&desk, None, None).await?.page(desk.app()))
}

async fn page(
    desk: &Desk,
    form: Option<FormState>,
    file: Option<FormState>,
) -> Result<ExchangeRatesPage> {
    let today = desk.ctx.now.date_in(&Zone::utc());
    let mut pairs: BTreeMap<(Currency, Currency), ExchangeRateRow> = BTreeMap::new();
    for rate in catalogue::rates_around(desk.p(), &desk.ctx, today).await? {
        let row = pairs
            .entry((rate.base, rate.quote))
            .or_insert_with(|| pair(&rate));
        take(desk, row, &rate, today);
    }
    let day = today.to_string();
    Ok(ExchangeRatesPage {
        rows: pairs.into_values().collect(),
        state: desk.list(None),
        currencies: Currency::all().map(|one| one.code().into()).collect(),
        form: form.unwrap_or_else(|| {
            FormState::of([
                ("base", "EUR"),
                ("quote", "USD"),
                ("rate_from", day.as_str()),
            ])
        }),
        file: file.unwrap_or_else(|| FormState::of([("file_base", "EUR")])),
        change: desk.permit(Action::PriceBookManage),
    })
}

fn pair(rate: &FxRate) -> ExchangeRateRow {
    ExchangeRateRow {
        base: rate.base.code().into(),
        quote: rate.quote.code().into(),
        now: None,
        source: Txt::default(),
        next: None,
    }
}

/// Up to today it holds; after that it is the next.
fn take(desk: &Desk, row: &mut ExchangeRateRow, rate: &FxRate, today: Date) {
    let told = (desk.t().num(rate.rate), rate.effective_on);
    if rate.effective_on <= today {
        row.now = Some(told);
        row.source = rate.source.clone().into();
    } else {
        row.next = Some(told);
    }
}

/// `POST /panel/exchange-rates`: a rate from a day on.
pub(crate) async fn add(desk: Desk, sent: Sent) -> Answer {
    let done = match read(&sent) {
        Ok(input) => catalogue::rate_set(desk.p(), &desk.ctx, &input).await,
        Err(error) => Err(error),
    };
    match done {
        Ok(_) => {
            let text = desk.t().tr("said-saved");
            Ok(respond::saying(HERE, true, &text))
        }
        Err(error) => {
            let form = respond::blame(&desk.t(), sent.state(), error, |field| match field {
                "rate" => "exchange_rate".to_owned(),
                "source" => "rate_source".to_owned(),
                "effective_on" => "rate_from".to_owned(),
                other => other.to_owned(),
            })?;
            respond::again(page(&desk, Some(form), None).await?.page(desk.app()))
        }
    }
}

fn currency(sent: &Sent, field: &str) -> Result<Currency> {
    Currency::parse(sent.get(field)).map_err(|error| error.at(field))
}

fn read(sent: &Sent) -> Result<RateSet> {
    let mut problems = Problems::new();
    let base = problems.check(currency(sent, "base"));
    let quote = problems.check(currency(sent, "quote"));
    let effective_on = problems.check(parse_date("rate_from", sent.get("rate_from")));
    let number = sent.get("exchange_rate");
    let rate = problems.check(parse_decimal("exchange_rate", number, &Limits::any()));
    problems.finish()?;
    let known = base.zip(quote).zip(effective_on.zip(rate));
    let ((base, quote), (effective_on, rate)) =
        known.ok_or_else(|| tradewind_kernel::Error::internal("a field without a problem"))?;
    Ok(RateSet {
        base,
        quote,
        effective_on,
        rate,
        source: sent.get("rate_source").to_owned(),
    })
}

/// `POST /panel/exchange-rates/import`: the rates of a file.
pub(crate) async fn import(desk: Desk, sent: Sent) -> Answer {
    let done = match currency(&sent, "file_base") {
        Ok(base) => {
            let file = RateFile {
                text: sent.raw("file").to_owned(),
                base,
                both_ways: sent.some("both_ways").is_some(),
                source: sent.get("file_source").to_owned(),
            };
            catalogue::rate_import(desk.p(), &desk.ctx, &file).await
        }
        Err(error) => Err(error),
    };
    match done {
        Ok(report) => Ok(respond::saying(HERE, true, &told(&desk, &report))),
        Err(error) => {
            let both_ways = if sent.some("both_ways").is_some() {
                "on"
            } else {
                ""
            };
            let kept = FormState::of([
                ("file_base", sent.get("file_base")),
                ("file_source", sent.get("file_source")),
                ("both_ways", both_ways),
            ]);
            // What is wrong with a row is wrong with the file.
            let form = respond::blame(&desk.t(), kept, error, |field| match field {
                "source" => "file_source".to_owned(),
                "file_base" => "file_base".to_owned(),
                _ => "file".to_owned(),
            })?;
            respond::again(page(&desk, None, Some(form)).await?.page(desk.app()))
        }
    }
}

fn told(desk: &Desk, report: &RateImport) -> String {
    let t = desk.t();
    let counts = [
        ("added", report.added),
        ("replaced", report.replaced),
        ("known", report.known),
    ]
    .map(|(name, count)| (name, count.to_string()));
    let args: Vec<(&str, &str)> = counts
        .iter()
        .map(|(name, count)| (*name, count.as_str()))
        .collect();
    let mut text = t.with("exchange-rates-imported", &args).into_owned();
    if !report.unknown.is_empty() {
        let names = report.unknown.join(", ");
        text.push(' ');
        text.push_str(&t.with("exchange-rates-unknown", &[("names", &names)]));
    }
    text
}
