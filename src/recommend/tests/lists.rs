//! Lists: filters, boosts, caps, the fallback, strangers, and their explanation.

use crate::recommend::*;

const NO_HISTORY: &[&Interactions] = &[];

fn popular(scores: &[f32]) -> Popular {
    Popular::from_scores(scores.to_vec())
}

fn request<'a>(
    method: &'a dyn Method,
    fallback: Option<&'a dyn Method>,
    filters: &'a Filters,
    personal: &'a Personal,
) -> Request<'a> {
    Request {
        method,
        fallback,
        filters,
        personal,
        histories: NO_HISTORY,
        customers: &[NOBODY],
        because: true,
    }
}

fn items(request: &Request<'_>) -> Vec<u32> {
    recommend(request).unwrap()[0].iter().map(|p| p.item).collect()
}

fn take(take: usize) -> Filters {
    Filters { take, ..Filters::default() }
}

#[test]
fn ties_go_to_the_lower_index_and_nothing_comes_twice() {
    let method = popular(&[1.0, 2.0, 2.0, 1.0]);
    let none = Personal::default();
    assert_eq!(items(&request(&method, None, &take(3), &none)), [1, 2, 0]);
    // Longer than the catalogue; the fallback has nothing new to say.
    assert_eq!(items(&request(&method, Some(&method), &take(99), &none)), [1, 2, 0, 3]);
    assert_eq!(items(&request(&method, None, &take(0), &none)), [0_u32; 0]);
}

#[test]
fn scores_that_are_not_positive_numbers_recommend_nothing() {
    let method = popular(&[f32::NAN, -1.0, 0.0, f32::INFINITY, 0.1]);
    assert_eq!(items(&request(&method, None, &take(9), &Personal::default())), [4]);
    let boosted = Personal { boost: Some(ItemFactors::new(vec![vec![(0, 2.0)]])), ..Personal::default() };
    assert_eq!(items(&request(&method, None, &take(9), &boosted)), [4]);
}

#[test]
fn boosts_of_everybody_and_of_one_multiply() {
    let method = popular(&[10.0, 9.0, 4.0, 1.0]);
    let filters = Filters { boost: Some(vec![1.0, 1.2, 1.0, 1.0]), ..take(4) };
    assert_eq!(items(&request(&method, None, &filters, &Personal::default())), [1, 0, 2, 3]);
    let mine = ItemFactors::new(vec![vec![(2, 3.0), (1, 0.5)]]);
    let personal = Personal { boost: Some(mine), ..Personal::default() };
    let lists = recommend(&request(&method, None, &filters, &personal)).unwrap();
    assert_eq!(lists[0].iter().map(|p| p.item).collect::<Vec<_>>(), [2, 0, 1, 3]);
    assert!((lists[0][2].score - 9.0 * 1.2 * 0.5).abs() < 1e-5);
}

#[test]
fn the_fallback_fills_up_under_the_same_filters_and_caps() {
    let method = popular(&[5.0, 4.0, 0.0, 0.0, 0.0, 0.0]);
    let fallback = popular(&[9.0, 8.0, 7.0, 6.0, 5.0, 4.0]);
    let brand = Cap { group_of_item: vec![0, 1, 0, 1, NO_GROUP, NO_GROUP], at_most: 1 };
    let filters = Filters { exclude: Some(BitSet::from_fn(6, |i| i == 5)), at_most: vec![brand], ..take(5) };
    let none = Personal::default();
    let lists = recommend(&request(&method, Some(&fallback), &filters, &none)).unwrap();
    let found: Vec<_> = lists[0].iter().map(|p| (p.item, p.source)).collect();
    assert_eq!(found, [(0, Source::Method), (1, Source::Method), (4, Source::Fallback)]);
}

/// Two customers: one with product 0, one without anything. 1 goes with 0.
fn two_customers() -> Interactions {
    let mut events = Events::default();
    for (user, item) in [(0, 0), (2, 0), (2, 1)] {
        events.push(user, item, 1.0, 1.0);
    }
    Interactions::build(&events, 3, 3, None).unwrap()
}

#[test]
fn a_stranger_gets_the_fallback_even_from_a_blend_with_popular_in_it() {
    let history = two_customers();
    let cf = Component {
        weight: 0.9,
        method: std::sync::Arc::new(ItemCf::fit(&history, 0, ItemCfParams::default())),
    };
    let top = Component { weight: 0.1, method: std::sync::Arc::new(popular(&[1.0, 0.0, 0.0])) };
    let blend = Blend::new(vec![cf, top]).unwrap();
    let fallback = popular(&[0.0, 1.0, 9.0]);
    let (filters, none) = (take(1), Personal::default());
    let request = Request {
        histories: &[&history],
        customers: &[0, 1, NOBODY],
        because: true,
        ..request(&blend, Some(&fallback), &filters, &none)
    };
    let found: Vec<_> = recommend(&request).unwrap().iter().map(|l| (l[0].item, l[0].source)).collect();
    assert_eq!(found, [(1, Source::Method), (2, Source::Fallback), (2, Source::Fallback)]);
    assert_eq!(request.strangers(), 2);
    // Without a fallback the blend says what it can.
    let alone = Request { fallback: None, ..request };
    let found: Vec<_> = recommend(&alone).unwrap().iter().map(|l| l[0].item).collect();
    assert_eq!(found, [1, 0, 0]);
}

#[test]
fn empty_shops_chunks_and_candidates_give_empty_lists() {
    let none = Personal::default();
    assert!(items(&request(&popular(&[]), None, &take(3), &none)).is_empty());
    let nothing = Filters { only: Some(BitSet::new(2)), ..take(3) };
    let method = popular(&[1.0, 1.0]);
    assert!(items(&request(&method, Some(&method), &nothing, &none)).is_empty());
    let filters = take(3);
    let nobody = Request { customers: &[], ..request(&method, None, &filters, &none) };
    assert!(recommend(&nobody).unwrap().is_empty());
    let empty = Interactions::build(&Events::default(), 0, 0, Some(30.0)).unwrap();
    assert_eq!(ItemCf::fit(&empty, 0, ItemCfParams::default()).items(), 0);
    let mut one = Events::default();
    one.push(0, 0, 0.0, 1.0);
    let one = Interactions::build(&one, 1, 1, Some(30.0)).unwrap();
    let cf = ItemCf::fit(&one, 0, ItemCfParams::default());
    let request = Request { histories: &[&one], customers: &[0], ..request(&cf, None, &filters, &none) };
    assert!(recommend(&request).unwrap()[0].is_empty());
}

#[test]
fn arrays_that_do_not_fit_are_refused() {
    let (method, none) = (popular(&[1.0, 1.0]), Personal::default());
    let refused = |filters: &Filters, personal: &Personal| {
        recommend(&request(&method, None, filters, personal)).unwrap_err()
    };
    let is_length = |e| matches!(e, RequestError::Length { expected: 1 | 2, .. });
    assert!(is_length(refused(&Filters { only: Some(BitSet::new(3)), ..take(1) }, &none)));
    assert!(is_length(refused(&Filters { boost: Some(vec![1.0]), ..take(1) }, &none)));
    let cap = Cap { group_of_item: vec![], at_most: 1 };
    assert!(is_length(refused(&Filters { at_most: vec![cap], ..take(1) }, &none)));
    let lists = Some(ItemLists::default());
    assert!(is_length(refused(&take(1), &Personal { exclude: lists, ..Personal::default() })));
    let other = popular(&[1.0]);
    assert!(is_length(recommend(&request(&method, Some(&other), &take(1), &none)).unwrap_err()));
    for boost in [0.0, -1.0, f32::INFINITY] {
        let filters = Filters { boost: Some(vec![1.0, boost]), ..take(1) };
        assert_eq!(refused(&filters, &none), RequestError::Boost(boost));
    }
    let cf = ItemCf::fit(&two_customers(), 1, ItemCfParams::default());
    let missing = recommend(&request(&cf, None, &take(1), &none)).unwrap_err();
    assert_eq!(missing, RequestError::Histories { needed: 2, given: 0 });
}

#[test]
fn an_explanation_shows_every_score_and_why_a_better_product_was_passed_over() {
    let method = popular(&[9.0, 8.0, 7.0, 6.0, 5.0, 4.0, 0.0]);
    let fallback = popular(&[1.0; 7]);
    let filters = Filters {
        only: Some(BitSet::from_fn(7, |i| i != 0)),
        exclude: Some(BitSet::from_fn(7, |i| i == 1)),
        boost: Some(vec![1.0, 1.0, 1.0, 2.0, 1.0, 1.0, 1.0]),
        at_most: vec![Cap { group_of_item: vec![0, 0, 0, 0, 1, 1, 1], at_most: 1 }],
        rationed: None,
        take: 2,
        ..Filters::default()
    };
    let none = Personal::default();
    let request = request(&method, Some(&fallback), &filters, &none);
    let explained = explain(&request, 0, 3).unwrap();
    assert_eq!(explained.picks, recommend(&request).unwrap()[0]);
    let rows: Vec<_> = explained.method.iter().map(|e| (e.item, e.removed)).collect();
    assert_eq!(
        rows,
        [
            (3, None),
            (0, Some(Removed::Only)),
            (1, Some(Removed::Exclude)),
            (2, Some(Removed::AtMost(0))),
            (4, None),
        ]
    );
    assert_eq!(explained.method[0].parts, [Part { component: 0, score: 6.0 }]);
    assert!(
        (explained.method[0].score - 12.0).abs() < 1e-6 && (explained.method[0].boost - 2.0).abs() < 1e-6
    );
    assert!(explained.fallback.is_empty() && !explained.stranger);
    // A longer list needs the fallback, which has nothing that the caps let in.
    let longer = Filters { take: 3, ..filters.clone() };
    let explained = explain(&Request { filters: &longer, ..request }, 0, 9).unwrap();
    assert_eq!(explained.method.last().unwrap().removed, Some(Removed::AtMost(0)));
    let rows: Vec<_> = explained.fallback.iter().map(|e| (e.item, e.removed)).collect();
    assert!(rows.contains(&(3, Some(Removed::Already))) && rows.contains(&(6, Some(Removed::AtMost(0)))));
    let shorter = Filters { take: 1, ..filters.clone() };
    let explained = explain(&Request { filters: &shorter, ..request }, 0, 9).unwrap();
    let four = explained.method.iter().find(|e| e.item == 4).unwrap();
    assert_eq!(four.removed, Some(Removed::Take));
    assert!(explain(&request, 1, 3).is_err());
}

fn turn(at_once: Option<usize>, scores: &[f32]) -> Turn {
    Turn { at_once, method: std::sync::Arc::new(popular(scores)) }
}

#[test]
fn methods_take_turns_and_what_one_cannot_fill_goes_to_the_others() {
    let none = Personal::default();
    // Two of the first, three of the second, and again; 5 is liked by both and comes once.
    let first = turn(Some(2), &[9.0, 8.0, 0.0, 0.0, 0.0, 7.0, 0.0, 0.0]);
    let second = turn(Some(3), &[0.0, 0.0, 5.0, 4.0, 3.0, 6.0, 2.0, 1.0]);
    let slots = Turns::new(vec![first, second]);
    assert_eq!(items(&request(&slots, None, &take(4), &none)), [0, 1, 5, 2]);
    assert_eq!(items(&request(&slots, None, &take(9), &none)), [0, 1, 5, 2, 3, 4, 6, 7]);
    // The cap counts over the whole list.
    let cap = Cap { group_of_item: vec![0, 0, 1, 1, 1, 0, 1, 1], at_most: 2 };
    let capped = Filters { at_most: vec![cap], ..take(9) };
    assert_eq!(items(&request(&slots, None, &capped, &none)), [0, 1, 2, 3]);
    let picks = &recommend(&request(&slots, None, &take(4), &none)).unwrap()[0];
    assert_eq!(picks.iter().map(|p| p.turn).collect::<Vec<_>>(), [0, 0, 1, 1]);
}

#[test]
fn fallbacks_are_tried_one_after_the_other() {
    let none = Personal::default();
    let method = popular(&[0.0, 0.0, 0.0, 0.0, 1.0]);
    let [near, far] = [[0.0, 1.0, 0.0, 2.0, 0.0], [9.0, 8.0, 7.0, 6.0, 5.0]]
        .map(|s| std::sync::Arc::new(popular(&s)) as std::sync::Arc<dyn Method>);
    let fallback = Turns::in_order(vec![near, far]);
    assert_eq!(items(&request(&method, Some(&fallback), &take(9), &none)), [4, 3, 1, 0, 2]);
    assert_eq!(items(&request(&method, Some(&fallback), &take(2), &none)), [4, 3]);
}

#[test]
fn an_explanation_of_turns_tells_who_chose_what() {
    let none = Personal::default();
    let slots = Turns::new(vec![turn(Some(1), &[9.0, 8.0, 0.0]), turn(Some(1), &[7.0, 0.0, 1.0])]);
    let filters = take(2);
    let explained = explain(&request(&slots, None, &filters, &none), 0, 9).unwrap();
    let told: Vec<_> = explained.method.iter().map(|e| (e.item, e.parts[0].component, e.removed)).collect();
    let expected = [(0, 0, None), (1, 0, Some(Removed::Take)), (0, 1, Some(Removed::Already)), (2, 1, None)];
    assert_eq!(told, expected);
}
