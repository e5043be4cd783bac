//! CSV files for spreadsheets: exact decimals, and no cell that a spreadsheet takes for a formula.
//!
//! RFC 4180: comma, CRLF, quotes where needed. Numbers have a decimal point whatever the reader's language, so that
//! programs read them too; the header tells what is in a column.

use std::io::Write;

use ::csv::{Terminator, Writer, WriterBuilder};
use tradewind_kernel::{Date, Decimal, Error, Money, Result, Timestamp};

/// Writes rows of cells to a file or a connection.
pub struct CsvWriter<W: Write> {
    rows: Writer<W>,
    columns: usize,
    row: Vec<String>,
}

impl<W: Write> CsvWriter<W> {
    /// Starts a file with a header.
    ///
    /// # Errors
    /// An internal error when it cannot be written.
    pub fn new(to: W, header: &[&str]) -> Result<Self> {
        let mut file = Self::further(to, header.len());
        file.rows.write_record(header).map_err(Error::internal)?;
        Ok(file)
    }

    /// Goes on with a file that is written piece by piece, behind its header.
    pub fn further(to: W, columns: usize) -> Self {
        CsvWriter {
            rows: WriterBuilder::new()
                .terminator(Terminator::CRLF)
                .from_writer(to),
            columns,
            row: Vec::with_capacity(columns),
        }
    }

    /// Adds a text. One that a spreadsheet would run as a formula is led by an apostrophe.
    pub fn text(&mut self, text: &str) -> &mut Self {
        self.row.push(guarded(text));
        self
    }

    /// Adds a decimal with all its digits.
    pub fn decimal(&mut self, value: Decimal) -> &mut Self {
        self.row.push(value.to_string());
        self
    }

    /// Adds a whole number.
    pub fn integer(&mut self, value: i64) -> &mut Self {
        self.row.push(value.to_string());
        self
    }

    /// Adds an amount and, as the next cell, its currency.
    pub fn money(&mut self, amount: Money) -> &mut Self {
        self.row.push(amount.amount());
        self.row.push(amount.currency.code().to_owned());
        self
    }

    /// Adds a date as `YYYY-MM-DD`.
    pub fn date(&mut self, date: Date) -> &mut Self {
        self.row.push(date.to_string());
        self
    }

    /// Adds an instant in RFC 3339, UTC.
    pub fn timestamp(&mut self, at: Timestamp) -> &mut Self {
        self.row.push(at.to_string());
        self
    }

    /// Adds an empty cell.
    pub fn empty(&mut self) -> &mut Self {
        self.row.push(String::new());
        self
    }

    /// Ends the row.
    ///
    /// # Errors
    /// An internal error when the row has not as many cells as the header, or cannot be written.
    pub fn end_row(&mut self) -> Result<()> {
        if self.row.len() != self.columns {
            let message = format!(
                "a row of {} cells below a header of {}",
                self.row.len(),
                self.columns
            );
            return Err(Error::internal(std::io::Error::other(message)));
        }
        self.rows.write_record(&self.row).map_err(Error::internal)?;
        self.row.clear();
        Ok(())
    }

    /// Ends the file and answers what it was written to.
    ///
    /// # Errors
    /// An internal error when what is left cannot be written, or a row is not ended.
    pub fn finish(self) -> Result<W> {
        if !self.row.is_empty() {
            return Err(Error::internal(std::io::Error::other(
                "the last row is not ended",
            )));
        }
        self.rows
            .into_inner()
            .map_err(|error| Error::internal(error.into_error()))
    }
}

/// Spreadsheets run cells that begin with one of `= + - @`, also behind white space. Numbers may begin with a sign.
fn guarded(text: &str) -> String {
    let starts = text
        .trim_start()
        .starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠']);
    if starts && !is_number(text) {
        format!("'{text}")
    } else {
        text.to_owned()
    }
}

/// Digits with a sign, a point and an exponent at most.
fn is_number(text: &str) -> bool {
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (
            mantissa,
            Some(exponent.strip_prefix(['+', '-']).unwrap_or(exponent)),
        ),
        None => (unsigned, None),
    };
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let (whole, fraction) = match mantissa.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (mantissa, None),
    };
    digits(whole) && fraction.is_none_or(digits) && exponent.is_none_or(digits)
}

#[cfg(test)]
mod tests {
    use tradewind_kernel::Currency;
    use tradewind_kernel::time::parse_date;

    use super::*;

    #[test]
    fn cells_are_exact_and_quoted_where_needed() {
        let mut file = CsvWriter::new(
            Vec::new(),
            &[
                "what", "quantity", "price", "amount", "currency", "day", "at",
            ],
        )
        .unwrap();
        file.text("Büro, \"groß\"\nzweite Zeile")
            .integer(-3)
            .decimal("0.00034500".parse().unwrap())
            .money(Money::new(-123_456, Currency::parse("EUR").unwrap()))
            .date(parse_date("day", "2024-09-01").unwrap())
            .timestamp(Timestamp::parse("2024-09-01T12:00:00Z").unwrap())
            .end_row()
            .unwrap();
        let text = String::from_utf8(file.finish().unwrap()).unwrap();
        let expected = "what,quantity,price,amount,currency,day,at\r\n\
            \"Büro, \"\"groß\"\"\nzweite Zeile\",-3,0.00034500,-1234.56,EUR,2024-09-01,2024-09-01T12:00:00Z\r\n";
        assert_eq!(text, expected);
    }

    #[test]
    fn formulas_are_guarded_and_numbers_are_not() {
        for formula in [
            "=1+1",
            "+HYPERLINK(1)",
            "-2+3",
            "@SUM(A1)",
            " =1",
            "\t=1",
            "-",
            "+-1",
            "-1e",
            "-1.",
            "＝1",
        ] {
            assert_eq!(guarded(formula), format!("'{formula}"));
        }
        for plain in [
            "-1", "+49", "-1.5", "-1e-7", "+1.25E+3", "a=b", "x-1", "", "'=1",
        ] {
            assert_eq!(guarded(plain), plain);
        }
    }

    #[test]
    fn a_row_must_fit_its_header() {
        let mut file = CsvWriter::new(Vec::new(), &["a", "b"]).unwrap();
        file.text("1");
        assert!(file.end_row().is_err());
        assert!(file.finish().is_err());
        let mut file = CsvWriter::new(Vec::new(), &["a", "b"]).unwrap();
        file.text("1").empty().end_row().unwrap();
        assert_eq!(file.finish().unwrap(), b"a,b\r\n1,\r\n");
    }
}
