//! Rows and documents that several surfaces show.

use tradewind_web::view::kit::{Moment, Tone};
use tradewind_web::view::shared::*;
use tradewind_web::view::shell::Permit;

use crate::sample::{Look, cur, date, dec, eur, monthly, price, ts};

pub(crate) fn subscriptions() -> Vec<SubscriptionRow> {
    let row = |product: &'static str,
               plan: &'static str,
               buyer: &'static str,
               state: &'static str,
               delivery: &'static str,
               amount: i64| SubscriptionRow {
        id: "sub_01ksd2v7nwe0v9wm0q3w4v5x6y".into(),
        product: product.into(),
        plan: plan.into(),
        buyer: buyer.into(),
        state: state.into(),
        delivery: delivery.into(),
        price: (amount > 0).then(|| (eur(amount), monthly())),
        next: (state != "terminated").then(|| date("2026-12-22")),
    };
    vec![
        row(
            "Tidemail",
            "Business · 12 seats",
            "Hansa Logistik GmbH",
            "active",
            "running",
            11500,
        ),
        row(
            "Managed Kubernetes",
            "Production · 3 nodes",
            "Hansa Logistik GmbH",
            "trial",
            "provisioning",
            23700,
        ),
        row(
            "Object Storage",
            "By use",
            "Deichgraf Vermögensverwaltungs- und Beteiligungsgesellschaft mbH & Co. KG",
            "active",
            "changing",
            0,
        ),
        row(
            "Backup for Virtual Machines and Databases with a Very Long Product Name",
            "Standard · 4 machines",
            "Möwe Medien",
            "graced",
            "running",
            4800,
        ),
        row(
            "Lighthouse Desk",
            "Team · 5 agents",
            "Möwe Medien",
            "suspended",
            "stopped",
            9500,
        ),
        row(
            "Channel VPN",
            "Basic · 20 people",
            "Kontor 7",
            "terminated",
            "removed",
            6400,
        ),
    ]
}

pub(crate) fn orders(seller: bool) -> Vec<OrderRow> {
    let row = |number: &'static str,
               kind: &'static str,
               product: &'static str,
               state: &'static str,
               age: Option<&'static str>,
               total: i64| OrderRow {
        id: "ord_1".into(),
        number: number.into(),
        kind: kind.into(),
        product: product.into(),
        buyer: "Hansa Logistik GmbH".into(),
        placed: ts("2026-11-22T09:12:00Z"),
        state: state.into(),
        age: age.map(Into::into),
        total: eur(total),
        approve: seller && state == "pending_approval",
    };
    vec![
        row(
            "2026-000124",
            "purchase",
            "Tidemail Business",
            "delivering",
            Some("54 s"),
            19516,
        ),
        row(
            "2026-000123",
            "purchase",
            "Managed Kubernetes Production",
            "pending_approval",
            Some("2 h"),
            28203,
        ),
        row(
            "2026-000119",
            "change",
            "Tidemail Business",
            "pending_payment",
            None,
            2380,
        ),
        row(
            "2026-000110",
            "renewal",
            "Lighthouse Desk Team",
            "completed",
            None,
            11305,
        ),
        row(
            "2026-000101",
            "cancel",
            "Channel VPN Basic",
            "failed",
            Some("1 d"),
            0,
        ),
        row(
            "2026-000099",
            "purchase",
            "Harbor Files",
            "rejected",
            None,
            7735,
        ),
    ]
}

pub(crate) fn invoices() -> Vec<InvoiceRow> {
    let row =
        |number: &'static str, kind: &'static str, state: &'static str, total: i64, open: i64| {
            InvoiceRow {
                id: "inv_1".into(),
                number: number.into(),
                kind: kind.into(),
                party: "Hansa Logistik GmbH".into(),
                date: date("2026-11-01"),
                due: date("2026-11-15"),
                state: state.into(),
                total: eur(total),
                open: eur(open),
            }
        };
    vec![
        row("", "invoice", "draft", 13685, 0),
        row("NC-2026-0043", "invoice", "open", 13685, 13685),
        row("NC-2026-0042", "invoice", "overdue", 4200, 4200),
        row("NC-2026-0040", "credit_note", "paid", -1240, 0),
        row("NC-2026-0031", "invoice", "paid", 1_234_567, 0),
    ]
}

pub(crate) fn activity(look: &Look) -> Vec<Moment> {
    let t = look.t();
    vec![
        Moment::new(Tone::Info, "Renews for another month")
            .icon("calendar-clock")
            .at(t.date(date("2026-12-22")))
            .detail("€136.85 plus what is used")
            .future(),
        Moment::new(Tone::Info, "Fewer seats from the next period")
            .icon("calendar-clock")
            .at(t.date(date("2026-12-22")))
            .change("Seats", "12", "10")
            .by("Ada Krüger")
            .future(),
        Moment::new(Tone::Ok, "More seats")
            .at(t.at(ts("2026-11-20T14:05:00Z")))
            .by("Jonas Petersen, acting as Hansa Logistik")
            .change("Seats", "10", "12"),
        Moment::new(Tone::Bad, "Delivery failed")
            .at(t.at(ts("2026-11-20T14:00:00Z")))
            .by("Tidemark Software")
            .detail("The domain is not verified yet.")
            .log(
                "Technical detail",
                "409 Conflict\n{\"code\":\"domain_unverified\"}",
            ),
        Moment::new(Tone::Ok, "Active")
            .at(t.at(ts("2026-10-22T09:20:00Z")))
            .by("Tidemark Software"),
    ]
}

pub(crate) fn order(base: &'static str, waits: bool) -> OrderPage {
    let step = |kind: &'static str,
                state: &'static str,
                at: Option<&str>,
                by: &'static str,
                detail: &'static str,
                log: &'static str| OrderStep {
        kind: kind.into(),
        state: state.into(),
        at: at.map(ts),
        by: by.into(),
        detail: detail.into(),
        log: log.into(),
    };
    let mut steps = vec![
        step(
            "placed",
            "done",
            Some("2026-11-22T09:12:00Z"),
            "Ada Krüger",
            "",
            "",
        ),
        step(
            "validation",
            "done",
            Some("2026-11-22T09:12:01Z"),
            "Tradewind",
            "",
            "",
        ),
    ];
    if waits {
        steps.extend([
            step(
                "approval",
                "pending_approval",
                Some("2026-11-22T09:12:01Z"),
                "",
                "Orders of this product are looked at by Nordlicht Cloud.",
                "",
            ),
            step("payment", "draft", None, "", "", ""),
            step("delivery", "draft", None, "", "", ""),
        ]);
    } else {
        steps.extend([
            step(
                "payment",
                "paid",
                Some("2026-11-22T09:12:04Z"),
                "Visa ending in 4242",
                "€195.16",
                "",
            ),
            step(
                "delivery",
                "failed",
                Some("2026-11-22T10:12:04Z"),
                "Tidemark Software",
                "The domain hansa.example belongs to another customer.",
                "POST https://provision.tidemark.example/hooks\n422 Unprocessable Content",
            ),
            step("completion", "draft", None, "", "", ""),
        ]);
    }
    OrderPage {
        base,
        id: "ord_01ksd2v7nwe0v9wm0q3w4v5x6y".into(),
        number: "2026-000124".into(),
        kind: "purchase".into(),
        state: if waits {
            "pending_approval".into()
        } else {
            "failed".into()
        },
        reason: Some(if waits {
            "Nordlicht Cloud looks at this order before it is delivered, usually within a day."
                .into()
        } else {
            "Delivery failed: the domain hansa.example belongs to another customer.".into()
        }),
        product: "Tidemail Business".into(),
        buyer: (
            "Hansa Logistik GmbH".into(),
            (base == "/panel").then(|| "/panel/customers/x".into()),
        ),
        seller: "Nordlicht Cloud".into(),
        placed: ts("2026-11-22T09:12:00Z"),
        placed_by: "Ada Krüger".into(),
        configuration: vec![
            ("Seats".into(), "12".into()),
            ("Domain".into(), "hansa.example".into()),
        ],
        steps,
        price: price(),
        subscription: Some("sub_1".into()),
        invoices: vec![("NC-2026-0043".into(), "inv_1".into())],
        approve: if waits { Permit::Yes } else { Permit::Hidden },
        retry: if waits { Permit::Hidden } else { Permit::Yes },
        cancel: Permit::Yes,
        pay: None,
        moving: false,
    }
}

pub(crate) fn wallet(here: &'static str, side: WalletSide) -> WalletPage {
    let grant = |source: &'static str, reason: &'static str, left: i64| CreditGrantRow {
        source: source.into(),
        reason: reason.into(),
        expires: (!reason.is_empty()).then(|| date("2027-01-31")),
        amount: eur(5000),
        left: eur(left),
        since: ts("2026-11-20T10:00:00Z"),
    };
    let moved = |kind: &'static str, source: &'static str, amount: i64| CreditMoveRow {
        at: ts("2026-11-20T10:00:00Z"),
        kind: kind.into(),
        source: source.into(),
        invoice: (kind == "used").then(|| ("NC-2026-0042".into(), "/my/invoices/x".into())),
        amount: eur(amount),
    };
    WalletPage {
        here: here.into(),
        under: None,
        other: "Nordlicht Cloud GmbH".into(),
        balance: eur(7500),
        currency: cur("EUR"),
        usage: "automatic".into(),
        agreed: false,
        top_up: Some((eur(2000), eur(10000))),
        grants: vec![
            grant("goodwill", "Sorry for the outage", 2500),
            grant("top_up", "", 5000),
        ],
        moves: vec![
            moved("used", "goodwill", -2500),
            moved("granted", "top_up", 5000),
            moved("granted", "goodwill", 5000),
        ],
        state: tradewind_web::view::kit::ListState::at(here),
        side,
        form: FormState::default(),
    }
}

pub(crate) fn statement(here: &'static str, base: &'static str) -> StatementPage {
    let moved = |name: &'static str, about: &'static str, amount: i64, balance: i64| MovementRow {
        on: date("2026-11-20"),
        name: name.into(),
        about: about.into(),
        href: about
            .starts_with("NC")
            .then(|| format!("{base}/invoices/x").into()),
        amount: eur(amount),
        balance: eur(balance),
    };
    StatementPage {
        here: here.into(),
        under: ("Invoices".into(), format!("{base}/invoices").into()),
        other: "Between you and Nordlicht Cloud GmbH".into(),
        from: date("2026-11-01"),
        until: date("2026-11-30"),
        others: vec![("Month before".into(), here.into())],
        opening: eur(4200),
        closing: eur(9639),
        owed: eur(10139),
        credit: eur(500),
        moves: vec![
            moved("Invoice", "NC-2026-0042", 25439, 29639),
            moved("Payment", "SEPA 77", -20000, 9639),
        ],
        aged_on: date("2026-11-23"),
        ageing: vec![
            ("statement-age-not-due", eur(5439)),
            ("statement-age-30", eur(4700)),
            ("statement-age-60", eur(0)),
            ("statement-age-90", eur(0)),
            ("statement-age-older", eur(0)),
        ],
    }
}

fn related(base: &str) -> RelatedNote {
    RelatedNote {
        document: ("CN-2026-0003".into(), format!("{base}/invoices/x").into()),
        amount: eur(2261),
        destination: "debt".into(),
        reason: "Two seats too many".into(),
    }
}

pub(crate) fn invoice(look: &Look, base: &'static str) -> InvoicePage {
    let party = |name: &'static str, address: &[&'static str], tax_id: &'static str| Party {
        name: name.into(),
        address: address.iter().map(|line| (*line).into()).collect(),
        tax_id: tax_id.into(),
    };
    let line = |text: &'static str,
                detail: &'static str,
                quantity: &str,
                unit: &'static str,
                price: Option<&str>,
                amount: i64| InvoiceLine {
        text: text.into(),
        detail: detail.into(),
        quantity: dec(quantity),
        unit: unit.into(),
        unit_price: price.map(dec),
        tax: dec("19"),
        amount: eur(amount),
    };
    InvoicePage {
        vat: true,
        notes: vec![related(base)],
        write_off: Permit::Hidden,
        reissue: if base == "/my" {
            Permit::Hidden
        } else {
            Permit::Yes
        },
        replaces: Some((
            "NC-2026-0039".into(),
            format!("{base}/invoices/inv_0").into(),
        )),
        replaced_by: None,
        credit: if base == "/my" {
            Permit::Hidden
        } else {
            Permit::Yes
        },
        base,
        id: "inv_1".into(),
        number: "NC-2026-0042".into(),
        kind: "invoice".into(),
        state: "overdue".into(),
        date: date("2026-11-01"),
        due: date("2026-11-15"),
        period: Some((date("2026-10-01"), date("2026-11-01"))),
        seller: party(
            "Nordlicht Cloud GmbH",
            &["Speicherstadt 12", "20457 Hamburg", "Germany"],
            "DE123456789",
        ),
        buyer: party(
            "Hansa Logistik GmbH",
            &["Kaistraße 4", "23552 Lübeck", "Germany"],
            "DE987654321",
        ),
        reference: "PO 4711".into(),
        currency: cur("EUR"),
        groups: vec![
            InvoiceGroup {
                title: "Tidemail Business · hansa.example".into(),
                lines: vec![
                    line("Seats", "1–30 November 2026", "12", "seats", None, 9600),
                    line(
                        "Base fee",
                        "1–30 November 2026",
                        "1",
                        "month",
                        Some("19.00"),
                        1900,
                    ),
                ],
                subtotal: eur(11500),
            },
            InvoiceGroup {
                title: "Compute · October 2026".into(),
                lines: vec![
                    line(
                        "Virtual machines",
                        "1,284 records",
                        "8123.5",
                        "hours",
                        None,
                        28134,
                    ),
                    line("Credit", "commitment discount", "1", "", None, -1450),
                ],
                subtotal: eur(26684),
            },
        ],
        net: eur(38184),
        taxes: vec![TaxLine {
            name: "VAT 19%".into(),
            base: eur(38184),
            tax: eur(7255),
        }],
        total: eur(45439),
        payments: vec![(
            ts("2026-11-10T12:00:00Z"),
            "Bank transfer".into(),
            eur(20000),
        )],
        open: eur(25439),
        terms: vec![
            "Payable within 14 days without deduction.".into(),
            "IBAN DE02 1203 0000 0000 2020 51 · BIC BYLADEM1001 · reference NC-2026-0042".into(),
        ],
        detail_csv: Some("/my/invoices/x/detail.csv".into()),
        pay: (base == "/my").then(|| "/my/invoices/x/pay".into()),
        record: if base == "/panel" {
            Permit::Yes
        } else {
            Permit::Hidden
        },
        resend: if base == "/panel" {
            Permit::Yes
        } else {
            Permit::Hidden
        },
        reminder: Some(NextReminder {
            next: Some(("suspend".into(), date("2026-12-11"))),
            paused: Some(date("2026-12-10")),
            reason: "Called".into(),
            promise: Some((eur(5000), "waiting".into())),
            edit: base == "/panel",
        }),
        history: vec![
            Moment::new(Tone::Warn, "Reminder sent").at(look.t().at(ts("2026-11-18T08:00:00Z"))),
            Moment::new(Tone::Ok, "Issued and sent").at(look.t().at(ts("2026-11-01T06:00:00Z"))),
        ],
    }
}
