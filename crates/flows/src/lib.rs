//! Processes that cross rooms: order to cash, renewal, change, cancellation, dunning, usage to invoice.
