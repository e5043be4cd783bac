//! A seller's products and prices.

use tradewind_web::view::Page;
use tradewind_web::view::kit::ListState;
use tradewind_web::view::panel::*;
use tradewind_web::view::shared::FormState;
use tradewind_web::view::shell::Permit;

use crate::Entries;
use crate::sample::{Look, date, dec, from, ts};

pub(crate) fn entries() -> Entries {
    vec![
        ("panel-products", |look| {
            products("/panel", true).page(look.panel("/panel/products"))
        }),
        ("panel-products-empty", |look| {
            products("/panel", false).page(look.panel("/panel/products"))
        }),
        ("panel-product", |look| {
            editor("/panel", true).page(look.panel("/panel/products/x"))
        }),
        ("panel-product-new", |look| {
            editor("/panel", false).page(look.panel("/panel/products/new"))
        }),
        ("panel-listings", listings),
        ("panel-price-books", price_books),
        ("panel-price-book", |look| {
            price_book(false).page(look.panel("/panel/price-books/x"))
        }),
        ("panel-price-book-edit", |look| {
            price_book(true).page(look.panel("/panel/price-books/x"))
        }),
        ("panel-price-tiers", |look| {
            price_model("graduated").page(look.panel("/panel/price-books/x"))
        }),
        ("panel-price-matrix", |look| {
            price_model("matrix").page(look.panel("/panel/price-books/x"))
        }),
        ("panel-price-packages", |look| {
            price_model("stairstep").page(look.panel("/panel/price-books/x"))
        }),
        ("panel-price-share", |look| {
            price_model("percentage").page(look.panel("/panel/price-books/x"))
        }),
    ]
}

pub(crate) fn products(base: &'static str, full: bool) -> ProductsPage {
    let row = |name: &'static str, state: &'static str| ProductRow {
        id: "prd_1".into(),
        name: name.into(),
        vendor: "Tidemark Software".into(),
        category: "E-mail & collaboration".into(),
        plans: 3,
        state: state.into(),
        created: ts("2026-11-20T10:00:00Z"),
    };
    ProductsPage {
        base,
        rows: if full {
            vec![
                row("Tidemail", "published"),
                row("Harbor Files", "draft"),
                row("Old Mail", "withdrawn"),
            ]
        } else {
            Vec::new()
        },
        state: ListState::at(format!("{base}/products")),
        add: Permit::Yes,
    }
}

pub(crate) fn editor(base: &'static str, full: bool) -> ProductEditorPage {
    let item = |id: &'static str, name: &'static str, kind: &'static str, pricing: &'static str| {
        ItemEdit {
            id: id.into(),
            kind: kind.into(),
            name: name.into(),
            unit: "seat".into(),
            pricing: pricing.into(),
            form: FormState::of([
                ("item_code", "seats"),
                ("item_name_en", name),
                ("item_kind", kind),
                ("model", "graduated"),
                ("tiers", "1, 8.00, 0\n51, 7.20, 0"),
            ]),
        }
    };
    let plan = |id: &'static str, name: &'static str| PlanEdit {
        id: id.into(),
        name: name.into(),
        state: "published".into(),
        clocks: "monthly, 1 year term, 14-day trial".into(),
        items: vec![
            item(
                "itm_1",
                "Seats",
                "recurring",
                "graduated: 8.00, from 51 7.20",
            ),
            item("itm_2", "Storage", "metered", "0.0215 per GB, 50 included"),
            item("new", "", "recurring", ""),
        ],
        form: FormState::of([
            ("plan_name_en", name),
            ("billing_period", "P1M"),
            ("trial_days", "14"),
            ("trial_needs_payment", "1"),
            ("auto_renew", "1"),
            ("notice_days", "30"),
        ]),
    };
    let parameter = |id: &'static str, name: &'static str| ParameterEdit {
        id: id.into(),
        name: name.into(),
        kind: "One line".into(),
        rule: "required, a domain".into(),
        form: FormState::of([
            ("param_code", "domain"),
            ("param_label_en", name),
            ("param_type", "text"),
        ]),
    };
    ProductEditorPage {
        base,
        id: if full { "prd_1".into() } else { "".into() },
        name: "Tidemail".into(),
        state: "draft".into(),
        form: if full {
            FormState::of([
                ("name_en", "Tidemail"),
                (
                    "summary_en",
                    "Business e-mail with shared calendars, hosted in the EU.",
                ),
                ("category", "cat_1"),
                ("delivery_mode", "webhook"),
            ])
        } else {
            FormState::default().wrong("name_en", "Please give a name.")
        },
        categories: vec![
            ("cat_1".into(), "E-mail & collaboration".into()),
            ("cat_2".into(), "Storage & backup".into()),
        ],
        plans: if full {
            vec![
                plan("pln_a", "Essential"),
                plan("pln_b", "Business"),
                plan("new", ""),
            ]
        } else {
            Vec::new()
        },
        parameters: if full {
            vec![parameter("par_1", "Domain"), parameter("new", "")]
        } else {
            Vec::new()
        },
        checklist: vec![
            (true, "Name and summary in English".into()),
            (true, "A plan with an item".into()),
            (false, "German texts".into()),
            (false, "A webhook endpoint that answers".into()),
        ],
        subscriptions: 412,
        publish: if full {
            Permit::No("The checklist is not complete.".into())
        } else {
            Permit::Hidden
        },
        withdraw: if full { Permit::Yes } else { Permit::Hidden },
        preview: full.then(|| "/products/tidemail".into()),
    }
}

fn listings(look: &Look) -> Page {
    let row =
        |product: &'static str, rule: &'static str, least: &str, state: &'static str| ListingRow {
            product: (product.into(), "/panel/products/x".into()),
            plan: "Business".into(),
            vendor: "Tidemark Software".into(),
            price_book: ("Retail EUR".into(), "/panel/price-books/x".into()),
            rule: rule.into(),
            price: if least.is_empty() { None } else { from(least) },
            state: state.into(),
        };
    ListingsPage {
        rows: vec![
            row("Tidemail", "+20 %", "7.50", "published"),
            row("Object Storage", "+15 %", "", "published"),
            row("Harbor Files", "own price", "6.50", "draft"),
        ],
        state: ListState::at("/panel/listings"),
        price_books: vec![("pbk_1".into(), "Retail EUR".into())],
    }
    .page(look.panel("/panel/listings"))
}

fn price_books(look: &Look) -> Page {
    let row = |name: &'static str, current: Option<&str>, planned: Option<&str>| PriceBookRow {
        id: "pbk_1".into(),
        name: name.into(),
        currency: "EUR".into(),
        current: current.map(date),
        planned: planned.map(date),
        listings: 46,
        buyers: 312,
    };
    PriceBooksPage {
        rows: vec![
            row("Retail EUR", Some("2026-07-01"), Some("2027-01-01")),
            row("Partners", None, None),
        ],
        state: ListState::at("/panel/price-books"),
        add: Permit::Yes,
        form: FormState::default(),
        currencies: vec!["EUR".into(), "USD".into()],
    }
    .page(look.panel("/panel/price-books"))
}

fn price_model(kind: &'static str) -> PriceModelPage {
    let (list, fields): (_, &[(&str, &str)]) = match kind {
        "graduated" => (
            Some(("tiers", 2)),
            &[
                ("m.tiers.0.up_to", "100"),
                ("m.tiers.0.unit_price", "0.05"),
                ("m.tiers.0.flat", "5"),
                ("m.tiers.0.minimum", "6"),
                ("m.tiers.0.maximum", "9.50"),
                ("m.tiers.1.unit_price", "-1"),
                ("m.q", "250"),
            ],
        ),
        "stairstep" => (
            Some(("steps", 2)),
            &[
                ("m.steps.0.tag", "small"),
                ("m.steps.0.amount", "9"),
                ("m.steps.1.tag", "large"),
                ("m.steps.1.amount", "19"),
            ],
        ),
        "matrix" => (
            Some(("rows", 2)),
            &[
                ("m.dimensions.0", "region"),
                ("m.rows.0.d0", "eu"),
                ("m.rows.0.unit_price", "0.2"),
                ("m.rows.1.unit_price", "0.1"),
            ],
        ),
        _ => (None, &[("m.percent", "1.3"), ("m.per_event", "0.25")]),
    };
    let mut form = FormState::default();
    for (name, value) in fields {
        form.values.push(((*name).to_owned(), (*value).to_owned()));
    }
    if kind == "graduated" {
        form = form.wrong("m.tiers.1.unit_price", "A price must be zero or more.");
    }
    let example = |quantity: &'static str, amount: &'static str| PriceExample {
        quantity: quantity.into(),
        amount: Some(amount.into()),
    };
    PriceModelPage {
        introductory: false,
        metered: true,
        others: vec![("packs".into(), "Packs of calls".into())],
        book: "pbk_1".into(),
        book_name: "Retail EUR".into(),
        currency: "EUR".into(),
        item_id: "itm_2".into(),
        item: "Tidemail · Business · Storage".into(),
        unit: "GB".into(),
        kinds: &["per_unit", "graduated", "stairstep", "matrix", "percentage"],
        kind: kind.into(),
        list,
        by_amount: kind == "percentage",
        preview: (kind != "matrix").then(|| PricePreviewView {
            course: vec![
                ("1,000 calls".into(), Some("€10.00".into())),
                ("2,000 calls".into(), None),
            ],
            line: "from €0.05 per GB, by tiers".into(),
            examples: vec![example("1 GB", "€5.05"), example("101 GB", "€10.04")],
            asked: true,
            explained: (kind == "graduated").then(|| {
                let part = (
                    "up to 100 GB".into(),
                    "100 GB × €0.05".into(),
                    "€5.00".into(),
                );
                ("€10.00".into(), vec![part])
            }),
        }),
        form,
        kept: vec![("from".to_owned(), "2027-02-01".to_owned())],
    }
}

fn price_book(editing: bool) -> PriceBookPage {
    let revision = |number: u32, from: &str, state: &'static str, shown: bool| RevisionRow {
        id: format!("rev_{number}").into(),
        number,
        from: date(from),
        state: state.into(),
        by: "Jonas Petersen".into(),
        made: ts("2026-06-12T10:00:00Z"),
        shown,
    };
    let rule = |name: &'static str, label: &'static str, percent: &str| RuleRow {
        name: name.into(),
        label: label.into(),
        percent: dec(percent),
    };
    let tier =
        |label: &'static str, cost: &'static str, price: &'static str, margin: &str| TierRow {
            label: label.into(),
            cost: Some(cost.into()),
            price: price.into(),
            margin: Some(dec(margin)),
        };
    let listing = |id: &'static str,
                   product: &'static str,
                   item: &'static str,
                   how: &'static str,
                   value: &'static str,
                   problem: Option<&'static str>| ListingEdit {
        id: id.into(),
        product: product.into(),
        item: item.into(),
        how: how.into(),
        value: value.into(),
        model: if how == "model" {
            r#"{"model":"package","size":"100","amount":"5"}"#.into()
        } else {
            "".into()
        },
        summary: (how == "model").then(|| "€5.00 per 100 GB begun".into()),
        on: true,
        tiers: vec![
            tier("up to 50", "€6.25", "€7.50", "16.7"),
            tier("from 51", "€5.60", "€6.72", "16.7"),
        ],
        introduction: (how == "model").then(|| IntroductionEdit {
            periods: "3".into(),
            price: "2.50".into(),
            words: None,
            model: "".into(),
            once: true,
        }),
        problem: if editing {
            problem.map(Into::into)
        } else {
            None
        },
    };
    PriceBookPage {
        policies: PolicyEdit(
            [
                ("tax", "added"),
                ("places.amounts", "2"),
                ("places.units", "6"),
                ("renewal", "revision"),
                ("align", "day_of_month"),
                ("align.day", "15"),
                ("proration.cancellation", "none"),
            ]
            .map(|(field, value)| (field, value.into()))
            .into(),
        ),
        id: "pbk_1".into(),
        name: "Retail EUR".into(),
        currency: "EUR".into(),
        rate: Some("1 USD = 0.9215 EUR (2026-11-01)".into()),
        revisions: vec![
            revision(5, "2027-01-01", "planned", false),
            revision(4, "2026-07-01", "current", true),
            revision(3, "2026-01-01", "past", false),
        ],
        rules: vec![
            rule("rule.compute", "Compute", "15"),
            rule("rule.all", "Everything else", "20"),
        ],
        listings: vec![
            listing("itm_1", "Tidemail · Business", "Seats", "rule", "", None),
            listing(
                "itm_2",
                "Tidemail · Business",
                "Storage",
                "price",
                "0.02",
                Some("Below what you pay: €0.0215."),
            ),
            listing(
                "itm_3",
                "Managed Kubernetes · Production",
                "Nodes",
                "markup",
                "25",
                None,
            ),
            listing(
                "itm_4",
                "Managed Kubernetes · Production",
                "Traffic",
                "model",
                "",
                None,
            ),
        ],
        plans: vec![PlanRow {
            plan: "pln_1".into(),
            name: "Tidemail · Business".into(),
            days: "as for the book".into(),
            commitment: "at least €6,000.00 every year · 120,000 calls every year".into(),
            carried: "{}".into(),
        }],
        buyers: vec![
            ("Hansa Logistik GmbH".into(), "/panel/customers/x".into()),
            ("Möwe Medien".into(), "/panel/customers/x".into()),
        ],
        editing,
        edit: Permit::Yes,
        affected: 312,
        form: FormState::of([("from", "2027-02-01")]),
    }
}
