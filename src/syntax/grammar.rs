//! The parser that pest makes of `grammar/campaign.pest`.

#![allow(missing_docs)] // of what the macro makes

use pest_derive::Parser;

#[derive(Parser)]
#[grammar = "../grammar/campaign.pest"]
pub(super) struct Grammar;
