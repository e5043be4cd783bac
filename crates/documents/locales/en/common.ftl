# Words used on every surface.

language-en = English
language-de = Deutsch

# One word of the tax, as the line on an invoice or a price shows it.
tax-vat = VAT
tax-included-amount = { $amount } incl. { $tax }

# Numbers with their unit.
count-days = { $count ->
    [one] { $count } day
   *[other] { $count } days
}
count-hours = { $count ->
    [one] { $count } hour
   *[other] { $count } hours
}
count-minutes = { $count ->
    [one] { $count } minute
   *[other] { $count } minutes
}

# How often something is charged: { $count } is the number of units between two charges.
cadence-hour = { $count ->
    [one] per hour
   *[other] every { $count } hours
}
cadence-day = { $count ->
    [one] per day
   *[other] every { $count } days
}
cadence-week = { $count ->
    [one] per week
   *[other] every { $count } weeks
}
cadence-month = { $count ->
    [one] per month
   *[other] every { $count } months
}
cadence-year = { $count ->
    [one] per year
   *[other] every { $count } years
}

# The first period, where it is shorter than the others: { $from } is its first day and { $until } its last, { $next } the day
# from which whole periods follow in the rhythm { $every }.
billing-first-period = { $from } to { $until }, then { $every } from { $next }
rhythm-hour = { $count ->
    [one] every hour
   *[other] every { $count } hours
}
rhythm-day = { $count ->
    [one] every day
   *[other] every { $count } days
}
rhythm-week = { $count ->
    [one] every week
   *[other] every { $count } weeks
}
rhythm-month = { $count ->
    [one] every month
   *[other] every { $count } months
}
rhythm-year = { $count ->
    [one] every year
   *[other] every { $count } years
}

payment-kind-card = Card
payment-kind-transfer = Bank transfer
payment-kind-credit = Credit
payment-kind-write-off = Written off
payment-kind-offset = Set off on a settlement
destination-debt = Reduces what is open
destination-balance = Account credit
destination-refund = Paid back
nav-credit = Credit
credit-lead = What is kept for later invoices, where it came from and what became of it.
credit-balance = Can be used
credit-use = Pays invoices
credit-use-automatic = as soon as they are issued
credit-use-by-hand = when somebody says so
credit-use-usual = as with all other customers
credit-top-up-rule = Below { $below }, { $amount } is paid in by card.
credit-top-up-never = Nothing is paid in by itself.
credit-grants = Credit by its source
credit-none = There is no credit.
credit-moves = Movements
credit-moves-none = No movements yet
credit-moves-none-text = Credit that comes in or is used appears here.
credit-source-credit-note = Credit note
credit-source-over-payment = Paid too much
credit-source-top-up = Paid in
credit-source-goodwill = Goodwill
credit-source-refund-failed = Refund that failed
credit-source-earlier = From before
credit-move-granted = Came in
credit-move-used = Paid an invoice
credit-move-refunded = Paid back
credit-move-expired = Expired
credit-top-up = Pay in
credit-topped-up = The amount is paid in.
credit-no-card = Store a card to pay in.
credit-auto = Pay in by itself
credit-give = Give credit
credit-given = The credit is given.
credit-use-set = When it is used
f-below = When less is left than
f-top-up = Pay in
f-top-up-hint = Leave both empty to pay nothing in by itself.
f-use = Pays invoices
f-expires-on = Last day

# What the audit log tells: what was done, and to what.
audit-account-create = Account created
audit-account-update = Account changed
audit-account-close = Account closed
audit-user-sign-up = Signed up
audit-user-invite = Person invited
audit-user-remove = Person removed
audit-user-role-set = Roles changed
audit-user-password-set = Password set
audit-user-password-change = Password changed
audit-user-password-reset-request = New password asked for
audit-user-email-verify = E-mail address verified
audit-user-email-verify-resend = Verification mail sent again
audit-session-start = Signed in
audit-session-end = Signed out
audit-session-switch = Changed to another account
audit-session-act-as = Began to act as this account
audit-session-act-as-stop = Stopped acting as this account
audit-api-key-create = API key created
audit-api-key-revoke = API key revoked
audit-relationship-set = Terms of purchase set
audit-relationship-price-book-set = Price book assigned
audit-rate-set = Exchange rate set
audit-category-created = Category created
audit-category-updated = Category changed
audit-product-created = Product created
audit-product-updated = Product changed
audit-product-published = Product published
audit-product-withdrawn = Product withdrawn from sale
audit-plan-created = Plan created
audit-plan-updated = Plan changed
audit-item-created = Item created
audit-item-updated = Item changed
audit-parameter-created = Parameter created
audit-parameter-updated = Parameter changed
audit-coupon-created = Coupon made
audit-coupon-updated = Coupon changed
audit-coupon-ended = Coupon ended
audit-coupon-redeemed = Coupon redeemed
audit-bundle-created = Bundle made
audit-bundle-updated = Bundle changed
audit-bundle-ended = Bundle ended
audit-bundle-sold = Bundle sold
audit-bundle-broken = Bundle not whole any more
audit-price-book-created = Price book created
audit-price-book-updated = Price book changed
audit-price-book-revised = New price revision
audit-order-place = Order placed
audit-order-step = Order went a step further
audit-order-approve = Order approved
audit-order-reject = Order rejected
audit-order-retry = Order tried again
audit-order-cancel = Order cancelled
audit-subscription-transition = Subscription changed its state
audit-subscription-delivery = Service changed its state
audit-subscription-period = New billing period
audit-subscription-update = Subscription changed
audit-subscription-rename = Subscription renamed
audit-subscription-reference = References of the buyer changed
audit-subscription-change = Subscription changed
audit-subscription-correct = Subscription corrected
audit-subscription-schedule = Change scheduled
audit-subscription-schedule-clear = Scheduled change carried out
audit-subscription-schedule-withdraw = Scheduled change withdrawn
audit-subscription-cancel-on = Cancellation scheduled
audit-subscription-cancellation-withdraw = Cancellation withdrawn
audit-subscription-auto-renew = Renewal switched
audit-subscription-auto-renew-set = Renewal switched
audit-subscription-suspend = Subscription suspended
audit-subscription-resume = Subscription resumed
audit-delivery-start = Delivery begun
audit-delivery-report = Delivery reported
audit-delivery-end = Delivery ended
audit-delivery-retry = Delivery tried again
audit-delivery-late-report = Delivery reported too late
audit-billing-run = Billing run begun
audit-access-set = Access data set
audit-access-endpoints-set = Addresses set
audit-access-instructions-set = Instructions set
audit-access-credentials-set = Credentials set
audit-access-credential-reveal = Credential shown
audit-webhook-endpoint-create = Webhook endpoint added
audit-webhook-endpoint-update = Webhook endpoint changed
audit-webhook-endpoint-rotate = New webhook secret
audit-webhook-endpoint-delete = Webhook endpoint removed
audit-webhook-endpoint-test = Webhook endpoint tested
audit-webhook-message-resend = Webhook message sent again
audit-payment-method-add = Payment method added
audit-payment-method-set-default = Default payment method changed
audit-payment-method-remove = Payment method removed
audit-payment-record = Payment recorded
audit-payment-pay = Paid
audit-invoice-credit = Credit note issued
audit-payment-refund = Refund begun
audit-payment-refund-record = Refund recorded
audit-payment-capture = Held payment taken
audit-payment-void = Held payment let go
audit-payment-chargeback = Payment taken back by the bank
audit-payment-chargeback-won = Dispute won
audit-payment-retry-set = Retries of payments changed
audit-invoice-reissue = Invoice issued anew
audit-invoice-write-off = Invoice written off
audit-payment-reverse = Transfer taken back
audit-bank-import = Bank statement imported
audit-bank-assign = Bank entry assigned
audit-bank-ignore = Bank entry ignored
audit-bank-undo = Bank entry undone
audit-bank-mapping-set = Columns of CSV files changed
audit-credit-give = Credit given
audit-credit-use = Credit used
audit-credit-use-set = Use of credit changed
audit-credit-top-up-set = Paying in by itself changed
audit-pro-forma-send = Pro-forma invoice sent
audit-invoice-review-set = Review of invoices changed
audit-invoice-draft-issue = Draft issued
audit-invoice-draft-hold = Draft held or released
audit-invoice-hold-set = Buyer held or released
audit-invoice-draft-adjust = Line added to a draft
audit-dunning-pause = Reminders paused or resumed
audit-dunning-set = Dunning changed
audit-self-billing-set = Self-billing agreed or ended
audit-dunning-class-set = Class of buyers changed
audit-dunning-class-remove = Class of buyers removed
audit-dunning-assign = Buyer put into a class
audit-dunning-account-pause = Reminders of a buyer paused or resumed
audit-credit-hold = Orders held
audit-credit-release = Orders taken again
audit-usage-import-start = Usage import begun
audit-usage-import-end = Usage import ended
audit-sub-account-assign = Sub-account assigned
audit-clock-travel = Time moved on
audit-job-retry = Job tried again
audit-realm-create = Realm created
subject-account = Account
subject-user = User
subject-session = Session
subject-api-key = API key
subject-relationship = Terms
subject-rate = Rate
subject-category = Category
subject-product = Product
subject-plan = Plan
subject-item = Item
subject-parameter = Parameter
subject-coupon = Coupon
subject-price-book = Price book
subject-order = Order
subject-subscription = Subscription
subject-delivery = Delivery
subject-access = Access
subject-access-data = Access data
subject-webhook = Webhook
subject-webhook-endpoint = Webhook endpoint
subject-webhook-message = Webhook message
subject-payment-method = Payment method
subject-payment = Payment
subject-invoice = Invoice
subject-usage = Usage
subject-usage-import = Usage import
subject-import = Import
subject-sub-account = Sub-account
subject-clock = Clock
subject-job = Job
subject-realm = Realm

# Statements of account
nav-statement = Statement of account
statement-lead = Every movement between { $from } and { $until }, with the balance brought forward.
statement-between = Between you and { $name }
statement-pdf = As PDF
statement-csv = As CSV
statement-from = First day
statement-until = Last day
statement-show = Show
statement-this-month = This month
statement-before = Month before
statement-after = Month after
statement-opening = Balance brought forward
statement-closing = Closing balance
statement-owed = Owed on invoices
statement-kept = Credit kept
statement-moves = Movements
statement-none = Nothing moved in these days.
statement-ageing = Owed by age on { $date }
statement-age-not-due = Not due yet
statement-age-30 = 1 to 30 days
statement-age-60 = 31 to 60 days
statement-age-90 = 61 to 90 days
statement-age-older = More than 90 days
statement-in-favour = in favour of the buyer
statement-kind-invoice = Invoice
statement-kind-credit-note = Credit note
statement-kind-payment = Payment
statement-kind-credit-used = Credit used
statement-kind-refund = Refund
statement-kind-chargeback = Payment taken back by the bank
statement-kind-goodwill = Credit given
statement-kind-credit-expired = Credit expired
statement-kind-write-off = Written off
statement-back-payment = Payment taken back
statement-back-refund = Refund that failed
statement-back-chargeback = Dispute won
statement-back-write-off = Write-off taken back
statement-credit-used = { $amount } of credit used

# What comes next for an invoice that is not paid
reminder-title = What comes next
reminder-next = Next step
reminder-on = Not before
reminder-none = Nothing
reminder-paused = Waits until
reminder-promised = Promised
promise-waiting = Its day has not come
promise-kept = Kept
promise-broken = Broken
dunning-pause = Pause reminders
dunning-pause-text = No step is taken until that day is over. With an amount, it is a promise to pay.
dunning-resume = Go on
f-promised = Promised amount
