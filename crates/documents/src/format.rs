//! Numbers, money, percents and dates as people of a language write them.
//!
//! A small table of our own after the CLDR, for the languages of the product. Nothing is rounded here: every digit of the
//! input is shown. English is meant for readers anywhere, so that its dates name the month (`1 Oct 2024`).

use tradewind_kernel::{Currency, Date, Decimal, Locale, Money, Timestamp, Zone};

/// Space that does not break a line: between an amount and its currency.
const NO_BREAK_SPACE: char = '\u{a0}';

/// How a language writes numbers.
struct Numbers {
    point: char,
    group: char,
    /// `true`: `1,00 €`; `false`: `€1.00`.
    currency_last: bool,
    percent: &'static str,
}

const fn numbers(locale: Locale) -> Numbers {
    match locale {
        Locale::En => Numbers {
            point: '.',
            group: ',',
            currency_last: false,
            percent: "%",
        },
        Locale::De => Numbers {
            point: ',',
            group: '.',
            currency_last: true,
            percent: "\u{a0}%",
        },
    }
}

/// Symbols that leave no doubt about the currency in both languages; all others are written with their code.
fn symbol(currency: Currency) -> Option<&'static str> {
    Some(match currency.code() {
        "EUR" => "€",
        "USD" => "$",
        "GBP" => "£",
        "JPY" => "¥",
        "INR" => "₹",
        "KRW" => "₩",
        "ILS" => "₪",
        "VND" => "₫",
        "UAH" => "₴",
        "TRY" => "₺",
        "AUD" => "A$",
        "BRL" => "R$",
        "CAD" => "CA$",
        "CNY" => "CN¥",
        "HKD" => "HK$",
        "MXN" => "MX$",
        "NZD" => "NZ$",
        "TWD" => "NT$",
        _ => return None,
    })
}

/// An amount with its currency and exactly the currency's places: `€1,234.56`, `1.234,56 €`, `KWD 1.500`.
pub fn money(locale: Locale, amount: Money) -> String {
    with_currency(
        locale,
        amount.to_decimal(),
        amount.currency,
        amount.currency.exponent(),
    )
}

/// An amount without its currency, for a column whose head names it: `1,234.56`.
pub fn amount(locale: Locale, amount: Money) -> String {
    decimal_at_least(locale, amount.to_decimal(), amount.currency.exponent())
}

/// A price that may be finer than the currency's smallest coin; at least the currency's places and all its digits:
/// `€0.00345`, `€12.00`.
pub fn price(locale: Locale, price: Decimal, currency: Currency) -> String {
    with_currency(locale, price, currency, currency.exponent())
}

/// A price as [`price`] writes it, without the currency.
pub fn price_digits(locale: Locale, price: Decimal, currency: Currency) -> String {
    decimal_at_least(locale, price, currency.exponent())
}

/// A decimal with all its digits, without trailing zeros: `1,234.5`.
pub fn decimal(locale: Locale, value: Decimal) -> String {
    decimal_at_least(locale, value, 0)
}

/// A decimal with all its digits and at least `places` of them after the point: `1,234.50`.
pub fn decimal_at_least(locale: Locale, value: Decimal, places: u32) -> String {
    let mut text = String::new();
    push_decimal(&mut text, locale, value, places);
    text
}

/// A whole number with digit groups: `12,000`.
pub fn integer(locale: Locale, value: i64) -> String {
    decimal_at_least(locale, Decimal::from(value), 0)
}

/// A percentage given in percent: 19 becomes `19%` or `19 %`.
pub fn percent(locale: Locale, percents: Decimal) -> String {
    let mut text = decimal(locale, percents);
    text.push_str(numbers(locale).percent);
    text
}

/// A date in short: `1 Oct 2024`, `01.10.2024`.
pub fn date(locale: Locale, date: Date) -> String {
    match locale {
        Locale::En => format!("{} {} {}", date.day(), month_short(date), date.year()),
        Locale::De => format!("{:02}.{:02}.{}", date.day(), date.month(), date.year()),
    }
}

/// A date written out: `1 October 2024`, `1. Oktober 2024`.
pub fn date_long(locale: Locale, date: Date) -> String {
    match locale {
        Locale::En => format!(
            "{} {} {}",
            date.day(),
            month_name(locale, date),
            date.year()
        ),
        Locale::De => format!(
            "{}. {} {}",
            date.day(),
            month_name(locale, date),
            date.year()
        ),
    }
}

/// A month written out: `October 2024`, `Oktober 2024`.
pub fn month(locale: Locale, date: Date) -> String {
    format!("{} {}", month_name(locale, date), date.year())
}

/// An instant in the reader's zone, to the minute: `1 Oct 2024, 14:05`.
pub fn date_time(locale: Locale, at: Timestamp, zone: &Zone) -> String {
    let at = at.datetime_in(zone);
    format!(
        "{}, {:02}:{:02}",
        date(locale, at.date()),
        at.hour(),
        at.minute()
    )
}

/// A half-open period `start..end` by its first and last day, as people read it: `1–31 Oct 2024`, `01.–31.10.2024`.
///
/// An empty or reversed period shows its start.
pub fn period(locale: Locale, start: Date, end: Date) -> String {
    let last = end.yesterday().unwrap_or(end);
    if last <= start {
        return date(locale, start);
    }
    let same_year = start.year() == last.year();
    let same_month = same_year && start.month() == last.month();
    match (locale, same_year, same_month) {
        (Locale::En, _, true) => format!("{}–{}", start.day(), date(locale, last)),
        (Locale::En, true, _) => format!(
            "{} {} – {}",
            start.day(),
            month_short(start),
            date(locale, last)
        ),
        (Locale::De, _, true) => format!("{:02}.–{}", start.day(), date(locale, last)),
        (Locale::De, true, _) => format!(
            "{:02}.{:02}.–{}",
            start.day(),
            start.month(),
            date(locale, last)
        ),
        (_, false, _) => format!("{} – {}", date(locale, start), date(locale, last)),
    }
}

fn with_currency(locale: Locale, value: Decimal, currency: Currency, places: u32) -> String {
    let table = numbers(locale);
    let symbol = symbol(currency);
    let sign = symbol.unwrap_or(currency.code());
    let mut text = String::with_capacity(24);
    if table.currency_last {
        push_decimal(&mut text, locale, value, places);
        text.push(NO_BREAK_SPACE);
        text.push_str(sign);
        return text;
    }
    if value.is_sign_negative() && !value.is_zero() {
        text.push('-');
    }
    text.push_str(sign);
    if symbol.is_none() {
        text.push(NO_BREAK_SPACE);
    }
    push_decimal(&mut text, locale, value.abs(), places);
    text
}

fn push_decimal(text: &mut String, locale: Locale, value: Decimal, places: u32) {
    let table = numbers(locale);
    let plain = value.normalize().to_string();
    let (negative, digits) = match plain.strip_prefix('-') {
        Some(digits) => (true, digits),
        None => (false, plain.as_str()),
    };
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    if negative {
        text.push('-');
    }
    for (index, digit) in whole.chars().enumerate() {
        if index > 0 && (whole.len() - index) % 3 == 0 {
            text.push(table.group);
        }
        text.push(digit);
    }
    let missing = (places as usize).saturating_sub(fraction.len());
    if !fraction.is_empty() || missing > 0 {
        text.push(table.point);
        text.push_str(fraction);
        text.extend(std::iter::repeat_n('0', missing));
    }
}

const MONTHS_EN: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];
const MONTHS_EN_SHORT: [&str; 12] = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
];
const MONTHS_DE: [&str; 12] = [
    "Januar",
    "Februar",
    "März",
    "April",
    "Mai",
    "Juni",
    "Juli",
    "August",
    "September",
    "Oktober",
    "November",
    "Dezember",
];

/// The months are counted 1 to 12 by the type of the date.
fn month_index(date: Date) -> usize {
    usize::try_from(date.month()).unwrap_or(1).clamp(1, 12) - 1
}

fn month_name(locale: Locale, date: Date) -> &'static str {
    match locale {
        Locale::En => MONTHS_EN[month_index(date)],
        Locale::De => MONTHS_DE[month_index(date)],
    }
}

fn month_short(date: Date) -> &'static str {
    MONTHS_EN_SHORT[month_index(date)]
}
