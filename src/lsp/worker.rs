//! The thread that checks. It waits for a moment of quiet, checks the newest state and forgets those in between, so that
//! typing never waits for a check.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, unbounded};

use super::analysis::Analysis;
use super::catalog::WatchedCatalog;
use super::documents::Documents;
use super::files;
use super::library;

/// How long it must be quiet before a check begins.
const QUIET: Duration = Duration::from_millis(25);

/// How many changes may put a check off.
const PATIENCE: usize = 8;

/// How often databases are looked at while nobody types.
const IDLE: Duration = Duration::from_secs(2);

/// After how many such looks the folders are searched, which takes longer, for clients that do not tell of new files.
const SELDOM: usize = 10;

/// The editor's state, to be checked.
#[derive(Clone)]
pub struct Job {
    /// Counts states.
    pub revision: u64,
    /// The open documents.
    pub documents: Documents,
    /// The workspace's folders.
    pub folders: Vec<PathBuf>,
    /// The project's folder.
    pub folder: PathBuf,
    /// Somebody waits for an answer.
    pub urgent: bool,
    /// There may be other files than before.
    pub look: bool,
}

/// The end of a check.
pub struct Done {
    /// The state that was checked.
    pub revision: u64,
    /// What was found; nothing if the check itself failed, which is a mistake of the program.
    pub analysis: Option<Arc<Analysis>>,
}

/// Starts the thread; checks come out of the receiver. It ends when the sender is gone.
pub fn start() -> (Sender<Job>, Receiver<Done>) {
    let (jobs, incoming) = unbounded();
    let (outgoing, results) = unbounded();
    let worker = Worker { incoming, outgoing, catalog: WatchedCatalog::default() };
    // The checker recurses as deep as expressions nest; the parser bounds that, and this is ample.
    let spawned =
        thread::Builder::new().name("check".to_owned()).stack_size(32 << 20).spawn(move || worker.run());
    drop(spawned);
    (jobs, results)
}

struct Worker {
    incoming: Receiver<Job>,
    outgoing: Sender<Done>,
    catalog: WatchedCatalog,
}

impl Worker {
    fn run(self) {
        let mut last: Option<Job> = None;
        // The campaign files of the folders, as they were last looked for.
        let mut found: Vec<PathBuf> = Vec::new();
        let mut idle = 0;
        loop {
            let job = match self.incoming.recv_timeout(IDLE) {
                Ok(job) => self.newest(job),
                Err(RecvTimeoutError::Disconnected) => return,
                Err(RecvTimeoutError::Timeout) => {
                    idle += 1;
                    let Some(job) = &last else { continue };
                    let look = idle % SELDOM == 0 && files::campaigns(&job.folders) != found;
                    if !look && !self.catalog.is_stale() {
                        continue;
                    }
                    Job { look, ..job.clone() }
                }
            };
            if job.look {
                found = files::campaigns(&job.folders);
            }
            let files = project(&job, &found);
            let checked = catch_unwind(AssertUnwindSafe(|| {
                Analysis::of(files, &job.folder, &job.documents, &self.catalog)
            }));
            let done = Done { revision: job.revision, analysis: checked.ok().map(Arc::new) };
            last = Some(job);
            if self.outgoing.send(done).is_err() {
                return;
            }
        }
    }

    /// The newest of the states that come in quick succession.
    fn newest(&self, mut job: Job) -> Job {
        let replace = |job: &mut Job, newer: Job| {
            let look = job.look || newer.look;
            *job = Job { look, ..newer };
        };
        for _ in 0..PATIENCE {
            if job.urgent {
                break;
            }
            match self.incoming.recv_timeout(QUIET) {
                Ok(newer) => replace(&mut job, newer),
                Err(_) => break,
            }
        }
        for newer in self.incoming.try_iter() {
            replace(&mut job, newer);
        }
        job
    }
}

/// The files of the project: those of the folders, and what is open elsewhere.
fn project(job: &Job, found: &[PathBuf]) -> Vec<PathBuf> {
    let open = job.documents.iter().map(|(path, _)| path).filter(|path| {
        let campaign = path.extension().is_some_and(|e| e == "campaign");
        campaign && library::name_of(path, &job.folder).is_none()
    });
    let mut files: Vec<PathBuf> = found.iter().chain(open).cloned().collect();
    files.sort();
    files.dedup();
    files
}
