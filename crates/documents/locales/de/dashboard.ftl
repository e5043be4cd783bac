# Das Dashboard der Kunden.
