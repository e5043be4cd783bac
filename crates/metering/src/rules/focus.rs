//! Rows of a FOCUS 1.0 file (FinOps Open Cost and Usage Specification, columns by name, `NULL` for absent values).

use super::record::hex;
use crate::types::{ImportProblem, RecordDraft, UsageKind};
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, HashMap};
use tradewind_kernel::decimal::{Limits, parse_decimal};
use tradewind_kernel::text::{check_len, check_lines};
use tradewind_kernel::{Currency, Decimal, Timestamp};

/// The meter that imported cost is counted on.
pub const COST_METER: &str = "cloud_cost";

/// Columns without which a row has no meaning here.
const REQUIRED: &[&str] = &[
    "BilledCost",
    "BillingCurrency",
    "ChargeCategory",
    "ChargePeriodEnd",
    "ChargePeriodStart",
    "ProviderName",
    "ServiceCategory",
    "ServiceName",
    "SubAccountId",
];

/// Columns kept as attributes of the record, shown in the detail of an invoice.
const KEPT: &[&str] = &[
    "AvailabilityZone",
    "ChargeClass",
    "ChargeDescription",
    "ChargeFrequency",
    "CommitmentDiscountId",
    "EffectiveCost",
    "InvoiceIssuerName",
    "ListCost",
    "ListUnitPrice",
    "PricingCategory",
    "PricingQuantity",
    "PricingUnit",
    "PublisherName",
    "RegionId",
    "RegionName",
    "ResourceId",
    "ResourceName",
    "ResourceType",
    "SkuId",
    "SkuPriceId",
    "Tags",
];

/// Longer values of columns that are only kept are cut.
const NOTE_LENGTH_MAX: usize = 4_000;

/// How often each row of a file without ids has occurred so far, by its digest.
pub type Occurrences = HashMap<[u8; 16], u32>;

/// The header of a file: which column stands where.
#[derive(Debug, Clone)]
pub struct FocusTable {
    columns: Vec<String>,
    positions: HashMap<String, usize>,
}

/// A row that was understood. Whose it is, is decided by its sub-account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FocusRow {
    /// The cloud provider.
    pub provider: String,
    /// The sub-account there.
    pub sub_account: String,
    /// Its name there.
    pub sub_account_name: String,
    /// Its row in the file.
    pub number: u64,
    /// The record without its subscription.
    pub record: RecordDraft,
}

impl FocusTable {
    /// Reads a header.
    ///
    /// # Errors
    /// Names the required columns that are missing, or one that stands there twice.
    pub fn new<'a>(header: impl Iterator<Item = &'a str>) -> Result<Self, ImportProblem> {
        let columns: Vec<String> = header
            .map(|name| name.trim_start_matches('\u{feff}').trim().to_owned())
            .collect();
        let mut positions = HashMap::new();
        for (position, name) in columns.iter().enumerate() {
            if positions.insert(name.clone(), position).is_some() {
                return Err(problem(1, name, "this column stands in the header twice"));
            }
        }
        let missing: Vec<&str> = REQUIRED
            .iter()
            .copied()
            .filter(|name| !positions.contains_key(*name))
            .collect();
        if !missing.is_empty() {
            return Err(problem(
                1,
                "",
                &format!(
                    "the header lacks {}; expected a FOCUS 1.0 file",
                    missing.join(", ")
                ),
            ));
        }
        Ok(Self { columns, positions })
    }

    /// Reads a row; `occurrences` counts equal rows, so that rows of a file without ids keep apart.
    ///
    /// # Errors
    /// Names the first column that is wrong and what was expected.
    pub fn row(
        &self,
        number: u64,
        cells: &[&str],
        occurrences: &mut Occurrences,
    ) -> Result<FocusRow, ImportProblem> {
        if cells.len() != self.columns.len() {
            let message = format!(
                "{} cells, but the header has {} columns",
                cells.len(),
                self.columns.len()
            );
            return Err(problem(number, "", &message));
        }
        let reader = Reader {
            table: self,
            number,
            cells,
        };
        let provider = reader.text("ProviderName", 80)?;
        let sub_account = reader.text("SubAccountId", 200)?;
        let starts_at = reader.time("ChargePeriodStart")?;
        let ends_at = reader.time("ChargePeriodEnd")?;
        if ends_at < starts_at {
            return Err(problem(
                number,
                "ChargePeriodEnd",
                "lies before ChargePeriodStart",
            ));
        }
        let mut dimensions = BTreeMap::from([
            (
                "service_category".to_owned(),
                reader.text("ServiceCategory", 200)?,
            ),
            ("service_name".to_owned(), reader.text("ServiceName", 200)?),
        ]);
        dimensions.insert("provider".to_owned(), provider.clone());
        let mut attributes = BTreeMap::new();
        for name in KEPT {
            if let Some(value) = reader.note(name)? {
                attributes.insert((*name).to_owned(), value);
            }
        }
        let external_id = match reader.optional_text("Id", 200)? {
            Some(id) => id,
            None => {
                let digest = digest(cells);
                let seen = occurrences.entry(digest).or_default();
                *seen += 1;
                format!("{}-{seen}", hex(&digest))
            }
        };
        Ok(FocusRow {
            sub_account_name: reader
                .optional_text("SubAccountName", 200)?
                .unwrap_or_else(|| sub_account.clone()),
            number,
            record: RecordDraft {
                source: format!("focus:{provider}"),
                external_id,
                starts_at,
                ends_at,
                quantity: reader.number("ConsumedQuantity")?.unwrap_or_default(),
                unit: reader
                    .optional_text("ConsumedUnit", 60)?
                    .unwrap_or_default(),
                cost: reader.number("BilledCost")?.ok_or_else(|| {
                    problem(
                        number,
                        "BilledCost",
                        "expected a decimal number, found nothing",
                    )
                })?,
                currency: reader.currency("BillingCurrency")?,
                kind: reader.kind("ChargeCategory")?,
                dimensions,
                attributes,
            },
            provider,
            sub_account,
        })
    }
}

struct Reader<'a> {
    table: &'a FocusTable,
    number: u64,
    cells: &'a [&'a str],
}

impl<'a> Reader<'a> {
    /// The cell of a column; `NULL`, an empty cell and a column that isn't there all mean that there is no value.
    fn cell(&self, column: &str) -> Option<&'a str> {
        let cell = self
            .table
            .positions
            .get(column)
            .and_then(|position| self.cells.get(*position))?
            .trim();
        (!cell.is_empty() && !cell.eq_ignore_ascii_case("null")).then_some(cell)
    }

    fn required(&self, column: &str, expected: &str) -> Result<&'a str, ImportProblem> {
        self.cell(column).ok_or_else(|| {
            problem(
                self.number,
                column,
                &format!("expected {expected}, found nothing"),
            )
        })
    }

    fn text(&self, column: &str, length_max: usize) -> Result<String, ImportProblem> {
        self.required(column, "a text")?;
        Ok(self.optional_text(column, length_max)?.unwrap_or_default())
    }

    fn optional_text(
        &self,
        column: &str,
        length_max: usize,
    ) -> Result<Option<String>, ImportProblem> {
        let Some(cell) = self.cell(column) else {
            return Ok(None);
        };
        match check_len(column, cell, 1, length_max) {
            Ok(()) => Ok(Some(cell.to_owned())),
            Err(_) => Err(problem(
                self.number,
                column,
                &format!("expected 1 to {length_max} characters on one line"),
            )),
        }
    }

    /// A value kept for the detail: as much of it as there is room for, on any number of lines.
    fn note(&self, column: &str) -> Result<Option<String>, ImportProblem> {
        let Some(cell) = self.cell(column) else {
            return Ok(None);
        };
        let kept: String = cell.chars().take(NOTE_LENGTH_MAX).collect();
        match check_lines(column, &kept, 1, NOTE_LENGTH_MAX) {
            Ok(()) => Ok(Some(kept)),
            Err(_) => Err(problem(
                self.number,
                column,
                "expected a text without control characters",
            )),
        }
    }

    fn number(&self, column: &str) -> Result<Option<Decimal>, ImportProblem> {
        let Some(text) = self.cell(column) else {
            return Ok(None);
        };
        let limits = Limits::new(12, 15).with_exponent();
        parse_decimal(column, text, &limits)
            .map(Some)
            .map_err(|error| problem(self.number, column, &first_message(&error)))
    }

    /// Times are UTC, with or without saying so: `2024-09-18 23:00:00`, `2024-09-18T23:00:00Z`, or a date alone.
    fn time(&self, column: &str) -> Result<Timestamp, ImportProblem> {
        const EXPECTED: &str = "a UTC time such as 2024-09-18T23:00:00Z";
        let text = self.required(column, EXPECTED)?;
        let mut full = text.replacen(' ', "T", 1);
        if !full.contains('T') {
            full.push_str("T00:00:00");
        }
        let has_offset = full.ends_with(['Z', 'z'])
            || full
                .rfind(['+', '-'])
                .is_some_and(|at| at > full.find('T').unwrap_or(0));
        if !has_offset {
            full.push('Z');
        }
        Timestamp::parse(&full).map_err(|_| {
            let shown: String = text.chars().take(40).collect();
            problem(
                self.number,
                column,
                &format!("expected {EXPECTED}, found {shown:?}"),
            )
        })
    }

    fn currency(&self, column: &str) -> Result<Currency, ImportProblem> {
        let text = self.required(column, "an ISO 4217 code")?;
        Currency::parse(text).map_err(|error| problem(self.number, column, &first_message(&error)))
    }

    fn kind(&self, column: &str) -> Result<UsageKind, ImportProblem> {
        let text = self.required(column, "a charge category")?;
        text.to_ascii_lowercase().parse().map_err(|_| {
            let shown: String = text.chars().take(40).collect();
            problem(
                self.number,
                column,
                &format!("expected Usage, Purchase, Credit, Adjustment or Tax, found {shown:?}"),
            )
        })
    }
}

fn digest(cells: &[&str]) -> [u8; 16] {
    let mut hash = Sha256::new();
    for cell in cells {
        hash.update((cell.len() as u64).to_le_bytes());
        hash.update(cell.as_bytes());
    }
    let full = hash.finalize();
    std::array::from_fn(|at| full[at])
}

fn first_message(error: &tradewind_kernel::Error) -> String {
    error
        .problems()
        .first()
        .map_or_else(|| error.to_string(), |p| p.message.clone())
}

fn problem(row: u64, column: &str, message: &str) -> ImportProblem {
    ImportProblem {
        row,
        column: column.to_owned(),
        message: message.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tradewind_kernel::id::SubscriptionId;

    const HEADER: &str = "BilledCost,BillingCurrency,ChargeCategory,ChargePeriodEnd,ChargePeriodStart,\
                          ProviderName,ServiceCategory,ServiceName,SubAccountId,ConsumedQuantity,ConsumedUnit";
    const ROW: &str = "0.000000800000001,USD,Usage,2024-09-18 23:00:00,2024-09-18T22:00:00Z,\
                       AWS,Integration,Queue,517,2.000000000000000,Requests";

    fn table() -> FocusTable {
        FocusTable::new(HEADER.split(',')).unwrap()
    }

    fn read(row: &str) -> Result<FocusRow, ImportProblem> {
        table().row(7, &row.split(',').collect::<Vec<_>>(), &mut HashMap::new())
    }

    #[test]
    fn a_row_keeps_its_exact_decimals() {
        let row = read(ROW).unwrap();
        assert_eq!(row.record.cost.to_string(), "0.000000800000001");
        assert_eq!(row.record.quantity.normalize().to_string(), "2");
        assert_eq!(row.record.ends_at.to_string(), "2024-09-18T23:00:00Z");
        assert_eq!(
            (row.provider.as_str(), row.sub_account.as_str()),
            ("AWS", "517")
        );
        assert_eq!(row.record.dimensions["service_category"], "Integration");
    }

    #[test]
    fn equal_rows_of_one_file_keep_apart_and_keep_their_names() {
        let cells: Vec<&str> = ROW.split(',').collect();
        let ids = || {
            let mut occurrences = HashMap::new();
            [(); 2].map(|()| {
                table()
                    .row(2, &cells, &mut occurrences)
                    .unwrap()
                    .record
                    .external_id
            })
        };
        let [first, second] = ids();
        assert_ne!(first, second);
        assert_eq!(ids(), [first, second]);
    }

    #[test]
    fn a_wrong_cell_is_named_with_its_row_and_what_was_expected() {
        for (from, to, column) in [
            ("0.000000800000001", "1.2.3", "BilledCost"),
            ("0.000000800000001", "NULL", "BilledCost"),
            ("0.000000800000001", "9999999999999", "BilledCost"),
            ("0.000000800000001", "0.0000000000000001", "BilledCost"),
            ("USD", "XXZ", "BillingCurrency"),
            ("Usage", "Gift", "ChargeCategory"),
            ("2024-09-18 23:00:00", "2024-02-30", "ChargePeriodEnd"),
            ("2024-09-18 23:00:00", "2024-09-01", "ChargePeriodEnd"),
            ("517", "", "SubAccountId"),
            ("517", "5\n17", "SubAccountId"),
            ("Requests", "Re\u{7}quests", "ConsumedUnit"),
            ("AWS", "A\u{0}WS", "ProviderName"),
        ] {
            let wrong = read(&ROW.replacen(from, to, 1)).unwrap_err();
            assert_eq!((wrong.row, wrong.column.as_str()), (7, column), "{to}");
            assert!(!wrong.message.is_empty());
        }
        assert_eq!(
            read("1,2").unwrap_err().message,
            "2 cells, but the header has 11 columns"
        );
    }

    #[test]
    fn what_a_row_becomes_is_an_acceptable_record() {
        let header = format!("{HEADER},Id,Tags,SubAccountName");
        let table = FocusTable::new(header.split(',')).unwrap();
        let long = "ü".repeat(5_000);
        for (id, tags) in [("7", "a\nb\tc"), ("NULL", "NULL"), ("x", long.as_str())] {
            let mut cells: Vec<&str> = ROW.split(',').collect();
            cells.extend([id, tags, "Name"]);
            let row = table.row(2, &cells, &mut Occurrences::new()).unwrap();
            let record = row.record.of(SubscriptionId::generate(), COST_METER);
            super::super::check_record(&record).unwrap();
            assert!(id == "NULL" || record.external_id == id);
        }
        let mut cells: Vec<&str> = ROW.split(',').collect();
        cells.extend(["1", "a\u{1}b", "Name"]);
        let wrong = table.row(2, &cells, &mut Occurrences::new()).unwrap_err();
        assert_eq!(wrong.column, "Tags");
    }

    #[test]
    fn a_header_without_a_needed_column_is_refused() {
        let wrong = FocusTable::new("BilledCost,Tags".split(',')).unwrap_err();
        assert!(wrong.message.contains("SubAccountId"), "{}", wrong.message);
        assert!(FocusTable::new(format!("{HEADER},Tags,Tags").split(',')).is_err());
    }
}
