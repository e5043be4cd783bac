//! A visitor becomes a customer.

use serde_json::json;
use tradewind_kernel::{
    Error, Problems, Result,
    id::{AccountId, UserId},
    text::{normal_email, trimmed},
};
use tradewind_platform::{NewEvent, OpCtx, Platform, Work, args};
use tradewind_policy::Role;

use super::{account, invite::Invitation};
use crate::{
    passwords::Passwords,
    rules,
    store::{self, account::ACCOUNT_BY_SLUG, user::NEXT_KEEP},
    types::{
        Account, AccountBrief, AccountCreate, AccountStatus, SignUp, SignedUp, TaxData, TokenKind,
        User, UserStatus,
    },
};

/// Makes a customer account under the seller of a storefront, on the seller's usual terms and default price book, with
/// its first owner, who gets a mail to show that the address is theirs. Open to everybody.
///
/// # Errors
/// Names every field that is wrong, a taken e-mail address among them; [`Error::NotFound`] when there is no such
/// storefront.
pub async fn sign_up(
    p: &Platform,
    passwords: &Passwords,
    ctx: &OpCtx,
    input: &SignUp,
) -> Result<SignedUp> {
    check(input)?;
    let hash = passwords.hash(&input.password).await?;
    let invitation = Invitation::new(p, ctx.realm)?;
    p.command(ctx, "user.sign_up", input, move |w, input| {
        let (hash, invitation) = (hash.clone(), invitation.clone());
        Box::pin(async move { create(w, input, &hash, &invitation).await })
    })
    .await
}

/// What can be said before anything is looked up, and before the password is hashed.
fn check(input: &SignUp) -> Result<()> {
    let mut problems = Problems::new();
    problems.check(trimmed("company", &input.company, 1, 120));
    problems.check(trimmed("name", &input.name, 1, 120));
    problems.check(normal_email("email", &input.email));
    problems.check(rules::password::check_password(
        "password",
        &input.password,
        &input.email,
    ));
    if let Some(next) = &input.next {
        problems.check(rules::place::check_place("next", next));
    }
    problems.finish()
}

async fn create(
    w: &mut Work,
    input: &SignUp,
    password_hash: &str,
    invitation: &Invitation,
) -> Result<SignedUp> {
    let realm = w.ctx.realm;
    let seller: Option<Account> =
        w.tx.opt(&ACCOUNT_BY_SLUG, args![realm, input.storefront])
            .await?;
    let seller = seller
        .filter(|seller| seller.status == AccountStatus::Active && rules::tree::sells(seller.kind))
        .ok_or_else(|| Error::NotFound {
            kind: "storefront",
            id: input.storefront.chars().take(60).collect(),
        })?;
    let facts = AccountCreate {
        parent: Some(seller.id),
        kind: "customer".to_owned(),
        name: input.company.clone(),
        country: input.country.clone(),
        email: input.email.clone(),
        locale: input.locale.clone(),
        zone: input.zone.clone(),
        address: input.address.clone(),
        tax: TaxData {
            tax_id: input.tax_id.clone(),
            ..TaxData::default()
        },
        ..AccountCreate::default()
    };
    let account = rules::account::new_account(AccountId::generate(), &seller, &facts, w.ctx.now)
        .map_err(named_as_asked)?;
    let user = User {
        id: UserId::generate(),
        email: account.email.clone(),
        name: input.name.trim().to_owned(),
        locale: account.locale,
        status: UserStatus::Active,
        email_verified_at: None,
        created_at: w.ctx.now,
        version: 1,
    };
    store::user::insert(&mut w.tx, realm, &user, Some(password_hash)).await?;
    let created = account::found(w, &seller, account, &facts).await?;
    let account = created.account;
    store::user::set_roles(&mut w.tx, realm, account.id, user.id, &[Role::Owner]).await?;
    if let Some(next) = &input.next {
        let kept = args![realm, user.id, next, w.wall()];
        w.tx.exec(&NEXT_KEEP, kept).await?;
    }
    let about = (account.id, account.name.as_str());
    invitation
        .send(w, TokenKind::Verify, &user, about, seller.slug.clone())
        .await?;
    w.emit(NewEvent {
        kind: "user.signed_up",
        subject: user.id.to_string(),
        account: account.id,
        data: json!({ "account": account.id, "seller": seller.id }),
    });
    Ok(SignedUp {
        account: AccountBrief::from(&account),
        user,
    })
}

/// The account's facts under the names they have in a sign-up.
fn named_as_asked(error: Error) -> Error {
    let Error::Invalid(mut problems) = error else {
        return error;
    };
    for problem in &mut problems {
        match problem.field.as_str() {
            "name" => problem.field = "company".to_owned(),
            "tax.tax_id" => problem.field = "tax_id".to_owned(),
            _ => {}
        }
    }
    Error::Invalid(problems)
}
