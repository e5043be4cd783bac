# Die Verwaltung für Verkäufer und Anbieter.

panel-title = Verwaltung
