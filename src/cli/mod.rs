//! Floor 9: the command line. One file a command: arguments in, a call, a rendering of the result.

mod check;
mod common;
mod completions;
mod demo;
mod diff;
mod difference;
mod eval;
mod eval_page;
mod explain;
mod findings;
mod fit;
mod fmt;
mod import;
mod init;
mod lint;
mod lsp;
mod man;
mod model;
mod plan;
mod preview;
mod proof;
mod recommend;
mod reference;
mod run;
mod segment;
mod std_library;
mod terminal;
mod test;
mod watch;
mod why;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Campaigns as code: a text file in git becomes personal mail, sent once and only once.
#[derive(Debug, Parser)]
#[command(name = "herald", version, about, propagate_version = true)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Make a new project: on the demo shop, or on your shop's database, whose tables it looks at
    Init(init::Args),
    /// Check campaign files: every mistake, once, with what to do about it
    Check(check::Args),
    /// Look for what is sound and still not right: dead declarations, empty segments, missing languages, law
    Lint(lint::Args),
    /// Put campaign files into their one style
    Fmt(fmt::Args),
    /// Run the tests that campaign files hold
    Test(test::Args),
    /// Show what a campaign would do: to whom, how many, and how
    Plan(plan::Args),
    /// Run a campaign: choose, write and hand over, each customer once
    Run(run::Args),
    /// Show one customer's message
    Preview(preview::Args),
    /// Send one customer's message, or the worst cases, to yourself
    Proof(proof::Args),
    /// Tell why a customer gets a message or none: every gate, score and reason
    Why(why::Args),
    /// Watch campaign files and show a live preview of each mail in the browser
    Watch(watch::Args),
    /// Tell what a change of the files changes for people: this working tree, or two revisions
    Diff(diff::Args),
    /// Count and sample a segment
    Segment(segment::Args),
    /// Measure how good recommendations are, on what customers did next
    Eval(eval::Args),
    /// Recommend from a bare file of interactions: every user's list, as a file
    Recommend(recommend::Args),
    /// Show what a model or cluster has learned from the past, and how good it is
    Model(model::Args),
    /// Learn every model, cluster and strategy ahead of time
    Fit(fit::Args),
    /// Make the demo shop
    Demo(demo::Args),
    /// Load CSV files into a shop's database
    Import(import::Args),
    /// Serve an editor: the Language Server Protocol over standard input and output
    Lsp(lsp::Args),
    /// Explain a code such as H0220
    Explain(explain::Args),
    /// Read the shipped library
    Std(std_library::Args),
    /// Print the language's reference, made from the table of kinds
    Reference,
    /// Print what lets a shell complete commands: bash, zsh, fish, elvish, powershell
    Completions(completions::Args),
    /// Print the manual page, or write one for each command
    Man(man::Args),
}

/// Runs the program with the process's arguments and gives its exit status:
/// 0 fine, 1 findings, 2 usage, 3 a run that stopped and can be resumed.
#[must_use]
pub fn main() -> ExitCode {
    let result = match Cli::parse().command {
        Command::Init(args) => init::main(&args),
        Command::Check(args) => check::main(&args),
        Command::Lint(args) => lint::main(&args),
        Command::Fmt(args) => fmt::main(&args),
        Command::Test(args) => test::main(&args),
        Command::Plan(args) => plan::main(&args),
        Command::Run(args) => run::main(&args),
        Command::Preview(args) => preview::main(&args),
        Command::Proof(args) => proof::main(&args),
        Command::Why(args) => why::main(&args),
        Command::Watch(args) => watch::main(&args),
        Command::Diff(args) => diff::main(&args),
        Command::Segment(args) => segment::main(&args),
        Command::Eval(args) => eval::main(&args),
        Command::Recommend(args) => recommend::main(&args),
        Command::Model(args) => model::main(&args),
        Command::Fit(args) => fit::main(&args),
        Command::Demo(args) => demo::main(&args),
        Command::Import(args) => import::main(&args),
        Command::Lsp(args) => lsp::main(&args),
        Command::Explain(args) => explain::main(&args),
        Command::Std(args) => std_library::main(&args),
        Command::Reference => reference::main(),
        Command::Completions(args) => completions::main(&args),
        Command::Man(args) => man::main(&args),
    };
    match result {
        Ok(code) => code,
        Err(error) => {
            anstream::eprintln!("{}error:{:#} {error}", terminal::BAD, terminal::BAD);
            ExitCode::from(error.status())
        }
    }
}
