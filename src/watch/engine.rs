//! The one thread that works: it checks the files after each save, answers what the page asks, and counts in between.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, TryRecvError};
use std::time::Instant;

use tokio::sync::oneshot;

use super::Settings;
use super::look;
use super::view::{Built, Entry, Person, Selection, View};
use crate::check::{Disk, Model};
use crate::data::{Fingerprint, Key};
use crate::deliver::State;
use crate::deliver::state::state_path;
use crate::diagnostic::Severity;
use crate::diagnostic::render::excerpts;
use crate::plan::{Asked, compile};
use crate::run::survey::{Each, Surveyor};
use crate::run::workspace::{DiskCatalog, campaign_files};
use crate::run::worst::{COUNTED, Worst};
use crate::run::{RunError, Session, Store, Workspace};

/// What the engine is asked.
pub enum Ask {
    /// Files changed.
    Changed(BTreeSet<PathBuf>),
    /// All that the page shows of a selection.
    View(Selection, oneshot::Sender<Box<View>>),
    /// Customers of a campaign's shop whose name, address or id has this text.
    Search(Option<String>, String, oneshot::Sender<Vec<Person>>),
}

/// What the engine tells everybody who listens.
pub trait Listener {
    /// The files were checked after a save.
    fn built(&mut self, built: &Built, workspace: Option<&Workspace>);
    /// A campaign's audience was counted to its end.
    fn counted(&mut self, campaign: &str);
    /// Folders whose files are read; watch these.
    fn reads(&mut self, folders: BTreeSet<PathBuf>);
}

/// Customers looked at between two questions.
const STRIDE: usize = 100;

/// A campaign as it last could be shown.
pub(super) struct Shown {
    build: u64,
    pub workspace: Arc<Workspace>,
    pub session: Session,
    pub audience: Arc<Vec<Key>>,
    /// How many customers the shop has.
    pub all: u64,
    /// The audience before the last save that was shown.
    pub before: Option<Arc<Vec<Key>>>,
    pub surveyor: Surveyor,
    pub worst: Worst,
    counting: bool,
}

/// The engine.
pub struct Engine {
    settings: Settings,
    store: Store,
    catalog: DiskCatalog,
    built: Built,
    /// The project as it is now; none if it could not even be read.
    now: Option<Arc<Workspace>>,
    /// Why it could not be read.
    unread: Option<String>,
    shown: BTreeMap<String, Shown>,
    prints: BTreeMap<PathBuf, Option<Fingerprint>>,
}

impl Engine {
    /// An engine that has looked at nothing yet.
    pub fn new(settings: Settings) -> Self {
        let store = Store::of_project(&settings.project);
        let built =
            Built { build: 0, sound: false, errors: 0, warnings: 0, changed: Vec::new(), milliseconds: 0 };
        Self {
            settings,
            store,
            catalog: DiskCatalog::default(),
            built,
            now: None,
            unread: None,
            shown: BTreeMap::new(),
            prints: BTreeMap::new(),
        }
    }

    /// Works until nobody asks any more.
    pub fn run(&mut self, asks: &Receiver<Ask>, listener: &mut dyn Listener) {
        self.build(&BTreeSet::new(), listener);
        loop {
            let ask = if self.has_work() {
                match asks.try_recv() {
                    Ok(ask) => Some(ask),
                    Err(TryRecvError::Empty) => None,
                    Err(TryRecvError::Disconnected) => return,
                }
            } else {
                match asks.recv() {
                    Ok(ask) => Some(ask),
                    Err(_) => return,
                }
            };
            match ask {
                Some(ask) => self.answer(ask, listener),
                None => self.count_on(listener),
            }
        }
    }

    fn answer(&mut self, ask: Ask, listener: &mut dyn Listener) {
        // Whoever asked may have gone by now.
        match ask {
            Ask::Changed(files) => self.build(&files, listener),
            Ask::View(selection, reply) => {
                let _ = reply.send(Box::new(self.view(&selection)));
            }
            Ask::Search(campaign, text, reply) => {
                let _ = reply.send(self.search(campaign.as_deref(), &text).unwrap_or_default());
            }
        }
    }

    /// Checks the project again after a change of these files.
    pub fn build(&mut self, changed: &BTreeSet<PathBuf>, listener: &mut dyn Listener) {
        if !changed.is_empty() && changed.iter().all(|file| self.is_unchanged_data(file)) {
            return;
        }
        let begun = Instant::now();
        self.store.next_round();
        self.load();
        let findings = self.now.as_ref().map(|w| w.checked.diagnostics.as_slice()).unwrap_or_default();
        let errors = findings.iter().filter(|d| d.severity == Severity::Error).count();
        self.built = Built {
            build: self.built.build + 1,
            sound: errors == 0 && self.now.is_some(),
            errors,
            warnings: findings.len() - errors,
            changed: changed.iter().map(|f| self.short(f)).collect(),
            milliseconds: begun.elapsed().as_millis(),
        };
        listener.reads(self.folders());
        listener.built(&self.built, self.now.as_deref());
    }

    fn load(&mut self) {
        let files = campaign_files(&self.settings.target);
        let loaded = match files {
            Ok(files) if files.is_empty() => Err("there is no `.campaign` file here".to_owned()),
            Ok(files) => Workspace::open_with(&files, &self.settings.project, &Disk, &self.catalog)
                .map_err(|e| e.to_string()),
            Err(error) => Err(format!("{} cannot be read: {error}", self.settings.target.display())),
        };
        match loaded {
            Ok(workspace) => {
                self.prints = databases(&workspace.checked.model)
                    .into_iter()
                    .map(|path| (path.clone(), Fingerprint::of(&path).ok()))
                    .collect();
                let names: BTreeSet<String> = workspace.campaigns().into_iter().collect();
                // Of a broken file the last good preview stays; a campaign that is no longer declared goes.
                if !workspace.checked.has_errors() {
                    self.shown.retain(|name, _| names.contains(name));
                }
                self.now = Some(Arc::new(workspace));
                self.unread = None;
            }
            Err(reason) => {
                self.now = None;
                self.unread = Some(reason);
            }
        }
    }

    /// Whether a file is a database (or the log beside it) in which nothing changed: reading alone may touch its files.
    fn is_unchanged_data(&self, file: &Path) -> bool {
        self.prints.iter().any(|(database, print)| {
            let mut log = database.as_os_str().to_owned();
            log.push("-wal");
            let same_file = |a: &Path, b: &Path| {
                a.file_name() == b.file_name()
                    && a.parent().and_then(canonical) == b.parent().and_then(canonical)
            };
            (same_file(file, database) || same_file(file, Path::new(&log)))
                && Fingerprint::of(database).ok() == *print
        })
    }

    /// The folders of everything that was read.
    fn folders(&self) -> BTreeSet<PathBuf> {
        let mut folders = BTreeSet::new();
        let target = &self.settings.target;
        folders.insert(if target.is_dir() { target.clone() } else { parent(target) });
        if let Some(workspace) = &self.now {
            folders
                .extend(workspace.project.sources.iter().filter_map(|(_, s)| s.path.as_deref()).map(parent));
            folders.extend(databases(&workspace.checked.model).iter().map(|d| parent(d)));
        }
        folders.into_iter().filter_map(|f| canonical(&f)).collect()
    }

    fn short(&self, file: &Path) -> String {
        let root = canonical(&self.settings.project).unwrap_or_default();
        file.strip_prefix(&root).unwrap_or(file).display().to_string()
    }

    /// Makes a campaign ready to be shown as it is now; the reason if it cannot be.
    fn ready(&mut self, campaign: &str) -> Result<(), String> {
        let Some(workspace) = self.now.clone() else { return Err(self.unread.clone().unwrap_or_default()) };
        if self.shown.get(campaign).is_some_and(|s| s.build == self.built.build) {
            return Ok(());
        }
        if workspace.checked.has_errors() {
            return Err("the files have errors".to_owned());
        }
        let session = self.session(&workspace, campaign)?;
        let audience = session.stored_audience(&self.store).map_err(|e| e.to_string())?;
        let all = session.stored_count(&self.store).map_err(|e| e.to_string())?;
        let before = self.shown.remove(campaign).map(|s| s.audience);
        let counted = if audience.len() > COUNTED {
            Arc::new(audience[..COUNTED].to_vec())
        } else {
            Arc::clone(&audience)
        };
        let shown = Shown {
            build: self.built.build,
            workspace,
            session,
            surveyor: Surveyor::new(counted),
            audience,
            all,
            before,
            worst: Worst::default(),
            counting: true,
        };
        self.shown.insert(campaign.to_owned(), shown);
        Ok(())
    }

    fn session(&self, workspace: &Workspace, campaign: &str) -> Result<Session, String> {
        let model = &workspace.checked.model;
        let source = model.campaigns.get(campaign).and_then(|c| model.sources.get(&c.source));
        let database = source.map(|s| s.schema.database.clone()).unwrap_or_default();
        let fingerprint = Fingerprint::of(&database).map_err(|e| e.to_string())?.to_hex();
        let asked = Asked {
            campaign,
            as_of: self.settings.as_of,
            occurrence: None,
            now: true,
            seed: self.settings.seed,
            fingerprint: &fingerprint,
        };
        let plan = compile(model, &asked).map_err(|e| e.to_string())?;
        let state = state_path(&self.settings.project);
        let state = state.exists().then_some(state);
        Session::open(model, plan, state.as_deref(), &self.store).map_err(|e| e.to_string())
    }

    fn records(&self) -> Option<State> {
        State::open_read_only(&self.settings.project).ok().flatten()
    }

    /// All that the page shows of a selection.
    pub fn view(&mut self, selection: &Selection) -> View {
        let begun = Instant::now();
        let campaigns = self.now.as_ref().map(|w| entries(w)).unwrap_or_default();
        let chosen = selection.campaign.clone().or_else(|| campaigns.first().map(|c| c.name.clone()));
        let mut stopped = match &chosen {
            Some(campaign) => self.ready(campaign).err(),
            None => {
                Some(self.unread.clone().unwrap_or_else(|| "there is no campaign in these files".to_owned()))
            }
        };
        let findings = self.now.as_ref().map(|w| excerpts(&w.checked.diagnostics, &w.project.sources));
        let mut view = View {
            built: self.built.clone(),
            campaigns,
            campaign: chosen.clone(),
            as_of: self.settings.as_of.to_string(),
            occurrence: String::new(),
            findings: findings.unwrap_or_default(),
            stopped: None,
            stale: false,
            audience: None,
            customer: None,
            mail: None,
            unwritable: None,
            counted: None,
            milliseconds: 0,
        };
        if let Some(shown) = chosen.and_then(|c| self.shown.get(&c)) {
            view.stale = shown.build != self.built.build;
            view.occurrence.clone_from(&shown.session.plan.occurrence);
            if let Err(error) = look::fill(&mut view, shown, selection, self.records().as_ref()) {
                stopped.get_or_insert(error.to_string());
            }
        }
        view.stopped = stopped;
        view.milliseconds = begun.elapsed().as_millis();
        view
    }

    fn search(&self, campaign: Option<&str>, text: &str) -> Result<Vec<Person>, RunError> {
        let shown = campaign.and_then(|c| self.shown.get(c)).or_else(|| self.shown.values().next());
        shown.map_or_else(|| Ok(Vec::new()), |shown| look::search(&shown.session, text))
    }

    fn has_work(&self) -> bool {
        self.shown.values().any(|s| s.counting && s.build == self.built.build)
    }

    /// Counts a little further.
    fn count_on(&mut self, listener: &mut dyn Listener) {
        let (state, build) = (self.records(), self.built.build);
        let next = self.shown.iter_mut().find(|(_, s)| s.counting && s.build == build);
        let Some((name, shown)) = next else { return };
        let worst = &mut shown.worst;
        let each: Each<'_> = &mut |draft, written| worst.see(draft, written);
        let more = shown.surveyor.step(&shown.session, state.as_ref(), true, STRIDE, each);
        // What keeps it from being counted keeps it from being run too, and is told there.
        shown.counting = more.unwrap_or(false);
        if !shown.counting {
            listener.counted(name);
        }
    }

    /// How many results are kept in memory.
    pub fn remembered(&self) -> usize {
        self.store.remembered()
    }
}

fn canonical(path: &Path) -> Option<PathBuf> {
    let path = if path.as_os_str().is_empty() { Path::new(".") } else { path };
    path.canonicalize().ok()
}

fn parent(file: &Path) -> PathBuf {
    file.parent().map(Path::to_owned).unwrap_or_default()
}

fn databases(model: &Model) -> Vec<PathBuf> {
    model.sources.values().map(|s| s.schema.database.clone()).collect()
}

fn entries(workspace: &Workspace) -> Vec<Entry> {
    let model = &workspace.checked.model;
    let of = |name: &String| {
        let campaign = model.campaigns.get(name)?;
        let file = workspace.project.sources.get(campaign.span.file).name.clone();
        Some(Entry { name: name.clone(), title: campaign.title.clone(), file })
    };
    workspace.campaigns().iter().filter_map(of).collect()
}
