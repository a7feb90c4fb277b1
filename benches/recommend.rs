//! Recommendation at size, each method beside its peer (`recommend_peer.py`: implicit, scikit-learn, scipy) on the same log with equal
//! parameters, in turn, each in a process of its own: seconds to fit, seconds for the lists of everybody (ten each, what they had left
//! out), peak memory, and NDCG@10 of both on what was held back.
//!
//! `cargo bench --bench recommend`. The peers want `pip install numpy scipy scikit-learn implicit` for the `python3` on the path, or for
//! the one that `HERALD_BENCH_PYTHON` names. `HERALD_BENCH_SIZE=large` is 200,000 customers, 20,000 products and 5 million events.

#![allow(clippy::expect_used, missing_docs)] // a benchmark that cannot start should say so

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use herald::recommend::evaluate::{Ranking, ndcg, rank};
use herald::recommend::{Events, ItemLists, Log, Recipe, Settings};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde_json::{Value, json};

const TOP: usize = 10;

/// How much of everything there is, and what is too much for dense peers.
struct Size {
    users: u32,
    items: u32,
    events: usize,
    dense: bool,
}

fn main() {
    let mut args = std::env::args().skip(1).filter(|a| a != "--bench");
    if let (Some(log), Some(lists), Some(method), Some(settings)) =
        (args.next(), args.next(), args.next(), args.next())
    {
        return one(Path::new(&log), Path::new(&lists), &method, &settings);
    }
    let large = std::env::var("HERALD_BENCH_SIZE").is_ok_and(|s| s == "large");
    let size = if large {
        Size { users: 200_000, items: 20_000, events: 5_000_000, dense: false }
    } else {
        Size { users: 20_000, items: 4_000, events: 600_000, dense: true }
    };
    let folder = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/target/recommend-bench"));
    std::fs::create_dir_all(&folder).expect("target is writable");
    let (log, held) = made(&size);
    let file = folder.join("log.bin");
    std::fs::write(
        &file,
        log.iter().flat_map(|p| [p.0.to_le_bytes(), p.1.to_le_bytes()].concat()).collect::<Vec<_>>(),
    )
    .expect("target is writable");
    println!("{} customers, {} products, {} events", size.users, size.items, log.len());
    println!("{:<10}{:<14}{:>9}{:>12}{:>9}{:>10}", "", "", "fit, s", "lists, s", "MB", "NDCG@10");
    for (method, peer, settings) in methods(&size) {
        let lists = folder.join("lists.bin");
        let own = run(
            &std::env::current_exe().expect("this program has a path"),
            &[],
            &file,
            &lists,
            method,
            &settings,
        );
        tell(method, "herald", own, &lists, &held);
        if peer.is_empty() {
            continue;
        }
        let python = std::env::var("HERALD_BENCH_PYTHON").unwrap_or_else(|_| "python3".to_owned());
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/benches/recommend_peer.py");
        let theirs = run(Path::new(&python), &[script], &file, &lists, method, &settings);
        tell("", peer, theirs, &lists, &held);
    }
}

/// Each method with its peer's name (empty where there is none at this size) and the settings of both.
fn methods(size: &Size) -> Vec<(&'static str, &'static str, Value)> {
    let with = |settings: Value| {
        let mut all = json!({ "users": size.users, "items": size.items });
        for (key, value) in settings.as_object().expect("settings are an object") {
            all[key] = value.clone();
        }
        all
    };
    let only_small = |peer| if size.dense { peer } else { "" };
    let ease = if size.dense { 300.0 } else { 1000.0 };
    vec![
        ("item_cf", "implicit", with(json!({ "neighbours": 100 }))),
        ("user_cf", only_small("scikit-learn"), with(json!({ "neighbours": 80 }))),
        (
            "als",
            "implicit",
            with(json!({ "factors": 64, "iterations": 10, "regularisation": 20.0, "alpha": 5.0 })),
        ),
        ("svd", "scikit-learn", with(json!({ "factors": 64 }))),
        ("ease", only_small("scipy"), with(json!({ "regularisation": ease }))),
    ]
}

/// A log with tastes in it, so that there is something to find: each customer has two of a hundred, and takes seven of eight products
/// from them, by a power law. Each customer's last event is held back.
fn made(size: &Size) -> (Vec<(u32, u32)>, Vec<Vec<u32>>) {
    const TASTES: u32 = 100;
    let mut random = ChaCha8Rng::seed_from_u64(7);
    let power = |random: &mut ChaCha8Rng, n: u32| (f64::from(n) * random.random::<f64>().powi(3)) as u32 % n;
    let mut log = Vec::with_capacity(size.events);
    let mut held = vec![Vec::new(); size.users as usize];
    let each = size.events / size.users as usize;
    for user in 0..size.users {
        let tastes = [random.random_range(0..TASTES), random.random_range(0..TASTES)];
        // From a quarter to a few times the mean.
        let count = (each as f64 * (0.25 + 2.25 * random.random::<f64>().powi(2))) as usize;
        let mut own = Vec::with_capacity(count);
        for _ in 0..count.max(2) {
            let item = if random.random_range(0..8) < 7 {
                let taste = tastes[random.random_range(0..2)];
                power(&mut random, size.items / TASTES) * TASTES + taste
            } else {
                power(&mut random, size.items)
            };
            own.push(item);
        }
        let last = own.pop().filter(|item| !own.contains(item));
        held[user as usize].extend(last);
        own.sort_unstable();
        own.dedup();
        log.extend(own.into_iter().map(|item| (user, item)));
    }
    (log, held)
}

fn run(
    program: &Path,
    before: &[&str],
    log: &Path,
    lists: &Path,
    method: &str,
    settings: &Value,
) -> Option<Value> {
    let _ = std::fs::remove_file(lists);
    let output =
        Command::new(program).args(before).arg(log).arg(lists).arg(method).arg(settings.to_string()).output();
    let output = output.ok().filter(|o| o.status.success())?;
    serde_json::from_slice(output.stdout.trim_ascii()).ok()
}

fn tell(method: &str, who: &str, told: Option<Value>, lists: &Path, held: &[Vec<u32>]) {
    let Some(told) = told else {
        println!("{method:<10}{who:<14}not measured");
        return;
    };
    let quality = std::fs::read(lists).map_or(0.0, |bytes| quality(&bytes, held));
    let figure = |key: &str| told[key].as_f64().unwrap_or(0.0);
    println!(
        "{method:<10}{who:<14}{:>9.2}{:>12.2}{:>9.0}{quality:>10.4}",
        figure("fit"),
        figure("recommend"),
        figure("mb")
    );
}

fn quality(lists: &[u8], held: &[Vec<u32>]) -> f64 {
    let numbers: Vec<u32> =
        lists.chunks_exact(4).map(|b| u32::from_le_bytes([b[0], b[1], b[2], b[3]])).collect();
    let scored = numbers.chunks_exact(TOP).zip(held).filter(|(_, held)| !held.is_empty());
    let (mut sum, mut count) = (0.0, 0);
    for (list, held) in scored {
        sum += ndcg(list, held, TOP);
        count += 1;
    }
    sum / f64::from(count.max(1))
}

/// One method on one log: what the peer's script does, by this crate.
fn one(log: &Path, lists: &Path, method: &str, settings: &str) {
    let settings: Value = serde_json::from_str(settings).expect("the settings are JSON");
    let number = |key: &str| settings[key].as_f64();
    let whole = |key: &str| settings[key].as_u64().map(|n| n as usize);
    let (users, items) = (whole("users").expect("users are given"), whole("items").expect("items are given"));
    let bytes = std::fs::read(log).expect("the log is there");
    let mut events = Events::default();
    for pair in bytes.chunks_exact(8) {
        let number = |at: usize| u32::from_le_bytes([pair[at], pair[at + 1], pair[at + 2], pair[at + 3]]);
        events.push(number(0), number(4), 0.0, 1.0);
    }
    drop(bytes);
    let had: ItemLists = {
        let mut lists = vec![Vec::new(); users];
        events.user.iter().zip(&events.item).for_each(|(&user, &item)| lists[user as usize].push(item));
        lists.into_iter().collect()
    };
    let log = Log { events, users, items };
    let chosen = Settings {
        half_life: Some(None),
        trend: Some(None),
        neighbours: whole("neighbours"),
        shrinkage: Some(0.0),
        factors: whole("factors"),
        iterations: whole("iterations"),
        regularisation: number("regularisation").map(|n| n as f32),
        alpha: number("alpha").map(|n| n as f32),
        ..Settings::default()
    };
    let recipe = Recipe::named(method, &chosen).expect("the method is known");
    let began = Instant::now();
    let fitted = recipe.fit(&log).expect("the log can be learned from");
    let fit = began.elapsed().as_secs_f64();
    let began = Instant::now();
    let everybody: Vec<u32> = (0..users as u32).collect();
    let mut out: Vec<u8> = Vec::with_capacity(users * TOP * 4);
    let ranking = Ranking { fitted: &fitted, fallback: None, without: Some(&had), take: TOP };
    rank(&ranking, &everybody, |_, list| {
        for place in 0..TOP {
            out.extend(list.get(place).copied().unwrap_or(u32::MAX).to_le_bytes());
        }
    })
    .expect("the recipe fits the log");
    let recommend = began.elapsed().as_secs_f64();
    std::fs::write(lists, out).expect("target is writable");
    println!("{}", json!({ "fit": fit, "recommend": recommend, "mb": peak() }));
}

/// The process's peak memory in MB.
fn peak() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|l| l.strip_prefix("VmHWM:"));
    line.and_then(|l| l.trim().strip_suffix(" kB"))
        .and_then(|l| l.trim().parse::<f64>().ok())
        .map_or(0.0, |kb| kb / 1024.0)
}
