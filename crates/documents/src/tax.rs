//! What taxes are called.

use std::borrow::Cow;

use tradewind_kernel::{Locale, Money};

use crate::{format, i18n};

/// The key of the name that value-added tax has in a language.
const VAT: &str = "tax-vat";

/// What a seller's tax is called in a language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaxWord {
    /// The name.
    pub name: Cow<'static, str>,
    /// Whether it is value-added tax, which every language has a name for.
    pub is_vat: bool,
}

impl TaxWord {
    /// The seller's own name for it (`Sales tax`, `GST`). Value-added tax, in whichever of our languages the seller
    /// named it, is called as the reader's language calls it; so is a tax without a name.
    pub fn of(locale: Locale, named: &str) -> Self {
        let named = named.trim();
        let is_vat = named.is_empty()
            || Locale::ALL
                .iter()
                .any(|locale| same(&i18n::text(*locale, VAT), named));
        let name = if is_vat {
            i18n::text(locale, VAT)
        } else {
            Cow::Owned(named.to_owned())
        };
        Self { name, is_vat }
    }

    /// An amount that has the tax in it, in words: `€19.00 incl. VAT`.
    pub fn included(&self, locale: Locale, amount: Money) -> String {
        let amount = format::money(locale, amount);
        let args = i18n::Args::new()
            .with("amount", amount)
            .with("tax", self.name.as_ref());
        i18n::tr(locale, "tax-included-amount", &args)
    }
}

fn same(known: &str, named: &str) -> bool {
    let bare = |text: &str| text.trim_end_matches('.').to_lowercase();
    bare(known) == bare(named)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn value_added_tax_is_called_as_the_reader_calls_it_others_as_the_seller_does() {
        for named in ["", "VAT", "vat", "USt.", "USt"] {
            assert_eq!(TaxWord::of(Locale::En, named).name, "VAT", "{named}");
            assert_eq!(TaxWord::of(Locale::De, named).name, "USt.", "{named}");
        }
        let price = Money::new(1900, tradewind_kernel::Currency::EUR);
        assert_eq!(
            TaxWord::of(Locale::En, "USt.").included(Locale::En, price),
            "€19.00 incl. VAT"
        );
        let sales = TaxWord::of(Locale::De, "Sales tax");
        assert_eq!((sales.name.as_ref(), sales.is_vat), ("Sales tax", false));
    }
}
