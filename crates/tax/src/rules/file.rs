//! The file format of rates: one a line, with its source.

use tradewind_kernel::{Decimal, Error, Problems, Result, text::check_len, time::parse_date};

use super::places;
use crate::types::{RateBuyer, RateRow, TaxCategory};

/// The first line of every file.
const HEAD: [&str; 9] = [
    "place", "category", "buyer", "percent", "share", "name", "from", "until", "source",
];
/// Most rows a file may have.
const ROWS_MAX: usize = 20_000;

/// Reads a file. An empty `buyer` means anybody, an empty `share` the whole price, an empty `until` no end.
///
/// # Errors
/// `header` when the first line is another one; otherwise every cell that is wrong, as `rows.LINE.COLUMN`; `overlap` where
/// two rows would hold for the same on one day; `too_many_rows`.
pub fn parse(text: &str) -> Result<Vec<RateRow>> {
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .trim(csv::Trim::All)
        .from_reader(text.as_bytes());
    let mut problems = Problems::new();
    let mut rows: Vec<(u64, RateRow)> = Vec::new();
    let mut head = true;
    for record in reader.records() {
        let record = record.map_err(|error| {
            Error::invalid("csv", "malformed", format!("cannot be read: {error}"))
        })?;
        if std::mem::take(&mut head) {
            if record.iter().ne(HEAD) {
                return Err(Error::invalid(
                    "csv",
                    "header",
                    format!("the first line must be {}", HEAD.join(",")),
                ));
            }
            continue;
        }
        let line = record.position().map_or(0, csv::Position::line);
        if rows.len() == ROWS_MAX {
            return Err(Error::invalid(
                "csv",
                "too_many_rows",
                format!("has more than {ROWS_MAX} rows"),
            ));
        }
        let cells: Vec<&str> = record.iter().collect();
        if let Some(row) = problems.check(row(&cells).map_err(|e| e.under(&format!("rows.{line}"))))
        {
            rows.push((line, row));
        }
    }
    if head {
        return Err(Error::invalid("csv", "header", "the file is empty"));
    }
    check_overlaps(&rows, &mut problems);
    problems.finish()?;
    Ok(rows.into_iter().map(|(_, row)| row).collect())
}

fn row(cells: &[&str]) -> Result<RateRow> {
    let &[
        place,
        category,
        buyer,
        percent,
        share,
        name,
        from,
        until,
        source,
    ] = cells
    else {
        return Err(Error::invalid(
            "",
            "malformed",
            format!("must have {} cells", HEAD.len()),
        ));
    };
    let mut problems = Problems::new();
    if !places::is_known(place) {
        problems.add(
            "place",
            "unknown_place",
            "must be a country such as DE, or a state of the United States such as US-TX",
        );
    }
    let category: Option<TaxCategory> = problems.check(
        category
            .parse::<TaxCategory>()
            .map_err(|e| e.at("category")),
    );
    let buyer = match buyer {
        "" => Some(RateBuyer::Any),
        word => problems.check(word.parse::<RateBuyer>().map_err(|e| e.at("buyer"))),
    };
    let percent = problems.check(percentage("percent", percent));
    let share = match share {
        "" => Some(Decimal::ONE_HUNDRED),
        text => problems.check(percentage("share", text)),
    };
    problems.check(check_len("name", name, 1, 20));
    problems.check(check_len("source", source, 1, 200));
    let from = problems.check(parse_date("from", from));
    let until = match until {
        "" => None,
        text => problems.check(parse_date("until", text)),
    };
    if let (Some(from), Some(until)) = (from, until)
        && until < from
    {
        problems.add("until", "out_of_range", "must not be before from");
    }
    problems.finish()?;
    let (Some(category), Some(buyer), Some(percent), Some(share), Some(from)) =
        (category, buyer, percent, share, from)
    else {
        return Err(Error::internal("a row without problems has all its cells"));
    };
    Ok(RateRow {
        place: place.to_owned(),
        category,
        buyer,
        percent,
        share,
        name: name.to_owned(),
        from,
        until,
        source: source.to_owned(),
    })
}

fn percentage(field: &str, text: &str) -> Result<Decimal> {
    text.parse::<Decimal>()
        .ok()
        .filter(|value| {
            (Decimal::ZERO..=Decimal::ONE_HUNDRED).contains(value) && value.scale() <= 6
        })
        .map(|value| value.normalize())
        .ok_or_else(|| {
            Error::invalid(
                field,
                "out_of_range",
                "must be a decimal from 0 to 100 with at most 6 places",
            )
        })
}

fn check_overlaps(rows: &[(u64, RateRow)], problems: &mut Problems) {
    let mut sorted: Vec<&(u64, RateRow)> = rows.iter().collect();
    let key = |row: &RateRow| (row.place.clone(), row.category, row.buyer);
    sorted.sort_by_key(|(_, row)| (key(row), row.from));
    for pair in sorted.windows(2) {
        if let [(first, a), (line, b)] = pair
            && key(a) == key(b)
            && a.until.is_none_or(|until| b.from <= until)
        {
            problems.add(
                format!("rows.{line}.from"),
                "overlap",
                format!("the rate of line {first} still holds on that day; end it before"),
            );
        }
    }
}

/// The same rows as a file.
///
/// # Errors
/// Internal error when memory cannot be written to.
pub fn write(rows: &[RateRow]) -> Result<String> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(HEAD).map_err(Error::internal)?;
    for row in rows {
        let share = if row.share == Decimal::ONE_HUNDRED {
            String::new()
        } else {
            row.share.to_string()
        };
        let until = row.until.map(|until| until.to_string()).unwrap_or_default();
        let cells = [
            row.place.as_str(),
            row.category.as_str(),
            row.buyer.as_str(),
            &row.percent.to_string(),
            &share,
            &row.name,
            &row.from.to_string(),
            &until,
            &row.source,
        ];
        writer.write_record(cells).map_err(Error::internal)?;
    }
    let bytes = writer
        .into_inner()
        .map_err(|e| Error::internal(e.to_string()))?;
    String::from_utf8(bytes).map_err(Error::internal)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(rows: &[&str]) -> String {
        format!("{}\n{}\n", HEAD.join(","), rows.join("\n"))
    }

    #[test]
    fn a_file_reads_as_it_is_written() {
        let text = file(&[
            "AU,standard,any,10,,GST,2000-07-01,,A New Tax System (Goods and Services Tax) Act 1999",
            "US-TX,saas,any,6.25,80,Sales tax,2018-01-01,2030-12-31,\"Comptroller, Texas\"",
        ]);
        let rows = parse(&text).unwrap();
        assert_eq!(
            (rows[0].share, rows[1].share),
            (Decimal::ONE_HUNDRED, Decimal::from(80))
        );
        assert_eq!(rows[1].source, "Comptroller, Texas");
        assert_eq!(write(&rows).unwrap(), text);
    }

    #[test]
    fn a_wrong_file_is_told_cell_by_cell() {
        let text = file(&[
            "XX,standard,any,10,,GST,2000-07-01,,a law",
            "AU,fruit,many,-1,101,,2000-13-01,1999-01-01,",
            "AU,standard,any,10,,GST,2000-07-01",
        ]);
        let error = parse(&text).unwrap_err();
        let fields: Vec<&str> = error.problems().iter().map(|p| p.field.as_str()).collect();
        for expected in [
            "rows.2.place",
            "rows.3.category",
            "rows.3.buyer",
            "rows.3.percent",
            "rows.3.share",
            "rows.3.name",
            "rows.3.source",
            "rows.3.from",
            "rows.4",
        ] {
            assert!(
                fields.iter().any(|f| f.trim_end_matches('.') == expected),
                "{expected}: {fields:?}"
            );
        }
        let overlap = file(&[
            "AU,standard,any,10,,GST,2000-07-01,,a law",
            "AU,standard,any,12,,GST,2027-07-01,,a law",
        ]);
        let error = parse(&overlap).unwrap_err();
        assert_eq!(error.problems()[0].field, "rows.3.from");
        assert_eq!(error.problems()[0].code, "overlap");
        for empty in ["", "place,category\n"] {
            assert_eq!(parse(empty).unwrap_err().problems()[0].code, "header");
        }
    }
}
