"""Pages, a module for each place."""
