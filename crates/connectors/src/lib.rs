//! Adapters behind the payment, mail and webhook ports.
