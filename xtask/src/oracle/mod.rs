//! `cargo xtask oracle`: amounts that other billing engines publish, computed by the pricing code.
//!
//! A case names a convention and gives inputs and expected amounts. The runner turns the convention into policies and
//! the inputs into calls of the pricing crate; it has no arithmetic of money of its own. Which calls are made follows
//! from the area and the keys of a case, never from its id, so that further cases of the same kinds need no new code.

mod calendar;
mod case;
mod compare;
mod conventions;
mod documents;
mod fees;
mod late;
mod minimums;
mod plans;
mod prices;
mod repairs;
mod stubs;

use std::path::PathBuf;

use anyhow::{Context, Result, bail};
use serde_json::{Map, Value};

use case::{Case, Input, Trouble};
use compare::differences;

/// What `cargo xtask oracle` can be told.
#[derive(clap::Args)]
pub(crate) struct Options {
    /// File of cases, one JSON object a line [default: the cases kept in crates/pricing/oracle]
    #[arg(long, value_name = "FILE")]
    cases: Option<PathBuf>,
}

/// What became of a case.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    Passed,
    /// Expected and computed values that differ.
    Failed(String),
    /// Why the runner cannot say.
    Unsupported(String),
}

/// Runs all cases of a file and prints what became of each.
pub(crate) fn run(options: &Options) -> Result<()> {
    let kept = kept_files();
    let file = options.cases.clone().unwrap_or_else(|| kept.0.clone());
    let text = read(&file)?;
    let (mut passed, mut failed, mut unsupported) = (0_u32, 0_u32, 0_u32);
    let known = format!("{}\n{}", read(&kept.1)?, read(&kept.0)?);
    for (id, verdict) in judge(&text, &known)? {
        match verdict {
            Verdict::Passed => {
                passed += 1;
                println!("pass         {id}");
            }
            Verdict::Failed(why) => {
                failed += 1;
                println!("fail         {id}: {why}");
            }
            Verdict::Unsupported(why) => {
                unsupported += 1;
                println!("unsupported  {id}: {why}");
            }
        }
    }
    println!("{passed} passed, {failed} failed, {unsupported} unsupported");
    if failed > 0 {
        bail!("{failed} cases differ from what is published");
    }
    Ok(())
}

/// The cases, and the price lists that cases refer to without being among them.
fn kept_files() -> (PathBuf, PathBuf) {
    let folder = crate::repository_root().join("crates/pricing/oracle");
    (
        folder.join("billing-cases.jsonl"),
        folder.join("price-lists.jsonl"),
    )
}

fn read(file: &std::path::Path) -> Result<String> {
    std::fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))
}

/// Judges every case of a text; `lists` holds what cases may refer to besides each other.
fn judge(text: &str, lists: &str) -> Result<Vec<(String, Verdict)>> {
    let cases = case::parse(text)?;
    // What the text itself says about a case comes before what is known besides.
    let mut known = cases.clone();
    known.extend(case::parse(lists)?);
    Ok(cases
        .iter()
        .map(|case| (case.id.clone(), judge_one(case, &known)))
        .collect())
}

fn judge_one(case: &Case, known: &[Case]) -> Verdict {
    let case = match case.resolved(known) {
        Ok(case) => case,
        Err(why) => return Verdict::Unsupported(why),
    };
    let input = Input::new(&case);
    let computed = match compute(&input).and_then(|value| input.finish().map(|()| value)) {
        Ok(computed) => computed,
        Err(Trouble::Unsupported(why)) => return Verdict::Unsupported(why),
        Err(Trouble::Refused(why)) => return Verdict::Failed(format!("refused: {why}")),
    };
    let mut failures = Vec::new();
    for (key, expected) in &case.expect {
        if key == "note" {
            continue;
        }
        let Some(computed) = computed.get(key) else {
            return Verdict::Unsupported(format!("nothing computes \"{key}\" here"));
        };
        failures.extend(differences(key, expected, computed));
    }
    if failures.is_empty() {
        Verdict::Passed
    } else {
        Verdict::Failed(failures.join("; "))
    }
}

type Computed = Map<String, Value>;
type Handler = fn(&Input<'_>) -> case::Outcome<Computed>;

/// Which keys lead to which computation; the first whose keys are all there computes the case.
const HANDLERS: &[(&[&str], Handler)] = &[
    (&["continues", "change_policy"], plans::change_by_policy),
    (&["base", "addon"], plans::with_add_on),
    (&["segments", "target"], stubs::segments),
    (&["bcd", "start", "target"], stubs::one_segment),
    (&["trailing_from", "end"], stubs::trailing),
    (&["cases"], late::cases),
    (&["price", "bcd", "trial_start"], stubs::after_trial),
    (&["free", "change_on", "price"], stubs::after_free),
    (&["price", "bcd", "first_paid"], calendar::every_month),
    (&["bcd", "points", "tz"], calendar::usage_by_month),
    (&["price", "bcd", "billed", "cancel"], repairs::cancelled),
    (&["billed", "change_on"], repairs::changed),
    (&["billed", "changes"], repairs::changed_again),
    (&["price", "bcd", "start"], stubs::recurring),
    (&["unpaid", "credit"], documents::account_credit),
    (&["children"], documents::parent_invoice),
    (&["late_points"], late::past_periods),
    (&["points_by_period"], prices::capacity),
    (&["units_by_period"], prices::by_period),
    (&["rate_pct"], prices::percentage),
    (&["events", "month"], prices::held),
    (&["events", "sub_start"], prices::gauges),
    (&["snapshots"], late::snapshots),
    (&["already_billed", "units"], late::last_line),
    (&["already", "new"], late::next_line),
    (&["tiers"], prices::tiers),
    (&["package"], prices::package),
    (&["from_", "upgrade_on"], plans::upgrade),
    (&["from_", "requested"], plans::at_end_of_period),
    (&["start", "upgrade_on", "to"], plans::upgrade_in_trial),
    (&["first", "upgrade_on"], plans::in_arrears),
    (&["price", "trial_days", "start"], stubs::billed_after_trial),
    (&["charge", "terminate"], fees::with_charge_minimum),
    (&["plan_fee", "calendar"], minimums::by_calendar),
    (&["plan_fee", "min_commitment"], minimums::by_usage),
    (&["plan_fee", "threshold"], documents::threshold),
    (&["fees_cents", "coupons"], documents::coupons),
    (&["fees", "coupon"], documents::coupon),
    (&["price", "tax_pct", "start"], fees::with_tax),
    (&["starts"], calendar::billing_dates),
    (&["tz", "runs"], calendar::runs),
    (&["topup_credits"], documents::top_up),
    (&["price", "start", "anchor"], stubs::to_anchor),
    (&["price", "start", "cancel"], stubs::cancelled),
    (&["list_price", "anchor_day"], stubs::inclusive_term),
    (&["price", "period", "change_at"], plans::unused),
    (&["period", "change"], plans::within_period),
    (&["from_", "to", "at"], plans::at_fraction),
    (&["currency", "from_", "to"], plans::one_ratio),
    (&["anchor", "period"], calendar::from_anchor),
    (&["start", "period"], calendar::periods),
    (&["subtotal", "sets"], documents::coupon_sets),
    (&["lines_cents", "discount_cents"], documents::allocation),
    (&["line_cents", "taxes_cents"], documents::credited_taxes),
];

fn compute(input: &Input<'_>) -> case::Outcome<Computed> {
    let handler = HANDLERS
        .iter()
        .find(|(keys, _)| keys.iter().all(|key| input.has(key)));
    match handler {
        Some((_, handler)) => handler(input),
        None => Err(Trouble::Unsupported(format!(
            "no computation for area \"{}\" with these keys",
            input.case.area
        ))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kept_case_passes() {
        let (cases, lists) = kept_files();
        let verdicts = judge(&read(&cases).unwrap(), &read(&lists).unwrap()).unwrap();
        assert!(verdicts.len() >= 95);
        let wrong: Vec<_> = verdicts
            .iter()
            .filter(|(_, verdict)| *verdict != Verdict::Passed)
            .collect();
        assert!(wrong.is_empty(), "{wrong:#?}");
    }

    /// Every value of an expectation, changed one at a time.
    fn falsified(value: &Value) -> Vec<Value> {
        match value {
            Value::Array(values) => (0..values.len())
                .flat_map(|i| {
                    falsified(&values[i])
                        .into_iter()
                        .map(move |wrong| (i, wrong))
                })
                .map(|(i, wrong)| {
                    let mut all = values.clone();
                    all[i] = wrong;
                    Value::Array(all)
                })
                .collect(),
            Value::Object(values) => values
                .iter()
                .filter(|(key, _)| *key != "note")
                .flat_map(|(key, value)| {
                    falsified(value).into_iter().map(move |wrong| {
                        let mut all = values.clone();
                        all.insert(key.clone(), wrong);
                        Value::Object(all)
                    })
                })
                .collect(),
            // By more than one: two lines of a change whose moment is not published leave room for one.
            Value::Number(number) => vec![Value::from(number.as_i64().unwrap() + 7)],
            Value::String(text) => {
                let last = text.rfind(|c: char| c.is_ascii_digit());
                let mut wrong = text.clone();
                match last {
                    Some(at) => {
                        let digit = (text.as_bytes()[at] - b'0' + 1) % 10;
                        wrong.replace_range(at..=at, &digit.to_string());
                    }
                    None => wrong.push('!'),
                }
                vec![Value::String(wrong)]
            }
            _ => Vec::new(),
        }
    }

    #[test]
    fn no_case_passes_with_any_value_falsified() {
        let (cases, lists) = kept_files();
        let cases = case::parse(&read(&cases).unwrap()).unwrap();
        let mut known = case::parse(&read(&lists).unwrap()).unwrap();
        known.extend(cases.iter().cloned());
        let mut tried = 0;
        for case in &cases {
            for wrong in falsified(&Value::Object(case.expect.clone())) {
                let Value::Object(expect) = wrong else {
                    continue;
                };
                let wrong = Case {
                    expect,
                    ..case.clone()
                };
                tried += 1;
                let verdict = judge_one(&wrong, &known);
                assert_ne!(verdict, Verdict::Passed, "{}: {:?}", case.id, wrong.expect);
            }
        }
        assert!(tried > 300, "{tried}");
    }

    #[test]
    fn a_wrong_amount_fails_and_an_unknown_key_is_not_guessed() {
        let judge = |line: &str| judge(line, "").unwrap().remove(0).1;
        let case = |input: &str, expect: &str| {
            format!(
                r#"{{"id":"X","area":"usage-package","src":"","conv":"ceil","input":{input},"expect":{expect},"recomputed":true}}"#
            )
        };
        let good = case(
            r#"{"package":10,"price":"15","units":[11]}"#,
            r#"{"totals":["30"]}"#,
        );
        assert_eq!(judge(&good), Verdict::Passed);
        let wrong = case(
            r#"{"package":10,"price":"15","units":[11]}"#,
            r#"{"totals":["31"]}"#,
        );
        assert_eq!(
            judge(&wrong),
            Verdict::Failed("totals.0: expected 31, computed 30".to_owned())
        );
        let unknown = case(
            r#"{"package":10,"price":"15","units":[11],"moon":1}"#,
            r#"{"totals":["30"]}"#,
        );
        assert!(matches!(judge(&unknown), Verdict::Unsupported(why) if why.contains("moon")));
    }
}
