# The panels of sellers and vendors.

panel-title = Control panel
