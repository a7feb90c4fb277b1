//! The one thread that works: it checks the files after each save, answers what the page asks, and counts in between.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, TryRecvError};
use std::time::Instant;

use tokio::sync::oneshot;

use super::Settings;
use super::view::{Audience, Built, Counted, Entry, Looked, Mail, Person, Selection, View};
use crate::check::typed::{Expr, Op, Row, Type};
use crate::check::{Disk, Model};
use crate::data::{Fingerprint, Key};
use crate::deliver::State;
use crate::deliver::state::state_path;
use crate::diagnostic::Severity;
use crate::diagnostic::render::excerpts;
use crate::plan::{Asked, compile};
use crate::run::datum::Datum;
use crate::run::survey::{Each, Surveyor};
use crate::run::trace::trace;
use crate::run::valued::valued;
use crate::run::workspace::{DiskCatalog, campaign_files};
use crate::run::worst::{COUNTED, Worst};
use crate::run::{Draft, Outcome, RunError, Session, Store, Workspace};

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
/// How many are named of those who came or left.
const NAMED: usize = 5;
/// How many products are explained.
const TOP: usize = 12;

/// A campaign as it last could be shown.
struct Shown {
    build: u64,
    workspace: Arc<Workspace>,
    session: Session,
    audience: Arc<Vec<Key>>,
    /// The audience before the last save that was shown.
    before: Option<Arc<Vec<Key>>>,
    surveyor: Surveyor,
    worst: Worst,
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
            if let Err(error) = self.fill(&mut view, shown, selection) {
                stopped.get_or_insert(error.to_string());
            }
        }
        view.stopped = stopped;
        view.milliseconds = begun.elapsed().as_millis();
        view
    }

    fn fill(&self, view: &mut View, shown: &Shown, selection: &Selection) -> Result<(), RunError> {
        view.audience = Some(audience(shown)?);
        view.counted = Some(counted(shown));
        let Some(id) = selected(&shown.audience, selection) else { return Ok(()) };
        let session = &shown.session;
        if !session.shop.has_customer(&id)? {
            view.stopped = Some(format!("the shop has no customer {id}"));
            return Ok(());
        }
        let model = &shown.workspace.checked.model;
        let (trace, draft) = trace(session, self.records().as_ref(), &id, TOP)?;
        let condition = model.campaigns.get(&session.plan.campaign).map(|c| &c.audience);
        let draft = match draft {
            Some(draft) => Ok(draft),
            None => match session.would_get(&id)? {
                Some(Outcome::Draft(draft)) => Ok(*draft),
                Some(Outcome::Excluded { reason, .. }) => Err(reason),
                None => Err("there is nothing to say".to_owned()),
            },
        };
        match draft.and_then(|draft| mail(session, &draft)) {
            Ok(mail) => view.mail = Some(mail),
            Err(reason) => view.unwritable = Some(reason),
        }
        view.customer = Some(Looked {
            person: people(session, std::slice::from_ref(&id))?
                .pop()
                .unwrap_or(Person { id: id.clone(), name: String::new() }),
            place: shown.audience.binary_search(&id).ok().map(|at| at + 1),
            gates: trace.gates,
            mailed: trace.mailed,
            valued: condition.map(|c| valued(model, &session.shop, c, &id)).transpose()?.flatten(),
            values: trace
                .values
                .into_iter()
                .map(|(name, value)| (name, serde_json::to_value(value).unwrap_or_default()))
                .collect(),
            products: trace.products,
        });
        Ok(())
    }

    fn search(&mut self, campaign: Option<&str>, text: &str) -> Result<Vec<Person>, RunError> {
        let shown = campaign.and_then(|c| self.shown.get(c)).or_else(|| self.shown.values().next());
        let Some(shown) = shown else { return Ok(Vec::new()) };
        let shop = &shown.session.shop;
        let exact = Key::parse(text.trim());
        let mut ids = if shop.has_customer(&exact)? { vec![exact] } else { Vec::new() };
        if text.trim().chars().count() >= 2
            && let Some(condition) = named(shown, text.trim())
        {
            ids.extend(shop.select(&condition)?);
        }
        ids.truncate(20);
        people(&shown.session, &ids)
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

/// The customer that a selection means.
fn selected(audience: &[Key], selection: &Selection) -> Option<Key> {
    if let Some(random) = selection.random
        && !audience.is_empty()
    {
        return audience.get((random % audience.len() as u64) as usize).cloned();
    }
    let own = selection.customer.as_deref().map(Key::parse);
    let Some(step) = selection.step else { return own.or_else(|| audience.first().cloned()) };
    let last = audience.len().checked_sub(1)?;
    let at = match own.as_ref().map(|id| audience.binary_search(id)) {
        Some(Ok(at)) => at as i64 + step,
        // Somebody outside: on to the next inside, or back to the one before.
        Some(Err(at)) => at as i64 + step - i64::from(step > 0),
        None => 0,
    };
    audience.get((at.max(0) as usize).min(last)).cloned()
}

fn audience(shown: &Shown) -> Result<Audience, RunError> {
    let session = &shown.session;
    let (mut entered, mut left) = (Vec::new(), Vec::new());
    if let Some(before) = shown.before.as_ref().filter(|b| !Arc::ptr_eq(b, &shown.audience)) {
        entered = missing_from(before, &shown.audience);
        left = missing_from(&shown.audience, before);
    }
    let named = |ids: &[Key]| people(session, &ids[..ids.len().min(NAMED)]);
    Ok(Audience {
        words: session.audience_words().to_owned(),
        count: shown.audience.len(),
        all: session.shop.count_customers()?,
        newcomers: named(&entered)?,
        leavers: named(&left)?,
        entered: entered.len(),
        left: left.len(),
    })
}

/// Those of `now` that are not in `other`; both ascending.
fn missing_from(other: &[Key], now: &[Key]) -> Vec<Key> {
    let mut others = other.iter().peekable();
    now.iter()
        .filter(|id| {
            while others.peek().is_some_and(|o| o < id) {
                others.next();
            }
            others.peek() != Some(id)
        })
        .cloned()
        .collect()
}

fn counted(shown: &Shown) -> Counted {
    let (looked_at, of) = shown.surveyor.progress();
    Counted { looked_at, of, survey: shown.surveyor.survey.clone(), worst: shown.worst.cases() }
}

/// Customers with their names.
fn people(session: &Session, ids: &[Key]) -> Result<Vec<Person>, RunError> {
    let column = session.source.schema.relation("customers").and_then(|r| r.column("name"));
    let Some(column) = column else {
        return Ok(ids.iter().map(|id| Person { id: id.clone(), name: String::new() }).collect());
    };
    let columns = [("name".to_owned(), Expr::column(Row::Customer, "name", column.ty))];
    let rows = session.shop.values(ids, &columns)?;
    let name = |row: &Vec<Datum>| row.first().and_then(Datum::text).unwrap_or("").to_owned();
    Ok(ids.iter().zip(&rows).map(|(id, row)| Person { id: id.clone(), name: name(row) }).collect())
}

/// The condition that a customer's name or address contains a text, whatever its case.
fn named(shown: &Shown, text: &str) -> Option<Expr> {
    let customers = shown.session.source.schema.relation("customers")?;
    let lower = |e: Expr| Expr::new(Op::Function("lower".to_owned(), vec![e]), Type::Text);
    let literal = crate::check::typed::Literal::Text(text.to_lowercase());
    let wanted = Expr::new(Op::Literal(literal), Type::Text);
    let contains = ["name", "email"].iter().filter_map(|name| {
        let column = customers.column(name).filter(|c| c.ty == Type::Text)?;
        let value = lower(Expr::column(Row::Customer, &column.name, column.ty));
        Some(Expr::new(Op::Contains(Box::new(value), Box::new(wanted.clone())), Type::YesNo))
    });
    let parts: Vec<Expr> = contains.collect();
    (!parts.is_empty()).then(|| Expr::new(Op::Or(parts), Type::YesNo))
}

fn mail(session: &Session, draft: &Draft) -> Result<Mail, String> {
    let composed = session.writer.write_draft(draft, draft.due_at)?;
    let sender = session.senders.get(&draft.inputs.sender);
    let zone = &session.source.schema.timezone;
    Ok(Mail {
        from: sender.map(|s| format!("{} <{}>", s.name, s.email)).unwrap_or_default(),
        to: draft.address.written().to_owned(),
        page: composed.page(),
        html_bytes: composed.html.len(),
        bytes: composed.bytes.len(),
        warnings: composed.warnings.iter().map(ToString::to_string).collect(),
        subject: composed.subject,
        preheader: composed.preheader,
        text: composed.text,
        template: draft.inputs.template.clone(),
        variant: draft.variant.clone(),
        due: draft.due_at.to_zoned(zone.clone()).strftime("%Y-%m-%d %H:%M %Z").to_string(),
    })
}
