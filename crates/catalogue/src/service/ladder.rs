//! The sellers above a buyer, each with the price book and revision that holds on a day.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use tradewind_accounts::types::Adjacent;
use tradewind_kernel::{
    Currency, Date, Error, Result,
    id::{AccountId, PriceBookId, RevisionId},
};
use tradewind_platform::Work;

use super::load;
use crate::{
    rules::{self, BookOnDay, Tier},
    types::{PriceBook, PriceIndex, Revision},
};

/// A seller and the conditions under which it sells to the next one below.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Rung {
    pub(crate) seller: AccountId,
    /// For messages only.
    pub(crate) seller_name: String,
    /// Nothing means the currency of the book.
    pub(crate) currency: Option<Currency>,
    /// Nothing means the seller's default book.
    pub(crate) book: Option<PriceBookId>,
}

impl From<&Adjacent> for Rung {
    fn from(pair: &Adjacent) -> Self {
        Self {
            seller: pair.seller.id,
            seller_name: pair.seller.name.clone(),
            currency: Some(pair.relationship.currency),
            book: pair.relationship.price_book,
        }
    }
}

/// A rung with its book and revision found.
#[derive(Debug, Clone)]
pub(crate) struct Step<'a> {
    pub(crate) seller: AccountId,
    pub(crate) currency: Currency,
    pub(crate) book: &'a PriceBook,
    pub(crate) revision: &'a Revision,
}

/// Finds the book and the revision of a rung on a day.
///
/// # Errors
/// `no_price_book` or `no_current_prices`, naming the seller.
pub(crate) fn step<'a>(rung: &Rung, prices: &'a PriceIndex, on: Date) -> Result<Step<'a>> {
    let book = match rung.book {
        Some(id) => prices.book(id),
        None => prices.default_book(rung.seller),
    }
    .filter(|book| book.seller_id == rung.seller)
    .ok_or_else(|| {
        Error::refused(
            "no_price_book",
            format!("{} has no price book for this buyer", rung.seller_name),
        )
    })?;
    let revision = rules::current(prices.revisions(book.id), on).ok_or_else(|| {
        Error::refused(
            "no_current_prices",
            format!(
                "the price book \"{}\" of {} has no prices for {on}",
                book.name, rung.seller_name
            ),
        )
    })?;
    Ok(Step {
        seller: rung.seller,
        currency: rung.currency.unwrap_or(book.currency),
        book,
        revision,
    })
}

/// Completes steps with the rules of their revisions.
pub(crate) async fn tiers(w: &mut Work, steps: &[Step<'_>]) -> Result<Vec<Tier>> {
    let ids: BTreeSet<RevisionId> = steps.iter().map(|step| step.revision.id).collect();
    let ids: Vec<RevisionId> = ids.into_iter().collect();
    let listings: HashMap<RevisionId, _> = load::listings(w, &ids).await?;
    Ok(steps
        .iter()
        .filter_map(|step| {
            Some(Tier {
                seller: step.seller,
                currency: step.currency,
                book: BookOnDay {
                    book: step.book.clone(),
                    revision: step.revision.clone(),
                    listings: listings.get(&step.revision.id)?.clone(),
                },
            })
        })
        .collect())
}

/// The vendors' rungs by vendor, as far as the vendors trade with the provider.
pub(crate) type VendorRungs = BTreeMap<AccountId, Rung>;
