//! What this process keeps of the catalogue in memory.
//!
//! Everything here is either immutable (rules of a revision, frozen terms) or kept under the mark that the database had
//! when it was read, and only used while the database still has that mark.

use std::sync::{Arc, LazyLock, Mutex, MutexGuard, PoisonError};

use tradewind_kernel::{
    Currency, Date,
    id::{AccountId, RealmId, RevisionId, TermsId},
};
use tradewind_platform::Recent;

use crate::{
    rules::Entry,
    types::{LegTerms, Listing, PriceIndex, Shelf},
};

/// What an offer list depends on: the goods, and who sells them on at which prices.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct ShopKey {
    pub(crate) realm: RealmId,
    /// The only vendor whose goods these are.
    pub(crate) vendor: Option<AccountId>,
    /// The mark of the shelf.
    pub(crate) shelf: String,
    /// The sellers from the top down, each with its revision and currency; vendors first.
    pub(crate) tiers: Vec<(AccountId, RevisionId, Currency)>,
    /// The mark of the rates and the day, when prices change their currency on the way.
    pub(crate) rates: Option<(String, Date)>,
}

/// The offers of one seller to one group of buyers.
#[derive(Debug)]
pub(crate) struct Shop {
    pub(crate) shelf: Arc<Shelf>,
    pub(crate) currency: Currency,
    pub(crate) entries: Vec<Entry>,
}

#[derive(Debug)]
struct Caches {
    shelves: Recent<RealmId, (String, Arc<Shelf>)>,
    prices: Recent<RealmId, (String, Arc<PriceIndex>)>,
    listings: Recent<(RealmId, RevisionId), Arc<[Listing]>>,
    shops: Recent<ShopKey, Arc<Shop>>,
    terms: Recent<(RealmId, TermsId), Arc<LegTerms>>,
}

static CACHES: LazyLock<Mutex<Caches>> = LazyLock::new(|| {
    Mutex::new(Caches {
        shelves: Recent::new(16),
        prices: Recent::new(16),
        listings: Recent::new(2_048),
        shops: Recent::new(512),
        terms: Recent::new(16_384),
    })
});

/// Nothing is left half-done under the lock, so that a panic elsewhere spoils nothing here.
fn caches() -> MutexGuard<'static, Caches> {
    CACHES.lock().unwrap_or_else(PoisonError::into_inner)
}

pub(crate) fn shelf(realm: RealmId, version: &str) -> Option<Arc<Shelf>> {
    let mut caches = caches();
    let (known, shelf) = caches.shelves.get(&realm)?;
    (known == version).then(|| Arc::clone(shelf))
}

pub(crate) fn keep_shelf(realm: RealmId, version: &str, shelf: &Arc<Shelf>) {
    caches()
        .shelves
        .put(realm, (version.to_owned(), Arc::clone(shelf)));
}

pub(crate) fn prices(realm: RealmId, version: &str) -> Option<Arc<PriceIndex>> {
    let mut caches = caches();
    let (known, prices) = caches.prices.get(&realm)?;
    (known == version).then(|| Arc::clone(prices))
}

pub(crate) fn keep_prices(realm: RealmId, version: &str, prices: &Arc<PriceIndex>) {
    caches()
        .prices
        .put(realm, (version.to_owned(), Arc::clone(prices)));
}

pub(crate) fn listings(realm: RealmId, revision: RevisionId) -> Option<Arc<[Listing]>> {
    caches().listings.get(&(realm, revision)).cloned()
}

pub(crate) fn keep_listings(realm: RealmId, revision: RevisionId, listings: &Arc<[Listing]>) {
    caches()
        .listings
        .put((realm, revision), Arc::clone(listings));
}

pub(crate) fn shop(key: &ShopKey) -> Option<Arc<Shop>> {
    caches().shops.get(key).cloned()
}

pub(crate) fn keep_shop(key: ShopKey, shop: &Arc<Shop>) {
    caches().shops.put(key, Arc::clone(shop));
}

pub(crate) fn terms(realm: RealmId, id: TermsId) -> Option<Arc<LegTerms>> {
    caches().terms.get(&(realm, id)).cloned()
}

pub(crate) fn keep_terms(realm: RealmId, id: TermsId, terms: &Arc<LegTerms>) {
    caches().terms.put((realm, id), Arc::clone(terms));
}
