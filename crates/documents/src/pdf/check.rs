//! A document is printed only when its amounts add up.

use tradewind_kernel::{Error, Money, Result};

use super::types::{DocumentKind, InvoiceDocument, TaxTreatment};

impl InvoiceDocument {
    /// Checks that the stated sums are those of the parts, in one currency, and that what the law asks for is there.
    ///
    /// # Errors
    /// `does_not_add_up` naming the sum, `currency_mismatch` from the kernel for a foreign amount, `required` for a
    /// missing number, name or, under reverse charge, VAT id.
    pub fn check(&self) -> Result<()> {
        self.check_mandatory()?;
        let sum = |amounts: &mut dyn Iterator<Item = Money>| Money::sum(self.currency, amounts);

        for group in &self.groups {
            let lines = sum(&mut group.lines.iter().map(|line| line.amount))?;
            same("groups.subtotal", group.subtotal, lines)?;
        }
        self.check_balances()?;
        let subtotals = self.groups.iter().map(|group| group.subtotal);
        let net = sum(&mut subtotals.chain(self.discounts.iter().map(|discount| discount.amount)))?;
        same("totals.net", self.totals.net, net)?;
        if !self.taxes.is_empty() {
            same(
                "taxes.base",
                net,
                sum(&mut self.taxes.iter().map(|tax| tax.base))?,
            )?;
        }
        let tax = sum(&mut self.taxes.iter().map(|tax| tax.tax))?;
        same("totals.tax", self.totals.tax, tax)?;
        same("totals.gross", self.totals.gross, net.add(tax)?)?;
        let paid = sum(&mut self.payments.iter().map(|payment| payment.amount))?;
        same(
            "totals.balance",
            self.totals.balance,
            self.totals.gross.sub(paid)?,
        )
    }

    /// The balance after each line is that of the one before and its amount; nothing is brought forward twice.
    fn check_balances(&self) -> Result<()> {
        let mut balance = Money::zero(self.currency);
        for line in self.groups.iter().flat_map(|group| &group.lines) {
            balance = balance.add(line.amount)?;
            if let Some(stated) = line.balance {
                same("lines.balance", stated, balance)?;
            }
        }
        Ok(())
    }

    fn check_mandatory(&self) -> Result<()> {
        let required = |field: &'static str, value: &str| {
            if value.trim().is_empty() {
                return Err(Error::invalid(
                    field,
                    "required",
                    "must be stated on the document",
                ));
            }
            Ok(())
        };
        if self.kind != DocumentKind::ProForma {
            required("number", &self.number)?;
        }
        required("seller.name", &self.seller.name)?;
        required("buyer.name", &self.buyer.name)?;
        for tax in &self.taxes {
            if tax.treatment == TaxTreatment::ReverseCharge {
                required(
                    "buyer.tax_id",
                    self.buyer.tax_id.as_deref().unwrap_or_default(),
                )?;
                required(
                    "seller.tax_id",
                    self.seller.tax_id.as_deref().unwrap_or_default(),
                )?;
            }
        }
        Ok(())
    }
}

fn same(field: &'static str, stated: Money, computed: Money) -> Result<()> {
    if stated == computed {
        return Ok(());
    }
    Err(Error::invalid(
        field,
        "does_not_add_up",
        format!("states {stated}, but its parts make {computed}"),
    ))
}
