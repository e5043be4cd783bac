//! Who may do what: the authorisation policies and their evaluation.
