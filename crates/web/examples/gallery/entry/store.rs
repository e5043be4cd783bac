//! The shop.

use tradewind_documents::prices::PriceTable;
use tradewind_web::view::kit::{ListState, Moment, Tone};
use tradewind_web::view::shared::{Every, FormState, PriceDetail};
use tradewind_web::view::storefront::*;

use crate::sample::{from, price, ts};
use crate::{Entries, sample::Look};
use tradewind_web::view::Page;

pub(crate) fn entries() -> Entries {
    vec![
        ("store-home", |look| catalogue(look, false)),
        ("store-narrowed", |look| catalogue(look, true)),
        ("store-no-match", no_match),
        ("store-product", |look| product(look, FormState::default())),
        ("store-product-errors", product_errors),
        ("store-checkout", |look| {
            checkout(
                look,
                FormState::of([("company", "Hansa Logistik GmbH"), ("country", "DE")]),
            )
        }),
        ("store-checkout-errors", |look| {
            let form = FormState::of([("company", ""), ("tax_id", "DE12")]);
            checkout(
                look,
                form.wrong("company", "Please give the name of your company.")
                    .wrong(
                        "tax_id",
                        "This is not a VAT ID of Germany: DE and nine digits are expected.",
                    ),
            )
        }),
        ("store-placed", placed),
        ("legal", |look| {
            LegalPage {
                title: "General terms".into(),
                version: "Version of 1 July 2026".into(),
                text: vec!["These terms hold between the shop and its customers.".into()],
            }
            .page(look.store())
        }),
    ]
}

fn facet(
    name: &'static str,
    label: &'static str,
    values: &[(&'static str, &'static str, u32, bool)],
) -> Facet {
    let values = values.iter().map(|(value, label, count, on)| FacetValue {
        value: (*value).into(),
        label: (*label).into(),
        count: *count,
        on: *on,
    });
    Facet {
        name: name.into(),
        label: label.into(),
        values: values.collect(),
    }
}

fn cards() -> Vec<ProductCard> {
    let card = |slug: &'static str,
                name: &'static str,
                vendor: &'static str,
                summary: &'static str,
                least: &str,
                trial: u32,
                approval: bool| ProductCard {
        slug: slug.into(),
        name: name.into(),
        vendor: vendor.into(),
        summary: summary.into(),
        from: if least.is_empty() { None } else { from(least) },
        trial_days: (trial > 0).then_some(trial),
        approval,
    };
    vec![
        card(
            "tidemail",
            "Tidemail",
            "Tidemark Software",
            "Business e-mail with shared calendars, hosted in the EU.",
            "4.00",
            14,
            false,
        ),
        card(
            "harbor-files",
            "Harbor Files",
            "Tidemark Software",
            "File sync and sharing with versioning and legal hold.",
            "6.50",
            30,
            false,
        ),
        card(
            "kubernetes",
            "Managed Kubernetes",
            "Fjordbyte",
            "Clusters with automatic upgrades and 99.95 % availability.",
            "79.00",
            0,
            true,
        ),
        card(
            "object-storage",
            "Object Storage",
            "Fjordbyte",
            "S3-compatible storage, paid by what is stored and moved.",
            "",
            0,
            false,
        ),
        card(
            "backup",
            "Backup for Virtual Machines and Databases with a Very Long Product Name",
            "Fjordbyte",
            "Daily, encrypted, tested by restore. Choose how long copies are kept and where, down to the data centre and the rack.",
            "12.00",
            0,
            false,
        ),
        card(
            "desk",
            "Lighthouse Desk",
            "Beacon Apps",
            "Help desk with shared inboxes and a knowledge base.",
            "19.00",
            14,
            true,
        ),
        card(
            "vpn",
            "Channel VPN",
            "Beacon Apps",
            "Private network for your sites and people.",
            "3.20",
            7,
            false,
        ),
    ]
}

fn catalogue(look: &Look, narrowed: bool) -> Page {
    let facets = vec![
        facet(
            "category",
            "Category",
            &[
                ("mail", "E-mail & collaboration", 12, narrowed),
                ("storage", "Storage & backup", 8, false),
                ("compute", "Compute", 21, false),
                ("security", "Security", 5, false),
            ],
        ),
        facet(
            "vendor",
            "Vendor",
            &[
                ("tidemark", "Tidemark Software", 9, narrowed),
                ("fjordbyte", "Fjordbyte", 17, false),
                ("beacon", "Beacon Apps", 6, false),
            ],
        ),
        facet(
            "billing",
            "Billing",
            &[
                ("P1M", "Monthly", 40, false),
                ("P1Y", "Yearly", 22, false),
                ("usage", "By use", 13, false),
            ],
        ),
        facet("trial", "Trial", &[("1", "Free trial", 14, false)]),
    ];
    let query = if narrowed {
        vec![
            ("category".to_owned(), "mail".to_owned()),
            ("vendor".to_owned(), "tidemark".to_owned()),
            ("sort".to_owned(), "price".to_owned()),
        ]
    } else {
        Vec::new()
    };
    let mut products = cards();
    products.truncate(if narrowed { 2 } else { 7 });
    CataloguePage {
        bundles: Vec::new(),
        welcome: (!narrowed).then(|| ("Cloud services from the north".into(), "Mail, storage and compute for companies, billed on one invoice, supported by people.".into())),
        facets,
        price_range: if narrowed { ("0".into(), "20".into()) } else { ("".into(), "".into()) },
        state: ListState { path: "/".into(), query, next: (!narrowed).then(|| "abc".into()) },
        total: if narrowed { 2 } else { 46 },
        products,
    }
    .page(look.store())
}

fn no_match(look: &Look) -> Page {
    let state = ListState {
        path: "/".into(),
        query: vec![("q".into(), "mainframe".into())],
        next: None,
    };
    let mut shell = look.store();
    shell.search = "mainframe".into();
    CataloguePage {
        bundles: Vec::new(),
        welcome: None,
        facets: Vec::new(),
        price_range: ("".into(), "".into()),
        state,
        products: Vec::new(),
        total: 0,
    }
    .page(shell)
}

fn product(look: &Look, form: FormState) -> Page {
    let plan = |id: &'static str,
                name: &'static str,
                summary: &'static str,
                least: &str,
                trial: u32,
                has: usize,
                on: bool| PlanOffer {
        id: id.into(),
        name: name.into(),
        summary: summary.into(),
        from: from(least),
        trial_days: (trial > 0).then_some(trial),
        features: [
            "Mailboxes with 50 GB",
            "Shared calendars",
            "Archive for ten years",
            "Single sign-on",
        ]
        .into_iter()
        .enumerate()
        .map(|(n, text)| (n < has, text.into()))
        .collect(),
        term: on.then(|| Every {
            unit: "year".into(),
            count: 1,
        }),
        on,
    };
    let wrong = !form.errors.is_empty();
    ProductPage {
        together: vec![("sub_1".into(), "Backup – next on 1 April 2026".into())],
        slug: "tidemail".into(),
        name: "Tidemail".into(),
        vendor: "Tidemark Software".into(),
        category: Some(("E-mail & collaboration".into(), "mail".into())),
        summary: "Business e-mail with shared calendars, hosted in the EU.".into(),
        description: vec![
            "Tidemail brings mail, calendars and contacts to every device over open protocols."
                .into(),
            "Data stays in two data centres in Germany and Finland.".into(),
        ],
        plans: vec![
            plan(
                "pln_a",
                "Essential",
                "For small teams that need mail.",
                "4.00",
                14,
                2,
                false,
            ),
            plan(
                "pln_b",
                "Business",
                "For companies with duties to keep records.",
                "7.50",
                14,
                3,
                true,
            ),
            plan(
                "pln_c",
                "Enterprise",
                "For organisations with their own identity provider.",
                "12.00",
                0,
                4,
                false,
            ),
        ],
        comparison: vec![
            (
                "Mailbox size".into(),
                vec!["50 GB".into(), "100 GB".into(), "unlimited".into()],
            ),
            (
                "Archive".into(),
                vec!["–".into(), "10 years".into(), "10 years".into()],
            ),
            (
                "Support".into(),
                vec!["business hours".into(), "24 × 5".into(), "24 × 7".into()],
            ),
        ],
        details: vec![
            PriceDetail {
                title: "Storage".into(),
                line: "from €0.05 per GB, by tiers".into(),
                table: Some(PriceTable {
                    lead: "Each unit costs what its own tier says.".into(),
                    heads: vec!["Quantity".into(), "Price".into()],
                    figures_from: 1,
                    rows: vec![
                        vec!["up to 100 GB".into(), "€0.08 per GB".into()],
                        vec!["over 100 GB".into(), "€0.05 per GB".into()],
                    ],
                }),
            },
            PriceDetail {
                title: "Traffic for region: eu".into(),
                line: "€5.00 per 100 GB begun".into(),
                table: None,
            },
        ],
        quantities: vec![
            QuantityAsk {
                name: "qty.seats".into(),
                label: "Seats".into(),
                min: Some("1".into()),
                max: Some("500".into()),
                step: "1".into(),
                value: "12".into(),
                hint: Some("The first 5 are included.".into()),
                packages: Vec::new(),
            },
            QuantityAsk {
                name: "qty.archive".into(),
                label: "Archive mailboxes".into(),
                min: Some("0".into()),
                max: None,
                step: "1".into(),
                value: "2".into(),
                hint: None,
                packages: vec![
                    ("1".into(), "small – €9.00".into()),
                    ("2".into(), "large – €19.00".into()),
                ],
            },
        ],
        parameters: vec![
            ParameterAsk {
                name: "param.domain".into(),
                label: "Domain".into(),
                hint: Some("Your own domain, such as example.com.".into()),
                required: true,
                kind: ParameterKind::Text,
            },
            ParameterAsk {
                name: "param.region".into(),
                label: "Region".into(),
                hint: None,
                required: true,
                kind: ParameterKind::Choice(vec![
                    ("de".into(), "Germany".into()),
                    ("fi".into(), "Finland".into()),
                ]),
            },
            ParameterAsk {
                name: "param.migrate".into(),
                label: "Move existing mailboxes".into(),
                hint: None,
                required: false,
                kind: ParameterKind::YesNo,
            },
        ],
        price: (!wrong).then(price),
        approval: wrong,
        delivery: "Ready within 10 minutes".into(),
        form,
    }
    .page(look.store())
}

fn product_errors(look: &Look) -> Page {
    let form = FormState::of([("param.domain", "not a domain"), ("qty.seats", "501")])
        .wrong(
            "param.domain",
            "This is not a domain: letters, digits and hyphens around dots are expected.",
        )
        .wrong("qty.seats", "At most 500.");
    product(look, form)
}

fn checkout(look: &Look, form: FormState) -> Page {
    CheckoutPage {
        quote: "quo_1".into(),
        title: "Tidemail Business".into(),
        change_href: "/products/tidemail?plan=pln_b#configure".into(),
        configuration: vec![
            ("Seats".into(), "12".into()),
            ("Domain".into(), "hansa.example".into()),
            ("Region".into(), "Germany".into()),
        ],
        price: price(),
        countries: vec![
            ("DE".into(), "Germany".into()),
            ("FI".into(), "Finland".into()),
            ("US".into(), "United States".into()),
        ],
        payment: vec![
            PaymentOption {
                value: "pmt_1".into(),
                label: "Visa ending in 4242".into(),
                hint: "Charged at once".into(),
            },
            PaymentOption {
                value: "new_card".into(),
                label: "Another card".into(),
                hint: "Asked on the next page".into(),
            },
            PaymentOption {
                value: "bank_transfer".into(),
                label: "Bank transfer".into(),
                hint: "Delivered when it has arrived".into(),
            },
        ],
        terms: vec![
            Terms {
                name: "terms.trm_1".into(),
                title: "General terms".into(),
                href: "/legal/terms".into(),
            },
            Terms {
                name: "terms.trm_2".into(),
                title: "Data processing agreement of Tidemark Software".into(),
                href: "/legal/dpa".into(),
            },
        ],
        vat: true,
        approval: false,
        form,
    }
    .page(look.store())
}

pub(crate) fn steps(look: &Look) -> Vec<Moment> {
    let t = look.t();
    vec![
        Moment::new(Tone::Ok, "Placed").at(t.at(ts("2026-11-22T09:12:00Z"))).by("Ada Krüger"),
        Moment::new(Tone::Ok, "Checked").at(t.at(ts("2026-11-22T09:12:01Z"))).by("Tradewind"),
        Moment::new(Tone::Ok, "Paid").at(t.at(ts("2026-11-22T09:12:04Z"))).by("Visa ending in 4242").detail("€195.16"),
        Moment::new(Tone::Info, "Being delivered").icon("loader").at(t.at(ts("2026-11-22T09:12:05Z"))).by("Tidemark Software").detail("Attempt 2 of 8; usually done within 10 minutes.").log("Technical detail", "POST https://provision.tidemark.example/hooks\n503 Service Unavailable\nnext attempt 09:14:05"),
        Moment::new(Tone::Idle, "Active").icon("circle-dashed").future(),
    ]
}

fn placed(look: &Look) -> Page {
    OrderPlacedPage {
        number: "2026-000124".into(),
        title: "Tidemail Business".into(),
        state: "delivering".into(),
        next: "Tidemark Software sets up your mailboxes. You get an e-mail when they are ready."
            .into(),
        steps: steps(look),
        price: price(),
        order_href: "/my/orders/ord_1".into(),
        pay_href: None,
        moving: true,
    }
    .page(look.store())
}
