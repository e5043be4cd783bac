# Die gedruckten Dokumente: Rechnung, Rechnungskorrektur, Kontoauszug.

invoice-title = Rechnung
invoice-title-credit-note = Rechnungskorrektur
invoice-title-pro-forma = Proforma-Rechnung
invoice-title-self-billed = Gutschrift
invoice-note-self-billed = Gutschrift im umsatzsteuerlichen Sinn: ausgestellt von { $payer } im Namen von { $vendor }, wie vereinbart ({ $reference }).
invoice-note-settlement = Bezahlt mit der Abrechnung { $number }.
settlement-line-share = Anteil an den Verkäufen
settlement-line-share-tax = Steuer auf den Anteil
settlement-line-fee = Marktplatzgebühr
settlement-line-fee-tax = Steuer auf die Gebühr
settlement-line-held = Einbehalten
settlement-line-released = Freigegeben
settlement-line-collected = Eingezogen, abzüglich Rückzahlungen
settlement-line-collecting-fee = Gebühr für das Inkasso
settlement-line-set-off = Verrechnet mit fälligen Rechnungen
invoice-note-on-behalf = Ausgestellt von { $collector } im Namen und für Rechnung von { $seller }.
invoice-note-on-behalf-pay = Ausgestellt von { $collector } im Namen und für Rechnung von { $seller }. Bitte zahlen Sie an { $collector }.
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
invoice-order-number = Bestellung { $number }
invoice-cost-centre = Kostenstelle { $number }
invoice-rate = 1 { $base } = { $rate } { $quote }, Kurs vom { $date }
invoice-book-rate = In den Büchern von { $seller }: { $rate }

invoice-seller-vat-id = USt-IdNr.
invoice-seller-tax-id = Steuernummer
invoice-seller-tax-number = Steuernummer
invoice-buyer-vat-id = Ihre USt-IdNr.
invoice-buyer-tax-id = Ihre Steuernummer
invoice-register = Register
invoice-management = Geschäftsführung

invoice-column-description = Beschreibung
invoice-column-quantity = Menge
invoice-column-unit-price = Einzelpreis ({ $currency })
invoice-column-amount = Betrag ({ $currency })
invoice-column-balance = Saldo ({ $currency })
invoice-column-date = Datum

invoice-group-subtotal = Zwischensumme { $group }
invoice-continued = { $group } (Fortsetzung)
invoice-items = Posten
invoice-items-total = Summe der Posten
invoice-net-total = Summe ohne { $tax }
invoice-discount = Rabatt: { $name }
invoice-tax-line = { $rate } { $tax } auf { $base }
invoice-tax-line-none = { $treatment } auf { $base }
invoice-gross-total = Gesamtbetrag inkl. { $tax } ({ $currency })
invoice-gross-total-untaxed = Gesamtbetrag ({ $currency })
invoice-paid = Gezahlt am { $date } ({ $method })
invoice-balance-due = Zu zahlen
invoice-balance-credit = Guthaben
invoice-balance-statement = Saldo zu unseren Gunsten
invoice-ageing = Offenes nach Alter
invoice-ageing-since = Fällig seit
invoice-ageing-open = Offen

invoice-tax-summary = { $tax } nach Sätzen
invoice-tax-rate = { $tax }-Satz
invoice-tax-base = Netto
invoice-tax-gross = Brutto
invoice-tax-rate-reverse = Reverse Charge
invoice-tax-rate-exempt = Steuerfrei
invoice-tax-rate-outside = Nicht steuerbar
invoice-tax-rate-later = Steuer mit der Rechnung
invoice-note-later = Die Steuer wird mit der Rechnung berechnet.
invoice-note-reverse-charge = Steuerschuldnerschaft des Leistungsempfängers (Reverse Charge, Art. 44 und 196 der Richtlinie 2006/112/EG).
invoice-note-exempt = Von der { $tax } befreit: { $reason }
invoice-note-exempt-plain = Von der { $tax } befreit.
invoice-note-outside = Nicht steuerbar, ohne { $tax }: { $reason }
invoice-reason-abroad = Die Leistung wird außerhalb der Europäischen Union erbracht (Art. 44 und 59 der Richtlinie 2006/112/EG)
invoice-tax-in-currency = { $tax } in { $currency }: { $amount } (Kurs { $rate } vom { $date })

invoice-payment = Zahlung
invoice-payment-method = Zahlungsmittel
invoice-charged-on = Abbuchung am
invoice-terms-days = Bitte zahlen Sie { $amount } ohne Abzug bis zum { $date }.
invoice-terms-now = Bitte zahlen Sie { $amount } sofort nach Erhalt ohne Abzug.
invoice-terms-card = { $amount } werden am { $date } über Ihr Zahlungsmittel { $method } eingezogen.
invoice-terms-settled = Diese Rechnung ist ausgeglichen. Vielen Dank.
invoice-terms-credit = { $amount } werden mit Ihrer nächsten Rechnung verrechnet oder ausgezahlt.
invoice-terms-various = Jede Rechnung ist zu ihrem eigenen Termin fällig.
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
invoice-pro-forma-note = Dies ist keine Rechnung: Sie hat keine Nummer, begründet keine Forderung und berechtigt nicht zum Vorsteuerabzug. Die Rechnung erhalten Sie, sobald sie ausgestellt ist.
