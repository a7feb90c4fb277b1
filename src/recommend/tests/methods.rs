//! Scores and reasons of each method, worked out by hand.

use std::sync::Arc;

use crate::recommend::*;

/// The ratings [[0,1,0],[1,0,2],[0,1,1]] as events of today.
pub(super) fn ratings() -> Interactions {
    let mut events = Events::default();
    for (user, item, weight) in [(0, 1, 1.0), (1, 0, 1.0), (1, 2, 2.0), (2, 1, 1.0), (2, 2, 1.0)] {
        events.push(user, item, 0.0, weight);
    }
    Interactions::build(&events, 3, 3, None).unwrap()
}

const PLAIN: ItemCfParams =
    ItemCfParams { neighbours: 50, shrinkage: 0.0, damping: Damping::None, weighting: Weighting::Cosine };

fn plain_cosine(interactions: &Interactions) -> ItemCf {
    ItemCf::fit(interactions, 0, PLAIN)
}

pub(in crate::recommend) fn picks_of(
    method: &dyn Method,
    histories: &[&Interactions],
    customer: u32,
) -> Vec<Pick> {
    let filters = Filters { take: 10, ..Filters::default() };
    let request = Request {
        method,
        fallback: None,
        filters: &filters,
        personal: &Personal::default(),
        histories,
        customers: &[customer],
        because: true,
    };
    recommend(&request).unwrap().remove(0)
}

pub(in crate::recommend) fn assert_scores(picks: &[Pick], expected: &[(u32, f32, Option<u32>)]) {
    let found: Vec<_> = picks.iter().map(|p| (p.item, p.because)).collect();
    assert_eq!(found, expected.iter().map(|e| (e.0, e.2)).collect::<Vec<_>>());
    for (pick, want) in picks.iter().zip(expected) {
        assert!((pick.score - want.1).abs() < 1e-6, "{pick:?} should score {}", want.1);
    }
}

#[test]
fn item_cf_adds_similarity_times_weight_and_names_the_strongest_reason() {
    let interactions = ratings();
    let (s02, s12) = (2.0 / 5_f32.sqrt(), 1.0 / 10_f32.sqrt());
    // Customer 2 has products 1 and 2: 2 from 1, 1 from 2, 0 from 2.
    let expected = [(0, s02, Some(2)), (1, s12, Some(2)), (2, s12, Some(1))];
    assert_scores(&picks_of(&plain_cosine(&interactions), &[&interactions], 2), &expected);
    // Customer 1 has 0 once and 2 twice.
    let expected = [(0, 2.0 * s02, Some(2)), (2, s02, Some(0)), (1, 2.0 * s12, Some(2))];
    assert_scores(&picks_of(&plain_cosine(&interactions), &[&interactions], 1), &expected);
}

#[test]
fn item_cf_keeps_to_its_number_of_neighbours() {
    let interactions = ratings();
    let one = ItemCfParams { neighbours: 1, ..PLAIN };
    let method = ItemCf::fit(&interactions, 0, one);
    // The nearest of 0 is 2, of 2 is 0, of 1 is 2: from product 1 nothing follows.
    assert!(picks_of(&method, &[&interactions], 0).is_empty());
    let items: Vec<u32> = picks_of(&method, &[&interactions], 2).iter().map(|p| p.item).collect();
    assert_eq!(items, [0, 1]);
}

#[test]
fn a_recent_purchase_speaks_louder_than_an_old_one() {
    // Customers 0 and 1 tie 0 to 1, customers 2 and 3 tie 2 to 3, alike in everything.
    let mut events = Events::default();
    for (user, item) in [(0, 0), (0, 1), (1, 0), (1, 1), (2, 2), (2, 3), (3, 2), (3, 3)] {
        events.push(user, item, 10.0, 1.0);
    }
    events.push(4, 0, 40.0, 1.0);
    events.push(4, 2, 10.0, 1.0);
    let interactions = Interactions::build(&events, 5, 4, Some(30.0)).unwrap();
    let picks = picks_of(&ItemCf::fit(&interactions, 0, ItemCfParams::default()), &[&interactions], 4);
    assert_eq!([picks[0].item, picks[1].item], [3, 1]);
    assert_eq!(picks[0].because, Some(2));
}

#[test]
fn bought_together_follows_the_customers_baskets() {
    let baskets = Baskets::build(&[(0, 0), (0, 1), (1, 0), (1, 1), (2, 0), (2, 2)], 3);
    let params = BoughtTogetherParams { shrinkage: 0.0, ..BoughtTogetherParams::default() };
    let method = BoughtTogether::fit(&baskets, Some(vec![1.0, 1.0, 2.0]), 0, params);
    let mut events = Events::default();
    events.push(0, 0, 0.0, 3.0);
    let history = Interactions::build(&events, 1, 3, None).unwrap();
    // 1 is in both its baskets with 0 (of 3): 2 / sqrt 6. 2 is once: 1 / sqrt 3, doubled by its trend.
    let expected = [(2, 3.0 * 2.0 / 3_f32.sqrt(), Some(0)), (1, 3.0 * 2.0 / 6_f32.sqrt(), Some(0))];
    assert_scores(&picks_of(&method, &[&history], 0), &expected);
}

#[test]
fn similar_to_the_latest_or_to_a_named_product() {
    let interactions = ratings();
    let neighbours = Arc::new(ItemCf::similar(&interactions, PLAIN));
    let mut events = Events::default();
    events.push(0, 0, 9.0, 1.0);
    events.push(0, 1, 2.0, 1.0);
    events.push(1, 2, 5.0, 1.0);
    events.push(1, 0, 5.0, 3.0);
    let views = Interactions::build(&events, 2, 3, None).unwrap();
    let latest = SimilarTo::new(neighbours.clone(), Anchor::Latest { slot: 0 });
    assert_scores(&picks_of(&latest, &[&views], 0), &[(2, 1.0 / 10_f32.sqrt(), Some(1))]);
    // At one instant the heavier event leads.
    assert_scores(&picks_of(&latest, &[&views], 1), &[(2, 2.0 / 5_f32.sqrt(), Some(0))]);
    let named = SimilarTo::new(neighbours, Anchor::Product(0));
    assert_scores(&picks_of(&named, &[], NOBODY), &[(2, 2.0 / 5_f32.sqrt(), None)]);
}

fn part(weight: f32, method: impl Method + 'static) -> Component {
    Component { weight, method: Arc::new(method) }
}

#[test]
fn a_blend_measures_each_method_by_its_best_score_for_the_customer() {
    let interactions = ratings();
    let popular = || Popular::from_scores(vec![10.0, 40.0, 20.0]);
    let blend = Blend::new(vec![part(0.6, plain_cosine(&interactions)), part(0.4, popular())]).unwrap();
    // Customer 2: cosine gives 0: 1, 1 and 2: sqrt 2 / 4 of its best; popular gives 1/4, 1, 1/2.
    let third = 0.6 * 2_f32.sqrt() / 4.0;
    let expected = [(0, 0.6 + 0.1, Some(2)), (1, third + 0.4, Some(2)), (2, third + 0.2, Some(1))];
    assert_scores(&picks_of(&blend, &[&interactions], 2), &expected);
    // A blend inside a blend shares out its weight.
    let nested = Blend::new(vec![part(1.0, blend), part(1.0, popular())]).unwrap();
    let parts: Vec<f32> = nested.components().iter().map(|c| c.weight).collect();
    assert_eq!(parts, [0.6, 0.4, 1.0]);
}

#[test]
fn what_is_filtered_out_does_not_weigh_in_a_blend() {
    let blend = Blend::new(vec![
        part(0.5, Popular::from_scores(vec![1000.0, 4.0, 2.0])),
        part(0.5, Popular::from_scores(vec![0.0, 1.0, 4.0])),
    ])
    .unwrap();
    let filters = Filters { exclude: Some(BitSet::from_fn(3, |i| i == 0)), take: 3, ..Filters::default() };
    let request = Request {
        method: &blend,
        fallback: None,
        filters: &filters,
        personal: &Personal::default(),
        histories: &[],
        customers: &[NOBODY],
        because: true,
    };
    assert_scores(&recommend(&request).unwrap()[0], &[(2, 0.75, None), (1, 0.625, None)]);
}

#[test]
fn the_reason_of_a_blend_adds_up_over_its_methods() {
    // In each component another own product leads by a little, product 2 is a close second in both.
    let similar = |pairs: &[(u32, f32)]| {
        let mut events = Events::default();
        for (user, &(own, weight)) in pairs.iter().enumerate() {
            events.push(user as u32, own, 0.0, weight);
            events.push(user as u32, 3, 0.0, 1.0);
        }
        Interactions::build(&events, pairs.len(), 4, None).unwrap()
    };
    let mut own = Events::default();
    (0..3).for_each(|item| own.push(0, item, 0.0, 1.0));
    let history = Interactions::build(&own, 1, 4, None).unwrap();
    let first = plain_cosine(&similar(&[(0, 1.0), (0, 1.0), (0, 1.0), (2, 1.0), (2, 1.0)]));
    let second = plain_cosine(&similar(&[(1, 1.0), (1, 1.0), (1, 1.0), (2, 1.0), (2, 1.0)]));
    assert_eq!(picks_of(&first, &[&history], 0)[0].because, Some(0));
    assert_eq!(picks_of(&second, &[&history], 0)[0].because, Some(1));
    let blend = Blend::new(vec![part(0.5, first), part(0.5, second)]).unwrap();
    let pick = picks_of(&blend, &[&history], 0)[0];
    assert_eq!((pick.item, pick.because), (3, Some(2)));
}

#[test]
fn a_blend_of_nothing_of_odd_weights_or_of_two_catalogues_is_refused() {
    let popular = |n| Popular::from_scores(vec![1.0; n]);
    assert_eq!(Blend::new(vec![]).unwrap_err(), BlendError::Empty);
    for weight in [0.0, -1.0, f32::INFINITY] {
        let error = Blend::new(vec![part(1.0, popular(2)), part(weight, popular(2))]).unwrap_err();
        assert_eq!(error, BlendError::Weight { part: 1, weight });
    }
    assert_eq!(
        Blend::new(vec![part(1.0, popular(2)), part(1.0, popular(3))]).unwrap_err(),
        BlendError::Catalogue { part: 1, items: 3, first: 2 }
    );
}

const PLAIN_USERS: UserCfParams =
    UserCfParams { neighbours: 50, shrinkage: 0.0, damping: Damping::None, weighting: Weighting::Cosine };

#[test]
fn user_cf_gives_the_textbook_value() {
    let interactions = ratings();
    let method = UserCf::fit(&interactions, 0, PLAIN_USERS);
    // Customers (0,1,0) and (0,1,1): cosine 1 / sqrt 2, times the one piece of product 2 (the third).
    let half = 1.0 / 2_f32.sqrt();
    assert_scores(&picks_of(&method, &[&interactions], 0), &[(1, half, None), (2, half, Some(1))]);
    // Customer 1 (1,0,2) shares product 2 with customer 2 alone: 2 / sqrt(5 x 2).
    let near = 2.0 / 10_f32.sqrt();
    assert_scores(&picks_of(&method, &[&interactions], 1), &[(1, near, Some(2)), (2, near, None)]);
}

#[test]
fn user_cf_listens_to_the_nearest_only() {
    // Customer 0 has 0 and 1. Customer 1 has both and 2; customer 2 has one of them and 3.
    let mut events = Events::default();
    for (user, item) in [(0, 0), (0, 1), (1, 0), (1, 1), (1, 2), (2, 0), (2, 3)] {
        events.push(user, item, 0.0, 1.0);
    }
    let interactions = Interactions::build(&events, 3, 4, None).unwrap();
    let all = |neighbours| {
        let method = UserCf::fit(&interactions, 0, UserCfParams { neighbours, ..PLAIN_USERS });
        let mut items: Vec<u32> = picks_of(&method, &[&interactions], 0).iter().map(|p| p.item).collect();
        items.sort_unstable();
        items
    };
    assert_eq!(all(1), [0, 1, 2]);
    assert_eq!(all(2), [0, 1, 2, 3]);
}

#[test]
fn user_cf_serves_a_customer_who_came_after_the_fit() {
    let fitted = UserCf::fit(&ratings(), 0, PLAIN_USERS);
    let mut events = Events::default();
    events.push(7, 1, 0.0, 1.0); // a row that the fit has not
    let later = Interactions::build(&events, 8, 3, None).unwrap();
    let picks = picks_of(&fitted, &[&later], 7);
    // (0,1,0) again, and now customer 0 is a twin: 1 + 1/sqrt 2 for product 1.
    let half = 1.0 / 2_f32.sqrt();
    assert_scores(&picks, &[(1, 1.0 + half, None), (2, half, Some(1))]);
}

fn texts(texts: &[&str]) -> Weighted {
    Field::Text(texts.iter().map(|&t| t.to_owned()).collect()).into()
}

/// Customer 0 has product 0, on the day.
fn one_purchase(items: usize) -> Interactions {
    let mut events = Events::default();
    events.push(0, 0, 0.0, 1.0);
    Interactions::build(&events, 1, items, None).unwrap()
}

#[test]
fn content_finds_products_that_nobody_bought_yet() {
    let titles = texts(&["新款智能手机", "红色运动鞋", "智能手机保护壳", "Garden chair"]);
    let history = one_purchase(4);
    let vectors = ProductVectors::fit(&[titles], 4, Vectors::Words);
    let picks =
        picks_of(&Content::new(Arc::new(vectors), trend(&history), history.unit(), 0), &[&history], 0);
    let found: Vec<_> = picks.iter().map(|p| (p.item, p.because)).collect();
    assert_eq!(found, [(2, Some(0))]); // its own title does not speak for a product, nor does nothing in common
}

#[test]
fn learned_vectors_know_words_of_one_meaning() {
    // Sofas and couches never share a title, but stand beside the same words; hammers stand beside others.
    let titles = texts(&[
        "leather sofa living room",
        "grey sofa cushions",
        "leather couch living room",
        "grey couch cushions",
        "steel hammer tool nails",
        "wooden hammer tool handle",
        "sofa",
        "couch",
        "hammer",
    ]);
    let learned = |dimensions| {
        let how = Vectors::Learned(EmbeddingParams { dimensions });
        ProductVectors::fit(std::slice::from_ref(&titles), 9, how)
    };
    let vectors = learned(3);
    assert!(vectors.likeness(6, 7) > 0.8, "{}", vectors.likeness(6, 7));
    assert!(vectors.likeness(6, 8) < 0.2, "{}", vectors.likeness(6, 8));
    assert_eq!(ProductVectors::fit(std::slice::from_ref(&titles), 9, Vectors::Words).likeness(6, 7), 0.0);
    // More dimensions than words, one product, no words: no trouble.
    assert!(learned(500).likeness(0, 0) > 0.99);
    for field in [texts(&["lonely"]), texts(&[""])] {
        let how = Vectors::Learned(EmbeddingParams::default());
        assert!(ProductVectors::fit(&[field], 1, how).likeness(0, 0) <= 1.0);
    }
    assert_eq!(
        ProductVectors::fit(&[texts(&[])], 0, Vectors::Learned(EmbeddingParams::default())).items(),
        0
    );
}
