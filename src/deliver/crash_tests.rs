//! A run that is killed again and again: at its end each customer has exactly one file and one row.
//!
//! The child is this test binary itself, started again for one ignored test with its folder in the environment.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::Duration;

use jiff::Timestamp;
use rand::{Rng, SeedableRng};

use super::state::{Chunk, Exclusion, HandedOver, NewMessage, NewRun, PendingMessage, RunStart, gate};
use super::{Address, Envelope, FilesTransport, State, StateError, Transport};
use crate::data::Key;

const FOLDER: &str = "HERALD_CRASH_TEST_FOLDER";
/// How many customers the run has; each tenth shares the address of the one before, each seventh gives no consent.
const CUSTOMERS: i64 = 3_000;
const CHUNK: u64 = 50;

fn address(customer: i64) -> Address {
    let owner = if customer % 10 == 9 { customer - 1 } else { customer };
    Address::parse(&format!("c{owner}@customer.invalid")).unwrap()
}

fn bytes(message: &PendingMessage) -> Vec<u8> {
    format!("To: {}\r\n\r\n{}{}\r\n", message.address, message.inputs, "x".repeat(5_000)).into_bytes()
}

fn outcome(customer: i64, chunk: &mut Chunk) {
    if customer % 7 == 3 {
        let (gate, reason) = ("consent".to_owned(), "no consent".to_owned());
        chunk.exclusions.push(Exclusion { customer: Key::Int(customer), gate, reason });
        return;
    }
    chunk.messages.push(NewMessage {
        customer: Key::Int(customer),
        address: address(customer),
        variant: None,
        template: "t".into(),
        message_id: format!("<{customer}@x.example>"),
        subject: "s".into(),
        inputs: format!("{customer}"),
        due_at: Timestamp::UNIX_EPOCH,
        limits: std::sync::Arc::default(),
        set_aside: None,
    });
}

/// Hands over all that is pending, as `run` does.
fn hand_over(state: &mut State, files: &mut FilesTransport, run: super::state::RunId) -> Result<(), String> {
    loop {
        let pending = state.pending(run, CHUNK).map_err(|e| e.to_string())?;
        if pending.is_empty() {
            return Ok(());
        }
        let mut done = Vec::new();
        for message in &pending {
            let envelope = Envelope {
                campaign: "autumn",
                occurrence: "first",
                customer: &message.customer,
                to: &message.address,
                bytes: &bytes(message),
                at: message.due_at,
            };
            let receipt = files.deliver(&envelope).map_err(|e| e.to_string())?;
            done.push(HandedOver {
                id: message.id,
                at: message.due_at,
                place: receipt.place,
                hash: receipt.hash,
            });
        }
        files.flush().map_err(|e| e.to_string())?;
        state.mark_handed_over(&done).map_err(|e| e.to_string())?;
    }
}

/// Runs the campaign to its end, from wherever it stands.
fn work(folder: &Path) -> Result<(), String> {
    let mut state = State::open(folder).map_err(|e| e.to_string())?;
    let _lock = state.lock("autumn").map_err(|e| e.to_string())?;
    let new = NewRun {
        campaign: "autumn",
        occurrence: "first",
        as_of: Timestamp::UNIX_EPOCH,
        seed: 1,
        live: false,
        plan: "{}",
        plan_hash: "",
        sources: &[],
        git_commit: None,
        fingerprint: "",
        now: Timestamp::UNIX_EPOCH,
    };
    let run = match state.begin_or_resume(&new).map_err(|e| e.to_string())? {
        RunStart::New(run) | RunStart::Resume(run) => run,
        RunStart::Finished(_) => return Ok(()),
    };
    if run.audience_size.is_none() {
        state.freeze_audience(run.id, (0..CUSTOMERS).map(Key::Int)).map_err(|e| e.to_string())?;
    }
    let mut files = FilesTransport::open(&folder.join("outbox")).map_err(|e| e.to_string())?;
    hand_over(&mut state, &mut files, run.id)?;
    let mut next = run.next_ordinal;
    loop {
        let ids = state.audience_chunk(run.id, next, CHUNK).map_err(|e| e.to_string())?;
        if ids.is_empty() {
            break;
        }
        let mut chunk =
            Chunk { first_ordinal: next, next_ordinal: next + ids.len() as u64, ..Chunk::default() };
        for id in &ids {
            let Key::Int(customer) = id else { return Err("a strange id".into()) };
            outcome(*customer, &mut chunk);
        }
        next = chunk.next_ordinal;
        state.commit_chunk(run.id, &chunk).map_err(|e| e.to_string())?;
        hand_over(&mut state, &mut files, run.id)?;
    }
    state.finish(run.id, Timestamp::UNIX_EPOCH).map_err(|e| e.to_string())
}

#[test]
#[ignore = "the child process of the tests below"]
fn child() {
    let Some(folder) = std::env::var_os(FOLDER).map(PathBuf::from) else { return };
    if let Err(error) = work(&folder) {
        println!("child failed: {error}");
        std::process::exit(3);
    }
}

fn child_command() -> Command {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--ignored", "--exact", "--nocapture", "deliver::crash_tests::child"]);
    command
}

fn start(folder: &Path) -> Child {
    child_command().env(FOLDER, folder).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
}

/// Exactly one outcome a customer, and exactly the files that the rows tell of.
fn check_everybody_once(folder: &Path) {
    let state = State::open_read_only(folder).unwrap().unwrap();
    let run = state.find_run("autumn", "first").unwrap().unwrap();
    assert_eq!(run.status, super::state::RunStatus::Finished);
    let mut expected = BTreeSet::new();
    for customer in 0..CUSTOMERS {
        let key = Key::Int(customer);
        let (message, exclusion) =
            (state.message(run.id, &key).unwrap(), state.exclusion(run.id, &key).unwrap());
        let consents = customer % 7 != 3;
        let twin = customer % 10 == 9 && (customer - 1) % 7 != 3;
        if consents && !twin {
            let message = message.unwrap_or_else(|| panic!("customer {customer} has no message"));
            assert_eq!(message.status, "handed_over");
            let place = message.place.unwrap();
            let file = std::fs::read(folder.join("outbox").join(&place)).unwrap();
            assert_eq!(
                message.hash.unwrap(),
                blake3::hash(&file).to_hex().to_string(),
                "customer {customer}"
            );
            expected.insert(place.rsplit_once('/').unwrap().1.to_owned());
            assert!(exclusion.is_none());
        } else {
            assert!(message.is_none());
            assert_eq!(exclusion.unwrap().gate, if consents { gate::SAME_ADDRESS } else { "consent" });
        }
    }
    let files: BTreeSet<String> = std::fs::read_dir(folder.join("outbox/autumn/first"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    assert_eq!(files, expected, "the files are the messages, and nothing else is there");
}

#[test]
fn killed_forty_times_a_run_still_sends_to_each_customer_exactly_once() {
    let mut dir = tempfile::tempdir().unwrap();
    let mut rng = rand_chacha::ChaCha8Rng::seed_from_u64(20_260_601);
    let mut kills = 0;
    while kills < 40 {
        let mut child = start(dir.path());
        sleep(Duration::from_millis(rng.random_range(5..60)));
        if let Some(ended) = child.try_wait().unwrap() {
            // Done before it could be killed: looked at, and another run is begun.
            assert!(ended.success());
            check_everybody_once(dir.path());
            dir = tempfile::tempdir().unwrap();
        } else {
            child.kill().unwrap();
            child.wait().unwrap();
            kills += 1;
        }
    }
    assert!(start(dir.path()).wait().unwrap().success());
    check_everybody_once(dir.path());
    assert!(start(dir.path()).wait().unwrap().success(), "a finished run started again does nothing");
    check_everybody_once(dir.path());
}

#[test]
fn a_second_process_is_refused_while_the_first_runs_and_not_after_its_death() {
    let dir = tempfile::tempdir().unwrap();
    let state = State::open(dir.path()).unwrap();
    let lock = state.lock("autumn").unwrap();
    let refused = child_command().env(FOLDER, dir.path()).output().unwrap();
    assert_eq!(refused.status.code(), Some(3));
    assert!(String::from_utf8_lossy(&refused.stdout).contains("another herald is running this campaign"));
    drop(lock);

    let mut child = start(dir.path());
    let taken = (0..2_000).any(|_| {
        sleep(Duration::from_millis(1));
        matches!(state.lock("autumn"), Err(StateError::AlreadyRunning { .. }))
    });
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(taken, "the child never held the lock");
    assert!(state.lock("autumn").is_ok(), "a dead process holds nothing");
}

/// The shell's limit on file sizes stands for a disk that fills up: beyond it a write fails as on a full disk.
#[cfg(unix)]
#[test]
fn a_message_that_does_not_fit_on_the_disk_leaves_nothing_half_written() {
    let dir = tempfile::tempdir().unwrap();
    // Files of 8 blocks of 512 or 1024 bytes at most, depending on the shell; the child's message has 64 KB.
    let limited = Command::new("sh")
        .args(["-c", "trap '' XFSZ; ulimit -f 8; exec \"$@\"", "sh"])
        .arg(std::env::current_exe().unwrap())
        .args(["--ignored", "--exact", "--nocapture", "deliver::crash_tests::large_message"])
        .env(FOLDER, dir.path())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&limited.stdout).into_owned();
    assert!(said.contains("the disk is full") && said.contains("17.eml"), "{said}");
    assert_eq!(std::fs::read_dir(dir.path().join("autumn/first")).unwrap().count(), 0);
}

#[test]
#[ignore = "the child process of the test above"]
fn large_message() {
    let Some(folder) = std::env::var_os(FOLDER).map(PathBuf::from) else { return };
    let mut files = FilesTransport::open(&folder).unwrap();
    let envelope = Envelope {
        campaign: "autumn",
        occurrence: "first",
        customer: &Key::Int(17),
        to: &address(17),
        bytes: &vec![b'x'; 65_536],
        at: Timestamp::UNIX_EPOCH,
    };
    println!("{}", files.deliver(&envelope).unwrap_err());
}
