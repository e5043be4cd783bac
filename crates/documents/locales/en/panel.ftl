# The panels of sellers and vendors.

# Navigation
nav-customers = Customers
nav-products = Products
nav-listings = Listings
nav-price-books = Price books
nav-relationships = Relationships
nav-invoices-issued = Invoices issued
nav-invoices-received = Invoices received
nav-payments = Payments
nav-usage = Usage imports
nav-late-usage = Late usage
nav-billing-runs = Billing runs
nav-ledger = Ledger
nav-tasks = Tasks
nav-deliveries = Deliveries
nav-jobs = Jobs
nav-events = Events
nav-mails = Mails
nav-webhooks = Webhooks
nav-g-catalogue = Catalogue
nav-g-billing = Billing
nav-g-operations = Operations
nav-g-integration = Integration

# Home
home-work-queue = Waiting for you
home-nothing-waits = Nothing waits
kpi-subscriptions = Active subscriptions
kpi-open = Open invoices
kpi-overdue = Overdue
wait-approvals = { $count ->
    [one] { $count } order waits for approval
   *[other] { $count } orders wait for approval
}
wait-payments = { $count ->
    [one] { $count } payment to record
   *[other] { $count } payments to record
}
wait-usage = { $count ->
    [one] { $count } usage record without owner
   *[other] { $count } usage records without owner
}
wait-jobs = { $count ->
    [one] { $count } job given up
   *[other] { $count } jobs given up
}
wait-deliveries = { $count ->
    [one] { $count } delivery failing
   *[other] { $count } deliveries failing
}
wait-tasks = { $count ->
    [one] { $count } task to do by hand
   *[other] { $count } tasks to do by hand
}
wait-overdue = { $count ->
    [one] { $count } invoice overdue
   *[other] { $count } invoices overdue
}

# Customers and relationships
customers-search = Name or e-mail
customers-none = No customers yet
customers-none-text = They sign up in your shop, or you add them here.
customer-add = Add account
customer-add-text = The contact gets an e-mail to choose a password.
account-kind-customer = Customer
account-kind-reseller = Reseller
account-kind-distributor = Distributor
account-kind-provider = Provider
account-kind-vendor = Vendor
account-tab-subscriptions = Subscriptions
account-tab-orders = Orders
account-tab-invoices = Invoices
account-tab-users = Users
account-tab-activity = Activity
account-money = Money
act-as = Act as this account
act-as-text = You see and do what they can. Everything is recorded under your name, with this reason.
relationships-lead = Who you sell to and buy from, and on which terms.
relationships-none = No relationships yet
relationships-none-text = One begins when a buyer is added below you.
relationship-save = Change terms
relationship-save-text = Running subscriptions keep the prices they were sold at.
rel-buyer = buys from you
rel-seller = sells to you
f-price-book = Price book
f-credit-limit = Credit limit

# Price books
price-books-lead = What your buyers pay. A revision that is current is never changed: a new one takes over from its date.
price-books-none = No price books yet
price-books-none-text = Make one, then say what is sold from it and for how much.
price-book-add = New price book
price-book-add-text = Its currency cannot be changed later.
price-book-buyers = Assigned to
price-book-no-buyers = Nobody buys from this price book yet.
f-book-name = Name
f-markup = Markup on everything
revisions = Revisions
revision-number = Revision { $number }
revision-new = New revision
revision-affected = { $count ->
    [one] { $count } running subscription takes the new price at its next renewal; new orders get it at once.
   *[other] { $count } running subscriptions take the new prices at their next renewal; new orders get them at once.
}
revision-save = Save revision
price-policy-tax = Tax
price-policy-tax-added = Tax is added to prices
price-policy-tax-included = Prices include tax
price-policy-renewal = Prices of what is running
price-policy-renewal-revision = Follow new revisions at renewal
price-policy-renewal-agreed = Stay as agreed
price-policy-renewal-increase = Rise by a percentage
price-policy-increase-percent = Rise (percent)
price-policy-increase-percent-hint = At each renewal of a term, otherwise every year. Buyers are told two weeks before.
price-policy-increase-at_most = Rise in all at most (percent)
price-policy-increase-at_most-hint = Above what was agreed, after however many rises. Empty for no bounds.
price-policy-increase-list = Rise up to the list price only
price-policy-increase-list-hint = What runs never costs more than what the book asks of new buyers by then.
price-policy-increase-list-no = No
price-policy-increase-list-yes = Yes
price-policy-places-amounts = Places of computed amounts
price-policy-places-amounts-hint = For prices that follow from a markup or an exchange rate. Empty keeps all digits.
price-policy-places-units = Places of computed unit prices
price-policy-places-units-hint = For prices that follow from a markup or an exchange rate. Empty keeps all digits.
price-policy-align = Billing days
price-policy-align-hint = For new subscriptions; what is running keeps its days.
price-policy-align-anniversary = From the day on which a subscription begins
price-policy-align-calendar = First of the month, quarter or year; Monday for weeks
price-policy-align-day_of_month = A fixed day of the month
price-policy-align-invoice_day = The invoice day agreed with the buyer
price-policy-align-day = Day of the month
price-policy-align-day-hint = For a fixed day only. In a shorter month, its last day.
price-policy-stub = A shorter first period
price-policy-stub-hint = From the beginning of a subscription to its first billing day.
price-policy-stub-prorated = Costs its share
price-policy-stub-free = Is free
price-policy-stub-full = Costs as much as a whole one
price-policy-proration-start = Time shared out: at the start
price-policy-proration-start-hint = Which share of a period is charged or given back for a part of it.
price-policy-proration-upgrade = Time shared out: for more
price-policy-proration-downgrade = Time shared out: for less
price-policy-proration-cancellation = Time shared out: at the end
price-policy-suspension = Suspended time
price-policy-suspension-hint = Credits are for the time from the suspension on, when it is resumed or at the end of the period.
price-policy-suspension-charged = Is charged
price-policy-suspension-credited = Is credited, unless an invoice is not paid
price-policy-suspension-always_credited = Is always credited
sub-resume-gives-back = Resuming it today gives back { $amount } before tax for the time in which it was suspended.
sub-resume-charges = Resuming it today charges { $amount } before tax for the rest of the period, which began while it was suspended.
price-policy-stacking = Several discounts
price-policy-stacking-hint = In which order they apply; each takes its share of what those before have left.
price-policy-stacking-percentages_first = Percentages first, then amounts
price-policy-stacking-narrowest_first = Those for the fewest items first
price-policy-stacking-as_given = In the order in which they were redeemed
price-policy-fee = Leaving a term early
price-policy-fee-hint = Is charged when the subscription ends, beside what the time at the end gives back.
price-policy-fee-none = Is not possible
price-policy-fee-rest = Costs the rest of the term
price-policy-fee-percent = Costs a percentage of the rest
price-policy-fee-amount = Costs an amount
price-policy-fee-value = Percentage or amount
price-policy-commit-over = Commitment
price-policy-commit-over-hint = Is settled at the end of each span, by what was charged in it; quantities are set over the API.
price-policy-commit-over-none = none
price-policy-commit-over-month = by the month
price-policy-commit-over-quarter = by the quarter
price-policy-commit-over-half_year = by the half-year
price-policy-commit-over-year = by the year
price-policy-commit-minimum = Committed minimum
price-policy-commit-maximum = Agreed maximum
price-policy-commit-counts = Counts toward both
price-policy-commit-counts-everything = what recurs and what is used
price-policy-commit-counts-usage = what is used
price-policy-commit-leaving = When a sale ends before
price-policy-commit-leaving-hint = What is left of minimum and quantities.
price-policy-commit-leaving-prorated = the share of the days
price-policy-commit-leaving-full = all of it
price-policy-commit-leaving-nothing = nothing
price-policy-fee-value-hint = For a percentage or an amount only, before tax unless prices include it.
proration-actual_days = Real days
proration-fixed_30 = Months of 30 days
proration-fixed_28 = Months of 28 days
proration-day_consumed = Real days, the day of the end used up
proration-both_ends = Days with both ends
proration-whole_days = Whole days of the period
proration-seconds = To the second
proration-hours_up = Hours begun
proration-none = Not at all: what has begun stays
proration-other = As set over the API
revision-preview = Preview prices
f-from = In force from
f-from-hint = A date after today.
rule-for = Markup: { $what }
price-rules = Markups
price-rules-lead = On your own buying price; the most specific rule counts.
price-rules-none = No markups: every listing has its own price.
price-listings = Listings and prices
price-listings-none = Nothing is listed
price-listings-none-text = Make a new revision to list products.
how-rule = By rule
how-markup = Own markup (%)
how-price = Own price
introduction = Introductory price
introduction-hint = For so many whole billing periods, the price then, and whether only for customers that never had the product.
introduction-periods = Billing periods at the introductory price
introduction-price = Introductory price
introduction-once = Introductory price for new customers only
cost-of = cost { $cost }
listings-lead = Everything you sell, with its present price.
listings-none = Nothing on sale
listings-none-text = Add products to a price book to sell them.

# Products
products-none = No products yet
products-none-text = Describe what you offer: plans, items with prices, and what must be asked on ordering.
product-add = New product
product-basics = Basics
product-complete = Ready to publish?
product-in-use = { $count ->
    [one] { $count } active subscription keeps the terms it was sold with.
   *[other] { $count } active subscriptions keep the terms they were sold with.
}
product-preview = Preview
product-publish = Publish
product-withdraw = Withdraw from sale
product-withdraw-text = Nobody can order it any more. Running subscriptions go on.
plan-title = Plan { $name }
plan-add = Add plan
plan-add-text = Its items are added afterwards.
plan-save = Save plan
plan-save-text = Running subscriptions keep what they have.
item-add = Add item
item-add-text = Something that is charged once, in every period, or by use.
item-save = Save item
item-save-text = Prices of running subscriptions do not change.
items-none = No items yet
items-none-text = A plan needs at least one item to be sold.
parameters-lead = What is asked on ordering, and checked before anything is delivered.
parameters-none = Nothing is asked.
parameter-add = Add parameter
parameter-add-text = The vendor gets the answer with the delivery.
parameter-save = Save parameter
parameter-save-text = Holds for orders from now on.
param-type-text = One line
param-type-number = Number
param-type-choice = Choice
param-type-boolean = Yes or no
param-type-email = E-mail address
param-type-domain = Domain name
f-name-en = Name (English)
f-name-de = Name (German)
f-summary-en = In one sentence (English)
f-summary-de = In one sentence (German)
f-description-en = Description (English)
f-description-de = Description (German)
f-category = Category
f-delivery-mode = Delivered by
delivery-mode-automatic = The vendor's service (webhook)
delivery-mode-manual = People (task queue)
f-needs-approval = Orders need an approval by the seller
f-plan-name-en = Name (English)
f-plan-name-de = Name (German)
f-billing-period = Billed
f-term = Term
f-trial-days = Days of trial
f-plan-state = State
billing-period-none = None
billing-period-P1D = Daily
billing-period-P1W = Weekly
billing-period-P6M = Half-yearly
billing-period-P1M = Monthly
billing-period-P3M = Quarterly
billing-period-P1Y = Yearly
billing-period-P3Y = Three years
f-item-code = Code
f-item-name-en = Name (English)
f-item-name-de = Name (German)
f-item-kind = Charged
f-unit = Unit
f-meter = Meter (by use only)
f-model = Price model
f-price = Price
f-tiers = Tiers
f-tiers-hint = One per line: from quantity, price, fixed amount.
f-included = Included quantity
f-units = Unit in the plural
f-units-hint = As in “10 seats”.
f-unit-de = Unit in German
f-units-de = Its plural in German
f-minimum = Smallest quantity
f-maximum = Largest quantity
price-model-flat = Flat
price-model-per-unit = Per unit
price-model-graduated = Graduated tiers
price-model-volume = Volume
price-model-stairstep = Steps
price-model-package = Package
price-model-pass-through = Cost passed through
f-param-code = Code
f-param-label-en = Question (English)
f-param-label-de = Question (German)
f-param-type = Type
f-pattern = Pattern (regular expression)
f-choices = Choices, one per line
f-param-required = Must be answered

# Billing
payments-view-all = Awaited
payments-view-received = Received
payments-view-failed = Failed
payments-view-refunds = Refunds
payments-none = No payments here
payments-none-text = Payments by bank transfer are recorded here when they arrive.
payment-record = Record payment
payment-record-lead = Money that arrived by bank transfer.
credit-note = Credit note
credit-note-lead = Takes back an invoice or parts of it. Fill in what is taken back of each line; when nothing is filled in, everything that is left is.
credit-note-issue = Issue credit note
credit-note-issued = Credit note { $number } over { $amount } is issued.
c-billed = Billed
c-left = Left
f-quantity = Quantity
f-destination = Where the money goes
f-destination-hint = A refund goes back to the card, or by bank transfer, which you record here. What cannot be paid back becomes account credit.
refund-record = Record refund
refund-record-lead = Make the transfer at your bank and enter its reference here.
refund-recorded = The refund is recorded.
refund-drop = Not transferred: keep it as credit
refund-dropped = The amount is account credit again.
payment-look = Details
payment-steps = What happened to it
payment-steps-none = Nothing has happened to it since.
payment-step-refund = Refund
payment-step-capture = Taken
payment-step-void = Let go
payment-step-chargeback = Taken back by the bank
payment-step-chargeback-loss = Lost with it
payment-step-chargeback-won = Dispute won
payment-do-refund = Pay back
payment-do-capture = Take what is held
payment-do-void = Let go what is held
payment-do-chargeback = Record a chargeback
payment-do-won = Record that the dispute is won
write-off = Write off
write-off-lead = Gives up what is open. It is an expense; what comes in later takes it back as far as it goes.
write-off-all = Left empty, all that is open.
write-off-undo = Take the write-off back
written-off = Written off
f-amount = Amount
f-received = Received on
f-bank-reference = Reference on the statement
f-note = Note
run-begin = Bill now
run-begin-lead = Rates and invoices every leg up to a date. What is billed already is not billed again.
run-until = Until { $date }
run-title = Billing run until { $date }
dimension-service-category = service category
dimension-service-name = service
dimension-region = region
runs-lead = Billing runs by itself every day; a day on which there was nothing to bill is not listed.
runs-none = No runs yet
runs-none-text = Billing runs by itself every day. What it bills is listed here.
run-origin-daily = daily run
run-origin-command-line = command line
run-origin-panel = panel
run-origin-api = API
run-made = What was done
run-documents = Documents
run-documents-lead = Invoices and credit notes of every leg, so a sale counts once for each of its sellers. Credit notes are taken off.
run-no-documents = No documents
run-not-billed = Not billed
run-not-billed-lead = What is named here stays due and is tried again by the next run.
run-failed = The run was given up
run-interrupted = This run was cut off. What it had made is here; a later run went on with what was left.
run-resumed = { $count ->
    [one] The run was cut off, and taken up again.
   *[other] The run was cut off, and taken up again { $count } times.
}
f-until = Up to and including
usage-lead = Records of use and cost from other systems; every record is taken in once.
usage-import = Import a FOCUS file
usage-imports-none = Nothing imported yet
usage-imports-none-text = Import a FOCUS 1.0 CSV file here or on the command line.
usage-refused = Refused rows
usage-held = Held records
usage-held-lead = Their sub-account belongs to no subscription yet. Once assigned they are rated, nothing is lost.
usage-held-count = { $count ->
    [one] { $count } record waits to be assigned.
   *[other] { $count } records wait to be assigned.
}
usage-held-none = Nothing is held
usage-held-none-text = Every record has its subscription.
usage-assign = Assign records
usage-assign-one = Assign
usage-assign-one-text = All held and future records of this sub-account go to the subscription.
late-title = Late usage
late-lead = It came after the window of its month. Nothing of it is lost, and nothing counts before somebody decides.
late-queue = Records
late-view-all = Waiting
late-view-count = Will count
late-view-later = Will count later
late-view-discarded = Discarded
late-view-counted = Counted
late-none = Nothing here
late-none-text = Usage that comes after the window of its month waits here.
late-picked = Pick
late-pick = Pick { $record }
late-month = Used in
late-came = Came
late-decide = Decide
late-verdict-count = count in its own month
late-verdict-count-later = count in the running month
late-verdict-discard = discard
late-verdict-reopen = take the decision back
late-decided = { $count ->
    [one] Decided about { $count } record.
   *[other] Decided about { $count } records.
}
late-window = Window
late-save = Save
late-as-past-period = for its own month
late-as-current-period = with the running month
late-open = Late usage
late-waiting = { $count ->
    [one] { $count } record came too late and waits for a decision.
   *[other] { $count } records came too late and wait for a decision.
}
c-late = Too late
c-record = Record
f-all-shown = All records shown
f-verdict = Decision
f-verdict-hint = What is to count is rated with the next billing run; until then it can be taken back.
f-window-days = Days after the end of a month
f-window-days-hint = So long usage counts by itself; empty: whenever it comes.
f-late-as = Bill what it changes
f-late-as-hint = Usage that comes within the window, and what is decided to count in its own month.
f-file = File
f-on-error = On a malformed row
on-error-skip = import the others
on-error-stop = import nothing
ledger-balances = Trial balance
ledger-entries = Entries
ledger-until = All entries up to { $date }
ledger-balanced = Balanced
ledger-unbalanced = Does not balance
ledger-export-hledger = hledger
ledger-export-beancount = beancount
ledger-search = Account
ledger-none = Nothing booked yet
ledger-none-text = Every document posts its entries here.

# Operations
jobs-search = Kind or subject
jobs-view-all = Waiting
jobs-view-leased = Running
jobs-view-dead = Given up
jobs-view-done = Done
jobs-none = No jobs here
jobs-none-text = What has to be done in the background appears here.
job-retry = Try again
events-search = Kind or subject
events-none = No events yet
events-none-text = Every change of state leaves an event here.
mails-lead = Mails that were sent. In a sandbox none leaves the house.
mails-search = Recipient or subject
mails-none = No mails yet
mails-none-text = Confirmations, reminders and invoices appear here.
mail = Mail
webhooks-lead = We tell your service what happens by a signed POST and try again until it answers.
webhooks-none = No endpoint yet
webhooks-none-text = Add the address of your service below.
webhook-add = Add endpoint
webhook-secret = Signing secret
webhook-test = Send a test
webhook-log = Deliveries
webhook-rotate = New secret
webhook-failing = { $count ->
    [one] { $count } delivery failed in the last 24 hours.
   *[other] { $count } deliveries failed in the last 24 hours.
}
f-url = Address
f-events = Events
deliveries-search = Customer or subscription
deliveries-none = No deliveries yet
deliveries-none-text = They begin when an order is approved and paid.
delivery-action-provision = Set up
delivery-action-change = Change
delivery-action-suspend = Suspend
delivery-action-resume = Resume
delivery-action-remove = Remove
delivery-title = { $action }: { $product }
delivery-event = The event as it is sent
attempts = Attempts
attempt = Attempt { $number }: { $outcome }
attempt-next = Next attempt
late-report = Reported too late: { $outcome }
late-report-text = The delivery had ended otherwise, so this was refused and changed nothing. Look whether the service is as it should be.
late-report-times = Reported { $count } times.
late-report-said = The vendor says: { $message }

# Tasks
tasks-lead = Deliveries that people do by hand, the oldest first.
tasks-view-all = Open
tasks-view-done = Done
tasks-view-failed = Failed
tasks-none = No task waits
tasks-none-text = Orders of products delivered by hand appear here.
task-changes = What changes
task-report = Report
task-report-lead = What the customer gets to see: addresses, credentials and instructions. Credentials are stored encrypted and not shown here again.
task-succeed = Report success
task-more = More fields
task-fail = Report failure
task-fail-text = The seller and the customer read what you write.
task-secrets = Credentials stored
task-endpoint-name = Address { $number }: name
task-endpoint-url = Address { $number }
task-secret-name = Credential { $number }: name
task-secret-value = Credential { $number }: value
f-instructions-en = Instructions (English)
f-instructions-de = Instructions (German)

## Answers of the panel

age-minutes = { $count } min
age-hours = { $count } h
age-days = { $count ->
    [one] { $count } day
   *[other] { $count } days
}
days-to-pay = { $count ->
    [0] Due at once
    [one] Due within { $count } day
   *[other] Due within { $count } days
}
order-approved = The order is approved and goes on.
order-rejected = The order is rejected.
order-retried = The failed step is tried again.
order-cancelled = The order is cancelled.
sub-suspending = The subscription is being suspended.
sub-resuming = The subscription is being resumed.
account-added = The account is there; its contact gets an e-mail.
payment-recorded = The payment is recorded.
run-report = { $subscriptions } subscriptions looked at, { $charges } charges and { $documents } documents made, { $problems } problems.
job-retried = The job runs again.
people-yourself = You cannot change your own roles.
user-invited = The invitation is on its way.
user-changed = The roles are changed.
api-key-revoked = The key works no longer.
wait-failed = { $count ->
    [one] { $count } order has failed
   *[other] { $count } orders have failed
}
revision-saved = The revision is saved and takes over on its date.
price-book-added = The price book is there; now make a revision.
product-saved = Saved.
product-published = The product is published.
product-withdrawn = The product is withdrawn from sale.
usage-imported = { $accepted } records taken in, { $duplicate } known already, { $held } held, { $review } too late, { $rejected } refused.
usage-assigned = Assigned; what was held is taken in.
delivery-retried = The delivery is tried again.
delivery-reported = Your report is kept.
webhook-tested = A test is on its way.
webhook-removed = The endpoint is removed.
webhook-fresh = Copy the signing secret now
webhook-fresh-text = It is shown this once.
price-rule-all = Everything

# Coupons
nav-coupons = Coupons
coupons-lead = What you take off your own prices: for a code that a buyer enters, or by itself.
coupons-none = No coupons yet
coupons-none-text = Make one, and give its code to those who should pay less.
search-coupons = Search codes
coupon-kind-coupon = With a code
coupon-kind-promotion = Without a code
coupon-by-itself = none needed
coupon-off = { $value } off
coupon-for = for { $value }
coupon-trial-days = { $count ->
    [one] { $count } more day of trial
   *[other] { $count } more days of trial
}
coupon-for-periods = { $count ->
    [one] once
   *[other] for { $count } billing periods
}
coupon-of = of { $most }
c-coupon-code = Code
c-coupon-gives = Gives
c-valid-until = Valid until
c-redemptions = Redemptions
c-taken-off = Taken off
coupon-add = New coupon
coupon-add-lead = Without a code it is a promotion, which applies by itself.
coupon-what = The coupon
coupon-edit = Change the coupon
coupon-edit-lead = What was redeemed stays as it was.
coupon-save = Save coupon
coupon-saved = The coupon is saved.
coupon-end = End coupon
coupon-end-text = Nobody can redeem it any more. What was redeemed goes on.
coupon-was-ended = The coupon has ended.
coupon-became = What became of it
coupon-given-back = given back
redemptions-none = Nobody has redeemed it yet.
coupon-scope-all = Everything, or what is ticked
coupon-covers-purchases = One-time and recurring items
coupon-covers-usage = Usage, month by month
coupon-covers-everything = Both
f-coupon-covers = It takes off
f-coupon-scopes = It is only for, all of it at once
coupon-gives-percentage = A percentage off
coupon-gives-amount = An amount off each billing period
coupon-gives-price-override = Another price for an item
coupon-gives-trial-extension = A longer trial
f-coupon-code = Code
f-coupon-code-hint = Compared without case. Without a code it applies by itself.
f-gives = It gives
f-gives-value = How much
f-gives-value-hint = Per cent, an amount, the other price, or days.
f-coupon-scope = It is only for
f-coupon-periods = For how many billing periods
f-coupon-periods-hint = Left empty, for as long as the subscription lasts.
f-budget = Budget
f-budget-hint = What all redemptions together may take off.
f-valid-from = First day
f-valid-until = Last day
f-max-redemptions = Redemptions in all
f-max-per-customer = Redemptions per customer
f-new-customers-only = Only for new customers

# Corrections
sub-correct = Correct
correction = Correct what was billed
correction-lead = The time since is computed anew. What differs is taken back and charged, for every seller of this subscription.
correction-what = What was otherwise?
correction-quantities = Other quantities
correction-quantities-hint = From that day on, up to the next change that is recorded.
correction-ended = It had ended
correction-ended-hint = It ends now, and what was billed from that day on is given back as the terms say.
correction-from-hint = From { $first } to { $today }.
correction-preview = What it comes to
correction-nothing = Fill in the day and what was otherwise to see what it comes to.
correction-costs-nothing = Nothing has to be charged or given back.
correction-lines = Taken back and charged
correction-charged = To be paid
correction-given-back = To be given back
correction-needs-reason = Say why to go on.
correction-confirm = Make this correction
said-not-correctable = The subscription cannot be corrected now.
f-first-day = First day
f-otherwise = What was otherwise
# Bank statements
bank-title = Bank statements
bank-lead = What came in is recorded once and matched with open invoices. What is not clear waits here.
bank-import = Import a statement
bank-camt = ISO 20022 (camt.053)
bank-csv = CSV: { $name }
bank-imported = { $matched } recorded as payments, { $unmatched } to be assigned, { $outgoing } went out, { $known } known already.
bank-file-at = Line { $line } { $element }: { $what }
bank-match = Match again
bank-matched-again = { $count } recorded as payments.
bank-mappings = CSV files
bank-mappings-lead = How the columns of a bank’s CSV file are read. Columns are named by the words of the header row.
bank-mappings-none = No CSV files yet
bank-mapping = Columns of a file
bank-mapping-keep = Keep
bank-mapping-forget = Forget
bank-view-all = To be assigned
bank-view-matched = Matched
bank-view-assigned = Assigned
bank-view-ignored = Ignored
bank-view-outgoing = Went out
bank-view-statements = Statements
bank-search = Search what payers wrote
bank-none = Nothing here
bank-none-text = Import a statement of your bank, and what it is for is found by itself where that is clear.
bank-nobody = Not named
bank-statement = Statement
bank-statements = Bank statements
bank-until = Until
bank-imported-at = Imported
bank-opening = Before
bank-closing = After
bank-entries = Entries
bank-new = { $count } new
bank-gap = { $amount } from the one before
bank-entry = Entry
bank-text = What the payer wrote
bank-own-reference = Reference of the bank
bank-recorded = Recorded as
bank-as-credit = Account credit
bank-ignored-because = Ignored: { $reason }
bank-doubt-unknown = It names no invoice, and the payer is not known.
bank-doubt-paid-already = What it names is paid already.
bank-doubt-several-buyers = It names invoices of several buyers.
bank-doubt-ambiguous = It fits several invoices.
bank-doubt-other-currency = The invoice is in another currency.
bank-doubt-other-amount = The amount fits none of the payer’s open invoices.
bank-doubt-taken-back = The bank has taken an earlier payment back.
bank-doubt-undone = Somebody has undone what it was recorded as.
bank-why-named = named
bank-why-same-amount = same amount
bank-why-same-payer = same payer
bank-do-assign = Assign to invoices
bank-do-account = Assign to a buyer
bank-do-payment = Recorded by hand before
bank-do-take-back = Takes a payment back
bank-do-ignore = Ignore
bank-do-undo = Undo
f-mapping = Kind of file
f-invoice = Invoices
f-numbers = Numbers of other invoices
f-numbers-hint = Separated by commas. The oldest are paid first; what is too much becomes account credit.
f-buyer = Buyer
f-top-up-all = Keep all of it as account credit
f-payment-id = Payment
f-csv-called = Name of this kind of file
f-csv-own-account = Your account
f-csv-date = Column of the day
f-csv-date-form = Days are written
f-csv-decimal-sign = Cents are separated by
f-csv-text = Columns of what the payer wrote
f-csv-text-hint = Separated by commas.
f-csv-amount = Column of the amount
f-csv-amount-hint = Negative for what went out. Leave it empty when there are two columns.
f-csv-credit = Column of what came in
f-csv-debit = Column of what went out
f-csv-direction = Column that says which way
f-csv-name = Column of the payer’s name
f-csv-account = Column of the payer’s account
f-csv-reference = Column of the bank’s reference
f-csv-balance = Column of the balance
f-csv-balance-hint = By it a missing row is noticed.
f-csv-currency = Column of the currency
f-csv-currency-code = Currency of the account
date-form-yyyy-mm-dd = 2024-03-31
date-form-dd-mm-yyyy = 31.03.2024
date-form-yyyymmdd = 20240331
decimal-sign-comma = a comma (1.234,56)
decimal-sign-point = a point (1,234.56)
payment-step-reversal = Taken back
payment-do-reverse = Recorded by mistake: take it back
invoicing-set = Invoicing
invoicing-set-text = When charges become an invoice, and from which day of the month billing periods count that follow it.
invoicing-saved = Invoicing was changed.
f-invoicing = Invoices
f-invoice-day = Day of the month
f-invoice-day-hint = For monthly invoices, and for billing periods that begin on the invoice day.
invoicing-immediate = When due, one per subscription
invoicing-daily = When due, one for all of a day
invoicing-monthly = Once a month
invoicing-on = Once a month, on day { $day }

# Reminders
dunning-title = Reminders
dunning-lead = What happens after an invoice was due and is not paid, step by step. Invoices that are open already go on by them.
dunning-steps = Steps
dunning-overdue = Overdue invoices
dunning-days = Days after it was due
dunning-action = Then
dunning-none = No step
dunning-remind = Remind
dunning-suspend = Suspend the service
dunning-terminate = End the service
dunning-write-off = Write off
dunning-save = Save steps
retries-title = Card payments that failed
retries-save = Save days
f-after-days = Tried again after days
f-after-days-hint = From each attempt to the next, separated by commas. Empty for none.

stripe-title = Stripe
stripe-lead = Cards and direct debits through your own account at Stripe. The money goes to you, and card data never comes here.
stripe-account = Your account at Stripe
stripe-none = None is set up. Buyers pay by transfer, and by card where the sandbox is in use.
stripe-hint = Secret key ends with
stripe-mode = Mode
stripe-live = Moves money
stripe-trial = For tests
stripe-since = Set
stripe-test = Test the keys
stripe-tested = Stripe accepts the keys.
stripe-saved = Saved. Buyers now give their cards to Stripe.
stripe-remove = Forget this account
stripe-remove-text = Methods that buyers have given to it cannot be charged any more.
stripe-hook = Address for webhooks
stripe-hook-lead = Enter it at Stripe under Developers, Webhooks, with the events payment_intent.*, refund.*, charge.refund.updated and charge.dispute.*. Stripe then shows the secret that is asked for below.
stripe-set = Set up
stripe-replace = Other keys
f-publishable-key = Publishable key
f-publishable-key-hint = Begins with pk_
f-secret-key = Secret key
f-secret-key-hint = Begins with sk_, or rk_ for one restricted to payments. It is kept sealed and never shown again.
f-webhook-secret = Secret of the webhook
f-webhook-secret-hint = Begins with whsec_

# Drafts of invoices
nav-drafts = Drafts
drafts-lead = What billing runs have billed and nobody has issued yet. Buyers do not see it.
drafts-none = No drafts
drafts-none-text = Billing runs make drafts where invoices are reviewed, or their buyer is held.
drafts-issue = Issue all that are not held
drafts-issue-text = Every draft that is not held becomes an invoice with the next number. That cannot be undone.
drafts-issued = { $count ->
    [one] One document issued
   *[other] { $count } documents issued
}
drafts-held = Held buyers
draft-waits = Waits
draft-held = Held
draft-held-why = This draft is held
draft-buyer-held-why = Everything for this buyer is held
draft-by-hand = By hand
draft-issue-on = Issued on
draft-charges = Charges
draft-about = Without tax
draft-title = Draft for { $name }
draft-lead = What is on it now. Late usage, corrections and lines by hand are added until it is issued.
draft-lines = Lines
draft-due = Due if issued today
draft-net = Without tax
draft-tax = Tax
draft-issue = Issue now
draft-issue-text = The draft becomes an invoice with the next number. That cannot be undone.
draft-issued = Issued
draft-hold = Hold
draft-hold-text = It is not issued by itself until it is released.
draft-hold-buyer = Hold the buyer
draft-hold-buyer-text = What is billed for this buyer waits on drafts until it is released.
draft-release = Release
draft-release-buyer = Release the buyer
draft-add = Add a line
draft-amount-hint = Without tax; negative to take something off.
draft-policy = Review
draft-policy-off = Issue at once
draft-policy-days = Issue after days
draft-policy-by-hand = Issue by hand only
draft-policy-save = Save
f-review = What billing runs bill
f-grace-days = Days
f-description = What the line says

# Pro-forma invoices
pro-forma-pdf = Pro-forma invoice
pro-forma-send = Send pro-forma invoice
pro-forma-send-text = The buyer gets what is charged and not invoiced yet by mail, as a document without number.
pro-forma-sent = Sent
# How books are kept
ledger-months = Months
ledger-months-lead = A closed month takes no entries any more: what comes later counts for the first open day, and keeps its own day beside it.
ledger-close-month = Close { $month }
ledger-close = Close the month
ledger-close-text = Nothing will be booked into it any more, nor into the months before.
ledger-reopen-month = Open { $month } again
ledger-reopen = Open the month again
ledger-reopen-text = Entries can be booked into it again. That it was opened, and why, stays on record.
ledger-closed-until = Closed until
ledger-nothing-closed = No month is closed
ledger-sealed = Sealed entries
ledger-waiting = Waiting to be sealed
ledger-hash = Last hash
ledger-seal = Seal now
ledger-chain = Chain of entries
ledger-chain-text = Every entry is hashed together with the one before. Whoever keeps the last number and hash can prove later that nothing was changed.
ledger-export-sealed = Sealed entries
ledger-closings = Closed and opened again
ledger-closings-none = No month was closed so far.
ledger-act-close = Closed
ledger-act-reopen = Opened again
ledger-chart = Chart of accounts
ledger-chart-lead = Your numbers and names for accounts of the ledger. Balances and exports show them.
ledger-chart-none = No account has a number so far.
ledger-number = Number an account
c-month = Month
f-chart-account = Account
f-chart-code = Number
f-chart-code-hint = Letters and digits. Without a number the account keeps its own name.
f-chart-name = Name

# Revenue
revenue-title = Revenue schedule
revenue-lead = What is billed in advance is earned by the day of the time it is for. Months to come show what was billed so far will earn.
revenue-csv = CSV
revenue-start = Deferred before
revenue-billed = Billed
revenue-recognised = Recognised
revenue-end = Deferred after
revenue-booked = In the books
revenue-none = Nothing billed in these months
revenue-none-text = Every line of a document is here as soon as it is issued.
revenue-policy = In the books
revenue-policy-text = Sales are in the books when they are billed. By the day, the end of each month books what is not earned yet as deferred.
f-recognition = Sales are booked
f-recognised-since = From this month on
recognition-at-issue = when they are billed
recognition-over-time = by the day they are for

# Settlements
nav-settlements = Settlements
settlements-lead = What vendors get for their share of sales, less the fee and what is held back.
settlements-none = No settlement so far
settlements-none-text = Shares of sales become settlements once a day or month is over.
settlements-due = On no settlement yet
settlement-view-all = All
settlement-view-open = To approve
settlement-view-approved = To pay
settlement-view-failed = Not paid by the bank
settlement-view-paid = Paid
settlement-policy = Fees and payment
settlement-policy-lead = For settlements that are made from now on, of all vendors without a policy of their own.
settlement-policy-more = Rules for single products stay as they are; they are set over the API or at the shell.
settlement-run = Settle
settlement-made = Settlements made: { $count }
settlement-order = Make a file for the bank
settlement-files = Files for the bank
settlement-files-none = No file so far.
settlement-file = File
settlement-payments = Payments
settlement-vendor = Vendor
settlement-share = Share
settlement-fee = Fee
settlement-held = Held back
settlement-released = Held before, due now
settlement-release-on = What is held is due
settlement-payout = Paid out
settlement-paid-on = Paid
settlement-charges = Charges
settlement-csv = Charges as CSV
settlement-lead = { $vendor }, up to { $date }
settlement-lines = By product
settlement-amounts = Amounts
settlement-do-approve = Approve
settlement-do-approve-text = It is booked, and may be paid.
settlement-do-discard = Discard
settlement-do-discard-text = Its shares are on the next settlement.
settlement-do-pay = Mark as paid
settlement-do-pay-text = The payment is booked today.
settlement-do-fail = Not paid by the bank
settlement-do-fail-text = It can be in another file. What was booked as paid is taken back.
f-settle-until = Up to and including
f-execute-on = To be paid on
f-fee-percent = Fee
f-fee-fixed = Fixed fee per product
f-fee-minimum = Fee at least
f-fee-maximum = Fee at most
f-minimum-payout = Paid out from
f-minimum-payout-hint = What comes to less is on the next settlement.
f-hold-percent = Held back
f-hold-days = Held for days
