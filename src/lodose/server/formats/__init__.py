"""How the pages write days and times, by language; German has Django's own."""
