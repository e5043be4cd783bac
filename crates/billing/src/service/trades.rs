//! How sellers and buyers settle: currency and days, taxes, who collects.

use std::{
    collections::{BTreeSet, HashMap},
    sync::Arc,
};

use tradewind_accounts::types::{Account, Invoicer, Invoicing, Relationship, TaxTreatment};
use tradewind_kernel::{Error, Locale, Result, Timestamp, id::AccountId};
use tradewind_platform::Work;
use tradewind_policy::AccountKind;
use tradewind_tax::{rules::Sides, service::Taxers};

use crate::types::{
    Asking, Document, Party, Settlement, TaxKind, TaxRate, TaxRule, Taxation, Trade,
};

/// How sellers and buyers settle, by seller and buyer.
#[derive(Debug, Default)]
pub(crate) struct Trades(HashMap<(AccountId, AccountId), Arc<Trade>>);

impl Trades {
    /// Loads how some pairs settle; what is known already is not asked for again.
    pub(crate) async fn load(
        &mut self,
        w: &mut Work,
        pairs: Vec<(AccountId, AccountId)>,
    ) -> Result<()> {
        let missing: BTreeSet<(AccountId, AccountId)> = pairs
            .into_iter()
            .filter(|pair| !self.0.contains_key(pair))
            .collect();
        if missing.is_empty() {
            return Ok(());
        }
        let accounts: BTreeSet<AccountId> = missing
            .iter()
            .flat_map(|(seller, buyer)| [*seller, *buyer])
            .collect();
        let accounts: Vec<AccountId> = accounts.into_iter().collect();
        let found = tradewind_accounts::service::accounts_many(w, &accounts).await?;
        let accounts: HashMap<AccountId, Account> = found
            .into_iter()
            .map(|account| (account.id, account))
            .collect();
        let buyers: BTreeSet<AccountId> = missing.iter().map(|(_, buyer)| *buyer).collect();
        let buyers: Vec<AccountId> = buyers.into_iter().collect();
        let relationships =
            tradewind_accounts::service::relationships_of_buyers(w, &buyers).await?;
        let relationships: HashMap<(AccountId, AccountId), Relationship> = relationships
            .into_iter()
            .map(|found| ((found.seller, found.buyer), found))
            .collect();
        let pairs: Vec<(AccountId, AccountId)> = missing.iter().copied().collect();
        let taxers = Taxers::load(w, &pairs).await?;
        let on_behalf = pairs
            .iter()
            .filter(|pair| collects(relationships.get(pair)));
        let above: BTreeSet<AccountId> = on_behalf
            .filter_map(|(seller, _)| accounts.get(seller)?.parent)
            .collect();
        let above: Vec<AccountId> = above.into_iter().collect();
        let above = tradewind_accounts::service::accounts_many(w, &above).await?;
        let now = w.ctx.now;
        for pair in missing {
            let (seller, buyer) = (account(&accounts, pair.0)?, account(&accounts, pair.1)?);
            let relationship = relationships.get(&pair);
            let taxation = taxation(&taxers, seller, buyer, relationship, now);
            let mut trade = trade(seller, buyer, relationship, taxation);
            if collects(relationship) {
                let found = above.iter().find(|one| Some(one.id) == seller.parent);
                trade.collector = found.map(party_of);
            }
            self.0.insert(pair, Arc::new(trade));
        }
        Ok(())
    }

    /// How a seller settles with somebody who has no account yet: without agreed terms.
    pub(crate) async fn visitor(
        &mut self,
        w: &mut Work,
        seller: AccountId,
        locale: Locale,
    ) -> Result<Trade> {
        let seller = tradewind_accounts::service::account_facts(w, seller).await?;
        // With what is known of who asks, which a page is about to ask as well.
        let asker = w.ctx.principal.account;
        let taxers = Taxers::load(w, &[(seller.id, asker)]).await?;
        let taxation = taxation(&taxers, &seller, &seller, None, w.ctx.now);
        Ok(Trade {
            locale,
            ..trade(&seller, &seller, None, taxation)
        })
    }

    /// How a pair settles a note about a document that was issued: by a document of its own, in the same language. What
    /// is taxed follows from the lines of the first.
    pub(crate) fn as_issued(&self, issued: &Document) -> Result<Arc<Trade>> {
        let head = &issued.summary;
        let now = self.get(head.seller_id, head.buyer_id)?;
        // An engine that was asked about the first has to know of the second.
        let asked = issued.parties.tax_basis.as_ref();
        let rule = match asked.filter(|basis| basis.engine.is_some()) {
            Some(basis) => TaxRule::AsIssued(Box::new(basis.clone())),
            None => TaxRule::Agreed(Vec::new()),
        };
        Ok(Arc::new(Trade {
            settlement: Settlement::Document,
            collector: issued.parties.collector.clone(),
            locale: issued.locale,
            taxation: Taxation {
                rule,
                ..Taxation::agreed(Vec::new())
            },
            ..Trade::clone(now)
        }))
    }

    /// How a pair settles.
    pub(crate) fn get(&self, seller: AccountId, buyer: AccountId) -> Result<&Arc<Trade>> {
        self.0.get(&(seller, buyer)).ok_or_else(|| {
            Error::internal(format!(
                "the terms between {seller} and {buyer} were not loaded"
            ))
        })
    }
}

/// Whether the account above the seller collects.
fn collects(agreed: Option<&Relationship>) -> bool {
    agreed.is_some_and(|agreed| agreed.invoicer == Invoicer::OnBehalf)
}

fn account(accounts: &HashMap<AccountId, Account>, id: AccountId) -> Result<&Account> {
    accounts.get(&id).ok_or_else(|| Error::not_found(id))
}

/// How a seller and a buyer settle. A vendor is settled as the provider's cost; without agreed terms a buyer pays at
/// once, with the seller's own tax rate.
fn trade(
    seller: &Account,
    buyer: &Account,
    relationship: Option<&Relationship>,
    taxation: Taxation,
) -> Trade {
    let settlement = match relationship.map(|relationship| relationship.invoicer) {
        _ if seller.kind == AccountKind::Vendor => Settlement::VendorShare,
        Some(Invoicer::External) => Settlement::External,
        _ => Settlement::Document,
    };
    Trade {
        seller_id: seller.id,
        buyer_id: buyer.id,
        settlement,
        payment_terms_days: relationship
            .map_or(0, |relationship| i64::from(relationship.payment_terms_days)),
        taxation,
        price_book: relationship.and_then(|relationship| relationship.price_book),
        invoice_day: relationship
            .filter(|relationship| relationship.invoicing == Invoicing::Monthly)
            .map(|relationship| relationship.invoice_day),
        one_a_day: relationship.is_some_and(|agreed| agreed.invoicing == Invoicing::Daily),
        billing_day: relationship.map_or(1, |relationship| relationship.invoice_day),
        seller_zone: seller.zone.clone(),
        locale: buyer.locale,
        seller: party_of(seller),
        buyer: party_of(buyer),
        collector: None,
        buyer_keeps_books: buyer.kind != AccountKind::Customer,
    }
}

/// The taxes between a seller and a buyer: by an engine or by place where the seller has them decided so, otherwise as agreed.
fn taxation(
    taxers: &Taxers,
    seller: &Account,
    buyer: &Account,
    relationship: Option<&Relationship>,
    now: Timestamp,
) -> Taxation {
    let today = now.date_in(&seller.zone);
    let rule = match taxers.of(seller, buyer) {
        Some(taxer) => match taxers.engine(seller.id) {
            Some(terms) => TaxRule::Engine(Arc::new(Asking {
                sides: Sides::of(seller, buyer, &taxer),
                terms,
                today,
            })),
            None => TaxRule::ByPlace { taxer, today },
        },
        None => TaxRule::Agreed(vec![tax_rate(seller, relationship)]),
    };
    Taxation {
        rule,
        policy: taxers.profile(seller.id).policy,
    }
}

/// The tax that a seller adds for a buyer: as agreed, or its own; called as the seller calls it.
fn tax_rate(seller: &Account, relationship: Option<&Relationship>) -> TaxRate {
    let name = seller.tax.name.as_str();
    let treatment = relationship.map_or(TaxTreatment::Standard, |agreed| agreed.tax_treatment);
    let kind = match treatment {
        TaxTreatment::Standard => {
            let own = || seller.tax.rate.parse().unwrap_or_default();
            return TaxRate::standard(
                name,
                relationship.map_or_else(own, |agreed| agreed.tax_rate),
            );
        }
        TaxTreatment::ReverseCharge => TaxKind::ReverseCharge,
        TaxTreatment::Exempt => TaxKind::Exempt,
    };
    TaxRate::without_tax(name, kind, kind.as_str())
}

/// One side of a document as it is now.
pub fn party_of(account: &Account) -> Party {
    Party {
        account_id: account.id,
        name: account.name.clone(),
        address: serde_json::to_value(&account.address).unwrap_or_default(),
        tax: serde_json::to_value(&account.tax).unwrap_or_default(),
        bank: serde_json::to_value(&account.bank).unwrap_or_default(),
        email: Some(account.email.clone()),
        country: account.country.clone(),
    }
}
