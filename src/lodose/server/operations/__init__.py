"""Serve, check, back up, restore, demonstrate."""
