//! From a save to the page: `cargo bench --bench watch`. The real program watches a demo shop; each kind of change is saved
//! some twenty times, and the time is taken from before the write until the new view has been read over HTTP, as the page
//! reads it. Then two thousand saves, with the program's memory before and after.
//!
//! `HERALD_BENCH_CUSTOMERS=1000000 cargo bench --bench watch` does the same on a shop of that size (made once, with ten events a
//! customer).

#![allow(clippy::expect_used, clippy::unwrap_used, missing_docs)] // a benchmark that cannot start should say so

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use http::Events;

#[path = "../tests/it/http.rs"]
#[allow(dead_code)] // the tests ask for more of it
mod http;

/// Even, so that every change is taken back.
const SAVES: usize = 20;
const SOAK: usize = 2_000;
const WEEKEND: &str = "campaigns/weekend.campaign";

fn main() {
    let customers: u64 =
        std::env::var("HERALD_BENCH_CUSTOMERS").ok().and_then(|n| n.parse().ok()).unwrap_or(5_000);
    let folder = project(customers);
    let watching = Watching::start(&folder);
    let first = watching.view();
    println!("{customers} customers, {} in the audience", first["audience"]["count"]);
    let mut events = Events::of(watching.port, "/events");
    // The first count of the audience and of the worst cases is not what is measured.
    events.next("counted");
    watching.series(&mut events, "a template", "campaigns/templates/weekend_zh.mjml", "周末好", "周末愉快");
    watching.series(&mut events, "a subject", WEEKEND, "等您来看", "在等您");
    watching.series(
        &mut events,
        "a segment",
        WEEKEND,
        "views in last 14 days) >= 3",
        "views in last 13 days) >= 3",
    );
    watching.series(&mut events, "a filter", WEEKEND, "2 per category", "1 per category");
    if customers > 100_000 {
        return;
    }
    let before = watching.memory();
    for n in 0..SOAK {
        let days = |n: usize| format!("views in last {} days", 14 + n % 200);
        watching.save(&mut events, WEEKEND, &days(n), &days(n + 1));
    }
    println!("memory: {before} MB before, {} MB after {SOAK} more saves", watching.memory());
}

/// A project with the shipped campaigns and a demo shop, made once.
fn project(customers: u64) -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folder = root.join(format!("target/watch-bench/{customers}"));
    std::fs::create_dir_all(folder.join("campaigns/templates")).expect("target is writable");
    for file in
        ["shop.campaign", "weekend.campaign", "templates/weekend_zh.mjml", "templates/weekend_en.mjml"]
    {
        std::fs::copy(root.join("campaigns").join(file), folder.join("campaigns").join(file))
            .expect("it ships");
    }
    if !folder.join("campaigns/aurora.db").exists() {
        let (n, events) = (customers.to_string(), (customers * 10).to_string());
        let size: &[&str] = if customers == 5_000 { &[] } else { &["--customers", &n, "--events", &events] };
        let made = herald(&folder).args(["demo", "campaigns"]).args(size).status().expect("herald runs");
        assert!(made.success());
    }
    folder
}

fn herald(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_herald"));
    command.current_dir(folder).env("NO_COLOR", "1");
    command
}

struct Watching {
    folder: PathBuf,
    process: Child,
    port: u16,
}

impl Watching {
    fn start(folder: &Path) -> Self {
        let args = ["watch", "campaigns", "--as-of", "2026-11-20", "--port", "0"];
        let mut process = herald(folder).args(args).stdout(Stdio::piped()).spawn().expect("herald runs");
        let mut lines = BufReader::new(process.stdout.take().unwrap()).lines().map_while(Result::ok);
        let port = lines
            .by_ref()
            .find_map(|line| line.split_once("http://127.0.0.1:")?.1.split('/').next()?.parse().ok())
            .expect("it tells where the page is");
        std::thread::spawn(move || lines.for_each(drop));
        Self { folder: folder.to_owned(), process, port }
    }

    fn view(&self) -> serde_json::Value {
        serde_json::from_str(&http::get(self.port, "/view").body).expect("a view")
    }

    /// Saves one change and waits for the view of it.
    fn save(&self, events: &mut Events, file: &str, from: &str, to: &str) -> Duration {
        let path = self.folder.join(file);
        let text = std::fs::read_to_string(&path).unwrap();
        assert!(text.contains(from), "{file} has no {from}");
        let new = text.replace(from, to);
        let begun = Instant::now();
        std::fs::write(path, new).unwrap();
        events.next("built");
        let view = self.view();
        let took = begun.elapsed();
        assert!(view["built"]["sound"] == true && view["stale"] == false, "{}", view["findings"]);
        took
    }

    fn series(&self, events: &mut Events, what: &str, file: &str, one: &str, other: &str) {
        let mut took = Vec::new();
        for n in 0..SAVES {
            let (from, to) = if n % 2 == 0 { (one, other) } else { (other, one) };
            took.push(self.save(events, file, from, to));
            // A person pauses between saves; the count of the audience goes on meanwhile.
            std::thread::sleep(Duration::from_millis(150));
        }
        took.sort();
        let ms = |d: Duration| d.as_secs_f64() * 1000.0;
        println!(
            "{what:<12} median {:>6.1} ms, worst of {SAVES} {:>6.1} ms",
            ms(took[SAVES / 2]),
            ms(took[SAVES - 1])
        );
    }

    /// The program's resident memory in MB.
    fn memory(&self) -> u64 {
        let status =
            std::fs::read_to_string(format!("/proc/{}/status", self.process.id())).unwrap_or_default();
        let line = status.lines().find(|l| l.starts_with("VmRSS:")).unwrap_or_default();
        line.split_whitespace().nth(1).and_then(|kb| kb.parse::<u64>().ok()).unwrap_or(0) / 1024
    }
}

impl Drop for Watching {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
