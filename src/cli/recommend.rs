//! `herald recommend`: lists for everybody in a bare file of interactions.

use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::common::{Failure, instant};
use super::terminal::{self, ODD, QUIET};
use crate::check::suggest;
use crate::data::log_file::{LogFile, read_log};
use crate::recommend::evaluate::{Question, Ranking, rank};
use crate::recommend::{Events, Log, Popular, Recipe, Settings, Weighting};
use crate::recommend::{auto, totals};

/// The method that is chosen by how each would have done.
const AUTO: &str = "auto";

#[derive(Debug, clap::Args)]
pub struct Args {
    /// The file, plain or gzipped, with the columns user, item, and if there are any value and timestamp
    #[arg(long, value_name = "FILE")]
    interactions: PathBuf,
    /// The method, as in the language; `auto` takes what would have done best on the file's own last weeks
    #[arg(long, value_name = "NAME")]
    method: String,
    /// Leave out what a user has had before
    #[arg(long)]
    new_only: bool,
    /// How many items each user gets
    #[arg(long, default_value_t = 10, value_name = "N")]
    top: usize,
    /// Where the lists go, as user,item,rank; `-` is standard output
    #[arg(long, default_value = "-", value_name = "FILE")]
    out: PathBuf,
    /// The instant that ages count from; the last of the file that is not in the future if not given. Later lines are left out
    #[arg(long, value_name = "WHEN")]
    as_of: Option<String>,
    /// Leave lists short rather than fill them up with what is popular
    #[arg(long)]
    no_fallback: bool,
    #[command(flatten)]
    settings: Tuning,
}

/// The settings of methods.
#[derive(Debug, Clone, clap::Args)]
#[command(next_help_heading = "Settings of methods")]
struct Tuning {
    /// The days after which a line counts half, or `none`
    #[arg(long, value_name = "DAYS", value_parser = half_life)]
    half_life: Option<HalfLife>,
    /// The half-life, in days, that items' doings of now are told from their past by, or `none`
    #[arg(long, value_name = "DAYS", value_parser = half_life)]
    trend: Option<HalfLife>,
    /// popular, trending: only the last so many days count
    #[arg(long, value_name = "DAYS", value_parser = positive)]
    window: Option<f32>,
    /// How many neighbours are kept
    #[arg(long, value_name = "N")]
    neighbours: Option<usize>,
    /// How much evidence a similarity needs
    #[arg(long, value_name = "X", value_parser = not_negative)]
    shrinkage: Option<f32>,
    /// How alike two are: `cosine`, `jaccard`, `bm25` or `tf_idf`
    #[arg(long, value_name = "WORD", value_parser = weighting)]
    weighting: Option<Weighting>,
    /// als, svd: how many numbers describe an item
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    factors: Option<u32>,
    /// als: how often users and items are worked out in turn
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    iterations: Option<u32>,
    /// als, ease: what keeps small what little speaks for
    #[arg(long, value_name = "X", value_parser = positive)]
    regularisation: Option<f32>,
    /// als: how much more a thing done counts than one not done
    #[arg(long, value_name = "X", value_parser = positive)]
    alpha: Option<f32>,
}

#[derive(Debug, Clone, Copy)]
struct HalfLife(Option<f32>);

fn half_life(text: &str) -> Result<HalfLife, String> {
    if text == "none" { Ok(HalfLife(None)) } else { positive(text).map(|days| HalfLife(Some(days))) }
}

fn weighting(text: &str) -> Result<Weighting, String> {
    let found = Weighting::ALL.into_iter().find(|w| w.word() == text);
    found.ok_or_else(|| format!("one of {}", Weighting::ALL.map(Weighting::word).join(", ")))
}

fn positive(text: &str) -> Result<f32, String> {
    not_negative(text).and_then(|n| if n > 0.0 { Ok(n) } else { Err("it must be more than 0".to_owned()) })
}

fn not_negative(text: &str) -> Result<f32, String> {
    let number = text.parse::<f32>().ok().filter(|n| n.is_finite() && *n >= 0.0);
    number.ok_or_else(|| "a number from 0 is needed".to_owned())
}

impl Tuning {
    fn settings(&self) -> Settings {
        Settings {
            half_life: self.half_life.map(|h| h.0),
            trend: self.trend.map(|h| h.0),
            window: self.window,
            neighbours: self.neighbours,
            shrinkage: self.shrinkage,
            weighting: self.weighting,
            factors: self.factors.map(|n| n as usize),
            iterations: self.iterations.map(|n| n as usize),
            regularisation: self.regularisation,
            alpha: self.alpha,
        }
    }
}

pub fn main(args: &Args) -> Result<ExitCode, Failure> {
    let named = named(args)?;
    let file = read_log(&args.interactions).map_err(|e| Failure::Other(e.to_string()))?;
    let as_of = match &args.as_of {
        Some(text) => instant(text, &TimeZone::UTC)?.as_second(),
        None => last_before(&file, Timestamp::now().as_second()),
    };
    let (log, later) = log(&file, as_of)?;
    tell_left_out(&file, later);
    let recipe = match named {
        Some(recipe) => recipe,
        None => chosen(&log, args.new_only)?,
    };
    let learned_from = log.to_learn_from(Question::of_new_only(args.new_only));
    let fitted = recipe.fit(&learned_from).map_err(|e| Failure::Other(e.to_string()))?;
    let popular = if args.no_fallback { None } else { Some(popular(&log)?) };
    let had = args.new_only.then(|| log.had());
    let ranking = Ranking {
        fitted: &fitted,
        fallback: popular.as_ref().map(|p| p as _),
        without: had.as_ref(),
        take: args.top,
    };
    write_lists(&args.out, &file, &ranking)?;
    Ok(ExitCode::SUCCESS)
}

/// The method asked for; none for `auto`.
fn named(args: &Args) -> Result<Option<Recipe>, Failure> {
    if args.method == AUTO {
        return Ok(None);
    }
    let recipe = Recipe::named(&args.method, &args.settings.settings());
    recipe.map(Some).ok_or_else(|| {
        let names = Recipe::NAMES.iter().copied().chain([AUTO]);
        let help = suggest::help(&args.method, names, "methods are").unwrap_or_default();
        Failure::Usage(format!("there is no method `{}`; {help}", args.method))
    })
}

/// The method that `auto` takes; what it is and why is told.
fn chosen(log: &Log, new_only: bool) -> Result<Recipe, Failure> {
    let choice =
        auto::choose(log, Question::of_new_only(new_only)).map_err(|e| Failure::Other(e.to_string()))?;
    for line in choice.explained() {
        anstream::eprintln!("{QUIET}{line}{QUIET:#}");
    }
    Ok(choice.recipe)
}

/// The last time in the file that has come already: one line of the year 2099 must not make all others old.
fn last_before(file: &LogFile, now: i64) -> i64 {
    file.at.iter().copied().filter(|at| *at <= now).max().unwrap_or(now)
}

/// The file's lines as events before an instant, and how many came after it.
fn log(file: &LogFile, as_of: i64) -> Result<(Log, u64), Failure> {
    let mut events = Events::default();
    let mut later = 0;
    for at in 0..file.user.len() {
        let seconds = file.at.get(at).map_or(0, |then| as_of - then);
        if seconds < 0 {
            later += 1;
            continue;
        }
        events.push(file.user[at], file.item[at], (seconds as f64 / 86_400.0) as f32, file.value[at]);
    }
    if events.is_empty() {
        return Err(Failure::Other("every line is later than the day asked for: see `--as-of`".to_owned()));
    }
    if totals::are_totals(&events) {
        anstream::eprintln!(
            "{QUIET}each user and item stands once: value is taken for how often, timestamp for the last time{QUIET:#}"
        );
        events = totals::spread(&events, file.users.len());
    }
    Ok((Log { events, users: file.users.len(), items: file.items.len() }, later))
}

fn tell_left_out(file: &LogFile, later: u64) {
    let left = &file.left_out;
    let count = terminal::count;
    let lines = (file.user.len() as u64).saturating_sub(later);
    anstream::eprintln!(
        "{QUIET}{} of {} with {}{QUIET:#}",
        terminal::counted(lines, "interaction"),
        terminal::counted(file.users.len() as u64, "user"),
        terminal::counted(file.items.len() as u64, "item"),
    );
    if left.returned > 0 {
        anstream::eprintln!(
            "{ODD}left out:{ODD:#} {} returned or cancelled (a value not above 0)",
            count(left.returned)
        );
    }
    if let Some((line, fault)) = &left.first {
        anstream::eprintln!(
            "{ODD}left out:{ODD:#} {} unreadable, first line {line}: {fault}",
            count(left.unreadable)
        );
    }
    if later > 0 {
        anstream::eprintln!(
            "{ODD}left out:{ODD:#} {} later than the instant that ages count from",
            count(later)
        );
    }
}

/// What everybody takes, lately where there are times.
fn popular(log: &Log) -> Result<Popular, Failure> {
    let half_life = Some(crate::recommend::buy_again::LATELY_DAYS);
    crate::recommend::Interactions::build(&log.events, log.users, log.items, half_life)
        .map(|interactions| Popular::fit(&interactions))
        .map_err(|e| Failure::Other(e.to_string()))
}

fn write_lists(out: &Path, file: &LogFile, ranking: &Ranking<'_>) -> Result<(), Failure> {
    let failed = |e: &dyn std::fmt::Display| Failure::Other(format!("{}: {e}", out.display()));
    let plain: Box<dyn Write> = if out.as_os_str() == "-" {
        Box::new(std::io::stdout().lock())
    } else {
        Box::new(std::fs::File::create(out).map_err(|e| failed(&e))?)
    };
    let mut csv = csv::Writer::from_writer(BufWriter::new(plain));
    csv.write_record(["user", "item", "rank"]).map_err(|e| failed(&e))?;
    let everybody: Vec<u32> = (0..file.users.len() as u32).collect();
    let mut written = Ok(());
    rank(ranking, &everybody, |user, items| {
        for (item, place) in items.iter().zip(1_usize..) {
            let record = [&file.users[user as usize], &file.items[*item as usize], &place.to_string()];
            if written.is_ok() {
                written = csv.write_record(record);
            }
        }
    })
    .map_err(|e| failed(&e))?;
    written.map_err(|e| failed(&e))?;
    csv.flush().map_err(|e| failed(&e))
}
