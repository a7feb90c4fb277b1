//! Which file answers which request.

use lsp_server::{ErrorCode, Request, ResponseError};
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::counts::Counts;
use super::snapshot::Snapshot;
use super::{
    actions, completion, definition, folding, formatting, hover, references, rename, symbols, tokens,
};

/// An answer, or why there is none.
type Answer = Result<Value, ResponseError>;

/// Every request that is answered.
const METHODS: &[&str] = &[
    "textDocument/completion",
    "textDocument/hover",
    "textDocument/definition",
    "textDocument/references",
    "textDocument/documentHighlight",
    "textDocument/documentSymbol",
    "textDocument/foldingRange",
    "textDocument/formatting",
    "textDocument/codeAction",
    "textDocument/prepareRename",
    "textDocument/rename",
    "textDocument/semanticTokens/full",
    "textDocument/semanticTokens/range",
    "workspace/symbol",
];

/// Whether a request is answered.
pub fn is_known(method: &str) -> bool {
    METHODS.contains(&method)
}

/// An answer that tells of a failure.
pub fn failure(code: ErrorCode, message: &str) -> ResponseError {
    ResponseError { code: code as i32, message: message.to_owned(), data: None }
}

/// The answer to a request.
pub fn answer(snapshot: &Snapshot, counts: &Counts, request: Request) -> Answer {
    let params = request.params;
    match request.method.as_str() {
        "textDocument/completion" => with(params, |p| completion::answer(snapshot, &p)),
        "textDocument/hover" => with(params, |p| hover::answer(snapshot, counts, &p)),
        "textDocument/definition" => with(params, |p| definition::answer(snapshot, &p)),
        "textDocument/references" => with(params, |p| references::answer(snapshot, &p)),
        "textDocument/documentHighlight" => with(params, |p| references::highlights(snapshot, &p)),
        "textDocument/documentSymbol" => with(params, |p| symbols::of_document(snapshot, &p)),
        "textDocument/foldingRange" => with(params, |p| folding::answer(snapshot, &p)),
        "textDocument/formatting" => try_with(params, |p| formatting::answer(snapshot, &p)),
        "textDocument/codeAction" => with(params, |p| actions::answer(snapshot, &p)),
        "textDocument/prepareRename" => try_with(params, |p| rename::prepare(snapshot, &p)),
        "textDocument/rename" => try_with(params, |p| rename::answer(snapshot, &p)),
        "textDocument/semanticTokens/full" => with(params, |p| tokens::full(snapshot, &p)),
        "textDocument/semanticTokens/range" => with(params, |p| tokens::in_range(snapshot, &p)),
        "workspace/symbol" => with(params, |p| symbols::of_workspace(snapshot, &p)),
        method => Err(failure(ErrorCode::MethodNotFound, &format!("`{method}` is not offered"))),
    }
}

fn with<P: DeserializeOwned, R: serde::Serialize>(params: Value, answer: impl FnOnce(P) -> R) -> Answer {
    try_with(params, |p| Ok(answer(p)))
}

/// An answer that may be a refusal in a sentence.
fn try_with<P: DeserializeOwned, R: serde::Serialize>(
    params: Value,
    answer: impl FnOnce(P) -> Result<R, String>,
) -> Answer {
    let params =
        serde_json::from_value(params).map_err(|e| failure(ErrorCode::InvalidParams, &e.to_string()))?;
    let result = answer(params).map_err(|reason| failure(ErrorCode::RequestFailed, &reason))?;
    serde_json::to_value(result).map_err(|e| failure(ErrorCode::InternalError, &e.to_string()))
}
