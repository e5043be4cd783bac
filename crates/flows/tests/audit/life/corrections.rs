//! What turns out to have been otherwise: quantities, ends, prices and plans of the past.

use super::*;
use tradewind_flows::quote::{BookPrices, ItemPriceInput};
use tradewind_pricing::PriceModel;

impl Life {
    pub(super) async fn correct(&mut self) {
        let Some(at) = self.some(true) else { return };
        let since = days_between(self.sales[at].begins_on, self.today);
        let back = self.chance.below(u64::try_from(since + 1).expect("days"));
        let from = add_days(self.today, -i64::try_from(back).expect("days")).expect("a day");
        let ends = self.chance.percent(8);
        let seats = 1 + u32::try_from(self.chance.below(12)).expect("a few");
        self.correct_to(at, from, seats, ends).await;
    }

    async fn correct_to(&mut self, at: usize, from: Date, seats: u32, ends: bool) {
        let (id, audited) = (self.sales[at].id, self.sales[at].audited);
        self.say(format!(
            "corrects {audited} from {from} to {seats}, ended: {ends}"
        ));
        let input = CorrectionInput {
            subscription_id: id,
            from,
            quantities: if ends {
                BTreeMap::new()
            } else {
                quantities(seats)
            },
            plan_id: None,
            prices: None,
            item_prices: Vec::new(),
            ended: ends,
            reason: "Noted late".to_owned(),
        };
        let quote = quote_correction(self.world.p(), &self.world.ctx().await, &input).await;
        let Some(quote) = self.possible(quote) else {
            return;
        };
        self.place(&quote).await;
        if ends {
            self.auditor.end(audited, from);
            self.sales[at].ended = true;
        } else {
            self.auditor.hold(audited, from, seats);
        }
    }

    /// A sale with a discount that is changed on its first day, and then corrected again and again.
    pub(crate) async fn corrected_often(&mut self) {
        self.subscribe_to(8, COUPONS.first()).await;
        let at = self.sales.len() - 1;
        self.change_to(at, 9).await;
        let begins_on = self.today;
        let on = |days: i64| add_days(begins_on, days).expect("a day");
        self.go(8).await;
        self.correct_to(at, begins_on, 3, false).await;
        self.go(16).await;
        for (day, seats) in [(14, 2), (6, 6), (18, 4)] {
            self.correct_to(at, on(day), seats, false).await;
        }
        self.change_to(at, 1).await;
        self.go(8).await;
    }

    /// A day since a sale began.
    fn day_since(&mut self, at: usize) -> Date {
        let since = days_between(self.sales[at].begins_on, self.today);
        let back = self.chance.below(u64::try_from(since + 1).expect("days"));
        add_days(self.today, -i64::try_from(back).expect("days")).expect("a day")
    }

    /// Other prices of the past, or another plan.
    pub(super) async fn correct_terms(&mut self) {
        let Some(at) = self.some(true) else { return };
        let from = self.day_since(at);
        match self.chance.below(10) {
            0..5 => {
                let cents = 500 + i64::try_from(self.chance.below(1_500)).expect("a price");
                let leg = if self.chance.percent(70) {
                    LAST
                } else {
                    LAST - 1
                };
                self.correct_price(at, from, leg, cents).await;
            }
            5..7 => self.correct_to_lists(at, from).await,
            _ => {
                let other = !self.auditor.is_other(self.sales[at].audited);
                self.correct_plan(at, from, other).await;
            }
        }
    }

    fn nothing_since(&self, at: usize, from: Date) -> CorrectionInput {
        CorrectionInput {
            subscription_id: self.sales[at].id,
            from,
            quantities: BTreeMap::new(),
            plan_id: None,
            prices: None,
            item_prices: Vec::new(),
            ended: false,
            reason: "Noted late".to_owned(),
        }
    }

    /// Makes a correction, unless it was rightly refused.
    async fn corrects(&mut self, input: &CorrectionInput) -> bool {
        let quote = quote_correction(self.world.p(), &self.world.ctx().await, input).await;
        let Some(quote) = self.possible(quote) else {
            return false;
        };
        self.place(&quote).await;
        true
    }

    async fn correct_price(&mut self, at: usize, from: Date, leg: usize, cents: i64) {
        let audited = self.sales[at].audited;
        self.say(format!(
            "corrects the price of {audited} on {leg} from {from} to {cents}"
        ));
        let seller = if leg == LAST {
            self.world.reseller
        } else {
            self.world.distributor
        };
        let price = ItemPriceInput {
            item: "seats".to_owned(),
            seller_id: Some(seller),
            price: PriceModel::per_unit(Decimal::new(cents, 2)),
        };
        let input = CorrectionInput {
            item_prices: vec![price],
            ..self.nothing_since(at, from)
        };
        if self.corrects(&input).await {
            let seat = Exact::whole(cents.into());
            self.auditor.price(audited, leg, from, seat);
        }
    }

    async fn correct_to_lists(&mut self, at: usize, from: Date) {
        // Where prices rise by rule, lists say what new buyers pay, and not what was agreed and has risen.
        if self.rises() {
            return;
        }
        let audited = self.sales[at].audited;
        self.say(format!("has the lists hold for {audited} from {from}"));
        let input = CorrectionInput {
            prices: Some(BookPrices::Current),
            ..self.nothing_since(at, from)
        };
        if self.corrects(&input).await {
            self.auditor.list(audited, from);
        }
    }

    async fn correct_plan(&mut self, at: usize, from: Date, other: bool) {
        if self.rises() {
            return;
        }
        let audited = self.sales[at].audited;
        let plan = if other { "pro" } else { "basic" };
        self.say(format!(
            "corrects the plan of {audited} from {from} to {plan}"
        ));
        let input = CorrectionInput {
            plan_id: Some(self.world.plan(plan).id),
            ..self.nothing_since(at, from)
        };
        if self.corrects(&input).await {
            self.auditor.plan(audited, from, other);
        }
    }

    /// Prices and plans of one sale are corrected again and again, with what is held under them.
    pub(crate) async fn terms_corrected_often(&mut self) {
        self.subscribe_to(8, COUPONS.last()).await;
        let at = self.sales.len() - 1;
        let begins_on = self.today;
        let on = |days: i64| add_days(begins_on, days).expect("a day");
        self.go(20).await;
        self.pay(0).await;
        self.correct_price(at, on(5), LAST, 1_100).await;
        self.change_to(at, 9).await;
        self.go(25).await;
        self.pay(0).await;
        self.correct_plan(at, on(12), true).await;
        self.correct_price(at, on(14), LAST, 3_001).await;
        self.correct_to(at, on(3), 4, false).await;
        self.correct_price(at, on(2), LAST - 1, 1_900).await;
        self.go(9).await;
        self.pay(0).await;
        self.correct_plan(at, on(40), false).await;
        self.correct_plan(at, on(0), true).await;
        self.correct_plan(at, on(30), false).await;
        self.correct_to_lists(at, on(0)).await;
        self.correct_to(at, on(35), 6, false).await;
        self.correct_to(at, on(33), 6, true).await;
        self.go(9).await;
    }

    /// Whether what the customer pays rises by rule in this life.
    fn rises(&self) -> bool {
        self.phased
    }
}
