//! Books that are valued in one currency: what is won and lost by what was owed in others, and the end of each month books it.

use std::collections::{BTreeMap, HashMap};

use serde::{Deserialize, Serialize};
use serde_json::json;
use tradewind_catalogue::{service::rate_on, types::FxUse};
use tradewind_kernel::{
    Currency, Date, Decimal, Error, Money, Result,
    calendar::{add_days, add_months},
    id::{AccountId, TransactionId},
    time::parse_date,
};
use tradewind_platform::{AuditEntry, OpCtx, Platform, Work};
use tradewind_policy::Action;
use utoipa::ToSchema;

use super::{books::authorize_to, posting, realm, revenue::today, rounds::Round};
use crate::{
    rules::{
        currency::Valuation,
        ledger::{self, Header},
        revenue::{bounds, usual_start},
    },
    store::{books, currency as store, ledger as entries},
    types::{
        BookCurrency, CurrencyAsk, CurrencyDifference, CurrencyMonth, ForeignPosting, LedgerAccount,
    },
};

/// Postings that are read at once.
const PAGE: i64 = 2_000;

/// In which currency a book is valued.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct BookCurrencySet {
    /// Whose.
    pub book_id: AccountId,
    /// In which.
    pub policy: BookCurrency,
}

/// In which currency a book is valued.
///
/// # Errors
/// `NotFound`, `Forbidden`.
pub async fn book_currency_get(p: &Platform, ctx: &OpCtx, book: AccountId) -> Result<BookCurrency> {
    p.read(ctx, &book, |w, book| {
        Box::pin(async move {
            authorize_to(w, Action::LedgerView, *book).await?;
            let realm = realm(w);
            let found = store::policy(&mut w.tx, realm, *book).await?;
            let usual = BookCurrency {
                currency: None,
                since: today(w, *book).await?.first_of_month(),
            };
            Ok(found.map_or(usual, |(policy, _)| policy))
        })
    })
    .await
}

/// Sets in which currency a book is valued, from a month on. Months that are booked already stay as they are; what is owed by the new
/// beginning counts at the rate of that day.
///
/// # Errors
/// `since` in a month that is booked or closed; `no_exchange_rate` for what is owed by then; `NotFound`, `Forbidden`.
pub async fn book_currency_set(
    p: &Platform,
    ctx: &OpCtx,
    input: &BookCurrencySet,
) -> Result<BookCurrency> {
    p.command(ctx, "ledger.currency_set", input, |w, input| {
        Box::pin(async move {
            let (realm, book) = (realm(w), input.book_id);
            authorize_to(w, Action::LedgerManage, book).await?;
            parse_date("since", &input.policy.since.to_string())?;
            let closed = books::hold(&mut w.tx, realm, book).await?;
            let known = store::policy(&mut w.tx, realm, book).await?;
            let booked = known.and_then(|(_, booked)| booked);
            let policy = BookCurrency {
                currency: input.policy.currency,
                since: input.policy.since.first_of_month(),
            };
            let taken = |until: Date| policy.since <= until;
            if policy.currency.is_some() && (closed.is_some_and(taken) || booked.is_some_and(taken))
            {
                let text = "expected a month that is neither closed nor booked already";
                return Err(Error::invalid("since", "period_closed", text));
            }
            if let Some(currency) = policy.currency {
                // Whoever owes already is known to have a rate.
                Replay::begin(w, book, currency, policy.since).await?;
            }
            store::set_policy(&mut w.tx, realm, book, &policy).await?;
            w.audit(AuditEntry {
                action: "ledger.currency_set",
                kind: "account",
                id: book.to_string(),
                account: book,
                summary: json!({ "after": policy }),
            });
            Ok(policy)
        })
    })
    .await
}

/// What a book has won and lost by what was owed in other currencies, by month up to the current one; nothing for months in which it was
/// not valued.
///
/// # Errors
/// `months`; `no_exchange_rate` when a rate is missing; `NotFound`, `Forbidden`.
pub async fn currency_report(
    p: &Platform,
    ctx: &OpCtx,
    ask: &CurrencyAsk,
) -> Result<Vec<CurrencyMonth>> {
    p.read(ctx, ask, |w, ask| {
        Box::pin(async move {
            authorize_to(w, Action::LedgerView, ask.book_id).await?;
            let today = today(w, ask.book_id).await?;
            let from = match ask.from {
                Some(from) => from,
                None => usual_start(today)?,
            };
            let bounds = bounds(from, ask.months.unwrap_or(12))?;
            let Some((currency, since)) = valued(w, ask.book_id).await? else {
                return Ok(Vec::new());
            };
            let until = bounds.last().map_or(today, |end| today.min(*end));
            let realm = realm(w);
            let booked = store::booked(&mut w.tx, realm, ask.book_id, since).await?;
            let by_month = by_month(w, ask.book_id, (currency, since), until).await?;
            let zero = Money::zero(currency);
            let shown = bounds.windows(2).filter_map(|pair| pair.first());
            let shown = shown.filter(|month| since <= **month && **month <= today);
            shown
                .map(|month| {
                    let (gain, loss) = by_month.get(month).copied().unwrap_or((zero, zero));
                    let booked = booked.iter().find(|(on, ..)| on == month);
                    Ok(CurrencyMonth {
                        month: *month,
                        gain,
                        loss,
                        booked: booked.map(|(_, gain, loss)| gain.sub(*loss)).transpose()?,
                    })
                })
                .collect()
        })
    })
    .await
}

/// What each posting of a month has won or lost.
///
/// # Errors
/// As [`currency_report`].
pub async fn currency_lines(
    p: &Platform,
    ctx: &OpCtx,
    book: AccountId,
    month: Date,
) -> Result<Vec<CurrencyDifference>> {
    p.read(ctx, &(book, month), |w, (book, month)| {
        Box::pin(async move {
            authorize_to(w, Action::LedgerView, *book).await?;
            let Some((currency, since)) = valued(w, *book).await? else {
                return Ok(Vec::new());
            };
            let first = month.first_of_month();
            let last = add_days(add_months(first, 1)?, -1)?;
            let mut lines = Vec::new();
            let replay = Replay::begin(w, *book, currency, since).await?;
            let note = |one: CurrencyDifference| {
                if one.posting.posted_on >= first && !one.difference.is_zero() {
                    lines.push(one);
                }
                Ok(())
            };
            replay.run(w, (since, last), note).await?;
            Ok(lines)
        })
    })
    .await
}

/// Books the months that are over of all books that are valued. Returns how many months those were; done again, it finds nothing. A
/// book that lacks a rate waits for it.
///
/// # Errors
/// `Forbidden`; database errors.
pub async fn currency_book_all(p: &Platform, ctx: &OpCtx) -> Result<u64> {
    let mut done = 0;
    let mut last = None;
    while let Some(book) = Round::Currency.next(p, ctx, last).await? {
        match currency_book(p, ctx, book).await {
            Ok(months) => done += months,
            Err(Error::Refused {
                code: "no_exchange_rate",
                message,
            }) => {
                tracing::warn!(%book, "currency differences not booked: {message}");
            }
            Err(other) => return Err(other),
        }
        last = Some(book);
    }
    Ok(done)
}

/// Books the months of a book that are over and not booked. Returns how many those were.
///
/// # Errors
/// `no_exchange_rate`; `NotFound`, `Forbidden`; database errors.
pub async fn currency_book(p: &Platform, ctx: &OpCtx, book: AccountId) -> Result<u64> {
    let ctx = OpCtx {
        idempotency_key: None,
        ..ctx.clone()
    };
    p.command(&ctx, "ledger.currency_book", &book, |w, book| {
        Box::pin(async move {
            authorize_to(w, Action::LedgerManage, *book).await?;
            let realm = realm(w);
            books::hold(&mut w.tx, realm, *book).await?;
            let before = today(w, *book).await?.first_of_month();
            book_before(w, *book, before).await
        })
    })
    .await
}

/// Books the months of a book before one; it is held. What was booked late into months that are booked already counts with the first.
/// Returns how many.
pub(super) async fn book_before(w: &mut Work, book: AccountId, before: Date) -> Result<u64> {
    let Some((currency, since)) = valued(w, book).await? else {
        return Ok(0);
    };
    let realm = realm(w);
    let policy = store::policy(&mut w.tx, realm, book).await?;
    let mut month = match policy.and_then(|(_, booked)| booked) {
        Some(booked) => add_months(booked, 1)?.max(since),
        None => since,
    };
    if month >= before {
        return Ok(0);
    }
    let by_month = by_month(w, book, (currency, since), add_days(before, -1)?).await?;
    let zero = Money::zero(currency);
    let (mut gain, mut loss) = (zero, zero);
    for (_, booked_gain, booked_loss) in store::booked(&mut w.tx, realm, book, since).await? {
        gain = gain.sub(booked_gain)?;
        loss = loss.sub(booked_loss)?;
    }
    for (_, (won, lost)) in by_month.range(..month) {
        gain = gain.add(*won)?;
        loss = loss.add(*lost)?;
    }
    let mut done = 0;
    while month < before {
        if let Some((won, lost)) = by_month.get(&month) {
            gain = gain.add(*won)?;
            loss = loss.add(*lost)?;
        }
        let next = add_months(month, 1)?;
        let name = month.strftime("%Y-%m");
        let header = Header {
            posted_on: add_days(next, -1)?,
            document_id: format!("currency-{name}"),
            text: format!("currency differences of {name}"),
        };
        let id = TransactionId::generate();
        let entry = ledger::currency_differences(book, &header, gain, loss)?;
        let entry_id = entry.as_ref().map(|_| id);
        posting::post(w, entry.map(|entry| (id, entry)).into_iter().collect()).await?;
        store::book_month(&mut w.tx, realm, book, month, (gain, loss), entry_id).await?;
        (gain, loss) = (zero, zero);
        month = next;
        done += 1;
    }
    Ok(done)
}

/// In which currency a book is valued, and since when; nothing when it is not.
async fn valued(w: &mut Work, book: AccountId) -> Result<Option<(Currency, Date)>> {
    let realm = realm(w);
    let found = store::policy(&mut w.tx, realm, book).await?;
    Ok(found.and_then(|(policy, _)| policy.currency.map(|currency| (currency, policy.since))))
}

/// Won and lost by first day of the month, up to and including a day.
async fn by_month(
    w: &mut Work,
    book: AccountId,
    (currency, since): (Currency, Date),
    until: Date,
) -> Result<BTreeMap<Date, (Money, Money)>> {
    let mut months: BTreeMap<Date, (Money, Money)> = BTreeMap::new();
    let replay = Replay::begin(w, book, currency, since).await?;
    let note = |one: CurrencyDifference| {
        let zero = Money::zero(currency);
        let month = one.posting.posted_on.first_of_month();
        let (gain, loss) = months.entry(month).or_insert((zero, zero));
        if one.difference.minor > 0 {
            *gain = gain.add(one.difference)?;
        } else {
            *loss = loss.sub(one.difference)?;
        }
        Ok(())
    };
    replay.run(w, (since, until), note).await?;
    Ok(months)
}

/// The postings of a book in other currencies, one after the other, from a beginning on.
struct Replay {
    book: AccountId,
    currency: Currency,
    valuation: Valuation,
    rates: HashMap<(Currency, Date), Decimal>,
}

impl Replay {
    /// With what is owed by the beginning, at the rate of its first day.
    async fn begin(w: &mut Work, book: AccountId, currency: Currency, since: Date) -> Result<Self> {
        let mut replay = Self {
            book,
            currency,
            valuation: Valuation::new(currency),
            rates: HashMap::new(),
        };
        let realm = realm(w);
        let eve = add_days(since, -1)?;
        for one in entries::balances(&mut w.tx, realm, book, eve).await? {
            if one.currency != currency && !one.balance.is_zero() && is_owed(&one.account)? {
                let rate = replay.rate(w, one.currency, since).await?;
                replay.valuation.open(&one.account, one.balance, rate)?;
            }
        }
        Ok(replay)
    }

    async fn run(
        mut self,
        w: &mut Work,
        span: (Date, Date),
        mut note: impl FnMut(CurrencyDifference) -> Result<()> + Send,
    ) -> Result<()> {
        let realm = realm(w);
        let mut last: Option<ForeignPosting> = None;
        loop {
            let (book, other_than) = (self.book, self.currency);
            let after = last.as_ref();
            let page =
                store::postings(&mut w.tx, realm, book, span, other_than, after, PAGE).await?;
            for posting in &page {
                if !is_owed(&posting.account)? {
                    continue;
                }
                let rate = self
                    .rate(w, posting.amount.currency, posting.posted_on)
                    .await?;
                if let Some(difference) = self.valuation.post(posting, rate)? {
                    note(difference)?;
                }
            }
            let full = page.len() as i64 == PAGE;
            last = page.into_iter().next_back().filter(|_| full);
            if last.is_none() {
                return Ok(());
            }
        }
    }

    async fn rate(&mut self, w: &mut Work, of: Currency, day: Date) -> Result<Decimal> {
        if let Some(rate) = self.rates.get(&(of, day)) {
            return Ok(*rate);
        }
        let rate = rate_on(w, of, self.currency, day).await?.rate;
        self.rates.insert((of, day), rate);
        Ok(rate)
    }
}

fn is_owed(account: &str) -> Result<bool> {
    let parsed: Result<LedgerAccount> = account.parse();
    let known = parsed.map_err(|_| Error::internal(format!("unknown account {account}")))?;
    Ok(known.is_owed())
}

/// What a currency is worth in that of a book on a day; none where it is the same, where the book is not valued by then, or where
/// no rate is known.
///
/// # Errors
/// Database errors.
pub(super) async fn book_rate(
    w: &mut Work,
    book: AccountId,
    currency: Currency,
    day: Date,
) -> Result<Option<FxUse>> {
    let realm = realm(w);
    let Some((policy, _)) = store::policy(&mut w.tx, realm, book).await? else {
        return Ok(None);
    };
    let valued = policy.currency.filter(|_| policy.since <= day);
    let Some(other) = valued.filter(|other| *other != currency) else {
        return Ok(None);
    };
    match rate_on(w, currency, other, day).await {
        Ok(rate) => Ok(Some(rate)),
        // Whoever closes the month is told; the document is issued all the same.
        Err(Error::Refused { .. }) => Ok(None),
        Err(error) => Err(error),
    }
}
