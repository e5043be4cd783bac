//! Price models applied to quantities.

use serde_json::{Value, json};
use tradewind_kernel::{
    Date, Decimal,
    calendar::{add_months, days_between, period},
};
use tradewind_pricing::{
    PartKind, PriceKind, PriceModel, Rated, Ratio, Step, Tier, TierBounds, Usage, ZeroUsage,
    aggregate::{gauge, graduated_held},
    rate,
};

use super::{
    Computed,
    calendar::month,
    case::{
        Input, Outcome, Trouble, billable, date, decimal, exact, list, money, published, shown,
        unsupported, whole,
    },
    conventions::zero_usage,
};

/// How the tiers of a case are written.
pub(super) struct Tiers {
    pub(super) tiers: Vec<Tier>,
    bounds: TierBounds,
    percent: bool,
    /// Up to where the last tier of blocks goes.
    limit: Option<Decimal>,
}

/// Reads tiers given by their upper bound, by their first unit, or by blocks.
pub(super) fn read_tiers(input: &Input<'_>) -> Outcome<Tiers> {
    let rows = input.list("tiers")?;
    let mut read = Tiers {
        tiers: Vec::new(),
        bounds: TierBounds::UpperInclusive,
        percent: false,
        limit: None,
    };
    let conv = input.case.conv.to_lowercase();
    if conv.contains("upper bound exclusive") || conv.contains("lower bound inclusive") {
        read.bounds = TierBounds::LowerInclusive;
    }
    let mut upper = Decimal::ZERO;
    for (i, row) in rows.iter().enumerate() {
        let row = input.inner(row, "tiers")?;
        let number = |key| Ok::<_, Trouble>(row.maybe_decimal(key)?.unwrap_or_default());
        let mut tier = Tier::new(None, number("unit")?).with_flat(number("flat")?);
        // Where a tier begins follows from the one before; a remark says in words which tier is meant.
        row.maybe("from_");
        row.maybe("at");
        if let Some(percent) = row.maybe_decimal("pct")? {
            tier.unit_price = percent;
            read.percent = true;
        }
        if let Some(block) = row.maybe_decimal("block")? {
            tier.unit_price = row.decimal("price")?;
            tier.package = Some(block);
            if let Some(blocks) = row.maybe_decimal("max_blocks")? {
                upper += block * blocks;
                tier.up_to = Some(upper);
            }
        } else if row.has("first") {
            row.decimal("first")?;
            read.bounds = TierBounds::LowerInclusive;
            let next = rows
                .get(i + 1)
                .map(|next| input.inner(next, "tiers"))
                .transpose()?;
            tier.up_to = next.map(|next| next.decimal("first")).transpose()?;
        } else {
            tier.up_to = row.maybe_decimal("to")?;
        }
        if i + 1 == rows.len() {
            read.limit = tier.up_to.filter(|_| tier.package.is_some());
            // Nothing is published beyond the last bound.
            tier.up_to = None;
        }
        row.finish()?;
        read.tiers.push(tier);
    }
    Ok(read)
}

impl Tiers {
    pub(super) fn graduated(&self, zero_usage: ZeroUsage) -> PriceModel {
        let mut tiers = self.tiers.clone();
        // Blocks of the last tier that go beyond its most are not billed: that is how Kill Bill counts them.
        if let (Some(limit), Some(last)) = (self.limit, tiers.last_mut()) {
            last.up_to = Some(limit);
            tiers.push(Tier::new(None, Decimal::ZERO));
        }
        PriceModel::new(if self.percent {
            PriceKind::GraduatedPercentage { tiers, zero_usage }
        } else {
            PriceKind::Graduated { tiers, zero_usage }
        })
    }

    pub(super) fn volume(&self, zero_usage: ZeroUsage) -> PriceModel {
        PriceModel::new(PriceKind::Volume {
            tiers: self.tiers.clone(),
            zero_usage,
            bounds: self.bounds,
        })
    }

    /// The model that the words of a case mean.
    pub(super) fn by_words(&self, input: &Input<'_>) -> Outcome<PriceModel> {
        let words = input.case.words();
        let any = |list: &[&str]| list.iter().any(|word| words.contains(word));
        let zero = zero_usage(input.case);
        // Kill Bill's top tier is Lago's volume, and its all tiers are graduated, whatever the tiers are made of.
        if input.case.conv.contains("TOP_TIER") {
            return Ok(self.volume(zero));
        }
        if input.case.conv.contains("ALL_TIERS") {
            return Ok(self.graduated(zero));
        }
        // The area decides, where it names a model; else whatever is said about the list.
        match input.case.area.as_str() {
            "usage-volume" => return Ok(self.volume(zero)),
            "usage-graduated" | "usage-percentage" => return Ok(self.graduated(zero)),
            _ => {}
        }
        let (volume, graduated) = (
            any(&["volume", "top_tier", "reprice"]),
            any(&["graduated", "all_tiers", "percentage", "incremental"]),
        );
        // What both are said of is asked for by both names.
        if volume && graduated && !any(&["tieredvolume", "tieredgraduated"]) {
            return unsupported("the tiers are said to be both graduated and by volume");
        }
        if volume {
            Ok(self.volume(zero))
        } else if graduated {
            Ok(self.graduated(zero))
        } else {
            unsupported("nothing says whether the tiers are graduated or by volume")
        }
    }
}

pub(super) fn apply(model: &PriceModel, quantity: Decimal) -> Outcome<Rated> {
    let usage = match model.kind {
        PriceKind::GraduatedPercentage { .. } => Usage::Total {
            amount: quantity,
            events: 1,
        },
        _ => Usage::Quantity(quantity),
    };
    Ok(rate(model, &usage)?)
}

/// The parts that cost something.
fn lines(rated: &Rated) -> Vec<Value> {
    rated
        .parts
        .iter()
        .filter(|part| !part.amount.is_zero())
        .map(|part| exact(part.amount))
        .collect()
}

/// The price of a case: tiers, packages, blocks or units, with what bounds it.
pub(super) fn model(input: &Input<'_>) -> Outcome<PriceModel> {
    let model = if input.has("tiers") {
        read_tiers(input)?.by_words(input)?
    } else if input.has("package") {
        package_price(input.decimal("package")?, input.decimal("price")?)
    } else if input.has("block") {
        package_price(input.decimal("block")?, input.decimal("price")?)
    } else {
        PriceModel::per_unit(input.decimal("unit")?)
    };
    bounded(input, model)
}

/// A price with what a case says about its least and largest amount and its free units.
fn bounded(input: &Input<'_>, mut model: PriceModel) -> Outcome<PriceModel> {
    let number = |keys: [&str; 2]| {
        keys.into_iter()
            .find(|key| input.has(key))
            .map_or(Ok(None), |key| input.maybe_decimal(key))
    };
    model.maximum = number(["max", "cap"])?;
    model.minimum = number(["minimum", "min"])?;
    model.included = input.maybe_decimal("free_units")?.unwrap_or_default();
    Ok(model)
}

/// What quantities cost, under one key or in a list.
fn amounts(input: &Input<'_>, model: &PriceModel, values: &Value) -> Outcome<Computed> {
    if let Value::Array(values) = values {
        let mut amounts = Vec::new();
        for quantity in values {
            let rated = apply(model, decimal(quantity)?)?;
            amounts.push(billable(input, rated.exact)?);
        }
        return Ok(Computed::from_iter([
            ("amounts".to_owned(), amounts.clone().into()),
            ("totals".to_owned(), amounts.into()),
        ]));
    }
    let rated = apply(model, decimal(values)?)?;
    let total = billable(input, rated.exact)?;
    Ok(Computed::from_iter([
        ("total".to_owned(), total.clone()),
        ("amount".to_owned(), total),
        ("lines".to_owned(), lines(&rated).into()),
    ]))
}

/// Units at one price.
pub(super) fn per_unit(input: &Input<'_>) -> Outcome<Computed> {
    amounts(input, &model(input)?, input.value("units")?)
}

/// Tiers applied to one quantity or to several.
pub(super) fn tiers(input: &Input<'_>) -> Outcome<Computed> {
    let tiers = read_tiers(input)?;
    let zero = zero_usage(input.case);
    let key = if input.has("totals") {
        "totals"
    } else {
        "units"
    };
    let values = input.value(key)?;
    let mut computed = Computed::new();
    // Published side by side, whatever the area is called.
    for (name, model) in [
        ("graduated", tiers.graduated(zero)),
        ("volume", tiers.volume(zero)),
    ] {
        let model = bounded(input, model)?;
        let mut found = amounts(input, &model, values)?;
        let all = found.remove("total").or_else(|| found.remove("totals"));
        computed.insert(name.to_owned(), all.unwrap_or_default());
    }
    match tiers.by_words(input) {
        Ok(model) => computed.extend(amounts(input, &bounded(input, model)?, values)?),
        // Unsaid, but perhaps not asked for either.
        Err(Trouble::Unsupported(_)) => {}
        Err(other) => return Err(other),
    }
    Ok(computed)
}

pub(super) fn package_price(size: Decimal, amount: Decimal) -> PriceModel {
    PriceModel::new(PriceKind::Package { size, amount })
}

/// Packages, for several quantities or several free quantities.
pub(super) fn package(input: &Input<'_>) -> Outcome<Computed> {
    let mut model = package_price(input.decimal("package")?, input.decimal("price")?);
    model.maximum = input.maybe_decimal("max")?;
    model.minimum = input.maybe_decimal("minimum")?;
    let units = match input.value("units")? {
        Value::Array(units) => units.iter().map(decimal).collect::<Outcome<Vec<_>>>()?,
        unit => vec![decimal(unit)?],
    };
    let free = match input.maybe("free_units") {
        Some(Value::Array(free)) => free.iter().map(decimal).collect::<Outcome<Vec<_>>>()?,
        Some(free) => vec![decimal(free)?],
        None => vec![Decimal::ZERO],
    };
    let mut amounts = Vec::new();
    for units in &units {
        for free in &free {
            let model = model.clone().with_included(*free);
            amounts.push(billable(input, apply(&model, *units)?.exact)?);
        }
    }
    let first = amounts.first().cloned().unwrap_or_default();
    let mut also = Vec::new();
    if let Some(others) = input.maybe("also") {
        for other in list(others)? {
            let other = input.inner(other, "also")?;
            let mut tier = Tier::new(None, other.decimal("unit")?);
            tier.flat = other.maybe_decimal("flat")?.unwrap_or_default();
            let mut model = PriceModel::new(PriceKind::Graduated {
                tiers: vec![tier],
                zero_usage: zero_usage(input.case),
            });
            model.maximum = other.maybe_decimal("cap")?;
            also.push(exact(apply(&model, other.decimal("units")?)?.exact));
            other.finish()?;
        }
    }
    Ok(Computed::from_iter([
        ("package".to_owned(), first.clone()),
        ("total".to_owned(), first),
        ("amounts".to_owned(), amounts.clone().into()),
        ("totals".to_owned(), amounts.into()),
        ("also".to_owned(), also.into()),
    ]))
}

/// Units at any price, period by period.
pub(super) fn by_period(input: &Input<'_>) -> Outcome<Computed> {
    let model = model(input)?;
    let mut amounts = Vec::new();
    for units in input.decimals("units_by_period")? {
        amounts.push(shown(money(input, apply(&model, units)?.exact)?));
    }
    Ok(Computed::from_iter([(
        "amounts".to_owned(),
        amounts.into(),
    )]))
}

/// A step by the largest value of each period.
pub(super) fn capacity(input: &Input<'_>) -> Outcome<Computed> {
    let mut steps = Vec::new();
    for row in input.list("tiers")? {
        let row = input.inner(row, "tiers")?;
        steps.push(Step {
            up_to: row.maybe_decimal("max")?,
            amount: row.decimal("price")?,
            tag: None,
        });
        row.finish()?;
    }
    let model = PriceModel::new(PriceKind::Stairstep {
        steps,
        zero_usage: zero_usage(input.case),
        bounds: TierBounds::UpperInclusive,
    });
    let mut amounts = Vec::new();
    for points in input.list("points_by_period")? {
        let values = list(points)?
            .iter()
            .map(decimal)
            .collect::<Outcome<Vec<_>>>()?;
        let peak = values.into_iter().max().unwrap_or_default();
        amounts.push(billable(input, apply(&model, peak)?.exact)?);
    }
    Ok(Computed::from_iter([(
        "amounts".to_owned(),
        amounts.into(),
    )]))
}

/// A percentage of events, of which some are free. Published are the running totals of the first events only.
pub(super) fn percentage(input: &Input<'_>) -> Outcome<Computed> {
    let number = |key| input.maybe_decimal(key);
    let model = PriceModel::new(PriceKind::Percentage {
        percent: input.decimal("rate_pct")?,
        per_event: number("fixed_per_event")?.unwrap_or_default(),
        free_events: input
            .maybe("free_events")
            .map(whole)
            .transpose()?
            .and_then(|count| u64::try_from(count).ok()),
        free_amount: number("free_total")?,
        min_per_event: number("min_per_event")?,
        max_per_event: number("max_per_event")?,
    });
    let amounts = event_amounts(input, &model)?;
    let rated = rate(&model, &Usage::Amounts(&amounts))?;
    let part = |kind| rated.parts.iter().find(|part| part.kind == kind);
    let amount = |kind| part(kind).map_or(Decimal::ZERO, |part| part.amount);
    let events = part(PartKind::Events).map_or(Decimal::ZERO, |part| part.quantity);
    Ok(Computed::from_iter([
        ("amount".to_owned(), billable(input, rated.exact)?),
        ("total".to_owned(), billable(input, rated.exact)?),
        (
            "parts".to_owned(),
            json!({
                "percent": exact(amount(PartKind::Percentage)),
                "fixed": exact(amount(PartKind::Events)),
                "raised": exact(amount(PartKind::EventMinimum)),
                "lowered": exact(amount(PartKind::EventMaximum)),
                "paid_events": exact(events),
            }),
        ),
    ]))
}

/// The amounts of single events: listed, or as far as running totals and their number give them.
fn event_amounts(input: &Input<'_>, model: &PriceModel) -> Outcome<Vec<Decimal>> {
    for key in ["amounts", "event_amounts", "events"] {
        if matches!(input.maybe(key), Some(Value::Array(_))) {
            let amounts = input.decimals(key)?;
            let sum: Decimal = amounts.iter().copied().sum();
            if input
                .maybe_decimal("total")?
                .is_some_and(|total| total != sum)
            {
                return unsupported(format!("the events come to {sum}, not to the total"));
            }
            let count = i64::try_from(amounts.len()).unwrap_or_default();
            if let Some(events) = input.maybe("events").filter(|events| events.is_number())
                && whole(events)? != count
            {
                return unsupported(format!("{count} events are listed, not {events}"));
            }
            return Ok(amounts);
        }
    }
    let running = match input.maybe("running_totals") {
        Some(_) => input.decimals("running_totals")?,
        None => Vec::new(),
    };
    let mut amounts = Vec::new();
    let mut known = Decimal::ZERO;
    for total in running {
        amounts.push(total - known);
        known = total;
    }
    let total = input.decimal("total")?;
    let Ok(events) = usize::try_from(input.whole("events")?) else {
        return unsupported("a number of events is zero or more");
    };
    let rest = events.saturating_sub(amounts.len());
    if rest == 0 {
        if total != known {
            return unsupported("the running totals do not end with the total");
        }
        return Ok(amounts);
    }
    let PriceKind::Percentage {
        free_events,
        free_amount,
        min_per_event,
        max_per_event,
        ..
    } = &model.kind
    else {
        return unsupported("expected a percentage");
    };
    // One event has what is left; of several it makes a difference who has what, where each is bounded by itself or
    // where some of them are still free.
    if rest > 1 {
        let used = u64::try_from(amounts.len()).unwrap_or_default();
        let still_free = free_events.is_some_and(|free| free > used)
            && free_amount.is_none_or(|free| free > known)
            || free_events.is_none() && free_amount.is_some_and(|free| free > known);
        if min_per_event.is_some() || max_per_event.is_some() || still_free {
            return unsupported("the amounts of single events are not published");
        }
    }
    amounts.push(total - known);
    amounts.resize(amounts.len() + rest - 1, Decimal::ZERO);
    Ok(amounts)
}

/// `[day, change]`
fn changes(input: &Input<'_>) -> Outcome<Vec<(Date, Decimal)>> {
    input
        .list("events")?
        .iter()
        .map(|event| match list(event)? {
            [day, by] => Ok((date(day)?, decimal(by)?)),
            _ => unsupported("expected a day and a change"),
        })
        .collect()
}

/// Units that are held, each change for the days left of the month, its own included.
pub(super) fn held(input: &Input<'_>) -> Outcome<Computed> {
    let tiers = if input.has("tiers") {
        read_tiers(input)?.tiers
    } else {
        vec![Tier::new(None, input.decimal("unit")?)]
    };
    let first = format!("{}-01", input.text("month")?);
    let Ok(first) = first.parse::<Date>() else {
        return unsupported(format!("{first} is not a date"));
    };
    let end = add_months(first, 1)?;
    let mut all = Vec::new();
    let mut running = Vec::new();
    for (day, by) in changes(input)? {
        all.push((
            Ratio::new(days_between(day, end), days_between(first, end))?,
            by,
        ));
        let amount = graduated_held(&tiers, zero_usage(input.case), Decimal::ZERO, &all)?;
        running.push(shown(money(input, amount)?));
    }
    Ok(Computed::from_iter([(
        "running".to_owned(),
        running.into(),
    )]))
}

/// A gauge averaged over each month that is asked for.
pub(super) fn gauges(input: &Input<'_>) -> Outcome<Computed> {
    let start = input.date("sub_start")?;
    let model = model(input)?;
    let position = |date: Date| days_between(start, date);
    let changes: Vec<(i64, Decimal)> = changes(input)?
        .into_iter()
        .map(|(day, by)| (position(day), by))
        .collect();
    let mut months: Vec<(i8, &String)> = input
        .case
        .expect
        .keys()
        .filter_map(|key| Some((month(key)?, key)))
        .collect();
    months.sort_unstable();
    let mut computed = Computed::new();
    for (month, name) in months {
        let year = if month < start.month() {
            start.year() + 1
        } else {
            start.year()
        };
        let Ok(first) = Date::new(year, month, 1) else {
            return unsupported(format!("{name} is not a month"));
        };
        let all = period(first, tradewind_kernel::calendar::Cadence::MONTHLY, 0)?;
        // What was changed before the month is carried over into it.
        let (before, within): (Vec<_>, Vec<_>) = changes
            .iter()
            .partition(|(at, _)| *at < position(all.start));
        let carried: Decimal = before.iter().map(|(_, by)| *by).sum();
        let month = gauge(carried, &within, position(all.start), position(all.end))?;
        let amount = money(input, apply(&model, month.average)?.exact)?;
        computed.insert(
            name.clone(),
            json!({"units": published(month.average), "amount": shown(amount)}),
        );
        computed.insert("carry_over".to_owned(), exact(month.last));
    }
    Ok(computed)
}
