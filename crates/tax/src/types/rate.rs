//! Tax categories and dated rates.

use serde::{Deserialize, Serialize};
use tradewind_kernel::{Date, Decimal, text_enum};
use utoipa::ToSchema;

text_enum! {
    /// What a thing is in the eyes of the tax offices. Where a place has no rate of its own for a category, the usual one
    /// holds there.
    #[derive(Default)]
    pub enum TaxCategory("tax_category") {
        /// A service delivered over the network that nothing more needs to be said of.
        #[default]
        Standard = "standard",
        /// Software used over the network.
        Saas = "saas",
        /// Machines, storage, network and platforms.
        Hosting = "hosting",
        /// Telephony, messages, access to networks.
        Telecom = "telecom",
        /// Downloads: software, music, pictures, films.
        DigitalGoods = "digital_goods",
        /// Books and papers that are downloaded or read over the network.
        Ebook = "ebook",
        /// Domain names and certificates.
        Domain = "domain",
        /// Help by people with what is sold.
        Support = "support",
        /// Advice and projects.
        Consulting = "consulting",
        /// Lessons.
        Training = "training",
        /// Things that are shipped.
        Goods = "goods",
        /// What a country taxes at its reduced rate (Annex III of Directive 2006/112/EC).
        Reduced = "reduced",
        /// What a country taxes at its second reduced rate.
        ReducedSecond = "reduced_second",
        /// What a country taxes at a rate below five percent.
        SuperReduced = "super_reduced",
        /// Taxed at zero percent.
        Zero = "zero",
        /// Exempt by law, whoever buys.
        Exempt = "exempt",
    }
}

impl TaxCategory {
    /// Whether it says nothing special.
    #[must_use]
    pub fn is_standard(&self) -> bool {
        *self == Self::Standard
    }
}

text_enum! {
    /// Whose purchases a rate is for.
    #[derive(Default)]
    pub enum RateBuyer("buyer") {
        /// Everybody's.
        #[default]
        Any = "any",
        /// Those of businesses.
        Business = "business",
        /// Those of private persons.
        Consumer = "consumer",
    }
}

/// One rate: what a place takes on a category from a day on, and where that is written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = TaxRateRow)]
pub struct RateRow {
    /// A country (`DE`), or a state of the United States (`US-TX`).
    pub place: String,
    /// On what.
    pub category: TaxCategory,
    /// From whom.
    pub buyer: RateBuyer,
    /// Percent of the price.
    #[schema(value_type = String, format = "decimal", examples("25.5"))]
    pub percent: Decimal,
    /// How many percent of the price are taxed; 100 unless the law says otherwise.
    #[schema(value_type = String, format = "decimal", examples("100"))]
    pub share: Decimal,
    /// What it is called on documents.
    pub name: String,
    /// First day.
    #[schema(value_type = String, format = Date)]
    pub from: Date,
    /// Last day; none while it holds.
    #[schema(value_type = Option<String>, format = Date)]
    pub until: Option<Date>,
    /// The law or the office that says so.
    pub source: String,
}

impl RateRow {
    /// Whether it holds on a day.
    #[must_use]
    pub fn holds(&self, on: Date) -> bool {
        self.from <= on && self.until.is_none_or(|until| on <= until)
    }
}

/// Replaces a realm's own rates.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct OwnRates {
    /// The rows as a file: `place,category,buyer,percent,share,name,from,until,source` with one rate a line.
    pub csv: String,
}
