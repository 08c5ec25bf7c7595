"""English, as the report writes it."""
