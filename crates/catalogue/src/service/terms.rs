//! Terms: resolved when something is ordered, then frozen.

use std::{
    collections::{BTreeSet, HashMap},
    sync::Arc,
};

use sha2::{Digest, Sha256};
use tradewind_accounts::types::Adjacent;
use tradewind_kernel::{
    Date, Error, Locale, Result,
    id::{PlanId, PriceBookId, RevisionId, TermsId},
};
use tradewind_platform::Work;
use uuid::Uuid;

use super::{load, market::Market};
use crate::{
    cache,
    rules::{self, Turn},
    store::terms as store,
    types::LegTerms,
};

/// The terms of every leg of a plan for the buyer at the lower end of a chain, the vendor's leg first and the buyer's
/// last. The provider's own products have no vendor's leg.
///
/// # Errors
/// Not found for an unknown plan; `not_sold_here` when some seller of the chain does not sell it; `no_price_book`,
/// `no_current_prices`, `vendor_not_trading`, `no_exchange_rate` when something is missing, naming it.
pub async fn leg_terms(
    w: &mut Work,
    chain: &[Adjacent],
    plan: PlanId,
    on: Date,
) -> Result<Vec<LegTerms>> {
    leg_terms_with(w, chain, plan, on, &[]).await
}

/// As [`leg_terms`], with revisions in place of those that hold in their books on the day; of two of a book, the first.
///
/// # Errors
/// As [`leg_terms`].
pub async fn leg_terms_with(
    w: &mut Work,
    chain: &[Adjacent],
    plan: PlanId,
    on: Date,
    revisions: &[RevisionId],
) -> Result<Vec<LegTerms>> {
    let top = chain
        .last()
        .ok_or_else(|| Error::refused("nothing_to_buy", "this account buys from nobody"))?;
    let market = Market::load(w, top.seller.id, chain, None, on).await?;
    let market = market.with_revisions(revisions);
    let shelf = Arc::clone(&market.shelf);
    let (product, found) = shelf.plan(plan).ok_or_else(|| Error::not_found(plan))?;
    let vendor = product.product.vendor_id;
    let market = market.with_vendor(w, vendor).await?;
    let tiers = market
        .tiers_for(w, vendor)
        .await?
        .of(vendor)
        .unwrap_or_default();
    rules::resolve_plan(found, &tiers, &market.prices.rates, on)?.ok_or_else(|| {
        let plan = found.name.get(Locale::En);
        let product = product.product.name.get(Locale::En);
        Error::refused(
            "not_sold_here",
            format!("the plan \"{plan}\" of \"{product}\" is not sold here"),
        )
    })
}

/// The terms of every leg of a running subscription from a day on, given what the day is to its prices; nothing when the agreed
/// ones stay. `agreed` are those of its legs, the vendor's first, and `chain` the sellers above its customer; they are
/// not looked at when the turn asks for nothing that is new.
///
/// # Errors
/// Database errors.
pub async fn renewed_terms(
    w: &mut Work,
    chain: &[Adjacent],
    agreed: &[Arc<LegTerms>],
    on: Date,
    turn: Turn,
) -> Result<Option<Vec<LegTerms>>> {
    let Some(last) = agreed.last() else {
        return Ok(None);
    };
    let turn = Turn {
        reprices: turn.reprices && !agreed.iter().all(|terms| terms.is_kept_on(on)),
        ..turn
    };
    let now = if turn.asks() {
        match leg_terms(w, chain, last.plan, on).await {
            Ok(now) => Some(now),
            // What nobody could buy on that day goes on as it was agreed.
            Err(Error::Refused { .. } | Error::NotFound { .. }) => None,
            Err(other) => return Err(other),
        }
    } else {
        None
    };
    let agreed: Vec<&LegTerms> = agreed.iter().map(AsRef::as_ref).collect();
    rules::renewed(&agreed, now.as_deref(), on, turn)
}

/// The days after `after` and before `before` on which a revision of one of some price books takes effect.
///
/// # Errors
/// Database errors.
pub async fn revision_days(
    w: &mut Work,
    books: &BTreeSet<PriceBookId>,
    after: Date,
    before: Date,
) -> Result<BTreeSet<Date>> {
    let versions = load::versions(w).await?;
    let prices = load::prices(w, &versions).await?;
    Ok(books
        .iter()
        .flat_map(|book| prices.revisions(*book))
        .map(|revision| revision.effective_on)
        .filter(|day| after < *day && *day < before)
        .collect())
}

/// Keeps terms. The same terms have the same id, however often they are kept.
///
/// # Errors
/// Database errors.
pub async fn terms_store(w: &mut Work, terms: &LegTerms) -> Result<TermsId> {
    let (id, body) = written(terms)?;
    store::keep(&mut w.tx, w.ctx.realm, id, &body).await?;
    Ok(id)
}

/// The id that terms have once they are kept.
///
/// # Errors
/// Internal only.
pub fn terms_id(terms: &LegTerms) -> Result<TermsId> {
    written(terms).map(|(id, _)| id)
}

fn written(terms: &LegTerms) -> Result<(TermsId, String)> {
    let body = serde_json::to_string(terms).map_err(Error::internal)?;
    let digest = Sha256::digest(body.as_bytes());
    let mut half = [0_u8; 16];
    half.iter_mut()
        .zip(digest.iter())
        .for_each(|(to, from)| *to = *from);
    Ok((TermsId::from_uuid(Uuid::from_bytes(half)), body))
}

/// Terms that were kept.
///
/// # Errors
/// Not found.
pub async fn terms_load(w: &mut Work, id: TermsId) -> Result<Arc<LegTerms>> {
    let realm = w.ctx.realm;
    if let Some(terms) = cache::terms(realm, id) {
        return Ok(terms);
    }
    let body = store::load(&mut w.tx, realm, id).await?;
    read(w, id, &body.ok_or_else(|| Error::not_found(id))?)
}

/// Several terms at once; those that do not exist are left out.
///
/// # Errors
/// Database errors.
pub async fn terms_load_many(
    w: &mut Work,
    ids: &[TermsId],
) -> Result<HashMap<TermsId, Arc<LegTerms>>> {
    let realm = w.ctx.realm;
    let mut found = HashMap::new();
    let mut missing = BTreeSet::new();
    for id in ids {
        match cache::terms(realm, *id) {
            Some(terms) => {
                found.insert(*id, terms);
            }
            None => {
                missing.insert(*id);
            }
        }
    }
    let missing: Vec<TermsId> = missing.into_iter().collect();
    for some in missing.chunks(store::AT_ONCE) {
        for (id, body) in store::load_many(&mut w.tx, realm, some).await? {
            found.insert(id, read(w, id, &body)?);
        }
    }
    Ok(found)
}

fn read(w: &Work, id: TermsId, body: &str) -> Result<Arc<LegTerms>> {
    let terms: LegTerms = serde_json::from_str(body).map_err(Error::internal)?;
    let terms = Arc::new(terms);
    cache::keep_terms(w.ctx.realm, id, &terms);
    Ok(terms)
}
