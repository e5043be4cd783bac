//! The texts of a printed document in its language.

use tradewind_kernel::{Date, Locale, Money};

use super::types::InvoiceDocument;
use crate::format;
use crate::i18n::{self, Args};
use crate::tax::TaxWord;

/// Texts and formats of one language.
#[derive(Debug, Clone)]
pub(super) struct Words {
    /// The language.
    pub(super) locale: Locale,
    /// What the seller's tax is called in it.
    pub(super) tax: TaxWord,
}

impl Words {
    /// Those of a document.
    pub(super) fn of(document: &InvoiceDocument) -> Self {
        Self {
            locale: document.locale,
            tax: TaxWord::of(document.locale, &document.seller.tax_name),
        }
    }

    /// A text that names the tax, with further arguments.
    pub(super) fn taxed<'a>(&'a self, key: &str, args: Args<'a>) -> String {
        i18n::tr(self.locale, key, &args.with("tax", self.tax.name.as_ref()))
    }

    /// A text without arguments.
    pub(super) fn plain(&self, key: &str) -> String {
        i18n::text(self.locale, key).into_owned()
    }

    /// A text with one argument.
    pub(super) fn with(&self, key: &str, name: &str, value: &str) -> String {
        i18n::tr(self.locale, key, &Args::new().with(name, value))
    }

    /// A text with arguments.
    pub(super) fn args(&self, key: &str, args: &Args<'_>) -> String {
        i18n::tr(self.locale, key, args)
    }

    /// An amount in a column that names the currency.
    pub(super) fn amount(&self, amount: Money) -> String {
        format::amount(self.locale, amount)
    }

    /// An amount with its currency.
    pub(super) fn money(&self, amount: Money) -> String {
        format::money(self.locale, amount)
    }

    /// A date.
    pub(super) fn date(&self, date: Date) -> String {
        format::date(self.locale, date)
    }
}
