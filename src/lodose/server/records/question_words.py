"""The words of a question as its reader speaks, whatever language it was chosen in.

A ready-made question is stored as the person read it then. Whoever reads it later, the person after
a change of language or a prescriber with another one, reads the same question in their own; what a
person worded stays as it was worded.
"""

from dataclasses import dataclass
from functools import cache

from django.conf import settings
from django.utils import translation

from lodose.server.records.models import Outcome
from lodose.server.records.outcomes import READY

_BY_NAME = {choice.name: choice for choice in READY}
# As they are cut where they are kept.
_LONGEST = {"label": 120, "low_label": 40, "high_label": 40}


@dataclass(frozen=True, slots=True)
class QuestionWords:
    """What a question is called, what it asks, and what its ends mean."""

    label: str
    question: str
    low_label: str
    high_label: str


def words_of(outcome: Outcome) -> QuestionWords:
    """Return the words of a question in the language that is spoken now."""
    return QuestionWords(
        label=_said(outcome, "label"),
        question=_said(outcome, "question"),
        low_label=_said(outcome, "low_label"),
        high_label=_said(outcome, "high_label"),
    )


def _said(outcome: Outcome, part: str) -> str:
    stored = str(getattr(outcome, part))
    choice = _BY_NAME.get(outcome.name)
    if choice is None or stored not in _in_all_languages(choice.name, part):
        return stored
    return str(getattr(choice, part))


@cache
def _in_all_languages(name: str, part: str) -> frozenset[str]:
    texts = set()
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            texts.add(str(getattr(_BY_NAME[name], part))[: _LONGEST.get(part)])
    return frozenset(texts)
