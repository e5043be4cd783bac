//! The outbox: each mail a file and a row, once, readable by those whom it concerns.

use tradewind_accounts::service::{RealmCreate, account_create, realm_create};
use tradewind_accounts::types::{Account, AccountCreate, PersonInput};
use tradewind_accounts::{PasswordCost, Passwords};
use tradewind_connectors::{OutboxMailer, OutboxQuery, outbox_get, outbox_list};
use tradewind_kernel::id::{MailId, RealmId};
use tradewind_platform::{Mailer, OpCtx, OutgoingMail, Platform, RealmMode};
use tradewind_policy::{Principal, Role};
use tradewind_testkit::{START, each_platform};

const MESSAGE: &str = "From: a@a.example\r\nTo: b@b.example\r\nSubject: Verify\r\n\r\nhttps://t.example/verify/tok\r\n";

async fn realm(p: &Platform) -> (RealmId, Account, Account, Account) {
    let account = |name: &str| AccountCreate {
        name: name.to_owned(),
        country: "DE".to_owned(),
        email: "office@example.com".to_owned(),
        currency: Some("EUR".to_owned()),
        zone: Some("Europe/Berlin".to_owned()),
        ..AccountCreate::default()
    };
    let input = RealmCreate {
        name: "main".to_owned(),
        mode: RealmMode::Sandbox,
        starts_at: None,
        provider: account("Provider"),
        owner: PersonInput {
            email: "ada@provider.example".to_owned(),
            name: "Ada".to_owned(),
            locale: None,
        },
        password: "a long enough phrase".to_owned(),
    };
    let passwords = Passwords::new(PasswordCost::LOWEST).unwrap();
    let created = realm_create(p, &passwords, &input).await.unwrap();
    let ctx = p.system(created.realm).await.unwrap();
    let mut below = Vec::new();
    for name in ["Nordwind", "Sudwind"] {
        let input = AccountCreate {
            parent: Some(created.provider.id),
            kind: "reseller".to_owned(),
            ..account(name)
        };
        below.push(account_create(p, &ctx, &input).await.unwrap().account);
    }
    let [one, two] = below.try_into().unwrap();
    (created.realm, created.provider, one, two)
}

fn mail(realm: RealmId, account: &Account, to: &str) -> OutgoingMail {
    OutgoingMail {
        realm,
        id: MailId::generate(),
        account: account.id,
        from: "a@a.example".to_owned(),
        to: to.to_owned(),
        subject: "Verify".to_owned(),
        at: START,
        message: MESSAGE.as_bytes().to_vec(),
    }
}

async fn owner(p: &Platform, realm: RealmId, account: &Account) -> OpCtx {
    OpCtx {
        principal: Principal::user("usr", account.id, account.kind, vec![Role::Owner]),
        ..p.system(realm).await.unwrap()
    }
}

#[tokio::test]
async fn mails_are_kept_once_and_seen_by_their_sellers() {
    let migrations = [
        tradewind_accounts::MIGRATIONS,
        tradewind_connectors::MIGRATIONS,
    ];
    each_platform(&migrations, |t| async move {
        let p = &t.platform;
        let (realm, provider, one, two) = realm(p).await;
        let folder = std::env::temp_dir().join(format!("tradewind-outbox-{}", MailId::generate()));
        let mailer = OutboxMailer::new(p.clone(), &folder);
        let first = mail(realm, &one, "../../etc/passwd\"@b.example");
        mailer.send(&first).await.unwrap();
        mailer.send(&first).await.unwrap();
        let second = mail(realm, &two, "c@c.example");
        mailer.send(&second).await.unwrap();

        let mut files: Vec<String> = std::fs::read_dir(&folder)
            .unwrap()
            .map(|file| file.unwrap().file_name().into_string().unwrap())
            .collect();
        files.sort();
        let name = |mail: &OutgoingMail| format!("20240301T090000Z-{}.eml", mail.id);
        assert_eq!(files, [name(&first), name(&second)]);
        assert_eq!(
            std::fs::read_to_string(folder.join(&files[0])).unwrap(),
            MESSAGE
        );

        for (reader, ids) in [
            (&provider, vec![second.id, first.id]),
            (&one, vec![first.id]),
            (&two, vec![second.id]),
        ] {
            let ctx = owner(p, realm, reader).await;
            let page = outbox_list(p, &ctx, &OutboxQuery::default()).await.unwrap();
            let found: Vec<MailId> = page.items.iter().map(|mail| mail.id).collect();
            assert_eq!(found, ids);
        }
        let ctx = owner(p, realm, &one).await;
        let read = outbox_get(p, &ctx, first.id).await.unwrap();
        assert_eq!(
            (read.message.as_str(), read.entry.file),
            (MESSAGE, name(&first))
        );
        let error = outbox_get(p, &ctx, second.id).await.unwrap_err();
        assert_eq!(error.code(), "not_found");
        std::fs::remove_dir_all(&folder).unwrap();
    })
    .await;
}

#[tokio::test]
async fn a_folder_that_cannot_be_written_is_a_reason_to_try_later() {
    let migrations = [
        tradewind_accounts::MIGRATIONS,
        tradewind_connectors::MIGRATIONS,
    ];
    each_platform(&migrations, |t| async move {
        let (realm, provider, ..) = realm(&t.platform).await;
        let file = std::env::temp_dir().join(format!("tradewind-file-{}", MailId::generate()));
        std::fs::write(&file, "in the way").unwrap();
        let mailer = OutboxMailer::new(t.platform.clone(), file.join("outbox"));
        let mail = mail(realm, &provider, "b@b.example");
        let error = mailer.send(&mail).await.unwrap_err();
        assert_eq!(error.code(), "unavailable");
        let ctx = owner(&t.platform, realm, &provider).await;
        let page = outbox_list(&t.platform, &ctx, &OutboxQuery::default())
            .await
            .unwrap();
        assert_eq!(page.items, []);
        std::fs::remove_file(&file).unwrap();
    })
    .await;
}
