# The printed documents: invoice, credit note, statement.

invoice-title = Invoice
invoice-title-credit-note = Credit note
invoice-title-pro-forma = Pro-forma invoice
invoice-title-self-billed = Self-billed invoice
invoice-note-self-billed = Self-billing: made out by { $payer } in the name of { $vendor }, as agreed ({ $reference }).
invoice-note-settlement = Paid with settlement { $number }.
settlement-line-share = Share of sales
settlement-line-share-tax = Tax on the share
settlement-line-fee = Marketplace fee
settlement-line-fee-tax = Tax on the fee
settlement-line-held = Held back
settlement-line-released = Released
settlement-line-collected = Collected, less what was paid back
settlement-line-collecting-fee = Fee for collecting
settlement-line-set-off = Set off against invoices due
invoice-note-on-behalf = Issued by { $collector } in the name and for the account of { $seller }.
invoice-note-on-behalf-pay = Issued by { $collector } in the name and for the account of { $seller }. Please pay to { $collector }.
invoice-title-statement = Statement of account

invoice-number = Invoice number
invoice-number-credit-note = Credit note number
invoice-number-statement = Statement number
invoice-issued = Date of issue
invoice-due = Due date
invoice-service-period = Service period
invoice-supply-date = Date of supply
invoice-statement-period = Period
invoice-corrects = Corrects invoice
invoice-customer-number = Customer number
invoice-order-reference = Your reference
invoice-order-number = Order { $number }
invoice-cost-centre = Cost centre { $number }
invoice-rate = 1 { $base } = { $rate } { $quote }, rate of { $date }
invoice-book-rate = In the books of { $seller }: { $rate }

invoice-seller-vat-id = VAT ID
invoice-seller-tax-id = Tax ID
invoice-seller-tax-number = Tax number
invoice-buyer-vat-id = Your VAT ID
invoice-buyer-tax-id = Your tax ID
invoice-register = Register
invoice-management = Managing directors

invoice-column-description = Description
invoice-column-quantity = Quantity
invoice-column-unit-price = Unit price ({ $currency })
invoice-column-amount = Amount ({ $currency })
invoice-column-balance = Balance ({ $currency })
invoice-column-date = Date

invoice-group-subtotal = Subtotal { $group }
invoice-continued = { $group } (continued)
invoice-items = Items
invoice-items-total = Sum of items
invoice-net-total = Total excluding { $tax }
invoice-discount = Discount: { $name }
invoice-tax-line = { $tax } { $rate } on { $base }
invoice-tax-line-none = { $treatment } on { $base }
invoice-gross-total = Total including { $tax } ({ $currency })
invoice-gross-total-untaxed = Total ({ $currency })
invoice-paid = Paid on { $date } ({ $method })
invoice-balance-due = Amount due
invoice-balance-credit = Amount in your favour
invoice-balance-statement = Balance in our favour
invoice-ageing = Open by age
invoice-ageing-since = Due for
invoice-ageing-open = Open

invoice-tax-summary = { $tax } summary
invoice-tax-rate = { $tax } rate
invoice-tax-base = Net
invoice-tax-gross = Gross
invoice-tax-rate-reverse = Reverse charge
invoice-tax-rate-exempt = Exempt
invoice-tax-rate-outside = Not taxable
invoice-tax-rate-later = Tax with the invoice
invoice-note-later = Tax is computed with the invoice.
invoice-note-reverse-charge = Reverse charge: the recipient of the service is liable for VAT (Articles 44 and 196, Directive 2006/112/EC).
invoice-note-exempt = Exempt from { $tax }: { $reason }
invoice-note-exempt-plain = Exempt from { $tax }.
invoice-note-outside = Not subject to { $tax }: { $reason }
invoice-reason-abroad = the service is supplied outside the European Union (Articles 44 and 59, Directive 2006/112/EC)
invoice-tax-in-currency = { $tax } payable in { $currency }: { $amount } (rate { $rate } of { $date })

invoice-payment = Payment
invoice-payment-method = Payment method
invoice-charged-on = Charged on
invoice-terms-days = Please pay { $amount } by { $date } without deduction.
invoice-terms-now = Please pay { $amount } on receipt without deduction.
invoice-terms-card = { $amount } will be charged to your payment method { $method } on { $date }.
invoice-terms-settled = This invoice is settled. Thank you.
invoice-terms-credit = { $amount } will be set off against your next invoice or paid back.
invoice-terms-various = Each invoice is payable by its own due date.
invoice-bank-holder = Account holder
invoice-bank-name = Bank
invoice-bank-iban = IBAN
invoice-bank-bic = BIC
invoice-bank-account = Account
invoice-bank-reference = Payment reference
invoice-notes = Notes
invoice-opening-balance = Balance brought forward
invoice-lines-none = No items in this period.

invoice-page = Page { $page } of { $pages }
invoice-contact = Questions about this document? { $email }
invoice-pro-forma-note = This is not an invoice: it has no number, nothing is owed by it, and no tax can be deducted with it. You receive an invoice once it is issued.
