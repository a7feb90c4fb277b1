//! Who the customers are: names, addresses, where they live, and whether they agreed to be written to.

use jiff::civil::Date;
use rand_chacha::ChaCha8Rng;

use super::calendar::{DAY, END_SECONDS, date_of};
use super::draw::{Draw, Purpose, stream};
use super::names;

/// The customer that the documentation looks at: a phone fan in China with nothing missing.
pub const FEATURED: i64 = 17;
/// A customer whose name is HTML: whoever forgets to escape finds out here.
pub const HOSTILE: i64 = 13;
/// The name of [`HOSTILE`].
pub const HOSTILE_NAME: &str = "\"><script>alert(1)</script>";
/// Every so many customers, one shares the address of the one before.
pub const SHARED_EVERY: i64 = 600;
/// Days within which the newest customers joined; some of them have not looked around yet.
pub const NEW_DAYS: f64 = 21.0;

/// A place to live.
struct Place {
    city: &'static str,
    timezone: &'static str,
    /// Hours ahead of UTC in standard time.
    ahead: i64,
}

const fn place(city: &'static str, timezone: &'static str, ahead: i64) -> Place {
    Place { city, timezone, ahead }
}

const CHINA: [Place; 16] = [
    place("上海", "Asia/Shanghai", 8),
    place("北京", "Asia/Shanghai", 8),
    place("深圳", "Asia/Shanghai", 8),
    place("广州", "Asia/Shanghai", 8),
    place("杭州", "Asia/Shanghai", 8),
    place("成都", "Asia/Shanghai", 8),
    place("南京", "Asia/Shanghai", 8),
    place("武汉", "Asia/Shanghai", 8),
    place("西安", "Asia/Shanghai", 8),
    place("苏州", "Asia/Shanghai", 8),
    place("重庆", "Asia/Shanghai", 8),
    place("青岛", "Asia/Shanghai", 8),
    place("厦门", "Asia/Shanghai", 8),
    place("长沙", "Asia/Shanghai", 8),
    place("哈尔滨", "Asia/Shanghai", 8),
    place("乌鲁木齐", "Asia/Urumqi", 6),
];
const SINGAPORE: [Place; 1] = [place("Singapore", "Asia/Singapore", 8)];
const BRITAIN: [Place; 4] = [
    place("London", "Europe/London", 0),
    place("Manchester", "Europe/London", 0),
    place("Edinburgh", "Europe/London", 0),
    place("Bristol", "Europe/London", 0),
];
const GERMANY: [Place; 4] = [
    place("Berlin", "Europe/Berlin", 1),
    place("München", "Europe/Berlin", 1),
    place("Hamburg", "Europe/Berlin", 1),
    place("Köln", "Europe/Berlin", 1),
];
const JAPAN: [Place; 3] =
    [place("東京", "Asia/Tokyo", 9), place("大阪", "Asia/Tokyo", 9), place("福岡", "Asia/Tokyo", 9)];
const AUSTRALIA: [Place; 3] = [
    place("Sydney", "Australia/Sydney", 10),
    place("Melbourne", "Australia/Melbourne", 10),
    place("Perth", "Australia/Perth", 8),
];
const AMERICA: [Place; 3] = [
    place("San Francisco", "America/Los_Angeles", -8),
    place("New York", "America/New_York", -5),
    place("Seattle", "America/Los_Angeles", -8),
];

/// Locale, country, places, weight.
const HOMES: [(&str, &str, &[Place], f64); 10] = [
    ("zh-CN", "CN", &CHINA, 56.0),
    ("zh-CN", "SG", &SINGAPORE, 2.5),
    ("zh-CN", "AU", &AUSTRALIA, 1.0),
    ("zh-CN", "US", &AMERICA, 1.0),
    ("en-SG", "SG", &SINGAPORE, 25.0),
    ("en-GB", "GB", &BRITAIN, 5.0),
    ("en-GB", "AU", &AUSTRALIA, 2.5),
    ("en-GB", "US", &AMERICA, 2.0),
    ("de-DE", "DE", &GERMANY, 3.0),
    ("ja-JP", "JP", &JAPAN, 2.0),
];

/// Agreement to be written to.
pub struct Consent {
    /// When, in Unix seconds.
    pub at: i64,
    /// Where it was given.
    pub source: &'static str,
    /// What for.
    pub purpose: &'static str,
}

/// A customer.
pub struct Person {
    /// From 1.
    pub id: i64,
    /// E-mail address.
    pub email: String,
    /// Name as they gave it.
    pub name: Option<String>,
    /// Language and region.
    pub locale: &'static str,
    /// Country code.
    pub country: Option<&'static str>,
    /// City.
    pub city: Option<&'static str>,
    /// IANA time zone.
    pub timezone: Option<&'static str>,
    /// Hours ahead of UTC where they live, known to the shop or not.
    pub ahead: i64,
    /// Birthday.
    pub birthday: Option<Date>,
    /// `female` or `male`, where given.
    pub gender: Option<&'static str>,
    /// When they joined, in Unix seconds.
    pub joined: i64,
    /// Their consent, if they gave it.
    pub consent: Option<Consent>,
    /// When their address bounced, if it did, in Unix seconds.
    pub bounced: Option<i64>,
}

/// The person with an id: the same for a seed, however many others there are.
pub fn person(seed: u64, id: i64) -> Person {
    let mut person = own(seed, id);
    if id > 1 && id % SHARED_EVERY == SHARED_EVERY / 4 {
        person.email = differently_cased(&own(seed, id - 1).email);
    }
    match id {
        FEATURED => feature(&mut person),
        HOSTILE => person.name = Some(HOSTILE_NAME.to_owned()),
        _ if id % 911 == 5 => {
            let index = usize::try_from(id / 911).unwrap_or(0) % names::LONG_NAMES.len();
            person.name = Some(names::LONG_NAMES[index].to_owned());
        }
        _ => {}
    }
    if id == FEATURED || id == HOSTILE {
        person.joined = person.joined.min(END_SECONDS - 400 * DAY);
        person.consent = Some(Consent { at: person.joined, source: "signup", purpose: "marketing" });
        person.bounced = None;
        person.country = person.country.or(Some("SG"));
    }
    person
}

fn own(seed: u64, id: i64) -> Person {
    let rng = &mut stream(seed, Purpose::Person, id as u64);
    let weights = HOMES.map(|home| home.3);
    let (locale, country, places, _) = HOMES[rng.weighted(&weights)];
    let place = rng.one(places);
    let woman = rng.chance(0.5);
    let (name, mailbox) = name(rng, locale, woman);
    let joined = joined(rng);
    Person {
        id,
        email: format!("{mailbox}{id}@{}", rng.one(&DOMAINS)),
        name: (!rng.chance(0.04)).then_some(name),
        locale,
        country: (!rng.chance(0.03)).then_some(country),
        city: (!rng.chance(0.08)).then_some(place.city),
        timezone: (!rng.chance(0.06)).then_some(place.timezone),
        ahead: place.ahead,
        birthday: birthday(rng),
        gender: (!rng.chance(0.15)).then_some(if woman { "female" } else { "male" }),
        joined,
        consent: consent(rng, joined),
        bounced: rng.chance(0.015).then(|| END_SECONDS - (rng.between(1.0, 300.0) * DAY as f64) as i64),
    }
}

const DOMAINS: [&str; 6] =
    ["example.com", "example.com", "example.org", "mail.example", "post.example", "inbox.example"];

/// The shop grows: more people joined lately than long ago. One in twenty joined in the last three weeks.
fn joined(rng: &mut ChaCha8Rng) -> i64 {
    let days = if rng.chance(0.05) {
        rng.between(0.1, NEW_DAYS)
    } else {
        NEW_DAYS + 1_380.0 * rng.unit().powf(1.35)
    };
    END_SECONDS - (days * DAY as f64) as i64
}

fn birthday(rng: &mut ChaCha8Rng) -> Option<Date> {
    let years = (34.0 + 11.0 * rng.normal()).clamp(18.0, 79.0);
    let born = END_SECONDS - ((years + rng.unit()) * 365.25) as i64 * DAY;
    (!rng.chance(0.15)).then(|| date_of(born))
}

fn consent(rng: &mut ChaCha8Rng, joined: i64) -> Option<Consent> {
    let source = *rng.one(&["signup", "signup", "checkout", "checkout", "app", "store"]);
    let purpose = if rng.chance(0.08) { "newsletter" } else { "marketing" };
    let later = if source == "signup" { 0.0 } else { rng.unit() * (END_SECONDS - joined) as f64 };
    (!rng.chance(0.12)).then_some(Consent { at: joined + later as i64, source, purpose })
}

/// A name and the local part of an address to go with it, in ASCII.
fn name(rng: &mut ChaCha8Rng, locale: &str, woman: bool) -> (String, String) {
    match locale {
        "zh-CN" => chinese(rng, woman),
        "ja-JP" => {
            let family = rng.one(&names::JAPANESE_FAMILIES);
            let given = rng.one(if woman { &names::JAPANESE_WOMEN } else { &names::JAPANESE_MEN });
            (format!("{} {}", family.0, given.0), format!("{}.{}", given.1, family.1))
        }
        "de-DE" => {
            let given = rng.one(if woman { &names::GERMAN_WOMEN } else { &names::GERMAN_MEN });
            let family = rng.one(&names::GERMAN_FAMILIES);
            (format!("{given} {}", family.0), format!("{}.{}", mailbox(given), family.1))
        }
        "en-SG" => {
            let name = *rng.one(if woman { &names::SINGAPORE_WOMEN } else { &names::SINGAPORE_MEN });
            (name.to_owned(), mailbox(name))
        }
        _ => {
            let given = rng.one(if woman { &names::ENGLISH_WOMEN } else { &names::ENGLISH_MEN });
            let name = format!("{given} {}", rng.one(&names::ENGLISH_FAMILIES));
            let mailbox = mailbox(&name);
            (name, mailbox)
        }
    }
}

/// A family name, the common ones more often, and one or two characters.
fn chinese(rng: &mut ChaCha8Rng, woman: bool) -> (String, String) {
    let place = (names::FAMILIES.len() as f64 * rng.unit().powi(2)) as usize;
    let family = names::FAMILIES[place.min(names::FAMILIES.len() - 1)];
    let characters = if woman { &names::WOMEN } else { &names::MEN };
    let first = rng.one(characters);
    let mut name = format!("{}{}", family.0, first.0);
    let mut given = first.1.to_owned();
    if rng.chance(0.7) {
        let second = rng.one(characters);
        name.push_str(second.0);
        given.push_str(second.1);
    }
    let mailbox =
        if rng.chance(0.5) { format!("{given}.{}", family.1) } else { format!("{}{given}", family.1) };
    (name, mailbox)
}

/// Letters of a name in lower case, dots between the parts; letters beyond ASCII are left out.
fn mailbox(name: &str) -> String {
    let parts = name.split([' ', '\'']).map(|part| {
        part.chars().filter(char::is_ascii_alphabetic).map(|c| c.to_ascii_lowercase()).collect::<String>()
    });
    parts.filter(|part| !part.is_empty()).collect::<Vec<_>>().join(".")
}

/// The same address as another person might type it.
fn differently_cased(email: &str) -> String {
    let (local, domain) = email.split_once('@').unwrap_or((email, ""));
    let mut letters = local.chars();
    let first: String = letters.next().map(|c| c.to_ascii_uppercase()).into_iter().collect();
    format!("{first}{}@{}", letters.as_str(), domain.to_ascii_uppercase())
}

fn feature(person: &mut Person) {
    person.name = Some("王芳".to_owned());
    person.email = format!("fang.wang{}@example.com", person.id);
    person.locale = "zh-CN";
    (person.country, person.city) = (Some("CN"), Some("上海"));
    (person.timezone, person.ahead) = (Some("Asia/Shanghai"), 8);
    person.birthday = Some(jiff::civil::date(1994, 5, 9));
    person.gender = Some("female");
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn addresses_are_plain_and_unique_but_for_the_shared_ones() {
        let emails: Vec<String> = (1..=3_000).map(|id| person(1, id).email).collect();
        assert!(emails.iter().all(|email| email.is_ascii() && !email.contains(' ')));
        assert!(emails.iter().all(|email| {
            let domain = email.to_ascii_lowercase();
            domain.ends_with(".example")
                || domain.ends_with("@example.com")
                || domain.ends_with("@example.org")
        }));
        let lower: HashSet<String> = emails.iter().map(|email| email.to_ascii_lowercase()).collect();
        let exact: HashSet<&String> = emails.iter().collect();
        assert_eq!(exact.len(), 3_000);
        assert_eq!(lower.len(), 3_000 - 5);
    }

    #[test]
    fn the_shop_is_chinese_first_and_singaporean_second() {
        let people: Vec<Person> = (1..=4_000).map(|id| person(2, id)).collect();
        let share = |test: fn(&Person) -> bool| people.iter().filter(|p| test(p)).count() as f64 / 4_000.0;
        assert!((share(|p| p.locale == "zh-CN") - 0.6).abs() < 0.04);
        assert!((share(|p| p.locale == "en-SG") - 0.25).abs() < 0.03);
        assert!((share(|p| p.consent.is_none()) - 0.12).abs() < 0.02);
        assert!((share(|p| p.name.is_none()) - 0.04).abs() < 0.015);
        assert!((share(|p| p.timezone.is_none()) - 0.06).abs() < 0.015);
        assert!(people.iter().all(|p| p.joined < END_SECONDS));
        assert!(people.iter().filter_map(|p| p.consent.as_ref()).all(|consent| consent.at < END_SECONDS));
    }

    #[test]
    fn the_featured_customer_lacks_nothing() {
        let person = person(99, FEATURED);
        assert!(person.name.is_some() && person.timezone.is_some() && person.consent.is_some());
        assert_eq!(person.country, Some("CN"));
    }
}
