use tradewind_kernel::{
    Timestamp,
    id::{AccountId, CertificateId},
};

use super::*;
use crate::types::{EvidenceKind, Registration, Span, VatCheck};

fn day(text: &str) -> Date {
    text.parse().unwrap()
}

fn span(from: &str) -> Span {
    Span {
        from: day(from),
        until: None,
    }
}

fn at() -> Timestamp {
    "2026-01-01T00:00:00Z".parse().unwrap()
}

fn seller(country: &str, region: &str) -> SellerFacts {
    SellerFacts {
        place: Place::of(country, region, ""),
        own_rate: Decimal::from(11),
        own_name: "GST".to_owned(),
        profile: TaxProfile::default(),
    }
}

fn buyer(country: &str, region: &str, tax_id: &str, person: bool) -> BuyerFacts {
    BuyerFacts {
        place: Place::of(country, region, ""),
        tax_id: tax_id.to_owned(),
        person,
        standing: Standing::default(),
        certificates: Vec::new(),
    }
}

fn taxer(seller: SellerFacts, buyer: BuyerFacts) -> Taxer {
    Taxer {
        seller,
        buyer,
        rates: Rates::default(),
    }
}

fn registered(mut seller: SellerFacts, place: &str, scheme: Scheme) -> SellerFacts {
    seller.profile.registrations.push(Registration {
        place: place.to_owned(),
        scheme,
        number: String::new(),
        span: span("2020-01-01"),
    });
    seller
}

/// In words: `19 DE`, `reverse_charge AT`.
fn told(taxer: &Taxer, category: TaxCategory, on: &str) -> String {
    let taxes = taxer.taxes(category, day(on));
    let [tax] = &taxes[..] else {
        panic!("one tax: {taxes:?}");
    };
    tax.check().unwrap();
    let what = match &tax.reason {
        Some(reason) => reason.clone(),
        None => tax.percent.to_string(),
    };
    format!("{what} {}", tax.place).trim().to_owned()
}

const SAAS: TaxCategory = TaxCategory::Saas;
const TODAY: &str = "2026-06-01";
const AT_ID: &str = "ATU13585627";

#[test]
fn within_the_union_the_buyer_owes_it_or_the_place_takes_it() {
    let de = || seller("DE", "");
    let oss = || registered(de(), "EU", Scheme::Oss);
    let cases = [
        // At home it is taxed, whoever buys.
        (de(), buyer("DE", "", "DE136695976", false), SAAS, "19 DE"),
        (de(), buyer("DE", "", "", true), SAAS, "19 DE"),
        // A business elsewhere in the Union owes it, with a VAT id of its own country only.
        (
            de(),
            buyer("AT", "", AT_ID, false),
            SAAS,
            "reverse_charge AT",
        ),
        (
            oss(),
            buyer("AT", "", AT_ID, false),
            SAAS,
            "reverse_charge AT",
        ),
        (de(), buyer("AT", "", "DE136695976", false), SAAS, "19 DE"),
        (de(), buyer("AT", "", "12/345", false), SAAS, "19 DE"),
        // Consumers: at home below the threshold, at their place with the One-Stop-Shop or a registration there.
        (de(), buyer("FI", "", "", true), SAAS, "19 DE"),
        (oss(), buyer("FI", "", "", true), SAAS, "25.5 FI"),
        (oss(), buyer("FI", "", "", false), SAAS, "25.5 FI"),
        (
            registered(de(), "FI", Scheme::Local),
            buyer("FI", "", "", true),
            SAAS,
            "25.5 FI",
        ),
        (
            registered(de(), "FI", Scheme::Local),
            buyer("SE", "", "", true),
            SAAS,
            "19 DE",
        ),
        // What people do is taxed where they are; what is shipped, where it goes.
        (
            oss(),
            buyer("FI", "", "", true),
            TaxCategory::Consulting,
            "19 DE",
        ),
        (
            oss(),
            buyer("FI", "", "", true),
            TaxCategory::Goods,
            "25.5 FI",
        ),
        (
            de(),
            buyer("AT", "", AT_ID, false),
            TaxCategory::Consulting,
            "reverse_charge AT",
        ),
        // Categories.
        (de(), buyer("DE", "", "", true), TaxCategory::Ebook, "7 DE"),
        (de(), buyer("DE", "", "", true), TaxCategory::Zero, "0 DE"),
        (
            de(),
            buyer("AT", "", AT_ID, false),
            TaxCategory::Exempt,
            "exempt",
        ),
        // A seller from outside.
        (
            seller("US", "CO"),
            buyer("AT", "", AT_ID, false),
            SAAS,
            "reverse_charge AT",
        ),
        (
            seller("US", "CO"),
            buyer("AT", "", "", true),
            SAAS,
            "abroad AT",
        ),
        (
            registered(seller("US", "CO"), "EU", Scheme::Oss),
            buyer("AT", "", "", true),
            SAAS,
            "20 AT",
        ),
    ];
    for (seller, buyer, category, expected) in cases {
        let taxer = taxer(seller, buyer);
        assert_eq!(
            told(&taxer, category, TODAY),
            expected,
            "{taxer:?} {category}"
        );
    }
}

#[test]
fn outside_the_union_no_tax_is_added_unless_the_seller_is_registered_there() {
    let de = || seller("DE", "");
    for (seller, buyer, expected) in [
        (de(), buyer("GB", "", "", true), "abroad GB"),
        (de(), buyer("CH", "", "CHE-123.456.789", false), "abroad CH"),
        (
            registered(de(), "GB", Scheme::Local),
            buyer("GB", "", "", true),
            "20 GB",
        ),
        (
            registered(de(), "GB", Scheme::Local),
            buyer("GB", "", "GB123456789", false),
            "abroad GB",
        ),
        (seller("GB", ""), buyer("GB", "", "", false), "20 GB"),
        (seller("CH", ""), buyer("CH", "", "", true), "8.1 CH"),
        (
            seller("NO", ""),
            buyer("DE", "", "DE136695976", false),
            "reverse_charge DE",
        ),
        // A country without rates: the seller's own.
        (seller("AU", ""), buyer("AU", "", "", true), "11 AU"),
    ] {
        let taxer = taxer(seller, buyer);
        assert_eq!(told(&taxer, SAAS, TODAY), expected, "{taxer:?}");
    }
    // Heligoland is Germany, but not for VAT.
    let mut island = buyer("DE", "", "", true);
    island.place = Place::of("DE", "", "27498");
    assert_eq!(told(&taxer(de(), island), SAAS, TODAY), "abroad DE");
}

#[test]
fn sales_tax_is_taken_where_the_seller_is_registered() {
    let us = || {
        registered(
            registered(seller("US", "CO"), "US-TX", Scheme::Local),
            "US-CA",
            Scheme::Local,
        )
    };
    for (seller, buyer, category, expected) in [
        (us(), buyer("US", "TX", "", false), SAAS, "5 US-TX"),
        (
            us(),
            buyer("US", "TX", "", false),
            TaxCategory::Goods,
            "6.25 US-TX",
        ),
        (
            us(),
            buyer("US", "CA", "", false),
            SAAS,
            "not_taxable US-CA",
        ),
        (
            us(),
            buyer("US", "NY", "", false),
            SAAS,
            "no_registration US-NY",
        ),
        // Its own state is one like the others.
        (
            us(),
            buyer("US", "CO", "", false),
            SAAS,
            "no_registration US-CO",
        ),
        (us(), buyer("US", "", "", false), SAAS, "no_registration US"),
        (
            seller("DE", ""),
            buyer("US", "TX", "", true),
            SAAS,
            "abroad US-TX",
        ),
        (
            registered(seller("DE", ""), "US-TX", Scheme::Local),
            buyer("US", "TX", "12-3456789", false),
            SAAS,
            "5 US-TX",
        ),
    ] {
        let taxer = taxer(seller, buyer);
        assert_eq!(
            told(&taxer, category, TODAY),
            expected,
            "{taxer:?} {category}"
        );
    }
}

#[test]
fn the_rate_is_that_of_the_day_of_supply() {
    let taxer = taxer(seller("EE", ""), buyer("EE", "", "", true));
    assert_eq!(told(&taxer, SAAS, "2025-06-30"), "22 EE");
    assert_eq!(told(&taxer, SAAS, "2025-07-01"), "24 EE");
    // So is a registration.
    let mut de = registered(seller("DE", ""), "EU", Scheme::Oss);
    de.profile.registrations[0].span = span("2026-01-01");
    let taxer = Taxer {
        seller: de,
        ..taxer
    };
    assert_eq!(told(&taxer, SAAS, "2025-12-31"), "19 DE");
    assert_eq!(told(&taxer, SAAS, "2026-01-01"), "24 EE");
}

#[test]
fn a_small_business_adds_no_tax_at_home() {
    let mut de = seller("DE", "");
    de.profile.small_business = Some(Span {
        from: day("2025-01-01"),
        until: Some(day("2026-12-31")),
    });
    let home = taxer(de.clone(), buyer("DE", "", "", true));
    assert_eq!(told(&home, SAAS, TODAY), "small_business DE");
    assert_eq!(told(&home, SAAS, "2027-01-01"), "19 DE");
    assert_eq!(
        told(&taxer(de, buyer("AT", "", AT_ID, false)), SAAS, TODAY),
        "reverse_charge AT"
    );
}

#[test]
fn a_certificate_frees_where_and_while_it_holds() {
    let certificate = |place: &str, state| Certificate {
        id: CertificateId::generate(),
        seller: AccountId::generate(),
        buyer: AccountId::generate(),
        place: place.to_owned(),
        number: "TX-17".to_owned(),
        from: day("2026-01-01"),
        until: Some(day("2026-12-31")),
        document: String::new(),
        state,
        created_at: at(),
        version: 1,
    };
    let of = |certificate: Certificate| {
        let mut texan = buyer("US", "TX", "", false);
        texan.certificates = vec![certificate];
        taxer(
            registered(seller("US", "CO"), "US-TX", Scheme::Local),
            texan,
        )
    };
    let approved = of(certificate("US-TX", CertificateState::Approved));
    assert_eq!(told(&approved, SAAS, TODAY), "certificate US-TX");
    assert_eq!(
        approved.taxes(SAAS, day(TODAY))[0].reference.as_deref(),
        Some("TX-17")
    );
    assert_eq!(told(&approved, SAAS, "2027-01-01"), "5 US-TX");
    assert_eq!(
        told(
            &of(certificate("US", CertificateState::Approved)),
            SAAS,
            TODAY
        ),
        "certificate US-TX"
    );
    for other in [
        certificate("US-NY", CertificateState::Approved),
        certificate("US-TX", CertificateState::Pending),
        certificate("US-TX", CertificateState::Rejected),
    ] {
        assert_eq!(told(&of(other), SAAS, TODAY), "5 US-TX");
    }
}

#[test]
fn what_a_vat_id_needs_is_the_sellers_policy() {
    let of = |policy, state: Option<VatState>, about: &str| {
        let mut de = seller("DE", "");
        de.profile.vat_check = policy;
        let mut at_buyer = buyer("AT", "", AT_ID, false);
        at_buyer.standing.vat_check = state.map(|state| VatCheck {
            vat_id: about.to_owned(),
            state,
            checked_at: at(),
            reference: None,
            name: None,
        });
        told(&taxer(de, at_buyer), SAAS, TODAY)
    };
    use VatCheckPolicy::{Format, NotInvalid, Valid};
    let (free, taxed) = ("reverse_charge AT", "19 DE");
    for (policy, unchecked, valid, invalid, unavailable) in [
        (Format, free, free, free, free),
        (NotInvalid, free, free, taxed, free),
        (Valid, taxed, free, taxed, taxed),
    ] {
        assert_eq!(of(policy, None, ""), unchecked, "{policy}");
        assert_eq!(of(policy, Some(VatState::Valid), AT_ID), valid, "{policy}");
        assert_eq!(
            of(policy, Some(VatState::Invalid), "atu 1358 5627"),
            invalid,
            "{policy}"
        );
        assert_eq!(
            of(policy, Some(VatState::Unavailable), AT_ID),
            unavailable,
            "{policy}"
        );
        // An answer about another number says nothing.
        assert_eq!(
            of(policy, Some(VatState::Valid), "ATU99999999"),
            unchecked,
            "{policy}"
        );
    }
}

#[test]
fn two_hints_outweigh_an_address() {
    let hint = |kind, country: &str| Evidence {
        kind,
        country: country.to_owned(),
        at: at(),
    };
    let of = |person, evidence: Vec<Evidence>| {
        let id = if person { "" } else { AT_ID };
        let mut one = buyer("AT", "", id, person);
        one.standing.evidence = evidence;
        taxer(registered(seller("DE", ""), "EU", Scheme::Oss), one)
    };
    let (card, ip, bank) = (EvidenceKind::Card, EvidenceKind::Ip, EvidenceKind::Bank);
    for (evidence, expected) in [
        (vec![], "20 AT"),
        (vec![hint(card, "SE")], "20 AT"),
        (vec![hint(card, "SE"), hint(ip, "FI")], "20 AT"),
        (vec![hint(card, "SE"), hint(ip, "SE")], "25 SE"),
        (
            vec![hint(card, "SE"), hint(ip, "SE"), hint(bank, "AT")],
            "20 AT",
        ),
    ] {
        let taxer = of(true, evidence.clone());
        assert_eq!(told(&taxer, SAAS, TODAY), expected, "{evidence:?}");
        assert_eq!(taxer.basis().evidence, evidence);
    }
    // A business with its VAT id is where that is.
    let business = of(false, vec![hint(card, "SE"), hint(ip, "SE")]);
    assert_eq!(told(&business, SAAS, TODAY), "reverse_charge AT");
    assert_eq!(business.basis().buyer, BuyerKind::Business);
    assert_eq!(business.basis().place, "AT");
}
