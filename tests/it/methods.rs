//! Every method of recommendation, from its line in a campaign file to the products a customer is shown and why.

use serde_json::Value;

use crate::shop::{Project, text};

/// Ann and Bob buy tea, Ann every ten days; Cy has a teapot; Dee, of Ann's country, is new; Eve is new and of none. The
/// 绿茶 came out yesterday and nobody has bought it.
const SHOP: &str = "
    CREATE TABLE customers (id INTEGER PRIMARY KEY, email TEXT, country TEXT, consent INTEGER);
    CREATE TABLE products (id INTEGER PRIMARY KEY, title TEXT, category TEXT, price REAL, stock INTEGER);
    CREATE TABLE purchases (\"order\" INTEGER, customer INTEGER, product INTEGER, at TEXT, quantity INTEGER, price REAL);
    CREATE TABLE reviews (customer INTEGER, product INTEGER, at TEXT, rating INTEGER);
    INSERT INTO customers VALUES (1, 'ann@example.com', 'SG', 1), (2, 'bob@example.com', 'CN', 1),
        (3, 'cy@example.com', 'CN', 1), (4, 'dee@example.com', 'SG', 1), (5, 'eve@example.com', NULL, 1);
    INSERT INTO products VALUES (1, 'Black tea 红茶', 'tea', 30, 9), (2, 'Teapot, blue', 'pots', 200, 9),
        (3, 'Teapot, red', 'pots', 220, 9), (4, 'Cup', 'cups', 40, 9), (5, 'Green tea 绿茶', 'tea', 35, 9);
    INSERT INTO purchases VALUES
        (1, 1, 1, '2026-10-01T08:00:00Z', 1, 30), (2, 1, 1, '2026-10-11T08:00:00Z', 1, 30),
        (3, 1, 1, '2026-10-21T08:00:00Z', 1, 30), (4, 1, 4, '2026-10-21T08:00:00Z', 1, 40),
        (5, 2, 1, '2026-10-20T08:00:00Z', 1, 30), (6, 2, 2, '2026-10-25T08:00:00Z', 1, 200),
        (7, 3, 2, '2026-09-01T08:00:00Z', 1, 200), (8, 3, 3, '2026-10-28T08:00:00Z', 1, 220);";

/// A project with one strategy of these settings.
fn project(strategy: &str) -> Project {
    let project = Project::without_shop();
    project.write(
        "tea.campaign",
        &format!(
            "source shop {{ database: \"tea.db\", currency: CNY, timezone: \"Asia/Shanghai\", url: \"https://t.example\", name: \"Tea\" }}
             sender store {{ from: \"Tea <t@t.example>\", address: \"1 Tea Road\", unsubscribe: \"https://t.example/u\", via: files(\"outbox\") }}
             policy rules {{ require: consent = yes }}
             segment everybody {{ where: email is known }}
             strategy choice {{
               {strategy}
             }}
             template mail {{
               language: \"en\"
               subject: \"For you\"
               format: text
               body: \"\"\"
                 {{% for pick in picks %}}{{{{ pick.title }}}}, {{% endfor %}}
               \"\"\"
             }}
             campaign tea {{
               source: shop, audience: everybody, recommend: choice, template: mail, sender: store, policy: rules
             }}"
        ),
    );
    let shop = rusqlite::Connection::open(project.path().join("tea.db")).unwrap();
    shop.execute_batch(SHOP).unwrap();
    project
}

/// The ids of a customer's products in order, each with the id of its reason.
fn picks(strategy: &str, customer: u32) -> Vec<(String, Option<String>)> {
    picked(&project(strategy), customer)
}

fn picked(project: &Project, customer: u32) -> Vec<(String, Option<String>)> {
    let customer = customer.to_string();
    let told =
        project.herald(&["why", "tea.campaign", "--customer", &customer, "--as-of", "2026-11-01", "--json"]);
    assert!(told.status.success(), "{}{}", text(&told.stdout), text(&told.stderr));
    let told: Value = serde_json::from_slice(&told.stdout).unwrap();
    let id = |value: &Value| value.as_str().map(|s| s.split(' ').next().unwrap().to_owned());
    let picked = |p: &&Value| p["picked"] == true && p["removed"].is_null();
    let products = told["products"].as_array().unwrap().iter().filter(picked);
    products.map(|p| (id(&p["product"]).unwrap(), id(&p["because"]))).collect()
}

fn ids(strategy: &str, customer: u32) -> String {
    picks(strategy, customer).into_iter().map(|p| p.0).collect::<Vec<_>>().join(" ")
}

#[test]
fn customers_like_the_customer_bring_what_they_took() {
    for weighting in ["cosine", "jaccard", "bm25", "tf_idf"] {
        let user = format!("method: user_cf(signals: purchases, weighting: {weighting}), shows: new");
        assert_eq!(picks(&user, 1), [("2".to_owned(), Some("1".to_owned()))], "{weighting}");
        let item = format!("method: item_cf(signals: purchases, weighting: {weighting}), shows: new");
        assert_eq!(picks(&item, 1)[0], ("2".to_owned(), Some("1".to_owned())), "{weighting}");
    }
    assert_eq!(ids("method: user_cf(signals: purchases, neighbours: 5, shrinkage: 2)", 4), "");
}

#[test]
fn content_shows_what_nobody_bought_yet() {
    let words = "method: content(fields: [title, category], signals: purchases), shows: new, take: 1";
    assert_eq!(picks(words, 1), [("5".to_owned(), Some("1".to_owned()))]);
    assert_eq!(ids("method: content(signals: purchases), shows: new, take: 1", 2), "3");
    assert_eq!(ids("method: content(vectors: learned, signals: purchases), shows: new, take: 1", 2), "3");
}

#[test]
fn a_column_counts_for_what_it_is_given() {
    // Cy has two teapots, which are pots. Of what is new to Cy one is a teapot by its title, one a pot by its kind.
    let of = |fields: &str| {
        let content = format!("method: content(fields: {fields}, signals: purchases, trend: none)");
        let project = project(&format!("{content}, shows: new, take: 1"));
        let shop = rusqlite::Connection::open(project.path().join("tea.db")).unwrap();
        let new =
            "INSERT INTO products VALUES (6, 'Teapot, small', 'tea', 30, 9), (7, 'Kettle', 'pots', 90, 9)";
        shop.execute_batch(new).unwrap();
        picked(&project, 3)
    };
    assert_eq!(of("[5 * title, 0.1 * category]")[0].0, "6");
    assert_eq!(of("[0.1 * title, 5 * category]")[0].0, "7");
}

/// The score of a customer's product by what everybody rates, as `why` tells it; none where it is not recommended.
fn rated(method: &str, ratings: &str, customer: &str, product: &str) -> Option<f64> {
    let project = project(&format!("method: {method}"));
    let shop = rusqlite::Connection::open(project.path().join("tea.db")).unwrap();
    shop.execute_batch(&format!("INSERT INTO reviews VALUES {ratings}")).unwrap();
    let told =
        project.herald(&["why", "tea.campaign", "--customer", customer, "--as-of", "2026-11-01", "--json"]);
    assert!(told.status.success(), "{method}: {}{}", text(&told.stdout), text(&told.stderr));
    let told: Value = serde_json::from_slice(&told.stdout).unwrap();
    let products = told["products"].as_array().unwrap();
    let found = products.iter().find(|p| p["product"].as_str().unwrap().starts_with(product));
    found.and_then(|p| p["score"].as_f64())
}

#[test]
fn ratings_give_the_textbooks_weighted_sum() {
    // Customers by products: (0, 1, 0), (1, 0, 2), (0, 1, 1). An older rating of the same product, one without a number and one of
    // tomorrow say nothing.
    let ratings = "(1, 2, '2026-10-02', 1), (2, 1, '2026-10-02', 1), (2, 3, '2026-10-02', 2), (3, 2, '2026-10-02', 1),
        (3, 3, '2026-10-02', 1), (3, 3, '2026-10-01', 5), (1, 1, '2026-10-02', NULL), (1, 3, '2026-11-02', 5)";
    let third = |method: &str| rated(method, ratings, "1", "3").unwrap();
    assert!((third("user_cf(ratings: reviews.rating)") - 0.5_f64.sqrt()).abs() < 1e-6);
    // Products 2 (1, 0, 1) and 3 (0, 2, 1): the cosine is 1 / sqrt 10, times customer 1's rating.
    assert!((third("item_cf(ratings: reviews.rating)") - 0.1_f64.sqrt()).abs() < 1e-6);
}

#[test]
fn centred_ratings_are_predicted_above_the_customers_own_mean() {
    // Ann rates 5 and 1, Bob 4, 2, 5 and 1, Cy the opposite: Ann would give product 3 what Bob gives it, and product 4 below her mean.
    let ratings = "(1, 1, '2026-10-02', 5), (1, 2, '2026-10-02', 1),
        (2, 1, '2026-10-02', 4), (2, 2, '2026-10-02', 2), (2, 3, '2026-10-02', 5), (2, 4, '2026-10-02', 1),
        (3, 1, '2026-10-02', 1), (3, 2, '2026-10-02', 5), (3, 3, '2026-10-02', 1), (3, 4, '2026-10-02', 5)";
    // A rating of 0 is one too: what Ann rates lowest pulls her mean down as any other does.
    let from_nothing = ratings.replace("(1, 2, '2026-10-02', 1)", "(1, 2, '2026-10-02', 0)");
    let third = rated("user_cf(ratings: reviews.rating, centred: yes)", &from_nothing, "1", "3");
    assert!((third.unwrap() - 4.5).abs() < 1e-6, "{third:?}");
    for method in ["user_cf", "item_cf"] {
        let of = |id| rated(&format!("{method}(ratings: reviews.rating, centred: yes)"), ratings, "1", id);
        assert!((of("3").unwrap() - 5.0).abs() < 1e-6, "{method}");
        assert_eq!(of("4"), None, "{method}");
    }
}

#[test]
fn what_is_no_rating_is_told() {
    let project = project(
        "method: blend(
           user_cf(ratings: reviews, trend: none),
           item_cf(ratings: reviews.stars),
           user_cf(ratings: purchases.at),
           item_cf(centred: yes),
           user_cf(ratings: reviews.rating, centred: maybe),
         )",
    );
    let told = project.herald(&["check", "tea.campaign"]);
    insta::assert_snapshot!(text(&told.stdout) + &text(&told.stderr));
}

#[test]
fn how_products_sell_now_can_be_left_out() {
    let why = |settings: &str| {
        let project = project(&format!("method: item_cf(signals: purchases{settings}), shows: new"));
        let told =
            project.herald(&["why", "tea.campaign", "--customer", "1", "--as-of", "2026-11-01", "--json"]);
        let told: Value = serde_json::from_slice(&told.stdout).unwrap();
        let of = |id: &str| {
            let products = told["products"].as_array().unwrap().iter();
            let found = products.clone().find(|p| p["product"].as_str().unwrap().starts_with(id));
            found.unwrap_or_else(|| panic!("{id} is not in {told}"))["score"].as_f64().unwrap()
        };
        of("2")
    };
    let usual = why("");
    assert!((why(", trend: 14 days, half_life: 90 days") - usual).abs() < 1e-9);
    let plain = why(", trend: none");
    assert!((plain - usual).abs() > 1e-6, "{plain} {usual}");
    assert!(why(", trend: none, half_life: none") > plain, "what does not fade weighs more");
}

#[test]
fn a_boost_may_be_worked_out_of_the_product() {
    // Everybody is shown what is popular: tea thrice, the blue teapot twice, the cup and the red teapot once.
    let popular = |boost: &str| ids(&format!("method: popular(purchases), take: 4, {boost}"), 5);
    assert_eq!(popular("boost: 1"), "1 2 3 4");
    // One has no stock that is known, which changes nothing; what the shop pays for is far behind, and still there.
    assert_eq!(popular("boost: stock / 3"), "1 2 3 4");
    assert_eq!(popular("boost: 1 + 2 * (price - 30 CNY) / 30 CNY when category = \"pots\""), "2 3 1 4");
    assert_eq!(popular("boost: 0 - stock when id = 1"), "2 3 4 1");
}

#[test]
fn buying_again_is_another_question_than_discovery() {
    assert_eq!(ids("method: buy_again(purchases)", 1), "1 4");
    assert_eq!(ids("method: buy_again(purchases, half_life: 30 days)", 5), "");
    assert_eq!(ids("method: popular(purchases), shows: again", 2), "1 2");
    assert_eq!(ids("method: popular(purchases), shows: new", 2), "3 4");
    assert_eq!(ids("method: popular(purchases)", 2), "1 2 3 4");
}

#[test]
fn what_rises_is_trending() {
    // All sales of the red teapot are of these days, and half of the blue one's; tea sold before.
    assert_eq!(ids("method: trending(purchases in last 8 days)", 5), "3 2");
}

#[test]
fn slots_fill_a_list_in_turn() {
    let slots = "method: slots(1 * buy_again(purchases), 2 * popular(purchases)), take: 4";
    assert_eq!(ids(slots, 1), "1 4 2 3"); // listed by method: the own products, then what else sells
    assert_eq!(ids(slots, 4), "1 2 3 4");
}

#[test]
fn cold_customers_get_what_their_like_take_then_what_everybody_takes() {
    let list = "method: user_cf(signals: purchases)
                fallback: [popular(purchases, by: country), popular(purchases)]
                take: 3";
    assert_eq!(ids(list, 4), "1 4 2"); // of Singapore: tea and the cup
    assert_eq!(ids(list, 5), "1 2 3"); // of no country
}

#[test]
fn diversity_and_novelty_change_the_order() {
    let popular = |more: &str| ids(&format!("method: popular(purchases), take: 3\n{more}"), 5);
    assert_eq!(popular(""), "1 2 3");
    assert_eq!(popular("diversity: 0.9"), "1 2 4"); // not a second teapot
    // Of three customers two have tea, two the blue teapot, and one each the red one and the cup.
    assert_eq!(popular("novelty: 100%"), "1 3 4");
    assert_eq!(popular("novelty: 0"), "1 2 3");
}

#[test]
fn wrong_settings_are_told_in_the_words_of_the_language() {
    let project = project(
        "method: blend(0.5 * slots(1 * buy_again(purchases)), 0.5 * trending(purchases))
         shows: old
         diversity: 3
         boost: [title, customer.country, stock when customer.country = \"SG\", 2 * count(purchases)]
         fallback: [user_cf(weighting: cosines, signals: purchases, trend: never), content(fields: [0 * title, \"price\"], half_life: 0 days)]",
    );
    let told = project.herald(&["check", "tea.campaign"]);
    insta::assert_snapshot!(text(&told.stdout) + &text(&told.stderr));
}

#[test]
fn auto_takes_what_would_have_done_best_and_says_what() {
    let project = project("method: auto(), shows: new, take: 2");
    let shop = rusqlite::Connection::open(project.path().join("tea.db")).unwrap();
    // Eighty customers of two tastes, half of whom came back in the last month for what the others of their taste had.
    shop.execute_batch(
        "WITH RECURSIVE n(i) AS (SELECT 101 UNION ALL SELECT i + 1 FROM n WHERE i < 180)
         INSERT INTO customers SELECT i, 'c' || i || '@example.com', 'SG', 1 FROM n;
         WITH RECURSIVE p(i) AS (SELECT 11 UNION ALL SELECT i + 1 FROM p WHERE i < 30)
         INSERT INTO products SELECT i, 'Thing ' || i, 'things', 10, 9 FROM p;
         INSERT INTO purchases SELECT c.id * 100 + k.value, c.id, 11 + (c.id % 2) * 10 + (c.id * 3 + k.value * 7) % 10,
             date('2026-10-28', '-' || (k.value * 23 + c.id % 11) || ' days') || 'T08:00:00Z', 1, 10
         FROM customers c, json_each('[0, 1, 2, 3, 4]') k WHERE c.id > 100;",
    )
    .unwrap();
    let told =
        project.herald(&["why", "tea.campaign", "--customer", "102", "--as-of", "2026-11-01", "--json"]);
    assert!(told.status.success(), "{}{}", text(&told.stdout), text(&told.stderr));
    let told: Value = serde_json::from_slice(&told.stdout).unwrap();
    let picked: Vec<&Value> =
        told["products"].as_array().unwrap().iter().filter(|p| p["picked"] == true).collect();
    assert_eq!(picked.len(), 2);
    for pick in picked {
        let id: u32 = pick["product"].as_str().unwrap().split(' ').next().unwrap().parse().unwrap();
        assert!((11..=20).contains(&id), "{id} is of the other taste");
        let named = pick["parts"].as_array().unwrap()[0][0].as_str().unwrap();
        assert!(named.contains("half_life"), "the method it took is named with its settings: {named}");
    }
}

#[test]
fn a_product_of_few_pieces_is_promised_to_as_many_and_no_more() {
    let project = project("method: popular(purchases), exposure: 1 per stock, take: 1");
    let shop = rusqlite::Connection::open(project.path().join("tea.db")).unwrap();
    shop.execute_batch(
        "UPDATE products SET stock = 2 WHERE id = 1; UPDATE products SET stock = NULL WHERE id = 2;
         UPDATE customers SET consent = 0 WHERE id = 5;",
    )
    .unwrap();
    // Tea sells best; of its two pieces two of the four get a promise, whoever has no consent takes none away.
    let run = project.herald(&["run", "tea.campaign", "--as-of", "2026-11-01"]);
    assert!(run.status.success(), "{}{}", text(&run.stdout), text(&run.stderr));
    let mails = project.mails();
    let about = |words: &str| mails.iter().filter(|(_, mail)| text(mail).contains(words)).count();
    assert_eq!((mails.len(), about("Teapot, blue")), (4, 2));
    // A preview of one customer shows what the run sent.
    for customer in ["1", "2", "3", "4"] {
        let told =
            project.herald(&["preview", "tea.campaign", "--customer", customer, "--as-of", "2026-11-01"]);
        let blue = text(&told.stdout).contains("Teapot, blue");
        let mail = mails.iter().map(|(_, m)| text(m)).find(|m| {
            m.contains(&format!(
                "To: {}",
                ["ann", "bob", "cy", "dee"][customer.parse::<usize>().unwrap() - 1]
            ))
        });
        assert_eq!(mail.map(|m| m.contains("Teapot, blue")), Some(blue), "customer {customer}");
    }
}
