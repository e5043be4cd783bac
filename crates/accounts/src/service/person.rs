//! People as the operator of the installation finds them.

use tradewind_kernel::{Error, Result, id::RealmId, text::normal_email};
use tradewind_platform::Platform;

use super::session::{memberships, user_with_email};
use crate::types::{Membership, User};

/// A person of the realm by e-mail address, with the accounts in business that the person belongs to, the oldest first.
/// For the operator of the installation (command line): whoever runs the program may.
///
/// # Errors
/// `malformed_email`; [`Error::NotFound`] when nobody has the address.
pub async fn person(p: &Platform, realm: RealmId, email: &str) -> Result<(User, Vec<Membership>)> {
    let address = normal_email("email", email)?;
    let found = user_with_email(p, realm, &address).await?;
    let user = found.map(|found| found.user).ok_or(Error::NotFound {
        kind: "user",
        id: address,
    })?;
    let memberships = memberships(p, realm, user.id).await?;
    Ok((user, memberships))
}
