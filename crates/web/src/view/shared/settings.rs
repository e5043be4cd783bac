//! Settings of a person and their account.

use crate::blocks;
use crate::view::kit::{Block, Card, Choice, Kind, Txt};
use crate::view::shared::{Ask, FormState};
use crate::view::{Head, Page, Shell};

/// A part of the settings.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum SettingsPart {
    /// The person: `name`, `email`.
    Profile,
    /// Their password: `password`, `new_password`.
    Password,
    /// The company: `company`, `street`, `postal_code`, `city`, `country`, `buys_as`, `tax_id`, `billing_email`.
    Company,
    /// Language and time zone: `language`, `zone`.
    Locale,
    /// A seller's brand: `brand_name`, `brand_colour`, `host`, `logo` (a file), `support_email`.
    Brand,
    /// A seller's invoices: `invoice_prefix`, `payment_days`, `bank_name`, `iban`, `bic`, `invoice_footer`.
    Invoicing,
}

impl SettingsPart {
    fn key(self) -> &'static str {
        match self {
            SettingsPart::Profile => "profile",
            SettingsPart::Password => "password",
            SettingsPart::Company => "company",
            SettingsPart::Locale => "locale",
            SettingsPart::Brand => "brand",
            SettingsPart::Invoicing => "invoicing",
        }
    }
}

/// Settings: each part is a form of its own.
pub struct SettingsPage {
    /// Where the pages lie.
    pub base: &'static str,
    /// The parts the reader may see, each with what it holds.
    pub parts: Vec<(SettingsPart, FormState)>,
    /// Countries to choose from: code, name.
    pub countries: Vec<(Txt, Txt)>,
    /// Time zones to choose from.
    pub zones: Vec<Txt>,
    /// The seller's tax is value-added tax.
    pub vat: bool,
    /// Where a buyer's exemption certificates are.
    pub exemptions: Option<&'static str>,
}

impl SettingsPage {
    /// Lays the page out.
    pub fn page(self, shell: Shell) -> Page {
        let t = shell.t.clone();
        let body = self
            .parts
            .iter()
            .map(|(part, state)| self.part(&shell, *part, state))
            .collect();
        let mut head = Head::new(t.tr("nav-settings"));
        if let Some(href) = self.exemptions {
            head = head.and(shell.go("exemptions", href).icon("landmark"));
        }
        Page::new(shell, head, body).narrow()
    }

    fn part(&self, shell: &Shell, part: SettingsPart, state: &FormState) -> Block {
        let t = &shell.t;
        let ask = Ask::new(shell, state);
        let countries = || {
            self.countries
                .iter()
                .map(|(code, name)| Choice::new(code.clone(), name.clone()))
                .collect()
        };
        let fields = match part {
            SettingsPart::Profile => vec![
                ask.text("name").required().autocomplete("name"),
                ask.input("email", "email").required().autocomplete("email"),
            ],
            SettingsPart::Password => vec![
                ask.input("password", "password")
                    .required()
                    .autocomplete("current-password"),
                ask.input("password", "new_password")
                    .required()
                    .autocomplete("new-password"),
            ],
            SettingsPart::Company => vec![
                ask.text("company")
                    .required()
                    .autocomplete("organization")
                    .full(),
                ask.text("street")
                    .required()
                    .autocomplete("street-address")
                    .full(),
                ask.text("postal_code")
                    .required()
                    .autocomplete("postal-code"),
                ask.text("city").required().autocomplete("address-level2"),
                ask.select("country", countries())
                    .required()
                    .autocomplete("country"),
                ask.buys_as(),
                ask.tax_id(self.vat),
                ask.input("email", "billing_email")
                    .required()
                    .autocomplete("off"),
            ],
            SettingsPart::Locale => vec![
                ask.select(
                    "language",
                    vec![Choice::new("en", "English"), Choice::new("de", "Deutsch")],
                ),
                ask.select(
                    "zone",
                    self.zones
                        .iter()
                        .map(|zone| Choice::new(zone.clone(), zone.clone()))
                        .collect(),
                ),
            ],
            SettingsPart::Brand => vec![
                ask.text("brand_name").required(),
                ask.text("brand_colour").required().placeholder("#0b6e4f"),
                ask.text("host").required(),
                ask.input("email", "support_email")
                    .required()
                    .autocomplete("off"),
                ask.optional(ask.field("logo", Kind::Input("file"))).full(),
            ],
            SettingsPart::Invoicing => vec![
                ask.text("invoice_prefix").required(),
                ask.number("payment_days").required(),
                ask.text("bank_name"),
                ask.text("iban"),
                ask.text("bic"),
                ask.optional(ask.area("invoice_footer")),
            ],
        };
        let scope = format!("f-{}", part.key());
        let fields = fields
            .into_iter()
            .map(|field| field.scope(scope.clone()))
            .collect();
        let mut form = shell
            .form(format!("{}/settings/{}", self.base, part.key()), "w-save")
            .fields(fields)
            .two_columns();
        if part == SettingsPart::Brand {
            form = form.with_file();
        }
        if let Some(notice) = state.notice() {
            form = form.before(blocks![notice]);
        }
        Card::new(t.tr(&format!("settings-{}", part.key())), blocks![form])
            .id(part.key())
            .into()
    }
}
