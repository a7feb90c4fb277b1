//! A recorded conversation with a real client: what Neovim 0.11 said is said again, and the answers are those that a person has
//! read. `tests/editor/record.py` recorded it (how, stands there); `exchange.lua` is what was done in the editor.

use std::collections::{BTreeMap, HashMap};

use serde_json::Value;

use crate::editor::Editor;
use crate::shop::Project;

const RECORDED: &str = include_str!("../editor/neovim.jsonl");

fn project() -> Project {
    let project = Project::empty();
    project.write("shop.campaign", include_str!("../editor/project/shop.campaign"));
    project.write("hello.campaign", include_str!("../editor/project/hello.campaign"));
    let shop = rusqlite::Connection::open(project.path().join("shop.db")).unwrap();
    shop.execute_batch(include_str!("../editor/project/shop.sql")).unwrap();
    project
}

#[test]
fn neovim_gets_the_answers_it_got() {
    let project = project();
    let root = project.path().to_str().unwrap();
    let mut editor = Editor::silent(&project);
    let (mut asked, mut told, mut colours) = (HashMap::new(), String::new(), Value::Null);
    for line in RECORDED.replace("{ROOT}", root).lines() {
        let entry: Value = serde_json::from_str(line).unwrap();
        if let Some(message) = entry.get("client") {
            if let (Some(id), Some(method)) = (message["id"].as_i64(), message["method"].as_str()) {
                asked.insert(id, method.to_owned());
            }
            editor.send(message);
            continue;
        }
        // The client went on when it had this; so does the test.
        let said = &entry["server"];
        if let Some(id) = said["answer"].as_i64() {
            let answer = editor.answer(id);
            assert!(answer.get("error").is_none(), "{}: {answer}", asked[&id]);
            let (method, answer) = (&asked[&id], &answer["result"]);
            if method == "initialize" {
                colours = answer["capabilities"]["semanticTokensProvider"]["legend"]["tokenTypes"].clone();
            }
            told += &format!("\n{method} {id}\n{}\n", shown(method, answer, &colours));
        } else {
            let uri = said["findings"].as_str().unwrap();
            let findings = editor.findings_of(uri, said["version"].as_i64());
            let file = uri.rsplit('/').next().unwrap();
            told += &format!("\nfindings of {file}, version {}\n{}\n", said["version"], lines(&findings));
        }
    }
    assert!(editor.ended().success(), "it ends as the client asks it to");
    insta::assert_snapshot!(told.replace(root, "{ROOT}"));
}

/// An answer as text. Of what the server can do, and of what the editor could complete, only the names; of colours, how many words
/// each has.
fn shown(method: &str, answer: &Value, colours: &Value) -> String {
    let names = |items: &Value, name: &str| {
        let found = items.as_array().unwrap().iter().map(|i| i[name].as_str().unwrap());
        found.collect::<Vec<_>>().join(" ")
    };
    match method {
        "initialize" => {
            let offered = answer["capabilities"].as_object().unwrap().keys().map(String::as_str);
            offered.collect::<Vec<_>>().join(" ")
        }
        "textDocument/completion" => names(&answer["items"], "label"),
        "textDocument/semanticTokens/full" => {
            let mut words = BTreeMap::<&str, u32>::new();
            for token in answer["data"].as_array().unwrap().chunks(5) {
                *words.entry(colours[token[3].as_u64().unwrap() as usize].as_str().unwrap()).or_default() +=
                    1;
            }
            words.iter().map(|(colour, count)| format!("{colour} {count}")).collect::<Vec<_>>().join(", ")
        }
        "textDocument/rename" => {
            let mut changes = answer["changes"].clone();
            changes.sort_all_objects(); // the order of files says nothing
            changes.to_string()
        }
        "textDocument/hover" => answer["contents"]["value"].as_str().unwrap().to_owned(),
        _ => lines(answer),
    }
}

/// A list with each of its items on a line.
fn lines(value: &Value) -> String {
    match value.as_array() {
        Some(items) if !items.is_empty() => items.iter().map(Value::to_string).collect::<Vec<_>>().join("\n"),
        _ => value.to_string(),
    }
}
