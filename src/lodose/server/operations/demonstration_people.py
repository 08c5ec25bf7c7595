"""A dozen synthetic people, so that every state of the panel and of a record is there.

Nobody stands behind any of them. Fixed seeds: the same diaries every time, dated to end yesterday.
"""

import hashlib
import random
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from importlib import resources
from typing import Any

from lodose.diary import Diary, read_diary
from lodose.regimen import Liquid, Move, Report, Syringe
from lodose.server.accounts.models import User
from lodose.server.operations.demonstration_rows import Draft, days
from lodose.server.records.models import Trial, TrialPeriod
from lodose.trial import Protocol, read_protocol

DAY = timedelta(days=1)
LIQUID = Liquid(1000, Syringe(5000, 100))


@dataclass(frozen=True, slots=True)
class Stage:
    """What all of them have in common."""

    now: datetime
    zone: str
    prescriber: User

    def draft(self, number: int, back: int, *, shared: bool = True) -> Draft:
        """Begin the record of a person, so many days ago."""
        made = Draft(number, self.now, self.zone, started=self.now.date())
        made = Draft(number, self.now, self.zone, started=made.today - back * DAY)
        made.outcome(
            "pain",
            "Pain",
            instrument="pain-nrs",
            question="How strong was your pain on average over the last 24 hours?",
            low_label="no pain",
            high_label="the worst you can imagine",
            primary=True,
            mcid=1,
        )
        made.outcome(
            "sleep",
            "Sleep last night",
            question="How well did you sleep last night?",
            low_label="very badly",
            high_label="very well",
            better="higher",
        )
        if shared:
            made.let_in(self.prescriber)
        return made


def everybody(stage: Stage) -> list[Draft]:
    """Return all twelve, most of them with their safety check answered."""
    people = [make(stage) for make in _PEOPLE]
    for made in people:
        if made.number in _TOLD:
            made.told(**_ANSWERS | _TOLD[made.number])
    return people


def _answer(stage: Stage, number: int, example: str) -> Draft:
    """A finished blinded trial whose answer can be opened."""
    protocol, diary = _example(example)
    length = (protocol.last_day - protocol.first_day).days
    made = stage.draft(number, length + 1 + 7)
    shift = made.today - DAY - protocol.last_day
    protocol = _shifted(protocol, shift)
    for entry in diary.entries:
        made.check_in(
            entry.date + shift,
            outcomes={name: f"{value:g}" for name, value in entry.outcomes.items()},
            dose_micrograms=None,
            kit=_kit_on(protocol, entry.date + shift),
            kit_taken=entry.dose_micrograms is not None and "forgot" not in (entry.note or ""),
            side_effects=[[each.name, int(each.severity)] for each in entry.side_effects or ()],
            note="" if entry.note == "synthetic diary" else entry.note or "",
        )
    ended = made.moment(made.today)
    trial = Trial(
        status=Trial.Status.FINISHED,
        sealed=False,
        plan=protocol.model_dump(mode="json", exclude={"periods"}),
        protocol_hash=protocol.sha256,
        agreed_with="Synthetic prescriber",
        agreed_on=protocol.first_day - 3 * DAY,
        started_at=made.moment(protocol.first_day - 3 * DAY),
        ended_at=ended,
    )
    made.trial(trial, _periods(trial, protocol))
    return made


def _helped(stage: Stage) -> Draft:
    return _answer(stage, 1, "ldn-helps")


def _disappointed(stage: Stage) -> Draft:
    return _answer(stage, 2, "ldn-no-effect")


def _blinded(stage: Stage) -> Draft:
    """A sealed trial that runs: kits, no arm, no dose. A period ends in two days."""
    protocol, _diary = _example("ldn-helps")
    third = protocol.periods[2]
    made = stage.draft(3, (third.end - protocol.first_day).days - 2 + 4)
    protocol = _shifted(protocol, made.today + 2 * DAY - third.end)
    arms = [
        {"number": number, "arm": period.arm, "dose_micrograms": period.dose_micrograms}
        for number, period in enumerate(protocol.periods, 1)
    ]
    trial = Trial(
        sealed=True,
        plan=_plan(protocol, "Synthetic blinded trial"),
        # Nobody holds what this commits to: the demonstration's schedule is never disclosed.
        commitment=hashlib.sha256(repr(arms).encode() + secrets.token_bytes(32)).hexdigest(),
        agreed_with="Synthetic prescriber",
        agreed_on=protocol.first_day - 3 * DAY,
        started_at=made.moment(protocol.first_day - 3 * DAY),
    )
    made.trial(trial, _periods(trial, protocol, sealed=True))
    chance = random.Random(3)  # noqa: S311  # a synthetic diary
    for day in days(protocol.first_day, made.today - DAY):
        if chance.random() < 0.1:
            continue
        made.check_in(
            day,
            outcomes=_ratings(chance, 5.5),
            kit=_kit_on(protocol, day),
            kit_taken=chance.random() < 0.96,
            side_effects=_effects(chance),
            note="A long walk today." if day == made.today - 5 * DAY else "",
        )
    return made


def _open_periods(stage: Stage) -> Draft:
    """An open on/off schedule that runs, with a flare in it."""
    protocol, _diary = _example("ldn-open-label")
    made = stage.draft(4, 40)
    protocol = _shifted(protocol, made.started + 5 * DAY - protocol.first_day)
    trial = Trial(
        plan=_plan(protocol, "Synthetic open trial"),
        protocol_hash="",
        agreed_with="Synthetic prescriber",
        agreed_on=made.started + 2 * DAY,
        started_at=made.moment(made.started + 2 * DAY),
    )
    trial.protocol_hash = Protocol.model_validate(
        {**trial.plan, "periods": protocol.model_dump(mode="json")["periods"]}
    ).sha256
    made.trial(trial, _periods(trial, protocol))
    chance = random.Random(4)  # noqa: S311
    for day in days(protocol.first_day, made.today - DAY):
        index = protocol.period_index(day)
        dose = 0 if index is None else protocol.periods[index].dose_micrograms or 0
        made.check_in(
            day,
            outcomes=_ratings(chance, 5.5 - 0.8 * bool(dose)),
            dose_micrograms=dose,
            side_effects=_effects(chance),
        )
    made.life_event(made.today - 16 * DAY, "flare", 4)
    return made


def _steady(
    stage: Stage,
    number: int,
    back: int,
    *,
    until: int = 1,
    strength: int | None = None,
    shared: bool = True,
    last: dict[str, Any] | None = None,
) -> Draft:
    """Somebody who started a while ago, with an entry on most days up to ``until`` days ago."""
    made = stage.draft(number, back, shared=shared)
    steps = ((1, "start", 1500), (8, "step", 3000), (15, "step", 4500))
    for after, kind, micrograms in steps:
        made.dose(made.started + after * DAY, kind, micrograms, strength)
    chance = random.Random(number)  # noqa: S311
    final = made.today - until * DAY
    for day in days(made.started + DAY, final):
        if chance.random() < 0.08 and day != final:
            continue
        taken = [
            micrograms for after, _kind, micrograms in steps if after <= (day - made.started).days
        ]
        content: dict[str, Any] = {
            "outcomes": _ratings(chance, 6.0 - 0.01 * (day - made.started).days),
            "dose_micrograms": taken[-1],
            "side_effects": _effects(chance),
        }
        made.check_in(day, **(content | (last or {}) if day == final else content))
    return made


def _severe(stage: Stage) -> Draft:
    last = {"side_effects": [["dizziness", 3], ["nausea", 2]], "note": "Had to lie down."}
    return _steady(stage, 5, 45, last=last)


def _opioid(stage: Stage) -> Draft:
    made = _steady(stage, 6, 60, last={"red_flags": ["opioid-needed"]})
    made.medicine("tramadol 50 mg", made.today - 2 * DAY, opioid=True)
    return made


def _silent(stage: Stage) -> Draft:
    made = _steady(stage, 7, 50, until=6)
    made.person.share_missed_days = True
    return made


def _liquid(stage: Stage) -> Draft:
    """Takes a liquid, changed the dose three days ago, and asks how to go on."""
    made = _steady(stage, 8, 40, strength=1000)
    made.dose(made.today - 3 * DAY, "step", 3000, 1000)
    made.plan(made.started, ((1500, 7), (3000, 7), (4500, 0)), LIQUID)
    made.asked(Report(side_effects="bothersome"), Move.HOLD, 3000, 3000)
    return made


def _new(stage: Stage) -> Draft:
    return stage.draft(9, 0)


def _paused(stage: Stage) -> Draft:
    made = _steady(stage, 10, 55, until=9)
    made.person.share_missed_days = True
    made.pause(made.today - 8 * DAY)
    return made


def _alone(stage: Stage) -> Draft:
    """Solo use: nobody was let in."""
    return _steady(stage, 11, 30, shared=False)


def _stopped(stage: Stage) -> Draft:
    """Stopped an open schedule before its last day; a cough syrup forbids a new start."""
    protocol, _diary = _example("ldn-open-label")
    made = stage.draft(12, 50)
    protocol = _shifted(protocol, made.started + 3 * DAY - protocol.first_day)
    trial = Trial(
        status=Trial.Status.STOPPED,
        plan=_plan(protocol, "Synthetic open trial, stopped"),
        protocol_hash=protocol.sha256,
        agreed_with="Synthetic prescriber",
        agreed_on=made.started,
        started_at=made.moment(made.started),
        ended_at=made.moment(made.today - 6 * DAY),
        end_reason="An operation was planned.",
    )
    trial.protocol_hash = Protocol.model_validate(
        {**trial.plan, "periods": protocol.model_dump(mode="json")["periods"]}
    ).sha256
    made.trial(trial, _periods(trial, protocol))
    chance = random.Random(12)  # noqa: S311
    for day in days(protocol.first_day, made.today - DAY):
        index = protocol.period_index(day)
        dose = 0 if index is None else protocol.periods[index].dose_micrograms or 0
        stopped = day > made.today - 6 * DAY
        made.check_in(
            day,
            outcomes=_ratings(chance, 5.0),
            dose_micrograms=0 if stopped else dose,
            side_effects=_effects(chance),
        )
    made.medicine("codeine cough syrup", made.today - 3 * DAY, opioid=True)
    return made


_ANSWERS: dict[str, Any] = {
    "birth_year": 1978,
    "conditions": ["fibromyalgia"],
    "allergies": [],
    "natural_products": [],
    "planned": [],
    "products": ["capsule"],
    "pregnancy": "no",
    "alcohol": False,
}
_TOLD: dict[int, dict[str, Any]] = {
    1: {},
    2: {"conditions": ["chronic pain"], "alcohol": True},
    3: {"birth_year": 1969},
    4: {"conditions": ["crohn's disease"]},
    5: {"conditions": ["fibromyalgia", "depression"]},
    6: {"conditions": ["low back pain"]},
    8: {"products": ["liquid"], "birth_year": 1955},
    10: {"planned": [["dental extraction", None]]},
    12: {"planned": [["surgery", None]]},
}


_PEOPLE: tuple[Callable[[Stage], Draft], ...] = (
    _helped,
    _disappointed,
    _blinded,
    _open_periods,
    _severe,
    _opioid,
    _silent,
    _liquid,
    _new,
    _paused,
    _alone,
    _stopped,
)


def _example(name: str) -> tuple[Protocol, Diary]:
    folder = resources.files("lodose.examples").joinpath("data", name)
    with resources.as_file(folder) as path:
        protocol = read_protocol(path / "protocol.toml")
        names = [each.name for each in protocol.outcomes]
        return protocol, read_diary(path / "diary.csv", protocol_outcomes=names)


def _shifted(protocol: Protocol, by: timedelta) -> Protocol:
    """Return the protocol so many days later."""
    content = protocol.model_dump(mode="python", exclude_unset=True)
    for period in content["periods"]:
        period["start"] += by
        period["end"] += by
    for event in content.get("events", ()):
        event["date"] += by
    return Protocol.model_validate(content)


def _plan(protocol: Protocol, title: str) -> dict[str, Any]:
    """Return the plan of a trial that runs: nothing in it says what the diary was made from."""
    plan = protocol.model_dump(mode="json", exclude={"periods"})
    return plan | {"title": title, "notes": ""}


def _periods(trial: Trial, protocol: Protocol, *, sealed: bool = False) -> list[TrialPeriod]:
    return [
        TrialPeriod(
            trial=trial,
            number=number,
            first_day=period.start,
            last_day=period.end,
            pair=period.pair,
            kit=period.kit or "",
            arm="" if sealed else period.arm,
            dose_micrograms=None if sealed else period.dose_micrograms,
        )
        for number, period in enumerate(protocol.periods, 1)
    ]


def _kit_on(protocol: Protocol, day: date) -> str:
    index = protocol.period_index(day)
    return "" if index is None else protocol.periods[index].kit or ""


def _ratings(chance: random.Random, level: float) -> dict[str, str]:
    pain = min(10, max(0, round(chance.gauss(level, 1.1))))
    sleep = min(10, max(0, round(chance.gauss(5.5, 1.4))))
    return {"pain": str(pain), "sleep": str(sleep)}


def _effects(chance: random.Random) -> list[list[Any]]:
    named = (("headache", 0.06), ("vivid dreams", 0.15))
    return [[name, 1] for name, probability in named if chance.random() < probability]
