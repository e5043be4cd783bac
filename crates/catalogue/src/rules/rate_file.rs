//! Exchange rates from a file: a row for each rate, or a row for each day with a column for each currency, as central banks publish them.

use std::collections::BTreeMap;

use csv::{ReaderBuilder, StringRecord, Trim};
use tradewind_kernel::{
    Currency, Date, Decimal, Error, Problems, Result,
    decimal::{self, Limits, parse_decimal},
    time::parse_date,
};

use super::{RATE_PLACES, check_rate};
use crate::types::{RateFile, RateSet};

/// Most rates of one file, the other way round included.
const RATES_MAX: usize = 400_000;

/// Problems that are told; more would hide what is wrong with all rows.
const TOLD: usize = 20;

/// Which columns say what.
enum Shape {
    /// One rate a row: places of base, quote, day, rate and, if any, source.
    Rows([usize; 4], Option<usize>),
    /// One day a row: place of the day, the currencies by place, and the columns that are none.
    Days(usize, Vec<(usize, Currency)>, Vec<String>),
}

/// The rates of a file, in its order, and the columns that are of no currency in use; the same rate twice counts once.
///
/// # Errors
/// `file`: `malformed_file` without a header that is known, `too_many`; `rows.3.rate` and the like name what is wrong with a row, the header
/// being row 1.
pub(crate) fn read(file: &RateFile) -> Result<(Vec<RateSet>, Vec<String>)> {
    let text = file.text.trim_start_matches('\u{feff}');
    let header = text.lines().next().unwrap_or_default();
    let mut reader = ReaderBuilder::new()
        .delimiter(delimiter(header))
        .trim(Trim::All)
        .flexible(true)
        .from_reader(text.as_bytes());
    let header = reader.headers().map_err(|_| malformed())?.clone();
    let shape = shape(&header)?;
    let mut problems = Problems::new();
    let mut found = Found::default();
    let mut bad = 0;
    for (row, record) in (2_u64..).zip(reader.records()) {
        let record = record.map_err(|_| malformed())?;
        let taken = rates(&shape, file, &record).and_then(|rates| {
            let mut rates = rates.into_iter();
            rates.try_for_each(|rate| found.add(rate, file.both_ways))
        });
        let taken = taken.map_err(|error| error.under(&format!("rows.{row}")));
        if problems.check(taken).is_none() {
            bad += 1;
        }
        if bad >= TOLD {
            break;
        }
        if found.rates.len() > RATES_MAX {
            let text = format!("expected at most {RATES_MAX} rates");
            return Err(Error::invalid("file", "too_many", text));
        }
    }
    problems.finish()?;
    let unknown = match shape {
        Shape::Rows(..) => Vec::new(),
        Shape::Days(.., unknown) => unknown,
    };
    Ok((found.rates, unknown))
}

fn malformed() -> Error {
    Error::invalid(
        "file",
        "malformed_file",
        "expected CSV with the columns base, quote, date, rate (and source), or with a column date and one for each currency",
    )
}

/// What separates columns, as the header has it.
fn delimiter(header: &str) -> u8 {
    let most = [b',', b';', b'\t']
        .into_iter()
        .rev()
        .max_by_key(|sign| header.bytes().filter(|byte| byte == sign).count());
    most.unwrap_or(b',')
}

fn shape(header: &StringRecord) -> Result<Shape> {
    let names: Vec<String> = header.iter().map(str::to_lowercase).collect();
    let place = |wanted: &[&str]| {
        names
            .iter()
            .position(|name| wanted.contains(&name.as_str()))
    };
    let day = place(&["date", "from", "effective_on"]).ok_or_else(malformed)?;
    let source = place(&["source"]);
    if let (Some(base), Some(quote), Some(rate)) =
        (place(&["base"]), place(&["quote"]), place(&["rate"]))
    {
        return Ok(Shape::Rows([base, quote, day, rate], source));
    }
    // Long histories have currencies that are none any more.
    let (mut currencies, mut unknown) = (Vec::new(), Vec::new());
    for (at, name) in names.iter().enumerate() {
        if at == day || name.is_empty() {
            continue;
        }
        let code = name.to_uppercase();
        match Currency::parse(&code) {
            Ok(known) => currencies.push((at, known)),
            Err(_) if code.len() == 3 => unknown.push(code),
            Err(_) => return Err(malformed()),
        }
    }
    if currencies.is_empty() {
        return Err(malformed());
    }
    Ok(Shape::Days(day, currencies, unknown))
}

/// The rates of a row; none of an empty one. A day without a rate of some currency says so by nothing, `N/A` or `-`.
fn rates(shape: &Shape, file: &RateFile, record: &StringRecord) -> Result<Vec<RateSet>> {
    let of = |at: usize| record.get(at).unwrap_or_default();
    if record.iter().all(str::is_empty) {
        return Ok(Vec::new());
    }
    match shape {
        Shape::Rows([base, quote, day, rate], source) => {
            let mut problems = Problems::new();
            let currency = |field: &str, at: usize| {
                let code = of(at).to_uppercase();
                Currency::parse(&code).map_err(|error| error.at(field))
            };
            let base = problems.check(currency("base", *base));
            let quote = problems.check(currency("quote", *quote));
            let effective_on = problems.check(parse_date("date", of(*day)));
            let rate = problems.check(number("rate", of(*rate)));
            problems.finish()?;
            let known = base.zip(quote).zip(effective_on.zip(rate));
            let named = source.map(of).filter(|text| !text.is_empty());
            let source = named.unwrap_or(&file.source);
            Ok(known
                .map(|((base, quote), (effective_on, rate))| RateSet {
                    base,
                    quote,
                    effective_on,
                    rate,
                    source: source.to_owned(),
                })
                .into_iter()
                .collect())
        }
        Shape::Days(day, currencies, _) => {
            let effective_on = parse_date("date", of(*day))?;
            let told = currencies.iter().filter(|(at, currency)| {
                !matches!(of(*at), "" | "N/A" | "n/a" | "-") && *currency != file.base
            });
            told.map(|(at, quote)| {
                Ok(RateSet {
                    base: file.base,
                    quote: *quote,
                    effective_on,
                    rate: number(&quote.code().to_lowercase(), of(*at))?,
                    source: file.source.clone(),
                })
            })
            .collect()
        }
    }
}

fn number(field: &str, text: &str) -> Result<Decimal> {
    parse_decimal(field, text, &Limits::any())
}

/// What was read so far.
#[derive(Default)]
struct Found {
    rates: Vec<RateSet>,
    places: BTreeMap<(Currency, Currency, Date), usize>,
}

impl Found {
    fn add(&mut self, rate: RateSet, both_ways: bool) -> Result<()> {
        let other = both_ways.then(|| turned(&rate)).transpose()?;
        self.keep(rate)?;
        other.map_or(Ok(()), |other| self.keep(other))
    }

    fn keep(&mut self, rate: RateSet) -> Result<()> {
        check_rate(&rate)?;
        let key = (rate.base, rate.quote, rate.effective_on);
        match self.places.get(&key).and_then(|at| self.rates.get(*at)) {
            Some(known) if known.rate == rate.rate => Ok(()),
            Some(_) => Err(Error::invalid(
                "rate",
                "duplicate",
                format!(
                    "{}→{} of {} stands in the file twice, with different rates",
                    rate.base, rate.quote, rate.effective_on
                ),
            )),
            None => {
                self.places.insert(key, self.rates.len());
                self.rates.push(rate);
                Ok(())
            }
        }
    }
}

/// The rate the other way round: one over it, to as many places as rates have.
fn turned(rate: &RateSet) -> Result<RateSet> {
    check_rate(rate)?;
    let exact = decimal::div(Decimal::ONE, rate.rate)?;
    Ok(RateSet {
        base: rate.quote,
        quote: rate.base,
        rate: decimal::round(exact, RATE_PLACES, tradewind_kernel::Rounding::HalfUp),
        ..rate.clone()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(text: &str) -> RateFile {
        RateFile {
            text: text.to_owned(),
            base: Currency::EUR,
            both_ways: false,
            source: "ECB".to_owned(),
        }
    }

    fn shown(rates: &[RateSet]) -> Vec<String> {
        let one = |rate: &RateSet| {
            format!(
                "{} {}{} {} {}",
                rate.effective_on, rate.base, rate.quote, rate.rate, rate.source
            )
        };
        rates.iter().map(one).collect()
    }

    fn problem(text: &str) -> (String, &'static str) {
        let error = read(&file(text)).expect_err("a problem");
        let found = &error.problems()[0];
        (found.field.clone(), found.code)
    }

    #[test]
    fn a_row_for_each_rate_is_read_whatever_the_order_of_columns() {
        let text = "\u{feff}rate;Base;quote;from;source\n1.0842;EUR;usd;2024-10-01;\n\n0,5;x;y;z\n";
        assert_eq!(
            problem(text),
            ("rows.3.base".to_owned(), "unknown_currency")
        );
        let text = "rate;Base;quote;from;source\n1.0842;EUR;usd;2024-10-01;\n1.0842;EUR;USD;2024-10-01;ECB\n0.92;USD;EUR;2024-10-01;Own\n";
        let (rates, _) = read(&file(text)).expect("rates");
        assert_eq!(
            shown(&rates),
            ["2024-10-01 EURUSD 1.0842 ECB", "2024-10-01 USDEUR 0.92 Own"]
        );
    }

    #[test]
    fn a_day_for_each_row_is_read_as_central_banks_publish_it() {
        // The pound of Cyprus is no currency any more.
        let text = "Date,USD,JPY,CYP,\n2024-10-02,1.1,158.5,N/A,\n2024-10-01,1.25,N/A,0.58,\n";
        let both = RateFile {
            both_ways: true,
            ..file(text)
        };
        let (rates, unknown) = read(&both).expect("rates");
        assert_eq!(unknown, ["CYP"]);
        assert_eq!(
            shown(&rates),
            [
                "2024-10-02 EURUSD 1.1 ECB",
                "2024-10-02 USDEUR 0.9090909091 ECB",
                "2024-10-02 EURJPY 158.5 ECB",
                "2024-10-02 JPYEUR 0.0063091483 ECB",
                "2024-10-01 EURUSD 1.25 ECB",
                "2024-10-01 USDEUR 0.8 ECB"
            ]
        );
    }

    #[test]
    fn what_is_wrong_is_named_with_its_row() {
        for (text, field, code) in [
            ("", "file", "malformed_file"),
            ("a,b\n", "file", "malformed_file"),
            ("Date\n", "file", "malformed_file"),
            ("Date,USD\n01.10.2024,1\n", "rows.2.date", "malformed_date"),
            (
                "Date,USD\n2024-10-01,\"1,1\"\n",
                "rows.2.usd",
                "not_a_number",
            ),
            ("Date,USD\n2024-10-01,-1\n", "rows.2.rate", "out_of_range"),
            (
                "Date,USD\n2024-10-01,1\n2024-10-01,2\n",
                "rows.3.rate",
                "duplicate",
            ),
            (
                "base,quote,date,rate\nEUR,EUR,2024-10-01,1\n",
                "rows.2.quote",
                "same_currency",
            ),
            (
                "base,quote,date,rate\nEUR,USD,2024-10-01,1.00000000001\n",
                "rows.2.rate",
                "too_many_places",
            ),
        ] {
            assert_eq!(problem(text), (field.to_owned(), code), "{text}");
        }
    }
}
