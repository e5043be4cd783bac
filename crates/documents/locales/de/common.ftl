# Wörter, die auf allen Oberflächen vorkommen.

language-en = English
language-de = Deutsch

# Die Steuer in einem Wort, wie sie auf Rechnungen und an Preisen steht.
tax-vat = USt.
tax-included-amount = { $amount } inkl. { $tax }

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

# Der erste Zeitraum, wo er kürzer ist als die anderen: { $from } ist sein erster Tag, { $until } sein letzter, ab { $next }
# folgen ganze Zeiträume im Rhythmus { $every }.
billing-first-period = { $from } bis { $until }, danach { $every } ab { $next }
rhythm-hour = { $count ->
    [one] jede Stunde
   *[other] alle { $count } Stunden
}
rhythm-day = { $count ->
    [one] jeden Tag
   *[other] alle { $count } Tage
}
rhythm-week = { $count ->
    [one] jede Woche
   *[other] alle { $count } Wochen
}
rhythm-month = { $count ->
    [one] jeden Monat
   *[other] alle { $count } Monate
}
rhythm-year = { $count ->
    [one] jedes Jahr
   *[other] alle { $count } Jahre
}

payment-kind-card = Karte
payment-kind-transfer = Überweisung
payment-kind-credit = Guthaben
payment-kind-write-off = Ausgebucht
payment-kind-offset = Mit einer Abrechnung verrechnet
destination-debt = Mindert den offenen Betrag
destination-balance = Guthaben
destination-refund = Wird zurückgezahlt
nav-credit = Guthaben
credit-lead = Was für spätere Rechnungen da ist, woher es kam und was daraus wurde.
credit-balance = Verfügbar
credit-use = Bezahlt Rechnungen
credit-use-automatic = sobald sie ausgestellt sind
credit-use-by-hand = wenn es jemand sagt
credit-use-usual = wie bei allen anderen Kunden
credit-top-up-rule = Unter { $below } werden { $amount } von der Karte eingezahlt.
credit-top-up-never = Nichts wird von selbst eingezahlt.
credit-grants = Guthaben nach Herkunft
credit-none = Es ist kein Guthaben da.
credit-moves = Bewegungen
credit-moves-none = Noch keine Bewegungen
credit-moves-none-text = Guthaben, das hereinkommt oder verwendet wird, erscheint hier.
credit-source-credit-note = Gutschrift
credit-source-over-payment = Zu viel gezahlt
credit-source-top-up = Eingezahlt
credit-source-goodwill = Kulanz
credit-source-refund-failed = Gescheiterte Rückzahlung
credit-source-earlier = Von früher
credit-move-granted = Hereingekommen
credit-move-used = Bezahlte eine Rechnung
credit-move-refunded = Zurückgezahlt
credit-move-expired = Verfallen
credit-top-up = Einzahlen
credit-topped-up = Der Betrag ist eingezahlt.
credit-no-card = Hinterlegen Sie eine Karte, um einzuzahlen.
credit-auto = Von selbst einzahlen
credit-give = Guthaben geben
credit-given = Das Guthaben ist gegeben.
credit-use-set = Wann es verwendet wird
f-below = Wenn weniger übrig ist als
f-top-up = Einzahlen
f-top-up-hint = Lassen Sie beides leer, damit nichts von selbst eingezahlt wird.
f-use = Bezahlt Rechnungen
f-expires-on = Letzter Tag

# What the audit log tells: what was done, and to what.
audit-account-create = Konto angelegt
audit-account-update = Konto geändert
audit-account-close = Konto geschlossen
audit-user-sign-up = Registriert
audit-user-invite = Person eingeladen
audit-user-remove = Person entfernt
audit-user-role-set = Rollen geändert
audit-user-password-set = Passwort gesetzt
audit-user-password-change = Passwort geändert
audit-user-password-reset-request = Neues Passwort angefordert
audit-user-email-verify = E-Mail-Adresse bestätigt
audit-user-email-verify-resend = Bestätigungsmail erneut gesendet
audit-session-start = Angemeldet
audit-session-end = Abgemeldet
audit-session-switch = Zu anderem Konto gewechselt
audit-session-act-as = Beginn des Handelns als dieses Konto
audit-session-act-as-stop = Ende des Handelns als dieses Konto
audit-api-key-create = API-Schlüssel angelegt
audit-api-key-revoke = API-Schlüssel widerrufen
audit-relationship-set = Einkaufsbedingungen festgelegt
audit-relationship-price-book-set = Preisbuch zugewiesen
audit-rate-set = Wechselkurs festgelegt
audit-category-created = Kategorie angelegt
audit-category-updated = Kategorie geändert
audit-product-created = Produkt angelegt
audit-product-updated = Produkt geändert
audit-product-published = Produkt veröffentlicht
audit-product-withdrawn = Produkt aus dem Verkauf genommen
audit-plan-created = Tarif angelegt
audit-plan-updated = Tarif geändert
audit-item-created = Position angelegt
audit-item-updated = Position geändert
audit-parameter-created = Parameter angelegt
audit-parameter-updated = Parameter geändert
audit-coupon-created = Gutschein angelegt
audit-coupon-updated = Gutschein geändert
audit-coupon-ended = Gutschein beendet
audit-coupon-redeemed = Gutschein eingelöst
audit-bundle-created = Paket angelegt
audit-bundle-updated = Paket geändert
audit-bundle-ended = Paket beendet
audit-bundle-sold = Paket verkauft
audit-bundle-broken = Paket nicht mehr ganz
audit-price-book-created = Preisbuch angelegt
audit-price-book-updated = Preisbuch geändert
audit-price-book-revised = Neue Preisrevision
audit-order-place = Bestellung aufgegeben
audit-order-step = Bestellung einen Schritt weiter
audit-order-approve = Bestellung freigegeben
audit-order-reject = Bestellung abgelehnt
audit-order-retry = Bestellung erneut versucht
audit-order-cancel = Bestellung storniert
audit-subscription-transition = Abonnement hat den Status gewechselt
audit-subscription-delivery = Dienst hat den Status gewechselt
audit-subscription-period = Neuer Abrechnungszeitraum
audit-subscription-update = Abonnement geändert
audit-subscription-rename = Abonnement umbenannt
audit-subscription-reference = Zeichen des Käufers geändert
audit-subscription-change = Abonnement geändert
audit-subscription-correct = Abonnement richtiggestellt
audit-subscription-schedule = Änderung vorgemerkt
audit-subscription-schedule-clear = Vorgemerkte Änderung ausgeführt
audit-subscription-schedule-withdraw = Vorgemerkte Änderung zurückgenommen
audit-subscription-cancel-on = Kündigung vorgemerkt
audit-subscription-cancellation-withdraw = Kündigung zurückgenommen
audit-subscription-auto-renew = Verlängerung umgestellt
audit-subscription-auto-renew-set = Verlängerung umgestellt
audit-subscription-suspend = Abonnement gesperrt
audit-subscription-resume = Abonnement entsperrt
audit-delivery-start = Auslieferung begonnen
audit-delivery-report = Auslieferung gemeldet
audit-delivery-end = Auslieferung beendet
audit-delivery-retry = Auslieferung erneut versucht
audit-delivery-late-report = Auslieferung zu spät gemeldet
audit-billing-run = Abrechnungslauf begonnen
audit-access-set = Zugangsdaten gesetzt
audit-access-endpoints-set = Adressen gesetzt
audit-access-instructions-set = Anleitung gesetzt
audit-access-credentials-set = Zugangsdaten gesetzt
audit-access-credential-reveal = Zugangsdaten angezeigt
audit-webhook-endpoint-create = Webhook-Endpunkt hinzugefügt
audit-webhook-endpoint-update = Webhook-Endpunkt geändert
audit-webhook-endpoint-rotate = Neues Webhook-Geheimnis
audit-webhook-endpoint-delete = Webhook-Endpunkt entfernt
audit-webhook-endpoint-test = Webhook-Endpunkt getestet
audit-webhook-message-resend = Webhook-Nachricht erneut gesendet
audit-payment-method-add = Zahlungsart hinzugefügt
audit-payment-method-set-default = Standard-Zahlungsart geändert
audit-payment-method-remove = Zahlungsart entfernt
audit-payment-record = Zahlung erfasst
audit-payment-pay = Bezahlt
audit-invoice-credit = Gutschrift ausgestellt
audit-payment-refund = Rückzahlung begonnen
audit-payment-refund-record = Rückzahlung erfasst
audit-payment-capture = Reservierte Zahlung eingezogen
audit-payment-void = Reservierte Zahlung freigegeben
audit-payment-chargeback = Zahlung von der Bank zurückgebucht
audit-payment-chargeback-won = Streit gewonnen
audit-payment-retry-set = Wiederholung von Zahlungen geändert
audit-invoice-reissue = Rechnung neu ausgestellt
audit-invoice-write-off = Rechnung ausgebucht
audit-payment-reverse = Überweisung zurückgenommen
audit-bank-import = Kontoauszug eingelesen
audit-bank-assign = Bankbuchung zugeordnet
audit-bank-ignore = Bankbuchung übergangen
audit-bank-undo = Bankbuchung zurückgegeben
audit-bank-mapping-set = Spalten von CSV-Dateien geändert
audit-credit-give = Guthaben gegeben
audit-credit-use = Guthaben verwendet
audit-credit-use-set = Verwendung des Guthabens geändert
audit-credit-top-up-set = Einzahlung von selbst geändert
audit-pro-forma-send = Proforma-Rechnung gesendet
audit-invoice-review-set = Prüfung von Rechnungen geändert
audit-invoice-draft-issue = Entwurf ausgestellt
audit-invoice-draft-hold = Entwurf angehalten oder freigegeben
audit-invoice-hold-set = Käufer angehalten oder freigegeben
audit-invoice-draft-adjust = Zeile zu einem Entwurf hinzugefügt
audit-dunning-pause = Mahnen ausgesetzt oder fortgesetzt
audit-dunning-set = Mahnwesen geändert
audit-self-billing-set = Gutschriftverfahren vereinbart oder beendet
audit-dunning-class-set = Käuferklasse geändert
audit-dunning-class-remove = Käuferklasse entfernt
audit-dunning-assign = Käufer einer Klasse zugeordnet
audit-dunning-account-pause = Mahnen eines Käufers ausgesetzt oder fortgesetzt
audit-credit-hold = Bestellungen gesperrt
audit-credit-release = Bestellungen wieder angenommen
audit-usage-import-start = Nutzungsimport begonnen
audit-usage-import-end = Nutzungsimport beendet
audit-sub-account-assign = Unterkonto zugewiesen
audit-clock-travel = Zeit vorgestellt
audit-job-retry = Aufgabe erneut versucht
audit-realm-create = Realm angelegt
subject-account = Konto
subject-user = Benutzer
subject-session = Sitzung
subject-api-key = API-Schlüssel
subject-relationship = Bedingungen
subject-rate = Kurs
subject-category = Kategorie
subject-product = Produkt
subject-plan = Tarif
subject-item = Position
subject-parameter = Parameter
subject-coupon = Gutschein
subject-price-book = Preisbuch
subject-order = Bestellung
subject-subscription = Abonnement
subject-delivery = Auslieferung
subject-access = Zugang
subject-access-data = Zugangsdaten
subject-webhook = Webhook
subject-webhook-endpoint = Webhook-Endpunkt
subject-webhook-message = Webhook-Nachricht
subject-payment-method = Zahlungsart
subject-payment = Zahlung
subject-invoice = Rechnung
subject-usage = Nutzung
subject-usage-import = Nutzungsimport
subject-import = Import
subject-sub-account = Unterkonto
subject-clock = Uhr
subject-job = Aufgabe
subject-realm = Realm

# Kontoauszüge
nav-statement = Kontoauszug
statement-lead = Alle Bewegungen vom { $from } bis { $until }, mit dem Saldo davor.
statement-between = Zwischen Ihnen und { $name }
statement-pdf = Als PDF
statement-csv = Als CSV
statement-from = Erster Tag
statement-until = Letzter Tag
statement-show = Anzeigen
statement-this-month = Dieser Monat
statement-before = Monat davor
statement-after = Monat danach
statement-opening = Saldovortrag
statement-closing = Schlusssaldo
statement-owed = Offen auf Rechnungen
statement-kept = Guthaben
statement-moves = Bewegungen
statement-none = An diesen Tagen hat sich nichts bewegt.
statement-ageing = Offenes nach Alter am { $date }
statement-age-not-due = Noch nicht fällig
statement-age-30 = 1 bis 30 Tage
statement-age-60 = 31 bis 60 Tage
statement-age-90 = 61 bis 90 Tage
statement-age-older = Mehr als 90 Tage
statement-in-favour = zugunsten des Käufers
statement-kind-invoice = Rechnung
statement-kind-credit-note = Gutschrift
statement-kind-payment = Zahlung
statement-kind-credit-used = Guthaben verwendet
statement-kind-refund = Rückzahlung
statement-kind-chargeback = Zahlung von der Bank zurückgeholt
statement-kind-goodwill = Guthaben geschenkt
statement-kind-credit-expired = Guthaben verfallen
statement-kind-write-off = Ausgebucht
statement-back-payment = Zahlung zurückgenommen
statement-back-refund = Rückzahlung gescheitert
statement-back-chargeback = Widerspruch gewonnen
statement-back-write-off = Ausbuchung zurückgenommen
statement-credit-used = { $amount } Guthaben verwendet

# Was bei einer unbezahlten Rechnung als Nächstes kommt
reminder-title = Was als Nächstes kommt
reminder-next = Nächster Schritt
reminder-on = Nicht vor dem
reminder-none = Nichts
reminder-paused = Wartet bis
reminder-promised = Zugesagt
promise-waiting = Der Tag ist noch nicht da
promise-kept = Gehalten
promise-broken = Gebrochen
dunning-pause = Mahnen aussetzen
dunning-pause-text = Bis dieser Tag vorbei ist, folgt kein Schritt. Mit einem Betrag ist es eine Zahlungszusage.
dunning-resume = Fortfahren
f-promised = Zugesagter Betrag
