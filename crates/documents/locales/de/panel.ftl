# Die Panels der Verkäufer und Hersteller.
