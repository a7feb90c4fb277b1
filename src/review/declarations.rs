//! What a campaign stands on: the declarations and texts that it names, and those that these name, as they are written.

use std::collections::BTreeMap;

use super::report::{Cause, Setting};
use crate::check::Project;
use crate::diagnostic::{FileId, Span};
use crate::plan::mentions::fields_of;
use crate::syntax::tree::{Decl, Expr, ExprKind, Value, WindowKind};

/// A declaration's place among a project's files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// The file.
    pub file: usize,
    /// Which of its declarations.
    pub index: usize,
}

/// Something that a campaign stands on: kind and name.
pub type Thing = (String, String);

/// It as it is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// The file it stands in.
    pub file: String,
    /// Its settings, each on one line, in order.
    pub settings: Vec<(String, String)>,
    own: bool,
}

/// All that a campaign stands on, itself among it.
pub fn of_campaign(project: &Project, place: Place) -> BTreeMap<Thing, Written> {
    let mut walk = Walk { project, found: BTreeMap::new(), seen: Vec::new() };
    walk.declaration(place, None, true);
    walk.found
}

/// What differs between two such lists: the campaign's own text first.
pub fn differences(before: &BTreeMap<Thing, Written>, after: &BTreeMap<Thing, Written>) -> Vec<Cause> {
    let mut causes = Vec::new();
    // What only one side stands on is named by something that differs, which is told.
    for (thing, old) in before {
        let Some(new) = after.get(thing) else { continue };
        let settings = differing(&old.settings, &new.settings);
        if !settings.is_empty() {
            let (kind, name) = thing.clone();
            causes.push(Cause { direct: new.own, kind, name, file: new.file.clone(), settings });
        }
    }
    causes.sort_by(|a, b| b.direct.cmp(&a.direct).then(a.kind.cmp(&b.kind)).then(a.name.cmp(&b.name)));
    causes
}

fn differing(old: &[(String, String)], new: &[(String, String)]) -> Vec<Setting> {
    let value = |list: &[(String, String)], key: &str| list.iter().find(|s| s.0 == key).map(|s| s.1.clone());
    let gone = old.iter().filter(|s| value(new, &s.0).is_none());
    let keys = new.iter().chain(gone).map(|s| &s.0);
    let settings =
        keys.map(|key| Setting { key: key.clone(), before: value(old, key), after: value(new, key) });
    settings.filter(|s| s.before != s.after).collect()
}

struct Walk<'p> {
    project: &'p Project,
    found: BTreeMap<Thing, Written>,
    /// Declarations (of a profile: its attributes one by one) that were walked.
    seen: Vec<(Place, Option<String>)>,
}

impl Walk<'_> {
    /// Takes a declaration, or one attribute of a profile, and goes on to what it names.
    fn declaration(&mut self, place: Place, attribute: Option<&str>, own: bool) {
        let key = (place, attribute.map(str::to_owned));
        if self.seen.contains(&key) {
            return;
        }
        self.seen.push(key);
        let project = self.project;
        let decl = &project.files[place.file].tree.decls[place.index];
        let file = project.files[place.file].id;
        let name = decl.name.as_ref().map_or("", |n| n.text.as_str());
        let mut settings = Vec::new();
        if let Some(title) = decl.title.as_ref().filter(|_| attribute.is_none()) {
            settings.push(("title".to_owned(), title.value.clone()));
        }
        self.settings(decl, "", attribute, &mut settings);
        let name = attribute.map_or_else(|| name.to_owned(), |a| format!("{name}.{a}"));
        let written = Written { file: project.sources.get(file).name.clone(), settings, own };
        self.found.insert((decl.kind.text.clone(), name), written);
        self.follow(decl, place.file, attribute);
    }

    fn settings(&self, decl: &Decl, before: &str, only: Option<&str>, settings: &mut Vec<(String, String)>) {
        for setting in decl.settings.iter().filter(|s| only.is_none_or(|only| s.key.text == only)) {
            let span = match &setting.value {
                Value::Expr(e) => e.span,
                Value::Schedule(s) => s.span,
            };
            settings.push((format!("{before}{}", setting.key.text), one_line(self.project, span)));
        }
        for block in &decl.blocks {
            let name = block.name.as_ref().map_or("", |n| n.text.as_str());
            let before = format!("{before}{} {name}: ", block.kind.text);
            let share = block.share.as_ref().map_or_else(String::new, |s| one_line(self.project, s.span));
            settings.push((format!("{before}share"), share));
            self.settings(block, &before, None, settings);
        }
    }

    fn follow(&mut self, decl: &Decl, file: usize, attribute: Option<&str>) {
        let mut words = Vec::new();
        for setting in decl.settings.iter().filter(|s| attribute.is_none_or(|a| s.key.text == a)) {
            let Value::Expr(value) = &setting.value else { continue };
            mentioned(value, &mut words);
            if decl.kind.text == "template" {
                self.template_text(decl, value, file);
            }
            if decl.kind.text == "copy" {
                self.text_words(value, file);
            }
        }
        for block in &decl.blocks {
            self.follow(block, file, None);
        }
        for word in words {
            self.word(&word, file);
        }
    }

    /// A word may be a declaration's name, or an attribute of a profile.
    fn word(&mut self, word: &str, file: usize) {
        if let Some(place) = self.named(word, file) {
            let kind = &self.project.files[place.file].tree.decls[place.index].kind.text;
            // Of a profile only the attributes count that are named.
            if kind != "profile" {
                self.declaration(place, None, false);
            }
        }
        for place in self.profiles_with(word) {
            self.declaration(place, Some(word), false);
        }
    }

    fn profiles_with(&self, attribute: &str) -> Vec<Place> {
        let files = self.project.files.iter().enumerate();
        let decls = files.flat_map(|(file, f)| {
            f.tree.decls.iter().enumerate().map(move |(index, decl)| (Place { file, index }, decl))
        });
        decls
            .filter(|(_, d)| d.kind.text == "profile" && d.settings.iter().any(|s| s.key.text == attribute))
            .map(|(place, _)| place)
            .collect()
    }

    fn named(&self, word: &str, file: usize) -> Option<Place> {
        let own = |file: usize| {
            let decls = &self.project.files[file].tree.decls;
            let is = |d: &Decl| d.name.as_ref().is_some_and(|n| n.text == word);
            decls.iter().position(is).map(|index| Place { file, index })
        };
        let here = &self.project.files[file];
        own(file).or_else(|| {
            let uses = here.tree.uses.iter().zip(&here.uses);
            let mut taken = uses.filter(|(used, _)| used.names.iter().any(|n| n.text == word));
            taken.find_map(|(_, target)| own((*target)?))
        })
    }

    /// The text that a template names, what it includes, and the attributes and copies that these show.
    fn template_text(&mut self, decl: &Decl, value: &Expr, file: usize) {
        let template = decl.name.as_ref().map_or("", |n| n.text.as_str());
        let project = self.project;
        if let Some(id) = project.texts.get(&value.span) {
            self.text(template, *id);
            self.words_of(&project.sources.get(*id).text, file);
        }
        for (name, id) in project.includes.get(&value.span).into_iter().flatten() {
            self.text(name, *id);
            self.words_of(&project.sources.get(*id).text, file);
        }
        self.text_words(value, file);
    }

    fn text(&mut self, name: &str, id: FileId) {
        let source = self.project.sources.get(id);
        let written = Written {
            file: source.name.clone(),
            settings: vec![("content".to_owned(), source.text.to_string())],
            own: false,
        };
        self.found.insert(("text".to_owned(), name.to_owned()), written);
    }

    fn text_words(&mut self, value: &Expr, file: usize) {
        if let ExprKind::Str(text) = &value.kind {
            self.words_of(&text.value, file);
        }
    }

    fn words_of(&mut self, text: &str, file: usize) {
        for attribute in fields_of("customer", [text]) {
            for place in self.profiles_with(&attribute) {
                self.declaration(place, Some(&attribute), false);
            }
        }
        for copy in fields_of("copy", [text]) {
            self.word(&copy, file);
        }
    }
}

/// Every bare word of an expression that may name something.
fn mentioned(e: &Expr, words: &mut Vec<String>) {
    match &e.kind {
        ExprKind::Name(name) => words.push(name.clone()),
        ExprKind::Member(of, name) => {
            mentioned(of, words);
            words.push(name.text.clone());
        }
        ExprKind::List(items) => items.iter().for_each(|e| mentioned(e, words)),
        ExprKind::Call { args, .. } => args.iter().for_each(|a| mentioned(&a.value, words)),
        ExprKind::Rows { of, filter, window } => {
            mentioned(of, words);
            filter.iter().for_each(|f| mentioned(f, words));
            if let Some(WindowKind::Since(at) | WindowKind::Before(at)) = window.as_ref().map(|w| &w.kind) {
                mentioned(at, words);
            }
        }
        ExprKind::Unary(_, a) | ExprKind::Is { value: a, .. } | ExprKind::Since(_, a) => mentioned(a, words),
        ExprKind::Index(a, b) | ExprKind::Binary(_, a, b) | ExprKind::When(a, b) | ExprKind::Per(a, b) => {
            mentioned(a, words);
            mentioned(b, words);
        }
        ExprKind::Range(a, b) => {
            mentioned(a, words);
            b.iter().for_each(|b| mentioned(b, words));
        }
        ExprKind::Number(_)
        | ExprKind::Percent(_)
        | ExprKind::Money { .. }
        | ExprKind::Duration(_)
        | ExprKind::Date(_)
        | ExprKind::Time(_)
        | ExprKind::Instant(_)
        | ExprKind::Str(_)
        | ExprKind::Broken => {}
    }
}

/// The text of a span without comments, line breaks as spaces; of quoted texts every space counts.
fn one_line(project: &Project, span: Span) -> String {
    let text = project.sources.text(span);
    let comments = project.files.iter().filter(|f| f.id == span.file).flat_map(|f| &f.tree.comments);
    let within = |c: Span| c.start >= span.start && c.end <= span.end;
    let mut kept = String::new();
    let mut from = 0;
    for comment in comments.map(|c| c.span).filter(|c| within(*c)) {
        let start = (comment.start - span.start) as usize;
        kept.push_str(text.get(from..start).unwrap_or_default());
        from = (comment.end - span.start) as usize;
    }
    kept.push_str(text.get(from..).unwrap_or_default());
    let mut out = String::new();
    let (mut quote, mut escaped) = (false, false);
    for c in kept.trim().chars() {
        let plain = !escaped;
        escaped = c == '\\' && plain;
        match c {
            '"' if plain => quote = !quote,
            c if c.is_whitespace() && !quote => {
                if !out.ends_with(' ') {
                    out.push(' ');
                }
                continue;
            }
            _ => {}
        }
        out.push(c);
    }
    // A list divided over lines is the same list on one.
    out.replace("[ ", "[")
        .replace(", ]", "]")
        .replace(" ]", "]")
        .replace("( ", "(")
        .replace(", )", ")")
        .replace(" )", ")")
}

#[cfg(test)]
mod tests {
    use std::path::{Path, PathBuf};

    use super::*;

    struct One(&'static str);

    impl crate::check::Reader for One {
        fn read(&self, path: &Path) -> std::io::Result<Vec<u8>> {
            let text = match path.to_str() {
                Some("a.campaign") => self.0,
                Some("b.campaign") => {
                    "segment vip { where: spend > 5 }\nsegment other { where: orders > 1 }\n"
                }
                Some("body.txt") => "{{ customer.city_spend }} {% include 'foot.txt' %}",
                Some("foot.txt") => "Bye",
                _ => return Err(std::io::ErrorKind::NotFound.into()),
            };
            Ok(text.as_bytes().to_vec())
        }
    }

    fn things(text: &'static str) -> BTreeMap<Thing, Written> {
        let project = Project::load(&[PathBuf::from("a.campaign")], Path::new("."), &One(text)).unwrap();
        let decls = &project.files[0].tree.decls;
        let index = decls.iter().position(|d| d.kind.text == "campaign").unwrap();
        of_campaign(&project, Place { file: 0, index })
    }

    const TEXT: &str = r#"use vip from "b"
profile p { spend: sum(purchases.amount)
  city_spend: spend * 2
  unused: 1 }
template t { body: file("body.txt") }
policy unnamed { at_most: [1 per day] }
campaign c "C" { audience: vip and not spend > 9, template: t
  variant a 50% { }
  variant b 50% { holdout: 1% } }
"#;

    #[test]
    fn a_campaign_stands_on_what_it_names_and_what_that_names() {
        let found = things(TEXT);
        let named: Vec<String> = found.keys().map(|(kind, name)| format!("{kind} {name}")).collect();
        assert_eq!(
            named,
            [
                "campaign c",
                "profile p.city_spend",
                "profile p.spend",
                "segment vip",
                "template t",
                "text foot.txt",
                "text t",
            ]
        );
    }

    #[test]
    fn spaces_lines_and_comments_are_no_difference() {
        let spread = TEXT
            .replace("audience: vip and not spend > 9, ", "audience: vip  # all\n    and not spend  > 9\n  ")
            .replace("[1 per day]", "[\n  1 per day,\n]");
        assert_eq!(differences(&things(TEXT), &things(Box::leak(spread.into_boxed_str()))), []);
    }

    #[test]
    fn what_differs_is_told_with_both_values() {
        let other = TEXT.replace("spend > 9", "spend > 8").replace("b 50%", "b 40%").replace("* 2", "* 3");
        let causes = differences(&things(TEXT), &things(Box::leak(other.into_boxed_str())));
        let shown: Vec<String> = causes
            .iter()
            .flat_map(|c| c.settings.iter().map(move |s| (c, s)))
            .map(|(c, s)| {
                format!("{} {} {} {}: {:?} {:?}", c.direct, c.kind, c.name, s.key, s.before, s.after)
            })
            .collect();
        assert_eq!(
            shown,
            [
                r#"true campaign c audience: Some("vip and not spend > 9") Some("vip and not spend > 8")"#,
                r#"true campaign c variant b: share: Some("50%") Some("40%")"#,
                r#"false profile p.city_spend city_spend: Some("spend * 2") Some("spend * 3")"#,
            ]
        );
    }
}
