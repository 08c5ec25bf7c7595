"""What the model says of a history of doses, worked out once for the same question.

Kept in the memory of the process and nowhere else: nothing of a diary is written down a second
time, and nothing has to be deleted with a record.
"""

import datetime as dt
import json
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from hashlib import sha256
from threading import Lock
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

import lodose
from lodose.errors import InputError
from lodose.language import nearest, speaking
from lodose.pharmacology import History, regimen
from lodose.pharmacology.data import read_observations
from lodose.pharmacology.history import ASK_ABOVE_UG, HIGHEST_UG
from lodose.server.records.entries import spelt
from lodose.server.records.problems import DecisionError
from lodose.server.records.regimen import refusal
from lodose.server.records.treatment import shown_dose
from lodose.server.spoken import said_number

LIVERS = tuple(each.id for each in read_observations().liver)
LONGEST_DAYS = 365
LATEST_SURGERY = 60
USUAL_TIME = dt.time(21)
USUAL_DOSE_UG = 4500
USUAL_DAYS = 28
_KEPT = 128
_VERSION = 1  # a change of what is worked out or drawn


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody asks about; ``confirmed_ug`` repeats a dose that was asked back."""

    dose_ug: int = USUAL_DOSE_UG
    at: dt.time = USUAL_TIME
    days: int = USUAL_DAYS
    missed: tuple[int, ...] = ()
    liver: str = LIVERS[0]
    surgery_days: int | None = None
    confirmed_ug: int | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    """A history that the model can be asked about, and what else changes the answer."""

    history: History
    dose_ug: int
    liver: str
    surgery_days: int | None

    def key(self, language: str) -> str:
        """Hash of everything that the answer depends on."""
        content = [
            _VERSION,
            lodose.__version__,
            language,
            [round(each, 4) for each in self.history.times_h],
            self.history.doses_ug,
            self.dose_ug,
            self.liver,
            self.surgery_days,
        ]
        return sha256(json.dumps(content).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Figures:
    """The numbers as plain values, and the pictures by their width."""

    data: dict[str, Any]
    charts: dict[int, str] = field(default_factory=dict)


def asked_of(wish: Wish) -> Asked:
    """Return what a wish asks about.

    Raises
    ------
    DecisionError
        Naming the fields that cannot be, ``confirm`` where a confirmation would do. Nothing was
        worked out.
    """
    problems = _of_dose(wish) | _of_rest(wish)
    if problems:
        raise DecisionError(problems)
    try:
        with speaking(_language()):
            history = regimen(
                wish.dose_ug,
                days=wish.days,
                missed=set(wish.missed),
                start_h=wish.at.hour + wish.at.minute / 60.0,
                confirmed=True,
            )
    except InputError as error:
        raise DecisionError({"missed": refusal(error)}) from None
    if not history.times_h:
        raise DecisionError({"missed": _("Every dose is missed: there is nothing to work out.")})
    return Asked(history, wish.dose_ug, wish.liver, wish.surgery_days)


def asked_of_log(history: History, dose_ug: int, *, liver: str, surgery_days: int | None) -> Asked:
    """Return the question about doses that were written down.

    Raises
    ------
    DecisionError
        As `asked_of`.
    """
    problems = _of_rest(Wish(liver=liver, surgery_days=surgery_days))
    if problems:
        raise DecisionError(problems)
    return Asked(history, dose_ug, liver, surgery_days)


def _of_dose(wish: Wish) -> dict[str, str]:
    dose = wish.dose_ug
    if dose <= 0:
        return {"dose": _("Write a dose above 0, with its unit: 4.5 mg.")}
    if dose > HIGHEST_UG:
        return {
            "dose": _("%(dose)s is above %(highest)s, the highest dose in the data.")
            % {"dose": shown_dose(dose), "highest": shown_dose(HIGHEST_UG)}
        }
    if dose > ASK_ABOVE_UG and wish.confirmed_ug != dose:
        return {"confirm": asked_back(dose)}
    return {}


def asked_back(dose_ug: int) -> str:
    """Return the question about a dose that may be a slip."""
    said = said_number(spelt(Decimal(dose_ug) / 1000))
    tenth = said_number(spelt(Decimal(dose_ug) / 10_000))
    return _("Is %(dose)s mg meant, or %(tenth)s mg? Low doses were studied up to %(most)s.") % {
        "dose": said,
        "tenth": tenth,
        "most": shown_dose(ASK_ABOVE_UG),
    }


def _of_rest(wish: Wish) -> dict[str, str]:
    problems = {}
    if not 1 <= wish.days <= LONGEST_DAYS:
        problems["days"] = _("Write 1 to %(most)d days.") % {"most": LONGEST_DAYS}
    if wish.liver not in LIVERS:
        problems["liver"] = _("Choose one of the states of the liver that are listed.")
    if wish.surgery_days is not None and not 0 <= wish.surgery_days <= LATEST_SURGERY:
        problems["surgery_days"] = (
            _("That would be before the last dose: time cannot go backwards.")
            if wish.surgery_days < 0
            else _("Write at most %(most)d days.") % {"most": LATEST_SURGERY}
        )
    return problems


def figures_of(asked: Asked, *, people: int = 500) -> Figures:
    """Return the numbers and pictures, worked out once for the same question and language."""
    language = _language()
    return _cache.get(asked.key(f"{language} {people}"), lambda: _worked_out(asked, people))


def numbers_of(asked: Asked, *, people: int = 500) -> dict[str, Any]:
    """Return the numbers alone, ready for JSON."""
    return figures_of(asked, people=people).data


def warm_up() -> None:
    """Load and compile what the first page of a process would otherwise wait for."""
    figures_of(asked_of(Wish()))


def _worked_out(asked: Asked, people: int) -> Figures:
    # The numerical libraries are loaded by whoever looks, not by every process.
    from lodose.server.answers.receptor_numbers import drawn, worked_out

    with speaking(_language()):
        data, course = worked_out(asked, people)
        return Figures(data, drawn(data, course))


def _language() -> str:
    return nearest(get_language() or "en")


class _Kept:
    """The latest answers of a process."""

    def __init__(self) -> None:
        self._found: OrderedDict[str, Figures] = OrderedDict()
        self._lock = Lock()

    def get(self, key: str, make: Callable[[], Figures]) -> Figures:
        with self._lock:
            if key in self._found:
                self._found.move_to_end(key)
                return self._found[key]
        made = make()
        with self._lock:
            self._found[key] = made
            while len(self._found) > _KEPT:
                self._found.popitem(last=False)
        return made


_cache = _Kept()
