//! Terms between neighbours, and the way up from a customer.

mod common;

use common::{each_world, is, refusal};
use tradewind_accounts::{
    service::{account_update, chain_get, relationship_get, relationship_list, relationship_set},
    types::{
        AccountChanges, AccountUpdate, PaymentMode, RelationshipSet, TaxData, TaxTreatment,
        TermsInput,
    },
};
use tradewind_kernel::{Error, id::AccountId, page::ListRequest};
use tradewind_policy::Role;

#[tokio::test]
async fn the_chain_leads_from_a_customer_to_the_provider_with_usual_terms() {
    each_world(|w| async move {
        let chain = chain_get(w.p(), &w.system().await, w.customer.id)
            .await
            .expect("a chain");
        let pairs: Vec<(AccountId, AccountId)> = chain
            .iter()
            .map(|pair| (pair.seller.id, pair.buyer.id))
            .collect();
        assert_eq!(
            pairs,
            [
                (w.reseller.id, w.customer.id),
                (w.distributor.id, w.reseller.id),
                (w.provider.id, w.distributor.id)
            ]
        );
        let payments: Vec<PaymentMode> = chain.iter().map(|p| p.relationship.payment).collect();
        assert_eq!(
            payments,
            [
                PaymentMode::Prepay,
                PaymentMode::OnAccount,
                PaymentMode::OnAccount
            ]
        );
        let limit = chain_get(w.p(), &w.system().await, w.other_customer.id)
            .await
            .expect("a chain")[1]
            .relationship
            .credit_limit;
        assert_eq!(
            limit.map(|limit| limit.to_string()),
            Some("5000.00 EUR".to_owned())
        );
        assert!(
            chain_get(w.p(), &w.system().await, w.provider.id)
                .await
                .expect("empty")
                .is_empty()
        );
    })
    .await;
}

#[tokio::test]
async fn terms_are_seen_by_the_seller_and_above_never_by_the_buyer() {
    each_world(|w| async move {
        let sold = async |account, role| {
            let ctx = w.as_role(account, role).await;
            let page = relationship_list(w.p(), &ctx, &ListRequest::default()).await;
            page.map(|page| page.items.len())
        };
        assert_eq!(sold(&w.provider, Role::Owner).await.expect("listed"), 6);
        assert_eq!(
            sold(&w.distributor, Role::Billing).await.expect("listed"),
            4
        );
        assert_eq!(sold(&w.reseller, Role::ReadOnly).await.expect("listed"), 1);
        assert_eq!(sold(&w.customer, Role::Owner).await.expect("listed"), 0);
        assert_eq!(
            refusal(sold(&w.reseller, Role::Catalogue).await).0,
            "forbidden"
        );
        let chain = chain_get(w.p(), &w.system().await, w.customer.id)
            .await
            .expect("a chain");
        let buying = chain[1].relationship.id;
        let reseller = w.as_role(&w.reseller, Role::Owner).await;
        assert_eq!(
            refusal(relationship_get(w.p(), &reseller, buying).await).0,
            "not_found"
        );
        let customer = w.as_role(&w.customer, Role::Owner).await;
        let own = chain[0].relationship.id;
        assert_eq!(
            refusal(relationship_get(w.p(), &customer, own).await).0,
            "not_found"
        );
        assert!(relationship_get(w.p(), &reseller, own).await.is_ok());
        assert!(
            relationship_get(w.p(), &w.as_role(&w.provider, Role::Billing).await, own)
                .await
                .is_ok()
        );
    })
    .await;
}

#[tokio::test]
async fn terms_change_by_the_seller_and_only_over_what_was_read() {
    each_world(|w| async move {
        let set = |terms: TermsInput, version| RelationshipSet {
            seller: w.reseller.id,
            buyer: w.customer.id,
            version,
            terms,
        };
        let billing = w.as_role(&w.reseller, Role::Billing).await;
        let terms = TermsInput {
            payment: Some("on_account".into()),
            payment_terms_days: Some(21),
            credit_limit: Some("250.50".into()),
            tax_treatment: Some("reverse_charge".into()),
            ..TermsInput::default()
        };
        let after = relationship_set(w.p(), &billing, &set(terms.clone(), Some(1)))
            .await
            .expect("set");
        assert_eq!(
            (after.payment, after.payment_terms_days, after.version),
            (PaymentMode::OnAccount, 21, 2)
        );
        assert_eq!(after.tax_treatment, TaxTreatment::ReverseCharge);
        let before = w.rows().await;
        let late = relationship_set(w.p(), &billing, &set(terms.clone(), Some(1))).await;
        assert!(matches!(late, Err(Error::Changed { .. })));
        let wrong = TermsInput {
            currency: Some("XXQ".into()),
            payment: Some("later".into()),
            payment_terms_days: Some(900),
            credit_limit: Some("-1".into()),
            tax_rate: Some("120".into()),
            invoice_day: Some(31),
            ..TermsInput::default()
        };
        let Err(Error::Invalid(problems)) =
            relationship_set(w.p(), &billing, &set(wrong, None)).await
        else {
            panic!("refused");
        };
        let fields: Vec<&str> = problems
            .iter()
            .map(|problem| problem.field.as_str())
            .collect();
        assert_eq!(
            fields,
            [
                "currency",
                "payment",
                "payment_terms_days",
                "credit_limit",
                "tax_rate",
                "invoice_day"
            ]
        );
        let customer = w.as_role(&w.customer, Role::Owner).await;
        assert_eq!(
            refusal(relationship_set(w.p(), &customer, &set(terms.clone(), None)).await).0,
            "not_found"
        );
        let support = w.as_role(&w.reseller, Role::Support).await;
        assert_eq!(
            refusal(relationship_set(w.p(), &support, &set(terms.clone(), None)).await).0,
            "forbidden"
        );
        let skipping = RelationshipSet {
            seller: w.distributor.id,
            buyer: w.customer.id,
            version: None,
            terms,
        };
        let distributor = w.as_role(&w.distributor, Role::Owner).await;
        assert!(is(
            &refusal(relationship_set(w.p(), &distributor, &skipping).await),
            "not_adjacent",
            "buyer"
        ));
        assert_eq!(w.rows().await, before, "refusals changed nothing");
    })
    .await;
}

#[tokio::test]
async fn tax_follows_where_the_buyer_is_and_its_checked_number_unless_agreed_otherwise() {
    each_world(|w| async move {
        let ctx = w.system().await;
        let say = |country: &str, tax_id: &str| AccountUpdate {
            account: w.customer.id,
            version: None,
            changes: AccountChanges {
                country: Some(country.to_owned()),
                tax: Some(TaxData {
                    tax_id: tax_id.to_owned(),
                    ..TaxData::default()
                }),
                ..AccountChanges::default()
            },
        };
        let treatment = async || {
            let chain = chain_get(w.p(), &ctx, w.customer.id).await.expect("terms");
            chain[0].relationship.tax_treatment
        };
        assert_eq!(
            (w.reseller.country.as_str(), w.customer.country.as_str()),
            ("DE", "DE")
        );
        for (country, tax_id, expected) in [
            ("AT", "", TaxTreatment::Standard),
            ("AT", "ATU 1358 5627", TaxTreatment::ReverseCharge),
            ("AT", "12/345/6789", TaxTreatment::Standard),
            // A number of another member says nothing about the business in this one.
            ("AT", "DE136695976", TaxTreatment::Standard),
            ("US", "84-5550117", TaxTreatment::Exempt),
            ("US", "", TaxTreatment::Standard),
            ("DE", "DE136695976", TaxTreatment::Standard),
        ] {
            account_update(w.p(), &ctx, &say(country, tax_id))
                .await
                .expect("it is so");
            assert_eq!(treatment().await, expected, "{country} {tax_id}");
        }
        let mistyped = refusal(account_update(w.p(), &ctx, &say("AT", "ATU13585628")).await);
        assert!(
            is(&mistyped, "wrong_check_digits", "tax.tax_id"),
            "{mistyped:?}"
        );
        let short = refusal(account_update(w.p(), &ctx, &say("AT", "ATU1358")).await);
        assert!(is(&short, "malformed_vat_id", "tax.tax_id"), "{short:?}");
        assert_eq!(treatment().await, TaxTreatment::Standard);

        let agreed = RelationshipSet {
            seller: w.reseller.id,
            buyer: w.customer.id,
            version: None,
            terms: TermsInput {
                tax_treatment: Some("exempt".into()),
                ..TermsInput::default()
            },
        };
        relationship_set(w.p(), &ctx, &agreed)
            .await
            .expect("agreed");
        account_update(w.p(), &ctx, &say("AT", "ATU13585627"))
            .await
            .expect("it is so");
        assert_eq!(
            treatment().await,
            TaxTreatment::Exempt,
            "what was agreed stays"
        );
    })
    .await;
}
