//! Which discounts an order would redeem: the coupon whose code was entered, and promotions that apply by themselves.

use tradewind_billing::service::coupon_costs_in;
use tradewind_billing::types::DiscountOffer;
use tradewind_kernel::id::{AccountId, CouponId};
use tradewind_kernel::{Currency, Error, Result, id::ItemId, id::PlanId, id::ProductId};
use tradewind_orders::rules::{FOR_OTHERS, Wanted, redeemable};
use tradewind_orders::service::{coupons_lock_in, coupons_offered_in, redeemed_in};
use tradewind_orders::types::{Benefit, Coupon};
use tradewind_platform::Work;

/// What discounts are looked for.
pub(crate) struct Asked<'a> {
    pub(crate) seller: AccountId,
    /// Nobody yet, for visitors.
    pub(crate) customer: Option<AccountId>,
    pub(crate) code: Option<&'a str>,
    /// Promotions come with purchases; a change redeems what is named.
    pub(crate) promotions: bool,
    pub(crate) product: ProductId,
    pub(crate) plan: PlanId,
    pub(crate) items: &'a [ItemId],
    /// What of the plan is metered.
    pub(crate) metered: &'a [ItemId],
    pub(crate) currency: Currency,
    /// The plan's own days of trial; none for what runs already.
    pub(crate) trial_days: Option<u32>,
    /// Whether they are about to be redeemed: then they are held.
    pub(crate) redeems: bool,
}

/// The discounts that an order redeems.
#[derive(Debug, Default)]
pub(crate) struct Found {
    pub(crate) coupons: Vec<Coupon>,
    pub(crate) offers: Vec<DiscountOffer>,
}

impl Found {
    /// The discount of a bundle on one of its plans.
    ///
    /// # Errors
    /// `coupon_currency` where it is in another currency than the prices.
    pub(crate) fn bundled(coupon: Option<Coupon>, currency: Currency) -> Result<Self> {
        let bound = coupon.as_ref().and_then(|one| one.terms.benefit.currency());
        if bound.is_some_and(|bound| bound != currency) {
            return Err(Error::invalid(
                "benefit",
                "coupon_currency",
                format!("this bundle is not for prices in {currency}"),
            ));
        }
        let offers = coupon.iter().map(|coupon| DiscountOffer {
            coupon_id: coupon.id,
            terms: coupon.terms.clone(),
            left: None,
        });
        Ok(Self {
            offers: offers.collect(),
            coupons: coupon.into_iter().collect(),
        })
    }

    /// What is only looked at.
    pub(crate) fn of(offer: Option<DiscountOffer>) -> Self {
        Self {
            coupons: Vec::new(),
            offers: offer.into_iter().collect(),
        }
    }

    /// How many days of trial they add.
    pub(crate) fn trial_days(&self) -> i64 {
        let days = self
            .coupons
            .iter()
            .map(|coupon| match coupon.terms.benefit {
                Benefit::TrialExtension { days } => i64::from(days),
                _ => 0,
            });
        days.sum()
    }
}

/// What was entered as a code; nothing when it is empty.
pub(crate) fn entered(code: Option<&String>) -> Option<&str> {
    code.map(|code| code.trim()).filter(|code| !code.is_empty())
}

fn unknown() -> Error {
    Error::invalid(
        "coupon",
        "unknown_coupon",
        "there is no coupon with this code",
    )
}

fn is_for_others(refused: &Error) -> bool {
    let mut problems = refused.problems().iter();
    problems.any(|problem| problem.code == FOR_OTHERS)
}

/// Whether the customer asks for itself, or somebody whom nobody knows; not its seller.
fn buys_itself(w: &Work, asked: &Asked<'_>) -> bool {
    let asks = w.ctx.principal.account;
    asked.customer.is_none_or(|customer| customer == asks)
}

/// Finds what an order would redeem.
///
/// # Errors
/// Says at the field `coupon` why the coupon can't be redeemed.
pub(crate) async fn find(w: &mut Work, asked: &Asked<'_>) -> Result<Found> {
    if asked.code.is_none() && !asked.promotions {
        return Ok(Found::default());
    }
    let zone = tradewind_accounts::service::account_facts(w, asked.seller)
        .await?
        .zone;
    let wanted = Wanted {
        customer: asked.customer,
        on: w.ctx.now.date_in(&zone),
        product: asked.product,
        plan: asked.plan,
        items: asked.items,
        metered: asked.metered,
        currency: asked.currency,
        trial_days: asked.trial_days,
    };
    let mut coupons = coupons_offered_in(w, asked.seller, asked.code, wanted.on).await?;
    coupons.retain(|coupon| coupon.terms.code.is_some() || asked.promotions);
    if asked.code.is_some() && !coupons.iter().any(|coupon| coupon.terms.code.is_some()) {
        return Err(unknown());
    }
    if coupons.is_empty() {
        return Ok(Found::default());
    }
    if asked.redeems {
        let ids: Vec<CouponId> = coupons.iter().map(|coupon| coupon.id).collect();
        coupons = coupons_lock_in(w, &ids).await?;
    }
    let mut so_far = redeemed_in(w, asked.seller, asked.customer, &coupons).await?;
    let bound: Vec<CouponId> = coupons
        .iter()
        .filter(|coupon| coupon.limits.budget.is_some())
        .map(|coupon| coupon.id)
        .collect();
    let costs = if bound.is_empty() {
        Default::default()
    } else {
        coupon_costs_in(w, &bound).await?
    };
    let mut found = Found::default();
    for coupon in coupons {
        let mut redeemed = so_far.remove(&coupon.id).unwrap_or_default();
        let mut left = None;
        if let Some(budget) = coupon.limits.budget {
            let spent = costs.get(&coupon.id).into_iter().flatten();
            let spent = spent.filter(|spent| spent.currency == budget.currency);
            let after = spent
                .copied()
                .try_fold(budget, |left, spent| left.sub(spent))?;
            redeemed.spent = Some(budget.sub(after)?);
            left = Some(after);
        }
        match redeemable(&coupon, &wanted, &redeemed) {
            Ok(()) => {
                found.offers.push(DiscountOffer {
                    coupon_id: coupon.id,
                    terms: coupon.terms.clone(),
                    left,
                });
                found.coupons.push(coupon);
            }
            // A promotion that doesn't fit is simply not had.
            Err(Error::Invalid(_)) if coupon.terms.code.is_none() => {}
            // What is for others does not exist to a buyer; whoever sells to it is told why.
            Err(refused) if is_for_others(&refused) && buys_itself(w, asked) => {
                return Err(unknown());
            }
            Err(refused) => return Err(refused),
        }
    }
    Ok(found)
}
