//! What a billing run has made, added up by currency.

use tradewind_kernel::{Money, Result, id::BillingRunId};

use crate::types::{
    BillingRun, DocumentKind, DocumentSummary, Made, Problem, RunReport, RunState, RunTotal,
};

/// What documents come to by currency, in the order of the currencies' codes; credit notes count against invoices.
///
/// # Errors
/// `out_of_range` when a sum has no room.
pub fn totals(documents: &[DocumentSummary]) -> Result<Vec<RunTotal>> {
    let mut totals = Vec::new();
    for document in documents {
        let signed = |money: Money| match document.kind {
            DocumentKind::Invoice => Ok(money),
            DocumentKind::CreditNote => money.neg(),
        };
        let total = RunTotal {
            documents: 1,
            net: signed(document.net)?,
            tax: signed(document.tax)?,
            gross: signed(document.gross)?,
        };
        add_total(&mut totals, &total)?;
    }
    Ok(totals)
}

fn add_total(totals: &mut Vec<RunTotal>, more: &RunTotal) -> Result<()> {
    let code = |total: &RunTotal| total.gross.currency.code();
    match totals.binary_search_by(|total| code(total).cmp(code(more))) {
        Err(place) => totals.insert(place, *more),
        Ok(place) => {
            if let Some(total) = totals.get_mut(place) {
                total.documents += more.documents;
                total.net = total.net.add(more.net)?;
                total.tax = total.tax.add(more.tax)?;
                total.gross = total.gross.add(more.gross)?;
            }
        }
    }
    Ok(())
}

impl RunState {
    /// Whether a run can be taken up again.
    #[must_use]
    pub fn is_unfinished(self) -> bool {
        matches!(self, Self::Running | Self::Failed)
    }
}

impl Made {
    /// Whether it is nothing at all.
    #[must_use]
    pub fn is_nothing(&self) -> bool {
        *self == Self::default()
    }

    /// Adds what a further part has made.
    ///
    /// # Errors
    /// `out_of_range` when a sum has no room.
    pub fn add(&mut self, more: &Self) -> Result<()> {
        self.subscriptions += more.subscriptions;
        self.charges += more.charges;
        self.documents += more.documents;
        for total in &more.totals {
            add_total(&mut self.totals, total)?;
        }
        Ok(())
    }
}

impl From<BillingRun> for RunReport {
    fn from(run: BillingRun) -> Self {
        Self {
            id: Some(run.id),
            subscriptions: run.subscriptions,
            charges: run.charges,
            documents: run.documents,
            totals: run.totals,
            problems: run.problems,
        }
    }
}

impl RunReport {
    /// What was made and what was not, of a run that may not be kept.
    #[must_use]
    pub fn of(id: Option<BillingRunId>, made: Made, problems: Vec<Problem>) -> Self {
        Self {
            id,
            subscriptions: made.subscriptions,
            charges: made.charges,
            documents: made.documents,
            totals: made.totals,
            problems,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tradewind_kernel::Currency;

    fn total(documents: u64, gross: Money) -> RunTotal {
        RunTotal {
            documents,
            net: gross,
            tax: Money::zero(gross.currency),
            gross,
        }
    }

    #[test]
    fn sums_are_kept_by_currency_in_the_order_of_their_codes() {
        let mut made = Made::default();
        for (minor, currency) in [
            (500, Currency::USD),
            (700, Currency::EUR),
            (-200, Currency::USD),
        ] {
            let more = Made {
                documents: 1,
                totals: vec![total(1, Money::new(minor, currency))],
                ..Made::default()
            };
            made.add(&more).expect("room");
        }
        assert_eq!(
            made.totals,
            vec![
                total(1, Money::new(700, Currency::EUR)),
                total(2, Money::new(300, Currency::USD)),
            ]
        );
        assert_eq!((made.documents, made.is_nothing()), (3, false));
        let most = Made {
            totals: vec![total(1, Money::new(i64::MAX, Currency::EUR))],
            ..Made::default()
        };
        assert!(made.add(&most).is_err());
    }
}
