"""What is known: studies, the six claims, and the statistics that put trials together."""

from lodose.evidence.catalogue import Evidence, read_evidence, read_folder

__all__ = ["Evidence", "read_evidence", "read_folder"]
