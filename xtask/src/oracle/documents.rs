//! Documents: coupons, tax, credit notes, account credit, consolidation.

use serde_json::{Map, Value, json};
use tradewind_kernel::{Decimal, Money, Rounding, Timestamp, Zone, decimal as number};
use tradewind_pricing::{
    credit::{pay, settle},
    cycles::end_of_day,
    discount::{
        Applies, Discount, DiscountKind, Discounted, ShareRounding, StackingOrder, StackingPolicy,
        apply,
    },
    rounding::{round_cumulative, round_line},
    tax::{TaxLine, TaxMode, TaxPolicy, TaxRate, TaxRounding, compute, proportional},
};

use super::{
    Computed,
    case::{
        Input, Outcome, billable, decimal, exact, list, money, published, shown, text, unsupported,
        whole,
    },
};

/// Credit on an account with an unpaid invoice, and the payment of the next one.
pub(super) fn account_credit(input: &Input<'_>) -> Outcome<Computed> {
    let unpaid = settle(
        money(input, input.decimal("unpaid")?)?,
        money(input, input.decimal("credit")?)?,
    )?;
    let next = settle(money(input, input.decimal("next_invoice")?)?, unpaid.credit)?;
    Ok(Computed::from_iter([
        ("invoice_balance".to_owned(), shown(unpaid.due)),
        (
            "account_balance".to_owned(),
            shown(unpaid.due.sub(unpaid.credit)?),
        ),
        ("next_payment".to_owned(), shown(next.due)),
    ]))
}

/// Children whose invoices are paid by their parent.
pub(super) fn parent_invoice(input: &Input<'_>) -> Outcome<Computed> {
    input.must_be("delegated_to_parent", &json!(true))?;
    let children: Vec<Money> = input
        .decimals("children")?
        .into_iter()
        .map(|amount| money(input, amount))
        .collect::<Outcome<_>>()?;
    let total = Money::sum(input.currency()?, children.iter().copied())?;
    let (open, _) = pay(&children, total)?;
    // Any day does: a draft that collects a day's invoices ends with its last second.
    let zone = Zone::utc();
    let day = Timestamp::from_micros(0).date_in(&zone);
    let end = end_of_day(day, &zone)?.datetime_in(&zone);
    let same_day = if end.date() == day {
        "same local day"
    } else {
        "another day"
    };
    let items: Vec<Value> = children
        .iter()
        .map(|amount| json!(["PARENT_SUMMARY", shown(*amount)]))
        .collect();
    Ok(Computed::from_iter([
        ("parent_items".to_owned(), items.into()),
        ("parent_total".to_owned(), shown(total)),
        (
            "draft_until".to_owned(),
            json!(format!("{} {same_day}", end.time().strftime("%H:%M:%S"))),
        ),
        (
            "child_balance_after_parent_paid".to_owned(),
            shown(Money::sum(input.currency()?, open)?),
        ),
    ]))
}

/// A fee and usage that was billed in part as soon as it reached a threshold.
pub(super) fn threshold(input: &Input<'_>) -> Outcome<Computed> {
    let all = input.decimal("usage_total")?;
    let threshold = input.decimal("threshold")?;
    // The first reading that reaches the threshold is billed; those before it and after it are not.
    let mut billed = Money::zero(input.currency()?);
    for key in input.numbered("usage_at_day") {
        let reading = input.decimal(key)?;
        if billed.is_zero() && reading >= threshold {
            billed = round_cumulative(reading, billed, Rounding::HalfUp)?;
        }
    }
    let usage = money(input, all)?;
    let rest = round_cumulative(all, billed, Rounding::HalfUp)?;
    let fee = money(input, input.decimal("plan_fee")?)?;
    Ok(Computed::from_iter([
        ("progressive_invoice".to_owned(), shown(billed)),
        (
            "final".to_owned(),
            json!({
                "fees": shown(fee.add(usage)?),
                "credit": shown(usage.sub(rest)?),
                "total": shown(fee.add(rest)?),
            }),
        ),
    ]))
}

/// The lines that a coupon is for, counted from 1 in the cases.
fn applies(value: Option<&Value>) -> Outcome<Applies> {
    match value {
        None => Ok(Applies::All),
        Some(Value::String(all)) if all == "all" => Ok(Applies::All),
        Some(value) => {
            let mut lines = Vec::new();
            for line in list(value)? {
                match usize::try_from(whole(line)? - 1) {
                    Ok(line) => lines.push(line),
                    Err(_) => return unsupported("lines are counted from 1"),
                }
            }
            Ok(Applies::Lines(lines))
        }
    }
}

fn kind(text: &str) -> Outcome<DiscountKind> {
    let (digits, percent) = match text.strip_suffix('%') {
        Some(digits) => (digits, true),
        None => (text, false),
    };
    match digits.parse() {
        Ok(percent_off) if percent => Ok(DiscountKind::Percentage {
            percent: percent_off,
        }),
        Ok(amount) => Ok(DiscountKind::Amount { amount }),
        Err(_) => unsupported(format!("{text:?} is not a discount")),
    }
}

/// An amount given in minor units.
fn cents(input: &Input<'_>, cents: i64) -> Outcome<Money> {
    Ok(Money::new(cents, input.currency()?))
}

/// An amount in minor units, with what is smaller than one.
fn in_cents(input: &Input<'_>, amount: Decimal) -> Outcome<Decimal> {
    let unit = Money::new(1, input.currency()?).to_decimal();
    Ok(number::div(amount, unit)?)
}

/// Tax on what the discounts leave, rounded once over the document.
fn tax_after(
    input: &Input<'_>,
    done: &Discounted,
    percents: &[Decimal],
) -> Outcome<(tradewind_pricing::tax::Taxed, Money)> {
    let rates: Vec<[TaxRate; 1]> = percents
        .iter()
        .map(|percent| [TaxRate::standard(format!("{percent} %"), *percent)])
        .collect();
    if rates.len() != done.lines.len() {
        return unsupported("there is not one tax rate for each fee");
    }
    let lines: Vec<TaxLine<'_>> = done
        .lines
        .iter()
        .zip(&rates)
        .map(|(line, rates)| TaxLine {
            amount: line.after,
            mode: TaxMode::Exclusive,
            rates,
        })
        .collect();
    let policy = TaxPolicy {
        scope: TaxRounding::PerDocument,
        ..TaxPolicy::default()
    };
    let currency = input.currency()?;
    let fees = Money::sum(currency, done.lines.iter().map(|line| line.before))?;
    let net = round_line(
        number::sub(fees.to_decimal(), done.total)?,
        currency,
        Rounding::HalfUp,
    )?;
    Ok((compute(&lines, currency, &policy)?, net))
}

/// Coupons on fees in cents, narrowest first on what remains, with shares of a hundred-thousandth of a cent.
pub(super) fn coupons(input: &Input<'_>) -> Outcome<Computed> {
    let mut fees = Vec::new();
    for fee in input.list("fees_cents")? {
        fees.push(cents(input, whole(fee)?)?);
    }
    let mut discounts = Vec::new();
    for coupon in input.list("coupons")? {
        discounts.push(read_coupon(&input.inner(coupon, "coupons")?)?);
    }
    let currency = input.currency()?;
    let policy = StackingPolicy {
        order: StackingOrder::NarrowestFirst,
        shares: ShareRounding::Places(currency.exponent() + 5),
        rounding: Rounding::HalfUp,
    };
    let done = apply(&fees, &discounts, &policy, Money::zero(input.currency()?))?;
    let (taxed, net) = tax_after(input, &done, &input.decimals("tax_pct")?)?;
    let mut precise = Vec::new();
    for line in &done.lines {
        precise.push(exact(in_cents(input, line.discount()?)?));
    }
    let mut taxes = Vec::new();
    for line in &taxed.lines {
        let exact_tax: Decimal = line.exact_taxes.iter().copied().sum();
        taxes.push(json!(
            round_line(exact_tax, currency, Rounding::HalfUp)?.minor
        ));
    }
    let fees = Money::sum(currency, fees)?;
    Ok(Computed::from_iter([
        ("precise_coupon_cents".to_owned(), precise.into()),
        ("tax_cents".to_owned(), taxes.into()),
        (
            "invoice".to_owned(),
            json!({
                "fees": fees.minor,
                "coupons": fees.sub(net)?.minor,
                "net": net.minor,
                "tax": taxed.tax.minor,
                "total": net.add(taxed.tax)?.minor,
            }),
        ),
    ]))
}

/// A coupon: a percentage, an amount, or an amount in minor units, on all lines or some.
fn read_coupon(coupon: &Input<'_>) -> Outcome<Discount> {
    let kind = match (coupon.maybe("pct"), coupon.maybe("amount_cents")) {
        (Some(percent), _) => DiscountKind::Percentage {
            percent: decimal(percent)?,
        },
        (None, Some(amount)) => DiscountKind::Amount {
            amount: cents(coupon, whole(amount)?)?.to_decimal(),
        },
        (None, None) => DiscountKind::Amount {
            amount: coupon.decimal("amount")?,
        },
    };
    let discount = Discount {
        kind,
        applies: applies(coupon.maybe("applies"))?,
    };
    coupon.finish()?;
    Ok(discount)
}

/// How the words of a convention stack coupons, each rounded as a whole.
fn stacking(input: &Input<'_>) -> StackingPolicy {
    let conv = input.case.conv.to_lowercase();
    let order = if conv.contains("percentages first") {
        StackingOrder::PercentagesFirst
    } else if conv.contains("remain") || conv.contains("narrowest") {
        StackingOrder::NarrowestFirst
    } else {
        StackingOrder::AsGiven
    };
    StackingPolicy {
        order,
        ..StackingPolicy::default()
    }
}

/// One coupon or several on fees with different taxes.
pub(super) fn coupon(input: &Input<'_>) -> Outcome<Computed> {
    let fees: Vec<Money> = input
        .decimals("fees")?
        .into_iter()
        .map(|amount| money(input, amount))
        .collect::<Outcome<_>>()?;
    let discounts = match input.maybe("coupon") {
        Some(one) => vec![read_coupon(&input.inner(one, "coupon")?)?],
        None => input
            .list("coupons")?
            .iter()
            .map(|coupon| read_coupon(&input.inner(coupon, "coupons")?))
            .collect::<Outcome<_>>()?,
    };
    let done = apply(
        &fees,
        &discounts,
        &stacking(input),
        Money::zero(input.currency()?),
    )?;
    let (taxed, net) = tax_after(input, &done, &input.decimals("tax_pct")?)?;
    Ok(Computed::from_iter([
        ("net".to_owned(), shown(net)),
        ("tax".to_owned(), shown(taxed.tax)),
        ("total".to_owned(), shown(net.add(taxed.tax)?)),
    ]))
}

/// What sets of coupons take off a subtotal.
pub(super) fn coupon_sets(input: &Input<'_>) -> Outcome<Computed> {
    let subtotal = money(input, input.decimal("subtotal")?)?;
    let policy = stacking(input);
    let mut totals = Vec::new();
    for set in input.list("sets")? {
        let mut discounts = Vec::new();
        for coupon in list(set)? {
            discounts.push(Discount::on_all(kind(text(coupon)?)?));
        }
        let done = apply(
            &[subtotal],
            &discounts,
            &policy,
            Money::zero(input.currency()?),
        )?;
        if input.case.conv.contains("order-independent") {
            discounts.reverse();
            let reversed = apply(
                &[subtotal],
                &discounts,
                &policy,
                Money::zero(input.currency()?),
            )?;
            if reversed.total != done.total {
                return unsupported("the order of the coupons makes a difference");
            }
        }
        totals.push(billable(input, done.total)?);
    }
    Ok(Computed::from_iter([(
        "discounts".to_owned(),
        totals.into(),
    )]))
}

/// A discount over lines in cents.
pub(super) fn allocation(input: &Input<'_>) -> Outcome<Computed> {
    let mut lines = Vec::new();
    for line in input.list("lines_cents")? {
        lines.push(cents(input, whole(line)?)?);
    }
    let discount = Discount::on_all(DiscountKind::Amount {
        amount: cents(input, input.whole("discount_cents")?)?.to_decimal(),
    });
    let done = apply(
        &lines,
        &[discount],
        &StackingPolicy::default(),
        Money::zero(input.currency()?),
    )?;
    let taxable: Vec<Value> = done
        .lines
        .iter()
        .map(|line| Ok(exact(in_cents(input, line.after)?)))
        .collect::<Outcome<_>>()?;
    Ok(Computed::from_iter([(
        "taxable_cents".to_owned(),
        taxable.into(),
    )]))
}

/// A part of a line credited, with its part of each tax.
pub(super) fn credited_taxes(input: &Input<'_>) -> Outcome<Computed> {
    let line = cents(input, input.whole("line_cents")?)?;
    let credited = cents(input, input.whole("credited_cents")?)?.neg()?;
    let Value::Object(taxes) = input.value("taxes_cents")? else {
        return unsupported("expected taxes by name");
    };
    let mut amounts = Vec::new();
    for tax in taxes.values() {
        amounts.push(cents(input, whole(tax)?)?);
    }
    let parts = proportional(line, &amounts, credited, Rounding::HalfUp)?;
    let mut computed: Map<String, Value> = taxes
        .keys()
        .zip(&parts)
        .map(|(name, part)| (name.clone(), json!(part.minor)))
        .collect();
    computed.insert(
        "tax".to_owned(),
        json!(Money::sum(input.currency()?, parts)?.minor),
    );
    Ok(computed)
}

/// Prepaid credit bought with more digits than a currency has.
pub(super) fn top_up(input: &Input<'_>) -> Outcome<Computed> {
    let rate = input.decimal("rate")?;
    let exact_amount = number::mul(input.decimal("topup_credits")?, rate)?;
    let paid = money(input, exact_amount)?;
    Ok(Computed::from_iter([
        ("invoice".to_owned(), shown(paid)),
        (
            "credits".to_owned(),
            published(number::div(paid.to_decimal(), rate)?),
        ),
    ]))
}
