//! What a new revision would change, before it is made.

use tradewind_kernel::{Currency, Error, Result};
use tradewind_platform::{OpCtx, Platform, Work};
use tradewind_policy::{AccountKind, Action};

use super::{
    books::{Rules, draft},
    load,
    market::Market,
    parties,
};
use crate::{
    rules::{self, BookOnDay, Rates, Tier},
    store::prices as store,
    types::{
        Item, LegTerms, Plan, PlanStatus, PricePreview, ProductDetail, ProductStatus,
        RevisionPreview, RevisionPreviewRequest,
    },
};

/// Most items of one answer.
const MAX_ITEMS: usize = 200;

/// The prices before and after a revision, item by item, next to what the seller itself pays. Nothing is kept; so who sees
/// the book may ask, and a revision without any rule is answered as well.
///
/// # Errors
/// As [`revision_create`](super::revision_create).
pub async fn revision_preview(
    p: &Platform,
    ctx: &OpCtx,
    input: &RevisionPreviewRequest,
) -> Result<RevisionPreview> {
    p.read(ctx, input, |w, input| Box::pin(preview(w, input)))
        .await
}

async fn preview(w: &mut Work, input: &RevisionPreviewRequest) -> Result<RevisionPreview> {
    let realm = w.ctx.realm;
    let id = input.revision.book_id;
    let books = store::books(&mut w.tx, realm).await?;
    let book = books.into_iter().find(|book| book.id == id);
    let book = book.ok_or_else(|| Error::not_found(id))?;
    parties::authorize_books(w, Action::PriceBookView, book.seller_id, id).await?;
    let seller = parties::account(w, book.seller_id).await?;
    let today = w.ctx.now.date_in(&seller.zone);
    let existing = store::book_revisions(&mut w.tx, realm, id).await?;
    let (revision, listings) =
        draft(w, &book, &existing, &input.revision, today, Rules::None).await?;
    let on = revision.effective_on;

    let is_vendor = seller.kind == AccountKind::Vendor;
    let chain = if is_vendor {
        Vec::new()
    } else {
        parties::chain(w, seller.id).await?
    };
    let provider = chain.last().map_or(seller.id, |pair| pair.seller.id);
    let market = Market::load(w, provider, &chain, None, on).await?;
    let market = market.with_vendors(w).await?;
    let tiers = market.tiers(w).await?;
    let own = |revision, listings| Tier {
        seller: seller.id,
        currency: book.currency,
        book: BookOnDay {
            book: book.clone(),
            revision,
            listings,
        },
    };
    let before = match rules::current(&existing, on) {
        None => None,
        Some(current) => {
            let found = load::listings(w, &[current.id]).await?;
            let found = found.get(&current.id).cloned();
            found.map(|listings| own(current.clone(), listings))
        }
    };
    let mut comparison = Comparison {
        before,
        after: own(revision, listings.clone().into()),
        rates: &market.prices.rates,
        everything: input.everything || input.product_id.is_some(),
        items: Vec::new(),
        changed: 0,
    };
    for product in &market.shelf.products {
        let vendor = product.product.vendor_id;
        let wanted = input.product_id.is_none_or(|id| id == product.product.id)
            && (!is_vendor || vendor == seller.id);
        if !wanted || product.product.status == ProductStatus::Withdrawn {
            continue;
        }
        // What no vendor sells to the provider has no price to compare.
        if let Some(above) = if is_vendor {
            Some(Vec::new())
        } else {
            tiers.of(vendor)
        } {
            comparison.add(product, &above)?;
        }
    }
    Ok(RevisionPreview {
        listings,
        items: comparison.items,
        changed: comparison.changed,
    })
}

struct Comparison<'a> {
    before: Option<Tier>,
    after: Tier,
    rates: &'a Rates,
    /// Also items whose prices stay.
    everything: bool,
    items: Vec<PricePreview>,
    changed: u32,
}

impl Comparison<'_> {
    fn add(&mut self, product: &ProductDetail, above: &[Tier]) -> Result<()> {
        let plans = product.plans.iter();
        for plan in plans.filter(|plan| plan.status == PlanStatus::Published) {
            let with = |tier: &Tier| {
                let mut tiers = above.to_vec();
                tiers.push(tier.clone());
                let on = self.after.book.revision.effective_on;
                rules::resolve_plan(plan, &tiers, self.rates, on)
            };
            let after = with(&self.after)?;
            let before = match &self.before {
                Some(tier) => with(tier)?,
                None => None,
            };
            // Also of what the seller does not sell (yet), it sees what that costs it.
            let on = self.after.book.revision.effective_on;
            let buying = if above.is_empty() {
                None
            } else {
                rules::resolve_plan(plan, above, self.rates, on)?.and_then(|mut legs| legs.pop())
            };
            for item in &plan.items {
                // What nobody sells to it, it cannot sell on.
                let sold = buying
                    .as_ref()
                    .is_some_and(|leg| leg.item(item.id).is_some());
                if !above.is_empty() && !sold {
                    continue;
                }
                let row = self.row(product, plan, item, buying.as_ref(), (&before, &after));
                self.keep(row);
            }
        }
        Ok(())
    }

    fn row(
        &self,
        product: &ProductDetail,
        plan: &Plan,
        item: &Item,
        buying: Option<&LegTerms>,
        (before, after): (&Option<Vec<LegTerms>>, &Option<Vec<LegTerms>>),
    ) -> PricePreview {
        let terms = |leg: Option<&LegTerms>| leg.and_then(|leg| leg.item(item.id)).cloned();
        let last = |legs: &Option<Vec<LegTerms>>| {
            let terms = terms(legs.as_ref().and_then(|legs| legs.last()));
            terms
                .map(|terms| rules::seller_prices(&terms))
                .unwrap_or_default()
        };
        let buying_currency: Option<Currency> = buying.map(|leg| leg.currency);
        PricePreview {
            product_id: product.product.id,
            product: product.product.name.clone(),
            plan_id: plan.id,
            plan: plan.name.clone(),
            item_id: item.id,
            item: item.name.clone(),
            item_code: item.code.clone(),
            kind: item.kind,
            unit: item.unit.clone(),
            buying: terms(buying)
                .map(|terms| rules::buying_prices(&terms))
                .unwrap_or_default(),
            buying_currency,
            before: last(before),
            after: last(after),
            currency: self.after.currency,
        }
    }

    fn keep(&mut self, row: PricePreview) {
        let changes = row.before != row.after;
        self.changed += u32::from(changes);
        if (changes || self.everything) && self.items.len() < MAX_ITEMS {
            self.items.push(row);
        }
    }
}
