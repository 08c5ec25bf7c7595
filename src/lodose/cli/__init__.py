"""The ``lodose`` command: a file per verb."""
