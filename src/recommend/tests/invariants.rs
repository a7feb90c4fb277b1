//! What holds for every shop, customer and strategy.

use std::sync::Arc;

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;

use crate::recommend::*;

const ITEMS: usize = 24;
const USERS: usize = 12;

/// Everything that decides about the lists of a chunk.
#[derive(Debug)]
struct Shop {
    history: Interactions,
    filters: Filters,
    personal: Personal,
    method: Arc<dyn Method>,
    fallback: Popular,
}

impl Shop {
    /// Runs something on the request for all customers, and one who is nobody.
    fn ask<T>(&self, run: impl FnOnce(&Request<'_>) -> T) -> T {
        let customers: Vec<u32> = (0..USERS as u32).chain([NOBODY]).collect();
        run(&Request {
            method: &*self.method,
            fallback: Some(&self.fallback),
            filters: &self.filters,
            personal: &self.personal,
            histories: &[&self.history],
            customers: &customers,
            because: true,
        })
    }

    fn lists(&self) -> Vec<Vec<Pick>> {
        self.ask(|request| recommend(request).unwrap())
    }

    /// The products a customer may be shown, worked out the plain way.
    fn admitted(&self, customer: usize) -> Vec<u32> {
        let meets = |rule: &GroupRule, item: u32| {
            let group = rule.group_of_customer[customer];
            group != NO_GROUP && rule.group_of_item[item as usize] == group
        };
        let listed = |lists: &Option<ItemLists>, item| lists.as_ref().map(|l| l.of(customer).contains(&item));
        (0..ITEMS as u32)
            .filter(|&i| self.filters.only.as_ref().is_none_or(|s| s.contains(i)))
            .filter(|&i| !self.filters.exclude.as_ref().is_some_and(|s| s.contains(i)))
            .filter(|&i| self.personal.only_groups.iter().all(|r| meets(r, i)))
            .filter(|&i| !self.personal.exclude_groups.iter().any(|r| meets(r, i)))
            .filter(|&i| listed(&self.personal.only, i) != Some(false))
            .filter(|&i| listed(&self.personal.exclude, i) != Some(true))
            .filter(|&i| {
                let until = self.filters.rationed.as_ref().map_or(u64::MAX, |until| until[i as usize]);
                until == u64::MAX || self.personal.lottery[customer] < until
            })
            .collect()
    }
}

fn histories() -> impl Strategy<Value = Interactions> {
    let event = (0..USERS as u32, 0..ITEMS as u32, 0_u16..400, 1_u8..6);
    (vec(event, 0..150), option::of(1_f32..90.0)).prop_map(|(rows, half_life)| {
        let mut events = Events::default();
        for (user, item, age, weight) in rows {
            events.push(user, item, f32::from(age), f32::from(weight));
        }
        Interactions::build(&events, USERS, ITEMS, half_life).unwrap()
    })
}

fn set() -> impl Strategy<Value = Option<BitSet>> {
    option::of(vec(any::<bool>(), ITEMS).prop_map(|keep| BitSet::from_fn(ITEMS, |i| keep[i])))
}

fn groups(len: usize) -> impl Strategy<Value = Vec<u32>> {
    vec((0_u32..4).prop_map(|g| if g == 3 { NO_GROUP } else { g }), len)
}

fn filters() -> impl Strategy<Value = Filters> {
    let cap = (groups(ITEMS), 1_u32..4).prop_map(|(group_of_item, at_most)| Cap { group_of_item, at_most });
    let rationed = option::of(vec(any::<u64>(), ITEMS));
    (set(), set(), option::of(vec(0.1_f32..3.0, ITEMS)), vec(cap, 0..3), rationed, 0_usize..ITEMS + 4)
        .prop_map(|(only, exclude, boost, at_most, rationed, take)| Filters {
            only,
            exclude,
            boost,
            at_most,
            rationed,
            take,
            diversity: None,
        })
}

fn personal() -> impl Strategy<Value = Personal> {
    let lists = |most| {
        option::of(vec(vec(0..ITEMS as u32, 0..most), USERS + 1).prop_map(|l| l.into_iter().collect()))
    };
    let rules = || {
        let rule = (groups(ITEMS), groups(USERS + 1))
            .prop_map(|(group_of_item, group_of_customer)| GroupRule { group_of_item, group_of_customer });
        vec(rule, 0..2)
    };
    let boost = vec(vec((0..ITEMS as u32, 0.1_f32..3.0), 0..4), USERS + 1).prop_map(ItemFactors::new);
    let lottery = vec(any::<u64>(), USERS + 1);
    (rules(), lists(40), rules(), lists(8), option::of(boost), lottery).prop_map(
        |(only_groups, only, exclude_groups, exclude, boost, lottery)| Personal {
            only_groups,
            only,
            exclude_groups,
            exclude,
            boost,
            lottery,
        },
    )
}

/// One of every method, fitted on the history.
fn method(which: usize, history: &Interactions) -> Arc<dyn Method> {
    let params = ItemCfParams { neighbours: 8, ..ItemCfParams::default() };
    let cf = ItemCf::fit(history, 0, params);
    let lines: Vec<(u32, u32)> =
        (0..USERS as u32).flat_map(|u| history.history(u).items.iter().map(move |&i| (u, i))).collect();
    let baskets = Baskets::build(&lines, ITEMS);
    let together = BoughtTogether::fit(&baskets, trend(history), 0, BoughtTogetherParams::default());
    let latest = SimilarTo::new(Arc::new(ItemCf::similar(history, params)), Anchor::Latest { slot: 0 });
    let popular = Popular::fit(history);
    let als = || {
        let params = AlsParams { factors: 5, iterations: 3, regularisation: 0.5, ..AlsParams::default() };
        Arc::new(Als::fit(history, 0, params))
    };
    let svd = || Arc::new(Svd::fit(history, 0, SvdParams { factors: 5, ..SvdParams::default() }));
    let ease = |exact_up_to| {
        let params =
            EaseParams { regularisation: 2.0, neighbours: Some(9), exact_up_to, ..EaseParams::default() };
        Arc::new(Ease::fit(history, 0, params))
    };
    let part = |weight, method: Arc<dyn Method>| Component { weight, method };
    match which {
        0 => Arc::new(cf),
        1 => Arc::new(together),
        2 => Arc::new(latest),
        3 => Arc::new(popular),
        4 => Arc::new(UserCf::fit(history, 0, UserCfParams { neighbours: 4, ..UserCfParams::default() })),
        5 | 6 => Arc::new(content(history, which == 6)),
        7 => Arc::new(
            Blend::new(vec![part(0.3, Arc::new(popular.clone())), part(0.7, Arc::new(popular))]).unwrap(),
        ),
        8 => als(),
        9 => svd(),
        10 => ease(ITEMS),
        11 => ease(0),
        _ => Arc::new(
            Blend::new(vec![
                part(0.3, Arc::new(cf)),
                part(0.2, Arc::new(UserCf::fit(history, 0, UserCfParams::default()))),
                part(0.1, als()),
                part(0.1, svd()),
                part(0.1, ease(ITEMS)),
                part(0.2, ease(0)),
                part(0.2, Arc::new(together)),
                part(0.1, Arc::new(latest)),
                part(0.1, Arc::new(content(history, false))),
                part(0.1, Arc::new(popular)),
            ])
            .unwrap(),
        ),
    }
}

/// A catalogue in which every third product is a mug, and the last ones have no text.
fn content(history: &Interactions, learned: bool) -> Content {
    let titles = (0..ITEMS).map(|i| match i {
        20.. => String::new(),
        _ if i % 3 == 0 => format!("red mug number {}", i % 5),
        _ => format!("蓝色茶壶 {} dish", i % 4),
    });
    let prices = (0..ITEMS).map(|i| if i == 7 { f64::NAN } else { (i % 6) as f64 });
    let fields = [Field::Text(titles.collect()).into(), Field::Number(prices.collect()).into()];
    let how = if learned { Vectors::Learned(EmbeddingParams { dimensions: 5 }) } else { Vectors::Words };
    Content::new(Arc::new(ProductVectors::fit(&fields, ITEMS, how)), trend(history), history.unit(), 0)
}

fn shops() -> impl Strategy<Value = Shop> {
    (histories(), filters(), personal(), 0_usize..13, vec(0.0_f32..9.0, ITEMS)).prop_map(
        |(history, filters, personal, which, fallback)| Shop {
            method: method(which, &history),
            fallback: Popular::from_scores(fallback),
            history,
            filters,
            personal,
        },
    )
}

pub(super) fn on_threads<T: Send>(threads: usize, run: impl FnOnce() -> T + Send) -> T {
    rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap().install(run)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(192))]

    #[test]
    fn lists_obey_filters_caps_and_length_and_repeat_nothing(shop in shops()) {
        for (customer, list) in shop.lists().iter().enumerate() {
            prop_assert!(list.len() <= shop.filters.take);
            let admitted = shop.admitted(customer);
            for (at, pick) in list.iter().enumerate() {
                prop_assert!(admitted.contains(&pick.item));
                prop_assert!(list[..at].iter().all(|p| p.item != pick.item));
                prop_assert!(pick.score.is_finite() && pick.score > 0.0);
            }
            for cap in &shop.filters.at_most {
                for group in 0..3 {
                    let held = list.iter().filter(|p| cap.group_of_item[p.item as usize] == group).count();
                    prop_assert!(held <= cap.at_most as usize);
                }
            }
        }
    }

    #[test]
    fn the_method_comes_first_and_each_source_is_sorted(shop in shops()) {
        for list in shop.lists() {
            let from_method = list.iter().take_while(|p| p.source == Source::Method).count();
            prop_assert!(list[from_method..].iter().all(|p| p.source == Source::Fallback));
            for part in [&list[..from_method], &list[from_method..]] {
                let sorted = |w: &[Pick]| {
                    w[0].score.total_cmp(&w[1].score).reverse().then(w[0].item.cmp(&w[1].item)).is_lt()
                };
                prop_assert!(part.windows(2).all(sorted));
            }
        }
    }

    #[test]
    fn a_short_list_has_no_room_for_any_product_of_the_fallback(shop in shops()) {
        let fallback = shop.fallback.shared().unwrap();
        for (customer, list) in shop.lists().iter().enumerate() {
            if list.len() == shop.filters.take {
                continue;
            }
            for item in shop.admitted(customer) {
                let picked = list.iter().any(|p| p.item == item);
                let capped = shop.filters.at_most.iter().any(|cap| {
                    let group = cap.group_of_item[item as usize];
                    let held = list.iter().filter(|p| cap.group_of_item[p.item as usize] == group);
                    group != NO_GROUP && held.count() == cap.at_most as usize
                });
                prop_assert!(picked || capped || fallback[item as usize] <= 0.0);
            }
        }
    }

    #[test]
    fn the_number_of_threads_and_the_cut_into_chunks_do_not_show(shop in shops()) {
        let refit = || method(12, &shop.history);
        let fitted = |threads| on_threads(threads, || format!("{:?}", refit()));
        prop_assert_eq!(fitted(1), fitted(4));
        let lists = on_threads(1, || shop.lists());
        prop_assert_eq!(&on_threads(4, || shop.lists()), &lists);
        let filters = Filters { rationed: None, ..shop.filters.clone() };
        let shop = Shop { personal: Personal::default(), filters, ..shop };
        shop.ask(|whole| {
            let (left, right) = whole.customers.split_at(5);
            let mut halves = recommend(&Request { customers: left, ..*whole }).unwrap();
            halves.extend(recommend(&Request { customers: right, ..*whole }).unwrap());
            prop_assert_eq!(halves, shop.lists());
            Ok(())
        })?;
    }

    #[test]
    fn the_reason_is_a_product_of_the_customers_own(shop in shops()) {
        for (customer, list) in shop.lists().iter().enumerate() {
            let row = if customer == USERS { NOBODY } else { customer as u32 };
            for pick in list {
                let own = shop.history.history(row).items;
                prop_assert!(pick.because.is_none_or(|b| own.contains(&b) && b != pick.item));
            }
        }
    }

    #[test]
    fn looking_at_the_best_shared_scores_only_misses_nothing(shop in shops()) {
        // Boosts by 1 of a customer's own have every product looked at.
        let boost = |customer: usize| {
            let (items, factors) = shop.personal.boost.as_ref().map_or((&[][..], &[][..]), |b| b.of(customer));
            let own = items.iter().copied().zip(factors.iter().copied());
            own.chain((0..ITEMS as u32).map(|i| (i, 1.0))).collect()
        };
        let everything = ItemFactors::new((0..=USERS).map(boost).collect());
        let lists = shop.lists();
        let shop = Shop { personal: Personal { boost: Some(everything), ..shop.personal }, ..shop };
        prop_assert_eq!(shop.lists(), lists);
    }

    #[test]
    fn an_explanation_agrees_with_the_list(shop in shops(), customer in 0..=USERS) {
        let list = &shop.lists()[customer];
        let explained = shop.ask(|request| explain(request, customer, ITEMS)).unwrap();
        prop_assert_eq!(&explained.picks, list);
        for (rows, source) in [(&explained.method, Source::Method), (&explained.fallback, Source::Fallback)] {
            let kept: Vec<_> = rows.iter().filter(|e| e.removed.is_none()).map(|e| (e.item, e.because)).collect();
            let picked: Vec<_> =
                list.iter().filter(|p| p.source == source).map(|p| (p.item, p.because)).collect();
            prop_assert_eq!(kept, picked);
            for row in rows {
                let sum: f32 = row.parts.iter().map(|p| p.score).sum();
                prop_assert!((sum * row.boost - row.score).abs() <= 1e-5 * row.score.max(1.0));
            }
        }
    }
}
