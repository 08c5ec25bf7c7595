"""The diary of one outcome as a picture: days and what was written, nothing else.

A diary without a verdict, and every diary while a trial is blinded, is drawn from this. No arm, no
dose and no period is among its data.
"""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import groupby
from statistics import median

from django.db import transaction
from django.utils import timezone
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from lodose.language import LANGUAGES, SOURCE, speaking
from lodose.server.answers.models import Rendering
from lodose.server.records.models import CheckIn, Outcome, Person
from lodose.server.records.question_words import words_of
from lodose.server.spoken import said_day, said_number

WIDTHS = (340, 720)
_VERSION = 1  # a change of the drawing draws every picture anew
_KIND = "diary-picture"


@dataclass(frozen=True, slots=True)
class OutcomeDiary:
    """What was written about one outcome, in calendar order."""

    outcome: Outcome
    days: tuple[tuple[date, float], ...]

    @property
    def description(self) -> str:
        """The picture in words."""
        values = [value for _day, value in self.days]
        return ngettext(
            "%(label)s: %(count)d recorded day, %(first)s: %(lowest)s.",
            "%(label)s: %(count)d recorded days from %(first)s to %(last)s, lowest %(lowest)s, "
            "highest %(highest)s.",
            len(values),
        ) % {
            "label": words_of(self.outcome).label,
            "count": len(values),
            "first": said_day(self.days[0][0]),
            "last": said_day(self.days[-1][0]),
            "lowest": said_number(f"{min(values):g}"),
            "highest": said_number(f"{max(values):g}"),
        }


@dataclass(frozen=True, slots=True)
class MonthRow:
    """One line of the table beside the picture."""

    first: date
    recorded: int
    lowest: float
    middle: float
    highest: float


def outcome_diary(person: Person) -> OutcomeDiary | None:
    """Return the primary outcome's days, None where none was recorded."""
    outcomes = list(Outcome.objects.filter(person=person).order_by("-primary", "position", "id"))
    if not outcomes:
        return None
    written = list(
        CheckIn.objects.filter(person=person, skipped=False)
        .order_by("day")
        .values_list("day", "outcomes")
    )
    chosen = outcomes[0]
    days = tuple(
        (day, float(Decimal(values[chosen.name])))
        for day, values in written
        if chosen.name in values
    )
    return OutcomeDiary(chosen, days) if days else None


def by_month(diary: OutcomeDiary) -> list[MonthRow]:
    """Return the table beside the picture, newest month first."""

    def rows() -> Iterator[MonthRow]:
        for first, group in groupby(diary.days, key=lambda each: each[0].replace(day=1)):
            values = [value for _day, value in group]
            yield MonthRow(first, len(values), min(values), median(values), max(values))

    return list(rows())[::-1]


def diary_picture(person: Person, width: int) -> str | None:
    """Return the picture as SVG, drawn once for the same data; None where nothing is written."""
    diary = outcome_diary(person)
    if diary is None:
        return None
    key = _key(diary)
    kind = f"{_KIND}-{width}"
    found = Rendering.objects.filter(person=person, key=key, kind=kind).first()
    if found is not None:
        return bytes(found.content).decode()
    drawn = _draw(diary, width)
    with transaction.atomic():
        Rendering.objects.filter(person=person, kind=kind).exclude(key=key).delete()
        Rendering.objects.update_or_create(
            person=person,
            key=key,
            kind=kind,
            defaults={"content": drawn.encode(), "made_at": timezone.now()},
        )
    return drawn


def _key(diary: OutcomeDiary) -> str:
    outcome = diary.outcome
    content = {
        "version": _VERSION,
        "language": get_language(),
        "label": words_of(outcome).label,
        "range": [str(Decimal(outcome.minimum)), str(Decimal(outcome.maximum))],
        "better": outcome.better,
        "unit": outcome.unit,
        "days": [[day.isoformat(), value] for day, value in diary.days],
    }
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def _draw(diary: OutcomeDiary, width: int) -> str:
    language = (get_language() or SOURCE)[:2]
    with speaking(language if language in LANGUAGES else SOURCE):
        return _drawn(diary, width)


def _drawn(diary: OutcomeDiary, width: int) -> str:
    # Altair takes a second to load: only who looks at a picture waits for it.
    import altair as alt

    from lodose.report import svg
    from lodose.report.layers import days_axis, moment
    from lodose.report.look import ACTIVE, BAND, drawn_from, finish

    outcome = diary.outcome
    days = tuple(day for day, _value in diary.days)
    x = days_axis(days, width, room_for_cue=False)
    better = _("lower is better") if outcome.better == "lower" else _("higher is better")
    label = words_of(outcome).label
    label = label if len(label) <= 40 else f"{label[:39]}…"
    y = alt.Y(
        "value:Q",
        title=[label, better],
        scale=alt.Scale(
            domain=[float(outcome.minimum), float(outcome.maximum)],
            zero=False,
            nice=False,
            clamp=True,
        ),
        axis=alt.Axis(grid=True, tickCount=5, format="~f"),
    )
    rows = [
        {"day": moment(day), "value": value, "run": run} for run, day, value in _runs(diary.days)
    ]
    base = drawn_from(rows)
    layers = [
        # A line joins neighbouring days only: a gap stays a gap.
        base.mark_line(color=BAND, strokeWidth=1).encode(x=x, y=y, detail=alt.Detail("run:N")),
        base.mark_point(size=26, filled=True, color=ACTIVE, opacity=1).encode(x=x, y=y),
    ]
    return svg(finish(layers, diary.description, width, 260, ""), width)


def _runs(days: tuple[tuple[date, float], ...]) -> Iterator[tuple[int, date, float]]:
    run, before = 0, days[0][0]
    for day, value in days:
        if (day - before).days > 1:
            run += 1
        yield run, day, value
        before = day
