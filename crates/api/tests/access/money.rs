//! Invoices, charges, payments, books and billing runs.

use serde_json::json;
use tradewind_kernel::id::{
    BankEntryId, BankStatementId, BillingRunId, DraftId, InvoiceId, PaymentStepId, QuoteId,
};

use super::{
    Case,
    Who::{Customer, OtherReseller, Provider, Reseller},
    own_list,
};
use crate::common::World;

pub(crate) fn cases() -> Vec<Case> {
    let mut cases = vec![
        own_list("listInvoices", |_| "/invoices".into()),
        own_list("listPayments", |_| "/payments".into()),
        own_list("listRefunds", |_| "/refunds".into()),
        // Everybody sees the charges of their own legs, and others none.
        own_list("listCharges", |w| {
            format!("/subscriptions/{}/charges", w.sale.subscription)
        }),
        own_list("listPrepaid", |w| {
            format!("/subscriptions/{}/prepaid", w.sale.subscription)
        }),
        own_list("listCommitments", |w| {
            format!("/subscriptions/{}/commitments", w.sale.subscription)
        }),
    ];
    cases.extend(of_customer());
    cases.extend(of_seller());
    cases.extend(of_bank());
    cases.extend(no_invoice());
    cases
}

fn pro_forma(w: &World) -> String {
    format!(
        "/accounts/{}/pro-forma/{}?currency=EUR",
        w.reseller.id, w.customer.id
    )
}

fn quote_pro_forma() -> String {
    format!("/quotes/{}/pro-forma", QuoteId::generate())
}

fn draft(part: &str) -> String {
    format!("/invoice-drafts/{}{part}", DraftId::generate())
}

fn held(w: &World) -> String {
    format!(
        "/accounts/{}/invoice-holds/{}",
        w.reseller.id, w.customer.id
    )
}

fn statement(w: &World, form: &str) -> String {
    format!(
        "/accounts/{}/statement{form}?seller={}",
        w.customer.id, w.reseller.id
    )
}

/// What the customer may do with its own.
fn of_customer() -> Vec<Case> {
    let case = |operation, path, status| Case {
        unrelated: OtherReseller,
        allowed: Customer,
        answers: [401, 404, status],
        ..own_list(operation, path)
    };
    let methods = |w: &World| format!("/accounts/{}/payment-methods", w.customer.id);
    vec![
        case("listPaymentMethods", methods, 200),
        Case {
            body: Some(
                |_| json!({ "number": "4242424242424242", "expires": "12/49", "cvc": "123" }),
            ),
            ..case("addPaymentMethod", methods, 201)
        },
        case(
            "removePaymentMethod",
            |w| {
                format!(
                    "/accounts/{}/payment-methods/{}",
                    w.customer.id, w.sale.method
                )
            },
            204,
        ),
        case(
            "setDefaultPaymentMethod",
            |w| {
                format!(
                    "/accounts/{}/payment-methods/{}/default",
                    w.customer.id, w.sale.method
                )
            },
            204,
        ),
        Case {
            body: Some(|w| json!({ "seller_id": w.reseller.id })),
            ..case(
                "beginMethodSetup",
                |w| format!("/accounts/{}/payment-methods/setups", w.customer.id),
                503,
            )
        },
        Case {
            body: Some(|w| {
                json!({ "seller_id": w.reseller.id, "done_url": "https://acme.example/done",
                        "cancel_url": "https://acme.example/" })
            }),
            ..case(
                "beginMethodPage",
                |w| format!("/accounts/{}/payment-methods/pages", w.customer.id),
                503,
            )
        },
        Case {
            body: Some(|w| json!({ "seller_id": w.reseller.id, "setup": "seti_1" })),
            ..case(
                "finishMethodSetup",
                |w| format!("/accounts/{}/payment-methods/kept", w.customer.id),
                503,
            )
        },
        case(
            "getPayment",
            |w| format!("/payments/{}", w.sale.payment),
            200,
        ),
        case(
            "confirmPayment",
            |w| format!("/payments/{}/confirm", w.sale.payment),
            200,
        ),
        case(
            "listPaymentSteps",
            |w| format!("/payments/{}/steps", w.sale.payment),
            200,
        ),
        case(
            "getWallet",
            |w| {
                format!(
                    "/accounts/{}/wallet?seller={}",
                    w.customer.id, w.reseller.id
                )
            },
            200,
        ),
        case(
            "listCreditMoves",
            |w| {
                format!(
                    "/accounts/{}/credit-movements/{}",
                    w.customer.id, w.reseller.id
                )
            },
            200,
        ),
        Case {
            body: Some(
                |w| json!({ "seller_id": w.reseller.id, "amount": { "amount": "5.00", "currency": "EUR" } }),
            ),
            ..case(
                "topUpCredit",
                |w| format!("/accounts/{}/top-ups", w.customer.id),
                200,
            )
        },
        Case {
            body: Some(|w| json!({ "seller_id": w.reseller.id })),
            ..case(
                "setTopUp",
                |w| format!("/accounts/{}/top-up-rule", w.customer.id),
                204,
            )
        },
        case("getStatement", |w| statement(w, ""), 200),
        case("getStatementCsv", |w| statement(w, ".csv"), 200),
        case("getStatementPdf", |w| statement(w, "/pdf"), 200),
        case(
            "listCredits",
            |w| format!("/accounts/{}/credits", w.customer.id),
            200,
        ),
        case(
            "getStanding",
            |w| {
                format!(
                    "/accounts/{}/standing?seller={}&currency=EUR",
                    w.customer.id, w.reseller.id
                )
            },
            200,
        ),
    ]
}

/// What a seller and the provider may do.
fn of_seller() -> Vec<Case> {
    let case = |operation, path, status| Case {
        unrelated: OtherReseller,
        allowed: Reseller,
        answers: [401, 404, status],
        ..own_list(operation, path)
    };
    let of_provider = |operation, path| Case {
        unrelated: Reseller,
        allowed: Provider,
        answers: [401, 403, 200],
        ..own_list(operation, path)
    };
    vec![
        Case {
            body: Some(|w| {
                json!({ "seller_id": w.reseller.id, "payer_id": w.customer.id, "reference": "Statement 8",
                        "amount": { "amount": "10.00", "currency": "EUR" } })
            }),
            ..case("recordTransfer", |_| "/transfers".into(), 201)
        },
        Case {
            body: Some(|w| {
                json!({ "seller_id": w.reseller.id, "reason": "Sorry",
                        "amount": { "amount": "1.00", "currency": "EUR" } })
            }),
            ..case(
                "giveCredit",
                |w| format!("/accounts/{}/credit-grants", w.customer.id),
                201,
            )
        },
        Case {
            body: Some(|_| json!({})),
            ..case(
                "capturePayment",
                |w| format!("/payments/{}/capture", w.sale.payment),
                409,
            )
        },
        case(
            "voidPayment",
            |w| format!("/payments/{}/void", w.sale.payment),
            409,
        ),
        Case {
            body: Some(|_| json!({ "reference": "D1", "reason": "Fraud" })),
            ..case(
                "chargebackPayment",
                |w| format!("/payments/{}/chargeback", w.sale.payment),
                422,
            )
        },
        case(
            "winChargeback",
            |w| format!("/payments/{}/chargeback-won", w.sale.payment),
            409,
        ),
        case(
            "getPaymentRetries",
            |w| format!("/accounts/{}/payment-retries", w.reseller.id),
            200,
        ),
        Case {
            body: Some(|_| json!({ "after_days": [2, 4] })),
            ..case(
                "setPaymentRetries",
                |w| format!("/accounts/{}/payment-retries", w.reseller.id),
                200,
            )
        },
        Case {
            body: Some(|w| json!({ "seller_id": w.reseller.id, "use": "by_hand" })),
            ..case(
                "setCreditUse",
                |w| format!("/accounts/{}/credit-use", w.customer.id),
                204,
            )
        },
        Case {
            body: Some(|_| json!({ "use": "automatic" })),
            ..case(
                "setUsualCreditUse",
                |w| format!("/accounts/{}/usual-credit-use", w.reseller.id),
                204,
            )
        },
        Case {
            body: Some(|_| json!({ "reason": "Paid twice" })),
            ..case(
                "refundPayment",
                |w| format!("/payments/{}/refunds", w.sale.payment),
                201,
            )
        },
        case(
            "getStripeAccount",
            |w| format!("/accounts/{}/stripe", w.reseller.id),
            200,
        ),
        Case {
            body: Some(|_| {
                json!({ "publishable_key": "pk_test_0123456789", "secret_key": "sk_test_0123456789",
                        "webhook_secret": "whsec_test_0123456789" })
            }),
            ..case(
                "setStripeAccount",
                |w| format!("/accounts/{}/stripe", w.reseller.id),
                200,
            )
        },
        case(
            "testStripeAccount",
            |w| format!("/accounts/{}/stripe/test", w.reseller.id),
            503,
        ),
        case(
            "removeStripeAccount",
            |w| format!("/accounts/{}/stripe", w.reseller.id),
            204,
        ),
        case(
            "listLedgerBalances",
            |w| format!("/accounts/{}/ledger?on=2024-03-31", w.reseller.id),
            200,
        ),
        case(
            "exportLedger",
            |w| format!("/accounts/{}/ledger/export?format=hledger", w.reseller.id),
            200,
        ),
        case(
            "getInvoiceReview",
            |w| format!("/accounts/{}/invoice-review", w.reseller.id),
            200,
        ),
        Case {
            body: Some(|_| json!({ "review": true, "grace_days": 3 })),
            ..case(
                "setInvoiceReview",
                |w| format!("/accounts/{}/invoice-review", w.reseller.id),
                200,
            )
        },
        case(
            "listInvoiceDrafts",
            |w| format!("/accounts/{}/invoice-drafts", w.reseller.id),
            200,
        ),
        case(
            "issueInvoiceDrafts",
            |w| format!("/accounts/{}/invoice-drafts/issue", w.reseller.id),
            200,
        ),
        case(
            "listInvoiceHolds",
            |w| format!("/accounts/{}/invoice-holds", w.reseller.id),
            200,
        ),
        Case {
            body: Some(|_| json!({ "reason": "Disputed" })),
            ..case("holdBuyer", held, 204)
        },
        case("releaseBuyer", held, 204),
        // Nothing is open between the two.
        case("getProForma", pro_forma, 422),
        case("sendProForma", pro_forma, 422),
        of_provider("checkBooks", |_| "/billing/check".into()),
        Case {
            body: Some(|_| json!({ "until": "2024-03-01" })),
            ..of_provider("runBilling", |_| "/billing-runs".into())
        },
        of_provider("listBillingRuns", |_| "/billing-runs".into()),
        Case {
            answers: [401, 403, 404],
            ..of_provider("getBillingRun", |_| {
                format!("/billing-runs/{}", BillingRunId::generate())
            })
        },
    ]
}

/// There is no invoice in this world: the answer is the same to all. What invoices answer to whom is tested with billing.
fn no_invoice() -> Vec<Case> {
    let case = |operation, path| Case {
        answers: [401, 404, 404],
        ..own_list(operation, path)
    };
    vec![
        case("getInvoice", |_| {
            format!("/invoices/{}", InvoiceId::generate())
        }),
        case("listInvoiceDetails", |_| {
            format!("/invoices/{}/details", InvoiceId::generate())
        }),
        case("getInvoiceDetailsCsv", |_| {
            format!("/invoices/{}/details.csv", InvoiceId::generate())
        }),
        case("getInvoiceBreakdown", |_| {
            format!("/invoices/{}/breakdown", InvoiceId::generate())
        }),
        case("getInvoicePdf", |_| {
            format!("/invoices/{}/pdf", InvoiceId::generate())
        }),
        case("listInvoicePayments", |_| {
            format!("/invoices/{}/payments", InvoiceId::generate())
        }),
        Case {
            body: Some(|_| json!({ "reason": "Wrong price" })),
            ..case("creditInvoice", |_| {
                format!("/invoices/{}/credit-notes", InvoiceId::generate())
            })
        },
        Case {
            body: Some(|_| json!({ "reason": "Another address" })),
            ..case("reissueInvoice", |_| {
                format!("/invoices/{}/reissue", InvoiceId::generate())
            })
        },
        Case {
            body: Some(|_| json!({ "reason": "Bankrupt" })),
            ..case("writeOffInvoice", |_| {
                format!("/invoices/{}/write-off", InvoiceId::generate())
            })
        },
        case("getInvoiceDunning", |_| {
            format!("/invoices/{}/dunning", InvoiceId::generate())
        }),
        Case {
            body: Some(|_| json!({ "until": "2024-03-20", "reason": "Called" })),
            ..case("pauseDunning", |_| {
                format!("/invoices/{}/dunning/pause", InvoiceId::generate())
            })
        },
        case("resumeDunning", |_| {
            format!("/invoices/{}/dunning/pause", InvoiceId::generate())
        }),
        case("undoWriteOff", |_| {
            format!("/invoices/{}/write-off/undo", InvoiceId::generate())
        }),
        case("getQuoteProForma", |_| quote_pro_forma()),
        case("sendQuoteProForma", |_| quote_pro_forma()),
        case("getInvoiceDraft", |_| draft("")),
        case("issueInvoiceDraft", |_| draft("/issue")),
        Case {
            body: Some(|_| json!({ "reason": "Disputed" })),
            ..case("holdInvoiceDraft", |_| draft("/hold"))
        },
        case("releaseInvoiceDraft", |_| draft("/hold")),
        Case {
            body: Some(|_| {
                json!({ "description": "Sorry", "reason": "Ticket 1",
                "amount": { "amount": "-5.00", "currency": "EUR" } })
            }),
            ..case("addInvoiceDraftLine", |_| draft("/lines"))
        },
        case("useCredit", |_| {
            format!("/invoices/{}/use-credit", InvoiceId::generate())
        }),
        case("listCreditNotes", |_| {
            format!("/invoices/{}/credit-notes", InvoiceId::generate())
        }),
        case("listInvoiceLeft", |_| {
            format!("/invoices/{}/left", InvoiceId::generate())
        }),
        Case {
            body: Some(|_| json!({ "reference": "Statement 9" })),
            ..case("recordRefund", |_| {
                format!("/refunds/{}/record", PaymentStepId::generate())
            })
        },
        Case {
            body: Some(|_| json!({})),
            ..case("payInvoice", |_| {
                format!("/invoices/{}/pay", InvoiceId::generate())
            })
        },
    ]
}

/// Bank statements are for the seller whose account it is.
fn of_bank() -> Vec<Case> {
    let case = |operation, path, status| Case {
        unrelated: OtherReseller,
        allowed: Reseller,
        answers: [401, 404, status],
        ..own_list(operation, path)
    };
    let statements = |w: &World| format!("/accounts/{}/bank-statements", w.reseller.id);
    let mapping = |w: &World| format!("/accounts/{}/bank-mappings/Giro", w.reseller.id);
    vec![
        case("listBankStatements", statements, 200),
        // JSON is no statement: a refusal that comes after the question who asks.
        Case {
            body: Some(|_| json!({})),
            ..case(
                "importBankStatement",
                |w| {
                    format!(
                        "/accounts/{}/bank-statements?file_name=a.xml",
                        w.reseller.id
                    )
                },
                415,
            )
        },
        case(
            "getBankStatement",
            |_| format!("/bank-statements/{}", BankStatementId::generate()),
            404,
        ),
        case(
            "listBankEntries",
            |w| format!("/accounts/{}/bank-entries", w.reseller.id),
            200,
        ),
        case(
            "matchBankEntries",
            |w| format!("/accounts/{}/bank-entries/match", w.reseller.id),
            200,
        ),
        case(
            "getBankEntry",
            |_| format!("/bank-entries/{}", BankEntryId::generate()),
            404,
        ),
        Case {
            body: Some(|w| json!({ "buyer_id": w.customer.id })),
            ..case(
                "assignBankEntry",
                |_| format!("/bank-entries/{}/assign", BankEntryId::generate()),
                404,
            )
        },
        Case {
            body: Some(|_| json!({ "reason": "Private" })),
            ..case(
                "ignoreBankEntry",
                |_| format!("/bank-entries/{}/ignore", BankEntryId::generate()),
                404,
            )
        },
        case(
            "undoBankEntry",
            |_| format!("/bank-entries/{}/undo", BankEntryId::generate()),
            404,
        ),
        Case {
            body: Some(|_| {
                json!({ "date": "Day", "date_form": "yyyy-mm-dd", "decimal_sign": "point", "amount": "Amount",
                        "currency_code": "EUR", "text": ["Text"] })
            }),
            ..case("setBankMapping", mapping, 204)
        },
        case(
            "listBankMappings",
            |w| format!("/accounts/{}/bank-mappings", w.reseller.id),
            200,
        ),
        case("removeBankMapping", mapping, 404),
        Case {
            body: Some(|_| json!({ "reason": "Typing error" })),
            ..case(
                "reverseTransfer",
                |w| format!("/payments/{}/reverse", w.sale.payment),
                200,
            )
        },
    ]
}
