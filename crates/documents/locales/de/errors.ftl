# Fehler nach Code: `error-` und der Code mit Bindestrichen. Ein Fehler ohne Text hier sagt seine eigene, englische
# Meldung; auf Englisch wird immer diese gezeigt, weil sie die Einzelheiten kennt.

error-not-found = Das Gesuchte haben wir nicht gefunden.
error-forbidden = Sie dürfen das sehen, aber Ihre Rolle erlaubt diese Handlung nicht.
error-changed-meanwhile = Jemand anderes hat dies inzwischen geändert. Bitte prüfen Sie den neuen Stand und versuchen Sie es erneut.
error-idempotency-key-reused = Dieser Anfrageschlüssel wurde schon mit anderen Angaben benutzt.
error-too-many-attempts = Zu viele Versuche. Bitte versuchen Sie es in { $seconds ->
    [one] { $seconds } Sekunde
   *[other] { $seconds } Sekunden
} erneut.
error-unavailable = Das ist im Augenblick nicht verfügbar. Bitte versuchen Sie es in Kürze erneut.
error-internal-error = Bei uns ist etwas schiefgegangen. Es wurde festgehalten; bitte versuchen Sie es erneut.
error-invalid-input = Bitte prüfen Sie die markierten Felder.
error-unauthenticated = Bitte melden Sie sich an.
error-session-expired = Ihre Sitzung ist abgelaufen. Bitte melden Sie sich erneut an.
error-csrf = Das Formular war zu alt, um es zu senden. Bitte öffnen Sie die Seite neu und wiederholen Sie es.
error-wrong-credentials = E-Mail-Adresse und Passwort passen nicht zusammen.
error-link-invalid = Dieser Link ist falsch, wurde schon benutzt oder ist abgelaufen. Bitte fordern Sie einen neuen an.
error-card-declined = Die Karte wurde abgelehnt. Bitte versuchen Sie es mit einer anderen.
error-insufficient-funds = Die Karte wurde abgelehnt: Sie deckt den Betrag nicht.
error-payment-not-accepted = Die Zahlung wurde nicht bestätigt. Bitte versuchen Sie es erneut oder zahlen Sie anders.
error-verify-first = Bitte bestätigen Sie zuerst Ihre E-Mail-Adresse: Öffnen Sie den Link, den wir Ihnen gesendet haben.
error-quote-expired = Dieses Angebot ist abgelaufen. Bitte sehen Sie sich den Preis noch einmal an und bestellen Sie dann.
error-quote-used = Das wurde bereits bestellt.
error-malformed-card = Das ist keine Kartennummer. Bitte prüfen Sie die Ziffern.
error-not-a-test-card = Hier gelten nur Testkarten, zum Beispiel 4242 4242 4242 4242.
error-malformed-cvc = Das ist nicht die Prüfnummer der Karte.
error-card-expired = Die Karte ist abgelaufen.
error-not-accepted = Bitte akzeptieren Sie das.

# Einzelne Felder.
error-required = Bitte füllen Sie dieses Feld aus.
error-too-long = Diese Angabe ist zu lang.
error-too-short = Diese Angabe ist zu kurz.
error-control-character = Diese Angabe enthält Zeichen, die nicht verwendet werden können.
error-out-of-range = Dieser Wert liegt außerhalb des Erlaubten.
error-not-a-number = Das ist keine Zahl.
error-too-many-digits = Diese Zahl hat zu viele Stellen.
error-too-many-places = Diese Zahl hat zu viele Nachkommastellen.
error-unknown-value = Das ist keiner der möglichen Werte.
error-unknown-country = Das ist kein Ländercode wie AT.
error-unknown-currency = Das ist kein Währungscode wie EUR.
error-unknown-zone = Das ist keine Zeitzone wie Europe/Vienna.
error-unknown-locale = Diese Sprache gibt es hier nicht.
error-malformed-email = Das ist keine E-Mail-Adresse wie name@example.com.
error-malformed-date = Das ist kein Datum wie 2024-09-01.
error-malformed-value = Diese Angabe hat nicht die erwartete Form.
error-malformed-colour = Das ist keine Farbe wie #1a6fd4.
error-currency-mismatch = Diese Beträge sind in verschiedenen Währungen.
