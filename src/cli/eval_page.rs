//! An evaluation as a page of its own: charts that need nothing from outside.

use super::eval::{Evaluation, history};
use crate::markup::html::escape;
use crate::recommend::evaluate::{Estimate, METRICS};

/// The page.
pub fn page(evaluation: &Evaluation) -> String {
    let what = if evaluation.question == "next" {
        "whatever they bought"
    } else {
        "what they bought for the first time"
    };
    let mut body = format!(
        "<h1>How good are the recommendations?</h1>\n<p>{} customers; {what} in the {} days from {}. The whole catalogue was ranked, and nothing from then on was learned from. Lines show the interval that holds the mean with 95&nbsp;% confidence.</p>\n",
        evaluation.customers,
        evaluation.days,
        escape(&evaluation.cut)
    );
    for (at, metric) in METRICS.iter().enumerate() {
        body.push_str(&format!(
            "<section><h2>{}</h2><p>{}</p>{}</section>\n",
            metric.name,
            metric.doc,
            chart(evaluation, at)
        ));
    }
    body.push_str(&lists(evaluation));
    body.push_str(&by_history(evaluation));
    format!(
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"><title>Herald: recommendations measured</title><style>{STYLE}</style></head>\n<body><main>\n{body}</main></body></html>\n"
    )
}

const STYLE: &str = "
:root { color-scheme: light dark; --ink: #1c2321; --quiet: #5b6663; --line: #d8dedc; --bar: #0b6e4f; --back: #fbfcfb; }
@media (prefers-color-scheme: dark) { :root { --ink: #e8eceb; --quiet: #9aa6a2; --line: #36403d; --bar: #4fbf97; --back: #151a19; } }
body { margin: 0; background: var(--back); color: var(--ink); font: 16px/1.5 system-ui, sans-serif; }
main { max-width: 60rem; margin: 0 auto; padding: 2rem 1rem 4rem; }
h1 { font-size: 1.6rem; margin: 0 0 .5rem; } h2 { font-size: 1.05rem; margin: 2rem 0 0; } p { margin: 0 0 .75rem; color: var(--quiet); }
svg { width: 100%; height: auto; display: block; } svg text { font: 13px system-ui, sans-serif; fill: var(--ink); }
svg .bar { fill: var(--bar); } svg .whisker { stroke: var(--ink); stroke-width: 1.5; } svg .quiet { fill: var(--quiet); }
.wide { overflow-x: auto; } table { border-collapse: collapse; font-variant-numeric: tabular-nums; } th, td { text-align: right; padding: .3rem .8rem; border-bottom: 1px solid var(--line); white-space: nowrap; }
th { color: var(--quiet); font-weight: 500; } th:first-child, td:first-child { text-align: left; padding-left: 0; }
";

const LABEL: f64 = 200.0;
const FIGURE: f64 = 60.0;
const PLOT: f64 = 640.0;
const ROW: f64 = 30.0;

/// One bar a method, from 0, with its interval.
fn chart(evaluation: &Evaluation, metric: usize) -> String {
    let estimates =
        || evaluation.methods.iter().filter_map(|m| Some((m, m.report.rows.first()?.estimates[metric])));
    let most = estimates().map(|(_, e)| e.high).fold(0.0, f64::max).max(1e-9);
    let height = evaluation.methods.len() as f64 * ROW;
    let mut svg = format!(
        "<svg viewBox=\"0 0 {} {height}\" role=\"img\" aria-label=\"{}\">",
        LABEL + PLOT + FIGURE,
        METRICS[metric].name
    );
    for (at, (measured, Estimate { mean, low, high })) in estimates().enumerate() {
        let top = at as f64 * ROW;
        let middle = top + ROW / 2.0;
        let x = |value: f64| LABEL + value / most * PLOT;
        svg.push_str(&format!(
            "<text x=\"0\" y=\"{:.1}\">{}<title>{}</title></text><rect class=\"bar\" x=\"{LABEL}\" y=\"{:.1}\" width=\"{:.1}\" height=\"{:.1}\" rx=\"2\"/><line class=\"whisker\" x1=\"{:.1}\" x2=\"{:.1}\" y1=\"{middle:.1}\" y2=\"{middle:.1}\"/><text class=\"quiet\" x=\"{:.1}\" y=\"{:.1}\">{mean:.3}</text>",
            middle + 4.5,
            escape(&short(&measured.name)),
            escape(&measured.method),
            top + 5.0,
            mean / most * PLOT,
            ROW - 10.0,
            x(low),
            x(high),
            x(high) + 8.0,
            middle + 4.5,
        ));
    }
    svg.push_str("</svg>");
    svg
}

fn short(name: &str) -> String {
    if name.chars().count() <= 26 { name.to_owned() } else { name.chars().take(25).chain(['…']).collect() }
}

fn lists(evaluation: &Evaluation) -> String {
    let rows: String = evaluation
        .methods
        .iter()
        .map(|m| {
            format!(
                "<tr><td>{}</td><td>{:.1} %</td><td>{:.1} bits</td><td>{:.2}</td></tr>",
                escape(&m.name),
                m.report.coverage * 100.0,
                m.report.novelty,
                m.report.diversity
            )
        })
        .collect::<Vec<_>>()
        .concat();
    format!(
        "<section><h2>The lists as a whole</h2><p>Coverage: the share of the catalogue that stands in somebody's first ten. Novelty: how seldom customers have the products shown. Diversity: how unlike each other the products of a list are, by who has them.</p><div class=\"wide\"><table><tr><th></th><th>coverage</th><th>novelty</th><th>diversity</th></tr>{rows}</table></div></section>\n"
    )
}

fn by_history(evaluation: &Evaluation) -> String {
    let Some(widest) = evaluation.methods.iter().map(|m| &m.report.rows).max_by_key(|rows| rows.len()) else {
        return String::new();
    };
    let head: String = widest
        .iter()
        .map(|row| format!("<th>{}</th>", escape(history(row).trim())))
        .collect::<Vec<_>>()
        .concat();
    let rows: String = evaluation
        .methods
        .iter()
        .map(|m| {
            let cells: String = m
                .report
                .rows
                .iter()
                .map(|row| format!("<td>{:.3}</td>", row.estimates[0].mean))
                .collect::<Vec<_>>()
                .concat();
            format!("<tr><td>{}</td>{cells}</tr>", escape(&m.name))
        })
        .collect::<Vec<_>>()
        .concat();
    format!(
        "<section><h2>{} by how much a customer had</h2><p>The number of different products before the cut, and how many customers had so many.</p><div class=\"wide\"><table><tr><th></th>{head}</tr>{rows}</table></div></section>\n",
        METRICS[0].name
    )
}
