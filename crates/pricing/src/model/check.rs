//! What makes a price model a valid one.

use std::collections::BTreeSet;

use tradewind_kernel::{Decimal, Problems, Result};

use crate::prepaid::Prepaid;

use super::{MatrixRow, PriceKind, PriceModel, Step, Tier};

/// What a price is for; decides about its sign.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// The buyer pays: no price may be negative.
    Charge,
    /// The buyer gets: no price may be positive.
    Credit,
}

/// More tiers, steps or rows than anyone can read.
const MAX_ROWS: usize = 1000;
/// Months for which an included quantity is kept, at most, where it is not without end.
const MAX_MONTHS: u16 = 120;
/// Dimensions of a matrix.
const MAX_DIMENSIONS: usize = 3;

impl PriceModel {
    /// Whether this price can be charged.
    ///
    /// # Errors
    /// Names every wrong field (`tiers.1.up_to`) and what would be accepted.
    pub fn check(&self, purpose: Purpose) -> Result<()> {
        let mut check = Check {
            purpose,
            problems: Problems::new(),
        };
        check.kind(&self.kind);
        check.not_negative("included", self.included);
        if !self.included.is_zero() && !takes_included(&self.kind) {
            let hint = match self.kind {
                PriceKind::Matrix { .. } => "give it in the rows instead",
                PriceKind::Percentage { .. } => "use free_events and free_amount instead",
                _ => "it costs the same whatever the quantity; leave it out",
            };
            check.problems.add(
                "included",
                "not_applicable",
                format!(
                    "a {} price has no included quantity; {hint}",
                    self.kind.name()
                ),
            );
        }
        if let Some(prepaid) = &self.prepaid {
            check.prepaid(prepaid, self);
        }
        check.between("", self.minimum, self.maximum);
        check.problems.finish()
    }
}

/// Whether an included quantity means something for this kind of price.
const fn takes_included(kind: &PriceKind) -> bool {
    matches!(
        kind,
        PriceKind::PerUnit { .. }
            | PriceKind::Graduated { .. }
            | PriceKind::Volume { .. }
            | PriceKind::Stairstep { .. }
            | PriceKind::Package { .. }
            | PriceKind::GraduatedPercentage { .. }
            | PriceKind::PassThrough { .. }
    )
}

struct Check {
    purpose: Purpose,
    problems: Problems,
}

impl Check {
    fn kind(&mut self, kind: &PriceKind) {
        match kind {
            PriceKind::Flat { amount } => self.price("amount", *amount),
            PriceKind::PerUnit { unit_price } => self.price("unit_price", *unit_price),
            PriceKind::Graduated { tiers, .. }
            | PriceKind::Volume { tiers, .. }
            | PriceKind::GraduatedPercentage { tiers, .. } => self.tiers(tiers),
            PriceKind::Stairstep { steps, .. } => self.steps(steps),
            PriceKind::Package { size, amount } => {
                self.positive("size", *size);
                self.price("amount", *amount);
            }
            PriceKind::Percentage {
                percent,
                per_event,
                free_amount,
                min_per_event,
                max_per_event,
                ..
            } => {
                self.price("percent", *percent);
                self.price("per_event", *per_event);
                self.not_negative("free_amount", free_amount.unwrap_or_default());
                self.price("min_per_event", min_per_event.unwrap_or_default());
                self.price("max_per_event", max_per_event.unwrap_or_default());
                if let (Some(min), Some(max)) = (min_per_event, max_per_event)
                    && min.abs() > max.abs()
                {
                    self.problems.add(
                        "max_per_event",
                        "below_minimum",
                        format!("must not be less than min_per_event, which is {min}"),
                    );
                }
            }
            PriceKind::Matrix { dimensions, rows } => self.matrix(dimensions, rows),
            PriceKind::PassThrough {
                markup_percent,
                exchange_rate,
            } => {
                if *markup_percent < -Decimal::ONE_HUNDRED {
                    self.problems.add(
                        "markup_percent",
                        "out_of_range",
                        "must be at least -100: a cost cannot turn into a gain",
                    );
                }
                self.positive("exchange_rate", *exchange_rate);
            }
        }
    }

    fn price(&mut self, field: &str, value: Decimal) {
        if value.is_zero() {
            return;
        }
        match self.purpose {
            Purpose::Charge if value.is_sign_negative() => self.problems.add(
                field,
                "negative_price",
                "must be zero or more; only a credit has negative prices",
            ),
            Purpose::Credit if value.is_sign_positive() => self.problems.add(
                field,
                "positive_price",
                "must be zero or less: this is a credit",
            ),
            _ => {}
        }
    }

    fn not_negative(&mut self, field: &str, value: Decimal) {
        if value.is_sign_negative() && !value.is_zero() {
            self.problems
                .add(field, "out_of_range", "must be zero or more");
        }
    }

    fn positive(&mut self, field: &str, value: Decimal) {
        if value <= Decimal::ZERO {
            self.problems
                .add(field, "out_of_range", "must be more than zero");
        }
    }

    /// The least and the most of something: below `at` (`tiers.1.`), or of the whole price.
    fn between(&mut self, at: &str, minimum: Option<Decimal>, maximum: Option<Decimal>) {
        self.price(&format!("{at}minimum"), minimum.unwrap_or_default());
        self.price(&format!("{at}maximum"), maximum.unwrap_or_default());
        if let (Some(minimum), Some(maximum)) = (minimum, maximum)
            && minimum.abs() > maximum.abs()
        {
            self.problems.add(
                format!("{at}maximum"),
                "below_minimum",
                format!("must not be less than the minimum of {minimum}"),
            );
        }
    }

    fn prepaid(&mut self, prepaid: &Prepaid, model: &PriceModel) {
        if model.kind.is_of_amounts() {
            self.problems.add(
                "prepaid",
                "not_applicable",
                "quantities are bought ahead, not reported amounts; leave it out",
            );
        }
        if model.pooled {
            self.problems.add(
                "pooled",
                "not_applicable",
                "what is bought ahead belongs to one subscription; leave out prepaid or pooled",
            );
        }
        if model.included.is_zero() {
            self.problems.add(
                "included",
                "missing",
                "say how much is bought ahead: it is the included quantity that is kept",
            );
        }
        if prepaid.months.is_some_and(|months| months > MAX_MONTHS) {
            self.problems.add(
                "prepaid.months",
                "out_of_range",
                format!("at most {MAX_MONTHS}; leave it out for what is kept without end"),
            );
        }
        match prepaid.at_most {
            Some(_) if prepaid.months == Some(0) => self.problems.add(
                "prepaid.at_most",
                "not_applicable",
                "nothing is kept where months is 0",
            ),
            Some(most) => self.positive("prepaid.at_most", most),
            None => {}
        }
        if let Some(code) = &prepaid.per
            && code.trim().is_empty()
        {
            self.problems.add(
                "prepaid.per",
                "missing",
                "name an item of the plan by its code, or leave it out",
            );
        }
    }

    fn count(&mut self, field: &str, count: usize) {
        if count == 0 {
            self.problems
                .add(field, "missing", "needs at least one entry");
        }
        if count > MAX_ROWS {
            self.problems
                .add(field, "too_many", format!("at most {MAX_ROWS} entries"));
        }
    }

    /// Bounds must ascend, and only the last may be open.
    fn bounds(&mut self, list: &str, bounds: &[Option<Decimal>]) {
        let mut below = Decimal::ZERO;
        for (i, bound) in bounds.iter().enumerate() {
            let field = format!("{list}.{i}.up_to");
            match bound {
                Some(bound) if *bound <= below => self.problems.add(
                    field,
                    "overlapping",
                    format!("must be more than {below}, where the entry begins"),
                ),
                Some(bound) => below = *bound,
                None if i + 1 < bounds.len() => self.problems.add(
                    field,
                    "open_bound",
                    "only the last entry may be without an upper bound",
                ),
                None => {}
            }
        }
    }

    fn tiers(&mut self, tiers: &[Tier]) {
        self.count("tiers", tiers.len());
        let bounds: Vec<_> = tiers.iter().map(|tier| tier.up_to).collect();
        self.bounds("tiers", &bounds);
        if let Some(Some(_)) = bounds.last() {
            self.problems.add(
                format!("tiers.{}.up_to", bounds.len() - 1),
                "closed_bound",
                "the last tier must be without an upper bound, so that every quantity has a price",
            );
        }
        for (i, tier) in tiers.iter().enumerate() {
            self.price(&format!("tiers.{i}.unit_price"), tier.unit_price);
            self.price(&format!("tiers.{i}.flat"), tier.flat);
            self.between(&format!("tiers.{i}."), tier.minimum, tier.maximum);
            if let Some(package) = tier.package {
                self.positive(&format!("tiers.{i}.package"), package);
            }
        }
    }

    fn steps(&mut self, steps: &[Step]) {
        self.count("steps", steps.len());
        let bounds: Vec<_> = steps.iter().map(|step| step.up_to).collect();
        let all_tagged = steps.iter().all(|step| step.tag.is_some());
        // Packages that are picked by name need no bounds at all.
        if !(all_tagged && bounds.iter().all(Option::is_none)) {
            self.bounds("steps", &bounds);
        }
        let mut tags = BTreeSet::new();
        for (i, step) in steps.iter().enumerate() {
            self.price(&format!("steps.{i}.amount"), step.amount);
            let Some(tag) = &step.tag else { continue };
            let field = format!("steps.{i}.tag");
            if tag.trim().is_empty() {
                self.problems.add(field, "missing", "must not be empty");
            } else if !tags.insert(tag.as_str()) {
                self.problems
                    .add(field, "duplicate", "another step has this tag already");
            }
        }
    }

    fn matrix(&mut self, dimensions: &[String], rows: &[MatrixRow]) {
        if dimensions.is_empty() || dimensions.len() > MAX_DIMENSIONS {
            self.problems.add(
                "dimensions",
                "out_of_range",
                format!("needs one to {MAX_DIMENSIONS} names"),
            );
        }
        for (i, name) in dimensions.iter().enumerate() {
            if name.trim().is_empty() || dimensions[..i].contains(name) {
                self.problems.add(
                    format!("dimensions.{i}"),
                    "duplicate",
                    "must be a name of its own",
                );
            }
        }
        self.count("rows", rows.len());
        let mut seen = BTreeSet::new();
        for (i, row) in rows.iter().enumerate() {
            self.price(&format!("rows.{i}.unit_price"), row.unit_price);
            self.not_negative(&format!("rows.{i}.included"), row.included);
            for name in row.when.keys() {
                if !dimensions.contains(name) {
                    self.problems.add(
                        format!("rows.{i}.when.{name}"),
                        "unknown_dimension",
                        format!("expected one of {}", dimensions.join(", ")),
                    );
                }
            }
            if !seen.insert(&row.when) {
                self.problems.add(
                    format!("rows.{i}.when"),
                    "duplicate",
                    "another row is for the same values already",
                );
            }
        }
    }
}
