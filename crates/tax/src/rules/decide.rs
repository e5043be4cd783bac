//! Which taxes a sale bears.

use std::collections::BTreeMap;

use tradewind_kernel::{Date, Decimal, vat_id::VatId};
use tradewind_pricing::tax::{TaxKind, TaxRate};

use super::{places::Place, rates::Rates};
use crate::types::{
    BuyerKind, Certificate, CertificateState, Evidence, Scheme, Standing, TaxBasis, TaxCategory,
    TaxProfile, VatCheckPolicy, VatState,
};

/// Whether a category is supplied over the network, by people, or as a thing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Supply {
    /// Taxed where the consumer is (Article 58 of Directive 2006/112/EC).
    Network,
    /// Taxed where the seller is, for consumers within the Union (Article 45).
    People,
    /// Taxed where it is sent to, for consumers (Article 33).
    Thing,
}

const fn supply(category: TaxCategory) -> Supply {
    match category {
        TaxCategory::Support | TaxCategory::Consulting | TaxCategory::Training => Supply::People,
        TaxCategory::Goods => Supply::Thing,
        _ => Supply::Network,
    }
}

/// Who sells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SellerFacts {
    /// Where its seat is.
    pub place: Place,
    /// What it takes where no rate of its own country is known.
    pub own_rate: Decimal,
    /// What it calls that.
    pub own_name: String,
    /// How it is taxed.
    pub profile: TaxProfile,
}

/// Who buys.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BuyerFacts {
    /// Where its address is.
    pub place: Place,
    /// Its VAT id or tax number; empty when it has none.
    pub tax_id: String,
    /// Whether it buys as a private person.
    pub person: bool,
    /// What else is known of it.
    pub standing: Standing,
    /// What it has handed in to this seller.
    pub certificates: Vec<Certificate>,
}

/// Decides the taxes between one seller and one buyer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Taxer {
    /// Who sells.
    pub seller: SellerFacts,
    /// Who buys.
    pub buyer: BuyerFacts,
    /// The rates that hold in the realm.
    pub rates: Rates,
}

impl Taxer {
    /// The taxes on a category that is supplied on a day; one entry where none is added, which says why.
    #[must_use]
    pub fn taxes(&self, category: TaxCategory, on: Date) -> Vec<TaxRate> {
        if category == TaxCategory::Exempt {
            return vec![none(TaxKind::Exempt, "exempt", "")];
        }
        let place = self.taxed_in(category, on);
        if let Some(certificate) = self.certificate(&place, on) {
            let rate = none(TaxKind::Exempt, "certificate", &place.code());
            return vec![TaxRate {
                reference: Some(certificate.number.clone()),
                ..rate
            }];
        }
        vec![self.tax_of(&place, category, on)]
    }

    /// On what the decision stands, for the record.
    #[must_use]
    pub fn basis(&self) -> TaxBasis {
        TaxBasis {
            place: self.buyer_place().code(),
            buyer: self.kind(),
            evidence: self.buyer.standing.evidence.clone(),
            vat_check: self.vat_check().cloned(),
            engine: None,
        }
    }

    /// Who the buyer is taken to be.
    #[must_use]
    pub fn kind(&self) -> BuyerKind {
        let buyer = &self.buyer;
        if buyer.person {
            return BuyerKind::Consumer;
        }
        let proven = if buyer.place.eu_vat {
            let fits = |id: VatId| id.country() == buyer.place.country;
            buyer.tax_id.parse().is_ok_and(fits) && self.is_accepted()
        } else {
            !buyer.tax_id.trim().is_empty()
        };
        if proven {
            BuyerKind::Business
        } else {
            BuyerKind::Unproven
        }
    }

    /// What the register has said of the VAT id that the buyer has now.
    fn vat_check(&self) -> Option<&crate::types::VatCheck> {
        let check = self.buyer.standing.vat_check.as_ref()?;
        same_number(&check.vat_id, &self.buyer.tax_id).then_some(check)
    }

    fn is_accepted(&self) -> bool {
        let state = self
            .vat_check()
            .map_or(VatState::Unchecked, |check| check.state);
        match self.seller.profile.vat_check {
            VatCheckPolicy::Format => true,
            VatCheckPolicy::NotInvalid => state != VatState::Invalid,
            VatCheckPolicy::Valid => state == VatState::Valid,
        }
    }

    /// Where the buyer is: as a business at its address; as a private person in the country that two hints agree on, the
    /// address being one of them.
    fn buyer_place(&self) -> Place {
        let address = &self.buyer.place;
        if self.kind() == BuyerKind::Business {
            return address.clone();
        }
        let mut votes: BTreeMap<&str, usize> = BTreeMap::new();
        let evidence = &self.buyer.standing.evidence;
        for hint in evidence.iter().map(|hint: &Evidence| hint.country.as_str()) {
            *votes.entry(hint).or_default() += 1;
        }
        let for_address = votes
            .get(address.country.as_str())
            .copied()
            .unwrap_or_default()
            + 1;
        let other = votes
            .iter()
            .filter(|(country, votes)| **country != address.country && **votes >= 2)
            .max_by_key(|(_, votes)| **votes);
        match other {
            Some((country, votes)) if *votes > for_address => Place::of(country, "", ""),
            _ => address.clone(),
        }
    }

    /// The place whose tax a sale is under, whether the seller takes it there or not.
    fn taxed_in(&self, category: TaxCategory, on: Date) -> Place {
        let (seller, buyer) = (&self.seller.place, self.buyer_place());
        if self.kind() == BuyerKind::Business || buyer.country == seller.country {
            return buyer;
        }
        let both_in_union = seller.eu_vat && buyer.eu_vat;
        match supply(category) {
            Supply::People if both_in_union => seller.clone(),
            // Below the yearly threshold a seller in the Union stays with its own tax, until it registers.
            Supply::Network | Supply::Thing if both_in_union && !self.is_registered(&buyer, on) => {
                seller.clone()
            }
            _ => buyer,
        }
    }

    /// Whether the seller takes tax in a place for sales to those who cannot be left to pay it themselves.
    fn is_registered(&self, place: &Place, on: Date) -> bool {
        let home = &self.seller.place;
        if place.country == home.country && place.country != "US" && place.eu_vat == home.eu_vat {
            return true;
        }
        let code = place.code();
        let mut holding =
            (self.seller.profile.registrations.iter()).filter(|one| one.span.holds(on));
        holding.any(|one| match one.scheme {
            Scheme::Local => one.place == code,
            Scheme::Oss => place.eu_vat,
        })
    }

    fn certificate(&self, place: &Place, on: Date) -> Option<&Certificate> {
        let code = place.code();
        self.buyer.certificates.iter().find(|one| {
            one.state == CertificateState::Approved
                && (one.place == code || one.place == place.country)
                && one.from <= on
                && one.until.is_none_or(|until| on <= until)
        })
    }

    fn tax_of(&self, place: &Place, category: TaxCategory, on: Date) -> TaxRate {
        let home = &self.seller.place;
        let code = place.code();
        let is_home = place.country == home.country && place.eu_vat == home.eu_vat;
        let business = self.kind() == BuyerKind::Business;
        if place.country == "US" {
            return self.sales_tax(place, category, on);
        }
        if is_home {
            let small = self.seller.profile.small_business;
            if small.is_some_and(|span| span.holds(on)) {
                return none(TaxKind::Exempt, "small_business", &code);
            }
        } else if business {
            // The buyer owes the tax where it is; only within the Union the document has to say so.
            return if place.eu_vat {
                none(TaxKind::ReverseCharge, "reverse_charge", &code)
            } else {
                none(TaxKind::OutOfScope, "abroad", &code)
            };
        } else if !self.is_registered(place, on) {
            return none(TaxKind::OutOfScope, "abroad", &code);
        }
        if category == TaxCategory::Zero {
            return TaxRate::standard(&self.seller.own_name, Decimal::ZERO).of(code);
        }
        self.rates
            .of(place, category, !self.buyer.person, on)
            .unwrap_or_else(|| {
                TaxRate::standard(&self.seller.own_name, self.seller.own_rate).of(code)
            })
    }

    /// Sales tax: where the seller is registered, on what the state names.
    fn sales_tax(&self, place: &Place, category: TaxCategory, on: Date) -> TaxRate {
        let code = place.code();
        let abroad = self.seller.place.country != "US";
        if !self.is_registered(place, on) {
            let reason = if abroad { "abroad" } else { "no_registration" };
            return none(TaxKind::OutOfScope, reason, &code);
        }
        self.rates
            .of(place, category, !self.buyer.person, on)
            .unwrap_or_else(|| none(TaxKind::Exempt, "not_taxable", &code))
    }
}

fn none(kind: TaxKind, reason: &str, place: &str) -> TaxRate {
    TaxRate::without_tax("", kind, reason).of(place)
}

/// Whether two texts are the same number, however they are written.
fn same_number(one: &str, other: &str) -> bool {
    match (one.parse::<VatId>(), other.parse::<VatId>()) {
        (Ok(one), Ok(other)) => one == other,
        _ => one.trim() == other.trim(),
    }
}

#[cfg(test)]
mod tests;
