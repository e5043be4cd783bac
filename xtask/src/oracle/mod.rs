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
mod moments;
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
    let mut computed = match compute(&input).and_then(|value| input.finish().map(|()| value)) {
        Ok(computed) => computed,
        Err(Trouble::Unsupported(why)) => return Verdict::Unsupported(why),
        Err(Trouble::Refused(why)) => return Verdict::Failed(format!("refused: {why}")),
    };
    // Where the inputs leave several answers open, what is published has to be one of them as a whole.
    let answers = match computed.remove(ONE_OF) {
        Some(Value::Array(answers)) => answers,
        _ => return compare_with(&case, &computed),
    };
    let count = answers.len();
    let mut last = None;
    for answer in answers {
        let Value::Object(answer) = answer else {
            continue;
        };
        match compare_with(&case, &answer) {
            Verdict::Failed(_) => {}
            verdict => return verdict,
        }
        last = Some(answer);
    }
    Verdict::Failed(format!(
        "none of the {count} possible answers is {}, the last being {}",
        Value::from(case.expect.clone()),
        Value::from(last.unwrap_or_default())
    ))
}

/// The key under which a computation gives several possible answers.
const ONE_OF: &str = "one of";

fn compare_with(case: &Case, computed: &Computed) -> Verdict {
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
    (&["billed", "cancel"], repairs::cancelled),
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
    (&["unit", "units"], prices::per_unit),
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
    (&["fees", "coupons"], documents::coupon),
    (&["price", "tax_pct", "start"], fees::with_tax),
    (&["starts"], calendar::billing_dates),
    (&["tz", "runs"], calendar::runs),
    (&["topup_credits"], documents::top_up),
    (&["price", "start", "anchor"], stubs::to_anchor),
    (&["price", "start", "cancel"], stubs::cancelled),
    (&["list_price", "anchor_day"], stubs::inclusive_term),
    (&["price", "period", "change_at"], moments::unused),
    (&["price", "period", "change"], moments::unused),
    (&["period", "change_at"], plans::within_period),
    (&["period", "change"], plans::within_period),
    (&["from_", "to", "at"], moments::at_fraction),
    (&["from_", "to"], moments::some_moment),
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
        let (published, lists) = kept_files();
        let restated = published.with_file_name("restated-cases.jsonl");
        let known = format!("{}\n{}", read(&lists).unwrap(), read(&published).unwrap());
        for (file, least) in [(published, 95), (restated, 127)] {
            let verdicts = judge(&read(&file).unwrap(), &known).unwrap();
            assert!(verdicts.len() >= least, "{}", verdicts.len());
            let wrong: Vec<_> = verdicts
                .iter()
                .filter(|(_, verdict)| *verdict != Verdict::Passed)
                .collect();
            assert!(wrong.is_empty(), "{wrong:#?}");
        }
    }

    /// What no input says is not guessed, and an amount that follows from the inputs alone is not taken from what is
    /// published.
    #[test]
    fn inputs_that_leave_an_amount_open_are_not_computed() {
        let judge = |area: &str, conv: &str, input: &str, expect: &str| {
            let line = format!(
                r#"{{"id":"X","area":"{area}","conv":"{conv}","input":{input},"expect":{expect}}}"#
            );
            judge(&line, "").unwrap().remove(0).1
        };
        let bounded = judge(
            "usage-percentage",
            "lago",
            r#"{"rate_pct":"2","total":"300","events":3,"max_per_event":"3"}"#,
            r#"{"amount":"6"}"#,
        );
        assert_eq!(
            bounded,
            Verdict::Unsupported("the amounts of single events are not published".to_owned())
        );
        let unsaid = judge(
            "minimum",
            "n/a",
            r#"{"tiers":[{"to":5,"unit":"2"},{"to":null,"unit":"1"}],"units":7}"#,
            r#"{"total":"12"}"#,
        );
        assert!(matches!(unsaid, Verdict::Unsupported(_)), "{unsaid:?}");
        let last_day = judge(
            "upgrade",
            "both ends inclusive",
            r#"{"period":["2024-03-01","2024-03-31"],"change":"2024-03-31","from_":"10","to":"20"}"#,
            r#"{"net":"0.32"}"#,
        );
        assert!(matches!(last_day, Verdict::Unsupported(_)), "{last_day:?}");
        // No second of any month gives back a third and charges a half.
        let no_moment = judge(
            "rounding",
            "per second",
            r#"{"currency":"JPY","from_":900,"to":1800}"#,
            r#"{"unused":-300,"charge":900}"#,
        );
        assert!(matches!(no_moment, Verdict::Failed(_)), "{no_moment:?}");
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
        let restated = read(&cases.with_file_name("restated-cases.jsonl")).unwrap();
        let cases = format!("{}\n{restated}", read(&cases).unwrap());
        let cases = case::parse(&cases).unwrap();
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
        assert!(tried > 600, "{tried}");
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
