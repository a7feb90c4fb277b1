//! Names of people, with how they are written in an e-mail address.

/// A Chinese character or name with its pinyin.
pub type Sound = (&'static str, &'static str);

/// Chinese family names, common ones first.
pub const FAMILIES: [Sound; 48] = [
    ("王", "wang"),
    ("李", "li"),
    ("张", "zhang"),
    ("刘", "liu"),
    ("陈", "chen"),
    ("杨", "yang"),
    ("黄", "huang"),
    ("赵", "zhao"),
    ("吴", "wu"),
    ("周", "zhou"),
    ("徐", "xu"),
    ("孙", "sun"),
    ("马", "ma"),
    ("朱", "zhu"),
    ("胡", "hu"),
    ("郭", "guo"),
    ("何", "he"),
    ("林", "lin"),
    ("高", "gao"),
    ("罗", "luo"),
    ("郑", "zheng"),
    ("梁", "liang"),
    ("谢", "xie"),
    ("宋", "song"),
    ("唐", "tang"),
    ("许", "xu"),
    ("韩", "han"),
    ("冯", "feng"),
    ("邓", "deng"),
    ("曹", "cao"),
    ("彭", "peng"),
    ("曾", "zeng"),
    ("肖", "xiao"),
    ("田", "tian"),
    ("董", "dong"),
    ("袁", "yuan"),
    ("潘", "pan"),
    ("于", "yu"),
    ("蒋", "jiang"),
    ("蔡", "cai"),
    ("余", "yu"),
    ("杜", "du"),
    ("叶", "ye"),
    ("程", "cheng"),
    ("苏", "su"),
    ("魏", "wei"),
    ("欧阳", "ouyang"),
    ("司马", "sima"),
];

/// Given names of women: alone or two together.
pub const WOMEN: [Sound; 30] = [
    ("芳", "fang"),
    ("静", "jing"),
    ("敏", "min"),
    ("丽", "li"),
    ("娜", "na"),
    ("婷", "ting"),
    ("雪", "xue"),
    ("梅", "mei"),
    ("琳", "lin"),
    ("颖", "ying"),
    ("佳", "jia"),
    ("欣", "xin"),
    ("怡", "yi"),
    ("思", "si"),
    ("雨", "yu"),
    ("诗", "shi"),
    ("涵", "han"),
    ("梓", "zi"),
    ("萱", "xuan"),
    ("悦", "yue"),
    ("晓", "xiao"),
    ("慧", "hui"),
    ("兰", "lan"),
    ("璐", "lu"),
    ("妍", "yan"),
    ("清", "qing"),
    ("若", "ruo"),
    ("彤", "tong"),
    ("薇", "wei"),
    ("月", "yue"),
];

/// Given names of men: alone or two together.
pub const MEN: [Sound; 30] = [
    ("伟", "wei"),
    ("强", "qiang"),
    ("磊", "lei"),
    ("军", "jun"),
    ("洋", "yang"),
    ("勇", "yong"),
    ("杰", "jie"),
    ("涛", "tao"),
    ("明", "ming"),
    ("超", "chao"),
    ("浩", "hao"),
    ("宇", "yu"),
    ("轩", "xuan"),
    ("博", "bo"),
    ("文", "wen"),
    ("子", "zi"),
    ("志", "zhi"),
    ("建", "jian"),
    ("国", "guo"),
    ("鹏", "peng"),
    ("飞", "fei"),
    ("凯", "kai"),
    ("晨", "chen"),
    ("阳", "yang"),
    ("天", "tian"),
    ("嘉", "jia"),
    ("睿", "rui"),
    ("泽", "ze"),
    ("俊", "jun"),
    ("航", "hang"),
];

/// Singaporean names of women, as written.
pub const SINGAPORE_WOMEN: [&str; 26] = [
    "Tan Wei Ling",
    "Lim Hui Min",
    "Lee Jia Hui",
    "Ng Shu Fen",
    "Goh Mei Xuan",
    "Chua Li Ying",
    "Koh Xin Yi",
    "Ong Pei Shan",
    "Teo Si Ting",
    "Rachel Wong",
    "Cheryl Lau",
    "Charmaine Seah",
    "Nur Aisyah binte Rahman",
    "Siti Nurhaliza binte Osman",
    "Nurul Huda",
    "Farah binte Ismail",
    "Priya Nair",
    "Kavitha Subramaniam",
    "Deepa Krishnan",
    "Anjali Menon",
    "Vanessa de Souza",
    "Joanne Pereira",
    "Grace Sim",
    "Toh Yan Ting",
    "Amanda Yeo",
    "Chloe Ho",
];

/// Singaporean names of men, as written.
pub const SINGAPORE_MEN: [&str; 26] = [
    "Tan Jun Wei",
    "Lim Zhi Hao",
    "Lee Kai Xiang",
    "Ng Boon Keng",
    "Goh Wei Jie",
    "Chua Yong Sheng",
    "Koh Jing Kai",
    "Ong Teck Seng",
    "Teo Ming Hui",
    "Marcus Wong",
    "Benjamin Lau",
    "Darren Seah",
    "Muhammad Irfan bin Hassan",
    "Ahmad Faizal bin Yusof",
    "Hafiz Rahman",
    "Iskandar bin Ismail",
    "Arjun Nair",
    "Rajesh Subramaniam",
    "Vikram Pillai",
    "Suresh Menon",
    "Adrian de Souza",
    "Gerald Pereira",
    "Ryan Sim",
    "Toh Jia Le",
    "Nicholas Yeo",
    "Keith Ho",
];

/// English given names of women.
pub const ENGLISH_WOMEN: [&str; 16] = [
    "Olivia",
    "Emily",
    "Charlotte",
    "Amelia",
    "Sophie",
    "Hannah",
    "Lucy",
    "Imogen",
    "Freya",
    "Georgia",
    "Zoe",
    "Alice",
    "Eleanor",
    "Ruby",
    "Harriet",
    "Niamh",
];

/// English given names of men.
pub const ENGLISH_MEN: [&str; 16] = [
    "Oliver", "Jack", "Harry", "George", "Thomas", "William", "Callum", "Lachlan", "Ethan", "Noah", "Samuel",
    "Angus", "Daniel", "Henry", "Liam", "Patrick",
];

/// English family names.
pub const ENGLISH_FAMILIES: [&str; 24] = [
    "Smith", "Jones", "Taylor", "Brown", "Williams", "Wilson", "Evans", "Walker", "Wright", "Robinson",
    "Thompson", "Hughes", "Edwards", "Hall", "Green", "Clarke", "O'Brien", "Murphy", "Campbell", "Fraser",
    "Bennett", "Marsh", "Nguyen", "Patel",
];

/// German given names of women.
pub const GERMAN_WOMEN: [&str; 10] =
    ["Anna", "Lena", "Katharina", "Sabine", "Julia", "Jana", "Marie", "Nadine", "Heike", "Zoë"];

/// German given names of men.
pub const GERMAN_MEN: [&str; 10] =
    ["Lukas", "Jonas", "Felix", "Jürgen", "Stefan", "Tobias", "Jörg", "Matthias", "Paul", "Björn"];

/// German family names with their ASCII spelling.
pub const GERMAN_FAMILIES: [Sound; 14] = [
    ("Müller", "mueller"),
    ("Schmidt", "schmidt"),
    ("Schneider", "schneider"),
    ("Fischer", "fischer"),
    ("Weber", "weber"),
    ("Schäfer", "schaefer"),
    ("Köhler", "koehler"),
    ("Groß", "gross"),
    ("Vogel", "vogel"),
    ("Krüger", "krueger"),
    ("Lange", "lange"),
    ("Hoffmann", "hoffmann"),
    ("Böhm", "boehm"),
    ("Keller", "keller"),
];

/// Japanese family names with their romaji.
pub const JAPANESE_FAMILIES: [Sound; 12] = [
    ("佐藤", "sato"),
    ("鈴木", "suzuki"),
    ("高橋", "takahashi"),
    ("田中", "tanaka"),
    ("伊藤", "ito"),
    ("渡辺", "watanabe"),
    ("山本", "yamamoto"),
    ("中村", "nakamura"),
    ("小林", "kobayashi"),
    ("加藤", "kato"),
    ("吉田", "yoshida"),
    ("山口", "yamaguchi"),
];

/// Japanese given names of women with their romaji.
pub const JAPANESE_WOMEN: [Sound; 8] = [
    ("美咲", "misaki"),
    ("陽子", "yoko"),
    ("結衣", "yui"),
    ("葵", "aoi"),
    ("さくら", "sakura"),
    ("真由美", "mayumi"),
    ("恵", "megumi"),
    ("七海", "nanami"),
];

/// Japanese given names of men with their romaji.
pub const JAPANESE_MEN: [Sound; 8] = [
    ("健", "ken"),
    ("翔太", "shota"),
    ("大輔", "daisuke"),
    ("蓮", "ren"),
    ("誠", "makoto"),
    ("拓也", "takuya"),
    ("直樹", "naoki"),
    ("悠真", "yuma"),
];

/// Names so long that a layout must cope with them.
pub const LONG_NAMES: [&str; 3] = [
    "María Esperanza Guadalupe de la Concepción Fernández-Villaverde y Montenegro de Santa Cruz del Norte",
    "Wolfgang Maximilian Freiherr von Hohenstein-Langenburg zu Schwarzenfels und Oberau",
    "Puteri Nur Qistina Batrisyia Aleesya binte Mohamad Hisyamuddin Shah Al-Haj",
];
