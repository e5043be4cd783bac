//! The customer's dashboard.

use tradewind_web::view::Page;
use tradewind_web::view::dashboard::*;
use tradewind_web::view::kit::{AccessEntry, BarChart, ListState, Series, Tone};
use tradewind_web::view::shared::*;
use tradewind_web::view::shell::Permit;
use tradewind_web::view::storefront::QuantityAsk;

use super::{account, rows};
use crate::Entries;
use crate::sample::{Look, cur, date, dec, eur, monthly, price, ts};

pub(crate) fn entries() -> Entries {
    vec![
        ("my-home", |look| home(look, true)),
        ("my-home-empty", |look| home(look, false)),
        ("my-credit", |look| {
            let cards = vec![("pmt_1".into(), "Visa ending in 4242".into())];
            rows::wallet("/my/credit", WalletSide::Buyer(cards)).page(look.my("/my/credit"))
        }),
        ("my-credit-no-card", |look| {
            let mut page = rows::wallet("/my/credit", WalletSide::Buyer(Vec::new()));
            page.grants.clear();
            page.moves.clear();
            page.top_up = None;
            page.page(look.my("/my/credit"))
        }),
        ("my-subscriptions", |look| {
            SubscriptionsPage {
                base: "/my",
                rows: rows::subscriptions(),
                state: ListState {
                    next: Some("x".into()),
                    ..ListState::at("/my/subscriptions")
                },
            }
            .page(look.my("/my/subscriptions"))
        }),
        ("my-subscriptions-empty", |look| {
            SubscriptionsPage {
                base: "/my",
                rows: Vec::new(),
                state: ListState::at("/my/subscriptions"),
            }
            .page(look.my("/my/subscriptions"))
        }),
        ("my-subscriptions-no-match", |look| {
            let state = ListState {
                query: vec![("q".into(), "zzz".into()), ("state".into(), "trial".into())],
                ..ListState::at("/my/subscriptions")
            };
            SubscriptionsPage {
                base: "/my",
                rows: Vec::new(),
                state,
            }
            .page(look.my("/my/subscriptions"))
        }),
        ("my-subscription", |look| {
            subscription(look, overview(true)).page(look.my("/my/subscriptions/x"))
        }),
        ("my-subscription-suspended", |look| {
            let mut page = subscription(look, overview(false));
            page.state = "suspended".into();
            page.delivery = "stopped".into();
            page.warning = Some("Invoice NC-2026-0042 is overdue since 10 November. Pay it and the service comes back.".into());
            page.change = Permit::No("Not while payment is overdue.".into());
            page.page(look.my("/my/subscriptions/x"))
        }),
        ("my-subscription-usage", |look| {
            subscription(look, usage(look)).page(look.my("/my/subscriptions/x"))
        }),
        ("my-subscription-invoices", |look| {
            subscription(look, SubscriptionView::Invoices(rows::invoices()))
                .page(look.my("/my/subscriptions/x"))
        }),
        ("my-subscription-changes", |look| {
            subscription(look, SubscriptionView::Changes(rows::orders(false)))
                .page(look.my("/my/subscriptions/x"))
        }),
        ("my-subscription-activity", |look| {
            subscription(look, SubscriptionView::Activity(rows::activity(look)))
                .page(look.my("/my/subscriptions/x"))
        }),
        ("my-change", |look| change(look, true)),
        ("my-change-nothing", |look| change(look, false)),
        ("my-cancel", |look| {
            CancelPage {
                base: "/my",
                id: "sub_1".into(),
                product: "Tidemail".into(),
                period_end: date("2026-12-22"),
                at_once: Some((Some(eur(1240)), Some(eur(4900)))),
                leaving: Some((date("2026-12-22"), Some(eur(4900)))),
                notes: vec![
                    "Mailboxes are closed and their content is deleted 30 days later.".into(),
                    "Export what you need before.".into(),
                ],
                form: FormState::default(),
            }
            .page(look.my("/my/subscriptions/x"))
        }),
        ("my-orders", |look| {
            OrdersPage {
                base: "/my",
                rows: rows::orders(false),
                state: ListState::at("/my/orders"),
                counts: [None; 4],
            }
            .page(look.my("/my/orders"))
        }),
        ("my-orders-empty", |look| {
            OrdersPage {
                base: "/my",
                rows: Vec::new(),
                state: ListState::at("/my/orders"),
                counts: [None; 4],
            }
            .page(look.my("/my/orders"))
        }),
        ("my-order", |look| {
            rows::order("/my", false).page(look.my("/my/orders/x"))
        }),
        ("my-order-waits", |look| {
            let mut page = rows::order("/my", true);
            page.approve = Permit::Hidden;
            page.page(look.my("/my/orders/x"))
        }),
        ("my-invoices", |look| {
            InvoicesPage {
                side: Ledgerside::Mine,
                rows: rows::invoices(),
                state: ListState::at("/my/invoices"),
                sums: vec![
                    ("sum-open", eur(13685), "sum-open-text"),
                    ("sum-overdue", eur(4200), "sum-overdue-text"),
                ],
                statement: Some("/my/statement"),
                notices: vec![(
                    "New orders wait until invoice NC-2025-0042 is paid; 42.00 EUR are open."
                        .into(),
                    Some("/my/invoices/x/pay".into()),
                )],
            }
            .page(look.my("/my/invoices"))
        }),
        ("my-statement", |look| {
            rows::statement("/my/statement", "/my").page(look.my("/my/invoices"))
        }),
        ("my-invoice", |look| {
            rows::invoice(look, "/my").page(look.my("/my/invoices/x"))
        }),
        ("my-pay", |look| pay(look, None)),
        ("my-pay-confirm", |look| pay(look, Some(confirm(None)))),
        ("my-pay-at-bank", |look| {
            pay(look, Some(confirm(Some("https://bank.example/3ds"))))
        }),
        ("my-away", away),
        ("my-payment-methods", methods),
        ("my-users", |look| {
            account::users(look, "/my", look.my("/my/users"))
        }),
        ("my-api-keys", |look| {
            account::keys("/my", false).page(look.my("/my/api-keys"))
        }),
        ("my-api-keys-fresh", |look| {
            account::keys("/my", true).page(look.my("/my/api-keys"))
        }),
        ("my-audit", |look| {
            account::audit().page(look.my("/my/audit"))
        }),
        ("my-settings", |look| {
            account::settings("/my", false).page(look.my("/my/settings"))
        }),
    ]
}

fn home(look: &Look, full: bool) -> Page {
    HomePage {
        name: "Ada".into(),
        needs: if full {
            vec![
                Need {
                    tone: Tone::Bad,
                    text: "Invoice NC-2026-0042 over €42.00 is overdue.".into(),
                    action: ("Pay".into(), "/my/invoices/x/pay".into()),
                },
                Need {
                    tone: Tone::Warn,
                    text: "Your Visa ending in 4242 expires this month.".into(),
                    action: ("Replace".into(), "/my/payment-methods".into()),
                },
            ]
        } else {
            Vec::new()
        },
        subscriptions: if full {
            rows::subscriptions()
        } else {
            Vec::new()
        },
        active: if full { 5 } else { 0 },
        next: "/my/next-invoice".into(),
        so_far: eur(if full { 32118 } else { 0 }),
        open: eur(if full { 17885 } else { 0 }),
        recent: if full {
            rows::activity(look)
        } else {
            Vec::new()
        },
    }
    .page(look.my("/my"))
}

fn overview(full: bool) -> SubscriptionView {
    let item = |name: &'static str,
                kind: &'static str,
                quantity: &'static str,
                pricing: &'static str,
                amount: Option<i64>| ItemRow {
        name: name.into(),
        kind: kind.into(),
        quantity: quantity.into(),
        pricing: pricing.into(),
        amount: amount.map(eur),
    };
    SubscriptionView::Overview {
        items: vec![
            item(
                "Seats",
                "recurring",
                "12 seats",
                "first 5 included, then €8.00",
                Some(9600),
            ),
            item("Base fee", "recurring", "1", "€19.00", Some(1900)),
            item(
                "Storage",
                "metered",
                "61.4 GB used",
                "€0.0215 per GB above 50 GB",
                Some(25),
            ),
        ],
        parameters: vec![
            ("Domain".into(), "hansa.example".into()),
            ("Region".into(), "Germany".into()),
        ],
        access: if full {
            vec![
                AccessEntry::Link("Webmail".into(), "https://mail.hansa.example".into()),
                AccessEntry::Plain("IMAP server".into(), "imap.tidemail.example:993".into()),
                AccessEntry::Secret(
                    "Admin password".into(),
                    "/my/subscriptions/x/secrets/admin".into(),
                ),
                AccessEntry::Note(
                    "Sign in as admin@hansa.example and create your mailboxes.".into(),
                ),
            ]
        } else {
            Vec::new()
        },
        details: Vec::new(),
        upcoming: full.then(|| PriceView {
            one_time: Vec::new(),
            due_now: eur(13685),
            net: eur(11500),
            taxes: vec![("VAT 19%".into(), eur(2185))],
            next: None,
            ..price()
        }),
        legs: Vec::new(),
    }
}

fn usage(look: &Look) -> SubscriptionView {
    let rows = (1..=21).map(|day| UsageRow {
        date: date(&format!("2026-11-{day:02}")),
        meter: "Storage".into(),
        quantity: dec("2.918374"),
        unit: "GB".into(),
        cost: look.t().price(dec("0.062745041"), cur("EUR")),
    });
    let values: Vec<f64> = (1..=21).map(|day| 20.0 + f64::from(day) * 2.0).collect();
    SubscriptionView::Usage {
        commitments: vec![CommitmentRow {
            days: (date("2026-02-01"), date("2027-02-01")),
            bounds: "at least €6,000.00 · 81,204 of 120,000 calls".into(),
            spend: eur(412_050),
            settled: eur(0),
        }],
        prepaid: vec![PrepaidRow {
            item: "Calls".into(),
            month: date("2026-11-01"),
            quantities: ["6,000 calls", "10,000 calls", "4,120 calls", "11,880 calls"]
                .map(Into::into),
            lapses: vec!["1,880 on 1 Dec 2026".into(), "10,000 on 1 Jan 2027".into()],
        }],
        chart: Some(BarChart {
            title: "Storage per day in November".into(),
            labels: (1..=21).map(|day| day.to_string().into()).collect(),
            series: vec![Series {
                name: "Storage".into(),
                values,
                expected: false,
            }],
            scale: ("80 GB".into(), "40 GB".into()),
            top: 80.0,
        }),
        rows: rows.collect(),
        until: Some(ts("2026-11-22T08:00:00Z")),
    }
}

pub(crate) fn subscription(look: &Look, view: SubscriptionView) -> SubscriptionPage {
    let _ = look;
    SubscriptionPage {
        base: "/my",
        id: "sub_01ksd2v7nwe0v9wm0q3w4v5x6y".into(),
        product: "Tidemail".into(),
        plan: "Business · 12 seats".into(),
        vendor: "Tidemark Software".into(),
        buyer: ("Hansa Logistik GmbH".into(), None),
        state: "active".into(),
        delivery: "running".into(),
        since: date("2026-10-22"),
        trial_until: None,
        period: Some((date("2026-11-22"), date("2026-12-22"))),
        auto_renew: true,
        next: Some(date("2026-12-22")),
        price: Some((eur(11500), monthly())),
        scheduled: Some("10 instead of 12 seats from 22 December 2026.".into()),
        resuming: None,
        warning: None,
        change: Permit::Yes,
        cancel: Permit::Yes,
        renewal: Permit::Yes,
        bundle: "Office".into(),
        reference: ("PO 4711".into(), "Sales".into(), true),
        refer: Permit::Yes,
        correct: Permit::Hidden,
        suspend: Permit::Hidden,
        view,
    }
}

fn change(look: &Look, full: bool) -> Page {
    let row = |label: &'static str,
               now: &'static str,
               after: &'static str,
               difference: &'static str| DiffRow {
        label: label.into(),
        now: now.into(),
        after: after.into(),
        difference: difference.into(),
    };
    ChangePage {
        base: "/my",
        id: "sub_1".into(),
        product: "Tidemail".into(),
        plans: vec![
            (
                "pln_a".into(),
                "Essential".into(),
                "from €4.00 per month".into(),
            ),
            (
                "pln_b".into(),
                "Business".into(),
                "from €7.50 per month".into(),
            ),
            (
                "pln_c".into(),
                "Enterprise".into(),
                "from €12.00 per month".into(),
            ),
        ],
        current: "pln_b".into(),
        chosen: "pln_b".into(),
        quantities: vec![QuantityAsk {
            name: "qty.seats".into(),
            label: "Seats".into(),
            min: Some("1".into()),
            max: Some("500".into()),
            step: "1".into(),
            value: if full { "20".into() } else { "12".into() },
            hint: Some("12 now".into()),
            packages: Vec::new(),
        }],
        parameters: Vec::new(),
        preview: full.then(|| ChangePreview {
            quote: "quo_1".into(),
            rows: vec![
                row("Plan", "Business", "Enterprise", "–"),
                row("Seats", "12", "20", "+8"),
                row("Per month", "€115.00", "€259.00", "+€144.00"),
            ],
            charges: vec![(
                "Enterprise, 20 seats until 22 December".into(),
                "20 of 30 days".into(),
                eur(17266),
            )],
            credit: Some(eur(7667)),
            discounts: Vec::new(),
            taxes: vec![("VAT 19%".into(), eur(1824))],
            due_now: eur(11423),
            next: Some(NextInvoice {
                date: date("2026-12-22"),
                total: eur(30821),
                plus_usage: true,
            }),
            from: None,
            notes: vec!["No interruption; mailboxes grow to unlimited size.".into()],
            changed_since: Some(
                "The price of Enterprise changed at 09:20. The figures below are the new ones."
                    .into(),
            ),
        }),
        form: FormState::default(),
    }
    .page(look.my("/my/subscriptions/x"))
}

fn confirm(at: Option<&'static str>) -> Confirm {
    Confirm {
        payment: "pay_1".into(),
        at: at.map(Into::into),
    }
}

fn away(look: &Look) -> Page {
    AwayPage {
        url: "https://checkout.stripe.com/c/pay/cs_1".into(),
        back: "/my/payment-methods".into(),
    }
    .page(look.my("/my/payment-methods"))
}

fn pay(look: &Look, confirm: Option<Confirm>) -> Page {
    let method = |value: &'static str, label: &'static str, hint: &'static str| PayMethod {
        value: value.into(),
        label: label.into(),
        hint: hint.into(),
    };
    PayPage {
        action: "/my/invoices/x/pay".into(),
        what: "Invoice NC-2026-0042".into(),
        what_href: "/my/invoices/x".into(),
        amount: eur(25439),
        methods: vec![
            method("new_card", "New card", "Charged at once"),
            method("pmt_1", "Visa ending in 4242", "Charged at once"),
        ],
        confirm,
        bank: vec![
            ("IBAN".into(), "DE02 1203 0000 0000 2020 51".into()),
            ("Reference".into(), "NC-2026-0042".into()),
        ],
        cards: true,
        sandbox: true,
        form: FormState {
            problem: Some("The card was declined. Nothing was charged; try another one.".into()),
            ..FormState::of([("card_number", "4000 0000 0000 0002")])
        },
    }
    .page(look.my("/my/invoices/x"))
}

fn methods(look: &Look) -> Page {
    let row = |label: &'static str, state: &'static str, default: bool| PaymentMethodRow {
        id: "pmt_1".into(),
        label: label.into(),
        expires: "12/2026".into(),
        state: state.into(),
        default,
    };
    PaymentMethodsPage {
        rows: vec![
            row("Visa ending in 4242", "expiring", true),
            row("Mastercard ending in 4444", "active", false),
        ],
        elsewhere: false,
        sandbox: true,
        form: FormState::default(),
    }
    .page(look.my("/my/payment-methods"))
}
