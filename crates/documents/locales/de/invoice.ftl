# Die gedruckten Dokumente: Rechnung, Rechnungskorrektur, Kontoauszug.

invoice-title = Rechnung
invoice-title-credit-note = Rechnungskorrektur
invoice-title-statement = Kontoauszug

invoice-number = Rechnungsnummer
invoice-number-credit-note = Belegnummer
invoice-number-statement = Auszugsnummer
invoice-issued = Rechnungsdatum
invoice-due = Fällig am
invoice-service-period = Leistungszeitraum
invoice-supply-date = Leistungsdatum
invoice-statement-period = Zeitraum
invoice-corrects = Zu Rechnung
invoice-customer-number = Kundennummer
invoice-order-reference = Ihr Zeichen

invoice-seller-vat-id = USt-IdNr.
invoice-seller-tax-number = Steuernummer
invoice-buyer-vat-id = Ihre USt-IdNr.
invoice-register = Register
invoice-management = Geschäftsführung

invoice-column-description = Beschreibung
invoice-column-quantity = Menge
invoice-column-unit-price = Einzelpreis ({ $currency })
invoice-column-tax = USt.
invoice-column-amount = Betrag ({ $currency })
invoice-column-date = Datum

invoice-group-subtotal = Zwischensumme { $group }
invoice-continued = { $group } (Fortsetzung)
invoice-items = Posten
invoice-items-total = Summe der Posten
invoice-net-total = Summe netto
invoice-discount = Rabatt: { $name }
invoice-tax-line = { $rate } USt. auf { $base }
invoice-tax-line-none = { $treatment } auf { $base }
invoice-gross-total = Gesamtbetrag inkl. USt. ({ $currency })
invoice-gross-total-untaxed = Gesamtbetrag ({ $currency })
invoice-paid = Gezahlt am { $date } ({ $method })
invoice-balance-due = Zu zahlen
invoice-balance-credit = Guthaben

invoice-tax-summary = Umsatzsteuer nach Sätzen
invoice-tax-rate = Steuersatz
invoice-tax-base = Netto
invoice-tax-amount = USt.
invoice-tax-gross = Brutto
invoice-tax-rate-reverse = Reverse Charge
invoice-tax-rate-exempt = Steuerfrei
invoice-tax-rate-outside = Nicht steuerbar
invoice-note-reverse-charge = Steuerschuldnerschaft des Leistungsempfängers (Reverse Charge, Art. 44 und 196 der Richtlinie 2006/112/EG).
invoice-note-exempt = Steuerfrei: { $reason }
invoice-note-outside = Nicht steuerbar: { $reason }
invoice-tax-in-currency = Umsatzsteuer in { $currency }: { $amount } (Kurs { $rate } vom { $date })

invoice-payment = Zahlung
invoice-payment-method = Zahlungsmittel
invoice-charged-on = Abbuchung am
invoice-terms-days = Bitte zahlen Sie { $amount } ohne Abzug bis zum { $date }.
invoice-terms-now = Bitte zahlen Sie { $amount } sofort nach Erhalt ohne Abzug.
invoice-terms-card = { $amount } werden am { $date } über Ihr Zahlungsmittel { $method } eingezogen.
invoice-terms-settled = Diese Rechnung ist ausgeglichen. Vielen Dank.
invoice-terms-credit = { $amount } werden mit Ihrer nächsten Rechnung verrechnet oder ausgezahlt.
invoice-bank-holder = Kontoinhaber
invoice-bank-name = Bank
invoice-bank-iban = IBAN
invoice-bank-bic = BIC
invoice-bank-account = Konto
invoice-bank-reference = Verwendungszweck
invoice-notes = Hinweise
invoice-opening-balance = Saldovortrag
invoice-lines-none = Keine Posten in diesem Zeitraum.

invoice-page = Seite { $page } von { $pages }
invoice-contact = Fragen zu diesem Dokument? { $email }
