"""The content of a check-in, checked before anything is written.

The same check stands behind the page, the phone's queue and the API, so that none of them can
store what another would refuse.
"""

import re
from dataclasses import dataclass, field
from datetime import date, datetime, time
from decimal import Decimal, InvalidOperation
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from lodose.diary.cells import LARGEST_DOSE_MICROGRAMS
from lodose.server.records.red_flags import red_flag_ids
from lodose.server.spoken import said_number

MOST_NOTE = 2000
MOST_EFFECTS = 30
LONGEST_RATING = 15
NAME_LENGTH = 60


class EntryError(Exception):
    """What is wrong with an entry, by field: the page shows it beside the field."""

    def __init__(self, problems: dict[str, str]) -> None:
        self.problems = problems
        super().__init__("; ".join(f"{name}: {text}" for name, text in problems.items()))


@dataclass(frozen=True, slots=True)
class Question:
    """One outcome as the check-in asks it; bounds in the outcome's own unit."""

    name: str
    label: str
    minimum: Decimal
    maximum: Decimal
    step: Decimal | None


@dataclass(frozen=True, slots=True)
class Entry:
    """What somebody wrote for one day; see ``records.models.CheckIn`` for the fields."""

    id: UUID
    day: date
    written_at: datetime
    source: str
    outcomes: dict[str, str] = field(default_factory=dict)
    dose_micrograms: int | None = None
    dose_at: time | None = None
    kit: str = ""
    kit_taken: bool | None = None
    side_effects: list[list[Any]] | None = None
    red_flags: list[str] = field(default_factory=list)
    note: str = ""
    skipped: bool = False

    def content(self) -> dict[str, Any]:
        """Return what is compared, hashed and kept of an entry, as JSON values."""
        return {
            "day": self.day.isoformat(),
            "outcomes": dict(sorted(self.outcomes.items())),
            "dose_micrograms": self.dose_micrograms,
            "dose_at": self.dose_at and self.dose_at.isoformat("minutes"),
            "kit": self.kit,
            "kit_taken": self.kit_taken,
            "side_effects": self.side_effects,
            "red_flags": sorted(self.red_flags),
            "note": self.note,
            "skipped": self.skipped,
        }


def read_rating(text: str, question: Question) -> str:
    """Return an answer in its one spelling, or raise ``ValueError`` with the mend.

    A decimal comma is read as a point.
    """
    try:
        value = Decimal(text.strip().replace(",", "."))
    except InvalidOperation:
        raise ValueError(_("“%(value)s” is not a number.") % {"value": text[:20]}) from None
    if len(text.strip()) > LONGEST_RATING or abs(value.adjusted()) > LONGEST_RATING:
        raise ValueError(_("“%(value)s” has too many digits.") % {"value": text[:20]})
    if not value.is_finite() or not question.minimum <= value <= question.maximum:
        raise ValueError(
            _("%(value)s is outside %(minimum)s to %(maximum)s.")
            % {
                "value": text[:20],
                "minimum": said_number(spelt(question.minimum)),
                "maximum": said_number(spelt(question.maximum)),
            }
        )
    if question.step and (value - question.minimum) % question.step:
        raise ValueError(
            _("%(value)s is not a step of %(step)s.")
            % {"value": text[:20], "step": said_number(spelt(question.step))}
        )
    return spelt(value)


def spelt(value: Decimal) -> str:
    """Return a number in its one spelling: 1, 1.0 and 1.00 are all "1"."""
    return "0" if value == 0 else format(value.normalize(), "f")


def check_entry(entry: Entry, questions: dict[str, Question], *, sealed: bool) -> Entry:
    """Return the entry with every value in its one spelling.

    Parameters
    ----------
    entry : Entry
        As it was written.
    questions : dict of str to Question
        What is asked on that day, by name.
    sealed : bool
        Whether a blinded trial runs on that day: a dose is then refused, since it could tell.

    Raises
    ------
    EntryError
        Naming each field that cannot be, with the mend. Nothing was written.
    """
    problems: dict[str, str] = {}
    outcomes: dict[str, str] = {}
    for name, text in entry.outcomes.items():
        if name not in questions:
            problems[name] = _("This question is not asked on that day.")
            continue
        try:
            outcomes[name] = read_rating(str(text), questions[name])
        except ValueError as error:
            problems[name] = str(error)
    problems |= _check_dose(entry, sealed=sealed)
    effects, effect_problem = _check_effects(entry.side_effects)
    if effect_problem:
        problems["side_effects"] = effect_problem
    if not set(entry.red_flags) <= red_flag_ids():
        problems["red_flags"] = _("Choose from the signs that are listed.")
    if len(entry.note) > MOST_NOTE:
        problems["note"] = _("Write %(most)d characters or fewer.") % {"most": MOST_NOTE}
    if problems:
        raise EntryError(problems)
    return Entry(
        id=entry.id,
        day=entry.day,
        written_at=entry.written_at,
        source=entry.source,
        outcomes=outcomes,
        dose_micrograms=entry.dose_micrograms,
        dose_at=entry.dose_at,
        kit=entry.kit.replace("\x00", ""),
        kit_taken=entry.kit_taken,
        side_effects=effects,
        red_flags=sorted(set(entry.red_flags)),
        note=entry.note.strip().replace("\x00", ""),
        skipped=entry.skipped,
    )


def _check_dose(entry: Entry, *, sealed: bool) -> dict[str, str]:
    dose = entry.dose_micrograms
    if sealed and (dose is not None or entry.dose_at is not None):
        return {"dose": _("In a blinded trial no dose is written down, only the kit.")}
    if not sealed and entry.kit_taken is not None and not entry.kit:
        return {"kit": _("No blinded trial runs on that day: write the dose.")}
    if dose is not None and not 0 <= dose <= LARGEST_DOSE_MICROGRAMS:
        return {
            "dose": _("%(dose)s mg is more than any tablet holds. Check the decimal point.")
            % {"dose": said_number(spelt(Decimal(dose) / 1000))}
        }
    return {}


def _check_effects(given: list[list[Any]] | None) -> tuple[list[list[Any]] | None, str]:
    """Return side effects in order, each once with its worst severity, or what is wrong."""
    if given is None:
        return None, ""
    worst: dict[str, int] = {}
    for item in given:
        if len(item) != 2 or item[1] not in (1, 2, 3):
            return None, _("Say for each side effect how bad it was: mild, moderate or severe.")
        name = " ".join(re.sub("[;:\x00]", " ", str(item[0])).split())
        if not 0 < len(name) <= NAME_LENGTH:
            return None, _("Name each side effect in %(most)d characters or fewer.") % {
                "most": NAME_LENGTH
            }
        worst[name] = max(worst.get(name, 0), int(item[1]))
    if len(worst) > MOST_EFFECTS:
        return None, _("Name %(most)d side effects or fewer.") % {"most": MOST_EFFECTS}
    return [[name, severity] for name, severity in sorted(worst.items())], ""
