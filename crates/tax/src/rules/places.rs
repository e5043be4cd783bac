//! Where somebody is, as far as taxes are concerned.

use tradewind_kernel::{Locale, country, vat_id::in_eu};

/// A place that may have taxes of its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// Country, ISO 3166-1 alpha-2.
    pub country: String,
    /// A state of the United States; none elsewhere, and where an address names none.
    pub state: Option<&'static str>,
    /// Whether it lies in the area of the European Union's VAT.
    pub eu_vat: bool,
}

impl Place {
    /// The place of an address. Two countries count as the one whose VAT they share.
    #[must_use]
    pub fn of(country: &str, region: &str, postal_code: &str) -> Self {
        let country = match country {
            "MC" => "FR",
            "IM" => "GB",
            other => other,
        };
        Self {
            country: country.to_owned(),
            state: (country == "US")
                .then(|| state_of(region, postal_code))
                .flatten(),
            eu_vat: in_eu_vat(country, postal_code),
        }
    }

    /// As rates and registrations name it: `DE`, `US-TX`.
    #[must_use]
    pub fn code(&self) -> String {
        match self.state {
            Some(state) => format!("{}-{state}", self.country),
            None => self.country.clone(),
        }
    }
}

/// Parts of members that stand outside the area of the Union's VAT (Article 6 of Directive 2006/112/EC), by the beginning
/// of their postal codes: Ceuta, Melilla and the Canary Islands, overseas France, Büsingen and Heligoland, Åland, Livigno
/// and Campione, Mount Athos.
const OUTSIDE: &[(&str, &[&str])] = &[
    ("DE", &["78266", "27498"]),
    ("ES", &["35", "38", "51", "52"]),
    ("FI", &["22"]),
    ("FR", &["97", "98"]),
    ("GR", &["63086"]),
    ("IT", &["23041", "22061"]),
];

/// Whether an address lies in the area of the European Union's VAT.
#[must_use]
pub fn in_eu_vat(country: &str, postal_code: &str) -> bool {
    let code: String = postal_code.chars().filter(|c| !c.is_whitespace()).collect();
    in_eu(country)
        && !OUTSIDE
            .iter()
            // Monaco has French codes that begin with 98, and French VAT; it has been taken for France before.
            .filter(|(member, _)| {
                *member == country && !(country == "FR" && code.starts_with("980"))
            })
            .flat_map(|(_, codes)| codes.iter())
            .any(|start| code.starts_with(start))
}

/// What a place is called in a language: `Finland`, `Texas`; its code where it has no name.
#[must_use]
pub fn place_name(place: &str, locale: Locale) -> &str {
    let state = place.strip_prefix("US-").and_then(|state| {
        let found = STATES.iter().find(|(code, ..)| *code == state);
        found.map(|(_, name, _)| *name)
    });
    state
        .or_else(|| country::name_in(place, locale))
        .unwrap_or(place)
}

/// Whether a text names a place that can have rates: a country, or a state of the United States.
#[must_use]
pub(crate) fn is_known(place: &str) -> bool {
    match place.split_once('-') {
        Some(("US", state)) => STATES.iter().any(|(code, ..)| *code == state),
        Some(_) => false,
        None => country::ALL.iter().any(|(code, _)| *code == place),
    }
}

/// The state of an address: as it is written, by its code or name, or else as the postal code says.
fn state_of(region: &str, postal_code: &str) -> Option<&'static str> {
    let region = region.trim();
    let named = STATES.iter().find(|(code, name, _)| {
        code.eq_ignore_ascii_case(region) || name.eq_ignore_ascii_case(region)
    });
    let found = named.or_else(|| {
        let digits: u16 = postal_code.trim().get(..3)?.parse().ok()?;
        STATES.iter().find(|(_, _, codes)| {
            codes
                .iter()
                .any(|(first, last)| (*first..=*last).contains(&digits))
        })
    });
    found.map(|(code, ..)| *code)
}

type State = (&'static str, &'static str, &'static [(u16, u16)]);

/// The states and the district, with the first three digits of their postal codes.
pub(crate) const STATES: &[State] = &[
    ("AK", "Alaska", &[(995, 999)]),
    ("AL", "Alabama", &[(350, 352), (354, 369)]),
    ("AR", "Arkansas", &[(716, 729)]),
    ("AZ", "Arizona", &[(850, 865)]),
    ("CA", "California", &[(900, 961)]),
    ("CO", "Colorado", &[(800, 816)]),
    ("CT", "Connecticut", &[(60, 69)]),
    ("DC", "District of Columbia", &[(200, 200), (202, 205)]),
    ("DE", "Delaware", &[(197, 199)]),
    (
        "FL",
        "Florida",
        &[(320, 339), (341, 342), (344, 344), (346, 347), (349, 349)],
    ),
    ("GA", "Georgia", &[(300, 319), (398, 399)]),
    ("HI", "Hawaii", &[(967, 968)]),
    ("IA", "Iowa", &[(500, 528)]),
    ("ID", "Idaho", &[(832, 838)]),
    ("IL", "Illinois", &[(600, 629)]),
    ("IN", "Indiana", &[(460, 479)]),
    ("KS", "Kansas", &[(660, 679)]),
    ("KY", "Kentucky", &[(400, 427)]),
    ("LA", "Louisiana", &[(700, 714)]),
    ("MA", "Massachusetts", &[(10, 27), (55, 55)]),
    ("MD", "Maryland", &[(206, 219)]),
    ("ME", "Maine", &[(39, 49)]),
    ("MI", "Michigan", &[(480, 499)]),
    ("MN", "Minnesota", &[(550, 567)]),
    ("MO", "Missouri", &[(630, 658)]),
    ("MS", "Mississippi", &[(386, 397)]),
    ("MT", "Montana", &[(590, 599)]),
    ("NC", "North Carolina", &[(270, 289)]),
    ("ND", "North Dakota", &[(580, 588)]),
    ("NE", "Nebraska", &[(680, 693)]),
    ("NH", "New Hampshire", &[(30, 38)]),
    ("NJ", "New Jersey", &[(70, 89)]),
    ("NM", "New Mexico", &[(870, 884)]),
    ("NV", "Nevada", &[(889, 898)]),
    ("NY", "New York", &[(5, 5), (100, 149)]),
    ("OH", "Ohio", &[(430, 459)]),
    ("OK", "Oklahoma", &[(730, 731), (734, 749)]),
    ("OR", "Oregon", &[(970, 979)]),
    ("PA", "Pennsylvania", &[(150, 196)]),
    ("RI", "Rhode Island", &[(28, 29)]),
    ("SC", "South Carolina", &[(290, 299)]),
    ("SD", "South Dakota", &[(570, 577)]),
    ("TN", "Tennessee", &[(370, 385)]),
    ("TX", "Texas", &[(733, 733), (750, 799), (885, 885)]),
    ("UT", "Utah", &[(840, 847)]),
    ("VA", "Virginia", &[(201, 201), (220, 246)]),
    ("VT", "Vermont", &[(50, 54), (56, 59)]),
    ("WA", "Washington", &[(980, 994)]),
    ("WI", "Wisconsin", &[(530, 532), (534, 535), (537, 549)]),
    ("WV", "West Virginia", &[(247, 268)]),
    ("WY", "Wyoming", &[(820, 831)]),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_in_the_united_states_lies_in_a_state() {
        for (region, postal_code, expected) in [
            ("TX", "73301", Some("US-TX")),
            ("texas", "", Some("US-TX")),
            ("", "73301-0001", Some("US-TX")),
            ("", "01001", Some("US-MA")),
            ("", "10001", Some("US-NY")),
            // What is written counts, not what a code would say.
            ("NY", "73301", Some("US-NY")),
            ("", "00901", None),
            ("", "ABC", None),
            ("", "", None),
        ] {
            let place = Place::of("US", region, postal_code);
            assert_eq!(
                place.state.map(|_| place.code()).as_deref(),
                expected,
                "{region} {postal_code}"
            );
        }
        assert_eq!(Place::of("DE", "TX", "73301").code(), "DE");
    }

    #[test]
    fn parts_of_members_stand_outside_their_vat() {
        for (country, postal_code, inside) in [
            ("DE", "10115", true),
            ("DE", "27498", false),
            ("ES", "28001", true),
            ("ES", "38001", false),
            ("FR", "97400", false),
            ("FR", "98000", true),
            ("FI", "22100", false),
            ("GB", "BT1 1AA", false),
            ("CH", "8001", false),
        ] {
            assert_eq!(
                in_eu_vat(country, postal_code),
                inside,
                "{country} {postal_code}"
            );
        }
        assert!(Place::of("MC", "", "98000").eu_vat);
        assert_eq!(Place::of("MC", "", "98000").code(), "FR");
    }

    #[test]
    fn the_codes_of_two_states_never_overlap() {
        for (at, (one, _, codes)) in STATES.iter().enumerate() {
            for (other, _, others) in &STATES[at + 1..] {
                for (first, last) in *codes {
                    for (from, to) in *others {
                        assert!(last < from || to < first, "{one} {other}");
                    }
                }
            }
        }
    }
}
