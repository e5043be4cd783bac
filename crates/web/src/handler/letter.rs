//! Reading a mail of ours: its plain text, and the addresses in it.

use base64::{Engine, engine::general_purpose::STANDARD};

use crate::view::kit::Txt;

/// The plain text of a message; the message itself when none is found in it.
pub(super) fn text(message: &str) -> String {
    let message = message.replace("\r\n", "\n");
    part(&message).unwrap_or(message)
}

fn part(message: &str) -> Option<String> {
    let start = message.find("Content-Type: text/plain")?;
    // The headers of the part reach back to its boundary and end with an empty line.
    let before = message.get(..start)?;
    let head_start = before.rfind("\n--").unwrap_or(0);
    let (head, rest) = message.get(head_start..)?.split_once("\n\n")?;
    let boundary = head.trim_start().lines().next()?.to_owned();
    let body = if boundary.starts_with("--") {
        rest.split_once(&format!("\n{boundary}"))
            .map_or(rest, |(body, _)| body)
    } else {
        rest
    };
    let encoding = head
        .lines()
        .find_map(|line| line.strip_prefix("Content-Transfer-Encoding:"))
        .map_or("7bit", str::trim);
    Some(match encoding {
        "quoted-printable" => quoted_printable(body),
        "base64" => {
            let packed: String = body.split_whitespace().collect();
            let bytes = STANDARD.decode(packed).ok()?;
            String::from_utf8_lossy(&bytes).replace("\r\n", "\n")
        }
        _ => body.to_owned(),
    })
}

fn quoted_printable(body: &str) -> String {
    let joined = body.replace("=\n", "");
    let mut bytes = Vec::with_capacity(joined.len());
    let mut rest = joined.bytes();
    while let Some(byte) = rest.next() {
        if byte != b'=' {
            bytes.push(byte);
            continue;
        }
        let digits = [rest.next(), rest.next()];
        let value = digits.map(|digit| digit.and_then(|digit| char::from(digit).to_digit(16)));
        if let [Some(high), Some(low)] = value {
            bytes.push(u8::try_from(high * 16 + low).unwrap_or(b'?'));
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// The addresses in a text: their host and path, and where they lead.
pub(super) fn links(text: &str) -> Vec<(Txt, Txt)> {
    let mut found: Vec<(Txt, Txt)> = Vec::new();
    for word in text.split_whitespace() {
        let word = word.trim_matches(['<', '>', '(', ')', ',', '.']);
        let Some(rest) = word
            .strip_prefix("https://")
            .or_else(|| word.strip_prefix("http://"))
        else {
            continue;
        };
        let shown = rest.split('?').next().unwrap_or(rest).to_owned();
        if !found.iter().any(|(_, href)| *href == word) {
            found.push((shown.into(), word.to_owned().into()));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_plain_part_is_decoded() {
        let message = "Subject: x\r\nContent-Type: multipart/alternative; boundary=\"b\"\r\n\r\n--b\r\nContent-Type: \
                       text/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\nGr=C3=BC=\r\n=C3=9Fe \
                       http://t.example/verify-email?token=3Dabc\r\n--b\r\nContent-Type: text/html\r\n\r\n<p>no</p>\r\n--b--";
        let text = text(message);
        assert_eq!(text, "Grüße http://t.example/verify-email?token=abc");
        assert_eq!(
            links(&text),
            [(
                "t.example/verify-email".into(),
                "http://t.example/verify-email?token=abc".into()
            )]
        );
    }
}
