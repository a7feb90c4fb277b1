//! What customers write: reviews and chats, in their language.

use rand::Rng;

use super::draw::Draw;

/// A review's text for a rating of 1 to 5.
pub fn review(rng: &mut impl Rng, chinese: bool, rating: u8) -> &'static str {
    let texts: &[&str] = match (chinese, rating) {
        (true, 5) => &[
            "非常满意，比想象中还好。",
            "做工扎实，物流也快，推荐。",
            "用了一周，很喜欢，会回购。",
            "送给家人的，都说好。",
        ],
        (true, 4) => {
            &["整体不错，包装可以再好一点。", "性价比高，颜色比图片稍深。", "好用，就是说明书太简单。"]
        }
        (true, 3) => &["中规中矩，对得起价格。", "还行吧，没有惊喜。", "用着可以，声音有点大。"],
        (true, _) => &["和描述有差距，有点失望。", "用了几天就出问题了，已联系客服。", "尺码不准，退了。"],
        (false, 5) => &[
            "Better than I hoped. Would buy again.",
            "Solid, well made, and it came a day early.",
            "A week in and still happy with it.",
            "Bought one for my sister as well.",
        ],
        (false, 4) => &[
            "Very good; the box could be smaller.",
            "Does what it says. Colour is a touch darker than the picture.",
            "Happy with it, though the manual is thin.",
        ],
        (false, 3) => {
            &["Fair for the price.", "It is fine. Nothing more.", "Works, but louder than I expected."]
        }
        (false, _) => &[
            "Not what the description promised.",
            "Stopped working after a few days.",
            "Runs small. Sent it back.",
        ],
    };
    rng.one::<&str>(texts)
}

/// A chat with the shop: its topic and what the customer asked.
pub fn chat(rng: &mut impl Rng, chinese: bool) -> (&'static str, &'static str) {
    const TOPICS: [(&str, &str, &str); 10] = [
        ("delivery", "我的快递到哪里了？", "Where is my parcel?"),
        ("delivery", "可以改送货地址吗？", "Can I change the delivery address?"),
        ("delivery", "今天下单什么时候能到？", "If I order today, when will it arrive?"),
        (
            "returns",
            "不合适可以退吗？运费谁出？",
            "Can I return it if it does not fit, and who pays the postage?",
        ),
        ("returns", "退款什么时候到账？", "When will my refund arrive?"),
        ("sizing", "我平时穿42码，这款要拍大一码吗？", "I usually take a 42. Should I go one size up?"),
        ("product", "这个型号支持快充吗？", "Does this model support fast charging?"),
        ("product", "和上一代比有什么区别？", "How is it different from last year's?"),
        ("price", "双十一还会再降价吗？", "Will it be cheaper on 11.11?"),
        ("warranty", "保修期是多久？", "How long is the guarantee?"),
    ];
    let (topic, zh, en) = *rng.one(&TOPICS);
    (topic, if chinese { zh } else { en })
}
