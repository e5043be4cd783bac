//! Decides the taxes of trades, for those who make documents, and for those who ask beforehand.

use std::{
    collections::{BTreeSet, HashMap},
    sync::Arc,
};

use serde::{Deserialize, Serialize};
use tradewind_accounts::{service as accounts, types::Account};
use tradewind_kernel::{Date, Error, Result, id::AccountId};
use tradewind_platform::{OpCtx, Platform, Work};
use tradewind_policy::Action;
use tradewind_pricing::tax::TaxRate;
use utoipa::ToSchema;

use super::{authorize_seller, rates_in};
use crate::{
    rules::{BuyerFacts, Place, Rates, SellerFacts, Taxer},
    store::{self, Known},
    types::{TaxBasis, TaxCategory, TaxDecision, TaxProfile},
};

/// What is known of some sellers and buyers; loaded in as few statements as there are kinds of facts.
#[derive(Debug, Default)]
pub struct Taxers {
    known: HashMap<AccountId, Known>,
    certificates: HashMap<(AccountId, AccountId), Vec<crate::types::Certificate>>,
    rates: Option<Rates>,
}

impl Taxers {
    /// Loads what decides the taxes between sellers and buyers. Where no seller has its taxes decided by place, one
    /// statement finds that out.
    ///
    /// # Errors
    /// Database errors.
    pub async fn load(w: &mut Work, pairs: &[(AccountId, AccountId)]) -> Result<Self> {
        let realm = w.ctx.realm;
        let ids: BTreeSet<AccountId> = pairs.iter().flat_map(|(s, b)| [*s, *b]).collect();
        let known = remembered(w, &ids.into_iter().collect::<Vec<_>>()).await?;
        let mut taxers = Self {
            known,
            ..Self::default()
        };
        let buyers: BTreeSet<AccountId> = pairs
            .iter()
            .filter(|(seller, _)| taxers.by_place(*seller).is_some())
            .map(|(_, buyer)| *buyer)
            .collect();
        if buyers.is_empty() {
            return Ok(taxers);
        }
        let buyers: Vec<AccountId> = buyers.into_iter().collect();
        for one in store::of_buyers(&mut w.tx, realm, &buyers).await? {
            let pair = (one.seller, one.buyer);
            taxers.certificates.entry(pair).or_default().push(one);
        }
        taxers.rates = Some(rates_in(w).await?);
        Ok(taxers)
    }

    fn by_place(&self, seller: AccountId) -> Option<&TaxProfile> {
        let profile = self.known.get(&seller)?.profile.as_ref()?;
        (profile.decision == TaxDecision::ByPlace).then_some(profile)
    }

    /// How a seller is taxed, whoever decides it.
    #[must_use]
    pub fn profile(&self, seller: AccountId) -> TaxProfile {
        let known = self.known.get(&seller);
        known
            .and_then(|known| known.profile.clone())
            .unwrap_or_default()
    }

    /// What decides the taxes of a trade; none where its terms say so. Somebody without an account buys from where the
    /// seller is, as a private person.
    #[must_use]
    pub fn of(&self, seller: &Account, buyer: &Account) -> Option<Arc<Taxer>> {
        let profile = self.by_place(seller.id)?;
        let visitor = seller.id == buyer.id;
        let known = self.known.get(&buyer.id);
        let certificates = self.certificates.get(&(seller.id, buyer.id));
        Some(Arc::new(Taxer {
            seller: SellerFacts {
                place: place_of(seller),
                own_rate: seller.tax.rate.parse().unwrap_or_default(),
                own_name: seller.tax.name.clone(),
                profile: profile.clone(),
            },
            buyer: BuyerFacts {
                place: place_of(buyer),
                tax_id: if visitor {
                    String::new()
                } else {
                    buyer.tax.tax_id.clone()
                },
                person: buyer.tax.consumer || visitor,
                standing: match known {
                    Some(known) if !visitor => known.standing.clone(),
                    _ => crate::types::Standing::default(),
                },
                certificates: certificates.cloned().unwrap_or_default(),
            },
            rates: self.rates.clone().unwrap_or_default(),
        }))
    }
}

fn place_of(account: &Account) -> Place {
    Place::of(
        &account.country,
        &account.address.region,
        &account.address.postal_code,
    )
}

/// What is known of some accounts; within one reading transaction it is asked once.
async fn remembered(w: &mut Work, ids: &[AccountId]) -> Result<HashMap<AccountId, Known>> {
    let key = |id: &AccountId| format!("tax/{id}");
    let mut known = HashMap::new();
    let mut missing = Vec::new();
    for id in ids {
        match w.recall::<Known>(key(id)) {
            Some(found) => {
                known.insert(*id, Known::clone(&found));
            }
            None => missing.push(*id),
        }
    }
    if !missing.is_empty() {
        let mut found = store::accounts(&mut w.tx, w.ctx.realm, &missing).await?;
        for id in missing {
            let one = found.remove(&id).unwrap_or_default();
            w.remember(key(&id), Arc::new(one.clone()));
            known.insert(id, one);
        }
    }
    Ok(known)
}

/// Asks which taxes a sale would bear.
#[derive(Debug, Clone, Copy)]
pub struct DecisionAsk {
    /// Who sells.
    pub seller: AccountId,
    /// Who buys.
    pub buyer: AccountId,
    /// What.
    pub category: TaxCategory,
    /// Supplied on this day.
    pub on: Date,
}

/// Which taxes a sale would bear, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = TaxDecided)]
pub struct Decided {
    /// The taxes; one entry where none is added, which says why.
    pub taxes: Vec<TaxRate>,
    /// On what that stands.
    pub basis: TaxBasis,
}

/// Which taxes a sale would bear between a seller that has them decided by place and one of its buyers.
///
/// # Errors
/// `tax_agreed` when the terms of the trade decide; `NotFound`, `Forbidden`.
pub async fn decision(p: &Platform, ctx: &OpCtx, ask: &DecisionAsk) -> Result<Decided> {
    p.read(ctx, ask, |w, ask| {
        Box::pin(async move {
            authorize_seller(w, Action::RelationshipView, ask.seller).await?;
            accounts::relationship_of(w, ask.seller, ask.buyer).await?;
            let taxers = Taxers::load(w, &[(ask.seller, ask.buyer)]).await?;
            let seller = accounts::account_facts(w, ask.seller).await?;
            let buyer = accounts::account_facts(w, ask.buyer).await?;
            let taxer = taxers.of(&seller, &buyer).ok_or_else(|| {
                Error::refused(
                    "tax_agreed",
                    "this seller's taxes are agreed with each buyer; have them decided by place first",
                )
            })?;
            Ok(Decided {
                taxes: taxer.taxes(ask.category, ask.on),
                basis: taxer.basis(),
            })
        })
    })
    .await
}

/// The tax that a seller takes from a buyer on what needs no category; none where the terms of the trade say so.
///
/// # Errors
/// Database errors.
pub async fn home_tax(
    w: &mut Work,
    seller: &Account,
    buyer: &Account,
    on: Date,
) -> Result<Option<TaxRate>> {
    let taxers = Taxers::load(w, &[(seller.id, buyer.id)]).await?;
    let taxer = taxers.of(seller, buyer);
    Ok(taxer.and_then(|taxer| taxer.taxes(TaxCategory::Standard, on).into_iter().next()))
}
