//! Products, plans, items, parameters, price books and their revisions.
