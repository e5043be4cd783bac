//! The use cases of this room.

mod account;
mod acting;
mod api_key;
mod bulk;
mod directory;
mod invite;
mod keep;
mod list;
mod lookup;
mod password;
mod person;
mod realm;
mod relationship;
mod session;
mod sign_up;
mod storefront;

pub use account::{
    account_close, account_close_in, account_create, account_facts, account_get, account_update,
    create_in as account_create_in, get_in as account_get_in,
};
pub use acting::{act_as_start, act_as_stop};
pub use api_key::{api_key_authenticate, api_key_create, api_key_list, api_key_revoke};
pub use bulk::{accounts_many, actors_of, depths, relationships_of_buyers};
pub use directory::{ancestry, chain, chain_get, provider, root_in, target};
pub use invite::{
    Invitation, lifetime as token_lifetime, role_set, user_invite, user_list, user_remove,
};
pub use keep::{Forgotten, forget_ended};
pub use list::{account_list, audit_list, event_list, job_count, job_list, relationship_list};
pub use lookup::{makers, vendors};
pub use password::{
    PasswordByLink, PasswordChange, email_verify, email_verify_resend, invite_accept,
    password_change, password_reset_confirm, password_reset_request,
};
pub use person::person;
pub use realm::{RealmCreate, RealmCreated, RealmInfo, realm_create, realm_get, realm_list};
pub use relationship::{
    collector_of, price_book_set_in, relationship_between, relationship_get, relationship_of,
    relationship_set, set_in as relationship_set_in,
};
pub use session::{
    membership_list, session_end, session_list, session_load, session_switch, sign_in, sign_out,
    visit_load,
};
pub use sign_up::sign_up;
pub use storefront::{
    storefront, storefront_by_host, storefront_first, storefront_list, storefront_of,
};
