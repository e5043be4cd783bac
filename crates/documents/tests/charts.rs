//! Charts, as golden files, and that odd input still draws.

use tradewind_documents::chart::{About, Series, bars, sparkline, stacked_bars};
use tradewind_documents::format;
use tradewind_kernel::{Currency, Decimal, Locale};

fn about() -> About<'static> {
    About {
        id: "costs",
        title: "Costs <per> month & more",
        description: "Rising from €120 in May to €410 in October",
    }
}

fn numbers(texts: &[&str]) -> Vec<Decimal> {
    texts.iter().map(|text| text.parse().unwrap()).collect()
}

fn euros(value: Decimal) -> String {
    format::price(Locale::De, value, Currency::parse("EUR").unwrap())
}

#[test]
fn bars_with_a_credit() {
    let labels = ["May", "Jun", "Jul", "Aug"];
    insta::assert_snapshot!(bars(
        about(),
        &labels,
        &numbers(&["120", "160.5", "-40", "410"]),
        &euros
    ));
}

#[test]
fn stacked_bars_with_legend() {
    let labels = ["May", "Jun"];
    let series = [
        Series {
            name: "Compute",
            values: numbers(&["70", "90"]),
        },
        Series {
            name: "Storage & \"more\"",
            values: numbers(&["20", "-5"]),
        },
        Series {
            name: "Network",
            values: numbers(&["3.25"]),
        },
        Series {
            name: "Support",
            values: numbers(&["0", "12"]),
        },
    ];
    insta::assert_snapshot!(stacked_bars(about(), &labels, &series, &euros));
}

#[test]
fn a_sparkline() {
    insta::assert_snapshot!(sparkline(about(), &numbers(&["1", "3", "2", "8", "5"])));
}

#[test]
fn odd_input_still_draws() {
    let extremes = [Decimal::MAX, Decimal::MIN, Decimal::ZERO];
    let labels = ["a", "b", "c"];
    let plain = |value: Decimal| value.to_string();
    for svg in [
        bars(about(), &[], &[], &plain),
        bars(about(), &labels, &[], &plain),
        bars(about(), &labels, &extremes, &plain),
        stacked_bars(about(), &labels, &[], &plain),
        sparkline(about(), &[]),
        sparkline(about(), &extremes[..1]),
        sparkline(about(), &extremes),
    ] {
        assert!(svg.starts_with("<svg ") && svg.ends_with("</svg>\n"));
        assert!(
            svg.contains("<title id=\"costs-title\">Costs &lt;per&gt; month &amp; more</title>")
        );
    }
    let many: Vec<String> = (1..=60).map(|n| format!("label-{n}.")).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    let svg = bars(about(), &many, &vec![Decimal::ONE; 60], &plain);
    assert_eq!(svg.matches("<rect").count(), 60);
    assert_eq!(
        svg.matches(">label-").count() - 60,
        12,
        "every fifth label is written, every bar says its own"
    );
}
