//! K-means on 100,000 points of 20 numbers, ten clusters, against scikit-learn's in the same run.
//!
//! `cargo bench --bench learn` prints the median seconds and the inertia of one beginning and of ten. The peer wants
//! `pip install scikit-learn` for the `python3` on the path, or for the one that `HERALD_BENCH_PYTHON` names; it runs on the
//! same points before, not at the same time.

#![allow(clippy::expect_used, missing_docs)] // a benchmark that cannot start should say so

use std::path::Path;
use std::process::Command;
use std::time::Instant;

use herald::learn::{KMeans, KMeansParams, Points};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

const ROWS: usize = 100_000;
const WIDTH: usize = 20;
const K: usize = 10;

fn main() {
    let values = points();
    let theirs = peer(&values);
    for (at, restarts) in [1, 10].into_iter().enumerate() {
        let mut times = Vec::new();
        let mut inertia = 0.0;
        for round in 0..3 {
            let params = KMeansParams { restarts, seed: round, ..KMeansParams::new(K) };
            let start = Instant::now();
            inertia = KMeans::fit(Points::new(&values, WIDTH), params).inertia;
            times.push(start.elapsed().as_secs_f64());
        }
        times.sort_by(f64::total_cmp);
        let beginnings = if restarts == 1 { "1 beginning" } else { "10 beginnings" };
        print!("{beginnings:<14} herald {:.3} s, inertia {inertia:.0}", times[1]);
        match theirs.get(at) {
            Some((seconds, their_inertia)) => println!(
                "; scikit-learn {seconds:.3} s, inertia {their_inertia:.0}; {:.1} times, inertia {:+.2} %",
                seconds / times[1],
                100.0 * (inertia / their_inertia - 1.0)
            ),
            None => println!(),
        }
    }
}

/// Points around 30 centres, nearer to each other than wide, so that ten clusters are not obvious.
fn points() -> Vec<f32> {
    let mut rng = ChaCha8Rng::seed_from_u64(1);
    let mut normal = || (0..12).map(|_| rng.random::<f32>()).sum::<f32>() - 6.0;
    let centres: Vec<f32> = (0..30 * WIDTH).map(|_| 1.5 * normal()).collect();
    (0..ROWS * WIDTH).map(|i| centres[(i / WIDTH % 30) * WIDTH + i % WIDTH] + normal()).collect()
}

/// Seconds and inertia of the peer; nothing where there is none.
fn peer(values: &[f32]) -> Vec<(f64, f64)> {
    let python = std::env::var("HERALD_BENCH_PYTHON").unwrap_or_else(|_| "python3".to_owned());
    let folder = tempfile::tempdir().expect("a folder for the points");
    let file = folder.path().join("points.f32");
    let bytes: Vec<u8> = values.iter().flat_map(|x| x.to_le_bytes()).collect();
    std::fs::write(&file, bytes).expect("points are written");
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/learn_peer.py");
    let out =
        Command::new(python).arg(script).arg(&file).args([ROWS, WIDTH, K].map(|n| n.to_string())).output();
    let Some(out) = out.ok().filter(|o| o.status.success()) else {
        println!(
            "scikit-learn not measured: `pip install scikit-learn`, or name a python in HERALD_BENCH_PYTHON"
        );
        return Vec::new();
    };
    let told = String::from_utf8_lossy(&out.stdout).into_owned();
    let line = |line: &str| {
        let mut parts = line.split(' ').skip(1).filter_map(|p| p.parse().ok());
        Some((parts.next()?, parts.next()?))
    };
    told.lines().filter_map(line).collect()
}
