//! Charts as SVG from the server: stacked bars and sparklines. Every chart stands beside a table with the same figures.

use std::fmt;

use askama::Template;

use super::{Txt, markup};

const WIDTH: f64 = 720.0;
const HEIGHT: f64 = 220.0;
const LEFT: f64 = 64.0;
const BOTTOM: f64 = 24.0;
const TOP: f64 = 10.0;
/// Colours there are; further series share the last.
const COLOURS: usize = 5;

/// One kind of bar.
pub struct Series {
    /// Its name.
    pub name: Txt,
    /// Its height at each label. Only for drawing: amounts are shown from exact values in the table beside.
    pub values: Vec<f64>,
    /// Not certain yet.
    pub expected: bool,
}

/// Stacked bars over labels.
#[derive(Template)]
#[template(path = "kit/bars.html")]
pub struct BarChart {
    /// What is shown, in a sentence.
    pub title: Txt,
    /// Names of the bars.
    pub labels: Vec<Txt>,
    /// The series, from the bottom up.
    pub series: Vec<Series>,
    /// Formatted value of the upper end of the scale, and of its half.
    pub scale: (Txt, Txt),
    /// The upper end of the scale.
    pub top: f64,
}

struct Bar {
    x: String,
    y: String,
    width: String,
    height: String,
    class: String,
}

impl BarChart {
    fn slot(&self) -> f64 {
        (WIDTH - LEFT) / self.labels.len().max(1) as f64
    }

    fn bars(&self) -> Vec<Bar> {
        let (slot, scale) = (
            self.slot(),
            (HEIGHT - BOTTOM - TOP) / if self.top > 0.0 { self.top } else { 1.0 },
        );
        let width = (slot * 0.62).min(44.0);
        let mut bars = Vec::new();
        for index in 0..self.labels.len() {
            let mut ground = HEIGHT - BOTTOM;
            for (number, series) in self.series.iter().enumerate() {
                let height = series.values.get(index).copied().unwrap_or(0.0).max(0.0) * scale;
                if height <= 0.0 {
                    continue;
                }
                ground -= height;
                bars.push(Bar {
                    x: format!("{:.1}", LEFT + slot * index as f64 + (slot - width) / 2.0),
                    y: format!("{ground:.1}"),
                    width: format!("{width:.1}"),
                    height: format!("{height:.1}"),
                    class: format!(
                        "c{}{}",
                        number.min(COLOURS - 1),
                        if series.expected { " expected" } else { "" }
                    ),
                });
            }
        }
        bars
    }

    fn names(&self) -> Vec<(String, &Txt)> {
        let every = self.labels.len().div_ceil(12).max(1);
        let slot = self.slot();
        let place = |index: usize| format!("{:.1}", LEFT + slot * (index as f64 + 0.5));
        self.labels
            .iter()
            .enumerate()
            .step_by(every)
            .map(|(index, label)| (place(index), label))
            .collect()
    }

    fn half(&self) -> f64 {
        TOP + (HEIGHT - BOTTOM - TOP) / 2.0
    }

    fn colour(index: &usize) -> usize {
        (*index).min(COLOURS - 1)
    }
}

/// The course of a figure, without scale.
pub struct Spark(pub Vec<f64>);

impl fmt::Display for Spark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.len() < 2 {
            return Ok(());
        }
        let low = self.0.iter().copied().fold(f64::INFINITY, f64::min);
        let high = self.0.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let (step, span) = (
            100.0 / (self.0.len() - 1) as f64,
            if high > low { high - low } else { 1.0 },
        );
        f.write_str("<svg class=\"spark\" viewBox=\"0 0 100 24\" preserveAspectRatio=\"none\" aria-hidden=\"true\"><path d=\"")?;
        for (index, value) in self.0.iter().enumerate() {
            let command = if index == 0 { 'M' } else { 'L' };
            write!(
                f,
                "{command}{:.1} {:.1}",
                step * index as f64,
                22.0 - (value - low) / span * 20.0
            )?;
        }
        f.write_str("\"/></svg>")
    }
}

markup!(BarChart, Spark);
