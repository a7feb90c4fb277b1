//! The codes of all findings, each with a page that explains it.

/// A kind of finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Code {
    /// Such as `H0120`.
    pub code: &'static str,
    /// What it is about, in a few words.
    pub title: &'static str,
    /// Its page: Markdown, with an example of the mistake and of the right form.
    pub page: &'static str,
}

/// An entry whose page stands in `docs/errors/`.
macro_rules! page {
    ($code:literal, $title:literal) => {
        Code { code: $code, title: $title, page: include_str!(concat!("../../docs/errors/", $code, ".md")) }
    };
}

/// Every code, in order. `H01…` is about how files are written, `H024…` about the text that customers read,
/// `H05…` about what is sound and still not right (`lint/`),
/// `H06…` about what cannot be learned from the data.
#[rustfmt::skip]
pub static CODES: &[Code] = &[
    page!("H0100", "Too many mistakes to show"),
    page!("H0101", "A file that is too large"),
    page!("H0102", "Nested too deeply, or too long"),
    page!("H0103", "Something that was not expected"),
    page!("H0104", "A line that is not a setting"),
    page!("H0105", "Something outside every declaration"),
    page!("H0106", "Text without its closing quote"),
    page!("H0107", "A text block that does not open or close as it should"),
    page!("H0108", "A bracket that is never closed"),
    page!("H0109", "A bracket that closes nothing, or the wrong one"),
    page!("H0110", "A block that is never closed"),
    page!("H0111", "A declaration that does not begin as it should"),
    page!("H0112", "A `use` line that cannot be read"),
    page!("H0113", "A value that is missing"),
    page!("H0114", "A backslash that means nothing"),
    page!("H0115", "A character that cannot be seen"),
    page!("H0120", "An operator of another language"),
    page!("H0121", "A keyword in capitals"),
    page!("H0122", "A full-width sign"),
    page!("H0123", "Quotes of another kind"),
    page!("H0124", "A date in another form"),
    page!("H0125", "A time in another form"),
    page!("H0126", "A day or a time that does not exist"),
    page!("H0127", "A key without its colon"),
    page!("H0128", "A semicolon"),
    page!("H0129", "A comment of another language"),
    page!("H0130", "A duration in another form"),
    page!("H0131", "Money in another form"),
    page!("H0132", "A percent sign away from its number"),
    page!("H0133", "A comparison with nothing"),
    page!("H0134", "A list without its brackets"),
    page!("H0135", "Comparisons in a row"),
    page!("H0136", "A condition or a window out of its place"),
    page!("H0137", "A comma inside a number"),
    page!("H0140", "A schedule that cannot be read"),
    page!("H0150", "A line of rules that cannot be read"),
    page!("H0151", "An alternative that says nothing"),
    page!("H0152", "Text without quotes in rules"),
    page!("H0153", "A weight or condition out of order"),
    page!("H0201", "Unknown kind of declaration"),
    page!("H0202", "Unknown key"),
    page!("H0203", "A key is set twice"),
    page!("H0204", "A key is missing"),
    page!("H0205", "The value is of another sort"),
    page!("H0206", "A name is declared twice"),
    page!("H0207", "There is no declaration of that name"),
    page!("H0208", "The name is of another kind"),
    page!("H0209", "The used file cannot be read"),
    page!("H0210", "The used file declares no such name"),
    page!("H0211", "Which source?"),
    page!("H0212", "A declaration without a name"),
    page!("H0213", "A block where it cannot stand"),
    page!("H0214", "Not UTF-8"),
    page!("H0215", "A circle"),
    page!("H0216", "Unknown time zone"),
    page!("H0217", "Not an address"),
    page!("H0218", "Outside the project"),
    page!("H0219", "Out of range"),
    page!("H0220", "Nothing here has that name"),
    page!("H0221", "A name with two meanings"),
    page!("H0222", "Unknown function or method"),
    page!("H0223", "Wrong arguments"),
    page!("H0224", "These do not compare"),
    page!("H0225", "This arithmetic makes no sense"),
    page!("H0226", "Money without, or with another, currency"),
    page!("H0227", "A condition is wanted"),
    page!("H0228", "Not a value here"),
    page!("H0229", "The future is not known here"),
    page!("H0230", "These rows have no time"),
    page!("H0231", "A column too many, or too few"),
    page!("H0232", "Rows that belong to nobody"),
    page!("H0233", "An offer is the same for everybody"),
    page!("H0234", "A goal that does not look ahead"),
    page!("H0235", "Not something that can be predicted"),
    page!("H0236", "Customers are grouped by numbers"),
    page!("H0240", "A name that the message does not offer"),
    page!("H0241", "A field that is not there"),
    page!("H0242", "A template that cannot be read"),
    page!("H0243", "The template's file cannot be read"),
    page!("H0244", "A value that may be missing"),
    page!("H0245", "A value of the wrong kind"),
    page!("H0246", "A value printed as computers write it"),
    page!("H0247", "A list or a record printed whole"),
    page!("H0248", "A statement that has no place in a mail"),
    page!("H0249", "An unknown filter, test or function"),
    page!("H0250", "The database is not there"),
    page!("H0251", "The database cannot be read"),
    page!("H0252", "No such table"),
    page!("H0253", "No such column in the table"),
    page!("H0254", "A needed column is not there"),
    page!("H0255", "A column of several kinds"),
    page!("H0256", "Not points in time"),
    page!("H0260", "Shares do not add up"),
    page!("H0261", "A choice without an end"),
    page!("H0270", "There is no rule of that name"),
    page!("H0271", "A rule is defined twice"),
    page!("H0272", "A rule that is never used"),
    page!("H0273", "Copy that may have nothing to say"),
    page!("H0301", "An expectation that does not hold"),
    page!("H0302", "A message that is not the kept one"),
    page!("H0303", "A test that cannot be run"),
    page!("H0501", "A declaration that nothing uses"),
    page!("H0502", "A segment of everybody or nobody"),
    page!("H0503", "Conditions that exclude each other"),
    page!("H0504", "A condition that always holds"),
    page!("H0505", "Mail that comes again without a cap"),
    page!("H0506", "A language without a text"),
    page!("H0507", "A mail that is too large"),
    page!("H0508", "A subject that reads like spam"),
    page!("H0509", "A picture that says nothing"),
    page!("H0510", "Text that can hardly be read"),
    page!("H0511", "An advertisement that does not say so"),
    page!("H0512", "Mail without consent"),
    page!("H0513", "A price that depends on who asks"),
    page!("H0514", "No way to refuse personal picks"),
    page!("H0515", "Not a postal address"),
    page!("H0516", "Personal values in a link"),
    page!("H0517", "A picture that watches"),
    page!("H0550", "A silence without a reason"),
    page!("H0551", "A silence that silences nothing"),
    page!("H0552", "A silence that cannot be read"),
    page!("H0601", "Too little to learn from"),
    page!("H0602", "Nothing to tell apart"),
    page!("H0603", "Features that say nothing"),
    page!("H0604", "More groups than customers"),
    page!("H0605", "Buying that no model describes"),
];

/// The entry of a code, in whatever case.
pub fn find(code: &str) -> Option<&'static Code> {
    CODES.iter().find(|entry| entry.code.eq_ignore_ascii_case(code))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::path::Path;

    use super::*;

    /// Every `H0…` in the sources of a folder.
    fn used(folder: &Path, codes: &mut BTreeSet<String>) {
        for entry in std::fs::read_dir(folder).expect("the sources are there") {
            let path = entry.expect("a file").path();
            if path.is_dir() {
                used(&path, codes);
            } else if path.extension().is_some_and(|e| e == "rs") {
                let text = std::fs::read_to_string(&path).expect("text");
                for (at, _) in text.match_indices("\"H0") {
                    if let Some(code) =
                        text.get(at + 1..at + 6).filter(|c| c[1..].bytes().all(|b| b.is_ascii_digit()))
                    {
                        codes.insert(code.to_owned());
                    }
                }
            }
        }
    }

    #[test]
    fn every_code_that_is_used_has_a_page_and_every_page_is_used() {
        let mut codes = BTreeSet::new();
        used(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut codes);
        let listed: BTreeSet<String> = CODES.iter().map(|c| c.code.to_owned()).collect();
        assert_eq!(listed.len(), CODES.len(), "a code is listed twice");
        assert_eq!(codes, listed);
    }

    #[test]
    fn every_page_has_its_title_and_both_examples() {
        for entry in CODES {
            let title = format!("# {}: {}\n", entry.code, entry.title);
            assert!(entry.page.starts_with(&title), "{}", entry.code);
            assert!(entry.page.contains("\nWrong:\n") && entry.page.contains("\nRight:\n"), "{}", entry.code);
        }
    }

    #[test]
    fn codes_are_found_in_whatever_case() {
        assert_eq!(find("h0120").map(|c| c.code), Some("H0120"));
        assert_eq!(find("H9999"), None);
    }
}
