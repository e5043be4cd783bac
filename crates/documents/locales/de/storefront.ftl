# Shop, Anmeldung und Wörter aller Seiten.

# Words of every page
skip-to-content = Zum Inhalt springen
w-actions = Aktionen
w-apply = Anwenden
w-remove-filter = Filter entfernen
w-clear-filters = Alle Filter entfernen
w-first-page = Erste Seite
w-next-page = Nächste Seite
w-copy = Kopieren
w-copied = Kopiert
w-show = Anzeigen
w-hide = Verbergen
w-optional = optional
w-less = Weniger
w-more = Mehr
w-change = Ändern
w-save = Speichern
w-cancel = Abbrechen
w-back = Zurück
w-all = Alle
w-none = Keine
w-yes = Ja
w-no = Nein
w-done = erledigt
w-missing = fehlt
w-not-included = nicht enthalten:
w-pay-now = Jetzt bezahlen
list-shown = { $count ->
    [one] { $count } Zeile auf dieser Seite
   *[other] { $count } Zeilen auf dieser Seite
}
list-no-match = Keine Treffer
list-no-match-text = Kein Eintrag passt zu dieser Suche und diesen Filtern.
form-problems = Bitte prüfen Sie diese Felder
toast-offline = Der Server ist nicht erreichbar. Bitte versuchen Sie es noch einmal.
access-failed = Das konnte nicht angezeigt werden.
palette-title = Gehe zu
palette-hint = Seite, Kunde, Bestellung, Rechnung …
palette-open = Suchen
palette-results = Treffer
palette-none = Nichts gefunden.
prefs = Anzeige und Sprache
theme = Farbschema
theme-system = Wie das System
theme-light = Hell
theme-dark = Dunkel
language = Sprache
currency = Währung
your-account = Ihr Konto:
your-pages = Ihre Seiten
toolbar = Seite und Konto
crumbs = Wo Sie sind
footer = Über diesen Shop
acting-label = Im Namen eines Kunden
acting-as = Sie handeln als { $account }.
acting-end = Beenden
sandbox = Sandbox
clock-moving = Unterwegs zum
clock-travel-to = Uhr stellen auf
clock-travel = Vorstellen
clock-day = +1 Tag
clock-month = +1 Monat
nav-main = Hauptnavigation
nav-menu = Menü
nav-catalogue = Katalog
nav-storefront = Shop
nav-api-docs = API
nav-terms = AGB
nav-privacy = Datenschutz
nav-imprint = Impressum

# The catalogue and its products
search-products = Produkte suchen
facets = Filter
facet-price = Preis
facet-from = von
facet-to = bis
facet-price-chip = Preis { $low }–{ $high }
sort = Sortieren nach
sort-name = Name
sort-price = Preis, niedrigster zuerst
sort-price-down = Preis, höchster zuerst
products-found = { $count ->
    [one] { $count } Produkt
   *[other] { $count } Produkte
}
catalogue-no-match = Kein Produkt passt
catalogue-no-match-text = Entfernen Sie einen Filter oder suchen Sie nach etwas anderem.
catalogue-empty = Noch nichts im Angebot
catalogue-empty-text = Produkte erscheinen hier, sobald sie veröffentlicht sind.
trial-days = { $count ->
    [one] { $count } Tag Test
   *[other] { $count } Tage Test
}
needs-approval = Mit Freigabe
term-month = { $count ->
    [one] { $count } Monat Laufzeit
   *[other] { $count } Monate Laufzeit
}
term-year = { $count ->
    [one] { $count } Jahr Laufzeit
   *[other] { $count } Jahre Laufzeit
}
term-week = { $count ->
    [one] { $count } Woche Laufzeit
   *[other] { $count } Wochen Laufzeit
}
term-day = { $count ->
    [one] { $count } Tag Laufzeit
   *[other] { $count } Tage Laufzeit
}
term-hour = { $count ->
    [one] { $count } Stunde Laufzeit
   *[other] { $count } Stunden Laufzeit
}
product-by = von { $vendor }
product-plans = Tarife
product-plan = Tarif
plan-chosen = Gewählt
plan-choose = Wählen
product-configure = Konfigurieren
product-about = Beschreibung
product-compare = Tarife im Vergleich
product-feature = Merkmal
product-order = Weiter zur Bestellung
approval-title = Mit Freigabe
approval-before-order = Der Verkäufer prüft Ihre Bestellung, bevor sie ausgeführt wird. Vorher wird nichts berechnet.

# Prices
price-from = ab
price-introductory = für { $time }, danach { $then } { $every }
price-introduced = { $price } für { $time }, danach { $then }
price-introduced-once = { $price } für { $time } für neue Kunden, danach { $then }
price-phase = Ab { $date }, ohne Einführungspreis
time-hour = { $count ->
    [one] { $count } Stunde
   *[other] { $count } Stunden
}
time-day = { $count ->
    [one] { $count } Tag
   *[other] { $count } Tage
}
time-week = { $count ->
    [one] { $count } Woche
   *[other] { $count } Wochen
}
time-month = { $count ->
    [one] { $count } Monat
   *[other] { $count } Monate
}
time-year = { $count ->
    [one] { $count } Jahr
   *[other] { $count } Jahre
}
price-once = einmalig
price-with-tax = inkl. { $tax }
price-plus-tax = zzgl. { $tax }
price-by-use = nach Verbrauch
price-one-time = Einmalig
price-recurring = Wiederkehrend
price-recurring-every = Wiederkehrend, { $every }
price-metered = Nach Verbrauch, im Nachhinein
price-per-unit = { $price } je { $unit }
price-credit = Gutschrift für nicht genutzte Zeit
price-discount-until = bis { $date }
price-discount-lasting = auf jeder Rechnung
align-with = Gemeinsam abgerechnet mit
align-with-none = Nichts anderem
align-with-next = { $name } – das nächste Mal am { $date }
align-with-hint = Der erste Zeitraum endet an diesem Tag; ab dann wird beides gemeinsam abgerechnet.
coupon-code = Gutscheincode
coupon-refused = Der Gutschein lässt sich nicht einlösen
price-net = Netto
price-due-now = Jetzt fällig
bundle-title = Paket
bundle-parts = Was darin ist
bundle-plan = Plan
bundle-regular = Einzeln
bundle-saves = Im Paket gespart
bundle-saved-now = Jetzt gespart
bundle-next = Mit den nächsten Rechnungen
bundle-saved-next = Dabei gespart
bundle-with-tax = mit Steuer
bundle-buy = Paket bestellen
bundle-order = Bestellen
bundle-checkout-lead = Alles wird bestellt oder nichts. Jeder Plan wird ein eigenes Abonnement.
bundle-ordered = Das Paket ist bestellt.
price-next = Nächste Rechnung, { $date }
price-plus-usage = zuzüglich Verbrauch
price-summary = Ihr Preis
price-incomplete = Füllen Sie das Formular aus, um den Preis zu sehen.

# Ordering
checkout-title = Bestellen
checkout-lead = Sie sehen vor der Bestellung alles, was berechnet wird.
checkout-steps = Schritte der Bestellung
checkout-configure = Konfiguration
checkout-details = Angaben und Zahlung
checkout-done = Bestätigung
checkout-details-heading = Rechnungsadresse und Zahlung
checkout-accept = Ich akzeptiere: { $title }
checkout-place = Zahlungspflichtig bestellen
placed-title = Danke, Ihre Bestellung ist da
placed-lead = Bestellung { $number }. Sie erhalten das auch per E-Mail.
placed-follow = Bestellung verfolgen
placed-next = Wie es weitergeht
order-progress = Fortschritt

# Signing up and in
sign-in = Anmelden
sign-in-lead = Willkommen zurück bei { $brand }.
sign-up = Konto anlegen
sign-up-lead = Dienste bei { $brand } bestellen und verwalten.
sign-up-have = Ich habe ein Konto
sign-out = Abmelden
forgot-link = Passwort vergessen?
forgot-title = Passwort vergessen
forgot-lead = Wir senden Ihnen einen Link, mit dem Sie ein neues wählen.
forgot-send = Link senden
back-to-sign-in = Zurück zur Anmeldung
reset-title = Neues Passwort wählen
reset-save = Passwort speichern
invitation-title = Sie sind eingeladen
invitation-lead = Wählen Sie ein Passwort, dann können Sie sich anmelden.
invitation-accept = Einladung annehmen
verify-sent-title = E-Mail-Adresse bestätigen
verify-sent-text = Wir haben einen Link an { $email } gesendet. Öffnen Sie ihn, um die Registrierung abzuschließen.
reset-sent-title = Sehen Sie in Ihre E-Mails
reset-sent-text = Wenn es ein Konto für { $email } gibt, ist ein Link zum Wählen eines neuen Passworts unterwegs.
verify-again = Erneut senden
verified-title = E-Mail-Adresse bestätigt
verified-text = Ihr Konto ist bereit.
link-expired-title = Dieser Link gilt nicht mehr
link-expired-text = Er wurde schon benutzt oder ist abgelaufen. Fordern Sie einen neuen an.
password-changed-title = Passwort geändert
password-changed-text = Sie können sich jetzt damit anmelden.
demo-link = Demo-Zugänge
demo-outbox = Demo-Postausgang öffnen
demo-title = Demo
demo-lead = Schlüpfen Sie in eine Rolle der Demo-Welt. Sie ist eine Sandbox: Nichts hier kostet etwas.
demo-shops = Shops
demo-people = Personen
demo-who = Wer
f-email = E-Mail
f-password = Passwort
f-new-password = Passwort
f-new-password-hint = Mindestens 12 Zeichen.
f-company = Firma
f-name = Ihr Name
f-country = Land
f-street = Straße und Hausnummer
f-postal-code = Postleitzahl
f-city = Ort
f-tax-id = USt-IdNr.
f-tax-id-hint = Mit einer gültigen aus einem anderen EU-Land gilt die Steuerschuldumkehr.
f-tax-number = Steuernummer
f-reference = Ihr Zeichen
f-reference-hint = Steht auf Rechnungen, zum Beispiel eine Bestellnummer.
f-order-number = Bestellnummer
f-order-number-hint = Ihrer Bestellung; steht auf den Rechnungen.
f-cost-centre = Kostenstelle
f-cost-centre-hint = Oder Projekt; steht bei den Posten der Rechnungen.
f-separate = Getrennt abrechnen
f-separate-hint = Nicht mit anderen Abonnements auf einer Rechnung.
f-payment = Zahlung

# What went wrong
error-403 = Das dürfen Sie nicht
error-403-text = Ihre Rolle umfasst das nicht. Ein Inhaber oder Administrator Ihres Kontos kann das ändern.
error-404 = Nicht gefunden
error-404-text = Diese Seite gibt es nicht, oder sie ist nicht für Sie bestimmt.
error-409 = Jemand war schneller
error-409-text = Das hat sich geändert, seit Sie es geöffnet haben. Von Ihnen wurde nichts gespeichert; öffnen Sie es neu und entscheiden Sie noch einmal.
error-422 = Das geht so nicht
error-422-text = Etwas an der Anfrage passt nicht. Es wurde nichts geändert.
error-429 = Zu viele Versuche
error-429-text = Bitte warten Sie etwas und versuchen Sie es noch einmal.
error-500 = Bei uns ist etwas schiefgegangen
error-500-text = Es wurde aufgezeichnet. Nichts ist halb geschehen: Was Sie gesendet haben, ist ganz oder gar nicht passiert.
error-503 = Gerade nicht verfügbar
error-503-text = Bitte versuchen Sie es gleich noch einmal.
error-request = Anfrage
error-home = Weiter

# States
state-active = Aktiv
state-running = Läuft
state-done = Erledigt
state-completed = Abgeschlossen
state-paid = Bezahlt
state-succeeded = Erfolgreich
state-authorised = Reserviert
state-voided = Freigegeben
state-charged-back = Zurückgebucht
state-delivered = Ausgeliefert
state-published = Veröffentlicht
state-accepted = Angenommen
state-current = Aktuell
state-verified = Bestätigt
state-sent = Gesendet
state-processed = Verarbeitet
state-assigned = Zugeordnet
state-billed = Abgerechnet
state-trial = Test
state-provisioning = Wird eingerichtet
state-delivering = Auslieferung
state-leased = In Arbeit
state-executing = In Arbeit
state-in-progress = In Arbeit
state-importing = Import läuft
state-changing = Wird geändert
state-removing = Wird entfernt
state-validating = Prüfung
state-processing = In Verarbeitung
state-ready = Bereit
state-planned = Geplant
state-scheduled = Vorgemerkt
state-ordered = Bestellt
state-queued = Wartet
state-pending-approval = Wartet auf Freigabe
state-awaiting-approval = Wartet auf Freigabe
state-pending-payment = Wartet auf Zahlung
state-awaiting-payment = Wartet auf Zahlung
state-requires-action = Bestätigung nötig
state-action-required = Bestätigung nötig
state-pending = Ausstehend
state-waiting = Wartet
state-count = Zählt
state-count-later = Zählt später
state-counted = Gezählt
state-discarded = Verworfen
state-waiting-retry = Wird wiederholt
state-retrying = Wird wiederholt
state-graced = Zahlung überfällig
state-past-due = Überfällig
state-held = Zurückgehalten
state-expiring = Läuft bald ab
state-unverified = Nicht bestätigt
state-open = Offen
state-issued = Ausgestellt
state-overdue = Überfällig
state-failed = Fehlgeschlagen
state-interrupted = Abgebrochen
state-dead = Aufgegeben
state-rejected = Abgelehnt
state-refused = Abgewiesen
state-declined = Abgelehnt
state-suspended = Gesperrt
state-stopped = Angehalten
state-hold = Angehalten
state-cancelled = Storniert
state-terminated = Beendet
state-removed = Entfernt
state-expired = Abgelaufen
state-void = Ungültig
state-written-off = Ausgebucht
state-revoked = Widerrufen
state-withdrawn = Zurückgezogen
state-reversed = Rückgängig gemacht
state-unmatched = Zuzuordnen
state-matched = Gefunden
state-ignored = Übergangen
state-outgoing = Ausgang
state-draft = Entwurf
state-not-provisioned = Nicht eingerichtet
state-past = Vergangen
state-skipped = Übersprungen
price-trial-until = Kostenlos bis { $date }
price-included = { $quantity } inklusive
price-pooled = über alle Abonnements zusammen gezählt
price-prepaid-per = je Einheit von { $item }
price-prepaid-months = { $months ->
    [one] was übrig ist, bleibt { $months } weiteren Monat erhalten
   *[other] was übrig ist, bleibt { $months } weitere Monate erhalten
}
price-prepaid-always = was übrig ist, bleibt erhalten
price-prepaid-at-most = davon bis zu { $quantity }
order-customers-only = Sie sind für ein Unternehmen angemeldet, das verkauft. Melden Sie sich als Kunde dieses Shops an, um zu bestellen.
pay-stored-hint = Wird bei der Bestellung belastet
pay-transfer-hint = Bereitgestellt, sobald das Geld da ist
pay-new-card = Eine andere Karte
pay-new-card-hint = Wird auf der nächsten Seite erfragt
delivery-promise-automatic = Wird automatisch eingerichtet
delivery-promise-manual = Wird vom Team des Herstellers eingerichtet
card-name = { $brand } mit Endziffern { $last }
order-next-pending = Wir prüfen Ihre Bestellung.
order-next-awaiting-approval = Der Anbieter muss diese Bestellung freigeben. Sie erhalten eine E-Mail, sobald das geschehen ist.
order-next-awaiting-payment = Geliefert wird, sobald bezahlt ist. Die Rechnung ist unterwegs zu Ihnen.
order-next-delivering = Der Hersteller richtet es ein. Sie erhalten eine E-Mail, sobald es bereit ist.
order-next-completed = Es ist bereit: Die Zugangsdaten stehen bei Ihrem Abonnement.
order-next-failed = Etwas ist schiefgegangen. Es wurde gemeldet und wird erneut versucht.
order-next-rejected = Der Anbieter hat diese Bestellung nicht freigegeben. Es wird nichts berechnet.
order-next-cancelled = Diese Bestellung wurde storniert. Es wird nichts berechnet.
f-registration = Registereintrag
who-person = Jemand anderes
who-program = Ein Programm
who-platform = Automatisch
terms-version = Fassung { $version }
facet-tags = Themen

commitment = Zusage
commitment-at-least = mindestens { $amount } { $every }
commitment-at-most = höchstens { $amount } { $every }
commitment-quantity = { $quantity } { $item } { $every }
commitment-least = mindestens { $amount }
commitment-most = höchstens { $amount }
commitment-used = { $used } von { $quantity } { $item }
commitments = Zusagen
commitment-so-far = Bisher
commitment-settled = Ausgeglichen mit
prepaid = Vorausbezahlte Mengen
prepaid-carried = Übertrag
prepaid-granted = Dieser Monat
prepaid-used = Verbraucht
prepaid-left = Übrig
prepaid-lapses = Verfällt
prepaid-lapses-on = { $quantity } am { $date }
prepaid-lapses-never = { $quantity } gar nicht
