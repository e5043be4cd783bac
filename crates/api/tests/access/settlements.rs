//! How books are kept, revenue, settlements with vendors, and files of payments.

use serde_json::json;
use tradewind_kernel::id::{PayoutFileId, SettlementId, StatusReportId};

use super::{
    Case,
    Who::{OtherReseller, Reseller},
    own_list,
};
use crate::common::World;

pub(crate) fn cases() -> Vec<Case> {
    let case = |operation, path: fn(&World) -> String, status| Case {
        unrelated: OtherReseller,
        allowed: Reseller,
        answers: [401, 404, status],
        ..own_list(operation, path)
    };
    let unknown = |operation, path: fn(&World) -> String| Case {
        answers: [401, 404, 404],
        ..own_list(operation, path)
    };
    vec![
        case(
            "getLedgerBook",
            |w| format!("/accounts/{}/ledger/book", w.reseller.id),
            200,
        ),
        Case {
            body: Some(|_| json!({ "month": "1999-01-01" })),
            ..case(
                "closeLedgerMonth",
                |w| format!("/accounts/{}/ledger/close", w.reseller.id),
                200,
            )
        },
        Case {
            body: Some(|_| json!({ "month": "1990-01-01", "reason": "Forgotten" })),
            ..case(
                "reopenLedgerMonth",
                |w| format!("/accounts/{}/ledger/reopen", w.reseller.id),
                422,
            )
        },
        case(
            "sealLedger",
            |w| format!("/accounts/{}/ledger/seal", w.reseller.id),
            200,
        ),
        case(
            "listLedgerChart",
            |w| format!("/accounts/{}/ledger/chart", w.reseller.id),
            200,
        ),
        Case {
            body: Some(|_| json!({ "account": "assets:bank", "code": "1200", "name": "Giro" })),
            ..case(
                "setLedgerChart",
                |w| format!("/accounts/{}/ledger/chart", w.reseller.id),
                200,
            )
        },
        case(
            "listRevenue",
            |w| format!("/accounts/{}/revenue?from=2024-01-01", w.reseller.id),
            200,
        ),
        case(
            "getRevenueCsv",
            |w| format!("/accounts/{}/revenue.csv?months=3", w.reseller.id),
            200,
        ),
        case(
            "getRevenueLinesCsv",
            |w| {
                format!(
                    "/accounts/{}/revenue-lines.csv?month=2024-03-01",
                    w.reseller.id
                )
            },
            200,
        ),
        case(
            "getRevenuePolicy",
            |w| format!("/accounts/{}/revenue-policy", w.reseller.id),
            200,
        ),
        Case {
            body: Some(|_| json!({ "recognition": "over_time", "since": "2099-01-01" })),
            ..case(
                "setRevenuePolicy",
                |w| format!("/accounts/{}/revenue-policy", w.reseller.id),
                200,
            )
        },
        case(
            "bookRevenue",
            |w| format!("/accounts/{}/revenue/book", w.reseller.id),
            200,
        ),
        case(
            "getBookCurrency",
            |w| format!("/accounts/{}/book-currency", w.reseller.id),
            200,
        ),
        Case {
            body: Some(|_| json!({ "currency": "EUR", "since": "2099-01-01" })),
            ..case(
                "setBookCurrency",
                |w| format!("/accounts/{}/book-currency", w.reseller.id),
                200,
            )
        },
        case(
            "listCurrencyDifferences",
            |w| format!("/accounts/{}/currency-differences", w.reseller.id),
            200,
        ),
        case(
            "getCurrencyDifferencesCsv",
            |w| {
                format!(
                    "/accounts/{}/currency-differences.csv?month=2024-03-01",
                    w.reseller.id
                )
            },
            200,
        ),
        own_list("listSettlements", |_| "/settlements".into()),
        case(
            "listSettlementsDue",
            |w| format!("/accounts/{}/settlements-due", w.reseller.id),
            200,
        ),
        Case {
            body: Some(|_| json!({ "until": "2001-01-31" })),
            ..case(
                "runSettlements",
                |w| format!("/accounts/{}/settlement-runs", w.reseller.id),
                200,
            )
        },
        case(
            "getSettlementPolicy",
            |w| format!("/accounts/{}/settlement-policy", w.reseller.id),
            200,
        ),
        Case {
            body: Some(|_| json!({ "fees": [{ "percent": "15" }], "payment_days": 10 })),
            ..case(
                "setSettlementPolicy",
                |w| format!("/accounts/{}/settlement-policy", w.reseller.id),
                200,
            )
        },
        case(
            "listPayoutFiles",
            |w| format!("/accounts/{}/payout-files", w.reseller.id),
            200,
        ),
        Case {
            body: Some(|_| json!({ "execute_on": "2099-01-31" })),
            ..case(
                "makePayoutFile",
                |w| format!("/accounts/{}/payout-files", w.reseller.id),
                422,
            )
        },
        case(
            "listPayoutReports",
            |w| format!("/accounts/{}/payout-reports", w.reseller.id),
            200,
        ),
        case(
            "importPayoutReport",
            |w| {
                format!(
                    "/accounts/{}/payout-reports?file_name=answer.xml",
                    w.reseller.id
                )
            },
            415,
        ),
        case(
            "listPayoutDoubts",
            |w| format!("/accounts/{}/payout-doubts", w.reseller.id),
            200,
        ),
        unknown("listPayoutReportItems", |_| {
            format!("/payout-reports/{}/items", StatusReportId::generate())
        }),
        Case {
            body: Some(|_| json!({ "note": "Asked the bank" })),
            ..unknown("lookAtPayoutReport", |_| {
                format!(
                    "/payout-reports/{}/items/1/look",
                    StatusReportId::generate()
                )
            })
        },
        unknown("getSettlement", |_| {
            format!("/settlements/{}", SettlementId::generate())
        }),
        unknown("getSettlementCsv", |_| {
            format!("/settlements/{}/charges.csv", SettlementId::generate())
        }),
        Case {
            body: Some(|_| json!({ "act": "approve" })),
            ..unknown("actOnSettlement", |_| {
                format!("/settlements/{}/act", SettlementId::generate())
            })
        },
        case(
            "getSelfBilling",
            |w| format!("/accounts/{}/self-billing/{}", w.reseller.id, w.vendor.id),
            404,
        ),
        Case {
            body: Some(|_| json!({ "agreed_on": "2024-03-01", "reference": "Contract" })),
            ..case(
                "setSelfBilling",
                |w| format!("/accounts/{}/self-billing/{}", w.reseller.id, w.vendor.id),
                200,
            )
        },
        unknown("listSettlementPapers", |_| {
            format!("/settlements/{}/papers", SettlementId::generate())
        }),
        unknown("getSettlementPaperPdf", |_| {
            format!("/settlements/{}/papers/fee/pdf", SettlementId::generate())
        }),
        unknown("getSettlementPdf", |_| {
            format!("/settlements/{}/pdf", SettlementId::generate())
        }),
        unknown("getPayoutFile", |_| {
            format!("/payout-files/{}", PayoutFileId::generate())
        }),
    ]
}
