//! Statements as ISO 20022 `camt.053`, of any of its versions: what this reads has the same names in all of them, or both
//! of its names are known.

use tradewind_kernel::{Currency, Date, Money, Result, time::parse_date};

use super::{BankFile, ENTRIES_MAX, ReadEntry, ReadStatement, TEXT_MAX, amount, plain, wrong};
use crate::{
    rules::xml::{Node, Reader},
    types::{BankDirection, BankFormat},
};

/// The beginning of the namespace of all versions.
const NAMESPACE: &str = "urn:iso:std:iso:20022:tech:xsd:camt.053.001.";

/// What banks write when they have no reference to give.
const NO_REFERENCE: [&str; 5] = [
    "NONREF",
    "NOTPROVIDED",
    "NOTAVAILABLE",
    "NOT PROVIDED",
    "N/A",
];

/// Reads a file.
pub(super) fn read(text: &str) -> Result<BankFile> {
    let mut reader = Reader::new(text);
    let (root, namespace, line) = reader.root()?;
    if root != "Document" || !namespace.starts_with(NAMESPACE) {
        let text = format!("expected a camt.053 of ISO 20022, found {root} {namespace:?}");
        return Err(wrong("not_a_statement", line, "Document", text));
    }
    let mut file = BankFile {
        format: BankFormat::Camt053,
        statements: Vec::new(),
        pending: 0,
    };
    let mut entries = 0;
    reader.enter("BkToCstmrStmt")?;
    while let Some((name, line)) = reader.next_child()? {
        if name != "Stmt" {
            reader.take()?;
            continue;
        }
        let mut statement = Unfinished::new(line);
        reader.descend();
        while let Some((name, _)) = reader.next_child()? {
            let node = reader.take()?;
            match name.as_str() {
                "Id" => statement.id = plain(&node.text, 70),
                "CreDtTm" => statement.created = day_of(&node)?,
                "FrToDt" => statement.span = span(&node)?,
                "Acct" => statement.account(&node)?,
                "Bal" => statement.balance(&node)?,
                "Ntry" => {
                    if !is_booked(&node) {
                        file.pending += 1;
                        continue;
                    }
                    let some = read_entry(&node)?;
                    entries += some.len();
                    if entries > ENTRIES_MAX {
                        let text = format!("at most {ENTRIES_MAX} entries are read from one file");
                        return Err(wrong("too_many", node.line, "Ntry", text));
                    }
                    statement.entries.extend(some);
                }
                _ => {}
            }
        }
        file.statements.push(statement.finish()?);
    }
    reader.end()?;
    if file.statements.is_empty() {
        return Err(wrong(
            "not_a_statement",
            line,
            "Stmt",
            "the file has no statement",
        ));
    }
    Ok(file)
}

/// A statement while it is read.
struct Unfinished {
    line: u64,
    id: String,
    account: String,
    currency: Option<Currency>,
    created: Option<Date>,
    span: Option<(Date, Date)>,
    opening: Option<(Money, Option<Date>)>,
    closing: Option<(Money, Option<Date>)>,
    entries: Vec<ReadEntry>,
}

impl Unfinished {
    fn new(line: u64) -> Self {
        Self {
            line,
            id: String::new(),
            account: String::new(),
            currency: None,
            created: None,
            span: None,
            opening: None,
            closing: None,
            entries: Vec::new(),
        }
    }

    fn account(&mut self, node: &Node) -> Result<()> {
        self.account = account_of(node).unwrap_or_default();
        if let Some(code) = node.child("Ccy") {
            self.currency = Some(currency(code, &code.text)?);
        }
        Ok(())
    }

    /// Opening booked, or the closing of the day before; closing booked. Others say nothing about the entries.
    fn balance(&mut self, node: &Node) -> Result<()> {
        let kind = node.at(&["Tp", "CdOrPrtry", "Cd"]);
        let (value, on) = (
            money(node)?,
            node.child("Dt").map(day_of).transpose()?.flatten(),
        );
        let signed = match direction(node)? {
            BankDirection::Credit => value,
            BankDirection::Debit => value.neg()?,
        };
        match kind.map(|kind| kind.text.as_str()) {
            Some("OPBD") => self.opening = Some((signed, on)),
            Some("PRCD") if self.opening.is_none() => self.opening = Some((signed, on)),
            Some("CLBD") => self.closing = Some((signed, on)),
            _ => {}
        }
        Ok(())
    }

    fn finish(self) -> Result<ReadStatement> {
        let missing = |element, text| wrong("missing_value", self.line, element, text);
        let balance = self.closing.or(self.opening);
        let currency = self
            .currency
            .or(balance.map(|(money, _)| money.currency))
            .or(self.entries.first().map(|entry| entry.amount.currency))
            .ok_or_else(|| missing("Acct/Ccy", "the statement names no currency"))?;
        for found in self.entries.iter().map(|entry| entry.amount).chain(
            self.opening
                .iter()
                .chain(&self.closing)
                .map(|(money, _)| *money),
        ) {
            if found.currency != currency {
                let text = format!("{} in an account that is in {currency}", found.currency);
                return Err(wrong("currency_mismatch", self.line, "Stmt", text));
            }
        }
        let (first, last) = (
            self.entries.iter().map(|entry| entry.booked_on).min(),
            self.entries.iter().map(|entry| entry.booked_on).max(),
        );
        let on = |balance: Option<(Money, Option<Date>)>| balance.and_then(|(_, on)| on);
        let until = self
            .span
            .map(|(_, until)| until)
            .or(on(self.closing))
            .or(last)
            .or(self.created)
            .ok_or_else(|| missing("FrToDt", "the statement names no day"))?;
        let from = self.span.map(|(from, _)| from).or(first).unwrap_or(until);
        if self.account.is_empty() {
            return Err(missing("Acct/Id", "the statement names no account"));
        }
        Ok(ReadStatement {
            account: self.account,
            currency,
            bank_id: self.id,
            from: from.min(until),
            until,
            opening: self.opening.map(|(money, _)| money),
            closing: self.closing.map(|(money, _)| money),
            entries: self.entries,
        })
    }
}

/// `BOOK`, written as a text or as a code; entries without status are booked.
fn is_booked(entry: &Node) -> bool {
    entry.child("Sts").is_none_or(|status| {
        let code = status.child("Cd").unwrap_or(status);
        code.text.is_empty() || code.text == "BOOK"
    })
}

/// An entry; a batch is its transactions when they say what each is and come to the whole.
fn read_entry(entry: &Node) -> Result<Vec<ReadEntry>> {
    let whole = money(entry)?;
    let way = direction(entry)?;
    let booked_on = entry
        .child("BookgDt")
        .or(entry.child("ValDt"))
        .map(day_of)
        .transpose()?
        .flatten()
        .ok_or_else(|| {
            wrong(
                "missing_value",
                entry.line,
                "Ntry/BookgDt",
                "no day is given",
            )
        })?;
    let reversal = entry
        .child("RvslInd")
        .is_some_and(|sign| matches!(sign.text.as_str(), "true" | "1"));
    let details: Vec<&Node> = entry
        .children("NtryDtls")
        .flat_map(|group| group.children("TxDtls"))
        .collect();
    let entry_reference = reference(entry.child("AcctSvcrRef"));
    let one = |detail: Option<&Node>, amount: Money, way, place: Option<usize>| {
        let own = detail.map_or_else(String::new, |detail| {
            reference(detail.at(&["Refs", "AcctSvcrRef"]))
        });
        let base = if own.is_empty() {
            &entry_reference
        } else {
            &own
        };
        ReadEntry {
            booked_on,
            direction: way,
            amount,
            reversal,
            // Transactions of a batch often have nothing but the reference of the whole.
            reference: match place {
                Some(place) if own.is_empty() && !base.is_empty() => format!("{base}#{place}"),
                _ => base.clone(),
            },
            ..described(entry, detail, way, reversal, amount, booked_on)
        }
    };
    if details.len() > 1
        && let Some(parts) = parts(&details, whole, way)?
    {
        return Ok(details
            .iter()
            .zip(parts)
            .enumerate()
            .map(|(place, (detail, (amount, way)))| one(Some(detail), amount, way, Some(place + 1)))
            .collect());
    }
    let single = match details.as_slice() {
        [detail] => Some(*detail),
        _ => None,
    };
    Ok(vec![one(single, whole, way, None)])
}

/// What the transactions of a batch come to; none when one does not say, or they do not sum to the batch.
fn parts(
    details: &[&Node],
    whole: Money,
    way: BankDirection,
) -> Result<Option<Vec<(Money, BankDirection)>>> {
    let mut sum = Money::zero(whole.currency);
    let mut parts = Vec::with_capacity(details.len());
    for detail in details {
        let places: [&[&str]; 3] = [
            &["Amt"],
            &["AmtDtls", "TxAmt", "Amt"],
            &["AmtDtls", "InstdAmt", "Amt"],
        ];
        let found = places
            .iter()
            .filter_map(|place| detail.at(place))
            .find(|node| node.currency.as_deref() == Some(whole.currency.code()));
        let Some(node) = found else {
            return Ok(None);
        };
        let value = amount_of(node)?;
        let own = match detail.child("CdtDbtInd") {
            Some(_) => direction(detail)?,
            None => way,
        };
        sum = if own == way {
            sum.add(value)?
        } else {
            sum.sub(value)?
        };
        parts.push((value, own));
    }
    Ok((sum == whole).then_some(parts))
}

/// Who paid and what for.
fn described(
    entry: &Node,
    detail: Option<&Node>,
    way: BankDirection,
    reversal: bool,
    amount: Money,
    booked_on: Date,
) -> ReadEntry {
    // A reversal tells of the transaction that it takes back.
    let payer = (way == BankDirection::Credit) != reversal;
    let (side, account) = if payer {
        ("Dbtr", "DbtrAcct")
    } else {
        ("Cdtr", "CdtrAcct")
    };
    let parties = detail.and_then(|detail| detail.child("RltdPties"));
    let name = parties
        .and_then(|parties| parties.child(side))
        .and_then(|party| party.child("Nm").or(party.at(&["Pty", "Nm"])));
    let number = parties
        .and_then(|parties| parties.child(account))
        .and_then(account_of);
    let mut words: Vec<&str> = Vec::new();
    let mut references = Vec::new();
    if let Some(remittance) = detail.and_then(|detail| detail.child("RmtInf")) {
        words.extend(remittance.children("Ustrd").map(|node| node.text.as_str()));
        for part in remittance.children("Strd") {
            let known = part
                .children("CdtrRefInf")
                .filter_map(|node| node.child("Ref"))
                .chain(
                    part.children("RfrdDocInf")
                        .filter_map(|node| node.child("Nb")),
                );
            for node in known.filter(|node| !node.text.is_empty()) {
                references.push(plain(&node.text, 70));
                words.push(&node.text);
            }
            words.extend(part.children("AddtlRmtInf").map(|node| node.text.as_str()));
        }
    }
    if words.iter().all(|word| word.is_empty()) {
        let more = detail
            .and_then(|detail| detail.child("AddtlTxInf"))
            .or(entry.child("AddtlNtryInf"));
        words.extend(more.map(|node| node.text.as_str()));
    }
    references.truncate(100);
    ReadEntry {
        booked_on,
        direction: way,
        amount,
        reversal,
        reference: String::new(),
        end_to_end: reference(detail.and_then(|detail| detail.at(&["Refs", "EndToEndId"]))),
        name: name.map_or_else(String::new, |node| plain(&node.text, 140)),
        account: number.unwrap_or_default(),
        text: plain(&words.join(" "), TEXT_MAX),
        references,
    }
}

fn reference(node: Option<&Node>) -> String {
    let text = node.map_or_else(String::new, |node| plain(&node.text, 70));
    if NO_REFERENCE.contains(&text.to_uppercase().as_str()) {
        return String::new();
    }
    text
}

/// IBAN or other number, without spaces.
fn account_of(node: &Node) -> Option<String> {
    let id = node.child("Id")?;
    let text = id.child("IBAN").or(id.at(&["Othr", "Id"]))?;
    Some(
        plain(&text.text, 70)
            .chars()
            .filter(|letter| *letter != ' ')
            .collect(),
    )
}

fn direction(node: &Node) -> Result<BankDirection> {
    match node.child("CdtDbtInd").map(|sign| sign.text.as_str()) {
        Some("CRDT") => Ok(BankDirection::Credit),
        Some("DBIT") => Ok(BankDirection::Debit),
        _ => Err(wrong(
            "missing_value",
            node.line,
            &format!("{}/CdtDbtInd", node.name),
            "expected CRDT or DBIT",
        )),
    }
}

fn money(node: &Node) -> Result<Money> {
    let found = node.child("Amt").ok_or_else(|| {
        wrong(
            "missing_value",
            node.line,
            &format!("{}/Amt", node.name),
            "no amount is given",
        )
    })?;
    amount_of(found)
}

pub(crate) fn amount_of(node: &Node) -> Result<Money> {
    let code = node.currency.as_deref().unwrap_or_default();
    let currency = currency(node, code)?;
    let bad = || {
        let text = format!("{:?} is no amount in {currency}", plain(&node.text, 40));
        wrong("malformed_amount", node.line, "Amt", text)
    };
    let money = amount(&node.text, currency).map_err(|_| bad())?;
    if money.minor < 0 {
        Err(bad())
    } else {
        Ok(money)
    }
}

fn currency(node: &Node, code: &str) -> Result<Currency> {
    code.parse().map_err(|_| {
        let text = format!("{:?} is no currency", plain(code, 10));
        wrong("unknown_currency", node.line, &node.name, text)
    })
}

/// The day of a date or of a time of day; none of an element that has neither.
fn day_of(node: &Node) -> Result<Option<Date>> {
    let text = node
        .child("Dt")
        .or(node.child("DtTm"))
        .map_or(node.text.as_str(), |inner| inner.text.as_str());
    if text.is_empty() {
        return Ok(None);
    }
    let day = text.get(..10).unwrap_or(text);
    parse_date("file", day).map(Some).map_err(|_| {
        let text = format!("{:?} is no day", plain(text, 40));
        wrong("malformed_date", node.line, &node.name, text)
    })
}

fn span(node: &Node) -> Result<Option<(Date, Date)>> {
    let of = |time: &str, date: &str| {
        node.child(time)
            .or(node.child(date))
            .map(day_of)
            .transpose()
            .map(Option::flatten)
    };
    Ok(of("FrDtTm", "FrDt")?.zip(of("ToDtTm", "ToDt")?))
}

#[cfg(test)]
mod tests;
