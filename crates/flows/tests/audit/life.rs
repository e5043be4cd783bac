//! One random life of a few sales, beside its audit.

use std::collections::BTreeMap;

use tradewind_flows::order::{PlaceInput, order_place};
use tradewind_flows::quote::{
    CancelInput, CancelWhen, ChangeInput, CorrectionInput, QuoteView, quote_cancel, quote_change,
    quote_correction, quote_purchase,
};
use tradewind_kernel::calendar::{add_days, days_between};
use tradewind_kernel::id::SubscriptionId;
use tradewind_kernel::{Currency, Date, Decimal, Error, Result, Timestamp};
use tradewind_metering::service::usage_ingest;
use tradewind_metering::types::{UsageInput, UsageKind};
use tradewind_orders::types::ChangeClass;
use tradewind_platform::{args, stmts};
use tradewind_testkit::{Audited, Auditor, Exact, Fines, LegPrices};

use crate::chance::Chance;
use crate::common::{World, day};

mod corrections;
mod fines;
mod seller;

mod ahead;
mod balances;
mod late;
mod money;
mod payouts;
mod previews;
mod revenue;
mod shared;

use balances::Balances;
use late::{COMMITTED, COMMITTED_MONTHS};
use payouts::Settled;
use shared::SHARED;

stmts! {
    /// What a subscription has come to on each of its legs, and in how many charges.
    CHARGED = "SELECT l.position, CAST(SUM(COALESCE(ic.amount, ac.amount, c.amount)) AS BIGINT), CAST(COUNT(*) AS BIGINT) FROM charge c
        JOIN leg l ON l.realm_id = c.realm_id AND l.id = c.leg_id
        LEFT JOIN invoice_charge ic ON ic.realm_id = c.realm_id AND ic.charge_id = c.id
        LEFT JOIN accrual ac ON ac.realm_id = c.realm_id AND ac.charge_id = c.id
        WHERE c.realm_id = $1 AND c.subscription_id = $2 AND c.item_code <> 'late_fee' GROUP BY l.position ORDER BY l.position";
}

/// Refusals that are right where somebody tries at random.
const EXPECTED: [&str; 10] = [
    "not_changeable",
    "not_cancellable",
    "not_correctable",
    "nothing_changes",
    "out_of_range",
    "committed",
    "introductory",
    "raised_since",
    "switched_since",
    "change_waits",
];

/// Coupons that purchases may name: code, percentage, for how many periods.
const COUPONS: [(&str, i64, u32); 2] = [("HALF", 50, 2), ("THIRD", 33, 12)];

/// A coupon for usage, for good: code, percentage.
const METERED: (&str, i64) = ("METERED", 20);

/// The meter of usage that is passed on at its cost.
const COST: &str = "cost";

/// The customer's leg.
const LAST: usize = 3;

struct Sale {
    id: SubscriptionId,
    audited: usize,
    begins_on: Date,
    has_seats: bool,
    /// What its usage is counted on.
    meter: &'static str,
    /// A change that waits for its day.
    waiting: Option<(Date, u32)>,
    ended: bool,
    rests: bool,
}

pub(crate) struct Life {
    world: World,
    chance: Chance,
    auditor: Auditor,
    sales: Vec<Sale>,
    today: Date,
    paid: i128,
    reports: u32,
    /// Usage that came too late: its name, its sale, its day and its cost.
    late: Vec<(String, usize, Date, i64)>,
    /// Whether the customer pays less at first, and more every year.
    phased: bool,
    /// Late fees, where they are charged.
    fines: Option<Fines>,
    /// What vendors are paid, and the seller of what is collected for it.
    payouts: Settled,
    /// What is open of each document, credit and taxes.
    balances: Balances,
    log: Vec<String>,
}

impl Life {
    pub(crate) async fn begin(world: World, seed: u64) -> Self {
        // 10 a seat and 50 for the setup at the vendor; 8, 10 and 20 percent on the way down.
        let mut factor = Exact::whole(1);
        let mut legs = Vec::new();
        for percent in [0, 8, 10, 20] {
            factor = factor * Exact::new(100 + percent, 100);
            legs.push(LegPrices {
                setup: factor * Exact::whole(5000),
                seat: factor * Exact::whole(1000),
                other_seat: factor * Exact::whole(2500),
                markup: factor,
                introduction: None,
                yearly: Exact::whole(1),
                rests: false,
            });
        }
        // Every other life: what the customer pays is less at first, and rises every year.
        let phases = seed % 2 == 1;
        if let Some(last) = legs.last_mut().filter(|_| phases) {
            last.introduction = Some((2, Exact::whole(999)));
            last.yearly = Exact::new(103, 100);
            last.rests = true;
        }
        let mut life = Self {
            world,
            chance: Chance::new(seed),
            auditor: Auditor::new(legs),
            sales: Vec::new(),
            today: day("2024-01-10"),
            paid: 0,
            reports: 0,
            late: Vec::new(),
            phased: phases,
            fines: None,
            payouts: Settled::default(),
            balances: Balances::default(),
            log: vec![format!("seed {seed}")],
        };
        if phases {
            life.phases().await;
        }
        life.recognise().await;
        life.coupons().await;
        life.fines(seed).await;
        life.payouts(seed).await;
        life.window(seed).await;
        life.commit().await;
        life.taxes().await;
        let (calls, shared) = life.sell_units().await;
        life.go(1).await;
        life.meter().await;
        life.buy_ahead(calls).await;
        life.buy_shared(shared).await;
        life.subscribe().await;
        life
    }

    /// Something happens.
    pub(crate) async fn step(&mut self) {
        match self.chance.below(100) {
            0..35 => self.travel().await,
            35..42 if self.sales.len() < 8 => self.subscribe().await,
            35..58 => self.change().await,
            58..62 => self.cancel().await,
            62..71 => self.correct().await,
            71..78 => self.correct_terms().await,
            78..82 => self.rest().await,
            82..93 => self.report().await,
            93..95 => self.decide().await,
            95..97 => self.over_pay().await,
            97..99 => self.give().await,
            _ => self.pay_back().await,
        }
    }

    /// Lets all that waits happen, and looks over everything.
    pub(crate) async fn settle(&mut self) {
        self.pay(0).await;
        while !self.late.is_empty() {
            self.decide().await;
        }
        for _ in 0..6 {
            self.go(9).await;
            self.pay(0).await;
        }
        self.take_back().await;
        self.audit_statements().await;
        self.pay_out().await;
        self.world.assert_consistent().await;
    }

    fn say(&mut self, what: String) {
        self.log.push(format!("{}: {what}", self.today));
    }

    fn story(&self) -> String {
        self.log.join("\n")
    }

    async fn travel(&mut self) {
        let days = 1 + self.chance.below(9);
        self.go(i64::try_from(days).expect("a few days")).await;
        if self
            .chance
            .percent(if self.fines.is_some() { 40 } else { 85 })
        {
            self.pay(0).await;
        }
        if self.chance.percent(10) {
            self.world.assert_consistent().await;
        }
    }

    async fn go(&mut self, days: i64) {
        self.say("travels".to_owned());
        // Whoever is fined for what is open on a day looks at every day.
        let (steps, each) = if self.fines.is_some() {
            (days, 1)
        } else {
            (1, days)
        };
        for _ in 0..steps {
            let announced = self.announced().await;
            self.today = add_days(self.today, each).expect("a day");
            self.world
                .travel(&format!("{}T12:00:00Z", self.today))
                .await;
            self.audit_announced(announced).await;
            self.look_for_open().await;
            self.look_at_documents().await;
        }
        self.say("arrives".to_owned());
        self.world.deliver_all().await;
        self.audit_payouts().await;
        for sale in &mut self.sales {
            if let Some((on, seats)) = sale.waiting.filter(|(on, _)| *on <= self.today) {
                self.auditor.hold(sale.audited, on, seats);
                sale.waiting = None;
            }
        }
        self.audit().await;
    }

    /// Every leg of every sale comes to what the auditor says, and so does what is owed.
    async fn audit(&self) {
        let mut billed = 0;
        for sale in self.sales.iter().filter(|sale| sale.meter != SHARED) {
            let legs = self.charged(&[sale.id]).await;
            for (leg, charged) in legs.into_iter().enumerate() {
                let audited = self.auditor.audit(sale.audited, leg, self.today);
                self.agrees(leg, charged, audited, &sale.id.to_string());
            }
            billed += legs[LAST].0;
        }
        billed += self.audit_shared().await;
        billed += self.audit_fines().await;
        self.audit_balances(Some(billed)).await;
        self.audit_revenue().await;
    }

    /// What sales have come to on each leg, and in how many charges.
    async fn charged(&self, sales: &[SubscriptionId]) -> [(i128, i128); LAST + 1] {
        let mut legs = [(0, 0); LAST + 1];
        let mut tx = self.world.p().db().begin().await.expect("a reading");
        for id in sales {
            let args = args![self.world.realm, *id];
            let found: Vec<(i64, i64, i64)> =
                tx.all(&CHARGED, args).await.expect("sums of charges");
            for (leg, sum, count) in found {
                let (all, charges) = &mut legs[usize::try_from(leg).expect("a leg")];
                *all += i128::from(sum);
                *charges += i128::from(count);
            }
        }
        legs
    }

    /// What was charged on a leg is what the auditor says.
    fn agrees(&self, leg: usize, (sum, charges): (i128, i128), audited: Audited, of: &str) {
        if leg == LAST {
            let billed = audited.billed;
            assert_eq!(sum, billed, "{leg} of {of}\n{}", self.story());
            return;
        }
        // Above the customer, charges of many sales share the lines of a month and are rounded with them.
        let charges = charges.max(audited.lines.into());
        assert!(
            Exact::whole(sum).is_within(Exact::new(charges, 2), audited.exact),
            "{leg} of {of}: {sum} instead of {audited:?}\n{}",
            self.story()
        );
    }

    async fn meter(&mut self) {
        let mut wanted = self.world.wanted("cloud", "1");
        wanted.quantities.clear();
        wanted.coupon = Some(METERED.0.to_owned());
        let quote = quote_purchase(self.world.p(), &self.world.ctx().await, &wanted).await;
        let id = self.place(&quote.expect("a quote")).await;
        let audited = self.auditor.meter(self.today);
        self.auditor.discount_usage(audited, METERED.1.into());
        self.auditor
            .commit(audited, COMMITTED_MONTHS, COMMITTED.into());
        self.has(id, audited, COST);
    }

    /// A sale, with what its usage is counted on if it is one of usage.
    fn has(&mut self, id: SubscriptionId, audited: usize, meter: &'static str) {
        self.sales.push(Sale {
            id,
            audited,
            begins_on: self.today,
            has_seats: meter.is_empty(),
            meter,
            waiting: None,
            ended: false,
            rests: false,
        });
    }

    async fn subscribe(&mut self) {
        let seats = 1 + u32::try_from(self.chance.below(9)).expect("a few");
        let coupon = self.chance.percent(40).then(|| self.chance.below(2));
        let coupon = coupon.and_then(|at| COUPONS.get(usize::try_from(at).ok()?));
        self.subscribe_to(seats, coupon).await;
    }

    async fn subscribe_to(&mut self, seats: u32, coupon: Option<&(&str, i64, u32)>) {
        self.say(format!("subscribes to {seats}"));
        let mut wanted = self.world.wanted("basic", &seats.to_string());
        wanted.coupon = coupon.map(|(code, ..)| (*code).to_owned());
        let quote = quote_purchase(self.world.p(), &self.world.ctx().await, &wanted).await;
        let id = self.place(&quote.expect("a quote")).await;
        let audited = self.auditor.subscribe(self.today, seats);
        if let Some((code, percent, periods)) = coupon {
            self.say(format!("with {code}"));
            self.auditor.discount(audited, (*percent).into(), *periods);
        }
        self.has(id, audited, "");
    }

    /// One of the sales that have seats, or that have none.
    fn some(&mut self, has_seats: bool) -> Option<usize> {
        let fit = |sale: &Sale| sale.has_seats == has_seats && !sale.ended;
        let all: Vec<usize> = (0..self.sales.len())
            .filter(|at| fit(&self.sales[*at]))
            .collect();
        let most = u64::try_from(all.len()).expect("a few");
        let at = (most > 0).then(|| self.chance.below(most))?;
        all.get(usize::try_from(at).ok()?).copied()
    }

    async fn change(&mut self) {
        let Some(at) = self.some(true) else { return };
        let seats = 1 + u32::try_from(self.chance.below(12)).expect("a few");
        self.change_to(at, seats).await;
    }

    async fn change_to(&mut self, at: usize, seats: u32) {
        let (id, audited) = (self.sales[at].id, self.sales[at].audited);
        self.say(format!("changes {audited} to {seats}"));
        let input = ChangeInput {
            subscription_id: id,
            plan_id: None,
            quantities: quantities(seats),
            packages: BTreeMap::new(),
            coupon: None,
            when: None,
        };
        let quote = quote_change(self.world.p(), &self.world.ctx().await, &input).await;
        let Some(quote) = self.possible(quote) else {
            return;
        };
        self.place(&quote).await;
        if quote.preview.class == Some(ChangeClass::Downgrade) {
            self.sales[at].waiting = Some((quote.preview.effective_on, seats));
        } else {
            self.auditor.hold(audited, self.today, seats);
        }
    }

    async fn cancel(&mut self) {
        let Some(at) = self.some(true) else { return };
        let now = self.chance.percent(50);
        let (id, audited) = (self.sales[at].id, self.sales[at].audited);
        self.say(format!("cancels {audited}, at once: {now}"));
        let input = CancelInput {
            subscription_id: id,
            when: if now {
                CancelWhen::Now
            } else {
                CancelWhen::EndOfPeriod
            },
            reason: None,
        };
        let quote = quote_cancel(self.world.p(), &self.world.ctx().await, &input).await;
        let Some(quote) = self.possible(quote) else {
            return;
        };
        self.place(&quote).await;
        self.auditor.end(audited, quote.preview.effective_on);
        self.sales[at].ended = now;
    }

    /// Usage is reported, often weeks late, sometimes twice.
    async fn report(&mut self) {
        let Some(at) = self.some(false) else { return };
        let sale = &self.sales[at];
        let (id, audited, begins_on, meter) = (sale.id, sale.audited, sale.begins_on, sale.meter);
        let in_units = meter != COST;
        let since = days_between(begins_on, self.today);
        let back = self.chance.below(u64::try_from(since + 1).expect("days"));
        let on = add_days(self.today, -i64::try_from(back).expect("days")).expect("a day");
        let cents = i64::try_from(self.chance.below(100_000)).expect("an amount");
        // A correction of what was reported takes something back; of units that is no more than were used.
        let takes_back = self.chance.percent(15);
        let cents = match (takes_back, in_units) {
            (false, _) => cents,
            (true, true) => -self.returnable(audited, on).min(cents),
            (true, false) => -cents / 4,
        };
        self.reports += 1;
        self.say(format!("reports {cents} of {on}"));
        let starts_at = Timestamp::parse(&format!("{on}T10:00:00Z")).expect("a time");
        let record = UsageInput {
            source: "audit".to_owned(),
            external_id: format!("r{}", self.reports),
            subscription_id: id,
            meter: meter.to_owned(),
            starts_at,
            ends_at: starts_at,
            quantity: if in_units {
                Decimal::new(cents, 2)
            } else {
                Decimal::ONE
            },
            unit: String::new(),
            cost: Some(Decimal::new(cents, 2)),
            currency: Some(Currency::EUR),
            kind: if cents < 0 {
                UsageKind::Adjustment
            } else {
                UsageKind::Usage
            },
            dimensions: BTreeMap::new(),
            attributes: BTreeMap::new(),
        };
        let again = self.chance.percent(30);
        for _ in 0..=usize::from(again) {
            let records = std::slice::from_ref(&record);
            let report = usage_ingest(self.world.p(), &self.world.ctx().await, records).await;
            let report = report.expect("a report");
            assert_eq!(report.rejected, 0, "{report:?}");
            if report.review > 0 {
                self.say("which is too late".to_owned());
                self.late
                    .push((record.external_id.clone(), audited, on, cents));
            } else if report.accepted > 0 {
                self.auditor.usage(audited, on, cents.into());
            }
        }
    }

    /// A quote, unless it was rightly refused.
    fn possible(&mut self, quote: Result<QuoteView>) -> Option<QuoteView> {
        let code = match quote {
            Ok(quote) => return Some(quote),
            Err(Error::Invalid(problems)) => problems[0].code,
            Err(Error::Conflict { code, .. } | Error::Refused { code, .. }) => code,
            Err(other) => panic!("{other:?}\n{}", self.story()),
        };
        assert!(EXPECTED.contains(&code), "{code}\n{}", self.story());
        self.say(format!("is refused: {code}"));
        None
    }

    /// Places an order, pays for it and has it delivered; what was shown is what is billed.
    async fn place(&mut self, quote: &QuoteView) -> SubscriptionId {
        let before = self.world.documents().await.len();
        let input = PlaceInput { quote_id: quote.id };
        let placed = order_place(self.world.p(), &self.world.ctx().await, &input).await;
        let placed = placed.unwrap_or_else(|error| panic!("{error:?}\n{}", self.story()));
        self.world.test.drain().await;
        self.pay(0).await;
        self.world.deliver_all().await;
        let order = self.world.see(placed.order.id).await.order;
        assert_eq!(order.state.as_str(), "completed", "{}", self.story());
        self.audit_shown(&quote.preview.billing, before).await;
        order.subscription_id
    }
}

fn quantities(seats: u32) -> BTreeMap<String, Decimal> {
    BTreeMap::from([("seats".to_owned(), Decimal::from(seats))])
}
