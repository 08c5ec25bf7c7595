"""What a record knows that screening asks about; what nobody asked stays unasked."""

import re
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from pydantic import ValidationError

from lodose.screening import Event, Facts, Lab, Medicine, Unclear, recognise
from lodose.server.records.before_models import BeforeStart, HowItWent
from lodose.server.records.clock import today_of
from lodose.server.records.models import CheckIn, Laboratory, LifeEvent, Person
from lodose.server.records.models import Medicine as MedicineRow

# Signs of a check-in that speak of an opioid, and for how long they count. That they are older
# makes no dose safe, and no page says so.
OPIOID_SIGNS = frozenset({"opioid-needed", "opioid-without-effect", "withdrawal"})
# The same, said when the next step was asked for.
TOLD_SIGN = "opioid-told"
SIGNS_COUNT = timedelta(days=30)
# An opioid that ended within this time stops as well, whatever its own rule counts: else the day on
# which a start is no longer refused would tell the person an interval.
LATELY = timedelta(days=30)
_LABS = {
    "alt": "ALT",
    "alat": "ALT",
    "gpt": "ALT",
    "sgpt": "ALT",
    "alanine": "ALT",
    "alanin": "ALT",
    "alaninaminotransferase": "ALT",
    "ast": "AST",
    "asat": "AST",
    "got": "AST",
    "sgot": "AST",
    "aspartate": "AST",
    "aspartat": "AST",
    "aspartataminotransferase": "AST",
    "bilirubin": "bilirubin",
    "bilirubine": "bilirubin",
    "egfr": "eGFR",
    "gfr": "eGFR",
}
_WORD = re.compile(r"[^\W\d_]+")
# No laboratory's upper limit of normal is as high (the project's judgement, in U/L and µmol/L):
# such a limit is one in another unit than its value, and would make any value look like a low one.
_NO_LIMIT = {"ALT": Decimal(200), "AST": Decimal(200), "bilirubin": Decimal(100)}
_FACTORS = {
    "ALT": {"µkat/L": Decimal(60)},
    "AST": {"µkat/L": Decimal(60)},
    "bilirubin": {"mg/dL": Decimal("17.1")},
}
_PER_LIMIT = frozenset({"ALT", "AST", "bilirubin"})
_ADULT = 18


@dataclass(frozen=True, slots=True)
class Gathered:
    """What a record says, and what of it screening cannot take as it stands.

    ``unjudged`` are laboratory values without what judges them; ``no_opioids`` names of medicines
    of which the person said that they are none; ``not_asked`` questions that are open although
    something stands in their list; ``signs`` those of an opioid, from check-ins and what was told;
    ``lately`` opioids that ended a short while ago.
    """

    facts: Facts
    unjudged: tuple[Unclear, ...] = ()
    no_opioids: frozenset[str] = frozenset()
    not_asked: tuple[str, ...] = ()
    signs: tuple[str, ...] = ()
    lately: tuple[str, ...] = ()


def before_start_of(person: Person) -> BeforeStart | None:
    """Return what a person told for screening beside their lists, None where nothing yet."""
    return BeforeStart.objects.filter(person=person).first()


def facts_of(person: Person) -> Facts:
    """Return what is known of a person; None in it is what nobody asked."""
    return gather(person, today_of(person)).facts


def gather(person: Person, on: date) -> Gathered:
    """Return what a record says on a day, from six queries."""
    told = before_start_of(person) or BeforeStart(person=person)
    rows = list(MedicineRow.objects.filter(person=person, removed_at=None).order_by("name", "pk"))
    labs, unjudged = _labs(person)
    events, events_asked = _events(person, told, on)
    not_asked = [] if told.medicines_whole_at is not None else ["medicines"]
    if not events_asked:
        not_asked.append("events")
    said: Any = told.pregnancy or None  # one of the words that Facts checks
    facts = Facts(
        age=_age(told.birth_year, on),
        medicines=(
            tuple(_medicine(row, on) for row in rows)
            if rows or told.medicines_whole_at is not None
            else None
        ),
        natural_products=_texts(told.natural_products),
        conditions=_texts(told.conditions),
        allergies=_texts(told.allergies),
        labs=labs if labs or unjudged or told.laboratory_whole_at is not None else None,
        events=events,
        pregnancy=said,
        alcohol=told.alcohol,
        products=_texts(told.products) or (),
    )
    return Gathered(
        facts=facts,
        unjudged=unjudged,
        no_opioids=frozenset(row.name.strip() for row in rows if row.opioid is False),
        not_asked=tuple(not_asked),
        signs=_signs(person, on),
        lately=_lately(facts, on),
    )


def _texts(entries: list[str] | None) -> tuple[str, ...] | None:
    return None if entries is None else tuple(entries)


def _age(birth_year: int | None, on: date) -> int | None:
    """Return the age that somebody reaches in a year; 17 where they may not be 18 yet."""
    if birth_year is None:
        return None
    age = on.year - birth_year
    return age - 1 if age == _ADULT else age


def _medicine(row: MedicineRow, on: date) -> Medicine:
    past = row.last_day is not None and row.last_day < on
    # The later of the two: no interval is counted from too early a day.
    days = [day for day in (row.last_day, row.last_dose) if day is not None and day <= on]
    known = max(days, default=None)
    return Medicine(
        name=named(row), taken="stopped" if past else "now", last_dose=known, regular=row.regular
    )


def named(row: MedicineRow) -> str:
    """Return a medicine's name as screening takes it.

    What the person calls an opioid counts as one whatever its name is.
    """
    return f"{row.name} (opioid)" if row.opioid and not is_opioid(row.name) else row.name


def _labs(person: Person) -> tuple[tuple[Lab, ...], tuple[Unclear, ...]]:
    """Return the newest day's values of each test that a rule reads; those that nothing judges."""
    newest: dict[str, list[Laboratory]] = {}
    for row in Laboratory.objects.filter(person=person, removed_at=None).order_by("-day", "-id"):
        name = screened_test(row.analyte)
        if name is not None:
            rows = newest.setdefault(name, [row])
            if row is not rows[0] and row.day == rows[0].day:
                rows.append(row)
    labs: list[Lab] = []
    unjudged: list[Unclear] = []
    for name, row in ((name, row) for name, rows in newest.items() for row in rows):
        lab = _lab(name, row)
        if lab is None:
            value = f"{row.value.normalize():f}"
            unjudged.append(Unclear("laboratory", f"{name} {value} {row.unit}"))
        else:
            labs.append(lab)
    return tuple(labs), tuple(unjudged)


def screened_test(analyte: str) -> str | None:
    """Return what screening calls a laboratory test, None for one that no rule reads."""
    named = {_LABS[word] for word in _WORD.findall(analyte.casefold()) if word in _LABS}
    return named.pop() if len(named) == 1 else None


def _lab(name: str, row: Laboratory) -> Lab | None:
    """Return a value that can be judged, None where its limit or its unit is missing."""
    if name in _PER_LIMIT and row.upper_limit in (None, Decimal(0)):
        return None
    if _is_limit_of_another_unit(name, row):
        return None
    if name == "eGFR" and "ml/min" not in row.unit.casefold():
        return None
    limit = float(row.upper_limit) if name in _PER_LIMIT and row.upper_limit is not None else None
    try:
        return Lab.model_validate({"name": name, "value": float(row.value), "upper_limit": limit})
    except ValidationError:
        return None


def _is_limit_of_another_unit(name: str, row: Laboratory) -> bool:
    """Whether a limit is too high for its unit: 2 µkat/L beside a limit of 40, meant in U/L."""
    factor = _FACTORS[name].get(row.unit, Decimal(1)) if name in _FACTORS else Decimal(1)
    return (
        name in _NO_LIMIT
        and row.upper_limit is not None
        and row.upper_limit * factor > _NO_LIMIT[name]
    )


def _events(person: Person, told: BeforeStart, on: date) -> tuple[tuple[Event, ...] | None, bool]:
    """Return what lies ahead, and whether anybody asked."""
    ahead = [
        Event(kind="surgery", on=day)
        for day in LifeEvent.objects.filter(
            person=person, what="surgery", day__gte=on, removed_at=None
        ).values_list("day", flat=True)
    ]
    for kind, said in told.planned or ():
        day = date.fromisoformat(said) if said else None
        if day is None or day >= on:
            ahead.append(Event(kind=kind, on=day))
    asked = told.planned is not None
    return (tuple(ahead) if ahead or asked else None), asked


def _signs(person: Person, on: date) -> tuple[str, ...]:
    """Return the signs of an opioid that the last weeks reported: check-ins, and how it went."""
    reported: set[str] = set()
    for said in HowItWent.objects.filter(person=person, on__gte=on - SIGNS_COUNT).values_list(
        "said", flat=True
    ):
        if said.get("opioid"):
            reported.add(TOLD_SIGN)
    for flags in CheckIn.objects.filter(person=person, day__gte=on - SIGNS_COUNT).values_list(
        "red_flags", flat=True
    ):
        reported |= OPIOID_SIGNS.intersection(flags or ())
    return tuple(sorted(reported))


def _lately(facts: Facts, on: date) -> tuple[str, ...]:
    """Return the opioids that are taken no more, and were until a short while ago."""
    return tuple(
        each.name
        for each in facts.medicines or ()
        if each.taken == "stopped"
        and each.last_dose is not None
        and on - each.last_dose <= LATELY
        and is_opioid(each.name)
    )


def is_opioid(name: str) -> bool:
    """Whether a medicine's name is that of an opioid beside which nothing may be started."""
    known = recognise(name)
    return known is not None and known.kind == "opioid"


def answered(unclear: Unclear, no_opioids: frozenset[str]) -> Unclear:
    """Return what was not understood, no suspect where the person said that it is no opioid."""
    if unclear.maybe_opioid and unclear.kind == "medicine" and unclear.entered in no_opioids:
        return replace(unclear, maybe_opioid=False)
    return unclear
