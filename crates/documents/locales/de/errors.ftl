# Fehler nach Code: `error-` und der Code mit Bindestrichen. Fehlt ein Text hier, wird die eigene Meldung gezeigt.

error-not-found = Das Gesuchte haben wir nicht gefunden.
error-forbidden = Sie dürfen das sehen, aber Ihre Rolle erlaubt diese Handlung nicht.
error-unauthenticated = Bitte melden Sie sich an.
error-session-expired = Ihre Sitzung ist abgelaufen. Bitte melden Sie sich erneut an.
error-changed = Jemand anderes hat dies inzwischen geändert. Bitte prüfen Sie den neuen Stand und versuchen Sie es erneut.
error-conflict = Das ist im jetzigen Zustand nicht möglich.
error-key-reused = Dieser Anfrageschlüssel wurde schon mit anderen Angaben benutzt.
error-too-many = Zu viele Versuche. Bitte versuchen Sie es in { $seconds } Sekunden erneut.
error-unavailable = Das ist im Augenblick nicht verfügbar. Bitte versuchen Sie es in Kürze erneut.
error-internal = Bei uns ist etwas schiefgegangen. Es wurde festgehalten; bitte versuchen Sie es erneut.
error-invalid = Bitte prüfen Sie die markierten Felder.
error-required = Bitte füllen Sie dieses Feld aus.
error-too-long = Diese Angabe ist zu lang.
error-too-short = Diese Angabe ist zu kurz.
error-malformed = Diese Angabe hat nicht die erwartete Form.
