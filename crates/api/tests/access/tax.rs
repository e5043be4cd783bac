//! Taxes: of sellers, of buyers, of the realm.

use serde_json::json;
use tradewind_kernel::id::CertificateId;

use super::{
    Case,
    Who::{Customer, OtherReseller, Provider, Reseller},
    own_list,
};

pub(crate) fn cases() -> Vec<Case> {
    let seller = |operation, path, status| Case {
        unrelated: OtherReseller,
        allowed: Reseller,
        answers: [401, 404, status],
        ..own_list(operation, path)
    };
    let buyer = |operation, path, status| Case {
        allowed: Customer,
        ..seller(operation, path, status)
    };
    let profile = |w: &crate::common::World| format!("/accounts/{}/tax-profile", w.reseller.id);
    let engine = |w: &crate::common::World| format!("/accounts/{}/tax-engine", w.reseller.id);
    let certificate = |word: &'static str| -> fn(&crate::common::World) -> String {
        match word {
            "approve" => |_| format!("/tax-certificates/{}/approve", CertificateId::generate()),
            _ => |_| format!("/tax-certificates/{}/reject", CertificateId::generate()),
        }
    };
    vec![
        seller("getTaxProfile", profile, 200),
        Case {
            body: Some(|_| json!({ "decision": "by_place" })),
            ..seller("setTaxProfile", profile, 200)
        },
        Case {
            body: Some(|_| {
                json!({ "url": "http://127.0.0.1:9/tax", "secret": "engine-secret-1", "away": "own_tables",
                    "after_hours": 4, "codes": { "saas": "SW054" } })
            }),
            ..seller("setTaxEngine", engine, 200)
        },
        // None is set up.
        Case {
            answers: [401, 404, 404],
            ..seller("getTaxEngine", engine, 404)
        },
        Case {
            body: Some(
                |w| json!({ "buyer_id": w.customer.id, "amount": { "amount": "100.00", "currency": "EUR" } }),
            ),
            ..seller(
                "sampleTaxEngine",
                |w| format!("/accounts/{}/tax-engine/sample", w.reseller.id),
                422,
            )
        },
        seller(
            "getTaxEngineWork",
            |w| format!("/accounts/{}/tax-engine/work", w.reseller.id),
            200,
        ),
        Case {
            body: Some(|_| json!({})),
            ..seller(
                "askTaxEngine",
                |w| format!("/accounts/{}/tax-engine/work", w.reseller.id),
                202,
            )
        },
        seller("removeTaxEngine", engine, 204),
        // The terms of this trade say how it is taxed.
        seller(
            "decideTax",
            |w| {
                format!(
                    "/accounts/{}/tax-decision?buyer={}&on=2024-03-01",
                    w.reseller.id, w.customer.id
                )
            },
            422,
        ),
        buyer(
            "getTaxStanding",
            |w| format!("/accounts/{}/tax-standing", w.customer.id),
            200,
        ),
        Case {
            body: Some(|_| json!({ "kind": "ip", "country": "SE" })),
            ..buyer(
                "addTaxEvidence",
                |w| format!("/accounts/{}/tax-evidence", w.customer.id),
                200,
            )
        },
        // This customer has no VAT id.
        buyer(
            "checkVatId",
            |w| format!("/accounts/{}/vat-check", w.customer.id),
            422,
        ),
        buyer(
            "listTaxCertificates",
            |w| format!("/accounts/{}/tax-certificates", w.customer.id),
            200,
        ),
        seller(
            "listReceivedTaxCertificates",
            |w| format!("/accounts/{}/received-tax-certificates", w.reseller.id),
            200,
        ),
        Case {
            body: Some(|w| {
                json!({ "seller": w.reseller.id, "buyer": w.customer.id, "place": "DE", "number": "17",
                    "from": "2024-01-01" })
            }),
            ..buyer("submitTaxCertificate", |_| "/tax-certificates".into(), 201)
        },
        Case {
            answers: [401, 404, 404],
            ..seller("approveTaxCertificate", certificate("approve"), 404)
        },
        Case {
            answers: [401, 404, 404],
            ..seller("rejectTaxCertificate", certificate("reject"), 404)
        },
        Case {
            unrelated: Customer,
            allowed: Reseller,
            ..own_list("listTaxRates", |_| "/tax-rates?place=DE".into())
        },
        Case {
            unrelated: Customer,
            allowed: Reseller,
            ..own_list("exportTaxRates", |_| "/own-tax-rates".into())
        },
        Case {
            body: Some(|_| {
                json!({ "csv": "place,category,buyer,percent,share,name,from,until,source\n\
                    AU,standard,any,10,,GST,2000-07-01,,GST Act 1999\n" })
            }),
            unrelated: Reseller,
            allowed: Provider,
            answers: [401, 404, 200],
            ..own_list("replaceTaxRates", |_| "/tax-rates".into())
        },
    ]
}
