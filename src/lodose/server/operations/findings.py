"""What ``lodose doctor`` says: a name, a state, words and the mend."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Finding:
    """One answer of a check."""

    name: str
    state: Literal["good", "caution", "wrong"]
    found: str
    mend: str = ""

    @property
    def is_wrong(self) -> bool:
        """Whether the server is not as it must be."""
        return self.state == "wrong"


def good(name: str, found: str) -> Finding:
    """As it should be."""
    return Finding(name, "good", found)


def caution(name: str, found: str, mend: str) -> Finding:
    """Works, and should be looked at."""
    return Finding(name, "caution", found, mend)


def wrong(name: str, found: str, mend: str) -> Finding:
    """Not as it must be."""
    return Finding(name, "wrong", found, mend)
