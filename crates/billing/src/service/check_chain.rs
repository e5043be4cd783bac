//! The chains of all books, computed again from what is stored.

use tradewind_kernel::{
    Result,
    id::{AccountId, TransactionId},
};
use tradewind_platform::{OpCtx, Platform, Work};

use super::{authorize_run, realm};
use crate::{
    rules::chain::{self, BEFORE_FIRST},
    store::{books, ledger},
    types::{ClosingAct, Finding},
};

/// Links that are looked at together.
const PAGE: i64 = 1_000;

/// What is wrong with the chains of the realm: of each, the first link that is not as it was sealed. And what was booked into closed months.
pub(super) async fn check(p: &Platform, ctx: &OpCtx) -> Result<Vec<Finding>> {
    let all = p.read(ctx, &(), |w, ()| {
        Box::pin(async move {
            authorize_run(w)?;
            let realm = realm(w);
            books::books(&mut w.tx, realm).await
        })
    });
    let mut found = Vec::new();
    for book in all.await? {
        let one = p.read(ctx, &book, |w, book| Box::pin(whole(w, *book)));
        found.extend(one.await?);
    }
    Ok(found)
}

/// One book, from one snapshot.
async fn whole(w: &mut Work, book: AccountId) -> Result<Vec<Finding>> {
    authorize_run(w)?;
    let realm = realm(w);
    let mut found: Vec<Finding> = broken(w, book).await?.into_iter().collect();
    if let Some(id) = books::stray(&mut w.tx, realm, book).await? {
        let text = format!("is in the book of {book}, not sealed, and does not wait for it");
        found.push(Finding::new("chain_stray", id, text));
    }
    found.extend(closed(w, book).await?);
    Ok(found)
}

async fn broken(w: &mut Work, book: AccountId) -> Result<Option<Finding>> {
    let realm = realm(w);
    let wrong = |text: String| Some(Finding::new("chain_broken", book, text));
    let (mut sequence, mut hash) = (0, BEFORE_FIRST.to_owned());
    loop {
        let links = books::links(&mut w.tx, realm, book, sequence, PAGE).await?;
        if links.is_empty() {
            break;
        }
        let ids: Vec<TransactionId> = links.iter().map(|(_, id, _)| *id).collect();
        let entries = ledger::entries_of(&mut w.tx, realm, &ids).await?;
        for (number, id, sealed) in links {
            sequence += 1;
            if number != sequence {
                return Ok(wrong(format!("the link of entry {sequence} is missing")));
            }
            let at = entries.binary_search_by_key(&id, |(id, _)| *id).ok();
            let Some((_, entry)) = at.and_then(|at| entries.get(at)) else {
                return Ok(wrong(format!("entry {sequence}, {id}, was removed")));
            };
            hash = chain::hash(&chain::canonical(sequence, &hash, id, entry));
            if hash != sealed {
                let text = format!("entry {sequence}, {id}, is not as it was sealed");
                return Ok(wrong(text));
            }
        }
    }
    let (last, end) = books::head(&mut w.tx, realm, book).await?;
    if last != sequence || end != hash {
        let text = format!("{last} entries were sealed, the chain ends with entry {sequence}");
        return Ok(wrong(text));
    }
    Ok(None)
}

/// Closings keep the end of the chain at their time, and nothing came into what they closed.
async fn closed(w: &mut Work, book: AccountId) -> Result<Vec<Finding>> {
    let realm = realm(w);
    let mut found = Vec::new();
    let closings = books::closings(&mut w.tx, realm, book, PAGE).await?;
    for one in &closings {
        let link = match one.sequence {
            0 => Some(BEFORE_FIRST.to_owned()),
            sequence => books::link(&mut w.tx, realm, book, sequence).await?,
        };
        if link.as_ref() != Some(&one.hash) {
            let text = format!(
                "when {} was closed or opened again, entry {} had the hash {}",
                one.month, one.sequence, one.hash
            );
            found.push(Finding::new("closing_differs", book, text));
        }
    }
    let until = books::closed_until(&mut w.tx, realm, book).await?;
    let last = closings.iter().find(|one| one.act == ClosingAct::Close);
    if let (Some(until), Some(last)) = (until, last)
        && let Some(id) = books::intruder(&mut w.tx, realm, book, until, last.sequence).await?
    {
        let text = format!("was booked into days of {book} that were closed until {until}");
        found.push(Finding::new("closed_month", id, text));
    }
    Ok(found)
}
