//! How things look in a terminal: colour that carries meaning and is never needed, numbers with separators, tables.

use std::io::IsTerminal;

use anstyle::{AnsiColor, Style};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use unicode_width::UnicodeWidthStr;

/// Something wrong.
pub const BAD: Style = AnsiColor::Red.on_default().bold();
/// Something to look at.
pub const ODD: Style = AnsiColor::Yellow.on_default().bold();
/// Something well.
pub const GOOD: Style = AnsiColor::Green.on_default();
/// What matters most.
pub const STRONG: Style = Style::new().bold();
/// What matters least.
pub const QUIET: Style = Style::new().dimmed();

/// A count with thousands separators: `1,234,567`.
pub fn count(n: u64) -> String {
    let digits = n.to_string();
    let mut out = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// `1 message`, `2 messages`.
pub fn counted(n: u64, one: &str) -> String {
    if n == 1 { format!("1 {one}") } else { format!("{} {one}s", count(n)) }
}

/// A text cut or filled to a width in columns.
pub fn column(text: &str, width: usize) -> String {
    let mut out = String::new();
    let mut used = 0;
    for c in text.chars() {
        let w = unicode_width::UnicodeWidthChar::width(c).unwrap_or(0);
        if used + w > width.saturating_sub(1) && text.width() > width {
            out.push('…');
            used += 1;
            break;
        }
        out.push(c);
        used += w;
    }
    out.push_str(&" ".repeat(width.saturating_sub(used)));
    out
}

/// The terminal's width in columns; 100 where there is no terminal.
pub fn width() -> usize {
    std::env::var("COLUMNS").ok().and_then(|c| c.parse().ok()).unwrap_or(100)
}

/// Whether colours should be written to standard output.
pub fn colours() -> bool {
    std::io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none()
}

/// A line of progress on standard error; silent where that is no terminal.
pub fn progress() -> ProgressBar {
    let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
    if let Ok(style) =
        ProgressStyle::with_template("{msg:<20} {wide_bar} {human_pos:>9}/{human_len} {per_sec:>12} {eta:>5}")
    {
        bar.set_style(style);
    }
    bar
}

/// Tells a bar how far a stage is.
pub fn tell(bar: &ProgressBar, stage: &str, done: u64, total: u64) {
    bar.set_message(stage.to_owned());
    bar.set_length(total);
    bar.set_position(done);
}
