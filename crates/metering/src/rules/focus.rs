//! Rows of a FOCUS 1.0 file (FinOps Open Cost and Usage Specification, columns by name, `NULL` for absent values).

use crate::types::{ImportProblem, UsageInput, UsageKind};
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, HashMap};
use tradewind_kernel::decimal::{Limits, parse_decimal};
use tradewind_kernel::id::SubscriptionId;
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
    /// The record without its subscription, and with its external id unless the file names none.
    pub record: RecordDraft,
}

/// A record that does not know its subscription yet.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct RecordDraft {
    /// Who reports.
    pub source: String,
    /// Name of the record at the source.
    pub external_id: String,
    /// When the usage began.
    pub starts_at: Timestamp,
    /// When it ended.
    pub ends_at: Timestamp,
    /// How much.
    #[serde(with = "rust_decimal::serde::str")]
    pub quantity: Decimal,
    /// Of what.
    pub unit: String,
    /// What it cost.
    #[serde(with = "rust_decimal::serde::str")]
    pub cost: Decimal,
    /// In which currency.
    pub currency: Currency,
    /// What it stands for.
    pub kind: UsageKind,
    /// What prices and lines go by.
    pub dimensions: BTreeMap<String, String>,
    /// Whatever else is known.
    pub attributes: BTreeMap<String, String>,
}

impl RecordDraft {
    /// The record of a subscription.
    #[must_use]
    pub fn of(self, subscription_id: SubscriptionId) -> UsageInput {
        UsageInput {
            source: self.source,
            external_id: self.external_id,
            subscription_id,
            meter: COST_METER.to_owned(),
            starts_at: self.starts_at,
            ends_at: self.ends_at,
            quantity: self.quantity,
            unit: self.unit,
            cost: Some(self.cost),
            currency: Some(self.currency),
            kind: self.kind,
            dimensions: self.dimensions,
            attributes: self.attributes,
        }
    }
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
        occurrences: &mut HashMap<String, u32>,
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
        let attributes = KEPT
            .iter()
            .filter_map(|name| {
                Some((
                    (*name).to_owned(),
                    reader.cell(name)?.chars().take(4_000).collect(),
                ))
            })
            .collect();
        let external_id = match reader.cell("Id") {
            Some(id) if id.len() <= 190 => id.to_owned(),
            Some(_) => return Err(problem(number, "Id", "expected at most 190 characters")),
            None => {
                let digest = digest(cells);
                let seen = occurrences.entry(digest.clone()).or_default();
                *seen += 1;
                format!("{digest}-{seen}")
            }
        };
        Ok(FocusRow {
            sub_account_name: reader
                .cell("SubAccountName")
                .unwrap_or(&sub_account)
                .chars()
                .take(200)
                .collect(),
            record: RecordDraft {
                source: format!("focus:{provider}"),
                external_id,
                starts_at,
                ends_at,
                quantity: reader.number("ConsumedQuantity")?.unwrap_or_default(),
                unit: reader
                    .cell("ConsumedUnit")
                    .unwrap_or_default()
                    .chars()
                    .take(60)
                    .collect(),
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
        let text = self.required(column, "a text")?;
        if text.chars().count() > length_max || text.chars().any(char::is_control) {
            return Err(problem(
                self.number,
                column,
                &format!("expected 1 to {length_max} characters without line breaks"),
            ));
        }
        Ok(text.to_owned())
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

fn digest(cells: &[&str]) -> String {
    let mut hash = Sha256::new();
    for cell in cells {
        hash.update((cell.len() as u64).to_le_bytes());
        hash.update(cell.as_bytes());
    }
    hash.finalize()
        .iter()
        .take(16)
        .map(|byte| format!("{byte:02x}"))
        .collect()
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
    fn a_header_without_a_needed_column_is_refused() {
        let wrong = FocusTable::new("BilledCost,Tags".split(',')).unwrap_err();
        assert!(wrong.message.contains("SubAccountId"), "{}", wrong.message);
        assert!(FocusTable::new(format!("{HEADER},Tags,Tags").split(',')).is_err());
    }
}
