//! Accounts: the parties of a realm, arranged as a tree.

use serde::{Deserialize, Serialize};
use tradewind_kernel::{
    Currency, Locale, Text, Timestamp, Zone,
    id::{AccountId, RelationshipId},
    text_enum,
};
use tradewind_policy::AccountKind;
use utoipa::ToSchema;

use super::{Relationship, TermsInput};

text_enum! {
    /// Whether an account takes part in business.
    pub enum AccountStatus("status") {
        /// In business.
        Active = "active",
        /// Closed: nobody can sign in for it and it neither buys nor sells; its documents stay.
        Closed = "closed",
    }
}

/// A postal address, as it is printed on documents.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Address {
    /// Street and number, or a post box.
    pub line1: String,
    /// Building, floor, department.
    pub line2: String,
    /// Postal code.
    pub postal_code: String,
    /// City or town.
    pub city: String,
    /// State or province, where the country uses it.
    pub region: String,
}

impl Address {
    /// Its lines as the post of the country wants them, the country itself last, in the reader's language.
    #[must_use]
    pub fn lines(&self, country: &str, locale: Locale) -> Vec<String> {
        let together = |parts: [&str; 2], between: &str| {
            let parts: Vec<&str> = parts.into_iter().filter(|part| !part.is_empty()).collect();
            parts.join(between)
        };
        let [postal_code, city, region] =
            [&self.postal_code, &self.city, &self.region].map(|part| part.trim());
        let places = match country {
            "AU" | "CA" | "US" => {
                let area = together([region, postal_code], " ");
                vec![together([city, &area], ", ")]
            }
            "GB" | "IE" => vec![city.to_owned(), region.to_owned(), postal_code.to_owned()],
            _ => vec![together([postal_code, city], " "), region.to_owned()],
        };
        let country = tradewind_kernel::country::name_in(country, locale).unwrap_or(country);
        [&self.line1, &self.line2]
            .into_iter()
            .map(|line| line.trim().to_owned())
            .chain(places)
            .chain([country.to_owned()])
            .filter(|line| !line.is_empty())
            .collect()
    }
}

/// What an account's documents say about tax.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct TaxData {
    /// Tax identification number (for example a VAT number); empty when there is none.
    pub tax_id: String,
    /// Entry in the commercial register, with the court or office.
    pub registration: String,
    /// Rate in per cent that this seller charges by default, as a decimal (`19`, `7.7`); empty means zero.
    pub rate: String,
    /// What the tax is called on documents: `VAT`, `GST`.
    pub name: String,
    /// Whether it buys as a private person, not as a business.
    #[serde(skip_serializing_if = "is_business")]
    pub consumer: bool,
}

// serde hands fields over by reference.
const fn is_business(consumer: &bool) -> bool {
    !*consumer
}

/// Where an account is paid by transfer.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct BankData {
    /// Name of the account's holder.
    pub holder: String,
    /// Name of the bank.
    pub bank: String,
    /// IBAN or account number.
    pub iban: String,
    /// BIC or routing number.
    pub bic: String,
}

/// How a seller looks to its buyers.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Brand {
    /// Main colour as `#rrggbb`; empty means the platform's own.
    pub color: String,
    /// One to three characters shown where there is no room for the logo.
    pub monogram: String,
    /// Logo as a static SVG document; empty when there is none.
    pub logo_svg: String,
    /// One line under the name.
    pub tagline: Text,
}

/// A party of the realm: the provider, a distributor, a reseller, a customer or a vendor.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Account {
    /// Its id.
    pub id: AccountId,
    /// The account directly above it; none for the provider.
    pub parent: Option<AccountId>,
    /// What it is.
    pub kind: AccountKind,
    /// Its name, as on documents.
    pub name: String,
    /// Whether it is in business.
    pub status: AccountStatus,
    /// Country, ISO 3166-1 alpha-2.
    pub country: String,
    /// Language it is written to in.
    pub locale: Locale,
    /// Currency it keeps its prices and books in.
    pub currency: Currency,
    /// Time zone its days begin and end in.
    pub zone: Zone,
    /// Name of its storefront in addresses; none when it has no storefront.
    pub slug: Option<String>,
    /// Host name its storefront answers on.
    pub host: Option<String>,
    /// Where documents are sent.
    pub email: String,
    /// Postal address.
    pub address: Address,
    /// Tax data.
    pub tax: TaxData,
    /// Where it is paid.
    pub bank: BankData,
    /// How it looks.
    pub brand: Brand,
    /// When it was created.
    pub created_at: Timestamp,
    /// Counts its changes; give it back with an update to be told when someone else was first.
    pub version: i64,
}

/// The few facts about an account that its trading partners and members may see.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AccountBrief {
    /// Its id.
    pub id: AccountId,
    /// What it is.
    pub kind: AccountKind,
    /// Its name.
    pub name: String,
    /// Whether it is in business.
    pub status: AccountStatus,
    /// Country, ISO 3166-1 alpha-2.
    pub country: String,
    /// Its language.
    pub locale: Locale,
    /// Its currency.
    pub currency: Currency,
    /// Its time zone.
    pub zone: Zone,
    /// Name of its storefront in addresses.
    pub slug: Option<String>,
}

impl From<&Account> for AccountBrief {
    fn from(account: &Account) -> Self {
        Self {
            id: account.id,
            kind: account.kind,
            name: account.name.clone(),
            status: account.status,
            country: account.country.clone(),
            locale: account.locale,
            currency: account.currency,
            zone: account.zone.clone(),
            slug: account.slug.clone(),
        }
    }
}

/// One step of the way from a customer up to the provider.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Adjacent {
    /// Who sells.
    pub seller: AccountBrief,
    /// Who buys.
    pub buyer: AccountBrief,
    /// The terms between them.
    pub relationship: Relationship,
}

/// What everybody may know about a seller with a storefront.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Storefront {
    /// The seller.
    pub account: AccountId,
    /// What it is.
    pub kind: AccountKind,
    /// Its name.
    pub name: String,
    /// Name of the storefront in addresses.
    pub slug: String,
    /// Host name the storefront answers on.
    pub host: Option<String>,
    /// Country, ISO 3166-1 alpha-2.
    pub country: String,
    /// Its language.
    pub locale: Locale,
    /// Currency of its prices.
    pub currency: Currency,
    /// Its time zone.
    pub zone: Zone,
    /// How it looks.
    pub brand: Brand,
    /// Where to write to.
    pub email: String,
    /// Postal address, for the imprint.
    pub address: Address,
    /// Tax data, for the imprint and for prices with tax.
    pub tax: TaxData,
}

/// Makes an account below another one, its terms with the account that sells to it, and optionally invites
/// its first owner.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AccountCreate {
    /// The account it is made under.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parent: Option<AccountId>,
    /// What it is: `distributor`, `reseller`, `customer` or `vendor`.
    pub kind: String,
    /// Its name, as on documents.
    pub name: String,
    /// Country, ISO 3166-1 alpha-2 (`DE`).
    pub country: String,
    /// Where documents are sent.
    pub email: String,
    /// Language; the parent's when left out.
    #[serde(default)]
    pub locale: Option<String>,
    /// Currency, ISO 4217 (`EUR`); the parent's when left out.
    #[serde(default)]
    pub currency: Option<String>,
    /// IANA time zone (`Europe/Berlin`); the parent's when left out.
    #[serde(default)]
    pub zone: Option<String>,
    /// Name of its storefront in addresses; only for accounts that sell.
    #[serde(default)]
    pub slug: Option<String>,
    /// Host name of its storefront; only together with a `slug`.
    #[serde(default)]
    pub host: Option<String>,
    /// Postal address.
    #[serde(default)]
    pub address: Address,
    /// Tax data.
    #[serde(default)]
    pub tax: TaxData,
    /// Where it is paid.
    #[serde(default)]
    pub bank: BankData,
    /// How it looks.
    #[serde(default)]
    pub brand: Brand,
    /// Terms between it and the account it is made under; the usual ones for its kind when left out.
    #[serde(default)]
    pub terms: Option<TermsInput>,
    /// Who is invited as its first owner.
    #[serde(default)]
    pub owner: Option<PersonInput>,
}

/// A person to be invited.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PersonInput {
    /// E-mail address, unique in the realm.
    pub email: String,
    /// Name; may be empty.
    #[serde(default)]
    pub name: String,
    /// Language; the account's when left out.
    #[serde(default)]
    pub locale: Option<String>,
}

/// What to change about an account; what is left out stays, an empty text removes what may be absent.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct AccountChanges {
    /// New name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// New country, ISO 3166-1 alpha-2.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub country: Option<String>,
    /// New e-mail address for documents.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// New language.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub locale: Option<String>,
    /// New IANA time zone; running subscriptions keep theirs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub zone: Option<String>,
    /// New storefront name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub slug: Option<String>,
    /// New storefront host.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub host: Option<String>,
    /// New postal address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub address: Option<Address>,
    /// New tax data.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tax: Option<TaxData>,
    /// New bank data.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bank: Option<BankData>,
    /// New look.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub brand: Option<Brand>,
}

/// Changes an account.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct AccountUpdate {
    /// Which one.
    pub account: AccountId,
    /// The version the caller has read; none to change whatever is there.
    pub version: Option<i64>,
    /// What to change.
    pub changes: AccountChanges,
}

/// Closes an account.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct AccountClose {
    /// Which one.
    pub account: AccountId,
    /// The version the caller has read; none to close whatever is there.
    pub version: Option<i64>,
}

/// A new account and the relationship it starts with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AccountCreated {
    /// The account.
    pub account: Account,
    /// Its terms with the account it trades with.
    pub relationship: RelationshipId,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_reads_as_the_post_of_its_country_wants_it() {
        let address = Address {
            line1: "88 Mill Road".to_owned(),
            line2: " ".to_owned(),
            postal_code: "80524".to_owned(),
            city: "Fort Collins".to_owned(),
            region: "CO".to_owned(),
        };
        for (country, locale, expected) in [
            (
                "US",
                Locale::De,
                "88 Mill Road / Fort Collins, CO 80524 / Vereinigte Staaten",
            ),
            (
                "DE",
                Locale::En,
                "88 Mill Road / 80524 Fort Collins / CO / Germany",
            ),
            (
                "IE",
                Locale::En,
                "88 Mill Road / Fort Collins / CO / 80524 / Ireland",
            ),
        ] {
            assert_eq!(address.lines(country, locale).join(" / "), expected);
        }
        assert_eq!(
            Address::default().lines("US", Locale::En),
            ["United States"]
        );
    }
}
