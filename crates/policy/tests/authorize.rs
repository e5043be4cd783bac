//! The whole table of who may do what, and the promises that hold across it.

use std::{fmt::Write as _, sync::LazyLock};

use tradewind_kernel::id::AccountId;
use tradewind_policy::{
    AccountKind, Action, Authorizer, Decision, Principal, PrincipalKind, ResourceKind, Role,
    Target, check_scopes,
};

/// How the asking account is related to the thing, by the columns of the table.
const RELATIONS: [&str; 8] = [
    "own",
    "own+buyer",
    "above",
    "above+seller",
    "seller",
    "buyer",
    "vendor",
    "unrelated",
];

struct World {
    authorizer: Authorizer,
    asking: AccountId,
    other: AccountId,
}

static WORLD: LazyLock<World> = LazyLock::new(|| World {
    authorizer: Authorizer::new().unwrap(),
    asking: AccountId::generate(),
    other: AccountId::generate(),
});

impl World {
    /// A thing of that kind, related like that to the asking account.
    fn target(&self, kind: ResourceKind, relation: &str) -> Target {
        let (asking, other) = (self.asking, self.other);
        let elsewhere = AccountId::generate();
        let mut target = Target::owned(kind, other, vec![other, elsewhere]);
        for part in relation.split('+') {
            match part {
                "own" => {
                    target.owner = asking;
                    target.ancestors = vec![asking, elsewhere];
                }
                "above" => target.ancestors.push(asking),
                "seller" => target.seller = Some(asking),
                "buyer" => target.buyer = Some(asking),
                "vendor" => target.vendor = Some(asking),
                "unrelated" => target = target.traded(other, elsewhere).of_vendor(elsewhere),
                unknown => panic!("{unknown}"),
            }
        }
        target
    }

    fn user(&self, account_kind: AccountKind, roles: &[Role]) -> Principal {
        Principal::user("usr_1", self.asking, account_kind, roles.to_vec())
    }

    fn decide(&self, principal: &Principal, action: Action, relation: &str) -> Decision {
        self.authorizer
            .decide(principal, action, &self.target(kind_of(action), relation))
    }

    fn allows(
        &self,
        account_kind: AccountKind,
        role: Role,
        action: Action,
        relation: &str,
    ) -> bool {
        self.decide(&self.user(account_kind, &[role]), action, relation) == Decision::Allow
    }
}

fn kind_of(action: Action) -> ResourceKind {
    action.resource().parse().unwrap()
}

fn letter(role: Role) -> char {
    match role {
        Role::Owner => 'O',
        Role::Admin => 'A',
        Role::Billing => 'B',
        Role::Catalogue => 'C',
        Role::Support => 'S',
        Role::ReadOnly => 'R',
    }
}

/// The roles that may, `-` when the thing is seen but no role may, a blank when it is hidden.
fn cell(world: &World, kind: AccountKind, action: Action, relation: &str) -> String {
    let decisions: Vec<Decision> = Role::ALL
        .iter()
        .map(|role| world.decide(&world.user(kind, &[*role]), action, relation))
        .collect();
    let hidden = decisions.iter().filter(|d| **d == Decision::Hidden).count();
    assert!(
        hidden == 0 || hidden == decisions.len(),
        "a role decides what is hidden: {action}"
    );
    if hidden > 0 {
        return String::new();
    }
    let allowed: String = Role::ALL
        .iter()
        .zip(&decisions)
        .filter(|(_, decision)| **decision == Decision::Allow)
        .map(|(role, _)| letter(*role))
        .collect();
    if allowed.is_empty() {
        "-".to_owned()
    } else {
        allowed
    }
}

#[test]
fn the_whole_table() {
    let world = &*WORLD;
    let mut table = String::from(
        "O owner, A admin, B billing, C catalogue, S support, R read-only; - seen but refused; blank: hidden\n",
    );
    for kind in AccountKind::ALL {
        write!(table, "\n{:<22}", kind.as_str()).unwrap();
        for relation in RELATIONS {
            write!(table, "{relation:<13}").unwrap();
        }
        table.push('\n');
        for action in Action::ALL {
            let mut line = format!("{:<22}", action.as_str());
            for relation in RELATIONS {
                write!(line, "{:<13}", cell(world, *kind, *action, relation)).unwrap();
            }
            table.push_str(line.trim_end());
            table.push('\n');
        }
    }
    table.push_str("\nvisitor of a storefront\n");
    let visitor = Principal::visitor(world.asking, AccountKind::Reseller);
    for action in Action::ALL {
        let words: Vec<String> = ["own", "seller"]
            .into_iter()
            .filter(|relation| world.decide(&visitor, *action, relation) != Decision::Hidden)
            .map(|relation| match world.decide(&visitor, *action, relation) {
                Decision::Allow => format!("{relation}: may"),
                _ => format!("{relation}: -"),
            })
            .collect();
        if !words.is_empty() {
            writeln!(table, "{:<22}{}", action.as_str(), words.join(", ")).unwrap();
        }
    }
    let trimmed: Vec<&str> = table.lines().map(str::trim_end).collect();
    insta::assert_snapshot!("who_may_do_what", trimmed.join("\n"));
}

#[test]
fn what_is_unrelated_is_always_hidden() {
    let world = &*WORLD;
    let everything = Role::ALL.to_vec();
    for account_kind in AccountKind::ALL {
        for principal_kind in [
            PrincipalKind::User,
            PrincipalKind::ApiKey,
            PrincipalKind::Visitor,
        ] {
            let mut principal = world.user(*account_kind, &everything);
            principal.kind = principal_kind;
            for kind in ResourceKind::ALL {
                let target = world.target(*kind, "unrelated");
                for action in Action::ALL {
                    assert_eq!(
                        world.authorizer.decide(&principal, *action, &target),
                        Decision::Hidden,
                        "{principal_kind} of a {account_kind}: {action} on {kind}"
                    );
                }
            }
        }
    }
}

#[test]
fn a_buyer_never_learns_of_price_books_terms_or_ledgers() {
    let world = &*WORLD;
    for account_kind in AccountKind::ALL {
        let principal = world.user(*account_kind, Role::ALL);
        for kind in [
            ResourceKind::PriceBook,
            ResourceKind::Relationship,
            ResourceKind::Ledger,
        ] {
            for relation in ["buyer", "vendor"] {
                for action in Action::ALL {
                    let target = world.target(kind, relation);
                    let decision = world.authorizer.decide(&principal, *action, &target);
                    assert_eq!(
                        decision,
                        Decision::Hidden,
                        "{account_kind} as {relation}: {action} on {kind}"
                    );
                }
            }
        }
    }
}

#[test]
fn a_visitor_of_a_storefront_sees_nothing_of_the_account_behind_it() {
    let world = &*WORLD;
    // Even one that was given roles by mistake.
    let mut visitor = world.user(AccountKind::Reseller, Role::ALL);
    visitor.kind = PrincipalKind::Visitor;
    for kind in ResourceKind::ALL {
        let shelf = matches!(kind, ResourceKind::Product | ResourceKind::Quote);
        for relation in &RELATIONS[..7] {
            for action in Action::ALL {
                let decision =
                    world
                        .authorizer
                        .decide(&visitor, *action, &world.target(*kind, relation));
                let looks = matches!(action, Action::ProductView | Action::QuoteCreate);
                match decision {
                    Decision::Hidden => {
                        assert!(!shelf || *relation == "vendor" || *relation == "buyer")
                    }
                    Decision::Allow => assert!(shelf && looks, "{action} on {kind}"),
                    Decision::Denied { .. } => assert!(shelf && !looks, "{action} on {kind}"),
                }
            }
        }
    }
}

#[test]
fn the_platform_itself_may_do_everything() {
    let world = &*WORLD;
    let system = Principal::system(world.asking);
    for action in Action::ALL {
        for relation in RELATIONS {
            assert_eq!(
                world.decide(&system, *action, relation),
                Decision::Allow,
                "{action}"
            );
        }
    }
}

#[test]
fn a_user_without_a_role_may_do_nothing() {
    let world = &*WORLD;
    for kind in AccountKind::ALL {
        let nobody = world.user(*kind, &[]);
        for action in Action::ALL {
            for relation in RELATIONS {
                assert_ne!(
                    world.decide(&nobody, *action, relation),
                    Decision::Allow,
                    "{kind}: {action}"
                );
            }
        }
    }
}

#[test]
fn roles_add_up() {
    let world = &*WORLD;
    for kind in AccountKind::ALL {
        for action in Action::ALL {
            for relation in RELATIONS {
                let alone = |role| world.allows(*kind, role, *action, relation);
                let both = world.user(*kind, &[Role::Billing, Role::Catalogue]);
                assert_eq!(
                    world.decide(&both, *action, relation) == Decision::Allow,
                    alone(Role::Billing) || alone(Role::Catalogue)
                );
                let any = Role::ALL.iter().any(|role| alone(*role));
                assert_eq!(
                    any,
                    alone(Role::Owner),
                    "an owner may whatever anyone may: {action}"
                );
                let admin = any && *action != Action::UserManageOwners;
                assert_eq!(
                    admin,
                    alone(Role::Admin),
                    "an admin all but changing owners: {action}"
                );
                let looks = action.verb() == "view" || *action == Action::QuoteCreate;
                assert!(
                    looks || !alone(Role::ReadOnly),
                    "read-only changes nothing: {action}"
                );
            }
        }
    }
}

#[test]
fn every_action_is_open_to_someone() {
    let world = &*WORLD;
    for action in Action::ALL {
        let open = AccountKind::ALL.iter().any(|kind| {
            RELATIONS
                .iter()
                .any(|relation| world.allows(*kind, Role::Owner, *action, relation))
        });
        assert!(open, "nobody may {action}");
    }
}

#[test]
fn only_the_selling_side_approves_and_only_the_buying_side_pays() {
    let world = &*WORLD;
    let allows = |kind, action, relation| world.allows(kind, Role::Owner, action, relation);
    assert!(allows(
        AccountKind::Reseller,
        Action::OrderApprove,
        "above+seller"
    ));
    assert!(!allows(
        AccountKind::Customer,
        Action::OrderApprove,
        "own+buyer"
    ));
    assert!(!allows(AccountKind::Customer, Action::OrderApprove, "own"));
    assert!(!allows(
        AccountKind::Reseller,
        Action::InvoiceIssue,
        "buyer"
    ));
    assert!(allows(
        AccountKind::Customer,
        Action::PaymentPay,
        "own+buyer"
    ));
    assert!(!allows(
        AccountKind::Reseller,
        Action::PaymentPay,
        "above+seller"
    ));
    assert!(allows(
        AccountKind::Customer,
        Action::AccessDataView,
        "own+buyer"
    ));
    assert!(!allows(
        AccountKind::Provider,
        Action::AccessDataView,
        "above"
    ));
    assert!(!allows(
        AccountKind::Vendor,
        Action::AccessDataView,
        "vendor"
    ));
}

#[test]
fn scopes_narrow_what_a_key_may() {
    let world = &*WORLD;
    let key = |scopes: &[&str]| Principal {
        kind: PrincipalKind::ApiKey,
        scopes: Some(scopes.iter().map(|s| (*s).to_owned()).collect()),
        ..world.user(AccountKind::Customer, &[Role::Admin])
    };
    let may = |scopes: &[&str], action| {
        world.decide(&key(scopes), action, "own+buyer") == Decision::Allow
    };
    let (view, change, order) = (
        Action::SubscriptionView,
        Action::SubscriptionChange,
        Action::OrderView,
    );
    for (scopes, expected) in [
        (&["subscription.view"][..], [true, false, false]),
        (&["subscription.*"], [true, true, false]),
        (&["*.view"], [true, false, true]),
        (&["*"], [true, true, true]),
        (&["*.*"], [true, true, true]),
        (&["order.view", "subscription.change"], [false, true, true]),
        (&[], [false, false, false]),
        (
            &[
                "subscription",
                "view",
                "",
                ".",
                "subscription.",
                ".view",
                "Subscription.view",
                "subscription.view.x",
            ],
            [false; 3],
        ),
    ] {
        assert_eq!(
            [view, change, order].map(|action| may(scopes, action)),
            expected,
            "{scopes:?}"
        );
    }
    assert_eq!(
        world.decide(&key(&["order.*"]), view, "own"),
        Decision::Denied {
            reason: "the scopes of the API key do not include subscription.view".to_owned()
        }
    );
    assert_eq!(
        world.decide(&key(&["*"]), view, "unrelated"),
        Decision::Hidden
    );
}

#[test]
fn scopes_never_give_more_than_the_roles() {
    let world = &*WORLD;
    for kind in AccountKind::ALL {
        for action in Action::ALL {
            for relation in RELATIONS {
                let user = world.user(*kind, &[Role::Billing]);
                let key = Principal {
                    scopes: Some(vec!["*".to_owned()]),
                    ..user.clone()
                };
                let narrow = Principal {
                    scopes: Some(vec!["invoice.*".to_owned()]),
                    ..user.clone()
                };
                let decision = world.decide(&user, *action, relation);
                assert_eq!(world.decide(&key, *action, relation), decision);
                let narrowed = world.decide(&narrow, *action, relation);
                assert!(narrowed != Decision::Allow || decision == Decision::Allow);
                assert_eq!(narrowed == Decision::Hidden, decision == Decision::Hidden);
            }
        }
    }
}

#[test]
fn programs_do_not_act_as_someone_else() {
    let world = &*WORLD;
    let staff = world.user(AccountKind::Reseller, &[Role::Support]);
    let target = world.target(ResourceKind::Account, "above");
    let decide = |principal: &Principal| {
        world
            .authorizer
            .decide(principal, Action::SessionActAs, &target)
    };
    assert_eq!(decide(&staff), Decision::Allow);
    let key = Principal {
        kind: PrincipalKind::ApiKey,
        ..staff.clone()
    };
    assert!(matches!(decide(&key), Decision::Denied { .. }));
    let own = world.target(ResourceKind::Account, "own");
    assert!(matches!(
        world.authorizer.decide(&staff, Action::SessionActAs, &own),
        Decision::Denied { .. }
    ));
}

#[test]
fn a_refusal_says_what_it_would_take() {
    let world = &*WORLD;
    let reason = |kind, role, action, relation| match world.decide(
        &world.user(kind, &[role]),
        action,
        relation,
    ) {
        Decision::Denied { reason } => reason,
        other => panic!("{other:?}"),
    };
    assert_eq!(
        reason(
            AccountKind::Reseller,
            Role::ReadOnly,
            Action::OrderApprove,
            "above+seller"
        ),
        "order.approve needs one of the roles owner, admin, support"
    );
    assert_eq!(
        reason(
            AccountKind::Customer,
            Role::Owner,
            Action::OrderApprove,
            "own+buyer"
        ),
        "order.approve is not open to a customer in this relation to the order"
    );
}

#[test]
fn scopes_that_cover_nothing_are_refused() {
    let check =
        |scopes: &[&str]| check_scopes(&scopes.iter().map(|s| (*s).to_owned()).collect::<Vec<_>>());
    assert!(check(&["*", "*.*", "*.view", "order.*", "usage.report"]).is_ok());
    assert!(check(&[]).is_ok());
    let error = check(&["order.view", "order.eat", "cake.*", ""]).unwrap_err();
    let fields: Vec<&str> = error.problems().iter().map(|p| p.field.as_str()).collect();
    assert_eq!(fields, ["scopes.1", "scopes.2", "scopes.3"]);
    assert_eq!(
        error.problems()[0].message,
        "\"order.eat\" covers no action; expected order.* or one of order.view, order.place, order.approve, \
         order.retry, order.cancel"
    );
    assert!(
        error.problems()[1]
            .message
            .contains("one of account, user, api_key"),
        "{error}"
    );
}
