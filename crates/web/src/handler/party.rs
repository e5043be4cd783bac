//! The two sides of a document as pages show them.

use tradewind_accounts::types::{Address, TaxData};
use tradewind_billing::types::Party as Side;
use tradewind_documents::tax::TaxWord;
use tradewind_kernel::Locale;

use crate::view::shared::Party;

/// A side as it was when the document was issued.
pub(super) fn party(side: &Side, locale: Locale) -> Party {
    let address: Address = serde_json::from_value(side.address.clone()).unwrap_or_default();
    Party {
        name: side.name.clone().into(),
        address: address
            .lines(&side.country, locale)
            .into_iter()
            .map(Into::into)
            .collect(),
        tax_id: tax(side).tax_id.into(),
    }
}

/// What the tax of a document is called.
pub(super) fn tax_word(locale: Locale, seller: &Side) -> TaxWord {
    TaxWord::of(locale, &tax(seller).name)
}

fn tax(side: &Side) -> TaxData {
    serde_json::from_value(side.tax.clone()).unwrap_or_default()
}
