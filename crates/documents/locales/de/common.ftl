# Wörter, die auf allen Oberflächen vorkommen.

language-en = English
language-de = Deutsch

# Die Steuer in einem Wort, wie sie auf Rechnungen und an Preisen steht.
tax-vat = USt.

# Zahlen mit ihrer Einheit.
count-days = { $count ->
    [one] { $count } Tag
   *[other] { $count } Tage
}
count-hours = { $count ->
    [one] { $count } Stunde
   *[other] { $count } Stunden
}
count-minutes = { $count ->
    [one] { $count } Minute
   *[other] { $count } Minuten
}

# Wie oft etwas berechnet wird: { $count } ist die Zahl der Einheiten zwischen zwei Berechnungen.
cadence-hour = { $count ->
    [one] pro Stunde
   *[other] alle { $count } Stunden
}
cadence-day = { $count ->
    [one] pro Tag
   *[other] alle { $count } Tage
}
cadence-week = { $count ->
    [one] pro Woche
   *[other] alle { $count } Wochen
}
cadence-month = { $count ->
    [one] pro Monat
   *[other] alle { $count } Monate
}
cadence-year = { $count ->
    [one] pro Jahr
   *[other] alle { $count } Jahre
}

payment-kind-card = Karte
payment-kind-transfer = Überweisung
payment-kind-credit = Guthaben
