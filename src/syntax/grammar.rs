//! The parser that pest makes of `grammar/campaign.pest` and `grammar/rules.pest`.

#![allow(missing_docs)] // of what the macro makes

use pest_derive::Parser;

#[derive(Parser)]
#[grammar = "../grammar/campaign.pest"]
#[grammar = "../grammar/rules.pest"]
pub(super) struct Grammar;
