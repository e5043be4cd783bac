//! The script of the demo world: what its data files say.

use std::collections::BTreeMap;

use serde::Deserialize;
use tradewind_accounts::types::{AccountCreate, TermsInput};
use tradewind_catalogue::types::{ItemDraft, ParameterDraft, PlanDraft, ProductDraft};
use tradewind_kernel::{Currency, Date, Decimal, Error, Result, Text, Timestamp};
use tradewind_policy::Role;
use tradewind_pricing::PriceModel;

const ACCOUNTS: &str = include_str!("../../demo/accounts.json");
const CATALOGUE: &str = include_str!("../../demo/catalogue.json");
/// Cloud cost and usage in the FOCUS 1.0 format; see the README beside the file for its source and licence.
pub(crate) const FOCUS_SAMPLE: &[u8] = include_bytes!("../../demo/focus-1.0-sample.csv");

/// All of the script.
pub(crate) struct Script {
    /// Who takes part and what they charge.
    pub(crate) accounts: Accounts,
    /// What vendors offer.
    pub(crate) catalogue: Catalogue,
}

/// Who takes part and what they charge.
#[derive(Deserialize)]
pub(crate) struct Accounts {
    /// Name of the realm.
    pub(crate) realm: String,
    /// When its clock begins.
    pub(crate) starts_at: Timestamp,
    /// The provider.
    pub(crate) provider: Party,
    /// Everybody else, those above before those below.
    pub(crate) accounts: Vec<Party>,
    /// Exchange rates: base, quote, day, rate.
    pub(crate) rates: Vec<(Currency, Currency, Date, Decimal)>,
    /// Price books of those who resell.
    pub(crate) books: Vec<BookScript>,
    /// Who has a card at hand.
    pub(crate) cards: Vec<String>,
    /// What was sold before the demo begins.
    pub(crate) sales: Vec<SaleScript>,
    /// What the clock shows when the demo begins.
    pub(crate) today: Timestamp,
    /// What is ordered as the demo begins, for the vendor's service to deliver.
    pub(crate) orders: Vec<SaleScript>,
}

/// An account with its people.
#[derive(Deserialize)]
pub(crate) struct Party {
    /// Short name within the script.
    pub(crate) key: String,
    /// Short name of the account above.
    #[serde(default)]
    pub(crate) parent: String,
    /// People: address, name, roles, and what the sign-in shows.
    pub(crate) users: Vec<(String, String, Vec<Role>, String)>,
    /// The account.
    pub(crate) account: AccountCreate,
    /// Terms with the account above.
    #[serde(default)]
    pub(crate) terms: Option<TermsInput>,
}

/// A reseller's price book: markups on what the seller itself pays.
#[derive(Deserialize)]
pub(crate) struct BookScript {
    /// Whose it is.
    pub(crate) seller: String,
    /// Its name.
    pub(crate) name: String,
    /// Its currency.
    pub(crate) currency: Currency,
    /// What its first revision says about itself.
    pub(crate) note: String,
    /// Who buys from it.
    pub(crate) buyers: Vec<String>,
    /// Percentages, for everything or for some usage.
    pub(crate) markups: Vec<MarkupScript>,
}

/// An order of a customer.
#[derive(Deserialize)]
pub(crate) struct SaleScript {
    /// Who buys.
    pub(crate) customer: String,
    /// Which product.
    pub(crate) product: String,
    /// In which plan.
    pub(crate) plan: String,
    /// How much of which item.
    #[serde(default)]
    pub(crate) quantities: BTreeMap<String, Decimal>,
    /// What the product asks.
    #[serde(default)]
    pub(crate) parameters: BTreeMap<String, String>,
}

/// What a reseller adds.
#[derive(Deserialize)]
pub(crate) struct MarkupScript {
    /// In percent of what it pays.
    pub(crate) percent: Decimal,
    /// Only on this product.
    #[serde(default)]
    pub(crate) product: Option<String>,
    /// Only on usage with these dimensions.
    #[serde(default, rename = "match")]
    pub(crate) matches: BTreeMap<String, String>,
}

/// What vendors offer.
#[derive(Deserialize)]
pub(crate) struct Catalogue {
    /// Shelves: name in addresses, name for people.
    pub(crate) categories: Vec<(String, Text)>,
    /// Products.
    pub(crate) products: Vec<ProductScript>,
}

/// A product with its plans.
#[derive(Deserialize)]
pub(crate) struct ProductScript {
    /// Whose it is.
    pub(crate) vendor: String,
    /// The shelf it stands on.
    pub(crate) category: String,
    /// The product.
    #[serde(flatten)]
    pub(crate) draft: ProductDraft,
    /// Its plans.
    pub(crate) plans: Vec<PlanScript>,
    /// What is asked at ordering.
    pub(crate) parameters: Vec<ParameterDraft>,
}

/// A plan with its items.
#[derive(Deserialize)]
pub(crate) struct PlanScript {
    /// The plan.
    #[serde(flatten)]
    pub(crate) draft: PlanDraft,
    /// Its items.
    pub(crate) items: Vec<ItemScript>,
}

/// An item with its vendor's price.
#[derive(Deserialize)]
pub(crate) struct ItemScript {
    /// The item.
    #[serde(flatten)]
    pub(crate) draft: ItemDraft,
    /// What the vendor charges.
    pub(crate) price: PriceModel,
}

/// Reads the script.
pub(crate) fn script() -> Result<Script> {
    Ok(Script {
        accounts: serde_json::from_str(ACCOUNTS).map_err(Error::internal)?,
        catalogue: serde_json::from_str(CATALOGUE).map_err(Error::internal)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_script_is_well_formed_and_names_only_what_is_there() {
        let script = script().unwrap();
        assert_eq!(script.accounts.realm, super::super::people::REALMS[0]);
        let mut known = vec![script.accounts.provider.key.clone()];
        for party in &script.accounts.accounts {
            assert!(known.contains(&party.parent), "{}", party.key);
            known.push(party.key.clone());
        }
        for book in &script.accounts.books {
            assert!(known.contains(&book.seller));
            assert!(book.buyers.iter().all(|buyer| known.contains(buyer)));
        }
        let shelves: Vec<&str> = script
            .catalogue
            .categories
            .iter()
            .map(|c| c.0.as_str())
            .collect();
        for product in &script.catalogue.products {
            assert!(known.contains(&product.vendor));
            assert!(shelves.contains(&product.category.as_str()));
            assert!(product.plans.iter().all(|plan| !plan.items.is_empty()));
            assert!(product.draft.name.iter().count() == 2, "two languages");
        }
    }
}
