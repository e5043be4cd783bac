# The panels of sellers and vendors.
