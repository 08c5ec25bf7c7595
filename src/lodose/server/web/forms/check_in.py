"""The check-in form: what was typed becomes an entry, and an entry becomes a form again.

Nothing is filled in that was not typed on this very form, or stored for this very day.
"""

import re
import uuid
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _

from lodose.diary.cells import LARGEST_DOSE_MICROGRAMS
from lodose.server.records.entries import Entry, EntryError
from lodose.server.records.models import CheckIn
from lodose.server.records.plans import DayPlan
from lodose.server.records.side_effects import COMMON, SEVERITIES
from lodose.server.records.treatment import ASKED_BACK_ABOVE_MICROGRAMS, shown_dose

OTHER = "other-effect"  # the value of the chip that opens a text field
SEVERITY_NAMES = {number: name for name, number in SEVERITIES.items()}
_MILLIGRAMS = re.compile(r"[0-9]{0,5}(\.[0-9]{0,3})?")
EARLIEST_YEAR, LATEST_YEAR = 1970, 2199


@dataclass(frozen=True, slots=True)
class Sending:
    """An entry as a form sent it.

    ``keep_unanswered`` is true where the form began empty: whoever filled it could not see an
    earlier entry of that day, so that nothing of it is wiped.
    """

    entry: Entry
    keep_unanswered: bool


def day_in(text: str, today: date) -> date:
    """Return the day that a form or an address is about; empty: today.

    Raises
    ------
    EntryError
        If the text is not a date.
    """
    if not text:
        return today
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise EntryError(
            {"day": _("“%(value)s” is not a date such as 2026-03-01.") % {"value": text[:20]}}
        ) from None


def read_form(form: QueryDict, plan: DayPlan, *, source: str) -> Sending:
    """Turn what was typed into an entry; its meaning is checked by the action.

    Raises
    ------
    EntryError
        Naming every field that cannot be read.
    """
    problems: dict[str, str] = {}
    dose = _read_dose(form, problems)
    effects = _read_effects(form, problems)
    offline = source == "offline"
    entry = Entry(
        id=_read_id(form.get("id", ""), problems),
        day=plan.day,
        written_at=_read_moment(form.get("written_at", "")) if offline else timezone.now(),
        source=source,
        outcomes={
            name: text
            for name in plan.questions
            if (text := form.get(f"outcome-{name}", "").strip())
        },
        dose_micrograms=dose[0],
        dose_at=dose[1],
        kit=form.get("kit", "")[:40] if form.get("kit_taken") else "",
        kit_taken={"yes": True, "no": False}.get(form.get("kit_taken", "")),
        side_effects=effects,
        red_flags=form.getlist("red_flag"),
        note=form.get("note", "").replace("\r\n", "\n"),
    )
    if problems:
        raise EntryError(problems)
    return Sending(entry, keep_unanswered=form.get("form") != "correction")


def is_empty(entry: Entry) -> bool:
    """Whether an entry says nothing at all."""
    return not (
        entry.outcomes
        or entry.dose_micrograms is not None
        or entry.kit_taken is not None
        or entry.side_effects is not None
        or entry.red_flags
        or entry.note.strip()
    )


def _read_id(text: str, problems: dict[str, str]) -> uuid.UUID:
    try:
        return uuid.UUID(text)
    except ValueError:
        problems["id"] = _("The form was sent without its mark. Open the page again.")
        return uuid.UUID(int=0)


def _read_moment(text: str) -> datetime:
    """Return when the phone says it was written; its own arrival where the phone does not say."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return timezone.now()
    # Near the ends of the calendar a moment has no local day.
    if moment.tzinfo is None or not EARLIEST_YEAR <= moment.year <= LATEST_YEAR:
        return timezone.now()
    return moment


def _read_dose(form: QueryDict, problems: dict[str, str]) -> tuple[int | None, time | None]:
    choice = form.get("dose", "")
    if choice == "none":
        return 0, None
    if choice not in {"planned", "other"}:
        return None, None
    at = None
    typed_time = form.get("dose_at", "").strip()
    if typed_time:
        try:
            at = time.fromisoformat(typed_time).replace(second=0, microsecond=0, tzinfo=None)
        except ValueError:
            problems["dose_at"] = _("“%(value)s” is not a time such as 21:30.") % {
                "value": typed_time[:10]
            }
    if choice == "planned" or (at and not form.get("dose_mg", "").strip()):
        text = form.get("planned_micrograms", "")
        if not text.isascii() or not text.isdigit():
            problems["dose"] = _("No dose is planned for that day. Choose “another amount”.")
            return None, at
        return int(text[:12]), at
    typed, again, source = (form.get(name, "") for name in ("dose_mg", "dose_again", "source"))
    return _read_milligrams(typed, again, source, problems), at


def _read_milligrams(text: str, again: str, source: str, problems: dict[str, str]) -> int | None:
    if not text.strip():
        problems["dose_mg"] = _("Write how many mg you took, for example 1.5.")
        return None
    typed = text.strip().replace(",", ".")
    # Digits only: what Python also reads as a number (4_5, 1e1) is a slip of the hand here.
    if not _MILLIGRAMS.fullmatch(typed) or not typed.strip("."):
        problems["dose_mg"] = _(
            "“%(value)s” is not an amount in mg with at most three decimals, such as 1.5."
        ) % {"value": text[:20]}
        return None
    micrograms = int(Decimal(typed) * 1000)
    # What a phone kept cannot be asked back any more; what no tablet holds is refused later.
    large = ASKED_BACK_ABOVE_MICROGRAMS < micrograms <= LARGEST_DOSE_MICROGRAMS
    if large and not {again, source} & {text, "offline"}:
        problems["dose_again"] = _(
            "%(dose)s is a large amount: check the decimal point. If that is what you took, tick "
            "the box and save again."
        ) % {"dose": shown_dose(micrograms)}
        return None
    return micrograms


def _read_effects(form: QueryDict, problems: dict[str, str]) -> list[list[Any]] | None:
    """Return None where nothing was said, [] where "none" was chosen, else name and severity."""
    chosen = form.getlist("side_effect")
    if form.get("no_side_effects"):
        if chosen:
            problems["side_effects"] = _(
                "You chose “none” and also a side effect. Take one of the two back."
            )
        return []
    if not chosen:
        return None
    effects: list[list[Any]] = []
    for value in chosen:
        name = form.get("other_effect", "").strip() if value == OTHER else value
        severity = SEVERITIES.get(form.get(f"side_effect-{value}", ""))
        if not name:
            problems["other_effect"] = _("Write what it was, or take “something else” back.")
        elif severity is None:
            problems["side_effects"] = _("Say how strong “%(effect)s” was.") % {"effect": name[:60]}
        else:
            effects.append([name, severity])
    return effects


def typed_of(check_in: CheckIn, plan: DayPlan) -> QueryDict:
    """Return a stored entry as the form would have been filled, for its correction."""
    typed = QueryDict(mutable=True)
    for name, value in check_in.outcomes.items():
        typed[f"outcome-{name}"] = value
    dose = check_in.dose_micrograms
    if dose is not None:
        planned = dose == plan.dose_micrograms
        typed["dose"] = "none" if dose == 0 else "planned" if planned else "other"
        if dose and not planned:
            typed["dose_mg"] = f"{(Decimal(dose) / 1000).normalize():f}"
    if check_in.dose_at:
        typed["dose_at"] = check_in.dose_at.isoformat("minutes")
    if check_in.kit_taken is not None:
        typed["kit_taken"] = "yes" if check_in.kit_taken else "no"
    if check_in.side_effects == []:
        typed["no_side_effects"] = "1"
    for name, severity in check_in.side_effects or []:
        typed.appendlist("side_effect", name)
        typed[f"side_effect-{name}"] = SEVERITY_NAMES[severity]
    typed.setlist("red_flag", check_in.red_flags)
    typed["note"] = check_in.note
    return typed


def offered_effects(typed: QueryDict, recent: list[str]) -> list[str]:
    """Return the chips in order: the person's own recent ones, the common ones, what was typed."""
    chosen = [name for name in typed.getlist("side_effect") if name != OTHER]
    return list(dict.fromkeys([*recent, *COMMON, *chosen]))
