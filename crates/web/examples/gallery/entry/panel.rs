//! A seller's panel: home, customers, orders, operations.

use tradewind_web::view::Page;
use tradewind_web::view::kit::{ListState, Tone};
use tradewind_web::view::panel::*;
use tradewind_web::view::shared::*;
use tradewind_web::view::shell::Permit;

use super::my;
use super::{account, rows};
use crate::Entries;
use crate::sample::{Look, date, eur, ts};

pub(crate) fn entries() -> Entries {
    vec![
        ("panel-home", |look| home(look, true)),
        ("panel-home-new", |look| home(look, false)),
        ("panel-orders", |look| {
            let state = ListState {
                query: vec![
                    ("kind".into(), "purchase".into()),
                    ("sort".into(), "-created".into()),
                ],
                next: Some("x".into()),
                ..ListState::at("/panel/orders")
            };
            OrdersPage {
                base: "/panel",
                rows: rows::orders(true),
                state,
                counts: [None, Some(7), Some(2), Some(1)],
            }
            .page(look.panel("/panel/orders"))
        }),
        ("panel-order", |look| {
            rows::order("/panel", true).page(look.panel("/panel/orders/x"))
        }),
        ("panel-order-failed", |look| {
            rows::order("/panel", false).page(look.panel("/panel/orders/x"))
        }),
        ("panel-subscriptions", |look| {
            SubscriptionsPage {
                base: "/panel",
                rows: rows::subscriptions(),
                state: ListState::at("/panel/subscriptions"),
            }
            .page(look.panel("/panel/subscriptions"))
        }),
        ("panel-subscription", subscription),
        ("panel-customers", |look| customers(look, true)),
        ("panel-customers-empty", |look| customers(look, false)),
        ("panel-customer", |look| {
            account(AccountView::Subscriptions(rows::subscriptions()))
                .page(look.panel("/panel/customers/x"))
        }),
        ("panel-customer-dunning", |look| {
            AccountDunningPage {
                id: "x".into(),
                name: "Hansa Logistik GmbH".into(),
                class: FormState::of([("class", "key")]),
                classes: vec![("key".into(), "Key accounts".into())],
                overdue: vec![eur(4200)],
                paused: Some((date("2025-06-01"), "Called, pays in June".into())),
                holds: vec![
                    HoldRow {
                        since: ts("2025-05-02T10:00:00Z"),
                        invoice: Some(("NC-2025-0042".into(), "/panel/invoices/x".into())),
                        open: Some(eur(4200)),
                        reason: Default::default(),
                    },
                    HoldRow {
                        since: ts("2025-05-03T10:00:00Z"),
                        invoice: None,
                        open: None,
                        reason: "Company register says it is being wound up".into(),
                    },
                ],
                beyond: "approve".into(),
                edit: true,
            }
            .page(look.panel("/panel/customers/x"))
        }),
        ("panel-customer-orders", |look| {
            account(AccountView::Orders(rows::orders(true))).page(look.panel("/panel/customers/x"))
        }),
        ("panel-customer-invoices", |look| {
            account(AccountView::Invoices(rows::invoices())).page(look.panel("/panel/customers/x"))
        }),
        ("panel-customer-activity", |look| {
            account(AccountView::Activity(rows::activity(look)))
                .page(look.panel("/panel/customers/x"))
        }),
        ("panel-relationships", relationships),
        ("panel-jobs", jobs),
        ("panel-events", events),
        ("panel-mails", |look| {
            MailsPage {
                base: "/panel/mails",
                rows: vec![mail(), mail()],
                state: ListState::at("/panel/mails"),
            }
            .page(look.panel("/panel/mails"))
        }),
        ("panel-mail", |look| {
            let text = "Hello Ada Krüger,\n\nplease confirm your e-mail address:\n\nhttps://cloud.nordlicht.example/verify?token=abc\n\nNordlicht Cloud";
            MailPage {
                base: "/panel/mails",
                mail: mail(),
                text: text.into(),
                links: vec![("Confirm address".into(), "/verify?token=abc".into())],
            }
            .page(look.panel("/panel/mails/x"))
        }),
        ("panel-users", |look| {
            account::users(look, "/panel", look.panel("/panel/users"))
        }),
        ("panel-audit", |look| {
            account::audit().page(look.panel("/panel/audit"))
        }),
        ("panel-settings", |look| {
            account::settings("/panel", true).page(look.panel("/panel/settings"))
        }),
    ]
}

fn home(look: &Look, full: bool) -> Page {
    let kpi = |key: &'static str, value: &'static str, change: &'static str, tone: Tone| Kpi {
        key,
        value: value.into(),
        change: change.into(),
        tone,
        href: Some("/panel/subscriptions".into()),
        course: vec![3.0, 4.0, 4.5, 4.2, 5.0, 6.1, 6.0, 7.2],
    };
    let wait = |key: &'static str, count: u32, tone: Tone| Waiting {
        key,
        count,
        href: "/panel/orders".into(),
        tone,
    };
    HomePage {
        kpis: vec![
            kpi("kpi-subscriptions", "1,284", "+37 this month", Tone::Ok),
            kpi("kpi-open", "€12,345.67", "41 invoices", Tone::Idle),
            kpi("kpi-overdue", "€1,204.00", "6 invoices", Tone::Bad),
        ],
        waiting: if full {
            vec![
                wait("wait-approvals", 7, Tone::Warn),
                wait("wait-jobs", 1, Tone::Bad),
                wait("wait-payments", 12, Tone::Info),
                wait("wait-usage", 318, Tone::Warn),
            ]
        } else {
            Vec::new()
        },
        recent: if full {
            rows::activity(look)
        } else {
            Vec::new()
        },
    }
    .page(look.panel("/panel"))
}

fn subscription(look: &Look) -> Page {
    let leg = |seller: &'static str,
               buyer: &'static str,
               terms: &'static str,
               amount: i64,
               margin: Option<&'static str>| LegRow {
        seller: seller.into(),
        buyer: buyer.into(),
        terms: terms.into(),
        price: Some(eur(amount)),
        margin: margin.map(Into::into),
    };
    let view = SubscriptionView::Overview {
        items: vec![ItemRow {
            name: "Seats".into(),
            kind: "recurring".into(),
            quantity: "12 seats".into(),
            pricing: "graduated".into(),
            amount: Some(eur(9600)),
        }],
        parameters: vec![("Domain".into(), "hansa.example".into())],
        access: Vec::new(),
        upcoming: None,
        details: Vec::new(),
        legs: vec![
            leg(
                "Nordlicht Cloud",
                "Hansa Logistik GmbH",
                "Retail EUR, revision 4",
                11500,
                Some("16.7%"),
            ),
            leg(
                "Atlantic Distribution",
                "Nordlicht Cloud",
                "Partner EUR, revision 2",
                9583,
                None,
            ),
        ],
    };
    let mut page = my::subscription(look, view);
    page.base = "/panel";
    page.suspend = Permit::Yes;
    page.buyer = (
        "Hansa Logistik GmbH".into(),
        Some("/panel/customers/x".into()),
    );
    page.delivery = "failed".into();
    page.warning = Some("The vendor reported a failure: the domain is not verified.".into());
    page.page(look.panel("/panel/subscriptions/x"))
}

fn customers(look: &Look, full: bool) -> Page {
    let row = |name: &'static str, kind: &'static str, count: u32, open: i64| AccountRow {
        id: "acc_1".into(),
        name: name.into(),
        kind: kind.into(),
        country: "Germany".into(),
        state: "active".into(),
        subscriptions: Some(count),
        open: Some(eur(open)),
        since: date("2025-03-01"),
    };
    CustomersPage {
        rows: if full {
            vec![
                row("Hansa Logistik GmbH", "customer", 5, 17885),
                row(
                    "Deichgraf Vermögensverwaltungs- und Beteiligungsgesellschaft mbH & Co. KG",
                    "customer",
                    1,
                    0,
                ),
                row("Küstenwind IT", "reseller", 311, 0),
            ]
        } else {
            Vec::new()
        },
        state: ListState::at("/panel/customers"),
        add: Permit::Yes,
        form: FormState::default(),
        countries: vec![("DE".into(), "Germany".into())],
    }
    .page(look.panel("/panel/customers"))
}

fn account(view: AccountView) -> Account360Page {
    Account360Page {
        invoicer: Some(WhoInvoices {
            now: "self",
            choices: &["self", "on_behalf", "external"],
        }),
        statement: Some("/panel/customers/x/statement".into()),
        dunning: Some("/panel/customers/x/dunning".into()),
        pro_forma: true,
        invoicing: Some(FormState::of([
            ("invoicing", "monthly"),
            ("invoice_day", "15"),
        ])),
        bill: Permit::Yes,
        credit: Some((eur(2500), "/panel/customers/x/credit".into())),
        id: "acc_01ksd2v7nwe0v9wm0q3w4v5x6y".into(),
        name: "Hansa Logistik GmbH".into(),
        kind: "customer".into(),
        state: "active".into(),
        above: vec![("Nordlicht Cloud".into(), "/panel/customers".into())],
        address: vec![
            "Kaistraße 4".into(),
            "23552 Lübeck".into(),
            "Germany".into(),
        ],
        tax_id: "DE987654321".into(),
        contact: ("Ada Krüger".into(), "ada@hansa.example".into()),
        since: date("2025-03-01"),
        price_book: Some(("Retail EUR".into(), "/panel/price-books/x".into())),
        terms: "14 days, bank transfer or card".into(),
        credit_limit: Some(eur(500_000)),
        open: eur(17885),
        not_invoiced: eur(48210),
        warning: Some("One invoice is 7 days overdue.".into()),
        act_as: Permit::Yes,
        view,
    }
}

fn relationships(look: &Look) -> Page {
    let row = |id: &'static str, other: &'static str, sells: bool| RelationshipRow {
        id: id.into(),
        other: (other.into(), "/panel/customers/x".into()),
        sells,
        currency: "EUR".into(),
        price_book: sells.then(|| ("Retail EUR".into(), "/panel/price-books/x".into())),
        payment_days: 14,
        credit_limit: sells.then(|| eur(500_000)),
        tax: "VAT 19%".into(),
        state: "active".into(),
        since: ts("2025-03-01T00:00:00Z"),
        form: sells.then(|| FormState::of([("payment_days", "14"), ("credit_limit", "5000")])),
    };
    RelationshipsPage {
        rows: vec![
            row("rel_1", "Atlantic Distribution", false),
            row("rel_2", "Hansa Logistik GmbH", true),
        ],
        state: ListState::at("/panel/relationships"),
        price_books: vec![("pbk_1".into(), "Retail EUR".into())],
    }
    .page(look.panel("/panel/relationships"))
}

fn jobs(look: &Look) -> Page {
    let row = |kind: &'static str, state: &'static str, made: u32, error: &'static str| JobRow {
        id: "job_1".into(),
        kind: kind.into(),
        subject: "sub_01ksd2v7nwe0v9wm0q3w4v5x6y".into(),
        state: state.into(),
        due: ts("2026-11-22T09:31:00Z"),
        attempts: (made, 8),
        error: error.into(),
        retry: if state == "dead" {
            Permit::Yes
        } else {
            Permit::Hidden
        },
    };
    JobsPage { rows: vec![row("delivery.notify", "leased", 2, ""), row("delivery.notify", "dead", 8, "503 Service Unavailable from https://provision.tidemark.example/hooks after 8 attempts"), row("subscription.renew", "ready", 0, "")], state: ListState::at("/panel/jobs"), counts: [Some(41), Some(1), Some(1), None] }.page(look.panel("/panel/jobs"))
}

fn events(look: &Look) -> Page {
    let row = |kind: &'static str| EventRow {
        id: "evt_01ksd2v7nwe0v9wm0q3w4v5x6y".into(),
        kind: kind.into(),
        subject: (
            "Tidemail · Hansa Logistik".into(),
            Some("/panel/subscriptions/x".into()),
        ),
        account: "Hansa Logistik GmbH".into(),
        at: ts("2026-11-22T09:12:05Z"),
        by: "Ada Krüger".into(),
    };
    EventsPage {
        rows: vec![
            row("subscription.activated"),
            row("order.placed"),
            row("payment.succeeded"),
        ],
        state: ListState::at("/panel/events"),
    }
    .page(look.panel("/panel/events"))
}

fn mail() -> MailRow {
    MailRow {
        id: "mal_1".into(),
        to: "ada@hansa.example".into(),
        subject: "Confirm your e-mail address".into(),
        at: ts("2026-11-22T09:10:00Z"),
        state: "sent".into(),
    }
}
