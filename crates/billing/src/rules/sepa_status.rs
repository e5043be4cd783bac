//! What banks answer to files of payments: ISO 20022 `pain.002`, of the versions 03 to 10 and later, and what follows from it.

use std::collections::BTreeSet;

use tradewind_kernel::{Date, Error, Money, Result, time::parse_date};

use super::{
    bank::{self, plain, wrong},
    settlement::Act,
    xml::{Node, Reader},
};
use crate::types::{PayoutLevel, PayoutOutcome, SettlementState};

/// The beginning of the namespace of all versions.
const NAMESPACE: &str = "urn:iso:std:iso:20022:tech:xsd:pain.002.001.";
/// Most answers of one file.
pub const TOLD_MAX: usize = 50_000;
/// Most bytes of one file.
pub const FILE_MAX: usize = bank::FILE_MAX;

/// A file as it says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatusFile {
    /// The bank's name for it.
    pub message_id: String,
    /// When the bank made it.
    pub created_on: Option<Date>,
    /// The name of the file of payments that it answers.
    pub original: String,
    /// What it says of the file, of its groups of payments, and of payments.
    pub told: Vec<Told>,
}

impl StatusFile {
    /// Whether a group of payments is the one that the file of payments had: each has one, of its own name.
    #[must_use]
    pub fn is_about(&self, batch: &str) -> bool {
        batch.is_empty() || batch == self.original
    }
}

/// What a bank says of a file, a group of payments or a payment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// Of what.
    pub level: PayoutLevel,
    /// The name of the group of payments; empty of a file.
    pub batch: String,
    /// The name of the payment; empty of a file or group.
    pub end_to_end: String,
    /// The bank's code: `ACSC`, `RJCT`, …
    pub status: String,
    /// Why: codes and words; empty without.
    pub reason: String,
    /// The amount that it is about, where it says.
    pub amount: Option<Money>,
    /// The day of it, where it says.
    pub on: Option<Date>,
}

/// What a status means for what was ordered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Meaning {
    /// The money has left the payer's account, or has arrived.
    Paid,
    /// It will not be paid.
    Rejected,
    /// The bank has it and is at it; or only a part of a file is decided, of which it says more elsewhere.
    Underway,
}

/// What a code means; none for those that nobody has agreed on.
#[must_use]
pub fn meaning(status: &str) -> Option<Meaning> {
    Some(match status {
        "ACSC" | "ACCC" => Meaning::Paid,
        "RJCT" | "CANC" => Meaning::Rejected,
        "ACCP" | "ACSP" | "ACTC" | "ACWC" | "ACWP" | "ACFC" | "RCVD" | "PDNG" | "PART" | "PATC"
        | "PRES" => Meaning::Underway,
        _ => return None,
    })
}

/// Reads a file.
///
/// # Errors
/// `file` with the line and element: `too_large`, `malformed_file`, `not_a_report`, `missing_value`, `malformed_amount`,
/// `malformed_date`, `duplicate` for a file or group of payments that it judges twice, `too_many`.
pub fn read(bytes: &[u8]) -> Result<StatusFile> {
    if bytes.len() > FILE_MAX {
        let text = format!("at most {} MiB are read", FILE_MAX / 1024 / 1024);
        return Err(Error::invalid("file", "too_large", text));
    }
    let text = bank::decode(bytes);
    let mut reader = Reader::new(&text);
    let (root, namespace, line) = reader.root()?;
    if root != "Document" || !namespace.starts_with(NAMESPACE) {
        let text = format!("expected a pain.002 of ISO 20022, found {root} {namespace:?}");
        return Err(wrong("not_a_report", line, "Document", text));
    }
    let mut file = StatusFile {
        message_id: String::new(),
        created_on: None,
        original: String::new(),
        told: Vec::new(),
    };
    let mut answers = false;
    let mut judged = BTreeSet::new();
    while let Some((name, _)) = reader.next_child()? {
        if name != "CstmrPmtStsRpt" {
            reader.take()?;
            continue;
        }
        reader.descend();
        while let Some((name, line)) = reader.next_child()? {
            let node = reader.take()?;
            match name.as_str() {
                "GrpHdr" => {
                    file.message_id = text_of(&node, &["MsgId"]);
                    file.created_on = day(node.child("CreDtTm"))?;
                }
                "OrgnlGrpInfAndSts" => {
                    if answers {
                        let text = "the file answers two files of payments";
                        return Err(wrong("duplicate", line, "OrgnlGrpInfAndSts", text));
                    }
                    answers = true;
                    file.original = text_of(&node, &["OrgnlMsgId"]);
                    if node.child("GrpSts").is_some() {
                        file.told
                            .push(told(&node, PayoutLevel::File, "", "GrpSts")?);
                    }
                }
                "OrgnlPmtInfAndSts" => batch(&mut file.told, &mut judged, &node)?,
                _ => {}
            }
            if file.told.len() > TOLD_MAX {
                let text = format!("at most {TOLD_MAX} answers are read from one file");
                return Err(wrong("too_many", line, "TxInfAndSts", text));
            }
        }
    }
    reader.end()?;
    if !answers {
        let text = "the file answers no file of payments";
        return Err(wrong("not_a_report", line, "OrgnlGrpInfAndSts", text));
    }
    if file.message_id.is_empty() {
        return Err(wrong(
            "missing_value",
            line,
            "GrpHdr/MsgId",
            "the file has no name",
        ));
    }
    Ok(file)
}

/// What is said of a group of payments, and of the payments in it.
fn batch(all: &mut Vec<Told>, judged: &mut BTreeSet<String>, node: &Node) -> Result<()> {
    let name = text_of(node, &["OrgnlPmtInfId"]);
    if node.child("PmtInfSts").is_some() {
        // Each says something of every payment of its group.
        if !judged.insert(name.clone()) {
            let text = format!("the file judges the group {name:?} twice");
            return Err(wrong("duplicate", node.line, "OrgnlPmtInfAndSts", text));
        }
        all.push(told(node, PayoutLevel::Batch, &name, "PmtInfSts")?);
    }
    for payment in node.children("TxInfAndSts") {
        if payment.child("TxSts").is_some() {
            all.push(told(payment, PayoutLevel::Payment, &name, "TxSts")?);
        }
    }
    Ok(())
}

fn told(node: &Node, level: PayoutLevel, batch: &str, status: &str) -> Result<Told> {
    let amount = match node.at(&["OrgnlTxRef", "Amt", "InstdAmt"]) {
        Some(node) => Some(bank::amount_of(node)?),
        None => None,
    };
    Ok(Told {
        level,
        batch: batch.to_owned(),
        end_to_end: text_of(node, &["OrgnlEndToEndId"]),
        status: text_of(node, &[status]),
        reason: reason(node),
        amount,
        on: day(node.child("AccptncDtTm"))?,
    })
}

/// Codes and words of all reasons that are given.
fn reason(node: &Node) -> String {
    let mut words: Vec<&str> = Vec::new();
    for one in node.children("StsRsnInf") {
        let code = one.at(&["Rsn", "Cd"]).or(one.at(&["Rsn", "Prtry"]));
        words.extend(code.map(|code| code.text.as_str()));
        words.extend(one.children("AddtlInf").map(|more| more.text.as_str()));
    }
    words.retain(|word| !word.is_empty());
    plain(&words.join(" "), 140)
}

fn text_of(node: &Node, path: &[&str]) -> String {
    node.at(path)
        .map_or_else(String::new, |node| plain(&node.text, 70))
}

fn day(node: Option<&Node>) -> Result<Option<Date>> {
    let Some(node) = node.filter(|node| !node.text.is_empty()) else {
        return Ok(None);
    };
    let day = node.text.get(..10).unwrap_or(&node.text);
    parse_date("file", day).map(Some).map_err(|_| {
        let text = format!("{:?} is no day", plain(&node.text, 40));
        wrong("malformed_date", node.line, &node.name, text)
    })
}

/// What is known of a payment that a bank speaks of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Known {
    /// Where its settlement stands.
    pub state: SettlementState,
    /// Whether it is still in the file that the bank speaks of: one that was not paid may be in another by now.
    pub in_this_file: bool,
    /// What the bank has said of it before, if it has.
    pub before: Option<Meaning>,
}

/// What follows from what a bank says of a payment: what is done with the settlement, and what becomes of the answer.
#[must_use]
pub fn decide(meaning: Meaning, known: Known) -> (Option<Act>, PayoutOutcome) {
    use SettlementState as S;
    let Known {
        state,
        in_this_file,
        before,
    } = known;
    // What was said is said; what is decided is not underway any more, whatever order answers come in.
    let again = before == Some(meaning);
    let late = meaning == Meaning::Underway && before.is_some();
    if again || late {
        return (None, PayoutOutcome::Known);
    }
    match (meaning, state) {
        (Meaning::Underway, _) => (None, PayoutOutcome::Noted),
        (Meaning::Paid, S::Ordered) if in_this_file => (Some(Act::Pay), PayoutOutcome::Paid),
        (Meaning::Rejected, S::Ordered) if in_this_file => (Some(Act::Fail), PayoutOutcome::Failed),
        // A person was quicker.
        (Meaning::Paid, S::Paid) if in_this_file && before != Some(Meaning::Rejected) => {
            (None, PayoutOutcome::Noted)
        }
        (Meaning::Rejected, _) if !in_this_file && before != Some(Meaning::Paid) => {
            (None, PayoutOutcome::Noted)
        }
        // It may have been paid twice, or has come back after it was paid.
        _ => (None, PayoutOutcome::Contradicts),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_bank_says_is_done_once_and_what_does_not_fit_is_asked() {
        use Meaning as M;
        use PayoutOutcome as O;
        use SettlementState as S;
        let all = [
            (M::Paid, S::Ordered, true, None, Some(Act::Pay), O::Paid),
            (
                M::Rejected,
                S::Ordered,
                true,
                None,
                Some(Act::Fail),
                O::Failed,
            ),
            (
                M::Rejected,
                S::Ordered,
                true,
                Some(M::Underway),
                Some(Act::Fail),
                O::Failed,
            ),
            (M::Underway, S::Ordered, true, None, None, O::Noted),
            (
                M::Underway,
                S::Ordered,
                true,
                Some(M::Underway),
                None,
                O::Known,
            ),
            (M::Underway, S::Paid, true, Some(M::Paid), None, O::Known),
            (M::Paid, S::Paid, true, Some(M::Paid), None, O::Known),
            (M::Paid, S::Paid, true, None, None, O::Noted),
            (M::Rejected, S::Paid, true, None, None, O::Contradicts),
            (
                M::Rejected,
                S::Paid,
                true,
                Some(M::Paid),
                None,
                O::Contradicts,
            ),
            (M::Rejected, S::Failed, false, None, None, O::Noted),
            // Somebody was quicker, and the bank had it by then.
            (M::Paid, S::Paid, true, Some(M::Underway), None, O::Noted),
            (
                M::Rejected,
                S::Failed,
                false,
                Some(M::Underway),
                None,
                O::Noted,
            ),
            (
                M::Paid,
                S::Paid,
                true,
                Some(M::Rejected),
                None,
                O::Contradicts,
            ),
            (
                M::Paid,
                S::Failed,
                false,
                Some(M::Rejected),
                None,
                O::Contradicts,
            ),
            (M::Paid, S::Ordered, false, None, None, O::Contradicts),
            (
                M::Rejected,
                S::Ordered,
                false,
                Some(M::Rejected),
                None,
                O::Known,
            ),
        ];
        for (said, state, in_this_file, before, act, outcome) in all {
            let known = Known {
                state,
                in_this_file,
                before,
            };
            assert_eq!(decide(said, known), (act, outcome), "{said:?} {known:?}");
        }
        assert_eq!(meaning("ACSC"), Some(M::Paid));
        assert_eq!(meaning("PART"), Some(M::Underway));
        assert_eq!(meaning("XXXX"), None);
    }
}
