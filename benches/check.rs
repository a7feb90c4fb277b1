//! A thousand files of a hundred lines, read, parsed and checked together: `cargo bench --bench check`. The files are written to
//! `target/check-bench/`; their database is not there, so everything but the columns is checked.

#![allow(clippy::expect_used, missing_docs)] // a benchmark that cannot start should say so

use std::path::{Path, PathBuf};
use std::time::Instant;

use herald::check::Disk;
use herald::run::Workspace;

const FILES: usize = 1000;
const ROUNDS: usize = 5;

fn main() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/check-bench");
    let files = write_files(&folder);
    let lines: usize =
        files.iter().map(|f| std::fs::read_to_string(f).expect("just written").lines().count()).sum();
    let mut seconds: Vec<f64> = (0..ROUNDS).map(|_| check(&files, &folder)).collect();
    seconds.sort_by(f64::total_cmp);
    println!("{FILES} files, {lines} lines: median {:.3} s, best {:.3} s", seconds[ROUNDS / 2], seconds[0]);
}

/// One round, in seconds; the files must be sound.
fn check(files: &[PathBuf], root: &Path) -> f64 {
    let started = Instant::now();
    let workspace = Workspace::open(files, root, &Disk).expect("the files are there");
    assert!(!workspace.checked.has_errors(), "the benchmark's files are not sound");
    started.elapsed().as_secs_f64()
}

fn write_files(folder: &Path) -> Vec<PathBuf> {
    std::fs::create_dir_all(folder).expect("target is writable");
    let shop =
        "source shop {\n  database: \"nowhere.db\"\n  currency: CNY\n  timezone: \"Asia/Shanghai\"\n}\n";
    std::fs::write(folder.join("shop.campaign"), shop).expect("target is writable");
    let mut body = String::from("use shop from \"shop\"\n");
    for n in 0..14 {
        body.push_str(&format!(
            "\n## Segment {n}\nsegment s{n} {{\n  where: count(orders in last {} days) >= {n}\n     and country in [\"CN\", \"SG\"]\n     \
             and not any(purchases where product.category = \"phones\" in last 180 days)\n}}\n",
            n + 2
        ));
    }
    (0..FILES)
        .map(|n| {
            let path = folder.join(format!("f{n}.campaign"));
            std::fs::write(&path, &body).expect("target is writable");
            path
        })
        .collect()
}
