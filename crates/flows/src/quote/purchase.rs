//! Quotes for new subscriptions.

use super::{About, Occasion, QuotePreview, QuoteView, basis_of, save, today};
use crate::access::may_order;
use crate::credit::{self, Held, due_now};
use crate::discount::{self, Asked, Found, entered};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::Arc;
use tradewind_accounts::types::{Adjacent, PaymentMode};
use tradewind_billing::service::PreviewPurchase;
use tradewind_billing::types::Preview;
use tradewind_catalogue::rules::{Configuration, check_configuration, pick_packages};
use tradewind_catalogue::types::{Approval, ItemKind, LegTerms, Plan, ProductDetail};
use tradewind_kernel::calendar::Cadence;
use tradewind_kernel::id::{AccountId, ItemId, PlanId, ProductId, SubscriptionId, TermsId};
use tradewind_kernel::{Date, Decimal, Error, Locale, Result, Timestamp, Zone, text};
use tradewind_orders::types::{Coupon, OrderedItem, OrderedParameter, QuoteKind};
use tradewind_platform::{KeyRing, OpCtx, Platform, Work};
use tradewind_pricing::cycles::together;
use utoipa::ToSchema;

/// What is to be bought.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PurchaseInput {
    /// Who buys.
    pub customer_id: AccountId,
    /// Which product.
    pub product_id: ProductId,
    /// In which plan.
    pub plan_id: PlanId,
    /// What to call the subscription; the product's name when left out.
    #[serde(default)]
    pub name: Option<String>,
    /// How much of which item, by its code; the item's default when left out.
    #[serde(default)]
    #[schema(value_type = BTreeMap<String, String>)]
    pub quantities: BTreeMap<String, Decimal>,
    /// Packages picked by name, by item code, where an item is sold in packages: instead of a quantity.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub packages: BTreeMap<String, String>,
    /// What the product asks, by code.
    #[serde(default)]
    pub parameters: BTreeMap<String, String>,
    /// The version of the product's conditions that the buyer accepts; required when there are conditions.
    #[serde(default)]
    pub accepted_terms: Option<String>,
    /// The code of a coupon.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub coupon: Option<String>,
    /// A running subscription of the same buyer and seller to be billed together with: from its next billing day on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub align_with: Option<SubscriptionId>,
}

/// A purchase as it is kept in a quote: sensitive answers are sealed.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct SealedPurchase {
    asked: PurchaseInput,
    sealed: BTreeMap<String, String>,
}

impl SealedPurchase {
    pub(super) fn seal(
        keys: &KeyRing,
        input: &PurchaseInput,
        product: &ProductDetail,
    ) -> Result<Self> {
        let mut asked = input.clone();
        let mut sealed = BTreeMap::new();
        for parameter in product
            .parameters
            .iter()
            .filter(|parameter| parameter.sensitive)
        {
            if let Some(answer) = asked.parameters.remove(&parameter.code) {
                sealed.insert(
                    parameter.code.clone(),
                    keys.seal(&place(input, &parameter.code), &answer)?,
                );
            }
        }
        Ok(Self { asked, sealed })
    }

    /// What was asked for, with all its answers.
    ///
    /// # Errors
    /// Internal error when an answer was sealed with a key that is gone.
    pub(crate) fn open(self, keys: &KeyRing) -> Result<PurchaseInput> {
        let mut asked = self.asked;
        for (code, sealed) in self.sealed {
            let answer = keys.open(&place(&asked, &code), &sealed)?;
            asked.parameters.insert(code, answer.expose().to_owned());
        }
        Ok(asked)
    }

    /// What was asked for, without the sensitive answers.
    pub(super) fn shown(self) -> PurchaseInput {
        self.asked
    }
}

/// Binds a sealed answer to whom and what it is for.
fn place(input: &PurchaseInput, code: &str) -> String {
    format!("quote/{}/{}/{code}", input.customer_id, input.plan_id)
}

/// A purchase worked out: everything that placing it writes.
pub(crate) struct PurchasePlan {
    pub(crate) chain: Vec<Adjacent>,
    pub(crate) detail: Arc<ProductDetail>,
    pub(crate) plan: Plan,
    pub(crate) name: String,
    pub(crate) items: Vec<OrderedItem>,
    pub(crate) parameters: Vec<OrderedParameter>,
    pub(crate) terms: Vec<LegTerms>,
    pub(crate) terms_ids: Vec<TermsId>,
    pub(crate) on: Date,
    pub(crate) zone: Zone,
    pub(crate) moment: Timestamp,
    pub(crate) trial_days: i64,
    pub(crate) align_to: Option<Date>,
    pub(crate) coupons: Vec<Coupon>,
    pub(crate) held: Option<Held>,
    pub(crate) preview: QuotePreview,
    pub(crate) basis: String,
}

impl PurchasePlan {
    /// The seller that the customer buys from.
    pub(crate) fn nearest(&self) -> Result<&Adjacent> {
        self.chain
            .first()
            .ok_or_else(|| Error::internal("a purchase without a seller"))
    }
}

/// Quotes a purchase.
///
/// # Errors
/// Not found, forbidden; names what is wrong with quantities and parameters; refused when it is not sold to this customer.
pub async fn quote_purchase(p: &Platform, ctx: &OpCtx, input: &PurchaseInput) -> Result<QuoteView> {
    let keys = p.keys().clone();
    p.command(ctx, "quote.purchase", input, move |w, input| {
        let keys = keys.clone();
        Box::pin(async move {
            let plan = plan_purchase(w, input, Occasion::quoted(w)).await?;
            let on = About {
                customer: input.customer_id,
                seller: plan.nearest()?.seller.id,
                subscription: None,
            };
            let kept = SealedPurchase::seal(&keys, input, &plan.detail)?;
            save(w, QuoteKind::Purchase, on, &kept, &plan.preview, plan.basis).await
        })
    })
    .await
}

/// Which discounts a purchase has.
pub(crate) enum Discounts {
    /// The coupon whose code is entered, and promotions.
    Found,
    /// That of the bundle that it is a part of, and no others.
    Bundled(Option<Box<Coupon>>),
}

/// Works a purchase out, as of now; who is about to place it holds its discounts.
pub(crate) async fn plan_purchase(
    w: &mut Work,
    input: &PurchaseInput,
    occasion: Occasion,
) -> Result<PurchasePlan> {
    plan_discounted(w, input, occasion, Discounts::Found).await
}

/// The same, with these discounts.
pub(crate) async fn plan_discounted(
    w: &mut Work,
    input: &PurchaseInput,
    occasion: Occasion,
    discounts: Discounts,
) -> Result<PurchasePlan> {
    let chain = tradewind_accounts::service::chain(w, input.customer_id).await?;
    let nearest = chain
        .first()
        .ok_or_else(|| Error::refused("nothing_to_buy", "this account buys from nobody"))?;
    may_order(w, input.customer_id, nearest.seller.id, &input.customer_id).await?;
    let detail = tradewind_catalogue::service::product_of(w, input.product_id).await?;
    let plan = detail
        .plan(input.plan_id)
        .cloned()
        .ok_or_else(|| Error::not_found(input.plan_id))?;
    let (terms, zone) = agreed(w, &chain, plan.id).await?;
    let on = today(w.ctx.now, &zone);
    let mut quantities = input.quantities.clone();
    if !input.packages.is_empty() {
        quantities.extend(picked(&input.packages, terms.last())?);
    }
    let asked = check_configuration(&detail, &plan, &quantities, &input.parameters)?;
    check_acceptance(&detail, input.accepted_terms.as_deref(), w.ctx.locale)?;

    let terms = introduced(w, input.customer_id, input.product_id, terms).await?;
    let mut terms_ids = Vec::with_capacity(terms.len());
    for leg in &terms {
        terms_ids.push(tradewind_catalogue::service::terms_store(w, leg).await?);
    }
    let items = ordered_items(&plan, &asked.quantities);
    let name = match &input.name {
        Some(name) => text::trimmed("name", name, 1, 120)?,
        None => detail.product.name.get(nearest.buyer.locale).to_owned(),
    };
    let last = terms
        .last()
        .ok_or_else(|| Error::internal("a sale without legs"))?;
    let bought: Vec<ItemId> = items.iter().map(|item| item.item_id).collect();
    let tried = Trial {
        days: plan.trial_days,
        again: plan.trial_again,
    };
    let own_trial = tried.of(w, input.customer_id, input.product_id).await?;
    let found = match discounts {
        Discounts::Bundled(coupon) => Found::bundled(coupon.map(|coupon| *coupon), last.currency)?,
        Discounts::Found => {
            discount::find(
                w,
                &Asked {
                    seller: nearest.seller.id,
                    customer: Some(input.customer_id),
                    code: entered(input.coupon.as_ref()),
                    promotions: true,
                    product: input.product_id,
                    plan: plan.id,
                    items: &bought,
                    metered: &metered(last),
                    currency: last.currency,
                    trial_days: Some(own_trial),
                    redeems: occasion.places,
                },
            )
            .await?
        }
    };
    let trial_days = i64::from(own_trial) + found.trial_days();
    let align_to = match input.align_with {
        Some(with) => Some(
            schedule_of(
                w,
                with,
                nearest.buyer.id,
                nearest.seller.id,
                plan.billing_cadence,
            )
            .await?,
        ),
        None => None,
    };
    let billing = tradewind_billing::service::preview_purchase(
        w,
        &PreviewPurchase {
            seller_id: nearest.seller.id,
            buyer_id: nearest.buyer.id,
            terms: &Arc::new(last.clone()),
            name: &name,
            wanted: &items
                .iter()
                .map(|item| (item.item_id, item.quantity))
                .collect(),
            on,
            zone: Some(&zone),
            moment: Some(occasion.moment),
            trial_days,
            align_to,
            offers: &found.offers,
        },
    )
    .await?;
    let prepaid = nearest.relationship.payment == PaymentMode::Prepay;
    let hindrance = credit::checked(w, &chain, due_now(&billing), occasion.places).await?;
    let by_product = detail.product.approval == Approval::Seller;
    let preview = QuotePreview {
        class: None,
        effective_on: on,
        needs_approval: by_product || credit::waits(hindrance.as_ref()),
        needs_payment: prepaid && is_due(&billing),
        billing,
    };
    let basis = basis_of(&preview, &terms_ids, None)?;
    let parameters = ordered_parameters(&detail, &asked);
    Ok(PurchasePlan {
        detail: detail.clone(),
        plan,
        name,
        items,
        parameters,
        terms,
        terms_ids,
        on,
        zone,
        moment: occasion.moment,
        trial_days,
        align_to,
        coupons: found.coupons,
        held: hindrance.map(|found| Held {
            why: found.text,
            alone: !by_product,
        }),
        preview,
        basis,
        chain,
    })
}

/// The terms of today, and the zone that says which day that is: the buyer's, or the seller's where its terms say so.
async fn agreed(w: &mut Work, chain: &[Adjacent], plan: PlanId) -> Result<(Vec<LegTerms>, Zone)> {
    let nearest = chain
        .first()
        .ok_or_else(|| Error::refused("nothing_to_buy", "this account buys from nobody"))?;
    let (buyers, sellers) = (&nearest.buyer.zone, &nearest.seller.zone);
    let on = today(w.ctx.now, buyers);
    let terms = tradewind_catalogue::service::leg_terms(w, chain, plan, on).await?;
    let whose = terms.last().map(|last| last.policies.zone);
    let zone = whose.unwrap_or_default().of(buyers, sellers).clone();
    let day = today(w.ctx.now, &zone);
    if day == on {
        return Ok((terms, zone));
    }
    let terms = tradewind_catalogue::service::leg_terms(w, chain, plan, day).await?;
    Ok((terms, zone))
}

/// The terms with the introductions that are for this customer: some are only for who never had the product.
pub(super) async fn introduced(
    w: &mut Work,
    customer: AccountId,
    product: ProductId,
    terms: Vec<LegTerms>,
) -> Result<Vec<LegTerms>> {
    let returning: Vec<LegTerms> = terms.iter().map(LegTerms::for_returning).collect();
    if returning == terms || !tradewind_orders::service::has_had_in(w, customer, product).await? {
        return Ok(terms);
    }
    Ok(returning)
}

/// The trial that a plan offers.
#[derive(Debug, Clone, Copy)]
pub(super) struct Trial {
    /// How many days.
    pub(super) days: u32,
    /// Whether it is also for who has had the product.
    pub(super) again: bool,
}

impl Trial {
    /// How many days of it a customer gets: none where it is for new ones and this one has had the product, in whatever
    /// plan, or has ordered it.
    pub(super) async fn of(
        self,
        w: &mut Work,
        customer: AccountId,
        product: ProductId,
    ) -> Result<u32> {
        let given = self.days == 0
            || self.again
            || !tradewind_orders::service::has_had_in(w, customer, product).await?;
        Ok(if given { self.days } else { 0 })
    }
}

/// The metered items of some terms.
pub(super) fn metered(terms: &LegTerms) -> Vec<ItemId> {
    let items = terms.items.iter();
    let metered = items.filter(|item| item.kind == ItemKind::Metered);
    metered.map(|item| item.item).collect()
}

/// A day of the schedule of the subscription that something new is to be billed with.
pub(super) async fn schedule_of(
    w: &mut Work,
    with: SubscriptionId,
    buyer: AccountId,
    seller: AccountId,
    cadence: Cadence,
) -> Result<Date> {
    let other = tradewind_orders::service::subscription_in(w, with).await?;
    if (other.customer_id, other.seller_id) != (buyer, seller) {
        return Err(Error::not_found(with));
    }
    let goes_on = other.commercial_state.is_billed() && other.cancel_on.is_none();
    match (other.anchor_on, other.period_end) {
        (Some(anchor), Some(next)) if goes_on => together(anchor, next, cadence),
        _ => Err(Error::refused(
            "not_alignable",
            format!(
                "\"{}\" has no next billing day; name a subscription that runs and is not cancelled",
                other.name
            ),
        )),
    }
}

/// The quantities that stand for packages, by what the buyer pays.
pub(super) fn picked(
    packages: &BTreeMap<String, String>,
    leg: Option<&LegTerms>,
) -> Result<BTreeMap<String, Decimal>> {
    pick_packages(packages, |code| {
        let item = leg?.items.iter().find(|item| item.code == code)?;
        Some(&item.general_rule()?.model)
    })
}

/// Something is to be paid when more than nothing is due.
pub(crate) fn is_due(billing: &Preview) -> bool {
    billing
        .due_now
        .as_ref()
        .is_some_and(|document| document.gross.minor > 0)
}

/// The quantities of a plan's items that are bought; metered items are not.
pub(crate) fn ordered_items(
    plan: &Plan,
    quantities: &BTreeMap<String, Decimal>,
) -> Vec<OrderedItem> {
    plan.items
        .iter()
        .filter(|item| item.kind != ItemKind::Metered)
        .filter_map(|item| {
            let quantity = quantities.get(&item.code).copied()?;
            Some(OrderedItem {
                item_id: item.id,
                code: item.code.clone(),
                quantity,
            })
        })
        .collect()
}

fn ordered_parameters(detail: &ProductDetail, asked: &Configuration) -> Vec<OrderedParameter> {
    detail
        .parameters
        .iter()
        .filter_map(|parameter| {
            let value = asked.parameters.get(&parameter.code)?.clone();
            Some(OrderedParameter {
                code: parameter.code.clone(),
                value,
                sensitive: parameter.sensitive,
            })
        })
        .collect()
}

/// Conditions are accepted by the version that was shown.
fn check_acceptance(detail: &ProductDetail, accepted: Option<&str>, locale: Locale) -> Result<()> {
    let product = &detail.product;
    if product.terms_text.is_empty() {
        return Ok(());
    }
    let title = product.terms_title.get(locale);
    match accepted {
        Some(version) if version == product.terms_version => Ok(()),
        Some(_) => Err(Error::invalid(
            "accepted_terms",
            "outdated_terms",
            format!(
                "\"{title}\" is now in version {}; read it and accept that version",
                product.terms_version
            ),
        )),
        None => Err(Error::invalid(
            "accepted_terms",
            "required",
            format!(
                "accept \"{title}\" by naming its version, {}",
                product.terms_version
            ),
        )),
    }
}
