//! What a customer did: visits over the two years, and in each visit views, carts and orders.

use rand_chacha::ChaCha8Rng;

use super::calendar::{Calendar, DAY, DAYS, Day, END_SECONDS, START_SECONDS};
use super::catalogue::{Product, Standing};
use super::checkout;
use super::draw::{Draw, Purpose, stream};
use super::kinds::Category;
use super::people::Person;
use super::shelves::Shelves;
use super::store::Writer;
use super::talk;
use super::taste::{CATEGORIES, Course, Taste};

/// Measured on the default shop, to turn a number of events into a number of visits: the views, carts and order
/// lines of an average visit times an average customer's part of the two years,
const EVENTS_PER_VISIT: f64 = 1.75;
/// and the events a customer that come from courses and first visits, whatever the number asked for.
const EVENTS_OF_COURSES: f64 = 3.5;
/// From here on (2026-09-01) the phone launches draw people in.
const LAUNCHES: i64 = END_SECONDS - 80 * DAY;
/// Phone fans have not bought a phone for this long.
const PHONELESS: i64 = END_SECONDS - 190 * DAY;
/// How long one durable thing is enough.
const ENOUGH_FOR: i64 = 240 * DAY;

/// What is the same for all customers.
pub struct World<'a> {
    /// The seed.
    pub seed: u64,
    /// The days.
    pub calendar: Calendar,
    /// The products.
    pub shelves: Shelves<'a>,
    /// How many visits the average customer makes in two whole years.
    pub visits: f64,
}

impl World<'_> {
    /// Visits in two years for so many events a customer.
    pub fn visits(events: u64, customers: u32) -> f64 {
        (events as f64 / f64::from(customers) - EVENTS_OF_COURSES).max(0.0) / EVENTS_PER_VISIT
    }
}

/// What somebody came for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Aim {
    /// To look around.
    Browse,
    /// To look at a category.
    Look(Category),
    /// To buy something of a category.
    Buy(Category),
}

/// One customer's walk through the shop.
pub struct Walk<'w, 'c> {
    /// What is the same for all.
    pub world: &'w World<'w>,
    /// Where rows go.
    pub writer: &'w mut Writer<'c>,
    /// Who.
    pub person: &'w Person,
    /// What they like.
    pub taste: &'w Taste,
    /// Their luck.
    pub rng: ChaCha8Rng,
    bought: [i64; CATEGORIES],
    seen: Vec<usize>,
}

impl<'w, 'c> Walk<'w, 'c> {
    /// A walk not yet begun.
    pub fn new(
        world: &'w World<'w>,
        writer: &'w mut Writer<'c>,
        person: &'w Person,
        taste: &'w Taste,
    ) -> Self {
        let rng = stream(world.seed, Purpose::History, person.id as u64);
        Self { world, writer, person, taste, rng, bought: [i64::MIN / 2; CATEGORIES], seen: Vec::new() }
    }

    /// Writes everything the customer did, in the order of time.
    ///
    /// # Errors
    /// What SQLite says.
    pub fn write(mut self) -> rusqlite::Result<()> {
        for (at, aim) in self.visits() {
            self.visit(at, aim)?;
        }
        Ok(())
    }

    fn visits(&mut self) -> Vec<(i64, Aim)> {
        let (taste, calendar) = (self.taste, &self.world.calendar);
        let mut visits = Vec::new();
        if taste.from < taste.to {
            let present = calendar.share(taste.from, taste.to, taste.hunter);
            // Whoever joined has looked around at least once.
            let visits_made = self.rng.poisson(self.world.visits * taste.activity * present).clamp(1, 600);
            for _ in 0..visits_made {
                let day = calendar.pick(&mut self.rng, taste.from, taste.to, taste.hunter);
                visits.push((self.moment(day), Aim::Browse));
            }
        }
        self.set_course(&mut visits);
        visits.retain(|&(at, _)| at >= self.person.joined && (START_SECONDS..END_SECONDS).contains(&at));
        visits.sort_by_key(|visit| visit.0);
        visits
    }

    /// The visits that make a course what it is, whatever the number of events.
    fn set_course(&mut self, visits: &mut Vec<(i64, Aim)>) {
        match self.taste.course {
            Course::PhoneFan => {
                for days in [3, 11, 20] {
                    let day = DAYS - days - self.rng.index(7);
                    visits.push((self.moment(day), Aim::Look(Category::Phones)));
                }
            }
            Course::Fading => {
                // Two of these fall within the last ninety days, and none within the last sixty.
                for (before, category) in [
                    (2, Category::Wearables),
                    (5, Category::Audio),
                    (70, Category::Tablets),
                    (120, Category::Laptops),
                    (165, Category::Phones),
                    (200, Category::Cameras),
                ] {
                    let day = self.taste.to - before - self.rng.index(2);
                    visits.push((self.moment(day), Aim::Buy(category)));
                }
            }
            Course::Usual | Course::New => {}
        }
    }

    /// A time on a day, around the hour the customer likes, where they live.
    fn moment(&mut self, day: usize) -> i64 {
        let hour = (self.taste.hour + 1.8 * self.rng.normal()).rem_euclid(24.0);
        let midnight = START_SECONDS + day as i64 * DAY + (8 - self.person.ahead) * 3_600;
        midnight + (hour * 3_600.0) as i64
    }

    fn visit(&mut self, start: i64, aim: Aim) -> rusqlite::Result<()> {
        let day = self.world.calendar.day_of(start);
        let category = match aim {
            Aim::Browse => self.category(start, day),
            Aim::Look(category) | Aim::Buy(category) => category,
        };
        let mut at = start;
        let mut looked = Vec::with_capacity(8);
        let looks = 1 + self.rng.poisson(2.2).min(11);
        for _ in 0..if aim == Aim::Browse { looks } else { looks.max(3) } {
            if let Some(index) = self.look(category, aim, at) {
                self.writer.view(self.person.id, self.world.shelves.product(index).id, at)?;
                looked.push(index);
            }
            at = (at + 15 + self.rng.exponential(70.0) as i64).min(END_SECONDS - 1);
        }
        if self.rng.chance(0.3)
            && let Some(app) = self.taste.app
        {
            let minutes = ((at - start) as f64 / 6.0 + 5.0 * self.rng.unit()).round() / 10.0;
            self.writer.app_session(self.person.id, start, minutes, app)?;
        }
        if self.rng.chance(0.02) {
            let (topic, text) = talk::chat(&mut self.rng, self.person.locale == "zh-CN");
            self.writer.chat(self.person.id, at, topic, text)?;
        }
        let wanted = self.wanted(&looked, aim, day, at);
        if wanted.is_empty() {
            return Ok(());
        }
        checkout::fill_cart(self, &wanted, at, day, matches!(aim, Aim::Buy(_)))
    }

    /// What the visit is about: the customer's taste, the season, launches, and what they have enough of.
    fn category(&mut self, at: i64, day: Day) -> Category {
        let mut weights = self.taste.shares;
        for (weight, category) in weights.iter_mut().zip(Category::ALL) {
            *weight *= category.season().weight(day.month);
            if category.durable() && at - self.bought[category as usize] < ENOUGH_FOR {
                *weight *= 0.12;
            }
        }
        if at >= LAUNCHES {
            weights[Category::Phones as usize] *= 2.2;
        }
        Category::ALL[self.rng.weighted(&weights)]
    }

    /// A product looked at: mostly new ones, sometimes one seen before, now and then from another shelf.
    fn look(&mut self, category: Category, aim: Aim, at: i64) -> Option<usize> {
        let shelves = &self.world.shelves;
        if aim == Aim::Browse && self.rng.chance(0.22) {
            let again =
                self.seen.iter().rev().take(5).find(|&&index| shelves.product(index).category() == category);
            if let Some(&index) = again {
                return Some(index);
            }
        }
        let stray = aim == Aim::Browse && self.rng.chance(0.08);
        let category = if stray { Category::ALL[self.rng.weighted(&self.taste.shares)] } else { category };
        let found = shelves.browse(&mut self.rng, category, self.taste, at)?;
        if self.seen.len() >= 24 {
            self.seen.drain(..12);
        }
        self.seen.push(found);
        Some(found)
    }

    /// What of the things looked at goes into the cart.
    fn wanted(&mut self, looked: &[usize], aim: Aim, day: Day, at: i64) -> Vec<usize> {
        let sellable = looked.iter().copied().filter(|&index| self.sellable(index, at));
        let mut sellable: Vec<usize> = sellable.collect();
        let eager = match (self.taste.hunter, day.sale > 0.0) {
            (true, true) => 1.9,
            (true, false) => 0.6,
            (false, true) => 1.3,
            (false, false) => 0.95,
        };
        let enter = matches!(aim, Aim::Buy(_)) || self.rng.chance(0.36 * self.taste.readiness * eager);
        if !enter || sellable.is_empty() {
            return Vec::new();
        }
        let first = sellable.swap_remove(self.rng.index(sellable.len()));
        let mut wanted = vec![first];
        if let Some(&second) = sellable.first()
            && second != first
            && self.rng.chance(0.16)
        {
            wanted.push(second);
        }
        wanted
    }

    /// Whether the customer would buy it at a time: it has a price, and phone fans hold back.
    pub fn sellable(&self, index: usize, at: i64) -> bool {
        let product = self.world.shelves.product(index);
        let phone = product.category() == Category::Phones;
        let waits = self.taste.course == Course::PhoneFan && phone && at >= PHONELESS;
        product.standing != Standing::Unpriced && !waits
    }

    /// Remembers that something was bought.
    pub fn has_bought(&mut self, product: &Product, at: i64) {
        self.bought[product.category() as usize] = at;
    }
}
