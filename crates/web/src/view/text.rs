//! Words, numbers, money and dates in the reader's language and time zone.

use rust_decimal::Decimal;
use tradewind_documents::format;
use tradewind_documents::i18n::{self, Args};
use tradewind_kernel::currency::Currency;
use tradewind_kernel::locale::Locale;
use tradewind_kernel::money::Money;
use tradewind_kernel::time::{Date, Timestamp, Zone};

use super::kit::Txt;
use super::kit::{Badge, When, status_look};

/// The reader's language and time zone.
#[derive(Clone)]
pub struct Tr {
    /// Language.
    pub locale: Locale,
    /// Time zone in which points in time are shown.
    pub zone: Zone,
}

impl Tr {
    /// For a reader.
    pub fn new(locale: Locale, zone: Zone) -> Self {
        Tr { locale, zone }
    }

    /// The text `key`.
    pub fn tr(&self, key: &str) -> Txt {
        i18n::text(self.locale, key)
    }

    /// The text `key` with arguments.
    pub fn with(&self, key: &str, args: &[(&'static str, &str)]) -> Txt {
        let args = args.iter().fold(Args::new(), |args, (name, value)| {
            args.with(name, (*value).to_owned())
        });
        i18n::tr(self.locale, key, &args).into()
    }

    /// The text `key` for a number (`$count`), with the number in it.
    pub fn count(&self, key: &str, count: u32) -> Txt {
        i18n::tr(self.locale, key, &Args::new().count("count", count)).into()
    }

    /// The name of a stored code: text `prefix-code`, or the code itself where there is none.
    pub fn code(&self, prefix: &str, code: &str) -> Txt {
        let key = format!("{prefix}-{}", code.replace(['_', '.'], "-"));
        if i18n::Catalogue::embedded().has(self.locale, &key) {
            self.tr(&key)
        } else {
            code.to_owned().into()
        }
    }

    /// A state as a badge; `code` is its stored form.
    pub fn state(&self, code: &str) -> Badge {
        let (tone, icon) = status_look(code);
        Badge::new(tone, self.code("state", code)).icon(icon)
    }

    /// An amount with its currency.
    pub fn money(&self, amount: Money) -> Txt {
        format::money(self.locale, amount).into()
    }

    /// A price with all its digits.
    pub fn price(&self, price: Decimal, currency: Currency) -> Txt {
        format::price(self.locale, price, currency).into()
    }

    /// A decimal with all its digits.
    pub fn num(&self, value: Decimal) -> Txt {
        format::decimal(self.locale, value).into()
    }

    /// A whole number.
    pub fn int(&self, value: i64) -> Txt {
        format::integer(self.locale, value).into()
    }

    /// A percentage, given in percent.
    pub fn percent(&self, value: Decimal) -> Txt {
        format::percent(self.locale, value).into()
    }

    /// A date.
    pub fn date(&self, date: Date) -> When {
        When {
            iso: date.to_string(),
            text: format::date(self.locale, date).into(),
        }
    }

    /// A point in time, to the minute.
    pub fn at(&self, at: Timestamp) -> When {
        When {
            iso: at.to_string(),
            text: format::date_time(self.locale, at, &self.zone).into(),
        }
    }

    /// A half-open period.
    pub fn period(&self, start: Date, end: Date) -> Txt {
        format::period(self.locale, start, end).into()
    }

    /// A month.
    pub fn month(&self, date: Date) -> Txt {
        format::month(self.locale, date).into()
    }
}
