//! Which brackets belong together, and where those end that are never closed.

use crate::diagnostic::Diagnostic;

use super::{HIDDEN, STOP, Scanner};

/// Brackets and blocks nest no deeper than this: everything after the grammar may recurse.
const DEEPEST: usize = 64;

/// The brackets that are open.
pub(super) struct Nest {
    frames: Vec<Frame>,
    depth: usize,
    /// Too deep nesting was reported for this declaration.
    reported: bool,
}

impl Default for Nest {
    fn default() -> Self {
        Self { frames: vec![Frame::at(0, false)], depth: 0, reported: false }
    }
}

/// A block, or the file itself, with the brackets open directly in it.
struct Frame {
    /// Where its brace stands.
    at: usize,
    opens: Vec<Open>,
    rounds: usize,
    squares: usize,
    /// The indentation of the line on which the outermost of them opened.
    indent: usize,
    hidden: bool,
}

impl Frame {
    fn at(at: usize, hidden: bool) -> Self {
        Self { at, opens: Vec::new(), rounds: 0, squares: 0, indent: 0, hidden }
    }

    fn count(&mut self, byte: u8) -> &mut usize {
        if byte == b'(' { &mut self.rounds } else { &mut self.squares }
    }
}

enum Open {
    Bracket {
        byte: u8,
        at: usize,
        hidden: bool,
    },
    /// A line break before what looks like the next setting: open brackets end there, unless they close later.
    Boundary(usize),
}

fn closer(open: u8) -> u8 {
    match open {
        b'(' => b')',
        b'[' => b']',
        _ => b'}',
    }
}

impl Scanner<'_, '_> {
    pub(super) fn open(&mut self, byte: u8, width: usize) {
        let hidden = self.nest.depth >= DEEPEST;
        if hidden {
            if !self.nest.reported {
                self.nest.reported = true;
                let span = self.findings.span(self.at, self.at + width);
                self.report(
                    Diagnostic::error("H0102", span, format!("brackets nest more than {DEEPEST} deep here"))
                        .label("one too many")
                        .help("give the inner part a name of its own: a segment, an attribute, an offer"),
                );
            }
            self.fill(self.at, self.at + width, HIDDEN);
        }
        self.nest.depth += 1;
        if byte == b'{' {
            self.nest.frames.push(Frame::at(self.at, hidden));
        } else {
            let (at, indent) = (self.at, self.indent(self.line));
            let frame = self.frame();
            if frame.opens.is_empty() {
                frame.indent = indent;
            }
            *frame.count(byte) += 1;
            frame.opens.push(Open::Bracket { byte, at, hidden });
        }
        self.at += width;
    }

    pub(super) fn close(&mut self, byte: u8, width: usize) {
        if byte == b'}' {
            self.close_brackets();
            if self.nest.frames.len() > 1
                && let Some(frame) = self.nest.frames.pop()
            {
                self.nest.depth -= 1;
                if frame.hidden {
                    self.fill(self.at, self.at + width, HIDDEN);
                }
            }
            if self.nest.frames.len() == 1 {
                self.nest.reported = false;
            }
        } else {
            self.close_bracket(byte, width);
        }
        self.at += width;
    }

    fn close_bracket(&mut self, byte: u8, width: usize) {
        let span = self.findings.span(self.at, self.at + width);
        let frame = self.frame();
        let open = if byte == b')' { b'(' } else { b'[' };
        if frame.rounds + frame.squares == 0 {
            let message = format!("this `{}` closes nothing", char::from(byte));
            self.report(
                Diagnostic::error("H0109", span, message)
                    .label(format!("no `{}` is open here", char::from(open)))
                    .fix("take it away", span, ""),
            );
            self.fill(self.at, self.at + width, b' ');
            return;
        }
        let other = *frame.count(open) == 0;
        let mut unclosed = None;
        while let Some(top) = self.frame().opens.pop() {
            let Open::Bracket { byte: found, at, hidden } = top else { continue };
            *self.frame().count(found) -= 1;
            self.nest.depth -= 1;
            if other || found == open {
                if hidden {
                    self.fill(self.at, self.at + width, HIDDEN);
                } else if other {
                    self.wrong_closer(span, found, at);
                    self.fill(self.at, self.at + width, b' ');
                    self.clean[self.at] = closer(found);
                }
                break;
            }
            unclosed = Some((found, at));
        }
        if let Some((found, at)) = unclosed {
            self.never_closed(found, at, self.at);
        }
    }

    fn wrong_closer(&mut self, span: crate::diagnostic::Span, found: u8, at: usize) {
        let (open, right) = (char::from(found), char::from(closer(found)));
        let wrong = self.findings.slice(span);
        let opened = self.findings.span(at, at + 1);
        self.report(
            Diagnostic::error("H0109", span, format!("`{open}` cannot be closed by `{wrong}`"))
                .label(format!("expected `{right}`"))
                .related(opened, "opened here")
                .fix(format!("write `{right}`"), span, right.to_string()),
        );
    }

    /// Reports a bracket without its end; `end` is where it was found out.
    fn never_closed(&mut self, byte: u8, at: usize, end: usize) {
        let right = char::from(closer(byte));
        let span = self.findings.span(at, at + 1);
        // In the copy comments are blank, so the place is not inside one.
        let meant = |byte: &u8| !matches!(*byte, b' ' | b'\n' | b',' | STOP);
        let place = self.clean[..end].iter().rposition(meant).map_or(end, |i| i + 1).max(at + 1);
        let ends = self.findings.span(place, place);
        let finding =
            Diagnostic::error("H0108", span, format!("this `{}` is never closed", char::from(byte)))
                .label("opened here")
                .help(format!("close it with `{right}` where its last item ends"));
        // A list of one line took what stands on the next ones for its own: where it ends only its writer knows.
        let known = byte == b'(' || !self.bytes[at..place].contains(&b'\n');
        self.report(if known {
            finding.fix(format!("write `{right}`"), ends, right.to_string())
        } else {
            finding
        });
    }

    /// Ends the brackets still open in the innermost block, each at the setting it began in.
    pub(super) fn close_brackets(&mut self) {
        let frame = self.frame();
        let opens = std::mem::take(&mut frame.opens);
        let brackets = frame.rounds + frame.squares;
        frame.rounds = 0;
        frame.squares = 0;
        self.nest.depth -= brackets;
        self.end_brackets(&opens, false);
    }

    /// Ends brackets of one block. Of those in one setting only the outermost is reported, if any.
    fn end_brackets(&mut self, opens: &[Open], silent: bool) {
        let mut reported = silent;
        for (index, open) in opens.iter().enumerate() {
            match *open {
                Open::Boundary(at) => {
                    self.clean[at] = STOP;
                    reported = silent;
                }
                Open::Bracket { byte, at, hidden } => {
                    if !reported && !hidden {
                        reported = true;
                        let boundary = opens[index..].iter().find_map(|o| match o {
                            Open::Boundary(at) => Some(*at),
                            Open::Bracket { .. } => None,
                        });
                        let end = boundary.unwrap_or_else(|| self.last.map_or(at, |l| l + 1));
                        self.never_closed(byte, at, end);
                    }
                }
            }
        }
    }

    /// Forgets the brackets that opened at or after `start`, because the text that would close them was lost.
    pub(super) fn forget_brackets(&mut self, start: usize) {
        loop {
            let frame = self.frame();
            let lost = match frame.opens.last() {
                Some(&Open::Bracket { byte, at, .. }) if at >= start => byte,
                _ => break,
            };
            frame.opens.pop();
            *frame.count(lost) -= 1;
            self.nest.depth -= 1;
        }
    }

    /// Notes a line break that may turn out to end open brackets.
    pub(super) fn boundary(&mut self, at: usize) {
        let opens = &mut self.frame().opens;
        if !matches!(opens.last(), Some(Open::Boundary(_))) {
            opens.push(Open::Boundary(at));
        }
    }

    /// The innermost open bracket of this block, with the indentation of the line where the outermost opened.
    pub(super) fn innermost(&mut self) -> Option<(u8, usize)> {
        let frame = self.frame();
        let byte = frame.opens.iter().rev().find_map(|o| match o {
            Open::Bracket { byte, .. } => Some(*byte),
            Open::Boundary(_) => None,
        })?;
        Some((byte, frame.indent))
    }

    /// How many brackets are open in this block.
    pub(super) fn open_brackets(&mut self) -> usize {
        let frame = self.frame();
        frame.rounds + frame.squares
    }

    /// Whether the innermost block opened on this line.
    pub(super) fn block_on_this_line(&self) -> bool {
        self.in_block() && self.nest.frames.last().is_some_and(|frame| frame.at >= self.line)
    }

    /// Whether a block is open.
    pub(super) fn in_block(&self) -> bool {
        self.nest.frames.len() > 1
    }

    /// Ends all that is open: the file ends, or the next declaration begins. A brace that opened inside brackets
    /// belongs to their mistake.
    pub(super) fn nest_ends(&mut self) {
        let mut silent = false;
        for frame in std::mem::take(&mut self.nest).frames {
            self.end_brackets(&frame.opens, silent);
            silent |= !frame.opens.is_empty();
        }
    }

    fn frame(&mut self) -> &mut Frame {
        if self.nest.frames.is_empty() {
            self.nest.frames.push(Frame::at(0, false));
        }
        let last = self.nest.frames.len() - 1;
        &mut self.nest.frames[last]
    }
}
