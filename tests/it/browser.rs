//! A real browser: headless Chromium, told what to do over its debugging protocol.

use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tungstenite::{Message, WebSocket};

use crate::http;

/// A browser of the test's own, with a profile of its own.
pub struct Browser {
    process: Child,
    port: u16,
    _profile: tempfile::TempDir,
}

impl Browser {
    /// Starts Chromium; none where it is not installed, unless the gate says that it must be.
    pub fn start() -> Option<Self> {
        let program = ["chromium", "chromium-browser", "google-chrome"]
            .into_iter()
            .find(|name| Command::new(name).arg("--version").output().is_ok_and(|o| o.status.success()));
        let Some(program) = program else {
            assert!(std::env::var_os("HERALD_NEEDS_BROWSER").is_none(), "there is no Chromium to test with");
            return None;
        };
        let profile = tempfile::tempdir().unwrap();
        let process = Command::new(program)
            .args(["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"])
            .args(["--disable-background-networking", "--disable-component-update", "--disable-sync"])
            .args(["--remote-debugging-port=0", "about:blank"])
            .arg(format!("--user-data-dir={}", profile.path().display()))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let told = profile.path().join("DevToolsActivePort");
        let port = within(Duration::from_secs(30), || port(&told)).expect("the browser starts");
        Some(Self { process, port, _profile: profile })
    }

    /// Opens a page in a window of this size.
    pub fn open(&self, address: &str, width: u32, height: u32) -> Tab {
        let answer =
            http::ask(self.port, "PUT", "/json/new?about:blank", &format!("127.0.0.1:{}", self.port));
        let tab: Value = serde_json::from_str(&answer.body).unwrap();
        let stream = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
        let (socket, _) = tungstenite::client(tab["webSocketDebuggerUrl"].as_str().unwrap(), stream).unwrap();
        let mut tab = Tab { socket, last: 0, problems: Vec::new() };
        tab.call("Runtime.enable", json!({}));
        tab.call("Log.enable", json!({}));
        tab.call("Page.enable", json!({}));
        tab.call(
            "Emulation.setDeviceMetricsOverride",
            json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": false }),
        );
        tab.call("Page.navigate", json!({ "url": address }));
        tab
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn port(told: &Path) -> Option<u16> {
    std::fs::read_to_string(told).ok()?.lines().next()?.parse().ok()
}

/// One page.
pub struct Tab {
    socket: WebSocket<TcpStream>,
    last: u64,
    /// What the page complained of: errors of scripts, and what its own policy refused.
    pub problems: Vec<String>,
}

impl Tab {
    fn call(&mut self, method: &str, params: Value) -> Value {
        self.last += 1;
        let id = self.last;
        let text = json!({ "id": id, "method": method, "params": params }).to_string();
        self.socket.send(Message::text(text)).unwrap();
        loop {
            let Message::Text(text) = self.socket.read().unwrap() else { continue };
            let answer: Value = serde_json::from_str(&text).unwrap();
            match answer["method"].as_str() {
                Some("Runtime.exceptionThrown") => self.problems.push(answer["params"].to_string()),
                Some("Log.entryAdded") if answer["params"]["entry"]["level"] == "error" => {
                    self.problems.push(answer["params"]["entry"].to_string());
                }
                _ => {}
            }
            if answer["id"] == id {
                assert!(answer["error"].is_null(), "{method}: {}", answer["error"]);
                return answer["result"].clone();
            }
        }
    }

    /// The value of an expression on the page.
    pub fn value(&mut self, expression: &str) -> Value {
        let params = json!({ "expression": expression, "returnByValue": true, "awaitPromise": true });
        self.call("Runtime.evaluate", params)["result"]["value"].clone()
    }

    /// Waits until an expression is true.
    pub fn until(&mut self, expression: &str) {
        let found = within(Duration::from_secs(20), || (self.value(expression) == true).then_some(()));
        assert!(found.is_some(), "never true: {expression}; {:?}", self.problems);
    }

    /// Presses a key that stands for a letter or sign.
    pub fn press(&mut self, key: &str) {
        self.call("Input.dispatchKeyEvent", json!({ "type": "keyDown", "key": key, "text": key }));
        self.call("Input.dispatchKeyEvent", json!({ "type": "keyUp", "key": key }));
    }
}

/// Tries until there is something, or the time is over.
fn within<T>(patience: Duration, mut attempt: impl FnMut() -> Option<T>) -> Option<T> {
    let begun = Instant::now();
    loop {
        if let Some(found) = attempt() {
            return Some(found);
        }
        if begun.elapsed() > patience {
            return None;
        }
        std::thread::sleep(Duration::from_millis(25));
    }
}
