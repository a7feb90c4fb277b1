//! `als`, `svd` and `ease` against figures from numpy, and at their edges.

use crate::recommend::*;

use super::invariants::on_threads;
use super::methods::{assert_scores, picks_of, ratings};

fn als(factors: usize) -> AlsParams {
    AlsParams { factors, iterations: 400, regularisation: 0.5, alpha: 2.0, damping: Damping::None }
}

fn svd(factors: usize) -> SvdParams {
    SvdParams { factors, levelling: 0.0, damping: Damping::None }
}

fn ease(regularisation: f32) -> EaseParams {
    EaseParams { regularisation, damping: Damping::None, ..EaseParams::default() }
}

fn shop(rows: &[(u32, u32)], users: usize, items: usize, half_life: Option<f32>) -> Interactions {
    let mut events = Events::default();
    rows.iter().for_each(|&(user, item)| events.push(user, item, 0.0, 1.0));
    Interactions::build(&events, users, items, half_life).unwrap()
}

/// Scores of the ratings [[0,1,0],[1,0,2],[0,1,1]] by two factors, alpha 2 and regularisation 0.5, where the alternation
/// comes to rest: solved with numpy by full normal equations, 5,000 times in turn from three beginnings.
#[test]
fn als_comes_to_rest_where_the_full_equations_do() {
    let interactions = ratings();
    let method = Als::fit(&interactions, 0, als(2));
    let list = |customer| picks_of(&method, &[&interactions], customer);
    assert_near(&list(0), &[(1, 0.834_078), (2, 0.249_582)]);
    assert_near(&list(1), &[(2, 0.965_883), (0, 0.834_245), (1, 0.011_778)]);
    assert_near(&list(2), &[(1, 0.944_243), (2, 0.837_903), (0, 0.255_242)]);
}

/// For customer 2 and product 0, section 5 of Hu, Koren and Volinsky gives -0.292356 to product 1 and 0.547598 to
/// product 2 (numpy, with the factors of the test above).
#[test]
fn als_tells_what_each_own_product_gives_to_a_score() {
    let interactions = ratings();
    let method = Als::fit(&interactions, 0, als(2));
    let histories = [&interactions];
    let mut given = Vec::new();
    let me = Customer::new(&histories, 2);
    method.evidence(&me, 0, &Scores::new(3), &mut |own, strength| given.push((own, strength)));
    assert_eq!(given.iter().map(|g| g.0).collect::<Vec<_>>(), [1, 2]);
    assert!((given[0].1 + 0.292_356).abs() < 2e-4 && (given[1].1 - 0.547_598).abs() < 2e-4, "{given:?}");
    assert_eq!(picks_of(&method, &[&interactions], 2)[2].because, Some(2));
}

/// `x V Vᵀ` with the first two right singular vectors of numpy.linalg.svd.
#[test]
fn svd_gives_what_the_full_decomposition_gives() {
    let interactions = ratings();
    let list =
        |factors, customer| picks_of(&Svd::fit(&interactions, 0, svd(factors)), &[&interactions], customer);
    assert_near(&list(2, 0), &[(1, 0.955_046), (2, 0.085_930)]);
    assert_near(&list(2, 2), &[(1, 1.040_976), (2, 0.921_675), (0, 0.171_859)]);
    assert_near(&list(1, 1), &[(2, 1.966_726), (0, 0.780_297), (1, 0.486_697)]);
    assert_eq!(list(2, 2)[2].because, Some(2));
    // All three directions give the ratings back.
    assert_near(&list(3, 1), &[(2, 2.0), (0, 1.0)]);
}

/// `B = -P / diag(P)` with `P = (XᵀX + I)⁻¹` of numpy.linalg.inv, and by neighbours alone as worked out below.
#[test]
fn ease_gives_the_closed_form_exactly_or_by_neighbours() {
    let interactions = ratings();
    for exact_up_to in [10_000, 0] {
        let method = Ease::fit(&interactions, 0, EaseParams { exact_up_to, ..ease(1.0) });
        let list = |customer| picks_of(&method, &[&interactions], customer);
        if exact_up_to > 0 {
            assert_scores(&list(1), &[(2, 1.0, Some(0)), (0, 0.705_882_4, Some(2)), (1, 0.25, Some(2))]);
            assert_scores(
                &list(2),
                &[(2, 1.0 / 3.0, Some(1)), (1, 0.25, Some(2)), (0, 0.235_294_1, Some(2))],
            );
        } else {
            // Products 0 and 1 have no customer in common, so they are no neighbours, and neither speaks of the other:
            // of 0, 2 says 2 / (5 + 1); of 1, 2 says 1 / 6; of 2, 0 says 2 / (1 + 1) and 1 says 1 / (2 + 1).
            assert_scores(&list(1), &[(2, 1.0, Some(0)), (0, 2.0 / 3.0, Some(2)), (1, 1.0 / 3.0, Some(2))]);
        }
    }
}

#[test]
fn ease_keeps_the_largest_weights_only() {
    let interactions = ratings();
    let method = Ease::fit(&interactions, 0, EaseParams { neighbours: Some(1), ..ease(1.0) });
    // Of product 2 the weight of 0 is kept (1 against 0.333), of 0 that of 2 (0.353 against -0.118).
    assert!(picks_of(&method, &[&interactions], 0).is_empty());
    let picks = picks_of(&method, &[&interactions], 1);
    assert_scores(&picks[..2], &[(2, 1.0, Some(0)), (0, 0.705_882_4, Some(2))]);
}

fn assert_near(picks: &[Pick], expected: &[(u32, f32)]) {
    let found: Vec<u32> = picks.iter().map(|p| p.item).collect();
    assert_eq!(found, expected.iter().map(|e| e.0).collect::<Vec<_>>(), "{picks:?}");
    for (pick, want) in picks.iter().zip(expected) {
        assert!((pick.score - want.1).abs() < 2e-4, "{pick:?} should score {}", want.1);
    }
}

/// Every method with settings far too large for the shop.
fn oversized(interactions: &Interactions) -> [Box<dyn Method>; 4] {
    let als =
        AlsParams { factors: 500, iterations: 5, regularisation: 0.1, alpha: 5.0, damping: Damping::Log };
    let sparse = EaseParams { exact_up_to: 0, ..EaseParams::default() };
    [
        Box::new(Als::fit(interactions, 0, als)),
        Box::new(Svd::fit(interactions, 0, SvdParams { factors: 500, ..SvdParams::default() })),
        Box::new(Ease::fit(interactions, 0, EaseParams::default())),
        Box::new(Ease::fit(interactions, 0, sparse)),
    ]
}

#[test]
fn shops_of_next_to_nothing_are_no_trouble() {
    let cases = [
        ("nobody and nothing", shop(&[], 0, 0, None)),
        ("no event", shop(&[], 3, 4, Some(30.0))),
        ("one product", shop(&[(0, 0), (1, 0)], 2, 1, Some(30.0))),
        ("one customer", shop(&[(0, 0), (0, 2)], 1, 3, Some(30.0))),
        ("all alike", shop(&[(0, 0), (0, 1), (1, 0), (1, 1), (2, 0), (2, 1)], 3, 2, None)),
    ];
    for (what, interactions) in cases {
        for method in oversized(&interactions) {
            assert_eq!(method.items(), interactions.items(), "{what}: {method:?}");
            for customer in [0, 1, NOBODY] {
                for pick in picks_of(&*method, &[&interactions], customer) {
                    assert!(pick.score.is_finite() && pick.score > 0.0, "{what}: {method:?}");
                }
                let me = [&interactions];
                let cold = interactions.history(customer).is_cold();
                assert_eq!(method.knows(&Customer::new(&me, customer)), !cold, "{what}");
            }
        }
    }
}

/// Two tastes, a customer of each, and one who came after the fit.
#[test]
fn a_customer_of_after_the_fit_is_folded_in() {
    let mut rows = Vec::new();
    for user in 0..20 {
        let first = if user % 2 == 0 { 0 } else { 4 };
        rows.extend((0..4).filter(|n| (user / 2 + n) % 4 != 0).map(|n| (user, first + n)));
    }
    let fitted = shop(&rows, 20, 8, None);
    let later = shop(&[(0, 5)], 1, 8, None);
    let als = AlsParams { factors: 3, ..AlsParams::default() };
    let methods: [Box<dyn Method>; 3] = [
        Box::new(Als::fit(&fitted, 0, als)),
        Box::new(Svd::fit(&fitted, 0, SvdParams { factors: 3, ..SvdParams::default() })),
        Box::new(Ease::fit(&fitted, 0, EaseParams { regularisation: 1.0, ..EaseParams::default() })),
    ];
    for method in methods {
        let picks = picks_of(&*method, &[&later], 0);
        let best = picks.iter().filter(|p| p.item != 5).map(|p| p.item).take(3);
        let mut best: Vec<u32> = best.collect();
        best.sort_unstable();
        assert_eq!(best, [4, 6, 7], "{method:?}");
        assert!(picks.iter().filter(|p| p.item != 5).all(|p| p.because == Some(5)));
    }
}

#[test]
fn an_old_purchase_draws_less_than_a_recent_one() {
    // Two tastes, alike in everything; the last customer has one product of each, one of them bought long ago.
    let mut events = Events::default();
    for user in 0..20 {
        let first = if user % 2 == 0 { 0 } else { 3 };
        (0..3).for_each(|n| events.push(user, first + n, 10.0, 1.0));
    }
    events.push(20, 0, 120.0, 1.0);
    events.push(20, 3, 10.0, 1.0);
    let interactions = Interactions::build(&events, 21, 6, Some(30.0)).unwrap();
    let als = AlsParams { factors: 2, ..AlsParams::default() };
    let methods: [Box<dyn Method>; 3] = [
        Box::new(Als::fit(&interactions, 0, als)),
        Box::new(Svd::fit(&interactions, 0, SvdParams { factors: 2, ..SvdParams::default() })),
        Box::new(Ease::fit(&interactions, 0, EaseParams { regularisation: 1.0, ..EaseParams::default() })),
    ];
    for method in methods {
        let picks = picks_of(&*method, &[&interactions], 20);
        let new: Vec<_> = picks.iter().filter(|p| p.item % 3 > 0).collect();
        assert_eq!(new.iter().map(|p| p.item / 3).take(2).collect::<Vec<_>>(), [1, 1], "{method:?}");
        assert_eq!(new[0].because, Some(3), "{method:?}");
    }
}

/// A regularisation too small for the numbers' precision is raised until the equations can be solved.
#[test]
fn next_to_no_regularisation_still_gives_scores() {
    let rows: Vec<(u32, u32)> = (0..50).flat_map(|u| (0..6).map(move |i| (u, i))).collect();
    let interactions = shop(&rows, 50, 8, None); // six columns all alike, two empty
    for exact_up_to in [10_000, 0] {
        let params = EaseParams { regularisation: 1e-30, exact_up_to, ..EaseParams::default() };
        let picks = picks_of(&Ease::fit(&interactions, 0, params), &[&interactions], 0);
        assert_eq!(picks.len(), 6, "{exact_up_to}");
        assert!(picks.iter().all(|p| (p.score - 1.0).abs() < 0.01), "{picks:?}");
    }
    let params = AlsParams { factors: 6, regularisation: 1e-30, ..AlsParams::default() };
    let picks = picks_of(&Als::fit(&interactions, 0, params), &[&interactions], 0);
    let mut items: Vec<u32> = picks.iter().map(|p| p.item).collect();
    items.sort_unstable();
    assert_eq!(items, [0, 1, 2, 3, 4, 5], "{picks:?}");
}

/// Large enough for every method to cut its work into several pieces.
#[test]
fn one_thread_and_four_learn_the_same_to_the_last_bit() {
    let noise = |n: u32| n.wrapping_mul(2_654_435_761) >> 8;
    let rows: Vec<(u32, u32)> = (0..6000).map(|n| (noise(n) % 260, noise(n + 6000) % 300)).collect();
    let interactions = shop(&rows, 260, 300, Some(30.0));
    let learn = || {
        let als = AlsParams { factors: 24, iterations: 3, ..AlsParams::default() };
        let ease = |exact_up_to| {
            let params = EaseParams { exact_up_to, neighbours: Some(40), ..EaseParams::default() };
            Ease::weights(&interactions, params)
        };
        let svd = SvdParams { factors: 24, ..SvdParams::default() };
        (Als::factors(&interactions, als), Svd::directions(&interactions, svd), ease(1000), ease(0))
    };
    assert_eq!(on_threads(1, learn), on_threads(4, learn));
}

/// What `run/store.rs` does with it.
#[test]
fn what_is_learned_can_be_stored_and_read_again() {
    let rows: Vec<(u32, u32)> = (0..40).map(|n| (n % 10, n % 7)).collect();
    let interactions = shop(&rows, 10, 7, None);
    let als = Als::factors(&interactions, AlsParams { factors: 3, ..AlsParams::default() });
    let svd = Svd::directions(&interactions, SvdParams { factors: 3, ..SvdParams::default() });
    let ease = Ease::weights(&interactions, EaseParams::default());
    let stored = postcard::to_stdvec(&(als.clone(), svd.clone(), ease.clone())).unwrap();
    let read =
        postcard::from_bytes::<(Matrix, crate::recommend::svd::Directions, crate::recommend::ease::Weights)>(
            &stored,
        );
    assert_eq!(read.unwrap(), (als, svd, ease));
}
