//! `herald init`: a new project, on the demo shop or on a database whose tables are looked at.

mod write;

use std::io::Write as _;
use std::path::{Component, Path, PathBuf};
use std::process::ExitCode;

use jiff::Timestamp;

use super::common::{self, Failure};
use super::terminal::{self, BAD, GOOD, ODD, QUIET, STRONG};
use crate::check::{Disk, suggest};
use crate::data::guess::{Confidence, Database, Named, Proposal, Setting, guess};
use crate::data::inspect::{PhysicalTable, inspect};
use crate::data::{Currency, Fingerprint, open_shop};
use crate::diagnostic::Severity;
use crate::plan::{Asked, compile};
use crate::run::Workspace;
use crate::run::shop::Shop;

#[derive(Debug, clap::Args)]
pub struct Args {
    /// The project's folder; made if it is not there
    #[arg(default_value = ".")]
    dir: PathBuf,
    /// Your shop's SQLite database: its tables are looked at, and what they are is guessed; the demo shop if not given
    #[arg(long, value_name = "FILE")]
    database: Option<PathBuf>,
    /// The table of customers
    #[arg(long, value_name = "TABLE", requires = "database")]
    customers: Option<String>,
    /// The table of products
    #[arg(long, value_name = "TABLE", requires = "database")]
    products: Option<String>,
    /// The table of orders
    #[arg(long, value_name = "TABLE", requires = "database")]
    orders: Option<String>,
    /// The table of order lines
    #[arg(long, value_name = "TABLE", requires = "database")]
    purchases: Option<String>,
    /// The table of visits to products
    #[arg(long, value_name = "TABLE", requires = "database")]
    views: Option<String>,
    /// The table of products put into carts
    #[arg(long, value_name = "TABLE", requires = "database")]
    carts: Option<String>,
    /// The table of reviews
    #[arg(long, value_name = "TABLE", requires = "database")]
    reviews: Option<String>,
    /// What the shop sells in: `EUR`
    #[arg(long, value_name = "CODE", requires = "database")]
    currency: Option<String>,
    /// Where the shop is: `Europe/London`
    #[arg(long, value_name = "ZONE", requires = "database")]
    timezone: Option<String>,
}

/// A file of the new project.
struct NewFile {
    name: &'static str,
    text: String,
}

pub fn main(args: &Args) -> Result<ExitCode, Failure> {
    let Some(database) = &args.database else {
        put(&args.dir, &write::demo())?;
        let as_of = format!(" --as-of {}", write::demo_day());
        next(&args.dir, "first.campaign", &as_of);
        return Ok(ExitCode::SUCCESS);
    };
    let proposal = look(args, database)?;
    show(&proposal, database);
    let files = write::on_database(&proposal, &shop_name(database), &|dir| reach(dir, database), &args.dir)?;
    put(&args.dir, &files)?;
    checked(args, &proposal)
}

/// Looks at a database and guesses; what a flag says is taken as it is.
fn look(args: &Args, database: &Path) -> Result<Proposal, Failure> {
    let conn = open_shop(database).map_err(|e| Failure::Other(e.to_string()))?;
    let tables = inspect(&conn).map_err(|e| Failure::Other(e.to_string()))?;
    let named = named(args, &tables)?;
    let mut proposal = guess(&tables, &Database::new(&conn), &named);
    let by_you = || Some("you say so".to_owned());
    if let Some(code) = &args.currency {
        let value = Currency::parse(code)
            .ok_or_else(|| Failure::Usage(format!("`{code}` is no currency: write a code such as `EUR`")))?;
        proposal.currency = Setting { value, evidence: by_you() };
    }
    if let Some(zone) = &args.timezone {
        if jiff::tz::TimeZone::get(zone).is_err() {
            return Err(Failure::Usage(format!(
                "there is no time zone `{zone}`: write one such as `Europe/London`"
            )));
        }
        proposal.timezone = Setting { value: zone.clone(), evidence: by_you() };
    }
    Ok(proposal)
}

fn named(args: &Args, tables: &[PhysicalTable]) -> Result<Named, Failure> {
    let mut named = Named::new();
    for (relation, table) in [
        ("customers", &args.customers),
        ("products", &args.products),
        ("orders", &args.orders),
        ("purchases", &args.purchases),
        ("views", &args.views),
        ("carts", &args.carts),
        ("reviews", &args.reviews),
    ] {
        let Some(table) = table else { continue };
        if !tables.iter().any(|t| t.name.eq_ignore_ascii_case(table)) {
            let names = tables.iter().map(|t| t.name.as_str());
            let help = suggest::help(table, names, "its tables are").unwrap_or_default();
            return Err(Failure::Usage(format!("the database has no table `{table}`; {help}")));
        }
        named.insert(relation, table.clone());
    }
    Ok(named)
}

/// The guesses, with what speaks for each.
fn show(proposal: &Proposal, database: &Path) {
    anstream::println!("{STRONG}{}{STRONG:#}, as its tables look\n", database.display());
    for table in &proposal.tables {
        let style = style(table.confidence());
        let rows = table.rows.map(|n| terminal::counted(n, "row")).unwrap_or_default();
        anstream::println!(
            "  {STRONG}{}{STRONG:#} {} {style}{}{style:#}  {QUIET}{}{}{rows}{QUIET:#}",
            terminal::column(table.relation, 16),
            terminal::column(&table.table, 26),
            terminal::column(table.confidence().word(), 6),
            table.reason,
            if rows.is_empty() { "" } else { ", " },
        );
        for column in &table.columns {
            let style = self::style(column.confidence());
            anstream::println!(
                "    {} {} {style}{}{style:#}  {QUIET}{}{QUIET:#}",
                terminal::column(column.column, 14),
                terminal::column(&column.stored, 26),
                terminal::column(column.confidence().word(), 6),
                column.reason
            );
        }
        for (column, reason) in &table.missing {
            anstream::println!("    {} {BAD}not found{BAD:#}: {reason}", terminal::column(column, 14));
        }
        if table.view.is_some() {
            anstream::println!(
                "    {ODD}look{ODD:#}  other columns have what is missing: views.sql makes one table of both"
            );
        }
        anstream::println!();
    }
    if !proposal.tables.iter().any(|t| t.relation == "customers") {
        anstream::println!(
            "  {BAD}no table looks like customers{BAD:#}: one with a key and mail addresses; name it with `--customers TABLE`\n"
        );
    }
    setting("currency", proposal.currency.value.code(), proposal.currency.evidence.as_deref());
    setting("timezone", &proposal.timezone.value, proposal.timezone.evidence.as_deref());
    for note in &proposal.notes {
        anstream::println!("  {ODD}look{ODD:#}  {note}");
    }
    anstream::println!();
}

fn setting(name: &str, value: &str, evidence: Option<&str>) {
    let (style, said) = match evidence {
        Some(evidence) => (QUIET, evidence),
        None => (ODD, "nothing in the data says it: a default, please set it"),
    };
    anstream::println!(
        "  {} {} {style}{said}{style:#}",
        terminal::column(name, 16),
        terminal::column(value, 26)
    );
}

fn style(confidence: Confidence) -> anstyle::Style {
    match confidence {
        Confidence::Sure => GOOD,
        Confidence::Likely => QUIET,
        Confidence::Unsure => ODD,
    }
}

/// Writes all files, or none if one is there already. A `.gitignore` that is there is the shop's own, and stays as it is.
fn put(dir: &Path, files: &[NewFile]) -> Result<(), Failure> {
    let is_there = |f: &&NewFile| dir.join(f.name).symlink_metadata().is_ok();
    let taken: Vec<&str> =
        files.iter().filter(|f| f.name != ".gitignore").filter(is_there).map(|f| f.name).collect();
    if !taken.is_empty() {
        return Err(Failure::Usage(format!(
            "{} has {} already, and nothing is overwritten: name another folder, `herald init DIR`",
            dir.display(),
            taken.join(" and ")
        )));
    }
    std::fs::create_dir_all(dir)
        .map_err(|e| Failure::Usage(format!("{} cannot be made: {e}", dir.display())))?;
    for file in files {
        let path = dir.join(file.name);
        if file.name == ".gitignore" && is_there(&file) {
            anstream::println!(
                "{QUIET}kept{QUIET:#}  {}; it should name {}",
                path.display(),
                file.text.lines().collect::<Vec<_>>().join(" ")
            );
            continue;
        }
        std::fs::File::create_new(&path)
            .and_then(|mut f| f.write_all(file.text.as_bytes()))
            .map_err(|e| Failure::Other(format!("{} cannot be written: {e}", path.display())))?;
        anstream::println!("{GOOD}wrote{GOOD:#} {}", path.display());
    }
    Ok(())
}

/// Checks what was written against the database, counts the first campaign's audience, and tells what to do next.
fn checked(args: &Args, proposal: &Proposal) -> Result<ExitCode, Failure> {
    let has_campaign = proposal.whole("customers").is_some();
    let file = args.dir.join(if has_campaign { "first.campaign" } else { "shop.campaign" });
    let workspace = Workspace::open(std::slice::from_ref(&file), &args.dir, &Disk)
        .map_err(|e| Failure::Other(e.to_string()))?;
    anstream::println!();
    let findings = &workspace.checked.diagnostics;
    if findings.iter().any(|d| d.severity == Severity::Error) {
        common::report(&workspace).map_err(|_| {
            Failure::Findings(
                "the project is written as far as it goes; mend this, and `herald check` tells what is left"
                    .to_owned(),
            )
        })?;
    }
    let warnings = findings.len() as u64;
    let also = if warnings > 0 {
        format!(", {}: `herald check` tells", terminal::counted(warnings, "warning"))
    } else {
        String::new()
    };
    anstream::println!("{GOOD}checked{GOOD:#}  no mistakes{also}");
    let as_of = count(&workspace)?;
    next(&args.dir, "first.campaign", &as_of);
    Ok(ExitCode::SUCCESS)
}

/// Tells how many the first campaign is for. Where the shop's data ended long ago, the day to work as of comes back, as an option.
fn count(workspace: &Workspace) -> Result<String, Failure> {
    let other = |e: &dyn std::fmt::Display| Failure::Other(e.to_string());
    let model = &workspace.checked.model;
    let Some((label, source)) = workspace.campaigns().first().and_then(|label| {
        let campaign = model.campaigns.get(label)?;
        Some((label.clone(), model.sources.get(&campaign.source)?))
    }) else {
        return Ok(String::new());
    };
    let schema = &source.schema;
    let now = Timestamp::now();
    let fingerprint = Fingerprint::of(&schema.database).map_err(|e| other(&e))?.to_hex();
    let asked = Asked {
        campaign: &label,
        as_of: now,
        occurrence: None,
        now: true,
        seed: 1,
        fingerprint: &fingerprint,
    };
    let plan = compile(model, &asked).map_err(|e| other(&e))?;
    let shop = Shop::open(std::sync::Arc::clone(schema), now, None)?;
    let audience = plan.audience().map_or_else(|| Ok(Vec::new()), |condition| shop.select(condition))?;
    anstream::println!(
        "{GOOD}counted{GOOD:#}  {} would be looked at by the first campaign",
        terminal::counted(audience.len() as u64, "customer")
    );
    let Some(last) = shop.last_event().ok().flatten() else { return Ok(String::new()) };
    let days = (now.as_second() - last.as_second()) / 86_400;
    if days <= 30 {
        return Ok(String::new());
    }
    let day = last.to_zoned(schema.timezone.clone()).date().tomorrow().map_err(|e| other(&e))?;
    anstream::println!(
        "{ODD}look{ODD:#}  the shop's data ended {days} days ago, so work as of the day after"
    );
    Ok(format!(" --as-of {day}"))
}

/// The next two commands.
fn next(dir: &Path, campaign: &str, as_of: &str) {
    let enter = if dir == Path::new(".") { String::new() } else { format!("cd {} && ", shell_word(dir)) };
    anstream::println!("\nnow see it, and when you like it, write its mails as files:\n");
    anstream::println!("  {STRONG}{enter}herald watch{as_of}{STRONG:#}");
    anstream::println!("  {STRONG}herald run {campaign}{as_of}{STRONG:#}");
}

fn shell_word(path: &Path) -> String {
    let text = path.display().to_string();
    let plain = |c: char| c.is_alphanumeric() || matches!(c, '/' | '.' | '-' | '_' | '~' | '+');
    if text.chars().all(plain) && !text.starts_with('-') {
        text
    } else {
        format!("'{}'", text.replace('\'', r"'\''"))
    }
}

/// The shop's name, from its database's: `my-shop.db` is `My shop`.
fn shop_name(database: &Path) -> String {
    let stem = database.file_stem().map(|s| s.to_string_lossy().into_owned()).unwrap_or_default();
    let words = stem.replace(['_', '-', '.'], " ");
    let words: String = words.chars().filter(|c| !c.is_control() && !"<>\"\\{}%".contains(*c)).collect();
    let mut chars = words.trim().chars();
    let name: String = chars.next().map(|c| c.to_uppercase().chain(chars).collect()).unwrap_or_default();
    if name.is_empty() { "Shop".to_owned() } else { name }
}

/// The way from a folder to the database, as a campaign file there writes it: with `/`, relative where there is a way.
fn reach(dir: &Path, database: &Path) -> Result<String, Failure> {
    let full = |path: &Path| -> Result<PathBuf, Failure> {
        let path = std::path::absolute(path)?;
        // The folder need not be there yet; the way to it must be.
        let mut rest = Vec::new();
        let mut there = path.as_path();
        loop {
            if let Ok(real) = there.canonicalize() {
                return Ok(rest.iter().rev().fold(real, |p: PathBuf, name| p.join(name)));
            }
            match (there.parent(), there.file_name()) {
                (Some(parent), Some(name)) => {
                    rest.push(name.to_owned());
                    there = parent;
                }
                _ => return Ok(path),
            }
        }
    };
    let (from, to) = (full(dir)?, full(database)?);
    let (from, to): (Vec<Component<'_>>, Vec<Component<'_>>) =
        (from.components().collect(), to.components().collect());
    let shared = from.iter().zip(&to).take_while(|(a, b)| a == b).count();
    if shared == 0 {
        return Ok(to.iter().collect::<PathBuf>().display().to_string());
    }
    let up = from[shared..].iter().map(|_| "..".to_owned());
    let down = to[shared..].iter().map(|c| c.as_os_str().to_string_lossy().into_owned());
    Ok(up.chain(down).collect::<Vec<_>>().join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_way_to_the_database_is_relative_to_the_projects_folder() {
        let home = tempfile::tempdir().unwrap();
        std::fs::create_dir_all(home.path().join("data")).unwrap();
        std::fs::write(home.path().join("data/shop.db"), "").unwrap();
        let way = |dir: &str| reach(&home.path().join(dir), &home.path().join("data/shop.db")).unwrap();
        assert_eq!(way("data"), "shop.db");
        assert_eq!(way(""), "data/shop.db");
        assert_eq!(way("not/yet/there"), "../../../data/shop.db");
        assert_eq!(way("data/../data"), "shop.db");
    }

    #[test]
    fn a_shop_is_called_as_its_database_is() {
        assert_eq!(shop_name(Path::new("x/my-fine_shop.db")), "My fine shop");
        assert_eq!(shop_name(Path::new("{{x}}\".db")), "X");
        assert_eq!(shop_name(Path::new("...")), "Shop");
        assert_eq!(shop_name(Path::new("小店.db")), "小店");
    }
}
