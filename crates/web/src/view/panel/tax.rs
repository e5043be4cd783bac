//! How a seller is taxed: settings, registrations, certificates, rates.

use tradewind_kernel::time::Date;

use crate::blocks;
use crate::view::kit::{Button, Card, Cell, Txt};
use crate::view::shared::{Ask, FormState};
use crate::view::shell::Permit;
use crate::view::{Head, Page, Shell};

/// A registration.
pub struct RegistrationRow {
    /// As it is stored: `FR`, `US-TX`, `EU`.
    pub place: Txt,
    /// What it is called.
    pub name: Txt,
    /// Its number there.
    pub number: Txt,
    /// First day.
    pub from: Date,
    /// Last day.
    pub until: Option<Date>,
}

/// An exemption certificate.
pub struct CertificateRow {
    /// Id.
    pub id: Txt,
    /// Whose.
    pub buyer: Txt,
    /// Where it holds.
    pub place: Txt,
    /// Its number.
    pub number: Txt,
    /// First day.
    pub from: Date,
    /// Last day.
    pub until: Option<Date>,
    /// `pending`, `approved`, `rejected`.
    pub state: Txt,
}

/// How a seller is taxed.
pub struct TaxPage {
    /// `decision`, `tax_point`, `vat_check`, `tax_rounding`, `small_business_from`.
    pub form: FormState,
    /// Its registrations.
    pub registrations: Vec<RegistrationRow>,
    /// What it was handed.
    pub certificates: Vec<CertificateRow>,
    /// Whether the reader may change anything.
    pub change: Permit,
}

impl TaxPage {
    /// Lays the page out.
    pub fn page(self, shell: Shell) -> Page {
        let t = shell.t.clone();
        let may = self.change.is_yes();
        let head = Head::new(t.tr("nav-tax"))
            .lead(t.tr("tax-lead"))
            .and(shell.go("tax-engine", "/panel/tax/engine").icon("plug"))
            .and(shell.go("tax-rates", "/panel/tax/rates").icon("percent"));
        let ask = Ask::new(&shell, &self.form);
        let form = shell
            .form("/panel/tax", "w-save")
            .two_columns()
            .telling(self.form.notice())
            .fields(vec![
                ask.codes(
                    "decision",
                    "tax-decision",
                    &["agreed", "by_place", "engine"],
                ),
                ask.codes(
                    "tax_point",
                    "tax-point",
                    &["period_end", "period_start", "issue"],
                ),
                ask.codes(
                    "vat_check",
                    "vat-check",
                    &["format", "not_invalid", "valid"],
                ),
                ask.codes(
                    "tax_rounding",
                    "tax-rounding",
                    &["per_line", "per_rate", "per_document"],
                ),
                ask.optional(ask.input("date", "small_business_from")),
            ]);
        let mut body = blocks![Card::new(t.tr("tax-settings"), blocks![form])];
        body.push(self.registrations(&shell, may).into());
        if may {
            let empty = FormState::default();
            let ask = Ask::new(&shell, &empty);
            let fields = vec![
                ask.text("tax_place").required(),
                ask.optional(ask.text("tax_number_there")),
                ask.input("date", "tax_from").required(),
                ask.optional(ask.input("date", "tax_until")),
            ];
            let dialog = shell.confirm(
                "register",
                "tax-register",
                "/panel/tax/registrations",
                fields,
            );
            body.push(dialog.into());
        }
        body.push(self.certificates(&shell, may).into());
        Page::new(shell, head, body)
    }

    fn registrations(&self, shell: &Shell, may: bool) -> Card {
        let t = &shell.t;
        let date = |on: Option<Date>| on.map_or(Cell::Nil, |on| Cell::At(t.date(on)));
        let rows = self.registrations.iter().map(|row| {
            let remove = shell
                .post(
                    "w-remove",
                    format!("/panel/tax/registrations/{}", row.place),
                )
                .small(row.name.clone());
            vec![
                Cell::Two(row.name.clone(), row.place.clone()),
                Cell::Text(row.number.clone()),
                date(Some(row.from)),
                date(row.until),
                Cell::Do(if may { vec![remove] } else { Vec::new() }),
            ]
        });
        let columns = vec![
            shell.col("c-place"),
            shell.col("c-number"),
            shell.col("c-from"),
            shell.col("c-until"),
            shell.acts(),
        ];
        let table = shell.table(
            "tax-registrations",
            columns,
            rows.collect(),
            "tax-registrations-none",
        );
        let card = Card::new(t.tr("tax-registrations"), blocks![table])
            .flush()
            .intro(t.tr("tax-registrations-lead"));
        if may {
            card.and(Button::open(t.tr("tax-register"), "register").icon("plus"))
        } else {
            card
        }
    }

    fn certificates(&self, shell: &Shell, may: bool) -> Card {
        let t = &shell.t;
        let rows = self.certificates.iter().map(|row| {
            let at = |act: &str| format!("/panel/tax/certificates/{}/{act}", row.id);
            let mut acts = Vec::new();
            if may && row.state != "approved" {
                acts.push(
                    shell
                        .post("tax-approve", at("approve"))
                        .small(row.number.clone()),
                );
            }
            if may && row.state != "rejected" {
                acts.push(
                    shell
                        .post("tax-reject", at("reject"))
                        .small(row.number.clone()),
                );
            }
            let until = row.until.map_or(Cell::Nil, |on| Cell::At(t.date(on)));
            vec![
                Cell::Two(row.buyer.clone(), row.number.clone()),
                Cell::Text(row.place.clone()),
                Cell::At(t.date(row.from)),
                until,
                Cell::State(t.state(&row.state)),
                Cell::Do(acts),
            ]
        });
        let columns = vec![
            shell.col("c-buyer"),
            shell.col("c-place"),
            shell.col("c-from"),
            shell.col("c-until"),
            shell.col("c-state"),
            shell.acts(),
        ];
        let table = shell.table(
            "tax-certificates",
            columns,
            rows.collect(),
            "tax-certificates-none",
        );
        Card::new(t.tr("tax-certificates"), blocks![table]).flush()
    }
}

/// A rate.
pub struct TaxRateRow {
    /// Where.
    pub place: Txt,
    /// On what.
    pub category: Txt,
    /// How much.
    pub percent: Txt,
    /// Since when.
    pub from: Date,
    /// The law or office.
    pub source: Txt,
    /// Whether the realm has added it.
    pub own: bool,
}

/// The rates that hold.
pub struct TaxRatesPage {
    /// Rates.
    pub rows: Vec<TaxRateRow>,
    /// `rates_csv`.
    pub form: FormState,
    /// Whether the reader may replace the realm's own.
    pub change: Permit,
}

impl TaxRatesPage {
    /// Lays the page out.
    pub fn page(self, shell: Shell) -> Page {
        let t = shell.t.clone();
        let rows = self.rows.into_iter().map(|row| {
            vec![
                Cell::Two(row.place, row.category),
                Cell::Figure(row.percent),
                Cell::At(t.date(row.from)),
                if row.own {
                    Cell::Two(row.source, t.tr("tax-rates-own"))
                } else {
                    Cell::Text(row.source)
                },
            ]
        });
        let columns = vec![
            shell.col("c-place"),
            shell.fig("c-percent"),
            shell.col("c-from"),
            shell.col("c-source"),
        ];
        let table = shell.table(
            "tax-rates",
            columns,
            rows.collect(),
            "tax-certificates-none",
        );
        let mut body = Vec::new();
        if self.change.is_yes() {
            let ask = Ask::new(&shell, &self.form);
            let form = shell
                .form("/panel/tax/rates", "tax-rates-upload")
                .telling(self.form.notice())
                .fields(vec![ask.area("rates_csv")]);
            let card = Card::new(t.tr("tax-rates-upload"), blocks![form]);
            body.push(card.intro(t.tr("tax-rates-own-lead")).into());
        }
        body.push(Card::new(t.tr("tax-rates"), blocks![table]).flush().into());
        let head = Head::new(t.tr("tax-rates"))
            .lead(t.tr("tax-rates-lead"))
            .under(t.tr("nav-tax"), "/panel/tax");
        Page::new(shell, head, body)
    }
}
