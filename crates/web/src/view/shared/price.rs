//! Prices as a buyer reads them.

use rust_decimal::Decimal;
use tradewind_kernel::currency::Currency;
use tradewind_kernel::money::Money;
use tradewind_kernel::time::Date;

use crate::view::Tr;
use crate::view::kit::{PriceLine, PricePart, Prices, Txt};

/// How often: a unit (`hour`, `day`, `week`, `month`, `year`) and how many of them.
#[derive(Clone)]
pub struct Every {
    /// Unit.
    pub unit: Txt,
    /// How many.
    pub count: u32,
}

impl Every {
    /// In words: "per month", "every 3 months".
    pub fn words(&self, t: &Tr) -> Txt {
        t.count(&format!("cadence-{}", self.unit), self.count)
    }

    /// So many of them in words: "3 months".
    pub fn times(&self, t: &Tr, times: u32) -> Txt {
        t.count(&format!("time-{}", self.unit), self.count * times)
    }
}

/// The least something costs.
#[derive(Clone)]
pub struct PriceFrom {
    /// Price.
    pub price: Decimal,
    /// Its currency.
    pub currency: Currency,
    /// How often; `None` for once.
    pub every: Option<Every>,
    /// Whether tax is in it or comes on top; empty where there is none.
    pub tax: Txt,
    /// Other prices before it, each for so many periods.
    pub introductory: Vec<(u32, Decimal)>,
}

/// A line of a price.
#[derive(Clone)]
pub struct PriceItem {
    /// What is paid for.
    pub label: Txt,
    /// How many.
    pub quantity: Decimal,
    /// Unit, in words: "seat".
    pub unit: Txt,
    /// Price of one unit; `None` when tiers make up the amount.
    pub unit_price: Option<Decimal>,
    /// The amount; `None` when only the use decides it.
    pub amount: Option<Money>,
    /// Further explanation: included quantity, tiers, proration.
    pub note: Txt,
}

/// What a discount takes off.
#[derive(Clone)]
pub struct PriceDiscount {
    /// Its name, with the code that was entered.
    pub label: Txt,
    /// How much, as a positive amount.
    pub amount: Money,
    /// The first day without it; `None` when it lasts.
    pub until: Option<Date>,
}

impl PriceDiscount {
    /// Laid out.
    pub fn line(&self, t: &Tr) -> PriceLine {
        PriceLine {
            label: self.label.clone(),
            detail: match self.until {
                Some(date) => t.with("price-discount-until", &[("date", t.date(date).text())]),
                None => t.tr("price-discount-lasting"),
            },
            amount: format!("−{}", t.money(self.amount)).into(),
        }
    }
}

/// What the next invoice will be.
#[derive(Clone)]
pub struct NextInvoice {
    /// Its date.
    pub date: Date,
    /// Its total.
    pub total: Money,
    /// Charges by use come on top.
    pub plus_usage: bool,
}

/// A price taken apart.
#[derive(Clone)]
pub struct PriceView {
    /// Its currency.
    pub currency: Currency,
    /// Paid once.
    pub one_time: Vec<PriceItem>,
    /// Paid in advance for every period.
    pub recurring: Vec<PriceItem>,
    /// How often the recurring part is paid.
    pub every: Option<Every>,
    /// Paid afterwards, by use.
    pub metered: Vec<PriceItem>,
    /// Credit for what was paid already, as a positive amount.
    pub credit: Option<Money>,
    /// What discounts take off.
    pub discounts: Vec<PriceDiscount>,
    /// Sum before tax.
    pub net: Money,
    /// Taxes: name with rate, amount.
    pub taxes: Vec<(Txt, Money)>,
    /// To be paid now.
    pub due_now: Money,
    /// Why nothing or less is due now, such as a trial.
    pub due_note: Txt,
    /// What comes next.
    pub next: Option<NextInvoice>,
    /// What a whole period costs from a day on, where an introductory price ends before it.
    pub phases: Vec<(Date, Money)>,
}

impl PriceView {
    /// Laid out as an invoice to come, whose sum is not due yet.
    pub fn upcoming(&self, t: &Tr) -> Prices {
        let mut prices = self.prices(t);
        prices.due.label = t.tr("c-total");
        prices
    }

    /// Laid out.
    pub fn prices(&self, t: &Tr) -> Prices {
        let line = |item: &PriceItem| self.line(t, item);
        let recurring = match &self.every {
            Some(every) => t.with("price-recurring-every", &[("every", &every.words(t))]),
            None => t.tr("price-recurring"),
        };
        let groups = [
            (t.tr("price-one-time"), &self.one_time),
            (recurring, &self.recurring),
            (t.tr("price-metered"), &self.metered),
        ];
        let parts = groups
            .into_iter()
            .filter(|(_, items)| !items.is_empty())
            .map(|(title, items)| PricePart {
                title,
                lines: items.iter().map(line).collect(),
            })
            .collect();
        let plain = |label: Txt, amount: Txt| PriceLine {
            label,
            detail: Txt::default(),
            amount,
        };
        let mut sums = Vec::new();
        if let Some(credit) = self.credit {
            sums.push(plain(
                t.tr("price-credit"),
                format!("−{}", t.money(credit)).into(),
            ));
        }
        sums.extend(self.discounts.iter().map(|discount| discount.line(t)));
        sums.push(plain(t.tr("price-net"), t.money(self.net)));
        sums.extend(
            self.taxes
                .iter()
                .map(|(name, amount)| plain(name.clone(), t.money(*amount))),
        );
        let due = PriceLine {
            label: t.tr("price-due-now"),
            detail: self.due_note.clone(),
            amount: t.money(self.due_now),
        };
        let after = self.next.iter().map(|next| PriceLine {
            label: t.with("price-next", &[("date", t.date(next.date).text())]),
            detail: if next.plus_usage {
                t.tr("price-plus-usage")
            } else {
                Txt::default()
            },
            amount: t.money(next.total),
        });
        let later = self.phases.iter().map(|(from, price)| PriceLine {
            label: t.with("price-phase", &[("date", t.date(*from).text())]),
            detail: (self.every.as_ref()).map_or_else(Txt::default, |every| every.words(t)),
            amount: t.money(*price),
        });
        Prices {
            parts,
            sums,
            due,
            after: after.chain(later).collect(),
        }
    }

    fn line(&self, t: &Tr, item: &PriceItem) -> PriceLine {
        let quantity = t.num(item.quantity);
        let mut detail = match item.unit_price {
            Some(price) if item.amount.is_some() => {
                format!(
                    "{quantity} {} × {}",
                    item.unit,
                    t.price(price, self.currency)
                )
            }
            Some(price) => t
                .with(
                    "price-per-unit",
                    &[
                        ("price", &t.price(price, self.currency)),
                        ("unit", &item.unit),
                    ],
                )
                .into_owned(),
            None if item.amount.is_none() => String::new(),
            None => format!("{quantity} {}", item.unit).trim_end().to_owned(),
        };
        if !item.note.is_empty() {
            if !detail.is_empty() {
                detail.push_str(" · ");
            }
            detail.push_str(&item.note);
        }
        let amount = item
            .amount
            .map_or_else(|| t.tr("price-by-use"), |amount| t.money(amount));
        PriceLine {
            label: item.label.clone(),
            detail: detail.into(),
            amount,
        }
    }
}

impl PriceFrom {
    /// In words, the amount and what it is for: "€4.00", "a month, plus VAT"; or "€4.00", "for 3 months, then €12.00 a month,
    /// plus VAT".
    pub fn words(&self, t: &Tr) -> (Txt, Txt) {
        let mut every =
            (self.every.as_ref()).map_or_else(|| t.tr("price-once"), |every| every.words(t));
        let mut price = self.price;
        if let Some(rhythm) = &self.every {
            for (periods, introductory) in self.introductory.iter().rev() {
                let then = t.price(price, self.currency);
                let time = rhythm.times(t, *periods);
                let args = [("time", &*time), ("then", &*then), ("every", &*every)];
                every = t.with("price-introductory", &args);
                price = *introductory;
            }
        }
        let what = if self.tax.is_empty() {
            every
        } else {
            format!("{every}, {}", self.tax).into()
        };
        (t.price(price, self.currency), what)
    }
}
