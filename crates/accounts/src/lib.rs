//! Account tree, trading relationships, users, roles, sessions and API keys.
