//! From the cart to the order, and what comes after: discounts, companions, returns and reviews.

use super::calendar::{DAY, Day, END_SECONDS};
use super::catalogue::Product;
use super::draw::Draw;
use super::history::Walk;
use super::store::Line;
use super::talk;

/// Puts things into the cart and, more often than not, buys them along with what goes with them.
///
/// # Errors
/// What SQLite says.
pub fn fill_cart(
    walk: &mut Walk<'_, '_>,
    wanted: &[usize],
    at: i64,
    day: Day,
    sure: bool,
) -> rusqlite::Result<()> {
    let mut at = at;
    let mut basket = wanted.to_vec();
    companions(walk, &mut basket, at);
    let mut lines = Vec::with_capacity(basket.len());
    for &index in &basket {
        let product = walk.world.shelves.product(index);
        let line = line(walk, product, day);
        at = (at + 20 + walk.rng.exponential(40.0) as i64).min(END_SECONDS - 2);
        walk.writer.cart(walk.person.id, product.id, at, line.quantity)?;
        lines.push(line);
    }
    if sure || walk.rng.chance(if day.sale > 0.0 { 0.85 } else { 0.72 }) {
        for &index in &basket {
            walk.has_bought(walk.world.shelves.product(index), at);
        }
        order(walk, &lines, at + 1)?;
    }
    Ok(())
}

/// A case with the phone, socks with the shoes, a card with the camera.
fn companions(walk: &mut Walk<'_, '_>, basket: &mut Vec<usize>, at: i64) {
    let shelves = &walk.world.shelves;
    for kind in shelves.product(basket[0]).kind().goes_with {
        if walk.rng.chance(0.26)
            && let Some(index) = shelves.companion(&mut walk.rng, kind, walk.taste, at)
            && walk.sellable(index, at)
            && !basket.contains(&index)
        {
            basket.push(index);
        }
    }
}

fn line(walk: &mut Walk<'_, '_>, product: &Product, day: Day) -> Line {
    let quantity = match walk.rng.unit() {
        u if product.price < 15_000 && u < 0.05 => 3,
        u if product.price < 30_000 && u < 0.2 => 2,
        _ => 1,
    };
    let off = discount(walk, day);
    // Discounted prices are whole jiao (ten fen).
    let paid = if off > 0.0 {
        (product.price as f64 * (1.0 - off) / 10.0).round() as i64 * 10
    } else {
        product.price
    };
    Line { product: product.id, quantity, paid, list: product.price }
}

/// The share taken off the list price: deep for bargain hunters, who come with coupons; little for others.
fn discount(walk: &mut Walk<'_, '_>, day: Day) -> f64 {
    let sale = day.sale > 0.0;
    match (walk.taste.hunter, sale) {
        (true, true) => walk.rng.between(0.22, 0.45),
        (true, false) if walk.rng.chance(0.8) => walk.rng.between(0.12, 0.38),
        (false, true) if walk.rng.chance(0.8) => walk.rng.between(0.04, 0.08 + 0.2 * day.sale),
        (false, false) if walk.rng.chance(0.1) => walk.rng.between(0.04, 0.14),
        _ => 0.0,
    }
}

fn order(walk: &mut Walk<'_, '_>, lines: &[Line], at: i64) -> rusqlite::Result<()> {
    let customer = walk.person.id;
    let age = END_SECONDS - at;
    let back_at = at + (5.0 * DAY as f64 + walk.rng.exponential(3.0 * DAY as f64)) as i64;
    let fate = walk.rng.unit();
    let returned = back_at < END_SECONDS && (0.04..0.065).contains(&fate);
    let partly = back_at < END_SECONDS && lines.len() > 1 && (0.065..0.09).contains(&fate);
    let status = match fate {
        f if f < 0.04 => "cancelled",
        _ if returned => "returned",
        _ if age < 2 * DAY => "paid",
        _ if age < 6 * DAY => "shipped",
        _ => "delivered",
    };
    let id = walk.writer.order(customer, at, status, lines)?;
    let back = if returned { lines } else { &lines[..usize::from(partly)] };
    for line in back {
        walk.writer.line(id, customer, back_at, &Line { quantity: -line.quantity, ..*line })?;
    }
    if status == "delivered" {
        review(walk, &lines[usize::from(partly)..], at)?;
    }
    Ok(())
}

fn review(walk: &mut Walk<'_, '_>, lines: &[Line], at: i64) -> rusqlite::Result<()> {
    for line in lines {
        let written = at + (6.0 * DAY as f64 + walk.rng.exponential(8.0 * DAY as f64)) as i64;
        if walk.rng.chance(0.14) && written < END_SECONDS {
            // Each product has a quality of its own, so ratings say something.
            let quality = 4.6 - ((line.product * 7_919) % 13) as f64 / 8.0;
            let rating = (quality + 0.7 * walk.rng.normal()).round().clamp(1.0, 5.0) as u8;
            let text = talk::review(&mut walk.rng, walk.person.locale == "zh-CN", rating);
            walk.writer.review((walk.person.id, line.product, written, rating, text))?;
        }
    }
    Ok(())
}
