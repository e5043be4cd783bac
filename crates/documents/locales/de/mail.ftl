# Mails. { $seller } ist der Name der Firma, die schreibt, { $product } das Gekaufte.

mail-greeting = Guten Tag { $name },
mail-greeting-unknown = Guten Tag,
mail-closing = Freundliche Grüße
    Ihr Team von { $seller }
mail-footer-why = Sie erhalten diese Nachricht, weil Sie ein Konto bei { $seller } haben.
mail-footer-contact = Fragen? Schreiben Sie an { $email }.
mail-link-fallback = Falls die Schaltfläche nicht funktioniert, öffnen Sie diese Adresse:

# Bezeichnungen der Angaben in Mails.
mail-fact-order = Bestellung
mail-fact-product = Produkt
mail-fact-subscription = Abonnement
mail-fact-customer = Kunde
mail-fact-due-today = Heute fällig
mail-fact-recurring = Danach
mail-fact-total = Gesamt
mail-fact-reason = Grund
mail-fact-invoice = Rechnung
mail-fact-credit-note = Rechnungskorrektur
mail-fact-amount = Betrag
mail-fact-due-date = Fällig am
mail-fact-next-attempt = Nächster Versuch
mail-fact-payment-method = Zahlungsmittel
mail-fact-bank-account = Konto (IBAN)
mail-fact-bank-reference = Verwendungszweck
mail-fact-trial-ends = Ende der Testphase
mail-fact-price-after = Preis danach
mail-fact-ends = Endet am
mail-fact-from = Bisher
mail-fact-to = Neu
mail-fact-effective = Gültig ab
mail-fact-due-now = Jetzt fällig
mail-fact-credited = Gutschrift
mail-fact-next-invoice = Nächste Rechnung
mail-fact-role = Ihre Rolle
mail-fact-company = Firma
mail-fact-task = Aufgabe
mail-value-on = { $amount } am { $date }

mail-verify-email-subject = Bitte bestätigen Sie Ihre E-Mail-Adresse
mail-verify-email-intro = vielen Dank für Ihre Registrierung bei { $seller }. Bitte bestätigen Sie, dass diese Adresse Ihnen gehört.
mail-verify-email-note = Der Link gilt { $hours ->
    [one] { $hours } Stunde
   *[other] { $hours } Stunden
}. Wenn Sie sich nicht registriert haben, können Sie diese Nachricht ignorieren; es geschieht nichts.
mail-verify-email-action = Adresse bestätigen

mail-password-reset-subject = Neues Passwort wählen
mail-password-reset-intro = jemand, hoffentlich Sie selbst, hat ein neues Passwort für Ihr Konto bei { $seller } angefordert.
mail-password-reset-note = Der Link gilt einmal und für { $minutes ->
    [one] { $minutes } Minute
   *[other] { $minutes } Minuten
}. Wenn Sie es nicht waren, können Sie diese Nachricht ignorieren: Ihr Passwort bleibt, wie es ist.
mail-password-reset-action = Neues Passwort wählen

mail-order-received-subject = Ihre Bestellung { $order }
mail-order-received-intro = vielen Dank für Ihre Bestellung. Wir bearbeiten sie und melden uns, sobald es Neues gibt.
mail-order-received-action = Bestellung verfolgen

mail-order-waiting-subject = Ihre Bestellung { $order } wartet auf Freigabe
mail-order-waiting-intro = Ihre Bestellung von { $product } muss von { $seller } freigegeben werden, bevor sie ausgeführt wird.
mail-order-waiting-note = Sie brauchen nichts zu tun. Vor der Freigabe wird nichts berechnet.
mail-order-waiting-action = Bestellung ansehen

mail-approval-requested-subject = Bitte entscheiden: Bestellung { $order } von { $customer }
mail-approval-requested-intro = { $customer } hat { $product } bestellt. Die Bestellung wartet auf Ihre Freigabe.
mail-approval-requested-action = Bestellung prüfen

mail-order-approved-subject = Ihre Bestellung { $order } wurde freigegeben
mail-order-approved-intro = gute Nachricht: Ihre Bestellung von { $product } wurde freigegeben und wird nun ausgeführt.
mail-order-approved-action = Bestellung verfolgen

mail-order-rejected-subject = Ihre Bestellung { $order } wurde nicht freigegeben
mail-order-rejected-intro = leider wurde Ihre Bestellung von { $product } nicht freigegeben. Es wurde nichts berechnet.
mail-order-rejected-action = Bestellung ansehen

mail-payment-needed-subject = Ihre Bestellung { $order } wartet auf Zahlung
mail-payment-needed-intro = Ihre Bestellung von { $product } wird geliefert, sobald sie bezahlt ist.
mail-payment-needed-transfer = Bitte überweisen Sie den Betrag mit genau diesem Verwendungszweck, damit er Ihrer Bestellung zugeordnet wird.
mail-payment-needed-action = Jetzt bezahlen

mail-order-failed-subject = Ihre Bestellung { $order } konnte nicht abgeschlossen werden
mail-order-failed-intro = bei Ihrer Bestellung von { $product } ist etwas schiefgegangen. Wir sind informiert und kümmern uns darum.
mail-order-failed-note = Sie brauchen nicht erneut zu bestellen. Bereits gezahlte Beträge gehen nicht verloren.
mail-order-failed-action = Bestellung ansehen

mail-delivered-subject = { $product } ist bereit
mail-delivered-intro = { $product } wurde für Sie eingerichtet und kann benutzt werden.
mail-delivered-note = Zu Ihrer Sicherheit verschicken wir Zugangsdaten nie per Mail. Melden Sie sich an, um sie zu sehen.
mail-delivered-action = Zugangsdaten anzeigen

mail-trial-ending-subject = Ihre Testphase von { $product } endet am { $date }
mail-trial-ending-intro = Ihre kostenlose Testphase von { $product } endet am { $date }. Wenn Sie dabeibleiben möchten, brauchen Sie nichts zu tun: Es geht zum unten genannten Preis weiter.
mail-trial-ending-note = Wenn Sie nicht weitermachen möchten, kündigen Sie vor diesem Tag; dann wird nichts berechnet.
mail-trial-ending-action = Abonnement verwalten

mail-invoice-issued-subject = Ihre Rechnung { $number }
mail-invoice-issued-intro = anbei erhalten Sie Ihre Rechnung { $number } über { $amount }.
mail-invoice-issued-transfer = Bitte überweisen Sie den Betrag bis zum { $date } unter Angabe des Verwendungszwecks.
mail-invoice-issued-automatic = Sie brauchen nichts zu tun: Der Betrag wird am { $date } über { $method } eingezogen.
mail-invoice-issued-paid = Die Rechnung ist bereits bezahlt; Sie brauchen nichts zu tun.
mail-invoice-issued-action = Rechnung ansehen

mail-credit-note-issued-subject = Ihre Rechnungskorrektur { $number }
mail-credit-note-issued-intro = anbei erhalten Sie die Rechnungskorrektur { $number } über { $amount }.
mail-credit-note-issued-note = Der Betrag wird mit Ihrer nächsten Rechnung verrechnet oder ausgezahlt.
mail-credit-note-issued-action = Rechnungskorrektur ansehen

mail-payment-failed-subject = Zahlung der Rechnung { $number } fehlgeschlagen
mail-payment-failed-intro = wir konnten { $amount } für die Rechnung { $number } nicht einziehen.
mail-payment-failed-retry = Wir versuchen es am { $date } erneut. Bitte prüfen Sie vorher Ihr Zahlungsmittel, damit es nicht zu einer Unterbrechung kommt.
mail-payment-failed-last = Wir versuchen es nicht von selbst noch einmal. Bitte prüfen Sie Ihr Zahlungsmittel oder zahlen Sie auf anderem Weg.
mail-payment-failed-action = Zahlungsmittel prüfen

mail-payment-reminder-subject = { $level ->
    [one] Zahlungserinnerung: Rechnung { $number } ist fällig
   *[other] { $level }. Mahnung: Rechnung { $number } ist überfällig
}
mail-payment-reminder-intro = die Rechnung { $number } über { $amount } war am { $date } fällig (vor { $days ->
    [one] { $days } Tag
   *[other] { $days } Tagen
}), und wir haben Ihre Zahlung noch nicht erhalten.
mail-payment-reminder-suspension = Bitte zahlen Sie vor dem { $date }. An diesem Tag müssten wir die betroffenen Dienste sperren.
mail-payment-reminder-crossed = Wenn Sie inzwischen gezahlt haben, betrachten Sie diese Nachricht bitte als gegenstandslos.
mail-payment-reminder-action = Rechnung bezahlen

mail-suspended-subject = { $product } wurde gesperrt
mail-suspended-intro = weil die Rechnung { $number } über { $amount } noch offen ist, mussten wir { $product } sperren. Ihre Daten bleiben erhalten.
mail-suspended-note = Sobald die Zahlung eingegangen ist, wird der Dienst von selbst wieder freigeschaltet.
mail-suspended-action = Rechnung bezahlen

mail-resumed-subject = { $product } läuft wieder
mail-resumed-intro = vielen Dank für Ihre Zahlung. { $product } wurde wieder freigeschaltet und steht Ihnen zur Verfügung.
mail-resumed-action = Abonnement ansehen

mail-cancelled-subject = Kündigung von { $product } bestätigt
mail-cancelled-intro = wir bestätigen die Kündigung von { $product }. Sie können es bis zum Ablauf des { $date } nutzen; danach wird es entfernt.
mail-cancelled-intro-now = wir bestätigen die Kündigung von { $product }. Es endete am { $date } und wird entfernt.
mail-cancelled-note = Bitte sichern Sie vorher Daten, die Sie noch brauchen. Wir würden uns freuen, Sie wiederzusehen.
mail-cancelled-action = Abonnement ansehen

mail-price-rises-subject = { $product } wird ab { $date } teurer
mail-price-rises-intro = der Preis Ihres Abonnements { $product } ändert sich mit der Verlängerung am { $date }.
mail-price-rises-usage = Auch die Nutzung kostet dann mehr. Die Preisliste zeigt die Preise.
mail-price-rises-note = Die Beträge gelten je Abrechnungszeitraum, mit oder ohne Steuern wie vereinbart. Bis dahin gilt der vereinbarte Preis. Vor diesem Tag können Sie das Abonnement ändern oder kündigen.
mail-price-rises-action = Abonnement ansehen

mail-change-confirmed-subject = Ihre Änderung an { $product } ist bestätigt
mail-change-confirmed-intro = wir bestätigen die Änderung Ihres Abonnements { $product }.
mail-change-confirmed-action = Abonnement ansehen

mail-vendor-task-subject = Neue Aufgabe: { $action } von { $product } für { $customer }
mail-vendor-task-intro = in Ihrer Liste gibt es eine neue Aufgabe.
mail-vendor-task-action = Aufgabe öffnen
mail-vendor-action-create = Einrichtung
mail-vendor-action-change = Änderung
mail-vendor-action-suspend = Sperrung
mail-vendor-action-resume = Freischaltung
mail-vendor-action-remove = Entfernung

mail-invited-subject = { $inviter } lädt Sie zu { $company } ein
mail-invited-intro = { $inviter } hat Sie eingeladen, { $company } bei { $seller } beizutreten.
mail-invited-note = Die Einladung gilt { $days ->
    [one] { $days } Tag
   *[other] { $days } Tage
}.
mail-invited-action = Einladung annehmen
mail-role-member = Mitglied
mail-method-card = Ihre Karte

mail-pro-forma-subject = Ihre Proforma-Rechnung
mail-pro-forma-intro = anbei erhalten Sie eine Proforma-Rechnung über { $amount }.
mail-pro-forma-note = Sie ist keine Rechnung und hat keine Nummer. Die Rechnung erhalten Sie, sobald sie ausgestellt ist.
