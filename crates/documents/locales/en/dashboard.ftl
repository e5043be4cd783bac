# The customer dashboard.

dashboard-title = Overview
