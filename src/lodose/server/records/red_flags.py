"""Signs that need somebody now, with what to do: read once from ``red_flags.toml``."""

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext as _

FILE = Path(__file__).with_name("red_flags.toml")


@dataclass(frozen=True, slots=True)
class RedFlag:
    """One sign.

    Parameters
    ----------
    id : str
        As a check-in stores it.
    sign, question : str
        What a person would call it, short and in full.
    title : str
        What it may be, or the one thing to do.
    action : tuple of str
        What to do now, one paragraph each.
    source : str
        The label or rule behind it, for whoever checks the text.
    """

    id: str
    sign: str
    question: str
    title: str
    action: tuple[str, ...]
    source: str


@cache
def _read() -> tuple[RedFlag, ...]:
    signs = tomllib.loads(FILE.read_text("utf-8"))["sign"]
    return tuple(RedFlag(**{**each, "action": tuple(each["action"])}) for each in signs)


@cache
def red_flag_ids() -> frozenset[str]:
    """Return the identifiers that a check-in may hold."""
    return frozenset(each.id for each in _read())


def red_flags() -> tuple[RedFlag, ...]:
    """Return every sign in the reader's language, with the emergency number in its place."""
    number = settings.EMERGENCY_NUMBER or _("your emergency number")
    return tuple(
        RedFlag(
            id=each.id,
            sign=_(each.sign),
            question=_(each.question),
            title=_(each.title) % {"emergency": number},
            action=tuple(_(text) % {"emergency": number} for text in each.action),
            source=each.source,
        )
        for each in _read()
    )
