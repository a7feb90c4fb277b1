//! What a customer likes, hidden behind what they do: categories, a price tier, brands, and how long they stay.

use rand_chacha::ChaCha8Rng;

use super::brands;
use super::calendar::{DAY, DAYS, END_SECONDS, START_SECONDS};
use super::draw::{Draw, Purpose, stream};
use super::kinds::Category::{
    self, Accessories, Audio, Cameras, Fitness, Gaming, Home, Kitchen, Laptops, Outdoor, Phones, Running,
    Skiing, Tablets, Wearables,
};
use super::people::{FEATURED, HOSTILE, NEW_DAYS, Person};

/// How many categories there are.
pub const CATEGORIES: usize = Category::ALL.len();

/// What people of one bent like, and how common they are.
const BENTS: [(f64, &[(Category, f64)]); 11] = [
    (1.5, &[(Phones, 5.0), (Accessories, 2.0), (Wearables, 2.0), (Audio, 1.0)]),
    (1.2, &[(Laptops, 4.0), (Gaming, 2.0), (Tablets, 2.0), (Accessories, 1.5), (Phones, 1.0)]),
    (1.0, &[(Gaming, 5.0), (Audio, 2.0), (Laptops, 1.5)]),
    (0.9, &[(Audio, 5.0), (Phones, 1.5), (Home, 1.0)]),
    (1.3, &[(Running, 5.0), (Wearables, 2.0), (Fitness, 1.5), (Audio, 0.7)]),
    (1.0, &[(Outdoor, 5.0), (Cameras, 1.5), (Running, 1.5), (Skiing, 1.0)]),
    (0.6, &[(Skiing, 5.0), (Outdoor, 2.0), (Wearables, 1.0)]),
    (0.8, &[(Fitness, 5.0), (Running, 2.0), (Kitchen, 1.0)]),
    (0.8, &[(Cameras, 5.0), (Outdoor, 1.5), (Laptops, 1.5), (Accessories, 1.5)]),
    (1.3, &[(Home, 5.0), (Kitchen, 3.0), (Audio, 0.5)]),
    (1.1, &[(Kitchen, 5.0), (Home, 2.5), (Fitness, 0.5)]),
];

/// How a customer goes along with the shop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Course {
    /// Comes and goes, and may have left for good.
    Usual,
    /// Joined lately and has not looked around yet.
    New,
    /// Looks at the new phones and has not bought one.
    PhoneFan,
    /// Bought much all year, and nothing for the last two months.
    Fading,
}

/// A customer's taste.
pub struct Taste {
    /// How they go along with the shop.
    pub course: Course,
    /// Share of their interest by category, in the order of [`Category::ALL`]; adds up to 1.
    pub shares: [f64; CATEGORIES],
    /// 0 buys cheap, 1 middling, 2 dear.
    pub tier: usize,
    /// Buys at a discount, or not at all.
    pub hunter: bool,
    /// How often they come, against the average customer.
    pub activity: f64,
    /// How readily they put things into the cart, against the average customer.
    pub readiness: f64,
    /// How much they pass over brands other than their favourites, 0 to 1.
    pub loyalty: f64,
    /// The first day of their history.
    pub from: usize,
    /// The day after the last of their history.
    pub to: usize,
    /// The hour of day (local) around which they come.
    pub hour: f64,
    /// The app they use, if any.
    pub app: Option<&'static str>,
    /// The brand they like best in each category, as an index into the brands.
    pub favourites: [usize; CATEGORIES],
    /// Whether they prefer the even or the odd kinds of a category.
    pub whims: [bool; CATEGORIES],
}

impl Taste {
    /// The taste of a person.
    pub fn of(seed: u64, person: &Person) -> Self {
        let rng = &mut stream(seed, Purpose::Taste, person.id as u64);
        let course = course(rng, person);
        let joined = usize::try_from((person.joined - START_SECONDS) / DAY).unwrap_or(0);
        let mut activity = (0.95 * rng.normal() - 0.45).exp().min(10.0);
        let mut readiness = rng.between(0.5, 1.5);
        // Some leave: a stay is exponential, so the longer nothing came, the surer nothing will.
        let stay = rng.exponential(620.0) as usize + 5;
        let mut to = (joined + stay).min(DAYS);
        match course {
            Course::New => to = joined,
            Course::PhoneFan => to = DAYS,
            Course::Fading => {
                to = DAYS - 62 - rng.index(18);
                activity = activity.max(1.5) * 1.5;
                readiness = 1.5;
            }
            Course::Usual => {}
        }
        let tier = if course == Course::Fading { 2 } else { rng.weighted(&[0.35, 0.42, 0.23]) };
        Self {
            course,
            shares: shares(rng, course),
            tier,
            hunter: rng.chance(if tier == 0 { 0.32 } else { 0.13 }),
            activity,
            readiness,
            loyalty: if rng.chance(0.6) { rng.between(0.5, 0.9) } else { 0.0 },
            from: joined.min(DAYS),
            to: to.max(joined).min(DAYS),
            hour: *rng.one(&[8.0, 12.5, 13.0, 19.0, 20.5, 21.0, 22.0]) + 0.8 * rng.normal(),
            app: *rng.one(&[None, None, Some("ios"), Some("android"), Some("android")]),
            favourites: Category::ALL.map(|category| *rng.one(brands::makers(category))),
            whims: Category::ALL.map(|_| rng.chance(0.5)),
        }
    }
}

fn course(rng: &mut ChaCha8Rng, person: &Person) -> Course {
    let old = person.joined < END_SECONDS - 400 * DAY;
    let roll = rng.unit();
    match person.id {
        FEATURED | HOSTILE => Course::PhoneFan,
        _ if (END_SECONDS - person.joined) as f64 <= NEW_DAYS * DAY as f64 => Course::New,
        _ if roll < 0.09 => Course::PhoneFan,
        _ if old && roll < 0.115 => Course::Fading,
        _ => Course::Usual,
    }
}

fn shares(rng: &mut ChaCha8Rng, course: Course) -> [f64; CATEGORIES] {
    let weights = BENTS.map(|bent| bent.0);
    let bent = match course {
        Course::PhoneFan if rng.chance(0.5) => 0,
        Course::Fading => *rng.one(&[0, 1, 1, 8]),
        _ => rng.weighted(&weights),
    };
    let mut shares = [0.12; CATEGORIES];
    for &(category, weight) in BENTS[bent].1 {
        shares[category as usize] += weight * (0.7 * rng.normal()).exp();
    }
    let total: f64 = shares.iter().sum();
    shares.map(|share| share / total)
}
