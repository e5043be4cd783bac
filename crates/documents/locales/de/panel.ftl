# Die Panels der Verkäufer und Hersteller.

# Navigation
nav-customers = Kunden
nav-products = Produkte
nav-listings = Angebote
nav-price-books = Preisbücher
nav-relationships = Handelsbeziehungen
nav-invoices-issued = Ausgestellte Rechnungen
nav-invoices-received = Erhaltene Rechnungen
nav-payments = Zahlungen
nav-usage = Verbrauchsimporte
nav-late-usage = Später Verbrauch
nav-billing-runs = Abrechnungsläufe
nav-ledger = Hauptbuch
nav-tasks = Aufgaben
nav-deliveries = Auslieferungen
nav-jobs = Jobs
nav-events = Ereignisse
nav-mails = E-Mails
nav-webhooks = Webhooks
nav-g-catalogue = Katalog
nav-g-billing = Abrechnung
nav-g-operations = Betrieb
nav-g-integration = Integration

# Home
home-work-queue = Wartet auf Sie
home-nothing-waits = Nichts wartet
kpi-subscriptions = Aktive Abonnements
kpi-open = Offene Rechnungen
kpi-overdue = Überfällig
wait-approvals = { $count ->
    [one] { $count } Bestellung wartet auf Freigabe
   *[other] { $count } Bestellungen warten auf Freigabe
}
wait-payments = { $count ->
    [one] { $count } Zahlung zu erfassen
   *[other] { $count } Zahlungen zu erfassen
}
wait-usage = { $count ->
    [one] { $count } Verbrauchssatz ohne Zuordnung
   *[other] { $count } Verbrauchssätze ohne Zuordnung
}
wait-jobs = { $count ->
    [one] { $count } Job aufgegeben
   *[other] { $count } Jobs aufgegeben
}
wait-deliveries = { $count ->
    [one] { $count } Auslieferung gestört
   *[other] { $count } Auslieferungen gestört
}
wait-tasks = { $count ->
    [one] { $count } Aufgabe von Hand zu erledigen
   *[other] { $count } Aufgaben von Hand zu erledigen
}
wait-overdue = { $count ->
    [one] { $count } Rechnung überfällig
   *[other] { $count } Rechnungen überfällig
}

# Customers and relationships
customers-search = Name oder E-Mail
customers-none = Noch keine Kunden
customers-none-text = Sie registrieren sich in Ihrem Shop, oder Sie legen sie hier an.
customer-add = Konto anlegen
customer-add-text = Der Kontakt erhält eine E-Mail, um ein Passwort zu wählen.
account-kind-customer = Kunde
account-kind-reseller = Reseller
account-kind-distributor = Distributor
account-kind-provider = Provider
account-kind-vendor = Hersteller
account-tab-subscriptions = Abonnements
account-tab-orders = Bestellungen
account-tab-invoices = Rechnungen
account-tab-users = Benutzer
account-tab-activity = Verlauf
account-money = Finanzen
act-as = Als dieses Konto handeln
act-as-text = Sie sehen und tun, was das Konto kann. Alles wird unter Ihrem Namen mit dieser Begründung aufgezeichnet.
relationships-lead = An wen Sie verkaufen, bei wem Sie kaufen, und zu welchen Konditionen.
relationships-none = Noch keine Handelsbeziehungen
relationships-none-text = Eine beginnt, wenn unter Ihnen ein Käufer angelegt wird.
relationship-save = Konditionen ändern
relationship-save-text = Laufende Abonnements behalten die Preise, zu denen sie verkauft wurden.
rel-buyer = kauft bei Ihnen
rel-seller = verkauft an Sie
f-price-book = Preisbuch
f-credit-limit = Kreditlimit

# Price books
price-books-lead = Was Ihre Käufer zahlen. Eine gültige Revision wird nie geändert: Eine neue löst sie ab ihrem Datum ab.
price-books-none = Noch keine Preisbücher
price-books-none-text = Legen Sie eines an und bestimmen Sie, was daraus zu welchem Preis verkauft wird.
price-book-add = Neues Preisbuch
price-book-add-text = Die Währung lässt sich später nicht ändern.
price-book-buyers = Zugewiesen an
price-book-no-buyers = Noch niemand kauft aus diesem Preisbuch.
f-book-name = Name
f-markup = Aufschlag auf alles
revisions = Revisionen
revision-number = Revision { $number }
revision-new = Neue Revision
revision-affected = { $count ->
    [one] { $count } laufendes Abonnement erhält den neuen Preis bei seiner nächsten Verlängerung; neue Bestellungen sofort.
   *[other] { $count } laufende Abonnements erhalten die neuen Preise bei ihrer nächsten Verlängerung; neue Bestellungen sofort.
}
revision-save = Revision speichern
price-policy-tax = Steuer
price-policy-tax-added = Steuer kommt auf die Preise
price-policy-tax-included = Preise enthalten die Steuer
price-policy-renewal = Preise laufender Abonnements
price-policy-renewal-revision = Folgen neuen Revisionen bei Verlängerung
price-policy-renewal-agreed = Bleiben wie vereinbart
price-policy-renewal-increase = Steigen um einen Prozentsatz
price-policy-increase-percent = Erhöhung (Prozent)
price-policy-increase-percent-hint = Bei jeder Verlängerung einer Laufzeit, sonst jedes Jahr. Käufer erfahren es zwei Wochen vorher.
price-policy-increase-at_most = Erhöhung insgesamt höchstens (Prozent)
price-policy-increase-at_most-hint = Über dem Vereinbarten, nach wie vielen Erhöhungen auch immer. Leer: ohne Grenze.
price-policy-increase-list = Erhöhung nur bis zum Listenpreis
price-policy-increase-list-hint = Laufendes kostet nie mehr, als das Preisbuch dann von neuen Käufern verlangt.
price-policy-increase-list-no = Nein
price-policy-increase-list-yes = Ja
price-policy-places-amounts = Stellen berechneter Beträge
price-policy-places-amounts-hint = Für Preise aus Aufschlag oder Wechselkurs. Leer lässt alle Stellen stehen.
price-policy-places-units = Stellen berechneter Stückpreise
price-policy-places-units-hint = Für Preise aus Aufschlag oder Wechselkurs. Leer lässt alle Stellen stehen.
price-policy-align = Abrechnungstage
price-policy-align-hint = Für neue Abonnements; laufende behalten ihre Tage.
price-policy-align-anniversary = Ab dem Tag, an dem ein Abonnement beginnt
price-policy-align-calendar = Erster des Monats, Quartals oder Jahres; Montag bei Wochen
price-policy-align-day_of_month = Ein fester Tag im Monat
price-policy-align-invoice_day = Der mit dem Käufer vereinbarte Rechnungstag
price-policy-align-day = Tag im Monat
price-policy-align-day-hint = Nur für einen festen Tag. In kürzeren Monaten der letzte.
price-policy-stub = Ein kürzerer erster Zeitraum
price-policy-stub-hint = Vom Beginn eines Abonnements bis zu seinem ersten Abrechnungstag.
price-policy-stub-prorated = Kostet seinen Anteil
price-policy-stub-free = Ist frei
price-policy-stub-full = Kostet so viel wie ein ganzer
price-policy-proration-start = Anteilige Zeit: am Anfang
price-policy-proration-start-hint = Welcher Anteil eines Zeitraums für einen Teil davon berechnet oder gutgeschrieben wird.
price-policy-proration-upgrade = Anteilige Zeit: bei mehr
price-policy-proration-downgrade = Anteilige Zeit: bei weniger
price-policy-proration-cancellation = Anteilige Zeit: am Ende
price-policy-suspension = Ausgesetzte Zeit
price-policy-suspension-hint = Gutgeschrieben wird die Zeit ab dem Aussetzen, beim Fortsetzen oder am Ende des Zeitraums.
price-policy-suspension-charged = Wird berechnet
price-policy-suspension-credited = Wird gutgeschrieben, außer eine Rechnung ist nicht bezahlt
price-policy-suspension-always_credited = Wird immer gutgeschrieben
sub-resume-gives-back = Heute fortgesetzt, werden vor Steuer { $amount } für die ausgesetzte Zeit gutgeschrieben.
sub-resume-charges = Heute fortgesetzt, werden vor Steuer { $amount } für den Rest des Zeitraums berechnet, der ausgesetzt begann.
price-policy-stacking = Mehrere Nachlässe
price-policy-stacking-hint = In welcher Reihenfolge sie gelten; jeder nimmt seinen Anteil von dem, was die davor übrig lassen.
price-policy-stacking-percentages_first = Zuerst Prozentsätze, dann Beträge
price-policy-stacking-narrowest_first = Zuerst die für die wenigsten Posten
price-policy-stacking-as_given = In der Reihenfolge, in der sie eingelöst wurden
price-policy-fee = Ende vor Ablauf der Laufzeit
price-policy-fee-hint = Wird berechnet, wenn das Abonnement endet, neben dem, was die Zeit am Ende gutschreibt.
price-policy-fee-none = Ist nicht möglich
price-policy-fee-rest = Kostet den Rest der Laufzeit
price-policy-fee-percent = Kostet einen Prozentsatz des Rests
price-policy-fee-amount = Kostet einen Betrag
price-policy-fee-value = Prozentsatz oder Betrag
price-policy-commit-over = Zusage
price-policy-commit-over-hint = Wird am Ende jedes Zeitraums nach dem abgerechnet, was darin berechnet wurde; Mengen werden über die API gesetzt.
price-policy-commit-over-none = keine
price-policy-commit-over-month = je Monat
price-policy-commit-over-quarter = je Quartal
price-policy-commit-over-half_year = je Halbjahr
price-policy-commit-over-year = je Jahr
price-policy-commit-minimum = Zugesagter Mindestumsatz
price-policy-commit-maximum = Vereinbarter Höchstbetrag
price-policy-commit-counts = Zählt für beides
price-policy-commit-counts-everything = Wiederkehrendes und Verbrauch
price-policy-commit-counts-usage = nur Verbrauch
price-policy-commit-leaving = Bei vorzeitigem Ende
price-policy-commit-leaving-hint = Was von Mindestumsatz und Mengen bleibt.
price-policy-commit-leaving-prorated = der Anteil der Tage
price-policy-commit-leaving-full = alles
price-policy-commit-leaving-nothing = nichts
price-policy-fee-value-hint = Nur für Prozentsatz oder Betrag; vor Steuer, außer Preise enthalten sie.
proration-actual_days = Tatsächliche Tage
proration-fixed_30 = Monate zu 30 Tagen
proration-fixed_28 = Monate zu 28 Tagen
proration-day_consumed = Tatsächliche Tage, der letzte verbraucht
proration-both_ends = Tage mit beiden Enden
proration-whole_days = Ganze Tage des Zeitraums
proration-seconds = Auf die Sekunde
proration-hours_up = Angefangene Stunden
proration-none = Gar nicht: Begonnenes bleibt
proration-other = Wie über die API gesetzt
revision-preview = Preise ansehen
f-from = Gültig ab
f-from-hint = Ein Datum nach heute.
rule-for = Aufschlag: { $what }
price-rules = Aufschläge
price-rules-lead = Auf Ihren Einkaufspreis; die genaueste Regel gilt.
price-rules-none = Keine Aufschläge: Jedes Angebot hat seinen eigenen Preis.
price-listings = Angebote und Preise
price-listings-none = Nichts gelistet
price-listings-none-text = Legen Sie eine neue Revision an, um Produkte aufzunehmen.
how-rule = Nach Regel
how-markup = Eigener Aufschlag (%)
how-price = Eigener Preis
introduction = Einführungspreis
introduction-hint = Für wie viele ganze Abrechnungszeiträume, der Preis darin, und ob nur für Kunden, die das Produkt nie hatten.
introduction-periods = Abrechnungszeiträume zum Einführungspreis
introduction-price = Einführungspreis
introduction-once = Einführungspreis nur für neue Kunden
cost-of = Einkauf { $cost }
listings-lead = Alles, was Sie verkaufen, mit dem heutigen Preis.
listings-none = Nichts im Angebot
listings-none-text = Nehmen Sie Produkte in ein Preisbuch auf, um sie zu verkaufen.

# Products
products-none = Noch keine Produkte
products-none-text = Beschreiben Sie Ihr Angebot: Tarife, Positionen mit Preisen und was bei der Bestellung gefragt wird.
product-add = Neues Produkt
product-basics = Grunddaten
product-complete = Bereit zur Veröffentlichung?
product-in-use = { $count ->
    [one] { $count } aktives Abonnement behält die Bedingungen, zu denen es verkauft wurde.
   *[other] { $count } aktive Abonnements behalten die Bedingungen, zu denen sie verkauft wurden.
}
product-preview = Vorschau
product-publish = Veröffentlichen
product-withdraw = Aus dem Verkauf nehmen
product-withdraw-text = Niemand kann es mehr bestellen. Laufende Abonnements gehen weiter.
plan-title = Tarif { $name }
plan-add = Tarif hinzufügen
plan-add-text = Die Positionen kommen danach dazu.
plan-save = Tarif speichern
plan-save-text = Laufende Abonnements behalten, was sie haben.
item-add = Position hinzufügen
item-add-text = Etwas, das einmalig, in jedem Zeitraum oder nach Verbrauch berechnet wird.
item-save = Position speichern
item-save-text = Preise laufender Abonnements ändern sich nicht.
items-none = Noch keine Positionen
items-none-text = Ein Tarif braucht mindestens eine Position, um verkauft zu werden.
parameters-lead = Was bei der Bestellung gefragt und vor der Auslieferung geprüft wird.
parameters-none = Es wird nichts gefragt.
parameter-add = Parameter hinzufügen
parameter-add-text = Der Hersteller erhält die Antwort mit der Auslieferung.
parameter-save = Parameter speichern
parameter-save-text = Gilt für Bestellungen ab jetzt.
param-type-text = Eine Zeile
param-type-number = Zahl
param-type-choice = Auswahl
param-type-boolean = Ja oder nein
param-type-email = E-Mail-Adresse
param-type-domain = Domainname
f-name-en = Name (Englisch)
f-name-de = Name (Deutsch)
f-summary-en = In einem Satz (Englisch)
f-summary-de = In einem Satz (Deutsch)
f-description-en = Beschreibung (Englisch)
f-description-de = Beschreibung (Deutsch)
f-category = Kategorie
f-delivery-mode = Ausgeliefert durch
delivery-mode-automatic = Dienst des Herstellers (Webhook)
delivery-mode-manual = Menschen (Aufgabenliste)
f-needs-approval = Bestellungen brauchen eine Freigabe des Verkäufers
f-plan-name-en = Name (Englisch)
f-plan-name-de = Name (Deutsch)
f-billing-period = Abgerechnet
f-term = Laufzeit
f-trial-days = Testtage
f-plan-state = Status
billing-period-none = Keine
billing-period-P1D = Täglich
billing-period-P1W = Wöchentlich
billing-period-P6M = Halbjährlich
billing-period-P1M = Monatlich
billing-period-P3M = Vierteljährlich
billing-period-P1Y = Jährlich
billing-period-P3Y = Drei Jahre
f-item-code = Code
f-item-name-en = Name (Englisch)
f-item-name-de = Name (Deutsch)
f-item-kind = Berechnet
f-unit = Einheit
f-meter = Messgröße (nur nach Verbrauch)
f-model = Preismodell
f-price = Preis
f-tiers = Staffeln
f-tiers-hint = Eine je Zeile: ab Menge, Preis, fester Betrag.
f-included = Enthaltene Menge
f-units = Einheit in der Mehrzahl, englisch
f-units-hint = Wie in „10 seats“.
f-unit-de = Einheit auf Deutsch
f-units-de = Mehrzahl auf Deutsch
f-minimum = Kleinste Menge
f-maximum = Größte Menge
price-model-flat = Pauschal
price-model-per-unit = Je Einheit
price-model-graduated = Gestaffelt
price-model-volume = Mengenpreis
price-model-stairstep = Stufenpreis
price-model-package = Paket
price-model-pass-through = Durchgereichte Kosten
f-param-code = Code
f-param-label-en = Frage (Englisch)
f-param-label-de = Frage (Deutsch)
f-param-type = Typ
f-pattern = Muster (regulärer Ausdruck)
f-choices = Auswahl, eine je Zeile
f-param-required = Muss beantwortet werden

# Billing
payments-view-all = Erwartet
payments-view-received = Eingegangen
payments-view-failed = Fehlgeschlagen
payments-view-refunds = Rückzahlungen
payments-none = Keine Zahlungen hier
payments-none-text = Zahlungen per Überweisung werden hier erfasst, wenn sie eingehen.
payment-record = Zahlung erfassen
payment-record-lead = Geld, das per Überweisung eingegangen ist.
credit-note = Gutschrift
credit-note-lead = Nimmt eine Rechnung oder Teile davon zurück. Tragen Sie ein, was von jeder Zeile zurückgenommen wird; ohne Einträge ist es alles, was übrig ist.
credit-note-issue = Gutschrift ausstellen
credit-note-issued = Die Gutschrift { $number } über { $amount } ist ausgestellt.
c-billed = Berechnet
c-left = Übrig
f-quantity = Menge
f-destination = Wohin das Geld geht
f-destination-hint = Zurückgezahlt wird auf die Karte oder mit einer Überweisung, die Sie hier erfassen. Was sich nicht zurückzahlen lässt, wird Guthaben.
refund-record = Rückzahlung erfassen
refund-record-lead = Überweisen Sie bei Ihrer Bank und tragen Sie die Referenz hier ein.
refund-recorded = Die Rückzahlung ist erfasst.
refund-drop = Nicht überwiesen: als Guthaben behalten
refund-dropped = Der Betrag ist wieder Guthaben.
payment-look = Einzelheiten
payment-steps = Was daraus wurde
payment-steps-none = Seither ist nichts damit geschehen.
payment-step-refund = Rückzahlung
payment-step-capture = Eingezogen
payment-step-void = Freigegeben
payment-step-chargeback = Von der Bank zurückgebucht
payment-step-chargeback-loss = Dabei verloren
payment-step-chargeback-won = Streit gewonnen
payment-do-refund = Zurückzahlen
payment-do-capture = Reserviertes einziehen
payment-do-void = Reserviertes freigeben
payment-do-chargeback = Rückbuchung erfassen
payment-do-won = Gewonnenen Streit erfassen
write-off = Ausbuchen
write-off-lead = Gibt auf, was offen ist. Das ist Aufwand; was später noch eingeht, nimmt es so weit zurück.
write-off-all = Leer gelassen: alles, was offen ist.
write-off-undo = Ausbuchung zurücknehmen
written-off = Ausgebucht
f-amount = Betrag
f-received = Eingegangen am
f-bank-reference = Verwendungszweck laut Auszug
f-note = Notiz
run-begin = Jetzt abrechnen
run-begin-lead = Bewertet und berechnet jede Stufe bis zu einem Datum. Bereits Abgerechnetes wird nicht noch einmal berechnet.
run-until = Bis { $date }
run-title = Abrechnungslauf bis { $date }
dimension-service-category = Dienstkategorie
dimension-service-name = Dienst
dimension-region = Region
runs-lead = Abgerechnet wird jeden Tag von selbst; ein Tag, an dem es nichts abzurechnen gab, steht nicht in der Liste.
runs-none = Noch keine Läufe
runs-none-text = Abgerechnet wird jeden Tag von selbst. Was dabei entsteht, steht hier.
run-origin-daily = täglicher Lauf
run-origin-command-line = Befehlszeile
run-origin-panel = Oberfläche
run-origin-api = API
run-made = Was geschehen ist
run-documents = Belege
run-documents-lead = Rechnungen und Gutschriften jeder Stufe; ein Verkauf zählt also einmal für jeden seiner Verkäufer. Gutschriften sind abgezogen.
run-no-documents = Keine Belege
run-not-billed = Nicht abgerechnet
run-not-billed-lead = Was hier steht, bleibt fällig und wird vom nächsten Lauf wieder versucht.
run-failed = Der Lauf wurde aufgegeben
run-interrupted = Dieser Lauf wurde abgebrochen. Was er bis dahin erstellt hatte, steht hier; ein späterer Lauf hat den Rest übernommen.
run-resumed = { $count ->
    [one] Der Lauf war abgebrochen und wurde wieder aufgenommen.
   *[other] Der Lauf war abgebrochen und wurde { $count }-mal wieder aufgenommen.
}
f-until = Bis einschließlich
usage-lead = Verbrauchs- und Kostensätze aus anderen Systemen; jeder Satz wird einmal übernommen.
usage-import = FOCUS-Datei importieren
usage-imports-none = Noch nichts importiert
usage-imports-none-text = Importieren Sie eine FOCUS-1.0-CSV-Datei hier oder auf der Kommandozeile.
usage-refused = Abgewiesene Zeilen
usage-held = Zurückgehaltene Datensätze
usage-held-lead = Ihr Unterkonto gehört noch zu keinem Abonnement. Nach der Zuordnung werden sie bewertet, nichts geht verloren.
usage-held-count = { $count ->
    [one] { $count } Datensatz wartet auf Zuordnung.
   *[other] { $count } Datensätze warten auf Zuordnung.
}
usage-held-none = Nichts zurückgehalten
usage-held-none-text = Jeder Datensatz hat sein Abonnement.
usage-assign = Datensätze zuordnen
usage-assign-one = Zuordnen
usage-assign-one-text = Alle zurückgehaltenen und künftigen Datensätze dieses Unterkontos gehen an das Abonnement.
late-title = Später Verbrauch
late-lead = Er kam nach der Frist seines Monats. Nichts davon geht verloren, und nichts zählt, bevor jemand entscheidet.
late-queue = Datensätze
late-view-all = Wartet
late-view-count = Zählt
late-view-later = Zählt später
late-view-discarded = Verworfen
late-view-counted = Gezählt
late-none = Nichts vorhanden
late-none-text = Hier wartet Verbrauch, der nach der Frist seines Monats kommt.
late-picked = Auswahl
late-pick = { $record } auswählen
late-month = Verbraucht im
late-came = Eingang
late-decide = Entscheiden
late-verdict-count = im eigenen Monat zählen
late-verdict-count-later = im laufenden Monat zählen
late-verdict-discard = verwerfen
late-verdict-reopen = Entscheidung zurücknehmen
late-decided = { $count ->
    [one] Über { $count } Datensatz entschieden.
   *[other] Über { $count } Datensätze entschieden.
}
late-window = Frist
late-save = Speichern
late-as-past-period = für den eigenen Monat
late-as-current-period = mit dem laufenden Monat
late-open = Später Verbrauch
late-waiting = { $count ->
    [one] { $count } Datensatz kam zu spät und wartet auf eine Entscheidung.
   *[other] { $count } Datensätze kamen zu spät und warten auf eine Entscheidung.
}
c-late = Zu spät
c-record = Datensatz
f-all-shown = Alle gezeigten Datensätze
f-verdict = Entscheidung
f-verdict-hint = Was zählen soll, wird mit dem nächsten Abrechnungslauf bewertet; bis dahin lässt es sich zurücknehmen.
f-window-days = Tage nach Monatsende
f-window-days-hint = So lange zählt Verbrauch von selbst; leer: wann immer er kommt.
f-late-as = Änderungen abrechnen
f-late-as-hint = Verbrauch, der innerhalb der Frist kommt oder im eigenen Monat zählen soll.
f-file = Datei
f-on-error = Bei einer fehlerhaften Zeile
on-error-skip = die anderen importieren
on-error-stop = nichts importieren
ledger-balances = Saldenliste
ledger-entries = Buchungen
ledger-until = Alle Buchungen bis { $date }
ledger-balanced = Ausgeglichen
ledger-unbalanced = Nicht ausgeglichen
ledger-export-hledger = hledger
ledger-export-beancount = beancount
ledger-search = Konto
ledger-none = Noch nichts gebucht
ledger-none-text = Jeder Beleg bucht hier seine Sätze.

# Operations
jobs-search = Art oder Gegenstand
jobs-view-all = Wartend
jobs-view-leased = In Arbeit
jobs-view-dead = Aufgegeben
jobs-view-done = Erledigt
jobs-none = Keine Jobs hier
jobs-none-text = Was im Hintergrund zu tun ist, erscheint hier.
job-retry = Erneut versuchen
events-search = Art oder Gegenstand
events-none = Noch keine Ereignisse
events-none-text = Jede Zustandsänderung hinterlässt hier ein Ereignis.
mails-lead = Gesendete E-Mails. In einer Sandbox verlässt keine das Haus.
mails-search = Empfänger oder Betreff
mails-none = Noch keine E-Mails
mails-none-text = Bestätigungen, Erinnerungen und Rechnungen erscheinen hier.
mail = E-Mail
webhooks-lead = Wir melden Ihrem Dienst, was geschieht, mit einem signierten POST und versuchen es, bis er antwortet.
webhooks-none = Noch kein Endpunkt
webhooks-none-text = Tragen Sie unten die Adresse Ihres Dienstes ein.
webhook-add = Endpunkt hinzufügen
webhook-secret = Signaturschlüssel
webhook-test = Test senden
webhook-log = Auslieferungen
webhook-rotate = Neuer Schlüssel
webhook-failing = { $count ->
    [one] { $count } Zustellung ist in den letzten 24 Stunden gescheitert.
   *[other] { $count } Zustellungen sind in den letzten 24 Stunden gescheitert.
}
f-url = Adresse
f-events = Ereignisse
deliveries-search = Kunde oder Abonnement
deliveries-none = Noch keine Auslieferungen
deliveries-none-text = Sie beginnen, wenn eine Bestellung freigegeben und bezahlt ist.
delivery-action-provision = Einrichten
delivery-action-change = Ändern
delivery-action-suspend = Sperren
delivery-action-resume = Freigeben
delivery-action-remove = Entfernen
delivery-title = { $action }: { $product }
delivery-event = Das Ereignis, wie es gesendet wird
attempts = Versuche
attempt = Versuch { $number }: { $outcome }
attempt-next = Nächster Versuch
late-report = Zu spät gemeldet: { $outcome }
late-report-text = Die Auslieferung war anders beendet; die Meldung wurde abgelehnt und hat nichts geändert. Bitte prüfen, ob der Dienst so ist, wie er sein soll.
late-report-times = { $count }-mal gemeldet.
late-report-said = Der Anbieter sagt: { $message }

# Tasks
tasks-lead = Auslieferungen, die Menschen von Hand erledigen, die ältesten zuerst.
tasks-view-all = Offen
tasks-view-done = Erledigt
tasks-view-failed = Fehlgeschlagen
tasks-none = Keine Aufgabe wartet
tasks-none-text = Bestellungen von Produkten, die von Hand ausgeliefert werden, erscheinen hier.
task-changes = Was sich ändert
task-report = Meldung
task-report-lead = Was der Kunde zu sehen bekommt: Adressen, Zugangsdaten und Anleitungen. Zugangsdaten werden verschlüsselt gespeichert und hier nicht mehr gezeigt.
task-succeed = Erfolg melden
task-more = Mehr Felder
task-fail = Fehlschlag melden
task-fail-text = Verkäufer und Kunde lesen, was Sie schreiben.
task-secrets = Gespeicherte Zugangsdaten
task-endpoint-name = Adresse { $number }: Name
task-endpoint-url = Adresse { $number }
task-secret-name = Zugangsdatum { $number }: Name
task-secret-value = Zugangsdatum { $number }: Wert
f-instructions-en = Anleitung (Englisch)
f-instructions-de = Anleitung (Deutsch)

## Antworten des Panels

age-minutes = { $count } Min.
age-hours = { $count } Std.
age-days = { $count ->
    [one] { $count } Tag
   *[other] { $count } Tage
}
days-to-pay = { $count ->
    [0] Sofort fällig
    [one] Fällig binnen { $count } Tag
   *[other] Fällig binnen { $count } Tagen
}
order-approved = Die Bestellung ist freigegeben und geht weiter.
order-rejected = Die Bestellung ist abgelehnt.
order-retried = Der fehlgeschlagene Schritt wird wiederholt.
order-cancelled = Die Bestellung ist storniert.
sub-suspending = Das Abonnement wird gesperrt.
sub-resuming = Das Abonnement wird wieder aufgenommen.
account-added = Das Konto ist angelegt; der Kontakt bekommt eine E-Mail.
payment-recorded = Die Zahlung ist erfasst.
run-report = { $subscriptions } Abonnements geprüft, { $charges } Posten und { $documents } Belege erstellt, { $problems } Probleme.
job-retried = Der Job läuft erneut.
people-yourself = Die eigenen Rollen lassen sich nicht ändern.
user-invited = Die Einladung ist unterwegs.
user-changed = Die Rollen sind geändert.
api-key-revoked = Der Schlüssel gilt nicht mehr.
wait-failed = { $count ->
    [one] { $count } Bestellung ist fehlgeschlagen
   *[other] { $count } Bestellungen sind fehlgeschlagen
}
revision-saved = Die Revision ist gespeichert und gilt ab ihrem Datum.
price-book-added = Die Preisliste ist angelegt; nun fehlt eine Revision.
product-saved = Gespeichert.
product-published = Das Produkt ist veröffentlicht.
product-withdrawn = Das Produkt ist aus dem Verkauf genommen.
usage-imported = { $accepted } Datensätze übernommen, { $duplicate } schon bekannt, { $held } zurückgehalten, { $review } zu spät, { $rejected } abgewiesen.
usage-assigned = Zugeordnet; was zurückgehalten war, ist übernommen.
delivery-retried = Die Auslieferung wird wiederholt.
delivery-reported = Die Meldung ist gespeichert.
webhook-tested = Ein Test ist unterwegs.
webhook-removed = Der Endpunkt ist entfernt.
webhook-fresh = Signaturgeheimnis jetzt kopieren
webhook-fresh-text = Es wird nur dieses eine Mal gezeigt.
price-rule-all = Alles

# Gutscheine
nav-coupons = Gutscheine
coupons-lead = Was Sie auf Ihre eigenen Preise nachlassen: für einen Code, den ein Käufer eingibt, oder von selbst.
coupons-none = Noch keine Gutscheine
coupons-none-text = Legen Sie einen an und geben Sie seinen Code denen, die weniger zahlen sollen.
search-coupons = Codes suchen
coupon-kind-coupon = Mit Code
coupon-kind-promotion = Ohne Code
coupon-by-itself = nicht nötig
coupon-off = { $value } Nachlass
coupon-for = für { $value }
coupon-trial-days = { $count ->
    [one] { $count } Tag länger testen
   *[other] { $count } Tage länger testen
}
coupon-for-periods = { $count ->
    [one] einmal
   *[other] für { $count } Abrechnungszeiträume
}
coupon-of = von { $most }
c-coupon-code = Code
c-coupon-gives = Gibt
c-valid-until = Gültig bis
c-redemptions = Einlösungen
c-taken-off = Nachgelassen
coupon-add = Neuer Gutschein
coupon-add-lead = Ohne Code ist er eine Aktion, die von selbst gilt.
coupon-what = Der Gutschein
coupon-edit = Gutschein ändern
coupon-edit-lead = Was eingelöst wurde, bleibt, wie es war.
coupon-save = Gutschein speichern
coupon-saved = Der Gutschein ist gespeichert.
coupon-end = Gutschein beenden
coupon-end-text = Niemand kann ihn mehr einlösen. Was eingelöst wurde, läuft weiter.
coupon-was-ended = Der Gutschein ist beendet.
coupon-became = Was daraus wurde
coupon-given-back = zurückgegeben
redemptions-none = Noch hat ihn niemand eingelöst.
coupon-scope-all = Alles, oder das Angekreuzte
coupon-covers-purchases = Einmalige und wiederkehrende Posten
coupon-covers-usage = Nutzung, Monat für Monat
coupon-covers-everything = Beides
f-coupon-covers = Abgezogen wird von
f-coupon-scopes = Er gilt nur für all das zugleich
coupon-gives-percentage = Einen Prozentsatz Nachlass
coupon-gives-amount = Einen Betrag je Abrechnungszeitraum
coupon-gives-price-override = Einen anderen Preis für einen Posten
coupon-gives-trial-extension = Eine längere Testphase
f-coupon-code = Code
f-coupon-code-hint = Groß- und Kleinschreibung ist gleich. Ohne Code gilt er von selbst.
f-gives = Er gibt
f-gives-value = Wie viel
f-gives-value-hint = Prozent, ein Betrag, der andere Preis oder Tage.
f-coupon-scope = Er gilt nur für
f-coupon-periods = Für wie viele Abrechnungszeiträume
f-coupon-periods-hint = Leer: solange das Abonnement läuft.
f-budget = Budget
f-budget-hint = Was alle Einlösungen zusammen nachlassen dürfen.
f-valid-from = Erster Tag
f-valid-until = Letzter Tag
f-max-redemptions = Einlösungen insgesamt
f-max-per-customer = Einlösungen je Kunde
f-new-customers-only = Nur für neue Kunden

# Korrekturen
sub-correct = Korrigieren
correction = Berechnetes richtigstellen
correction-lead = Die Zeit seither wird neu berechnet. Was abweicht, wird zurückgenommen und berechnet, für jeden Verkäufer dieses Abonnements.
correction-what = Was war anders?
correction-quantities = Andere Mengen
correction-quantities-hint = Von diesem Tag an, bis zur nächsten vermerkten Änderung.
correction-ended = Es war beendet
correction-ended-hint = Es endet jetzt; was von diesem Tag an berechnet wurde, wird nach den Bedingungen zurückgegeben.
correction-from-hint = Vom { $first } bis zum { $today }.
correction-preview = Was daraus wird
correction-nothing = Geben Sie den Tag an und was anders war, um zu sehen, was daraus wird.
correction-costs-nothing = Es ist nichts zu berechnen oder zurückzugeben.
correction-lines = Zurückgenommen und berechnet
correction-charged = Zu zahlen
correction-given-back = Wird zurückgegeben
correction-needs-reason = Geben Sie einen Grund an, um fortzufahren.
correction-confirm = So richtigstellen
said-not-correctable = Das Abonnement kann jetzt nicht korrigiert werden.
f-first-day = Erster Tag
f-otherwise = Was anders war
# Kontoauszüge
bank-title = Kontoauszüge
bank-lead = Was einging, wird einmal erfasst und offenen Rechnungen zugeordnet. Was nicht klar ist, wartet hier.
bank-import = Auszug einlesen
bank-camt = ISO 20022 (camt.053)
bank-csv = CSV: { $name }
bank-imported = { $matched } als Zahlungen erfasst, { $unmatched } zuzuordnen, { $outgoing } Ausgänge, { $known } schon bekannt.
bank-file-at = Zeile { $line } { $element }: { $what }
bank-match = Erneut zuordnen
bank-matched-again = { $count } als Zahlungen erfasst.
bank-mappings = CSV-Dateien
bank-mappings-lead = Wie die Spalten der CSV-Datei einer Bank gelesen werden. Spalten heißen wie in der Kopfzeile.
bank-mappings-none = Noch keine CSV-Dateien
bank-mapping = Spalten einer Datei
bank-mapping-keep = Merken
bank-mapping-forget = Vergessen
bank-view-all = Zuzuordnen
bank-view-matched = Gefunden
bank-view-assigned = Zugeordnet
bank-view-ignored = Übergangen
bank-view-outgoing = Ausgänge
bank-view-statements = Auszüge
bank-search = Verwendungszweck suchen
bank-none = Hier ist nichts
bank-none-text = Lesen Sie einen Auszug Ihrer Bank ein; wofür etwas ist, wird gefunden, wo es klar ist.
bank-nobody = Nicht genannt
bank-statement = Auszug
bank-statements = Kontoauszüge
bank-until = Bis
bank-imported-at = Eingelesen
bank-opening = Davor
bank-closing = Danach
bank-entries = Buchungen
bank-new = { $count } neu
bank-gap = { $amount } Abstand zum vorigen
bank-entry = Buchung
bank-text = Verwendungszweck
bank-own-reference = Referenz der Bank
bank-recorded = Erfasst als
bank-as-credit = Guthaben
bank-ignored-because = Übergangen: { $reason }
bank-doubt-unknown = Es ist keine Rechnung genannt, und der Zahler ist nicht bekannt.
bank-doubt-paid-already = Was genannt ist, ist schon bezahlt.
bank-doubt-several-buyers = Genannt sind Rechnungen mehrerer Käufer.
bank-doubt-ambiguous = Es passt zu mehreren Rechnungen.
bank-doubt-other-currency = Die Rechnung lautet auf eine andere Währung.
bank-doubt-other-amount = Der Betrag passt zu keiner offenen Rechnung des Zahlers.
bank-doubt-taken-back = Die Bank hat eine frühere Zahlung zurückgenommen.
bank-doubt-undone = Jemand hat rückgängig gemacht, als was es erfasst war.
bank-why-named = genannt
bank-why-same-amount = gleicher Betrag
bank-why-same-payer = gleicher Zahler
bank-do-assign = Rechnungen zuordnen
bank-do-account = Einem Käufer zuordnen
bank-do-payment = Schon von Hand erfasst
bank-do-take-back = Nimmt eine Zahlung zurück
bank-do-ignore = Übergehen
bank-do-undo = Rückgängig machen
f-mapping = Art der Datei
f-invoice = Rechnungen
f-numbers = Nummern anderer Rechnungen
f-numbers-hint = Durch Kommas getrennt. Die ältesten werden zuerst bezahlt; was zu viel ist, wird Guthaben.
f-buyer = Käufer
f-top-up-all = Alles als Guthaben behalten
f-payment-id = Zahlung
f-csv-called = Name dieser Art von Datei
f-csv-own-account = Ihr Konto
f-csv-date = Spalte des Tages
f-csv-date-form = Tage sind geschrieben als
f-csv-decimal-sign = Cent sind getrennt durch
f-csv-text = Spalten des Verwendungszwecks
f-csv-text-hint = Durch Kommas getrennt.
f-csv-amount = Spalte des Betrags
f-csv-amount-hint = Negativ für Ausgänge. Bleibt leer, wenn es zwei Spalten gibt.
f-csv-credit = Spalte der Eingänge
f-csv-debit = Spalte der Ausgänge
f-csv-direction = Spalte der Richtung
f-csv-name = Spalte des Zahlers
f-csv-account = Spalte des Kontos des Zahlers
f-csv-reference = Spalte der Bankreferenz
f-csv-balance = Spalte des Saldos
f-csv-balance-hint = Daran fällt eine fehlende Zeile auf.
f-csv-currency = Spalte der Währung
f-csv-currency-code = Währung des Kontos
date-form-yyyy-mm-dd = 2024-03-31
date-form-dd-mm-yyyy = 31.03.2024
date-form-yyyymmdd = 20240331
decimal-sign-comma = ein Komma (1.234,56)
decimal-sign-point = einen Punkt (1,234.56)
payment-step-reversal = Zurückgenommen
payment-do-reverse = Irrtümlich erfasst: zurücknehmen
invoicing-set = Rechnungsstellung
invoicing-set-text = Wann aus Posten eine Rechnung wird, und ab welchem Tag im Monat Zeiträume zählen, die ihm folgen.
invoicing-saved = Die Rechnungsstellung wurde geändert.
f-invoicing = Rechnungen
f-invoice-day = Tag im Monat
f-invoice-day-hint = Für monatliche Rechnungen und für Zeiträume, die am Rechnungstag beginnen.
invoicing-immediate = Bei Fälligkeit, je Abonnement eine
invoicing-daily = Bei Fälligkeit, eine für alles eines Tages
invoicing-monthly = Einmal im Monat
invoicing-on = Einmal im Monat, am { $day }.

# Mahnungen
dunning-title = Mahnungen
dunning-lead = Was geschieht, wenn eine Rechnung fällig war und nicht bezahlt ist, Schritt für Schritt. Schon offene Rechnungen gehen danach weiter.
dunning-steps = Schritte
dunning-overdue = Überfällige Rechnungen
dunning-days = Tage nach Fälligkeit
dunning-action = Dann
dunning-none = Kein Schritt
dunning-remind = Erinnern
dunning-suspend = Dienst aussetzen
dunning-terminate = Dienst beenden
dunning-write-off = Ausbuchen
dunning-save = Schritte speichern
retries-title = Gescheiterte Kartenzahlungen
retries-save = Tage speichern
f-after-days = Erneut versucht nach Tagen
f-after-days-hint = Von einem Versuch zum nächsten, durch Kommas getrennt. Leer für keinen.

stripe-title = Stripe
stripe-lead = Karten und Lastschriften über Ihr eigenes Konto bei Stripe. Das Geld geht an Sie, und Kartendaten kommen nie hierher.
stripe-account = Ihr Konto bei Stripe
stripe-none = Es ist keines eingerichtet. Käufer zahlen per Überweisung, und mit Karte, wo die Sandbox in Gebrauch ist.
stripe-hint = Geheimer Schlüssel endet auf
stripe-mode = Betrieb
stripe-live = Bewegt Geld
stripe-trial = Zum Testen
stripe-since = Eingerichtet
stripe-test = Schlüssel prüfen
stripe-tested = Stripe nimmt die Schlüssel an.
stripe-saved = Gespeichert. Käufer geben ihre Karten nun bei Stripe an.
stripe-remove = Dieses Konto vergessen
stripe-remove-text = Zahlungsmittel, die Käufer dort angegeben haben, können nicht mehr belastet werden.
stripe-hook = Adresse für Webhooks
stripe-hook-lead = Tragen Sie sie bei Stripe unter Entwickler, Webhooks ein, mit den Ereignissen payment_intent.*, refund.*, charge.refund.updated und charge.dispute.*. Stripe zeigt dann das Geheimnis, nach dem unten gefragt wird.
stripe-set = Einrichten
stripe-replace = Andere Schlüssel
f-publishable-key = Veröffentlichbarer Schlüssel
f-publishable-key-hint = Beginnt mit pk_
f-secret-key = Geheimer Schlüssel
f-secret-key-hint = Beginnt mit sk_, oder rk_ für einen, der nur Zahlungen darf. Er wird versiegelt aufbewahrt und nie wieder gezeigt.
f-webhook-secret = Geheimnis des Webhooks
f-webhook-secret-hint = Beginnt mit whsec_

# Rechnungsentwürfe
nav-drafts = Entwürfe
drafts-lead = Was Abrechnungsläufe berechnet haben und noch niemand ausgestellt hat. Käufer sehen es nicht.
drafts-none = Keine Entwürfe
drafts-none-text = Abrechnungsläufe machen Entwürfe, wo Rechnungen geprüft werden oder ihr Käufer angehalten ist.
drafts-issue = Alle nicht angehaltenen ausstellen
drafts-issue-text = Jeder Entwurf, der nicht angehalten ist, wird eine Rechnung mit der nächsten Nummer. Das lässt sich nicht rückgängig machen.
drafts-issued = { $count ->
    [one] Ein Dokument ausgestellt
   *[other] { $count } Dokumente ausgestellt
}
drafts-held = Angehaltene Käufer
draft-waits = Wartet
draft-held = Angehalten
draft-held-why = Dieser Entwurf ist angehalten
draft-buyer-held-why = Alles für diesen Käufer ist angehalten
draft-by-hand = Von Hand
draft-issue-on = Ausstellung am
draft-charges = Posten
draft-about = Ohne Steuer
draft-title = Entwurf für { $name }
draft-lead = Was jetzt darauf steht. Späte Nutzung, Berichtigungen und Zeilen von Hand kommen dazu, bis er ausgestellt wird.
draft-lines = Zeilen
draft-due = Fällig bei Ausstellung heute
draft-net = Ohne Steuer
draft-tax = Steuer
draft-issue = Jetzt ausstellen
draft-issue-text = Der Entwurf wird eine Rechnung mit der nächsten Nummer. Das lässt sich nicht rückgängig machen.
draft-issued = Ausgestellt
draft-hold = Anhalten
draft-hold-text = Er wird nicht von selbst ausgestellt, bis er freigegeben wird.
draft-hold-buyer = Käufer anhalten
draft-hold-buyer-text = Was diesem Käufer berechnet wird, wartet auf Entwürfen, bis er freigegeben wird.
draft-release = Freigeben
draft-release-buyer = Käufer freigeben
draft-add = Zeile hinzufügen
draft-amount-hint = Ohne Steuer; negativ, um etwas abzuziehen.
draft-policy = Prüfung
draft-policy-off = Sofort ausstellen
draft-policy-days = Nach Tagen ausstellen
draft-policy-by-hand = Nur von Hand ausstellen
draft-policy-save = Speichern
f-review = Was Läufe berechnen
f-grace-days = Tage
f-description = Text der Zeile

# Proforma-Rechnungen
pro-forma-pdf = Proforma-Rechnung
pro-forma-send = Proforma-Rechnung senden
pro-forma-send-text = Der Käufer erhält per E-Mail, was berechnet und noch nicht in Rechnung gestellt ist, als Dokument ohne Nummer.
pro-forma-sent = Gesendet
# Wie Bücher geführt werden
ledger-months = Monate
ledger-months-lead = Ein abgeschlossener Monat nimmt keine Buchungen mehr auf: Was später kommt, zählt zum ersten offenen Tag und behält seinen eigenen daneben.
ledger-close-month = { $month } abschließen
ledger-close = Monat abschließen
ledger-close-text = In ihn und die Monate davor wird nichts mehr gebucht.
ledger-reopen-month = { $month } wieder öffnen
ledger-reopen = Monat wieder öffnen
ledger-reopen-text = In ihn kann wieder gebucht werden. Dass er geöffnet wurde und warum, bleibt festgehalten.
ledger-closed-until = Abgeschlossen bis
ledger-nothing-closed = Kein Monat ist abgeschlossen
ledger-sealed = Versiegelte Buchungen
ledger-waiting = Noch zu versiegeln
ledger-hash = Letzter Hash
ledger-seal = Jetzt versiegeln
ledger-chain = Kette der Buchungen
ledger-chain-text = Jede Buchung wird zusammen mit der vorigen gehasht. Wer letzte Nummer und letzten Hash aufbewahrt, kann später beweisen, dass nichts geändert wurde.
ledger-export-sealed = Versiegelte Buchungen
ledger-closings = Abgeschlossen und wieder geöffnet
ledger-closings-none = Bisher wurde kein Monat abgeschlossen.
ledger-act-close = Abgeschlossen
ledger-act-reopen = Wieder geöffnet
ledger-chart = Kontenplan
ledger-chart-lead = Ihre Nummern und Namen für die Konten des Hauptbuchs. Salden und Exporte zeigen sie.
ledger-chart-none = Bisher hat kein Konto eine Nummer.
ledger-number = Konto nummerieren
c-month = Monat
f-chart-account = Konto
f-chart-code = Nummer
f-chart-code-hint = Buchstaben und Ziffern. Ohne Nummer behält das Konto seinen eigenen Namen.
f-chart-name = Name

# Erlöse
revenue-title = Erlösabgrenzung
revenue-lead = Was im Voraus berechnet wird, ist mit den Tagen verdient, für die es gilt. Künftige Monate zeigen, was das bisher Berechnete verdienen wird.
revenue-csv = CSV
revenue-start = Abgegrenzt zuvor
revenue-billed = Berechnet
revenue-recognised = Verdient
revenue-end = Abgegrenzt danach
revenue-booked = In den Büchern
revenue-none = In diesen Monaten nichts berechnet
revenue-none-text = Jede Zeile eines Belegs steht hier, sobald er ausgestellt ist.
revenue-policy = In den Büchern
revenue-policy-text = Erlöse stehen in den Büchern, wenn sie berechnet sind. Tagesgenau bucht jedes Monatsende als abgegrenzt, was noch nicht verdient ist.
f-recognition = Erlöse werden gebucht
f-recognised-since = Ab diesem Monat
recognition-at-issue = mit der Rechnung
recognition-over-time = tagesgenau

# Abrechnungen
nav-settlements = Abrechnungen
settlements-lead = Was Anbieter für ihren Anteil an Verkäufen bekommen, abzüglich Gebühr und Einbehalt.
settlements-none = Noch keine Abrechnung
settlements-none-text = Anteile an Verkäufen werden abgerechnet, sobald ein Tag oder Monat vorbei ist.
settlements-due = Noch auf keiner Abrechnung
settlement-view-all = Alle
settlement-view-open = Freizugeben
settlement-view-approved = Zu zahlen
settlement-view-failed = Von der Bank nicht gezahlt
settlement-view-paid = Gezahlt
settlement-policy = Gebühren und Zahlung
settlement-policy-lead = Für Abrechnungen von jetzt an, aller Anbieter ohne eigene Regel.
settlement-policy-more = Regeln für einzelne Produkte bleiben, wie sie sind; sie werden über die API oder die Kommandozeile gesetzt.
settlement-run = Abrechnen
settlement-made = Erstellte Abrechnungen: { $count }
settlement-order = Datei für die Bank erstellen
settlement-files = Dateien für die Bank
settlement-files-none = Bisher keine Datei.
settlement-file = Datei
settlement-payments = Zahlungen
settlement-vendor = Anbieter
settlement-share = Anteil
settlement-fee = Gebühr
settlement-held = Einbehalten
settlement-released = Zuvor einbehalten, jetzt fällig
settlement-release-on = Einbehalt fällig
settlement-payout = Auszahlung
settlement-paid-on = Gezahlt
settlement-charges = Posten
settlement-csv = Posten als CSV
settlement-lead = { $vendor }, bis { $date }
settlement-lines = Nach Produkt
settlement-amounts = Beträge
settlement-do-approve = Freigeben
settlement-do-approve-text = Sie wird gebucht und darf gezahlt werden.
settlement-do-discard = Verwerfen
settlement-do-discard-text = Ihre Anteile kommen auf die nächste Abrechnung.
settlement-do-pay = Als gezahlt vermerken
settlement-do-pay-text = Die Zahlung wird heute gebucht.
settlement-do-fail = Von der Bank nicht gezahlt
settlement-do-fail-text = Sie kann in eine andere Datei. Was als gezahlt gebucht war, wird zurückgenommen.
f-settle-until = Bis einschließlich
f-execute-on = Zu zahlen am
f-fee-percent = Gebühr
f-fee-fixed = Feste Gebühr je Produkt
f-fee-minimum = Gebühr mindestens
f-fee-maximum = Gebühr höchstens
f-minimum-payout = Auszahlung ab
f-minimum-payout-hint = Was weniger ergibt, kommt auf die nächste Abrechnung.
f-hold-percent = Einbehalt
f-hold-days = Einbehalten für Tage
