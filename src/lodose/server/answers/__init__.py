"""The verdict over a record, and its pictures."""
