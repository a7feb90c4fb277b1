//! Herald: campaigns as code.
//!
//! One way through the house, from text to mail. Each room imports only from the floors below it:
//!
//! ```text
//! 9 cli                                  one file a command
//! 8 audit                                lints that need the shop's data
//! 8 lsp                                  the editor server
//! 8 testing                              `test` blocks, executed
//! 8 watch                                the live preview
//! 8 review                               two revisions compared, in people
//! 7 run                                  executes a plan, resumably
//! 5 deliver                              the state database and the transports
//! 4 compose                              templates and MIME messages
//! 3 audience · recommend · learn         the field's algorithms, with no language in sight
//!   experiment                           who is held out and who gets which version
//! 2 plan                                 the model as a graph of hashed steps
//! 1 check · lint                         names, types, kinds; what is sound and still not right
//! 0 syntax · markup · diagnostic · data  text, a mail's text, errors, SQLite
//! ```
//!
//! `docs/architecture.md` tells the whole story.

pub mod audience;
pub mod audit;
pub mod check;
pub mod cli;
pub mod compose;
pub mod data;
pub mod deliver;
pub mod diagnostic;
pub mod experiment;
pub mod learn;
pub mod lint;
pub mod lsp;
pub mod markup;
pub mod plan;
pub mod recommend;
pub mod review;
pub mod run;
pub mod syntax;
pub mod testing;
pub mod watch;
