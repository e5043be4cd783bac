//! Access data: written by the vendor, revealed to the customer, secret to everyone else.

mod common;

use common::{ROWS, World, each_world};
use tradewind_fulfilment::service::{
    access_credentials_set, access_endpoints_set, access_get, access_instructions_set,
    credential_reveal, delivery_report,
};
use tradewind_fulfilment::types::{
    CredentialInput, CredentialsInput, DeliveryKind, DeliveryReport, EndpointCategory,
    EndpointInput, EndpointsInput, InstructionsInput, ReportOutcome,
};
use tradewind_kernel::Text;
use tradewind_kernel::id::SubscriptionId;
use tradewind_policy::Role;

const SECRET: &str = "correct-horse-battery";

fn endpoints(url: &str) -> EndpointsInput {
    EndpointsInput {
        endpoints: vec![EndpointInput {
            url: url.to_owned(),
            label: Text::en("Mail").with("de", "Post"),
            category: EndpointCategory::App,
        }],
    }
}

fn instructions(text: &str) -> InstructionsInput {
    InstructionsInput {
        instructions: [("en".to_owned(), text.to_owned())].into(),
    }
}

fn credentials(all: &[(&str, &str)]) -> CredentialsInput {
    let credential = |(code, value): &(&str, &str)| CredentialInput {
        code: (*code).to_owned(),
        label: Text::en("Password"),
        value: (*value).to_owned(),
    };
    CredentialsInput {
        credentials: all.iter().map(credential).collect(),
    }
}

/// A delivered subscription with one secret.
async fn delivered(w: &World) -> SubscriptionId {
    let sub = w.subscription().await;
    let delivery = w.deliver(sub, DeliveryKind::Provision).await;
    let vendor = w.as_owner(&w.vendor).await;
    access_endpoints_set(w.p(), &vendor, sub, endpoints("https://mail.example/"))
        .await
        .unwrap();
    access_instructions_set(w.p(), &vendor, sub, instructions("Sign in."))
        .await
        .unwrap();
    access_credentials_set(w.p(), &vendor, sub, credentials(&[("password", SECRET)]))
        .await
        .unwrap();
    let report = DeliveryReport {
        outcome: ReportOutcome::Succeeded,
        message: None,
    };
    delivery_report(w.p(), &vendor, delivery.id, report)
        .await
        .unwrap();
    sub
}

#[tokio::test]
async fn the_customer_finds_the_way_in() {
    each_world(|w| async move {
        let sub = delivered(&w).await;
        for reader in [&w.customer, &w.reseller, &w.vendor] {
            let data = access_get(w.p(), &w.as_owner(reader).await, sub)
                .await
                .unwrap();
            assert_eq!(data.endpoints[0].url, "https://mail.example/");
            assert_eq!(data.instructions["en"], "Sign in.");
            assert_eq!(data.credentials[0].code, "password");
        }
        for stranger in [&w.other_customer, &w.other_reseller, &w.other_vendor] {
            let error = access_get(w.p(), &w.as_owner(stranger).await, sub)
                .await
                .unwrap_err();
            assert_eq!(error.code(), "not_found");
        }
    })
    .await;
}

#[tokio::test]
async fn a_credential_is_revealed_to_the_customer_only_and_the_audit_log_knows() {
    each_world(|w| async move {
        let sub = delivered(&w).await;
        let before = w.t.number(&ROWS).await;
        for (account, code) in [
            (&w.vendor, "forbidden"),
            (&w.reseller, "forbidden"),
            (&w.provider, "forbidden"),
            (&w.other_customer, "not_found"),
            (&w.other_vendor, "not_found"),
        ] {
            let ctx = w.as_owner(account).await;
            let error = credential_reveal(w.p(), &ctx, sub, "password")
                .await
                .unwrap_err();
            assert_eq!(error.code(), code, "{}", account.name);
        }
        let reader = w.as_role(&w.customer, Role::ReadOnly).await;
        let error = credential_reveal(w.p(), &reader, sub, "password")
            .await
            .unwrap_err();
        assert_eq!(error.code(), "forbidden");
        assert_eq!(w.t.number(&ROWS).await, before);

        let owner = w.as_owner(&w.customer).await.with_key("show it");
        let revealed = credential_reveal(w.p(), &owner, sub, "password")
            .await
            .unwrap();
        assert_eq!(revealed.value, SECRET);
        assert!(!format!("{revealed:?}").contains(SECRET));
        credential_reveal(w.p(), &owner, sub, "password")
            .await
            .unwrap();
        assert_eq!(
            w.t.number(&ROWS).await,
            before + 2,
            "each look is written down"
        );
        let error = credential_reveal(w.p(), &owner, sub, "pin")
            .await
            .unwrap_err();
        assert_eq!(error.code(), "not_found");
        assert!(!w.is_written_anywhere(SECRET).await);
    })
    .await;
}

#[tokio::test]
async fn credentials_are_written_once() {
    each_world(|w| async move {
        let sub = delivered(&w).await;
        let vendor = w.as_owner(&w.vendor).await;
        let rows = w.t.number(&ROWS).await;
        let same = credentials(&[("password", SECRET)]);
        access_credentials_set(w.p(), &vendor, sub, same)
            .await
            .unwrap();
        let other = credentials(&[("user", "admin"), ("password", "another")]);
        let error = access_credentials_set(w.p(), &vendor, sub, other)
            .await
            .unwrap_err();
        assert_eq!(error.code(), "credential_written");
        assert!(!error.to_string().contains("another"));
        assert_eq!(
            w.t.number(&ROWS).await,
            rows,
            "not even the new one is kept"
        );
        let more = credentials(&[("password", SECRET), ("user", "admin")]);
        let data = access_credentials_set(w.p(), &vendor, sub, more)
            .await
            .unwrap();
        let mut codes: Vec<&str> = data.credentials.iter().map(|c| c.code.as_str()).collect();
        codes.sort_unstable();
        assert_eq!(codes, ["password", "user"]);
        let customer = w.as_owner(&w.customer).await;
        let revealed = credential_reveal(w.p(), &customer, sub, "password")
            .await
            .unwrap();
        assert_eq!(revealed.value, SECRET);
    })
    .await;
}

#[tokio::test]
async fn malformed_access_data_is_refused_by_field() {
    each_world(|w| async move {
        let sub = delivered(&w).await;
        let vendor = w.as_owner(&w.vendor).await;
        let rows = w.t.number(&ROWS).await;
        let script = endpoints("javascript:alert(1)");
        let error = access_endpoints_set(w.p(), &vendor, sub, script)
            .await
            .unwrap_err();
        assert_eq!(error.problems()[0].field, "endpoints.0.url");
        let klingon = InstructionsInput {
            instructions: [("tlh".to_owned(), "Qapla'".to_owned())].into(),
        };
        let error = access_instructions_set(w.p(), &vendor, sub, klingon)
            .await
            .unwrap_err();
        assert_eq!(error.problems()[0].field, "instructions.tlh");
        let twice = credentials(&[("a", "1"), ("a", "2"), ("B!", "")]);
        let error = access_credentials_set(w.p(), &vendor, sub, twice)
            .await
            .unwrap_err();
        let fields: Vec<&str> = error.problems().iter().map(|p| p.field.as_str()).collect();
        assert_eq!(
            fields,
            [
                "credentials.1.code",
                "credentials.2.code",
                "credentials.2.value"
            ]
        );
        let codes: Vec<String> = (0..20).map(|n| format!("c{n}")).collect();
        let many: Vec<(&str, &str)> = codes.iter().map(|code| (code.as_str(), "x")).collect();
        let error = access_credentials_set(w.p(), &vendor, sub, credentials(&many))
            .await
            .unwrap_err();
        assert_eq!(
            error.problems()[0].code,
            "too_many",
            "together with the one that is there"
        );
        let customer = w.as_owner(&w.customer).await;
        let own =
            access_endpoints_set(w.p(), &customer, sub, endpoints("https://a.example/")).await;
        assert_eq!(own.unwrap_err().code(), "forbidden");
        assert_eq!(w.t.number(&ROWS).await, rows);
    })
    .await;
}

#[tokio::test]
async fn removal_forgets_the_way_in() {
    each_world(|w| async move {
        let sub = delivered(&w).await;
        let removal = w.deliver(sub, DeliveryKind::Remove).await;
        let vendor = w.as_owner(&w.vendor).await;
        let done = DeliveryReport {
            outcome: ReportOutcome::Succeeded,
            message: None,
        };
        delivery_report(w.p(), &vendor, removal.id, done)
            .await
            .unwrap();
        let customer = w.as_owner(&w.customer).await;
        let data = access_get(w.p(), &customer, sub).await.unwrap();
        assert!(
            data.endpoints.is_empty()
                && data.instructions.is_empty()
                && data.credentials.is_empty()
        );
        let error = credential_reveal(w.p(), &customer, sub, "password")
            .await
            .unwrap_err();
        assert_eq!(error.code(), "not_found");
    })
    .await;
}
