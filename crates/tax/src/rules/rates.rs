//! Rates by place, category, buyer and day.

use std::{collections::BTreeMap, sync::LazyLock};

use tradewind_kernel::{Date, Decimal};
use tradewind_pricing::tax::TaxRate;

use super::{file, places::Place};
use crate::types::{RateBuyer, RateRow, TaxCategory};

/// The rates that come with the program.
static BUILT_IN: LazyLock<BTreeMap<String, Vec<RateRow>>> = LazyLock::new(|| {
    let files = [
        include_str!("../../data/eu.csv"),
        include_str!("../../data/europe.csv"),
        include_str!("../../data/us.csv"),
    ];
    by_place(
        files
            .iter()
            .flat_map(|text| file::parse(text).expect("a test reads the files in the repository"))
            .collect(),
    )
});

fn by_place(rows: Vec<RateRow>) -> BTreeMap<String, Vec<RateRow>> {
    let mut places: BTreeMap<String, Vec<RateRow>> = BTreeMap::new();
    for row in rows {
        places.entry(row.place.clone()).or_default().push(row);
    }
    places
}

/// The rates that hold in a realm: its own, before those that come with the program.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rates {
    own: BTreeMap<String, Vec<RateRow>>,
}

impl Rates {
    /// With a realm's own rows.
    #[must_use]
    pub fn with(own: Vec<RateRow>) -> Self {
        Self { own: by_place(own) }
    }

    /// All rows, a realm's own first.
    pub fn rows(&self) -> impl Iterator<Item = (&RateRow, bool)> {
        let own = self.own.values().flatten().map(|row| (row, true));
        own.chain(BUILT_IN.values().flatten().map(|row| (row, false)))
    }

    /// Whether anything is known of a place.
    #[must_use]
    pub fn know(&self, place: &str) -> bool {
        self.own.contains_key(place) || BUILT_IN.contains_key(place)
    }

    /// The tax of a place on a category; none when no row holds. In the United States only what a row names is taxed; in
    /// every other country what has no row of its own is taxed as usual.
    #[must_use]
    pub fn of(
        &self,
        place: &Place,
        category: TaxCategory,
        business: bool,
        on: Date,
    ) -> Option<TaxRate> {
        let code = place.code();
        let chain: &[TaxCategory] = if place.country == "US" {
            in_states(category)
        } else {
            usual(category)
        };
        let row = std::iter::once(category)
            .chain(chain.iter().copied())
            .find_map(|category| self.row(&code, category, business, on))?;
        let percent = row.percent * row.share / Decimal::ONE_HUNDRED;
        Some(TaxRate::standard(&row.name, percent.normalize()).of(code))
    }

    fn row(
        &self,
        place: &str,
        category: TaxCategory,
        business: bool,
        on: Date,
    ) -> Option<&RateRow> {
        let fits = |row: &&RateRow| {
            row.category == category
                && row.holds(on)
                && match row.buyer {
                    RateBuyer::Any => true,
                    RateBuyer::Business => business,
                    RateBuyer::Consumer => !business,
                }
        };
        self.own
            .get(place)
            .and_then(|rows| rows.iter().find(fits))
            .or_else(|| BUILT_IN.get(place).and_then(|rows| rows.iter().find(fits)))
    }
}

/// Where a category without a row of its own is looked for next.
const fn usual(category: TaxCategory) -> &'static [TaxCategory] {
    match category {
        TaxCategory::SuperReduced => &[
            TaxCategory::ReducedSecond,
            TaxCategory::Reduced,
            TaxCategory::Standard,
        ],
        TaxCategory::ReducedSecond => &[TaxCategory::Reduced, TaxCategory::Standard],
        TaxCategory::Standard => &[],
        _ => &[TaxCategory::Standard],
    }
}

/// The same for sales taxes, which are on what a law names.
const fn in_states(category: TaxCategory) -> &'static [TaxCategory] {
    match category {
        TaxCategory::Standard => &[TaxCategory::Saas],
        _ => &[],
    }
}

#[cfg(test)]
mod tests {
    use tradewind_kernel::vat_id::in_eu;

    use super::*;

    fn day(text: &str) -> Date {
        text.parse().unwrap()
    }

    fn percent(place: &str, category: TaxCategory, on: &str) -> Option<String> {
        let (country, state) = place.split_once('-').unwrap_or((place, ""));
        let place = Place::of(country, state, "");
        let rate = Rates::default().of(&place, category, true, day(on))?;
        Some(rate.percent.to_string())
    }

    #[test]
    fn rates_change_on_the_day_that_the_law_says() {
        let cases = [
            ("DE", "2020-06-30", "19"),
            ("DE", "2020-07-01", "16"),
            ("DE", "2020-12-31", "16"),
            ("DE", "2021-01-01", "19"),
            ("EE", "2023-12-31", "20"),
            ("EE", "2024-01-01", "22"),
            ("EE", "2025-06-30", "22"),
            ("EE", "2025-07-01", "24"),
            ("FI", "2024-08-31", "24"),
            ("FI", "2024-09-01", "25.5"),
            ("SK", "2024-12-31", "20"),
            ("SK", "2025-01-01", "23"),
            ("RO", "2025-07-31", "19"),
            ("RO", "2025-08-01", "21"),
            ("IE", "2020-12-31", "21"),
            ("LU", "2023-06-01", "16"),
            ("CH", "2023-12-31", "7.7"),
            ("CH", "2024-01-01", "8.1"),
            ("GB", "2026-01-01", "20"),
            ("NO", "2026-01-01", "25"),
        ];
        for (place, on, expected) in cases {
            let found = percent(place, TaxCategory::Standard, on);
            assert_eq!(found.as_deref(), Some(expected), "{place} {on}");
        }
    }

    #[test]
    fn every_member_of_the_union_has_a_usual_rate_today() {
        let members: Vec<&str> = BUILT_IN
            .keys()
            .map(String::as_str)
            .filter(|p| in_eu(p))
            .collect();
        assert_eq!(members.len(), 27);
        for member in members {
            assert!(
                percent(member, TaxCategory::Standard, "2026-06-01").is_some(),
                "{member}"
            );
            // Whatever a thing is, some rate holds.
            for category in TaxCategory::ALL {
                assert!(
                    percent(member, *category, "2026-06-01").is_some(),
                    "{member} {category}"
                );
            }
        }
    }

    #[test]
    fn a_country_without_a_rate_for_a_category_takes_its_usual_one() {
        let on = "2026-06-01";
        assert_eq!(percent("DE", TaxCategory::Saas, on).as_deref(), Some("19"));
        assert_eq!(
            percent("DE", TaxCategory::Reduced, on).as_deref(),
            Some("7")
        );
        assert_eq!(
            percent("DE", TaxCategory::SuperReduced, on).as_deref(),
            Some("7")
        );
        assert_eq!(
            percent("ES", TaxCategory::SuperReduced, on).as_deref(),
            Some("4")
        );
        assert_eq!(
            percent("DK", TaxCategory::Reduced, on).as_deref(),
            Some("25")
        );
        assert_eq!(percent("GB", TaxCategory::Ebook, on).as_deref(), Some("0"));
    }

    #[test]
    fn a_state_taxes_what_it_names() {
        let on = "2026-06-01";
        assert_eq!(
            percent("US-TX", TaxCategory::Saas, on).as_deref(),
            Some("5")
        );
        assert_eq!(
            percent("US-TX", TaxCategory::Goods, on).as_deref(),
            Some("6.25")
        );
        assert_eq!(percent("US-CA", TaxCategory::Saas, on), None);
        assert_eq!(
            percent("US-CA", TaxCategory::Goods, on).as_deref(),
            Some("7.25")
        );
        assert_eq!(
            percent("US-NY", TaxCategory::Standard, on).as_deref(),
            Some("4")
        );
        assert_eq!(percent("US-NY", TaxCategory::Consulting, on), None);
        let rates = Rates::default();
        let connecticut = Place::of("US", "CT", "");
        let of = |business| {
            rates
                .of(&connecticut, TaxCategory::Saas, business, day(on))
                .unwrap()
                .percent
        };
        assert_eq!(
            (of(true).to_string(), of(false).to_string()),
            ("1".into(), "6.35".into())
        );
    }

    #[test]
    fn a_realms_own_rows_come_first_for_as_long_as_they_hold() {
        let own = file::parse(
            "place,category,buyer,percent,share,name,from,until,source\n\
             DE,saas,any,12,,VAT,2030-01-01,2030-06-30,a law to come\n\
             AU,standard,any,10,,GST,2000-07-01,,GST Act 1999\n",
        );
        let rates = Rates::with(own.unwrap());
        let de = Place::of("DE", "", "");
        let of = |category, on: &str| {
            rates
                .of(&de, category, true, day(on))
                .unwrap()
                .percent
                .to_string()
        };
        assert_eq!(of(TaxCategory::Saas, "2030-03-01"), "12");
        assert_eq!(of(TaxCategory::Saas, "2030-07-01"), "19");
        assert_eq!(of(TaxCategory::Hosting, "2030-03-01"), "19");
        let au = rates
            .of(
                &Place::of("AU", "", ""),
                TaxCategory::Saas,
                true,
                day("2026-01-01"),
            )
            .unwrap();
        assert_eq!(
            (
                au.code.as_str(),
                au.percent.to_string().as_str(),
                au.place.as_str()
            ),
            ("GST", "10", "AU")
        );
        assert!(rates.know("AU") && !rates.know("NZ"));
    }
}
