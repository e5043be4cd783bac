//! `tradewind coupon`: what sellers take off their prices, for a code or by itself.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use tradewind_flows::coupon::{coupon_report, coupon_reports, redemption_reports};
use tradewind_kernel::decimal::{Limits, parse_decimal};
use tradewind_kernel::id::{AccountId, CouponId, ItemId, PlanId, ProductId};
use tradewind_kernel::page::ListRequest;
use tradewind_kernel::{Currency, Error, Money, Result, Text, time};
use tradewind_orders::service::{coupon_create, coupon_end, coupon_update};
use tradewind_orders::types::{
    Benefit, CouponCreate, CouponInput, CouponLimits, CouponUpdate, Covers, DiscountScope,
};

use super::{ListOptions, Session, input, parse};
use crate::output::{Column, columns};

/// What can be done with coupons.
#[derive(Subcommand)]
pub(crate) enum Coupon {
    /// List coupons and promotions with what they have cost, the latest first
    #[command(
        after_help = "Example:\n  tradewind coupon list --filter 'code:SUMMER kind:promotion ended:false'"
    )]
    List(ListOptions),
    /// Show a coupon with its redemptions
    Show {
        /// Coupon
        coupon: String,
    },
    /// Make a coupon, or a promotion when it has no code
    #[command(after_help = "\
Examples:
  tradewind coupon create 'Summer sale' --code SUMMER20 --percent 20 --periods 3 --until 2024-08-31
  tradewind coupon create 'Welcome' --amount 10.00 --currency EUR --new-customers --periods 1
  tradewind coupon create 'For you' --code THANKS --percent 10 --customer acc_0001 --customer acc_0002
  tradewind coupon create --file coupon.json")]
    Create {
        #[command(flatten)]
        draft: Draft,
        /// Seller (default: one's own account)
        #[arg(long, value_name = "ACCOUNT")]
        seller: Option<String>,
    },
    /// Replace a coupon; what was redeemed stays as it was
    Update {
        /// Coupon
        coupon: String,
        #[command(flatten)]
        draft: Draft,
        /// Refuse when the coupon has another version by now
        #[arg(long = "if-version", value_name = "VERSION")]
        version: Option<i64>,
    },
    /// End a coupon: nobody redeems it any more
    End {
        /// Coupon
        coupon: String,
    },
}

/// What a coupon is.
#[derive(Args)]
pub(crate) struct Draft {
    /// What invoices call it
    #[arg(required_unless_present = "file")]
    name: Option<String>,
    /// The whole coupon as JSON; `-` is the standard input
    #[arg(long, value_name = "FILE", conflicts_with_all = ["name", "code", "percent", "amount", "price", "trial_days"])]
    file: Option<PathBuf>,
    /// The code; without one it applies by itself
    #[arg(long)]
    code: Option<String>,
    /// Take off this share of the price
    #[arg(long)]
    percent: Option<String>,
    /// Take this amount off every billing period
    #[arg(long)]
    amount: Option<String>,
    /// The items that are named cost this together
    #[arg(long)]
    price: Option<String>,
    /// Lengthen the trial by so many days
    #[arg(long, value_name = "DAYS")]
    trial_days: Option<u32>,
    /// Currency of amounts, ISO 4217
    #[arg(long)]
    currency: Option<String>,
    /// Only for this product; can be given several times
    #[arg(long = "product", value_name = "PRODUCT")]
    products: Vec<String>,
    /// Only for this plan; can be given several times
    #[arg(long = "plan", value_name = "PLAN")]
    plans: Vec<String>,
    /// Only for this item of a plan; can be given several times
    #[arg(long = "item", value_name = "ITEM")]
    items: Vec<String>,
    /// Off what: purchases (one-time and recurring items), usage (metered items, by the month), or everything
    #[arg(long, value_name = "purchases|usage|everything")]
    off: Option<String>,
    /// For so many billing periods, and months of usage (default: as long as the subscription lasts)
    #[arg(long)]
    periods: Option<u32>,
    /// First day
    #[arg(long, value_name = "DATE")]
    from: Option<String>,
    /// Last day
    #[arg(long, value_name = "DATE")]
    until: Option<String>,
    /// How often it can be redeemed in all
    #[arg(long, value_name = "COUNT")]
    max: Option<u32>,
    /// How often by one customer
    #[arg(long, value_name = "COUNT")]
    max_per_customer: Option<u32>,
    /// What all redemptions together may take off
    #[arg(long, value_name = "AMOUNT")]
    budget: Option<String>,
    /// Only for customers that have never bought from the seller
    #[arg(long)]
    new_customers: bool,
    /// Only for this customer; can be given several times. To others it does not exist
    #[arg(long = "customer", value_name = "ACCOUNT")]
    customers: Vec<String>,
}

const COUPON: &[Column] = columns![
    ("coupon", "/id"),
    ("name", "/name"),
    ("code", "/code"),
    ("gives", "/benefit/gives"),
    ("off", "/scope/covers"),
    ("percent", "/benefit/percent"),
    ("amount", "/benefit/amount"),
    ("days", "/benefit/days"),
    ("periods", "/periods"),
    ("from", "/valid_from"),
    ("until", "/valid_until"),
    ("budget", "/budget"),
    ("customers", "/customers"),
    ("state", "/state"),
    ("redemptions", "/redemptions"),
    ("cost", "/cost/0"),
    ("version", "/version"),
];

pub(crate) async fn run(session: &Session<'_>, command: Coupon) -> Result<()> {
    let platform = session.platform();
    let ctx = session.ctx().await?;
    match command {
        Coupon::List(options) => {
            let list = options.request()?;
            let page = coupon_reports(platform, &ctx, &list).await?;
            session.out.page(&page, COUPON)
        }
        Coupon::Show { coupon } => {
            let id: CouponId = parse("coupon", &coupon)?;
            let report = coupon_report(platform, &ctx, id).await?;
            session.out.facts(&report, COUPON)?;
            let list = ListRequest::default();
            let page = redemption_reports(platform, &ctx, id, &list).await?;
            let rows = serde_json::to_value(&page.items).map_err(Error::internal)?;
            session.out.section(
                "Redemptions",
                &rows,
                columns![
                    ("redeemed", "/redeemed_at"),
                    ("customer", "/customer_id"),
                    ("subscription", "/subscription_id"),
                    ("cost", "/cost"),
                    ("given back", "/given_back_at"),
                ],
            )
        }
        Coupon::Create { draft, seller } => {
            let seller_id: AccountId = match seller {
                Some(named) => parse("seller", &named)?,
                None => ctx.principal.account,
            };
            let create = CouponCreate {
                seller_id,
                input: draft.input()?,
            };
            let view = coupon_create(platform, &ctx, &create).await?;
            session.settle().await?;
            session.out.facts(&view, COUPON)
        }
        Coupon::Update {
            coupon,
            draft,
            version,
        } => {
            let update = CouponUpdate {
                id: parse("coupon", &coupon)?,
                version,
                input: draft.input()?,
            };
            let view = coupon_update(platform, &ctx, &update).await?;
            session.settle().await?;
            session.out.facts(&view, COUPON)
        }
        Coupon::End { coupon } => {
            let id: CouponId = parse("coupon", &coupon)?;
            let view = coupon_end(platform, &ctx, id, None).await?;
            session.settle().await?;
            session.out.facts(&view, COUPON)
        }
    }
}

impl Draft {
    fn input(self) -> Result<CouponInput> {
        if let Some(file) = &self.file {
            return input::json("file", file);
        }
        let benefit = self.benefit()?;
        let budget = match &self.budget {
            Some(text) => Some(self.money("budget", text)?),
            None => None,
        };
        let day = |field: &str, text: &Option<String>| {
            let text = text.as_deref();
            text.map(|text| time::parse_date(field, text)).transpose()
        };
        Ok(CouponInput {
            name: Text::en(self.name.clone().unwrap_or_default()),
            code: self.code.clone(),
            benefit,
            scope: DiscountScope {
                products: ids::<ProductId>("product", &self.products)?,
                plans: ids::<PlanId>("plan", &self.plans)?,
                items: ids::<ItemId>("item", &self.items)?,
                covers: match &self.off {
                    Some(word) => word.parse().map_err(|error: Error| error.at("off"))?,
                    None => Covers::default(),
                },
            },
            periods: self.periods,
            limits: CouponLimits {
                valid_from: day("from", &self.from)?,
                valid_until: day("until", &self.until)?,
                max_redemptions: self.max,
                max_per_customer: self.max_per_customer,
                budget,
                new_customers_only: self.new_customers,
                customers: ids::<AccountId>("customer", &self.customers)?,
            },
        })
    }

    fn benefit(&self) -> Result<Benefit> {
        match (&self.percent, &self.amount, &self.price, self.trial_days) {
            (Some(percent), None, None, None) => Ok(Benefit::Percentage {
                percent: parse_decimal("percent", percent, &Limits::any())?,
            }),
            (None, Some(amount), None, None) => Ok(Benefit::Amount {
                amount: self.money("amount", amount)?,
            }),
            (None, None, Some(price), None) => Ok(Benefit::PriceOverride {
                amount: self.money("price", price)?,
            }),
            (None, None, None, Some(days)) => Ok(Benefit::TrialExtension { days }),
            _ => Err(Error::invalid(
                "percent",
                "required",
                "say what it gives: one of --percent, --amount, --price, --trial-days",
            )),
        }
    }

    fn money(&self, field: &str, text: &str) -> Result<Money> {
        let code = self.currency.as_deref().ok_or_else(|| {
            Error::invalid(
                "currency",
                "required",
                "amounts need a currency: --currency EUR",
            )
        })?;
        let currency: Currency = parse("currency", code)?;
        Money::parse_amount(field, text, currency)
    }
}

fn ids<T: std::str::FromStr<Err = Error>>(argument: &str, named: &[String]) -> Result<Vec<T>> {
    named.iter().map(|text| parse(argument, text)).collect()
}
