# Shop, signing in, and words of every page.

# Words of every page
skip-to-content = Skip to content
w-actions = Actions
w-apply = Apply
w-remove-filter = Remove filter
w-clear-filters = Clear all filters
w-first-page = First page
w-next-page = Next page
w-copy = Copy
w-copied = Copied
w-show = Show
w-hide = Hide
w-optional = optional
w-less = Less
w-more = More
w-change = Change
w-save = Save
w-cancel = Cancel
w-back = Back
w-all = All
w-none = None
w-yes = Yes
w-no = No
w-done = done
w-missing = missing
w-not-included = not included:
w-pay-now = Pay now
list-shown = { $count ->
    [one] { $count } row on this page
   *[other] { $count } rows on this page
}
list-no-match = Nothing matches
list-no-match-text = No entry fits this search and these filters.
form-problems = Please check these fields
toast-offline = The server cannot be reached. Please try again.
access-failed = This could not be shown.
palette-title = Go to
palette-hint = Page, customer, order, invoice …
palette-open = Search
palette-results = Results
palette-none = Nothing found.
prefs = Display and language
theme = Theme
theme-system = As the system
theme-light = Light
theme-dark = Dark
language = Language
currency = Currency
your-account = Your account:
your-pages = Your pages
toolbar = Page and account
crumbs = Where you are
footer = About this shop
acting-label = Acting as a customer
acting-as = You act as { $account }.
acting-end = Stop
sandbox = Sandbox
clock-moving = Moving to
clock-travel-to = Move the clock to
clock-travel = Travel
clock-day = +1 day
clock-month = +1 month
nav-main = Main navigation
nav-menu = Menu
nav-catalogue = Catalogue
nav-storefront = Shop
nav-api-docs = API
nav-terms = Terms
nav-privacy = Privacy
nav-imprint = Imprint

# The catalogue and its products
search-products = Search products
facets = Filters
facet-price = Price
facet-from = from
facet-to = to
facet-price-chip = Price { $low }–{ $high }
sort = Sort by
sort-name = Name
sort-price = Price, lowest first
sort-price-down = Price, highest first
products-found = { $count ->
    [one] { $count } product
   *[other] { $count } products
}
catalogue-no-match = No product matches
catalogue-no-match-text = Remove a filter or search for something else.
catalogue-empty = Nothing is on sale yet
catalogue-empty-text = Products appear here as soon as they are published.
trial-days = { $count ->
    [one] { $count }-day trial
   *[other] { $count }-day trial
}
needs-approval = Needs approval
term-month = { $count ->
    [one] { $count } month term
   *[other] { $count } months term
}
term-year = { $count ->
    [one] { $count } year term
   *[other] { $count } years term
}
term-week = { $count ->
    [one] { $count } week term
   *[other] { $count } weeks term
}
term-day = { $count ->
    [one] { $count } day term
   *[other] { $count } days term
}
term-hour = { $count ->
    [one] { $count } hour term
   *[other] { $count } hours term
}
product-by = by { $vendor }
product-plans = Plans
product-plan = Plan
plan-chosen = Chosen
plan-choose = Choose
product-configure = Configure
product-about = About
product-compare = Plans compared
product-feature = Feature
product-order = Continue to order
approval-title = Needs an approval
approval-before-order = The seller looks at your order before it is delivered. Nothing is charged before that.

# Prices
price-from = from
price-introductory = for { $time }, then { $then } { $every }
price-introduced = { $price } for { $time }, then { $then }
price-introduced-once = { $price } for { $time } for new customers, then { $then }
price-phase = From { $date }, without the introductory price
time-hour = { $count ->
    [one] { $count } hour
   *[other] { $count } hours
}
time-day = { $count ->
    [one] { $count } day
   *[other] { $count } days
}
time-week = { $count ->
    [one] { $count } week
   *[other] { $count } weeks
}
time-month = { $count ->
    [one] { $count } month
   *[other] { $count } months
}
time-year = { $count ->
    [one] { $count } year
   *[other] { $count } years
}
price-once = once
price-with-tax = incl. { $tax }
price-plus-tax = plus { $tax }
price-by-use = by use
price-one-time = One-time
price-recurring = Recurring
price-recurring-every = Recurring, { $every }
price-metered = Billed by use, afterwards
price-per-unit = { $price } per { $unit }
price-credit = Credit for unused time
price-discount-until = until { $date }
price-discount-lasting = with every invoice
align-with = Billed together with
align-with-none = Nothing else
align-with-next = { $name } – next on { $date }
align-with-hint = Its first period ends on that day, and both are billed together from then on.
coupon-code = Coupon code
coupon-refused = The coupon cannot be redeemed
price-net = Net
price-due-now = Due now
bundle-title = Bundle
bundle-parts = What is in it
bundle-plan = Plan
bundle-regular = By itself
bundle-saves = Saved in the bundle
bundle-saved-now = Saved now
bundle-next = With the next invoices
bundle-saved-next = Saved on them
bundle-with-tax = with tax
bundle-buy = Order the bundle
bundle-order = Order
bundle-checkout-lead = All of it is ordered, or nothing. Each plan becomes a subscription of its own.
bundle-ordered = The bundle is ordered.
price-next = Next invoice, { $date }
price-plus-usage = plus what is used
price-summary = Your price
price-incomplete = Fill in the form to see the price.

# Ordering
checkout-title = Order
checkout-lead = You see everything that will be charged before you order.
checkout-steps = Steps of the order
checkout-configure = Configuration
checkout-details = Details and payment
checkout-done = Confirmation
checkout-details-heading = Invoice address and payment
checkout-accept = I accept: { $title }
checkout-place = Order with obligation to pay
placed-title = Thank you, we have your order
placed-lead = Order { $number }. You also get this by e-mail.
placed-follow = Follow the order
placed-next = What happens next
order-progress = Progress

# Signing up and in
sign-in = Sign in
sign-in-lead = Welcome back to { $brand }.
sign-up = Create account
sign-up-lead = Order and manage services at { $brand }.
sign-up-have = I have an account
sign-out = Sign out
forgot-link = Forgot password?
forgot-title = Forgot password
forgot-lead = We send you a link to choose a new one.
forgot-send = Send link
back-to-sign-in = Back to sign-in
reset-title = Choose a new password
reset-save = Save password
invitation-title = You are invited
invitation-lead = Choose a password, and you can sign in.
invitation-accept = Accept invitation
verify-sent-title = Confirm your e-mail address
verify-sent-text = We have sent a link to { $email }. Open it to finish your sign-up.
reset-sent-title = Look into your mail
reset-sent-text = If there is an account for { $email }, a link to choose a new password is on its way.
verify-again = Send again
verified-title = E-mail address confirmed
verified-text = Your account is ready.
link-expired-title = This link is no longer valid
link-expired-text = It was used already or has expired. Ask for a new one.
password-changed-title = Password changed
password-changed-text = You can sign in with it now.
demo-link = Demo sign-ins
demo-outbox = Open the demo outbox
demo-title = Demo
demo-lead = Step into any role of the demo world. It is a sandbox: nothing here costs anything.
demo-shops = Shops
demo-people = People
demo-who = Who
f-email = E-mail
f-password = Password
f-new-password = Password
f-new-password-hint = At least 12 characters.
f-company = Company
f-name = Your name
f-country = Country
f-street = Street and number
f-postal-code = Postal code
f-city = City
f-tax-id = VAT ID
f-tax-id-hint = With a valid one from another EU country the reverse charge applies.
f-tax-number = Tax ID
f-reference = Your reference
f-reference-hint = Printed on invoices, for example an order number.
f-order-number = Order number
f-order-number-hint = Of your purchase order; stands on the invoices.
f-cost-centre = Cost centre
f-cost-centre-hint = Or project; stands beside the lines of the invoices.
f-separate = Invoice separately
f-separate-hint = Not on one invoice with other subscriptions.
f-payment = Payment

# What went wrong
error-403 = You may not do this
error-403-text = Your role does not include it. An owner or admin of your account can change that.
error-404 = Not found
error-404-text = There is no such page, or it is not yours to see.
error-409 = Someone else was faster
error-409-text = This has changed since you opened it. Nothing of yours was saved; open it again and decide anew.
error-422 = This cannot be done
error-422-text = Something in the request does not fit. Nothing was changed.
error-429 = Too many tries
error-429-text = Please wait a little and try again.
error-500 = Something broke on our side
error-500-text = It was recorded. Nothing was half done: what you sent either happened as a whole or not at all.
error-503 = Not available right now
error-503-text = Please try again in a moment.
error-request = Request
error-home = Go on

# States
state-active = Active
state-running = Running
state-done = Done
state-completed = Completed
state-paid = Paid
state-succeeded = Succeeded
state-authorised = Held
state-voided = Let go
state-charged-back = Taken back
state-delivered = Delivered
state-published = Published
state-accepted = Accepted
state-current = Current
state-verified = Verified
state-sent = Sent
state-processed = Processed
state-assigned = Assigned
state-billed = Billed
state-trial = Trial
state-provisioning = Being set up
state-delivering = Delivering
state-leased = Running
state-executing = Running
state-in-progress = In progress
state-importing = Importing
state-changing = Changing
state-removing = Being removed
state-validating = Checking
state-processing = Processing
state-ready = Ready
state-planned = Planned
state-scheduled = Scheduled
state-ordered = Ordered
state-queued = Queued
state-pending-approval = Waits for approval
state-awaiting-approval = Waits for approval
state-pending-payment = Waits for payment
state-awaiting-payment = Waits for payment
state-requires-action = Confirmation needed
state-action-required = Confirmation needed
state-pending = Pending
state-waiting = Waiting
state-count = Will count
state-count-later = Will count later
state-counted = Counted
state-discarded = Discarded
state-waiting-retry = Will be retried
state-retrying = Will be retried
state-graced = Payment overdue
state-past-due = Past due
state-held = Held
state-expiring = Expires soon
state-unverified = Not confirmed
state-open = Open
state-issued = Issued
state-overdue = Overdue
state-failed = Failed
state-interrupted = Cut off
state-dead = Given up
state-rejected = Rejected
state-refused = Refused
state-declined = Declined
state-suspended = Suspended
state-stopped = Stopped
state-hold = On hold
state-cancelled = Cancelled
state-terminated = Ended
state-removed = Removed
state-expired = Expired
state-void = Void
state-written-off = Written off
state-revoked = Revoked
state-withdrawn = Withdrawn
state-reversed = Reversed
state-unmatched = To be assigned
state-matched = Matched
state-ignored = Ignored
state-outgoing = Went out
state-draft = Draft
state-not-provisioned = Not set up
state-past = Past
state-skipped = Skipped
price-trial-until = Free until { $date }
price-included = { $quantity } included
price-pooled = counted over all subscriptions together
price-prepaid-per = for each unit of { $item }
price-prepaid-months = { $months ->
    [one] what is left is kept for { $months } more month
   *[other] what is left is kept for { $months } more months
}
price-prepaid-always = what is left is kept
price-prepaid-at-most = up to { $quantity } of it
order-customers-only = You are signed in for a company that sells. Sign in as a customer of this shop to order.
pay-stored-hint = Charged when you order
pay-transfer-hint = Delivered when the money has arrived
pay-new-card = Another card
pay-new-card-hint = Asked for on the next page
delivery-promise-automatic = Set up automatically
delivery-promise-manual = Set up by the vendor's team
card-name = { $brand } ending in { $last }
order-next-pending = We are checking your order.
order-next-awaiting-approval = The seller has to approve this order. You get an e-mail when that has happened.
order-next-awaiting-payment = It is delivered as soon as it is paid. The invoice has been sent to you.
order-next-delivering = The vendor is setting it up. You get an e-mail when it is ready.
order-next-completed = It is ready: you find the access data with your subscription.
order-next-failed = Something went wrong. It has been reported and will be tried again.
order-next-rejected = The seller has not approved this order. Nothing is charged.
order-next-cancelled = This order was cancelled. Nothing is charged.
f-registration = Registration
who-person = Someone else
who-program = A program
who-platform = Automatic
terms-version = Version { $version }
facet-tags = Topics

commitment = Commitment
commitment-at-least = at least { $amount } { $every }
commitment-at-most = at most { $amount } { $every }
commitment-quantity = { $quantity } { $item } { $every }
commitment-least = at least { $amount }
commitment-most = at most { $amount }
commitment-used = { $used } of { $quantity } { $item }
commitments = Commitments
commitment-so-far = So far
commitment-settled = Settled with
prepaid = Prepaid quantities
prepaid-carried = Carried over
prepaid-granted = This month
prepaid-used = Used
prepaid-left = Left
prepaid-lapses = Lapses
prepaid-lapses-on = { $quantity } on { $date }
prepaid-lapses-never = { $quantity } not at all
