# Der Marktplatz: was Besucher und Kunden vor dem Kauf lesen.

storefront-title = Marktplatz
