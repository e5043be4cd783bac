//! A seller's money.

use tradewind_web::view::Page;
use tradewind_web::view::kit::ListState;
use tradewind_web::view::panel::*;
use tradewind_web::view::shared::*;
use tradewind_web::view::shell::Permit;

use super::rows;
use crate::Entries;
use crate::sample::{Look, cur, date, eur, ts};

pub(crate) fn entries() -> Entries {
    vec![
        ("panel-invoices", |look| {
            InvoicesPage {
                side: Ledgerside::Issued,
                rows: rows::invoices(),
                state: ListState {
                    next: Some("x".into()),
                    ..ListState::at("/panel/invoices")
                },
                sums: vec![("sum-open", eur(1_234_567), "sum-open-text")],
                statement: None,
                notices: Vec::new(),
            }
            .page(look.panel("/panel/invoices"))
        }),
        ("panel-invoices-received", |look| {
            InvoicesPage {
                side: Ledgerside::Received,
                rows: rows::invoices(),
                state: ListState::at("/panel/invoices/received"),
                sums: Vec::new(),
                statement: Some("/panel/statement"),
                notices: Vec::new(),
            }
            .page(look.panel("/panel/invoices/received"))
        }),
        ("panel-statement", |look| {
            rows::statement("/panel/customers/x/statement", "/panel")
                .page(look.panel("/panel/customers"))
        }),
        ("panel-invoice", |look| {
            rows::invoice(look, "/panel").page(look.panel("/panel/invoices/x"))
        }),
        ("panel-payments", payments),
        ("panel-payment-record", |look| {
            let form =
                FormState::of([("amount", "300.00")]).wrong("amount", "At most €254.39 is open.");
            RecordPaymentPage {
                invoice: "inv_1".into(),
                number: "NC-2026-0042".into(),
                payer: "Hansa Logistik GmbH".into(),
                open: eur(25439),
                form,
            }
            .page(look.panel("/panel/payments"))
        }),
        ("panel-payment", |look| payment(look, "succeeded")),
        ("panel-payment-held", |look| payment(look, "authorised")),
        ("panel-credit-note", credit_note),
        ("panel-credit", |look| {
            let here = "/panel/customers/x/credit";
            let mut page = rows::wallet(here, WalletSide::Seller);
            page.under = Some(("Hansa Logistik GmbH".into(), "/panel/customers/x".into()));
            page.form = FormState::of([("amount", "0")]).wrong("amount", "expected more than zero");
            page.page(look.panel("/panel/customers"))
        }),
        ("panel-refund", |look| {
            RefundPage {
                refund: "pst_1".into(),
                payer: "Hansa Logistik GmbH".into(),
                amount: eur(2261),
                reason: "Two seats too many".into(),
                form: FormState::default(),
            }
            .page(look.panel("/panel/payments"))
        }),
        ("panel-billing-runs", |look| runs(look, true)),
        ("panel-billing-runs-empty", |look| runs(look, false)),
        ("panel-billing-run", |look| one_run(look, "done")),
        ("panel-billing-run-failed", |look| one_run(look, "failed")),
        ("panel-billing-run-cut-off", |look| {
            one_run(look, "interrupted")
        }),
        ("panel-usage", usage),
        ("panel-usage-held", |look| held(look, true)),
        ("panel-usage-held-none", |look| held(look, false)),
        ("panel-usage-late", |look| late(look, 2)),
        ("panel-usage-late-none", |look| late(look, 0)),
        ("panel-ledger", |look| ledger(look, "")),
        ("panel-ledger-account", |look| {
            ledger(look, "assets:receivable:hansa")
        }),
        ("panel-settlements", settlements),
        ("panel-settlement", settlement),
        ("panel-settlement-answers", answers),
        ("panel-settlement-policy", |look| {
            SettlementPolicyPage {
                kind: "collected",
                form: FormState::of([("fee_percent", "15"), ("hold_percent", "10")]),
                currencies: [cur("EUR"); 4],
                more: true,
            }
            .page(look.panel("/panel/settlements"))
        }),
        ("panel-exchange-rates", exchange_rates),
        ("panel-ledger-currency", currency),
        ("panel-ledger-revenue", revenue),
        ("panel-ledger-months", months),
        ("panel-ledger-chart", chart),
    ]
}

fn payment(look: &Look, state: &'static str) -> Page {
    let held = state == "authorised";
    PaymentDetailPage {
        id: "pay_01hq3x5zkfe8m9r2t7v4w6y1ab".into(),
        payer: "Hansa Logistik GmbH".into(),
        invoice: Some(("NC-2026-0042".into(), "/panel/invoices/x".into())),
        method: "Card".into(),
        at: ts("2026-11-20T10:00:00Z"),
        state: state.into(),
        amount: eur(25439),
        failure: "".into(),
        steps: vec![PaymentStepRow {
            kind: "refund".into(),
            at: ts("2026-11-21T10:00:00Z"),
            about: "Two seats too many".into(),
            state: "succeeded".into(),
            amount: eur(2261),
        }],
        acts: if held {
            vec!["capture", "void"]
        } else {
            vec!["refund", "chargeback"]
        },
        form: FormState::default(),
    }
    .page(look.panel("/panel/payments"))
}

fn credit_note(look: &Look) -> Page {
    let line =
        |no: i64, text: &'static str, units: Option<&'static str>, left: i64| CreditableLine {
            no,
            text: text.into(),
            detail: "1–30 November 2026".into(),
            units: units.map(|units| (units.into(), "seats".into())),
            billed: eur(9600),
            left: eur(left),
        };
    CreditNotePage {
        invoice: "inv_1".into(),
        number: "NC-2026-0042".into(),
        buyer: "Hansa Logistik GmbH".into(),
        open: eur(25439),
        currency: cur("EUR"),
        lines: vec![
            line(1, "Seats", Some("10"), 8000),
            line(2, "Base fee", None, 9600),
            line(3, "Virtual machines", None, 0),
        ],
        form: FormState::of([("destination", "refund"), ("amount.2", "99999")])
            .wrong("amount.2", "of line 2 only €96.00 is left"),
    }
    .page(look.panel("/panel/invoices/x"))
}

fn payments(look: &Look) -> Page {
    let row =
        |number: &'static str, method: &'static str, state: &'static str, came: bool| PaymentRow {
            invoice: (number.into(), "/panel/invoices/x".into()),
            payer: "Hansa Logistik GmbH".into(),
            method: method.into(),
            at: came.then(|| ts("2026-11-20T10:00:00Z")),
            due: Some(date("2026-11-25")),
            state: state.into(),
            amount: eur(25439),
            record: (!came).then(|| "inv_1".into()),
            payment: came.then(|| "pay_1".into()),
            refund: None,
        };
    PaymentsPage {
        rows: vec![
            row("NC-2026-0043", "Bank transfer", "pending", false),
            row("NC-2026-0042", "Visa ending in 4242", "succeeded", true),
            row("NC-2026-0041", "Visa ending in 0002", "declined", true),
        ],
        state: ListState::at("/panel/payments"),
    }
    .page(look.panel("/panel/payments"))
}

fn run(state: &'static str, problems: u64) -> BillingRunRow {
    BillingRunRow {
        id: "run_1".into(),
        until: date("2026-11-01"),
        at: ts("2026-11-01T02:00:00Z"),
        by: "Jonas Petersen · panel".into(),
        state: state.into(),
        periods: 1284,
        documents: 311,
        totals: vec![eur(4_821_000)],
        problems,
    }
}

fn runs(look: &Look, full: bool) -> Page {
    BillingRunsPage {
        rows: if full {
            vec![run("in_progress", 0), run("done", 2), run("interrupted", 0)]
        } else {
            Vec::new()
        },
        state: ListState::at("/panel/billing-runs"),
        begin: Permit::Yes,
        form: FormState::of([("until", "2026-12-01")]),
        moving: full,
    }
    .page(look.panel("/panel/billing-runs"))
}

fn one_run(look: &Look, state: &'static str) -> Page {
    let good = state == "done";
    BillingRunPage {
        row: run(state, if good { 2 } else { 0 }),
        ended: good.then(|| ts("2026-11-01T02:03:00Z")),
        resumed: 1,
        charges: 5120,
        totals: if good {
            vec![RunTotalRow {
                documents: 311,
                sums: (eur(4_051_261), eur(769_739), eur(4_821_000)),
            }]
        } else {
            Vec::new()
        },
        problems: if good {
            vec![RunProblemRow {
                subscription: (
                    "Hansa Logistik GmbH · Database · Small".into(),
                    "/panel/subscriptions/x".into(),
                ),
                why: "there is no rate from USD to EUR on 2026-11-01".into(),
            }]
        } else {
            Vec::new()
        },
        failure: (!good).then(|| "the database does not answer".into()),
        moving: false,
    }
    .page(look.panel("/panel/billing-runs/x"))
}

fn usage(look: &Look) -> Page {
    let refused = vec![
        (
            118,
            "BilledCost".into(),
            "a decimal such as 12.34, found \"n/a\"".into(),
        ),
        (
            90_211,
            "ChargePeriodStart".into(),
            "a time such as 2024-09-01T00:00:00Z, found \"\"".into(),
        ),
    ];
    ImportsPage {
        rows: vec![ImportRow {
            id: "imp_01ksd2v7nwe0v9wm0q3w4v5x6y".into(),
            source: "focus-2024-09.csv".into(),
            at: ts("2026-11-21T10:00:00Z"),
            state: "completed".into(),
            taken: 98_211,
            known: 1_204,
            held: 318,
            review: 12,
            refused,
        }],
        state: ListState::at("/panel/usage"),
        held: 318,
        review: 12,
        import: Permit::Yes,
        form: FormState::default(),
        moving: false,
    }
    .page(look.panel("/panel/usage"))
}

fn held(look: &Look, full: bool) -> Page {
    let row = |account: &'static str, name: &'static str| HeldRow {
        account: account.into(),
        name: name.into(),
        records: 159,
        days: (date("2024-09-01"), date("2024-09-30")),
        cost: "$1,204.118273645".into(),
        suggestion: "sub_2".into(),
    };
    HeldUsagePage {
        rows: if full {
            vec![
                row("9876543210", "hansa-prod"),
                row("1234567890", "moewe-lab"),
            ]
        } else {
            Vec::new()
        },
        subscriptions: vec![
            ("sub_1".into(), "Hansa Logistik · Cloud costs".into()),
            ("sub_2".into(), "Möwe Medien · Cloud costs".into()),
        ],
        state: ListState::at("/panel/usage/held"),
    }
    .page(look.panel("/panel/usage/held"))
}

fn late(look: &Look, count: usize) -> Page {
    let row = |at: usize| LateUsageRow {
        name: format!("[\"meter\",\"ev-{at}\"]").into(),
        record: format!("ev-2026-08-{at:02}-000017").into(),
        source: "metering.harbour.example".into(),
        subscription: "Harbour Logistics · Workspace".into(),
        subscription_id: "sub_1".into(),
        meter: "traffic_gb".into(),
        month: date("2026-08-01"),
        quantity: "1,204.118273645 GB".into(),
        received: ts("2026-11-01T02:00:00Z"),
        state: "waiting".into(),
        reason: "".into(),
    };
    LateUsagePage {
        rows: (1..=count).map(row).collect(),
        state: ListState::at("/panel/usage/late"),
        decide: Permit::Yes,
        window: FormState::of([("window_days", "30"), ("late_as", "past_period")]),
        decision: FormState::default(),
    }
    .page(look.panel("/panel/usage/late"))
}

fn settlements(look: &Look) -> Page {
    SettlementsPage {
        rows: vec![SettlementRow {
            id: "stl_1".into(),
            number: "SET-2026-000012".into(),
            party: "Cloudworks Inc.".into(),
            got: false,
            kind: "vendor",
            until: date("2026-10-31"),
            state: "approved".into(),
            payout: eur(612_000),
            due_on: date("2026-11-10"),
        }],
        due: vec![SettlementDueRow {
            kind: "vendor",
            payee: "Cloudworks Inc.".into(),
            share: eur(240_000),
            held: eur(68_000),
        }],
        files: vec![PayoutFileRow {
            id: "pfl_1".into(),
            message: "PFL-01HQ3X5ZKFE8M9R2T7V4W6Y1AB".into(),
            on: date("2026-11-10"),
            payments: 3,
            total: eur(1_120_000),
            at: ts("2026-11-09T09:12:00Z"),
        }],
        state: ListState::at("/panel/settlements"),
        change: Permit::Yes,
        run: FormState::default(),
        order: FormState::default(),
    }
    .page(look.panel("/panel/settlements"))
}

fn answers(look: &Look) -> Page {
    PayoutReportsPage {
        doubts: vec![PayoutDoubtRow {
            place: "psr_1/2".into(),
            about: "SET-2026-000011".into(),
            settlement: Some("/panel/settlements/stl_1".into()),
            said: "RJCT AC04".into(),
            outcome: "contradicts",
        }],
        reports: vec![PayoutReportRow {
            message: "B-2026-11-10-7".into(),
            about: "PFL-01HQ3X5ZKFE8M9R2T7V4W6Y1AB".into(),
            at: ts("2026-11-10T09:12:00Z"),
            counts: [2, 1, 0, 1],
        }],
        change: Permit::Yes,
        form: FormState::default(),
    }
    .page(look.panel("/panel/settlements"))
}

fn settlement(look: &Look) -> Page {
    SettlementPage {
        base: "/panel/settlements".into(),
        id: "stl_1".into(),
        number: "SET-2026-000012".into(),
        kind: "vendor",
        party: "Cloudworks Inc.".into(),
        until: date("2026-10-31"),
        state: "open".into(),
        due_on: date("2026-11-10"),
        paid_on: None,
        note: "AC04".into(),
        amounts: [
            eur(800_000),
            eur(152_000),
            eur(120_000),
            eur(22_800),
            eur(68_000),
            eur(0),
            eur(41_200),
            eur(700_000),
        ],
        offsets: vec![(
            "INV-2026-000107".into(),
            "/panel/invoices/inv_1".into(),
            eur(41_200),
        )],
        papers: vec![
            (
                "self_billed".into(),
                Some("SB-2026-000003".into()),
                eur(952_000),
            ),
            ("fee".into(), None, eur(142_800)),
        ],
        agreed: Some((date("2026-01-01"), None, "Contract, § 7".into())),
        agree: true,
        release_on: Some(date("2026-12-15")),
        lines: vec![SettlementLineRow {
            about: "Workspace".into(),
            charges: 214,
            share: eur(800_000),
            fee: eur(120_000),
        }],
        acts: vec!["approve", "discard"],
        form: FormState::default(),
    }
    .page(look.panel("/panel/settlements"))
}

fn revenue(look: &Look) -> Page {
    let row = |month: &'static str, start: i64, billed: i64, recognised: i64, booked: bool| {
        let end = start + billed - recognised;
        RevenueRow {
            month: date(month),
            start: eur(start),
            billed: eur(billed),
            recognised: eur(recognised),
            end: eur(end),
            booked: booked.then(|| eur(end)),
        }
    };
    RevenuePage {
        rows: vec![
            row("2026-10-01", 0, 120_000, 10_192, true),
            row("2026-11-01", 109_808, 45_439, 55_302, false),
            row("2026-12-01", 99_945, 0, 10_192, false),
        ],
        state: ListState::at("/panel/ledger/revenue"),
        form: FormState::of([
            ("recognition", "over_time"),
            ("recognised_since", "2026-10"),
        ]),
        change: Permit::Yes,
    }
    .page(look.panel("/panel/ledger"))
}

fn exchange_rates(look: &Look) -> Page {
    let row = |base: &'static str, quote: &'static str, rate: &'static str, next| ExchangeRateRow {
        base: base.into(),
        quote: quote.into(),
        now: Some((rate.into(), date("2026-11-20"))),
        source: "ECB".into(),
        next,
    };
    ExchangeRatesPage {
        rows: vec![
            row("EUR", "CHF", "0.9312", None),
            row(
                "EUR",
                "USD",
                "1.0842",
                Some(("1.0860".into(), date("2026-11-23"))),
            ),
        ],
        state: ListState::at("/panel/exchange-rates"),
        currencies: vec!["CHF".into(), "EUR".into(), "USD".into()],
        form: FormState::of([("base", "EUR"), ("quote", "USD")]),
        file: FormState::of([("file_base", "EUR")]),
        change: Permit::Yes,
    }
    .page(look.panel("/panel/exchange-rates"))
}

fn currency(look: &Look) -> Page {
    let row = |month, gain, loss, booked: bool| CurrencyRow {
        month: date(month),
        gain: eur(gain),
        loss: eur(loss),
        booked: booked.then(|| eur(gain - loss)),
    };
    CurrencyPage {
        rows: vec![
            row("2026-10-01", 4_210, 1_175, true),
            row("2026-11-01", 320, 2_890, false),
        ],
        hindered: None,
        state: ListState::at("/panel/ledger/currency"),
        form: FormState::of([("book_currency", "EUR"), ("valued_since", "2026-10")]),
        currencies: vec!["CHF".into(), "EUR".into(), "USD".into()],
        change: Permit::Yes,
    }
    .page(look.panel("/panel/ledger"))
}

fn months(look: &Look) -> Page {
    let closing = |month: &'static str, act: &'static str, reason: &'static str| ClosingRow {
        month: date(month),
        act: act.into(),
        reason: reason.into(),
        by: "Jana Marten".into(),
        at: ts("2026-11-03T09:12:00Z"),
        sequence: 1842,
        hash: "9f2c1f0b8f7e4e0c1d6a5b4938271605f4e3d2c1b0a998877665544332211000".into(),
    };
    MonthsPage {
        closed_until: Some(date("2026-09-30")),
        next_month: Some(date("2026-10-01")),
        sealed: 1842,
        hash: "9f2c1f0b8f7e4e0c1d6a5b4938271605f4e3d2c1b0a998877665544332211000".into(),
        waiting: 12,
        rows: vec![
            closing("2026-09-01", "close", ""),
            closing("2026-09-01", "reopen", "An invoice was missing"),
        ],
        change: Permit::Yes,
    }
    .page(look.panel("/panel/ledger"))
}

fn chart(look: &Look) -> Page {
    ChartPage {
        rows: vec![
            ("1200".into(), "Giro".into(), "assets:bank".into()),
            (
                "1400".into(),
                "Receivables".into(),
                "assets:receivable".into(),
            ),
        ],
        change: Permit::Yes,
        form: FormState::default(),
    }
    .page(look.panel("/panel/ledger"))
}

fn ledger(look: &Look, account: &str) -> Page {
    let row = |account: &'static str, number: &'static str, debit: i64, credit: i64| BalanceRow {
        account: account.into(),
        number: number.into(),
        debit: eur(debit),
        credit: eur(credit),
        balance: eur(debit - credit),
    };
    let entry = |debit: Option<i64>, credit: Option<i64>| EntryRow {
        at: ts("2026-11-01T02:00:00Z"),
        transaction: "txn_01ksd2v7nwe0v9wm0q3w4v5x6y".into(),
        document: ("Invoice NC-2026-0042".into(), "/panel/invoices/x".into()),
        account: "assets:receivable:hansa".into(),
        debit: debit.map(eur),
        credit: credit.map(eur),
    };
    LedgerPage {
        until: date("2026-11-22"),
        balances: vec![
            row("assets:bank", "", 2_000_000, 0),
            row("assets:receivable:hansa", "1400 Receivables", 45439, 20000),
            row("income:sales", "", 0, 1_980_000),
            row("liabilities:vat", "", 0, 45439),
        ],
        entries: vec![entry(Some(45439), None), entry(None, Some(20000))],
        state: ListState {
            query: vec![("account".into(), account.to_owned())],
            ..ListState::at("/panel/ledger")
        },
        balanced: true,
    }
    .page(look.panel("/panel/ledger"))
}
