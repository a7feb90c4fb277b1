//! The server's loop: messages in, answers out.

use std::io::{BufRead, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::Arc;
use std::thread;

use crossbeam_channel::{Receiver, Sender, select, unbounded};
use lsp_server::{ErrorCode, Message, Notification, Request, RequestId, Response};
use lsp_types as lsp;
use serde_json::Value;

use super::analysis::Analysis;
use super::counts::{Clock, Counts};
use super::diagnostics::Published;
use super::documents::Documents;
use super::position::Encoding;
use super::snapshot::{Client, Snapshot};
use super::transport::{self, Incoming};
use super::worker::{self, Done, Job};
use super::{capabilities, paths, requests};

/// The most requests that wait for a check at once.
const WAITING: usize = 500;

/// Serves one client until it says `exit` or goes away; whether it took its leave first (`shutdown`), as it should.
pub fn serve(
    input: impl BufRead + Send + 'static,
    output: impl Write + Send + 'static,
    clock: Clock,
) -> bool {
    let (send, incoming) = unbounded();
    transport::reader(input, send);
    let (out, messages) = unbounded();
    let writer = transport::writer(output, messages);
    let (jobs, done) = worker::start();
    let left = Server::new(out, jobs, clock).run(&incoming, &done);
    // What was answered is written before the process ends.
    let _ = writer.join();
    left
}

/// Where the conversation stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    Before,
    Open,
    Leaving,
}

struct Server {
    out: Sender<Message>,
    jobs: Sender<Job>,
    counts: Arc<Counts>,
    phase: Phase,
    documents: Documents,
    encoding: Encoding,
    client: Client,
    watches: bool,
    folders: Vec<PathBuf>,
    folder: PathBuf,
    /// Counts the states of the documents.
    revision: u64,
    /// The last state whose check is done, well or not.
    settled: u64,
    analysis: Option<Arc<Analysis>>,
    waiting: Vec<Request>,
    published: Published,
}

impl Server {
    fn new(out: Sender<Message>, jobs: Sender<Job>, clock: Clock) -> Self {
        Self {
            out,
            jobs,
            counts: Arc::new(Counts::new(clock)),
            phase: Phase::Before,
            documents: Documents::default(),
            encoding: Encoding::default(),
            client: Client::default(),
            watches: false,
            folders: Vec::new(),
            folder: std::env::current_dir().unwrap_or_default(),
            revision: 0,
            settled: 0,
            analysis: None,
            waiting: Vec::new(),
            published: Published::default(),
        }
    }

    fn run(mut self, incoming: &Receiver<Incoming>, done: &Receiver<Done>) -> bool {
        loop {
            select! {
                recv(incoming) -> message => match message {
                    Ok(Incoming::Message(message)) => match *message {
                        Message::Request(request) => self.request(request),
                        Message::Notification(note) if note.method == "exit" => break,
                        Message::Notification(note) => self.notification(note),
                        Message::Response(_) => {}
                    },
                    Ok(Incoming::Malformed(reason)) => self.malformed(&reason),
                    Ok(Incoming::End) | Err(_) => break,
                },
                recv(done) -> checked => match checked {
                    Ok(checked) => self.checked(checked),
                    Err(_) => break,
                },
            }
        }
        self.phase == Phase::Leaving
    }

    fn send(&self, message: impl Into<Message>) {
        // The writer is gone only when the client is; the loop ends then by itself.
        let _ = self.out.send(message.into());
    }

    fn notify(&self, method: &str, params: impl serde::Serialize) {
        self.send(Notification::new(method.to_owned(), params));
    }

    fn malformed(&self, reason: &str) {
        let message = format!("a message could not be read: {reason}");
        self.notify("window/logMessage", lsp::LogMessageParams { typ: lsp::MessageType::ERROR, message });
    }

    // --- requests ----------------------------------------------------------------------------------------

    fn request(&mut self, request: Request) {
        match (self.phase, request.method.as_str()) {
            (Phase::Before, "initialize") => self.initialize(request),
            (Phase::Before, _) => self.refuse(
                request.id,
                ErrorCode::ServerNotInitialized,
                "the first request must be `initialize`",
            ),
            (Phase::Open, "shutdown") => {
                self.phase = Phase::Leaving;
                for waiting in std::mem::take(&mut self.waiting) {
                    self.refuse(waiting.id, ErrorCode::RequestCanceled, "the server is leaving");
                }
                self.send(Response::new_ok(request.id, Value::Null));
            }
            (Phase::Open, method) if !requests::is_known(method) => {
                self.refuse(request.id, ErrorCode::MethodNotFound, &format!("`{method}` is not offered"));
            }
            (Phase::Open, method) => {
                // These take the text as it is.
                let now = matches!(method, "textDocument/completion" | "textDocument/formatting");
                let fresh = self.settled == self.revision || now;
                match &self.analysis {
                    Some(_) if fresh => self.answer(request),
                    _ if self.waiting.len() >= WAITING => {
                        self.refuse(request.id, ErrorCode::ServerCancelled, "too much waits already");
                    }
                    _ => {
                        self.waiting.push(request);
                        self.check(true, self.analysis.is_none());
                    }
                }
            }
            (Phase::Leaving, _) => {
                self.refuse(request.id, ErrorCode::InvalidRequest, "after `shutdown` there is only `exit`");
            }
        }
    }

    fn refuse(&self, id: RequestId, code: ErrorCode, message: &str) {
        self.send(Response::new_err(id, code as i32, message.to_owned()));
    }

    fn initialize(&mut self, request: Request) {
        #[allow(deprecated)] // older clients still send only these
        let (folders, root, capabilities) =
            match serde_json::from_value::<lsp::InitializeParams>(request.params) {
                Ok(params) => {
                    (params.workspace_folders.unwrap_or_default(), params.root_uri, params.capabilities)
                }
                Err(error) => return self.refuse(request.id, ErrorCode::InvalidParams, &error.to_string()),
            };
        self.encoding = Encoding::negotiate(&capabilities);
        self.client = capabilities::client(&capabilities);
        self.watches = capabilities::watches(&capabilities);
        self.folders = folders.iter().filter_map(|f| paths::on_disk(&f.uri)).collect();
        if self.folders.is_empty() {
            self.folders.extend(root.and_then(|uri| paths::on_disk(&uri)));
        }
        if let Some(first) = self.folders.first() {
            self.folder.clone_from(first);
        }
        self.phase = Phase::Open;
        let result = lsp::InitializeResult {
            capabilities: capabilities::server(self.encoding),
            server_info: Some(lsp::ServerInfo {
                name: "herald".to_owned(),
                version: Some(env!("CARGO_PKG_VERSION").to_owned()),
            }),
        };
        self.send(Response::new_ok(request.id, result));
    }

    /// Answers a request from the last check. What may take a while is answered from a thread of its own.
    fn answer(&self, request: Request) {
        let Some(analysis) = self.analysis.clone() else { return };
        let snapshot = Snapshot {
            analysis,
            documents: self.documents.clone(),
            encoding: self.encoding,
            client: self.client,
            folder: self.folder.clone(),
        };
        let (counts, out) = (Arc::clone(&self.counts), self.out.clone());
        let id = request.id.clone();
        let slow = matches!(request.method.as_str(), "textDocument/hover" | "textDocument/rename");
        let work = move || {
            let id = request.id.clone();
            let answer = catch_unwind(AssertUnwindSafe(|| requests::answer(&snapshot, &counts, request)));
            let answer = answer.unwrap_or_else(|_| {
                Err(requests::failure(
                    ErrorCode::InternalError,
                    "this request failed; please report it as a mistake of the program",
                ))
            });
            let _ = out.send(Response { id, response_result: answer }.into());
        };
        if !slow {
            work();
        } else if thread::Builder::new().stack_size(32 << 20).spawn(work).is_err() {
            self.refuse(id, ErrorCode::InternalError, "no thread could be started");
        }
    }

    // --- notifications -----------------------------------------------------------------------------------

    fn notification(&mut self, note: Notification) {
        if self.phase != Phase::Open {
            return;
        }
        let method = note.method.clone();
        if let Err(error) = self.take(note) {
            self.malformed(&format!("`{method}`: {error}"));
        }
    }

    fn take(&mut self, note: Notification) -> Result<(), serde_json::Error> {
        match note.method.as_str() {
            "initialized" => {
                if self.watches {
                    let id = RequestId::from("watch".to_owned());
                    let params = capabilities::watchers();
                    self.send(Request::new(id, "client/registerCapability".to_owned(), params));
                }
                self.files_changed();
            }
            "textDocument/didOpen" => {
                let opened: lsp::DidOpenTextDocumentParams = serde_json::from_value(note.params)?;
                let document = opened.text_document;
                let path = paths::path_of(&document.uri, &self.folder);
                self.documents.open(path, document.uri, document.version, &document.text);
                self.files_changed();
            }
            "textDocument/didChange" => {
                let changed: lsp::DidChangeTextDocumentParams = serde_json::from_value(note.params)?;
                let path = paths::path_of(&changed.text_document.uri, &self.folder);
                let version = changed.text_document.version;
                if self.documents.change(&path, version, changed.content_changes, self.encoding) {
                    self.changed();
                }
            }
            "textDocument/didClose" => {
                let closed: lsp::DidCloseTextDocumentParams = serde_json::from_value(note.params)?;
                self.documents.close(&paths::path_of(&closed.text_document.uri, &self.folder));
                self.files_changed();
            }
            "textDocument/didSave" | "workspace/didChangeWatchedFiles" => self.files_changed(),
            "workspace/didChangeWorkspaceFolders" => {
                let changed: lsp::DidChangeWorkspaceFoldersParams = serde_json::from_value(note.params)?;
                let path = |f: &lsp::WorkspaceFolder| paths::on_disk(&f.uri);
                let removed: Vec<PathBuf> = changed.event.removed.iter().filter_map(path).collect();
                let added: Vec<PathBuf> = changed.event.added.iter().filter_map(path).collect();
                self.folders.retain(|f| !removed.contains(f));
                self.folders.extend(added);
                self.files_changed();
            }
            "$/cancelRequest" => {
                let cancelled: lsp::CancelParams = serde_json::from_value(note.params)?;
                let id = match cancelled.id {
                    lsp::NumberOrString::Number(n) => RequestId::from(n),
                    lsp::NumberOrString::String(s) => RequestId::from(s),
                };
                if let Some(at) = self.waiting.iter().position(|r| r.id == id) {
                    self.waiting.remove(at);
                    self.refuse(id, ErrorCode::RequestCanceled, "cancelled");
                }
            }
            _ => {}
        }
        Ok(())
    }

    // --- checks ------------------------------------------------------------------------------------------

    fn changed(&mut self) {
        self.revision += 1;
        self.check(!self.waiting.is_empty(), false);
    }

    /// There may be other files than before.
    fn files_changed(&mut self) {
        self.revision += 1;
        self.check(!self.waiting.is_empty(), true);
    }

    fn check(&self, urgent: bool, look: bool) {
        let _ = self.jobs.send(Job {
            revision: self.revision,
            documents: self.documents.clone(),
            folders: self.folders.clone(),
            folder: self.folder.clone(),
            urgent,
            look,
        });
    }

    fn checked(&mut self, done: Done) {
        self.settled = done.revision;
        let fresh = done.revision == self.revision;
        if let Some(analysis) = done.analysis {
            self.analysis = Some(Arc::clone(&analysis));
            // Findings for a text that has changed since would stand at the wrong places.
            if fresh {
                for params in self.published.update(&analysis, &self.documents, self.encoding) {
                    self.notify("textDocument/publishDiagnostics", params);
                }
            }
        }
        if fresh && self.phase == Phase::Open {
            for request in std::mem::take(&mut self.waiting) {
                match self.analysis {
                    Some(_) => self.answer(request),
                    None => {
                        self.refuse(request.id, ErrorCode::InternalError, "the project could not be checked");
                    }
                }
            }
        }
    }
}
