//! How the lines of a document come about, where a price is more than an amount times a quantity.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use tradewind_kernel::{
    Date, Decimal, Result,
    id::{LegId, TermsId},
    locale::form_for,
};
use tradewind_orders::billing as orders;
use tradewind_platform::{OpCtx, Platform, Work};
use tradewind_policy::{Action, ResourceKind};
use tradewind_pricing::{Part, PriceModel};
use utoipa::ToSchema;

use super::{realm, traded};
use crate::{
    rules::breakdown as rules,
    store::charges,
    types::{Document, NewCharge},
};

/// Charges of a document that are looked at: lines behind these are not explained.
const CHARGES_MAX: i64 = 500;

/// How a line of a document comes about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct LineBreakdown {
    /// The line.
    pub no: i64,
    /// What is counted: one of it, and many.
    pub units: [String; 2],
    /// The price.
    pub model: PriceModel,
    /// What the line comes to before it is rounded.
    #[serde(with = "rust_decimal::serde::str")]
    #[schema(value_type = String)]
    pub exact: Decimal,
    /// What that is made of; adds up to it.
    pub parts: Vec<Part>,
}

/// How the lines of a document come about that are not simply a quantity times a price: tiers, included quantities, minimums.
/// Lines that no single price has made, and those behind the first 500 charges, are left out.
///
/// # Errors
/// `NotFound`, `Forbidden`.
pub async fn invoice_breakdown(
    p: &Platform,
    ctx: &OpCtx,
    document: &Document,
) -> Result<Vec<LineBreakdown>> {
    p.read(ctx, document, |w, document| {
        Box::pin(async move {
            let head = &document.summary;
            let target = traded(w, ResourceKind::Invoice, head.seller_id, head.buyer_id).await?;
            w.authorize_for(Action::InvoiceView, &target, &head.id)?;
            explain(w, document).await
        })
    })
    .await
}

async fn explain(w: &mut Work, document: &Document) -> Result<Vec<LineBreakdown>> {
    let wanted = document
        .lines
        .iter()
        .filter(|line| rules::wants_words(line));
    let wanted: BTreeSet<i64> = wanted.map(|line| line.no).collect();
    if wanted.is_empty() {
        return Ok(Vec::new());
    }
    let realm = realm(w);
    let id = document.summary.id;
    let found = charges::of_invoice(&mut w.tx, realm, id, (0, ""), CHARGES_MAX).await?;
    // Of the last line there may be more.
    let cut = (found.len() as i64 == CHARGES_MAX).then(|| found.last().map(|(line, _)| *line));
    let mut lines: BTreeMap<i64, Vec<NewCharge>> = BTreeMap::new();
    for (line, charge) in found {
        if wanted.contains(&line) && cut.flatten() != Some(line) {
            lines.entry(line).or_default().push(charge.facts);
        }
    }
    let priced: Vec<(i64, LegId, Date)> = lines
        .iter()
        .filter_map(|(line, charges)| {
            let (leg, on) = rules::priced_by(charges)?;
            Some((*line, leg, on))
        })
        .collect();
    let sales = lines
        .values()
        .flatten()
        .map(|charge| charge.subscription_id);
    let sales: Vec<_> = sales.collect::<BTreeSet<_>>().into_iter().collect();
    let held = orders::terms_held(&mut w.tx, realm, &sales).await?;
    let terms_on = |leg: LegId, on: Date| -> Option<TermsId> {
        let of_leg = || held.iter().filter(move |(of, ..)| *of == leg);
        let last = of_leg().rfind(|(_, from, _)| *from <= on);
        last.or(of_leg().next()).map(|(.., terms)| *terms)
    };
    let ids: Vec<TermsId> = priced
        .iter()
        .filter_map(|(_, leg, on)| terms_on(*leg, *on))
        .collect();
    let terms = tradewind_catalogue::service::terms_load_many(w, &ids).await?;
    let mut explained = Vec::new();
    for (no, leg, on) in priced {
        let (Some(charges), Some(terms)) = (
            lines.get(&no),
            terms_on(leg, on).and_then(|id| terms.get(&id)),
        ) else {
            continue;
        };
        if let Some((model, rated)) = rules::breakdown(terms, charges) {
            explained.push(LineBreakdown {
                no,
                units: [Decimal::ONE, Decimal::TWO].map(|count| unit(charges, count)),
                model,
                exact: rated.exact,
                parts: rated.parts,
            });
        }
    }
    Ok(explained)
}

/// What is counted, as it goes with a number of it.
fn unit(charges: &[NewCharge], count: Decimal) -> String {
    let unit = charges.first().map(|charge| form_for(&charge.unit, count));
    unit.unwrap_or_default().to_owned()
}
