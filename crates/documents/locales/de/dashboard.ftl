# Die Übersicht der Kunden.

dashboard-title = Übersicht
