//! People: users, their roles at accounts, and the links they are mailed.

use serde::{Deserialize, Serialize};
use tradewind_kernel::{
    Locale, Timestamp,
    id::{AccountId, TokenId, UserId},
    text_enum,
};
use tradewind_policy::{AccountKind, Role};
use utoipa::ToSchema;

use super::{AccountBrief, PersonInput};

text_enum! {
    /// Whether a user may sign in.
    pub enum UserStatus("status") {
        /// Invited, has not chosen a password yet.
        Invited = "invited",
        /// May sign in.
        Active = "active",
    }
}

/// A person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct User {
    /// Its id.
    pub id: UserId,
    /// E-mail address, unique in the realm.
    pub email: String,
    /// Name.
    pub name: String,
    /// Language.
    pub locale: Locale,
    /// Whether the person may sign in.
    pub status: UserStatus,
    /// When the address was shown to be theirs.
    pub email_verified_at: Option<Timestamp>,
    /// When the user was created.
    pub created_at: Timestamp,
    /// Counts its changes.
    pub version: i64,
}

/// A person with the roles held at one account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Member {
    /// The person.
    pub user: User,
    /// The roles held at the account.
    pub roles: Vec<Role>,
}

/// An account a user belongs to, with the roles held there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Membership {
    /// The account.
    pub account: AccountBrief,
    /// The roles held at it.
    pub roles: Vec<Role>,
}

text_enum! {
    /// What a link that is sent by mail is for.
    pub enum TokenKind("kind") {
        /// Shows that an e-mail address belongs to the user.
        Verify = "verify",
        /// Sets a new password.
        Reset = "reset",
        /// Accepts an invitation and sets the first password.
        Invite = "invite",
    }
}

/// A single-use secret that was sent by mail; only its hash is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OneTimeToken {
    /// Its id.
    pub id: TokenId,
    /// What it is for.
    pub kind: TokenKind,
    /// Whose it is.
    pub user: UserId,
    /// Wall-clock time after which it does not work any more.
    pub expires_at: Timestamp,
    /// When it was used.
    pub used_at: Option<Timestamp>,
}

/// A visitor becomes a customer of a seller.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SignUp {
    /// Storefront name of the seller.
    pub storefront: String,
    /// Name of the company or person that becomes the customer.
    pub company: String,
    /// Country, ISO 3166-1 alpha-2.
    pub country: String,
    /// Name of the person who signs up.
    pub name: String,
    /// E-mail address of the person, unique in the realm.
    pub email: String,
    /// The password; never stored as it is.
    #[serde(skip_serializing)]
    pub password: String,
    /// Language; the seller's when left out.
    #[serde(default)]
    pub locale: Option<String>,
    /// IANA time zone; the seller's when left out.
    #[serde(default)]
    pub zone: Option<String>,
    /// Postal address.
    #[serde(default)]
    pub address: super::Address,
    /// Tax identification number; may be empty.
    #[serde(default)]
    pub tax_id: String,
    /// Where to go on once the address is verified: a path of the pages, such as a product with what was chosen.
    #[serde(default)]
    pub next: Option<String>,
}

/// An address that was shown to belong to its user.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Verified {
    /// The person.
    #[serde(flatten)]
    pub user: User,
    /// Where the person was going when signing up: a path of the pages.
    pub next: Option<String>,
}

/// The outcome of a sign-up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SignedUp {
    /// The customer's account.
    pub account: AccountBrief,
    /// The person, owner of the account.
    pub user: User,
}

/// Invites a person to an account, or gives a person of the realm roles at it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct UserInvite {
    /// The account.
    pub account: AccountId,
    /// Who.
    pub person: PersonInput,
    /// The roles to hold.
    pub roles: Vec<Role>,
}

/// Sets the roles of a member.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct RolesSet {
    /// The account.
    pub account: AccountId,
    /// The member.
    pub user: UserId,
    /// The roles to hold from now on; at least one.
    pub roles: Vec<Role>,
}

/// Takes a member's roles away.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct UserRemove {
    /// The account.
    pub account: AccountId,
    /// The member.
    pub user: UserId,
}

/// Payload of the job that sends a mail with a single-use link ([`crate::MAIL_JOB`]).
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct TokenMail {
    /// What the link is for.
    pub kind: TokenKind,
    /// Who gets the mail.
    pub user: UserId,
    /// The recipient's e-mail address.
    pub email: String,
    /// The recipient's name; may be empty.
    pub name: String,
    /// Language of the mail.
    pub locale: Locale,
    /// The account it is about.
    pub account: AccountId,
    /// Name of that account.
    pub account_name: String,
    /// The seller in whose name it is sent; none means the provider.
    pub storefront: Option<String>,
    /// The secret, encrypted; open it with [`TokenMail::open`].
    pub sealed: String,
}

/// A person or a program, as those who read what it did may know it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Actor {
    /// Id of the user or the API key.
    pub id: String,
    /// Name of the person (the address, where none was given) or of the key.
    pub name: String,
    /// The account it works for; of several, the first.
    pub account: AccountId,
    /// Name of that account.
    pub account_name: String,
    /// Kind of that account.
    pub account_kind: AccountKind,
    /// Whether that account is the reader's own, or one below it.
    pub is_near: bool,
}
