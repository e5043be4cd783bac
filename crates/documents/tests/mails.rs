//! Every mail in both languages, as a golden file; and the message that goes out.

use tradewind_documents::colour::Colour;
use tradewind_documents::i18n;
use tradewind_documents::mail::*;
use tradewind_kernel::time::parse_date;
use tradewind_kernel::{Cadence, Currency, Date, Locale, Money, Timestamp};

fn brand() -> Brand {
    Brand {
        seller: "Alpine Cloud <Resale> & Söhne".into(),
        colour: Colour::parse("#0f766e").unwrap(),
        email: Some("help@alpine.example".into()),
        imprint: vec!["Alpine Cloud Resale GmbH · Mariahilfer Straße 88a/2 · 1070 Wien".into()],
    }
}

fn eur(minor: i64) -> Money {
    Money::new(minor, Currency::parse("EUR").unwrap())
}

fn day(text: &str) -> Date {
    parse_date("day", text).unwrap()
}

fn order() -> OrderRef {
    OrderRef {
        order: "O-2024-0007".into(),
        product: "Team Mail Pro".into(),
        link: "https://alpine.example/orders/ord_01?a=1&b=2".into(),
    }
}

fn invoice() -> InvoiceRef {
    InvoiceRef {
        number: "AC-2024-000017".into(),
        amount: eur(123_456),
        link: "https://alpine.example/invoices/inv_01".into(),
    }
}

fn transfer() -> Transfer {
    Transfer {
        account: "AT61 1904 3002 3457 3201".into(),
        reference: "AC-2024-000017".into(),
    }
}

/// One of every kind, and of the kinds with several faces one of each.
fn letters() -> Vec<(&'static str, Letter)> {
    let link = || "https://alpine.example/subscriptions/sub_01".to_owned();
    let product = || "Team Mail Pro".to_owned();
    let invoice_issued = |collection| Letter::InvoiceIssued {
        number: "AC-2024-000017".into(),
        amount: eur(123_456),
        collection,
        link: invoice().link,
    };
    let reminder = |level, days_overdue, suspension: Option<&str>| Letter::PaymentReminder {
        invoice: invoice(),
        level,
        due: day("2024-10-15"),
        days_overdue,
        suspension: suspension.map(day),
        transfer: Some(transfer()),
    };
    vec![
        (
            "verify_email",
            Letter::VerifyEmail {
                link: "https://alpine.example/verify/abc".into(),
                hours: 24,
            },
        ),
        (
            "password_reset",
            Letter::PasswordReset {
                link: "https://alpine.example/reset/abc".into(),
                minutes: 60,
            },
        ),
        (
            "invited",
            Letter::Invited {
                inviter: "Eva Huber".into(),
                company: "Bergwerk AG".into(),
                role: "Billing".into(),
                link: "https://alpine.example/invite/abc".into(),
                days: 1,
            },
        ),
        (
            "order_received",
            Letter::OrderReceived(OrderSummary {
                order: order(),
                items: vec![("Team Mail Pro".into(), "5 × €9.00".into())],
                due_today: eur(5_400),
                recurring: Some((eur(5_400), Cadence::MONTHLY)),
            }),
        ),
        ("order_waiting", Letter::OrderWaiting(order())),
        (
            "approval_requested",
            Letter::ApprovalRequested {
                order: order(),
                customer: "Bergwerk AG".into(),
                total: eur(5_400),
            },
        ),
        ("order_approved", Letter::OrderApproved(order())),
        (
            "order_rejected",
            Letter::OrderRejected {
                order: order(),
                reason: Some("Over budget".into()),
            },
        ),
        (
            "payment_needed",
            Letter::PaymentNeeded {
                order: order(),
                amount: eur(5_400),
                transfer: Some(transfer()),
            },
        ),
        ("order_failed", Letter::OrderFailed(order())),
        (
            "delivered",
            Letter::Delivered {
                product: product(),
                link: link(),
            },
        ),
        (
            "trial_ending",
            Letter::TrialEnding {
                product: product(),
                ends: day("2024-10-15"),
                price: eur(4_500),
                cadence: Cadence::MONTHLY,
                link: link(),
            },
        ),
        (
            "invoice_transfer",
            invoice_issued(Collection::Transfer {
                due: day("2024-10-15"),
                to: transfer(),
            }),
        ),
        (
            "invoice_automatic",
            invoice_issued(Collection::Automatic {
                method: "Visa •••• 4242".into(),
                on: day("2024-10-03"),
            }),
        ),
        ("invoice_paid", invoice_issued(Collection::Paid)),
        (
            "pro_forma",
            Letter::ProForma {
                amount: eur(2_000),
                transfer: Some(transfer()),
            },
        ),
        (
            "credit_note",
            Letter::CreditNoteIssued {
                number: "AC-2024-000018".into(),
                amount: eur(2_000),
                link: invoice().link,
            },
        ),
        (
            "payment_failed",
            Letter::PaymentFailed {
                invoice: invoice(),
                reason: Some("card declined".into()),
                next_attempt: Some(day("2024-10-18")),
            },
        ),
        (
            "payment_failed_last",
            Letter::PaymentFailed {
                invoice: invoice(),
                reason: None,
                next_attempt: None,
            },
        ),
        ("reminder_1", reminder(1, 1, None)),
        ("reminder_3", reminder(3, 21, Some("2024-11-12"))),
        (
            "suspended",
            Letter::Suspended {
                product: product(),
                invoice: invoice(),
            },
        ),
        (
            "resumed",
            Letter::Resumed {
                product: product(),
                link: link(),
            },
        ),
        (
            "cancelled",
            Letter::Cancelled {
                product: product(),
                last_day: day("2024-10-31"),
                ended: false,
                link: link(),
            },
        ),
        (
            "cancelled_ended",
            Letter::Cancelled {
                product: product(),
                last_day: day("2024-10-31"),
                ended: true,
                link: link(),
            },
        ),
        (
            "price_rises",
            Letter::PriceRises {
                product: product(),
                from: day("2024-11-01"),
                before: eur(7128),
                after: eur(8910),
                usage: true,
                link: link(),
            },
        ),
        (
            "change_confirmed",
            Letter::ChangeConfirmed {
                product: product(),
                from: "Basic, 5 seats".into(),
                to: "Pro, 8 seats".into(),
                effective: day("2024-10-10"),
                due_now: Some(eur(3_120)),
                credited: Some(eur(900)),
                next_invoice: Some((eur(7_200), day("2024-11-01"))),
                link: link(),
            },
        ),
        (
            "vendor_task",
            Letter::VendorTask {
                product: product(),
                customer: "Bergwerk AG".into(),
                delivery: "dlv_01j".into(),
                action: VendorAction::Create,
                link: "https://panel.example/tasks/dlv_01j".into(),
            },
        ),
    ]
}

#[test]
fn every_mail_in_both_languages() {
    for (name, letter) in letters() {
        for locale in Locale::ALL {
            let mail = render(&letter, &brand(), Some("Ada Lovelace"), locale).unwrap();
            for part in [&mail.subject, &mail.text, &mail.html] {
                assert_eq!(i18n::flaw(part), None, "{name} in {locale}");
            }
            assert!(!mail.subject.contains('\n'));
            assert!(
                mail.html
                    .contains("Alpine Cloud &#60;Resale&#62; &#38; Söhne"),
                "names are escaped"
            );
            let golden = format!("Subject: {}\n\n{}", mail.subject, mail.text);
            insta::assert_snapshot!(format!("{name}_{locale}"), golden);
        }
    }
}

#[test]
fn the_html_of_one_mail_is_golden() {
    let (_, letter) = letters()
        .into_iter()
        .find(|(name, _)| *name == "invoice_transfer")
        .unwrap();
    let mail = render(&letter, &brand(), None, Locale::De).unwrap();
    assert!(mail.text.starts_with("Guten Tag,\n"));
    insta::assert_snapshot!("html_de", mail.html);
}

#[test]
fn a_letter_waits_as_json() {
    for (name, letter) in letters() {
        let json = serde_json::to_string(&letter).unwrap();
        assert_eq!(
            serde_json::from_str::<Letter>(&json).unwrap(),
            letter,
            "{name}"
        );
    }
    let json = serde_json::to_value(Letter::Resumed {
        product: "P".into(),
        link: "L".into(),
    })
    .unwrap();
    assert_eq!(
        json,
        serde_json::json!({ "mail": "resumed", "product": "P", "link": "L" })
    );
}

fn mail() -> Mail {
    let (_, letter) = letters()
        .into_iter()
        .find(|(name, _)| *name == "invoice_transfer")
        .unwrap();
    Mail {
        from: Mailbox {
            name: Some("Alpine Cloud, Büro".into()),
            email: "billing@alpine.example".into(),
        },
        to: Mailbox {
            name: Some("Ada\r\nBcc: eve@example.com".into()),
            email: "ada@bergwerk.example".into(),
        },
        reply_to: Some(Mailbox {
            name: None,
            email: "help@alpine.example".into(),
        }),
        message_id: "mal_01hzy@alpine.example".into(),
        date: Timestamp::parse("2024-10-01T08:30:00Z").unwrap(),
        rendered: render(&letter, &brand(), Some("Ada"), Locale::De).unwrap(),
        attachments: vec![Attachment {
            file_name: "AC-2024-000017.pdf".into(),
            media_type: "application/pdf".into(),
            bytes: b"%PDF-1.7 not really".to_vec(),
        }],
    }
}

#[test]
fn the_message_has_all_parts_and_is_always_the_same() {
    let bytes = to_message(&mail()).unwrap();
    assert_eq!(bytes, to_message(&mail()).unwrap());
    let text = String::from_utf8(bytes).unwrap();
    let (head, body) = text.split_once("\r\n\r\n").unwrap();
    for expected in [
        "Message-ID: <mal_01hzy@alpine.example>",
        "Date: Tue, 01 Oct 2024 08:30:00 +0000",
        "Reply-To: help@alpine.example",
        "Auto-Submitted: auto-generated",
        "MIME-Version: 1.0",
        "Subject: Ihre Rechnung AC-2024-000017",
        "multipart/mixed",
    ] {
        assert!(head.contains(expected), "{expected} in {head}");
    }
    assert!(
        !head.lines().any(|line| line.starts_with("Bcc:")),
        "a name cannot add a header: {head}"
    );
    for expected in [
        "multipart/alternative",
        "text/plain; charset=utf-8",
        "text/html; charset=utf-8",
        "AC-2024-000017.pdf",
    ] {
        assert!(body.contains(expected), "{expected}");
    }
}

#[test]
fn what_cannot_be_sent_is_refused() {
    let refused = |change: &dyn Fn(&mut Mail)| {
        let mut mail = mail();
        change(&mut mail);
        format!("{:?}", to_message(&mail).unwrap_err())
    };
    assert!(refused(&|mail| mail.to.email = "no address".into()).contains("malformed_email"));
    assert!(
        refused(&|mail| mail.to.email = "a@b.example\r\nBcc: x@y".into())
            .contains("malformed_email")
    );
    assert!(refused(&|mail| mail.message_id = "a b@c".into()).contains("malformed_message_id"));
    assert!(
        refused(&|mail| mail.attachments[0].media_type = "pdf".into())
            .contains("malformed_media_type")
    );
}
