"""Turn the examples that come with Lodose into records, through the server's own actions."""

import datetime as dt
import uuid
from importlib import resources
from typing import Any
from unittest.mock import patch

import lodose
from lodose.diary import Diary
from lodose.server.accounts.actions import open_account
from lodose.server.answers.actions import choose_opening
from lodose.server.records.actions import make_check_in
from lodose.server.records.entries import Entry
from lodose.server.records.models import Outcome, Person, Trial
from lodose.server.records.schedules import PlannedPeriod, start_trial
from lodose.trial import Protocol
from server_support.people import PASSWORD

NOT_OF_THE_PLAN = {"periods", "blinding", "events", "medicines"}


def read_example(name: str) -> tuple[Diary, Protocol]:
    """The diary and protocol of an example."""
    with resources.as_file(resources.files("lodose.examples").joinpath("data", name)) as folder:
        return (
            lodose.read_diary(str(folder / "diary.csv")),
            lodose.read_protocol(str(folder / "protocol.toml")),
        )


def make_example(
    username: str,
    name: str,
    *,
    sealed: bool = False,
    first_day: dt.date | None = None,
    until: dt.date | None = None,
    design: str = "",
    opened: bool = False,
) -> tuple[Person, Trial]:
    """A person with the example's questions, trial and check-ins.

    Parameters
    ----------
    sealed : bool
        Kits instead of arms; doses are left out of the diary, as the check-in leaves them out.
    first_day : datetime.date, optional
        Move the whole example so that it begins on this day.
    until : datetime.date, optional
        Last day that is recorded.
    design : str, optional
        Another design than the example's own.
    opened : bool
        The person has said that they want to read the answer now.
    """
    diary, protocol = read_example(name)
    moved = dt.timedelta(0) if first_day is None else first_day - protocol.first_day
    person = Person.objects.get(user=open_account(username, password=PASSWORD))
    _ask(person, protocol)
    plan: dict[str, Any] = protocol.model_dump(
        mode="json", exclude=NOT_OF_THE_PLAN, exclude_unset=True
    )
    if design:
        plan["design"] = design
    periods = [
        PlannedPeriod(
            first_day=each.start + moved,
            last_day=each.end + moved,
            pair=each.pair or 0,
            arm="" if sealed else each.arm,
            dose_micrograms=None if sealed else each.dose_micrograms,
            kit=f"K-{number:02}" if sealed else "",
        )
        for number, each in enumerate(protocol.periods, 1)
    ]
    start = dt.datetime.combine(periods[0].first_day, dt.time(9), dt.UTC)
    with patch("django.utils.timezone.now", return_value=start):
        trial = start_trial(person, plan, periods, sealed=sealed)
    asked = {each.name for each in protocol.outcomes}
    for day in diary.entries:
        if until is None or day.date + moved <= until:
            _record(person, day, day.date + moved, asked, sealed=sealed)
    if opened:
        choose_opening(person, "now")
    return person, trial


def _ask(person: Person, protocol: Protocol) -> None:
    for position, each in enumerate(protocol.outcomes, 1):
        Outcome.objects.create(
            person=person,
            name=each.name,
            label=each.label,
            instrument=each.instrument or "",
            minimum=each.minimum,
            maximum=each.maximum,
            step=each.step,
            better=each.better,
            mcid=each.mcid,
            primary=each.name == protocol.primary_outcome,
            position=position,
        )


def _record(person: Person, day: Any, on: dt.date, asked: set[str], *, sealed: bool) -> None:
    effects = day.side_effects
    entry = Entry(
        id=uuid.uuid4(),
        day=on,
        written_at=dt.datetime.combine(on, dt.time(20), dt.UTC),
        source="upload",
        outcomes={name: f"{value:g}" for name, value in day.outcomes.items() if name in asked},
        dose_micrograms=None if sealed else day.dose_micrograms,
        kit_taken=True if sealed else None,
        side_effects=None if effects is None else [[each.name, each.severity] for each in effects],
        note=day.note,
    )
    make_check_in(person, entry)
