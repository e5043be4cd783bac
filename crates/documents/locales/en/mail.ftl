# Mails. { $seller } is the name of the company that writes, { $product } what was bought.

mail-greeting = Hello { $name },
mail-greeting-unknown = Hello,
mail-closing = Kind regards
    Your { $seller } team
mail-footer-why = You receive this message because of your account at { $seller }.
mail-footer-contact = Questions? Write to { $email }.
mail-link-fallback = If the button does not work, open this address:

# Labels of the facts listed in mails.
mail-fact-order = Order
mail-fact-product = Product
mail-fact-subscription = Subscription
mail-fact-customer = Customer
mail-fact-due-today = Due today
mail-fact-recurring = Then
mail-fact-total = Total
mail-fact-reason = Reason
mail-fact-invoice = Invoice
mail-fact-credit-note = Credit note
mail-fact-amount = Amount
mail-fact-due-date = Due
mail-fact-next-attempt = Next attempt
mail-fact-payment-method = Payment method
mail-fact-bank-account = Account (IBAN)
mail-fact-bank-reference = Payment reference
mail-fact-trial-ends = Trial ends
mail-fact-price-after = Price afterwards
mail-fact-ends = Ends
mail-fact-from = Before
mail-fact-to = After
mail-fact-effective = Effective from
mail-fact-due-now = Due now
mail-fact-credited = Credited
mail-fact-next-invoice = Next invoice
mail-fact-role = Your role
mail-fact-company = Company
mail-fact-task = Task
mail-value-on = { $amount } on { $date }

mail-verify-email-subject = Please confirm your e-mail address
mail-verify-email-intro = Thank you for signing up at { $seller }. Please confirm that this address is yours.
mail-verify-email-note = The link works for { $hours ->
    [one] { $hours } hour
   *[other] { $hours } hours
}. If you did not sign up, ignore this message; nothing will happen.
mail-verify-email-action = Confirm address

mail-password-reset-subject = Choose a new password
mail-password-reset-intro = Someone, hopefully you, asked for a new password for your account at { $seller }.
mail-password-reset-note = The link works once, for { $minutes ->
    [one] { $minutes } minute
   *[other] { $minutes } minutes
}. If it was not you, ignore this message: your password stays as it is.
mail-password-reset-action = Choose a new password

mail-order-received-subject = Your order { $order }
mail-order-received-intro = Thank you for your order. We are working on it and will tell you as soon as there is news.
mail-order-received-action = Follow the order

mail-order-waiting-subject = Your order { $order } is waiting for approval
mail-order-waiting-intro = Your order for { $product } needs to be approved by { $seller } before it is carried out.
mail-order-waiting-note = You do not have to do anything. Nothing is charged before the approval.
mail-order-waiting-action = View the order

mail-approval-requested-subject = Please decide: order { $order } of { $customer }
mail-approval-requested-intro = { $customer } has ordered { $product }. The order waits for your approval.
mail-approval-requested-action = Look at the order

mail-order-approved-subject = Your order { $order } was approved
mail-order-approved-intro = Good news: your order for { $product } was approved and is being carried out.
mail-order-approved-action = Follow the order

mail-order-rejected-subject = Your order { $order } was not approved
mail-order-rejected-intro = Unfortunately, your order for { $product } was not approved. Nothing was charged.
mail-order-rejected-action = View the order

mail-payment-needed-subject = Your order { $order } is waiting for payment
mail-payment-needed-intro = Your order for { $product } is delivered as soon as it is paid.
mail-payment-needed-transfer = Please transfer the amount with exactly this payment reference, so that it is matched with your order.
mail-payment-needed-action = Pay now

mail-order-failed-subject = Your order { $order } could not be completed
mail-order-failed-intro = Something went wrong with your order for { $product }. We have been told and are looking into it.
mail-order-failed-note = You do not have to order again. Amounts already paid are not lost.
mail-order-failed-action = View the order

mail-delivered-subject = { $product } is ready
mail-delivered-intro = { $product } has been set up for you and is ready to use.
mail-delivered-note = For your security, access data is never sent by mail. Sign in to see it.
mail-delivered-action = Show access data

mail-trial-ending-subject = Your trial of { $product } ends on { $date }
mail-trial-ending-intro = Your free trial of { $product } ends on { $date }. If you want to keep it, there is nothing to do: it goes on at the price below.
mail-trial-ending-note = If you do not want to go on, cancel before that date; nothing will be charged.
mail-trial-ending-action = Manage the subscription

mail-invoice-issued-subject = Your invoice { $number }
mail-invoice-issued-intro = Please find attached your invoice { $number } for { $amount }.
mail-invoice-issued-transfer = Please transfer the amount by { $date }, stating the payment reference.
mail-invoice-issued-automatic = There is nothing to do: the amount is charged to { $method } on { $date }.
mail-invoice-issued-paid = The invoice is already paid; there is nothing to do.
mail-invoice-issued-action = View the invoice

mail-credit-note-issued-subject = Your credit note { $number }
mail-credit-note-issued-intro = Please find attached the credit note { $number } for { $amount }.
mail-credit-note-issued-note = The amount is set off against your next invoice or paid back.
mail-credit-note-issued-action = View the credit note

mail-payment-failed-subject = Payment of invoice { $number } failed
mail-payment-failed-intro = We could not collect { $amount } for invoice { $number }.
mail-payment-failed-retry = We will try again on { $date }. To avoid an interruption, please check your payment method before.
mail-payment-failed-last = We will not try again by ourselves. Please check your payment method or pay the invoice another way.
mail-payment-failed-action = Check payment method

mail-payment-reminder-subject = { $level ->
    [one] Reminder: invoice { $number } is due
   *[other] Reminder { $level }: invoice { $number } is overdue
}
mail-payment-reminder-intro = Invoice { $number } for { $amount } was due on { $date } ({ $days ->
    [one] { $days } day ago
   *[other] { $days } days ago
}) and we have not received your payment yet.
mail-payment-reminder-suspension = Please pay before { $date }. On that day we would have to suspend the services concerned.
mail-payment-reminder-crossed = If you have paid in the meantime, please ignore this message.
mail-payment-reminder-action = Pay the invoice

mail-suspended-subject = { $product } has been suspended
mail-suspended-intro = Because invoice { $number } for { $amount } is still unpaid, we had to suspend { $product }. Your data is kept.
mail-suspended-note = As soon as the payment has arrived, the service is resumed by itself.
mail-suspended-action = Pay the invoice

mail-resumed-subject = { $product } is running again
mail-resumed-intro = Thank you for your payment. { $product } has been resumed and is available again.
mail-resumed-action = View the subscription

mail-cancelled-subject = Cancellation of { $product } confirmed
mail-cancelled-intro = We confirm the cancellation of { $product }. You can use it until the end of { $date }; after that it is removed.
mail-cancelled-intro-now = We confirm the cancellation of { $product }. It ended on { $date } and is being removed.
mail-cancelled-note = Please save data that you still need before the end. We would be glad to see you again.
mail-cancelled-action = View the subscription

mail-price-rises-subject = { $product } costs more from { $date }
mail-price-rises-intro = The price of your subscription { $product } changes with its renewal on { $date }.
mail-price-rises-usage = What you use costs more as well. The price list shows the prices.
mail-price-rises-note = Amounts are per billing period, with or without tax as agreed. Until then, the price that you agreed on holds. You can change or cancel the subscription before that day.
mail-price-rises-action = View the subscription

mail-change-confirmed-subject = Your change to { $product } is confirmed
mail-change-confirmed-intro = We confirm the change to your subscription { $product }.
mail-change-confirmed-action = View the subscription

mail-vendor-task-subject = New task: { $action } of { $product } for { $customer }
mail-vendor-task-intro = There is a new task in your queue.
mail-vendor-task-action = Open the task
mail-vendor-action-create = set-up
mail-vendor-action-change = change
mail-vendor-action-suspend = suspension
mail-vendor-action-resume = resumption
mail-vendor-action-remove = removal

mail-invited-subject = { $inviter } invites you to { $company }
mail-invited-intro = { $inviter } has invited you to join { $company } at { $seller }.
mail-invited-note = The invitation is valid for { $days ->
    [one] { $days } day
   *[other] { $days } days
}.
mail-invited-action = Accept the invitation
mail-role-member = Member
mail-method-card = your card

mail-pro-forma-subject = Your pro-forma invoice
mail-pro-forma-intro = Please find attached a pro-forma invoice for { $amount }.
mail-pro-forma-note = It is not an invoice and has no number. You receive an invoice once it is issued.
