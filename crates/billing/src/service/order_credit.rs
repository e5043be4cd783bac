//! Whether a seller takes an order: what the buyer may owe, and whether its orders are held.

use tradewind_accounts::types::{Adjacent, PaymentMode};
use tradewind_kernel::{
    Currency, Error, Money, Result,
    id::{AccountId, OrderId},
};
use tradewind_platform::Work;

use super::{
    reads::{Between, standing_in},
    realm,
};
use crate::{
    store::{charges, dunning as store},
    types::{BeyondCredit, CreditHold, HoldCause},
};

/// Why an order is not simply taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hindrance {
    /// A stable code.
    pub code: &'static str,
    /// In words, for the buyer.
    pub text: String,
    /// What becomes of the order.
    pub then: BeyondCredit,
}

impl Hindrance {
    /// As the refusal of the order.
    #[must_use]
    pub fn refusal(self) -> Error {
        Error::refused(self.code, self.text)
    }
}

/// Which order is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CreditAsk {
    /// One that is not placed; so much is due for it at once.
    Quote(Money),
    /// One that is being placed.
    Place(Money),
    /// One that waits, in this currency; those that were placed before it come first.
    Waiting(OrderId, Currency),
}

impl CreditAsk {
    const fn more(self) -> Money {
        match self {
            Self::Quote(more) | Self::Place(more) => more,
            Self::Waiting(_, currency) => Money::zero(currency),
        }
    }
}

/// What is in the way of an order. `chain` leads from the buyer to the provider: where an
/// account above is held by the one that it buys from, nothing is sold through it. What is ordered already and charged to nobody
/// counts. Who is about to place the order holds the account, so that two at once cannot both fit.
///
/// # Errors
/// Not found; database errors.
pub async fn hindrance_in(
    w: &mut Work,
    chain: &[Adjacent],
    ask: CreditAsk,
) -> Result<Option<Hindrance>> {
    let Some(nearest) = chain.first() else {
        return Ok(None);
    };
    let realm = realm(w);
    let (seller, buyer) = (nearest.seller.id, nearest.buyer.id);
    let buyers: Vec<AccountId> = chain.iter().map(|pair| pair.buyer.id).collect();
    let held = store::holds(&mut w.tx, realm, &buyers).await?;
    let own = |of: &Adjacent| {
        held.iter()
            .find(|held| (held.seller_id, held.buyer_id) == (of.seller.id, of.buyer.id))
    };
    if chain.iter().skip(1).any(|pair| own(pair).is_some()) {
        // Why is between those two.
        return Ok(Some(Hindrance {
            code: "seller_restricted",
            text: format!("{} takes no new orders at the moment", nearest.seller.name),
            then: BeyondCredit::Refuse,
        }));
    }
    let found = match own(nearest) {
        Some(held) => Some(on_hold(&held.hold)),
        None => beyond_limit(w, nearest, ask).await?,
    };
    let Some((code, text)) = found else {
        return Ok(None);
    };
    let policy = store::policy_of(&mut w.tx, realm, (seller, buyer)).await?;
    Ok(Some(Hindrance {
        code,
        text,
        then: policy.beyond_credit,
    }))
}

fn on_hold(hold: &CreditHold) -> (&'static str, String) {
    match (hold.cause, &hold.invoice_number, hold.open) {
        (HoldCause::Dunning, Some(number), Some(open)) => (
            "ordering_restricted",
            format!("new orders wait until invoice {number} is paid; {open} are open"),
        ),
        _ => (
            "credit_hold",
            format!(
                "the seller takes no new orders for this account: {}",
                hold.reason
            ),
        ),
    }
}

/// What an order would take a buyer on account beyond.
async fn beyond_limit(
    w: &mut Work,
    nearest: &Adjacent,
    ask: CreditAsk,
) -> Result<Option<(&'static str, String)>> {
    let more = ask.more();
    let relationship = &nearest.relationship;
    let limit = relationship
        .credit_limit
        .filter(|limit| limit.currency == more.currency)
        .filter(|_| relationship.payment == PaymentMode::OnAccount);
    let Some(limit) = limit else {
        return Ok(None);
    };
    let pair = (nearest.seller.id, nearest.buyer.id);
    if matches!(ask, CreditAsk::Place(_)) {
        let realm = realm(w);
        store::lock(&mut w.tx, realm, pair).await?;
    }
    let between = Between {
        seller_id: pair.0,
        buyer_id: pair.1,
        currency: more.currency,
    };
    let standing = standing_in(w, &between).await?;
    let taken = standing
        .owed
        .add(standing.not_invoiced)?
        .add(ordered(w, &between, ask).await?)?
        .sub(standing.credit)?;
    if taken.add(more)?.minor <= limit.minor {
        return Ok(None);
    }
    let left = limit.sub(taken)?;
    let zero = Money::zero(limit.currency);
    let left = if left.minor > 0 { left } else { zero };
    let text = format!("this would exceed the credit limit of {limit}; {left} are left");
    Ok(Some(("credit_limit", text)))
}

/// What a buyer has ordered that is charged nowhere yet.
async fn ordered(w: &mut Work, between: &Between, ask: CreditAsk) -> Result<Money> {
    let realm = realm(w);
    let mut sum = Money::zero(between.currency);
    let open =
        tradewind_orders::service::orders_under_way_in(w, between.seller_id, between.buyer_id);
    for order in open.await? {
        let (id, subscription) = (order.id, order.subscription_id);
        if matches!(ask, CreditAsk::Waiting(last, _) if id > last) {
            break;
        }
        if order.due_now.currency == between.currency
            && order.due_now.minor > 0
            && charges::count_of_order(&mut w.tx, realm, subscription, id).await? == 0
        {
            sum = sum.add(order.due_now)?;
        }
    }
    Ok(sum)
}
