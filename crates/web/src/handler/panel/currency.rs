//! What a book has won and lost by what was owed in other currencies.

use tradewind_billing::service::{self as billing, BookCurrencySet};
use tradewind_billing::types::{BookCurrency, CurrencyAsk};
use tradewind_flows::currency::currency_csv;
use tradewind_kernel::time::parse_date;
use tradewind_kernel::{Currency, Error, Result};
use tradewind_policy::Action;

use super::desk::Desk;
use super::revenue::month;
use crate::form::Sent;
use crate::respond::{self, Answer};
use crate::view::panel::{CurrencyPage, CurrencyRow};
use crate::view::shared::FormState;

const HERE: &str = "/panel/ledger/currency";

async fn page(desk: &Desk, form: Option<FormState>) -> Result<CurrencyPage> {
    let (p, ctx) = (desk.p(), &desk.ctx);
    let policy = billing::book_currency_get(p, ctx, desk.account()).await?;
    let ask = CurrencyAsk {
        book_id: desk.account(),
        // What is no day asks for nothing in particular.
        from: parse_date("from", desk.ask("from")).ok(),
        months: None,
    };
    let (months, hindered) = match billing::currency_report(p, ctx, &ask).await {
        Ok(months) => (months, None),
        Err(error @ Error::Refused { .. }) => (Vec::new(), Some(respond::words(&desk.t(), &error))),
        Err(error) => return Err(error),
    };
    let rows = months.into_iter().map(|one| CurrencyRow {
        month: one.month,
        gain: one.gain,
        loss: one.loss,
        booked: one.booked,
    });
    let since = policy.since.strftime("%Y-%m").to_string();
    let currency = policy.currency.map_or("", |currency| currency.code());
    let kept = [
        ("book_currency", currency),
        ("valued_since", since.as_str()),
    ];
    Ok(CurrencyPage {
        rows: rows.collect(),
        hindered,
        state: desk.list(None),
        form: form.unwrap_or_else(|| FormState::of(kept)),
        currencies: Currency::all().map(|one| one.code().into()).collect(),
        change: desk.permit(Action::LedgerManage),
    })
}

/// `GET /panel/ledger/currency`.
pub(crate) async fn show(desk: Desk) -> Answer {
    respond::page(page(&desk, None).await?.page(desk.app()))
}

fn read(desk: &Desk, sent: &Sent) -> Result<BookCurrencySet> {
    let currency = match sent.get("book_currency") {
        "" => None,
        code => Some(Currency::parse(code).map_err(|error| error.at("book_currency"))?),
    };
    Ok(BookCurrencySet {
        book_id: desk.account(),
        policy: BookCurrency {
            currency,
            since: month("since", sent.get("valued_since"))?,
        },
    })
}

/// `POST /panel/ledger/currency`: in which currency the book is valued.
pub(crate) async fn save(desk: Desk, sent: Sent) -> Answer {
    let done = match read(&desk, &sent) {
        Ok(input) => billing::book_currency_set(desk.p(), &desk.ctx, &input).await,
        Err(error) => Err(error),
    };
    match done {
        Ok(_) => {
            let text = desk.t().tr("said-saved");
            Ok(respond::saying(HERE, true, &text))
        }
        Err(error) => {
            let form = respond::blame(&desk.t(), sent.state(), error, |field| match field {
                "since" => "valued_since".to_owned(),
                other => other.to_owned(),
            })?;
            respond::again(page(&desk, Some(form)).await?.page(desk.app()))
        }
    }
}

/// `GET /panel/ledger/currency.csv`: the postings behind a month.
pub(crate) async fn lines(desk: Desk) -> Answer {
    let month = parse_date("month", desk.ask("month"))?;
    let file = currency_csv(desk.p(), &desk.ctx, desk.account(), month).await?;
    let name = format!("currency-{}.csv", month.strftime("%Y-%m"));
    Ok(respond::file("text/csv; charset=utf-8", &name, file))
}
