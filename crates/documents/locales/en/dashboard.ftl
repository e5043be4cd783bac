# The customer's dashboard.
