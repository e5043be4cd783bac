//! The texts of a printed document in its language.

use tradewind_kernel::{Date, Locale, Money};

use crate::format;
use crate::i18n::{self, Args};

/// Texts and formats of one language.
#[derive(Debug, Clone, Copy)]
pub(super) struct Words {
    /// The language.
    pub(super) locale: Locale,
}

impl Words {
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
