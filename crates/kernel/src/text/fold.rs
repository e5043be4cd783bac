//! Folding for search: what people type without accents and capitals still finds.

/// Letters with marks, by what they become; lower case only, since folding lowers first.
#[rustfmt::skip]
const PLAIN: &[(&str, &str)] = &[
    ("a", "àáâãäåāăąǎǟǡǻȁȃȧḁạảấầẩẫậắằẳẵặ"),
    ("ae", "æǣǽ"),
    ("aʾ", "ẚ"),
    ("b", "ḃḅḇ"),
    ("c", "çćĉċčḉ"),
    ("d", "ðďđḋḍḏḑḓ"),
    ("dz", "ǆǳ"),
    ("e", "èéêëēĕėęěȅȇȩḕḗḙḛḝẹẻẽếềểễệ"),
    ("f", "ḟ"),
    ("g", "ĝğġģǧǵḡ"),
    ("h", "ĥħȟḣḥḧḩḫẖ"),
    ("i", "ìíîïĩīĭįıǐȉȋḭḯỉị"),
    ("ij", "ĳ"),
    ("j", "ĵǰ"),
    ("k", "ķĸǩḱḳḵ"),
    ("l", "ĺļľŀłḷḹḻḽ"),
    ("lj", "ǉ"),
    ("m", "ḿṁṃ"),
    ("n", "ñńņňŉŋǹṅṇṉṋ"),
    ("nj", "ǌ"),
    ("o", "òóôõöøōŏőơǒǫǭǿȍȏȫȭȯȱṍṏṑṓọỏốồổỗộớờởỡợ"),
    ("oe", "œ"),
    ("p", "ṕṗ"),
    ("r", "ŕŗřȑȓṙṛṝṟ"),
    ("s", "śŝşšſșṡṣṥṧṩẛ"),
    ("ss", "ß"),
    ("t", "ţťŧțṫṭṯṱẗ"),
    ("th", "þ"),
    ("u", "ùúûüũūŭůűųưǔǖǘǚǜȕȗṳṵṷṹṻụủứừửữự"),
    ("v", "ṽṿ"),
    ("w", "ŵẁẃẅẇẉẘ"),
    ("x", "ẋẍ"),
    ("y", "ýÿŷȳẏẙỳỵỷỹ"),
    ("z", "źżžẑẓẕ"),
    ("ʒ", "ǯ"),
    ("α", "ά"),
    ("ε", "έ"),
    ("η", "ή"),
    ("ι", "ΐίϊ"),
    ("ο", "ό"),
    ("σ", "ς"),
    ("υ", "ΰϋύ"),
    ("ω", "ώ"),
];

/// Lowers the case, takes marks off Latin and Greek letters, writes ligatures out, and turns every run of white space
/// into one blank. Folding a folded text changes nothing.
#[must_use]
pub fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    for word in text.split_whitespace() {
        let before = folded.len();
        if before > 0 {
            folded.push(' ');
        }
        let start = folded.len();
        for c in word.chars().flat_map(char::to_lowercase) {
            push_plain(&mut folded, c);
        }
        if folded.len() == start {
            // Nothing but marks: no word, and no blank before it.
            folded.truncate(before);
        }
    }
    folded
}

fn push_plain(folded: &mut String, c: char) {
    if c.is_ascii() {
        folded.push(c);
    } else if ('\u{300}'..='\u{36F}').contains(&c) {
        // A combining mark: the letter before it stays.
    } else if let Some((plain, _)) = PLAIN.iter().find(|(_, marked)| marked.contains(c)) {
        folded.push_str(plain);
    } else {
        folded.push(c);
    }
}
