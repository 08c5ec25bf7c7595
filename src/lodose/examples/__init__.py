"""Ready examples: a real self-experiment, synthetic diaries with known truth, a blank one."""

from lodose.examples.catalogue import describe, names, write

__all__ = ["describe", "names", "write"]
