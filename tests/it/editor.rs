//! An editor of the test's own: JSON-RPC over the program's standard input and output, with a limit on every wait.

use std::collections::{HashMap, VecDeque};
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use serde_json::{Value, json};

use crate::shop::Project;

/// How long an answer may take on a busy machine.
const PATIENCE: Duration = Duration::from_mins(1);

/// A running server and what it said.
pub struct Editor {
    child: Child,
    input: Option<ChildStdin>,
    output: Receiver<Value>,
    root: String,
    next: i64,
    versions: HashMap<String, i64>,
    /// Findings that came in, oldest first.
    published: VecDeque<Value>,
    /// What the server said it can do.
    pub capabilities: Value,
    /// Log messages.
    pub logged: Vec<String>,
}

/// A place in a text: so many characters behind the beginning of the first such words.
pub struct Mark {
    words: &'static str,
    behind: usize,
}

impl Mark {
    pub fn at(words: &'static str, behind: usize) -> Self {
        Self { words, behind }
    }

    /// The place as parameters of a request.
    pub fn params(&self, uri: &str, text: &str) -> Value {
        let start = text.find(self.words).unwrap_or_else(|| panic!("`{}` is not there", self.words));
        let offset = start + self.words.chars().take(self.behind).map(char::len_utf8).sum::<usize>();
        json!({ "textDocument": { "uri": uri }, "position": position(text, offset) })
    }
}

/// The place of an offset, in UTF-16 units.
pub fn position(text: &str, offset: usize) -> Value {
    let before = &text[..offset];
    let line = before.rfind('\n').map_or(0, |i| i + 1);
    json!({ "line": before.matches('\n').count(), "character": before[line..].encode_utf16().count() })
}

/// The place of the first such words.
pub fn place(text: &str, words: &str) -> Value {
    position(text, text.find(words).unwrap_or_else(|| panic!("`{words}` is not there")))
}

impl Editor {
    /// Starts the server on a project, and waits until it is ready.
    pub fn start(project: &Project, encodings: &[&str]) -> Self {
        let mut editor = Self::silent(project);
        let root = editor.root.clone();
        let params = json!({
            "processId": null,
            "workspaceFolders": [{ "uri": root, "name": "shop" }],
            "capabilities": {
                "general": { "positionEncodings": encodings },
                "textDocument": {
                    "completion": { "completionItem": { "snippetSupport": true } },
                    "documentSymbol": { "hierarchicalDocumentSymbolSupport": true }
                }
            }
        });
        editor.capabilities = editor.request("initialize", params)["capabilities"].clone();
        editor.notify("initialized", json!({}));
        editor
    }

    /// Starts the server and says nothing yet.
    pub fn silent(project: &Project) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_herald"))
            .args(["lsp", "--as-of", "2026-11-20T00:00:00Z"])
            .current_dir(project.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let input = child.stdin.take();
        let mut stdout = BufReader::new(child.stdout.take().unwrap());
        let (send, output) = channel();
        std::thread::spawn(move || {
            while let Some(message) = read(&mut stdout) {
                if send.send(message).is_err() {
                    return;
                }
            }
        });
        Self {
            child,
            input,
            output,
            root: format!("file://{}", project.path().display()),
            next: 0,
            versions: HashMap::new(),
            published: VecDeque::new(),
            capabilities: Value::Null,
            logged: Vec::new(),
        }
    }

    /// The URI of a file of the project, as this editor writes it.
    pub fn uri(&self, file: &str) -> String {
        let encoded: String = file
            .bytes()
            .map(|b| {
                if b.is_ascii_alphanumeric() || b"/._-".contains(&b) {
                    char::from(b).to_string()
                } else {
                    format!("%{b:02X}")
                }
            })
            .collect();
        format!("{}/{encoded}", self.root)
    }

    pub fn place(&self, text: &str, words: &str) -> Value {
        place(text, words)
    }

    /// Opens a document and gives its URI.
    pub fn open(&mut self, file: &str, text: &str) -> String {
        let uri = self.uri(file);
        self.versions.insert(uri.clone(), 1);
        let document = json!({ "uri": uri, "languageId": "campaign", "version": 1, "text": text });
        self.notify("textDocument/didOpen", json!({ "textDocument": document }));
        uri
    }

    /// Replaces the whole text of a document.
    pub fn change(&mut self, uri: &str, text: &str) {
        self.edit(uri, json!([{ "text": text }]));
    }

    /// Changes a document.
    pub fn edit(&mut self, uri: &str, changes: Value) {
        let version = self.versions.get_mut(uri).unwrap();
        *version += 1;
        let document = json!({ "uri": uri, "version": *version });
        self.notify("textDocument/didChange", json!({ "textDocument": document, "contentChanges": changes }));
    }

    pub fn close(&mut self, uri: &str) {
        self.versions.remove(uri);
        self.notify("textDocument/didClose", json!({ "textDocument": { "uri": uri } }));
    }

    /// The findings of a document as of its last change. For one that is not open: the next that are published.
    pub fn findings(&mut self, uri: &str) -> Value {
        self.findings_of(uri, self.versions.get(uri).copied())
    }

    /// The findings of such a version of a document.
    pub fn findings_of(&mut self, uri: &str, version: Option<i64>) -> Value {
        loop {
            while let Some(params) = self.published.pop_front() {
                if params["uri"] == uri && params["version"].as_i64() == version {
                    return params["diagnostics"].clone();
                }
            }
            let message = self.receive();
            assert!(message.get("id").is_none(), "an answer to no question: {message}");
        }
    }

    /// Asks, and gives the answer.
    pub fn request(&mut self, method: &str, params: Value) -> Value {
        let answer = self.ask(method, params);
        assert!(answer.get("error").is_none(), "{method}: {answer}");
        answer["result"].clone()
    }

    /// Asks for what is refused, and gives the reason.
    pub fn refused(&mut self, method: &str, params: Value) -> String {
        let answer = self.ask(method, params);
        answer["error"]["message"]
            .as_str()
            .unwrap_or_else(|| panic!("{method} was not refused: {answer}"))
            .to_owned()
    }

    /// Asks, and gives all of the answer.
    pub fn ask(&mut self, method: &str, params: Value) -> Value {
        self.next += 1;
        let id = self.next;
        self.send(&json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params }));
        self.answer(id)
    }

    /// Waits for the answer to a question.
    pub fn answer(&mut self, id: i64) -> Value {
        loop {
            let message = self.receive();
            if message["id"] == id && message.get("method").is_none() {
                return message;
            }
        }
    }

    pub fn notify(&mut self, method: &str, params: Value) {
        self.send(&json!({ "jsonrpc": "2.0", "method": method, "params": params }));
    }

    pub fn send(&mut self, message: &Value) {
        let text = message.to_string();
        self.raw(format!("Content-Length: {}\r\n\r\n{text}", text.len()).as_bytes());
    }

    /// Sends bytes as they are.
    pub fn raw(&mut self, bytes: &[u8]) {
        let input = self.input.as_mut().unwrap();
        input.write_all(bytes).unwrap();
        input.flush().unwrap();
    }

    fn receive(&mut self) -> Value {
        let message =
            self.output.recv_timeout(PATIENCE).unwrap_or_else(|_| panic!("the server says nothing"));
        match message["method"].as_str() {
            Some("textDocument/publishDiagnostics") => self.published.push_back(message["params"].clone()),
            Some("window/logMessage") => {
                self.logged.push(message["params"]["message"].as_str().unwrap().to_owned());
            }
            _ => {}
        }
        message
    }

    /// Takes leave as the protocol wants it.
    pub fn leave(mut self) {
        assert_eq!(self.request("shutdown", Value::Null), Value::Null);
        self.notify("exit", Value::Null);
        assert!(self.ended().success());
    }

    /// Waits for the server to end.
    pub fn ended(&mut self) -> ExitStatus {
        for _ in 0..600 {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status;
            }
            std::thread::sleep(Duration::from_millis(100));
        }
        panic!("the server does not end");
    }

    /// Closes the server's input.
    pub fn hang_up(&mut self) {
        self.input = None;
    }

    /// A text with a workspace edit's changes of its document.
    pub fn applied(&self, edit: &Value, uri: &str, text: &str) -> String {
        let edits =
            edit["changes"][uri].as_array().unwrap_or_else(|| panic!("no changes of {uri} in {edit}"));
        apply(text, edits)
    }
}

/// A text with edits, whose columns are UTF-16 units.
pub fn apply(text: &str, edits: &[Value]) -> String {
    let offset = |place: &Value| {
        let line: usize =
            text.split_inclusive('\n').take(place["line"].as_u64().unwrap() as usize).map(str::len).sum();
        let mut units = place["character"].as_u64().unwrap() as usize;
        let mut at = line;
        for c in text[line..].chars() {
            if units == 0 || c == '\n' {
                break;
            }
            units -= c.len_utf16();
            at += c.len_utf8();
        }
        at
    };
    let mut changes: Vec<_> = edits
        .iter()
        .map(|e| (offset(&e["range"]["start"]), offset(&e["range"]["end"]), e["newText"].as_str().unwrap()))
        .collect();
    changes.sort_unstable();
    let mut out = text.to_owned();
    for (start, end, new) in changes.into_iter().rev() {
        out.replace_range(start..end, new);
    }
    out
}

impl Drop for Editor {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn read(input: &mut impl BufRead) -> Option<Value> {
    let mut length = 0;
    loop {
        let mut line = String::new();
        if input.read_line(&mut line).ok()? == 0 {
            return None;
        }
        match line.trim().split_once(": ") {
            Some(("Content-Length", bytes)) => length = bytes.parse().unwrap(),
            _ if line.trim().is_empty() => break,
            _ => {}
        }
    }
    let mut body = vec![0; length];
    input.read_exact(&mut body).ok()?;
    Some(serde_json::from_slice(&body).unwrap())
}
