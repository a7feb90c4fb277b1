//! The editor server, talked to as an editor talks to it: the real program, over its standard input and output.

use serde_json::{Value, json};

use crate::editor::{Editor, Mark};
use crate::shop::Project;

/// A file with Chinese and emoji before almost every column.
const PHONES: &str = r#"# 手机 📱 的活动
use shop, store, house_rules from "shop"
use consented from "std/segments"

## 看手机的人。
segment 手机迷 "📱 手机迷" {
  where: country = "CN" and count(views in last 30 days) >= 1
}

segment 大手机迷 { where: 手机迷 and orders_90d >= 2 }

strategy 推荐 {
  method: popular(purchases in last 30 days)
  take:   3
}

template 信 {
  language: "zh-CN"
  subject:  "广告📱{{ customer.favourite | default('您好') }}，{{ picks[0].title }}"
  format:   markdown
  body: """
    亲爱的 📱 {{ customer.name | default("顾客") }}：

    {% for pick in picks %}
    - {{ pick.title }}{% if pick.price %}，{{ pick.price | money }}{% endif %}
    {% endfor %}
  """
}

campaign 手机 {
  source:    shop
  audience:  大手机迷
  recommend: 推荐
  template:  信
  sender:    store
  policy:    house_rules
}
"#;

/// The shop with a campaign in Chinese in the place of the shipped one.
fn project() -> Project {
    let project = Project::new();
    std::fs::remove_file(project.path().join("campaigns/weekend.campaign")).unwrap();
    project.write("campaigns/手机.campaign", PHONES);
    project
}

#[test]
fn findings_come_while_typing_at_their_place_and_go_when_they_are_mended() {
    let project = project();
    let mut editor = Editor::start(&project, &["utf-16"]);
    let file = editor.open("campaigns/手机.campaign", PHONES);
    assert_eq!(editor.findings(&file), json!([]));

    // The emoji is two UTF-16 units, so the wrong name begins at column 9 of a line that has 8 characters before it.
    let broken = PHONES.replace("where: 手机迷 and", "where: 手机📱 and");
    editor.change(&file, &broken);
    let found = editor.findings(&file);
    let codes: Vec<&str> = found.as_array().unwrap().iter().map(|d| d["code"].as_str().unwrap()).collect();
    assert!(!codes.is_empty(), "{found}");

    let wrong = PHONES.replace("{{ picks[0].title }}", "{{ picks[0].titel }}");
    editor.change(&file, &wrong);
    let found = editor.findings(&file);
    assert_eq!(found.as_array().unwrap().len(), 1, "{found}");
    assert_eq!(found[0]["code"], "H0241");
    let at = editor.place(&wrong, "titel");
    assert_eq!(found[0]["range"]["start"], at, "columns are UTF-16 units");
    assert!(found[0]["message"].as_str().unwrap().contains("did you mean `title`?"), "{found}");

    editor.change(&file, PHONES);
    assert_eq!(editor.findings(&file), json!([]));
}

/// Lints that are certain speak while one types, as warnings, and a silence with its reason keeps them quiet.
#[test]
fn lints_come_while_typing_and_are_silenced_in_the_file() {
    let project = project();
    let mut editor = Editor::start(&project, &["utf-16"]);
    let file = editor.open("campaigns/手机.campaign", PHONES);
    assert_eq!(editor.findings(&file), json!([]));
    let bare = PHONES.replace("\"广告📱", "\"📱");
    editor.change(&file, &bare);
    let found = editor.findings(&file);
    assert_eq!(found.as_array().unwrap().len(), 1, "{found}");
    assert_eq!((&found[0]["code"], &found[0]["severity"]), (&json!("H0511"), &json!(2)));
    assert_eq!(found[0]["range"]["start"], editor.place(&bare, "📱{{"));
    let silenced = bare.replace("  subject:", "  # herald: allow H0511 \"没有广告\"\n  subject:");
    editor.change(&file, &silenced);
    assert_eq!(editor.findings(&file), json!([]));
}

#[test]
fn a_finding_in_another_file_is_published_there_and_cleared_when_it_is_gone() {
    let project = project();
    let mut editor = Editor::start(&project, &["utf-16"]);
    let shop_text = std::fs::read_to_string(project.path().join("campaigns/shop.campaign")).unwrap();
    let shop = editor.open("campaigns/shop.campaign", &shop_text);
    assert_eq!(editor.findings(&shop), json!([]));
    // The other file is not open; taking the attribute away breaks its segment and its template.
    editor.change(&shop, &shop_text.replace("orders_90d: count", "orders_180d: count"));
    let phones = editor.uri("campaigns/手机.campaign");
    let found = editor.findings(&phones);
    assert!(
        found.as_array().unwrap().iter().any(|d| d["message"].as_str().unwrap().contains("orders_90d")),
        "{found}"
    );
    // Closed without saving: what is on disk counts again.
    editor.close(&shop);
    assert_eq!(editor.findings(&phones), json!([]));
}

#[test]
fn all_three_ways_to_count_columns_are_spoken() {
    let project = project();
    let line = "  subject:  \"广告📱{{ customer.favourite | default('您好') }}，{{ picks[0].title }}\"";
    let text = PHONES.to_owned();
    for (encoding, width) in [
        ("utf-8", (|s: &str| s.len()) as fn(&str) -> usize),
        ("utf-16", |s| s.encode_utf16().count()),
        ("utf-32", |s| s.chars().count()),
    ] {
        let mut editor = Editor::start(&project, &[encoding]);
        assert_eq!(editor.capabilities["positionEncoding"], encoding);
        let file = editor.open("campaigns/手机.campaign", &text);
        let row = text.lines().position(|l| l == line).unwrap();
        let column = width(&line[..line.find("title").unwrap()]);
        let hover = editor.request(
            "textDocument/hover",
            json!({ "textDocument": { "uri": file }, "position": { "line": row, "character": column } }),
        );
        assert_eq!(
            hover["range"]["start"],
            json!({ "line": row, "character": column }),
            "{encoding}: {hover}"
        );
        assert!(hover["contents"]["value"].as_str().unwrap().contains("products.title"), "{hover}");
        editor.leave();
    }
}

#[test]
fn hover_tells_types_docs_counts_and_settings() {
    let project = project();
    let mut editor = Editor::start(&project, &["utf-16"]);
    let file = editor.open("campaigns/手机.campaign", PHONES);
    let mut told = |mark: Mark| {
        let hover = editor.request("textDocument/hover", mark.params(&file, PHONES));
        hover["contents"]["value"].as_str().unwrap_or_default().to_owned()
    };
    let segment = told(Mark::at("手机迷 and", 1));
    assert!(segment.contains("📱 手机迷") && segment.contains("看手机的人。"), "{segment}");
    let expected =
        project.herald(&["segment", "手机迷", "campaigns/手机.campaign", "--as-of", "2026-11-20T00:00:00Z"]);
    let expected = crate::shop::text(&expected.stdout);
    let count = expected.split_whitespace().nth(1).unwrap();
    assert!(segment.contains(&format!("**{count}** of 400 customers")), "{segment} {expected}");

    let attribute = told(Mark::at("orders_90d >= 2", 3));
    assert!(
        attribute.contains(": a number") && attribute.contains("Orders of the last quarter."),
        "{attribute}"
    );
    let column = told(Mark::at("country = \"CN\"", 0));
    assert!(column.contains("customers.country") && column.contains("ISO 3166"), "{column}");
    let relation = told(Mark::at("views in", 2));
    assert!(relation.contains("Visits to products' pages."), "{relation}");
    let strategy = told(Mark::at("推荐\n  template", 0));
    assert!(strategy.contains("take: `3`") && strategy.contains("exclude: none (by default)"), "{strategy}");
    let key = told(Mark::at("recommend:", 2));
    assert!(key.contains("Which products each gets"), "{key}");
    let method = told(Mark::at("popular(", 2));
    assert!(method.contains("What most rows are of"), "{method}");
    let filter = told(Mark::at("money }}", 1));
    assert!(filter.contains("An amount in the mail's language"), "{filter}");
    let shipped = told(Mark::at("consented", 0));
    assert!(shipped.contains("Said yes to marketing mail."), "{shipped}");
}

#[test]
fn definition_goes_across_files_into_templates_and_into_the_library() {
    let project = project();
    let mut editor = Editor::start(&project, &["utf-16"]);
    let file = editor.open("campaigns/手机.campaign", PHONES);
    let shop = editor.uri("campaigns/shop.campaign");
    let shop_text = std::fs::read_to_string(project.path().join("campaigns/shop.campaign")).unwrap();
    let mut go = |mark: Mark| editor.request("textDocument/definition", mark.params(&file, PHONES));

    let own = go(Mark::at("手机迷 and", 0));
    assert_eq!(own["uri"], file);
    assert_eq!(own["range"]["start"], crate::editor::place(PHONES, "手机迷 \"📱"));
    // A name inside the text of a template, behind an emoji, is an attribute of another file's profile.
    let attribute = go(Mark::at("favourite |", 4));
    assert_eq!(attribute["uri"], shop);
    assert_eq!(attribute["range"]["start"], crate::editor::place(&shop_text, "favourite:"));
    let source = go(Mark::at("shop, store", 1));
    assert_eq!(source["range"]["start"], crate::editor::place(&shop_text, "shop {"));
    let path = go(Mark::at("\"shop\"", 2));
    assert_eq!((&path["uri"], &path["range"]["start"]["line"]), (&json!(shop), &json!(0)));
    // A column comes from the database that the source names.
    let column = go(Mark::at("country =", 0));
    assert_eq!(column["range"]["start"], crate::editor::place(&shop_text, "database:"));

    let library = go(Mark::at("consented", 3));
    let path = library["uri"].as_str().unwrap().strip_prefix("file://").unwrap();
    let shipped = std::fs::read_to_string(path).unwrap();
    let line = library["range"]["start"]["line"].as_u64().unwrap() as usize;
    assert!(shipped.lines().nth(line).unwrap().starts_with("segment consented"), "{library}");
    assert!(std::fs::metadata(path).unwrap().permissions().readonly());
}

#[test]
fn references_and_rename_reach_every_file_and_the_inside_of_texts() {
    let project = project();
    let mut editor = Editor::start(&project, &["utf-16"]);
    let shop_text = std::fs::read_to_string(project.path().join("campaigns/shop.campaign")).unwrap();
    let file = editor.open("campaigns/手机.campaign", PHONES);
    let shop = editor.open("campaigns/shop.campaign", &shop_text);

    let mut params = Mark::at("favourite:", 2).params(&shop, &shop_text);
    params["context"] = json!({ "includeDeclaration": true });
    let found = editor.request("textDocument/references", params);
    let uris: Vec<&str> = found.as_array().unwrap().iter().map(|l| l["uri"].as_str().unwrap()).collect();
    assert_eq!(uris, [shop.as_str(), file.as_str()], "{found}");

    let mut params = Mark::at("favourite:", 2).params(&shop, &shop_text);
    let prepared = editor.request("textDocument/prepareRename", params.clone());
    assert_eq!(prepared["placeholder"], "favourite");
    params["newName"] = json!("最爱");
    let edit = editor.request("textDocument/rename", params);
    assert_eq!(editor.applied(&edit, &file, PHONES), PHONES.replace("favourite", "最爱"));
    assert_eq!(editor.applied(&edit, &shop, &shop_text), shop_text.replace("favourite", "最爱"));

    // A declaration with its `use` lines.
    let mut params = Mark::at("store {", 0).params(&shop, &shop_text);
    params["newName"] = json!("shop_front");
    let edit = editor.request("textDocument/rename", params);
    assert_eq!(editor.applied(&edit, &file, PHONES), PHONES.replace("store", "shop_front"));

    let mut refuse = |mark: Mark, uri: &str, text: &str, name: &str| {
        let mut params = mark.params(uri, text);
        params["newName"] = json!(name);
        editor.refused("textDocument/rename", params)
    };
    // Taken, in another file than the one it is declared in; a column; no name at all; not ours.
    let taken = refuse(Mark::at("手机迷 \"", 0), &file, PHONES, "大手机迷");
    assert!(taken.contains("declared twice"), "{taken}");
    let taken = refuse(Mark::at("store {", 0), &shop, &shop_text, "推荐");
    assert!(taken.contains("already the name of something else"), "{taken}");
    let column = refuse(Mark::at("大手机迷 {", 0), &file, PHONES, "country");
    assert!(column.contains("could mean"), "{column}");
    let illegal = refuse(Mark::at("手机迷 \"", 0), &file, PHONES, "two words");
    assert!(illegal.contains("cannot be a name"), "{illegal}");
    let shipped = refuse(Mark::at("consented", 0), &file, PHONES, "agreed");
    assert!(shipped.contains("shipped library"), "{shipped}");
    let stored = refuse(Mark::at("country =", 0), &file, PHONES, "land");
    assert!(stored.contains("column"), "{stored}");
}

#[test]
fn fixes_are_offered_one_by_one_and_all_at_once() {
    let project = project();
    let mut editor = Editor::start(&project, &["utf-16"]);
    let broken = PHONES
        .replace("country = \"CN\"", "country == \"CN\"")
        .replace("{{ pick.title }}", "{{ pick.titel }}")
        .replace("orders_90d >= 2", "lapsed");
    let file = editor.open("campaigns/手机.campaign", &broken);
    assert_eq!(editor.findings(&file).as_array().unwrap().len(), 3);
    let mut at = |text: &str, only: Value| {
        let start = editor.place(&broken, text);
        let params = json!({
            "textDocument": { "uri": file }, "range": { "start": start, "end": start },
            "context": { "diagnostics": [], "only": only }
        });
        editor.request("textDocument/codeAction", params)
    };
    let one = at("titel", json!(["quickfix"]));
    let all = at("titel", json!(["source.fixAll"]));
    let take = at("lapsed", json!(["quickfix"]));
    assert_eq!(one[0]["title"], "write `title`");
    assert_eq!(editor.applied(&one[0]["edit"], &file, &broken), broken.replace("titel", "title"));
    let mended = editor.applied(&all[0]["edit"], &file, &broken);
    assert!(mended.contains("country = \"CN\"") && mended.contains("pick.title"), "{mended}");
    assert_eq!(take[0]["title"], "take `lapsed` from \"std/segments\"");
    let mended = editor.applied(&take[0]["edit"], &file, &mended);
    assert!(mended.contains("use consented, lapsed from \"std/segments\""), "{mended}");
    editor.change(&file, &mended);
    assert_eq!(editor.findings(&file), json!([]));
}

#[test]
fn outline_folding_highlights_and_symbols() {
    let project = project();
    let mut editor = Editor::start(&project, &["utf-16"]);
    let file = editor.open("campaigns/手机.campaign", PHONES);
    let document = json!({ "textDocument": { "uri": file } });
    let outline = editor.request("textDocument/documentSymbol", document.clone());
    let names: Vec<&str> = outline.as_array().unwrap().iter().map(|s| s["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["手机迷", "大手机迷", "推荐", "信", "手机"]);
    assert_eq!(outline[0]["detail"], "segment “📱 手机迷”");
    assert_eq!(outline[0]["selectionRange"]["start"], crate::editor::place(PHONES, "手机迷 \""));
    let folds = editor.request("textDocument/foldingRange", document);
    let body = crate::editor::place(PHONES, "\"\"\"")["line"].clone();
    assert!(folds.as_array().unwrap().iter().any(|f| f["startLine"] == body), "{folds}");
    let mark = Mark::at("手机迷 and", 0).params(&file, PHONES);
    let same = editor.request("textDocument/documentHighlight", mark);
    assert_eq!(same.as_array().unwrap().len(), 2, "{same}");
    let found = editor.request("workspace/symbol", json!({ "query": "hsr" }));
    assert_eq!(found[0]["name"], "house_rules", "{found}");
}

#[test]
fn colours_stand_at_their_columns_also_behind_emoji() {
    let project = project();
    let mut editor = Editor::start(&project, &["utf-16"]);
    let file = editor.open("campaigns/手机.campaign", PHONES);
    let answer =
        editor.request("textDocument/semanticTokens/full", json!({ "textDocument": { "uri": file } }));
    let legend = &editor.capabilities["semanticTokensProvider"]["legend"]["tokenTypes"];
    let units: Vec<Vec<u16>> = PHONES.lines().map(|l| l.encode_utf16().collect()).collect();
    let (mut line, mut column) = (0, 0);
    let mut painted = Vec::new();
    for token in answer["data"].as_array().unwrap().chunks(5) {
        let number = |i: usize| token[i].as_u64().unwrap() as usize;
        column = if number(0) == 0 { column + number(1) } else { number(1) };
        line += number(0);
        let word = String::from_utf16(&units[line][column..column + number(2)]).unwrap();
        painted.push(format!("{word}:{}", legend[number(3)].as_str().unwrap()));
    }
    for expected in [
        "# 手机 📱 的活动:comment",
        "segment:keyword",
        "手机迷:class",
        "where:property",
        "country:property",
        "\"CN\":string",
        "and:keyword",
        "count:function",
        "views:type",
        "30:number",
        "days:keyword",
        "\"广告📱:string",
        "customer:variable",
        "favourite:property",
        "default:function",
        "title:property",
        "pick:variable",
        "recommend:property",
        "推荐:class",
    ] {
        assert!(painted.contains(&expected.to_owned()), "{expected} is not in {painted:#?}");
    }
}

/// What is proposed at `¦` of a text, with the whole answer.
fn proposed(editor: &mut Editor, uri: &str, text: &str) -> Vec<Value> {
    let at = text.find('¦').unwrap();
    let text = text.replacen('¦', "", 1);
    editor.change(uri, &text);
    let params = json!({ "textDocument": { "uri": uri }, "position": crate::editor::position(&text, at) });
    let answer = editor.request("textDocument/completion", params);
    answer["items"].as_array().cloned().unwrap_or_default()
}

fn labels(items: &[Value]) -> Vec<&str> {
    items.iter().map(|i| i["label"].as_str().unwrap()).collect()
}

#[test]
fn completion_works_on_half_a_file() {
    let project = project();
    let mut editor = Editor::start(&project, &["utf-16"]);
    let file = editor.open("campaigns/手机.campaign", PHONES);
    editor.findings(&file);
    // Each text ends where somebody is typing: nothing behind the cursor closes what is open.
    let head = "# 📱 手机\nuse shop, store, house_rules from \"shop\"\n\n";
    let cases: &[(&str, &[&str], &[&str])] = &[
        ("|", &["use", "segment", "campaign", "test"], &["variant"]),
        ("segment 手 {\n  |", &["where", "source"], &["take"]),
        (
            "segment 手 {\n  where: |",
            &["country", "orders_90d", "vip", "lapsed", "count", "not"],
            &["手", "title", "warm"],
        ),
        ("segment 手 {\n  where: vip |", &["and", "or", "is known"], &["country"]),
        ("segment 手 {\n  where: country is |", &["known", "missing"], &["country"]),
        ("segment 手 {\n  where: count(|", &["views", "purchases", "orders"], &["country", "customers"]),
        ("segment 手 {\n  where: count(views |", &["where", "in last"], &["views"]),
        ("segment 手 {\n  where: sum(purchases.|", &["amount", "price", "product"], &["country"]),
        ("segment 手 {\n  where: any(views where product.|", &["category", "title"], &["country"]),
        ("segment 手 {\n  where: any(purchases where |", &["quantity", "product", "customer"], &["country"]),
        ("segment 手 {\n  where: any(purchases in |", &["last"], &["quantity"]),
        ("segment 手 {\n  where: shopper.|", &["orders_90d", "favourite"], &["country"]),
        ("strategy s {\n  method: |", &["popular", "item_cf", "blend"], &["country"]),
        ("strategy s {\n  method: item_cf(|", &["signals", "half_life"], &["factors"]),
        ("strategy s {\n  method: item_cf(signals: [5 * |", &["purchases", "views"], &["orders"]),
        (
            "strategy s {\n  method: popular(purchases in last 30 days)\n  only: |",
            &["title", "stock", "margin"],
            &["country"],
        ),
        ("strategy s {\n  at_most: 2 per |", &["category", "brand"], &["country"]),
        ("campaign c {\n  template: [信 when |", &["country", "orders_90d"], &["title"]),
        ("campaign c {\n  policy: |", &["house_rules"], &["store", "shop"]),
        ("campaign c {\n  tone: |", &["warm", "festive"], &["house_rules"]),
        ("campaign c {\n  source: shop\n  variant a 50% { |", &["template", "recommend"], &["holdout"]),
        (
            "template t {\n  language: \"en\"\n  subject: \"📱 {{ |",
            &["customer", "picks", "shop"],
            &["country"],
        ),
        (
            "template t {\n  subject: \"📱 {{ customer.|",
            &["name", "country", "favourite"],
            &["customer", "title"],
        ),
        ("template t {\n  subject: \"📱 {{ picks[0].|", &["title", "because", "price"], &["name"]),
        ("template t {\n  subject: \"📱 {{ picks[0].because.|", &["title"], &["because"]),
        (
            "template t {\n  subject: \"📱 {{ customer.name \u{1}|",
            &["default", "upper", "money"],
            &["customer"],
        ),
        (
            "template t {\n  body: \"\"\"\n    手机 {% for pick in picks %}\n    {{ pick.|",
            &["title", "reason"],
            &["name"],
        ),
        ("template t {\n  body: \"\"\"\n    {% |", &["for", "if", "set"], &["customer"]),
        ("template t {\n  body: file(\"|", &["templates/weekend_en.mjml"], &[]),
        ("use |", &["vip", "shopper", "lapsed"], &[]),
        ("use | from \"std/tones\"", &["warm", "festive"], &["lapsed"]),
        ("use vip from \"|", &["shop", "std/segments"], &["手机"]),
        ("source s {\n  timezone: \"|", &["Asia/Shanghai"], &[]),
        ("test \"a\" {\n  expect: [|", &["picks", "audience", "count", "html"], &["country"]),
        ("test \"a\" {\n  rows: [|", &["customers", "views", "sends"], &["country"]),
        ("test \"a\" {\n  rows: [views(customer: 1, |", &["product", "at"], &["stock", "views"]),
        (
            "copy 句 {\n  rules: \"\"\"\n    line = 开头 \u{1} \"📱\"\n    开头 = \"好\" when |",
            &["customer", "picks"],
            &["开头"],
        ),
        ("copy 句 {\n  rules: \"\"\"\n    开头 = \"好\"\n    line = |", &["开头", "when"], &["customer"]),
        ("copy 句 {\n  rules: \"\"\"\n    line = \"📱 {{ customer.|", &["name", "favourite"], &["line"]),
        ("segment 手 { # |", &[], &["where"]),
    ];
    for (text, wanted, unwanted) in cases {
        // `\u{1}` stands for a `|` of the template, as `|` is the cursor.
        let text = format!("{head}{text}");
        let at = text.find('|').unwrap();
        let typed = text.replacen('|', "", 1).replace('\u{1}', "|");
        editor.change(&file, &typed);
        let params =
            json!({ "textDocument": { "uri": file }, "position": crate::editor::position(&typed, at) });
        let answer = editor.request("textDocument/completion", params.clone());
        let items = answer["items"].as_array().cloned().unwrap_or_default();
        let found = labels(&items);
        for word in *wanted {
            assert!(found.contains(word), "`{word}` is not proposed in {text}: {found:?} {params} {answer}");
        }
        for word in *unwanted {
            assert!(!found.contains(word), "`{word}` is proposed in {text}");
        }
    }
}

#[test]
fn a_proposal_brings_its_documentation_its_shape_and_its_use_line() {
    let project = project();
    let mut editor = Editor::start(&project, &["utf-16"]);
    let file = editor.open("campaigns/手机.campaign", PHONES);
    let text = PHONES.replace("where: 手机迷 and orders_90d >= 2", "where: 手机迷 and lap¦");
    let items = proposed(&mut editor, &file, &text);
    let lapsed = items.iter().find(|i| i["label"] == "lapsed").unwrap();
    assert!(lapsed["documentation"]["value"].as_str().unwrap().contains("Bought before"), "{lapsed}");
    let mut edits = lapsed["additionalTextEdits"].as_array().unwrap().clone();
    edits.push(lapsed["textEdit"].clone());
    let chosen = crate::editor::apply(&text.replacen('¦', "", 1), &edits);
    assert!(
        chosen.contains("use consented, lapsed from \"std/segments\"")
            && chosen.contains("手机迷 and lapsed }"),
        "{chosen}"
    );
    editor.change(&file, &chosen);
    assert_eq!(editor.findings(&file), json!([]));

    let items = proposed(&mut editor, &file, &PHONES.replace("  take:   3", "  ta¦"));
    let take = items.iter().find(|i| i["label"] == "take").unwrap();
    assert_eq!(take["textEdit"]["newText"], "take: ${1:4}");
    assert!(
        take["documentation"]["value"].as_str().unwrap().contains("How many products each customer gets.")
    );
    // What is required comes first.
    let items = proposed(&mut editor, &file, "campaign c {\n  ¦\n}\n");
    let mut keys: Vec<(&str, &str)> =
        items.iter().map(|i| (i["sortText"].as_str().unwrap(), i["label"].as_str().unwrap())).collect();
    keys.sort_unstable();
    let first: Vec<&str> = keys.iter().take(5).map(|k| k.1).collect();
    assert_eq!(first, ["source", "audience", "template", "sender", "policy"]);
    // A key that has its colon already gets no second one.
    let items = proposed(&mut editor, &file, "strategy s {\n  ta¦: 3\n}\n");
    let take = items.iter().find(|i| i["label"] == "take").unwrap();
    assert_eq!(take["textEdit"]["newText"], "take");
}

#[test]
fn the_text_of_a_template_in_its_own_file_is_served_too() {
    let project = project();
    let mut editor = Editor::start(&project, &["utf-16"]);
    let weekend = include_str!("../../campaigns/weekend.campaign");
    editor.open("campaigns/weekend.campaign", weekend);
    let path = project.path().join("campaigns/templates/weekend_en.mjml");
    let text = std::fs::read_to_string(path).unwrap();
    let text = text.replace("{% include \"std/footer\" %}", "📱 手机 {{ customer.name | default('') }}");
    let file = editor.open("campaigns/templates/weekend_en.mjml", &text);
    assert_eq!(editor.findings(&file), json!([]));
    let broken = text.replacen("customer.name", "customer.nmae", 1);
    assert_ne!(broken, text);
    editor.change(&file, &broken);
    let found = editor.findings(&file);
    assert_eq!(found[0]["range"]["start"], crate::editor::place(&broken, "nmae"), "{found}");
    let typing = text.replacen("customer.name", "customer.¦", 1);
    let items = proposed(&mut editor, &file, &typing);
    assert!(labels(&items).contains(&"country"), "{items:?}");
    // An attribute of a profile is renamed there too.
    let spoken = text.replacen("customer.name", "customer.favourite", 1);
    editor.change(&file, &spoken);
    let shop_text = std::fs::read_to_string(project.path().join("campaigns/shop.campaign")).unwrap();
    let shop = editor.open("campaigns/shop.campaign", &shop_text);
    let mut params = Mark::at("favourite:", 0).params(&shop, &shop_text);
    params["newName"] = json!("liked");
    let edit = editor.request("textDocument/rename", params);
    assert_eq!(editor.applied(&edit, &file, &spoken), spoken.replace("favourite", "liked"));
}

#[test]
fn a_database_that_appears_is_noticed() {
    let project = Project::without_shop();
    let mut editor = Editor::start(&project, &["utf-16"]);
    let text = std::fs::read_to_string(project.path().join("campaigns/shop.campaign")).unwrap();
    let file = editor.open("campaigns/shop.campaign", &text);
    assert_eq!(editor.findings(&file)[0]["code"], "H0250");
    project.make_shop();
    // Nobody types and nobody tells: the server looks by itself.
    loop {
        let found = editor.findings(&file);
        if found == json!([]) {
            break;
        }
    }
}

#[test]
fn nothing_a_client_sends_brings_the_server_down() {
    let project = project();
    let mut editor = Editor::silent(&project);
    let early = editor.refused("textDocument/hover", json!({}));
    assert!(early.contains("initialize"), "{early}");
    drop(editor);

    let mut editor = Editor::start(&project, &["utf-16"]);
    editor.raw(b"Content-Length: 9\r\n\r\n{\"broken\"");
    editor.raw(b"Content-Length: nine\r\n\r\nsome noise\r\n");
    let file = editor.open("campaigns/手机.campaign", PHONES);
    assert_eq!(editor.findings(&file), json!([]));
    assert_eq!(editor.logged.len(), 2, "{:?}", editor.logged);

    assert!(editor.refused("textDocument/nonsense", json!({})).contains("not offered"));
    assert!(editor.ask("textDocument/hover", json!({ "position": 3 }))["error"]["code"] == -32602);
    editor.notify("textDocument/didChange", json!({ "textDocument": 7 }));
    editor.notify("$/whatever", json!({}));
    // Documents that were never opened, files that are not there, places past the end.
    let nowhere = json!({ "uri": editor.uri("campaigns/nothing.campaign") });
    let far = json!({ "line": 4_000_000_000u32, "character": 4_000_000_000u32 });
    let methods = [
        "textDocument/completion",
        "textDocument/hover",
        "textDocument/definition",
        "textDocument/references",
        "textDocument/documentHighlight",
        "textDocument/documentSymbol",
        "textDocument/foldingRange",
        "textDocument/prepareRename",
        "textDocument/semanticTokens/full",
    ];
    for method in methods {
        for document in [&nowhere, &json!({ "uri": file }), &json!({ "uri": "untitled:Untitled-1" })] {
            let mut params = json!({ "textDocument": document, "position": far });
            if method == "textDocument/references" {
                params["context"] = json!({ "includeDeclaration": true });
            }
            let answer = editor.ask(method, params);
            assert!(answer.get("error").is_none(), "{method}: {answer}");
        }
    }
    // A change past the end, in a document with the line ends of Windows.
    let text = PHONES.replace('\n', "\r\n");
    editor.change(&file, &text);
    assert_eq!(editor.findings(&file), json!([]));
    editor.edit(
        &file,
        json!([{ "range": { "start": far, "end": far }, "text": "segment x {\r\n  where: 📱\r\n}\r\n" }]),
    );
    let found = editor.findings(&file);
    let line = text.lines().count() + 1;
    assert_eq!(found[0]["range"]["start"], json!({ "line": line, "character": 9 }), "{found}");
    // Deep and large.
    let deep = format!("segment s {{\n  where: {}1\n}}\n", "(".repeat(10_000));
    editor.change(&file, &deep);
    assert!(!editor.findings(&file).as_array().unwrap().is_empty());
    let large = PHONES.repeat(2000);
    editor.change(&file, &large);
    editor.findings(&file);
    editor.leave();

    // An editor that dies says nothing at all.
    let mut editor = Editor::start(&project, &["utf-16"]);
    editor.hang_up();
    assert_eq!(editor.ended().code(), Some(1));
    let mut editor = Editor::start(&project, &["utf-16"]);
    editor.notify("exit", Value::Null);
    assert_eq!(editor.ended().code(), Some(1), "`exit` without `shutdown`");
}

#[test]
fn formatting_changes_the_lines_that_must_change_and_no_others() {
    let project = project();
    let mut editor = Editor::start(&project, &["utf-16"]);
    let crooked = PHONES.replace("  take:   3", "  take:3").replace("{{ pick.title }}", "{{  pick.title }}");
    let file = editor.open("campaigns/手机.campaign", &crooked);
    let options = json!({ "tabSize": 2, "insertSpaces": true });
    let params = json!({ "textDocument": { "uri": file }, "options": options });
    let edits = editor.request("textDocument/formatting", params.clone());
    let formatted = crate::editor::apply(&crooked, edits.as_array().unwrap());
    assert!(formatted.contains("take:   3") && formatted.contains("{{  pick.title }}"), "{formatted}");
    // The same as the command line's, and nothing is left to do.
    project.write("campaigns/手机.campaign", &crooked);
    assert!(project.herald(&["fmt", "campaigns/手机.campaign"]).status.success());
    assert_eq!(formatted, std::fs::read_to_string(project.path().join("campaigns/手机.campaign")).unwrap());
    let touched: u64 = edits
        .as_array()
        .unwrap()
        .iter()
        .map(|e| e["range"]["end"]["line"].as_u64().unwrap() - e["range"]["start"]["line"].as_u64().unwrap())
        .sum();
    assert!(touched < 6, "{edits}");
    editor.change(&file, &formatted);
    assert_eq!(editor.request("textDocument/formatting", params.clone()), json!([]));
    // Without its last line break, with the line ends of Windows, empty.
    for text in [formatted.trim_end().to_owned(), crooked.replace('\n', "\r\n"), String::new()] {
        editor.change(&file, &text);
        let edits = editor.request("textDocument/formatting", params.clone());
        let done = crate::editor::apply(&text, edits.as_array().unwrap());
        assert_eq!(
            done.replace("\r\n", "\n"),
            if text.is_empty() { String::new() } else { formatted.clone() }
        );
    }
}

/// Copy with its rules, a template that uses it and a test, each behind Chinese or an emoji.
const LINES: &str = r#"use shop, store, house_rules from "shop"
use warm from "std/tones"

copy 短句 {
  language: "zh-CN"
  rules: """
    line  = "📱" 开头 | 开头 weight 2
    开头 = "{{ customer.favourite }}，您好" when customer.favourite is known
         | "{{ picks[0].title }} 到店" when picks[0].stock > 3
         | "新品到店"
  """
  choose: nearest(warm)
}

template 信 {
  language: "zh-CN"
  subject:  短句
  format:   text
  body:     "📱 {{ copy.短句 }}"
}

segment 常客 {
  where: orders_90d >= 1
}

campaign 手机 {
  source:   shop
  audience: 常客
  template: 信
  sender:   store
  policy:   house_rules
}

test "📱 有人收到" {
  campaign: 手机
  as_of:    2026-11-20
  expect:   [count(audience where favourite is known) > 0, subject contains "📱", tone within warm]
}
"#;

#[test]
fn names_in_rules_conditions_and_tests_are_known_too() {
    let project = project();
    std::fs::remove_file(project.path().join("campaigns/手机.campaign")).unwrap();
    project.write("campaigns/lines.campaign", LINES);
    let mut editor = Editor::start(&project, &["utf-16"]);
    let file = editor.open("campaigns/lines.campaign", LINES);
    let shop_text = std::fs::read_to_string(project.path().join("campaigns/shop.campaign")).unwrap();
    let shop = editor.open("campaigns/shop.campaign", &shop_text);
    let found = editor.findings(&file);
    assert!(found.as_array().unwrap().iter().all(|d| d["severity"] == 2), "{found}");

    let mut params = Mark::at("favourite:", 2).params(&shop, &shop_text);
    params["newName"] = json!("最爱");
    let edit = editor.request("textDocument/rename", params);
    assert_eq!(editor.applied(&edit, &file, LINES), LINES.replace("favourite", "最爱"));

    let mut params = Mark::at("开头 | 开头", 1).params(&file, LINES);
    let definition = editor.request("textDocument/definition", params.clone());
    assert_eq!(definition["range"]["start"], crate::editor::place(LINES, "开头 = "));
    params["newName"] = json!("head");
    let edit = editor.request("textDocument/rename", params);
    assert_eq!(editor.applied(&edit, &file, LINES), LINES.replace("开头", "head"));

    let mut params = Mark::at("短句 }}", 0).params(&file, LINES);
    params["newName"] = json!("hook");
    let edit = editor.request("textDocument/rename", params);
    assert_eq!(editor.applied(&edit, &file, LINES), LINES.replace("短句", "hook"));

    let mut params = Mark::at("warm)", 0).params(&file, LINES);
    params["context"] = json!({ "includeDeclaration": false });
    let uses = editor.request("textDocument/references", params);
    assert_eq!(uses.as_array().unwrap().len(), 3, "the use line, the copy and the test: {uses}");
    let hover = editor.request("textDocument/hover", Mark::at("stock > 3", 0).params(&file, LINES));
    assert!(hover["contents"]["value"].as_str().unwrap().contains("products.stock"), "{hover}");
    let items = proposed(&mut editor, &file, &LINES.replace("{{ picks[0].title }} 到店", "{{ picks[0].¦"));
    assert!(labels(&items).contains(&"brand"), "{items:?}");
}

#[test]
fn a_file_that_appears_belongs_to_the_project_when_the_editor_tells_of_it() {
    let project = project();
    let mut editor = Editor::start(&project, &["utf-16"]);
    assert_eq!(editor.request("workspace/symbol", json!({ "query": "新来的" })), json!([]));
    project.write("campaigns/新.campaign", "use shop from \"shop\"\nsegment 新来的 { where: country = 3 }\n");
    let uri = editor.uri("campaigns/新.campaign");
    editor.notify("workspace/didChangeWatchedFiles", json!({ "changes": [{ "uri": uri, "type": 1 }] }));
    let found = editor.request("workspace/symbol", json!({ "query": "新来的" }));
    assert_eq!(found[0]["location"]["uri"], uri, "{found}");
    assert_eq!(editor.findings(&uri)[0]["code"], "H0224");
    std::fs::remove_file(project.path().join("campaigns/新.campaign")).unwrap();
    editor.notify("workspace/didChangeWatchedFiles", json!({ "changes": [{ "uri": uri, "type": 3 }] }));
    assert_eq!(editor.findings(&uri), json!([]));
}
