//! Small charts as SVG: bars, stacked bars and sparklines.
//!
//! They are drawn on the server, take their colours from the design tokens of the page (`--chart-1` to `--chart-8`,
//! `--chart-grid`, `--chart-axis`, `--chart-text`, `--chart-gap` between stacked bars), carry a
//! title and a description for readers who do not see them, and every mark says its value. Beside each chart belongs a
//! table with the same numbers. Positions are computed in decimals, so that the same numbers give the same bytes.

mod scale;
mod svg;

use tradewind_kernel::Decimal;

use self::scale::Scale;
use self::svg::Svg;

/// What a reader is told about a chart.
#[derive(Debug, Clone, Copy)]
pub struct About<'a> {
    /// Unique on the page; letters, digits and hyphens.
    pub id: &'a str,
    /// What it shows: `Costs per month`.
    pub title: &'a str,
    /// What can be seen in it: `Rising from €120 in May to €410 in October`.
    pub description: &'a str,
}

/// A series of values, one per label.
#[derive(Debug, Clone)]
pub struct Series<'a> {
    /// Name in the legend.
    pub name: &'a str,
    /// Values; missing ones at the end are zero.
    pub values: Vec<Decimal>,
}

/// How a value is written at the axis and on the marks.
pub type Write<'a> = &'a dyn Fn(Decimal) -> String;

/// Number of colours `--chart-1` to `--chart-8` that a page provides; further series start over.
pub const COLOURS: usize = 8;

const WIDTH: i64 = 640;
const PLOT_TOP: i64 = 12;
const PLOT_HEIGHT: i64 = 190;
const PLOT_LEFT: i64 = 84;
const LABELS: i64 = 26;
const LEGEND_ROW: i64 = 22;
const LEGEND_COLUMNS: usize = 3;
/// Few bars do not become slabs.
const WIDEST_BAR: i64 = 64;
/// More labels than this do not fit beside each other.
const MOST_LABELS: usize = 13;

/// A bar for every label.
pub fn bars(about: About<'_>, labels: &[&str], values: &[Decimal], write: Write<'_>) -> String {
    let series = [Series {
        name: "",
        values: values.to_vec(),
    }];
    plot(about, labels, &series, write)
}

/// Bars that stack several series for every label, with a legend. Negative values stack downwards.
pub fn stacked_bars(
    about: About<'_>,
    labels: &[&str],
    series: &[Series<'_>],
    write: Write<'_>,
) -> String {
    plot(about, labels, series, write)
}

fn plot(about: About<'_>, labels: &[&str], series: &[Series<'_>], write: Write<'_>) -> String {
    let value = |series: &Series<'_>, at: usize| series.values.get(at).copied().unwrap_or_default();
    let stack = |at: usize, sign: fn(&Decimal) -> bool| {
        let parts = series.iter().map(|series| value(series, at)).filter(sign);
        parts.fold(Decimal::ZERO, |sum, part| {
            sum.checked_add(part).unwrap_or(sum)
        })
    };
    let highest = (0..labels.len())
        .map(|at| stack(at, |v| *v > Decimal::ZERO))
        .max()
        .unwrap_or_default();
    let lowest = (0..labels.len())
        .map(|at| stack(at, |v| *v < Decimal::ZERO))
        .min()
        .unwrap_or_default();
    let scale = Scale::new(lowest, highest, PLOT_TOP, PLOT_HEIGHT);

    let with_legend = series.iter().any(|series| !series.name.is_empty());
    let legend_rows = if with_legend {
        series.len().div_ceil(LEGEND_COLUMNS)
    } else {
        0
    };
    let height =
        PLOT_TOP + PLOT_HEIGHT + LABELS + LEGEND_ROW * i64::try_from(legend_rows).unwrap_or(0);
    let mut svg = Svg::new(about, WIDTH, height, "chart");

    for tick in scale.ticks() {
        let y = scale.y(tick);
        svg.line(
            PLOT_LEFT,
            y,
            WIDTH,
            y,
            if tick.is_zero() {
                "var(--chart-axis)"
            } else {
                "var(--chart-grid)"
            },
        );
        svg.text(
            Decimal::from(PLOT_LEFT - 8),
            y + Decimal::from(4),
            "end",
            &write(tick),
        );
    }
    let count = Decimal::from(labels.len().max(1));
    let step = Decimal::from(WIDTH - PLOT_LEFT) / count;
    let width = (step * Decimal::new(7, 1)).min(Decimal::from(WIDEST_BAR));
    let every = labels.len().div_ceil(MOST_LABELS).max(1);
    for (at, label) in labels.iter().enumerate() {
        let left = Decimal::from(PLOT_LEFT) + step * Decimal::from(at);
        let (mut above, mut below) = (Decimal::ZERO, Decimal::ZERO);
        for (index, one) in series.iter().enumerate() {
            let part = value(one, at);
            let base = if part.is_sign_negative() {
                &mut below
            } else {
                &mut above
            };
            let Some(end) = base.checked_add(part).filter(|_| !part.is_zero()) else {
                continue;
            };
            let (from, to) = (scale.y(*base), scale.y(end));
            let says = if one.name.is_empty() {
                format!("{label}: {}", write(part))
            } else {
                format!("{label}, {}: {}", one.name, write(part))
            };
            let x = left + (step - width) / Decimal::TWO;
            svg.bar(
                (x, from.min(to)),
                (width, (from - to).abs()),
                &colour(index),
                &says,
            );
            *base = end;
        }
        if at % every == 0 {
            let middle = left + step / Decimal::TWO;
            svg.text(
                middle,
                Decimal::from(PLOT_TOP + PLOT_HEIGHT + 17),
                "middle",
                label,
            );
        }
    }
    if with_legend {
        legend(&mut svg, series);
    }
    svg.finish()
}

fn legend(svg: &mut Svg, series: &[Series<'_>]) {
    let column = Decimal::from(WIDTH - PLOT_LEFT) / Decimal::from(LEGEND_COLUMNS);
    for (index, one) in series.iter().enumerate() {
        let x = Decimal::from(PLOT_LEFT) + column * Decimal::from(index % LEGEND_COLUMNS);
        let row = LEGEND_ROW * i64::try_from(index / LEGEND_COLUMNS).unwrap_or(0);
        let y = Decimal::from(PLOT_TOP + PLOT_HEIGHT + LABELS + 6 + row);
        let side = Decimal::from(11);
        svg.bar((x, y), (side, side), &colour(index), one.name);
        svg.text(
            x + Decimal::from(17),
            y + Decimal::from(10),
            "start",
            one.name,
        );
    }
}

fn colour(index: usize) -> String {
    format!("var(--chart-{})", index % COLOURS + 1)
}

/// A line without axes, as high as a line of text, that ends in a point.
pub fn sparkline(about: About<'_>, values: &[Decimal]) -> String {
    const WIDTH: i64 = 120;
    const HEIGHT: i64 = 28;
    const MARGIN: i64 = 3;
    let mut svg = Svg::new(about, WIDTH, HEIGHT, "sparkline");
    let (Some(lowest), Some(highest)) = (values.iter().min(), values.iter().max()) else {
        return svg.finish();
    };
    let scale = Scale::exact(*lowest, *highest, MARGIN, HEIGHT - 2 * MARGIN);
    let steps = Decimal::from(values.len().saturating_sub(1).max(1));
    let width = Decimal::from(WIDTH - 2 * MARGIN);
    let points: Vec<(Decimal, Decimal)> = values
        .iter()
        .enumerate()
        .map(|(at, value)| {
            (
                Decimal::from(MARGIN) + width * Decimal::from(at) / steps,
                scale.y(*value),
            )
        })
        .collect();
    svg.curve(&points, "var(--chart-1)");
    svg.finish()
}
