//! Taxes that are decided by place, category and day, from the sale to the books.

use tradewind_accounts::{
    service as accounts,
    types::{AccountChanges, AccountUpdate, TaxData},
};
use tradewind_billing::{
    service::{self as billing, CreditNote},
    types::{CreditDestination, Document, TaxKind},
};
use tradewind_catalogue::{
    service as catalogue,
    types::{ItemDraft, ItemUpdate, ProductDetail},
};
use tradewind_kernel::{Error, Result, id::InvoiceId, vat_id::VatId};
use tradewind_platform::BoxFuture;
use tradewind_policy::{AccountKind, Role};
use tradewind_tax::{
    service::{self as tax, DecisionAsk, RatesAsk, VatCheckAsk, VatRegister},
    types::{
        BuyerKind, CertificateDecide, CertificateState, CertificateSubmit, EvidenceAdd,
        EvidenceKind, OwnRates, Registration, Scheme, Span, TaxCategory, TaxDecision, TaxPoint,
        TaxProfile, TaxProfileSet, VatAnswer, VatCheckPolicy, VatState,
    },
};

use crate::{
    sales::{Market, each_market},
    world::{day, dec},
};

fn by_place() -> TaxProfile {
    TaxProfile {
        decision: TaxDecision::ByPlace,
        ..TaxProfile::default()
    }
}

/// In the One-Stop-Shop since 2021.
fn oss() -> TaxProfile {
    TaxProfile {
        registrations: vec![Registration {
            place: "EU".to_owned(),
            scheme: Scheme::Oss,
            number: "DE136695976".to_owned(),
            span: Span {
                from: day("2021-07-01"),
                until: None,
            },
        }],
        ..by_place()
    }
}

async fn profile(market: &Market, profile: TaxProfile) {
    let ctx = market.world.ctx().await;
    let set = TaxProfileSet {
        seller: market.world.reseller,
        profile,
    };
    tax::profile_set(market.p(), &ctx, &set)
        .await
        .expect("a profile");
}

/// The customer moves.
async fn moves(market: &Market, country: &str, tax_id: &str) {
    let ctx = market.world.ctx().await;
    let update = AccountUpdate {
        account: market.world.customer,
        version: None,
        changes: AccountChanges {
            country: Some(country.to_owned()),
            tax: Some(TaxData {
                tax_id: tax_id.to_owned(),
                consumer: tax_id.is_empty(),
                ..TaxData::default()
            }),
            ..AccountChanges::default()
        },
    };
    accounts::account_update(market.p(), &ctx, &update)
        .await
        .expect("an account");
}

async fn sold(market: &Market, date: &str) -> Document {
    let (customer, reseller) = (market.world.customer, market.world.reseller);
    let sold = market.sell(customer, reseller, "3", date).await;
    market.invoice(sold.invoice.expect("an invoice")).await
}

/// Place, percent or reason, base and tax of each row of the summary.
fn summary(document: &Document) -> Vec<(String, i64, i64)> {
    let row = |row: &tradewind_billing::types::TaxLine| {
        let rate = &row.rate;
        let what = rate
            .reason
            .clone()
            .unwrap_or_else(|| rate.percent.normalize().to_string());
        (
            format!("{what} {}", rate.place),
            row.net.minor,
            row.tax.minor,
        )
    };
    document.tax_summary.iter().map(row).collect()
}

fn rows(expected: &[(&str, i64, i64)]) -> Vec<(String, i64, i64)> {
    expected
        .iter()
        .map(|(what, net, tax)| ((*what).to_owned(), *net, *tax))
        .collect()
}

async fn categorised(market: &Market, code: &str, category: TaxCategory) {
    let ctx = market.world.ctx().await;
    let product = market.product.product.id;
    let detail: ProductDetail = catalogue::product_get(market.p(), &ctx, product)
        .await
        .expect("a product");
    let plan = &detail.plans[0];
    let item = plan
        .items
        .iter()
        .find(|item| item.code == code)
        .expect("an item")
        .clone();
    let update = ItemUpdate {
        id: item.id,
        version: plan.version,
        draft: ItemDraft {
            code: item.code,
            name: item.name,
            kind: item.kind,
            unit: item.unit,
            meter: item.meter,
            aggregation: item.aggregation,
            timing: item.timing,
            quantity_min: item.quantity_min,
            quantity_max: item.quantity_max,
            quantity_default: item.quantity_default,
            quantity_step: item.quantity_step,
            tax_category: Some(category),
            position: item.position,
        },
    };
    catalogue::item_update(market.p(), &ctx, &update)
        .await
        .expect("an item");
}

#[tokio::test]
async fn each_line_has_the_rate_of_the_day_on_which_it_is_supplied() {
    each_market(|market| async move {
        profile(&market, oss()).await;
        moves(&market, "FI", "").await;
        // Finland went from 24 to 25.5 percent on the first of September: the set-up was done in August, the seats are for
        // a month that ends in September.
        let invoice = sold(&market, "2024-08-20").await;
        assert_eq!(
            summary(&invoice),
            rows(&[("25.5 FI", 4277, 1091), ("24 FI", 7128, 1711)])
        );
        assert_eq!(invoice.summary.gross.minor, 11_405 + 2802);
        let basis = invoice.parties.tax_basis.clone().expect("a basis");
        assert_eq!(
            (basis.place.as_str(), basis.buyer),
            ("FI", BuyerKind::Consumer)
        );
        // What is given back is taxed as it was billed, whatever the rate is by now.
        let ctx = market.on("2026-01-05").await;
        let input = CreditNote {
            invoice_id: invoice.summary.id,
            lines: None,
            destination: CreditDestination::Debt,
            reason: "a mistake".to_owned(),
        };
        let note = billing::credit_note_for(market.p(), &ctx, &input)
            .await
            .expect("a note");
        let note = market.invoice(note.id).await;
        assert_eq!(summary(&note), summary(&invoice));
        market.assert_clean().await;
    })
    .await;
}

#[tokio::test]
async fn the_day_that_counts_is_a_policy() {
    each_market(|market| async move {
        moves(&market, "FI", "").await;
        for (tax_point, expected) in [
            (
                TaxPoint::PeriodEnd,
                rows(&[("25.5 FI", 4277, 1091), ("24 FI", 7128, 1711)]),
            ),
            // 24 % of 114.05: 27.372
            (TaxPoint::PeriodStart, rows(&[("24 FI", 11_405, 2737)])),
            (TaxPoint::Issue, rows(&[("24 FI", 11_405, 2737)])),
        ] {
            profile(&market, TaxProfile { tax_point, ..oss() }).await;
            let invoice = sold(&market, "2024-08-20").await;
            assert_eq!(summary(&invoice), expected, "{tax_point}");
        }
        market.assert_clean().await;
    })
    .await;
}

#[tokio::test]
async fn what_people_do_is_taxed_where_they_are_and_a_new_category_holds_from_the_next_document_on()
{
    each_market(|market| async move {
        profile(&market, oss()).await;
        moves(&market, "FI", "").await;
        categorised(&market, "setup", TaxCategory::Consulting).await;
        let invoice = sold(&market, "2025-03-02").await;
        assert_eq!(
            summary(&invoice),
            rows(&[("25.5 FI", 4277, 1091), ("19 DE", 7128, 1354)])
        );
        assert_eq!(invoice.lines[0].tax_category, TaxCategory::Consulting);
        // The running subscription's seats turn out to be lessons.
        categorised(&market, "seats", TaxCategory::Training).await;
        market.bill("2025-04-02").await;
        let issued = market
            .documents(market.world.reseller, market.world.customer)
            .await;
        let renewal = market.invoice(issued[1].id).await;
        assert_eq!(summary(&renewal), rows(&[("19 DE", 4277, 813)]));
        market.assert_clean().await;
    })
    .await;
}

#[tokio::test]
async fn outside_the_union_and_between_its_businesses_the_document_says_why_there_is_no_tax() {
    each_market(|market| async move {
        profile(&market, oss()).await;
        for (country, tax_id, kind, expected) in [
            (
                "AT",
                "ATU13585627",
                TaxKind::ReverseCharge,
                "reverse_charge AT",
            ),
            ("CH", "", TaxKind::OutOfScope, "abroad CH"),
            ("US", "", TaxKind::OutOfScope, "abroad US"),
        ] {
            moves(&market, country, tax_id).await;
            let invoice = sold(&market, "2025-03-02").await;
            assert_eq!(summary(&invoice), rows(&[(expected, 11_405, 0)]));
            assert_eq!(invoice.tax_summary[0].rate.kind, kind);
            assert_eq!(invoice.summary.gross.minor, 11_405);
        }
        market.assert_clean().await;
    })
    .await;
}

/// A register that says what it is told to.
struct Says(VatAnswer);

impl VatRegister for Says {
    fn ask<'a>(&'a self, id: &'a VatId, _: Option<&'a VatId>) -> BoxFuture<'a, Result<VatAnswer>> {
        assert_eq!(id.to_string(), "ATU13585627");
        Box::pin(async move { Ok(self.0.clone()) })
    }
}

fn valid(yes: bool) -> Says {
    Says(VatAnswer::Known {
        valid: yes,
        reference: Some("WAPIAAAA".to_owned()),
        name: None,
    })
}

#[tokio::test]
async fn the_register_has_the_last_word_where_the_seller_wants_it() {
    each_market(|market| async move {
        let strict = TaxProfile {
            vat_check: VatCheckPolicy::Valid,
            ..by_place()
        };
        profile(&market, strict).await;
        moves(&market, "AT", "ATU 1358 5627").await;
        let (taxed, free) = (
            rows(&[("19 DE", 11_405, 2167)]),
            rows(&[("reverse_charge AT", 11_405, 0)]),
        );
        assert_eq!(summary(&sold(&market, "2025-03-02").await), taxed);
        let ask = VatCheckAsk {
            account: market.world.customer,
        };
        let ctx = market.world.ctx().await;
        let away = Says(VatAnswer::Unavailable("MS_UNAVAILABLE".to_owned()));
        let failed = tax::vat_check_now(market.p(), &ctx, &away, &ask).await;
        assert!(
            matches!(failed, Err(Error::Unavailable { .. })),
            "{failed:?}"
        );
        let state = async || {
            let standing = tax::standing_get(market.p(), &ctx, ask.account)
                .await
                .expect("a standing");
            standing
                .vat_check
                .map(|check| (check.state, check.reference))
        };
        assert_eq!(state().await, Some((VatState::Unavailable, None)));
        assert_eq!(summary(&sold(&market, "2025-03-02").await), taxed);
        tax::vat_check_now(market.p(), &ctx, &valid(true), &ask)
            .await
            .expect("asked");
        let proof = Some("WAPIAAAA".to_owned());
        assert_eq!(state().await, Some((VatState::Valid, proof.clone())));
        let invoice = sold(&market, "2025-03-02").await;
        assert_eq!(summary(&invoice), free);
        let basis = invoice.parties.tax_basis.expect("a basis");
        assert_eq!(basis.vat_check.and_then(|check| check.reference), proof);
        // Silence takes nothing back; a no does.
        assert!(
            tax::vat_check_now(market.p(), &ctx, &away, &ask)
                .await
                .is_err()
        );
        assert_eq!(state().await, Some((VatState::Valid, proof.clone())));
        tax::vat_check_now(market.p(), &ctx, &valid(false), &ask)
            .await
            .expect("asked");
        assert_eq!(state().await, Some((VatState::Invalid, proof)));
        assert_eq!(summary(&sold(&market, "2025-03-02").await), taxed);
        market.assert_clean().await;
    })
    .await;
}

#[tokio::test]
async fn a_certificate_waits_for_the_seller_and_then_frees_where_it_holds() {
    each_market(|market| async move {
        let world = &market.world;
        profile(&market, by_place()).await;
        moves(&market, "DE", "").await;
        let submit = CertificateSubmit {
            seller: world.reseller,
            buyer: world.customer,
            place: "DE".to_owned(),
            number: "Nr. 17".to_owned(),
            from: day("2025-01-01"),
            until: Some(day("2025-12-31")),
            document: "certificate.pdf".to_owned(),
        };
        let customer = world
            .user(world.customer, AccountKind::Customer, Role::Owner)
            .await;
        let handed = tax::certificate_submit(market.p(), &customer, &submit)
            .await
            .expect("handed in");
        assert_eq!(handed.state, CertificateState::Pending);
        let taxed = rows(&[("19 DE", 11_405, 2167)]);
        assert_eq!(summary(&sold(&market, "2025-03-02").await), taxed);
        let decide = CertificateDecide {
            id: handed.id,
            approve: true,
        };
        let own = tax::certificate_decide(market.p(), &customer, &decide).await;
        assert!(own.is_err(), "nobody accepts their own: {own:?}");
        let seller = world
            .user(world.reseller, AccountKind::Reseller, Role::Owner)
            .await;
        tax::certificate_decide(market.p(), &seller, &decide)
            .await
            .expect("decided");
        let invoice = sold(&market, "2025-03-02").await;
        assert_eq!(summary(&invoice), rows(&[("certificate DE", 11_405, 0)]));
        assert_eq!(
            invoice.tax_summary[0].rate.reference.as_deref(),
            Some("Nr. 17")
        );
        // The month of the seats ends after the certificate does: they are taxed, the set-up is not.
        let late = sold(&market, "2025-12-20").await;
        assert_eq!(
            summary(&late),
            rows(&[("19 DE", 4277, 813), ("certificate DE", 7128, 0)])
        );
        let wrong = CertificateSubmit {
            place: "XX".to_owned(),
            number: " ".to_owned(),
            until: Some(day("2024-01-01")),
            ..submit
        };
        let refused = tax::certificate_submit(market.p(), &customer, &wrong)
            .await
            .unwrap_err();
        let fields: Vec<&str> = refused
            .problems()
            .iter()
            .map(|one| one.field.as_str())
            .collect();
        assert_eq!(fields, ["place", "number", "until"]);
        market.assert_clean().await;
    })
    .await;
}

#[tokio::test]
async fn a_realm_adds_rates_of_its_own_and_hints_say_where_a_consumer_is() {
    each_market(|market| async move {
        let ctx = market.world.ctx().await;
        let mut australia = oss();
        australia.registrations.push(Registration {
            place: "AU".to_owned(),
            scheme: Scheme::Local,
            number: String::new(),
            span: Span {
                from: day("2024-01-01"),
                until: None,
            },
        });
        let set = TaxProfileSet {
            seller: market.world.reseller,
            profile: australia,
        };
        let refused = tax::profile_set(market.p(), &ctx, &set).await.unwrap_err();
        assert_eq!(refused.problems()[0].code, "no_rates");
        let file = "place,category,buyer,percent,share,name,from,until,source\n\
            AU,standard,any,10,,GST,2000-07-01,,GST Act 1999\n";
        let own = OwnRates {
            csv: file.to_owned(),
        };
        let seller = market
            .world
            .user(market.world.reseller, AccountKind::Reseller, Role::Owner)
            .await;
        let forbidden = tax::rates_replace(market.p(), &seller, &own).await;
        assert!(
            forbidden.is_err(),
            "rates are the provider's: {forbidden:?}"
        );
        assert_eq!(
            tax::rates_replace(market.p(), &ctx, &own)
                .await
                .expect("rates"),
            1
        );
        assert_eq!(
            tax::rates_export(market.p(), &ctx).await.expect("a file"),
            file
        );
        let ask = RatesAsk {
            place: Some("AU".to_owned()),
            on: Some(day("2025-01-01")),
        };
        let listed = tax::rates_list(market.p(), &seller, &ask)
            .await
            .expect("rates");
        assert_eq!(listed.len(), 1);
        assert!(listed[0].own);
        tax::profile_set(market.p(), &ctx, &set)
            .await
            .expect("a profile");
        moves(&market, "AU", "").await;
        let invoice = sold(&market, "2025-03-02").await;
        assert_eq!(summary(&invoice), rows(&[("10 AU", 11_405, 1141)]));
        assert_eq!(invoice.tax_summary[0].rate.code, "GST");
        for kind in [EvidenceKind::Card, EvidenceKind::Ip] {
            let add = EvidenceAdd {
                account: market.world.customer,
                kind,
                country: "SE".to_owned(),
            };
            tax::evidence_add(market.p(), &ctx, &add)
                .await
                .expect("a hint");
        }
        let invoice = sold(&market, "2025-03-02").await;
        assert_eq!(summary(&invoice), rows(&[("25 SE", 11_405, 2851)]));
        assert_eq!(
            invoice.parties.tax_basis.expect("a basis").evidence.len(),
            2
        );
        let decision = DecisionAsk {
            seller: market.world.reseller,
            buyer: market.world.customer,
            category: TaxCategory::Saas,
            on: day("2025-03-02"),
        };
        let decided = tax::decision(market.p(), &seller, &decision)
            .await
            .expect("a decision");
        assert_eq!(
            (decided.taxes[0].percent, decided.basis.place.as_str()),
            (dec("25"), "SE")
        );
        market.assert_clean().await;
    })
    .await;
}

/// A document by its id keeps what it was issued with.
#[tokio::test]
async fn what_is_issued_stays() {
    each_market(|market| async move {
        let before: InvoiceId = sold(&market, "2025-03-02").await.summary.id;
        let agreed = market.invoice(before).await;
        assert_eq!(summary(&agreed), rows(&[("20 ", 11_405, 2281)]));
        assert_eq!(agreed.parties.tax_basis, None);
        profile(&market, oss()).await;
        assert_eq!(market.invoice(before).await, agreed);
        assert_eq!(
            summary(&sold(&market, "2025-03-02").await),
            rows(&[("19 DE", 11_405, 2167)])
        );
        market.assert_clean().await;
    })
    .await;
}
