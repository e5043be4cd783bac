//! Which roles someone may give, take away or put on a key.

use tradewind_kernel::{Error, Problems, Result};
use tradewind_policy::{Action, Principal, Role, rules::in_scope};

/// Checks a set of roles that is about to be given; each once, in the order of the roles.
///
/// # Errors
/// Names the field `roles` when there are none.
pub fn check_roles(roles: &[Role]) -> Result<Vec<Role>> {
    if roles.is_empty() {
        return Err(Error::invalid(
            "roles",
            "required",
            "expected at least one role: owner, admin, billing, catalogue, support or read_only",
        ));
    }
    let mut distinct = roles.to_vec();
    distinct.sort_unstable();
    distinct.dedup();
    Ok(distinct)
}

/// Whether a change makes someone an owner, or changes what an owner may do.
#[must_use]
pub fn touches_owners(before: &[Role], after: &[Role]) -> bool {
    before.contains(&Role::Owner) || after.contains(&Role::Owner)
}

/// An account keeps at least one owner.
///
/// # Errors
/// `last_owner`.
pub fn check_owner_remains(before: &[Role], after: &[Role], other_owners: i64) -> Result<()> {
    let loses_owner = before.contains(&Role::Owner) && !after.contains(&Role::Owner);
    if loses_owner && other_owners == 0 {
        return Err(Error::conflict(
            "last_owner",
            "this is the account's last owner; make someone else an owner first",
        ));
    }
    Ok(())
}

/// Staff acting as a customer use its services, but not its keys to the house.
///
/// # Errors
/// `not_while_acting`.
pub fn check_not_acting(acting: bool) -> Result<()> {
    if acting {
        return Err(Error::refused(
            "not_while_acting",
            "people, passwords and API keys are managed by the account's own people; stop acting first",
        ));
    }
    Ok(())
}

/// A key made by a key has no more power than its maker.
///
/// # Errors
/// Names `scopes` when one covers no action, when there are none in the list, or when the maker lacks them.
pub fn check_scopes(maker: &Principal, scopes: Option<&[String]>) -> Result<()> {
    let wider = "a key that is limited to some actions can only make keys limited to those";
    let Some(scopes) = scopes else {
        return match maker.scopes {
            Some(_) => Err(Error::invalid("scopes", "wider_than_own", wider)),
            None => Ok(()),
        };
    };
    if scopes.is_empty() {
        return Err(Error::invalid(
            "scopes",
            "required",
            "expected at least one action, or no scopes at all for everything the roles allow",
        ));
    }
    tradewind_policy::check_scopes(scopes)?;
    let mut problems = Problems::new();
    if let Some(own) = &maker.scopes {
        for (position, scope) in scopes.iter().enumerate() {
            let wanted = std::slice::from_ref(scope);
            let held = Action::ALL
                .iter()
                .filter(|action| in_scope(Some(wanted), **action))
                .all(|action| in_scope(Some(own), *action));
            if !held {
                problems.add(format!("scopes.{position}"), "wider_than_own", wider);
            }
        }
    }
    problems.finish()
}

#[cfg(test)]
mod tests {
    use super::*;
    use tradewind_kernel::id::AccountId;
    use tradewind_policy::AccountKind;

    fn key(scopes: &[&str]) -> Principal {
        let mut maker = Principal::user(
            "key",
            AccountId::generate(),
            AccountKind::Reseller,
            vec![Role::Owner],
        );
        maker.scopes = Some(scopes.iter().map(ToString::to_string).collect());
        maker
    }

    fn asked(maker: &Principal, scopes: &[&str]) -> Result<()> {
        let scopes: Vec<String> = scopes.iter().map(ToString::to_string).collect();
        check_scopes(maker, Some(&scopes))
    }

    #[test]
    fn a_limited_key_makes_no_wider_key() {
        let maker = key(&["order.*", "api_key.manage"]);
        assert!(asked(&maker, &["order.view", "order.place"]).is_ok());
        assert!(asked(&maker, &["order.*"]).is_ok());
        assert_eq!(
            asked(&maker, &["order.view", "invoice.view"])
                .unwrap_err()
                .problems()[0]
                .field,
            "scopes.1"
        );
        assert_eq!(
            asked(&maker, &["*"]).unwrap_err().problems()[0].code,
            "wider_than_own"
        );
        assert_eq!(
            check_scopes(&maker, None).unwrap_err().problems()[0].code,
            "wider_than_own"
        );
    }

    #[test]
    fn scopes_must_exist_and_not_be_an_empty_list() {
        let maker = Principal::system(AccountId::generate());
        assert!(check_scopes(&maker, None).is_ok());
        assert_eq!(
            asked(&maker, &[]).unwrap_err().problems()[0].code,
            "required"
        );
        assert_eq!(
            asked(&maker, &["order.fly"]).unwrap_err().problems()[0].field,
            "scopes.0"
        );
    }

    #[test]
    fn the_last_owner_stays() {
        use Role::{Admin, Owner};
        assert!(check_owner_remains(&[Owner], &[Owner, Admin], 0).is_ok());
        assert!(check_owner_remains(&[Owner], &[Admin], 1).is_ok());
        assert!(check_owner_remains(&[Admin], &[], 0).is_ok());
        assert_eq!(
            check_owner_remains(&[Owner], &[], 0).unwrap_err().code(),
            "last_owner"
        );
    }
}
