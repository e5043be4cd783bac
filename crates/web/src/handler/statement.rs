//! Statements of account: a buyer's own with its seller, and those of a seller's buyers.

use axum::{Router, routing::get};
use tradewind_accounts::service as accounts;
use tradewind_billing::{
    rules::statement::month_of,
    service::{StatementOf, statement_get},
    types::Statement,
};
use tradewind_flows::statement::{movement_about, movement_name, statement_csv, statement_pdf};
use tradewind_kernel::{Date, Error, Result, calendar::add_days, id::AccountId, time::parse_date};

use super::{
    names::{Mentions, Names},
    panel::desk::Desk,
};
use crate::{
    respond::{self, Answer},
    session::{Customer, Id, Visit},
    view::{
        kit::Txt,
        shared::{MovementRow, StatementPage},
    },
};

/// The routes of both sides.
pub(super) fn routes() -> Router {
    Router::new()
        .route("/my/statement", get(my_show))
        .route("/my/statement/pdf", get(my_pdf))
        .route("/my/statement.csv", get(my_csv))
        .route("/panel/statement", get(our_show))
        .route("/panel/statement/pdf", get(our_pdf))
        .route("/panel/statement.csv", get(our_csv))
        .route("/panel/customers/{id}/statement", get(their_show))
        .route("/panel/customers/{id}/statement/pdf", get(their_pdf))
        .route("/panel/customers/{id}/statement.csv", get(their_csv))
}

struct Whose {
    seller_id: AccountId,
    buyer_id: AccountId,
    here: String,
    base: &'static str,
    /// Text key or name, and address.
    under: (Txt, Txt),
    /// The name of the buyer, for its seller.
    buyer: Option<Txt>,
}

/// The reader's own account and the seller above it.
async fn own(visit: &Visit, base: &'static str, under: &'static str) -> Result<Whose> {
    let own = accounts::account_get(visit.p(), &visit.ctx, visit.account()).await?;
    let seller_id = own.parent.ok_or_else(|| Error::not_found(own.id))?;
    let key = if base == "/my" {
        "nav-invoices"
    } else {
        "nav-invoices-received"
    };
    Ok(Whose {
        seller_id,
        buyer_id: own.id,
        here: format!("{base}/statement"),
        base,
        under: (visit.t().tr(key), under.into()),
        buyer: None,
    })
}

async fn mine(visit: &Visit) -> Result<Whose> {
    own(visit, "/my", "/my/invoices").await
}

async fn ours(desk: &Desk) -> Result<Whose> {
    own(desk, "/panel", "/panel/invoices/received").await
}

/// A buyer of the reader's account.
async fn theirs(desk: &Desk, buyer: AccountId) -> Result<Whose> {
    let account = accounts::account_get(desk.p(), &desk.ctx, buyer).await?;
    let above = format!("/panel/customers/{buyer}");
    Ok(Whose {
        seller_id: desk.account(),
        buyer_id: buyer,
        here: format!("{above}/statement"),
        base: "/panel",
        under: (account.name.clone().into(), above.into()),
        buyer: Some(account.name.into()),
    })
}

/// The days that are asked for; the month until today when none are.
fn asked(visit: &Visit, whose: &Whose) -> Result<StatementOf> {
    let day = |name: &str| {
        let text = visit.ask(name);
        (!text.is_empty())
            .then(|| parse_date(name, text))
            .transpose()
    };
    Ok(StatementOf {
        seller_id: whose.seller_id,
        buyer_id: whose.buyer_id,
        currency: None,
        from: day("from")?,
        until: day("until")?,
    })
}

async fn show(visit: &Visit, whose: Whose) -> Answer {
    let of = asked(visit, &whose)?;
    let (p, ctx, t) = (visit.p(), &visit.ctx, visit.t());
    let found = statement_get(p, ctx, &of).await?;
    let other = match &whose.buyer {
        Some(name) => t.with("statement-between", &[("name", name)]),
        None => {
            let seller = Mentions::accounts([whose.seller_id]);
            let name = Names::of(p, ctx, &seller).await?.account(whose.seller_id);
            t.with("statement-between", &[("name", &name)])
        }
    };
    let page = StatementPage {
        others: others(visit, &whose, &found)?,
        here: whose.here.clone().into(),
        under: whose.under.clone(),
        other,
        from: found.from,
        until: found.until,
        opening: found.opening,
        closing: found.closing,
        owed: found.owed,
        credit: found.credit,
        moves: rows(visit, &whose, &found),
        aged_on: found.aged_on,
        ageing: found
            .ageing
            .buckets()
            .into_iter()
            .map(|(word, amount)| (age_key(word), amount))
            .collect(),
    };
    respond::page(page.page(visit.app()))
}

fn age_key(word: &str) -> &'static str {
    match word {
        "30" => "statement-age-30",
        "60" => "statement-age-60",
        "90" => "statement-age-90",
        "older" => "statement-age-older",
        _ => "statement-age-not-due",
    }
}

fn rows(visit: &Visit, whose: &Whose, found: &Statement) -> Vec<MovementRow> {
    let locale = visit.ctx.locale;
    let row = |one: &tradewind_billing::types::StatementMovement| MovementRow {
        on: one.posted_on,
        name: movement_name(locale, one).into(),
        about: movement_about(locale, one).into(),
        href: one
            .invoice_id
            .map(|id| format!("{}/invoices/{id}", whose.base).into()),
        amount: one.amount,
        balance: one.balance,
    };
    found.movements.iter().map(row).collect()
}

/// The month before the first day, and the one after the last unless that has not begun.
fn others(visit: &Visit, whose: &Whose, found: &Statement) -> Result<Vec<(Txt, Txt)>> {
    let t = visit.t();
    let month = |key: &str, day: Date| -> Result<(Txt, Txt)> {
        let (from, until) = month_of(day)?;
        let href = format!("{}?from={from}&until={until}", whose.here);
        Ok((t.tr(key), href.into()))
    };
    let mut others = vec![month("statement-before", add_days(found.from, -1)?)?];
    let next = add_days(found.until, 1)?;
    if next <= visit.today() {
        others.push(month("statement-after", next)?);
    }
    Ok(others)
}

async fn pdf(visit: &Visit, whose: Whose) -> Answer {
    let of = asked(visit, &whose)?;
    let (name, bytes) = statement_pdf(visit.p(), &visit.ctx, &of).await?;
    Ok(respond::file("application/pdf", &name, bytes))
}

async fn csv(visit: &Visit, whose: Whose) -> Answer {
    let of = asked(visit, &whose)?;
    let (name, bytes) = statement_csv(visit.p(), &visit.ctx, &of).await?;
    Ok(respond::file("text/csv; charset=utf-8", &name, bytes))
}

/// `GET /my/statement`.
async fn my_show(Customer(visit): Customer) -> Answer {
    let whose = mine(&visit).await?;
    show(&visit, whose).await
}

/// `GET /my/statement/pdf`.
async fn my_pdf(Customer(visit): Customer) -> Answer {
    let whose = mine(&visit).await?;
    pdf(&visit, whose).await
}

/// `GET /my/statement.csv`.
async fn my_csv(Customer(visit): Customer) -> Answer {
    let whose = mine(&visit).await?;
    csv(&visit, whose).await
}

/// `GET /panel/statement`: of the reader's account with the seller above it.
async fn our_show(desk: Desk) -> Answer {
    let whose = ours(&desk).await?;
    show(&desk, whose).await
}

/// `GET /panel/statement/pdf`.
async fn our_pdf(desk: Desk) -> Answer {
    let whose = ours(&desk).await?;
    pdf(&desk, whose).await
}

/// `GET /panel/statement.csv`.
async fn our_csv(desk: Desk) -> Answer {
    let whose = ours(&desk).await?;
    csv(&desk, whose).await
}

/// `GET /panel/customers/{id}/statement`.
async fn their_show(desk: Desk, Id(id): Id<AccountId>) -> Answer {
    let whose = theirs(&desk, id).await?;
    show(&desk, whose).await
}

/// `GET /panel/customers/{id}/statement/pdf`.
async fn their_pdf(desk: Desk, Id(id): Id<AccountId>) -> Answer {
    let whose = theirs(&desk, id).await?;
    pdf(&desk, whose).await
}

/// `GET /panel/customers/{id}/statement.csv`.
async fn their_csv(desk: Desk, Id(id): Id<AccountId>) -> Answer {
    let whose = theirs(&desk, id).await?;
    csv(&desk, whose).await
}
