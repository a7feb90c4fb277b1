//! A product's text as words, in any script.

use unicode_segmentation::UnicodeSegmentation;

/// The words of a text, in small letters and in their order: those of Unicode's segmentation (UAX 29), and pairs of
/// neighbouring characters where a script puts no spaces between its words.
///
/// Pairs do for Chinese and Japanese what a dictionary would (Nie, Gao, Zhang and Zhou, On the use of words and n-grams for
/// Chinese information retrieval, IRAL 2000), and know the names of products that no dictionary has.
#[must_use]
pub fn words(text: &str) -> Vec<String> {
    let text: Vec<char> = text.chars().map(narrow).flat_map(char::to_lowercase).collect();
    let mut found = Vec::new();
    for run in text.chunk_by(|&a, &b| is_unspaced(a) == is_unspaced(b)) {
        match run {
            [one] if is_unspaced(*one) => found.push(one.to_string()),
            [first, ..] if is_unspaced(*first) => found.extend(run.windows(2).map(String::from_iter)),
            _ => found.extend(String::from_iter(run).unicode_words().map(str::to_owned)),
        }
    }
    found
}

/// The wide forms of Latin letters and digits, as they are typed between Chinese, made narrow.
fn narrow(c: char) -> char {
    match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(c as u32 - 0xfee0).unwrap_or(c),
        '\u{3000}' => ' ',
        _ => c,
    }
}

/// Whether the script of the character writes words without spaces between them.
fn is_unspaced(c: char) -> bool {
    matches!(c,
        '\u{e00}'..='\u{eff}' // Thai, Lao
        | '\u{1000}'..='\u{109f}' // Burmese
        | '\u{1780}'..='\u{17ff}' // Khmer
        | '\u{3005}'..='\u{3007}' // 々 and its like
        | '\u{3040}'..='\u{30fa}' | '\u{30fc}'..='\u{30ff}' | '\u{31f0}'..='\u{31ff}' | '\u{ff66}'..='\u{ff9d}' // kana
        | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{323af}' // Han
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_several_scripts() {
        assert_eq!(words("Vintage RED tea-pot, 2.5 l"), ["vintage", "red", "tea", "pot", "2.5", "l"]);
        assert_eq!(words("Красный ЧАЙНИК"), ["красный", "чайник"]);
        assert_eq!(words("新款手机ＰＲＯ Max"), ["新款", "款手", "手机", "pro", "max"]);
        assert_eq!(words("茶 ティー"), ["茶", "ティ", "ィー"]);
        assert_eq!(words("빨간 주전자"), ["빨간", "주전자"]);
        assert_eq!(words("kaffe ☕️ “à la” l’été"), ["kaffe", "à", "la", "l’été"]);
        assert!(words(" … — ☕️").is_empty() && words("").is_empty());
    }
}
