# Words used on every surface.

language-en = English
language-de = Deutsch

# One word of the tax, as the line on an invoice or a price shows it.
tax-vat = VAT

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

payment-kind-card = Card
payment-kind-transfer = Bank transfer
payment-kind-credit = Credit
