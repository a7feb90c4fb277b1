//! Floor 9: the command line. One file a command: arguments in, a call, a rendering of the result.

use std::process::ExitCode;

/// Runs the program with the process's arguments and gives its exit status:
/// 0 fine, 1 findings, 2 usage, 3 a run that stopped and can be resumed.
#[must_use]
pub fn main() -> ExitCode {
    ExitCode::SUCCESS
}
