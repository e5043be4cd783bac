# Was die Kommandozeile Menschen sagt.

cli-done = Fertig.
