//! Schedules from awkward anchors, periods, dates, instants and zones.

use proptest::prelude::*;
use tradewind_kernel::{
    Cadence, CadenceUnit, Date, Duration, Error, Period, Timestamp, Zone,
    calendar::{
        add_days, add_months, days_between, next_after, period, period_containing, period_index,
        schedule,
    },
    time::parse_date,
};

fn date(text: &str) -> Date {
    parse_date("date", text).unwrap()
}

fn code<T: std::fmt::Debug>(result: Result<T, Error>) -> &'static str {
    result.unwrap_err().problems()[0].code
}

fn months(anchor: &str, count: u16, upto: i64) -> String {
    let cadence = Cadence::new(CadenceUnit::Month, count);
    let dates: Vec<String> = (0..upto)
        .map(|n| schedule(date(anchor), cadence, n).unwrap().to_string())
        .collect();
    dates.join(" ")
}

#[test]
fn month_ends_do_not_drift() {
    assert_eq!(
        months("2024-01-31", 1, 6),
        "2024-01-31 2024-02-29 2024-03-31 2024-04-30 2024-05-31 2024-06-30"
    );
    assert_eq!(
        months("2023-01-30", 1, 4),
        "2023-01-30 2023-02-28 2023-03-30 2023-04-30"
    );
    assert_eq!(
        months("2023-01-29", 1, 3),
        "2023-01-29 2023-02-28 2023-03-29"
    );
    assert_eq!(
        months("2024-01-29", 1, 3),
        "2024-01-29 2024-02-29 2024-03-29"
    );
    assert_eq!(
        months("2023-11-30", 3, 4),
        "2023-11-30 2024-02-29 2024-05-30 2024-08-30"
    );
    assert_eq!(
        months("2024-12-31", 6, 3),
        "2024-12-31 2025-06-30 2025-12-31"
    );
}

#[test]
fn leap_days_come_back() {
    let yearly = |n| schedule(date("2024-02-29"), Cadence::YEARLY, n).unwrap();
    assert_eq!(yearly(1), date("2025-02-28"));
    assert_eq!(yearly(4), date("2028-02-29"));
    assert_eq!(yearly(-4), date("2020-02-29"));
    assert_eq!(yearly(76), date("2100-02-28"), "2100 is no leap year");
    assert_eq!(yearly(-24), date("2000-02-29"), "2000 was one");
}

#[test]
fn schedules_run_backwards_too() {
    let monthly = |n| schedule(date("2024-03-31"), Cadence::MONTHLY, n).unwrap();
    assert_eq!(monthly(-1), date("2024-02-29"));
    assert_eq!(monthly(-4), date("2023-11-30"));
    let weekly = Cadence::new(CadenceUnit::Week, 2);
    assert_eq!(
        schedule(date("2024-03-01"), weekly, -1).unwrap(),
        date("2024-02-16")
    );
}

#[test]
fn the_period_of_a_day_starts_on_or_before_it() {
    let anchor = date("2024-01-31");
    let of = |day: &str| {
        period_containing(anchor, Cadence::MONTHLY, date(day))
            .unwrap()
            .to_string()
    };
    assert_eq!(of("2024-01-31"), "2024-01-31/2024-02-29");
    assert_eq!(of("2024-02-28"), "2024-01-31/2024-02-29");
    assert_eq!(of("2024-02-29"), "2024-02-29/2024-03-31");
    assert_eq!(of("2024-03-30"), "2024-02-29/2024-03-31");
    assert_eq!(of("2024-01-30"), "2023-12-31/2024-01-31");
    assert_eq!(
        next_after(anchor, Cadence::MONTHLY, date("2024-02-29")).unwrap(),
        date("2024-03-31")
    );
    assert_eq!(
        next_after(anchor, Cadence::MONTHLY, date("2024-02-28")).unwrap(),
        date("2024-02-29")
    );
    let third = period(anchor, Cadence::MONTHLY, 2).unwrap();
    assert_eq!(
        (third.start, third.end, third.days()),
        (date("2024-03-31"), date("2024-04-30"), 30)
    );
}

#[test]
fn cadences_that_repeat_nothing_are_refused() {
    let day = date("2024-01-01");
    for unit in CadenceUnit::ALL {
        assert_eq!(
            code(schedule(day, Cadence::new(unit, 0), 1)),
            "unusable_cadence"
        );
    }
    let hourly = Cadence::new(CadenceUnit::Hour, 24);
    assert_eq!(code(schedule(day, hourly, 1)), "unusable_cadence");
    assert_eq!(
        code(period_containing(day, hourly, day)),
        "unusable_cadence"
    );
}

#[test]
fn the_end_of_the_calendar_is_an_error() {
    let day = date("2024-01-31");
    for n in [i64::MAX, i64::MIN, 1_000_000] {
        for unit in [
            CadenceUnit::Day,
            CadenceUnit::Week,
            CadenceUnit::Month,
            CadenceUnit::Year,
        ] {
            assert_eq!(
                code(schedule(day, Cadence::new(unit, u16::MAX), n)),
                "out_of_range",
                "{n} {unit:?}"
            );
        }
        assert!(period(day, Cadence::MONTHLY, n).is_err());
    }
    assert_eq!(code(add_days(date("9999-12-31"), 1)), "out_of_range");
    assert_eq!(code(add_days(date("0001-01-01"), -1)), "out_of_range");
    assert_eq!(code(add_months(date("0001-01-01"), -1)), "out_of_range");
    assert_eq!(
        add_months(date("0001-01-31"), 1).unwrap(),
        date("0001-02-28")
    );
    assert_eq!(
        add_months(date("9999-11-30"), 1).unwrap(),
        date("9999-12-30")
    );
}

#[test]
fn cadences_have_one_text_each() {
    for text in ["P1M", "P3M", "P1Y", "P1W", "P1D", "PT1H", "P65535D"] {
        let cadence: Cadence = text.parse().unwrap();
        assert_eq!(cadence.to_string(), text);
        assert_eq!(
            serde_json::to_string(&cadence).unwrap(),
            format!("\"{text}\"")
        );
    }
    for text in [
        "", "P", "PT", "P1", "PM", "P0M", "P01M", "P-1M", "P+1M", "p1m", "P1H", "PT1M", "P1Y6M",
        "P65536D", "P1.5M", "P1M ", "P１M", "1M", "P1é", "Pé",
    ] {
        assert_eq!(code(Cadence::parse(text)), "malformed_cadence", "{text:?}");
    }
}

#[test]
fn periods_are_never_empty() {
    let (a, b) = (date("2024-01-01"), date("2024-02-01"));
    let january = Period::new(a, b).unwrap();
    assert_eq!(january.days(), 31);
    assert!(january.contains(a) && !january.contains(b));
    assert_eq!(code(Period::new(a, a)), "empty_period");
    assert_eq!(code(Period::new(b, a)), "empty_period");
    let json = r#"{"start":"2024-01-01","end":"2024-02-01"}"#;
    assert_eq!(serde_json::to_string(&january).unwrap(), json);
    assert_eq!(serde_json::from_str::<Period>(json).unwrap(), january);
    assert!(
        serde_json::from_str::<Period>(r#"{"start":"2024-02-01","end":"2024-01-01"}"#).is_err()
    );
    let late = Period::new(date("2024-01-20"), date("2024-03-01")).unwrap();
    assert_eq!(
        january.overlap(&late).unwrap().to_string(),
        "2024-01-20/2024-02-01"
    );
    let after = Period::new(b, date("2024-03-01")).unwrap();
    assert_eq!(
        january.overlap(&after),
        None,
        "half-open periods that touch share no day"
    );
}

#[test]
fn days_start_at_local_midnight_even_when_the_clock_jumps() {
    let start = |zone: &str, day: &str| {
        Zone::parse(zone)
            .unwrap()
            .start_of_day(date(day))
            .to_string()
    };
    assert_eq!(start("Europe/Vienna", "2024-03-31"), "2024-03-30T23:00:00Z");
    assert_eq!(start("Europe/Vienna", "2024-04-01"), "2024-03-31T22:00:00Z");
    assert_eq!(start("Europe/Vienna", "2024-10-27"), "2024-10-26T22:00:00Z");
    assert_eq!(start("Europe/Vienna", "2024-10-28"), "2024-10-27T23:00:00Z");
    // Here the clock is put forward at midnight, so that this day starts at one o'clock.
    assert_eq!(
        start("America/Santiago", "2024-09-08"),
        "2024-09-08T04:00:00Z"
    );
    // Here it is put back at one o'clock, so that midnight comes twice; the first one counts.
    assert_eq!(
        start("America/Havana", "2024-11-03"),
        "2024-11-03T04:00:00Z"
    );
    assert_eq!(start("UTC", "2024-01-01"), "2024-01-01T00:00:00Z");
    assert_eq!(
        start("Pacific/Auckland", "2024-01-01"),
        "2023-12-31T11:00:00Z"
    );
}

#[test]
fn an_instant_has_the_date_of_the_zone() {
    let instant = Timestamp::parse("2024-09-30T22:30:00Z").unwrap();
    assert_eq!(instant.date_in(&Zone::utc()), date("2024-09-30"));
    assert_eq!(
        instant.date_in(&Zone::parse("Europe/Vienna").unwrap()),
        date("2024-10-01")
    );
    assert_eq!(
        instant.date_in(&Zone::parse("America/New_York").unwrap()),
        date("2024-09-30")
    );
    for zone in ["Pacific/Kiritimati", "Pacific/Pago_Pago"] {
        let zone = Zone::parse(zone).unwrap();
        assert_eq!(Timestamp::MIN.date_in(&zone).year(), 1);
        assert_eq!(Timestamp::MAX.date_in(&zone).year(), 9999);
    }
}

#[test]
fn zones_are_known_by_name() {
    let zone = Zone::parse("Europe/Vienna").unwrap();
    assert_eq!(serde_json::to_string(&zone).unwrap(), "\"Europe/Vienna\"");
    assert_eq!(
        serde_json::from_str::<Zone>("\"Europe/Vienna\"").unwrap(),
        zone
    );
    assert_eq!(Zone::parse("UTC").unwrap().to_string(), "UTC");
    for name in [
        "",
        "Mars/Olympus",
        "Etc/Unknown",
        "+02:00",
        "CET-1CEST",
        "../../etc/passwd",
        "Europe/Wien\0",
        "ß",
    ] {
        assert_eq!(code(Zone::parse(name)), "unknown_zone", "{name:?}");
    }
}

#[test]
fn instants_are_read_strictly_and_written_in_utc() {
    for (text, written) in [
        ("2024-09-01T12:00:00Z", "2024-09-01T12:00:00Z"),
        ("2024-09-01T14:00:00+02:00", "2024-09-01T12:00:00Z"),
        ("2024-09-01t12:00:00.5z", "2024-09-01T12:00:00.5Z"),
        (
            "2024-09-01T12:00:00.123456789Z",
            "2024-09-01T12:00:00.123456Z",
        ),
        ("1969-12-31T23:59:59.999999Z", "1969-12-31T23:59:59.999999Z"),
    ] {
        assert_eq!(
            Timestamp::parse(text).unwrap().to_string(),
            written,
            "{text}"
        );
    }
    for text in [
        "",
        "2024-09-01",
        "2024-09-01T12:00:00",
        "2024-09-01 12:00:00Z",
        "2024-09-01T12:00Z",
        "2024-09-01T25:00:00Z",
        "2024-02-30T12:00:00Z",
        "2024-09-01T12:00:00.Z",
        "2024-09-01T12:00:00+02",
        "2024-09-01T12:00:00+02:00[Europe/Vienna]",
        "0000-01-01T00:00:00Z",
        "-2024-09-01T12:00:00Z",
        "2024-09-01T12:00:00Zé",
    ] {
        assert_eq!(
            code(Timestamp::parse(text)),
            "malformed_timestamp",
            "{text:?}"
        );
    }
    assert_eq!(
        Timestamp::parse(&Timestamp::MAX.to_string()).unwrap(),
        Timestamp::MAX
    );
    assert_eq!(Timestamp::MIN.to_string(), "0001-01-02T00:00:00Z");
    assert_eq!(Timestamp::from_micros(i64::MIN), Timestamp::MIN);
    assert_eq!(Timestamp::from_micros(i64::MAX), Timestamp::MAX);
}

#[test]
fn adding_time_is_checked() {
    let noon = Timestamp::parse("2024-09-01T12:00:00Z").unwrap();
    let later = noon.plus(Duration::from_secs(90)).unwrap();
    assert_eq!(later.to_string(), "2024-09-01T12:01:30Z");
    assert_eq!(later.since(noon), Duration::from_secs(90));
    assert_eq!(noon.since(later), Duration::from_secs(-90));
    assert_eq!(
        code(Timestamp::MAX.plus(Duration::from_micros(1))),
        "out_of_range"
    );
    assert_eq!(code(noon.plus(Duration::MAX)), "out_of_range");
    assert_eq!(code(noon.plus(Duration::MIN)), "out_of_range");
    assert_eq!(Timestamp::from_micros(-1).as_seconds(), -1);
}

#[test]
fn dates_are_read_strictly() {
    assert_eq!(date("2024-02-29").to_string(), "2024-02-29");
    for text in [
        "",
        "2023-02-29",
        "2024-2-9",
        "24-02-09",
        "20240209",
        "2024-13-01",
        "0000-01-01",
        "２０24-01-1",
    ] {
        assert_eq!(code(parse_date("due", text)), "malformed_date", "{text:?}");
    }
}

fn any_date() -> impl Strategy<Value = Date> {
    (1_i64..3_650_000).prop_map(|n| add_days(date("0001-01-01"), n).unwrap())
}

fn modern_date() -> impl Strategy<Value = Date> {
    (0_i64..60_000).prop_map(|n| add_days(date("1990-01-01"), n).unwrap())
}

fn any_cadence() -> impl Strategy<Value = Cadence> {
    let units = [
        CadenceUnit::Day,
        CadenceUnit::Week,
        CadenceUnit::Month,
        CadenceUnit::Year,
    ];
    (prop::sample::select(units.to_vec()), 1_u16..40)
        .prop_map(|(unit, count)| Cadence::new(unit, count))
}

proptest! {
    #[test]
    fn every_day_belongs_to_exactly_one_period(anchor in modern_date(), cadence in any_cadence(), day in modern_date()) {
        let index = period_index(anchor, cadence, day).unwrap();
        let found = period_containing(anchor, cadence, day).unwrap();
        prop_assert!(found.contains(day));
        prop_assert_eq!(found.start, schedule(anchor, cadence, index).unwrap());
        prop_assert_eq!(found.end, schedule(anchor, cadence, index + 1).unwrap());
        prop_assert!(!period(anchor, cadence, index - 1).unwrap().contains(day));
        prop_assert!(!period(anchor, cadence, index + 1).unwrap().contains(day));
        prop_assert_eq!(next_after(anchor, cadence, day).unwrap(), found.end);
        prop_assert_eq!(period_index(anchor, cadence, found.start).unwrap(), index);
    }

    #[test]
    fn months_keep_the_day_of_the_anchor_where_they_have_it(anchor in modern_date(), n in -500_i64..500) {
        let moved = schedule(anchor, Cadence::MONTHLY, n).unwrap();
        prop_assert_eq!(moved.day(), anchor.day().min(moved.days_in_month()));
    }

    #[test]
    fn moving_by_days_can_be_undone(day in any_date(), n in -100_000_i64..100_000) {
        if let Ok(moved) = add_days(day, n) {
            prop_assert_eq!(days_between(day, moved), n);
            prop_assert_eq!(add_days(moved, -n).unwrap(), day);
        }
    }

    #[test]
    fn overlap_is_what_both_contain(a in modern_date(), b in modern_date(), x in 1_i64..400, y in 1_i64..400, probe in modern_date()) {
        let one = Period::new(a, add_days(a, x).unwrap()).unwrap();
        let other = Period::new(b, add_days(b, y).unwrap()).unwrap();
        let both = one.overlap(&other);
        prop_assert_eq!(both, other.overlap(&one));
        let in_both = one.contains(probe) && other.contains(probe);
        prop_assert_eq!(both.is_some_and(|p| p.contains(probe)), in_both);
    }

    #[test]
    fn days_follow_each_other_without_a_gap(
        day in modern_date(),
        zone in prop::sample::select(vec!["Europe/Vienna", "America/Santiago", "America/Havana", "Asia/Kathmandu", "UTC"]),
    ) {
        let zone = Zone::parse(zone).unwrap();
        let start = zone.start_of_day(day);
        prop_assert_eq!(start.date_in(&zone), day);
        let before = start.plus(Duration::from_micros(-1)).unwrap();
        prop_assert_eq!(before.date_in(&zone), add_days(day, -1).unwrap());
    }

    #[test]
    fn instants_survive_their_text(micros in Timestamp::MIN.as_micros()..=Timestamp::MAX.as_micros()) {
        let instant = Timestamp::from_micros(micros);
        prop_assert_eq!(instant.as_micros(), micros);
        prop_assert_eq!(Timestamp::parse(&instant.to_string()).unwrap(), instant);
        let json = serde_json::to_string(&instant).unwrap();
        prop_assert_eq!(serde_json::from_str::<Timestamp>(&json).unwrap(), instant);
    }

    #[test]
    fn cadences_survive_their_text(cadence in any_cadence()) {
        prop_assert_eq!(cadence.to_string().parse::<Cadence>().unwrap(), cadence);
    }

    #[test]
    fn reading_times_never_panics(text in any::<String>(), near in "[0-9TZPWMYDH:.+-]{0,32}") {
        for text in [text, near] {
            let _ = Timestamp::parse(&text);
            let _ = Cadence::parse(&text);
            let _ = Zone::parse(&text);
            let _ = parse_date("x", &text);
        }
    }

    #[test]
    fn schedules_never_panic(day in any_date(), n in any::<i64>(), count in any::<u16>(), other in any_date()) {
        for unit in CadenceUnit::ALL {
            let cadence = Cadence::new(unit, count);
            let _ = schedule(day, cadence, n);
            let _ = period(day, cadence, n);
            let _ = period_containing(day, cadence, other);
            let _ = next_after(day, cadence, other);
        }
    }
}
