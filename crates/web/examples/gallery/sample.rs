//! Values for the pages of the gallery.

use std::collections::HashMap;

use tradewind_kernel::currency::Currency;
use tradewind_kernel::decimal::Decimal;
use tradewind_kernel::locale::Locale;
use tradewind_kernel::money::Money;
use tradewind_kernel::time::{Date, Timestamp, Zone};
use tradewind_web::brand;
use tradewind_web::view::Tr;
use tradewind_web::view::nav::{self, Menu};
use tradewind_web::view::shared::{Every, NextInvoice, PriceFrom, PriceItem, PriceView};
use tradewind_web::view::shell::{ActingAs, Brand, Clock, Shell, Surface, Theme, Who};

/// How a page of the gallery is asked for.
pub(crate) struct Look {
    t: Tr,
    theme: Theme,
    colour: String,
    sandbox: bool,
    acting: bool,
    path: String,
}

impl Look {
    pub(crate) fn new(query: &HashMap<String, String>, name: &str) -> Look {
        let get = |key: &str| query.get(key).map_or("", String::as_str);
        let locale = Locale::parse(get("lang")).unwrap_or(Locale::En);
        Look {
            t: Tr::new(locale, Zone::parse("Europe/Berlin").expect("a zone")),
            theme: Theme::parse(get("theme")),
            colour: if get("brand").is_empty() {
                "0b6e4f".into()
            } else {
                get("brand").into()
            },
            sandbox: get("sandbox") != "0",
            acting: get("acting") == "1",
            path: format!("/g/{name}"),
        }
    }

    pub(crate) fn t(&self) -> &Tr {
        &self.t
    }

    fn shell(
        &self,
        surface: Surface,
        brand: &'static str,
        who: Option<(&'static str, &'static str, &'static str)>,
    ) -> Shell {
        Shell {
            t: self.t.clone(),
            surface,
            theme: self.theme,
            brand: Brand {
                name: brand.into(),
                css: brand::Colour::parse(&self.colour).map(brand::address),
                logo: None,
            },
            csrf: "csrf-token".into(),
            path: self.path.clone().into(),
            who: who.map(|(name, account, home)| Who {
                name: name.into(),
                account: account.into(),
                home,
            }),
            acting: self.acting.then(|| ActingAs {
                account: "Hansa Logistik GmbH".into(),
                reason: "Ticket 4711: invoice question".into(),
            }),
            clock: self.sandbox.then(|| Clock {
                now: ts("2026-11-22T09:30:00Z"),
                target: None,
                may_travel: true,
            }),
            nav: Vec::new(),
            currencies: vec!["EUR".into(), "USD".into()],
            search: "".into(),
            palette: "",
            flash: Vec::new(),
        }
    }

    pub(crate) fn store(&self) -> Shell {
        self.shell(Surface::Store, "Nordlicht Cloud", None)
    }

    pub(crate) fn gate(&self) -> Shell {
        self.shell(Surface::Gate, "Nordlicht Cloud", None)
    }

    pub(crate) fn my(&self, path: &str) -> Shell {
        let mut shell = self.shell(
            Surface::App,
            "Nordlicht Cloud",
            Some(("Ada Krüger", "Hansa Logistik GmbH", "/my")),
        );
        shell.nav = nav::build(
            &self.t,
            Menu::Dashboard,
            path,
            |_| true,
            &[("/my/invoices", 2)],
        );
        shell
    }

    pub(crate) fn panel(&self, path: &str) -> Shell {
        let mut shell = self.shell(
            Surface::App,
            "Nordlicht Cloud",
            Some(("Jonas Petersen", "Nordlicht Cloud", "/panel")),
        );
        shell.nav = nav::build(
            &self.t,
            Menu::Panel,
            path,
            |_| true,
            &[
                ("/panel/orders", 7),
                ("/panel/jobs", 2),
                ("/panel/usage", 3),
            ],
        );
        shell
    }

    pub(crate) fn vendor(&self, path: &str) -> Shell {
        let mut shell = self.shell(
            Surface::App,
            "Tidemark Software",
            Some(("Mira Sólberg", "Tidemark Software", "/vendor")),
        );
        shell.nav = nav::build(&self.t, Menu::Vendor, path, |_| true, &[("/vendor", 4)]);
        shell
    }
}

pub(crate) fn ts(text: &str) -> Timestamp {
    Timestamp::parse(text).expect("a time")
}

pub(crate) fn date(text: &str) -> Date {
    text.parse().expect("a date")
}

pub(crate) fn dec(text: &str) -> Decimal {
    text.parse().expect("a decimal")
}

pub(crate) fn cur(code: &str) -> Currency {
    Currency::parse(code).expect("a currency")
}

pub(crate) fn eur(minor: i64) -> Money {
    Money::new(minor, cur("EUR"))
}

pub(crate) fn monthly() -> Every {
    Every {
        unit: "month".into(),
        count: 1,
    }
}

pub(crate) fn from(price: &str) -> Option<PriceFrom> {
    Some(PriceFrom {
        price: dec(price),
        currency: cur("EUR"),
        every: Some(monthly()),
        tax: "plus VAT".into(),
        introductory: Vec::new(),
    })
}

pub(crate) fn price() -> PriceView {
    let item = |label: &'static str,
                quantity: &str,
                unit: &'static str,
                price: Option<&str>,
                amount: Option<i64>,
                note: &'static str| PriceItem {
        label: label.into(),
        quantity: dec(quantity),
        unit: unit.into(),
        unit_price: price.map(dec),
        amount: amount.map(eur),
        note: note.into(),
    };
    PriceView {
        currency: cur("EUR"),
        one_time: vec![item("Setup", "1", "set-up", Some("49.00"), Some(4900), "")],
        recurring: vec![
            item("Base fee", "1", "month", Some("19.00"), Some(1900), ""),
            item(
                "Seats",
                "12",
                "seats",
                None,
                Some(9600),
                "first 5 included, then tiered",
            ),
        ],
        every: Some(monthly()),
        metered: vec![item(
            "Storage",
            "0",
            "GB",
            Some("0.0215"),
            None,
            "50 GB included",
        )],
        credit: None,
        discounts: Vec::new(),
        net: eur(16400),
        taxes: vec![("VAT 19%".into(), eur(3116))],
        due_now: eur(19516),
        due_note: "".into(),
        next: Some(NextInvoice {
            date: date("2026-12-22"),
            total: eur(13685),
            plus_usage: true,
        }),
        phases: vec![(date("2027-02-22"), eur(16300))],
    }
}
