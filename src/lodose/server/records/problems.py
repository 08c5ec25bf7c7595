"""What is wrong with a decision, by field, so that the page shows it beside the field."""

from lodose.server.records.entries import EntryError


class DecisionError(EntryError):
    """A decision about questions, doses or periods that cannot be; nothing was written."""
